/* What the forecast's files share; nobody outside this room includes it. */
#ifndef HEARTH_WARMTH_FORECAST_PRIVATE_H
#define HEARTH_WARMTH_FORECAST_PRIVATE_H

#include "warmth/forecast.h"
#include "warmth/warmth_private.h"

#define QUARTER_DAYS 84

/* ---- the group's days (features.c) ---- */
struct series {
	int32_t first_day; /* of the talk */
	int32_t days;      /* to the last one; 0: nobody said anything */
	uint64_t *sum;     /* messages on the first i days */
};
enum err series_of(const struct warmth *w, struct arena *a, struct series *out) MUST_USE;
uint64_t series_between(const struct series *s, int32_t from_day, int32_t to_day); /* M(from, to) */

/* One speaker as the dates pass over his days. */
struct walker {
	const struct day_count *days;
	size_t index; /* order of appearance */
	size_t count, from_quarter, from_year, to; /* the days of the last quarter and year are [from, to) */
	uint64_t messages;                         /* of the last quarter */
};
struct part {
	uint64_t messages;
	int32_t last_day;
};
struct sweep {
	const struct warmth *w;
	struct series series;
	struct walker *walkers; /* earliest first day first */
	size_t walker_count;
	struct part *parts;     /* room for all */
};
enum err sweep_begin(const struct warmth *w, struct arena *a, struct sweep *out) MUST_USE;
/* Dates must not go back; the day has messages in its quarter. */
void sweep_features(struct sweep *s, int32_t day, double out_x[WARMTH_FEATURES]);

/* ---- what was learnt (forecast_coefficients.c) ---- */
#define FORECAST_DRAWS 40u
enum forecast_event { FORECAST_HALVE, FORECAST_FALL, FORECAST_EVENTS };
struct forecast_coefficients {
	double location[WARMTH_FEATURES + 1], scale[WARMTH_FEATURES + 1], odds[WARMTH_FEATURES + 1]; /* the last: constant */
	double slope, shift;
};
extern const struct forecast_coefficients forecast_coefficients[FORECAST_EVENTS][1 + FORECAST_DRAWS]; /* [0]: the fit */
extern const double forecast_alarm[FORECAST_EVENTS];

#endif
