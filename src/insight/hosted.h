/*
 * hosted: what the tables of a group that lives here tell and an export does not.
 *
 * Promises: its owner gets counts and no names, and no count under INSIGHT_LEAVES_TOLD; nobody who wished to be left out is
 * in them, nor the owner himself, who could take himself off a count of five. A member gets what is counted of him.
 * Used by: api. Owns: nothing; reads inside the caller's transaction.
 * Not here: how warm the group is (group_reading.c), who keeps the daily counts (counts.c).
 */
#ifndef HEARTH_INSIGHT_HOSTED_H
#define HEARTH_INSIGHT_HOSTED_H

#include "insight/insight.h"

#define INSIGHT_FEW (-1)         /* in place of a count under INSIGHT_LEAVES_TOLD */
#define INSIGHT_READ_LATEST 50   /* messages: who has read the first of the latest so many follows the group */
#define INSIGHT_STAYED_DAYS 28   /* who was in it so long has stayed */

#define INSIGHT_STAYS 4u         /* under a day, under a week, under INSIGHT_STAYED_DAYS, longer */
#define INSIGHT_BROUGHT 4u       /* none, one, some, INSIGHT_BROUGHT_MANY or more */
#define INSIGHT_BROUGHT_MANY 5

struct insight_hosted { /* a count, or INSIGHT_FEW */
	int64_t members;                   /* in it now; everybody sees this one */
	int64_t muted;
	int64_t read;                      /* of those who were in it before the first of the latest messages */
	int64_t left[INSIGHT_STAYS];       /* of their own will, by how long they had been in it */
	/* How many inviters brought none, one, … who stayed; of those who joined INSIGHT_STAYED_DAYS ago or earlier. */
	int64_t inviters[INSIGHT_BROUGHT];
};
/* ERR_NOT_FOUND: no such group, or it lives elsewhere. */
enum err insight_hosted(struct db_conn *c, int64_t group, int64_t now_us, struct insight_hosted *out) MUST_USE;

/* ---- what is counted of one member ---- */
#define INSIGHT_MINE_WEEKS 12u
struct insight_mine {
	int64_t group, messages, days;          /* days with talk */
	struct str name;
	int64_t weeks[INSIGHT_MINE_WEEKS];      /* oldest first; the last one ends with today, UTC */
};
/* Of the groups in which he was counted in those weeks, by id, at most GROUP_OF_ONE_MAX; in the arena. */
enum err insight_mine(struct db_conn *c, struct arena *a, int64_t account, int64_t now_us, struct insight_mine **out,
	size_t *out_count) MUST_USE;

#endif
