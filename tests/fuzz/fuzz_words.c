/*
 * fuzz_words: any bytes as a line of talk.
 *
 * What must hold whatever comes in: words within limits, in UTF-8, found in the folded text in their order; the same text
 * gives the same signature and the same signs.
 */
#include <stdlib.h>

#include "text/promotion.h"
#include "text/text.h"
#include "text/words.h"

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct words *w;
	if (w == NULL)
		must(words_new(&w) == ERR_OK);
	struct str text = { (const char *)data, size };
	must(words_read(w, text) == ERR_OK);
	struct str folded = words_folded(w);
	must(words_count(w) <= WORDS_MAX);
	const char *at = folded.p;
	for (size_t i = 0; i < words_count(w); i++) {
		struct str word = words_at(w, i).text;
		must(word.n > 0 && word.p >= at && word.p + word.n <= folded.p + folded.n);
		at = word.p + word.n;
	}
	uint64_t signature = words_signature(w);
	struct promotion p = promotion_of(folded);
	promotion_of(text); /* not folded: anything may come, nothing may break */
	must(words_read(w, text) == ERR_OK);
	must(words_signature(w) == signature && promotion_of(words_folded(w)).signs == p.signs);
	must(signature == 0 || near_same(signature, signature));
	return 0;
}
