/* SQLite: WAL, synchronous=FULL, parameters bound by their name "$1" (SQLite numbers them by first appearance). */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/db_private.h"

#define BUSY_TIMEOUT_MS 10000
#define CACHE_KIB "-16384"

static enum err err_of(struct db_conn *c, int rc, const char *where)
{
	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT:
		log_line(LOG_WARN, "database: %s: %s", where, sqlite3_errmsg(c->handle));
		return ERR_CONFLICT;
	case SQLITE_BUSY: return ERR_BUSY;
	case SQLITE_NOMEM: return ERR_MEMORY;
	case SQLITE_FULL:
		log_line(LOG_ERROR, "database: %s: %s", where, sqlite3_errmsg(c->handle));
		return ERR_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		log_line(LOG_ERROR, "database: %s: %s", where, sqlite3_errmsg(c->handle));
		return ERR_DAMAGED;
	default:
		log_line(LOG_ERROR, "database: %s: %s (%d)", where, sqlite3_errmsg(c->handle), sqlite3_extended_errcode(c->handle));
		return ERR_DB;
	}
}

static enum err sqlite_script(struct db_conn *c, const char *text)
{
	int rc = sqlite3_exec(c->handle, text, NULL, NULL, NULL);
	return rc == SQLITE_OK ? ERR_OK : err_of(c, rc, "script");
}

/* Each connection has one thread at a time, and nobody asks SQLite how much memory it has: no locks for either. Where somebody
 * woke SQLite before us (a test's file layer), it stays as it is. */
static void configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum err sqlite_connect(struct db *d, struct db_conn *c)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, configure);
	sqlite3 *handle = NULL;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc = sqlite3_open_v2(d->path, &handle, flags, d->vfs[0] ? d->vfs : NULL);
	c->handle = handle;
	if (rc != SQLITE_OK)
		return err_of(c, rc, "open");
	sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MS);
	TRY(sqlite_script(c, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=" CACHE_KIB
		"; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF"));
	TRY(sqlite_script(c, d->sync_off ? "PRAGMA synchronous=OFF" : "PRAGMA synchronous=FULL"));
	return c->read_only ? sqlite_script(c, "PRAGMA query_only=ON") : ERR_OK;
}

static void sqlite_disconnect(struct db_conn *c)
{
	for (size_t i = 0; c->prepared && i < db_sql_count(); i++)
		sqlite3_finalize(c->prepared[i]);
	if (c->db->damaged) /* the last connection would move the log into the file */
		sqlite3_db_config(c->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(c->handle);
}

/* Where SQLite put "$1", "$2" …, and whether it writes: the same on every connection, since the text is. */
static void note(sqlite3_stmt *s, struct db_sql *q)
{
	for (size_t i = 0; i < DB_ARGS_MAX; i++) {
		char name[8];
		snprintf(name, sizeof name, "$%u", (unsigned)(i + 1) % 1000);
		q->places[i] = sqlite3_bind_parameter_index(s, name);
	}
	q->writes = !sqlite3_stmt_readonly(s);
}

static enum err sqlite_prepare(struct db_conn *c, struct db_sql *q)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v3(c->handle, q->sqlite, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL);
	if (rc != SQLITE_OK)
		return err_of(c, rc, q->name);
	c->prepared[q->slot] = s;
	note(s, q);
	return ERR_OK;
}

static int bind_one(sqlite3_stmt *s, int index, const struct db_arg *a)
{
	switch (a->kind) {
	case DB_ARG_INT: return sqlite3_bind_int64(s, index, a->i);
	case DB_ARG_REAL: return sqlite3_bind_double(s, index, a->r);
	case DB_ARG_TEXT: return sqlite3_bind_text64(s, index, a->s.n ? a->s.p : "", a->s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	case DB_ARG_BLOB: return sqlite3_bind_blob64(s, index, a->s.n ? a->s.p : "", a->s.n, SQLITE_TRANSIENT);
	case DB_ARG_NULL: break;
	}
	return sqlite3_bind_null(s, index);
}

static enum err sqlite_query(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n,
	struct db_rows *out)
{
	sqlite3_stmt *s = c->prepared[q->slot];
	assert(s != NULL && !sqlite3_stmt_busy(s)); /* the same statement nested in itself */
	int rc = SQLITE_OK;
	for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
		if (q->places[i] > 0)
			rc = bind_one(s, q->places[i], &args[i]);
	if (rc != SQLITE_OK)
		return err_of(c, rc, q->name);
	out->handle = s;
	return ERR_OK;
}

static bool sqlite_next(struct db_rows *rows)
{
	int rc = sqlite3_step(rows->handle);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		rows->error = db_poison(rows->conn, err_of(rows->conn, rc, sqlite3_sql(rows->handle)));
	return rc == SQLITE_ROW;
}

static void sqlite_rows_close(struct db_rows *rows)
{
	sqlite3_reset(rows->handle);
	sqlite3_clear_bindings(rows->handle);
}

static bool sqlite_is_null(const struct db_rows *rows, int column)
{
	return sqlite3_column_type(rows->handle, column) == SQLITE_NULL;
}

static int64_t sqlite_int(const struct db_rows *rows, int column) { return sqlite3_column_int64(rows->handle, column); }
static double sqlite_real(const struct db_rows *rows, int column) { return sqlite3_column_double(rows->handle, column); }

static struct str sqlite_str(const struct db_rows *rows, int column)
{
	const void *p = sqlite3_column_blob(rows->handle, column);
	return (struct str){ p, (size_t)sqlite3_column_bytes(rows->handle, column) };
}

static int64_t sqlite_changed(const struct db_rows *rows) { return sqlite3_changes64(rows->conn->handle); }
static int ask_row(void *out, int columns, char **values, char **names)
{
	buf_add(out, str_of(columns > 0 && values[0] ? values[0] : ""));
	buf_add_char(out, '\n');
	return 0;
}

static enum err sqlite_ask(struct db_conn *c, const char *text, struct buf *out)
{
	int rc = sqlite3_exec(c->handle, text, ask_row, out, NULL);
	return rc == SQLITE_OK ? buf_end(out) : err_of(c, rc, text);
}

static bool sqlite_in_transaction(const struct db_conn *c) { return !sqlite3_get_autocommit(c->handle); }
static bool sqlite_broken(const struct db_conn *c) { return false; }

const struct db_driver db_driver_sqlite = { sqlite_connect, sqlite_disconnect, sqlite_prepare, sqlite_query, sqlite_next,
	sqlite_rows_close, sqlite_is_null, sqlite_int, sqlite_real, sqlite_str, sqlite_changed, sqlite_script,
	sqlite_in_transaction, sqlite_broken, sqlite_ask };
