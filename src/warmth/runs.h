/*
 * Runs: one author's messages in a row, and whether anybody else spoke within a day of the last of them.
 *
 * Promises: O(1) per event in order of time; memory grows with the group's days; what it tells of a day never depends on what
 * came more than 24 hours after that day. A run ends when another speaks, or when its author is silent for 24 hours.
 * Called by: add.c, once per talk event; features.c asks. Owns: the counts per day. Not here: what they mean.
 */
#ifndef HEARTH_WARMTH_RUNS_H
#define HEARTH_WARMTH_RUNS_H

#include "base/base.h"

#define RUNS_ANSWER_US US_PER_DAY

struct run_day {
	int32_t day; /* since 1970-01-01, of the run's last message */
	uint32_t runs, unanswered;
};

struct runs {
	struct run_day *days; /* sorted */
	size_t count, room;
	bool open;
	int32_t author;
	int64_t last_us; /* of the open run */
};

/* A message older than the one before it (a second file) begins anew: the open run's end is not known and not counted. */
enum err runs_add(struct runs *r, struct arena *memory, int32_t author, int64_t at_us) MUST_USE;
/* Of the runs that ended on days from <= day < to. The caller has seen everything until 24 hours after the last of them. */
void runs_between(const struct runs *r, int32_t from, int32_t to, uint64_t *out_runs, uint64_t *out_unanswered);

#endif
