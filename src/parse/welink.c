/*
 * Huawei WeLink's text: "name(account) TAB YYYY-MM-DD HH:MM:SS", then the text until the next such line.
 *
 * The file holds one chat and does not name it. Nothing is known of how it writes joins or leaves: none are told.
 * Called through formats.c.
 */
#include "parse/scan.h"
#include "parse/wechat.h"

#define SNIFF_LINES 20u
#define ACCOUNT_MAX 64u

struct welink_header {
	struct date at;
	struct str account, name;
};

struct chat {
	struct parse *p;
	struct source *in;
	int32_t group;
	bool open;
	int64_t at_us;
	uint64_t line;
	int32_t author;
	struct buf text;
};

static bool is_account(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!scan_is_alnum(s.p[i]) && memchr("._@-", s.p[i], 4) == NULL)
			return false;
	return s.n > 0 && s.n <= ACCOUNT_MAX;
}

static bool read_header(struct str line, struct welink_header *out)
{
	struct welink_header h = { 0 };
	struct str who, open;
	if (!scan_until(&line, STR("\t"), &who) || !scan_ymd(&line, &h.at) || scan_blanks(&line) == 0)
		return false;
	struct str clock = line;
	if (!scan_clock(&line, &h.at) || clock.n - line.n < 7 || text_trim(line).n > 0) /* with seconds */
		return false;
	who = text_trim(who);
	const char *bracket = who.n > 0 && who.p[who.n - 1] == ')' ? memrchr(who.p, '(', who.n) : NULL;
	if (bracket == NULL || who.n > PARSE_NAME_MAX)
		return false;
	open = str_first(who, (size_t)(bracket - who.p));
	h.account = (struct str){ bracket + 1, who.n - open.n - 2 };
	h.name = text_trim(open);
	if (!is_account(h.account))
		return false;
	*out = h;
	return true;
}

static enum err tell_open(struct chat *c)
{
	struct str text = str_trim(buf_str(&c->text));
	struct wechat_notice notice;
	if (!c->open)
		return ERR_OK;
	c->open = false;
	struct parse_event e = { .at_us = c->at_us, .group = c->group, .author = c->author, .target = PARSE_NOBODY,
		.kind = PARSE_TEXT, .line = c->line, .text = text };
	if (str_ends(text, STR("撤回了一条消息")) && text.n <= PARSE_NAME_MAX) {
		wechat_read_notice(text, &notice);
		e.kind = notice.kind == PARSE_RECALL ? PARSE_RECALL : PARSE_TEXT;
	} else if (wechat_is_sent(text)) {
		e.kind = PARSE_MEDIA;
	}
	if (e.kind != PARSE_TEXT)
		e.text = (struct str){ NULL, 0 };
	return parse_tell(c->p, &e);
}

static enum err open_message(struct chat *c, const struct welink_header *h)
{
	struct str file = utf8_first(source_head(c->in)->file_name, PARSE_NAME_MAX);
	if (str_ends(file, STR(".txt")))
		file.n -= 4;
	TRY(tell_open(c));
	if (c->group < 0 && (c->group = parse_group_of(c->p, file.n > 0 ? file : STR("WeLink"), file)) < 0)
		return ERR_LIMIT;
	c->author = parse_person_of(c->p, h->account, h->name);
	c->open = true;
	c->at_us = parse_local(c->p, h->at);
	c->line = source_line_number(c->in);
	buf_clear(&c->text);
	return c->author < 0 ? ERR_LIMIT : ERR_OK;
}

static enum err take_line(struct chat *c, struct str line)
{
	struct welink_header h;
	if (read_header(line, &h))
		return open_message(c, &h);
	if (!c->open) {
		if (text_trim(line).n > 0)
			parse_skip(c->p, c->in, line);
		return ERR_OK;
	}
	if (c->text.n + line.n < PARSE_TEXT_MAX) {
		buf_add(&c->text, line);
		buf_add_char(&c->text, '\n');
	}
	return buf_end(&c->text);
}

static enum err welink_read(struct parse *p, struct source *in)
{
	struct chat c = { .p = p, .in = in, .group = -1, .text = BUF(PARSE_TEXT_MAX) };
	struct str line;
	enum err e = ERR_OK;
	while (e == ERR_OK && source_line(in, &line))
		e = take_line(&c, line);
	if (e == ERR_OK)
		e = source_error(in);
	if (e == ERR_OK)
		e = tell_open(&c);
	if (e == ERR_OK && c.group < 0)
		e = parse_fail(p, ERR_INPUT, "no line of it names somebody and a time as WeLink writes them");
	buf_free(&c.text);
	return e;
}

static int welink_sniff(const struct parse_head *head)
{
	struct str text = head->text, line;
	struct welink_header h;
	for (unsigned i = 0; i < SNIFF_LINES && str_cut(&text, '\n', &line); i++)
		if (read_header(str_trim(line), &h))
			return 90;
		else if (i > 2 && text_trim(line).n > 0)
			return 0;
	return 0;
}

const struct parse_format parse_welink = {
	.name = "welink",
	.title = "Huawei WeLink (.txt)",
	.title_zh = "华为 WeLink（.txt）",
	.knows = PARSE_KNOWS_RECALLS | PARSE_KNOWS_TEXT,
	.sniff = welink_sniff,
	.read = welink_read,
};
