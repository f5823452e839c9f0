/*
 * model/season: what is usual at this hour of the week, and on this holiday.
 *
 * Promises: pure; from daily and hour-of-week counts to one factor for each hour of a week and for each kind of
 * holiday, mean 1, drawn towards 1 where there is little to see; from them the exposure of any interval, that is how
 * much of a usual week's messages belongs to it, and rows of counts with their exposures, ready for change.h and
 * burst.h.
 * Used by: warmth. Owns: nothing; results live in the caller's arena.
 * Not here: which days are holidays (text/holiday.h), zones (hours are those of the days given, mostly UTC), seasons of
 * the year, whose fit would take several years of every group.
 */
#ifndef HEARTH_MODEL_SEASON_H
#define HEARTH_MODEL_SEASON_H

#include "base/base.h"

#define MODEL_SEASON_HOURS 168u          /* of a week; hour 0 begins Monday 00:00 */
#define MODEL_SEASON_KINDS_MAX 32u       /* kinds of holiday, numbered from 0 */
#define MODEL_SEASON_RANGES_MAX 4096u
#define MODEL_SEASON_DAYS_MAX 49711u     /* 1970 to 2106 */
#define MODEL_SEASON_FACTOR_MIN .02      /* no hour and no holiday is believed quieter than that */

/* Days of one kind of holiday, both ends in it. Counted from 1970-01-01. */
struct model_season_range {
	int32_t first_day, last_day;
	uint32_t kind;
};

struct model_season_ask {
	int32_t first_day;            /* of the daily counts, 0 .. MODEL_SEASON_DAYS_MAX */
	const double *daily;          /* messages on that and each following day */
	size_t days;
	const double *hours;          /* MODEL_SEASON_HOURS counts over the same time; NULL: not known */
	const struct model_season_range *ranges; /* any order; where two meet, the one named first counts */
	size_t range_count;
};

/*
 * The factors. The level of a day is the mean of the ordinary (not holiday) days at most MODEL_SEASON_REACH days away,
 * each divided by its factor. A factor is (count/d + k)/(level/d + k) over its days, d the dispersion (Pearson's chi
 * square per day) and k MODEL_SEASON_PRIOR: so it stays near 1 until the data hold more than k effective messages. Days
 * of the week, then holidays, twice over. An hour's share of its day is drawn in the same way towards the share of that
 * hour over all days, smoothed with the neighbours' 1/4 : 1/2 : 1/4.
 */
#define MODEL_SEASON_REACH 28
#define MODEL_SEASON_PRIOR 8.
struct model_season {
	double hour[MODEL_SEASON_HOURS]; /* mean 1 */
	double weekday[7];               /* mean 1; Monday first */
	double holiday[MODEL_SEASON_KINDS_MAX]; /* 1 where never seen */
	double dispersion;               /* of daily counts, >= 1 */
	const struct model_season_range *ranges; /* sorted, apart from each other */
	size_t range_count;
};

/* ERR_INPUT: a bad count, day, kind or range, or no message at all. ERR_LIMIT: too many. ERR_MEMORY. */
enum err model_season_fit(const struct model_season_ask *ask, struct arena *a, struct model_season *out) MUST_USE;

/* How many usual weeks' messages fall into from_us .. to_us (since 1970); a usual week is 1. Nothing is learned from
 * the interval's own counts. from_us <= to_us; outside 1970 .. 2106 nothing is counted. */
double model_season_exposure(const struct model_season *s, int64_t from_us, int64_t to_us);
/* The same for whole days, relative to a usual day: 1 for an average one. */
double model_season_day(const struct model_season *s, int32_t day);

/*
 * Counts and exposures in steps of step_days, the last one ending behind the last day; what does not fill a step at the
 * beginning is left out. exposures are relative to a usual step. counts/exposures is the adjusted row.
 */
struct model_season_row {
	int32_t first_day;
	const double *counts, *exposures;
	size_t n;
};
enum err model_season_steps(const struct model_season *s, const struct model_season_ask *ask, unsigned step_days,
	struct arena *a, struct model_season_row *out) MUST_USE;

#endif
