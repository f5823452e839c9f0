/*
 * Lifetimes: the likelihood of a law, and what a law says of one life.
 * Called by: lifetime_fit.c and users of lifetime.h. Owns: nothing.
 * Not here: the search for the best law (lifetime_fit.c), the Pareto/NBD's integral (lifetime_pareto.c).
 */
#include <stdlib.h>

#include "model/lifetime_private.h"

#define EXPECTED_TERMS_MAX 1000000u
#define EXPECTED_PRECISION 1e-10

/* ---- lives ---- */

static int in_order(const void *left, const void *right)
{
	const struct model_lifetime *a = left, *b = right;
	if (a->events != b->events)
		return a->events < b->events ? -1 : 1;
	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	return (a->age > b->age) - (a->age < b->age);
}

size_t model_lifetime_group(struct model_lifetime *lives, size_t n)
{
	size_t kept = 0;
	qsort(lives, n, sizeof *lives, in_order);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && in_order(&lives[kept - 1], &lives[i]) == 0)
			lives[kept - 1].weight += lives[i].weight;
		else
			lives[kept++] = lives[i];
	}
	return kept;
}

static bool can_be(const struct model_lifetime *l)
{
	return l->events <= MODEL_LIFETIME_EVENTS_MAX && l->last >= 0 && l->last <= l->age && isfinite(l->age) &&
		(l->events > 0 || l->last == 0) && l->weight > 0 && isfinite(l->weight);
}

enum err lifetime_sums_of(const struct model_lifetime *lives, size_t n, struct arena *a, struct lifetime_sums *out)
{
	struct lifetime_sums sums = { .lives = lives, .n = n };
	for (size_t i = 0; i < n; i++) {
		if (!can_be(&lives[i]))
			return ERR_INPUT;
		sums.people += lives[i].weight;
		sums.events += lives[i].weight * lives[i].events;
		sums.age += lives[i].weight * lives[i].age;
		sums.events_most = lives[i].events > sums.events_most ? lives[i].events : sums.events_most;
	}
	double *more_than = arena_take_many(a, sums.events_most + 1, sizeof *more_than);
	if (more_than == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		if (lives[i].events > 0)
			more_than[lives[i].events - 1] += lives[i].weight;
	for (uint32_t j = sums.events_most; j > 1; j--)
		more_than[j - 2] += more_than[j - 1];
	sums.more_than = more_than;
	*out = sums;
	return ERR_OK;
}

/* ---- the terms of one life ---- */

/* How many chances to leave a life had beyond its events: the MBG/NBD has one more, after the first event. */
static inline uint32_t chances_beyond(enum model_lifetime_kind kind) { return kind == MODEL_LIFETIME_MBG; }

/* BG/NBD (Fader, Hardie, Lee 2005, equation 6) and MBG/NBD (Batislam et al. 2007) differ in one chance to leave. */
static void beta_term(
	enum model_lifetime_kind kind, const double *law, const struct model_lifetime *life, struct lifetime_term *out)
{
	double shape = law[RATE_SHAPE] + life->events;
	double to_end = law[RATE_SCALE] + life->age, to_last = law[RATE_SCALE] + life->last;
	double ln_end = log(to_end), ln_last = life->last > 0 ? log(to_last) : log(law[RATE_SCALE]);
	uint32_t chances = life->events + chances_beyond(kind);
	if (chances == 0) {
		*out = (struct lifetime_term){ -shape * ln_end, 1, { -ln_end, -shape / to_end } };
		return;
	}
	double stayed = law[LEAVE_2] + chances - 1, there, gone;
	double ln = lifetime_sum_of_logs(-shape * ln_end, log(law[LEAVE_1] / stayed) - shape * ln_last, &there);
	gone = 1 - there;
	*out = (struct lifetime_term){ ln, there,
		{ -there * ln_end - gone * ln_last, -shape * (there / to_end + gone / to_last), gone / law[LEAVE_1],
			-gone / stayed } };
}

static void term_of(
	enum model_lifetime_kind kind, const double *law, const struct model_lifetime *life, struct lifetime_term *out)
{
	if (kind == MODEL_LIFETIME_PARETO) {
		lifetime_pareto_term(law, life, out);
	} else if (kind == MODEL_LIFETIME_NBD) {
		double to_end = law[RATE_SCALE] + life->age, shape = law[RATE_SHAPE] + life->events;
		*out = (struct lifetime_term){ -shape * log(to_end), 1, { -log(to_end), -shape / to_end } };
	} else {
		beta_term(kind, law, life, out);
	}
}

/* ---- the likelihood ---- */

/* Events are whole numbers, so Gamma(r + x)/Gamma(r) and B(a, b + x)/B(a, b) are finite products, and so are their
 * derivatives: a factor per number of events, however many lives share it, and no gamma function to lose digits in. */
static double products(const struct model_lifetime_law *l, const struct lifetime_sums *sums, double *g)
{
	const double *law = l->law;
	double ln = sums->people * law[RATE_SHAPE] * log(law[RATE_SCALE]);
	g[RATE_SHAPE] += sums->people * log(law[RATE_SCALE]);
	g[RATE_SCALE] += sums->people * law[RATE_SHAPE] / law[RATE_SCALE];
	for (uint32_t j = 0; j < sums->events_most; j++) {
		ln += sums->more_than[j] * log(law[RATE_SHAPE] + j);
		g[RATE_SHAPE] += sums->more_than[j] / (law[RATE_SHAPE] + j);
	}
	if (l->kind == MODEL_LIFETIME_PARETO) {
		ln += sums->people * law[LEAVE_1] * log(law[LEAVE_2]);
		g[LEAVE_1] += sums->people * log(law[LEAVE_2]);
		g[LEAVE_2] += sums->people * law[LEAVE_1] / law[LEAVE_2];
	} else if (l->kind != MODEL_LIFETIME_NBD) {
		uint32_t beyond = chances_beyond(l->kind);
		for (uint32_t j = 0; j < sums->events_most + beyond; j++) {
			double people = j < beyond ? sums->people : sums->more_than[j - beyond];
			double stayed = law[LEAVE_2] + j, all = law[LEAVE_1] + stayed;
			ln -= people * log1p(law[LEAVE_1] / stayed);
			g[LEAVE_1] -= people / all;
			g[LEAVE_2] += people * law[LEAVE_1] / (stayed * all);
		}
	}
	return ln;
}

double lifetime_likelihood(const struct model_lifetime_law *law, const struct lifetime_sums *sums, double *out_gradient)
{
	double g[MODEL_LIFETIME_LAWS] = { 0 }, ln = products(law, sums, g);
	for (size_t i = 0; i < sums->n; i++) {
		struct lifetime_term t;
		term_of(law->kind, law->law, &sums->lives[i], &t);
		ln += sums->lives[i].weight * t.ln;
		for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k++)
			g[k] += sums->lives[i].weight * t.by[k];
	}
	if (out_gradient)
		memcpy(out_gradient, g, sizeof g);
	return ln;
}

enum err model_lifetime_likelihood(const struct model_lifetime_law *law, const struct model_lifetime *lives, size_t n,
	struct arena *a, double *out_ln, double *out_gradient)
{
	struct lifetime_sums sums;
	for (unsigned k = 0; k < lifetime_law_count(law->kind); k++)
		if (!(law->law[k] > 0 && isfinite(law->law[k])))
			return ERR_INPUT;
	TRY(lifetime_sums_of(lives, n, a, &sums));
	*out_ln = lifetime_likelihood(law, &sums, out_gradient);
	return ERR_OK;
}

/* ---- one life ---- */

double model_lifetime_alive(const struct model_lifetime_law *law, const struct model_lifetime *life)
{
	struct lifetime_term t;
	term_of(law->kind, law->law, life, &t);
	return t.alive;
}

/*
 * Events of one who is there, with the rate ~ gamma(shape, scale) and the chance to leave ~ beta(a, b) as the life so
 * far left them. Without leaving their number N in a time t would be negative binomial; the j-th of them comes when
 * N >= j and none of j - 1 chances to leave was taken: the sum over j of P(N >= j) times the product of
 * (b + i)/(a + b + i), i < j - 1. That is the published form with 2F1 (Fader, Hardie, Lee 2005, equation 10), summed so
 * that no term is negative and nothing happens at a = 1.
 */
static double beta_expected(double shape, double scale, double a, double b, double time)
{
	double z = time / (scale + time), ln_none = -shape * log1p(time / scale);
	double at_least = -expm1(ln_none), ln_exactly = ln_none, stayed = 1, sum = 0;
	for (uint32_t j = 1; j < EXPECTED_TERMS_MAX; j++) {
		sum += at_least * stayed;
		ln_exactly += log((shape + j - 1) / j * z);
		at_least -= exp(ln_exactly);
		stayed *= (b + j - 1) / (a + b + j - 1);
		/* What is left is at most the tail's mean, which a geometric row bounds once j is beyond shape. */
		if (at_least <= 0 || (j > shape && at_least * stayed / (1 - z) < EXPECTED_PRECISION * sum))
			break;
	}
	return sum;
}

double model_lifetime_expected(const struct model_lifetime_law *law, const struct model_lifetime *life, double time)
{
	const double *p = law->law;
	double shape = p[RATE_SHAPE] + life->events, scale = p[RATE_SCALE] + life->age;
	double alive = model_lifetime_alive(law, life);
	if (law->kind == MODEL_LIFETIME_NBD)
		return shape / scale * time;
	if (law->kind == MODEL_LIFETIME_PARETO) {
		/* Fader and Hardie 2005, equation 41: (1 - q^(s-1))/(s - 1), whose limit at s = 1 is -ln q. */
		double ln_q = -log1p(time / (p[LEAVE_2] + life->age)), s_1 = p[LEAVE_1] - 1;
		double span = fabs(s_1 * ln_q) < 1e-12 ? -ln_q : -expm1(s_1 * ln_q) / s_1;
		return alive * shape / scale * (p[LEAVE_2] + life->age) * span;
	}
	return alive *
		beta_expected(shape, scale, p[LEAVE_1], p[LEAVE_2] + life->events + chances_beyond(law->kind), time);
}
