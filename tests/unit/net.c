/* net, the HTTP half: real sockets on loopback against the real server. */
#include "net_help.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define LIMIT (3u << 20)

static struct server server;
static char file_path[64];
static struct net_request *held; /* of /hold, answered when the test says so */
static _Atomic int answered;

static uint64_t body_limit(void *arg, const struct net_request *r)
{
	return str_eq(r->path, STR("/small")) ? 10 : LIMIT;
}

static void refusal(void *arg, int status, struct str lang, struct buf *out_body, struct str *out_type)
{
	buf_print(out_body, "refused %d [" STR_FMT "]", status, STR_ARG(lang));
	*out_type = STR("text/plain");
}

static void *answer_late(void *arg)
{
	struct net_request *r = arg;
	struct net_answer a = { .status = 200, .body = r->query };
	usleep(500);
	net_answer(server.net, r, &a);
	return NULL;
}

/* What came, in words: so that the tests can compare it. */
static void describe(const struct net_request *r, struct buf *b)
{
	buf_print(b, STR_FMT " " STR_FMT "?" STR_FMT " n=%llu sum=", STR_ARG(r->method), STR_ARG(r->path), STR_ARG(r->query),
		  (unsigned long long)r->body_bytes);
	unsigned long sum = 0;
	struct str body = r->body, file = { 0 };
	if (r->body_path && file_read(r->body_path, LIMIT, &file) == ERR_OK)
		body = file;
	for (size_t i = 0; i < body.n; i++)
		sum += (unsigned char)body.p[i];
	free((char *)(uintptr_t)file.p);
	buf_print(b, "%lu %s %s %s host=" STR_FMT " lang=" STR_FMT, sum, r->body_path ? "file" : "memory", r->peer,
		  r->secure ? "secure" : "plain", STR_ARG(r->host), STR_ARG(r->accept_language));
}

static void request(void *arg, struct net_request *r)
{
	struct buf b CLEANUP(buf_free) = BUF(65536);
	struct net_answer a = { .status = 200, .content_type = STR("text/plain") };
	if (str_eq(r->path, STR("/hold"))) {
		held = r;
		atomic_fetch_add(&answered, 1);
		return;
	}
	if (str_eq(r->path, STR("/late"))) {
		pthread_t t;
		assert_int_equal(thread_start(&t, "late", answer_late, r), ERR_OK);
		pthread_detach(t);
		return;
	}
	if (str_eq(r->path, STR("/keep")))
		assert_int_equal(rename(r->body_path, file_path), 0);
	describe(r, &b);
	a.body = buf_str(&b);
	a.headers = STR("X-One: 1\r\nX-Two: 2\r\n");
	if (str_eq(r->path, STR("/204")))
		a = (struct net_answer){ .status = 204 };
	if (str_eq(r->path, STR("/304")))
		a.status = 304;
	if (str_eq(r->path, STR("/file")))
		a.file_path = file_path;
	if (str_eq(r->path, STR("/static"))) {
		a.body = STR("static");
		a.static_body = true;
	}
	net_answer(server.net, r, &a);
}

static void start(bool trust_proxy)
{
	server_start(&server, (struct net_options){ .trust_proxy = trust_proxy,
				      .hooks = { .body_limit = body_limit, .request = request, .refusal = refusal } });
	snprintf(file_path, sizeof file_path, "%s/file", server.dir);
}

static int setup(void **state)
{
	world_set(&help_world);
	start(false);
	return 0;
}

static int teardown(void **state)
{
	server_join(&server);
	unlink(file_path);
	server_end(&server);
	return 0;
}

static void ask(int fd, const char *bytes, struct reply *r)
{
	say(fd, bytes);
	hear_reply(fd, r, strncmp(bytes, "HEAD", 4) == 0);
}

#define GET_A "GET /a%20b/%E7%BE%A4?q=%20 HTTP/1.1\r\nHost: h\r\nX-Unknown: u\r\nAccept-Language: zh\r\n\r\n"
#define TOLD_A "GET /a b/群?q=%20 n=0 sum=0 memory 127.0.0.1 plain host=h lang=zh"

static void test_byte_by_byte(void **state)
{
	int fd = dial(&server, 0);
	struct reply r;
	ask(fd, GET_A, &r);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, TOLD_A);
	assert_non_null(strstr(r.head, "\r\nX-One: 1\r\nX-Two: 2\r\n"));
	assert_non_null(strstr(r.head, "\r\nDate: "));
	const char *z = "\r\n\r\nPOST /p HTTP/1.1\r\nHost: h\r\nAccept-Language:  en \r\nContent-Length: 3\r\n\r\nabc" GET_A;
	for (size_t i = 0; z[i]; i++)
		give(fd, z + i, 1);
	hear_reply(fd, &r, false);
	assert_string_equal(r.body, "POST /p? n=3 sum=294 memory 127.0.0.1 plain host=h lang=en");
	hear_reply(fd, &r, false);
	assert_string_equal(r.body, TOLD_A);
	close(fd);
}

static void test_no_body_where_none_belongs(void **state)
{
	int fd = dial(&server, 0);
	struct reply r;
	ask(fd, "HEAD /static HTTP/1.1\r\nHost: h\r\n\r\n", &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.length, 6);
	ask(fd, "GET /204 HTTP/1.1\r\nHost: h\r\n\r\n", &r);
	assert_int_equal(r.status, 204);
	assert_null(strstr(r.head, "Content-Length"));
	ask(fd, "GET /304 HTTP/1.1\r\nHost: h\r\n\r\n", &r);
	assert_int_equal(r.status, 304);
	ask(fd, "GET /static HTTP/1.1\r\nHost: h\r\n\r\n", &r);
	assert_string_equal(r.body, "static");
	close(fd);
}

/* Each is answered with its status and then closed, and nothing behind it is taken for a request. */
static void test_refusals(void **state)
{
	static const struct {
		int status;
		const char *bytes;
	} cases[] = {
		{ 400, "GET /a HTTP/1.1\r\n\r\n" },
		{ 400, "GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n" },
		{ 400, "GET /a HTTP/1.1\r\nHost : h\r\n\r\n" },
		{ 400, "GET /a HTTP/1.1\r\nHost: h\r\nX: a\x01 b\r\n\r\n" },
		{ 400, "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 400, "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 400, "GET /% HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 400, "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 400, "GET a HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 400, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n" },
		{ 400, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n" },
		{ 400, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc" },
		{ 400, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" GET_A },
		{ 400, "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" },
		{ 501, "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n" GET_A },
		{ 501, "FROB /a HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 501, "CONNECT a:1 HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 505, "GET /a HTTP/1.2\r\nHost: h\r\n\r\n" },
		{ 413, "POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nabcdefghijk" GET_A },
		{ 413, "POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n" },
		{ 413, "POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char all[4096];
		int fd = dial(&server, 0), status = 0;
		say(fd, cases[i].bytes);
		hear_end(fd, all, sizeof all);
		close(fd);
		sscanf(all, "HTTP/1.1 %d", &status);
		if (status != cases[i].status)
			print_message("# %s\n", cases[i].bytes);
		assert_int_equal(status, cases[i].status);
		assert_non_null(strstr(all, "Connection: close\r\n"));
		assert_non_null(strstr(all, "refused "));
		assert_null(strstr(all + 1, "HTTP/1.1 "));
	}
}

static void send_long(const char *before, size_t n, const char *after, int status)
{
	int fd = dial(&server, 0);
	char *fill = malloc(n), all[4096], want[32];
	memset(fill, 'a', n);
	say(fd, before);
	give(fd, fill, n);
	say(fd, after);
	hear_end(fd, all, sizeof all);
	snprintf(want, sizeof want, "HTTP/1.1 %d ", status);
	assert_memory_equal(all, want, strlen(want));
	free(fill);
	close(fd);
}

static void test_long_heads(void **state)
{
	send_long("GET /", NET_TARGET_BYTES_MAX, " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
	send_long("GET /", 2u << 20, " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
	send_long("GET / HTTP/1.1\r\nHost: h\r\nX: ", NET_HEAD_BYTES_MAX, "\r\n\r\n", 431);
	send_long("GET / HTTP/1.1\r\nHost: h\r\nCookie: ", 2u << 20, "\r\n\r\n", 431);
	send_long("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n", 4000000, "", 413);
	send_long("GET /", 4000, " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 200);
	send_long("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: ", 8000, "\r\n\r\n", 200);
}

static void test_bodies(void **state)
{
	int fd = dial(&server, 0);
	struct reply r;
	size_t n = 2u << 20;
	char *fill = malloc(n);
	memset(fill, 1, n);
	ask(fd, "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nT: x\r\n\r\n", &r);
	assert_non_null(strstr(r.body, "POST /p? n=4 sum=394 memory"));
	/* What stands behind a body must not pass for its head. */
	ask(fd, "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAccept-Language: evil\r\nX: y\r\n\r\n", &r);
	assert_non_null(strstr(r.body, "n=0 sum=0 memory 127.0.0.1 plain host=h lang="));
	assert_null(strstr(r.body, "evil"));
	say(fd, "POST /keep HTTP/1.1\r\nHost: h\r\nContent-Length: 2097152\r\n\r\n");
	give(fd, fill, n);
	hear_reply(fd, &r, false);
	assert_non_null(strstr(r.body, "n=2097152 sum=0 file")); /* renamed away before it was summed */
	struct stat st;
	assert_int_equal(stat(file_path, &st), 0);
	assert_int_equal(st.st_size, n);
	say(fd, "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n");
	give(fd, fill, 1u << 20);
	say(fd, "\r\n80000\r\n");
	give(fd, fill, 1u << 19);
	say(fd, "\r\n0\r\n\r\n");
	hear_reply(fd, &r, false);
	assert_non_null(strstr(r.body, "n=1572864 sum=1572864 file"));
	say(fd, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
	char go_on[25];
	hear(fd, go_on, sizeof go_on);
	assert_memory_equal(go_on, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	ask(fd, "abc", &r);
	assert_non_null(strstr(r.body, "n=3 sum=294"));
	free(fill);
	close(fd);
}

static void test_pipelined_from_threads(void **state)
{
	int fd = dial(&server, 0);
	struct buf b CLEANUP(buf_free) = BUF(1u << 20);
	for (int i = 0; i < 100; i++)
		buf_print(&b, "%s /late?%d HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab", i % 3 ? "POST" : "PUT", i);
	assert_int_equal(give(fd, b.p, b.n), b.n);
	for (int i = 0; i < 100; i++) {
		struct reply r;
		hear_reply(fd, &r, false);
		assert_int_equal(r.status, 200);
		assert_int_equal(atoi(r.body), i);
	}
	close(fd);
}

static void test_file(void **state)
{
	int fd = dial(&server, 0);
	struct reply r;
	char text[10000];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	assert_int_equal(file_write(file_path, (struct str){ text, sizeof text }, 0600), ERR_OK);
	ask(fd, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n", &r);
	assert_int_equal(r.length, sizeof text);
	assert_memory_equal(r.body, text, 8000);
	ask(fd, "HEAD /file HTTP/1.1\r\nHost: h\r\n\r\n", &r);
	assert_int_equal(r.length, sizeof text);
	static const struct {
		const char *range;
		int status;
		size_t from, n;
	} cases[] = {
		{ "bytes=0-0", 206, 0, 1 }, { "bytes=26-51", 206, 26, 26 }, { "bytes=9999-", 206, 9999, 1 },
		{ "bytes=-5", 206, 9995, 5 }, { "bytes=-20000", 206, 0, 10000 }, { "bytes=9990-99999", 206, 9990, 10 },
		{ "bytes=10000-", 416, 0, 0 }, { "bytes=-0", 416, 0, 0 }, { "bytes=5-4", 200, 0, 10000 },
		{ "bytes=0-1,3-4", 200, 0, 10000 }, { "lines=1-2", 200, 0, 10000 }, { "bytes=", 200, 0, 10000 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char q[128];
		snprintf(q, sizeof q, "GET /file HTTP/1.1\r\nHost: h\r\nRange: %s\r\n\r\n", cases[i].range);
		ask(fd, q, &r);
		assert_int_equal(r.status, cases[i].status);
		assert_int_equal(r.length, cases[i].n);
		if (cases[i].n)
			assert_memory_equal(r.body, text + cases[i].from, cases[i].n < 8000 ? cases[i].n : 8000);
	}
	unlink(file_path);
	ask(fd, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n", &r);
	assert_int_equal(r.status, 404);
	close(fd);
}

static bool one_held(void *arg)
{
	return atomic_load(&answered) > 0;
}

/* A client that takes 8 MB in small bites holds nobody up. */
static void test_slow_reader(void **state)
{
	size_t n = 8u << 20;
	char *text = malloc(n), bite[4096];
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(i * 2654435761u >> 13);
	assert_int_equal(file_write(file_path, (struct str){ text, n }, 0600), ERR_OK);
	int slow = dial(&server, 4096), other = dial(&server, 0);
	struct reply r;
	atomic_store(&answered, 0);
	say(slow, "GET /file HTTP/1.1\r\nHost: h\r\n\r\nGET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
	usleep(20000);
	for (int i = 0; i < 20; i++) {
		ask(other, "GET /static HTTP/1.1\r\nHost: h\r\n\r\n", &r);
		assert_int_equal(r.status, 200);
	}
	while (memcmp(bite + 3, "\n", 1) != 0 || memcmp(bite, "\r\n\r", 3) != 0) { /* the head's end */
		memmove(bite, bite + 1, 3);
		hear(slow, bite + 3, 1);
	}
	for (size_t at = 0; at < n; at += sizeof bite) {
		hear(slow, bite, sizeof bite);
		assert_memory_equal(bite, text + at, sizeof bite);
	}
	free(text);
	/* While the next answer is waited for, the loop sleeps. */
	wait_until(one_held, NULL);
	clock_t cpu = clock();
	usleep(300000);
	assert_true(clock() - cpu < CLOCKS_PER_SEC / 50);
	net_answer(server.net, held, &(struct net_answer){ .status = 204 });
	hear_reply(slow, &r, true);
	assert_int_equal(r.status, 204);
	close(slow);
	close(other);
}

static void test_gone_before_the_answer(void **state)
{
	struct net_answer a = { .status = 200, .body = STR("too late") };
	atomic_store(&answered, 0);
	int fd = dial(&server, 0);
	say(fd, "POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
	wait_until(one_held, NULL);
	struct linger hard = { .l_onoff = 1 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	close(fd);
	usleep(20000);
	assert_memory_equal(held->body.p, "x", 1); /* still there */
	net_answer(server.net, held, &a);
	fd = dial(&server, 0);
	struct reply r;
	ask(fd, GET_A, &r);
	assert_int_equal(r.status, 200);
	close(fd);
}

static void put_clock_forward(int s)
{
	usleep(50000); /* what was sent before is dealt with, by the old clock */
	atomic_fetch_add(&clock_ahead_us, s * US_PER_S);
	net_wake(server.net);
}

static void test_timeouts(void **state)
{
	char all[4096];
	int head = dial(&server, 0), body = dial(&server, 0), idle = dial(&server, 0), mute = dial(&server, 0);
	struct reply r;
	ask(idle, GET_A, &r);
	say(head, "GET /a HTT");
	say(body, "POST /p HTTP/1.1\r\nHost: h\r\nAccept-Language: en\r\nContent-Length: 3\r\n\r\na");
	put_clock_forward(NET_HEAD_TIMEOUT_S + 1);
	hear_end(head, all, sizeof all);
	assert_non_null(strstr(all, "HTTP/1.1 408 "));
	hear_end(mute, all, sizeof all);
	assert_string_equal(all, "");
	say(body, "b");
	put_clock_forward(NET_BODY_IDLE_TIMEOUT_S + 1);
	hear_end(body, all, sizeof all);
	assert_non_null(strstr(all, "HTTP/1.1 408 "));
	assert_non_null(strstr(all, "refused 408 [en]"));
	ask(idle, GET_A, &r);
	assert_int_equal(r.status, 200);
	put_clock_forward(80);
	hear_end(idle, all, sizeof all);
	close(head);
	close(body);
	close(idle);
	close(mute);
}

static void test_old_and_closing(void **state)
{
	char all[4096];
	int fd = dial(&server, 0);
	say(fd, "GET /static HTTP/1.0\r\n\r\n" GET_A);
	hear_end(fd, all, sizeof all);
	assert_non_null(strstr(all, "\r\n\r\nstatic"));
	assert_null(strstr(all + 1, "HTTP/1.1 "));
	close(fd);
	fd = dial(&server, 0);
	say(fd, GET_A GET_A); /* and then no more from our side */
	shutdown(fd, SHUT_WR);
	hear_end(fd, all, sizeof all);
	assert_non_null(strstr(strstr(all, TOLD_A) + 1, TOLD_A));
	close(fd);
}

static void test_proxy(void **state)
{
	struct reply r;
	const char *q = "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4, 2001:db8::7\r\nX-Forwarded-Proto: https\r\n\r\n";
	int fd = dial(&server, 0);
	ask(fd, q, &r);
	assert_non_null(strstr(r.body, " 127.0.0.1 plain "));
	close(fd);
	server_join(&server);
	server_end(&server);
	start(true);
	fd = dial(&server, 0);
	ask(fd, q, &r);
	assert_non_null(strstr(r.body, " 2001:db8::7 secure "));
	ask(fd, "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4, evil\r\n\r\n", &r);
	assert_non_null(strstr(r.body, " 127.0.0.1 plain "));
	close(fd);
}

static void test_stop_finishes_answers(void **state)
{
	struct net_answer a = { .status = 200, .body = STR("in time") };
	char all[4096];
	struct net *second;
	struct net_options taken = { .host = "127.0.0.1", .port = net_port(server.net) };
	assert_int_equal(net_new(&taken, &second), ERR_BUSY);
	atomic_store(&answered, 0);
	int fd = dial(&server, 0), idle = dial(&server, 0);
	say(fd, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_until(one_held, NULL);
	net_stop(server.net, 2000);
	hear_end(idle, all, sizeof all);
	net_answer(server.net, held, &a);
	hear_end(fd, all, sizeof all);
	assert_non_null(strstr(all, "Connection: close"));
	assert_non_null(strstr(all, "in time"));
	close(fd);
	close(idle);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_byte_by_byte), T(test_no_body_where_none_belongs), T(test_refusals), T(test_long_heads), T(test_bodies),
		T(test_pipelined_from_threads), T(test_file), T(test_slow_reader), T(test_gone_before_the_answer),
		T(test_timeouts), T(test_old_and_closing), T(test_proxy), T(test_stop_finishes_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
