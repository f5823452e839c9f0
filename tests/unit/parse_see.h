/* parse_see: a reading written down as text, for the tests of the room parse. */
#ifndef HEARTH_TESTS_PARSE_SEE_H
#define HEARTH_TESTS_PARSE_SEE_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "parse/parse.h"

struct see {
	struct parse *parse;
	struct buf text;      /* a line per event, if wanted */
	bool quiet;
	uint64_t events, stop_after; /* stop_after: the sink says ERR_BUSY then; 0: never */
	uint64_t kinds[PARSE_KINDS];
	uint64_t progress, quit_after;
};

static inline void see_name(struct see *s, int32_t person)
{
	buf_add_char(&s->text, ' ');
	buf_add(&s->text, person < 0 ? STR("-") : parse_person_name(s->parse, (size_t)person));
}

static inline enum err see_event(void *arg, const struct parse_event *e)
{
	static const char *const kinds[PARSE_KINDS] = { "text", "media", "act", "join", "leave", "removed", "quit",
		"recall", "packet", "rename", "system", "gap", "ungap" };
	static const char letters[] = "bgqudn";
	struct see *s = arg;
	char at[21], flags[8] = "";
	s->kinds[e->kind]++;
	assert_true(utf8_ok(e->text) && utf8_ok(e->id) && utf8_ok(e->topic));
	assert_true(e->group >= 0 && (size_t)e->group < parse_groups(s->parse));
	assert_true(e->author < (int32_t)parse_people(s->parse) && e->target < (int32_t)parse_people(s->parse));
	if (s->stop_after > 0 && s->events == s->stop_after)
		return ERR_BUSY;
	s->events++;
	if (s->quiet)
		return ERR_OK;
	for (size_t i = 0, n = 0; letters[i] != '\0'; i++)
		if ((e->flags & 1u << i) != 0)
			flags[n++] = letters[i];
	date_print(e->at_us, at);
	buf_print(&s->text, "%llu %s g%d %s", (unsigned long long)e->line, at, (int)e->group, kinds[e->kind]);
	see_name(s, e->author);
	buf_add(&s->text, STR(" >"));
	see_name(s, e->target);
	buf_print(&s->text, " [%s] %u", flags, (unsigned)e->chars);
	if (e->id.n > 0) {
		buf_add(&s->text, STR(" #"));
		buf_add(&s->text, e->id);
	}
	if (e->topic.n > 0) {
		buf_add(&s->text, STR(" in "));
		buf_add(&s->text, e->topic);
	}
	buf_add(&s->text, STR(" | "));
	for (size_t i = 0; i < e->text.n; i++)
		if (e->text.p[i] == '\n')
			buf_add(&s->text, STR("\\n"));
		else
			buf_add_char(&s->text, e->text.p[i]);
	buf_add_char(&s->text, '\n');
	return ERR_OK;
}

static inline bool see_progress(void *arg, uint64_t done_bytes, uint64_t all_bytes)
{
	struct see *s = arg;
	assert_true(all_bytes == 0 || done_bytes <= all_bytes);
	return s->quit_after > 0 && ++s->progress >= s->quit_after;
}

/* options may be NULL. */
static inline bool see_new(struct see *s, const struct parse_options *options)
{
	const struct parse_sink sink = { .event = see_event, .progress = see_progress, .arg = s };
	s->text = BUF(64u << 20);
	s->parse = parse_new(options, &sink);
	return s->parse != NULL;
}

static inline void see_free(struct see *s)
{
	parse_free(s->parse);
	buf_free(&s->text);
}

/* What the reading knows at its end. */
static inline void see_end(struct see *s)
{
	const struct parse *p = s->parse;
	for (size_t i = 0; i < parse_groups(p); i++) {
		buf_print(&s->text, "group %.*s = %.*s knows %x", STR_ARG(parse_group_key(p, i)),
			STR_ARG(parse_group_name(p, i)), parse_known(p, i));
		buf_add_char(&s->text, '\n');
	}
	for (size_t i = 0; i < parse_people(p); i++) {
		buf_print(&s->text, "person %.*s = %.*s%s%s", STR_ARG(parse_person_key(p, i)),
			STR_ARG(parse_person_name(p, i)), parse_person_is_bot(p, i) ? " bot" : "",
			parse_person_is_self(p, i) ? " self" : "");
		buf_add_char(&s->text, '\n');
	}
	buf_print(&s->text, "format %s lines %llu skipped %llu%s%s%s", parse_format(p) ? parse_format(p) : "-",
		(unsigned long long)parse_lines(p), (unsigned long long)parse_skipped_count(p),
		parse_asks_zone(p) ? " zone?" : "", parse_asks_date_order(p) ? " order?" : "",
		parse_asks_year(p) ? " year?" : "");
	buf_add_char(&s->text, '\n');
	for (size_t i = 0; i < parse_skipped_shown(p); i++) {
		struct parse_skipped k = parse_skipped_at(p, i);
		assert_true(utf8_ok(k.text) && k.text.n <= 200);
		buf_print(&s->text, "skipped %.*s:%llu %.*s", STR_ARG(k.file), (unsigned long long)k.line,
			STR_ARG(k.text));
		buf_add_char(&s->text, '\n');
	}
}

/* A file with this content, to be unlinked. */
static inline void see_write(char path[64], const char *suffix, struct str content)
{
	snprintf(path, 64, "/tmp/hearth-parse-XXXXXX%s", suffix);
	int fd = mkstemps(path, (int)strlen(suffix));
	assert_true(fd >= 0);
	for (size_t at = 0; at < content.n;) {
		ssize_t n = write(fd, content.p + at, content.n - at);
		assert_true(n > 0);
		at += (size_t)n;
	}
	assert_int_equal(close(fd), 0);
}

/* Read content as a file of its own; the reading stays in s. */
static inline enum err see_content(struct see *s, const char *suffix, struct str content)
{
	char path[64];
	see_write(path, suffix, content);
	enum err e = parse_file(s->parse, path);
	unlink(path);
	return e;
}

#endif
