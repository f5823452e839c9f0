/* ChatLab: JSON and JSONL say the same; what stands where; numbers as text; harmed files. */
#include "parse_formats.h"

#define META                                                                                                           \
	"\"chatlab\":{\"version\":\"0.0.2\"},\"meta\":{\"name\":\"围炉\",\"platform\":\"qq\",\"type\":\"group\",\"groupId\":\"9\"}"
#define ONE                                                                                                            \
	"{\"sender\":\"u1\",\"accountName\":\"甲\",\"timestamp\":1704420000,\"type\":0,\"content\":\"一\",\"platformMessageId\":\"m1\"}"
#define TWO                                                                                                               \
	"{\"sender\":\"u2\",\"accountName\":\"乙\",\"timestamp\":\"1704420001\",\"type\":\"25\",\"content\":\"二？\"," \
	"\"replyToMessageId\":\"m1\"}"

static void test_both_say_the_same(void **state)
{
	static const char *const files[] = {
		"{" META ",\"members\":[],\"messages\":[" ONE "," TWO "]}",
		"{\"messages\":[" ONE "," TWO "],\"members\":[]," META "}",
		"{\"_type\":\"header\"," META
		"}\n{\"_type\":\"message\",\"sender\":\"u1\",\"accountName\":\"甲\",\"timestamp\":1704420000,"
		"\"type\":0,\"content\":\"一\",\"platformMessageId\":\"m1\"}\n# a comment\n\n{\"_type\":\"message\",\"sender\":\"u2\","
		"\"accountName\":\"乙\",\"timestamp\":1704420001,\"type\":25,\"content\":\"二？\",\"replyToMessageId\":\"m1\"}\n",
	};
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct see s;
		read_content(&s, NULL, ".x", str_of(files[i]));
		see_end(&s);
		assert_string_equal(parse_format(s.parse), "chatlab");
		assert_int_equal(parse_skipped_count(s.parse), 0);
		expect_line(&s, "2024-01-05T02:00:00Z g0 text 甲 > - [] 1 #m1 | 一");
		expect_line(&s, "2024-01-05T02:00:01Z g0 text 乙 > 甲 [q] 2 | 二？");
		expect_line(&s, "group 9 = 围炉");
		see_free(&s);
	}
}

static void test_types(void **state)
{
	static const struct {
		int type;
		const char *kind;
	} types[] = { { 0, "text" }, { 1, "media" }, { 2, "media" }, { 3, "media" }, { 4, "media" }, { 5, "media" },
		{ 7, "media" }, { 8, "media" }, { 20, "packet" }, { 21, "packet" }, { 22, "system" }, { 23, "system" },
		{ 24, "media" }, { 25, "text" }, { 26, "media" }, { 27, "media" }, { 81, "recall" }, { 99, "media" } };
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		char text[512], wanted[64];
		struct see s;
		snprintf(text, sizeof text,
			"{" META ",\"members\":[],\"messages\":[{\"sender\":\"u1\",\"accountName\":\"甲\","
			"\"timestamp\":1704420000,\"type\":%d,\"content\":\"x\"}]}",
			types[i].type);
		snprintf(wanted, sizeof wanted, "g0 %s 甲", types[i].kind);
		read_content(&s, NULL, ".json", str_of(text));
		expect_line(&s, wanted);
		see_free(&s);
	}
}

static void test_empty_chat(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json", STR("{" META ",\"members\":[],\"messages\":[]}"));
	assert_int_equal(parse_groups(s.parse), 1);
	assert_int_equal(s.events, 0);
	see_free(&s);
}

static void test_wrong_values(void **state)
{
	static const char *const wrong[] = {
		"{\"sender\":\"u1\",\"timestamp\":-5,\"type\":0}", "{\"sender\":\"u1\",\"timestamp\":1e300,\"type\":0}",
		"{\"sender\":\"u1\",\"timestamp\":1704420000}", "{\"sender\":{},\"timestamp\":1704420000,\"type\":0}",
		"{\"sender\":\"u1\",\"timestamp\":99999999999999999999,\"type\":0}", "[]", "null", "\"text\"", "17",
	};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char text[512];
		struct see s;
		snprintf(
			text, sizeof text, "{" META ",\"members\":[%s],\"messages\":[%s," ONE "]}", wrong[i], wrong[i]);
		read_content(&s, NULL, ".json", str_of(text));
		assert_int_equal(s.events, 1);
		assert_int_equal(parse_skipped_count(s.parse), 2);
		see_free(&s);
	}
}

static void test_hurt(void **state)
{
	hurt("chatlab", "chatlab.json");
	hurt("chatlab", "chatlab.jsonl");
}

static void test_starved(void **state)
{
	starve("chatlab.json");
	starve("chatlab.jsonl");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_say_the_same),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_empty_chat),
		cmocka_unit_test(test_wrong_values),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
