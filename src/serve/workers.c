/*
 * The threads that touch the database.
 *
 * SQLite: readers (session, load, reads), workers (slow work without the database) and one writer, which takes everything
 * that waits into one transaction, each request in its own savepoint, commits once and then answers all: group commit.
 * PostgreSQL: a pool; each thread takes a request through all its stages in transactions of its own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "serve/serve_private.h"

#define CHECKPOINT_EVERY_US US_PER_S

struct workers {
	struct serve *s;
	bool pooled; /* PostgreSQL */
	struct queue *reads, *slow, *writes; /* pooled: reads takes everything */
	pthread_t threads[SERVE_READERS + SERVE_WORKERS + SERVE_POOL + 2];
	size_t thread_count;
	struct db_conn *reader, *writer; /* stepped only */
	_Atomic bool stopping;
};

/* ---- the stages of one request ---- */

void req_finish(struct req *r, enum err e)
{
	req_settle(r, e);
	if (r->entry->done)
		r->entry->done(r, r->problem == NULL);
	r->answer(r);
	req_free(r);
}

void req_forget_answer(struct req *r)
{
	buf_clear(&r->out);
	buf_clear(&r->headers);
	buf_clear(&r->problem_extra);
	r->json = JSON_OUT(&r->out);
	r->problem = NULL;
	r->status = 0;
	r->retry_after_s = 0;
}

/* A person's rate holds for all his devices together; at the door only the token was known. */
static enum err count_person(struct req *r)
{
	char who[32];
	int64_t wait_s = 1;
	if (r->serve->o.no_rates || r->counted || r->http == NULL || r->account == 0)
		return ERR_OK;
	r->counted = true;
	snprintf(who, sizeof who, "a%lld", (long long)r->account);
	if (guard_take(r->serve->guard, r->entry->rate, str_of(who), r->now_us, &wait_s))
		return ERR_OK;
	r->retry_after_s = wait_s;
	refuse_with_int(r, "retry_after_s", wait_s);
	return refuse(r, "slow-down", NULL);
}

static enum err identify(struct req *r)
{
	const struct serve_hooks *h = &r->serve->o.hooks;
	int64_t wait_s = 1;
	if (r->account == 0 && r->token.n) {
		enum err e = h->session(r->db, r->token, r->now_us, &r->account, &r->session, &r->chinese);
		if (e == ERR_NOT_FOUND && !r->serve->o.no_rates &&
			!guard_take(r->serve->guard, RATE_SIGN_IN, r->peer, r->now_us, &wait_s)) {
			r->retry_after_s = wait_s;
			refuse_with_int(r, "retry_after_s", wait_s);
			return refuse(r, "slow-down", NULL);
		}
		if (e != ERR_NOT_FOUND)
			TRY(e);
		TRY(count_person(r));
	}
	return r->account == 0 && !r->entry->open_to_all ? refuse(r, "not-signed-in", NULL) : ERR_OK;
}

static bool reads_first(const struct entry *e)
{
	return e->tx == TX_READ || e->load || e->prepare || (e->tx == TX_NONE && !e->open_to_all);
}

/* Session, load, and all of a read. The transaction is the caller's connection's. */
static enum err read_stage(struct db_conn *c, struct req *r)
{
	r->db = c;
	enum err e = db_begin(c, false);
	if (e == ERR_OK)
		e = identify(r);
	if (e == ERR_OK && r->entry->load)
		e = r->entry->load(r);
	if (e == ERR_OK && r->entry->tx == TX_READ) {
		e = r->entry->may(r);
		if (e == ERR_OK)
			e = r->entry->handle(r);
	}
	if (e == ERR_OK)
		e = db_failed(c);
	db_rollback(c); /* nothing was written: an end like any other */
	r->db = NULL;
	return e;
}

static enum err slow_stage(struct req *r)
{
	enum err e = r->entry->prepare ? r->entry->prepare(r) : ERR_OK;
	if (e == ERR_OK && r->entry->tx == TX_NONE) {
		e = r->entry->may(r);
		if (e == ERR_OK)
			e = r->entry->handle(r);
	}
	return e;
}

static int64_t lock_id(const struct req *r)
{
	switch (r->entry->lock) {
	case LOCK_GROUP: return req_int(r, "group");
	case LOCK_ACCOUNT: return r->account;
	case LOCK_SITE: return 1;
	case LOCK_NONE: break;
	}
	return 0;
}

/* Who asks, and whether he may. */
enum err req_permit(struct db_conn *c, struct req *r)
{
	r->db = c;
	if (r->came) { /* a handler may have signed somebody in who then was undone */
		r->account = r->came_account;
		r->session = r->came_session;
	}
	r->came = true;
	r->came_account = r->account;
	r->came_session = r->session;
	enum err e = r->entry->lock == LOCK_NONE ? ERR_OK : db_lock(c, r->entry->lock, lock_id(r));
	if (e == ERR_OK)
		e = identify(r);
	return e == ERR_OK ? r->entry->may(r) : e;
}

enum err req_write(struct db_conn *c, struct req *r)
{
	enum err e = req_permit(c, r);
	if (e == ERR_OK)
		e = r->entry->handle(r);
	if (e == ERR_OK)
		e = db_failed(c);
	if (e == ERR_OK && (r->out.failed || r->headers.failed)) /* what cannot be told must not happen */
		e = ERR_LIMIT;
	r->db = NULL;
	return e;
}

/* A request in a transaction of its own; met another one: again. */
enum err req_write_alone(struct db_conn *c, struct req *r)
{
	enum err e = ERR_BUSY;
	for (unsigned i = 0; i < SERVE_RETRIES && e == ERR_BUSY; i++) {
		req_forget_answer(r);
		e = db_begin(c, true);
		if (e == ERR_OK)
			e = req_write(c, r);
		if (e == ERR_OK)
			e = db_commit(c);
		if (e != ERR_OK)
			db_rollback(c);
	}
	return e;
}

void req_committed(struct serve *s)
{
	if (s->o.hooks.committed)
		s->o.hooks.committed(s->o.hooks.arg);
}

/* ---- SQLite: the writer ---- */

static void *writer_run(void *arg)
{
	struct workers *w = arg;
	struct commit_batch *b = calloc(1, sizeof *b);
	struct db_conn *c = NULL;
	struct job_link *list;
	if (b == NULL || db_connect(w->s->o.db, false, &c) != ERR_OK)
		abort(); /* checked before the threads were started */
	while ((list = queue_wait(w->writes, SERVE_BATCH_MAX)))
		while (list)
			batch_run(w->s, c, b, &list);
	db_disconnect(c);
	free(b);
	return NULL;
}

/* ---- handing on ---- */

static void after_read(struct workers *w, struct req *r, enum err e)
{
	if (e != ERR_OK || r->entry->tx == TX_READ) {
		req_finish(r, e);
		return;
	}
	struct queue *next = r->entry->prepare || r->entry->tx == TX_NONE ? w->slow : w->writes;
	e = queue_put(next, &r->link);
	if (e != ERR_OK)
		req_finish(r, e);
}

static void after_slow(struct workers *w, struct req *r, enum err e)
{
	if (e == ERR_OK && r->entry->tx == TX_WRITE) {
		e = queue_put(w->writes, &r->link);
		if (e == ERR_OK)
			return;
	}
	req_finish(r, e);
}

static void *reader_run(void *arg)
{
	struct workers *w = arg;
	struct db_conn *c = NULL;
	struct job_link *l;
	if (db_connect(w->s->o.db, true, &c) != ERR_OK)
		abort();
	while ((l = queue_wait(w->reads, 1))) {
		struct req *r = req_of(l);
		after_read(w, r, read_stage(c, r));
	}
	db_disconnect(c);
	return NULL;
}

static void *slow_run(void *arg)
{
	struct workers *w = arg;
	struct job_link *l;
	while ((l = queue_wait(w->slow, 1))) {
		struct req *r = req_of(l);
		after_slow(w, r, slow_stage(r));
	}
	return NULL;
}

static void *checkpoint_run(void *arg)
{
	struct workers *w = arg;
	struct db_conn *c = NULL;
	if (db_connect(w->s->o.db, false, &c) != ERR_OK)
		abort();
	while (!w->stopping) {
		struct timespec pause = { .tv_nsec = 250 * 1000 * 1000 };
		for (int64_t us = 0; us < CHECKPOINT_EVERY_US && !w->stopping; us += 250 * US_PER_MS)
			nanosleep(&pause, NULL);
		if (db_checkpoint(c) != ERR_OK)
			log_line(LOG_DEBUG, "checkpoint put off");
	}
	db_disconnect(c);
	return NULL;
}

/* ---- PostgreSQL: the pool ---- */

static void pool_one(struct workers *w, struct db_conn *c, struct req *r)
{
	enum err e = ERR_OK;
	if (reads_first(r->entry))
		e = read_stage(c, r);
	if (e == ERR_OK && r->entry->tx != TX_READ)
		e = slow_stage(r);
	if (e == ERR_OK && r->entry->tx == TX_WRITE) {
		e = req_write_alone(c, r);
		req_committed(w->s);
	}
	req_finish(r, e);
}

static void *pool_run(void *arg)
{
	struct workers *w = arg;
	struct db_conn *c = NULL;
	struct job_link *l;
	if (db_connect(w->s->o.db, false, &c) != ERR_OK)
		abort();
	while ((l = queue_wait(w->reads, 1)))
		pool_one(w, c, req_of(l));
	db_disconnect(c);
	return NULL;
}

/* ---- from outside ---- */

enum err workers_put(struct workers *w, struct req *r)
{
	if (w->pooled || reads_first(r->entry))
		return queue_put(w->reads, &r->link);
	return queue_put(r->entry->tx == TX_WRITE ? w->writes : w->slow, &r->link);
}

enum err workers_new(struct serve *s, struct workers **out)
{
	struct workers *w = calloc(1, sizeof *w);
	if (w == NULL)
		return ERR_MEMORY;
	w->s = s;
	w->pooled = db_kind_of(s->o.db) == DB_POSTGRES;
	w->reads = queue_new(SERVE_QUEUE_MAX);
	w->slow = queue_new(SERVE_QUEUE_MAX);
	w->writes = queue_new(SERVE_QUEUE_MAX);
	/* every statement is prepared once here, so that a wrong one shows before the first request */
	enum err e = w->reads && w->slow && w->writes ? db_connect(s->o.db, false, &w->writer) : ERR_MEMORY;
	if (e == ERR_OK && s->o.stepped)
		e = db_connect(s->o.db, true, &w->reader);
	if (!s->o.stepped || e != ERR_OK) {
		db_disconnect(w->writer);
		w->writer = NULL;
	}
	if (e != ERR_OK) {
		workers_free(w);
		return e;
	}
	*out = w;
	return ERR_OK;
}

static enum err start(struct workers *w, const char *name, void *(*run)(void *), unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		TRY(thread_start(&w->threads[w->thread_count++], name, run, w));
	return ERR_OK;
}

enum err workers_start(struct workers *w)
{
	if (w->pooled)
		return start(w, "pool", pool_run, SERVE_POOL);
	TRY(start(w, "reader", reader_run, SERVE_READERS));
	TRY(start(w, "worker", slow_run, SERVE_WORKERS));
	TRY(start(w, "writer", writer_run, 1));
	return start(w, "checkpoint", checkpoint_run, 1);
}

/* In the order in which requests travel, so that what was accepted gets through. */
void workers_stop(struct workers *w)
{
	w->stopping = true;
	size_t at = 0;
	queue_close(w->reads);
	for (unsigned i = 0; i < (w->pooled ? SERVE_POOL : SERVE_READERS) && at < w->thread_count; i++)
		pthread_join(w->threads[at++], NULL);
	queue_close(w->slow);
	for (unsigned i = 0; i < SERVE_WORKERS && at < w->thread_count && !w->pooled; i++)
		pthread_join(w->threads[at++], NULL);
	queue_close(w->writes);
	while (at < w->thread_count)
		pthread_join(w->threads[at++], NULL);
	w->thread_count = 0;
}

void workers_free(struct workers *w)
{
	if (w == NULL)
		return;
	db_disconnect(w->reader);
	db_disconnect(w->writer);
	queue_free(w->reads);
	queue_free(w->slow);
	queue_free(w->writes);
	free(w);
}

bool workers_step(struct workers *w)
{
	static struct commit_batch b; /* a rehearsal has one thread */
	struct job_link *list, *next;
	bool did = false;
	for (list = queue_take_all(w->reads); list; list = next, did = true) {
		next = list->next;
		if (w->pooled)
			pool_one(w, w->writer, req_of(list));
		else
			after_read(w, req_of(list), read_stage(w->reader, req_of(list)));
	}
	for (list = queue_take_all(w->slow); list; list = next, did = true) {
		next = list->next;
		after_slow(w, req_of(list), slow_stage(req_of(list)));
	}
	for (list = queue_take_all(w->writes); list; did = true)
		batch_run(w->s, w->writer, &b, &list);
	return did;
}
