/* UTF-8 looked at once, at the door; and trimming of what nobody sees. */
#include "text/text.h"
#include "text/text_private.h"

/* Bytes at the beginning of s that are well-formed and not U+0000. */
static size_t well_formed(struct str s)
{
	size_t i = 0;
	while (i < s.n) {
		if (s.n - i >= 8 && bytes_plain(bytes_load(s.p + i))) {
			i += 8;
			continue;
		}
		uint32_t cp;
		int step = utf8_step(str_from(s, i), &cp);
		if (step < 0 || cp == 0)
			break;
		i += (size_t)step;
	}
	return i;
}

bool utf8_ok(struct str s) { return well_formed(s) == s.n; }

size_t utf8_chars(struct str s)
{
	size_t count = 0;
	for (size_t i = 0; i < s.n; i++)
		count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return count;
}

struct str utf8_first(struct str s, size_t n) { return str_first(s, well_formed(str_first(s, n))); }

/* Writes the mended text to out (NULL: only counts); returns its bytes. */
static size_t mend(struct str s, char *out)
{
	size_t n = 0;
	while (s.n) {
		size_t good = well_formed(s);
		if (good && out)
			memcpy(out + n, s.p, good);
		n += good;
		s = str_from(s, good);
		if (s.n == 0)
			break;
		uint32_t cp;
		int step = utf8_step(s, &cp);
		if (out)
			memcpy(out + n, MENDED.p, MENDED.n);
		n += MENDED.n;
		s = str_from(s, (size_t)(step < 0 ? -step : step));
	}
	return n;
}

enum err utf8_mend(struct arena *a, struct str s, struct str *out_text)
{
	size_t n = mend(s, NULL);
	char *p = arena_take(a, n + 1);
	if (p == NULL)
		return ERR_MEMORY;
	mend(s, p);
	*out_text = (struct str){ p, n };
	return ERR_OK;
}

void utf8_add(struct buf *b, uint32_t cp)
{
	char p[4];
	size_t n;
	if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = 0xFFFD;
	if (cp < 0x80) {
		p[0] = (char)cp;
		n = 1;
	} else if (cp < 0x800) {
		p[0] = (char)(0xC0 | cp >> 6);
		p[1] = (char)(0x80 | (cp & 0x3F));
		n = 2;
	} else if (cp < 0x10000) {
		p[0] = (char)(0xE0 | cp >> 12);
		p[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		p[2] = (char)(0x80 | (cp & 0x3F));
		n = 3;
	} else {
		p[0] = (char)(0xF0 | cp >> 18);
		p[1] = (char)(0x80 | (cp >> 12 & 0x3F));
		p[2] = (char)(0x80 | (cp >> 6 & 0x3F));
		p[3] = (char)(0x80 | (cp & 0x3F));
		n = 4;
	}
	buf_add(b, (struct str){ p, n });
}

/* A blank or a mark that leaves nothing on the screen. Not U+200D alone would do: between emoji it joins, but at an end
 * of a text it joins nothing. */
static bool is_unseen(uint32_t cp)
{
	return cp <= 0x20 || (cp >= 0x7F && cp <= 0xA0) || cp == 0xAD || cp == 0x34F || cp == 0x61C || cp == 0x115F ||
	       cp == 0x1160 || cp == 0x1680 || cp == 0x17B4 || cp == 0x17B5 || (cp >= 0x180B && cp <= 0x180E) ||
	       (cp >= 0x2000 && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202F) || (cp >= 0x205F && cp <= 0x206F) ||
	       cp == 0x2800 || cp == 0x3000 || cp == 0x3164 || cp == 0xFEFF || cp == 0xFFA0;
}

struct str text_trim(struct str s)
{
	uint32_t cp;
	while (s.n) {
		int step = utf8_step(s, &cp);
		if (step < 0 || !is_unseen(cp))
			break;
		s = str_from(s, (size_t)step);
	}
	while (s.n) {
		size_t at = s.n - 1;
		while (at > 0 && s.n - at < 4 && ((unsigned char)s.p[at] & 0xC0) == 0x80)
			at--;
		int step = utf8_step(str_from(s, at), &cp);
		if (step < 0 || at + (size_t)step != s.n || !is_unseen(cp))
			break;
		s.n = at;
	}
	return s;
}
