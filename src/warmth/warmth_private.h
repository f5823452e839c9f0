/* What the files of this room share; nobody outside includes it. */
#ifndef HEARTH_WARMTH_PRIVATE_H
#define HEARTH_WARMTH_PRIVATE_H

#include "warmth/departure.h"
#include "warmth/conduct.h"
#include "warmth/ties.h"
#include "warmth/pulse.h"
#include "warmth/runs.h"
#include "warmth/warmth.h"

#define WARMTH_NO_MEMBER SIZE_MAX
#define NEVER_US INT64_MAX

/* A day on which somebody spoke. */
struct day_count {
	int32_t day; /* since 1970-01-01 */
	uint32_t messages;
};

/* One identity, as the events name it. */
struct person {
	int32_t id;
	bool collective;
	size_t index;            /* order of appearance */
	uint64_t messages, bot_messages;
	uint64_t answers;        /* in quarters, see importance */
	int64_t first_us, last_us;
	int64_t join_us;         /* the first JOIN, or NEVER_US */
	bool addressed, followed; /* within a day of his first message, see intake.h */
	struct day_count *days;  /* sorted */
	size_t day_count, day_room;
	struct tie *ties, *latest_tie; /* from him */
	struct conduct *conduct;  /* what the failings rest on, or NULL */
	struct person *next;     /* in order of appearance */
};

struct rename_pair {
	struct person *from, *to;
	struct rename_pair *next;
};

struct warmth {
	struct arena *memory;
	struct idmap *by_id;            /* id + 1 -> struct person */
	struct idmap *rename_keys;      /* two ids -> struct rename_pair */
	struct person *people, **people_end;
	struct person *latest_used;     /* most lines follow one by the same person */
	size_t people_count;
	struct rename_pair *renames;
	size_t rename_count;
	uint64_t joins, leaves;
	int64_t last_event_us;
	bool any;
	struct person *last_speaker;
	int64_t last_talk_us;
	struct ties ties;
	struct pulse pulse;
	struct runs runs;
	struct conduct_group conduct;
	bool without_failings;
};

/* What his first message got, see intake.h. */
enum first_answer { FIRST_UNANSWERED, FIRST_FOLLOWED, FIRST_ADDRESSED };

/* One human being who spoke: the identities that renames tie together. */
struct member {
	struct warmth_person out;
	size_t root; /* in stand_for */
	enum first_answer answered;
	const struct day_count *days;
	size_t day_count;
	uint64_t answers;
};

/* What the parts of an answer work on. end_day: the first day that is not looked at. */
struct answering {
	const struct warmth *w;
	const struct warmth_ask *ask;
	struct arena *a;
	uint64_t seed;
	int64_t at_us;
	int32_t first_day, at_day, end_day;
	struct member *members; /* most messages first */
	size_t member_count;
	const size_t *stand_for; /* of each identity's index: the index that stands for all of one human being */
	const size_t *member_at; /* of each identity's index: his place in members, or WARMTH_NO_MEMBER */
};

static inline int32_t day_of(int64_t us) { return (int32_t)((us - (us < 0 ? US_PER_DAY - 1 : 0)) / US_PER_DAY); }

/* splitmix64 (Steele, Lea, Flood 2014): small, and good enough to resample with. */
static inline uint64_t chance_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}
/* 0 .. n - 1; n is small beside 2^64, so the remainder's bias is nothing. */
static inline size_t chance_below(uint64_t *state, size_t n) { return (size_t)(chance_next(state) % n); }

/* The person of an id, made when there is none; NULL: memory. */
struct person *person_of(struct warmth *w, int32_t id);

/* speaker talks at at_us; before spoke last, answered is replied to or named; either may be NULL. */
void intake_talk(struct person *before, struct person *answered, const struct person *speaker, int64_t at_us);

enum err fan_of(const struct warmth_reading *r, struct warmth_fan *out) MUST_USE;
enum err core_of(const struct answering *x, int32_t from_day, int32_t to_day, struct warmth_core *out) MUST_USE;
enum err order_of(const struct answering *x, struct warmth_order *out) MUST_USE;
enum err fade_of(const struct answering *x, struct warmth_fade *out_core, struct warmth_fade *out_edge) MUST_USE;
enum err level_of(const struct answering *x, struct warmth_level *out) MUST_USE;
enum err resilience_of(const struct answering *x, struct warmth_resilience *out) MUST_USE;
enum err silence_order_of(
	const struct answering *x, const struct regulars *regulars, struct warmth_silence_order *out) MUST_USE;
enum err contagion_of(
	const struct answering *x, const struct regulars *regulars, struct warmth_contagion *out) MUST_USE;
enum err intake_of(const struct answering *x, struct warmth_intake *out) MUST_USE;
enum err changes_of(
	const struct answering *x, struct warmth_changes *out_changes, struct warmth_bursts *out_bursts) MUST_USE;
void changes_unknown(
	enum warmth_changes_doubt doubt, struct warmth_changes *out_changes, struct warmth_bursts *out_bursts);

/* How much of evaporation is wanted: steps of 28 days back (each half as much work as now), the two other models beside
 * it (twice as much as now). weights: NULL for what the core wrote, or for now (0) and each step back one weight per
 * member (0 or NaN: does not count), a NULL among them again for the core. */
struct evaporation_ask {
	size_t steps;
	bool beside;
	const double *const *weights;
};
enum err evaporation_of(
	const struct answering *x, const struct evaporation_ask *ask, struct warmth_evaporation *out) MUST_USE;
struct warmth_evaporation evaporation_unknown(void); /* where nobody ever talked */
enum err failings_of(const struct answering *x, struct warmth_failings *out) MUST_USE;

#endif
