/*
 * LINE's days, which stand on lines of their own, and the times before its messages.
 *
 * A weekday's English name decides between day first and month first; where a language's name is not known, a part over
 * 12 does, then the owner, then what the file showed before; else day first, and a doubt.
 */
#include "parse/line.h"
#include "parse/scan.h"

#define WEEKDAY_BYTES_MAX 48u

static const char *const english[] = { "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" };

/* 0 is Sunday; -1: no English name of a day. */
static int weekday_of_word(struct str word)
{
	for (int i = 0; i < 7; i++) {
		struct str name = str_of(english[i]);
		if (scan_same(word, name) || (word.n == 3 && scan_same(word, str_first(name, 3))))
			return i;
	}
	return -1;
}

static int weekday_of(struct date d)
{
	return (int)(((days_from_date(d.year, d.month, d.day) + 4) % 7 + 7) % 7); /* day 0 was a Thursday */
}

/* "Tuesday", "（四）", "周五", "(金)", "火曜日", "화요일", or nothing. */
static bool is_weekday(struct str s)
{
	static const char *const before[] = { "(", "（", "星期", "礼拜", "禮拜", "周", "週", "วัน" };
	static const char *const behind[] = { ")", "）", "曜日", "曜", "요일", "." };
	static const char *const days[] = { "一", "二", "三", "四", "五", "六", "日", "天", "月", "火", "水", "木", "金",
		"土", "월", "화", "수", "목", "금", "토", "일", "จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์",
		"เสาร์", "อาทิตย์", "จ", "อ", "พ", "พฤ", "ศ", "ส", "อา" };
	s = text_trim(s);
	if (s.n > WEEKDAY_BYTES_MAX)
		return false;
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < COUNT_OF(before); i++)
			(void)scan_text(&s, str_of(before[i]));
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < COUNT_OF(behind); i++)
			if (str_ends(s, str_of(behind[i])))
				s = str_first(s, s.n - strlen(behind[i]));
	if (s.n == 0 || weekday_of_word(s) >= 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(days); i++)
		if (str_eq(s, str_of(days[i])))
			return true;
	return false;
}

/* "2024年1月2日", "2024년 1월 2일" */
static bool scan_cjk(struct str *s, struct date *d)
{
	static const char *const marks[][3] = { { "年", "月", "日" }, { "년", "월", "일" } };
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		struct str rest = *s;
		struct date day = *d;
		int *const parts[] = { &day.year, &day.month, &day.day };
		size_t n = 0;
		while (n < 3 && scan_digits(&rest, n == 0 ? 4 : 1, n == 0 ? 4 : 2, parts[n]) &&
			scan_text(&rest, str_of(marks[i][n]))) {
			(void)scan_blanks(&rest);
			n++;
		}
		if (n < 3 || !date_is_real((struct date){ day.year, day.month, day.day, 0, 0, 0 }))
			continue;
		*d = day;
		*s = rest;
		return true;
	}
	return false;
}

/* Choose between the two readings of "1/2/2026"; weekday is 0–6 or -1. */
static bool choose(struct line_days *days, int one, int two, int year, int weekday, struct date *out)
{
	struct date day_first = { year, two, one, 0, 0, 0 }, month_first = { year, one, two, 0, 0, 0 };
	bool can_day = date_is_real(day_first), can_month = date_is_real(month_first);
	if (weekday >= 0 && can_day && can_month && weekday_of(day_first) != weekday_of(month_first)) {
		can_day = weekday_of(day_first) == weekday;
		can_month = weekday_of(month_first) == weekday;
	}
	if (!can_day && !can_month)
		return false;
	if (can_day && can_month && one != two) {
		days->doubt |= days->order == PARSE_ORDER_UNKNOWN && weekday < 0;
		/* English names of days come with the month first */
		can_day = days->order == PARSE_ORDER_UNKNOWN ? weekday < 0 : days->order != PARSE_MONTH_FIRST;
	} else if (one != two) {
		days->order = can_day ? PARSE_DAY_FIRST : PARSE_MONTH_FIRST;
		days->doubt &= !can_day; /* what was in doubt was read so too */
	}
	*out = can_day ? day_first : month_first;
	return true;
}

/* "Fri, 1/30/2026", "ศ. 30/1/2026" */
static bool scan_named(struct line_days *days, struct str line, struct date *d)
{
	struct str word;
	int one, two, year;
	if (!scan_word(&line, &word) || word.n > WEEKDAY_BYTES_MAX)
		return false;
	if (str_ends(word, STR(",")))
		word.n--;
	int weekday = weekday_of_word(word);
	if (weekday < 0 && !is_weekday(word))
		return false;
	(void)scan_blanks(&line);
	if (!scan_digits(&line, 1, 2, &one) || !scan_char(&line, '/') || !scan_digits(&line, 1, 2, &two) ||
		!scan_char(&line, '/') || !scan_digits(&line, 4, 4, &year) || line.n > 0)
		return false;
	return choose(days, one, two, year, weekday, d);
}

bool line_day(struct line_days *days, struct str line, struct date *out_day)
{
	struct date d = { 0 };
	if (line.n > 2 * WEEKDAY_BYTES_MAX || (line.n > 0 && memchr(line.p, '\t', line.n) != NULL))
		return false;
	line = text_trim(line);
	struct str rest = line;
	bool numbers = scan_ymd(&rest, &d) || scan_cjk(&rest, &d), worded = !numbers || text_trim(rest).n > 0;
	if (numbers ? !is_weekday(rest) || (days->worded && !worded) : !scan_named(days, line, &d))
		return false;
	days->worded |= worded;
	*out_day = d;
	return true;
}

bool line_time(struct str *s, struct date *io_at, bool *out_tab)
{
	struct str rest = *s;
	struct date at = *io_at;
	bool afternoon, half = scan_half(&rest, &afternoon);
	if (half)
		(void)scan_blanks(&rest);
	if (!scan_clock(&rest, &at))
		return false;
	struct str behind = rest;
	(void)scan_char(&behind, ' ');
	if (!half && scan_half(&behind, &afternoon) && behind.n > 0 && (behind.p[0] == ' ' || behind.p[0] == '\t')) {
		half = true;
		rest = behind;
	}
	if (rest.n == 0 || (rest.p[0] != '\t' && rest.p[0] != ' '))
		return false;
	if (half)
		scan_apply_half(&at, afternoon);
	*out_tab = rest.p[0] == '\t';
	*s = str_from(rest, 1);
	*io_at = at;
	return true;
}
