/* A group that its owner ends. */
#include "group/group.h"

DB_SQL(sql_dissolve, "UPDATE chat_group SET dissolved_us = $2 WHERE id = $1 AND dissolved_us IS NULL")
DB_SQL(sql_dissolved, "SELECT 1 FROM chat_group WHERE id = $1 AND dissolved_us IS NOT NULL")
DB_SQL(sql_to_empty, "SELECT id FROM chat_group WHERE dissolved_us IS NOT NULL AND members > 0 LIMIT 1")
DB_SQL(sql_invitations_stop, "UPDATE invitation SET stopped = 1 WHERE group_id = $1")
DB_SQL(sql_waiting_end, "UPDATE member SET state = 'declined' WHERE group_id = $1 AND state = 'waiting'")
DB_SQL(sql_still_in, "SELECT account FROM member WHERE group_id = $1 AND state = 'in' LIMIT $2")
DB_SQL(sql_member_ends, "UPDATE member SET state = 'left', left_us = $3, last_seen = $4, role = 'member' WHERE group_id = $1 AND account = $2 "
	"AND state = 'in'")
DB_SQL(sql_members_less, "UPDATE chat_group SET members = members - $2 WHERE id = $1")

static enum err begin(struct db_conn *c, int64_t group, int64_t actor, int64_t now_us)
{
	int64_t changed = 0;
	TRY(db_run(c, &sql_dissolve, &changed, DB_I(group), DB_I(now_us)));
	if (changed == 0)
		return ERR_OK;
	TRY(db_run(c, &sql_invitations_stop, NULL, DB_I(group)));
	TRY(db_run(c, &sql_waiting_end, NULL, DB_I(group)));
	const struct event e = { .stream = STREAM_GROUP, .owner = group, .kind = EVENT_DISSOLVED, .actor = actor, .subject = group, .at_us = now_us };
	return event_append(c, &e, NULL);
}

static enum err some_still_in(struct db_conn *c, int64_t group, int64_t out[GROUP_DISSOLVE_PIECE], size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	size_t n = 0;
	TRY(db_query(c, &sql_still_in, &rows, DB_I(group), DB_I(GROUP_DISSOLVE_PIECE)));
	while (n < GROUP_DISSOLVE_PIECE && db_next(&rows))
		out[n++] = db_int(&rows, 0);
	*out_count = n;
	return db_rows_end(&rows);
}

enum err group_dissolve(struct db_conn *c, int64_t group, int64_t actor, int64_t now_us, bool *out_more)
{
	int64_t in[GROUP_DISSOLVE_PIECE], last;
	size_t n;
	TRY(begin(c, group, actor, now_us));
	TRY(event_last(c, STREAM_GROUP, group, &last));
	TRY(some_still_in(c, group, in, &n));
	for (size_t i = 0; i < n; i++) {
		const struct event out = { .stream = STREAM_ACCOUNT, .owner = in[i], .kind = EVENT_OUT, .actor = actor, .subject = group,
			.at_us = now_us };
		TRY(db_run(c, &sql_member_ends, NULL, DB_I(group), DB_I(in[i]), DB_I(now_us), DB_I(last)));
		TRY(event_append(c, &out, NULL));
	}
	if (n)
		TRY(db_run(c, &sql_members_less, NULL, DB_I(group), DB_I((int64_t)n)));
	*out_more = n == GROUP_DISSOLVE_PIECE;
	return ERR_OK;
}

enum err group_is_dissolved(struct db_conn *c, int64_t group, bool *out_dissolved)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_dissolved, &rows, DB_I(group));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_dissolved = e == ERR_OK;
	return ERR_OK;
}

enum err group_to_empty(struct db_conn *c, int64_t *out_group)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_to_empty, &rows));
	*out_group = db_int(&rows, 0);
	return ERR_OK;
}
