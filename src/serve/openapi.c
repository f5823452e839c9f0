/* The OpenAPI 3.1 document, printed from the entries: paths, parameters, bodies, answers, and the problem. */
#include <stdio.h>

#include "serve/serve_private.h"

#define SHAPES_MAX 128

struct doc {
	struct json_out j;
	const struct shape *shapes[SHAPES_MAX]; /* met on the way, printed at the end */
	size_t shape_count;
};

static void key_ref(struct doc *d, const struct shape *s)
{
	size_t i = 0;
	while (i < d->shape_count && d->shapes[i] != s)
		i++;
	if (i == d->shape_count && i < SHAPES_MAX)
		d->shapes[d->shape_count++] = s;
	char ref[128];
	int n = snprintf(ref, sizeof ref, "#/components/schemas/%s", s->name);
	json_key_text(&d->j, "$ref", (struct str){ ref, (size_t)n });
}

static void limits(struct doc *d, const struct field *f)
{
	bool text = f->kind == FIELD_TEXT;
	if (text && f->min)
		json_key_int(&d->j, "minLength", f->min);
	if (text && f->max)
		json_key_int(&d->j, "maxLength", f->max);
	if (!text && f->kind == FIELD_INT && (f->min || f->max)) {
		json_key_int(&d->j, "minimum", f->min);
		json_key_int(&d->j, "maximum", f->max);
	}
	if (!f->one_of)
		return;
	json_key(&d->j, "enum");
	json_open_list(&d->j);
	struct str rest = str_of(f->one_of), one;
	while (str_cut(&rest, '|', &one))
		json_text(&d->j, one);
	if (f->flags & FIELD_NULL)
		json_null(&d->j);
	json_close_list(&d->j);
}

static void one_schema(struct doc *d, const struct field *f, bool null)
{
	static const char *const types[] = { [FIELD_INT] = "integer", [FIELD_TEXT] = "string", [FIELD_BOOL] = "boolean",
		[FIELD_REAL] = "number", [FIELD_TIME] = "string" };
	json_open(&d->j);
	if (f->kind == FIELD_OBJECT && null) {
		json_key(&d->j, "anyOf");
		json_open_list(&d->j);
		json_open(&d->j);
		key_ref(d, f->of);
		json_close(&d->j);
		json_open(&d->j);
		json_key_text(&d->j, "type", STR("null"));
		json_close(&d->j);
		json_close_list(&d->j);
	} else if (f->kind == FIELD_OBJECT) {
		key_ref(d, f->of);
	} else if (f->kind != FIELD_ANY) {
		json_key(&d->j, "type");
		if (null)
			json_open_list(&d->j);
		json_text(&d->j, str_of(types[f->kind]));
		if (null) {
			json_text(&d->j, STR("null"));
			json_close_list(&d->j);
		}
		if (f->kind == FIELD_TIME)
			json_key_text(&d->j, "format", STR("date-time"));
		if (f->kind == FIELD_INT)
			json_key_text(&d->j, "format", STR("int64"));
		limits(d, f);
	}
	if (f->what && !(f->flags & (FIELD_LIST | FIELD_MAP)))
		json_key_text(&d->j, "description", str_of(f->what));
	json_close(&d->j);
}

static void schema(struct doc *d, const struct field *f)
{
	if (!(f->flags & (FIELD_LIST | FIELD_MAP))) {
		one_schema(d, f, (f->flags & FIELD_NULL) != 0);
		return;
	}
	json_open(&d->j);
	json_key_text(&d->j, "type", f->flags & FIELD_LIST ? STR("array") : STR("object"));
	json_key(&d->j, f->flags & FIELD_LIST ? "items" : "additionalProperties");
	one_schema(d, f, (f->flags & FIELD_NULL) != 0);
	if (f->max_items)
		json_key_int(&d->j, f->flags & FIELD_LIST ? "maxItems" : "maxProperties", f->max_items);
	if (f->what)
		json_key_text(&d->j, "description", str_of(f->what));
	json_close(&d->j);
}

static void object_schema(struct doc *d, const struct field *fields, unsigned leave_out)
{
	json_open(&d->j);
	json_key_text(&d->j, "type", STR("object"));
	json_key(&d->j, "properties");
	json_open(&d->j);
	size_t required = 0;
	for (const struct field *f = fields; f && f->name; f++) {
		if (f->flags & leave_out)
			continue;
		json_key(&d->j, f->name);
		schema(d, f);
		required += (f->flags & FIELD_REQUIRED) != 0;
	}
	json_close(&d->j);
	if (required) {
		json_key(&d->j, "required");
		json_open_list(&d->j);
		for (const struct field *f = fields; f && f->name; f++)
			if ((f->flags & FIELD_REQUIRED) && !(f->flags & leave_out))
				json_text(&d->j, str_of(f->name));
		json_close_list(&d->j);
	}
	json_key_bool(&d->j, "additionalProperties", false);
	json_close(&d->j);
}

static void parameters(struct doc *d, const struct entry *e)
{
	json_key(&d->j, "parameters");
	json_open_list(&d->j);
	for (const struct field *f = e->fields; f && f->name; f++) {
		if (!(f->flags & (FIELD_PATH | FIELD_QUERY)))
			continue;
		json_open(&d->j);
		json_key_text(&d->j, "name", str_of(f->name));
		json_key_text(&d->j, "in", f->flags & FIELD_PATH ? STR("path") : STR("query"));
		if (f->flags & (FIELD_PATH | FIELD_REQUIRED))
			json_key_bool(&d->j, "required", true);
		json_key(&d->j, "schema");
		one_schema(d, f, false);
		json_close(&d->j);
	}
	json_close_list(&d->j);
}

static void body(struct doc *d, const struct entry *e)
{
	bool any = e->raw_body;
	for (const struct field *f = e->fields; f && f->name; f++)
		any = any || !(f->flags & (FIELD_PATH | FIELD_QUERY));
	if (!any)
		return;
	json_key(&d->j, "requestBody");
	json_open(&d->j);
	json_key_bool(&d->j, "required", true);
	json_key(&d->j, "content");
	json_open(&d->j);
	json_key(&d->j, e->raw_body ? "application/octet-stream" : "application/json");
	json_open(&d->j);
	json_key(&d->j, "schema");
	if (e->raw_body)
		json_raw(&d->j, STR("{}"));
	else
		object_schema(d, e->fields, FIELD_PATH | FIELD_QUERY);
	json_close(&d->j);
	json_close(&d->j);
	json_close(&d->j);
}

static void content(struct doc *d, const char *type, const struct shape *of)
{
	json_key(&d->j, "content");
	json_open(&d->j);
	json_key(&d->j, type);
	json_open(&d->j);
	json_key(&d->j, "schema");
	json_open(&d->j);
	if (of)
		key_ref(d, of);
	else
		json_key_text(&d->j, "type", strstr(type, "json") ? STR("object") : STR("string"));
	json_close(&d->j);
	json_close(&d->j);
	json_close(&d->j);
}

static const struct field problem_fields[] = {
	{ "type", FIELD_TEXT, FIELD_REQUIRED, .what = "/problems/SLUG; stable" },
	{ "title", FIELD_TEXT, FIELD_REQUIRED },
	{ "status", FIELD_INT, FIELD_REQUIRED },
	{ "detail", FIELD_TEXT, FIELD_REQUIRED },
	{ "field", FIELD_TEXT, .what = "the field it is about" },
	{ 0 },
};
static const struct shape problem_shape = { "Problem", problem_fields };

static void responses(struct doc *d, const struct entry *e)
{
	json_key(&d->j, "responses");
	json_open(&d->j);
	char status[16];
	snprintf(status, sizeof status, "%d", e->status ? e->status : 200);
	json_key(&d->j, status);
	json_open(&d->j);
	json_key_text(&d->j, "description", STR("Done"));
	content(d, e->answer_type ? e->answer_type : "application/json", e->answer);
	json_close(&d->j);
	json_key(&d->j, "default");
	json_open(&d->j);
	json_key_text(&d->j, "description", STR("Refused, with the reason"));
	content(d, "application/problem+json", &problem_shape);
	json_close(&d->j);
	json_close(&d->j);
}

static void operation(struct doc *d, const struct entry *e)
{
	char method[12] = { 0 };
	for (size_t i = 0; e->method[i] && i < sizeof method - 1; i++)
		method[i] = (char)(e->method[i] | 32);
	json_key(&d->j, method);
	json_open(&d->j);
	json_key_text(&d->j, "operationId", str_of(e->name));
	json_key_text(&d->j, "summary", str_of(e->what ? e->what : e->name));
	json_key(&d->j, "tags");
	json_open_list(&d->j);
	struct str rest = str_of(e->name), tag = rest;
	str_cut(&rest, '.', &tag);
	json_text(&d->j, tag);
	json_close_list(&d->j);
	if (e->open_to_all)
		json_key(&d->j, "security"), json_raw(&d->j, STR("[]"));
	parameters(d, e);
	body(d, e);
	responses(d, e);
	json_close(&d->j);
}

/* "/api/v1/groups/:group" as "/api/v1/groups/{group}". */
static void path_key(struct doc *d, const char *path)
{
	char key[256];
	size_t n = 0;
	for (const char *p = path; *p && n < sizeof key - 3; p++) {
		if (*p != ':') {
			key[n++] = *p;
			continue;
		}
		key[n++] = '{';
		while (p[1] && p[1] != '/' && n < sizeof key - 3)
			key[n++] = *++p;
		key[n++] = '}';
	}
	key[n] = '\0';
	json_key(&d->j, key);
}

static bool path_was_before(const struct entry *const *entries, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(entries[i]->path, entries[at]->path) == 0)
			return true;
	return false;
}

static void paths(struct doc *d, const struct entry *const *entries)
{
	json_key(&d->j, "paths");
	json_open(&d->j);
	for (size_t i = 0; entries[i]; i++) {
		if (path_was_before(entries, i))
			continue;
		path_key(d, entries[i]->path);
		json_open(&d->j);
		for (size_t k = i; entries[k]; k++)
			if (strcmp(entries[k]->path, entries[i]->path) == 0)
				operation(d, entries[k]);
		json_close(&d->j);
	}
	json_close(&d->j);
}

static void components(struct doc *d)
{
	json_key(&d->j, "components");
	json_open(&d->j);
	json_key(&d->j, "securitySchemes");
	json_raw(&d->j, STR("{\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"hearth_session\"},"
		"\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
	json_key(&d->j, "schemas");
	json_open(&d->j);
	for (size_t i = 0; i < d->shape_count; i++) { /* grows while it is walked: shapes name shapes */
		json_key(&d->j, d->shapes[i]->name);
		object_schema(d, d->shapes[i]->fields, 0);
	}
	json_close(&d->j);
	json_close(&d->j);
}

enum err serve_openapi(const struct entry *const *entries, const char *public_url, struct buf *out)
{
	struct doc d = { .j = JSON_OUT(out) };
	json_open(&d.j);
	json_key_text(&d.j, "openapi", STR("3.1.0"));
	json_key(&d.j, "info");
	json_raw(&d.j, STR("{\"title\":\"Hearth\",\"version\":\"" HEARTH_VERSION "\",\"summary\":\"Chat groups as a profession\","
		"\"license\":{\"name\":\"GPL-3.0-or-later\",\"identifier\":\"GPL-3.0-or-later\"}}"));
	json_key(&d.j, "servers");
	json_open_list(&d.j);
	json_open(&d.j);
	json_key_text(&d.j, "url", str_of(public_url));
	json_close(&d.j);
	json_close_list(&d.j);
	json_key(&d.j, "security");
	json_raw(&d.j, STR("[{\"cookie\":[]},{\"bearer\":[]}]"));
	paths(&d, entries);
	components(&d);
	json_close(&d.j);
	return buf_end(out);
}
