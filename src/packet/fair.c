/*
 * How a red packet is split. What every step is and in which order words are used up stands in fair.h, which the web app and
 * whoever checks a packet follow too: nothing here may be changed without another number in the three labels.
 * Called by: packet (sending), cli (hearth packet verify). Owns: nothing. Not here: where secrets come from.
 */
#include "packet/fair.h"

#define DRAW_LABEL "hearth packet draw 1\n"
#define PROMISE_LABEL "hearth packet promise 1\n"
#define SEED_LABEL "hearth packet seed 1\n"
#define WORD_BYTES 8u
#define BLOCK_WORDS (HASH_BYTES / WORD_BYTES)

static uint8_t *put(uint8_t *to, struct str s)
{
	if (s.n)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

static struct hash hash_of(const uint8_t *from, const uint8_t *end)
{
	return hash_sha256((struct str){ (const char *)from, (size_t)(end - from) });
}

struct hash packet_promise_of(struct str secret)
{
	uint8_t text[sizeof PROMISE_LABEL + PACKET_SECRET_BYTES];
	assert(secret.n == PACKET_SECRET_BYTES);
	struct hash promise = hash_of(text, put(put(text, STR(PROMISE_LABEL)), secret));
	proof_wipe(text, sizeof text);
	return promise;
}

struct hash packet_seed(struct str secret, struct str nonce, struct str id)
{
	uint8_t text[sizeof SEED_LABEL + PACKET_SECRET_BYTES + PACKET_NONCE_BYTES + PACKET_SEED_ID_BYTES_MAX];
	assert(secret.n == PACKET_SECRET_BYTES && nonce.n == PACKET_NONCE_BYTES && id.n <= PACKET_SEED_ID_BYTES_MAX);
	struct hash seed = hash_of(text, put(put(put(put(text, STR(SEED_LABEL)), secret), nonce), id));
	proof_wipe(text, sizeof text);
	return seed;
}

/* ---- the random words ---- */

struct draw {
	const struct hash *seed;
	uint64_t next_block;
	struct hash block;
	size_t used; /* words of block */
};

static struct draw draw_begin(const struct hash *seed) { return (struct draw){ .seed = seed, .used = BLOCK_WORDS }; }

static void put_word(uint8_t *to, uint64_t word)
{
	for (size_t i = 0; i < WORD_BYTES; i++)
		to[i] = (uint8_t)(word >> (8 * (WORD_BYTES - 1 - i)));
}

static uint64_t word(struct draw *d)
{
	if (d->used == BLOCK_WORDS) {
		uint8_t text[sizeof DRAW_LABEL + HASH_BYTES + WORD_BYTES];
		uint8_t *end = put(put(text, STR(DRAW_LABEL)), hash_str(d->seed));
		put_word(end, d->next_block++);
		d->block = hash_of(text, end + WORD_BYTES);
		d->used = 0;
	}
	const uint8_t *from = d->block.bytes + WORD_BYTES * d->used++;
	uint64_t w = 0;
	for (size_t i = 0; i < WORD_BYTES; i++)
		w = w << 8 | from[i];
	return w;
}

/* n >= 1. The one loop without a written bound: each turn ends it with a chance of more than a half, whatever n is. */
static uint64_t below(struct draw *d, uint64_t n)
{
	uint64_t over = (UINT64_MAX % n + 1) % n; /* 2^64 mod n: so many words at the top would favour small remainders */
	uint64_t w;
	do
		w = word(d);
	while (w > UINT64_MAX - over);
	return w % n;
}

/* ---- parts ---- */

/* Where value stands in sorted[0 … n), or would. */
static size_t place_of(const int64_t sorted[], size_t n, int64_t value)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* n parts, each at least 0, of rest; 1 <= n <= PACKET_SHARES_LIMIT. */
static void parts(struct draw *d, int64_t rest, size_t n, int64_t out_parts[])
{
	int64_t chosen[PACKET_SHARES_LIMIT]; /* kept sorted */
	int64_t from = 0;
	for (size_t i = 0; i + 1 < n; i++) {
		int64_t j = rest + (int64_t)i, t = (int64_t)below(d, (uint64_t)j + 1);
		size_t at = place_of(chosen, i, t);
		if (at < i && chosen[at] == t) {
			at = i; /* nothing chosen so far reaches j */
			t = j;
		}
		memmove(&chosen[at + 1], &chosen[at], (i - at) * sizeof chosen[0]);
		chosen[at] = t;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		out_parts[i] = chosen[i] - from;
		from = chosen[i] + 1;
	}
	out_parts[n - 1] = rest + (int64_t)n - 1 - from;
}

/* ---- shares ---- */

static int64_t cut_off(int64_t shares[], size_t n, int64_t most)
{
	int64_t cut = 0;
	for (size_t i = 0; i < n; i++)
		if (shares[i] > most) {
			cut += shares[i] - most;
			shares[i] = most;
		}
	return cut;
}

static void hand_out(struct draw *d, int64_t rest, int64_t shares[], size_t n, int64_t most)
{
	int64_t more[PACKET_SHARES_LIMIT];
	size_t lower = 0, taken = 0;
	for (size_t i = 0; i < n; i++)
		lower += shares[i] < most;
	assert(lower > 0); /* or the sum were above shares × max */
	parts(d, rest, lower, more);
	for (size_t i = 0; i < n; i++)
		if (shares[i] < most)
			shares[i] += more[taken++];
}

static void lucky(const struct hash *seed, const struct packet_terms *t, int64_t shares[])
{
	struct draw d = draw_begin(seed);
	size_t n = (size_t)t->shares;
	int64_t cut;
	bool any = false;
	parts(&d, t->sum - t->shares * t->share_min, n, shares);
	for (size_t i = 0; i < n; i++)
		shares[i] += t->share_min;
	/* Each turn leaves at least one share more at max: at most n of them. */
	while ((cut = cut_off(shares, n, t->share_max)) > 0) {
		hand_out(&d, cut, shares, n, t->share_max);
		any = true;
	}
	for (size_t i = n - 1; any && i > 0; i--) {
		size_t with = (size_t)below(&d, i + 1);
		int64_t kept = shares[i];
		shares[i] = shares[with];
		shares[with] = kept;
	}
}

static bool can_be_met(const struct packet_terms *t)
{
	int64_t least, most;
	if (t->shares < 1 || t->shares > (int64_t)PACKET_SHARES_LIMIT || t->share_min < 1 || t->share_max < t->share_min)
		return false;
	if (__builtin_mul_overflow(t->shares, t->share_min, &least) || t->sum < least)
		return false;
	if (!__builtin_mul_overflow(t->shares, t->share_max, &most) && t->sum > most)
		return false;
	return t->kind == PACKET_LUCKY || (t->kind == PACKET_EQUAL && t->sum % t->shares == 0);
}

enum err packet_split(const struct hash *seed, const struct packet_terms *terms, int64_t out_shares[])
{
	if (!can_be_met(terms))
		return ERR_INPUT;
	if (terms->kind == PACKET_LUCKY)
		lucky(seed, terms, out_shares);
	for (int64_t i = 0; terms->kind == PACKET_EQUAL && i < terms->shares; i++)
		out_shares[i] = terms->sum / terms->shares;
	return ERR_OK;
}

size_t packet_luckiest(const int64_t shares[], size_t taken)
{
	size_t best = 0;
	assert(taken > 0);
	for (size_t i = 1; i < taken; i++)
		if (shares[i] > shares[best])
			best = i;
	return best;
}
