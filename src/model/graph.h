/*
 * model/graph: who stands where among those who answer each other.
 *
 * Promises: pure; PageRank, cores, what is left of a core without one of it, clusters, likeness of two partitions, all
 * but the first by igraph. Its errors come back as enum err and never end the process. igraph as Debian builds it is not
 * for several threads, so one lock lets callers in one by one.
 * Used by: warmth, match. Owns: that lock, nothing else. Not here: where ties come from and what they mean.
 */
#ifndef HEARTH_MODEL_GRAPH_H
#define HEARTH_MODEL_GRAPH_H

#include "base/base.h"

#define MODEL_GRAPH_NODES_MAX (1u << 20)
#define MODEL_GRAPH_EDGES_MAX (2u << 20)
#define MODEL_GRAPH_BYTES_MAX (512ull << 20) /* our own scratch for one call; igraph takes about as much again */
#define MODEL_GRAPH_DAMPING .85
#define MODEL_GRAPH_DAMPING_MAX .95
#define MODEL_GRAPH_CLUSTER_STARTS 10

/* from answers to. Several edges between the same two add up. */
struct model_graph_edge {
	uint32_t from, to; /* below nodes; an edge to oneself counts for nothing */
	double weight;     /* >= 0, finite */
};
struct model_graph {
	uint32_t nodes;
	const struct model_graph_edge *edges;
	size_t edge_count;
};

/* All below: ERR_LIMIT: more nodes or edges than the above, or igraph gave up within its own limits. ERR_INPUT: a bad
 * edge or argument. ERR_MEMORY. */

/* What a weight is after some days, when it halves every half_life_days. */
double model_graph_decayed(double weight, double age_days, double half_life_days);

/* Weighted PageRank (Brin and Page 1998) along from -> to by the power method, until a step moves less than 1e-10 of
 * it. damping: above 0, at most MODEL_GRAPH_DAMPING_MAX. out_rank: one per node, sum 1. */
enum err model_graph_rank(const struct model_graph *g, double damping, double *out_rank) MUST_USE;

/* The largest k for which the node is in the k-core (Seidman 1983; Batagelj and Zaversnik 2003) of the undirected graph
 * of all pairs whose weights, both directions, add up to weight_min at least (> 0). out_core: one per node. */
enum err model_graph_cores(const struct model_graph *g, double weight_min, uint32_t *out_core) MUST_USE;

/*
 * After Garcia, Mavrodiev and Schweitzer (2013): a member stays as long as k others are there for him; whoever has
 * fewer goes, which may leave others with fewer; what remains is the k-core. Resilience here: let K be the k-core of
 * the pairs as above, K' that of the same pairs when one of K, mostly its most important member, is gone. left = |K'| /
 * (|K| - 1): 1 when nobody depends on him, 0 when the core falls with him. out_left: one for each of who; NaN when he
 * is not in K, or alone in it. k >= 1.
 */
enum err model_graph_resilience(const struct model_graph *g, double weight_min, uint32_t k, const uint32_t *who,
	size_t who_count, double *out_left) MUST_USE;

/* Leiden (Traag, Waltman and van Eck 2019) on modularity with weights, directions ignored; the best of
 * MODEL_GRAPH_CLUSTER_STARTS starts, and the same seed gives the same clusters. out_cluster: one per node, from 0; a
 * node without ties is alone. modularity: NaN without any tie. */
struct model_graph_clusters {
	uint32_t count;
	double modularity;
};
enum err model_graph_cluster(
	const struct model_graph *g, uint64_t seed, uint32_t *out_cluster, struct model_graph_clusters *out) MUST_USE;

/* Normalised mutual information of two partitions of n things (Danon et al. 2005): 0 unlike .. 1 the same. n > 0. */
enum err model_graph_likeness(const uint32_t *a, const uint32_t *b, size_t n, double *out) MUST_USE;

#endif
