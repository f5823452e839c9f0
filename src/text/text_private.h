/* Shared inside text only. */
#ifndef HEARTH_TEXT_PRIVATE_H
#define HEARTH_TEXT_PRIVATE_H

#include "base/base.h"

/* U+FFFD, what stands where something was broken. */
#define MENDED STR("\xEF\xBF\xBD")

/* One step through s, which is not empty: > 0, the bytes of a well-formed sequence, whose code point goes to *out_cp;
 * < 0, minus the bytes of a broken one (its longest beginning that could have become something; Unicode 15, 3.9, table
 * 3-7 and "U+FFFD Substitution of Maximal Subparts"). */
static inline int utf8_step(struct str s, uint32_t *out_cp)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned c = p[0];
	if (c < 0x80) {
		*out_cp = c;
		return 1;
	}
	if (c < 0xC2 || c > 0xF4)
		return -1;
	int more = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
	unsigned low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	unsigned high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	uint32_t cp = c & (0x3Fu >> more);
	for (int i = 1; i <= more; i++) {
		if ((size_t)i >= s.n || p[i] < low || p[i] > high)
			return -i;
		cp = cp << 6 | (p[i] & 0x3Fu);
		low = 0x80;
		high = 0xBF;
	}
	*out_cp = cp;
	return more + 1;
}

/* Eight bytes at once: is one of them zero, or not ASCII? */
#define BYTES_ONE UINT64_C(0x0101010101010101)
#define BYTES_HIGH UINT64_C(0x8080808080808080)
static inline uint64_t bytes_load(const char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
	return v;
}
static inline bool bytes_plain(uint64_t v) { return ((v | (v - BYTES_ONE)) & BYTES_HIGH) == 0; }

/* splitmix64's finaliser (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output. */
static inline uint64_t hash_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* FNV-1a (Fowler, Noll, Vo), mixed. Not against an enemy: whoever makes two words collide gains nothing by it. */
static inline uint64_t text_hash(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return hash_mix(h);
}

#endif
