/*
 * irc: logs of IRC channels whose lines begin with a time: irssi, weechat, ZNC, Limnoria, dircproxy, colabti, botbot,
 * mIRC, HexChat. A nick is a person; RENAME tells that two nicks are one. Quits are not leaves.
 * Called through formats.c. Not here: lines (irc_line.c), dates (irc_date.c), events (irc_tell.c).
 */
#include "parse/irc.h"
#include "parse/scan.h"

#define SNIFF_LINES 60u

static enum err read_mark(struct irc *irc, struct irc_days *days, const struct irc_mark *mark, struct str line)
{
	if (mark->what == IRC_MARK_CHANNEL)
		return irc_set_channel(irc, mark->channel);
	if (!mark->has_date) {
		parse_skip(irc->p, irc->in, line);
		return ERR_OK;
	}
	days->day = mark->at;
	days->has_day = days->has_year = true;
	days->last_minute = -1;
	days->last_month = mark->at.month;
	if (mark->what == IRC_MARK_DAY)
		return ERR_OK;
	struct irc_said said = { .kind = mark->what == IRC_MARK_OPENED ? PARSE_UNGAP : PARSE_GAP };
	return irc_tell(irc, parse_local(irc->p, mark->at), &said);
}

enum err irc_dated_line(struct irc *irc, struct irc_days *days, struct str line)
{
	struct irc_mark mark;
	struct irc_stamp stamp;
	struct irc_said said;
	int64_t at_us;
	if (str_trim(line).n == 0)
		return ERR_OK;
	if (irc_read_mark(line, &mark))
		return read_mark(irc, days, &mark, line);
	struct str rest = line;
	if (!irc_scan_stamp(&rest, &stamp)) {
		parse_skip(irc->p, irc->in, line);
		return ERR_OK;
	}
	TRY(irc_days_time(days, irc->p, &stamp, &at_us));
	if (!irc_read_body(rest, irc->style | (stamp.tabbed ? IRC_TABBED : 0u), &said)) {
		parse_skip(irc->p, irc->in, line);
		return ERR_OK;
	}
	return irc_tell(irc, at_us, &said);
}

/* Some archives hold what Python prints of bytes: b'…' with \' and \xe4 inside. */
static struct str unquote(struct buf *room, struct str line)
{
	buf_clear(room);
	for (size_t i = 0; i < line.n; i++) {
		unsigned value = 0;
		char next = line.p[i] == '\\' && i + 1 < line.n ? line.p[i + 1] : 0;
		if (next == 'x' && i + 3 < line.n) {
			bool hex = true;
			for (size_t k = i + 2; k < i + 4; k++) {
				char c = line.p[k];
				unsigned digit = scan_is_digit(c)       ? (unsigned)(c - '0')
						 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
									: 16;
				hex = hex && digit < 16;
				value = value * 16 + (digit & 15);
			}
			if (hex && value >= 0x20) {
				buf_add_char(room, (char)value);
				i += 3;
				continue;
			}
		}
		if (next == '\'' || next == '"' || next == '\\')
			i++;
		buf_add_char(room, line.p[i]);
	}
	return room->failed ? line : buf_str(room);
}

static enum err read_quoted(struct irc *irc, struct irc_days *days, struct str line, struct buf *room)
{
	CLEANUP(arena_drop) struct arena *a = arena_new(4 * PARSE_LINE_MAX);
	struct str text;
	if (a == NULL)
		return ERR_MEMORY;
	if (str_eq(str_trim(line), STR("'"))) /* the closing quote of the whole file */
		return ERR_OK;
	TRY(utf8_mend(a, unquote(room, line), &text));
	return irc_dated_line(irc, days, text);
}

static enum err irc_read_lines(struct irc *irc, struct parse *p, struct source *in)
{
	CLEANUP(buf_free) struct buf room = BUF(2 * PARSE_LINE_MAX);
	struct irc_days days;
	struct str line;
	bool quoted = false;
	irc_days_begin(&days, p, in);
	TRY(irc_find_channel(irc));
	while (source_line(in, &line)) {
		if (source_line_number(in) == 1 && scan_text(&line, STR("b'")))
			quoted = true;
		TRY(quoted ? read_quoted(irc, &days, line, &room) : irc_dated_line(irc, &days, line));
	}
	return source_error(in);
}

static enum err irc_read(struct parse *p, struct source *in)
{
	struct irc irc;
	irc_begin(&irc, p, in);
	enum err e = irc_read_lines(&irc, p, in);
	irc_end(&irc);
	return e;
}

static int irc_sniff(const struct parse_head *head)
{
	struct str text = head->text, line;
	unsigned seen = 0, known = 0, talk = 0;
	unsigned style = irc_style_of(text);
	scan_text(&text, STR("b'"));
	while (seen < SNIFF_LINES && str_cut(&text, '\n', &line)) {
		struct irc_mark mark;
		struct irc_stamp stamp = { 0 };
		struct irc_said said;
		if (text.p == NULL && !head->whole) /* cut in the middle */
			break;
		line = str_trim(line);
		if (line.n == 0)
			continue;
		seen++;
		if (irc_read_mark(line, &mark)) {
			known++;
		} else if (irc_scan_stamp(&line, &stamp) &&
			   irc_read_body(line, style | (stamp.tabbed ? IRC_TABBED : 0u), &said)) {
			known++;
			talk++;
		}
	}
	return talk > 0 && known * 10 >= seen * 7 ? 80 : 0;
}

const struct parse_format parse_irc = {
	.name = "irc",
	.title = "IRC log (irssi, weechat, ZNC, Limnoria, dircproxy …)",
	.title_zh = "IRC 日志（irssi、weechat、ZNC、Limnoria、dircproxy 等）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_TEXT,
	.sniff = irc_sniff,
	.read = irc_read,
};
