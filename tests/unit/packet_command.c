/*
 * hearth packet verify as somebody runs it: on every told packet of fair.json, and on files that are none.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "packet/verify.h"

#define FIXTURE_BYTES_MAX (1u << 20)
#define PATH_BYTES 512

static void let_go(struct str *s) { free((char *)(uintptr_t)s->p); }

/* What goes to a file descriptor while the command runs. */
struct caught {
	char path[40];
	int to, before;
};

static struct caught catch_begin(int to)
{
	struct caught c = { .path = "/tmp/hearth-packet-XXXXXX", .to = to, .before = dup(to) };
	int fd = mkstemp(c.path);
	assert_true(fd >= 0 && c.before >= 0);
	fflush(NULL);
	assert_true(dup2(fd, to) >= 0);
	close(fd);
	return c;
}

static struct str catch_end(struct caught *c)
{
	struct str out;
	fflush(NULL);
	assert_true(dup2(c->before, c->to) >= 0);
	close(c->before);
	assert_int_equal(file_read(c->path, FIXTURE_BYTES_MAX, &out), ERR_OK);
	unlink(c->path);
	return out;
}

static int run_command(int argc, char **argv, struct str *out_said, struct str *out_complaint)
{
	struct caught said = catch_begin(STDOUT_FILENO), complaint = catch_begin(STDERR_FILENO);
	int status = cli_packet_command.run(argc, argv);
	*out_complaint = catch_end(&complaint);
	*out_said = catch_end(&said);
	return status;
}

static void write_text(char path[], struct str text)
{
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && close(fd) == 0);
}

/* A usable command (0 or 1) speaks on standard output, any other on standard error. */
static struct str verified(struct str text, const char *language, int expected)
{
	char path[] = "/tmp/hearth-packet-file-XXXXXX", *argv[] = { "packet", "verify", path, "--lang", (char *)(uintptr_t)language, NULL };
	struct str said, complaint CLEANUP(let_go) = { NULL, 0 };
	write_text(path, text);
	int status = run_command(5, argv, &said, &complaint);
	unlink(path);
	assert_int_equal(status, expected);
	assert_true((said.n > 0) != (complaint.n > 0));
	return said;
}

static struct str fixture;

static int read_fixture(void **unused)
{
	const char *folder = getenv("HEARTH_FIXTURES");
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/packet/fair.json", folder ? folder : "tests/fixtures");
	return file_read(path, FIXTURE_BYTES_MAX, &fixture) == ERR_OK ? 0 : -1;
}

static int forget_fixture(void **unused)
{
	let_go(&fixture);
	return 0;
}

/* A row of "answers" is a line: {"name": NAME, "why": WHY, "answer": what a server would tell}[,] */
static bool next_row(struct str *rest, struct str *out_name, struct str *out_why, struct str *out_answer)
{
	const struct str name = STR("{\"name\": \""), why = STR("\", \"why\": \""), answer = STR("\", \"answer\": ");
	struct str line;
	while (str_cut(rest, '\n', &line)) {
		ptrdiff_t why_at = str_find(line, why), answer_at = str_find(line, answer);
		if (!str_starts(line, name) || why_at < 0 || answer_at < 0)
			continue;
		*out_name = str_from(str_first(line, (size_t)why_at), name.n);
		*out_why = str_from(str_first(line, (size_t)answer_at), (size_t)why_at + why.n);
		*out_answer = str_from(str_first(line, line.n - 1 - str_ends(line, STR(","))), (size_t)answer_at + answer.n);
		return true;
	}
	return false;
}

static struct str answer_of(const char *wanted)
{
	struct str rest = fixture, name, why, answer;
	while (next_row(&rest, &name, &why, &answer))
		if (str_eq(name, str_of(wanted)))
			return answer;
	fail_msg("fair.json has no %s", wanted);
	return fixture;
}

static void assert_said(const char *row, const char *language, int status, const char *const sentences[])
{
	struct str said CLEANUP(let_go) = verified(answer_of(row), language, status);
	for (size_t i = 0; sentences[i]; i++)
		if (str_find(said, str_of(sentences[i])) < 0)
			fail_msg("%s: \"%s\" is not in\n" STR_FMT, row, sentences[i], STR_ARG(said));
}

static void every_told_packet_has_its_end(void **unused)
{
	struct str rest = fixture, name, why, answer;
	size_t rows = 0;
	for (; next_row(&rest, &name, &why, &answer); rows++) {
		struct str said CLEANUP(let_go) = verified(answer, "en", why.n ? CLI_COULD_NOT : CLI_DONE);
		const char *end = why.n == 0 ? "Result: it adds up.\n" : str_eq(why, STR("untold")) ? "Result: nothing is proven yet.\n" : "Result: it does NOT add up.\n";
		if (str_eq(why, STR("unreadable")) ? said.n > 0 : !str_ends(said, str_of(end)))
			fail_msg(STR_FMT ":\n" STR_FMT, STR_ARG(name), STR_ARG(said));
	}
	assert_true(rows > 40);
}

static void a_good_one_is_told_in_full(void **unused)
{
	assert_said("taken", "en", CLI_DONE, (const char *const[]){ "Red packet: lucky, 8888 in 6 shares, each from 1 to 20000; all taken\n", "Promise: kept.",
		"all 6 are as the server says", "  小明\n", "  luckiest\n", "Grabs: 6, and nothing is wrong with any.\n", "who came before whom", NULL });
	assert_said("taken", "zh", CLI_DONE, (const char *const[]){ "拼手气", "抢完了", "承诺：守住了", "手气最好", "谁先谁后", "结论：对得上。\n", NULL });
	assert_said("expired", "en", CLI_DONE, (const char *const[]){ "its time is over", "  -\n", NULL });
	assert_said("a name is gone", "en", CLI_DONE, (const char *const[]){ "  account 101", NULL });
	assert_said("equal", "en", CLI_DONE, (const char *const[]){ "Red packet: equal", "nothing is drawn", NULL });
}

static void what_differs_is_named(void **unused)
{
	assert_said("amount", "en", CLI_COULD_NOT, (const char *const[]){ "Promise: kept.", "Grabs: 阿强 at share 2 got ", "NOT that share", "the server says", NULL });
	assert_said("secret", "en", CLI_COULD_NOT, (const char *const[]){ "Promise: NOT kept.", "Shares: NOT as drawn. Share ", NULL });
	assert_said("nonce", "en", CLI_COULD_NOT, (const char *const[]){ "Promise: kept.", "Shares: NOT as drawn.", NULL });
	assert_said("split", "en", CLI_COULD_NOT, (const char *const[]){ "Promise: kept.", "Shares: NOT as drawn. Share 3 is ", NULL });
	assert_said("split too long", "en", CLI_COULD_NOT, (const char *const[]){ "There are 6; the server tells 7.", NULL });
	assert_said("place left out", "en", CLI_COULD_NOT, (const char *const[]){ "share 2 was left out", NULL });
	assert_said("uneven", "en", CLI_COULD_NOT, (const char *const[]){ "Terms: ", NULL });
	assert_said("amount", "zh", CLI_COULD_NOT, (const char *const[]){ "抢的人：阿强 在第 2 份拿了 ", "结论：对不上。\n", NULL });
}

static void an_open_one_is_not_proven(void **unused)
{
	assert_said("open", "en", CLI_COULD_NOT, (const char *const[]){ "still open", "told when the packet is over", "not known without the secret", "Grabs: 3, all within the limits", NULL });
	assert_said("secret kept back", "en", CLI_COULD_NOT, (const char *const[]){ "its secret was not told", NULL });
	assert_said("open", "zh", CLI_COULD_NOT, (const char *const[]){ "还在抢", "结论：现在还证明不了。\n", NULL });
}

/* What stands at what in the good answer becomes with. */
static struct str good_with(const char *what, const char *with)
{
	struct str good = answer_of("taken");
	struct buf b = BUF(FIXTURE_BYTES_MAX);
	ptrdiff_t at = str_find(good, str_of(what));
	assert_true(at >= 0);
	buf_add(&b, str_first(good, (size_t)at));
	buf_add(&b, str_of(with));
	buf_add(&b, str_from(good, (size_t)at + strlen(what)));
	assert_int_equal(buf_end(&b), ERR_OK);
	return buf_str(&b);
}

static void strangers_do_not_move_the_cursor(void **unused)
{
	static const struct { const char *name, *shown; } names[] = { { "\\u001b[2Jx", "   [2Jx" }, { "a\\nb\\u007f\\u0085c", "  a b  c" },
		{ "\\u202eabc\\u2066\\u200f\\u061cd", "   abc   d" }, { "\\u2028é语", "   é语" } };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct str text CLEANUP(let_go) = good_with("小明", names[i].name);
		struct str said CLEANUP(let_go) = verified(text, "en", CLI_DONE);
		if (str_find(said, str_of(names[i].shown)) < 0)
			fail_msg("%s:\n" STR_FMT, names[i].name, STR_ARG(said));
		for (size_t k = 0; k < said.n; k++)
			assert_true((unsigned char)said.p[k] >= ' ' || said.p[k] == '\n');
	}
}

static void numbers_at_the_ends_do_no_harm(void **unused)
{
	static const char *const fields[] = { "\"place\": 2", "\"account\": 102", "\"sum\": 8888", "\"shares\": 6", "\"share_min\": 1", "\"share_max\": 20000" };
	static const char *const values[] = { "9223372036854775807", "-9223372036854775808", "0", "-1" };
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		for (size_t k = 0; k < COUNT_OF(values); k++) {
			char with[64];
			snprintf(with, sizeof with, "%.*s %s", (int)(strchr(fields[i], ':') - fields[i] + 1), fields[i], values[k]);
			struct str text CLEANUP(let_go) = good_with(fields[i], with);
			bool fine = i == 1 || (i == 5 && k == 0); /* any account's number will do; so does a higher limit that no share reached */
			struct str said CLEANUP(let_go) = verified(text, "en", fine ? CLI_DONE : CLI_COULD_NOT);
			assert_true(said.n > 0);
		}
}

static void what_is_no_packet_is_refused(void **unused)
{
	static const char *const texts[] = { "", "{", "[]", "null", "{}", "{\"packet\":{},\"grabs\":[]}", "\xff\xfe", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]" };
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct str said CLEANUP(let_go) = verified(str_of(texts[i]), "en", CLI_COULD_NOT);
		assert_int_equal(said.n, 0);
	}
	struct buf large CLEANUP(buf_free) = BUF(2 * PACKET_VERIFY_BYTES_MAX);
	buf_add(&large, answer_of("taken"));
	while (large.n <= PACKET_VERIFY_BYTES_MAX)
		buf_add(&large, STR("                                                                "));
	struct str said CLEANUP(let_go) = verified(buf_str(&large), "en", CLI_COULD_NOT);
	assert_int_equal(said.n, 0);
	struct str fits CLEANUP(let_go) = verified(str_first(buf_str(&large), PACKET_VERIFY_BYTES_MAX), "en", CLI_DONE);
	assert_true(fits.n > 0);
}

static void standard_input_will_do(void **unused)
{
	char path[] = "/tmp/hearth-packet-file-XXXXXX", *argv[] = { "packet", "--lang=en", "verify", "-", NULL };
	struct str said CLEANUP(let_go) = { NULL, 0 }, complaint CLEANUP(let_go) = { NULL, 0 };
	write_text(path, answer_of("taken"));
	assert_non_null(freopen(path, "r", stdin));
	assert_int_equal(run_command(4, argv, &said, &complaint), CLI_DONE);
	assert_true(str_ends(said, STR("Result: it adds up.\n")));
	unlink(path);
}

static void what_was_not_asked_properly_is_said(void **unused)
{
	char *none[] = { "packet", NULL }, *no_file[] = { "packet", "verify", NULL }, *other[] = { "packet", "open", "x", NULL };
	char *two[] = { "packet", "verify", "x", "y", NULL }, *tongue[] = { "packet", "verify", "x", "--lang", "fr", NULL };
	char *option[] = { "packet", "verify", "x", "--colour", NULL }, *missing[] = { "packet", "verify", "/tmp/hearth-there-is-no-such-file", NULL };
	char *folder[] = { "packet", "verify", "/tmp", NULL };
	const struct { int status, argc; char **argv; } tries[] = { { CLI_USAGE, 1, none }, { CLI_USAGE, 2, no_file }, { CLI_USAGE, 3, other },
		{ CLI_USAGE, 4, two }, { CLI_USAGE, 5, tongue }, { CLI_USAGE, 4, option }, { CLI_COULD_NOT, 3, missing }, { CLI_COULD_NOT, 3, folder } };
	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		struct str said CLEANUP(let_go) = { NULL, 0 }, complaint CLEANUP(let_go) = { NULL, 0 };
		assert_int_equal(run_command(tries[i].argc, tries[i].argv, &said, &complaint), tries[i].status);
		assert_true(said.n == 0 && complaint.n > 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_told_packet_has_its_end),
		cmocka_unit_test(a_good_one_is_told_in_full),
		cmocka_unit_test(what_differs_is_named),
		cmocka_unit_test(an_open_one_is_not_proven),
		cmocka_unit_test(strangers_do_not_move_the_cursor),
		cmocka_unit_test(numbers_at_the_ends_do_no_harm),
		cmocka_unit_test(what_is_no_packet_is_refused),
		cmocka_unit_test(standard_input_will_do),
		cmocka_unit_test(what_was_not_asked_properly_is_said),
	};
	return cmocka_run_group_tests_name("packet_command", tests, read_fixture, forget_fixture);
}
