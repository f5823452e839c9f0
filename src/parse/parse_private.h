/*
 * What a format's file works with; nobody outside this room includes it.
 *
 * A format is one file and one line in formats.c. It pulls lines or bytes from a source, which has already unpacked
 * (zip, zst) and decoded them (UTF-8, UTF-16, GB18030) to clean UTF-8, and pushes events.
 */
#ifndef HEARTH_PARSE_PRIVATE_H
#define HEARTH_PARSE_PRIVATE_H

#include "parse/parse.h"

#define PARSE_HEAD_BYTES (64u << 10) /* what sniffing gets to see */

/* The beginning of a file, decoded, and its base name (some formats say the channel or date only there). */
struct parse_head {
	struct str text;      /* at most PARSE_HEAD_BYTES, cut anywhere */
	struct str file_name; /* without folders */
	struct str folder;    /* the last folder around it in an archive, or empty */
	struct str folders;   /* all around it, as given or as its archive has them, '/' between; or empty */
	struct str archive;   /* the archive's own name, without folders; empty: it lies in none */
	bool whole;           /* the text is the whole file */
};

struct source;

struct parse_format {
	const char *name;              /* "telegram" */
	const char *title, *title_zh;  /* "Telegram Desktop (result.json)" */
	unsigned knows; /* enum parse_known, what every group of this format knows; a format may add with
			   parse_add_known */
	/* How sure: 0 no, 100 certain. Looks at content; the name is a hint at most. */
	int (*sniff)(const struct parse_head *head);
	enum err (*read)(struct parse *p, struct source *in);
};

/* ---- reading ---- */
/* The next line without its end (LF, CR LF), valid until the next call; false at the end of the file or at an error
 * (source_error says which). A line over PARSE_LINE_MAX is skipped and counted by itself. */
bool source_line(struct source *in, struct str *out_line);
uint64_t source_line_number(const struct source *in); /* of the last line or JSON element, from 1 */
/* The next piece of the file, valid until the next call; empty at the end. For JSON. Not mixed with source_line. */
enum err source_bytes(struct source *in, struct str *out_piece) MUST_USE;
enum err source_error(const struct source *in) MUST_USE;
/* json_file says which element it is at. */
void source_set_number(struct source *in, uint64_t number);
/* The head again, for things that stand only there. */
const struct parse_head *source_head(const struct source *in);

/* ---- telling ---- */
const struct parse_options *parse_options_of(const struct parse *p);
/* The index of a group or person by its key (made when new); name may be empty (kept as it was), a new one replaces the
 * old. -1: the table is full (then return ERR_LIMIT) or memory. */
int32_t parse_group_of(struct parse *p, struct str key, struct str name);
int32_t parse_person_of(struct parse *p, struct str key, struct str name);
/* The person with this key, or PARSE_NOBODY. */
int32_t parse_person_find(const struct parse *p, struct str key);
/* A person's name from now on (empty: as it was). false: memory. */
bool parse_person_call(struct parse *p, int32_t person, struct str name);
/* Somebody known by one key so far (his name) has a better one (his id): it becomes his key, the old one still finds
 * him. Nothing happens when somebody has that key already. false: memory. */
bool parse_person_rekey(struct parse *p, int32_t person, struct str key);
void parse_person_set_bot(struct parse *p, int32_t person);
void parse_person_set_self(struct parse *p, int32_t person);
void parse_add_known(struct parse *p, int32_t group, unsigned known);
/* Hand an event on. Fills chars, QUESTION and URL from the text where the format gave none, adds BOT by the person,
 * cuts text, counts. Returns what the sink returned. */
enum err parse_tell(struct parse *p, struct parse_event *e) MUST_USE;
/* A line not understood. */
void parse_skip(struct parse *p, struct source *in, struct str line);
/* Note a doubt the owner could settle. */
void parse_ask_zone(struct parse *p);
void parse_ask_date_order(struct parse *p);
void parse_ask_year(struct parse *p);
/* Say why the reading ends (printf), and return e. */
enum err parse_fail(struct parse *p, enum err e, const char *format, ...) PRINTF(3, 4);
/* A local time of the file to UTC by the options' zone; notes the doubt when there is no zone. */
int64_t parse_local(struct parse *p, struct date local);

/* The name (and key) of a group that stood only behind its messages. An empty one leaves what was; a key that another
 * group has already is left alone. */
void parse_group_set(struct parse *p, int32_t group, struct str key, struct str name);

/* Another name of a group in the archive that is being read (its folder's), where files of it are not all of one kind.
 * false: memory. */
bool parse_group_alias(struct parse *p, struct str alias, int32_t group);
int32_t parse_group_by_alias(const struct parse *p, struct str alias); /* or -1 */

/* Who wrote the message with this id: a bounded memory (the last 65,536 ids of the reading) for replies. */
void parse_remember(struct parse *p, int32_t group, struct str id, int32_t author);
int32_t parse_author_of(const struct parse *p, int32_t group, struct str id);

/* JSON files of any size: see json_file.h. */

#endif
