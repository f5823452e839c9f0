/*
 * Evaporation on groups made here from fixed seeds, so that who left, and when, is known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim.h"
#include "warmth/warmth_private.h"

#define MEMORY_BYTES (256u << 20)
#define MEMBERS_MAX 400

/* What was said before a day of the plan. */
static struct warmth *talk(const struct sim_group *g, int32_t until)
{
	struct warmth *w = warmth_new();
	assert_non_null(w);
	for (size_t i = 0; i < g->count; i++)
		if (g->events[i].at_us < (SIM_DAY0 + until) * US_PER_DAY)
			assert_int_equal(warmth_add(w, &g->events[i]), ERR_OK);
	return w;
}

static struct arena *arena_new_or_die(void)
{
	struct arena *a = arena_new(MEMORY_BYTES);
	assert_non_null(a);
	return a;
}

static struct warmth_reading read_at(const struct warmth *w, int32_t day, size_t steps, bool others, struct arena *a)
{
	struct warmth_reading r;
	struct warmth_ask ask = { .has_at = true,
		.at_us = (SIM_DAY0 + day) * US_PER_DAY,
		.seed = 1,
		.evaporation_steps = steps,
		.evaporation_by_others = others };
	assert_int_equal(warmth_answer(w, &ask, a, &r), ERR_OK);
	return r;
}

static const struct sim_member *member_of(const struct sim_group *g, int32_t id)
{
	for (int32_t i = 0; i < g->member_count; i++)
		if (g->members[i].id == id)
			return &g->members[i];
	fail_msg("nobody is %d", id);
	return NULL;
}

/* Of the core's weight, what has left. */
static double truth_of(const struct sim_group *g, const struct warmth_reading *r)
{
	double gone = 0, all = 0;
	for (size_t i = 0; i < r->then.count; i++) {
		double weight = (double)r->then.who[i].messages;
		all += weight;
		gone += member_of(g, r->people[r->then.who[i].person].person)->leave_day < g->days ? weight : 0;
	}
	return gone / all;
}

#define GROUPS 25u
/* Groups of one kind: how E, its interval and the truth go together. */
struct tally {
	unsigned groups, covered;
	double said, gone, widest; /* E and the truth: means */
};

static void tally_add(struct tally *t, const struct sim_plan *plan)
{
	struct sim_group g CLEANUP(sim_free) = sim_make(plan);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, g.days);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_reading r = read_at(w, g.days, 0, false, a);
	const struct warmth_evaporation_at *e = &r.evaporation.now;
	double truth = truth_of(&g, &r);
	assert_int_equal(e->doubt, WARMTH_EVAPORATION_SURE);
	assert_int_equal(e->core, r.then.count);
	assert_true(e->low >= 0 && e->low <= e->share && e->share <= e->high && e->high <= 1);
	t->groups++;
	t->covered += e->low <= truth + 1e-9 && truth <= e->high + 1e-9;
	t->said += e->share / GROUPS;
	t->gone += truth / GROUPS;
	t->widest = fmax(t->widest, e->high - e->low);
}

static void tally_print(const char *what, const struct tally *t)
{
	print_message("# %s: E %.3f, gone %.3f, covered %u of %u, widest %.3f\n", what, t->said, t->gone, t->covered,
		t->groups, t->widest);
}

static void expect_scene(const char *what, enum sim_scene scene, double mood, double apart, unsigned covered)
{
	struct tally t = { 0 };
	for (unsigned i = 0; i < GROUPS; i++) {
		struct sim_plan plan = sim_plan_of(scene, 100 + i);
		plan.mood_sigma = mood > 0 ? mood : plan.mood_sigma;
		tally_add(&t, &plan);
	}
	tally_print(what, &t);
	if (!(fabs(t.said - t.gone) < apart && t.covered >= covered))
		fail_msg("%s: E is %g, gone %g, covered %u", what, t.said, t.gone, t.covered);
}

static void test_scenes(void **state)
{
	expect_scene("nobody leaves", SIM_NOBODY_LEAVES, 0, .02, GROUPS - 1);
	expect_scene("nobody leaves, other names", SIM_RENAME, 0, .02, GROUPS - 1);
	expect_scene("a pause of ten weeks, over", SIM_SEASON, 0, .02, GROUPS - 1);
	expect_scene("uniform", SIM_UNIFORM, 0, .08, GROUPS - 3);
	expect_scene("edge first", SIM_EDGE_FIRST, 0, .04, GROUPS - 2);
	expect_scene("edge first, lively weeks and long pauses", SIM_EDGE_FIRST, 1.5, .08, GROUPS - 4);
	/* A law that is the same at all times believes the less in leaving the fewer had left before. */
	expect_scene("core first", SIM_CORE_FIRST, 0, .12, GROUPS - 7);
}

/* The core goes within the last 84 days, after a time in which nobody went. */
static struct sim_plan sudden_plan(uint64_t seed)
{
	struct sim_plan plan = sim_plan_of(SIM_CORE_FIRST, seed);
	plan.leave_from = plan.days - 84;
	plan.leave = .03;
	plan.core_effect = log(30);
	return plan;
}

static void test_sudden_end(void **state)
{
	struct tally t = { 0 };
	double before = 0;
	unsigned rose = 0;
	for (unsigned i = 0; i < GROUPS; i++) {
		struct sim_plan plan = sudden_plan(300 + i);
		tally_add(&t, &plan);
		struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
		struct warmth *w CLEANUP(warmth_drop) = talk(&g, g.days);
		struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
		struct warmth_evaporation e = read_at(w, g.days, 4, false, a).evaporation;
		assert_int_equal(e.before_count, 4);
		assert_int_equal(e.before[3].doubt, WARMTH_EVAPORATION_SURE);
		before += e.before[3].share / GROUPS;
		rose += e.now.low > e.before[3].share + .1;
	}
	tally_print("sudden end", &t);
	print_message("# 112 days before E %.3f; rose beyond chance in %u of %u\n", before, rose, t.groups);
	/* A law that is the same at all times underrates so sudden an end, but not by more than this. */
	assert_true(before < .02 && t.said > .6 * t.gone && rose >= GROUPS - 3);
}

/* All talk half as often in the last twelve weeks, and nobody has left. */
static void test_fading(void **state)
{
	struct tally t = { 0 };
	for (unsigned i = 0; i < GROUPS; i++) {
		struct sim_plan plan = sim_plan_of(SIM_NOBODY_LEAVES, 400 + i);
		plan.dip_from = plan.days - 84;
		plan.dip_to = plan.days;
		plan.dip = .5;
		tally_add(&t, &plan);
	}
	tally_print("fading", &t);
	assert_true(t.said < .05 && t.covered == GROUPS);
}

/* While all are away at once it looks like leaving; E says so, and takes it back (the scene above). */
static void test_pause(void **state)
{
	struct sim_plan plan = sim_plan_of(SIM_SEASON, 1);
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, plan.dip_to);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(w, plan.dip_to, 0, false, a).evaporation;
	print_message("# at the end of a pause: E %.3f [%.3f, %.3f]\n", e.now.share, e.now.low, e.now.high);
	assert_true(e.now.share > .1);
}

static void test_other_models(void **state)
{
	struct sim_plan plan = sim_plan_of(SIM_UNIFORM, 104);
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, g.days);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(w, g.days, 0, true, a).evaporation;
	print_message("# MBG %.3f, BG %.3f, Pareto %.3f\n", e.now.share, e.bg, e.pareto);
	assert_true(fabs(e.bg - e.now.share) < .1 && fabs(e.pareto - e.now.share) < .15);
	struct warmth_evaporation alone = read_at(w, g.days, 0, false, a).evaporation;
	assert_true(isnan(alone.bg) && isnan(alone.pareto) && alone.now.share == e.now.share);
}

/* What is said of a date is what was said on that date. */
static void test_no_look_ahead(void **state)
{
	struct sim_plan plan = sudden_plan(310);
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, g.days);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(w, g.days, 6, false, a).evaporation;
	for (int step = 1; step <= 6; step++) {
		int32_t day = g.days - 28 * step;
		struct warmth *then CLEANUP(warmth_drop) = talk(&g, day);
		struct warmth_evaporation was = read_at(then, day, 0, false, a).evaporation;
		assert_int_equal(e.before[step - 1].at_us, was.now.at_us);
		assert_int_equal(e.before[step - 1].core, was.now.core);
		/* The searches begin elsewhere, so they end a rounding apart. */
		if (!(fabs(e.before[step - 1].share - was.now.share) < 1e-3))
			fail_msg("%d days back: %g, then %g", 28 * step, e.before[step - 1].share, was.now.share);
	}
}

static void test_lives(void **state)
{
	struct sim_plan plan = sim_plan_of(SIM_NOBODY_LEAVES, 320);
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, g.days);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_reading r = read_at(w, g.days, 0, false, a);
	const struct warmth_evaporation *e = &r.evaporation;
	double share = 0, all = 0, ahead = 0, rate = (double)r.messages * 7 / g.days;
	assert_true(model_lifetime_usable(e->verdict));
	assert_int_equal(e->members, r.people_count);
	for (size_t i = 0; i < r.then.count; i++) {
		share += (double)r.then.who[i].messages * (1 - e->lives[r.then.who[i].person].alive);
		all += (double)r.then.who[i].messages;
	}
	assert_true(fabs(share / all - e->now.share) < 1e-12);
	for (size_t i = 0; i < r.people_count; i++) {
		const struct warmth_life *l = &e->lives[i];
		assert_true(l->alive >= 0 && l->alive <= 1 && l->pace > 0 && l->size >= 1);
		ahead += l->alive * l->pace * l->size;
	}
	/* Nobody leaves, so the weeks to come are as those that were. */
	print_message("# messages a week: expected %.0f, were %.0f\n", ahead, rate);
	assert_true(fabs(ahead / rate - 1) < .1);
}

/* ---- weights ---- */

/* The members as answer.c would make them, but in the order of their ids. */
static struct answering answering_of(const struct sim_group *g, struct arena *a)
{
	struct member *members = arena_take_many(a, (size_t)g->member_count, sizeof *members);
	assert_non_null(members);
	for (int32_t i = 0; i < g->member_count; i++) {
		struct day_count *days = arena_take_many(a, (size_t)g->days, sizeof *days);
		assert_non_null(days);
		members[i].days = days;
		for (size_t k = 0; k < g->count; k++) {
			int32_t day = day_of(g->events[k].at_us);
			if (g->events[k].kind != WARMTH_TALK || g->events[k].person != i)
				continue;
			if (members[i].day_count == 0 || days[members[i].day_count - 1].day != day)
				days[members[i].day_count++].day = day;
			days[members[i].day_count - 1].messages++;
		}
	}
	int32_t end = SIM_DAY0 + g->days;
	return (struct answering){ .a = a,
		.seed = 1,
		.first_day = SIM_DAY0,
		.at_day = end,
		.end_day = end,
		.members = members,
		.member_count = (size_t)g->member_count };
}

static void test_weights(void **state)
{
	struct sim_plan plan = sim_plan_of(SIM_UNIFORM, 330);
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct answering x = answering_of(&g, a);
	double here[MEMBERS_MAX] = { 0 }, left[MEMBERS_MAX] = { 0 };
	assert_true(g.member_count <= MEMBERS_MAX);
	for (int32_t i = 0; i < g.member_count; i++)
		(g.members[i].leave_day < g.days - 56 ? left : here)[i] = 2;
	const double *weights[] = { here, left };
	struct evaporation_ask ask = { .steps = 1, .weights = weights };
	struct warmth_evaporation e;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	print_message("# E of who is here %.3f, of who left (28 days before) %.3f\n", e.now.share, e.before[0].share);
	assert_true(e.now.share < .2 && e.before[0].share > .6);
	weights[0] = left;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	assert_true(e.now.share > .7 && e.now.share > e.before[0].share);
	for (size_t i = 0; i < MEMBERS_MAX; i++)
		left[i] = i % 2 ? NAN : -1;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	assert_int_equal(e.now.doubt, WARMTH_EVAPORATION_NO_CORE);
	assert_true(isnan(e.now.share) && isnan(e.now.low) && isnan(e.now.high));
	for (size_t i = 0; i < MEMBERS_MAX; i++)
		left[i] = 1e308;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	assert_int_equal(e.now.doubt, WARMTH_EVAPORATION_NO_CORE);
}

/* ---- unknown ---- */

static void expect_doubt(const struct sim_plan *plan, int32_t day, enum warmth_evaporation_doubt doubt)
{
	struct sim_group g CLEANUP(sim_free) = sim_make(plan);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, day);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(w, day, 12, true, a).evaporation;
	if (e.now.doubt != doubt)
		fail_msg("doubt %d, not %d", e.now.doubt, doubt);
	bool sure = doubt == WARMTH_EVAPORATION_SURE;
	assert_true(isnan(e.now.share) == !sure && isnan(e.now.low) == !sure && isnan(e.now.high) == !sure);
	assert_true(sure || (isnan(e.bg) && isnan(e.pareto)));
}

static void test_unknown(void **state)
{
	struct sim_plan plan = sim_plan_of(SIM_NOBODY_LEAVES, 500), few = plan, boss = sim_plan_of(SIM_ONE_PERSON, 501);
	few.members = WARMTH_LIVES_MIN - 1;
	boss.boss = 200;
	expect_doubt(&plan, 84 + WARMTH_EVAPORATION_CORE_DAYS - 1, WARMTH_EVAPORATION_TOO_YOUNG);
	expect_doubt(&plan, 84 + WARMTH_EVAPORATION_CORE_DAYS, WARMTH_EVAPORATION_SURE);
	expect_doubt(&few, few.days, WARMTH_EVAPORATION_TOO_FEW);
	expect_doubt(&boss, boss.days, WARMTH_EVAPORATION_NO_CORE);
	struct warmth *nobody CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(nobody, 10, 3, true, a).evaporation;
	assert_true(e.now.doubt == WARMTH_EVAPORATION_TOO_YOUNG && isnan(e.now.share) && e.before_count == 0);
}

/* Every allocation fails once. */
static void test_memory(void **state)
{
	struct sim_plan plan = sim_plan_of(SIM_UNIFORM, 600);
	struct sim_group g CLEANUP(sim_free) = sim_make(&plan);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct answering x = answering_of(&g, a);
	struct evaporation_ask ask = { .steps = 1, .beside = true };
	struct warmth_evaporation e;
	base_alloc_fail(0);
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	uint64_t allocations = base_alloc_count();
	assert_true(allocations > 5);
	for (uint64_t n = 1; n <= allocations; n++) {
		e.members = 77;
		base_alloc_fail(n);
		enum err failed = evaporation_of(&x, &ask, &e);
		base_alloc_fail(0);
		assert_true(failed == ERR_MEMORY && e.members == 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_sudden_end),
		cmocka_unit_test(test_fading),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_other_models),
		cmocka_unit_test(test_no_look_ahead),
		cmocka_unit_test(test_lives),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
