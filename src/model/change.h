/*
 * model/change: where the level of a row of counts changed.
 *
 * Promises: pure; all change points at once (PELT), or as they would have been noticed one count after another (BOCPD),
 * both with a stated rate of false alarms on rows that did not change, overdispersed ones too.
 * Used by: warmth (weekly counts). Owns: nothing; results live in the caller's arena.
 * Not here: season and holidays, which must be known first (season.h gives the exposures).
 *
 * The counts. In a stretch without change x_t/c is negative binomial with mean e_t m/c and size e_t r, that is a
 * Poisson count of clumps of c whose rate is gamma, so Var x = e_t (c m + m^2/r): c is what quiet weeks show (one
 * question calls forth five answers), r what busy ones do. For c > 1 this is a quasi-likelihood. e_t is the exposure:
 * how much of a usual step this one was (a week of holidays .3). c and r are one for the whole row; c = 1 and large r
 * is Poisson. The sums of x and e are then sufficient for m.
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

struct model_change_spread {
	double clump; /* c, >= 1 */
	double size;  /* r, > 0 */
};

/*
 * From neighbours, because a change touches only one pair of them. With s = x1 + x2 and R = r(e1 + e2), given s, z =
 * (x1/e1 - x2/e2)^2 e1 e2/s has the mean c R/(1 + R) + s/(1 + R) (Dirichlet-multinomial), a line in s, fitted with
 * weights 1/mean^2 and c >= 1, z cut at four times its mean (so that few changes count for little). The same from
 * neighbouring blocks of four, because following weeks hang together; the pair that means the larger variance, on
 * geometric average over the row, counts. ERR_INPUT: a bad count or exposure, or n < MODEL_CHANGE_STEPS_MIN. ERR_LIMIT:
 * too many steps.
 */
enum err model_change_spread(const struct model_change_row *row, struct model_change_spread *out) MUST_USE;

struct model_change_ask {
	const struct model_change_spread *spread; /* NULL: model_change_spread */
	size_t stretch_min;  /* steps between two changes, >= 2 */
	double false_alarms; /* share of rows without change in which one is found, 0 .. .5 */
};

struct model_change {
	size_t at;            /* the first step of the new stretch */
	size_t seen;          /* PELT: the last step; BOCPD: the step at which it was noticed */
	double before, after; /* counts per exposure 1 of the stretches on both sides */
	double gain;          /* twice the log (quasi-)likelihood that this change explains */
};
struct model_changes {
	const struct model_change *points; /* by time */
	size_t count;
	struct model_change_spread spread; /* used */
};

/*
 * PELT (Killick, Fearnhead and Eckley 2012): the cheapest cut, costs being -2 log likelihood and a penalty for each
 * change. Pruning waits stretch_min steps, so the shortest stretch costs no exactness. The penalty is the square of b
 * with 4 f(b)/b + f(b)(b - 1/b) log((1-q)^2/q^2) = false_alarms/2, f the normal density, q = stretch_min/n: the tail of
 * the largest of all two-stretch statistics (Miller and Siegmund 1982); the other half is left for cuts into three. b
 * is then moved to where Student's t with 2n/3 degrees of freedom (those of von Neumann's variance by differences) has
 * the same tail, because r is estimated.
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
