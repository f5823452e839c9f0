/*
 * Simulated groups are what their plans say: the rest of the proof stands on them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim.h"

#define ANSWER_BYTES (256u << 20)

static void test_same_seed_same_group(void **state)
{
	for (enum sim_scene s = 0; s < SIM_SCENES; s++) {
		struct sim_plan p = sim_plan_of(s, 7);
		struct sim_group a CLEANUP(sim_free) = sim_make(&p), b CLEANUP(sim_free) = sim_make(&p);
		p.seed = 8;
		struct sim_group c CLEANUP(sim_free) = sim_make(&p);
		assert_int_equal(a.count, b.count);
		assert_memory_equal(a.events, b.events, a.count * sizeof *a.events);
		assert_true(c.count != a.count);
		for (size_t i = 1; i < a.count; i++)
			assert_true(a.events[i - 1].at_us / US_PER_DAY <= a.events[i].at_us / US_PER_DAY);
	}
}

/* Deaths over member days, core over edge, of many groups: the plan's hazard ratio. */
static void test_hazards(void **state)
{
	const enum sim_scene scenes[] = { SIM_UNIFORM, SIM_CORE_FIRST, SIM_EDGE_FIRST };
	const double truth[] = { 0, log(5), -log(5) };
	for (size_t k = 0; k < COUNT_OF(scenes); k++) {
		double days[2] = { 0 }, left[2] = { 0 };
		for (uint64_t seed = 1; seed <= 60; seed++) {
			struct sim_plan p = sim_plan_of(scenes[k], seed);
			struct sim_group g CLEANUP(sim_free) = sim_make(&p);
			for (int32_t i = 0; i < g.member_count; i++) {
				const struct sim_member *m = &g.members[i];
				left[m->core] += m->leave_day != SIM_STAYS;
				days[m->core] += (m->leave_day < p.days ? m->leave_day : p.days) - p.leave_from;
			}
		}
		double ratio = log(left[1] / days[1] / (left[0] / days[0]));
		print_message("# log hazard ratio core/edge planned %.2f, made %.2f\n", truth[k], ratio);
		assert_true(fabs(ratio - truth[k]) < .2);
	}
}

static void test_scenes(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	struct warmth_reading r[SIM_SCENES];
	for (enum sim_scene s = 0; s < SIM_SCENES; s++) {
		struct sim_plan p = sim_plan_of(s, 3);
		struct sim_group g CLEANUP(sim_free) = sim_make(&p);
		struct warmth *w CLEANUP(warmth_drop) = sim_warmth(&g);
		assert_int_equal(warmth_answer(w, &(struct warmth_ask){ .seed = 1 }, a, &r[s]), ERR_OK);
		assert_int_equal(r[s].at_us, (SIM_DAY0 + p.days) * US_PER_DAY);
		assert_int_equal(r[s].members, g.member_count);
	}
	assert_int_equal(r[SIM_PLANNED_END].level.stage, WARMTH_QUIET);
	assert_true(r[SIM_PLANNED_END].last_us < (SIM_DAY0 + 421) * US_PER_DAY);
	assert_true(r[SIM_ONE_PERSON].people[0].messages * 2 > r[SIM_ONE_PERSON].messages);
	assert_true(r[SIM_SEASON].weeks[48].messages * 4 < r[SIM_SEASON].weeks[30].messages);
	const struct warmth_intake *in = &r[SIM_NEWCOMERS].intake;
	print_message("# newcomers back: addressed %.2f [%.2f, %.2f], planned .6; addressed at all %.2f\n",
		in->back_later_addressed.share, in->back_later_addressed.low, in->back_later_addressed.high,
		in->addressed.share);
	assert_true(in->back_later_addressed.low < .6 && in->back_later_addressed.high > .5);
	assert_true(in->addressed.low < .5 && in->addressed.high > .5 && in->joiners_spoke.share == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_group),
		cmocka_unit_test(test_hazards),
		cmocka_unit_test(test_scenes),
	};
	return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
