/*
 * The forecast: its events to the day, nothing of the future in it, its reasons, its features by hand. How good it is on real
 * groups is bench/backtest's to say, what it says of groups with a known truth forecast_truth.c's.
 */
#include "forecast_help.h"

#define T0 (DAY0 + 252)

/* count messages on one day by so many people in turn, minutes apart */
static void talk(struct warmth *w, int32_t day, unsigned count, int32_t people)
{
	for (unsigned i = 0; i < count; i++)
		say(w, day, 8 + i / 100., (int32_t)i % people, 0);
}

static void assert_said(const struct warmth_chance *c)
{
	assert_int_equal(c->why, WARMTH_FORECAST_SAID);
	assert_true(c->p > 0 && c->p < 1 && c->low <= c->p && c->p <= c->high && c->low > 0 && c->high < 1);
	assert_true(c->low < c->high);
}

/* ---- events, to the day ---- */

static void windows_begin_and_end_where_they_should(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	talk(w, DAY0, 1, 1);
	const struct { int32_t day; unsigned count; } marks[] = { { T0 - 169, 3 }, { T0 - 168, 5 }, { T0 - 85, 7 }, { T0 - 84, 211 },
		{ T0 - 29, 13 }, { T0 - 28, 17 }, { T0 - 1, 19 }, { T0, 23 }, { T0 + 83, 29 }, { T0 + 84, 31 }, { T0 + 251, 37 },
		{ T0 + 252, 41 } };
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		talk(w, marks[i].day, marks[i].count, 4);
	struct warmth_forecast f = forecast(w, T0 + 300, a);
	assert_int_equal(f.count, 11); /* 0, 28 … 280 days after the first */
	const struct warmth_forecast_row *r = &f.rows[0];
	assert_int_equal(r->at_us, T0 * US_PER_DAY);
	assert_int_equal(r->messages, 211 + 13 + 17 + 19);
	assert_int_equal(r->last28, 17 + 19);
	assert_int_equal(r->before, 5 + 7);
	assert_int_equal(r->next84, 23 + 29);
	assert_int_equal(r->later168, 31 + 37);
	assert_true(r->usual == 12); /* of 260, 12 and 4: 1 on the first day, 3 on the last of that quarter */
	assert_int_equal(f.rows[10].at_us, (T0 + 280) * US_PER_DAY);
}

static void usual_is_of_three_quarters_then_of_four(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	const unsigned each[] = { 400, 100, 200, 300 };
	for (int32_t q = 0; q < 4; q++)
		talk(w, DAY0 + 84 * q, each[q], 5);
	struct warmth_forecast f = forecast(w, DAY0 + 336, a);
	assert_int_equal(f.count, 4);
	assert_true(f.rows[0].usual == 200);                        /* 400, 100, 200 */
	assert_int_equal(f.rows[3].at_us, (DAY0 + 336) * US_PER_DAY);
	assert_true(f.rows[3].usual == 250);                        /* and 300 */
}

/* What comes of H = 200 when so many follow in 84 days. */
static struct warmth_chance after_two_hundred(unsigned next, int32_t end_day)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	for (int32_t d = 0; d < 252; d++)
		talk(w, DAY0 + d, d % 21 == 0 ? 50 : 0, 6);
	talk(w, T0 + 83, next, 6);
	talk(w, T0 + 84, 500, 6); /* too late */
	struct warmth_forecast f = forecast(w, end_day, a);
	assert_int_equal(f.rows[0].messages, 200);
	return f.rows[0].halve;
}

static void halve_is_less_than_half(void **state)
{
	assert_int_equal(after_two_hundred(100, T0 + 84).came, WARMTH_CAME_NOT);
	assert_int_equal(after_two_hundred(99, T0 + 84).came, WARMTH_CAME);
	assert_int_equal(after_two_hundred(99, T0 + 83).came, WARMTH_CAME_UNKNOWN);
}

/* 200 a quarter before; then so many in the two quarters after the gap. */
static struct warmth_chance after_the_gap(unsigned later, int32_t end_day)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	for (int32_t d = 0; d < 252; d++)
		talk(w, DAY0 + d, d % 21 == 0 ? 50 : 0, 6);
	talk(w, T0 + 83, 900, 6); /* in the gap: neither here nor there */
	talk(w, T0 + 84, later / 2, 6);
	talk(w, T0 + 251, later - later / 2, 6);
	talk(w, T0 + 252, 900, 6); /* too late */
	struct warmth_forecast f = forecast(w, end_day, a);
	assert_true(f.rows[0].usual == 200);
	return f.rows[0].fall;
}

static void fall_is_after_the_gap(void **state)
{
	assert_int_equal(after_the_gap(200, T0 + 252).came, WARMTH_CAME_NOT); /* 100 a quarter: half */
	assert_int_equal(after_the_gap(199, T0 + 252).came, WARMTH_CAME);
	assert_int_equal(after_the_gap(199, T0 + 251).came, WARMTH_CAME_UNKNOWN);
}

static struct warmth_forecast_row with_last_quarter(unsigned last, struct arena *a)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	for (int32_t q = 0; q < 2; q++)
		talk(w, DAY0 + 84 * q, 200, 6);
	talk(w, T0 - 84, last, 6);
	return forecast(w, T0, a).rows[0];
}

static void too_little_is_said_to_be_so(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	struct warmth_forecast_row r = with_last_quarter(99, a);
	assert_silent(&r.halve, WARMTH_FORECAST_FEW);
	assert_silent(&r.fall, WARMTH_FORECAST_FEW);
	for (size_t i = 0; i < WARMTH_FEATURES; i++)
		assert_true(isnan(r.x[i]));
	r = with_last_quarter(100, a);
	assert_said(&r.halve);
	assert_silent(&r.fall, WARMTH_FORECAST_FALLEN);
	r = with_last_quarter(149, a);
	assert_silent(&r.fall, WARMTH_FORECAST_FALLEN);
	r = with_last_quarter(150, a); /* .75 of 200 */
	assert_said(&r.fall);
}

static void machines_are_not_counted(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	say(w, DAY0 - 30, 1, 9, WARMTH_BOT); /* nor is their first word the group's */
	talk(w, DAY0, 99, 3);
	talk(w, T0 - 10, 99, 3);
	say(w, T0 - 9, 1, 1, WARMTH_BOT);
	struct warmth_forecast f = forecast(w, T0, a);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.rows[0].messages, 99);
	assert_silent(&f.rows[0].halve, WARMTH_FORECAST_FEW);
}

static void silence_until_the_end_is_an_event(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	for (int32_t d = 0; d < 252; d++)
		talk(w, DAY0 + d, 2, 5);
	struct warmth_forecast f = forecast(w, T0 + 252, a);
	assert_int_equal(f.count, 10);
	assert_int_equal(f.rows[0].halve.came, WARMTH_CAME);
	assert_int_equal(f.rows[0].fall.came, WARMTH_CAME);
	assert_int_equal(f.rows[1].halve.came, WARMTH_CAME); /* H = 112 */
	assert_silent(&f.rows[2].halve, WARMTH_FORECAST_FEW);
	assert_int_equal(f.halve.due, 2);
	assert_int_equal(f.halve.came, 2);
	assert_int_equal(f.fall.due, 1);
	assert_int_equal(f.fall.came, 1);
}

static void the_young_and_the_silent_have_no_rows(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	assert_int_equal(forecast(w, DAY0, a).count, 0);
	talk(w, DAY0, 200, 5);
	assert_int_equal(forecast(w, T0 - 1, a).count, 0);
	assert_int_equal(forecast(w, T0, a).count, 1);
	assert_true(isnan(forecast(w, T0, a).halve.brier));
	struct warmth_forecast f = { .count = 77 };
	struct warmth_forecast_ask bad[] = { { .end_day = T0, .step_days = 0 },
		{ .end_day = T0, .step_days = WARMTH_FORECAST_STEP_DAYS_MAX + 1 }, { .end_day = INT32_MAX, .step_days = 28 },
		{ .end_day = -1, .step_days = 28 } };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(warmth_forecast_of(w, &bad[i], a, &f), ERR_INPUT);
	assert_int_equal(f.count, 77);
}

/* Same past, another future: every date up to the parting must say the very same. */
static void nothing_of_the_future_is_in_it(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	size_t compared = 0;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct warmth *one CLEANUP(warmth_drop) = group_or_die(), *two CLEANUP(warmth_drop) = group_or_die(),
			      *cut CLEANUP(warmth_drop) = group_or_die();
		struct made m = { .per_day = 1 + (double)seed, .fade = seed % 2 ? .997 : 1, .fade_day = 200, .days = GROUP_DAYS,
			.people = 2 + (int32_t)seed % 10, .gusts = seed % 3 == 0 };
		int32_t parting = 252 + 28 * (int32_t)(seed + 5);
		struct warmth *all[] = { one, two, cut };
		for (size_t i = 0; i < 3; i++) {
			chance = seed;
			struct made mine = m;
			mine.days = i == 2 ? parting : m.days;
			make(all[i], &mine, parting, 1000 + i);
		}
		struct warmth_forecast f = forecast(one, DAY0 + GROUP_DAYS, a), g = forecast(two, DAY0 + GROUP_DAYS - 100, a),
				       h = forecast(cut, DAY0 + parting, a);
		assert_int_equal(h.count, seed + 6);
		for (size_t i = 0; i < h.count; i++) {
			const struct warmth_forecast_row *x = &f.rows[i], *y = &g.rows[i], *z = &h.rows[i];
			assert_memory_equal(x->x, y->x, sizeof x->x);
			assert_memory_equal(x->x, z->x, sizeof x->x);
			assert_int_equal(x->messages, z->messages);
			assert_true(x->usual == y->usual && x->usual == z->usual);
			const struct warmth_chance *events[][3] = { { &x->halve, &y->halve, &z->halve }, { &x->fall, &y->fall, &z->fall } };
			for (size_t e = 0; e < 2; e++)
				for (size_t k = 1; k < 3; k++) {
					assert_memory_equal(&events[e][0]->p, &events[e][k]->p, 3 * sizeof(double));
					assert_int_equal(events[e][0]->why, events[e][k]->why);
				}
			compared += x->halve.why == WARMTH_FORECAST_SAID;
		}
	}
	assert_true(compared > 80);
}

/* Dates counted back from a day are the same forecasts on other days. */
static void dates_can_be_counted_back(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	chance = 5;
	make(w, &(struct made){ .per_day = 6, .fade = 1, .days = 500, .people = 6 }, -1, 0);
	struct warmth_forecast f = forecast(w, DAY0 + 500, a), back;
	struct warmth_forecast_ask ask = { .end_day = T0 + 56, .step_days = 28, .back = true };
	assert_int_equal(warmth_forecast_of(w, &ask, a, &back), ERR_OK);
	assert_int_equal(back.count, 3);
	assert_memory_equal(back.rows[2].x, f.rows[2].x, sizeof f.rows[2].x);
	ask.end_day += 5;
	assert_int_equal(warmth_forecast_of(w, &ask, a, &back), ERR_OK);
	assert_int_equal(back.count, 3);
	assert_int_equal(back.rows[2].at_us, (T0 + 61) * US_PER_DAY);
	assert_int_equal(back.rows[0].at_us, (T0 + 5) * US_PER_DAY);
}

static void the_past_is_the_sum_of_its_rows(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	chance = 3;
	make(w, &(struct made){ .per_day = 12, .fade = .999, .fade_day = 200, .days = GROUP_DAYS, .people = 5, .gusts = true }, -1, 0);
	struct warmth_forecast f = forecast(w, DAY0 + GROUP_DAYS, a);
	size_t due = 0, came = 0, alarms = 0;
	double expected = 0, error = 0;
	for (size_t i = 0; i < f.count; i++) {
		const struct warmth_chance *c = &f.rows[i].halve;
		if (c->came == WARMTH_CAME_UNKNOWN)
			continue;
		due++;
		came += c->came == WARMTH_CAME;
		alarms += c->p >= warmth_forecast_alarm(false);
		expected += c->p;
		error += (c->p - (c->came == WARMTH_CAME)) * (c->p - (c->came == WARMTH_CAME));
	}
	assert_true(due > 5 && came > 0 && came < due);
	assert_int_equal(f.halve.due, due);
	assert_int_equal(f.halve.came, came);
	assert_int_equal(f.halve.alarms, alarms);
	assert_true(f.halve.alarms_came <= alarms && f.halve.alarms_came <= came);
	assert_true(fabs(f.halve.expected - expected) < 1e-9);
	assert_true(fabs(f.halve.brier - error / (double)due) < 1e-9);
}

/* ---- features by hand ---- */

static void features_are_what_they_say(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	talk(w, DAY0, 50, 1);
	/* The last quarter: person 1 writes 90 in its second week and goes; 2 and 3 write 30 each in its last week but one. */
	for (unsigned i = 0; i < 90; i++)
		say(w, T0 - 77, 1 + i / 60., 1, 0);
	for (unsigned i = 0; i < 60; i++)
		say(w, T0 - 10, 1 + i / 60., 2 + (int32_t)(i % 2), 0);
	struct warmth_forecast f = forecast(w, T0, a);
	const double *x = f.rows[0].x, h = 150;
	assert_int_equal(f.rows[0].messages, 150);
	assert_true(fabs(x[WARMTH_X_MOMENTUM] + log((3 * 60 + 1) / (h + 1))) < 1e-9);
	assert_true(fabs(x[WARMTH_X_WEEKS] - log(h * h / (90 * 90 + 60 * 60))) < 1e-9);
	assert_true(fabs(x[WARMTH_X_SPEAKERS] + .6 * log(.6) + .4 * log(.2)) < 1e-9);
	assert_true(fabs(x[WARMTH_X_SINCE] - log(1 + 9)) < 1e-9);
	assert_true(fabs(x[WARMTH_X_REVERSION] - ((log(155) + log(5) + log(55)) / 3 - log(155))) < 1e-9);
	assert_true(fabs(x[WARMTH_X_CORE_QUIET] - .6) < 1e-9); /* 1 alone wrote half */
	/* Runs of the quarter: 1's, unanswered for 67 days; 60 of one message, of which the last has no answer. */
	assert_true(fabs(x[WARMTH_X_UNANSWERED] - 2. / 61) < 1e-9);
}

static void a_run_is_answered_within_a_day(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	talk(w, DAY0, 100, 3);
	for (unsigned i = 0; i < 100; i++) /* one long run */
		say(w, T0 - 50, i / 60., 1, 0);
	say(w, T0 - 49, 1.65, 2, 0);       /* just within a day of its end, at 1:39 */
	say(w, T0 - 40, 0, 3, 0);          /* 2's run had no answer; 3's neither, though he goes on a day and a half later */
	say(w, T0 - 39, 12, 3, 0);
	say(w, T0 - 38, 11, 2, 0);         /* answers 3's second run; has none */
	say(w, T0 - 1, 23, 1, 0);          /* not known yet */
	struct warmth_forecast f = forecast(w, T0, a);
	assert_true(fabs(f.rows[0].x[WARMTH_X_UNANSWERED] - 3. / 5) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_begin_and_end_where_they_should),
		cmocka_unit_test(usual_is_of_three_quarters_then_of_four),
		cmocka_unit_test(halve_is_less_than_half),
		cmocka_unit_test(fall_is_after_the_gap),
		cmocka_unit_test(too_little_is_said_to_be_so),
		cmocka_unit_test(machines_are_not_counted),
		cmocka_unit_test(silence_until_the_end_is_an_event),
		cmocka_unit_test(the_young_and_the_silent_have_no_rows),
		cmocka_unit_test(nothing_of_the_future_is_in_it),
		cmocka_unit_test(dates_can_be_counted_back),
		cmocka_unit_test(the_past_is_the_sum_of_its_rows),
		cmocka_unit_test(features_are_what_they_say),
		cmocka_unit_test(a_run_is_answered_within_a_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
