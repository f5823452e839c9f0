/* The words of a piece of HTML. See html.h. */
#include "parse/html.h"
#include "parse/scan.h"
#include "text/text.h"

#define ENTITY_DIGITS_MAX 7u

/* "#39;", "#x4e2d;" */
static bool scan_number(struct str *s, uint32_t *out_code_point)
{
	struct str rest = *s;
	uint32_t value = 0;
	unsigned digits = 0;
	if (!scan_char(&rest, '#'))
		return false;
	bool hex = scan_char(&rest, 'x') || scan_char(&rest, 'X');
	for (; rest.n > 0 && digits < ENTITY_DIGITS_MAX; digits++, scan_drop(&rest, 1)) {
		char c = rest.p[0];
		uint32_t digit = scan_is_digit(c) ? (uint32_t)(c - '0') :
			hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) :
			hex && c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10) : 16;
		if (digit == 16)
			break;
		value = value * (hex ? 16 : 10) + digit;
	}
	if (digits == 0 || !scan_char(&rest, ';') || value == 0 || value > 0x10ffff ||
		(value >= 0xd800 && value < 0xe000))
		return false;
	*out_code_point = value;
	*s = rest;
	return true;
}

static void add_entity(struct buf *out, struct str *html)
{
	static const struct {
		const char *name, *text;
	} entities[] = { { "lt;", "<" }, { "gt;", ">" }, { "amp;", "&" }, { "quot;", "\"" }, { "apos;", "'" },
		{ "nbsp;", " " } };
	uint32_t code_point;
	scan_drop(html, 1);
	if (scan_number(html, &code_point)) {
		utf8_add(out, code_point);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(entities); i++)
		if (scan_text(html, str_of(entities[i].name))) {
			buf_add(out, str_of(entities[i].text));
			return;
		}
	buf_add_char(out, '&');
}

static bool breaks_line(struct str tag)
{
	static const char *const names[] = { "br", "/p", "/li", "/div", "/pre", "/blockquote", "/h1", "/h2", "/h3", "/h4",
		"/h5", "/h6", "/tr" };
	size_t n = 0;
	while (n < tag.n && (tag.p[n] == '/' ? n == 0 : scan_is_alnum(tag.p[n])))
		n++;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (scan_same(str_first(tag, n), str_of(names[i])))
			return true;
	return false;
}

void html_text(struct str html, struct buf *out)
{
	while (html.n > 0) {
		struct str tag;
		size_t n = 0;
		/* a line break between two paragraphs is not one more */
		while (html.n > 0 && html.p[0] == '\n' && out->n > 0 && out->p[out->n - 1] == '\n')
			scan_drop(&html, 1);
		while (n < html.n && html.p[n] != '<' && html.p[n] != '&')
			n++;
		buf_add(out, str_first(html, n));
		scan_drop(&html, n);
		if (html.n == 0)
			return;
		if (html.p[0] == '&') {
			add_entity(out, &html);
		} else if (scan_until(&html, STR(">"), &tag)) {
			if (breaks_line(str_from(tag, 1)) && out->n > 0 && out->p[out->n - 1] != '\n')
				buf_add_char(out, '\n');
		} else { /* never closed: no tag, and no more of them */
			buf_add(out, html);
			return;
		}
	}
}

bool html_tag(struct str *html, const char *name, struct str *out_attributes)
{
	struct str rest = *html, inside;
	if (!scan_char(&rest, '<') || !scan_text(&rest, str_of(name)) || rest.n == 0 ||
		(rest.p[0] != '>' && rest.p[0] != ' ') || !scan_until(&rest, STR(">"), &inside))
		return false;
	*out_attributes = inside;
	*html = rest;
	return true;
}

bool html_attribute(struct str attributes, const char *name, struct str *out_value)
{
	struct str before;
	while (scan_until(&attributes, str_of(name), &before)) {
		bool whole = before.n == 0 || before.p[before.n - 1] == ' ';
		if (whole && scan_text(&attributes, STR("=\"")))
			return scan_until(&attributes, STR("\""), out_value);
	}
	return false;
}
