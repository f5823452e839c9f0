/* WeChat: who a system's sentence means, types in numbers and words, both times, the exporter's own lines, harmed
 * files. */
#include "parse_formats.h"

#define HEAD "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n"

/* A sentence alone, as the second record after one by wxid_a, called 甲. */
static void sentence(const char *text, const char *wanted)
{
	struct buf b = BUF(65536);
	struct see s;
	buf_add(&b, STR(HEAD "1,7,1,0,0,1704420000,,hi,,,甲,wxid_a\n2,7,10000,0,0,1704420001,,\""));
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			buf_add_char(&b, '"');
		buf_add_char(&b, *p);
	}
	buf_add(&b, STR("\",,,,\n"));
	read_content(&s, NULL, ".csv", buf_str(&b));
	see_end(&s);
	expect_line(&s, wanted);
	see_free(&s);
	buf_free(&b);
}

static void test_sentences(void **state)
{
	sentence("\"甲\"邀请\"乙\"加入了群聊", "join 乙 > 甲");
	sentence("“甲”邀请“乙”加入了群聊", "join 乙 > 甲");
	sentence("\"甲\"邀请\"乙、丙、丁\"加入了群聊", "join 丁 > 甲");
	sentence("你邀请\"乙、丙\"加入了群聊", "join 丙 > 我");
	sentence("\"甲\"邀请你加入了群聊，群聊参与人还有：乙、丙", "join 我 > 甲");
	sentence("\"甲\"邀请你和\"乙\"加入了群聊", "join 我 > 甲");
	sentence("\"甲\"邀请你和\"乙\"加入了群聊", "join 乙 > 甲");
	sentence("\"乙\"通过扫描\"甲\"分享的二维码加入群聊", "join 乙 > 甲");
	sentence("\"乙\"通过扫描你分享的二维码加入群聊", "join 乙 > 我");
	sentence("\"乙\"加入了群聊", "join 乙 > -");
	sentence("你将\"乙\"移出了群聊", "removed 乙 > 我");
	sentence("你被\"甲\"移出群聊", "removed 我 > 甲");
	sentence("你撤回了一条消息", "recall 我 > -");
	sentence("\"甲\" 撤回了一条消息", "recall 甲 > -");
	sentence("甲撤回了一条消息", "recall 甲 > -");
	sentence("\"甲\"领取了你的红包", "packet 甲 > -");
	sentence("你领取了\"甲\"的红包", "packet 我 > -");
	sentence("\"甲\"修改群名为“围炉”", "system 甲 > -");
	sentence("\"甲\"被移出了群聊", "removed 甲 > -");
	sentence("\"甲\"退出了群聊", "leave 甲 > -");
	sentence("甲已退出群聊", "leave 甲 > -");
	sentence("乙 撤回了 甲 的消息", "recall 甲 > 乙");
	sentence("以上是打招呼的内容", "system - > -");
	sentence("\"", "system - > -");
	sentence("\"甲\"邀请\"", "system 甲 > -");
	sentence("你将", "system 我 > -");
	/* whoever is known by his id is not made a second time by his name */
	sentence("\"甲\"邀请\"乙\"加入了群聊", "person wxid_a = 甲\nperson 乙 = 乙\nformat");
}

static void test_named_then_known(void **state)
{
	struct see s;
	read_content(&s, NULL, ".csv", STR(HEAD "1,7,10000,0,0,1704420000,,\"\"\"甲\"\"邀请\"\"乙\"\"加入了群聊\",,,,\n"
		"2,7,1,0,0,1704420001,,hello,,,乙,wxid_b\n"));
	see_end(&s);
	expect_line(&s, "person 甲 = 甲\nperson wxid_b = 乙\nformat");
	see_free(&s);
	/* he spoke under another name before: then the two are told to be one */
	read_content(&s, NULL, ".csv", STR(HEAD "1,7,1,0,0,1704420000,,hello,,,老名字,wxid_b\n"
		"2,7,10000,0,0,1704420001,,\"\"\"乙\"\" 撤回了一条消息\",,,,\n3,7,1,0,0,1704420002,,again,,,乙,wxid_b\n"));
	expect_line(&s, "4 2024-01-05T02:00:02Z g0 rename 乙 > 乙");
	assert_int_equal(s.kinds[PARSE_RENAME], 1);
	see_free(&s);
}

static void test_same_name_in_two_chats(void **state)
{
	struct see s;
	read_content(&s, NULL, ".csv",
		STR(HEAD "1,7,1,0,0,1704420000,,hello,,,乙,wxid_b7\n2,8,1,0,0,1704420000,,hello,,,乙,wxid_b8\n"
			 "3,8,10000,0,0,1704420001,,\"\"\"乙\"\" 撤回了一条消息\",,,,\n"));
	assert_int_equal(parse_groups(s.parse), 2);
	assert_int_equal(parse_people(s.parse), 2);
	see_free(&s);
}

static void test_types(void **state)
{
	static const struct {
		const char *type, *kind;
	} types[] = {
		{ "1,0", "text" },
		{ "3,0", "media" },
		{ "34,0", "media" },
		{ "42,0", "media" },
		{ "43,0", "media" },
		{ "47,0", "media" },
		{ "48,0", "media" },
		{ "49,5", "media" },
		{ "49,6", "media" },
		{ "49,19", "media" },
		{ "49,33", "media" },
		{ "49,57", "text" },
		{ "49,62", "system" },
		{ "49,87", "system" },
		{ "49,2000", "packet" },
		{ "49,2001", "packet" },
		{ "50,0", "system" },
		{ "244813135921,0", "text" },
		{ "266287972401,0", "system" },
		{ "8594229559345,0", "packet" },
		{ "987654,0", "system" },
	};
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		char text[512], wanted[64];
		struct see s;
		snprintf(text, sizeof text, HEAD "1,7,%s,0,1704420000,,x,,,甲,wxid_a\n", types[i].type);
		snprintf(wanted, sizeof wanted, "g0 %s 甲", types[i].kind);
		read_content(&s, NULL, ".csv", str_of(text));
		expect_line(&s, wanted);
		see_free(&s);
	}
}

static void test_self(void **state)
{
	struct see s;
	const struct parse_options o = { .self_name = STR("阿火") };
	read_content(&s, &o, ".csv", STR("id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime\n"
		"1,1,系统通知,0,7@chatroom,7@chatroom,你撤回了一条消息,,1704420000\n2,2,文本,1,wxid_me,7@chatroom,hi,,1704420001\n"
		"3,3,系统通知,0,7@chatroom,7@chatroom,你撤回了一条消息,,1704420002\n"));
	see_end(&s);
	expect_line(&s, "person wxid_me = 阿火 self\nformat");
	assert_int_equal(parse_people(s.parse), 1);
	see_free(&s);
}

static void test_zone(void **state)
{
	struct see s;
	struct zone *shanghai;
	assert_int_equal(zone_open("Asia/Shanghai", &shanghai), ERR_OK);
	const struct parse_options o = { .zone = shanghai };
	read_content(&s, &o, ".csv", STR("id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime\n"
		"1,1,文本,0,wxid_a,7@chatroom,hi,,2024-01-05 10:00:00\n2,2,文本,0,wxid_a,7@chatroom,hi,,1704420000\n"));
	expect_line(&s, "2 2024-01-05T02:00:00Z");
	expect_line(&s, "3 2024-01-05T02:00:00Z");
	assert_false(parse_asks_zone(s.parse));
	see_free(&s);
	zone_free(shanghai);
}

static void test_missing_columns(void **state)
{
	struct see s = { .quiet = true };
	const struct parse_options o = { .format = "wechat-memotrace" };
	assert_true(see_new(&s, &o));
	assert_int_equal(see_content(&s, ".csv", STR("localId,TalkerId,Type\n1,2,3\n")), ERR_INPUT);
	assert_non_null(strstr(parse_why(s.parse), "columns"));
	see_free(&s);
}

static void test_hurt(void **state)
{
	hurt("wechat-memotrace", "wechat_memotrace.csv");
	hurt("wechat-memotrace", "wechat_memotrace_words.csv");
	hurt("wechat-pywxdump", "wechat_pywxdump_json.csv");
	hurt("wechat-itchat", "wechat_itchat.csv");
}

static void test_starved(void **state)
{
	starve("wechat_memotrace.csv");
	starve("wechat_pywxdump_json.csv");
	starve("wechat_itchat.csv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_named_then_known),
		cmocka_unit_test(test_same_name_in_two_chats),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_zone),
		cmocka_unit_test(test_missing_columns),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
