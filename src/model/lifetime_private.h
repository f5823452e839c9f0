/* What the files of lifetime share; nobody else includes it. */
#ifndef HEARTH_MODEL_LIFETIME_PRIVATE_H
#define HEARTH_MODEL_LIFETIME_PRIVATE_H

#include <math.h>

#include "model/lifetime.h"

/* A law as double law[] reads badly: these are its places. LEAVE_1: a or s; LEAVE_2: b or beta. */
enum { RATE_SHAPE, RATE_SCALE, LEAVE_1, LEAVE_2 };

/* What one life adds to the likelihood beyond the products of gamma functions: ln(still there + left after last), the
 * share of the first, and the derivatives of ln. */
struct lifetime_term {
	double ln, alive, by[MODEL_LIFETIME_LAWS];
};
void lifetime_pareto_term(const double *law, const struct model_lifetime *life, struct lifetime_term *out);

/* What a likelihood needs of the lives beside the lives; computed once for many laws. */
struct lifetime_sums {
	const struct model_lifetime *lives;
	size_t n;
	double people, events, age; /* sums by weight */
	const double *more_than;    /* [j]: people with more than j events, for j < events_most */
	uint32_t events_most;
};
enum err lifetime_sums_of(
	const struct model_lifetime *lives, size_t n, struct arena *a, struct lifetime_sums *out) MUST_USE;
/* As model_lifetime_likelihood, for laws > 0. */
double lifetime_likelihood(
	const struct model_lifetime_law *law, const struct lifetime_sums *sums, double *out_gradient);
/* By how many parameters the kind is described. */
static inline unsigned lifetime_law_count(enum model_lifetime_kind kind)
{
	return kind == MODEL_LIFETIME_NBD ? 2 : MODEL_LIFETIME_LAWS;
}

/* ln(exp(u) + exp(v)), and how much of it u is. */
static inline double lifetime_sum_of_logs(double u, double v, double *out_share)
{
	double less = exp(-fabs(u - v));
	*out_share = (u > v ? 1 : less) / (1 + less);
	return fmax(u, v) + log1p(less);
}

#endif
