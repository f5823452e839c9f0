/*
 * What the forecast looks at, for a row of dates in one sweep over the speakers' days.
 * Called by: forecast.c. Owns: the sweep. Not here: what is made of the features (forecast.c), their list (forecast.h).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/forecast_private.h"

#define YEAR_DAYS 364
#define STEP_DAYS 28
#define STEPS_UNEVEN 9
#define STEPS_RESTLESS 39
#define WEEKS 12
#define CORE_QUIET_DAYS 21
#define RECENT_HALF_LIFE_DAYS 7.
#define NOISE_QUARTER 5. /* added to counts before a logarithm, so that small ones do not shout */
#define NOISE_STEP 3.
#define UNREST_LEAST .1

/* ---- the group's days ---- */

enum err series_of(const struct warmth *w, struct arena *a, struct series *out)
{
	struct series s = { .first_day = INT32_MAX };
	int32_t last = INT32_MIN;
	for (const struct person *p = w->people; p; p = p->next)
		if (p->day_count) {
			s.first_day = p->days[0].day < s.first_day ? p->days[0].day : s.first_day;
			last = p->days[p->day_count - 1].day > last ? p->days[p->day_count - 1].day : last;
		}
	s.days = last == INT32_MIN ? 0 : last - s.first_day + 1;
	s.sum = arena_take_many(a, (size_t)s.days + 1, sizeof *s.sum);
	if (s.sum == NULL)
		return ERR_MEMORY;
	for (const struct person *p = w->people; p; p = p->next)
		for (size_t i = 0; i < p->day_count; i++)
			s.sum[p->days[i].day - s.first_day + 1] += p->days[i].messages;
	for (int32_t i = 0; i < s.days; i++)
		s.sum[i + 1] += s.sum[i];
	*out = s;
	return ERR_OK;
}

static uint64_t before(const struct series *s, int32_t day)
{
	int32_t at = day - s->first_day;
	return s->sum[at < 0 ? 0 : at > s->days ? s->days : at];
}

uint64_t series_between(const struct series *s, int32_t from_day, int32_t to_day)
{
	return from_day < to_day ? before(s, to_day) - before(s, from_day) : 0;
}

/* ---- the sweep ---- */

/* The same order with and without those who come later, so that sums round alike. */
static int earlier_first(const void *left, const void *right)
{
	const struct walker *a = left, *b = right;
	if (a->days[0].day != b->days[0].day)
		return a->days[0].day < b->days[0].day ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

enum err sweep_begin(const struct warmth *w, struct arena *a, struct sweep *out)
{
	struct sweep s = { .w = w };
	TRY(series_of(w, a, &s.series));
	s.walkers = arena_take_many(a, w->people_count + 1, sizeof *s.walkers);
	s.parts = arena_take_many(a, w->people_count + 1, sizeof *s.parts);
	if (s.walkers == NULL || s.parts == NULL)
		return ERR_MEMORY;
	for (const struct person *p = w->people; p; p = p->next)
		if (p->day_count)
			s.walkers[s.walker_count++] = (struct walker){ .days = p->days, .index = p->index, .count = p->day_count };
	qsort(s.walkers, s.walker_count, sizeof *s.walkers, earlier_first);
	*out = s;
	return ERR_OK;
}

static void walk(struct walker *k, int32_t day)
{
	while (k->to < k->count && k->days[k->to].day < day)
		k->messages += k->days[k->to++].messages;
	while (k->from_quarter < k->to && k->days[k->from_quarter].day < day - QUARTER_DAYS)
		k->messages -= k->days[k->from_quarter++].messages;
	while (k->from_year < k->to && k->days[k->from_year].day < day - YEAR_DAYS)
		k->from_year++;
}

/*
 * Active days expected of one speaker a day: whether he is still there, times his rate. Both by the modified BG/NBD model
 * (Batislam, Denizel, Filiztekin 2007) on his active days of the last year, with one prior for everybody (r = .5, alpha = 10
 * days, a = .8, b = 2.5: a person speaks on one day in twenty and stays for four such days, very roughly): the order of the
 * groups hardly depends on it, and a fit for each date would cost more than it tells.
 */
static double expected_days(const struct walker *k, int32_t day)
{
	const double r = .5, alpha = 10, gone_a = .8, gone_b = 2.5;
	double first = k->days[k->from_year].day, last = k->days[k->to - 1].day, again = (double)(k->to - k->from_year - 1);
	double gone = gone_a / (gone_b + again) * pow((alpha + day - first) / (alpha + last - first), r + again);
	return (again + r) / (day - first + alpha) / (1 + gone);
}

static int more_first(const void *left, const void *right)
{
	const struct part *a = left, *b = right;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return (a->last_day < b->last_day) - (a->last_day > b->last_day);
}

static double core_quiet(struct part *parts, size_t count, uint64_t all, int32_t day)
{
	uint64_t written = 0, quiet = 0;
	qsort(parts, count, sizeof *parts, more_first);
	for (size_t i = 0; i < count && written * 2 < all; i++) {
		written += parts[i].messages;
		quiet += parts[i].last_day < day - CORE_QUIET_DAYS ? parts[i].messages : 0;
	}
	return (double)quiet / (double)all;
}

static void people_features(struct sweep *s, int32_t day, uint64_t all, double *x)
{
	double entropy = 0, expected = 0;
	size_t parts = 0, speaker_days = 0;
	for (size_t i = 0; i < s->walker_count && s->walkers[i].days[0].day < day; i++) {
		struct walker *k = &s->walkers[i];
		walk(k, day);
		if (k->from_year == k->to)
			continue;
		expected += expected_days(k, day);
		speaker_days += k->to - k->from_quarter;
		if (k->messages == 0)
			continue;
		double share = (double)k->messages / (double)all;
		entropy -= share * log(share);
		s->parts[parts++] = (struct part){ k->messages, k->days[k->to - 1].day };
	}
	x[WARMTH_X_SPEAKERS] = entropy;
	x[WARMTH_X_KNOWN] = log((expected * QUARTER_DAYS + NOISE_QUARTER) / ((double)speaker_days + NOISE_QUARTER));
	x[WARMTH_X_CORE_QUIET] = core_quiet(s->parts, parts, all, day);
}

static double in_window(const struct series *s, int32_t day, int32_t length, int32_t back)
{
	return (double)series_between(s, day - length * (back + 1), day - length * back);
}

static void shape_features(const struct series *s, int32_t day, uint64_t all, double *x)
{
	double sum = 0, squares = 0, recent = 0, weights = 0, weight = 1;
	for (int32_t i = 0; i < WEEKS; i++) {
		double week = in_window(s, day, 7, i);
		sum += week;
		squares += week * week;
	}
	x[WARMTH_X_WEEKS] = log(sum * sum / squares);
	for (int32_t i = 0; i < QUARTER_DAYS; i++, weight *= pow(.5, 1 / RECENT_HALF_LIFE_DAYS)) {
		recent += weight * in_window(s, day, 1, i);
		weights += weight;
	}
	x[WARMTH_X_RECENT] = log(recent / weights * QUARTER_DAYS + NOISE_QUARTER) - log((double)all + NOISE_QUARTER);
	int32_t silent = 0;
	while (silent < QUARTER_DAYS && in_window(s, day, 1, silent) == 0)
		silent++;
	x[WARMTH_X_SINCE] = log(1. + silent);
	x[WARMTH_X_MOMENTUM] = -log((3 * in_window(s, day, STEP_DAYS, 0) + 1) / ((double)all + 1));
	int32_t quarters = (day - s->first_day) / QUARTER_DAYS;
	quarters = quarters > 4 ? 4 : quarters;
	double logs = 0;
	for (int32_t i = 0; i < quarters; i++)
		logs += log(in_window(s, day, QUARTER_DAYS, i) + NOISE_QUARTER);
	x[WARMTH_X_REVERSION] = logs / quarters - log((double)all + NOISE_QUARTER);
}

static double step_difference(const struct series *s, int32_t day, int32_t back)
{
	return log(in_window(s, day, STEP_DAYS, back) + NOISE_STEP) - log(in_window(s, day, STEP_DAYS, back + 1) + NOISE_STEP);
}

static void unrest_features(const struct series *s, int32_t day, double *x)
{
	double sum = 0, squares = 0, sizes = 0;
	int32_t steps = (day - s->first_day) / STEP_DAYS;
	steps = steps > STEPS_RESTLESS ? STEPS_RESTLESS : steps;
	for (int32_t i = 0; i < steps - 1; i++) {
		double d = step_difference(s, day, i);
		sizes += fabs(d);
		if (i < STEPS_UNEVEN - 1) {
			sum += d;
			squares += d * d;
		}
	}
	const double n = STEPS_UNEVEN - 1;
	double variance = squares / n - sum / n * (sum / n);
	x[WARMTH_X_UNEVEN] = log(UNREST_LEAST + (variance > 0 ? sqrt(variance) : 0));
	x[WARMTH_X_RESTLESS] = log(UNREST_LEAST + sizes / (steps - 1));
}

void sweep_features(struct sweep *s, int32_t day, double out_x[WARMTH_FEATURES])
{
	uint64_t all = series_between(&s->series, day - QUARTER_DAYS, day), runs, unanswered;
	people_features(s, day, all, out_x);
	shape_features(&s->series, day, all, out_x);
	unrest_features(&s->series, day, out_x);
	/* Whether a run of the last day was answered is not known yet. */
	runs_between(&s->w->runs, day - QUARTER_DAYS, day - 1, &runs, &unanswered);
	out_x[WARMTH_X_UNANSWERED] = (double)unanswered / (double)(runs ? runs : 1);
}
