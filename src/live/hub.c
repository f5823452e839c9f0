/*
 * A hub per group that had news since the start or is followed: its newest number told; while somebody follows, the net
 * log, which number begins at which offset, and the last few events for who comes back within moments.
 */
#include <stdlib.h>

#include "live/live_private.h"

struct recent { /* an event's encoding in the ring of text */
	int64_t number;
	struct str text; /* from malloc */
};

struct hub {
	int64_t group, last; /* last: number of the newest event told, or read from the journal by who followed first */
	struct lane lanes[2]; /* as text; deflated */
	struct recent *recent; /* NULL: nobody follows */
	size_t recent_first, recent_count, recent_bytes;
};

#define RECENT_MAX 256u

static void rest(struct hub *h)
{
	lane_free(&h->lanes[0]);
	lane_free(&h->lanes[1]);
	for (size_t i = 0; i < h->recent_count; i++)
		free((char *)h->recent[(h->recent_first + i) % RECENT_MAX].text.p);
	free(h->recent);
	*h = (struct hub){ .group = h->group, .last = h->last };
}

static struct hub *hub_of(struct live *l, int64_t group, int64_t last)
{
	struct hub *h = idmap_get(l->groups, (uint64_t)group);
	if (h)
		return h;
	h = calloc(1, sizeof *h);
	if (h == NULL || idmap_put(l->groups, (uint64_t)group, h) != ERR_OK) {
		free(h);
		return NULL;
	}
	h->group = group;
	h->last = last;
	return h;
}

static size_t followers(const struct hub *h)
{
	return (h->lanes[0].log ? net_log_followers(h->lanes[0].log) : 0) + (h->lanes[1].log ? net_log_followers(h->lanes[1].log) : 0);
}

static bool awake(struct live *l, struct hub *h, bool deflated)
{
	struct lane *lane = &h->lanes[deflated];
	lane->deflated = deflated;
	if (h->recent == NULL)
		h->recent = calloc(RECENT_MAX, sizeof *h->recent);
	if (lane->log == NULL)
		lane->log = net_log_new(l->net, LIVE_LOG_BYTES);
	return h->recent && lane->log;
}

static void recent_drop(struct hub *h)
{
	struct recent *r = &h->recent[h->recent_first];
	h->recent_bytes -= r->text.n;
	free((char *)r->text.p);
	h->recent_first = (h->recent_first + 1) % RECENT_MAX;
	h->recent_count--;
}

static void recent_add(struct hub *h, int64_t number, struct str text)
{
	char *copy = malloc(text.n ? text.n : 1);
	if (copy)
		memcpy(copy, text.p, text.n);
	while (h->recent_count && (copy == NULL || h->recent_count == RECENT_MAX || h->recent_bytes + text.n > LIVE_RECENT_BYTES))
		recent_drop(h);
	if (copy == NULL)
		return;
	h->recent[(h->recent_first + h->recent_count++) % RECENT_MAX] = (struct recent){ number, { copy, text.n } };
	h->recent_bytes += text.n;
}

static void tell_group(struct live *l, const struct news *n)
{
	struct hub *h = hub_of(l, n->owner, n->numbers[0] - 1);
	size_t from = 0;
	if (h == NULL)
		return;
	while (from < n->count && n->numbers[from] <= h->last)
		from++;
	if (from == n->count)
		return;
	h->last = n->numbers[n->count - 1];
	if (h->recent && followers(h) == 0)
		rest(h);
	if (h->recent == NULL)
		return;
	for (size_t i = from; i < n->count; i++)
		recent_add(h, n->numbers[i], n->texts[i]);
	for (size_t i = 0; i < COUNT_OF(h->lanes); i++)
		if (h->lanes[i].log && net_log_followers(h->lanes[i].log))
			lane_append(&h->lanes[i], n, from, n->count);
}

void live_tell(struct live *l, struct news *n)
{
	if (n->stream == STREAM_GROUP)
		tell_group(l, n);
	else
		live_tell_account(l, n);
	news_free(n);
}

/* Everything after number that was told already, as one private frame ahead of the log. */
static bool catch_up(struct sock *s, const struct hub *h, int64_t number)
{
	CLEANUP(buf_free) struct buf frame = BUF(NET_WS_OUT_BYTES_MAX / 2);
	for (size_t i = 0; i < h->recent_count; i++) {
		const struct recent *r = &h->recent[(h->recent_first + i) % RECENT_MAX];
		if (r->number <= number)
			continue;
		buf_add_char(&frame, frame.n ? ',' : '[');
		buf_add(&frame, r->text);
	}
	buf_add_char(&frame, ']');
	if (buf_end(&frame) != ERR_OK)
		return false;
	net_ws_send(s->ws, buf_str(&frame));
	return true;
}

enum hub_place live_hub_follow(struct live *l, struct sock *s, int64_t group, int64_t number, int64_t newest)
{
	struct hub *h = hub_of(l, group, newest);
	if (h == NULL || !awake(l, h, s->deflated))
		return HUB_ERROR;
	if (number > h->last) { /* it has read what the follower has not told yet */
		if (followers(h) > 0)
			return HUB_BEHIND; /* it asks again; by then it was told */
		while (h->recent_count)
			recent_drop(h);
		h->last = number;
	}
	bool recent_reaches = number == h->last || (h->recent_count && h->recent[h->recent_first].number <= number + 1);
	if (!recent_reaches)
		return HUB_BEHIND;
	struct net_log *log = h->lanes[s->deflated].log;
	enum err e = net_ws_follow(s->ws, log, net_log_end(log));
	if (e == ERR_CONFLICT)
		return HUB_FOLLOWS; /* it does already: what was told meanwhile it was sent */
	if (e != ERR_OK)
		return HUB_ERROR;
	if (number == h->last || catch_up(s, h, number))
		return HUB_FOLLOWS;
	net_ws_unfollow(s->ws, log);
	return HUB_BEHIND;
}

bool live_hub_follows(const struct live *l, const struct sock *s, int64_t group)
{
	const struct hub *h = idmap_get(l->groups, (uint64_t)group);
	return h && h->lanes[s->deflated].log && net_ws_follows(s->ws, h->lanes[s->deflated].log);
}

void live_hub_unfollow(struct live *l, struct sock *s, int64_t group)
{
	struct hub *h = idmap_get(l->groups, (uint64_t)group);
	if (h && h->lanes[s->deflated].log)
		net_ws_unfollow(s->ws, h->lanes[s->deflated].log);
}

void live_hub_cut(struct live *l, struct sock *s, struct net_log *log, uint64_t offset)
{
	size_t pos = 0;
	uint64_t group;
	void *value;
	while (idmap_next(l->groups, &pos, &group, &value)) {
		struct hub *h = value;
		const struct lane *lane = &h->lanes[s->deflated];
		if (lane->log != log)
			continue;
		int64_t before = lane_number_at(lane, offset, h->last);
		sock_send(s, "{\"behind\":[[%lld,%lld]]}", (long long)group, (long long)before);
	}
}

void live_hubs_free(struct live *l)
{
	size_t pos = 0;
	uint64_t group;
	void *value;
	while (idmap_next(l->groups, &pos, &group, &value)) {
		rest(value);
		free(value);
	}
	idmap_free(l->groups);
}
