/*
 * The two ends of the scale for the fan-out bench, on one port each:
 *   fanout_bare send PORT   nothing but epoll and send() of ready bytes to everybody: the limit
 *   fanout_bare log PORT    the room net with its fan-out log, and nothing above it
 * Every text message of anybody goes to everybody. Both wait 10 ms between two rounds under load and none when idle.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"

#define LOG_BYTES (256u << 10) /* what the log keeps for slow readers */

/* ---- log ---- */

static struct net *server;
static struct net_log *all;

static int log_open(void *arg, struct net_ws *ws, const struct net_request *r, void **out_user)
{
	return net_ws_follow(ws, all, net_log_end(all)) == ERR_OK ? 101 : 503;
}

static void log_text(void *arg, struct net_ws *ws, void *user, struct str text)
{
	uint64_t offset;
	if (net_log_append(all, text, &offset) != ERR_OK)
		log_line(LOG_WARN, "fanout_bare: a message did not fit");
}

static void log_cut(void *arg, struct net_ws *ws, void *user, struct net_log *log, uint64_t offset)
{
	log_line(LOG_WARN, "fanout_bare: somebody fell behind");
	if (net_ws_follow(ws, log, net_log_begin(log)) != ERR_OK)
		net_ws_close(ws, 1008, "too slow");
}

static void log_request(void *arg, struct net_request *r)
{
	net_answer(server, r, &(struct net_answer){ .status = 404 });
}

static void stop(int signal_number)
{
	net_stop(server, 0);
}

static int run_log(int port, const char *cert, const char *key)
{
	struct net_options o = { .host = "127.0.0.1", .port = port, .spool_dir = "/tmp", .tls_cert = cert, .tls_key = key,
				 .hooks = { .request = log_request, .ws_open = log_open, .ws_text = log_text,
					    .ws_cut = log_cut } };
	if (net_new(&o, &server) != ERR_OK)
		return 1;
	all = net_log_new(server, LOG_BYTES);
	signal(SIGTERM, stop);
	enum err e = all ? net_run(server) : ERR_MEMORY;
	net_log_free(all);
	net_free(server);
	return e != ERR_OK;
}

/* ---- send ---- */

#define ANSWER "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

struct bare {
	int fd;
	bool open;
	unsigned char in[2048]; /* a frame that is not whole yet */
	size_t in_n;
};

static struct bare *bares[70000];
static int bare_count;
static unsigned char ready[1 << 20];
static size_t ready_n;

/* Frames with the bench's mask of zeroes become frames without one. */
static size_t take_frames(const unsigned char *p, size_t n)
{
	size_t at = 0;
	for (;;) {
		size_t left = n - at, head = left >= 2 && (p[at + 1] & 127) == 126 ? 4 : 2;
		if (left < head + 4)
			return at;
		size_t body = head == 2 ? p[at + 1] & 127u : (size_t)p[at + 2] << 8 | p[at + 3];
		if (left < head + 4 + body || ready_n + head + body > sizeof ready)
			return at;
		if ((p[at] & 15) == 1) {
			memcpy(ready + ready_n, p + at, head);
			ready[ready_n + 1] &= 127;
			memcpy(ready + ready_n + head, p + at + head + 4, body);
			ready_n += head + body;
		}
		at += head + 4 + body;
	}
}

static void bare_read(struct bare *b)
{
	unsigned char p[16384 + sizeof b->in];
	memcpy(p, b->in, b->in_n);
	ssize_t got = recv(b->fd, p + b->in_n, 16384, 0);
	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		int i = 0;
		while (bares[i] != b)
			i++;
		bares[i] = bares[--bare_count];
		close(b->fd);
		free(b);
	}
	if (got <= 0)
		return;
	size_t n = b->in_n + (size_t)got, used = 0;
	if (b->open)
		used = take_frames(p, n);
	else if (n > 4 && memcmp(p + n - 4, "\r\n\r\n", 4) == 0) {
		(void)!send(b->fd, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL);
		b->open = true;
		used = n;
	}
	b->in_n = n - used < sizeof b->in ? n - used : 0;
	memcpy(b->in, p + used, b->in_n);
}

static int run_send(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(0x7f000001) };
	struct rlimit r = { 70000, 70000 };
	setrlimit(RLIMIT_NOFILE, &r);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), ep = epoll_create1(0), yes = 1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(listener, (struct sockaddr *)&a, sizeof a) != 0 || listen(listener, 4096) != 0)
		return 1;
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL }, events[512];
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	int64_t sent_us = 0;
	for (;;) {
		int64_t wait_us = ready_n ? sent_us + NET_FLUSH_GAP_US - clock_mono_us() : 1000000;
		int n = epoll_wait(ep, events, 512, wait_us <= 0 ? 0 : (int)((wait_us + 999) / 1000));
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr) {
				bare_read(events[i].data.ptr);
				continue;
			}
			for (int fd; bare_count < (int)COUNT_OF(bares) && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
				struct bare *b = calloc(1, sizeof *b);
				if (b == NULL)
					return 1;
				setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
				b->fd = fd;
				bares[bare_count++] = b;
				struct epoll_event c = { .events = EPOLLIN, .data.ptr = b };
				epoll_ctl(ep, EPOLL_CTL_ADD, fd, &c);
			}
		}
		int64_t now_us = clock_mono_us();
		if (ready_n == 0 || now_us - sent_us < NET_FLUSH_GAP_US)
			continue;
		for (int i = 0; i < bare_count; i++)
			if (send(bares[i]->fd, ready, ready_n, MSG_NOSIGNAL) != (ssize_t)ready_n)
				fprintf(stderr, "fanout_bare: a full socket\n");
		ready_n = 0;
		sent_us = now_us;
	}
}

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "send") == 0)
		return run_send(atoi(argv[2]));
	if (argc >= 3 && strcmp(argv[1], "log") == 0)
		return run_log(atoi(argv[2]), argc > 4 ? argv[3] : NULL, argc > 4 ? argv[4] : NULL);
	fputs("usage: fanout_bare send|log PORT [CERT KEY]\n", stderr);
	return 2;
}
