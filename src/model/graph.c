/*
 * Graphs, mostly by igraph (described in graph.h).
 * Called by: warmth, match. Owns: the lock around igraph. Not here: any formula of a group.
 */
#include <math.h>
#include <stdlib.h>

#include <igraph.h>
#undef STR /* it has a macro of our name */

#include "model/graph.h"

#define RANK_STILL 1e-10
#define RANK_STEPS_MAX 500 /* each shrinks what is left by the damping */
#define LEIDEN_ROUNDS 20
#define LEIDEN_RANDOMNESS .01 /* beta, as its authors use it */

/* ---- igraph at arm's length ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A stay inside igraph: nobody else is in, and its errors are returned, not fatal. */
struct stay {
	igraph_error_handler_t *errors;
	igraph_warning_handler_t *warnings;
};

static struct stay stay_begin(void)
{
	pthread_mutex_lock(&lock);
	return (struct stay){ igraph_set_error_handler(igraph_error_handler_ignore),
		igraph_set_warning_handler(igraph_warning_handler_ignore) };
}

static void stay_end(struct stay *s)
{
	igraph_set_error_handler(s->errors);
	igraph_set_warning_handler(s->warnings);
	pthread_mutex_unlock(&lock);
}

#define STAY struct stay stay CLEANUP(stay_end) __attribute__((unused)) = stay_begin()

static enum err err_of(igraph_error_t e)
{
	bool input = e == IGRAPH_EINVAL || e == IGRAPH_EINVVID;
	return e == IGRAPH_SUCCESS ? ERR_OK : e == IGRAPH_ENOMEM ? ERR_MEMORY : input ? ERR_INPUT : ERR_LIMIT;
}

/* ---- edges as igraph wants them ---- */

struct links {
	struct arena *scratch;
	igraph_integer_t *ends; /* two per link */
	igraph_real_t *weights;
	size_t count;
};

static void links_drop(struct links *l) { arena_free(l->scratch); }

static enum err graph_check(const struct model_graph *g)
{
	if (g->nodes > MODEL_GRAPH_NODES_MAX || g->edge_count > MODEL_GRAPH_EDGES_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct model_graph_edge *e = &g->edges[i];
		if (e->from >= g->nodes || e->to >= g->nodes || !(e->weight >= 0 && isfinite(e->weight)))
			return ERR_INPUT;
	}
	return ERR_OK;
}

static int by_ends(const void *left, const void *right)
{
	const struct model_graph_edge *a = left, *b = right;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* Each link once, with its weights added up; both directions are one unless directed. links_drop in any case. */
static enum err links_of(const struct model_graph *g, bool directed, double weight_min, struct links *l)
{
	TRY(graph_check(g));
	l->scratch = arena_new(MODEL_GRAPH_BYTES_MAX);
	if (l->scratch == NULL)
		return ERR_MEMORY;
	struct model_graph_edge *sorted = arena_take_many(l->scratch, g->edge_count + 1, sizeof *sorted);
	l->ends = arena_take_many(l->scratch, 2 * g->edge_count + 1, sizeof *l->ends);
	l->weights = arena_take_many(l->scratch, g->edge_count + 1, sizeof *l->weights);
	if (sorted == NULL || l->ends == NULL || l->weights == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < g->edge_count; i++) {
		struct model_graph_edge e = g->edges[i];
		bool turn = !directed && e.from > e.to;
		sorted[i] = (struct model_graph_edge){ turn ? e.to : e.from, turn ? e.from : e.to, e.weight };
	}
	qsort(sorted, g->edge_count, sizeof *sorted, by_ends);
	for (size_t i = 0, next; i < g->edge_count; i = next) {
		double weight = 0;
		for (next = i; next < g->edge_count && by_ends(&sorted[i], &sorted[next]) == 0; next++)
			weight += sorted[next].weight;
		if (sorted[i].from == sorted[i].to || weight <= 0 || weight < weight_min)
			continue;
		l->ends[2 * l->count] = sorted[i].from;
		l->ends[2 * l->count + 1] = sorted[i].to;
		l->weights[l->count++] = weight;
	}
	return ERR_OK;
}

/* Inside a stay. *out was zeroed, and is graph_drop's in any case. */
static enum err graph_of(const struct links *l, uint32_t nodes, bool directed, igraph_t *out)
{
	igraph_vector_int_t ends = { 0 };
	igraph_t made;
	igraph_vector_int_view(&ends, l->ends, (igraph_integer_t)(2 * l->count));
	TRY(err_of(igraph_create(&made, &ends, nodes, directed)));
	*out = made;
	return ERR_OK;
}

/* igraph_destroy takes no graph that was never made. */
static void graph_drop(igraph_t *graph)
{
	if (graph->from.stor_begin)
		igraph_destroy(graph);
}

/* ---- PageRank ---- */

double model_graph_decayed(double weight, double age_days, double half_life_days)
{
	return weight * exp2(-age_days / half_life_days);
}

/* One step of the power method; how far it moved. given: the weight that leaves each node. */
static double rank_step(
	const struct links *l, uint32_t nodes, double damping, const double *given, const double *rank, double *next)
{
	double nowhere = 0, moved = 0;
	for (uint32_t i = 0; i < nodes; i++)
		nowhere += given[i] > 0 ? 0 : rank[i];
	for (uint32_t i = 0; i < nodes; i++)
		next[i] = (1 - damping + damping * nowhere) / nodes;
	for (size_t i = 0; i < l->count; i++) {
		igraph_integer_t from = l->ends[2 * i], to = l->ends[2 * i + 1];
		next[to] += damping * rank[from] * (l->weights[i] / given[from]);
	}
	for (uint32_t i = 0; i < nodes; i++)
		moved += fabs(next[i] - rank[i]);
	return moved;
}

/* Not igraph's: its PRPACK starts threads that spin while they wait, its ARPACK remembers earlier calls in the last
 * digits, and the same question must have the same answer. */
enum err model_graph_rank(const struct model_graph *g, double damping, double *out_rank)
{
	struct links l CLEANUP(links_drop) = { 0 };
	TRY(links_of(g, true, 0, &l));
	if (!(damping > 0 && damping <= MODEL_GRAPH_DAMPING_MAX))
		return ERR_INPUT;
	double *rank = arena_take_many(l.scratch, g->nodes + 1, sizeof *rank), moved = INFINITY;
	double *next = arena_take_many(l.scratch, g->nodes + 1, sizeof *next);
	double *given = arena_take_many(l.scratch, g->nodes + 1, sizeof *given);
	if (rank == NULL || next == NULL || given == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < l.count; i++)
		given[l.ends[2 * i]] += l.weights[i];
	for (uint32_t i = 0; i < g->nodes; i++)
		rank[i] = 1. / g->nodes;
	for (int i = 0; i < RANK_STEPS_MAX && moved > RANK_STILL; i++) {
		moved = rank_step(&l, g->nodes, damping, given, rank, next);
		double *old = rank;
		rank = next;
		next = old;
	}
	memcpy(out_rank, rank, g->nodes * sizeof *rank);
	return ERR_OK;
}

/* ---- cores ---- */

/* cores: an initialised vector. Inside a stay. */
static enum err cores_of(const struct links *l, uint32_t nodes, igraph_vector_int_t *cores)
{
	igraph_t graph CLEANUP(graph_drop) = { 0 };
	TRY(graph_of(l, nodes, false, &graph));
	return err_of(igraph_coreness(&graph, cores, IGRAPH_ALL));
}

enum err model_graph_cores(const struct model_graph *g, double weight_min, uint32_t *out_core)
{
	struct links l CLEANUP(links_drop) = { 0 };
	if (!(weight_min > 0))
		return ERR_INPUT;
	TRY(links_of(g, false, weight_min, &l));
	STAY;
	igraph_vector_int_t cores CLEANUP(igraph_vector_int_destroy) = { 0 };
	TRY(err_of(igraph_vector_int_init(&cores, 0)));
	TRY(cores_of(&l, g->nodes, &cores));
	for (uint32_t i = 0; i < g->nodes; i++)
		out_core[i] = (uint32_t)VECTOR(cores)[i];
	return ERR_OK;
}

#define OUTSIDE UINT32_MAX

/* Keeps the links inside the k-core, with its members numbered from 0 in place[]; how many they are. */
static uint32_t core_only(
	struct links *l, uint32_t nodes, uint32_t k, const igraph_vector_int_t *cores, uint32_t *place)
{
	uint32_t members = 0;
	size_t kept = 0;
	for (uint32_t i = 0; i < nodes; i++)
		place[i] = VECTOR(*cores)[i] >= k ? members++ : OUTSIDE;
	for (size_t i = 0; i < l->count; i++) {
		uint32_t a = place[l->ends[2 * i]], b = place[l->ends[2 * i + 1]];
		if (a == OUTSIDE || b == OUTSIDE)
			continue;
		l->ends[2 * kept] = a;
		l->ends[2 * kept++ + 1] = b;
	}
	l->count = kept;
	return members;
}

/* How many stay in the k-core of l when one has gone. rest: room for l's ends. */
static enum err stay_without(const struct links *l, uint32_t members, uint32_t k, uint32_t one,
	igraph_integer_t *rest, igraph_vector_int_t *cores, uint32_t *out)
{
	struct links left = { .ends = rest };
	for (size_t i = 0; i < l->count; i++) {
		if (l->ends[2 * i] == one || l->ends[2 * i + 1] == one)
			continue;
		rest[2 * left.count] = l->ends[2 * i];
		rest[2 * left.count++ + 1] = l->ends[2 * i + 1];
	}
	TRY(cores_of(&left, members, cores));
	*out = 0;
	for (uint32_t i = 0; i < members; i++)
		*out += VECTOR(*cores)[i] >= k;
	return ERR_OK;
}

static enum err resilience_of(
	struct links *l, uint32_t nodes, uint32_t k, const uint32_t *who, size_t who_count, double *left)
{
	uint32_t *place = arena_take_many(l->scratch, nodes, sizeof *place);
	igraph_integer_t *rest = arena_take_many(l->scratch, 2 * l->count + 1, sizeof *rest);
	igraph_vector_int_t cores CLEANUP(igraph_vector_int_destroy) = { 0 };
	if (place == NULL || rest == NULL)
		return ERR_MEMORY;
	TRY(err_of(igraph_vector_int_init(&cores, 0)));
	TRY(cores_of(l, nodes, &cores));
	uint32_t members = core_only(l, nodes, k, &cores, place), remain;
	for (size_t i = 0; i < who_count; i++) {
		left[i] = NAN;
		if (place[who[i]] == OUTSIDE || members < 2)
			continue;
		TRY(stay_without(l, members, k, place[who[i]], rest, &cores, &remain));
		left[i] = (double)remain / (double)(members - 1);
	}
	return ERR_OK;
}

enum err model_graph_resilience(const struct model_graph *g, double weight_min, uint32_t k, const uint32_t *who,
	size_t who_count, double *out_left)
{
	struct links l CLEANUP(links_drop) = { 0 };
	if (!(weight_min > 0) || k == 0)
		return ERR_INPUT;
	if (who_count > MODEL_GRAPH_NODES_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < who_count; i++)
		if (who[i] >= g->nodes)
			return ERR_INPUT;
	TRY(links_of(g, false, weight_min, &l));
	if (who_count == 0)
		return ERR_OK;
	double *left = arena_take_many(l.scratch, who_count, sizeof *left);
	if (left == NULL)
		return ERR_MEMORY;
	STAY;
	TRY(resilience_of(&l, g->nodes, k, who, who_count, left));
	memcpy(out_left, left, who_count * sizeof *left);
	return ERR_OK;
}

/* ---- clusters ---- */

/* member: an initialised vector; best: a cluster per node. Inside a stay. */
static enum err leiden(const struct links *l, uint32_t nodes, uint64_t seed, igraph_vector_int_t *member,
	uint32_t *best, struct model_graph_clusters *out)
{
	igraph_t graph CLEANUP(graph_drop) = { 0 };
	igraph_vector_t strength CLEANUP(igraph_vector_destroy) = { 0 }, weights = { 0 };
	igraph_integer_t count = 0;
	igraph_real_t quality = NAN;
	TRY(graph_of(l, nodes, false, &graph));
	TRY(err_of(igraph_vector_init(&strength, 0)));
	igraph_vector_view(&weights, l->weights, (igraph_integer_t)l->count);
	TRY(err_of(igraph_strength(&graph, &strength, igraph_vss_all(), IGRAPH_ALL, false, &weights)));
	TRY(err_of(igraph_rng_seed(igraph_rng_default(), seed)));
	out->modularity = -INFINITY;
	for (int i = 0; i < MODEL_GRAPH_CLUSTER_STARTS; i++) {
		TRY(err_of(igraph_community_leiden(&graph, &weights, &strength, 1 / igraph_vector_sum(&strength),
			LEIDEN_RANDOMNESS, false, LEIDEN_ROUNDS, member, &count, &quality)));
		if (quality <= out->modularity)
			continue;
		*out = (struct model_graph_clusters){ (uint32_t)count, quality };
		for (uint32_t n = 0; n < nodes; n++)
			best[n] = (uint32_t)VECTOR(*member)[n];
	}
	return ERR_OK;
}

enum err model_graph_cluster(
	const struct model_graph *g, uint64_t seed, uint32_t *out_cluster, struct model_graph_clusters *out)
{
	struct links l CLEANUP(links_drop) = { 0 };
	TRY(links_of(g, false, 0, &l));
	struct model_graph_clusters clusters = { g->nodes, NAN };
	if (l.count == 0) {
		for (uint32_t i = 0; i < g->nodes; i++)
			out_cluster[i] = i;
		*out = clusters;
		return ERR_OK;
	}
	uint32_t *best = arena_take_many(l.scratch, g->nodes, sizeof *best);
	if (best == NULL)
		return ERR_MEMORY;
	STAY;
	igraph_vector_int_t member CLEANUP(igraph_vector_int_destroy) = { 0 };
	TRY(err_of(igraph_vector_int_init(&member, 0)));
	TRY(leiden(&l, g->nodes, seed, &member, best, &clusters));
	memcpy(out_cluster, best, g->nodes * sizeof *best);
	*out = clusters;
	return ERR_OK;
}

/* Labels as igraph wants them: 0, 1, … in order of appearance. */
static enum err labels_of(const uint32_t *from, size_t n, igraph_vector_int_t *out)
{
	struct idmap *seen = idmap_new();
	enum err e = seen ? err_of(igraph_vector_int_init(out, (igraph_integer_t)n)) : ERR_MEMORY;
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		void *label = idmap_get(seen, (uint64_t)from[i] + 1);
		if (label == NULL) {
			label = (void *)(uintptr_t)(idmap_count(seen) + 1);
			e = idmap_put(seen, (uint64_t)from[i] + 1, label);
		}
		VECTOR(*out)[i] = (igraph_integer_t)(uintptr_t)label - 1;
	}
	idmap_free(seen);
	return e;
}

enum err model_graph_likeness(const uint32_t *a, const uint32_t *b, size_t n, double *out)
{
	if (n == 0)
		return ERR_INPUT;
	if (n > MODEL_GRAPH_NODES_MAX)
		return ERR_LIMIT;
	STAY;
	igraph_vector_int_t left CLEANUP(igraph_vector_int_destroy) = { 0 };
	igraph_vector_int_t right CLEANUP(igraph_vector_int_destroy) = { 0 };
	igraph_real_t nmi;
	TRY(labels_of(a, n, &left));
	TRY(labels_of(b, n, &right));
	TRY(err_of(igraph_compare_communities(&left, &right, &nmi, IGRAPH_COMMCMP_NMI)));
	*out = nmi;
	return ERR_OK;
}
