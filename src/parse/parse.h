/*
 * parse: from an export file of some chat system to a stream of events that all look alike.
 *
 * Promises: the format is recognised by content; a file is read once, in pieces, in bounded memory; every line that is
 * not understood is counted and shown, never dropped silently; hostile files end in an error, never in harm.
 * Used by: cli (diagnose, import), insight (dropped files). Owns: the tables of groups and people of one reading.
 * Pure: no database, no clock, no network. Not here: what the events mean (warmth), where they are kept (chat).
 */
#ifndef HEARTH_PARSE_H
#define HEARTH_PARSE_H

#include "base/base.h"
#include "text/text.h"

#define PARSE_LINE_MAX (1u << 20)         /* bytes; a longer line is skipped and counted */
#define PARSE_TEXT_MAX (256u << 10)       /* bytes of one message's text; the rest is cut off */
#define PARSE_NAME_MAX 512u               /* bytes of a person's or group's name; the rest is cut off */
#define PARSE_PEOPLE_MAX 2000000u         /* distinct people in one reading */
#define PARSE_GROUPS_MAX 100000u
#define PARSE_JSON_DEPTH_MAX 64u
#define PARSE_SKIPPED_SHOWN 20u           /* examples kept of lines not understood */
#define PARSE_UNPACKED_MAX (16ull << 30)  /* bytes out of an archive or .zst … */
#define PARSE_UNPACK_RATIO_MAX 1000u      /* … and times its packed size, whichever is less */

/* What an event is. Talk is TEXT, MEDIA and ACT; everything else is told apart from it. */
enum parse_kind {
	PARSE_TEXT,
	PARSE_MEDIA,   /* picture, voice, video, file, sticker …; text is its caption or empty */
	PARSE_ACT,     /* /me */
	PARSE_JOIN,    /* author came in; target: who brought him, or -1 */
	PARSE_LEAVE,   /* author left by himself */
	PARSE_REMOVED, /* author was removed; target: who did it, or -1 */
	PARSE_QUIT,    /* IRC: disconnected, which is not leaving */
	PARSE_RECALL,  /* author took back (or had taken away) something */
	PARSE_PACKET,  /* a red packet or money: sent, or opened */
	PARSE_RENAME,  /* author is from now on target: the same person */
	PARSE_SYSTEM,  /* any other line of the system: topic, pin, mode, call … */
	PARSE_GAP,     /* the recording stopped … */
	PARSE_UNGAP,   /* … and went on */
	PARSE_KINDS
};

enum parse_flag {
	PARSE_BOT = 1,       /* a known bot said it */
	PARSE_BRIDGE = 2,    /* came through a bridge */
	PARSE_QUESTION = 4,
	PARSE_URL = 8,
	PARSE_DELETED = 16,  /* author is a collective id for deleted accounts */
	PARSE_NETSPLIT = 32, /* on QUIT */
};

#define PARSE_NOBODY (-1)

/* One thing that happened. Pointers are valid during the call only. */
struct parse_event {
	int64_t at_us;         /* UTC */
	int32_t group;         /* index, see parse_group_* */
	int32_t author;        /* index, see parse_person_*; PARSE_NOBODY on some SYSTEM, GAP, UNGAP */
	int32_t target;        /* JOIN, REMOVED, RENAME: see above. Talk: who was answered or first mentioned, or PARSE_NOBODY */
	enum parse_kind kind;
	unsigned flags;        /* enum parse_flag */
	uint32_t chars;        /* characters of the text (the format may know only this and have no text) */
	struct str text;       /* UTF-8; may be empty */
	struct str topic;      /* thread or topic id, or empty */
	struct str id;         /* the format's own id of it, unique within the group, or empty */
	uint64_t line;         /* where it began: line number from 1, or the running number of the record in JSON */
};

/* What the reading tells while it goes. Any may be NULL but event. An error returned by event ends the reading with it. */
struct parse_sink {
	enum err (*event)(void *arg, const struct parse_event *e);
	/* done_bytes of all_bytes (0: not known); called about every MiB. true: stop, the reading ends with ERR_CLOSED. */
	bool (*progress)(void *arg, uint64_t done_bytes, uint64_t all_bytes);
	void *arg;
};

enum parse_date_order { PARSE_ORDER_UNKNOWN, PARSE_DAY_FIRST, PARSE_MONTH_FIRST, PARSE_YEAR_FIRST };

struct parse_options {
	const char *format;                /* a name of parse_format_at, or NULL or "auto" */
	const struct zone *zone;           /* for local times without one; NULL is UTC */
	enum parse_date_order date_order;  /* for dates that could be read both ways; UNKNOWN: decide from the file */
	struct str self_name;              /* who exported it, where the file leaves his name out; may be empty */
	int year;                          /* for formats that write no year; 0: taken from the file name, else ERR_INPUT */
};

/* One reading: of one file or of several that belong together. */
struct parse;
struct parse *parse_new(const struct parse_options *o, const struct parse_sink *sink); /* both are copied; NULL: memory */
void parse_free(struct parse *p);
void parse_drop(struct parse **p);

/* Read a file. ERR_INPUT: not recognised, or damaged (parse_why has a sentence for it); ERR_LIMIT; ERR_IO; or what the
 * sink returned. What was told to the sink before an error stays told. */
enum err parse_file(struct parse *p, const char *path) MUST_USE;
/* Only look: what format it is, without reading on. */
enum err parse_recognise(const char *path, const char **out_format) MUST_USE;
/* English, for engineers, valid until the next call; never NULL. */
const char *parse_why(const struct parse *p);

/* What the reading has found. Indexes count from 0 in order of appearance. */
const char *parse_format(const struct parse *p); /* of the last file, static, or NULL */
size_t parse_groups(const struct parse *p);
struct str parse_group_key(const struct parse *p, size_t group);  /* the format's id, else the name */
struct str parse_group_name(const struct parse *p, size_t group);
size_t parse_people(const struct parse *p);
struct str parse_person_key(const struct parse *p, size_t person); /* the format's id, else the name */
struct str parse_person_name(const struct parse *p, size_t person); /* the last one used */
bool parse_person_is_bot(const struct parse *p, size_t person);
bool parse_person_is_self(const struct parse *p, size_t person);    /* the exporter himself, where the format says */

/* What the format can know at all: an owner must not read 0 where the truth is "unknown". */
enum parse_known { PARSE_KNOWS_JOINS = 1, PARSE_KNOWS_LEAVES = 2, PARSE_KNOWS_RECALLS = 4, PARSE_KNOWS_IDS = 8, PARSE_KNOWS_ZONE = 16,
	PARSE_KNOWS_TEXT = 32, PARSE_KNOWS_REPLIES = 64 };
unsigned parse_known(const struct parse *p, size_t group);

/* Doubts the owner could settle (and read again): */
bool parse_asks_zone(const struct parse *p);       /* times are local and no zone was given */
bool parse_asks_date_order(const struct parse *p); /* every date could be read both ways; day first was taken */
bool parse_asks_year(const struct parse *p);

/* Lines not understood: how many, and the first PARSE_SKIPPED_SHOWN of them. */
struct parse_skipped {
	uint64_t line;
	struct str file; /* base name */
	struct str text; /* at most 200 bytes, valid UTF-8 */
};
uint64_t parse_skipped_count(const struct parse *p);
size_t parse_skipped_shown(const struct parse *p);
struct parse_skipped parse_skipped_at(const struct parse *p, size_t index);
uint64_t parse_lines(const struct parse *p); /* lines (or JSON records) seen in all */

/* The formats there are, in the order they are tried. NULL past the end. Titles are for people, in both languages. */
const char *parse_format_at(size_t index);
const char *parse_format_title(size_t index, bool chinese);

#endif
