/*
 * Words by ICU's breaker, which knows Chinese by its dictionary (words.h says what is promised).
 * Called by: insight. Owns: a breaker and an arena that is emptied by each reading. Not here: near duplicates
 * (near.c).
 */
#include <stdlib.h>

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "text/text_private.h"
#include "text/words.h"

#define READER_BYTES_MAX (8u << 20)
/* One character grows to at most 18 under NFKC (Unicode, Normalization Charts); what grows like that is no talk. */
#define GROWTH_MAX 4u
#define UTF8_PER_UNIT 3u /* bytes that a UTF-16 unit becomes at most */

struct words {
	UBreakIterator *breaker;
	struct arena *memory;
	struct str folded;
	struct word *list;
	size_t count;
};

enum err words_new(struct words **out)
{
	UErrorCode e = U_ZERO_ERROR;
	struct words *w = calloc(1, sizeof *w);
	if (w == NULL)
		return ERR_MEMORY;
	w->memory = arena_new(READER_BYTES_MAX);
	w->breaker = ubrk_open(UBRK_WORD, "zh", NULL, 0, &e);
	if (w->memory == NULL || U_FAILURE(e)) {
		words_free(w);
		return ERR_MEMORY;
	}
	*out = w;
	return ERR_OK;
}

void words_free(struct words *w)
{
	if (w == NULL)
		return;
	if (w->breaker)
		ubrk_close(w->breaker);
	arena_free(w->memory);
	free(w);
}

void words_drop(struct words **w) { words_free(*w); }

static enum err fold(struct words *w, struct str text, UChar **out_folded, int32_t *out_count)
{
	UErrorCode e = U_ZERO_ERROR;
	const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&e);
	UChar *wide = arena_take_many(w->memory, text.n + 1, sizeof *wide);
	int32_t room = (int32_t)(text.n * GROWTH_MAX) + 1, wide_count = 0;
	UChar *folded = arena_take_many(w->memory, (size_t)room, sizeof *folded);
	if (U_FAILURE(e) || wide == NULL || folded == NULL)
		return ERR_MEMORY;
	u_strFromUTF8WithSub(
		wide, (int32_t)text.n + 1, &wide_count, text.p ? text.p : "", (int32_t)text.n, 0xFFFD, NULL, &e);
	if (U_FAILURE(e))
		return ERR_MEMORY;
	int32_t n = unorm2_normalize(nfkc, wide, wide_count, folded, room, &e);
	if (e == U_BUFFER_OVERFLOW_ERROR) { /* as it was written, then */
		*out_folded = wide;
		*out_count = wide_count;
		return ERR_OK;
	}
	if (U_FAILURE(e))
		return ERR_MEMORY;
	*out_folded = folded;
	*out_count = n;
	return ERR_OK;
}

static enum err to_utf8(struct words *w, const UChar *p, int32_t n, struct str *out)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t bytes = 0, room = n * (int32_t)UTF8_PER_UNIT + 1;
	char *utf8 = arena_take(w->memory, (size_t)room);
	if (utf8 == NULL)
		return ERR_MEMORY;
	u_strToUTF8WithSub(utf8, room, &bytes, p, n, 0xFFFD, NULL, &e);
	if (U_FAILURE(e))
		return ERR_MEMORY;
	*out = (struct str){ utf8, (size_t)bytes };
	return ERR_OK;
}

/* Bytes that UTF-16 from p on take in UTF-8, where a lone half is U+FFFD. */
static size_t utf8_length(const UChar *p, int32_t n)
{
	size_t bytes = 0;
	for (int32_t i = 0; i < n;) {
		UChar32 c;
		U16_NEXT(p, i, n, c);
		bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	}
	return bytes;
}

static enum err split(struct words *w, const UChar *p, int32_t n)
{
	UErrorCode e = U_ZERO_ERROR;
	size_t most = (size_t)n < WORDS_MAX ? (size_t)n : WORDS_MAX;
	struct word *list = arena_take_many(w->memory, most + 1, sizeof *list);
	if (list == NULL)
		return ERR_MEMORY;
	ubrk_setText(w->breaker, p, n, &e);
	if (U_FAILURE(e))
		return ERR_MEMORY;
	size_t count = 0, at = 0;
	int32_t from = ubrk_first(w->breaker);
	for (int32_t to; count < most && (to = ubrk_next(w->breaker)) != UBRK_DONE; from = to) {
		int32_t kind = ubrk_getRuleStatus(w->breaker);
		size_t bytes = utf8_length(p + from, to - from);
		if (kind >= UBRK_WORD_NUMBER) {
			struct str text = { w->folded.p + at, bytes };
			list[count++] = (struct word){ text, text_hash(text), kind < UBRK_WORD_NUMBER_LIMIT };
		}
		at += bytes;
	}
	w->list = list;
	w->count = count;
	return ERR_OK;
}

enum err words_read(struct words *w, struct str text)
{
	UChar *wide;
	int32_t n;
	w->folded = (struct str){ NULL, 0 };
	w->count = 0;
	arena_reset(w->memory);
	text = str_first(text, WORDS_BYTES_MAX);
	TRY(fold(w, text, &wide, &n));
	TRY(to_utf8(w, wide, n, &w->folded));
	return split(w, wide, n);
}

size_t words_count(const struct words *w) { return w->count; }

struct word words_at(const struct words *w, size_t index)
{
	assert(index < w->count);
	return w->list[index];
}

struct str words_folded(const struct words *w) { return w->folded; }
