/* proof: known answers, passwords, and what is stored by somebody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proof/proof.h"

static void check_hex(struct hash h, const char *want)
{
	char hex[HASH_HEX_CHARS + 1];
	hash_print(&h, hex);
	assert_string_equal(hex, want);
}

static void hashes_are_the_standards(void **state)
{
	check_hex(hash_sha256(STR("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_hex(hash_sha256(STR("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_hex(hash_blake2b((struct str){ NULL, 0 }),
		  "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	check_hex(hash_blake2b(STR("abc")), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void keyed_hashes_need_the_key(void **state)
{
	struct hash a = hash_keyed(STR("0123456789abcdef"), STR("word")),
		    b = hash_keyed(STR("0123456789abcdeF"), STR("word"));
	struct hash c = hash_keyed(STR("0123456789abcdef"), STR("word")), plain = hash_blake2b(STR("word"));
	assert_true(proof_equal(hash_str(&a), hash_str(&c)));
	assert_false(proof_equal(hash_str(&a), hash_str(&b)));
	assert_false(proof_equal(hash_str(&a), hash_str(&plain)));
}

static void hashes_are_printed_and_read(void **state)
{
	struct hash h = hash_sha256(STR("x")), back = { { 0 } }, before = back;
	char hex[HASH_HEX_CHARS + 2];
	hash_print(&h, hex);
	assert_int_equal(hash_parse((struct str){ hex, HASH_HEX_CHARS }, &back), ERR_OK);
	assert_memory_equal(&h, &back, sizeof h);
	hex[0] = 'A';
	assert_int_equal(hash_parse((struct str){ hex, HASH_HEX_CHARS }, &back), ERR_OK);
	back = before;
	assert_int_equal(hash_parse((struct str){ hex, HASH_HEX_CHARS - 1 }, &back), ERR_INPUT);
	hex[HASH_HEX_CHARS] = '0';
	assert_int_equal(hash_parse((struct str){ hex, HASH_HEX_CHARS + 1 }, &back), ERR_INPUT);
	hex[63] = 'g';
	assert_int_equal(hash_parse((struct str){ hex, HASH_HEX_CHARS }, &back), ERR_INPUT);
	hex[63] = '\0';
	assert_int_equal(hash_parse((struct str){ hex, HASH_HEX_CHARS }, &back), ERR_INPUT);
	assert_int_equal(hash_parse((struct str){ NULL, 0 }, &back), ERR_INPUT);
	assert_memory_equal(&back, &before, sizeof back);
}

static void equal_is_equal(void **state)
{
	assert_true(proof_equal(STR(""), (struct str){ NULL, 0 }));
	assert_true(proof_equal(STR("same"), STR("same")));
	assert_false(proof_equal(STR("same"), STR("samE")));
	assert_false(proof_equal(STR("same"), STR("same ")));
	char secret[] = "secret";
	proof_wipe(secret, sizeof secret);
	for (size_t i = 0; i < sizeof secret; i++)
		assert_int_equal(secret[i], 0);
}

static void passwords_are_told_apart(void **state)
{
	struct password_hash h, twice;
	struct str word = STR("correct horse 围炉");
	bool again = true;
	assert_int_equal(password_hash(word, &h), ERR_OK);
	assert_int_equal(password_hash(word, &twice), ERR_OK);
	assert_string_not_equal(h.z, twice.z);
	assert_int_equal(strncmp(h.z, "$argon2id$v=19$m=65536,t=2,p=1$", 31), 0);
	assert_int_equal(password_check(str_of(h.z), word, &again), ERR_OK);
	assert_false(again);
	assert_int_equal(password_check(str_of(twice.z), word, NULL), ERR_OK);
	assert_int_equal(password_check(str_of(h.z), STR("correct horse 围炉 "), &again), ERR_REFUSED);
	assert_int_equal(password_check(str_of(h.z), STR(""), &again), ERR_REFUSED);
	assert_int_equal(password_check(str_of(h.z), STR("correct"), &again), ERR_REFUSED);
}

static void passwords_have_limits(void **state)
{
	struct password_hash h = { "before" };
	static char words[PASSWORD_BYTES_MAX + 1];
	memset(words, 'w', sizeof words);
	assert_int_equal(password_hash((struct str){ words, sizeof words }, &h), ERR_LIMIT);
	assert_int_equal(password_hash(STR(""), &h), ERR_INPUT);
	assert_string_equal(h.z, "before");
	assert_int_equal(password_hash((struct str){ words, PASSWORD_BYTES_MAX }, &h), ERR_OK);
	assert_int_equal(password_check(str_of(h.z), (struct str){ words, PASSWORD_BYTES_MAX }, NULL), ERR_OK);
	assert_int_equal(password_check(str_of(h.z), (struct str){ words, sizeof words }, NULL), ERR_REFUSED);
}

static void stored_nonsense_costs_nothing(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"$argon2id$",
		"$argon2id$v=19$m=65536,t=2,p=1$",
		"$argon2i$v=19$m=65536,t=2,p=1$c2FsdHNhbHRzYWx0c2E$aaaa",
		"$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0c2E$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
		"$argon2id$v=19$m=65536,t=4294967295,p=1$c2FsdHNhbHRzYWx0c2E$"
		"aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
		"$argon2id$v=19$m=99999999999999999999,t=2,p=1$c2FsdHNhbHRzYWx0c2E$aGFzaA"
	};
	bool again = true;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(password_check(str_of(bad[i]), STR("word"), &again), ERR_DAMAGED);
	static char longer[400];
	memset(longer, 'a', sizeof longer);
	assert_int_equal(password_check((struct str){ longer, sizeof longer }, STR("word"), &again), ERR_DAMAGED);
	assert_true(again);
}

static void older_limits_ask_for_a_new_hash(void **state)
{
	/* "word" with an eighth of the memory and one pass */
	static const char stored[] =
		"$argon2id$v=19$m=8192,t=1,p=1$89HYh6dwY4JHOXS1kNb10g$46upvG/LuKWQN7/83YSFGv45yc1f2vMxb9aSw4wcjQI";
	bool again = false;
	assert_int_equal(password_check(str_of(stored), STR("word"), &again), ERR_OK);
	assert_true(again);
}

static void chance_of_zero(void *state, void *out, size_t n) { memset(out, 0x5A, n); }
static int64_t clock_still(void *state) { return 0; }

static void a_rehearsal_repeats_its_salts(void **state)
{
	static const struct world rehearsed = { .wall_us = clock_still,
						.mono_us = clock_still,
						.random = chance_of_zero };
	struct password_hash a, b;
	world_set(&rehearsed);
	enum err first = password_hash(STR("word"), &a), second = password_hash(STR("word"), &b);
	world_set(NULL);
	assert_int_equal(first, ERR_OK);
	assert_int_equal(second, ERR_OK);
	assert_string_equal(a.z, b.z);
}

static int begin(void **state) { return proof_init() == ERR_OK ? 0 : -1; }

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_the_standards),
		cmocka_unit_test(keyed_hashes_need_the_key),
		cmocka_unit_test(hashes_are_printed_and_read),
		cmocka_unit_test(equal_is_equal),
		cmocka_unit_test(passwords_are_told_apart),
		cmocka_unit_test(passwords_have_limits),
		cmocka_unit_test(stored_nonsense_costs_nothing),
		cmocka_unit_test(older_limits_ask_for_a_new_hash),
		cmocka_unit_test(a_rehearsal_repeats_its_salts),
	};
	return cmocka_run_group_tests_name("proof", tests, begin, NULL);
}
