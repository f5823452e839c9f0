/*
 * contagion: does a member fall silent sooner when one he talks with has just fallen silent?
 *
 * Part of warmth.h, which includes it. Weeks are counted back from at. At risk in a week is each regular who is not
 * yet gone and whose leaving could be known (departure.h). He has lost a tie when somebody left in the 28 days
 * before the week with whom he had exchanged, in the half year until then, at least two answers and a tenth of all
 * his answers (ties.h). He is compared with those at risk in the same week who lost none and spoke on about as many
 * of the 84 days before (so what befalls all at once, and what goes with rate, is the same on both sides). ratio is
 * the log hazard ratio over these strata (model_hazard_strata), 95 % by profile. p_shifted, one-sided: each member's
 * weeks of loss shifted in a circle within his own time at risk, which keeps how much he lost and breaks only the
 * when. The word needs both: low above 0 and p_shifted below .05.
 *
 * In simulated groups without contagion it is seen in 2 % of those fitted (4 % in the worst kind), a planted ratio
 * of five in four of five groups of 40 to 300 members (tests/unit/contagion.c). Observed, not tried: friends who
 * leave together for a reason of their own look the same.
 */
#ifndef HEARTH_WARMTH_CONTAGION_H
#define HEARTH_WARMTH_CONTAGION_H

#include "base/base.h"

#define WARMTH_CONTAGION_WEEKS_MAX 312u    /* six years back */
#define WARMTH_CONTAGION_WITHIN_DAYS 28
#define WARMTH_CONTAGION_TIE_QUARTERS 8u
#define WARMTH_CONTAGION_TIE_PART 10u      /* a tenth */
#define WARMTH_CONTAGION_TIE_BINS 7        /* of 28 days, the one in which he left included */
#define WARMTH_CONTAGION_EVENTS_MIN 10u    /* departures */
#define WARMTH_CONTAGION_EXPECTED_MIN 2.   /* departures of those who lost a tie, had it made no difference */
#define WARMTH_CONTAGION_WIDTH_MOST 2.7726 /* ln 16, as for the order of silence */
#define WARMTH_CONTAGION_DRAWS 499u

enum warmth_contagion_word { WARMTH_CONTAGION_UNKNOWN, WARMTH_CONTAGION_NOT_SEEN, WARMTH_CONTAGION_SEEN };
enum warmth_contagion_doubt { /* why it is unknown */
	WARMTH_CONTAGION_SURE,
	WARMTH_CONTAGION_FEW_GONE,   /* fewer departures than EVENTS_MIN */
	WARMTH_CONTAGION_FEW_LOSSES, /* too few who lost a tie, beside like ones who did not */
	WARMTH_CONTAGION_TIES_LOST,  /* more ties than were kept */
	WARMTH_CONTAGION_TOO_WIDE
};
struct warmth_contagion {
	enum warmth_contagion_word word;
	enum warmth_contagion_doubt doubt;
	size_t gone;             /* departures looked at */
	size_t followed;         /* of them, within the weeks after losing a tie, beside like ones who had lost none */
	double expected;         /* of them, had losing a tie made no difference; NaN: not looked at */
	double ratio, low, high; /* log hazard ratio; NaN: nothing to compare */
	double p_shifted;
};

#endif
