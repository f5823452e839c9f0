/*
 * Change points of counts: the model, its dispersion, PELT, BOCPD (all described in change.h).
 * Called by: warmth. Owns: nothing. Not here: seasons (season.c).
 */
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "model/change.h"

#define BLOCK_STEPS 4u
#define LINE_ROUNDS 16
#define APART_MOST 4.     /* z beyond so many times its mean is cut … */
#define APART_CUT .92048  /* … which leaves this much of the mean of chi square with one degree of freedom */
#define SLOPE_MAX .999
#define INITIAL_LEVEL 1e6 /* the first round cuts nothing */
#define BISECTIONS 60

/* ---- what all of them need ---- */

/* Sums of clumps and exposures of the steps before t, so that any stretch costs O(1). */
struct sums {
	double *x, *e;
	size_t n;
	double clump, size;
};

static enum err row_check(const struct model_change_row *row, size_t most)
{
	if (row->n > most)
		return ERR_LIMIT;
	if (row->n < MODEL_CHANGE_STEPS_MIN)
		return ERR_INPUT;
	for (size_t t = 0; t < row->n; t++) {
		if (!isfinite(row->counts[t]) || row->counts[t] < 0)
			return ERR_INPUT;
		if (row->exposures && !(row->exposures[t] > 0 && isfinite(row->exposures[t])))
			return ERR_INPUT;
	}
	return ERR_OK;
}

static enum err ask_check(const struct model_change_ask *ask)
{
	const struct model_change_spread *s = ask->spread;
	bool fine = ask->stretch_min >= 2 && ask->false_alarms > 0 && ask->false_alarms <= .5 &&
		(s == NULL || (s->clump >= 1 && s->size >= MODEL_CHANGE_SIZE_MIN && s->size <= MODEL_CHANGE_SIZE_MAX));
	return fine ? ERR_OK : ERR_INPUT;
}

static double exposure_at(const struct model_change_row *row, size_t t)
{
	return row->exposures ? row->exposures[t] : 1;
}

/* A pair of neighbouring blocks: its sum, and z of change.h. */
struct pair {
	double sum, apart;
};

static struct pair pair_at(const struct model_change_row *row, size_t t, size_t block)
{
	double x[2] = { 0 }, e[2] = { 0 };
	for (size_t i = 0; i < 2 * block; i++) {
		x[i / block] += row->counts[t + i];
		e[i / block] += exposure_at(row, t + i);
	}
	double sum = x[0] + x[1], apart = x[0] / e[0] - x[1] / e[1];
	return (struct pair){ sum, sum > 0 ? apart * apart * e[0] * e[1] / sum : 0 };
}

/* z = level + slope s, or, where that would be less than Poisson, z = 1 + slope (s - 1). */
struct line {
	double level, slope;
};

static struct line line_again(const struct model_change_row *row, size_t block, struct line old)
{
	double w = 0, ws = 0, wss = 0, wz = 0, wsz = 0;
	for (size_t t = 0; t + 2 * block <= row->n; t++) {
		struct pair p = pair_at(row, t, block);
		double mean = old.level + old.slope * p.sum, weight = p.sum > 0 ? 1 / (mean * mean) : 0;
		p.apart = fmin(p.apart, APART_MOST * mean) / APART_CUT;
		w += weight;
		ws += weight * p.sum;
		wss += weight * p.sum * p.sum;
		wz += weight * p.apart;
		wsz += weight * p.sum * p.apart;
	}
	double spread = w * wss - ws * ws;
	struct line l = { 1, 0 };
	if (w > 0 && spread > 1e-9 * w * wss)
		l.slope = (w * wsz - ws * wz) / spread;
	l.slope = fmin(fmax(l.slope, 0), SLOPE_MAX);
	l.level = w > 0 ? (wz - l.slope * ws) / w : 1;
	if (l.level >= 1 - l.slope)
		return l;
	double below = wss - 2 * ws + w; /* of (s - 1)^2 */
	l.slope = below > 0 ? (wsz - wz - ws + w) / below : 0;
	l.slope = fmin(fmax(l.slope, 0), SLOPE_MAX);
	l.level = 1 - l.slope;
	return l;
}

static struct model_change_spread spread_of(const struct model_change_row *row, size_t block)
{
	struct line l = { INITIAL_LEVEL, 0 };
	double exposure = 0;
	for (int i = 0; i < LINE_ROUNDS; i++)
		l = line_again(row, block, l);
	for (size_t t = 0; t < row->n; t++)
		exposure += exposure_at(row, t) / (double)row->n;
	double size = l.slope > 0 ? (1 / l.slope - 1) / (2 * (double)block * exposure) : MODEL_CHANGE_SIZE_MAX;
	return (struct model_change_spread){ fmax(l.level / (1 - l.slope), 1),
		fmin(fmax(size, MODEL_CHANGE_SIZE_MIN), MODEL_CHANGE_SIZE_MAX) };
}

/* Mean of ln(variance/mean) over the row's blocks of four. */
static double roughness(const struct model_change_row *row, const struct model_change_spread *s)
{
	double sum = 0;
	size_t n = 0;
	for (size_t t = 0; t + BLOCK_STEPS <= row->n; t += BLOCK_STEPS, n++) {
		double mean = 0;
		for (size_t i = 0; i < BLOCK_STEPS; i++)
			mean += row->counts[t + i] / exposure_at(row, t + i) / BLOCK_STEPS;
		sum += log(s->clump + mean / s->size);
	}
	return sum / (double)n;
}

enum err model_change_spread(const struct model_change_row *row, struct model_change_spread *out)
{
	TRY(row_check(row, MODEL_CHANGE_STEPS_MAX));
	struct model_change_spread one = spread_of(row, 1), four = spread_of(row, BLOCK_STEPS);
	*out = roughness(row, &one) > roughness(row, &four) ? one : four;
	return ERR_OK;
}

static enum err sums_of(
	const struct model_change_row *row, const struct model_change_ask *ask, struct arena *a, struct sums *out)
{
	struct model_change_spread spread;
	if (ask->spread)
		spread = *ask->spread;
	else
		TRY(model_change_spread(row, &spread));
	struct sums s = { .n = row->n, .clump = spread.clump, .size = spread.size };
	s.x = arena_take_many(a, row->n + 1, sizeof *s.x);
	s.e = arena_take_many(a, row->n + 1, sizeof *s.e);
	if (s.x == NULL || s.e == NULL)
		return ERR_MEMORY;
	for (size_t t = 0; t < row->n; t++) {
		s.x[t + 1] = s.x[t] + row->counts[t] / s.clump;
		s.e[t + 1] = s.e[t] + exposure_at(row, t);
	}
	*out = s;
	return ERR_OK;
}

/* Clumps per exposure 1. */
static double rate_of(const struct sums *s, size_t from, size_t to)
{
	return (s->x[to] - s->x[from]) / (s->e[to] - s->e[from]);
}

/* -2 log likelihood at the best rate, without what every cut of the row has in common. */
static double cost_of(const struct sums *s, size_t from, size_t to)
{
	double x = s->x[to] - s->x[from], e = s->e[to] - s->e[from], m = x / e;
	return m > 0 ? 2 * (x + s->size * e) * log1p(m / s->size) - 2 * x * log(m) : 0;
}

/* Starts of stretches to what the caller sees; starts[0] is 0, ends with n. */
static enum err points_of(const struct sums *s, const size_t *starts, const size_t *seen, size_t stretches,
	struct arena *a, struct model_changes *out)
{
	struct model_change *points = arena_take_many(a, stretches, sizeof *points);
	if (points == NULL)
		return ERR_MEMORY;
	for (size_t i = 1; i < stretches; i++) {
		size_t from = starts[i - 1], at = starts[i], to = i + 1 < stretches ? starts[i + 1] : s->n;
		points[i - 1] = (struct model_change){ .at = at,
			.seen = seen ? seen[i] : s->n - 1,
			.before = s->clump * rate_of(s, from, at),
			.after = s->clump * rate_of(s, at, to),
			.gain = cost_of(s, from, to) - cost_of(s, from, at) - cost_of(s, at, to) };
	}
	*out = (struct model_changes){ .points = points, .count = stretches - 1, .spread = { s->clump, s->size } };
	return ERR_OK;
}

/* ---- PELT ---- */

static double tail_of_largest(double b, double q)
{
	double f = gsl_ran_ugaussian_pdf(b);
	return 4 * f / b + f * (b - 1 / b) * 2 * log((1 - q) / q);
}

double model_change_penalty(size_t n, const struct model_change_ask *ask)
{
	double q = (double)ask->stretch_min / (double)n, low = 1, high = 30;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;
		if (tail_of_largest(middle, q) > ask->false_alarms / 2)
			low = middle;
		else
			high = middle;
	}
	double b = ask->spread == NULL ? gsl_cdf_tdist_Qinv(gsl_cdf_ugaussian_Q(high), 2. * (double)n / 3) : high;
	return b * b;
}

struct pelt {
	double *best;   /* cost of the cheapest cut of the first t steps */
	size_t *from;   /* where its last stretch begins */
	size_t *live;   /* beginnings that may still win … */
	size_t *dies;   /* … and the step from which they no longer can */
	size_t live_count;
};

static enum err pelt_new(struct arena *a, size_t n, struct pelt *out)
{
	struct pelt p = { .best = arena_take_many(a, n + 1, sizeof *p.best),
		.from = arena_take_many(a, n + 1, sizeof *p.from),
		.live = arena_take_many(a, n + 1, sizeof *p.live),
		.dies = arena_take_many(a, n + 1, sizeof *p.dies) };
	if (p.best == NULL || p.from == NULL || p.live == NULL || p.dies == NULL)
		return ERR_MEMORY;
	*out = p;
	return ERR_OK;
}

static void pelt_step(struct pelt *p, const struct sums *s, size_t t, size_t stretch_min, double penalty)
{
	p->best[t] = INFINITY;
	size_t kept = 0;
	for (size_t i = 0; i < p->live_count; i++) {
		size_t from = p->live[i];
		if (p->dies[from] <= t)
			continue;
		p->live[kept++] = from;
		double cost = p->best[from] + cost_of(s, from, t) + penalty;
		if (t - from >= stretch_min && cost < p->best[t]) {
			p->best[t] = cost;
			p->from[t] = from;
		}
	}
	p->live_count = kept;
	for (size_t i = 0; i < kept; i++) {
		size_t from = p->live[i];
		/* t in its place is no dearer, but stands only for ends a whole stretch behind t. */
		if (t - from >= stretch_min && p->best[from] + cost_of(s, from, t) >= p->best[t] &&
			p->dies[from] > t + stretch_min)
			p->dies[from] = t + stretch_min;
	}
}

enum err model_change_find(const struct model_change_row *row, const struct model_change_ask *ask, struct arena *a,
	struct model_changes *out)
{
	struct sums s;
	struct pelt p;
	TRY(row_check(row, MODEL_CHANGE_STEPS_MAX));
	TRY(ask_check(ask));
	TRY(sums_of(row, ask, a, &s));
	TRY(pelt_new(a, s.n, &p));
	size_t *starts = arena_take_many(a, s.n + 1, sizeof *starts), stretches = 0;
	if (starts == NULL)
		return ERR_MEMORY;
	double penalty = s.n > 2 * ask->stretch_min ? model_change_penalty(s.n, ask) : INFINITY;
	if (isinf(penalty) || s.x[s.n] == 0)
		return points_of(&s, starts, NULL, 1, a, out);
	p.best[0] = -penalty;
	for (size_t t = 0; t <= s.n; t++) {
		p.dies[t] = SIZE_MAX;
		if (t >= ask->stretch_min)
			pelt_step(&p, &s, t, ask->stretch_min, penalty);
		if (t == 0 || t >= ask->stretch_min)
			p.live[p.live_count++] = t;
	}
	for (size_t t = s.n; t > 0; t = p.from[t])
		starts[stretches++] = p.from[t];
	for (size_t i = 0; i < stretches / 2; i++) {
		size_t other = starts[i];
		starts[i] = starts[stretches - 1 - i];
		starts[stretches - 1 - i] = other;
	}
	return points_of(&s, starts, NULL, stretches, a, out);
}

/* ---- BOCPD ---- */

struct online {
	const struct sums *s;
	double *weight; /* log joint of the counts so far and "the stretch began here" */
	double *beta;   /* log B of that stretch's posterior */
	double prior_a, prior_b;
	size_t start; /* the last change noticed */
};

static double log_gamma(double x)
{
	int sign;
	return lgamma_r(x, &sign);
}

static double log_beta(double p, double q) { return log_gamma(p) + log_gamma(q) - log_gamma(p + q); }

static double log_sum(const double *x, size_t from, size_t to)
{
	double most = -INFINITY, sum = 0;
	for (size_t i = from; i < to; i++)
		most = fmax(most, x[i]);
	for (size_t i = from; i < to && most > -INFINITY; i++)
		sum += exp(x[i] - most);
	return most > -INFINITY ? most + log(sum) : -INFINITY;
}

/* Take in step t. */
static void online_step(struct online *o, size_t t)
{
	const struct sums *s = o->s;
	double x = s->x[t + 1] - s->x[t], size = s->size * (s->e[t + 1] - s->e[t]);
	double common = log_gamma(x + size) - log_gamma(x + 1) - log_gamma(size);
	for (size_t from = o->start; from <= t; from++) {
		double now = log_beta(
			o->prior_a + s->x[t + 1] - s->x[from], o->prior_b + s->size * (s->e[t + 1] - s->e[from]));
		o->weight[from] += common + now - o->beta[from];
		o->beta[from] = now;
	}
	double all = log_sum(o->weight, o->start, t + 1);
	for (size_t from = o->start; from <= t; from++)
		o->weight[from] += log1p(-1 / MODEL_CHANGE_EVERY) - all;
	o->weight[t + 1] = -log(MODEL_CHANGE_EVERY);
	o->beta[t + 1] = log_beta(o->prior_a, o->prior_b);
}

/* The start of a new stretch if one is noticed after step t, else 0. */
static size_t online_notice(struct online *o, size_t t, const struct model_change_ask *ask)
{
	size_t old_end = o->start + ask->stretch_min;
	if (t + 1 <= old_end)
		return 0;
	double none = log_sum(o->weight, o->start, old_end) - log_sum(o->weight, o->start, t + 2);
	double prior = (double)(t + 1 - o->start) * log1p(-1 / MODEL_CHANGE_EVERY);
	if (none > log(ask->false_alarms) + prior)
		return 0;
	size_t likeliest = old_end;
	for (size_t from = old_end; from <= t; from++)
		likeliest = o->weight[from] > o->weight[likeliest] ? from : likeliest;
	return likeliest;
}

enum err model_change_notice(const struct model_change_row *row, const struct model_change_ask *ask, double mean,
	struct arena *a, struct model_changes *out)
{
	struct sums s;
	TRY(row_check(row, MODEL_CHANGE_ONLINE_STEPS_MAX));
	TRY(ask_check(ask));
	TRY(sums_of(row, ask, a, &s));
	mean = isnan(mean) ? rate_of(&s, 0, s.n) : mean / s.clump;
	size_t *starts = arena_take_many(a, s.n + 1, sizeof *starts), *seen = arena_take_many(a, s.n + 1, sizeof *seen);
	struct online o = { .s = &s, .prior_a = 1, .prior_b = 1 + s.size / mean };
	o.weight = arena_take_many(a, s.n + 1, sizeof *o.weight);
	o.beta = arena_take_many(a, s.n + 1, sizeof *o.beta);
	if (starts == NULL || seen == NULL || o.weight == NULL || o.beta == NULL)
		return ERR_MEMORY;
	size_t stretches = 1;
	if (!(mean > 0))
		return points_of(&s, starts, seen, stretches, a, out);
	o.beta[0] = log_beta(o.prior_a, o.prior_b);
	for (size_t t = 0; t < s.n; t++) {
		online_step(&o, t);
		size_t start = online_notice(&o, t, ask);
		if (start == 0)
			continue;
		o.start = starts[stretches] = start;
		seen[stretches++] = t;
	}
	return points_of(&s, starts, seen, stretches, a, out);
}
