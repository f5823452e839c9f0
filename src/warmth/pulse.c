/*
 * Collecting hours and times (described in pulse.h).
 * Called by: add.c, changes.c. Owns: nothing but the group's weeks. Not here: likelihoods (model/burst.c).
 */
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define ROOM_MIN 8u
#define WEEK_DAYS 7
#define WEEK_S (7u * 86400u)
#define MINUTE_S 60u
#define HOUR_S 3600u

/* 1970-01-01 was a Thursday. */
static int32_t week_of(int32_t day) { return (day + 3) / WEEK_DAYS; }

enum err pulse_new(struct pulse *p)
{
	*p = (struct pulse){ .weeks = idmap_new() };
	return p->weeks ? ERR_OK : ERR_MEMORY;
}

void pulse_free(struct pulse *p) { idmap_free(p->weeks); }

static struct pulse_week *week_place(struct warmth *w, int32_t number)
{
	struct pulse *p = &w->pulse;
	if (p->latest_used && p->latest_week == number)
		return p->latest_used;
	struct pulse_week *week = idmap_get(p->weeks, (uint64_t)number + 1);
	if (week == NULL) {
		week = ARENA_NEW(w->memory, struct pulse_week);
		if (week == NULL)
			return NULL;
		week->until = WEEK_S;
		if (idmap_put(p->weeks, (uint64_t)number + 1, week) != ERR_OK)
			return NULL;
	}
	p->latest_week = number;
	return p->latest_used = week;
}

enum err pulse_add(struct warmth *w, int64_t at_us)
{
	int32_t number = week_of(day_of(at_us));
	uint32_t second = (uint32_t)(at_us / US_PER_S - (int64_t)(number * WEEK_DAYS - 3) * 86400);
	struct pulse_week *week = week_place(w, number);
	if (week == NULL)
		return ERR_MEMORY;
	if (week->count == week->room && week->room < PULSE_WEEK_TIMES) {
		uint32_t room = week->room ? week->room * 2 : ROOM_MIN;
		uint32_t *seconds = arena_take_many(w->memory, room, sizeof *seconds);
		if (seconds == NULL)
			return ERR_MEMORY;
		if (week->count)
			memcpy(seconds, week->seconds, week->count * sizeof *seconds);
		week->seconds = seconds;
		week->room = room;
	}
	if (week->count < week->room)
		week->seconds[week->count++] = second;
	else if (second < week->until)
		week->until = second;
	w->pulse.hours[second / HOUR_S]++;
	return ERR_OK;
}

static_assert(PULSE_WEEK_TIMES % ROOM_MIN == 0 && (PULSE_WEEK_TIMES & (PULSE_WEEK_TIMES - 1)) == 0, "room doubles");

/* ---- windows ---- */

static int earlier_first(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static bool whole_minutes(const struct pulse_week *week)
{
	for (uint32_t i = 0; week && i < week->count; i++)
		if (week->seconds[i] % MINUTE_S != 0)
			return false;
	return true;
}

/* Those of one minute at its equal parts. A window may end inside a minute: nothing leaves it. */
static void spread(double *times, size_t n, double to)
{
	for (size_t i = 0, next; i < n; i = next) {
		double begin = times[i];
		for (next = i; next < n && times[next] == begin;)
			next++;
		for (size_t k = i; k < next; k++) {
			double at = begin + ((double)(k - i) + .5) / (double)(next - i) / MINUTE_S;
			times[k] = at < to ? at : to;
		}
	}
}

/* week: NULL when nothing was said. */
static enum err window_of(
	struct arena *a, const struct pulse_week *week, int32_t number, bool minutes, struct model_burst_window *out)
{
	double begin = (double)number * WEEK_DAYS * 24;
	/* A window is never empty, even where what found no room came first. */
	uint32_t until = week == NULL ? WEEK_S : week->until ? week->until : 1;
	double *times = arena_take_many(a, week ? week->count + 1 : 1, sizeof *times);
	if (times == NULL)
		return ERR_MEMORY;
	size_t n = 0;
	for (uint32_t i = 0; week && i < week->count; i++)
		if (week->seconds[i] < until)
			times[n++] = begin + (double)week->seconds[i] / HOUR_S;
	qsort(times, n, sizeof *times, earlier_first);
	*out = (struct model_burst_window){ times, n, begin, begin + (double)until / HOUR_S };
	if (minutes)
		spread(times, n, out->to);
	return ERR_OK;
}

enum err pulse_windows(const struct answering *x, int32_t from_day, int32_t to_day, struct pulse_windows *out)
{
	int32_t first = week_of(from_day + WEEK_DAYS - 1), end = week_of(to_day);
	struct pulse_windows p = { .count = end > first ? (size_t)(end - first) : 0 };
	const struct idmap *weeks = x->w->pulse.weeks;
	bool minutes = true;
	p.list = arena_take_many(x->a, p.count + 1, sizeof *p.list);
	if (p.list == NULL)
		return ERR_MEMORY;
	for (int32_t number = first; number < end; number++)
		minutes = minutes && whole_minutes(idmap_get(weeks, (uint64_t)number + 1));
	for (size_t i = 0; i < p.count; i++) {
		int32_t number = first + (int32_t)i;
		TRY(window_of(x->a, idmap_get(weeks, (uint64_t)number + 1), number, minutes, &p.list[i]));
		p.events += p.list[i].n;
	}
	*out = p;
	return ERR_OK;
}
