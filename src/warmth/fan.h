/*
 * fan: the weeks ahead as they would be if nothing changed, in two nested bands. Part of warmth.h, which includes it.
 *
 * The weekly counts before `at` (whole weeks back from it, at most two years) are a level that returns to its mean
 * (model/series.h); the bands hold 50 and 80 of 100 such weeks, each week by itself. It says how the course goes on, not how
 * likely it is to halve: that is warmth/forecast.h, which knows more than counts.
 */
#ifndef HEARTH_WARMTH_FAN_H
#define HEARTH_WARMTH_FAN_H

#include "base/base.h"

#define WARMTH_FAN_WEEKS 12u
#define WARMTH_FAN_BEFORE_WEEKS 104
struct warmth_fan_week {
	int64_t begin_us;
	double expected, low_50, high_50, low_80, high_80; /* messages */
};
struct warmth_fan {
	size_t count; /* WARMTH_FAN_WEEKS, or 0: too young or too quiet to say (MODEL_SERIES_BEFORE_MIN, _MEAN_MIN) */
	struct warmth_fan_week weeks[WARMTH_FAN_WEEKS];
};

#endif
