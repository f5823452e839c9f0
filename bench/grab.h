/*
 * The bench of red packets, client: N members, each of whom grabs every packet, one grab under way for each of them.
 * A protocol is a fanout.h driver for coming in, and here how a grab is asked for and how what arrives is understood.
 */
#ifndef BENCH_GRAB_H
#define BENCH_GRAB_H

#include "fanout.h"

enum heard {
	HEARD_NOTHING, /* something else: a greeting, half an answer */
	HEARD_GOT,
	HEARD_GONE,
	HEARD_OTHER,   /* an answer that is neither: the run is worth nothing */
	HEARD_TOLD,    /* events of the group */
	HEARD_CUT      /* the server gave up telling us events: too slow */
};

struct hearing {
	enum heard what;
	long long amount, place; /* GOT */
	unsigned events, shares; /* TOLD: of wins, and the shares in them; shares only when it was asked for */
};

/* A connection. Where each member has its own, busy is always that member while it waits. */
struct line {
	struct member in; /* while coming in: the drivers of fanout.h */
	void *busy;       /* the member who waits for an answer here; NULL: free */
	struct hearing half;
	char *rest;       /* the start of what has not come whole */
	size_t rest_n, rest_max;
	uint64_t events, shares;
	bool witness;     /* counts shares in events, not only events */
};

struct grab_way {
	const char *name;
	const struct driver *in;
	void (*grab)(struct out *out, unsigned member, unsigned group, unsigned packet);
	/* One thing that came: its bytes, or 0 when it is not whole. What must be said back goes into out. */
	size_t (*hear)(struct line *l, const char *p, size_t n, struct hearing *h, struct out *out);
};

/* "got AMOUNT PLACE" or "gone": what our procedures for Redis and PostgreSQL answer. */
void hear_word(const char *p, size_t n, struct hearing *h);

extern const struct grab_way grab_hearth, grab_redis, grab_redis_told, grab_postgres;

#endif
