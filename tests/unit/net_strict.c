/*
 * net, against those who want two servers to disagree on where a request ends, who take all connections, or who dribble.
 * Real sockets against the real server.
 */
#include "net_help.h"

#include <ifaddrs.h>

#define PER_ADDRESS 3u
#define H "Host: h\r\n"
#define CHUNKED "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
#define EVIL "GET /evil HTTP/1.1\r\n" H "\r\n"

static struct server server;
static struct net_request *held;
static _Atomic int held_count;
static _Atomic int evil;

static uint64_t body_limit(void *arg, const struct net_request *r)
{
	return 1u << 20;
}

static void request(void *arg, struct net_request *r)
{
	struct net_answer a = { .status = 200 };
	struct buf b CLEANUP(buf_free) = BUF(65536);
	if (str_eq(r->path, STR("/evil")))
		atomic_fetch_add(&evil, 1);
	if (str_eq(r->path, STR("/hold"))) {
		held = r;
		atomic_fetch_add(&held_count, 1);
		return;
	}
	buf_print(&b, "[" STR_FMT "] [" STR_FMT "] [" STR_FMT "] %llu [" STR_FMT "]", STR_ARG(r->host), STR_ARG(r->path),
		  STR_ARG(r->query), (unsigned long long)r->body_bytes, STR_ARG(r->accept_language));
	a.body = buf_str(&b);
	net_answer(server.net, r, &a);
}

static int ws_open(void *arg, struct net_ws *ws, const struct net_request *r, void **out_user)
{
	return 101;
}

static void start(const char *host, bool trust_proxy, unsigned per_address)
{
	server_start(&server, (struct net_options){ .host = host, .trust_proxy = trust_proxy,
				      .connections_per_address_max = per_address,
				      .hooks = { .body_limit = body_limit, .request = request, .ws_open = ws_open } });
}

static int setup(void **state)
{
	world_set(&help_world);
	atomic_store(&evil, 0);
	atomic_store(&held_count, 0);
	start(NULL, false, 0);
	return 0;
}

static int teardown(void **state)
{
	server_join(&server);
	server_end(&server);
	return 0;
}

static void start_anew(const char *host, bool trust_proxy, unsigned per_address)
{
	teardown(NULL);
	start(host, trust_proxy, per_address);
}

static const struct {
	int status;
	const char *bytes;
} refused[] = {
	/* two lengths */
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 36\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: +3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: 0x3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: 3 3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length:\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length: 18446744073709551616\r\n\r\n" EVIL },
	/* codings */
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" EVIL },
	{ 501, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" EVIL },
	{ 501, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" EVIL },
	/* Some servers take the vertical tab for a blank. */
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" EVIL },
	/* blanks where none belong */
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length : 3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Content-Length\t: 3\r\n\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "X Y: z\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n Content-Length: 3\r\n" H "\r\nabc" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H ": nameless\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "nameless\r\n\r\n" EVIL },
	/* folded lines */
	{ 400, "GET /a HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "X:\r\n b\r\n\r\n" EVIL },
	{ 400, "POST /a HTTP/1.1\r\n" H "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "X: a\r\n \r\n\r\n" EVIL },
	/* CR and LF on their own */
	{ 400, "GET /a HTTP/1.1\r\n" H "X: a\rContent-Length: 9\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "X: a\r\rContent-Length: 9\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "X:\rContent-Length: 9\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "\rX: y\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "X: a\r\n\r\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\n" H "\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "X: a\nY: b\r\n\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r\n" H "\n" EVIL },
	{ 400, "GET /a HTTP/1.1\r" H "\r\n\r\n" EVIL },
	/* chunks and trailers */
	{ 400, CHUNKED "3\nabc\r\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "3 \r\nabc\r\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "0x3\r\nabc\r\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "-3\r\nabc\r\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "10000000000000003\r\nabc\r\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "3;x\ny\r\nabc\r\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "3\r\nabcd\r\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "3\r\nabc\n0\r\n\r\n" EVIL },
	{ 400, CHUNKED "0\r\nX: y\n\n" EVIL },
	{ 400, CHUNKED "0\r\nX: y\r\n\n" EVIL },
	{ 400, CHUNKED "0\r\n\n" EVIL },
	{ 400, CHUNKED "0\r\nX: y\r\n z\r\n\r\n" EVIL },
	{ 400, CHUNKED "0\r\n X: y\r\n\r\n" EVIL },
	{ 400, CHUNKED "0\r\n: y\r\n\r\n" EVIL },
	{ 400, CHUNKED "0\r\nContent-Length: 3\r\nX : y\r\n\r\n" EVIL },
	/* targets and versions */
	{ 400, "GET /a#b HTTP/1.1\r\n" H "\r\n" EVIL },
	{ 400, "GET http:///a HTTP/1.1\r\n" H "\r\n" EVIL },
	{ 400, "GET http://h@i/a HTTP/1.1\r\n" H "\r\n" EVIL },
	{ 400, "GET ftp://h/a HTTP/1.1\r\n" H "\r\n" EVIL },
	{ 400, "GET http://h/a HTTP/1.1\r\n\r\n" EVIL },
	{ 400, "GET /a\tb HTTP/1.1\r\n" H "\r\n" EVIL },
	{ 400, "GET /a HTTP/1.1 \r\n" H "\r\n" EVIL },
	{ 400, "GET /a HTTP/1.x\r\n" H "\r\n" EVIL },
	{ 505, "GET /a HTTP/1.9\r\n" H "\r\n" EVIL },
	{ 505, "GET /a HTTP/3.0\r\n" H "\r\n" EVIL },
	{ 505, "GET /a\r\n\r\n" EVIL },
	{ 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
	/* a body before an upgrade */
	{ 400, "POST /a HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc" EVIL },
};

static void see_refused(size_t i, bool in_bytes)
{
	char all[4096];
	int fd = dial(&server, 0), status = 0;
	const char *z = refused[i].bytes;
	for (size_t at = 0; in_bytes && z[at]; at++)
		give(fd, z + at, 1);
	if (!in_bytes)
		say(fd, z);
	shutdown(fd, SHUT_WR); /* what is taken for half a request ends here, and not by the clock */
	hear_end(fd, all, sizeof all);
	close(fd);
	sscanf(all, "HTTP/1.1 %d", &status);
	if (status != refused[i].status)
		print_message("# %s\n# %s\n", z, all);
	assert_int_equal(status, refused[i].status);
	assert_non_null(strstr(all, "Connection: close\r\n"));
	assert_null(strstr(all + 1, "HTTP/1.1 "));
	assert_int_equal(atomic_load(&evil), 0);
}

static void test_smuggling(void **state)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		see_refused(i, false);
}

static void test_smuggling_byte_by_byte(void **state)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		see_refused(i, true);
}

/* What looks odd and is allowed. */
static void test_taken(void **state)
{
	static const struct {
		const char *bytes, *told;
	} cases[] = {
		{ "GET /a? HTTP/1.1\r\n" H "X-Empty:\r\nAccept-Language:\r\nX:  \t \r\n\r\n", "[h] [/a] [] 0 []" },
		{ "GET http://other:8/a/b?c?d HTTP/1.1\r\n" H "Accept-Language:\ten\t\r\n\r\n", "[other:8] [/a/b] [c?d] 0 [en]" },
		{ "GET HTTPS://other?c HTTP/1.1\r\n" H "\r\n", "[other] [/] [c] 0 []" },
		{ "\r\n\r\nOPTIONS * HTTP/1.1\r\n" H "\r\n", "[h] [*] [] 0 []" },
		{ "GET //x/..%2f HTTP/1.1\r\n" H "\r\n", "[h] [//x/../] [] 0 []" },
		{ "POST /a HTTP/1.1\r\n" H "Content-Length: 0003\r\n\r\nabc", "[h] [/a] [] 3 []" },
		{ "POST /a HTTP/1.1\r\n" H "transfer-encoding:CHUNKED\r\n\r\n00A;x=\"y z\"\r\n0123456789\r\n000\r\n"
		  "Accept-Language: zh\r\nX:\r\n\r\n", "[h] [/a] [] 10 []" },
		{ "GET /a HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "[h] [/a] [] 0 []" },
	};
	int fd = dial(&server, 0);
	for (int in_bytes = 0; in_bytes < 2; in_bytes++)
		for (size_t i = 0; i < COUNT_OF(cases); i++) {
			struct reply r;
			for (size_t at = 0; in_bytes && cases[i].bytes[at]; at++)
				give(fd, cases[i].bytes + at, 1);
			if (!in_bytes)
				say(fd, cases[i].bytes);
			hear_reply(fd, &r, false);
			assert_string_equal(r.body, cases[i].told);
		}
	close(fd);
}

static void see_endless(const char *before, const char *again, int status)
{
	int fd = dial(&server, 0);
	char all[4096], want[32];
	say(fd, before);
	for (int i = 0; i < 20000; i++)
		if (give(fd, again, strlen(again)) == 0)
			break;
	hear_end(fd, all, sizeof all);
	snprintf(want, sizeof want, "HTTP/1.1 %d ", status);
	assert_memory_equal(all, want, strlen(want));
	close(fd);
}

static void test_endless(void **state)
{
	see_endless(CHUNKED "0\r\n", "X: y\r\n", 431);
	see_endless(CHUNKED "3;a=", "bbbbbbbbbb", 400);
	see_endless(CHUNKED, "00000000000", 400);
	see_endless("GET / HTTP/1.1\r\n", "X: y\r\n", 431);
	/* Chunks of one byte are wasteful, and allowed. */
	struct reply r;
	int fd = dial(&server, 0);
	say(fd, CHUNKED);
	for (int i = 0; i < 5000; i++)
		say(fd, "1\r\nx\r\n");
	say(fd, "0\r\n\r\n");
	hear_reply(fd, &r, false);
	assert_string_equal(r.body, "[h] [/a] [] 5000 []");
	close(fd);
}

static void put_clock_forward(int s)
{
	usleep(20000); /* what was sent before is dealt with, by the old clock */
	atomic_fetch_add(&clock_ahead_us, s * US_PER_S);
	net_wake(server.net);
}

/* One byte every few seconds keeps no request open; a slow line does. */
static void test_dribble(void **state)
{
	char all[4096], kilobytes[25 * NET_BODY_BYTES_PER_S_MIN];
	memset(kilobytes, 'k', sizeof kilobytes);
	int slow = dial(&server, 0), steady = dial(&server, 0), chunks = dial(&server, 0);
	struct reply r;
	say(slow, "POST /a HTTP/1.1\r\n" H "Content-Length: 1000\r\n\r\n");
	say(steady, "POST /a HTTP/1.1\r\n" H "Content-Length: 153600\r\n\r\n");
	say(chunks, CHUNKED);
	for (int s = 0; s < 120; s += 20) {
		if (s < NET_BODY_GRACE_S) {
			say(slow, "s");
			say(chunks, "1\r\n");
			say(chunks, "x\r\n");
		}
		give(steady, kilobytes, sizeof kilobytes);
		put_clock_forward(20);
	}
	hear_reply(steady, &r, false);
	assert_string_equal(r.body, "[h] [/a] [] 153600 []");
	hear_end(slow, all, sizeof all);
	assert_memory_equal(all, "HTTP/1.1 408 ", 13);
	hear_end(chunks, all, sizeof all);
	assert_memory_equal(all, "HTTP/1.1 408 ", 13);
	close(slow);
	close(chunks);
	/* Never idle for long, and refused all the same. */
	slow = dial(&server, 0);
	say(slow, "POST /a HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n");
	for (int s = 0; s < 40; s += 10) {
		give(slow, kilobytes, 1000);
		put_clock_forward(10);
	}
	give(slow, kilobytes, 1000);
	hear_end(slow, all, sizeof all);
	assert_memory_equal(all, "HTTP/1.1 408 ", 13);
	close(slow);
	close(steady);
}

static bool held_are(void *arg)
{
	return atomic_load(&held_count) == *(int *)arg;
}

static int ask_from(const char *address, const char *path, struct reply *r)
{
	char q[256];
	int fd = dial(&server, 0);
	snprintf(q, sizeof q, "GET %s HTTP/1.1\r\n" H "X-Forwarded-For: %s\r\n\r\n", path, address);
	say(fd, q);
	if (r)
		hear_reply(fd, r, false);
	return fd;
}

static int socket_from(const char *address)
{
	char q[400];
	struct reply r;
	int fd = dial(&server, 0);
	snprintf(q, sizeof q, "GET /ws HTTP/1.1\r\n" H "X-Forwarded-For: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", address);
	say(fd, q);
	hear_reply(fd, &r, true);
	assert_int_equal(r.status, 101);
	return fd;
}

/* Behind a proxy: counted by whom it speaks for, while something is asked or a WebSocket is open. */
static void test_per_address_by_proxy(void **state)
{
	struct reply r;
	int fds[40], n = 0;
	start_anew(NULL, true, PER_ADDRESS);
	for (int i = 0; i < 9; i++) { /* idle ones count for nobody */
		fds[n++] = ask_from("203.0.113.1", "/a", &r);
		assert_int_equal(r.status, 200);
	}
	fds[n++] = socket_from("203.0.113.1");
	fds[n++] = socket_from("203.0.113.1");
	fds[n++] = ask_from("203.0.113.1", "/hold", NULL);
	wait_until(held_are, &(int){ 1 });
	fds[n++] = ask_from("203.0.113.1", "/a", &r);
	assert_int_equal(r.status, 503);
	fds[n++] = ask_from("203.0.113.2", "/a", &r); /* somebody else */
	assert_int_equal(r.status, 200);
	net_answer(server.net, held, &(struct net_answer){ .status = 204 });
	hear_reply(fds[n - 3], &r, true);
	fds[n++] = ask_from("203.0.113.1", "/a", &r);
	assert_int_equal(r.status, 200);
	/* One line's IPv6 addresses are one. */
	fds[n++] = socket_from("2001:db8:1:2::1");
	fds[n++] = socket_from("2001:db8:1:2::2");
	fds[n++] = socket_from("2001:db8:1:2:3::1");
	fds[n++] = ask_from("2001:db8:1:2:ffff::9", "/a", &r);
	assert_int_equal(r.status, 503);
	fds[n++] = ask_from("2001:db8:1:3::1", "/a", &r);
	assert_int_equal(r.status, 200);
	for (int i = 0; i < 9; i++) /* this machine itself */
		fds[n++] = socket_from("127.0.0.1");
	for (int i = 0; i < n; i++)
		close(fds[i]);
	usleep(50000);
	for (unsigned i = 0; i < PER_ADDRESS; i++) /* those that went are not counted any more */
		fds[i] = socket_from("2001:db8:1:2::1");
	for (unsigned i = 0; i < PER_ADDRESS; i++)
		close(fds[i]);
}

/* This machine's own address that is not loopback; false: it has none. */
static bool own_address(struct sockaddr_in *out)
{
	struct ifaddrs *all = NULL;
	bool found = false;
	assert_int_equal(getifaddrs(&all), 0);
	for (struct ifaddrs *i = all; i && !found; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET) {
			memcpy(out, i->ifa_addr, sizeof *out);
			found = ntohl(out->sin_addr.s_addr) >> 24 != 127;
		}
	freeifaddrs(all);
	return found;
}

static int dial_at(struct sockaddr_in a)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	a.sin_port = htons((uint16_t)net_port(server.net));
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void test_per_address(void **state)
{
	struct sockaddr_in a;
	struct reply r;
	char all[4096];
	int fds[PER_ADDRESS];
	if (!own_address(&a)) {
		print_message("# no address but loopback here: not tested\n");
		skip();
	}
	start_anew("0.0.0.0", false, PER_ADDRESS);
	for (unsigned i = 0; i < PER_ADDRESS; i++) {
		fds[i] = dial_at(a);
		say(fds[i], "GET /a HTTP/1.1\r\n" H "\r\n");
		hear_reply(fds[i], &r, false);
		assert_int_equal(r.status, 200);
	}
	int more = dial_at(a);
	hear_end(more, all, sizeof all);
	assert_memory_equal(all, "HTTP/1.1 503 ", 13);
	close(more);
	for (int i = 0; i < 9; i++) { /* loopback is not counted */
		int here = dial(&server, 0);
		say(here, "GET /a HTTP/1.1\r\n" H "\r\n");
		hear_reply(here, &r, false);
		assert_int_equal(r.status, 200);
		close(here);
	}
	close(fds[0]);
	usleep(50000);
	fds[0] = dial_at(a);
	say(fds[0], "GET /a HTTP/1.1\r\n" H "\r\n");
	hear_reply(fds[0], &r, false);
	assert_int_equal(r.status, 200);
	for (unsigned i = 0; i < PER_ADDRESS; i++)
		close(fds[i]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_smuggling), T(test_smuggling_byte_by_byte), T(test_taken), T(test_endless), T(test_dribble),
		T(test_per_address_by_proxy), T(test_per_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
