/* text: UTF-8, JSON, zones, encodings, Markdown; hostile input above all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/text.h"

#define ARENA_BYTES (8u << 20)

static struct str fold(struct arena *a, struct str s)
{
	struct str out = { NULL, 0 };
	assert_int_equal(text_fold(a, s, &out), ERR_OK);
	return out;
}

static void check_str(struct str got, struct str want)
{
	if (!str_eq(got, want))
		fail_msg("got \"" STR_FMT "\", want \"" STR_FMT "\"", STR_ARG(got), STR_ARG(want));
}

/* ---- UTF-8 ---- */

static void utf8_takes_what_is_whole(void **state)
{
	static const char *const good[] = { "",
					    "abc",
					    "\xC2\x80",
					    "\xDF\xBF",
					    "\xE0\xA0\x80",
					    "\xED\x9F\xBF",
					    "\xEE\x80\x80",
					    "\xEF\xBF\xBF",
					    "\xF0\x90\x80\x80",
					    "\xF4\x8F\xBF\xBF",
					    "群主 écrit 👨‍👩‍👧 за 12345678 знаков" };
	static const char *const bad[] = { "\x80",
					   "\xBF",
					   "\xC0\x80",
					   "\xC1\xBF",
					   "\xC2",
					   "\xC2\x41",
					   "\xE0\x9F\xBF",
					   "\xE0\xA0",
					   "\xED\xA0\x80",
					   "\xED\xBF\xBF",
					   "\xF0\x8F\xBF\xBF",
					   "\xF0\x90\x80",
					   "\xF4\x90\x80\x80",
					   "\xF5\x80\x80\x80",
					   "\xFE",
					   "\xFF",
					   "12345678\3771234567",
					   "1234567\xE7\xBE" };
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(utf8_ok(str_of(good[i])));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(utf8_ok(str_of(bad[i])));
	assert_false(utf8_ok(STR("12345678a\0b12345678")));
	assert_false(utf8_ok(STR("\0")));
	assert_int_equal(utf8_chars(STR("a群👍é")), 4);
}

static void utf8_first_never_cuts_a_character(void **state)
{
	struct str s = STR("ab群👍");
	static const size_t want[] = { 0, 1, 2, 2, 2, 5, 5, 5, 5, 9, 9 };
	for (size_t n = 0; n < COUNT_OF(want); n++)
		assert_int_equal(utf8_first(s, n).n, want[n]);
	assert_int_equal(utf8_first(STR("ab\xFF" "cd"), 5).n, 2);
}

static void utf8_mend_replaces_each_broken_sequence(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	struct str out;
	assert_int_equal(utf8_mend(a, STR("a\xF0\x90\x80" "b\xED\xA0\x80" "c\0d"), &out), ERR_OK);
	check_str(out, STR("a\uFFFD" "b\uFFFD\uFFFD\uFFFD" "c\uFFFD" "d"));
	assert_int_equal(utf8_mend(a, STR("whole 群"), &out), ERR_OK);
	check_str(out, STR("whole 群"));
	assert_int_equal(utf8_mend(a, (struct str){ NULL, 0 }, &out), ERR_OK);
	assert_int_equal(out.n, 0);
}

static void utf8_any_bytes_are_mended_to_well_formed(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	uint32_t seed = 7;
	for (int round = 0; round < 3000; round++) {
		char bytes[48];
		size_t n = (size_t)round % sizeof bytes;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			/* mostly lead and trail bytes: chance alone rarely makes a long sequence */
			bytes[i] = (char)(seed >> 28 < 4 ? seed >> 20 : 0x80 | (seed >> 20 & 0x7F));
		}
		struct str s = { bytes, n }, out;
		assert_int_equal(utf8_mend(a, s, &out), ERR_OK);
		assert_true(utf8_ok(out));
		struct str head = utf8_first(s, n);
		assert_true(utf8_ok(head));
		assert_int_equal(utf8_ok(s), head.n == n);
		struct buf b CLEANUP(buf_free) = BUF(4096);
		struct json_out j = JSON_OUT(&b);
		json_text(&j, s);
		assert_int_equal(buf_end(&b), ERR_OK);
		struct json *back;
		size_t at;
		assert_int_equal(json_read(a, buf_str(&b), 1, &back, &at), ERR_OK);
		check_str(back->text, out);
		/* a name drops U+0000 as it drops every control character */
		if (n && memchr(bytes, 0, n) == NULL)
			check_str(fold(a, s), fold(a, out));
		struct str trimmed = text_trim(s);
		assert_true(trimmed.n <= n);
		arena_reset(a);
	}
}

static void utf8_add_writes_what_step_reads(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF(4096);
	static const uint32_t points[] = { 0x41,    0x7F,     0x80,   0x7FF, 0x800,   0xFFFF,
					   0x10000, 0x10FFFF, 0xD800, 0,     0x110000 };
	for (size_t i = 0; i < COUNT_OF(points); i++)
		utf8_add(&b, points[i]);
	check_str(
		buf_str(&b),
		STR("A\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\uFFFD\uFFFD\uFFFD"));
}

static void names_are_compared_as_people_do(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	check_str(fold(a, STR("  Ma\u0308ry \t  ANN\u3000")), STR("märy ann"));
	check_str(fold(a, STR("Ｌｉ　Ｗｅｉ")), STR("li wei"));
	check_str(fold(a, STR("\u200Bad\u00ADmin\u202E\u2066")), STR("admin"));
	check_str(fold(a, STR("Straße")), fold(a, STR("STRASSE")));
	check_str(fold(a, STR("\u200B\u2800\u3164 \x01")), STR(""));
	check_str(fold(a, STR("")), STR(""));
	check_str(fold(a, STR("\uFDFA\uFDFA")), fold(a, fold(a, STR("\uFDFA\uFDFA"))));
	struct str out;
	static char huge[(1 << 20) + 1];
	assert_int_equal(text_fold(a, (struct str){ huge, sizeof huge }, &out), ERR_LIMIT);
}

static void trim_takes_what_nobody_sees(void **state)
{
	check_str(text_trim(STR(" \u200B\u202E\uFEFF\u00AD\u2060 群 主\u3000\u200F\u3164\n")), STR("群 主"));
	check_str(text_trim(STR("\u200B\u200C\u200D\u2064")), STR(""));
	check_str(text_trim(STR("\xFF \xE2\x80")), STR("\xFF \xE2\x80"));
	check_str(text_trim((struct str){ NULL, 0 }), STR(""));
}

/* ---- JSON written ---- */

static void json_is_written_with_its_commas(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF(4096);
	struct json_out j = JSON_OUT(&b);
	json_open(&j);
	json_key_int(&j, "least", INT64_MIN);
	json_key_text(&j, "text", STR("a\"\\/\b\f\n\r\t\x01\x1F\x7F\0 long enough 群 \xFF"));
	json_key(&j, "list");
	json_open_list(&j);
	json_int(&j, 0);
	json_open_list(&j);
	json_close_list(&j);
	json_open(&j);
	json_close(&j);
	json_bool(&j, true);
	json_null(&j);
	json_close_list(&j);
	json_key_real(&j, "real", 0.1);
	json_key_real(&j, "third", 1.0 / 3);
	json_key_real(&j, "none", 0.0 / 0.0);
	json_key_bool(&j, "no", false);
	json_key_null(&j, "null");
	json_key(&j, "raw");
	json_raw(&j, STR("[1]"));
	json_close(&j);
	assert_int_equal(buf_end(&b), ERR_OK);
	check_str(
		buf_str(&b),
		STR("{\"least\":-9223372036854775808,\"text\":\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\uFFFD "
		    "long enough 群 \uFFFD\","
		    "\"list\":[0,[],{},true,null],\"real\":0.1,\"third\":0.3333333333333333,\"none\":null,\"no\":false,"
		    "\"null\":null,\"raw\":[1]}"));
}

static void json_times_are_rfc_3339(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF(4096);
	struct json_out j = JSON_OUT(&b);
	json_open_list(&j);
	json_time(&j, 0);
	json_time(&j, INT64_C(1709210096) * US_PER_S + 50);
	json_time(&j, -1);
	json_time(&j, INT64_MAX);
	json_time(&j, INT64_MIN);
	json_close_list(&j);
	check_str(buf_str(&b), STR("[\"1970-01-01T00:00:00Z\",\"2024-02-29T12:34:56.000050Z\",\"1969-12-31T23:59:59."
				   "999999Z\",null,null]"));
}

static void json_every_byte_in_every_place_comes_back(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ARENA_BYTES);
	for (unsigned c = 1; c < 128; c++)
		for (size_t place = 0; place < 9; place++) {
			char text[17];
			memset(text, 'x', sizeof text);
			text[place] = (char)c;
			struct buf b CLEANUP(buf_free) = BUF(256);
			struct json_out j = JSON_OUT(&b);
			json_text(&j, (struct str){ text, sizeof text });
			struct json *back;
			size_t at;
			assert_int_equal(json_read(a, buf_str(&b), 1, &back, &at), ERR_OK);
			check_str(back->text, (struct str){ text, sizeof text });
			arena_reset(a);
		}
}

static void json_a_full_buffer_is_told_once(void **state)
{
	for (size_t limit = 0; limit < 30; limit++) {
		struct buf b CLEANUP(buf_free) = BUF(limit);
		struct json_out j = JSON_OUT(&b);
		json_open(&j);
		json_key_text(&j, "key", STR("\"quoted\" 群 text\n"));
		json_close(&j);
		assert_true(b.n <= limit);
		assert_int_equal(buf_end(&b), limit < 31 ? ERR_LIMIT : ERR_OK);
	}
}

/* ---- zones ---- */

static int64_t us(const char *z)
{
	int64_t v = 0;
	assert_int_equal(date_parse(str_of(z), &v), ERR_OK);
	return v;
}

static void zone_knows_gaps_and_folds(void **state)
{
	struct zone *z = NULL;
	assert_int_equal(zone_open("Europe/Berlin", &z), ERR_OK);
	assert_int_equal(zone_to_utc(z, us("2024-01-15T12:00:00Z")), us("2024-01-15T11:00:00Z"));
	assert_int_equal(zone_to_utc(z, us("2024-07-15T12:00:00Z")), us("2024-07-15T10:00:00Z"));
	/* skipped: 02:30 becomes 03:30 summer time */
	assert_int_equal(zone_to_utc(z, us("2024-03-31T02:30:00Z")), us("2024-03-31T01:30:00Z"));
	assert_int_equal(zone_to_local(z, us("2024-03-31T01:30:00Z")), us("2024-03-31T03:30:00Z"));
	assert_int_equal(zone_to_utc(z, us("2024-03-31T01:59:59Z")), us("2024-03-31T00:59:59Z"));
	assert_int_equal(zone_to_utc(z, us("2024-03-31T03:00:00Z")), us("2024-03-31T01:00:00Z"));
	/* twice: the first, in summer time */
	assert_int_equal(zone_to_utc(z, us("2024-10-27T02:30:00Z")), us("2024-10-27T00:30:00Z"));
	assert_int_equal(zone_to_utc(z, us("2024-10-27T03:00:00Z")), us("2024-10-27T02:00:00Z"));
	zone_free(z);
	assert_int_equal(zone_open("Asia/Shanghai", &z), ERR_OK);
	assert_int_equal(zone_to_utc(z, us("2024-07-15T12:00:00Z")), us("2024-07-15T04:00:00Z"));
	assert_int_equal(zone_to_utc(z, us("1988-07-15T12:00:00Z")), us("1988-07-15T03:00:00Z"));
	zone_free(z);
	/* Samoa skipped a whole day */
	assert_int_equal(zone_open("Pacific/Apia", &z), ERR_OK);
	assert_int_equal(zone_to_utc(z, us("2011-12-30T12:00:00Z")), us("2011-12-30T22:00:00Z"));
	zone_free(z);
	assert_int_equal(zone_to_utc(NULL, 5), 5);
	assert_int_equal(zone_to_local(NULL, 5), 5);
}

static void zone_there_and_back_in_any_order(void **state)
{
	static const char *const names[] = { "America/New_York",  "Australia/Lord_Howe",
					     "Africa/Casablanca", "Asia/Kathmandu",
					     "America/St_Johns",  "Pacific/Apia",
					     "Asia/Shanghai",     "+05:45" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct zone *near = NULL, *jumping = NULL;
		assert_int_equal(zone_open(names[i], &near), ERR_OK);
		assert_int_equal(zone_open(names[i], &jumping), ERR_OK);
		int64_t from = us("1960-01-01T00:00:00Z"), step = INT64_C(86400) * 5 * US_PER_S + 1234567;
		for (int k = 0; k < 5400; k++) {
			int64_t utc = from + k * step, far = from + (k * 1237 % 5400) * step;
			int64_t local = zone_to_local(near, utc);
			int64_t back = zone_to_utc(near, local);
			/* the first of two; else the same. And the same local time again. */
			assert_true(back == utc || (back < utc && utc - back <= US_PER_DAY));
			assert_int_equal(zone_to_local(near, back), local);
			int64_t far_local = zone_to_local(jumping, far);
			assert_int_equal(zone_to_local(jumping, zone_to_utc(jumping, far_local)), far_local);
			assert_int_equal(zone_to_utc(jumping, local), back);
		}
		zone_free(near);
		zone_free(jumping);
	}
}

static void zone_offsets_and_nonsense(void **state)
{
	struct zone *z = NULL;
	static const char *const bad[] = {
		"",
		"Mars/Olympus",
		"+",
		"+8",
		"+24:00",
		"+08:60",
		"+08:0",
		"+08:00x",
		"Asia/ Shanghai",
		"\xFF",
		"Europe/Berlin\n",
		"../../etc/passwd",
		"Etc/Unknown",
		"Europe/BerlinEurope/BerlinEurope/BerlinEurope/BerlinEurope/BerlinEurope/Berlin"
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(zone_open(bad[i], &z), ERR_INPUT);
		assert_null(z);
	}
	static const struct {
		const char *name;
		int minutes;
	} good[] = { { "+08:00", 480 }, { "-0330", -210 }, { "+05", 300 }, { "Z", 0 }, { "UTC", 0 }, { "Etc/UTC", 0 } };
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(zone_open(good[i].name, &z), ERR_OK);
		assert_int_equal(zone_to_local(z, 0), good[i].minutes * 60 * US_PER_S);
		assert_int_equal(zone_to_utc(z, 0), good[i].minutes * -60 * US_PER_S);
		zone_free(z);
	}
	assert_int_equal(zone_open("America/New_York", &z), ERR_OK);
	static const int64_t far[] = {
		INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1, INT64_MAX / 2, INT64_MIN / 2
	};
	for (size_t i = 0; i < COUNT_OF(far); i++) {
		int64_t a = zone_to_local(z, far[i]), b = zone_to_utc(z, far[i]);
		assert_true((a >= 0) == (far[i] >= 0) && (b >= 0) == (far[i] >= 0));
	}
	zone_free(z);
}

static void zone_neighbours_cost_nothing(void **state)
{
	struct zone *z = NULL;
	assert_int_equal(zone_open("America/New_York", &z), ERR_OK);
	int64_t from = us("2024-06-01T00:00:00Z"), sum = 0, began = clock_mono_us();
	for (int i = 0; i < 1000000; i++)
		sum += zone_to_utc(z, from + i * US_PER_S) - (from + i * US_PER_S);
	assert_int_equal(sum, INT64_C(1000000) * 4 * 3600 * US_PER_S);
	/* asking ICU each time takes seconds */
	assert_true(clock_mono_us() - began < US_PER_S);
	zone_free(z);
}

/* ---- encodings ---- */

static void decode(const char *encoding, struct str in, size_t piece, struct str want, uint64_t broken)
{
	struct decoder *d = NULL;
	struct buf b CLEANUP(buf_free) = BUF(1 << 20);
	assert_int_equal(decoder_new(encoding, &d), ERR_OK);
	for (size_t at = 0; at < in.n; at += piece)
		assert_int_equal(decoder_add(d, str_first(str_from(in, at), piece), false, &b), ERR_OK);
	assert_int_equal(decoder_add(d, STR(""), true, &b), ERR_OK);
	check_str(buf_str(&b), want);
	assert_int_equal(decoder_broken(d), broken);
	decoder_free(d);
}

static void decoder_gives_the_same_in_any_pieces(void **state)
{
	for (size_t piece = 1; piece < 12; piece++) {
		decode("GB18030", STR("\xC8\xBA\xD6\xF7 ok \x81\x30\x81\x30"), piece, STR("群主 ok \xC2\x80"), 0);
		decode("GBK", STR("\xC8\xBA\x81 \xD6\xF7"), piece, STR("群\uFFFD 主"), 1);
		decode("UTF-16LE", STR("\xFF\xFE\xA4\x7F\x3D\xD8\x4D\xDC" "a\0"), piece, STR("群👍a"), 0);
		decode("UTF-16BE", STR("\x7F\xA4\xD8\x3D\0a"), piece, STR("群\uFFFD" "a"), 1);
		decode("UTF-16LE", STR("a\0\0\0b\0\x3D\xD8"), piece, STR("a\uFFFD" "b\uFFFD"), 2);
		decode("UTF-8", STR("\xEF\xBB\xBF" "a\xE7\xBE" "b"), piece, STR("a\uFFFD" "b"), 1);
		decode("Big5", STR("\xB8\x73\xA5\x44"), piece, STR("群主"), 0);
	}
	struct decoder *d = NULL;
	assert_int_equal(decoder_new("no-such-encoding", &d), ERR_INPUT);
	assert_int_equal(decoder_new("", &d), ERR_INPUT);
	assert_int_equal(decoder_new(NULL, &d), ERR_INPUT);
	assert_null(d);
	decoder_free(NULL);
}

static void decoder_takes_a_long_piece_and_a_small_buffer(void **state)
{
	enum { PAIRS = 50000 };
	char *in = malloc(PAIRS * 4);
	for (size_t i = 0; i < PAIRS; i++)
		memcpy(in + i * 4, "\x3D\xD8\x4D\xDC", 4);
	struct decoder *d = NULL;
	struct buf b CLEANUP(buf_free) = BUF(1 << 20), small CLEANUP(buf_free) = BUF(100);
	assert_int_equal(decoder_new("UTF-16LE", &d), ERR_OK);
	assert_int_equal(decoder_add(d, (struct str){ in, PAIRS * 4 }, true, &b), ERR_OK);
	assert_int_equal(b.n, PAIRS * 4);
	assert_int_equal(utf8_chars(buf_str(&b)), PAIRS);
	assert_true(utf8_ok(buf_str(&b)));
	decoder_free(d);
	assert_int_equal(decoder_new("UTF-16LE", &d), ERR_OK);
	assert_int_equal(decoder_add(d, (struct str){ in, PAIRS * 4 }, true, &small), ERR_LIMIT);
	assert_int_equal(small.n, 0);
	decoder_free(d);
	free(in);
}

/* ---- Markdown ---- */

static void markdown_lets_nothing_dangerous_through(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF(1 << 20);
	assert_int_equal(markdown_html(STR("# 群 *主*\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) "
					   "[y](data:text/html,z) [ok](https://example.org) <b onload=x>\n"),
				       &b),
			 ERR_OK);
	assert_true(str_find(buf_str(&b), STR("<h1>群 <em>主</em></h1>")) >= 0);
	assert_true(str_find(buf_str(&b), STR("href=\"https://example.org\"")) >= 0);
	assert_int_equal(str_find(buf_str(&b), STR("<script")), -1);
	assert_int_equal(str_find(buf_str(&b), STR("javascript:")), -1);
	assert_int_equal(str_find(buf_str(&b), STR("data:")), -1);
	assert_int_equal(str_find(buf_str(&b), STR("onload")), -1);
	static char deep[(1 << 20) + 1];
	memset(deep, '>', 50000);
	buf_clear(&b);
	enum err e = markdown_html((struct str){ deep, 50000 }, &b);
	assert_true(e == ERR_OK || e == ERR_LIMIT);
	assert_int_equal(markdown_html((struct str){ deep, sizeof deep }, &b), ERR_LIMIT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_takes_what_is_whole),
		cmocka_unit_test(utf8_first_never_cuts_a_character),
		cmocka_unit_test(utf8_mend_replaces_each_broken_sequence),
		cmocka_unit_test(utf8_any_bytes_are_mended_to_well_formed),
		cmocka_unit_test(utf8_add_writes_what_step_reads),
		cmocka_unit_test(names_are_compared_as_people_do),
		cmocka_unit_test(trim_takes_what_nobody_sees),
		cmocka_unit_test(json_is_written_with_its_commas),
		cmocka_unit_test(json_times_are_rfc_3339),
		cmocka_unit_test(json_every_byte_in_every_place_comes_back),
		cmocka_unit_test(json_a_full_buffer_is_told_once),
		cmocka_unit_test(zone_knows_gaps_and_folds),
		cmocka_unit_test(zone_there_and_back_in_any_order),
		cmocka_unit_test(zone_offsets_and_nonsense),
		cmocka_unit_test(zone_neighbours_cost_nothing),
		cmocka_unit_test(decoder_gives_the_same_in_any_pieces),
		cmocka_unit_test(decoder_takes_a_long_piece_and_a_small_buffer),
		cmocka_unit_test(markdown_lets_nothing_dangerous_through),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
