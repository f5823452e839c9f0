/* A raw WebSocket client for the tests of net; frames as bytes, so that it can misbehave. */
#ifndef HEARTH_TEST_NET_WS_HELP_H
#define HEARTH_TEST_NET_WS_HELP_H

#include "net_help.h"

struct frame {
	int opcode;
	size_t n, head_n;
	char p[70000]; /* with a NUL behind it */
};

/* A masked frame of a client; first: FIN and opcode. */
static inline void add_frame(struct buf *b, int first, const char *p, size_t n)
{
	static const char mask[4] = { 'm', 'a', 's', 'k' };
	buf_add_char(b, (char)first);
	if (n < 126) {
		buf_add_char(b, (char)(0x80 | n));
	} else if (n < 65536) {
		buf_add_char(b, (char)0xfe);
		buf_add_char(b, (char)(n >> 8));
		buf_add_char(b, (char)n);
	} else {
		buf_add_char(b, (char)0xff);
		for (int i = 7; i >= 0; i--)
			buf_add_char(b, (char)((uint64_t)n >> (8 * i)));
	}
	buf_add(b, (struct str){ mask, 4 });
	for (size_t i = 0; i < n; i++)
		buf_add_char(b, (char)(p[i] ^ mask[i & 3]));
}

static inline void say_frame(int fd, int first, const char *p, size_t n)
{
	struct buf b CLEANUP(buf_free) = BUF(1u << 20);
	add_frame(&b, first, p, n);
	give(fd, b.p, b.n);
}

static inline void hear_frame(int fd, struct frame *f)
{
	unsigned char head[10];
	hear(fd, head, 2);
	assert_int_equal(head[0] & 0x70, 0);
	assert_true(head[0] & 0x80);
	f->opcode = head[0] & 15;
	f->n = head[1];
	f->head_n = 2;
	if (f->n >= 126) {
		size_t digits = f->n == 126 ? 2 : 8;
		hear(fd, head + 2, digits);
		f->n = 0;
		for (size_t i = 0; i < digits; i++)
			f->n = f->n << 8 | head[2 + i];
		f->head_n += digits;
	}
	assert_true(f->n < sizeof f->p);
	hear(fd, f->p, f->n);
	f->p[f->n] = '\0';
}

static inline void hear_text(int fd, const char *z)
{
	struct frame f;
	hear_frame(fd, &f);
	assert_int_equal(f.opcode, 1);
	assert_string_equal(f.p, z);
}

static inline void hear_close(int fd, int code)
{
	struct frame f;
	hear_frame(fd, &f);
	assert_int_equal(f.opcode, 8);
	assert_true(f.n >= 2);
	assert_int_equal((unsigned char)f.p[0] << 8 | (unsigned char)f.p[1], code);
}

static inline int ws_dial(const struct server *s, const char *path, int rcvbuf)
{
	char q[512];
	struct reply r;
	int fd = dial(s, rcvbuf);
	snprintf(q, sizeof q, "GET %s HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path);
	say(fd, q);
	hear_reply(fd, &r, true);
	assert_int_equal(r.status, 101);
	return fd;
}

#endif
