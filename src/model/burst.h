/*
 * model/burst: talk that calls forth talk.
 *
 * Promises: pure; fits Hawkes' self-exciting process with an exponential kernel over a base rate, in time linear in the
 * events, and says when the excited part was large. Equal times are fine: the later one has heard the earlier.
 * Used by: warmth. Owns: nothing; results live in the caller's arena.
 * Not here: the base rate (season.h has an hour-of-week profile).
 *
 * The rate at t is m b(t) + sum over earlier events of n d exp(-d (t - t_i)): m base rate, b its shape, n the branching
 * ratio (messages that one message calls forth), d the decay. Log likelihood as of Ozaki (1979), by his recursion.
 * Times are hours since any Monday 00:00. Several windows are one likelihood; what happened before a window excites
 * nothing.
 */
#ifndef HEARTH_MODEL_BURST_H
#define HEARTH_MODEL_BURST_H

#include "base/base.h"

#define MODEL_BURST_EVENTS_MIN 50u
#define MODEL_BURST_EVENTS_MAX (1u << 20)
#define MODEL_BURST_WINDOWS_MAX 4096u
#define MODEL_BURST_HOURS_MAX 2e6       /* latest time, some 228 years */
#define MODEL_BURST_BASE_HOURS 168u
#define MODEL_BURST_BASE_MIN 1e-3       /* smallest b */
#define MODEL_BURST_BRANCHING_MIN 1e-4  /* bounds of the search: n … */
#define MODEL_BURST_BRANCHING_MAX 2.
#define MODEL_BURST_DECAY_MIN 1e-3      /* … and d, per hour */
#define MODEL_BURST_DECAY_MAX 3600.

struct model_burst_window {
	const double *times; /* sorted, from <= t <= to */
	size_t n;
	double from, to;     /* observed all the while */
};
struct model_burst_ask {
	const struct model_burst_window *windows; /* apart from each other, any order */
	size_t count;
	const double *base;  /* b by hour of the week, >= MODEL_BURST_BASE_MIN; NULL: 1 */
};

struct model_burst_fit {
	double rate;      /* m, per hour where b is 1 */
	double branching; /* n; 1 and more would not settle */
	double decay;     /* d, per hour: what is called forth comes after 1/d hours on average */
	/* 95 % of the logarithm's normal approximation at the optimum; NaN where n or d stands at a bound. */
	double branching_low, branching_high, decay_low, decay_high;
	double log_likelihood;
	double poisson_log_likelihood; /* of the base alone, n = 0 */
};

/* ln L of the events for given rate, branching, decay (the rest of fit is not read). Errors as of model_burst_fit. */
enum err model_burst_likelihood(
	const struct model_burst_ask *ask, const struct model_burst_fit *fit, double *out) MUST_USE;

/*
 * The best of three searches (SLSQP, Kraft 1988, by NLopt) that begin at decays of .2, 2 and 20 per hour. ERR_INPUT:
 * times out of order or out of their window, a bad base, or fewer events than MODEL_BURST_EVENTS_MIN. ERR_LIMIT: too
 * much.
 */
enum err model_burst_fit(const struct model_burst_ask *ask, struct model_burst_fit *out) MUST_USE;

/* One stretch in which the excited part stays above factor times the base part. events: of the window, inside it. */
struct model_burst {
	double from, to;
	size_t events;
};
struct model_bursts {
	const struct model_burst *list; /* by window, then by time */
	size_t count;
};
enum err model_burst_list(const struct model_burst_ask *ask, const struct model_burst_fit *fit, double factor,
	struct arena *a, struct model_bursts *out) MUST_USE;

#endif
