/* Getting in, being in, going. Who is in is counted on the group's row, in the statement that checks the capacity. */
#include "group/group.h"

/* The place is taken in the same statement that looks whether there is one: no two can get the last. */
DB_SQL(sql_place_take, "UPDATE chat_group SET members = members + 1 WHERE id = $1 AND members < capacity RETURNING members")
DB_SQL(sql_place_give, "UPDATE chat_group SET members = members - 1 WHERE id = $1")
DB_SQL(sql_member_put, "INSERT INTO member (group_id, account, state, joined_us, invited_by, invitation, read_number) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (group_id, account) DO UPDATE SET role = 'member', state = excluded.state, "
	"joined_us = excluded.joined_us, left_us = NULL, invited_by = excluded.invited_by, invitation = excluded.invitation, "
	"read_number = excluded.read_number, last_seen = 0")
DB_SQL(sql_member_in, "UPDATE member SET state = 'in', joined_us = $3, read_number = $4 WHERE group_id = $1 AND account = $2 "
	"AND state = 'waiting'")
DB_SQL(sql_member_declined, "UPDATE member SET state = 'declined' WHERE group_id = $1 AND account = $2 AND state = 'waiting'")
DB_SQL(sql_member_out, "UPDATE member SET state = $3, left_us = $4, last_seen = $5, role = 'member' "
	"WHERE group_id = $1 AND account = $2 AND state = 'in'")
DB_SQL(sql_member_bar, "UPDATE member SET state = 'barred' WHERE group_id = $1 AND account = $2 AND state <> 'in'")
DB_SQL(sql_member_role, "UPDATE member SET role = $3 WHERE group_id = $1 AND account = $2 AND state = 'in' AND role <> 'owner'")
DB_SQL(sql_member_mute, "UPDATE member SET muted_until_us = $3 WHERE group_id = $1 AND account = $2")
DB_SQL(sql_member_pin, "UPDATE member SET pinned = $3 WHERE group_id = $1 AND account = $2")
DB_SQL(sql_member_read, "UPDATE member SET read_number = $3 WHERE group_id = $1 AND account = $2 AND read_number < $3")
DB_SQL(sql_readers, "SELECT COUNT(*) FROM member WHERE group_id = $1 AND read_number >= $2 AND account <> $3 AND state = 'in'")
DB_SQL(sql_invitation_used, "UPDATE invitation SET used = used + 1 WHERE id = $1 AND stopped = 0 AND (uses_max IS NULL OR used < uses_max)")
DB_SQL(sql_my_groups, "SELECT group_id FROM member WHERE account = $1 AND state = 'in' LIMIT $2")
DB_SQL(sql_stewards, "SELECT account FROM member WHERE group_id = $1 AND state = 'in' AND role IN ('owner', 'steward') LIMIT 100")

static enum err tell(struct db_conn *c, enum event_stream stream, int64_t owner, enum event_kind kind, int64_t actor, int64_t subject,
	int64_t now_us)
{
	struct event e = { .stream = stream, .owner = owner, .kind = kind, .actor = actor, .subject = subject, .at_us = now_us };
	return event_append(c, &e, NULL);
}

static enum err tell_stewards(struct db_conn *c, int64_t group, enum event_kind kind, int64_t account, int64_t now_us)
{
	int64_t stewards[100];
	size_t n = 0;
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_stewards, &rows, DB_I(group)));
	while (n < COUNT_OF(stewards) && db_next(&rows))
		stewards[n++] = db_int(&rows, 0);
	TRY(db_rows_end(&rows));
	db_rows_close(&rows);
	TRY(tell(c, STREAM_STEWARDS, group, kind, account, account, now_us));
	for (size_t i = 0; i < n; i++)
		TRY(tell(c, STREAM_ACCOUNT, stewards[i], EVENT_WAITING, account, group, now_us));
	return ERR_OK;
}

enum err group_join_try(struct db_conn *c, const struct invitation *i, int64_t account, int64_t now_us, enum join_outcome *out,
	struct membership *out_me)
{
	struct membership me = { 0 };
	CLEANUP(arena_drop) struct arena *a = arena_new(65536);
	struct group g;
	if (a == NULL)
		return ERR_MEMORY;
	TRY(group_get(c, a, i->group, &g));
	if (account)
		TRY(group_membership(c, i->group, account, &me));
	*out_me = me;
	if (me.state == MEMBER_IN)
		*out = JOIN_IN;
	else if (me.state == MEMBER_WAITING)
		*out = JOIN_WAITING;
	else if (me.state == MEMBER_BARRED || me.state == MEMBER_DECLINED)
		*out = JOIN_NOT_IN;
	else if (i->stopped || (i->expires_us && now_us > i->expires_us))
		*out = JOIN_EXPIRED;
	else if (i->uses_max && i->used >= i->uses_max)
		*out = JOIN_USED;
	else if (g.members >= g.capacity)
		*out = JOIN_FULL;
	else
		*out = i->approval ? JOIN_WAITING : JOIN_IN;
	return ERR_OK;
}

static enum err come_in(struct db_conn *c, int64_t group, int64_t account, int64_t now_us)
{
	TRY(tell(c, STREAM_ACCOUNT, account, EVENT_IN, account, group, now_us));
	return tell(c, STREAM_GROUP, group, EVENT_JOINED, account, account, now_us);
}

enum err group_join(struct db_conn *c, const struct invitation *i, int64_t account, int64_t now_us, enum join_outcome *out)
{
	struct membership me;
	enum join_outcome outcome;
	TRY(group_join_try(c, i, account, now_us, &outcome, &me));
	bool already = me.state == MEMBER_IN || me.state == MEMBER_WAITING;
	if (already || (outcome != JOIN_IN && outcome != JOIN_WAITING)) {
		*out = outcome;
		return ERR_OK;
	}
	int64_t changed = 0, last = 0;
	if (outcome == JOIN_IN) {
		TRY(db_run(c, &sql_place_take, &changed, DB_I(i->group)));
		if (changed == 0) {
			*out = JOIN_FULL;
			return ERR_OK;
		}
	}
	TRY(db_run(c, &sql_invitation_used, &changed, DB_I(i->id)));
	if (changed == 0) { /* somebody took the last use meanwhile: the place goes back with the error */
		*out = JOIN_USED;
		return outcome == JOIN_IN ? db_run(c, &sql_place_give, NULL, DB_I(i->group)) : ERR_OK;
	}
	TRY(event_last(c, STREAM_GROUP, i->group, &last));
	TRY(db_run(c, &sql_member_put, NULL, DB_I(i->group), DB_I(account), DB_T(outcome == JOIN_IN ? STR("in") : STR("waiting")),
		DB_I(now_us), DB_N(i->made_by), DB_I(i->id), DB_I(last)));
	*out = outcome;
	return outcome == JOIN_IN ? come_in(c, i->group, account, now_us) : tell_stewards(c, i->group, EVENT_ASKED, account, now_us);
}

enum err group_settle(struct db_conn *c, int64_t group, int64_t account, bool let_in, int64_t actor, int64_t now_us)
{
	int64_t changed = 0, last = 0;
	if (let_in) {
		TRY(db_run(c, &sql_place_take, &changed, DB_I(group)));
		if (changed == 0)
			return ERR_LIMIT;
		TRY(event_last(c, STREAM_GROUP, group, &last));
		TRY(db_run(c, &sql_member_in, &changed, DB_I(group), DB_I(account), DB_I(now_us), DB_I(last)));
	} else {
		TRY(db_run(c, &sql_member_declined, &changed, DB_I(group), DB_I(account)));
	}
	if (changed == 0)
		return ERR_NOT_FOUND;
	TRY(tell(c, STREAM_STEWARDS, group, EVENT_SETTLED, actor, account, now_us));
	return let_in ? come_in(c, group, account, now_us) : tell(c, STREAM_ACCOUNT, account, EVENT_NOT_IN, actor, group, now_us);
}

static enum err go(struct db_conn *c, int64_t group, int64_t account, struct str state, int64_t now_us)
{
	int64_t changed = 0, last = 0;
	TRY(event_last(c, STREAM_GROUP, group, &last));
	TRY(db_run(c, &sql_member_out, &changed, DB_I(group), DB_I(account), DB_T(state), DB_I(now_us), DB_I(last)));
	if (changed == 0)
		return ERR_NOT_FOUND;
	TRY(db_run(c, &sql_place_give, NULL, DB_I(group)));
	return tell(c, STREAM_ACCOUNT, account, EVENT_OUT, account, group, now_us);
}

enum err group_leave(struct db_conn *c, int64_t group, int64_t account, int64_t now_us)
{
	TRY(go(c, group, account, STR("left"), now_us));
	return tell(c, STREAM_FIGURES, group, EVENT_LEFT, account, account, now_us);
}

enum err group_remove(struct db_conn *c, int64_t group, int64_t account, bool bar, int64_t actor, int64_t now_us)
{
	enum err e = go(c, group, account, bar ? STR("barred") : STR("removed"), now_us);
	if (e == ERR_NOT_FOUND && bar) { /* already gone: only not to come back */
		int64_t changed = 0;
		TRY(db_run(c, &sql_member_bar, &changed, DB_I(group), DB_I(account)));
		return changed ? tell(c, STREAM_STEWARDS, group, EVENT_SETTLED, actor, account, now_us) : ERR_NOT_FOUND;
	}
	TRY(e);
	return tell(c, STREAM_GROUP, group, bar ? EVENT_BARRED : EVENT_GONE, actor, account, now_us);
}

enum err group_set_role(struct db_conn *c, int64_t group, int64_t account, enum role role, int64_t actor, int64_t now_us)
{
	int64_t changed = 0;
	assert(role == ROLE_MEMBER || role == ROLE_STEWARD);
	TRY(db_run(c, &sql_member_role, &changed, DB_I(group), DB_I(account), DB_T(str_of(role_word(role)))));
	return changed ? tell(c, STREAM_GROUP, group, EVENT_ROLE, actor, account, now_us) : ERR_NOT_FOUND;
}

enum err group_mute(struct db_conn *c, int64_t group, int64_t account, int64_t until_us, int64_t now_us)
{
	TRY(db_run(c, &sql_member_mute, NULL, DB_I(group), DB_I(account), DB_I(until_us)));
	return tell(c, STREAM_ACCOUNT, account, EVENT_MUTED, account, group, now_us);
}

enum err group_pin(struct db_conn *c, int64_t group, int64_t account, bool pinned, int64_t now_us)
{
	TRY(db_run(c, &sql_member_pin, NULL, DB_I(group), DB_I(account), DB_I(pinned)));
	return tell(c, STREAM_ACCOUNT, account, EVENT_MUTED, account, group, now_us);
}

enum err group_read(struct db_conn *c, int64_t group, int64_t account, int64_t number, int64_t now_us, int64_t *out_number)
{
	int64_t last = 0, changed = 0;
	TRY(event_last(c, STREAM_GROUP, group, &last));
	number = number < last ? number : last;
	TRY(db_run(c, &sql_member_read, &changed, DB_I(group), DB_I(account), DB_I(number)));
	struct membership me;
	TRY(group_membership(c, group, account, &me));
	*out_number = me.read_number;
	return changed ? tell(c, STREAM_ACCOUNT, account, EVENT_READ, account, group, now_us) : ERR_OK;
}

enum err group_readers(struct db_conn *c, int64_t group, int64_t number, int64_t but, int64_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_readers, &rows, DB_I(group), DB_I(number), DB_I(but)));
	*out_count = db_int(&rows, 0);
	return ERR_OK;
}

enum err group_tell_name(struct db_conn *c, struct arena *a, int64_t account, int64_t now_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	int64_t *groups = arena_take_many(a, GROUP_OF_ONE_MAX, sizeof *groups);
	size_t n = 0;
	if (groups == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_my_groups, &rows, DB_I(account), DB_I(GROUP_OF_ONE_MAX)));
	while (n < GROUP_OF_ONE_MAX && db_next(&rows))
		groups[n++] = db_int(&rows, 0);
	TRY(db_rows_end(&rows));
	for (size_t i = 0; i < n; i++)
		TRY(tell(c, STREAM_GROUP, groups[i], EVENT_NAMED, account, account, now_us));
	return ERR_OK;
}
