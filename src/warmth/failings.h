/*
 * failings: six signs in what an owner does, each against the group's own past and against groups of its size.
 *
 * Part of warmth.h, which includes it. The formulas, their sources and what would refute them are in
 * docs/failings.md. They are signs to look at, never verdicts; they are for the owner himself and nobody else.
 * Untested on real groups: the parts that need no text are measured against public archives, the rest only on
 * simulated groups.
 * Not here: words for them (report), remedies.
 */
#ifndef HEARTH_WARMTH_FAILINGS_H
#define HEARTH_WARMTH_FAILINGS_H

#include "base/base.h"

enum warmth_failing_kind {
	WARMTH_NO_PERSISTENCE,
	WARMTH_SELF_INTEREST,
	WARMTH_EGO,
	WARMTH_NOT_GIVING,
	WARMTH_POOR_ACTIVITIES,
	WARMTH_MIXED_CROWD,
	WARMTH_FAILINGS
};

enum warmth_sign {
	WARMTH_SIGN_UNKNOWN,
	WARMTH_SIGN_NONE,
	WARMTH_SIGN_SOME, /* level >= .5, and not below .25 even at the low end of its interval */
	WARMTH_SIGN_CLEAR /* the whole interval from .5 up */
};

enum warmth_failing_doubt {
	WARMTH_FAILING_SURE,
	WARMTH_FAILING_NO_OWNER, /* nobody said who he is, or he never spoke */
	WARMTH_FAILING_TOO_YOUNG, /* fewer than WARMTH_FAILING_WEEKS whole weeks of talk */
	WARMTH_FAILING_TOO_FEW,  /* he, or the group, said too little of what is asked about */
	WARMTH_FAILING_NO_TEXT,  /* the format has no text */
	WARMTH_FAILING_NO_CALLS  /* he called to no activity, so nothing can be said about his */
};

/* What the levels are made of. Larger is always worse. */
enum warmth_part_kind {
	WARMTH_PART_WEEKS_MISSED, /* share of weeks in which he led nothing */
	WARMTH_PART_UNWELCOMED,   /* share of newcomers whom nobody answered within a day */
	WARMTH_PART_SELLING,      /* share of his turns that sell, times how much less they are answered than others */
	WARMTH_PART_LAST_WORD,    /* log2: his plain turns end threads so many times oftener than others' */
	WARMTH_PART_HUSHED,       /* -log2 of others' talk in the hour after he comes, over what is usual then */
	WARMTH_PART_REMOVED,      /* active members or their messages taken away, per active member */
	WARMTH_PART_TAKES,        /* answers received over answers given and received */
	WARMTH_PART_OPENS,        /* packets opened over packets opened and given */
	WARMTH_PART_UNHEARD,      /* -log2 of the people who speak in the hour after his calls, over what is usual then */
	WARMTH_PART_UNLIKE,       /* 1 - what two members' words have in common, over what one's own days have */
	WARMTH_PART_CAMPS,        /* modularity of who talks with whom, above that of chance */
	WARMTH_PARTS
};
struct warmth_part {
	double now, past;      /* NaN: unknown. past: the WARMTH_FAILING_PAST_WEEKS before */
	double usual, notable; /* level 0, and the level .5 that 9 of 10 groups of its size stay below */
};

struct warmth_evidence {
	int64_t ref; /* of the event, see warmth_event */
	int64_t at_us;
};

#define WARMTH_FAILING_WEEKS 12      /* now: the latest whole weeks */
#define WARMTH_FAILING_PAST_WEEKS 36 /* past: those before; asked about from WARMTH_FAILING_WEEKS of them on */
#define WARMTH_FAILING_EVIDENCE 8u
struct warmth_failing {
	enum warmth_sign sign;
	enum warmth_failing_doubt doubt;
	double level;            /* 0 … 1; NaN: unknown */
	double low, high;        /* 90 %: the weeks (of the crowd: the members and their answers) drawn anew */
	double p;                /* share of those drawings that lie below .5 */
	double past;             /* the level of the time before; NaN: unknown */
	struct warmth_evidence evidence[WARMTH_FAILING_EVIDENCE]; /* latest first; of the last WARMTH_FAILING_WEEKS */
	size_t evidence_count;
};

struct warmth_failings {
	struct warmth_failing of[WARMTH_FAILINGS];
	struct warmth_part part[WARMTH_PARTS];
	size_t speakers;         /* in the latest weeks: the group's size here */
	/* Told beside the ego, never part of it: concentration is no failing. */
	double owner_share;      /* of all turns */
	double turn_entropy;     /* of the turns of all, over that of equal turns */
	double repeated_share;   /* of his messages that nearly repeat one before; told beside self-interest */
};

/* What a part of that value says: 0 at usual, .5 at notable, at most 1. */
double warmth_part_level(const struct warmth_part *p, double value);

#endif
