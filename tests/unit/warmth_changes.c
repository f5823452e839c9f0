/*
 * Change points and echoes of whole groups whose truth is known: what was planted is found and dated, a planned dip and
 * a steady group stay without, and where there is too little it is said why.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "warmth/warmth.h"

#define DAY0 18260 /* 2019-12-30, a Monday */
#define BYTES (256u << 20)
#define PEOPLE 20

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

static void say(struct warmth *w, double day)
{
	struct warmth_event e = { .at_us = (int64_t)((DAY0 + day) * 86400) * US_PER_S,
		.person = (int32_t)gsl_rng_uniform_int(rng, PEOPLE),
		.target = WARMTH_NOBODY,
		.kind = WARMTH_TALK };
	assert_int_equal(warmth_add(w, &e), ERR_OK);
}

static struct warmth_reading ask_at(
	const struct warmth *w, struct arena *a, size_t days, const struct model_season_range *holidays, size_t count)
{
	struct warmth_reading r;
	struct warmth_ask ask = { .has_at = true,
		.at_us = (DAY0 + (int64_t)days) * US_PER_DAY,
		.slow = true,
		.holidays = holidays,
		.holiday_count = count };
	assert_int_equal(warmth_answer(w, &ask, a, &r), ERR_OK);
	return r;
}

/* ---- change points ---- */

struct level {
	size_t days, from, to; /* another level from .. to */
	double mean, other;
};

static struct warmth *group_of(const struct level *l)
{
	struct warmth *w = warmth_new();
	assert_non_null(w);
	for (size_t d = 0; d < l->days; d++) {
		double mean = (d >= l->from && d < l->to ? l->other : l->mean) * (d % 7 < 5 ? 1.2 : .5);
		for (unsigned n = gsl_ran_poisson(rng, mean * gsl_ran_gamma(rng, 4, .25)); n > 0; n--)
			say(w, (double)d + .3 + .6 * gsl_rng_uniform(rng));
	}
	return w;
}

static void test_halved(void **state)
{
	gsl_rng_set(rng, 1);
	struct warmth *w CLEANUP(warmth_drop) = group_of(&(struct level){ 730, 501, 730, 30, 12 });
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	struct warmth_changes c = ask_at(w, a, 730, NULL, 0).changes;
	assert_true(c.known && c.doubt == WARMTH_CHANGES_SURE);
	assert_int_equal(c.weeks, 104);
	assert_int_equal(c.count, 1);
	assert_true(llabs(c.list[0].at_us / US_PER_DAY - DAY0 - 501) <= 14);
	assert_true(fabs(c.list[0].before - 210) < 30 && fabs(c.list[0].after - 84) < 15);
	assert_true(c.list[0].noticed);
	int64_t wait = (c.list[0].noticed_us - c.list[0].at_us) / US_PER_DAY;
	print_message("# halved on day 501, found %lld, noticed %lld days later\n",
		(long long)(c.list[0].at_us / US_PER_DAY - DAY0), (long long)wait);
	assert_true(wait > 0 && wait <= 70);
}

static void test_steady(void **state)
{
	const size_t rounds = 60;
	size_t alarms = 0;
	gsl_rng_set(rng, 2);
	for (size_t i = 0; i < rounds; i++) {
		struct warmth *w CLEANUP(warmth_drop) = group_of(&(struct level){ 546, 0, 0, 8, 0 });
		struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
		alarms += ask_at(w, a, 546, NULL, 0).changes.count > 0;
	}
	print_message("# steady groups: %zu alarms of %zu\n", alarms, rounds);
	assert_true(alarms <= 8); /* 5 %, three standard errors */
}

/* Seven weeks of a holiday, twice: a change until it is known to be one. */
static void test_planned_dip(void **state)
{
	const struct model_season_range holidays[] = { { DAY0 + 140, DAY0 + 188, 1 }, { DAY0 + 500, DAY0 + 548, 1 } };
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	gsl_rng_set(rng, 3);
	for (int32_t d = 0; d < 728; d++) {
		bool away = (d >= 140 && d <= 188) || (d >= 500 && d <= 548);
		for (unsigned n = gsl_ran_poisson(rng, (away ? 2 : 20) * gsl_ran_gamma(rng, 4, .25)); n > 0; n--)
			say(w, d + gsl_rng_uniform(rng));
	}
	assert_int_equal(ask_at(w, a, 728, NULL, 0).changes.count, 4);
	assert_int_equal(ask_at(w, a, 728, holidays, COUNT_OF(holidays)).changes.count, 0);
}

/* All stop talking while the log goes on. */
static void test_stopped(void **state)
{
	gsl_rng_set(rng, 4);
	struct warmth *w CLEANUP(warmth_drop) = group_of(&(struct level){ 400, 0, 0, 10, 0 });
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	struct warmth_changes c = ask_at(w, a, 500, NULL, 0).changes;
	assert_int_equal(c.count, 1);
	assert_true(c.list[0].after < 3);
	assert_true(llabs(c.list[0].at_us / US_PER_DAY - DAY0 - 400) <= 7);
}

static void test_unknown(void **state)
{
	gsl_rng_set(rng, 5);
	struct warmth *w CLEANUP(warmth_drop) = group_of(&(struct level){ 100, 0, 0, 10, 0 });
	struct warmth *empty CLEANUP(warmth_drop) = warmth_new(), *few CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	struct warmth_reading r = ask_at(w, a, 100, NULL, 0);
	assert_true(!r.changes.known && r.changes.doubt == WARMTH_CHANGES_TOO_YOUNG);
	assert_true(r.bursts.now.known && !r.bursts.before.known);
	assert_int_equal(r.bursts.before.doubt, WARMTH_CHANGES_TOO_YOUNG);
	assert_true(isnan(r.bursts.before.branching) && isnan(r.bursts.before.low));
	r = ask_at(empty, a, 100, NULL, 0);
	assert_true(!r.changes.known && r.changes.doubt == WARMTH_CHANGES_TOO_FEW && !r.bursts.now.known);
	for (double d = 0; d < 400; d += 20)
		say(few, d);
	r = ask_at(few, a, 400, NULL, 0);
	assert_true(!r.changes.known && r.changes.doubt == WARMTH_CHANGES_TOO_FEW);
	assert_int_equal(r.bursts.now.doubt, WARMTH_CHANGES_TOO_FEW);
	struct warmth_ask quick = { .seed = 1 };
	assert_int_equal(warmth_answer(w, &quick, a, &r), ERR_OK);
	assert_true(r.changes.doubt == WARMTH_CHANGES_NOT_ASKED && r.bursts.now.doubt == WARMTH_CHANGES_NOT_ASKED);
}

/* ---- echoes ---- */

/* One that begins, and those it calls forth, 15 minutes apart on average. */
static void say_all(struct warmth *w, double day, double branching, double until, bool minutes)
{
	if (day >= until)
		return;
	say(w, minutes ? floor(day * 1440 + 1e-6) / 1440 + 1e-7 : day);
	for (unsigned n = gsl_ran_poisson(rng, branching); n > 0; n--)
		say_all(w, day + gsl_ran_exponential(rng, 1. / 96), branching, until, minutes);
}

/* Talk by day only, echoing .7 for the first 300 days and .25 after; about as many messages. */
static struct warmth *echoing(bool minutes)
{
	struct warmth *w = warmth_new();
	assert_non_null(w);
	for (size_t d = 0; d < 400; d++)
		for (unsigned n = gsl_ran_poisson(rng, d < 300 ? 3 : 7.5); n > 0; n--)
			say_all(w, (double)d + .3 + .6 * gsl_rng_uniform(rng), d < 300 ? .7 : .25, 400, minutes);
	return w;
}

static void test_echo(void **state)
{
	for (int minutes = 0; minutes < 2; minutes++) {
		gsl_rng_set(rng, 6);
		struct warmth *w CLEANUP(warmth_drop) = echoing(minutes);
		struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
		struct warmth_bursts b = ask_at(w, a, 400, NULL, 0).bursts;
		print_message("# %s: now %.3f [%.3f, %.3f], before %.3f [%.3f, %.3f], after %.2f h\n",
			minutes ? "minutes" : "seconds", b.now.branching, b.now.low, b.now.high, b.before.branching,
			b.before.low, b.before.high, b.before.wait_hours);
		assert_true(b.now.known && b.before.known && b.now.weeks == 11 && b.before.weeks >= 34);
		assert_true(b.now.high < b.before.low);
		assert_true(fabs(b.before.branching - .7) < .06 && fabs(b.now.branching - .25) < .1);
		assert_true(fabs(b.before.wait_hours - .25) < .08);
	}
}

/* Of a very busy week the first messages are kept, and the window ends with them, in whatever order they come. */
static void test_busy(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	struct warmth *w CLEANUP(warmth_drop) = warmth_new(), *turned CLEANUP(warmth_drop) = warmth_new();
	gsl_rng_set(rng, 7);
	for (int32_t i = 0; i < 90 * 400; i++) {
		say(w, i / 400.);
		say(turned, (90 * 400 - 1 - i) / 400.);
	}
	struct warmth_bursts b = ask_at(w, a, 90, NULL, 0).bursts, t = ask_at(turned, a, 90, NULL, 0).bursts;
	assert_true(b.now.messages <= 12 * 256 && b.now.messages > 10 * 200);
	assert_true(t.now.messages <= 12);
	assert_int_equal(t.now.doubt, WARMTH_CHANGES_TOO_FEW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_halved),
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_planned_dip),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_busy),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
