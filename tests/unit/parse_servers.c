/* Mattermost and Rocket.Chat: what the system tells and in how many ways, spoofed sentences, ids, usernames, threads,
 * rows of JSON in any layout, harmed files. */
#include "parse_formats.h"

/* ---- Mattermost ---- */

#define USERS                                                                                                  \
	"{\"type\":\"user\",\"user\":{\"username\":\"ann\"}}\n{\"type\":\"user\",\"user\":{\"username\":\"bo\"}}\n"

static void post(const char *members, const char *wanted)
{
	char text[1024];
	struct see s;
	snprintf(text, sizeof text,
		USERS "{\"type\":\"post\",\"post\":{\"team\":\"t\",\"channel\":\"c\","
		      "\"create_at\":1704420000000,%s}}",
		members);
	read_content(&s, NULL, ".jsonl", str_of(text));
	see_end(&s);
	assert_string_equal(parse_format(s.parse), "mattermost");
	expect_line(&s, wanted);
	see_free(&s);
}

static void test_mattermost_system(void **state)
{
	post("\"user\":\"ann\",\"message\":\"x\",\"type\":\"system_join_channel\"", "g0 join ann > - [] 0 | \n");
	post("\"user\":\"ann\",\"message\":\"x\",\"type\":\"system_leave_team\"", "g0 leave ann > - [] 0 | \n");
	post("\"user\":\"ann\",\"message\":\"x\",\"type\":\"system_add_to_channel\",\"props\":{"
	     "\"addedUsername\":\"bo\"}",
		"g0 join bo > ann");
	post("\"user\":\"ann\",\"message\":\"bo added to the channel by ann.\",\"type\":\"system_add_to_channel\"",
		"g0 join bo > ann");
	post("\"user\":\"ann\",\"message\":\"something else\",\"type\":\"system_add_to_channel\"", "g0 system ann > -");
	post("\"user\":\"ann\",\"message\":\"x\",\"type\":\"system_remove_from_channel\",\"props\":{"
	     "\"removedUsername\":\"bo\"}",
		"g0 removed bo > ann");
	post("\"user\":\"ann\",\"message\":\"x\",\"type\":\"system_purpose_change\"", "g0 system ann > - [] 1 | x");
	post("\"user\":\"ann\",\"message\":\"*waves*\",\"type\":\"me\"", "g0 act ann > - [] 5 | waves");
	post("\"user\":\"ann\",\"message\":\"x\",\"type\":\"custom_poll\"", "g0 text ann > - [] 1 | x");
}

/* What anybody can type is believed only of himself, or of somebody who is there. */
static void test_mattermost_sentences(void **state)
{
	post("\"user\":\"ann\",\"message\":\"ann left the channel.\"", "g0 leave ann > - [] 0");
	post("\"user\":\"ann\",\"message\":\"bo left the channel.\"", "g0 text ann");
	post("\"user\":\"ann\",\"message\":\"ann left the channel. Sad.\"", "g0 text ann");
	post("\"user\":\"ann\",\"message\":\"bo added to the channel by bo.\"", "g0 text ann");
	post("\"user\":\"ann\",\"message\":\"bo was removed from the channel.\"", "g0 removed bo > ann");
	post("\"user\":\"ann\",\"message\":\"the kiln was removed from the channel.\"", "g0 text ann");
}

static void test_mattermost_names(void **state)
{
	struct see s;
	read_content(&s, NULL, ".jsonl",
		STR("{\"type\":\"version\",\"version\":1}\n"
		    "{\"type\":\"channel\",\"channel\":{\"team\":\"t\",\"name\":\"c\",\"display_name\":\"One\"}}\n"
		    "{\"type\":\"channel\",\"channel\":{\"team\":\"u\",\"name\":\"c\",\"display_name\":\"Two\"}}\n"
		    "{\"type\":\"bot\",\"bot\":{\"username\":\"w\",\"display_name\":\"Watch\"}}\n"
		    "{\"type\":\"post\",\"post\":{\"team\":\"u\",\"channel\":\"c\",\"user\":\"w\",\"message\":"
		    "\"hi @w.\",\"create_at\":1}}\n"
		    "{\"type\":\"post\",\"post\":{\"team\":\"u\",\"channel\":\"c\",\"user\":\"w\",\"message\":"
		    "\"x\",\"create_at\":-1}}\n"
		    "{\"type\":\"post\",\"post\":{\"user\":\"w\",\"message\":\"nowhere\",\"create_at\":1}}\n"
		    "{\"type\":\"post\"}\n{\"type\":\"channel\"}\n{\"type\":\"user\"}\n{}\n"));
	see_end(&s);
	expect_line(&s, "5 1970-01-01T00:00:00Z g1 text Watch > Watch [b] 6 | hi @w.");
	expect_line(&s, "group u/c = Two");
	assert_int_equal(parse_skipped_count(s.parse), 6);
	see_free(&s);
}

/* ---- Rocket.Chat ---- */

#define ANN "\"u\":{\"_id\":\"uA\",\"username\":\"ann\",\"name\":\"Ann\"}"
#define BY(id, username, name) "\"u\":{\"_id\":\"" id "\",\"username\":\"" username "\",\"name\":\"" name "\"}"
#define SAID(id, msg, more) "{\"_id\":\"" id "\",\"rid\":\"r\",\"msg\":\"" msg "\"," more "," ON "}\n"
#define ON "\"ts\":{\"$date\":\"2024-01-05T02:00:00.000Z\"}"

static void record(const char *members, const char *wanted)
{
	char text[1024];
	struct see s;
	snprintf(text, sizeof text, "{\"_id\":\"m1\",\"rid\":\"r\",%s}", members);
	read_content(&s, NULL, ".json", str_of(text));
	see_end(&s);
	assert_string_equal(parse_format(s.parse), "rocketchat");
	expect_line(&s, wanted);
	see_free(&s);
}

static void test_rocketchat_types(void **state)
{
	static const char *const types[][2] = { { "uj", "join Ann > -" }, { "ujt", "join Ann > -" },
		{ "ut", "join Ann > -" },
		{ "ul", "leave Ann > -" }, { "ult", "leave Ann > -" }, { "au", "join bo > Ann" },
		{ "added-user-to-team", "join bo > Ann" }, { "ru", "removed bo > Ann" },
		{ "removed-user-from-team", "removed bo > Ann" }, { "rm", "recall Ann > -" },
		{ "e2e", "text Ann > - [] 0" },
		{ "user-muted", "system Ann > - [] 2" }, { "of-tomorrow", "system Ann > - [] 2" },
		{ "", "text Ann > - [] 2" } };
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		char members[512], wanted[128];
		snprintf(members, sizeof members, "\"msg\":\"bo\",\"t\":\"%s\"," ANN "," ON, types[i][0]);
		snprintf(wanted, sizeof wanted, "2024-01-05T02:00:00Z g0 %s", types[i][1]);
		record(members, wanted);
	}
}

static void test_rocketchat_times(void **state)
{
	record("\"msg\":\"x\"," ANN ",\"ts\":{\"$date\":1704420000000}", "2024-01-05T02:00:00Z g0 text");
	record("\"msg\":\"x\"," ANN ",\"ts\":{\"$date\":{\"$numberLong\":\"1704420000000\"}}",
			"2024-01-05T02:00:00Z g0 text");
	record("\"msg\":\"x\"," ANN ",\"ts\":\"2024-01-05T10:00:00+08:00\"", "2024-01-05T02:00:00Z g0 text");
	record("\"msg\":\"x\"," ANN ",\"ts\":{\"$date\":[]}", "skipped 1");
	record("\"msg\":\"x\"," ANN ",\"ts\":{\"$date\":{\"$numberLong\":\"99999999999999999\"}}", "skipped 1");
	record("\"msg\":\"x\",\"u\":{}," ON, "skipped 1");
}

/* A username is a name only: it finds him who has it first, and whoever has it later under another _id is another. */
static void test_rocketchat_people(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json",
		STR(SAID("1", "bo", "\"t\":\"au\"," ANN) SAID("2", "a", BY("uB", "bo", "Bo"))
			    SAID("3", "b", BY("uB", "bob", ""))
			    SAID("4", "c", BY("uC", "bo", "Other"))
			    SAID("5", "d", BY("rocket.cat", "rocket.cat", ""))));
	see_end(&s);
	assert_int_equal(parse_people(s.parse), 4);
	expect_line(&s, "person uB = bob\n");
	expect_line(&s, "person uC = Other\n");
	expect_line(&s, "person rocket.cat = rocket.cat bot\n");
	see_free(&s);
}

static void test_rocketchat_answers(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json",
		STR(SAID("1", "a", "\"tcount\":1," ANN) SAID("2", "b", "\"tmid\":\"1\",\"u\":{\"_id\":\"uB\"}")
			    SAID("3", "[ ](https://x/?msg=2)\\n[ ](https://x/?msg=1) c", ANN)
			    SAID("4", "[ ](https://x/?msg=99) d", "\"mentions\":[{\"_id\":\"all\"}]," ANN)));
	expect_line(&s, "text Ann > - [] 1 #1 in 1 | a");
	expect_line(&s, "text uB > Ann [] 1 #2 in 1 | b");
	expect_line(&s, "text Ann > uB [] 1 #3 | c");
	expect_line(&s, "text Ann > - [] 1 #4 | d");
	see_free(&s);
}

/* Rows one behind the other in any layout; what is broken is passed over, what is cut off is said. */
static void test_rows(void **state)
{
#define ROW(n) "{\"_id\":\"" n "\",\n\"rid\":\"r\",\"msg\":\"" n "\"," ANN "," ON "}"
	static const struct {
		const char *text;
		enum err e;
		unsigned events, skipped;
	} files[] = { { ROW("1") ROW("2"), ERR_OK, 2, 0 }, { ROW("1") "\n\n\n" ROW("2") "\n", ERR_OK, 2, 0 },
		{ ROW("1") "\n{\"_id\":tru}\n" ROW("2"), ERR_OK, 2, 1 }, { ROW("1") "\n{\"_id\":\"2\",",
		ERR_INPUT, 1, 0 },
		{ ROW("1") "\nand so on\n", ERR_INPUT, 1, 0 }, { "[" ROW("1") "]\n[" ROW("2") "]", ERR_OK, 2, 0 },
		{ ROW("1") ",\n" ROW("2"), ERR_INPUT, 1, 0 } };
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct see s = { .quiet = true };
		assert_true(see_new(&s, &(struct parse_options){ .format = "rocketchat" }));
		enum err e = see_content(&s, ".json", str_of(files[i].text));
		if (e != files[i].e || s.events != files[i].events || parse_skipped_count(s.parse) != files[i].skipped)
			fail_msg("%zu: %s, %u events, %u skipped: %s", i, err_name(e), (unsigned)s.events,
				(unsigned)parse_skipped_count(s.parse), parse_why(s.parse));
		see_free(&s);
	}
}

static void test_hurt(void **state)
{
	hurt("mattermost", "mattermost.jsonl");
	hurt("rocketchat", "rocketchat.jsonl");
	hurt("rocketchat", "rocketchat_array.json");
}

static void test_starved(void **state)
{
	starve("mattermost.jsonl");
	starve("rocketchat.jsonl");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mattermost_system),
		cmocka_unit_test(test_mattermost_sentences),
		cmocka_unit_test(test_mattermost_names),
		cmocka_unit_test(test_rocketchat_types),
		cmocka_unit_test(test_rocketchat_times),
		cmocka_unit_test(test_rocketchat_people),
		cmocka_unit_test(test_rocketchat_answers),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
