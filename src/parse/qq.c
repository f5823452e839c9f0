/*
 * qq: the text QQ's desktop message manager writes, and what people copy out of a chat window.
 *
 * One file may hold many chats (消息对象). A header is "2014-05-01 9:03:07 PM 【title】name(QQ)" or "…name<mail>", the hour
 * by the habits of the Windows it was written on; text follows until the next header. Copied text has
 * "name 2014/5/1 21:03:07". A title (【群主】) is no part of the name. Called through formats.c.
 * Not here: what the system's sentences say (wechat_system.c).
 */
#include "parse/scan.h"
#include "parse/wechat.h"

#define ANONYMOUS "80000000"
#define SNIFF_LINES 200u

struct qq_header {
	struct date at;
	bool has_day;
	struct str key, name; /* key empty: only the name is known */
};

/* ---- headers ---- */

/* "【管理员】name" → name; "name(12345)", "name<a@b.c>" → name and key */
static bool read_person(struct str s, struct qq_header *h)
{
	struct str title, rest;
	s = text_trim(s);
	rest = s;
	if (scan_text(&rest, STR("【")) && scan_until(&rest, STR("】"), &title) && title.n <= 96 && text_trim(rest).n > 0)
		s = text_trim(rest);
	h->name = s;
	h->key = (struct str){ NULL, 0 };
	if (s.n == 0 || s.n > PARSE_NAME_MAX)
		return false;
	char end = s.p[s.n - 1];
	const char *open = end == ')' ? memrchr(s.p, '(', s.n) : end == '>' ? memrchr(s.p, '<', s.n) : NULL;
	if (open == NULL)
		return true;
	struct str key = { open + 1, s.n - (size_t)(open - s.p) - 2 };
	size_t digits = 0;
	while (digits < key.n && scan_is_digit(key.p[digits]))
		digits++;
	if ((end == ')' && digits == key.n && key.n >= 5 && key.n <= 11) ||
	    (end == ')' && digits == key.n && key.n > 0 && h->has_day) ||
	    (end == '>' && key.n > 2 && memchr(key.p, '@', key.n) != NULL && memchr(key.p, ' ', key.n) == NULL)) {
		h->key = key;
		h->name = text_trim(str_first(s, (size_t)(open - s.p)));
		if (h->name.n == 0)
			h->name = key;
	}
	return true;
}

/* "9:03:07 PM", "下午 9:03:07", "21:03:07" */
static bool scan_time(struct str *s, struct date *d)
{
	bool afternoon;
	struct str rest = *s;
	bool before = scan_half(&rest, &afternoon);
	scan_blanks(&rest);
	struct str digits = rest;
	if (!scan_clock(&rest, d) || (size_t)(rest.p - digits.p) < 7) /* with seconds */
		return false;
	struct str behind = rest;
	scan_blanks(&behind);
	/* "PM先生" is a name */
	if (!before && scan_half(&behind, &afternoon) && (behind.n == 0 || behind.p[0] == ' ' || behind.p[0] == '\t')) {
		before = true;
		rest = behind;
	}
	if (before)
		scan_apply_half(d, afternoon);
	*s = rest;
	return true;
}

static bool read_header(struct str line, struct qq_header *out)
{
	struct qq_header h = { .has_day = true };
	if (!scan_ymd(&line, &h.at) || scan_blanks(&line) == 0 || !scan_time(&line, &h.at) || scan_blanks(&line) == 0 ||
	    !read_person(line, &h))
		return false;
	*out = h;
	return true;
}

/* "…,2024-01-05": then the day is in front of the time and the line is of some other format. */
static bool ends_in_day(struct str name)
{
	struct date d;
	for (size_t i = name.n > 10 ? name.n - 10 : 0; i < name.n; i++) {
		struct str rest = str_from(name, i);
		if (scan_ymd(&rest, &d) && rest.n == 0)
			return true;
	}
	return false;
}

/* Copied out of a window: "name 2014/5/1 21:03:07", "name 2/14/2020 9:16:13 PM", "name  23:50:12". */
static bool read_copied(enum parse_date_order order, struct str line, struct qq_header *out)
{
	line = text_trim(line);
	/* from the back, where the time stands: every blank could be the one before it */
	for (size_t i = 1; i < line.n && i < PARSE_NAME_MAX; i++) {
		struct qq_header h = { 0 };
		struct str rest = str_from(line, i), parts = rest;
		int one, two;
		if (line.p[i - 1] != ' ' || line.p[i] == ' ')
			continue;
		if (scan_ymd(&rest, &h.at)) {
			h.has_day = true;
		} else if (scan_digits(&parts, 1, 2, &one) && scan_char(&parts, '/') &&
			   scan_digits(&parts, 1, 2, &two) && scan_char(&parts, '/') &&
			   scan_digits(&parts, 4, 4, &h.at.year)) {
			bool day_first = one > 12 || (two <= 12 && order == PARSE_DAY_FIRST);
			h.at.month =
				day_first ? two : one; /* Windows in American English is where such dates come from */
			h.at.day = day_first ? one : two;
			if (!date_is_real((struct date){ h.at.year, h.at.month, h.at.day, 0, 0, 0 }))
				continue;
			h.has_day = true;
			rest = parts;
		}
		if (h.has_day && scan_blanks(&rest) == 0)
			continue;
		if (!scan_time(&rest, &h.at) || text_trim(rest).n > 0)
			continue;
		struct str name = text_trim(str_first(line, i));
		if (name.n == 0 || memchr(name.p, '\t', name.n) != NULL || ends_in_day(name) || !read_person(name, &h))
			return false;
		*out = h;
		return true;
	}
	return false;
}

/* ---- reading ---- */

struct reader {
	struct parse *p;
	struct source *in;
	struct wechat names;
	int32_t group;
	bool copied, open;
	bool any;         /* a message was seen: the head of the file is over */
	bool in_frame;    /* between two rules of "===" in that head */
	struct date day;  /* of copied text: the last one seen */
	bool has_day;
	/* the message that is open */
	int64_t at_us;
	uint64_t line;
	struct buf key, name, text;
};

static bool is_system(const struct reader *r)
{
	struct str key = buf_str(&r->key), name = buf_str(&r->name);
	return str_eq(key, STR("10000")) || str_eq(key, STR("1000000")) || str_eq(name, STR("系统消息"));
}

static enum err tell_open(struct reader *r)
{
	if (!r->open)
		return ERR_OK;
	r->open = false;
	struct str key = buf_str(&r->key), name = buf_str(&r->name), text = str_trim(buf_str(&r->text));
	if (is_system(r)) {
		struct wechat_said said = { .at_us = r->at_us, .line = r->line, .type = WECHAT_SYSTEM, .text = text };
		return wechat_tell(&r->names, r->group, &said);
	}
	struct wechat_place at = { r->at_us, r->line, r->group };
	struct parse_event e = {
		.at_us = r->at_us, .group = r->group, .target = PARSE_NOBODY, .line = r->line, .text = text
	};
	TRY(wechat_person(&r->names, &at, key.n ? key : name, name, &e.author));
	e.kind = PARSE_TEXT;
	if (str_starts(text, STR("[QQ红包]")) || str_starts(text, STR("[红包]")) || str_starts(text, STR("[转账]"))) {
		e.kind = PARSE_PACKET;
	} else if (wechat_is_sent(text)) {
		e.kind = PARSE_MEDIA;
		e.text = (struct str){ NULL, 0 };
	}
	if (str_eq(key, STR(ANONYMOUS)))
		e.flags |= PARSE_DELETED; /* many people behind one number */
	if (str_eq(key, STR("2854196310"))) /* Q群管家 */
		parse_person_set_bot(r->p, e.author);
	return parse_tell(r->p, &e);
}

static enum err set_group(struct reader *r, struct str name)
{
	name = text_trim(name);
	r->group = parse_group_of(r->p, name.n ? name : STR("QQ"), name);
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

static struct str group_of_file(struct str name)
{
	name = utf8_first(name, PARSE_NAME_MAX); /* a file system promises no encoding */
	const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
	if (dot != NULL && dot > name.p)
		name.n = (size_t)(dot - name.p);
	return name;
}

static enum err open_message(struct reader *r, const struct qq_header *h)
{
	struct date at = h->at;
	TRY(tell_open(r));
	if (h->has_day) {
		r->day = at;
		r->has_day = true;
	} else {
		at.year = r->day.year;
		at.month = r->day.month;
		at.day = r->day.day;
	}
	if (r->group < 0)
		TRY(set_group(r, group_of_file(source_head(r->in)->file_name)));
	r->open = r->any = true;
	r->at_us = parse_local(r->p, at);
	r->line = source_line_number(r->in);
	buf_clear(&r->key);
	buf_clear(&r->name);
	buf_clear(&r->text);
	buf_add(&r->key, h->key);
	buf_add(&r->name, h->name);
	return buf_end(&r->name);
}

/* "— —  2020-2-21  — —": the day, in text copied from a phone. */
static bool read_day(struct str line, struct date *out_day)
{
	size_t marks = 0;
	line = text_trim(line);
	while (scan_text(&line, STR("—")) || scan_blanks(&line) > 0)
		marks++;
	if (marks == 0 || !scan_ymd(&line, out_day))
		return false;
	while (scan_text(&line, STR("—")) || scan_blanks(&line) > 0)
		continue;
	return line.n == 0;
}

/* The lines of the manager around the messages. */
static bool is_frame(struct str line)
{
	return line.n == 0 || str_starts(line, STR("======")) || str_starts(line, STR("消息记录（")) ||
	       str_starts(line, STR("消息记录(")) || str_starts(line, STR("消息分组:")) ||
	       str_starts(line, STR("消息对象:")) || str_starts(line, STR("日期:")) || str_eq(line, STR("==="));
}

/* A rule that ends what was taken for text belongs to the frame of the next chat. */
static void drop_rule(struct buf *text)
{
	struct str s = str_trim(buf_str(text));
	size_t n = s.n > 0 ? (size_t)(s.p - text->p) + s.n : 0;
	while (n > 0 && text->p[n - 1] == '=')
		n--;
	if (n == 0 || text->p[n - 1] == '\n')
		text->n = n;
}

static enum err take_line(struct reader *r, struct str line)
{
	struct qq_header h;
	struct date day;
	struct str rest = text_trim(line);
	if (!r->copied && (str_starts(rest, STR("消息分组:")) || str_starts(rest, STR("消息对象:")))) {
		drop_rule(&r->text);
		TRY(tell_open(r));
		return scan_text(&rest, STR("消息对象:")) ? set_group(r, rest) : ERR_OK;
	}
	if (r->copied && read_day(rest, &day)) {
		TRY(tell_open(r));
		r->day = day;
		r->has_day = true;
		return ERR_OK;
	}
	if (r->copied ? read_copied(parse_options_of(r->p)->date_order, line, &h) : read_header(rest, &h)) {
		if (h.has_day || r->has_day)
			return open_message(r, &h);
		TRY(tell_open(r));
		parse_skip(r->p, r->in, line); /* a time of no day */
		return ERR_OK;
	}
	if (!r->open) {
		r->in_frame ^= !r->any && str_starts(rest, STR("==="));
		if (!is_frame(rest) && !r->in_frame)
			parse_skip(r->p, r->in, line);
		return ERR_OK;
	}
	if (r->text.n + line.n < PARSE_TEXT_MAX) {
		buf_add(&r->text, line);
		buf_add_char(&r->text, '\n');
	}
	return buf_end(&r->text);
}

/* How many lines of the beginning are headers, of either kind, and how many of the manager's carry a number. */
struct counted {
	unsigned lines, manager, numbered, copied;
};

static struct counted count_headers(const struct parse_head *head)
{
	struct counted n = { 0 };
	struct str text = head->text, line;
	while (n.lines < SNIFF_LINES && str_cut(&text, '\n', &line)) {
		struct qq_header h;
		line = text_trim(line);
		if (line.n == 0)
			continue;
		n.lines++;
		if (read_header(line, &h)) {
			n.manager++;
			n.numbered += h.key.n > 0 || str_eq(h.name, STR("系统消息"));
		} else {
			n.copied += line.n < PARSE_NAME_MAX && !wechat_is_chatlog_header(line) &&
				read_copied(PARSE_ORDER_UNKNOWN, line, &h);
		}
	}
	return n;
}

static enum err qq_read(struct parse *p, struct source *in)
{
	struct reader r = { .p = p, .in = in, .group = -1, .key = BUF(PARSE_LINE_MAX), .name = BUF(PARSE_LINE_MAX),
		.text = BUF(PARSE_TEXT_MAX + 16) };
	struct str line;
	struct counted n = count_headers(source_head(in));
	r.copied = n.manager == 0 && n.copied > 0;
	enum err e = wechat_begin(&r.names, p, in);
	while (e == ERR_OK && source_line(in, &line))
		e = take_line(&r, line);
	if (e == ERR_OK)
		e = tell_open(&r);
	wechat_end(&r.names);
	buf_free(&r.key);
	buf_free(&r.name);
	buf_free(&r.text);
	return e != ERR_OK ? e : source_error(in);
}

static int qq_sniff(const struct parse_head *head)
{
	struct str begin = str_first(head->text, 2048);
	if (str_find(begin, STR("消息记录（此消息记录为文本格式")) >= 0 || str_find(begin, STR("\n消息对象:")) >= 0)
		return 98;
	struct counted n = count_headers(head);
	if (n.numbered > 0)
		return n.numbered * 2 >= n.manager ? 85 : 0;
	return n.manager == 0 && n.copied > 1 && n.copied * 4 >= n.lines ? 40 : 0;
}

const struct parse_format parse_qq = {
	.name = "qq",
	.title = "QQ (message manager, text)",
	.title_zh = "QQ（消息管理器导出的文本）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_RECALLS | PARSE_KNOWS_TEXT,
	.sniff = qq_sniff,
	.read = qq_read,
};
