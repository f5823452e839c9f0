/*
 * Modularity (Newman and Girvan 2004) of a small weighted graph: who talks with whom among the regulars.
 * Called by: failings_crowd.c. Owns: nothing. Not here: graphs of any size (model/graph). An answer looks at sixty
 * graphs of at most CROWD_MAX nodes; igraph's Leiden took ten times as long for a whole answer, and
 * tests/unit/failings.c holds what is found here against what Leiden finds.
 *
 * Nodes move to the camp that gains most until none gains (the first phase of Blondel et al. 2008), then two camps
 * become one as long as that gains, and nodes move again.
 */
#include <string.h>

#include "warmth/failings_private.h"

#define SWEEPS_MAX 20
#define DRAWN_ANSWERS_MAX 1500u
#define GAIN_MIN 1e-9

struct camps {
	const double *weights;
	size_t n;
	double degree[CROWD_MAX], all; /* all: the sum of the degrees */
	double total[CROWD_MAX];       /* of the degrees in a camp */
	uint8_t *camp;
};

static void gains_of(const struct camps *c, size_t node, double *to)
{
	memset(to, 0, c->n * sizeof *to);
	for (size_t i = 0; i < c->n; i++)
		to[c->camp[i]] += c->weights[node * c->n + i];
}

static bool sweep(struct camps *c)
{
	bool moved = false;
	double to[CROWD_MAX];
	for (size_t node = 0; node < c->n; node++) {
		uint8_t old = c->camp[node], best = old;
		gains_of(c, node, to);
		c->total[old] -= c->degree[node];
		double gain = to[old] - c->degree[node] * c->total[old] / c->all;
		for (size_t k = 0; k < c->n; k++) {
			double other = to[k] - c->degree[node] * c->total[k] / c->all;
			if (other > gain + GAIN_MIN) {
				gain = other;
				best = (uint8_t)k;
			}
		}
		c->total[best] += c->degree[node];
		c->camp[node] = best;
		moved |= best != old;
	}
	return moved;
}

/* The two camps that gain most by becoming one; false: none do. */
static bool merge(struct camps *c)
{
	static const double none = GAIN_MIN;
	double between[CROWD_MAX][CROWD_MAX] = { { 0 } }, best = none;
	size_t a = 0, b = 0;
	for (size_t i = 0; i < c->n; i++)
		for (size_t j = 0; j < c->n; j++)
			between[c->camp[i]][c->camp[j]] += c->weights[i * c->n + j];
	for (size_t i = 0; i < c->n; i++)
		for (size_t j = i + 1; j < c->n; j++) {
			double gain = between[i][j] - c->total[i] * c->total[j] / c->all;
			if (gain > best) {
				best = gain;
				a = i;
				b = j;
			}
		}
	if (a == b)
		return false;
	for (size_t i = 0; i < c->n; i++)
		c->camp[i] = c->camp[i] == b ? (uint8_t)a : c->camp[i];
	c->total[a] += c->total[b];
	c->total[b] = 0;
	return true;
}

double modularity_best(const double *weights, size_t n, uint8_t *camp)
{
	struct camps c = { .weights = weights, .n = n, .camp = camp };
	double inside = 0, squares = 0;
	for (size_t i = 0; i < n; i++) {
		camp[i] = (uint8_t)i;
		for (size_t j = 0; j < n; j++)
			c.degree[i] += weights[i * n + j];
		c.total[i] = c.degree[i];
		c.all += c.degree[i];
	}
	if (c.all <= 0)
		return 0;
	for (int i = 0; i < SWEEPS_MAX && sweep(&c); i++)
		;
	for (size_t i = 0; i < n && merge(&c); i++)
		;
	for (int i = 0; i < SWEEPS_MAX && sweep(&c); i++)
		;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++)
			inside += camp[i] == camp[j] ? weights[i * n + j] : 0;
		squares += c.total[i] * c.total[i];
	}
	return inside / c.all - squares / (c.all * c.all);
}

static size_t place_in(const double *cumulated, size_t n, double at)
{
	size_t low = 0, high = n - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (cumulated[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void modularity_draw(const double *weights, size_t n, bool degrees_only, uint64_t *chance, double *out_weights)
{
	double cumulated[CROWD_MAX * CROWD_MAX], degrees[CROWD_MAX], all = 0, sum = 0;
	for (size_t i = 0; i < n * n; i++)
		cumulated[i] = all += weights[i];
	for (size_t i = 0; i < n; i++)
		degrees[i] = sum = cumulated[(i + 1) * n - 1];
	memset(out_weights, 0, n * n * sizeof *out_weights);
	/* As many as there were answers, so that a small group is held against small chance; at most so many. */
	size_t count = all / 2 < DRAWN_ANSWERS_MAX ? (size_t)(all / 2) : DRAWN_ANSWERS_MAX;
	for (size_t k = 0; k < count; k++) {
		double u = (double)(chance_next(chance) >> 11) / 9007199254740992. * all;
		size_t i, j, place = degrees_only ? 0 : place_in(cumulated, n * n, u);
		i = degrees_only ? place_in(degrees, n, u) : place / n;
		u = (double)(chance_next(chance) >> 11) / 9007199254740992. * sum;
		j = degrees_only ? place_in(degrees, n, u) : place % n;
		if (i == j)
			continue;
		out_weights[i * n + j]++;
		out_weights[j * n + i]++;
	}
}
