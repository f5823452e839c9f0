/*
 * Files that mean harm, or were harmed: each ends in an answer, in bounded memory, and what could be read was read.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/resource.h>

#include <zip.h>
#include <zstd.h>

#include "parse_see.h"

#define GIB (UINT64_C(1) << 30)

static long memory_kb(void)
{
	struct rusage use;
	assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
	return use.ru_maxrss;
}

static void expect(struct str content, enum err wanted, uint64_t events, uint64_t skipped, const char *why)
{
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	enum err e = see_content(&s, ".x", content);
	if (e != wanted || s.events != events || parse_skipped_count(s.parse) != skipped)
		fail_msg("%s, %llu events, %llu skipped: %s", err_name(e), (unsigned long long)s.events,
			(unsigned long long)parse_skipped_count(s.parse), parse_why(s.parse));
	assert_non_null(strstr(parse_why(s.parse), why));
	see_free(&s);
}

/* ---- nothing of ours ---- */

static void test_not_a_chat(void **state)
{
	struct see s = { .quiet = true };
	expect((struct str){ NULL, 0 }, ERR_INPUT, 0, 0, "empty");
	expect(STR("Dear diary,\n\ntoday nothing happened: at all.\n"), ERR_INPUT, 0, 0, "begins like this");
	expect(STR("\x7f" "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0"), ERR_INPUT, 0, 0, "begins like this");
	expect(STR("PK\x03\x04 but no more of an archive than that"), ERR_INPUT, 0, 0, ".zip");
	expect(STR("\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff\xff"), ERR_INPUT, 0, 0, ".zst");
	assert_true(see_new(&s, NULL));
	assert_int_equal(parse_file(s.parse, "/tmp"), ERR_INPUT);
	assert_int_equal(parse_file(s.parse, "/nonexistent/file"), ERR_IO);
	const char *format;
	assert_int_equal(parse_recognise("/nonexistent/file", &format), ERR_IO);
	see_free(&s);
}

/* ---- bombs ---- */

static struct buf spaces(size_t n)
{
	struct buf b = BUF(n + 100);
	buf_add(&b, STR("1/1/24, 10:00 - A: hello\n"));
	char *to = buf_reserve(&b, n);
	assert_non_null(to);
	memset(to, ' ', n);
	b.n += n;
	return b;
}

static void test_zip_bomb(void **state)
{
	struct buf big = spaces(40u << 20);
	char path[64];
	int code;
	snprintf(path, sizeof path, "/tmp/hearth-bomb-%d.zip", (int)getpid());
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	assert_true(zip_file_add(z, "_chat.txt", zip_source_buffer(z, big.p, big.n, 0), 0) >= 0);
	assert_int_equal(zip_close(z), 0);
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	assert_int_equal(parse_file(s.parse, path), ERR_LIMIT);
	assert_non_null(strstr(parse_why(s.parse), "times its size"));
	unlink(path);
	see_free(&s);
	buf_free(&big);
}

static void test_zst_bomb(void **state)
{
	struct buf big = spaces(40u << 20);
	char packed[65536];
	size_t n = ZSTD_compress(packed, sizeof packed, big.p, big.n, 3);
	assert_false(ZSTD_isError(n));
	expect((struct str){ packed, n }, ERR_LIMIT, 0, 0, "times its size");
	buf_free(&big);
}

/* ---- lines and values without end ---- */

/* A file with a hole of nul bytes between two texts. */
static void sparse(char path[64], struct str before, uint64_t hole, struct str after)
{
	see_write(path, ".sparse", before);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_true(pwrite(fd, after.p, after.n, (off_t)(before.n + hole)) == (ssize_t)after.n);
	close(fd);
}

static void test_line_of_a_gigabyte(void **state)
{
	char path[64];
	long before = memory_kb();
	sparse(path, STR("ts\tgroup\tauthor\ttext\n1\tg\ta\tone\n2\tg\ta\t"), GIB, STR("\n3\tg\ta\tthree\n"));
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	unlink(path);
	assert_int_equal(s.events, 2);
	assert_int_equal(parse_skipped_count(s.parse), 1);
	assert_int_equal(parse_skipped_at(s.parse, 0).line, 3);
	assert_int_equal(parse_lines(s.parse), 4);
	assert_true(memory_kb() - before < 48 * 1024);
	see_free(&s);
}

static void test_json_values_without_end(void **state)
{
	char path[64];
	long before = memory_kb();
	/* A text outside the messages, then one inside: the first is nothing, the second is a message that is passed
	 * over. */
	sparse(path, STR("{\"type\":\"private_group\",\"id\":1,\"about\":\""), 24u << 20, STR("\",\"messages\":["
		"{\"type\":\"message\",\"date_unixtime\":\"1\",\"from\":\"A\",\"text\":\"x\"}]}"));
	struct see s = { .quiet = true };
	assert_true(see_new(&s, &(struct parse_options){ .format = "telegram" }));
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	unlink(path);
	assert_int_equal(s.events, 1);
	sparse(path, STR("{\"messages\":[{\"type\":\"message\",\"date_unixtime\":\"1\",\"from\":\"A\",\"text\":\""),
		24u << 20, STR("\"},{\"type\":\"message\",\"date_unixtime\":\"1\",\"from\":\"A\",\"text\":\"x\"}]}"));
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	unlink(path);
	assert_int_equal(s.events, 2);
	assert_int_equal(parse_skipped_count(s.parse), 1);
	assert_true(memory_kb() - before < 160 * 1024);
	see_free(&s);
}

static void test_deep_json(void **state)
{
	struct buf b = BUF(8u << 20);
	buf_add(&b, STR("{\"type\":\"private_group\",\"messages\":["));
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&b, '[');
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&b, ']');
	buf_add(&b, STR(",{\"type\":\"message\",\"date_unixtime\":\"1\",\"from\":\"A\",\"text\":\"x\"}]}"));
	expect(buf_str(&b), ERR_OK, 1, 1, "");
	buf_clear(&b);
	buf_add(&b, STR("{\"type\":\"private_group\",\"messages\":[],\"more\":"));
	for (int i = 0; i < 1000000; i++)
		buf_add(&b, STR("{\"a\":"));
	expect(buf_str(&b), ERR_LIMIT, 0, 0, "deeper than");
	buf_free(&b);
}

/* ---- damage ---- */

#define GOOD(n) \
	"{\"id\":" #n ",\"type\":\"message\",\"date_unixtime\":\"16000000" #n \
	"\",\"from\":\"A\",\"from_id\":\"user1\",\"text\":\"t" #n "\"}"
#define CHAT(messages) "{\"name\":\"N\",\"type\":\"private_group\",\"id\":5,\"messages\":[" messages "]}"

static void test_one_broken_message(void **state)
{
	expect(STR(CHAT(GOOD(10) ",{\"id\":11,\"type\":mess},{\"id\" 12},[1,2}," GOOD(13))), ERR_OK, 2, 3, "");
	expect(STR(CHAT(GOOD(10) ",\"text\",17,null,-,true," GOOD(13))), ERR_OK, 2, 5, "");
	expect(STR(CHAT("{\"type\":\"message\",\"date_unixtime\":\"99999999999999999999\",\"text\":\"x\"}," GOOD(10))),
		ERR_OK, 1, 1, "");
	expect(STR(CHAT("{\"type\":\"service\",\"date_unixtime\":\"1\",\"action\":\"invite_members\",\"members\":\"x\"}"
			"," GOOD(10))),
		ERR_OK, 2, 0, "");
}

static void test_cut_off_anywhere(void **state)
{
	static const char whole[] = CHAT(GOOD(10) "," GOOD(
		11) ",{\"id\":12,\"type\":\"message\",\"date_unixtime\":\"1600000012\",\"from\":\"\\ud83d\\ude00\","
		    "\"text\":[\"a\",{\"type\":\"link\",\"text\":\"\\u6e56\xe6\xb9\x96\"}]}");
	uint64_t last = 0;
	for (size_t n = 60; n < sizeof whole - 1; n++) {
		struct see s = { .quiet = true };
		assert_true(see_new(&s, &(struct parse_options){ .format = "telegram" }));
		assert_int_equal(see_content(&s, ".json", (struct str){ whole, n }), ERR_INPUT);
		assert_non_null(strstr(parse_why(s.parse), "ends in the middle"));
		assert_true(s.events >= last && s.events <= last + 1);
		last = s.events;
		see_free(&s);
	}
	assert_int_equal(last, 3);
	expect(str_of(whole), ERR_OK, 3, 0, "");
}

static void test_no_longer_json(void **state)
{
	expect(STR("{\"name\":\"N\",\"type\":\"private_group\",\"messages\":[" GOOD(10) "]; and so on"), ERR_INPUT, 1,
		0, "no longer JSON");
	expect(STR("{\"type\":\"private_group\",\"messages\":[" GOOD(10) "}"), ERR_INPUT, 1, 0, "no longer JSON");
}

/* Found by the fuzzer: a name of nothing but a broken byte, and no text. */
static void test_nothing_said(void **state)
{
	expect(STR("[2024/1/5 9:59:01] \xe6\xb9\x96\xe6:\n[2024/1/5 9:59:02] :\n[2024/1/5 9:59:03] \n"), ERR_OK, 3, 0, "");
}

/* Broken bytes inside JSON become marks; half a UTF-16 unit at the end is one. */
static void test_broken_bytes(void **state)
{
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	assert_int_equal(see_content(&s, ".json",
				 STR(CHAT("{\"id\":1,\"type\":\"message\",\"date_unixtime\":\"1\",\"from\":\"A\","
					  "\"text\":\"\xe6\xb9\x96"
					  " a\xff\xfe\0b\xe6\xb9 \\u0000\\ud800 \\uzzzz \xe6\xb9\x96\"}"))),
		ERR_OK);
	assert_true(str_find(buf_str(&s.text), STR("| 湖 a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "b\xef\xbf\xbd")) > 0);
	assert_true(str_find(buf_str(&s.text), STR("\xef\xbf\xbd\xef\xbf\xbd ?zzzz 湖\n")) > 0);
	see_free(&s);
	expect(STR("\xff\xfe"
		   "1\0/\0"
		   "1\0/\0"
		   "2\0"
		   "4\0,\0 \0"
		   "9\0:\0"
		   "0\0"
		   "0\0 \0-\0 \0A\0:\0 \0h\0i"),
		ERR_OK, 1, 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_a_chat),
		cmocka_unit_test(test_zip_bomb),
		cmocka_unit_test(test_zst_bomb),
		cmocka_unit_test(test_line_of_a_gigabyte),
		cmocka_unit_test(test_json_values_without_end),
		cmocka_unit_test(test_deep_json),
		cmocka_unit_test(test_one_broken_message),
		cmocka_unit_test(test_cut_off_anywhere),
		cmocka_unit_test(test_no_longer_json),
		cmocka_unit_test(test_nothing_said),
		cmocka_unit_test(test_broken_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
