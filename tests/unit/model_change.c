/*
 * Change points on rows whose truth is known: planted changes are found, rows without any raise no more alarms than
 * stated, and PELT's pruning costs nothing against trying every cut.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "model/change.h"

#define WEEKS 104
#define SEED 20240302
#define CLUMP 6 /* messages of one talk, geometric */
#define BYTES (64u << 20)

static gsl_rng *rng;

static int setup(void **state)
{
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	return rng == NULL;
}

static int teardown(void **state)
{
	gsl_rng_free(rng);
	return 0;
}

/* ---- rows ---- */

enum kind { POISSON, ROUGH, VERY_ROUGH, CLUMPED, CLINGING };

struct plan {
	const char *name;
	enum kind kind;
	double mean, after; /* after: from step at on; at 0: no change */
	size_t at;
	bool exposed; /* holidays and partial weeks, known */
};

/* CLINGING: the log rate is an AR(1) with coefficient .5 and spread .2, which the model does not know. */
static void draw(const struct plan *p, double *x, double *e)
{
	double drift = 0;
	for (size_t t = 0; t < WEEKS; t++) {
		double size = p->kind == ROUGH ? 8 : 1.5, mean = p->at && t >= p->at ? p->after : p->mean;
		e[t] = p->exposed ? (t % 52 < 2 ? .25 : t % 7 == 0 ? 1.4 : 1) : 1;
		drift = .5 * drift + gsl_ran_gaussian(rng, .2 * sqrt(.75));
		if (p->kind == ROUGH || p->kind == VERY_ROUGH)
			mean *= gsl_ran_gamma(rng, size * e[t], 1 / (size * e[t]));
		if (p->kind == CLINGING)
			mean *= exp(drift);
		unsigned n = gsl_ran_poisson(rng, mean * e[t] / (p->kind == CLUMPED ? CLUMP : 1));
		x[t] = n;
		for (; p->kind == CLUMPED && n > 0; n--)
			x[t] += gsl_ran_geometric(rng, 1. / CLUMP) - 1;
	}
}

typedef enum err (*search)(const struct model_change_row *, struct arena *, struct model_changes *);

static enum err all_at_once(const struct model_change_row *row, struct arena *a, struct model_changes *out)
{
	struct model_change_ask ask = { .stretch_min = 6, .false_alarms = .05 };
	return model_change_find(row, &ask, a, out);
}

static enum err one_by_one(const struct model_change_row *row, struct arena *a, struct model_changes *out)
{
	struct model_change_ask ask = { .stretch_min = 6, .false_alarms = .05 };
	return model_change_notice(row, &ask, NAN, a, out);
}

/* Shares of rows with any change, and with exactly one within 4 weeks of the planted one. */
static void shares(const struct plan *p, search find, size_t rows, double *out_any, double *out_hit)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double x[WEEKS], e[WEEKS];
	size_t any = 0, hit = 0;
	gsl_rng_set(rng, SEED);
	for (size_t i = 0; i < rows; i++) {
		struct model_change_row row = { x, e, WEEKS };
		struct model_changes found;
		draw(p, x, e);
		arena_reset(a);
		assert_int_equal(find(&row, a, &found), ERR_OK);
		any += found.count > 0;
		hit += found.count == 1 && labs((long)found.points[0].at - (long)p->at) <= 4;
	}
	*out_any = (double)any / (double)rows;
	*out_hit = (double)hit / (double)rows;
}

/* ---- false alarms ---- */

static const struct plan nulls[] = {
	{ "Poisson 100", POISSON, 100, .at = 0 },
	{ "Poisson 5", POISSON, 5, .at = 0 },
	{ "Poisson .5", POISSON, .5, .at = 0 },
	{ "Poisson 100, exposures", POISSON, 100, .exposed = true },
	{ "size 8, mean 100", ROUGH, 100, .at = 0 },
	{ "size 8, mean 5, exposures", ROUGH, 5, .exposed = true },
	{ "size 1.5, mean 100", VERY_ROUGH, 100, .at = 0 },
	{ "size 1.5, mean 1000, exposures", VERY_ROUGH, 1000, .exposed = true },
	{ "clumps of 6, mean 100", CLUMPED, 100, .at = 0 },
	{ "clumps of 6, mean 10, exposures", CLUMPED, 10, .exposed = true },
	{ "clumps of 6, mean 2", CLUMPED, 2, .at = 0 },
};

static void expect_quiet(search find, const char *name)
{
	const size_t rows = 1000;
	double any, hit, bound = .05 + 3 * sqrt(.05 * .95 / (double)rows);
	for (size_t i = 0; i < COUNT_OF(nulls); i++) {
		shares(&nulls[i], find, rows, &any, &hit);
		print_message("# %s, %s: false alarms in %.3f of rows\n", name, nulls[i].name, any);
		if (any > bound)
			fail_msg("%s, %s: %.3f", name, nulls[i].name, any);
	}
}

static void test_find_quiet(void **state) { expect_quiet(all_at_once, "PELT"); }
static void test_notice_quiet(void **state) { expect_quiet(one_by_one, "BOCPD"); }

/* What the model does not know about costs something; how much is written down here. */
static void test_clinging(void **state)
{
	struct plan p = { "AR .5", CLINGING, 100, .at = 0 };
	double any, hit;
	shares(&p, all_at_once, 500, &any, &hit);
	print_message("# PELT, weeks that hang together (AR .5): %.3f\n", any);
	assert_true(any < .15);
	shares(&p, one_by_one, 500, &any, &hit);
	print_message("# BOCPD, weeks that hang together (AR .5): %.3f\n", any);
	assert_true(any < .15);
}

/* ---- planted changes ---- */

static void test_planted(void **state)
{
	static const struct plan plans[] = {
		{ "Poisson, 20 to 10", POISSON, 20, 10, 60 },
		{ "size 8, 100 to 40", ROUGH, 100, 40, 60 },
		{ "size 8, 40 to 100, exposures", ROUGH, 40, 100, 30, true },
		{ "clumps of 6, 200 to 10", CLUMPED, 200, 10, 40 },
	};
	for (size_t i = 0; i < COUNT_OF(plans); i++) {
		double any, hit;
		shares(&plans[i], all_at_once, 300, &any, &hit);
		print_message("# PELT, %s: %.3f found, %.3f alone and within 4 weeks\n", plans[i].name, any, hit);
		assert_true(any >= .95 && hit >= .8);
		shares(&plans[i], one_by_one, 300, &any, &hit);
		print_message("# BOCPD, %s: %.3f found, %.3f alone and within 4 weeks\n", plans[i].name, any, hit);
		assert_true(any >= .9 && hit >= .7);
	}
}

static void test_two(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double x[WEEKS];
	gsl_rng_set(rng, SEED);
	for (size_t t = 0; t < WEEKS; t++)
		x[t] = gsl_ran_poisson(rng, t < 40 ? 50 : t < 70 ? 100 : 20);
	struct model_change_row row = { .counts = x, .n = WEEKS };
	struct model_changes found;
	assert_int_equal(all_at_once(&row, a, &found), ERR_OK);
	assert_int_equal(found.count, 2);
	assert_in_range(found.points[0].at, 39, 41);
	assert_in_range(found.points[1].at, 69, 71);
	assert_true(fabs(found.points[0].before - 50) < 5 && fabs(found.points[0].after - 100) < 8);
	assert_true(found.points[1].after == fabs(found.points[1].after) && found.points[1].after < 25);
	assert_true(found.points[0].gain > 15 && found.points[1].gain > 15);
	assert_int_equal(one_by_one(&row, a, &found), ERR_OK);
	assert_int_equal(found.count, 2);
	assert_in_range(found.points[1].at, 69, 71);
	assert_in_range(found.points[1].seen, found.points[1].at, found.points[1].at + 12);
}

/* Quiet after busy: the quiet part's clumps are no changes, though the busy part alone would say that c is 1. */
static void test_quiet_after_busy(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	const size_t rows = 300;
	size_t more = 0;
	gsl_rng_set(rng, SEED);
	for (size_t i = 0; i < rows; i++) {
		double x[2 * WEEKS], e[WEEKS];
		struct plan busy = { "", ROUGH, 1000, .at = 0 }, quiet = { "", CLUMPED, 5, .at = 0 };
		struct model_change_row row = { .counts = x, .n = COUNT_OF(x) };
		struct model_changes found;
		draw(&busy, x, e);
		draw(&quiet, x + WEEKS, e);
		arena_reset(a);
		assert_int_equal(all_at_once(&row, a, &found), ERR_OK);
		more += found.count != 1;
	}
	print_message("# PELT, clumps in quiet after busy: %zu of %zu with more than one change\n", more, rows);
	assert_true(more <= rows / 20 + 11);
}

/* What is estimated, on long rows. */
static void test_spread(void **state)
{
	double x[2000];
	struct model_change_row row = { .counts = x, .n = COUNT_OF(x) };
	struct model_change_spread s;
	gsl_rng_set(rng, SEED);
	for (size_t t = 0; t < row.n; t++)
		x[t] = gsl_ran_poisson(rng, 30);
	assert_int_equal(model_change_spread(&row, &s), ERR_OK);
	assert_true(s.clump + 30 / s.size < 1.2);
	for (size_t t = 0; t < row.n; t++)
		x[t] = gsl_ran_poisson(rng, (t < 1000 ? 500 : 10) * gsl_ran_gamma(rng, 4, .25));
	assert_int_equal(model_change_spread(&row, &s), ERR_OK);
	assert_true(s.clump < 2 && s.size > 3 && s.size < 5);
	for (size_t t = 0; t < row.n; t++)
		x[t] = 5 * gsl_ran_poisson(rng, t < 1000 ? 100 : 2);
	assert_int_equal(model_change_spread(&row, &s), ERR_OK);
	print_message("# clumps of 5: %.2f, size %.0f\n", s.clump, s.size);
	assert_true(s.clump > 4 && s.clump < 6 && s.size > 20);
}

/* ---- exactness ---- */

static double cost(const double *x, size_t from, size_t to, double size)
{
	double sum = 0, n = (double)(to - from);
	for (size_t t = from; t < to; t++)
		sum += x[t];
	double m = sum / n;
	return m > 0 ? 2 * (sum + size * n) * log1p(m / size) - 2 * sum * log(m) : 0;
}

static void test_every_cut(void **state)
{
	enum { N = 60, LEAST = 4 };
	const struct model_change_spread known = { 1, 10 };
	struct model_change_ask ask = { &known, .stretch_min = LEAST, .false_alarms = .5 };
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double x[N], best[N + 1], penalty = model_change_penalty(N, &ask);
	gsl_rng_set(rng, SEED);
	for (size_t round = 0; round < 200; round++) {
		double level = 10;
		for (size_t t = 0; t < N; t++) {
			level = gsl_rng_uniform(rng) < .1 ? 2 + 30 * gsl_rng_uniform(rng) : level;
			x[t] = gsl_ran_poisson(rng, level);
		}
		best[0] = -penalty;
		for (size_t t = 1; t <= N; t++) {
			best[t] = INFINITY;
			for (size_t from = 0; from + LEAST <= t; from++)
				best[t] = fmin(best[t], best[from] + cost(x, from, t, 10) + penalty);
		}
		struct model_change_row row = { .counts = x, .n = N };
		struct model_changes found;
		arena_reset(a);
		assert_int_equal(model_change_find(&row, &ask, a, &found), ERR_OK);
		double sum = 0;
		for (size_t i = 0; i <= found.count; i++) {
			size_t from = i ? found.points[i - 1].at : 0, to = i < found.count ? found.points[i].at : N;
			assert_true(to - from >= LEAST);
			sum += cost(x, from, to, 10);
		}
		assert_true(fabs(sum + penalty * (double)found.count - best[N]) < 1e-6);
	}
}

/* Andrews (1993), table I: 5 % of the suprema over the middle 90 % exceed 9.84, over the middle 70 % 8.85. */
static void test_penalty(void **state)
{
	const struct model_change_spread known = { 1, 1 };
	struct model_change_ask ask = { &known, .stretch_min = 50, .false_alarms = .1 };
	assert_true(fabs(model_change_penalty(1000, &ask) - 9.84) < .3);
	ask.stretch_min = 150;
	assert_true(fabs(model_change_penalty(1000, &ask) - 8.85) < .3);
}

/* ---- refusals ---- */

static void test_refusals(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES), *small CLEANUP(arena_drop) = arena_new(64);
	static double x[MODEL_CHANGE_STEPS_MAX + 1];
	struct model_change_row row = { .counts = x, .n = MODEL_CHANGE_STEPS_MIN - 1 };
	struct model_changes found = { .count = 77 };
	assert_int_equal(all_at_once(&row, a, &found), ERR_INPUT);
	row.n = COUNT_OF(x);
	assert_int_equal(all_at_once(&row, a, &found), ERR_LIMIT);
	row.n = MODEL_CHANGE_ONLINE_STEPS_MAX + 1;
	assert_int_equal(one_by_one(&row, a, &found), ERR_LIMIT);
	row.n = 30;
	x[3] = -1;
	assert_int_equal(all_at_once(&row, a, &found), ERR_INPUT);
	x[3] = NAN;
	assert_int_equal(one_by_one(&row, a, &found), ERR_INPUT);
	x[3] = 0;
	row.exposures = x;
	assert_int_equal(all_at_once(&row, a, &found), ERR_INPUT);
	row.exposures = NULL;
	assert_int_equal(all_at_once(&row, small, &found), ERR_MEMORY);
	assert_int_equal(found.count, 77);
	assert_int_equal(all_at_once(&row, a, &found), ERR_OK);
	assert_int_equal(found.count, 0);
	assert_int_equal(one_by_one(&row, a, &found), ERR_OK);
	assert_int_equal(found.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_quiet),
		cmocka_unit_test(test_notice_quiet),
		cmocka_unit_test(test_clinging),
		cmocka_unit_test(test_planted),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_quiet_after_busy),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_penalty),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
