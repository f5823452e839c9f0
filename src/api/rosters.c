/*
 * Member lists that an owner enters for a group that lives elsewhere; the thermometer infers from them who came and went.
 * Called by: serve. Owns: nothing. Not here: the inference and the statements (insight/roster.h).
 */
#include "api/api_private.h"
#include "insight/insight.h"
#include "insight/roster.h"

#define BODY_BYTES_MAX NET_BODY_MEMORY_MAX
#define JSON_BYTES_MAX (8u << 20) /* of the names as they are stored */
#define FOLD_BYTES_MAX (64u << 10) /* of one name's folding */
#define NAMES_LISTED_MAX 20000u   /* as a JSON list, which takes more memory than pasted text */
#define CHARS_MAX (1 << 20)       /* of pasted text */
#define AT_MIN_US (INT64_C(946684800) * US_PER_S) /* 2000-01-01: no group chat is older */

static const struct field roster_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "at", FIELD_TIME, FIELD_REQUIRED }, { "made_at", FIELD_TIME, FIELD_REQUIRED },
	{ "names", FIELD_INT, FIELD_REQUIRED, .what = "how many" }, { 0 },
};
static const struct shape roster_shape = { "Roster", roster_fields };

static void write_roster(struct json_out *j, const struct roster *l)
{
	json_open(j);
	json_key_int(j, "id", l->id);
	json_key_time(j, "at", l->at_us);
	json_key_time(j, "made_at", l->made_us);
	json_key_int(j, "names", l->names);
	json_close(j);
}

/* A group that lives here records who comes and goes: nothing is to be inferred. */
static enum err must_be_external(struct req *r)
{
	struct group g;
	TRY(group_get(r->db, r->arena, req_int(r, "group"), &g));
	if (g.external)
		return ERR_OK;
	r->problem_detail = r->chinese ? STR("这个群就在这里，谁进来、谁离开，它自己都记着。") :
		STR("This group lives here and records itself who comes and who goes.");
	return refuse(r, "not-one-of", "group");
}

/* ---- which there are ---- */

static const struct field list_path_fields[] = { PATH_GROUP, { 0 } };
static const struct field list_fields[] = {
	{ "rosters", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &roster_shape, .max_items = ROSTER_LISTS_MAX, .what = "the newest first" }, { 0 } };
static const struct shape list_shape = { "Rosters", list_fields };

static enum err list_handle(struct req *r)
{
	struct roster *list;
	size_t n;
	TRY(must_be_external(r));
	TRY(roster_list(r->db, r->arena, req_int(r, "group"), &list, &n));
	json_open(&r->json);
	json_key(&r->json, "rosters");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++)
		write_roster(&r->json, &list[i]);
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry roster_list_entry = { .name = "roster.list", .method = "GET", .path = "/api/v1/groups/:group/rosters",
	.what = "The member lists entered for a group that lives elsewhere", .tx = TX_READ, .rate = RATE_READ, .fields = list_path_fields,
	.answer = &list_shape, .may = may_owner, .handle = list_handle };

/* ---- one more ---- */

static const struct field add_fields[] = {
	PATH_GROUP, { "at", FIELD_TIME, FIELD_REQUIRED, .what = "the day on which the group had these members" },
	{ "names", FIELD_TEXT, FIELD_LIST, 1, ROSTER_NAME_CHARS_MAX, .max_items = NAMES_LISTED_MAX },
	{ "text", FIELD_TEXT, FIELD_LINES, 0, CHARS_MAX, .what = "as pasted: a name a line, or parted by 、 , ，" }, { 0 },
};

struct gathering {
	struct req *r;
	struct map *seen;
	struct arena *scratch; /* of one name */
	struct buf json;
};

static void gathering_end(struct gathering *g)
{
	map_free(g->seen);
	arena_free(g->scratch);
	buf_free(&g->json);
}

/* Names that people take for one are one; a blank is none. */
static enum err gather(struct gathering *g, struct str name, const char *field)
{
	struct str folded;
	bool is_new;
	if (utf8_chars(text_trim(name)) > ROSTER_NAME_CHARS_MAX) {
		refuse_with_int(g->r, "max", ROSTER_NAME_CHARS_MAX);
		return refuse(g->r, "too-long", field);
	}
	arena_reset(g->scratch);
	TRY(text_fold(g->scratch, name, &folded));
	if (folded.n == 0 || map_get(g->seen, folded))
		return ERR_OK;
	if (map_count(g->seen) == ROSTER_NAMES_MAX) {
		refuse_with_int(g->r, "max", ROSTER_NAMES_MAX);
		return refuse(g->r, "too-many", field);
	}
	return map_put(g->seen, folded, 0, &is_new) ? ERR_OK : ERR_MEMORY;
}

static size_t separator(struct str s)
{
	static const struct str all[] = { { "\n", 1 }, { "\r", 1 }, { "\t", 1 }, { ",", 1 }, { "、", 3 }, { "，", 3 } };
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (str_starts(s, all[i]))
			return all[i].n;
	return 0;
}

static enum err gather_pasted(struct gathering *g, struct str text)
{
	for (size_t from = 0, at = 0; at <= text.n;) {
		size_t skip = separator(str_from(text, at));
		if (skip == 0 && at < text.n) {
			at++;
			continue;
		}
		TRY(gather(g, (struct str){ text.p + from, at - from }, "text"));
		at += skip ? skip : 1;
		from = at;
	}
	return ERR_OK;
}

static enum err gather_all(struct gathering *g)
{
	const struct value *names = req_value(g->r, "names");
	for (size_t i = 0; names->given && i < names->json->count; i++)
		TRY(gather(g, names->json->items[i].text, "names"));
	if (req_text(g->r, "text").n)
		TRY(gather_pasted(g, req_text(g->r, "text")));
	if (map_count(g->seen) == 0)
		return refuse(g->r, "required", "names");
	struct json_out j = JSON_OUT(&g->json);
	json_open_list(&j);
	for (size_t i = 0; i < map_count(g->seen); i++)
		json_text(&j, map_key_at(g->seen, i));
	json_close_list(&j);
	return buf_end(&g->json);
}

/* The group's lists together must stay small enough to be looked at again and again. */
static enum err has_room(struct req *r, int64_t group, size_t names)
{
	struct roster *list;
	size_t n;
	int64_t all = (int64_t)names;
	TRY(roster_list(r->db, r->arena, group, &list, &n));
	for (size_t i = 0; i < n; i++)
		all += list[i].names;
	if (n < ROSTER_LISTS_MAX && all <= ROSTER_GROUP_NAMES_MAX)
		return ERR_OK;
	refuse_with_int(r, "max", n < ROSTER_LISTS_MAX ? ROSTER_GROUP_NAMES_MAX : ROSTER_LISTS_MAX);
	return refuse(r, "too-many", n < ROSTER_LISTS_MAX ? "names" : "rosters");
}

static enum err add_gathered(struct req *r, struct gathering *g)
{
	TRY(gather_all(g));
	struct roster l = { .group = req_int(r, "group"), .at_us = req_value(r, "at")->integer, .made_us = r->now_us, .by = r->account,
		.names = (int64_t)map_count(g->seen) };
	TRY(has_room(r, l.group, map_count(g->seen)));
	TRY(roster_add(r->db, &l, buf_str(&g->json), &l.id));
	TRY(insight_group_anew(r->db, l.group));
	write_roster(&r->json, &l);
	return ERR_OK;
}

static enum err add_handle(struct req *r)
{
	int64_t at_us = req_value(r, "at")->integer;
	TRY(must_be_external(r));
	/* a day further on: it may be tomorrow already where he is */
	if (at_us < AT_MIN_US || at_us > r->now_us + US_PER_DAY)
		return refuse(r, "out-of-range", "at");
	struct gathering g CLEANUP(gathering_end) = { .r = r, .seen = map_new(ROSTER_NAMES_MAX), .scratch = arena_new(FOLD_BYTES_MAX),
		.json = BUF(JSON_BYTES_MAX) };
	return g.seen && g.scratch ? add_gathered(r, &g) : ERR_MEMORY;
}

const struct entry roster_add_entry = { .name = "roster.add", .method = "POST", .path = "/api/v1/groups/:group/rosters",
	.what = "Enter who was in a group that lives elsewhere; lists of one day are parts of one", .tx = TX_WRITE, .lock = LOCK_GROUP,
	.rate = RATE_CHANGE, .body_bytes_max = BODY_BYTES_MAX, .fields = add_fields, .answer = &roster_shape, .status = 201,
	.may = may_owner, .handle = add_handle };

/* ---- one less ---- */

static const struct field remove_fields[] = { PATH_GROUP, { "roster", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };
static const struct field removed_fields[] = {
	{ "at", FIELD_TIME, FIELD_REQUIRED },
	{ "names", FIELD_TEXT, FIELD_REQUIRED | FIELD_LIST, .max_items = ROSTER_NAMES_MAX, .what = "as they were kept: small letters" }, { 0 },
};
static const struct shape removed_shape = { "RosterRemoved", removed_fields };

static enum err remove_handle(struct req *r)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct roster l;
	TRY(must_be_external(r));
	TRY(roster_get(r->db, req_int(r, "group"), req_int(r, "roster"), &l));
	json_open(&r->json);
	json_key_time(&r->json, "at", l.at_us);
	json_key(&r->json, "names");
	json_open_list(&r->json);
	TRY(roster_names(r->db, l.id, &rows));
	while (db_next(&rows))
		json_text(&r->json, db_str(&rows, 0));
	TRY(db_rows_end(&rows));
	db_rows_close(&rows);
	json_close_list(&r->json);
	json_close(&r->json);
	TRY(roster_remove(r->db, l.group, l.id));
	return insight_group_anew(r->db, l.group);
}

const struct entry roster_remove_entry = { .name = "roster.remove", .method = "DELETE", .path = "/api/v1/groups/:group/rosters/:roster",
	.what = "Take a member list away; the answer is what entering it again takes", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE,
	.fields = remove_fields, .answer = &removed_shape, .may = may_owner, .handle = remove_handle };
