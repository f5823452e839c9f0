/* The room as a whole: made, bound, started, stopped; and what the net thread does when it is woken. */
#include <stdlib.h>

#include "live/live_private.h"

#define INBOX_MAX 1000000u

enum err live_new(struct serve *s, struct live **out_live)
{
	struct live *l = calloc(1, sizeof *l);
	if (l == NULL)
		return ERR_MEMORY;
	l->serve = s;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->something, NULL);
	l->news = queue_new(INBOX_MAX);
	l->replies = queue_new(INBOX_MAX);
	l->last = idmap_new();
	l->groups = idmap_new();
	l->accounts = idmap_new();
	l->sockets = idmap_new();
	if (l->news && l->replies && l->last && l->groups && l->accounts && l->sockets) {
		*out_live = l;
		return ERR_OK;
	}
	live_free(l);
	return ERR_MEMORY;
}

void live_bind(struct live *l, struct net *n) { l->net = n; }

enum err live_start(struct live *l)
{
	TRY(thread_start(&l->follower, "follower", live_follower_run, l));
	l->follower_started = true;
	return ERR_OK;
}

void live_stop(struct live *l)
{
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_broadcast(&l->something);
	pthread_mutex_unlock(&l->lock);
	if (l->follower_started)
		pthread_join(l->follower, NULL);
	l->follower_started = false;
}

void live_committed(void *arg)
{
	struct live *l = arg;
	pthread_mutex_lock(&l->lock);
	l->committed = true;
	pthread_cond_signal(&l->something);
	pthread_mutex_unlock(&l->lock);
}

static void free_values(struct idmap *m)
{
	size_t pos = 0;
	uint64_t key;
	void *value;
	while (m && idmap_next(m, &pos, &key, &value))
		free(value);
	if (m)
		idmap_free(m);
}

static struct news *news_of(struct job_link *j) { return (struct news *)((char *)j - offsetof(struct news, link)); }
static struct reply *reply_of(struct job_link *j) { return (struct reply *)((char *)j - offsetof(struct reply, link)); }

void live_free(struct live *l)
{
	if (l == NULL)
		return;
	struct job_link *j, *next;
	for (j = l->news ? queue_take_all(l->news) : NULL; j; j = next) {
		next = j->next;
		news_free(news_of(j));
	}
	for (j = l->replies ? queue_take_all(l->replies) : NULL; j; j = next) {
		next = j->next;
		live_take_reply(l, reply_of(j));
	}
	queue_free(l->news);
	queue_free(l->replies);
	free_values(l->last);
	free_values(l->accounts);
	if (l->groups)
		live_hubs_free(l);
	if (l->sockets)
		idmap_free(l->sockets);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->something);
	free(l);
}

/* News before replies: a placement is then made against the newest numbers. */
void live_wake(void *arg)
{
	struct live *l = arg;
	struct job_link *j, *next;
	for (j = queue_take_all(l->news); j; j = next) {
		next = j->next;
		live_tell(l, news_of(j));
	}
	for (j = queue_take_all(l->replies); j; j = next) {
		next = j->next;
		live_take_reply(l, reply_of(j));
	}
}
