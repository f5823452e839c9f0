/*
 * Resilience of groups whose shape is known: one whom all pairs share, a ring, a middle that is long gone.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "warmth/warmth.h"
#include "warmth/warmth_private.h"

#define DAY0 18256
#define BYTES (256u << 20)
#define RIM 20

static void answers(struct warmth *w, double day, int32_t person, int32_t target, unsigned flags)
{
	struct warmth_event e = { .at_us = (int64_t)((DAY0 + day) * 86400) * US_PER_S,
		.person = person,
		.target = target,
		.kind = WARMTH_TALK,
		.flags = flags };
	assert_int_equal(warmth_add(w, &e), ERR_OK);
}

/* Everybody and the middle answer each other. */
static void around(struct warmth *w, double day, int32_t middle, unsigned flags)
{
	for (int32_t i = 1; i <= RIM; i++) {
		answers(w, day + i / 100., i, middle, 0);
		answers(w, day + i / 100. + .005, middle, i, flags);
	}
}

static void pairs(struct warmth *w, double day, int32_t step)
{
	for (int32_t i = 1; i <= RIM; i += step) {
		int32_t next = i == RIM ? 1 : i + 1;
		answers(w, day + i / 100., i, next, 0);
		answers(w, day + i / 100. + .001, next, i, 0);
	}
}

static struct warmth_reading reading(const struct warmth *w, struct arena *a, int32_t day, bool slow)
{
	struct warmth_reading r;
	struct warmth_ask ask = {
		.has_at = true, .at_us = (DAY0 + (int64_t)day) * US_PER_DAY, .seed = 1, .slow = slow
	};
	assert_int_equal(warmth_answer(w, &ask, a, &r), ERR_OK);
	return r;
}

static void test_hub(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	for (int32_t d = 0; d < 10; d++) {
		around(w, d, 100, 0);
		pairs(w, d + .5, 2);
	}
	struct warmth_reading r = reading(w, a, 10, true);
	assert_true(r.resilience.known && r.resilience.doubt == WARMTH_RESILIENCE_SURE);
	assert_int_equal(r.resilience.core, RIM + 1);
	assert_int_equal(r.people[r.resilience.top].person, 100);
	assert_true(r.resilience.left == 0);
	/* Any other takes only his partner with him. */
	assert_true(fabs(r.resilience.left_other - (RIM - 1.) / RIM) < 1e-9);
	double sum = 0;
	for (size_t i = 0; i < r.people_count; i++)
		sum += r.resilience.rank[i];
	assert_true(fabs(sum - (double)r.people_count) < 1e-6 && r.resilience.rank[r.resilience.top] > 5);
}

static void test_ring(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	for (int32_t d = 0; d < 10; d++) {
		around(w, d, 100, 0);
		pairs(w, d + .5, 1);
	}
	struct warmth_resilience r = reading(w, a, 10, true).resilience;
	assert_true(r.known && r.left == 1 && r.left_other == 1);
}

/* A middle of two years ago weighs nothing; what the ring says now is a chain that falls with anybody. */
static void test_decay(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	for (int32_t d = 0; d < 3; d++)
		around(w, d, 100, 0);
	for (int32_t d = 0; d < 3; d++)
		pairs(w, 728 + d, 1);
	struct warmth_reading r = reading(w, a, 732, true);
	assert_true(r.resilience.known);
	assert_int_equal(r.resilience.core, RIM);
	assert_true(r.people[r.resilience.top].person != 100 && r.resilience.left == 0 && r.resilience.left_other == 0);
}

static void test_unknown(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new(), *many CLEANUP(warmth_drop) = warmth_new();
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	struct warmth_resilience r = reading(w, a, 5, true).resilience;
	assert_true(!r.known && r.doubt == WARMTH_RESILIENCE_TOO_FEW && r.rank == NULL && isnan(r.left));
	answers(w, 0, 1, 2, 0);
	answers(w, 0, 2, 1, 0);
	r = reading(w, a, 5, true).resilience;
	assert_true(!r.known && r.doubt == WARMTH_RESILIENCE_TOO_FEW && r.rank != NULL && isnan(r.left_other));
	assert_int_equal(reading(w, a, 5, false).resilience.doubt, WARMTH_RESILIENCE_NOT_ASKED);
	around(many, 0, 100, WARMTH_COLLECTIVE); /* many people under one id hold nothing together */
	pairs(many, .5, 2);
	r = reading(many, a, 5, true).resilience;
	assert_true(!r.known && r.core == 0);
	pairs(many, .6, 1);
	many->ties.lost = 1;
	r = reading(many, a, 5, true).resilience;
	assert_true(!r.known && r.doubt == WARMTH_RESILIENCE_TOO_MANY && r.rank == NULL);
}

/* Whatever allocation fails: an error, and the answer as it was. */
static void test_memory(void **state)
{
	struct warmth *w CLEANUP(warmth_drop) = warmth_new();
	for (int32_t d = 0; d < 200; d += 10) {
		around(w, d, 100, 0);
		pairs(w, d + .5, 2);
	}
	uint64_t nth = 0;
	enum err e = ERR_MEMORY;
	while (e != ERR_OK && nth < 5000) {
		struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
		struct warmth_reading r = { .messages = 77 };
		struct warmth_ask ask = { .seed = 1, .slow = true };
		base_alloc_fail(++nth);
		e = warmth_answer(w, &ask, a, &r);
		base_alloc_fail(0);
		assert_true(e == ERR_OK || (e == ERR_MEMORY && r.messages == 77));
	}
	print_message("# %llu allocations, each failed once\n", (unsigned long long)nth - 1);
	assert_int_equal(e, ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hub),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_decay),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
