/*
 * A real server on loopback in a thread of its own, and raw clients, for the tests of net.
 * The clock can be put forward, so that timeouts of minutes are tested in moments.
 */
#ifndef HEARTH_TEST_NET_HELP_H
#define HEARTH_TEST_NET_HELP_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"

static _Atomic int64_t clock_ahead_us;

static inline int64_t help_clock_us(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return t.tv_sec * US_PER_S + t.tv_nsec / 1000 + atomic_load(&clock_ahead_us);
}

static inline int64_t help_wall_us(void *state)
{
	return help_clock_us(CLOCK_REALTIME);
}

static inline int64_t help_mono_us(void *state)
{
	return help_clock_us(CLOCK_MONOTONIC);
}

static inline void help_random(void *state, void *out, size_t n)
{
	memset(out, 7, n);
}

static const struct world help_world = { help_wall_us, help_mono_us, help_random, NULL };

struct server {
	struct net *net;
	pthread_t thread;
	char dir[32];
	/* What a test wants done on the net thread. */
	pthread_mutex_t lock;
	pthread_cond_t done;
	void (*todo)(void *arg);
	void *todo_arg;
};

static inline void *help_run(void *arg)
{
	struct server *s = arg;
	assert_int_equal(net_run(s->net), ERR_OK);
	return NULL;
}

static inline void help_wake(void *arg)
{
	struct server *s = arg;
	pthread_mutex_lock(&s->lock);
	if (s->todo) {
		s->todo(s->todo_arg);
		s->todo = NULL;
		pthread_cond_signal(&s->done);
	}
	pthread_mutex_unlock(&s->lock);
}

/* Run fn on the net thread and wait for it. */
static inline void on_net(struct server *s, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&s->lock);
	s->todo = fn;
	s->todo_arg = arg;
	net_wake(s->net);
	while (s->todo)
		pthread_cond_wait(&s->done, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

static inline void server_start(struct server *s, struct net_options o)
{
	memset(s, 0, sizeof *s);
	strcpy(s->dir, "/tmp/net-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->done, NULL);
	if (o.host == NULL)
		o.host = "127.0.0.1";
	o.spool_dir = s->dir;
	o.hooks.arg = o.hooks.ws_arg = s;
	o.hooks.wake = help_wake;
	assert_int_equal(net_new(&o, &s->net), ERR_OK);
	assert_int_equal(thread_start(&s->thread, "net", help_run, s), ERR_OK);
}

static inline void server_join(struct server *s)
{
	net_stop(s->net, 2000);
	pthread_join(s->thread, NULL);
}

static inline void server_end(struct server *s)
{
	net_free(s->net);
	assert_int_equal(rmdir(s->dir), 0); /* nothing was left behind */
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->done);
}

static inline int dial(const struct server *s, int rcvbuf)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)net_port(s->net)) };
	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
	if (rcvbuf)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	return fd;
}

/* All of it, or as much as the server reads before it hangs up. */
static inline size_t give(int fd, const void *p, size_t n)
{
	size_t at = 0;
	while (at < n) {
		ssize_t put = send(fd, (const char *)p + at, n - at, MSG_NOSIGNAL);
		if (put <= 0)
			break;
		at += (size_t)put;
	}
	return at;
}

static inline void say(int fd, const char *z)
{
	give(fd, z, strlen(z));
}

/* At least one byte within five seconds: how many; 0 at the end of the stream; -1 nothing or a reset. */
static inline ssize_t hear_some(int fd, char *p, size_t n)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	return poll(&pfd, 1, 5000) == 1 ? recv(fd, p, n, 0) : -1;
}

/* Exactly n bytes. */
static inline void hear(int fd, void *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = hear_some(fd, (char *)p + at, n - at);
		assert_true(got > 0);
		at += (size_t)got;
	}
}

/* Everything until the server closes. */
static inline void hear_end(int fd, char *out, size_t room)
{
	size_t at = 0;
	for (;;) {
		ssize_t got = hear_some(fd, out + at, room - 1 - at);
		assert_true(got >= 0);
		if (got == 0)
			break;
		at += (size_t)got;
	}
	out[at] = '\0';
}

struct reply {
	int status;
	size_t length;
	char head[2048];
	char body[8193]; /* as much as fits; all is read */
};

/* One answer off the stream. no_body: to HEAD, or a status without one. */
static inline void hear_reply(int fd, struct reply *r, bool no_body)
{
	size_t n = 0;
	memset(r, 0, sizeof *r);
	while (n < 4 || memcmp(r->head + n - 4, "\r\n\r\n", 4) != 0) {
		assert_true(n < sizeof r->head - 1);
		hear(fd, r->head + n, 1);
		n++;
	}
	assert_int_equal(sscanf(r->head, "HTTP/1.1 %d", &r->status), 1);
	const char *length = strstr(r->head, "Content-Length: ");
	r->length = length ? strtoul(length + 16, NULL, 10) : 0;
	for (size_t at = 0; !no_body && at < r->length;) {
		char part[4096];
		size_t want = r->length - at < sizeof part ? r->length - at : sizeof part;
		hear(fd, part, want);
		if (at + want <= sizeof r->body - 1)
			memcpy(r->body + at, part, want);
		at += want;
	}
}

/* Wait until done(arg) says so, five seconds at most. */
static inline void wait_until(bool (*done)(void *arg), void *arg)
{
	for (int i = 0; i < 5000; i++) {
		if (done(arg))
			return;
		usleep(1000);
	}
	fail_msg("waited too long");
}

#endif
