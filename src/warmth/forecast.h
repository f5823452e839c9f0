/*
 * The forecast: how likely a group is to halve, and to fall for good, said on a row of dates from what lay before each.
 *
 * Promises: a date's answer uses events before 00:00 UTC of its day and nothing else, not even where the log ends; what came of
 * it is told beside it once it is known. Deterministic. Whoever changed his name is two people here: to join them would use what
 * was learnt later.
 * Used by: insight, cli; pages show the past rows beside the newest. Owns: nothing.
 * Not here: how good it is (docs/backtest.md, the only source of its numbers), words for people (report).
 *
 * A day is floor(seconds / 86400) in UTC; M(a, b) counts talk by people on days a <= d < b; H = M(t - 84, t).
 * Halve: M(t, t + 84) < H / 2. Fall: M(t + 84, t + 252) / 2 < med / 2, med the median of the three or four whole quarters of 84
 * days before t, the last one included; asked only of a group that has not fallen already (H >= .75 med).
 *
 * p = logistic(shift + slope * (logit T5((ln 1/2 - m) / s) + u) / 2): the mean, on the scale of log odds, of two models. In one
 * ln of what comes over what was is Student's t with 5 degrees of freedom, location m and log scale ln s linear in the
 * features; in the other the log odds u are. Slope and shift are fitted on groups that were held out. The numbers are in
 * forecast_coefficients.c, written by bench/backtest.
 * low, high: from 5 % to 95 % of what the same model says when it is fitted to groups drawn again from those it learnt from,
 * its shift moved by as much as one archive's level differs from another's: what is not known of p, not of the group's fate.
 */
#ifndef HEARTH_WARMTH_FORECAST_H
#define HEARTH_WARMTH_FORECAST_H

#include "base/base.h"

#define WARMTH_FORECAST_FIRST_DAYS 252 /* of history before the first forecast */
#define WARMTH_FORECAST_STEP_DAYS 28
#define WARMTH_FORECAST_STEP_DAYS_MAX 3650
#define WARMTH_FORECAST_MESSAGES_MIN 100u /* H; with fewer, chance alone halves a group */

/* What it looks at, in this order; each from days before t. H, q0: the last 84 days; q1, q2, q3: the quarters before. */
enum warmth_feature {
	WARMTH_X_MOMENTUM,  /* -ln((3 M(t-28,t) + 1) / (H + 1)) */
	WARMTH_X_REVERSION, /* mean of ln(q + 5) over the whole quarters, less ln(H + 5) */
	WARMTH_X_RECENT,    /* ln of the mean with half-life 7 days over the plain mean of 84 days, + 5 each */
	WARMTH_X_KNOWN,     /* ln of the speaker-days expected of those already known, over those seen, + 5 each; see features.c */
	WARMTH_X_WEEKS,     /* ln((sum w)^2 / sum w^2) over 12 weekly counts: in how many weeks it really talked */
	WARMTH_X_SPEAKERS,  /* entropy of the speakers' shares in H, nats */
	WARMTH_X_SINCE,     /* ln(1 + whole days since the last day with talk) */
	WARMTH_X_UNEVEN,    /* ln(.1 + spread of the 8 differences of ln(count + 3) over nine windows of 28 days) */
	WARMTH_X_RESTLESS,  /* ln(.1 + mean size of those differences over at most 39 windows) */
	WARMTH_X_UNANSWERED, /* share of runs of one author that nobody answered within 24 hours */
	WARMTH_X_CORE_QUIET, /* share of H by members of the core (the fewest who wrote half of H) silent for three weeks */
	WARMTH_FEATURES
};
const char *warmth_feature_name(enum warmth_feature f); /* static, one word */

enum warmth_forecast_why {
	WARMTH_FORECAST_SAID,
	WARMTH_FORECAST_FEW,   /* H < WARMTH_FORECAST_MESSAGES_MIN */
	WARMTH_FORECAST_FALLEN /* of fall only: H < .75 med */
};

enum warmth_came { WARMTH_CAME_UNKNOWN, WARMTH_CAME_NOT, WARMTH_CAME }; /* unknown: the time is not over yet */

struct warmth_chance {
	double p, low, high; /* NaN unless why is SAID */
	enum warmth_forecast_why why;
	enum warmth_came came;
};

struct warmth_forecast_row {
	int64_t at_us;              /* 00:00 UTC of day t */
	uint64_t messages;          /* H */
	uint64_t last28, before;    /* M(t - 28, t), M(t - 168, t - 84): what simpler forecasts go by */
	double usual;               /* med */
	uint64_t next84, later168;  /* M(t, t + 84), M(t + 84, t + 252), as far as there is any */
	struct warmth_chance halve, fall;
	double x[WARMTH_FEATURES];  /* NaN where messages are too few */
};

/* How the forecasts of this very group that have come due turned out. */
struct warmth_forecast_past {
	size_t due, came;       /* forecasts whose time is over; how often it happened */
	double expected;        /* sum of their p */
	size_t alarms, alarms_came; /* p at or above warmth_forecast_alarm; how often it then happened */
	double brier;           /* mean (p - came)^2; NaN: none is due */
};

struct warmth_forecast_ask {
	int32_t end_day;    /* since 1970-01-01; the last date; what happened before it is known, so a time that ends until it is over */
	uint32_t step_days; /* 1 to WARMTH_FORECAST_STEP_DAYS_MAX */
	bool back;          /* dates end_day, end_day - step …; else first talk day + 252, + step … */
};

struct warmth_forecast {
	const struct warmth_forecast_row *rows; /* oldest first; none where the group is younger than 252 days */
	size_t count;
	struct warmth_forecast_past halve, fall;
};

struct warmth;
/* Everything in out lives in the arena. ERR_INPUT: step_days, end_day; ERR_MEMORY; out untouched then. One sweep over the group's
 * speaker-days, and for each date the speakers of a year. */
enum err warmth_forecast_of(
	const struct warmth *w, const struct warmth_forecast_ask *ask, struct arena *a, struct warmth_forecast *out) MUST_USE;

/* From which p on one would warn: in the backtest such warnings were wrong at most once in a group and year. */
double warmth_forecast_alarm(bool fall);

#endif
