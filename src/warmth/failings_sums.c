/*
 * Conduct of the owner and of all others, week by week.
 * Called by: failings.c. Owns: nothing. Not here: collecting (conduct.c), what the sums mean (failings_part.c).
 */
#include <math.h>

#include "warmth/failings_private.h"

#define WEEK_DAYS 7

enum err failing_owner_find(const struct answering *x, struct failing_owner *out)
{
	size_t n = x->w->people_count;
	bool *is_owner = arena_take_many(x->a, n + 1, sizeof *is_owner);
	bool *roots = arena_take_many(x->a, n + 1, sizeof *roots);
	bool *welcomed = arena_take_many(x->a, x->member_count + 1, sizeof *welcomed), there = false;
	if (is_owner == NULL || roots == NULL || welcomed == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < x->ask->owner_count; i++) {
		const struct person *p = x->ask->owners[i] < 0 ? NULL : idmap_get(x->w->by_id, (uint64_t)x->ask->owners[i] + 1);
		if (p)
			roots[x->stand_for[p->index]] = true;
	}
	for (const struct person *p = x->w->people; p; p = p->next) {
		is_owner[p->index] = roots[x->stand_for[p->index]];
		there |= is_owner[p->index] && p->conduct != NULL;
		size_t member = x->member_at[p->index];
		if (p->conduct && p->conduct->greeter && member != WARMTH_NO_MEMBER)
			welcomed[member] = true;
	}
	*out = (struct failing_owner){ is_owner, welcomed, there };
	return ERR_OK;
}

void failing_sums_add(struct failing_sums *to, const struct failing_sums *more)
{
	for (size_t i = 0; i < CONDUCT_COUNTS; i++) {
		to->owner[i] += more->owner[i];
		to->others[i] += more->others[i];
	}
	to->newcomers += more->newcomers;
	to->unwelcomed += more->unwelcomed;
	to->weeks += more->weeks;
	to->speakers = more->speakers;
}

/* A person's latest turn is not in his weeks yet; it is told when nothing can be added to it any more. */
static void add_open_turn(const struct answering *x, const struct person *p, double *n)
{
	const struct conduct_turn *t = &p->conduct->turn;
	bool ended = t->ended || (p == x->w->conduct.speaker && x->at_us - x->w->conduct.latest_us >= CONDUCT_END_US);
	n[COUNT_TURNS + t->kind]++;
	n[COUNT_VALUE + t->kind] += t->value;
	n[COUNT_ENDS] += ended && t->kind == CONDUCT_PLAIN;
}

static void add_person(const struct answering *x, const struct failing_owner *o, const struct person *p,
	int32_t first_week, struct failing_window *to)
{
	const struct conduct *c = p->conduct;
	for (size_t i = c->week_count; i-- > 0 && c->weeks[i].week >= first_week;) {
		size_t at = (size_t)(c->weeks[i].week - first_week);
		if (at >= to->week_count)
			continue;
		double *n = o->is_owner[p->index] ? to->week[at].owner : to->week[at].others;
		for (size_t k = 0; k < CONDUCT_COUNTS; k++)
			n[k] += c->weeks[i].n[k];
	}
	if (!c->turn.there || x->at_us - c->turn.last_us < CONDUCT_ANSWER_US)
		return;
	int32_t week = week_of_day(day_of(c->turn.begin_us));
	if (week >= first_week && (size_t)(week - first_week) < to->week_count) {
		struct failing_sums *s = &to->week[week - first_week];
		add_open_turn(x, p, o->is_owner[p->index] ? s->owner : s->others);
	}
}

static bool is_owner(const struct answering *x, const struct failing_owner *o, const struct member *m)
{
	return o->is_owner[m->root];
}

static void add_members(const struct answering *x, const struct failing_owner *o, int32_t first_week,
	struct failing_window *to)
{
	for (size_t i = 0; i < x->member_count; i++) {
		const struct member *m = &x->members[i];
		bool spoke = false;
		for (size_t d = m->day_count; d-- > 0 && m->days[d].day >= to->from_day;)
			spoke |= m->days[d].day < to->end_day;
		to->speakers += spoke && !m->out.collective;
		int32_t first = m->days[0].day;
		if (m->out.collective || is_owner(x, o, m) || first < to->from_day || first >= to->end_day ||
			first - x->first_day < CONDUCT_EARLY_DAYS)
			continue;
		struct failing_sums *s = &to->week[week_of_day(first) - first_week];
		s->newcomers++;
		s->unwelcomed += !o->welcomed[i];
	}
}

void failing_window_fill(const struct answering *x, const struct failing_owner *o, int32_t end_day, size_t week_count,
	struct failing_window *out)
{
	int32_t first_week = week_of_day(end_day) - (int32_t)week_count;
	*out = (struct failing_window){ .week_count = week_count,
		.from_day = first_week * WEEK_DAYS - 3,
		.end_day = (first_week + (int32_t)week_count) * WEEK_DAYS - 3 };
	for (const struct person *p = x->w->people; p; p = p->next)
		if (p->conduct && p->messages > 0)
			add_person(x, o, p, first_week, out);
	add_members(x, o, first_week, out);
	for (size_t i = 0; i < week_count; i++) {
		struct failing_sums *s = &out->week[i];
		s->weeks = 1;
		s->speakers = out->speakers;
		s->owner[COUNT_LED] = s->owner[COUNT_LED] > 0;
	}
}

enum err failing_turn_entropy(const struct answering *x, const struct failing_window *window, double *out)
{
	double *turns = arena_take_many(x->a, x->member_count + 1, sizeof *turns), all = 0, entropy = 0;
	size_t people = 0;
	int32_t first_week = week_of_day(window->from_day);
	if (turns == NULL)
		return ERR_MEMORY;
	for (const struct person *p = x->w->people; p; p = p->next) {
		size_t at = x->member_at[p->index];
		if (p->conduct == NULL || at == WARMTH_NO_MEMBER)
			continue;
		for (size_t i = p->conduct->week_count; i-- > 0 && p->conduct->weeks[i].week >= first_week;)
			for (size_t k = 0; k < CONDUCT_TURN_KINDS; k++)
				turns[at] += p->conduct->weeks[i].n[COUNT_TURNS + k];
	}
	for (size_t i = 0; i < x->member_count; i++) {
		all += turns[i];
		people += turns[i] > 0;
	}
	for (size_t i = 0; i < x->member_count; i++)
		entropy -= turns[i] > 0 ? turns[i] / all * log(turns[i] / all) : 0;
	*out = people < 2 ? NAN : entropy / log((double)people);
	return ERR_OK;
}
