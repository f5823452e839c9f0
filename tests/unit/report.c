/*
 * The report of a made group with hostile names: JSON of the promised form, a page that is well nested and calls
 * nobody, both languages complete.
 */
#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/report.h"
#include "report/words_private.h"
#include "text/text.h"

#define DAY0 1577836800 /* 2020-01-01 */
#define DAYS 700
#define PEOPLE 30

static uint64_t chance = 11;

static double unit(void)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(chance >> 11) + .5) / 9007199254740992.0;
}

static const char *const names[] = { "<script>alert(1)</script>", "a&b \"q\" 'x'", "\xe2\x80\xae"
	"turned", "\xe7\x94\xb2", "]]><!--", "</style>", "{name}" };

static void name_of(int person, char out[64])
{
	if (person < (int)COUNT_OF(names))
		snprintf(out, 64, "%s", names[person]);
	else
		snprintf(out, 64, "person%d", person);
}

/* Thirty people of two years; twenty stop one after the other, the most answered first; a bot; a broken line. */
static void write_group(FILE *f)
{
	fputs("ts\tgroup\tauthor\ttype\tlen\treply_to\tflags\n", f);
	for (int day = 0; day < DAYS; day++)
		for (int i = 0; i < PEOPLE; i++) {
			char name[64], target[64];
			int stop = i < 20 ? 200 + i * 20 : DAYS;
			int other = (int)(unit() * unit() * PEOPLE);
			bool there = other != i && day < (other < 20 ? 200 + other * 20 : DAYS);
			if (day >= stop || unit() > .4)
				continue;
			name_of(i, name);
			name_of(other, target);
			fprintf(f, "%ld\tg<b>&amp;\t%s\tmsg\t5\t%s\t-\n", DAY0 + day * 86400L + i * 100, name,
				there ? target : "-");
		}
	fprintf(f, "%ld\tg<b>&amp;\trobot\tmsg\t5\t-\tb\n", DAY0 + DAYS * 86400L);
	fputs("this line <i>means</i> nothing\n", f);
}

struct made {
	char path[64];
	struct insight_study *study;
	const struct insight_diagnosis *diagnosis;
};

static int make(void **state)
{
	static struct made m;
	snprintf(m.path, sizeof m.path, "/tmp/hearth-report-XXXXXX");
	int fd = mkstemp(m.path);
	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "w");
	assert_non_null(f);
	write_group(f);
	assert_int_equal(fclose(f), 0);
	struct insight_options o = { .seed = 1, .owner = STR("person29") };
	m.study = insight_study_new(&o);
	assert_non_null(m.study);
	assert_int_equal(insight_study_file(m.study, m.path), ERR_OK);
	assert_int_equal(insight_study_end(m.study, &m.diagnosis), ERR_OK);
	*state = &m;
	return 0;
}

static int unmake(void **state)
{
	struct made *m = *state;
	insight_study_free(m->study);
	return unlink(m->path);
}

static void need(const struct json *j, const char *key, enum json_kind kind)
{
	const struct json *v = json_get(j, key);
	if (v == NULL || v->kind != kind)
		fail_msg("%s is missing or of another kind", key);
}

static void test_json(void **state)
{
	const struct made *m = *state;
	struct buf out CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
	struct arena *a CLEANUP(arena_drop) = arena_new(64u << 20);
	struct json *root;
	size_t at;
	assert_int_equal(report_json(m->diagnosis, &out), ERR_OK);
	assert_int_equal(json_read(a, buf_str(&out), 16, &root, &at), ERR_OK);
	const struct json *g = &json_get(root, "groups")->items[0];
	assert_true(str_eq(json_get(g, "group")->text, STR("g<b>&amp;")));
	need(g, "format", JSON_TEXT);
	need(json_get(g, "span"), "first", JSON_TEXT);
	assert_true(str_starts(json_get(json_get(g, "span"), "first")->text, STR("2020-01-01T")));
	need(g, "messages", JSON_INT);
	assert_int_equal(json_get(g, "members")->integer, PEOPLE);
	need(g, "joins", JSON_NULL);
	need(g, "leaves", JSON_NULL);
	int64_t messages = 0;
	const struct json *series = json_get(g, "series"), *people = json_get(g, "people");
	assert_int_equal(series->count, 101);
	for (size_t i = 0; i < series->count; i++) {
		need(&series->items[i], "week", JSON_TEXT);
		need(&series->items[i], "speakers", JSON_INT);
		messages += json_get(&series->items[i], "messages")->integer;
	}
	assert_int_equal(messages, json_get(g, "messages")->integer);
	assert_int_equal(people->count, PEOPLE);
	for (size_t i = 0; i < people->count; i++) {
		need(&people->items[i], "name", JSON_TEXT);
		need(&people->items[i], "last", JSON_TEXT);
		need(&people->items[i], "silent", JSON_BOOL);
		messages -= json_get(&people->items[i], "messages")->integer;
	}
	assert_int_equal(messages, 0);
	const struct json *order = json_get(g, "order_of_silence");
	assert_true(json_get(order, "rho")->real < -.5 && json_get(order, "high")->real < 0);
	need(order, "low", JSON_REAL);
	assert_in_range(json_get(order, "gone")->integer, 18, 20);
	assert_int_equal(json_get(json_get(g, "skipped"), "lines")->integer, 1);
	const struct json *example = &json_get(json_get(g, "skipped"), "examples")->items[0];
	assert_true(str_eq(json_get(example, "text")->text, STR("this line <i>means</i> nothing")));
}

/* Every tag that opens closes, in order; void elements and the doctype apart. */
static void check_nesting(struct str html)
{
	struct str open[64];
	size_t depth = 0;
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] != '<' || html.p[i + 1] == '!')
			continue;
		bool closes = html.p[i + 1] == '/';
		size_t from = i + 1 + closes, to = from;
		while (isalnum((unsigned char)html.p[to]))
			to++;
		struct str name = { html.p + from, to - from };
		while (html.p[to] != '>')
			to++;
		bool empty = html.p[to - 1] == '/' || str_eq(name, STR("meta"));
		if (closes) {
			assert_true(depth > 0);
			if (!str_eq(open[--depth], name))
				fail_msg("</" STR_FMT "> closes <" STR_FMT ">", STR_ARG(name), STR_ARG(open[depth]));
		} else if (!empty) {
			assert_true(depth < COUNT_OF(open));
			open[depth++] = name;
		}
		i = to;
	}
	assert_int_equal(depth, 0);
}

static void absent(struct str html, const char *what)
{
	if (str_find(html, str_of(what)) >= 0)
		fail_msg("the page has %s", what);
}

static void has(struct str html, const char *what)
{
	if (str_find(html, str_of(what)) < 0)
		fail_msg("the page has no %s", what);
}

static void test_page(void **state)
{
	const struct made *m = *state;
	static const char *const never[] = { "<script", "http:", "https:", "//", "url(", "onerror=", "<b>", "<i>means",
		"nan", "inf,", "\xe2\x80\xae", "{n}", "{low}", "<!--", "(null)" };
	for (int chinese = 0; chinese < 2; chinese++) {
		struct buf out CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
		assert_int_equal(report_html(m->diagnosis, chinese, &out), ERR_OK);
		buf_add_char(&out, '\0');
		struct str html = { out.p, out.n - 1 };
		assert_true(utf8_ok(html));
		check_nesting(html);
		for (size_t i = 0; i < COUNT_OF(never); i++)
			absent(html, never[i]);
		assert_true(str_find(html, STR("&lt;script&gt;")) > 0);
		assert_true(str_find(html, STR("{name}")) > 0); /* somebody is called so; it is no place to fill */
		assert_true(str_find(html, str_of(word_text(W_order_core, chinese))) > 0);
		assert_true(str_find(html, str_of(word_text(W_is_cooler_much, chinese))) > 0);
		assert_true(str_find(html, str_of(word_text(W_joins_unknown, chinese))) > 0);
		assert_true(str_find(html, STR("class=\"coreline\"")) > 0);
		absent(html, word_text(W_order_core, !chinese));
		/* Two years of history: the forecast, its fan of two bands, who goes, who is new. */
		has(html, "class=\"ahead80\"");
		has(html, "class=\"ahead50\"");
		has(html, "class=\"ahead\"");
		has(html, word_text(W_gone, chinese));
		has(html, word_text(W_newcomers, chinese));
		has(html, chinese ? "10 次里" : " in 10");
		absent(html, "{span}");
	}
}

static void test_plain(void **state)
{
	const struct made *m = *state;
	for (int chinese = 0; chinese < 2; chinese++) {
		struct buf out CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
		assert_int_equal(report_plain(m->diagnosis, chinese, &out), ERR_OK);
		assert_true(str_find(buf_str(&out), str_of(word_text(W_order_core, chinese))) > 0);
		assert_true(str_find(buf_str(&out), STR("g<b>&amp;")) == 0);
		absent(buf_str(&out), "\x1b");
		absent(buf_str(&out), "nan");
		has(buf_str(&out), word_text(W_ahead, chinese));
		has(buf_str(&out), chinese ? "10 次里" : " in 10");
	}
}

/* A group of three weeks: no forecast and no fan, but the reason. */
static void test_young(void **state)
{
	(void)state;
	struct insight_options o = { .seed = 1 };
	struct insight_study *study CLEANUP(insight_study_drop) = insight_study_new(&o);
	struct buf out CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
	const struct insight_diagnosis *d;
	char path[] = "/tmp/hearth-report-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "w");
	assert_non_null(f);
	fputs("ts\tgroup\tauthor\ttype\tlen\treply_to\tflags\n", f);
	for (int day = 0; day < 40; day++)
		fprintf(f, "%ld\tyoung\tperson%d\tmsg\t5\t-\t-\n", DAY0 + day * 86400L, day % 3);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(insight_study_file(study, path), ERR_OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(insight_study_end(study, &d), ERR_OK);
	assert_int_equal(report_html(d, false, &out), ERR_OK);
	has(buf_str(&out), "No forecast yet: less than 36 weeks of history.");
	absent(buf_str(&out), "class=\"ahead");
	absent(buf_str(&out), "nan");
}

static void test_nothing(void **state)
{
	const struct insight_diagnosis none = { 0 };
	struct buf out CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
	assert_int_equal(report_json(&none, &out), ERR_OK);
	assert_true(str_starts(buf_str(&out), STR("{\"groups\":[],")));
	buf_clear(&out);
	assert_int_equal(report_html(&none, true, &out), ERR_OK);
	assert_true(str_find(buf_str(&out), str_of(word_text(W_nothing_read, true))) > 0);
	buf_clear(&out);
	struct buf small CLEANUP(buf_free) = BUF(100);
	assert_int_equal(report_html(&none, true, &small), ERR_LIMIT);
}

/* The same places to fill in both languages, no words that the interface never uses, no exclamation marks. */
static void test_words(void **state)
{
	static const char *const never[] = { "!", "！", "failed", "invalid", "error", "失败", "错误", "非法", "无效",
		"警告", "您" };
	for (enum word w = 0; w < WORDS; w++)
		for (int chinese = 0; chinese < 2; chinese++) {
			struct str this = str_of(word_text(w, chinese)), other = str_of(word_text(w, !chinese));
			assert_true(this.n > 0);
			for (size_t i = 0; i < COUNT_OF(never); i++)
				absent(this, never[i]);
			for (struct str left = this; str_find(left, STR("{")) >= 0;) {
				left = str_from(left, (size_t)str_find(left, STR("{")));
				struct str place = str_first(left, (size_t)str_find(left, STR("}")) + 1);
				if (w != W_source_skipped && str_find(other, place) < 0)
					fail_msg(STR_FMT " is not in: " STR_FMT, STR_ARG(place), STR_ARG(other));
				left = str_from(left, place.n);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_young),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests_name("report", tests, make, unmake);
}
