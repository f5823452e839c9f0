/* Interrupted series: a level that returns to its mean, fitted before the act and carried on behind it. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <nlopt.h>

#include "model/series.h"

#define SEARCH_STEPS_MAX 400
#define SEARCH_NEAR 1e-4
#define VARIANCE_LN_MIN (-12.0)
#define VARIANCE_LN_MAX 3.0

struct law {
	double phi, q, r; /* variances of w and v */
};

/* Where the filter stands at the end, for the series less its mean: of y itself, and of a series of ones, whose innovations
 * give mu and what it moves. */
struct state {
	double mu, mu_variance;
	double level;          /* of s, given mu */
	double level_variance;
	double ones;           /* the filter's level of the ones */
	double ln_likelihood;
};

struct observed {
	const double *y;
	size_t n;
};

static struct state filter(const struct observed *o, const struct law *law)
{
	double p = law->q / (1 - law->phi * law->phi), a = 0, b = 0; /* levels of y and of the ones, before each period */
	double yy = 0, xy = 0, xx = 0, ln_f = 0, gain_a = 0, gain_b = 0, left = p;
	for (size_t i = 0; i < o->n; i++) {
		double f = p + law->r, u = o->y[i] - a, x = 1 - b;
		yy += u * u / f;
		xy += u * x / f;
		xx += x * x / f;
		ln_f += log(f);
		gain_a = a + p / f * u;
		gain_b = b + p / f * x;
		left = p * law->r / f;
		a = law->phi * gain_a;
		b = law->phi * gain_b;
		p = law->phi * law->phi * left + law->q;
	}
	struct state s = { .mu = xy / xx, .mu_variance = 1 / xx, .level_variance = left, .ones = gain_b };
	s.level = gain_a - s.mu * gain_b;
	s.ln_likelihood = -.5 * (ln_f + yy - xy * xy / xx);
	return s;
}

/* What is left to search for when phi is given. */
struct search {
	const struct observed *o;
	double phi;
};

static double unlikelihood(unsigned n, const double *x, double *gradient, void *arg)
{
	const struct search *s = arg;
	struct law law = { s->phi, exp(x[0]), exp(x[1]) };
	double ln = filter(s->o, &law).ln_likelihood;
	return isfinite(ln) ? -ln : 1e300;
}

static enum err fit(const struct observed *o, double phi, struct law *out)
{
	static const double low[] = { VARIANCE_LN_MIN, VARIANCE_LN_MIN }, high[] = { VARIANCE_LN_MAX, VARIANCE_LN_MAX };
	struct search s = { o, phi };
	double x[] = { -3, -2.5 }, found;
	nlopt_opt search = nlopt_create(NLOPT_LN_SBPLX, 2);
	if (search == NULL)
		return ERR_MEMORY;
	nlopt_set_lower_bounds(search, low);
	nlopt_set_upper_bounds(search, high);
	nlopt_set_min_objective(search, unlikelihood, &s);
	nlopt_set_maxeval(search, SEARCH_STEPS_MAX);
	nlopt_set_xtol_abs1(search, SEARCH_NEAR);
	nlopt_result result = nlopt_optimize(search, x, &found);
	nlopt_destroy(search);
	if (result == NLOPT_OUT_OF_MEMORY)
		return ERR_MEMORY;
	*out = (struct law){ phi, exp(x[0]), exp(x[1]) };
	return ERR_OK;
}

/* What is expected of every period, and of their mean (the last one); means and variances of y. */
struct ahead {
	double mean[MODEL_SERIES_AFTER_MAX + 1], variance[MODEL_SERIES_AFTER_MAX + 1];
};

static struct ahead look_ahead(const struct law *law, const struct state *s, size_t n)
{
	struct ahead a = { 0 };
	double power = 1, v = s->level_variance, with_sum = 0, sum_variance = 0, moved = 0;
	for (size_t k = 0; k < n; k++) {
		power *= law->phi;
		v = law->phi * law->phi * v + law->q;
		double follows = 1 - power * s->ones; /* how far the prediction goes with mu */
		sum_variance += v + 2 * law->phi * with_sum;
		with_sum = law->phi * with_sum + v;
		a.mean[k] = s->mu + power * s->level;
		a.variance[k] = v + law->r + follows * follows * s->mu_variance;
		a.mean[n] += a.mean[k] / (double)n;
		moved += follows / (double)n;
	}
	a.variance[n] = (sum_variance + (double)n * law->r) / ((double)n * (double)n) + moved * moved * s->mu_variance;
	return a;
}

/* The predictions under each phi, weighed by how likely it is: how long a level lasts is the least known, and matters most. */
static enum err look_ahead_all(const struct observed *o, size_t n, struct ahead *out)
{
	static const double phis[] = { 0, .2, .4, .6, .75, .85, .92, MODEL_SERIES_PHI_MAX };
	struct ahead each[COUNT_OF(phis)], all = { 0 };
	double ln[COUNT_OF(phis)], most = -INFINITY, weights = 0;
	for (size_t i = 0; i < COUNT_OF(phis); i++) {
		struct law law;
		TRY(fit(o, phis[i], &law));
		struct state s = filter(o, &law);
		each[i] = look_ahead(&law, &s, n);
		ln[i] = s.ln_likelihood;
		most = fmax(most, ln[i]);
	}
	for (size_t i = 0; i < COUNT_OF(phis); i++)
		weights += ln[i] = exp(ln[i] - most);
	for (size_t k = 0; k <= n; k++) {
		for (size_t i = 0; i < COUNT_OF(phis); i++)
			all.mean[k] += ln[i] / weights * each[i].mean[k];
		for (size_t i = 0; i < COUNT_OF(phis); i++)
			all.variance[k] += ln[i] / weights * (each[i].variance[k] + pow(each[i].mean[k] - all.mean[k], 2));
	}
	*out = all;
	return ERR_OK;
}

/* ln(count + 1) of the last periods; n 0: too little to say anything. */
struct known {
	double y[MODEL_SERIES_BEFORE_MAX];
	size_t n;
};

static void known_of(const uint32_t *before, size_t n, struct known *out)
{
	double sum = 0;
	size_t skip = n > MODEL_SERIES_BEFORE_MAX ? n - MODEL_SERIES_BEFORE_MAX : 0;
	out->n = n - skip;
	for (size_t i = 0; i < out->n; i++) {
		sum += before[skip + i];
		out->y[i] = log1p(before[skip + i]);
	}
	if (out->n < MODEL_SERIES_BEFORE_MIN || sum / (double)out->n < MODEL_SERIES_MEAN_MIN)
		out->n = 0;
}

static double spread_of(const struct known *k, const struct ahead *a, size_t at, double share)
{
	return gsl_cdf_tdist_Pinv((1 + share) / 2, (double)k->n - 4) * sqrt(a->variance[at]);
}

static void course_of(const struct known *k, const struct ahead *a, size_t n, double band, struct model_series_course *out)
{
	out->periods = n;
	for (size_t i = 0; i < n; i++) {
		double spread = spread_of(k, a, i, band);
		out->expected[i] = expm1(a->mean[i]);
		out->low[i] = fmax(0, expm1(a->mean[i] - spread));
		out->high[i] = expm1(a->mean[i] + spread);
	}
}

enum err model_series_ahead(const uint32_t *before, size_t before_n, size_t periods, double band, struct model_series_course *out)
{
	struct known k;
	struct ahead a;
	known_of(before, before_n, &k);
	*out = (struct model_series_course){ 0 };
	if (k.n == 0)
		return ERR_OK;
	assert(periods <= MODEL_SERIES_AFTER_MAX);
	TRY(look_ahead_all(&(struct observed){ k.y, k.n }, periods, &a));
	course_of(&k, &a, periods, band, out);
	return ERR_OK;
}

enum err model_series_effect(const uint32_t *before, size_t before_n, const uint32_t *after, size_t after_n,
	struct model_series_effect *out)
{
	struct known k;
	struct ahead a;
	size_t n = after_n < MODEL_SERIES_AFTER_MAX ? after_n : MODEL_SERIES_AFTER_MAX;
	struct model_series_effect e = { .ratio = NAN, .low = NAN, .high = NAN };
	double came = 0;
	known_of(before, before_n, &k);
	if (k.n == 0 || n < MODEL_SERIES_AFTER_MIN) {
		e.word = k.n == 0 ? MODEL_SERIES_TOO_LITTLE : MODEL_SERIES_TOO_EARLY;
		*out = e;
		return ERR_OK;
	}
	TRY(look_ahead_all(&(struct observed){ k.y, k.n }, n, &a));
	course_of(&k, &a, n, .8, &e.course);
	for (size_t i = 0; i < n; i++)
		came += log1p(after[i]) / (double)n;
	double spread = spread_of(&k, &a, n, .95);
	e.ratio = exp(came - a.mean[n]);
	e.low = exp(came - a.mean[n] - spread);
	e.high = exp(came - a.mean[n] + spread);
	e.word = e.low > 1 ? MODEL_SERIES_MORE : e.high < 1 ? MODEL_SERIES_LESS : MODEL_SERIES_NO_SIGN;
	*out = e;
	return ERR_OK;
}
