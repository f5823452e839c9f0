/*
 * What the models say of a group, in sentences: the weeks ahead, who goes first and who follows, the core that fades,
 * newcomers. Each says its interval, or that it is unknown. Page and terminal say the same.
 * Called by: html.c, plain.c, silence.c. Owns: nothing. Not here: the drawing of the weeks ahead (curve.c), JSON (json_models.c).
 */
#include <math.h>

#include "report/report_private.h"

static const struct warmth_forecast_row *newest(const struct insight_group *g)
{
	return g->forecast.count ? &g->forecast.rows[g->forecast.count - 1] : NULL;
}

bool has_forecast(const struct insight_group *g)
{
	const struct warmth_forecast_row *now = newest(g);
	return now && now->halve.why == WARMTH_FORECAST_SAID;
}

/* ---- the weeks ahead ---- */

/* A word with its values, to stand inside another. A word longer than a value's room is a fault of ours. */
static struct value told(const struct page *p, enum word w, const struct part *parts)
{
	struct value v = { .z = "" };
	struct buf b CLEANUP(buf_free) = BUF(VALUE_CHARS);
	struct page inner = { .out = &b, .chinese = p->chinese };
	say(&inner, w, parts);
	struct str said = buf_str(&b);
	assert(said.n < sizeof v.z);
	memcpy(v.z, said.p, said.n);
	return v;
}

static struct value in_ten(const struct page *p, double chance)
{
	long n = lround(chance * 10);
	struct value v = real_value((double)n, 0);
	return told(p, n < 1 ? W_ahead_few : n > 9 ? W_ahead_most : n == 1 ? W_ahead_once : W_ahead_times,
		PARTS(PART("n", v)));
}

static struct value in_ten_span(const struct page *p, double low, double high)
{
	long from = lround(low * 10), to = lround(high * 10);
	struct value a = real_value((double)from, 0), b = real_value((double)(to < 1 ? 1 : to), 0);
	if (from >= 1 && from == to)
		return (struct value){ .z = "" };
	return told(p, from < 1 ? W_ahead_up_to : W_ahead_span, PARTS(PART("low", a), PART("high", b)));
}

void say_forecast(struct page *p, const struct insight_group *g)
{
	const struct warmth_forecast_row *now = newest(g);
	const struct warmth_forecast_past *past = &g->forecast.halve;
	if (!has_forecast(g)) {
		struct value n = count_value(p, now ? WARMTH_FORECAST_MESSAGES_MIN : WARMTH_FORECAST_FIRST_DAYS / 7);
		say(p, now ? W_ahead_little : W_ahead_young, PARTS(PART("n", n)));
		return;
	}
	struct value n = in_ten(p, now->halve.p), span = in_ten_span(p, now->halve.low, now->halve.high);
	say(p, W_ahead_halve, PARTS(PART("n", n), PART("span", span)));
	if (past->due == 0)
		return;
	size_t missed = past->came - past->alarms_came;
	struct value k = count_value(p, past->alarms), h = count_value(p, past->alarms_came), m = count_value(p, missed),
		     due = count_value(p, past->due);
	put(p, p->chinese ? "" : " ");
	say(p, past->alarms ? W_ahead_past : missed ? W_ahead_past_missed : W_ahead_past_calm,
		PARTS(PART("k", k), PART("h", h), PART("m", m), PART("n", due)));
}

static void section_begin(struct page *p, enum word title)
{
	put(p, "<section><h3>");
	say(p, title, NULL);
	put(p, "</h3><p>");
}

void html_forecast(struct page *p, const struct insight_group *g)
{
	section_begin(p, W_ahead);
	say_forecast(p, g);
	put(p, "</p><details><summary>");
	say(p, W_how, NULL);
	put(p, "</summary><p>");
	say(p, W_ahead_how, NULL);
	put(p, "</p></details></section>\n");
}

/* ---- who goes, and who follows ---- */

/* The logarithm of how many times. */
static struct value times_value(double log_ratio)
{
	double times = exp(log_ratio);
	return real_value(times, times < 1 ? 2 : 1);
}

static void say_ratio(struct page *p, enum word w, double ratio, double low, double high)
{
	struct value r = times_value(ratio), from = times_value(low), to = times_value(high);
	say(p, w, PARTS(PART("r", r), PART("low", from), PART("high", to)));
}

void say_departures(struct page *p, const struct warmth_silence_order *o)
{
	static const enum word words[] = { W_go_unknown, W_go_alike, W_go_first, W_go_later };
	say_ratio(p, words[o->first], o->ratio, o->low, o->high);
}

void say_evaporation(struct page *p, const struct warmth_evaporation_at *e)
{
	struct value share = percent_value(100 * e->share), low = percent_value(100 * e->low),
		     high = percent_value(100 * e->high);
	say(p, e->doubt == WARMTH_EVAPORATION_SURE ? W_ebb : W_ebb_unknown,
		PARTS(PART("p", share), PART("low", low), PART("high", high)));
}

void say_contagion(struct page *p, const struct warmth_contagion *c)
{
	static const enum word words[] = { W_follow_unknown, W_follow_not, W_follow_seen };
	say_ratio(p, words[c->word], c->ratio, c->low, c->high);
}

void html_gone(struct page *p, const struct insight_group *g)
{
	section_begin(p, W_gone);
	say_evaporation(p, &g->reading.evaporation.now);
	put(p, "</p><p>");
	say_contagion(p, &g->reading.contagion);
	put(p, "</p></section>\n");
}

/* ---- newcomers ---- */

static bool is_told(const struct warmth_portion *s) { return s->all >= REPORT_TOLD_MIN; }

static void say_back(struct page *p, enum word w, const struct warmth_portion *s)
{
	struct value all = count_value(p, s->all), share = percent_value(100 * s->share), low = percent_value(100 * s->low),
		     high = percent_value(100 * s->high);
	if (!is_told(s))
		return;
	say(p, w, PARTS(PART("all", all), PART("p", share), PART("low", low), PART("high", high)));
	put(p, p->chinese ? "" : " ");
}

void say_newcomers(struct page *p, const struct warmth_intake *n)
{
	const struct warmth_portion *yes = &n->back_later_answered, *no = &n->back_later_unanswered;
	say_back(p, W_new_answered, yes);
	say_back(p, W_new_not_answered, no);
	say(p, is_told(yes) || is_told(no) ? W_new_observed : W_new_few, NULL);
}

void html_newcomers(struct page *p, const struct insight_group *g)
{
	section_begin(p, W_newcomers);
	say_newcomers(p, &g->reading.intake);
	put(p, "</p></section>\n");
}
