/*
 * Words for the six failings, in both languages: for the report and, through JSON, for the web app.
 *
 * Promises: for each failing its name and one sentence for each thing that can be said of it; for each part what it
 * measures. A failing is a sign to look at, never a verdict: no sentence says what the owner is, only what was seen
 * in the group.
 * Called by: the report's pages and JSON. Owns: the table. Not here: numbers, formulas (docs/failings.md), remedies.
 */
#ifndef HEARTH_REPORT_FAILING_WORDS_H
#define HEARTH_REPORT_FAILING_WORDS_H

#include "warmth/warmth.h"

struct failing_words {
	const char *name;
	const char *shows;     /* when there is some or a clear sign */
	const char *does_not;  /* when there is none */
	const char *unknown;   /* when nothing can be said, whatever the reason */
	const char *rests_on;  /* what the messages are that it links to */
};
const struct failing_words *failing_words_of(enum warmth_failing_kind kind, bool chinese);

/* Why nothing is said; NULL when something is. */
const char *failing_doubt_words(enum warmth_failing_doubt doubt, bool chinese);
/* 没看到迹象, 有一点迹象, 迹象明显, 不知道. */
const char *failing_sign_words(enum warmth_sign sign, bool chinese);
/* What a part measures, for "how this is worked out". */
const char *failing_part_words(enum warmth_part_kind part, bool chinese);
/* Stands under the figure wherever failings are shown. */
const char *failing_note_words(bool chinese);

#endif
