/*
 * Profiles of words: what each one talks about, small enough to keep for all (conduct.h).
 * Called by: the feeder, after the message itself. Owns: profiles, and how often the group says each word.
 * Not here: words (text), what profiles have in common (failings_crowd.c).
 *
 * A word weighs as much as it tells: the logarithm of how rare it is in this group so far (Sparck Jones 1972),
 * nothing for the most frequent ones. So no list of stop words is needed in any language.
 */
#include "warmth/warmth_private.h"

#define WORDS_OF_A_MESSAGE_MAX 512u
#define WORDS_BEFORE_MIN 500u /* said in the group, before any word can be called rare */
#define WEIGHT_LOST 7         /* a word oftener than once in 2^7 weighs nothing … */
#define WEIGHT_MAX 7          /* … one that is rarer than once in 2^14 no more than this */
#define SKETCH_MAX 32000

static int log2_floor(uint64_t x) { return 63 - __builtin_clzll(x | 1); }

static int weight_of(const struct conduct_group *g, uint32_t frequency)
{
	int weight = log2_floor(g->words / (frequency + 1)) - WEIGHT_LOST;
	return weight < 0 ? 0 : weight > WEIGHT_MAX ? WEIGHT_MAX : weight;
}

static enum err profile_place(struct warmth *w, struct conduct *c, int32_t bin, struct conduct_profile **out)
{
	if (c->profile == NULL || c->profile->bin < bin) {
		struct conduct_profile *p = ARENA_NEW(w->memory, struct conduct_profile);
		if (p == NULL)
			return ERR_MEMORY;
		p->bin = bin;
		p->before = c->profile;
		c->profile = p;
	}
	*out = c->profile;
	return ERR_OK;
}

static void sketch_add(int16_t *sketch, uint64_t hash, int weight)
{
	int16_t *bucket = &sketch[(hash >> 8) % CONDUCT_PROFILE_BUCKETS];
	int sum = *bucket + (hash >> 63 ? weight : -weight);
	*bucket = (int16_t)(sum > SKETCH_MAX ? SKETCH_MAX : sum < -SKETCH_MAX ? -SKETCH_MAX : sum);
}

enum err warmth_add_words(struct warmth *w, int32_t person, int64_t at_us, const uint64_t *hashes, size_t count)
{
	struct conduct_group *g = &w->conduct;
	struct person *p = person < 0 ? NULL : idmap_get(w->by_id, (uint64_t)person + 1);
	if (p == NULL || p->conduct == NULL || at_us < 0 || at_us >= (WARMTH_DAY_MAX + 1) * US_PER_DAY)
		return ERR_OK;
	if (g->frequencies == NULL &&
		(g->frequencies = arena_take_many(w->memory, CONDUCT_FREQUENCIES, sizeof *g->frequencies)) == NULL)
		return ERR_MEMORY;
	bool takes_part = p->messages >= CONDUCT_KNOWN_MESSAGES && g->words >= WORDS_BEFORE_MIN;
	int32_t day = day_of(at_us);
	struct conduct_profile *profile = NULL;
	if (takes_part)
		TRY(profile_place(w, p->conduct, day / WARMTH_TIE_BIN_DAYS, &profile));
	for (size_t i = 0; i < count && i < WORDS_OF_A_MESSAGE_MAX; i++) {
		uint32_t *frequency = &g->frequencies[hashes[i] % CONDUCT_FREQUENCIES];
		int weight = weight_of(g, *frequency);
		if (takes_part && weight > 0) {
			sketch_add(profile->sketch[day & 1], hashes[i], weight);
			profile->words[day & 1]++;
		}
		++*frequency;
		g->words++;
	}
	return ERR_OK;
}
