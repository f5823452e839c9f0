/* Shared inside live. */
#ifndef HEARTH_LIVE_PRIVATE_H
#define HEARTH_LIVE_PRIVATE_H

#include "live/live.h"

/* From the follower to the net thread: the news of one group, or of one account, of one round. */
struct news {
	struct job_link link;
	enum event_stream stream;
	int64_t owner;
	size_t count;
	int64_t *numbers;      /* of each event */
	struct str *texts;     /* its encoding */
	enum event_kind *kinds;
	int64_t *subjects;
	struct arena *arena;   /* everything of this piece of news */
};

/* From the thread that finished a command to the net thread. */
struct reply {
	struct job_link link;
	uint64_t socket;
	int64_t as;
	bool has_as, is_write;
	int status;
	struct buf body;
	struct placement *placement; /* of live.follow, or NULL */
};

/* What live.follow found: these groups are the account's, and it has them up to these numbers. */
struct placement {
	size_t count;
	int64_t *groups, *numbers, *newest;
	uint64_t generation, outs; /* of the account when the command was sent */
	int64_t me;            /* the newest number of its own news */
	struct str replay;     /* own news missed: messages, a line each */
};

struct live {
	struct serve *serve;
	struct net *net;
	struct queue *news, *replies;
	/* the follower */
	pthread_t follower;
	bool follower_started;
	pthread_mutex_t lock;
	pthread_cond_t something;
	bool committed, stopping;
	struct idmap *last; /* group -> its newest number told; the follower's */
	/* the net thread's */
	struct idmap *groups;   /* id -> struct hub */
	struct idmap *accounts; /* id -> struct presence */
	struct idmap *sockets;  /* number -> struct sock */
	uint64_t next_socket;
};

/* encode_packet.c: the member of an object that says what happened to a packet */
enum err live_packet_member(struct db_conn *c, struct arena *a, const struct event *e, struct json_out *j) MUST_USE;
/* follower.c */
void *live_follower_run(void *arg);
/* lane.c, net thread */
struct mark { /* a frame of a log */
	uint64_t offset;
	int64_t before; /* the number before its first event */
};
struct lane {
	struct net_log *log; /* NULL: nobody follows here */
	struct mark *marks;
	size_t mark_count, mark_room;
	bool deflated;
};
void lane_free(struct lane *l);
void lane_append(struct lane *l, const struct news *n, size_t from, size_t to);
int64_t lane_number_at(const struct lane *l, uint64_t offset, int64_t otherwise);

/* hub.c, net thread */
void live_tell(struct live *l, struct news *n);
void news_free(struct news *n);
struct sock;
enum hub_place { HUB_FOLLOWS, HUB_BEHIND, HUB_ERROR };
/* Follow group from number on; newest: its newest number in the journal when that was looked up. */
enum hub_place live_hub_follow(struct live *l, struct sock *s, int64_t group, int64_t number, int64_t newest);
/* Then it is a member: it was when it came, and who goes is put off. */
bool live_hub_follows(const struct live *l, const struct sock *s, int64_t group);
void live_hub_unfollow(struct live *l, struct sock *s, int64_t group);
void live_hub_cut(struct live *l, struct sock *s, struct net_log *log, uint64_t offset);
void live_hubs_free(struct live *l);

/* socket.c, net thread */
struct presence { /* an account that is here */
	uint64_t generation, outs; /* grow with its news; with those that it is out of a group */
	struct sock *first;
};
struct waiting {
	struct waiting *next;
	struct str text;
};
struct sock {
	struct live *live;
	struct net_ws *ws;
	uint64_t number;
	int64_t account, session;
	bool chinese, secure, deflated;
	char peer[48];
	struct sock *next_of_account;
	unsigned writes_running, waiting_count; /* PostgreSQL */
	struct waiting *first_waiting, **last_waiting;
};
void live_tell_account(struct live *l, const struct news *n);
void live_wake(void *l);
/* follow.c: what the handler of live.follow found, taken out of r; NULL for other commands. */
struct placement *live_placement_of(struct req *r);
void live_placement_free(struct placement *p);
void live_take_reply(struct live *l, struct reply *r);
void sock_send(struct sock *s, const char *format, ...) PRINTF(2, 3);

#endif
