/*
 * The lists of a page: who carries the talk, who is worth a greeting, everybody, coming and going, what was read.
 * Called by: html.c. Owns: nothing.
 */
#include "report/report_private.h"

static void name_of(struct page *p, const struct insight_group *g, size_t person)
{
	put(p, "<bdi>");
	if (g->nameable) /* a group that lives here: named is only who is worth a greeting */
		say(p, W_somebody, NULL);
	else
		put_text(p, g->names[person]);
	put(p, "</bdi>");
	if (person == g->owner) {
		put(p, " <span class=\"tag\">");
		say(p, W_you, NULL);
		put(p, "</span>");
	}
}

static void core_window(struct page *p, const struct insight_group *g, const struct warmth_core *c, enum word title)
{
	put(p, "<div><h4>");
	say(p, title, NULL);
	put(p, "</h4>");
	if (c->to_us <= c->from_us) {
		put(p, "<p>");
		say(p, W_core_before, NULL);
		put(p, "</p></div>");
		return;
	}
	struct value from = date_value(p, c->from_us), to = date_value(p, c->to_us - 1),
		     speakers = count_value(p, c->speakers);
	struct value messages = count_value(p, c->messages), n = count_value(p, c->count);
	put(p, "<p class=\"second\">");
	say(p, W_core_window, PARTS(PART("from", from), PART("to", to)));
	put(p, "</p><p>");
	say(p, !c->known ? W_core_unknown : c->count == 1 ? W_core_half_one : W_core_half,
		PARTS(PART("speakers", speakers), PART("messages", messages), PART("n", n)));
	put(p, "</p><ol class=\"shares\">");
	for (size_t i = 0; i < c->count && i < REPORT_CORE_SHOWN; i++) {
		double share = 100.0 * (double)c->who[i].messages / (double)c->messages;
		put(p, "<li><span class=\"who\">");
		name_of(p, g, c->who[i].person);
		buf_print(p->out,
			"</span><span class=\"n\">%.0f%%</span><span class=\"bar\"><i "
			"style=\"width:%.1f%%\"></i></span></li>",
			share, 100.0 * (double)c->who[i].messages / (double)c->who[0].messages);
	}
	put(p, "</ol>");
	if (c->count > REPORT_CORE_SHOWN) {
		struct value more = count_value(p, c->count - REPORT_CORE_SHOWN);
		put(p, "<p class=\"second\">");
		say(p, W_core_more, PARTS(PART("n", more)));
		put(p, "</p>");
	}
	put(p, "</div>");
}

size_t core_stayed_of(const struct insight_group *g)
{
	const struct warmth_core *then = &g->reading.then;
	size_t talk = 0;
	for (size_t i = 0; i < then->count; i++)
		talk += g->reading.people[then->who[i].person].last_us >= g->reading.now.from_us;
	return talk;
}

void say_stayed(struct page *p, const struct insight_group *g)
{
	const struct warmth_core *then = &g->reading.then;
	size_t talk = core_stayed_of(g);
	struct value n = count_value(p, then->count), k = count_value(p, talk);
	struct str one = str_of(word_text(talk ? W_core_one_talks : W_core_one_silent, p->chinese));
	if (then->count == 1)
		say(p, W_core_stayed_one, PARTS({ "k", one }));
	else if (then->count > 0)
		say(p, W_core_stayed, PARTS(PART("n", n), PART("k", k)));
}

void html_core(struct page *p, const struct insight_group *g)
{
	put(p, "<section><h3>");
	say(p, W_core, NULL);
	put(p, "</h3>");
	if (g->reading.then.count) {
		put(p, "<p>");
		say_stayed(p, g);
		put(p, "</p>");
	}
	put(p, "<div class=\"two\">");
	core_window(p, g, &g->reading.then, W_core_then);
	core_window(p, g, &g->reading.now, W_core_now);
	put(p, "</div><p class=\"second\">");
	say(p, W_core_normal, NULL);
	put(p, "</p></section>");
}

void html_greetings(struct page *p, const struct insight_group *g)
{
	size_t people[REPORT_GREETED], n = report_greeted(g, people);
	struct value gaps = count_value(p, WARMTH_GAPS_MIN);
	put(p, "<section><h3>");
	say(p, W_greet, NULL);
	put(p, "</h3>");
	if (n == 0) {
		put(p, "<p>");
		say(p, no_greeting_word(g), NULL);
		put(p, "</p>");
	} else {
		put(p, "<ul class=\"greet\">");
		for (size_t i = 0; i < n; i++) {
			put(p, "<li>");
			say_greeting(p, g, people[i]);
			put(p, "</li>");
		}
		put(p, "</ul>");
	}
	put(p, "<details><summary>");
	say(p, W_how, NULL);
	put(p, "</summary><p>");
	say(p, W_greet_how, PARTS(PART("n", gaps)));
	put(p, "</p></details></section>");
}

static enum word rhythm_word(const struct warmth_person *x)
{
	if (x->collective)
		return W_is_collective;
	return x->silence == WARMTH_SILENT ? W_is_silent : x->silence == WARMTH_SPEAKS ? W_speaks : W_is_unsure;
}

static void table_head(struct page *p, const enum word *words, size_t n, size_t number_column)
{
	put(p, "<table><thead><tr>");
	for (size_t i = 0; i < n; i++) {
		put(p, i == number_column ? "<th class=\"n\">" : "<th>");
		say(p, words[i], NULL);
		put(p, "</th>");
	}
	put(p, "</tr></thead><tbody>");
}

void html_people(struct page *p, const struct insight_group *g)
{
	static const enum word head[] = { W_name, W_messages, W_first, W_last, W_own_rhythm };
	const struct warmth_reading *r = &g->reading;
	if (g->nameable)
		return;
	put(p, "<section><h3>");
	say(p, W_people, NULL);
	put(p, "</h3><details><summary>");
	say(p, W_as_table, NULL);
	put(p, "</summary>");
	put(p, "<div class=\"people\">");
	table_head(p, head, COUNT_OF(head), 1);
	for (size_t i = 0; i < r->people_count && i < REPORT_PEOPLE_SHOWN; i++) {
		const struct warmth_person *x = &r->people[i];
		struct value first = date_value(p, x->first_us), last = date_value(p, x->last_us);
		put(p, "<tr><td class=\"who\">");
		name_of(p, g, i);
		put(p, "</td><td class=\"n\">");
		say_count(p, x->messages);
		buf_print(p->out, "</td><td>%s</td><td>%s</td><td>", first.z, last.z);
		say(p, rhythm_word(x), NULL);
		put(p, "</td></tr>\n");
	}
	put(p, "</tbody></table></div>");
	if (r->people_count > REPORT_PEOPLE_SHOWN) {
		struct value n = count_value(p, REPORT_PEOPLE_SHOWN),
			     m = count_value(p, r->people_count - REPORT_PEOPLE_SHOWN);
		put(p, "<p class=\"second\">");
		say(p, W_people_left_out, PARTS(PART("n", n), PART("m", m)));
		put(p, "</p>");
	}
	put(p, "</details></section>");
}

void html_joins(struct page *p, const struct insight_group *g)
{
	put(p, "<section><h3>");
	say(p, W_joins, NULL);
	put(p, "</h3><p>");
	say_joins(p, g);
	put(p, "</p></section>");
}

void html_skipped(struct page *p, const struct parse_skipped *shown, size_t count, uint64_t lines)
{
	static const enum word head[] = { W_line, W_text };
	put(p, "<details><summary>");
	say(p, W_source_show, NULL);
	put(p, "</summary>");
	table_head(p, head, COUNT_OF(head), 0);
	for (size_t i = 0; i < count; i++) {
		put(p, "<tr><td class=\"n\"><span class=\"second\">");
		put_text(p, shown[i].file);
		buf_print(p->out, "</span> %llu</td><td class=\"raw\"><bdi>", (unsigned long long)shown[i].line);
		put_text(p, shown[i].text);
		put(p, "</bdi></td></tr>\n");
	}
	put(p, "</tbody></table>");
	if (lines > count) {
		struct value n = count_value(p, count);
		put(p, "<p class=\"second\">");
		say(p, W_source_more, PARTS(PART("n", n)));
		put(p, "</p>");
	}
	put(p, "</details>");
}

static struct str title_of(const struct page *p, const char *format)
{
	const char *name;
	for (size_t i = 0; format && (name = parse_format_at(i)) != NULL; i++)
		if (strcmp(name, format) == 0)
			return str_of(parse_format_title(i, p->chinese));
	return str_of(format);
}

void say_source(struct page *p, const struct insight_group *g)
{
	struct value n = count_value(p, g->skipped_lines), later = count_value(p, g->later);
	struct value renames = count_value(p, g->reading.renames_unfollowed);
	const char *gap = p->chinese ? "" : " ";
	say(p, g->skipped_lines ? W_source_skipped : W_source_all,
		PARTS({ "format", title_of(p, g->format) }, PART("n", n)));
	if (g->later) {
		put(p, gap);
		say(p, W_later, PARTS(PART("n", later)));
	}
	if (g->reading.renames_unfollowed) {
		put(p, gap);
		say(p, W_renames, PARTS(PART("n", renames)));
	}
}

void html_source(struct page *p, const struct insight_group *g)
{
	put(p, "<section><h3>");
	say(p, W_source, NULL);
	put(p, "</h3><p>");
	say_source(p, g);
	put(p, "</p>");
	if (g->skipped_shown)
		html_skipped(p, g->skipped, g->skipped_shown, g->skipped_lines);
	put(p, "</section>");
}
