/* Matrix: what a change of membership was, edits, redactions, a zip with other files beside it, harmed files. */
#include "parse_zip.h"

#define ROOM(events) \
	"{\"room_name\":\"Lake\",\"exported_by\":\"@a:x\",\"export_date\":\"1/5/2024\",\"messages\":[" events "]}"
#define MEMBER(sender, whom, now, before)                                                                           \
	"{\"type\":\"m.room.member\",\"room_id\":\"!r\",\"sender\":\"" sender "\",\"state_key\":\"" whom                    \
	"\",\"content\":{\"membership\":\"" now "\"},\"unsigned\":{\"prev_content\":{\"membership\":\"" before              \
	"\"}},\"origin_server_ts\":1704420000000,\"event_id\":\"$1\"}"

static void test_memberships(void **state)
{
	static const struct {
		const char *event, *wanted;
	} changes[] = {
		{ MEMBER("@b:x", "@b:x", "join", "leave"), "join @b:x > -" },
		{ MEMBER("@b:x", "@b:x", "join", "join"), "system @b:x > -" },
		{ MEMBER("@b:x", "@b:x", "leave", "join"), "leave @b:x > -" },
		{ MEMBER("@a:x", "@b:x", "leave", "join"), "removed @b:x > @a:x" },
		{ MEMBER("@a:x", "@b:x", "ban", "join"), "removed @b:x > @a:x" },
		{ MEMBER("@a:x", "@b:x", "ban", "leave"), "system @a:x > -" },
		{ MEMBER("@a:x", "@b:x", "leave", "ban"), "system @a:x > -" },
		{ MEMBER("@a:x", "@b:x", "leave", "invite"), "system @a:x > -" },
		{ MEMBER("@b:x", "@b:x", "leave", "invite"), "system @b:x > -" },
		{ MEMBER("@a:x", "@b:x", "invite", "leave"), "system @a:x > -" },
		{ MEMBER("@b:x", "@b:x", "knock", "leave"), "system @b:x > -" },
	};
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		struct buf b = BUF(4096);
		struct see s;
		buf_print(&b, ROOM("%s"), changes[i].event);
		read_content(&s, NULL, ".json", buf_str(&b));
		expect_line(&s, changes[i].wanted);
		assert_int_equal(s.events, 1);
		see_free(&s);
		buf_free(&b);
	}
}

#define SAID(id, content) \
	"{\"type\":\"m.room.message\",\"room_id\":\"!r\",\"sender\":\"@b:x\",\"origin_server_ts\":1704420000123," \
	"\"event_id\":\"" id "\",\"content\":" content "}"

static void test_edits_are_no_talk(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json", STR(ROOM(SAID("$1", "{\"msgtype\":\"m.text\",\"body\":\"one\"}") ","
		SAID("$2", "{\"msgtype\":\"m.text\",\"body\":\"* two\",\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$1\"}}")
		"," SAID("$3", "{}") "," SAID("$4", "{\"msgtype\":\"m.text\",\"body\":\"> not a quote\"}"))));
	assert_int_equal(s.kinds[PARSE_TEXT], 2);
	assert_int_equal(s.kinds[PARSE_SYSTEM], 1);
	assert_int_equal(s.kinds[PARSE_RECALL], 1);
	expect_line(&s, "#$4 | > not a quote");
	see_free(&s);
}

static void test_in_zip(void **state)
{
	static const struct zip_member members[] = {
		{ "matrix - Lake - Chat Export/export.json", STR(ROOM(SAID("$1", "{\"msgtype\":\"m.text\",\"body\":\"hi\"}"))) },
		{ "matrix - Lake - Chat Export/files/table.csv", STR("a,b\n") },
		{ "matrix - Lake - Chat Export/files/data.json", STR("{\"sensor\":[1,2,3]}") } };
	struct see s;
	read_zip(&s, "hearth-matrix", members, COUNT_OF(members));
	expect_line(&s, "g0 text @b:x > - [] 2 #$1 | hi");
	expect_line(&s, "group !r = Lake");
	assert_int_equal(s.events, 1);
	see_free(&s);
}

static void test_hurt(void **state) { hurt("matrix", "matrix_element.json"); }
static void test_starved(void **state) { starve("matrix_element.json"); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memberships),
		cmocka_unit_test(test_edits_are_no_talk),
		cmocka_unit_test(test_in_zip),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
