/* Hand-off between threads: a bounded list under a mutex, and starting threads. */
#include <signal.h>
#include <stdlib.h>

#include "base/base.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct job_link *first, **last;
	size_t count, most;
	bool closed;
	void (*wake)(void *arg);
	void *wake_arg;
};

struct queue *queue_new(size_t most)
{
	struct queue *q = calloc(1, sizeof *q);
	if (q == NULL)
		return NULL;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->filled, NULL);
	q->last = &q->first;
	q->most = most;
	return q;
}

void queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->filled);
	free(q);
}

void queue_on_put(struct queue *q, void (*wake)(void *arg), void *arg)
{
	q->wake = wake;
	q->wake_arg = arg;
}

enum err queue_put(struct queue *q, struct job_link *job)
{
	pthread_mutex_lock(&q->lock);
	enum err e = q->closed ? ERR_CLOSED : q->count >= q->most ? ERR_BUSY : ERR_OK;
	bool was_empty = q->first == NULL;
	if (e == ERR_OK) {
		job->next = NULL;
		*q->last = job;
		q->last = &job->next;
		q->count++;
		pthread_cond_signal(&q->filled);
	}
	pthread_mutex_unlock(&q->lock);
	if (e == ERR_OK && was_empty && q->wake)
		q->wake(q->wake_arg);
	return e;
}

/* At most n (0: all) off the front; the lock is held. */
static struct job_link *take(struct queue *q, size_t n)
{
	struct job_link *list = q->first, **end = &q->first;
	size_t taken = 0;
	while (*end && (n == 0 || taken < n)) {
		end = &(*end)->next;
		taken++;
	}
	q->first = *end;
	*end = NULL;
	if (list == NULL || q->first == NULL)
		q->last = &q->first;
	q->count -= taken;
	return taken ? list : NULL;
}

struct job_link *queue_take_all(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	struct job_link *list = take(q, 0);
	pthread_mutex_unlock(&q->lock);
	return list;
}

struct job_link *queue_wait(struct queue *q, size_t n)
{
	pthread_mutex_lock(&q->lock);
	while (q->first == NULL && !q->closed)
		pthread_cond_wait(&q->filled, &q->lock);
	struct job_link *list = take(q, n);
	pthread_mutex_unlock(&q->lock);
	return list;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
	if (q->wake)
		q->wake(q->wake_arg);
}

enum err thread_start(pthread_t *out_thread, const char *name, void *(*run)(void *), void *arg)
{
	sigset_t all, before; /* signals belong to the main thread */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(out_thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		log_line(LOG_ERROR, "thread %s: %s", name, strerror(failed));
		return ERR_IO;
	}
	pthread_setname_np(*out_thread, name);
	return ERR_OK;
}
