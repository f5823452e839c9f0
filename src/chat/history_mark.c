/*
 * What makes a line of an export itself, so that bringing it in twice is bringing it in once.
 *
 * Promises: the nth of equal lines in one reading equals the nth in another; the same reading gives the same marks.
 * Called by: insight, for each line of a reading. Owns: 16 bytes a line. Not here: the tables (history_sql.c).
 */
#include <stdlib.h>

#include "chat/chat.h"

#define ROOM_MIN (1u << 10)
#define LINE_BYTES_MAX (2u << 20)

struct tally {
	uint64_t key; /* 0: free */
	uint64_t count;
};
struct tallies {
	struct tally *at;
	size_t count, room;
};

struct history_marks {
	struct tallies equal, times;
	struct buf text;
};

struct history_marks *history_marks_new(void)
{
	struct history_marks *m = calloc(1, sizeof *m);
	if (m)
		m->text = BUF(LINE_BYTES_MAX);
	return m;
}

void history_marks_free(struct history_marks *m)
{
	if (m == NULL)
		return;
	free(m->equal.at);
	free(m->times.at);
	buf_free(&m->text);
	free(m);
}

static struct tally *place_of(struct tally *list, size_t room, uint64_t key)
{
	size_t at = key & (room - 1);
	while (list[at].key && list[at].key != key)
		at = (at + 1) & (room - 1);
	return &list[at];
}

static enum err grow(struct tallies *t)
{
	if (t->count >= HISTORY_LINES_MAX)
		return ERR_LIMIT;
	if ((t->count + 1) * 4 <= t->room * 3)
		return ERR_OK;
	size_t room = t->room ? t->room * 2 : ROOM_MIN;
	struct tally *bigger = calloc(room, sizeof *bigger);
	if (bigger == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < t->room; i++)
		if (t->at[i].key)
			*place_of(bigger, room, t->at[i].key) = t->at[i];
	free(t->at);
	t->at = bigger;
	t->room = room;
	return ERR_OK;
}

/* How many there were before of this key. */
static enum err count(struct tallies *t, uint64_t key, uint64_t *out_before)
{
	key = key ? key : 1;
	TRY(grow(t));
	struct tally *at = place_of(t->at, t->room, key);
	if (at->key == 0) {
		at->key = key;
		t->count++;
	}
	*out_before = at->count++;
	return ERR_OK;
}

static uint64_t mixed(uint64_t v)
{
	v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
	return v ^ (v >> 31);
}

/* The number that an id begins with; some formats hang an index to it ("17.2"). */
static bool number_of(struct str id, int64_t *out)
{
	size_t n = 0;
	while (n < id.n && id.p[n] >= '0' && id.p[n] <= '9')
		n++;
	return n > 0 && str_int(str_first(id, n), 0, INT64_MAX, out) == ERR_OK;
}

enum err history_mark(struct history_marks *m, int64_t at_us, struct str author_key, struct str text, struct str id, bool counts_up,
	struct history_mark *out)
{
	struct history_mark mark = { 0 };
	uint64_t key, before;
	buf_clear(&m->text);
	if (id.n) {
		buf_add_char(&m->text, 'i');
		buf_add(&m->text, id);
	} else {
		buf_print(&m->text, "t%lld %zu ", (long long)at_us, author_key.n);
		buf_add(&m->text, author_key);
		buf_add(&m->text, text);
	}
	TRY(buf_end(&m->text));
	mark.fingerprint = hash_blake2b(buf_str(&m->text));
	memcpy(&key, mark.fingerprint.bytes, sizeof key);
	TRY(count(&m->equal, key, &before));
	if (before) {
		buf_print(&m->text, " %llu", (unsigned long long)before);
		struct str with = buf_str(&m->text);
		TRY(buf_end(&m->text));
		struct hash first = mark.fingerprint;
		mark.fingerprint = hash_keyed(hash_str(&first), with);
	}
	mark.numbered = counts_up && number_of(id, &mark.place);
	if (!mark.numbered) {
		TRY(count(&m->times, mixed((uint64_t)at_us), &before));
		mark.place = (int64_t)before;
	}
	*out = mark;
	return ERR_OK;
}
