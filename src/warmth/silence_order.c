/*
 * Order of silence: see silence_order.h.
 * Called by: answer.c. Owns: nothing. Not here: who left when (departure.c), the regression (model/hazard.c), the
 * nulls (silence_null.c).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/silence_private.h"

#define BASELINES_MAX 8u
#define BASELINE_EVENTS_MIN 6u
#define RATE_COLUMNS 3u
#define SPLINE_LOW .1
#define SPLINE_HIGH .9

static_assert(BASELINES_MAX + RATE_COLUMNS + 1 <= MODEL_HAZARD_COLUMNS_MAX, "the columns fit");

/* ---- who is at risk in which block ---- */

/* Days on which he spoke before one. */
static uint32_t days_before(const struct member *m, int32_t day)
{
	size_t low = 0, high = m->day_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (m->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

/* Steps of the block in which his leaving would have been seen; the last of them is an event if he left in it. */
static uint32_t steps_at_risk(const struct watched *r, int32_t begin, bool *out_left)
{
	*out_left = false;
	for (uint32_t step = 0; step < WARMTH_SILENCE_BLOCK_DAYS / WARMTH_SILENCE_STEP_DAYS; step++) {
		int32_t from = begin + (int32_t)step * WARMTH_SILENCE_STEP_DAYS, to = from + WARMTH_SILENCE_STEP_DAYS;
		if (r->last_day < from || to > r->known_day)
			return step;
		if (r->left && r->last_day < to) {
			*out_left = true;
			return step + 1;
		}
	}
	return WARMTH_SILENCE_BLOCK_DAYS / WARMTH_SILENCE_STEP_DAYS;
}

static enum err block_of(struct silence *s, uint32_t block)
{
	const struct answering *x = s->x;
	int32_t begin = x->end_day - (int32_t)(block + 1) * WARMTH_SILENCE_BLOCK_DAYS,
		from = begin - WARMTH_SILENCE_FROZEN_DAYS;
	struct warmth_core core;
	TRY(core_of(x, from, begin, &core));
	memset(s->in_core, 0, x->member_count * sizeof *s->in_core);
	for (size_t i = 0; i < core.count; i++)
		s->in_core[core.who[i].person] = true;
	for (size_t i = 0; i < s->regulars.count && core.known; i++) {
		const struct watched *r = &s->regulars.who[i];
		struct at_risk k = { .regular = (uint32_t)i, .block = block, .core = s->in_core[r->member] };
		const struct member *m = &x->members[r->member];
		uint32_t before = days_before(m, begin);
		k.days = r->entry_day <= begin ? before - days_before(m, from) : 0;
		k.steps = k.days ? steps_at_risk(r, begin, &k.left) : 0;
		if (k.steps == 0)
			continue;
		if (s->count == s->room)
			return ERR_LIMIT;
		k.rate = log((double)k.days);
		/* A window's count is a noisy measure of how often somebody speaks; his whole past steadies it. */
		k.usual = log((double)before / (begin - m->days[0].day));
		s->rows += k.steps;
		s->risk[s->count++] = k;
	}
	return ERR_OK;
}

static enum err blocks_of(struct silence *s)
{
	const struct answering *x = s->x;
	int32_t days = x->end_day - x->first_day - WARMTH_SILENCE_FROZEN_DAYS;
	uint32_t blocks = days > 0 ? (uint32_t)days / WARMTH_SILENCE_BLOCK_DAYS : 0;
	blocks = blocks < WARMTH_SILENCE_BLOCKS_MAX ? blocks : WARMTH_SILENCE_BLOCKS_MAX;
	s->room = s->regulars.count * blocks;
	s->in_core = arena_take_many(x->a, x->member_count + 1, sizeof *s->in_core);
	s->risk = arena_take_many(x->a, s->room + 1, sizeof *s->risk);
	if (s->in_core == NULL || s->risk == NULL)
		return ERR_MEMORY;
	for (uint32_t b = 0; b < blocks; b++)
		TRY(block_of(s, b));
	s->blocks = blocks;
	return ERR_OK;
}

/* People on each side, and their departures. */
static enum err sides_of(const struct silence *s, struct warmth_silence_order *o)
{
	unsigned char *seen = arena_take_many(s->x->a, s->regulars.count + 1, 1);
	if (seen == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < s->count; i++) {
		const struct at_risk *k = &s->risk[i];
		unsigned char side = k->core ? 1 : 2, *his = &seen[k->regular];
		o->core += k->core && !(*his & side);
		o->edge += !k->core && !(*his & side);
		*his |= side;
		o->core_gone += k->left && k->core;
		o->edge_gone += k->left && !k->core;
	}
	return ERR_OK;
}

/* ---- columns ---- */

/* Stretches of blocks, the latest first, each with some departures; returns how many. */
static size_t baselines_of(const struct silence *s, size_t of_block[WARMTH_SILENCE_BLOCKS_MAX])
{
	size_t events[WARMTH_SILENCE_BLOCKS_MAX] = { 0 }, all = 0, here = 0, n = 0;
	for (size_t i = 0; i < s->count; i++) {
		events[s->risk[i].block] += s->risk[i].left;
		all += s->risk[i].left;
	}
	size_t least = all / BASELINES_MAX > BASELINE_EVENTS_MIN ? all / BASELINES_MAX + 1 : BASELINE_EVENTS_MIN;
	for (size_t b = 0; b < s->blocks; b++) {
		of_block[b] = n;
		here += events[b];
		all -= events[b];
		if (here >= least && all >= least && n + 1 < BASELINES_MAX) {
			n++;
			here = 0;
		}
	}
	return n + 1;
}

static int less(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static double cube(double x) { return x > 0 ? x * x * x : 0; }

/* Knots at .1, .5 and .9 of those at risk; outside the outer two it is a line (Durrleman and Simon 1989). */
static enum err spline_of(struct silence *s)
{
	double *rate = arena_take_many(s->x->a, s->count, sizeof *rate);
	if (rate == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < s->count; i++)
		rate[i] = s->risk[i].rate;
	qsort(rate, s->count, sizeof *rate, less);
	double low = rate[(size_t)(SPLINE_LOW * (double)(s->count - 1))], middle = rate[s->count / 2],
	       high = rate[(size_t)(SPLINE_HIGH * (double)(s->count - 1))];
	s->has_rate = rate[0] < rate[s->count - 1];
	s->has_bend = low < middle && middle < high;
	for (size_t i = 0; i < s->count && s->has_bend; i++) {
		double r = s->risk[i].rate, width = (high - low) * (high - low);
		s->risk[i].bend = (cube(r - low) - cube(r - middle) * (high - low) / (high - middle) +
					  cube(r - high) * (middle - low) / (high - middle)) / width;
		s->risk[i].rate = r - middle;
	}
	return ERR_OK;
}

/* Core is the last column, so that the fit without it takes the same rows. */
static enum err columns_of(struct silence *s, bool with_core, struct model_hazard_data *out)
{
	size_t of_block[WARMTH_SILENCE_BLOCKS_MAX], baselines = baselines_of(s, of_block), row = 0;
	size_t p = baselines + 2 * s->has_rate + s->has_bend + with_core;
	double *x = arena_take_many(s->x->a, s->rows, p * sizeof *x);
	unsigned char *event = arena_take_many(s->x->a, s->rows, 1);
	uint32_t *person = arena_take_many(s->x->a, s->rows, sizeof *person);
	if (x == NULL || event == NULL || person == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < s->count; i++) {
		const struct at_risk *k = &s->risk[i];
		for (uint32_t step = 0; step < k->steps; step++, row++) {
			double *at = x + row * p;
			at[of_block[k->block]] = 1;
			if (s->has_rate) {
				at[baselines] = k->rate;
				at[baselines + 1] = k->usual;
			}
			if (s->has_bend)
				at[baselines + 2] = k->bend;
			if (with_core)
				at[p - 1] = k->core;
			event[row] = k->left && step + 1 == k->steps;
			person[row] = k->regular;
		}
	}
	*out = (struct model_hazard_data){ .rows = s->rows, .columns = p, .x = x, .event = event, .person = person,
		.persons = s->regulars.count };
	return ERR_OK;
}

/* ---- the answer ---- */

static enum err fit(struct silence *s, struct warmth_silence_order *o)
{
	struct model_hazard_data d;
	struct model_hazard_fit f;
	TRY(spline_of(s));
	TRY(columns_of(s, true, &d));
	TRY(model_hazard_fit(&d, s->x->a, &f));
	double low, high;
	TRY(model_hazard_interval(&d, &f, d.columns - 1, s->x->a, &low, &high));
	TRY(columns_of(s, false, &d));
	struct model_hazard_fit without;
	TRY(model_hazard_fit(&d, s->x->a, &without));
	double *residual = arena_take_many(s->x->a, s->rows, sizeof *residual);
	if (residual == NULL)
		return ERR_MEMORY;
	model_hazard_residuals(&d, without.b, residual);
	size_t row = 0;
	for (size_t i = 0; i < s->count; i++)
		for (uint32_t step = 0; step < s->risk[i].steps; step++, row++) {
			s->risk[i].residual += residual[row];
			s->risk[i].expected += d.event[row] - residual[row];
		}
	TRY(silence_nulls(s, o));
	o->ratio = f.b[f.columns - 1];
	o->low = low;
	o->high = high;
	return ERR_OK;
}

static enum warmth_first word_of(const struct warmth_silence_order *o)
{
	bool beyond = o->p_like < .05 && o->p_stays < .05 && o->p_shuffled < .05;
	return beyond && o->low > 0 ? WARMTH_FIRST_CORE :
		beyond && o->high < 0 ? WARMTH_FIRST_EDGE :
					WARMTH_FIRST_NEITHER;
}

enum err silence_order_of(const struct answering *x, const struct regulars *regulars, struct warmth_silence_order *out)
{
	struct warmth_silence_order o = { .ratio = NAN, .low = NAN, .high = NAN, .p_like = NAN, .p_stays = NAN,
		.p_shuffled = NAN };
	struct silence s = { .x = x, .regulars = *regulars };
	TRY(blocks_of(&s));
	TRY(sides_of(&s, &o));
	o.blocks = s.blocks;
	o.doubt = s.blocks == 0 ? WARMTH_SILENCE_TOO_YOUNG :
		o.core_gone + o.edge_gone < WARMTH_SILENCE_EVENTS_MIN ? WARMTH_SILENCE_FEW_GONE :
		o.core < WARMTH_SILENCE_SIDE_MIN || o.edge < WARMTH_SILENCE_SIDE_MIN ? WARMTH_SILENCE_FEW_PEOPLE :
		WARMTH_SILENCE_SURE;
	if (o.doubt == WARMTH_SILENCE_SURE) {
		enum err e = fit(&s, &o);
		if (e != ERR_OK && e != ERR_INPUT)
			return e;
		if (e == ERR_INPUT)
			o.doubt = WARMTH_SILENCE_TOO_ALIKE;
		else if (o.low <= 0 && o.high >= 0 && o.high - o.low > WARMTH_SILENCE_WIDTH_MOST)
			o.doubt = WARMTH_SILENCE_TOO_WIDE;
		else
			o.first = word_of(&o);
	}
	*out = o;
	return ERR_OK;
}
