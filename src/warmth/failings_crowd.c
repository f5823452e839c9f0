/*
 * Whether the crowd hangs together, the owner left out: by what its members talk about (profiles of words) and by who
 * talks with whom (ties).
 * Called by: failings.c. Owns: nothing. Not here: collecting (conduct_words.c, ties.c), modularity itself.
 *
 * Words: two members' profiles are compared between even and odd days, and so is each member's with his own. The
 * ratio takes away what short profiles and long words would do to any similarity: 1 says that two members have as
 * much in common as one member with himself, 0 nothing. Ties: modularity minus its mean over graphs with the same
 * degrees by chance.
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/failings_private.h"

#define CROWD_MIN 6u
#define WINDOW_MESSAGES_MIN 8u
#define PROFILE_WORDS_MIN 30u
#define TIED_ANSWERS_MIN 60. /* between regulars; fewer say nothing about camps */
#define SELF_MIN .1          /* a mean self-similarity below is all noise */
#define CHANCE_GRAPHS 10u
#define QUARTERS 4.

struct talker {
	size_t member;
	uint64_t messages;
	double sketch[2][CONDUCT_PROFILE_BUCKETS];
	uint32_t words[2];
	struct warmth_evidence latest;
};
struct crowd {
	struct talker *who;
	size_t count;
	double alike[CROWD_MAX][CROWD_MAX]; /* cosine of i's even with j's odd days */
	size_t read[CROWD_MAX], read_count; /* those with profiles, in who */
	double weights[CROWD_MAX * CROWD_MAX], answers;
};

static int more_first(const void *left, const void *right)
{
	const struct talker *a = left, *b = right;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return (a->member > b->member) - (a->member < b->member);
}

static enum err talkers_of(
	const struct answering *x, const struct failing_owner *o, const struct failing_window *window, struct crowd *out)
{
	struct talker *who = arena_take_many(x->a, x->member_count + 1, sizeof *who);
	size_t count = 0;
	if (who == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct member *m = &x->members[i];
		uint64_t messages = 0;
		for (size_t d = m->day_count; d-- > 0 && m->days[d].day >= window->from_day;)
			messages += m->days[d].day < window->end_day ? m->days[d].messages : 0;
		if (messages >= WINDOW_MESSAGES_MIN && !m->out.collective && !o->is_owner[m->root])
			who[count++] = (struct talker){ .member = i, .messages = messages };
	}
	qsort(who, count, sizeof *who, more_first);
	out->who = who;
	out->count = count < CROWD_MAX ? count : CROWD_MAX;
	return ERR_OK;
}

static void profile_add(struct talker *r, const struct conduct *c, int32_t from_bin, int32_t end_bin)
{
	if (c->latest.at_us > r->latest.at_us)
		r->latest = c->latest;
	for (const struct conduct_profile *p = c->profile; p && p->bin >= from_bin; p = p->before)
		for (size_t half = 0; p->bin < end_bin && half < 2; half++) {
			r->words[half] += p->words[half];
			for (size_t i = 0; i < CONDUCT_PROFILE_BUCKETS; i++)
				r->sketch[half][i] += p->sketch[half][i];
		}
}

static double cosine(const double *a, const double *b)
{
	double ab = 0, aa = 0, bb = 0;
	for (size_t i = 0; i < CONDUCT_PROFILE_BUCKETS; i++) {
		ab += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static enum err profiles_of(const struct answering *x, struct crowd *c, int32_t from_bin, int32_t end_bin)
{
	size_t *place = arena_take_many(x->a, x->member_count + 1, sizeof *place);
	if (place == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < c->count; i++)
		place[c->who[i].member] = i + 1;
	for (const struct person *p = x->w->people; p; p = p->next) {
		size_t member = x->member_at[p->index];
		if (p->conduct && member != WARMTH_NO_MEMBER && place[member])
			profile_add(&c->who[place[member] - 1], p->conduct, from_bin, end_bin);
	}
	for (size_t i = 0; i < c->count; i++)
		if (c->who[i].words[0] >= PROFILE_WORDS_MIN && c->who[i].words[1] >= PROFILE_WORDS_MIN)
			c->read[c->read_count++] = i;
	for (size_t i = 0; i < c->read_count; i++)
		for (size_t j = 0; j < c->read_count; j++)
			c->alike[i][j] = cosine(c->who[c->read[i]].sketch[0], c->who[c->read[j]].sketch[1]);
	return ERR_OK;
}

/* drawn: which of the read ones, each as often as drawn. */
static double unlike_of(const struct crowd *c, const size_t *drawn)
{
	double between = 0, self = 0, pairs = 0;
	for (size_t i = 0; i < c->read_count; i++) {
		self += c->alike[drawn[i]][drawn[i]];
		for (size_t j = 0; j < c->read_count; j++) {
			between += drawn[i] != drawn[j] ? c->alike[drawn[i]][drawn[j]] : 0;
			pairs += drawn[i] != drawn[j];
		}
	}
	self /= (double)c->read_count;
	if (self < SELF_MIN || pairs == 0)
		return NAN;
	double ratio = between / pairs / self;
	return 1 - (ratio < 0 ? 0 : ratio > 1 ? 1 : ratio);
}

static enum err weights_of(const struct answering *x, const struct tie_list *ties, struct crowd *c, int32_t from_bin,
	int32_t end_bin)
{
	size_t *place = arena_take_many(x->a, x->member_count + 1, sizeof *place);
	if (place == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < c->count; i++)
		place[c->who[i].member] = i + 1;
	for (size_t i = 0; i < ties->count; i++) {
		const struct tie_edge *e = &ties->edges[i];
		size_t a = place[e->from], b = place[e->to];
		if (a == 0 || b == 0 || e->bin < from_bin || e->bin >= end_bin)
			continue;
		c->weights[(a - 1) * c->count + b - 1] += e->quarters / QUARTERS;
		c->weights[(b - 1) * c->count + a - 1] += e->quarters / QUARTERS;
		c->answers += e->quarters / QUARTERS;
	}
	return ERR_OK;
}

static void camps_of(struct crowd *c, uint64_t *chance, size_t draws, struct failing_crowd *out)
{
	double drawn[CROWD_MAX * CROWD_MAX], by_chance = 0;
	uint8_t camp[CROWD_MAX];
	if (c->count < CROWD_MIN || c->answers < TIED_ANSWERS_MIN)
		return;
	for (size_t i = 0; i < CHANCE_GRAPHS; i++) {
		modularity_draw(c->weights, c->count, true, chance, drawn);
		by_chance += modularity_best(drawn, c->count, camp) / CHANCE_GRAPHS;
	}
	for (size_t i = 0; i < draws; i++) {
		modularity_draw(c->weights, c->count, false, chance, drawn);
		out->camps_draw[i] = modularity_best(drawn, c->count, camp) - by_chance;
	}
	out->camps = modularity_best(c->weights, c->count, camp) - by_chance;
	/* One of each camp, the most talkative: his latest message, to see what they talk about. */
	for (size_t i = 0; i < c->count && out->evidence_count < WARMTH_FAILING_EVIDENCE; i++) {
		bool seen = false;
		for (size_t j = 0; j < i; j++)
			seen |= camp[j] == camp[i];
		if (!seen && c->who[i].latest.ref != 0)
			out->evidence[out->evidence_count++] = c->who[i].latest;
	}
}

enum err failing_crowd_of(const struct answering *x, const struct failing_owner *o, const struct tie_list *ties,
	const struct failing_window *window, size_t draws, struct failing_crowd *out)
{
	struct crowd *c = ARENA_NEW(x->a, struct crowd);
	struct failing_crowd f = { .unlike = NAN, .camps = NAN };
	uint64_t chance = x->seed ^ UINT64_C(0x63726f7764);
	/* Bins are of 28 days from 1970 on: those that touch the window, except one that began long before it. */
	int32_t from_bin = (window->from_day + WARMTH_TIE_BIN_DAYS / 2) / WARMTH_TIE_BIN_DAYS;
	int32_t end_bin = (window->end_day + WARMTH_TIE_BIN_DAYS / 2) / WARMTH_TIE_BIN_DAYS;
	if (c == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < CROWD_DRAWS; i++)
		f.unlike_draw[i] = f.camps_draw[i] = NAN;
	TRY(talkers_of(x, o, window, c));
	TRY(profiles_of(x, c, from_bin, end_bin));
	TRY(weights_of(x, ties, c, from_bin, end_bin));
	camps_of(c, &chance, draws, &f);
	f.read = c->read_count > 0;
	if (c->read_count >= CROWD_MIN) {
		size_t drawn[CROWD_MAX];
		for (size_t i = 0; i < c->read_count; i++)
			drawn[i] = i;
		f.unlike = unlike_of(c, drawn);
		for (size_t k = 0; k < draws; k++) {
			for (size_t i = 0; i < c->read_count; i++)
				drawn[i] = chance_below(&chance, c->read_count);
			f.unlike_draw[k] = unlike_of(c, drawn);
		}
	}
	*out = f;
	return ERR_OK;
}
