/*
 * db: SQL on SQLite and PostgreSQL, one text for both.
 *
 * Promises: statements are static, registered where they stand, prepared on every connection at its start (so a typing
 * error shows at start, on both databases); parameters bind by their number; an unexpected error poisons the transaction;
 * migrations apply once, in order; a damaged database is refused.
 * Used by: serve (connections, transactions), every *_sql.c (statements), cli (check, backup).
 * Not here: which request runs when (serve), what the tables mean (the rooms that own them).
 */
#ifndef HEARTH_DB_H
#define HEARTH_DB_H

#include "base/base.h"

#define DB_STATEMENTS_MAX 1024u
#define DB_ARGS_MAX 24u
#define DB_ROWS_MAX 100000u         /* of one answer; a query must ask for less */

enum db_kind { DB_SQLITE, DB_POSTGRES };

struct db;      /* a database; any thread */
struct db_conn; /* a connection; one thread at a time */

/* A statement. Made by the macros only; registers itself before main. */
struct db_sql {
	const char *name, *sqlite, *postgres;
	size_t slot;
	struct db_sql *next;
	_Atomic int *places; /* SQLite's numbers of "$1" …, noted when it is prepared */
	_Atomic bool writes; /* SQLite: likewise */
};
void db_sql_register(struct db_sql *q);
#define DB_SQL_2(id, sqlite_text, postgres_text)                                                  \
	static _Atomic int id##_places[DB_ARGS_MAX];                                                 \
	static struct db_sql id = { .name = #id, .sqlite = sqlite_text, .postgres = postgres_text, .places = id##_places }; \
	__attribute__((constructor)) static void id##_register(void) { db_sql_register(&id); }
#define DB_SQL(id, text) DB_SQL_2(id, text, text)

/* ---- opening ---- */
struct db_options {
	const char *url;         /* a folder for SQLite (hearth.db in it), or postgres://… */
	const char *sqlite_vfs;  /* a file layer of a test's own, or NULL */
	bool beside;             /* beside a running server: without its lock; nothing is made, checked or migrated */
	bool sync_off;           /* tests only: what acknowledged means without synchronous=FULL */
};
/* Opens, checks and migrates. ERR_DAMAGED: said in the log, with the way out, and nothing was written to the file.
 * ERR_BUSY: another process has it. ERR_NOT_FOUND: beside, and there is none. */
enum err db_open(const struct db_options *o, struct db **out_db) MUST_USE;
void db_close(struct db *d); /* after all connections */
enum db_kind db_kind_of(const struct db *d);
/* A number that grows with every migration. */
int64_t db_schema_number(const struct db *d);

enum err db_connect(struct db *d, bool read_only, struct db_conn **out_conn) MUST_USE;
void db_disconnect(struct db_conn *c);
enum db_kind db_conn_kind(const struct db_conn *c);

/* Whole-database check; problems are printed by say, one call a finding. ERR_DAMAGED when there was one. */
enum err db_check(struct db *d, void (*say)(void *arg, const char *finding), void *arg) MUST_USE;
/* SQLite: a consistent copy to a new file, while others write (VACUUM INTO). PostgreSQL: ERR_REFUSED, pg_dump does it. */
enum err db_backup(struct db *d, const char *path) MUST_USE;
/* SQLite: everything in the one file, no log beside it. */
enum err db_seal(struct db *d) MUST_USE;
/* Only the lock of a folder, for who changes files under it; ended by db_close. ERR_BUSY: a server runs there. */
enum err db_lock_folder(const char *folder, struct db **out_db) MUST_USE;
/* Move the write-ahead log into the database file; called from outside the writer, now and then. */
enum err db_checkpoint(struct db_conn *c) MUST_USE;
int64_t db_bytes(struct db *d);

/* ---- transactions ---- */
/* A connection whose other end has gone is made anew here. ERR_CLOSED: that cannot be had now; try again later. */
enum err db_begin(struct db_conn *c, bool write) MUST_USE;
enum err db_commit(struct db_conn *c) MUST_USE; /* ERR_CONFLICT: run it again (serialisation, deadlock) */
void db_rollback(struct db_conn *c);
/* One request's part of a batch (SQLite only); costs nothing where nothing is written. */
void db_save(struct db_conn *c);
enum err db_save_release(struct db_conn *c) MUST_USE;
void db_save_undo(struct db_conn *c);
/* false: the database has rolled the whole transaction back by itself (disk full, I/O); nothing in it happened. */
bool db_in_transaction(const struct db_conn *c);
/* Inside a transaction begun for writing. */
bool db_is_writing(const struct db_conn *c);
/* SQLite: a number that no other write transaction of this database has, before or after, and that changes when a part of this one
 * is undone; so rows may say that they were written in this very one. 0 on PostgreSQL, where each request has its own. */
int64_t db_batch(const struct db_conn *c);
/* The first error of the transaction (or of this part since db_save); all later statements answer it. */
enum err db_failed(const struct db_conn *c);
/* PostgreSQL: hold the lock (kind, id) until the end of the transaction; SQLite: nothing to do. */
enum err db_lock(struct db_conn *c, int kind, int64_t id) MUST_USE;
/* All transactions with a lower number are over; rows they stored are all visible to a later read. SQLite: INT64_MAX. */
enum err db_horizon(struct db_conn *c, int64_t *out_xid) MUST_USE;

/* ---- statements ---- */
enum db_arg_kind { DB_ARG_NULL, DB_ARG_INT, DB_ARG_REAL, DB_ARG_TEXT, DB_ARG_BLOB };
struct db_arg {
	enum db_arg_kind kind;
	int64_t i;
	double r;
	struct str s;
};
#define DB_NULL ((struct db_arg){ .kind = DB_ARG_NULL })
static inline struct db_arg db_arg_int(int64_t v) { return (struct db_arg){ .kind = DB_ARG_INT, .i = v }; }
static inline struct db_arg db_arg_real(double v) { return (struct db_arg){ .kind = DB_ARG_REAL, .r = v }; }
static inline struct db_arg db_arg_text(struct str v) { return (struct db_arg){ .kind = DB_ARG_TEXT, .s = v }; }
static inline struct db_arg db_arg_blob(struct str v) { return (struct db_arg){ .kind = DB_ARG_BLOB, .s = v }; }
/* 0 stands for "none" in ids and times that may be null. */
static inline struct db_arg db_arg_int_or_null(int64_t v) { return v ? db_arg_int(v) : DB_NULL; }
#define DB_I(v) db_arg_int(v)
#define DB_N(v) db_arg_int_or_null(v)
#define DB_R(v) db_arg_real(v)
#define DB_T(v) db_arg_text(v)
#define DB_B(v) db_arg_blob(v)

/* The answer to a query. Row values live until the next db_next. Must be closed: CLEANUP(db_rows_close). */
struct db_rows {
	struct db_conn *conn;
	void *handle; /* sqlite3_stmt or PGresult */
	int row;      /* PostgreSQL: the current one */
	enum err error;
	size_t seen;
	bool ended;
};
enum err db_query_args(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, struct db_rows *out) MUST_USE;
enum err db_run_args(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, int64_t *out_changed) MUST_USE;
/* db_query(c, &q, &rows, DB_I(1), DB_T(name)); db_run(c, &q, &changed or NULL, …) */
#define db_query(c, q, out, ...) \
	db_query_args((c), (q), (struct db_arg[]){ DB_NULL, ##__VA_ARGS__ } + 1, \
		sizeof((struct db_arg[]){ DB_NULL, ##__VA_ARGS__ }) / sizeof(struct db_arg) - 1, (out))
#define db_run(c, q, out_changed, ...) \
	db_run_args((c), (q), (struct db_arg[]){ DB_NULL, ##__VA_ARGS__ } + 1, \
		sizeof((struct db_arg[]){ DB_NULL, ##__VA_ARGS__ }) / sizeof(struct db_arg) - 1, (out_changed))
/* Query and step to the first row: ERR_NOT_FOUND when there is none (which poisons nothing). */
#define db_one(c, q, out, ...) \
	db_one_args((c), (q), (struct db_arg[]){ DB_NULL, ##__VA_ARGS__ } + 1, \
		sizeof((struct db_arg[]){ DB_NULL, ##__VA_ARGS__ }) / sizeof(struct db_arg) - 1, (out))
enum err db_one_args(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, struct db_rows *out) MUST_USE;
/* To the next row; false at the end or at an error: then ask db_rows_end. */
bool db_next(struct db_rows *rows);
enum err db_rows_end(const struct db_rows *rows) MUST_USE;
void db_rows_close(struct db_rows *rows);
bool db_is_null(const struct db_rows *rows, int column);
int64_t db_int(const struct db_rows *rows, int column); /* 0 for NULL */
double db_real(const struct db_rows *rows, int column);
struct str db_str(const struct db_rows *rows, int column); /* text or blob; empty for NULL */
enum err db_str_copy(const struct db_rows *rows, int column, struct arena *a, struct str *out) MUST_USE;

/* A test's hook: the nth statement (or commit) from now on of any connection fails once with ERR_DB; 0 switches it off. */
void db_fail(uint64_t nth);
uint64_t db_statement_count(void);

#endif
