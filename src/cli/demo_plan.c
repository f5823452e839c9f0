/*
 * The demo village's year as a list of acts in order of time: made before anything is stored, from a seed and the day alone.
 */
#include <stdlib.h>

#include "cli/demo.h"

#define HOUR_US (3600 * US_PER_S)
#define MINUTE_US (60 * US_PER_S)

enum err demo_plan_add(struct demo_plan *p, const struct demo_act *act, size_t *out_id)
{
	if (p->act_count == DEMO_ACTS_MAX)
		return ERR_LIMIT;
	if (p->act_count == p->act_room) {
		size_t room = p->act_room ? p->act_room * 2 : 4096;
		struct demo_act *more = arena_take_many(p->a, room, sizeof *more);
		if (more == NULL)
			return ERR_MEMORY;
		if (p->act_count)
			memcpy(more, p->acts, p->act_count * sizeof *more);
		p->acts = more;
		p->act_room = room;
	}
	struct demo_act *to = &p->acts[p->act_count];
	*to = *act;
	to->id = p->act_count++;
	if (out_id)
		*out_id = to->id;
	return ERR_OK;
}

static int by_time(const void *x, const void *y)
{
	const struct demo_act *a = x, *b = y;
	return a->at_us != b->at_us ? (a->at_us > b->at_us) - (a->at_us < b->at_us) : (a->id > b->id) - (a->id < b->id);
}

static int64_t day_us(const struct demo_plan *p, int day, struct demo_chance *c)
{
	int64_t at_us = p->first_us + day * US_PER_DAY + 8 * HOUR_US + (int64_t)(demo_share(c) * 14 * (double)HOUR_US);
	return at_us < p->now_us - HOUR_US ? at_us : p->now_us - HOUR_US;
}

/* Muting, leaving, the last time he opened it. Whoever fell silent soon stops opening it, too. */
static enum err habits(struct demo_plan *p, size_t group, size_t member)
{
	struct demo_group *g = &p->groups[group];
	const struct demo_member *m = &g->members[member];
	struct demo_chance *c = &p->chance;
	struct demo_act act = { .group = group, .member = member, .reply_to = DEMO_NONE, .mentioned = DEMO_NONE };
	bool silent = m->silent_day < DEMO_DAYS;
	int last_open = silent ? m->silent_day + (int)demo_below(c, 30) : DEMO_DAYS - 1 - (int)demo_below(c, m->muted ? 12 : 2);
	if (m->muted) {
		int from = m->join_day + 5, span = (silent ? m->silent_day : DEMO_DAYS) - from;
		act.what = ACT_MUTE;
		act.at_us = day_us(p, from + (int)demo_below(c, span > 0 ? (size_t)span : 1), c);
		TRY(demo_plan_add(p, &act, NULL));
	}
	if (last_open > m->join_day && last_open < m->leave_day) {
		act.what = ACT_READ;
		act.at_us = day_us(p, last_open < DEMO_DAYS ? last_open : DEMO_DAYS - 1, c);
		TRY(demo_plan_add(p, &act, NULL));
	}
	if (m->leave_day < DEMO_DAYS) {
		act.what = ACT_LEAVE;
		act.at_us = day_us(p, m->leave_day, c);
		TRY(demo_plan_add(p, &act, NULL));
	}
	return ERR_OK;
}

/* Somebody calls the owner by name while he is away. */
static enum err call_owner(struct demo_plan *p, size_t group)
{
	static const char *const calls[] = { "@陈望山 这周六你来吗？车上还有一个座", "@陈望山 群规里加一句自带水杯好不好" };
	struct demo_act act = { .what = ACT_SAY, .group = group, .member = 1, .reply_to = DEMO_NONE, .mentioned = 0,
		.at_us = p->now_us - 50 * MINUTE_US };
	if (group > 1) /* the walkers and the divers call him */
		return ERR_OK;
	act.text = str_of(calls[group]);
	while (act.member + 1 < p->groups[group].member_count && p->groups[group].members[act.member].silent_day <= DEMO_DAYS)
		act.member++;
	return demo_plan_add(p, &act, NULL);
}

static enum err live_group(struct demo_plan *p, size_t group)
{
	struct demo_group *g = &p->groups[group];
	struct demo_act act = { .what = ACT_FOUND, .group = group, .reply_to = DEMO_NONE, .mentioned = DEMO_NONE };
	TRY(demo_members(p, g));
	act.at_us = p->first_us + g->first_day * US_PER_DAY;
	TRY(demo_plan_add(p, &act, NULL));
	TRY(demo_talk(p, group));
	TRY(call_owner(p, group));
	for (size_t i = 1; i < g->member_count; i++) {
		act.member = i;
		if (g->members[i].waiting) {
			act.what = ACT_ASK;
			act.at_us = p->now_us - (int64_t)(1 + demo_below(&p->chance, 20)) * HOUR_US;
			TRY(demo_plan_add(p, &act, NULL));
			continue;
		}
		if (g->members[i].steward) {
			act.what = ACT_STEWARD;
			act.at_us = day_us(p, g->members[i].join_day + 7, &p->chance);
			TRY(demo_plan_add(p, &act, NULL));
		}
		TRY(habits(p, group, i));
	}
	act.what = ACT_READ;
	act.member = 0;
	act.at_us = p->now_us;
	act.back = g->kind->unread;
	return demo_plan_add(p, &act, NULL);
}

/* Today is planned to its end, so that the plan is the same at every hour of it; what lies ahead is left out. */
static void trim(struct demo_plan *p)
{
	while (p->act_count && p->acts[p->act_count - 1].at_us > p->now_us)
		p->act_count--;
}

enum err demo_plan_make(struct arena *a, int64_t now_us, int64_t zone_us, int size_percent, struct demo_plan *out)
{
	int64_t today = (now_us + zone_us) / US_PER_DAY;
	struct demo_plan p = { .a = a, .now_us = now_us, .first_us = (today - DEMO_DAYS + 1) * US_PER_DAY - zone_us,
		.size_percent = size_percent, .chance = { DEMO_SEED + (uint64_t)today }, .group_count = demo_kind_count };
	TRY(demo_people(a, &p.chance, &p.people, &p.person_count));
	p.groups = arena_take_many(a, p.group_count, sizeof *p.groups);
	if (p.groups == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < p.group_count; i++) {
		p.groups[i].kind = &demo_kinds[i];
		TRY(live_group(&p, i));
	}
	qsort(p.acts, p.act_count, sizeof *p.acts, by_time);
	trim(&p);
	*out = p;
	return ERR_OK;
}
