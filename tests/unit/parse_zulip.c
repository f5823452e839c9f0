/* Zulip: folders of topics in a zip, topics that were moved, names in file names, HTML, harmed files. */
#include "parse_zip.h"

#include "parse/html.h"

#define SAID(id, who, at, html) \
	"{\"content\":\"" html "\",\"id\":" id ",\"sender_full_name\":\"" who "\",\"timestamp\":" at "}"

static void test_folders(void **state)
{
	static const struct zip_member members[] = {
		{ "zulip_json/5-walks/Sunday.2E.20Or.20not.json", STR("[" SAID("1", "Ann", "1704420000", "<p>one</p>") "]") },
		{ "zulip_json/5-walks/map.json", STR("[" SAID("2", "Bo", "1704420001", "<p>two</p>") "]") },
		{ "zulip_json/6-general.20talk/Sunday.json",
			STR("[" SAID("1", "Ann", "1704420000", "<p>one</p>") "," SAID("3", "Ann", "1704420002", "<p>three</p>") "]") },
		{ "zulip_json/stream_index.json", STR("{\"streams\":{},\"time\":1}") },
	};
	struct see s;
	read_zip(&s, "hearth-zulip", members, COUNT_OF(members));
	expect_line(&s, "g0 text Ann > - [] 3 #1 in Sunday. Or not | one");
	expect_line(&s, "g0 text Bo > - [] 3 #2 in map | two");
	expect_line(&s, "g1 text Ann > - [] 5 #3 in Sunday | three");
	expect_line(&s, "group 5 = walks");
	expect_line(&s, "group 6 = general talk");
	assert_int_equal(s.events, 3); /* the moved message once */
	assert_int_equal(parse_people(s.parse), 2);
	assert_int_equal(parse_skipped_count(s.parse), 1); /* the index */
	see_free(&s);
}

/* A name with dots that are none of the archive's stays as it is; bytes that are no text do not come out. */
static void test_names(void **state)
{
	static const struct {
		const char *file, *topic;
	} names[] = { { "5-w/v1.5.json", "v1.5" }, { "5-w/a.E6.B9.96.json", "a湖" }, { "5-w/a.E6.json", "a.E6" },
		{ "5-w/a.json", "a" } };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct zip_member member = { names[i].file, STR("[" SAID("1", "Ann", "1704420000", "<p>x</p>") "]") };
		char line[64];
		struct see s;
		snprintf(line, sizeof line, "#1 in %s | x", names[i].topic);
		read_zip(&s, "hearth-zulip-name", &member, 1);
		expect_line(&s, line);
		see_free(&s);
	}
}

static void test_html(void **state)
{
	static const struct {
		const char *html, *text;
	} pieces[] = { { "", "" }, { "a", "a" }, { "<p>a</p>\n<p>b</p>", "a\nb\n" }, { "a<br>b<br/>c", "a\nb\nc" },
		{ "&lt;&amp;&gt;&quot;&#39;&#x6e56;&nbsp;", "<&>\"'湖 " }, { "&copy; & &#0; &#xd800; &#x110000; &#", "&copy; & &#0; &#xd800; &#x110000; &#" },
		{ "<a href=\"x\">l</a>", "l" }, { "1 < 2", "1 < 2" }, { "<", "<" }, { "<<p>", "" }, { "<p", "<p" } };
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct buf b = BUF(1024);
		html_text(str_of(pieces[i].html), &b);
		if (!str_eq(buf_str(&b), str_of(pieces[i].text)))
			fail_msg("%s: %.*s", pieces[i].html, STR_ARG(buf_str(&b)));
		assert_true(b.n <= strlen(pieces[i].html));
		buf_free(&b);
	}
}

static void test_whom(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json", STR("["
		SAID("1", "Ann", "1704420000", "<p>hi</p>") ","
		SAID("2", "Bo", "1704420001", "<p><span class=\\\"user-mention\\\" data-user-id=\\\"9\\\">@Cy &amp; Co</span> look</p>") ","
		SAID("3", "Bo", "1704420002", "<p><a href=\\\"#narrow/near/1\\\">said</a>:</p><blockquote><p>hi</p></blockquote><p>yes</p>") ","
		SAID("4", "Bo", "1704420003", "<blockquote><p>a book</p></blockquote><p>so it says</p>") "]"));
	expect_line(&s, "text Bo > Cy & Co [] 13 #2");
	expect_line(&s, "text Bo > Ann [] 3 #3");
	expect_line(&s, "text Bo > - [] 17 #4");
	see_free(&s);
}

static void test_hurt(void **state) { hurt("zulip", "new.20members.json"); }
static void test_starved(void **state) { starve("new.20members.json"); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_whom),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
