/*
 * How a red packet is split: within its limits, as fair.json (a third hand) says, and so that a share's place says nothing about its
 * size. The judges of fairness are shown to be able to say no: a split known to favour places must not get past them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "packet/fair.h"
#include "packet/verify.h"

#define FIXTURE_BYTES_MAX (1u << 20)
#define MEMORY_MAX (64u << 20)
#define SHARE_MAX 20000
#define FEW 10u
#define MANY 100u

/* ---- chance for the tests: seeds, terms and the split that must not pass ---- */

static uint64_t state;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t any(void)
{
	uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static int64_t between(int64_t low, int64_t high) { return low + (int64_t)(any() % (uint64_t)(high - low + 1)); }

static struct hash seed_of(uint64_t number)
{
	return hash_sha256((struct str){ (const char *)&number, sizeof number });
}

static void assert_split_holds(const struct packet_terms *t, uint64_t number)
{
	int64_t shares[PACKET_SHARES_LIMIT + 1], sum = 0;
	struct hash seed = seed_of(number);
	shares[t->shares] = -7;
	assert_int_equal(packet_split(&seed, t, shares), ERR_OK);
	for (int64_t i = 0; i < t->shares; i++) {
		assert_true(shares[i] >= t->share_min && shares[i] <= t->share_max);
		sum += shares[i];
	}
	assert_int_equal(sum, t->sum);
	assert_int_equal(shares[t->shares], -7);
}

static void any_terms_are_kept(void **unused)
{
	state = 1;
	for (uint64_t i = 0; i < 20000; i++) {
		struct packet_terms t = { .kind = PACKET_LUCKY, .shares = i % 50 ? between(1, 40) : between(900, 1000) };
		t.share_min = i % 3 ? 1 : between(1, 500);
		t.share_max = i % 5 ? between(t.share_min, SHARE_MAX) : t.share_min + between(0, 3);
		int64_t least = t.shares * t.share_min, most = t.shares * t.share_max;
		t.sum = i % 7 == 0 ? least : i % 7 == 1 ? most : i % 7 == 2 ? most - between(0, (most - least) / 10) : between(least, most);
		assert_split_holds(&t, i);
	}
}

static void the_ends_are_kept(void **unused)
{
	static const struct packet_terms ends[] = {
		{ PACKET_LUCKY, 1, 1, 1, 1 }, { PACKET_LUCKY, 1, 1, 1, INT64_MAX }, { PACKET_LUCKY, INT64_MAX, 1, 1, INT64_MAX },
		{ PACKET_LUCKY, INT64_MAX, 1, INT64_MAX, INT64_MAX }, { PACKET_LUCKY, INT64_MAX, 1000, 1, INT64_MAX },
		{ PACKET_LUCKY, INT64_MAX, 1000, 1, INT64_MAX / 1000 + 1 }, { PACKET_LUCKY, 1000, 1000, 1, 1 }, { PACKET_LUCKY, 1000, 1000, 1, SHARE_MAX },
		{ PACKET_LUCKY, 2000000, 100, 1, SHARE_MAX }, { PACKET_LUCKY, 1999999, 100, 1, SHARE_MAX }, { PACKET_LUCKY, 20000000, 1000, 1, SHARE_MAX },
		{ PACKET_LUCKY, 19999000, 1000, 1, SHARE_MAX }, { PACKET_LUCKY, 20000000, 1000, SHARE_MAX, SHARE_MAX }, { PACKET_EQUAL, 1, 1, 1, 1 },
		{ PACKET_EQUAL, 20000000, 1000, 1, SHARE_MAX }, { PACKET_EQUAL, INT64_MAX, 7, 1, INT64_MAX } };
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		for (uint64_t seed = 0; seed < 20; seed++)
			assert_split_holds(&ends[i], seed);
}

static void what_cannot_be_met_is_refused(void **unused)
{
	static const struct packet_terms bad[] = {
		{ PACKET_LUCKY, 100, 0, 1, 200 }, { PACKET_LUCKY, 100, -1, 1, 200 }, { PACKET_LUCKY, 2000, 1001, 1, 200 },
		{ PACKET_LUCKY, 100, INT64_MAX, 1, 200 }, { PACKET_LUCKY, 100, INT64_MIN, 1, 200 }, { PACKET_LUCKY, 100, 10, 0, 200 },
		{ PACKET_LUCKY, 100, 10, -5, 200 }, { PACKET_LUCKY, 100, 10, 20, 19 }, { PACKET_LUCKY, 9, 10, 1, 200 }, { PACKET_LUCKY, 0, 1, 1, 1 },
		{ PACKET_LUCKY, -10, 10, 1, 200 }, { PACKET_LUCKY, INT64_MIN, 1, 1, 200 }, { PACKET_LUCKY, 2001, 10, 1, 200 },
		{ PACKET_LUCKY, INT64_MAX, 2, 1, INT64_MAX / 2 }, { PACKET_LUCKY, INT64_MAX, 1000, INT64_MAX / 999, INT64_MAX },
		{ PACKET_LUCKY, 100, 1000, INT64_MAX, INT64_MAX }, { PACKET_LUCKY, INT64_MIN, 10, INT64_MIN, INT64_MIN },
		{ PACKET_EQUAL, 100, 3, 1, 200 }, { PACKET_EQUAL, 9, 3, 4, 200 }, { PACKET_EQUAL, 603, 3, 1, 200 }, { PACKET_EQUAL, 100, 0, 1, 200 },
		{ (enum packet_kind)2, 100, 10, 1, 200 } };
	struct hash seed = seed_of(0);
	int64_t shares[PACKET_SHARES_LIMIT] = { -7 };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(packet_split(&seed, &bad[i], shares), ERR_INPUT);
		assert_int_equal(shares[0], -7);
	}
}

static void the_luckiest_is_the_first_of_equals(void **unused)
{
	static const int64_t shares[] = { 3, 9, 2, 9, 10 };
	assert_int_equal(packet_luckiest(shares, 1), 0);
	assert_int_equal(packet_luckiest(shares, 4), 1);
	assert_int_equal(packet_luckiest(shares, 5), 4);
}

/* ---- fair.json ---- */

static struct str fixture;
static struct arena *memory;
static struct json *vectors;

static int read_fixture(void **unused)
{
	const char *folder = getenv("HEARTH_FIXTURES");
	char path[512];
	size_t at;
	snprintf(path, sizeof path, "%s/packet/fair.json", folder ? folder : "tests/fixtures");
	memory = arena_new(MEMORY_MAX);
	return memory && file_read(path, FIXTURE_BYTES_MAX, &fixture) == ERR_OK && json_read(memory, fixture, 16, &vectors, &at) == ERR_OK ? 0 : -1;
}

static int forget_fixture(void **unused)
{
	arena_free(memory);
	free((char *)(uintptr_t)fixture.p);
	return 0;
}

static struct hash hash_at(const struct json *j, const char *key)
{
	struct hash h = { { 0 } };
	assert_int_equal(hash_parse(json_get(j, key)->text, &h), ERR_OK);
	return h;
}

static int64_t int_at(const struct json *j, const char *key)
{
	assert_int_equal(json_get(j, key)->kind, JSON_INT);
	return json_get(j, key)->integer;
}

static void assert_as_written(const struct json *p)
{
	struct packet_terms t = { str_eq(json_get(p, "kind")->text, STR("equal")) ? PACKET_EQUAL : PACKET_LUCKY, int_at(p, "sum"), int_at(p, "shares"),
		int_at(p, "share_min"), int_at(p, "share_max") };
	struct hash secret = hash_at(p, "secret"), nonce = hash_at(p, "nonce"), promise = hash_at(p, "promise"), expected = hash_at(p, "seed");
	struct hash promised = packet_promise_of(hash_str(&secret)), seed = packet_seed(hash_str(&secret), hash_str(&nonce), json_get(p, "id")->text);
	int64_t shares[PACKET_SHARES_LIMIT];
	assert_memory_equal(promised.bytes, promise.bytes, HASH_BYTES);
	assert_memory_equal(seed.bytes, expected.bytes, HASH_BYTES);
	assert_int_equal(packet_split(&seed, &t, shares), ERR_OK);
	assert_int_equal(json_get(p, "split")->count, t.shares);
	for (int64_t i = 0; i < t.shares; i++)
		assert_int_equal(shares[i], json_get(p, "split")->items[i].integer);
}

static void a_third_hand_gets_the_same(void **unused)
{
	const struct json *packets = json_get(vectors, "packets"), *large = json_get(vectors, "large");
	assert_int_equal(packets->count, 14);
	assert_int_equal(large->count, 3);
	for (size_t i = 0; i < packets->count; i++)
		assert_as_written(&packets->items[i]);
	for (size_t i = 0; i < large->count; i++)
		assert_as_written(&large->items[i]);
}

static void told_packets_are_judged(void **unused)
{
	const struct json *answers = json_get(vectors, "answers");
	assert_true(answers->count > 40);
	for (size_t i = 0; i < answers->count; i++) {
		const struct json *row = &answers->items[i];
		struct str why = json_get(row, "why")->text;
		struct packet_verdict *v = NULL;
		const char *wrong = NULL;
		enum err e = packet_verify(memory, json_get(row, "answer"), &v, &wrong);
		if (!str_eq(e == ERR_OK ? str_of(packet_verdict_why(v)) : STR("unreadable"), why))
			fail_msg(STR_FMT ": %s", STR_ARG(json_get(row, "name")->text), e == ERR_OK ? packet_verdict_why(v) : wrong);
		assert_true(e == ERR_OK ? wrong == NULL : e == ERR_INPUT && v == NULL && wrong != NULL);
	}
}

/* ---- the judges of fairness ---- */

typedef void split_fn(const struct packet_terms *t, uint64_t number, int64_t out_shares[]);

static void ours(const struct packet_terms *t, uint64_t number, int64_t shares[])
{
	struct hash seed = seed_of(number);
	assert_int_equal(packet_split(&seed, t, shares), ERR_OK);
}

/* "Double mean": each comer gets anything up to twice the mean of what is left. Every place has the same mean, and yet. */
static void double_mean(const struct packet_terms *t, uint64_t number, int64_t shares[])
{
	int64_t left = t->sum;
	state = number;
	for (int64_t i = 0; i < t->shares; i++) {
		int64_t more = t->shares - i;
		shares[i] = more == 1 ? left : between(1, left / more * 2 - 1);
		left -= shares[i];
	}
}

/* What a split without the shuffle and with a greedy cap would do: what is cut off goes to the earliest. */
static void first_come(const struct packet_terms *t, uint64_t number, int64_t shares[])
{
	struct packet_terms open = *t;
	int64_t cut = 0;
	open.share_max = open.sum;
	ours(&open, number, shares);
	for (int64_t i = 0; i < t->shares; i++) {
		cut += shares[i] > t->share_max ? shares[i] - t->share_max : 0;
		shares[i] = shares[i] > t->share_max ? t->share_max : shares[i];
	}
	for (int64_t i = 0; i < t->shares && cut > 0; i++) {
		int64_t room = t->share_max - shares[i], more = room < cut ? room : cut;
		shares[i] += more;
		cut -= more;
	}
}

struct judged {
	double luckiest_chi2;   /* of shares - 1 degrees of freedom; of equals anyone, so that ties favour no place */
	double mean_z, spread_z; /* the farthest place's mean and mean square, in standard errors from those of all places */
	double at_max;           /* how many shares were at max, per packet */
};

static struct judged judge(split_fn *split, const struct packet_terms *t, uint64_t packets)
{
	static double sum[MANY], square[MANY], fourth, luckiest[MANY];
	int64_t shares[MANY];
	size_t n = (size_t)t->shares;
	double mean = (double)t->sum / (double)n, all_square = 0, all = (double)packets;
	struct judged j = { 0 };
	memset(sum, 0, sizeof sum);
	memset(square, 0, sizeof square);
	memset(luckiest, 0, sizeof luckiest);
	fourth = 0;
	for (uint64_t p = 0; p < packets; p++) {
		split(t, p, shares);
		int64_t most = shares[packet_luckiest(shares, n)];
		double ties = 0;
		for (size_t i = 0; i < n; i++) {
			double off = (double)shares[i] - mean;
			sum[i] += off;
			square[i] += off * off;
			fourth += off * off * off * off;
			ties += shares[i] == most;
			j.at_max += shares[i] == t->share_max;
		}
		state = p * 2 + 1;
		int64_t taken = between(1, (int64_t)ties);
		for (size_t i = 0; i < n; i++)
			if (shares[i] == most && --taken == 0)
				luckiest[i]++;
	}
	for (size_t i = 0; i < n; i++)
		all_square += square[i] / (all * (double)n);
	fourth /= all * (double)n;
	for (size_t i = 0; i < n; i++) {
		double expected = all / (double)n;
		j.luckiest_chi2 += (luckiest[i] - expected) * (luckiest[i] - expected) / expected;
		j.mean_z = fmax(j.mean_z, fabs(sum[i] / all) / sqrt(all_square / all));
		j.spread_z = fmax(j.spread_z, fabs(square[i] / all - all_square) / sqrt((fourth - all_square * all_square) / all));
	}
	j.at_max /= all;
	return j;
}

/* One in a thousand; of the farthest of 100 places: |z| above 4.4 one in a thousand, too. */
#define CHI2_9 27.88
#define CHI2_99 148.23
#define Z_FARTHEST 4.4
#define PACKETS_OF_FEW 10000u
#define PACKETS_OF_MANY 2000u

static void say(const char *what, struct judged j)
{
	print_message("# %s: luckiest χ² %.1f, mean %.2f, spread %.2f, at max %.2f\n", what, j.luckiest_chi2, j.mean_z, j.spread_z, j.at_max);
}

static void assert_fair(const char *what, struct judged j, double chi2)
{
	say(what, j);
	assert_true(j.luckiest_chi2 < chi2);
	assert_true(j.mean_z < Z_FARTHEST);
	assert_true(j.spread_z < Z_FARTHEST);
}

static void every_place_is_as_good(void **unused)
{
	const struct packet_terms few = { PACKET_LUCKY, 10000, FEW, 1, SHARE_MAX }, many = { PACKET_LUCKY, 100000, MANY, 1, SHARE_MAX };
	struct judged j = judge(ours, &few, PACKETS_OF_FEW);
	assert_fair("10 shares", j, CHI2_9);
	assert_true(j.at_max < 0.001);
	assert_fair("100 shares", judge(ours, &many, PACKETS_OF_MANY), CHI2_99);
}

static void every_place_is_as_good_when_caps_are_hit(void **unused)
{
	const struct packet_terms some = { PACKET_LUCKY, 10000, FEW, 1, 2000 }, most = { PACKET_LUCKY, 18000, FEW, 1, 2000 };
	const struct packet_terms many = { PACKET_LUCKY, 1000000, MANY, 1, SHARE_MAX };
	struct judged j = judge(ours, &some, PACKETS_OF_FEW);
	assert_fair("10 shares, some cut", j, CHI2_9);
	assert_true(j.at_max > 0.5);
	j = judge(ours, &most, PACKETS_OF_FEW);
	assert_fair("10 shares, most cut", j, CHI2_9);
	assert_true(j.at_max > 4);
	assert_fair("100 shares, cut", judge(ours, &many, PACKETS_OF_MANY), CHI2_99);
}

static void the_judges_say_no(void **unused)
{
	const struct packet_terms few = { PACKET_LUCKY, 10000, FEW, 1, SHARE_MAX }, many = { PACKET_LUCKY, 100000, MANY, 1, SHARE_MAX };
	const struct packet_terms some = { PACKET_LUCKY, 10000, FEW, 1, 2000 };
	struct judged j = judge(double_mean, &few, PACKETS_OF_FEW);
	say("double mean, 10 shares", j);
	assert_true(j.luckiest_chi2 > 2 * CHI2_9 && j.spread_z > 2 * Z_FARTHEST);
	j = judge(double_mean, &many, PACKETS_OF_MANY);
	say("double mean, 100 shares", j);
	assert_true(j.luckiest_chi2 > 2 * CHI2_99 && j.spread_z > 2 * Z_FARTHEST);
	j = judge(first_come, &some, PACKETS_OF_FEW);
	say("cut-off to the earliest", j);
	assert_true(j.luckiest_chi2 > 2 * CHI2_9 && j.mean_z > 2 * Z_FARTHEST);
}

/* ---- tiny packets, against every way there is ---- */

#define TINY_SHARES_MAX 4u
#define TINY_SIDE 16u
#define TINY_CELLS 65536u /* TINY_SIDE to the power of TINY_SHARES_MAX */

static double chance_of[TINY_CELLS];
static uint64_t seen[TINY_CELLS];

static size_t cell(const int64_t shares[], size_t n)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++)
		at = at * TINY_SIDE + (size_t)shares[i];
	return at;
}

static double compositions(int64_t rest, size_t n) /* of rest into n parts of at least 0 */
{
	double ways = 1;
	for (size_t i = 1; i < n; i++)
		ways = ways * ((double)rest + (double)i) / (double)i;
	return ways;
}

static void all_orders(int64_t shares[], size_t n, size_t from, double chance)
{
	if (from == n)
		chance_of[cell(shares, n)] += chance;
	for (size_t i = from; i < n; i++) {
		int64_t a = shares[from], b = shares[i];
		shares[from] = b, shares[i] = a;
		all_orders(shares, n, from + 1, chance / (double)(n - from));
		shares[from] = a, shares[i] = b;
	}
}

/* Every way to add rest to the shares below most, all alike; then what is above is cut off and handed out again. */
static void all_ways(const struct packet_terms *t, const int64_t before[], int64_t rest, double chance)
{
	int64_t shares[TINY_SHARES_MAX], cut = 0;
	size_t n = (size_t)t->shares, lower[TINY_SHARES_MAX], lower_count = 0;
	for (size_t i = 0; i < n; i++)
		if (before[i] < t->share_max)
			lower[lower_count++] = i;
	for (size_t code = 0; rest > 0 && code < TINY_CELLS; code++) {
		int64_t sum = 0;
		size_t left = code;
		memcpy(shares, before, n * sizeof shares[0]);
		for (size_t i = 0; i < lower_count; i++, left /= TINY_SIDE) {
			shares[lower[i]] += (int64_t)(left % TINY_SIDE);
			sum += (int64_t)(left % TINY_SIDE);
		}
		if (sum != rest || left > 0)
			continue;
		cut = 0;
		for (size_t i = 0; i < n; i++)
			if (shares[i] > t->share_max) {
				cut += shares[i] - t->share_max;
				shares[i] = t->share_max;
			}
		all_ways(t, shares, cut, chance / compositions(rest, lower_count));
	}
	memcpy(shares, before, n * sizeof shares[0]);
	if (rest == 0) /* an order that is random already stays so */
		all_orders(shares, n, 0, chance);
}

/* χ² of as many packets as there are against chance_of; *out_cells of them can come. */
static double against_all_ways(const struct packet_terms *t, uint64_t packets, size_t *out_cells)
{
	const int64_t least[TINY_SHARES_MAX] = { t->share_min, t->share_min, t->share_min, t->share_min };
	int64_t shares[TINY_SHARES_MAX];
	double chi2 = 0, whole = 0;
	memset(chance_of, 0, sizeof chance_of);
	memset(seen, 0, sizeof seen);
	all_ways(t, least, t->sum - t->shares * t->share_min, 1);
	for (uint64_t p = 0; p < packets; p++) {
		ours(t, p, shares);
		seen[cell(shares, (size_t)t->shares)]++;
	}
	*out_cells = 0;
	for (size_t i = 0; i < TINY_CELLS; i++) {
		double expected = chance_of[i] * (double)packets;
		whole += chance_of[i];
		if (chance_of[i] == 0) {
			assert_int_equal(seen[i], 0); /* what cannot come does not come */
			continue;
		}
		assert_true(expected > 5);
		chi2 += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
		++*out_cells;
	}
	assert_true(fabs(whole - 1) < 1e-9);
	return chi2;
}

static void tiny_packets_come_as_often_as_they_should(void **unused)
{
	/* one in a thousand of cells - 1 degrees of freedom */
	static const struct { struct packet_terms terms; size_t cells; double chi2; } tiny[] = {
		{ { PACKET_LUCKY, 6, 3, 1, 20 }, 10, 27.88 },  /* every composition alike */
		{ { PACKET_LUCKY, 9, 2, 2, 20 }, 6, 20.52 },
		{ { PACKET_LUCKY, 8, 4, 1, 20 }, 35, 65.25 },
		{ { PACKET_LUCKY, 8, 3, 1, 4 }, 12, 31.26 },   /* cut */
		{ { PACKET_LUCKY, 11, 3, 1, 4 }, 3, 13.82 },
		{ { PACKET_LUCKY, 13, 4, 2, 4 }, 16, 37.70 } };
	for (size_t i = 0; i < COUNT_OF(tiny); i++) {
		size_t cells;
		double chi2 = against_all_ways(&tiny[i].terms, 40000, &cells);
		print_message("# sum %lld in %lld: %zu cells, χ² %.1f\n", (long long)tiny[i].terms.sum, (long long)tiny[i].terms.shares, cells, chi2);
		assert_int_equal(cells, tiny[i].cells);
		assert_true(chi2 < tiny[i].chi2);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_terms_are_kept),
		cmocka_unit_test(the_ends_are_kept),
		cmocka_unit_test(what_cannot_be_met_is_refused),
		cmocka_unit_test(the_luckiest_is_the_first_of_equals),
		cmocka_unit_test(a_third_hand_gets_the_same),
		cmocka_unit_test(told_packets_are_judged),
		cmocka_unit_test(every_place_is_as_good),
		cmocka_unit_test(every_place_is_as_good_when_caps_are_hit),
		cmocka_unit_test(the_judges_say_no),
		cmocka_unit_test(tiny_packets_come_as_often_as_they_should),
	};
	return cmocka_run_group_tests_name("packet_fair", tests, read_fixture, forget_fixture);
}
