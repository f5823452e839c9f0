/*
 * Holidays against the published dates of the Chinese New Year from 2005 to 2035.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/holiday.h"

static const struct {
	int year, month, day;
} springs[] = {
	{ 2005, 2, 9 }, { 2006, 1, 29 }, { 2007, 2, 18 }, { 2008, 2, 7 }, { 2009, 1, 26 }, { 2010, 2, 14 },
	{ 2011, 2, 3 }, { 2012, 1, 23 }, { 2013, 2, 10 }, { 2014, 1, 31 }, { 2015, 2, 19 }, { 2016, 2, 8 },
	{ 2017, 1, 28 }, { 2018, 2, 16 }, { 2019, 2, 5 }, { 2020, 1, 25 }, { 2021, 2, 12 }, { 2022, 2, 1 },
	{ 2023, 1, 22 }, { 2024, 2, 10 }, { 2025, 1, 29 }, { 2026, 2, 17 }, { 2027, 2, 6 }, { 2028, 1, 26 },
	{ 2029, 2, 13 }, { 2030, 2, 3 }, { 2031, 1, 23 }, { 2032, 2, 11 }, { 2033, 1, 31 }, { 2034, 2, 19 },
	{ 2035, 2, 8 },
};

static void test_spring(void **state)
{
	for (size_t i = 0; i < COUNT_OF(springs); i++) {
		int32_t day = 0;
		assert_int_equal(holiday_spring(springs[i].year, &day), ERR_OK);
		assert_int_equal(day, days_from_date(springs[i].year, springs[i].month, springs[i].day));
	}
}

static void test_list(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(1 << 20);
	const struct holiday *days;
	size_t count;
	assert_int_equal(holiday_list(2024, 2025, a, &days, &count), ERR_OK);
	assert_int_equal(count, 2 * HOLIDAY_KINDS);
	for (size_t i = 1; i < count; i++)
		assert_true(days[i].first_day > days[i - 1].last_day);
	assert_int_equal(days[1].kind, HOLIDAY_SPRING);
	assert_int_equal(days[1].first_day, days_from_date(2024, 2, 9));
	assert_int_equal(days[2].last_day, days_from_date(2024, 2, 24)); /* the Lantern Festival */
	assert_int_equal(days[4].first_day, days_from_date(2024, 10, 1));
	assert_int_equal(days[6].last_day, days_from_date(2025, 1, 1));
}

/* Every year there is has one. */
static void test_all_years(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(1 << 20), *small CLEANUP(arena_drop) = arena_new(64);
	const struct holiday *days = NULL;
	size_t count = 77;
	assert_int_equal(holiday_list(HOLIDAY_YEAR_MIN, HOLIDAY_YEAR_MAX + 1, a, &days, &count), ERR_INPUT);
	assert_int_equal(holiday_list(2024, 2023, a, &days, &count), ERR_INPUT);
	assert_int_equal(holiday_list(2000, 2020, small, &days, &count), ERR_MEMORY);
	assert_true(days == NULL && count == 77);
	assert_int_equal(holiday_list(HOLIDAY_YEAR_MIN, HOLIDAY_YEAR_MAX, a, &days, &count), ERR_OK);
	assert_int_equal(count, (HOLIDAY_YEAR_MAX - HOLIDAY_YEAR_MIN + 1) * HOLIDAY_KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_spring), cmocka_unit_test(test_list),
		cmocka_unit_test(test_all_years) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
