/*
 * Coming in by a one-time link: the site's first owner, another device of one's own, who lost every device. Looking at a
 * link changes nothing (previews and scanners open links too); only posting uses it.
 */
#include "api/api_private.h"

#define CODE { "code", FIELD_TEXT, FIELD_PATH, 1, 64 }

static const char *const kind_words[] = { [LINK_FIRST] = "first", [LINK_DEVICE] = "device", [LINK_RECOVERY] = "recovery" };

static const struct field look_fields[] = { CODE, { 0 } };
static const struct field looked_fields[] = {
	{ "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "first|device|recovery" }, { "name", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL },
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "open|used|expired" }, { 0 },
};
static const struct shape looked_shape = { "EnterLink", looked_fields };

static enum err find(struct req *r, struct link *out)
{
	enum err e = people_link_by_code(r->db, r->arena, req_text(r, "code"), r->now_us, out);
	return e == ERR_NOT_FOUND ? refuse(r, "gone-link", NULL) : e;
}

static enum err enter_look(struct req *r)
{
	struct link l;
	struct account who = { 0 };
	TRY(find(r, &l));
	if (l.account)
		TRY(people_get(r->db, r->arena, l.account, &who));
	json_open(&r->json);
	json_key_text(&r->json, "kind", str_of(kind_words[l.kind]));
	if (l.account)
		json_key_text(&r->json, "name", who.name);
	else
		json_key_null(&r->json, "name");
	json_key_text(&r->json, "state", l.state == LINK_USED ? STR("used") : l.state == LINK_EXPIRED ? STR("expired") : STR("open"));
	json_close(&r->json);
	return ERR_OK;
}

const struct entry enter_look_entry = { .name = "enter.look", .method = "GET", .path = "/api/v1/enter/:code", .what = "What a sign-in link is for; changes nothing",
	.tx = TX_READ, .rate = RATE_READ, .open_to_all = true, .fields = look_fields, .answer = &looked_shape, .may = may_anyone, .handle = enter_look };

static const struct field enter_fields[] = {
	CODE,
	{ "name", FIELD_TEXT, 0, 1, PEOPLE_NAME_CHARS_MAX, .what = "first: how you are called" },
	{ "locale", FIELD_TEXT, 0, .one_of = "zh|en" },
	{ "ticket", FIELD_TEXT, 0, 1, 64, .what = "device: as answered before" },
	{ 0 },
};

static enum err signed_in(struct req *r, const struct link *l, int64_t account)
{
	enum err e = people_link_use(r->db, l->id, r->now_us);
	if (e == ERR_CONFLICT)
		return refuse(r, "gone-link", NULL);
	TRY(e);
	r->account = account;
	return api_write_signed_in(r);
}

static enum err first(struct req *r, const struct link *l)
{
	int64_t account;
	if (!req_has(r, "name"))
		return refuse(r, "required", "name");
	bool chinese = req_has(r, "locale") ? str_eq(req_text(r, "locale"), STR("zh")) : r->chinese;
	TRY(people_add(r->db, req_text(r, "name"), chinese, true, r->now_us, &account));
	return signed_in(r, l, account);
}

/* Asks to be let in by the device that shows the code; comes again with its ticket until that one answered. */
static enum err device(struct req *r, const struct link *l)
{
	if (!req_has(r, "ticket")) {
		struct token ticket;
		if (l->state != LINK_OPEN)
			return refuse(r, "gone-link", NULL);
		TRY(people_link_ask(r->db, l->id, r->agent, &ticket));
		struct event e = { .stream = STREAM_ACCOUNT, .owner = l->account, .kind = EVENT_DEVICE, .actor = l->account, .subject = l->id,
			.at_us = r->now_us };
		TRY(event_append(r->db, &e, NULL));
		r->status = 202;
		json_open(&r->json);
		json_key_text(&r->json, "ticket", (struct str){ ticket.z, TOKEN_CHARS });
		json_close(&r->json);
		return ERR_OK;
	}
	if (!people_ticket_fits(l, req_text(r, "ticket")))
		return refuse(r, "gone-link", NULL);
	if (l->state == LINK_DENIED)
		return refuse(r, "not-in", NULL);
	if (l->state == LINK_ALLOWED)
		return signed_in(r, l, l->account);
	r->status = 202;
	json_open(&r->json);
	json_key_text(&r->json, "ticket", req_text(r, "ticket"));
	json_close(&r->json);
	return ERR_OK;
}

static enum err enter(struct req *r)
{
	struct link l;
	TRY(find(r, &l));
	if (l.state == LINK_USED || l.state == LINK_EXPIRED)
		return refuse(r, "gone-link", NULL);
	return l.kind == LINK_FIRST ? first(r, &l) : l.kind == LINK_DEVICE ? device(r, &l) : signed_in(r, &l, l.account);
}

const struct entry enter_entry = { .name = "enter", .method = "POST", .path = "/api/v1/enter/:code", .what = "Use a sign-in link",
	.tx = TX_WRITE, .lock = LOCK_SITE, .rate = RATE_SIGN_IN, .body_bytes_max = 4096, .open_to_all = true, .fields = enter_fields,
	.answer = &api_me_shape, .may = may_anyone, .handle = enter };

/* ---- another device of one's own ---- */

static const struct field link_fields[] = {
	{ "link", FIELD_INT, FIELD_REQUIRED }, { "code", FIELD_TEXT, FIELD_REQUIRED }, { "url", FIELD_TEXT, FIELD_REQUIRED },
	{ "qr", FIELD_TEXT, FIELD_REQUIRED }, { "expires_at", FIELD_TIME, FIELD_REQUIRED }, { 0 },
};
static const struct shape link_shape = { "SignInLink", link_fields };

static enum err device_link_add(struct req *r)
{
	struct token code;
	int64_t link, expires_us;
	struct str url;
	TRY(people_link_add(r->db, LINK_DEVICE, r->account, r->account, r->now_us, &code, &link, &expires_us));
	TRY(api_url(r, "/enter/", (struct str){ code.z, TOKEN_CHARS }, &url));
	json_open(&r->json);
	json_key_int(&r->json, "link", link);
	json_key_text(&r->json, "code", (struct str){ code.z, TOKEN_CHARS });
	json_key_text(&r->json, "url", url);
	TRY(api_write_qr(r, &r->json, url));
	json_key_time(&r->json, "expires_at", expires_us);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry device_link_add_entry = { .name = "device_link.add", .method = "POST", .path = "/api/v1/me/device-links",
	.what = "A QR code for another device of mine, for two minutes", .tx = TX_WRITE, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.answer = &link_shape, .status = 201, .may = may_signed_in, .handle = device_link_add };

static const struct field link_path[] = { { "link", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };
static const struct field link_state_fields[] = {
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "open|asking|used|expired" }, { "agent", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL }, { 0 },
};
static const struct shape link_state_shape = { "DeviceLinkState", link_state_fields };

static enum err own_link(struct req *r, struct link *out)
{
	TRY(people_link_get(r->db, r->arena, req_int(r, "link"), r->now_us, out));
	return out->account == r->account && out->kind == LINK_DEVICE ? ERR_OK : refuse(r, "not-found", NULL);
}

static enum err device_link_get(struct req *r)
{
	struct link l;
	TRY(own_link(r, &l));
	json_open(&r->json);
	json_key_text(&r->json, "state", l.state == LINK_OPEN ? STR("open") : l.state == LINK_ASKING ? STR("asking") :
		l.state == LINK_EXPIRED ? STR("expired") : STR("used"));
	if (l.agent.n)
		json_key_text(&r->json, "agent", l.agent);
	else
		json_key_null(&r->json, "agent");
	json_close(&r->json);
	return ERR_OK;
}

const struct entry device_link_get_entry = { .name = "device_link.get", .method = "GET", .path = "/api/v1/me/device-links/:link",
	.what = "Whether a device asks to be let in", .tx = TX_READ, .rate = RATE_READ, .fields = link_path, .answer = &link_state_shape,
	.may = may_signed_in, .handle = device_link_get };

static const struct field link_answer_fields[] = {
	{ "link", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { "let_in", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};

static enum err device_link_answer(struct req *r)
{
	struct link l;
	TRY(own_link(r, &l));
	if (l.state != LINK_ASKING)
		return refuse(r, "gone-link", NULL);
	TRY(people_link_answer(r->db, l.id, req_bool(r, "let_in")));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry device_link_answer_entry = { .name = "device_link.answer", .method = "POST", .path = "/api/v1/me/device-links/:link",
	.what = "Let that device in, or not", .tx = TX_WRITE, .lock = LOCK_ACCOUNT, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.fields = link_answer_fields, .answer = &api_empty_shape, .may = may_signed_in, .handle = device_link_answer };
