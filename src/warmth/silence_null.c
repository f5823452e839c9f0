/*
 * The nulls of the order of silence: see silence_order.h.
 * Called by: silence_order.c. Owns: nothing. Not here: the regression.
 *
 * The statistic is the departures of the core beyond those that the fit without core expects: a sum, cheap to draw
 * again.
 */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "warmth/silence_private.h"

static double p_of(size_t as_far) { return (double)(as_far + 1) / (WARMTH_SILENCE_DRAWS + 1.); }

/* ---- core exchanged among members of neighbouring rate ---- */

static int slower_first(const void *left, const void *right)
{
	const struct at_risk *a = left, *b = right;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->rate != b->rate)
		return a->rate < b->rate ? -1 : 1;
	return (a->regular > b->regular) - (a->regular < b->regular);
}

/* Of n neighbours a few are core: draw which. */
static double draw_few(struct at_risk *const at, size_t n, size_t core, uint64_t *chance)
{
	double sum = 0;
	for (size_t i = 0; i < n && core > 0; i++) {
		if (chance_below(chance, n - i) >= core)
			continue;
		core--;
		sum += at[i].residual;
	}
	return sum;
}

static double excess_exchanged(struct at_risk *risk, size_t count, uint64_t *chance)
{
	double sum = 0;
	for (size_t from = 0, end, to; from < count; from = to) {
		for (end = from; end < count && risk[end].block == risk[from].block && end - from < 2 * WARMTH_LIKE_RATE;)
			end++;
		bool tail = end == count || risk[end].block != risk[from].block;
		to = tail ? end : from + WARMTH_LIKE_RATE;
		size_t core = 0;
		for (size_t i = from; i < to; i++)
			core += risk[i].core;
		sum += draw_few(risk + from, to - from, core, chance);
	}
	return sum;
}

static enum err p_like_of(const struct silence *s, double excess, uint64_t *chance, double *out_p)
{
	struct at_risk *risk = arena_take_many(s->x->a, s->count, sizeof *risk);
	double *drawn = arena_take_many(s->x->a, WARMTH_SILENCE_DRAWS, sizeof *drawn);
	if (risk == NULL || drawn == NULL)
		return ERR_MEMORY;
	memcpy(risk, s->risk, s->count * sizeof *risk);
	qsort(risk, s->count, sizeof *risk, slower_first);
	/* What rate alone gives the core is the middle of the draws, not 0. */
	double mean = 0;
	for (size_t i = 0; i < WARMTH_SILENCE_DRAWS; i++)
		mean += (drawn[i] = excess_exchanged(risk, s->count, chance)) / WARMTH_SILENCE_DRAWS;
	size_t as_far = 0;
	for (size_t i = 0; i < WARMTH_SILENCE_DRAWS; i++)
		as_far += fabs(drawn[i] - mean) >= fabs(excess - mean) - 1e-9;
	*out_p = p_of(as_far);
	return ERR_OK;
}

/* ---- nobody leaves ---- */

/* A regular of the last 252 days, had he stayed: would he be called gone? */
struct stayer {
	double p_gone;       /* chance that at falls into a gap as long as his rhythm asks for */
	uint32_t days;       /* on which he spoke in the window */
	uint32_t needed_days;
	bool core;
};
struct stayers {
	struct stayer *who;
	size_t count;
	double core_share;   /* of the departures that the fit expects */
	double *quiet_days;  /* from each hundredth of the window's messages to at */
	size_t quantiles;
};

#define QUANTILES 512u

/* Share of time that a renewal process with lognormal gaps spends more than x behind its last event: the mean of
 * what gaps are longer than x, over the mean gap (Cox 1962, chapter 5). */
static double share_beyond(const struct watched *r, double x)
{
	if (r->gap_sd < 1e-6)
		return 0;
	double z = (log(x) - r->gap_mean) / r->gap_sd, mean = exp(r->gap_mean + r->gap_sd * r->gap_sd / 2);
	double share = gsl_cdf_ugaussian_Q(z - r->gap_sd) - x * gsl_cdf_ugaussian_Q(z) / mean;
	return share > 0 ? share : 0;
}

/* quiet_days[i]: from when (i + 1/2) / QUANTILES of the window's messages had been written, to at. */
static enum err quantiles_of(const struct silence *s, struct stayers *t)
{
	const struct answering *x = s->x;
	uint64_t by_day[WARMTH_THEN_DAYS] = { 0 }, all = 0, written = 0;
	int32_t from = x->end_day - WARMTH_THEN_DAYS;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct member *m = &x->members[i];
		for (size_t d = m->day_count; d-- > 0 && m->days[d].day >= from;)
			if (m->days[d].day < x->end_day) {
				by_day[m->days[d].day - from] += m->days[d].messages;
				all += m->days[d].messages;
			}
	}
	t->quiet_days = arena_take_many(x->a, QUANTILES, sizeof *t->quiet_days);
	if (t->quiet_days == NULL)
		return ERR_MEMORY;
	for (int32_t day = 0; day < WARMTH_THEN_DAYS; day++) {
		written += by_day[day];
		while (all > 0 && t->quantiles < QUANTILES &&
			((double)t->quantiles + .5) / QUANTILES <= (double)written / (double)all)
			t->quiet_days[t->quantiles++] = x->at_day - (from + day);
	}
	return ERR_OK;
}

static enum err stayers_of(const struct silence *s, struct stayers *out)
{
	struct stayers t = { .who = arena_take_many(s->x->a, s->regulars.count + 1, sizeof *t.who) };
	if (t.who == NULL)
		return ERR_MEMORY;
	int32_t end = s->x->end_day;
	double expected[2] = { 0 };
	bool *core = arena_take_many(s->x->a, s->regulars.count + 1, sizeof *core);
	if (core == NULL)
		return ERR_MEMORY;
	/* The latest block comes first: what somebody was in it is written last. */
	for (size_t i = s->count; i-- > 0;) {
		core[s->risk[i].regular] = s->risk[i].core;
		expected[s->risk[i].core] += s->risk[i].expected;
	}
	for (size_t i = 0; i < s->regulars.count; i++) {
		const struct watched *r = &s->regulars.who[i];
		const struct member *m = &s->x->members[r->member];
		struct stayer k = { share_beyond(r, r->needed_days), 0, r->needed_days, core[i] };
		for (size_t d = m->day_count; d-- > 0 && m->days[d].day >= end - WARMTH_THEN_DAYS;)
			k.days++;
		if (k.days > 0)
			t.who[t.count++] = k;
	}
	t.core_share = expected[1] / (expected[0] + expected[1]);
	TRY(quantiles_of(s, &t));
	*out = t;
	return ERR_OK;
}

static double chance_unit(uint64_t *chance) { return ((double)(chance_next(chance) >> 11) + .5) / 9007199254740992.; }

/* The last of k.days days put anywhere among the messages of the window. */
static bool gone_when_shuffled(const struct stayers *t, const struct stayer *k, uint64_t *chance)
{
	size_t at = (size_t)(pow(chance_unit(chance), 1. / k->days) * (double)t->quantiles);
	return t->quantiles > 0 && t->quiet_days[at < t->quantiles ? at : t->quantiles - 1] >= k->needed_days;
}

static double p_nobody_leaves(const struct stayers *t, bool shuffled, double excess, uint64_t *chance)
{
	size_t as_far = 0;
	for (size_t i = 0; i < WARMTH_SILENCE_DRAWS; i++) {
		double gone = 0, core = 0;
		for (size_t j = 0; j < t->count; j++) {
			const struct stayer *k = &t->who[j];
			bool false_gone = shuffled ? gone_when_shuffled(t, k, chance) : chance_unit(chance) < k->p_gone;
			gone += false_gone;
			core += false_gone && k->core;
		}
		as_far += fabs(core - gone * t->core_share) >= fabs(excess) - 1e-9;
	}
	return p_of(as_far);
}

enum err silence_nulls(const struct silence *s, struct warmth_silence_order *o)
{
	double excess = 0;
	uint64_t chance = s->x->seed ^ UINT64_C(0x51e4ce0bde12);
	for (size_t i = 0; i < s->count; i++)
		excess += s->risk[i].core ? s->risk[i].residual : 0;
	struct stayers t;
	TRY(p_like_of(s, excess, &chance, &o->p_like));
	TRY(stayers_of(s, &t));
	o->p_stays = p_nobody_leaves(&t, false, excess, &chance);
	o->p_shuffled = p_nobody_leaves(&t, true, excess, &chance);
	return ERR_OK;
}
