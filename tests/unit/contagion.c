/*
 * Contagion on simulated groups: how often it is seen where there is none, how often a planted one is.
 * HEARTH_SIM_GROUPS: how many groups of each kind (default: enough to notice a break).
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

static struct sim_plan varied(enum sim_scene scene, uint64_t seed)
{
	const int32_t members[] = { 40, 80, 150, 300 }, days[] = { 560, 900 };
	struct sim_plan p = sim_plan_of(scene, seed);
	p.members = members[seed % COUNT_OF(members)];
	p.days = days[seed / 4 % COUNT_OF(days)];
	p.rate_median = seed / 8 % 2 ? .33 : .15;
	p.mood_sigma = seed / 16 % 2 ? 0 : .7;
	return p;
}

struct tally {
	size_t groups, seen, doubt[5], fitted, outside;
	double ratio;
};

static struct tally tally_of(enum sim_scene scene, void (*change)(struct sim_plan *), double truth)
{
	struct tally t = { 0 };
	for (uint64_t seed = 1; seed <= groups_wanted(); seed++) {
		struct sim_plan p = varied(scene, seed);
		if (change)
			change(&p);
		struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
		struct sim_group g CLEANUP(sim_free) = sim_make(&p);
		struct warmth *w CLEANUP(warmth_drop) = sim_warmth(&g);
		struct warmth_reading r;
		assert_int_equal(warmth_answer(w, &(struct warmth_ask){ .seed = p.seed }, a, &r), ERR_OK);
		const struct warmth_contagion *k = &r.contagion;
		t.groups++;
		t.seen += k->word == WARMTH_CONTAGION_SEEN;
		t.doubt[k->doubt]++;
		assert_true((k->word == WARMTH_CONTAGION_UNKNOWN) == (k->doubt != WARMTH_CONTAGION_SURE));
		assert_true(isnan(k->ratio) || (k->low <= k->ratio && k->ratio <= k->high));
		if (isnan(k->ratio))
			continue;
		t.fitted++;
		t.ratio += k->ratio;
		t.outside += truth < k->low || truth > k->high;
	}
	return t;
}

static void say(const char *what, const struct tally *t)
{
	print_message("# %-36s %4zu groups, seen %zu, not seen %zu; few gone %zu, few losses %zu, wide %zu; fitted %zu, mean "
		      "%.2f, truth outside %zu\n",
		what, t->groups, t->seen, t->doubt[0] - t->seen, t->doubt[1], t->doubt[2], t->doubt[4], t->fitted,
		t->ratio / (double)t->fitted, t->outside);
}

static void leaving(struct sim_plan *p) { p->leave = .06; }
static void alike(struct sim_plan *p)
{
	p->leave = .06;
	p->alike = .9;
	p->rate_effect = -.7;
}
static void shocks(struct sim_plan *p)
{
	p->leave = .05;
	p->shock = 1;
}
static void alike_shocks(struct sim_plan *p)
{
	alike(p);
	p->shock = 1;
}
static void core(struct sim_plan *p) { p->leave = .03; }

static void test_none(void **state)
{
	const struct {
		const char *name;
		enum sim_scene scene;
		void (*change)(struct sim_plan *);
	} c[] = { { "nobody leaves", SIM_NOBODY_LEAVES, NULL }, { "all leave alike", SIM_UNIFORM, leaving },
		{ "partners alike, the slow leave sooner", SIM_UNIFORM, alike }, { "common shocks", SIM_UNIFORM, shocks },
		{ "partners alike and shocks", SIM_UNIFORM, alike_shocks }, { "core first", SIM_CORE_FIRST, core },
		{ "planned end", SIM_PLANNED_END, leaving }, { "seasonal dip", SIM_SEASON, leaving },
		{ "new names", SIM_RENAME, leaving } };
	size_t wrong = 0, groups = 0;
	for (size_t i = 0; i < COUNT_OF(c); i++) {
		struct tally t = tally_of(c[i].scene, c[i].change, 0);
		say(c[i].name, &t);
		wrong += t.seen;
		groups += t.groups;
		double most = .05 * (double)t.groups;
		assert_true((double)t.seen <= most + 2.6 * sqrt(most) + 1);
	}
	print_message("# false alarms: %zu of %zu\n", wrong, groups);
	assert_true((double)wrong <= .05 * (double)groups);
}

static void test_planted(void **state)
{
	struct tally t = tally_of(SIM_CONTAGION, NULL, log(5));
	say("contagion, hazard x 5", &t);
	assert_true(t.seen * 4 >= t.groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_planted),
	};
	return cmocka_run_group_tests_name("contagion", tests, NULL, NULL);
}
