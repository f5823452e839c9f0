/*
 * pulse: at which hours a group talks, and how close its messages follow each other, kept while events pass.
 *
 * Promises: O(1) amortised per message, in any order of time; memory grows with weeks, never with messages: of each
 * week the first PULSE_WEEK_TIMES messages to come are kept to the second, with how far into the week they are all
 * there is.
 * Called by: add.c (pulse_add), changes.c. Inside this room only. Owns: the weeks in struct pulse.
 * Not here: what is made of them (changes.c).
 */
#ifndef HEARTH_WARMTH_PULSE_H
#define HEARTH_WARMTH_PULSE_H

#include "model/burst.h"
#include "model/season.h"
#include "warmth/warmth.h"

#define PULSE_WEEK_TIMES 256u

struct answering;

struct pulse_week {
	uint32_t *seconds;    /* since Monday 00:00 UTC, in order of arrival */
	uint32_t count, room;
	uint32_t until;       /* the earliest second that found no room, or the week's length */
};
struct pulse {
	struct idmap *weeks;  /* number of the week + 1 -> struct pulse_week */
	struct pulse_week *latest_used;
	int32_t latest_week;
	uint64_t hours[MODEL_SEASON_HOURS]; /* of all messages; Monday first */
};

enum err pulse_new(struct pulse *p) MUST_USE;
void pulse_free(struct pulse *p);
/* A message by people. ERR_MEMORY. */
enum err pulse_add(struct warmth *w, int64_t at_us) MUST_USE;

/* What is kept of the whole weeks inside from_day .. to_day, as burst.h wants it: sorted, in hours since Monday
 * 1969-12-29. Times that are all whole minutes are spread over their minutes. events: how many there are in all. */
struct pulse_windows {
	struct model_burst_window *list;
	size_t count, events;
};
enum err pulse_windows(
	const struct answering *x, int32_t from_day, int32_t to_day, struct pulse_windows *out) MUST_USE;

#endif
