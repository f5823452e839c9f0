/*
 * irc_html: IRC logs as pages of list items ("<li id=…><a …>#</a> [00:13] * Joins: nick</li>"), as krijnhoetmer.nl
 * keeps them: the tags come off, the rest is a dated log. Called through formats.c. Not here: the lines themselves
 * (irc.c).
 */
#include "parse/html.h"
#include "parse/irc.h"
#include "parse/scan.h"

static enum err html_lines(struct irc *irc, struct parse *p, struct source *in, struct buf *room)
{
	struct irc_days days;
	struct str line;
	bool in_list = false;
	irc_days_begin(&days, p, in);
	while (source_line(in, &line)) {
		struct str rest = str_trim(line);
		if (!in_list) { /* the page around the log is no line of it */
			in_list = str_find(rest, STR("<ol")) >= 0;
			continue;
		}
		if (rest.n == 0 || str_starts(rest, STR("</")))
			continue;
		buf_clear(room);
		html_text(rest, room);
		TRY(buf_end(room));
		struct str text = str_trim(buf_str(room));
		if (!str_starts(rest, STR("<li"))) {
			parse_skip(p, in, text);
			continue;
		}
		scan_text(&text, STR("# "));
		TRY(irc_dated_line(irc, &days, text));
	}
	return source_error(in);
}

static enum err html_read(struct parse *p, struct source *in)
{
	struct irc irc;
	struct buf room = BUF(2 * PARSE_LINE_MAX);
	irc_begin(&irc, p, in);
	irc.style |= IRC_STAR_IS_SYSTEM;
	enum err e = html_lines(&irc, p, in, &room);
	irc_end(&irc);
	buf_free(&room);
	return e;
}

static int html_sniff(const struct parse_head *head)
{
	return str_find(head->text, STR("<title>IRC logs:")) >= 0 && str_find(head->text, STR("<li id=\"l-")) >= 0 ? 90
														   : 0;
}

const struct parse_format parse_irc_html = {
	.name = "irc-html",
	.title = "IRC log as a page (krijnhoetmer.nl)",
	.title_zh = "IRC 日志网页（krijnhoetmer.nl）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_TEXT,
	.sniff = html_sniff,
	.read = html_read,
};
