/*
 * Packets that are over, in memory. Nothing about them changes any more, so a late grab, which is nine of ten where a thousand
 * people grab a hundred shares, is answered without the database.
 *
 * What a transaction has found is known to itself at once and to everybody when it is committed. The oldest are forgotten.
 */
#include <stdlib.h>

#include "packet/packet.h"

#define KNOWN_MAX 512u

struct taker {
	int64_t account, amount, place;
};
struct over {
	int64_t group, batch; /* 0: committed; PACKET_MEMORY_NONE: nobody knows it yet; else only that batch does */
	size_t count;
	struct taker takers[]; /* by account */
};
struct packet_memory {
	pthread_mutex_t lock;
	struct idmap *known;
	int64_t ring[KNOWN_MAX];
	size_t next;
};

struct packet_memory *packet_memory_new(void)
{
	struct packet_memory *m = calloc(1, sizeof *m);
	struct idmap *known = m ? idmap_new() : NULL;
	if (known == NULL) {
		free(m);
		return NULL;
	}
	m->known = known;
	pthread_mutex_init(&m->lock, NULL);
	return m;
}

void packet_memory_free(struct packet_memory *m)
{
	size_t at = 0;
	uint64_t packet;
	void *over;
	if (m == NULL)
		return;
	while (idmap_next(m->known, &at, &packet, &over))
		free(over);
	idmap_free(m->known);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static void forget(struct packet_memory *m, int64_t packet) { free(idmap_remove(m->known, (uint64_t)packet)); }

/* Under the lock. The new one takes the oldest's place, or that of what was known of the same packet. */
static void keep(struct packet_memory *m, int64_t packet, struct over *o)
{
	bool there = idmap_get(m->known, (uint64_t)packet) != NULL;
	forget(m, packet);
	if (idmap_put(m->known, (uint64_t)packet, o) != ERR_OK) {
		free(o);
		return;
	}
	if (there)
		return;
	if (m->ring[m->next])
		forget(m, m->ring[m->next]);
	m->ring[m->next] = packet;
	m->next = (m->next + 1) % KNOWN_MAX;
}

bool packet_memory_wants(struct packet_memory *m, int64_t packet)
{
	pthread_mutex_lock(&m->lock);
	bool wants = idmap_get(m->known, (uint64_t)packet) == NULL;
	struct over *nothing = wants ? calloc(1, sizeof *nothing) : NULL;
	if (nothing) {
		nothing->batch = PACKET_MEMORY_NONE;
		keep(m, packet, nothing);
	}
	pthread_mutex_unlock(&m->lock);
	return nothing != NULL;
}

static int by_account(const void *a, const void *b)
{
	const struct taker *x = a, *y = b;
	return x->account < y->account ? -1 : x->account > y->account;
}

void packet_memory_put(struct packet_memory *m, int64_t batch, int64_t group, int64_t packet, const struct packet_share shares[], size_t n)
{
	struct over *o = calloc(1, sizeof *o + n * sizeof o->takers[0]);
	if (o == NULL)
		return;
	*o = (struct over){ .group = group, .batch = batch, .count = n };
	for (size_t i = 0; i < n; i++)
		o->takers[i] = (struct taker){ shares[i].account, shares[i].amount, shares[i].place };
	qsort(o->takers, n, sizeof o->takers[0], by_account);
	pthread_mutex_lock(&m->lock);
	keep(m, packet, o);
	pthread_mutex_unlock(&m->lock);
}

void packet_memory_settle(struct packet_memory *m, int64_t packet, bool happened)
{
	pthread_mutex_lock(&m->lock);
	struct over *o = idmap_get(m->known, (uint64_t)packet);
	if (o && happened && o->count)
		o->batch = 0;
	else if (o && o->batch != 0)
		forget(m, packet);
	pthread_mutex_unlock(&m->lock);
}

bool packet_memory_grab(struct packet_memory *m, int64_t batch, int64_t group, int64_t packet, int64_t account, struct packet_grab *out)
{
	pthread_mutex_lock(&m->lock);
	const struct over *o = idmap_get(m->known, (uint64_t)packet);
	bool knows = o && o->group == group && o->count && (o->batch == 0 || (batch != 0 && o->batch == batch));
	if (knows) {
		const struct taker me = { .account = account }, *his = bsearch(&me, o->takers, o->count, sizeof me, by_account);
		*out = his ? (struct packet_grab){ .outcome = PACKET_GOT, .amount = his->amount, .place = his->place } :
			(struct packet_grab){ .outcome = PACKET_GONE };
	}
	pthread_mutex_unlock(&m->lock);
	return knows;
}
