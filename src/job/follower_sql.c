/* The followers' places. */
#include "job/job.h"

DB_SQL(sql_cursor, "SELECT xid, position FROM follower WHERE name = $1")
DB_SQL(sql_cursor_begin, "INSERT INTO follower (name, xid, position) VALUES ($1, 0, 0) ON CONFLICT (name) DO NOTHING")
DB_SQL(sql_cursor_move, "UPDATE follower SET xid = $4, position = $5 WHERE name = $1 AND xid = $2 AND position = $3")

enum err job_cursor(struct db_conn *c, struct str name, struct event_cursor *out_cursor)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_cursor, &rows, DB_T(name));
	if (e == ERR_NOT_FOUND) {
		*out_cursor = (struct event_cursor){ 0, 0 };
		return ERR_OK;
	}
	TRY(e);
	*out_cursor = (struct event_cursor){ db_int(&rows, 0), db_int(&rows, 1) };
	return ERR_OK;
}

enum err job_cursor_move(struct db_conn *c, struct str name, struct event_cursor from, struct event_cursor to)
{
	int64_t changed = 0;
	if (from.xid == 0 && from.position == 0)
		TRY(db_run(c, &sql_cursor_begin, NULL, DB_T(name)));
	TRY(db_run(c, &sql_cursor_move, &changed, DB_T(name), DB_I(from.xid), DB_I(from.position), DB_I(to.xid), DB_I(to.position)));
	return changed == 1 ? ERR_OK : ERR_CONFLICT;
}
