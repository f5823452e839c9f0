/*
 * The page: one file, no scripts, no foreign address, its style inside; one section per group.
 * Called by: cli, api. Owns: nothing. Not here: the parts (curve.c, silence.c, lists.c), the words (words.c).
 */
#include <stdlib.h>

#include "report/report_private.h"

static const char style[] =
	":root{--ground:#f6f2ec;--surface:#fff;--text:#231c17;--text2:#665b52;--edge:#8c8178;--hair:#e4dcd2;--ember:#"
	"b4430f;"
	"--link:#1b5e9e;--warm:#c2540a;--cool:#164e8a;--band:#231c1722;--coreband:#c2540a2e;--edgeband:#164e8a24;color-"
	"scheme:light dark}\n"
	"@media "
	"(prefers-color-scheme:dark){:root{--ground:#14110e;--surface:#221d19;--text:#f3ece4;--text2:#b8ada2;--edge:#"
	"857a70;"
	"--hair:#3a332d;--ember:#ff9a5c;--link:#8ec1f5;--warm:#ff9a5c;--cool:#a9d1fa;--band:#f3ece428;--coreband:#"
	"ff9a5c38;"
	"--edgeband:#a9d1fa2e}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,\"PingFang SC\",\"Noto Sans "
	"CJK SC\","
	"\"Microsoft YaHei\",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n"
	"main{max-width:704px;margin:0 auto;padding:16px 12px 32px}\n"
	"h1,h2,h3,h4,p,ul,ol{margin:0}\n"
	"h1{font-size:20px;line-height:28px}\n"
	"h2{font-size:22px;line-height:32px;margin-top:4px}\n"
	"h3{font-size:20px;line-height:28px;margin-bottom:4px}\n"
	"h4{font-size:16px;line-height:22px}\n"
	"p+p,p+ul,p+ol,ol+p,.two+p{margin-top:8px}\n"
	".second,.foot{color:var(--text2);font-size:14px;line-height:20px}\n"
	"article{margin-top:24px}article:first-of-type{margin-top:12px}\n"
	"section{background:var(--surface);border-radius:12px;padding:16px;margin-top:12px}\n"
	".answer{font-weight:700}\n"
	".chart{margin:16px 0 8px;padding-left:44px}\n"
	".plot{position:relative;height:200px}\n"
	".plot svg{display:block;width:100%;height:100%;overflow:visible}\n"
	"path{fill:none;vector-effect:non-scaling-stroke}\n"
	".band{fill:var(--band)}.hair{stroke:var(--edge);stroke-width:1;stroke-dasharray:2 "
	"3}.axis{stroke:var(--edge);stroke-width:1}\n"
	".measured{stroke:var(--warm);stroke-width:2;stroke-linejoin:round}\n"
	".ahead{stroke:var(--cool);stroke-width:2;stroke-dasharray:6 4}.ahead80{fill:var(--edgeband)}.ahead50{fill:var(--edgeband)}\n"
	".turn{stroke:var(--text2);stroke-width:1;stroke-dasharray:1 3}\n"
	".coreband{fill:var(--coreband)}.edgeband{fill:var(--edgeband)}\n"
	".coreline{stroke:var(--warm);stroke-width:3}.edgeline{stroke:var(--cool);stroke-width:1.5;stroke-dasharray:6 "
	"4}\n"
	".y,.x span{position:absolute;font-size:12px;line-height:18px;color:var(--text2);white-space:nowrap}\n"
	".y{right:100%;margin-right:6px;transform:translateY(-50%)}\n"
	".key{white-space:nowrap;margin-right:16px}.key svg{width:28px;height:8px;vertical-align:middle}\n"
	".x{display:flex;justify-content:space-between;margin-top:4px}.x span{position:static}\n"
	"details{margin-top:4px}details+details{margin-top:0}summary{color:var(--link);cursor:pointer;padding:12px "
	"0;line-height:20px}\n"
	":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n"
	"details>p{max-width:60em}\n"
	"table{border-collapse:collapse;width:100%;font-size:14px;line-height:20px}\n"
	"th{text-align:left;color:var(--text2);font-weight:400}th,td{padding:6px 8px 6px 0;border-bottom:1px solid "
	"var(--hair);vertical-align:top}\n"
	"th.n,td.n,.n{text-align:right;white-space:nowrap}th.n{white-space:normal}td.w{white-space:nowrap}"
	"th:last-child,td:last-child{padding-right:0}@media(max-width:360px){td.w{white-space:normal}"
	".people :is(th,td):nth-child(3){display:none}}"
	"th,td{"
	"overflow-wrap:normal}td.who{min-width:5em}td.who,td.raw{overflow-wrap:anywhere}td.raw{font-family:ui-"
	"monospace,monospace;font-size:12px}\n"
	"a{color:var(--link)}\n"
	".two{display:grid;gap:16px;margin-top:8px}@media(min-width:600px){.two{grid-template-columns:1fr 1fr}}\n"
	".shares{list-style:none;padding:0}.shares li{display:grid;grid-template-columns:1fr auto;gap:0 "
	"8px;margin-top:6px}\n"
	".bar{grid-column:1/3;height:6px;background:var(--hair);border-radius:4px}.bar "
	"i{display:block;height:6px;background:var(--warm);"
	"border-radius:4px;min-width:2px}\n"
	".tag{font-size:12px;border:1px solid var(--edge);border-radius:4px;padding:0 4px;color:var(--text2)}\n"
	".greet{padding-left:20px}.greet li{margin-top:8px}\n"
	".bars{width:100%;min-width:60px;max-width:120px;height:24px;fill:var(--warm);display:block}\n"
	".foot{margin-top:24px}\n"
	"@media "
	"print{@page{size:A4;margin:16mm}:root{--ground:#fff;--surface:#fff;--text:#000;--text2:#333;--edge:#555;--"
	"hair:#bbb;"
	"--warm:#333;--cool:#000;--link:#000;--band:#00000022;--coreband:#00000030;--edgeband:#00000014;color-scheme:"
	"light}"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
	"body{font-size:11pt}main{max-width:none;padding:0}section{padding:8px 0;border-radius:0;border-top:1px solid "
	"#bbb}"
	"details:not([open]){display:none}h3,h4,.chart,li,tr{break-inside:avoid}h3,h4{break-after:avoid}"
	"article+article{break-before:page}.two{grid-template-columns:1fr 1fr}}\n";

static void put_head(struct page *p, const struct insight_diagnosis *d)
{
	put(p, p->chinese ? "<!doctype html>\n<html lang=\"zh-CN\">\n" : "<!doctype html>\n<html lang=\"en\">\n");
	put(p, "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
	       "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\"><title>");
	if (d->group_count == 1) {
		put_text(p, d->groups[0].name);
		put(p, " · ");
	}
	say(p, W_warmth, NULL);
	put(p, "</title><style>\n");
	put(p, style);
	put(p, "</style></head>\n<body><main>\n");
}

static void put_amount(struct page *p, const struct warmth_level *l)
{
	struct value percent = percent_value(l->percent), low = percent_value(l->low), high = percent_value(l->high);
	say(p, W_amount, PARTS(PART("p", percent), PART("low", low), PART("high", high)));
}

void say_level(struct page *p, const struct warmth_reading *r)
{
	const struct warmth_level *l = &r->level;
	const char *gap = p->chinese ? "" : " ";
	if (l->stage == WARMTH_QUIET) {
		struct value date = date_value(p, r->last_us),
			     n = count_value(p, (uint64_t)((r->at_us - r->last_us) / US_PER_DAY));
		say(p, W_quiet_since, PARTS(PART("date", date), PART("n", n)));
		if (l->known)
			put(p, gap);
	}
	if (l->known)
		put_amount(p, l);
	if (l->stage != WARMTH_STAGE_UNKNOWN)
		return;
	/* The history it takes: the usual, and the last twelve weeks that are held against it. */
	struct value n = count_value(p, WARMTH_USUAL_WEEKS_MIN + WARMTH_NOW_DAYS / 7);
	struct value have = count_value(p, (uint64_t)((r->at_us - r->first_us) / (7 * US_PER_DAY)));
	put(p, l->known ? gap : "");
	say(p, doubt_word(l), PARTS(PART("n", n), PART("have", have)));
}

void say_facts(struct page *p, const struct insight_group *g)
{
	const struct warmth_reading *r = &g->reading;
	struct value first = date_value(p, r->first_us), last = date_value(p, r->last_us),
		     messages = count_value(p, r->messages);
	struct value members = count_value(p, r->members), bots = count_value(p, r->bots),
		     bot_messages = count_value(p, r->bot_messages);
	say(p, W_facts,
		PARTS(PART("first", first), PART("last", last), PART("messages", messages), PART("members", members)));
	if (r->bots) {
		put(p, p->chinese ? "" : " ");
		say(p, r->bots == 1 ? W_facts_bot_one : W_facts_bots, PARTS(PART("n", bots), PART("m", bot_messages)));
	}
}

static void put_group(struct page *p, const struct insight_group *g, size_t index, bool alone)
{
	const struct warmth_reading *r = &g->reading;
	buf_print(p->out, "<article id=\"g%zu\"><%s><bdi>", index, alone ? "h1" : "h2");
	put_text(p, g->name);
	buf_print(p->out, "</bdi></%s>\n", alone ? "h1" : "h2");
	if (!r->talked) {
		put(p, "<p>");
		say(p, W_nobody_spoke, NULL);
		put(p, "</p>");
		html_joins(p, g);
		html_source(p, g);
		put(p, "</article>\n");
		return;
	}
	struct value at = date_value(p, r->at_us);
	put(p, "<p class=\"second\">");
	say_facts(p, g);
	put(p, p->chinese ? "" : " ");
	say(p, W_at, PARTS(PART("date", at)));
	put(p, "</p>\n<section><h2>");
	say(p, stage_sentence(&r->level), NULL);
	put(p, "</h2><p>");
	say_level(p, r);
	put(p, "</p><p class=\"second\">");
	say(p, W_amount_note, NULL);
	put(p, "</p></section>\n");
	html_curve(p, g);
	html_forecast(p, g);
	html_silence(p, g);
	html_gone(p, g);
	html_newcomers(p, g);
	html_failings(p, g);
	html_greetings(p, g);
	html_core(p, g);
	html_joins(p, g);
	html_people(p, g);
	html_source(p, g);
	put(p, "</article>\n");
}

/* Several groups: first all at a glance, the most talkative first. */
struct line {
	uint64_t messages;
	size_t group;
};

static int more_first(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return (a->group > b->group) - (a->group < b->group);
}

static enum err order_by_messages(const struct insight_diagnosis *d, struct line **out)
{
	struct line *lines = malloc((d->group_count + 1) * sizeof *lines);
	if (lines == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < d->group_count; i++)
		lines[i] = (struct line){ d->groups[i].reading.messages, i };
	qsort(lines, d->group_count, sizeof *lines, more_first);
	*out = lines;
	return ERR_OK;
}

static void put_overview(struct page *p, const struct insight_diagnosis *d, const struct line *lines)
{
	static const enum word head[] = { W_group_column, W_stage_column, W_weeks12, W_messages };
	struct value n = count_value(p, d->group_count);
	put(p, "<h1>");
	say(p, W_warmth, NULL);
	put(p, " · ");
	say(p, W_all_groups, PARTS(PART("n", n)));
	put(p, "</h1><section><table><thead><tr>");
	for (size_t i = 0; i < COUNT_OF(head); i++) {
		put(p, i == COUNT_OF(head) - 1 ? "<th class=\"n\">" : "<th>");
		say(p, head[i], NULL);
		put(p, "</th>");
	}
	put(p, "</tr></thead><tbody>");
	for (size_t i = 0; i < d->group_count; i++) {
		const struct insight_group *g = &d->groups[lines[i].group];
		buf_print(p->out, "<tr><td><a href=\"#g%zu\"><bdi>", lines[i].group);
		put_text(p, g->name);
		put(p, "</bdi></a></td><td class=\"w\">");
		say(p, stage_word(&g->reading.level), NULL);
		put(p, "</td><td>");
		html_bars(p, &g->reading);
		put(p, "</td><td class=\"n\">");
		say_count(p, g->reading.messages);
		put(p, "</td></tr>\n");
	}
	put(p, "</tbody></table></section>\n");
}

void say_doubts(struct page *p, const struct insight_diagnosis *d, const char *before, const char *after)
{
	struct value doubled = count_value(p, d->doubled);
	const struct {
		bool yes;
		enum word word;
	} doubts[] = { { d->doubled > 0, W_doubled }, { d->asks_zone, W_asks_zone },
		{ d->asks_date_order, W_asks_order }, { d->asks_year, W_asks_year } };
	for (size_t i = 0; i < COUNT_OF(doubts); i++) {
		if (!doubts[i].yes)
			continue;
		put(p, before);
		say(p, doubts[i].word, PARTS(PART("n", doubled)));
		put(p, after);
	}
}

enum err report_html(const struct insight_diagnosis *d, bool chinese, struct buf *out)
{
	struct page p = { .out = out, .chinese = chinese, .html = true };
	struct line *lines;
	TRY(order_by_messages(d, &lines));
	put_head(&p, d);
	if (d->group_count == 0) {
		put(&p, "<p>");
		say(&p, W_nothing_read, NULL);
		put(&p, "</p>");
	}
	if (d->stray_shown) {
		struct value n = count_value(&p, d->skipped_lines);
		put(&p, "<section><p>");
		say(&p, W_stray, PARTS(PART("n", n)));
		put(&p, "</p>");
		html_skipped(&p, d->stray, d->stray_shown, d->skipped_lines);
		put(&p, "</section>");
	}
	if (d->group_count > 1)
		put_overview(&p, d, lines);
	for (size_t i = 0; i < d->group_count; i++)
		put_group(&p, &d->groups[lines[i].group], lines[i].group, d->group_count == 1);
	free(lines);
	put(&p, "<div class=\"foot\">");
	say_doubts(&p, d, "<p>", "</p>");
	put(&p, "<p>");
	say(&p, W_hearth, NULL);
	put(&p, " · ");
	say(&p, W_made_here, NULL);
	put(&p, "</p></div></main></body></html>\n");
	return buf_end(out);
}
