/*
 * irc_epoch: IRC logs in blocks of three lines: seconds since 1970, nick, text; a blank line between.
 * Talk only: joins and leaves are not in such a file. Called through formats.c. Not here: people (irc_tell.c).
 */
#include "parse/irc.h"
#include "parse/scan.h"

#define EPOCH_DIGITS 10u

static bool epoch_of(struct str line, int64_t *out_seconds)
{
	line = str_trim(line);
	return line.n >= EPOCH_DIGITS - 1 && line.n <= EPOCH_DIGITS && scan_is_digit(line.p[0]) &&
	       str_int(line, 0, INT64_C(9999999999), out_seconds) == ERR_OK;
}

/* A block: its time is known, the nick may be. Text may have no line at all, or several. */
struct block {
	int64_t at_us;
	uint64_t line;
	bool has_nick;
	bool open;
	struct buf nick, text;
};

static enum err block_tell(struct irc *irc, struct block *b, struct str because)
{
	if (!b->open)
		return ERR_OK;
	b->open = false;
	if (!b->has_nick) {
		parse_skip(irc->p, irc->in, because);
		return ERR_OK;
	}
	struct irc_said said = { .kind = PARSE_TEXT, .nick = buf_str(&b->nick), .text = buf_str(&b->text) };
	if (scan_text(&said.text, STR("/me ")))
		said.kind = PARSE_ACT;
	irc->line = b->line;
	return irc_tell(irc, b->at_us, &said);
}

static enum err block_line(struct irc *irc, struct block *b, struct str line, bool after_blank)
{
	int64_t seconds;
	if (epoch_of(line, &seconds) && (!b->open || after_blank)) {
		TRY(block_tell(irc, b, line));
		b->open = true;
		b->has_nick = false;
		b->at_us = seconds * US_PER_S;
		b->line = source_line_number(irc->in);
		buf_clear(&b->nick);
		buf_clear(&b->text);
		return ERR_OK;
	}
	if (!b->open) {
		if (str_trim(line).n > 0)
			parse_skip(irc->p, irc->in, line);
		return ERR_OK;
	}
	if (!b->has_nick) {
		if (!irc_is_nick(str_trim(line))) {
			b->open = false;
			parse_skip(irc->p, irc->in, line);
			return ERR_OK;
		}
		b->has_nick = true;
		buf_add(&b->nick, str_trim(line));
		return buf_end(&b->nick);
	}
	if (str_trim(line).n == 0)
		return ERR_OK;
	if (b->text.n > 0)
		buf_add_char(&b->text, '\n');
	if (b->text.n + line.n < PARSE_TEXT_MAX)
		buf_add(&b->text, line);
	return buf_end(&b->text);
}

static enum err epoch_lines(struct irc *irc, struct source *in, struct block *b)
{
	struct str line;
	bool after_blank = true;
	TRY(irc_find_channel(irc));
	while (source_line(in, &line)) {
		TRY(block_line(irc, b, line, after_blank));
		after_blank = str_trim(line).n == 0;
	}
	TRY(block_tell(irc, b, STR("(end of file)")));
	return source_error(in);
}

static enum err epoch_read(struct parse *p, struct source *in)
{
	struct irc irc;
	struct block b = { .nick = BUF(PARSE_NAME_MAX), .text = BUF(2 * PARSE_LINE_MAX) };
	irc_begin(&irc, p, in);
	enum err e = epoch_lines(&irc, in, &b);
	irc_end(&irc);
	buf_free(&b.nick);
	buf_free(&b.text);
	return e;
}

static int epoch_sniff(const struct parse_head *head)
{
	struct str text = head->text, first, second;
	int64_t seconds;
	if (!str_cut(&text, '\n', &first) || !str_cut(&text, '\n', &second) || text.p == NULL)
		return 0;
	return epoch_of(first, &seconds) && seconds > INT64_C(500000000) && irc_is_nick(str_trim(second)) &&
	       !scan_is_digit(str_trim(second).p[0]) ? 75 : 0;
}

const struct parse_format parse_irc_epoch = {
	.name = "irc-epoch",
	.title = "IRC log (seconds, nick and text on lines of their own)",
	.title_zh = "IRC 日志（秒数、昵称、文字各占一行）",
	.knows = PARSE_KNOWS_TEXT | PARSE_KNOWS_ZONE,
	.sniff = epoch_sniff,
	.read = epoch_read,
};
