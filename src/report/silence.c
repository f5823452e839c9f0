/*
 * The order of silence: who goes sooner at the same rhythm; the order among the gone, two falling steps, their table, and how it is worked out.
 * Called by: html.c. Owns: nothing. Not here: who is worth a greeting (lists.c).
 */
#include "report/report_private.h"

/* Where the drawing begins and ends. */
struct frame {
	int64_t from_us, to_us;
};

static double place(const struct frame *f, int64_t us)
{
	return 1000.0 * (double)(us - f->from_us) / (double)(f->to_us - f->from_us);
}

static void draw_band(struct page *p, const struct warmth_fade *f, const struct frame *frame, const char *class)
{
	buf_print(p->out, "<path class=\"%s\" d=\"M0 0", class);
	for (size_t i = 1; i < f->count; i++)
		buf_print(p->out, "H%.1fV%.1f", place(frame, f->steps[i].from_us), 1000 * (1 - f->steps[i].high));
	for (size_t i = f->count; i-- > 0;)
		buf_print(p->out, "V%.1fH%.1f", 1000 * (1 - f->steps[i].low), place(frame, f->steps[i].from_us));
	put(p, "Z\"/>");
}

static void draw_steps(struct page *p, const struct warmth_fade *f, const struct frame *frame, const char *class)
{
	buf_print(p->out, "<path class=\"%s\" d=\"M0 0", class);
	for (size_t i = 1; i < f->count; i++)
		buf_print(p->out, "H%.1fV%.1f", place(frame, f->steps[i].from_us), 1000 * (1 - f->steps[i].share));
	put(p, "\"/>");
}

static void legend_line(struct page *p, const char *class, enum word w, size_t members)
{
	struct value n = count_value(p, members);
	buf_print(p->out,
		"<span class=\"key\"><svg viewBox=\"0 0 28 8\" aria-hidden=\"true\"><path class=\"%s\" d=\"M0 "
		"4H28\"/></svg> ",
		class);
	say(p, w, PARTS(PART("n", n)));
	put(p, "</span> ");
}

static void dates_below(struct page *p, const struct frame *frame)
{
	struct value first = month_value(p, frame->from_us), last = month_value(p, frame->to_us);
	struct value middle = month_value(p, frame->from_us + (frame->to_us - frame->from_us) / 2);
	buf_print(p->out, "<div class=\"x\"><span>%s</span>", first.z);
	if (frame->to_us - frame->from_us > 120 * US_PER_DAY)
		buf_print(p->out, "<span>%s</span>", middle.z);
	buf_print(p->out, "<span>%s</span></div>", last.z);
}

static void steps_chart(struct page *p, const struct warmth_reading *r)
{
	const struct warmth_fade *core = &r->core_fade, *edge = &r->edge_fade;
	int64_t core_end = core->steps[core->count - 1].from_us, edge_end = edge->steps[edge->count - 1].from_us;
	struct frame frame = { core->steps[0].from_us, core_end > edge_end ? core_end : edge_end };
	put(p, "<p class=\"second\">");
	say(p, W_steps_caption, NULL);
	put(p, "</p><p class=\"second\">");
	legend_line(p, "coreline", W_steps_core, core->members);
	legend_line(p, "edgeline", W_steps_edge, edge->members);
	put(p, "</p><div class=\"chart\"><div class=\"plot\" role=\"img\" aria-label=\"");
	say(p, order_word(&r->order), NULL);
	put(p, "\"><svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	draw_band(p, edge, &frame, "edgeband");
	draw_band(p, core, &frame, "coreband");
	put(p, "<path class=\"axis\" d=\"M0 1000H1000\"/>");
	draw_steps(p, edge, &frame, "edgeline");
	draw_steps(p, core, &frame, "coreline");
	put(p, "</svg><span class=\"y\" style=\"top:0\">100%</span><span class=\"y\" style=\"top:50%\">50%</span>"
	       "<span class=\"y\" style=\"top:100%\">0</span></div>");
	dates_below(p, &frame);
	put(p, "</div>");
}

/* When the share of them still talking fell to so much. */
static void date_cell(struct page *p, const struct warmth_fade *f, double share)
{
	size_t i = 0;
	while (i + 1 < f->count && f->steps[i].share > share + 1e-9)
		i++;
	struct value date = date_value(p, f->steps[i].from_us);
	buf_print(p->out, "<td>%s</td>", date.z);
}

static void steps_table(struct page *p, const struct warmth_reading *r)
{
	static const struct {
		double share;
		enum word word;
	} rows[] = { { .75, W_left_three_quarters }, { .5, W_left_half }, { .25, W_left_quarter }, { 0, W_left_none } };
	const struct warmth_fade *fades[] = { &r->core_fade, &r->edge_fade };
	put(p, "<details><summary>");
	say(p, W_as_table, NULL);
	put(p, "</summary><table><thead><tr><th>");
	say(p, W_still, NULL);
	for (size_t i = 0; i < 2; i++) {
		struct value n = count_value(p, fades[i]->members);
		put(p, "</th><th>");
		say(p, i == 0 ? W_steps_core : W_steps_edge, PARTS(PART("n", n)));
	}
	put(p, "</th></tr></thead><tbody>");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		put(p, "<tr><td>");
		say(p, rows[i].word, NULL);
		put(p, "</td>");
		date_cell(p, &r->core_fade, rows[i].share);
		date_cell(p, &r->edge_fade, rows[i].share);
		put(p, "</tr>\n");
	}
	put(p, "</tbody></table></details>");
}

static void how(struct page *p, const struct warmth_order *o)
{
	struct value rho = real_value(o->rho, 2), low = real_value(o->low, 2), high = real_value(o->high, 2);
	struct value null = real_value(o->p_null, o->p_null < .01 ? 4 : 2), days = count_value(p, WARMTH_REGULAR_DAYS);
	struct value messages = count_value(p, WARMTH_REGULAR_MESSAGES), gone = count_value(p, WARMTH_GONE_DAYS);
	put(p, "<details><summary>");
	say(p, W_how, NULL);
	put(p, "</summary><p>");
	say(p, W_how_order,
		PARTS(PART("rho", rho), PART("low", low), PART("high", high), PART("p", null), PART("days", days),
			PART("messages", messages), PART("gone", gone)));
	put(p, "</p></details>");
}

static enum word note_word(const struct warmth_order *o)
{
	if (!o->known)
		return o->gone < WARMTH_GONE_MIN ? W_order_unknown_note : W_order_unequal_note;
	if (order_is_rates(o))
		return W_order_rates_note;
	return o->first == WARMTH_FIRST_CORE  ? W_order_core_note :
		o->first == WARMTH_FIRST_EDGE ? W_order_edge_note :
						W_order_neither_note;
}

void say_order_note(struct page *p, const struct warmth_order *o)
{
	struct value n = count_value(p, o->gone), min = count_value(p, WARMTH_GONE_MIN);
	say(p, note_word(o), PARTS(PART("n", n), PART("min", min)));
}

void html_silence(struct page *p, const struct insight_group *g)
{
	const struct warmth_reading *r = &g->reading;
	put(p, "<section><h3>");
	say(p, W_silence, NULL);
	put(p, "</h3><p class=\"answer\">");
	say_departures(p, &r->silence_order);
	put(p, "</p><p>");
	say(p, order_word(&r->order), NULL);
	put(p, p->chinese ? "。" : ". ");
	say_order_note(p, &r->order);
	put(p, "</p>");
	if (r->order.known && r->core_fade.count && r->edge_fade.count) {
		steps_chart(p, r);
		steps_table(p, r);
		how(p, &r->order);
	}
	put(p, "</section>");
}
