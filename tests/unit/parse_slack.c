/* Slack: what a subtype is, markup, threads, names wherever the tables stand in the archive, two workspaces and two
 * exports of one in a reading, archives that mean harm, harmed files. */
#include <zip.h>

#include "parse_formats.h"

#define AT ",\"ts\":\"1704420000.000100\"}"
#define SAYS(more) "{\"type\":\"message\",\"user\":\"U1\",\"text\":\"x\"" more AT
#define USERS(name)                                                                                            \
	"[{\"id\":\"U1\",\"team_id\":\"T1\",\"name\":\"a\","                                                       \
	"\"profile\":{\"display_name\":\"\",\"real_name\":\"" name "\"}}]"
#define CHANNELS(id) "[{\"id\":\"" id "\",\"name\":\"general\",\"created\":1,\"creator\":\"U1\",\"members\":[\"U1\"]}]"

static void says(const char *record, const char *wanted)
{
	char text[1024];
	struct see s;
	snprintf(text, sizeof text, "[%s]", record);
	read_content(&s, NULL, ".json", str_of(text));
	see_end(&s);
	expect_line(&s, wanted);
	assert_string_equal(parse_format(s.parse), "slack");
	see_free(&s);
}

static void test_kinds(void **state)
{
	says(SAYS(""), "2024-01-05T02:00:00Z g0 text U1 > - [] 1 #1704420000.000100 | x");
	says(SAYS(",\"subtype\":\"channel_join\",\"inviter\":\"U2\""), "g0 join U1 > U2 [] 0");
	says(SAYS(",\"subtype\":\"group_join\""), "g0 join U1 > - [] 0");
	says(SAYS(",\"subtype\":\"group_leave\""), "g0 leave U1 > - [] 0");
	says(SAYS(",\"subtype\":\"me_message\""), "g0 act U1");
	says(SAYS(",\"subtype\":\"thread_broadcast\""), "g0 text U1");
	says(SAYS(",\"subtype\":\"channel_purpose\""), "g0 system U1");
	says(SAYS(",\"subtype\":\"a_new_one\""), "g0 system U1");
	says(SAYS(",\"files\":[{\"id\":\"F1\"}]"), "g0 media U1 > - [] 1");
	says(SAYS(",\"files\":[]"), "g0 text U1");
	says(SAYS(",\"subtype\":\"file_share\",\"files\":[{}]"), "g0 media U1 > - [] 1 #1704420000.000100 | x");
	says(SAYS(",\"subtype\":\"file_share\",\"file\":{}"), "g0 media U1 > - [] 0");
	says(SAYS(",\"subtype\":\"file_share\",\"file\":{\"initial_comment\":{\"comment\":\"hot\"}}"),
		"g0 media U1 > - [] 3 #1704420000.000100 | hot");
	says(SAYS(",\"bot_id\":\"B1\""), "g0 text U1 > - [b]");
	says("{\"type\":\"message\",\"subtype\":\"bot_message\",\"username\":\"w\",\"text\":\"x\"" AT,
			"person w = w bot");
	says("{\"type\":\"message\",\"subtype\":\"message_deleted\",\"previous_message\":{\"user\":\"U7\"}" AT,
		"g0 recall U7 > - [] 0");
	says("{\"type\":\"message\",\"subtype\":\"channel_archive\",\"text\":\"x\"" AT, "g0 system - > -");
	says("{\"type\":\"message\",\"text\":\"nobody\"" AT, "skipped 1");
}

static void test_times(void **state)
{
	static const char *const wrong[] = { "", "17", "0.000100", "-5.000100", "99999999999.000100", "1704420000",
		"1704420000,000100", "x.000100" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char text[512];
		struct see s;
		snprintf(text, sizeof text, "[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"x\",\"ts\":\"%s\"},"
				SAYS("") "]",
			wrong[i]);
		read_content(&s, NULL, ".json", str_of(text));
		assert_int_equal(s.events, 1);
		assert_int_equal(parse_skipped_count(s.parse), 1);
		see_free(&s);
	}
}

static void test_markup(void **state)
{
	static const char *const texts[][2] = {
		{ "a &lt;b&gt; &amp;amp; & c", "| a <b> &amp; & c\n" },
		{ "<@U9|ann> and <@U8>", "> U9 [] 12 #1704420000.000100 | @ann and @U8\n" },
		{ "<#C1|general> <#C2>", "| #general #C2\n" },
		{ "<!channel> <!subteam^S1|@team> <!date^17^{date}|today> <!everyone^x>",
		"| @channel @team today @everyone\n" },
		{ "<https://a.b/?x=1&amp;y=2>", "| https://a.b/?x=1&y=2\n" },
		{ "<https://a.b/c|words>", "| words (https://a.b/c)\n" },
		{ "<https://a.b|a.b> <mailto:x@a.b|x@a.b> <tel:123|123>", "| https://a.b x@a.b 123\n" },
		{ "1 < 2 <> <", "| 1 < 2 <> <\n" },
		{ "<@> <@|x>", "> - [] 4 #1704420000.000100 | @ @x\n" },
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		char record[512];
		snprintf(record, sizeof record, "{\"type\":\"message\",\"user\":\"U1\",\"text\":\"%s\"" AT,
				texts[i][0]);
		says(record, texts[i][1]);
	}
}

/* Every < could open something: that costs a look at each, not at all that follows each. */
static void test_signs_without_end(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF(16u << 20);
	struct see s;
	buf_add(&b, STR("["));
	for (unsigned n = 0; n < 20; n++) {
		buf_add(&b, STR("{\"type\":\"message\",\"user\":\"U1\",\"ts\":\"1704420000.000100\",\"text\":\""));
		for (unsigned i = 0; i < PARSE_TEXT_MAX; i++)
			buf_add_char(&b, '<');
		buf_add(&b, STR(">\"},"));
	}
	buf_add(&b, STR(SAYS("") "]"));
	int64_t began = clock_mono_us();
	read_content(&s, NULL, ".json", buf_str(&b));
	assert_int_equal(s.events, 21);
	assert_true(clock_mono_us() - began < 30 * US_PER_S);
	see_free(&s);
}

static void test_threads(void **state)
{
	struct see s;
#define IN_THREAD(user, text, second, thread, more) \
	"{\"type\":\"message\",\"user\":\"" user "\",\"text\":\"" text "\",\"ts\":\"170442000" second ".000100\"" \
	",\"thread_ts\":\"" thread "\"" more "}"
	read_content(&s, NULL, ".json",
		STR("[" IN_THREAD("U1", "a", "0", "1704420000.000100", "") ","
			IN_THREAD("U2", "b <@U3>", "1", "1704420000.000100", "") ","
			IN_THREAD("U3", "c", "2", "1600000000.000100", ",\"parent_user_id\":\"U4\"") ","
			IN_THREAD("U3", "d", "3", "1600000000.000200", ",\"parent_user_id\":\"USLACKBOT\"") "]"));
	expect_line(&s, "text U1 > - [] 1 #1704420000.000100 in 1704420000.000100 | a");
	expect_line(&s, "text U2 > U1 [] 5 #1704420001.000100 in 1704420000.000100 | b @U3");
	expect_line(&s, "text U3 > U4 [] 1 #1704420002.000100 in 1600000000.000100 | c");
	expect_line(&s, "text U3 > - [] 1 #1704420003.000100 in 1600000000.000200 | d");
	see_free(&s);
}

/* ---- archives ---- */

static void new_path(char path[64], const char *what)
{
	snprintf(path, 64, "/tmp/hearth-slack-%d-%s.zip", (int)getpid(), what);
}

/* Pairs of name and content, ended by NULL, in this order in the archive. */
static void make_zip(const char *path, const char *const *pairs)
{
	int code;
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	assert_non_null(z);
	for (; *pairs != NULL; pairs += 2) {
		zip_source_t *source = zip_source_buffer(z, pairs[1], strlen(pairs[1]), 0);
		assert_true(zip_file_add(z, pairs[0], source, ZIP_FL_ENC_UTF_8) >= 0);
	}
	assert_int_equal(zip_close(z), 0);
}

static void read_zip(struct see *s, const char *what, const char *const *pairs)
{
	char path[64];
	new_path(path, what);
	make_zip(path, pairs);
	if (parse_file(s->parse, path) != ERR_OK)
		fail_msg("%s", parse_why(s->parse));
	unlink(path);
}

static void test_tables_behind(void **state)
{
	static const char *const flat[] = { "general/2024-01-05.json", "[" SAYS("") "]", "general/2024-01-06.json",
			"[]",
		"integration_logs.json", "[{\"user_id\":\"U1\",\"date\":\"1\",\"change_type\":\"added\"}]",
		"channels.json",
		CHANNELS("C1"), "mpims.json", "[]", "users.json", USERS("Ann"), NULL };
	static const char *const inside[] = { "my export/general/2024-01-05.json", "[" SAYS("") "]",
		"my export/channels.json", CHANNELS("C1"), "my export/users.json", USERS("Ann"),
		"__MACOSX/my export/._users.json",
		"\xff", NULL };
	static const char *const *const both[] = { flat, inside };
	for (size_t i = 0; i < COUNT_OF(both); i++) {
		struct see s = { .quiet = false };
		assert_true(see_new(&s, NULL));
		read_zip(&s, "tables", both[i]);
		see_end(&s);
		assert_int_equal(parse_skipped_count(s.parse), 0);
		expect_line(&s, "g0 text Ann > - [] 1");
		expect_line(&s, "group C1 = general");
		assert_int_equal(parse_groups(s.parse), 1);
		see_free(&s);
	}
}

/* "general" is in every workspace; an export made later has the same channel. */
static void test_two_archives(void **state)
{
	static const char *const first[] = { "channels.json", CHANNELS("C1"), "general/2024-01-05.json", "["
			SAYS("") "]", NULL };
	static const char *const other[] = { "channels.json", CHANNELS("C2"), "general/2024-01-05.json", "["
			SAYS("") "]", NULL };
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	read_zip(&s, "first", first);
	read_zip(&s, "other", other);
	read_zip(&s, "again", first);
	assert_int_equal(s.events, 3);
	assert_int_equal(parse_groups(s.parse), 2);
	see_end(&s);
	expect_line(&s, "group C1 = general");
	expect_line(&s, "group C2 = general");
	see_free(&s);
}

/* Days are read in their order, whatever the archive's. */
static void test_order_of_days(void **state)
{
	static const char *const days[] = { "g/2024-01-06.json",
		"[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"two\",\"ts\":\"1704510000.000100\"}]",
		"g/2024-01-05.json",
		"[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"one\",\"ts\":\"1704420000.000100\"}]", NULL };
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	read_zip(&s, "days", days);
	assert_true(str_find(buf_str(&s.text), STR("| one")) < str_find(buf_str(&s.text), STR("| two")));
	see_free(&s);
}

static void test_harm(void **state)
{
	static const char *const torn[] = { "g/2024-01-05.json", "[" SAYS("") "]", "g/2024-01-06.json", "[" SAYS(""),
			NULL };
	static const char *const foreign[] = { "g/2024-01-05.json", "[" SAYS("") "]", "package.json",
			"{\"name\":\"x\"}", NULL };
	char path[64];
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	new_path(path, "torn");
	make_zip(path, torn);
	assert_int_equal(parse_file(s.parse, path), ERR_INPUT);
	assert_non_null(strstr(parse_why(s.parse), "ends in the middle"));
	assert_int_equal(s.events, 2);
	unlink(path);
	read_zip(&s, "foreign", foreign);
	assert_int_equal(parse_skipped_count(s.parse), 1);
	assert_true(str_eq(parse_skipped_at(s.parse, 0).text, STR("package.json")));
	see_free(&s);
}

/* As many files as a large workspace has: opened once, not once for each. */
static void test_many_days(void **state)
{
	enum { DAYS = 4000 };
	char path[64], name[64];
	int code;
	new_path(path, "many");
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	static const char day[] = "[" SAYS("") "]";
	for (int i = 0; i < DAYS; i++) {
		snprintf(name, sizeof name, "g%d/2024-01-%02d.json", i / 28, i % 28 + 1);
		assert_true(zip_file_add(z, name, zip_source_buffer(z, day, sizeof day - 1, 0), ZIP_FL_ENC_UTF_8) >= 0);
	}
	assert_int_equal(zip_close(z), 0);
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	int64_t began = clock_mono_us();
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	assert_int_equal(s.events, DAYS);
	assert_int_equal(parse_groups(s.parse), (DAYS + 27) / 28);
	assert_true(clock_mono_us() - began < 60 * US_PER_S);
	unlink(path);
	see_free(&s);
}

static void test_hurt(void **state)
{
	hurt("slack", "slack_day.json");
	hurt("slack", "slack.zip");
}

static void test_starved(void **state)
{
	starve("slack_day.json");
	starve("slack.zip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_signs_without_end),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_tables_behind),
		cmocka_unit_test(test_two_archives),
		cmocka_unit_test(test_order_of_days),
		cmocka_unit_test(test_harm),
		cmocka_unit_test(test_many_days),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
