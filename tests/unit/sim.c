/*
 * Simulated groups: see sim.h.
 * Called by: tests. Owns: nothing once made. Not here: any quantity.
 */
#include "sim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define STEP_DAYS 28
#define NEWCOMERS_MAX 4096
#define MESSAGES_OF_DAY_MAX 400
#define RATE_MOST .95
#define MINUTE_US (60 * US_PER_S)
#define TARGET_SHARE .4   /* of messages that name a partner */

double sim_unit(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ((double)((z ^ (z >> 31)) >> 11) + .5) / 9007199254740992.0;
}

double sim_normal(uint64_t *state)
{
	double r = sqrt(-2 * log(sim_unit(state)));
	return r * cos(6.283185307179586 * sim_unit(state));
}

static int32_t below(uint64_t *state, int32_t n) { return (int32_t)(sim_unit(state) * n); }

static void *taken(void *p)
{
	if (p == NULL) {
		fputs("sim: out of memory\n", stderr);
		abort();
	}
	return p;
}

struct sim_plan sim_plan_of(enum sim_scene scene, uint64_t seed)
{
	struct sim_plan p = { .seed = seed, .members = 60, .days = 560, .rate_median = .33, .rate_sigma = .5,
		.talk_median = 3, .talk_sigma = .8, .ties = 2, .leave_from = 168, .dip = 1 };
	switch (scene) {
	case SIM_UNIFORM:
		p.leave = .06;
		break;
	case SIM_CORE_FIRST:
	case SIM_EDGE_FIRST:
		p.leave = scene == SIM_CORE_FIRST ? .03 : .08;
		p.core_effect = scene == SIM_CORE_FIRST ? log(5) : -log(5);
		break;
	case SIM_CONTAGION:
		p.leave = .03;
		p.tie_effect = log(5);
		break;
	case SIM_PLANNED_END:
		p.end_day = 420;
		break;
	case SIM_SEASON:
		p.dip_from = 300;
		p.dip_to = 370;
		p.dip = .05;
		break;
	case SIM_RENAME:
		p.renames = .8;
		break;
	case SIM_ONE_PERSON:
		p.boss = 20;
		break;
	case SIM_NEWCOMERS:
		p.newcomers = .4;
		p.answered = .5;
		p.stay = .3;
		p.stay_answered = .6;
		break;
	case SIM_NOBODY_LEAVES:
	case SIM_SCENES:
		break;
	}
	return p;
}

struct making {
	const struct sim_plan *plan;
	struct sim_group *g;
	uint64_t chance;
	double shock; /* of this step */
};

/* ---- who is there ---- */

static int louder_first(const void *left, const void *right)
{
	const struct sim_member *a = *(struct sim_member *const *)left, *b = *(struct sim_member *const *)right;
	double x = a->rate * a->talk, y = b->rate * b->talk;
	return (x < y) - (x > y);
}

static void core_mark(struct making *m)
{
	int32_t n = m->plan->members;
	struct sim_member **loud = taken(malloc((size_t)n * sizeof(struct sim_member *)));
	double all = 0, written = 0;
	for (int32_t i = 0; i < n; i++) {
		loud[i] = &m->g->members[i];
		all += loud[i]->rate * loud[i]->talk;
	}
	qsort(loud, (size_t)n, sizeof *loud, louder_first);
	for (int32_t i = 0; i < n && written < all / 2; i++) {
		loud[i]->core = true;
		written += loud[i]->rate * loud[i]->talk;
	}
	free(loud);
}

static void tie(struct sim_member *members, int32_t a, int32_t b)
{
	struct sim_member *x = &members[a], *y = &members[b];
	for (int32_t i = 0; i < x->tie_count; i++)
		if (x->ties[i] == b)
			return;
	if (a == b || x->tie_count == SIM_TIES_MAX || y->tie_count == SIM_TIES_MAX)
		return;
	x->ties[x->tie_count++] = b;
	y->ties[y->tie_count++] = a;
}

/* The one nearest in rate to whom he is not tied, or anyone. */
static int32_t partner_for(struct making *m, int32_t i)
{
	const struct sim_member *members = m->g->members;
	if (sim_unit(&m->chance) >= m->plan->alike)
		return below(&m->chance, m->plan->members);
	int32_t best = i;
	double least = INFINITY;
	for (int32_t j = 0; j < m->plan->members; j++) {
		double far = fabs(log(members[j].rate / members[i].rate));
		bool tied = j == i;
		for (int32_t k = 0; k < members[i].tie_count; k++)
			tied |= members[i].ties[k] == j;
		if (!tied && far < least) {
			least = far;
			best = j;
		}
	}
	return best;
}

static struct sim_member member_of(struct making *m, int32_t id, int32_t first_day)
{
	double rate = m->plan->rate_median * exp(m->plan->rate_sigma * sim_normal(&m->chance));
	double talk = m->plan->talk_median * exp(m->plan->talk_sigma * sim_normal(&m->chance));
	return (struct sim_member){ .rate = rate > RATE_MOST ? RATE_MOST : rate, .talk = talk < 1 ? 1 : talk,
		.first_day = first_day, .leave_day = SIM_STAYS, .id = id, .stays = true };
}

static void members_make(struct making *m)
{
	struct sim_group *g = m->g;
	g->members = taken(calloc((size_t)m->plan->members + NEWCOMERS_MAX, sizeof *g->members));
	for (; g->member_count < m->plan->members; g->member_count++)
		g->members[g->member_count] = member_of(m, g->member_count, 0);
	if (m->plan->boss > 0) {
		g->members[0].rate = RATE_MOST;
		g->members[0].talk *= m->plan->boss;
	}
	core_mark(m);
	for (int32_t i = 0; i < m->plan->members; i++)
		for (int32_t k = 0; k < m->plan->ties; k++)
			tie(g->members, i, partner_for(m, i));
}

/* ---- what happens ---- */

static void event_add(struct making *m, int64_t at_us, int32_t person, int32_t target, enum warmth_kind kind)
{
	struct sim_group *g = m->g;
	if (g->count == g->room) {
		g->room = g->room ? g->room * 2 : 1024;
		g->events = taken(realloc(g->events, g->room * sizeof *g->events));
	}
	g->events[g->count++] = (struct warmth_event){ at_us, person, target, kind, 0 };
}

static bool present(const struct sim_member *x, int32_t day) { return x->first_day <= day && day < x->leave_day; }

static void day_of_member(struct making *m, struct sim_member *x, int32_t day)
{
	const struct sim_member *all = m->g->members;
	int64_t at_us = (SIM_DAY0 + day) * US_PER_DAY + (int64_t)(sim_unit(&m->chance) * .8 * (double)US_PER_DAY);
	double go_on = 1 - 1 / x->talk;
	for (int n = 0; n < MESSAGES_OF_DAY_MAX && (n == 0 || sim_unit(&m->chance) < go_on); n++) {
		int32_t to = WARMTH_NOBODY;
		if (x->tie_count > 0 && sim_unit(&m->chance) < TARGET_SHARE) {
			const struct sim_member *partner = &all[x->ties[below(&m->chance, x->tie_count)]];
			to = present(partner, day) ? partner->id : WARMTH_NOBODY;
		}
		event_add(m, at_us, x->id, to, WARMTH_TALK);
		at_us += (int64_t)((.2 + 3 * sim_unit(&m->chance)) * (double)MINUTE_US) / (x->talk > 60 ? 4 : 1);
	}
}

static bool leaves_on(struct making *m, const struct sim_member *x, int32_t day)
{
	const struct sim_plan *p = m->plan;
	if (p->leave <= 0 || day < p->leave_from)
		return false;
	double log_ratio = m->shock + p->rate_effect * log(x->rate / p->rate_median) + p->core_effect * x->core;
	for (int32_t k = 0; k < x->tie_count; k++) {
		int32_t left = m->g->members[x->ties[k]].leave_day;
		if (left < day && left >= day - STEP_DAYS) {
			log_ratio += p->tie_effect;
			break;
		}
	}
	return sim_unit(&m->chance) < 1 - exp(-p->leave / STEP_DAYS * exp(log_ratio));
}

static void newcomers_of(struct making *m, int32_t day)
{
	const struct sim_plan *p = m->plan;
	struct sim_group *g = m->g;
	double left = exp(-p->newcomers);
	for (double product = sim_unit(&m->chance); product > left && g->member_count < p->members + NEWCOMERS_MAX;
		product *= sim_unit(&m->chance)) {
		int32_t id = g->member_count++, host = below(&m->chance, p->members);
		struct sim_member *x = &g->members[id];
		*x = member_of(m, id, day);
		x->answered = sim_unit(&m->chance) < p->answered;
		x->stays = sim_unit(&m->chance) < (x->answered ? p->stay_answered : p->stay);
		x->leave_day = x->stays ? SIM_STAYS : day + 1;
		int64_t at_us = (SIM_DAY0 + day) * US_PER_DAY + (int64_t)(sim_unit(&m->chance) * .7 * (double)US_PER_DAY);
		event_add(m, at_us - MINUTE_US < SIM_DAY0 * US_PER_DAY ? at_us : at_us - MINUTE_US, id, WARMTH_NOBODY,
			WARMTH_JOIN);
		event_add(m, at_us, id, WARMTH_NOBODY, WARMTH_TALK);
		if (x->answered)
			event_add(m, at_us + 20 * MINUTE_US, g->members[host].id, id, WARMTH_TALK);
	}
}

static void rename_of(struct making *m, struct sim_member *x, int32_t index, int32_t day)
{
	/* Ids beyond all first ones: two for each member. */
	int32_t first = m->plan->members + NEWCOMERS_MAX + 2 * index;
	if (x->id > first || sim_unit(&m->chance) >= m->plan->renames / m->plan->days * (x->id == index ? 1 : .25))
		return;
	int32_t id = x->id == index ? first : first + 1;
	event_add(m, (SIM_DAY0 + day) * US_PER_DAY, x->id, id, WARMTH_RENAME);
	x->id = id;
}

static int earlier_first(const void *left, const void *right)
{
	const struct warmth_event *a = left, *b = right;
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind == WARMTH_JOIN || (a->kind == WARMTH_RENAME && b->kind != WARMTH_JOIN) ? -1 : 1;
	return (a->person > b->person) - (a->person < b->person);
}

static void day_make(struct making *m, double *mood, int32_t day)
{
	const struct sim_plan *p = m->plan;
	struct sim_group *g = m->g;
	size_t begin = g->count;
	bool over = p->end_day > 0 && day >= p->end_day;
	if (day % STEP_DAYS == 0)
		m->shock = p->shock * sim_normal(&m->chance);
	for (int32_t i = 0; i < g->member_count; i++) {
		struct sim_member *x = &g->members[i];
		if (!present(x, day))
			continue;
		if (i < p->members && leaves_on(m, x, day)) {
			x->leave_day = day;
			continue;
		}
		if (p->renames > 0 && i < p->members)
			rename_of(m, x, i, day);
		if (day % 7 == 0 || day == x->first_day)
			mood[i] = exp(p->mood_sigma * sim_normal(&m->chance) - p->mood_sigma * p->mood_sigma / 2);
		double rate = x->rate * mood[i] * (day >= p->dip_from && day < p->dip_to ? p->dip : 1);
		if (!over && sim_unit(&m->chance) < rate)
			day_of_member(m, x, day);
	}
	if (p->newcomers > 0 && !over)
		newcomers_of(m, day);
	qsort(g->events + begin, g->count - begin, sizeof *g->events, earlier_first);
}

struct sim_group sim_make(const struct sim_plan *plan)
{
	struct sim_group g = { .days = plan->days };
	struct making m = { plan, &g, plan->seed * UINT64_C(0xd1342543de82ef95) + 1, 0 };
	members_make(&m);
	double *mood = taken(calloc((size_t)plan->members + NEWCOMERS_MAX, sizeof *mood));
	for (int32_t day = 0; day < plan->days; day++)
		day_make(&m, mood, day);
	free(mood);
	return g;
}

void sim_free(struct sim_group *g)
{
	free(g->events);
	free(g->members);
	*g = (struct sim_group){ 0 };
}

struct warmth *sim_warmth(const struct sim_group *g)
{
	struct warmth *w = taken(warmth_new());
	for (size_t i = 0; i < g->count; i++)
		if (warmth_add(w, &g->events[i]) != ERR_OK)
			abort();
	struct warmth_event end = { (SIM_DAY0 + g->days) * US_PER_DAY, WARMTH_NOBODY, WARMTH_NOBODY, WARMTH_OTHER, 0 };
	if (warmth_add(w, &end) != ERR_OK)
		abort();
	return w;
}
