/*
 * fuzz_packet_fair: any bytes as what a server tells of a red packet, and, read as plain numbers, as terms to split by.
 *
 * What must hold whatever comes in: an answer; shares within their limits that sum to the whole; a verdict that is the same the
 * second time, and that calls nothing good unless promise, shares and grabs are.
 */
#include <stdlib.h>

#include "packet/verify.h"

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_shares(const struct packet_terms *t, const int64_t shares[])
{
	int64_t sum = 0;
	must(t->shares >= 1 && t->shares <= (int64_t)PACKET_SHARES_LIMIT);
	for (int64_t i = 0; i < t->shares; i++) {
		must(shares[i] >= t->share_min && shares[i] <= t->share_max);
		sum += shares[i]; /* the sanitizer sees it when this is too much */
	}
	must(sum == t->sum);
}

static void try_terms(const uint8_t *data, size_t size)
{
	struct packet_terms t = { .kind = PACKET_LUCKY };
	int64_t *const numbers[] = { &t.shares, &t.share_min, &t.share_max, &t.sum };
	int64_t shares[PACKET_SHARES_LIMIT];
	/* small numbers first: most terms of eight random bytes each cannot be met */
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		for (size_t k = 0; k < 3 && i * 3 + k < size; k++)
			*numbers[i] = *numbers[i] << 8 | data[i * 3 + k];
	t.shares %= PACKET_SHARES_LIMIT + 2;
	struct hash seed = hash_sha256((struct str){ (const char *)data, size });
	if (packet_split(&seed, &t, shares) == ERR_OK)
		check_shares(&t, shares);
	if (size >= sizeof t) {
		memcpy(&t, data, sizeof t);
		t.kind = data[0] & 1 ? PACKET_EQUAL : PACKET_LUCKY;
		if (packet_split(&seed, &t, shares) == ERR_OK)
			check_shares(&t, shares);
	}
}

static void check_verdict(const struct packet_verdict *v)
{
	bool good = *packet_verdict_why(v) == '\0';
	if (!v->terms_met) {
		must(!good);
		return;
	}
	if (v->drawn)
		check_shares(&v->terms, v->shares);
	must(v->luckiest < (int64_t)v->grab_count && v->skipped < v->terms.shares);
	must(!good || (v->secret_told && v->promise_kept && v->drawn && v->split_differs < 0 && v->skipped < 0));
	int64_t sum = 0;
	for (size_t i = 0; good && i < v->grab_count; i++) {
		must(v->grabs[i].amount == v->shares[v->grabs[i].place]);
		sum += v->grabs[i].amount;
	}
	must(sum <= v->terms.sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct packet_verdict *first = NULL, *second = NULL;
	const char *wrong = NULL;
	try_terms(data, size);
	struct arena *a = arena_new(PACKET_VERIFY_MEMORY_MAX);
	enum err e = packet_verify_json(a, text, &first, &wrong);
	must(e == ERR_OK || size > PACKET_VERIFY_BYTES_MAX || (e == ERR_INPUT && wrong != NULL && first == NULL));
	if (e == ERR_OK) {
		check_verdict(first);
		must(packet_verify_json(a, text, &second, &wrong) == ERR_OK);
		must(strcmp(packet_verdict_why(first), packet_verdict_why(second)) == 0);
	}
	arena_free(a);
	return 0;
}
