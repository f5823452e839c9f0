/*
 * discord_text: DiscordChatExporter's CSV of all years and its plain text.
 *
 * CSV: until the end of 2019 with semicolons, then commas; dates "03-Apr-18 01:48 AM" without a zone, today ISO 8601.
 * Both: notices are plain English texts, a message has no id, a channel may lie in many files. Text names the channel
 * in its head, CSV only in the file's name. Called through formats.c. Not here: JSON (discord_json.c), bridges
 * (bridge.c).
 */
#include "parse/csv.h"
#include "parse/discord.h"
#include "parse/scan.h"

/* ---- times ---- */

/* "3/4/2021", "17.01.23": which part is the day, if any date near the beginning tells. */
static enum parse_date_order order_of(const struct parse *p, struct str head)
{
	enum parse_date_order order = parse_options_of(p)->date_order;
	for (size_t i = 0; order == PARSE_ORDER_UNKNOWN && i < head.n; i++) {
		int one, two, year;
		struct str rest = str_from(head, i);
		if (!scan_char(&rest, '[') && !scan_char(&rest, '"') && !scan_char(&rest, ','))
			continue;
		if (!scan_digits(&rest, 1, 2, &one) || rest.n == 0 || !strchr("/.-", rest.p[0]))
			continue;
		char mark = rest.p[0];
		if (scan_char(&rest, mark) && scan_digits(&rest, 1, 2, &two) && scan_char(&rest, mark) &&
			scan_digits(&rest, 2, 4, &year))
			order = one > 12 ? PARSE_DAY_FIRST : two > 12 ? PARSE_MONTH_FIRST : PARSE_ORDER_UNKNOWN;
	}
	return order;
}

/* "03-Apr-18", "1/17/2023", "2023-01-17". *out_doubt: it could be read both ways. */
static bool scan_day(struct str *s, enum parse_date_order order, struct date *d, bool *out_doubt)
{
	struct str rest = *s;
	int one, two;
	if (scan_ymd(s, d))
		return true;
	if (!scan_digits(&rest, 1, 2, &one) || rest.n == 0 || !strchr("/.-", rest.p[0]))
		return false;
	char mark = rest.p[0];
	scan_char(&rest, mark);
	if (scan_month(&rest, &two)) {
		order = PARSE_DAY_FIRST;
	} else {
		if (!scan_digits(&rest, 1, 2, &two))
			return false;
		*out_doubt = order == PARSE_ORDER_UNKNOWN && one <= 12 && two <= 12 && one != two;
	}
	if (!scan_char(&rest, mark) || (!scan_digits(&rest, 4, 4, &d->year) && !scan_digits(&rest, 2, 2, &d->year)))
		return false;
	d->year += d->year < 100 ? 2000 : 0;
	bool month_first = order == PARSE_MONTH_FIRST || (order != PARSE_DAY_FIRST && two > 12);
	d->month = month_first ? one : two;
	d->day = month_first ? two : one;
	if (!date_is_real(*d))
		return false;
	*s = rest;
	return true;
}

static bool time_of(struct parse *p, struct str s, enum parse_date_order order, int64_t *out_at_us)
{
	struct date d = { 0 };
	bool afternoon, doubt = false;
	s = text_trim(s);
	/* ISO 8601 says its zone itself; without one it is local like the others */
	if (s.n >= 20 && s.p[10] == 'T' && (s.p[s.n - 1] == 'Z' || s.p[s.n - 6] == '+' || s.p[s.n - 6] == '-'))
		return date_parse(s, out_at_us) == ERR_OK;
	if (!scan_day(&s, order, &d, &doubt))
		return false;
	if (!scan_char(&s, 'T'))
		scan_char(&s, ',');
	scan_blanks(&s);
	if (!scan_clock(&s, &d))
		return false;
	s = text_trim(s); /* U+202F stands before AM in some */
	scan_text(&s, STR("\xe2\x80\xaf"));
	if (scan_half(&s, &afternoon))
		scan_apply_half(&d, afternoon);
	if (text_trim(s).n > 0)
		return false;
	if (doubt)
		parse_ask_date_order(p);
	*out_at_us = parse_local(p, d);
	return true;
}

/* ---- what both say ---- */

static bool is_notice(struct str text, enum parse_kind *out_kind, struct str *out_whom)
{
	*out_whom = (struct str){ NULL, 0 };
	if (str_eq(text, STR("Joined the server."))) {
		*out_kind = PARSE_JOIN;
		return true;
	}
	if (str_eq(text, STR("Left the group."))) {
		*out_kind = PARSE_LEAVE;
		return true;
	}
	struct str rest = text;
	bool added = scan_text(&rest, STR("Added "));
	if (added || scan_text(&rest, STR("Removed "))) {
		struct str end = added ? STR(" to the group.") : STR(" from the group.");
		if (str_ends(rest, end) && memchr(rest.p, '\n', rest.n) == NULL) {
			*out_whom = str_first(rest, rest.n - end.n);
			*out_kind = added ? PARSE_JOIN : PARSE_REMOVED;
			return out_whom->n > 0;
		}
	}
	*out_kind = PARSE_SYSTEM;
	return str_eq(text, STR("Pinned a message.")) || str_eq(text, STR("Changed the channel name.")) ||
	       str_eq(text, STR("Changed the channel icon.")) || str_eq(text, STR("Started a thread.")) ||
	       str_eq(text, STR("Boosted the server.")) ||
	       (str_starts(text, STR("Started a call that lasted ")) && str_ends(text, STR(" minutes."))) ||
	       (str_starts(text, STR("Changed the channel name: ")) && memchr(text.p, '\n', text.n) == NULL);
}

/* "name#1234": the key is all of it, the name what stands before. */
static void set_author(struct discord_said *said, struct str id, struct str name)
{
	name = text_trim(name);
	said->author_key = id.n ? id : str_eq(name, STR("Deleted User#0000")) ? STR(DISCORD_DELETED) : name;
	const char *hash = name.n > 5 ? memrchr(name.p, '#', name.n) : NULL;
	int number;
	struct str behind =
		hash ? (struct str){ hash + 1, name.n - (size_t)(hash - name.p) - 1 } : (struct str){ NULL, 0 };
	if (scan_digits(&behind, 4, 4, &number) && behind.n == 0)
		name.n -= 5;
	said->author_name = name;
}

static enum err tell(struct parse *p, int32_t group, struct discord_said *said)
{
	enum parse_kind kind;
	struct str whom;
	if (said->media || !is_notice(said->text, &kind, &whom))
		return discord_tell(p, group, said);
	struct parse_event e = { .at_us = said->at_us,
		.group = group,
		.target = PARSE_NOBODY,
		.kind = kind,
		.text = said->text,
		.line = said->line };
	e.author = parse_person_of(p, said->author_key, said->author_name);
	if (e.author < 0)
		return ERR_LIMIT;
	if (whom.n > 0) {
		e.target = e.author;
		e.author = parse_person_of(p, whom, whom);
		if (e.author < 0)
			return ERR_LIMIT;
	}
	if (kind == PARSE_JOIN)
		parse_add_known(p, group, PARSE_KNOWS_JOINS);
	return parse_tell(p, &e);
}

/* ---- CSV ---- */

struct columns {
	int id, author, date, content, attachments;
};

static enum err csv_record(
	struct parse *p, struct csv *c, const struct columns *at, int32_t group, enum parse_date_order order)
{
	struct discord_said said = { .line = c->line, .target = PARSE_NOBODY, .text = csv_field(c, at->content) };
	struct str author = csv_field(c, at->author);
	if (c->fields <= (size_t)at->content || author.n == 0 ||
		!time_of(p, csv_field(c, at->date), order, &said.at_us)) {
		csv_skip(c);
		return ERR_OK;
	}
	set_author(&said, text_trim(csv_field(c, at->id)), author);
	if (at->id >= 0 && (said.author_key.n < 15 || !scan_is_digit(said.author_key.p[0]))) {
		csv_skip(c);
		return ERR_OK;
	}
	said.media = csv_field(c, at->attachments).n > 0;
	return tell(p, group, &said);
}

static enum err csv_records(struct parse *p, struct source *in, struct csv *c)
{
	struct columns at;
	struct str key = STR("discord"), name = STR("Discord");
	bool more;
	TRY(csv_next(c, &more));
	if (!more)
		return parse_fail(p, ERR_INPUT, "the file holds no header of columns");
	at.id = csv_column(c, "AuthorID");
	at.author = csv_column(c, "Author");
	at.date = csv_column(c, "Date");
	at.content = csv_column(c, "Content");
	at.attachments = csv_column(c, "Attachments");
	if (at.author < 0 || at.date < 0 || at.content < 0)
		return parse_fail(p, ERR_INPUT, "the columns Author, Date and Content are not all there");
	(void)discord_channel_of_name(source_head(in)->file_name, &key, &name);
	int32_t group = parse_group_of(p, key, name);
	if (group < 0)
		return ERR_LIMIT;
	enum parse_date_order order = order_of(p, source_head(in)->text);
	for (;;) {
		TRY(csv_next(c, &more));
		if (!more)
			return ERR_OK;
		TRY(csv_record(p, c, &at, group, order));
	}
}

static char delimiter_of(const struct parse_head *head)
{
	static const char *const with_id[] = { "AuthorID", "Author", "Date", "Content" };
	static const char *const without[] = { "Author", "Date", "Content" };
	static const char marks[] = { ',', ';' };
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (csv_head_is(head, marks[i], with_id, COUNT_OF(with_id)) ||
			csv_head_is(head, marks[i], without, COUNT_OF(without)))
			return marks[i];
	return 0;
}

static enum err discord_csv_read(struct parse *p, struct source *in)
{
	struct csv c;
	char mark = delimiter_of(source_head(in));
	csv_begin(&c, p, in, mark ? mark : ',');
	enum err e = csv_records(p, in, &c);
	csv_end(&c);
	return e;
}

static int discord_csv_sniff(const struct parse_head *head) { return delimiter_of(head) ? 95 : 0; }

const struct parse_format parse_discord_csv = {
	.name = "discord-csv",
	.title = "Discord (DiscordChatExporter, CSV)",
	.title_zh = "Discord（DiscordChatExporter 导出的 CSV）",
	.knows = PARSE_KNOWS_TEXT,
	.sniff = discord_csv_sniff,
	.read = discord_csv_read,
};

/* ---- text ---- */

struct text {
	struct parse *p;
	struct source *in;
	int32_t group;
	enum parse_date_order order;
	bool open, in_section; /* a message; behind its text */
	bool has_embed;
	struct discord_said said;
	struct buf author, content, guild, channel;
};

static enum err text_close(struct text *t)
{
	if (!t->open)
		return ERR_OK;
	t->open = false;
	t->said.text = str_trim(buf_str(&t->content));
	t->said.media = t->said.media || (t->said.text.n == 0 && t->has_embed);
	set_author(&t->said, (struct str){ NULL, 0 }, buf_str(&t->author));
	return tell(t->p, t->group, &t->said);
}

/* "[19-Dec-19 12:22 AM] name#1234 (pinned)" */
static bool text_header(struct text *t, struct str line, int64_t *out_at_us, struct str *out_author)
{
	struct str inside;
	if (!scan_char(&line, '[') || !scan_until(&line, STR("] "), &inside) || inside.n > 40 ||
	    !time_of(t->p, inside, t->order, out_at_us))
		return false;
	line = text_trim(line);
	if (str_ends(line, STR(" (pinned)")))
		line.n -= strlen(" (pinned)");
	*out_author = line;
	return line.n > 0 && line.n <= PARSE_NAME_MAX;
}

static enum err text_line(struct text *t, struct str line, bool after_blank)
{
	int64_t at_us;
	struct str author;
	struct str word = str_trim(line);
	if (after_blank && text_header(t, line, &at_us, &author)) {
		TRY(text_close(t));
		t->open = true;
		t->in_section = t->has_embed = false;
		t->said = (struct discord_said){
			.at_us = at_us, .line = source_line_number(t->in), .target = PARSE_NOBODY
		};
		buf_clear(&t->author);
		buf_clear(&t->content);
		buf_add(&t->author, author);
		return buf_end(&t->author);
	}
	if (after_blank && (str_eq(word, STR("{Attachments}")) || str_eq(word, STR("{Stickers}")))) {
		t->said.media = t->in_section = true;
	} else if (after_blank && (str_eq(word, STR("{Embed}")) || str_eq(word, STR("{Reactions}")))) {
		t->in_section = true;
		t->has_embed = t->has_embed || word.p[1] == 'E';
	} else if (after_blank && str_starts(word, STR("=========="))) {
		TRY(text_close(t)); /* the foot of the file */
	} else if (!t->open && word.n > 0 && !str_starts(word, STR("Exported ")) && !str_starts(word, STR("====="))) {
		parse_skip(t->p, t->in, line);
	} else if (t->open && !t->in_section && t->content.n + line.n < PARSE_TEXT_MAX) {
		buf_add(&t->content, line);
		buf_add_char(&t->content, '\n');
		return buf_end(&t->content);
	}
	return ERR_OK;
}

static enum err text_group(struct text *t)
{
	struct str key, name;
	struct buf both = BUF(PARSE_NAME_MAX * 3);
	buf_add(&both, buf_str(&t->guild));
	buf_add(&both, STR(" / "));
	buf_add(&both, buf_str(&t->channel));
	/* the number in the file's name is the one JSON has: so one channel's exports meet */
	bool numbered = discord_channel_of_name(source_head(t->in)->file_name, &key, &name) && !str_eq(key, name) &&
	                scan_is_digit(key.p[0]);
	t->group = parse_group_of(t->p, numbered ? key : buf_str(&both), buf_str(&both));
	buf_free(&both);
	return t->group < 0 ? ERR_LIMIT : ERR_OK;
}

static enum err text_lines(struct text *t)
{
	struct str line;
	unsigned rules = 0;
	bool after_blank = true;
	t->order = order_of(t->p, source_head(t->in)->text);
	while (rules < 2 && source_line(t->in, &line)) {
		struct str rest = line;
		if (str_starts(line, STR("=========="))) {
			rules++;
		} else if (scan_text(&rest, STR("Guild: "))) {
			buf_clear(&t->guild);
			buf_add(&t->guild, utf8_first(text_trim(rest), PARSE_NAME_MAX));
		} else if (scan_text(&rest, STR("Channel: "))) {
			buf_clear(&t->channel);
			buf_add(&t->channel, utf8_first(text_trim(rest), PARSE_NAME_MAX));
		}
	}
	TRY(text_group(t));
	while (source_line(t->in, &line)) {
		TRY(text_line(t, line, after_blank));
		after_blank = str_trim(line).n == 0;
	}
	TRY(text_close(t));
	return source_error(t->in);
}

static enum err discord_txt_read(struct parse *p, struct source *in)
{
	struct text t = { .p = p, .in = in, .author = BUF(PARSE_LINE_MAX), .content = BUF(PARSE_TEXT_MAX + 16),
		.guild = BUF(PARSE_NAME_MAX), .channel = BUF(PARSE_NAME_MAX) };
	enum err e = text_lines(&t);
	buf_free(&t.author);
	buf_free(&t.content);
	buf_free(&t.guild);
	buf_free(&t.channel);
	return e;
}

static int discord_txt_sniff(const struct parse_head *head)
{
	struct str rest = str_first(head->text, 4096);
	return str_starts(rest, STR("==========")) && str_find(rest, STR("\nGuild: ")) >= 0 &&
			       str_find(rest, STR("\nChannel: ")) >= 0
		       ? 95
		       : 0;
}

const struct parse_format parse_discord_txt = {
	.name = "discord-txt",
	.title = "Discord (DiscordChatExporter, text)",
	.title_zh = "Discord（DiscordChatExporter 导出的文本）",
	.knows = PARSE_KNOWS_TEXT,
	.sniff = discord_txt_sniff,
	.read = discord_txt_read,
};
