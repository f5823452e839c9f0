/* net, the WebSocket half and the fan-out log: a raw client, so that it can misbehave. */
#include "net_help.h"

#include "net_ws_help.h"

#define LOGS_MAX 200

static struct server server;
static struct net_log *logs[LOGS_MAX];
static _Atomic int closed_count, cut_count;
static _Atomic uint64_t cut_at;
static struct net_ws *last_ws; /* the one opened last */

static int ws_open(void *arg, struct net_ws *ws, const struct net_request *r, void **out_user)
{
	if (str_eq(r->path, STR("/no")))
		return 403;
	last_ws = ws;
	*out_user = &server;
	if (str_eq(r->path, STR("/hello")))
		net_ws_send(ws, STR("hello"));
	if (str_eq(r->path, STR("/bye")))
		net_ws_close(ws, 4001, "bye");
	for (int i = 0; i < LOGS_MAX && str_eq(r->path, STR("/follow")); i++)
		if (logs[i])
			assert_int_equal(net_ws_follow(ws, logs[i], net_log_end(logs[i])), ERR_OK);
	return 101;
}

static void ws_text(void *arg, struct net_ws *ws, void *user, struct str text)
{
	assert_ptr_equal(user, &server);
	if (str_eq(text, STR("close")))
		net_ws_close(ws, 1000, "asked for");
	else
		net_ws_send(ws, text);
}

static void ws_closed(void *arg, struct net_ws *ws, void *user)
{
	assert_ptr_equal(user, &server);
	atomic_fetch_add(&closed_count, 1);
}

static void ws_cut(void *arg, struct net_ws *ws, void *user, struct net_log *log, uint64_t offset)
{
	atomic_store(&cut_at, offset);
	atomic_fetch_add(&cut_count, 1);
}

static void refusal(void *arg, int status, struct str lang, struct buf *out_body, struct str *out_type)
{
	buf_print(out_body, "refused %d", status);
}

static void request(void *arg, struct net_request *r)
{
	net_answer(server.net, r, &(struct net_answer){ .status = 200, .body = STR("plain") });
}

static const struct net_hooks hooks = { .request = request, .refusal = refusal, .ws_open = ws_open, .ws_text = ws_text,
					.ws_closed = ws_closed, .ws_cut = ws_cut };

static int setup(void **state)
{
	world_set(&help_world);
	server_start(&server, (struct net_options){ .hooks = hooks });
	atomic_store(&closed_count, 0);
	atomic_store(&cut_count, 0);
	return 0;
}

static void free_logs(void *arg)
{
	for (int i = 0; i < LOGS_MAX; i++) {
		net_log_free(logs[i]);
		logs[i] = NULL;
	}
}

static int teardown(void **state)
{
	server_join(&server); /* the net thread has ended: this one may do what was its */
	free_logs(NULL);
	server_end(&server);
	return 0;
}

static void make_logs(void *arg)
{
	int *how = arg; /* count, bytes */
	for (int i = 0; i < how[0]; i++)
		logs[i] = net_log_new(server.net, (size_t)how[1]);
}

/* ---- opening ---- */

static void test_opening(void **state)
{
	static const struct {
		int status;
		const char *bytes;
	} cases[] = {
		{ 101, "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" },
		{ 400, "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		       "Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n\r\n" },
		{ 400, "POST /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" },
		{ 426, "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n" },
		{ 403, "GET /no HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" },
		/* An offer that is not ours is passed over, as RFC 9110 §7.8 says. */
		{ 200, "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct reply r;
		int fd = dial(&server, 0);
		say(fd, cases[i].bytes);
		hear_reply(fd, &r, cases[i].status == 101);
		assert_int_equal(r.status, cases[i].status);
		if (i == 0) /* the example of RFC 6455 §1.3 */
			assert_non_null(strstr(r.head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
		if (r.status == 426)
			assert_non_null(strstr(r.head, "Sec-WebSocket-Version: 13\r\n"));
		close(fd);
	}
	int fd = ws_dial(&server, "/hello", 0);
	hear_text(fd, "hello");
	close(fd);
	fd = ws_dial(&server, "/bye", 0);
	hear_close(fd, 4001);
	close(fd);
}

/* ---- frames in ---- */

static void test_echo(void **state)
{
	int fd = ws_dial(&server, "/ws", 0);
	static const size_t sizes[] = { 0, 1, 125, 126, 127, 65535, 65536 };
	char *text = malloc(NET_WS_IN_BYTES_MAX + 1);
	memset(text, 'x', NET_WS_IN_BYTES_MAX);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		char was = text[sizes[i]];
		text[sizes[i]] = '\0';
		say_frame(fd, 0x81, text, sizes[i]);
		hear_text(fd, text);
		text[sizes[i]] = was;
	}
	free(text);
	/* In pieces, with a ping in between, over a character's middle, byte by byte. */
	say_frame(fd, 0x01, "\xe7", 1);
	say_frame(fd, 0x89, "p", 1);
	say_frame(fd, 0x00, "", 0);
	say_frame(fd, 0x80, "\xbe\xa4", 2);
	struct frame f;
	hear_frame(fd, &f);
	assert_int_equal(f.opcode, 10);
	assert_memory_equal(f.p, "p", 1);
	hear_text(fd, "群");
	struct buf b CLEANUP(buf_free) = BUF(1000);
	add_frame(&b, 0x01, "ab", 2);
	add_frame(&b, 0x8a, "pong", 4);
	add_frame(&b, 0x80, "cd", 2);
	for (size_t i = 0; i < b.n; i++)
		give(fd, b.p + i, 1);
	hear_text(fd, "abcd");
	close(fd);
}

/* Every mistake has its code, and then the connection ends. */
static void test_mistakes(void **state)
{
	static const struct {
		int code;
		size_t n;
		const char *bytes;
	} cases[] = {
		{ 1002, 2, "\x81\x00" },                                      /* not masked */
		{ 1002, 6, "\xc1\x80mask" },                                  /* a reserved bit */
		{ 1002, 6, "\x83\x80mask" },                                  /* an unknown opcode */
		{ 1002, 6, "\x80\x80mask" },                                  /* a continuation of nothing */
		{ 1002, 12, "\x01\x80mask\x81\x80mask" },                     /* a message inside another */
		{ 1002, 6, "\x09\x80mask" },                                  /* a ping in pieces */
		{ 1002, 8, "\x89\xfe\x00\x7emask" },                          /* a ping of 126 bytes */
		{ 1002, 8, "\x81\xfe\x00\x7dmask" },                          /* a length longer written than need be */
		{ 1002, 14, "\x81\xff\x80\0\0\0\0\0\0\0mask" },               /* a negative length */
		{ 1002, 7, "\x88\x81mask\x00" },                              /* half a close code */
		{ 1002, 8, "\x88\x82\0\0\0\0\x03\xed" },                      /* 1005 must not be sent */
		{ 1003, 7, "\x82\x81maskx" },                                 /* binary */
		{ 1009, 14, "\x81\xff\0\0\0\0\0\1\0\1mask" },                 /* 65,537 bytes */
		{ 1007, 7, "\x81\x81\0\0\0\0\xff" },                          /* not UTF-8 */
		{ 1007, 14, "\x01\x81\0\0\0\0\xe7\x80\x81\0\0\0\0x" },        /* nor over two frames */
		{ 4321, 8, "\x88\x82\0\0\0\0\x10\xe1" },                      /* no mistake: a close is echoed */
		{ 1000, 6, "\x88\x80mask" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char rest[256];
		int fd = ws_dial(&server, "/ws", 0);
		give(fd, cases[i].bytes, cases[i].n);
		hear_close(fd, cases[i].code);
		hear_end(fd, rest, sizeof rest);
		assert_string_equal(rest, "");
		close(fd);
	}
	/* Fragments that together are too large. */
	char part[40000] = { 0 };
	int fd = ws_dial(&server, "/ws", 0);
	say_frame(fd, 0x01, part, sizeof part);
	say_frame(fd, 0x80, part, sizeof part);
	hear_close(fd, 1009);
	close(fd);
}

static bool all_closed(void *arg)
{
	return atomic_load(&closed_count) == *(int *)arg;
}

static void test_closing(void **state)
{
	char rest[16];
	int want = 1, fd = ws_dial(&server, "/ws", 0);
	say_frame(fd, 0x81, "one", 3);
	say_frame(fd, 0x81, "close", 5);
	say_frame(fd, 0x81, "unheard", 7);
	hear_text(fd, "one");
	hear_close(fd, 1000);
	say_frame(fd, 0x88, "\x03\xe8", 2);
	hear_end(fd, rest, sizeof rest);
	close(fd);
	wait_until(all_closed, &want);
	fd = ws_dial(&server, "/ws", 0);
	close(fd);
	want = 2;
	wait_until(all_closed, &want);
	fd = ws_dial(&server, "/ws", 0);
	net_stop(server.net, 2000);
	hear_close(fd, 1001);
	say_frame(fd, 0x88, "\x03\xe9", 2);
	hear_end(fd, rest, sizeof rest);
	close(fd);
	want = 3;
	wait_until(all_closed, &want);
}

static void forward(int s)
{
	usleep(50000);
	atomic_fetch_add(&clock_ahead_us, s * US_PER_S);
	net_wake(server.net);
}

static void test_silence(void **state)
{
	struct frame f;
	char rest[16];
	int quiet = ws_dial(&server, "/ws", 0), dead = ws_dial(&server, "/ws", 0);
	forward(NET_WS_PING_S + 1);
	hear_frame(quiet, &f);
	assert_int_equal(f.opcode, 9);
	say_frame(quiet, 0x8a, "", 0);
	hear_frame(dead, &f);
	assert_int_equal(f.opcode, 9);
	forward(NET_WS_PING_S + 1);
	hear_end(dead, rest, sizeof rest);
	hear_frame(quiet, &f);
	assert_int_equal(f.opcode, 9);
	close(quiet);
	close(dead);
}

static void flood(void *arg)
{
	static char text[1000];
	memset(text, 'f', sizeof text);
	for (int i = 0; i < 10000; i++)
		net_ws_send(last_ws, (struct str){ text, sizeof text });
}

/* Private messages to somebody who does not read: those that were taken are whole, then 1008. */
static void test_private_limit(void **state)
{
	struct frame f;
	int fd = ws_dial(&server, "/ws", 4096), got = 0;
	on_net(&server, flood, NULL);
	for (hear_frame(fd, &f); f.opcode == 1; hear_frame(fd, &f), got++)
		assert_int_equal(f.n, 1000);
	assert_int_equal(f.opcode, 8);
	assert_memory_equal(f.p, "\x03\xf0too slow", 10);
	assert_true(got >= 200);
	close(fd);
}

/* ---- the log ---- */

static uint64_t next_number[LOGS_MAX];

/* "LOG NUMBER fill": arg is which log, how many, how long. */
static void append_some(void *arg)
{
	const int *how = arg;
	char text[4096];
	memset(text, '.', sizeof text);
	for (int i = 0; i < how[1]; i++) {
		uint64_t before = net_log_end(logs[how[0]]), offset;
		int n = snprintf(text, sizeof text, "%d %llu ", how[0], (unsigned long long)next_number[how[0]]++);
		text[n] = '.';
		assert_int_equal(net_log_append(logs[how[0]], (struct str){ text, (size_t)how[2] }, &offset), ERR_OK);
		assert_int_equal(offset, before);
	}
}

static void append(int log, int count, int bytes)
{
	on_net(&server, append_some, (int[]){ log, count, bytes });
}

/* The next frame, which must be number *next of its log; returns the bytes it took on the wire. */
static size_t hear_next(int fd, uint64_t *next)
{
	struct frame f;
	int log;
	unsigned long long number;
	hear_frame(fd, &f);
	assert_int_equal(f.opcode, 1);
	assert_int_equal(sscanf(f.p, "%d %llu ", &log, &number), 2);
	assert_int_equal(number, next[log]);
	next[log]++;
	return f.n + f.head_n;
}

static void test_log_to_many(void **state)
{
	int fds[50];
	uint64_t next[50][LOGS_MAX] = { 0 };
	memset(next_number, 0, sizeof next_number);
	on_net(&server, make_logs, (int[]){ 1, 1 << 16 });
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = ws_dial(&server, "/follow", 0);
	append(0, 1, 40);
	append(0, 1, 40);
	append(0, 100, 200);
	for (size_t i = 0; i < COUNT_OF(fds); i += 2) {
		for (int k = 0; k < 102; k++)
			hear_next(fds[i], next[i]);
		close(fds[i]);
	}
	append(0, 3, 100);
	for (size_t i = 1; i < COUNT_OF(fds); i += 2) {
		for (int k = 0; k < 105; k++)
			hear_next(fds[i], next[i]);
		close(fds[i]);
	}
	assert_int_equal(atomic_load(&cut_count), 0);
}

static struct follow_order {
	int log;
	enum err got;
	uint64_t offset;
} order;

static void follow_from(void *arg)
{
	order.got = net_ws_follow(last_ws, logs[order.log], order.offset);
}

static void unfollow(void *arg)
{
	net_ws_unfollow(last_ws, logs[order.log]);
}

/* Somebody stops reading: what he has is whole up to where he was cut, and he can go on from where the log begins. */
static void cut_and_go_on(int bytes)
{
	uint64_t next[LOGS_MAX] = { 0 }, good_next[LOGS_MAX] = { 0 };
	memset(next_number, 0, sizeof next_number);
	atomic_store(&cut_count, 0);
	on_net(&server, make_logs, (int[]){ 1, 1 << 16 });
	int good = ws_dial(&server, "/follow", 0), slow = ws_dial(&server, "/follow", 4096);
	for (int round = 0; atomic_load(&cut_count) == 0; round++) {
		assert_true(round < 3000);
		append(0, 20000 / bytes, bytes);
		for (int k = 0; k < 20000 / bytes; k++)
			hear_next(good, good_next);
	}
	uint64_t got = 0;
	while (got < atomic_load(&cut_at))
		got += hear_next(slow, next);
	assert_int_equal(got, atomic_load(&cut_at));
	order.log = 0;
	order.offset = got;
	on_net(&server, follow_from, NULL);
	assert_int_equal(order.got, ERR_NOT_FOUND);
	order.offset = net_log_begin(logs[0]);
	on_net(&server, follow_from, NULL);
	assert_int_equal(order.got, ERR_OK);
	on_net(&server, follow_from, NULL);
	assert_int_equal(order.got, ERR_CONFLICT);
	next[0] = order.offset / (uint64_t)(bytes + (bytes < 126 ? 2 : 4));
	while (next[0] < next_number[0])
		hear_next(slow, next);
	append(0, 1, bytes);
	hear_next(slow, next);
	assert_int_equal(atomic_load(&cut_count), 1);
	close(good);
	close(slow);
	on_net(&server, free_logs, NULL);
}

static void test_cut_and_go_on(void **state)
{
	cut_and_go_on(3001);
	cut_and_go_on(100);
	cut_and_go_on(517);
}

/* Stop and go without ever being cut: partial frames everywhere, private messages and pings in between. */
static void test_stop_and_go(void **state)
{
	uint64_t next[LOGS_MAX] = { 0 };
	int logs_n = 5, privates = 0;
	memset(next_number, 0, sizeof next_number);
	on_net(&server, make_logs, (int[]){ logs_n, 8 << 20 });
	int fd = ws_dial(&server, "/follow", 4096);
	for (int round = 0; round < 60; round++) {
		for (int log = 0; log < logs_n; log++)
			append(log, 7, 500 + 37 * log + round);
		say_frame(fd, 0x89, "ping", 4);
		say_frame(fd, 0x81, "me", 2);
		struct frame f;
		for (int k = 0; round % 5 == 4 && k < 100; k++) {
			hear_frame(fd, &f);
			int log;
			unsigned long long number;
			if (f.opcode == 10 || (f.opcode == 1 && f.n == 2)) {
				privates++;
				continue;
			}
			assert_int_equal(sscanf(f.p, "%d %llu ", &log, &number), 2);
			assert_int_equal(number, next[log]++);
		}
	}
	int left = 60 * 7 * logs_n + 120 - 12 * 100;
	while (left-- > 0) {
		struct frame f;
		int log;
		unsigned long long number;
		hear_frame(fd, &f);
		if (f.opcode == 10 || (f.opcode == 1 && f.n == 2)) {
			privates++;
			continue;
		}
		assert_int_equal(sscanf(f.p, "%d %llu ", &log, &number), 2);
		assert_int_equal(number, next[log]++);
	}
	assert_int_equal(privates, 120);
	for (int log = 0; log < logs_n; log++)
		assert_int_equal(next[log], 420);
	assert_int_equal(atomic_load(&cut_count), 0);
	close(fd);
}

static void test_many_logs(void **state)
{
	uint64_t next[3][LOGS_MAX] = { { 0 } };
	memset(next_number, 0, sizeof next_number);
	on_net(&server, make_logs, (int[]){ LOGS_MAX, 1 << 16 });
	int fds[3];
	for (int i = 0; i < 3; i++)
		fds[i] = ws_dial(&server, "/follow", 0);
	for (int round = 0; round < 3; round++)
		for (int log = 0; log < LOGS_MAX; log++)
			append(log, 1, 30 + log);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3 * LOGS_MAX; k++)
			hear_next(fds[i], next[i]);
	/* The last one leaves every third log, and one comes in the middle of its frames. */
	for (order.log = 0; order.log < LOGS_MAX; order.log += 3)
		on_net(&server, unfollow, NULL);
	for (int log = 0; log < LOGS_MAX; log++)
		append(log, 1, 30);
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < LOGS_MAX; k++)
			hear_next(fds[i], next[i]);
	for (int k = 0; k < LOGS_MAX - (LOGS_MAX + 2) / 3; k++)
		hear_next(fds[2], next[2]);
	assert_int_equal(next[2][0], 3);
	assert_int_equal(next[2][1], 4);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

static void log_limits(void *arg)
{
	static char text[600];
	uint64_t offset;
	struct net_log *log = net_log_new(server.net, 1000);
	assert_int_equal(net_log_append(log, (struct str){ text, 497 }, &offset), ERR_LIMIT);
	assert_int_equal(net_log_append(log, (struct str){ text, 496 }, &offset), ERR_OK);
	assert_int_equal(net_log_append(log, (struct str){ text, 496 }, &offset), ERR_OK);
	assert_int_equal(offset, 500);
	assert_int_equal(net_log_begin(log), 0);
	assert_int_equal(net_log_append(log, (struct str){ text, 10 }, &offset), ERR_OK);
	assert_int_equal(offset, 1000);
	assert_int_equal(net_log_begin(log), 500);
	assert_int_equal(net_log_end(log), 1012);
	assert_int_equal(net_log_followers(log), 0);
	net_log_free(log);
}

static void test_log_limits(void **state)
{
	on_net(&server, log_limits, NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_opening), T(test_echo), T(test_mistakes), T(test_closing), T(test_silence), T(test_private_limit),
		T(test_log_to_many), T(test_cut_and_go_on), T(test_stop_and_go), T(test_many_logs), T(test_log_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
