/* A group handed on; and everything an account leaves when it goes for good. */
#include "group/group.h"

DB_SQL(sql_owner_now, "UPDATE chat_group SET owner = $2 WHERE id = $1")
DB_SQL(sql_owner_member, "UPDATE member SET role = $3 WHERE group_id = $1 AND account = $2 AND state = 'in'")
DB_SQL(sql_owned_with_others, "SELECT id FROM chat_group WHERE owner = $1 AND members > 1 ORDER BY id LIMIT 1")
DB_SQL(sql_in_groups, "SELECT group_id FROM member WHERE account = $1 AND state = 'in' ORDER BY group_id LIMIT $2")
DB_SQL(sql_all_groups, "SELECT group_id FROM member WHERE account = $1 AND group_id > $2 ORDER BY group_id LIMIT $3")
DB_SQL(sql_asked_no_more, "UPDATE member SET state = 'left', left_us = $2 WHERE account = $1 AND state = 'waiting'")
DB_SQL(sql_invites_no_more, "UPDATE invitation SET stopped = 1 WHERE made_by = $1")

static enum err tell_role(struct db_conn *c, int64_t group, int64_t actor, int64_t account, int64_t now_us)
{
	struct event e = { .stream = STREAM_GROUP, .owner = group, .kind = EVENT_ROLE, .actor = actor, .subject = account, .at_us = now_us };
	return event_append(c, &e, NULL);
}

enum err group_hand_on(struct db_conn *c, int64_t group, int64_t owner, int64_t account, int64_t now_us)
{
	int64_t changed = 0;
	TRY(db_run(c, &sql_owner_member, &changed, DB_I(group), DB_I(account), DB_T(str_of(role_word(ROLE_OWNER)))));
	if (changed == 0)
		return ERR_NOT_FOUND;
	TRY(db_run(c, &sql_owner_member, NULL, DB_I(group), DB_I(owner), DB_T(str_of(role_word(ROLE_STEWARD)))));
	TRY(db_run(c, &sql_owner_now, NULL, DB_I(group), DB_I(account)));
	TRY(tell_role(c, group, owner, account, now_us));
	return tell_role(c, group, owner, owner, now_us);
}

enum err group_owned_with_others(struct db_conn *c, int64_t account, int64_t *out_group)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_owned_with_others, &rows, DB_I(account));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_group = e == ERR_OK ? db_int(&rows, 0) : 0;
	return ERR_OK;
}

static enum err take_ids(struct db_rows *rows, struct arena *a, size_t limit, int64_t **out, size_t *out_count)
{
	int64_t *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	while (n < limit && db_next(rows))
		list[n++] = db_int(rows, 0);
	TRY(db_rows_end(rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err group_leave_all(struct db_conn *c, struct arena *a, int64_t account, int64_t now_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	int64_t *groups;
	size_t n;
	TRY(db_query(c, &sql_in_groups, &rows, DB_I(account), DB_I(GROUP_OF_ONE_MAX)));
	TRY(take_ids(&rows, a, GROUP_OF_ONE_MAX, &groups, &n));
	db_rows_close(&rows);
	for (size_t i = 0; i < n; i++)
		TRY(group_leave(c, groups[i], account, now_us));
	TRY(db_run(c, &sql_asked_no_more, NULL, DB_I(account), DB_I(now_us)));
	return db_run(c, &sql_invites_no_more, NULL, DB_I(account));
}

enum err group_all_of(struct db_conn *c, struct arena *a, int64_t account, int64_t after, size_t limit, int64_t **out_groups,
	size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_all_groups, &rows, DB_I(account), DB_I(after), DB_I((int64_t)limit)));
	return take_ids(&rows, a, limit, out_groups, out_count);
}
