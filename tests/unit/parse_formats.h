/* parse_formats: what the tests of single formats share: fixtures, things that stand in an event, and ways to hurt a
 * file. */
#ifndef HEARTH_TESTS_PARSE_FORMATS_H
#define HEARTH_TESTS_PARSE_FORMATS_H

#include <stdarg.h>
#include <sys/stat.h>

#include "parse_see.h"

#define HURT_STEPS 48u /* places at which a fixture is cut or changed */

static inline void fixture_path(char path[512], const char *name)
{
	const char *root = getenv("HEARTH_FIXTURES");
	snprintf(path, 512, "%s/parse/%s", root != NULL ? root : "tests/fixtures", name);
}

static inline struct str fixture_text(const char *name)
{
	char path[512];
	struct str text;
	fixture_path(path, name);
	if (file_read(path, 1u << 20, &text) != ERR_OK)
		fail_msg("cannot read %s", path);
	return text;
}

/* Read content written here and return the lines of parse_see; format may be NULL. Ends the test when it does not read.
 */
static inline void read_content(struct see *s, const struct parse_options *o, const char *suffix, struct str content)
{
	*s = (struct see){ .quiet = false };
	assert_true(see_new(s, o));
	enum err e = see_content(s, suffix, content);
	if (e != ERR_OK)
		fail_msg("%s: %s", err_name(e), parse_why(s->parse));
}

static inline void expect_line(const struct see *s, const char *line)
{
	if (str_find(buf_str(&s->text), str_of(line)) < 0)
		fail_msg("no line \"%s\" in\n%.*s", line, STR_ARG(buf_str(&s->text)));
}

/* Whatever was done to a file, the answer is a reading, or a sentence why not. Every reading counts what it saw. */
static inline void read_hurt(const char *format, struct str content)
{
	const struct parse_options o = { .format = format, .year = 2024 };
	struct see s = { .quiet = true };
	assert_true(see_new(&s, &o));
	enum err e = see_content(&s, ".x", content);
	if (e != ERR_OK && e != ERR_INPUT && e != ERR_LIMIT)
		fail_msg("%s: %s", err_name(e), parse_why(s.parse));
	assert_true(e == ERR_OK || parse_why(s.parse)[0] != '\0');
	see_free(&s);
}

static inline void replace_all(struct buf *out, struct str text, char what, const char *with)
{
	buf_clear(out);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == what)
			buf_add(out, str_of(with));
		else
			buf_add_char(out, text.p[i]);
}

/* Cut off, torn quotes, lines run together, numbers of any size, bytes that are no text, huge fields. */
static inline void hurt(const char *format, const char *name)
{
	static const char *const twists[][2] = { { "\"", "" }, { "\"", "\"\"" }, { "\n", "" }, { "\n", "\r\n\r\n" },
		{ "0", "99999999999" }, { "1", "" }, { "2", "-" }, { ":", "" }, { " ", "" }, { "<", ">" },
		{ "(", "((((" }, { ",", "" }, { ";", "," }, { "}", "{" }, { "]", "" }, { "[", "[[[[[[[[[[" } };
	struct str text = fixture_text(name);
	struct buf b = BUF(16u << 20);
	for (unsigned i = 0; i <= HURT_STEPS; i++) {
		size_t at = text.n * i / HURT_STEPS;
		read_hurt(format, str_first(text, at));
		buf_clear(&b);
		buf_add(&b, str_first(text, at));
		buf_add(&b, STR("\xff\xfe\x80\xc3\x28\"\n\""));
		buf_add(&b, str_from(text, at));
		read_hurt(format, buf_str(&b));
	}
	for (size_t i = 0; i < COUNT_OF(twists); i++) {
		replace_all(&b, text, twists[i][0][0], twists[i][1]);
		read_hurt(format, buf_str(&b));
	}
	buf_clear(&b);
	buf_add(&b, str_first(text, text.n / 2));
	for (unsigned i = 0; i < 200000; i++)
		buf_add(&b, STR("\xe7\x81\xab\""));
	buf_add(&b, str_from(text, text.n / 2));
	read_hurt(format, buf_str(&b));
	buf_free(&b);
	free((char *)text.p);
}

/* Every allocation fails once: an answer, and nothing is lost by the checker of leaks. */
static inline void starve(const char *name)
{
	char path[512];
	uint64_t count = 1;
	fixture_path(path, name);
	for (uint64_t n = 0; n <= count; n++) {
		const struct parse_options o = { .year = 2024 };
		struct see s = { .quiet = true };
		base_alloc_fail(n);
		enum err e = see_new(&s, &o) ? parse_file(s.parse, path) : ERR_MEMORY;
		count = n == 0 ? base_alloc_count() : count;
		base_alloc_fail(0);
		if (n == 0 ? e != ERR_OK : e != ERR_OK && e != ERR_MEMORY && e != ERR_LIMIT)
			fail_msg("%s, allocation %llu: %s", name, (unsigned long long)n, err_name(e));
		see_free(&s);
	}
	assert_true(count > 5);
}

#endif
