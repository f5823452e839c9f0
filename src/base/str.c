/* Strings with a length: looking, cutting, numbers. */
#include "base/base.h"

bool str_starts(struct str s, struct str with) { return s.n >= with.n && memcmp(s.p, with.p, with.n) == 0; }

bool str_ends(struct str s, struct str with)
{
	return s.n >= with.n && (with.n == 0 || memcmp(s.p + s.n - with.n, with.p, with.n) == 0);
}

ptrdiff_t str_find(struct str s, struct str what)
{
	if (what.n == 0)
		return 0;
	const char *at = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
	return at ? at - s.p : -1;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct str str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = (struct str){ s.p + 1, s.n - 1 };
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_cut(struct str *s, char sep, struct str *out_part)
{
	if (s->p == NULL)
		return false;
	const char *at = s->n ? memchr(s->p, sep, s->n) : NULL;
	if (at == NULL) {
		*out_part = *s;
		*s = (struct str){ NULL, 0 };
	} else {
		size_t n = (size_t)(at - s->p);
		*out_part = (struct str){ s->p, n };
		*s = (struct str){ at + 1, s->n - n - 1 };
	}
	return true;
}

enum err str_int(struct str s, int64_t min, int64_t max, int64_t *out_value)
{
	size_t at = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
	bool minus = at && s.p[0] == '-';
	if (at == s.n)
		return ERR_INPUT;
	int64_t value = 0; /* counted downwards: INT64_MIN has no positive twin */
	for (; at < s.n; at++) {
		if (s.p[at] < '0' || s.p[at] > '9')
			return ERR_INPUT;
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, s.p[at] - '0', &value))
			return ERR_LIMIT;
	}
	if (!minus && value == INT64_MIN)
		return ERR_LIMIT;
	value = minus ? value : -value;
	if (value < min || value > max)
		return ERR_LIMIT;
	*out_value = value;
	return ERR_OK;
}

int str_order(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	if (order == 0)
		order = (a.n > b.n) - (a.n < b.n);
	return order < 0 ? -1 : order > 0;
}
