/* json_scan: one JSON value in memory to a flat tree; for json_file.c only. */
#ifndef HEARTH_PARSE_JSON_SCAN_H
#define HEARTH_PARSE_JSON_SCAN_H

#include "parse/json_file.h"

enum scan_end {
	SCAN_WHOLE,
	SCAN_MORE,   /* the bytes end inside the value */
	SCAN_BROKEN,
	SCAN_LIMIT,  /* too deep or too many values */
	SCAN_MEMORY
};

/* A string whose escapes are still to be resolved. */
struct scan_escape {
	uint32_t node;
	bool key;
};

struct scan {
	struct parse_node *nodes;
	size_t count, room;
	struct scan_escape *escapes;
	size_t escape_count, escape_room;
	const char *const *ignored;
	char *p, *at, *end;
	bool last; /* nothing follows end, so a number may stop there */
};

void scan_free(struct scan *s);
/* The value that begins at bytes (after blanks) as nodes[0] and what follows it, pointing into bytes, which it changes
 * when the value is whole: escapes are resolved in place. out_used: how many bytes it took. */
enum scan_end scan_value(struct scan *s, char *bytes, size_t n, bool last, size_t *out_used);

/* Passing over a value without looking at it, in pieces. Begin with zeroes. */
struct scan_skip {
	uint64_t depth;
	bool in_text, escaped, begun, done;
};
/* How many bytes of these belong to it; done says whether its end was among them. */
size_t scan_skip(struct scan_skip *s, const char *bytes, size_t n);

static inline bool scan_is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

#endif
