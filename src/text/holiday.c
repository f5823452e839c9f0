/*
 * Holidays by ICU (described in holiday.h).
 * Called by: who feeds warmth. Owns: nothing. Not here: zones (zone.c); a Chinese day is that of Shanghai.
 */
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "text/holiday.h"

/* The first new moon that can begin a Chinese year is on 21 January, the last on 20 February. */
#define SPRING_EARLIEST 21
#define SPRING_SPAN_DAYS 31
#define NOON_MS 43200000.
#define DAY_MS 86400000.
#define EAST_8_MS (8 * 3600000.)

struct plan {
	enum holiday_kind kind;
	int month, day; /* month 0: day is counted from the first of the first Chinese month */
	int length;
};

static const struct plan plans[] = {
	{ HOLIDAY_SPRING_BEFORE, 0, -8, 7 },
	{ HOLIDAY_SPRING, 0, -1, 7 },
	{ HOLIDAY_SPRING_AFTER, 0, 6, 9 },
	{ HOLIDAY_LABOUR, 5, 1, 5 },
	{ HOLIDAY_NATIONAL, 10, 1, 7 },
	{ HOLIDAY_CHRISTMAS, 12, 24, 3 },
	{ HOLIDAY_YEAR_END, 12, 27, 6 },
};
static_assert(COUNT_OF(plans) == HOLIDAY_KINDS, "every kind has its days");

static enum err calendar_open(UCalendar **out)
{
	static const UChar zone[] = u"Asia/Shanghai";
	UErrorCode e = U_ZERO_ERROR;
	UCalendar *c = ucal_open(zone, u_strlen(zone), "zh_CN@calendar=chinese", UCAL_DEFAULT, &e);
	if (U_FAILURE(e))
		return e == U_MEMORY_ALLOCATION_ERROR ? ERR_MEMORY : ERR_NOT_FOUND;
	*out = c;
	return ERR_OK;
}

/* Where ICU 72 is a day off, because the new moon comes within minutes of midnight in China. */
static const struct {
	int year, month, day;
} corrections[] = { { 2027, 2, 6 }, { 2030, 2, 3 } };

static enum err spring_of(UCalendar *c, int year, int32_t *out_day)
{
	for (size_t i = 0; i < COUNT_OF(corrections); i++) {
		if (corrections[i].year == year) {
			*out_day = (int32_t)days_from_date(year, corrections[i].month, corrections[i].day);
			return ERR_OK;
		}
	}
	int64_t first = days_from_date(year, 1, SPRING_EARLIEST);
	for (int64_t day = first; day < first + SPRING_SPAN_DAYS; day++) {
		UErrorCode e = U_ZERO_ERROR;
		ucal_setMillis(c, (double)day * DAY_MS + NOON_MS - EAST_8_MS, &e);
		if (ucal_get(c, UCAL_MONTH, &e) == 0 && ucal_get(c, UCAL_DATE, &e) == 1 &&
			ucal_get(c, UCAL_IS_LEAP_MONTH, &e) == 0 && U_SUCCESS(e)) {
			*out_day = (int32_t)day;
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

static bool years_are_fine(int from, int to)
{
	return from >= HOLIDAY_YEAR_MIN && to <= HOLIDAY_YEAR_MAX && from <= to;
}

static enum err with_calendar(int from, int to, struct holiday *days, int32_t *out_spring)
{
	UCalendar *c;
	enum err e = ERR_OK;
	int32_t spring = 0;
	TRY(calendar_open(&c));
	for (int year = from; year <= to && e == ERR_OK; year++) {
		e = spring_of(c, year, &spring);
		for (size_t i = 0; i < COUNT_OF(plans) && days; i++) {
			const struct plan *p = &plans[i];
			int32_t first = p->month ? (int32_t)days_from_date(year, p->month, p->day) : spring + p->day;
			*days++ = (struct holiday){ first, first + p->length - 1, p->kind };
		}
	}
	ucal_close(c);
	if (e == ERR_OK)
		*out_spring = spring;
	return e;
}

enum err holiday_list(int from, int to, struct arena *a, const struct holiday **out, size_t *out_count)
{
	if (!years_are_fine(from, to))
		return ERR_INPUT;
	size_t count = (size_t)(to - from + 1) * COUNT_OF(plans);
	struct holiday *days = arena_take_many(a, count, sizeof *days);
	if (days == NULL)
		return ERR_MEMORY;
	int32_t last;
	TRY(with_calendar(from, to, days, &last));
	*out = days;
	*out_count = count;
	return ERR_OK;
}

enum err holiday_spring(int year, int32_t *out_day)
{
	return years_are_fine(year, year) ? with_calendar(year, year, NULL, out_day) : ERR_INPUT;
}
