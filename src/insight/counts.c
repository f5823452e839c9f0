/*
 * The daily counts: a follower of the journal that keeps messages per member and day, joins and leaves per group and day.
 *
 * Promises: each event counts exactly once (the counts and the follower's place stand in one transaction); one round sums up
 * what it read before it writes, so a busy member costs the writer one row a round, however much he says; whoever is left
 * out of models has no counts.
 * Called by: api (a thread of its own, every second). Owns: member_day, group_day. Not here: what the counts mean (warmth).
 */
#include <stdlib.h>

#include "insight/counts.h"
#include "job/job.h"
#include "serve/serve.h"

#define FOLLOWER STR("counts")
#define ROUND_PAGES_MAX 20u /* of EVENT_READ_MAX, summed up together */
#define ROUND_BYTES_MAX (64u << 20)

struct counting {
	struct event_cursor from, to;
	struct count *counts;
	size_t count;
};

static int64_t day_of(int64_t us) { return us / US_PER_DAY; }

/* What one event changes; group 0: nothing. */
static enum err count_of(struct db_conn *c, const struct event *e, struct count *out)
{
	struct count n = { .group = e->owner, .day = day_of(e->at_us) };
	int64_t at_us;
	bool figures = e->stream == STREAM_FIGURES && e->kind == EVENT_LEFT;
	*out = (struct count){ 0 };
	if (e->stream != STREAM_GROUP && !figures)
		return ERR_OK;
	switch (e->kind) {
	case EVENT_MESSAGE:
		n.account = e->actor;
		n.messages = 1;
		break;
	case EVENT_RECALLED:
	case EVENT_REMOVED:
		TRY(counts_author(c, e->owner, e->subject, &n.account, &at_us));
		n.day = day_of(at_us);
		n.messages = -1;
		break;
	case EVENT_JOINED: n.joins = 1; break;
	case EVENT_GONE:
	case EVENT_BARRED:
	case EVENT_LEFT: n.leaves = 1; break;
	default: return ERR_OK;
	}
	*out = n;
	return ERR_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->account > y->account) - (x->account < y->account);
}

static void sum_up(struct counting *k)
{
	size_t n = 0;
	qsort(k->counts, k->count, sizeof *k->counts, by_place);
	for (size_t i = 0; i < k->count; i++) {
		struct count *last = n ? &k->counts[n - 1] : NULL;
		if (last && by_place(last, &k->counts[i]) == 0) {
			last->messages += k->counts[i].messages;
			last->joins += k->counts[i].joins;
			last->leaves += k->counts[i].leaves;
		} else {
			k->counts[n++] = k->counts[i];
		}
	}
	k->count = n;
}

/* Up to ROUND_PAGES_MAX pages of the journal, from where the follower stands. */
static enum err read_on(struct db_conn *c, struct arena *a, struct counting *k)
{
	size_t got = EVENT_READ_MAX;
	TRY(job_cursor(c, FOLLOWER, &k->from));
	k->to = k->from;
	k->count = 0;
	k->counts = arena_take_many(a, ROUND_PAGES_MAX * EVENT_READ_MAX, sizeof *k->counts);
	if (k->counts == NULL)
		return ERR_MEMORY;
	for (size_t page = 0; page < ROUND_PAGES_MAX && got == EVENT_READ_MAX; page++) {
		struct event *events;
		TRY(event_follow(c, a, &k->to, EVENT_READ_MAX, &events, &got));
		for (size_t i = 0; i < got; i++) {
			struct count *n = &k->counts[k->count];
			enum err e = count_of(c, &events[i], n);
			if (e != ERR_OK && e != ERR_NOT_FOUND)
				return e;
			k->count += e == ERR_OK && n->group != 0;
		}
	}
	sum_up(k);
	return ERR_OK;
}

static enum err write_counts(struct req *r)
{
	const struct counting *k = r->state;
	TRY(job_cursor_move(r->db, FOLLOWER, k->from, k->to));
	for (size_t i = 0; i < k->count;) {
		int64_t messages = 0, joins = 0, leaves = 0;
		size_t first = i;
		for (; i < k->count && k->counts[i].group == k->counts[first].group && k->counts[i].day == k->counts[first].day; i++) {
			const struct count *n = &k->counts[i];
			bool counted = false;
			if (n->account && n->messages)
				TRY(counts_member(r->db, n, &counted));
			messages += counted ? n->messages : 0;
			joins += n->joins;
			leaves += n->leaves;
		}
		if (messages || joins || leaves)
			TRY(counts_group(r->db, k->counts[first].group, k->counts[first].day, messages, joins, leaves));
	}
	return ERR_OK;
}

static enum err may(struct req *r) { return ERR_OK; }

static const struct entry counts_entry = { .name = "insight.counts", .tx = TX_WRITE, .open_to_all = true, .may = may,
	.handle = write_counts };

enum err insight_counts_round(struct serve *s, struct db_conn *reader, bool *out_more)
{
	struct counting k = { 0 };
	CLEANUP(arena_drop) struct arena *a = arena_new(ROUND_BYTES_MAX);
	if (a == NULL)
		return ERR_MEMORY;
	enum err e = db_begin(reader, false);
	if (e == ERR_OK)
		e = read_on(reader, a, &k);
	db_rollback(reader);
	TRY(e);
	bool moved = k.to.position != k.from.position || k.to.xid != k.from.xid;
	if (moved)
		TRY(serve_own(s, &counts_entry, 0, &k));
	*out_more = moved;
	return ERR_OK;
}
