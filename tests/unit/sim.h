/*
 * sim: groups whose truth is known, because they are made from a plan and a seed.
 *
 * Promises: the same plan gives the same events, in order of time, and the truth behind them; nothing else is
 * random. Who lives how long follows hazards per 28 days that the plan names as log hazard ratios, so a test can ask
 * for them back.
 * Called by: tests of warmth and model. Owns: what sim_make takes (sim_free). Not here: any quantity.
 */
#ifndef HEARTH_TESTS_SIM_H
#define HEARTH_TESTS_SIM_H

#include "warmth/warmth.h"

#define SIM_DAY0 18256 /* the day of the first event at the earliest; a 28-day bin begins here */
#define SIM_TIES_MAX 8
#define SIM_STAYS INT32_MAX

enum sim_scene {
	SIM_NOBODY_LEAVES, /* the null */
	SIM_UNIFORM,       /* everybody leaves at the same hazard */
	SIM_CORE_FIRST,
	SIM_EDGE_FIRST,
	SIM_CONTAGION,     /* who loses a tie leaves sooner */
	SIM_PLANNED_END,   /* all stop on one day */
	SIM_SEASON,        /* ten weeks of hardly any talk, then as before */
	SIM_RENAME,        /* most take a new name, some twice; nobody leaves */
	SIM_ONE_PERSON,    /* one writes most of it; nobody leaves */
	SIM_NEWCOMERS,     /* somebody comes in every few days; the answered come back likelier */
	SIM_SCENES
};

struct sim_plan {
	uint64_t seed;
	int32_t members;       /* there from the first day */
	int32_t days;
	double rate_median;    /* share of days on which a member talks … */
	double rate_sigma;     /* … lognormal, at most .95 */
	double talk_median;    /* messages of such a day, at least 1 … */
	double talk_sigma;     /* … lognormal between members, geometric between days */
	double mood_sigma;     /* burstiness: lognormal of a member's rate from week to week */
	int32_t ties;          /* partners each member picks, <= SIM_TIES_MAX / 2; both are then tied */
	double alike;          /* share of partners picked among the next in rate (homophily) */
	double leave;          /* hazard per 28 days … */
	int32_t leave_from;    /* … from this day on */
	double shock;          /* spread of the log hazard that all share, from 28 days to the next */
	double core_effect;    /* log hazard ratio of those few expected to write half */
	double rate_effect;    /* log hazard ratio per unit of ln rate */
	double tie_effect;     /* log hazard ratio for 28 days after a partner left */
	int32_t end_day;       /* nobody talks from here on; 0: no such day */
	int32_t dip_from, dip_to;
	double dip;            /* what is left of the rates meanwhile */
	double renames;        /* share of members who take a new name, a quarter of them a second time */
	double boss;           /* factor on the first member's messages, who then talks daily; 0: no such member */
	double newcomers;      /* a day */
	double answered;       /* share of newcomers who are replied to within hours */
	double stay, stay_answered; /* probability that a newcomer stays on */
};
/* 60 members, 560 days, a third of the days, no leaving, and what the scene changes. */
struct sim_plan sim_plan_of(enum sim_scene scene, uint64_t seed);

struct sim_member {
	double rate, talk;
	bool core, answered, stays;     /* the last two: of newcomers */
	int32_t first_day, leave_day;   /* since the first day of the plan; SIM_STAYS */
	int32_t id;                     /* his name at the end */
	int32_t ties[SIM_TIES_MAX];     /* indices */
	int32_t tie_count;
};
struct sim_group {
	struct warmth_event *events;
	size_t count, room;
	struct sim_member *members;     /* index = first id */
	int32_t member_count;
	int32_t days;
};
/* Out of memory ends the test program: it is a test's. */
struct sim_group sim_make(const struct sim_plan *plan);
void sim_free(struct sim_group *g); /* fit for CLEANUP */
/* All events into a new warmth, and one of kind OTHER at the end of the plan's last day. */
struct warmth *sim_warmth(const struct sim_group *g);

/* Chance for tests: state is a seed. */
double sim_unit(uint64_t *state); /* inside (0, 1) */
double sim_normal(uint64_t *state);

#endif
