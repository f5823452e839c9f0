/*
 * WhatsApp's "Export chat": _chat.txt or "WhatsApp Chat with ….txt", alone or in a .zip.
 *
 * A message begins with a stamp and goes on until the next one. Lines are held back, within HELD_MAX, until the order
 * of day and month is certain or the file ends. The exporter is "You"; his name comes from the options. Not here: the
 * stamps (whatsapp_date.c), the phrases of each language (whatsapp_words.c).
 */
#include "parse/whatsapp.h"

#define HELD_MAX (16u << 20) /* a phone exports at most 40,000 messages, a few MB */

struct message {
	bool open, person; /* person: it has a name before the colon */
	int64_t at_us;
	uint64_t line;
	struct buf name, text;
};

struct chat {
	struct parse *parse;
	struct source *in;
	struct whatsapp_dates dates;
	struct buf held, title;
	uint64_t held_from; /* number of the first line held */
	bool holding;
	int32_t group;
	struct message m;
};

static enum err person_of(void *arg, struct str name, int32_t *out_person)
{
	struct chat *c = arg;
	struct str self = parse_options_of(c->parse)->self_name;
	bool you = whatsapp_is_you(name);
	if (you)
		name = self.n > 0 ? self : STR("You");
	int32_t person = parse_person_of(c->parse, name, name);
	if (person < 0)
		return ERR_LIMIT;
	if (you || (self.n > 0 && str_eq(name, self)))
		parse_person_set_self(c->parse, person);
	*out_person = person;
	return ERR_OK;
}

/* ---- telling ---- */

static enum err tell_system(struct chat *c, const struct phrase_said *said, struct parse_event *e)
{
	const struct phrase_people people = { person_of, c };
	parse_add_known(c->parse, c->group, PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES);
	if (said->title.n > 0) {
		buf_clear(&c->title);
		buf_add(&c->title, utf8_first(said->title, PARSE_NAME_MAX));
	}
	return phrase_tell(c->parse, said, &people, e);
}

static struct str without_edit_mark(struct str text)
{
	static const char *const marks[] = { "<This message was edited>", "<此訊息已編輯>", "<已編輯此訊息>",
		"<此消息已被编辑>", "<Se editó este mensaje.>", "<Diese Nachricht wurde bearbeitet.>",
		"<Mensagem editada>", "<Ce message a été modifié>" };
	text = text_trim(text);
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (str_ends(text, str_of(marks[i])))
			return text_trim(str_first(text, text.n - strlen(marks[i])));
	return text;
}

/* The message that has come to its end. */
static enum err tell_message(struct chat *c)
{
	struct message *m = &c->m;
	if (!m->open)
		return ERR_OK;
	m->open = false;
	struct parse_event e = { .at_us = m->at_us, .group = c->group, .author = PARSE_NOBODY, .target = PARSE_NOBODY,
		.kind = PARSE_TEXT, .line = m->line };
	struct str raw = buf_str(&m->text), text = without_edit_mark(raw), caption;
	struct phrase_said said;
	/* On iPhones the system speaks under somebody's name; an invisible mark before the text gives it away, or the
	 * name once more at its beginning. */
	bool marked = str_starts(raw, STR("\xe2\x80\x8e")) || str_starts(raw, STR("\xe2\x80\x8f")) ||
		(m->person && str_starts(text, buf_str(&m->name)));
	e.text = text;
	if ((!m->person || marked) && whatsapp_system(text, &said))
		return tell_system(c, &said, &e);
	if (m->person)
		TRY(person_of(c, buf_str(&m->name), &e.author));
	if (m->person && whatsapp_is_recall(text)) {
		e.kind = PARSE_RECALL;
		e.text = (struct str){ NULL, 0 };
	} else if (m->person && whatsapp_is_media(text, &caption)) {
		e.kind = PARSE_MEDIA;
		e.text = caption;
	} else if (!m->person) {
		e.kind = PARSE_SYSTEM;
	}
	return parse_tell(c->parse, &e);
}

/* ---- reading ---- */

/* Where the name before a message ends, or -1 when the system speaks. */
static ptrdiff_t name_end(struct chat *c, struct str rest)
{
	ptrdiff_t at = str_find(rest, STR(": "));
	struct phrase_said said;
	if (at < 0 && rest.n > 0 && rest.p[rest.n - 1] == ':')
		at = (ptrdiff_t)rest.n - 1;
	if (at < 0)
		at = str_find(rest, STR(":."));
	if (at <= 0 || at > (ptrdiff_t)PARSE_NAME_MAX)
		return -1;
	/* 'Ann changed the subject to "a: b"', unless somebody of that name is known. */
	if (parse_person_find(c->parse, text_trim(str_first(rest, (size_t)at))) < 0 &&
	    whatsapp_system(rest, &said) && (ptrdiff_t)said.at < at)
		return -1;
	/* A name with a colon in it, met before: the longest one wins. */
	for (ptrdiff_t more = at; more >= 0 && more < (ptrdiff_t)PARSE_NAME_MAX;) {
		ptrdiff_t next = str_find(str_from(rest, (size_t)more + 2), STR(": "));
		if (next < 0)
			break;
		more += 2 + next;
		if (more < (ptrdiff_t)PARSE_NAME_MAX &&
			parse_person_find(c->parse, text_trim(str_first(rest, (size_t)more))) >= 0)
			at = more;
	}
	return at;
}

static enum err begin_message(struct chat *c, const struct date *local, struct str rest, uint64_t line)
{
	struct message *m = &c->m;
	if (c->group < 0) {
		struct str title = whatsapp_file_title(source_head(c->in)->file_name);
		c->group = parse_group_of(c->parse, title, title);
		if (c->group < 0)
			return ERR_LIMIT;
	}
	m->open = true;
	m->line = line;
	m->at_us = parse_local(c->parse, *local);
	ptrdiff_t colon = name_end(c, rest);
	m->person = colon > 0;
	if (m->person) {
		struct str name = text_trim(str_first(rest, (size_t)colon));
		rest = str_from(rest, (size_t)colon + 1);
		rest = str_starts(rest, STR(" ")) ? str_from(rest, 1) : rest;
		buf_clear(&m->name);
		buf_add(&m->name, name.n > 0 ? name : STR("?"));
	}
	buf_clear(&m->text);
	buf_add(&m->text, utf8_first(rest, PARSE_TEXT_MAX));
	return m->text.failed || m->name.failed ? ERR_MEMORY : ERR_OK;
}

static enum err take_line(struct chat *c, struct str line, uint64_t number)
{
	struct whatsapp_stamp stamp;
	struct date local;
	struct str rest;
	if (whatsapp_stamp(line, &stamp, &rest) && whatsapp_local(&c->dates, &stamp, &local)) {
		TRY(tell_message(c));
		return begin_message(c, &local, rest, number);
	}
	if (!c->m.open) {
		if (text_trim(line).n > 0)
			parse_skip(c->parse, c->in, line);
		return ERR_OK;
	}
	if (c->m.text.n + line.n + 1 <= PARSE_TEXT_MAX) {
		buf_add_char(&c->m.text, '\n');
		buf_add(&c->m.text, line);
	}
	return c->m.text.failed ? ERR_MEMORY : ERR_OK;
}

/* The order is decided: read what was held back. */
static enum err release(struct chat *c)
{
	struct str rest = buf_str(&c->held), line;
	uint64_t number = c->held_from, now = source_line_number(c->in);
	if (whatsapp_settle(&c->dates))
		parse_ask_date_order(c->parse);
	c->holding = false;
	while (rest.n > 0 && str_cut(&rest, '\n', &line)) {
		source_set_number(c->in, number);
		TRY(take_line(c, line, number++));
	}
	source_set_number(c->in, now);
	buf_clear(&c->held);
	return ERR_OK;
}

static enum err look_at_line(struct chat *c, struct str line)
{
	struct whatsapp_stamp stamp;
	struct str rest;
	uint64_t number = source_line_number(c->in);
	bool certain = !whatsapp_stamp(line, &stamp, &rest) ? !c->holding : whatsapp_observe(&c->dates, &stamp);
	if (certain && !c->holding)
		return take_line(c, line, number);
	if (!c->holding) {
		c->holding = true;
		c->held_from = number;
	}
	buf_add(&c->held, line);
	buf_add_char(&c->held, '\n');
	if (c->held.failed)
		return ERR_MEMORY;
	return certain || c->held.n >= HELD_MAX ? release(c) : ERR_OK;
}

static enum err read_lines(struct chat *c)
{
	struct str line;
	while (source_line(c->in, &line))
		TRY(look_at_line(c, line));
	TRY(source_error(c->in));
	TRY(release(c));
	TRY(tell_message(c));
	if (c->group < 0)
		return parse_fail(c->parse, ERR_INPUT, "no line of it begins with a date as WhatsApp writes it");
	parse_group_set(c->parse, c->group, (struct str){ NULL, 0 }, buf_str(&c->title));
	return ERR_OK;
}

static enum err whatsapp_read(struct parse *p, struct source *in)
{
	struct chat c = { .parse = p,
		.in = in,
		.group = PARSE_NOBODY,
		.held = BUF(HELD_MAX + 2 * (size_t)PARSE_LINE_MAX),
		.title = BUF(PARSE_NAME_MAX),
		.m.text = BUF(2 * PARSE_TEXT_MAX),
		.m.name = BUF(2 * PARSE_NAME_MAX) };
	c.dates.wanted = parse_options_of(p)->date_order;
	c.dates.last = INT64_MIN;
	enum err e = read_lines(&c);
	buf_free(&c.held);
	buf_free(&c.title);
	buf_free(&c.m.text);
	buf_free(&c.m.name);
	return e;
}

static int whatsapp_sniff(const struct parse_head *head)
{
	struct str rest = head->text, line, behind;
	struct whatsapp_stamp stamp;
	struct date date;
	struct whatsapp_dates dates = { .last = INT64_MIN };
	int stamped = 0, spoken = 0;
	for (int lines = 0; lines < 50 && str_cut(&rest, '\n', &line); lines++) {
		if (!whatsapp_stamp(str_trim(line), &stamp, &behind) || !whatsapp_local(&dates, &stamp, &date)) {
			if (stamped == 0 && lines > 2)
				return 0;
			continue;
		}
		stamped++;
		spoken += str_find(behind, STR(":")) > 0;
	}
	struct str name = head->file_name;
	bool named = str_find(name, STR("WhatsApp")) >= 0 || str_eq(name, STR("_chat.txt"));
	return stamped == 0 ? 0 : spoken > 0 || named ? 85 : 60;
}

const struct parse_format parse_whatsapp = {
	.name = "whatsapp",
	.title = "WhatsApp (.txt or .zip)",
	.title_zh = "WhatsApp（.txt 或 .zip）",
	.knows = PARSE_KNOWS_RECALLS | PARSE_KNOWS_TEXT,
	.sniff = whatsapp_sniff,
	.read = whatsapp_read,
};
