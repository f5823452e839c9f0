/*
 * words: what a line of Chinese, English or mixed talk consists of, and whether two lines say nearly the same.
 *
 * Promises: any UTF-8 (broken sequences read as U+FFFD), in bounded memory and time; the same text gives the same
 * words and the same signature on every machine with the same ICU. Words are compared after NFKC and case folding,
 * so full width and half width, capitals and small letters are one.
 * Used by: insight, which turns a message into flags and word hashes for warmth. Owns: ICU's word breaker.
 * Not here: whether a line advertises something (promotion.h); keeping any text.
 */
#ifndef HEARTH_TEXT_WORDS_H
#define HEARTH_TEXT_WORDS_H

#include "base/base.h"

#define WORDS_BYTES_MAX (16u << 10) /* of one text; the rest is not looked at */
#define WORDS_MAX 2048u             /* of one text; the rest is not looked at */

struct word {
	struct str text; /* folded UTF-8 */
	uint64_t hash;   /* of the folded text; the same in every run */
	bool number;
};

/* One reader: its breaker and the words of the text read last. One thread at a time. */
struct words;
enum err words_new(struct words **out) MUST_USE; /* ERR_MEMORY, also when ICU's data are not there */
void words_free(struct words *w);
void words_drop(struct words **w);

/* Read a text. The words, and all that is told below, stay until the next reading. ERR_MEMORY: nothing is told. */
enum err words_read(struct words *w, struct str text) MUST_USE;
size_t words_count(const struct words *w);
struct word words_at(const struct words *w, size_t index); /* index < words_count */
/* The whole text, folded. */
struct str words_folded(const struct words *w);

/*
 * Near duplicates: 64-bit SimHash (Charikar 2002) over the words and the pairs of neighbouring words; all numbers
 * count as the same word, because an advertisement that is posted again changes its price or its date. Two texts
 * are near when their signatures differ in at most NEAR_BITS_MAX bits. A text of fewer than NEAR_WORDS_MIN words
 * has no signature (0) and is near nothing: short greetings are all alike.
 */
#define NEAR_BITS_MAX 14u
#define NEAR_WORDS_MIN 8u
uint64_t words_signature(const struct words *w);
bool near_same(uint64_t a, uint64_t b);

/* What one person said of late: the latest signatures, to tell whether he repeats himself. All zeroes is empty. */
#define NEAR_KEPT 8u
struct near_kept {
	uint64_t signatures[NEAR_KEPT];
	uint32_t next;
};
/* Is one of the kept ones near this one? Then keep this one too. */
bool near_again(struct near_kept *kept, uint64_t signature);

#endif
