/*
 * html: the words of a piece of HTML; for formats of this room only.
 *
 * Promises: what comes out is as long as what went in, or shorter, whatever stands there; tags that are never closed
 * and entities that are not known stay as they are. Used by: irc_html.c, zulip.c. Not here: a tree.
 */
#ifndef HEARTH_PARSE_HTML_H
#define HEARTH_PARSE_HTML_H

#include "base/base.h"

/* Append it without its tags and with its entities spelled out; what a browser sets apart (paragraphs, list items,
 * <br>) is on a line of its own. */
void html_text(struct str html, struct buf *out);

/* Is there a tag of this name at the front? It is taken off, out_attributes is what stands inside it. */
bool html_tag(struct str *html, const char *name, struct str *out_attributes);
/* The value of an attribute in double quotes, entities left as they are. */
bool html_attribute(struct str attributes, const char *name, struct str *out_value);

#endif
