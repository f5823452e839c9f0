/* Joins and leaves inferred from member lists: known truths by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "insight/roster.h"

#define DAY US_PER_DAY

struct desk {
	struct roster_look *look;
	struct arena *a;
	struct roster_event *events;
	size_t count;
};

static void desk_open(struct desk *d, const int64_t *days, size_t n)
{
	int64_t at_us[ROSTER_LISTS_MAX];
	for (size_t i = 0; i < n; i++)
		at_us[i] = days[i] * DAY;
	*d = (struct desk){ .a = arena_new(64u << 20) };
	assert_int_equal(roster_look_new(at_us, n, &d->look), ERR_OK);
}

static void desk_close(struct desk *d)
{
	roster_look_free(d->look);
	arena_free(d->a);
}

/* names: letters, one a person. */
static void list(struct desk *d, int64_t day, const char *names)
{
	for (; *names; names++)
		assert_int_equal(roster_look_name(d->look, day * DAY, (struct str){ names, 1 }), ERR_OK);
}

static void spoke(struct desk *d, char who, int64_t day)
{
	assert_int_equal(roster_look_spoke(d->look, roster_look_person(d->look, (struct str){ &who, 1 }), day * DAY), ERR_OK);
}

static void infer(struct desk *d) { assert_int_equal(roster_look_events(d->look, d->a, &d->events, &d->count), ERR_OK); }

static void assert_event(const struct desk *d, size_t i, char who, bool left, int64_t from_day, int64_t to_day)
{
	assert_true(i < d->count);
	const struct roster_event *e = &d->events[i];
	assert_true(str_eq(e->name, (struct str){ &who, 1 }));
	assert_int_equal(e->left, left);
	assert_int_equal(e->from_us, from_day * DAY);
	assert_int_equal(e->to_us, to_day * DAY);
	assert_int_equal(e->at_us, (from_day + to_day) * DAY / 2);
}

static void test_between_two_lists(void **state)
{
	(void)state;
	struct desk d;
	desk_open(&d, (int64_t[]){ 110, 100 }, 2); /* in any order */
	list(&d, 110, "BCD");
	list(&d, 100, "ABC");
	infer(&d);
	assert_int_equal(d.count, 2);
	assert_event(&d, 0, 'D', false, 100, 110);
	assert_event(&d, 1, 'A', true, 100, 110);
	int64_t from_us, to_us;
	assert_true(roster_look_span(d.look, &from_us, &to_us));
	assert_int_equal(from_us, 100 * DAY);
	assert_int_equal(to_us, 110 * DAY);
	desk_close(&d);
}

static void test_one_list_infers_nothing(void **state)
{
	(void)state;
	struct desk d;
	int64_t from_us, to_us;
	desk_open(&d, (int64_t[]){ 100 }, 1);
	list(&d, 100, "ABC");
	spoke(&d, 'A', 90);
	spoke(&d, 'A', 110);
	infer(&d);
	assert_int_equal(d.count, 0);
	assert_false(roster_look_span(d.look, &from_us, &to_us));
	desk_close(&d);
	desk_open(&d, NULL, 0);
	infer(&d);
	assert_int_equal(d.count, 0);
	desk_close(&d);
}

/* A long list is pasted in two parts: one list. */
static void test_same_time_twice(void **state)
{
	(void)state;
	struct desk d;
	desk_open(&d, (int64_t[]){ 100, 110, 100 }, 3);
	list(&d, 100, "AB");
	list(&d, 100, "BC");
	list(&d, 110, "ABC");
	infer(&d);
	assert_int_equal(d.count, 0);
	desk_close(&d);
	int64_t from_us, to_us;
	desk_open(&d, (int64_t[]){ 100, 100 }, 2);
	list(&d, 100, "A");
	list(&d, 100, "B");
	infer(&d);
	assert_int_equal(d.count, 0);
	assert_false(roster_look_span(d.look, &from_us, &to_us));
	desk_close(&d);
}

static void test_who_comes_back(void **state)
{
	(void)state;
	struct desk d;
	desk_open(&d, (int64_t[]){ 100, 110, 130 }, 3);
	list(&d, 100, "AB");
	list(&d, 110, "B");
	list(&d, 130, "AB");
	infer(&d);
	assert_int_equal(d.count, 2);
	assert_event(&d, 0, 'A', true, 100, 110);
	assert_event(&d, 1, 'A', false, 110, 130);
	desk_close(&d);
}

static void test_who_spoke_was_there(void **state)
{
	(void)state;
	struct desk d;
	desk_open(&d, (int64_t[]){ 100, 110, 120, 130 }, 4);
	list(&d, 100, "ABE");
	list(&d, 110, "BE");
	list(&d, 120, "BC");
	list(&d, 130, "BC");
	spoke(&d, 'A', 106); /* left after this */
	spoke(&d, 'A', 104);
	spoke(&d, 'C', 116); /* came before this; in any order */
	spoke(&d, 'C', 114);
	spoke(&d, 'C', 118);
	spoke(&d, 'B', 105); /* was there all the time */
	spoke(&d, 'E', 122); /* on neither list, and yet there */
	spoke(&d, 'E', 128);
	spoke(&d, 'A', 90);  /* before and after all lists: nothing */
	spoke(&d, 'A', 140);
	assert_int_equal(roster_look_person(d.look, STR("X")), ROSTER_NOT_LISTED);
	spoke(&d, 'X', 105);
	infer(&d);
	assert_int_equal(d.count, 5);
	assert_event(&d, 0, 'A', true, 106, 110);
	assert_event(&d, 1, 'E', true, 110, 120);
	assert_event(&d, 2, 'E', false, 120, 122);
	assert_event(&d, 3, 'E', true, 128, 130);
	assert_event(&d, 4, 'C', false, 110, 114);
	desk_close(&d);
}

/* A list is of a day: he may have spoken and then left before it was written. */
static void test_spoke_on_the_day_of_a_list(void **state)
{
	(void)state;
	struct desk d;
	desk_open(&d, (int64_t[]){ 100, 110, 120 }, 3);
	list(&d, 100, "AB");
	list(&d, 110, "B");
	list(&d, 120, "B");
	spoke(&d, 'A', 110);
	infer(&d);
	assert_int_equal(d.count, 1);
	assert_event(&d, 0, 'A', true, 100, 110);
	spoke(&d, 'A', 111); /* a day later it says that he was back */
	infer(&d);
	assert_int_equal(d.count, 3);
	assert_event(&d, 1, 'A', false, 110, 111);
	assert_event(&d, 2, 'A', true, 111, 120);
	desk_close(&d);
}

static void test_limits(void **state)
{
	(void)state;
	struct desk d;
	int64_t days[ROSTER_LISTS_MAX + 1];
	for (size_t i = 0; i <= ROSTER_LISTS_MAX; i++)
		days[i] = (int64_t)i;
	struct roster_look *none = NULL;
	assert_int_equal(roster_look_new(days, ROSTER_LISTS_MAX + 1, &none), ERR_LIMIT);
	assert_null(none);
	desk_open(&d, days, ROSTER_LISTS_MAX); /* every bit: comes and goes with each list */
	for (size_t i = 0; i < ROSTER_LISTS_MAX; i++)
		list(&d, (int64_t)i, i % 2 ? "AB" : "B");
	assert_int_equal(roster_look_name(d.look, 7 * DAY + 1, STR("A")), ERR_INPUT);
	infer(&d);
	assert_int_equal(d.count, ROSTER_LISTS_MAX - 1);
	char name[16];
	for (size_t i = 0; i < ROSTER_GROUP_NAMES_MAX - 2; i++) {
		int n = snprintf(name, sizeof name, "n%zu", i);
		assert_int_equal(roster_look_name(d.look, 0, (struct str){ name, (size_t)n }), ERR_OK);
	}
	assert_int_equal(roster_look_name(d.look, 0, STR("one more")), ERR_LIMIT);
	assert_int_equal(roster_look_name(d.look, 0, STR("A")), ERR_OK); /* known already */
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_between_two_lists),
		cmocka_unit_test(test_one_list_infers_nothing),
		cmocka_unit_test(test_same_time_twice),
		cmocka_unit_test(test_who_comes_back),
		cmocka_unit_test(test_who_spoke_was_there),
		cmocka_unit_test(test_spoke_on_the_day_of_a_list),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
