/*
 * A lane of a hub: one net log and which number begins at which offset. A hub has two: as text, and deflated for pages on
 * thin lines. A frame is deflated once for all of them; one that does not get smaller goes as text there too.
 */
#include <stdlib.h>
#include <zlib.h>

#include "live/live_private.h"

#define DEFLATE_FROM 200u /* bytes: shorter frames hardly shrink */

void lane_free(struct lane *l)
{
	net_log_free(l->log);
	free(l->marks);
	*l = (struct lane){ .deflated = l->deflated };
}

static void mark_add(struct lane *l, uint64_t offset, int64_t before)
{
	size_t gone = 0;
	while (gone < l->mark_count && l->marks[gone].offset < net_log_begin(l->log))
		gone++;
	if (gone > l->mark_count / 2) {
		memmove(l->marks, l->marks + gone, (l->mark_count - gone) * sizeof *l->marks);
		l->mark_count -= gone;
	}
	if (l->mark_count == l->mark_room) {
		size_t room = l->mark_room ? l->mark_room * 2 : 64;
		struct mark *marks = realloc(l->marks, room * sizeof *marks);
		if (marks == NULL)
			return; /* who is cut there is sent back further than need be */
		l->marks = marks;
		l->mark_room = room;
	}
	l->marks[l->mark_count++] = (struct mark){ offset, before };
}

/* Raw deflate of text into out; false when that is not smaller. */
static bool deflated(struct str text, struct buf *out)
{
	z_stream z = { 0 };
	if (text.n < DEFLATE_FROM || deflateInit2(&z, Z_BEST_SPEED + 2, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	char *to = buf_reserve(out, text.n);
	z.next_in = (Bytef *)(uintptr_t)text.p;
	z.avail_in = (uInt)text.n;
	z.next_out = (Bytef *)to;
	z.avail_out = to ? (uInt)text.n : 0;
	bool whole = to && deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < text.n;
	out->n += whole ? z.total_out : 0;
	deflateEnd(&z);
	return whole;
}

static enum err append_frame(struct lane *l, struct str frame, uint64_t *out_offset)
{
	CLEANUP(buf_free) struct buf small = BUF(LIVE_LOG_BYTES);
	if (l->deflated && deflated(frame, &small))
		return net_log_append_bytes(l->log, buf_str(&small), out_offset);
	return net_log_append(l->log, frame, out_offset);
}

/* The news from..to-1 as one frame: [event,event,…]. What is too large for the log goes in halves. */
void lane_append(struct lane *l, const struct news *n, size_t from, size_t to)
{
	CLEANUP(buf_free) struct buf frame = BUF(LIVE_LOG_BYTES);
	uint64_t offset;
	for (size_t i = from; i < to; i++) {
		buf_add_char(&frame, i == from ? '[' : ',');
		buf_add(&frame, n->texts[i]);
	}
	buf_add_char(&frame, ']');
	if (buf_end(&frame) == ERR_OK && append_frame(l, buf_str(&frame), &offset) == ERR_OK) {
		mark_add(l, offset, n->numbers[from] - 1);
	} else if (to - from > 1) {
		lane_append(l, n, from, from + (to - from) / 2);
		lane_append(l, n, from + (to - from) / 2, to);
	} else {
		log_line(LOG_ERROR, "live: an event is too large for its log"); /* clients see the gap and fetch it */
	}
}

/* What a follower has for sure who was sent everything before offset; otherwise: when nothing was appended since. */
int64_t lane_number_at(const struct lane *l, uint64_t offset, int64_t otherwise)
{
	int64_t before = 0;
	if (l->mark_count == 0 || l->marks[l->mark_count - 1].offset < offset)
		return otherwise;
	for (size_t i = 0; i < l->mark_count && l->marks[i].offset <= offset; i++)
		before = l->marks[i].before;
	return before;
}
