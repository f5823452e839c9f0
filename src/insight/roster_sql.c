/* Member lists entered by hand: the statements. */
#include "insight/roster.h"

#define PAGE 20000 /* of names read at a time */

DB_SQL(sql_roster_add, "INSERT INTO roster (group_id, at_us, made_us, by_account, names) VALUES ($1, $2, $3, $4, $5) RETURNING id")
DB_SQL_2(sql_roster_names_add, "INSERT INTO roster_name (roster, name) SELECT $1, value FROM json_each($2)",
	"INSERT INTO roster_name (roster, name) SELECT CAST($1 AS BIGINT), value FROM json_array_elements_text(CAST(CAST($2 AS TEXT) AS JSON))")
DB_SQL(sql_rosters, "SELECT id, at_us, made_us, by_account, names FROM roster WHERE group_id = $1 ORDER BY at_us DESC, id DESC LIMIT $2")
DB_SQL(sql_roster_get, "SELECT id, at_us, made_us, by_account, names FROM roster WHERE group_id = $1 AND id = $2")
DB_SQL(sql_roster_names, "SELECT name FROM roster_name WHERE roster = $1 ORDER BY name LIMIT $2")
DB_SQL(sql_roster_names_page, "SELECT name FROM roster_name WHERE roster = $1 AND name > $2 ORDER BY name LIMIT $3")
DB_SQL(sql_roster_names_remove, "DELETE FROM roster_name WHERE roster IN (SELECT id FROM roster WHERE group_id = $1 AND id = $2)")
DB_SQL(sql_roster_remove, "DELETE FROM roster WHERE group_id = $1 AND id = $2")

static struct roster roster_of(const struct db_rows *rows, int64_t group)
{
	return (struct roster){ .id = db_int(rows, 0), .group = group, .at_us = db_int(rows, 1), .made_us = db_int(rows, 2),
		.by = db_int(rows, 3), .names = db_int(rows, 4) };
}

enum err roster_add(struct db_conn *c, const struct roster *r, struct str names_json, int64_t *out_id)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_roster_add, &rows, DB_I(r->group), DB_I(r->at_us), DB_I(r->made_us), DB_I(r->by), DB_I(r->names)));
	int64_t id = db_int(&rows, 0);
	db_rows_close(&rows);
	TRY(db_run(c, &sql_roster_names_add, NULL, DB_I(id), DB_T(names_json)));
	*out_id = id;
	return ERR_OK;
}

enum err roster_list(struct db_conn *c, struct arena *a, int64_t group, struct roster **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct roster *list = arena_take_many(a, ROSTER_LISTS_MAX, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_rosters, &rows, DB_I(group), DB_I(ROSTER_LISTS_MAX)));
	while (n < ROSTER_LISTS_MAX && db_next(&rows))
		list[n++] = roster_of(&rows, group);
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err roster_get(struct db_conn *c, int64_t group, int64_t id, struct roster *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_roster_get, &rows, DB_I(group), DB_I(id)));
	*out = roster_of(&rows, group);
	return ERR_OK;
}

enum err roster_names(struct db_conn *c, int64_t id, struct db_rows *out)
{
	return db_query(c, &sql_roster_names, out, DB_I(id), DB_I(ROSTER_NAMES_MAX));
}

enum err roster_remove(struct db_conn *c, int64_t group, int64_t id)
{
	TRY(db_run(c, &sql_roster_names_remove, NULL, DB_I(group), DB_I(id)));
	return db_run(c, &sql_roster_remove, NULL, DB_I(group), DB_I(id));
}

static enum err names_into(struct db_conn *c, const struct roster *r, struct arena *a, struct roster_look *look)
{
	struct str after = STR("");
	for (bool more = true; more;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t n = 0;
		struct str last = STR("");
		TRY(db_query(c, &sql_roster_names_page, &rows, DB_I(r->id), DB_T(after), DB_I(PAGE)));
		for (; db_next(&rows); n++) {
			TRY(roster_look_name(look, r->at_us, db_str(&rows, 0)));
			if (n + 1 == PAGE)
				TRY(db_str_copy(&rows, 0, a, &last));
		}
		TRY(db_rows_end(&rows));
		more = n == PAGE;
		after = last;
	}
	return ERR_OK;
}

enum err roster_look_of(struct db_conn *c, int64_t group, struct roster_look **out)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(1u << 20);
	struct roster_look *look CLEANUP(roster_look_drop) = NULL;
	struct roster *list;
	size_t n;
	int64_t at_us[ROSTER_LISTS_MAX];
	if (a == NULL)
		return ERR_MEMORY;
	TRY(roster_list(c, a, group, &list, &n));
	for (size_t i = 0; i < n; i++)
		at_us[i] = list[i].at_us;
	if (n)
		TRY(roster_look_new(at_us, n, &look));
	for (size_t i = 0; i < n; i++)
		TRY(names_into(c, &list[i], a, look));
	*out = look;
	look = NULL;
	return ERR_OK;
}
