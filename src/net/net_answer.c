/*
 * net: answers on their way out: their head, a body from memory or a file, refusals of this level.
 * Used by: the loop, net_http.c, net_ws.c. Owns: struct answer. Not here: files and ranges (net_file.c).
 */
#include <stdlib.h>
#include <unistd.h>

#include "net/net_private.h"

#define REFUSAL_BODY_BYTES_MAX 16384u

const char *answer_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} all[] = { /* RFC 9110; llhttp has names for programs only */
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 206, "Partial Content" },
		{ 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" }, { 304, "Not Modified" },
		{ 307, "Temporary Redirect" }, { 308, "Permanent Redirect" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 402, "Payment Required" }, { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" }, { 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" },
		{ 411, "Length Required" }, { 412, "Precondition Failed" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" }, { 421, "Misdirected Request" }, { 422, "Unprocessable Content" },
		{ 423, "Locked" }, { 425, "Too Early" }, { 426, "Upgrade Required" }, { 428, "Precondition Required" },
		{ 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
		{ 501, "Not Implemented" }, { 502, "Bad Gateway" }, { 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" }, { 507, "Insufficient Storage" },
	};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i].status == status)
			return all[i].reason;
	return "Unknown";
}

static struct str put(char **at, struct str s)
{
	struct str copy = { *at, s.n };
	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

struct answer *answer_copy(const struct net_answer *from)
{
	size_t path_n = from->file_path ? strlen(from->file_path) + 1 : 0;
	size_t n = from->content_type.n + from->headers.n + path_n + (from->static_body ? 0 : from->body.n);
	struct answer *a = calloc(1, sizeof *a);
	char *at = malloc(n ? n : 1);
	if (a == NULL || at == NULL) {
		free(a);
		free(at);
		return NULL;
	}
	a->strings = at;
	a->fd = -1;
	a->status = from->status;
	a->content_type = put(&at, from->content_type);
	a->headers = put(&at, from->headers);
	if (path_n)
		a->file_path = put(&at, (struct str){ from->file_path, path_n }).p;
	a->body = from->static_body ? from->body : put(&at, from->body);
	return a;
}

void answer_free(struct answer *a)
{
	if (a == NULL)
		return;
	if (a->fd >= 0)
		close(a->fd);
	waiting_free(&a->head);
	free(a->strings);
	free(a);
}

/* RFC 9110: these never have a body, and the first two not even its length. */
static bool bodiless(int status)
{
	return status == 204 || status == 304 || status < 200;
}

static bool print_head(struct conn *c, struct answer *a, struct str lines, bool no_body)
{
	struct buf b CLEANUP(buf_free) = BUF(NET_ANSWER_HEAD_BYTES_MAX);
	uint64_t length = a->fd >= 0 ? a->file_end - a->file_at : a->body.n;
	buf_print(&b, "HTTP/1.1 %d %s\r\nDate: %s\r\n", a->status, answer_reason(a->status), net_date(c->net));
	if (a->content_type.n && !bodiless(a->status)) {
		buf_add(&b, STR("Content-Type: "));
		buf_add(&b, a->content_type);
		buf_add(&b, STR("\r\n"));
	}
	if (!bodiless(a->status))
		buf_print(&b, "Content-Length: %llu\r\n", (unsigned long long)length);
	buf_add(&b, a->headers);
	buf_add(&b, lines);
	buf_add(&b, c->closing ? STR("Connection: close\r\n\r\n") : STR("\r\n"));
	if (buf_end(&b) != ERR_OK)
		return false;
	if (no_body || bodiless(a->status)) {
		a->body.n = 0;
		a->file_at = a->file_end;
	}
	return waiting_add(&a->head, b.p, b.n);
}

static void begin(struct conn *c, struct answer *a, struct str lines, bool no_body)
{
	c->state = CONN_ANSWER;
	net_timer(c, TIMER_SEND);
	if (print_head(c, a, lines, no_body))
		answer_continue(c);
	else
		net_doom(c);
}

void answer_start(struct request *rq)
{
	static const struct net_answer no_memory = { .status = 503 };
	struct conn *c = rq->conn;
	rq->handed_on = false;
	if (c == NULL || c->state == CONN_DEAD) {
		if (c == NULL)
			request_free(rq); /* else conn_free does it */
		return;
	}
	struct answer *a = rq->answer ? rq->answer : (rq->answer = answer_copy(&no_memory));
	if (a == NULL) {
		net_doom(c);
		return;
	}
	struct buf lines CLEANUP(buf_free) = BUF(NET_ANSWER_HEAD_BYTES_MAX);
	if (a->file_path)
		answer_open_file(rq, a, &lines);
	c->closing = c->closing || rq->close_after || c->net->stop_us;
	begin(c, a, buf_str(&lines), rq->parser.method == HTTP_HEAD);
}

void answer_refuse(struct conn *c, int status, struct str accept_language)
{
	struct net_hooks *hooks = &c->net->o.hooks;
	struct buf body CLEANUP(buf_free) = BUF(REFUSAL_BODY_BYTES_MAX);
	struct net_answer from = { .status = status };
	if (hooks->refusal)
		hooks->refusal(hooks->arg, status, accept_language, &body, &from.content_type);
	from.body = buf_str(&body);
	if (status == 426)
		from.headers = STR("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
	struct answer *a = answer_copy(&from);
	c->closing = true; /* where the next request begins is not known any more */
	if (c->request == NULL) {
		c->orphan = a;
	} else {
		answer_free(c->request->answer);
		c->request->answer = a;
	}
	if (a)
		begin(c, a, (struct str){ 0 }, c->request && c->request->parser.method == HTTP_HEAD);
	else
		net_doom(c);
}

/* 1 all is taken over, 0 later, -1 broken. */
static int send_memory(struct conn *c, struct answer *a)
{
	while (waiting_left(&a->head) > 0 || a->body_at < a->body.n) {
		struct iovec v[2];
		int count = 0;
		size_t head = waiting_left(&a->head), all = head + (a->body.n - a->body_at);
		if (head)
			v[count++] = (struct iovec){ a->head.p + a->head.at, head };
		if (a->body_at < a->body.n)
			v[count++] = (struct iovec){ (void *)(uintptr_t)(a->body.p + a->body_at), a->body.n - a->body_at };
		ssize_t sent = conn_send(c, v, count);
		if (sent < 0)
			return -1;
		if (sent > 0)
			net_timer(c, TIMER_SEND);
		size_t of_head = (size_t)sent < head ? (size_t)sent : head;
		if (of_head)
			waiting_take(&a->head, of_head);
		a->body_at += (size_t)sent - of_head;
		if ((size_t)sent < all)
			return 0;
	}
	return 1;
}

void answer_continue(struct conn *c)
{
	struct answer *a = c->request ? c->request->answer : c->orphan;
	int done = send_memory(c, a);
	if (done == 1 && a->file_at < a->file_end)
		done = answer_send_file(c, a);
	if (done == 1 && !conn_drained(c))
		done = conn_send(c, NULL, 0) < 0 ? -1 : conn_drained(c);
	if (done < 0) {
		net_doom(c);
	} else if (done == 0) {
		net_arm(c, c->armed_in, true);
	} else if (c->request) {
		http_next(c);
	} else {
		conn_linger(c);
	}
}
