/*
 * The six failings, for the owner: a row each with its sign, its span on a line from 0 to 10, and what was seen.
 * Only where it is known who the owner is and the failings were looked at. Called by: html.c, plain.c. Owns: nothing.
 * Not here: the words (failing_words.c), the formulas (warmth, docs/failings.md).
 */
#include <math.h>
#include <stdio.h>

#include "report/failing_words.h"
#include "report/report_private.h"

static bool are_asked(const struct insight_group *g)
{
	return g->owner != INSIGHT_NOT_THERE && g->reading.failings.of[0].doubt != WARMTH_FAILING_NO_OWNER;
}

static const char *sentence_of(const struct warmth_failing *f, const struct failing_words *w, bool chinese)
{
	if (f->sign == WARMTH_SIGN_UNKNOWN)
		return failing_doubt_words(f->doubt, chinese) ? failing_doubt_words(f->doubt, chinese) : w->unknown;
	return f->sign == WARMTH_SIGN_NONE ? w->does_not : w->shows;
}

static void draw_row(struct page *p, const struct warmth_failing *f)
{
	put(p, "<svg viewBox=\"0 0 220 16\" width=\"220\" height=\"16\" aria-hidden=\"true\"><path d=\"M10 8H210\" "
		"stroke=\"currentColor\" stroke-opacity=\".4\"");
	put(p, f->sign == WARMTH_SIGN_UNKNOWN ? " stroke-dasharray=\"4 4\"/>" : "/>");
	if (f->sign != WARMTH_SIGN_UNKNOWN) {
		buf_print(p->out, "<path d=\"M%.0f 8H%.0f\" stroke=\"currentColor\" stroke-width=\"5\" stroke-opacity=\".5\"/>",
			10 + 200 * f->low, 10 + 200 * f->high);
		if (!isnan(f->past))
			buf_print(p->out, "<circle cx=\"%.0f\" cy=\"8\" r=\"4\" fill=\"none\" stroke=\"currentColor\"/>", 10 + 200 * f->past);
		buf_print(p->out, "<circle cx=\"%.0f\" cy=\"8\" r=\"5\" fill=\"currentColor\"/>", 10 + 200 * f->level);
	}
	put(p, "</svg>");
}

/* ---- the messages that it rests on ---- */

static void say_said(struct page *p, const struct insight_group *g, const struct insight_said *s)
{
	struct date d = date_from_us(s->at_us);
	struct value at, line = { "" };
	snprintf(at.z, sizeof at.z, "%04d-%02d-%02d %02d:%02d", d.year, d.month, d.day, d.hour, d.minute);
	snprintf(line.z, sizeof line.z, "%llu", (unsigned long long)s->line);
	enum word without = g->known & PARSE_KNOWS_TEXT ? W_said_media : W_said_no_words;
	struct str text = s->text.n ? s->text : str_of(word_text(without, p->chinese));
	if (!s->found)
		say(p, W_said_not_again, PARTS(PART("at", at)));
	else if (s->file.n == 0)
		say(p, W_said_kept, PARTS(PART("at", at), { "who", s->author }, { "text", text }));
	else
		say(p, W_said, PARTS(PART("at", at), { "who", s->author }, { "text", text }, { "file", s->file }, PART("n", line)));
}

static void put_evidence(struct page *p, const struct insight_group *g, enum warmth_failing_kind kind)
{
	const struct warmth_failing *f = &g->reading.failings.of[kind];
	const struct insight_said *said = g->said ? &g->said[kind * WARMTH_FAILING_EVIDENCE] : NULL;
	if (said == NULL || f->evidence_count == 0 || f->sign == WARMTH_SIGN_UNKNOWN)
		return;
	put(p, p->html ? "<p class=\"second\">" : "\n    ");
	put(p, failing_words_of(kind, p->chinese)->rests_on);
	put(p, p->html ? "</p><ul>" : "");
	for (size_t i = 0; i < f->evidence_count; i++) {
		put(p, p->html ? "<li><bdi>" : "\n    - ");
		say_said(p, g, &said[i]);
		put(p, p->html ? "</bdi></li>" : "");
	}
	put(p, p->html ? "</ul>" : "");
}

void html_failings(struct page *p, const struct insight_group *g)
{
	if (!are_asked(g))
		return;
	put(p, "<section><h3>");
	say(p, W_failings, NULL);
	put(p, "</h3><p class=\"second\">");
	put(p, failing_note_words(p->chinese));
	put(p, "</p><dl>");
	for (size_t i = 0; i < WARMTH_FAILINGS; i++) {
		const struct warmth_failing *f = &g->reading.failings.of[i];
		const struct failing_words *w = failing_words_of((enum warmth_failing_kind)i, p->chinese);
		buf_print(p->out, "<dt><strong>%s</strong> · %s</dt><dd>", w->name, failing_sign_words(f->sign, p->chinese));
		draw_row(p, f);
		buf_print(p->out, "<p>%s</p>", sentence_of(f, w, p->chinese));
		put_evidence(p, g, (enum warmth_failing_kind)i);
		put(p, "</dd>\n");
	}
	put(p, "</dl></section>\n");
}

void plain_failings(struct page *p, const struct insight_group *g)
{
	if (!are_asked(g))
		return;
	put(p, "\n\n");
	say(p, W_failings, NULL);
	for (size_t i = 0; i < WARMTH_FAILINGS; i++) {
		const struct warmth_failing *f = &g->reading.failings.of[i];
		const struct failing_words *w = failing_words_of((enum warmth_failing_kind)i, p->chinese);
		buf_print(p->out, p->chinese ? "\n  %s：%s。%s" : "\n  %s: %s. %s", w->name, failing_sign_words(f->sign, p->chinese), sentence_of(f, w, p->chinese));
		if (f->sign >= WARMTH_SIGN_SOME)
			put_evidence(p, g, (enum warmth_failing_kind)i);
	}
	put(p, "\n  ");
	put(p, failing_note_words(p->chinese));
}
