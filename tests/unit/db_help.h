/* Databases that are new for a test and go with it: SQLite in a folder, PostgreSQL where HEARTH_PG says. */
#ifndef HEARTH_TEST_DB_HELP_H
#define HEARTH_TEST_DB_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include "db/db.h"

struct place { /* of a database */
	bool postgres;
	char url[400], name[40];
};

static inline void help_pg(const char *url, const char *sql)
{
	PGconn *c = PQconnectdb(url);
	PGresult *r = PQexec(c, sql);
	ExecStatusType s = PQresultStatus(r);
	if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(c));
	PQclear(r);
	PQfinish(c);
}

/* false: there is no PostgreSQL to test with. */
static inline bool place_new(struct place *p, bool postgres)
{
	const char *pg = getenv("HEARTH_PG");
	*p = (struct place){ .postgres = postgres };
	if (!postgres) {
		snprintf(p->url, sizeof p->url, "/tmp/hearth-unit.XXXXXX");
		assert_non_null(mkdtemp(p->url));
		return true;
	}
	if (pg == NULL || *pg == '\0')
		return false;
	char sql[100];
	struct token t = token_new();
	snprintf(p->name, sizeof p->name, "unit_%d_%.6s", (int)getpid(), t.z);
	for (char *at = p->name; *at; at++)
		*at = *at == '-' ? 'x' : *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
	snprintf(sql, sizeof sql, "CREATE DATABASE %s", p->name);
	help_pg(pg, sql);
	const char *slash = strrchr(pg, '/');
	snprintf(p->url, sizeof p->url, "%.*s/%s", (int)(slash - pg), pg, p->name);
	return true;
}

static inline void place_file(const struct place *p, const char *ending, char out[420])
{
	snprintf(out, 420, "%s/hearth.%s", p->url, ending);
}

static inline void place_end(struct place *p)
{
	static const char *const endings[] = { "db", "db-wal", "db-shm", "db-journal", "lock", "copy" };
	char text[420];
	if (p->postgres) {
		snprintf(text, sizeof text, "DROP DATABASE %s WITH (FORCE)", p->name);
		help_pg(getenv("HEARTH_PG"), text);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		place_file(p, endings[i], text);
		unlink(text);
	}
	assert_int_equal(rmdir(p->url), 0);
}

static inline struct db *place_open(const struct place *p)
{
	struct db *d = NULL;
	assert_int_equal(db_open(&(struct db_options){ .url = p->url, .sync_off = true }, &d), ERR_OK);
	return d;
}

/* Whether the database itself says no to a statement of somebody who came past the rooms. Nothing else has it open. */
static inline bool place_refuses(const struct place *p, const char *sql)
{
	if (p->postgres) {
		PGconn *c = PQconnectdb(p->url);
		PGresult *r = PQexec(c, sql);
		bool refused = PQresultStatus(r) == PGRES_FATAL_ERROR;
		PQclear(r);
		PQfinish(c);
		return refused;
	}
	char path[420];
	sqlite3 *db = NULL;
	place_file(p, "db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	bool refused = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_CONSTRAINT;
	sqlite3_close(db);
	return refused;
}

/* Run test on a database of each kind. */
static inline void on_both(void (*test)(const struct place *p))
{
	for (int postgres = 0; postgres < 2; postgres++) {
		struct place p;
		if (!place_new(&p, postgres)) {
			print_message("# on SQLite only: HEARTH_PG is not set\n");
			continue;
		}
		test(&p);
		place_end(&p);
	}
}

#endif
