/*
 * Two falling steps: when the important and the rest of the gone fell silent (what is drawn is said in warmth.h).
 * Called by: answer.c. Owns: nothing. Not here: the correlation (order.c).
 */
#include <stdlib.h>

#include "warmth/warmth_private.h"

struct end {
	double importance;
	int32_t day;
};

static int important_first(const void *left, const void *right)
{
	const struct end *a = left, *b = right;
	if (a->importance != b->importance)
		return a->importance < b->importance ? 1 : -1;
	return (a->day > b->day) - (a->day < b->day);
}

static int earlier_first(const void *left, const void *right)
{
	const struct end *a = left, *b = right;
	return (a->day > b->day) - (a->day < b->day);
}

static struct warmth_step step_of(int32_t day, size_t left, size_t all)
{
	struct warmth_portion p = warmth_portion_of(left, all);
	return (struct warmth_step){ day * US_PER_DAY, p.share, p.low, p.high };
}

static enum err steps_of(struct arena *a, struct end *ends, size_t n, int32_t first_day, struct warmth_fade *out)
{
	struct warmth_step *steps = arena_take_many(a, n + 1, sizeof *steps);
	if (steps == NULL)
		return ERR_MEMORY;
	struct warmth_fade fade = { .members = n, .steps = steps };
	qsort(ends, n, sizeof *ends, earlier_first);
	steps[fade.count++] = step_of(first_day, n, n);
	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || ends[i + 1].day != ends[i].day)
			steps[fade.count++] = step_of(ends[i].day + 1, n - i - 1, n);
	*out = fade;
	return ERR_OK;
}

enum err fade_of(const struct answering *x, struct warmth_fade *out_core, struct warmth_fade *out_edge)
{
	struct end *ends = arena_take_many(x->a, x->member_count ? x->member_count : 1, sizeof *ends);
	if (ends == NULL)
		return ERR_MEMORY;
	size_t n = 0;
	int32_t first_day = INT32_MAX;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct warmth_person *p = &x->members[i].out;
		if (!p->gone)
			continue;
		ends[n] = (struct end){ p->importance, day_of(p->last_us) };
		first_day = ends[n].day < first_day ? ends[n].day : first_day;
		n++;
	}
	qsort(ends, n, sizeof *ends, important_first);
	size_t core = (n + WARMTH_CORE_PART - 1) / WARMTH_CORE_PART;
	struct warmth_fade core_fade, edge_fade;
	TRY(steps_of(x->a, ends, core, first_day, &core_fade));
	TRY(steps_of(x->a, ends + core, n - core, first_day, &edge_fade));
	*out_core = core_fade;
	*out_edge = edge_fade;
	return ERR_OK;
}
