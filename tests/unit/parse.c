/*
 * The room parse as a whole: every fixture with a .events file beside it reads as that file says; doubts, stops, files
 * that belong together, encodings, archives, allocations that fail, and the samples of $HEARTH_SHARED where they are.
 *
 * With HEARTH_FIXTURES_WRITE=1 the .events files are written anew; look at the difference before you keep it.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <zip.h>
#include <zstd.h>

#include "parse_see.h"

#define FILE_MAX (64u << 20)

static const char *fixtures_path(void)
{
	const char *root = getenv("HEARTH_FIXTURES");
	return root != NULL ? root : "tests/fixtures";
}

static struct str read_whole(const char *path)
{
	struct str text;
	if (file_read(path, FILE_MAX, &text) != ERR_OK)
		fail_msg("cannot read %s", path);
	return text;
}

/* ---- fixtures ---- */

static void compare(const char *events_path, struct str seen)
{
	if (getenv("HEARTH_FIXTURES_WRITE") != NULL) {
		assert_int_equal(file_write(events_path, seen, 0644), ERR_OK);
		return;
	}
	struct str wanted = read_whole(events_path), a = wanted, b = seen, x, y;
	for (unsigned line = 1; str_cut(&a, '\n', &x); line++) {
		if (!str_cut(&b, '\n', &y))
			y = STR("(the end)");
		if (!str_eq(x, y))
			fail_msg("%s:%u\n wanted %.*s\n seen   %.*s", events_path, line, STR_ARG(x), STR_ARG(y));
	}
	assert_int_equal(wanted.n, seen.n);
	free((char *)wanted.p);
}

static void test_fixtures(void **state)
{
	char path[512], events[600];
	snprintf(path, sizeof path, "%s/parse", fixtures_path());
	DIR *dir = opendir(path);
	assert_non_null(dir);
	unsigned count = 0;
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		struct str name = str_of(d->d_name);
		if (!str_ends(name, STR(".events")))
			continue;
		snprintf(path, sizeof path, "%s/parse/%.*s", fixtures_path(), (int)name.n - 7, d->d_name);
		snprintf(events, sizeof events, "%s.events", path);
		struct parse_options options = { .year = 2024 };
		struct see s = { .quiet = false };
		assert_true(see_new(&s, &options));
		enum err e = parse_file(s.parse, path);
		if (e != ERR_OK)
			fail_msg("%s: %s (%s)", path, err_name(e), parse_why(s.parse));
		see_end(&s);
		compare(events, buf_str(&s.text));
		see_free(&s);
		count++;
	}
	closedir(dir);
	assert_true(count >= 9);
}

/* ---- what the reader may ask of it ---- */

static const char walkers[] = "[01.02.24, 10.15.00] Ann: one\n[02.02.24, 10.16.00] Bo: two\n";

static int64_t first_us;
static enum err keep_first(void *arg, const struct parse_event *e)
{
	first_us = first_us == 0 ? e->at_us : first_us;
	return ERR_OK;
}

static int64_t first_of(const struct parse_options *o, struct str content)
{
	const struct parse_sink sink = { .event = keep_first };
	struct parse *p = parse_new(o, &sink);
	char path[64];
	first_us = 0;
	see_write(path, ".txt", content);
	assert_int_equal(parse_file(p, path), ERR_OK);
	unlink(path);
	assert_int_equal(parse_asks_zone(p), o->zone == NULL);
	assert_int_equal(parse_asks_date_order(p), o->date_order == PARSE_ORDER_UNKNOWN);
	parse_free(p);
	return first_us;
}

static void test_doubts_settled(void **state)
{
	struct zone *shanghai;
	assert_int_equal(zone_open("Asia/Shanghai", &shanghai), ERR_OK);
	struct date february = { 2024, 2, 1, 10, 15, 0 }, january = { 2024, 1, 2, 10, 15, 0 };
	struct parse_options o = { .format = "auto" };
	assert_true(first_of(&o, str_of(walkers)) == us_from_date(february));
	o.date_order = PARSE_MONTH_FIRST;
	assert_true(first_of(&o, str_of(walkers)) == us_from_date(january));
	o.zone = shanghai;
	assert_true(first_of(&o, str_of(walkers)) == us_from_date(january) - 8 * 3600 * US_PER_S);
	zone_free(shanghai);
}

static void test_self_name(void **state)
{
	struct parse_options o = { .self_name = STR("Ann") };
	struct see s = { .quiet = false };
	assert_true(see_new(&s, &o));
	assert_int_equal(
		see_content(&s, ".txt", STR("13/1/24, 10:00 - Bo added you\n13/1/24, 10:01 - Ann: I am Ann\n")),
		ERR_OK);
	assert_int_equal(parse_people(s.parse), 2);
	assert_true(parse_person_is_self(s.parse, 0) != parse_person_is_self(s.parse, 1));
	see_free(&s);
}

static void test_sink_ends_it(void **state)
{
	struct see s = { .stop_after = 1 };
	assert_true(see_new(&s, NULL));
	assert_int_equal(see_content(&s, ".txt", str_of(walkers)), ERR_BUSY);
	assert_int_equal(s.events, 1);
	see_free(&s);
}

static void test_progress_ends_it(void **state)
{
	struct buf big = BUF(16u << 20);
	while (big.n < 6u << 20)
		buf_add(&big, STR("1700000000\tg\ta\tmsg\t3\n"));
	struct see s = { .quiet = true, .quit_after = 3 };
	assert_true(see_new(&s, NULL));
	assert_int_equal(see_content(&s, ".tsv", buf_str(&big)), ERR_CLOSED);
	assert_int_equal(s.progress, 3);
	assert_true(s.events > 50000 && s.events < big.n / 21);
	see_free(&s);
	buf_free(&big);
}

/* Two files of one reading share groups and people; an answer reaches over. */
static void test_files_together(void **state)
{
	struct see s = { .quiet = false };
	char path[600];
	assert_true(see_new(&s, NULL));
	snprintf(path, sizeof path, "%s/parse/telegram_group.json", fixtures_path());
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	size_t people = parse_people(s.parse);
	assert_int_equal(see_content(&s, ".json",
				 STR("{\"name\":\"Lakeside "
				     "walkers\",\"type\":\"public_supergroup\",\"id\":1500000001,\"messages\":["
				     "{\"id\":20,\"type\":\"message\",\"date_unixtime\":\"1615000000\",\"from\":\"Bo\","
				     "\"from_id\":\"user102\",\"reply_to_message_id\":2,"
				     "\"text\":\"late\"}]}")),
		ERR_OK);
	assert_int_equal(parse_groups(s.parse), 1);
	assert_int_equal(parse_people(s.parse), people);
	assert_true(str_find(buf_str(&s.text), STR("text Bo > Ann [] 4 #20 | late")) > 0);
	see_free(&s);
}

static void test_formats_listed(void **state)
{
	const char *name;
	size_t count = 0;
	for (; (name = parse_format_at(count)) != NULL; count++) {
		assert_true(utf8_ok(str_of(parse_format_title(count, true))) &&
			str_of(parse_format_title(count, false)).n > 0);
		for (size_t i = 0; i < count; i++)
			assert_string_not_equal(name, parse_format_at(i));
	}
	assert_true(count >= 3);
	assert_null(parse_format_title(count, true));
	struct parse_options o = { .format = "no such format" };
	struct see s = { .quiet = true };
	assert_true(see_new(&s, &o));
	assert_int_equal(see_content(&s, ".txt", str_of(walkers)), ERR_INPUT);
	assert_true(strlen(parse_why(s.parse)) > 0);
	see_free(&s);
}

/* ---- encodings and archives ---- */

static void expect_ann(const char *suffix, struct str content)
{
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	enum err e = see_content(&s, suffix, content);
	if (e != ERR_OK)
		fail_msg("%s", parse_why(s.parse));
	if (str_find(buf_str(&s.text), STR("湖边的安")) < 0 || str_find(buf_str(&s.text), STR("周日谁来")) < 0)
		fail_msg("seen: %.*s", STR_ARG(buf_str(&s.text)));
	assert_int_equal(s.events, 2);
	assert_int_equal(parse_skipped_count(s.parse), 0);
	see_free(&s);
}

static const char chinese[] = "2024/1/13 10:00 - 湖边的安: 周日谁来？我们一起走走，看看湖水。\r\n2024/1/13 10:01 - 波: 我来\r\n";

static void to_utf16(struct buf *out, struct str s, bool big, bool mark)
{
	for (size_t at = 0; at < s.n + (mark ? 1 : 0);) {
		uint32_t c;
		const unsigned char *p = (const unsigned char *)s.p + at;
		if (mark) {
			c = 0xfeff;
			mark = false;
		} else if (*p < 0x80) {
			c = *p;
			at++;
		} else {
			c = (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
			at += 3;
		}
		buf_add_char(out, (char)(big ? c >> 8 : c & 255));
		buf_add_char(out, (char)(big ? c & 255 : c >> 8));
	}
}

static void test_encodings(void **state)
{
	expect_ann(".txt", str_of(chinese));
	struct buf b = BUF(1u << 20);
	buf_add(&b, STR("\xef\xbb\xbf"));
	buf_add(&b, str_of(chinese));
	expect_ann(".txt", buf_str(&b));
	for (int variant = 0; variant < 4; variant++) {
		buf_clear(&b);
		to_utf16(&b, str_of(chinese), variant & 1, variant & 2);
		expect_ann(".txt", buf_str(&b));
	}
	buf_free(&b);
	/* The same lines in GBK. */
	expect_ann(".txt",
		STR("2024/1/13 10:00 - \xba\xfe\xb1\xdf\xb5\xc4\xb0\xb2: "
		    "\xd6\xdc\xc8\xd5\xcb\xad\xc0\xb4\xa3\xbf\xce\xd2\xc3\xc7\xd2\xbb\xc6\xf0"
		    "\xd7\xdf\xd7\xdf\xa3\xac\xbf\xb4\xbf\xb4\xba\xfe\xcb\xae\xa1\xa3\r\n2024/1/13 10:01 - \xb2\xa8: "
		    "\xce\xd2\xc0\xb4\r\n"));
}

static void test_mixed_lines(void **state)
{
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	assert_int_equal(see_content(&s, ".tsv",
				 STR("ts\tgroup\tauthor\ttext\n1\tg\ta\tcaf\xc3\xa9 "
				     "\xe6\xb9\x96\n2\tg\ta\tcaf\xe9\n3\tg\ta\tnul\x00here\n4\tg\ta\tna\xc3\xafve")),
		ERR_OK);
	assert_true(str_find(buf_str(&s.text), STR("| café 湖\n")) > 0);
	assert_true(str_find(buf_str(&s.text), STR("| café\n")) > 0);
	assert_true(str_find(buf_str(&s.text), STR("| nul\xef\xbf\xbdhere\n")) > 0);
	assert_true(str_find(buf_str(&s.text), STR("| naïve\n")) > 0);
	see_free(&s);
}

static void test_zst(void **state)
{
	char packed[1024];
	size_t n = ZSTD_compress(packed, sizeof packed, chinese, sizeof chinese - 1, 3);
	assert_false(ZSTD_isError(n));
	expect_ann(".zst", (struct str){ packed, n });
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	assert_int_equal(see_content(&s, ".zst", (struct str){ packed, n - 9 }), ERR_INPUT);
	assert_non_null(strstr(parse_why(s.parse), ".zst"));
	see_free(&s);
}

static void put_in(zip_t *z, const char *name, struct str text)
{
	zip_source_t *source = zip_source_buffer(z, text.p, text.n, 0);
	assert_true(zip_file_add(z, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

static void test_zip(void **state)
{
	char path[64];
	int code;
	snprintf(path, sizeof path, "/tmp/WhatsApp Chat - Lake %d.zip", (int)getpid());
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	put_in(z, "letter.txt", STR("Dear Ann, this is a document somebody sent.\n"));
	put_in(z, "photo.jpg", STR("\xff\xd8\xff"));
	put_in(z, "_chat.txt", str_of(walkers));
	assert_int_equal(zip_close(z), 0);
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	assert_int_equal(s.events, 2);
	assert_true(str_starts(parse_group_name(s.parse, 0), STR("Lake ")));
	const char *format = NULL;
	assert_int_equal(parse_recognise(path, &format), ERR_OK);
	assert_string_equal(format, "whatsapp");
	unlink(path);
	see_free(&s);
}

/* Several chats in one archive are read one after another; what is none is shown by name. */
static void test_zip_of_many(void **state)
{
	char path[64];
	int code;
	snprintf(path, sizeof path, "/tmp/hearth-many-%d.zip", (int)getpid());
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	put_in(z, "a.tsv", STR("1\tone\tann\tmsg\t3\n"));
	put_in(z, "notes.csv", STR("apples,pears\n1,2\n"));
	put_in(z, "more/b.tsv", STR("2\ttwo\tann\tmsg\t3\n"));
	assert_int_equal(zip_close(z), 0);
	struct see s = { .quiet = false };
	assert_true(see_new(&s, NULL));
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	assert_int_equal(s.events, 2);
	assert_int_equal(parse_groups(s.parse), 2);
	assert_int_equal(parse_people(s.parse), 1);
	assert_int_equal(parse_skipped_count(s.parse), 1);
	assert_true(str_eq(parse_skipped_at(s.parse, 0).text, STR("notes.csv")));
	assert_string_equal(parse_format(s.parse), "hearth_tsv");
	unlink(path);
	see_free(&s);
}

/* ---- memory ---- */

static enum err read_failing(const char *path, uint64_t nth, uint64_t *out_count)
{
	struct see s = { .quiet = true };
	base_alloc_fail(nth);
	enum err e = see_new(&s, NULL) ? parse_file(s.parse, path) : ERR_MEMORY;
	*out_count = base_alloc_count();
	base_alloc_fail(0);
	see_free(&s);
	return e;
}

static void test_each_allocation_fails(void **state)
{
	static const char *const names[] = { "telegram_group.json", "whatsapp_android_en.txt", "hearth_text.tsv" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[600];
		uint64_t count = 0, unused;
		snprintf(path, sizeof path, "%s/parse/%s", fixtures_path(), names[i]);
		assert_int_equal(read_failing(path, 0, &count), ERR_OK);
		assert_true(count > 10 && count < 2000);
		unsigned refused = 0;
		for (uint64_t n = 1; n <= count; n++) {
			enum err e = read_failing(path, n, &unused);
			assert_true(e == ERR_OK || e == ERR_MEMORY || e == ERR_LIMIT);
			refused += e != ERR_OK;
		}
		assert_true(refused > count / 2);
	}
}

/* ---- samples of others ---- */

static unsigned read_folder(const char *path, const char *format)
{
	DIR *dir = opendir(path);
	unsigned count = 0;
	for (struct dirent *d; dir != NULL && (d = readdir(dir)) != NULL;) {
		char file[1024];
		if (d->d_name[0] == '.' || strcmp(d->d_name, "SOURCES.txt") == 0)
			continue;
		snprintf(file, sizeof file, "%s/%s", path, d->d_name);
		struct see s = { .quiet = false };
		assert_true(see_new(&s, NULL));
		enum err e = parse_file(s.parse, file);
		if (e != ERR_OK || strcmp(parse_format(s.parse), format) != 0 || s.events == 0 ||
			parse_skipped_count(s.parse) > 0)
			fail_msg("%s: %s %s", file, err_name(e), parse_why(s.parse));
		see_free(&s);
		count++;
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

static void test_shared_samples(void **state)
{
	static const char *const formats[] = { "telegram", "whatsapp" };
	const char *shared = getenv("HEARTH_SHARED");
	char path[512];
	struct stat st;
	snprintf(path, sizeof path, "%s/exports", shared != NULL ? shared : "");
	if (shared == NULL || stat(path, &st) != 0) {
		print_message("HEARTH_SHARED has no samples: nothing to read\n");
		skip();
	}
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		snprintf(path, sizeof path, "%s/exports/%s", shared, formats[i]);
		assert_true(read_folder(path, formats[i]) > 3);
	}
}

static void test_shared_tsv(void **state)
{
	const char *shared = getenv("HEARTH_SHARED");
	char path[512];
	snprintf(path, sizeof path, "%s/data/sets/fcc.tsv.zst", shared != NULL ? shared : "");
	if (access(path, R_OK) != 0) {
		print_message("HEARTH_SHARED has no sets: nothing to read\n");
		skip();
	}
	struct see s = { .quiet = true };
	assert_true(see_new(&s, NULL));
	assert_int_equal(parse_file(s.parse, path), ERR_OK);
	/* As its README counts them. */
	assert_int_equal(s.events, 211038);
	assert_int_equal(parse_groups(s.parse), 521);
	assert_int_equal(parse_skipped_count(s.parse), 0);
	see_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_doubts_settled),
		cmocka_unit_test(test_self_name),
		cmocka_unit_test(test_sink_ends_it),
		cmocka_unit_test(test_progress_ends_it),
		cmocka_unit_test(test_files_together),
		cmocka_unit_test(test_formats_listed),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_mixed_lines),
		cmocka_unit_test(test_zst),
		cmocka_unit_test(test_zip),
		cmocka_unit_test(test_zip_of_many),
		cmocka_unit_test(test_each_allocation_fails),
		cmocka_unit_test(test_shared_samples),
		cmocka_unit_test(test_shared_tsv),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
