/*
 * Encodings: which one a file is in, and what to do with bytes that are not UTF-8.
 *
 * Promises: well-formed UTF-8 is never touched; ASCII is checked eight bytes at a time. Used by: source.c.
 * Not here: decoding whole files (text.h: decoder).
 */
#include "parse/source.h"

#define HIGH UINT64_C(0x8080808080808080)
#define ONES UINT64_C(0x0101010101010101)

/* Length of the well-formed sequence at p (1–4), or 0. Table 3-7 of the Unicode standard; U+0000 is refused. */
static size_t sequence(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	if (c < 0x80)
		return c != 0;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	size_t len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (p[1] < low || p[1] > high)
		return 0;
	if (len > 2 && (p[2] & 0xc0) != 0x80)
		return 0;
	if (len > 3 && (p[3] & 0xc0) != 0x80)
		return 0;
	return len;
}

size_t encoding_clean(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t at = 0;
	while (at < s.n) {
		uint64_t word;
		while (at + 8 <= s.n) {
			memcpy(&word, p + at, 8);
			if (((word | (word - ONES)) & HIGH) != 0)
				break;
			at += 8;
		}
		if (at == s.n)
			break;
		size_t len = sequence(p + at, s.n - at);
		if (len == 0)
			break;
		at += len;
		/* CJK comes in rows: stay here as long as sequences of three follow each other. */
		while (len == 3 && at + 3 <= s.n && p[at] > 0xe0 && p[at] < 0xed && (p[at + 1] & 0xc0) == 0x80 &&
		       (p[at + 2] & 0xc0) == 0x80)
			at += 3;
	}
	return at;
}

bool encoding_is_cut(struct str s)
{
	if (s.n == 0 || s.n > 3)
		return false;
	unsigned char whole[4] = { 0x80, 0x80, 0x80, 0x80 };
	memcpy(whole, s.p, s.n);
	/* The second byte has the only narrow range: try both ends of it. */
	if (s.n == 1)
		return sequence(whole, 4) > 1 || (whole[1] = 0xbf, sequence(whole, 4) > 1);
	return sequence(whole, 4) > s.n;
}

/* Windows-1252, 0x80–0x9f; 0 where it has nothing. */
static const uint16_t cp1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161,
	0x203a, 0x0153, 0, 0x017e, 0x0178 };

static uint32_t as_1252(unsigned char c)
{
	if (c >= 0xa0)
		return c;
	return c >= 0x80 && cp1252[c - 0x80] != 0 ? cp1252[c - 0x80] : 0xfffd;
}

static void add_code_point(struct buf *b, uint32_t c)
{
	char z[3] = { (char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f)) };
	if (c < 0x800) {
		z[1] = (char)(0xc0 | c >> 6);
		buf_add(b, (struct str){ z + 1, 2 });
	} else {
		buf_add(b, (struct str){ z, 3 });
	}
}

void encoding_mend(struct str s, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)s.p;
	bool some_utf8 = false;
	for (size_t at = 0, len; at < s.n && !some_utf8; at += len ? len : 1) {
		len = sequence(p + at, s.n - at);
		some_utf8 = len > 1;
	}
	for (size_t at = 0; at < s.n;) {
		size_t good = encoding_clean(str_from(s, at));
		buf_add(out, (struct str){ s.p + at, good });
		at += good;
		if (at < s.n) {
			unsigned char broken = p[at++];
			add_code_point(out, some_utf8 ? 0xfffd : as_1252(broken));
		}
	}
}

/* UTF-16 without a mark: in text most of the high bytes are the same few, in ASCII and markup they are zero. */
static const char *guess_utf16(struct str head)
{
	size_t n = head.n < 4096 ? head.n & ~(size_t)1 : 4096, zero[2] = { 0, 0 };
	for (size_t at = 0; at < n; at++)
		zero[at & 1] += head.p[at] == 0;
	if (n < 8)
		return NULL;
	if (zero[1] > n / 8 && zero[0] < n / 64 + 1)
		return "UTF-16LE";
	if (zero[0] > n / 8 && zero[1] < n / 64 + 1)
		return "UTF-16BE";
	return NULL;
}

/* GB18030: every high byte stands in a pair (or a group of four), and most pairs are in the part people write with. */
static bool is_gb18030(struct str s, bool whole)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t pairs = 0, common = 0, broken = 0;
	for (size_t at = 0; at < s.n;) {
		if (p[at] < 0x80) {
			at++;
			continue;
		}
		if (at + 1 >= s.n) {
			broken += whole;
			break;
		}
		bool four = at + 3 < s.n && p[at + 1] >= '0' && p[at + 1] <= '9' && p[at + 2] >= 0x81 &&
			p[at + 3] >= '0' && p[at + 3] <= '9';
		if (p[at] == 0x80 || p[at] == 0xff ||
			(!four && (p[at + 1] < 0x40 || p[at + 1] == 0x7f || p[at + 1] == 0xff))) {
			broken++;
			at++;
			continue;
		}
		pairs++;
		common += !four && p[at] >= 0xa1 && p[at] <= 0xf7 && p[at + 1] >= 0xa1;
		at += four ? 4 : 2;
	}
	return pairs > 0 && broken <= pairs / 100 && common * 10 >= pairs * 7;
}

const char *encoding_guess(struct str head, bool whole, size_t *out_skip)
{
	*out_skip = 0;
	if (str_starts(head, STR("\xef\xbb\xbf"))) {
		*out_skip = 3;
		return NULL;
	}
	if (str_starts(head, STR("\xff\xfe")) || str_starts(head, STR("\xfe\xff"))) {
		*out_skip = 2;
		return head.p[0] == '\xff' ? "UTF-16LE" : "UTF-16BE";
	}
	const char *utf16 = guess_utf16(head);
	if (utf16 != NULL)
		return utf16;
	size_t good = encoding_clean(head);
	if (good == head.n || (!whole && encoding_is_cut(str_from(head, good))))
		return NULL;
	/* Some sequences are broken. Is it a UTF-8 file with a few foreign lines, or no UTF-8 at all? */
	size_t sequences = 0, broken = 0;
	for (size_t at = 0; at < head.n;) {
		size_t len = sequence((const unsigned char *)head.p + at, head.n - at);
		sequences += len > 1;
		broken += len == 0;
		at += len ? len : 1;
	}
	return sequences <= broken && is_gb18030(head, whole) ? "GB18030" : NULL;
}
