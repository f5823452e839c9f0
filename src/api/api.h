/*
 * api: one file per subject: entries, their shapes and handlers.
 *
 * Promises: JSON in and out as the entries say; all rules are asked of the rooms below.
 * Used by: main (the list), cli (openapi). Owns: nothing. Not here: rules and SQL.
 */
#ifndef HEARTH_API_H
#define HEARTH_API_H

#include "serve/serve.h"

/* All entries of this room, ended by NULL. */
extern const struct entry *const api_entries[];

/* Fit for serve_hooks.other: the web app's files and its page for every route of the app. arg is not used. */
bool api_files(void *arg, struct net *n, struct net_request *r);

/* What this room does in the background: dropped files; and the operator's token. After serve_start; stop before serve_stop (what
 * is being kept ends at a piece's end), end after it. without_counts: nothing follows the journal, so there are no daily counts and
 * no answers but those asked for (bench/fanout, which measures what they cost). */
enum err api_start(struct serve *s, bool without_counts) MUST_USE;
void api_stop(struct serve *s);
void api_end(struct serve *s);
#define API_OPERATOR_TOKEN "operator-token" /* in the data folder, mode 0600: see operator.c */

#endif
