/*
 * The follower: reads the journal behind every commit, encodes each event once and hands it to the net thread, a piece of
 * news per group (or account) and round.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "live/live_private.h"

#define ROUND_MAX 500u
#define ELDERS_MAX 100u
#define NEWS_BYTES_MAX (32u << 20)
#define POLL_MS 200 /* PostgreSQL: other nodes write too */

static struct news *news_new(const struct event *e, size_t room)
{
	struct arena *a = arena_new(NEWS_BYTES_MAX);
	struct news *n = a ? ARENA_NEW(a, struct news) : NULL;
	if (n == NULL) {
		arena_free(a);
		return NULL;
	}
	*n = (struct news){ .stream = e->stream, .owner = e->owner, .arena = a };
	n->numbers = arena_take_many(a, room, sizeof *n->numbers);
	n->texts = arena_take_many(a, room, sizeof *n->texts);
	n->kinds = arena_take_many(a, room, sizeof *n->kinds);
	n->subjects = arena_take_many(a, room, sizeof *n->subjects);
	if (n->numbers && n->texts && n->kinds && n->subjects)
		return n;
	arena_free(a);
	return NULL;
}

void news_free(struct news *n) { arena_free(n->arena); }

static enum err news_add(struct db_conn *c, struct arena *scratch, struct news *n, const struct event *e)
{
	CLEANUP(buf_free) struct buf text = BUF(NEWS_BYTES_MAX);
	if (e->stream == STREAM_GROUP)
		TRY(live_encode(c, scratch, e, &text));
	else
		TRY(live_encode_body(c, scratch, e, &text));
	size_t i = n->count;
	TRY(arena_copy(n->arena, buf_str(&text), &n->texts[i]));
	n->numbers[i] = e->number;
	n->kinds[i] = e->kind;
	n->subjects[i] = e->subject;
	n->count++;
	return ERR_OK;
}

static void hand_over(struct live *l, struct news *n)
{
	if (n && n->count && queue_put(l->news, &n->link) == ERR_OK)
		return;
	if (n)
		news_free(n);
}

/* The first event of a group since the start: its elders that stand behind it in the follower's order were not told either
 * (PostgreSQL hands out transaction ids before rows, so across transactions order of ids is not order of numbers). */
static enum err told_before(struct db_conn *c, struct arena *a, const struct event *e, int64_t *out_last)
{
	struct event *elders;
	size_t n = 0, i = 0;
	if (e->xid)
		TRY(event_read_back(c, a, STREAM_GROUP, e->owner, e->number, ELDERS_MAX, &elders, &n));
	while (i < n && (elders[i].xid > e->xid || (elders[i].xid == e->xid && elders[i].position > e->position)))
		i++;
	*out_last = e->number - 1 - (int64_t)i;
	return ERR_OK;
}

/* What must be told for e: nothing if it was; the whole stretch since the last one if it came before its elders. *out_last is
 * for the caller to move as it tells them: what was not told will be tried again. */
static enum err stretch(struct live *l, struct db_conn *c, struct arena *a, struct event *e, struct event **out, size_t *out_count,
	int64_t **out_last)
{
	int64_t *last = idmap_get(l->last, (uint64_t)e->owner), before;
	if (last == NULL) {
		TRY(told_before(c, a, e, &before));
		last = calloc(1, sizeof *last);
		if (last == NULL || idmap_put(l->last, (uint64_t)e->owner, last) != ERR_OK) {
			free(last);
			return ERR_MEMORY;
		}
		*last = before;
	}
	*out = e;
	*out_count = e->number > *last;
	*out_last = last;
	if (e->number > *last + 1)
		TRY(event_read(c, a, STREAM_GROUP, e->owner, *last, (size_t)(e->number - *last), out, out_count));
	return ERR_OK;
}

/* One round: read, encode, hand over. *out_more: there may be more. */
static enum err follow_round(struct live *l, struct db_conn *c, struct arena *a, struct event_cursor *cursor, bool *out_more)
{
	struct event *events;
	size_t count;
	TRY(event_follow(c, a, cursor, ROUND_MAX, &events, &count));
	*out_more = count == ROUND_MAX;
	struct news *n = NULL;
	enum err e = ERR_OK;
	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		struct event *some = &events[i];
		size_t some_count = 1;
		int64_t *last = NULL;
		if (some->stream != STREAM_GROUP && some->stream != STREAM_ACCOUNT)
			continue;
		if (some->stream == STREAM_GROUP)
			e = stretch(l, c, a, some, &some, &some_count, &last);
		for (size_t k = 0; k < some_count && e == ERR_OK; k++) {
			if (n == NULL || n->stream != some[k].stream || n->owner != some[k].owner || n->count == ROUND_MAX) {
				hand_over(l, n);
				n = news_new(&some[k], ROUND_MAX);
			}
			e = n ? news_add(c, a, n, &some[k]) : ERR_MEMORY;
			if (e == ERR_OK && last)
				*last = some[k].number;
		}
	}
	hand_over(l, n);
	if (count)
		net_wake(l->net);
	return e;
}

/* Sleep until something was committed; false: stop. */
static bool wait_for_commit(struct live *l, bool poll)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&l->lock);
	while (!l->committed && !l->stopping)
		if (poll ? pthread_cond_timedwait(&l->something, &l->lock, &until) == ETIMEDOUT
			 : pthread_cond_wait(&l->something, &l->lock) != 0)
			break;
	l->committed = false;
	bool go_on = !l->stopping;
	pthread_mutex_unlock(&l->lock);
	return go_on;
}

void *live_follower_run(void *arg)
{
	struct live *l = arg;
	struct db_conn *c = NULL;
	struct event_cursor cursor = { 0 };
	CLEANUP(arena_drop) struct arena *a = arena_new(64u << 20);
	if (a == NULL || db_connect(serve_db(l->serve), true, &c) != ERR_OK || event_cursor_end(c, &cursor) != ERR_OK)
		abort();
	bool poll = db_kind_of(serve_db(l->serve)) == DB_POSTGRES;
	while (wait_for_commit(l, poll)) {
		bool more = true;
		while (more) {
			struct event_cursor before = cursor;
			arena_reset(a);
			enum err e = db_begin(c, false);
			if (e == ERR_OK)
				e = follow_round(l, c, a, &cursor, &more);
			db_rollback(c);
			if (e != ERR_OK) { /* told again from the same place; what was told is skipped by its number */
				log_line(LOG_ERROR, "live: following the journal: %s", err_name(e));
				cursor = before;
				more = false;
			}
		}
	}
	db_disconnect(c);
	return NULL;
}
