/* Groups themselves, and lists of them and of their members. */
#include "group/group.h"

#define GROUP_COLUMNS "g.id, g.name, g.kind, g.common_ground, g.rules, g.capacity, g.members, g.owner, g.members_invite, " \
	"g.sister, g.sister_found, g.made_us, g.packet_board, COALESCE(g.dissolved_us, 0)"
DB_SQL(sql_group_add, "INSERT INTO chat_group (name, kind, common_ground, rules, capacity, members, owner, made_us) "
	"VALUES ($1, $2, $3, $4, $5, 1, $6, $7) RETURNING id")
DB_SQL(sql_group_owner_in, "INSERT INTO member (group_id, account, role, state, joined_us) VALUES ($1, $2, 'owner', 'in', $3)")
DB_SQL(sql_group_get, "SELECT " GROUP_COLUMNS ", COALESCE(o.name, ''), COALESCE(s.name, '') FROM chat_group g "
	"LEFT JOIN account o ON o.id = g.owner LEFT JOIN chat_group s ON s.id = g.sister WHERE g.id = $1")
DB_SQL(sql_group_set, "UPDATE chat_group SET name = $2, common_ground = $3, rules = $4, capacity = $5, members_invite = $6, "
	"sister = $7, sister_found = $8, packet_board = $9 WHERE id = $1")
DB_SQL(sql_group_count, "SELECT COUNT(*) FROM chat_group WHERE dissolved_us IS NULL")
DB_SQL(sql_group_owned, "SELECT id, name, kind, members FROM chat_group WHERE owner = $1 AND dissolved_us IS NULL ORDER BY id LIMIT $2")
DB_SQL(sql_tags_get, "SELECT tag FROM group_tag WHERE group_id = $1 ORDER BY place")
DB_SQL(sql_tags_clear, "DELETE FROM group_tag WHERE group_id = $1")
DB_SQL(sql_tag_add, "INSERT INTO group_tag (group_id, place, tag) VALUES ($1, $2, $3)")

#define MEMBER_COLUMNS "m.role, m.state, m.account, m.joined_us, m.invited_by, m.read_number, m.last_seen, m.muted_until_us, m.pinned"
DB_SQL(sql_membership, "SELECT " MEMBER_COLUMNS " FROM member m WHERE m.group_id = $1 AND m.account = $2")
DB_SQL(sql_group_list, "SELECT " MEMBER_COLUMNS ", " GROUP_COLUMNS ", COALESCE(s.last_number, 0) FROM member m "
	"JOIN chat_group g ON g.id = m.group_id LEFT JOIN stream s ON s.stream = 1 AND s.owner = m.group_id "
	"WHERE m.account = $1 AND (m.state = 'in' OR (m.state IN ('left', 'removed', 'barred') AND m.last_seen > 0)) ORDER BY g.id LIMIT $2")
/* The page after a member, by name and account; a part of a name anywhere. */
DB_SQL_2(sql_members, "SELECT " MEMBER_COLUMNS ", a.name FROM member m JOIN account a ON a.id = m.account "
	"WHERE m.group_id = $1 AND m.state = 'in' AND ($2 = '' OR instr(lower(a.name), lower($2)) > 0) "
	"AND ($3 = 0 OR (a.name, a.id) > (SELECT name, id FROM account WHERE id = $3)) ORDER BY a.name, a.id LIMIT $4",
	"SELECT " MEMBER_COLUMNS ", a.name FROM member m JOIN account a ON a.id = m.account "
	"WHERE m.group_id = $1 AND m.state = 'in' AND ($2::text = '' OR strpos(lower(a.name), lower($2::text)) > 0) "
	"AND ($3::bigint = 0 OR (a.name COLLATE \"C\", a.id) > (SELECT name COLLATE \"C\", id FROM account WHERE id = $3)) "
	"ORDER BY a.name COLLATE \"C\", a.id LIMIT $4")
DB_SQL(sql_waiting, "SELECT " MEMBER_COLUMNS ", a.name FROM member m JOIN account a ON a.id = m.account "
	"WHERE m.group_id = $1 AND m.state = 'waiting' ORDER BY m.joined_us, m.account LIMIT $2")
DB_SQL(sql_waiting_count, "SELECT COUNT(*) FROM member WHERE group_id = $1 AND state = 'waiting'")
DB_SQL(sql_name_of, "SELECT a.name FROM account a WHERE a.id = $2 AND EXISTS "
	"(SELECT 1 FROM member m WHERE m.group_id = $1 AND m.account = a.id)")

const char *role_word(enum role r)
{
	static const char *const words[] = { "none", "member", "steward", "owner" };
	return words[r];
}

static const char *const state_words[] = { "none", "in", "waiting", "declined", "left", "removed", "barred" };
const char *member_state_word(enum member_state s) { return state_words[s]; }

static enum role role_of(struct str word)
{
	return str_eq(word, STR("owner")) ? ROLE_OWNER : str_eq(word, STR("steward")) ? ROLE_STEWARD : ROLE_MEMBER;
}

static enum member_state state_of(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(state_words); i++)
		if (str_eq(word, str_of(state_words[i])))
			return (enum member_state)i;
	return MEMBER_NONE;
}

static struct membership membership_of(struct db_rows *rows)
{
	return (struct membership){ .role = role_of(db_str(rows, 0)), .state = state_of(db_str(rows, 1)), .account = db_int(rows, 2),
		.joined_us = db_int(rows, 3), .invited_by = db_int(rows, 4), .read_number = db_int(rows, 5), .last_seen = db_int(rows, 6),
		.muted_until_us = db_int(rows, 7), .pinned = db_int(rows, 8) != 0 };
}

/* GROUP_COLUMNS from column at on. */
static enum err group_of(struct db_rows *rows, int at, struct arena *a, struct group *out)
{
	struct group g = { .id = db_int(rows, at), .capacity = db_int(rows, at + 5), .members = db_int(rows, at + 6),
		.owner = db_int(rows, at + 7), .members_invite = db_int(rows, at + 8) != 0, .sister = db_int(rows, at + 9),
		.sister_found = db_int(rows, at + 10) != 0, .made_us = db_int(rows, at + 11), .packet_board = db_int(rows, at + 12) != 0,
		.dissolved_us = db_int(rows, at + 13) };
	TRY(db_str_copy(rows, at + 1, a, &g.name));
	TRY(db_str_copy(rows, at + 2, a, &g.kind));
	TRY(db_str_copy(rows, at + 3, a, &g.common_ground));
	TRY(db_str_copy(rows, at + 4, a, &g.rules));
	g.external = str_eq(g.kind, STR("external"));
	*out = g;
	return ERR_OK;
}

enum err group_add(struct db_conn *c, const struct group *g, const struct str *tags, size_t tag_count, int64_t now_us, int64_t *out_group)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_group_add, &rows, DB_T(g->name), DB_T(g->external ? STR("external") : STR("hosted")), DB_T(g->common_ground),
		DB_T(g->rules), DB_I(g->capacity), DB_I(g->owner), DB_I(now_us)));
	int64_t group = db_int(&rows, 0);
	db_rows_close(&rows);
	TRY(db_run(c, &sql_group_owner_in, NULL, DB_I(group), DB_I(g->owner), DB_I(now_us)));
	TRY(group_set_tags(c, group, tags, tag_count));
	struct event in = { .stream = STREAM_ACCOUNT, .owner = g->owner, .kind = EVENT_IN, .actor = g->owner, .subject = group, .at_us = now_us };
	TRY(event_append(c, &in, NULL));
	*out_group = group;
	return ERR_OK;
}

enum err group_get(struct db_conn *c, struct arena *a, int64_t group, struct group *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct group g;
	TRY(db_one(c, &sql_group_get, &rows, DB_I(group)));
	TRY(group_of(&rows, 0, a, &g));
	TRY(db_str_copy(&rows, 14, a, &g.owner_name));
	TRY(db_str_copy(&rows, 15, a, &g.sister_name));
	*out = g;
	return ERR_OK;
}

enum err group_tags(struct db_conn *c, struct arena *a, int64_t group, struct str out_tags[GROUP_TAGS_MAX], size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	size_t n = 0;
	TRY(db_query(c, &sql_tags_get, &rows, DB_I(group)));
	while (n < GROUP_TAGS_MAX && db_next(&rows))
		TRY(db_str_copy(&rows, 0, a, &out_tags[n++]));
	*out_count = n;
	return db_rows_end(&rows);
}

enum err group_set_tags(struct db_conn *c, int64_t group, const struct str *tags, size_t count)
{
	TRY(db_run(c, &sql_tags_clear, NULL, DB_I(group)));
	for (size_t i = 0; i < count && i < GROUP_TAGS_MAX; i++)
		TRY(db_run(c, &sql_tag_add, NULL, DB_I(group), DB_I((int64_t)i), DB_T(tags[i])));
	return ERR_OK;
}

enum err group_set(struct db_conn *c, const struct group *g, int64_t actor, int64_t now_us)
{
	TRY(db_run(c, &sql_group_set, NULL, DB_I(g->id), DB_T(g->name), DB_T(g->common_ground), DB_T(g->rules), DB_I(g->capacity),
		DB_I(g->members_invite), DB_N(g->sister), DB_I(g->sister_found), DB_I(g->packet_board)));
	struct event changed = { .stream = STREAM_GROUP, .owner = g->id, .kind = EVENT_CHANGED, .actor = actor, .subject = g->id,
		.at_us = now_us };
	return event_append(c, &changed, NULL);
}

enum err group_count(struct db_conn *c, int64_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_group_count, &rows));
	*out_count = db_int(&rows, 0);
	return ERR_OK;
}

enum err group_membership(struct db_conn *c, int64_t group, int64_t account, struct membership *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_membership, &rows, DB_I(group), DB_I(account));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out = e == ERR_OK ? membership_of(&rows) : (struct membership){ .account = account };
	return ERR_OK;
}

enum err group_list(struct db_conn *c, struct arena *a, int64_t account, struct group_line **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct group_line *list = arena_take_many(a, GROUP_OF_ONE_MAX, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_group_list, &rows, DB_I(account), DB_I(GROUP_OF_ONE_MAX)));
	for (; n < GROUP_OF_ONE_MAX && db_next(&rows); n++) {
		list[n].me = membership_of(&rows);
		TRY(group_of(&rows, 9, a, &list[n].group));
		list[n].number = db_int(&rows, 23);
	}
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err group_owned(struct db_conn *c, struct arena *a, int64_t account, size_t limit, struct group **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < GROUP_OF_ONE_MAX ? limit : GROUP_OF_ONE_MAX;
	struct group *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_group_owned, &rows, DB_I(account), DB_I((int64_t)limit)));
	for (; n < limit && db_next(&rows); n++) {
		list[n] = (struct group){ .id = db_int(&rows, 0), .owner = account, .members = db_int(&rows, 3) };
		TRY(db_str_copy(&rows, 1, a, &list[n].name));
		TRY(db_str_copy(&rows, 2, a, &list[n].kind));
		list[n].external = str_eq(list[n].kind, STR("external"));
	}
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

/* Rows of MEMBER_COLUMNS and a name. */
static enum err take_members(struct db_rows *rows, struct arena *a, size_t limit, struct membership **out, size_t *out_count)
{
	struct membership *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	for (; n < limit && db_next(rows); n++) {
		list[n] = membership_of(rows);
		TRY(db_str_copy(rows, 9, a, &list[n].name));
	}
	TRY(db_rows_end(rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err group_members(struct db_conn *c, struct arena *a, int64_t group, struct str search, int64_t after, size_t limit,
	struct membership **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_members, &rows, DB_I(group), DB_T(search), DB_I(after), DB_I((int64_t)limit)));
	return take_members(&rows, a, limit, out, out_count);
}

enum err group_waiting(struct db_conn *c, struct arena *a, int64_t group, size_t limit, struct membership **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_waiting, &rows, DB_I(group), DB_I((int64_t)limit)));
	return take_members(&rows, a, limit, out, out_count);
}

enum err group_waiting_count(struct db_conn *c, int64_t group, int64_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_waiting_count, &rows, DB_I(group)));
	*out_count = db_int(&rows, 0);
	return ERR_OK;
}

enum err group_name_of(struct db_conn *c, struct arena *a, int64_t group, int64_t account, struct str *out_name)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_name_of, &rows, DB_I(group), DB_I(account)));
	return db_str_copy(&rows, 0, a, out_name);
}
