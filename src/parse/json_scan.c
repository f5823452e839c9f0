/*
 * A JSON value in memory to a flat tree of nodes that point into the bytes.
 *
 * Promises: no copy, no allocation once the arrays have grown; depth and number of values are limited; control
 * characters inside strings are let through, since some exporters write them; a value can be passed over unread.
 * Why not yajl: on 400 MB of Telegram its lexer with empty callbacks takes as long as this whole room does from file to
 * events, and after one broken message it cannot go on.
 * Used by: json_file.c. Not here: files that do not fit in memory.
 */
#include <stdlib.h>

#include "parse/json_scan.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

void scan_free(struct scan *s)
{
	free(s->nodes);
	free(s->escapes);
}

static enum scan_end add_node(struct scan *s, uint32_t *out_index)
{
	if (s->count == s->room) {
		size_t room = s->room == 0 ? 256 : s->room * 2;
		if (room > PARSE_JSON_NODES_MAX)
			return SCAN_LIMIT;
		struct parse_node *bigger = realloc(s->nodes, room * sizeof *bigger);
		if (bigger == NULL)
			return SCAN_MEMORY;
		s->nodes = bigger;
		s->room = room;
	}
	*out_index = (uint32_t)s->count++;
	s->nodes[*out_index] = (struct parse_node){ .span = 1 };
	return SCAN_WHOLE;
}

static enum scan_end note_escape(struct scan *s, uint32_t node, bool key)
{
	if (s->escape_count == s->escape_room) {
		size_t room = s->escape_room == 0 ? 64 : s->escape_room * 2;
		struct scan_escape *bigger = realloc(s->escapes, room * sizeof *bigger);
		if (bigger == NULL)
			return SCAN_MEMORY;
		s->escapes = bigger;
		s->escape_room = room;
	}
	s->escapes[s->escape_count++] = (struct scan_escape){ node, key };
	return SCAN_WHOLE;
}

static inline uint64_t zero_bytes(uint64_t v) { return (v - ONES) & ~v & HIGH; }

/* The first quote or backslash, or end. */
static inline char *text_stop(char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t word;
		memcpy(&word, at, 8);
		uint64_t hit = zero_bytes(word ^ (ONES * '"')) | zero_bytes(word ^ (ONES * '\\'));
		if (hit != 0) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
			return at + (__builtin_ctzll(hit) >> 3);
#else
			break;
#endif
		}
		at += 8;
	}
	while (at < end && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* s->at stands behind the opening quote; afterwards behind the closing one. */
static inline enum scan_end scan_text(struct scan *s, struct str *out, bool *out_escaped)
{
	char *from = s->at, *at = from;
	*out_escaped = false;
	for (;;) {
		at = text_stop(at, s->end);
		if (at >= s->end)
			return SCAN_MORE;
		if (*at == '"')
			break;
		*out_escaped = true;
		if (s->end - at < 2)
			return SCAN_MORE;
		at += 2;
	}
	*out = (struct str){ from, (size_t)(at - from) };
	s->at = at + 1;
	return SCAN_WHOLE;
}

static inline bool skip_blanks(struct scan *s)
{
	char *at = s->at;
	while (at < s->end && scan_is_blank(*at))
		at++;
	s->at = at;
	return at < s->end;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The grammar of RFC 8259 without its ban of leading zeroes. */
static enum json_kind number_kind(struct str t)
{
	size_t at = t.n > 0 && t.p[0] == '-', from = at;
	while (at < t.n && is_digit(t.p[at]))
		at++;
	if (at == from)
		return JSON_NULL;
	if (at == t.n)
		return JSON_INT;
	if (t.p[at] == '.') {
		from = ++at;
		while (at < t.n && is_digit(t.p[at]))
			at++;
		if (at == from)
			return JSON_NULL;
	}
	if (at < t.n && (t.p[at] == 'e' || t.p[at] == 'E')) {
		at++;
		at += at < t.n && (t.p[at] == '+' || t.p[at] == '-');
		from = at;
		while (at < t.n && is_digit(t.p[at]))
			at++;
		if (at == from)
			return JSON_NULL;
	}
	return at == t.n ? JSON_REAL : JSON_NULL;
}

static enum scan_end scan_word(struct scan *s, struct parse_node *n)
{
	char *from = s->at, *at = from;
	while (at < s->end &&
		(is_digit(*at) || (*at >= 'a' && *at <= 'z') || *at == '-' || *at == '+' || *at == '.' || *at == 'E'))
		at++;
	if (at == s->end && !s->last)
		return SCAN_MORE;
	struct str word = { from, (size_t)(at - from) };
	s->at = at;
	if (str_eq(word, STR("null"))) {
		n->kind = JSON_NULL;
		return SCAN_WHOLE;
	}
	n->text = word;
	if (str_eq(word, STR("true")) || str_eq(word, STR("false")))
		n->kind = JSON_BOOL;
	else if ((n->kind = number_kind(word)) == JSON_NULL)
		return SCAN_BROKEN;
	return SCAN_WHOLE;
}

static bool is_ignored(const struct scan *s, struct str key)
{
	for (size_t i = 0; s->ignored != NULL && s->ignored[i] != NULL; i++)
		if (strlen(s->ignored[i]) == key.n && memcmp(s->ignored[i], key.p, key.n) == 0)
			return true;
	return false;
}

static enum scan_end pass_over(struct scan *s)
{
	struct scan_skip skip = { 0 };
	s->at += scan_skip(&skip, s->at, (size_t)(s->end - s->at));
	return skip.done ? SCAN_WHOLE : SCAN_MORE;
}

static enum scan_end scan_any(struct scan *s, struct str key, uint32_t *out_index, unsigned depth);

/* A member of an object, or an item of a list, into the node around. */
static enum scan_end scan_child(struct scan *s, uint32_t around, bool list, unsigned depth)
{
	struct str key = { NULL, 0 };
	bool escaped = false;
	enum scan_end e;
	if (!list) {
		if (*s->at != '"')
			return SCAN_BROKEN;
		s->at++;
		e = scan_text(s, &key, &escaped);
		if (e != SCAN_WHOLE)
			return e;
		if (!skip_blanks(s))
			return SCAN_MORE;
		if (*s->at++ != ':')
			return SCAN_BROKEN;
		if (!skip_blanks(s))
			return SCAN_MORE;
		if (is_ignored(s, key))
			return pass_over(s);
	}
	uint32_t child;
	e = scan_any(s, key, &child, depth);
	if (e != SCAN_WHOLE)
		return e;
	s->nodes[around].count++;
	return escaped ? note_escape(s, child, true) : SCAN_WHOLE;
}

/* s->at stands behind the opening bracket. */
static enum scan_end scan_inside(struct scan *s, uint32_t around, bool list, unsigned depth)
{
	char close = list ? ']' : '}';
	if (depth >= PARSE_JSON_DEPTH_MAX)
		return SCAN_LIMIT;
	if (!skip_blanks(s))
		return SCAN_MORE;
	if (*s->at == close) {
		s->at++;
		return SCAN_WHOLE;
	}
	for (;;) {
		enum scan_end e = scan_child(s, around, list, depth);
		if (e != SCAN_WHOLE)
			return e;
		if (!skip_blanks(s))
			return SCAN_MORE;
		char c = *s->at++;
		if (c == close)
			break;
		if (c != ',')
			return SCAN_BROKEN;
		if (!skip_blanks(s))
			return SCAN_MORE;
	}
	s->nodes[around].span = (uint32_t)s->count - around;
	return SCAN_WHOLE;
}

/* s->at stands on the first byte of the value. */
static enum scan_end scan_any(struct scan *s, struct str key, uint32_t *out_index, unsigned depth)
{
	uint32_t index;
	enum scan_end e = add_node(s, &index);
	if (e != SCAN_WHOLE)
		return e;
	*out_index = index;
	struct parse_node *n = &s->nodes[index];
	n->key = key;
	char c = *s->at;
	if (c == '"') {
		bool escaped;
		n->kind = JSON_TEXT;
		s->at++;
		e = scan_text(s, &n->text, &escaped);
		return e == SCAN_WHOLE && escaped ? note_escape(s, index, false) : e;
	}
	if (c != '{' && c != '[')
		return scan_word(s, n);
	n->kind = c == '{' ? JSON_OBJECT : JSON_LIST;
	s->at++;
	return scan_inside(s, index, c == '[', depth + 1);
}

/* ---- escapes ---- */

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool four_hex(const char *p, size_t n, uint32_t *out)
{
	uint32_t v = 0;
	if (n < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		int h = hex_value(p[i]);
		if (h < 0)
			return false;
		v = v << 4 | (uint32_t)h;
	}
	*out = v;
	return true;
}

static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* from stands behind "\u"; *to gets the character. Six bytes are never fewer than what it becomes. */
static size_t resolve_u(const char *from, size_t n, char **to)
{
	uint32_t c, low;
	size_t used = 4;
	if (!four_hex(from, n, &c)) {
		c = 0xfffd;
		used = 0;
	} else if (c >= 0xd800 && c < 0xdc00 && n >= 10 && from[4] == '\\' && from[5] == 'u' &&
		four_hex(from + 6, n - 6, &low) && low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		used = 10;
	} else if (c == 0 || (c >= 0xd800 && c < 0xe000)) {
		c = 0xfffd;
	}
	/* "\u" without its digits is two bytes, U+FFFD is three: a question mark has room. */
	*to += put_utf8(*to, used == 0 ? '?' : c);
	return used;
}

static void resolve(struct str *text)
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *at = text->p, *end = at + text->n;
	char *to = (char *)(uintptr_t)text->p;
	while (at < end) {
		const char *stop = memchr(at, '\\', (size_t)(end - at));
		size_t n = (size_t)((stop != NULL ? stop : end) - at);
		memmove(to, at, n);
		to += n;
		at += n;
		if (stop == NULL || at + 1 >= end)
			break;
		char c = at[1];
		at += 2;
		const char *known = c == '\0' ? NULL : strchr(plain, c);
		if (c == 'u')
			at += resolve_u(at, (size_t)(end - at), &to);
		else
			*to++ = known != NULL ? meant[known - plain] : c;
	}
	text->n = (size_t)(to - text->p);
}

enum scan_end scan_value(struct scan *s, char *bytes, size_t n, bool last, size_t *out_used)
{
	uint32_t root;
	s->p = s->at = bytes;
	s->end = bytes + n;
	s->last = last;
	s->count = s->escape_count = 0;
	if (!skip_blanks(s))
		return SCAN_MORE;
	enum scan_end e = scan_any(s, (struct str){ NULL, 0 }, &root, 0);
	if (e != SCAN_WHOLE)
		return e;
	for (size_t i = 0; i < s->escape_count; i++) {
		struct parse_node *node = &s->nodes[s->escapes[i].node];
		resolve(s->escapes[i].key ? &node->key : &node->text);
	}
	*out_used = (size_t)(s->at - s->p);
	return SCAN_WHOLE;
}

size_t scan_skip(struct scan_skip *s, const char *bytes, size_t n)
{
	char *at = (char *)(uintptr_t)bytes;
	const char *end = bytes + n;
	while (at < end && !s->done) {
		if (s->escaped) {
			s->escaped = false;
			at++;
		} else if (s->in_text) {
			at = text_stop(at, end);
			if (at == end)
				break;
			s->escaped = *at == '\\';
			s->in_text = s->escaped;
			s->done = !s->in_text && s->depth == 0;
			at++;
		} else {
			char c = *at;
			/* A value without brackets ends before what follows it. */
			if (s->depth == 0 && s->begun && (c == ',' || c == ']' || c == '}' || scan_is_blank(c))) {
				s->done = true;
				break;
			}
			s->begun = s->begun || !scan_is_blank(c);
			s->in_text = c == '"';
			if (c == '{' || c == '[')
				s->depth++;
			else if ((c == '}' || c == ']') && s->depth > 0)
				s->done = --s->depth == 0;
			at++;
		}
	}
	return (size_t)(at - bytes);
}
