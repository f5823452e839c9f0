/*
 * A diagnosis for programs. Called by: cli, api. Owns: nothing. The form is promised in report.h.
 */
#include <math.h>

#include "report/report_private.h"

static void put_count_or_null(struct json_out *j, const char *key, bool known, uint64_t n)
{
	if (known)
		json_key_int(j, key, (int64_t)n);
	else
		json_key_null(j, key);
}

static void put_span(struct json_out *j, const struct warmth_reading *r)
{
	json_key(j, "span");
	json_open(j);
	if (r->talked) {
		json_key_time(j, "first", r->first_us);
		json_key_time(j, "last", r->last_us);
	} else {
		json_key_null(j, "first");
		json_key_null(j, "last");
	}
	json_close(j);
}

static void put_series(struct json_out *j, const struct warmth_reading *r)
{
	json_key(j, "series");
	json_open_list(j);
	for (size_t i = 0; i < r->week_count; i++) {
		json_open(j);
		json_key_time(j, "week", r->weeks[i].begin_us);
		json_key_int(j, "messages", r->weeks[i].messages);
		json_key_int(j, "speakers", r->weeks[i].speakers);
		json_close(j);
	}
	json_close_list(j);
}

static void put_people(struct json_out *j, const struct insight_group *g, size_t most)
{
	size_t shown = g->reading.people_count < most ? g->reading.people_count : most;
	json_key(j, "people");
	json_open_list(j);
	for (size_t i = 0; i < shown; i++) {
		const struct warmth_person *p = &g->reading.people[i];
		if (g->nameable && (!g->nameable[i] || p->silence != WARMTH_SILENT))
			continue;
		json_open(j);
		json_key_text(j, "name", g->names[i]);
		json_key_int(j, "messages", (int64_t)p->messages);
		json_key_time(j, "first", p->first_us);
		json_key_time(j, "last", p->last_us);
		if (p->silence == WARMTH_SILENCE_UNKNOWN)
			json_key_null(j, "silent");
		else
			json_key_bool(j, "silent", p->silence == WARMTH_SILENT);
		json_key_real(j, "p_silent", p->p_silent);
		json_key_int(j, "active_days", p->active_days);
		json_key_int(j, "quiet_days", p->quiet_days);
		json_key_real(j, "usual_gap_days", p->usual_gap_days);
		json_close(j);
	}
	json_close_list(j);
}

static void put_order(struct json_out *j, const struct warmth_order *o)
{
	static const char *const word[] = { "not enough data", "neither", "core first", "edge first" };
	json_key(j, "order_of_silence");
	json_open(j);
	json_key_real(j, "rho", o->rho);
	json_key_real(j, "low", o->low);
	json_key_real(j, "high", o->high);
	json_key_real(j, "p_null", o->p_null);
	json_key_int(j, "gone", (int64_t)o->gone);
	json_key_text(j, "answer", str_of(word[o->first]));
	json_close(j);
}

static void put_core(struct json_out *j, const char *key, const struct insight_group *g, const struct warmth_core *c)
{
	json_key(j, key);
	if (!c->known) {
		json_null(j);
		return;
	}
	json_open(j);
	json_key_time(j, "from", c->from_us);
	json_key_time(j, "to", c->to_us);
	json_key_int(j, "messages", (int64_t)c->messages);
	json_key_int(j, "speakers", (int64_t)c->speakers);
	json_key(j, "people");
	json_open_list(j);
	for (size_t i = 0; i < c->count; i++) {
		json_open(j);
		if (g->nameable)
			json_key_null(j, "name");
		else
			json_key_text(j, "name", g->names[c->who[i].person]);
		json_key_int(j, "messages", (int64_t)c->who[i].messages);
		json_close(j);
	}
	json_close_list(j);
	json_close(j);
}

static void put_level(struct json_out *j, const struct warmth_level *l)
{
	static const char *const stage[] = { NULL, "warming", "steady", "cooling", "quiet" };
	static const char *const doubt[] = { NULL, "too young", "too few messages", "too uneven" };
	json_key(j, "level");
	json_open(j);
	if (stage[l->stage])
		json_key_text(j, "stage", str_of(stage[l->stage]));
	else
		json_key_null(j, "stage");
	json_key_real(j, "usual_per_week", l->usual);
	json_key_real(j, "percent", l->percent);
	json_key_real(j, "low", l->low);
	json_key_real(j, "high", l->high);
	json_key_real(j, "band_low", l->band_low);
	json_key_real(j, "band_high", l->band_high);
	if (doubt[l->doubt])
		json_key_text(j, "why", str_of(doubt[l->doubt]));
	else
		json_key_null(j, "why");
	json_close(j);
}

static void put_examples(struct json_out *j, uint64_t lines, const struct parse_skipped *shown, size_t count)
{
	json_key(j, "skipped");
	json_open(j);
	json_key_int(j, "lines", (int64_t)lines);
	json_key(j, "examples");
	json_open_list(j);
	for (size_t i = 0; i < count; i++) {
		json_open(j);
		json_key_text(j, "file", shown[i].file);
		json_key_int(j, "line", (int64_t)shown[i].line);
		json_key_text(j, "text", shown[i].text);
		json_close(j);
	}
	json_close_list(j);
	json_close(j);
}

/* Which of the two counts are inferred from member lists, and of what time. */
static void put_inferred(struct json_out *j, const struct insight_group *g)
{
	if (!g->inferred_joins && !g->inferred_leaves)
		return;
	json_key_bool(j, "inferred", true);
	json_key_bool(j, "inferred_joins", g->inferred_joins);
	json_key_bool(j, "inferred_leaves", g->inferred_leaves);
	json_key_time(j, "inferred_from", g->inferred_from_us);
	json_key_time(j, "inferred_to", g->inferred_to_us);
}

static void put_group(struct json_out *j, const struct insight_group *g, size_t people_most)
{
	const struct warmth_reading *r = &g->reading;
	json_open(j);
	json_key_text(j, "group", g->name);
	json_key_text(j, "key", g->key);
	if (g->format)
		json_key_text(j, "format", str_of(g->format));
	else
		json_key_null(j, "format");
	put_span(j, r);
	if (r->talked)
		json_key_time(j, "at", r->at_us);
	else
		json_key_null(j, "at");
	json_key_int(j, "messages", (int64_t)r->messages);
	json_key_int(j, "members", (int64_t)r->members);
	put_count_or_null(j, "joins", g->known & PARSE_KNOWS_JOINS || g->inferred_joins, r->joins);
	put_count_or_null(j, "leaves", g->known & PARSE_KNOWS_LEAVES || g->inferred_leaves, r->leaves);
	put_inferred(j, g);
	if (g->leaves_few)
		json_key_text(j, "leaves_why", STR("fewer than five"));
	json_key(j, "bots");
	json_open(j);
	json_key_int(j, "members", (int64_t)r->bots);
	json_key_int(j, "messages", (int64_t)r->bot_messages);
	json_close(j);
	put_level(j, &r->level);
	put_series(j, r);
	put_people(j, g, people_most);
	json_key(j, "core");
	json_open(j);
	json_key_int(j, "stayed", (int64_t)core_stayed_of(g));
	put_core(j, "then", g, &r->then);
	put_core(j, "now", g, &r->now);
	json_close(j);
	put_order(j, &r->order);
	put_models(j, g);
	put_examples(j, g->skipped_lines, g->skipped, g->skipped_shown);
	json_close(j);
}

enum err report_json_group(const struct insight_group *g, struct buf *out)
{
	struct json_out j = JSON_OUT(out);
	put_group(&j, g, REPORT_PEOPLE_KEPT);
	return buf_end(out);
}

enum err report_json(const struct insight_diagnosis *d, struct buf *out)
{
	struct json_out j = JSON_OUT(out);
	json_open(&j);
	json_key(&j, "groups");
	json_open_list(&j);
	for (size_t i = 0; i < d->group_count; i++)
		put_group(&j, &d->groups[i], SIZE_MAX);
	json_close_list(&j);
	json_key_int(&j, "lines", (int64_t)d->lines);
	put_examples(&j, d->skipped_lines, d->stray, d->stray_shown);
	json_key_int(&j, "doubled", (int64_t)d->doubled);
	json_key(&j, "asks");
	json_open_list(&j);
	if (d->asks_zone)
		json_text(&j, STR("zone"));
	if (d->asks_date_order)
		json_text(&j, STR("date_order"));
	if (d->asks_year)
		json_text(&j, STR("year"));
	json_close_list(&j);
	json_close(&j);
	buf_add_char(out, '\n');
	return buf_end(out);
}
