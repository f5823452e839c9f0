/* slack: between slack.c (records) and slack_text.c (markup) only. */
#ifndef HEARTH_PARSE_SLACK_H
#define HEARTH_PARSE_SLACK_H

#include "parse/parse_private.h"

/* Append what a reader of Slack sees: <@U1> as @name, links as "words (address)", &lt; as <. Stops behind
 * PARSE_TEXT_MAX bytes. */
void slack_text(const struct parse *p, struct str markup, struct buf *out);
/* The first person a text mentions: his id, or empty. */
struct str slack_mentioned(struct str markup);

#endif
