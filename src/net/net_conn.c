/*
 * net: one connection's bytes. Promises: reading and writing look the same with and without TLS; a connection that is
 * refused gets its answer before it is closed. Used by: the loop and the HTTP and WebSocket parts.
 * Owns: struct conn. Not here: what the bytes mean.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net_private.h"

bool waiting_add(struct waiting *w, const void *p, size_t n)
{
	if (n == 0)
		return true;
	if (w->n + n > w->room) {
		size_t left = waiting_left(w);
		size_t room = left + n < 256 ? 256 : (left + n) + (left + n) / 2;
		char *fresh = malloc(room);
		if (fresh == NULL)
			return false;
		if (left)
			memcpy(fresh, w->p + w->at, left);
		free(w->p);
		*w = (struct waiting){ .p = fresh, .n = left, .room = room };
	}
	memcpy(w->p + w->n, p, n);
	w->n += n;
	return true;
}

void waiting_free(struct waiting *w)
{
	free(w->p);
	*w = (struct waiting){ 0 };
}

void waiting_take(struct waiting *w, size_t n)
{
	w->at += n;
	if (w->at == w->n)
		waiting_free(w);
}

ssize_t conn_recv(struct conn *c, char *p, size_t n)
{
	if (c->ssl)
		return tls_recv(c, p, n);
	ssize_t got = recv(c->fd, p, n, 0);
	if (got > 0)
		return got;
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

ssize_t conn_send(struct conn *c, const struct iovec *iov, int count)
{
	if (c->ssl)
		return tls_send(c, iov, count);
	ssize_t sent;
	if (count == 1) {
		sent = send(c->fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL);
	} else {
		struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)count };
		sent = sendmsg(c->fd, &m, MSG_NOSIGNAL);
	}
	if (sent >= 0)
		return sent;
	return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? 0 : -1;
}

bool conn_drained(struct conn *c)
{
	return waiting_left(&c->stage) == 0;
}

void conn_linger(struct conn *c)
{
	if (c->ssl)
		SSL_shutdown(c->ssl);
	if (shutdown(c->fd, SHUT_WR) != 0) {
		net_doom(c);
		return;
	}
	c->state = CONN_LINGER;
	c->drained = 0;
	waiting_free(&c->in);
	net_timer(c, TIMER_LINGER);
	net_arm(c, true, false);
}

static void linger_read(struct conn *c)
{
	/* Past TLS on purpose: nobody looks at it. */
	ssize_t got = recv(c->fd, c->net->scratch, sizeof c->net->scratch, 0);
	if (got > 0)
		c->drained += (size_t)got;
	bool gone = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
	if (gone || c->drained > NET_DRAIN_BYTES_MAX)
		net_doom(c);
}

/* A browser that speaks plain HTTP to the TLS port is told so, not hung up on. */
static bool spoke_plainly(struct conn *c)
{
	char first = 0;
	return recv(c->fd, &first, 1, MSG_PEEK) == 1 && first >= 'A' && first <= 'Z';
}

static void shake_hands(struct conn *c)
{
	if (c->timer == TIMER_HEAD && SSL_get_state(c->ssl) == TLS_ST_BEFORE && spoke_plainly(c)) {
		SSL_free(c->ssl);
		c->ssl = NULL;
		c->state = CONN_HEAD;
		answer_refuse(c, 400, (struct str){ 0 });
		return;
	}
	int done = tls_handshake(c);
	if (done < 0) {
		net_doom(c);
	} else if (done > 0) {
		c->state = CONN_HEAD;
		net_arm(c, true, false);
		conn_readable(c); /* OpenSSL may hold what epoll no longer reports */
	}
}

void conn_readable(struct conn *c)
{
	/* As long as OpenSSL holds decrypted bytes, epoll is silent about them. */
	do {
		if (c->state != CONN_HEAD && c->state != CONN_BODY && c->state != CONN_WS)
			return;
		ssize_t got = conn_recv(c, c->net->scratch, sizeof c->net->scratch);
		if (got < 0)
			net_doom(c);
		else if (got > 0 && c->state == CONN_WS)
			ws_feed(c, c->net->scratch, (size_t)got);
		else if (got > 0)
			http_feed(c, c->net->scratch, (size_t)got);
		else
			return;
	} while (c->ssl && SSL_pending(c->ssl) > 0);
}

static void conn_writable(struct conn *c)
{
	if (c->state == CONN_WS)
		ws_flush(c->ws, true);
	else if (c->state == CONN_ANSWER)
		answer_continue(c);
	else if (c->state == CONN_HEAD || c->state == CONN_BODY)
		net_arm(c, c->armed_in, false);
}

void conn_on_event(struct conn *c, bool readable, bool writable, bool broken)
{
	switch ((enum conn_state)c->state) {
	case CONN_DEAD:
		return;
	case CONN_TLS:
		shake_hands(c);
		return;
	case CONN_LINGER:
		linger_read(c);
		return;
	case CONN_WAIT:
	case CONN_ANSWER:
		if (broken) {
			net_doom(c);
			return;
		}
		/* The next request can wait in the kernel; say so, or epoll would report it again and again. */
		if (readable)
			net_arm(c, false, c->armed_out);
		break;
	case CONN_HEAD:
	case CONN_BODY:
	case CONN_WS:
		if (readable || broken)
			conn_readable(c);
		break;
	}
	if (writable && c->state != CONN_DEAD)
		conn_writable(c);
}

void conn_free(struct conn *c)
{
	if (c->ws)
		ws_free(c->ws);
	if (c->request) {
		/* Somebody above may still work on it: it stays until it is answered. */
		c->request->conn = NULL;
		if (!c->request->handed_on)
			request_free(c->request);
	}
	if (c->ssl)
		SSL_free(c->ssl);
	peers_drop(c);
	answer_free(c->orphan);
	close(c->fd);
	waiting_free(&c->in);
	waiting_free(&c->out);
	waiting_free(&c->stage);
	free(c);
}
