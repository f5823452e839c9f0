/* JSON read: what it takes, what it refuses and where, and hostile documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/text.h"

#define ARENA_BYTES (8u << 20)
#define DEPTH 16u

static struct json *read_ok(struct arena *a, struct str s)
{
	struct json *j = NULL;
	size_t at = 0;
	enum err e = json_read(a, s, DEPTH, &j, &at);
	if (e != ERR_OK)
		fail_msg("%s at byte %zu of " STR_FMT, err_name(e), at, STR_ARG(s));
	return j;
}

static void takes_every_kind(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	struct json *j = read_ok(
		a, STR(" {\"a\":[1,-2.5,true,false,null,\"\\u7fa4\\ud83d\\udc4d\\n\\/x\"],"
		       "\"群\":{},\"e\":[],\"\":1e3} "));
	assert_int_equal(j->kind, JSON_OBJECT);
	assert_int_equal(j->count, 4);
	assert_true(str_eq(j->keys[1], STR("群")));
	const struct json *list = json_get(j, "a");
	assert_int_equal(list->kind, JSON_LIST);
	assert_int_equal(list->count, 6);
	assert_int_equal(list->items[0].kind, JSON_INT);
	assert_int_equal(list->items[0].integer, 1);
	assert_true(list->items[0].real == 1.0);
	assert_int_equal(list->items[1].kind, JSON_REAL);
	assert_true(list->items[1].real == -2.5);
	assert_int_equal(list->items[2].integer, 1);
	assert_int_equal(list->items[3].kind, JSON_BOOL);
	assert_int_equal(list->items[3].integer, 0);
	assert_int_equal(list->items[4].kind, JSON_NULL);
	assert_true(str_eq(list->items[5].text, STR("群👍\n/x")));
	assert_int_equal(json_get(j, "群")->count, 0);
	assert_int_equal(json_get(j, "e")->kind, JSON_LIST);
	assert_true(json_get(j, "")->real == 1000);
	assert_null(json_get(j, "none"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_get(list, "a"));
	assert_true(str_eq(read_ok(a, STR("\"\""))->text, STR("")));
}

static void integers_beyond_64_bits_are_reals(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	struct json *j =
		read_ok(a, STR("[9223372036854775807,-9223372036854775808,9223372036854775808,-9223372036854775809,"
			       "1234567890123456789012345678901234567890,9007199254740993,-0,0]"));
	assert_int_equal(j->items[0].integer, INT64_MAX);
	assert_int_equal(j->items[1].integer, INT64_MIN);
	for (size_t i = 2; i < 5; i++)
		assert_int_equal(j->items[i].kind, JSON_REAL);
	assert_true(j->items[2].real == 9223372036854775808.0);
	assert_true(j->items[4].real == 1234567890123456789012345678901234567890.0);
	assert_int_equal(j->items[5].integer, INT64_C(9007199254740993));
	assert_true(j->items[6].real == 0 && __builtin_signbit(j->items[6].real));
	assert_int_equal(j->items[7].kind, JSON_INT);
}

static void refuses_and_says_where(void **state)
{
	static const struct {
		struct str text;
		size_t at_least, at_most;
	} bad[] = {
		{ { "", 0 }, 0, 0 },
		{ { "   ", 3 }, 0, 3 },
		{ { "{", 1 }, 1, 1 },
		{ { "[1,]", 4 }, 2, 4 },
		{ { "[1 2]", 5 }, 2, 4 },
		{ { "{\"a\":1,}", 8 }, 6, 8 },
		{ { "{\"a\" 1}", 7 }, 4, 6 },
		{ { "{a:1}", 5 }, 0, 2 },
		{ { "nul", 3 }, 0, 3 },
		{ { "'a'", 3 }, 0, 1 },
		{ { "\"a", 2 }, 0, 2 },
		{ { "\"\\x\"", 4 }, 0, 3 },
		{ { "\"\\u12g4\"", 8 }, 0, 7 },
		{ { "\"\n\"", 3 }, 0, 2 },
		{ { "01", 2 }, 0, 2 },
		{ { "-", 1 }, 0, 1 },
		{ { "1.", 2 }, 0, 2 },
		{ { ".5", 2 }, 0, 1 },
		{ { "1e", 2 }, 0, 2 },
		{ { "+1", 2 }, 0, 1 },
		{ { "NaN", 3 }, 0, 1 },
		{ { "[Infinity]", 10 }, 0, 2 },
		{ { "[1e999]", 7 }, 1, 6 },
		{ { "[-1e999]", 8 }, 1, 7 },
		{ { "1 1", 3 }, 1, 3 },
		{ { "{} x", 4 }, 2, 4 },
		{ { "/*a*/1", 6 }, 0, 2 },
		{ { "[1]//x", 6 }, 3, 6 },
		{ { "\"\\u0000\"", 8 }, 0, 8 },
		{ { "{\"\\u0000\":1}", 12 }, 1, 10 },
		{ { "\"\0\"", 3 }, 1, 1 },
		{ { "[1]\0", 4 }, 3, 3 },
		{ { "\"\\ud83d\"", 8 }, 1, 1 },
		{ { "\"\\udc4d\"", 8 }, 1, 1 },
		{ { "\"\\ud83d\\ud83d\"", 14 }, 1, 1 },
		{ { "\"\\ud83dx\"", 9 }, 1, 1 },
		{ { "\"a\xFF\"", 4 }, 2, 2 },
		{ { "\"\xED\xA0\x80\"", 5 }, 1, 1 },
		{ { "\xEF\xBB\xBF{}", 5 }, 0, 1 },
		{ { "{\"a\":1,\"b\":2,\"a\":3}", 19 }, 13, 19 },
		{ { "{\"a\":1,\"\\u0061\":3}", 18 }, 7, 18 },
	};
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct json *j = NULL;
		size_t at = 999;
		enum err e = json_read(a, bad[i].text, DEPTH, &j, &at);
		if (e != ERR_INPUT || j != NULL || at < bad[i].at_least || at > bad[i].at_most)
			fail_msg("%zu: %s at %zu of " STR_FMT, i, err_name(e), at, STR_ARG(bad[i].text));
		arena_reset(a);
	}
}

static void a_backslash_before_a_u_is_no_escape(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	assert_true(str_eq(read_ok(a, STR("\"\\\\ud83d\""))->text, STR("\\ud83d")));
	assert_true(str_eq(read_ok(a, STR("\"\\\\\\ud83d\\udc4d\""))->text, STR("\\👍")));
}

static void depth_is_held(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	static char deep[200000];
	struct json *j = NULL;
	size_t at;
	read_ok(a, STR("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"));
	assert_int_equal(json_read(a, STR("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), DEPTH, &j, &at), ERR_INPUT);
	assert_in_range(at, 16, 17);
	/* siblings are not depth */
	read_ok(a, STR("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],{},{},{}]"));
	memset(deep, '[', sizeof deep);
	assert_int_equal(json_read(a, (struct str){ deep, sizeof deep }, UINT_MAX, &j, &at), ERR_INPUT);
	assert_true(at < 1000);
	for (size_t i = 0; i + 5 <= sizeof deep; i += 5)
		memcpy(deep + i, "{\"a\":", 5);
	assert_int_equal(json_read(a, (struct str){ deep, sizeof deep }, UINT_MAX, &j, &at), ERR_INPUT);
	assert_int_equal(json_read(a, STR("[]"), 0, &j, &at), ERR_INPUT);
	assert_int_equal(json_read(a, STR("1"), 0, &j, &at), ERR_OK);
}

static void many_keys_and_values_are_bounded(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(1u << 20), *wide CLEANUP(arena_drop) = arena_new(64u << 20);
	struct buf b CLEANUP(buf_free) = BUF(4u << 20);
	struct json_out o = JSON_OUT(&b);
	char key[16];
	json_open(&o);
	for (int i = 0; i < 20000; i++) {
		snprintf(key, sizeof key, "k%d", i * 7919 % 20000);
		json_key_int(&o, key, i);
	}
	json_close(&o);
	struct json *j = NULL;
	size_t at = 999;
	assert_int_equal(json_read(a, buf_str(&b), DEPTH, &j, &at), ERR_MEMORY);
	assert_null(j);
	assert_int_equal(at, 999);
	assert_int_equal(json_read(wide, buf_str(&b), DEPTH, &j, &at), ERR_OK);
	assert_int_equal(j->count, 20000);
	assert_int_equal(json_get(j, "k7919")->integer, 1);
	/* the same with the first key once more at its end */
	b.n--;
	buf_add(&b, STR(",\"k0\":1}"));
	arena_reset(wide);
	j = NULL;
	assert_int_equal(json_read(wide, buf_str(&b), DEPTH, &j, &at), ERR_INPUT);
	assert_null(j);
}

static void every_allocation_may_be_the_last(void **state)
{
	struct str s = STR("{\"a\":[1,2.5,{\"b\":\"text\"}],\"c\":[[],[null]],\"d\":12345678901234567890}");
	for (uint64_t nth = 1;; nth++) {
		struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
		struct json *j = NULL;
		size_t at = 999;
		base_alloc_fail(nth);
		enum err e = json_read(a, s, DEPTH, &j, &at);
		uint64_t count = base_alloc_count();
		base_alloc_fail(0);
		if (count < nth) {
			assert_int_equal(e, ERR_OK);
			assert_true(nth > 10);
			return;
		}
		assert_int_equal(e, ERR_MEMORY);
		assert_null(j);
		assert_int_equal(at, 999);
	}
}

static void a_document_cut_anywhere_is_refused(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	struct str s = STR("{\"text\":\"a\\u7fa4\\ud83d\\udc4d群\",\"n\":[-1.5e+3,true,null,{\"x\":[]}]}");
	read_ok(a, s);
	for (size_t n = 0; n < s.n; n++) {
		/* exactly as large as the text, so that a byte too far is seen */
		char *copy = malloc(n ? n : 1);
		memcpy(copy, s.p, n);
		struct json *j = NULL;
		size_t at = 999;
		assert_int_equal(json_read(a, (struct str){ copy, n }, DEPTH, &j, &at), ERR_INPUT);
		assert_true(at <= n);
		free(copy);
	}
}

static void noise_is_read_or_refused(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	static const char *const parts[] = {
		"{", "}", "[",  "]",  ",",    ":",    "\"a\"", "\"\\u",        "d83d", "\"",    "\\",
		"1", "-", "e9", ".5", "true", "null", " ",     "\xE7\xBE\xA4", "\xFF", "\"b\":"
	};
	uint32_t seed = 11;
	int taken = 0;
	for (int round = 0; round < 20000; round++) {
		struct buf b CLEANUP(buf_free) = BUF(4096);
		for (int i = 0; i < 1 + round % 9; i++) {
			seed = seed * 1664525u + 1013904223u;
			buf_add(&b, str_of(parts[(seed >> 16) % COUNT_OF(parts)]));
		}
		struct json *j = NULL;
		size_t at = 0;
		enum err e = json_read(a, buf_str(&b), DEPTH, &j, &at);
		assert_true(e == ERR_OK ? j != NULL : e == ERR_INPUT && at <= b.n);
		taken += e == ERR_OK;
		arena_reset(a);
	}
	assert_true(taken > 100);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_kind),
		cmocka_unit_test(integers_beyond_64_bits_are_reals),
		cmocka_unit_test(refuses_and_says_where),
		cmocka_unit_test(a_backslash_before_a_u_is_no_escape),
		cmocka_unit_test(depth_is_held),
		cmocka_unit_test(many_keys_and_values_are_bounded),
		cmocka_unit_test(every_allocation_may_be_the_last),
		cmocka_unit_test(a_document_cut_anywhere_is_refused),
		cmocka_unit_test(noise_is_read_or_refused),
	};
	return cmocka_run_group_tests_name("json_read", tests, NULL, NULL);
}
