/* QQChatExporter: chunks and their manifest are one group, in a zip, in a folder and in any order; who is who by uid
 * and number; what is recalled; harmed files. */
#include "parse_zip.h"

#define LINE(id, uid, uin, text) \
	"{\"id\":\"" id "\",\"timestamp\":1704420000000,\"sender\":{\"uid\":\"" uid "\",\"uin\":\"" uin \
	"\",\"name\":\"" uid "\"},\"type\":\"type_2\",\"content\":{\"text\":\"" text "\",\"elements\":[],\"mentions\":[]}," \
	"\"recalled\":false,\"system\":false}"
#define CHUNK_1 LINE("1", "u_a", "10001", "one") "\n" LINE("2", "u_b", "10002", "two") "\n"
#define CHUNK_2 LINE("3", "u_a", "10001", "three") "\n"
#define MANIFEST                                                                                                   \
	"{\"metadata\":{},\"chatInfo\":{\"name\":\"围炉\",\"type\":\"group\",\"selfUid\":\"u_b\",\"selfUin\":\"10002\"},"  \
	"\"statistics\":{},\"chunked\":{\"format\":\"jsonl\",\"chunks\":[{\"relativePath\":\"chunks/c000001.jsonl\"}]}}"

static void expect_one_group(struct see *s)
{
	assert_int_equal(parse_groups(s->parse), 1);
	assert_int_equal(parse_people(s->parse), 2);
	assert_int_equal(s->events, 3);
	assert_true(str_eq(parse_group_name(s->parse, 0), STR("围炉")));
	expect_line(s, "person 10002 = u_b self");
	assert_string_equal(parse_format(s->parse), "qq-exporter");
}

static void test_chunks_in_zip(void **state)
{
	static const struct zip_member before[] = { { "group_9_x/manifest.json", STR(MANIFEST) },
		{ "group_9_x/chunks/c000001.jsonl", STR(CHUNK_1) }, { "group_9_x/chunks/c000002.jsonl", STR(CHUNK_2) } };
	static const struct zip_member behind[] = { { "chunks/c000001.jsonl", STR(CHUNK_1) },
		{ "chunks/c000002.jsonl", STR(CHUNK_2) }, { "avatars.json", STR("{\"10001\":\"data:image/png;base64,AA\"}") },
		{ "manifest.json", STR(MANIFEST) } };
	struct see s;
	read_zip(&s, "hearth-chunks", before, COUNT_OF(before));
	expect_one_group(&s);
	expect_line(&s, "group group_9_x = ");
	assert_int_equal(parse_skipped_count(s.parse), 0);
	see_free(&s);
	/* without a folder inside it is the archive that both lie in; the pictures are shown as what nobody reads */
	read_zip(&s, "hearth-chunks", behind, COUNT_OF(behind));
	expect_one_group(&s);
	expect_line(&s, "group hearth-chunks-");
	assert_int_equal(parse_skipped_count(s.parse), 1);
	see_free(&s);
}

static void put(const char *folder, const char *name, struct str text)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(file_write(path, text, 0600), ERR_OK);
}

static void test_chunks_in_folder(void **state)
{
	static const char *const files[] = { "manifest.json", "chunks/c000001.jsonl", "chunks/c000002.jsonl" };
	char folder[] = "/tmp/hearth-qce-XXXXXX", path[512];
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/chunks", folder);
	assert_int_equal(dir_make(path, 0700), ERR_OK);
	put(folder, files[0], STR(MANIFEST));
	put(folder, files[1], STR(CHUNK_1));
	put(folder, files[2], STR(CHUNK_2));
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i]);
		assert_int_equal(parse_file(s.parse, path), ERR_OK);
		unlink(path);
	}
	see_end(&s);
	expect_one_group(&s);
	see_free(&s);
	snprintf(path, sizeof path, "%s/chunks", folder);
	rmdir(path);
	rmdir(folder);
}

/* A long list of senders may push "chunked" out of what sniffing sees. */
static void test_long_manifest(void **state)
{
	struct buf b = BUF(1u << 20);
	buf_add(&b, STR("{\"metadata\":{\"name\":\"QQChatExporter\"},\"chatInfo\":{\"name\":\"围炉\"},\"statistics\":{\"senders\":["));
	for (unsigned i = 0; i < 3000; i++)
		buf_print(&b, "{\"uid\":\"u_%u\",\"name\":\"member\",\"messageCount\":1,\"percentage\":0.1},", i);
	buf_add(&b, STR("{}]},\"chunked\":{\"format\":\"jsonl\",\"chunks\":[]}}"));
	assert_true(b.n > 128u << 10);
	const struct zip_member members[] = { { "manifest.json", buf_str(&b) }, { "chunks/c000001.jsonl", STR(CHUNK_1) } };
	struct see s;
	read_zip(&s, "hearth-long", members, COUNT_OF(members));
	assert_int_equal(parse_groups(s.parse), 1);
	assert_true(str_eq(parse_group_name(s.parse, 0), STR("围炉")));
	assert_int_equal(s.events, 2);
	see_free(&s);
	buf_free(&b);
}

#define ONE_FILE(messages) \
	"{\"metadata\":{},\"chatInfo\":{\"name\":\"围炉\"},\"statistics\":{},\"messages\":[" messages "]}"

/* He is mentioned by his uid before he speaks with both, and once by his number alone: one person. */
static void test_uid_and_number(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json", STR(ONE_FILE(
		"{\"id\":\"1\",\"timestamp\":1704420000000,\"sender\":{\"uid\":\"u_a\",\"uin\":\"10001\",\"name\":\"甲\"},"
		"\"type\":\"text\",\"content\":{\"text\":\"@乙 hi\",\"mentions\":[{\"uid\":\"u_b\",\"name\":\"乙\",\"type\":\"user\"}]}},"
		"{\"id\":\"2\",\"timestamp\":1704420001000,\"sender\":{\"uid\":\"u_b\",\"uin\":\"10002\",\"name\":\"乙\"},"
		"\"type\":\"text\",\"content\":{\"text\":\"yes\"}},"
		"{\"id\":\"3\",\"timestamp\":1704420002000,\"sender\":{\"uin\":\"10002\",\"name\":\"乙\"},"
		"\"type\":\"text\",\"content\":{\"text\":\"again\"}},"
		"{\"id\":\"4\",\"timestamp\":1704420003000,\"sender\":{\"uid\":\"u_b\",\"uin\":\"0\",\"name\":\"乙\"},"
		"\"type\":\"text\",\"content\":{\"text\":\"@全体成员\",\"mentions\":[{\"uid\":\"all\",\"type\":\"all\"}]}}")));
	see_end(&s);
	expect_line(&s, "text 甲 > 乙");
	expect_line(&s, "text 乙 > - [] 5 #4 |");
	expect_line(&s, "person 10001 = 甲\nperson 10002 = 乙\nformat");
	see_free(&s);
}

/* What was taken back is not kept. */
static void test_recalled(void **state)
{
	struct see s;
	read_content(&s, NULL, ".json", STR(ONE_FILE(
		"{\"id\":\"1\",\"timestamp\":1704420000000,\"sender\":{\"uid\":\"u_a\",\"name\":\"甲\"},\"type\":\"text\","
		"\"content\":{\"text\":\"secret\"},\"recalled\":true}")));
	expect_line(&s, "recall 甲 > - [] 0 #1 | \n");
	see_free(&s);
}

static void test_hurt(void **state)
{
	hurt("qq-exporter", "qq_exporter_v5.json");
	hurt("qq-exporter", "qq_exporter_v4.json");
	hurt("qq-exporter", "qq_exporter_chunk.jsonl");
	hurt("qq-exporter", "qq_exporter_manifest.json");
}

static void test_starved(void **state)
{
	starve("qq_exporter_v5.json");
	starve("qq_exporter_chunk.jsonl");
	starve("qq_exporter_manifest.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks_in_zip),
		cmocka_unit_test(test_chunks_in_folder),
		cmocka_unit_test(test_long_manifest),
		cmocka_unit_test(test_uid_and_number),
		cmocka_unit_test(test_recalled),
		cmocka_unit_test(test_hurt),
		cmocka_unit_test(test_starved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
