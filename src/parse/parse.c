/*
 * A reading: opens a file, finds its format, hands events on, keeps what was not understood and what is in doubt.
 *
 * Used by: whoever reads (parse.h) and the formats (parse_private.h). Not here: the tables (tables.c), the bytes
 * (source.c).
 */
#include <stdio.h>
#include <stdlib.h>

#include "parse/core.h"

#define EXAMPLES_BYTES_MAX (64u << 10)
#define EXAMPLE_BYTES 200u

static bool copy_text(struct str s, char **out)
{
	*out = malloc(s.n + 1);
	if (*out == NULL)
		return false;
	if (s.n > 0)
		memcpy(*out, s.p, s.n);
	(*out)[s.n] = '\0';
	return true;
}

struct parse *parse_new(const struct parse_options *o, const struct parse_sink *sink)
{
	struct parse *p = calloc(1, sizeof *p);
	if (p == NULL)
		return NULL;
	if (o != NULL)
		p->options = *o;
	if (sink != NULL)
		p->sink = *sink;
	p->group_ids = map_new(PARSE_GROUPS_MAX);
	p->person_ids = map_new(2 * (size_t)PARSE_PEOPLE_MAX);
	p->examples_text = arena_new(EXAMPLES_BYTES_MAX);
	bool copied = copy_text(str_of(p->options.format), &p->format_wanted) &&
		copy_text(p->options.self_name, &p->self_name);
	if (!copied || p->group_ids == NULL || p->person_ids == NULL || p->examples_text == NULL) {
		parse_free(p);
		return NULL;
	}
	p->options.format = p->format_wanted;
	p->options.self_name.p = p->self_name;
	return p;
}

void parse_free(struct parse *p)
{
	if (p == NULL)
		return;
	parse_tables_free(p);
	arena_free(p->examples_text);
	free(p->format_wanted);
	free(p->self_name);
	free(p);
}

void parse_drop(struct parse **p) { parse_free(*p); }

const struct parse_options *parse_options_of(const struct parse *p) { return &p->options; }
const char *parse_why(const struct parse *p) { return p->why; }
const char *parse_format(const struct parse *p) { return p->format != NULL ? p->format->name : NULL; }
uint64_t parse_skipped_count(const struct parse *p) { return p->skipped; }
size_t parse_skipped_shown(const struct parse *p) { return p->shown; }
uint64_t parse_lines(const struct parse *p) { return p->lines; }
bool parse_asks_zone(const struct parse *p) { return p->asks_zone; }
bool parse_asks_date_order(const struct parse *p) { return p->asks_date_order; }
bool parse_asks_year(const struct parse *p) { return p->asks_year; }
void parse_ask_zone(struct parse *p) { p->asks_zone = true; }
void parse_ask_date_order(struct parse *p) { p->asks_date_order = true; }
void parse_ask_year(struct parse *p) { p->asks_year = true; }

struct parse_skipped parse_skipped_at(const struct parse *p, size_t index)
{
	const struct parse_example *e = &p->examples[index];
	return (struct parse_skipped){ .line = e->line, .file = e->file, .text = e->text };
}

enum err parse_fail(struct parse *p, enum err e, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(p->why, sizeof p->why, format, args);
	va_end(args);
	return e;
}

bool parse_progress(struct parse *p, uint64_t done_bytes, uint64_t all_bytes)
{
	return p->sink.progress == NULL || !p->sink.progress(p->sink.arg, done_bytes, all_bytes);
}

void parse_skip(struct parse *p, struct source *in, struct str line)
{
	p->skipped++;
	if (p->shown == PARSE_SKIPPED_SHOWN)
		return;
	struct parse_example e = { .line = source_line_number(in) };
	struct str name = utf8_first(source_head(in)->file_name, EXAMPLE_BYTES);
	if (utf8_mend(p->examples_text, str_first(line, EXAMPLE_BYTES), &e.text) != ERR_OK ||
	    arena_copy(p->examples_text, name, &e.file) != ERR_OK)
		return;
	e.text = utf8_first(e.text, EXAMPLE_BYTES);
	p->examples[p->shown++] = e;
}

int64_t parse_local(struct parse *p, struct date local)
{
	if (p->options.zone == NULL)
		p->asks_zone = true;
	return zone_to_utc(p->options.zone, us_from_date(local));
}

/* ---- telling ---- */

/* Is there a question mark outside the addresses of pages? */
static bool asks(struct str text, bool ascii)
{
	static const struct str marks[] = { { "\xef\xbc\x9f", 3 }, { "\xd8\x9f", 2 } }; /* ？ ؟ */
	for (size_t i = 0; !ascii && i < COUNT_OF(marks); i++)
		if (memmem(text.p, text.n, marks[i].p, marks[i].n) != NULL)
			return true;
	const char *at = text.p, *end = text.p + text.n;
	for (; (at = memchr(at, '?', (size_t)(end - at))) != NULL; at++) {
		const char *word = at;
		while (word > text.p && (unsigned char)word[-1] > ' ')
			word--;
		if (memmem(word, (size_t)(at - word), "://", 3) == NULL)
			return true;
		while (at + 1 < end && (unsigned char)at[1] > ' ')
			at++;
	}
	return false;
}

/* "://" or "www." */
static bool has_address(struct str text)
{
	const char *at = text.p, *end = text.p + text.n;
	for (; (at = memchr(at, ':', (size_t)(end - at))) != NULL; at++)
		if (end - at > 3 && at[1] == '/' && at[2] == '/')
			return true;
	for (at = text.p; (at = memchr(at, '.', (size_t)(end - at))) != NULL; at++)
		if (at - text.p >= 3 && memcmp(at - 3, "www", 3) == 0)
			return true;
	return false;
}

static void look_at_text(struct parse_event *e)
{
	/* Continuation bytes are the only ones from 0x80 to 0xbf: -128 to -65. */
	uint32_t chars = 0;
	for (size_t i = 0; i < e->text.n; i++)
		chars += (signed char)e->text.p[i] >= -64;
	if (e->chars == 0)
		e->chars = chars;
	if (e->kind != PARSE_TEXT && e->kind != PARSE_MEDIA && e->kind != PARSE_ACT)
		return;
	if ((e->flags & PARSE_QUESTION) == 0 && asks(e->text, chars == e->text.n))
		e->flags |= PARSE_QUESTION;
	if ((e->flags & PARSE_URL) == 0 && has_address(e->text))
		e->flags |= PARSE_URL;
}

enum err parse_tell(struct parse *p, struct parse_event *e)
{
	if (e->text.n > PARSE_TEXT_MAX)
		e->text = utf8_first(e->text, PARSE_TEXT_MAX);
	if (e->text.n > 0)
		look_at_text(e);
	if (e->author >= 0 && p->people[e->author].bot)
		e->flags |= PARSE_BOT;
	if (e->line == 0 && p->in != NULL)
		e->line = source_line_number(p->in);
	return p->sink.event != NULL ? p->sink.event(p->sink.arg, e) : ERR_OK;
}

/* ---- reading ---- */

static enum err find_format(struct parse *p, const struct source *in)
{
	const char *wanted = p->options.format;
	if (wanted[0] != '\0' && strcmp(wanted, "auto") != 0) {
		p->format = parse_format_named(wanted);
		return p->format != NULL ? ERR_OK : parse_fail(p, ERR_INPUT, "there is no format \"%.64s\"", wanted);
	}
	const struct parse_head *head = source_head(in);
	if (head->text.n == 0)
		return parse_fail(p, ERR_INPUT, "the file is empty");
	p->format = parse_format_guess(head);
	return p->format != NULL ? ERR_OK : parse_fail(p, ERR_INPUT, "no known chat export begins like this");
}

/* io_read: was any file of the archive read? */
static enum err read_member(struct parse *p, struct source *in, bool *io_read)
{
	p->format = NULL;
	enum err e = find_format(p, in);
	if (e == ERR_INPUT && source_members(in) > 1) {
		/* Beside the chats of an archive lie other files: shown by name, and no reason to stop. */
		parse_skip(p, in, source_head(in)->file_name);
		e = ERR_OK;
	} else if (e == ERR_OK) {
		*io_read = true;
		p->in = in;
		e = p->format->read(p, in);
		p->in = NULL;
	}
	p->lines += source_line_number(in);
	return e;
}

static enum err read_members(struct parse *p, const char *path)
{
	struct source *in CLEANUP(source_drop) = NULL;
	const struct parse_format *format = NULL;
	bool read = false, more = true;
	TRY(source_open(p, path, &in));
	while (more) {
		TRY(read_member(p, in, &read));
		format = p->format != NULL ? p->format : format;
		TRY(source_next(in, &more));
	}
	p->format = format;
	return read ? ERR_OK : ERR_INPUT; /* what find_format said of the last one stands */
}

enum err parse_file(struct parse *p, const char *path)
{
	p->why[0] = '\0';
	map_free(p->aliases);
	p->aliases = NULL;
	enum err e = read_members(p, path);
	if (e == ERR_OK)
		p->why[0] = '\0';
	else if (p->why[0] == '\0')
		(void)parse_fail(p, e, "%s", err_name(e));
	return e;
}

enum err parse_recognise(const char *path, const char **out_format)
{
	struct parse *p CLEANUP(parse_drop) = parse_new(NULL, NULL);
	struct source *in CLEANUP(source_drop) = NULL;
	if (p == NULL)
		return ERR_MEMORY;
	TRY(source_open(p, path, &in));
	TRY(find_format(p, in));
	*out_format = p->format->name;
	return ERR_OK;
}
