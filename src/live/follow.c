/*
 * live.follow: a socket says what it has ({"groups":{"12":51200},"me":40}). Here it is looked up, in a read transaction,
 * which of these groups are its own and what own news it missed; the net thread then puts it into its place.
 */
#include <stdlib.h>

#include "group/group.h"
#include "live/live_private.h"

static const struct field follow_fields[] = {
	{ "groups", FIELD_INT, FIELD_MAP, .max = INT64_MAX, .max_items = LIVE_FOLLOW_MAX, .what = "group -> the last number one has of it" },
	{ "me", FIELD_INT, 0, 0, INT64_MAX, .what = "the last number of one's own news" },
	{ 0 },
};
static const struct field behind_fields[] = {
	{ "behind", FIELD_ANY, FIELD_REQUIRED | FIELD_LIST, .what = "[group, number]: fetch what follows number, then follow again" },
	{ "me", FIELD_INT, FIELD_REQUIRED, .what = "the newest number of one's own news" }, { 0 },
};
static const struct shape behind_shape = { "Behind", behind_fields };

struct placement *live_placement_of(struct req *r)
{
	struct placement *p = r->entry == &live_follow_entry ? r->state : NULL;
	r->state = NULL;
	return p;
}

void live_placement_free(struct placement *p)
{
	if (p == NULL)
		return;
	free(p->groups);
	free((char *)p->replay.p);
	free(p);
}

/* As they would have come live. Who missed more than LIVE_ME_REPLAY_MAX gets none, and sees by "me" that he did. */
static enum err replay(struct req *r, int64_t after, struct placement *p)
{
	CLEANUP(buf_free) struct buf text = BUF(NET_WS_OUT_BYTES_MAX / 2);
	struct event *events;
	size_t count;
	if (p->me - after > LIVE_ME_REPLAY_MAX)
		return ERR_OK;
	TRY(event_read(r->db, r->arena, STREAM_ACCOUNT, r->account, after, LIVE_ME_REPLAY_MAX, &events, &count));
	for (size_t i = 0; i < count; i++) {
		buf_print(&text, "{\"me\":[%lld,", (long long)events[i].number);
		TRY(live_encode_body(r->db, r->arena, &events[i], &text));
		buf_add(&text, STR("]}\n"));
	}
	TRY(buf_end(&text));
	p->replay = buf_str(&text);
	text.p = NULL;
	return ERR_OK;
}

static enum err follow(struct req *r)
{
	const struct value *groups = req_value(r, "groups");
	size_t count = groups->given ? groups->json->count : 0;
	struct placement *p = calloc(1, sizeof *p);
	if (p == NULL)
		return ERR_MEMORY;
	r->state = p;
	p->groups = calloc(count * 3 + 1, sizeof *p->groups);
	if (p->groups == NULL)
		return ERR_MEMORY;
	p->numbers = p->groups + count;
	p->newest = p->numbers + count;
	for (size_t i = 0; i < count; i++) {
		struct membership m = { 0 };
		int64_t group;
		if (str_int(groups->json->keys[i], 1, INT64_MAX, &group) == ERR_OK)
			TRY(group_membership(r->db, group, r->account, &m));
		if (m.state != MEMBER_IN)
			continue; /* as if there were none */
		TRY(event_last(r->db, STREAM_GROUP, group, &p->newest[p->count]));
		int64_t has = groups->json->items[i].integer, newest = p->newest[p->count];
		p->groups[p->count] = group;
		p->numbers[p->count++] = has < newest ? has : newest;
	}
	TRY(event_last(r->db, STREAM_ACCOUNT, r->account, &p->me));
	if (req_has(r, "me"))
		TRY(replay(r, req_int(r, "me"), p));
	json_open(&r->json);
	json_key(&r->json, "behind");
	json_open_list(&r->json);
	json_close_list(&r->json);
	json_key_int(&r->json, "me", p->me);
	json_close(&r->json);
	return ERR_OK;
}

/* Over HTTP, or after an error, nobody took the placement. */
static void done(struct req *r, bool happened)
{
	if (happened && r->http == NULL)
		return;
	live_placement_free(r->state);
	r->state = NULL;
}

const struct entry live_follow_entry = {
	.name = "live.follow", .method = "POST", .path = "/api/v1/live/follow", .what = "On a socket: what I have; the rest comes live",
	.tx = TX_READ, .rate = RATE_READ, .body_bytes_max = 65536, .socket = true, .fields = follow_fields, .answer = &behind_shape,
	.may = may_signed_in, .handle = follow, .done = done,
};
