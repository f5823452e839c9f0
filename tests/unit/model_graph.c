/*
 * Graphs small enough to know by hand, and the e-mail network of a research institute with its departments.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/graph.h"

#define EMAIL_NODES 1005
#define EMAIL_EDGES_MAX 30000

/* ---- PageRank ---- */

static void test_rank(void **state)
{
	double rank[5], wanted[5], next[5], sum = 0;
	const struct model_graph_edge edges[] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 2, 1 }, { 2, 0, 1 }, { 3, 2, .5 },
		{ 3, 2, .5 }, { 3, 3, 9 } };
	struct model_graph g = { 5, edges, COUNT_OF(edges) }; /* 4 has no ties: where he stands, one jumps anywhere */
	assert_int_equal(model_graph_rank(&g, .85, rank), ERR_OK);
	for (size_t i = 0; i < 5; i++)
		wanted[i] = .2;
	for (size_t round = 0; round < 200; round++) {
		for (size_t i = 0; i < 5; i++)
			next[i] = .15 / 5 + .85 * wanted[4] / 5;
		next[1] += .85 * wanted[0] * 2 / 3;
		next[2] += .85 * (wanted[0] / 3 + wanted[1] + wanted[3]);
		next[0] += .85 * wanted[2];
		memcpy(wanted, next, sizeof wanted);
	}
	for (size_t i = 0; i < 5; i++) {
		assert_true(fabs(rank[i] - wanted[i]) < 1e-8);
		sum += rank[i];
	}
	assert_true(fabs(sum - 1) < 1e-9);
	assert_true(fabs(model_graph_decayed(3, 84, 42) - .75) < 1e-12);
}

/* How far rank is from being what the definition asks for: each his share of those who answer him, and of chance. */
static double rank_error(const struct model_graph *g, const double *rank, double *want, double *given)
{
	double jump = .15 / g->nodes, error = 0;
	memset(given, 0, g->nodes * sizeof *given);
	for (size_t i = 0; i < g->edge_count; i++)
		given[g->edges[i].from] += g->edges[i].from != g->edges[i].to ? g->edges[i].weight : 0;
	for (uint32_t i = 0; i < g->nodes; i++)
		jump += given[i] > 0 ? 0 : .85 * rank[i] / g->nodes;
	for (uint32_t i = 0; i < g->nodes; i++)
		want[i] = jump;
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct model_graph_edge *e = &g->edges[i];
		want[e->to] += e->from != e->to ? .85 * rank[e->from] * e->weight / given[e->from] : 0;
	}
	for (uint32_t i = 0; i < g->nodes; i++)
		error = fmax(error, fabs(want[i] - rank[i]));
	return error;
}

/* Many shapes: chains, stars, islands, two that only answer each other, weights of very different size. */
static void test_rank_shapes(void **state)
{
	static struct model_graph_edge edges[2000];
	static double rank[500], want[500], given[500];
	unsigned seed = 5;
	for (uint32_t shape = 0; shape < 200; shape++) {
		struct model_graph g = { 1 + (uint32_t)rand_r(&seed) % 499, edges, shape % 5 == 0 ? 1 + shape : 0 };
		g.edge_count = g.edge_count ? g.edge_count : (size_t)rand_r(&seed) % COUNT_OF(edges);
		for (size_t i = 0; i < g.edge_count; i++) {
			uint32_t from = (uint32_t)rand_r(&seed) % g.nodes, to = (uint32_t)rand_r(&seed) % g.nodes;
			to = shape % 4 == 0 ? (from + 1) % g.nodes : shape % 4 == 1 ? 0 : to;
			edges[i] = (struct model_graph_edge){ from, to, exp2((double)(rand_r(&seed) % 20) - 15) };
		}
		assert_int_equal(model_graph_rank(&g, .85, rank), ERR_OK);
		assert_true(rank_error(&g, rank, want, given) < 1e-9);
	}
}

/* ---- cores ---- */

/* 0-3 know each other; 4 knows two of them, 5 only 4; 6-7 in one direction each, together just enough. */
static const struct model_graph_edge village[] = { { 0, 1, 1 }, { 0, 2, 1 }, { 0, 3, 1 }, { 1, 2, 1 }, { 1, 3, 1 },
	{ 2, 3, 1 }, { 4, 0, 1 }, { 4, 1, 1 }, { 5, 4, 1 }, { 6, 7, .5 }, { 7, 6, .5 }, { 5, 0, .4 } };

static void test_cores(void **state)
{
	const uint32_t wanted[] = { 3, 3, 3, 3, 2, 1, 1, 1, 0 };
	uint32_t core[COUNT_OF(wanted)];
	struct model_graph g = { COUNT_OF(wanted), village, COUNT_OF(village) };
	assert_int_equal(model_graph_cores(&g, 1, core), ERR_OK);
	assert_memory_equal(core, wanted, sizeof wanted);
}

static void test_resilience(void **state)
{
	struct model_graph g = { 9, village, COUNT_OF(village) };
	const uint32_t who[] = { 0, 2, 4, 5 };
	double left[COUNT_OF(who)];
	/* The 2-core is 0-4; without 0, 4 has one left; 5 was never in it. */
	assert_int_equal(model_graph_resilience(&g, 1, 2, who, COUNT_OF(who), left), ERR_OK);
	assert_true(left[0] == .75 && left[1] == 1 && left[2] == 1 && isnan(left[3]));
	assert_int_equal(model_graph_resilience(&g, 1, 3, who, COUNT_OF(who), left), ERR_OK);
	assert_true(left[0] == 0 && left[1] == 0 && isnan(left[2]));
	assert_int_equal(model_graph_resilience(&g, 1, 4, who, COUNT_OF(who), left), ERR_OK);
	assert_true(isnan(left[0]));
}

/* One whom all pairs share, and a ring that needs no middle. */
static void test_hub_and_wheel(void **state)
{
	enum { RIM = 20 };
	struct model_graph_edge edges[2 * RIM];
	const uint32_t middle = 0;
	double left;
	size_t n = 0;
	for (uint32_t i = 1; i <= RIM; i++)
		edges[n++] = (struct model_graph_edge){ 0, i, 1 };
	for (uint32_t i = 1; i < RIM; i += 2)
		edges[n++] = (struct model_graph_edge){ i, i + 1, 1 };
	struct model_graph g = { RIM + 1, edges, n };
	assert_int_equal(model_graph_resilience(&g, 1, 2, &middle, 1, &left), ERR_OK);
	assert_true(left == 0);
	for (uint32_t i = 2; i <= RIM; i += 2)
		edges[n++] = (struct model_graph_edge){ i, i == RIM ? 1 : i + 1, 1 };
	g.edge_count = n;
	assert_int_equal(model_graph_resilience(&g, 1, 2, &middle, 1, &left), ERR_OK);
	assert_true(left == 1);
}

/* ---- clusters ---- */

static void test_likeness(void **state)
{
	const uint32_t a[] = { 0, 0, 1, 1 }, same[] = { 7, 7, 3, 3 }, across[] = { 0, 1, 0, 1 };
	double nmi;
	assert_int_equal(model_graph_likeness(a, same, 4, &nmi), ERR_OK);
	assert_true(fabs(nmi - 1) < 1e-9);
	assert_int_equal(model_graph_likeness(a, across, 4, &nmi), ERR_OK);
	assert_true(fabs(nmi) < 1e-9);
}

/* Two cliques of five and one tie between them: modularity is 2 (10/21 - 1/4) by hand. */
static void test_two_cliques(void **state)
{
	struct model_graph_edge edges[32];
	uint32_t cluster[11];
	struct model_graph_clusters c;
	size_t n = 0;
	for (uint32_t side = 0; side < 10; side += 5)
		for (uint32_t i = 0; i < 5; i++)
			for (uint32_t k = 0; k < i; k++)
				edges[n++] = (struct model_graph_edge){ side + i, side + k, 2 };
	edges[n++] = (struct model_graph_edge){ 0, 5, 2 };
	struct model_graph g = { 11, edges, n };
	assert_int_equal(model_graph_cluster(&g, 1, cluster, &c), ERR_OK);
	assert_int_equal(c.count, 3); /* the eleventh alone */
	assert_true(fabs(c.modularity - 2 * (10. / 21 - .25)) < 1e-9);
	for (uint32_t i = 1; i < 5; i++)
		assert_true(cluster[i] == cluster[0] && cluster[5 + i] == cluster[5]);
	assert_true(cluster[0] != cluster[5]);
	g.edge_count = 0;
	assert_int_equal(model_graph_cluster(&g, 1, cluster, &c), ERR_OK);
	assert_true(c.count == 11 && isnan(c.modularity));
}

/* The network as simple and undirected: who ever wrote to whom. */
static size_t email(struct model_graph_edge *edges, uint32_t *department)
{
	static bool known[EMAIL_NODES][EMAIL_NODES];
	const char *shared = getenv("HEARTH_SHARED");
	char path[512];
	unsigned a, b;
	size_t n = 0, nodes = 0;
	snprintf(path, sizeof path, "%s/data/match/email-eu-core.txt", shared ? shared : "");
	FILE *f = fopen(path, "r");
	while (f && n < EMAIL_EDGES_MAX && fscanf(f, "%u %u", &a, &b) == 2) {
		if (a >= EMAIL_NODES || b >= EMAIL_NODES || a == b || known[a][b])
			continue;
		known[a][b] = known[b][a] = true;
		edges[n++] = (struct model_graph_edge){ a, b, 1 };
	}
	if (f)
		fclose(f);
	snprintf(path, sizeof path, "%s/data/match/email-eu-core-labels.txt", shared ? shared : "");
	f = fopen(path, "r");
	while (f && fscanf(f, "%u %u", &a, &b) == 2 && a < EMAIL_NODES) {
		department[a] = b;
		nodes++;
	}
	if (f)
		fclose(f);
	return nodes == EMAIL_NODES ? n : 0;
}

static void test_email(void **state)
{
	static struct model_graph_edge edges[EMAIL_EDGES_MAX];
	static uint32_t department[EMAIL_NODES], cluster[EMAIL_NODES], again[EMAIL_NODES];
	struct model_graph g = { EMAIL_NODES, edges, email(edges, department) };
	struct model_graph_clusters c;
	double nmi, least = 1, most = 0;
	if (g.edge_count == 0) {
		print_message("# the e-mail network is not there\n");
		skip();
	}
	for (uint64_t seed = 1; seed <= 10; seed++) {
		assert_int_equal(model_graph_cluster(&g, seed, cluster, &c), ERR_OK);
		assert_int_equal(model_graph_likeness(cluster, department, EMAIL_NODES, &nmi), ERR_OK);
		least = fmin(least, nmi);
		most = fmax(most, nmi);
		assert_true(c.modularity > .40 && c.modularity < .42);
		assert_int_equal(model_graph_cluster(&g, seed, again, &c), ERR_OK);
		assert_memory_equal(cluster, again, sizeof again);
	}
	print_message("# Leiden, e-mail: NMI %.3f to %.3f over ten seeds\n", least, most);
	assert_true(least >= .57);
}

/* ---- refusals ---- */

static void test_refusals(void **state)
{
	struct model_graph_edge edges[] = { { 0, 1, 1 }, { 1, 2, 1 } };
	struct model_graph g = { 2, edges, 2 };
	struct model_graph_clusters c = { 77, 0 };
	const uint32_t who[] = { 1, 9 };
	double rank[3] = { 77 }, left = 77;
	uint32_t out[3] = { 77 };
	assert_int_equal(model_graph_rank(&g, .85, rank), ERR_INPUT); /* no node 2 */
	assert_int_equal(model_graph_cores(&g, 1, out), ERR_INPUT);
	assert_int_equal(model_graph_cluster(&g, 1, out, &c), ERR_INPUT);
	assert_int_equal(model_graph_resilience(&g, 1, 2, who, 1, &left), ERR_INPUT);
	g.nodes = 3;
	edges[1].weight = -1;
	assert_int_equal(model_graph_rank(&g, .85, rank), ERR_INPUT);
	edges[1].weight = INFINITY;
	assert_int_equal(model_graph_rank(&g, .85, rank), ERR_INPUT);
	edges[1].weight = 1;
	assert_int_equal(model_graph_rank(&g, 1, rank), ERR_INPUT);
	assert_int_equal(model_graph_cores(&g, 0, out), ERR_INPUT);
	assert_int_equal(model_graph_resilience(&g, 1, 0, who, 1, &left), ERR_INPUT);
	assert_int_equal(model_graph_resilience(&g, 1, 2, who, 2, &left), ERR_INPUT);
	g.nodes = MODEL_GRAPH_NODES_MAX + 1;
	assert_int_equal(model_graph_rank(&g, .85, rank), ERR_LIMIT);
	g.nodes = 3;
	base_alloc_fail(1);
	assert_int_equal(model_graph_rank(&g, .85, rank), ERR_MEMORY);
	base_alloc_fail(0);
	assert_true(rank[0] == 77 && out[0] == 77 && c.count == 77 && left == 77);
	g = (struct model_graph){ 0, NULL, 0 };
	assert_int_equal(model_graph_rank(&g, .85, rank), ERR_OK);
	assert_int_equal(model_graph_cores(&g, 1, out), ERR_OK);
	assert_int_equal(model_graph_resilience(&g, 1, 2, who, 0, &left), ERR_OK);
	assert_int_equal(model_graph_cluster(&g, 1, out, &c), ERR_OK);
	double nmi = 77;
	assert_int_equal(model_graph_likeness(out, out, 0, &nmi), ERR_INPUT);
}

/* Many at once: the lock lets them in one by one, and each gets what he would alone. */
static void *rank_often(void *arg)
{
	const struct model_graph g = { 9, village, COUNT_OF(village) };
	double *rank = arg;
	uint32_t cluster[9];
	struct model_graph_clusters c;
	for (size_t i = 0; i < 50; i++)
		if (model_graph_rank(&g, .85, rank) != ERR_OK || model_graph_cluster(&g, 3, cluster, &c) != ERR_OK)
			return NULL;
	return rank;
}

static void test_threads(void **state)
{
	pthread_t threads[4];
	double rank[COUNT_OF(threads)][9];
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(thread_start(&threads[i], "rank", rank_often, rank[i]), ERR_OK);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		void *done;
		assert_int_equal(pthread_join(threads[i], &done), 0);
		assert_non_null(done);
		assert_memory_equal(rank[i], rank[0], sizeof rank[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_rank_shapes),
		cmocka_unit_test(test_cores),
		cmocka_unit_test(test_resilience),
		cmocka_unit_test(test_hub_and_wheel),
		cmocka_unit_test(test_likeness),
		cmocka_unit_test(test_two_cliques),
		cmocka_unit_test(test_email),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
