/*
 * net: the fan-out log. Bytes are framed once and lie in one piece of memory; a follower is a socket and an offset. When
 * the piece is full the older half goes, and whoever had not got it is cut off and told.
 * Used by: live through net.h; the loop. Owns: struct net_log. Not here: the sending itself (net_wsout.c).
 */
#include <stdlib.h>

#include "net/net_private.h"

#define FIRST_ROOM 1024u

struct net_log *net_log_new(struct net *n, size_t bytes_max)
{
	struct net_log *log = calloc(1, sizeof *log);
	if (log == NULL)
		return NULL;
	log->net = n;
	log->bytes_max = bytes_max;
	log->flushed_us = INT64_MIN / 2;
	log->gap_us = NET_FLUSH_GAP_US;
	return log;
}

/* Take follower index out; the last one takes its place. */
static void remove_follower(struct net_log *log, uint32_t index)
{
	struct follower *f = &log->followers[index], *last = &log->followers[--log->count];
	struct net_ws *ws = f->ws;
	uint32_t slot = f->slot, last_slot = --ws->follow_count;
	if (slot != last_slot) {
		ws->follows[slot] = ws->follows[last_slot];
		ws->follows[slot].log->followers[ws->follows[slot].index].slot = slot;
	}
	/* Slots have moved, so the list through them no longer holds. */
	ws->first_due = 0;
	if (f != last) {
		*f = *last;
		f->ws->follows[f->slot].index = index;
	}
}

void net_log_free(struct net_log *log)
{
	if (log == NULL)
		return;
	while (log->count)
		remove_follower(log, log->count - 1);
	if (log->dirty) {
		struct net_log **at = &log->net->dirty;
		while (*at != log)
			at = &(*at)->next_dirty;
		*at = log->next_dirty;
	}
	free(log->followers);
	free(log->p);
	free(log);
}

uint64_t net_log_begin(const struct net_log *log)
{
	return log->begin;
}

uint64_t net_log_end(const struct net_log *log)
{
	return log->begin + log->n;
}

size_t net_log_followers(const struct net_log *log)
{
	return log->count;
}

/* ---- following ---- */

static bool grow(void **p, uint32_t *room, size_t each)
{
	uint32_t more = *room ? *room + *room / 2 + 1 : 4;
	void *fresh = realloc(*p, more * each);
	if (fresh == NULL)
		return false;
	*p = fresh;
	*room = more;
	return true;
}

static struct follow *find(const struct net_ws *ws, const struct net_log *log)
{
	for (uint32_t i = 0; i < ws->follow_count; i++)
		if (ws->follows[i].log == log)
			return &ws->follows[i];
	return NULL;
}

enum err net_ws_follow(struct net_ws *ws, struct net_log *log, uint64_t offset)
{
	if (ws->conn->state == CONN_DEAD || ws->close_sent)
		return ERR_CLOSED;
	if (offset < log->begin || offset > net_log_end(log))
		return ERR_NOT_FOUND;
	if (find(ws, log))
		return ERR_CONFLICT;
	if (ws->follow_count >= NET_WS_LOGS_MAX)
		return ERR_LIMIT;
	void *follows = ws->follows, *followers = log->followers;
	bool ok = ws->follow_count < ws->follow_room || grow(&follows, &ws->follow_room, sizeof *ws->follows);
	ws->follows = follows;
	ok = ok && (log->count < log->count_room || grow(&followers, &log->count_room, sizeof *log->followers));
	log->followers = followers;
	if (!ok)
		return ERR_MEMORY;
	log->followers[log->count] = (struct follower){ .ws = ws, .offset = offset, .slot = ws->follow_count };
	ws->follows[ws->follow_count++] = (struct follow){ .log = log, .index = log->count++ };
	if (offset < net_log_end(log)) {
		ws->catch_up = true;
		ws_due(ws);
	}
	return ERR_OK;
}

bool net_ws_follows(const struct net_ws *ws, const struct net_log *log) { return find(ws, log) != NULL; }

void net_ws_unfollow(struct net_ws *ws, struct net_log *log)
{
	struct follow *f = find(ws, log);
	if (f)
		remove_follower(log, f->index);
}

void log_unfollow_all(struct net_ws *ws)
{
	while (ws->follow_count)
		remove_follower(ws->follows[ws->follow_count - 1].log, ws->follows[ws->follow_count - 1].index);
}

/* ---- appending ---- */

/* Drop whole frames from the front until n more bytes fit, and not only just. */
static void make_room(struct net_log *log, size_t n)
{
	struct net_hooks *hooks = &log->net->o.hooks;
	size_t keep = log->bytes_max / 2 < log->bytes_max - n ? log->bytes_max / 2 : log->bytes_max - n;
	size_t cut = 0;
	while (log->n - cut > keep)
		cut += ws_frame_length((const uint8_t *)log->p + cut);
	memmove(log->p, log->p + cut, log->n - cut);
	log->n -= cut;
	log->begin += cut;
	/* Backwards: whoever moves into a removed one's place was looked at already. A hook may remove more. */
	for (uint32_t i = log->count; i-- > 0;) {
		if (i >= log->count || log->followers[i].offset >= log->begin)
			continue;
		struct net_ws *ws = log->followers[i].ws;
		uint64_t offset = log->followers[i].offset;
		remove_follower(log, i);
		if (hooks->ws_cut)
			hooks->ws_cut(hooks->ws_arg, ws, ws->user, log, offset);
	}
}

static enum err append(struct net_log *log, uint8_t opcode, struct str text, uint64_t *out_offset)
{
	uint8_t head[WS_HEAD_MAX];
	size_t head_n = ws_frame_head(opcode, text.n, head), n = head_n + text.n;
	if (n > log->bytes_max / 2)
		return ERR_LIMIT;
	if (log->n + n > log->bytes_max)
		make_room(log, n);
	if (log->n + n > log->room) {
		size_t room = log->room ? log->room : FIRST_ROOM;
		while (room < log->n + n)
			room *= 2;
		room = room < log->bytes_max ? room : log->bytes_max;
		char *fresh = realloc(log->p, room);
		if (fresh == NULL)
			return ERR_MEMORY;
		log->p = fresh;
		log->room = room;
	}
	memcpy(log->p + log->n, head, head_n);
	if (text.n)
		memcpy(log->p + log->n + head_n, text.p, text.n);
	*out_offset = net_log_end(log);
	log->n += n;
	if (!log->dirty) {
		log->dirty = true;
		log->next_dirty = log->net->dirty;
		log->net->dirty = log;
	}
	return ERR_OK;
}

enum err net_log_append(struct net_log *log, struct str text, uint64_t *out_offset)
{
	return append(log, WS_TEXT, text, out_offset);
}

enum err net_log_append_bytes(struct net_log *log, struct str bytes, uint64_t *out_offset)
{
	return append(log, WS_BINARY, bytes, out_offset);
}

/* ---- sending ---- */

/* Mark log for each of its followers that is behind and not waiting for room in its socket anyway. */
static void mark(struct net_log *log)
{
	uint64_t end = net_log_end(log);
	for (uint32_t i = 0; i < log->count; i++) {
		struct follower *f = &log->followers[i];
		if (f->offset == end || f->ws->conn->armed_out)
			continue;
		struct follow *at = &f->ws->follows[f->slot];
		at->next_due = f->ws->first_due;
		f->ws->first_due = f->slot + 1;
		ws_due(f->ws);
	}
}

static void send_due(struct net *n)
{
	while (n->due) {
		struct net_ws *ws = n->due;
		n->due = ws->next_due;
		ws->due = false;
		bool all = ws->catch_up;
		ws->catch_up = false;
		if (ws->conn->state != CONN_DEAD)
			ws_flush(ws, all);
	}
}

/* A log with many followers must not leave the loop without time for anything else. */
static void rest(struct net_log *sent, int64_t gap_us)
{
	gap_us = gap_us < NET_FLUSH_GAP_US ? NET_FLUSH_GAP_US : gap_us > NET_FLUSH_GAP_MAX_US ? NET_FLUSH_GAP_MAX_US : gap_us;
	for (; sent; sent = sent->next_dirty)
		sent->gap_us = gap_us;
}

int64_t log_flush(struct net *n, int64_t now_us)
{
	int64_t next_us = -1;
	struct net_log *sent = NULL;
	for (struct net_log **at = &n->dirty; *at;) {
		struct net_log *log = *at;
		int64_t wait_us = log->flushed_us + log->gap_us - now_us;
		if (wait_us > 0) {
			next_us = next_us < 0 || wait_us < next_us ? wait_us : next_us;
			at = &log->next_dirty;
			continue;
		}
		*at = log->next_dirty;
		log->dirty = false;
		log->flushed_us = now_us;
		mark(log);
		log->next_dirty = sent;
		sent = log;
	}
	send_due(n);
	if (sent)
		rest(sent, (clock_mono_us() - now_us) * NET_FLUSH_REST);
	return next_us;
}
