/*
 * bridge: one program that speaks for many, unfolded; for formats of this room only.
 *
 * Promises: "[telegram] <name> text" is taken apart the same way in every format.
 * Used by: irc_tell.c, discord_json.c, discord_text.c. Not here: who is a bot (the formats know).
 */
#ifndef HEARTH_PARSE_BRIDGE_H
#define HEARTH_PARSE_BRIDGE_H

#include "parse/parse_private.h"

struct bridged {
	struct str system; /* "telegram", or empty */
	struct str name;
	struct str text;
};

/* named: only with a system known as such in front; otherwise "<name> text" is enough, which the caller wants only of
 * bots. False: nothing to unfold. Strings point into text. */
bool bridge_unfold(struct str text, bool named, struct bridged *out_said);
/* Does the name say that its bearer is a bridge? "matterbridge", "telegram-relay" … */
bool bridge_is_name(struct str name);
/* The person behind a bridged line; keys never meet those of the format's own people. -1 as parse_person_of. */
int32_t bridge_person(struct parse *p, const struct bridged *said);

#endif
