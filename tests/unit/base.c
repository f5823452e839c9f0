/* base: arenas, buffers, numbers, dates, both maps against naive ones, queues between threads, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"

static uint64_t chance_state = 42;
static uint64_t chance(uint64_t below)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (chance_state >> 33) % below;
}

/* ---- arenas and buffers ---- */

static void test_an_arena_gives_zeroes_up_to_its_limit(void **state)
{
	struct arena *a = arena_new(100000);
	size_t taken = 0;
	for (char *p; (p = arena_take(a, 1000)); taken += 1000) {
		for (size_t i = 0; i < 1000; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 1000);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
	}
	assert_in_range(taken, 90000, 100000);
	assert_null(arena_take(a, SIZE_MAX));
	assert_null(arena_take(a, SIZE_MAX - 8));
	assert_null(arena_take_many(a, SIZE_MAX / 2, 3));
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	char *again = arena_take(a, 4000);
	assert_non_null(again);
	for (size_t i = 0; i < 4000; i++)
		assert_int_equal(again[i], 0);
	arena_free(a);
	arena_free(NULL);
}

static void test_an_arena_holds_one_piece_as_large_as_its_limit(void **state)
{
	struct arena *a = arena_new(50000);
	struct str text;
	assert_null(arena_take(a, 50001));
	assert_non_null(arena_take(a, 49984));
	arena_reset(a);
	assert_int_equal(arena_print(a, &text, "%s-%d", "七", 7), ERR_OK);
	assert_string_equal(text.p, "七-7");
	assert_int_equal(text.n, 5);
	assert_int_equal(arena_copy(a, (struct str){ NULL, 0 }, &text), ERR_OK);
	assert_int_equal(text.p[0], 0);
	arena_free(a);
}

static void test_an_allocation_made_to_fail_fails_once(void **state)
{
	struct arena *a = arena_new(10000);
	base_alloc_fail(2);
	assert_non_null(arena_take(a, 8));
	assert_null(arena_take(a, 8));
	assert_non_null(arena_take(a, 8));
	assert_int_equal(base_alloc_count(), 3);
	base_alloc_fail(0);
	arena_free(a);
}

static void test_a_buffer_that_is_full_stays_as_it_was(void **state)
{
	CLEANUP(buf_free) struct buf b = BUF(10);
	buf_add(&b, STR("12345"));
	buf_add_int(&b, INT64_MIN);
	assert_int_equal(buf_end(&b), ERR_LIMIT);
	assert_int_equal(b.n, 5);
	buf_add_char(&b, 'x'); /* would fit, but something before it is missing */
	assert_int_equal(b.n, 5);
	buf_clear(&b);
	buf_add(&b, STR("1234567890"));
	assert_int_equal(buf_end(&b), ERR_OK);
	buf_shift(&b, 4);
	assert_true(str_eq(buf_str(&b), STR("567890")));
	buf_shift(&b, 6);
	assert_int_equal(b.n, 0);
}

static void test_numbers_are_written_as_they_are_read(void **state)
{
	static const int64_t edges[] = { 0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1 };
	for (size_t i = 0; i < 2000; i++) {
		CLEANUP(buf_free) struct buf b = BUF(64);
		int64_t v = i < COUNT_OF(edges) ? edges[i] : (int64_t)(chance(UINT32_MAX) << (chance(33)) ^ chance(UINT32_MAX)), read = 1;
		buf_add_int(&b, v);
		assert_int_equal(str_int(buf_str(&b), INT64_MIN, INT64_MAX, &read), ERR_OK);
		assert_true(read == v);
	}
}

/* ---- strings ---- */

static void test_numbers_refused(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} cases[] = { { "", ERR_INPUT }, { "+", ERR_INPUT }, { "-", ERR_INPUT }, { " 1", ERR_INPUT }, { "1 ", ERR_INPUT }, { "1.0", ERR_INPUT },
		{ "0x1", ERR_INPUT }, { "--1", ERR_INPUT }, { "9223372036854775808", ERR_LIMIT }, { "-9223372036854775809", ERR_LIMIT },
		{ "99999999999999999999999", ERR_LIMIT }, { "+7", ERR_OK }, { "-0", ERR_OK }, { "0000000000000000000000000009", ERR_OK },
		{ "9223372036854775807", ERR_OK }, { "-9223372036854775808", ERR_OK } };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t v = 77;
		if (str_int(str_of(cases[i].text), INT64_MIN, INT64_MAX, &v) != cases[i].e)
			fail_msg("%s", cases[i].text);
		assert_true(cases[i].e == ERR_OK || v == 77);
	}
	int64_t v = 77;
	assert_int_equal(str_int(STR("6"), 7, 9, &v), ERR_LIMIT);
	assert_int_equal(str_int(STR("10"), 7, 9, &v), ERR_LIMIT);
	assert_int_equal(v, 77);
}

static void test_strings_are_cut_and_trimmed(void **state)
{
	struct str rest = STR("a,,b,"), part;
	static const char *const parts[] = { "a", "", "b", "" };
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		assert_true(str_cut(&rest, ',', &part));
		assert_true(str_eq(part, str_of(parts[i])));
	}
	assert_false(str_cut(&rest, ',', &part));
	assert_true(str_eq(str_trim(STR(" \t\r\n中 文\n ")), STR("中 文")));
	assert_int_equal(str_trim(STR("   ")).n, 0);
	assert_int_equal(str_find(STR("abcabd"), STR("abd")), 3);
	assert_int_equal(str_find(STR("ab"), STR("abc")), -1);
	assert_true(str_starts(STR("abc"), STR("")) && str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")));
	assert_int_equal(str_order(STR("a"), STR("ab")), -1);
	assert_int_equal(str_order(STR("b"), STR("ab")), 1);
	assert_int_equal(str_order(STR(""), (struct str){ NULL, 0 }), 0);
}

/* ---- maps ---- */

static void test_map_against_a_list(void **state)
{
	enum { KEYS = 500 };
	static uint64_t naive[KEYS], order[KEYS];
	static bool there[KEYS];
	struct map *m = map_new(KEYS - 20);
	size_t count = 0;
	for (int i = 0; i < 20000; i++) {
		char key[32];
		uint64_t k = chance(KEYS);
		bool is_new = false;
		int n = snprintf(key, sizeof key, "%.*s%llu", (int)(k % 12), "aaaaaaaaaaaa", (unsigned long long)k);
		struct str name = { key, (size_t)n };
		uint64_t *found = map_get(m, name);
		assert_true((found != NULL) == there[k] && (found == NULL || *found == naive[k]));
		if (chance(3))
			continue;
		uint64_t *put = map_put(m, name, k * 3, &is_new);
		if (put == NULL) {
			assert_true(!there[k] && count == KEYS - 20);
			continue;
		}
		assert_true(is_new == !there[k]);
		if (is_new) {
			order[count++] = k;
			naive[k] = k * 3;
			there[k] = true;
		}
		assert_true(*put == naive[k]);
		*put = naive[k] = chance(1000);
	}
	assert_int_equal(map_count(m), count);
	assert_int_equal(count, KEYS - 20);
	for (size_t i = 0; i < count; i++) {
		char key[32];
		int n = snprintf(key, sizeof key, "%.*s%llu", (int)(order[i] % 12), "aaaaaaaaaaaa", (unsigned long long)order[i]);
		assert_true(str_eq(map_key_at(m, i), (struct str){ key, (size_t)n }));
		assert_true(*map_at(m, i) == naive[order[i]]);
	}
	map_free(m);
}

static void test_idmap_against_an_array(void **state)
{
	enum { KEYS = 300 };
	static char values[8];
	static void *naive[KEYS];
	struct idmap *m = idmap_new();
	size_t count = 0;
	for (int i = 0; i < 60000; i++) {
		uint64_t k = chance(KEYS), key = k * UINT64_C(0x100000001) - 5; /* neighbours, zero and huge ones */
		void *value = &values[chance(sizeof values)];
		assert_ptr_equal(idmap_get(m, key), naive[k]);
		switch (chance(3)) {
		case 0:
			assert_int_equal(idmap_put(m, key, value), ERR_OK);
			count += naive[k] == NULL;
			naive[k] = value;
			break;
		case 1:
			assert_ptr_equal(idmap_remove(m, key), naive[k]);
			count -= naive[k] != NULL;
			naive[k] = NULL;
		}
		assert_int_equal(idmap_count(m), count);
	}
	size_t pos = 0, walked = 0;
	uint64_t key;
	void *value;
	while (idmap_next(m, &pos, &key, &value)) {
		assert_ptr_equal(value, naive[(key + 5) / UINT64_C(0x100000001)]);
		walked++;
	}
	assert_int_equal(walked, count);
	idmap_free(m);
}

/* ---- dates ---- */

static void test_dates_against_libc_1900_to_2100(void **state)
{
	int64_t from = days_from_date(1900, 1, 1), to = days_from_date(2100, 12, 31);
	assert_int_equal(to - from, 73413);
	for (int64_t day = from; day <= to; day++) {
		time_t t = (time_t)(day * 86400 + (int64_t)chance(86400));
		struct tm tm;
		gmtime_r(&t, &tm);
		struct date d = date_from_us((int64_t)t * US_PER_S + (int64_t)chance(1000000));
		assert_true(d.year == tm.tm_year + 1900 && d.month == tm.tm_mon + 1 && d.day == tm.tm_mday && d.hour == tm.tm_hour &&
			d.minute == tm.tm_min && d.second == tm.tm_sec && date_is_real(d));
		assert_true(us_from_date(d) == (int64_t)t * US_PER_S && days_from_date(d.year, d.month, d.day) == day);
		char text[21];
		int64_t back;
		date_print((int64_t)t * US_PER_S, text);
		assert_int_equal(date_parse(str_of(text), &back), ERR_OK);
		assert_true(back == (int64_t)t * US_PER_S);
	}
}

static void test_dates_read_and_refused(void **state)
{
	static const struct {
		const char *text, *utc; /* NULL: refused */
	} cases[] = { { "2026-03-01", "2026-03-01T00:00:00Z" }, { "2026-03-01T08:00:00+08:00", "2026-03-01T00:00:00Z" },
		{ "2026-02-28 23:59:60Z", "2026-03-01T00:00:00Z" }, { "2024-02-29t12:00z", "2024-02-29T12:00:00Z" },
		{ "2026-03-01T00:00:00.123456789-0330", "2026-03-01T03:30:00Z" }, { "2023-02-29", NULL }, { "2100-02-29", NULL },
		{ "2026-13-01", NULL }, { "2026-00-01", NULL }, { "2026-04-31", NULL }, { "2026-03-01T24:00", NULL }, { "2026-3-1", NULL },
		{ "2026-03-01T", NULL }, { "2026-03-01T10:00:00+", NULL }, { "2026-03-01T10:00:00+25:00", NULL }, { "", NULL },
		{ "2026-03-01T10:00:00Zx", NULL }, { "2026-03-01 10:00:0", NULL } };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t us = 5;
		char text[21];
		enum err e = date_parse(str_of(cases[i].text), &us);
		if ((e == ERR_OK) != (cases[i].utc != NULL))
			fail_msg("%s", cases[i].text);
		if (e == ERR_OK) {
			date_print(us, text);
			assert_string_equal(text, cases[i].utc);
		} else {
			assert_int_equal(us, 5);
		}
	}
	char text[21];
	date_print(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
}

/* ---- queues ---- */

struct job {
	struct job_link link;
	unsigned by, number;
};

enum { PUTTERS = 4, TAKERS = 3, JOBS = 3000, ROOM = 100 };
static struct queue *shared;
static struct job jobs[PUTTERS][JOBS];
static _Atomic unsigned refused, taken;
static _Atomic bool out_of_order;

static void *putter(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;
	for (unsigned i = 0; i < JOBS; i++) {
		jobs[me][i] = (struct job){ .by = me, .number = i };
		while (queue_put(shared, &jobs[me][i].link) == ERR_BUSY) {
			refused++;
			sched_yield();
		}
	}
	return NULL;
}

static void *taker(void *arg)
{
	int last[PUTTERS] = { -1, -1, -1, -1 };
	size_t most = (size_t)(uintptr_t)arg;
	for (struct job_link *l; (l = queue_wait(shared, most));) {
		size_t n = 0;
		for (struct job_link *next; l; l = next, n++) {
			struct job *j = (struct job *)(void *)l;
			next = l->next;
			if ((int)j->number <= last[j->by]) /* of one putter, in the order in which it put */
				out_of_order = true;
			last[j->by] = (int)j->number;
			taken++;
		}
		if (most && n > most)
			out_of_order = true;
	}
	return NULL;
}

static void test_a_queue_between_threads_keeps_order_and_loses_nothing(void **state)
{
	pthread_t putters[PUTTERS], takers[TAKERS];
	shared = queue_new(ROOM);
	for (uintptr_t i = 0; i < TAKERS; i++)
		assert_int_equal(thread_start(&takers[i], "taker", taker, (void *)(i * 2)), ERR_OK); /* 0: all, 2, 4 at a time */
	for (uintptr_t i = 0; i < PUTTERS; i++)
		assert_int_equal(thread_start(&putters[i], "putter", putter, (void *)i), ERR_OK);
	for (size_t i = 0; i < PUTTERS; i++)
		pthread_join(putters[i], NULL);
	queue_close(shared);
	for (size_t i = 0; i < TAKERS; i++)
		pthread_join(takers[i], NULL);
	assert_int_equal(taken, PUTTERS * JOBS);
	assert_false(out_of_order);
	struct job late = { .by = 0 };
	assert_int_equal(queue_put(shared, &late.link), ERR_CLOSED);
	assert_null(queue_wait(shared, 0));
	queue_free(shared);
}

static int woken;
static void wake(void *arg) { ++*(int *)arg; }

static void test_a_queue_wakes_once_for_many_and_gives_out_what_was_there_at_closing(void **state)
{
	struct job some[4] = { 0 };
	struct queue *q = queue_new(3);
	queue_on_put(q, wake, &woken);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(queue_put(q, &some[i].link), ERR_OK);
	assert_int_equal(woken, 1);
	assert_int_equal(queue_put(q, &some[3].link), ERR_BUSY);
	assert_ptr_equal(queue_wait(q, 1), &some[0].link);
	assert_null(some[0].link.next);
	queue_close(q);
	assert_int_equal(woken, 2);
	struct job_link *rest = queue_wait(q, 0);
	assert_ptr_equal(rest, &some[1].link);
	assert_ptr_equal(rest->next, &some[2].link);
	assert_null(queue_wait(q, 0));
	queue_free(q);
}

/* ---- files, the world ---- */

static void test_files_are_whole_or_not_there(void **state)
{
	char folder[] = "/tmp/hearth-base.XXXXXX", path[64], deep[64];
	struct str text;
	struct stat st;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/one", folder);
	snprintf(deep, sizeof deep, "%s/a/b/c", folder);
	assert_int_equal(file_read(path, 100, &text), ERR_NOT_FOUND);
	assert_int_equal(file_write(path, STR("旧"), 0600), ERR_OK);
	assert_int_equal(file_write(path, STR("新的"), 0600), ERR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(path, 5, &text), ERR_LIMIT);
	assert_int_equal(file_read(path, 6, &text), ERR_OK);
	assert_string_equal(text.p, "新的");
	free((char *)text.p);
	assert_int_equal(dir_make(deep, 0700), ERR_OK);
	assert_int_equal(dir_make(deep, 0700), ERR_OK);
	assert_int_equal(rmdir(deep), 0);
	snprintf(deep, sizeof deep, "%s/a/b", folder);
	rmdir(deep);
	snprintf(deep, sizeof deep, "%s/a", folder);
	rmdir(deep);
	unlink(path);
	assert_int_equal(rmdir(folder), 0); /* no file was left beside it */
}

static int64_t seven(void *arg) { return 7; }
static void sevens(void *arg, void *out, size_t n) { memset(out, 7, n); }

static void test_the_world_can_be_replaced_and_brought_back(void **state)
{
	world_set(&(struct world){ seven, seven, sevens, NULL });
	assert_int_equal(clock_wall_us(), 7);
	struct token one = token_new(), two = token_new();
	assert_string_equal(one.z, two.z);
	assert_int_equal(strlen(one.z), TOKEN_CHARS);
	world_set(NULL);
	one = token_new();
	two = token_new();
	assert_string_not_equal(one.z, two.z);
	assert_true(clock_wall_us() > INT64_C(1700000000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_arena_gives_zeroes_up_to_its_limit),
		cmocka_unit_test(test_an_arena_holds_one_piece_as_large_as_its_limit),
		cmocka_unit_test(test_an_allocation_made_to_fail_fails_once),
		cmocka_unit_test(test_a_buffer_that_is_full_stays_as_it_was),
		cmocka_unit_test(test_numbers_are_written_as_they_are_read),
		cmocka_unit_test(test_numbers_refused),
		cmocka_unit_test(test_strings_are_cut_and_trimmed),
		cmocka_unit_test(test_map_against_a_list),
		cmocka_unit_test(test_idmap_against_an_array),
		cmocka_unit_test(test_dates_against_libc_1900_to_2100),
		cmocka_unit_test(test_dates_read_and_refused),
		cmocka_unit_test(test_a_queue_between_threads_keeps_order_and_loses_nothing),
		cmocka_unit_test(test_a_queue_wakes_once_for_many_and_gives_out_what_was_there_at_closing),
		cmocka_unit_test(test_files_are_whole_or_not_there),
		cmocka_unit_test(test_the_world_can_be_replaced_and_brought_back),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
