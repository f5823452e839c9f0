/* QQ: clocks of every Windows, people with and without numbers, chats in one file, text out of windows, harmed files.
 */
#include "parse_formats.h"

static void header(const char *line, const char *wanted)
{
	struct buf b = BUF(4096);
	struct see s;
	buf_add(&b, STR("消息记录（此消息记录为文本格式，不支持重新导入）\n\n======\n消息分组:群\n======\n消息对象:围炉\n======\n\n"));
	buf_add(&b, str_of(line));
	buf_add(&b, STR("\nhello\n"));
	read_content(&s, NULL, ".txt", buf_str(&b));
	see_end(&s);
	expect_line(&s, wanted);
	assert_int_equal(s.events, 1);
	assert_int_equal(parse_skipped_count(s.parse), 0);
	see_free(&s);
	buf_free(&b);
}

static void test_headers(void **state)
{
	header("2014-05-01 9:03:07 PM 老王(12345678)", "2014-05-01T21:03:07Z g0 text 老王");
	header("2014-05-01 12:03:07 AM 老王(12345678)", "2014-05-01T00:03:07Z g0 text 老王");
	header("2014-05-01 12:03:07 PM 老王(12345678)", "2014-05-01T12:03:07Z g0 text 老王");
	header("2014-05-01 上午 9:03:07 老王(12345678)", "2014-05-01T09:03:07Z g0 text 老王");
	header("2014-05-01 下午 9:03:07 老王(12345678)", "2014-05-01T21:03:07Z g0 text 老王");
	header("2014/5/1 21:03:07 老王(12345678)", "2014-05-01T21:03:07Z g0 text 老王");
	header("2014-05-01 1:03:07 老王(12345678)", "2014-05-01T01:03:07Z g0 text 老王");
	header("2014-05-01 1:03:07 【群主】老王(12345678)", "person 12345678 = 老王\n");
	header("2014-05-01 1:03:07 【管理员】老王<w@example.org>", "person w@example.org = 老王\n");
	header("2014-05-01 1:03:07 (12345678)", "person 12345678 = 12345678\n");
	header("2014-05-01 1:03:07 PM先生(12345678)", "person 12345678 = PM先生\n");
	header("2014-05-01 1:03:07 老(王)(12345678)", "person 12345678 = 老(王)\n");
	header("2014-05-01 1:03:07 老王", "person 老王 = 老王\n");
	header("2014-05-01 1:03:07 匿名(80000000)", "text 匿名 > - [d] 5 | hello");
}

static void test_what_is_no_header(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt", STR("2014-05-01 9:03:07 老王(12345678)\n2014-05-01 是个好日子\n"
		"2014-05-32 9:03:07 老王(12345678)\n2014-05-01 25:03:07 老王(12345678)\n2014-05-01 9:03 老王(12345678)\n"));
	assert_int_equal(s.events, 1);
	see_free(&s);
}

static void test_nothing_is_lost_at_a_rule(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt",
		STR("消息对象:一\n====\n\n2014-05-01 9:03:07 老王(12345678)\n====\n不是框\n\n"
		    "================\n消息分组:群\n================\n消息对象:二\n================\n\n2014-05-01 9:04:07 老王(12345678)\nx\n"));
	expect_line(&s, "g0 text 老王 > - [] 8 | ====\\n不是框");
	expect_line(&s, "g1 text 老王 > - [] 1 | x");
	see_free(&s);
}

/* Found by the fuzzer: blank lines before the text moved the place where the rule was cut off into a character. */
static void test_rule_after_blank_lines(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt",
		STR("消息对象:一\n====\n\n2014-05-01 9:03:07 老王(12345678)\n\n \n你好\n====\n消息对象:二\n"));
	expect_line(&s, "g0 text 老王 > - [] 2 | 你好\n");
	see_free(&s);
}

static void test_system(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt",
		STR("2014-05-01 9:00:00 系统消息(10000)\n小李加入本群。\n\n2014-05-01 9:00:01 小李(22222222)\n到\n\n"
		    "2014-05-01 9:00:02 系统消息(1000000)\n小李邀请小赵加入了本群。\n\n2014-05-01 9:00:03 系统消息(1000000)\n小赵撤回了一条消息\n\n"
		    "2014-05-01 9:00:04 系统消息(10000)\n管理员小李撤回了成员小赵的一条消息\n\n2014-05-01 9:00:05 系统消息(10000)\n本群已开启匿名聊天\n"));
	assert_int_equal(s.kinds[PARSE_JOIN], 2);
	assert_int_equal(s.kinds[PARSE_RECALL], 2);
	assert_int_equal(s.kinds[PARSE_SYSTEM], 1);
	assert_int_equal(s.kinds[PARSE_TEXT], 1);
	see_end(&s);
	expect_line(&s, "join 小赵 > 小李");
	expect_line(&s, "person 22222222 = 小李");
	see_free(&s);
}

static void test_copied(void **state)
{
	struct see s;
	const struct parse_options o = { .format = "qq", .date_order = PARSE_DAY_FIRST };
	read_content(&s, &o, ".txt", STR("小李  9:59:54 PM\n什么时候\n老王 3/4/2020 9:16:13 PM\n一\n老王 2020/4/3 21:16:14\n二\n"));
	assert_int_equal(parse_skipped_count(s.parse), 2); /* a time of no day, and what was said then */
	expect_line(&s, "3 2020-04-03T21:16:13Z g0 text 老王 > - [] 1 | 一");
	expect_line(&s, "5 2020-04-03T21:16:14Z g0 text 老王 > - [] 1 | 二");
	see_free(&s);
}

static void test_gb18030(void **state)
{
	/* 2014-05-01 9:03:07 老王(12345678) / 你好，你们好吗？大家都在这里 in GB18030 */
	struct see s;
	read_content(&s, NULL, ".txt",
		STR("2014-05-01 9:03:07 \xc0\xcf\xcd\xf5(12345678)\r\n\xc4\xe3\xba\xc3\xa3\xac\xc4\xe3\xc3\xc7\xba\xc3"
		    "\xc2\xf0\xa3\xbf\xb4\xf3\xbc\xd2\xb6\xbc\xd4\xda\xd5\xe2\xc0\xef\r\n"));
	expect_line(&s, "text 老王 > - [q] 14 | 你好，你们好吗？大家都在这里");
	see_free(&s);
}

static void test_hurt(void **state)
{
	hurt("qq", "qq_manager.txt");
	hurt("qq", "qq_copied.txt");
}

static void test_starved(void **state)
{
	starve("qq_manager.txt");
	starve("qq_copied.txt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_what_is_no_header),
		cmocka_unit_test(test_nothing_is_lost_at_a_rule),
		cmocka_unit_test(test_rule_after_blank_lines),
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_copied),
		cmocka_unit_test(test_gb18030),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
