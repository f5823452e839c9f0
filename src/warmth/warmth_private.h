/* What the files of this room share; nobody outside includes it. */
#ifndef HEARTH_WARMTH_PRIVATE_H
#define HEARTH_WARMTH_PRIVATE_H

#include "warmth/runs.h"
#include "warmth/warmth.h"

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
	struct day_count *days;  /* sorted */
	size_t day_count, day_room;
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
	struct runs runs;
};

/* One human being who spoke: the identities that renames tie together. */
struct member {
	struct warmth_person out;
	const struct day_count *days;
	size_t day_count;
	uint64_t answers;
};

/* What the parts of an answer work on. end_day: the first day that is not looked at. */
struct answering {
	const struct warmth *w;
	struct arena *a;
	uint64_t seed;
	int64_t at_us;
	int32_t first_day, at_day, end_day;
	struct member *members; /* most messages first */
	size_t member_count;
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

enum err core_of(const struct answering *x, int32_t from_day, int32_t to_day, struct warmth_core *out) MUST_USE;
enum err order_of(const struct answering *x, struct warmth_order *out) MUST_USE;
enum err fade_of(const struct answering *x, struct warmth_fade *out_core, struct warmth_fade *out_edge) MUST_USE;
enum err level_of(const struct answering *x, struct warmth_level *out) MUST_USE;

#endif
