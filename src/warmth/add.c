/*
 * Adding: events into counts per person and day.
 * Called by: the feeder, once per event. Owns: nothing but the group's counts. Not here: any answer (answer.c).
 */
#include <stdlib.h>

#include "warmth/warmth_private.h"

#define DAYS_ROOM_MIN 4u

struct warmth *warmth_new(void)
{
	struct arena *memory = arena_new(WARMTH_BYTES_MAX);
	struct warmth *w = memory ? ARENA_NEW(memory, struct warmth) : NULL;
	if (w == NULL) {
		arena_free(memory);
		return NULL;
	}
	*w = (struct warmth){ .memory = memory, .by_id = idmap_new(), .rename_keys = idmap_new() };
	w->people_end = &w->people;
	if (w->by_id && w->rename_keys && ties_new(&w->ties) == ERR_OK && pulse_new(&w->pulse) == ERR_OK)
		return w;
	warmth_free(w);
	return NULL;
}

void warmth_free(struct warmth *w)
{
	if (w == NULL)
		return;
	for (struct person *p = w->people; p; p = p->next)
		free(p->days);
	idmap_free(w->by_id);
	idmap_free(w->rename_keys);
	ties_free(&w->ties);
	pulse_free(&w->pulse);
	arena_free(w->memory);
}

void warmth_drop(struct warmth **w)
{
	warmth_free(*w);
	*w = NULL;
}

void warmth_without_failings(struct warmth *w) { w->without_failings = true; }

int64_t warmth_last_us(const struct warmth *w) { return w->last_event_us; }

struct person *person_of(struct warmth *w, int32_t id)
{
	if (w->latest_used && w->latest_used->id == id)
		return w->latest_used;
	struct person *p = idmap_get(w->by_id, (uint64_t)id + 1);
	if (p == NULL) {
		p = ARENA_NEW(w->memory, struct person);
		if (p == NULL)
			return NULL;
		*p = (struct person){ .id = id, .index = w->people_count, .join_us = NEVER_US };
		if (idmap_put(w->by_id, (uint64_t)id + 1, p) != ERR_OK)
			return NULL;
		*w->people_end = p;
		w->people_end = &p->next;
		w->people_count++;
	}
	return w->latest_used = p;
}

/* The count of a day; a new day out of order moves those behind it, which costs the person's days, not his messages. */
static struct day_count *day_place(struct warmth *w, struct person *p, int32_t day)
{
	size_t at = p->day_count;
	if (at > 0 && p->days[at - 1].day == day)
		return &p->days[at - 1];
	if (at > 0 && p->days[at - 1].day > day) {
		size_t low = 0;
		while (low < at) {
			size_t middle = low + (at - low) / 2;
			if (p->days[middle].day < day)
				low = middle + 1;
			else
				at = middle;
		}
		if (p->days[at].day == day)
			return &p->days[at];
	}
	if (p->day_count == p->day_room) {
		/* the largest part of a group's counts: what grows out of an arena stays behind in it */
		size_t room = p->day_room ? p->day_room + p->day_room / 2 : DAYS_ROOM_MIN;
		struct day_count *days = realloc(p->days, room * sizeof *days);
		if (days == NULL)
			return NULL;
		p->days = days;
		p->day_room = room;
	}
	memmove(p->days + at + 1, p->days + at, (p->day_count - at) * sizeof *p->days);
	p->days[at] = (struct day_count){ .day = day };
	p->day_count++;
	return &p->days[at];
}

static enum err add_talk(struct warmth *w, const struct warmth_event *e)
{
	struct person *answered = NULL;
	if (e->target != WARMTH_NOBODY && e->target != e->person && (answered = person_of(w, e->target)) == NULL)
		return ERR_MEMORY;
	struct person *p = person_of(w, e->person);
	if (p == NULL)
		return ERR_MEMORY;
	if (e->flags & WARMTH_BOT) {
		p->bot_messages++;
		return ERR_OK;
	}
	TRY(pulse_add(w, e->at_us));
	TRY(runs_add(&w->runs, w->memory, e->person, e->at_us));
	struct day_count *day = day_place(w, p, day_of(e->at_us));
	if (day == NULL)
		return ERR_MEMORY;
	day->messages++;
	p->first_us = p->messages == 0 || e->at_us < p->first_us ? e->at_us : p->first_us;
	p->last_us = p->messages == 0 || e->at_us > p->last_us ? e->at_us : p->last_us;
	p->messages++;
	p->collective |= (e->flags & WARMTH_COLLECTIVE) != 0;
	bool adjacent = w->last_speaker && w->last_speaker != p && e->at_us >= w->last_talk_us &&
		e->at_us - w->last_talk_us <= WARMTH_ADJACENT_US;
	intake_talk(w->last_speaker, answered, p, e->at_us);
	if (!w->without_failings)
		TRY(conduct_talk(w, p, answered, e));
	if (answered)
		TRY(ties_add(w, p, answered, day_of(e->at_us), WARMTH_TIE_ANSWER));
	else if (adjacent && e->target == WARMTH_NOBODY)
		TRY(ties_add(w, p, w->last_speaker, day_of(e->at_us), WARMTH_TIE_ADJACENT));
	w->last_speaker = p;
	w->last_talk_us = e->at_us;
	return ERR_OK;
}

static enum err add_join(struct warmth *w, const struct warmth_event *e)
{
	struct person *p = person_of(w, e->person);
	if (p == NULL)
		return ERR_MEMORY;
	p->join_us = e->at_us < p->join_us ? e->at_us : p->join_us;
	return ERR_OK;
}

static enum err add_rename(struct warmth *w, const struct warmth_event *e)
{
	if (e->target == e->person || e->target == WARMTH_NOBODY || e->person == WARMTH_NOBODY)
		return ERR_OK;
	uint32_t low = (uint32_t)(e->person < e->target ? e->person : e->target);
	uint32_t high = (uint32_t)(e->person < e->target ? e->target : e->person);
	uint64_t key = (uint64_t)low << 32 | high;
	if (idmap_get(w->rename_keys, key))
		return ERR_OK;
	struct person *from = person_of(w, e->person), *to = from ? person_of(w, e->target) : NULL;
	struct rename_pair *pair = to ? ARENA_NEW(w->memory, struct rename_pair) : NULL;
	if (pair == NULL)
		return ERR_MEMORY;
	*pair = (struct rename_pair){ from, to, w->renames };
	TRY(idmap_put(w->rename_keys, key, pair));
	w->renames = pair;
	w->rename_count++;
	return ERR_OK;
}

enum err warmth_add(struct warmth *w, const struct warmth_event *e)
{
	if (e->at_us < WARMTH_DAY_MIN * US_PER_DAY || e->at_us >= (WARMTH_DAY_MAX + 1) * US_PER_DAY ||
		e->person < WARMTH_NOBODY || e->target < WARMTH_NOBODY ||
		(e->kind == WARMTH_TALK && e->person == WARMTH_NOBODY))
		return ERR_INPUT;
	if (e->kind == WARMTH_TALK)
		TRY(add_talk(w, e));
	else if (e->kind == WARMTH_RENAME)
		TRY(add_rename(w, e));
	else if (e->kind == WARMTH_JOIN && e->person != WARMTH_NOBODY)
		TRY(add_join(w, e));
	if (!w->without_failings && e->flags & (WARMTH_REMOVED | WARMTH_PACKET_GIVEN | WARMTH_PACKET_OPENED))
		TRY(conduct_act(w, e));
	w->joins += e->kind == WARMTH_JOIN;
	w->leaves += e->kind == WARMTH_LEAVE;
	w->last_event_us = !w->any || e->at_us > w->last_event_us ? e->at_us : w->last_event_us;
	w->any = true;
	return ERR_OK;
}
