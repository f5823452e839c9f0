/*
 * The till: what money needs once a second, whoever is looking. Packets whose time is over go back, also those whose time came
 * while the server was down.
 *
 * Used by: drops.c (start and end). Owns: one thread. Not here: what ends a packet (packet).
 */
#include <stdlib.h>
#include <time.h>

#include "api/packets.h"

#define TILL_EVERY_S 1
#define TILL_ROUNDS_MAX 1000u /* of PACKET_DUE_MAX in a row, after a long absence */

struct till {
	struct serve *serve;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t something;
	bool started, stopping;
};

static enum err till_handle(struct req *r)
{
	size_t ended;
	TRY(packet_expire_due(r->db, r->arena, r->now_us, &ended));
	if (r->state)
		*(bool *)r->state = ended == PACKET_DUE_MAX;
	return ERR_OK;
}

const struct entry till_entry = { .name = "till.round", .tx = TX_WRITE, .open_to_all = true, .may = may_anyone, .handle = till_handle };

static bool pause_round(struct till *t)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += TILL_EVERY_S;
	pthread_mutex_lock(&t->lock);
	while (!t->stopping && pthread_cond_timedwait(&t->something, &t->lock, &until) == 0)
		continue;
	bool go_on = !t->stopping;
	pthread_mutex_unlock(&t->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct till *t = arg;
	do {
		bool more = true;
		for (unsigned i = 0; i < TILL_ROUNDS_MAX && more; i++) {
			more = false;
			enum err e = serve_own(t->serve, &till_entry, 0, &more);
			if (e != ERR_OK && e != ERR_BUSY && e != ERR_CLOSED)
				log_line(LOG_WARN, "till: %s; trying again", err_name(e));
		}
	} while (pause_round(t));
	return NULL;
}

enum err till_start(struct serve *s, struct till **out)
{
	struct till *t = calloc(1, sizeof *t);
	pthread_condattr_t attr;
	if (t == NULL)
		return ERR_MEMORY;
	t->serve = s;
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->something, &attr);
	pthread_condattr_destroy(&attr);
	*out = t;
	TRY(thread_start(&t->thread, "till", run, t));
	t->started = true;
	return ERR_OK;
}

void till_stop(struct till *t)
{
	if (t == NULL || !t->started)
		return;
	pthread_mutex_lock(&t->lock);
	t->stopping = true;
	pthread_cond_signal(&t->something);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	t->started = false;
}

void till_free(struct till *t)
{
	if (t == NULL)
		return;
	pthread_cond_destroy(&t->something);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
