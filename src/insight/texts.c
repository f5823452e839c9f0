/* Reading what was said. Called by: feed.c, group_reading.c. Owns: the latest signatures of each person. */
#include <stdlib.h>

#include "insight/texts.h"
#include "text/promotion.h"
#include "text/words.h"

#define TEXTS_BYTES_MAX (1u << 30)

struct texts {
	struct words *words;
	struct arena *memory;
	struct idmap *said; /* who -> struct near_kept */
};

void texts_free(struct texts *t)
{
	if (t == NULL)
		return;
	words_free(t->words);
	arena_free(t->memory);
	idmap_free(t->said);
	free(t);
}

enum err texts_new(struct texts **out)
{
	struct texts *t = calloc(1, sizeof *t);
	if (t == NULL)
		return ERR_MEMORY;
	t->memory = arena_new(TEXTS_BYTES_MAX);
	t->said = idmap_new();
	enum err e = t->memory && t->said ? words_new(&t->words) : ERR_MEMORY;
	if (e != ERR_OK) {
		texts_free(t);
		return e;
	}
	*out = t;
	return ERR_OK;
}

static enum err near_of(struct texts *t, uint64_t who, struct near_kept **out)
{
	struct near_kept *kept = idmap_get(t->said, who + 1);
	if (kept == NULL) {
		kept = ARENA_NEW(t->memory, struct near_kept);
		if (kept == NULL)
			return ERR_MEMORY;
		TRY(idmap_put(t->said, who + 1, kept));
	}
	*out = kept;
	return ERR_OK;
}

enum err texts_read(struct texts *t, uint64_t who, struct str text, unsigned *out_flags)
{
	struct near_kept *kept;
	TRY(words_read(t->words, text));
	TRY(near_of(t, who, &kept));
	struct promotion p = promotion_of(words_folded(t->words));
	*out_flags = WARMTH_READ | (p.promotes ? WARMTH_PROMOTION : 0) | (p.signs & PROMOTION_CALLS ? WARMTH_CALL : 0) |
		(p.signs & PROMOTION_ASKS ? WARMTH_QUESTION : 0) | (p.signs & PROMOTION_LINK ? WARMTH_LINK : 0) |
		(near_again(kept, words_signature(t->words)) ? WARMTH_NEAR_DUPLICATE : 0);
	return ERR_OK;
}

enum err texts_add_words(const struct texts *t, struct warmth *w, int32_t person, int64_t at_us)
{
	uint64_t hashes[WORDS_MAX];
	size_t n = words_count(t->words);
	for (size_t i = 0; i < n && i < WORDS_MAX; i++)
		hashes[i] = words_at(t->words, i).hash;
	return warmth_add_words(w, person, at_us, hashes, n);
}
