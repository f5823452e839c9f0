/* insight/worked: effects of one remedy taken together; the interval holds the true mean as often as it says. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "insight/remedies.h"
#include "insight/worked.h"

#define TRIES 2000
#define WEEKS 40

static void add(struct insight_worked *w, enum model_series_word word, double ratio)
{
	struct model_series_effect e = { .word = word, .ratio = ratio, .low = ratio / 2, .high = ratio * 2 };
	insight_worked_add(w, &e);
}

static void add_group(struct insight_worked *w, enum model_series_word word, double ratio)
{
	add(w, word, ratio);
	insight_worked_group_end(w);
}

static void counts_and_mean(void **state)
{
	(void)state;
	struct insight_worked w = { 0 };
	assert_true(isnan(insight_worked_ratio(&w).ratio));
	add_group(&w, MODEL_SERIES_TOO_EARLY, NAN);
	add_group(&w, MODEL_SERIES_TOO_LITTLE, NAN);
	assert_true(isnan(insight_worked_ratio(&w).ratio)); /* unknown is not "no sign" */
	add_group(&w, MODEL_SERIES_MORE, 2);
	assert_true(fabs(insight_worked_ratio(&w).ratio - 2) < 1e-12 && isnan(insight_worked_ratio(&w).low));
	add_group(&w, MODEL_SERIES_LESS, .5);
	add_group(&w, MODEL_SERIES_NO_SIGN, 1);
	assert_true(w.done == 5 && w.groups == 3 && w.too_early == 1 && w.too_little == 1);
	assert_true(w.helped == 1 && w.harmed == 1 && w.no_sign == 1);
	struct insight_worked_ratio r = insight_worked_ratio(&w);
	/* ln: 0.6931, -0.6931, 0: mean 0, s = 0.6931, t(2) = 4.3027: exp(+-4.3027 * 0.6931 / sqrt 3) */
	assert_true(fabs(r.ratio - 1) < 1e-12 && fabs(log(r.high) - 1.72187) < 1e-4 && fabs(log(r.low) + 1.72187) < 1e-4);
}

static void acts_of_one_group_are_one_witness(void **state)
{
	(void)state;
	struct insight_worked w = { 0 };
	for (int i = 0; i < 5; i++)
		add(&w, MODEL_SERIES_NO_SIGN, i % 2 ? 1.3 : 1.1);
	insight_worked_group_end(&w);
	insight_worked_group_end(&w); /* a group without acts is none */
	struct insight_worked_ratio r = insight_worked_ratio(&w);
	assert_true(w.done == 5 && w.groups == 1 && fabs(log(r.ratio) - (3 * log(1.1) + 2 * log(1.3)) / 5) < 1e-12);
	assert_true(isnan(r.low) && isnan(r.high));
	add_group(&w, MODEL_SERIES_NO_SIGN, 1);
	assert_true(w.groups == 2 && fabs(2 * log(insight_worked_ratio(&w).ratio) - log(r.ratio)) < 1e-12);
}

static void broken_ratios_are_not_taken(void **state)
{
	(void)state;
	struct insight_worked w = { 0 };
	add_group(&w, MODEL_SERIES_NO_SIGN, 0);
	add_group(&w, MODEL_SERIES_NO_SIGN, INFINITY);
	add_group(&w, MODEL_SERIES_NO_SIGN, NAN);
	assert_true(w.done == 3 && w.no_sign == 3 && w.groups == 0 && isnan(insight_worked_ratio(&w).ratio));
}

static void interval_holds_the_truth(void **state)
{
	(void)state;
	gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
	for (unsigned n = 2; n <= 8; n += 3) {
		unsigned held = 0;
		gsl_rng_set(g, n);
		for (unsigned i = 0; i < TRIES; i++) {
			struct insight_worked w = { 0 };
			for (unsigned k = 0; k < n; k++)
				add_group(&w, MODEL_SERIES_NO_SIGN, exp(.2 + gsl_ran_gaussian(g, .3)));
			struct insight_worked_ratio r = insight_worked_ratio(&w);
			held += r.low <= exp(.2) && exp(.2) <= r.high;
		}
		assert_in_range(held, TRIES * 93 / 100, TRIES * 97 / 100); /* 95 +- 4 standard errors */
	}
	gsl_rng_free(g);
}

static void the_first_week_is_seldom_whole(void **state)
{
	(void)state;
	uint32_t weeks[WEEKS];
	const int64_t week_us = 7 * US_PER_DAY;
	struct insight_course c = { .first_us = 0, .until_us = WEEKS * week_us, .weeks = weeks, .count = WEEKS };
	struct model_series_effect e;
	int64_t again_us;
	for (unsigned i = 0; i < WEEKS; i++)
		weeks[i] = 13 + i % 3;
	weeks[0] = 1;
	assert_int_equal(insight_act_effect(&c, 30 * week_us, &e, &again_us), ERR_OK);
	assert_true(e.word == MODEL_SERIES_NO_SIGN && fabs(log(e.ratio)) < .01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_and_mean),
		cmocka_unit_test(acts_of_one_group_are_one_witness),
		cmocka_unit_test(broken_ratios_are_not_taken),
		cmocka_unit_test(interval_holds_the_truth),
		cmocka_unit_test(the_first_week_is_seldom_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
