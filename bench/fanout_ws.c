/* WebSocket for the fan-out bench: hello= and wrap= say what is sent, so any server with text messages will do. */
#include <stdio.h>
#include <string.h>

#include "fanout.h"

void ws_frame(struct out *out, int opcode, const char *p, size_t n)
{
	unsigned char head[8] = { (unsigned char)(0x80 | opcode), 0x80 };
	size_t head_n = 2;
	if (n < 126) {
		head[1] |= (unsigned char)n;
	} else {
		head[1] |= 126;
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		head_n = 4;
	}
	out_add(out, head, head_n);
	out_add(out, "\0\0\0\0", 4); /* a mask of zeroes is a mask */
	out_add(out, p, n);
}

static void ws_open(const struct options *o, struct member *m, struct out *out)
{
	out_print(out, "GET ");
	out_template(out, o->path, o, m, "", 0);
	out_print(out, " HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://%s:%d\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", o->host, o->port, o->host,
		  o->port);
	if (o->token_count)
		out_print(out, "Authorization: Bearer %s\r\n", o->token[m->index % o->token_count]);
	out_print(out, "\r\n");
}

static void ws_joining(const struct options *o, struct member *m, struct out *out)
{
	const char *end = memmem(m->join, m->join_n, "\r\n\r\n", 4);
	if (end == NULL)
		return;
	if (strncmp(m->join, "HTTP/1.1 101", 12) != 0) {
		fprintf(stderr, "%.*s\n", (int)(end - m->join), m->join);
		return; /* and the joining times out */
	}
	if (o->hello) {
		struct out text = { .n = 0 };
		out_template(&text, o->hello, o, m, "", 0);
		ws_frame(out, 1, text.p, text.n);
	}
	join_used(m, (size_t)(end - m->join) + 4);
	m->joined = true;
}

static void ws_message(const struct options *o, struct out *out, const char *text, size_t n)
{
	static struct member sender;
	static unsigned count;
	struct out whole = { .n = 0 };
	sender.index = ++count; /* {i} in wrap= numbers the messages */
	out_template(&whole, o->wrap, o, &sender, text, n);
	ws_frame(out, 1, whole.p, whole.n);
}

/* A ping alone in a read, which is how servers send it on an idle connection. */
static void ws_alive(struct member *m, const char *p, size_t n, struct out *out)
{
	if (n >= 2 && (unsigned char)p[0] == 0x89 && (size_t)p[1] + 2 <= n)
		ws_frame(out, 10, p + 2, (size_t)p[1]);
}

const struct driver ws_driver = { "ws", false, ws_open, ws_joining, ws_message, ws_alive };
