/*
 * What the models say of a group, for programs. Each object has "why" where it is unknown, and null for its numbers then.
 * Called by: json.c. Owns: nothing. Not here: counts and lists (json.c), the models (warmth).
 */
#include <math.h>

#include "report/report_private.h"

static void put_why(struct json_out *j, const char *why)
{
	if (why)
		json_key_text(j, "why", str_of(why));
	else
		json_key_null(j, "why");
}

/* ---- forecast ---- */

static void put_chance(struct json_out *j, const char *key, const struct warmth_chance *c)
{
	static const char *const why[] = { NULL, "too few messages", "fallen already" };
	json_key(j, key);
	json_open(j);
	json_key_real(j, "p", c->p);
	json_key_real(j, "low", c->low);
	json_key_real(j, "high", c->high);
	put_why(j, why[c->why]);
	json_close(j);
}

static void put_past(struct json_out *j, const char *key, const struct warmth_forecast_past *p)
{
	json_key(j, key);
	json_open(j);
	json_key_int(j, "due", (int64_t)p->due);
	json_key_int(j, "came", (int64_t)p->came);
	json_key_real(j, "expected", p->expected);
	json_key_int(j, "alarms", (int64_t)p->alarms);
	json_key_int(j, "alarms_came", (int64_t)p->alarms_came);
	json_key_real(j, "brier", p->brier);
	json_close(j);
}

static void put_fan(struct json_out *j, const struct warmth_fan *f)
{
	json_key(j, "fan");
	json_open_list(j);
	for (size_t i = 0; i < f->count; i++) {
		json_open(j);
		json_key_time(j, "week", f->weeks[i].begin_us);
		json_key_real(j, "expected", f->weeks[i].expected);
		json_key_real(j, "low_50", f->weeks[i].low_50);
		json_key_real(j, "high_50", f->weeks[i].high_50);
		json_key_real(j, "low_80", f->weeks[i].low_80);
		json_key_real(j, "high_80", f->weeks[i].high_80);
		json_close(j);
	}
	json_close_list(j);
}

/* The forecasts of the past beside what came, newest first. */
static void put_rows(struct json_out *j, const struct warmth_forecast *f)
{
	json_key(j, "rows");
	json_open_list(j);
	for (size_t n = 0; n < f->count && n < REPORT_FORECASTS_SHOWN; n++) {
		const struct warmth_forecast_row *r = &f->rows[f->count - 1 - n];
		json_open(j);
		json_key_time(j, "at", r->at_us);
		json_key_real(j, "halve", r->halve.p);
		if (r->halve.came == WARMTH_CAME_UNKNOWN)
			json_key_null(j, "halved");
		else
			json_key_bool(j, "halved", r->halve.came == WARMTH_CAME);
		json_key_real(j, "fall", r->fall.p);
		if (r->fall.came == WARMTH_CAME_UNKNOWN)
			json_key_null(j, "fell");
		else
			json_key_bool(j, "fell", r->fall.came == WARMTH_CAME);
		json_close(j);
	}
	json_close_list(j);
}

static void put_forecast(struct json_out *j, const struct insight_group *g)
{
	static const struct warmth_chance young = { NAN, NAN, NAN, WARMTH_FORECAST_SAID, WARMTH_CAME_UNKNOWN };
	const struct warmth_forecast *f = &g->forecast;
	const struct warmth_forecast_row *now = f->count ? &f->rows[f->count - 1] : NULL;
	json_key(j, "forecast");
	json_open(j);
	put_why(j, now ? NULL : "too young");
	if (now)
		json_key_time(j, "at", now->at_us);
	else
		json_key_null(j, "at");
	put_chance(j, "halve", now ? &now->halve : &young);
	put_chance(j, "fall", now ? &now->fall : &young);
	put_past(j, "halve_past", &f->halve);
	put_past(j, "fall_past", &f->fall);
	put_fan(j, &g->reading.fan);
	put_rows(j, f);
	json_close(j);
}

/* ---- who goes, and who follows ---- */

static void put_departures(struct json_out *j, const struct warmth_silence_order *o)
{
	static const char *const word[] = { "not enough data", "neither", "core first", "edge first" };
	static const char *const why[] = { NULL, "too young", "too few gone", "too few people", "core and rate alike", "too wide" };
	json_key(j, "departures");
	json_open(j);
	json_key_text(j, "answer", str_of(word[o->first]));
	put_why(j, why[o->doubt]);
	json_key_real(j, "ratio", o->ratio);
	json_key_real(j, "low", o->low);
	json_key_real(j, "high", o->high);
	json_key_real(j, "p_like", o->p_like);
	json_key_real(j, "p_stays", o->p_stays);
	json_key_real(j, "p_shuffled", o->p_shuffled);
	json_key_int(j, "core", (int64_t)o->core);
	json_key_int(j, "core_gone", (int64_t)o->core_gone);
	json_key_int(j, "edge", (int64_t)o->edge);
	json_key_int(j, "edge_gone", (int64_t)o->edge_gone);
	json_close(j);
}

static void put_contagion(struct json_out *j, const struct warmth_contagion *c)
{
	static const char *const word[] = { "not enough data", "not seen", "seen" };
	static const char *const why[] = { NULL, "too few gone", "too few losses", "too many ties", "too wide" };
	json_key(j, "contagion");
	json_open(j);
	json_key_text(j, "answer", str_of(word[c->word]));
	put_why(j, why[c->doubt]);
	json_key_real(j, "ratio", c->ratio);
	json_key_real(j, "low", c->low);
	json_key_real(j, "high", c->high);
	json_key_real(j, "p_shifted", c->p_shifted);
	json_key_int(j, "gone", (int64_t)c->gone);
	json_key_int(j, "followed", (int64_t)c->followed);
	json_key_real(j, "expected", c->expected);
	json_close(j);
}

static void put_evaporation_at(struct json_out *j, const struct warmth_evaporation_at *e)
{
	static const char *const why[] = { NULL, "too young", "no core", "too few people", "no fit" };
	json_open(j);
	json_key_time(j, "at", e->at_us);
	put_why(j, why[e->doubt]);
	json_key_real(j, "share", e->share);
	json_key_real(j, "low", e->low);
	json_key_real(j, "high", e->high);
	json_key_int(j, "core", (int64_t)e->core);
	json_close(j);
}

static void put_evaporation(struct json_out *j, const struct warmth_evaporation *e)
{
	json_key(j, "evaporation");
	json_open(j);
	json_key(j, "now");
	put_evaporation_at(j, &e->now);
	json_key(j, "before");
	json_open_list(j);
	for (size_t i = 0; i < e->before_count; i++)
		put_evaporation_at(j, &e->before[i]);
	json_close_list(j);
	json_close(j);
}

/* ---- changes, echoes, newcomers ---- */

static void put_changes(struct json_out *j, const struct warmth_changes *c)
{
	static const char *const why[] = { NULL, "not asked", "too young", "too few messages", "too vague" };
	json_key(j, "changes");
	json_open(j);
	put_why(j, c->known ? NULL : why[c->doubt]);
	json_key(j, "list");
	json_open_list(j);
	for (size_t i = 0; i < c->count; i++) {
		json_open(j);
		json_key_time(j, "at", c->list[i].at_us);
		json_key_real(j, "before", c->list[i].before);
		json_key_real(j, "after", c->list[i].after);
		json_close(j);
	}
	json_close_list(j);
	json_close(j);
}

static void put_echo(struct json_out *j, const char *key, const struct warmth_echo *e)
{
	json_key(j, key);
	if (!e->known) {
		json_null(j);
		return;
	}
	json_open(j);
	json_key_real(j, "branching", e->branching);
	json_key_real(j, "low", e->low);
	json_key_real(j, "high", e->high);
	json_key_real(j, "wait_hours", e->wait_hours);
	json_close(j);
}

static void put_portion(struct json_out *j, const char *key, const struct warmth_portion *p)
{
	json_key(j, key);
	json_open(j);
	json_key_int(j, "of", (int64_t)p->of);
	json_key_int(j, "all", (int64_t)p->all);
	json_key_real(j, "share", p->share);
	json_key_real(j, "low", p->low);
	json_key_real(j, "high", p->high);
	json_close(j);
}

static void put_newcomers(struct json_out *j, const struct warmth_intake *n)
{
	json_key(j, "newcomers");
	json_open(j);
	json_key(j, "steps");
	json_open_list(j);
	for (size_t i = 0; i < WARMTH_INTAKE_STEPS; i++) {
		json_open(j);
		json_key_int(j, "came", n->newcomers[i]);
		json_key_int(j, "unanswered", n->unanswered_newcomers[i]);
		json_close(j);
	}
	json_close_list(j);
	put_portion(j, "unanswered", &n->unanswered);
	put_portion(j, "back_answered", &n->back_later_answered);
	put_portion(j, "back_unanswered", &n->back_later_unanswered);
	put_portion(j, "joiners_spoke", &n->joiners_spoke);
	json_close(j);
}

/* ---- the failings: for the owner, and only where it is known who he is ---- */

static const char *const failing_key[] = { "no_persistence", "self_interest", "ego", "not_giving", "poor_activities", "mixed_crowd" };

const char *failing_key_of(enum warmth_failing_kind kind) { return failing_key[kind]; }

/* Where it is a message's number, that; of a file the message itself. */
static void put_evidence(struct json_out *j, const struct insight_group *g, enum warmth_failing_kind kind)
{
	const struct warmth_failing *f = &g->reading.failings.of[kind];
	const struct insight_said *said = g->said ? &g->said[kind * WARMTH_FAILING_EVIDENCE] : NULL;
	json_key(j, "evidence");
	json_open_list(j);
	for (size_t i = 0; i < f->evidence_count; i++)
		if (said ? said[i].line > 0 : f->evidence[i].ref > 0)
			json_int(j, said ? (int64_t)said[i].line : f->evidence[i].ref);
	json_close_list(j);
	if (said == NULL)
		return;
	json_key(j, "said");
	json_open_list(j);
	for (size_t i = 0; i < f->evidence_count; i++) {
		json_open(j);
		json_key_time(j, "at", said[i].at_us);
		json_key_text(j, "author", said[i].author);
		json_key_text(j, "text", said[i].text);
		json_key_text(j, "file", said[i].file); /* empty, and line 0: of a history */
		json_key_int(j, "line", (int64_t)said[i].line);
		put_why(j, !said[i].found ? "not read again" : said[i].text.n ? NULL : g->known & PARSE_KNOWS_TEXT ? "no words" : "no text");
		json_close(j);
	}
	json_close_list(j);
}

static void put_failing(struct json_out *j, const struct insight_group *g, enum warmth_failing_kind kind)
{
	static const char *const sign[] = { "unknown", "none", "some", "clear" };
	static const char *const why[] = { NULL, "no owner", "too young", "too few", "no text", "no calls" };
	const struct warmth_failing *f = &g->reading.failings.of[kind];
	json_open(j);
	json_key_text(j, "failing", str_of(failing_key[kind]));
	json_key_text(j, "sign", str_of(sign[f->sign]));
	put_why(j, why[f->doubt]);
	json_key_real(j, "level", f->level);
	json_key_real(j, "low", f->low);
	json_key_real(j, "high", f->high);
	json_key_real(j, "past", f->past);
	put_evidence(j, g, kind);
	json_close(j);
}

static void put_failings(struct json_out *j, const struct insight_group *g)
{
	json_key(j, "failings");
	json_open_list(j);
	for (size_t i = 0; g->owner != INSIGHT_NOT_THERE && i < WARMTH_FAILINGS; i++)
		put_failing(j, g, (enum warmth_failing_kind)i);
	json_close_list(j);
}

void put_models(struct json_out *j, const struct insight_group *g)
{
	const struct warmth_reading *r = &g->reading;
	put_forecast(j, g);
	put_departures(j, &r->silence_order);
	put_contagion(j, &r->contagion);
	put_evaporation(j, &r->evaporation);
	put_changes(j, &r->changes);
	json_key(j, "echo");
	json_open(j);
	put_echo(j, "now", &r->bursts.now);
	put_echo(j, "before", &r->bursts.before);
	json_close(j);
	put_newcomers(j, &r->intake);
	put_failings(j, g);
}
