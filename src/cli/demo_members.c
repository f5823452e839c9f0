/*
 * Who is in a group of the demo village, since when, and when each falls silent or leaves: the rules behind the fates. The rules
 * are about people; how a group's year looks follows from them.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/demo.h"

#define FIRST_CROWD_SHARE .4 /* of a group's members come in its first days */
#define TRIES 4000

static bool is_in(const struct demo_group *g, size_t person)
{
	for (size_t i = 0; i < g->member_count; i++)
		if (g->members[i].person == person)
			return true;
	return false;
}

static bool fits(const struct demo_kind *k, const struct demo_person *who, enum demo_tongue wanted)
{
	return k->kin ? who->tongue == DEMO_KIN : who->tongue == wanted;
}

static size_t pick_person(struct demo_plan *p, const struct demo_group *g)
{
	const struct demo_kind *k = g->kind;
	size_t roll = demo_below(&p->chance, 100), english = (size_t)k->english_percent;
	enum demo_tongue wanted = roll < english ? DEMO_ENGLISH : roll < english + (size_t)k->elder_percent ? DEMO_ELDER : DEMO_CHINESE;
	for (int i = 0; i < TRIES; i++) {
		size_t person = 1 + demo_below(&p->chance, k->kin ? 12 : p->person_count - 1);
		if (person < p->person_count && fits(k, &p->people[person], wanted) && !is_in(g, person))
			return person;
	}
	return DEMO_NONE;
}

static int join_day(struct demo_plan *p, const struct demo_group *g, size_t rank)
{
	const struct demo_kind *k = g->kind;
	int last = k->fate == FATE_DEAD ? DEMO_DAYS - 95 : DEMO_DAYS - 2;
	bool crowd = k->kin || rank < 3 || demo_share(&p->chance) < FIRST_CROWD_SHARE;
	if (crowd)
		return g->first_day + (int)demo_below(&p->chance, k->kin ? 2 : 9);
	return g->first_day + (int)(pow(demo_share(&p->chance), 1.4) * (last - g->first_day));
}

/* The bell of Box and Muller 1958. */
static double bell(struct demo_chance *c)
{
	double u = 1 - demo_share(c), v = demo_share(c);
	return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

/* The day from which on he says nothing any more; place is 0 for whom others answer most, 1 for whom they answer least. */
static int silent_day(struct demo_plan *p, const struct demo_kind *k, double place)
{
	struct demo_chance *c = &p->chance;
	const int never = DEMO_DAYS + 1;
	switch (k->fate) {
	case FATE_LIVELY:
	case FATE_SEASONS:
		return k->kin || demo_share(c) < .85 ? never : 60 + (int)demo_below(c, 400);
	case FATE_CORE_FIRST: /* those who carried it go first, those who came for them follow */
		return place > .85 ? never : DEMO_DAYS - 225 + (int)(190 * place + 8 * bell(c));
	case FATE_EDGE_FIRST: /* those whom few answered go first; a handful stays among itself */
		return place < .25 ? never : DEMO_DAYS - 215 + (int)(210 * (1 - place) + 8 * bell(c));
	case FATE_DEAD:
		return DEMO_DAYS - 90 + (int)demo_below(c, 30);
	case FATE_YOUNG:
		return never;
	case FATE_ONE_MAN: /* one by one they stop answering */
		return DEMO_DAYS - 300 + (int)demo_below(c, 420);
	}
	return never;
}

static void fate_of(struct demo_plan *p, const struct demo_group *g, struct demo_member *m)
{
	const struct demo_kind *k = g->kind;
	struct demo_chance *c = &p->chance;
	m->silent_day = silent_day(p, k, 1 - m->pull);
	if (m->silent_day < m->join_day + 12)
		m->silent_day = m->join_day + 12;
	m->leave_day = DEMO_DAYS + 1;
	/* whoever fell silent may leave some weeks later, without a word */
	if (m->silent_day < DEMO_DAYS && demo_share(c) < .35)
		m->leave_day = m->silent_day + 4 + (int)demo_below(c, 45);
	m->muted = (int)demo_below(c, 100) < k->muted_percent;
}

static void owner_in(const struct demo_group *g, struct demo_member *m)
{
	const struct demo_kind *k = g->kind;
	*m = (struct demo_member){ .person = DEMO_OWNER, .join_day = g->first_day,
		.silent_day = DEMO_DAYS + 1, .leave_day = DEMO_DAYS + 1 };
	m->pull = .5;
	m->weight = k->fate == FATE_ONE_MAN ? 1 : k->kin ? 1 : .45;
	if (k->fate == FATE_DEAD)
		m->silent_day = DEMO_DAYS - 61;
}

enum err demo_members(struct demo_plan *p, struct demo_group *g)
{
	const struct demo_kind *k = g->kind;
	size_t most = (size_t)(k->members + k->waiting);
	g->first_day = DEMO_DAYS - k->age_days;
	g->members = arena_take_many(p->a, most, sizeof *g->members);
	if (g->members == NULL)
		return ERR_MEMORY;
	owner_in(g, &g->members[g->member_count++]);
	while (g->member_count < most) {
		size_t rank = g->member_count, person = pick_person(p, g);
		struct demo_member *m = &g->members[rank];
		if (person == DEMO_NONE)
			break;
		*m = (struct demo_member){ .person = person, .weight = pow((double)rank, -k->steepness),
			.waiting = rank >= (size_t)k->members };
		m->join_day = join_day(p, g, rank);
		m->pull = demo_share(&p->chance);
		fate_of(p, g, m);
		m->steward = rank == 2 && !k->kin && k->fate != FATE_ONE_MAN && !k->external;
		if (m->steward)
			m->leave_day = DEMO_DAYS + 1;
		g->member_count++;
	}
	return ERR_OK;
}
