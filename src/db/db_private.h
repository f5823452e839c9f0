/* Shared inside db: what a driver is. */
#ifndef HEARTH_DB_PRIVATE_H
#define HEARTH_DB_PRIVATE_H

#include "db/db.h"

/* One database system. All in terms of a connection's native handle. */
struct db_driver {
	enum err (*connect)(struct db *d, struct db_conn *c);
	void (*disconnect)(struct db_conn *c);
	enum err (*prepare)(struct db_conn *c, struct db_sql *q);
	enum err (*query)(struct db_conn *c, const struct db_sql *q, const struct db_arg *args, size_t n, struct db_rows *out);
	bool (*next)(struct db_rows *rows);
	void (*rows_close)(struct db_rows *rows);
	bool (*is_null)(const struct db_rows *rows, int column);
	int64_t (*get_int)(const struct db_rows *rows, int column);
	double (*get_real)(const struct db_rows *rows, int column);
	struct str (*get_str)(const struct db_rows *rows, int column);
	int64_t (*changed)(const struct db_rows *rows);
	enum err (*script)(struct db_conn *c, const char *text); /* statements without arguments or answers */
	bool (*in_transaction)(const struct db_conn *c);
	bool (*broken)(const struct db_conn *c); /* the other end is gone: connect anew */
	/* The first column of all rows of a statement, a line each; for what is asked once, unprepared. */
	enum err (*ask)(struct db_conn *c, const char *text, struct buf *out);
};
extern const struct db_driver db_driver_sqlite, db_driver_postgres;

struct db {
	enum db_kind kind;
	const struct db_driver *driver;
	char url[PATH_MAX], path[PATH_MAX]; /* path: SQLite's file */
	char vfs[64];
	bool sync_off;
	bool damaged; /* leave the file as it is */
	int lock_fd;
	int64_t schema_number;
	_Atomic int64_t batches; /* begins with the time of opening, which no earlier process's reached */
};

struct db_conn {
	struct db *db;
	const struct db_driver *driver;
	void *handle;       /* sqlite3 or PGconn */
	void **prepared;    /* by slot: sqlite3_stmt; PostgreSQL: unused */
	bool read_only, writing;
	enum { SAVE_NONE, SAVE_WANTED, SAVE_MADE } save;
	int64_t batch;
	enum err failed;
};

struct db_sql *db_sql_first(void);
size_t db_sql_count(void);
/* Poison the transaction, and answer e. */
enum err db_poison(struct db_conn *c, enum err e);
/* true: a test wants this statement to fail. */
bool db_fails_now(void);
/* Without prepared statements: for migrations and checks. */
enum err db_connect_bare(struct db *d, bool read_only, struct db_conn **out_conn) MUST_USE;
/* A connection whose other end is gone, made anew in place. */
enum err db_reconnect(struct db_conn *c) MUST_USE;
enum err db_ask(struct db_conn *c, const char *text, struct buf *out) MUST_USE;
enum err db_ask_int(struct db_conn *c, const char *text, int64_t *out) MUST_USE;
enum err db_migrate(struct db_conn *c, int64_t *out_number) MUST_USE;

/* Generated from schema/NNNN_name.sql. */
struct db_migration {
	int number;
	const char *name, *text;
};
extern const struct db_migration db_migrations[];
extern const size_t db_migration_count;

#endif
