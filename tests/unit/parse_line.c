/* LINE and WeLink: days and times as every language writes them, whose words a line is, quotation marks that end and
 * that do not, names with blanks, harmed files. */
#include "parse_formats.h"

static void day(const char *line, const char *wanted)
{
	char text[512];
	struct see s;
	snprintf(text, sizeof text, "[LINE] Chat history in G\nSaved on: 2026/02/01 10:00\n\n%s\n07:08\tAnn\thello\n",
			line);
	read_content(&s, NULL, ".txt", str_of(text));
	if (wanted[0] != '\0')
		expect_line(&s, wanted);
	else if (s.events > 0)
		fail_msg("%s: %.*s", line, STR_ARG(buf_str(&s.text)));
	see_free(&s);
}

static void test_days(void **state)
{
	static const char *const days[] = { "2024.01.02 Tuesday", "2024.01.02 Tue", "2024.01.02 火曜日", "2024.01.02 星期二",
		"2024.01.02 화요일", "2024/01/02（二）", "2024/01/02（週二）", "2024/1/2周二", "2024/1/2(火)", "2024/1/2 (火)",
		"Tue, 1/2/2024", "Tue, 01/02/2024", "Tuesday, 2/1/2024", "2024年1月2日 火曜日", "2024年1月2日星期二",
		"2024년 1월 2일 화요일", "2024-01-02", "อ. 2/1/2024", "วันอังคาร, 2/1/2024" };
	static const char *const none[] = { "2024.01.02 was a Tuesday", "2024.13.02 Tuesday", "Tue, 13/13/2024",
			"Tue, 1/2",
		"1/2/2024", "Kiln, 1/2/2024", "Wed, 1/2/2024", "2024年13月2日" };
	for (size_t i = 0; i < COUNT_OF(days); i++)
		day(days[i], "5 2024-01-02T07:08:00Z g0 text Ann > - [] 5 | hello\n");
	for (size_t i = 0; i < COUNT_OF(none); i++)
		day(none[i], "");
}

static void test_days_in_texts(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt",
		STR("[LINE] G\n\n2024.01.02 Tuesday\n07:08 Ann when?\n2024/02/03\n2024.01.32 Monday\n07:09 Bo good\n"));
	expect_line(&s, "> - [q] 34 | when?\\n2024/02/03\\n2024.01.32 Monday\n");
	expect_line(&s, "2024-01-02T07:09:00Z g0 text Bo");
	see_free(&s);
}

/* Where nothing says which part is the day, the owner is asked; what comes later may tell. */
static void test_day_or_month(void **state)
{
	struct see s;
	const struct parse_options month = { .format = "line", .date_order = PARSE_MONTH_FIRST };
	read_content(&s, NULL, ".txt", STR("[LINE] G\n\nอ. 2/1/2024\n07:08\tAnn\thello\n"));
	assert_true(parse_asks_date_order(s.parse));
	expect_line(&s, "2024-01-02T07:08:00Z");
	see_free(&s);
	read_content(&s, &month, ".txt", STR("[LINE] G\n\nอ. 2/1/2024\n07:08\tAnn\thello\n"));
	assert_false(parse_asks_date_order(s.parse));
	expect_line(&s, "2024-02-01T07:08:00Z");
	see_free(&s);
	read_content(&s, NULL, ".txt", STR("[LINE] G\n\nอ. 2/1/2024\n07:08\tAnn\thello\nส. 13/1/2024\n07:08\tAnn\t"
		"hello\n"));
	assert_false(parse_asks_date_order(s.parse));
	see_free(&s);
	/* the same weekday both ways: the month comes first in English */
	read_content(&s, NULL, ".txt", STR("[LINE] G\n\nSat, 3/2/2024\n07:08\tAnn\thello\n"));
	expect_line(&s, "2024-03-02T07:08:00Z");
	assert_false(parse_asks_date_order(s.parse));
	see_free(&s);
}

static void test_clocks(void **state)
{
	static const char *const clocks[][2] = { { "09:46", "09:46" }, { "9:46", "09:46" }, { "上午09:46", "09:46" },
		{ "下午09:46", "21:46" }, { "上午12:46", "00:46" }, { "午後0:46", "12:46" }, { "午前0:46", "00:46" },
		{ "9:46AM", "09:46" }, { "9:46PM", "21:46" }, { "12:46 AM", "00:46" }, { "오후 9:46", "21:46" },
		{ "21:46", "21:46" } };
	for (size_t i = 0; i < COUNT_OF(clocks); i++) {
		char text[512], wanted[64];
		struct see s;
		snprintf(text, sizeof text, "[LINE] G\n\n2024/01/02(火)\n%s\tAnn\thello\n", clocks[i][0]);
		snprintf(wanted, sizeof wanted, "2024-01-02T%s:00Z g0 text Ann > - [] 5 | hello", clocks[i][1]);
		read_content(&s, NULL, ".txt", str_of(text));
		expect_line(&s, wanted);
		see_free(&s);
	}
}

static void test_system(void **state)
{
	static const char *const lines[][2] = { { "Ann joined the group.", "join Ann > -" },
		{ "Ann left the group.", "leave Ann > -" }, { "Ann removed Bo from the group.", "removed Bo > Ann" },
		{ "Ann unsent a message.", "recall Ann > -" }, { "You unsent a message.", "recall You > -" },
		{ "Message unsent.", "recall You > -" }, { "Ann invited Bo to the group.", "system Ann > - [] 28" },
		{ "王五已加入该群", "join 王五 > -" }, { "王五已将赵六添加至群", "join 赵六 > 王五" }, { "王五已退群", "leave 王五 > -" },
		{ "王五撤回了一条消息", "recall 王五 > -" }, { "王五已加入群組", "join 王五 > -" }, { "王五已離開群組", "leave 王五 > -" },
		{ "王五已新增趙六、孫七至群組", "join 趙六 > 王五" }, { "王五已讓趙六退出群組", "removed 趙六 > 王五" },
		{ "王五已收回訊息", "recall 王五 > -" }, { "佐藤がグループに参加しました。", "join 佐藤 > -" },
		{ "佐藤がグループを退会しました。", "leave 佐藤 > -" }, { "佐藤が山田をグループに追加しました。", "join 山田 > 佐藤" },
		{ "佐藤がメッセージの送信を取り消しました", "recall 佐藤 > -" }, { "민지님이 그룹을 나갔습니다.", "leave 민지 > -" },
		{ "Nothing LINE is known to say", "system - > -" } };
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		for (int tabs = 1; tabs <= 2; tabs++) {
			char text[512], wanted[128];
			struct see s;
			snprintf(text, sizeof text, "[LINE] G\n\n2024/01/02(火)\n07:08%s%s\n",
				tabs == 1 ? "\t" : "\t\t", lines[i][0]);
			snprintf(wanted, sizeof wanted, "g0 %s", lines[i][1]);
			read_content(&s, NULL, ".txt", str_of(text));
			expect_line(&s, wanted);
			see_free(&s);
		}
}

static void test_quotation_marks(void **state)
{
	static const char *const files[][2] = {
		{ "07:08\tAnn\t\"one\n\ntwo\"\n", "text Ann > - [] 8 | one\\n\\ntwo\n" },
		{ "07:08\tAnn\t\"one\n07:09\tBo\ttwo\"\n", "text Ann > - [] 4 | \"one\n" },
		{ "07:08\tAnn\t\"one\n07:09 two\tthree\"\n", "text Ann > - [] 19 | one\\n07:09 two\tthree\n" },
		{ "07:08\tAnn\t\"one\n2024/01/03(水)\n07:08\tBo\ttwo\n",
		"2024-01-03T07:08:00Z g0 text Bo > - [] 3 | two\n" },
		{ "07:08\tAnn\t\"one\n2024/01/09(火)\nx\"\n07:09\tBo\ttwo\n",
		"2024-01-02T07:09:00Z g0 text Bo > - [] 3 | two\n" },
		{ "07:08\tAnn\t\"\n", "text Ann > - [] 1 | \"\n" },
		{ "07:08\tAnn\t\"\n\"\n", "text Ann > - [] 0 | \n" },
		{ "07:08\tAnn\t\"a\n\"b\"\n火\n", "text Ann > - [] 8 | \"a\\n\"b\"\\n火\n" },
		{ "07:08\tAnn\t\"a\" and \"b\"\n", "text Ann > - [] 11 | \"a\" and \"b\"\n" },
	};
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct buf b CLEANUP(buf_free) = BUF(4096);
		struct see s;
		buf_add(&b, STR("[LINE] G\n\n2024/01/02(火)\n"));
		buf_add(&b, str_of(files[i][0]));
		read_content(&s, NULL, ".txt", buf_str(&b));
		expect_line(&s, files[i][1]);
		see_free(&s);
	}
}

/* The exporter's own name can be given; what stands before any day is shown. */
static void test_self_and_strays(void **state)
{
	const struct parse_options o = { .self_name = STR("Ann") };
	struct see s;
	read_content(&s, &o, ".txt",
		STR("[LINE] Chat history in G\nSaved on: 1/30/2026 10:00\n07:08\tBo\ttoo early\nstray\n2024/01/02(火)\n"
		    "stray\n"
		    "07:08\t\tYou unsent a message.\n07:09\tAnn\tx\n"));
	assert_int_equal(parse_people(s.parse), 1);
	assert_true(parse_person_is_self(s.parse, 0));
	assert_int_equal(parse_skipped_count(s.parse), 3);
	assert_int_equal(s.events, 2);
	see_free(&s);
}

static void test_titles(void **state)
{
	static const char *const titles[] = { "[LINE] Chat history in Kiln", "[LINE] Chat history with Kiln",
		"Chat history in Kiln", "[LINE] Kilnのトーク履歴", "[LINE] Kilnとのトーク履歴", "[LINE] Kiln的聊天记录",
		"[LINE] 与Kiln的聊天记录", "[LINE] Kiln的聊天記錄", "[LINE] 與Kiln的聊天記錄", "[LINE] Kiln", "[LINE]Kiln" };
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		char text[256];
		struct see s;
		snprintf(text, sizeof text, "%s\nSaved on: 2024/01/03 09:00\n\n2024/01/02(火)\n07:08\tAnn\tx\n",
				titles[i]);
		read_content(&s, NULL, ".txt", str_of(text));
		assert_string_equal(parse_format(s.parse), "line");
		assert_int_equal(parse_skipped_count(s.parse), 0);
		see_end(&s);
		expect_line(&s, "group Kiln = Kiln");
		see_free(&s);
	}
}

static void test_blanks_for_tabs(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt",
		STR("2024.01.02 Tuesday\n07:08 Ann Lee joined the group.\n07:09 Ann Lee a photo\n07:10 Bo Stickers\n"
		    "07:11 Bo see\n"
		    "06:30 is early\n12:30\tis late\n2024.01.03 Wednesday\n06:00 Ann Lee left the group.\n06:01 Bo\n"));
	expect_line(&s, "text Ann Lee > - [] 7 | a photo");
	expect_line(&s, "media Bo > - [] 0 | \n");
	expect_line(&s, "text Bo > - [] 32 | see\\n06:30 is early\\n12:30\tis late\n");
	expect_line(&s, "leave Ann Lee");
	assert_int_equal(parse_people(s.parse), 2);
	see_free(&s);
}

/* ---- WeLink ---- */

static void test_welink(void **state)
{
	static const char *const headers[] = { "张三(z00123456)", "z(z00123456)", "张(三)(z00123456)", "(z00123456)",
		"ext user (ext.user_1@x-y)" };
	static const char *const none[] = { "张三\t2026-03-31 09:15:32", "张三(z 1)\t2026-03-31 09:15:32",
		"张三(z1)\t2026-03-31 09:15", "张三(z1)\t2026-02-31 09:15:32", "张三(z1) 2026-03-31 09:15:32",
		"张三(z1)\t2026-03-31 09:15:32 x", "张三(z1\t2026-03-31 09:15:32" };
	for (size_t i = 0; i < COUNT_OF(headers) + COUNT_OF(none); i++) {
		bool good = i < COUNT_OF(headers);
		char text[512];
		struct see s;
		snprintf(text, sizeof text, "a(b1)\t2026-03-31 09:00:00\nx\n%s%s\n你好\n",
			good ? headers[i] : none[i - COUNT_OF(headers)], good ? "\t2026-03-31 09:15:32" : "");
		read_content(&s, NULL, ".txt", str_of(text));
		assert_string_equal(parse_format(s.parse), "welink");
		assert_int_equal(s.events, good ? 2 : 1);
		if (good)
			expect_line(&s, "2026-03-31T09:15:32Z g0 text");
		see_free(&s);
	}
}

static void test_hurt(void **state)
{
	static const char *const files[] = { "line_en.txt", "line_zh.txt", "line_month_first.txt",
		"line_computer.txt" };
	for (size_t i = 0; i < COUNT_OF(files); i++)
		hurt("line", files[i]);
	hurt("welink", "welink.txt");
}

static void test_starved(void **state)
{
	starve("line_en.txt");
	starve("welink.txt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_days_in_texts),
		cmocka_unit_test(test_day_or_month),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_quotation_marks),
		cmocka_unit_test(test_self_and_strays),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_blanks_for_tabs),
		cmocka_unit_test(test_welink),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
