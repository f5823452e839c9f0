/*
 * hearth forecast as somebody runs it: its columns, its reasons, its dates, and that a longer file says of old dates what the
 * shorter one said. On small files of this test's own; on an archive, where it is there, against counts made independently.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "cli/cli.h"

#define DAY0 18262 /* 2020-01-01 */
#define ANSWER_BYTES (64u << 20)
#define HEAD "group\tat\tp_halve\tp_halve_low\tp_halve_high\tp_fall\tp_fall_low\tp_fall_high\treason\n"
#define PATH_BYTES 512

static struct str run_status(int expected, int argc, char **argv)
{
	char path[] = "/tmp/hearth-forecast-XXXXXX";
	int fd = mkstemp(path), before = dup(STDOUT_FILENO);
	struct str out;
	assert_true(fd >= 0 && before >= 0);
	fflush(stdout);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	int status = cli_forecast(argc, argv);
	fflush(stdout);
	assert_true(dup2(before, STDOUT_FILENO) >= 0);
	close(before);
	close(fd);
	assert_int_equal(file_read(path, ANSWER_BYTES, &out), ERR_OK);
	unlink(path);
	assert_int_equal(status, expected);
	return out;
}

static void let_go(struct str *s) { free((char *)(uintptr_t)s->p); }

/* "a": four people, two messages a day, silent after 400 days. "b\x01": one line a day, all the time: too few. "bot": not talk. */
static void write_file(char path[], int32_t days)
{
	int fd = mkstemp(path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	assert_non_null(f);
	fprintf(f, "ts\tgroup\tauthor\ttype\tlen\treply_to\tflags\n");
	for (int32_t d = 0; d < days; d++) {
		long long at = (DAY0 + d) * 86400LL;
		for (int i = 0; d < 400 && i < 2; i++)
			fprintf(f, "%lld\ta\tu%d\tmsg\t10\t-\t-\n", at + 3600 + i * 60, (d + i) % 4);
		fprintf(f, "%lld\tb\x01\tu9\tact\t10\t-\t-\n", at + 7200);
		for (int i = 0; i < 5; i++)
			fprintf(f, "%lld\tb\x01\tmachine\tmsg\t10\t-\tb\n", at + 7300);
	}
	assert_int_equal(fclose(f), 0);
}

static size_t fields(struct str line)
{
	struct str part;
	size_t n = 0;
	while (str_cut(&line, '\t', &part))
		n++;
	return n;
}

struct seen {
	size_t lines, said, few;
	struct str first, last; /* lines of the group */
};

static struct seen look(struct str text, const char *group)
{
	struct seen s = { .lines = 0 };
	struct str line, name, at, p;
	assert_true(str_starts(text, str_of(HEAD)));
	assert_true(str_cut(&text, '\n', &line));
	while (str_cut(&text, '\n', &line) && line.n) {
		struct str rest = line;
		assert_int_equal(fields(line), 9);
		assert_true(str_cut(&rest, '\t', &name) && str_cut(&rest, '\t', &at) && str_cut(&rest, '\t', &p));
		if (!str_eq(name, str_of(group)))
			continue;
		assert_true(str_ends(at, str_of("T00:00:00Z")));
		s.first = s.lines++ ? s.first : line;
		s.last = line;
		s.said += p.n > 0;
		s.few += str_ends(line, str_of("\t\t\t\t\t\tfewer than 100 messages in 84 days"));
	}
	return s;
}

static void every_date_has_a_number_or_a_reason(void **state)
{
	char path[] = "/tmp/hearth-forecast-file-XXXXXX";
	write_file(path, 450);
	char *argv[] = { "forecast", "--tsv", path, NULL };
	struct str out CLEANUP(let_go) = run_status(CLI_DONE, 3, argv);
	/* From day 252 to day 449, the file's last line, though the group fell silent before. */
	struct seen a = look(out, "a"), b = look(out, "b "); /* what would break a table is a space */
	assert_int_equal(a.lines, 8);
	assert_int_equal(a.said, 7); /* on day 448: 72 messages of days 364 to 399 */
	assert_int_equal(a.few, 1);
	assert_true(str_starts(a.first, str_of("a\t2020-09-09T00:00:00Z\t0.")));
	assert_true(str_starts(a.last, str_of("a\t2021-03-24T00:00:00Z\t\t")));
	assert_int_equal(b.lines, 8);
	assert_int_equal(b.said, 0);
	assert_int_equal(b.few, 8);
	unlink(path);
}

static void another_step_is_taken(void **state)
{
	char path[] = "/tmp/hearth-forecast-file-XXXXXX";
	write_file(path, 450);
	char *argv[] = { "forecast", path, "--step-days=7", "--tsv", NULL };
	struct str out CLEANUP(let_go) = run_status(CLI_DONE, 4, argv);
	assert_int_equal(look(out, "a").lines, 29);
	unlink(path);
}

static void a_longer_file_says_the_same_of_old_dates(void **state)
{
	char path[] = "/tmp/hearth-forecast-file-XXXXXX", longer[] = "/tmp/hearth-forecast-file-XXXXXX";
	write_file(path, 337); /* the last line on the day of the last date */
	write_file(longer, 800);
	char *argv[] = { "forecast", "--tsv", path, NULL };
	struct str out CLEANUP(let_go) = run_status(CLI_DONE, 3, argv);
	char *argv_longer[] = { "forecast", "--tsv", longer, NULL };
	struct str out_longer CLEANUP(let_go) = run_status(CLI_DONE, 3, argv_longer);
	struct seen one = look(out, "a"), two = look(out_longer, "a");
	assert_int_equal(one.lines, 4);
	assert_int_equal(two.lines, 20);
	size_t bytes = (size_t)(one.last.p + one.last.n - one.first.p);
	assert_memory_equal(one.first.p, two.first.p, bytes);
	unlink(path);
	unlink(longer);
}

static void people_get_a_table_in_their_language(void **state)
{
	char path[] = "/tmp/hearth-forecast-file-XXXXXX";
	write_file(path, 600);
	char *argv[] = { "forecast", "--lang", "en", path, NULL };
	struct str out CLEANUP(let_go) = run_status(CLI_DONE, 4, argv);
	assert_true(str_find(out, str_of("  2020-09-09  ")) > 0);
	assert_true(str_find(out, str_of("fewer than 100 messages in 84 days …")) > 0);
	assert_true(str_find(out, str_of("forecasts of halving that are over")) > 0);
	char *argv_chinese[] = { "forecast", "--lang", "zh", path, NULL };
	struct str chinese CLEANUP(let_go) = run_status(CLI_DONE, 4, argv_chinese);
	assert_true(str_find(chinese, str_of("减半")) >= 0 && str_find(chinese, str_of("forecast")) < 0);
	unlink(path);
}

static void what_cannot_be_done_is_said(void **state)
{
	char *none[] = { "forecast", "--tsv", NULL }, *missing[] = { "forecast", "/tmp/hearth-there-is-no-such-file", NULL };
	char *option[] = { "forecast", "--colour", "x", NULL }, *step[] = { "forecast", "--step-days", "0", "x", NULL };
	char *word[] = { "forecast", "--step-days", "month", "x", NULL }, *tongue[] = { "forecast", "--lang", "fr", "x", NULL };
	const struct { int status, argc; char **argv; } tries[] = { { CLI_USAGE, 2, none }, { CLI_COULD_NOT, 2, missing },
		{ CLI_USAGE, 3, option }, { CLI_USAGE, 4, step }, { CLI_USAGE, 4, word }, { CLI_USAGE, 4, tongue } };
	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		struct str out CLEANUP(let_go) = run_status(tries[i].status, tries[i].argc, tries[i].argv);
		assert_int_equal(out.n, 0);
	}
}

/* Rows with at least 100 messages, counted by another program with the words beside it. */
static void an_archive_is_answered(void **state)
{
	const char *folder = getenv("HEARTH_SHARED");
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/data/sets/fcc.tsv.zst", folder ? folder : "");
	if (folder == NULL || access(path, R_OK) != 0) {
		print_message("# skipped: no folder of samples (HEARTH_SHARED)\n");
		skip();
	}
	char *argv[] = { "forecast", "--tsv", path, NULL };
	struct str out CLEANUP(let_go) = run_status(CLI_DONE, 3, argv);
	struct str text = out, line, part;
	size_t said = 0;
	while (str_cut(&text, '\n', &line)) {
		struct str p = { NULL, 0 };
		for (size_t i = 0; i < 3 && str_cut(&line, '\t', &part); i++)
			p = part;
		said += str_starts(p, str_of("0."));
	}
	assert_int_equal(said, 185);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_date_has_a_number_or_a_reason),
		cmocka_unit_test(another_step_is_taken),
		cmocka_unit_test(a_longer_file_says_the_same_of_old_dates),
		cmocka_unit_test(people_get_a_table_in_their_language),
		cmocka_unit_test(what_cannot_be_done_is_said),
		cmocka_unit_test(an_archive_is_answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
