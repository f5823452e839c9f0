/*
 * Saying: words with their values into a page, escaped once and here only; numbers and dates as people of the language
 * write them; the few choices of words that page and terminal share.
 * Called by: the other files of this room. Owns: nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/report_private.h"

void put(struct page *p, const char *literal) { buf_add(p->out, str_of(literal)); }

static const char *escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* U+202A-E and U+2066-9 would turn the text around them, too. */
static size_t bidi_control(struct str s, size_t at)
{
	if (s.n - at < 3 || memcmp(s.p + at, "\xe2\x80", 2) != 0)
		return s.n - at >= 3 && memcmp(s.p + at, "\xe2\x81", 2) == 0 && (unsigned char)s.p[at + 2] >= 0xa6 &&
			(unsigned char)s.p[at + 2] <= 0xa9 ? 3 : 0;
	return (unsigned char)s.p[at + 2] >= 0xaa && (unsigned char)s.p[at + 2] <= 0xae ? 3 : 0;
}

void put_text(struct page *p, struct str s)
{
	size_t from = 0;
	for (size_t at = 0; at < s.n;) {
		unsigned char c = (unsigned char)s.p[at];
		const char *escape = p->html ? escape_of(c) : NULL;
		bool c1 = c == 0xc2 && at + 1 < s.n && (unsigned char)s.p[at + 1] < 0xa0;
		size_t control = c < 0x20 || c == 0x7f ? 1 : c1 ? 2 : bidi_control(s, at);
		if (escape == NULL && control == 0) {
			at++;
			continue;
		}
		buf_add(p->out, (struct str){ s.p + from, at - from });
		put(p, escape ? escape : " ");
		at += control ? control : 1;
		from = at;
	}
	buf_add(p->out, (struct str){ s.p + from, s.n - from });
}

void say(struct page *p, enum word w, const struct part *parts)
{
	struct str left = str_of(word_text(w, p->chinese));
	while (left.n > 0) {
		ptrdiff_t open = str_find(left, STR("{")), close = str_find(left, STR("}"));
		if (parts == NULL || open < 0 || close < open)
			break;
		put_text(p, str_first(left, (size_t)open));
		struct str key = { left.p + open + 1, (size_t)(close - open - 1) };
		for (const struct part *part = parts; part->key; part++)
			if (str_eq(key, str_of(part->key)))
				put_text(p, part->value);
		left = str_from(left, (size_t)close + 1);
		/* 3 条, but 1.2 万条 */
		if (left.n && left.p[0] == ' ' && str_ends(buf_str(p->out), STR("万")))
			left = str_from(left, 1);
	}
	put_text(p, left);
}

struct value count_value(const struct page *p, uint64_t n)
{
	struct value v;
	if (p->chinese && n >= 10000) {
		snprintf(v.z, sizeof v.z, n >= 1000000 ? "%.0f 万" : "%.1f 万", (double)n / 1e4);
		return v;
	}
	char digits[24];
	int count = snprintf(digits, sizeof digits, "%" PRIu64, n);
	size_t at = 0;
	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			v.z[at++] = ',';
		v.z[at++] = digits[i];
	}
	v.z[at] = '\0';
	return v;
}

struct value real_value(double x, int digits)
{
	struct value v;
	snprintf(v.z, sizeof v.z, "%.*f", digits, x == 0 ? 0 : x);
	return v;
}

struct value percent_value(double x) { return real_value(x > 1e6 ? 1e6 : x, 0); }

static const char *const month_name[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	"Dec" };

struct value date_value(const struct page *p, int64_t us)
{
	struct value v;
	struct date d = date_from_us(us);
	if (p->chinese)
		snprintf(v.z, sizeof v.z, "%d年%d月%d日", d.year, d.month, d.day);
	else
		snprintf(v.z, sizeof v.z, "%d %s %d", d.day, month_name[(unsigned)(d.month - 1) % 12], d.year);
	return v;
}

struct value month_value(const struct page *p, int64_t us)
{
	struct value v;
	struct date d = date_from_us(us);
	if (p->chinese)
		snprintf(v.z, sizeof v.z, "%d年%d月", d.year, d.month);
	else
		snprintf(v.z, sizeof v.z, "%s %d", month_name[(unsigned)(d.month - 1) % 12], d.year);
	return v;
}

void say_count(struct page *p, uint64_t n)
{
	struct value v = count_value(p, n);
	put(p, v.z);
}

/* ---- choices of words ---- */

enum word stage_word(const struct warmth_level *l)
{
	switch (l->stage) {
	case WARMTH_WARMING:
		return W_warming;
	case WARMTH_STEADY:
		return W_steady;
	case WARMTH_COOLING:
		return W_cooling;
	case WARMTH_QUIET:
		return W_quiet;
	default:
		return W_unknown_stage;
	}
}

enum word stage_sentence(const struct warmth_level *l)
{
	switch (l->stage) {
	case WARMTH_WARMING:
		return l->percent > 150 ? W_is_warmer_much : W_is_warmer_little;
	case WARMTH_STEADY:
		return W_is_steady;
	case WARMTH_COOLING:
		return l->percent < 75 ? W_is_cooler_much : W_is_cooler_little;
	case WARMTH_QUIET:
		return W_is_quiet;
	default:
		return W_is_unknown;
	}
}

enum word doubt_word(const struct warmth_level *l)
{
	return l->doubt == WARMTH_TOO_YOUNG ? W_too_young : l->doubt == WARMTH_TOO_UNEVEN ? W_too_uneven : W_too_few;
}

enum word order_word(const struct warmth_order *o)
{
	static const enum word words[] = { W_order_unknown, W_order_neither, W_order_core, W_order_edge };
	return words[o->first];
}

bool order_is_rates(const struct warmth_order *o)
{
	return o->known && o->first == WARMTH_FIRST_NEITHER && (o->high < 0 || o->low > 0);
}

/* ---- those worth a greeting ---- */

size_t report_greeted(const struct insight_group *g, size_t out_people[REPORT_GREETED])
{
	size_t n = 0;
	for (size_t i = 0; i < g->reading.people_count; i++) {
		const struct warmth_person *x = &g->reading.people[i];
		if (x->silence != WARMTH_SILENT || !x->regular || x->quiet_days > REPORT_GREETED_QUIET_DAYS ||
			i == g->owner || (g->nameable && !g->nameable[i]))
			continue;
		size_t at = n < REPORT_GREETED ? n++ : REPORT_GREETED;
		while (at > 0 && g->reading.people[out_people[at - 1]].quiet_days > x->quiet_days) {
			if (at < REPORT_GREETED)
				out_people[at] = out_people[at - 1];
			at--;
		}
		if (at < REPORT_GREETED)
			out_people[at] = i;
	}
	return n;
}

enum word no_greeting_word(const struct insight_group *g)
{
	for (size_t i = 0; i < g->reading.people_count; i++)
		if (g->reading.people[i].silence != WARMTH_SILENCE_UNKNOWN)
			return W_greet_none;
	return W_greet_unsure;
}

void say_greeting(struct page *p, const struct insight_group *g, size_t person)
{
	const struct warmth_person *x = &g->reading.people[person];
	bool daily = x->usual_gap_days < 1.5;
	struct value d = real_value(x->usual_gap_days, 0), n = count_value(p, x->quiet_days);
	say(p, daily ? W_greet_daily : W_greet_one, PARTS({ "name", g->names[person] }, PART("d", d), PART("n", n)));
}

void say_joins(struct page *p, const struct insight_group *g)
{
	struct value joins = count_value(p, g->reading.joins), leaves = count_value(p, g->reading.leaves);
	say(p, g->known & PARSE_KNOWS_JOINS ? W_joins_count : g->inferred_joins ? W_joins_inferred : W_joins_unknown, PARTS(PART("n", joins)));
	put(p, p->chinese ? "" : " ");
	say(p, g->known & PARSE_KNOWS_LEAVES ? W_leaves_count : g->inferred_leaves ? W_leaves_inferred : W_leaves_unknown, PARTS(PART("n", leaves)));
	if (!g->inferred_joins && !g->inferred_leaves)
		return;
	struct value from = date_value(p, g->inferred_from_us), to = date_value(p, g->inferred_to_us);
	put(p, p->chinese ? "" : " ");
	say(p, W_inferred_note, PARTS(PART("from", from), PART("to", to)));
}

/* ---- weeks ---- */

#define WEEK_US (7 * US_PER_DAY)

struct week_range whole_weeks(const struct warmth_reading *r, size_t most)
{
	struct week_range w = { 0, 0 };
	if (r->week_count == 0)
		return w;
	int64_t begin = r->weeks[0].begin_us;
	w.to = r->at_us < begin ? 0 : (size_t)((r->at_us - begin) / WEEK_US);
	/* The first week may have begun in the middle of the recording, too. */
	w.from = r->first_us - begin >= US_PER_DAY && w.to > 1 ? 1 : 0;
	if (w.to - w.from > most)
		w.from = w.to - most;
	return w;
}

struct warmth_week week_at(const struct warmth_reading *r, size_t index)
{
	if (index < r->week_count)
		return r->weeks[index];
	return (struct warmth_week){ .begin_us = r->weeks[0].begin_us + (int64_t)index * WEEK_US };
}
