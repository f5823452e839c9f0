/*
 * Who carried the talk: the smallest set that wrote half of a window.
 * Called by: answer.c. Owns: nothing. Not here: which windows (answer.c).
 */
#include <stdlib.h>

#include "warmth/warmth_private.h"

static int more_first(const void *left, const void *right)
{
	const struct warmth_share *a = left, *b = right;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return (a->person > b->person) - (a->person < b->person);
}

enum err core_of(const struct answering *x, int32_t from_day, int32_t to_day, struct warmth_core *out)
{
	struct warmth_core core = { .from_us = from_day * US_PER_DAY, .to_us = to_day * US_PER_DAY };
	struct warmth_share *shares = arena_take_many(x->a, x->member_count ? x->member_count : 1, sizeof *shares);
	if (shares == NULL)
		return ERR_MEMORY;
	uint64_t by_members = 0;
	size_t count = 0;
	for (size_t i = 0; i < x->member_count; i++) {
		const struct member *m = &x->members[i];
		uint64_t messages = 0;
		for (size_t d = m->day_count; d-- > 0 && m->days[d].day >= from_day;)
			messages += m->days[d].day < to_day ? m->days[d].messages : 0;
		core.messages += messages;
		core.speakers += messages > 0;
		if (messages == 0 || m->out.collective)
			continue;
		by_members += messages;
		shares[count++] = (struct warmth_share){ i, messages };
	}
	qsort(shares, count, sizeof *shares, more_first);
	uint64_t written = 0;
	while (core.count < count && written * 2 < by_members)
		written += shares[core.count++].messages;
	core.known = core.messages >= WARMTH_CORE_MESSAGES_MIN && core.count > 0;
	core.who = shares;
	core.count = core.known ? core.count : 0;
	*out = core;
	return ERR_OK;
}
