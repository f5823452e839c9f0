/*
 * Going for good, and before that: one's own data to take along, a group handed on.
 *
 * Deleting an account leaves everything silently: nobody is told, no number is used. What was said stays, under a name that
 * says nothing, unless its author wants it emptied; that is done by the sweep, in pieces, after the answer.
 */
#include "api/drops.h"
#include "packet/packet.h"

/* ---- handing a group on ---- */

static const struct field hand_on_fields[] = { PATH_GROUP, { "account", FIELD_INT, FIELD_REQUIRED, 1, INT64_MAX }, { 0 } };

static enum err hand_on_handle(struct req *r)
{
	if (req_int(r, "account") == r->account)
		return refuse(r, "not-a-member", "account");
	enum err e = group_hand_on(r->db, req_int(r, "group"), r->account, req_int(r, "account"), r->now_us);
	if (e == ERR_NOT_FOUND)
		return refuse(r, "not-a-member", "account");
	TRY(e);
	return api_write_group_whole(r, req_int(r, "group"));
}

const struct entry group_hand_on_entry = { .name = "group.hand_on", .method = "POST", .path = "/api/v1/groups/:group/hand-on",
	.what = "Give the group to a member; the owner stays as a steward", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE,
	.body_bytes_max = 1024, .fields = hand_on_fields, .answer = &api_group_whole_shape, .may = may_owner, .handle = hand_on_handle };

/* ---- what is mine, to take along ---- */

#define DATA_GROUPS_PAGE 16 /* of which messages are read for one page */
#define DATA_PAGE 200u
#define DATA_BYTES_MAX (4u << 20) /* of text in one page; it then has fewer messages */

static const struct field data_fields[] = {
	{ "group", FIELD_INT, FIELD_QUERY, 1, INT64_MAX, .what = "of next" }, { "after", FIELD_INT, FIELD_QUERY, 0, INT64_MAX, .what = "of next" },
	{ 0 },
};
static const struct field said_fields[] = {
	{ "group", FIELD_INT, FIELD_REQUIRED }, { "number", FIELD_INT, FIELD_REQUIRED }, { "at", FIELD_TIME, FIELD_REQUIRED },
	{ "text", FIELD_TEXT, FIELD_REQUIRED }, { "reply", FIELD_INT, FIELD_REQUIRED | FIELD_NULL },
	{ "picture", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL, .what = "its address" }, { 0 },
};
static const struct shape said_shape = { "OwnMessage", said_fields };
static const struct field place_fields[] = { { "group", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },
	{ "role", FIELD_TEXT, FIELD_REQUIRED }, { "state", FIELD_TEXT, FIELD_REQUIRED }, { "since", FIELD_TIME, FIELD_REQUIRED }, { 0 } };
static const struct shape place_shape = { "OwnPlace", place_fields };
static const struct field next_fields[] = { { "group", FIELD_INT, FIELD_REQUIRED }, { "after", FIELD_INT, FIELD_REQUIRED }, { 0 } };
static const struct shape next_shape = { "OwnDataNext", next_fields };
static const struct field data_answer_fields[] = {
	{ "me", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &api_me_shape, .what = "on the first page" },
	{ "groups", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &place_shape, .what = "on the first page" },
	{ "counts", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &api_my_counts_shape, .what = "on the first page" },
	{ "messages", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &said_shape },
	{ "next", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &next_shape, .what = "group= and after= of the next page" }, { 0 },
};
static const struct shape data_shape = { "OwnData", data_answer_fields };

static enum err write_places(struct req *r)
{
	struct group_line *lines;
	size_t n;
	TRY(group_list(r->db, r->arena, r->account, &lines, &n));
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		json_key_int(&r->json, "group", lines[i].group.id);
		json_key_text(&r->json, "name", lines[i].group.name);
		json_key_text(&r->json, "role", str_of(role_word(lines[i].me.role)));
		json_key_text(&r->json, "state", str_of(member_state_word(lines[i].me.state)));
		json_key_time(&r->json, "since", lines[i].me.joined_us);
		json_close(&r->json);
	}
	return ERR_OK;
}

static enum err write_said(struct req *r, int64_t group, const struct message *m)
{
	struct str url;
	json_open(&r->json);
	json_key_int(&r->json, "group", group);
	json_key_int(&r->json, "number", m->number);
	json_key_time(&r->json, "at", m->at_us);
	json_key_text(&r->json, "text", m->text);
	if (m->reply_to)
		json_key_int(&r->json, "reply", m->reply_to);
	else
		json_key_null(&r->json, "reply");
	if (m->picture.id) {
		TRY(arena_print(r->arena, &url, "/api/v1/pictures/%lld/original", (long long)m->picture.id));
		json_key_text(&r->json, "picture", url);
	} else {
		json_key_null(&r->json, "picture");
	}
	json_close(&r->json);
	return ERR_OK;
}

/* Messages from (group, after) on until the page is full; where the next one begins. */
static enum err write_messages(struct req *r, int64_t group, int64_t after, int64_t *out_group, int64_t *out_after)
{
	size_t left = DATA_PAGE, groups_seen = 0, begin = r->out.n, n, count;
	int64_t *groups;
	TRY(group_all_of(r->db, r->arena, r->account, group - 1, GROUP_OF_ONE_MAX, &groups, &count));
	for (; groups_seen < count; groups_seen++, after = 0) {
		struct message *list;
		if (groups[groups_seen] != group)
			after = 0;
		if (groups_seen == DATA_GROUPS_PAGE) { /* each took room for a page of its own */
			*out_group = groups[groups_seen];
			*out_after = 0;
			return ERR_OK;
		}
		TRY(chat_said(r->db, r->arena, groups[groups_seen], r->account, after, left, &list, &n));
		for (size_t i = 0; i < n; i++) {
			TRY(write_said(r, groups[groups_seen], &list[i]));
			if (--left == 0 || r->out.n - begin > DATA_BYTES_MAX) {
				*out_group = groups[groups_seen];
				*out_after = list[i].number;
				return ERR_OK;
			}
		}
	}
	*out_group = 0;
	return ERR_OK;
}

static enum err data_handle(struct req *r)
{
	int64_t group = req_int_or(r, "group", 1), after = req_int_or(r, "after", 0), next_group = 0, next_after = 0;
	bool first = !req_has(r, "group");
	json_open(&r->json);
	json_key(&r->json, "me");
	if (first)
		TRY(api_write_me(r));
	else
		json_null(&r->json);
	json_key(&r->json, "groups");
	json_open_list(&r->json);
	if (first)
		TRY(write_places(r));
	json_close_list(&r->json);
	json_key(&r->json, "counts");
	if (first)
		TRY(api_write_my_counts(r));
	else
		json_null(&r->json);
	json_key(&r->json, "messages");
	json_open_list(&r->json);
	TRY(write_messages(r, group, after, &next_group, &next_after));
	json_close_list(&r->json);
	json_key(&r->json, "next");
	if (next_group) {
		json_open(&r->json);
		json_key_int(&r->json, "group", next_group);
		json_key_int(&r->json, "after", next_after);
		json_close(&r->json);
	} else {
		json_null(&r->json);
	}
	json_close(&r->json);
	return ERR_OK;
}

const struct entry me_data_entry = { .name = "me.data", .method = "GET", .path = "/api/v1/me/data",
	.what = "What the server keeps of me, in pages: who I am, my groups, what I said", .tx = TX_READ, .rate = RATE_READ, .fields = data_fields,
	.answer = &data_shape, .may = may_signed_in, .handle = data_handle };

/* ---- deleting the account ---- */

static const struct field delete_fields[] = {
	{ "messages", FIELD_TEXT, FIELD_REQUIRED, .one_of = "keep|empty", .what = "what I said stays without my name, or is emptied" },
	{ "password", FIELD_TEXT, FIELD_SECRET, 0, PEOPLE_PASSWORD_CHARS_MAX, .what = "needed when there is one" }, { 0 },
};

static enum err delete_load(struct req *r)
{
	struct str *stored = ARENA_NEW(r->arena, struct str);
	if (stored == NULL)
		return ERR_MEMORY;
	TRY(people_password_hash(r->db, r->arena, r->account, stored));
	r->state = stored;
	return ERR_OK;
}

static enum err delete_prepare(struct req *r)
{
	const struct str *stored = r->state;
	if (stored->n == 0)
		return ERR_OK;
	enum err e = req_has(r, "password") ? password_check(*stored, req_text(r, "password"), NULL) : ERR_REFUSED;
	return e == ERR_REFUSED ? refuse(r, "password-needed", "password") : e;
}

static enum err end_sessions(struct req *r)
{
	struct session *list;
	size_t n;
	TRY(people_sessions(r->db, r->arena, r->account, &list, &n));
	for (size_t i = 0; i < n; i++) {
		struct event e = { .stream = STREAM_ACCOUNT, .owner = r->account, .kind = EVENT_ENDED, .actor = r->account, .subject = list[i].id,
			.at_us = r->now_us };
		TRY(event_append(r->db, &e, NULL));
	}
	return ERR_OK;
}

static enum err delete_handle(struct req *r)
{
	struct account me;
	int64_t owned;
	TRY(people_get(r->db, r->arena, r->account, &me));
	if (me.site_owner)
		return refuse(r, "site-owner-stays", NULL);
	TRY(group_owned_with_others(r->db, r->account, &owned));
	if (owned) {
		refuse_with_int(r, "group", owned);
		return refuse(r, "hand-on-first", NULL);
	}
	bool chinese = str_eq(me.locale, STR("zh"));
	TRY(group_leave_all(r->db, r->arena, r->account, r->now_us));
	TRY(chat_unclaim(r->db, r->account));
	TRY(packet_close_wallet(r->db, r->arena, r->account, 0, r->now_us));
	TRY(end_sessions(r));
	TRY(insight_leave_out(r->db, r->account));
	TRY(people_delete(r->db, r->account, chinese ? STR("离开的人") : STR("Somebody who left"), str_eq(req_text(r, "messages"), STR("empty")),
		r->now_us));
	req_header(r, "Set-Cookie", "hearth_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
	api_write_empty(r);
	return ERR_OK;
}

static void delete_done(struct req *r, bool happened)
{
	const struct thermometer *t = thermometer_of(r);
	if (happened && t && t->sweep)
		sweep_soon(t->sweep);
}

const struct entry me_delete_entry = { .name = "me.delete", .method = "DELETE", .path = "/api/v1/me", .what = "Delete my account, silently",
	.tx = TX_WRITE, .lock = LOCK_SITE, .rate = RATE_SIGN_IN, .body_bytes_max = 4096, .fields = delete_fields, .answer = &api_empty_shape,
	.may = may_signed_in, .load = delete_load, .prepare = delete_prepare, .handle = delete_handle, .done = delete_done };
