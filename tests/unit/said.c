/*
 * The words behind a failing's evidence: the right message of the right file, its first words only; where they cannot be had, the
 * page says why, in both languages.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/report.h"
#include "report/words_private.h"
#include "text/text.h"

#define DAY0 1577836800L /* 2020-01-01 */
#define DAYS 280

static char one[] = "/tmp/hearth-said-XXXXXX", two[] = "/tmp/hearth-said-XXXXXX";

static FILE *fresh(char *path)
{
	memset(path + strlen(path) - 6, 'X', 6);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "w");
	assert_non_null(f);
	return f;
}

/* Five talk every evening; the owner says a word every third day that nobody goes on from, the last one long. */
static void write_talk(FILE *f, int from, int to, bool text)
{
	fputs(text ? "ts\tgroup\tauthor\ttype\ttext\n" : "ts\tgroup\tauthor\ttype\tlen\n", f);
	for (int day = from; day < to; day++) {
		for (int i = 0; i < 5; i++)
			fprintf(f, text ? "%ld\tg\tp%d\tmsg\tword %d of day\n" : "%ld\tg\tp%d\tmsg\t1%d\n", DAY0 + day * 86400L + i * 60, i, i);
		if (day % 3)
			continue;
		fprintf(f, "%ld\tg\tBoss <b>\tmsg\t", DAY0 + day * 86400L + 3600);
		for (int i = 0; text && i < (day + 3 >= DAYS ? 100 : 1); i++)
			fputs("第<i>句", f);
		fputs(text ? "\n" : "9\n", f);
	}
	assert_int_equal(fclose(f), 0);
}

static struct insight_study *study_of(char *const *paths, size_t count, struct str owner)
{
	struct insight_options o = { .seed = 1, .owner = owner };
	struct insight_study *s = insight_study_new(&o);
	assert_non_null(s);
	assert_int_equal(insight_study_files(s, paths, count), ERR_OK);
	return s;
}

static const char *base_name(const char *path) { return strrchr(path, '/') + 1; }

static void has(struct str page, const char *what)
{
	if (str_find(page, str_of(what)) < 0)
		fail_msg("it has no %s", what);
}

/* Every row of evidence of every failing is a message that is there, and one is the owner's last. */
static void check_words(const struct insight_group *g, const char *file, uint64_t line)
{
	bool last = false;
	assert_non_null(g->said);
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		for (size_t k = 0; k < g->reading.failings.of[i].evidence_count; k++) {
			const struct insight_said *s = &g->said[i * WARMTH_FAILING_EVIDENCE + k];
			assert_true(s->found && s->line > 1 && s->author.n > 0 && s->text.n > 0 && utf8_ok(s->text));
			assert_true(utf8_chars(s->text) <= INSIGHT_SAID_CHARS + 1);
			if (!str_eq(s->author, STR("Boss <b>"))) {
				assert_true(str_starts(s->text, STR("word ")));
				continue;
			}
			assert_true(str_starts(s->text, STR("第<i>句")));
			if (s->at_us != (DAY0 + (DAYS - 1) * 86400L + 3600) * US_PER_S)
				continue;
			last = true;
			assert_int_equal(utf8_chars(s->text), INSIGHT_SAID_CHARS + 1);
			assert_true(str_ends(s->text, STR("…")));
			assert_true(str_eq(s->file, str_of(file)));
			assert_int_equal(s->line, line);
		}
	assert_true(last);
}

static void test_words_are_shown(void **unused)
{
	write_talk(fresh(one), 0, DAYS, true);
	char *paths[] = { one };
	struct insight_study *s CLEANUP(insight_study_drop) = study_of(paths, 1, STR("boss <b>"));
	const struct insight_diagnosis *d;
	assert_int_equal(insight_study_end(s, &d), ERR_OK);
	check_words(&d->groups[0], base_name(one), 1 + 5 * DAYS + (DAYS + 2) / 3);
	struct buf out CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
	for (int chinese = 0; chinese < 2; chinese++) {
		buf_clear(&out);
		assert_int_equal(report_html(d, chinese, &out), ERR_OK);
		has(buf_str(&out), "Boss &lt;b&gt;");
		has(buf_str(&out), "2020-10-06 01:00");
		has(buf_str(&out), "第&lt;i&gt;句");
		assert_true(str_find(buf_str(&out), STR("<i>句")) < 0);
		buf_clear(&out);
		assert_int_equal(report_plain(d, chinese, &out), ERR_OK);
		has(buf_str(&out), base_name(one));
		has(buf_str(&out), "第<i>句");
	}
	buf_clear(&out);
	assert_int_equal(report_json(d, &out), ERR_OK);
	has(buf_str(&out), "\"said\":[{\"at\":\"2020-10-06T01:00:00Z\",\"author\":\"Boss <b>\"");
	unlink(one);
}

/* The messages are found in the second of two files that overlap, and in the order that was asked for. */
static void test_of_several_files(void **unused)
{
	write_talk(fresh(one), 0, 200, true);
	write_talk(fresh(two), 150, DAYS, true);
	char *orders[][2] = { { one, two }, { two, one } };
	for (size_t i = 0; i < 2; i++) {
		struct insight_study *s CLEANUP(insight_study_drop) = study_of(orders[i], 2, STR("boss <b>"));
		const struct insight_diagnosis *d;
		assert_int_equal(insight_study_end(s, &d), ERR_OK);
		assert_true(d->doubled > 0);
		check_words(&d->groups[0], base_name(two), 1 + 5 * (DAYS - 150) + (DAYS - 150 + 2) / 3);
	}
	unlink(one);
	unlink(two);
}

static void check_says(const struct insight_diagnosis *d, enum word w)
{
	struct buf out CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
	for (int chinese = 0; chinese < 2; chinese++) {
		struct str words = str_of(word_text(w, chinese));
		buf_clear(&out);
		assert_int_equal(report_html(d, chinese, &out), ERR_OK);
		while (str_find(words, STR("}")) >= 0)
			words = str_from(words, (size_t)str_find(words, STR("}")) + 1);
		if (str_find(buf_str(&out), words) < 0)
			fail_msg("the page does not say" STR_FMT, STR_ARG(words));
	}
}

static void test_a_format_without_words(void **unused)
{
	write_talk(fresh(one), 0, DAYS, false);
	char *paths[] = { one };
	struct insight_study *s CLEANUP(insight_study_drop) = study_of(paths, 1, STR("boss <b>"));
	const struct insight_diagnosis *d;
	assert_int_equal(insight_study_end(s, &d), ERR_OK);
	assert_non_null(d->groups[0].said);
	check_says(d, W_said_no_words);
	unlink(one);
}

static void test_a_file_that_went_away(void **unused)
{
	write_talk(fresh(one), 0, DAYS, true);
	char *paths[] = { one };
	struct insight_study *s CLEANUP(insight_study_drop) = study_of(paths, 1, STR("boss <b>"));
	const struct insight_diagnosis *d;
	unlink(one);
	assert_int_equal(insight_study_end(s, &d), ERR_OK);
	assert_non_null(d->groups[0].said);
	check_says(d, W_said_not_again);
}

static void test_nobody_asked(void **unused)
{
	write_talk(fresh(one), 0, DAYS, true);
	char *paths[] = { one };
	struct insight_study *s CLEANUP(insight_study_drop) = study_of(paths, 1, STR(""));
	const struct insight_diagnosis *d;
	assert_int_equal(insight_study_end(s, &d), ERR_OK);
	assert_null(d->groups[0].said);
	unlink(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_shown),
		cmocka_unit_test(test_of_several_files),
		cmocka_unit_test(test_a_format_without_words),
		cmocka_unit_test(test_a_file_that_went_away),
		cmocka_unit_test(test_nobody_asked),
	};
	return cmocka_run_group_tests_name("said", tests, NULL, NULL);
}
