/*
 * resilience: who stands in the middle of the answers, and what would be left of the group's core without him.
 *
 * Included by warmth.h. Not here: the mathematics (model/graph.h), collecting ties (ties.h), words for people (report).
 */
#ifndef HEARTH_WARMTH_RESILIENCE_H
#define HEARTH_WARMTH_RESILIENCE_H

#include "base/base.h"

/*
 * Ties weigh what members answered each other, a message fully when it is new, half after WARMTH_RESILIENCE_HALF_DAYS.
 * Many people under one id have no place in it. rank: PageRank along "answered", times the number of members, so 1 is
 * the average. The core: all who keep WARMTH_RESILIENCE_TIES others with whom WARMTH_RESILIENCE_ANSWERS answers, both
 * directions, still count, when everybody with fewer goes, and those who then have fewer, and so on (the 2-core; after
 * Garcia, Mavrodiev and Schweitzer 2013). left: the share of the others in it that remains in it when the member of the
 * core with the highest rank goes. left_other: the same on average over other members of the core in his place, at most
 * WARMTH_RESILIENCE_OTHERS, drawn by the seed: what anybody's going would cost.
 */
#define WARMTH_RESILIENCE_HALF_DAYS 84.
#define WARMTH_RESILIENCE_ANSWERS 1.
#define WARMTH_RESILIENCE_TIES 2u
#define WARMTH_RESILIENCE_CORE_MIN 8u
#define WARMTH_RESILIENCE_OTHERS 20u

enum warmth_resilience_doubt {
	WARMTH_RESILIENCE_SURE,
	WARMTH_RESILIENCE_NOT_ASKED, /* see warmth_ask */
	WARMTH_RESILIENCE_TOO_FEW,   /* a core of fewer than WARMTH_RESILIENCE_CORE_MIN */
	WARMTH_RESILIENCE_TOO_MANY   /* ties were lost, or are more than the graph takes */
};
struct warmth_resilience {
	bool known;              /* else left and left_other are NaN, top means nothing */
	enum warmth_resilience_doubt doubt;
	const double *rank;      /* one per people, in their order; NULL where nobody answers or too many do */
	size_t core;             /* members in it */
	size_t top;              /* index in people */
	double left, left_other;
};

#endif
