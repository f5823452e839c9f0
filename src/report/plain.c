/*
 * A diagnosis in a terminal: the same words, without figures. Called by: cli. Owns: nothing.
 */
#include "report/report_private.h"

#define SPARK_WEEKS 52u
#define CORE_NAMES 5u

/* A year of weeks, one character each; an empty week is a blank, not the lowest block. */
static void put_spark(struct page *p, const struct warmth_reading *r)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	struct week_range w = whole_weeks(r, SPARK_WEEKS);
	uint32_t most = 1;
	for (size_t i = w.from; i < w.to; i++)
		most = week_at(r, i).messages > most ? week_at(r, i).messages : most;
	if (w.to - w.from < 4)
		return;
	struct value from = month_value(p, week_at(r, w.from).begin_us),
		     to = month_value(p, week_at(r, w.to - 1).begin_us);
	buf_print(p->out, "  %s ", from.z);
	for (size_t i = w.from; i < w.to; i++)
		put(p, blocks[((uint64_t)week_at(r, i).messages * 8 + most - 1) / most]);
	buf_print(p->out, " %s\n", to.z);
}

static void put_core(struct page *p, const struct insight_group *g, const struct warmth_core *c, enum word title)
{
	struct value speakers = count_value(p, c->speakers), messages = count_value(p, c->messages),
		     n = count_value(p, c->count);
	put(p, "  ");
	say(p, title, NULL);
	put(p, p->chinese ? "：" : ": ");
	if (c->to_us <= c->from_us) {
		say(p, W_core_before, NULL);
		put(p, "\n");
		return;
	}
	say(p, !c->known ? W_core_unknown : c->count == 1 ? W_core_half_one : W_core_half,
		PARTS(PART("speakers", speakers), PART("messages", messages), PART("n", n)));
	for (size_t i = 0; i < c->count && i < CORE_NAMES; i++) {
		put(p, i == 0 ? " (" : p->chinese ? "、" : ", ");
		put_text(p, g->names[c->who[i].person]);
	}
	if (c->count > CORE_NAMES)
		put(p, " …");
	put(p, c->count ? ")\n" : "\n");
}

static void put_line(struct page *p, enum word title)
{
	put(p, "\n");
	say(p, title, NULL);
	put(p, "\n  ");
}

static void put_talk(struct page *p, const struct insight_group *g)
{
	const struct warmth_reading *r = &g->reading;
	size_t people[REPORT_GREETED], n = report_greeted(g, people);
	put(p, "  ");
	say_facts(p, g);
	put(p, "\n\n  ");
	say(p, stage_sentence(&r->level), NULL);
	put(p, p->chinese ? "。" : ". ");
	say_level(p, r);
	put(p, "\n");
	put_spark(p, r);
	put_line(p, W_ahead);
	say_forecast(p, g);
	put_line(p, W_silence);
	say_departures(p, &r->silence_order);
	put(p, "\n  ");
	say(p, order_word(&r->order), NULL);
	put(p, p->chinese ? "。" : ". ");
	say_order_note(p, &r->order);
	put_line(p, W_gone);
	say_evaporation(p, &r->evaporation.now);
	put(p, "\n  ");
	say_contagion(p, &r->contagion);
	put_line(p, W_newcomers);
	say_newcomers(p, &r->intake);
	plain_failings(p, g);
	put_line(p, W_greet);
	if (n == 0)
		say(p, no_greeting_word(g), NULL);
	for (size_t i = 0; i < n; i++) {
		put(p, i ? "\n  " : "");
		say_greeting(p, g, people[i]);
	}
	put(p, "\n\n");
	say(p, W_core, NULL);
	put(p, "\n");
	put_core(p, g, &r->then, W_core_then);
	put_core(p, g, &r->now, W_core_now);
}

static void put_skipped(struct page *p, const struct parse_skipped *shown, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put(p, "\n    ");
		put_text(p, shown[i].file);
		buf_print(p->out, ":%llu  ", (unsigned long long)shown[i].line);
		put_text(p, shown[i].text);
	}
}

enum err report_plain(const struct insight_diagnosis *d, bool chinese, struct buf *out)
{
	struct page p = { .out = out, .chinese = chinese };
	for (size_t i = 0; i < d->group_count; i++) {
		const struct insight_group *g = &d->groups[i];
		put(&p, i ? "\n\n" : "");
		put_text(&p, g->name);
		put(&p, "\n");
		if (g->reading.talked) {
			put_talk(&p, g);
		} else {
			put(&p, "  ");
			say(&p, W_nobody_spoke, NULL);
			put(&p, "\n");
		}
		put_line(&p, W_joins);
		say_joins(&p, g);
		put(&p, "\n");
		put_line(&p, W_source);
		say_source(&p, g);
		put_skipped(&p, g->skipped, g->skipped_shown);
		put(&p, "\n");
	}
	if (d->group_count == 0) {
		say(&p, W_nothing_read, NULL);
		put(&p, "\n");
	}
	if (d->stray_shown) {
		struct value n = count_value(&p, d->skipped_lines);
		put(&p, "\n");
		say(&p, W_stray, PARTS(PART("n", n)));
		put_skipped(&p, d->stray, d->stray_shown);
		put(&p, "\n");
	}
	say_doubts(&p, d, "\n", "\n");
	return buf_end(out);
}
