/*
 * Change points after season, and echoes now and before (described in changes.h).
 * Called by: answer.c. Owns: nothing. Not here: collecting (pulse.c).
 */
#include <math.h>

#include "model/change.h"
#include "warmth/warmth_private.h"

#define WEEK_DAYS 7

/* What both parts look at: each day's messages up to end_day, and their season. */
struct season_of_group {
	struct model_season_ask ask;
	struct model_season fit;
	double total;
};

static enum err season_of(const struct answering *x, struct season_of_group *out)
{
	struct season_of_group s = { .ask = { .ranges = x->ask->holidays, .range_count = x->ask->holiday_count } };
	int32_t most = WARMTH_CHANGES_WEEKS_MAX * WEEK_DAYS, days = x->end_day - x->first_day;
	days = days < most ? days : most;
	double *daily = arena_take_many(x->a, (size_t)days + 1, sizeof *daily);
	double *hours = arena_take_many(x->a, MODEL_SEASON_HOURS, sizeof *hours);
	if (daily == NULL || hours == NULL)
		return ERR_MEMORY;
	s.ask.first_day = x->end_day - days;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct member *m = &x->members[i];
		for (size_t d = m->day_count; d-- > 0 && m->days[d].day >= s.ask.first_day;) {
			double messages = m->days[d].day < x->end_day ? m->days[d].messages : 0;
			if (messages > 0)
				daily[m->days[d].day - s.ask.first_day] += messages;
			s.total += messages;
		}
	}
	for (size_t h = 0; h < MODEL_SEASON_HOURS; h++)
		hours[h] = (double)x->w->pulse.hours[h];
	s.ask.daily = daily;
	s.ask.days = (size_t)days;
	s.ask.hours = hours;
	if (s.total > 0)
		TRY(model_season_fit(&s.ask, x->a, &s.fit));
	*out = s;
	return ERR_OK;
}

/* ---- change points ---- */

static const struct model_change *noticed_near(const struct model_changes *noticed, size_t at)
{
	const struct model_change *best = NULL;
	for (size_t i = 0; i < noticed->count; i++) {
		const struct model_change *n = &noticed->points[i];
		size_t apart = n->at > at ? n->at - at : at - n->at;
		if (apart <= WARMTH_CHANGES_SAME_WEEKS && (best == NULL || n->seen < best->seen))
			best = n;
	}
	return best;
}

static enum err changes_in(
	const struct answering *x, const struct season_of_group *s, struct warmth_changes *out)
{
	struct model_season_row row;
	struct model_changes all, noticed;
	struct model_change_ask ask = { .stretch_min = WARMTH_CHANGES_STRETCH_WEEKS,
		.false_alarms = WARMTH_CHANGES_FALSE };
	TRY(model_season_steps(&s->fit, &s->ask, WEEK_DAYS, x->a, &row));
	struct model_change_row counts = { row.counts, row.exposures, row.n };
	TRY(model_change_find(&counts, &ask, x->a, &all));
	TRY(model_change_notice(&counts, &ask, NAN, x->a, &noticed));
	struct warmth_change *list = arena_take_many(x->a, all.count + 1, sizeof *list);
	if (list == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < all.count; i++) {
		const struct model_change *c = &all.points[i], *n = noticed_near(&noticed, c->at);
		list[i] = (struct warmth_change){ .at_us = (row.first_day + (int32_t)c->at * WEEK_DAYS) * US_PER_DAY,
			.before = c->before,
			.after = c->after,
			.noticed = n != NULL };
		if (n)
			list[i].noticed_us = (row.first_day + ((int32_t)n->seen + 1) * WEEK_DAYS) * US_PER_DAY;
	}
	out->list = list;
	out->count = all.count;
	out->known = true;
	return ERR_OK;
}

/* ---- echoes ---- */

static enum err echo_of(
	const struct answering *x, const double *base, int32_t from_day, int32_t to_day, struct warmth_echo *out)
{
	struct warmth_echo e = { .branching = NAN, .low = NAN, .high = NAN, .wait_hours = NAN };
	struct pulse_windows windows;
	struct model_burst_fit fit;
	TRY(pulse_windows(x, from_day > x->first_day ? from_day : x->first_day, to_day, &windows));
	e.weeks = windows.count;
	e.messages = windows.events;
	e.doubt = e.weeks < WARMTH_BURSTS_WEEKS_MIN ? WARMTH_CHANGES_TOO_YOUNG :
		e.messages < WARMTH_BURSTS_MESSAGES_MIN ? WARMTH_CHANGES_TOO_FEW : WARMTH_CHANGES_SURE;
	if (e.doubt == WARMTH_CHANGES_SURE) {
		TRY(model_burst_fit(&(struct model_burst_ask){ windows.list, windows.count, base }, &fit));
		e.known = !isnan(fit.branching_low);
		e.doubt = e.known ? WARMTH_CHANGES_SURE : WARMTH_CHANGES_TOO_VAGUE;
	}
	if (e.known) {
		e.branching = fit.branching;
		e.low = fit.branching_low;
		e.high = fit.branching_high;
		e.wait_hours = 1 / fit.decay;
	}
	*out = e;
	return ERR_OK;
}

static enum err bursts_in(const struct answering *x, const struct season_of_group *s, struct warmth_bursts *out)
{
	double base[MODEL_BURST_BASE_HOURS];
	int32_t now = x->end_day - WARMTH_BURSTS_NOW_DAYS;
	for (size_t h = 0; h < MODEL_BURST_BASE_HOURS; h++)
		base[h] = fmax(s->fit.hour[h], MODEL_BURST_BASE_MIN);
	TRY(echo_of(x, base, now, x->end_day, &out->now));
	return echo_of(x, base, now - WARMTH_BURSTS_BEFORE_DAYS, now, &out->before);
}

/* ---- both ---- */

void changes_unknown(
	enum warmth_changes_doubt doubt, struct warmth_changes *out_changes, struct warmth_bursts *out_bursts)
{
	struct warmth_echo none = {
		.doubt = doubt, .branching = NAN, .low = NAN, .high = NAN, .wait_hours = NAN
	};
	*out_changes = (struct warmth_changes){ .doubt = doubt };
	*out_bursts = (struct warmth_bursts){ none, none };
}

enum err changes_of(
	const struct answering *x, struct warmth_changes *out_changes, struct warmth_bursts *out_bursts)
{
	struct season_of_group s;
	struct warmth_changes changes;
	struct warmth_bursts bursts;
	TRY(season_of(x, &s));
	changes_unknown(WARMTH_CHANGES_TOO_FEW, &changes, &bursts);
	changes.weeks = s.ask.days / WEEK_DAYS;
	if (s.total > 0)
		TRY(bursts_in(x, &s, &bursts));
	changes.doubt = changes.weeks < WARMTH_CHANGES_WEEKS_MIN ? WARMTH_CHANGES_TOO_YOUNG :
		s.total < WARMTH_CHANGES_MESSAGES_MIN ? WARMTH_CHANGES_TOO_FEW : WARMTH_CHANGES_SURE;
	if (changes.doubt == WARMTH_CHANGES_SURE)
		TRY(changes_in(x, &s, &changes));
	*out_changes = changes;
	*out_bursts = bursts;
	return ERR_OK;
}
