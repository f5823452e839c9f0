/*
 * lifetimes: from when people last did something to whether they will do it again.
 *
 * Promises: four models of events that come at a steady rate until the person leaves unseen; each has its likelihood,
 * its maximum-likelihood fit, the probability that a person is still there, and how many events to expect. Rates and
 * readiness to leave differ from person to person by two gamma or beta laws, which is what is fitted. Pure and without
 * chance: the same lives give the same fit. Sums are taken in logarithms: neither long lives nor many events overflow.
 * Used by: warmth (members of a group), need (buyers). Owns: nothing.
 * Not here: what an event is, which people and which time are looked at (the caller).
 */
#ifndef HEARTH_MODEL_LIFETIME_H
#define HEARTH_MODEL_LIFETIME_H

#include "base/base.h"

/*
 * law[] by kind; times in any one unit, which is then also the unit of alpha and beta:
 *   MBG     r, alpha, a, b   may leave after every event, the first too (Batislam, Denizel, Filiztekin 2007; Hoppe and
 *                            Wagner 2007): rate ~ gamma(r, alpha), chance to leave after an event ~ beta(a, b)
 *   BG      r, alpha, a, b   the same, but nobody leaves after the first event (Fader, Hardie, Lee 2005)
 *   PARETO  r, alpha, s, beta   may leave at any moment, hazard ~ gamma(s, beta) (Schmittlein, Morrison, Colombo 1987)
 *   NBD     r, alpha         nobody leaves; law[2] and law[3] are 0 (Ehrenberg 1959)
 */
enum model_lifetime_kind { MODEL_LIFETIME_MBG, MODEL_LIFETIME_BG, MODEL_LIFETIME_PARETO, MODEL_LIFETIME_NBD };
#define MODEL_LIFETIME_LAWS 4u
struct model_lifetime_law {
	enum model_lifetime_kind kind;
	double law[MODEL_LIFETIME_LAWS];
};

#define MODEL_LIFETIME_EVENTS_MAX 100000u
/* One person, or several whose three numbers are equal. 0 <= last <= age; last is 0 when events is 0. */
struct model_lifetime {
	uint32_t events; /* after the first */
	double last;     /* from the first event to the last */
	double age;      /* from the first event to the end of what was seen */
	double weight;   /* how many such people, > 0 */
};

/* Sort and put equal lives together; gives how many are left. A fit of grouped lives is the same and quicker. */
size_t model_lifetime_group(struct model_lifetime *lives, size_t n);

/* ln likelihood, without the factors that hold no parameter. Only for laws > 0. gradient: by each law[i], or NULL.
 * ERR_INPUT: a life as above cannot be, or a law <= 0. ERR_MEMORY. */
enum err model_lifetime_likelihood(const struct model_lifetime_law *law, const struct model_lifetime *lives, size_t n,
	struct arena *a, double *out_ln, double *out_gradient) MUST_USE;

/* ---- fit ---- */
#define MODEL_LIFETIME_PEOPLE_MIN 10u /* by weight */
#define MODEL_LIFETIME_EVENTS_MIN 10u /* after the first, of all together */
#define MODEL_LIFETIME_GONE_MIN .05   /* people: fewer than this expected to have left is nobody */
enum model_lifetime_verdict {
	MODEL_LIFETIME_FITTED, /* an optimum inside the bounds */
	MODEL_LIFETIME_LIMIT,  /* at a bound where all is flat: the best law has no spread, or knows two kinds of people
				 alone, those who leave at once and those who never do; may be used */
	MODEL_LIFETIME_ALL_THERE, /* nobody is likely to have left; may be used, says about 1 for everybody */
	MODEL_LIFETIME_TOO_FEW,   /* fewer people or events than above: nothing was fitted */
	MODEL_LIFETIME_NO_OPTIMUM /* the likelihood still rises at a bound, or the search found no end */
};
struct model_lifetime_fit {
	enum model_lifetime_verdict verdict;
	struct model_lifetime_law law; /* NaN where the verdict allows no use */
	double ln_likelihood;
	unsigned evaluations;
};
static inline bool model_lifetime_usable(enum model_lifetime_verdict v) { return v <= MODEL_LIFETIME_ALL_THERE; }
/* near: a law of the same kind, or NULL. With it the search starts there alone, which is for a series of fits that
 * differ little; without it from a few fixed places, and the best wins. ERR_INPUT as above. ERR_MEMORY. */
enum err model_lifetime_fit(enum model_lifetime_kind kind, const struct model_lifetime *lives, size_t n,
	const struct model_lifetime_law *near, struct arena *a, struct model_lifetime_fit *out) MUST_USE;

/* How surely the law is known: root root' is the covariance of (ln law[i]), from the observed information (numerical
 * derivative of the gradient); so exp(ln law + root z) with z standard normal is a law that the data allow too. A
 * direction in which the likelihood is flat gets a factor of e. In the verdicts after FITTED the readiness to leave
 * (law[2]) is let rise, at z = 1.96, as far as the likelihood allows at 95 %. ERR_INPUT: the verdict allows no use, or
 * a life cannot be. ERR_MEMORY. */
enum err model_lifetime_spread(const struct model_lifetime_fit *fit, const struct model_lifetime *lives, size_t n,
	struct arena *a, double out_root[MODEL_LIFETIME_LAWS][MODEL_LIFETIME_LAWS]) MUST_USE;

/* ---- one life under a law (weight is not looked at) ---- */
/* P(has not left by age). Never NaN for a life that can be and laws > 0. */
double model_lifetime_alive(const struct model_lifetime_law *law, const struct model_lifetime *life);
/* Expected number of events in (age, age + time], time >= 0; leaving is accounted for. */
double model_lifetime_expected(const struct model_lifetime_law *law, const struct model_lifetime *life, double time);

#endif
