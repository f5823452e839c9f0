/* IRC: what every program writes for the same thing, days, zones, channels, who is addressed, splits, harmed files. */
#include "parse_formats.h"

/* One line behind a full time, read after somebody has spoken; wanted stands behind "g0 ". */
static void body(const char *line, const char *wanted)
{
	char text[1024], expected[256];
	struct see s;
	snprintf(text, sizeof text,
		"2024-01-05T10:00:00  <ann> hello\n2024-01-05T10:00:01  *** nothing\n2024-01-05T10:00:02  %s\n", line);
	snprintf(expected, sizeof expected, "3 2024-01-05T10:00:02Z g0 %s", wanted);
	read_content(&s, NULL, ".log", str_of(text));
	expect_line(&s, expected);
	assert_int_equal(parse_skipped_count(s.parse), 0);
	see_free(&s);
}

static void test_bodies(void **state)
{
	body("*** Joins: bob (~b@h)", "join bob > -");
	body("*** bob <bob!~b@h> has joined #c", "join bob > -");
	body("-!- bob [~b@h] has joined #c", "join bob > -");
	body("--> bob (~b@h) joined the channel", "join bob > -");
	body("*** bob joined", "join bob > -");
	body("*** Parts: bob (~b@h) (bye)", "leave bob > -");
	body("-!- bob [~b@h] has left #c [bye]", "leave bob > -");
	body("*** bob left", "quit bob > -");
	body("*** bob left #c", "leave bob > -");
	body("*** Quits: bob (~b@h) (Ping timeout: 250 seconds)", "quit bob > - []");
	body("*** Quits: bob (~b@h) (a.example.net b.example.net)", "quit bob > - [n]");
	body("*** bob <bob!b@h> has quit IRC (*.net *.split)", "quit bob > - [n]");
	body("-!- bob [b@h] has quit [Quit: gone. home]", "quit bob > - []");
	body("*** bob was kicked by ann (loud)", "removed bob > ann");
	body("-!- bob was kicked from #c by ann [loud]", "removed bob > ann");
	body("<-- bob kicked off by ann!a@h: loud", "removed bob > ann");
	body("*** bob was kicked by irc.example.net (flood)", "removed bob > irc.example.net");
	body("*** bob is now known as bob_", "rename bob > bob_");
	body("*** bob sets mode: +o ann", "system bob > -");
	body("*** ann changes topic to \"fire\"", "system ann > -");
	body("-!- mode/#c [+o ann] by bob", "system - > -");
	body("*** You joined the channel", "system - > -");
	body("* bob has quit smoking", "act bob > -");
	body("* bob is now known as the best", "act bob > -");
	body("<bob> ann: hi", "text bob > ann");
	body("<bob> Ann, hi", "text bob > ann");
	body("<bob> @ann: hi", "text bob > ann");
	body("<bob> ann:hi", "text bob > -");
	body("<bob> ann is here", "text bob > -");
	body("<bob> nobody: hi", "text bob > -");
	body("<@bob> x", "text bob > -");
	body("< bob> x", "text bob > -");
	body("<bob!b@h> x", "text bob > -");
	body("<bob>", "text bob > - [] 0 | ");
	body("<bob> <ann> quoted", "text bob > - [] 12 | <ann> quoted");
	body("<slackbot> <cem> relayed", "text cem > - [g]");
	body("<povbot> ann was seen", "text povbot > - [b]");
	body("<abbot> a person", "text abbot > - []");
	body("-ann- a notice", "text ann > - [b]");
	body("<bob> \003" "4,12red\003 \002bold\002", "text bob > - [] 8 | red bold");
}

static void unread(const char *line)
{
	char text[512];
	struct see s;
	snprintf(text, sizeof text,
		"2024-01-05T10:00:00  <ann> a\n2024-01-05T10:00:01  <ann> b\n2024-01-05T10:00:02  <ann> c\n%s\n", line);
	read_content(&s, NULL, ".log", str_of(text));
	assert_int_equal(s.events, 3);
	assert_int_equal(parse_skipped_count(s.parse), 1);
	assert_int_equal(parse_skipped_at(s.parse, 0).line, 4);
	see_free(&s);
}

static void test_not_understood_is_shown(void **state)
{
	unread("something else");
	unread("2024-01-05T10:00:03");
	unread("2024-01-05T10:00:03  no brackets");
	unread("2024-02-30T10:00:03  <ann> no such day");
	unread("2024-01-05T10:61:03  <ann> no such minute");
	unread("2024-01-05T10:00:03  <not a nick> hello");
	unread("2024-01-05T10:00:03  <> hello");
	unread("--- Day changed am dritten Tage");
}

static void test_days(void **state)
{
	struct see s;
	read_content(&s, NULL, "-20240228.log",
		STR("[23:59:00] <ann> a\n[00:01:00] <ann> b\n[23:00] <ann> c\n[22:00] <ann> d\n[01:00] <ann> e\n"));
	expect_line(&s, "1 2024-02-28T23:59:00Z");
	expect_line(&s, "2 2024-02-29T00:01:00Z");
	expect_line(&s, "4 2024-02-29T22:00:00Z");
	expect_line(&s, "5 2024-03-01T01:00:00Z");
	see_free(&s);
	read_content(&s, NULL, ".log",
		STR("--- Log opened Sat Dec 31 23:00:00 2016\n23:59 <ann> a\n--- Day changed Sun Jan 01 2017\n00:00 <ann> b\n"));
	expect_line(&s, "2 2016-12-31T23:59:00Z");
	expect_line(&s, "4 2017-01-01T00:00:00Z");
	see_free(&s);
	/* seconds since 1970 and times with a zone leave nothing to ask */
	read_content(&s, NULL, ".log",
		STR("[1704420000] <ann> a\n2024-01-05T10:00:00+08:00 <ann> b\n2024-01-05T02:00:00Z <ann> c\n"));
	expect_line(&s, "1 2024-01-05T02:00:00Z");
	expect_line(&s, "2 2024-01-05T02:00:00Z");
	expect_line(&s, "3 2024-01-05T02:00:00Z");
	assert_false(parse_asks_zone(s.parse));
	see_free(&s);
}

static void test_days_nowhere(void **state)
{
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	assert_int_equal(see_content(&s, ".log", STR("[10:00] <ann> a\n[10:01] <ann> b\n")), ERR_INPUT);
	assert_non_null(strstr(parse_why(s.parse), "nowhere a day"));
	assert_int_equal(see_content(&s, ".log", STR("[14 Jan 10:00] <ann> a\n[14 Jan 10:01] <ann> b\n")), ERR_INPUT);
	assert_non_null(strstr(parse_why(s.parse), "year"));
	assert_true(parse_asks_year(s.parse));
	see_free(&s);
	const struct parse_options o = { .year = 2023 };
	read_content(&s, &o, ".log", STR("[31 Dec 10:00] <ann> a\n[1 Jan 10:01] <ann> b\n"));
	expect_line(&s, "2 2024-01-01T10:01:00Z");
	see_free(&s);
}

static void test_days_of_one_channel(void **state)
{
	static const char *const names[] = { "#kiln_20240105.log", "kiln.2024-01-06.log", "#Kiln-2024_01_07.txt" };
	char dir[] = "/tmp/hearth-irc-XXXXXX", path[256];
	struct see s = { .quiet = false };
	assert_non_null(mkdtemp(dir));
	assert_true(see_new(&s, NULL));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		assert_int_equal(
			file_write(path, i == 0 ? STR("[10:00] <ann> a\n") : STR("[10:00] <bob> ann: b\n"), 0600),
			ERR_OK);
		assert_int_equal(parse_file(s.parse, path), ERR_OK);
		unlink(path);
	}
	rmdir(dir);
	assert_int_equal(parse_groups(s.parse), 1);
	expect_line(&s, "1 2024-01-07T10:00:00Z g0 text bob > ann"); /* ann spoke in another file */
	see_free(&s);
}

static void test_knows(void **state)
{
	struct see s;
	read_content(&s, NULL, ".log", STR("2024-01-05T10:00:00 *** ann joined\n2024-01-05T10:00:01 *** ann left\n"));
	assert_int_equal(parse_known(s.parse, 0) & PARSE_KNOWS_LEAVES, 0);
	see_free(&s);
	read_content(&s, NULL, ".log",
		STR("2024-01-05T10:00:00 *** Joins: ann (a@h)\n2024-01-05T10:00:01 *** Parts: ann (a@h) ()\n"));
	assert_int_not_equal(parse_known(s.parse, 0) & PARSE_KNOWS_LEAVES, 0);
	see_free(&s);
}

static const char *const names[] = { "irc_irssi.log", "irc.libera.#kiln.weechatlog", "znc_#kiln_20240105.log",
	"limnoria_kiln.2024-01-05.log", "irc_dircproxy.log", "colabti-2024-01-05", "botbot-kiln-2024-01-05.log" };

static void test_hurt(void **state)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		hurt("irc", names[i]);
	hurt("irc-epoch", "irc_epoch.txt");
	hurt("irc-html", "irc_page_20240105.html");
}

static void test_starved(void **state)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		starve(names[i]);
	starve("irc_epoch.txt");
	starve("irc_page_20240105.html");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_not_understood_is_shown),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_days_nowhere),
		cmocka_unit_test(test_days_of_one_channel),
		cmocka_unit_test(test_knows),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
