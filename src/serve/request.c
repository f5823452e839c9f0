/* A request as a handler sees it: its fields, checked by the entry; and how it ends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "serve/serve_private.h"

#define TEXT_CHARS_DEFAULT 200
#define HEADERS_MAX 4096u
#define EXTRA_MAX 8192u

struct req *req_new(struct serve *s, const struct entry *e) { return req_new_in(arena_new(SERVE_REQUEST_ARENA_MAX), s, e); }

struct req *req_new_in(struct arena *a, struct serve *s, const struct entry *e)
{
	struct req *r = a ? ARENA_NEW(a, struct req) : NULL;
	if (r == NULL) {
		arena_free(a);
		return NULL;
	}
	r->arena = a;
	r->serve = s;
	r->entry = e;
	r->now_us = clock_wall_us();
	r->out = BUF(SERVE_ANSWER_MAX);
	r->headers = BUF(HEADERS_MAX);
	r->problem_extra = BUF(EXTRA_MAX);
	r->json = JSON_OUT(&r->out);
	return r;
}

void req_free(struct req *r)
{
	buf_free(&r->out);
	buf_free(&r->headers);
	buf_free(&r->problem_extra);
	arena_free(r->arena); /* r lives in it */
}

static size_t field_index(const struct entry *e, struct str name)
{
	size_t i = 0;
	while (e->fields && e->fields[i].name && !str_eq(str_of(e->fields[i].name), name))
		i++;
	return i;
}

const struct value *req_value(const struct req *r, const char *field)
{
	size_t i = field_index(r->entry, str_of(field));
	assert(r->entry->fields && r->entry->fields[i].name);
	return &r->values[i];
}

int64_t req_int_or(const struct req *r, const char *field, int64_t otherwise)
{
	const struct value *v = req_value(r, field);
	return v->given ? v->integer : otherwise;
}

enum err refuse(struct req *r, const char *slug, const char *field)
{
	r->problem = problem_find(slug);
	r->problem_field = field ? str_of(field) : STR("");
	return ERR_REFUSED;
}

void refuse_with_text(struct req *r, const char *key, struct str value)
{
	struct json_out j = JSON_OUT(&r->problem_extra);
	buf_print(&r->problem_extra, ",\"%s\":", key);
	json_text(&j, value);
}

void refuse_with_int(struct req *r, const char *key, int64_t value)
{
	buf_print(&r->problem_extra, ",\"%s\":%lld", key, (long long)value);
}

void req_header(struct req *r, const char *name, const char *format, ...)
{
	char value[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(value, sizeof value, format, args);
	va_end(args);
	buf_print(&r->headers, "%s: %s\r\n", name, value);
}

enum err may_anyone(struct req *r) { return ERR_OK; }
enum err may_signed_in(struct req *r) { return r->account ? ERR_OK : refuse(r, "not-signed-in", NULL); }

/* ---- checking one value ---- */

static bool has_control(struct str s, bool lines)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < 0x20 && !(lines && (c == '\n' || c == '\t' || c == '\r'))) || c == 0x7f)
			return true;
	}
	return false;
}

static bool is_one_of(struct str s, const char *list)
{
	struct str rest = str_of(list), one;
	while (str_cut(&rest, '|', &one))
		if (str_eq(one, s))
			return true;
	return false;
}

static enum err refuse_limits(struct req *r, const struct field *f, const char *slug, int64_t min, int64_t max)
{
	refuse_with_int(r, "min", min);
	refuse_with_int(r, "max", max);
	return refuse(r, slug, f->name);
}

static enum err check_text(struct req *r, const struct field *f, struct str text, struct value *v)
{
	int64_t max = f->max ? f->max : TEXT_CHARS_DEFAULT;
	if (!utf8_ok(text))
		return refuse(r, "not-utf8", f->name);
	if (!(f->flags & FIELD_SECRET))
		text = f->flags & FIELD_LINES ? text : text_trim(text);
	if (has_control(text, (f->flags & FIELD_LINES) != 0))
		return refuse(r, "control-characters", f->name);
	int64_t chars = (int64_t)utf8_chars(text);
	if (chars > max)
		return refuse_limits(r, f, "too-long", f->min, max);
	if (chars < f->min)
		return chars == 0 ? refuse(r, "required", f->name) : refuse_limits(r, f, "too-short", f->min, max);
	if (f->one_of && !is_one_of(text, f->one_of)) {
		refuse_with_text(r, "one_of", str_of(f->one_of));
		return refuse(r, "not-one-of", f->name);
	}
	v->text = text;
	return ERR_OK;
}

static enum err check_int(struct req *r, const struct field *f, int64_t n, struct value *v)
{
	if ((f->min || f->max) && (n < f->min || n > f->max))
		return refuse_limits(r, f, "out-of-range", f->min, f->max);
	v->integer = n;
	return ERR_OK;
}

static enum err check_object(struct req *r, const struct field *f, const struct json *j);

/* One JSON value against one field, lists and maps taken apart by the caller. */
static enum err check_json(struct req *r, const struct field *f, const struct json *j, struct value *v)
{
	v->json = j;
	switch (f->kind) {
	case FIELD_INT:
		return j->kind == JSON_INT ? check_int(r, f, j->integer, v) : refuse(r, "wrong-type", f->name);
	case FIELD_TEXT:
		return j->kind == JSON_TEXT ? check_text(r, f, j->text, v) : refuse(r, "wrong-type", f->name);
	case FIELD_BOOL:
		v->integer = j->integer;
		return j->kind == JSON_BOOL ? ERR_OK : refuse(r, "wrong-type", f->name);
	case FIELD_REAL:
		v->real = j->real;
		return j->kind == JSON_REAL || j->kind == JSON_INT ? ERR_OK : refuse(r, "wrong-type", f->name);
	case FIELD_TIME:
		return j->kind == JSON_TEXT && date_parse(j->text, &v->integer) == ERR_OK ? ERR_OK : refuse(r, "wrong-type", f->name);
	case FIELD_OBJECT: return check_object(r, f, j);
	case FIELD_ANY: break;
	}
	return ERR_OK;
}

static enum err check_object(struct req *r, const struct field *f, const struct json *j)
{
	if (j->kind != JSON_OBJECT)
		return refuse(r, "wrong-type", f->name);
	for (size_t i = 0; i < j->count; i++) {
		const struct field *inner = f->of->fields;
		while (inner->name && !str_eq(str_of(inner->name), j->keys[i]))
			inner++;
		struct value ignored = { 0 };
		if (inner->name == NULL)
			return refuse(r, "unknown-field", f->name);
		TRY(check_json(r, inner, &j->items[i], &ignored));
	}
	return ERR_OK;
}

static enum err check_field(struct req *r, const struct field *f, const struct json *j, struct value *v)
{
	v->given = true;
	v->json = j;
	if (j->kind == JSON_NULL) {
		v->given = (f->flags & FIELD_NULL) != 0;
		return f->flags & (FIELD_NULL | FIELD_REQUIRED) ? (v->given ? ERR_OK : refuse(r, "required", f->name)) : ERR_OK;
	}
	if (!(f->flags & (FIELD_LIST | FIELD_MAP)))
		return check_json(r, f, j, v);
	if (j->kind != (f->flags & FIELD_LIST ? JSON_LIST : JSON_OBJECT))
		return refuse(r, "wrong-type", f->name);
	if (f->max_items && j->count > f->max_items)
		return refuse_limits(r, f, "too-many", 0, f->max_items);
	for (size_t i = 0; i < j->count; i++) {
		struct value one = { 0 };
		TRY(check_json(r, f, &j->items[i], &one));
		if (f->kind == FIELD_TEXT) /* trimmed */
			j->items[i].text = one.text;
	}
	return ERR_OK;
}

/* A value that came as text, in a path or a query. */
static enum err check_plain(struct req *r, const struct field *f, struct str text, struct value *v)
{
	v->given = true;
	if (f->kind == FIELD_TEXT)
		return check_text(r, f, text, v);
	if (f->kind == FIELD_BOOL) {
		v->integer = str_eq(text, STR("true")) || str_eq(text, STR("1"));
		return v->integer || str_eq(text, STR("false")) || str_eq(text, STR("0")) ? ERR_OK : refuse(r, "wrong-type", f->name);
	}
	if (f->kind == FIELD_TIME)
		return date_parse(text, &v->integer) == ERR_OK ? ERR_OK : refuse(r, "wrong-type", f->name);
	int64_t n;
	enum err e = str_int(text, INT64_MIN, INT64_MAX, &n);
	if (e != ERR_OK)
		return refuse(r, f->flags & FIELD_PATH ? "not-found" : "wrong-type", f->flags & FIELD_PATH ? NULL : f->name);
	return check_int(r, f, n, v);
}

/* ---- filling ---- */

#define UNKNOWN_BYTES_SHOWN 64u

/* The field that there is not, by the name it came with. */
static enum err refuse_unknown(struct req *r, struct str name)
{
	enum err e = refuse(r, "unknown-field", NULL);
	r->problem_field = utf8_ok(name) ? utf8_first(name, UNKNOWN_BYTES_SHOWN) : STR("?");
	return e;
}

enum err req_fill_path(struct req *r, const struct str params[ROUTE_PARAMS_MAX])
{
	size_t at = 0;
	for (size_t i = 0; r->entry->fields && r->entry->fields[i].name; i++)
		if (r->entry->fields[i].flags & FIELD_PATH)
			TRY(check_plain(r, &r->entry->fields[i], params[at++], &r->values[i]));
	return ERR_OK;
}

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

static enum err percent_decode(struct arena *a, struct str s, struct str *out)
{
	char *to = arena_take(a, s.n + 1);
	if (to == NULL)
		return ERR_MEMORY;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n + 0 && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
			to[n++] = (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]));
			i += 2;
		} else {
			to[n++] = s.p[i] == '+' ? ' ' : s.p[i];
		}
	}
	*out = (struct str){ to, n };
	return ERR_OK;
}

enum err req_fill_query(struct req *r, struct str query)
{
	struct str pair;
	if (query.n == 0)
		return ERR_OK;
	while (str_cut(&query, '&', &pair)) {
		struct str name, value = pair;
		if (pair.n == 0)
			continue;
		str_cut(&value, '=', &name);
		TRY(percent_decode(r->arena, value, &value));
		size_t i = field_index(r->entry, name);
		if (r->entry->fields == NULL || r->entry->fields[i].name == NULL || !(r->entry->fields[i].flags & FIELD_QUERY)) {
			return refuse_unknown(r, name);
		}
		TRY(check_plain(r, &r->entry->fields[i], value, &r->values[i]));
	}
	return ERR_OK;
}

static bool is_skipped(struct str key, const char *const *skip)
{
	for (; skip && *skip; skip++)
		if (str_eq(str_of(*skip), key))
			return true;
	return false;
}

enum err req_fill_object(struct req *r, const struct json *object, const char *const *skip)
{
	const struct field *fields = r->entry->fields;
	if (object->kind != JSON_OBJECT)
		return refuse(r, "bad-json", NULL);
	for (size_t k = 0; k < object->count; k++) {
		if (is_skipped(object->keys[k], skip))
			continue;
		size_t i = field_index(r->entry, object->keys[k]);
		/* over HTTP path and query fields have their own place; a command has but one */
		if (fields == NULL || fields[i].name == NULL || (skip == NULL && fields[i].flags & (FIELD_PATH | FIELD_QUERY))) {
			return refuse_unknown(r, object->keys[k]);
		}
		TRY(check_field(r, &fields[i], &object->items[k], &r->values[i]));
	}
	for (size_t i = 0; fields && fields[i].name; i++)
		if (!r->values[i].given && fields[i].flags & (FIELD_REQUIRED | FIELD_PATH))
			return refuse(r, "required", fields[i].name);
	return ERR_OK;
}

#define TREE_SMALL_BYTES (64u << 10) /* whatever is in so much always fits SERVE_REQUEST_ARENA_MAX */

enum err req_fill_body(struct req *r, struct str body)
{
	static const struct json nothing = { .kind = JSON_OBJECT };
	struct json *tree = NULL;
	size_t at = 0;
	if (r->entry->raw_body || body.n == 0)
		return r->entry->raw_body ? ERR_OK : req_fill_object(r, &nothing, NULL);
	enum err e = json_read(r->arena, body, SERVE_JSON_DEPTH_MAX, &tree, &at);
	if (e == ERR_INPUT || e == ERR_LIMIT) {
		refuse_with_int(r, "at", (int64_t)at);
		return refuse(r, utf8_ok(body) ? "bad-json" : "not-utf8", NULL);
	}
	if (e == ERR_MEMORY && body.n > TREE_SMALL_BYTES) /* many tiny values: he can do something about it */
		return refuse(r, "too-big", NULL);
	TRY(e);
	return req_fill_object(r, tree, NULL);
}

/* ---- the end ---- */

/* Without memory for the whole document: its type, which is what programs go by. */
static void settle_in_short(struct req *r)
{
	buf_clear(&r->out);
	buf_print(&r->out, "{\"type\":\"/problems/%s\",\"status\":%d}", r->problem->slug, r->status);
	if (r->out.failed)
		buf_clear(&r->out);
}

void req_settle(struct req *r, enum err e)
{
	if (e == ERR_OK && (r->out.failed || r->headers.failed))
		e = ERR_LIMIT;
	if (e == ERR_OK) {
		r->problem = NULL;
		r->status = r->status ? r->status : r->entry->status ? r->entry->status : 200;
		return;
	}
	if (e != ERR_REFUSED || r->problem == NULL) {
		uint32_t number;
		random_bytes(&number, sizeof number);
		if (e != ERR_BUSY && e != ERR_CLOSED && e != ERR_NOT_FOUND)
			log_line(LOG_ERROR, "%s: %s, told as number %u", r->entry->name, err_name(e), number);
		refuse(r, e == ERR_BUSY || e == ERR_CLOSED ? "busy" : e == ERR_NOT_FOUND ? "not-found" :
			e == ERR_FULL ? "storage-full" : "server", NULL);
		buf_clear(&r->problem_extra);
		if (r->problem->status == 500)
			refuse_with_int(r, "number", number);
	}
	r->status = r->problem->status;
	r->file_path = NULL;
	buf_clear(&r->headers); /* a cookie, say, of a sign-in that did not happen */
	buf_clear(&r->out);
	if (r->problem_extra.failed)
		buf_clear(&r->problem_extra);
	problem_print(r->problem, r->chinese, r->problem_field, r->problem_detail, buf_str(&r->problem_extra), &r->out);
	if (r->out.failed)
		settle_in_short(r);
}

void req_answer_json(struct req *r, struct buf *out)
{
	buf_add(out, r->out.n ? buf_str(&r->out) : STR("{}"));
}

/* "zh-CN,zh;q=0.9,en;q=0.8": the first of the two that is named; Chinese when neither is. */
bool chinese_wanted(struct str accept_language)
{
	struct str part;
	while (str_cut(&accept_language, ',', &part)) {
		part = str_trim(part);
		if (str_starts(part, STR("zh")))
			return true;
		if (str_starts(part, STR("en")))
			return false;
	}
	return true;
}
