/*
 * changes: when a group's level changed, and how strongly one message calls forth others, now and before.
 *
 * Included by warmth.h. Not here: the mathematics (model/change.h, season.h, burst.h), words for people (report).
 */
#ifndef HEARTH_WARMTH_CHANGES_H
#define HEARTH_WARMTH_CHANGES_H

#include "base/base.h"

/*
 * Change points of the weekly counts, weeks counted back from at, after weekdays and holidays were fitted and taken out
 * (model/season.h). All at once by PELT; noticed_us says when BOCPD, which looks at one week after another, would have
 * said so. Each finds one in at most WARMTH_CHANGES_FALSE of groups without change, where weeks do not hang together
 * beyond a month; where they do (AR(1) of .5), PELT in one of ten.
 */
#define WARMTH_CHANGES_WEEKS_MIN 26u
#define WARMTH_CHANGES_WEEKS_MAX 1040u /* the latest twenty years */
#define WARMTH_CHANGES_MESSAGES_MIN 50u
#define WARMTH_CHANGES_STRETCH_WEEKS 6u
#define WARMTH_CHANGES_FALSE .05
#define WARMTH_CHANGES_SAME_WEEKS 6u /* so near to each other, both methods mean the same change */

enum warmth_changes_doubt {
	WARMTH_CHANGES_SURE,
	WARMTH_CHANGES_NOT_ASKED, /* see warmth_ask */
	WARMTH_CHANGES_TOO_YOUNG, /* fewer than the weeks above; bursts: none of the earlier weeks is there */
	WARMTH_CHANGES_TOO_FEW,   /* fewer messages than the least; bursts: now */
	WARMTH_CHANGES_TOO_VAGUE  /* bursts: no interval */
};

struct warmth_change {
	int64_t at_us;        /* the new level's first week begins */
	double before, after; /* messages in a usual week of the two levels */
	bool noticed;
	int64_t noticed_us;   /* end of the week in which it was */
};
struct warmth_changes {
	bool known;
	enum warmth_changes_doubt doubt;
	size_t weeks;
	const struct warmth_change *list; /* by time */
	size_t count;
};

/*
 * How strongly talk calls forth talk: Hawkes' branching ratio and decay over the group's own hours of the week, one fit
 * for the whole weeks of the last 84 days and one for the 252 days before (of busy weeks the first 256 messages).
 * Intervals 95 %. Levels that differ between the weeks of one fit count as branching to a small part.
 */
#define WARMTH_BURSTS_NOW_DAYS 84
#define WARMTH_BURSTS_BEFORE_DAYS 252
#define WARMTH_BURSTS_MESSAGES_MIN 100u
#define WARMTH_BURSTS_WEEKS_MIN 8u

struct warmth_echo {
	bool known;                       /* else the four are NaN */
	enum warmth_changes_doubt doubt;
	size_t weeks, messages;           /* looked at */
	double branching, low, high;      /* messages called forth by one */
	double wait_hours;                /* after which they come, on average */
};
struct warmth_bursts {
	struct warmth_echo now, before;
};

#endif
