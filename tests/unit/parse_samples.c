/*
 * Every sample of $HEARTH_SHARED/exports and every fixture is claimed by one format at most, and by the right one; the
 * samples read with nothing skipped and with the numbers that grep, jq and Python count in them.
 */
#include <dirent.h>

#include "parse_formats.h"

#include "parse/source.h"

struct sample {
	const char *file, *format;
	unsigned text, media, act, join, leave, quit, rename, system;
	unsigned people, groups; /* groups 0: one */
	unsigned recall, removed, skipped;
};

static const struct sample samples[] = {
	{ "discord/DM_2A_2M.json", "discord", .text = 2, .system = 1, .people = 2 },
	{ "discord/GC_3A_5M.json", "discord", .text = 3, .system = 3, .people = 3 },
	{ "discord/SV_5A_5M.json", "discord", .text = 4, .media = 1, .people = 2 },
	{ "discord/dce_v1_semicolon_2019.csv", "discord-csv", .text = 29, .join = 10, .people = 33 },
	{ "discord/dce_plaintext_2019-12-20.txt", "discord-txt", .text = 15, .people = 6 },
	{ "wechat/memotrace_csv_ge_0.2.7.csv", "wechat-memotrace", .text = 2, .media = 1, .people = 2 },
	{ "wechat/memotrace_csv_lt_0.2.7_misaligned.csv", "wechat-memotrace", .text = 2, .people = 1 },
	{ "wechat/pywxdump_csv_content_json.csv", "wechat-pywxdump", .text = 1, .system = 1, .people = 1 },
	{ "wechat/pywxdump_csv_msg_src.csv", "wechat-pywxdump", .text = 2, .people = 2 },
	{ "wechat/itchat_bot_csv.csv", "wechat-itchat", .text = 2, .media = 1, .people = 1, .groups = 2 },
	{ "wechat/weflow.json", "wechat-weflow", .text = 1, .media = 1, .people = 2, .skipped = 1 },
	{ "zulip/zulip_archive_topic.json", "zulip", .text = 8, .people = 4 },
	{ "matrix/element_export_synthetic.json", "matrix", .text = 1, .join = 1, .recall = 1, .removed = 1, .people = 2 },
	{ "qq/qq-chat-history.file.txt", "qq", .text = 2, .people = 2 },
	{ "irc/sample.log", "irc", .text = 7, .join = 2, .rename = 1, .people = 3 },
	{ "irc/2005-01-08-test1.log", "irc", .text = 6, .join = 2, .people = 2 },
	{ "irc/2005-01-09-test2.log", "irc", .text = 48, .act = 2, .join = 3, .quit = 3, .rename = 1, .people = 4 },
	{ "irc/2009-01-14-dircproxy.log", "irc", .text = 9, .join = 4, .system = 12, .people = 4 },
	{ "irc/2011-01-16-hybrid-charset.log", "irc", .text = 1, .act = 1, .people = 2 },
	{ "irc/fluid-work-2014-12-04.log", "irc", .text = 6, .act = 1, .join = 32, .quit = 19, .rename = 2,
		.people = 20 },
	{ "irc/limnoria_fluid-work.2019-08-29.log", "irc", .text = 16, .join = 27, .quit = 17, .people = 14 },
	{ "irc/raku_2021-05-20.log", "irc", .text = 2, .join = 45, .quit = 42, .rename = 1, .people = 41 },
	{ "irc/znc_qtox_20160907.log", "irc", .text = 39, .join = 25, .quit = 26, .people = 23 },
	{ "irc/zig_epoch_2019-12-17.txt", "irc-epoch", .text = 40, .people = 8 },
	{ "irc/krijn_whatwg_20121105.html", "irc-html", .text = 18, .act = 3, .join = 24, .quit = 30, .rename = 2,
		.people = 26 },
	{ "slack/testarchive.zip", "slack", .text = 144, .media = 3, .join = 8, .system = 3, .people = 7, .groups = 2 },
	{ "slack/zulip_fixture_2018-01-20_excerpt.json", "slack", .text = 2, .join = 1, .people = 2 },
	{ "mattermost/zulip_fixture_export_excerpt.jsonl", "mattermost", .text = 2, .join = 2, .people = 2,
		.groups = 2 },
	{ "line/chatlab_test_en_group.txt", "line", .text = 1, .media = 1, .join = 1, .people = 2 },
	{ "welink/chatlab_test.txt", "welink", .text = 2, .people = 2 },
};

static void expect_sample(const char *path, const struct sample *w)
{
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	enum err e = parse_file(s.parse, path);
	const struct {
		enum parse_kind kind;
		unsigned wanted;
	} counts[] = { { PARSE_TEXT, w->text }, { PARSE_MEDIA, w->media }, { PARSE_ACT, w->act },
		{ PARSE_JOIN, w->join }, { PARSE_LEAVE, w->leave }, { PARSE_QUIT, w->quit },
		{ PARSE_RENAME, w->rename }, { PARSE_SYSTEM, w->system }, { PARSE_RECALL, w->recall },
		{ PARSE_REMOVED, w->removed } };
	if (e != ERR_OK || strcmp(parse_format(s.parse), w->format) != 0 || parse_skipped_count(s.parse) != w->skipped)
		fail_msg("%s: %s %s, %llu skipped, %s", path, err_name(e),
			parse_format(s.parse) ? parse_format(s.parse) : "-",
			(unsigned long long)parse_skipped_count(s.parse), parse_why(s.parse));
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		if (s.kinds[counts[i].kind] != counts[i].wanted)
			fail_msg("%s: kind %d: %llu, not %u", path, (int)counts[i].kind,
				(unsigned long long)s.kinds[counts[i].kind], counts[i].wanted);
	assert_int_equal(parse_groups(s.parse), w->groups > 0 ? w->groups : 1);
	assert_int_equal(parse_people(s.parse), w->people);
	see_free(&s);
}

static bool shared_exports(char path[512])
{
	const char *shared = getenv("HEARTH_SHARED");
	struct stat st;
	snprintf(path, 512, "%s/exports", shared != NULL ? shared : "");
	if (shared != NULL && stat(path, &st) == 0)
		return true;
	print_message("HEARTH_SHARED has no samples: nothing to read\n");
	return false;
}

static void test_samples(void **state)
{
	char root[512], path[1024];
	if (!shared_exports(root))
		skip();
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		snprintf(path, sizeof path, "%s/%s", root, samples[i].file);
		expect_sample(path, &samples[i]);
	}
}

/* How many formats say yes to a file (of an archive: to one of its files), and the name of the last. */
static unsigned claims(const char *path, const char **out_name)
{
	struct see s = { .quiet = true };
	struct source *in = NULL;
	unsigned most = 0;
	assert_true(see_new(&s, NULL));
	bool more = source_open(s.parse, path, &in) == ERR_OK;
	while (more) {
		unsigned count = 0;
		for (size_t i = 0; parse_format_at(i) != NULL; i++)
			if (parse_format_named(parse_format_at(i))->sniff(source_head(in)) > 0) {
				*out_name = parse_format_at(i);
				count++;
			}
		most = count > most ? count : most;
		assert_int_equal(source_next(in, &more), ERR_OK);
	}
	source_free(in);
	see_free(&s);
	return most;
}

static unsigned claims_in(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned files = 0;
	assert_non_null(dir);
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		char path[1024];
		const char *name = "-";
		struct stat st;
		snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
		if (d->d_name[0] == '.' || stat(path, &st) != 0 || S_ISDIR(st.st_mode))
			continue;
		unsigned n = claims(path, &name);
		if (n > 1)
			fail_msg("%s: claimed by %u formats, one of them %s", path, n, name);
		files++;
	}
	closedir(dir);
	return files;
}

static void test_claimed_once(void **state)
{
	static const char *const folders[] = { "discord", "irc", "line", "matrix", "mattermost", "qq", "slack",
		"telegram", "wechat", "welink", "whatsapp", "zulip" };
	char root[512], path[1024];
	fixture_path(path, "");
	assert_true(claims_in(path) > 30);
	if (!shared_exports(root))
		skip();
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		snprintf(path, sizeof path, "%s/%s", root, folders[i]);
		assert_true(claims_in(path) > 0);
	}
}

/* Systems that are not read yet are refused, not taken for something else. */
static void test_others_are_refused(void **state)
{
	static const char *const others[] = { "irc/SOURCES.txt" };
	char root[512], path[1024];
	if (!shared_exports(root))
		skip();
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		const char *format = NULL;
		snprintf(path, sizeof path, "%s/%s", root, others[i]);
		if (parse_recognise(path, &format) != ERR_INPUT)
			fail_msg("%s: taken for %s", path, format ? format : "-");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_claimed_once),
		cmocka_unit_test(test_others_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
