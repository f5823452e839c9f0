/*
 * source: between the reading (parse.c), the source (source.c) and what lies under it (unpack.c, encoding.c); formats
 * see only what parse_private.h shows of it.
 */
#ifndef HEARTH_PARSE_SOURCE_H
#define HEARTH_PARSE_SOURCE_H

#include "parse/parse_private.h"

#define PARSE_MEMBERS_MAX (1u << 18) /* files in an archive: Slack writes one per channel and day */
#define PARSE_CHUNK (256u << 10)   /* bytes asked of a file at once */
#define PARSE_TELL_BYTES (1u << 20) /* between two calls of progress */

/* ---- the reading, for the source ---- */
/* false: the sink wants it to stop. */
bool parse_progress(struct parse *p, uint64_t done_bytes, uint64_t all_bytes);

/* ---- the list of formats ---- */
const struct parse_format *parse_format_named(const char *name);     /* or NULL */
const struct parse_format *parse_format_guess(const struct parse_head *head); /* the one that is surest, or NULL */

/* ---- a file of an export, opened and decoded ---- */
/* Of an archive, the first of the files that hold the chat: those with the fewest folders around them first, then by
 * path. */
enum err source_open(struct parse *p, const char *path, struct source **out) MUST_USE;
/* Go on to the next of them, whatever was read of this one; false: there is none. */
enum err source_next(struct source *in, bool *out_more) MUST_USE;
void source_free(struct source *in);
void source_drop(struct source **in);
/* How many files of an archive hold the chat; 1 of anything else. */
size_t source_members(const struct source *in);

/* ---- bytes as they are, out of their wrapping ---- */
struct unpack;
enum err unpack_open(struct parse *p, const char *path, struct unpack **out) MUST_USE;
enum err unpack_next(struct unpack *u, bool *out_more) MUST_USE; /* as source_next */
void unpack_free(struct unpack *u);
/* At most room bytes; 0: the end. */
enum err unpack_read(struct unpack *u, char *into, size_t room, size_t *out_n) MUST_USE;
uint64_t unpack_done(const struct unpack *u); /* of unpack_all, in whatever unit is known */
uint64_t unpack_all(const struct unpack *u);  /* 0: not known */
size_t unpack_members(const struct unpack *u);
struct str unpack_name(const struct unpack *u);   /* without folders */
struct str unpack_folder(const struct unpack *u); /* of an archive, that it lies in: its own name, or empty */
struct str unpack_folders(const struct unpack *u); /* all of them, of a file that lies in no archive too */
struct str unpack_archive(const struct unpack *u); /* without folders, or empty */

/* ---- encodings ---- */
/* The name of the encoding a text begins in, static: NULL is UTF-8, perhaps with Latin-1 lines in it. skip: bytes of a
 * byte order mark. whole: the text is the whole file, so a sequence cut off at its end is broken. */
const char *encoding_guess(struct str head, bool whole, size_t *out_skip);
/* How many bytes of s are well-formed UTF-8 without U+0000, to the first sequence that is broken or cut off. */
size_t encoding_clean(struct str s);
/* Could s, which is under four bytes, be the beginning of a sequence that is only cut off? */
bool encoding_is_cut(struct str s);
/* Append a line that is not UTF-8: read as Windows-1252 where nothing in it is UTF-8, else with U+FFFD. */
void encoding_mend(struct str s, struct buf *out);

#endif
