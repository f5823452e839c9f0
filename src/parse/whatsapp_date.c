/*
 * WhatsApp's stamps: reading one however the phone's language writes it, and finding out which part is the day.
 *
 * A phone writes dates as its language does, so a file shows only numbers. Each shape (separators, digits, brackets) is
 * decided for itself, since a change of language or of phone changes the shape in the middle of a file. What decides,
 * in this order: a part over 12 or 31; the wish of the owner; time that would run backwards; else day first, and a
 * doubt.
 */
#include "parse/whatsapp.h"

#define BACK_US US_PER_DAY       /* messages may come a little out of order */
#define STEP_US (40 * US_PER_DAY) /* a change of order is believed when it makes a pause at most this long */

enum { DAY_FIRST, MONTH_FIRST, YEAR_FIRST };

/* ---- reading ---- */

static bool take(struct str *s, struct str what)
{
	if (!str_starts(*s, what))
		return false;
	*s = str_from(*s, what.n);
	return true;
}

/* Blanks of all kinds and marks that cannot be seen. */
static bool take_blanks(struct str *s)
{
	static const struct str blanks[] = { { " ", 1 }, { "\t", 1 }, { "\xc2\xa0", 2 }, { "\xe2\x80\xaf", 3 },
		{ "\xe2\x80\x89", 3 }, { "\xe2\x80\x8e", 3 }, { "\xe2\x80\x8f", 3 }, { "\xe2\x80\xaa", 3 },
		{ "\xe2\x80\xac", 3 }, { "\xef\xbb\xbf", 3 } };
	bool any = false;
	for (size_t i = 0; i < COUNT_OF(blanks);) {
		if (take(s, blanks[i])) {
			any = true;
			i = 0;
		} else {
			i++;
		}
	}
	return any;
}

static bool take_number(struct str *s, int *out, int *out_digits)
{
	int v = 0, n = 0;
	while (n < 4 && (size_t)n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		v = v * 10 + (s->p[n++] - '0');
	if (n == 0)
		return false;
	*s = str_from(*s, (size_t)n);
	*out = v;
	*out_digits = n;
	return true;
}

/* What stands between two parts of a date; its number tells the shapes apart. */
static unsigned take_separator(struct str *s)
{
	static const struct str marks[] = { { "/", 1 }, { ".", 1 }, { "-", 1 }, { "\xe5\xb9\xb4", 3 },
		{ "\xe6\x9c\x88", 3 }, { "\xe6\x97\xa5", 3 }, { "\xeb\x85\x84", 3 }, { "\xec\x9b\x94", 3 },
		{ "\xec\x9d\xbc", 3 } }; /* 年 月 日 년 월 일 */
	for (unsigned i = 0; i < COUNT_OF(marks); i++)
		if (take(s, marks[i])) {
			(void)take_blanks(s);
			return i + 1;
		}
	return 0;
}

/* Which half of the day: 0 none said, 1 the first, 2 the second. */
static unsigned take_half(struct str *s)
{
	static const struct {
		const char *text;
		unsigned half;
	} halves[] = {
		{ "AM", 1 },
		{ "PM", 2 },
		{ "am", 1 },
		{ "pm", 2 },
		{ "a.m.", 1 },
		{ "p.m.", 2 },
		{ "A.M.", 1 },
		{ "P.M.", 2 },
		{ "a. m.", 1 },
		{ "p. m.", 2 },
		{ "a.\xc2\xa0m.", 1 },
		{ "p.\xc2\xa0m.", 2 },
		{ "a.\xe2\x80\xafm.", 1 },
		{ "p.\xe2\x80\xafm.", 2 },
		{ "上午", 1 },
		{ "下午", 2 },
		{ "凌晨", 1 },
		{ "清晨", 1 },
		{ "早上", 1 },
		{ "中午", 2 },
		{ "晚上", 2 },
		{ "午夜", 1 },
		{ "午前", 1 },
		{ "午後", 2 },
		{ "오전", 1 },
		{ "오후", 2 },
	};
	for (size_t i = 0; i < COUNT_OF(halves); i++)
		if (take(s, str_of(halves[i].text)))
			return halves[i].half;
	return 0;
}

static bool take_date(struct str *s, struct whatsapp_stamp *out)
{
	unsigned marks[3] = { 0, 0, 0 };
	for (size_t i = 0; i < 3; i++) {
		if (!take_number(s, &out->part[i], &out->digits[i]))
			return false;
		marks[i] = take_separator(s);
		if (i < 2 && marks[i] == 0)
			return false;
	}
	int year_digits = out->digits[0] > 2 ? out->digits[0] : out->digits[2];
	out->shape = marks[0] | marks[1] << 4 | (unsigned)year_digits << 8 | (unsigned)(out->digits[0] > 2) << 12;
	return true;
}

static bool take_time(struct str *s, struct whatsapp_stamp *out)
{
	int digits, second_digits = 0;
	unsigned half = take_half(s);
	(void)take_blanks(s);
	if (!take_number(s, &out->hour, &digits) || digits > 2)
		return false;
	if (!take(s, STR(":")) && !take(s, STR(".")))
		return false;
	if (!take_number(s, &out->minute, &digits) || digits != 2)
		return false;
	out->second = 0;
	if ((s->n > 1 && (s->p[0] == ':' || s->p[0] == '.') && s->p[1] >= '0' && s->p[1] <= '9')) {
		*s = str_from(*s, 1);
		if (!take_number(s, &out->second, &second_digits) || second_digits != 2)
			return false;
	}
	struct str behind = *s;
	(void)take_blanks(&behind);
	if (half == 0 && (half = take_half(&behind)) != 0)
		*s = behind;
	if (half != 0 && out->hour > 12)
		half = 0;
	if (half == 1 && out->hour == 12)
		out->hour = 0;
	if (half == 2 && out->hour < 12)
		out->hour += 12;
	out->shape |= (unsigned)(second_digits > 0) << 13 | (unsigned)(half != 0) << 14;
	return out->hour < 24 && out->minute < 60 && out->second < 61;
}

bool whatsapp_stamp(struct str line, struct whatsapp_stamp *out, struct str *out_rest)
{
	struct whatsapp_stamp s;
	(void)take_blanks(&line);
	bool bracket = take(&line, STR("["));
	if (!take_date(&line, &s))
		return false;
	bool comma = take(&line, STR(",")) || take(&line, STR("\xd8\x8c"));
	if (!take_blanks(&line) && !comma && s.digits[0] <= 2 && line.n > 0 && line.p[0] >= '0' && line.p[0] <= '9')
		return false;
	if (!take_time(&line, &s))
		return false;
	s.shape |= (unsigned)bracket << 15 | (unsigned)comma << 16;
	bool blank = take_blanks(&line);
	if (bracket) {
		if (!take(&line, STR("]")))
			return false;
	} else if (!take(&line, STR(",")) && !(blank && (take(&line, STR("-")) || take(&line, STR("\xe2\x80\x93"))))) {
		return false;
	}
	/* One blank belongs to the stamp; an invisible mark behind it says something about the text. */
	if (!take(&line, STR(" ")) && line.n > 0 && !bracket)
		return false;
	if (s.second > 59)
		s.second = 59;
	*out = s;
	*out_rest = line;
	return true;
}

/* ---- the order ---- */

static bool date_in(const struct whatsapp_stamp *s, size_t order, struct date *out)
{
	static const unsigned char place[WHATSAPP_ORDERS][3] = { { 2, 1, 0 }, { 2, 0, 1 },
		{ 0, 1, 2 } }; /* year, month, day */
	const unsigned char *at = place[order];
	int year = s->part[at[0]], year_digits = s->digits[at[0]];
	if (year_digits == 3 || year_digits == 1 || s->digits[at[1]] > 2 || s->digits[at[2]] > 2)
		return false;
	/* A year of four digits is the year; one of two may be any part. */
	if (year_digits == 2 && (s->digits[0] > 2 || s->digits[2] > 2))
		return false;
	struct date d = { year_digits == 2 ? 2000 + year : year, s->part[at[1]], s->part[at[2]], s->hour, s->minute,
		s->second };
	if (!date_is_real(d))
		return false;
	*out = d;
	return true;
}

static struct whatsapp_shape *shape_of(struct whatsapp_dates *d, unsigned shape)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->shapes[i].shape == shape)
			return &d->shapes[i];
	if (d->count == WHATSAPP_SHAPES_MAX)
		return &d->shapes[WHATSAPP_SHAPES_MAX - 1];
	struct whatsapp_shape *new = &d->shapes[d->count++];
	*new = (struct whatsapp_shape){ .shape = shape, .can = { true, true, true } };
	return new;
}

/* The only order left, or WHATSAPP_ORDERS. */
static size_t only_one(const struct whatsapp_shape *h)
{
	size_t found = WHATSAPP_ORDERS;
	for (size_t i = 0; i < WHATSAPP_ORDERS; i++) {
		if (!h->can[i])
			continue;
		if (found != WHATSAPP_ORDERS)
			return WHATSAPP_ORDERS;
		found = i;
	}
	return found;
}

bool whatsapp_observe(struct whatsapp_dates *d, const struct whatsapp_stamp *s)
{
	struct whatsapp_shape *h = shape_of(d, s->shape);
	struct date date;
	bool can[WHATSAPP_ORDERS], any = false;
	int64_t us[WHATSAPP_ORDERS];
	for (size_t i = 0; i < WHATSAPP_ORDERS && !h->fixed; i++) {
		can[i] = h->can[i] && date_in(s, i, &date);
		us[i] = can[i] ? us_from_date(date) : 0;
		any |= can[i];
	}
	/* A stamp that no order allows is no stamp, or the order has changed: whatsapp_local sees to it. */
	for (size_t i = 0; i < WHATSAPP_ORDERS && any; i++) {
		h->can[i] = can[i];
		if (h->count == 0)
			h->first[i] = us[i];
		else if (us[i] < h->last[i] - BACK_US)
			h->back[i]++;
		h->last[i] = us[i];
	}
	if (any) {
		h->count++;
		h->differs |= s->part[0] != s->part[1];
		h->order = only_one(h);
		h->fixed = h->order != WHATSAPP_ORDERS;
	}
	for (size_t i = 0; i < d->count; i++)
		if (!d->shapes[i].fixed)
			return false;
	return true;
}

/* The better of two orders that are both possible: less running backwards; for a year of two digits in front, which
 * also fits in many places, the shorter time in all. */
static size_t better(const struct whatsapp_shape *h, size_t a, size_t b)
{
	if (!h->can[a] || !h->can[b])
		return h->can[b] ? b : a;
	if (h->back[a] != h->back[b])
		return h->back[a] < h->back[b] ? a : b;
	if (b == YEAR_FIRST)
		return h->last[b] - h->first[b] < h->last[a] - h->first[a] ? b : a;
	return a;
}

bool whatsapp_settle(struct whatsapp_dates *d)
{
	bool guessed = false;
	for (size_t i = 0; i < d->count; i++) {
		struct whatsapp_shape *h = &d->shapes[i];
		if (h->fixed)
			continue;
		h->fixed = true;
		if (d->wanted != PARSE_ORDER_UNKNOWN && h->can[d->wanted - PARSE_DAY_FIRST]) {
			h->order = (size_t)(d->wanted - PARSE_DAY_FIRST);
			continue;
		}
		h->order = better(h, better(h, DAY_FIRST, MONTH_FIRST), YEAR_FIRST);
		guessed |= h->order != YEAR_FIRST && h->differs && h->can[DAY_FIRST] && h->can[MONTH_FIRST] &&
			h->back[DAY_FIRST] == h->back[MONTH_FIRST];
	}
	return guessed;
}

/* A part over 12, or a step back over months, says that the order changed here without a change of shape. */
static void reconsider(struct whatsapp_dates *d, struct whatsapp_shape *h, const struct whatsapp_stamp *s)
{
	struct date date;
	bool possible = date_in(s, h->order, &date);
	if (possible && (d->last == INT64_MIN || us_from_date(date) >= d->last - BACK_US))
		return;
	size_t best = WHATSAPP_ORDERS;
	int64_t nearest = possible ? STEP_US : INT64_MAX;
	for (size_t i = 0; i < WHATSAPP_ORDERS; i++) {
		if (i == h->order || !date_in(s, i, &date))
			continue;
		int64_t step = d->last == INT64_MIN ? 0 : us_from_date(date) - d->last;
		/* Backwards counts only where there is no other way to read it. */
		if (step < -BACK_US)
			step = possible ? INT64_MAX : INT64_MAX - 1;
		if (step < nearest) {
			nearest = step;
			best = i;
		}
	}
	if (best != WHATSAPP_ORDERS)
		h->order = best;
}

bool whatsapp_local(struct whatsapp_dates *d, const struct whatsapp_stamp *s, struct date *out)
{
	struct whatsapp_shape *h = shape_of(d, s->shape);
	struct date date;
	if (h->order >= WHATSAPP_ORDERS)
		h->order = DAY_FIRST;
	reconsider(d, h, s);
	if (!date_in(s, h->order, &date))
		return false;
	d->last = us_from_date(date);
	*out = date;
	return true;
}
