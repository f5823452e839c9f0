/*
 * ties: who answers whom, kept while events pass.
 *
 * Promises: O(1) amortised per message; memory grows with pairs and the 28-day bins in which they met, up to
 * WARMTH_TIES_MAX pairs and WARMTH_TIE_BINS_MAX bins; pairs that hardly met (fewer than WARMTH_TIE_FAINT quarters
 * ever) and not within WARMTH_TIE_FAINT_BINS are forgotten when there are many, so in a large channel only
 * neighbours are kept; what comes after that is counted as lost and changes nothing else, so importance stays whole.
 * A tie is directed: from answered to. A reply or a mention is four quarters; simply speaking next within
 * WARMTH_ADJACENT_US is one.
 * Called by: add.c (ties_add), whatever looks at ties (ties_of). Inside this room only. Owns: the bins in struct
 * ties.
 * Not here: what ties mean (graph, contagion); renames and their limits (answer.c).
 */
#ifndef HEARTH_WARMTH_TIES_H
#define HEARTH_WARMTH_TIES_H

#include "warmth/warmth.h"

#define WARMTH_TIES_MAX (2u << 20)
#define WARMTH_TIE_BINS_MAX (8u << 20)
#define WARMTH_TIE_BIN_DAYS 28
#define WARMTH_TIE_FAINT 8u        /* no tie to contagion, nothing to a decayed graph */
#define WARMTH_TIE_FAINT_BINS 7
#define WARMTH_TIES_SWEEP_MIN 50000u
#define WARMTH_TIE_ANSWER 4u   /* quarters of a reply or a mention */
#define WARMTH_TIE_ADJACENT 1u /* of speaking next */

struct person;
struct answering;

struct tie_bin {
	int32_t bin; /* floor(day / WARMTH_TIE_BIN_DAYS), days since 1970-01-01 */
	uint32_t quarters;
};

/* One ordered pair of identities. */
struct tie {
	struct person *from, *to;
	struct tie_bin *bins; /* sorted */
	uint32_t bin_count, bin_room;
	struct tie *next;     /* of the same from, latest first */
};

struct ties {
	struct idmap *pairs; /* two indices -> struct tie */
	size_t count, bins;
	size_t sweep_at;     /* count at which faint pairs are forgotten */
	struct tie *spare;   /* forgotten ones, to be used again */
	uint64_t lost;       /* quarters that found no room */
};

enum err ties_new(struct ties *t) MUST_USE;
void ties_free(struct ties *t);
/* from answered to on that day; raises to->answers as well. ERR_MEMORY. */
enum err ties_add(struct warmth *w, struct person *from, struct person *to, int32_t day, unsigned quarters) MUST_USE;

/* ---- when somebody looks: members instead of identities ---- */
struct tie_edge {
	uint32_t from, to; /* indices in members, never the same */
	int32_t bin;
	uint32_t quarters;
};
struct tie_list {
	const struct tie_edge *edges; /* by from, to, bin; each triple once */
	size_t count;
	const size_t *first;          /* of member m: edges[first[m]] up to edges[first[m + 1]] */
	uint64_t lost;                /* quarters, see above: not 0 means that something is missing */
};
/* All ties between people who spoke, renames followed, in the answer's arena. ERR_MEMORY. */
enum err ties_of(const struct answering *x, struct tie_list *out) MUST_USE;
/* What an edge still weighs, in answers: quarters / 4, halved every half_life_days from the middle of its bin to
 * at_day. */
double tie_weight(const struct tie_edge *e, int32_t at_day, double half_life_days);

#endif
