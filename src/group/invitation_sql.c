/* Invitations, and the sister group a full one points to. */
#include "group/group.h"

#define COLUMNS "i.id, i.group_id, i.code, i.made_by, i.approval, i.expires_us, i.uses_max, i.used, i.stopped, i.made_us, COALESCE(a.name, '')"
#define FROM " FROM invitation i LEFT JOIN account a ON a.id = i.made_by "
DB_SQL(sql_invite, "INSERT INTO invitation (group_id, code, made_by, approval, expires_us, uses_max, made_us) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id")
DB_SQL(sql_invitation_by_code, "SELECT " COLUMNS FROM "WHERE i.code = $1")
DB_SQL(sql_invitation_get, "SELECT " COLUMNS FROM "WHERE i.group_id = $1 AND i.id = $2")
DB_SQL(sql_invitations, "SELECT " COLUMNS FROM "WHERE i.group_id = $1 AND ($2 = 0 OR i.made_by = $2) ORDER BY i.id DESC LIMIT $3")
DB_SQL(sql_invitation_set, "UPDATE invitation SET stopped = $3, approval = $4 WHERE group_id = $1 AND id = $2")
DB_SQL(sql_sister_open, "SELECT " COLUMNS FROM "WHERE i.group_id = $1 AND i.stopped = 0 AND i.expires_us IS NULL AND i.uses_max IS NULL "
	"AND i.approval = $2 ORDER BY i.id LIMIT 1")
DB_SQL(sql_sister_set, "UPDATE chat_group SET sister = $2 WHERE id = $1")

#define SISTERS_MAX 100 /* how far a chain of full sisters is followed */

static enum err invitation_of(struct db_rows *rows, struct arena *a, struct invitation *out)
{
	struct invitation i = { .id = db_int(rows, 0), .group = db_int(rows, 1), .made_by = db_int(rows, 3), .approval = db_int(rows, 4) != 0,
		.expires_us = db_int(rows, 5), .uses_max = db_int(rows, 6), .used = db_int(rows, 7), .stopped = db_int(rows, 8) != 0,
		.made_us = db_int(rows, 9) };
	TRY(db_str_copy(rows, 2, a, &i.code));
	TRY(db_str_copy(rows, 10, a, &i.made_by_name));
	*out = i;
	return ERR_OK;
}

enum err group_invite(struct db_conn *c, struct arena *a, int64_t group, int64_t by, bool approval, int64_t expires_us, int64_t uses_max,
	int64_t now_us, struct invitation *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct token t = token_new();
	struct str code;
	TRY(arena_copy(a, (struct str){ t.z, GROUP_CODE_CHARS }, &code));
	TRY(db_one(c, &sql_invite, &rows, DB_I(group), DB_T(code), DB_I(by), DB_I(approval), DB_N(expires_us), DB_N(uses_max), DB_I(now_us)));
	int64_t id = db_int(&rows, 0);
	db_rows_close(&rows);
	return group_invitation_get(c, a, group, id, out);
}

enum err group_invitation_by_code(struct db_conn *c, struct arena *a, struct str code, struct invitation *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_invitation_by_code, &rows, DB_T(code)));
	return invitation_of(&rows, a, out);
}

enum err group_invitation_get(struct db_conn *c, struct arena *a, int64_t group, int64_t id, struct invitation *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_invitation_get, &rows, DB_I(group), DB_I(id)));
	return invitation_of(&rows, a, out);
}

enum err group_invitations(struct db_conn *c, struct arena *a, int64_t group, int64_t by, struct invitation **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct invitation *list = arena_take_many(a, GROUP_INVITATIONS_MAX, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_invitations, &rows, DB_I(group), DB_I(by), DB_I(GROUP_INVITATIONS_MAX)));
	while (n < GROUP_INVITATIONS_MAX && db_next(&rows))
		TRY(invitation_of(&rows, a, &list[n++]));
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err group_invitation_set(struct db_conn *c, int64_t group, int64_t id, bool stopped, bool approval)
{
	int64_t changed = 0;
	TRY(db_run(c, &sql_invitation_set, &changed, DB_I(group), DB_I(id), DB_I(stopped), DB_I(approval)));
	return changed ? ERR_OK : ERR_NOT_FOUND;
}

static enum err found_sister(struct db_conn *c, struct arena *a, const struct group *full, int64_t now_us, struct group *out)
{
	struct str tags[GROUP_TAGS_MAX];
	size_t tag_count;
	struct group g = *full;
	TRY(group_tags(c, a, full->id, tags, &tag_count));
	/* "骑行群" → "骑行群 2" → "骑行群 3" */
	int64_t number = 2;
	struct str base = full->name;
	for (size_t i = base.n; i > 1; i--)
		if (base.p[i - 1] == ' ' && str_int(str_from(base, i), 2, 9999, &number) == ERR_OK) {
			base = str_first(base, i - 1);
			number++;
			break;
		}
	TRY(arena_print(a, &g.name, STR_FMT " %lld", STR_ARG(base), (long long)number));
	TRY(group_add(c, &g, tags, tag_count, now_us, &g.id));
	g.sister = 0;
	g.sister_found = true;
	TRY(group_set(c, &g, full->owner, now_us));
	TRY(db_run(c, &sql_sister_set, NULL, DB_I(full->id), DB_I(g.id)));
	*out = g;
	return ERR_OK;
}

enum err group_sister_invitation(struct db_conn *c, struct arena *a, const struct group *full, int64_t now_us, struct invitation *out,
	struct str *out_name)
{
	struct group at = *full;
	for (int steps = 0; at.members >= at.capacity || at.id == full->id || at.dissolved_us; steps++) {
		if (steps == SISTERS_MAX)
			return ERR_NOT_FOUND;
		if (at.sister == 0 && !at.sister_found)
			return ERR_NOT_FOUND;
		if (at.sister == 0) {
			TRY(found_sister(c, a, &at, now_us, &at));
			break;
		}
		int64_t next = at.sister;
		TRY(group_get(c, a, next, &at));
		if (at.id == full->id)
			return ERR_NOT_FOUND;
	}
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_sister_open, &rows, DB_I(at.id), DB_I(0));
	*out_name = at.name;
	if (e == ERR_OK)
		return invitation_of(&rows, a, out);
	if (e != ERR_NOT_FOUND)
		return e;
	return group_invite(c, a, at.id, at.owner, false, 0, 0, now_us, out);
}
