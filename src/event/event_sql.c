/* The journal's statements. */
#include "event/event.h"

DB_SQL(sql_number_take, "INSERT INTO stream (stream, owner, last_number) VALUES ($1, $2, 1) "
	"ON CONFLICT (stream, owner) DO UPDATE SET last_number = stream.last_number + 1 RETURNING last_number")
DB_SQL(sql_event_add, "INSERT INTO event (stream, owner, number, kind, actor, subject, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)")
DB_SQL(sql_event_last, "SELECT last_number FROM stream WHERE stream = $1 AND owner = $2")

#define COLUMNS "position, stream, owner, number, kind, actor, subject, at_us, xid"
DB_SQL(sql_event_read, "SELECT " COLUMNS " FROM event WHERE stream = $1 AND owner = $2 AND number > $3 ORDER BY number LIMIT $4")
DB_SQL(sql_event_read_back, "SELECT " COLUMNS " FROM event WHERE stream = $1 AND owner = $2 AND number < $3 "
	"ORDER BY number DESC LIMIT $4")
DB_SQL_2(sql_event_kinds, "SELECT " COLUMNS " FROM event WHERE stream = $1 AND owner = $2 AND number >= $3 AND number < $4 "
	"AND ((1 << kind) & $5) <> 0 ORDER BY number DESC LIMIT $6",
	"SELECT " COLUMNS " FROM event WHERE stream = $1 AND owner = $2 AND number >= $3 AND number < $4 "
	"AND ((1::bigint << kind::int) & $5) <> 0 ORDER BY number DESC LIMIT $6")
/* PostgreSQL: positions are handed out before commit, so a later commit may carry a lower one; what lies below the horizon
 * is complete, and within it (xid, position) is an order in which nothing can appear behind a reader. */
DB_SQL_2(sql_event_follow, "SELECT " COLUMNS " FROM event WHERE position > $2 AND $1 >= 0 AND $3 > 0 ORDER BY position LIMIT $4",
	"SELECT " COLUMNS " FROM event WHERE (xid, position) > ($1, $2) AND xid < $3 ORDER BY xid, position LIMIT $4")
DB_SQL_2(sql_event_end, "SELECT 0, COALESCE(MAX(position), 0) FROM event WHERE $1 > 0",
	"SELECT xid, position FROM event WHERE xid < $1 ORDER BY xid DESC, position DESC LIMIT 1")

enum err event_append(struct db_conn *c, const struct event *e, int64_t *out_number)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_number_take, &rows, DB_I(e->stream), DB_I(e->owner)));
	int64_t number = db_int(&rows, 0);
	db_rows_close(&rows);
	TRY(db_run(c, &sql_event_add, NULL, DB_I(e->stream), DB_I(e->owner), DB_I(number), DB_I(e->kind), DB_I(e->actor),
		DB_I(e->subject), DB_I(e->at_us)));
	if (out_number)
		*out_number = number;
	return ERR_OK;
}

enum err event_last(struct db_conn *c, enum event_stream stream, int64_t owner, int64_t *out_number)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_event_last, &rows, DB_I(stream), DB_I(owner));
	if (e == ERR_NOT_FOUND) {
		*out_number = 0;
		return ERR_OK;
	}
	TRY(e);
	*out_number = db_int(&rows, 0);
	return ERR_OK;
}

/* Rows of COLUMNS into an array of at most limit. */
static enum err take_rows(struct db_rows *rows, struct arena *a, size_t limit, struct event **out_events, size_t *out_count)
{
	struct event *events = arena_take_many(a, limit ? limit : 1, sizeof *events);
	size_t n = 0;
	if (events == NULL)
		return ERR_MEMORY;
	while (n < limit && db_next(rows))
		events[n++] = (struct event){ .position = db_int(rows, 0), .stream = (enum event_stream)db_int(rows, 1),
			.owner = db_int(rows, 2), .number = db_int(rows, 3), .kind = (enum event_kind)db_int(rows, 4),
			.actor = db_int(rows, 5), .subject = db_int(rows, 6), .at_us = db_int(rows, 7), .xid = db_int(rows, 8) };
	TRY(db_rows_end(rows));
	*out_events = events;
	*out_count = n;
	return ERR_OK;
}

enum err event_read(struct db_conn *c, struct arena *a, enum event_stream stream, int64_t owner, int64_t after, size_t limit,
	struct event **out_events, size_t *out_count)
{
	limit = limit < EVENT_READ_MAX ? limit : EVENT_READ_MAX;
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_event_read, &rows, DB_I(stream), DB_I(owner), DB_I(after), DB_I((int64_t)limit)));
	return take_rows(&rows, a, limit, out_events, out_count);
}

enum err event_read_back(struct db_conn *c, struct arena *a, enum event_stream stream, int64_t owner, int64_t before, size_t limit,
	struct event **out_events, size_t *out_count)
{
	limit = limit < EVENT_READ_MAX ? limit : EVENT_READ_MAX;
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_event_read_back, &rows, DB_I(stream), DB_I(owner), DB_I(before), DB_I((int64_t)limit)));
	return take_rows(&rows, a, limit, out_events, out_count);
}

enum err event_read_kinds(struct db_conn *c, struct arena *a, enum event_stream stream, int64_t owner, int64_t from, int64_t before,
	uint64_t kinds, size_t limit, struct event **out_events, size_t *out_count)
{
	limit = limit < EVENT_READ_MAX ? limit : EVENT_READ_MAX;
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_event_kinds, &rows, DB_I(stream), DB_I(owner), DB_I(from), DB_I(before), DB_I((int64_t)kinds), DB_I((int64_t)limit)));
	return take_rows(&rows, a, limit, out_events, out_count);
}

enum err event_cursor_end(struct db_conn *c, struct event_cursor *out_cursor)
{
	int64_t horizon;
	TRY(db_horizon(c, &horizon));
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_event_end, &rows, DB_I(horizon));
	if (e == ERR_NOT_FOUND) {
		*out_cursor = (struct event_cursor){ 0, 0 };
		return ERR_OK;
	}
	TRY(e);
	*out_cursor = (struct event_cursor){ db_int(&rows, 0), db_int(&rows, 1) };
	return ERR_OK;
}

enum err event_follow(struct db_conn *c, struct arena *a, struct event_cursor *cursor, size_t limit, struct event **out_events,
	size_t *out_count)
{
	int64_t horizon;
	limit = limit < EVENT_READ_MAX ? limit : EVENT_READ_MAX;
	TRY(db_horizon(c, &horizon));
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_event_follow, &rows, DB_I(cursor->xid), DB_I(cursor->position), DB_I(horizon), DB_I((int64_t)limit)));
	TRY(take_rows(&rows, a, limit, out_events, out_count));
	if (*out_count)
		*cursor = (struct event_cursor){ (*out_events)[*out_count - 1].xid, (*out_events)[*out_count - 1].position };
	return ERR_OK;
}
