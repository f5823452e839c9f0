/*
 * Shared inside net only: what a socket, a request, a WebSocket and a log are made of.
 *
 * One thread owns all of it. Memory of a connection is deleted in one place only (net_reap), at the end of a turn of the
 * loop; until then a dead one has state CONN_DEAD and every function leaves it alone. So nobody has to ask whether a
 * pointer is still good after calling a hook.
 */
#ifndef HEARTH_NET_PRIVATE_H
#define HEARTH_NET_PRIVATE_H

#include <llhttp.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "net/net.h"

#define NET_READ_BYTES 16384u          /* read at most this much of one socket in one turn */
#define NET_TLS_STAGE_BYTES 16384u     /* one TLS record */
#define NET_FILE_BYTES_PER_TURN (1u << 20)
#define NET_DRAIN_BYTES_MAX (4u << 20) /* thrown away after a refusal, so that the answer is not lost by a reset */
#define NET_IDLE_TIMEOUT_S 75          /* between two requests */
#define NET_SEND_IDLE_TIMEOUT_S 30     /* an answer is going out and nothing of it is taken */
#define NET_LINGER_S 5
#define NET_ANSWER_HEAD_BYTES_MAX 65536u
#define NET_IOV_MAX 64

/* Bytes waiting, taken from the front. */
struct waiting {
	char *p;
	size_t at, n, room;
};
bool waiting_add(struct waiting *w, const void *p, size_t n) MUST_USE;
void waiting_free(struct waiting *w);
static inline size_t waiting_left(const struct waiting *w) { return w->n - w->at; }
/* Take n bytes off the front; what is empty gives its memory back. */
void waiting_take(struct waiting *w, size_t n);

enum conn_state {
	CONN_TLS,    /* shaking hands */
	CONN_HEAD,   /* a request's head is coming, or nothing is */
	CONN_BODY,
	CONN_WAIT,   /* the request is with the caller */
	CONN_ANSWER, /* the answer is going out */
	CONN_LINGER, /* all is sent and our side shut; what still comes is thrown away */
	CONN_WS,
	CONN_DEAD
};

/* Each kind of deadline has one length, so each kind is a queue in order of its deadlines. Every connection is in one. */
enum timer { TIMER_NONE, TIMER_HEAD, TIMER_IDLE, TIMER_BODY, TIMER_SEND, TIMER_LINGER, TIMER_QUIET, TIMER_PONG, TIMERS };

struct conn {
	struct net *net;
	struct conn *next, *prev; /* in its timer's queue, or next among the dead */
	int64_t deadline_us;
	SSL *ssl;
	struct request *request;
	struct net_ws *ws;
	struct waiting in;    /* bytes of the next requests, not parsed yet */
	struct waiting out;   /* ready bytes that go first */
	struct waiting stage; /* TLS: what OpenSSL was given and must be given again */
	struct in6_addr peer;
	uint64_t peer_key; /* under which net->peers counts it, if it does */
	struct answer *orphan; /* to a connection that never made a request */
	size_t drained;
	int fd;
	uint8_t state, timer;
	bool armed_in, armed_out, closing, peer_counted;
};

/* What is to be sent; made by net_answer in any thread. */
struct answer {
	int status;
	struct str content_type, headers, body;
	const char *file_path;
	char *strings;
	struct waiting head; /* from here on used on the net thread */
	size_t body_at;
	int fd;
	uint64_t file_at, file_end;
};

/* Where in its lines a head, or a body's trailers, stand. */
struct lines {
	uint32_t n;
	uint8_t at;
	bool done;
};

struct request {
	struct net_request pub; /* first: callers hold a pointer to it */
	struct net *net;
	struct conn *conn;           /* NULL when the socket went away meanwhile */
	struct request *next, *prev; /* all that are not answered */
	struct request *next_answered;
	struct answer *answer;
	llhttp_t parser;
	struct lines lines;
	bool complete, target_done, head_done, in_value, close_after;
	bool handed_on; /* the caller has it; until answer_start has seen its answer, only that may free it */
	int refusal;        /* this status instead of handing it on */
	uint64_t body_limit;
	uint64_t framing_n; /* bytes between those of the body: the sizes of chunks and their extensions */
	int64_t body_begun_us;
	char *body;
	size_t body_room; /* counted in net->body_bytes */
	int body_fd;
	char *body_path;
	size_t target_n, name_at, name_n, value_at, value_n, head_n;
	unsigned seen; /* one bit for each known header */
	struct str ws_key, ws_version, expect, forwarded_for, forwarded_proto, if_range, upgrade, transfer_encoding;
	char head[NET_HEAD_BYTES_MAX + 64];
};

struct follow { /* in a socket: where in which log it stands */
	struct net_log *log;
	uint32_t index;    /* in log->followers */
	uint32_t next_due; /* slot + 1 of the next one to be sent in this turn */
};

struct follower { /* in a log; offset is always at a frame's first byte */
	struct net_ws *ws;
	uint64_t offset;
	uint32_t slot; /* in ws->follows */
};

struct net_ws {
	struct conn *conn;
	void *user;
	struct net_ws *next_due;
	struct follow *follows;
	uint32_t follow_count, follow_room;
	uint32_t first_due; /* slot + 1 */
	bool due, opened, close_sent, close_got, broken;
	bool catch_up; /* look at all logs, not only at those marked due */
	/* the frame that is coming in */
	uint8_t opcode, head_n, mask_at, ctl_n;
	bool fin, in_payload;
	uint8_t head[14];
	uint8_t mask[4];
	uint8_t msg_opcode; /* of the fragmented message under way, or 0 */
	char ctl[125];
	uint64_t left;
	struct waiting msg;
};

struct net_log {
	struct net *net;
	char *p;
	size_t n, room, bytes_max;
	uint64_t begin; /* offset of p[0] */
	struct follower *followers;
	uint32_t count, count_room;
	int64_t flushed_us, gap_us;
	struct net_log *next_dirty; /* or next among those that are being sent */
	bool dirty;
};

struct net {
	struct net_options o;
	char *host, *spool_dir;
	SSL_CTX *tls;
	int epoll_fd, listen_fd, wake_fd, port;
	struct conn *timer_first[TIMERS], *timer_last[TIMERS], *dead;
	size_t conn_count, conn_max, per_address_max, ws_count, body_bytes;
	struct idmap *peers; /* address -> connections, see net_peers.c */
	int64_t peers_say_us;
	bool accept_paused; /* out of file descriptors */
	struct request *requests;
	pthread_mutex_t lock; /* of answered */
	struct request *answered;
	struct request **answered_last;
	atomic_bool woken;
	atomic_int stop_ms; /* -1: no */
	int64_t stop_us, wake_us, date_us;
	struct net_ws *due;
	struct net_log *dirty;
	char date[40];
	char scratch[NET_READ_BYTES];
};

/* ---- net.c ---- */
void net_timer(struct conn *c, enum timer kind);
void net_arm(struct conn *c, bool in, bool out);
/* From now on nobody touches it; deleted at the end of the turn. */
void net_doom(struct conn *c);
const char *net_date(struct net *n);

/* ---- net_conn.c ---- */
void conn_on_event(struct conn *c, bool readable, bool writable, bool broken);
void conn_readable(struct conn *c);
/* Bytes taken; 0: nothing now; -1: the end. */
ssize_t conn_recv(struct conn *c, char *p, size_t n);
/* Bytes taken over, fewer than given when the socket is full; -1: broken. With TLS they may still be in the stage. */
ssize_t conn_send(struct conn *c, const struct iovec *iov, int count);
/* Everything taken over has left. */
bool conn_drained(struct conn *c);
/* Our side is done: shut it, and throw away for a while what still comes. */
void conn_linger(struct conn *c);
void conn_free(struct conn *c);

/* ---- net_tls.c ---- */
enum err tls_new(const char *cert, const char *key, SSL_CTX **out_ctx) MUST_USE;
/* 1 done, 0 later, -1 no. */
int tls_handshake(struct conn *c);
ssize_t tls_recv(struct conn *c, char *p, size_t n);
ssize_t tls_send(struct conn *c, const struct iovec *iov, int count);

/* ---- net_peers.c ---- */
/* Count the connection for this address, and for no other any more; false: the address has as many as it may. */
bool peers_take(struct conn *c, const struct in6_addr *a) MUST_USE;
void peers_drop(struct conn *c);

/* ---- net_lines.c ---- */
/* 0, or the status of the refusal. *out_used: up to the end of the last line or of p, or to the byte that is refused. */
int lines_feed(struct lines *l, const char *p, size_t n, size_t *out_used);

/* ---- net_http.c, net_request.c ---- */
void http_feed(struct conn *c, const char *p, size_t n);
/* The answer is out and the connection stays: the next request. */
void http_next(struct conn *c);
void http_timeout(struct conn *c);
void request_free(struct request *rq);
/* Decode the target, look at the headers, ask for the body's limit. Sets rq->refusal when it is not to be served. */
void request_head(struct request *rq);
bool request_body_add(struct request *rq, const char *p, size_t n) MUST_USE;
/* The body is complete: fill the public fields. */
bool request_body_end(struct request *rq) MUST_USE;
void request_body_free(struct request *rq);

/* ---- net_answer.c, net_file.c ---- */
void answer_refuse(struct conn *c, int status, struct str accept_language);
/* rq->answer is there. */
void answer_start(struct request *rq);
void answer_continue(struct conn *c);
void answer_free(struct answer *a);
struct answer *answer_copy(const struct net_answer *a);
/* Open the file and settle the status and the range; extra header lines into *out_lines. */
void answer_open_file(struct request *rq, struct answer *a, struct buf *out_lines);
/* 1 all is sent, 0 later, -1 broken. */
int answer_send_file(struct conn *c, struct answer *a);
const char *answer_reason(int status);

/* ---- net_ws.c, net_wsout.c ---- */
void ws_upgrade(struct conn *c);
void ws_feed(struct conn *c, char *p, size_t n);
void ws_timeout(struct conn *c);
void ws_free(struct net_ws *ws);
#define WS_HEAD_MAX 10u
enum ws_opcode { WS_CONT = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };
/* The head of a final frame from a server; returns its length. */
size_t ws_frame_head(uint8_t opcode, size_t n, uint8_t out[WS_HEAD_MAX]);
/* The length of the whole frame that begins at p. */
size_t ws_frame_length(const uint8_t *p);
/* Queue a frame; false: the socket is doomed or over its limit. */
bool ws_put(struct net_ws *ws, uint8_t opcode, const void *p, size_t n);
void ws_close_with(struct net_ws *ws, int code, struct str reason);
/* To be sent to in this turn. */
void ws_due(struct net_ws *ws);
/* Send what is queued and what is new in its logs; all_logs: of every log, not only of those marked due. */
void ws_flush(struct net_ws *ws, bool all_logs);

/* ---- net_log.c ---- */
void log_unfollow_all(struct net_ws *ws);
/* Send what is due; the time in µs until the next is due, or -1. */
int64_t log_flush(struct net *n, int64_t now_us);

#endif
