/*
 * Ties: see ties.h.
 * Called by: add.c, contagion.c. Owns: the bins, in the group's arena. Not here: what ties mean.
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define BINS_ROOM_MIN 2u

enum err ties_new(struct ties *t)
{
	*t = (struct ties){ .pairs = idmap_new(), .sweep_at = WARMTH_TIES_SWEEP_MIN };
	return t->pairs ? ERR_OK : ERR_MEMORY;
}

void ties_free(struct ties *t)
{
	if (t->pairs)
		idmap_free(t->pairs);
	t->pairs = NULL;
}

static bool is_faint(const struct tie *tie, int32_t bin)
{
	uint64_t quarters = 0;
	for (uint32_t i = 0; i < tie->bin_count; i++)
		quarters += tie->bins[i].quarters;
	return quarters < WARMTH_TIE_FAINT && (tie->bin_count == 0 || tie->bins[tie->bin_count - 1].bin <= bin - WARMTH_TIE_FAINT_BINS);
}

/* Forget the faint ones, as of this bin. The next time when there are half as many again as are left: that is O(1) a pair. */
static void ties_sweep(struct warmth *w, int32_t bin)
{
	struct ties *t = &w->ties;
	for (struct person *p = w->people; p; p = p->next) {
		p->latest_tie = NULL;
		for (struct tie **at = &p->ties; *at;) {
			struct tie *tie = *at;
			if (!is_faint(tie, bin)) {
				at = &tie->next;
				continue;
			}
			*at = tie->next;
			idmap_remove(t->pairs, (uint64_t)tie->from->index << 32 | tie->to->index);
			t->count--;
			t->bins -= tie->bin_count;
			tie->bin_count = 0;
			tie->next = t->spare;
			t->spare = tie;
		}
	}
	size_t next = t->count + t->count / 2;
	t->sweep_at = next > WARMTH_TIES_SWEEP_MIN ? next : WARMTH_TIES_SWEEP_MIN;
}

static struct tie *tie_new(struct warmth *w, struct person *from, struct person *to)
{
	struct tie *tie = w->ties.spare;
	if (tie)
		w->ties.spare = tie->next;
	else if ((tie = ARENA_NEW(w->memory, struct tie)) == NULL)
		return NULL;
	*tie = (struct tie){ .from = from, .to = to, .bins = tie->bins, .bin_room = tie->bin_room, .next = from->ties };
	return tie;
}

/* NULL in *out_tie: there is no room for a further pair. People talk in twos and threes: the latest is tried first.
 * */
static enum err tie_between(struct warmth *w, struct person *from, struct person *to, int32_t bin, struct tie **out_tie)
{
	struct ties *t = &w->ties;
	uint64_t key = (uint64_t)from->index << 32 | to->index;
	struct tie *tie = from->latest_tie;
	if (tie == NULL || tie->to != to)
		tie = idmap_get(t->pairs, key);
	if (tie == NULL && t->count >= t->sweep_at)
		ties_sweep(w, bin);
	if (tie == NULL && t->count < WARMTH_TIES_MAX) {
		tie = tie_new(w, from, to);
		if (tie == NULL)
			return ERR_MEMORY;
		TRY(idmap_put(t->pairs, key, tie));
		from->ties = tie;
		t->count++;
	}
	if (tie)
		from->latest_tie = tie;
	*out_tie = tie;
	return ERR_OK;
}

static enum err bins_grow(struct warmth *w, struct tie *tie)
{
	if (tie->bin_count < tie->bin_room)
		return ERR_OK;
	uint32_t room = tie->bin_room ? tie->bin_room * 2 : BINS_ROOM_MIN;
	struct tie_bin *bins = arena_take_many(w->memory, room, sizeof *bins);
	if (bins == NULL)
		return ERR_MEMORY;
	if (tie->bin_count)
		memcpy(bins, tie->bins, tie->bin_count * sizeof *bins);
	tie->bins = bins;
	tie->bin_room = room;
	return ERR_OK;
}

enum err ties_add(struct warmth *w, struct person *from, struct person *to, int32_t day, unsigned quarters)
{
	struct tie *tie;
	int32_t bin = day / WARMTH_TIE_BIN_DAYS;
	TRY(tie_between(w, from, to, bin, &tie));
	uint32_t at = tie ? tie->bin_count : 0;
	while (at > 0 && tie->bins[at - 1].bin > bin)
		at--;
	bool there = at > 0 && tie->bins[at - 1].bin == bin;
	if (tie && !there && w->ties.bins < WARMTH_TIE_BINS_MAX) {
		TRY(bins_grow(w, tie));
		memmove(tie->bins + at + 1, tie->bins + at, (tie->bin_count - at) * sizeof *tie->bins);
		tie->bins[at++] = (struct tie_bin){ .bin = bin };
		tie->bin_count++;
		w->ties.bins++;
		there = true;
	}
	if (there)
		tie->bins[at - 1].quarters += quarters;
	else
		w->ties.lost += quarters;
	to->answers += quarters;
	return ERR_OK;
}

static int by_to_and_bin(const void *left, const void *right)
{
	const struct tie_edge *a = left, *b = right;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return (a->bin > b->bin) - (a->bin < b->bin);
}

/* Each member's edges sorted, those of one pair and bin (several identities) added up; the list closes its gaps. */
static size_t edges_merge(struct tie_edge *edges, size_t *first, size_t member_count)
{
	size_t n = 0;
	for (size_t m = 0, from = 0; m < member_count; m++) {
		size_t end = first[m + 1], begin = n;
		qsort(edges + from, end - from, sizeof *edges, by_to_and_bin);
		for (size_t i = from; i < end; i++)
			if (n > begin && edges[n - 1].to == edges[i].to && edges[n - 1].bin == edges[i].bin)
				edges[n - 1].quarters += edges[i].quarters;
			else
				edges[n++] = edges[i];
		from = end;
		first[m] = begin;
	}
	first[member_count] = n;
	return n;
}

static bool edge_kept(const struct answering *x, const struct tie *tie, size_t *out_from, size_t *out_to)
{
	*out_from = x->member_at[tie->from->index];
	*out_to = x->member_at[tie->to->index];
	return *out_from != WARMTH_NO_MEMBER && *out_to != WARMTH_NO_MEMBER && *out_from != *out_to;
}

enum err ties_of(const struct answering *x, struct tie_list *out)
{
	size_t from, to, n = x->member_count;
	size_t *first = arena_take_many(x->a, n + 2, sizeof *first);
	if (first == NULL)
		return ERR_MEMORY;
	for (const struct person *p = x->w->people; p; p = p->next)
		for (const struct tie *t = p->ties; t; t = t->next)
			if (edge_kept(x, t, &from, &to))
				first[from + 2] += t->bin_count;
	for (size_t m = 2; m <= n + 1; m++)
		first[m] += first[m - 1];
	struct tie_edge *edges = arena_take_many(x->a, first[n + 1] + 1, sizeof *edges);
	if (edges == NULL)
		return ERR_MEMORY;
	for (const struct person *p = x->w->people; p; p = p->next)
		for (const struct tie *t = p->ties; t; t = t->next)
			for (uint32_t i = 0; edge_kept(x, t, &from, &to) && i < t->bin_count; i++)
				edges[first[from + 1]++] = (struct tie_edge){ (uint32_t)from, (uint32_t)to,
					t->bins[i].bin, t->bins[i].quarters };
	size_t count = edges_merge(edges, first, n);
	*out = (struct tie_list){ edges, count, first, x->w->ties.lost };
	return ERR_OK;
}

double tie_weight(const struct tie_edge *e, int32_t at_day, double half_life_days)
{
	double age = at_day - (e->bin + .5) * WARMTH_TIE_BIN_DAYS;
	return e->quarters / 4. * exp2(-(age > 0 ? age : 0) / half_life_days);
}
