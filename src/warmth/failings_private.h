/* What the files of the failings share; nobody else includes it. */
#ifndef HEARTH_WARMTH_FAILINGS_PRIVATE_H
#define HEARTH_WARMTH_FAILINGS_PRIVATE_H

#include "warmth/warmth_private.h"

/* One week, or several added up. */
struct failing_sums {
	double owner[CONDUCT_COUNTS], others[CONDUCT_COUNTS];
	double newcomers, unwelcomed;
	double weeks;
	double speakers; /* of the window, set apart from the weeks: people cannot be added up */
};
struct failing_window {
	struct failing_sums week[WARMTH_FAILING_PAST_WEEKS];
	size_t week_count;
	int32_t from_day, end_day;
	double speakers;
};
struct failing_owner {
	const bool *is_owner;  /* per identity's index */
	/* Per member: answered within a day of his first word. Conduct's way, not intake's: who merely speaks next must do so
	 * within WARMTH_ADJACENT_US, or in a busy group nobody is ever missed. */
	const bool *welcomed;
	bool there;            /* he said or did something once */
};

/* failings_sums.c */
enum err failing_owner_find(const struct answering *x, struct failing_owner *out) MUST_USE;
/* The week_count whole weeks before end_day. */
void failing_window_fill(const struct answering *x, const struct failing_owner *o, int32_t end_day, size_t week_count,
	struct failing_window *out);
void failing_sums_add(struct failing_sums *to, const struct failing_sums *more);
enum err failing_turn_entropy(const struct answering *x, const struct failing_window *window, double *out) MUST_USE;

/* failings_part.c */
void part_scale(enum warmth_part_kind kind, double speakers, struct warmth_part *out);
double part_value(enum warmth_part_kind kind, const struct failing_sums *s); /* NaN: unknown */

/* failings_crowd.c: UNLIKE and CAMPS of a window, and count of each drawn anew. */
#define CROWD_DRAWS 49u
struct failing_crowd {
	double unlike, camps; /* NaN: unknown */
	double unlike_draw[CROWD_DRAWS], camps_draw[CROWD_DRAWS];
	bool read;            /* there were words */
	struct warmth_evidence evidence[WARMTH_FAILING_EVIDENCE];
	size_t evidence_count;
};
enum err failing_crowd_of(const struct answering *x, const struct failing_owner *o, const struct tie_list *ties,
	const struct failing_window *window, size_t draws, struct failing_crowd *out) MUST_USE;

/* failings_modularity.c: weights n x n, symmetric, nothing on the diagonal; camp: one number per node. */
#define CROWD_MAX 60u
double modularity_best(const double *weights, size_t n, uint8_t *camp);
/* One graph of as many answers, drawn from the weights (as they are), or from the degrees alone (chance). */
void modularity_draw(const double *weights, size_t n, bool degrees_only, uint64_t *chance, double *out_weights);

#endif
