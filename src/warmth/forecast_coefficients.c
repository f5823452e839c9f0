#include "warmth/forecast_private.h"
const struct forecast_coefficients forecast_coefficients[FORECAST_EVENTS][1 + FORECAST_DRAWS] = { { { .slope = 1 } } };
const double forecast_alarm[FORECAST_EVENTS] = { .5, .5 };
