/*
 * The bench of red packets, protocols: Hearth's live socket, Redis (RESP), PostgreSQL (its protocol 3.0, one prepared
 * statement). Not here: whom they serve and what is measured (grab_client.c).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grab.h"

void hear_word(const char *p, size_t n, struct hearing *h)
{
	char text[64] = "";
	memcpy(text, p, n < sizeof text ? n : sizeof text - 1);
	if (sscanf(text, "got %lld %lld", &h->amount, &h->place) == 2)
		h->what = HEARD_GOT;
	else if (strcmp(text, "gone") == 0)
		h->what = HEARD_GONE;
	else {
		fprintf(stderr, "%.*s\n", (int)n, p);
		h->what = HEARD_OTHER;
	}
}

/* ---- Hearth ---- */

static void hearth_ask(struct out *out, unsigned member, unsigned group, unsigned packet)
{
	char text[200];
	int n = snprintf(text, sizeof text, "{\"do\":\"packet.grab\",\"as\":%u,\"group\":%u,\"packet\":%u}", packet, group, packet);
	ws_frame(out, 1, text, (size_t)n);
}

static long long number_after(const char *p, size_t n, const char *name)
{
	const char *at = memmem(p, n, name, strlen(name));
	return at ? atoll(at + strlen(name)) : -1;
}

static void hearth_answer(const char *p, size_t n, struct hearing *h)
{
	h->what = HEARD_OTHER;
	if (memmem(p, n, "\"gone\"", 6)) {
		h->what = HEARD_GONE;
	} else if (memmem(p, n, "\"got\"", 5)) {
		h->what = HEARD_GOT;
		h->amount = number_after(p, n, "\"amount\":");
		h->place = number_after(p, n, "\"place\":");
	} else if (memmem(p, n, "\"behind\":[]", 11)) {
		h->what = HEARD_NOTHING; /* what live.follow answered */
	} else {
		fprintf(stderr, "%.*s\n", (int)(n < 400 ? n : 400), p);
	}
}

/* Names in the bench have no brackets, so shares are the inner lists of "grabs":[[…],[…]]. */
static unsigned shares_in(const char *p, const char *end)
{
	unsigned shares = 0;
	const char *at = memmem(p, (size_t)(end - p), "\"grabs\":[", 9);
	for (at = at ? at + 9 : end; at < end && *at == '[';) {
		shares++;
		at = memchr(at, ']', (size_t)(end - at));
		at = at ? at + 1 : end;
		at += at < end && *at == ',';
	}
	return shares;
}

static void hearth_told(const char *p, const char *end, bool shares, struct hearing *h)
{
	static const char mark[] = "{\"grabbed\":";
	h->what = HEARD_TOLD;
	while (end - p > (long)sizeof mark && (p = memchr(p, '{', (size_t)(end - p))) != NULL) {
		if (end - p > (long)sizeof mark && memcmp(p, mark, sizeof mark - 1) == 0) {
			h->events++;
			h->shares += shares ? shares_in(p, end) : 0;
		}
		p++;
	}
}

static size_t hearth_hear(struct line *l, const char *p, size_t n, struct hearing *h, struct out *out)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t head = 2, body = n >= 2 ? u[1] & 127u : 0;
	if (body == 126)
		head = 4;
	if (body == 127)
		head = 10;
	if (n < head)
		return 0;
	if (head > 2) {
		body = 0;
		for (size_t i = 2; i < head; i++)
			body = body << 8 | u[i];
	}
	if (n < head + body)
		return 0;
	p += head;
	if ((u[0] & 15) == 9) {
		ws_frame(out, 10, p, body);
	} else if ((u[0] & 15) == 8) {
		fprintf(stderr, "closed by the server: %d\n", body >= 2 ? (unsigned char)p[0] << 8 | (unsigned char)p[1] : 0);
		h->what = HEARD_OTHER;
	} else if (body > 1 && p[0] == '[') {
		hearth_told(p, p + body, l->witness, h);
	} else if (body > 5 && memcmp(p, "{\"re\"", 5) == 0) {
		hearth_answer(p, body, h);
	} else if (body > 9 && memcmp(p, "{\"behind\"", 9) == 0) {
		h->what = HEARD_CUT;
	}
	return head + body;
}

const struct grab_way grab_hearth = { "hearth", &ws_driver, hearth_ask, hearth_hear };

/* ---- Redis ---- */

/* wrap= is the script's digest. */
static const char *redis_script;

static void redis_open(const struct options *o, struct member *m, struct out *out)
{
	redis_script = o->wrap;
	out_print(out, "PING\r\n");
}

static void redis_told_open(const struct options *o, struct member *m, struct out *out)
{
	redis_script = o->wrap;
	out_print(out, "HELLO 3\r\nSUBSCRIBE won\r\n");
}

static void redis_joining(const struct options *o, struct member *m, struct out *out)
{
	if (memmem(m->join, m->join_n, "+PONG\r\n", 7) || memmem(m->join, m->join_n, "won\r\n:1\r\n", 9)) {
		m->joined = true;
		join_used(m, m->join_n);
	}
}

static int bulk_number(struct out *out, const char *name, unsigned number)
{
	char text[40];
	int n = snprintf(text, sizeof text, "%s%u", name, number);
	out_print(out, "$%d\r\n%s\r\n", n, text);
	return n;
}

static void redis_ask(struct out *out, unsigned member, unsigned group, unsigned packet)
{
	out_print(out, "*8\r\n$7\r\nEVALSHA\r\n$40\r\n%s\r\n$1\r\n4\r\n", redis_script);
	bulk_number(out, "m", group);
	bulk_number(out, "s", packet);
	bulk_number(out, "g", packet);
	bulk_number(out, "n", packet);
	bulk_number(out, "", member + 1);
}

/* A push of a subscription: >3, and three strings. */
static size_t redis_push(const char *p, size_t n, struct hearing *h)
{
	static const char head[] = ">3\r\n$7\r\nmessage\r\n$3\r\nwon\r\n$";
	size_t at = sizeof head - 1, body = 0;
	if (n < at + 3)
		return 0;
	if (memcmp(p, head, at) != 0) {
		h->what = HEARD_OTHER;
		return n;
	}
	for (; at < n && isdigit((unsigned char)p[at]); at++)
		body = body * 10 + (size_t)(p[at] - '0');
	if (n < at + 2 + body + 2)
		return 0;
	h->what = HEARD_TOLD;
	h->events = h->shares = 1;
	return at + 2 + body + 2;
}

static size_t redis_hear(struct line *l, const char *p, size_t n, struct hearing *h, struct out *out)
{
	if (p[0] == '>')
		return redis_push(p, n, h);
	const char *end = memchr(p, '\n', n);
	if (end == NULL)
		return 0;
	hear_word(p + 1, (size_t)(end - p) - 2, h);
	return (size_t)(end - p) + 1;
}

static const struct driver redis_in = { "redis", false, redis_open, redis_joining, NULL, NULL };
static const struct driver redis_told_in = { "redis-told", false, redis_told_open, redis_joining, NULL, NULL };
const struct grab_way grab_redis = { "redis", &redis_in, redis_ask, redis_hear };
const struct grab_way grab_redis_told = { "redis-told", &redis_told_in, redis_ask, redis_hear };

/* ---- PostgreSQL ---- */

static void add_int(struct out *out, unsigned value, int bytes)
{
	unsigned char p[4] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16), (unsigned char)(value >> 8), (unsigned char)value };
	out_add(out, p + 4 - bytes, (size_t)bytes);
}

static void pg_message(struct out *out, char type, const void *body, size_t n)
{
	out_add(out, &type, 1);
	add_int(out, (unsigned)n + 4, 4);
	out_add(out, body, n);
}

/* hello= is the database's name, and the user's. */
static void pg_open(const struct options *o, struct member *m, struct out *out)
{
	char text[200];
	int n = snprintf(text, sizeof text, "user%c%s%cdatabase%c%s%c", 0, o->hello, 0, 0, o->hello, 0) + 1;
	add_int(out, (unsigned)n + 8, 4);
	add_int(out, 196608, 4);
	out_add(out, text, (size_t)n);
}

static void pg_joining(const struct options *o, struct member *m, struct out *out)
{
	static const char parse[] = "g\0SELECT grab($1, $2)\0\0\2\0\0\0\27\0\0\0\27"; /* two int4 */
	const unsigned char *u = (const unsigned char *)m->join;
	while (m->join_n >= 5) {
		size_t n = 1 + ((size_t)u[1] << 24 | (size_t)u[2] << 16 | (size_t)u[3] << 8 | u[4]);
		if (m->join_n < n)
			return;
		if (u[0] == 'E') {
			fprintf(stderr, "%.*s\n", (int)n - 5, m->join + 5);
			return;
		}
		if (u[0] == 'Z' && m->step++ == 0) {
			pg_message(out, 'P', parse, sizeof parse - 1);
			pg_message(out, 'S', "", 0);
		} else if (u[0] == 'Z') {
			m->joined = true;
		}
		join_used(m, n);
	}
}

static void pg_ask(struct out *out, unsigned member, unsigned group, unsigned packet)
{
	static struct out bind;
	bind.n = 0;
	out_add(&bind, "\0g\0\0\1\0\1\0\2", 9); /* the arguments are binary */
	add_int(&bind, 4, 4);
	add_int(&bind, packet, 4);
	add_int(&bind, 4, 4);
	add_int(&bind, member + 1, 4);
	add_int(&bind, 0, 2);
	pg_message(out, 'B', bind.p, bind.n);
	pg_message(out, 'E', "\0\0\0\0\0", 5);
	pg_message(out, 'S', "", 0);
}

static size_t pg_hear(struct line *l, const char *p, size_t n, struct hearing *h, struct out *out)
{
	const unsigned char *u = (const unsigned char *)p;
	if (n < 5)
		return 0;
	size_t whole = 1 + ((size_t)u[1] << 24 | (size_t)u[2] << 16 | (size_t)u[3] << 8 | u[4]);
	if (n < whole)
		return 0;
	if (p[0] == 'D' && whole > 11) {
		hear_word(p + 11, whole - 11, &l->half);
	} else if (p[0] == 'E') {
		fprintf(stderr, "%.*s\n", (int)whole - 5, p + 5);
		l->half.what = HEARD_OTHER;
	} else if (p[0] == 'Z') {
		*h = l->half;
		l->half = (struct hearing){ 0 };
	}
	return whole;
}

static const struct driver pg_in = { "postgres", false, pg_open, pg_joining, NULL, NULL };
const struct grab_way grab_postgres = { "postgres", &pg_in, pg_ask, pg_hear };
