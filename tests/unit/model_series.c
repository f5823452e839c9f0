/* model/series: on courses whose truth is known, an effect is found as often as it should be, and chance is not called one. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "model/series.h"

#define BEFORE 52
#define AFTER 8
#define COURSES 400

/* Weeks around a mean, with a level that wanders back to it; from the act on times effect. when_cold: the act is done in a
 * week in which the level is low, as owners do. */
static void course(gsl_rng *g, double mean, double phi, double wander, double effect, bool when_cold, uint32_t *out)
{
	double s = 0;
	size_t warm_up = 0;
	do {
		s = phi * s + gsl_ran_gaussian(g, wander);
		for (size_t i = 0; i < BEFORE; i++) {
			s = phi * s + gsl_ran_gaussian(g, wander);
			out[i] = gsl_ran_poisson(g, mean * exp(s));
		}
	} while (when_cold && s > -wander / sqrt(1 - phi * phi) && ++warm_up < 1000);
	for (size_t i = 0; i < AFTER; i++) {
		s = phi * s + gsl_ran_gaussian(g, wander);
		out[BEFORE + i] = gsl_ran_poisson(g, mean * exp(s) * effect);
	}
}

static void words(double mean, double phi, double wander, double effect, bool when_cold, double *more, double *less)
{
	gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
	uint32_t weeks[BEFORE + AFTER];
	size_t up = 0, down = 0;
	gsl_rng_set(g, 20240101);
	for (size_t i = 0; i < COURSES; i++) {
		struct model_series_effect e;
		course(g, mean, phi, wander, effect, when_cold, weeks);
		assert_int_equal(model_series_effect(weeks, BEFORE, weeks + BEFORE, AFTER, &e), ERR_OK);
		up += e.word == MODEL_SERIES_MORE;
		down += e.word == MODEL_SERIES_LESS;
	}
	gsl_rng_free(g);
	*more = (double)up / COURSES;
	*less = (double)down / COURSES;
	print_message("# mean %.0f phi %.1f wander %.1f effect %.1f%s: more %.3f less %.3f\n", mean, phi, wander, effect,
		when_cold ? " when cold" : "", *more, *less);
}

static void test_chance_is_no_effect(void **state)
{
	static const struct {
		double mean, phi, wander;
	} groups[] = { { 100, 0, .3 }, { 100, .6, .2 }, { 30, .8, .15 }, { 500, .9, .15 }, { 8, .5, .2 } };
	for (size_t i = 0; i < COUNT_OF(groups); i++)
		for (int cold = 0; cold < 2; cold++) {
			double more, less;
			words(groups[i].mean, groups[i].phi, groups[i].wander, 1, cold, &more, &less);
			assert_true(more + less <= .10);
			assert_true(more <= .06); /* above all, warming by itself is not called help */
		}
}

static void test_an_effect_is_found(void **state)
{
	double more, less;
	words(100, .3, .2, 1.6, false, &more, &less);
	assert_true(more >= .8 && less == 0);
	words(100, .3, .2, .6, false, &more, &less);
	assert_true(less >= .8 && more == 0);
}

static void test_the_expected_course_is_the_mean_of_what_comes(void **state)
{
	uint32_t weeks[BEFORE + AFTER];
	struct model_series_effect e;
	for (size_t i = 0; i < BEFORE + AFTER; i++)
		weeks[i] = i % 2 ? 90 : 110;
	assert_int_equal(model_series_effect(weeks, BEFORE, weeks + BEFORE, AFTER, &e), ERR_OK);
	assert_int_equal(e.word, MODEL_SERIES_NO_SIGN);
	assert_int_equal(e.course.periods, AFTER);
	assert_true(fabs(e.ratio - 1) < .05 && e.low < 1 && e.high > 1);
	for (size_t i = 0; i < AFTER; i++)
		assert_true(e.course.low[i] < e.course.expected[i] && e.course.expected[i] < e.course.high[i] && fabs(e.course.expected[i] - 99.5) < 8);
}

static void test_too_little_and_too_early_say_so(void **state)
{
	uint32_t weeks[BEFORE + AFTER] = { 0 };
	struct model_series_effect e;
	assert_int_equal(model_series_effect(weeks, BEFORE, weeks, AFTER, &e), ERR_OK);
	assert_int_equal(e.word, MODEL_SERIES_TOO_LITTLE);
	for (size_t i = 0; i < BEFORE + AFTER; i++)
		weeks[i] = 50;
	assert_int_equal(model_series_effect(weeks, MODEL_SERIES_BEFORE_MIN - 1, weeks, AFTER, &e), ERR_OK);
	assert_int_equal(e.word, MODEL_SERIES_TOO_LITTLE);
	assert_int_equal(model_series_effect(weeks, BEFORE, weeks, MODEL_SERIES_AFTER_MIN - 1, &e), ERR_OK);
	assert_int_equal(e.word, MODEL_SERIES_TOO_EARLY);
	assert_true(isnan(e.ratio) && isnan(e.low) && isnan(e.high));
	assert_int_equal(model_series_effect(weeks, BEFORE, weeks, AFTER, &e), ERR_OK); /* the same number every week */
	assert_int_equal(e.word, MODEL_SERIES_NO_SIGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chance_is_no_effect),
		cmocka_unit_test(test_an_effect_is_found),
		cmocka_unit_test(test_the_expected_course_is_the_mean_of_what_comes),
		cmocka_unit_test(test_too_little_and_too_early_say_so),
	};
	return cmocka_run_group_tests_name("model_series", tests, NULL, NULL);
}
