/*
 * Near duplicates (words.h says what is promised and where it is from).
 * Called by: insight. Owns: nothing. Not here: words (words.c).
 */
#include "text/text_private.h"
#include "text/words.h"

#define SIGNATURE_BITS 64u
#define NUMBER_HASH UINT64_C(0x6e756d62657273)

/* Words and pairs count the same: words alone would call two texts of one subject near, pairs alone break at each
 * changed word. */
static void vote(int32_t votes[SIGNATURE_BITS], uint64_t hash)
{
	for (unsigned bit = 0; bit < SIGNATURE_BITS; bit++)
		votes[bit] += hash >> bit & 1 ? 1 : -1;
}

uint64_t words_signature(const struct words *w)
{
	int32_t votes[SIGNATURE_BITS] = { 0 };
	uint64_t before = 0, signature = 0;
	if (words_count(w) < NEAR_WORDS_MIN)
		return 0;
	for (size_t i = 0; i < words_count(w); i++) {
		struct word word = words_at(w, i);
		uint64_t hash = word.number ? NUMBER_HASH : word.hash;
		vote(votes, hash_mix(hash));
		if (i > 0)
			vote(votes, hash_mix(before * 31 + hash));
		before = hash;
	}
	for (unsigned bit = 0; bit < SIGNATURE_BITS; bit++)
		signature |= (uint64_t)(votes[bit] > 0) << bit;
	return signature ? signature : 1;
}

bool near_same(uint64_t a, uint64_t b)
{
	return a != 0 && b != 0 && (unsigned)__builtin_popcountll(a ^ b) <= NEAR_BITS_MAX;
}

bool near_again(struct near_kept *kept, uint64_t signature)
{
	bool again = false;
	if (signature == 0)
		return false;
	for (size_t i = 0; i < NEAR_KEPT; i++)
		again |= near_same(kept->signatures[i], signature);
	kept->signatures[kept->next++ % NEAR_KEPT] = signature;
	return again;
}
