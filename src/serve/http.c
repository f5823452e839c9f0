/* Between net and the entries: HTTP in, HTTP out. Cookies, origins, languages, and headers of every answer. */
#include <stdio.h>

#include "serve/serve_private.h"

#define API_PREFIX "/api/"
#define COOKIE_NAME "hearth_session="
#define BODY_FOR_NOTHING_MAX 65536u /* where there is no entry: so that it hears that, not that its body is large */

/* Sent with every answer of the API; pages have their own (api/files.c). */
#define NO_SNIFF "X-Content-Type-Options: nosniff\r\n"
#define API_HEADERS "Cache-Control: no-store\r\n" NO_SNIFF

static struct str cookie_token(struct str cookies)
{
	struct str one;
	while (str_cut(&cookies, ';', &one)) {
		one = str_trim(one);
		if (str_starts(one, STR(COOKIE_NAME)))
			return str_from(one, sizeof COOKIE_NAME - 1);
	}
	return (struct str){ NULL, 0 };
}

static struct str bearer_token(struct str authorization)
{
	return str_starts(authorization, STR("Bearer ")) ? str_trim(str_from(authorization, 7)) : (struct str){ NULL, 0 };
}

static bool is_safe(struct str method) { return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD")); }

/* A cookie is only believed together with our own origin; a bearer token cannot be sent by another site's page. */
static bool origin_is_ours(const struct serve *s, const struct net_request *h)
{
	if (bearer_token(h->authorization).n)
		return true;
	if (h->origin.n == 0)
		return h->sec_fetch_site.n == 0 || str_eq(h->sec_fetch_site, STR("same-origin")) || str_eq(h->sec_fetch_site, STR("none"));
	if (str_eq(h->origin, str_of(s->public_url)))
		return true;
	/* opened by another of this server's names: the page and the request agree */
	ptrdiff_t at = str_find(h->origin, STR("://"));
	return at > 0 && str_eq(str_from(h->origin, (size_t)at + 3), h->host);
}

static void http_answer(struct req *r)
{
	CLEANUP(buf_free) struct buf headers = BUF(16384);
	buf_add(&headers, buf_str(&r->headers));
	if (r->private_cache_s && r->problem == NULL)
		buf_print(&headers, "Cache-Control: private, max-age=%lld, immutable\r\n" NO_SNIFF, (long long)r->private_cache_s);
	else
		buf_add(&headers, STR(API_HEADERS));
	if (r->retry_after_s)
		buf_print(&headers, "Retry-After: %lld\r\n", (long long)r->retry_after_s);
	struct net_answer a = { .status = r->status, .headers = buf_str(&headers), .body = buf_str(&r->out), .file_path = r->file_path };
	bool json = r->content_type == NULL || r->problem;
	a.content_type = r->problem ? STR("application/problem+json") : json ? STR("application/json") : str_of(r->content_type);
	if (json && a.body.n == 0 && a.file_path == NULL)
		a.body = STR("{}");
	net_answer(r->serve->net, r->http, &a);
}

static void answer_problem(struct serve *s, struct net_request *h, const char *slug, const char *header)
{
	CLEANUP(buf_free) struct buf body = BUF(8192);
	CLEANUP(buf_free) struct buf headers = BUF(1024);
	struct net_answer a = { .status = serve_problem(slug, chinese_wanted(h->accept_language), &body),
		.content_type = STR("application/problem+json") };
	buf_print(&headers, "%s%s", API_HEADERS, header);
	a.headers = buf_str(&headers);
	a.body = buf_str(&body);
	net_answer(s->net, h, &a);
}

/* RFC 9110 §15.5.6 wants the methods named that there are. */
static void answer_wrong_method(struct serve *s, struct net_request *h)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	CLEANUP(buf_free) struct buf allow = BUF(128);
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct str params[ROUTE_PARAMS_MAX] = { 0 };
		bool other;
		if (router_find(s->router, str_of(methods[i]), h->path, params, &other))
			buf_print(&allow, "%s%s", allow.n ? ", " : "Allow: ", methods[i]);
	}
	buf_add(&allow, STR("\r\n\0"));
	answer_problem(s, h, "wrong-method", allow.p);
}

static enum err fill(struct req *r, const struct net_request *h, const struct str params[])
{
	struct str token = bearer_token(h->authorization);
	token = token.n ? token : cookie_token(h->cookie);
	r->chinese = chinese_wanted(h->accept_language);
	r->secure = h->secure;
	r->body_path = h->body_path;
	r->body_bytes = h->body_bytes;
	TRY(arena_copy(r->arena, token, &r->token));
	TRY(arena_copy(r->arena, str_of(h->peer), &r->peer));
	TRY(arena_copy(r->arena, str_first(h->user_agent, 200), &r->agent));
	TRY(arena_copy(r->arena, h->if_none_match, &r->if_none_match));
	TRY(arena_copy(r->arena, h->accept_language, &r->accept_language));
	if (r->entry->raw_body)
		r->body = h->body; /* lives as long as the request */
	TRY(req_fill_path(r, params));
	TRY(req_fill_query(r, h->query));
	return req_fill_body(r, h->body);
}

static void on_request(void *arg, struct net_request *h)
{
	struct serve *s = arg;
	struct str params[ROUTE_PARAMS_MAX] = { 0 };
	bool other_method = false;
	const struct entry *e = router_find(s->router, h->method, h->path, params, &other_method);
	if (e == NULL) {
		bool api = str_starts(h->path, STR(API_PREFIX));
		if (!api && s->o.hooks.other && s->o.hooks.other(s->o.hooks.arg, s->net, h))
			return;
		if (other_method)
			answer_wrong_method(s, h);
		else
			answer_problem(s, h, "not-found", "");
		return;
	}
	if (!is_safe(h->method) && !origin_is_ours(s, h)) {
		answer_problem(s, h, "foreign-origin", "");
		return;
	}
	struct req *r = req_new(s, e);
	if (r == NULL) {
		answer_problem(s, h, "busy", "");
		return;
	}
	r->http = h;
	r->answer = http_answer;
	enum err filled = fill(r, h, params);
	if (filled == ERR_OK) {
		serve_dispatch(s, r);
		return;
	}
	req_settle(r, filled);
	http_answer(r);
	req_free(r);
}

static uint64_t on_body_limit(void *arg, const struct net_request *h)
{
	struct serve *s = arg;
	struct str params[ROUTE_PARAMS_MAX];
	bool other_method;
	const struct entry *e = router_find(s->router, h->method, h->path, params, &other_method);
	if (e == NULL || e->body_bytes_max <= NET_BODY_MEMORY_MAX || e->open_to_all)
		return e ? e->body_bytes_max : BODY_FOR_NOTHING_MAX;
	/* what is large goes to disk before anybody looks at it: only for who is signed in */
	int64_t account, session;
	bool chinese;
	return serve_who(s, h, &account, &session, &chinese) == 101 ? e->body_bytes_max : NET_BODY_MEMORY_MAX;
}

static void on_refusal(void *arg, int status, struct str accept_language, struct buf *out_body, struct str *out_content_type)
{
	const char *slug = status == 401 ? "not-signed-in" : status == 403 ? "foreign-origin" : status == 404 ? "not-found" :
		status == 408 ? "too-slow" : status == 413 ? "too-big" : status == 414 ? "address-too-long" :
		status == 431 ? "head-too-big" : status == 501 ? "not-supported" : status == 503 ? "busy" : "bad-request";
	problem_print(problem_find(slug), chinese_wanted(accept_language), STR(""), STR(""), STR(""), out_body);
	*out_content_type = STR("application/problem+json");
}

int serve_who(struct serve *s, const struct net_request *h, int64_t *out_account, int64_t *out_session, bool *out_chinese)
{
	struct str bearer = bearer_token(h->authorization), token = bearer.n ? bearer : cookie_token(h->cookie);
	if (!origin_is_ours(s, h))
		return 403; /* a cookie goes with every page's sockets, so the page must be ours */
	if (s->who == NULL && db_connect(s->o.db, true, &s->who) != ERR_OK)
		return 503;
	enum err e = db_begin(s->who, false);
	if (e == ERR_OK)
		e = s->o.hooks.session(s->who, token, clock_wall_us(), out_account, out_session, out_chinese);
	db_rollback(s->who);
	return e == ERR_OK ? 101 : e == ERR_NOT_FOUND ? 401 : 503;
}

struct net_hooks serve_net_hooks(struct serve *s)
{
	return (struct net_hooks){ .arg = s, .body_limit = on_body_limit, .request = on_request, .refusal = on_refusal };
}
