/*
 * The floor of the bench of red packets: the same messages with nothing behind them. Not durable, no rules, one thread.
 *   grab_bare PORT SHARES AMOUNT        answers each grab; the first SHARES of a packet get AMOUNT each
 *   grab_bare PORT SHARES AMOUNT told   and tells everybody of the wins, every 10 ms all that there were
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fanout.h"

#define CONNECTIONS_MAX 20000
#define PACKETS_MAX 100000u
#define TELL_GAP_NS 10000000u
#define ANSWER "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

struct bare {
	int fd;
	unsigned index;
	bool open;
};

static struct bare *all[CONNECTIONS_MAX];
static unsigned count, shares, amount, taken[PACKETS_MAX], told_packet;
static bool tell;
static char events[1 << 20];
static size_t events_n;
static int ep;

/* A win, into the event of its packet or a new one. */
static void add_event(unsigned packet, unsigned who, unsigned place)
{
	char *p = events + events_n;
	size_t room = sizeof events - events_n;
	if (room < 400) {
		fprintf(stderr, "grab_bare: too many events\n");
		exit(1);
	}
	if (events_n && told_packet == packet) {
		events_n -= 5; /* ]}}]] */
		events_n += (size_t)sprintf(events + events_n, ",[%u,\"member %u\",%u,%u]]}}]]", who, who, place, amount);
		return;
	}
	if (events_n)
		*(p - 1) = ',';
	else
		events_n += (size_t)sprintf(p, "[");
	events_n += (size_t)sprintf(events + events_n, "[1,%u,%u,1795379293264,{\"grabbed\":{\"packet\":%u,\"state\":\"open\",\"taken\":%u,"
		"\"taken_sum\":%u,\"grabs\":[[%u,\"member %u\",%u,%u]]}}]]", packet * 10 + place, who, packet, place + 1,
		(place + 1) * amount, who, who, place, amount);
	told_packet = packet;
}

static void head(struct out *o, size_t n)
{
	unsigned char h[10] = { 0x81, (unsigned char)n };
	size_t head_n = 2;
	if (n >= 126) {
		h[1] = n < 65536 ? 126 : 127;
		head_n = n < 65536 ? 4 : 10;
		for (size_t i = 2; i < head_n; i++)
			h[i] = (unsigned char)((unsigned long long)n >> 8 * (head_n - 1 - i));
	}
	out_add(o, h, head_n);
}

static void tell_all(void)
{
	static struct out o;
	o.n = 0;
	head(&o, events_n);
	struct iovec parts[2] = { { o.p, o.n }, { events, events_n } };
	for (unsigned i = 0; i < count; i++)
		if (all[i]->open && writev(all[i]->fd, parts, 2) != (ssize_t)(o.n + events_n))
			fprintf(stderr, "grab_bare: a full socket\n");
	events_n = 0;
}

static void answer(struct bare *b, const char *p, size_t n)
{
	static struct out o;
	char text[200];
	const char *as = memmem(p, n, "\"as\":", 5), *packet = memmem(p, n, "\"packet\":", 9);
	if (as == NULL || packet == NULL)
		return;
	unsigned id = (unsigned)atoi(packet + 9) % PACKETS_MAX;
	int text_n;
	if (taken[id] < shares) {
		if (tell)
			add_event(id, b->index, taken[id]);
		text_n = snprintf(text, sizeof text, "{\"re\":%d,\"status\":200,\"body\":{\"outcome\":\"got\",\"amount\":%u,\"place\":%u}}",
				  atoi(as + 5), amount, taken[id]++);
	} else {
		text_n = snprintf(text, sizeof text, "{\"re\":%d,\"status\":200,\"body\":{\"outcome\":\"gone\"}}", atoi(as + 5));
	}
	o.n = 0;
	head(&o, (size_t)text_n);
	out_add(&o, text, (size_t)text_n);
	send_all(b->fd, &o);
}

/* One whole frame at a time: the bench's clients send no more, and mask with zeroes. */
static void bare_read(struct bare *b)
{
	static char p[16384];
	ssize_t n = recv(b->fd, p, sizeof p - 1, 0);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		b->open = false; /* the bench is over */
		close(b->fd);
	}
	if (n <= 0)
		return;
	p[n] = '\0';
	if (b->open) {
		answer(b, p, (size_t)n);
	} else if (n > 4 && memcmp(p + n - 4, "\r\n\r\n", 4) == 0) {
		(void)!send(b->fd, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL);
		b->open = true;
	}
}

static void take_in(int listener)
{
	int yes = 1;
	for (int fd; count < CONNECTIONS_MAX && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
		struct bare *b = calloc(1, sizeof *b);
		if (b == NULL)
			die("memory");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
		b->fd = fd;
		b->index = count;
		all[count++] = b;
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = b };
		epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	}
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(0x7f000001) };
	struct rlimit r = { CONNECTIONS_MAX + 100, CONNECTIONS_MAX + 100 };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
	shares = (unsigned)atoi(argv[2]);
	amount = (unsigned)atoi(argv[3]);
	tell = argc > 4;
	setrlimit(RLIMIT_NOFILE, &r);
	signal(SIGPIPE, SIG_IGN);
	ep = epoll_create1(0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(listener, (struct sockaddr *)&a, sizeof a) != 0 || listen(listener, 4096) != 0)
		die("listen");
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL }, ready[512];
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	for (uint64_t told_ns = 0;;) {
		int n = epoll_wait(ep, ready, 512, events_n ? 10 : 1000);
		for (int i = 0; i < n; i++) {
			if (ready[i].data.ptr)
				bare_read(ready[i].data.ptr);
			else
				take_in(listener);
		}
		if (events_n && now_ns() - told_ns >= TELL_GAP_NS) {
			told_ns = now_ns();
			tell_all();
		}
	}
}
