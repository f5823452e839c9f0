/* Taking a line apart from its front. See scan.h. */
#include "parse/scan.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool scan_is_alnum(char c)
{
	return scan_is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

bool scan_same(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

ptrdiff_t scan_find_fold(struct str s, struct str what)
{
	for (size_t i = 0; i + what.n <= s.n; i++)
		if (scan_same((struct str){ s.p + i, what.n }, what))
			return (ptrdiff_t)i;
	return -1;
}

bool scan_is_bot_name(struct str name)
{
	if (name.n < 4 || !(str_ends(name, STR("Bot")) || str_ends(name, STR("bot"))))
		return false;
	char before = name.p[name.n - 4];
	return before == ' ' || before == '_' || (name.p[name.n - 3] == 'B' && before >= 'a' && before <= 'z');
}

bool scan_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	scan_drop(s, 1);
	return true;
}

bool scan_text(struct str *s, struct str what)
{
	if (!str_starts(*s, what))
		return false;
	scan_drop(s, what.n);
	return true;
}

size_t scan_blanks(struct str *s)
{
	size_t n = 0;
	while (n < s->n && (s->p[n] == ' ' || s->p[n] == '\t'))
		n++;
	scan_drop(s, n);
	return n;
}

bool scan_digits(struct str *s, unsigned least, unsigned most, int *out_value)
{
	unsigned n = 0;
	int value = 0;
	for (; n < s->n && n <= most && scan_is_digit(s->p[n]); n++)
		if (n < most)
			value = value * 10 + (s->p[n] - '0');
	if (n < least || n > most)
		return false;
	scan_drop(s, n);
	*out_value = value;
	return true;
}

bool scan_until(struct str *s, struct str end, struct str *out_part)
{
	ptrdiff_t at = str_find(*s, end);
	if (at < 0)
		return false;
	*out_part = str_first(*s, (size_t)at);
	scan_drop(s, (size_t)at + end.n);
	return true;
}

bool scan_off_end(struct str *s, struct str open, struct str close, struct str *out_inside)
{
	if (!str_ends(*s, close))
		return false;
	ptrdiff_t at = str_find(*s, open);
	if (at < 0 || (size_t)at + open.n + close.n > s->n)
		return false;
	*out_inside = (struct str){ s->p + at + open.n, s->n - (size_t)at - open.n - close.n };
	s->n = (size_t)at;
	return true;
}

bool scan_word(struct str *s, struct str *out_word)
{
	size_t n = 0;
	while (n < s->n && s->p[n] != ' ' && s->p[n] != '\t')
		n++;
	if (n == 0)
		return false;
	*out_word = str_first(*s, n);
	scan_drop(s, n);
	return true;
}

bool scan_ymd(struct str *s, struct date *out_date)
{
	struct str rest = *s;
	struct date d = *out_date;
	if (!scan_digits(&rest, 4, 4, &d.year) || rest.n == 0)
		return false;
	char mark = rest.p[0];
	if ((mark != '-' && mark != '/' && mark != '.') || !scan_char(&rest, mark) ||
	    !scan_digits(&rest, 1, 2, &d.month) || !scan_char(&rest, mark) || !scan_digits(&rest, 1, 2, &d.day))
		return false;
	if (!date_is_real((struct date){ d.year, d.month, d.day, 0, 0, 0 }))
		return false;
	*out_date = d;
	*s = rest;
	return true;
}

bool scan_clock(struct str *s, struct date *out_date)
{
	struct str rest = *s;
	int hour, minute, second = 0;
	if (!scan_digits(&rest, 1, 2, &hour) || !scan_char(&rest, ':') || !scan_digits(&rest, 2, 2, &minute))
		return false;
	if (scan_char(&rest, ':')) {
		if (!scan_digits(&rest, 2, 2, &second))
			return false;
		struct str fraction = rest;
		if (scan_char(&fraction, '.') && fraction.n > 0 && scan_is_digit(fraction.p[0])) {
			while (fraction.n > 0 && scan_is_digit(fraction.p[0]))
				scan_drop(&fraction, 1);
			rest = fraction;
		}
	}
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	out_date->hour = hour;
	out_date->minute = minute;
	out_date->second = second == 60 ? 59 : second; /* a leap second; the calendar here has none */
	*s = rest;
	return true;
}

bool scan_half(struct str *s, bool *out_afternoon)
{
	static const struct {
		const char *word;
		bool afternoon;
	} words[] = {
		{ "AM", false },
		{ "PM", true },
		{ "am", false },
		{ "pm", true },
		{ "A.M.", false },
		{ "P.M.", true },
		{ "a.m.", false },
		{ "p.m.", true },
		{ "a. m.", false },
		{ "p. m.", true },
		{ "上午", false },
		{ "下午", true },
		{ "凌晨", false },
		{ "早上", false },
		{ "中午", true },
		{ "晚上", true },
		{ "午前", false },
		{ "午後", true },
		{ "오전", false },
		{ "오후", true },
	};
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct str word = str_of(words[i].word);
		if (!str_starts(*s, word) || (word.p[word.n - 1] != '.' && s->n > word.n &&
						     scan_is_alnum(s->p[word.n]) && scan_is_alnum(word.p[word.n - 1])))
			continue;
		scan_drop(s, word.n);
		*out_afternoon = words[i].afternoon;
		return true;
	}
	return false;
}

void scan_apply_half(struct date *d, bool afternoon)
{
	if (d->hour > 12) /* "13:05 PM" is written by some locales and means what it says */
		return;
	d->hour = d->hour % 12 + (afternoon ? 12 : 0);
}

bool scan_month(struct str *s, int *out_month)
{
	static const char *const months[] = { "january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december" };
	size_t n = 0;
	while (n < s->n && lower(s->p[n]) >= 'a' && lower(s->p[n]) <= 'z')
		n++;
	if (n < 3)
		return false;
	for (int m = 0; m < 12; m++) {
		struct str month = str_of(months[m]);
		if (n > month.n || !scan_same(str_first(*s, n), str_first(month, n)))
			continue;
		scan_drop(s, n);
		*out_month = m + 1;
		return true;
	}
	return false;
}
