/* The catalogue by name, and what came of an act. */
#include "insight/remedies.h"

#define WEEK_US (7 * US_PER_DAY)
#define WEEKS_BEFORE 104 /* an older course says little of today's */

const struct insight_remedy *insight_remedy_named(struct str id)
{
	for (size_t i = 0; i < insight_remedy_count; i++)
		if (str_eq(id, str_of(insight_remedies[i].id)))
			return &insight_remedies[i];
	return NULL;
}

static uint32_t messages_in(const struct insight_course *c, int64_t week)
{
	return (size_t)week < c->count ? c->weeks[week] : 0; /* nobody talked after the last one */
}

enum err insight_act_effect(const struct insight_course *c, int64_t at_us, struct model_series_effect *out, int64_t *out_again_us)
{
	uint32_t before[WEEKS_BEFORE], after[MODEL_SERIES_AFTER_MAX];
	size_t b = 0, n = 0;
	int64_t first_us = c->count ? c->first_us : at_us;
	int64_t week = at_us < first_us ? -1 : (at_us - first_us) / WEEK_US; /* of the act, from the first one with talk */
	/* the first week with talk began somewhere within it: it is seldom whole, and would lower what is expected */
	for (int64_t i = week > WEEKS_BEFORE ? week - WEEKS_BEFORE : 1; i < week; i++)
		before[b++] = messages_in(c, i);
	for (int64_t i = week + 1; n < MODEL_SERIES_AFTER_MAX && first_us + (i + 1) * WEEK_US <= c->until_us; i++)
		after[n++] = messages_in(c, i);
	*out_again_us = first_us + (week + 1 + (int64_t)MODEL_SERIES_AFTER_MIN) * WEEK_US;
	return model_series_effect(before, b, after, n, out);
}
