/*
 * What several files have in common, so that last month's export and this month's can be read together.
 *
 * Promises: an event is a double when an earlier file had one with the same group, time, kind, author and id (or, where
 * the format has no ids, text); within one file equal events are different ones, told apart by their occurrence. Events are
 * remembered only of days that two files have of one group and have differently.
 * How: a first reading keeps of each file's days of each group a sum over their events (overlap_note). Only where files turn
 * out to have a day in common is there a second, which knows from the sums which days are one file's alone, which are the
 * same in both, and which must be compared event by event.
 * Called by: feed.c and study.c, only when several files are read. Owns: 32 bytes for each day of a group in a file, 16 for
 * each event of a day to be compared.
 */
#include <stdlib.h>

#include "insight/insight_private.h"

#define ROOM_MIN (1u << 12)

enum same { SAME_DIFFERS, SAME_FIRST, SAME_DOUBLE };

/* What one file has of one group on one day. */
struct day {
	uint64_t key;        /* group and day */
	uint64_t sum, mixed; /* over the hashes of its events, in any order */
	uint32_t file;       /* 0: free */
	uint32_t same;       /* enum same; from overlap_settle on */
};

struct seen {
	uint64_t hash;      /* 0: free */
	uint16_t file;      /* the last file it was in … */
	uint16_t in_file;   /* … how often there … */
	uint32_t most;      /* … and the most in any one file */
};

struct overlap {
	struct day *days;
	struct day *last; /* the day looked at last: most events are of the same as the one before */
	size_t day_count, day_room;
	struct seen *seen;
	size_t count, room;
	uint16_t file;
};

struct overlap *overlap_new(void)
{
	struct overlap *o = malloc(sizeof *o);
	struct seen *seen = calloc(ROOM_MIN, sizeof *seen);
	struct day *days = calloc(ROOM_MIN, sizeof *days);
	if (o == NULL || seen == NULL || days == NULL) {
		free(o);
		free(seen);
		free(days);
		return NULL;
	}
	*o = (struct overlap){ .days = days, .day_room = ROOM_MIN, .seen = seen, .room = ROOM_MIN };
	return o;
}

void overlap_free(struct overlap *o)
{
	if (o == NULL)
		return;
	free(o->days);
	free(o->seen);
	free(o);
}

enum err overlap_next_file(struct overlap *o)
{
	if (o->file == UINT16_MAX)
		return ERR_LIMIT;
	o->file++;
	o->last = NULL;
	return ERR_OK;
}

size_t overlap_kept(const struct overlap *o) { return o->count; }

/* FNV-1a over words, then mixed: nobody gains by choosing collisions against his own file. */
static uint64_t add_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

static uint64_t add_text(uint64_t hash, struct str s)
{
	hash = add_word(hash, s.n);
	for (size_t at = 0; at < s.n; at += sizeof hash) {
		uint64_t word = 0;
		memcpy(&word, s.p + at, s.n - at < sizeof word ? s.n - at : sizeof word);
		hash = add_word(hash, word);
	}
	return hash;
}

static uint64_t hash_of(const struct parse_event *e)
{
	uint64_t hash = add_word(UINT64_C(0xcbf29ce484222325), (uint64_t)e->at_us);
	hash = add_word(hash, (uint64_t)(uint32_t)e->group << 32 | (uint32_t)e->author);
	hash = add_word(hash, (uint64_t)(uint32_t)e->target << 32 | (uint32_t)e->kind);
	hash = add_word(hash, e->chars);
	hash = add_text(hash, e->id.n ? e->id : e->text);
	hash = add_word(hash, hash >> 32);
	return hash ? hash : 1;
}

/* ---- days ---- */

static uint64_t day_key(const struct parse_event *e)
{
	int64_t day = e->at_us / US_PER_DAY - (e->at_us % US_PER_DAY < 0);
	return (uint64_t)(uint32_t)e->group << 32 | (uint32_t)day;
}

/* Where the days of one key begin. All its files follow before the next free place, among days of other keys. */
static size_t day_start(const struct overlap *o, uint64_t key) { return (size_t)(add_word(key, key >> 32) & (o->day_room - 1)); }
static size_t day_after(const struct overlap *o, size_t at) { return (at + 1) & (o->day_room - 1); }

/* The file's, or the free place for it. */
static struct day *day_place(const struct overlap *o, uint64_t key, uint32_t file, bool *out_others)
{
	size_t at = day_start(o, key);
	*out_others = false;
	for (; o->days[at].file; at = day_after(o, at)) {
		if (o->days[at].key == key && o->days[at].file == file)
			break;
		*out_others |= o->days[at].key == key;
	}
	return &o->days[at];
}

static enum err grow_days(struct overlap *o)
{
	if (o->day_count >= INSIGHT_OVERLAP_DAYS_MAX)
		return ERR_LIMIT;
	if ((o->day_count + 1) * 4 <= o->day_room * 3)
		return ERR_OK;
	struct overlap bigger = { .day_room = o->day_room * 2, .days = calloc(o->day_room * 2, sizeof *o->days) };
	if (bigger.days == NULL)
		return ERR_MEMORY;
	bool others;
	for (size_t i = 0; i < o->day_room; i++)
		if (o->days[i].file)
			*day_place(&bigger, o->days[i].key, o->days[i].file, &others) = o->days[i];
	free(o->days);
	o->days = bigger.days;
	o->day_room = bigger.day_room;
	return ERR_OK;
}

enum err overlap_note(struct overlap *o, const struct parse_event *e, bool *out_shared)
{
	uint64_t key = day_key(e), hash = hash_of(e);
	*out_shared = false;
	if (o->last == NULL || o->last->key != key) {
		TRY(grow_days(o));
		o->last = day_place(o, key, o->file, out_shared);
		o->day_count += o->last->file == 0;
	}
	o->last->key = key;
	o->last->file = o->file;
	o->last->sum += hash;
	o->last->mixed += add_word(hash, hash << 17 | hash >> 47);
	return ERR_OK;
}

static enum same same_of(const struct overlap *o, const struct day *d)
{
	enum same same = SAME_FIRST;
	for (size_t at = day_start(o, d->key); o->days[at].file; at = day_after(o, at)) {
		const struct day *other = &o->days[at];
		if (other->key != d->key || other->file == d->file)
			continue;
		if (other->sum != d->sum || other->mixed != d->mixed)
			same = SAME_DIFFERS;
		else if (other->file < d->file)
			return SAME_DOUBLE;
	}
	return same;
}

void overlap_settle(struct overlap *o)
{
	for (size_t i = 0; i < o->day_room; i++)
		if (o->days[i].file)
			o->days[i].same = same_of(o, &o->days[i]);
	o->file = 0;
	o->last = NULL;
}

/* ---- events ---- */

static struct seen *place_of(struct seen *seen, size_t room, uint64_t hash)
{
	size_t at = hash & (room - 1);
	while (seen[at].hash && seen[at].hash != hash)
		at = (at + 1) & (room - 1);
	return &seen[at];
}

static enum err grow(struct overlap *o)
{
	if (o->count >= INSIGHT_OVERLAP_MAX)
		return ERR_LIMIT;
	if ((o->count + 1) * 4 <= o->room * 3)
		return ERR_OK;
	struct seen *bigger = calloc(o->room * 2, sizeof *bigger);
	if (bigger == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < o->room; i++)
		if (o->seen[i].hash)
			*place_of(bigger, o->room * 2, o->seen[i].hash) = o->seen[i];
	free(o->seen);
	o->seen = bigger;
	o->room *= 2;
	return ERR_OK;
}

static enum err event_seen(struct overlap *o, const struct parse_event *e, bool *out_seen)
{
	uint64_t hash = hash_of(e);
	TRY(grow(o));
	struct seen *s = place_of(o->seen, o->room, hash);
	if (s->hash == 0) {
		*s = (struct seen){ .hash = hash, .file = o->file };
		o->count++;
	}
	if (s->file != o->file) {
		s->file = o->file;
		s->in_file = 0;
	}
	s->in_file += s->in_file < UINT16_MAX;
	*out_seen = s->in_file <= s->most;
	if (!*out_seen)
		s->most = s->in_file;
	return ERR_OK;
}

enum err overlap_seen(struct overlap *o, const struct parse_event *e, bool *out_seen)
{
	uint64_t key = day_key(e);
	bool others;
	if (o->last == NULL || o->last->key != key || o->last->file != o->file)
		o->last = day_place(o, key, o->file, &others);
	/* A day that was not noted (no first reading, or the file grew since) is compared like one that differs. */
	if (o->last->file == 0 || o->last->same == SAME_DIFFERS)
		return event_seen(o, e, out_seen);
	*out_seen = o->last->same == SAME_DOUBLE;
	return ERR_OK;
}
