/*
 * How warm, against the group's own usual (what is compared is in warmth.h).
 * Called by: answer.c. Owns: nothing. Not here: any forecast; this looks back only.
 *
 * The usual is the median of the weekly means of all runs of 12 following weeks, so that like is held against like. The
 * interval asks what 12 weeks could have come to in the usual time: runs are put together from the weeks before in
 * blocks of six (Kunsch 1989), and the percentage is divided by their ratio to a usual that is drawn in the same way.
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define RUN_WEEKS 12u
#define BLOCK_WEEKS 6u
#define DRAWS 999u
#define WEEK_DAYS 7
#define UNEVEN_LOW 50.
#define UNEVEN_HIGH 200.

static_assert(RUN_WEEKS * WEEK_DAYS == WARMTH_NOW_DAYS, "now is a run");
static_assert(WARMTH_USUAL_WEEKS_MIN >= RUN_WEEKS, "the usual is at least one run");

static int less(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static double quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
	return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

static double mean_of(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum / (double)n;
}

static double usual_of(const double *weeks, size_t n)
{
	double runs[WARMTH_USUAL_WEEKS];
	size_t count = 0;
	for (size_t i = 0; i + RUN_WEEKS <= n && count < COUNT_OF(runs); i++)
		runs[count++] = mean_of(weeks + i, RUN_WEEKS);
	qsort(runs, count, sizeof *runs, less);
	return quantile(runs, count, .5);
}

static void draw_blocks(const double *weeks, size_t n, double *out, size_t count, uint64_t *chance)
{
	for (size_t at = 0; at < count;) {
		size_t from = chance_below(chance, n);
		for (size_t i = 0; i < BLOCK_WEEKS && at < count; i++)
			out[at++] = weeks[(from + i) % n];
	}
}

static void interval_of(struct warmth_level *level, const double *before, size_t n, uint64_t seed)
{
	double ratio[DRAWS], usual[WARMTH_USUAL_WEEKS], run[RUN_WEEKS];
	uint64_t chance = seed ^ UINT64_C(0x6c6576656c);
	for (size_t i = 0; i < DRAWS; i++) {
		draw_blocks(before, n, usual, n, &chance);
		draw_blocks(before, n, run, RUN_WEEKS, &chance);
		/* Half a message keeps a ratio of two small numbers finite. */
		ratio[i] = (mean_of(run, RUN_WEEKS) + .5 / RUN_WEEKS) / (usual_of(usual, n) + .5 / RUN_WEEKS);
	}
	qsort(ratio, DRAWS, sizeof *ratio, less);
	/* Few independent runs make the draws too alike; this widening leaves 90-94 of 100 steady groups steady in
	 * tests. */
	double wider = sqrt((double)(n + RUN_WEEKS) / (double)(n - BLOCK_WEEKS));
	level->low = level->percent / pow(quantile(ratio, DRAWS, .975), wider);
	level->high = level->percent / pow(quantile(ratio, DRAWS, .025), wider);
}

/* Messages per week, counted back from end_day: weeks[0] is the oldest. */
static void weeks_back(const struct answering *x, double *weeks, size_t count)
{
	int32_t from = x->end_day - (int32_t)count * WEEK_DAYS;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct member *m = &x->members[i];
		for (size_t d = m->day_count; d-- > 0 && m->days[d].day >= from;)
			if (m->days[d].day < x->end_day)
				weeks[(m->days[d].day - from) / WEEK_DAYS] += m->days[d].messages;
	}
}

enum err level_of(const struct answering *x, struct warmth_level *out)
{
	struct warmth_level level = {
		.usual = NAN, .percent = NAN, .low = NAN, .high = NAN, .band_low = NAN, .band_high = NAN
	};
	double weeks[WARMTH_USUAL_WEEKS + RUN_WEEKS] = { 0 }, before[WARMTH_USUAL_WEEKS];
	int32_t history = x->end_day - WARMTH_NOW_DAYS - x->first_day;
	size_t n = level.weeks_before = history < WEEK_DAYS ? 0 : (size_t)history / WEEK_DAYS;
	n = n > WARMTH_USUAL_WEEKS ? WARMTH_USUAL_WEEKS : n;
	weeks_back(x, weeks, n + RUN_WEEKS);
	double now = mean_of(weeks + n, RUN_WEEKS), quiet = 0;
	for (size_t i = 0; i < WARMTH_QUIET_DAYS / WEEK_DAYS; i++)
		quiet += weeks[n + RUN_WEEKS - 1 - i];
	memcpy(before, weeks, n * sizeof *before);
	if (n >= WARMTH_USUAL_WEEKS_MIN && mean_of(before, n) * (double)n >= WARMTH_USUAL_MESSAGES_MIN &&
		usual_of(before, n) > 0) {
		level.known = true;
		level.usual = usual_of(before, n);
		level.percent = 100 * now / level.usual;
		interval_of(&level, before, n, x->seed);
		qsort(before, n, sizeof *before, less);
		level.band_low = 100 * quantile(before, n, .1) / level.usual;
		level.band_high = 100 * quantile(before, n, .9) / level.usual;
		bool uneven = level.low < UNEVEN_LOW || level.high > UNEVEN_HIGH;
		level.stage = level.high < 100 ? WARMTH_COOLING : level.low > 100 ? WARMTH_WARMING :
			uneven ? WARMTH_STAGE_UNKNOWN : WARMTH_STEADY;
		level.doubt = level.stage == WARMTH_STAGE_UNKNOWN ? WARMTH_TOO_UNEVEN : WARMTH_SURE;
	} else {
		level.doubt = n < WARMTH_USUAL_WEEKS_MIN ? WARMTH_TOO_YOUNG : WARMTH_TOO_FEW;
	}
	if (quiet == 0) {
		level.stage = WARMTH_QUIET;
		level.doubt = WARMTH_SURE;
	}
	*out = level;
	return ERR_OK;
}
