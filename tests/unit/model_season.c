/*
 * Season of the week and holidays on rows whose truth is known: factors are found, and a planned dip (weekends, Spring
 * Festival) makes no change point once it is taken out, while without that it does.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "model/change.h"
#include "model/season.h"

#define SEED 7
#define BYTES (64u << 20)
#define DAY0 17896 /* 2018-12-31, a Monday */
#define YEARS 3
#define DAYS (YEARS * 364)
#define FESTIVAL_DAYS 42

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

static const double weekdays[7] = { 1.3, 1.2, 1.1, 1.1, 1.2, .6, .5 };
/* Fewer than an eighth speak in the six weeks around the festival. */
static const struct model_season_range festivals[YEARS] = { { DAY0 + 20, DAY0 + 20 + FESTIVAL_DAYS - 1, 3 },
	{ DAY0 + 384, DAY0 + 384 + FESTIVAL_DAYS - 1, 3 }, { DAY0 + 748, DAY0 + 748 + FESTIVAL_DAYS - 1, 3 } };

static double truth(size_t i)
{
	double factor = 1;
	for (size_t r = 0; r < COUNT_OF(festivals); r++)
		if (DAY0 + (int32_t)i >= festivals[r].first_day && DAY0 + (int32_t)i <= festivals[r].last_day)
			factor = .12;
	return factor * weekdays[i % 7];
}

static void draw(double *daily, double mean, size_t halved_from)
{
	for (size_t i = 0; i < DAYS; i++) {
		double rate = mean * truth(i) * (i >= halved_from ? .5 : 1);
		daily[i] = gsl_ran_poisson(rng, rate * gsl_ran_gamma(rng, 5, .2));
	}
}

static double share_at(unsigned hour) { return hour % 24 < 8 ? .2 : hour % 24 < 20 ? 1.2 : 2; }

static void draw_hours(double *hours, double mean)
{
	for (unsigned h = 0; h < MODEL_SEASON_HOURS; h++)
		hours[h] = gsl_ran_poisson(rng, mean * weekdays[h / 24] * share_at(h) / 24);
}

/* ---- factors ---- */

static void test_factors(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double daily[DAYS], hours[MODEL_SEASON_HOURS], mean = 0;
	gsl_rng_set(rng, SEED);
	draw(daily, 50, DAYS);
	draw_hours(hours, 50 * DAYS / 7.);
	struct model_season_ask ask = { DAY0, daily, DAYS, hours, festivals, COUNT_OF(festivals) };
	struct model_season s;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_OK);
	for (size_t d = 0; d < 7; d++)
		assert_true(fabs(s.weekday[d] - weekdays[d]) < .1);
	assert_true(fabs(s.holiday[3] - .12) < .03);
	assert_true(s.holiday[0] == 1);
	assert_true(s.dispersion > 6 && s.dispersion < 18); /* 1 + 50/5, weighted by weekday */
	for (unsigned h = 0; h < MODEL_SEASON_HOURS; h++) {
		double wanted = weekdays[h / 24] * share_at(h) / 1.0;
		mean += s.hour[h] / MODEL_SEASON_HOURS;
		if (h % 24 != 7 && h % 24 != 8 && h % 24 != 19 && h % 24 != 20 && h % 24 != 23 && h % 24 != 0)
			assert_true(fabs(s.hour[h] - wanted) < .25 * wanted);
	}
	assert_true(fabs(mean - 1) < 1e-9);
}

/* With next to nothing to see, nothing is claimed. */
static void test_shrunk(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double daily[70] = { 0 }, hours[MODEL_SEASON_HOURS] = { 0 };
	daily[3] = hours[80] = 4;
	struct model_season_ask ask = { DAY0, daily, COUNT_OF(daily), hours, NULL, 0 };
	struct model_season s;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_OK);
	for (unsigned h = 0; h < MODEL_SEASON_HOURS; h++)
		assert_true(s.hour[h] > .5 && s.hour[h] < 3);
}

static void test_exposure(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double daily[DAYS], hours[MODEL_SEASON_HOURS], sum = 0;
	gsl_rng_set(rng, SEED);
	draw(daily, 50, DAYS);
	draw_hours(hours, 20000);
	struct model_season_ask ask = { DAY0, daily, DAYS, hours, festivals, COUNT_OF(festivals) };
	struct model_season s;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_OK);
	int64_t week = (DAY0 + 140) * US_PER_DAY;
	assert_true(fabs(model_season_exposure(&s, week, week + 7 * US_PER_DAY) - 1) < 1e-9);
	assert_true(model_season_exposure(&s, week, week) == 0);
	for (int i = 0; i < 70; i++) /* pieces add up */
		sum += model_season_exposure(&s, week + i * US_PER_DAY / 10, week + (i + 1) * US_PER_DAY / 10);
	assert_true(fabs(sum - 1) < 1e-9);
	int64_t festival = (DAY0 + 28) * US_PER_DAY;
	assert_true(fabs(model_season_exposure(&s, festival, festival + 7 * US_PER_DAY) - s.holiday[3]) < 1e-9);
	assert_true(model_season_exposure(&s, -5 * US_PER_DAY, 0) == 0);
	assert_true(isfinite(model_season_exposure(&s, INT64_MIN, INT64_MAX)));
	struct model_season_row row;
	assert_int_equal(model_season_steps(&s, &ask, 28, a, &row), ERR_OK);
	assert_int_equal(row.n, DAYS / 28);
	assert_int_equal(row.first_day + 28 * (int32_t)row.n, DAY0 + DAYS);
}

/* The first of two ranges on a day is the one that counts. */
static void test_overlap(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double daily[140];
	for (size_t i = 0; i < COUNT_OF(daily); i++)
		daily[i] = i >= 70 && i < 77 ? 100 : i >= 60 && i < 90 ? 400 : 200;
	const struct model_season_range ranges[] = { { DAY0 + 70, DAY0 + 76, 1 }, { DAY0 + 60, DAY0 + 89, 0 } };
	struct model_season_ask ask = { DAY0, daily, COUNT_OF(daily), NULL, ranges, COUNT_OF(ranges) };
	struct model_season s;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_OK);
	assert_int_equal(s.range_count, 3);
	assert_true(s.holiday[0] > 1.8 && s.holiday[0] < 2.01 && s.holiday[1] > .49 && s.holiday[1] < .6);
}

/* ---- planned dips and change points ---- */

static struct model_changes changes(const double *daily, bool adjusted, unsigned step_days, struct arena *a)
{
	struct model_season_ask ask = { DAY0, daily, DAYS, NULL, festivals, COUNT_OF(festivals) };
	struct model_season s;
	struct model_season_row row;
	struct model_changes found;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_OK);
	assert_int_equal(model_season_steps(&s, &ask, step_days, a, &row), ERR_OK);
	struct model_change_row x = { row.counts, adjusted ? row.exposures : NULL, row.n };
	struct model_change_ask how = { .stretch_min = step_days == 1 ? 2 : 4, .false_alarms = .05 };
	assert_int_equal(model_change_find(&x, &how, a, &found), ERR_OK);
	return found;
}

static void test_planned_dip(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	double daily[DAYS];
	const size_t rounds = 200;
	size_t raw = 0, adjusted = 0, by_day = 0, halved = 0;
	gsl_rng_set(rng, SEED);
	for (size_t i = 0; i < rounds; i++) {
		arena_reset(a);
		draw(daily, 50, DAYS);
		raw += changes(daily, false, 7, a).count > 0;
		adjusted += changes(daily, true, 7, a).count > 0;
		by_day += i < 50 && changes(daily, true, 1, a).count > 0;
		draw(daily, 50, 546);
		struct model_changes found = changes(daily, true, 7, a);
		halved += found.count == 1 && labs((long)found.points[0].at - 78) <= 3;
	}
	print_message("# rows with changes: raw %zu, adjusted %zu of %zu; by day %zu of 50; halved found %zu\n", raw,
		adjusted, rounds, by_day, halved);
	assert_true(raw > rounds / 2);
	assert_true(adjusted <= rounds / 20 + 9); /* 5 %, three standard errors */
	assert_true(by_day <= 7);
	assert_true(halved >= rounds * 9 / 10);
}

/* ---- refusals ---- */

static void test_refusals(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES), *small CLEANUP(arena_drop) = arena_new(64);
	double daily[30] = { 0 };
	struct model_season_range range = { DAY0, DAY0 - 1, 0 };
	struct model_season_ask ask = { DAY0, daily, COUNT_OF(daily), NULL, &range, 0 };
	struct model_season s = { .dispersion = 77 };
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_INPUT); /* nothing said */
	daily[0] = 1;
	ask.range_count = 1;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_INPUT);
	range = (struct model_season_range){ DAY0, MODEL_SEASON_DAYS_MAX, 0 };
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_INPUT);
	range = (struct model_season_range){ DAY0, DAY0, MODEL_SEASON_KINDS_MAX };
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_INPUT);
	ask.range_count = MODEL_SEASON_RANGES_MAX + 1;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_LIMIT);
	ask.range_count = 0;
	daily[1] = NAN;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_INPUT);
	daily[1] = 0;
	ask.first_day = -1;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_INPUT);
	ask.first_day = DAY0;
	assert_int_equal(model_season_fit(&ask, small, &s), ERR_MEMORY);
	assert_true(s.dispersion == 77);
	range = (struct model_season_range){ DAY0, DAY0 + 29, 0 }; /* every day a holiday */
	ask.range_count = 1;
	assert_int_equal(model_season_fit(&ask, a, &s), ERR_OK);
	assert_true(s.holiday[0] == 1 && s.dispersion == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_factors),
		cmocka_unit_test(test_shrunk),
		cmocka_unit_test(test_exposure),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_planned_dip),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
