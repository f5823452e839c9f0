/*
 * Conduct: turns, answers, ends and what was led (conduct.h says what is promised).
 * Called by: add.c. Owns: weeks, turns and evidence. Not here: the hour after (conduct_hour.c), words
 * (conduct_words.c).
 */
#include "warmth/warmth_private.h"

#define WEEKS_ROOM_MIN 2u
#define ANSWER_QUARTERS 4u
#define ADJACENT_QUARTERS 1u

enum err conduct_of_person(struct warmth *w, struct person *p, struct conduct **out)
{
	if (p->conduct == NULL)
		p->conduct = ARENA_NEW(w->memory, struct conduct);
	if (p->conduct == NULL)
		return ERR_MEMORY;
	*out = p->conduct;
	return ERR_OK;
}

enum err conduct_place(struct warmth *w, struct conduct *c, int32_t week, uint32_t **out_counts)
{
	size_t at = c->week_count;
	while (at > 0 && c->weeks[at - 1].week > week)
		at--;
	if (at > 0 && c->weeks[at - 1].week == week) {
		*out_counts = c->weeks[at - 1].n;
		return ERR_OK;
	}
	if (c->week_count == c->week_room) {
		size_t room = c->week_room ? c->week_room * 2 : WEEKS_ROOM_MIN;
		struct conduct_week *weeks = arena_take_many(w->memory, room, sizeof *weeks);
		if (weeks == NULL)
			return ERR_MEMORY;
		if (c->week_count)
			memcpy(weeks, c->weeks, c->week_count * sizeof *weeks);
		c->weeks = weeks;
		c->week_room = room;
	}
	memmove(c->weeks + at + 1, c->weeks + at, (c->week_count - at) * sizeof *c->weeks);
	c->weeks[at] = (struct conduct_week){ .week = week };
	c->week_count++;
	*out_counts = c->weeks[at].n;
	return ERR_OK;
}

enum err conduct_keep(struct warmth *w, struct conduct *c, enum conduct_evidence_kind kind, struct warmth_evidence e)
{
	if (c->evidence[kind] == NULL)
		c->evidence[kind] = ARENA_NEW(w->memory, struct conduct_evidence);
	struct conduct_evidence *kept = c->evidence[kind];
	if (kept == NULL)
		return ERR_MEMORY;
	kept->kept[kept->count++ % CONDUCT_EVIDENCE_KEPT] = e;
	return ERR_OK;
}

static enum err count(struct warmth *w, struct person *p, int64_t at_us, enum conduct_count what, uint32_t more)
{
	struct conduct *c;
	uint32_t *n;
	TRY(conduct_of_person(w, p, &c));
	TRY(conduct_place(w, c, week_of_day(day_of(at_us)), &n));
	n[what] = what == COUNT_LED ? 1 : n[what] + more;
	return ERR_OK;
}

bool conduct_turn_shows(const struct conduct_turn *t, bool ended, enum conduct_evidence_kind *out_kind)
{
	bool sells = t->kind == CONDUCT_PROMOTING && t->value < ANSWER_QUARTERS;
	*out_kind = sells ? EVIDENCE_SELLING : EVIDENCE_LAST_WORD;
	return sells || (ended && t->kind == CONDUCT_PLAIN);
}

/* The turn is over: into its week. */
static enum err turn_close(struct warmth *w, struct conduct *c)
{
	struct conduct_turn *t = &c->turn;
	uint32_t *n;
	if (!t->there)
		return ERR_OK;
	TRY(conduct_place(w, c, week_of_day(day_of(t->begin_us)), &n));
	n[COUNT_TURNS + t->kind]++;
	n[COUNT_VALUE + t->kind] += t->value;
	n[COUNT_ENDS] += t->ended && t->kind == CONDUCT_PLAIN;
	enum conduct_evidence_kind kind;
	if (conduct_turn_shows(t, t->ended, &kind))
		TRY(conduct_keep(w, c, kind, (struct warmth_evidence){ t->ref, t->last_us }));
	t->there = false;
	return ERR_OK;
}

static bool is_newcomer(const struct warmth *w, const struct person *p, int64_t at_us)
{
	return p->messages > 0 && at_us - p->first_us <= CONDUCT_ANSWER_US &&
		p->first_us - w->conduct.first_us >= CONDUCT_EARLY_DAYS * US_PER_DAY;
}

/* Those who come when he calls take part in what is his to give: that hour stands apart from giving and taking. */
static bool calls_now(const struct person *p, int64_t at_us)
{
	return p->conduct->called_us != 0 && at_us - p->conduct->called_us < CONDUCT_OPEN_US;
}

/* p answers to with so many quarters. */
static enum err answers(struct warmth *w, struct person *p, struct person *to, int64_t at_us, unsigned quarters)
{
	struct conduct *c;
	TRY(conduct_of_person(w, to, &c));
	if (c->turn.there && at_us - c->turn.last_us <= CONDUCT_ANSWER_US && c->turn.value < quarters)
		c->turn.value = (uint8_t)quarters;
	if (!calls_now(p, at_us))
		TRY(count(w, p, at_us, COUNT_GIVEN, quarters));
	/* An advert that is answered is a matter of self-interest, and not told twice. */
	bool sells = c->turn.there && c->turn.kind == CONDUCT_PROMOTING;
	if (!calls_now(to, at_us) && !sells)
		TRY(count(w, to, at_us, COUNT_RECEIVED, quarters));
	if (is_newcomer(w, to, at_us) && c->greeter != p) {
		c->greeter = p;
		TRY(count(w, p, at_us, COUNT_GREETED, 1));
		TRY(count(w, p, at_us, COUNT_LED, 1));
	}
	return ERR_OK;
}

/* A word to him waits for his next; when he stays away for a day, or comes and a day has passed, it was passed by. */
static enum err asked(struct warmth *w, struct conduct *c, const struct warmth_event *e)
{
	bool late = c->asked.at_us != 0 && e->at_us - c->asked.at_us > CONDUCT_ANSWER_US;
	if (late)
		TRY(conduct_keep(w, c, EVIDENCE_PASSED_BY, c->asked));
	if (late || c->asked.at_us == 0)
		c->asked = (struct warmth_evidence){ e->ref, e->at_us };
	return ERR_OK;
}

static enum err spoke(struct warmth *w, struct conduct *c, int64_t at_us)
{
	if (c->asked.at_us != 0 && at_us - c->asked.at_us > CONDUCT_ANSWER_US)
		TRY(conduct_keep(w, c, EVIDENCE_PASSED_BY, c->asked));
	c->asked = (struct warmth_evidence){ 0, 0 };
	return ERR_OK;
}

static enum conduct_turn_kind kind_of(unsigned flags)
{
	return flags & WARMTH_PROMOTION ? CONDUCT_PROMOTING : flags & WARMTH_CALL ? CONDUCT_CALLING : CONDUCT_PLAIN;
}

/* What p says goes on his turn or begins a new one. */
static enum err take_turn(struct warmth *w, struct person *p, const struct warmth_event *e, bool *out_new)
{
	struct conduct *c = p->conduct;
	struct person *speaker = w->conduct.speaker;
	bool ended = speaker && e->at_us - w->conduct.latest_us >= CONDUCT_END_US;
	if (ended)
		speaker->conduct->turn.ended = true;
	*out_new = speaker != p || ended || !c->turn.there;
	enum conduct_turn_kind kind = kind_of(e->flags);
	if (!*out_new) {
		c->turn.last_us = e->at_us;
		if (kind > c->turn.kind) {
			c->turn.kind = kind;
			c->turn.ref = e->ref;
		}
		return ERR_OK;
	}
	TRY(turn_close(w, c));
	c->turn = (struct conduct_turn){
		.begin_us = e->at_us, .last_us = e->at_us, .ref = e->ref, .kind = kind, .there = true
	};
	return ERR_OK;
}

static enum err count_message(struct warmth *w, struct conduct *c, const struct warmth_event *e)
{
	uint32_t *n;
	TRY(conduct_place(w, c, week_of_day(day_of(e->at_us)), &n));
	n[COUNT_MESSAGES]++;
	n[COUNT_READ] += (e->flags & WARMTH_READ) != 0;
	n[COUNT_REPEATED] += (e->flags & WARMTH_NEAR_DUPLICATE) != 0;
	return ERR_OK;
}

static enum err count_answers(struct warmth *w, struct person *p, struct person *answered, const struct warmth_event *e,
	bool new_turn)
{
	struct conduct *c = p->conduct;
	struct person *speaker = w->conduct.speaker;
	bool adjacent = speaker && speaker != p && e->at_us - w->conduct.latest_us <= WARMTH_ADJACENT_US;
	if (answered && answered != c->turn.to) {
		c->turn.to = answered;
		TRY(answers(w, p, answered, e->at_us, ANSWER_QUARTERS));
		TRY(asked(w, answered->conduct, e));
	} else if (!answered && adjacent && new_turn) {
		TRY(answers(w, p, speaker, e->at_us, ADJACENT_QUARTERS));
	}
	return ERR_OK;
}

enum err conduct_talk(struct warmth *w, struct person *p, struct person *answered, const struct warmth_event *e)
{
	struct conduct *c;
	bool new_turn;
	TRY(conduct_of_person(w, p, &c));
	TRY(count_message(w, c, e));
	struct conduct_group *g = &w->conduct;
	if (g->speaker && e->at_us < g->latest_us)
		return ERR_OK;
	if (g->speaker == NULL)
		g->first_us = e->at_us;
	bool opens = g->speaker == NULL || e->at_us - g->latest_us >= CONDUCT_OPEN_US;
	TRY(conduct_hour_settle(w, e->at_us));
	TRY(spoke(w, c, e->at_us));
	TRY(take_turn(w, p, e, &new_turn));
	TRY(count_answers(w, p, answered, e, new_turn));
	bool call = kind_of(e->flags) == CONDUCT_CALLING, sells = kind_of(e->flags) == CONDUCT_PROMOTING;
	if (call)
		c->called_us = e->at_us;
	if (call || (!sells && (opens || answered)))
		TRY(count(w, p, e->at_us, COUNT_LED, 1));
	if (call || (!sells && (c->latest.at_us == 0 || e->at_us - c->latest.at_us >= CONDUCT_OPEN_US)))
		TRY(conduct_hour_enter(w, p, e, call));
	conduct_hour_note(w, c, e->at_us);
	g->speaker = p;
	g->latest_us = e->at_us;
	c->latest = (struct warmth_evidence){ e->ref, e->at_us };
	if (c->first.at_us == 0)
		c->first = c->latest;
	return ERR_OK;
}

enum err conduct_act(struct warmth *w, const struct warmth_event *e)
{
	if (e->kind == WARMTH_TALK || e->kind == WARMTH_JOIN || e->kind == WARMTH_RENAME || e->person == WARMTH_NOBODY)
		return ERR_OK;
	struct person *p = person_of(w, e->person);
	if (p == NULL)
		return ERR_MEMORY;
	if (e->flags & WARMTH_PACKET_GIVEN) {
		TRY(count(w, p, e->at_us, COUNT_PACKETS_GIVEN, 1));
		TRY(count(w, p, e->at_us, COUNT_LED, 1));
	}
	if (e->flags & WARMTH_PACKET_OPENED)
		TRY(count(w, p, e->at_us, COUNT_PACKETS_OPENED, 1));
	if (!(e->flags & WARMTH_REMOVED) || e->target == WARMTH_NOBODY || e->target == e->person)
		return ERR_OK;
	struct person *by = person_of(w, e->target);
	if (by == NULL)
		return ERR_MEMORY;
	return p->messages >= CONDUCT_KNOWN_MESSAGES ? count(w, by, e->at_us, COUNT_REMOVED, 1) : ERR_OK;
}
