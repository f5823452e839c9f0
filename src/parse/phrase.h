/*
 * phrase: what a system says about people, as fixed words around their names; for formats of this room only.
 *
 * Promises: names point into the text; the first phrase that fits wins, so narrow ones stand before wide ones.
 * Used by: WhatsApp and LINE. Not here: the phrases themselves.
 */
#ifndef HEARTH_PARSE_PHRASE_H
#define HEARTH_PARSE_PHRASE_H

#include "parse/parse_private.h"

/* {a}: who did it, {t}: to whom, {n}: the group's name, *: anything. What a place holds reaches to the next fixed
 * words, or to the end. The full stop at the end is not written. */
struct phrase {
	enum parse_kind kind;
	const char *words;
};

struct phrase_said {
	enum parse_kind kind;
	struct str actor, target; /* target may be a list of names */
	struct str title;         /* the group's name, where the line gives it */
	size_t at;                /* where the first fixed word of the phrase stands */
};

bool phrase_find(const struct phrase *phrases, size_t count, struct str text, struct phrase_said *out);
/* Who is meant by a name. */
struct phrase_people {
	enum err (*person)(void *arg, struct str name, int32_t *out_person);
	void *arg;
};
/* Tell it: of a SYSTEM line the text, of comings and goings one event for each name. e holds the rest. */
enum err phrase_tell(struct parse *p, const struct phrase_said *said, const struct phrase_people *people,
	struct parse_event *e) MUST_USE;
/* Without blanks and invisible marks at both ends and the full stop. */
struct str phrase_bare(struct str s);
/* Take the next name off a list of names: "Ann, Bo and Cy". */
bool phrase_next_name(struct str *list, struct str *out_name);

#endif
