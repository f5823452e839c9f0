/*
 * What several files have in common, so that last month's export and this month's can be read together.
 *
 * Promises: an event is a double when an earlier file had one with the same group, time, kind, author and id (or, where
 * the format has no ids, text); within one file equal events are different ones, told apart by their occurrence. Called
 * by: feed.c, only when several files are read. Owns: 16 bytes per event.
 */
#include <stdlib.h>

#include "insight/insight_private.h"

#define ROOM_MIN (1u << 12)

struct seen {
	uint64_t hash;      /* 0: free */
	uint16_t file;      /* the last file it was in … */
	uint16_t in_file;   /* … how often there … */
	uint32_t most;      /* … and the most in any one file */
};

struct overlap {
	struct seen *seen;
	size_t count, room;
	uint16_t file;
};

struct overlap *overlap_new(void)
{
	struct overlap *o = malloc(sizeof *o);
	struct seen *seen = calloc(ROOM_MIN, sizeof *seen);
	if (o == NULL || seen == NULL) {
		free(o);
		free(seen);
		return NULL;
	}
	*o = (struct overlap){ .seen = seen, .room = ROOM_MIN };
	return o;
}

void overlap_free(struct overlap *o)
{
	if (o)
		free(o->seen);
	free(o);
}

void overlap_next_file(struct overlap *o) { o->file++; }

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

enum err overlap_seen(struct overlap *o, const struct parse_event *e, bool *out_seen)
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
