/*
 * Seasons of the week and holidays (described in season.h).
 * Called by: warmth. Owns: nothing. Not here: what is made of the adjusted rows (change.c, burst.c).
 */
#include <math.h>

#include "model/season.h"

#define DAY_HOURS 24u
#define WEEK_DAYS 7u
#define ROUNDS 2
#define LEVEL_MIN .01 /* messages a day: a level of nothing divides nothing */
#define ORDINARY UINT8_MAX
#define HOUR_US (INT64_C(3600) * US_PER_S)

static_assert(MODEL_SEASON_KINDS_MAX < ORDINARY, "kinds fit a byte");

/* 1970-01-01 was a Thursday. */
static unsigned weekday_of(int32_t day) { return (unsigned)(day + 3) % WEEK_DAYS; }

/* ---- ranges ---- */

static enum err ranges_check(const struct model_season_ask *ask)
{
	if (ask->range_count > MODEL_SEASON_RANGES_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < ask->range_count; i++) {
		const struct model_season_range *r = &ask->ranges[i];
		if (r->first_day < 0 || r->last_day < r->first_day || r->last_day >= (int32_t)MODEL_SEASON_DAYS_MAX ||
			r->kind >= MODEL_SEASON_KINDS_MAX)
			return ERR_INPUT;
	}
	return ERR_OK;
}

/* The kind of every day there is, so that overlaps need no thought; then back to ranges. */
static enum err ranges_part(const struct model_season_ask *ask, struct arena *a, struct model_season *s)
{
	uint8_t *kinds = arena_take_many(a, MODEL_SEASON_DAYS_MAX, 1);
	struct model_season_range *apart = arena_take_many(a, 2 * ask->range_count + 1, sizeof *apart);
	if (kinds == NULL || apart == NULL)
		return ERR_MEMORY;
	memset(kinds, ORDINARY, MODEL_SEASON_DAYS_MAX);
	for (size_t i = ask->range_count; i-- > 0;)
		memset(kinds + ask->ranges[i].first_day, (int)ask->ranges[i].kind,
			(size_t)(ask->ranges[i].last_day - ask->ranges[i].first_day) + 1);
	size_t n = 0;
	for (int32_t day = 0; day < (int32_t)MODEL_SEASON_DAYS_MAX; day++) {
		if (kinds[day] == ORDINARY)
			continue;
		if (n > 0 && apart[n - 1].kind == kinds[day] && apart[n - 1].last_day == day - 1)
			apart[n - 1].last_day = day;
		else
			apart[n++] = (struct model_season_range){ day, day, kinds[day] };
	}
	s->ranges = apart;
	s->range_count = n;
	return ERR_OK;
}

/* The holiday of a day, or ORDINARY. */
static unsigned kind_of(const struct model_season *s, int32_t day)
{
	size_t low = 0, high = s->range_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->ranges[middle].last_day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->range_count && s->ranges[low].first_day <= day ? s->ranges[low].kind : ORDINARY;
}

double model_season_day(const struct model_season *s, int32_t day)
{
	unsigned kind = kind_of(s, day);
	return s->weekday[weekday_of(day)] * (kind == ORDINARY ? 1 : s->holiday[kind]);
}

/* ---- fitting ---- */

struct fit {
	const struct model_season_ask *ask;
	struct model_season *s;
	uint8_t *kind;  /* of each day */
	double *usual;  /* running sums, then … */
	double *level;  /* … of each day, the season taken out */
};

static double drawn_to_one(double count, double level, double dispersion)
{
	double factor = (count / dispersion + MODEL_SEASON_PRIOR) / (level / dispersion + MODEL_SEASON_PRIOR);
	return fmax(factor, MODEL_SEASON_FACTOR_MIN);
}

/* usual[i]: the deseasonalised ordinary messages of the days before i; kind counts tell how many those were. */
static void fit_level(struct fit *f)
{
	size_t n = f->ask->days, from = 0, to = 0, ordinary = 0;
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		f->usual[i] = f->ask->daily[i] / f->s->weekday[weekday_of(f->ask->first_day + (int32_t)i)];
	for (size_t i = 0; i < n; i++) {
		for (; to < n && to <= i + MODEL_SEASON_REACH; to++) {
			sum += f->kind[to] == ORDINARY ? f->usual[to] : 0;
			ordinary += f->kind[to] == ORDINARY;
		}
		for (; from + MODEL_SEASON_REACH < i; from++) {
			sum -= f->kind[from] == ORDINARY ? f->usual[from] : 0;
			ordinary -= f->kind[from] == ORDINARY;
		}
		f->level[i] = ordinary ? fmax(sum / (double)ordinary, LEVEL_MIN) : NAN;
	}
}

static void fit_weekdays(struct fit *f)
{
	double count[WEEK_DAYS] = { 0 }, level[WEEK_DAYS] = { 0 }, mean = 0;
	for (size_t i = 0; i < f->ask->days; i++) {
		if (f->kind[i] != ORDINARY)
			continue;
		unsigned at = weekday_of(f->ask->first_day + (int32_t)i);
		count[at] += f->ask->daily[i];
		level[at] += f->level[i];
	}
	for (unsigned d = 0; d < WEEK_DAYS; d++)
		mean += f->s->weekday[d] = drawn_to_one(count[d], level[d], f->s->dispersion);
	for (unsigned d = 0; d < WEEK_DAYS; d++)
		f->s->weekday[d] /= mean / WEEK_DAYS;
}

static void fit_holidays(struct fit *f)
{
	double count[MODEL_SEASON_KINDS_MAX] = { 0 }, level[MODEL_SEASON_KINDS_MAX] = { 0 };
	for (size_t i = 0; i < f->ask->days; i++) {
		if (f->kind[i] == ORDINARY || isnan(f->level[i]))
			continue;
		count[f->kind[i]] += f->ask->daily[i];
		level[f->kind[i]] += f->level[i] * f->s->weekday[weekday_of(f->ask->first_day + (int32_t)i)];
	}
	for (unsigned k = 0; k < MODEL_SEASON_KINDS_MAX; k++)
		f->s->holiday[k] = drawn_to_one(count[k], level[k], f->s->dispersion);
}

static void fit_dispersion(struct fit *f)
{
	double square = 0;
	size_t n = 0;
	for (size_t i = 0; i < f->ask->days; i++) {
		if (f->kind[i] != ORDINARY)
			continue;
		double expected = f->level[i] * f->s->weekday[weekday_of(f->ask->first_day + (int32_t)i)];
		square += (f->ask->daily[i] - expected) * (f->ask->daily[i] - expected) / expected;
		n++;
	}
	f->s->dispersion = n ? fmax(square / (double)n, 1) : 1;
}

/* The share of each hour in its weekday, times that weekday's factor. */
static void fit_hours(struct fit *f)
{
	double by_hour[DAY_HOURS] = { 0 }, smooth[DAY_HOURS], all = 0;
	for (unsigned h = 0; f->ask->hours && h < MODEL_SEASON_HOURS; h++) {
		by_hour[h % DAY_HOURS] += f->ask->hours[h];
		all += f->ask->hours[h];
	}
	for (unsigned h = 0; h < DAY_HOURS; h++) {
		double near = by_hour[(h + DAY_HOURS - 1) % DAY_HOURS] + by_hour[(h + 1) % DAY_HOURS];
		smooth[h] = drawn_to_one(near / 4 + by_hour[h] / 2, all / DAY_HOURS, f->s->dispersion);
	}
	for (unsigned d = 0; d < WEEK_DAYS; d++) {
		double day = 0, mean = 0, *out = f->s->hour + d * DAY_HOURS;
		for (unsigned h = 0; f->ask->hours && h < DAY_HOURS; h++)
			day += f->ask->hours[d * DAY_HOURS + h];
		for (unsigned h = 0; h < DAY_HOURS; h++) {
			double count = f->ask->hours ? f->ask->hours[d * DAY_HOURS + h] : 0;
			mean += out[h] = smooth[h] * drawn_to_one(count, day * smooth[h] / DAY_HOURS, f->s->dispersion);
		}
		for (unsigned h = 0; h < DAY_HOURS; h++)
			out[h] *= f->s->weekday[d] / (mean / DAY_HOURS);
	}
}

static enum err ask_check(const struct model_season_ask *ask)
{
	double sum = 0;
	if (ask->days > MODEL_SEASON_DAYS_MAX)
		return ERR_LIMIT;
	if (ask->first_day < 0 || (size_t)ask->first_day + ask->days > MODEL_SEASON_DAYS_MAX)
		return ERR_INPUT;
	for (size_t i = 0; i < ask->days; i++) {
		if (!isfinite(ask->daily[i]) || ask->daily[i] < 0)
			return ERR_INPUT;
		sum += ask->daily[i];
	}
	for (unsigned h = 0; ask->hours && h < MODEL_SEASON_HOURS; h++)
		if (!isfinite(ask->hours[h]) || ask->hours[h] < 0)
			return ERR_INPUT;
	return sum > 0 ? ranges_check(ask) : ERR_INPUT;
}

enum err model_season_fit(const struct model_season_ask *ask, struct arena *a, struct model_season *out)
{
	TRY(ask_check(ask));
	struct model_season s = { .dispersion = 1 };
	TRY(ranges_part(ask, a, &s));
	struct fit f = { .ask = ask, .s = &s, .kind = arena_take_many(a, ask->days, sizeof *f.kind),
		.usual = arena_take_many(a, ask->days, sizeof *f.usual),
		.level = arena_take_many(a, ask->days, sizeof *f.level) };
	if (f.kind == NULL || f.usual == NULL || f.level == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < ask->days; i++)
		f.kind[i] = (uint8_t)kind_of(&s, ask->first_day + (int32_t)i);
	for (unsigned d = 0; d < WEEK_DAYS; d++)
		s.weekday[d] = 1;
	for (int round = 0; round < ROUNDS; round++) {
		fit_level(&f);
		fit_weekdays(&f);
		fit_dispersion(&f);
	}
	fit_holidays(&f);
	fit_hours(&f);
	*out = s;
	return ERR_OK;
}

/* ---- using ---- */

/* The part of a day between two of its hours (with fractions), relative to a usual day. */
static double part_of_day(const struct model_season *s, int32_t day, double from, double to)
{
	unsigned kind = kind_of(s, day), weekday = weekday_of(day);
	double sum = 0;
	for (unsigned h = (unsigned)from; h < DAY_HOURS && h < to; h++)
		sum += s->hour[weekday * DAY_HOURS + h] * (fmin(to, h + 1) - fmax(from, h));
	return sum / DAY_HOURS * (kind == ORDINARY ? 1 : s->holiday[kind]);
}

double model_season_exposure(const struct model_season *s, int64_t from_us, int64_t to_us)
{
	const int64_t end = (int64_t)MODEL_SEASON_DAYS_MAX * US_PER_DAY;
	from_us = from_us < 0 ? 0 : from_us;
	to_us = to_us > end ? end : to_us;
	double sum = 0;
	for (int64_t at = from_us; at < to_us;) {
		int64_t day = at / US_PER_DAY, next = (day + 1) * US_PER_DAY, to = to_us < next ? to_us : next;
		if (at == day * US_PER_DAY && to == next)
			sum += model_season_day(s, (int32_t)day);
		else
			sum += part_of_day(s, (int32_t)day, (double)(at - day * US_PER_DAY) / HOUR_US,
				(double)(to - day * US_PER_DAY) / HOUR_US);
		at = to;
	}
	return sum / WEEK_DAYS;
}

enum err model_season_steps(const struct model_season *s, const struct model_season_ask *ask, unsigned step_days,
	struct arena *a, struct model_season_row *out)
{
	if (step_days == 0 || ask->days < step_days)
		return ERR_INPUT;
	size_t n = ask->days / step_days, skip = ask->days % step_days;
	double *counts = arena_take_many(a, n, sizeof *counts), *exposures = arena_take_many(a, n, sizeof *exposures);
	if (counts == NULL || exposures == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < n * step_days; i++) {
		counts[i / step_days] += ask->daily[skip + i];
		exposures[i / step_days] += model_season_day(s, ask->first_day + (int32_t)(skip + i)) / step_days;
	}
	*out = (struct model_season_row){ ask->first_day + (int32_t)skip, counts, exposures, n };
	return ERR_OK;
}
