/*
 * The inference from member lists: see roster.h.
 * Called by: group_reading. Owns: one look at a time per caller. Pure: no database, no clock. Not here: the tables (roster_sql.c).
 */
#include <stdlib.h>

#include "insight/roster.h"

#define LOOK_BYTES_MAX (1u << 29)
#define WORDS ((ROSTER_LISTS_MAX + 63) / 64)

struct person {
	uint64_t on[WORDS]; /* a bit for each list, by time */
};

struct spell { /* what somebody said between two lists */
	int64_t first_us, last_us;
};

struct roster_look {
	int64_t at_us[ROSTER_LISTS_MAX]; /* ascending */
	size_t count;
	struct arena *memory;
	struct map *names;     /* -> index in people */
	struct person **people;
	size_t room;
	struct idmap *spells;  /* key_of -> struct spell, of those who stand not on both lists */
};

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

enum err roster_look_new(const int64_t *at_us, size_t count, struct roster_look **out)
{
	if (count > ROSTER_LISTS_MAX)
		return ERR_LIMIT;
	struct roster_look *l CLEANUP(roster_look_drop) = calloc(1, sizeof *l);
	if (l == NULL)
		return ERR_MEMORY;
	l->memory = arena_new(LOOK_BYTES_MAX);
	l->names = map_new(ROSTER_GROUP_NAMES_MAX);
	l->spells = idmap_new();
	if (l->memory == NULL || l->names == NULL || l->spells == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		l->at_us[i] = at_us[i];
	qsort(l->at_us, count, sizeof *l->at_us, by_time);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || l->at_us[i] != l->at_us[l->count - 1])
			l->at_us[l->count++] = l->at_us[i];
	*out = l;
	l = NULL;
	return ERR_OK;
}

void roster_look_free(struct roster_look *l)
{
	if (l == NULL)
		return;
	idmap_free(l->spells);
	map_free(l->names);
	arena_free(l->memory);
	free(l->people);
	free(l);
}

void roster_look_drop(struct roster_look **l)
{
	roster_look_free(*l);
	*l = NULL;
}

/* How many lists are not later. */
static size_t lists_until(const struct roster_look *l, int64_t at_us)
{
	size_t low = 0, high = l->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (l->at_us[middle] <= at_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_on(const struct person *p, size_t list) { return p->on[list / 64] >> list % 64 & 1; }
static uint64_t key_of(size_t person, size_t list) { return (uint64_t)person * ROSTER_LISTS_MAX + list; }

enum err roster_look_name(struct roster_look *l, int64_t at_us, struct str name)
{
	size_t list = lists_until(l, at_us);
	if (list == 0 || l->at_us[list - 1] != at_us)
		return ERR_INPUT;
	size_t n = map_count(l->names);
	if (n == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		struct person **people = realloc(l->people, room * sizeof *people);
		if (people == NULL)
			return ERR_MEMORY;
		l->people = people;
		l->room = room;
	}
	struct person *p = map_get(l->names, name) ? NULL : ARENA_NEW(l->memory, struct person);
	bool is_new = false;
	uint64_t *index = map_put(l->names, name, n, &is_new);
	if (index == NULL || (is_new && p == NULL))
		return n == ROSTER_GROUP_NAMES_MAX ? ERR_LIMIT : ERR_MEMORY;
	if (is_new)
		l->people[n] = p;
	list--;
	l->people[*index]->on[list / 64] |= UINT64_C(1) << list % 64;
	return ERR_OK;
}

size_t roster_look_person(const struct roster_look *l, struct str name)
{
	const uint64_t *index = map_get(l->names, name);
	return index ? (size_t)*index : ROSTER_NOT_LISTED;
}

enum err roster_look_spoke(struct roster_look *l, size_t person, int64_t at_us)
{
	size_t after = person == ROSTER_NOT_LISTED ? 0 : lists_until(l, at_us);
	if (after == 0 || after == l->count || at_us - l->at_us[after - 1] < US_PER_DAY || (is_on(l->people[person], after - 1) && is_on(l->people[person], after)))
		return ERR_OK;
	struct spell *s = idmap_get(l->spells, key_of(person, after - 1));
	if (s) {
		s->first_us = at_us < s->first_us ? at_us : s->first_us;
		s->last_us = at_us > s->last_us ? at_us : s->last_us;
		return ERR_OK;
	}
	s = ARENA_NEW(l->memory, struct spell);
	if (s == NULL)
		return ERR_MEMORY;
	*s = (struct spell){ at_us, at_us };
	return idmap_put(l->spells, key_of(person, after - 1), s);
}

/* Of one person between a list and the next; at most two. */
static size_t between(const struct roster_look *l, size_t person, size_t list, struct roster_event out[2])
{
	const struct person *p = l->people[person];
	const struct spell *s = idmap_get(l->spells, key_of(person, list));
	bool before = is_on(p, list), after = is_on(p, list + 1);
	int64_t from_us = l->at_us[list], to_us = l->at_us[list + 1];
	struct roster_event e = { .name = map_key_at(l->names, person) };
	size_t n = 0;
	if (before && after)
		return 0;
	if (!before && (after || s)) {
		e.from_us = from_us;
		e.to_us = s ? s->first_us : to_us;
		out[n++] = e;
	}
	if (!after && (before || s)) {
		e.left = true;
		e.from_us = s ? s->last_us : from_us;
		e.to_us = to_us;
		out[n++] = e;
	}
	for (size_t i = 0; i < n; i++)
		out[i].at_us = out[i].from_us + (out[i].to_us - out[i].from_us) / 2;
	return n;
}

enum err roster_look_events(const struct roster_look *l, struct arena *a, struct roster_event **out, size_t *out_count)
{
	size_t people = map_count(l->names), n = 0;
	struct roster_event two[2];
	for (size_t i = 0; i < people; i++)
		for (size_t k = 0; k + 1 < l->count; k++)
			n += between(l, i, k, two);
	struct roster_event *events = arena_take_many(a, n + 1, sizeof *events);
	if (events == NULL)
		return ERR_MEMORY;
	n = 0;
	for (size_t i = 0; i < people; i++)
		for (size_t k = 0; k + 1 < l->count; k++) {
			size_t some = between(l, i, k, two);
			for (size_t e = 0; e < some; e++)
				events[n++] = two[e];
		}
	*out = events;
	*out_count = n;
	return ERR_OK;
}

bool roster_look_span(const struct roster_look *l, int64_t *out_from_us, int64_t *out_to_us)
{
	if (l->count < 2)
		return false;
	*out_from_us = l->at_us[0];
	*out_to_us = l->at_us[l->count - 1];
	return true;
}
