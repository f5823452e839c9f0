/*
 * demo_words: what people of the demo village say. An exchange is one string: what somebody says and, behind bars, what
 * others may answer, in that order; with ^ in front the first one answers himself. Slots: {p} a place, {o} a thing of the
 * theme, {d} a day, {t} a time, {n} 2–9, {w} the weather of the month, {m} a name. Inside cli only.
 */
#ifndef HEARTH_CLI_DEMO_WORDS_H
#define HEARTH_CLI_DEMO_WORDS_H

#include "base/base.h"
#include "cli/demo.h"

struct demo_pool {
	const char *const *exchanges;
	size_t count;
};
#define POOL(array) { array, COUNT_OF(array) }

struct demo_theme { /* by language: 0 Chinese, 1 English */
	struct demo_pool pool[2];
	const char *const *places[2], *const *things[2]; /* ended by NULL */
};
extern const struct demo_theme demo_theme_walk, demo_theme_dive, demo_theme_garden, demo_theme_bird,
	demo_theme_elder, demo_theme_read, demo_theme_town, demo_theme_town_owner, demo_theme_near, demo_theme_family, demo_theme_bike;

/* The values of the slots, chosen once for an exchange, so that an answer speaks of the same day and place. */
struct demo_slots {
	const char *place, *thing, *day, *time, *weather;
	struct str mention;
	int number;
};
#define DEMO_EXCHANGE_PARTS 8
#define DEMO_OWN_ANSWER '^'
#define DEMO_NOT_THE_OWNER "加一下我" /* an advertisement */
/* An exchange of the theme, cut at its bars; out_parts[0] opens it. */
size_t demo_exchange(const struct demo_theme *t, bool english, struct demo_chance *c,
	struct str out_parts[DEMO_EXCHANGE_PARTS]);
struct demo_slots demo_slots_of(const struct demo_theme *t, bool english, int month, struct demo_chance *c);
/* A part with its slots filled; *out_mentioned: it has a {m}. */
enum err demo_fill(struct arena *a, struct str part, const struct demo_slots *s, struct str *out_text, bool *out_mentioned) MUST_USE;
/* A short answer that fits anything. */
struct str demo_nod(bool english, struct demo_chance *c);

#endif
