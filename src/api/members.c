/* Members: who is in, roles, going and being removed, muting, who waits to be let in. */
#include "api/api_private.h"

static const struct field person_fields[] = { { "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { 0 } };
static const struct shape person_shape = { "Inviter", person_fields };

#define MEMBER_FIELDS                                                                                             \
	{ "account", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },                         \
	{ "role", FIELD_TEXT, FIELD_REQUIRED, .one_of = "owner|steward|member" }, { "joined_at", FIELD_TIME, FIELD_REQUIRED }
static const struct field member_fields[] = { MEMBER_FIELDS, { 0 } };
static const struct shape member_shape = { "Member", member_fields };
static const struct field list_answer_fields[] = {
	{ "members", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &member_shape }, { "total", FIELD_INT, FIELD_REQUIRED },
	{ "next", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "after= for the next page" }, { 0 },
};
static const struct shape list_shape = { "Members", list_answer_fields };
static const struct field list_fields[] = {
	PATH_GROUP, { "search", FIELD_TEXT, FIELD_QUERY, 0, PEOPLE_NAME_CHARS_MAX }, { "after", FIELD_INT, FIELD_QUERY, 1, INT64_MAX },
	QUERY_LIMIT(GROUP_MEMBERS_PAGE_MAX), { 0 },
};

static void write_member(struct json_out *j, const struct membership *m)
{
	json_key_int(j, "account", m->account);
	json_key_text(j, "name", m->name);
	json_key_text(j, "role", str_of(role_word(m->role)));
	json_key_time(j, "joined_at", m->joined_us);
}

static enum err member_list_handle(struct req *r)
{
	struct membership *list;
	struct group g;
	size_t n, limit = (size_t)req_int_or(r, "limit", 50);
	TRY(group_get(r->db, r->arena, req_int(r, "group"), &g));
	TRY(group_members(r->db, r->arena, g.id, req_text(r, "search"), req_int_or(r, "after", 0), limit, &list, &n));
	json_open(&r->json);
	json_key(&r->json, "members");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		write_member(&r->json, &list[i]);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_key_int(&r->json, "total", g.members);
	if (n == limit)
		json_key_int(&r->json, "next", list[n - 1].account);
	else
		json_key_null(&r->json, "next");
	json_close(&r->json);
	return ERR_OK;
}

const struct entry member_list_entry = { .name = "member.list", .method = "GET", .path = "/api/v1/groups/:group/members",
	.what = "Who is in, by name", .tx = TX_READ, .rate = RATE_READ, .fields = list_fields, .answer = &list_shape, .may = may_member,
	.handle = member_list_handle };

static const struct field member_whole_fields[] = {
	MEMBER_FIELDS, { "invited_by", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &person_shape }, { 0 },
};
static const struct shape member_whole_shape = { "MemberWhole", member_whole_fields };
static const struct field member_path[] = { PATH_GROUP, PATH_ACCOUNT, { 0 } };

static enum err member_get_handle(struct req *r)
{
	struct membership m;
	struct str inviter = STR("");
	int64_t group = req_int(r, "group"), account = req_int(r, "account");
	TRY(group_membership(r->db, group, account, &m));
	if (m.state != MEMBER_IN)
		return refuse(r, "not-found", NULL);
	TRY(group_name_of(r->db, r->arena, group, account, &m.name));
	if (m.invited_by) {
		enum err e = group_name_of(r->db, r->arena, group, m.invited_by, &inviter);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
	}
	json_open(&r->json);
	write_member(&r->json, &m);
	api_write_person_or_null(&r->json, "invited_by", inviter.n ? m.invited_by : 0, inviter);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry member_get_entry = { .name = "member.get", .method = "GET", .path = "/api/v1/groups/:group/members/:account",
	.what = "One member", .tx = TX_READ, .rate = RATE_READ, .fields = member_path, .answer = &member_whole_shape, .may = may_member,
	.handle = member_get_handle };

static const struct field role_fields[] = {
	PATH_GROUP, PATH_ACCOUNT, { "role", FIELD_TEXT, FIELD_REQUIRED, .one_of = "steward|member" }, { 0 },
};

static enum err member_role_handle(struct req *r)
{
	enum role role = str_eq(req_text(r, "role"), STR("steward")) ? ROLE_STEWARD : ROLE_MEMBER;
	TRY(group_set_role(r->db, req_int(r, "group"), req_int(r, "account"), role, r->account, r->now_us));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry member_role_entry = { .name = "member.role", .method = "PATCH", .path = "/api/v1/groups/:group/members/:account",
	.what = "Make somebody a steward, or a member again", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.fields = role_fields, .answer = &api_empty_shape, .may = may_owner, .handle = member_role_handle };

static const struct field remove_fields[] = {
	PATH_GROUP, PATH_ACCOUNT, { "ban", FIELD_BOOL, 0, .what = "not to come back" }, { 0 },
};

/* A steward removes members; only the owner removes a steward; nobody the owner, nobody himself. */
static enum err member_remove_handle(struct req *r)
{
	struct membership m;
	TRY(group_membership(r->db, req_int(r, "group"), req_int(r, "account"), &m));
	if (m.role >= api_membership(r).role && m.state == MEMBER_IN)
		return refuse(r, "only-owner", NULL);
	TRY(group_remove(r->db, req_int(r, "group"), req_int(r, "account"), req_bool(r, "ban"), r->account, r->now_us));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry member_remove_entry = { .name = "member.remove", .method = "POST", .path = "/api/v1/groups/:group/members/:account/remove",
	.what = "Remove a member; logged for all to see", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.fields = remove_fields, .answer = &api_empty_shape, .may = may_steward, .handle = member_remove_handle };

static const struct field link_answer_fields[] = {
	{ "url", FIELD_TEXT, FIELD_REQUIRED }, { "qr", FIELD_TEXT, FIELD_REQUIRED }, { "expires_at", FIELD_TIME, FIELD_REQUIRED }, { 0 },
};
static const struct shape link_answer_shape = { "RecoveryLink", link_answer_fields };

/* For who lost every device. It gives the account away, so all see that it was made, and the account's own devices hear it. */
static enum err member_link_handle(struct req *r)
{
	struct membership m;
	struct account who;
	struct token code;
	struct str url;
	int64_t link, expires_us, group = req_int(r, "group"), account = req_int(r, "account");
	TRY(group_membership(r->db, group, account, &m));
	if (m.state != MEMBER_IN)
		return refuse(r, "not-found", NULL);
	TRY(people_get(r->db, r->arena, account, &who));
	if (who.site_owner && account != r->account)
		return refuse(r, "forbidden", NULL);
	TRY(people_link_add(r->db, LINK_RECOVERY, account, r->account, r->now_us, &code, &link, &expires_us));
	struct event told = { .stream = STREAM_GROUP, .owner = group, .kind = EVENT_LINK, .actor = r->account, .subject = account,
		.at_us = r->now_us };
	TRY(event_append(r->db, &told, NULL));
	TRY(api_url(r, "/enter/", (struct str){ code.z, TOKEN_CHARS }, &url));
	json_open(&r->json);
	json_key_text(&r->json, "url", url);
	TRY(api_write_qr(r, &r->json, url));
	json_key_time(&r->json, "expires_at", expires_us);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry member_link_entry = { .name = "member.link", .method = "POST", .path = "/api/v1/groups/:group/members/:account/link",
	.what = "A sign-in link for a member who lost every device; logged for all to see", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE,
	.body_bytes_max = 1024, .fields = member_path, .answer = &link_answer_shape, .status = 201, .may = may_owner, .handle = member_link_handle };

/* ---- my own place in a group ---- */

static const struct field group_path[] = { PATH_GROUP, { 0 } };

static enum err group_leave_handle(struct req *r)
{
	if (api_membership(r).role == ROLE_OWNER)
		return refuse(r, "owner-stays", NULL);
	TRY(group_leave(r->db, req_int(r, "group"), r->account, r->now_us));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry group_leave_entry = { .name = "group.leave", .method = "POST", .path = "/api/v1/groups/:group/leave",
	.what = "Leave, silently", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = group_path,
	.answer = &api_empty_shape, .may = may_member, .handle = group_leave_handle };

static const struct field mute_fields[] = { PATH_GROUP, { "for", FIELD_TEXT, FIELD_REQUIRED, .one_of = "none|hour|day|week|always" }, { 0 } };
static const struct field muted_fields[] = { { "muted", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL }, { 0 } };
static const struct shape muted_shape = { "Muted", muted_fields };

static enum err group_mute_handle(struct req *r)
{
	struct str how = req_text(r, "for");
	int64_t hour_us = 3600 * US_PER_S;
	int64_t until_us = str_eq(how, STR("none")) ? 0 : str_eq(how, STR("always")) ? GROUP_FOREVER_US : r->now_us +
		(str_eq(how, STR("hour")) ? hour_us : str_eq(how, STR("day")) ? 24 * hour_us : 7 * 24 * hour_us);
	TRY(group_mute(r->db, req_int(r, "group"), r->account, until_us, r->now_us));
	json_open(&r->json);
	if (until_us == GROUP_FOREVER_US)
		json_key_text(&r->json, "muted", STR("always"));
	else
		api_write_time_or_null(&r->json, "muted", until_us);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry group_mute_entry = { .name = "group.mute", .method = "PUT", .path = "/api/v1/groups/:group/mute", .what = "Mute a group, privately",
	.tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024, .socket = true, .fields = mute_fields,
	.answer = &muted_shape, .may = may_member, .handle = group_mute_handle };

static const struct field pin_fields[] = { PATH_GROUP, { "pinned", FIELD_BOOL, FIELD_REQUIRED }, { 0 } };

static enum err group_pin_handle(struct req *r)
{
	TRY(group_pin(r->db, req_int(r, "group"), r->account, req_bool(r, "pinned"), r->now_us));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry group_pin_entry = { .name = "group.pin", .method = "PUT", .path = "/api/v1/groups/:group/pin", .what = "Keep a group on top of my list",
	.tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024, .socket = true, .fields = pin_fields,
	.answer = &api_empty_shape, .may = may_member, .handle = group_pin_handle };

static const struct field read_fields[] = { PATH_GROUP, { "number", FIELD_INT, FIELD_REQUIRED, 0, INT64_MAX }, { 0 } };
static const struct field read_answer_fields[] = {
	{ "read_number", FIELD_INT, FIELD_REQUIRED }, { "unread", FIELD_INT, FIELD_REQUIRED }, { "mentions", FIELD_INT, FIELD_REQUIRED }, { 0 },
};
static const struct shape read_shape = { "ReadMark", read_answer_fields };

static enum err chat_read_handle(struct req *r)
{
	int64_t stands, unread, mentions;
	TRY(group_read(r->db, req_int(r, "group"), r->account, req_int(r, "number"), r->now_us, &stands));
	TRY(chat_unread(r->db, req_int(r, "group"), r->account, stands, &unread, &mentions));
	json_open(&r->json);
	json_key_int(&r->json, "read_number", stands);
	json_key_int(&r->json, "unread", unread);
	json_key_int(&r->json, "mentions", mentions);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry chat_read_entry = { .name = "chat.read", .method = "PUT", .path = "/api/v1/groups/:group/read", .what = "I have read up to this number",
	.tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_READ, .body_bytes_max = 1024, .socket = true, .fields = read_fields, .answer = &read_shape,
	.may = may_member, .handle = chat_read_handle };

/* ---- who waits ---- */

static const struct field waiting_fields[] = {
	{ "account", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { "asked_at", FIELD_TIME, FIELD_REQUIRED }, { 0 },
};
static const struct shape waiting_shape = { "Waiting", waiting_fields };
static const struct field requests_fields[] = { { "requests", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &waiting_shape }, { 0 } };
static const struct shape requests_shape = { "Requests", requests_fields };

static enum err request_list_handle(struct req *r)
{
	struct membership *list;
	size_t n;
	TRY(group_waiting(r->db, r->arena, req_int(r, "group"), GROUP_MEMBERS_PAGE_MAX, &list, &n));
	json_open(&r->json);
	json_key(&r->json, "requests");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		json_key_int(&r->json, "account", list[i].account);
		json_key_text(&r->json, "name", list[i].name);
		json_key_time(&r->json, "asked_at", list[i].joined_us);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry request_list_entry = { .name = "request.list", .method = "GET", .path = "/api/v1/groups/:group/requests", .what = "Who waits to be let in",
	.tx = TX_READ, .rate = RATE_READ, .fields = group_path, .answer = &requests_shape, .may = may_steward, .handle = request_list_handle };

static const struct field settle_fields[] = { PATH_GROUP, PATH_ACCOUNT, { "let_in", FIELD_BOOL, FIELD_REQUIRED }, { 0 } };

static enum err request_settle_handle(struct req *r)
{
	enum err e = group_settle(r->db, req_int(r, "group"), req_int(r, "account"), req_bool(r, "let_in"), r->account, r->now_us);
	if (e == ERR_LIMIT)
		return refuse(r, "group-full", NULL);
	TRY(e);
	api_write_empty(r);
	return ERR_OK;
}

const struct entry request_settle_entry = { .name = "request.settle", .method = "POST", .path = "/api/v1/groups/:group/requests/:account",
	.what = "Let somebody in, or not", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = settle_fields,
	.answer = &api_empty_shape, .may = may_steward, .handle = request_settle_handle };
