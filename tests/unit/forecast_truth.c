/*
 * The forecast on groups whose truth is known, because they are made from a plan and a seed: who is steady is left in peace.
 */
#include "forecast_help.h"
#include "sim.h"

/* Every group steady: alarms are all false, and must stay under one in a group and year. */
static void steady_groups_are_left_in_peace(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	size_t alarms = 0, dates = 0, came = 0;
	double said = 0;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct warmth *w CLEANUP(warmth_drop) = group_or_die();
		chance = seed * 77;
		struct made m = { .per_day = 1.5 + (double)(seed % 8), .fade = 1, .fade_day = 0, .days = GROUP_DAYS,
			.people = 3 + (int32_t)seed % 9 };
		make(w, &m, -1, 0);
		struct warmth_forecast f = forecast(w, DAY0 + GROUP_DAYS, a);
		const struct warmth_forecast_past *both[] = { &f.halve, &f.fall };
		for (size_t i = 0; i < 2; i++) {
			alarms += both[i]->alarms - both[i]->alarms_came;
			came += both[i]->came;
			dates += both[i]->due;
			said += both[i]->expected;
		}
		arena_reset(a);
	}
	double group_years = (double)dates * 28 / 365.25;
	print_message("# steady: %zu false alarms in %.0f group-years, p %.3f on average\n", alarms, group_years, said / (double)dates);
	assert_int_equal(came, 0);
	assert_true((double)alarms <= group_years);
	assert_true(said / (double)dates < .2);
}

static double p_on_last_date(const struct made *m, uint64_t seed)
{
	struct warmth *w CLEANUP(warmth_drop) = group_or_die();
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	chance = seed;
	make(w, m, -1, 0);
	struct warmth_forecast f = forecast(w, DAY0 + m->days, a);
	for (size_t i = f.count; i-- > 0;)
		if (f.rows[i].halve.why == WARMTH_FORECAST_SAID)
			return f.rows[i].halve.p;
	return NAN;
}

static void the_fitful_and_the_lonely_stand_out(void **state)
{
	double steady = 0, fitful = 0, lonely = 0;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		const struct made base = { .per_day = 8, .fade = 1, .fade_day = 0, .days = 588, .people = 10 };
		struct made m = base;
		steady += p_on_last_date(&m, seed) / 10;
		m.gusts = true, m.fade_day = 300;
		fitful += p_on_last_date(&m, seed) / 10;
		m = base;
		m.people = 1;
		lonely += p_on_last_date(&m, seed) / 10;
	}
	print_message("# p of halving: steady %.2f, fitful %.2f, one alone %.2f\n", steady, fitful, lonely);
	assert_true(fitful > 3 * steady && lonely > 1.2 * steady);
}

/* The planned groups in which nobody leaves: whoever is warned of there is warned of for nothing. */
static void nobody_leaves_and_nobody_is_warned(void **state)
{
	const enum sim_scene scenes[] = { SIM_NOBODY_LEAVES, SIM_RENAME, SIM_ONE_PERSON };
	for (size_t s = 0; s < COUNT_OF(scenes); s++) {
		size_t dates = 0, false_halve = 0, false_fall = 0;
		for (uint64_t seed = 1; seed <= 6; seed++) {
			struct arena *a CLEANUP(arena_drop) = arena_or_die();
			struct sim_plan plan = sim_plan_of(scenes[s], seed);
			plan.days = 900;
			struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
			struct warmth *w CLEANUP(warmth_drop) = sim_warmth(&g);
			struct warmth_forecast f = forecast(w, SIM_DAY0 + plan.days - 1, a);
			dates += f.halve.due;
			false_halve += f.halve.alarms - f.halve.alarms_came;
			false_fall += f.fall.alarms - f.fall.alarms_came;
		}
		double group_years = (double)dates * 28 / 365.25;
		print_message("# scene %d: %zu and %zu false alarms in %.0f group-years\n", (int)scenes[s], false_halve, false_fall,
			group_years);
		assert_true(group_years > 4);
		assert_true((double)false_halve <= group_years && (double)false_fall <= group_years);
	}
}

/* The first dip of a group looks like an end while it lasts; before, and a quarter after it, it must not. */
static void a_dip_is_forgotten(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	struct sim_plan plan = sim_plan_of(SIM_SEASON, 4);
	plan.days = 900;
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct warmth *w CLEANUP(warmth_drop) = sim_warmth(&g);
	struct warmth_forecast f = forecast(w, SIM_DAY0 + plan.days - 1, a);
	size_t meanwhile = 0, checked = 0;
	for (size_t i = 0; i < f.count; i++) {
		int64_t day = f.rows[i].at_us / US_PER_DAY - SIM_DAY0;
		bool warned = f.rows[i].halve.p >= warmth_forecast_alarm(false) || f.rows[i].fall.p >= warmth_forecast_alarm(true);
		bool dips = day > plan.dip_from && day < plan.dip_to + 84;
		meanwhile += dips && warned;
		checked += !dips;
		assert_false(!dips && warned);
	}
	assert_true(checked > 10);
	print_message("# dip: %zu alarms while it lasts and in the quarter after\n", meanwhile);
}

/* What is planned is not foreseen, and once it has come nothing is made up. */
static void an_end_on_a_day_is_not_foreseen(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_or_die();
	struct sim_plan plan = sim_plan_of(SIM_PLANNED_END, 3);
	plan.days = 900;
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct warmth *w CLEANUP(warmth_drop) = sim_warmth(&g);
	struct warmth_forecast f = forecast(w, SIM_DAY0 + plan.days - 1, a);
	for (size_t i = 0; i < f.count; i++) {
		int64_t day = f.rows[i].at_us / US_PER_DAY - SIM_DAY0;
		if (day >= plan.end_day + 84)
			assert_silent(&f.rows[i].halve, WARMTH_FORECAST_FEW);
		else if (day <= plan.end_day)
			assert_true(f.rows[i].halve.p < warmth_forecast_alarm(false));
	}
	assert_true(f.halve.came > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steady_groups_are_left_in_peace),
		cmocka_unit_test(the_fitful_and_the_lonely_stand_out),
		cmocka_unit_test(nobody_leaves_and_nobody_is_warned),
		cmocka_unit_test(a_dip_is_forgotten),
		cmocka_unit_test(an_end_on_a_day_is_not_foreseen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
