/*
 * JSON of any size: walks what lies outside the wanted elements byte by byte, gives each element to json_scan.c whole.
 *
 * Used by: the formats that are JSON. Owns: a window on the file that grows up to PARSE_JSON_ELEMENT_MAX for one
 * element. Not here: values in memory (json_scan.c).
 */
#include <stdlib.h>

#include "parse/json_scan.h"

#define NO_PATTERN SIZE_MAX

struct frame {
	size_t path_n;   /* of the container itself */
	size_t elements; /* of a list: the pattern its elements match, or NO_PATTERN */
	bool list;
};

struct walker {
	struct parse *parse;
	struct source *in;
	const struct parse_json *walk;
	struct scan scan;
	struct buf window;
	size_t at;
	bool end;
	struct buf path;
	struct frame frames[PARSE_JSON_DEPTH_MAX];
	size_t depth;
	uint64_t number; /* elements so far */
};

static void walker_close(struct walker *w)
{
	scan_free(&w->scan);
	buf_free(&w->window);
	buf_free(&w->path);
}

/* Read on; what was walked is forgotten. */
static enum err more(struct walker *w)
{
	struct str piece;
	buf_shift(&w->window, w->at);
	w->at = 0;
	TRY(source_bytes(w->in, &piece));
	w->end = piece.n == 0;
	buf_add(&w->window, piece);
	return w->window.failed ? ERR_MEMORY : ERR_OK;
}

static enum err cut_off(struct walker *w)
{
	return parse_fail(
		w->parse, ERR_INPUT, "the file ends in the middle, after %llu records", (unsigned long long)w->number);
}

static enum err broken(struct walker *w)
{
	return parse_fail(
		w->parse, ERR_INPUT, "the file is no longer JSON after %llu records", (unsigned long long)w->number);
}

/* The next byte that is not blank; *out is 0 at the end of the file. */
static enum err next_byte(struct walker *w, char *out)
{
	for (;;) {
		while (w->at < w->window.n && scan_is_blank(w->window.p[w->at]))
			w->at++;
		if (w->at < w->window.n) {
			*out = w->window.p[w->at];
			return ERR_OK;
		}
		if (w->end) {
			*out = '\0';
			return ERR_OK;
		}
		TRY(more(w));
	}
}

/* Pass over the value at w->at, whatever its size. */
static enum err pass_over(struct walker *w)
{
	struct scan_skip skip = { 0 };
	for (;;) {
		w->at += scan_skip(&skip, w->window.p + w->at, w->window.n - w->at);
		if (skip.done)
			return ERR_OK;
		if (w->end)
			return cut_off(w);
		TRY(more(w));
	}
}

/* The value at w->at as nodes, reading on until it is whole; SCAN_LIMIT when it is larger than most_bytes. */
static enum err whole_value(struct walker *w, size_t most_bytes, enum scan_end *out_end)
{
	for (;;) {
		size_t left = w->window.n - w->at, used;
		enum scan_end e = scan_value(&w->scan, w->window.p + w->at, left, w->end, &used);
		if (e == SCAN_WHOLE)
			w->at += used;
		if (e == SCAN_MORE && left > most_bytes)
			e = SCAN_LIMIT;
		if (e == SCAN_MEMORY)
			return ERR_MEMORY;
		if (e != SCAN_MORE) {
			*out_end = e;
			return ERR_OK;
		}
		if (w->end)
			return cut_off(w);
		/* Twice as much before trying again, so that a large value is not scanned for each piece of it. */
		do
			TRY(more(w));
		while (!w->end && w->window.n < 2 * left && w->window.n <= most_bytes);
	}
}

static enum err give_element(struct walker *w, size_t pattern)
{
	struct str name = str_of(w->walk->elements[pattern]);
	bool counted = str_ends(name, STR("[]")) || name.n == 0;
	enum scan_end end;
	if (counted)
		source_set_number(w->in, ++w->number);
	TRY(whole_value(w, PARSE_JSON_ELEMENT_MAX, &end));
	if (end == SCAN_WHOLE)
		return w->walk->element(w->walk->arg, pattern, w->scan.nodes);
	parse_skip(w->parse, w->in, str_first(str_from(buf_str(&w->window), w->at), 200));
	return pass_over(w);
}

static enum err give_scalar(struct walker *w)
{
	enum scan_end end;
	TRY(whole_value(w, PARSE_JSON_SCALAR_MAX, &end));
	struct parse_node none = { .kind = JSON_NULL, .span = 1 };
	const struct parse_node *value = w->scan.nodes;
	if (end == SCAN_BROKEN)
		return broken(w);
	if (end != SCAN_WHOLE) {
		TRY(pass_over(w));
		value = &none;
	}
	return w->walk->scalar != NULL ? w->walk->scalar(w->walk->arg, buf_str(&w->path), value) : ERR_OK;
}

static size_t pattern_of(const struct walker *w)
{
	for (size_t i = 0; w->walk->elements[i] != NULL; i++)
		if (str_eq(buf_str(&w->path), str_of(w->walk->elements[i])))
			return i;
	return NO_PATTERN;
}

static enum err push(struct walker *w, bool list)
{
	if (w->depth == PARSE_JSON_DEPTH_MAX)
		return parse_fail(w->parse, ERR_LIMIT, "the JSON nests deeper than %u", PARSE_JSON_DEPTH_MAX);
	w->at++;
	if (w->walk->open != NULL)
		TRY(w->walk->open(w->walk->arg, buf_str(&w->path)));
	struct frame *f = &w->frames[w->depth++];
	*f = (struct frame){ .path_n = w->path.n, .list = list, .elements = NO_PATTERN };
	if (list) {
		buf_add(&w->path, STR("[]"));
		f->elements = pattern_of(w);
	}
	return ERR_OK;
}

static enum err pop(struct walker *w)
{
	w->at++;
	w->path.n = w->frames[--w->depth].path_n;
	return w->walk->close != NULL ? w->walk->close(w->walk->arg, buf_str(&w->path)) : ERR_OK;
}

/* The value at w->at, whose first byte is c; its path is set, pattern is what it matches. */
static enum err take_value(struct walker *w, char c, size_t pattern)
{
	if (w->path.n > PARSE_JSON_PATH_MAX)
		return pass_over(w);
	if (pattern != NO_PATTERN)
		return give_element(w, pattern);
	return c == '{' || c == '[' ? push(w, c == '[') : give_scalar(w);
}

/* A key and its colon; the path then names its value. */
static enum err take_key(struct walker *w)
{
	enum scan_end end;
	char c;
	TRY(whole_value(w, PARSE_JSON_SCALAR_MAX, &end));
	if (end != SCAN_WHOLE || w->scan.nodes[0].kind != JSON_TEXT)
		return broken(w);
	w->path.n = w->frames[w->depth - 1].path_n;
	if (w->path.n > 0)
		buf_add_char(&w->path, '.');
	buf_add(&w->path, w->scan.nodes[0].text);
	if (w->path.failed)
		return ERR_MEMORY;
	TRY(next_byte(w, &c));
	if (c != ':')
		return c == '\0' ? cut_off(w) : broken(w);
	w->at++;
	return ERR_OK;
}

/* Inside a container: its next member or its end. */
static enum err step(struct walker *w, bool *io_first)
{
	struct frame *f = &w->frames[w->depth - 1];
	char c;
	TRY(next_byte(w, &c));
	if (c == (f->list ? ']' : '}')) {
		*io_first = false;
		return pop(w);
	}
	if (!*io_first) {
		if (c != ',')
			return c == '\0' ? cut_off(w) : broken(w);
		w->at++;
		TRY(next_byte(w, &c));
	}
	size_t pattern = f->elements;
	if (!f->list) {
		TRY(take_key(w));
		TRY(next_byte(w, &c));
		pattern = pattern_of(w);
	}
	if (c == '\0')
		return cut_off(w);
	size_t depth = w->depth;
	TRY(take_value(w, c, pattern));
	*io_first = w->depth > depth;
	return ERR_OK;
}

static enum err walk_all(struct walker *w)
{
	char c;
	TRY(next_byte(w, &c));
	if (c == '\0')
		return cut_off(w);
	do {
		bool first = true;
		TRY(take_value(w, c, c == '{' ? pattern_of(w) : NO_PATTERN));
		while (w->depth > 0)
			TRY(step(w, &first));
		if (!w->walk->rows)
			return ERR_OK;
		TRY(next_byte(w, &c));
	} while (c != '\0');
	return ERR_OK;
}

enum err parse_json_file(struct parse *p, struct source *in, const struct parse_json *walk)
{
	struct walker *w = calloc(1, sizeof *w);
	if (w == NULL)
		return ERR_MEMORY;
	w->parse = p;
	w->in = in;
	w->walk = walk;
	w->window = BUF(4 * (size_t)PARSE_JSON_ELEMENT_MAX);
	w->path = BUF(4 * (size_t)PARSE_JSON_SCALAR_MAX);
	w->scan.ignored = walk->ignored;
	enum err e = walk_all(w);
	walker_close(w);
	free(w);
	return e;
}
