/*
 * Lifetimes against published fits (data of $HEARTH_SHARED, skipped where it is not), against formulas with special
 * functions, and on lives made here under a known law.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_hyperg.h>

#include "model/lifetime.h"

#define LIVES_MAX 4000u
#define MEMORY_BYTES (64u << 20)
#define PATH_BYTES 4096

static struct model_lifetime lives[LIVES_MAX];
static bool there[LIVES_MAX]; /* of simulated lives: the truth */
static const char *const kind_names[] = { "MBG", "BG", "PARETO", "NBD" };

static struct arena *arena_new_or_die(void)
{
	struct arena *a = arena_new(MEMORY_BYTES);
	assert_non_null(a);
	return a;
}

static struct model_lifetime_fit fit(enum model_lifetime_kind kind, size_t n, struct arena *a)
{
	struct model_lifetime_fit f;
	assert_int_equal(model_lifetime_fit(kind, lives, n, NULL, a, &f), ERR_OK);
	return f;
}

static void expect_near(const char *what, double is, double wanted, double within)
{
	if (!(fabs(is - wanted) <= within))
		fail_msg("%s is %.9g, not %.9g +- %g", what, is, wanted, within);
}

static void expect_fit(
	const struct model_lifetime_fit *f, const double *law, double digits, double ln, double ln_within)
{
	const char *kind = kind_names[f->law.kind];
	assert_int_equal(f->verdict, MODEL_LIFETIME_FITTED);
	expect_near(kind, f->ln_likelihood, ln, ln_within);
	for (unsigned k = 0; law && k < MODEL_LIFETIME_LAWS && law[k] > 0; k++)
		expect_near(kind, f->law.law[k], law[k], digits * law[k]);
}

/* ---- published ---- */

static FILE *shared_file(const char *name)
{
	const char *shared = getenv("HEARTH_SHARED");
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/data/need/%s", shared ? shared : "", name);
	FILE *f = shared ? fopen(path, "r") : NULL;
	if (f == NULL)
		print_message("# skipped: no %s in $HEARTH_SHARED/data/need\n", name);
	return f;
}

/* CDNOW, 2,357 buyers, 39 weeks: Fader, Hardie, Lee (2005) and their notes, which print four digits. */
static void test_cdnow(void **state)
{
	FILE *f = shared_file("cdnow_summary.csv");
	if (f == NULL)
		skip();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	size_t n = 0;
	struct model_lifetime l = { .weight = 1 };
	assert_int_equal(fscanf(f, "%*[^\n]"), 0);
	while (n < LIVES_MAX && fscanf(f, "%*u,%u,%lf,%lf", &l.events, &l.last, &l.age) == 3)
		lives[n++] = l;
	fclose(f);
	assert_int_equal(n, 2357);
	n = model_lifetime_group(lives, n);
	static const double mbg[] = { .525, 6.183, .891, 1.614 }, bg[] = { .243, 4.414, .793, 2.426 },
			    pareto[] = { .553, 10.58, .606, 11.67 };
	struct model_lifetime_fit f_mbg = fit(MODEL_LIFETIME_MBG, n, a), f_bg = fit(MODEL_LIFETIME_BG, n, a),
				  f_pareto = fit(MODEL_LIFETIME_PARETO, n, a), f_nbd = fit(MODEL_LIFETIME_NBD, n, a);
	expect_fit(&f_mbg, mbg, 1e-3, -9582.13, .01);
	expect_fit(&f_bg, bg, 2e-3, -9582.43, .01);
	expect_fit(&f_pareto, pareto, 1e-3, -9594.98, .01);
	expect_fit(&f_nbd, NULL, 0, -9763.66, .01);
	/* The buyer of the BG/NBD's published note: 1.226 purchases in the next 39 weeks. */
	const struct model_lifetime buyer = { .events = 2, .last = 30.43, .age = 38.86, .weight = 1 };
	expect_near("expected", model_lifetime_expected(&f_bg.law, &buyer, 39), 1.226, .0005);
}

/* Orders up to and with day 13,513, age until that day, in weeks. */
#define GROCERY_END_DAY 13513
static void test_grocery(void **state)
{
	FILE *f = shared_file("grocery.tsv");
	if (f == NULL)
		skip();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	size_t n = 0;
	unsigned who, who_before = 0;
	int day, first = 0;
	while (fscanf(f, "%u %d", &who, &day) == 2) {
		if (day > GROCERY_END_DAY)
			continue;
		if (n > 0 && who == who_before) {
			lives[n - 1].events++;
			lives[n - 1].last = (day - first) / 7.0;
			continue;
		}
		assert_true(n < LIVES_MAX);
		who_before = who;
		first = day;
		lives[n++] = (struct model_lifetime){ .age = (GROCERY_END_DAY - first) / 7.0, .weight = 1 };
	}
	fclose(f);
	assert_int_equal(n, 1525);
	n = model_lifetime_group(lives, n);
	struct model_lifetime_fit mbg = fit(MODEL_LIFETIME_MBG, n, a), bg = fit(MODEL_LIFETIME_BG, n, a);
	expect_fit(&mbg, NULL, 0, -15782, .5);
	expect_fit(&bg, NULL, 0, -15837, .5);
}

/* ---- formulas ---- */

static const struct model_lifetime some[] = {
	{ 0, 0, 40, 3 }, { 1, 2, 40, 2 }, { 2, 30.4, 38.9, 1 }, { 7, 7, 7, 1 }, { 40, 300, 301, 1 },
	{ 0, 0, .5, 1 },
};
static const struct model_lifetime_law some_laws[] = {
	{ MODEL_LIFETIME_MBG, { .5, 6, .9, 1.6 } },
	{ MODEL_LIFETIME_BG, { .24, 4.4, .8, 2.4 } },
	{ MODEL_LIFETIME_PARETO, { .55, 10.6, .6, 11.7 } },
	{ MODEL_LIFETIME_PARETO, { 2, .7, 3, 90 } },
	{ MODEL_LIFETIME_NBD, { .4, 12 } },
};

static void test_gradient(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (size_t i = 0; i < COUNT_OF(some_laws); i++) {
		double ln, ln_up, ln_down, gradient[MODEL_LIFETIME_LAWS];
		assert_int_equal(
			model_lifetime_likelihood(&some_laws[i], some, COUNT_OF(some), a, &ln, gradient), ERR_OK);
		for (unsigned k = 0; k < MODEL_LIFETIME_LAWS && some_laws[i].law[k] > 0; k++) {
			struct model_lifetime_law up = some_laws[i], down = some_laws[i];
			double step = 1e-5 * up.law[k];
			up.law[k] += step;
			down.law[k] -= step;
			assert_int_equal(model_lifetime_likelihood(&up, some, COUNT_OF(some), a, &ln_up, NULL), ERR_OK);
			assert_int_equal(
				model_lifetime_likelihood(&down, some, COUNT_OF(some), a, &ln_down, NULL), ERR_OK);
			expect_near(
				"slope", gradient[k], (ln_up - ln_down) / (2 * step), 1e-5 * (1 + fabs(gradient[k])));
		}
	}
}

/* Fader and Hardie's (2005) A_0, a difference of two 2F1, where it can be had. */
static double pareto_published(const double *law, const struct model_lifetime *l)
{
	double r = law[0], alpha = law[1], s = law[2], beta = law[3], x = l->events, all = r + s + x;
	double most = fmax(alpha, beta), second = alpha >= beta ? s + 1 : r + x, apart = fabs(alpha - beta);
	double a_0 = 0;
	for (int end = 0; end < 2; end++) {
		double y = end ? l->age : l->last;
		double f = gsl_sf_hyperg_2F1(all, second, all + 1, apart / (most + y)) / pow(most + y, all);
		a_0 += end ? -f : f;
	}
	return lgamma(r + x) - lgamma(r) + r * log(alpha) + s * log(beta) +
		log(1 / (pow(alpha + l->age, r + x) * pow(beta + l->age, s)) + s / all * a_0);
}

static void test_pareto_as_published(void **state)
{
	static const double shapes[] = { .1, .6, 2 }, scales[] = { .5, 5, 40 };
	static const struct model_lifetime ones[] = { { 0, 0, 40, 1 }, { 1, 2, 40, 1 }, { 5, 30, 39, 1 },
		{ 20, 3, 3.5, 1 } };
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (unsigned i = 0; i < 81; i++)
		for (size_t k = 0; k < COUNT_OF(ones); k++) {
			struct model_lifetime_law l = { MODEL_LIFETIME_PARETO,
				{ shapes[i % 3], scales[i / 3 % 3], shapes[i / 9 % 3], scales[i / 27 % 3] } };
			double ln;
			assert_int_equal(model_lifetime_likelihood(&l, &ones[k], 1, a, &ln, NULL), ERR_OK);
			expect_near("Pareto/NBD", ln, pareto_published(l.law, &ones[k]), 1e-7);
		}
}

/* Fader, Hardie, Lee (2005), equation 10, and for the MBG/NBD the same with one chance more; stay: the beta law's b. */
static double expected_published(const double *law, const struct model_lifetime *l, double stay, double time)
{
	double r = law[0] + l->events, scale = law[1] + l->age, a = law[2], z = time / (scale + time);
	return (a + stay - 1) / (a - 1) * (1 - pow(1 - z, r) * gsl_sf_hyperg_2F1(r, stay, a + stay - 1, z));
}

static void test_expected_as_published(void **state)
{
	for (unsigned i = 0; i < 2; i++)
		for (size_t k = 0; k < COUNT_OF(some); k++) {
			const struct model_lifetime_law *l = &some_laws[i];
			double beyond = l->kind == MODEL_LIFETIME_MBG, stay = l->law[3] + some[k].events + beyond;
			double wanted = model_lifetime_alive(l, &some[k]) *
				expected_published(l->law, &some[k], stay, 39);
			expect_near("expected", model_lifetime_expected(l, &some[k], 39), wanted, 1e-7 * wanted);
		}
	/* What the published forms cannot say, by their neighbours. */
	for (unsigned i = 0; i < 3; i++) {
		struct model_lifetime_law at = some_laws[i], above = at;
		at.law[2] = 1;
		above.law[2] = 1 + 1e-7;
		double one = model_lifetime_expected(&at, &some[2], 39);
		expect_near("at 1", one, model_lifetime_expected(&above, &some[2], 39), 1e-5);
		assert_true(one > 0 && model_lifetime_expected(&at, &some[2], 0) == 0);
	}
}

/* Nothing is NaN or infinite, however far out the law and the life. */
static void test_far_out(void **state)
{
	static const double far[] = { 1e-5, .1, 30, 1e5 };
	static const struct model_lifetime lone[] = { { 0, 0, 0, 1 }, { 0, 0, 20000, 1 }, { 5000, 5000, 20000, 1 },
		{ 5000, 20000, 20000, 1 }, { 1, .001, 20000, 1 } };
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (unsigned i = 0; i < 3 * 256; i++)
		for (size_t k = 0; k < COUNT_OF(lone); k++) {
			struct model_lifetime_law l = { (enum model_lifetime_kind)(i / 256),
				{ far[i % 4], far[i / 4 % 4], far[i / 16 % 4], far[i / 64 % 4] } };
			double ln, g[MODEL_LIFETIME_LAWS], alive = model_lifetime_alive(&l, &lone[k]);
			assert_int_equal(model_lifetime_likelihood(&l, &lone[k], 1, a, &ln, g), ERR_OK);
			assert_true(
				isfinite(ln) && isfinite(g[0]) && isfinite(g[1]) && isfinite(g[2]) && isfinite(g[3]));
			assert_true(alive >= 0 && alive <= 1);
			if (l.law[1] > 1)
				assert_true(isfinite(model_lifetime_expected(&l, &lone[k], 84)));
		}
}

/* ---- lives under a known law ---- */

static size_t simulate(const struct model_lifetime_law *l, size_t n, double age_most, gsl_rng *g)
{
	for (size_t i = 0; i < n; i++) {
		struct model_lifetime *o = &lives[i];
		*o = (struct model_lifetime){ .age = age_most * (.5 + .5 * gsl_rng_uniform(g)), .weight = 1 };
		double rate = gsl_ran_gamma(g, l->law[0], 1 / l->law[1]), p = 0, end = INFINITY, now = 0;
		if (l->kind == MODEL_LIFETIME_PARETO)
			end = gsl_ran_exponential(g, 1 / gsl_ran_gamma(g, l->law[2], 1 / l->law[3]));
		else if (l->kind != MODEL_LIFETIME_NBD)
			p = gsl_ran_beta(g, l->law[2], l->law[3]);
		there[i] = l->kind != MODEL_LIFETIME_MBG || gsl_rng_uniform(g) >= p;
		while (there[i] && (now += gsl_ran_exponential(g, 1 / rate)) < fmin(o->age, end)) {
			o->events++;
			o->last = now;
			there[i] = gsl_rng_uniform(g) >= p;
		}
		there[i] = there[i] && end >= o->age;
	}
	return n;
}

static void rng_drop(gsl_rng **g) { gsl_rng_free(*g); }

static gsl_rng *rng_new(unsigned long seed)
{
	gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
	assert_non_null(g);
	gsl_rng_set(g, seed);
	return g;
}

static const struct model_lifetime_law truths[] = {
	{ MODEL_LIFETIME_MBG, { .8, 9, .7, 5 } },
	{ MODEL_LIFETIME_BG, { .8, 9, .7, 5 } },
	{ MODEL_LIFETIME_PARETO, { .8, 9, .9, 80 } },
};

/* Of each law 25 samples of 1,500. Twice the log likelihood by which the fit exceeds the truth is chi-squared with four
 * degrees of freedom, so its mean over 25 lies near 4 (sd .57). The reported covariance says the same of the distance,
 * but only as far as the likelihood is a parabola: so its median. */
#define SAMPLES 25u
static double distance_of(const double *to, const double *from, double root[][MODEL_LIFETIME_LAWS])
{
	double far = 0;
	for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k++) { /* the columns of root are orthogonal */
		double along = 0, length = 0;
		for (unsigned j = 0; j < MODEL_LIFETIME_LAWS; j++) {
			along += root[j][k] * log(to[j] / from[j]);
			length += root[j][k] * root[j][k];
		}
		far += along * along / (length * length);
	}
	return far;
}

static int smaller_first(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void test_comes_back(void **state)
{
	gsl_rng *g CLEANUP(rng_drop) = rng_new(3);
	for (size_t i = 0; i < COUNT_OF(truths); i++) {
		double above = 0, far[SAMPLES];
		for (unsigned sample = 0; sample < SAMPLES; sample++) {
			struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
			size_t n = model_lifetime_group(lives, simulate(&truths[i], 1500, 200, g));
			struct model_lifetime_fit f = fit(truths[i].kind, n, a);
			double root[MODEL_LIFETIME_LAWS][MODEL_LIFETIME_LAWS], ln;
			assert_int_equal(f.verdict, MODEL_LIFETIME_FITTED);
			assert_int_equal(model_lifetime_spread(&f, lives, n, a, root), ERR_OK);
			assert_int_equal(model_lifetime_likelihood(&truths[i], lives, n, a, &ln, NULL), ERR_OK);
			above += 2 * (f.ln_likelihood - ln) / SAMPLES;
			far[sample] = distance_of(f.law.law, truths[i].law, root);
		}
		qsort(far, SAMPLES, sizeof *far, smaller_first);
		expect_near(kind_names[truths[i].kind], above, 4, 2.2);
		expect_near(kind_names[truths[i].kind], far[SAMPLES / 2], 3.4, 2.2);
	}
}

/* In ten bins of P(alive) as many are there as it says, within four standard deviations. */
#define BINS 10u
static void test_alive_is_calibrated(void **state)
{
	gsl_rng *g CLEANUP(rng_drop) = rng_new(4);
	for (size_t i = 0; i < COUNT_OF(truths); i++) {
		struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
		size_t n = simulate(&truths[i], LIVES_MAX, 200, g);
		struct model_lifetime_fit f = fit(truths[i].kind, n, a);
		double said[BINS] = { 0 }, variance[BINS] = { 0 }, are[BINS] = { 0 };
		for (size_t k = 0; k < n; k++) {
			double p = model_lifetime_alive(&f.law, &lives[k]);
			unsigned bin = p >= 1 ? BINS - 1 : (unsigned)(p * BINS);
			said[bin] += p;
			variance[bin] += p * (1 - p);
			are[bin] += there[k];
		}
		for (unsigned bin = 0; bin < BINS; bin++)
			expect_near(kind_names[truths[i].kind], are[bin], said[bin], 4 * sqrt(variance[bin]) + 2);
	}
}

/* What is expected of the second half of a time is what comes, when the first half was fitted. */
static void test_expected_comes(void **state)
{
	gsl_rng *g CLEANUP(rng_drop) = rng_new(5);
	const struct model_lifetime_law *l = &truths[0];
	double expected = 0, variance = 0, came = 0;
	for (size_t i = 0; i < LIVES_MAX; i++) {
		double rate = gsl_ran_gamma(g, l->law[0], 1 / l->law[1]), p = gsl_ran_beta(g, l->law[2], l->law[3]),
		       now = 0;
		struct model_lifetime o = { .age = 100, .weight = 1 };
		double later = 0;
		bool stays = gsl_rng_uniform(g) >= p;
		while (stays && (now += gsl_ran_exponential(g, 1 / rate)) < 200) {
			o.events += now < 100;
			o.last = now < 100 ? now : o.last;
			later += now >= 100;
			stays = gsl_rng_uniform(g) >= p;
		}
		double e = model_lifetime_expected(l, &o, 100);
		expected += e;
		came += later;
		variance += (later - e) * (later - e);
	}
	expect_near("events to come", came, expected, 3.5 * sqrt(variance));
}

/* ---- what cannot be fitted ---- */

static void test_too_few(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (size_t i = 0; i < 100; i++)
		lives[i] = (struct model_lifetime){ .age = (double)i, .weight = 1 };
	for (int kind = MODEL_LIFETIME_MBG; kind <= MODEL_LIFETIME_NBD; kind++) {
		struct model_lifetime_fit f = fit((enum model_lifetime_kind)kind, 100, a);
		double root[MODEL_LIFETIME_LAWS][MODEL_LIFETIME_LAWS];
		assert_int_equal(f.verdict, MODEL_LIFETIME_TOO_FEW); /* nobody ever came again */
		assert_true(isnan(f.law.law[0]) && isnan(f.ln_likelihood));
		assert_int_equal(model_lifetime_spread(&f, lives, 100, a, root), ERR_INPUT);
	}
	assert_int_equal(fit(MODEL_LIFETIME_MBG, 0, a).verdict, MODEL_LIFETIME_TOO_FEW);
	for (size_t i = 0; i < 9; i++)
		lives[i] = (struct model_lifetime){ .events = 5, .last = 10, .age = 30, .weight = 1 };
	assert_int_equal(fit(MODEL_LIFETIME_MBG, 9, a).verdict, MODEL_LIFETIME_TOO_FEW);
}

static void test_nobody_leaves(void **state)
{
	const struct model_lifetime_law truth = { MODEL_LIFETIME_NBD, { 2, 20 } };
	gsl_rng *g CLEANUP(rng_drop) = rng_new(6);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (int kind = MODEL_LIFETIME_MBG; kind <= MODEL_LIFETIME_PARETO; kind++)
		for (unsigned sample = 0; sample < 5; sample++) {
			size_t n = model_lifetime_group(lives, simulate(&truth, 600, 400, g));
			struct model_lifetime_fit f = fit((enum model_lifetime_kind)kind, n, a);
			double gone = 0;
			if (!model_lifetime_usable(f.verdict))
				fail_msg("%s: verdict %d", kind_names[kind], f.verdict);
			for (size_t i = 0; i < n; i++)
				gone += lives[i].weight * (1 - model_lifetime_alive(&f.law, &lives[i]));
			expect_near(kind_names[kind], gone / 600, 0, .02);
		}
}

/* One rate and one readiness to leave for all: the likelihood rises towards laws without spread, up to a bound. */
static void test_all_alike(void **state)
{
	const struct model_lifetime_law truth = { MODEL_LIFETIME_MBG, { 1e6, 1e7, 1e5, 9e5 } };
	gsl_rng *g CLEANUP(rng_drop) = rng_new(7);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (unsigned sample = 0; sample < 5; sample++) {
		size_t n = simulate(&truth, 1000, 300, g);
		struct model_lifetime_fit f = fit(MODEL_LIFETIME_MBG, n, a);
		double are = 0, said = 0;
		if (!model_lifetime_usable(f.verdict))
			fail_msg("verdict %d", f.verdict);
		expect_near("rate", f.law.law[0] / f.law.law[1], .1, .01);
		expect_near("leaving", f.law.law[2] / (f.law.law[2] + f.law.law[3]), .1, .02);
		for (size_t i = 0; i < n; i++) {
			are += there[i];
			said += model_lifetime_alive(&f.law, &lives[i]);
		}
		expect_near("there", said, are, 40);
	}
}

static void test_what_cannot_be(void **state)
{
	static const struct model_lifetime wrong[] = {
		{ 1, 5, 4, 1 }, { 1, -1, 4, 1 }, { 0, 1, 4, 1 }, { 1, 1, NAN, 1 }, { 1, NAN, 4, 1 },
		{ 1, 1, INFINITY, 1 }, { 1, 1, 4, 0 }, { 1, 1, 4, -1 }, { 1, 1, 4, NAN }, { UINT32_MAX, 1, 4, 1 },
	};
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct model_lifetime_fit f = { .evaluations = 77 };
	double ln = 77;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(model_lifetime_fit(MODEL_LIFETIME_MBG, &wrong[i], 1, NULL, a, &f), ERR_INPUT);
		assert_int_equal(model_lifetime_likelihood(&some_laws[0], &wrong[i], 1, a, &ln, NULL), ERR_INPUT);
	}
	struct model_lifetime_law none = { MODEL_LIFETIME_MBG, { 1, 1, 0, 1 } };
	assert_int_equal(model_lifetime_likelihood(&none, some, COUNT_OF(some), a, &ln, NULL), ERR_INPUT);
	base_alloc_fail(1);
	assert_int_equal(model_lifetime_fit(MODEL_LIFETIME_MBG, some, COUNT_OF(some), NULL, a, &f), ERR_MEMORY);
	base_alloc_fail(0);
	assert_true(f.evaluations == 77 && ln == 77);
}

static void test_group(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	gsl_rng *g CLEANUP(rng_drop) = rng_new(8);
	size_t n = simulate(&truths[0], 1000, 60, g);
	for (size_t i = 0; i < n; i++) {
		lives[i].last = ceil(lives[i].last);
		lives[i].age = ceil(lives[i].age);
	}
	double apart, together, people = 0;
	assert_int_equal(model_lifetime_likelihood(&truths[0], lives, n, a, &apart, NULL), ERR_OK);
	size_t kept = model_lifetime_group(lives, n);
	assert_true(kept < n);
	assert_int_equal(model_lifetime_likelihood(&truths[0], lives, kept, a, &together, NULL), ERR_OK);
	expect_near("grouped", together, apart, 1e-8 * fabs(apart));
	for (size_t i = 0; i < kept; i++)
		people += lives[i].weight;
	assert_true(people == 1000);
	/* A search from a place near by ends where the search from everywhere does. */
	struct model_lifetime_fit all = fit(MODEL_LIFETIME_MBG, kept, a), near;
	assert_int_equal(model_lifetime_fit(MODEL_LIFETIME_MBG, lives, kept, &truths[0], a, &near), ERR_OK);
	assert_true(near.evaluations < all.evaluations);
	expect_near("from near", near.ln_likelihood, all.ln_likelihood, 1e-5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cdnow),
		cmocka_unit_test(test_grocery),
		cmocka_unit_test(test_gradient),
		cmocka_unit_test(test_pareto_as_published),
		cmocka_unit_test(test_expected_as_published),
		cmocka_unit_test(test_far_out),
		cmocka_unit_test(test_comes_back),
		cmocka_unit_test(test_alive_is_calibrated),
		cmocka_unit_test(test_expected_comes),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_nobody_leaves),
		cmocka_unit_test(test_all_alike),
		cmocka_unit_test(test_what_cannot_be),
		cmocka_unit_test(test_group),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
