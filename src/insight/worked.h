/*
 * worked: what came of the same remedy, done again and again, here and there, taken together.
 *
 * Promises: pure; every act weighs the same; what is too early or cannot be told is counted and never taken for no sign.
 * Used by: api. Owns: nothing.
 * Not here: what came of one act (remedies.h), whose groups they are (api/worked.c).
 */
#ifndef HEARTH_INSIGHT_WORKED_H
#define HEARTH_INSIGHT_WORKED_H

#include "model/series.h"

struct insight_worked { /* zero to begin with */
	uint32_t done, helped, no_sign, harmed, too_early, too_little;
	uint32_t known;       /* with a ratio */
	double mean, squares; /* of the ratios' logarithms: mean, sum of squared distances from it */
};
void insight_worked_add(struct insight_worked *w, const struct model_series_effect *e);

/*
 * The geometric mean of the ratios, from one on (else NaN), and its interval, 95 %, from two on: exp(mean +- t s / sqrt(n)), Student's
 * t with n - 1 degrees of freedom on the logarithms, so that acts differing more than chance explains widen it. Acts in one group
 * whose weeks overlap are not independent, and owners act when they choose to: it says what went together, not what caused it.
 */
struct insight_worked_ratio {
	double ratio, low, high;
};
struct insight_worked_ratio insight_worked_ratio(const struct insight_worked *w);

#endif
