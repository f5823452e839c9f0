/*
 * Contagion: see contagion.h.
 * Called by: answer.c. Owns: nothing. Not here: who left when (departure.c), who is tied to whom (ties.c,
 * tie_loss.c), the ratio itself (model/hazard.h).
 */
#include <math.h>

#include "warmth/contagion_private.h"

#define WEEK CONTAGION_WEEK_DAYS
#define RATE_DAYS 84
/* Days spoken on, of 84, from which a class begins. */
static const uint32_t CLASS_FROM[CONTAGION_CLASSES] = { 0, 1, 4, 8, 16, 32, 56 };

static uint32_t stratum_of(uint32_t week, uint32_t days)
{
	uint32_t class = CONTAGION_CLASSES - 1;
	while (days < CLASS_FROM[class])
		class--;
	return week * CONTAGION_CLASSES + class;
}

/* ---- who is at risk in which week, among whom ---- */

static int32_t floor_weeks(int32_t days) { return days >= 0 ? days / WEEK : -((-days + WEEK - 1) / WEEK); }

/* False: never at risk. */
static bool weeks_at_risk(const struct contagion *c, const struct watched *r, struct at_risk_weeks *out)
{
	int32_t first = -floor_weeks(c->base_day - r->entry_day);
	int32_t last_spoken = floor_weeks(r->last_day - c->base_day),
		last_known = floor_weeks(r->known_day - c->base_day) - 1;
	int32_t last = last_spoken < last_known ? last_spoken : last_known;
	first = first < 0 ? 0 : first;
	last = last < (int32_t)c->weeks ? last : (int32_t)c->weeks - 1;
	if (last < first)
		return false;
	*out = (struct at_risk_weeks){ .first = (uint32_t)first, .count = (uint32_t)(last - first) + 1,
		.left = r->left && last == last_spoken };
	return true;
}

/* Two fingers along his days. */
static void strata_fill(const struct contagion *c, const struct member *m, const struct at_risk_weeks *k)
{
	size_t from = 0, to = 0;
	for (uint32_t i = 0; i < k->count; i++) {
		int32_t begin = c->base_day + (int32_t)(k->first + i) * WEEK;
		while (to < m->day_count && m->days[to].day < begin)
			to++;
		while (from < to && m->days[from].day < begin - RATE_DAYS)
			from++;
		k->stratum[i] = (uint16_t)stratum_of(k->first + i, (uint32_t)(to - from));
	}
}

static enum err risk_of(struct contagion *c)
{
	const struct answering *x = c->x;
	uint32_t weeks = (uint32_t)(x->end_day - x->first_day) / WEEK;
	c->weeks = weeks < WARMTH_CONTAGION_WEEKS_MAX ? weeks : WARMTH_CONTAGION_WEEKS_MAX;
	c->base_day = x->end_day - (int32_t)c->weeks * WEEK;
	c->risk = arena_take_many(x->a, c->regulars->count + 1, sizeof *c->risk);
	if (c->risk == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < c->regulars->count; i++) {
		const struct watched *r = &c->regulars->who[i];
		struct at_risk_weeks *k = &c->risk[i];
		if (!weeks_at_risk(c, r, k))
			continue;
		k->stratum = arena_take_many(x->a, k->count, sizeof *k->stratum);
		k->lost = arena_take_many(x->a, k->count, sizeof *k->lost);
		if (k->stratum == NULL || k->lost == NULL)
			return ERR_MEMORY;
		strata_fill(c, &x->members[r->member], k);
		c->gone += k->left;
	}
	return ERR_OK;
}

/* ---- the comparison ---- */

static enum err strata_of(struct contagion *c, struct model_hazard_stratum **out)
{
	size_t n = (size_t)c->weeks * CONTAGION_CLASSES;
	struct model_hazard_stratum *s = arena_take_many(c->x->a, n + 1, sizeof *s);
	if (s == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < c->regulars->count; i++) {
		const struct at_risk_weeks *k = &c->risk[i];
		for (uint32_t w = 0; w < k->count; w++) {
			bool event = k->left && w + 1 == k->count;
			struct model_hazard_stratum *at = &s[k->stratum[w]];
			*(k->lost[w] ? &at->with : &at->without) += 1;
			*(k->lost[w] ? &at->with_events : &at->without_events) += event;
		}
	}
	*out = s;
	return ERR_OK;
}

/* One draw: everybody's losses moved along his own circle; the score as model_hazard_strata has it. */
static double score_shifted(const struct contagion *c, const struct model_hazard_stratum *s, uint32_t *with,
	uint64_t *chance)
{
	size_t n = (size_t)c->weeks * CONTAGION_CLASSES;
	double excess = 0, variance = 0;
	memset(with, 0, n * sizeof *with);
	for (size_t i = 0; i < c->regulars->count; i++) {
		const struct at_risk_weeks *k = &c->risk[i];
		if (k->losses == 0)
			continue;
		size_t shift = chance_below(chance, k->count);
		for (uint32_t w = k->first_loss, left = k->losses; left > 0; w++) {
			if (!k->lost[w])
				continue;
			size_t to = w + shift < k->count ? w + shift : w + shift - k->count;
			with[k->stratum[to]]++;
			excess += k->left && to + 1 == k->count;
			left--;
		}
	}
	for (size_t i = 0; i < n; i++) {
		double d = s[i].with_events + s[i].without_events, all = (double)s[i].with + s[i].without;
		if (d == 0 || with[i] == 0)
			continue;
		excess -= d * with[i] / all;
		variance += all > 1 ? d * with[i] * (all - with[i]) * (all - d) / (all * all * (all - 1)) : 0;
	}
	return variance > 0 ? excess / sqrt(variance) : 0;
}

static enum err p_shifted_of(
	const struct contagion *c, const struct model_hazard_stratum *s, double score, double *out_p)
{
	uint32_t *with = arena_take_many(c->x->a, (size_t)c->weeks * CONTAGION_CLASSES + 1, sizeof *with);
	if (with == NULL)
		return ERR_MEMORY;
	uint64_t chance = c->x->seed ^ UINT64_C(0xc0117a910);
	size_t as_far = 0;
	for (size_t i = 0; i < WARMTH_CONTAGION_DRAWS; i++)
		as_far += score_shifted(c, s, with, &chance) >= score - 1e-9;
	*out_p = (double)(as_far + 1) / (WARMTH_CONTAGION_DRAWS + 1.);
	return ERR_OK;
}

static enum err compare(struct contagion *c, struct warmth_contagion *o)
{
	struct model_hazard_stratum *s;
	TRY(strata_of(c, &s));
	struct model_hazard_ratio r = model_hazard_strata(s, (size_t)c->weeks * CONTAGION_CLASSES);
	o->followed = r.with_events;
	o->expected = r.known ? r.expected : 0;
	if (!r.known || r.expected < WARMTH_CONTAGION_EXPECTED_MIN) {
		o->doubt = WARMTH_CONTAGION_FEW_LOSSES;
		return ERR_OK;
	}
	TRY(p_shifted_of(c, s, r.score, &o->p_shifted));
	o->ratio = r.b;
	o->low = r.low;
	o->high = r.high;
	if (r.low <= 0 && r.high >= 0 && r.high - r.low > WARMTH_CONTAGION_WIDTH_MOST)
		o->doubt = WARMTH_CONTAGION_TOO_WIDE;
	else
		o->word = r.low > 0 && o->p_shifted < .05 ? WARMTH_CONTAGION_SEEN : WARMTH_CONTAGION_NOT_SEEN;
	return ERR_OK;
}

enum err contagion_of(const struct answering *x, const struct regulars *regulars, struct warmth_contagion *out)
{
	struct warmth_contagion o = { .expected = NAN, .ratio = NAN, .low = NAN, .high = NAN, .p_shifted = NAN };
	struct contagion c = { .x = x, .regulars = regulars };
	TRY(risk_of(&c));
	o.gone = c.gone;
	if (c.gone < WARMTH_CONTAGION_EVENTS_MIN) {
		o.doubt = WARMTH_CONTAGION_FEW_GONE;
	} else if (x->w->ties.lost > 0) {
		o.doubt = WARMTH_CONTAGION_TIES_LOST;
	} else {
		TRY(losses_of(&c));
		TRY(compare(&c, &o));
	}
	*out = o;
	return ERR_OK;
}
