/* Invitations, and joining by one. Looking at an invitation changes nothing; only posting joins. */
#include "api/api_private.h"

static const struct field person_fields[] = { { "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { 0 } };
static const struct shape person_shape = { "InvitedBy", person_fields };

#define INVITATION_FIELDS                                                                                            \
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "url", FIELD_TEXT, FIELD_REQUIRED }, { "code", FIELD_TEXT, FIELD_REQUIRED }, \
	{ "approval", FIELD_BOOL, FIELD_REQUIRED }, { "expires_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL },       \
	{ "uses_max", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { "used", FIELD_INT, FIELD_REQUIRED },               \
	{ "stopped", FIELD_BOOL, FIELD_REQUIRED }, { "created_at", FIELD_TIME, FIELD_REQUIRED },                     \
	{ "by", FIELD_OBJECT, FIELD_REQUIRED, .of = &person_shape }
static const struct field invitation_fields[] = { INVITATION_FIELDS, { 0 } };
static const struct shape invitation_shape = { "Invitation", invitation_fields };
static const struct field invitation_qr_fields[] = { INVITATION_FIELDS, { "qr", FIELD_TEXT, FIELD_REQUIRED, .what = "an SVG" }, { 0 } };
static const struct shape invitation_qr_shape = { "InvitationWithQr", invitation_qr_fields };

static enum err write_invitation(struct req *r, const struct invitation *i, bool qr)
{
	struct json_out *j = &r->json;
	struct str url;
	TRY(api_url(r, "/i/", i->code, &url));
	json_open(j);
	json_key_int(j, "id", i->id);
	json_key_text(j, "url", url);
	json_key_text(j, "code", i->code);
	json_key_bool(j, "approval", i->approval);
	api_write_time_or_null(j, "expires_at", i->expires_us);
	if (i->uses_max)
		json_key_int(j, "uses_max", i->uses_max);
	else
		json_key_null(j, "uses_max");
	json_key_int(j, "used", i->used);
	json_key_bool(j, "stopped", i->stopped);
	json_key_time(j, "created_at", i->made_us);
	api_write_person_or_null(j, "by", i->made_by, i->made_by_name);
	if (qr)
		TRY(api_write_qr(r, j, url));
	json_close(j);
	return ERR_OK;
}

static const struct field group_path[] = { PATH_GROUP, { 0 } };
static const struct field list_fields[] = { { "invitations", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &invitation_shape }, { 0 } };
static const struct shape list_shape = { "Invitations", list_fields };

/* Members see their own, stewards and the owner all. */
static enum err invitation_list_handle(struct req *r)
{
	struct invitation *list;
	size_t n;
	int64_t by = api_membership(r).role >= ROLE_STEWARD ? 0 : r->account;
	TRY(group_invitations(r->db, r->arena, req_int(r, "group"), by, &list, &n));
	json_open(&r->json);
	json_key(&r->json, "invitations");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++)
		TRY(write_invitation(r, &list[i], false));
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry invitation_list_entry = { .name = "invitation.list", .method = "GET", .path = "/api/v1/groups/:group/invitations",
	.what = "Invitations of a group", .tx = TX_READ, .rate = RATE_READ, .fields = group_path, .answer = &list_shape, .may = may_invite,
	.handle = invitation_list_handle };

#define EXPIRES_S_MAX (366 * 86400)
static const struct field add_fields[] = {
	PATH_GROUP, { "approval", FIELD_BOOL, 0, .what = "somebody must let the newcomer in" },
	{ "expires_s", FIELD_INT, FIELD_NULL, 60, EXPIRES_S_MAX }, { "uses_max", FIELD_INT, FIELD_NULL, 1, GROUP_CAPACITY_MAX }, { 0 },
};

static enum err invitation_add_handle(struct req *r)
{
	struct invitation i;
	int64_t expires_s = req_int(r, "expires_s");
	TRY(group_invite(r->db, r->arena, req_int(r, "group"), r->account, req_bool(r, "approval"),
		expires_s ? r->now_us + expires_s * US_PER_S : 0, req_int(r, "uses_max"), r->now_us, &i));
	return write_invitation(r, &i, true);
}

const struct entry invitation_add_entry = { .name = "invitation.add", .method = "POST", .path = "/api/v1/groups/:group/invitations",
	.what = "Make an invitation: a link and its QR code", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.fields = add_fields, .answer = &invitation_qr_shape, .status = 201, .may = may_invite, .handle = invitation_add_handle };

static enum err own_invitation(struct req *r, struct invitation *out)
{
	TRY(group_invitation_get(r->db, r->arena, req_int(r, "group"), req_int(r, "invitation"), out));
	bool mine = out->made_by == r->account || api_membership(r).role >= ROLE_STEWARD;
	return mine ? ERR_OK : refuse(r, "not-found", NULL);
}

static const struct field get_fields[] = { PATH_GROUP, { "invitation", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };

static enum err invitation_get_handle(struct req *r)
{
	struct invitation i;
	TRY(own_invitation(r, &i));
	return write_invitation(r, &i, true);
}

const struct entry invitation_get_entry = { .name = "invitation.get", .method = "GET", .path = "/api/v1/groups/:group/invitations/:invitation",
	.what = "One invitation with its QR code", .tx = TX_READ, .rate = RATE_READ, .fields = get_fields, .answer = &invitation_qr_shape,
	.may = may_invite, .handle = invitation_get_handle };

static const struct field set_fields[] = {
	PATH_GROUP, { "invitation", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { "stopped", FIELD_BOOL, 0 }, { "approval", FIELD_BOOL, 0 }, { 0 },
};

static enum err invitation_set_handle(struct req *r)
{
	struct invitation i;
	TRY(own_invitation(r, &i));
	i.stopped = req_has(r, "stopped") ? req_bool(r, "stopped") : i.stopped;
	i.approval = req_has(r, "approval") ? req_bool(r, "approval") : i.approval;
	TRY(group_invitation_set(r->db, i.group, i.id, i.stopped, i.approval));
	return write_invitation(r, &i, false);
}

const struct entry invitation_set_entry = { .name = "invitation.set", .method = "PATCH", .path = "/api/v1/groups/:group/invitations/:invitation",
	.what = "Stop an invitation, or let it go on", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.fields = set_fields, .answer = &invitation_shape, .may = may_invite, .handle = invitation_set_handle };

/* ---- joining ---- */

#define CODE { "code", FIELD_TEXT, FIELD_PATH, 1, 64 }
static const struct field look_group_fields[] = {
	{ "name", FIELD_TEXT, FIELD_REQUIRED }, { "common_ground", FIELD_TEXT, FIELD_REQUIRED }, { "tags", FIELD_TEXT, FIELD_REQUIRED | FIELD_LIST },
	{ "rules", FIELD_TEXT, FIELD_REQUIRED }, { "members", FIELD_INT, FIELD_REQUIRED }, { "capacity", FIELD_INT, FIELD_REQUIRED }, { 0 },
};
static const struct shape look_group_shape = { "InvitingGroup", look_group_fields };
static const struct field look_sister_fields[] = { { "name", FIELD_TEXT, FIELD_REQUIRED }, { 0 } };
static const struct shape look_sister_shape = { "SisterName", look_sister_fields };
static const struct field look_answer_fields[] = {
	{ "group", FIELD_OBJECT, FIELD_REQUIRED, .of = &look_group_shape }, { "approval", FIELD_BOOL, FIELD_REQUIRED },
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "open|expired|used|full|not_in|in|waiting" },
	{ "group_id", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { "sister", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &look_sister_shape },
	{ "me", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &person_shape }, { 0 },
};
static const struct shape look_shape = { "InvitationPage", look_answer_fields };
static const struct field look_fields[] = { CODE, { 0 } };

static enum err by_code(struct req *r, struct invitation *out)
{
	enum err e = group_invitation_by_code(r->db, r->arena, req_text(r, "code"), out);
	return e == ERR_NOT_FOUND ? refuse(r, "gone-invitation", NULL) : e;
}

static const char *look_state(enum join_outcome o, const struct membership *me)
{
	switch (o) {
	case JOIN_IN: return me->state == MEMBER_IN ? "in" : "open";
	case JOIN_WAITING: return me->state == MEMBER_WAITING ? "waiting" : "open";
	case JOIN_FULL: return "full";
	case JOIN_EXPIRED: return "expired";
	case JOIN_USED: return "used";
	case JOIN_NOT_IN: break;
	}
	return "not_in";
}

static enum err write_inviting_group(struct req *r, const struct group *g)
{
	struct str tags[GROUP_TAGS_MAX];
	size_t n;
	TRY(group_tags(r->db, r->arena, g->id, tags, &n));
	json_key(&r->json, "group");
	json_open(&r->json);
	json_key_text(&r->json, "name", g->name);
	json_key_text(&r->json, "common_ground", g->common_ground);
	json_key(&r->json, "tags");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++)
		json_text(&r->json, tags[i]);
	json_close_list(&r->json);
	json_key_text(&r->json, "rules", g->rules);
	json_key_int(&r->json, "members", g->members);
	json_key_int(&r->json, "capacity", g->capacity);
	json_close(&r->json);
	return ERR_OK;
}

static enum err join_look_handle(struct req *r)
{
	struct invitation i;
	struct membership me;
	struct account who = { 0 };
	enum join_outcome outcome;
	struct group g;
	TRY(by_code(r, &i));
	TRY(group_join_try(r->db, &i, r->account, r->now_us, &outcome, &me));
	TRY(group_get(r->db, r->arena, i.group, &g));
	if (r->account)
		TRY(people_get(r->db, r->arena, r->account, &who));
	json_open(&r->json);
	TRY(write_inviting_group(r, &g));
	json_key_bool(&r->json, "approval", i.approval);
	json_key_text(&r->json, "state", str_of(look_state(outcome, &me)));
	if (me.state == MEMBER_IN)
		json_key_int(&r->json, "group_id", g.id);
	else
		json_key_null(&r->json, "group_id");
	json_key(&r->json, "sister");
	if (outcome == JOIN_FULL && (g.sister || g.sister_found)) {
		json_open(&r->json);
		json_key_text(&r->json, "name", g.sister ? g.sister_name : g.name);
		json_close(&r->json);
	} else {
		json_null(&r->json);
	}
	api_write_person_or_null(&r->json, "me", who.id, who.name);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry join_look_entry = { .name = "join.look", .method = "GET", .path = "/api/v1/invitations/:code", .what = "What an invitation is to; changes nothing",
	.tx = TX_READ, .rate = RATE_READ, .open_to_all = true, .fields = look_fields, .answer = &look_shape, .may = may_anyone,
	.handle = join_look_handle };

static const struct field join_fields[] = {
	CODE, { "name", FIELD_TEXT, 0, 1, PEOPLE_NAME_CHARS_MAX, .what = "of a newcomer" }, { "locale", FIELD_TEXT, 0, .one_of = "zh|en" },
	{ "sister", FIELD_BOOL, 0, .what = "when this group is full, go to its sister" }, { 0 },
};
static const struct field joined_fields[] = {
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "in|waiting" }, { "group", FIELD_INT, FIELD_REQUIRED | FIELD_NULL },
	{ "token", FIELD_TEXT, 0, .what = "of a newcomer's new sign-in" }, { 0 },
};
static const struct shape joined_shape = { "Joined", joined_fields };

static enum err refuse_outcome(struct req *r, enum join_outcome o, const struct group *g)
{
	if (o == JOIN_FULL && (g->sister || g->sister_found))
		refuse_with_text(r, "sister", g->sister ? g->sister_name : g->name);
	return refuse(r, o == JOIN_FULL ? "group-full" : o == JOIN_NOT_IN ? "not-in" : "gone-invitation", NULL);
}

/* The invitation to use: this one, or, when the group is full and the sister was asked for, the sister's. */
static enum err settle_on(struct req *r, struct invitation *i, enum join_outcome *out)
{
	struct membership me;
	struct group g;
	struct str name;
	TRY(group_join_try(r->db, i, r->account, r->now_us, out, &me));
	TRY(group_get(r->db, r->arena, i->group, &g));
	if (*out == JOIN_FULL && req_bool(r, "sister")) {
		enum err e = group_sister_invitation(r->db, r->arena, &g, r->now_us, i, &name);
		if (e == ERR_NOT_FOUND)
			return refuse(r, "group-full", NULL);
		TRY(e);
		TRY(group_join_try(r->db, i, r->account, r->now_us, out, &me));
	}
	return *out == JOIN_IN || *out == JOIN_WAITING ? ERR_OK : refuse_outcome(r, *out, &g);
}

static enum err join_handle(struct req *r)
{
	struct invitation i;
	enum join_outcome outcome;
	bool newcomer = r->account == 0;
	TRY(by_code(r, &i));
	TRY(settle_on(r, &i, &outcome));
	if (newcomer) {
		if (!req_has(r, "name"))
			return refuse(r, "required", "name");
		bool chinese = req_has(r, "locale") ? str_eq(req_text(r, "locale"), STR("zh")) : r->chinese;
		TRY(people_add(r->db, req_text(r, "name"), chinese, false, r->now_us, &r->account));
	}
	TRY(group_join(r->db, &i, r->account, r->now_us, &outcome));
	if (outcome != JOIN_IN && outcome != JOIN_WAITING)
		return refuse(r, outcome == JOIN_FULL ? "group-full" : "gone-invitation", NULL);
	json_open(&r->json);
	json_key_text(&r->json, "state", outcome == JOIN_IN ? STR("in") : STR("waiting"));
	if (outcome == JOIN_IN)
		json_key_int(&r->json, "group", i.group);
	else
		json_key_null(&r->json, "group");
	if (newcomer)
		TRY(api_sign_in(r, r->account));
	json_close(&r->json);
	return ERR_OK;
}

const struct entry join_entry = { .name = "join", .method = "POST", .path = "/api/v1/invitations/:code", .what = "Join by an invitation",
	.tx = TX_WRITE, .lock = LOCK_SITE, .rate = RATE_JOIN, .body_bytes_max = 4096, .open_to_all = true, .fields = join_fields,
	.answer = &joined_shape, .may = may_anyone, .handle = join_handle };
