/*
 * Evaporation on groups made here from fixed seeds, so that who left, and when, is known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "warmth/warmth_private.h"

#define DAY0 18262 /* 2020-01-01 */
#define MEMBERS_MAX 200u
#define MEMORY_BYTES (256u << 20)
#define STAYS INT_MAX

/* A group as it is made: members talk on a day with a chance of their own, whose spread is lognormal, and in some weeks
 * more than in others; each has the day from which on he is silent. */
struct group {
	unsigned members, days;
	double rate[MEMBERS_MAX]; /* chance to talk on a day */
	int leaves[MEMBERS_MAX];
	int slower_from; /* from here on all talk half as often */
	double mood;     /* how much the weeks differ: sigma of a lognormal */
	unsigned long seed;
};

static struct group group_new(unsigned members, unsigned days, unsigned long seed)
{
	struct group g = { .members = members, .days = days, .slower_from = STAYS, .mood = .5, .seed = seed };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(rng, seed);
	for (unsigned i = 0; i < members; i++) {
		g.rate[i] = fmin(.9, gsl_ran_lognormal(rng, log(.12), 1));
		g.leaves[i] = STAYS;
	}
	gsl_rng_free(rng);
	return g;
}

/* The events before day until, which are the same whatever until is. */
static struct warmth *talk(const struct group *g, unsigned until)
{
	struct warmth *w = warmth_new();
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double mood[MEMBERS_MAX];
	assert_non_null(w);
	gsl_rng_set(rng, g->seed + 1000);
	for (unsigned day = 0; day < until; day++)
		for (unsigned i = 0; i < g->members; i++) {
			if (day % 7 == 0)
				mood[i] = gsl_ran_lognormal(rng, -g->mood * g->mood / 2, g->mood);
			double rate = g->rate[i] * mood[i] * ((int)day >= g->slower_from ? .5 : 1);
			bool talks = gsl_rng_uniform(rng) < rate && (int)day < g->leaves[i];
			for (unsigned k = gsl_ran_geometric(rng, .4); talks && k > 0; k--) {
				struct warmth_event e = { .at_us = (DAY0 + (int64_t)day) * US_PER_DAY + k,
					.person = (int32_t)i,
					.target = WARMTH_NOBODY,
					.kind = WARMTH_TALK };
				assert_int_equal(warmth_add(w, &e), ERR_OK);
			}
		}
	gsl_rng_free(rng);
	return w;
}

static struct arena *arena_new_or_die(void)
{
	struct arena *a = arena_new(MEMORY_BYTES);
	assert_non_null(a);
	return a;
}

static struct warmth_reading read_at(const struct warmth *w, unsigned day, size_t steps, bool others, struct arena *a)
{
	struct warmth_reading r;
	struct warmth_ask ask = { .has_at = true,
		.at_us = (DAY0 + (int64_t)day) * US_PER_DAY,
		.seed = 1,
		.evaporation_steps = steps,
		.evaporation_by_others = others };
	assert_int_equal(warmth_answer(w, &ask, a, &r), ERR_OK);
	return r;
}

/* Of the core's weight, what has left. */
static double truth_of(const struct group *g, const struct warmth_reading *r)
{
	double gone = 0, all = 0;
	for (size_t i = 0; i < r->then.count; i++) {
		double weight = (double)r->then.who[i].messages;
		all += weight;
		gone += g->leaves[r->people[r->then.who[i].person].person] < (int)g->days ? weight : 0;
	}
	return gone / all;
}

/* Groups of one kind: how E, its interval and the truth go together. */
struct tally {
	unsigned groups, covered;
	double said, gone, widest;
};

static void tally_add(struct tally *t, const struct group *g)
{
	struct warmth *w CLEANUP(warmth_drop) = talk(g, g->days);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_reading r = read_at(w, g->days, 0, false, a);
	const struct warmth_evaporation_at *e = &r.evaporation.now;
	double truth = truth_of(g, &r);
	assert_int_equal(e->doubt, WARMTH_EVAPORATION_SURE);
	assert_int_equal(e->core, r.then.count);
	assert_true(e->low >= 0 && e->low <= e->share && e->share <= e->high && e->high <= 1);
	t->groups++;
	t->covered += e->low <= truth + 1e-9 && truth <= e->high + 1e-9;
	t->said += e->share;
	t->gone += truth;
	t->widest = fmax(t->widest, e->high - e->low);
}

static void print_tally(const char *what, const struct tally *t)
{
	print_message("# %s: E %.3f, gone %.3f, covered %u of %u, widest %.3f\n", what, t->said / t->groups,
		t->gone / t->groups, t->covered, t->groups, t->widest);
}

#define GROUPS 25u
#define DAYS 560u

static void test_nobody_leaves(void **state)
{
	struct tally t = { 0 };
	for (unsigned i = 0; i < GROUPS; i++) {
		struct group g = group_new(80, DAYS, 100 + i);
		tally_add(&t, &g);
	}
	print_tally("nobody leaves", &t);
	assert_true(t.said / t.groups < .03);
	assert_true(t.covered >= GROUPS - 2 && t.widest < .3);
}

/* The core stays, but in lively weeks and long pauses, while most others leave: so the law knows leaving, and a steady
 * rate takes some of the pauses for it. */
static void test_edge_leaves(void **state)
{
	struct tally t = { 0 };
	for (unsigned i = 0; i < GROUPS; i++) {
		struct group g = group_new(150, DAYS, 150 + i);
		g.mood = 1.5;
		for (unsigned k = 0; k < g.members; k++)
			g.leaves[k] = g.rate[k] < .2 ? (int)(k * 7 % 700) : STAYS;
		tally_add(&t, &g);
	}
	print_tally("edge leaves", &t);
	assert_true(fabs(t.said - t.gone) / t.groups < .05);
	assert_true(t.covered >= GROUPS - 4);
}

/* Everybody may leave at any time, whoever he is: half of them within two years. */
static void test_uniform(void **state)
{
	struct tally t = { 0 };
	for (unsigned i = 0; i < GROUPS; i++) {
		struct group g = group_new(120, DAYS, 200 + i);
		srand(i + 1);
		for (unsigned k = 0; k < g.members; k++)
			g.leaves[k] = (int)(-1000 * log((rand() + 1.) / (RAND_MAX + 2.)));
		tally_add(&t, &g);
	}
	print_tally("uniform", &t);
	assert_true(fabs(t.said - t.gone) / t.groups < .04);
	assert_true(t.covered >= GROUPS - 4);
}

/* Those who talk most leave one after another, twelve to four weeks ago. */
static struct group core_first(unsigned long seed)
{
	struct group g = group_new(80, DAYS, seed);
	unsigned left = 0;
	for (unsigned i = 0; i < g.members; i++)
		if (g.rate[i] > .25)
			g.leaves[i] = (int)DAYS - 84 + (int)(left++ * 5 % 60);
	return g;
}

static void test_core_first(void **state)
{
	struct tally t = { 0 };
	for (unsigned i = 0; i < GROUPS; i++) {
		struct group g = core_first(300 + i);
		tally_add(&t, &g);
		struct warmth *w CLEANUP(warmth_drop) = talk(&g, DAYS);
		struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
		struct warmth_evaporation e = read_at(w, DAYS, 4, false, a).evaporation;
		assert_int_equal(e.before_count, 4);
		/* Nobody had left 112 days ago; since then it rose, and beyond what chance does. */
		assert_true(e.before[3].share < .1 && e.now.share > .4 && e.now.low > .2);
		assert_true(e.now.share > e.before[0].share && e.before[0].share >= e.before[3].share);
	}
	/* A law that is the same at all times cannot believe in so sudden an end: E and its interval stay below the
	 * truth, but not by more than this. */
	print_tally("core first", &t);
	assert_true(t.gone / t.groups > .9 && t.said / t.groups > .65);
}

/* All talk half as often in the last twelve weeks, and nobody has left: the model may doubt, but not much. */
static void test_fading(void **state)
{
	struct tally t = { 0 };
	for (unsigned i = 0; i < GROUPS; i++) {
		struct group g = group_new(80, DAYS, 400 + i);
		g.slower_from = (int)DAYS - 84;
		tally_add(&t, &g);
	}
	print_tally("fading", &t);
	assert_true(t.said / t.groups < .06);
}

static void test_other_models(void **state)
{
	struct group g = core_first(300);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, DAYS);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(w, DAYS, 0, true, a).evaporation;
	print_message("# MBG %.3f, BG %.3f, Pareto %.3f\n", e.now.share, e.bg, e.pareto);
	assert_true(fabs(e.bg - e.now.share) < .1 && fabs(e.pareto - e.now.share) < .2);
	struct warmth_evaporation alone = read_at(w, DAYS, 0, false, a).evaporation;
	assert_true(isnan(alone.bg) && isnan(alone.pareto) && alone.now.share == e.now.share);
}

/* What is said of a date is what was said on that date. */
static void test_no_look_ahead(void **state)
{
	struct group g = core_first(310);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, DAYS);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(w, DAYS, 6, false, a).evaporation;
	for (unsigned step = 1; step <= 6; step++) {
		unsigned day = DAYS - 28 * step;
		struct warmth *then CLEANUP(warmth_drop) = talk(&g, day);
		struct warmth_evaporation was = read_at(then, day, 0, false, a).evaporation;
		assert_int_equal(e.before[step - 1].at_us, was.now.at_us);
		assert_int_equal(e.before[step - 1].core, was.now.core);
		/* The searches begin elsewhere, so they end a rounding apart. */
		if (!(fabs(e.before[step - 1].share - was.now.share) < 1e-3))
			fail_msg("%u days back: %g, then %g", 28 * step, e.before[step - 1].share, was.now.share);
	}
}

static void test_lives(void **state)
{
	struct group g = group_new(80, DAYS, 320);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, DAYS);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_reading r = read_at(w, DAYS, 0, false, a);
	const struct warmth_evaporation *e = &r.evaporation;
	double share = 0, all = 0, ahead = 0, rate = 0;
	assert_true(model_lifetime_usable(e->verdict));
	assert_int_equal(e->members, r.people_count);
	for (size_t i = 0; i < r.then.count; i++) {
		share += (double)r.then.who[i].messages * (1 - e->lives[r.then.who[i].person].alive);
		all += (double)r.then.who[i].messages;
	}
	assert_true(fabs(share / all - e->now.share) < 1e-12);
	for (size_t i = 0; i < r.people_count; i++) {
		const struct warmth_life *l = &e->lives[i];
		int32_t who = r.people[i].person;
		assert_true(l->alive >= 0 && l->alive <= 1 && l->pace > 0 && l->size >= 1);
		ahead += l->alive * l->pace * l->size;
		rate += g.rate[who] * 7 * 2.5; /* the mean of geometric(.4) */
	}
	print_message("# messages a week: expected %.0f, truth %.0f\n", ahead, rate);
	assert_true(fabs(ahead / rate - 1) < .15);
}

/* ---- weights ---- */

static void test_weights(void **state)
{
	struct group g = core_first(330);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct day_count *days = arena_take_many(a, g.members * DAYS, sizeof *days);
	struct member *members = arena_take_many(a, g.members, sizeof *members);
	double here[MEMBERS_MAX] = { 0 }, left[MEMBERS_MAX] = { 0 };
	assert_true(days && members);
	srand(5);
	for (unsigned i = 0; i < g.members; i++) {
		struct day_count *mine = days + i * DAYS;
		members[i].days = mine;
		for (int day = 0; day < (int)DAYS && day < g.leaves[i]; day++)
			if (rand() < g.rate[i] * RAND_MAX)
				mine[members[i].day_count++] = (struct day_count){ DAY0 + day, 1 };
		(g.leaves[i] < (int)DAYS ? left : here)[i] = 2;
	}
	struct answering x = { .a = a,
		.seed = 1,
		.first_day = DAY0,
		.at_day = DAY0 + (int)DAYS,
		.end_day = DAY0 + (int)DAYS,
		.members = members,
		.member_count = g.members };
	const double *weights[] = { here, left };
	struct evaporation_ask ask = { .steps = 1, .weights = weights };
	struct warmth_evaporation e;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	assert_true(e.now.share < .1);
	assert_true(e.before[0].share > e.now.share);
	weights[0] = left;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	assert_true(e.now.share > .5);
	for (unsigned i = 0; i < g.members; i++)
		left[i] = i % 2 ? NAN : -1;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	assert_int_equal(e.now.doubt, WARMTH_EVAPORATION_NO_CORE);
	assert_true(isnan(e.now.share) && isnan(e.now.low) && isnan(e.now.high));
	for (unsigned i = 0; i < g.members; i++)
		left[i] = 1e308;
	assert_int_equal(evaporation_of(&x, &ask, &e), ERR_OK);
	assert_int_equal(e.now.doubt, WARMTH_EVAPORATION_NO_CORE);
}

/* ---- unknown ---- */

static void expect_doubt(const struct group *g, enum warmth_evaporation_doubt doubt)
{
	struct warmth *w CLEANUP(warmth_drop) = talk(g, g->days);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	struct warmth_evaporation e = read_at(w, g->days, 12, true, a).evaporation;
	if (e.now.doubt != doubt)
		fail_msg("doubt %d, not %d", e.now.doubt, doubt);
	assert_true(isnan(e.now.share) && isnan(e.now.low) && isnan(e.now.high) && isnan(e.bg) && isnan(e.pareto));
}

static void test_unknown(void **state)
{
	struct group young = group_new(80, 111, 500), few = group_new(19, DAYS, 501), one = group_new(60, DAYS, 502);
	for (unsigned i = 0; i < one.members; i++)
		one.rate[i] = i == 0 ? .9 : .004;
	expect_doubt(&young, WARMTH_EVAPORATION_TOO_YOUNG);
	young.days = 113;
	struct warmth *w CLEANUP(warmth_drop) = talk(&young, young.days);
	struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
	assert_int_equal(read_at(w, young.days, 0, false, a).evaporation.now.doubt, WARMTH_EVAPORATION_SURE);
	expect_doubt(&few, WARMTH_EVAPORATION_TOO_FEW);
	expect_doubt(&one, WARMTH_EVAPORATION_NO_CORE);
	struct warmth *nobody CLEANUP(warmth_drop) = warmth_new();
	struct warmth_evaporation e = read_at(nobody, 10, 3, true, a).evaporation;
	assert_true(e.now.doubt == WARMTH_EVAPORATION_TOO_YOUNG && isnan(e.now.share) && e.before_count == 0);
}

static void test_memory(void **state)
{
	struct group g = group_new(40, 300, 600);
	struct warmth *w CLEANUP(warmth_drop) = talk(&g, g.days);
	struct warmth_ask ask = { .seed = 1, .evaporation_steps = 2, .evaporation_by_others = true };
	struct warmth_reading r = { .messages = 77 };
	base_alloc_fail(0);
	struct arena *all CLEANUP(arena_drop) = arena_new_or_die();
	assert_int_equal(warmth_answer(w, &ask, all, &r), ERR_OK);
	uint64_t allocations = base_alloc_count();
	r.messages = 77;
	for (uint64_t n = allocations / 2; n <= allocations; n++) {
		struct arena *a CLEANUP(arena_drop) = arena_new_or_die();
		base_alloc_fail(n - 1);
		enum err e = warmth_answer(w, &ask, a, &r);
		base_alloc_fail(0);
		if (e == ERR_OK)
			r.messages = 77;
		assert_true((e == ERR_OK || e == ERR_MEMORY) && r.messages == 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_leaves),
		cmocka_unit_test(test_edge_leaves),
		cmocka_unit_test(test_uniform),
		cmocka_unit_test(test_core_first),
		cmocka_unit_test(test_fading),
		cmocka_unit_test(test_other_models),
		cmocka_unit_test(test_no_look_ahead),
		cmocka_unit_test(test_lives),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
