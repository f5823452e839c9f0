/*
 * The weekly curve: talk per week in % of the usual, the usual range as a grey band, where its level changed, and, where
 * there is a forecast, the weeks ahead dashed in two bands; and its table.
 * Called by: html.c. Owns: nothing. The drawing is stretched to its box, so words stand beside it as HTML, never in it.
 */
#include <math.h>
#include <stdio.h>

#include "report/report_private.h"

#define CURVE_WEEKS_MIN 4u
#define BARS 12u
#define LABEL_APART .12 /* of the height, between two labels at the side */

#define AHEAD_HIGHER_MOST 1.5 /* a wide band may not press the measured line flat */

struct scale {
	double usual; /* messages a week that are 100 %; 0: show counts */
	double top;
	const struct warmth_fan *ahead; /* count 0: none */
	size_t columns; /* weeks across, those ahead too, less one */
};

static double shown(const struct scale *s, double messages)
{
	return s->usual > 0 ? 100 * messages / s->usual : messages;
}

/* The next round number. */
static double nice_top(double most)
{
	static const double steps[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 };
	double unit = pow(10, floor(log10(most < 1 ? 1 : most)));
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (steps[i] * unit >= most)
			return steps[i] * unit;
	return 10 * unit;
}

static struct scale scale_of(const struct insight_group *g, struct week_range w)
{
	static const struct warmth_fan none;
	const struct warmth_reading *r = &g->reading;
	struct scale s = { .usual = r->level.known ? r->level.usual : 0, .ahead = has_forecast(g) ? &r->fan : &none };
	double most = s.usual > 0 ? (r->level.band_high > 120 ? r->level.band_high : 120) : 4;
	for (size_t i = w.from; i < w.to; i++) {
		double v = shown(&s, week_at(r, i).messages);
		most = v > most ? v : most;
	}
	double highest = most;
	for (size_t i = 0; i < s.ahead->count; i++)
		highest = fmax(highest, shown(&s, s.ahead->weeks[i].high_80));
	s.top = nice_top(fmin(highest, AHEAD_HIGHER_MOST * most));
	s.columns = w.to - w.from - 1 + s.ahead->count;
	return s;
}

static void side_label(struct page *p, double part, const char *text, const char *class)
{
	buf_print(p->out, "<span class=\"y%s\" style=\"top:%.2f%%\">%s</span>", class, 100 * (1 - part), text);
}

static void side_labels(struct page *p, const struct scale *s)
{
	const char *unit = s->usual > 0 ? "%" : "";
	char text[64];
	side_label(p, 0, "0", "");
	double middle = s->usual > 0 ? 100 / s->top : .5;
	snprintf(text, sizeof text, "%.0f%s", s->usual > 0 ? 100 : s->top / 2, unit);
	side_label(p, middle, text, "");
	snprintf(text, sizeof text, "%.0f%s", s->top, unit);
	if (middle < 1 - LABEL_APART)
		side_label(p, 1, text, "");
}

static void months_below(struct page *p, const struct warmth_reading *r, struct week_range w, const struct scale *s)
{
	const struct warmth_fan *f = s->ahead;
	struct value first = month_value(p, week_at(r, w.from).begin_us),
		     last = month_value(p, f->count ? f->weeks[f->count - 1].begin_us : week_at(r, w.to - 1).begin_us);
	buf_print(p->out, "<div class=\"x\"><span>%s</span>", first.z);
	if (w.to - w.from >= 26) {
		struct value middle = month_value(p, week_at(r, w.from + s->columns / 2).begin_us);
		buf_print(p->out, "<span>%s</span>", middle.z);
	}
	buf_print(p->out, "<span>%s</span></div>", last.z);
}

static void curve_label(struct page *p, const struct warmth_reading *r, struct week_range w)
{
	double now = 0;
	for (size_t i = w.to - CURVE_WEEKS_MIN; i < w.to; i++)
		now += week_at(r, i).messages / (double)CURVE_WEEKS_MIN;
	struct value from = date_value(p, week_at(r, w.from).begin_us),
		     to = date_value(p, week_at(r, w.to).begin_us - 1);
	struct value mean = real_value(now, now < 10);
	put(p, "<div class=\"plot\" role=\"img\" aria-label=\"");
	say(p, W_curve_text, PARTS(PART("from", from), PART("to", to), PART("now", mean)));
	put(p, "\">");
}

static double across(const struct scale *s, size_t column) { return 1000 * (double)column / (double)s->columns; }

static double down(const struct scale *s, double messages) { return 1000 - 1000 * fmin(1, shown(s, messages) / s->top); }

static void draw_ahead(struct page *p, size_t from, const struct scale *s)
{
	const struct warmth_fan *f = s->ahead;
	for (int inner = 0; inner < 2 && f->count; inner++) {
		buf_print(p->out, "<path class=\"ahead%s\" d=\"", inner ? "50" : "80");
		for (size_t i = 0; i < f->count; i++)
			buf_print(p->out, "%c%.1f %.1f", i ? 'L' : 'M', across(s, from + i),
				down(s, inner ? f->weeks[i].high_50 : f->weeks[i].high_80));
		for (size_t i = f->count; i-- > 0;)
			buf_print(p->out, "L%.1f %.1f", across(s, from + i), down(s, inner ? f->weeks[i].low_50 : f->weeks[i].low_80));
		put(p, "Z\"/>");
	}
	for (size_t i = 0; i < f->count; i++)
		buf_print(p->out, "%s%c%.1f %.1f", i ? "" : "<path class=\"ahead\" d=\"", i ? 'L' : 'M', across(s, from + i),
			down(s, f->weeks[i].expected));
	put(p, f->count ? "\"/>" : "");
}

static void draw_turns(struct page *p, const struct warmth_reading *r, struct week_range w, const struct scale *s)
{
	int64_t begin_us = week_at(r, w.from).begin_us;
	for (size_t i = 0; i < r->changes.count; i++) {
		int64_t us = r->changes.list[i].at_us - begin_us;
		if (us > 0)
			buf_print(p->out, "<path class=\"turn\" d=\"M%.1f 0V1000\"/>",
				across(s, (size_t)(us / (7 * US_PER_DAY))));
	}
}

static void curve_drawing(struct page *p, const struct warmth_reading *r, struct week_range w, const struct scale *s)
{
	put(p, "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	if (s->usual > 0) {
		double high = 1000 * r->level.band_high / s->top, low = 1000 * r->level.band_low / s->top;
		buf_print(p->out, "<rect class=\"band\" x=\"0\" y=\"%.1f\" width=\"1000\" height=\"%.1f\"/>",
			1000 - high, high - low);
		double usual = 1000 - 1000 * 100 / s->top;
		buf_print(p->out, "<path class=\"hair\" d=\"M0 %.1fH1000\"/>", usual);
	}
	draw_ahead(p, w.to - w.from, s);
	draw_turns(p, r, w, s);
	put(p, "<path class=\"axis\" d=\"M0 1000H1000\"/><path class=\"measured\" d=\"");
	for (size_t i = w.from; i < w.to; i++) {
		buf_print(p->out, "%c%.1f %.1f", i == w.from ? 'M' : 'L', across(s, i - w.from), down(s, week_at(r, i).messages));
	}
	put(p, "\"/></svg>");
}

static void week_table(struct page *p, const struct warmth_reading *r, const struct scale *s)
{
	put(p, "<details><summary>");
	say(p, W_as_table, NULL);
	put(p, "</summary><table><thead><tr><th>");
	say(p, W_week_of, NULL);
	put(p, "</th><th class=\"n\">");
	say(p, W_messages, NULL);
	if (s->usual > 0) {
		put(p, "</th><th class=\"n\">");
		say(p, W_of_usual, NULL);
	}
	put(p, "</th><th class=\"n\">");
	say(p, W_speakers, NULL);
	put(p, "</th></tr></thead><tbody>");
	size_t to = whole_weeks(r, SIZE_MAX).to;
	to = to > r->week_count ? to : r->week_count;
	size_t from = to > REPORT_WEEKS_SHOWN ? to - REPORT_WEEKS_SHOWN : 0;
	for (size_t i = to; i-- > from;) {
		struct warmth_week week = week_at(r, i);
		struct value date = date_value(p, week.begin_us);
		buf_print(p->out, "<tr><td class=\"w\">%s</td><td class=\"n\">%u</td>", date.z, week.messages);
		if (s->usual > 0)
			buf_print(p->out, "<td class=\"n\">%.0f</td>", shown(s, week.messages));
		buf_print(p->out, "<td class=\"n\">%u</td></tr>\n", week.speakers);
	}
	put(p, "</tbody></table>");
	if (from > 0) {
		struct value n = count_value(p, REPORT_WEEKS_SHOWN);
		put(p, "<p class=\"second\">");
		say(p, W_weeks_left_out, PARTS(PART("n", n)));
		put(p, "</p>");
	}
	put(p, "</details>");
}

static void say_if(struct page *p, bool so, enum word w)
{
	if (!so)
		return;
	say(p, w, NULL);
	put(p, " ");
}

static bool turns_within(const struct warmth_reading *r, struct week_range w)
{
	return r->changes.count && r->changes.list[r->changes.count - 1].at_us > week_at(r, w.from).begin_us;
}

void html_curve(struct page *p, const struct insight_group *g)
{
	const struct warmth_reading *r = &g->reading;
	struct week_range w = whole_weeks(r, REPORT_CURVE_WEEKS);
	if (w.to - w.from < CURVE_WEEKS_MIN)
		return;
	struct scale s = scale_of(g, w);
	put(p, "<section><h3>");
	say(p, W_curve, NULL);
	put(p, "</h3><p class=\"second\">");
	say(p, s.usual > 0 ? W_curve_usual : W_curve_plain, NULL);
	put(p, " ");
	say_if(p, s.ahead->count > 0, W_curve_ahead);
	say_if(p, turns_within(r, w), W_curve_turns);
	put(p, "</p><div class=\"chart\">");
	curve_label(p, r, w);
	curve_drawing(p, r, w, &s);
	side_labels(p, &s);
	put(p, "</div>");
	months_below(p, r, w, &s);
	put(p, "</div>");
	week_table(p, r, &s);
	if (r->level.known) {
		struct value usual = real_value(r->level.usual, r->level.usual < 10);
		put(p, "<details><summary>");
		say(p, W_how, NULL);
		put(p, "</summary><p>");
		say(p, W_how_level, PARTS(PART("usual", usual)));
		put(p, "</p></details>");
	}
	put(p, "</section>");
}

void html_bars(struct page *p, const struct warmth_reading *r)
{
	struct week_range w = whole_weeks(r, BARS);
	uint32_t most = 1;
	for (size_t i = w.from; i < w.to; i++)
		most = week_at(r, i).messages > most ? week_at(r, i).messages : most;
	put(p, "<svg class=\"bars\" viewBox=\"0 0 120 24\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	for (size_t i = w.from; i < w.to; i++) {
		double height = 24.0 * week_at(r, i).messages / most;
		height = height < 1 ? 1 : height;
		buf_print(p->out, "<rect x=\"%zu\" y=\"%.1f\" width=\"7\" height=\"%.1f\"/>", (BARS - (w.to - i)) * 10,
			24 - height, height);
	}
	put(p, "</svg>");
}
