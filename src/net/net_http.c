/*
 * net: from bytes to requests. The grammar is llhttp's (Node's, strict mode, nothing lenient: with net_lines.c it refuses
 * what makes two servers disagree on where a request ends); this file keeps one request at a time per connection, and a
 * body to its speed.
 * Used by: net_conn.c. Owns: struct request until it is handed on. Not here: the meaning of the head and the body
 * (net_request.c), answers (net_answer.c).
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net_private.h"

_Static_assert(LLHTTP_STRICT_MODE == 1, "src/net/meson.build compiles llhttp so");

#define FRAMING_PER_BODY_BYTE_MAX 8u /* chunks of one byte each take five bytes more */

enum many { ONE, FIRST, LAST }; /* of several lines with that name: a mistake, take the first, the last */

static const struct {
	struct str name;
	size_t place;
	enum many many;
} known[] = {
#define HEADER(name, field, many) { STR(name), offsetof(struct request, field), many }
	HEADER("host", pub.host, ONE),
	HEADER("origin", pub.origin, ONE),
	HEADER("cookie", pub.cookie, ONE),
	HEADER("authorization", pub.authorization, ONE),
	HEADER("content-type", pub.content_type, ONE),
	HEADER("accept", pub.accept, FIRST),
	HEADER("accept-encoding", pub.accept_encoding, FIRST),
	HEADER("accept-language", pub.accept_language, FIRST),
	HEADER("if-none-match", pub.if_none_match, FIRST),
	HEADER("range", pub.range, ONE),
	HEADER("user-agent", pub.user_agent, FIRST),
	HEADER("idempotency-key", pub.idempotency_key, ONE),
	HEADER("sec-fetch-site", pub.sec_fetch_site, ONE),
	HEADER("sec-websocket-key", ws_key, ONE),
	HEADER("sec-websocket-version", ws_version, ONE),
	HEADER("upgrade", upgrade, FIRST),
	HEADER("expect", expect, FIRST),
	HEADER("if-range", if_range, FIRST),
	HEADER("transfer-encoding", transfer_encoding, ONE),
	HEADER("x-forwarded-for", forwarded_for, LAST),
	HEADER("x-forwarded-proto", forwarded_proto, LAST),
#undef HEADER
};
_Static_assert(COUNT_OF(known) <= 32, "one bit each in request.seen");

static bool same_name(struct str known_lower, const char *p, size_t n)
{
	if (known_lower.n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : p[i];
		if (c != known_lower.p[i])
			return false;
	}
	return true;
}

/* A header is complete: keep its value when somebody needs it, else give its room back. */
static int on_value_end(llhttp_t *parser)
{
	struct request *rq = parser->data;
	if (rq->head_done)
		return 0; /* a trailer, behind a body: must not pass for a header */
	if (!rq->in_value) { /* an empty one */
		rq->value_at = rq->head_n;
		rq->value_n = 0;
	}
	rq->in_value = false;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (!same_name(known[i].name, rq->head + rq->name_at, rq->name_n))
			continue;
		bool again = rq->seen & (1u << i);
		if (again && known[i].many == ONE)
			rq->refusal = 400;
		if (again && known[i].many != LAST)
			break;
		rq->seen |= 1u << i;
		struct str *value = (struct str *)(void *)((char *)rq + known[i].place);
		*value = str_trim((struct str){ rq->head + rq->value_at, rq->value_n });
		rq->head_n = rq->value_at + rq->value_n;
		rq->name_n = 0;
		return rq->refusal ? -1 : 0;
	}
	rq->head_n = rq->name_at;
	rq->name_n = 0;
	return rq->refusal ? -1 : 0;
}

static bool head_add(struct request *rq, const char *p, size_t n)
{
	if (n > sizeof rq->head - rq->head_n) {
		rq->refusal = 431;
		return false;
	}
	memcpy(rq->head + rq->head_n, p, n);
	rq->head_n += n;
	return true;
}

static int on_url(llhttp_t *parser, const char *p, size_t n)
{
	struct request *rq = parser->data;
	if (rq->target_n + n > NET_TARGET_BYTES_MAX) {
		rq->refusal = 414;
		return -1;
	}
	rq->target_n += n;
	return head_add(rq, p, n) ? 0 : -1;
}

static int on_field(llhttp_t *parser, const char *p, size_t n)
{
	struct request *rq = parser->data;
	if (rq->head_done)
		return 0;
	if (rq->name_n == 0)
		rq->name_at = rq->head_n;
	rq->name_n += n;
	rq->target_done = true;
	return head_add(rq, p, n) ? 0 : -1;
}

static int on_value(llhttp_t *parser, const char *p, size_t n)
{
	struct request *rq = parser->data;
	if (rq->head_done)
		return 0;
	if (!rq->in_value) {
		rq->in_value = true;
		rq->value_at = rq->head_n;
		rq->value_n = 0;
	}
	rq->value_n += n;
	return head_add(rq, p, n) ? 0 : -1;
}

static int on_head(llhttp_t *parser)
{
	struct request *rq = parser->data;
	struct conn *c = rq->conn;
	rq->head_done = true;
	request_head(rq);
	if (rq->refusal)
		return -1;
	c->state = CONN_BODY;
	rq->body_begun_us = clock_mono_us();
	net_timer(c, TIMER_BODY);
	if (same_name(STR("100-continue"), rq->expect.p, rq->expect.n) && rq->body_limit > 0 && parser->http_minor > 0) {
		static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
		struct iovec v = { (void *)(uintptr_t)go_on, sizeof go_on - 1 };
		if (conn_send(c, &v, 1) != (ssize_t)v.iov_len)
			rq->refusal = 503; /* 25 bytes into a fresh socket's buffer; a client that blocks them has no use for more */
	}
	return rq->refusal ? -1 : 0;
}

static int on_body(llhttp_t *parser, const char *p, size_t n)
{
	struct request *rq = parser->data;
	net_timer(rq->conn, TIMER_BODY);
	return request_body_add(rq, p, n) ? 0 : -1;
}

static int on_complete(llhttp_t *parser)
{
	struct request *rq = parser->data;
	rq->complete = true;
	/* HTTP/1.0 with its own keep-alive would need to be told so; who still speaks it is content with one answer. */
	rq->close_after = !llhttp_should_keep_alive(parser) || parser->http_minor == 0;
	return HPE_PAUSED; /* what follows is the next request's */
}

/* Behind the last chunk come trailers, whose lines are to be looked at before llhttp has them. */
static int on_chunk(llhttp_t *parser)
{
	return parser->content_length == 0 ? HPE_PAUSED : 0;
}

static const llhttp_settings_t settings = {
	.on_url = on_url, .on_header_field = on_field, .on_header_value = on_value, .on_header_value_complete = on_value_end,
	.on_headers_complete = on_head, .on_body = on_body, .on_chunk_header = on_chunk, .on_message_complete = on_complete,
};

static struct request *request_new(struct conn *c)
{
	struct request *rq = malloc(sizeof *rq);
	if (rq == NULL)
		return NULL;
	memset(rq, 0, offsetof(struct request, head));
	rq->net = c->net;
	rq->conn = c;
	rq->body_fd = -1;
	llhttp_init(&rq->parser, HTTP_REQUEST, &settings);
	rq->parser.data = rq;
	rq->next = c->net->requests;
	if (rq->next)
		rq->next->prev = rq;
	c->net->requests = rq;
	return rq;
}

void request_free(struct request *rq)
{
	*(rq->prev ? &rq->prev->next : &rq->net->requests) = rq->next;
	if (rq->next)
		rq->next->prev = rq->prev;
	if (rq->conn)
		rq->conn->request = NULL;
	request_body_free(rq);
	answer_free(rq->answer);
	free(rq);
}

static void refuse(struct conn *c, int status)
{
	struct request *rq = c->request;
	answer_refuse(c, status, rq ? rq->pub.accept_language : (struct str){ 0 });
}

static int status_of_parse(const struct request *rq)
{
	const llhttp_t *parser = &rq->parser;
	bool ours = parser->http_major == 0 || (parser->http_major == 1 && parser->http_minor <= 1);
	switch (llhttp_get_errno(parser)) {
	case HPE_INVALID_METHOD:
		return 501;
	case HPE_INVALID_VERSION:
	case HPE_PAUSED_H2_UPGRADE:
		return ours ? 400 : 505;
	default:
		return 400;
	}
}

/* 0, or the status of the refusal: for a body that dribbles, or is all wrapping. */
static int status_of_body(const struct request *rq)
{
	uint64_t bytes = rq->pub.body_bytes;
	if (rq->framing_n > NET_HEAD_BYTES_MAX + bytes * FRAMING_PER_BODY_BYTE_MAX)
		return 400;
	int64_t due_us = (int64_t)(NET_BODY_GRACE_S + bytes / NET_BODY_BYTES_PER_S_MIN) * US_PER_S;
	return clock_mono_us() - rq->body_begun_us > due_us ? 408 : 0;
}

/* Give llhttp as much as the line ends allow. How much was used; *out_status is 0, or the status of the refusal. */
static size_t parse(struct request *rq, const char *p, size_t n, int *out_status)
{
	bool in_lines = !rq->lines.done;
	uint64_t body_before = rq->pub.body_bytes;
	size_t used = n;
	int bad_line = in_lines ? lines_feed(&rq->lines, p, n, &used) : 0;
	llhttp_errno_t e = used ? llhttp_execute(&rq->parser, p, used) : HPE_OK;
	*out_status = 0;
	if (e != HPE_OK)
		used = (size_t)(llhttp_get_error_pos(&rq->parser) - p);
	if (rq->complete)
		return used;
	if (!in_lines)
		rq->framing_n += used - (rq->pub.body_bytes - body_before);
	if (rq->refusal) {
		*out_status = rq->refusal;
	} else if (e == HPE_PAUSED) {
		llhttp_resume(&rq->parser);
		rq->lines = (struct lines){ 0 };
	} else if (e != HPE_OK) {
		*out_status = status_of_parse(rq);
	} else if (bad_line) {
		*out_status = bad_line == 431 && !rq->target_done ? 414 : bad_line;
	} else if (rq->head_done) {
		*out_status = status_of_body(rq);
	}
	return used;
}

/* Hand the request on, or to the WebSocket part. */
static void complete(struct conn *c)
{
	struct request *rq = c->request;
	if (!request_body_end(rq)) {
		refuse(c, rq->refusal);
		return;
	}
	if (rq->parser.upgrade && rq->upgrade.n > 0 && same_name(STR("websocket"), rq->upgrade.p, rq->upgrade.n)) {
		ws_upgrade(c);
		return;
	}
	c->state = CONN_WAIT;
	net_timer(c, TIMER_NONE);
	rq->handed_on = true;
	c->net->o.hooks.request(c->net->o.hooks.arg, &rq->pub);
}

void http_feed(struct conn *c, const char *p, size_t n)
{
	size_t at = 0;
	while (at < n && (c->state == CONN_HEAD || c->state == CONN_BODY)) {
		if (c->request == NULL) {
			/* Blank lines between requests start none: an idle connection stays idle. */
			while (at < n && (p[at] == '\r' || p[at] == '\n'))
				at++;
			if (at == n)
				return;
			c->request = request_new(c);
			if (c->request == NULL) {
				net_doom(c);
				return;
			}
			net_timer(c, TIMER_HEAD);
		}
		int status;
		at += parse(c->request, p + at, n - at, &status);
		if (status) {
			refuse(c, status);
			return;
		}
		if (c->request->complete)
			complete(c);
	}
	if (at == n || c->state == CONN_DEAD || c->state == CONN_LINGER || c->closing)
		return;
	if (c->state == CONN_WS) {
		char copy[NET_READ_BYTES]; /* unmasking works in place */
		for (size_t part; at < n && c->state == CONN_WS; at += part) {
			part = n - at < sizeof copy ? n - at : sizeof copy;
			memcpy(copy, p + at, part);
			ws_feed(c, copy, part);
		}
	} else if (!waiting_add(&c->in, p + at, n - at)) {
		net_doom(c);
	}
}

void http_next(struct conn *c)
{
	if (c->net->o.trust_proxy)
		peers_drop(c); /* the next may be somebody else's */
	request_free(c->request);
	net_arm(c, c->armed_in, false); /* or epoll would go on saying that there is room */
	if (c->closing || c->net->stop_us) {
		conn_linger(c);
		return;
	}
	c->state = CONN_HEAD;
	net_timer(c, TIMER_IDLE);
	struct waiting rest = c->in;
	c->in = (struct waiting){ 0 };
	if (waiting_left(&rest) > 0)
		http_feed(c, rest.p + rest.at, waiting_left(&rest));
	waiting_free(&rest);
	if (c->state != CONN_HEAD && c->state != CONN_BODY)
		return;
	net_arm(c, true, false);
	if (c->ssl && SSL_pending(c->ssl) > 0)
		conn_readable(c);
}

void http_timeout(struct conn *c)
{
	if (c->request)
		refuse(c, 408);
	else
		net_doom(c); /* nothing was asked, so there is nothing to answer */
}
