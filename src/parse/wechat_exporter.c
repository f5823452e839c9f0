/*
 * wechat_exporter: text of BlueMatthew's WechatExporter, which reads an iPhone's backup: "name - 微信聊天记录", then
 * "name (2024-01-05 10:00:00):text" or "系统消息：text"; what the system says may also be a bare line. An answer begins
 * with 「name：quoted」 over a rule. One chat a file; people are names only; what the system says has no time and is told
 * with that of the message before. Called through formats.c. Not here: what a message is (wechat.c).
 */
#include "parse/scan.h"
#include "parse/wechat.h"

#define EARLY_MAX (64u << 10) /* bytes of notices kept until the first time is known */
#define NOTICE_MAX 512u       /* bytes; a bare line that is longer belongs to the message before */
#define SNIFF_LINES 200u

struct header {
	struct str name, text;
	struct date at;
};

/* "name (2024-01-05 10:00:00):text"; a name may hold brackets itself. */
static bool read_header(struct str line, struct header *out)
{
	struct header h = { .name = { NULL, 0 } };
	struct str rest = line, before;
	while (scan_until(&rest, STR(" ("), &before)) {
		struct str at = rest;
		if (!scan_ymd(&at, &h.at) || !scan_char(&at, ' ') || !scan_clock(&at, &h.at) || !scan_text(&at, STR("):")))
			continue;
		h.name = text_trim(str_first(line, (size_t)(rest.p - line.p) - 2));
		h.text = at;
		if (h.name.n == 0 || h.name.n > PARSE_NAME_MAX)
			return false;
		*out = h;
		return true;
	}
	return false;
}

static bool scan_system(struct str *line)
{
	static const char *const labels[] = { "系统消息：", "系统消息:", "系統消息：", "系統訊息：", "System Message: ",
		"System Message:" };
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (scan_text(line, str_of(labels[i])))
			return true;
	return false;
}

/* "name - 微信聊天记录" */
static bool read_frame(struct str line, struct str *out_name)
{
	static const char *const titles[] = { " - 微信聊天记录", " - 微信聊天記錄", " - WeChat Chat History" };
	line = text_trim(line);
	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (str_ends(line, str_of(titles[i]))) {
			*out_name = text_trim(str_first(line, line.n - strlen(titles[i])));
			return out_name->n > 0;
		}
	return false;
}

/* Does a bare line say that somebody came, went or took something back? Only one that begins and ends as the system's
 * do: it may as well be the second line of what somebody wrote. */
static bool is_notice(struct str line)
{
	static const char *const starts[] = { "\"", "“", "「", "你", "You " };
	static const char *const ends[] = { "加入了群聊", "加入群聊", "撤回了一条消息", "recalled a message" };
	struct wechat_notice n;
	bool like = false;
	if (line.n == 0 || line.n > NOTICE_MAX)
		return false;
	wechat_read_notice(line, &n);
	for (size_t i = 0; i < COUNT_OF(starts); i++)
		like = like || str_starts(line, str_of(starts[i]));
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		like = like || str_ends(line, str_of(ends[i]));
	return like && n.kind != PARSE_SYSTEM && (n.kind != PARSE_PACKET || str_ends(line, STR("红包")));
}

/* ---- reading ---- */

struct reader {
	struct wechat w;
	int32_t group;
	int64_t at_us;      /* of the last message with a time */
	uint64_t line;      /* where the open message began */
	uint64_t early_line;
	struct buf name, text, early;
	bool open, timed;
};

static enum err tell_notice(struct reader *r, struct str text, uint64_t line)
{
	struct wechat_said said = { .at_us = r->at_us, .line = line, .type = WECHAT_SYSTEM, .text = text };
	return wechat_tell(&r->w, r->group, &said);
}

static enum err set_group(struct reader *r, struct str name)
{
	r->group = parse_group_of(r->w.p, name, name);
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

/* 「name：quoted」, a rule, what is answered. */
static void read_answer(struct reader *r, struct wechat_said *said)
{
	struct str rest = said->text, quoted, name;
	if (!scan_text(&rest, STR("「")) || !scan_until(&rest, STR("」\n- - - "), &quoted) ||
		!(scan_until(&quoted, STR("："), &name) || scan_until(&quoted, STR(": "), &name)))
		return;
	struct str rule;
	(void)str_cut(&rest, '\n', &rule);
	int32_t answered = wechat_find(&r->w, r->group, text_trim(name));
	said->type = WECHAT_APP;
	said->subtype = WECHAT_APP_QUOTE;
	said->text = str_trim(rest);
	if (answered >= 0)
		said->answers_who = parse_person_key(r->w.p, (size_t)answered);
}

static enum err tell_open(struct reader *r)
{
	int64_t type, subtype;
	struct str title, mine = parse_options_of(r->w.p)->self_name;
	if (!r->open)
		return ERR_OK;
	r->open = false;
	struct wechat_said said = { .at_us = r->at_us, .line = r->line, .type = WECHAT_TEXT, .name = buf_str(&r->name),
		.text = str_trim(buf_str(&r->text)) };
	said.self = mine.n > 0 && str_eq(said.name, mine);
	if (wechat_type_of_mark(said.text, &type, &subtype, &title)) {
		said.type = type;
		said.subtype = subtype;
		if (type == WECHAT_APP && subtype != WECHAT_APP_PACKET && subtype != WECHAT_APP_TRANSFER)
			said.text = title;
	} else {
		read_answer(r, &said);
	}
	return wechat_tell(&r->w, r->group, &said);
}

/* What the system said before anybody spoke: who founded the group, who was brought along. */
static enum err tell_early(struct reader *r)
{
	struct str rest = buf_str(&r->early), line;
	for (uint64_t i = 0; str_cut(&rest, '\n', &line); i++)
		if (line.n > 0)
			TRY(tell_notice(r, line, r->early_line + i));
	buf_clear(&r->early);
	return ERR_OK;
}

static enum err open_message(struct reader *r, const struct header *h)
{
	TRY(tell_open(r));
	r->at_us = parse_local(r->w.p, h->at);
	r->line = source_line_number(r->w.in);
	if (r->group < 0)
		TRY(set_group(r, wechat_chat_of_file(r->w.in)));
	if (!r->timed)
		TRY(tell_early(r));
	r->open = r->timed = true;
	buf_clear(&r->name);
	buf_clear(&r->text);
	buf_add(&r->name, h->name);
	buf_add(&r->text, h->text);
	buf_add_char(&r->text, '\n');
	TRY(buf_end(&r->name));
	return buf_end(&r->text);
}

/* A line before the first message, whose time nobody knows yet. */
static enum err keep_early(struct reader *r, struct str line, bool said_by_system)
{
	struct str name;
	if (!said_by_system && r->group < 0 && read_frame(line, &name))
		return set_group(r, name);
	bool fits = r->early.n + line.n + 1 < EARLY_MAX;
	bool notice = fits && (said_by_system || is_notice(line));
	if (r->early.n == 0)
		r->early_line = source_line_number(r->w.in);
	else if (!notice && fits)
		buf_add_char(&r->early, '\n'); /* so that the lines still count */
	if (notice) {
		buf_add(&r->early, line);
		buf_add_char(&r->early, '\n');
	} else if (text_trim(line).n > 0) {
		parse_skip(r->w.p, r->w.in, line);
	}
	return buf_end(&r->early);
}

static enum err take_line(struct reader *r, struct str line)
{
	struct header h;
	struct str rest = text_trim(line);
	if (read_header(line, &h))
		return open_message(r, &h);
	bool said_by_system = scan_system(&rest);
	if (!r->timed)
		return keep_early(r, rest, said_by_system);
	if (said_by_system || is_notice(rest)) {
		TRY(tell_open(r));
		return tell_notice(r, rest, source_line_number(r->w.in));
	}
	if (!r->open) {
		if (rest.n > 0)
			parse_skip(r->w.p, r->w.in, line);
		return ERR_OK;
	}
	if (r->text.n + line.n < PARSE_TEXT_MAX) {
		buf_add(&r->text, line);
		buf_add_char(&r->text, '\n');
	}
	return buf_end(&r->text);
}

static enum err exporter_read(struct parse *p, struct source *in)
{
	struct reader r = { .group = -1, .name = BUF(PARSE_NAME_MAX), .text = BUF(PARSE_LINE_MAX + PARSE_TEXT_MAX),
		.early = BUF(EARLY_MAX) };
	struct str line;
	enum err e = wechat_begin(&r.w, p, in);
	while (e == ERR_OK && source_line(in, &line))
		e = take_line(&r, line);
	if (e == ERR_OK)
		e = tell_open(&r);
	if (e == ERR_OK && r.early.n > 0) /* nobody ever spoke */
		parse_skip(p, in, buf_str(&r.early));
	wechat_end(&r.w);
	buf_free(&r.name);
	buf_free(&r.text);
	buf_free(&r.early);
	return e != ERR_OK ? e : source_error(in);
}

static int exporter_sniff(const struct parse_head *head)
{
	struct str text = head->text, line, name;
	struct header h;
	unsigned lines = 0, headers = 0;
	while (lines < SNIFF_LINES && str_cut(&text, '\n', &line)) {
		line = text_trim(line);
		if (line.n == 0)
			continue;
		if (lines++ == 0 && read_frame(line, &name))
			return 95;
		headers += read_header(line, &h);
	}
	return headers > 0 && headers * 2 >= lines ? 80 : 0;
}

const struct parse_format parse_wechat_exporter = {
	.name = "wechat-exporter",
	.title = "WeChat (WechatExporter, text)",
	.title_zh = "微信（WechatExporter 导出的文本）",
	.knows = PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS | PARSE_KNOWS_REPLIES,
	.sniff = exporter_sniff,
	.read = exporter_read,
};
