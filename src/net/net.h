/*
 * net: sockets, TLS, HTTP/1.1 and WebSocket; and the fan-out log.
 *
 * Promises: requests come whole and within their limits; every refusal on this level is an HTTP answer, never a hang-up;
 * answers may be given from any thread; a log's frames reach each follower in order, once, whole, or the follower is cut
 * off the log and told so; a slow reader costs its own socket's place in the log and nobody's time.
 * Used by: serve (requests), live (logs). Owns: one thread (whoever calls net_run), all sockets, and llhttp and OpenSSL,
 * which nobody above sees. Not here: routes, sessions, rate limits (serve); what the bytes mean (live).
 */
#ifndef HEARTH_NET_H
#define HEARTH_NET_H

#include "base/base.h"

#define NET_HEAD_BYTES_MAX 8192u           /* request line and headers; more is answered 431 */
#define NET_TARGET_BYTES_MAX 4096u         /* path and query; more is answered 414 */
#define NET_BODY_MEMORY_MAX (1u << 20)     /* bodies the head hook lets grow beyond this go to a file */
#define NET_WS_IN_BYTES_MAX 65536u         /* one WebSocket message from a client; more closes it with 1009 */
#define NET_WS_OUT_BYTES_MAX (256u << 10)  /* private messages waiting for one socket; more closes it with 1008 */
#define NET_WS_LOGS_MAX 1000u              /* logs one socket may follow */
#define NET_FLUSH_GAP_US 10000             /* a log under load is sent at most this often; an idle one at once; … */
#define NET_FLUSH_REST 2                   /* … and where sending takes long, it rests so many times as long, … */
#define NET_FLUSH_GAP_MAX_US 30000         /* … but no longer than this */
#define NET_TAKE_ALONG_MAX 16u             /* a private message takes along what is new in the logs of who follows no more than these */
#define NET_CONNECTIONS_MAX 65000u
#define NET_CONNECTIONS_PER_ADDRESS_MAX 4096u /* a village may sit behind one; never more than half of all that there may be */
#define NET_HEAD_TIMEOUT_S 15              /* to send the head; slowloris ends here */
#define NET_BODY_IDLE_TIMEOUT_S 30         /* without a byte of the body */
#define NET_BODY_GRACE_S 30                /* after these a body must have come at NET_BODY_BYTES_PER_S_MIN on average; */
#define NET_BODY_BYTES_PER_S_MIN 1024u     /* a slower one is answered 408 */
#define NET_WS_PING_S 55                   /* a silent WebSocket is pinged, and closed when it stays silent as long again */

struct net;
struct net_ws;  /* one WebSocket; used on the net thread only */
struct net_log; /* ready-framed bytes of one group; used on the net thread only */

/* One HTTP request, complete. Strings live until it is answered. */
struct net_request {
	struct str method, path, query;  /* path percent-decoded once and checked to be UTF-8 without NUL; query raw */
	struct str body;                 /* empty when it went to a file */
	const char *body_path;           /* the file, which is removed after the answer unless renamed away; or NULL */
	uint64_t body_bytes;
	/* The headers that anyone above needs, as they came (maybe not UTF-8); empty when absent. */
	struct str host, origin, cookie, authorization, content_type, accept, accept_encoding, accept_language, if_none_match,
		range, user_agent, idempotency_key, sec_fetch_site;
	char peer[48];                   /* address of the client (by trust_proxy of the proxy's last hop), without port */
	bool secure;                     /* TLS here or at the trusted proxy */
	void *user;                      /* the caller's own, NULL at first */
};

/* One answer. Strings are copied before net_answer returns, but for static_body. */
struct net_answer {
	int status;                      /* 200 … */
	struct str content_type;
	struct str headers;              /* further lines "Name: value\r\n", checked by the caller; may be empty */
	struct str body;
	bool static_body;                /* body stays valid for the process's life: not copied */
	const char *file_path;           /* send this file instead of body (Range is honoured; 404 when it is gone); or NULL */
};

struct net_hooks {
	void *arg;    /* first argument of body_limit, request, refusal */
	void *ws_arg; /* first argument of ws_open, ws_text, ws_closed, ws_cut, wake */
	/* The head is there. Say how large the body may be (0: none). The request's strings are only the head's. */
	uint64_t (*body_limit)(void *arg, const struct net_request *r);
	/* Complete. Answer now or later, from any thread, exactly once. Not called for requests refused on this level, which
	 * are answered with what refusal() says. */
	void (*request)(void *arg, struct net_request *r);
	/* Fill an answer for a refusal on this level: 400, 408, 413, 414, 426, 431, 501, 503, 505, and what ws_open said. */
	void (*refusal)(void *arg, int status, struct str accept_language, struct buf *out_body, struct str *out_content_type);
	/* A WebSocket wants to be opened at r->path. Return 101 to go on (it may already be sent to and follow logs), else the
	 * status of the refusal; then there is no ws_closed. *out_user belongs to the caller until ws_closed. */
	int (*ws_open)(void *arg, struct net_ws *ws, const struct net_request *r, void **out_user);
	void (*ws_text)(void *arg, struct net_ws *ws, void *user, struct str text); /* a whole text message, UTF-8 checked */
	void (*ws_closed)(void *arg, struct net_ws *ws, void *user);
	/* ws fell behind and no longer follows log: everything before offset was sent, whole; nothing after it. Called inside
	 * net_log_append, so it must not append to this log or free it. */
	void (*ws_cut)(void *arg, struct net_ws *ws, void *user, struct net_log *log, uint64_t offset);
	/* On the net thread: after net_wake, and about every second. */
	void (*wake)(void *arg);
};

struct net_options {
	const char *host;                /* "127.0.0.1", "0.0.0.0", "::" */
	int port;                        /* 0: any free one, see net_port */
	const char *tls_cert, *tls_key;  /* PEM files, or both NULL */
	bool trust_proxy;                /* believe X-Forwarded-For and X-Forwarded-Proto of the peer */
	/* Of one address (IPv6: one /64); loopback is not counted, and a trusted proxy's connections are counted for whom it
	 * speaks. More are answered 503; over TLS just closed. 0: NET_CONNECTIONS_PER_ADDRESS_MAX */
	unsigned connections_per_address_max;
	const char *spool_dir;           /* where large bodies go; must exist */
	struct net_hooks hooks;
};

enum err net_new(const struct net_options *o, struct net **out_net) MUST_USE; /* listens; ERR_BUSY: the port is taken */
int net_port(const struct net *n);
/* Serve until net_stop. Requests handed on must be answered before net_free. */
enum err net_run(struct net *n) MUST_USE;
/* From any thread or a signal handler: stop accepting, finish answers for at most grace_ms, close WebSockets with 1001. */
void net_stop(struct net *n, int grace_ms);
void net_free(struct net *n); /* after net_run returned */

/* From any thread, once per request; r is gone after it. */
void net_answer(struct net *n, struct net_request *r, const struct net_answer *a);
/* From any thread: have hooks.wake called soon; calls melt together. */
void net_wake(struct net *n);

/* ---- WebSocket, net thread only ---- */
/* A private text message, queued (order among private messages is kept). */
void net_ws_send(struct net_ws *ws, struct str text);
/* Close with a code (1000, 1008, 4001 …) and a short reason after what is queued was sent. */
void net_ws_close(struct net_ws *ws, int code, const char *reason);
size_t net_ws_count(const struct net *n);

/* ---- the fan-out log, net thread only ----
 * Bytes are framed once for all followers. Offsets count bytes since the log was made. An append is sent to all followers
 * at once when the log was idle for NET_FLUSH_GAP_US, else when that gap (or its rest) is over, all that is new in one send per
 * socket; a socket that is sent something of its own meanwhile gets it then. */
struct net_log *net_log_new(struct net *n, size_t bytes_max);
void net_log_free(struct net_log *log); /* followers just stop following */
/* Append one text message (a frame); the offset of its first byte. ERR_LIMIT: larger than half of bytes_max. */
enum err net_log_append(struct net_log *log, struct str text, uint64_t *out_offset) MUST_USE;
/* The same as a binary message. */
enum err net_log_append_bytes(struct net_log *log, struct str bytes, uint64_t *out_offset) MUST_USE;
/* The oldest offset still held, and the end. */
uint64_t net_log_begin(const struct net_log *log);
uint64_t net_log_end(const struct net_log *log);
/* Follow from offset on (begin <= offset <= end, at a frame's first byte). ERR_LIMIT: NET_WS_LOGS_MAX; ERR_NOT_FOUND: the
 * offset is no longer held; ERR_CONFLICT: it follows already; ERR_CLOSED: the socket is going. */
enum err net_ws_follow(struct net_ws *ws, struct net_log *log, uint64_t offset) MUST_USE;
bool net_ws_follows(const struct net_ws *ws, const struct net_log *log);
void net_ws_unfollow(struct net_ws *ws, struct net_log *log);
size_t net_log_followers(const struct net_log *log);

#endif
