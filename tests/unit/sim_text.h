/*
 * sim_text: groups that talk, in Chinese, English and both, with at most one failing planted.
 *
 * Promises: the same plan gives the same talk. What is said goes through text's words and signs as a feeder would
 * do it; nothing about the plant is told to warmth but what can be read from lines, times, replies and packets.
 * Called by: tests of the failings, bench/failings. Owns: nothing. Not here: levels, signs.
 */
#ifndef HEARTH_TESTS_SIM_TEXT_H
#define HEARTH_TESTS_SIM_TEXT_H

#include "text/words.h"
#include "warmth/warmth.h"

#define SIM_TEXT_OWNER 0
#define SIM_TEXT_DAY0 18266 /* 2020-01-05, a Sunday */
#define SIM_TEXT_NOTHING WARMTH_FAILINGS

struct sim_text_plan {
	uint64_t seed;
	unsigned plant;      /* enum warmth_failing_kind, or SIM_TEXT_NOTHING */
	int32_t weeks;       /* in all … */
	int32_t plant_week;  /* … the failing from this week on */
	int32_t members;     /* at the beginning */
	double threads;      /* a day */
	double strength;     /* of the plant: 1 plain, less is fainter */
	double owner_weight; /* how much oftener than others he speaks */
	double ignored;      /* share of his planted adverts that nobody answers */
	bool no_text;        /* the format has none: nothing is read */
};
/* 28 weeks, the failing from week 14 on, 18 to 40 members, 1 to 2 threads a day, as the seed will have it. */
struct sim_text_plan sim_text_plan_of(unsigned plant, uint64_t seed);

/* The whole group; out_lines: messages in it. Out of memory ends the test program. */
struct warmth *sim_text_group(const struct sim_text_plan *plan, struct words *reader, size_t *out_lines);
/* One line of the talk, to look at: what 0 plain, 1 call, 2 selling. */
void sim_text_line(uint64_t *chance, int topic, int what, char *out, size_t room);

#endif
