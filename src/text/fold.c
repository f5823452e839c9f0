/* Names as people compare them, by ICU. */
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "text/text.h"

/* Longer than any name; keeps ICU's 32-bit lengths far away (one character grows to at most 18). */
#define FOLD_BYTES_MAX (1u << 20)

/* Blanks at both ends go, those between become one space; control characters go. NFKC case folding has taken the
 * default ignorable marks away before. Works in place; returns the new length. */
static int32_t squeeze(UChar *p, int32_t n)
{
	int32_t to = 0, at = 0;
	bool blank_due = false;
	while (at < n) {
		int32_t from = at;
		UChar32 c;
		U16_NEXT(p, at, n, c);
		if (u_isUWhiteSpace(c) || c == 0x2800) {
			blank_due = to > 0;
			continue;
		}
		if (u_iscntrl(c))
			continue;
		if (blank_due)
			p[to++] = ' ';
		blank_due = false;
		while (from < at)
			p[to++] = p[from++];
	}
	return to;
}

enum err text_fold(struct arena *a, struct str s, struct str *out_text)
{
	if (s.n > FOLD_BYTES_MAX)
		return ERR_LIMIT;
	UErrorCode e = U_ZERO_ERROR;
	const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&e);
	if (U_FAILURE(e))
		return ERR_MEMORY;
	UChar *wide = arena_take_many(a, s.n + 1, sizeof *wide);
	if (wide == NULL)
		return ERR_MEMORY;
	int32_t wide_n = 0;
	u_strFromUTF8WithSub(wide, (int32_t)s.n + 1, &wide_n, s.p ? s.p : "", (int32_t)s.n, 0xFFFD, NULL, &e);
	if (U_FAILURE(e))
		return ERR_INPUT;
	int32_t n = unorm2_normalize(nfkc, wide, wide_n, NULL, 0, &e);
	if (U_FAILURE(e) && e != U_BUFFER_OVERFLOW_ERROR)
		return ERR_MEMORY;
	e = U_ZERO_ERROR;
	UChar *folded = arena_take_many(a, (size_t)n + 1, sizeof *folded);
	/* a UTF-16 unit is at most three bytes of UTF-8 */
	char *p = arena_take_many(a, (size_t)n + 1, 3);
	if (folded == NULL || p == NULL)
		return ERR_MEMORY;
	unorm2_normalize(nfkc, wide, wide_n, folded, n + 1, &e);
	if (U_FAILURE(e))
		return ERR_MEMORY;
	n = squeeze(folded, n);
	int32_t bytes = 0;
	u_strToUTF8WithSub(p, (n + 1) * 3, &bytes, folded, n, 0xFFFD, NULL, &e);
	if (U_FAILURE(e))
		return ERR_INPUT;
	*out_text = (struct str){ p, (size_t)bytes };
	return ERR_OK;
}
