/*
 * series: what a course would have been, had nothing been done.
 *
 * Promises: an interrupted series (Box and Tiao 1975; Brodersen et al. 2015 with a level that returns to its mean instead
 * of a free one): the counts before an act say what the counts after it would have been, and how surely; the effect is what
 * came over what was expected. Pure, and without chance.
 * Used by: warmth, report (what an owner did, and whether it helped). Owns: nothing.
 * Not here: which weeks are looked at, what the words are (the caller).
 */
#ifndef HEARTH_MODEL_SERIES_H
#define HEARTH_MODEL_SERIES_H

#include "base/base.h"

#define MODEL_SERIES_BEFORE_MIN 16u /* periods before the act … */
#define MODEL_SERIES_BEFORE_MAX 260u
#define MODEL_SERIES_AFTER_MIN 4u   /* … and after it */
#define MODEL_SERIES_AFTER_MAX 26u
#define MODEL_SERIES_MEAN_MIN 5.0   /* counts a period before: with fewer, chance is all there is */

/*
 * y = ln(count + 1) = mu + s + v;  s(t) = phi s(t-1) + w;  v, w normal, phi one of eight from 0 to MODEL_SERIES_PHI_MAX. For each
 * phi the variances by maximum likelihood (Kalman filter) and mu by generalised least squares; the predictions are averaged
 * by their likelihoods. A group that is helped when it is at its coldest warms by itself: that return to mu is in the
 * expectation, so it is no effect. Interval: prediction error of the mean of y after the act, with those of mu and phi, by
 * Student's t with n - 4 degrees of freedom. On courses with nothing done, 2 to 10 of 100 intervals miss (nominal 5; the
 * most where a level lasts longest): tests/unit/model_series.c.
 */
#define MODEL_SERIES_PHI_MAX .98
struct model_series_course { /* what is to be expected of every period, and where so many of 100 such periods lie */
	double expected[MODEL_SERIES_AFTER_MAX], low[MODEL_SERIES_AFTER_MAX], high[MODEL_SERIES_AFTER_MAX];
	size_t periods;
};
enum model_series_word { MODEL_SERIES_TOO_EARLY, MODEL_SERIES_TOO_LITTLE, MODEL_SERIES_MORE, MODEL_SERIES_NO_SIGN, MODEL_SERIES_LESS };
struct model_series_effect {
	enum model_series_word word; /* TOO_EARLY: fewer periods after; TOO_LITTLE: before; the rest are NaN then */
	double ratio, low, high;     /* what came over what was expected (geometric means); 95 % */
	struct model_series_course course; /* of the periods after the act; 80 of 100 */
};

/* before: oldest first, the last one ends where the act begins (only the last MODEL_SERIES_BEFORE_MAX are used); after: what
 * followed (the first MODEL_SERIES_AFTER_MAX). ERR_MEMORY. */
enum err model_series_effect(const uint32_t *before, size_t before_n, const uint32_t *after, size_t after_n,
	struct model_series_effect *out) MUST_USE;

/* The course after the counts before, as above: for so many periods (at most MODEL_SERIES_AFTER_MAX) the band that holds the
 * share band of them. periods is 0 where there is too little before. ERR_MEMORY. */
enum err model_series_ahead(const uint32_t *before, size_t before_n, size_t periods, double band, struct model_series_course *out) MUST_USE;

#endif
