/*
 * live: events to sockets.
 *
 * Promises: who follows a group from a number gets everything after it, in order, once, or is told where it stopped; one
 * encoding of an event for all; a member who is out gets nothing more. Commands on a socket are the same entries as HTTP.
 * Used by: api (events as JSON), main. Owns: the follower of the journal, one log per group that somebody follows, the
 * state of every socket. Not here: what may be said (chat, group), frames and bytes (net).
 */
#ifndef HEARTH_LIVE_H
#define HEARTH_LIVE_H

#include "event/event.h"
#include "net/net.h"
#include "packet/packet.h"
#include "serve/serve.h"

#define LIVE_PATH "/api/v1/live"
#define LIVE_LOG_BYTES (256u << 10)   /* of a group, for slow readers */
#define LIVE_RECENT_BYTES (64u << 10) /* of a group, for who comes back within moments */
#define LIVE_FOLLOW_MAX NET_WS_LOGS_MAX
#define LIVE_COMMANDS_WAITING_MAX 64u /* of one socket on PostgreSQL, where its writes run one by one */
#define LIVE_ME_REPLAY_MAX 500u       /* own news told again after an absence; more: read everything anew */

struct live;
enum err live_new(struct serve *s, struct live **out_live) MUST_USE;
void live_free(struct live *l);
void live_bind(struct live *l, struct net *n);
/* The follower's thread; stop before serve stops being able to read. */
enum err live_start(struct live *l) MUST_USE;
void live_stop(struct live *l);
/* Fit for serve_hooks.committed; any thread. */
void live_committed(void *l);
/* Add the WebSocket hooks to those of serve. */
void live_net_hooks(struct live *l, struct net_hooks *hooks);
/* The entry by which a socket says what it has; belongs into main's list. */
extern const struct entry live_follow_entry;

/* Events of STREAM_GROUP as they go to clients: [group,number,author,at_ms,body], as things stand now. */
enum err live_encode(struct db_conn *c, struct arena *a, const struct event *e, struct buf *out) MUST_USE;
/* The body alone (also of STREAM_ACCOUNT events: an object). */
enum err live_encode_body(struct db_conn *c, struct arena *a, const struct event *e, struct buf *out) MUST_USE;

/* A packet as clients see it, written into the open object; whom it is for ("for"); and who drew most, once all is taken (0
 * before, and where all are equal). */
void live_write_packet(struct json_out *j, const struct packet *p);
enum err live_write_named(struct db_conn *c, struct arena *a, const struct packet *p, struct json_out *j) MUST_USE;
enum err live_luckiest(struct db_conn *c, struct arena *a, const struct packet *p, int64_t *out_account) MUST_USE;

#endif
