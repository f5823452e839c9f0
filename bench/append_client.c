/*
 * bench/append's client: so many senders, each a WebSocket with one message under way. One thread, epoll.
 *
 * usage: append_client PORT TOKENS GROUP SENDERS SECONDS      prints: messages/s, p50 ms, p99 ms
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TIMES_MAX 4000000u

struct sender {
	int fd;
	unsigned index, sent;
	double sent_at;
	size_t have;
	char in[16384];
};

static double *times;
static size_t time_count;
static const char *group;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *why)
{
	perror(why);
	exit(1);
}

static void open_sender(struct sender *s, int port, const char *token)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char text[1024];
	int yes = 1;
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (s->fd < 0 || connect(s->fd, (struct sockaddr *)&to, sizeof to) != 0)
		die("connect");
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	int n = snprintf(text, sizeof text, "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer %s\r\n\r\n", token);
	if (write(s->fd, text, (size_t)n) != n)
		die("write");
	for (size_t have = 0; have < 4 || memmem(text, have, "\r\n\r\n", 4) == NULL;) {
		ssize_t got = read(s->fd, text + have, 1); /* not into the first frame */
		if (got <= 0 || ++have == sizeof text)
			die("upgrade");
	}
}

static void post(struct sender *s)
{
	char body[400], frame[420] = { (char)0x81 };
	int n = snprintf(body, sizeof body, "{\"do\":\"chat.post\",\"as\":%u,\"group\":%s,\"id\":\"%u-%u-%ld\",\"text\":\"%0100d\"}", s->sent, group,
		s->index, s->sent, (long)getpid(), 7);
	frame[1] = (char)(0x80 | 126);
	frame[2] = (char)(n >> 8);
	frame[3] = (char)n;
	memcpy(frame + 8, body, (size_t)n); /* a mask of zeroes is a mask */
	s->sent++;
	s->sent_at = now();
	if (write(s->fd, frame, (size_t)n + 8) != n + 8)
		die("send");
}

/* Frames in s->in: true when an answer ("re") was among them. */
static bool answered(struct sender *s)
{
	bool yes = false;
	size_t at = 0;
	while (s->have - at >= 4) {
		size_t n = (unsigned char)s->in[at + 1], head = 2;
		if (n == 126) {
			n = (size_t)(unsigned char)s->in[at + 2] << 8 | (unsigned char)s->in[at + 3];
			head = 4;
		}
		if (s->have - at < head + n)
			break;
		if (n > 5 && memcmp(s->in + at + head, "{\"re\"", 5) == 0) {
			if (memmem(s->in + at + head, n, "\"status\":200", 12) == NULL) {
				fprintf(stderr, "%.*s\n", (int)n, s->in + at + head);
				exit(1);
			}
			yes = true;
		}
		at += head + n;
	}
	memmove(s->in, s->in + at, s->have - at);
	s->have -= at;
	return yes;
}

static int by_size(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

static void run(struct sender *all, unsigned count, int poll, double until)
{
	struct epoll_event events[256];
	while (now() < until) {
		int n = epoll_wait(poll, events, 256, 100);
		for (int i = 0; i < n; i++) {
			struct sender *s = events[i].data.ptr;
			ssize_t got = read(s->fd, s->in + s->have, sizeof s->in - s->have);
			if (got <= 0)
				die("read");
			s->have += (size_t)got;
			if (!answered(s))
				continue;
			if (time_count < TIMES_MAX)
				times[time_count++] = now() - s->sent_at;
			post(s);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	unsigned count = (unsigned)atoi(argv[4]);
	double seconds = atof(argv[5]);
	group = argv[3];
	FILE *tokens = fopen(argv[2], "r");
	struct sender *all = calloc(count, sizeof *all);
	times = malloc(TIMES_MAX * sizeof *times);
	int poll = epoll_create1(0);
	if (tokens == NULL || all == NULL || times == NULL || poll < 0)
		die("start");
	for (unsigned i = 0; i < count; i++) {
		char token[64] = "";
		if (fscanf(tokens, "%63s", token) != 1)
			die("tokens");
		all[i].index = i;
		open_sender(&all[i], atoi(argv[1]), token);
		epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = &all[i] });
	}
	for (unsigned i = 0; i < count; i++)
		post(&all[i]);
	double began = now();
	run(all, count, poll, began + seconds);
	double took = now() - began;
	qsort(times, time_count, sizeof *times, by_size);
	if (time_count == 0)
		return 1;
	printf("%f %f %f\n", (double)time_count / took, times[time_count / 2] * 1e3, times[time_count * 99 / 100] * 1e3);
	return 0;
}
