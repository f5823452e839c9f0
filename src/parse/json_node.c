/* Looking into the small trees that json_file.c gives, small JSON texts, and what a head of JSON looks like. */
#include <stdlib.h>

#include "parse/json_scan.h"

const struct parse_node *parse_node_first(const struct parse_node *n)
{
	return n != NULL && n->count > 0 ? n + 1 : NULL;
}

const struct parse_node *parse_node_next(const struct parse_node *around, const struct parse_node *c)
{
	const struct parse_node *next = c + c->span;
	return next < around + around->span ? next : NULL;
}

const struct parse_node *parse_node_get(const struct parse_node *n, const char *key)
{
	if (n == NULL || n->kind != JSON_OBJECT)
		return NULL;
	struct str wanted = str_of(key);
	for (const struct parse_node *c = parse_node_first(n); c != NULL; c = parse_node_next(n, c))
		if (str_eq(c->key, wanted))
			return c;
	return NULL;
}

const struct parse_node *parse_node_at(const struct parse_node *n, size_t index)
{
	const struct parse_node *c = parse_node_first(n);
	while (c != NULL && index-- > 0)
		c = parse_node_next(n, c);
	return c;
}

struct str parse_node_text(const struct parse_node *n, const char *key)
{
	const struct parse_node *c = parse_node_get(n, key);
	return c != NULL ? c->text : (struct str){ NULL, 0 };
}

bool parse_node_int(const struct parse_node *n, const char *key, int64_t *out_value)
{
	struct str text = parse_node_text(n, key);
	ptrdiff_t dot = str_find(text, STR("."));
	int64_t value;
	for (size_t at = dot < 0 ? text.n : (size_t)dot + 1; at < text.n; at++)
		if (text.p[at] != '0')
			return false;
	if (str_int(dot < 0 ? text : str_first(text, (size_t)dot), INT64_MIN, INT64_MAX, &value) != ERR_OK)
		return false;
	*out_value = value;
	return true;
}

bool parse_node_true(const struct parse_node *n, const char *key)
{
	const struct parse_node *c = parse_node_get(n, key);
	return c != NULL && c->kind == JSON_BOOL && str_eq(c->text, STR("true"));
}

/* ---- small texts ---- */

struct parse_doc {
	struct scan scan;
	struct buf text;
};

struct parse_doc *parse_doc_new(void)
{
	struct parse_doc *d = calloc(1, sizeof *d);
	if (d != NULL)
		d->text = BUF(PARSE_JSON_ELEMENT_MAX);
	return d;
}

void parse_doc_free(struct parse_doc *d)
{
	if (d == NULL)
		return;
	scan_free(&d->scan);
	buf_free(&d->text);
	free(d);
}

void parse_doc_drop(struct parse_doc **d) { parse_doc_free(*d); }

enum err parse_json_text(struct parse_doc *d, struct str text, const struct parse_node **out_root)
{
	size_t used;
	buf_clear(&d->text);
	buf_add(&d->text, text);
	TRY(buf_end(&d->text));
	enum scan_end e = scan_value(&d->scan, d->text.p, d->text.n, true, &used);
	if (e != SCAN_WHOLE)
		return e == SCAN_MEMORY ? ERR_MEMORY : e == SCAN_LIMIT ? ERR_LIMIT : ERR_INPUT;
	if (str_trim(str_from(buf_str(&d->text), used)).n > 0)
		return ERR_INPUT;
	*out_root = d->scan.nodes;
	return ERR_OK;
}

/* ---- sniffing ---- */

bool parse_head_is_json(const struct parse_head *head)
{
	struct str t = str_trim(head->text);
	return t.n > 0 && (t.p[0] == '{' || t.p[0] == '[');
}

bool parse_head_has_key(const struct parse_head *head, const char *key)
{
	struct str rest = head->text, name = str_of(key);
	ptrdiff_t at;
	while ((at = str_find(rest, name)) >= 0) {
		bool quoted = at > 0 && rest.p[at - 1] == '"';
		rest = str_from(rest, (size_t)at + name.n);
		if (!quoted || rest.n == 0 || rest.p[0] != '"')
			continue;
		struct str after = str_trim(str_from(rest, 1));
		if (after.n > 0 && after.p[0] == ':')
			return true;
	}
	return false;
}
