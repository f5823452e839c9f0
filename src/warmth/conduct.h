/*
 * conduct: what each person did, counted per week while events pass, so that the failings can be asked about anybody
 * later (who the owner is, is only known when somebody asks).
 *
 * Promises: O(1) amortised per message; memory grows with people and the weeks in which they did something, with the
 * words' profiles per 28 days, and at most CONDUCT_EVIDENCE_KEPT references per person and kind, never with messages.
 * Talk that arrives out of order of time is counted as messages only.
 * Called by: add.c (conduct_talk, conduct_act), the failings (the rest). Inside this room only. Owns: what hangs in
 * struct person's conduct and struct warmth's.
 * Not here: what the counts mean (failings_*.c).
 */
#ifndef HEARTH_WARMTH_CONDUCT_H
#define HEARTH_WARMTH_CONDUCT_H

#include "warmth/warmth.h"

/*
 * A turn: what one person says without another in between (a pause of CONDUCT_END_US also ends it). Its kind is
 * that of its most telling message. A turn is answered by a reply or mention within a day (four quarters), or when
 * another speaks next within WARMTH_ADJACENT_US (one).
 */
enum conduct_turn_kind { CONDUCT_PLAIN, CONDUCT_CALLING, CONDUCT_PROMOTING, CONDUCT_TURN_KINDS };
#define CONDUCT_ANSWER_US US_PER_DAY
#define CONDUCT_END_US (6 * 3600 * US_PER_S) /* a pause after which a thread has ended */
#define CONDUCT_OPEN_US (3600 * US_PER_S)    /* a pause after which the next turn opens a thread */
#define CONDUCT_EARLY_DAYS 28                /* who speaks first so soon after a log begins was there before */
/* Who said that much took part: his removal counts, his words make a profile. */
#define CONDUCT_KNOWN_MESSAGES 10u

/* What is counted per person and week. */
enum conduct_count {
	COUNT_MESSAGES,
	COUNT_READ,      /* of them, with text */
	COUNT_REPEATED,  /* of them, near duplicates */
	COUNT_TURNS,                                         /* three, by kind */
	COUNT_VALUE = COUNT_TURNS + CONDUCT_TURN_KINDS,      /* three: quarters of answers they got */
	COUNT_ENDS = COUNT_VALUE + CONDUCT_TURN_KINDS,       /* plain turns that ended a thread */
	COUNT_GIVEN,     /* quarters of answers to others … */
	COUNT_RECEIVED,  /* … and from others, both without the hour after his calls */
	COUNT_GREETED,   /* newcomers answered within a day of their first word */
	COUNT_LED,       /* 1: he opened a thread, called to an activity, greeted, or answered somebody, without selling */
	COUNT_ENTRIES,   /* plain turns after an hour of own silence, and what others said in the hour after … */
	COUNT_AFTER,     /* … in messages … */
	COUNT_AFTER_EXPECTED, /* … and expected from others' entries, in CONDUCT_FINE parts (conduct_hour.c) */
	COUNT_CALLS,     /* calls to an activity, and how many others spoke in the hour after */
	COUNT_RESPONDERS,
	COUNT_RESPONDERS_EXPECTED,
	COUNT_PACKETS_GIVEN,
	COUNT_PACKETS_OPENED,
	COUNT_REMOVED,   /* people who took part, or others' messages, taken away by him */
	CONDUCT_COUNTS
};
#define CONDUCT_FINE 16u

struct conduct_week {
	int32_t week; /* week_of_day */
	uint32_t n[CONDUCT_COUNTS];
};

enum conduct_evidence_kind {
	EVIDENCE_SELLING,   /* a promotion that nobody answered */
	EVIDENCE_LAST_WORD, /* a plain turn that ended a thread */
	EVIDENCE_PASSED_BY, /* somebody addressed him; he did not speak for a day */
	EVIDENCE_WEAK_CALL, /* a call after which fewer spoke than after any talk */
	CONDUCT_EVIDENCE_KINDS
};
#define CONDUCT_EVIDENCE_KEPT 6u
struct conduct_evidence {
	struct warmth_evidence kept[CONDUCT_EVIDENCE_KEPT];
	uint32_t count; /* in all; the latest are kept */
};

/* A profile of the words of 28 days, by even and odd days: signed count sketches (Charikar, Chen, Farach-Colton
 * 2002). */
#define CONDUCT_PROFILE_BUCKETS 64u
struct conduct_profile {
	int32_t bin;          /* day / WARMTH_TIE_BIN_DAYS */
	uint32_t words[2];
	int16_t sketch[2][CONDUCT_PROFILE_BUCKETS];
	struct conduct_profile *before;
};

/* What others said in the hour after entries, by time of day and how much they had said in the hour before. */
#define CONDUCT_BLOCKS 4u
#define CONDUCT_BUSY 6u
struct conduct_cell {
	uint32_t entries, after, responders;
};
struct conduct_matched {
	struct conduct_cell cell[CONDUCT_BLOCKS][CONDUCT_BUSY];
};

struct conduct_turn {
	int64_t begin_us, last_us, ref;
	struct person *to; /* whom he addressed last in it */
	enum conduct_turn_kind kind;
	uint8_t value;     /* quarters */
	bool ended, there;
};

struct conduct {
	struct conduct_week *weeks; /* sorted */
	size_t week_count, week_room;
	struct conduct_turn turn;   /* the latest, not yet in weeks */
	struct warmth_evidence asked; /* the oldest word to him that he has not spoken after; at_us 0: none */
	struct warmth_evidence first, latest; /* his first and his latest message */
	int64_t called_us;          /* when he last called to an activity; 0: never */
	struct person *greeter;     /* who answered him last as a newcomer */
	struct conduct_matched *own;
	uint32_t entries;
	uint64_t said;
	int64_t minute;             /* of his latest message */
	struct conduct_evidence *evidence[CONDUCT_EVIDENCE_KINDS];
	struct conduct_profile *profile; /* the latest first */
};

#define CONDUCT_MINUTES 64u
#define CONDUCT_PENDING_MAX 4096u /* entries of one hour; more are not looked at */
struct conduct_entry {
	struct person *person;
	int64_t minute, ref, at_us;
	uint64_t said, own_said; /* by all and by him, when it began */
	uint32_t before, same_minute;
	bool call;
};
#define CONDUCT_FREQUENCIES 4096u
struct conduct_group {
	int64_t first_us, latest_us;             /* of the talk in order of time … */
	struct person *speaker;                  /* … and who spoke last in it */
	uint64_t said;
	int64_t minute;                          /* the latest in the ring */
	uint64_t said_before[CONDUCT_MINUTES];   /* by all, when that minute began */
	uint32_t latest_speakers[CONDUCT_MINUTES]; /* who spoke last in that minute */
	struct conduct_entry *pending;           /* a ring of room entries */
	size_t pending_first, pending_count, pending_room;
	struct conduct_matched all;
	uint32_t *frequencies;                   /* of words, by hash; NULL before there were any */
	uint64_t words;
};

/* answered: whom e addresses, or NULL. */
enum err conduct_talk(
	struct warmth *w, struct person *p, struct person *answered, const struct warmth_event *e) MUST_USE;
enum err conduct_act(struct warmth *w, const struct warmth_event *e) MUST_USE;

/* ---- between the files of conduct ---- */
enum err conduct_of_person(struct warmth *w, struct person *p, struct conduct **out) MUST_USE;
enum err conduct_place(struct warmth *w, struct conduct *c, int32_t week, uint32_t **out_counts) MUST_USE;
/* What a turn would be evidence of; false: of nothing. */
bool conduct_turn_shows(const struct conduct_turn *t, bool ended, enum conduct_evidence_kind *out_kind);
enum err conduct_keep(
	struct warmth *w, struct conduct *c, enum conduct_evidence_kind kind, struct warmth_evidence e) MUST_USE;
/* conduct_hour.c: settle what is an hour old; then note a message; then, where it is an entry, remember it. */
enum err conduct_hour_settle(struct warmth *w, int64_t at_us) MUST_USE;
void conduct_hour_note(struct warmth *w, struct conduct *c, int64_t at_us);
enum err conduct_hour_enter(struct warmth *w, struct person *p, const struct warmth_event *e, bool call) MUST_USE;

static inline int32_t week_of_day(int32_t day) { return (day + 3) / 7; } /* from Monday; 1970-01-01 was a Thursday */

#endif
