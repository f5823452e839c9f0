/*
 * The six failings: from parts to levels, their intervals, signs and evidence (docs/failings.md has the formulas).
 * Called by: answer.c. Owns: nothing; what it answers is in the answer. Not here: parts (failings_part.c), the crowd
 * (failings_crowd.c), words for people (report).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/failings_private.h"

#define DRAWS 299u
#define LOW_QUANTILE .05
#define HIGH_QUANTILE .95
#define SIGN_LEVEL .5
#define SIGN_LOW .25
#define MISSED_WEIGHT .75 /* of the owner's own weeks; the rest: newcomers, whom others may greet as well */

struct failing_levels {
	double level[WARMTH_FAILINGS]; /* NaN: unknown */
};

struct failing_work {
	const struct answering *x;
	struct warmth_failings *out;
	struct failing_owner owner;
	struct tie_list ties;
	struct failing_window now, past;
	struct failing_crowd crowd, crowd_past;
	struct warmth_part scale[WARMTH_PARTS];
	double draw[DRAWS];
};

static double mean_known(double a, double b) { return isnan(a) ? b : isnan(b) ? a : (a + b) / 2; }

static double part_level(const struct failing_work *f, enum warmth_part_kind kind, const struct failing_sums *s)
{
	return warmth_part_level(&f->scale[kind], part_value(kind, s));
}

static struct failing_levels levels_of(const struct failing_work *f, const struct failing_sums *s)
{
	struct failing_levels l;
	double missed = part_level(f, WARMTH_PART_WEEKS_MISSED, s), unwelcomed = part_level(f, WARMTH_PART_UNWELCOMED, s);
	l.level[WARMTH_NO_PERSISTENCE] =
		isnan(unwelcomed) ? missed : MISSED_WEIGHT * missed + (1 - MISSED_WEIGHT) * unwelcomed;
	l.level[WARMTH_SELF_INTEREST] = part_level(f, WARMTH_PART_SELLING, s);
	double ego = mean_known(part_level(f, WARMTH_PART_LAST_WORD, s), part_level(f, WARMTH_PART_HUSHED, s));
	double removed = part_level(f, WARMTH_PART_REMOVED, s);
	l.level[WARMTH_EGO] = isnan(removed) ? ego : 1 - (1 - ego) * (1 - removed);
	l.level[WARMTH_NOT_GIVING] =
		mean_known(part_level(f, WARMTH_PART_TAKES, s), part_level(f, WARMTH_PART_OPENS, s));
	l.level[WARMTH_POOR_ACTIVITIES] = part_level(f, WARMTH_PART_UNHEARD, s);
	l.level[WARMTH_MIXED_CROWD] = NAN;
	return l;
}

static double crowd_level(const struct failing_work *f, double unlike, double camps)
{
	return mean_known(warmth_part_level(&f->scale[WARMTH_PART_UNLIKE], unlike),
		warmth_part_level(&f->scale[WARMTH_PART_CAMPS], camps));
}

static struct failing_sums sum_of(const struct failing_window *window)
{
	struct failing_sums s = { .speakers = window->speakers };
	for (size_t i = 0; i < window->week_count; i++)
		failing_sums_add(&s, &window->week[i]);
	return s;
}

static int less(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* draws: of the level, unknown ones left out; sorts them. */
static void interval_of(struct warmth_failing *g, double *draws, size_t n)
{
	size_t below = 0;
	if (n == 0)
		return;
	qsort(draws, n, sizeof *draws, less);
	for (size_t i = 0; i < n; i++)
		below += draws[i] < SIGN_LEVEL;
	g->low = fmin(g->level, draws[(size_t)(LOW_QUANTILE * (double)(n - 1))]);
	g->high = fmax(g->level, draws[(size_t)(HIGH_QUANTILE * (double)(n - 1) + .5)]);
	g->p = ((double)below + 1) / ((double)n + 1);
	g->sign = g->low >= SIGN_LEVEL ? WARMTH_SIGN_CLEAR :
		g->level >= SIGN_LEVEL && g->low >= SIGN_LOW ? WARMTH_SIGN_SOME : WARMTH_SIGN_NONE;
}

/* Weeks drawn with replacement: all that happened in one stays together. */
static void draw_weeks(struct failing_work *f, enum warmth_failing_kind kind)
{
	struct warmth_failing *g = &f->out->of[kind];
	uint64_t chance = f->x->seed ^ UINT64_C(0x6661696c) ^ (uint64_t)kind;
	size_t n = 0;
	for (size_t i = 0; i < DRAWS; i++) {
		struct failing_sums s = { .speakers = f->now.speakers };
		for (size_t k = 0; k < f->now.week_count; k++)
			failing_sums_add(&s, &f->now.week[chance_below(&chance, f->now.week_count)]);
		double level = levels_of(f, &s).level[kind];
		if (!isnan(level))
			f->draw[n++] = level;
	}
	interval_of(g, f->draw, n);
}

static void draw_crowd(struct failing_work *f)
{
	size_t n = 0;
	for (size_t i = 0; i < CROWD_DRAWS; i++) {
		double level = crowd_level(f, f->crowd.unlike_draw[i], f->crowd.camps_draw[i]);
		if (!isnan(level))
			f->draw[n++] = level;
	}
	interval_of(&f->out->of[WARMTH_MIXED_CROWD], f->draw, n);
}

/* ---- evidence ---- */

static int latest_first(const void *left, const void *right)
{
	const struct warmth_evidence *a = left, *b = right;
	return a->at_us != b->at_us ? (a->at_us < b->at_us ? 1 : -1) : (a->ref < b->ref) - (a->ref > b->ref);
}

static void evidence_add(const struct failing_work *f, struct warmth_failing *g, struct warmth_evidence e)
{
	struct warmth_evidence *last = &g->evidence[WARMTH_FAILING_EVIDENCE - 1];
	if (e.ref == 0 || day_of(e.at_us) < f->now.from_day || e.at_us > f->x->at_us)
		return;
	if (g->evidence_count < WARMTH_FAILING_EVIDENCE)
		g->evidence[g->evidence_count++] = e;
	else if (latest_first(last, &e) > 0)
		*last = e;
	qsort(g->evidence, g->evidence_count, sizeof *g->evidence, latest_first);
}

static void evidence_of_owner(struct failing_work *f, const struct conduct *c)
{
	static const enum warmth_failing_kind of[CONDUCT_EVIDENCE_KINDS] = { [EVIDENCE_SELLING] = WARMTH_SELF_INTEREST,
		[EVIDENCE_LAST_WORD] = WARMTH_EGO,
		[EVIDENCE_PASSED_BY] = WARMTH_NOT_GIVING,
		[EVIDENCE_WEAK_CALL] = WARMTH_POOR_ACTIVITIES };
	for (size_t k = 0; k < CONDUCT_EVIDENCE_KINDS; k++)
		for (size_t i = 0; c->evidence[k] && i < c->evidence[k]->count && i < CONDUCT_EVIDENCE_KEPT; i++)
			evidence_add(f, &f->out->of[of[k]], c->evidence[k]->kept[i]);
	enum conduct_evidence_kind kind;
	const struct conduct_turn *t = &c->turn;
	if (t->there && f->x->at_us - t->last_us >= CONDUCT_ANSWER_US && conduct_turn_shows(t, t->ended, &kind))
		evidence_add(f, &f->out->of[of[kind]], (struct warmth_evidence){ t->ref, t->last_us });
	evidence_add(f, &f->out->of[WARMTH_NO_PERSISTENCE], c->latest);
}

static void evidence_of(struct failing_work *f)
{
	const struct answering *x = f->x;
	for (const struct person *p = x->w->people; p; p = p->next) {
		const struct conduct *c = p->conduct;
		if (c == NULL)
			continue;
		if (f->owner.is_owner[p->index])
			evidence_of_owner(f, c);
		else if (p->messages > 0 && !f->owner.welcomed[x->member_at[p->index]] &&
			p->first_us == x->members[x->member_at[p->index]].out.first_us &&
			day_of(p->first_us) - x->first_day >= CONDUCT_EARLY_DAYS)
			evidence_add(f, &f->out->of[WARMTH_NO_PERSISTENCE], c->first);
	}
	struct warmth_failing *crowd = &f->out->of[WARMTH_MIXED_CROWD];
	for (size_t i = 0; i < f->crowd.evidence_count; i++)
		evidence_add(f, crowd, f->crowd.evidence[i]);
}

/* ---- put together ---- */

static void unknown_all(struct warmth_failings *out, enum warmth_failing_doubt doubt)
{
	*out = (struct warmth_failings){ .owner_share = NAN, .turn_entropy = NAN, .repeated_share = NAN };
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		out->of[i] = (struct warmth_failing){
			.doubt = doubt, .level = NAN, .low = NAN, .high = NAN, .p = NAN, .past = NAN
		};
	for (size_t i = 0; i < WARMTH_PARTS; i++)
		out->part[i] = (struct warmth_part){ NAN, NAN, NAN, NAN };
}

static void parts_of(struct failing_work *f, const struct failing_sums *now, const struct failing_sums *past)
{
	for (size_t k = 0; k < WARMTH_PARTS; k++) {
		f->scale[k].now = part_value((enum warmth_part_kind)k, now);
		f->scale[k].past = past ? part_value((enum warmth_part_kind)k, past) : NAN;
	}
	f->scale[WARMTH_PART_UNLIKE].now = f->crowd.unlike;
	f->scale[WARMTH_PART_UNLIKE].past = f->crowd_past.unlike;
	f->scale[WARMTH_PART_CAMPS].now = f->crowd.camps;
	f->scale[WARMTH_PART_CAMPS].past = f->crowd_past.camps;
	memcpy(f->out->part, f->scale, sizeof f->scale);
}

static enum warmth_failing_doubt doubt_of(
	const struct failing_work *f, enum warmth_failing_kind kind, const struct failing_sums *now)
{
	bool read = 2 * now->owner[COUNT_READ] >= now->owner[COUNT_MESSAGES];
	if ((kind == WARMTH_SELF_INTEREST || kind == WARMTH_POOR_ACTIVITIES) && !read)
		return WARMTH_FAILING_NO_TEXT;
	return kind == WARMTH_POOR_ACTIVITIES && now->owner[COUNT_CALLS] == 0 ? WARMTH_FAILING_NO_CALLS :
		WARMTH_FAILING_TOO_FEW;
}

static void beside_of(struct failing_work *f, const struct failing_sums *s)
{
	double own = 0, other = 0;
	for (size_t k = 0; k < CONDUCT_TURN_KINDS; k++) {
		own += s->owner[COUNT_TURNS + k];
		other += s->others[COUNT_TURNS + k];
	}
	f->out->owner_share = own + other > 0 ? own / (own + other) : NAN;
	f->out->repeated_share =
		s->owner[COUNT_READ] > 0 ? s->owner[COUNT_REPEATED] / s->owner[COUNT_READ] : NAN;
	f->out->speakers = (size_t)f->now.speakers;
}

static void answer_all(struct failing_work *f, bool has_past)
{
	struct failing_sums now = sum_of(&f->now), past = sum_of(&f->past);
	parts_of(f, &now, has_past ? &past : NULL);
	struct failing_levels levels = levels_of(f, &now), before = levels_of(f, &past);
	levels.level[WARMTH_MIXED_CROWD] = crowd_level(f, f->crowd.unlike, f->crowd.camps);
	before.level[WARMTH_MIXED_CROWD] = crowd_level(f, f->crowd_past.unlike, f->crowd_past.camps);
	for (size_t k = 0; k < WARMTH_FAILINGS; k++) {
		struct warmth_failing *g = &f->out->of[k];
		g->level = levels.level[k];
		g->past = has_past ? before.level[k] : NAN;
		if (isnan(g->level))
			g->doubt = doubt_of(f, (enum warmth_failing_kind)k, &now);
		else if (k == WARMTH_MIXED_CROWD)
			draw_crowd(f);
		else
			draw_weeks(f, (enum warmth_failing_kind)k);
	}
	beside_of(f, &now);
}

/* Whole weeks of the past that the log covers. */
static size_t past_weeks(const struct answering *x, int32_t from_day)
{
	int32_t weeks = (from_day - x->first_day) / 7;
	return weeks < WARMTH_FAILING_WEEKS ? 0 :
		weeks > WARMTH_FAILING_PAST_WEEKS ? WARMTH_FAILING_PAST_WEEKS : (size_t)weeks;
}

enum err failings_of(const struct answering *x, struct warmth_failings *out)
{
	unknown_all(out, WARMTH_FAILING_NO_OWNER);
	if (x->ask->owner_count == 0 || x->member_count == 0)
		return ERR_OK;
	struct failing_work *f = ARENA_NEW(x->a, struct failing_work);
	if (f == NULL)
		return ERR_MEMORY;
	*f = (struct failing_work){ .x = x, .out = out };
	TRY(failing_owner_find(x, &f->owner));
	if (!f->owner.there)
		return ERR_OK;
	failing_window_fill(x, &f->owner, x->end_day, WARMTH_FAILING_WEEKS, &f->now);
	if (f->now.from_day < x->first_day) {
		unknown_all(out, WARMTH_FAILING_TOO_YOUNG);
		return ERR_OK;
	}
	size_t before = past_weeks(x, f->now.from_day);
	failing_window_fill(x, &f->owner, f->now.from_day, before, &f->past);
	for (size_t k = 0; k < WARMTH_PARTS; k++)
		part_scale((enum warmth_part_kind)k, f->now.speakers, &f->scale[k]);
	unknown_all(out, WARMTH_FAILING_SURE);
	TRY(ties_of(x, &f->ties));
	TRY(failing_crowd_of(x, &f->owner, &f->ties, &f->now, CROWD_DRAWS, &f->crowd));
	f->crowd_past = (struct failing_crowd){ .unlike = NAN, .camps = NAN };
	if (before)
		TRY(failing_crowd_of(x, &f->owner, &f->ties, &f->past, 0, &f->crowd_past));
	answer_all(f, before > 0);
	evidence_of(f);
	return failing_turn_entropy(x, &f->now, &out->turn_entropy);
}
