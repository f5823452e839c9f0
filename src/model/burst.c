/*
 * The exponential Hawkes process (described in burst.h).
 * Called by: warmth. Owns: nothing. Not here: base rates (season.c).
 */
#include <math.h>

#include <nlopt.h>

#include "model/burst.h"

#define EVALUATIONS_MAX 300
#define TOLERANCE 1e-10 /* of ln L, relative */
#define NORMAL_95 1.959964
#define DIFFERENCE 1e-4 /* of the logarithms, for the curvature */

enum part { RATE, BRANCHING, DECAY, PARTS };

/* ---- the base ---- */

struct base {
	const double *hour;
	double before[MODEL_BURST_BASE_HOURS + 1]; /* the integral from Monday 00:00 */
};

static double base_at(const struct base *b, double t)
{
	return b->hour ? b->hour[(size_t)t % MODEL_BURST_BASE_HOURS] : 1;
}

/* Integral from 0 to t. */
static double base_until(const struct base *b, double t)
{
	if (b->hour == NULL)
		return t;
	size_t hours = (size_t)t, week = hours / MODEL_BURST_BASE_HOURS, hour = hours % MODEL_BURST_BASE_HOURS;
	return (double)week * b->before[MODEL_BURST_BASE_HOURS] + b->before[hour] + (t - (double)hours) * b->hour[hour];
}

static enum err base_of(const double *hour, struct base *out)
{
	*out = (struct base){ .hour = hour };
	for (size_t h = 0; hour && h < MODEL_BURST_BASE_HOURS; h++) {
		if (!(hour[h] >= MODEL_BURST_BASE_MIN && isfinite(hour[h])))
			return ERR_INPUT;
		out->before[h + 1] = out->before[h] + hour[h];
	}
	return ERR_OK;
}

/* ---- the likelihood ---- */

struct events {
	const struct model_burst_ask *ask;
	struct base base;
	size_t n;
	double exposure; /* integral of b over the windows */
};

static enum err window_check(const struct model_burst_window *w)
{
	if (!(w->from >= 0 && w->to > w->from && w->to <= MODEL_BURST_HOURS_MAX))
		return ERR_INPUT;
	for (size_t i = 0; i < w->n; i++)
		if (!(w->times[i] >= (i ? w->times[i - 1] : w->from) && w->times[i] <= w->to))
			return ERR_INPUT;
	return ERR_OK;
}

static enum err events_of(const struct model_burst_ask *ask, struct events *out)
{
	struct events e = { .ask = ask };
	if (ask->count > MODEL_BURST_WINDOWS_MAX)
		return ERR_LIMIT;
	TRY(base_of(ask->base, &e.base));
	for (size_t i = 0; i < ask->count; i++) {
		const struct model_burst_window *w = &ask->windows[i];
		if (w->n > MODEL_BURST_EVENTS_MAX - e.n)
			return ERR_LIMIT;
		TRY(window_check(w));
		e.n += w->n;
		e.exposure += base_until(&e.base, w->to) - base_until(&e.base, w->from);
	}
	*out = e;
	return ERR_OK;
}

/* A: sum of exp(-d (t - t_i)) over the events before; slope: its derivative by d. */
struct echo {
	double at, sum, slope;
};

static void echo_move(struct echo *e, double to, double decay)
{
	double wait = to - e->at, left = exp(-decay * wait);
	e->slope = left * (e->slope - wait * e->sum);
	e->sum *= left;
	e->at = to;
}

/* ln L of one window without its base's integral; adds the gradient by rate, branching, decay. */
static double window_likelihood(
	const struct base *base, const struct model_burst_window *w, const double at[PARTS], double gradient[PARTS])
{
	struct echo e = { .at = w->from };
	double n = at[BRANCHING], d = at[DECAY], sum = 0;
	for (size_t i = 0; i < w->n; i++) {
		echo_move(&e, w->times[i], d);
		double b = base_at(base, w->times[i]), rate = at[RATE] * b + n * d * e.sum;
		sum += log(rate);
		gradient[RATE] += b / rate;
		gradient[BRANCHING] += d * e.sum / rate;
		gradient[DECAY] += n * (e.sum + d * e.slope) / rate;
		e.sum += 1;
	}
	echo_move(&e, w->to, d);
	gradient[BRANCHING] -= (double)w->n - e.sum;
	gradient[DECAY] += n * e.slope;
	return sum - n * ((double)w->n - e.sum);
}

static double likelihood(const struct events *e, const double at[PARTS], double gradient[PARTS])
{
	double sum = -at[RATE] * e->exposure;
	gradient[RATE] = -e->exposure;
	gradient[BRANCHING] = gradient[DECAY] = 0;
	for (size_t i = 0; i < e->ask->count; i++)
		sum += window_likelihood(&e->base, &e->ask->windows[i], at, gradient);
	return sum;
}

/* The same by the logarithms of the three. */
static double likelihood_of_logs(unsigned parts, const double *logs, double *gradient, void *arg)
{
	double at[PARTS], by_at[PARTS];
	for (unsigned i = 0; i < PARTS; i++)
		at[i] = exp(logs[i]);
	double sum = likelihood(arg, at, by_at);
	for (unsigned i = 0; gradient && i < PARTS; i++)
		gradient[i] = by_at[i] * at[i];
	return sum;
}

enum err model_burst_likelihood(const struct model_burst_ask *ask, const struct model_burst_fit *fit, double *out)
{
	struct events e;
	double at[PARTS] = { fit->rate, fit->branching, fit->decay }, gradient[PARTS];
	TRY(events_of(ask, &e));
	if (!(fit->rate > 0 && fit->branching >= 0 && fit->decay > 0))
		return ERR_INPUT;
	*out = likelihood(&e, at, gradient);
	return ERR_OK;
}

/* ---- the fit ---- */

static double poisson(const struct events *e)
{
	double rate = (double)e->n / e->exposure, sum = -(double)e->n;
	for (size_t i = 0; i < e->ask->count; i++)
		for (size_t k = 0; k < e->ask->windows[i].n; k++)
			sum += log(rate * base_at(&e->base, e->ask->windows[i].times[k]));
	return sum;
}

struct search {
	double low[PARTS], high[PARTS], best[PARTS]; /* logarithms */
	double likelihood;
};

/* One search from a decay; a worse one changes nothing. */
static enum err search_from(struct events *e, double decay, struct search *s)
{
	double mean = (double)e->n / e->exposure, at[PARTS] = { log(mean / 2), log(.5), log(decay) }, found = -INFINITY;
	nlopt_opt o = nlopt_create(NLOPT_LD_SLSQP, PARTS);
	if (o == NULL)
		return ERR_MEMORY;
	bool set = nlopt_set_max_objective(o, likelihood_of_logs, e) > 0 && nlopt_set_lower_bounds(o, s->low) > 0 &&
		nlopt_set_upper_bounds(o, s->high) > 0 && nlopt_set_ftol_rel(o, TOLERANCE) > 0 &&
		nlopt_set_maxeval(o, EVALUATIONS_MAX) > 0;
	nlopt_result r = set ? nlopt_optimize(o, at, &found) : NLOPT_OUT_OF_MEMORY;
	nlopt_destroy(o);
	if (r == NLOPT_OUT_OF_MEMORY)
		return ERR_MEMORY;
	/* Where rounding stops a search, what it has is as good as it gets. */
	if ((r > 0 || r == NLOPT_ROUNDOFF_LIMITED) && found > s->likelihood) {
		s->likelihood = found;
		memcpy(s->best, at, sizeof s->best);
	}
	return ERR_OK;
}

/* Standard errors of the logarithms: the inverse of the curvature, by differences of the gradient. */
static void errors_of(struct events *e, const struct search *s, double out[PARTS])
{
	double h[PARTS][PARTS], sides[2][PARTS];
	out[RATE] = out[BRANCHING] = out[DECAY] = NAN;
	for (unsigned i = 0; i < PARTS; i++) {
		if (s->best[i] - s->low[i] < 2 * DIFFERENCE || s->high[i] - s->best[i] < 2 * DIFFERENCE)
			return;
		for (int side = 0; side < 2; side++) {
			double at[PARTS];
			memcpy(at, s->best, sizeof at);
			at[i] += side ? DIFFERENCE : -DIFFERENCE;
			likelihood_of_logs(PARTS, at, sides[side], e);
		}
		for (unsigned k = 0; k < PARTS; k++)
			h[i][k] = (sides[0][k] - sides[1][k]) / (2 * DIFFERENCE);
	}
	double minor[PARTS], whole = 0;
	for (unsigned i = 0; i < PARTS; i++) {
		unsigned p = (i + 1) % PARTS, q = (i + 2) % PARTS;
		minor[i] = h[p][p] * h[q][q] - h[p][q] * h[q][p];
		whole += h[0][i] * (h[1][p] * h[2][q] - h[1][q] * h[2][p]);
	}
	for (unsigned i = 0; i < PARTS; i++)
		out[i] = whole > 0 && minor[i] > 0 ? sqrt(minor[i] / whole) : NAN;
}

enum err model_burst_fit(const struct model_burst_ask *ask, struct model_burst_fit *out)
{
	static const double decays[] = { .2, 2, 20 };
	struct events e;
	TRY(events_of(ask, &e));
	if (e.n < MODEL_BURST_EVENTS_MIN)
		return ERR_INPUT;
	double mean = (double)e.n / e.exposure, error[PARTS];
	struct search s = { .low = { log(mean * 1e-4), log(MODEL_BURST_BRANCHING_MIN), log(MODEL_BURST_DECAY_MIN) },
		.high = { log(mean * 2), log(MODEL_BURST_BRANCHING_MAX), log(MODEL_BURST_DECAY_MAX) },
		.likelihood = -INFINITY };
	for (size_t i = 0; i < COUNT_OF(decays); i++)
		TRY(search_from(&e, decays[i], &s));
	if (s.likelihood == -INFINITY)
		return ERR_INPUT;
	errors_of(&e, &s, error);
	*out = (struct model_burst_fit){ .rate = exp(s.best[RATE]),
		.branching = exp(s.best[BRANCHING]),
		.decay = exp(s.best[DECAY]),
		.branching_low = exp(s.best[BRANCHING] - NORMAL_95 * error[BRANCHING]),
		.branching_high = exp(s.best[BRANCHING] + NORMAL_95 * error[BRANCHING]),
		.decay_low = exp(s.best[DECAY] - NORMAL_95 * error[DECAY]),
		.decay_high = exp(s.best[DECAY] + NORMAL_95 * error[DECAY]),
		.log_likelihood = s.likelihood,
		.poisson_log_likelihood = poisson(&e) };
	return ERR_OK;
}

/* ---- bursts ---- */

/* When the excited part, excited at from and decaying, first falls to factor times the base; at most to. */
static double calm_from(const struct base *b, const struct model_burst_fit *f, double factor, double excited,
	double from, double to)
{
	for (double at = from; at < to;) {
		double next = b->hour ? fmin(floor(at) + 1, to) : to;
		double calm = from + log(excited / (factor * f->rate * base_at(b, at))) / f->decay;
		if (calm < next)
			return fmax(calm, at);
		at = next;
	}
	return to;
}

/* 1, and the burst in *out where there is an out, if it lasted; a lone event that excites too little does not. */
static size_t burst_put(const struct model_burst *b, struct model_burst *out)
{
	if (b->to <= b->from)
		return 0;
	if (out)
		*out = *b;
	return 1;
}

/* Adds one window's bursts to list, which has room for as many as it has events; with list NULL only counts. */
static size_t window_bursts(const struct base *base, const struct model_burst_window *w,
	const struct model_burst_fit *f, double factor, struct model_burst *list)
{
	struct echo e = { .at = w->from };
	struct model_burst now = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < w->n; i++) {
		double t = w->times[i], next = i + 1 < w->n ? w->times[i + 1] : w->to;
		echo_move(&e, t, f->decay);
		e.sum += 1;
		double calm = calm_from(base, f, factor, f->branching * f->decay * e.sum, t, next);
		if (now.events > 0 && now.to == t) {
			now.to = calm;
			now.events++;
		} else {
			count += burst_put(&now, list ? list + count : NULL);
			now = (struct model_burst){ t, calm, 1 };
		}
	}
	return count + burst_put(&now, list ? list + count : NULL);
}

enum err model_burst_list(const struct model_burst_ask *ask, const struct model_burst_fit *fit, double factor,
	struct arena *a, struct model_bursts *out)
{
	struct events e;
	TRY(events_of(ask, &e));
	if (!(fit->rate > 0 && fit->branching >= 0 && fit->decay > 0 && factor > 0))
		return ERR_INPUT;
	size_t count = 0, put = 0;
	for (size_t i = 0; i < ask->count; i++)
		count += window_bursts(&e.base, &ask->windows[i], fit, factor, NULL);
	struct model_burst *list = arena_take_many(a, count + 1, sizeof *list);
	if (list == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < ask->count; i++)
		put += window_bursts(&e.base, &ask->windows[i], fit, factor, list + put);
	*out = (struct model_bursts){ list, count };
	return ERR_OK;
}
