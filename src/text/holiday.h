/*
 * text/holiday: on which days people have something else to do than to talk.
 *
 * Promises: day ranges of the holidays that empty or fill a group, for any years from 1970 to 2105, by ICU's calendar,
 * corrected where it misses the published dates of 2005 to 2035 (beyond them it may be a day off); pure.
 * Used by: who feeds warmth (as model_season_range). Owns: nothing.
 * Not here: what a holiday does to a group (model/season.h finds out, and draws towards "nothing"), days off that a
 * government moves each year (调休), which no calendar knows.
 */
#ifndef HEARTH_TEXT_HOLIDAY_H
#define HEARTH_TEXT_HOLIDAY_H

#include "base/base.h"

/* A week of travel before New Year's Eve; eve to the sixth day, which are off; until the Lantern Festival. */
enum holiday_kind {
	HOLIDAY_SPRING_BEFORE, /* -8 .. -2 days from the first of the first Chinese month */
	HOLIDAY_SPRING,        /* -1 .. 5 */
	HOLIDAY_SPRING_AFTER,  /* 6 .. 14 */
	HOLIDAY_LABOUR,        /* 1 .. 5 May */
	HOLIDAY_NATIONAL,      /* 1 .. 7 October */
	HOLIDAY_CHRISTMAS,     /* 24 .. 26 December */
	HOLIDAY_YEAR_END,      /* 27 December .. 1 January */
	HOLIDAY_KINDS
};

#define HOLIDAY_YEAR_MIN 1970
#define HOLIDAY_YEAR_MAX 2105

/* Days since 1970-01-01, both in it. */
struct holiday {
	int32_t first_day, last_day;
	enum holiday_kind kind;
};

/* All that begin in the years from .. to, by time. ERR_INPUT: years outside the above, or from > to. ERR_MEMORY.
 * ERR_NOT_FOUND: ICU has no Chinese calendar. */
enum err holiday_list(int from, int to, struct arena *a, const struct holiday **out, size_t *out_count) MUST_USE;

/* The Gregorian day of the first of the first Chinese month in that year, since 1970-01-01. Errors as above. */
enum err holiday_spring(int year, int32_t *out_day) MUST_USE;

#endif
