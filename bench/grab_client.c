/*
 * The bench of red packets, engine: connects, lets everybody grab packet after packet, checks each packet's shares against
 * its sum, and prints one JSON object. One thread. See grab.h for the protocols and ./grab for the servers.
 *
 * After `seconds` no packet is begun that nobody has begun; those under way are grabbed by everybody. The first `warm`
 * packets are not measured. The server's CPU is measured until the last event has come.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "grab.h"

#define CONNECTING_AT_ONCE 100
#define JOIN_TIMEOUT_NS (120 * 1000000000ull)
#define SILENCE_NS (20 * 1000000000ull) /* no answer for so long: the run is worth nothing */
#define TOLD_TIMEOUT_NS (10 * 1000000000ull)
#define TIMES_MAX 4000000u
#define SHARES_MAX 1000u
#define WITNESS_EVERY 50u
#define READ_BYTES (1u << 20)

struct packet {
	unsigned group, id, shares;
	long long sum;
	unsigned got, gone;
	long long amount;
	bool place[SHARES_MAX];
	bool twice; /* a place came to two members, or is none */
};

struct person {
	unsigned index, next; /* the packet asked for */
	uint64_t wanted_ns;
	struct line *line;    /* own one, or NULL: any that is free */
};

struct times {
	uint32_t *us;
	size_t n;
};

static struct options opt = { .host = "127.0.0.1", .path = "/", .wrap = "" };
static const struct grab_way *way;
static unsigned person_count = 1000, line_count, seconds = 5, warm = 5, told;
static struct person *people;
static struct line *lines, **free_lines;
static struct person **waiting; /* a ring of person_count */
static unsigned free_count, waiting_first, waiting_count, joined;
static struct packet *packets;
static unsigned packet_count, begun, end;
static uint64_t deadline, answers, wire_bytes, last_answer_ns, events;
static unsigned under_way;
static struct times got, gone;
static int ep;
static char scratch[2 * READ_BYTES];
static struct out out;

static __attribute__((noreturn)) void wrong(const char *what)
{
	fprintf(stderr, "grab: %s\n", what);
	exit(1);
}

/* ---- grabbing ---- */

static void ask(struct person *p, struct line *l)
{
	const struct packet *packet = &packets[p->next];
	l->busy = p;
	way->grab(&out, p->index, packet->group, packet->id);
	send_all(l->in.fd, &out);
}

static void want(struct person *p, uint64_t now)
{
	p->wanted_ns = now;
	under_way++;
	if (p->next >= begun)
		begun = p->next + 1;
	if (p->line)
		ask(p, p->line);
	else if (free_count)
		ask(p, free_lines[--free_count]);
	else
		waiting[(waiting_first + waiting_count++) % person_count] = p;
}

static void line_is_free(struct line *l)
{
	l->busy = NULL;
	if (line_count == person_count)
		return;
	if (waiting_count == 0) {
		free_lines[free_count++] = l;
		return;
	}
	struct person *p = waiting[waiting_first];
	waiting_first = (waiting_first + 1) % person_count;
	waiting_count--;
	ask(p, l);
}

static void answered(struct line *l, const struct hearing *h)
{
	struct person *p = l->busy;
	uint64_t now = last_answer_ns = now_ns();
	if (p == NULL)
		wrong("an answer that nobody waits for");
	struct packet *packet = &packets[p->next];
	struct times *t = h->what == HEARD_GOT ? &got : &gone;
	answers++;
	under_way--;
	if (t->n < TIMES_MAX)
		t->us[t->n++] = (uint32_t)((now - p->wanted_ns) / 1000);
	if (h->what == HEARD_GONE) {
		packet->gone++;
	} else {
		packet->got++;
		packet->amount += h->amount;
		packet->twice |= h->place < 0 || h->place >= SHARES_MAX || packet->place[h->place];
		packet->place[h->place >= 0 && h->place < SHARES_MAX ? h->place : 0] = true;
	}
	if (now > deadline && begun < end)
		end = begun;
	line_is_free(l);
	if (++p->next < end)
		want(p, now);
}

static void hear(struct line *l, const char *p, size_t n)
{
	size_t at = 0;
	while (at < n) {
		struct hearing h = { 0 };
		size_t used = way->hear(l, p + at, n - at, &h, &out);
		if (used == 0)
			break;
		at += used;
		switch (h.what) {
		case HEARD_NOTHING:
			break;
		case HEARD_GOT:
		case HEARD_GONE:
			answered(l, &h);
			break;
		case HEARD_TOLD:
			l->events += h.events;
			l->shares += h.shares;
			events += h.events;
			break;
		case HEARD_CUT:
			wrong("the server cut a member off from the events");
		case HEARD_OTHER:
			wrong("an answer that is neither a share nor a refusal");
		}
		if (out.n)
			send_all(l->in.fd, &out);
	}
	l->rest_n = n - at;
	if (l->rest_n > l->rest_max && (l->rest = realloc(l->rest, l->rest_max = l->rest_n)) == NULL)
		die("memory");
	if (l->rest_n)
		memcpy(l->rest, p + at, l->rest_n);
}

static void come_in(struct line *l, const char *p, size_t n)
{
	struct member *m = &l->in;
	for (size_t at = 0; at < n;) {
		if (m->joined) {
			hear(l, p + at, n - at);
			return;
		}
		size_t room = sizeof m->join - m->join_n, part = n - at < room ? n - at : room;
		memcpy(m->join + m->join_n, p + at, part);
		m->join_n += part;
		at += part;
		way->in->joining(&opt, m, &out);
		send_all(m->fd, &out);
		if (m->joined && m->join_n) {
			/* Already more than the way in: what is left of p goes behind it. */
			memmove(scratch, m->join, m->join_n);
			memmove(scratch + m->join_n, p + at, n - at);
			hear(l, scratch, m->join_n + n - at);
			at = n;
		}
		if (!m->joined && m->join_n == sizeof m->join)
			wrong("more to join than fits");
	}
	joined += m->joined;
}

static void receive(struct line *l)
{
	char *p = scratch + READ_BYTES;
	ssize_t n = recv(l->in.fd, p, READ_BYTES, 0);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		errno = n == 0 ? ECONNRESET : errno;
		die("the server closed a connection");
	}
	if (n < 0)
		return;
	wire_bytes += (uint64_t)n;
	if (!l->in.joined) {
		come_in(l, p, (size_t)n);
		return;
	}
	if (l->rest_n > READ_BYTES)
		wrong("a message too long");
	p -= l->rest_n;
	memcpy(p, l->rest, l->rest_n);
	hear(l, p, (size_t)n + l->rest_n);
}

static void pump(int timeout_ms)
{
	struct epoll_event ready[512];
	int n = epoll_wait(ep, ready, 512, timeout_ms);
	for (int i = 0; i < n; i++)
		receive(ready[i].data.ptr);
}

static void pump_until(uint64_t t)
{
	for (uint64_t now; (now = now_ns()) < t;)
		pump(t - now > 2000000 ? (int)((t - now) / 1000000) : 0);
}

/* Everybody grabs the packets from first on, up to last or, after the deadline, the last that somebody has begun. */
static void grab(unsigned first, unsigned last, uint64_t until)
{
	uint64_t now = last_answer_ns = now_ns();
	end = last;
	begun = first;
	deadline = until;
	for (unsigned i = 0; i < person_count; i++) {
		people[i].next = first;
		want(&people[i], now);
	}
	while (under_way) {
		pump(100);
		if (now_ns() - last_answer_ns > SILENCE_NS)
			wrong("the server answers no more");
	}
}

/* ---- coming in ---- */

static void connect_line(unsigned i)
{
	struct line *l = &lines[i];
	l->in.fd = connect_to(&opt, i);
	l->in.index = i;
	l->witness = i % WITNESS_EVERY == 0;
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = l };
	if (epoll_ctl(ep, EPOLL_CTL_ADD, l->in.fd, &e) != 0)
		die("epoll_ctl");
	way->in->open(&opt, &l->in, &out);
	send_all(l->in.fd, &out);
}

static void join_all(void)
{
	uint64_t until = now_ns() + JOIN_TIMEOUT_NS;
	unsigned started = 0;
	while (joined < line_count) {
		while (started < line_count && started - joined < CONNECTING_AT_ONCE)
			connect_line(started++);
		pump(100);
		if (now_ns() > until)
			wrong("not all came in in time");
	}
	for (unsigned i = 0; i < person_count; i++) {
		people[i].index = i;
		people[i].line = line_count == person_count ? &lines[i] : NULL;
	}
	for (unsigned i = 0; i < line_count && line_count < person_count; i++)
		free_lines[free_count++] = &lines[i];
}

/* ---- what came of it ---- */

static double cpu_own_s(void)
{
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* Wins so far, in all packets. */
static uint64_t wins(void)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < packet_count; i++)
		sum += packets[i].got;
	return sum;
}

/* Members who have not been told of every win: a witness by its count, the others by comparison with the first one. */
static unsigned untold(void)
{
	unsigned n = 0;
	uint64_t all = wins();
	for (unsigned i = 0; told && i < line_count; i++)
		n += lines[i].events != lines[0].events || (lines[i].witness && lines[i].shares != all);
	return n;
}

static unsigned packets_wrong(unsigned first)
{
	unsigned n = 0;
	for (unsigned i = first; i < end; i++) {
		const struct packet *p = &packets[i];
		n += p->twice || p->got != p->shares || p->gone != person_count - p->shares || p->amount != p->sum;
	}
	return n;
}

static void print_times(const char *name, struct times *t, double s)
{
	sort_us(t->us, t->n);
	printf("\"%s\":{\"count\":%zu,\"per_s\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f},", name, t->n, (double)t->n / s,
	       percentile_ms(t->us, t->n, .5), percentile_ms(t->us, t->n, .99), percentile_ms(t->us, t->n, 1));
}

static void measure(void)
{
	grab(0, warm, UINT64_MAX);
	for (uint64_t until = now_ns() + TOLD_TIMEOUT_NS; untold() && now_ns() < until;)
		pump(10);
	pump_until(now_ns() + 500000000u);
	got.n = gone.n = 0;
	answers = 0;
	uint64_t wire = wire_bytes, events_before = events, wins_before = wins(), start = now_ns();
	double cpu = processes_cpu_s(), own = cpu_own_s();
	grab(warm, packet_count, start + seconds * 1000000000ull);
	double s = (double)(last_answer_ns - start) / 1e9;
	while (untold() && now_ns() < last_answer_ns + TOLD_TIMEOUT_NS)
		pump(5);
	double told_ms = (double)(now_ns() - last_answer_ns) / 1e6;
	pump_until(now_ns() + 100000000u);
	cpu = processes_cpu_s() - cpu;
	own = cpu_own_s() - own;
	uint64_t won = wins() - wins_before;
	printf("{\"members\":%u,\"connections\":%u,\"packets\":%u,\"packets_wrong\":%u,\"seconds\":%.2f,", person_count, line_count,
	       end - warm, packets_wrong(0), s);
	printf("\"grabs_per_s\":%.0f,\"cpu_s_per_100k\":%.3f,\"cpu_share\":%.2f,\"client_cpu_s_per_100k\":%.3f,", (double)answers / s,
	       cpu * 1e5 / (double)answers, cpu / s, own * 1e5 / (double)answers);
	printf("\"events\":%llu,\"shares_told\":%llu,\"untold\":%u,\"told_after_ms\":%.1f,\"wire_bytes_per_grab\":%.0f,",
	       (unsigned long long)(events - events_before), told ? (unsigned long long)won * line_count : 0, untold(), told_ms,
	       (double)(wire_bytes - wire) / (double)answers);
	print_times("winners", &got, s);
	print_times("refusals", &gone, s);
	memcpy(gone.us + gone.n, got.us, got.n * sizeof *got.us);
	gone.n += got.n;
	print_times("all", &gone, s);
	printf("\"last\":%u}\n", end);
}

/* ---- arguments ---- */

static void read_packets(const char *path)
{
	FILE *f = fopen(path, "r");
	struct packet p = { 0 };
	while (f && fscanf(f, "%u %u %lld %u", &p.group, &p.id, &p.sum, &p.shares) == 4) {
		if ((packets = realloc(packets, (packet_count + 1) * sizeof *packets)) == NULL)
			die("memory");
		packets[packet_count++] = p;
	}
	if (f)
		fclose(f);
}

static void usage(void)
{
	fputs("usage: grab_client way=hearth|redis|redis-told|postgres port=N packets=FILE [name=value …]\n"
	      "  packets: lines \"GROUP PACKET SUM SHARES\"; host=127.0.0.1 pid=SERVER members=1000 seconds=5 warm=5 (packets)\n"
	      "  connections=N  shared by the members; without it each has its own\n"
	      "  told=1         members are told of each win\n"
	      "  path=, hello=, tokens=  as fanout_client's; wrap=DIGEST of the Redis script; hello=NAME of the database\n", stderr);
	exit(2);
}

static void read_arguments(int argc, char **argv)
{
	static const struct grab_way *const all[] = { &grab_hearth, &grab_redis, &grab_redis_told, &grab_postgres };
	const struct { const char *name; unsigned *place; } numbers[] = {
		{ "members", &person_count }, { "connections", &line_count }, { "seconds", &seconds }, { "warm", &warm }, { "told", &told },
	};
	const struct { const char *name; const char **place; } words[] = {
		{ "host", &opt.host }, { "path", &opt.path }, { "hello", &opt.hello }, { "wrap", &opt.wrap }, { "tokens", &opt.tokens },
	};
	for (int i = 1; i < argc; i++) {
		const char *value = NULL;
		for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
			if (argument_is(argv[i], numbers[k].name, &value))
				*numbers[k].place = (unsigned)atoi(value);
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			if (argument_is(argv[i], words[k].name, &value))
				*words[k].place = value;
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			if (argument_is(argv[i], "way", &value) && strcmp(value, all[k]->name) == 0)
				way = all[k];
		if (argument_is(argv[i], "port", &value))
			opt.port = atoi(value);
		if (argument_is(argv[i], "packets", &value))
			read_packets(value);
		if (value == NULL && !argument_is(argv[i], "pid", &value))
			usage();
	}
	if (line_count == 0)
		line_count = person_count;
	if (way == NULL || opt.port == 0 || line_count == 0 || line_count > person_count || warm >= packet_count)
		usage();
}

int main(int argc, char **argv)
{
	read_arguments(argc, argv);
	options_read_tokens(&opt);
	struct rlimit r = { line_count + 100, line_count + 100 };
	setrlimit(RLIMIT_NOFILE, &r);
	people = calloc(person_count, sizeof *people);
	waiting = calloc(person_count, sizeof *waiting);
	lines = calloc(line_count, sizeof *lines);
	free_lines = calloc(line_count, sizeof *free_lines);
	got.us = calloc(TIMES_MAX, sizeof *got.us);
	gone.us = calloc(2 * TIMES_MAX, sizeof *gone.us);
	ep = epoll_create1(0);
	if (people == NULL || waiting == NULL || lines == NULL || free_lines == NULL || got.us == NULL || gone.us == NULL || ep < 0)
		die("memory");
	join_all();
	pump_until(now_ns() + 1000000000u);
	/* Only now: PostgreSQL has a process for each connection. */
	for (int i = 1; i < argc; i++) {
		const char *pid;
		if (argument_is(argv[i], "pid", &pid))
			processes_find(atoi(pid));
	}
	measure();
	return 0;
}
