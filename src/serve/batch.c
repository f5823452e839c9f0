/*
 * Group commit on SQLite: what waits for the writer goes into one transaction, each request in its own savepoint, or those that can
 * be handled in one go together in one; one commit; then all are answered.
 *
 * Called by: workers.c. Owns: nothing. Not here: the threads, the stages of one request (workers.c).
 */
#include "serve/serve_private.h"

static void batch_answer(struct commit_batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		req_finish(b->reqs[i], b->results[i]);
	b->count = 0;
}

/* The whole transaction is gone (disk full, I/O, commit refused): nobody was answered, each goes alone. */
static void one_by_one(struct serve *s, struct db_conn *c, struct commit_batch *b)
{
	log_line(LOG_WARN, "writer: a batch of %zu was undone; each request runs alone", b->count);
	for (size_t i = 0; i < b->count; i++)
		b->results[i] = req_write_alone(c, b->reqs[i]);
	req_committed(s);
	batch_answer(b);
}

static enum err run_in_savepoint(struct db_conn *c, struct req *r)
{
	db_save(c);
	enum err e = req_write(c, r);
	if (e == ERR_OK)
		e = db_save_release(c);
	if (e != ERR_OK && db_in_transaction(c))
		db_save_undo(c);
	return e;
}

static bool same_path(const struct req *a, const struct req *b)
{
	const struct field *f = a->entry->fields;
	for (size_t i = 0; f && f[i].name; i++)
		if (f[i].flags & FIELD_PATH && (f[i].kind != FIELD_INT || a->values[i].integer != b->values[i].integer))
			return false;
	return true;
}

/* Take the first of *list, and those behind it that can be handled in one go with it, into the batch. */
static size_t take_alike(struct commit_batch *b, struct job_link **list)
{
	struct req *first = req_of(*list);
	size_t n = 0;
	do {
		b->reqs[b->count + n++] = req_of(*list);
		*list = (*list)->next;
	} while (first->entry->handle_many && *list && n < SERVE_MANY_MAX && b->count + n < SERVE_BATCH_MAX &&
		req_of(*list)->entry == first->entry && same_path(first, req_of(*list)));
	return n;
}

/* All of them in one savepoint. false: nothing of it happened. */
static bool run_alike(struct db_conn *c, struct req *const reqs[], enum err results[], size_t n)
{
	struct req *permitted[SERVE_MANY_MAX];
	size_t count = 0;
	db_save(c);
	for (size_t i = 0; i < n; i++) {
		results[i] = req_permit(c, reqs[i]);
		if (results[i] == ERR_OK)
			permitted[count++] = reqs[i];
	}
	enum err e = db_failed(c);
	if (e == ERR_OK && count)
		e = reqs[0]->entry->handle_many(permitted, count);
	for (size_t i = 0; i < count && e == ERR_OK; i++)
		e = permitted[i]->out.failed || permitted[i]->headers.failed ? ERR_LIMIT : ERR_OK;
	if (e == ERR_OK)
		e = db_save_release(c);
	if (e != ERR_OK && db_in_transaction(c))
		db_save_undo(c);
	for (size_t i = 0; i < n; i++)
		reqs[i]->db = NULL;
	return e == ERR_OK;
}

/* The n requests at the end of the batch. false: the database has undone the whole transaction. */
static bool run_some(struct db_conn *c, struct commit_batch *b, size_t n)
{
	struct req *const *reqs = &b->reqs[b->count];
	enum err *results = &b->results[b->count];
	if (n > 1 && run_alike(c, reqs, results, n))
		return true;
	for (size_t i = 0; i < n && db_in_transaction(c); i++) {
		req_forget_answer(reqs[i]);
		results[i] = run_in_savepoint(c, reqs[i]);
	}
	return db_in_transaction(c);
}

void batch_run(struct serve *s, struct db_conn *c, struct commit_batch *b, struct job_link **list)
{
	int64_t began_us = clock_mono_us();
	b->count = 0;
	enum err e = db_begin(c, true);
	bool whole = e == ERR_OK;
	while (*list && b->count < SERVE_BATCH_MAX && (b->count == 0 || clock_mono_us() - began_us < SERVE_BATCH_US_MAX)) {
		size_t n = take_alike(b, list);
		whole = whole && run_some(c, b, n);
		b->count += n;
	}
	if (whole && db_commit(c) == ERR_OK) {
		req_committed(s);
		batch_answer(b);
		return;
	}
	db_rollback(c);
	one_by_one(s, c, b);
}
