/*
 * The hour after somebody comes in: how much others say, and how many they are, against what is usual when anybody
 * else comes in at the same time of day into as much talk. That is the matching: whoever comes when the room wakes
 * up anyway gets no credit for it, whoever comes late at night no blame.
 *
 * Called by: conduct.c. Owns: the ring of minutes, the entries of the last hour, the table. Not here: what it means.
 *
 * In constant time per message: how many distinct people spoke since minute m is the number of those whose latest
 * message is from m or later, which a ring of 64 minutes keeps.
 */
#include "warmth/warmth_private.h"

#define HOUR_MINUTES 60
#define MINUTE_US (60 * US_PER_S)
#define PENDING_ROOM_MIN 16u
#define MATCHES_MIN 5u       /* fewer entries of others: the time of day is left away */
#define OWN_ENTRIES_MIN 16u  /* until then his own are too few to be worth a table that takes them out again */

static size_t slot_of(int64_t minute) { return (uint64_t)minute % CONDUCT_MINUTES; }

static void advance(struct conduct_group *g, int64_t minute)
{
	int64_t steps = minute - g->minute;
	if (steps >= (int64_t)CONDUCT_MINUTES) {
		memset(g->latest_speakers, 0, sizeof g->latest_speakers);
		for (size_t i = 0; i < CONDUCT_MINUTES; i++)
			g->said_before[i] = g->said;
	}
	for (int64_t i = 0; i < steps && steps < (int64_t)CONDUCT_MINUTES; i++) {
		g->said_before[slot_of(minute - i)] = g->said;
		g->latest_speakers[slot_of(minute - i)] = 0;
	}
	g->minute = minute;
}

static size_t busy_of(uint32_t before)
{
	static const uint32_t most[CONDUCT_BUSY - 1] = { 0, 2, 6, 16, 48 };
	size_t i = 0;
	while (i < COUNT_OF(most) && before > most[i])
		i++;
	return i;
}

static size_t block_of(int64_t at_us) { return (size_t)(at_us % US_PER_DAY * CONDUCT_BLOCKS / US_PER_DAY); }

static void cell_add(struct conduct_cell *to, const struct conduct_cell *c, const struct conduct_cell *without)
{
	to->entries += c->entries - (without ? without->entries : 0);
	to->after += c->after - (without ? without->after : 0);
	to->responders += c->responders - (without ? without->responders : 0);
}

/* Others' entries like this one. */
static struct conduct_cell matches(
	const struct conduct_group *g, const struct conduct_matched *own, size_t block, size_t busy)
{
	struct conduct_cell sum = { 0 };
	cell_add(&sum, &g->all.cell[block][busy], own ? &own->cell[block][busy] : NULL);
	if (sum.entries >= MATCHES_MIN)
		return sum;
	sum = (struct conduct_cell){ 0 };
	for (size_t i = 0; i < CONDUCT_BLOCKS; i++)
		cell_add(&sum, &g->all.cell[i][busy], own ? &own->cell[i][busy] : NULL);
	return sum;
}

static uint32_t fine(uint32_t sum, uint32_t entries)
{
	return (uint32_t)(((uint64_t)sum * CONDUCT_FINE + entries / 2) / entries);
}

static enum err entry_count(struct warmth *w, const struct conduct_entry *e, struct conduct_cell seen)
{
	struct conduct *c = e->person->conduct;
	size_t block = block_of(e->at_us), busy = busy_of(e->before);
	struct conduct_cell like = matches(&w->conduct, c->own, block, busy);
	uint32_t *n;
	if (like.entries >= MATCHES_MIN) {
		TRY(conduct_place(w, c, week_of_day(day_of(e->at_us)), &n));
		n[e->call ? COUNT_CALLS : COUNT_ENTRIES]++;
		n[e->call ? COUNT_RESPONDERS : COUNT_AFTER] += e->call ? seen.responders : seen.after;
		n[e->call ? COUNT_RESPONDERS_EXPECTED : COUNT_AFTER_EXPECTED] +=
			fine(e->call ? like.responders : like.after, like.entries);
		if (e->call && (uint64_t)seen.responders * like.entries <= like.responders)
			TRY(conduct_keep(w, c, EVIDENCE_WEAK_CALL, (struct warmth_evidence){ e->ref, e->at_us }));
	}
	if (e->call)
		return ERR_OK;
	if (c->own == NULL && ++c->entries >= OWN_ENTRIES_MIN) {
		c->own = ARENA_NEW(w->memory, struct conduct_matched);
		if (c->own == NULL)
			return ERR_MEMORY;
	}
	cell_add(&w->conduct.all.cell[block][busy], &seen, NULL);
	if (c->own)
		cell_add(&c->own->cell[block][busy], &seen, NULL);
	return ERR_OK;
}

static struct conduct_cell hour_seen(const struct conduct_group *g, const struct conduct_entry *e)
{
	struct conduct_cell seen = { .entries = 1 };
	uint64_t own = e->person->conduct->said - e->own_said;
	seen.after = (uint32_t)(g->said - e->said - own);
	uint32_t people = 0;
	for (int64_t m = e->minute; m <= g->minute; m++) {
		uint32_t here = g->latest_speakers[slot_of(m)];
		here -= here > 0 && m == e->person->conduct->minute;
		people += m > e->minute ? here : here > e->same_minute ? here - e->same_minute : 0;
	}
	seen.responders = people;
	return seen;
}

enum err conduct_hour_settle(struct warmth *w, int64_t at_us)
{
	struct conduct_group *g = &w->conduct;
	int64_t minute = at_us / MINUTE_US;
	while (g->pending_count > 0 && minute - g->pending[g->pending_first].minute > HOUR_MINUTES) {
		const struct conduct_entry e = g->pending[g->pending_first];
		g->pending_first = (g->pending_first + 1) % g->pending_room;
		g->pending_count--;
		TRY(entry_count(w, &e, hour_seen(g, &e)));
	}
	advance(g, minute);
	return ERR_OK;
}

void conduct_hour_note(struct warmth *w, struct conduct *c, int64_t at_us)
{
	struct conduct_group *g = &w->conduct;
	int64_t minute = at_us / MINUTE_US;
	if (c->said > 0 && c->minute > minute - (int64_t)CONDUCT_MINUTES && g->latest_speakers[slot_of(c->minute)] > 0)
		g->latest_speakers[slot_of(c->minute)]--;
	g->latest_speakers[slot_of(minute)]++;
	c->minute = minute;
	c->said++;
	g->said++;
}

static enum err room_for_one(struct warmth *w)
{
	struct conduct_group *g = &w->conduct;
	if (g->pending_count < g->pending_room)
		return ERR_OK;
	size_t room = g->pending_room ? g->pending_room * 2 : PENDING_ROOM_MIN;
	struct conduct_entry *pending = arena_take_many(w->memory, room, sizeof *pending);
	if (pending == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < g->pending_count; i++)
		pending[i] = g->pending[(g->pending_first + i) % g->pending_room];
	g->pending = pending;
	g->pending_first = 0;
	g->pending_room = room;
	return ERR_OK;
}

enum err conduct_hour_enter(struct warmth *w, struct person *p, const struct warmth_event *e, bool call)
{
	struct conduct_group *g = &w->conduct;
	if (g->pending_count == CONDUCT_PENDING_MAX)
		return ERR_OK;
	TRY(room_for_one(w));
	int64_t minute = e->at_us / MINUTE_US;
	uint64_t before = g->said - g->said_before[slot_of(minute - HOUR_MINUTES + 1)];
	/* His own message is not noted yet: it is the one after g->said and his said. */
	g->pending[(g->pending_first + g->pending_count++) % g->pending_room] = (struct conduct_entry){ .person = p,
		.minute = minute,
		.ref = e->ref,
		.at_us = e->at_us,
		.said = g->said,
		.own_said = p->conduct->said,
		.before = (uint32_t)before,
		.same_minute = g->latest_speakers[slot_of(minute)],
		.call = call };
	return ERR_OK;
}
