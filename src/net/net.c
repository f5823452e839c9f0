/*
 * net: the loop. Promises: one thread, one epoll; deadlines in queues, so a turn costs what happened in it and not what is
 * open; answers from other threads and net_stop reach it through one eventfd.
 * Used by: main and serve, through net.h. Owns: the listening socket, the list of connections by deadline, the dead.
 * Why not libwebsockets: its 4.1.6 (Debian 12), put to the requests of tests/unit/net.c, hung up on heads over its limit,
 * answered 2 of 100 pipelined requests, took a body that had two lengths, passed over Transfer-Encoding and
 * Expect: 100-continue, and by poll() looks at every socket to find the one that spoke.
 * Not here: bytes (net_conn.c), requests (net_http.c), WebSockets (net_ws.c), logs (net_log.c).
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/net_private.h"

#define EVENTS_PER_TURN 512
#define ACCEPTS_PER_TURN 128
#define FD_SPARE 512u /* of the process's file descriptors, for everything that is no connection */
#define LISTEN_BACKLOG 4096
#define WAKE_EVERY_US US_PER_S

static const int timer_s[TIMERS] = {
	[TIMER_HEAD] = NET_HEAD_TIMEOUT_S,  [TIMER_IDLE] = NET_IDLE_TIMEOUT_S, [TIMER_BODY] = NET_BODY_IDLE_TIMEOUT_S,
	[TIMER_SEND] = NET_SEND_IDLE_TIMEOUT_S, [TIMER_LINGER] = NET_LINGER_S, [TIMER_QUIET] = NET_WS_PING_S,
	[TIMER_PONG] = NET_WS_PING_S,
};

static void timer_remove(struct conn *c)
{
	struct net *n = c->net;
	*(c->prev ? &c->prev->next : &n->timer_first[c->timer]) = c->next;
	*(c->next ? &c->next->prev : &n->timer_last[c->timer]) = c->prev;
	c->next = c->prev = NULL;
}

static void timer_append(struct conn *c, enum timer kind)
{
	struct net *n = c->net;
	c->timer = (uint8_t)kind;
	c->prev = n->timer_last[kind];
	*(c->prev ? &c->prev->next : &n->timer_first[kind]) = c;
	n->timer_last[kind] = c;
	c->deadline_us = clock_mono_us() + timer_s[kind] * US_PER_S;
}

void net_timer(struct conn *c, enum timer kind)
{
	timer_remove(c);
	timer_append(c, kind);
}

void net_arm(struct conn *c, bool in, bool out)
{
	if (c->armed_in == in && c->armed_out == out)
		return;
	struct epoll_event e = { .events = (in ? EPOLLIN : 0u) | (out ? EPOLLOUT : 0u), .data.ptr = c };
	if (epoll_ctl(c->net->epoll_fd, EPOLL_CTL_MOD, c->fd, &e) != 0)
		log_line(LOG_ERROR, "net: epoll_ctl: %s", strerror(errno));
	c->armed_in = in;
	c->armed_out = out;
}

void net_doom(struct conn *c)
{
	if (c->state == CONN_DEAD)
		return;
	timer_remove(c);
	c->state = CONN_DEAD;
	c->next = c->net->dead;
	c->net->dead = c;
}

/* The only place where a connection's memory goes. */
static void net_reap(struct net *n)
{
	while (n->dead) {
		struct conn *c = n->dead;
		n->dead = c->next;
		n->conn_count--;
		conn_free(c);
	}
}

const char *net_date(struct net *n)
{
	int64_t now_us = clock_wall_us();
	if (n->date[0] && now_us >= n->date_us && now_us - n->date_us < US_PER_S)
		return n->date;
	time_t s = (time_t)(now_us / US_PER_S);
	struct tm tm;
	gmtime_r(&s, &tm);
	strftime(n->date, sizeof n->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	n->date_us = s * US_PER_S;
	return n->date;
}

/* ---- making ---- */

/* As many connections as the process may have file descriptors for: so that the last ones are answered 503 instead of
 * waiting unheard in the kernel's queue. */
static size_t connections_max(void)
{
	struct rlimit r;
	rlim_t want = NET_CONNECTIONS_MAX + FD_SPARE;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return NET_CONNECTIONS_MAX;
	if (r.rlim_cur < want) {
		struct rlimit more = { .rlim_cur = r.rlim_max < want ? r.rlim_max : want, .rlim_max = r.rlim_max };
		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			r = more;
	}
	if (r.rlim_cur >= want)
		return NET_CONNECTIONS_MAX;
	return r.rlim_cur > 2 * FD_SPARE ? r.rlim_cur - FD_SPARE : r.rlim_cur / 2;
}

static enum err listen_on(struct net *n, const char *host, int port)
{
	char service[16];
	snprintf(service, sizeof service, "%d", port);
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST }, *ai = NULL;
	int bad = getaddrinfo(host, service, &hints, &ai);
	if (bad) {
		log_line(LOG_ERROR, "net: address to listen on: %s", gai_strerror(bad));
		return ERR_INPUT;
	}
	int yes = 1, no = 0;
	n->listen_fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(n->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (ai->ai_family == AF_INET6)
		setsockopt(n->listen_fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
	bool ok = n->listen_fd >= 0 && bind(n->listen_fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
		  listen(n->listen_fd, LISTEN_BACKLOG) == 0;
	int why = errno;
	freeaddrinfo(ai);
	if (!ok) {
		log_line(LOG_ERROR, "net: port %d: %s", port, strerror(why));
		return why == EADDRINUSE ? ERR_BUSY : ERR_IO;
	}
	struct sockaddr_in6 a; /* the port stands at the same place for IPv4 */
	socklen_t len = sizeof a;
	if (getsockname(n->listen_fd, (struct sockaddr *)&a, &len) != 0)
		return ERR_IO;
	n->port = ntohs(a.sin6_port);
	return ERR_OK;
}

static enum err net_open(struct net *n, const struct net_options *o)
{
	n->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	n->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	n->spool_dir = strdup(o->spool_dir ? o->spool_dir : ".");
	if (n->epoll_fd < 0 || n->wake_fd < 0)
		return ERR_IO;
	if (n->spool_dir == NULL)
		return ERR_MEMORY;
	if (o->tls_cert)
		TRY(tls_new(o->tls_cert, o->tls_key, &n->tls));
	TRY(listen_on(n, o->host, o->port));
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = &n->listen_fd };
	struct epoll_event w = { .events = EPOLLIN, .data.ptr = &n->wake_fd };
	if (epoll_ctl(n->epoll_fd, EPOLL_CTL_ADD, n->listen_fd, &e) || epoll_ctl(n->epoll_fd, EPOLL_CTL_ADD, n->wake_fd, &w))
		return ERR_IO;
	return ERR_OK;
}

enum err net_new(const struct net_options *o, struct net **out_net)
{
	struct net *n = calloc(1, sizeof *n);
	if (n == NULL)
		return ERR_MEMORY;
	n->o = *o;
	n->epoll_fd = n->listen_fd = n->wake_fd = -1;
	n->answered_last = &n->answered;
	atomic_init(&n->stop_ms, -1);
	pthread_mutex_init(&n->lock, NULL);
	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
	n->conn_max = connections_max();
	n->per_address_max = o->connections_per_address_max ? o->connections_per_address_max : NET_CONNECTIONS_PER_ADDRESS_MAX;
	if (n->per_address_max > n->conn_max / 2)
		n->per_address_max = n->conn_max / 2;
	n->peers = idmap_new();
	enum err e = n->peers ? net_open(n, o) : ERR_MEMORY;
	if (e != ERR_OK) {
		net_free(n);
		return e;
	}
	*out_net = n;
	return ERR_OK;
}

int net_port(const struct net *n)
{
	return n->port;
}

size_t net_ws_count(const struct net *n)
{
	return n->ws_count;
}

void net_free(struct net *n)
{
	if (n == NULL)
		return;
	for (int kind = 0; kind < TIMERS; kind++)
		while (n->timer_first[kind])
			net_doom(n->timer_first[kind]);
	net_reap(n);
	while (n->requests) {
		answer_free(n->requests->answer);
		n->requests->answer = NULL;
		request_free(n->requests);
	}
	SSL_CTX_free(n->tls);
	int fds[] = { n->listen_fd, n->wake_fd, n->epoll_fd };
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	idmap_free(n->peers);
	pthread_mutex_destroy(&n->lock);
	free(n->spool_dir);
	free(n);
}

/* ---- from other threads ---- */

static void ring(struct net *n)
{
	uint64_t one = 1;
	(void)!write(n->wake_fd, &one, sizeof one); /* full means that it is awake anyway */
}

void net_stop(struct net *n, int grace_ms)
{
	atomic_store(&n->stop_ms, grace_ms < 0 ? 0 : grace_ms);
	ring(n);
}

void net_wake(struct net *n)
{
	if (!atomic_exchange(&n->woken, true))
		ring(n);
}

void net_answer(struct net *n, struct net_request *r, const struct net_answer *a)
{
	struct request *rq = (struct request *)r;
	rq->answer = answer_copy(a); /* NULL: the bare 503 says that there is no memory */
	rq->next_answered = NULL;
	pthread_mutex_lock(&n->lock);
	bool first = n->answered == NULL;
	*n->answered_last = rq;
	n->answered_last = &rq->next_answered;
	pthread_mutex_unlock(&n->lock);
	if (first)
		ring(n);
}

static void take_answers(struct net *n)
{
	pthread_mutex_lock(&n->lock);
	struct request *list = n->answered;
	n->answered = NULL;
	n->answered_last = &n->answered;
	pthread_mutex_unlock(&n->lock);
	while (list) {
		struct request *rq = list;
		list = rq->next_answered;
		answer_start(rq);
	}
}

/* ---- the loop ---- */

static void read_peer(const struct sockaddr *from, struct in6_addr *out)
{
	if (from->sa_family == AF_INET6) {
		*out = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
	} else {
		out->s6_addr[10] = out->s6_addr[11] = 0xff;
		memcpy(out->s6_addr + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	}
}

static void accept_one(struct net *n, int fd, const struct sockaddr *from)
{
	static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\n"
				   "Connection: close\r\n\r\n";
	struct conn *c = n->conn_count < n->conn_max ? calloc(1, sizeof *c) : NULL;
	if (c) {
		c->net = n;
		c->fd = fd;
		read_peer(from, &c->peer);
	}
	if (c == NULL || (!n->o.trust_proxy && !peers_take(c, &c->peer)) || (n->tls && (c->ssl = SSL_new(n->tls)) == NULL)) {
		if (n->tls == NULL)
			(void)!send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (c)
			peers_drop(c);
		close(fd);
		free(c);
		return;
	}
	c->state = n->tls ? CONN_TLS : CONN_HEAD;
	c->armed_in = true;
	if (c->ssl)
		SSL_set_fd(c->ssl, fd);
	int yes = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	n->conn_count++;
	timer_append(c, TIMER_HEAD);
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
	if (epoll_ctl(n->epoll_fd, EPOLL_CTL_ADD, fd, &e) != 0)
		net_doom(c);
}

static void listen_pause(struct net *n, bool pause)
{
	struct epoll_event e = { .events = pause ? 0u : EPOLLIN, .data.ptr = &n->listen_fd };
	if (n->listen_fd >= 0)
		epoll_ctl(n->epoll_fd, EPOLL_CTL_MOD, n->listen_fd, &e);
	n->accept_paused = pause;
}

static void accept_some(struct net *n)
{
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof from;
		int fd = accept4(n->listen_fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			accept_one(n, fd, (struct sockaddr *)&from);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_line(LOG_WARN, "net: accept: %s", strerror(errno));
			listen_pause(n, true); /* or the listening socket would keep the loop spinning */
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

static void expire(struct net *n, int64_t now_us)
{
	for (int kind = TIMER_HEAD; kind < TIMERS; kind++) {
		/* Each is either doomed or put at the end of a queue with a later deadline: this ends. */
		while (n->timer_first[kind] && n->timer_first[kind]->deadline_us <= now_us) {
			struct conn *c = n->timer_first[kind];
			if (kind == TIMER_QUIET || kind == TIMER_PONG)
				ws_timeout(c);
			else if (kind == TIMER_HEAD || kind == TIMER_BODY)
				http_timeout(c);
			else
				net_doom(c);
		}
	}
}

static int next_timeout_ms(struct net *n, int64_t now_us, int64_t flush_us)
{
	int64_t wait_us = n->wake_us + WAKE_EVERY_US - now_us;
	for (int kind = TIMER_HEAD; kind < TIMERS; kind++)
		if (n->timer_first[kind] && n->timer_first[kind]->deadline_us - now_us < wait_us)
			wait_us = n->timer_first[kind]->deadline_us - now_us;
	if (n->stop_us && n->stop_us - now_us < wait_us)
		wait_us = n->stop_us - now_us;
	if (flush_us >= 0 && flush_us < wait_us)
		wait_us = flush_us;
	return wait_us <= 0 ? 0 : (int)((wait_us + US_PER_MS - 1) / US_PER_MS);
}

/* Told to stop: nothing new, WebSockets say goodbye, idle ones go. */
static void begin_stop(struct net *n, int64_t now_us)
{
	n->stop_us = now_us + atomic_load(&n->stop_ms) * US_PER_MS + 1;
	epoll_ctl(n->epoll_fd, EPOLL_CTL_DEL, n->listen_fd, NULL);
	close(n->listen_fd);
	n->listen_fd = -1;
	for (int kind = 0; kind < TIMERS; kind++) {
		for (struct conn *c = n->timer_first[kind], *next; c; c = next) {
			next = c->next;
			if (c->state == CONN_TLS || (c->state == CONN_HEAD && c->request == NULL))
				net_doom(c);
		}
	}
	/* Closing moves a socket to another queue; the walk goes by the queue's first that is not closing yet. */
	static const enum timer ws_timers[] = { TIMER_QUIET, TIMER_PONG };
	for (size_t i = 0; i < COUNT_OF(ws_timers); i++)
		while (n->timer_first[ws_timers[i]])
			ws_close_with(n->timer_first[ws_timers[i]]->ws, 1001, STR(""));
}

static void turn(struct net *n, const struct epoll_event *events, int count)
{
	bool rung = false;
	for (int i = 0; i < count; i++) {
		void *what = events[i].data.ptr;
		uint32_t e = events[i].events;
		if (what == &n->wake_fd)
			rung = true;
		else if (what == &n->listen_fd)
			accept_some(n);
		else
			conn_on_event(what, e & EPOLLIN, e & EPOLLOUT, e & (EPOLLERR | EPOLLHUP));
	}
	if (rung) {
		uint64_t many;
		(void)!read(n->wake_fd, &many, sizeof many);
	}
	int64_t now_us = clock_mono_us();
	if (atomic_exchange(&n->woken, false) || now_us - n->wake_us >= WAKE_EVERY_US) {
		n->wake_us = now_us;
		if (n->accept_paused)
			listen_pause(n, false);
		if (n->o.hooks.wake)
			n->o.hooks.wake(n->o.hooks.ws_arg);
	}
	take_answers(n);
	if (n->stop_us == 0 && atomic_load(&n->stop_ms) >= 0)
		begin_stop(n, now_us);
	expire(n, now_us);
}

enum err net_run(struct net *n)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int timeout_ms = 0;
	while (n->stop_us == 0 || (n->conn_count > 0 && clock_mono_us() < n->stop_us)) {
		int count = epoll_wait(n->epoll_fd, events, EVENTS_PER_TURN, timeout_ms);
		if (count < 0 && errno != EINTR) {
			log_line(LOG_ERROR, "net: epoll_wait: %s", strerror(errno));
			return ERR_IO;
		}
		turn(n, events, count < 0 ? 0 : count);
		int64_t flush_us = log_flush(n, clock_mono_us());
		net_reap(n);
		timeout_ms = next_timeout_ms(n, clock_mono_us(), flush_us);
	}
	for (int kind = 0; kind < TIMERS; kind++)
		while (n->timer_first[kind])
			net_doom(n->timer_first[kind]);
	net_reap(n);
	return ERR_OK;
}
