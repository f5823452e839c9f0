/*
 * event: the journal of what happened.
 *
 * Promises: every stream's numbers have no gaps and are in the order of commit; rows hold ids and kinds, never text;
 * a follower sees every event once, on both databases; on PostgreSQL an event may come before its elders of the same stream,
 * which event_read then finds already (live reads the whole stretch).
 * Used by: group, chat and later rooms (append); live, insight, job (follow). Owns: tables stream and event.
 * Not here: what an event looks like to a client (live).
 */
#ifndef HEARTH_EVENT_H
#define HEARTH_EVENT_H

#include "db/db.h"

#define EVENT_READ_MAX 1000u /* events of one reading */

/* Who may see it. owner is the group, or the account. */
enum event_stream {
	STREAM_GROUP = 1,    /* every member */
	STREAM_STEWARDS = 2, /* owner and stewards */
	STREAM_ACCOUNT = 3,  /* one account, on all its devices */
	STREAM_FIGURES = 4   /* of a group, for its models; shown to nobody */
};

/* Stored: never renumber. actor did it; subject is what the comment says. */
enum event_kind {
	/* STREAM_GROUP */
	EVENT_MESSAGE = 1,  /* its own number */
	EVENT_RECALLED = 2, /* the message's number */
	EVENT_REMOVED = 3,  /* the message's number */
	EVENT_JOINED = 4,   /* the account */
	EVENT_GONE = 5,     /* the account removed */
	EVENT_BARRED = 6,   /* the account removed for good */
	EVENT_ROLE = 7,     /* the account; what role: as it stands today */
	EVENT_CHANGED = 8,  /* the group: name, common ground, rules … */
	EVENT_NAMED = 9,    /* the account that changed its name */
	EVENT_HISTORY = 10, /* the file that was brought in */
	EVENT_LINK = 11,    /* the account that was given a new sign-in link */
	EVENT_PACKET = 12,  /* the red packet, whose place in the chat is this number */
	EVENT_GRABBED = 13, /* the packet; which shares: those that carry this number */
	EVENT_RETURNED = 14,/* the packet whose rest went back */
	EVENT_DISSOLVED = 15, /* the group */
	/* STREAM_STEWARDS */
	EVENT_ASKED = 40,   /* the account that waits */
	EVENT_SETTLED = 41, /* the account that was answered */
	/* STREAM_ACCOUNT; owner is the account */
	EVENT_READ = 60,    /* the group */
	EVENT_IN = 61,      /* the group */
	EVENT_OUT = 62,     /* the group */
	EVENT_MUTED = 63,   /* the group */
	EVENT_WAITING = 64, /* the group in which somebody waits */
	EVENT_DEVICE = 65,  /* the link by which a device asks to be let in */
	EVENT_ENDED = 66,   /* the session */
	EVENT_NOT_IN = 67,  /* the invitation */
	EVENT_ME = 68,      /* the account: its own settings */
	EVENT_CLAIM = 69,   /* the group: owner: somebody claims a name of its history; claimant: he was answered */
	/* STREAM_FIGURES */
	EVENT_LEFT = 90     /* the account that left */
};

struct event {
	int64_t position; /* in the whole journal; grows, with gaps */
	int64_t owner, number, actor, subject, at_us;
	int64_t xid;      /* 0 on SQLite */
	enum event_stream stream;
	enum event_kind kind;
};

/* Append e (position, number and xid are given by this call); inside the caller's write transaction, as late in it as can
 * be: the stream is held from here to the commit. */
enum err event_append(struct db_conn *c, const struct event *e, int64_t *out_number) MUST_USE;

/* The newest number of a stream, 0 when nothing ever happened. */
enum err event_last(struct db_conn *c, enum event_stream stream, int64_t owner, int64_t *out_number) MUST_USE;

/* At most limit (≤ EVENT_READ_MAX) events of one stream after a number, ascending, in the arena. */
enum err event_read(struct db_conn *c, struct arena *a, enum event_stream stream, int64_t owner, int64_t after, size_t limit,
	struct event **out_events, size_t *out_count) MUST_USE;
/* And before a number, descending. */
enum err event_read_back(struct db_conn *c, struct arena *a, enum event_stream stream, int64_t owner, int64_t before, size_t limit,
	struct event **out_events, size_t *out_count) MUST_USE;

/* Only kinds that stand in the mask (1 << kind), from a number on. */
enum err event_read_kinds(struct db_conn *c, struct arena *a, enum event_stream stream, int64_t owner, int64_t from, int64_t before,
	uint64_t kinds, size_t limit, struct event **out_events, size_t *out_count) MUST_USE;

/* A follower's place in the whole journal. Zero: the beginning. */
struct event_cursor {
	int64_t xid, position;
};
/* The place behind everything that is there now. */
enum err event_cursor_end(struct db_conn *c, struct event_cursor *out_cursor) MUST_USE;
/* At most limit events after *cursor, which is moved behind them. The connection is in a read transaction, or in none. */
enum err event_follow(struct db_conn *c, struct arena *a, struct event_cursor *cursor, size_t limit, struct event **out_events,
	size_t *out_count) MUST_USE;

#endif
