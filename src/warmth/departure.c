/*
 * Departures: see departure.h.
 * Called by: silence_order.c, contagion.c. Owns: nothing. Not here: the tail itself (rhythm.c).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define NEEDED_PRECISION 20 /* needed_days to a twentieth: a tail costs microseconds, and members are many */

struct judging {
	const struct answering *x;
	const struct warmth_rhythm *rhythm;
	uint32_t *gaps; /* room for the most days of any member */
};

static bool enters(const struct member *m, int32_t *out_day)
{
	uint64_t messages = 0;
	for (size_t d = 0; d < m->day_count; d++) {
		messages += m->days[d].messages;
		if (d + 1 >= WARMTH_REGULAR_DAYS && messages >= WARMTH_REGULAR_MESSAGES) {
			*out_day = m->days[d].day + 1;
			return true;
		}
	}
	return false;
}

static bool silent_after(const struct judging *j, size_t n, uint32_t quiet)
{
	size_t as_long = 0;
	for (size_t i = 0; i < n; i++)
		as_long += j->gaps[i] >= quiet;
	return (double)as_long < WARMTH_SILENT_BELOW * (double)n &&
		warmth_rhythm_tail(j->rhythm, j->gaps, n, quiet) < WARMTH_SILENT_BELOW;
}

/* The least silence that says something, at most most days; false: not even that. */
static bool needed_of(const struct judging *j, size_t n, uint32_t most, uint32_t *out_days)
{
	uint32_t low = WARMTH_GONE_DAYS - 1, high = most;
	if (most < WARMTH_GONE_DAYS || !silent_after(j, n, most))
		return false;
	if (silent_after(j, n, WARMTH_GONE_DAYS))
		high = WARMTH_GONE_DAYS;
	while (high - low > 1 + high / NEEDED_PRECISION) {
		uint32_t half = (uint32_t)sqrt((double)low * high);
		half = half <= low ? low + 1 : half;
		if (silent_after(j, n, half))
			high = half;
		else
			low = half;
	}
	*out_days = high;
	return true;
}

static void gaps_of(const struct judging *j, const struct member *m, struct watched *r)
{
	size_t n = m->day_count - 1;
	double sum = 0, square = 0;
	for (size_t i = 0; i < n; i++) {
		j->gaps[i] = (uint32_t)(m->days[i + 1].day - m->days[i].day);
		double ln = log(j->gaps[i]);
		sum += ln;
		square += ln * ln;
	}
	r->gap_mean = sum / (double)n;
	double variance = (square - sum * r->gap_mean) / (double)(n - 1);
	r->gap_sd = variance > 0 ? sqrt(variance) : 0;
}

/* The silence asked for is that of his rhythm until his last day, for those who left and those who did not. */
static bool judge(const struct judging *j, size_t member, struct watched *out)
{
	const struct member *m = &j->x->members[member];
	struct watched r = { .member = member, .last_day = m->days[m->day_count - 1].day };
	if (!m->out.regular || m->day_count <= WARMTH_GAPS_MIN || !enters(m, &r.entry_day))
		return false;
	int32_t watched = j->x->at_day - r.entry_day;
	if (watched <= WARMTH_GONE_DAYS)
		return false;
	gaps_of(j, m, &r);
	uint32_t most = m->out.gone && m->out.quiet_days < (uint32_t)watched ? m->out.quiet_days : (uint32_t)watched;
	if (!needed_of(j, m->day_count - 1, most, &r.needed_days))
		return false;
	r.known_day = j->x->at_day - (int32_t)r.needed_days + 1;
	r.left = m->out.gone && r.last_day < r.known_day;
	*out = r;
	return true;
}

enum err regulars_of(const struct answering *x, struct regulars *out)
{
	struct warmth_rhythm *rhythm;
	size_t days_most = 1;
	for (size_t i = 0; i < x->member_count; i++)
		days_most = x->members[i].day_count > days_most ? x->members[i].day_count : days_most;
	struct regulars r = { .who = arena_take_many(x->a, x->member_count + 1, sizeof *r.who) };
	uint32_t *gaps = arena_take_many(x->a, days_most, sizeof *gaps);
	if (r.who == NULL || gaps == NULL)
		return ERR_MEMORY;
	TRY(warmth_rhythm_new(x->a, &rhythm));
	struct judging j = { x, rhythm, gaps };
	for (size_t i = 0; i < x->member_count; i++)
		if (judge(&j, i, &r.who[r.count]))
			r.left += r.who[r.count++].left;
	*out = r;
	return ERR_OK;
}
