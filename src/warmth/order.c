/*
 * Order of silence: does importance go with the last day among the gone (formulas in warmth.h).
 * Called by: answer.c, tests. Owns: nothing. Not here: who is gone (answer.c), the two falling steps (fade.c).
 */
#include <math.h>
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define FISHER_95 1.959963984540054

struct ranked {
	double value;
	size_t index;
};

static int lower_first(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* Mean ranks, centred and scaled to length 1, so that a dot product is the correlation; false when all are equal. */
static bool ranks_of(const double *value, size_t n, struct ranked *scratch, double *out_rank)
{
	for (size_t i = 0; i < n; i++)
		scratch[i] = (struct ranked){ value[i], i };
	qsort(scratch, n, sizeof *scratch, lower_first);
	double middle = ((double)n - 1) / 2, square = 0;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && scratch[end].value == scratch[i].value; end++)
			;
		double rank = ((double)i + (double)end - 1) / 2 - middle;
		for (size_t j = i; j < end; j++)
			out_rank[scratch[j].index] = rank;
		square += rank * rank * (double)(end - i);
	}
	for (size_t i = 0; square > 0 && i < n; i++)
		out_rank[i] /= sqrt(square);
	return square > 0;
}

static double dot(const double *x, const double *y, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum > 1 ? 1 : sum < -1 ? -1 : sum;
}

double warmth_spearman(const double *x, const double *y, size_t n, double *scratch)
{
	static_assert(sizeof(struct ranked) <= 2 * sizeof(double), "scratch is 4 n doubles");
	struct ranked *order = (struct ranked *)(void *)(scratch + 2 * n);
	if (n < 2 || !ranks_of(x, n, order, scratch) || !ranks_of(y, n, order, scratch + n))
		return NAN;
	return dot(scratch, scratch + n, n);
}

/* Exchange importance among neighbours in rate, who stand next to each other in by_rate. */
static void permute_like(double *rank, const struct ranked *by_rate, size_t n, uint64_t *chance)
{
	for (size_t from = 0, to; from < n; from = to) {
		to = n - from < 2 * WARMTH_LIKE_RATE ? n : from + WARMTH_LIKE_RATE;
		for (size_t left = to - from; left > 1; left--) {
			size_t a = by_rate[from + left - 1].index, b = by_rate[from + chance_below(chance, left)].index;
			double swap = rank[a];
			rank[a] = rank[b];
			rank[b] = swap;
		}
	}
}

static double null_of(double rho, double *importance_rank, const double *last_rank, const struct ranked *by_rate,
	size_t n, uint64_t seed)
{
	size_t up = 0, down = 0;
	uint64_t chance = seed;
	for (size_t i = 0; i < WARMTH_PERMUTATIONS; i++) {
		permute_like(importance_rank, by_rate, n, &chance);
		double by_chance = dot(importance_rank, last_rank, n);
		up += by_chance >= rho - 1e-12;
		down += by_chance <= rho + 1e-12;
	}
	double p = 2 * ((double)(up < down ? up : down) + 1) / (WARMTH_PERMUTATIONS + 1.0);
	return p > 1 ? 1 : p;
}

static void interval_of(struct warmth_order *o)
{
	double n = (double)o->gone, rho = o->rho > .9999 ? .9999 : o->rho < -.9999 ? -.9999 : o->rho;
	double half = FISHER_95 * sqrt((1 + rho * rho / 2) / (n - 3));
	o->low = tanh(atanh(rho) - half);
	o->high = tanh(atanh(rho) + half);
}

enum err order_of(const struct answering *x, struct warmth_order *out)
{
	struct warmth_order o = { .rho = NAN, .low = NAN, .high = NAN, .p_null = NAN };
	for (size_t i = 0; i < x->member_count; i++)
		o.gone += x->members[i].out.gone;
	*out = o;
	if (o.gone < WARMTH_GONE_MIN)
		return ERR_OK;
	double *values = arena_take_many(x->a, o.gone, 4 * sizeof *values);
	struct ranked *by_rate = arena_take_many(x->a, o.gone, 2 * sizeof *by_rate);
	if (values == NULL || by_rate == NULL)
		return ERR_MEMORY;
	double *importance = values, *last = values + o.gone, *importance_rank = last + o.gone,
	       *last_rank = importance_rank + o.gone;
	size_t n = 0;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct warmth_person *p = &x->members[i].out;
		if (!p->gone)
			continue;
		importance[n] = p->importance;
		last[n] = (double)p->last_us;
		by_rate[n] =
			(struct ranked){ (double)p->messages / (double)(p->last_us - p->first_us + US_PER_DAY), n };
		n++;
	}
	struct ranked *order = by_rate + n;
	if (!ranks_of(importance, n, order, importance_rank) || !ranks_of(last, n, order, last_rank))
		return ERR_OK;
	qsort(by_rate, n, sizeof *by_rate, lower_first);
	o.known = true;
	o.rho = dot(importance_rank, last_rank, n);
	interval_of(&o);
	o.p_null = null_of(o.rho, importance_rank, last_rank, by_rate, n, x->seed);
	bool beyond_rate = o.p_null < .05;
	o.first = beyond_rate && o.high < 0 ? WARMTH_FIRST_CORE :
		beyond_rate && o.low > 0    ? WARMTH_FIRST_EDGE :
					      WARMTH_FIRST_NEITHER;
	*out = o;
	return ERR_OK;
}
