/*
 * text: words and JSON.
 *
 * Promises: UTF-8 that is checked once at the door; JSON read within limits and written without a tree; time zones;
 * characters counted as a reader counts them.
 * Used by: every room that reads or writes text for people or programs. Owns: ICU, yajl and cmark, which nobody above sees.
 * Not here: reading JSON of any size in pieces (parse), the words of the interface (report, web).
 */
#ifndef HEARTH_TEXT_H
#define HEARTH_TEXT_H

#include "base/base.h"

/* ---- UTF-8 ---- */
/* Well-formed UTF-8 without U+0000. */
bool utf8_ok(struct str s);
/* Code points, for limits ("5,000 characters"); s is well-formed. */
size_t utf8_chars(struct str s);
/* The longest well-formed beginning of s of at most n bytes. */
struct str utf8_first(struct str s, size_t n);
/* A copy with every broken sequence and U+0000 replaced by U+FFFD. */
enum err utf8_mend(struct arena *a, struct str s, struct str *out_text) MUST_USE;
/* Append one code point. */
void utf8_add(struct buf *b, uint32_t code_point);
/* A name as people compare it: NFKC, case folded, blanks and invisible marks trimmed and squeezed. */
enum err text_fold(struct arena *a, struct str s, struct str *out_text) MUST_USE;
/* Without blanks and invisible marks (U+200B–F, U+202A–E, U+2060–4, U+FEFF, U+00AD …) at both ends; points into s. */
struct str text_trim(struct str s);

/* ---- JSON written ---- */
/* Values written straight into a buffer; commas by themselves. Keys are literals; text is escaped. A broken sequence in
 * text becomes U+FFFD. Nesting at most JSON_WRITE_DEPTH. */
#define JSON_WRITE_DEPTH 32
struct json_out {
	struct buf *b;
	unsigned depth;
	uint64_t has_items; /* bit per depth: a comma is due */
	bool after_key;
};
#define JSON_OUT(buffer) ((struct json_out){ .b = (buffer) })
void json_open(struct json_out *j);            /* { */
void json_close(struct json_out *j);           /* } */
void json_open_list(struct json_out *j);       /* [ */
void json_close_list(struct json_out *j);      /* ] */
void json_key(struct json_out *j, const char *key);
void json_text(struct json_out *j, struct str s);
void json_int(struct json_out *j, int64_t v);
void json_real(struct json_out *j, double v);  /* not finite: null */
void json_bool(struct json_out *j, bool v);
void json_null(struct json_out *j);
void json_time(struct json_out *j, int64_t wall_us); /* RFC 3339, UTC */
void json_raw(struct json_out *j, struct str ready); /* one ready value */
/* key and value in one: */
void json_key_text(struct json_out *j, const char *key, struct str s);
void json_key_int(struct json_out *j, const char *key, int64_t v);
void json_key_real(struct json_out *j, const char *key, double v);
void json_key_bool(struct json_out *j, const char *key, bool v);
void json_key_null(struct json_out *j, const char *key);
void json_key_time(struct json_out *j, const char *key, int64_t wall_us);

/* ---- JSON read ---- */
/* A small document (a request) as a tree in an arena. Refuses: not UTF-8, U+0000, depth over depth_max, a key twice,
 * numbers that are not finite. Integers beyond 64 bits are reals. */
enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_LIST, JSON_OBJECT };
struct json {
	enum json_kind kind;
	int64_t integer;     /* INT; BOOL: 0 or 1 */
	double real;         /* REAL, INT */
	struct str text;     /* TEXT */
	size_t count;        /* LIST, OBJECT */
	struct json *items;  /* LIST, OBJECT */
	struct str *keys;    /* OBJECT */
};
/* ERR_INPUT: out_at is the byte where it went wrong. */
enum err json_read(struct arena *a, struct str s, unsigned depth_max, struct json **out, size_t *out_at) MUST_USE;
/* The member of an object, or NULL; also when j is NULL or no object. */
const struct json *json_get(const struct json *j, const char *key);

/* ---- time zones (ICU) ---- */
struct zone;
/* An IANA name ("Asia/Shanghai") or an offset ("+08:00"). ERR_INPUT: unknown. */
enum err zone_open(const char *name, struct zone **out_zone) MUST_USE;
void zone_free(struct zone *z);
/* Local wall time, as µs counted as if it were UTC, to UTC: a time that occurs twice is the first, one that is skipped
 * moves forward. NULL is UTC. Fast for neighbours in time; one thread at a time for one zone. */
int64_t zone_to_utc(const struct zone *z, int64_t local_us);
/* And back. */
int64_t zone_to_local(const struct zone *z, int64_t utc_us);

/* ---- encodings (ICU) ---- */
/* From a named encoding ("GB18030", "UTF-16LE") to UTF-8 in pieces; broken sequences become U+FFFD and are counted. */
struct decoder;
enum err decoder_new(const char *encoding, struct decoder **out) MUST_USE;
void decoder_free(struct decoder *d);
enum err decoder_add(struct decoder *d, struct str piece, bool last, struct buf *out) MUST_USE;
uint64_t decoder_broken(const struct decoder *d);

/* ---- Markdown (cmark) ---- */
/* Safe HTML (no raw HTML, no javascript: links). */
enum err markdown_html(struct str source, struct buf *out) MUST_USE;

#endif
