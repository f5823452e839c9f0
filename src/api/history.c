/* History brought in from elsewhere: read in pages; its authors, who are names until somebody claims one. */
#include <stdio.h>

#include "api/api_private.h"
#include "parse/parse.h"

#define CURSOR_CHARS_MAX 80

static const struct field line_fields[] = {
	{ "at", FIELD_TIME, FIELD_REQUIRED }, { "author", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "of the history, not an account" },
	{ "author_name", FIELD_TEXT, FIELD_REQUIRED }, { "account", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "who claimed the author" },
	{ "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "text|media|act|joined|removed|recalled|packet|renamed|system" },
	{ "text", FIELD_TEXT, FIELD_REQUIRED }, { "target_name", FIELD_TEXT, 0, .what = "joined, removed: by whom; renamed: to what" },
	{ "cursor", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape line_shape = { "HistoryLine", line_fields };
static const struct field page_answer_fields[] = {
	{ "lines", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &line_shape }, { "more", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape page_shape = { "History", page_answer_fields };
static const struct field page_fields[] = {
	PATH_GROUP, { "before", FIELD_TEXT, FIELD_QUERY, 0, CURSOR_CHARS_MAX, .what = "the cursor of a line" }, QUERY_LIMIT(HISTORY_PAGE_MAX), { 0 },
};
#define PAGE_DEFAULT 50

static bool place_of(struct str cursor, struct history_place *out)
{
	int64_t part[3];
	for (size_t i = 0; i < 3; i++) {
		struct str one;
		if (!str_cut(&cursor, '.', &one) || str_int(one, INT64_MIN, INT64_MAX, &part[i]) != ERR_OK)
			return false;
	}
	*out = (struct history_place){ part[0], part[1], part[2] };
	return cursor.n == 0;
}

/* Who left or lost his line is not among the lines (history_page_sql.c), so there is no word for it. */
static const char *kind_word(int kind)
{
	static const char *const words[PARSE_KINDS] = { [PARSE_TEXT] = "text", [PARSE_MEDIA] = "media", [PARSE_ACT] = "act",
		[PARSE_JOIN] = "joined", [PARSE_REMOVED] = "removed", [PARSE_RECALL] = "recalled", [PARSE_PACKET] = "packet",
		[PARSE_RENAME] = "renamed" };
	return kind >= 0 && kind < PARSE_KINDS && words[kind] ? words[kind] : "system";
}

static void id_or_null(struct json_out *j, const char *key, int64_t id)
{
	if (id)
		json_key_int(j, key, id);
	else
		json_key_null(j, key);
}

static void write_line(struct json_out *j, const struct history_shown *l)
{
	char cursor[CURSOR_CHARS_MAX];
	json_open(j);
	json_key_time(j, "at", l->place.at_us);
	id_or_null(j, "author", l->author);
	json_key_text(j, "author_name", l->author_name);
	id_or_null(j, "account", l->account);
	json_key_text(j, "kind", str_of(kind_word(l->kind)));
	json_key_text(j, "text", l->text);
	if (l->target_name.n && (l->kind == PARSE_JOIN || l->kind == PARSE_REMOVED || l->kind == PARSE_RENAME))
		json_key_text(j, "target_name", l->target_name);
	snprintf(cursor, sizeof cursor, "%lld.%lld.%lld", (long long)l->place.at_us, (long long)l->place.place, (long long)l->place.id);
	json_key_text(j, "cursor", str_of(cursor));
	json_close(j);
}

static enum err page_handle(struct req *r)
{
	struct history_place before = HISTORY_END;
	struct history_shown *lines;
	size_t n;
	bool more;
	if (req_text(r, "before").n && !place_of(req_text(r, "before"), &before))
		return refuse(r, "wrong-type", "before");
	TRY(chat_history_page(r->db, r->arena, req_int(r, "group"), before, (size_t)req_int_or(r, "limit", PAGE_DEFAULT), &lines, &n, &more));
	json_open(&r->json);
	json_key(&r->json, "lines");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++)
		write_line(&r->json, &lines[i]);
	json_close_list(&r->json);
	json_key_bool(&r->json, "more", more);
	json_close(&r->json);
	return ERR_OK;
}

/* Members only: what was brought in may be younger than somebody's leaving. */
const struct entry history_page_entry = { .name = "history.page", .method = "GET", .path = "/api/v1/groups/:group/history",
	.what = "What was said elsewhere and brought here, before number 1, from the newest back", .tx = TX_READ, .rate = RATE_READ,
	.fields = page_fields, .answer = &page_shape, .may = may_member, .handle = page_handle };

/* ---- authors ---- */

static const struct field person_fields[] = { { "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { 0 } };
static const struct shape person_shape = { "HistoryPerson", person_fields };
static const struct field author_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { "messages", FIELD_INT, FIELD_REQUIRED },
	{ "first_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL }, { "last_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL },
	{ "bot", FIELD_BOOL, FIELD_REQUIRED }, { "account", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &person_shape },
	{ "claim", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &person_shape, .what = "who says that it is him, and waits" }, { 0 },
};
static const struct shape author_shape = { "HistoryAuthor", author_fields };
static const struct field authors_answer_fields[] = {
	{ "authors", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &author_shape }, { "more", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape authors_shape = { "HistoryAuthors", authors_answer_fields };
static const struct field authors_fields[] = {
	PATH_GROUP, { "offset", FIELD_INT, FIELD_QUERY, 0, PARSE_PEOPLE_MAX }, QUERY_LIMIT(HISTORY_AUTHORS_PAGE_MAX), { 0 },
};
#define AUTHORS_DEFAULT 200

static enum err authors_handle(struct req *r)
{
	struct history_author *list;
	size_t n, limit = (size_t)req_int_or(r, "limit", AUTHORS_DEFAULT);
	TRY(chat_history_authors(r->db, r->arena, req_int(r, "group"), (size_t)req_int_or(r, "offset", 0), limit, &list, &n));
	json_open(&r->json);
	json_key(&r->json, "authors");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		json_key_int(&r->json, "id", list[i].id);
		json_key_text(&r->json, "name", list[i].name);
		json_key_int(&r->json, "messages", list[i].messages);
		api_write_time_or_null(&r->json, "first_at", list[i].first_us);
		api_write_time_or_null(&r->json, "last_at", list[i].last_us);
		json_key_bool(&r->json, "bot", list[i].bot);
		api_write_person_or_null(&r->json, "account", list[i].account, list[i].account_name);
		api_write_person_or_null(&r->json, "claim", list[i].claim_by, list[i].claim_name);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_key_bool(&r->json, "more", n == limit);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry history_authors_entry = { .name = "history.authors", .method = "GET", .path = "/api/v1/groups/:group/history/authors",
	.what = "Who speaks in the history: claims that wait first, then the most talkative", .tx = TX_READ, .rate = RATE_READ,
	.fields = authors_fields, .answer = &authors_shape, .may = may_owner, .handle = authors_handle };

static const struct field claim_fields[] = { PATH_GROUP, { "author", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };

static enum err claim_handle(struct req *r)
{
	struct history_author a;
	struct group g;
	int64_t group = req_int(r, "group"), author = req_int(r, "author");
	TRY(chat_history_author_get(r->db, r->arena, group, author, &a));
	if (a.bot)
		return refuse(r, "forbidden", NULL);
	if (a.account == r->account || a.claim_by == r->account) {
		api_write_empty(r);
		return ERR_OK;
	}
	enum err e = chat_history_claim(r->db, group, author, r->account);
	if (e == ERR_CONFLICT)
		return refuse(r, "name-claimed", NULL);
	TRY(e);
	TRY(group_get(r->db, r->arena, group, &g));
	if (g.owner == r->account) /* nobody is there to ask */
		TRY(chat_history_claim_answer(r->db, group, author, true));
	else
		TRY(chat_history_claim_tell(r->db, group, g.owner, r->account, r->now_us));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry history_claim_entry = { .name = "history.claim", .method = "POST",
	.path = "/api/v1/groups/:group/history/authors/:author/claim", .what = "Say that this author of the history is me; the owner answers",
	.tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = claim_fields, .answer = &api_empty_shape,
	.may = may_member, .handle = claim_handle };

static const struct field answer_fields[] = {
	PATH_GROUP, { "author", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { "yes", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};

static enum err answer_handle(struct req *r)
{
	struct history_author a;
	struct membership m;
	int64_t group = req_int(r, "group"), author = req_int(r, "author");
	bool yes = req_bool(r, "yes");
	TRY(chat_history_author_get(r->db, r->arena, group, author, &a));
	TRY(group_membership(r->db, group, a.claim_by, &m));
	if (a.claim_by == 0 || (yes && m.state != MEMBER_IN)) /* gone meanwhile: nobody to give it to */
		return refuse(r, "not-found", NULL);
	TRY(chat_history_claim_answer(r->db, group, author, yes));
	TRY(chat_history_claim_tell(r->db, group, a.claim_by, r->account, r->now_us));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry history_claim_answer_entry = { .name = "history.claim-answer", .method = "POST",
	.path = "/api/v1/groups/:group/history/authors/:author/claim/answer", .what = "The owner's yes or no to a claim", .tx = TX_WRITE,
	.lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = answer_fields, .answer = &api_empty_shape, .may = may_owner,
	.handle = answer_handle };
