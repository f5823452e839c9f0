/*
 * net: WebSocket (RFC 6455) inwards: the opening, frames from clients, control frames, closing.
 * Promises: the caller sees whole UTF-8 text messages; everything else is answered with the close code the RFC names.
 * Used by: net_http.c (opening), net_conn.c (bytes). Owns: struct net_ws. Not here: what goes out (net_wsout.c).
 */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/net_private.h"
#include "text/text.h"

#define WS_KEY_CHARS 24 /* 16 bytes in base64 */
#define WS_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define CONTROL_BYTES_MAX 125

/* ---- opening ---- */

static bool accept_of(struct str key, char out[32])
{
	char text[WS_KEY_CHARS + sizeof WS_GUID];
	unsigned char raw[WS_KEY_CHARS], hash[SHA_DIGEST_LENGTH];
	if (key.n != WS_KEY_CHARS || EVP_DecodeBlock(raw, (const unsigned char *)key.p, WS_KEY_CHARS) != 18)
		return false;
	memcpy(text, key.p, WS_KEY_CHARS);
	memcpy(text + WS_KEY_CHARS, WS_GUID, sizeof WS_GUID);
	SHA1((const unsigned char *)text, sizeof text - 1, hash);
	EVP_EncodeBlock((unsigned char *)out, hash, sizeof hash);
	return true;
}

void ws_upgrade(struct conn *c)
{
	struct request *rq = c->request;
	struct net_hooks *hooks = &c->net->o.hooks;
	char accept[32], answer[160];
	int status = 101;
	if (rq->parser.method != HTTP_GET || !accept_of(rq->ws_key, accept))
		status = 400;
	else if (!str_eq(rq->ws_version, STR("13")))
		status = 426;
	else if (hooks->ws_open == NULL)
		status = 501;
	struct net_ws *ws = status == 101 ? calloc(1, sizeof *ws) : NULL;
	if (ws == NULL) {
		answer_refuse(c, status == 101 ? 503 : status, rq->pub.accept_language);
		return;
	}
	int n = snprintf(answer, sizeof answer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			 "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
	ws->conn = c;
	c->ws = ws;
	/* First in the queue, so that the hook may already send. */
	status = waiting_add(&c->out, answer, (size_t)n) ? hooks->ws_open(hooks->ws_arg, ws, &rq->pub, &ws->user) : 503;
	if (status != 101) {
		waiting_free(&c->out);
		ws_free(ws);
		c->ws = NULL;
		answer_refuse(c, status, rq->pub.accept_language);
		return;
	}
	ws->opened = true;
	c->net->ws_count++;
	request_free(rq);
	c->state = CONN_WS;
	/* The hook may have closed it already. */
	net_timer(c, ws->close_sent ? TIMER_LINGER : TIMER_QUIET);
	ws_due(ws);
}

void ws_free(struct net_ws *ws)
{
	struct net *n = ws->conn->net;
	log_unfollow_all(ws);
	if (ws->due) {
		struct net_ws **at = &n->due;
		while (*at != ws)
			at = &(*at)->next_due;
		*at = ws->next_due;
	}
	if (ws->opened) {
		n->ws_count--;
		if (n->o.hooks.ws_closed)
			n->o.hooks.ws_closed(n->o.hooks.ws_arg, ws, ws->user);
	}
	waiting_free(&ws->msg);
	free(ws->follows);
	free(ws);
}

void ws_timeout(struct conn *c)
{
	if (c->timer == TIMER_PONG) {
		net_doom(c);
		return;
	}
	net_timer(c, TIMER_PONG);
	ws_put(c->ws, WS_PING, NULL, 0);
}

/* ---- frames ---- */

/* The rest cannot be understood: say why, send what is queued, and throw away what comes. */
static bool protocol_broken(struct net_ws *ws, int code)
{
	ws->broken = true;
	ws_close_with(ws, code, (struct str){ 0 });
	return false;
}

static void deliver(struct net_ws *ws, struct str text)
{
	struct net_hooks *hooks = &ws->conn->net->o.hooks;
	if (!utf8_ok(text))
		protocol_broken(ws, 1007);
	else if (!ws->close_sent && hooks->ws_text)
		hooks->ws_text(hooks->ws_arg, ws, ws->user, text);
}

static bool close_code_ok(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static void got_close(struct net_ws *ws)
{
	const unsigned char *p = (const unsigned char *)ws->ctl;
	int code = ws->ctl_n >= 2 ? p[0] << 8 | p[1] : 1000;
	bool ok = ws->ctl_n == 0 || (ws->ctl_n >= 2 && close_code_ok((unsigned)code) &&
				     utf8_ok((struct str){ ws->ctl + 2, ws->ctl_n - 2u }));
	ws->close_got = true;
	ws_close_with(ws, ok ? code : 1002, (struct str){ 0 });
	ws_due(ws); /* when we had closed first there is nothing more to send, and the flush ends it */
}

static void got_frame(struct net_ws *ws)
{
	ws->in_payload = false;
	ws->head_n = 0;
	switch (ws->opcode) {
	case WS_CLOSE:
		got_close(ws);
		break;
	case WS_PING:
		if (!ws->close_sent)
			ws_put(ws, WS_PONG, ws->ctl, ws->ctl_n);
		break;
	case WS_PONG:
		break;
	default:
		if (!ws->fin) {
			ws->msg_opcode = WS_TEXT;
			break;
		}
		ws->msg_opcode = 0;
		struct waiting msg = ws->msg; /* the hook may have anything done to ws */
		ws->msg = (struct waiting){ 0 };
		deliver(ws, (struct str){ msg.p, msg.n });
		waiting_free(&msg);
	}
}

static size_t head_length(const uint8_t *head, size_t have)
{
	if (have < 2 || !(head[1] & 0x80))
		return 2; /* what is not masked is refused as soon as that is known */
	uint8_t n = head[1] & 0x7f;
	return 6u + (n == 126 ? 2u : n == 127 ? 8u : 0u);
}

/* The head is complete. */
static bool read_head(struct net_ws *ws)
{
	const uint8_t *h = ws->head;
	size_t at = 2;
	ws->fin = h[0] & 0x80;
	ws->opcode = h[0] & 0x0f;
	ws->left = h[1] & 0x7f;
	bool control = ws->opcode & 8;
	bool known = ws->opcode <= WS_BINARY || (ws->opcode >= WS_CLOSE && ws->opcode <= WS_PONG);
	if ((h[0] & 0x70) || !(h[1] & 0x80) || !known || (control && (!ws->fin || ws->left > CONTROL_BYTES_MAX)))
		return protocol_broken(ws, 1002);
	if (ws->left >= 126) {
		size_t digits = ws->left == 126 ? 2 : 8;
		uint64_t least = ws->left == 126 ? 126 : 65536, n = 0;
		for (size_t i = 0; i < digits; i++)
			n = n << 8 | h[at++];
		if (n < least || n >> 63)
			return protocol_broken(ws, 1002);
		ws->left = n;
	}
	memcpy(ws->mask, h + at, 4);
	ws->mask_at = 0;
	ws->ctl_n = 0;
	ws->in_payload = true;
	if (control)
		return true;
	if ((ws->opcode == WS_CONT) != (ws->msg_opcode != 0))
		return protocol_broken(ws, 1002);
	if (ws->opcode == WS_BINARY)
		return protocol_broken(ws, 1003);
	if (ws->left > NET_WS_IN_BYTES_MAX - waiting_left(&ws->msg))
		return protocol_broken(ws, 1009);
	return true;
}

static void unmask(struct net_ws *ws, char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] ^= (char)ws->mask[(ws->mask_at + i) & 3];
	ws->mask_at = (uint8_t)((ws->mask_at + n) & 3);
}

/* Bytes of the payload; false when nothing more is to be read from this socket. */
static bool take_payload(struct net_ws *ws, char *p, size_t n)
{
	unmask(ws, p, n);
	bool whole = n == ws->left;
	ws->left -= n;
	if (ws->opcode & 8) {
		memcpy(ws->ctl + ws->ctl_n, p, n);
		ws->ctl_n = (uint8_t)(ws->ctl_n + n);
	} else if (whole && ws->fin && waiting_left(&ws->msg) == 0) {
		/* The usual case, a message in one piece, needs no copy. */
		ws->in_payload = false;
		ws->head_n = 0;
		ws->msg_opcode = 0;
		deliver(ws, (struct str){ p, n });
		return true;
	} else if (!ws->close_sent && !waiting_add(&ws->msg, p, n)) {
		net_doom(ws->conn);
		return false;
	}
	if (ws->left == 0)
		got_frame(ws);
	return true;
}

void ws_feed(struct conn *c, char *p, size_t n)
{
	struct net_ws *ws = c->ws;
	if (!ws->close_sent)
		net_timer(c, TIMER_QUIET);
	for (size_t at = 0; at < n && !ws->broken && !ws->close_got && c->state == CONN_WS;) {
		if (!ws->in_payload) {
			ws->head[ws->head_n++] = (uint8_t)p[at++];
			if (ws->head_n < head_length(ws->head, ws->head_n))
				continue;
			if (!read_head(ws))
				return;
			if (ws->left > 0)
				continue;
		}
		size_t part = n - at < ws->left ? n - at : (size_t)ws->left;
		if (!take_payload(ws, p + at, part))
			return;
		at += part;
	}
}
