/*
 * csv: records of quoted fields, one at a time; for formats of this room only.
 *
 * Promises: fields may hold delimiters, quotes and line breaks; memory is bounded; a quote that is never closed costs
 * the line it stands on, not the rest of the file. Used by: discord_text.c, wechat_memotrace.c, wechat_pywxdump.c. Not
 * here: what the columns mean.
 */
#ifndef HEARTH_PARSE_CSV_H
#define HEARTH_PARSE_CSV_H

#include "parse/parse_private.h"

#define CSV_FIELDS_MAX 64u             /* of one record; more are passed over */
#define CSV_RECORD_MAX PARSE_LINE_MAX  /* bytes of a record over several lines */
#define CSV_AGAIN_MAX 4u               /* times the bytes read that may be read a second time after unclosed quotes … */
#define CSV_AGAIN_FREE (4u << 20)      /* … and this many before */

struct csv {
	struct parse *p;
	struct source *in;
	char delimiter;
	/* the record */
	struct str field[CSV_FIELDS_MAX];
	size_t fields;
	uint64_t line; /* where it begins */
	struct str whole; /* as it stood in the file */
	/* inside */
	struct buf raw, text, again;
	size_t again_at;
	uint64_t again_line, bytes, bytes_again;
	size_t start[CSV_FIELDS_MAX + 1];
	bool torn; /* something stood right behind a closing quote */
};

void csv_begin(struct csv *c, struct parse *p, struct source *in, char delimiter);
void csv_end(struct csv *c);
/* The next record into field[0 .. fields-1], valid until the next call. Blank lines are passed over. *out_more false:
 * the end of the file. */
enum err csv_next(struct csv *c, bool *out_more) MUST_USE;
/* Count the record as not understood, under its own line number. */
void csv_skip(struct csv *c);
/* The field, or empty when the record is shorter or the index negative. */
struct str csv_field(const struct csv *c, int index);

/* Which column has this name in a header (ASCII case aside), or -1. */
int csv_column(const struct csv *header, const char *name);

/* For sniffing: does the first line of the head name these columns first, with this delimiter between? */
bool csv_head_is(const struct parse_head *head, char delimiter, const char *const names[], size_t count);

#endif
