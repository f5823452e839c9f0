/* PostgreSQL by libpq: prepared by name, answers in binary (so integers and bytes need no text between). */
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/db_private.h"

enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25, OID_FLOAT8 = 701 };

static enum err err_of(const PGresult *r, struct db_conn *c, const char *where)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *text = r ? PQresultErrorMessage(r) : PQerrorMessage(c->handle);
	if (state && (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0))
		return ERR_BUSY;
	log_line(LOG_ERROR, "database: %s: %s", where, text);
	if (PQstatus(c->handle) == CONNECTION_BAD)
		return ERR_CLOSED;
	if (state && strcmp(state, "53100") == 0)
		return ERR_FULL;
	if (state && strncmp(state, "23", 2) == 0)
		return ERR_CONFLICT;
	if (state && strncmp(state, "XX", 2) == 0)
		return ERR_DAMAGED;
	return ERR_DB;
}

static void quiet(void *arg, const char *message) { log_line(LOG_DEBUG, "database: %s", message); }

static enum err pg_script(struct db_conn *c, const char *text)
{
	PGresult *r = PQexec(c->handle, text);
	ExecStatusType status = PQresultStatus(r);
	enum err e = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? ERR_OK : err_of(r, c, "script");
	/* COMMIT of a failed transaction answers ROLLBACK, and calls that success */
	if (e == ERR_OK && strcmp(text, "COMMIT") == 0 && strcmp(PQcmdStatus(r), "COMMIT") != 0)
		e = ERR_DB;
	PQclear(r);
	return e;
}

static enum err pg_connect(struct db *d, struct db_conn *c)
{
	c->handle = PQconnectdb(d->url);
	if (PQstatus(c->handle) != CONNECTION_OK) {
		log_line(LOG_ERROR, "database: %s", PQerrorMessage(c->handle));
		return ERR_CLOSED;
	}
	PQsetNoticeProcessor(c->handle, quiet, NULL);
	return pg_script(c, "SET client_encoding=UTF8; SET synchronous_commit=on; SET timezone=UTC; SET jit=off");
}

static void pg_disconnect(struct db_conn *c) { PQfinish(c->handle); }

static enum err pg_prepare(struct db_conn *c, struct db_sql *q)
{
	PGresult *r = PQprepare(c->handle, q->name, q->postgres, 0, NULL);
	enum err e = PQresultStatus(r) == PGRES_COMMAND_OK ? ERR_OK : err_of(r, c, q->name);
	PQclear(r);
	return e;
}

/* Integers and reals as text (PostgreSQL knows the type it wants), bytes as they are. */
static enum err pg_query(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, struct db_rows *out)
{
	const char *values[DB_ARGS_MAX];
	int lengths[DB_ARGS_MAX], formats[DB_ARGS_MAX];
	char numbers[DB_ARGS_MAX][32];
	for (size_t i = 0; i < n; i++) {
		values[i] = numbers[i];
		lengths[i] = 0;
		formats[i] = 0;
		switch (args[i].kind) {
		case DB_ARG_NULL: values[i] = NULL; break;
		case DB_ARG_INT: snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)args[i].i); break;
		case DB_ARG_REAL: snprintf(numbers[i], sizeof numbers[i], "%.17g", args[i].r); break;
		case DB_ARG_TEXT:
		case DB_ARG_BLOB:
			if (args[i].s.n > INT_MAX)
				return ERR_LIMIT;
			values[i] = args[i].s.n ? args[i].s.p : "";
			lengths[i] = (int)args[i].s.n;
			formats[i] = 1;
		}
	}
	PGresult *r = PQexecPrepared(c->handle, q->name, (int)n, values, lengths, formats, 1);
	ExecStatusType status = PQresultStatus(r);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		enum err e = err_of(r, c, q->name);
		PQclear(r);
		return e;
	}
	out->handle = r;
	return ERR_OK;
}

static bool pg_next(struct db_rows *rows) { return ++rows->row < PQntuples(rows->handle); }
static void pg_rows_close(struct db_rows *rows) { PQclear(rows->handle); }

static bool pg_is_null(const struct db_rows *rows, int column)
{
	return PQgetisnull(rows->handle, rows->row, column) != 0;
}

static int64_t pg_int(const struct db_rows *rows, int column)
{
	const char *p = PQgetvalue(rows->handle, rows->row, column);
	uint64_t eight;
	uint32_t four;
	if (pg_is_null(rows, column))
		return 0;
	switch (PQftype(rows->handle, column)) {
	case OID_INT8: memcpy(&eight, p, 8); return (int64_t)be64toh(eight);
	case OID_INT4: memcpy(&four, p, 4); return (int32_t)be32toh(four);
	case OID_BOOL: return *p != 0;
	}
	assert(!"an integer column that is none: cast it in the statement");
	return 0;
}

static double pg_real(const struct db_rows *rows, int column)
{
	if (PQftype(rows->handle, column) != OID_FLOAT8)
		return (double)pg_int(rows, column);
	uint64_t bits = 0;
	double value;
	if (!pg_is_null(rows, column))
		memcpy(&bits, PQgetvalue(rows->handle, rows->row, column), 8);
	bits = be64toh(bits);
	memcpy(&value, &bits, sizeof value);
	return value;
}

static struct str pg_str(const struct db_rows *rows, int column)
{
	return (struct str){ PQgetvalue(rows->handle, rows->row, column), (size_t)PQgetlength(rows->handle, rows->row, column) };
}

static int64_t pg_changed(const struct db_rows *rows)
{
	const char *n = PQcmdTuples(rows->handle);
	return *n ? atoll(n) : 0;
}

static bool pg_broken(const struct db_conn *c) { return PQstatus(c->handle) == CONNECTION_BAD; }

static bool pg_in_transaction(const struct db_conn *c)
{
	return !pg_broken(c) && PQtransactionStatus(c->handle) != PQTRANS_IDLE;
}

static enum err pg_ask(struct db_conn *c, const char *text, struct buf *out)
{
	PGresult *r = PQexec(c->handle, text);
	enum err e = PQresultStatus(r) == PGRES_TUPLES_OK ? ERR_OK : err_of(r, c, text);
	for (int i = 0; e == ERR_OK && i < PQntuples(r); i++) {
		buf_add(out, str_of(PQgetvalue(r, i, 0)));
		buf_add_char(out, '\n');
	}
	PQclear(r);
	return e != ERR_OK ? e : buf_end(out);
}

const struct db_driver db_driver_postgres = { pg_connect, pg_disconnect, pg_prepare, pg_query, pg_next, pg_rows_close,
	pg_is_null, pg_int, pg_real, pg_str, pg_changed, pg_script, pg_in_transaction,
	pg_broken, pg_ask };
