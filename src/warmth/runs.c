/*
 * Runs per day, see runs.h. Called by: add.c, features.c. Owns: nothing but the counts of one group.
 */
#include "warmth/runs.h"
#include "warmth/warmth_private.h"

#define DAYS_ROOM_MIN 16u

/* The first index whose day is not before day. */
static size_t place_of(const struct runs *r, int32_t day)
{
	size_t low = 0, high = r->count;
	if (high > 0 && r->days[high - 1].day < day)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err count_run(struct runs *r, struct arena *memory, bool answered)
{
	int32_t day = day_of(r->last_us);
	size_t at = place_of(r, day);
	if (at == r->count || r->days[at].day != day) {
		if (r->count == r->room) {
			size_t room = r->room ? r->room * 2 : DAYS_ROOM_MIN;
			struct run_day *days = arena_take_many(memory, room, sizeof *days);
			if (days == NULL)
				return ERR_MEMORY;
			if (r->count)
				memcpy(days, r->days, r->count * sizeof *days);
			r->days = days;
			r->room = room;
		}
		memmove(r->days + at + 1, r->days + at, (r->count - at) * sizeof *r->days);
		r->days[at] = (struct run_day){ .day = day };
		r->count++;
	}
	r->days[at].runs++;
	r->days[at].unanswered += !answered;
	return ERR_OK;
}

enum err runs_add(struct runs *r, struct arena *memory, int32_t author, int64_t at_us)
{
	bool before = r->open && at_us < r->last_us, late = r->open && at_us - r->last_us > RUNS_ANSWER_US;
	if (r->open && !before && (late || author != r->author))
		TRY(count_run(r, memory, !late));
	r->open = true;
	r->author = author;
	r->last_us = at_us;
	return ERR_OK;
}

void runs_between(const struct runs *r, int32_t from, int32_t to, uint64_t *out_runs, uint64_t *out_unanswered)
{
	uint64_t runs = 0, unanswered = 0;
	for (size_t i = place_of(r, from); i < r->count && r->days[i].day < to; i++) {
		runs += r->days[i].runs;
		unanswered += r->days[i].unanswered;
	}
	if (r->open && day_of(r->last_us) >= from && day_of(r->last_us) < to) {
		runs++;
		unanswered++;
	}
	*out_runs = runs;
	*out_unanswered = unanswered;
}
