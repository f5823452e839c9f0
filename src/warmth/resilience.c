/*
 * Importance and resilience from ties (described in resilience.h).
 * Called by: answer.c. Owns: nothing. Not here: the graph's algorithms (model/graph.c).
 */
#include <math.h>

#include "model/graph.h"
#include "warmth/warmth_private.h"

/* All bins of a pair in one edge, decayed. Too many: ERR_LIMIT. */
static enum err graph_of(const struct answering *x, struct model_graph *out)
{
	struct tie_list ties;
	TRY(ties_of(x, &ties));
	if (ties.lost > 0 || x->member_count > MODEL_GRAPH_NODES_MAX)
		return ERR_LIMIT;
	struct model_graph_edge *edges = arena_take_many(x->a, ties.count + 1, sizeof *edges);
	if (edges == NULL)
		return ERR_MEMORY;
	size_t n = 0;
	for (size_t i = 0; i < ties.count; i++) {
		const struct tie_edge *t = &ties.edges[i];
		if (x->members[t->from].out.collective || x->members[t->to].out.collective)
			continue;
		if (n == 0 || edges[n - 1].from != t->from || edges[n - 1].to != t->to)
			edges[n++] = (struct model_graph_edge){ t->from, t->to, 0 };
		edges[n - 1].weight += tie_weight(t, x->at_day, WARMTH_RESILIENCE_HALF_DAYS);
	}
	*out = (struct model_graph){ (uint32_t)x->member_count, edges, n };
	return ERR_OK;
}

/* The core's members, the one of highest rank first, the others as drawn. *out: one per node, the first *out_count of
 * which are those; with fewer than WARMTH_RESILIENCE_CORE_MIN only their number means something. */
static enum err core_members(const struct answering *x, const struct model_graph *g, const double *rank,
	uint32_t **out, size_t *out_count)
{
	uint32_t *core = arena_take_many(x->a, g->nodes, sizeof *core);
	if (core == NULL)
		return ERR_MEMORY;
	TRY(model_graph_cores(g, WARMTH_RESILIENCE_ANSWERS, core));
	size_t count = 0, top = 0;
	for (uint32_t i = 0; i < g->nodes; i++) {
		if (core[i] < WARMTH_RESILIENCE_TIES)
			continue;
		core[count] = i; /* those behind are still to be read */
		top = rank[i] > rank[core[top]] ? count : top;
		count++;
	}
	uint64_t chance = x->seed ^ UINT64_C(0x7265736c);
	for (size_t i = 0; i < count && i <= WARMTH_RESILIENCE_OTHERS; i++) {
		size_t at = i == 0 ? top : i + chance_below(&chance, count - i);
		uint32_t one = core[at];
		core[at] = core[i];
		core[i] = one;
	}
	*out = core;
	*out_count = count;
	return ERR_OK;
}

static enum err measure(const struct answering *x, const struct model_graph *g, struct warmth_resilience *out)
{
	double *rank = arena_take_many(x->a, g->nodes, sizeof *rank), left[1 + WARMTH_RESILIENCE_OTHERS], others = 0;
	uint32_t *core;
	if (rank == NULL)
		return ERR_MEMORY;
	TRY(model_graph_rank(g, MODEL_GRAPH_DAMPING, rank));
	struct warmth_resilience r = { .doubt = WARMTH_RESILIENCE_TOO_FEW, .left = NAN, .left_other = NAN };
	TRY(core_members(x, g, rank, &core, &r.core));
	if (r.core >= WARMTH_RESILIENCE_CORE_MIN) {
		size_t n = r.core <= WARMTH_RESILIENCE_OTHERS ? r.core : 1 + WARMTH_RESILIENCE_OTHERS;
		TRY(model_graph_resilience(g, WARMTH_RESILIENCE_ANSWERS, WARMTH_RESILIENCE_TIES, core, n, left));
		for (size_t i = 1; i < n; i++)
			others += left[i];
		r.known = true;
		r.doubt = WARMTH_RESILIENCE_SURE;
		r.top = core[0];
		r.left = left[0];
		r.left_other = others / (double)(n - 1);
	}
	for (uint32_t i = 0; i < g->nodes; i++)
		rank[i] *= g->nodes;
	r.rank = rank;
	*out = r;
	return ERR_OK;
}

static enum err graph_and_measure(const struct answering *x, struct warmth_resilience *out)
{
	struct model_graph g;
	TRY(graph_of(x, &g));
	return g.edge_count > 0 ? measure(x, &g, out) : ERR_OK;
}

enum err resilience_of(const struct answering *x, struct warmth_resilience *out)
{
	struct warmth_resilience r = { .doubt = WARMTH_RESILIENCE_TOO_FEW, .left = NAN, .left_other = NAN };
	enum err e = ERR_OK;
	if (x->ask->slow)
		e = graph_and_measure(x, &r);
	else
		r.doubt = WARMTH_RESILIENCE_NOT_ASKED;
	if (e == ERR_LIMIT)
		r.doubt = WARMTH_RESILIENCE_TOO_MANY;
	else
		TRY(e);
	*out = r;
	return ERR_OK;
}
