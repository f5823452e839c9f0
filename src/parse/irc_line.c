/*
 * irc_line: the body of one IRC line, whoever wrote it: ZNC, Limnoria, irssi, weechat, dircproxy, colabti, botbot,
 * mIRC. Pure; called by irc_tell's callers. Not here: times, channels, people (irc_tell.c).
 */
#include "parse/irc.h"
#include "parse/scan.h"

static const char nick_signs[] = "[]\\`_^{|}-~.'/*";

bool irc_is_nick(struct str s)
{
	if (s.n == 0 || s.n > IRC_NICK_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) /* bytes over 0x7f: some networks allow UTF-8 */
		if (!scan_is_alnum(s.p[i]) && !((unsigned char)s.p[i] & 0x80) &&
			!(s.p[i] && strchr(nick_signs, s.p[i])))
			return false;
	return true;
}

/* The nick of "@nick", " nick", "nick!user@host", "nick:". */
static bool nick_of(struct str word, struct str *out_nick)
{
	word = str_trim(word);
	while (word.n > 1 && strchr("@+%&~!", word.p[0]))
		scan_drop(&word, 1);
	const char *bang = word.n ? memchr(word.p, '!', word.n) : NULL;
	if (bang != NULL)
		word.n = (size_t)(bang - word.p);
	if (!irc_is_nick(word))
		return false;
	*out_nick = word;
	return true;
}

/* Two host names: the reason a server gives for those it lost. */
static bool is_netsplit(struct str reason)
{
	struct str one, two;
	reason = str_trim(reason);
	if (!scan_word(&reason, &one) || scan_blanks(&reason) != 1 || !scan_word(&reason, &two) || reason.n > 0)
		return false;
	for (int i = 0; i < 2; i++) {
		struct str host = i ? two : one;
		if (host.n < 3 || memchr(host.p, '.', host.n) == NULL || host.p[host.n - 1] == '.')
			return false;
		for (size_t k = 0; k < host.n; k++)
			if (!scan_is_alnum(host.p[k]) && !strchr(".-*_", host.p[k]))
				return false;
	}
	return true;
}

/* "(u@h)", "[u@h]", "<n!u@h>" behind a nick. */
static void drop_host(struct str *s)
{
	static const char *const pairs[] = { "()", "[]", "<>" };
	scan_blanks(s);
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct str rest = *s, inside;
		if (!scan_char(&rest, pairs[i][0]) || !scan_until(&rest, (struct str){ pairs[i] + 1, 1 }, &inside) ||
		    memchr(inside.p, '@', inside.n) == NULL || memchr(inside.p, ' ', inside.n) != NULL)
			continue;
		*s = rest;
		break;
	}
	scan_blanks(s);
}

/* "(reason)", "[reason]", ": reason" or nothing, to the end of the line. */
static bool reason_of(struct str s, struct str *out_reason)
{
	s = str_trim(s);
	*out_reason = (struct str){ NULL, 0 };
	if (s.n == 0)
		return true;
	if (scan_char(&s, ':')) {
		*out_reason = str_trim(s);
		return true;
	}
	if (s.n >= 2 && ((s.p[0] == '(' && s.p[s.n - 1] == ')') || (s.p[0] == '[' && s.p[s.n - 1] == ']'))) {
		*out_reason = (struct str){ s.p + 1, s.n - 2 };
		return true;
	}
	return false;
}

static bool said_quit(struct str rest, bool strict, struct irc_said *out)
{
	struct str reason;
	if (!scan_text(&rest, STR(" from IRC")))
		scan_text(&rest, STR(" IRC"));
	bool whole = reason_of(rest, &reason);
	if (strict && !whole)
		return false;
	out->kind = PARSE_QUIT;
	out->flags = whole && is_netsplit(reason) ? PARSE_NETSPLIT : 0;
	out->text = str_trim(rest);
	return true;
}

static bool said_join_or_part(struct str rest, enum parse_kind kind, bool strict, struct irc_said *out)
{
	struct str word, reason;
	scan_blanks(&rest);
	if (!scan_text(&rest, STR("the channel")) && rest.n > 0 && strchr("#&+", rest.p[0]))
		if (!scan_word(&rest, &word))
			return false;
	if (!reason_of(rest, &reason) && strict)
		return false;
	out->kind = kind;
	out->text = str_trim(rest);
	return true;
}

static bool said_kicked(struct str rest, struct irc_said *out)
{
	struct str word;
	scan_blanks(&rest);
	if (scan_text(&rest, STR("from "))) {
		if (!scan_word(&rest, &word))
			return false;
		scan_blanks(&rest);
	}
	if (!scan_text(&rest, STR("by ")))
		return false;
	if (!scan_word(&rest, &word))
		return false;
	if (word.n > 1 && word.p[word.n - 1] == ':')
		word.n--;
	if (!nick_of(word, &out->other))
		out->other = (struct str){ NULL, 0 }; /* a server did it */
	drop_host(&rest);
	scan_char(&rest, ':');
	out->kind = PARSE_REMOVED;
	out->text = str_trim(rest);
	return true;
}

/* What a nick did, behind "nick" or "nick (host)". strict: the whole line must be such a notice, for where people write
 * /me the same way. */
static bool said_doing(struct str rest, bool strict, struct irc_said *out)
{
	struct str word, reason;
	struct str all = rest;
	if (scan_text(&rest, STR("is now known as ")) || scan_text(&rest, STR("changed nick to "))) {
		if (!scan_word(&rest, &word) || str_trim(rest).n > 0 || !nick_of(word, &out->other))
			return false;
		out->kind = PARSE_RENAME;
		return true;
	}
	rest = all;
	if (scan_text(&rest, STR("has joined")) || scan_text(&rest, STR("joined the channel")) ||
	    (!strict && scan_text(&rest, STR("joined"))))
		return said_join_or_part(rest, PARSE_JOIN, strict, out);
	if (scan_text(&rest, STR("has left")) || scan_text(&rest, STR("left the channel")) ||
		scan_text(&rest, STR("has parted")))
		return said_join_or_part(rest, PARSE_LEAVE, strict, out);
	if (scan_text(&rest, STR("has quit")) || (!strict && scan_text(&rest, STR("quit"))))
		return said_quit(rest, strict, out);
	/* colabti and raku write "left" for parting and quitting alike: taken for the weaker of the two, see irc_tell.c
	 */
	if (!strict && scan_text(&rest, STR("left")))
		return said_join_or_part(rest, rest.n && str_trim(rest).n ? PARSE_LEAVE : PARSE_QUIT, false, out);
	if (scan_text(&rest, STR("was kicked")) || scan_text(&rest, STR("kicked off")) ||
	    scan_text(&rest, STR("has been kicked")))
		return said_kicked(rest, out);
	if (scan_text(&rest, STR("has kicked ")) && scan_word(&rest, &word) && reason_of(rest, &reason)) {
		out->other = out->nick;
		out->kind = PARSE_REMOVED;
		out->text = str_trim(rest);
		return nick_of(word, &out->nick);
	}
	rest = all;
	out->kind = PARSE_SYSTEM;
	out->text = rest;
	return scan_text(&rest, STR("sets mode")) || scan_text(&rest, STR("changes topic to ")) ||
	       scan_text(&rest, STR("has changed topic for ")) || scan_text(&rest, STR("has unset topic for ")) ||
	       scan_text(&rest, STR("changed the topic of ")) || scan_text(&rest, STR("changed topic")) ||
	       scan_text(&rest, STR("changed mode")) || scan_text(&rest, STR("set the topic"));
}

/* "Joins: nick (u@h)", ZNC and mIRC. */
static bool said_headed(struct str rest, struct irc_said *out)
{
	struct str word, reason;
	enum parse_kind kind;
	if (scan_text(&rest, STR("Joins: ")))
		kind = PARSE_JOIN;
	else if (scan_text(&rest, STR("Parts: ")))
		kind = PARSE_LEAVE;
	else if (scan_text(&rest, STR("Quits: ")))
		kind = PARSE_QUIT;
	else
		return false;
	if (!scan_word(&rest, &word) || !nick_of(word, &out->nick))
		return false;
	drop_host(&rest);
	out->kind = kind;
	out->text = rest;
	if (kind == PARSE_QUIT && reason_of(rest, &reason) && is_netsplit(reason))
		out->flags = PARSE_NETSPLIT;
	return true;
}

/* irssi: "Netsplit a.net <-> b.net quits: x, y", "Netsplit over, joins: x, y" */
static bool said_netsplit(struct str rest, struct irc_said *out)
{
	struct str before;
	if (!scan_text(&rest, STR("Netsplit ")))
		return false;
	struct str all = rest;
	if (scan_until(&rest, STR(" quits: "), &before))
		out->kind = PARSE_QUIT;
	else if (scan_until(&rest, STR("over, joins: "), &before))
		out->kind = PARSE_JOIN;
	else {
		out->kind = PARSE_SYSTEM;
		out->text = all;
		return true;
	}
	out->many = rest;
	out->flags = PARSE_NETSPLIT;
	return true;
}

/* A line the program marks as its own. strict: it may as well be /me, so say yes only to what is surely a notice. */
static bool said_system(struct str rest, bool strict, struct irc_said *out)
{
	struct str word;
	rest = str_trim(rest);
	if (said_headed(rest, out) || said_netsplit(rest, out))
		return true;
	struct irc_said try = *out;
	struct str behind = rest;
	if (scan_word(&behind, &word) && !str_eq(word, STR("You")) && nick_of(word, &try.nick)) {
		drop_host(&behind);
		if (said_doing(behind, strict, &try)) {
			*out = try;
			return true;
		}
	}
	if (strict)
		return false;
	out->kind = PARSE_SYSTEM;
	if (str_starts(rest, STR("Disconnected from")) || str_starts(rest, STR("irc: disconnected from")))
		out->kind = PARSE_GAP;
	if (str_starts(rest, STR("Connected to")) || str_starts(rest, STR("irc: connected to")))
		out->kind = PARSE_UNGAP;
	out->nick = (struct str){ NULL, 0 };
	out->text = rest;
	return true;
}

static bool said_act(struct str rest, struct irc_said *out)
{
	struct str word;
	scan_blanks(&rest);
	if (!scan_word(&rest, &word) || !nick_of(word, &out->nick))
		return false;
	out->kind = PARSE_ACT;
	out->text = str_trim(rest);
	return true;
}

/* "<nick> text"; a nick in brackets may be padded and marked: "< @nick>". */
static bool said_talk(struct str rest, unsigned style, struct irc_said *out)
{
	struct str inside;
	if (!scan_char(&rest, '<') || !scan_until(&rest, STR(">"), &inside) || !nick_of(inside, &out->nick))
		return false;
	scan_char(&rest, ' ');
	if ((style & IRC_CAPAB) && memchr(inside.p, '!', inside.n) && rest.n > 1 &&
		(rest.p[0] == '+' || rest.p[0] == '-') && rest.p[1] != ' ' && !scan_is_digit(rest.p[1]))
		scan_drop(&rest, 1);
	out->kind = PARSE_TEXT;
	out->text = rest;
	return true;
}

/* "-nick- text", "-nick:#channel- text": a notice, which by custom only programs send to channels. */
static bool said_notice(struct str rest, struct irc_said *out)
{
	struct str inside;
	if (!scan_char(&rest, '-') || !scan_until(&rest, STR("- "), &inside))
		return false;
	const char *colon = inside.n ? memchr(inside.p, ':', inside.n) : NULL;
	if (colon != NULL)
		inside.n = (size_t)(colon - inside.p);
	const char *host = inside.n ? memchr(inside.p, '(', inside.n) : NULL;
	if (host != NULL)
		inside.n = (size_t)(host - inside.p);
	if (!nick_of(inside, &out->nick))
		return false;
	out->kind = PARSE_TEXT;
	out->flags = PARSE_BOT;
	out->text = rest;
	return true;
}

static bool said_tabbed(struct str body, struct irc_said *out)
{
	struct str left;
	if (!str_cut(&body, '\t', &left) || body.p == NULL)
		return false;
	left = str_trim(left);
	if (str_eq(left, STR("-->")) || str_eq(left, STR("<--")) || str_eq(left, STR("--")) ||
		str_eq(left, STR("=!=")) || left.n == 0)
		return said_system(body, false, out);
	if (str_eq(left, STR("*")))
		return said_act(body, out);
	if (!nick_of(left, &out->nick))
		return false;
	out->kind = PARSE_TEXT;
	out->text = body;
	return true;
}

bool irc_read_body(struct str body, unsigned style, struct irc_said *out_said)
{
	struct irc_said said = { .kind = PARSE_SYSTEM };
	bool good;
	struct str rest = body;
	if (style & IRC_TABBED) {
		good = said_tabbed(rest, &said);
	} else {
		scan_blanks(&rest);
		if (rest.n > 0 && rest.p[0] == '<' && !str_starts(rest, STR("<-- ")))
			good = said_talk(rest, style, &said);
		else if (scan_text(&rest, STR("*** ")) || scan_text(&rest, STR("-!- ")) ||
			 scan_text(&rest, STR("--> ")) || scan_text(&rest, STR("<-- ")) ||
			 scan_text(&rest, STR("--- ")) || scan_text(&rest, STR("**\t")))
			good = said_system(rest, false, &said);
		else if (scan_text(&rest, STR("* ")) || scan_text(&rest, STR("*\t")))
			good = ((style & IRC_STAR_IS_SYSTEM) && said_system(rest, true, &said)) ||
			       said_act(rest, &said);
		else
			good = said_notice(rest, &said);
	}
	if (good)
		*out_said = said;
	return good;
}

unsigned irc_style_of(struct str head)
{
	unsigned style = 0;
	bool stars = str_find(head, STR(" *** ")) >= 0 || str_find(head, STR(" -!- ")) >= 0;
	if (!stars || str_find(head, STR("\nSession Ident: ")) >= 0)
		style |= IRC_STAR_IS_SYSTEM;
	if (str_find(head, STR("] *** You connected")) >= 0 || str_find(head, STR("] *** You disconnected")) >= 0)
		style |= IRC_CAPAB;
	return style;
}
