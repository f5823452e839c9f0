/*
 * worked: what came of the same remedy, done again and again, here and there, taken together.
 *
 * Promises: pure; every group weighs the same; what is too early or cannot be told is counted and never taken for no sign.
 * Used by: api. Owns: nothing.
 * Not here: what came of one act (remedies.h), whose groups they are (api/worked.c).
 */
#ifndef HEARTH_INSIGHT_WORKED_H
#define HEARTH_INSIGHT_WORKED_H

#include "model/series.h"

struct insight_worked { /* zero to begin with */
	uint32_t done, helped, no_sign, harmed, too_early, too_little;
	/* Of the group at hand: acts with a ratio, the sum of its logarithms. */
	uint32_t group_known;
	double group_sum;
	/* Of the groups before: how many had a ratio; mean, and sum of squared distances from it, of their means. */
	uint32_t groups;
	double mean, squares;
};
void insight_worked_add(struct insight_worked *w, const struct model_series_effect *e);
void insight_worked_group_end(struct insight_worked *w); /* the acts to come are another group's */

/*
 * The geometric mean of the groups' ratios (each the geometric mean of its acts'), from one group on, else NaN; and its interval,
 * 95 %, from two groups on: exp(mean +- t s / sqrt(n)), Student's t with n - 1 degrees of freedom on the logarithms, so that groups
 * that differ widen it. Acts in one group share weeks, so they are no independent witnesses and count as one. Owners act when
 * they choose to: it says what went together, not what caused it.
 */
struct insight_worked_ratio {
	double ratio, low, high;
};
struct insight_worked_ratio insight_worked_ratio(const struct insight_worked *w);

#endif
