/* Slack's markup: what stands between < and >, and the three entities. */
#include "parse/scan.h"
#include "parse/slack.h"

static void add_plain(struct str s, struct buf *out)
{
	static const struct {
		struct str entity;
		char c;
	} entities[] = { { STR("&amp;"), '&' }, { STR("&lt;"), '<' }, { STR("&gt;"), '>' } };
	while (s.n > 0) {
		const char *mark = memchr(s.p, '&', s.n);
		size_t n = mark != NULL ? (size_t)(mark - s.p) : s.n;
		buf_add(out, str_first(s, n));
		s = str_from(s, n);
		size_t i = 0;
		while (i < COUNT_OF(entities) && !str_starts(s, entities[i].entity))
			i++;
		if (i < COUNT_OF(entities)) {
			buf_add_char(out, entities[i].c);
			s = str_from(s, entities[i].entity.n);
		} else if (s.n > 0) {
			buf_add_char(out, '&');
			s = str_from(s, 1);
		}
	}
}

static void add_link(struct str address, struct str words, struct buf *out)
{
	if (scan_text(&address, STR("mailto:")) || scan_text(&address, STR("tel:")) || words.n == 0 ||
		str_ends(address, words) || str_find(words, STR("://")) >= 0) {
		add_plain(address, out);
		return;
	}
	add_plain(words, out);
	buf_add(out, STR(" ("));
	add_plain(address, out);
	buf_add_char(out, ')');
}

static void add_person(const struct parse *p, struct str id, struct str words, struct buf *out)
{
	int32_t person = parse_person_find(p, id);
	buf_add_char(out, '@');
	if (words.n == 0 && person >= 0)
		buf_add(out, parse_person_name(p, (size_t)person));
	else
		add_plain(words.n > 0 ? words : id, out);
}

/* What stands between < and >: "@U1|ann", "#C1|general", "!here", "!subteam^S1|@team", "https://a.b|words". */
static void add_marked(const struct parse *p, struct str inside, struct buf *out)
{
	struct str words = inside, first = { NULL, 0 };
	(void)str_cut(&words, '|', &first);
	char kind = first.n > 0 ? first.p[0] : '\0';
	struct str rest = str_from(first, 1);
	switch (kind) {
	case '@':
		add_person(p, rest, words, out);
		break;
	case '#':
		buf_add_char(out, '#');
		add_plain(words.n > 0 ? words : rest, out);
		break;
	case '!':
		if (words.n == 0) {
			buf_add_char(out, '@');
			(void)str_cut(&rest, '^', &words);
		}
		add_plain(words, out);
		break;
	default:
		add_link(first, words, out);
	}
}

/* What stands before the next >, off the front; false where a < comes first: that one was only a sign. */
static bool take_marked(struct str *s, struct str *out_inside)
{
	const char *open = s->n > 0 ? memchr(s->p, '<', s->n) : NULL;
	struct str rest = str_first(*s, open != NULL ? (size_t)(open - s->p) : s->n), inside;
	if (!scan_until(&rest, STR(">"), &inside) || inside.n == 0 || inside.p[0] == ' ')
		return false;
	*out_inside = inside;
	*s = str_from(*s, inside.n + 1);
	return true;
}

void slack_text(const struct parse *p, struct str markup, struct buf *out)
{
	struct str before, inside;
	markup = utf8_first(markup, PARSE_TEXT_MAX);
	while (out->n <= PARSE_TEXT_MAX && scan_until(&markup, STR("<"), &before)) {
		add_plain(before, out);
		if (take_marked(&markup, &inside))
			add_marked(p, inside, out);
		else
			buf_add_char(out, '<');
	}
	if (out->n <= PARSE_TEXT_MAX)
		add_plain(markup, out);
}

struct str slack_mentioned(struct str markup)
{
	struct str before, id;
	while (scan_until(&markup, STR("<@"), &before)) {
		size_t n = 0;
		while (n < markup.n && scan_is_alnum(markup.p[n]))
			n++;
		id = str_first(markup, n);
		if (n > 1 && n < markup.n && (markup.p[n] == '>' || markup.p[n] == '|'))
			return id;
	}
	return (struct str){ NULL, 0 };
}
