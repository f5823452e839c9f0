/*
 * The forecast of the groups that a study has read.
 * Called by: cli. Owns: nothing. Not here: the forecast itself (warmth), the reading (study.c, feed.c).
 */
#include "insight/insight_private.h"

size_t insight_study_groups(const struct insight_study *s) { return s->group_count; }

enum err insight_study_forecast(
	const struct insight_study *s, size_t group, uint32_t step_days, struct arena *a, struct insight_forecast *out)
{
	struct insight_forecast f = { .key = parse_group_key(s->parse, group), .name = parse_group_name(s->parse, group) };
	f.name = f.name.n ? f.name : f.key;
	struct warmth_forecast_ask ask = { .end_day = (int32_t)(s->groups[group].end_us / US_PER_DAY), .step_days = step_days };
	TRY(warmth_forecast_of(s->groups[group].warmth, &ask, a, &f.forecast));
	*out = f;
	return ERR_OK;
}
