/*
 * Rates: a bucket per person (or address) and kind of act. Buckets that are full again are forgotten; a table of fixed
 * size per generation keeps a flood of addresses from growing it: two generations, the older one dropped when the younger
 * is full. A dropped bucket starts full, which only ever errs for the visitor.
 */
#include <stdio.h>
#include <stdlib.h>

#include "serve/serve_private.h"

#define BUCKETS_MAX 100000u

struct rate {
	double per_second, most;
};
static const struct rate rates[RATE_KINDS] = {
	[RATE_READ] = { 50, 300 },
	[RATE_TALK] = { 2, 30 },
	[RATE_CHANGE] = { 2, 60 },
	[RATE_FOUND] = { 10.0 / 3600, 10 },
	[RATE_SIGN_IN] = { 1.0 / 6, 20 },
	[RATE_JOIN] = { 1, 120 }, /* by address: many come at once from behind one, at a meeting or on one carrier */
	[RATE_UPLOAD] = { 1, 30 },
};

struct bucket {
	double left;
	int64_t at_us;
};

struct guard {
	pthread_mutex_t lock;
	struct map *now, *before;
	struct bucket *buckets[2]; /* by index in its map */
};

struct guard *guard_new(void)
{
	struct guard *g = calloc(1, sizeof *g);
	if (g == NULL)
		return NULL;
	pthread_mutex_init(&g->lock, NULL);
	g->now = map_new(BUCKETS_MAX);
	g->before = map_new(BUCKETS_MAX);
	g->buckets[0] = calloc(BUCKETS_MAX, sizeof **g->buckets);
	g->buckets[1] = calloc(BUCKETS_MAX, sizeof **g->buckets);
	if (g->now && g->before && g->buckets[0] && g->buckets[1])
		return g;
	guard_free(g);
	return NULL;
}

void guard_free(struct guard *g)
{
	if (g == NULL)
		return;
	map_free(g->now);
	map_free(g->before);
	free(g->buckets[0]);
	free(g->buckets[1]);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static void turn_over(struct guard *g)
{
	struct map *fresh = map_new(BUCKETS_MAX);
	if (fresh == NULL)
		return;
	map_free(g->before);
	g->before = g->now;
	g->now = fresh;
	struct bucket *old = g->buckets[1];
	g->buckets[1] = g->buckets[0];
	g->buckets[0] = old;
}

static struct bucket *bucket_of(struct guard *g, struct str key, struct bucket first)
{
	bool is_new = false;
	if (map_count(g->now) >= BUCKETS_MAX)
		turn_over(g);
	uint64_t *at = map_put(g->now, key, map_count(g->now), &is_new);
	if (at == NULL)
		return NULL;
	if (is_new) {
		const uint64_t *older = map_get(g->before, key);
		g->buckets[0][*at] = older ? g->buckets[1][*older] : first;
	}
	return &g->buckets[0][*at];
}

bool guard_take(struct guard *g, enum rate_kind kind, struct str who, int64_t now_us, int64_t *out_wait_s)
{
	char key[80];
	int n = snprintf(key, sizeof key, "%d " STR_FMT, (int)kind, STR_ARG(str_first(who, 64)));
	const struct rate *rate = &rates[kind];
	bool ok = true;
	pthread_mutex_lock(&g->lock);
	struct bucket *b = bucket_of(g, (struct str){ key, (size_t)n }, (struct bucket){ rate->most, now_us });
	if (b) {
		double passed_s = now_us > b->at_us ? (double)(now_us - b->at_us) / US_PER_S : 0;
		b->left = b->left + passed_s * rate->per_second;
		b->left = b->left > rate->most ? rate->most : b->left;
		b->at_us = now_us;
		ok = b->left >= 1;
		if (ok)
			b->left -= 1;
		else
			*out_wait_s = 1 + (int64_t)((1 - b->left) / rate->per_second);
	}
	pthread_mutex_unlock(&g->lock);
	return ok;
}
