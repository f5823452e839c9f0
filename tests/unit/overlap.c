/*
 * What several files have in common: doubles are found as a second, plain model finds them, and what is remembered for it
 * depends on the days that two files have differently, never on how many messages there are.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "insight/insight_private.h"

#define FILES 4u
#define EVENTS_MAX 4000u

struct list {
	struct parse_event events[EVENTS_MAX];
	size_t count;
};
static struct list files[FILES];

static uint64_t state;
static uint32_t chance(uint32_t below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % below;
}

static struct parse_event event_of(int32_t group, int64_t day, uint32_t second, const char *text)
{
	return (struct parse_event){ .at_us = day * US_PER_DAY + second * US_PER_S, .group = group, .author = (int32_t)(second % 3), .target = PARSE_NOBODY,
		.kind = PARSE_TEXT, .chars = 3, .text = str_of(text) };
}

static void add(struct list *l, struct parse_event e)
{
	assert_true(l->count < EVENTS_MAX);
	l->events[l->count++] = e;
}

/* Both readings; how often each event was told to be a double goes to out_doubles. */
static bool read_both(struct overlap *o, size_t count, bool *out_doubles)
{
	bool any = false, shared;
	for (size_t f = 0; f < count; f++) {
		assert_int_equal(overlap_next_file(o), ERR_OK);
		for (size_t i = 0; i < files[f].count; i++) {
			assert_int_equal(overlap_note(o, &files[f].events[i], &shared), ERR_OK);
			any |= shared;
		}
	}
	overlap_settle(o);
	for (size_t f = 0, at = 0; f < count; f++) {
		assert_int_equal(overlap_next_file(o), ERR_OK);
		for (size_t i = 0; i < files[f].count; i++)
			assert_int_equal(overlap_seen(o, &files[f].events[i], &out_doubles[at++]), ERR_OK);
	}
	return any;
}

/* ---- the plain model ---- */

static bool equal(const struct parse_event *a, const struct parse_event *b)
{
	return a->at_us == b->at_us && a->group == b->group && a->author == b->author && str_eq(a->text, b->text);
}

static size_t before(size_t f, size_t end, const struct parse_event *e)
{
	size_t n = 0;
	for (size_t i = 0; i < end; i++)
		n += equal(&files[f].events[i], e);
	return n;
}

static bool is_double(size_t f, size_t i)
{
	const struct parse_event *e = &files[f].events[i];
	size_t here = before(f, i, e);
	for (size_t earlier = 0; earlier < f; earlier++)
		if (before(earlier, files[earlier].count, e) > here)
			return true;
	return false;
}

/* ---- tests ---- */

static void test_nothing_in_common(void **unused)
{
	static bool doubles[FILES * EVENTS_MAX];
	struct overlap *o = overlap_new();
	for (size_t f = 0; f < 2; f++) {
		files[f].count = 0;
		for (uint32_t i = 0; i < EVENTS_MAX; i++) /* same days, other groups; and same group, other days */
			add(&files[f], event_of(i % 2 ? (int32_t)f : 7, (int64_t)(f * 1000 + i / 40), i, "ok"));
	}
	assert_false(read_both(o, 2, doubles));
	assert_int_equal(overlap_kept(o), 0);
	for (size_t i = 0; i < 2u * EVENTS_MAX; i++)
		assert_false(doubles[i]);
	overlap_free(o);
}

/* This month's export goes on in the middle of the day where last month's stopped. */
static void test_one_day_differs(void **unused)
{
	static bool doubles[FILES * EVENTS_MAX];
	struct overlap *o = overlap_new();
	files[0].count = files[1].count = 0;
	for (uint32_t i = 0; i < 3000; i++) {
		struct parse_event e = event_of(0, i / 40, i % 40 / 2, "ok"); /* each twice */
		if (i < 2010)
			add(&files[0], e);
		if (i >= 1000)
			add(&files[1], e);
	}
	assert_true(read_both(o, 2, doubles));
	assert_true(overlap_kept(o) > 0 && overlap_kept(o) <= 40);
	for (size_t i = 0; i < files[0].count; i++)
		assert_false(doubles[i]);
	for (size_t i = 0; i < files[1].count; i++)
		assert_int_equal(doubles[files[0].count + i], i < 1010);
	overlap_free(o);
}

static void test_as_the_plain_model(void **unused)
{
	static bool doubles[FILES * EVENTS_MAX];
	static const char *const texts[] = { "ok", "哈哈", "" };
	for (state = 1; state < 40; state++) {
		uint64_t seed = state;
		struct overlap *o = overlap_new();
		for (size_t f = 0; f < FILES; f++) {
			files[f].count = 0;
			if (f > 0 && chance(2)) /* a copy, in another order, perhaps without one event */
				for (size_t i = files[f - 1].count - chance(2); i-- > 0;)
					add(&files[f], files[f - 1].events[i]);
			for (uint32_t i = f > 0 ? chance(60) : 100; i-- > 0;)
				add(&files[f], event_of((int32_t)chance(2), (int64_t)chance(9) - 4, chance(6), texts[chance(3)]));
		}
		read_both(o, FILES, doubles);
		for (size_t f = 0, at = 0; f < FILES; f++)
			for (size_t i = 0; i < files[f].count; i++, at++)
				if (doubles[at] != is_double(f, i))
					fail_msg("seed %llu, file %zu, event %zu", (unsigned long long)seed, f, i);
		overlap_free(o);
		state = seed;
	}
}

/* Without a first reading (a pipe) it is as exact, but remembers. */
static void test_without_a_first_reading(void **unused)
{
	struct overlap *o = overlap_new();
	struct parse_event a = event_of(0, 5, 1, "ok");
	bool seen;
	for (int file = 0; file < 2; file++) {
		assert_int_equal(overlap_next_file(o), ERR_OK);
		for (int i = 0; i < 2 + file; i++) {
			assert_int_equal(overlap_seen(o, &a, &seen), ERR_OK);
			assert_int_equal(seen, file == 1 && i < 2);
		}
	}
	assert_int_equal(overlap_kept(o), 1);
	overlap_free(o);
}

static void write_file(char *path, long from, long to)
{
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "w");
	fputs("ts\tgroup\tauthor\ttype\ttext\n", f);
	for (long i = from; i < to; i++)
		fprintf(f, "%ld\tg\tann\tmsg\tline %ld\n", 1577836800L + i * 600, i);
	assert_int_equal(fclose(f), 0);
}

static void test_a_study_remembers_little(void **unused)
{
	char one[] = "/tmp/hearth-overlap-XXXXXX", two[] = "/tmp/hearth-overlap-XXXXXX", three[] = "/tmp/hearth-overlap-XXXXXX";
	write_file(one, 0, 144 * 100);
	write_file(two, 144 * 50, 144 * 150 + 20);
	write_file(three, 144 * 150, 144 * 250);
	struct { char *paths[3]; size_t count; uint64_t doubled, messages; size_t kept; } cases[] = {
		{ { one, three }, 2, 0, 144 * 200, 0 },
		{ { one, two }, 2, 144 * 50, 144 * 150 + 20, 0 },
		{ { one, one, one }, 3, 144 * 200, 144 * 100, 0 },
		{ { two, three, one }, 3, 144 * 50 + 20, 144 * 250, 144 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct insight_options options = { .seed = 1 };
		struct insight_study *s CLEANUP(insight_study_drop) = insight_study_new(&options);
		const struct insight_diagnosis *d;
		assert_int_equal(insight_study_files(s, cases[i].paths, cases[i].count), ERR_OK);
		assert_int_equal(insight_study_end(s, &d), ERR_OK);
		assert_int_equal(d->doubled, cases[i].doubled);
		assert_int_equal(d->group_count, 1);
		assert_int_equal(d->groups[0].reading.messages, cases[i].messages);
		assert_int_equal(overlap_kept(s->overlap), cases[i].kept);
	}
	unlink(one);
	unlink(two);
	unlink(three);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_in_common),
		cmocka_unit_test(test_one_day_differs),
		cmocka_unit_test(test_as_the_plain_model),
		cmocka_unit_test(test_without_a_first_reading),
		cmocka_unit_test(test_a_study_remembers_little),
	};
	return cmocka_run_group_tests_name("overlap", tests, NULL, NULL);
}
