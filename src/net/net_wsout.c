/*
 * net: WebSocket outwards: private messages, closing, and sending what is new in the followed logs.
 * Promises: frames never mix. What a full socket left of a frame is copied to the front of its own queue, so every place
 * in a log is always at a frame's first byte.
 * Used by: net.h's callers, net_ws.c, net_log.c. Owns: nothing of its own.
 */
#include <stdlib.h>

#include "net/net_private.h"

#define REASON_BYTES_MAX 123u

size_t ws_frame_head(uint8_t opcode, size_t n, uint8_t out[WS_HEAD_MAX])
{
	out[0] = (uint8_t)(0x80 | opcode);
	if (n < 126) {
		out[1] = (uint8_t)n;
		return 2;
	}
	size_t digits = n < 65536 ? 2 : 8;
	out[1] = digits == 2 ? 126 : 127;
	for (size_t i = 0; i < digits; i++)
		out[2 + i] = (uint8_t)((uint64_t)n >> (8 * (digits - 1 - i)));
	return 2 + digits;
}

size_t ws_frame_length(const uint8_t *p)
{
	if (p[1] < 126)
		return 2u + p[1];
	size_t digits = p[1] == 126 ? 2 : 8;
	uint64_t n = 0;
	for (size_t i = 0; i < digits; i++)
		n = n << 8 | p[2 + i];
	return 2 + digits + (size_t)n;
}

void ws_due(struct net_ws *ws)
{
	struct net *n = ws->conn->net;
	if (ws->due)
		return;
	ws->due = true;
	ws->next_due = n->due;
	n->due = ws;
}

static bool put(struct net_ws *ws, uint8_t opcode, const void *p, size_t n)
{
	struct conn *c = ws->conn;
	uint8_t head[WS_HEAD_MAX];
	size_t head_n = ws_frame_head(opcode, n, head);
	if (!waiting_add(&c->out, head, head_n) || !waiting_add(&c->out, p, n)) {
		net_doom(c);
		return false;
	}
	if (!c->armed_out)
		ws_due(ws);
	return true;
}

bool ws_put(struct net_ws *ws, uint8_t opcode, const void *p, size_t n)
{
	if (ws->conn->state == CONN_DEAD || ws->close_sent)
		return false;
	if (waiting_left(&ws->conn->out) + n > NET_WS_OUT_BYTES_MAX) {
		ws_close_with(ws, 1008, STR("too slow"));
		return false;
	}
	return put(ws, opcode, p, n);
}

void ws_close_with(struct net_ws *ws, int code, struct str reason)
{
	struct conn *c = ws->conn;
	char body[2 + REASON_BYTES_MAX] = { (char)(code >> 8), (char)code };
	if (c->state == CONN_DEAD || ws->close_sent)
		return;
	reason = str_first(reason, REASON_BYTES_MAX);
	if (reason.n)
		memcpy(body + 2, reason.p, reason.n);
	log_unfollow_all(ws);
	ws->close_sent = true;
	if (c->state == CONN_WS)
		net_timer(c, TIMER_LINGER);
	put(ws, WS_CLOSE, body, 2 + reason.n);
}

void net_ws_send(struct net_ws *ws, struct str text)
{
	ws_put(ws, WS_TEXT, text.p, text.n);
}

void net_ws_close(struct net_ws *ws, int code, const char *reason)
{
	ws_close_with(ws, code, str_of(reason));
}

/* ---- sending ---- */

struct plan {
	struct iovec iov[NET_IOV_MAX];
	uint32_t slots[NET_IOV_MAX]; /* of iov[i], for those that are of logs */
	int count, first_log;
};

static struct follower *follower_at(struct net_ws *ws, uint32_t slot)
{
	struct follow *f = &ws->follows[slot];
	return &f->log->followers[f->index];
}

/* Own bytes first, then what is new in the logs; *at says where the list of due logs goes on. */
static void make_plan(struct net_ws *ws, struct plan *plan, uint32_t *at)
{
	struct conn *c = ws->conn;
	plan->count = 0;
	if (waiting_left(&c->out) > 0)
		plan->iov[plan->count++] = (struct iovec){ c->out.p + c->out.at, waiting_left(&c->out) };
	plan->first_log = plan->count;
	while (*at != 0 && plan->count < NET_IOV_MAX) {
		uint32_t slot = *at - 1;
		struct net_log *log = ws->follows[slot].log;
		struct follower *f = follower_at(ws, slot);
		size_t from = (size_t)(f->offset - log->begin);
		*at = ws->follows[slot].next_due;
		if (from == log->n)
			continue;
		plan->slots[plan->count] = slot;
		plan->iov[plan->count++] = (struct iovec){ log->p + from, log->n - from };
	}
}

/* The socket took n bytes of what log has for f: move f on, to a frame's first byte. */
static bool advance(struct net_ws *ws, struct follower *f, const struct iovec *v, size_t n)
{
	const uint8_t *p = v->iov_base;
	size_t edge = n == v->iov_len ? n : 0;
	while (edge < n)
		edge += ws_frame_length(p + edge);
	f->offset += edge;
	return edge == n || waiting_add(&ws->conn->out, p + n, edge - n);
}

/* Book what was sent; false when there is no memory. */
static bool book(struct net_ws *ws, const struct plan *plan, size_t sent)
{
	for (int i = 0; i < plan->count && sent > 0; i++) {
		size_t part = sent < plan->iov[i].iov_len ? sent : plan->iov[i].iov_len;
		sent -= part;
		if (i < plan->first_log)
			waiting_take(&ws->conn->out, part);
		else if (!advance(ws, follower_at(ws, plan->slots[i]), &plan->iov[i], part))
			return false;
	}
	return true;
}

/* All that was queued has gone: what remains of a closing. */
static void flushed(struct net_ws *ws)
{
	struct conn *c = ws->conn;
	net_arm(c, true, false);
	if (ws->close_sent && (ws->close_got || ws->broken))
		conn_linger(c);
}

void ws_flush(struct net_ws *ws, bool all_logs)
{
	struct conn *c = ws->conn;
	uint32_t at = ws->first_due;
	ws->first_due = 0;
	if (c->state != CONN_WS)
		return;
	if (all_logs || (waiting_left(&c->out) > 0 && ws->follow_count <= NET_TAKE_ALONG_MAX)) {
		at = 0;
		for (uint32_t slot = 0; slot < ws->follow_count; slot++) {
			ws->follows[slot].next_due = at;
			at = slot + 1;
		}
	}
	for (;;) {
		struct plan plan;
		size_t all = 0;
		make_plan(ws, &plan, &at);
		for (int i = 0; i < plan.count; i++)
			all += plan.iov[i].iov_len;
		ssize_t sent = plan.count || !conn_drained(c) ? conn_send(c, plan.iov, plan.count) : 0;
		if (sent < 0 || !book(ws, &plan, (size_t)sent)) {
			net_doom(c);
			return;
		}
		if ((size_t)sent < all || !conn_drained(c)) {
			net_arm(c, true, true);
			return;
		}
		if (at == 0)
			break;
	}
	flushed(ws);
}
