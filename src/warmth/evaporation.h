/*
 * evaporation: how much of the core has gone already, though nobody said so.
 *
 * E = sum w (1 - P(alive)) / sum w over those who carried the talk from 252 to 84 days before a date, w what each of
 * them wrote then (or weights given). P(alive) is what the MBG/NBD (model/lifetime.h), fitted to this group's own
 * members, says of each one's active weeks: that he would still come, given how often he came and how long he is away.
 * Promises: a date's E looks at nothing after it, but for names: renames known at the end are followed throughout.
 * Used by: warmth_answer (through evaporation_of), and whoever asks what a member is likely to do next (lives).
 * Not here: who went first (order.c); that somebody is silent against his own rhythm alone (rhythm.c).
 */
#ifndef HEARTH_WARMTH_EVAPORATION_H
#define HEARTH_WARMTH_EVAPORATION_H

#include "model/lifetime.h"

/*
 * Of each member the model sees the weeks (counted back from the date) in which he talked at all. Days would be finer,
 * but people talk on some days in a row and then long on none, which a steady rate takes for leaving: in the archives
 * tried (Lean, Raku; a date every 84 days), .12 and .08 of the core's weight was then silent for a year; weeks said .13
 * and .08, days .22 and .13. (The BG/BB of Fader, Hardie, Shang 2010, made for weeks with and without, said .13 and .11
 * there, and told the members apart less well.) The price is caution: that somebody who talked every week has left is
 * believed after about two months, later where hardly anybody had left before. A silence of all at once, a holiday,
 * looks like leaving while it lasts.
 * A life begins with the first such week of the last WARMTH_LIVES_DAYS: after each of his weeks a member starts anew,
 * says the model, so looking further back adds only the years in which he had another pace.
 */
#define WARMTH_STRETCH_DAYS 7
#define WARMTH_LIVES_DAYS (104 * WARMTH_STRETCH_DAYS)
#define WARMTH_LIVES_MIN 20u           /* fewer members seen in that time, */
#define WARMTH_RETURNS_MIN 40u         /* or fewer active weeks beyond each one's first: E is unknown */
#define WARMTH_EVAPORATION_CORE_MIN 3u /* what is said of a smaller core is said of persons */
#define WARMTH_EVAPORATION_CORE_DAYS 28 /* a group younger than the last 84 days and these has no core yet */
#define WARMTH_EVAPORATION_STEP_DAYS 28
#define WARMTH_EVAPORATION_STEPS_MAX 12u

enum warmth_evaporation_doubt {
	WARMTH_EVAPORATION_SURE,
	WARMTH_EVAPORATION_TOO_YOUNG, /* nobody talked before the last 84 days and WARMTH_EVAPORATION_CORE_DAYS */
	WARMTH_EVAPORATION_NO_CORE,   /* then too few messages (WARMTH_CORE_MESSAGES_MIN) or carriers, or no weight */
	WARMTH_EVAPORATION_TOO_FEW,   /* WARMTH_LIVES_MIN, WARMTH_RETURNS_MIN */
	WARMTH_EVAPORATION_NO_FIT     /* no law of coming and leaving fits better than all others */
};

/*
 * E at one date. low, high: 95 % of what share of the weight has really gone, given what was seen: laws drawn around
 * the fitted one by its covariance, and under each of them every member gone or not by his own P(alive). The core is
 * the whole core and no sample, so its members are not resampled. In the archives above it held
 * what was then silent for a year in .88 and .92 of the cases. NaN where doubt is not SURE.
 */
struct warmth_evaporation_at {
	int64_t at_us; /* 00:00 UTC of the first day not looked at */
	enum warmth_evaporation_doubt doubt;
	size_t core; /* people with a weight */
	double share, low, high;
};

/* One member now; all NaN: not seen in WARMTH_LIVES_DAYS, collective, or no fit. What he is likely to write in n weeks,
 * leaving within them put aside, is alive * pace * size * n. */
struct warmth_life {
	double alive; /* P(alive) */
	double pace;  /* active weeks per week while he is: (r + x)/(alpha + age) */
	double size;  /* messages in such a week */
};

struct warmth_evaporation {
	struct warmth_evaporation_at now;
	double bg, pareto;                          /* E now by the two other models; NaN: not asked, or no fit */
	const struct warmth_evaporation_at *before; /* 28, 56, ... days before now, nearest first */
	size_t before_count;
	enum model_lifetime_verdict verdict; /* of the fit now; TOO_FEW where there was none */
	struct model_lifetime_law law;       /* in weeks; NaN where the verdict allows no use */
	size_t members;                      /* seen in WARMTH_LIVES_DAYS, what the fit rests on */
	const struct warmth_life *lives;     /* one for each of people, in their order */
};

#endif
