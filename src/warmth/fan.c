/* The weeks ahead. Called by: answer.c. */
#include "model/series.h"
#include "warmth/warmth_private.h"

#define WEEK_US (7 * US_PER_DAY)

enum err fan_of(const struct warmth_reading *r, struct warmth_fan *out)
{
	static const double bands[] = { .5, .8 };
	struct model_series_course ahead[COUNT_OF(bands)];
	uint32_t counts[WARMTH_FAN_BEFORE_WEEKS];
	size_t n = 0;
	*out = (struct warmth_fan){ 0 };
	if (r->week_count == 0)
		return ERR_OK;
	int64_t first_us = r->weeks[0].begin_us, weeks = (r->at_us - first_us) / WEEK_US; /* whole ones */
	for (int64_t i = weeks > WARMTH_FAN_BEFORE_WEEKS ? weeks - WARMTH_FAN_BEFORE_WEEKS : 0; i < weeks; i++)
		counts[n++] = (size_t)i < r->week_count ? r->weeks[i].messages : 0;
	for (size_t i = 0; i < COUNT_OF(bands); i++)
		TRY(model_series_ahead(counts, n, WARMTH_FAN_WEEKS, bands[i], &ahead[i]));
	out->count = ahead[0].periods;
	for (size_t i = 0; i < out->count; i++)
		out->weeks[i] = (struct warmth_fan_week){ first_us + (weeks + (int64_t)i) * WEEK_US, ahead[0].expected[i], ahead[0].low[i],
			ahead[0].high[i], ahead[1].low[i], ahead[1].high[i] };
	return ERR_OK;
}
