/* WeFlow, chatlog and WechatExporter: marks for what was sent, years that are not written, quotes, headers inside
 * texts, pictures before the messages, harmed files. */
#include "parse_formats.h"

#include "parse/source.h"
#include "parse/wechat.h"

/* ---- marks ---- */

static void test_marks(void **state)
{
	static const struct {
		const char *text;
		int64_t type, subtype;
		const char *title;
	} marks[] = { { "[图片]", 3, 0, "" }, { "![图片](http://h/image/0f)", 3, 0, "" }, { "[语音 5\"]", 34, 0, "" },
		{ "[Audio 5\"]", 34, 0, "" }, { "[文件|a b.pdf](http://h/file/0f)", 49, 6, "a b.pdf" },
		{ "[File: a.pdf]", 49, 6, "a.pdf" }, { "[链接] 天气", 49, 5, "天气" }, { "[红包]大吉大利", 49, 2001, "大吉大利" },
		{ "[Red Packet]", 49, 2001, "" }, { "[名片] 某人", 42, 0, "某人" }, { "[视频/语音通话]", 50, 0, "" },
		{ "微信转账 已收款", 49, 2000, "已收款" } };
	static const char *const none[] = { "", "[", "[]", "图片", "[图片]真好看", "[捂脸]", "[系统消息]", "[文本]", "[图片",
		"![", "[ ]", "[|](" };
	int64_t type, subtype;
	struct str title;
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		if (!wechat_type_of_mark(str_of(marks[i].text), &type, &subtype, &title))
			fail_msg("no mark: %s", marks[i].text);
		assert_int_equal(type, marks[i].type);
		assert_int_equal(subtype, marks[i].subtype);
		assert_true(str_eq(title, str_of(marks[i].title)));
	}
	for (size_t i = 0; i < COUNT_OF(none); i++)
		if (wechat_type_of_mark(str_of(none[i]), &type, &subtype, &title))
			fail_msg("a mark: %s", none[i]);
}

/* ---- WeFlow ---- */

#define SESSION "\"session\":{\"wxid\":\"7@chatroom\",\"nickname\":\"围炉\",\"type\":\"群聊\"}"

static void pictures_first(const char *session_before, const char *session_behind)
{
	struct buf b = BUF(8u << 20);
	buf_print(&b, "{\"weflow\":{\"version\":\"1\"},%s\"avatars\":{", session_before);
	for (unsigned i = 0; i < 8; i++) {
		buf_print(&b, "\"wxid_%u\":\"data:image/jpeg;base64,", i);
		for (unsigned k = 0; k < 100000; k++)
			buf_add_char(&b, (char)('A' + k % 26));
		buf_add(&b, STR("\","));
	}
	buf_print(&b, "\"x\":\"\"},%s", session_behind);
	buf_add(&b, STR("\"messages\":[{\"localId\":1,\"createTime\":1704420000,\"type\":\"文本消息\",\"content\":\"hi\","
		"\"isSend\":0,\"senderUsername\":\"wxid_1\",\"senderDisplayName\":\"甲\"}]}"));
	struct see s;
	read_content(&s, NULL, ".json", buf_str(&b));
	assert_string_equal(parse_format(s.parse), "wechat-weflow");
	expect_line(&s, "1 2024-01-05T02:00:00Z g0 text 甲 > - [] 2 #1 | hi");
	assert_true(str_eq(parse_group_key(s.parse, 0), STR("7@chatroom")));
	see_free(&s);
	buf_free(&b);
}

/* The pictures of everybody may be megabytes before the first message: the first keys say what it is. */
static void test_pictures_first(void **state)
{
	pictures_first(SESSION ",", "");
	pictures_first("", SESSION ",");
}

static void test_session_last(void **state)
{
	struct see s;
	const struct parse_options o = { .format = "wechat-weflow" };
	read_content(&s, &o, ".json", STR("{\"messages\":[{\"localId\":1,\"createTime\":1704420000,\"type\":\"文本消息\","
		"\"content\":\"hi\",\"isSend\":0,\"senderUsername\":\"wxid_1\"}],\"session\":{\"wxid\":\"7@chatroom\","
		"\"displayName\":\"围炉\"}}"));
	see_end(&s);
	expect_line(&s, "group 7@chatroom = 围炉");
	see_free(&s);
}

/* Two people in one sentence are two events with ids of their own. */
static void test_ids_unique(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json", STR("{\"weflow\":{},\"session\":{\"wxid\":\"7@chatroom\"},\"messages\":[{\"localId\":5,"
		"\"createTime\":1704420000,\"type\":\"系统消息\",\"content\":\"你邀请\\\"甲、乙、丙\\\"加入了群聊\"}]}"));
	expect_line(&s, "join 甲 > 我 [] 15 #5 |");
	expect_line(&s, "join 乙 > 我 [] 15 #5.1 |");
	expect_line(&s, "join 丙 > 我 [] 15 #5.2 |");
	see_free(&s);
}

/* ---- chatlog's text ---- */

#define UNDATED "阿林(wxid_lin) 01-05 10:00:00\nhi\n\n"

static void test_year_needed(void **state)
{
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	assert_int_equal(see_content(&s, ".txt", STR(UNDATED)), ERR_INPUT);
	assert_true(parse_asks_year(s.parse));
	assert_non_null(strstr(parse_why(s.parse), "year"));
	see_free(&s);
	const struct parse_options o = { .year = 2023 };
	read_content(&s, &o, ".txt", STR(UNDATED));
	expect_line(&s, "2023-01-05T10:00:00Z g0 text 阿林 > - [] 2 | hi");
	assert_false(parse_asks_year(s.parse));
	see_free(&s);
	read_content(&s, NULL, "-2021-01-05.txt", STR(UNDATED "小花(wxid_hua) 01-06 11:00:00\nyes\n\n"));
	expect_line(&s, "2021-01-05T10:00:00Z g0 text 阿林");
	expect_line(&s, "2021-01-06T11:00:00Z g0 text 小花");
	see_free(&s);
	/* one day: only the clock stands there */
	read_content(&s, NULL, "-2021-01-05.txt", STR("阿林(wxid_lin) 10:00:00\nhi\n"));
	expect_line(&s, "2021-01-05T10:00:00Z g0 text 阿林");
	see_free(&s);
	assert_true(see_new(&s, &o));
	assert_int_equal(see_content(&s, ".txt", STR("阿林(wxid_lin) 10:00:00\nhi\n")), ERR_INPUT);
	assert_non_null(strstr(parse_why(s.parse), "no day"));
	see_free(&s);
	/* 29 February in a year that has none */
	read_content(&s, &o, ".txt", STR("阿林(wxid_lin) 02-29 10:00:00\nhi\n"));
	expect_line(&s, "2023-02-28T10:00:00Z g0 text 阿林");
	see_free(&s);
}

static void test_headers(void **state)
{
	static const char *const yes[] = { "阿林(wxid_lin) 01-05 10:00:00", "a (b)(wxid_lin) 2024-01-05 10:00:00",
		"群主(我) 10:00:00", "系统消息 01-05 10:00:00", "wxid_lin 01-05 10:00:00",
		"阿林(25984@openim) [湖边(7@chatroom)] 01-05 10:00:00" };
	static const char *const no[] = { "", " 01-05 10:00:00", "阿林 01-05 10:00:00", "阿林(10001) 2024-01-05 10:00:00",
		"阿林(wxid_lin) 13-05 10:00:00x", "阿林(wxid_lin)", "阿林(wxid_lin) 25:00:00", "(] 10:00:00", "] 10:00:00",
		"10:00:00", ") 10:00:00" };
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (!wechat_is_chatlog_header(str_of(yes[i])))
			fail_msg("no header: %s", yes[i]);
	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (wechat_is_chatlog_header(str_of(no[i])))
			fail_msg("a header: %s", no[i]);
}

/* What QQ's window gives is still QQ's. */
static void test_qq_keeps_its_own(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt", STR("阿林 2024/1/5 10:00:00\nhi\n小花(10002) 2024/1/5 10:00:10\nyes\n"));
	assert_string_equal(parse_format(s.parse), "qq");
	assert_int_equal(s.events, 2);
	see_free(&s);
}

/* ---- WechatExporter ---- */

static void test_notice_or_text(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt", STR("围炉 - 微信聊天记录\n\n甲 (2024-01-05 10:00:00):他说\n领取了红包就走\n\n乙撤回了一条消息\n"
		"你邀请\"丙\"加入了群聊\n"));
	expect_line(&s, "text 甲 > - [] 10 | 他说\\n领取了红包就走\n");
	expect_line(&s, "recall 乙 > - [] 8 | 乙撤回了一条消息\n");
	expect_line(&s, "join 丙 > 我");
	assert_int_equal(parse_skipped_count(s.parse), 0);
	see_free(&s);
}

static void test_nobody_spoke(void **state)
{
	struct see s;
	read_content(&s, NULL, ".txt", STR("围炉 - 微信聊天记录\n\n\"甲\"邀请\"乙\"加入了群聊\n"));
	assert_int_equal(s.events, 0);
	assert_int_equal(parse_skipped_count(s.parse), 1);
	assert_int_equal(parse_groups(s.parse), 1);
	see_free(&s);
}

static void test_self_by_name(void **state)
{
	struct see s;
	const struct parse_options o = { .self_name = STR("甲") };
	read_content(&s, &o, ".txt", STR("围炉 - 微信聊天记录\n\n甲 (2024-01-05 10:00:00):hi\n你撤回了一条消息\n"));
	see_end(&s);
	expect_line(&s, "recall 甲 > -");
	assert_int_equal(parse_people(s.parse), 1);
	assert_true(parse_person_is_self(s.parse, 0));
	see_free(&s);
}

/* ---- harm ---- */

static void test_hurt(void **state)
{
	hurt("wechat-weflow", "wechat_weflow.json");
	hurt("wechat-chatlog", "wechat_chatlog.json");
	hurt("wechat-chatlog-csv", "wechat_chatlog.csv");
	hurt("wechat-chatlog-txt", "wechat_chatlog.txt");
	hurt("wechat-exporter", "wechat_exporter.txt");
}

static void test_starved(void **state)
{
	starve("wechat_weflow.json");
	starve("wechat_chatlog.json");
	starve("wechat_chatlog.csv");
	starve("wechat_chatlog.txt");
	starve("wechat_exporter.txt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_pictures_first),
		cmocka_unit_test(test_session_last),
		cmocka_unit_test(test_ids_unique),
		cmocka_unit_test(test_year_needed),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_qq_keeps_its_own),
		cmocka_unit_test(test_notice_or_text),
		cmocka_unit_test(test_nobody_spoke),
		cmocka_unit_test(test_self_by_name),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
