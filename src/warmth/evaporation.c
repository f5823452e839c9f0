/*
 * Evaporation: the core's weight times how likely each of it has gone.
 * Called by: answer.c. Owns: nothing. Not here: the law of coming and leaving (model/lifetime.h), the core (core.c).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define LAWS_DRAWN 50u
#define COINS_PER_LAW 8u
#define DRAWS (LAWS_DRAWN * COINS_PER_LAW)
#define TAIL 40u /* one of so many draws lies outside on each side: 2.5 % */

/* What was seen of the members before end_day. */
struct seen {
	int32_t end_day;
	struct model_lifetime *of_member; /* weight 0: not seen */
	struct model_lifetime *grouped;
	size_t grouped_count, members;
	uint64_t returns;
	struct model_lifetime_fit fit;
};

/* Who counts how much. */
struct weights {
	size_t *member;
	double *weight, *alive;
	size_t count;
	double sum;
};

/* ---- lives ---- */

static size_t first_from(const struct day_count *days, size_t count, int32_t day)
{
	size_t low = 0;
	while (low < count) {
		size_t middle = low + (count - low) / 2;
		if (days[middle].day < day)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* In stretches of WARMTH_STRETCH_DAYS; weight 0: not seen. */
static struct model_lifetime life_before(const struct member *m, int32_t end_day)
{
	struct model_lifetime life = { 0 };
	size_t end = first_from(m->days, m->day_count, end_day);
	size_t first = first_from(m->days, end, end_day - WARMTH_LIVES_DAYS);
	if (first == end || m->out.collective)
		return life;
	int32_t born = (end_day - 1 - m->days[first].day) / WARMTH_STRETCH_DAYS, at = born;
	for (size_t d = first + 1; d < end; d++) {
		int32_t stretch = (end_day - 1 - m->days[d].day) / WARMTH_STRETCH_DAYS;
		life.events += stretch != at;
		at = stretch;
	}
	life.last = born - at;
	life.age = born;
	life.weight = 1;
	return life;
}

static void look_at(const struct answering *x, int32_t end_day, struct seen *s)
{
	s->end_day = end_day;
	s->members = s->grouped_count = 0;
	s->returns = 0;
	for (size_t i = 0; i < x->member_count; i++) {
		s->of_member[i] = life_before(&x->members[i], end_day);
		s->returns += s->of_member[i].events;
		if (s->of_member[i].weight > 0)
			s->grouped[s->members++] = s->of_member[i];
	}
	s->grouped_count = model_lifetime_group(s->grouped, s->members);
}

/* near: a fit of nearly the same lives, or NULL. Without enough lives the verdict is TOO_FEW. */
static enum err fit_lives(const struct answering *x, enum model_lifetime_kind kind,
	const struct model_lifetime_law *near, struct seen *s, struct model_lifetime_fit *out)
{
	struct model_lifetime_fit fit = { .verdict = MODEL_LIFETIME_TOO_FEW };
	for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k++)
		fit.law.law[k] = NAN;
	if (s->members >= WARMTH_LIVES_MIN && s->returns >= WARMTH_RETURNS_MIN) {
		if (near)
			TRY(model_lifetime_fit(kind, s->grouped, s->grouped_count, near, x->a, &fit));
		/* A search that ended in a flat corner may have been led there. */
		if (fit.verdict != MODEL_LIFETIME_FITTED)
			TRY(model_lifetime_fit(kind, s->grouped, s->grouped_count, NULL, x->a, &fit));
	}
	*out = fit;
	return ERR_OK;
}

/* ---- weights ---- */

/* Of the core as core_of froze it, or as given. */
static enum err weights_of(const struct answering *x, const double *given, const struct seen *s, struct weights *w)
{
	struct warmth_core core = { 0 };
	w->count = 0;
	w->sum = 0;
	if (given == NULL) {
		int32_t from = s->end_day - WARMTH_THEN_DAYS, to = s->end_day - WARMTH_NOW_DAYS;
		TRY(core_of(x, from, to, &core));
	}
	for (size_t i = 0; i < (given ? x->member_count : core.count); i++) {
		size_t member = given ? i : core.who[i].person;
		double weight = given ? given[i] : (double)core.who[i].messages;
		if (!(weight > 0 && isfinite(weight)) || s->of_member[member].weight == 0)
			continue;
		w->member[w->count] = member;
		w->weight[w->count++] = weight;
		w->sum += weight;
	}
	return ERR_OK;
}

/* ---- E ---- */

static double share_gone(const struct model_lifetime_law *law, const struct seen *s, struct weights *w)
{
	double gone = 0;
	for (size_t i = 0; i < w->count; i++) {
		w->alive[i] = model_lifetime_alive(law, &s->of_member[w->member[i]]);
		gone += w->weight[i] * (1 - w->alive[i]);
	}
	return gone / w->sum;
}

static double chance_unit(uint64_t *state) { return ((double)(chance_next(state) >> 11) + .5) / 9007199254740992.0; }

/* Two standard normal numbers (Box and Muller 1958). */
static void chance_normal(uint64_t *state, double out[2])
{
	double far = sqrt(-2 * log(chance_unit(state))), turn = 2 * M_PI * chance_unit(state);
	out[0] = far * cos(turn);
	out[1] = far * sin(turn);
}

static void draw_law(const struct model_lifetime_law *around, double root[][MODEL_LIFETIME_LAWS], uint64_t *state,
	struct model_lifetime_law *out)
{
	double z[MODEL_LIFETIME_LAWS];
	for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k += 2)
		chance_normal(state, z + k);
	*out = *around;
	for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k++) {
		double away = 0;
		for (unsigned j = 0; j < MODEL_LIFETIME_LAWS; j++)
			away += root[k][j] * z[j];
		out->law[k] *= exp(away);
	}
}

static int less_first(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static enum err interval_of(
	const struct answering *x, const struct seen *s, struct weights *w, struct warmth_evaporation_at *e)
{
	double root[MODEL_LIFETIME_LAWS][MODEL_LIFETIME_LAWS], shares[DRAWS];
	uint64_t state = x->seed ^ (uint64_t)s->end_day;
	TRY(model_lifetime_spread(&s->fit, s->grouped, s->grouped_count, x->a, root));
	for (size_t draw = 0; draw < DRAWS; draw++) {
		struct model_lifetime_law law;
		if (draw % COINS_PER_LAW == 0) {
			draw_law(&s->fit.law, root, &state, &law);
			(void)share_gone(&law, s, w);
		}
		double gone = 0;
		for (size_t i = 0; i < w->count; i++)
			gone += chance_unit(&state) >= w->alive[i] ? w->weight[i] : 0;
		shares[draw] = gone / w->sum;
	}
	qsort(shares, DRAWS, sizeof *shares, less_first);
	e->low = fmin(e->share, shares[DRAWS / TAIL]);
	e->high = fmax(e->share, shares[DRAWS - 1 - DRAWS / TAIL]);
	return ERR_OK;
}

/* E at s->end_day; s->fit is made. */
static enum err evaporation_at(const struct answering *x, const double *given, const struct seen *s, struct weights *w,
	struct warmth_evaporation_at *out)
{
	struct warmth_evaporation_at e = { .at_us = s->end_day * US_PER_DAY, .share = NAN, .low = NAN, .high = NAN };
	TRY(weights_of(x, given, s, w));
	e.core = w->count;
	if (x->first_day > s->end_day - WARMTH_NOW_DAYS - WARMTH_EVAPORATION_CORE_DAYS)
		e.doubt = WARMTH_EVAPORATION_TOO_YOUNG;
	else if (w->count < WARMTH_EVAPORATION_CORE_MIN || !isfinite(w->sum))
		e.doubt = WARMTH_EVAPORATION_NO_CORE;
	else if (s->fit.verdict == MODEL_LIFETIME_TOO_FEW)
		e.doubt = WARMTH_EVAPORATION_TOO_FEW;
	else if (!model_lifetime_usable(s->fit.verdict))
		e.doubt = WARMTH_EVAPORATION_NO_FIT;
	if (e.doubt == WARMTH_EVAPORATION_SURE) {
		e.share = share_gone(&s->fit.law, s, w);
		TRY(interval_of(x, s, w, &e));
	}
	*out = e;
	return ERR_OK;
}

/* E by another model over the same weights; NaN without a fit. The MBG/NBD's law shows where to search: its a and b are
 * chances per event, the Pareto/NBD's s and beta hazards over time. */
static enum err beside(
	const struct answering *x, enum model_lifetime_kind kind, struct seen *s, struct weights *w, double *out_share)
{
	struct model_lifetime_law near = s->fit.law;
	struct model_lifetime_fit fit;
	near.kind = kind;
	if (kind == MODEL_LIFETIME_PARETO)
		near.law[3] *= near.law[1] / near.law[0];
	TRY(fit_lives(x, kind, &near, s, &fit));
	*out_share = model_lifetime_usable(fit.verdict) ? share_gone(&fit.law, s, w) : NAN;
	return ERR_OK;
}

/* ---- members ---- */

/* Messages in one of the stretches in which he talked. */
static double size_of(const struct member *m, const struct seen *s, const struct model_lifetime *life)
{
	uint64_t messages = 0;
	for (size_t d = first_from(m->days, m->day_count, s->end_day - WARMTH_LIVES_DAYS); d < m->day_count; d++)
		messages += m->days[d].day < s->end_day ? m->days[d].messages : 0;
	return (double)messages / (life->events + 1);
}

static enum err lives_of(const struct answering *x, const struct seen *s, const struct warmth_life **out)
{
	struct warmth_life *lives = arena_take_many(x->a, x->member_count + 1, sizeof *lives);
	if (lives == NULL)
		return ERR_MEMORY;
	const double *law = s->fit.law.law;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct model_lifetime *l = &s->of_member[i];
		bool known = l->weight > 0 && model_lifetime_usable(s->fit.verdict);
		lives[i].alive = known ? model_lifetime_alive(&s->fit.law, l) : NAN;
		lives[i].pace = known ? (law[0] + l->events) / (law[1] + l->age) : NAN;
		lives[i].size = known ? size_of(&x->members[i], s, l) : NAN;
	}
	*out = lives;
	return ERR_OK;
}

static enum err room_of(const struct answering *x, struct seen *s, struct weights *w)
{
	size_t n = x->member_count + 1;
	s->of_member = arena_take_many(x->a, n, sizeof *s->of_member);
	s->grouped = arena_take_many(x->a, n, sizeof *s->grouped);
	w->member = arena_take_many(x->a, n, sizeof *w->member);
	w->weight = arena_take_many(x->a, n, sizeof *w->weight);
	w->alive = arena_take_many(x->a, n, sizeof *w->alive);
	return s->of_member && s->grouped && w->member && w->weight && w->alive ? ERR_OK : ERR_MEMORY;
}

struct warmth_evaporation evaporation_unknown(void)
{
	struct warmth_evaporation e = { .now = { 0, WARMTH_EVAPORATION_TOO_YOUNG, 0, NAN, NAN, NAN },
		.bg = NAN,
		.pareto = NAN,
		.verdict = MODEL_LIFETIME_TOO_FEW };
	for (unsigned k = 0; k < MODEL_LIFETIME_LAWS; k++)
		e.law.law[k] = NAN;
	return e;
}

enum err evaporation_of(const struct answering *x, const struct evaporation_ask *ask, struct warmth_evaporation *out)
{
	struct warmth_evaporation e = evaporation_unknown();
	struct seen s = { 0 };
	struct weights w = { 0 };
	size_t steps = ask->steps < WARMTH_EVAPORATION_STEPS_MAX ? ask->steps : WARMTH_EVAPORATION_STEPS_MAX;
	struct warmth_evaporation_at *before = arena_take_many(x->a, steps + 1, sizeof *before);
	if (before == NULL)
		return ERR_MEMORY;
	TRY(room_of(x, &s, &w));
	/* Oldest first: each search starts where the one before ended, so nothing flows back from the future. */
	for (size_t step = steps + 1; step-- > 0;) {
		struct model_lifetime_law near = s.fit.law;
		bool warm = step < steps && s.fit.verdict == MODEL_LIFETIME_FITTED;
		look_at(x, x->end_day - (int32_t)step * WARMTH_EVAPORATION_STEP_DAYS, &s);
		TRY(fit_lives(x, MODEL_LIFETIME_MBG, warm ? &near : NULL, &s, &s.fit));
		TRY(evaporation_at(
			x, ask->weights ? ask->weights[step] : NULL, &s, &w, step ? &before[step - 1] : &e.now));
	}
	if (ask->beside && e.now.doubt == WARMTH_EVAPORATION_SURE) {
		TRY(beside(x, MODEL_LIFETIME_BG, &s, &w, &e.bg));
		TRY(beside(x, MODEL_LIFETIME_PARETO, &s, &w, &e.pareto));
	}
	e.before = before;
	e.before_count = steps;
	e.verdict = s.fit.verdict;
	e.law = s.fit.law;
	e.members = s.members;
	TRY(lives_of(x, &s, &e.lives));
	*out = e;
	return ERR_OK;
}
