/*
 * Answering: from the counts to members, weeks and the parts.
 * Called by: the feeder, when somebody looks. Owns: nothing; what it answers lives in the caller's arena.
 * Not here: the formulas of the parts (rhythm.c, core.c, order.c, fade.c, level.c).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define STAY_DAYS_MIN 28 /* a rate over less is mostly noise */

/* ---- identities ---- */

static size_t root_of(size_t *parent, size_t at)
{
	while (parent[at] != at)
		at = parent[at] = parent[parent[at]];
	return at;
}

/* For each identity, who stands for it. A name that was changed to or from many others ("guest") ties nobody. */
static enum err merge_renames(const struct warmth *w, struct arena *a, size_t **out_parent, size_t *out_unfollowed)
{
	size_t *parent = arena_take_many(a, w->people_count + 1, sizeof *parent);
	uint32_t *partners = arena_take_many(a, w->people_count + 1, sizeof *partners);
	if (parent == NULL || partners == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < w->people_count; i++)
		parent[i] = i;
	for (const struct rename_pair *r = w->renames; r; r = r->next) {
		partners[r->from->index]++;
		partners[r->to->index]++;
	}
	size_t unfollowed = 0;
	for (const struct rename_pair *r = w->renames; r; r = r->next) {
		if (partners[r->from->index] > WARMTH_RENAME_PARTNERS_MAX ||
			partners[r->to->index] > WARMTH_RENAME_PARTNERS_MAX)
			unfollowed++;
		else
			parent[root_of(parent, r->from->index)] = root_of(parent, r->to->index);
	}
	*out_parent = parent;
	*out_unfollowed = unfollowed;
	return ERR_OK;
}

/* ---- members ---- */

static void member_add(struct member *m, const struct person *p)
{
	struct warmth_person *o = &m->out;
	bool first = o->messages == 0;
	o->person = first || p->last_us > o->last_us ? p->id : o->person;
	if (first || p->first_us < o->first_us)
		m->answered = p->addressed ? FIRST_ADDRESSED : p->followed ? FIRST_FOLLOWED : FIRST_UNANSWERED;
	o->first_us = first || p->first_us < o->first_us ? p->first_us : o->first_us;
	o->last_us = first || p->last_us > o->last_us ? p->last_us : o->last_us;
	o->messages += p->messages;
	o->collective |= p->collective;
}

/* Two sorted lists of days into one. */
static enum err days_join(struct arena *a, struct member *m, const struct person *p)
{
	if (m->day_count == 0 || p->day_count == 0) {
		m->days = p->day_count ? p->days : m->days;
		m->day_count += p->day_count;
		return ERR_OK;
	}
	struct day_count *both = arena_take_many(a, m->day_count + p->day_count, sizeof *both);
	if (both == NULL)
		return ERR_MEMORY;
	size_t n = 0, i = 0, j = 0;
	while (i < m->day_count || j < p->day_count) {
		bool left = j == p->day_count || (i < m->day_count && m->days[i].day <= p->days[j].day);
		struct day_count d = left ? m->days[i++] : p->days[j++];
		if (n > 0 && both[n - 1].day == d.day)
			both[n - 1].messages += d.messages;
		else
			both[n++] = d;
	}
	m->days = both;
	m->day_count = n;
	return ERR_OK;
}

static int more_first(const void *left, const void *right)
{
	const struct warmth_person *a = &((const struct member *)left)->out, *b = &((const struct member *)right)->out;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return (a->person > b->person) - (a->person < b->person);
}

static enum err members_of(struct answering *x, struct warmth_reading *r)
{
	const struct warmth *w = x->w;
	size_t *parent, *place = arena_take_many(x->a, w->people_count + 1, sizeof *place);
	if (place == NULL)
		return ERR_MEMORY;
	TRY(merge_renames(w, x->a, &parent, &r->renames_unfollowed));
	for (const struct person *p = w->people; p; p = p->next) {
		r->bots += p->bot_messages > 0;
		r->bot_messages += p->bot_messages;
		size_t root = root_of(parent, p->index);
		if (p->messages && place[root] == 0)
			place[root] = ++x->member_count;
	}
	x->members = arena_take_many(x->a, x->member_count + 1, sizeof *x->members);
	size_t *member_at = arena_take_many(x->a, w->people_count + 1, sizeof *member_at);
	if (x->members == NULL || member_at == NULL)
		return ERR_MEMORY;
	for (const struct person *p = w->people; p; p = p->next) {
		size_t at = place[root_of(parent, p->index)];
		if (at == 0)
			continue;
		struct member *m = &x->members[at - 1];
		m->answers += p->answers;
		m->root = root_of(parent, p->index);
		if (p->messages == 0)
			continue;
		member_add(m, p);
		TRY(days_join(x->a, m, p));
	}
	qsort(x->members, x->member_count, sizeof *x->members, more_first);
	for (size_t i = 0; i < x->member_count; i++)
		place[x->members[i].root] = i + 1;
	for (size_t i = 0; i < w->people_count; i++) {
		parent[i] = root_of(parent, i);
		member_at[i] = place[parent[i]] ? place[parent[i]] - 1 : WARMTH_NO_MEMBER;
	}
	x->stand_for = parent;
	x->member_at = member_at;
	return ERR_OK;
}

/* ---- each one's silence ---- */

static int shorter_first(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

static double median_gap(const uint32_t *gaps, size_t n)
{
	uint32_t sorted[WARMTH_GAPS_USED];
	size_t used = n < WARMTH_GAPS_USED ? n : WARMTH_GAPS_USED;
	memcpy(sorted, gaps + n - used, used * sizeof *sorted);
	qsort(sorted, used, sizeof *sorted, shorter_first);
	return (sorted[(used - 1) / 2] + sorted[used / 2]) / 2.0;
}

/* gaps: room for all days of m. */
static void silence_of(const struct warmth_rhythm *rhythm, struct member *m, int32_t at_day, uint32_t *gaps)
{
	struct warmth_person *p = &m->out;
	int32_t quiet = at_day - m->days[m->day_count - 1].day;
	p->quiet_days = quiet < 0 ? 0 : (uint32_t)quiet;
	p->p_silent = p->usual_gap_days = NAN;
	size_t n = m->day_count - 1, as_long = 0;
	for (size_t i = 0; i < n; i++) {
		gaps[i] = (uint32_t)(m->days[i + 1].day - m->days[i].day);
		as_long += gaps[i] >= p->quiet_days;
	}
	if (n < WARMTH_GAPS_MIN || p->collective)
		return;
	double share = (double)as_long / (double)n, tail = warmth_rhythm_tail(rhythm, gaps, n, p->quiet_days);
	p->p_silent = tail > share ? tail : share;
	p->usual_gap_days = median_gap(gaps, n);
	p->silence = p->p_silent < WARMTH_SILENT_BELOW ? WARMTH_SILENT : WARMTH_SPEAKS;
}

static enum err people_of(struct answering *x, struct warmth_reading *r)
{
	struct warmth_rhythm *rhythm;
	struct warmth_person *people = arena_take_many(x->a, x->member_count + 1, sizeof *people);
	size_t days_most = 1;
	for (size_t i = 0; i < x->member_count; i++)
		days_most = x->members[i].day_count > days_most ? x->members[i].day_count : days_most;
	uint32_t *gaps = arena_take_many(x->a, days_most, sizeof *gaps);
	if (people == NULL || gaps == NULL)
		return ERR_MEMORY;
	TRY(warmth_rhythm_new(x->a, &rhythm));
	for (size_t i = 0; i < x->member_count; i++) {
		struct member *m = &x->members[i];
		struct warmth_person *p = &m->out;
		p->active_days = (uint32_t)m->day_count;
		silence_of(rhythm, m, x->at_day, gaps);
		double stay = (double)(p->last_us - p->first_us) / (double)US_PER_DAY + 1;
		p->importance = (double)m->answers / 4 / (stay < STAY_DAYS_MIN ? STAY_DAYS_MIN : stay);
		p->regular =
			!p->collective && m->day_count >= WARMTH_REGULAR_DAYS && p->messages >= WARMTH_REGULAR_MESSAGES;
		p->gone = p->regular && p->silence == WARMTH_SILENT && p->quiet_days >= WARMTH_GONE_DAYS;
		people[i] = *p;
	}
	r->people = people;
	r->people_count = r->members = x->member_count;
	return ERR_OK;
}

/* ---- weeks ---- */

/* 1970-01-01 was a Thursday. */
static int32_t week_of(int32_t day) { return (day + 3) / 7; }

static enum err weeks_of(struct answering *x, struct warmth_reading *r)
{
	int32_t first = week_of(x->first_day), last = week_of(day_of(r->last_us));
	size_t count = (size_t)(last - first) + 1;
	struct warmth_week *weeks = arena_take_many(x->a, count, sizeof *weeks);
	if (weeks == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		weeks[i].begin_us = ((first + (int32_t)i) * 7 - 3) * US_PER_DAY;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct member *m = &x->members[i];
		int32_t seen = -1;
		for (size_t d = 0; d < m->day_count; d++) {
			int32_t week = week_of(m->days[d].day);
			weeks[week - first].messages += m->days[d].messages;
			weeks[week - first].speakers += week != seen;
			seen = week;
		}
	}
	r->weeks = weeks;
	r->week_count = count;
	return ERR_OK;
}

/* What answers in few numbers and needs much room for it: that is given back part by part. */
static enum err scratch_parts(const struct answering *with, struct warmth_reading *r)
{
	CLEANUP(arena_drop) struct arena *scratch = arena_new(WARMTH_BYTES_MAX);
	struct answering x = *with;
	struct regulars regulars;
	if (scratch == NULL)
		return ERR_MEMORY;
	x.a = scratch;
	TRY(resilience_of(&x, &r->resilience));
	if (r->resilience.rank) {
		double *rank = arena_take_many(with->a, r->people_count + 1, sizeof *rank);
		if (rank == NULL)
			return ERR_MEMORY;
		memcpy(rank, r->resilience.rank, r->people_count * sizeof *rank);
		r->resilience.rank = rank;
	}
	arena_reset(scratch);
	TRY(failings_of(&x, &r->failings));
	arena_reset(scratch);
	TRY(intake_of(&x, &r->intake));
	TRY(regulars_of(&x, &regulars));
	TRY(silence_order_of(&x, &regulars, &r->silence_order));
	arena_reset(scratch);
	TRY(regulars_of(&x, &regulars));
	return contagion_of(&x, &regulars, &r->contagion);
}

enum err warmth_answer(
	const struct warmth *w, const struct warmth_ask *ask, struct arena *a, struct warmth_reading *out)
{
	struct warmth_reading r = { .joins = w->joins, .leaves = w->leaves };
	struct answering x = { .w = w, .ask = ask, .a = a, .seed = ask->seed };
	changes_unknown(ask->slow ? WARMTH_CHANGES_TOO_FEW : WARMTH_CHANGES_NOT_ASKED, &r.changes, &r.bursts);
	x.at_us = r.at_us = ask->has_at ? ask->at_us : w->last_event_us;
	TRY(members_of(&x, &r));
	for (size_t i = 0; i < x.member_count; i++) {
		const struct warmth_person *p = &x.members[i].out;
		r.messages += p->messages;
		r.first_us = !r.talked || p->first_us < r.first_us ? p->first_us : r.first_us;
		r.last_us = !r.talked || p->last_us > r.last_us ? p->last_us : r.last_us;
		r.talked = true;
	}
	if (r.talked) {
		x.first_day = day_of(r.first_us);
		x.at_day = day_of(x.at_us);
		/* At midnight the day that begins has not been seen. */
		x.end_day = x.at_day + (x.at_us % US_PER_DAY != 0);
		int32_t now = x.end_day - WARMTH_NOW_DAYS, then = x.end_day - WARMTH_THEN_DAYS;
		TRY(people_of(&x, &r));
		TRY(weeks_of(&x, &r));
		TRY(core_of(
			&x, then > x.first_day ? then : x.first_day, now > x.first_day ? now : x.first_day, &r.then));
		TRY(core_of(&x, now > x.first_day ? now : x.first_day, x.end_day, &r.now));
		TRY(order_of(&x, &r.order));
		if (r.order.known)
			TRY(fade_of(&x, &r.core_fade, &r.edge_fade));
		TRY(level_of(&x, &r.level));
		TRY(fan_of(&r, &r.fan));
		if (ask->slow)
			TRY(changes_of(&x, &r.changes, &r.bursts));
		struct evaporation_ask evaporation = { ask->evaporation_steps, ask->evaporation_by_others, NULL };
		TRY(evaporation_of(&x, &evaporation, &r.evaporation));
	} else {
		r.level = (struct warmth_level){ .doubt = WARMTH_TOO_FEW,
			.usual = NAN,
			.percent = NAN,
			.low = NAN,
			.high = NAN,
			.band_low = NAN,
			.band_high = NAN };
		r.evaporation = evaporation_unknown();
		r.order = (struct warmth_order){ .rho = NAN, .low = NAN, .high = NAN, .p_null = NAN };
	}
	TRY(scratch_parts(&x, &r));
	*out = r;
	return ERR_OK;
}
