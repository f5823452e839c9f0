/* What the files of this room share; nobody outside includes it. */
#ifndef HEARTH_REPORT_PRIVATE_H
#define HEARTH_REPORT_PRIVATE_H

#include "report/report.h"
#include "report/words_private.h"

/* Where words go: a page in one language, as HTML or plain. */
struct page {
	struct buf *out;
	bool chinese, html;
};

/* A value for a {key} in a word. */
struct part {
	const char *key;
	struct str value;
};
#define VALUE_CHARS 48
struct value {
	char z[VALUE_CHARS];
};

/* ---- say.c ---- */
void put(struct page *p, const char *literal);
void put_text(struct page *p, struct str s); /* escaped where the page is HTML; control characters become blanks */
/* The word with its parts filled in (parts may be NULL, else ended by a NULL key). */
void say(struct page *p, enum word w, const struct part *parts);
#define PARTS(...) ((const struct part[]){ __VA_ARGS__, { NULL, { NULL, 0 } } })
#define PART(name, value_) ((struct part){ name, str_of((value_).z) })
struct value count_value(const struct page *p, uint64_t n);  /* 12,000; from ten thousand on 1.2 万 */
struct value real_value(double v, int digits);
struct value percent_value(double v);                        /* whole, without the sign */
struct value date_value(const struct page *p, int64_t us);
struct value month_value(const struct page *p, int64_t us);
void say_count(struct page *p, uint64_t n);

/* ---- shared by page and terminal ---- */
enum word stage_word(const struct warmth_level *l);    /* 降温 */
enum word stage_sentence(const struct warmth_level *l);
enum word doubt_word(const struct warmth_level *l);    /* only for an unknown stage */
void say_order_note(struct page *p, const struct warmth_order *o); /* silence.c */
enum word order_word(const struct warmth_order *o);
bool order_is_rates(const struct warmth_order *o);     /* it looks like an order, but posting rates explain it */
/* Those worth a greeting, newest silence first; at most REPORT_GREETED. */
enum word no_greeting_word(const struct insight_group *g);
void say_greeting(struct page *p, const struct insight_group *g, size_t person);
void put_models(struct json_out *j, const struct insight_group *g); /* json_models.c */
size_t core_stayed_of(const struct insight_group *g); /* lists.c: how many of the core then still talk */
void say_stayed(struct page *p, const struct insight_group *g); /* lists.c: of the core then, who still talks */
void say_source(struct page *p, const struct insight_group *g); /* lists.c */
void say_level(struct page *p, const struct warmth_reading *r); /* html.c */
void say_facts(struct page *p, const struct insight_group *g);  /* html.c */
void say_doubts(struct page *p, const struct insight_diagnosis *d, const char *before, const char *after); /* html.c */
void say_joins(struct page *p, const struct insight_group *g);
/* The week index of reading.weeks extended with empty weeks up to at: whole weeks only. */
struct week_range {
	size_t from, to; /* half open; indexes beyond week_count are empty weeks */
};
struct week_range whole_weeks(const struct warmth_reading *r, size_t most);
struct warmth_week week_at(const struct warmth_reading *r, size_t index);

/* ---- what the models say (models.c): one or two sentences each ---- */
#define REPORT_TOLD_MIN 5u /* fewer people could be recognised */
void say_forecast(struct page *p, const struct insight_group *g);
void say_departures(struct page *p, const struct warmth_silence_order *o);
void say_evaporation(struct page *p, const struct warmth_evaporation_at *e);
void say_contagion(struct page *p, const struct warmth_contagion *c);
void html_failings(struct page *p, const struct insight_group *g); /* failings.c: nothing where the owner is not known */
void plain_failings(struct page *p, const struct insight_group *g);
void say_newcomers(struct page *p, const struct warmth_intake *n);
bool has_forecast(const struct insight_group *g);
void html_forecast(struct page *p, const struct insight_group *g);
void html_gone(struct page *p, const struct insight_group *g);
void html_newcomers(struct page *p, const struct insight_group *g);

/* ---- parts of the page ---- */
void html_curve(struct page *p, const struct insight_group *g);            /* curve.c */
void html_bars(struct page *p, const struct warmth_reading *r);            /* curve.c: twelve weeks, small */
void html_silence(struct page *p, const struct insight_group *g);          /* silence.c */
void html_core(struct page *p, const struct insight_group *g);             /* lists.c */
void html_greetings(struct page *p, const struct insight_group *g);
void html_people(struct page *p, const struct insight_group *g);
void html_joins(struct page *p, const struct insight_group *g);
void html_skipped(struct page *p, const struct parse_skipped *shown, size_t count, uint64_t lines);
void html_source(struct page *p, const struct insight_group *g);

#endif
