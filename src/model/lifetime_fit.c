/*
 * Lifetimes: the search for the law under which the lives seen are likeliest, and how sure it is.
 * Called by: users of lifetime.h. Owns: nothing. Not here: the likelihood (lifetime.c).
 *
 * Searched over ln law[] between bounds, with the gradient, by sequential quadratic programming (Kraft 1994, in NLopt).
 * Times are measured by the mean age meanwhile, so that the bounds mean the same for days and for weeks.
 */
#include <gsl/gsl_eigen.h>
#include <nlopt.h>

#include "model/lifetime_private.h"

#define EVALUATIONS_MAX 300
#define PRECISION 1e-9         /* of the likelihood */
#define START_INSIDE 4.0       /* of ln law: nearer to a bound the likelihood may be too flat to leave it */
#define AT_BOUND 1e-3          /* of ln law */
#define SLOPE_MAX 1e-3         /* d ln likelihood / d ln law, per person, that still counts as an optimum, or */
#define SLOPE_AT_BOUND_MAX 1.0 /* of all people at a bound; beyond it the likelihood has about as much left to rise */
#define SPREAD_STEP 1e-3       /* of ln law */
#define SPREAD_MAX 1.0         /* of ln law: the standard deviation of a direction in which the likelihood is flat */
#define NORMAL_95 1.96
#define RISE_MAX 25.0 /* of ln law */
#define RISE_HALVINGS 16u

/* Beyond these a law is in no way different from its limit. alpha and beta are in mean ages. */
static const double law_min[MODEL_LIFETIME_LAWS] = { 1e-3, 1e-7, 1e-5, 1e-5 };
static const double law_max[MODEL_LIFETIME_LAWS] = { 1e5, 1e7, 1e4, 1e5 };
static const double starts[][MODEL_LIFETIME_LAWS] = {
	/* alpha follows from r and the mean rate */
	{ .5, 0, .7, 2 },
	{ 2, 0, .3, 6 },
	{ .2, 0, 2, .5 },
};

struct search {
	struct model_lifetime_law law;
	struct lifetime_sums sums;
	unsigned evaluations;
};

/* ---- one search ---- */

/* NLopt's callback: minus the mean ln likelihood at ln law, and its slope. */
static double cost(unsigned n, const double *ln_law, double *slope, void *state)
{
	struct search *s = state;
	struct model_lifetime_law l = { .kind = s->law.kind };
	double g[MODEL_LIFETIME_LAWS];
	for (unsigned k = 0; k < n; k++)
		l.law[k] = exp(ln_law[k]);
	double ln = lifetime_likelihood(&l, &s->sums, g);
	for (unsigned k = 0; slope && k < n; k++)
		slope[k] = -g[k] * l.law[k] / s->sums.people;
	s->evaluations++;
	return -ln / s->sums.people;
}

static void bounds_of(const struct search *s, double *low, double *high)
{
	double ln_unit = log(s->sums.age / s->sums.people);
	for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k++) {
		bool is_time = k == RATE_SCALE || (k == LEAVE_2 && s->law.kind == MODEL_LIFETIME_PARETO);
		low[k] = log(law_min[k]) + (is_time ? ln_unit : 0);
		high[k] = log(law_max[k]) + (is_time ? ln_unit : 0);
	}
}

/* From ln_law to the best near it; ln_law then stands there. */
static enum err descend(struct search *s, const double *low, const double *high, double *ln_law, double *out_cost)
{
	unsigned n = lifetime_law_count(s->law.kind);
	nlopt_opt o = nlopt_create(NLOPT_LD_SLSQP, n);
	if (o == NULL)
		return ERR_MEMORY;
	double best = INFINITY;
	bool ready = nlopt_set_min_objective(o, cost, s) > 0 && nlopt_set_lower_bounds(o, low) > 0 &&
		nlopt_set_upper_bounds(o, high) > 0 && nlopt_set_ftol_abs(o, PRECISION) > 0 &&
		nlopt_set_maxeval(o, EVALUATIONS_MAX) > 0;
	/* A search that rounding stopped has its best place in ln_law all the same; verdict_of looks at it. */
	nlopt_result r = ready ? nlopt_optimize(o, ln_law, &best) : NLOPT_OUT_OF_MEMORY;
	nlopt_destroy(o);
	if (r == NLOPT_OUT_OF_MEMORY)
		return ERR_MEMORY;
	*out_cost = best;
	return ERR_OK;
}

/* From each start; the best place into ln_law. */
static enum err search_all(
	struct search *s, const struct model_lifetime_law *near, const double *low, const double *high, double *ln_law)
{
	unsigned n = lifetime_law_count(s->law.kind);
	double best = INFINITY, ln_unit = log(s->sums.age / s->sums.people);
	double ln_rate = log(s->sums.events / s->sums.age);
	for (size_t i = 0; i < (near ? 1 : COUNT_OF(starts)); i++) {
		double x[MODEL_LIFETIME_LAWS], found;
		for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k++)
			x[k] = log(near ? near->law[k] : starts[i][k]);
		if (near == NULL) {
			x[RATE_SCALE] = x[RATE_SHAPE] - ln_rate;
			x[LEAVE_2] += s->law.kind == MODEL_LIFETIME_PARETO ? ln_unit : 0;
		}
		for (unsigned k = 0; k < n; k++)
			x[k] = fmin(fmax(x[k], low[k] + START_INSIDE), high[k] - START_INSIDE);
		TRY(descend(s, low, high, x, &found));
		if (i == 0 || found < best) {
			best = found;
			memcpy(ln_law, x, sizeof x);
		}
	}
	return ERR_OK;
}

/* ---- what was found ---- */

static double gone_of(const struct search *s)
{
	double gone = 0;
	for (size_t i = 0; i < s->sums.n; i++)
		gone += s->sums.lives[i].weight * (1 - model_lifetime_alive(&s->law, &s->sums.lives[i]));
	return gone;
}

static enum model_lifetime_verdict verdict_of(
	struct search *s, const double *ln_law, const double *low, const double *high)
{
	unsigned n = lifetime_law_count(s->law.kind);
	enum model_lifetime_verdict v = MODEL_LIFETIME_FITTED;
	double slope[MODEL_LIFETIME_LAWS];
	if (!isfinite(cost(n, ln_law, slope, s)))
		return MODEL_LIFETIME_NO_OPTIMUM;
	if (n > RATE_SCALE + 1 && gone_of(s) < MODEL_LIFETIME_GONE_MIN)
		return MODEL_LIFETIME_ALL_THERE;
	for (unsigned k = 0; k < n; k++) {
		bool at_bound = ln_law[k] < low[k] + AT_BOUND || ln_law[k] > high[k] - AT_BOUND;
		if (fabs(slope[k]) > (at_bound ? SLOPE_AT_BOUND_MAX / s->sums.people : SLOPE_MAX))
			return MODEL_LIFETIME_NO_OPTIMUM;
		if (at_bound)
			v = MODEL_LIFETIME_LIMIT;
	}
	return v;
}

enum err model_lifetime_fit(enum model_lifetime_kind kind, const struct model_lifetime *lives, size_t n,
	const struct model_lifetime_law *near, struct arena *a, struct model_lifetime_fit *out)
{
	struct search s = { .law.kind = kind };
	struct model_lifetime_fit fit = { MODEL_LIFETIME_TOO_FEW, { kind, { NAN, NAN, NAN, NAN } }, NAN, 0 };
	double ln_law[MODEL_LIFETIME_LAWS], low[MODEL_LIFETIME_LAWS], high[MODEL_LIFETIME_LAWS];
	TRY(lifetime_sums_of(lives, n, a, &s.sums));
	if (s.sums.people >= MODEL_LIFETIME_PEOPLE_MIN && s.sums.events >= MODEL_LIFETIME_EVENTS_MIN &&
		s.sums.age > 0) {
		bounds_of(&s, low, high);
		TRY(search_all(&s, near, low, high, ln_law));
		for (unsigned k = 0; k < lifetime_law_count(kind); k++)
			s.law.law[k] = exp(ln_law[k]);
		fit.verdict = verdict_of(&s, ln_law, low, high);
		if (model_lifetime_usable(fit.verdict)) {
			fit.law = s.law;
			fit.ln_likelihood = lifetime_likelihood(&s.law, &s.sums, NULL);
		}
		fit.evaluations = s.evaluations;
	}
	*out = fit;
	return ERR_OK;
}

/* ---- how sure it is ---- */

/* Minus the second derivatives of ln likelihood by ln law[i], in the first n x n of out. */
static void information_of(
	const struct model_lifetime_law *law, const struct lifetime_sums *sums, unsigned n, double *out)
{
	double half[MODEL_LIFETIME_LAWS * MODEL_LIFETIME_LAWS];
	for (unsigned k = 0; k < n; k++) {
		double slope[2][MODEL_LIFETIME_LAWS];
		for (int side = 0; side < 2; side++) {
			struct model_lifetime_law l = *law;
			l.law[k] *= exp(side ? SPREAD_STEP : -SPREAD_STEP);
			(void)lifetime_likelihood(&l, sums, slope[side]);
			for (unsigned i = 0; i < n; i++)
				slope[side][i] *= l.law[i];
		}
		for (unsigned i = 0; i < n; i++)
			half[k * n + i] = (slope[0][i] - slope[1][i]) / (2 * SPREAD_STEP);
	}
	for (unsigned k = 0; k < n; k++)
		for (unsigned i = 0; i < n; i++)
			out[k * n + i] = (half[k * n + i] + half[i * n + k]) / 2;
}

/* How far ln law[LEAVE_1] can rise from a flat place until the likelihood forbids it at 95 %. */
static double rise_of(const struct model_lifetime_law *law, const struct lifetime_sums *sums)
{
	double low = 0, high = RISE_MAX, top = lifetime_likelihood(law, sums, NULL);
	for (unsigned i = 0; i < RISE_HALVINGS; i++) {
		struct model_lifetime_law l = *law;
		double middle = (low + high) / 2;
		l.law[LEAVE_1] *= exp(middle);
		if (top - lifetime_likelihood(&l, sums, NULL) > NORMAL_95 * NORMAL_95 / 2)
			high = middle;
		else
			low = middle;
	}
	return low;
}

enum err model_lifetime_spread(const struct model_lifetime_fit *fit, const struct model_lifetime *lives, size_t n,
	struct arena *a, double out_root[MODEL_LIFETIME_LAWS][MODEL_LIFETIME_LAWS])
{
	unsigned laws = lifetime_law_count(fit->law.kind);
	double information[MODEL_LIFETIME_LAWS * MODEL_LIFETIME_LAWS];
	struct lifetime_sums sums;
	if (!model_lifetime_usable(fit->verdict))
		return ERR_INPUT;
	TRY(lifetime_sums_of(lives, n, a, &sums));
	information_of(&fit->law, &sums, laws, information);
	gsl_eigen_symmv_workspace *space = gsl_eigen_symmv_alloc(laws);
	if (space == NULL)
		return ERR_MEMORY;
	double values[MODEL_LIFETIME_LAWS], vectors[MODEL_LIFETIME_LAWS * MODEL_LIFETIME_LAWS];
	gsl_matrix_view of_information = gsl_matrix_view_array(information, laws, laws);
	gsl_vector_view of_values = gsl_vector_view_array(values, laws);
	gsl_matrix_view of_vectors = gsl_matrix_view_array(vectors, laws, laws);
	gsl_eigen_symmv(&of_information.matrix, &of_values.vector, &of_vectors.matrix, space);
	gsl_eigen_symmv_free(space);
	memset(out_root, 0, sizeof(double[MODEL_LIFETIME_LAWS][MODEL_LIFETIME_LAWS]));
	unsigned flattest = 0;
	for (unsigned k = 0; k < laws; k++) {
		double stiff = fmax(values[k], 0) + 1 / (SPREAD_MAX * SPREAD_MAX);
		for (unsigned i = 0; i < laws; i++)
			out_root[i][k] = vectors[i * laws + k] / sqrt(stiff);
		flattest = values[k] < values[flattest] ? k : flattest;
	}
	if (fit->verdict != MODEL_LIFETIME_FITTED) {
		memset(out_root[LEAVE_1], 0, sizeof out_root[LEAVE_1]);
		out_root[LEAVE_1][flattest] = rise_of(&fit->law, &sums) / NORMAL_95;
	}
	return ERR_OK;
}
