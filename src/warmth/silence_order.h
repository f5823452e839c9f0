/*
 * silence order: do those who carried the talk fall silent before the rest, at equal posting rate?
 *
 * Part of warmth.h, which includes it. Time is cut into blocks of 84 days, counted back from at. At the beginning of
 * each the core is frozen: the smallest set that wrote half of the messages of the 168 days before (so that of the
 * last block is half of [at - 252, at - 84)). At risk in a step of 28 days is each regular who spoke in those 168
 * days, is not yet gone, and whose leaving could be known (departure.h). ratio is the log hazard ratio of departure,
 * core against the rest, from a regression with complementary log-log link, penalised for few events
 * (model/hazard.h), on core, a natural spline of ln(days spoken on in those 168), ln of the share of days of all his
 * time before, and a level for each stretch of blocks; interval 95 %, profile likelihood, never below that clustered
 * by person. Core is counted in messages and rate in days: what is compared is who says much on his days.
 *
 * Three nulls, two-sided, on the departures of the core beyond those expected. p_like: core exchanged among members
 * of neighbouring rate in each block. p_stays: nobody leaves; each keeps his rhythm (lognormal gaps), and is called
 * gone only when at falls into a gap that is too long for it. p_shuffled: nobody leaves; the days on which each
 * spoke in the last 252 are shuffled among the messages of those days. The word needs the interval on one side of 0
 * and all three below .05.
 *
 * It is measured in one group and is no law. In simulated groups without an order a word is said in 3 % of those that
 * could be fitted (5 % in the worst kind, where hazard goes steeply with rate). A planted ratio of five is found in few
 * groups of 25 members, a quarter of those of 60, two thirds of 120, nine of ten of 250, and comes out smaller than it
 * is, since who is core changes with time (tests/unit/silence_order.c).
 * Not here: the older rank correlation among the gone (order in warmth.h).
 */
#ifndef HEARTH_WARMTH_SILENCE_ORDER_H
#define HEARTH_WARMTH_SILENCE_ORDER_H

#include "base/base.h"

#define WARMTH_SILENCE_BLOCK_DAYS 84
#define WARMTH_SILENCE_FROZEN_DAYS 168
#define WARMTH_SILENCE_STEP_DAYS 28
#define WARMTH_SILENCE_BLOCKS_MAX 26u    /* six years back */
#define WARMTH_SILENCE_EVENTS_MIN 10u    /* departures */
#define WARMTH_SILENCE_SIDE_MIN 5u       /* people at risk in the core, and beside it */
#define WARMTH_SILENCE_WIDTH_MOST 2.7726 /* ln 16: wider than from 1/4 to 4, and 0 in it, says nothing */
#define WARMTH_SILENCE_DRAWS 499u        /* of each null */

enum warmth_first { WARMTH_FIRST_UNKNOWN, WARMTH_FIRST_NEITHER, WARMTH_FIRST_CORE, WARMTH_FIRST_EDGE };
enum warmth_silence_doubt { /* why it is unknown */
	WARMTH_SILENCE_SURE,
	WARMTH_SILENCE_TOO_YOUNG,     /* no block with a core before it */
	WARMTH_SILENCE_FEW_GONE,      /* fewer departures than EVENTS_MIN */
	WARMTH_SILENCE_FEW_PEOPLE,    /* fewer people than SIDE_MIN on one side */
	WARMTH_SILENCE_TOO_ALIKE,     /* core and rate cannot be told apart: no fit */
	WARMTH_SILENCE_TOO_WIDE
};
struct warmth_silence_order {
	enum warmth_first first;
	enum warmth_silence_doubt doubt;
	size_t blocks;
	size_t core, edge;           /* people ever at risk on each side (one may have been on both) */
	size_t core_gone, edge_gone; /* departures */
	double ratio, low, high;     /* log hazard ratio: above 0, the core goes sooner; NaN: not fitted */
	double p_like, p_stays, p_shuffled;
};

#endif
