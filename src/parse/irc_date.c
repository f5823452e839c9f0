/*
 * irc_date: when a line of an IRC log was said: the time in front of it, and the day that stands in the file name, in
 * "Day changed" and "Log opened" lines, or nowhere. Called by irc.c and irc_html.c. Not here: what was said.
 */
#include "parse/irc.h"
#include "parse/scan.h"

#define ROLL_MINUTES (12 * 60) /* a clock that goes back by more than this has passed midnight */

/* "Z", "+02:00", "-0500" behind a time; what is no zone is left alone. */
static void scan_zone(struct str *s, struct irc_stamp *stamp)
{
	struct str rest = *s;
	int hours, minutes;
	if (scan_char(&rest, 'Z') && (rest.n == 0 || !scan_is_alnum(rest.p[0]))) {
		stamp->is_utc = true;
		*s = rest;
		return;
	}
	rest = *s;
	bool minus = rest.n > 0 && rest.p[0] == '-';
	if (!scan_char(&rest, '+') && !scan_char(&rest, '-'))
		return;
	if (rest.n < 4 || !scan_is_digit(rest.p[1]) || rest.n < 2)
		return;
	struct str two = str_first(rest, 2);
	if (!scan_digits(&two, 2, 2, &hours))
		return;
	scan_drop(&rest, 2);
	scan_char(&rest, ':');
	if (!scan_digits(&rest, 2, 2, &minutes) || hours > 14 || minutes > 59)
		return;
	stamp->is_utc = true;
	stamp->offset_us = (minus ? -1 : 1) * (int64_t)(hours * 60 + minutes) * 60 * US_PER_S;
	*s = rest;
}

static bool scan_epoch(struct str *s, struct irc_stamp *stamp)
{
	size_t n = 0;
	int64_t seconds;
	while (n < s->n && n < 12 && scan_is_digit(s->p[n]))
		n++;
	if (n < 9 || n > 10 || str_int(str_first(*s, n), 0, INT64_C(9999999999), &seconds) != ERR_OK)
		return false;
	scan_drop(s, n);
	stamp->at = date_from_us(seconds * US_PER_S);
	stamp->has_day = stamp->has_year = stamp->is_utc = true;
	return true;
}

/* "14 Jan 10:36", "Jan 14 10:36:05", "14 Jan 2009 10:36" */
static bool scan_day_month(struct str *s, struct irc_stamp *stamp)
{
	struct str rest = *s;
	if (scan_digits(&rest, 1, 2, &stamp->at.day)) {
		if (scan_blanks(&rest) == 0 || !scan_month(&rest, &stamp->at.month))
			return false;
	} else if (!scan_month(&rest, &stamp->at.month) || scan_blanks(&rest) == 0 ||
		   !scan_digits(&rest, 1, 2, &stamp->at.day)) {
		return false;
	}
	if (scan_blanks(&rest) == 0)
		return false;
	struct str year = rest;
	if (scan_digits(&year, 4, 4, &stamp->at.year) && scan_blanks(&year) > 0) {
		stamp->has_year = true;
		rest = year;
	}
	if (!scan_clock(&rest, &stamp->at))
		return false;
	if (!date_is_real(
		    (struct date){ stamp->has_year ? stamp->at.year : 2000, stamp->at.month, stamp->at.day, 0, 0, 0 }))
		return false;
	stamp->has_day = true;
	*s = rest;
	return true;
}

static bool scan_moment(struct str *s, struct irc_stamp *stamp)
{
	bool afternoon;
	if (scan_day_month(s, stamp))
		return true;
	*stamp = (struct irc_stamp){ 0 };
	struct str rest = *s;
	if (scan_ymd(&rest, &stamp->at)) {
		stamp->has_day = stamp->has_year = true;
		if (!scan_char(&rest, 'T') && scan_blanks(&rest) == 0)
			return false;
	}
	if (!scan_clock(&rest, &stamp->at))
		return false;
	if (stamp->has_day)
		scan_zone(&rest, stamp);
	struct str half = rest;
	scan_blanks(&half);
	if (scan_half(&half, &afternoon)) {
		scan_apply_half(&stamp->at, afternoon);
		rest = half;
	}
	*s = rest;
	return true;
}

bool irc_scan_stamp(struct str *line, struct irc_stamp *out_stamp)
{
	struct irc_stamp stamp = { 0 };
	struct str rest = *line;
	bool bracket = scan_char(&rest, '[');
	if (!bracket)
		scan_blanks(&rest);
	bool epoch = scan_epoch(&rest, &stamp);
	if (!epoch && !scan_moment(&rest, &stamp))
		return false;
	if (epoch && !bracket && rest.n > 0 && rest.p[0] == '\t') /* a table, not a log */
		return false;
	if (bracket && !scan_char(&rest, ']'))
		return false;
	if (rest.n > 0 && rest.p[0] == '\t' && !bracket && stamp.has_day && stamp.has_year) {
		scan_drop(&rest, 1);
		stamp.tabbed = true;
	} else if (scan_blanks(&rest) == 0) {
		return false;
	}
	*out_stamp = stamp;
	*line = rest;
	return true;
}

/* ---- days ---- */

void irc_days_begin(struct irc_days *d, struct parse *p, struct source *in)
{
	*d = (struct irc_days){ .last_minute = -1 };
	const struct parse_options *o = parse_options_of(p);
	struct str name = source_head(in)->file_name, before, after;
	if (irc_date_of_name(name, &d->day, &before, &after)) {
		d->has_day = d->has_year = true;
	} else if (o->year != 0) {
		d->day.year = o->year;
		d->has_year = true;
	} else {
		for (size_t i = 0; i < name.n && !d->has_year; i++) {
			struct str rest = str_from(name, i);
			bool starts = i == 0 || !scan_is_digit(name.p[i - 1]);
			d->has_year = starts && scan_digits(&rest, 4, 4, &d->day.year) && d->day.year >= 1988 &&
				      d->day.year < 2200;
		}
	}
}

enum err irc_days_time(struct irc_days *d, struct parse *p, const struct irc_stamp *stamp, int64_t *out_at_us)
{
	struct date at = stamp->at;
	if (stamp->is_utc) {
		*out_at_us = us_from_date(at) - stamp->offset_us;
		return ERR_OK;
	}
	if (stamp->has_day && !stamp->has_year) {
		if (!d->has_year) {
			parse_ask_year(p);
			return parse_fail(p, ERR_INPUT,
				"the lines have no year, nor has the file's name: say which year it begins in");
		}
		if (d->last_month > at.month && d->last_month - at.month >= 6)
			d->day.year++;
		d->last_month = at.month;
		at.year = d->day.year;
		if (!date_is_real((struct date){ at.year, at.month, at.day, 0, 0, 0 }))
			at.day--; /* 29 February of a year that has none: the year was a guess */
	} else if (!stamp->has_day) {
		if (!d->has_day)
			return parse_fail(p, ERR_INPUT,
				"the lines have a time but nowhere a day: give the file a name with its "
				"date, such as channel-2016-09-07.log");
		int minute = at.hour * 60 + at.minute;
		if (d->last_minute - minute > ROLL_MINUTES)
			d->day = date_from_us((days_from_date(d->day.year, d->day.month, d->day.day) + 1) * US_PER_DAY);
		d->last_minute = minute;
		at.year = d->day.year;
		at.month = d->day.month;
		at.day = d->day.day;
	}
	*out_at_us = parse_local(p, at);
	return ERR_OK;
}

/* ---- marks ---- */

/* "Mon Nov 05 00:00:00 2012", "Tue Jan 02 2007" and their likes: a month's name, a day, a year, perhaps a time. */
static bool date_of_words(struct str s, struct date *out_date)
{
	struct date d = { 0 };
	struct str word;
	for (unsigned i = 0; i < 8; i++) {
		scan_blanks(&s);
		if (!scan_word(&s, &word))
			break;
		struct str w = word;
		int n;
		if (scan_clock(&w, &d) || (w.p == word.p && scan_ymd(&w, &d)))
			continue;
		if (scan_month(&w, &n))
			d.month = w.n == 0 && d.month == 0 ? n : d.month;
		else if (scan_digits(&w, 4, 4, &n))
			d.year = n;
		else if (scan_digits(&w, 1, 2, &n) && d.day == 0)
			d.day = n;
	}
	if (!date_is_real(d))
		return false;
	*out_date = d;
	return true;
}

bool irc_read_mark(struct str line, struct irc_mark *out_mark)
{
	static const struct {
		const char *start;
		int what;
	} starts[] = {
		{ "--- Day changed ", IRC_MARK_DAY },
		{ "--- Log opened ", IRC_MARK_OPENED },
		{ "--- Log closed ", IRC_MARK_CLOSED },
		{ "**** BEGIN LOGGING AT ", IRC_MARK_OPENED },
		{ "**** ENDING LOGGING AT ", IRC_MARK_CLOSED },
		{ "Session Start: ", IRC_MARK_OPENED },
		{ "Session Close: ", IRC_MARK_CLOSED },
		{ "Session Time: ", IRC_MARK_DAY },
		{ "Session Ident: ", IRC_MARK_CHANNEL },
	};
	struct irc_mark mark = { 0 };
	struct str rest = line;
	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		if (!scan_text(&rest, str_of(starts[i].start)))
			continue;
		mark.what = starts[i].what;
		mark.has_date = mark.what != IRC_MARK_CHANNEL && date_of_words(rest, &mark.at);
		mark.channel = mark.what == IRC_MARK_CHANNEL ? str_trim(rest) : (struct str){ NULL, 0 };
		*out_mark = mark;
		return true;
	}
	return false;
}
