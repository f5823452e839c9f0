/*
 * Who had just lost a tie in which week (what a tie is here is in contagion.h).
 * Called by: contagion.c. Owns: nothing. Not here: what follows from it.
 */
#include <stdlib.h>

#include "warmth/contagion_private.h"

#define NO_REGULAR UINT32_MAX

/* What one regular exchanged with another in the half year until that one left. */
struct share {
	uint32_t leaver, partner, quarters; /* indices in regulars */
};
struct sharing {
	struct contagion *c;
	uint32_t *regular_at;   /* of each member, or NO_REGULAR */
	uint32_t *totals;       /* quarters of each regular and bin, with anybody */
	int32_t first_bin;
	size_t bins;
	struct share *shares;
	size_t count, room;
};

static int32_t leave_bin(const struct watched *r) { return r->last_day / WARMTH_TIE_BIN_DAYS; }

static bool counts_for(const struct contagion *c, const struct watched *leaver, int32_t bin)
{
	int32_t last = leave_bin(leaver);
	return leaver->left && leaver->last_day >= c->base_day - WARMTH_CONTAGION_WITHIN_DAYS && bin <= last &&
		bin > last - WARMTH_CONTAGION_TIE_BINS;
}

static enum err sharing_begin(struct contagion *c, struct sharing *s)
{
	const struct answering *x = c->x;
	int32_t reach = WARMTH_CONTAGION_WITHIN_DAYS + WARMTH_CONTAGION_TIE_BINS * WARMTH_TIE_BIN_DAYS;
	*s = (struct sharing){ .c = c, .first_bin = (c->base_day - reach) / WARMTH_TIE_BIN_DAYS };
	s->bins = (size_t)(x->end_day / WARMTH_TIE_BIN_DAYS - s->first_bin) + 1;
	s->regular_at = arena_take_many(x->a, x->member_count + 1, sizeof *s->regular_at);
	s->totals = arena_take_many(x->a, c->regulars->count + 1, s->bins * sizeof *s->totals);
	if (s->regular_at == NULL || s->totals == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < x->member_count; i++)
		s->regular_at[i] = NO_REGULAR;
	for (size_t i = 0; i < c->regulars->count; i++)
		s->regular_at[c->regulars->who[i].member] = (uint32_t)i;
	return ERR_OK;
}

/* An edge counts for both ends, and between two regulars for the one who left (or both). */
static void edge_share(struct sharing *s, const struct tie_edge *e)
{
	const uint32_t ends[2] = { s->regular_at[e->from], s->regular_at[e->to] };
	size_t bin = (size_t)(e->bin - s->first_bin);
	for (size_t i = 0; i < 2; i++) {
		if (ends[i] == NO_REGULAR)
			continue;
		if (e->bin >= s->first_bin && bin < s->bins)
			s->totals[ends[i] * s->bins + bin] += e->quarters;
		if (ends[1 - i] == NO_REGULAR || !counts_for(s->c, &s->c->regulars->who[ends[i]], e->bin))
			continue;
		if (s->shares)
			s->shares[s->count] = (struct share){ ends[i], ends[1 - i], e->quarters };
		s->count++;
	}
}

static int by_leaver_and_partner(const void *left, const void *right)
{
	const struct share *a = left, *b = right;
	if (a->leaver != b->leaver)
		return a->leaver < b->leaver ? -1 : 1;
	return (a->partner > b->partner) - (a->partner < b->partner);
}

static uint64_t total_until(const struct sharing *s, uint32_t partner, const struct watched *leaver)
{
	uint64_t sum = 0;
	for (int32_t bin = leave_bin(leaver); bin > leave_bin(leaver) - WARMTH_CONTAGION_TIE_BINS; bin--)
		if (bin >= s->first_bin && (size_t)(bin - s->first_bin) < s->bins)
			sum += s->totals[partner * s->bins + (size_t)(bin - s->first_bin)];
	return sum;
}

/* The weeks that begin on one of the 28 days after the leaver's last. */
static void loss_mark(struct contagion *c, const struct watched *leaver, struct at_risk_weeks *k)
{
	for (uint32_t w = 0; w < k->count; w++) {
		int32_t after = c->base_day + (int32_t)(k->first + w) * CONTAGION_WEEK_DAYS - leaver->last_day;
		if (after < 1 || after > WARMTH_CONTAGION_WITHIN_DAYS || k->lost[w])
			continue;
		k->first_loss = k->losses == 0 || w < k->first_loss ? w : k->first_loss;
		k->losses++;
		k->lost[w] = true;
	}
}

enum err losses_of(struct contagion *c)
{
	struct sharing s;
	struct tie_list ties;
	TRY(ties_of(c->x, &ties));
	TRY(sharing_begin(c, &s));
	for (size_t i = 0; i < ties.count; i++)
		edge_share(&s, &ties.edges[i]);
	s.shares = arena_take_many(c->x->a, s.count + 1, sizeof *s.shares);
	if (s.shares == NULL)
		return ERR_MEMORY;
	s.count = 0;
	memset(s.totals, 0, c->regulars->count * s.bins * sizeof *s.totals);
	for (size_t i = 0; i < ties.count; i++)
		edge_share(&s, &ties.edges[i]);
	qsort(s.shares, s.count, sizeof *s.shares, by_leaver_and_partner);
	for (size_t i = 0, end; i < s.count; i = end) {
		uint64_t quarters = 0;
		for (end = i; end < s.count && by_leaver_and_partner(&s.shares[end], &s.shares[i]) == 0; end++)
			quarters += s.shares[end].quarters;
		const struct watched *leaver = &c->regulars->who[s.shares[i].leaver];
		uint32_t partner = s.shares[i].partner;
		if (quarters >= WARMTH_CONTAGION_TIE_QUARTERS &&
			quarters * WARMTH_CONTAGION_TIE_PART >= total_until(&s, partner, leaver))
			loss_mark(c, leaver, &c->risk[partner]);
	}
	return ERR_OK;
}
