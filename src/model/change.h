/*
 * model/change: where the level of a row of counts changed.
 *
 * Promises: pure; all change points at once (PELT), or as they would have been noticed one count after another (BOCPD),
 * both with a stated rate of false alarms on rows that did not change, overdispersed ones too.
 * Used by: warmth (weekly counts). Owns: nothing; results live in the caller's arena.
 * Not here: season and holidays, which must be known first (season.h gives the exposures).
 *
 * The counts. In a stretch without change x_t is negative binomial with mean e_t m and size e_t r, that is a Poisson
 * count whose rate is gamma, so Var x = e_t (m + m^2/r). e_t is the exposure: how much of a usual step this one was (a
 * week of holidays .3). r is one for the whole row; large r is Poisson. The sums of x and e are then sufficient for m.
 */
#ifndef HEARTH_MODEL_CHANGE_H
#define HEARTH_MODEL_CHANGE_H

#include "base/base.h"

#define MODEL_CHANGE_STEPS_MAX 8192u        /* PELT: daily counts of twenty years */
#define MODEL_CHANGE_ONLINE_STEPS_MAX 2048u /* BOCPD, whose work is their square */
#define MODEL_CHANGE_STEPS_MIN 12u
#define MODEL_CHANGE_SIZE_MIN .01
#define MODEL_CHANGE_SIZE_MAX 1e6 /* Poisson */

struct model_change_row {
	const double *counts;    /* >= 0, finite; adjusted ones need not be whole */
	const double *exposures; /* > 0, about 1; NULL: 1 everywhere */
	size_t n;
};

/*
 * r by moments from the differences of neighbours, which a change touches only once: E (y1 - y2)^2 = (m + m^2/r)(1/e1 +
 * 1/e2), y = x/e. The same from neighbouring blocks of four, because the counts of following weeks hang together; the
 * smaller r counts. ERR_INPUT: a bad count or exposure, or n < MODEL_CHANGE_STEPS_MIN. ERR_LIMIT: too many steps.
 */
enum err model_change_size(const struct model_change_row *row, double *out_size) MUST_USE;

struct model_change_ask {
	double size;         /* r; NaN: model_change_size */
	size_t stretch_min;  /* steps between two changes, >= 2 */
	double false_alarms; /* share of rows without change in which one is found, 0 .. .5 */
};

struct model_change {
	size_t at;            /* the first step of the new stretch */
	size_t seen;          /* PELT: the last step; BOCPD: the step at which it was noticed */
	double before, after; /* counts per exposure 1 of the stretches on both sides */
	double gain;          /* twice the log likelihood that this change explains */
};
struct model_changes {
	const struct model_change *points; /* by time */
	size_t count;
	double size; /* r used */
};

/*
 * PELT (Killick, Fearnhead and Eckley 2012): the cheapest cut, costs being -2 log likelihood and a penalty for each
 * change. Pruning waits stretch_min steps, so the shortest stretch costs no exactness. The penalty is the square of b
 * with 4 f(b)/b + f(b)(b - 1/b) log((1-q)^2/q^2) = false_alarms/2, f the normal density, q = stretch_min/n: the tail of
 * the largest of all two-stretch statistics (Miller and Siegmund 1982); the other half is left for cuts into three. b is
 * then moved to where Student's t with 2n/3 degrees of freedom (those of von Neumann's variance by differences) has the
 * same tail, because r is estimated.
 */
enum err model_change_find(const struct model_change_row *row, const struct model_change_ask *ask, struct arena *a,
	struct model_changes *out) MUST_USE;
/* The penalty used above; n > 2 stretch_min. */
double model_change_penalty(size_t n, const struct model_change_ask *ask);

/*
 * BOCPD (Adams and MacKay 2007), a change before each step with probability 1/every. p = m/(r + m) has a Beta(1, 1 +
 * r/mean) prior, so the predictive is beta negative binomial, and gamma-Poisson's where r is large. A change is noticed
 * when the posterior of "none since the last" falls to false_alarms times its prior: by Ville's inequality that happens
 * in at most this share of rows drawn from the model without change, however long one looks. It is then placed at the
 * likeliest start, at least stretch_min steps behind the last. mean: of the prior; NaN: the row's own.
 */
#define MODEL_CHANGE_EVERY 104. /* steps between changes, a priori */
enum err model_change_notice(const struct model_change_row *row, const struct model_change_ask *ask, double mean,
	struct arena *a, struct model_changes *out) MUST_USE;

#endif
