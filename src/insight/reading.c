/* What is asked of the thermometer about every group, whether it came from files or from the tables. */
#include "insight/insight_private.h"
#include "text/holiday.h"

#define EVAPORATION_STEPS 12u

/* The holidays of the last twenty years, in model's words; none when ICU knows no Chinese calendar. */
#define HOLIDAY_YEARS 20

static enum err holidays_of(int64_t until_us, struct arena *a, struct model_season_range **out, size_t *out_count)
{
	const struct holiday *list;
	size_t n = 0;
	int year = date_from_us(until_us).year;
	int from = year - HOLIDAY_YEARS > HOLIDAY_YEAR_MIN ? year - HOLIDAY_YEARS : HOLIDAY_YEAR_MIN;
	enum err e = holiday_list(from, year < HOLIDAY_YEAR_MAX ? year : HOLIDAY_YEAR_MAX, a, &list, &n);
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_INPUT)
		return e;
	n = e == ERR_OK ? n : 0;
	struct model_season_range *ranges = arena_take_many(a, n + 1, sizeof *ranges);
	if (ranges == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		ranges[i] = (struct model_season_range){ list[i].first_day, list[i].last_day, (uint32_t)list[i].kind };
	*out = ranges;
	*out_count = n;
	return ERR_OK;
}

enum err reading_of(const struct warmth *w, const struct reading_ask *r, struct arena *a, struct insight_group *g)
{
	struct warmth_ask ask = { .has_at = r->has_at, .at_us = r->at_us, .seed = r->seed, .slow = true, .evaporation_steps = EVAPORATION_STEPS,
		.owners = r->owners, .owner_count = r->owner_count };
	struct model_season_range *holidays;
	TRY(holidays_of(r->has_at ? r->at_us : warmth_last_us(w), a, &holidays, &ask.holiday_count));
	ask.holidays = holidays;
	TRY(warmth_answer(w, &ask, a, &g->reading));
	if (!g->reading.talked)
		return ERR_OK;
	struct warmth_forecast_ask forecast = { .end_day = (int32_t)(g->reading.at_us / US_PER_DAY), .step_days = WARMTH_FORECAST_STEP_DAYS,
		.back = true };
	return warmth_forecast_of(w, &forecast, a, &g->forecast);
}
