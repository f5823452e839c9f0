/* Phrases of a system: see phrase.h. */
#include "parse/phrase.h"

/* Blanks, quotation of a name by invisible marks, and the full stop at the end. */
struct str phrase_bare(struct str s)
{
	s = text_trim(s);
	while (s.n > 0 && s.p[s.n - 1] == '.')
		s.n--;
	if (str_ends(s, STR("。")))
		s.n -= 3;
	return text_trim(s);
}

static void fill(struct phrase_said *said, char what, struct str part)
{
	if (what == 'a')
		said->actor = phrase_bare(part);
	else if (what == 't')
		said->target = phrase_bare(part);
	else if (what == 'n')
		said->title = text_trim(part);
}

/* Does the text fit the phrase? */
static bool fits(const char *phrase, struct str text, struct phrase_said *out)
{
	const char *from = text.p;
	struct phrase_said said = { .at = text.n };
	char place = '\0';
	while (*phrase != '\0') {
		if (*phrase == '*' || *phrase == '{') {
			place = *phrase == '{' ? phrase[1] : '*';
			phrase += place == '*' ? 1 : 3;
			continue;
		}
		size_t n = strcspn(phrase, "*{");
		struct str words = { phrase, n };
		phrase += n;
		/* The last words must be the end; a name before them may hold the same words. */
		ptrdiff_t at = *phrase == '\0' ? (text.n >= n ? (ptrdiff_t)(text.n - n) : -1) : str_find(text, words);
		if (at < 0 || (place == '\0' && at != 0) || !str_starts(str_from(text, (size_t)at), words))
			return false;
		if (place != '\0' && place != '*' && text_trim(str_first(text, (size_t)at)).n == 0)
			return false;
		fill(&said, place, str_first(text, (size_t)at));
		size_t here = (size_t)(text.p + at - from);
		said.at = here < said.at ? here : said.at;
		text = str_from(text, (size_t)at + n);
		place = '\0';
	}
	if (place != '\0')
		fill(&said, place, text);
	else if (text.n > 0)
		return false;
	*out = said;
	return place != 't' || said.target.n > 0;
}

bool phrase_find(const struct phrase *phrases, size_t count, struct str text, struct phrase_said *out)
{
	struct phrase_said said;
	text = phrase_bare(text);
	if (text.n == 0 || text.n > 4 * PARSE_NAME_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!fits(phrases[i].words, text, &said))
			continue;
		said.kind = phrases[i].kind;
		*out = said;
		return true;
	}
	return false;
}

bool phrase_next_name(struct str *list, struct str *out_name)
{
	static const char *const between[] = { ", and ", " and ", ", ", "、", " y ", " und ", " e ", " et ", "和",
		"및 ", "님, " };
	while (list->n > 0) {
		size_t at = list->n, n = 0;
		for (size_t i = 0; i < COUNT_OF(between); i++) {
			ptrdiff_t here = str_find(*list, str_of(between[i]));
			if (here >= 0 && (size_t)here < at) {
				at = (size_t)here;
				n = strlen(between[i]);
			}
		}
		struct str name = phrase_bare(str_first(*list, at));
		*list = str_from(*list, at + n);
		if (name.n > 0) {
			*out_name = name;
			return true;
		}
	}
	return false;
}

enum err phrase_tell(
	struct parse *p, const struct phrase_said *said, const struct phrase_people *people, struct parse_event *e)
{
	int32_t actor = PARSE_NOBODY;
	struct str rest = said->target, name;
	e->kind = said->kind;
	if (said->actor.n > 0)
		TRY(people->person(people->arg, said->actor, &actor));
	e->author = actor;
	if (said->kind == PARSE_SYSTEM)
		return parse_tell(p, e);
	e->text = (struct str){ NULL, 0 };
	if (rest.n == 0)
		return actor == PARSE_NOBODY ? ERR_OK : parse_tell(p, e);
	if (said->kind == PARSE_RENAME) {
		TRY(people->person(people->arg, rest, &e->target));
		return parse_tell(p, e);
	}
	while (phrase_next_name(&rest, &name)) {
		TRY(people->person(people->arg, name, &e->author));
		e->target = actor;
		e->chars = 0;
		TRY(parse_tell(p, e));
	}
	return ERR_OK;
}
