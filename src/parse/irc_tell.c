/*
 * irc_tell: from what a line of IRC says to events: people by nick, whom a line addresses, bots, bridges, netsplits.
 * Called by irc.c, irc_epoch.c, irc_html.c. Not here: lines (irc_line.c), dates (irc.c).
 */
#include "parse/bridge.h"
#include "parse/irc.h"
#include "parse/scan.h"

void irc_begin(struct irc *irc, struct parse *p, struct source *in)
{
	*irc = (struct irc){ .p = p, .in = in, .group = -1, .text = BUF(2 * PARSE_LINE_MAX) };
	irc->style = irc_style_of(source_head(in)->text);
}

void irc_end(struct irc *irc) { buf_free(&irc->text); }

/* ---- channels ---- */

enum err irc_set_channel(struct irc *irc, struct str channel)
{
	char key[PARSE_NAME_MAX];
	channel = utf8_first(text_trim(channel), sizeof key); /* it may be cut in the middle of a character */
	struct str bare = channel;
	while (bare.n > 1 && bare.p[0] == '#')
		scan_drop(&bare, 1);
	bare = utf8_first(bare, sizeof key);
	for (size_t i = 0; i < bare.n; i++)
		key[i] = bare.p[i] >= 'A' && bare.p[i] <= 'Z' ? (char)(bare.p[i] + 32) : bare.p[i];
	struct str k = bare.n ? (struct str){ key, bare.n } : STR("irc");
	irc->group = parse_group_of(irc->p, k, channel.n ? channel : k);
	return irc->group < 0 ? ERR_LIMIT : ERR_OK;
}

bool irc_date_of_name(struct str name, struct date *out_date, struct str *out_before, struct str *out_after)
{
	for (size_t i = 0; i + 8 <= name.n; i++) {
		if (!scan_is_digit(name.p[i]) || (i > 0 && scan_is_digit(name.p[i - 1])))
			continue;
		struct str rest = str_from(name, i);
		struct date d = { 0 };
		bool marked = scan_digits(&rest, 4, 4, &d.year) && rest.n > 0 && strchr("-_.", rest.p[0]);
		char mark = marked ? rest.p[0] : 0;
		if (marked) {
			if (!scan_char(&rest, mark) || !scan_digits(&rest, 2, 2, &d.month) || !scan_char(&rest, mark) ||
			    !scan_digits(&rest, 2, 2, &d.day))
				continue;
		} else {
			int eight;
			rest = str_from(name, i);
			if (!scan_digits(&rest, 8, 8, &eight))
				continue;
			d = (struct date){ eight / 10000, eight / 100 % 100, eight % 100, 0, 0, 0 };
		}
		if (d.year < 1988 || d.year > 2200 || !date_is_real(d))
			continue;
		*out_date = d;
		*out_before = str_first(name, i);
		*out_after = rest;
		return true;
	}
	return false;
}

/* The channel in a file name: "#qtox_20160907.log", "fluid-work-2014-12-04.log", "irc.libera.#raku.weechatlog". */
static struct str channel_of_name(struct str name)
{
	static const char *const endings[] = { ".log", ".txt", ".weechatlog", ".html", ".gz", ".zst", ".zip" };
	struct date d;
	struct str before, after;
	name = utf8_first(name, PARSE_NAME_MAX); /* a file system promises no encoding */
	const char *hash = name.n ? memchr(name.p, '#', name.n) : NULL;
	bool marked = hash != NULL;
	if (marked)
		name = str_from(name, (size_t)(hash - name.p));
	if (irc_date_of_name(name, &d, &before, &after))
		name = before;
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < COUNT_OF(endings); i++)
			if (str_ends(name, str_of(endings[i]))) {
				name.n -= strlen(endings[i]);
				again = true;
			}
	}
	while (name.n > 0 && strchr("-_. ", name.p[name.n - 1]))
		name.n--;
	return name;
}

/* "has joined #channel", "[raku] mode/#channel": the first that the head names. */
static struct str channel_of_head(struct str head)
{
	static const char *const marks[] = { "Session Ident: #", "has joined #", "has left #", "mode/#", "Mode #",
		"topic of #", "Topic for #", "topic for #" };
	struct str found = { NULL, 0 };
	ptrdiff_t first = -1;
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		struct str mark = str_of(marks[i]);
		ptrdiff_t at = str_find(head, mark);
		if (at < 0 || (first >= 0 && at >= first))
			continue;
		struct str rest = str_from(head, (size_t)at + mark.n - 1);
		size_t n = 0;
		while (n < rest.n && n < 64 && !strchr(" \t\r\n,:()[]<>\"", rest.p[n]))
			n++;
		if (n < 2)
			continue;
		first = at;
		found = str_first(rest, n);
	}
	return found;
}

enum err irc_find_channel(struct irc *irc)
{
	const struct parse_head *head = source_head(irc->in);
	struct str by_name = channel_of_name(head->file_name);
	struct str by_head = channel_of_head(head->text);
	return irc_set_channel(irc, by_head.n && !(by_name.n && by_name.p[0] == '#') ? by_head : by_name);
}

/* ---- people ---- */

static struct str fold_nick(struct str nick, char out[IRC_NICK_MAX])
{
	size_t n = nick.n < IRC_NICK_MAX ? nick.n : IRC_NICK_MAX;
	for (size_t i = 0; i < n; i++)
		out[i] = nick.p[i] >= 'A' && nick.p[i] <= 'Z' ? (char)(nick.p[i] + 32) : nick.p[i];
	return (struct str){ out, n };
}

/* Names that end in "bot" are programs' by custom; the names of people that do are few. */
static bool is_bot_name(struct str nick)
{
	static const char *const services[] = { "chanserv", "nickserv", "memoserv", "operserv", "infoserv", "ubottu",
		"ubotu", "supybot", "limnoria", "meetbot", "zemhill", "lambdabot", "geth", "camelia", "evalable6" };
	static const char *const people[] = { "abbot", "talbot", "cabot", "turbot", "arbot", "lobot", "tabot" };
	char room[IRC_NICK_MAX];
	struct str k = fold_nick(nick, room);
	for (size_t i = 0; i < COUNT_OF(services); i++)
		if (str_eq(k, str_of(services[i])))
			return true;
	while (k.n > 3 && (strchr("_`|^-", k.p[k.n - 1]) || scan_is_digit(k.p[k.n - 1])))
		k.n--;
	for (size_t i = 0; i < COUNT_OF(people); i++)
		if (str_ends(k, str_of(people[i])))
			return false;
	return str_ends(k, STR("bot")) || str_starts(k, STR("bot-")) || str_starts(k, STR("bot_"));
}

static int32_t person_of(struct irc *irc, struct str nick)
{
	char room[IRC_NICK_MAX];
	int32_t person = parse_person_of(irc->p, fold_nick(nick, room), nick);
	if (person >= 0 && is_bot_name(nick))
		parse_person_set_bot(irc->p, person);
	return person;
}

/* Whom "nick: text" or "nick, text" addresses, among those seen; PARSE_NOBODY. */
static int32_t addressed(const struct irc *irc, struct str text)
{
	char room[IRC_NICK_MAX];
	size_t n = 0;
	scan_blanks(&text);
	scan_char(&text, '@');
	while (n < text.n && n <= IRC_NICK_MAX && text.p[n] != ':' && text.p[n] != ',' && text.p[n] != ' ' &&
		text.p[n] != '\t')
		n++;
	if (n == 0 || n >= text.n || n > IRC_NICK_MAX || text.p[n] == ' ' || text.p[n] == '\t')
		return PARSE_NOBODY;
	if (n + 1 < text.n && text.p[n + 1] != ' ' && text.p[n + 1] != '\t' && text.p[n + 1] != ',')
		return PARSE_NOBODY;
	return parse_person_find(irc->p, fold_nick(str_first(text, n), room));
}

static bool is_printed(char c) { return (unsigned char)c >= 0x20 || c == '\t' || c == '\n'; }

/* Without mIRC's colours and marks and other control characters. */
static enum err clean(struct irc *irc, struct str text, struct str *out_text)
{
	size_t i = 0;
	while (i < text.n && is_printed(text.p[i]))
		i++;
	if (i == text.n) {
		*out_text = text;
		return ERR_OK;
	}
	buf_clear(&irc->text);
	for (i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == 3) { /* colour: up to two digits, a comma, up to two digits */
			size_t k = i + 1, digits = 0;
			for (; digits < 2 && k < text.n && scan_is_digit(text.p[k]); digits++)
				k++;
			if (digits && k + 1 < text.n && text.p[k] == ',' && scan_is_digit(text.p[k + 1]))
				k += k + 2 < text.n && scan_is_digit(text.p[k + 2]) ? 3 : 2;
			i = k - 1;
		} else if (is_printed(c)) {
			buf_add_char(&irc->text, c);
		}
	}
	TRY(buf_end(&irc->text));
	*out_text = buf_str(&irc->text);
	return ERR_OK;
}

/* ---- telling ---- */

static enum err tell_one(struct irc *irc, int64_t at_us, const struct irc_said *said, struct str nick)
{
	struct parse_event e = { .at_us = at_us, .group = irc->group, .author = PARSE_NOBODY, .target = PARSE_NOBODY,
		.kind = said->kind, .flags = said->flags, .line = irc->line ? irc->line : source_line_number(irc->in) };
	bool talk = said->kind == PARSE_TEXT || said->kind == PARSE_ACT;
	TRY(clean(irc, said->text, &e.text));
	if (nick.n > 0) {
		e.author = person_of(irc, nick);
		if (e.author < 0)
			return ERR_LIMIT;
	}
	if (said->other.n > 0) {
		e.target = person_of(irc, said->other);
		if (e.target < 0)
			return ERR_LIMIT;
	}
	if (talk) {
		struct bridged bridged;
		if ((bridge_is_name(nick) || is_bot_name(nick)) && bridge_unfold(e.text, false, &bridged)) {
			parse_person_set_bot(irc->p, e.author);
			e.author = bridge_person(irc->p, &bridged);
			if (e.author < 0)
				return ERR_LIMIT;
			e.flags = (e.flags & ~(unsigned)PARSE_BOT) | PARSE_BRIDGE;
			e.text = bridged.text;
		}
		e.target = addressed(irc, e.text);
	}
	if (said->kind == PARSE_LEAVE)
		parse_add_known(irc->p, irc->group, PARSE_KNOWS_LEAVES);
	return parse_tell(irc->p, &e);
}

enum err irc_tell(struct irc *irc, int64_t at_us, const struct irc_said *said)
{
	if (irc->group < 0)
		TRY(irc_find_channel(irc));
	if (said->many.n == 0)
		return tell_one(irc, at_us, said, said->nick);
	struct str many = said->many, part;
	for (unsigned i = 0; i < IRC_NETSPLIT_NICKS && str_cut(&many, ',', &part); i++) {
		part = str_trim(part);
		while (part.n > 1 && strchr("@+%&~", part.p[0]))
			scan_drop(&part, 1);
		if (!irc_is_nick(part)) /* "(+12 more, use /NETSPLIT to show all of them)" */
			break;
		TRY(tell_one(irc, at_us, said, part));
	}
	return ERR_OK;
}
