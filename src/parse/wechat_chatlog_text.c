/*
 * wechat_chatlog_text: what chatlog answers as text: "name(wxid) 01-02 15:04:05", the message below, a blank line.
 *
 * The year stands there only when what was asked for reaches over New Year, the day only when it is more than one day;
 * then the file's name or the options say them. "[group(id@chatroom)]" stands before the time when several chats were
 * asked for. Called through formats.c. Not here: JSON and CSV (wechat_chatlog.c), what a message is (wechat.c).
 */
#include "parse/irc.h"
#include "parse/scan.h"
#include "parse/wechat_chatlog.h"

#define ID_LEAST 5u
#define ID_MAX 64u
#define SNIFF_LINES 400u

struct header {
	struct str name, sender;
	struct str group_name, group; /* or empty */
	struct date at;
	bool has_day, has_year;
};

/* ---- one line ---- */

/* "wxid_a1", "Some-Name_9", "25984@openim", "123@chatroom" */
static bool is_id(struct str s)
{
	bool at_sign = false;
	for (size_t i = 0; i < s.n; i++) {
		at_sign = at_sign || s.p[i] == '@';
		if (!scan_is_alnum(s.p[i]) && memchr("_-@.", s.p[i], 4) == NULL)
			return false;
	}
	return s.n >= ID_LEAST && s.n <= ID_MAX && (at_sign || !scan_is_digit(s.p[0]));
}

/* "name(id)" or "id" */
static bool split_id(struct str s, struct str *out_name, struct str *out_id)
{
	const char *open = s.n > 1 && s.p[s.n - 1] == ')' ? memrchr(s.p, '(', s.n) : NULL;
	struct str id = s, name = { NULL, 0 };
	if (open != NULL) {
		id = (struct str){ open + 1, s.n - (size_t)(open - s.p) - 2 };
		name = text_trim(str_first(s, (size_t)(open - s.p)));
	}
	if (!is_id(id) && !str_eq(id, STR("我")) && !str_eq(id, STR(CHATLOG_SYSTEM)))
		return false;
	*out_name = name;
	*out_id = id;
	return true;
}

/* " 15:04:05", " 01-02 15:04:05" or " 2006-01-02 15:04:05" off the end. */
static bool take_time(struct str *s, struct header *h)
{
	struct str clock = str_from(*s, s->n < 9 ? s->n : s->n - 9), rest = *s, digits;
	if (!scan_char(&clock, ' ') || !scan_clock(&clock, &h->at) || clock.n > 0)
		return false;
	rest.n -= 9;
	struct str day = str_from(rest, rest.n < 11 ? rest.n : rest.n - 11);
	if (scan_char(&day, ' ') && scan_ymd(&day, &h->at) && day.n == 0) {
		rest.n -= 11;
		h->has_day = h->has_year = true;
	} else {
		digits = day = str_from(rest, rest.n < 6 ? rest.n : rest.n - 6);
		h->has_day = scan_char(&day, ' ') && scan_digits(&day, 2, 2, &h->at.month) && scan_char(&day, '-') &&
			scan_digits(&day, 2, 2, &h->at.day) && day.n == 0 &&
			date_is_real((struct date){ 2000, h->at.month, h->at.day, 0, 0, 0 });
		rest.n -= h->has_day ? digits.n : 0;
	}
	*s = rest;
	return rest.n > 0;
}

static bool read_header(struct str line, struct header *out)
{
	struct header h = { .has_day = false };
	line = text_trim(line);
	if (line.n > 4 * PARSE_NAME_MAX || !take_time(&line, &h))
		return false;
	if (line.p[line.n - 1] == ']') {
		ptrdiff_t at = str_find(line, STR(" ["));
		if (at < 0 || !split_id((struct str){ line.p + at + 2, line.n - (size_t)at - 3 }, &h.group_name, &h.group))
			return false;
		line.n = (size_t)at;
	}
	if (!split_id(line, &h.name, &h.sender))
		return false;
	*out = h;
	return true;
}

bool wechat_is_chatlog_header(struct str line)
{
	struct header h;
	/* an id alone before a full date could be any name */
	return read_header(line, &h) &&
		(h.name.n > 0 || str_eq(h.sender, STR(CHATLOG_SYSTEM)) || str_starts(h.sender, STR("wxid_")));
}

/* ---- a message's content ---- */

void chatlog_read_person(const struct wechat *w, struct str sender, struct str name, struct wechat_said *out_said)
{
	bool system = str_eq(sender, STR(CHATLOG_SYSTEM));
	struct str mine = parse_options_of(w->p)->self_name;
	out_said->self = str_eq(sender, STR("我")) || (mine.n > 0 && str_eq(name, mine));
	out_said->sender = system ? (struct str){ NULL, 0 } : sender;
	out_said->name = system ? (struct str){ NULL, 0 } : name;
	out_said->type = system ? WECHAT_SYSTEM : WECHAT_TEXT;
}

/* "> name(id) 01-02 15:04:05", more lines with "> ", what is answered to it. */
static bool read_quote(struct str content, struct wechat_said *said)
{
	struct str rest = content, line;
	struct header h;
	bool first = true;
	while (str_starts(rest, STR("> ")) && str_cut(&rest, '\n', &line)) {
		if (first && !read_header(str_from(line, 2), &h) && !str_eq(text_trim(str_from(line, 2)), STR("[引用]")))
			return false; /* somebody typed a ">" */
		if (first && !str_eq(text_trim(str_from(line, 2)), STR("[引用]")))
			said->answers_who = h.sender;
		first = false;
	}
	said->text = rest;
	return !first;
}

void chatlog_read_content(struct str content, struct wechat_said *said)
{
	int64_t type, subtype;
	struct str title, rest = content;
	said->text = content;
	if (said->type == WECHAT_SYSTEM)
		return;
	if (scan_text(&rest, STR("Type: "))) { /* one chatlog knows no words for: "Type: 48 Content: …" */
		struct str word;
		if (scan_word(&rest, &word) && str_int(word, 0, INT64_MAX, &type) == ERR_OK &&
			scan_text(&rest, STR(" Content: "))) {
			said->type = type;
			said->text = rest;
		}
	} else if (read_quote(content, said)) {
		said->type = WECHAT_APP;
		said->subtype = WECHAT_APP_QUOTE;
	} else if (wechat_type_of_mark(content, &type, &subtype, &title)) {
		said->type = type;
		said->subtype = subtype;
		if (type == WECHAT_APP && title.n > 0 && subtype != WECHAT_APP_TRANSFER && subtype != WECHAT_APP_PACKET)
			said->text = title;
	}
}

/* ---- the file ---- */

struct reader {
	struct wechat w;
	int32_t group;
	struct date last; /* the day of the message before; a year of 0: none yet */
	struct buf head;  /* the header of the open message, as it stood */
	struct buf text;
	uint64_t line;    /* where that message began */
	bool open, blank; /* the line before was blank */
};

/* The day of a message whose header has none, or no year. */
static enum err date_of(struct reader *r, struct header *h)
{
	struct date named = { 0 };
	struct str before, after;
	const struct parse_options *o = parse_options_of(r->w.p);
	bool has_name = irc_date_of_name(source_head(r->w.in)->file_name, &named, &before, &after);
	if (!h->has_year)
		h->at.year = r->last.year > 0 ? r->last.year : o->year > 0 ? o->year : has_name ? named.year : 0;
	if (h->at.year == 0) {
		parse_ask_year(r->w.p);
		return parse_fail(r->w.p, ERR_INPUT, "the times in this file have no year; say which it is (--year)");
	}
	if (!h->has_day && !has_name)
		return parse_fail(r->w.p, ERR_INPUT, "the times in this file have no day; put it into the file's name");
	if (!h->has_day) {
		h->at.month = named.month;
		h->at.day = named.day;
	}
	/* December, then January */
	if (!h->has_year && h->has_day && r->last.year > 0 && h->at.month + 6 < r->last.month)
		h->at.year++;
	if (!date_is_real((struct date){ h->at.year, h->at.month, h->at.day, 0, 0, 0 }))
		h->at.day = 28; /* 29 February of a year that has none */
	r->last = h->at;
	return ERR_OK;
}

static enum err tell_open(struct reader *r)
{
	struct header h;
	if (!r->open || !read_header(buf_str(&r->head), &h))
		return ERR_OK;
	r->open = false;
	TRY(date_of(r, &h));
	struct wechat_said said = { .line = r->line, .at_us = parse_local(r->w.p, h.at) };
	chatlog_read_person(&r->w, h.sender, h.name, &said);
	chatlog_read_content(str_trim(buf_str(&r->text)), &said);
	struct str key = h.group.n > 0 ? h.group : wechat_chat_of_file(r->w.in);
	r->group = parse_group_of(r->w.p, key, h.group.n > 0 ? h.group_name : key);
	return r->group < 0 ? ERR_LIMIT : wechat_tell(&r->w, r->group, &said);
}

static enum err take_line(struct reader *r, struct str line)
{
	struct header h;
	bool begins = !r->open || r->blank;
	r->blank = text_trim(line).n == 0;
	if (begins && read_header(line, &h)) {
		TRY(tell_open(r));
		r->open = true;
		r->line = source_line_number(r->w.in);
		buf_clear(&r->head);
		buf_clear(&r->text);
		buf_add(&r->head, line);
		return buf_end(&r->head);
	}
	if (!r->open) {
		if (!r->blank)
			parse_skip(r->w.p, r->w.in, line);
		return ERR_OK;
	}
	if (r->text.n + line.n < PARSE_TEXT_MAX) {
		buf_add(&r->text, line);
		buf_add_char(&r->text, '\n');
	}
	return buf_end(&r->text);
}

static enum err text_read(struct parse *p, struct source *in)
{
	struct reader r = { .group = -1, .head = BUF(8 * PARSE_NAME_MAX), .text = BUF(PARSE_TEXT_MAX + 16) };
	struct str line;
	enum err e = wechat_begin(&r.w, p, in);
	while (e == ERR_OK && source_line(in, &line))
		e = take_line(&r, line);
	if (e == ERR_OK)
		e = tell_open(&r);
	wechat_end(&r.w);
	buf_free(&r.head);
	buf_free(&r.text);
	return e != ERR_OK ? e : source_error(in);
}

static int text_sniff(const struct parse_head *head)
{
	struct str text = head->text, line;
	struct header h;
	unsigned lines = 0, sure = 0;
	for (; lines < SNIFF_LINES && str_cut(&text, '\n', &line); lines++) {
		line = text_trim(line);
		if (line.n == 0)
			continue;
		if (lines == 0 && !read_header(line, &h))
			return 0;
		sure += wechat_is_chatlog_header(line);
	}
	return sure > 0 ? 88 : 0;
}

const struct parse_format parse_wechat_chatlog_txt = {
	.name = "wechat-chatlog-txt",
	.title = "WeChat (chatlog, text)",
	.title_zh = "微信（chatlog 导出的文本）",
	.knows = PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS,
	.sniff = text_sniff,
	.read = text_read,
};
