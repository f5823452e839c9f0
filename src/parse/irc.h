/*
 * irc: what the IRC formats share; for formats of this room only.
 *
 * Promises: one line's body (what stands behind the time) is understood the same way whatever wrote the file.
 * Used by: irc.c (dated lines), irc_epoch.c, irc_html.c. Not here: files and their dates (those three).
 */
#ifndef HEARTH_PARSE_IRC_H
#define HEARTH_PARSE_IRC_H

#include "parse/parse_private.h"

#define IRC_NICK_MAX 64u        /* bytes; longer is no nick */
#define IRC_NETSPLIT_NICKS 512u /* people of one "Netsplit … quits:" line; the line is IRC's, so far shorter */

/* What a body says. Strings point into the body. */
struct irc_said {
	enum parse_kind kind;
	struct str nick;  /* who; empty on some SYSTEM, GAP, UNGAP */
	struct str other; /* REMOVED: by whom; RENAME: the new nick */
	struct str many;  /* QUIT and JOIN of a netsplit: "a, b, c" instead of nick */
	struct str text;  /* talk; of the rest: what stood there */
	unsigned flags;
};

enum irc_style {
	IRC_STAR_IS_SYSTEM = 1, /* "* nick has quit": botbot, mIRC; otherwise one star is /me only */
	IRC_TABBED = 2,         /* this line is weechat's: prefix, tab, text */
	IRC_CAPAB = 4,          /* dircproxy keeps freenode's identify-msg mark: '+' or '-' before the text */
};

/* False: not a line of IRC. */
bool irc_read_body(struct str body, unsigned style, struct irc_said *out_said);
bool irc_is_nick(struct str s);
/* The style of a file from its beginning. */
unsigned irc_style_of(struct str head);

/* One file being read. */
struct irc {
	struct parse *p;
	struct source *in;
	int32_t group;
	unsigned style;
	struct buf text;   /* a line without its colours */
	uint64_t line;     /* where the event began, 0: source_line_number */
};

void irc_begin(struct irc *irc, struct parse *p, struct source *in);
void irc_end(struct irc *irc);
/* The channel by what the head or the file name says; sets irc->group. */
enum err irc_set_channel(struct irc *irc, struct str channel) MUST_USE;
enum err irc_find_channel(struct irc *irc) MUST_USE;
enum err irc_tell(struct irc *irc, int64_t at_us, const struct irc_said *said) MUST_USE;
/* A date somewhere in a file's name: 2016-09-07, 20160907, 2016_09_07. What stands before and behind it comes too. */
bool irc_date_of_name(struct str name, struct date *out_date, struct str *out_before, struct str *out_after);

/* ---- dated lines ---- */

/* The time in front of a line, as far as it goes. */
struct irc_stamp {
	struct date at;
	bool has_day, has_year;
	bool is_utc;        /* at is UTC, because the line says so or it was an epoch */
	int64_t offset_us;  /* with is_utc: to take off */
	bool tabbed;        /* a tab follows at once: weechat */
};
bool irc_scan_stamp(struct str *line, struct irc_stamp *out_stamp);

/* A file whose lines begin with times: what day it is there. */
struct irc_days {
	struct date day;    /* year, month, day */
	bool has_day, has_year;
	int last_minute;    /* of the day, -1: none */
	int last_month;
};
void irc_days_begin(struct irc_days *d, struct parse *p, struct source *in);
/* The time of a stamp; ERR_INPUT with a sentence when the file nowhere says the day or year. */
enum err irc_days_time(struct irc_days *d, struct parse *p, const struct irc_stamp *stamp, int64_t *out_at_us) MUST_USE;

/* Lines about the log itself: "--- Day changed …", "--- Log opened …", "**** BEGIN LOGGING AT …", "Session Start: …".
 */
struct irc_mark {
	enum { IRC_MARK_DAY, IRC_MARK_OPENED, IRC_MARK_CLOSED, IRC_MARK_CHANNEL } what;
	struct date at;
	bool has_date;      /* false: the date is in a language that is not read */
	struct str channel;
};
bool irc_read_mark(struct str line, struct irc_mark *out_mark);

/* One line of such a file, blank ones too. */
enum err irc_dated_line(struct irc *irc, struct irc_days *days, struct str line) MUST_USE;

#endif
