/*
 * A small JSON document as a tree in an arena, from yajl's events.
 *
 * yajl and not jansson: jansson's json_null and json_real are names of ours too, and in one binary the one would be
 * called for the other; it refuses integers beyond 64 bits, and its tree knows no arena. What yajl lets through (halves
 * of surrogate pairs, the same key twice, any depth) is refused here.
 */
#include <math.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "text/text.h"

/* Above any request; what walks the tree may recurse. */
#define READ_DEPTH_MOST 512u

struct node {
	struct node *next;
	struct str key;
	struct json value;
};

/* An open list or object. */
struct frame {
	struct frame *outer;
	struct node *first, *last;
	size_t count;
	struct str key; /* of the next value */
	bool is_object;
};

struct reader {
	struct arena *a;
	struct frame *top, *frames_free;
	struct node *nodes_free;
	unsigned depth, depth_max;
	struct json *root;
	enum err why; /* why a callback stopped yajl */
};

static int stop(struct reader *r, enum err why)
{
	r->why = why;
	return 0;
}

/* A place for the next value; NULL: no memory. */
static struct json *value_new(struct reader *r)
{
	if (r->top == NULL)
		return r->root = ARENA_NEW(r->a, struct json);
	struct node *n = r->nodes_free;
	if (n)
		r->nodes_free = n->next;
	else
		n = ARENA_NEW(r->a, struct node);
	if (n == NULL)
		return NULL;
	*n = (struct node){ .key = r->top->key };
	if (r->top->last)
		r->top->last->next = n;
	else
		r->top->first = n;
	r->top->last = n;
	r->top->count++;
	return &n->value;
}

static int add(struct reader *r, struct json v)
{
	struct json *to = value_new(r);
	if (to == NULL)
		return stop(r, ERR_MEMORY);
	*to = v;
	return 1;
}

static int on_null(void *ctx) { return add(ctx, (struct json){ .kind = JSON_NULL }); }
static int on_bool(void *ctx, int v) { return add(ctx, (struct json){ .kind = JSON_BOOL, .integer = v != 0 }); }

static int on_number(void *ctx, const char *p, size_t n)
{
	struct reader *r = ctx;
	struct json v = { .kind = JSON_INT };
	/* "-0" is a real: as an integer it would lose its sign */
	bool whole = !memchr(p, '.', n) && !memchr(p, 'e', n) && !memchr(p, 'E', n) &&
		     !(n == 2 && p[0] == '-' && p[1] == '0');
	if (whole && str_int((struct str){ p, n }, INT64_MIN, INT64_MAX, &v.integer) == ERR_OK) {
		v.real = (double)v.integer;
		return add(r, v);
	}
	struct str z;
	if (arena_copy(r->a, (struct str){ p, n }, &z) != ERR_OK)
		return stop(r, ERR_MEMORY);
	v = (struct json){ .kind = JSON_REAL, .real = strtod(z.p, NULL) };
	return isfinite(v.real) ? add(r, v) : stop(r, ERR_INPUT);
}

/* Escapes may have brought U+0000. */
static enum err take_text(struct reader *r, const unsigned char *p, size_t n, struct str *out)
{
	struct str s = { (const char *)p, n };
	if (!utf8_ok(s))
		return ERR_INPUT;
	return arena_copy(r->a, s, out);
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
	struct reader *r = ctx;
	struct json v = { .kind = JSON_TEXT };
	enum err e = take_text(r, p, n, &v.text);
	return e ? stop(r, e) : add(r, v);
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
	struct reader *r = ctx;
	enum err e = take_text(r, p, n, &r->top->key);
	return e ? stop(r, e) : 1;
}

static int begin(struct reader *r, bool is_object)
{
	if (r->depth == r->depth_max)
		return stop(r, ERR_INPUT);
	struct frame *f = r->frames_free;
	if (f)
		r->frames_free = f->outer;
	else
		f = ARENA_NEW(r->a, struct frame);
	if (f == NULL || !add(r, (struct json){ .kind = is_object ? JSON_OBJECT : JSON_LIST }))
		return stop(r, ERR_MEMORY);
	*f = (struct frame){ .outer = r->top, .is_object = is_object };
	r->top = f;
	r->depth++;
	return 1;
}

static int on_object(void *ctx) { return begin(ctx, true); }
static int on_list(void *ctx) { return begin(ctx, false); }

static int key_order(const void *a, const void *b) { return str_order(*(const struct str *)a, *(const struct str *)b); }

/* Few keys are compared each with each; many are sorted first, so that a request of nothing but keys costs no more. */
static enum err keys_differ(struct arena *a, const struct str *keys, size_t count)
{
	const struct str *sorted = keys;
	bool all = count <= 16;
	if (!all) {
		struct str *copy = arena_take_many(a, count, sizeof *copy);
		if (copy == NULL)
			return ERR_MEMORY;
		memcpy(copy, keys, count * sizeof *copy);
		qsort(copy, count, sizeof *copy, key_order);
		sorted = copy;
	}
	for (size_t i = 1; i < count; i++)
		for (size_t k = all ? 0 : i - 1; k < i; k++)
			if (str_eq(sorted[i], sorted[k]))
				return ERR_INPUT;
	return ERR_OK;
}

/* The nodes of the innermost list or object become arrays, and free. */
static int on_end(void *ctx)
{
	struct reader *r = ctx;
	struct frame *f = r->top;
	r->top = f->outer;
	r->depth--;
	struct json *whole = r->top ? &r->top->last->value : r->root;
	whole->count = f->count;
	if (f->count) {
		whole->items = arena_take_many(r->a, f->count, sizeof *whole->items);
		whole->keys = f->is_object ? arena_take_many(r->a, f->count, sizeof *whole->keys) : NULL;
		if (whole->items == NULL || (f->is_object && whole->keys == NULL))
			return stop(r, ERR_MEMORY);
		size_t i = 0;
		for (struct node *n = f->first; n; n = n->next, i++) {
			whole->items[i] = n->value;
			if (f->is_object)
				whole->keys[i] = n->key;
		}
		f->last->next = r->nodes_free;
		r->nodes_free = f->first;
	}
	f->outer = r->frames_free;
	r->frames_free = f;
	enum err e = f->is_object ? keys_differ(r->a, whole->keys, whole->count) : ERR_OK;
	return e ? stop(r, e) : 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string,
	.yajl_start_map = on_object, .yajl_map_key = on_key, .yajl_end_map = on_end,
	.yajl_start_array = on_list, .yajl_end_array = on_end,
};

/* The four digits of an escape, 0 when it is none (the parser says what is wrong then). */
static unsigned unit_at(struct str s, size_t at)
{
	unsigned v = 0;
	if (s.n < 6 || at > s.n - 6 || s.p[at] != '\\' || s.p[at + 1] != 'u')
		return 0;
	for (size_t i = at + 2; i < at + 6; i++) {
		char c = s.p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
			       : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
			       : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
		if (digit == 16)
			return 0;
		v = v << 4 | digit;
	}
	return v;
}

/* Where the bytes stop being UTF-8, or an escape is half of a surrogate pair; s.n: nowhere. */
static size_t first_flaw(struct str s)
{
	size_t good = utf8_first(s, s.n).n;
	const char *slash = s.n ? memchr(s.p, '\\', s.n) : NULL;
	for (size_t at = slash ? (size_t)(slash - s.p) : s.n; at < good;) {
		unsigned unit = unit_at(s, at);
		if (unit >= 0xDC00 && unit <= 0xDFFF)
			return at;
		if (unit >= 0xD800 && unit <= 0xDBFF) {
			unsigned second = unit_at(s, at + 6);
			if (second < 0xDC00 || second > 0xDFFF)
				return at;
			at += 6;
		}
		at += s.p[at] == '\\' ? 2 : 1;
	}
	return good;
}

enum err json_read(struct arena *a, struct str s, unsigned depth_max, struct json **out, size_t *out_at)
{
	size_t flaw = first_flaw(s);
	if (flaw < s.n) {
		*out_at = flaw;
		return ERR_INPUT;
	}
	struct reader r = { .a = a, .depth_max = depth_max < READ_DEPTH_MOST ? depth_max : READ_DEPTH_MOST };
	yajl_handle h = yajl_alloc(&callbacks, NULL, &r);
	if (h == NULL)
		return ERR_MEMORY;
	size_t at = s.n;
	yajl_status status = yajl_parse(h, (const unsigned char *)(s.p ? s.p : ""), s.n);
	if (status != yajl_status_ok)
		at = yajl_get_bytes_consumed(h);
	else
		status = yajl_complete_parse(h);
	yajl_free(h);
	if (status == yajl_status_client_canceled && r.why != ERR_INPUT)
		return r.why;
	if (status != yajl_status_ok || r.root == NULL) {
		*out_at = at < s.n ? at : s.n;
		return ERR_INPUT;
	}
	*out = r.root;
	return ERR_OK;
}

const struct json *json_get(const struct json *j, const char *key)
{
	if (j == NULL || j->kind != JSON_OBJECT)
		return NULL;
	size_t n = strlen(key);
	for (size_t i = 0; i < j->count; i++)
		if (str_eq(j->keys[i], (struct str){ key, n }))
			return &j->items[i];
	return NULL;
}
