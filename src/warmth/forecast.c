/*
 * The forecast, see forecast.h. Called by: insight. Owns: nothing.
 * Not here: the features (features.c), the numbers learnt (forecast_coefficients.c), how they were (bench/backtest).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/forecast_private.h"

#define FALLEN_BELOW .75
#define QUARTERS_USUAL 4
#define P_MIN 1e-4 /* nothing is surer than this */
#define QUANTILE_LOW .05
#define QUANTILE_HIGH .95

const char *warmth_feature_name(enum warmth_feature f)
{
	static const char *const names[WARMTH_FEATURES] = { [WARMTH_X_MOMENTUM] = "momentum",
		[WARMTH_X_REVERSION] = "reversion", [WARMTH_X_RECENT] = "recent", [WARMTH_X_KNOWN] = "known",
		[WARMTH_X_WEEKS] = "weeks", [WARMTH_X_SPEAKERS] = "speakers", [WARMTH_X_SINCE] = "since",
		[WARMTH_X_UNEVEN] = "uneven", [WARMTH_X_RESTLESS] = "restless", [WARMTH_X_UNANSWERED] = "unanswered",
		[WARMTH_X_CORE_QUIET] = "core_quiet" };
	return names[f];
}

double warmth_forecast_alarm(bool fall) { return forecast_alarm[fall ? FORECAST_FALL : FORECAST_HALVE]; }

/* ---- from features to chances ---- */

static double linear(const double *c, const double *x)
{
	double sum = c[WARMTH_FEATURES];
	for (size_t i = 0; i < WARMTH_FEATURES; i++)
		sum += c[i] * x[i];
	return sum;
}

static double logistic(double u) { return 1 / (1 + exp(-u)); }

static double bounded(double p) { return p < P_MIN ? P_MIN : p > 1 - P_MIN ? 1 - P_MIN : p; }

/* Student's t with 5 degrees of freedom (Abramowitz and Stegun 26.7.3). */
static double t5_below(double x)
{
	double angle = atan(x / sqrt(5.)), c = cos(angle);
	return .5 + (angle + sin(angle) * c * (1 + 2. / 3 * c * c)) / M_PI;
}

static double chance_by(const struct forecast_coefficients *c, const double *x)
{
	double p = bounded(t5_below((log(.5) - linear(c->location, x)) * exp(-linear(c->scale, x))));
	double both = (log(p / (1 - p)) + linear(c->odds, x)) / 2;
	return bounded(logistic(c->shift + c->slope * both));
}

static int smaller_first(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* Linear between the two draws around it. */
static double quantile(const double *sorted, double q)
{
	double at = q * (FORECAST_DRAWS - 1);
	size_t low = (size_t)at;
	return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

static void chance_of(enum forecast_event event, const double *x, struct warmth_chance *out)
{
	double draws[FORECAST_DRAWS];
	out->p = chance_by(&forecast_coefficients[event][0], x);
	for (size_t i = 0; i < FORECAST_DRAWS; i++)
		draws[i] = chance_by(&forecast_coefficients[event][1 + i], x);
	qsort(draws, FORECAST_DRAWS, sizeof *draws, smaller_first);
	double low = quantile(draws, QUANTILE_LOW), high = quantile(draws, QUANTILE_HIGH);
	out->low = low < out->p ? low : out->p;
	out->high = high > out->p ? high : out->p;
}

/* ---- one date ---- */

static double usual_of(const struct series *s, int32_t day)
{
	double quarters[QUARTERS_USUAL];
	int32_t whole = (day - s->first_day) / QUARTER_DAYS;
	size_t n = whole > QUARTERS_USUAL ? QUARTERS_USUAL : (size_t)whole;
	for (size_t i = 0; i < n; i++)
		quarters[i] = (double)series_between(
			s, day - QUARTER_DAYS * (int32_t)(i + 1), day - QUARTER_DAYS * (int32_t)i);
	qsort(quarters, n, sizeof *quarters, smaller_first);
	return (quarters[(n - 1) / 2] + quarters[n / 2]) / 2;
}

static enum warmth_came came(bool over, bool happened)
{
	return !over ? WARMTH_CAME_UNKNOWN : happened ? WARMTH_CAME : WARMTH_CAME_NOT;
}

static void row_of(struct sweep *sweep, int32_t day, int32_t end_day, struct warmth_forecast_row *r)
{
	const struct series *s = &sweep->series;
	r->at_us = day * US_PER_DAY;
	r->messages = series_between(s, day - QUARTER_DAYS, day);
	r->last28 = series_between(s, day - 28, day);
	r->before = series_between(s, day - 2 * QUARTER_DAYS, day - QUARTER_DAYS);
	r->next84 = series_between(s, day, day + QUARTER_DAYS);
	r->later168 = series_between(s, day + QUARTER_DAYS, day + 3 * QUARTER_DAYS);
	r->usual = usual_of(s, day);
	r->halve = r->fall = (struct warmth_chance){ .p = NAN, .low = NAN, .high = NAN, .why = WARMTH_FORECAST_FEW };
	for (size_t i = 0; i < WARMTH_FEATURES; i++)
		r->x[i] = NAN;
	if (r->messages < WARMTH_FORECAST_MESSAGES_MIN)
		return;
	sweep_features(sweep, day, r->x);
	r->halve.why = WARMTH_FORECAST_SAID;
	r->halve.came = came(day + QUARTER_DAYS <= end_day, r->next84 * 2 < r->messages);
	chance_of(FORECAST_HALVE, r->x, &r->halve);
	r->fall.why = WARMTH_FORECAST_FALLEN;
	if ((double)r->messages < FALLEN_BELOW * r->usual)
		return;
	r->fall.why = WARMTH_FORECAST_SAID;
	r->fall.came = came(day + 3 * QUARTER_DAYS <= end_day, (double)r->later168 < r->usual);
	chance_of(FORECAST_FALL, r->x, &r->fall);
}

/* ---- all dates ---- */

static void remember(struct warmth_forecast_past *past, const struct warmth_chance *c, double alarm)
{
	if (c->came == WARMTH_CAME_UNKNOWN)
		return;
	bool happened = c->came == WARMTH_CAME, warned = c->p >= alarm;
	past->due++;
	past->came += happened;
	past->expected += c->p;
	past->alarms += warned;
	past->alarms_came += warned && happened;
	past->brier += (c->p - happened) * (c->p - happened);
}

enum err warmth_forecast_of(
	const struct warmth *w, const struct warmth_forecast_ask *ask, struct arena *a, struct warmth_forecast *out)
{
	if (ask->step_days < 1 || ask->step_days > WARMTH_FORECAST_STEP_DAYS_MAX || ask->end_day < WARMTH_DAY_MIN ||
		ask->end_day > WARMTH_DAY_MAX + 1)
		return ERR_INPUT;
	struct warmth_forecast f = { .count = 0 };
	struct sweep sweep;
	TRY(sweep_begin(w, a, &sweep));
	int32_t step = (int32_t)ask->step_days, first = sweep.series.first_day;
	int32_t seen = sweep.series.days ? ask->end_day - first - WARMTH_FORECAST_FIRST_DAYS : -1;
	size_t dates = seen < 0 ? 0 : (size_t)(seen / step) + 1;
	struct warmth_forecast_row *rows = arena_take_many(a, dates + 1, sizeof *rows);
	if (rows == NULL)
		return ERR_MEMORY;
	for (; f.count < dates; f.count++) {
		int32_t day = first + WARMTH_FORECAST_FIRST_DAYS + (int32_t)f.count * step + (ask->back ? seen % step : 0);
		row_of(&sweep, day, ask->end_day, &rows[f.count]);
		remember(&f.halve, &rows[f.count].halve, forecast_alarm[FORECAST_HALVE]);
		remember(&f.fall, &rows[f.count].fall, forecast_alarm[FORECAST_FALL]);
	}
	f.halve.brier = f.halve.due ? f.halve.brier / (double)f.halve.due : NAN;
	f.fall.brier = f.fall.due ? f.fall.brier / (double)f.fall.due : NAN;
	f.rows = rows;
	*out = f;
	return ERR_OK;
}
