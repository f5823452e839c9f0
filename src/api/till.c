/*
 * The till: what money needs once a second, whoever is looking. Packets whose time is over go back, also those whose time came
 * while the server was down; what the ledger wrote since is sealed, and yesterday's root is signed. Reading and hashing go on
 * beside the writer, which only stores what came of it.
 *
 * Used by: drops.c (start and end). Owns: one thread, one reading connection. Not here: what ends a packet (packet), what a seal
 * is (ledger).
 */
#include <stdlib.h>
#include <time.h>

#include "api/packets.h"
#include "ledger/seal.h"

#define TILL_EVERY_S 1
#define TILL_ROUNDS_MAX 1000u /* of one thing in a row, after a long absence */

struct till {
	struct serve *serve;
	struct db_conn *reader;
	struct sign_key key;
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

static enum err seal_handle(struct req *r) { return ledger_seal_keep(r->db, r->state); }
static enum err root_handle(struct req *r) { return ledger_root_keep(r->db, r->state, r->now_us); }
static const struct entry seal_entry = { .name = "till.seal", .tx = TX_WRITE, .open_to_all = true, .may = may_anyone, .handle = seal_handle };
static const struct entry root_entry = { .name = "till.root", .tx = TX_WRITE, .open_to_all = true, .may = may_anyone, .handle = root_handle };

static bool is_stopping(struct till *t)
{
	pthread_mutex_lock(&t->lock);
	bool stopping = t->stopping;
	pthread_mutex_unlock(&t->lock);
	return stopping;
}

static enum err give_back(struct till *t, bool *out_more)
{
	*out_more = false;
	return serve_own(t->serve, &till_entry, 0, out_more);
}

static enum err seal_new(struct till *t, bool *out_more)
{
	CLEANUP(ledger_seal_drop) struct ledger_seal s = LEDGER_SEAL;
	*out_more = false;
	TRY(db_begin(t->reader, false));
	enum err e = ledger_seal_make(t->reader, clock_wall_us(), &s);
	db_rollback(t->reader);
	if (e != ERR_OK || s.entries == 0)
		return e;
	*out_more = s.more;
	return serve_own(t->serve, &seal_entry, 0, &s);
}

static enum err sign_day(struct till *t, bool *out_more)
{
	struct ledger_root root;
	*out_more = false;
	TRY(db_begin(t->reader, false));
	enum err e = ledger_root_make(t->reader, &t->key, clock_wall_us(), &root);
	db_rollback(t->reader);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*out_more = true;
	return serve_own(t->serve, &root_entry, 0, &root);
}

/* As often as there is more to do of it. Another node may have been here first (ERR_CONFLICT); what is not done now is done in the
 * next round. */
static void all_of(struct till *t, enum err (*what)(struct till *t, bool *out_more), const char *name)
{
	bool more = true;
	for (unsigned i = 0; i < TILL_ROUNDS_MAX && more && !is_stopping(t); i++) {
		enum err e = what(t, &more);
		if (e != ERR_OK && e != ERR_BUSY && e != ERR_CLOSED && e != ERR_CONFLICT)
			log_line(LOG_WARN, "till: %s: %s; trying again", name, err_name(e));
		if (e != ERR_OK)
			return;
	}
}

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
		all_of(t, give_back, "packets");
		all_of(t, seal_new, "seal");
		all_of(t, sign_day, "root");
	} while (pause_round(t));
	return NULL;
}

static enum err take_key(struct till *t)
{
	struct hash secret;
	TRY(db_begin(t->reader, false));
	enum err e = people_site_secret(t->reader, &secret);
	db_rollback(t->reader);
	TRY(e);
	ledger_key(hash_str(&secret), &t->key);
	proof_wipe(&secret, sizeof secret);
	return ERR_OK;
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
	TRY(db_connect(serve_db(s), true, &t->reader));
	TRY(take_key(t));
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
	db_disconnect(t->reader);
	proof_wipe(&t->key, sizeof t->key);
	pthread_cond_destroy(&t->something);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
