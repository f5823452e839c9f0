/* Myself: who I am, my sign-ins, other devices, and the links by which one comes in. */
#include <stdio.h>

#include "api/api_private.h"
#include "insight/insight.h"
#include "proof/proof.h"

static const struct field me_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },
	{ "locale", FIELD_TEXT, FIELD_REQUIRED, .one_of = "zh|en" }, { "login", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL },
	{ "site_owner", FIELD_BOOL, FIELD_REQUIRED }, { "may_found", FIELD_BOOL, FIELD_REQUIRED },
	{ "left_out", FIELD_BOOL, FIELD_REQUIRED, .what = "not counted in any model" },
	{ "greetable", FIELD_BOOL, FIELD_REQUIRED, .what = "owners may be told that a greeting would be nice" },
	{ "devices", FIELD_INT, FIELD_REQUIRED }, { "public_url", FIELD_TEXT, FIELD_REQUIRED },
	{ "local_only", FIELD_BOOL, FIELD_REQUIRED, .what = "the address opens on this computer only" },
	{ "version", FIELD_TEXT, FIELD_REQUIRED }, { "token", FIELD_TEXT, 0, .what = "of a new sign-in, once" }, { 0 },
};
const struct shape api_me_shape = { "Me", me_fields };

/* The members of Me, without the braces. */
static enum err write_me_members(struct req *r)
{
	struct account me;
	struct session *sessions;
	size_t devices;
	bool all;
	const char *url = serve_public_url(r->serve);
	TRY(people_get(r->db, r->arena, r->account, &me));
	TRY(people_sessions(r->db, r->arena, r->account, &sessions, &devices));
	TRY(people_may_all_found(r->db, &all));
	json_key_int(&r->json, "id", me.id);
	json_key_text(&r->json, "name", me.name);
	json_key_text(&r->json, "locale", me.locale);
	if (me.login.n)
		json_key_text(&r->json, "login", me.login);
	else
		json_key_null(&r->json, "login");
	json_key_bool(&r->json, "site_owner", me.site_owner);
	json_key_bool(&r->json, "may_found", me.site_owner || all);
	json_key_bool(&r->json, "left_out", me.left_out);
	json_key_bool(&r->json, "greetable", me.greetable);
	json_key_int(&r->json, "devices", (int64_t)devices);
	json_key_text(&r->json, "public_url", str_of(url));
	json_key_bool(&r->json, "local_only", strstr(url, "//127.") || strstr(url, "//localhost") || strstr(url, "//[::1]"));
	json_key_text(&r->json, "version", STR(HEARTH_VERSION));
	return ERR_OK;
}

enum err api_write_me(struct req *r)
{
	json_open(&r->json);
	TRY(write_me_members(r));
	json_close(&r->json);
	return ERR_OK;
}

enum err api_write_signed_in(struct req *r)
{
	json_open(&r->json);
	TRY(api_sign_in(r, r->account));
	TRY(write_me_members(r));
	json_close(&r->json);
	return ERR_OK;
}

const struct entry me_get_entry = { .name = "me.get", .method = "GET", .path = "/api/v1/me", .what = "Who I am", .tx = TX_READ,
	.rate = RATE_READ, .answer = &api_me_shape, .may = may_signed_in, .handle = api_write_me };

static const struct field who_fields[] = { { "me", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &api_me_shape }, { 0 } };
static const struct shape who_shape = { "Who", who_fields };

/* For the page's first question: not being signed in is an answer there, no refusal. */
static enum err session_current_handle(struct req *r)
{
	json_open(&r->json);
	json_key(&r->json, "me");
	if (r->account)
		TRY(api_write_me(r));
	else
		json_null(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry session_current_entry = { .name = "session.current", .method = "GET", .path = "/api/v1/sessions/current",
	.what = "Who I am, or null", .tx = TX_READ, .rate = RATE_READ, .open_to_all = true, .answer = &who_shape, .may = may_anyone,
	.handle = session_current_handle };

static const struct field me_set_fields[] = {
	{ "name", FIELD_TEXT, 0, 1, PEOPLE_NAME_CHARS_MAX },
	{ "locale", FIELD_TEXT, 0, .one_of = "zh|en" },
	{ "left_out", FIELD_BOOL, 0 },
	{ "greetable", FIELD_BOOL, 0 },
	{ 0 },
};

static enum err me_set(struct req *r)
{
	struct account was, me;
	TRY(people_get(r->db, r->arena, r->account, &was));
	me = was;
	if (req_has(r, "name"))
		me.name = req_text(r, "name");
	if (req_has(r, "locale"))
		me.locale = req_text(r, "locale");
	if (req_has(r, "left_out"))
		me.left_out = req_bool(r, "left_out");
	if (req_has(r, "greetable"))
		me.greetable = req_bool(r, "greetable");
	TRY(people_set(r->db, &me));
	if (me.left_out && !was.left_out)
		TRY(insight_leave_out(r->db, r->account));
	else if (was.greetable != me.greetable || was.left_out != me.left_out)
		TRY(insight_anew(r->db, r->account));
	if (!str_eq(me.name, was.name))
		TRY(group_tell_name(r->db, r->arena, r->account, r->now_us));
	struct event e = { .stream = STREAM_ACCOUNT, .owner = r->account, .kind = EVENT_ME, .actor = r->account, .subject = r->account,
		.at_us = r->now_us };
	TRY(event_append(r->db, &e, NULL));
	return api_write_me(r);
}

const struct entry me_set_entry = { .name = "me.set", .method = "PATCH", .path = "/api/v1/me", .what = "Change name, language or whether I am counted",
	.tx = TX_WRITE, .lock = LOCK_ACCOUNT, .rate = RATE_CHANGE, .body_bytes_max = 4096, .socket = true, .fields = me_set_fields,
	.answer = &api_me_shape, .may = may_signed_in, .handle = me_set };

/* ---- passwords ---- */

static const struct field password_fields[] = {
	{ "login", FIELD_TEXT, FIELD_REQUIRED, 3, PEOPLE_LOGIN_CHARS_MAX, .what = "small letters, digits, . _ -" },
	{ "password", FIELD_TEXT, FIELD_REQUIRED | FIELD_SECRET, PEOPLE_PASSWORD_CHARS_MIN, PEOPLE_PASSWORD_CHARS_MAX },
	{ "old_password", FIELD_TEXT, FIELD_SECRET, 0, PEOPLE_PASSWORD_CHARS_MAX, .what = "needed when there is one" },
	{ 0 },
};

static bool login_is_plain(struct str login)
{
	for (size_t i = 0; i < login.n; i++) {
		char c = login.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static enum err password_load(struct req *r)
{
	struct str *stored = ARENA_NEW(r->arena, struct str);
	if (stored == NULL)
		return ERR_MEMORY;
	if (!login_is_plain(req_text(r, "login")))
		return refuse(r, "control-characters", "login");
	TRY(people_password_hash(r->db, r->arena, r->account, stored));
	r->state = stored;
	return ERR_OK;
}

static enum err password_prepare(struct req *r)
{
	struct str *stored = r->state;
	if (stored->n) {
		enum err e = req_has(r, "old_password") ? password_check(*stored, req_text(r, "old_password"), NULL) : ERR_REFUSED;
		if (e == ERR_REFUSED)
			return refuse(r, "password-needed", "old_password");
		TRY(e);
	}
	struct password_hash *h = ARENA_NEW(r->arena, struct password_hash);
	if (h == NULL)
		return ERR_MEMORY;
	TRY(password_hash(req_text(r, "password"), h));
	r->state = h;
	return ERR_OK;
}

static enum err password_set(struct req *r)
{
	const struct password_hash *h = r->state;
	enum err e = people_set_password(r->db, r->account, req_text(r, "login"), str_of(h->z));
	if (e == ERR_CONFLICT)
		return refuse(r, "login-taken", "login");
	TRY(e);
	api_write_empty(r);
	return ERR_OK;
}

const struct entry me_password_entry = { .name = "me.password", .method = "PUT", .path = "/api/v1/me/password",
	.what = "Set a sign-in name and password", .tx = TX_WRITE, .lock = LOCK_SITE, .rate = RATE_SIGN_IN, .body_bytes_max = 4096,
	.fields = password_fields, .answer = &api_empty_shape, .may = may_signed_in, .load = password_load, .prepare = password_prepare,
	.handle = password_set };

/* ---- signing in by password ---- */

static const struct field sign_in_fields[] = {
	{ "login", FIELD_TEXT, FIELD_REQUIRED, 1, PEOPLE_LOGIN_CHARS_MAX },
	{ "password", FIELD_TEXT, FIELD_REQUIRED | FIELD_SECRET, 1, PEOPLE_PASSWORD_CHARS_MAX },
	{ 0 },
};
struct who {
	int64_t account;
	struct str hash;
};

static enum err sign_in_load(struct req *r)
{
	struct who *w = ARENA_NEW(r->arena, struct who);
	if (w == NULL)
		return ERR_MEMORY;
	enum err e = people_by_login(r->db, r->arena, req_text(r, "login"), &w->account, &w->hash);
	r->state = w;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Also without such an account a hash is made, so that time does not tell which names there are. */
static enum err sign_in_prepare(struct req *r)
{
	const struct who *w = r->state;
	struct password_hash wasted;
	enum err e = w->account ? password_check(w->hash, req_text(r, "password"), NULL) : password_hash(req_text(r, "password"), &wasted);
	if (e == ERR_REFUSED || (e == ERR_OK && w->account == 0))
		return refuse(r, "wrong-password", "password");
	return e;
}

static enum err sign_in(struct req *r)
{
	r->account = ((const struct who *)r->state)->account;
	return api_write_signed_in(r);
}

const struct entry session_add_entry = { .name = "session.add", .method = "POST", .path = "/api/v1/sessions", .what = "Sign in by password",
	.tx = TX_WRITE, .rate = RATE_SIGN_IN, .body_bytes_max = 4096, .open_to_all = true, .fields = sign_in_fields, .answer = &api_me_shape,
	.may = may_anyone, .load = sign_in_load, .prepare = sign_in_prepare, .handle = sign_in };

/* ---- sign-ins ---- */

static const struct field session_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "agent", FIELD_TEXT, FIELD_REQUIRED }, { "created_at", FIELD_TIME, FIELD_REQUIRED },
	{ "seen_at", FIELD_TIME, FIELD_REQUIRED }, { "current", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape session_shape = { "Session", session_fields };
static const struct field session_list_fields[] = { { "sessions", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &session_shape }, { 0 } };
static const struct shape session_list_shape = { "Sessions", session_list_fields };

static enum err sessions_list(struct req *r)
{
	struct session *list;
	size_t n;
	TRY(people_sessions(r->db, r->arena, r->account, &list, &n));
	json_open(&r->json);
	json_key(&r->json, "sessions");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		json_key_int(&r->json, "id", list[i].id);
		json_key_text(&r->json, "agent", list[i].agent);
		json_key_time(&r->json, "created_at", list[i].made_us);
		json_key_time(&r->json, "seen_at", list[i].seen_us);
		json_key_bool(&r->json, "current", list[i].id == r->session);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry sessions_list_entry = { .name = "session.list", .method = "GET", .path = "/api/v1/sessions", .what = "Where I am signed in",
	.tx = TX_READ, .rate = RATE_READ, .answer = &session_list_shape, .may = may_signed_in, .handle = sessions_list };

static enum err end_session(struct req *r, int64_t session)
{
	TRY(people_session_end(r->db, r->account, session, r->now_us));
	struct event e = { .stream = STREAM_ACCOUNT, .owner = r->account, .kind = EVENT_ENDED, .actor = r->account, .subject = session,
		.at_us = r->now_us };
	TRY(event_append(r->db, &e, NULL));
	if (session == r->session)
		req_header(r, "Set-Cookie", "hearth_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
	api_write_empty(r);
	return ERR_OK;
}

static enum err session_end(struct req *r) { return end_session(r, req_int(r, "session")); }
static enum err session_end_current(struct req *r) { return end_session(r, r->session); }

static const struct field session_end_fields[] = { { "session", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };
const struct entry session_end_entry = { .name = "session.end", .method = "DELETE", .path = "/api/v1/sessions/:session", .what = "End a sign-in of mine",
	.tx = TX_WRITE, .lock = LOCK_ACCOUNT, .rate = RATE_CHANGE, .fields = session_end_fields, .answer = &api_empty_shape, .may = may_signed_in,
	.handle = session_end };
const struct entry session_end_current_entry = { .name = "session.end_current", .method = "DELETE", .path = "/api/v1/sessions/current",
	.what = "Sign out here", .tx = TX_WRITE, .lock = LOCK_ACCOUNT, .rate = RATE_CHANGE, .answer = &api_empty_shape, .may = may_signed_in,
	.handle = session_end_current };
