/*
 * LINE's "Export chat history": a title, then days, each on a line of its own, with "time TAB name TAB text" below.
 *
 * The system speaks without a name. Texts of several lines stand in quotation marks on phones, bare on computers, which
 * also write blanks for tabs: there a name ends at the first blank, unless a longer one was met before. There are no
 * ids and no seconds. Called through formats.c. Not here: days (line_date.c), words (line_words.c).
 */
#include "parse/line.h"
#include "parse/scan.h"

#define SNIFF_LINES 40u

struct chat {
	struct parse *p;
	struct source *in;
	int32_t group;
	struct line_days days;
	struct date day, maybe; /* maybe: a day inside quotation marks, a text's or the file's own */
	bool has_day, has_maybe;
	size_t maybe_at;        /* bytes of text before it */
	bool titled, saved_on;
	enum { UNKNOWN, TABS, BLANKS } form; /* what stands between time, name and text: as the first message has it */
	int minute;                          /* of the day, of the last message */
	struct buf title;                    /* the last name the file gives the chat */
	/* the message that is open */
	bool open;
	bool marked, quoted; /* marked: its first line begins with " and does not end so; quoted: no later one does */
	int64_t at_us;
	uint64_t line;
	struct buf name, text;      /* no name: the system */
};

/* ---- telling ---- */

static enum err person_of(void *arg, struct str name, int32_t *out_person)
{
	static const char *const you[] = { "You", "you", "您", "你" };
	struct chat *c = arg;
	struct str self = parse_options_of(c->p)->self_name;
	bool is_self = self.n > 0 && str_eq(name, self);
	for (size_t i = 0; i < COUNT_OF(you) && !is_self; i++)
		if (str_eq(name, str_of(you[i]))) {
			is_self = true;
			name = self.n > 0 ? self : STR("You");
		}
	int32_t person = parse_person_of(c->p, name, name);
	if (person < 0)
		return ERR_LIMIT;
	if (is_self)
		parse_person_set_self(c->p, person);
	*out_person = person;
	return ERR_OK;
}

static enum err tell_system(struct chat *c, struct parse_event *e)
{
	const struct phrase_people people = { person_of, c };
	struct phrase_said said = { .kind = PARSE_SYSTEM };
	if (line_is_recall(e->text)) /* he who took it back has exported it */
		said = (struct phrase_said){ .kind = PARSE_RECALL, .actor = STR("You") };
	else
		(void)line_system(e->text, &said);
	if (said.title.n > 0) {
		buf_clear(&c->title);
		buf_add(&c->title, utf8_first(said.title, PARSE_NAME_MAX));
	}
	return phrase_tell(c->p, &said, &people, e);
}

static enum err tell_open(struct chat *c)
{
	struct phrase_said said;
	if (!c->open)
		return ERR_OK;
	struct str text = str_trim(buf_str(&c->text)), name = buf_str(&c->name);
	if (c->marked && text.n > 1 && str_ends(text, STR("\"")))
		text = str_trim((struct str){ text.p + 1, text.n - 2 });
	c->open = c->quoted = c->marked = false;
	struct parse_event e = { .at_us = c->at_us, .group = c->group, .author = PARSE_NOBODY, .target = PARSE_NOBODY,
		.kind = PARSE_TEXT, .line = c->line, .text = text };
	if (name.n == 0)
		return tell_system(c, &e);
	TRY(person_of(c, name, &e.author));
	if (line_is_media(text))
		e.kind = PARSE_MEDIA;
	else if (line_is_call(text))
		e.kind = PARSE_SYSTEM;
	else if (line_is_recall(text) || (str_starts(text, name) && line_system(text, &said) &&
						 said.kind == PARSE_RECALL && str_eq(said.actor, name)))
		e.kind = PARSE_RECALL;
	if (e.kind == PARSE_MEDIA || e.kind == PARSE_RECALL)
		e.text = (struct str){ NULL, 0 };
	return parse_tell(c->p, &e);
}

/* ---- reading ---- */

static enum err open_group(struct chat *c)
{
	struct str name = utf8_first(source_head(c->in)->file_name, PARSE_NAME_MAX), title = buf_str(&c->title);
	if (c->group >= 0)
		return ERR_OK;
	if (str_ends(name, STR(".txt")))
		name.n -= 4;
	if (title.n == 0 && !line_title(name, &title))
		title = name;
	c->group = parse_group_of(c->p, title.n > 0 ? title : STR("LINE"), title);
	return c->group < 0 ? ERR_LIMIT : ERR_OK;
}

static enum err open_message(struct chat *c, struct date at, struct str name, struct str text)
{
	at.year = c->day.year;
	at.month = c->day.month;
	at.day = c->day.day;
	TRY(open_group(c));
	c->open = true;
	c->at_us = parse_local(c->p, at);
	c->line = source_line_number(c->in);
	buf_clear(&c->name);
	buf_clear(&c->text);
	buf_add(&c->name, utf8_first(text_trim(name), PARSE_NAME_MAX));
	buf_add(&c->text, utf8_first(text, PARSE_TEXT_MAX));
	return c->name.failed || c->text.failed ? ERR_MEMORY : ERR_OK;
}

/* "Ann Lee hello": which of it is the name? */
static void split_blanks(struct chat *c, struct str rest, struct str *out_name, struct str *out_text)
{
	size_t end = 0;
	for (size_t i = 1; i < rest.n && i <= PARSE_NAME_MAX; i++)
		if (rest.p[i] == ' ' && (end == 0 || parse_person_find(c->p, str_first(rest, i)) >= 0))
			end = i;
	end = end == 0 ? rest.n : end;
	*out_name = str_first(rest, end);
	*out_text = str_from(rest, end + 1);
}

/* Is it a line of the file's own, or one of a text that happens to begin with a time? */
static bool is_own(struct chat *c, struct date at, bool tab, bool two_tabs)
{
	int minute = at.hour * 60 + at.minute;
	if (c->form == UNKNOWN)
		c->form = tab ? TABS : BLANKS;
	if (c->form != (tab ? TABS : BLANKS) || (c->quoted && !two_tabs) || (!tab && minute < c->minute))
		return false;
	c->minute = minute;
	return true;
}

/* A line that begins with a time. rest: what stands behind it. */
static enum err take_stamped(struct chat *c, struct date at, bool tab, struct str rest, bool *out_taken)
{
	struct str name = { NULL, 0 }, text = rest;
	struct phrase_said said;
	ptrdiff_t second = tab ? str_find(rest, STR("\t")) : -1;
	*out_taken = is_own(c, at, tab, second >= 0);
	if (!*out_taken)
		return ERR_OK;
	if (c->quoted && c->has_maybe) { /* the quotation mark was a word's, and the day the file's */
		c->text.n = c->maybe_at;
		c->day = c->maybe;
	}
	c->has_maybe = false;
	TRY(tell_open(c)); /* it may name somebody whom this line names too */
	if (second >= 0) {
		name = str_first(rest, (size_t)second);
		text = str_from(rest, (size_t)second + 1);
	} else if (!tab && !line_system(rest, &said)) {
		split_blanks(c, rest, &name, &text);
	}
	TRY(open_message(c, at, name, text));
	text = str_trim(text);
	c->marked = second > 0 && str_starts(text, STR("\"")) && (text.n == 1 || !str_ends(text, STR("\"")));
	c->quoted = c->marked;
	return ERR_OK;
}

static enum err add_line(struct chat *c, struct str line)
{
	if (c->text.n + line.n + 1 <= PARSE_TEXT_MAX) {
		buf_add_char(&c->text, '\n');
		buf_add(&c->text, line);
	}
	return c->text.failed ? ERR_MEMORY : ERR_OK;
}

static enum err take_day(struct chat *c, struct str line, struct date day)
{
	if (c->quoted) {
		if (!c->has_maybe)
			c->maybe_at = c->text.n;
		c->maybe = day;
		c->has_maybe = true;
		c->minute = 0;
		return add_line(c, line);
	}
	TRY(tell_open(c));
	c->day = day;
	c->has_day = true;
	c->minute = 0;
	return ERR_OK;
}

/* "Saved on: 2024/01/03 09:00", in any language and order. */
static bool is_saved_on(struct str line)
{
	size_t digits = 0;
	for (size_t i = 0; i < line.n; i++)
		digits += scan_is_digit(line.p[i]);
	return digits >= 8 && digits <= 14 && line.n <= 96;
}

static enum err take_head(struct chat *c, struct str line)
{
	struct str name;
	line = text_trim(line);
	if (line.n == 0)
		return ERR_OK;
	if (!c->titled && line_title(line, &name)) {
		c->titled = true;
		buf_clear(&c->title);
		buf_add(&c->title, utf8_first(name, PARSE_NAME_MAX));
		return buf_end(&c->title);
	}
	if (c->saved_on || !c->titled || c->has_day || !is_saved_on(line))
		parse_skip(c->p, c->in, line);
	else
		c->saved_on = true;
	return ERR_OK;
}

static enum err take_line(struct chat *c, struct str line)
{
	struct date day, at = { 0 };
	struct str rest = line;
	bool tab, taken = false;
	if (line_day(&c->days, line, &day))
		return take_day(c, line, day);
	if (line_time(&rest, &at, &tab) && c->has_day)
		TRY(take_stamped(c, at, tab, rest, &taken));
	if (taken)
		return ERR_OK;
	if (!c->open)
		return take_head(c, line);
	TRY(add_line(c, line));
	c->quoted = c->quoted && !str_ends(str_trim(line), STR("\""));
	return ERR_OK;
}

static enum err line_read(struct parse *p, struct source *in)
{
	struct chat c = { .p = p, .in = in, .group = -1, .days.order = parse_options_of(p)->date_order,
		.title = BUF(4 * PARSE_NAME_MAX), .name = BUF(4 * PARSE_NAME_MAX),
		.text = BUF(2 * (size_t)PARSE_TEXT_MAX) };
	struct str line;
	enum err e = ERR_OK;
	while (e == ERR_OK && source_line(in, &line))
		e = take_line(&c, line);
	if (e == ERR_OK)
		e = source_error(in);
	if (e == ERR_OK)
		e = tell_open(&c);
	if (e == ERR_OK)
		e = open_group(&c); /* an empty chat is one all the same */
	if (e == ERR_OK) {
		parse_group_set(p, c.group, (struct str){ NULL, 0 }, buf_str(&c.title));
		if (c.days.doubt)
			parse_ask_date_order(p);
	}
	buf_free(&c.title);
	buf_free(&c.name);
	buf_free(&c.text);
	return e;
}

/* A title that only LINE writes, or a day with a time below it. */
static int line_sniff(const struct parse_head *head)
{
	struct str text = head->text, line, name;
	struct line_days days = { 0 };
	bool titled = false, dayed = false, tab;
	for (unsigned i = 0; i < SNIFF_LINES && str_cut(&text, '\n', &line); i++) {
		struct date d = { 0 };
		line = text_trim(line);
		if (line.n == 0)
			continue;
		if (i == 0 && line_title(line, &name))
			titled = true;
		else if (line_day(&days, line, &d))
			dayed = true;
		else if (dayed && line_time(&line, &d, &tab))
			return titled ? 95 : tab && str_find(line, STR("\t")) >= 0 ? 75 : 45;
		else if (!titled)
			return 0;
	}
	return titled && head->whole ? 60 : 0;
}

const struct parse_format parse_line = {
	.name = "line",
	.title = "LINE (.txt)",
	.title_zh = "LINE（.txt）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES | PARSE_KNOWS_RECALLS | PARSE_KNOWS_TEXT,
	.sniff = line_sniff,
	.read = line_read,
};
