/*
 * The fan-out bench's engine: connects N members, waits, sends at a pace, sends under load, and prints one JSON object.
 * See fanout.h for the protocols and ./fanout for the servers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fanout.h"

#define MARK_N 18 /* ~ 16 hex digits ~ */
#define CONNECTING_AT_ONCE 100
#define LATENCIES_MAX 4000000u
#define BURST 64
#define JOIN_TIMEOUT_NS (120 * 1000000000ull)

static struct options opt = { .host = "127.0.0.1", .path = "/", .wrap = "{text}" };
static const struct driver *driver = &ws_driver;
static unsigned member_count = 1000, rate = 20, pace_s = 5, load_s = 5, bytes = 100, window = 4 * BURST;
static struct member *members;
static int ep;
static unsigned joined;
static uint64_t deliveries, wire_bytes;
static uint32_t *latency_us;
static size_t latency_n;
static bool measuring;
static char scratch[1 << 18];

/* ---- connections ---- */

static void connect_member(unsigned i)
{
	struct member *m = &members[i];
	struct out out = { .n = 0 };
	m->fd = connect_to(&opt, i);
	m->index = i;
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = m };
	if (epoll_ctl(ep, EPOLL_CTL_ADD, m->fd, &e) != 0)
		die("epoll_ctl");
	driver->open(&opt, m, &out);
	send_all(m->fd, &out);
}

static void count_mark(const char *p, uint64_t now)
{
	uint64_t sent = 0;
	for (int i = 1; i <= 16; i++) {
		char c = p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return;
		sent = sent << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	deliveries++;
	if (measuring && latency_n < LATENCIES_MAX)
		latency_us[latency_n++] = (uint32_t)((now - sent) / 1000);
}

/* Count the marks in p; bytes before p may be the member's carry. */
static size_t scan(const char *p, size_t n, uint64_t now)
{
	size_t found = 0, at = 0;
	while (n - at >= MARK_N) {
		const char *tilde = memchr(p + at, '~', n - at - MARK_N + 1);
		if (tilde == NULL)
			break;
		if (tilde[MARK_N - 1] == '~') {
			count_mark(tilde, now);
			found++;
			at = (size_t)(tilde - p) + MARK_N;
		} else {
			at = (size_t)(tilde - p) + 1;
		}
	}
	return found;
}

static void receive(struct member *m)
{
	struct out out = { .n = 0 };
	ssize_t n = recv(m->fd, scratch + sizeof m->carry, sizeof scratch - sizeof m->carry, 0);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		errno = n == 0 ? ECONNRESET : errno;
		die("the server closed a connection");
	}
	if (n < 0)
		return;
	char *p = scratch + sizeof m->carry;
	if (!m->joined) {
		for (size_t at = 0; at < (size_t)n && !m->joined;) {
			size_t room = sizeof m->join - m->join_n, part = (size_t)n - at < room ? (size_t)n - at : room;
			memcpy(m->join + m->join_n, p + at, part);
			m->join_n += part;
			at += part;
			driver->joining(&opt, m, &out);
			if (m->join_n == sizeof m->join)
				join_used(m, m->join_n / 2); /* something longer than we care to read */
		}
		joined += m->joined;
		send_all(m->fd, &out);
		return;
	}
	wire_bytes += (uint64_t)n;
	if (driver->alive)
		driver->alive(m, p, (size_t)n, &out);
	if (out.n)
		send_all(m->fd, &out);
	memcpy(p - m->carry_n, m->carry, m->carry_n);
	p -= m->carry_n;
	size_t all = (size_t)n + m->carry_n;
	m->received += scan(p, all, now_ns());
	/* Carry the start of a mark that is not whole yet, and nothing of a mark that was counted. */
	const char *tilde = NULL;
	for (size_t back = 1; back < MARK_N && back <= all; back++)
		if (p[all - back] == '~')
			tilde = p + all - back;
	m->carry_n = 0;
	if (tilde && !(tilde - p >= MARK_N - 1 && tilde[-(MARK_N - 1)] == '~' && p + all - tilde < MARK_N)) {
		m->carry_n = (size_t)(p + all - tilde);
		memcpy(m->carry, tilde, m->carry_n);
	}
}

static void pump(int timeout_ms)
{
	struct epoll_event events[512];
	int n = epoll_wait(ep, events, 512, timeout_ms);
	for (int i = 0; i < n; i++)
		receive(events[i].data.ptr);
}

static void join_all(void)
{
	uint64_t deadline = now_ns() + JOIN_TIMEOUT_NS;
	unsigned begun = 0;
	while (joined < member_count) {
		while (begun < member_count && begun - joined < CONNECTING_AT_ONCE)
			connect_member(begun++);
		pump(100);
		if (now_ns() > deadline) {
			fprintf(stderr, "fanout_client: %u of %u joined in time\n", joined, member_count);
			exit(1);
		}
	}
}

static void pump_until(uint64_t t)
{
	for (uint64_t now; (now = now_ns()) < t;)
		pump(t - now > 2000000 ? (int)((t - now) / 1000000) : 0);
}

/* ---- sending ---- */

static void add_message(struct out *out)
{
	char text[OUT_BYTES_MAX];
	memset(text, 'x', bytes);
	char mark[MARK_N + 1];
	snprintf(mark, sizeof mark, "~%016llx~", (unsigned long long)now_ns());
	memcpy(text, mark, MARK_N);
	driver->message(&opt, out, text, bytes);
}

/* Members who are to get each message. */
static unsigned readers(void)
{
	return member_count - driver->no_echo;
}

static void paced(void)
{
	struct out out = { .n = 0 };
	uint64_t start = now_ns(), before = deliveries;
	double cpu = processes_cpu_s();
	measuring = true;
	for (unsigned i = 0; i < rate * pace_s; i++) {
		pump_until(start + (uint64_t)i * 1000000000u / rate);
		add_message(&out);
		send_all(members[0].fd, &out);
	}
	pump_until(now_ns() + 500000000u);
	measuring = false;
	cpu = processes_cpu_s() - cpu;
	uint64_t got = deliveries - before;
	sort_us(latency_us, latency_n);
	printf("\"paced\":{\"rate\":%u,\"deliveries\":%llu,\"expected\":%llu,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"cpu_s_per_million\":%.3f},",
	       rate, (unsigned long long)got, (unsigned long long)rate * pace_s * readers(), percentile_ms(latency_us, latency_n, .5),
	       percentile_ms(latency_us, latency_n, .99), got ? cpu * 1e6 / (double)got : 0);
}

static uint64_t slowest(void)
{
	uint64_t least = UINT64_MAX;
	for (unsigned i = driver->no_echo; i < member_count; i++)
		least = members[i].received < least ? members[i].received : least;
	return least;
}

static void loaded(void)
{
	struct out out = { .n = 0 };
	uint64_t start = now_ns(), sent = 0, wire = wire_bytes, before = deliveries, first = slowest(), looked = 0;
	double cpu = processes_cpu_s();
	while (now_ns() - start < load_s * 1000000000ull) {
		if (sent - looked + BURST > window)
			looked = slowest() - first;
		if (sent - looked + BURST <= window) {
			for (int i = 0; i < BURST; i++) {
				add_message(&out);
				if (out.n > sizeof out.p / 2)
					send_all(members[0].fd, &out);
			}
			send_all(members[0].fd, &out);
			sent += BURST;
			pump(0);
		} else {
			pump(5);
		}
	}
	for (uint64_t end = now_ns() + 3000000000ull; slowest() - first < sent && now_ns() < end;)
		pump(10);
	double s = (double)(now_ns() - start) / 1e9;
	cpu = processes_cpu_s() - cpu;
	uint64_t got = deliveries - before;
	printf("\"load\":{\"messages\":%llu,\"deliveries\":%llu,\"missing\":%lld,\"deliveries_per_s\":%.0f,\"cpu_s_per_million\":%.3f,"
	       "\"wire_bytes_per_delivery\":%.1f}", (unsigned long long)sent, (unsigned long long)got,
	       (long long)(sent * readers() - got), (double)got / s, got ? cpu * 1e6 / (double)got : 0,
	       got ? (double)(wire_bytes - wire) / (double)got : 0);
}

/* ---- arguments ---- */

static void usage(void)
{
	fputs("usage: fanout_client [name=value …]\n"
	      "  proto=ws|irc|mqtt port=N host=127.0.0.1 pid=SERVER members=1000 bytes=100\n"
	      "  rate=20 pace=5 (seconds) load=5 (seconds) window=256 (messages under way)\n"
	      "  ws: path=/…, hello=TEXT sent after opening, wrap=TEXT around each message; {i} is the member's\n"
	      "  number, {token} its line of the file tokens=FILE, {text} the message\n", stderr);
	exit(2);
}

static void read_arguments(int argc, char **argv)
{
	static const struct driver *all[] = { &ws_driver, &irc_driver, &mqtt_driver };
	static const struct { const char *name; unsigned *place; } numbers[] = {
		{ "members", &member_count }, { "rate", &rate }, { "pace", &pace_s }, { "load", &load_s }, { "bytes", &bytes },
		{ "window", &window },
	};
	static const struct { const char *name; const char **place; } words[] = {
		{ "host", &opt.host }, { "path", &opt.path }, { "hello", &opt.hello }, { "wrap", &opt.wrap }, { "tokens", &opt.tokens },
	};
	for (int i = 1; i < argc; i++) {
		const char *value = NULL;
		bool known = false;
		for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
			if (argument_is(argv[i], numbers[k].name, &value)) {
				*numbers[k].place = (unsigned)atoi(value);
				known = true;
			}
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			if (argument_is(argv[i], words[k].name, &value)) {
				*words[k].place = value;
				known = true;
			}
		if (argument_is(argv[i], "proto", &value))
			for (size_t k = 0; k < sizeof all / sizeof *all; k++)
				if (strcmp(all[k]->name, value) == 0) {
					driver = all[k];
					known = true;
				}
		if (argument_is(argv[i], "port", &value)) {
			opt.port = atoi(value);
			known = true;
		}
		if (argument_is(argv[i], "pid", &value)) {
			processes_find(atoi(value));
			known = true;
		}
		if (!known)
			usage();
	}
	if (opt.port == 0 || member_count == 0 || rate == 0 || bytes < MARK_N || bytes > 4096 || window < BURST)
		usage();
}

int main(int argc, char **argv)
{
	read_arguments(argc, argv);
	options_read_tokens(&opt);
	struct rlimit r = { member_count + 100, member_count + 100 };
	setrlimit(RLIMIT_NOFILE, &r);
	members = calloc(member_count, sizeof *members);
	latency_us = calloc(LATENCIES_MAX, sizeof *latency_us);
	ep = epoll_create1(0);
	if (members == NULL || latency_us == NULL || ep < 0)
		die("memory");
	double before = processes_resident_bytes();
	uint64_t start = now_ns();
	join_all();
	double join_s = (double)(now_ns() - start) / 1e9;
	pump_until(now_ns() + 1500000000u);
	printf("{\"members\":%u,\"bytes\":%u,\"join_s\":%.2f,\"resident_bytes_per_connection\":%.0f,", member_count, bytes, join_s,
	       (processes_resident_bytes() - before) / member_count);
	paced();
	if (load_s)
		loaded();
	else
		printf("\"load\":null");
	puts("}");
	return 0;
}
