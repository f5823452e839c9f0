/*
 * Order of silence on simulated groups: how often it is wrong where there is no order, how often it finds a planted
 * one. HEARTH_SIM_GROUPS: how many groups of each kind (default: enough to notice a break).
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim.h"

#define ANSWER_BYTES (256u << 20)
#define GROUPS_DEFAULT 12

static uint64_t groups_wanted(void)
{
	const char *z = getenv("HEARTH_SIM_GROUPS");
	return z ? strtoull(z, NULL, 10) : GROUPS_DEFAULT;
}

static struct warmth_silence_order order_of_plan(const struct sim_plan *p)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	struct sim_group g CLEANUP(sim_free) = sim_make(p);
	struct warmth *w CLEANUP(warmth_drop) = sim_warmth(&g);
	struct warmth_reading r;
	assert_int_equal(warmth_answer(w, &(struct warmth_ask){ .seed = p->seed }, a, &r), ERR_OK);
	return r.silence_order;
}

/* Sizes, lengths, liveliness and burstiness as they come. */
static struct sim_plan varied(enum sim_scene scene, uint64_t seed)
{
	const int32_t members[] = { 25, 60, 120, 250 }, days[] = { 420, 560, 900 };
	struct sim_plan p = sim_plan_of(scene, seed);
	p.members = members[seed % COUNT_OF(members)];
	p.days = days[seed / 4 % COUNT_OF(days)];
	p.rate_median = seed / 12 % 2 ? .33 : .15;
	p.rate_sigma = seed / 24 % 2 ? .5 : .9;
	p.mood_sigma = seed / 48 % 2 ? 0 : .7;
	return p;
}

struct tally {
	size_t groups, answered, core, edge, doubt[6];
	double ratio, outside;
};

static struct tally tally_of(enum sim_scene scene, void (*change)(struct sim_plan *), double truth, uint64_t n)
{
	struct tally t = { 0 };
	for (uint64_t seed = 1; seed <= n; seed++) {
		struct sim_plan p = varied(scene, seed);
		if (change)
			change(&p);
		struct warmth_silence_order o = order_of_plan(&p);
		t.groups++;
		t.doubt[o.doubt]++;
		t.core += o.first == WARMTH_FIRST_CORE;
		t.edge += o.first == WARMTH_FIRST_EDGE;
		assert_true((o.first == WARMTH_FIRST_UNKNOWN) == (o.doubt != WARMTH_SILENCE_SURE));
		if (isnan(o.ratio))
			continue;
		t.answered++;
		t.ratio += o.ratio;
		t.outside += truth < o.low || truth > o.high;
	}
	return t;
}

static void say(const char *what, const struct tally *t)
{
	print_message("# %-34s %4zu groups, core first %zu, edge first %zu, neither %zu; young %zu, few gone %zu, few people "
		      "%zu, alike %zu, wide %zu; fitted %zu, mean %.2f, truth outside %.0f\n",
		what, t->groups, t->core, t->edge, t->doubt[0] - t->core - t->edge, t->doubt[1], t->doubt[2], t->doubt[3],
		t->doubt[4], t->doubt[5], t->answered, t->ratio / (double)t->answered, t->outside);
}

static void by_rate(struct sim_plan *p) { p->rate_effect = .7; }
static void against_rate(struct sim_plan *p) { p->rate_effect = -.7; }
static void shocks(struct sim_plan *p) { p->shock = 1; }
static void bursty(struct sim_plan *p) { p->mood_sigma = 1.2; }
static void loud(struct sim_plan *p)
{
	p->boss = 20;
	p->leave = .06;
}

/* False words among all groups (not only those that got an answer): at most 5 % stated; the bound allows for chance.
 * */
static void test_no_order(void **state)
{
	const struct {
		const char *name;
		enum sim_scene scene;
		void (*change)(struct sim_plan *);
	} c[] = { { "nobody leaves", SIM_NOBODY_LEAVES, NULL }, { "nobody leaves, very bursty", SIM_NOBODY_LEAVES, bursty },
		{ "all alike", SIM_UNIFORM, NULL }, { "quicker posters leave sooner", SIM_UNIFORM, by_rate },
		{ "slower posters leave sooner", SIM_UNIFORM, against_rate }, { "common shocks", SIM_UNIFORM, shocks },
		{ "planned end", SIM_PLANNED_END, NULL }, { "seasonal dip", SIM_SEASON, NULL },
		{ "new names", SIM_RENAME, NULL }, { "one person dominates", SIM_ONE_PERSON, loud },
		{ "contagion", SIM_CONTAGION, NULL } };
	size_t wrong = 0, groups = 0;
	for (size_t i = 0; i < COUNT_OF(c); i++) {
		struct tally t = tally_of(c[i].scene, c[i].change, 0, groups_wanted());
		say(c[i].name, &t);
		wrong += t.core + t.edge;
		groups += t.groups;
		double most = .05 * (double)t.groups;
		assert_true((double)(t.core + t.edge) <= most + 2.6 * sqrt(most) + 1);
	}
	print_message("# false words: %zu of %zu\n", wrong, groups);
	assert_true((double)wrong <= .05 * (double)groups);
}

static void test_planted(void **state)
{
	struct tally core = tally_of(SIM_CORE_FIRST, NULL, log(5), groups_wanted()),
		     edge = tally_of(SIM_EDGE_FIRST, NULL, -log(5), groups_wanted());
	say("core first, hazard x 5", &core);
	say("edge first, hazard x 5", &edge);
	assert_int_equal(core.edge, 0);
	assert_int_equal(edge.core, 0);
	assert_true(core.core * 3 >= core.groups && edge.edge * 4 >= edge.groups);
}

/* All stop three weeks before the end: nobody's silence can be told yet. Ten weeks before: it can. */
static void test_last_weeks(void **state)
{
	struct sim_plan p = sim_plan_of(SIM_PLANNED_END, 5);
	p.end_day = p.days - 21;
	struct warmth_silence_order o = order_of_plan(&p);
	assert_int_equal(o.first, WARMTH_FIRST_UNKNOWN);
	assert_int_equal(o.doubt, WARMTH_SILENCE_FEW_GONE);
	assert_true(o.core_gone + o.edge_gone < WARMTH_SILENCE_EVENTS_MIN); /* who happened to pause before */
	p.end_day = p.days - 70;
	o = order_of_plan(&p);
	assert_true(o.core_gone + o.edge_gone > 30 && o.first == WARMTH_FIRST_NEITHER);
}

static void test_thin(void **state)
{
	struct sim_plan p = sim_plan_of(SIM_CORE_FIRST, 2);
	p.members = 8;
	assert_int_equal(order_of_plan(&p).first, WARMTH_FIRST_UNKNOWN);
	p = sim_plan_of(SIM_CORE_FIRST, 2);
	p.days = 240;
	assert_int_equal(order_of_plan(&p).doubt, WARMTH_SILENCE_TOO_YOUNG);
}

static struct warmth_reading answer(const struct sim_group *g, struct arena *a)
{
	struct warmth *w CLEANUP(warmth_drop) = sim_warmth(g);
	struct warmth_reading r;
	assert_int_equal(warmth_answer(w, &(struct warmth_ask){ .seed = 9 }, a, &r), ERR_OK);
	return r;
}

/* The same events and seed give the same; new names change nothing but chance draws. */
static void test_again_and_renamed(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	struct sim_plan p = sim_plan_of(SIM_EDGE_FIRST, 4);
	p.days = 900;
	struct sim_group g CLEANUP(sim_free) = sim_make(&p);
	struct warmth_reading r = answer(&g, a), again = answer(&g, a);
	assert_memory_equal(&r.silence_order, &again.silence_order, sizeof r.silence_order);
	assert_memory_equal(&r.contagion, &again.contagion, sizeof r.contagion);
	assert_false(isnan(r.silence_order.ratio));
	/* From the middle on everybody has a second name. */
	int64_t middle_us = (SIM_DAY0 + p.days / 2) * US_PER_DAY;
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	for (int32_t i = 0; i < p.members; i++)
		assert_int_equal(warmth_add(w, &(struct warmth_event){ middle_us, i, 1000 + i, WARMTH_RENAME, 0 }), ERR_OK);
	for (size_t i = 0; i < g.count; i++) {
		struct warmth_event e = g.events[i];
		e.person += e.at_us >= middle_us ? 1000 : 0;
		e.target += e.at_us >= middle_us && e.target != WARMTH_NOBODY ? 1000 : 0;
		assert_int_equal(warmth_add(w, &e), ERR_OK);
	}
	struct warmth_reading renamed;
	struct warmth_ask ask = { .seed = 9, .has_at = true, .at_us = r.at_us };
	assert_int_equal(warmth_answer(w, &ask, a, &renamed), ERR_OK);
	assert_true(fabs(renamed.silence_order.ratio - r.silence_order.ratio) < 1e-9);
	assert_int_equal(renamed.silence_order.core_gone, r.silence_order.core_gone);
	assert_int_equal(renamed.contagion.followed, r.contagion.followed);
	assert_int_equal(renamed.contagion.gone, r.contagion.gone);
}

static void test_memory(void **state)
{
	struct sim_plan p = sim_plan_of(SIM_EDGE_FIRST, 4);
	p.days = 900;
	struct sim_group g CLEANUP(sim_free) = sim_make(&p);
	struct warmth *w CLEANUP(warmth_drop) = sim_warmth(&g);
	for (uint64_t nth = 1;; nth++) {
		struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
		assert_non_null(a);
		struct warmth_reading r = { .messages = 77 };
		base_alloc_fail(nth);
		enum err e = warmth_answer(w, &(struct warmth_ask){ .seed = 1 }, a, &r);
		base_alloc_fail(0);
		assert_true(e == ERR_OK || (e == ERR_MEMORY && r.messages == 77));
		if (e == ERR_OK) {
			assert_true(nth > 3 && !isnan(r.silence_order.ratio));
			return;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_order),
		cmocka_unit_test(test_planted),
		cmocka_unit_test(test_last_weeks),
		cmocka_unit_test(test_thin),
		cmocka_unit_test(test_again_and_renamed),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests_name("silence_order", tests, NULL, NULL);
}
