/*
 * The parts of the failings: from sums to values, and what values are usual (docs/failings.md gives each its source).
 * Called by: failings.c, failings_crowd.c. Owns: the reference table. Not here: how parts make a level (failings.c).
 */
#include <math.h>

#include "warmth/failings_private.h"

#define NEWCOMERS_MIN 5
#define TURNS_MIN 20
#define ENDS_MIN 10
#define ENTRIES_MIN 15
#define CALLS_MIN 4
#define ANSWERS_MIN 18
#define PACKETS_MIN 4
#define SPEAKERS_MIN 5
#define QUARTERS 4.

#define SIZES 3u
static const double size_most[SIZES - 1] = { 14, 49 };

/* Median and 90 % quantile over groups of 5 to 14, 15 to 49, and more speakers in 12 weeks. Rows with "measured"
 * are from bench/failings-reference on the archives, where the most talkative member stands in for the owner; the
 * others are ours. */
static const double scale[WARMTH_PARTS][SIZES][2] = {
#include "warmth/failings_reference_private.h"
};

void part_scale(enum warmth_part_kind kind, double speakers, struct warmth_part *out)
{
	size_t size = 0;
	while (size < COUNT_OF(size_most) && speakers > size_most[size])
		size++;
	out->usual = scale[kind][size][0];
	out->notable = scale[kind][size][1];
}

double warmth_part_level(const struct warmth_part *p, double value)
{
	double level = .5 * (value - p->usual) / (p->notable - p->usual);
	return isnan(level) ? NAN : level < 0 ? 0 : level > 1 ? 1 : level;
}

static double turns_of(const double *n) { return n[COUNT_TURNS] + n[COUNT_TURNS + 1] + n[COUNT_TURNS + 2]; }

static double selling(const struct failing_sums *s)
{
	double turns = turns_of(s->owner), sells = s->owner[COUNT_TURNS + CONDUCT_PROMOTING];
	double other_turns = s->owner[COUNT_TURNS + CONDUCT_PLAIN] + s->others[COUNT_TURNS + CONDUCT_PLAIN];
	double other_value = s->owner[COUNT_VALUE + CONDUCT_PLAIN] + s->others[COUNT_VALUE + CONDUCT_PLAIN];
	if (turns < TURNS_MIN || 2 * s->owner[COUNT_READ] < s->owner[COUNT_MESSAGES] || other_turns < TURNS_MIN)
		return NAN;
	if (sells == 0 || other_value == 0)
		return 0;
	double ratio = s->owner[COUNT_VALUE + CONDUCT_PROMOTING] / sells / (other_value / other_turns);
	return sells / turns * (ratio < 1 ? 1 - ratio : 0);
}

static double last_word(const struct failing_sums *s)
{
	double own = s->owner[COUNT_TURNS + CONDUCT_PLAIN], other = s->others[COUNT_TURNS + CONDUCT_PLAIN];
	if (own < TURNS_MIN || other < TURNS_MIN || s->owner[COUNT_ENDS] + s->others[COUNT_ENDS] < ENDS_MIN)
		return NAN;
	return log2((s->owner[COUNT_ENDS] + .5) / (own + .5) / ((s->others[COUNT_ENDS] + .5) / (other + .5)));
}

static double less_than(double seen, double expected_fine, double little)
{
	return -log2((seen + little) / (expected_fine / CONDUCT_FINE + little));
}

/* What is usual after others' entries has the owner's own talk in it, which cannot follow his entries. */
static double hushed(const struct failing_sums *s)
{
	const double *n = s->owner;
	double all = n[COUNT_MESSAGES] + s->others[COUNT_MESSAGES];
	return n[COUNT_ENTRIES] < ENTRIES_MIN ? NAN :
		less_than(n[COUNT_AFTER], n[COUNT_AFTER_EXPECTED] * (1 - n[COUNT_MESSAGES] / all), 1);
}

static double share(double of, double rest, double least) { return of + rest < least ? NAN : of / (of + rest); }

double part_value(enum warmth_part_kind kind, const struct failing_sums *s)
{
	const double *n = s->owner;
	switch (kind) {
	case WARMTH_PART_WEEKS_MISSED:
		return s->weeks > 0 ? 1 - n[COUNT_LED] / s->weeks : NAN;
	case WARMTH_PART_UNWELCOMED:
		return share(s->unwelcomed, s->newcomers - s->unwelcomed, NEWCOMERS_MIN);
	case WARMTH_PART_SELLING:
		return selling(s);
	case WARMTH_PART_LAST_WORD:
		return last_word(s);
	case WARMTH_PART_HUSHED:
		return hushed(s);
	case WARMTH_PART_REMOVED:
		return s->speakers < SPEAKERS_MIN ? NAN : n[COUNT_REMOVED] / s->speakers;
	case WARMTH_PART_TAKES:
		return share(n[COUNT_RECEIVED], n[COUNT_GIVEN], ANSWERS_MIN * QUARTERS);
	case WARMTH_PART_OPENS:
		return share(n[COUNT_PACKETS_OPENED], n[COUNT_PACKETS_GIVEN], PACKETS_MIN);
	case WARMTH_PART_UNHEARD:
		return n[COUNT_CALLS] < CALLS_MIN ? NAN :
			less_than(n[COUNT_RESPONDERS], n[COUNT_RESPONDERS_EXPECTED], .5);
	default:
		return NAN;
	}
}
