/*
 * Who answers whom and what became of newcomers, on small talks whose counts are worked out by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "warmth/ties.h"
#include "warmth/warmth.h"
#include "warmth/warmth_private.h"

#define DAY0 18256 /* 652 * 28: a bin begins here */
#define MINUTE (1 / 1440.)
#define ANSWER_BYTES (256u << 20)

static void add(struct warmth *w, double day, int32_t person, int32_t target, enum warmth_kind kind, unsigned flags)
{
	struct warmth_event e = { (int64_t)((DAY0 + day) * 86400) * US_PER_S, person, target, kind, flags };
	assert_int_equal(warmth_add(w, &e), ERR_OK);
}

static void talk(struct warmth *w, double day, int32_t person) { add(w, day, person, WARMTH_NOBODY, WARMTH_TALK, 0); }

static const struct tie *tie_between(const struct warmth *w, int32_t from, int32_t to)
{
	for (const struct person *p = w->people; p; p = p->next)
		for (const struct tie *t = p->ties; t && p->id == from; t = t->next)
			if (t->to->id == to)
				return t;
	return NULL;
}

static void test_quarters(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	talk(w, 0, 1);
	talk(w, 9 * MINUTE, 2);                      /* next within ten minutes: 1 */
	talk(w, 9.5 * MINUTE, 2);
	talk(w, 20.5 * MINUTE, 1);                   /* eleven minutes later: nothing */
	add(w, 21 * MINUTE, 2, 1, WARMTH_TALK, 0);   /* 4, and not 1 more */
	add(w, 22 * MINUTE, 3, 1, WARMTH_TALK, WARMTH_BOT);
	add(w, 27, 2, 1, WARMTH_TALK, 0);
	add(w, 28, 2, 1, WARMTH_TALK, 0);            /* the next bin */
	add(w, 2, 2, 1, WARMTH_TALK, 0);             /* late, into the first */
	add(w, 30, 2, 2, WARMTH_TALK, 0);            /* to himself: nothing */
	const struct tie *t = tie_between(w, 2, 1);
	assert_non_null(t);
	assert_int_equal(t->bin_count, 2);
	assert_int_equal(t->bins[0].bin, DAY0 / 28);
	assert_int_equal(t->bins[0].quarters, 13);
	assert_int_equal(t->bins[1].quarters, 4);
	assert_null(tie_between(w, 1, 2));
	assert_null(tie_between(w, 3, 1));
	assert_null(tie_between(w, 2, 2));
	assert_int_equal(w->ties.lost, 0);
	assert_int_equal(t->to->answers, 17);
	struct tie_edge e = { 0, 1, DAY0 / 28, 8 };
	assert_true(fabs(tie_weight(&e, DAY0 + 14, 28) - 2) < 1e-12);
	assert_true(fabs(tie_weight(&e, DAY0 + 42, 28) - 1) < 1e-12);
	assert_true(fabs(tie_weight(&e, DAY0, 28) - 2) < 1e-12);
}

/* 2 becomes 4, 1 becomes 5: two identities, one tie; bins of both are added up, order by from, to, bin. */
static void test_renames(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	for (int i = 0; i < 30; i++)
		add(w, i, 2, 1, WARMTH_TALK, 0);
	talk(w, 30.1, 1);
	add(w, 30, 2, 4, WARMTH_RENAME, 0);
	add(w, 30, 1, 5, WARMTH_RENAME, 0);
	add(w, 40, 4, 5, WARMTH_TALK, 0);
	add(w, 41, 4, 9, WARMTH_TALK, 0); /* never spoke: no member */
	add(w, 42, 4, 1, WARMTH_TALK, 0);
	talk(w, 80, 5);
	/* What answer.c would make of it: the same members, by hand. */
	size_t stand_for[8] = { 0 }, member_at[8];
	struct answering x = { .w = w, .a = a, .member_count = 2, .stand_for = stand_for, .member_at = member_at };
	for (const struct person *p = w->people; p; p = p->next)
		member_at[p->index] = p->id == 2 || p->id == 4 ? 0 : p->id == 9 ? WARMTH_NO_MEMBER : 1;
	struct tie_list l;
	assert_int_equal(ties_of(&x, &l), ERR_OK);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.first[0], 0);
	assert_int_equal(l.first[1], 2);
	assert_int_equal(l.first[2], 2);
	assert_int_equal(l.edges[0].quarters, 4 * 28);
	assert_int_equal(l.edges[1].quarters, 4 * 4);
	assert_int_equal(l.edges[1].bin, DAY0 / 28 + 1);
	assert_true(l.edges[0].from == 0 && l.edges[0].to == 1);
}

/* More pairs than there is room for: what came first stays, the rest is counted as lost, importance is whole. */
static void test_limit(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	const int32_t people = 1450;
	static_assert(1450 * 1449 > WARMTH_TIES_MAX, "more than fit");
	for (int32_t i = 0; i < people; i++)
		for (int32_t j = 0; j < people; j++)
			if (i != j)
				add(w, 1, i, j, WARMTH_TALK, 0);
	assert_int_equal(w->ties.count, WARMTH_TIES_MAX);
	assert_int_equal(w->ties.lost, 4ull * (1450 * 1449 - WARMTH_TIES_MAX));
	add(w, 2, 1, 2, WARMTH_TALK, 0);
	assert_int_equal(tie_between(w, 1, 2)->bins[0].quarters, 8);
	assert_int_equal(w->people->answers, 4 * 1449);
	assert_null(tie_between(w, 1449, 1));
}

static void test_intake(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	for (int i = 0; i < 200; i += 2)
		talk(w, i, 1 + i / 2 % 3);
	add(w, 99, 10, WARMTH_NOBODY, WARMTH_JOIN, 0);
	talk(w, 100.5, 10);                        /* followed at 102? more than a day: unanswered; back on day 110 */
	talk(w, 110.5, 10);
	talk(w, 120.5, 11);
	add(w, 121, 1, 11, WARMTH_TALK, 0);        /* addressed; back on day 141, after 14 days */
	talk(w, 141.5, 11);
	talk(w, 131.5, 12);
	talk(w, 132.1, 2);                         /* followed; never back */
	talk(w, 190.5, 13);                        /* too late to know */
	add(w, 103, 20, WARMTH_NOBODY, WARMTH_JOIN, 0);
	add(w, 104, 1, WARMTH_NOBODY, WARMTH_JOIN, 0); /* had spoken */
	add(w, 199, 21, WARMTH_NOBODY, WARMTH_JOIN, 0);
	struct warmth_reading r;
	assert_int_equal(warmth_answer(w, &(struct warmth_ask){ .seed = 1 }, a, &r), ERR_OK);
	const struct warmth_intake *n = &r.intake;
	assert_int_equal(n->unanswered.all, 4);
	assert_int_equal(n->unanswered.of, 2);     /* 10 and 13 */
	assert_int_equal(n->addressed.of, 1);
	assert_int_equal(n->back_soon_answered.all, 2);
	assert_int_equal(n->back_soon_answered.of, 0);
	assert_int_equal(n->back_later_answered.of, 1);
	assert_int_equal(n->back_soon_unanswered.all, 1);
	assert_int_equal(n->back_soon_unanswered.of, 1);
	assert_int_equal(n->joiners_spoke.all, 2);
	assert_int_equal(n->joiners_spoke.of, 1);
	assert_int_equal(n->newcomers[0], 1);
	uint32_t sum = 0;
	for (size_t i = 0; i < WARMTH_INTAKE_STEPS; i++)
		sum += n->newcomers[i];
	assert_int_equal(sum, 4);
	/* Wilson's interval of 1 of 2, worked out by hand. */
	assert_true(fabs(n->joiners_spoke.low - .0945) < 1e-4 && fabs(n->joiners_spoke.high - .9055) < 1e-4);
	assert_true(isnan(warmth_portion_of(0, 0).share) && warmth_portion_of(0, 9).low == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quarters),
		cmocka_unit_test(test_renames),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_intake),
	};
	return cmocka_run_group_tests_name("ties", tests, NULL, NULL);
}
