/* Discord: partitions of one channel, orders of dates, deleted accounts, bridges, and files that were harmed. */
#include "parse_formats.h"

static void test_parts_are_one_group(void **state)
{
	static const char head[] = "AuthorID,Author,Date,Content,Attachments,Reactions\n";
	char dir[] = "/tmp/hearth-discord-XXXXXX", path[256];
	struct see s = { .quiet = false };
	assert_non_null(mkdtemp(dir));
	assert_true(see_new(&s, NULL));
	for (int part = 1; part <= 3; part++) {
		struct buf b = BUF(4096);
		buf_add(&b, str_of(head));
		buf_print(&b,
			"\"70000000000000000%d\",\"ann\",\"2024-01-0%dT10:00:00.0000000+00:00\",\"part %d\",\"\",\"\"\n",
			part, part, part);
		snprintf(path, sizeof path, "%s/Potters - kiln [700000000000000050] [part %d].csv", dir, part);
		assert_int_equal(file_write(path, buf_str(&b), 0600), ERR_OK);
		assert_int_equal(parse_file(s.parse, path), ERR_OK);
		unlink(path);
		buf_free(&b);
	}
	rmdir(dir);
	assert_int_equal(parse_groups(s.parse), 1);
	assert_true(str_eq(parse_group_key(s.parse, 0), STR("700000000000000050")));
	assert_true(str_eq(parse_group_name(s.parse, 0), STR("Potters - kiln")));
	assert_int_equal(s.events, 3);
	see_free(&s);
}

static const char dates[] = "====================\nGuild: G\nChannel: c\n====================\n\n"
	"[3/4/2024 9:05 AM] ann\none\n\n[%s 12:30 AM] bob\ntwo\n";

static void read_dates(const char *second, enum parse_date_order order, const char *wanted, bool asks)
{
	char text[512];
	struct see s;
	const struct parse_options o = { .date_order = order };
	snprintf(text, sizeof text, dates, second);
	read_content(&s, &o, ".txt", str_of(text));
	expect_line(&s, wanted);
	assert_int_equal(parse_asks_date_order(s.parse), asks);
	assert_true(parse_asks_zone(s.parse));
	see_free(&s);
}

static void test_order_of_dates(void **state)
{
	read_dates("5/4/2024", PARSE_ORDER_UNKNOWN, "6 2024-04-03T09:05:00Z g0 text ann", true);
	read_dates("5/4/2024", PARSE_MONTH_FIRST, "6 2024-03-04T09:05:00Z g0 text ann", false);
	read_dates("3/25/2024", PARSE_ORDER_UNKNOWN, "6 2024-03-04T09:05:00Z g0 text ann", false);
	read_dates("25/3/2024", PARSE_ORDER_UNKNOWN, "9 2024-03-25T00:30:00Z g0 text bob", false);
	read_dates("25.03.2024", PARSE_ORDER_UNKNOWN, "9 2024-03-25T00:30:00Z g0 text bob", false);
}

static void test_text_that_looks_like_a_header(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt",
		STR("====================\nGuild: G\nChannel: c\n====================\n\n"
		    "[19-Dec-19 12:22 AM] ann#0001\n[19-Dec-19 12:23 AM] is no header: nothing stands before it\n\n{Embeds are fun}\n"));
	assert_int_equal(s.events, 1);
	expect_line(&s, "| [19-Dec-19 12:23 AM] is no header: nothing stands before it\\n\\n{Embeds are fun}");
	see_free(&s);
}

static void test_unfolds_only_bridges(void **state)
{
	struct see s;
	read_content(&s, NULL, ".csv", STR("AuthorID,Author,Date,Content,Attachments,Reactions\n"
		"\"700000000000000001\",\"ann\",\"2024-01-05T10:00:00Z\",\"<bob> said so\",\"\",\"\"\n"
		"\"700000000000000002\",\"tg-relay\",\"2024-01-05T10:00:01Z\",\"<bob> says so\",\"\",\"\"\n"
		"\"700000000000000003\",\"quiet one\",\"2024-01-05T10:00:02Z\",\"[telegram] <cem> hello\",\"\",\"\"\n"
		"\"700000000000000003\",\"quiet one\",\"2024-01-05T10:00:03Z\",\"[weather] <cem> hello\",\"\",\"\"\n"));
	expect_line(&s, "text ann > - [] 13 | <bob> said so");
	expect_line(&s, "text bob > - [g] 7 | says so");
	expect_line(&s, "text cem > - [g] 5 | hello");
	expect_line(&s, "text quiet one > - [b] 21 | [weather] <cem> hello");
	see_free(&s);
}

static void test_unclosed_quote_costs_one_line(void **state)
{
	struct buf b = BUF(1u << 20);
	struct see s;
	buf_add(&b, STR("AuthorID,Author,Date,Content,Attachments,Reactions\n"));
	buf_add(&b, STR("\"700000000000000001\",\"ann\",\"2024-01-05T10:00:00Z\",\"never closed,\n"));
	for (int i = 0; i < 1000; i++)
		buf_print(&b, "700000000000000002,bob,2024-01-05T10:00:%02dZ,line %d,,\n", i % 60, i);
	read_content(&s, NULL, ".csv", buf_str(&b));
	assert_int_equal(s.events, 1000);
	assert_int_equal(parse_skipped_count(s.parse), 1);
	assert_int_equal(parse_skipped_at(s.parse, 0).line, 2);
	expect_line(&s, "\n1002 2024-01-05T10:00:39Z g0 text bob > - [] 8 | line 999");
	see_free(&s);
	/* and many of them cost time in proportion, not each the whole file */
	buf_clear(&b);
	buf_add(&b, STR("AuthorID,Author,Date,Content,Attachments,Reactions\n"));
	for (int i = 0; i < 20000; i++)
		buf_add(&b, STR("\"x\"y\n"));
	struct see t = { .quiet = true };
	assert_true(see_new(&t, NULL));
	assert_int_equal(see_content(&t, ".csv", buf_str(&b)), ERR_OK);
	assert_int_equal(parse_skipped_count(t.parse), 20000);
	see_free(&t);
	buf_free(&b);
}

static void test_hurt(void **state)
{
	hurt("discord", "discord_guild.json");
	hurt("discord", "discord_direct.json");
	hurt("discord-csv", "discord_semicolon [700000000000000050] [part 2].csv");
	hurt("discord-txt", "discord_text.txt");
}

static void test_starved(void **state)
{
	starve("discord_guild.json");
	starve("discord_semicolon [700000000000000050] [part 2].csv");
	starve("discord_text.txt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_are_one_group),
		cmocka_unit_test(test_order_of_dates),
		cmocka_unit_test(test_text_that_looks_like_a_header),
		cmocka_unit_test(test_unfolds_only_bridges),
		cmocka_unit_test(test_unclosed_quote_costs_one_line),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
