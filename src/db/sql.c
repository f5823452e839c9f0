/*
 * Running statements: the part that is the same for both databases. Every error here poisons the connection's
 * transaction until it is undone, so that no rule can go on half-blind.
 */
#include "db/db_private.h"

static struct db_sql *first_sql;
static size_t sql_count;
static _Atomic uint64_t fail_in, statements;

void db_sql_register(struct db_sql *q)
{
	assert(sql_count < DB_STATEMENTS_MAX);
	for (const struct db_sql *other = first_sql; other; other = other->next)
		assert(strcmp(other->name, q->name) != 0); /* PostgreSQL knows statements by their names */
	q->slot = sql_count++;
	q->next = first_sql;
	first_sql = q;
}

struct db_sql *db_sql_first(void) { return first_sql; }
size_t db_sql_count(void) { return sql_count; }

void db_fail(uint64_t nth)
{
	fail_in = nth;
	statements = 0;
}

uint64_t db_statement_count(void) { return statements; }

bool db_fails_now(void)
{
	uint64_t n = ++statements;
	return fail_in && n == fail_in;
}

enum err db_poison(struct db_conn *c, enum err e)
{
	if (c->failed == ERR_OK)
		c->failed = e;
	return e;
}

enum err db_failed(const struct db_conn *c) { return c->failed; }

static enum err save_now(struct db_conn *c);

enum err db_query_args(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, struct db_rows *out)
{
	assert(n <= DB_ARGS_MAX);
	struct db_rows rows = { .conn = c, .row = -1 };
	if (c->failed != ERR_OK)
		return c->failed;
	if (db_fails_now()) {
		log_line(LOG_WARN, "database: statement %s made to fail", q->name);
		return db_poison(c, ERR_DB);
	}
	if (c->save == SAVE_WANTED && q->writes)
		TRY(save_now(c));
	enum err e = c->driver->query(c, q, args, n, &rows);
	if (e != ERR_OK)
		return db_poison(c, e);
	*out = rows;
	return ERR_OK;
}

bool db_next(struct db_rows *rows)
{
	if (rows->error != ERR_OK || rows->handle == NULL)
		return false;
	if (++rows->seen > DB_ROWS_MAX) {
		rows->error = db_poison(rows->conn, ERR_LIMIT);
		return false;
	}
	/* SQLite would begin again, and write again what the statement writes */
	rows->ended = rows->ended || !rows->conn->driver->next(rows);
	return !rows->ended;
}

enum err db_rows_end(const struct db_rows *rows) { return rows->error; }

void db_rows_close(struct db_rows *rows)
{
	if (rows->handle)
		rows->conn->driver->rows_close(rows);
	rows->handle = NULL;
}

enum err db_run_args(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, int64_t *out_changed)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query_args(c, q, args, n, &rows));
	while (db_next(&rows))
		continue;
	TRY(rows.error);
	if (out_changed)
		*out_changed = c->driver->changed(&rows);
	return ERR_OK;
}

enum err db_one_args(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, struct db_rows *out)
{
	struct db_rows rows = { 0 };
	TRY(db_query_args(c, q, args, n, &rows));
	if (db_next(&rows)) {
		*out = rows;
		return ERR_OK;
	}
	enum err e = rows.error;
	db_rows_close(&rows);
	return e != ERR_OK ? e : ERR_NOT_FOUND;
}

bool db_is_null(const struct db_rows *rows, int column) { return rows->conn->driver->is_null(rows, column); }
int64_t db_int(const struct db_rows *rows, int column) { return rows->conn->driver->get_int(rows, column); }
double db_real(const struct db_rows *rows, int column) { return rows->conn->driver->get_real(rows, column); }
struct str db_str(const struct db_rows *rows, int column) { return rows->conn->driver->get_str(rows, column); }

enum err db_str_copy(const struct db_rows *rows, int column, struct arena *a, struct str *out)
{
	return arena_copy(a, db_str(rows, column), out);
}

static enum err script(struct db_conn *c, const char *text)
{
	enum err e = c->driver->script(c, text);
	return e == ERR_OK ? ERR_OK : db_poison(c, e);
}

enum err db_begin(struct db_conn *c, bool write)
{
	c->failed = ERR_OK;
	c->save = SAVE_NONE;
	c->writing = write;
	c->batch = write && c->db->kind == DB_SQLITE ? ++c->db->batches : 0;
	const char *text = c->db->kind == DB_POSTGRES ? (write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
						      : (write ? "BEGIN IMMEDIATE" : "BEGIN");
	enum err e = c->driver->script(c, text);
	if (e != ERR_OK && c->driver->broken(c)) { /* nothing had begun, so nothing can happen twice */
		e = db_reconnect(c);
		if (e == ERR_OK)
			e = c->driver->script(c, text);
	}
	return e == ERR_OK ? ERR_OK : db_poison(c, e);
}

enum err db_commit(struct db_conn *c)
{
	if (c->failed != ERR_OK)
		return c->failed;
	if (db_fails_now()) {
		log_line(LOG_WARN, "database: commit made to fail");
		return db_poison(c, ERR_DB);
	}
	return script(c, "COMMIT");
}

void db_rollback(struct db_conn *c)
{
	if (c->driver->in_transaction(c) && c->driver->script(c, "ROLLBACK") != ERR_OK)
		log_line(LOG_ERROR, "database: rollback was refused");
	c->failed = ERR_OK;
}

DB_SQL_2(sql_save, "SAVEPOINT part", "SELECT 1")
DB_SQL_2(sql_save_release, "RELEASE part", "SELECT 1")

/* The savepoint is made before the first statement that writes: most refusals, and repeats, never get that far. */
void db_save(struct db_conn *c) { c->save = SAVE_WANTED; }

static enum err save_now(struct db_conn *c)
{
	c->save = SAVE_MADE;
	return db_run(c, &sql_save, NULL);
}

enum err db_save_release(struct db_conn *c)
{
	if (c->save == SAVE_MADE) /* where that fails it is still there, to be undone */
		TRY(db_run(c, &sql_save_release, NULL));
	c->save = SAVE_NONE;
	return c->failed;
}

void db_save_undo(struct db_conn *c)
{
	bool made = c->save == SAVE_MADE;
	c->save = SAVE_NONE;
	c->failed = ERR_OK;
	if (!made)
		return;
	c->batch = ++c->db->batches; /* what says that it was written in this batch may be what is undone here */
	if (c->driver->in_transaction(c) && c->driver->script(c, "ROLLBACK TO part; RELEASE part") != ERR_OK) {
		log_line(LOG_ERROR, "database: undoing a savepoint was refused");
		(void)db_poison(c, ERR_DB); /* half of a request must not be committed with the others */
	}
}

int64_t db_batch(const struct db_conn *c) { return c->batch; }

bool db_is_writing(const struct db_conn *c) { return c->writing && c->driver->in_transaction(c); }

bool db_in_transaction(const struct db_conn *c) { return c->driver->in_transaction(c); }

DB_SQL_2(sql_lock, "SELECT $1", "SELECT pg_advisory_xact_lock($1::bigint)::text")
DB_SQL_2(sql_horizon, "SELECT 9223372036854775807", "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")

enum err db_lock(struct db_conn *c, int kind, int64_t id)
{
	if (c->db->kind == DB_SQLITE)
		return ERR_OK;
	return db_run(c, &sql_lock, NULL, DB_I((int64_t)kind << 56 | (id & INT64_C(0xffffffffffffff))));
}

enum err db_horizon(struct db_conn *c, int64_t *out_xid)
{
	if (c->db->kind == DB_SQLITE) {
		*out_xid = INT64_MAX;
		return ERR_OK;
	}
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_horizon, &rows));
	*out_xid = db_int(&rows, 0);
	return ERR_OK;
}
