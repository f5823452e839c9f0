/*
 * The command over real files, where they are: its JSON is JSON, and its counts are those that were counted
 * independently (the archives' own group lists). Skips, saying so, where the folder of samples is not there.
 */
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "cli/cli.h"
#include "text/text.h"

#define ANSWER_BYTES (256u << 20)
#define PATH_BYTES 512

static const char *shared(void)
{
	const char *folder = getenv("HEARTH_SHARED");
	if (folder == NULL || access(folder, R_OK) != 0) {
		print_message("# skipped: no folder of samples (HEARTH_SHARED)\n");
		skip();
	}
	return folder;
}

/* Run the command as main would, with standard output in a file; what it said there. The caller frees out->p. */
static int run(int argc, char **argv, struct str *out)
{
	char path[] = "/tmp/hearth-diagnose-XXXXXX";
	int fd = mkstemp(path), before = dup(STDOUT_FILENO);
	assert_true(fd >= 0 && before >= 0);
	fflush(stdout);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	int status = cli_diagnose(argc, argv);
	fflush(stdout);
	assert_true(dup2(before, STDOUT_FILENO) >= 0);
	close(before);
	close(fd);
	assert_int_equal(file_read(path, ANSWER_BYTES, out), ERR_OK);
	unlink(path);
	return status;
}

static struct json *read_json(struct arena *a, struct str text)
{
	struct json *root = NULL;
	size_t at = 0;
	if (json_read(a, text, 16, &root, &at) != ERR_OK)
		fail_msg("not JSON at byte %zu", at);
	assert_non_null(json_get(root, "groups"));
	return root;
}

static struct json *diagnose(struct arena *a, const char *one, const char *two)
{
	char *argv[] = { "diagnose", "--json", (char *)(uintptr_t)one, (char *)(uintptr_t)two, NULL };
	struct str out;
	assert_int_equal(run(two ? 4 : 3, argv, &out), CLI_DONE);
	struct json *root = read_json(a, out);
	free((char *)(uintptr_t)out.p);
	return root;
}

static int64_t whole(const struct json *j, const char *key) { return json_get(j, key)->integer; }

/* What must hold in every answer, whatever was read. */
static void check_group(const struct json *g)
{
	const struct json *series = json_get(g, "series"), *people = json_get(g, "people"),
			  *order = json_get(g, "order_of_silence");
	int64_t by_week = 0, by_person = 0, before = INT64_MIN;
	for (size_t i = 0; i < series->count; i++) {
		int64_t week;
		assert_int_equal(date_parse(json_get(&series->items[i], "week")->text, &week), ERR_OK);
		assert_int_equal(week / US_PER_DAY % 7, 4); /* 1970-01-01 was a Thursday */
		assert_true(before == INT64_MIN || week == before + 7 * US_PER_DAY);
		assert_true((whole(&series->items[i], "messages") > 0) == (whole(&series->items[i], "speakers") > 0));
		by_week += whole(&series->items[i], "messages");
		before = week;
	}
	for (size_t i = 0; i < people->count; i++) {
		const struct json *silent = json_get(&people->items[i], "silent"),
				  *p = json_get(&people->items[i], "p_silent");
		by_person += whole(&people->items[i], "messages");
		assert_true(
			silent->kind == JSON_NULL ? p->kind == JSON_NULL : (silent->integer != 0) == (p->real < .01));
	}
	assert_int_equal(by_week, whole(g, "messages"));
	assert_int_equal(by_person, whole(g, "messages"));
	assert_int_equal(people->count, whole(g, "members"));
	const struct json *rho = json_get(order, "rho");
	assert_true(rho->kind == JSON_NULL ? json_get(order, "p_null")->kind == JSON_NULL :
					     fabs(rho->real) <= 1 && json_get(order, "low")->real <= rho->real &&
				rho->real <= json_get(order, "high")->real);
}

static void check_all(const struct json *root)
{
	const struct json *groups = json_get(root, "groups");
	for (size_t i = 0; i < groups->count; i++)
		check_group(&groups->items[i]);
}

/* ---- the archives ---- */

static const struct json *group_named(const struct json *root, struct str name)
{
	const struct json *groups = json_get(root, "groups");
	for (size_t i = 0; i < groups->count; i++)
		if (str_eq(json_get(&groups->items[i], "key")->text, name))
			return &groups->items[i];
	return NULL;
}

/* group events human_msgs authors first_msg last_msg ... as the archive's maker counted them. */
static size_t check_list(const struct json *root, struct str list)
{
	struct str line, field[6];
	size_t groups = 0;
	assert_true(str_cut(&list, '\n', &line));
	while (str_cut(&list, '\n', &line) && line.n > 0) {
		for (size_t i = 0; i < COUNT_OF(field); i++)
			assert_true(str_cut(&line, '\t', &field[i]));
		const struct json *g = group_named(root, field[0]);
		int64_t messages, authors;
		assert_non_null(g);
		assert_int_equal(str_int(field[2], 0, INT64_MAX, &messages), ERR_OK);
		assert_int_equal(str_int(field[3], 0, INT64_MAX, &authors), ERR_OK);
		assert_int_equal(whole(g, "messages"), messages);
		assert_int_equal(whole(g, "members"), authors);
		assert_true(str_starts(json_get(json_get(g, "span"), "first")->text, field[4]));
		assert_true(str_starts(json_get(json_get(g, "span"), "last")->text, field[5]));
		groups++;
	}
	return groups;
}

static void check_archive(const char *name, size_t groups_least)
{
	char data[PATH_BYTES], list[PATH_BYTES];
	snprintf(data, sizeof data, "%s/data/sets/%s.tsv.zst", shared(), name);
	snprintf(list, sizeof list, "%s/data/sets/%s.groups.tsv", shared(), name);
	if (access(data, R_OK) != 0 || access(list, R_OK) != 0) {
		print_message("# skipped: no archive %s\n", name);
		skip();
	}
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES); /* skip() jumps over what is to be given back */
	int64_t begun_us = clock_mono_us();
	struct json *root = diagnose(a, data, NULL);
	print_message("# %s: %zu groups in %.2f s\n", name, json_get(root, "groups")->count,
		(double)(clock_mono_us() - begun_us) / 1e6);
	struct str text;
	assert_int_equal(file_read(list, ANSWER_BYTES, &text), ERR_OK);
	check_all(root);
	size_t groups = check_list(root, text);
	assert_true(groups >= groups_least);
	free((char *)(uintptr_t)text.p);
}

static void test_lean(void **state) { check_archive("lean", 85); }
static void test_fcc(void **state) { check_archive("fcc", 300); }

/* ---- the samples of every format ---- */

static size_t files_read, files_not;

static int each_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + ftw->base;
	if (type != FTW_F || strcmp(name, "SOURCES.txt") == 0 || strcmp(name, "FORMATS.md") == 0)
		return 0;
	char *argv[] = { "diagnose", "--json", "--year", "2009", (char *)(uintptr_t)path, NULL };
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	struct str out;
	int status = run(5, argv, &out);
	assert_true(status == CLI_DONE || (status == CLI_COULD_NOT && out.n == 0));
	files_read += status == CLI_DONE;
	files_not += status != CLI_DONE;
	if (status == CLI_DONE)
		check_all(read_json(a, out));
	free((char *)(uintptr_t)out.p);
	return 0;
}

static void test_samples(void **state)
{
	char folder[PATH_BYTES];
	snprintf(folder, sizeof folder, "%s/exports", shared());
	if (access(folder, R_OK) != 0) {
		print_message("# skipped: no samples of exports\n");
		skip();
	}
	assert_int_equal(nftw(folder, each_file, 16, FTW_PHYS), 0);
	print_message("# samples: %zu read, %zu of formats that are not known yet\n", files_read, files_not);
	assert_true(files_read >= 30);
}

/* ---- a made file ---- */

static char made_path[] = "/tmp/hearth-made-XXXXXX", other_path[] = "/tmp/hearth-made-XXXXXX";

static void write_lines(char *path, int from, int to)
{
	strcpy(path + strlen(path) - 6, "XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "w");
	fputs("ts\tgroup\tauthor\ttype\ttext\n", f);
	for (int i = from; i < to; i++) {
		long ts = 1577836800L + i * 43200L;
		fprintf(f, "%ld\tg\tdaily\tmsg\tok\n%ld\tg\tdaily\tmsg\tok\n", ts,
			ts); /* twice the same word is two messages */
		if (i % 14 == 0)
			fprintf(f, "%ld\tg\tweekly\tmsg\thallo\n", ts);
		if (i == 100)
			fprintf(f, "%ld\tg\tnewcomer\tjoin\t\n", ts);
	}
	assert_int_equal(fclose(f), 0);
}

static void test_overlap_and_order_of_files(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	write_lines(made_path, 0, 300);
	write_lines(other_path, 200, 500);
	const char *orders[][2] = { { made_path, other_path }, { other_path, made_path } };
	for (size_t i = 0; i < 2; i++) {
		struct json *root = diagnose(a, orders[i][0], orders[i][1]);
		const struct json *groups = json_get(root, "groups");
		assert_int_equal(groups->count, 1);
		assert_int_equal(whole(&groups->items[0], "messages"), 1000 + 36);
		assert_int_equal(whole(&groups->items[0], "joins"), 1);
		assert_int_equal(whole(root, "doubled"), 200 + 7);
		check_all(root);
	}
	unlink(made_path);
	unlink(other_path);
}

static void test_look_back(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	write_lines(made_path, 0, 400);
	char *argv[] = { "diagnose", made_path, "--json", "--at", "2020-03-01", NULL };
	struct str out;
	assert_int_equal(run(5, argv, &out), CLI_DONE);
	const struct json *g = &json_get(read_json(a, out), "groups")->items[0];
	assert_int_equal(whole(g, "messages"), 60 * 2 * 2 + 9);
	assert_true(str_eq(json_get(json_get(g, "span"), "last")->text, STR("2020-02-29T12:00:00Z")));
	check_group(g);
	free((char *)(uintptr_t)out.p);
	unlink(made_path);
}

static void test_asked_wrongly(void **state)
{
	static const char *const wrong[][3] = { { "--lang", "fr", "x" }, { "--at", "yesterday", "x" },
		{ "--tz", "Nowhere/None", "x" }, { "--format", "fax", "x" }, { "--date-order", "dym", "x" },
		{ "--year", "19", "x" }, { "--html", "-", "--json" } };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char *argv[] = { "diagnose", (char *)(uintptr_t)wrong[i][0], (char *)(uintptr_t)wrong[i][1],
			(char *)(uintptr_t)wrong[i][2], (char *)(uintptr_t) "x", NULL };
		struct str out;
		assert_int_equal(run(5, argv, &out), CLI_USAGE);
		assert_int_equal(out.n, 0);
		free((char *)(uintptr_t)out.p);
	}
	char *argv[] = { "diagnose", "/nowhere/at/all", NULL };
	struct str out;
	assert_int_equal(run(2, argv, &out), CLI_COULD_NOT);
	free((char *)(uintptr_t)out.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlap_and_order_of_files),
		cmocka_unit_test(test_look_back),
		cmocka_unit_test(test_asked_wrongly),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_lean),
		cmocka_unit_test(test_fcc),
	};
	return cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
}
