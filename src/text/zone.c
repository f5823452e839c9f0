/*
 * Time zones by ICU, asked once per span between two changes of the offset.
 *
 * Between two changes the offset is one number. The spans cut the UTC line at each change, and the local line at
 * change + max(offset before, offset after): so a time that occurs twice belongs to the earlier span, and one that is
 * skipped is counted with the offset before, which moves it forward.
 */
#include <stdlib.h>
#include <unicode/ucal.h>

#include "text/text.h"

#define ZONE_NAME_BYTES_MAX 64
/* Beyond some 140,000 years nothing is known of zones; sums stay far from overflow. */
#define FAR_US (INT64_MAX / 2)

struct span {
	int64_t utc_from, utc_to;     /* utc_to is the next span's first */
	int64_t local_from, local_to; /* likewise */
	int64_t offset;
};

struct zone {
	UCalendar *calendar; /* NULL: one offset for ever */
	struct span *now;    /* what was asked last, or is likely asked next */
};

static bool two_digits(struct str s, size_t at, int *out)
{
	if (at + 2 > s.n || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9')
		return false;
	*out = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
	return true;
}

/* "Z", "+08", "+0800", "-03:30". */
static bool offset_read(struct str s, int64_t *out_us)
{
	if (str_eq(s, STR("Z")) || str_eq(s, STR("UTC"))) {
		*out_us = 0;
		return true;
	}
	int hour = 0, minute = 0;
	if (s.n < 3 || (s.p[0] != '+' && s.p[0] != '-') || !two_digits(s, 1, &hour))
		return false;
	size_t at = s.n > 3 && s.p[3] == ':' ? 4 : 3;
	if (s.n != 3 && (!two_digits(s, at, &minute) || at + 2 != s.n))
		return false;
	if (hour > 18 || minute > 59)
		return false;
	int64_t us = (hour * INT64_C(3600) + minute * INT64_C(60)) * US_PER_S;
	*out_us = s.p[0] == '-' ? -us : us;
	return true;
}

static enum err calendar_open(struct str name, UCalendar **out)
{
	UChar wide[ZONE_NAME_BYTES_MAX + 1], canonical[ZONE_NAME_BYTES_MAX * 2];
	int32_t n = (int32_t)name.n;
	UBool is_system = false;
	UErrorCode e = U_ZERO_ERROR;
	for (int32_t i = 0; i < n; i++) {
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return ERR_INPUT;
		wide[i] = (UChar)name.p[i];
	}
	ucal_getCanonicalTimeZoneID(wide, n, canonical, COUNT_OF(canonical), &is_system, &e);
	if (U_FAILURE(e) || !is_system)
		return ERR_INPUT;
	UCalendar *c = ucal_open(wide, n, "en", UCAL_GREGORIAN, &e);
	if (U_FAILURE(e))
		return ERR_MEMORY;
	*out = c;
	return ERR_OK;
}

static int64_t us_of_ms(UDate ms)
{
	double us = ms * 1000;
	return us <= (double)-FAR_US ? -FAR_US : us >= (double)FAR_US ? FAR_US : (int64_t)us;
}

static UDate ms_of_us(int64_t us)
{
	int64_t ms = us / 1000;
	return (UDate)(ms - (us % 1000 < 0));
}

/* The offset at a moment, 0 when ICU does not know. */
static int64_t offset_at(UCalendar *c, UDate ms)
{
	UErrorCode e = U_ZERO_ERROR;
	ucal_setMillis(c, ms, &e);
	int64_t offset_ms = ucal_get(c, UCAL_ZONE_OFFSET, &e) + (int64_t)ucal_get(c, UCAL_DST_OFFSET, &e);
	return U_FAILURE(e) ? 0 : offset_ms * US_PER_MS;
}

/* The span in which utc_us lies. */
static struct span span_at(UCalendar *c, int64_t utc_us)
{
	UDate at = ms_of_us(utc_us), change;
	UErrorCode e = U_ZERO_ERROR;
	struct span s = { -FAR_US, FAR_US, -FAR_US, FAR_US, offset_at(c, at) };
	ucal_setMillis(c, at, &e);
	if (ucal_getTimeZoneTransitionDate(c, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, &change, &e) && U_SUCCESS(e)) {
		int64_t before = offset_at(c, change - 1);
		s.utc_from = us_of_ms(change);
		s.local_from = s.utc_from + (before > s.offset ? before : s.offset);
	}
	e = U_ZERO_ERROR;
	ucal_setMillis(c, at, &e);
	if (ucal_getTimeZoneTransitionDate(c, UCAL_TZ_TRANSITION_NEXT, &change, &e) && U_SUCCESS(e)) {
		int64_t after = offset_at(c, change);
		s.utc_to = us_of_ms(change);
		s.local_to = s.utc_to + (after > s.offset ? after : s.offset);
	}
	return s;
}

enum err zone_open(const char *name, struct zone **out_zone)
{
	struct str s = str_of(name);
	int64_t offset = 0;
	UCalendar *c = NULL;
	if (s.n == 0 || s.n > ZONE_NAME_BYTES_MAX)
		return ERR_INPUT;
	if (!offset_read(s, &offset))
		TRY(calendar_open(s, &c));
	struct zone *z = calloc(1, sizeof *z + sizeof *z->now);
	if (z == NULL) {
		if (c)
			ucal_close(c);
		return ERR_MEMORY;
	}
	z->calendar = c;
	z->now = (struct span *)(z + 1);
	*z->now = c ? span_at(c, 0) : (struct span){ -FAR_US, FAR_US, -FAR_US, FAR_US, offset };
	*out_zone = z;
	return ERR_OK;
}

void zone_free(struct zone *z)
{
	if (z && z->calendar)
		ucal_close(z->calendar);
	free(z);
}

static int64_t near_us(int64_t us) { return us < -FAR_US ? -FAR_US : us >= FAR_US ? FAR_US - 1 : us; }

int64_t zone_to_local(const struct zone *z, int64_t utc_us)
{
	if (z == NULL)
		return utc_us;
	int64_t at = near_us(utc_us);
	if (z->calendar && (at < z->now->utc_from || at >= z->now->utc_to))
		*z->now = span_at(z->calendar, at);
	int64_t local;
	return __builtin_add_overflow(utc_us, z->now->offset, &local) ? utc_us : local;
}

int64_t zone_to_utc(const struct zone *z, int64_t local_us)
{
	if (z == NULL)
		return local_us;
	int64_t at = near_us(local_us);
	/* the guess is at most one change away from the truth, two where changes lie within a day of each other */
	for (int i = 0; z->calendar && i < 4; i++) {
		if (i == 0 && (at < z->now->local_from || at >= z->now->local_to))
			*z->now = span_at(z->calendar, near_us(at - z->now->offset));
		if (at < z->now->local_from)
			*z->now = span_at(z->calendar, z->now->utc_from - 1);
		else if (at >= z->now->local_to)
			*z->now = span_at(z->calendar, z->now->utc_to);
		else
			break;
	}
	int64_t utc;
	return __builtin_sub_overflow(local_us, z->now->offset, &utc) ? local_us : utc;
}
