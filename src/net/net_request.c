/*
 * net: what a head says: the target decoded, the sender's address, how large the body may be; and the body itself, in
 * memory or in a file.
 * Used by: net_http.c. Owns: the body until the request is answered.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "net/net_private.h"
#include "text/text.h"

#define BODIES_MEMORY_MAX (64u << 20) /* of all requests together; more is answered 503 */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place; false for a bad escape. */
static bool percent_decode(char *p, size_t n, size_t *out_n)
{
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] != '%') {
			p[to++] = p[i];
			continue;
		}
		int high = i + 2 < n ? hex(p[i + 1]) : -1, low = i + 2 < n ? hex(p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		p[to++] = (char)(high << 4 | low);
		i += 2;
	}
	*out_n = to;
	return true;
}

/* http://host/path, which servers must take (RFC 9112 3.2.2): its host is the request's host, whatever Host says. */
static bool cut_authority(struct request *rq, char **target, size_t *n)
{
	static const char *const schemes[] = { "http://", "https://" };
	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		size_t at = strlen(schemes[i]), end = at;
		if (*n <= at || strncasecmp(*target, schemes[i], at) != 0)
			continue;
		while (end < *n && (*target)[end] != '/' && (*target)[end] != '?')
			end++;
		if (end == at || memchr(*target + at, '@', end - at))
			return false;
		rq->pub.host = (struct str){ *target + at, end - at };
		*target += end;
		*n -= end;
		return true;
	}
	return false;
}

/* llhttp has seen to its characters. */
static bool read_target(struct request *rq)
{
	char *path = rq->head;
	size_t n = rq->target_n;
	if (n == 1 && *path == '*') {
		rq->pub.path = (struct str){ path, 1 };
		return true;
	}
	/* A fragment is the browser's own and never sent. */
	if (n == 0 || memchr(path, '#', n) || (*path != '/' && !cut_authority(rq, &path, &n)))
		return false;
	char *query = memchr(path, '?', n);
	if (query) {
		rq->pub.query = (struct str){ query + 1, n - (size_t)(query + 1 - path) };
		n = (size_t)(query - path);
	}
	if (n == 0) {
		rq->pub.path = STR("/");
		return true;
	}
	if (!percent_decode(path, n, &n) || memchr(path, 0, n))
		return false;
	rq->pub.path = (struct str){ path, n };
	return utf8_ok(rq->pub.path);
}

static bool read_address(const char *z, struct in6_addr *out)
{
	static const uint8_t four[12] = { [10] = 0xff, [11] = 0xff };
	if (inet_pton(AF_INET6, z, out) == 1)
		return true;
	memcpy(out->s6_addr, four, sizeof four);
	return inet_pton(AF_INET, z, out->s6_addr + 12) == 1;
}

/* false: whom the proxy speaks for has as many connections as one address may. */
static bool read_sender(struct request *rq)
{
	struct conn *c = rq->conn;
	rq->pub.secure = c->ssl != NULL;
	if (IN6_IS_ADDR_V4MAPPED(&c->peer))
		inet_ntop(AF_INET, c->peer.s6_addr + 12, rq->pub.peer, sizeof rq->pub.peer);
	else
		inet_ntop(AF_INET6, &c->peer, rq->pub.peer, sizeof rq->pub.peer);
	if (!rq->net->o.trust_proxy)
		return true;
	if (str_eq(rq->forwarded_proto, STR("https")))
		rq->pub.secure = true;
	/* The last one was written by the proxy we trust, those before it by anybody. */
	struct str list = rq->forwarded_for, part, last = { 0 };
	while (str_cut(&list, ',', &part))
		last = str_trim(part);
	char z[sizeof rq->pub.peer];
	snprintf(z, sizeof z, STR_FMT, STR_ARG(last));
	struct in6_addr a;
	if (last.n == 0 || last.n >= sizeof z || !read_address(z, &a))
		return true;
	memcpy(rq->pub.peer, z, sizeof z);
	return peers_take(c, &a);
}

void request_head(struct request *rq)
{
	const llhttp_t *parser = &rq->parser;
	struct net_hooks *hooks = &rq->net->o.hooks;
	rq->pub.method = str_of(llhttp_method_name((llhttp_method_t)parser->method));
	bool old = parser->http_major == 1 && parser->http_minor == 0;
	if (!read_sender(rq)) {
		rq->refusal = 503;
		return;
	}
	if (parser->http_major != 1 || parser->http_minor > 1) {
		rq->refusal = 505;
		return;
	}
	if (parser->method == HTTP_CONNECT) {
		rq->refusal = 501;
		return;
	}
	if ((rq->pub.host.n == 0 && !old) || !read_target(rq)) {
		rq->refusal = 400;
		return;
	}
	bool chunked = parser->flags & F_CHUNKED;
	bool has_length = parser->flags & F_CONTENT_LENGTH;
	struct str coding = rq->transfer_encoding;
	bool is_coded = (parser->flags & F_TRANSFER_ENCODING) || coding.n > 0;
	/* Two that disagree on where the body ends; HTTP/1.0 knew no codings, so one of that hop does not see it. */
	if (is_coded && (has_length || old)) {
		rq->refusal = 400;
		return;
	}
	/* A coding that hides where the body ends, or what it is. */
	if (is_coded && (!chunked || coding.n != 7 || strncasecmp(coding.p, "chunked", 7) != 0)) {
		rq->refusal = 501;
		return;
	}
	uint64_t length = has_length ? parser->content_length : 0;
	if (!chunked && length == 0)
		return;
	if (parser->upgrade) {
		rq->refusal = 400; /* whose bytes follow would be unclear, and no client sends one */
		return;
	}
	rq->body_limit = hooks->body_limit ? hooks->body_limit(hooks->arg, &rq->pub) : 0;
	if (length > rq->body_limit || rq->body_limit == 0)
		rq->refusal = 413;
}

/* ---- the body ---- */

static bool refuse_body(struct request *rq, int status)
{
	rq->refusal = status;
	return false;
}

static bool write_all(int fd, const char *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t put = write(fd, p + at, n - at);
		if (put < 0 && errno != EINTR)
			return false;
		at += put > 0 ? (size_t)put : 0;
	}
	return true;
}

static void body_memory_free(struct request *rq)
{
	free(rq->body);
	rq->body = NULL;
	rq->net->body_bytes -= rq->body_room;
	rq->body_room = 0;
}

/* It outgrew memory: go on in a file. */
static bool body_to_file(struct request *rq)
{
	size_t room = strlen(rq->net->spool_dir) + sizeof "/body-XXXXXX";
	rq->body_path = malloc(room);
	if (rq->body_path == NULL)
		return refuse_body(rq, 503);
	snprintf(rq->body_path, room, "%s/body-XXXXXX", rq->net->spool_dir);
	rq->body_fd = mkostemp(rq->body_path, O_CLOEXEC);
	if (rq->body_fd < 0) {
		log_line(LOG_ERROR, "net: a file for a body: %s", strerror(errno));
		free(rq->body_path);
		rq->body_path = NULL;
		return refuse_body(rq, 503);
	}
	if (!write_all(rq->body_fd, rq->body, rq->pub.body_bytes))
		return refuse_body(rq, 503);
	body_memory_free(rq);
	return true;
}

static bool body_grow(struct request *rq, size_t need)
{
	size_t room = rq->body_room ? rq->body_room : 1024;
	while (room < need)
		room *= 2;
	if (rq->net->body_bytes + (room - rq->body_room) > BODIES_MEMORY_MAX)
		return refuse_body(rq, 503);
	char *fresh = realloc(rq->body, room);
	if (fresh == NULL)
		return refuse_body(rq, 503);
	rq->net->body_bytes += room - rq->body_room;
	rq->body = fresh;
	rq->body_room = room;
	return true;
}

bool request_body_add(struct request *rq, const char *p, size_t n)
{
	if (n > rq->body_limit - rq->pub.body_bytes)
		return refuse_body(rq, 413);
	size_t total = (size_t)rq->pub.body_bytes + n;
	if (rq->body_fd < 0 && total > NET_BODY_MEMORY_MAX && !body_to_file(rq))
		return false;
	if (rq->body_fd >= 0) {
		if (!write_all(rq->body_fd, p, n)) {
			log_line(LOG_ERROR, "net: a body's file: %s", strerror(errno));
			return refuse_body(rq, 503);
		}
	} else {
		if (total > rq->body_room && !body_grow(rq, total))
			return false;
		memcpy(rq->body + rq->pub.body_bytes, p, n);
	}
	rq->pub.body_bytes = total;
	return true;
}

bool request_body_end(struct request *rq)
{
	if (rq->body_fd >= 0) {
		int bad = close(rq->body_fd);
		rq->body_fd = -1;
		if (bad)
			return refuse_body(rq, 503);
		rq->pub.body_path = rq->body_path;
	} else {
		rq->pub.body = (struct str){ rq->body, (size_t)rq->pub.body_bytes };
	}
	return true;
}

void request_body_free(struct request *rq)
{
	if (rq->body_fd >= 0)
		close(rq->body_fd);
	if (rq->body_path)
		unlink(rq->body_path); /* not there when it was renamed away */
	free(rq->body_path);
	rq->body_path = NULL;
	rq->body_fd = -1;
	body_memory_free(rq);
}
