/*
 * json_file: JSON of any size, one element at a time; for formats of this room only.
 *
 * Promises: a file is walked once, in bounded memory; every element of the lists a format names comes as a small tree
 * that lies flat in one array; everything outside those elements comes as single values with their path, in the order
 * of the file, before and after; an element that is broken or too large is counted as skipped and the walk goes on; a
 * file that ends in the middle has told all that came before and ends with ERR_INPUT and a sentence in parse_why.
 * Not here: what the values mean (the formats), requests as trees (text.h: json_read).
 */
#ifndef HEARTH_PARSE_JSON_FILE_H
#define HEARTH_PARSE_JSON_FILE_H

#include "parse/parse_private.h"

#define PARSE_JSON_ELEMENT_MAX (8u << 20) /* bytes of one element; a larger one is skipped and counted */
#define PARSE_JSON_NODES_MAX (1u << 18)   /* values in one element */
#define PARSE_JSON_SCALAR_MAX (64u << 10) /* bytes of a value outside elements; a longer text comes as JSON_NULL */
#define PARSE_JSON_PATH_MAX 1024u         /* bytes of a path; what lies deeper than it can say is skipped over */

/* A value. Its children follow it in the array: the first is n + 1, the next of a child c is c + c->span. Valid until
 * the callback returns (parse_json_text: until the document's next text). kinds: see text.h. */
struct parse_node {
	struct str key;      /* its name in the object around it; empty in a list */
	struct str text;     /* TEXT: unescaped, clean UTF-8; INT, REAL, BOOL: as written ("12", "true"); else empty */
	enum json_kind kind;
	uint32_t count;      /* LIST, OBJECT: children */
	uint32_t span;       /* values in all, itself included */
};

/* The member of an object, or NULL; also when n is NULL or no object. The first of equal keys. */
const struct parse_node *parse_node_get(const struct parse_node *n, const char *key);
/* The child at index of a list or object, or NULL. To walk all children use parse_node_first and parse_node_next. */
const struct parse_node *parse_node_at(const struct parse_node *n, size_t index);
const struct parse_node *parse_node_first(const struct parse_node *n);                                 /* or NULL */
const struct parse_node *parse_node_next(const struct parse_node *around, const struct parse_node *c); /* or NULL */
/* The member's text: of TEXT, INT, REAL and BOOL; empty when it is not there, null, a list or an object. */
struct str parse_node_text(const struct parse_node *n, const char *key);
/* A member that is an INT, a REAL without fraction, or a TEXT of digits; false: none of them, *out as it was. */
bool parse_node_int(const struct parse_node *n, const char *key, int64_t *out_value);
bool parse_node_true(const struct parse_node *n, const char *key);

/* How to walk a file. Paths are keys joined by '.', "[]" stands for being inside a list:
 * "messages[]", "chats.list[].messages[]"; "[]" is the list that is the whole file. A pattern need not end in "[]":
 * "meta" gives that object whole (and is not counted as a record). Any callback but element may be NULL; an error from
 * one ends the walk with it. */
struct parse_json {
	const char *const *elements; /* ended by NULL: patterns whose values are given whole */
	const char *const *ignored;  /* ended by NULL, or NULL: keys inside elements that are passed over unread */
	/* pattern: index in elements. source_line_number is the running number of the element in the file, from 1. */
	enum err (*element)(void *arg, size_t pattern, const struct parse_node *element);
	/* A single value outside elements: "name", "chats.list[].id". A text over PARSE_JSON_SCALAR_MAX is NULL. */
	enum err (*scalar)(void *arg, struct str path, const struct parse_node *value);
	/* An object or list outside elements begins or ends: "chats.list[]" for each chat, "chats.list[].messages" … */
	enum err (*open)(void *arg, struct str path);
	enum err (*close)(void *arg, struct str path);
	void *arg;
	/* The file is a row of values, a line each or spread over lines. "" is then each object of the row that stands
	 * for itself (and is counted as a record). */
	bool rows;
};
enum err parse_json_file(struct parse *p, struct source *in, const struct parse_json *walk) MUST_USE;

/* One small JSON text (a line of JSONL, a field of CSV) as a tree. */
struct parse_doc;
struct parse_doc *parse_doc_new(void); /* NULL: memory */
void parse_doc_free(struct parse_doc *d);
void parse_doc_drop(struct parse_doc **d);
/* ERR_INPUT: not JSON, or more than one value. text is copied. */
enum err parse_json_text(struct parse_doc *d, struct str text, const struct parse_node **out_root) MUST_USE;

/* For sniffing: does the head look like a JSON object or list, and has it this key ("key" followed by a colon)
 * anywhere? */
bool parse_head_is_json(const struct parse_head *head);
bool parse_head_has_key(const struct parse_head *head, const char *key);

#endif
