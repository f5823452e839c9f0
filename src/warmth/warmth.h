/*
 * warmth: the thermometer. From what happened in one group to how alive it is, who carries it, and who fell silent
 * when.
 *
 * Promises: pure (no clock, no database, no network, no chance but the seed it is given): the same events and the same
 * question give the same answer. Adding an event costs O(1) amortised; memory grows with people and their active days,
 * never with messages. What cannot be known is said to be unknown, never 0. The end of a log is censoring, not death.
 * Used by: insight (which feeds it from files and from the journal). Owns: the counts of one group.
 * Not here: names and texts (the feeder keeps them), words for people (report), forecasts.
 */
#ifndef HEARTH_WARMTH_H
#define HEARTH_WARMTH_H

#include "base/base.h"
#include "warmth/contagion.h"
#include "warmth/failings.h"
#include "warmth/intake.h"
#include "warmth/resilience.h"
#include "warmth/silence_order.h"
#include "model/season.h"
#include "warmth/changes.h"
#include "warmth/evaporation.h"
#include "warmth/fan.h"

#define WARMTH_DAY_MIN 0                 /* 1970-01-01: earlier times are not believed … */
#define WARMTH_DAY_MAX 49710             /* … nor later than 2106-02-07 */
#define WARMTH_NOBODY (-1)
#define WARMTH_BYTES_MAX (4ull << 30)    /* the most one group's counts may take */
#define WARMTH_RENAME_PARTNERS_MAX 6u /* a name that changed to or from more others is shared by many: not followed */
#define WARMTH_ADJACENT_US                                                                                             \
	(10 * 60 * US_PER_S) /* who speaks next within this time answers, a little (see importance) */

/* ---- what happened ---- */
enum warmth_kind {
	WARMTH_TALK,   /* text, media, /me */
	WARMTH_JOIN,
	WARMTH_LEAVE,  /* left or was removed; an IRC quit is OTHER */
	WARMTH_RENAME, /* person is from now on target */
	WARMTH_OTHER   /* anything else: shows that somebody was still recording */
};
enum warmth_flag {
	WARMTH_BOT = 1,       /* said by a machine: counted apart */
	WARMTH_COLLECTIVE = 2, /* many people under one id ("deleted account"): talk, but nobody's rhythm */
	/* of TALK, as far as the feeder has the text (see text/promotion.h); the failings rest on these: */
	WARMTH_READ = 4,           /* the text was read: what follows is known, not just not set */
	WARMTH_PROMOTION = 8,
	WARMTH_CALL = 16,          /* calls to an activity */
	WARMTH_QUESTION = 32,
	WARMTH_LINK = 64,
	WARMTH_NEAR_DUPLICATE = 128, /* nearly what he said before */
	/* of LEAVE and OTHER, where target did it to person: */
	WARMTH_REMOVED = 256,      /* LEAVE: was removed; OTHER: his message was taken away */
	/* of OTHER: */
	WARMTH_PACKET_GIVEN = 512,
	WARMTH_PACKET_OPENED = 1024
};
struct warmth_event {
	int64_t at_us;
	int32_t person; /* any number from 0 that stands for one person, or WARMTH_NOBODY */
	int32_t target; /* TALK: who is answered or addressed; RENAME: the new identity; or WARMTH_NOBODY */
	enum warmth_kind kind;
	unsigned flags;
	int64_t ref; /* the feeder's number of the message or line, given back as evidence; 0: none */
};

struct warmth;
struct warmth *warmth_new(void); /* NULL: memory */
/* Nobody will ask about the failings: what they rest on is not counted, which saves memory. Before the first event. */
void warmth_without_failings(struct warmth *w);
void warmth_free(struct warmth *w);
void warmth_drop(struct warmth **w);
/* Events may come in any order, but rhythm within a day (who answers whom) is only seen when they come in order of
 * time. ERR_INPUT: a time outside the days above, or a person below WARMTH_NOBODY; nothing was counted. ERR_MEMORY. */
enum err warmth_add(struct warmth *w, const struct warmth_event *e) MUST_USE;
/* The words (hashes) of a TALK that was just added, for what its members have in common. ERR_MEMORY. */
enum err warmth_add_words(struct warmth *w, int32_t person, int64_t at_us, const uint64_t *hashes, size_t count) MUST_USE;

/* The time of the last event, 0 before the first. */
int64_t warmth_last_us(const struct warmth *w);

/* ---- what is asked ---- */
struct warmth_ask {
	bool has_at;   /* false: the last event of the group */
	int64_t at_us; /* silence is measured until here; the caller adds no later events */
	bool slow;     /* also what takes long: changes, bursts, resilience; else they are unknown, not asked */
	const struct model_season_range *holidays; /* with slow: days that explain a dip; may be NULL */
	size_t holiday_count;
	uint64_t seed; /* of the resamplings */
	size_t evaporation_steps;   /* back from at, at most WARMTH_EVAPORATION_STEPS_MAX */
	bool evaporation_by_others; /* by the BG/NBD and the Pareto/NBD too */
	const int32_t *owners; /* the ids of him whom the failings are about */
	size_t owner_count;    /* 0: not known */
};

/* ---- what is answered ---- */
/* Weeks begin Monday 00:00 UTC (ISO 8601). All from the first to the last talk are there, empty ones too. */
struct warmth_week {
	int64_t begin_us;
	uint32_t messages, speakers;
};

enum warmth_silence { WARMTH_SILENCE_UNKNOWN, WARMTH_SPEAKS, WARMTH_SILENT };

#define WARMTH_GAPS_MIN 5u      /* fewer past gaps: silence is unknown */
#define WARMTH_GAPS_USED 100u   /* the latest: a rhythm changes with the years */
#define WARMTH_SILENT_BELOW .01

/*
 * Silence against one's own rhythm. A gap is the number of days between two following days on which the member spoke
 * (so a burst within a day is one), D the days since the last of them. The gaps are taken as generalised gamma (Stacy
 * 1962): (gap/scale)^c ~ Gamma(k), which holds regular (k large), Poisson (c = k = 1) and bursty members (c < 1, k <
 * 1). With the scale's prior 1/scale, and n gaps, S = sum of gap^c, P(next > x | c, k) = P(Beta(k, n k) > x^c / (S +
 * x^c)), for c = k = 1 Lomax's (S/(S+x))^n, exact in small samples for the scale; (c, k) are averaged with their
 * marginal likelihood c^(n-1) Gamma(n k) prod(gap^(c k - 1)) / (Gamma(k)^n S^(n k)). p_silent is that at x = D - 1/2
 * (days are whole), but not below the share of his own past gaps that were as long. Checked by simulation in
 * tests/unit/warmth.c: members who keep their rhythm are called silent in about one gap of a hundred (a little more for
 * very bursty ones with fewer than 20 past gaps). Whoever looks at a random moment is likelier to look into a long gap
 * than into a short one: for regular and Poisson members under 1 % are then called silent, for very bursty ones
 * (lognormal gaps with sigma 1.5) about one in ten, which is in the nature of the definition.
 */
struct warmth_person {
	int32_t person;         /* of several merged by renames: the one seen last */
	uint64_t messages;
	uint32_t active_days;
	int64_t first_us, last_us;
	enum warmth_silence silence;
	double p_silent;        /* NaN: unknown */
	double usual_gap_days;  /* median of the past gaps used; NaN: fewer than WARMTH_GAPS_MIN */
	uint32_t quiet_days;    /* D */
	double importance;      /* answers received from others per day of his stay; see below */
	bool collective;
	bool regular;           /* spoke enough to have a place in the order of silence */
	bool gone;              /* a regular, silent, for WARMTH_GONE_DAYS */
};

/* Who carried the talk: the smallest set of people who wrote half of a window's messages. */
#define WARMTH_NOW_DAYS 84
#define WARMTH_THEN_DAYS 252 /* then: from at - 252 days to at - 84 */
#define WARMTH_CORE_MESSAGES_MIN 20u
struct warmth_share {
	size_t person; /* index in people */
	uint64_t messages;
};
struct warmth_core {
	bool known; /* the window has WARMTH_CORE_MESSAGES_MIN */
	int64_t from_us, to_us;
	uint64_t messages;
	size_t speakers;
	const struct warmth_share *who; /* most first */
	size_t count;
};

/*
 * Order of silence among the gone: Spearman's rho of importance with the last day, positive when the important stay
 * longer. Importance is what others gave him: 1 for each reply or mention, 1/4 when another simply spoke next within
 * ten minutes (the only sign in formats without replies), divided by the days of his stay (at least 28), because a sum
 * would grow with the stay itself. low, high: 95 % by Fisher's z with Bonett and Wright's (2000) variance (1 +
 * rho^2/2)/(n - 3). p_null, two-sided: importance permuted among members with neighbouring posting rates, which keeps
 * what follows from talking much alone. The word needs both: an interval on one side of 0, and p_null below .05.
 */
#define WARMTH_GONE_MIN 8u
#define WARMTH_GONE_DAYS 28
#define WARMTH_REGULAR_DAYS 6u      /* active days … */
#define WARMTH_REGULAR_MESSAGES 10u /* … and messages of a regular */
#define WARMTH_LIKE_RATE 5u         /* members of neighbouring rate who are exchanged */
#define WARMTH_PERMUTATIONS 1999u
struct warmth_order {
	size_t gone;
	bool known;                    /* gone >= WARMTH_GONE_MIN and importance differs; else the four are NaN */
	double rho, low, high, p_null;
	enum warmth_first first;
};

/*
 * The same as two falling steps, over the same people: of the gone, the share that still talked on a day, the third
 * most important (core) beside the rest (edge). All of them are gone, so nothing is censored and nobody's stay is cut;
 * band 95 % (Wilson 1927).
 */
#define WARMTH_CORE_PART 3u
struct warmth_step {
	int64_t from_us; /* from the day after a last day on */
	double share, low, high;
};
struct warmth_fade {
	size_t members;
	const struct warmth_step *steps; /* the first: the day of the first to go, share 1; the last: share 0 */
	size_t count;
};

/*
 * How warm, against the group's own usual: the messages of the last 84 days (12 weeks back from at) against the median
 * of the weeks before (at most 52, at least WARMTH_USUAL_WEEKS_MIN). Interval: both resampled in blocks of six weeks.
 * The words follow the interval, not the point; one that is wider than from a half to the double says nothing.
 */
#define WARMTH_USUAL_WEEKS 52u
#define WARMTH_USUAL_WEEKS_MIN 24u
#define WARMTH_USUAL_MESSAGES_MIN 50u
#define WARMTH_QUIET_DAYS 28
enum warmth_doubt { WARMTH_SURE, WARMTH_TOO_YOUNG, WARMTH_TOO_FEW, WARMTH_TOO_UNEVEN };
enum warmth_stage { WARMTH_STAGE_UNKNOWN, WARMTH_WARMING, WARMTH_STEADY, WARMTH_COOLING, WARMTH_QUIET };
struct warmth_level {
	enum warmth_stage stage;
	enum warmth_doubt doubt;     /* why the stage is unknown */
	bool known;                  /* the six below are numbers, not NaN */
	size_t weeks_before;         /* whole weeks of history before the last 12 */
	double usual;                /* messages a week */
	double percent, low, high;   /* of the usual; 95 % */
	double band_low, band_high;  /* where 8 of 10 usual weeks lay, in % of the usual */
};

struct warmth_reading {
	bool talked;                 /* false: nobody said anything; times and lists are empty */
	int64_t first_us, last_us;   /* of the talk */
	int64_t at_us;
	uint64_t messages;           /* talk by people */
	size_t members;              /* distinct people who spoke, renames followed */
	uint64_t joins, leaves;      /* as often as recorded; only the feeder knows whether the format knows them */
	uint64_t bot_messages;
	size_t bots;
	size_t renames_unfollowed;   /* pairs of names not merged, see WARMTH_RENAME_PARTNERS_MAX */
	const struct warmth_week *weeks;
	size_t week_count;
	const struct warmth_person *people; /* most messages first */
	size_t people_count;
	struct warmth_core then, now;
	struct warmth_order order;
	struct warmth_fade core_fade, edge_fade; /* count 0 where order is not known */
	struct warmth_level level;
	struct warmth_intake intake;
	struct warmth_silence_order silence_order;
	struct warmth_contagion contagion;
	struct warmth_changes changes;
	struct warmth_bursts bursts;
	struct warmth_resilience resilience;
	struct warmth_evaporation evaporation;
	struct warmth_fan fan;
	struct warmth_failings failings; /* for the owner only */
};

/* Everything in out lives in the arena. ERR_MEMORY; out untouched then. */
enum err warmth_answer(
	const struct warmth *w, const struct warmth_ask *ask, struct arena *a, struct warmth_reading *out) MUST_USE;

/* The pieces, for tests and for others with series of their own. gaps are in days, >= 1, oldest first. */
struct warmth_rhythm; /* the grid of (c, k), made once */
enum err warmth_rhythm_new(struct arena *a, struct warmth_rhythm **out) MUST_USE;
/* p_silent as above without the last clause (the share of past gaps); NaN when n < WARMTH_GAPS_MIN. Uses the latest
 * WARMTH_GAPS_USED. */
double warmth_rhythm_tail(const struct warmth_rhythm *r, const uint32_t *gaps, size_t n, uint32_t quiet_days);
/* Spearman's rho with mean ranks for ties; NaN when n < 2 or one side is constant. scratch: 4 n doubles. */
double warmth_spearman(const double *x, const double *y, size_t n, double *scratch);

#endif
