/*
 * The thermometer on groups whose truth is known, because they are made here from fixed seeds.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "warmth/warmth.h"

#define DAY0 18262 /* 2020-01-01, a Wednesday */
#define ANSWER_BYTES (256u << 20)

/* ---- chance ---- */

static uint64_t chance;

static double unit(void)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(chance >> 11) + .5) / 9007199254740992.0;
}

static double normal(void) { return sqrt(-2 * log(unit())) * cos(6.283185307179586 * unit()); }

/* ---- helpers ---- */

static void add(struct warmth *w, double day, int32_t person, int32_t target, enum warmth_kind kind, unsigned flags)
{
	struct warmth_event e = { .at_us = (int64_t)((DAY0 + day) * 86400) * US_PER_S,
		.person = person,
		.target = target,
		.kind = kind,
		.flags = flags };
	assert_int_equal(warmth_add(w, &e), ERR_OK);
}

static void talk(struct warmth *w, double day, int32_t person) { add(w, day, person, WARMTH_NOBODY, WARMTH_TALK, 0); }

static struct warmth_reading answer(const struct warmth *w, struct arena *a)
{
	struct warmth_reading r;
	struct warmth_ask ask = { .seed = 1 };
	assert_int_equal(warmth_answer(w, &ask, a, &r), ERR_OK);
	return r;
}

static const struct warmth_person *who(const struct warmth_reading *r, int32_t person)
{
	for (size_t i = 0; i < r->people_count; i++)
		if (r->people[i].person == person)
			return &r->people[i];
	return NULL;
}

static struct arena *arena_new_or_die(void)
{
	struct arena *a = arena_new(ANSWER_BYTES);
	assert_non_null(a);
	return a;
}

/* ---- counts ---- */

static void test_weeks(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	talk(w, 4.99, 1); /* Sunday 23:45 */
	talk(w, 5, 1);    /* Monday 00:00 */
	talk(w, 5.1, 2);
	talk(w, 26, 2);   /* Monday three weeks later */
	add(w, 27, 3, WARMTH_NOBODY, WARMTH_TALK, WARMTH_BOT);
	add(w, 28, 4, WARMTH_NOBODY, WARMTH_JOIN, 0);
	struct warmth_reading r = answer(w, a);
	assert_int_equal(r.messages, 4);
	assert_int_equal(r.members, 2);
	assert_int_equal(r.bots, 1);
	assert_int_equal(r.bot_messages, 1);
	assert_int_equal(r.joins, 1);
	assert_int_equal(r.week_count, 5);
	const unsigned messages[] = { 1, 2, 0, 0, 1 }, speakers[] = { 1, 2, 0, 0, 1 };
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(r.weeks[i].messages, messages[i]);
		assert_int_equal(r.weeks[i].speakers, speakers[i]);
	}
	assert_int_equal(r.weeks[0].begin_us, (int64_t)(DAY0 - 2) * US_PER_DAY);
	assert_int_equal(r.last_us, (int64_t)(DAY0 + 26) * US_PER_DAY);
	assert_int_equal(r.at_us, (int64_t)(DAY0 + 28) * US_PER_DAY);
}

static void test_empty_and_bad(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_reading r = answer(w, a);
	assert_false(r.talked);
	assert_int_equal(r.week_count, 0);
	const struct warmth_event bad[] = { { -1, 1, -1, WARMTH_TALK, 0 }, { INT64_MAX, 1, -1, WARMTH_TALK, 0 },
		{ US_PER_DAY, -2, -1, WARMTH_JOIN, 0 }, { US_PER_DAY, -1, -1, WARMTH_TALK, 0 } };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(warmth_add(w, &bad[i]), ERR_INPUT);
	const struct warmth_event edge[] = { { 0, 0, 0, WARMTH_TALK, 0 },
		{ (WARMTH_DAY_MAX + 1) * US_PER_DAY - 1, INT32_MAX, 0, WARMTH_TALK, 0 } };
	for (size_t i = 0; i < COUNT_OF(edge); i++)
		assert_int_equal(warmth_add(w, &edge[i]), ERR_OK);
	r = answer(w, a);
	assert_int_equal(r.messages, 2);
	assert_int_equal(r.people[0].silence, WARMTH_SILENCE_UNKNOWN);
	assert_true(isnan(r.people[0].p_silent));
	assert_false(r.order.known);
	assert_false(r.level.known);
}

static void test_out_of_order_is_the_same(void **state)
{
	struct warmth *forth CLEANUP(warmth_drop) = warmth_new(), *back CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (int i = 0; i < 300; i++) {
		talk(forth, i * .7, i % 7);
		talk(back, (299 - i) * .7, (299 - i) % 7);
	}
	struct warmth_reading f = answer(forth, a), b = answer(back, a);
	assert_int_equal(f.people_count, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(f.people[i].person, b.people[i].person);
		assert_int_equal(f.people[i].messages, b.people[i].messages);
		assert_int_equal(f.people[i].active_days, b.people[i].active_days);
		assert_true(f.people[i].p_silent == b.people[i].p_silent);
	}
	assert_memory_equal(f.weeks, b.weeks, f.week_count * sizeof *f.weeks);
}

static void test_renames_are_one_person(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (int i = 0; i < 20; i++)
		talk(w, i, i < 10 ? 1 : 2);
	add(w, 9.5, 1, 2, WARMTH_RENAME, 0);
	/* A name that everybody uses for a while must not make them one. */
	for (int32_t i = 10; i < 20; i++) {
		talk(w, i, i);
		add(w, i, i, 9, WARMTH_RENAME, 0);
	}
	struct warmth_reading r = answer(w, a);
	assert_int_equal(r.members, 11);
	assert_int_equal(r.renames_unfollowed, 10);
	const struct warmth_person *p = who(&r, 2);
	assert_non_null(p);
	assert_null(who(&r, 1));
	assert_int_equal(p->messages, 20);
	assert_int_equal(p->active_days, 20);
	assert_int_equal(p->first_us, (int64_t)DAY0 * US_PER_DAY);
}

static void test_core_then_and_now(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (int day = 0; day < 300; day++)
		for (int i = 0; i < 10; i++)
			talk(w, day + i * .05, day < 200 ? (i < 6 ? 1 : 10 + i) : (i < 3 ? 2 : i < 6 ? 3 : 10 + i));
	struct warmth_reading r = answer(w, a);
	assert_true(r.then.known && r.now.known);
	assert_int_equal(r.then.count, 1);
	assert_int_equal(r.people[r.then.who[0].person].person, 1);
	assert_int_equal(r.now.count, 2);
	assert_int_equal(r.now.messages, 840);
	assert_int_equal(r.now.speakers, 6);
	for (size_t i = 0; i < 2; i++) {
		int32_t person = r.people[r.now.who[i].person].person;
		assert_true(person == 2 || person == 3);
	}
}

/* ---- silence ---- */

static enum warmth_silence silence_after(int every_days, int times, int quiet_days)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (int i = 0; i < times; i++)
		talk(w, i * every_days + .4, 1);
	talk(w, (times - 1) * every_days + quiet_days + .5, 2);
	struct warmth_reading r = answer(w, a);
	assert_int_equal(who(&r, 1)->quiet_days, quiet_days);
	return who(&r, 1)->silence;
}

static void test_silence_by_rhythm(void **state)
{
	for (int times = 6; times <= 200; times += 7) {
		assert_int_equal(silence_after(7, times, 8), WARMTH_SPEAKS);
		assert_int_equal(silence_after(7, times, 21), WARMTH_SILENT);
		assert_int_equal(silence_after(1, times, 2), WARMTH_SPEAKS);
		assert_int_equal(silence_after(1, times, 5), WARMTH_SILENT);
		assert_int_equal(silence_after(30, times, 40), WARMTH_SPEAKS);
	}
	assert_int_equal(silence_after(1, 5, 500), WARMTH_SILENCE_UNKNOWN);
}

static void test_silence_when_it_happened_before(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	/* Daily, but for a fortnight away every thirty days. */
	for (int i = 0; i < 300; i++)
		talk(w, i + i / 30 * 14, 1);
	talk(w, 299 + 9 * 14 + 13, 2);
	struct warmth_reading r = answer(w, a);
	assert_int_equal(who(&r, 1)->silence, WARMTH_SPEAKS);
}

static void test_collective_has_no_rhythm(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (int i = 0; i < 50; i++)
		add(w, i, 1, WARMTH_NOBODY, WARMTH_TALK, WARMTH_COLLECTIVE);
	talk(w, 90, 2);
	struct warmth_reading r = answer(w, a);
	assert_int_equal(who(&r, 1)->silence, WARMTH_SILENCE_UNKNOWN);
	assert_false(r.now.known && r.people[r.now.who[0].person].person == 1);
}

/* Members who keep their rhythm, each in his own way. now: where the last gap began. */
enum habit { REGULAR, ALMOST_DAILY, HALF_THE_DAYS, POISSON, RARE_POISSON, BURSTY, WEEKENDS, WORKDAYS, HABITS };
static const char *const habit_name[] = { "regular weekly", "nine days of ten", "half the days", "Poisson, 3 days",
	"Poisson, 10 days", "bursty (one day or twenty)", "weekends", "workdays" };
static const double habit_most[] = { .012, .015, .02, .02, .02, .03, .015, .015 };

static double days_until(enum habit habit, double now)
{
	double days = 0;
	switch (habit) {
	case REGULAR:
		return 7 + .3 * normal();
	case ALMOST_DAILY:
	case HALF_THE_DAYS:
		do
			days++;
		while (unit() > (habit == ALMOST_DAILY ? .9 : .5));
		return days;
	case POISSON:
		return -3 * log(unit());
	case RARE_POISSON:
		return -10 * log(unit());
	case BURSTY:
		return -log(unit()) * (unit() < .8 ? 1 : 20);
	default:
		for (;;) {
			days++;
			bool weekend = (long)floor(now + days) % 7 >= 5;
			if (weekend == (habit == WEEKENDS) && unit() < .85)
				return days;
		}
	}
}

static void test_false_flags(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_rhythm *rhythm;
	assert_int_equal(warmth_rhythm_new(a, &rhythm), ERR_OK);
	chance = 20240229;
	for (enum habit habit = 0; habit < HABITS; habit++) {
		size_t flagged = 0, looked = 1500;
		for (size_t i = 0; i < looked; i++) {
			uint32_t gaps[61];
			size_t n = 20 + i % 41, have = 0;
			double now = 7 * unit(), last = floor(now);
			while (have <= n) {
				now += days_until(habit, now);
				if (floor(now) > last)
					gaps[have++] = (uint32_t)(floor(now) - last);
				last = floor(now);
			}
			flagged += warmth_rhythm_tail(rhythm, gaps, n, gaps[n]) < WARMTH_SILENT_BELOW;
		}
		double rate = (double)flagged / (double)looked;
		print_message("# called silent while keeping his rhythm, %s: %.4f\n", habit_name[habit], rate);
		assert_true(rate <= habit_most[habit]);
	}
}

/* Who truly stops is found: a Poisson member of three days, quiet for a month. */
static void test_true_silence_is_found(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_rhythm *rhythm;
	assert_int_equal(warmth_rhythm_new(a, &rhythm), ERR_OK);
	chance = 7;
	size_t found = 0;
	for (size_t i = 0; i < 400; i++) {
		uint32_t gaps[40];
		for (size_t j = 0; j < 40; j++)
			gaps[j] = (uint32_t)ceil(days_until(POISSON, 0));
		found += warmth_rhythm_tail(rhythm, gaps, 40, 35) < WARMTH_SILENT_BELOW;
	}
	assert_true(found >= 380);
}

static void test_rhythm_extremes(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_rhythm *rhythm;
	assert_int_equal(warmth_rhythm_new(a, &rhythm), ERR_OK);
	const uint32_t gap[] = { 1, 2, 49710 };
	uint32_t gaps[300];
	for (size_t n = 0; n <= 300; n += 15)
		for (size_t i = 0; i < 27; i++) {
			for (size_t j = 0; j < n; j++)
				gaps[j] = gap[j % 4 == 0 ? i % 3 : i / 3 % 3];
			double last = 1;
			for (uint32_t quiet = 0; quiet < 60000; quiet = quiet * 3 + 1) {
				double p = warmth_rhythm_tail(rhythm, gaps, n, quiet);
				assert_true(n < WARMTH_GAPS_MIN ? isnan(p) : p >= 0 && p <= 1 && p <= last + 1e-9);
				last = p;
			}
		}
}

/* ---- order of silence ---- */

enum leaving { BY_CHANCE, IMPORTANT_FIRST, IMPORTANT_LAST, NOBODY_LEAVES, LOUD_FIRST };

/* Forty regulars of a year; all write, each is answered by his weight; they stop by the rule, at the latest on day 300.
 */
static struct warmth_order order_of_group(enum leaving leaving, uint64_t seed, struct arena *a)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	double weight[40], rate[40], stop[40];
	chance = seed * 7919 + 1;
	for (int i = 0; i < 40; i++) {
		rate[i] = .25 + .5 * unit();
		weight[i] = leaving == LOUD_FIRST ? rate[i] * rate[i] * exp(.5 * normal()) : exp(normal());
	}
	for (int i = 0; i < 40; i++) {
		int rank = 0;
		for (int j = 0; j < 40; j++)
			rank += leaving == LOUD_FIRST ? rate[j] < rate[i] : weight[j] < weight[i];
		double place = leaving == BY_CHANCE ? unit() :
			leaving == IMPORTANT_LAST   ? rank / 40.0 :
						      1 - rank / 40.0;
		stop[i] = leaving == NOBODY_LEAVES ? 366 : 60 + 240 * (place * .8 + .2 * unit());
	}
	for (int day = 0; day < 365; day++)
		for (int i = 0; i < 40; i++) {
			if (day >= stop[i] || unit() > rate[i])
				continue;
			double sum = 0;
			for (int j = 0; j < 40; j++)
				sum += j != i && day < stop[j] ? weight[j] : 0;
			double pick = sum * unit();
			int target = WARMTH_NOBODY;
			for (int j = 0; j < 40 && pick > 0; j++)
				if (j != i && day < stop[j]) {
					pick -= weight[j];
					target = j;
				}
			add(w, day + i * .02, i, target, WARMTH_TALK, 0);
		}
	add(w, 365, 99, WARMTH_NOBODY, WARMTH_JOIN, 0);
	return answer(w, a).order;
}

static void test_order_planted(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_order core = order_of_group(IMPORTANT_FIRST, 3, a), edge = order_of_group(IMPORTANT_LAST, 3, a);
	assert_true(core.known && core.gone >= 30 && core.rho < -.6 && core.high < 0 && core.p_null < .01);
	assert_int_equal(core.first, WARMTH_FIRST_CORE);
	assert_true(edge.known && edge.rho > .6 && edge.low > 0 && edge.p_null < .01);
	assert_int_equal(edge.first, WARMTH_FIRST_EDGE);
	struct warmth_order none = order_of_group(NOBODY_LEAVES, 3, a);
	assert_false(none.known);
	assert_int_equal(none.first, WARMTH_FIRST_UNKNOWN);
	assert_true(none.gone < WARMTH_GONE_MIN && isnan(none.rho) && isnan(none.p_null));
}

/* Who talks much is answered much and leaves first; but among those who talk alike, the more important do not. */
static void test_order_of_rates_alone(void **state)
{
	size_t negative = 0, low_p = 0, groups = 40;
	for (size_t i = 0; i < groups; i++) {
		struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
		struct warmth_order o = order_of_group(LOUD_FIRST, i, a);
		negative += o.known && o.high < 0;
		low_p += o.p_null < .05;
	}
	print_message("# loud first: interval below 0 in %zu, p_null < .05 in %zu of %zu\n", negative, low_p, groups);
	assert_true(negative >= 36 && low_p <= 12);
}

static void test_order_by_chance(void **state)
{
	size_t low_p = 0, outside = 0, groups = 100;
	double sum = 0;
	for (size_t i = 0; i < groups; i++) {
		struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
		struct warmth_order o = order_of_group(BY_CHANCE, i + 100, a);
		assert_true(o.known && o.low <= o.rho && o.rho <= o.high);
		low_p += o.p_null < .05;
		outside += o.low > 0 || o.high < 0;
		sum += o.rho;
	}
	print_message("# by chance: mean rho %.3f, p_null < .05 in %zu, interval without 0 in %zu of %zu\n",
		sum / (double)groups, low_p, outside, groups);
	assert_true(fabs(sum / (double)groups) < .08);
	assert_true(low_p <= 11 && outside <= 12);
}

static void test_spearman(void **state)
{
	/* Ties and all; the value was worked out from the ranks by hand. */
	const double x[] = { 1, 2, 2, 4, 5, 9 }, y[] = { 3, 1, 4, 4, 9, 8 }, flat[] = { 1, 1, 1, 1, 1, 1 };
	double scratch[24];
	assert_true(fabs(warmth_spearman(x, y, 6, scratch) - 0.8088235294117647) < 1e-12);
	assert_true(isnan(warmth_spearman(x, flat, 6, scratch)));
	assert_true(fabs(warmth_spearman(x, x, 6, scratch) - 1) < 1e-12);
}

/* ---- level ---- */

/* A group of 10 talk a day in good weeks and bad (they hang together), times factor in the last 84 of its days. */
static struct warmth_level level_of_group(uint64_t seed, int days, double factor, struct arena *a)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	chance = seed * 104729 + 5;
	double mood = 0;
	for (int day = 0; day < days; day++) {
		if (day % 7 == 0)
			mood = .5 * mood + .25 * normal();
		double rate = 10 * exp(mood) * (day >= days - WARMTH_NOW_DAYS ? factor : 1);
		for (double t = -log(unit()) / rate; t < 1; t -= log(unit()) / rate)
			talk(w, day + t, (int32_t)(unit() * 20));
	}
	talk(w, days - .001, 0);
	return answer(w, a).level;
}

static void test_level(void **state)
{
	const int days[] = { WARMTH_NOW_DAYS + 7 * (int)WARMTH_USUAL_WEEKS_MIN, 500, 1200 };
	for (size_t k = 0; k < COUNT_OF(days); k++) {
		size_t steady = 0, wrong = 0, groups = 100;
		for (size_t i = 0; i < groups; i++) {
			struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
			struct warmth_level l = level_of_group(i, days[k], 1, a);
			assert_true(l.known && l.low <= l.percent && l.percent <= l.high);
			steady += l.stage == WARMTH_STEADY;
			wrong += l.stage != WARMTH_STEADY && l.stage != WARMTH_STAGE_UNKNOWN;
		}
		print_message("# steady groups of %d days called steady: %zu, cooling or warming: %zu of %zu\n",
			days[k], steady, wrong, groups);
		assert_true(wrong <= 12 && steady >= 70);
	}
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_level cool = level_of_group(1, 500, .4, a), warm = level_of_group(1, 500, 2.5, a),
			    young = level_of_group(1, 250, .4, a);
	assert_int_equal(cool.stage, WARMTH_COOLING);
	assert_true(cool.low < 40 && cool.high > 40);
	assert_int_equal(warm.stage, WARMTH_WARMING);
	assert_false(young.known);
	assert_int_equal(young.stage, WARMTH_STAGE_UNKNOWN);
	assert_true(isnan(young.percent));
}

static void test_quiet(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	for (int i = 0; i < 400; i++)
		talk(w, i, i % 5);
	add(w, 440, WARMTH_NOBODY, WARMTH_NOBODY, WARMTH_OTHER, 0);
	assert_int_equal(answer(w, a).level.stage, WARMTH_QUIET);
}

/* ---- memory that runs out ---- */

static void test_memory(void **state)
{
	for (uint64_t nth = 1;; nth++) {
		base_alloc_fail(nth);
		struct warmth *w = warmth_new();
		struct arena *a = w ? arena_new(ANSWER_BYTES) : NULL;
		enum err e = a ? ERR_OK : ERR_MEMORY;
		for (int i = 0; e == ERR_OK && i < 400; i++) {
			struct warmth_event event = { (DAY0 + i) * US_PER_DAY, i % 17, (i + 1) % 17,
				i % 50 ? WARMTH_TALK : WARMTH_RENAME, 0 };
			e = warmth_add(w, &event);
		}
		struct warmth_reading r = { .messages = 77 };
		if (e == ERR_OK)
			e = warmth_answer(w, &(struct warmth_ask){ .seed = 1 }, a, &r);
		bool done = e == ERR_OK && r.messages == 392;
		assert_true(done || (e == ERR_MEMORY && r.messages == 77));
		base_alloc_fail(0);
		arena_free(a);
		warmth_free(w);
		if (done) {
			assert_true(nth > 10);
			return;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weeks),
		cmocka_unit_test(test_empty_and_bad),
		cmocka_unit_test(test_out_of_order_is_the_same),
		cmocka_unit_test(test_renames_are_one_person),
		cmocka_unit_test(test_core_then_and_now),
		cmocka_unit_test(test_silence_by_rhythm),
		cmocka_unit_test(test_silence_when_it_happened_before),
		cmocka_unit_test(test_collective_has_no_rhythm),
		cmocka_unit_test(test_false_flags),
		cmocka_unit_test(test_true_silence_is_found),
		cmocka_unit_test(test_rhythm_extremes),
		cmocka_unit_test(test_order_planted),
		cmocka_unit_test(test_order_of_rates_alone),
		cmocka_unit_test(test_order_by_chance),
		cmocka_unit_test(test_spearman),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests_name("warmth", tests, NULL, NULL);
}
