/*
 * What to do today: at most three groups, in each one act, for at most one person; the catalogue of remedies; what was done,
 * and what came of it. For the groups' owner only.
 *
 * A member is named only if he agreed to be greeted, asked anew each time; in a group read from a file its holder sees names.
 * What was put off stays away until tomorrow; what was done, for as many days as the remedy says.
 * Not here: how warm a group is (thermometer.c, fits.c), the remedies' words (content/remedies).
 */
#include <math.h>
#include <stdlib.h>

#include "api/drops.h"
#include "insight/remedies.h"

#define CARDS_MAX 3u
#define REPORT_DEPTH 8u
#define PLAN_MAX 16u /* remedies thought of for one group */
#define WEEK_US (7 * US_PER_DAY)

/* ---- words ---- */

#define QUERY_LANG { "lang", FIELD_TEXT, FIELD_QUERY, .one_of = "zh|en" }
static bool in_chinese(const struct req *r) { return req_has(r, "lang") ? str_eq(req_text(r, "lang"), STR("zh")) : r->chinese; }

static const struct field remedy_fields[] = {
	{ "id", FIELD_TEXT, FIELD_REQUIRED }, { "failing", FIELD_TEXT, FIELD_REQUIRED, .what = "for which of the six, or any" },
	{ "act", FIELD_TEXT, FIELD_REQUIRED, .one_of = "none|chat|members|about|manage|packet", .what = "where it is done" },
	{ "title", FIELD_TEXT, FIELD_REQUIRED }, { "when", FIELD_TEXT, FIELD_REQUIRED }, { "what", FIELD_TEXT, FIELD_REQUIRED },
	{ "expect", FIELD_TEXT, FIELD_REQUIRED }, { "source", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape remedy_shape = { "Remedy", remedy_fields };

static void write_remedy(struct json_out *j, const struct insight_remedy *m, bool chinese)
{
	const struct insight_remedy_words *w = &m->words[chinese];
	json_open(j);
	json_key_text(j, "id", str_of(m->id));
	json_key_text(j, "failing", str_of(m->failing));
	json_key_text(j, "act", str_of(m->act));
	json_key_text(j, "title", str_of(w->title));
	json_key_text(j, "when", str_of(w->when));
	json_key_text(j, "what", str_of(w->what));
	json_key_text(j, "expect", str_of(w->expect));
	json_key_text(j, "source", str_of(w->source));
	json_close(j);
}

static enum err remedies_handle(struct req *r)
{
	json_open(&r->json);
	json_key(&r->json, "remedies");
	json_open_list(&r->json);
	for (size_t i = 0; i < insight_remedy_count; i++)
		write_remedy(&r->json, &insight_remedies[i], in_chinese(r));
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

static const struct field lang_fields[] = { QUERY_LANG, { 0 } };
static const struct field remedies_fields[] = { { "remedies", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &remedy_shape }, { 0 } };
static const struct shape remedies_shape = { "Remedies", remedies_fields };
const struct entry remedy_list_entry = { .name = "remedy.list", .method = "GET", .path = "/api/v1/remedies",
	.what = "What can be done about a group, with its source", .tx = TX_READ, .rate = RATE_READ, .fields = lang_fields, .answer = &remedies_shape,
	.may = may_signed_in, .handle = remedies_handle };

/* ---- today ---- */

struct person {
	int64_t account;
	struct str name;
	int64_t quiet_days;
	double usual_gap_days; /* NaN: unknown */
};

struct plan { /* for one group */
	const struct insight_remedy *remedy;
	struct person person; /* name empty: nobody in particular */
};

static bool is_resting(const struct insight_remedy *m, int64_t person, const struct insight_act *acts, size_t n, int64_t now_us)
{
	for (size_t i = 0; i < n; i++) {
		const struct insight_act *a = &acts[i];
		if (!str_eq(a->remedy, str_of(m->id)) || (person && a->person != person))
			continue;
		if (a->later ? a->at_us / US_PER_DAY == now_us / US_PER_DAY : now_us - a->at_us < m->rest_days * US_PER_DAY)
			return true;
	}
	return false;
}

/* The first on the list who may be named now. */
static enum err whom_to_greet(struct req *r, struct thermometer *t, const struct thermometer_line *l, struct person *out)
{
	const struct json *list = json_get(l->summary, "greet");
	*out = (struct person){ 0 };
	for (size_t i = 0; list && i < list->count && out->name.n == 0; i++) {
		const struct json *one = &list->items[i], *gap = json_get(one, "usual_gap_days");
		struct person p = { .account = json_get(one, "account")->integer, .name = json_get(one, "name")->text,
			.quiet_days = json_get(one, "quiet_days")->integer };
		p.usual_gap_days = gap->kind == JSON_REAL ? gap->real : gap->kind == JSON_INT ? (double)gap->integer : NAN;
		if (p.account) {
			struct account who;
			struct membership m;
			enum err e = people_get(t->reader, r->arena, p.account, &who);
			if (e == ERR_OK)
				e = group_membership(t->reader, l->group->id, p.account, &m);
			if (e == ERR_NOT_FOUND || (e == ERR_OK && (!who.greetable || who.left_out || m.state != MEMBER_IN)))
				continue;
			TRY(e);
			p.name = who.name;
		}
		*out = p;
	}
	return ERR_OK;
}

static unsigned stage_bit(const struct thermometer_line *l)
{
	static const char *const stages[] = { "unknown", "warming", "steady", "cooling", "quiet" };
	struct str stage = json_get(l->summary, "stage")->text;
	for (unsigned i = 0; i < COUNT_OF(stages); i++)
		if (str_eq(stage, str_of(stages[i])))
			return 1u << i;
	return 0;
}

/* What fits a group of this stage and failing, best first: a person to greet; then the failing's remedies; then, where it
 * cools or is quiet, whatever helps in general. */
static bool fits(const struct insight_remedy *m, unsigned stage, struct str failing, unsigned round)
{
	bool cool = stage & (1u << WARMTH_COOLING | 1u << WARMTH_QUIET);
	if (m->person != INSIGHT_FOR_NONE || !(m->stages & stage))
		return false;
	if (round == 0)
		return failing.n && str_eq(failing, str_of(m->failing));
	return cool && (str_eq(str_of(m->failing), STR("poor_activities")) || str_eq(str_of(m->failing), STR("any")));
}

static enum err plan_for(struct req *r, struct thermometer *t, const struct thermometer_line *l, struct plan *out)
{
	const struct insight_remedy *greet = insight_remedy_named(STR("greet-one"));
	const struct json *failing = json_get(l->summary, "failing");
	struct insight_act acts[INSIGHT_ACTS_MAX];
	struct person person;
	size_t n;
	*out = (struct plan){ 0 };
	TRY(insight_acts(t->reader, r->arena, l->group->id, acts, &n));
	TRY(whom_to_greet(r, t, l, &person));
	if (person.name.n && !is_resting(greet, person.account, acts, n, r->now_us)) {
		*out = (struct plan){ greet, person };
		return ERR_OK;
	}
	for (unsigned round = 0; round < 2; round++)
		for (size_t i = 0; i < insight_remedy_count; i++) {
			const struct insight_remedy *m = &insight_remedies[i];
			if (fits(m, stage_bit(l), failing ? failing->text : STR(""), round) && !is_resting(m, 0, acts, n, r->now_us)) {
				out->remedy = m;
				return ERR_OK;
			}
		}
	return ERR_OK;
}

static void write_person(struct json_out *j, const struct person *p)
{
	json_key(j, "person");
	if (p->name.n == 0) {
		json_null(j);
		return;
	}
	json_open(j);
	if (p->account)
		json_key_int(j, "account", p->account);
	else
		json_key_null(j, "account");
	json_key_text(j, "name", p->name);
	json_key_int(j, "quiet_days", p->quiet_days);
	json_key_real(j, "usual_gap_days", p->usual_gap_days);
	json_close(j);
}

static enum err write_today(struct req *r, struct thermometer *t)
{
	struct thermometer_line *lines;
	size_t count, cards = 0;
	TRY(thermometer_lines(r, t, &lines, &count));
	json_open(&r->json);
	json_key(&r->json, "cards");
	json_open_list(&r->json);
	for (size_t i = 0; i < count && cards < CARDS_MAX; i++) {
		struct plan plan = { 0 };
		if (lines[i].summary)
			TRY(plan_for(r, t, &lines[i], &plan));
		if (plan.remedy == NULL)
			continue;
		cards++;
		json_open(&r->json);
		json_key_int(&r->json, "group", lines[i].group->id);
		json_key_text(&r->json, "name", lines[i].group->name);
		json_key_text(&r->json, "kind", lines[i].group->kind);
		json_key_text(&r->json, "stage", json_get(lines[i].summary, "stage")->text);
		json_key(&r->json, "remedy");
		write_remedy(&r->json, plan.remedy, in_chinese(r));
		write_person(&r->json, &plan.person);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

static enum err today_handle(struct req *r) { return thermometer_reading(r, write_today); }

static const struct field card_person_fields[] = {
	{ "account", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { "name", FIELD_TEXT, FIELD_REQUIRED },
	{ "quiet_days", FIELD_INT, FIELD_REQUIRED }, { "usual_gap_days", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL }, { 0 },
};
static const struct shape card_person_shape = { "CardPerson", card_person_fields };
static const struct field card_fields[] = {
	{ "group", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },
	{ "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "hosted|external" },
	{ "stage", FIELD_TEXT, FIELD_REQUIRED, .one_of = "warming|steady|cooling|quiet|unknown" },
	{ "remedy", FIELD_OBJECT, FIELD_REQUIRED, .of = &remedy_shape },
	{ "person", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &card_person_shape }, { 0 },
};
static const struct shape card_shape = { "Card", card_fields };
static const struct field today_fields[] = {
	{ "cards", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &card_shape, .max_items = CARDS_MAX }, { 0 } };
static const struct shape today_shape = { "Today", today_fields };
const struct entry today_entry = { .name = "today.get", .method = "GET", .path = "/api/v1/today",
	.what = "What to do today: at most three groups, one act each", .tx = TX_NONE, .rate = RATE_READ, .fields = lang_fields, .answer = &today_shape,
	.may = may_signed_in, .load = thermometer_mine, .handle = today_handle };

/* ---- what was done ---- */

static const struct field act_fields[] = {
	PATH_GROUP, { "remedy", FIELD_TEXT, FIELD_REQUIRED, 1, 40 }, { "person", FIELD_INT, FIELD_NULL, 1, INT64_MAX, .what = "whom it was for" },
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "done|later", .what = "later: not again before tomorrow" }, { 0 },
};
static const struct field act_answer_fields[] = { { "id", FIELD_INT, FIELD_REQUIRED }, { 0 } };
static const struct shape act_answer_shape = { "RemedyActId", act_answer_fields };

static enum err act_add_handle(struct req *r)
{
	struct insight_act act = { .group = req_int(r, "group"), .person = req_int_or(r, "person", 0), .by = r->account, .at_us = r->now_us,
		.remedy = req_text(r, "remedy"), .later = str_eq(req_text(r, "state"), STR("later")) };
	struct membership m;
	int64_t id;
	if (insight_remedy_named(act.remedy) == NULL)
		return refuse(r, "not-one-of", "remedy");
	if (act.person) {
		TRY(group_membership(r->db, act.group, act.person, &m));
		if (m.state != MEMBER_IN)
			return refuse(r, "not-a-member", "person");
	}
	TRY(insight_act_add(r->db, &act, &id));
	json_open(&r->json);
	json_key_int(&r->json, "id", id);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry remedy_act_entry = { .name = "remedy.act", .method = "POST", .path = "/api/v1/groups/:group/remedies",
	.what = "Note that something was done about a group, or put off", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE,
	.body_bytes_max = 4096, .fields = act_fields, .answer = &act_answer_shape, .may = may_owner, .handle = act_add_handle };

static const struct field undo_fields[] = { PATH_GROUP, { "act", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };

static enum err undo_handle(struct req *r)
{
	TRY(insight_act_undo(r->db, req_int(r, "group"), req_int(r, "act"), r->now_us));
	api_write_empty(r);
	return ERR_OK;
}

const struct entry remedy_undo_entry = { .name = "remedy.undo", .method = "DELETE", .path = "/api/v1/groups/:group/remedies/:act",
	.what = "It was not done after all", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .fields = undo_fields,
	.answer = &api_empty_shape, .may = may_owner, .handle = undo_handle };

/* ---- and what came of it ---- */

static const struct field effect_week_fields[] = {
	{ "begin", FIELD_TIME, FIELD_REQUIRED }, { "expected", FIELD_REAL, FIELD_REQUIRED }, { "low", FIELD_REAL, FIELD_REQUIRED },
	{ "high", FIELD_REAL, FIELD_REQUIRED, .what = "80 of 100 such weeks lie between low and high" }, { 0 },
};
static const struct shape effect_week_shape = { "EffectWeek", effect_week_fields };
static const struct field done_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "remedy", FIELD_OBJECT, FIELD_REQUIRED, .of = &remedy_shape }, { "at", FIELD_TIME, FIELD_REQUIRED },
	{ "effect", FIELD_TEXT, FIELD_REQUIRED, .one_of = "helped|no_sign|harmed|too_early|too_little" },
	{ "ratio", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL, .what = "talk after it, over what was to be expected" },
	{ "low", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL }, { "high", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL, .what = "95 of 100" },
	{ "again_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL, .what = "too early: when to look again" },
	{ "weeks", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &effect_week_shape, .what = "the expected course after it" }, { 0 },
};
static const struct shape done_shape = { "RemedyDone", done_fields };
static const struct field dones_fields[] = { { "done", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &done_shape }, { 0 } };
static const struct shape dones_shape = { "RemediesDone", dones_fields };

enum err api_course_of(struct arena *a, struct str report, struct insight_course *out)
{
	struct json *j;
	size_t at;
	TRY(json_read(a, report, REPORT_DEPTH, &j, &at));
	const struct json *series = json_get(j, "series"), *until = json_get(j, "at");
	struct insight_course c = { .count = series ? series->count : 0 };
	uint32_t *weeks = arena_take_many(a, c.count + 1, sizeof *weeks);
	if (weeks == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < c.count; i++)
		weeks[i] = (uint32_t)json_get(&series->items[i], "messages")->integer;
	if (c.count)
		TRY(date_parse(json_get(&series->items[0], "week")->text, &c.first_us));
	if (c.count && until && until->kind == JSON_TEXT)
		TRY(date_parse(until->text, &c.until_us));
	c.weeks = weeks;
	*out = c;
	return ERR_OK;
}

static void write_done(struct req *r, const struct insight_act *a, const struct model_series_effect *e, int64_t again_us,
	const struct insight_remedy *m)
{
	static const char *const words[] = { "too_early", "too_little", "helped", "no_sign", "harmed" };
	struct json_out *j = &r->json;
	int64_t begin_us = again_us - (int64_t)MODEL_SERIES_AFTER_MIN * WEEK_US;
	json_open(j);
	json_key_int(j, "id", a->id);
	json_key(j, "remedy");
	write_remedy(j, m, in_chinese(r));
	json_key_time(j, "at", a->at_us);
	json_key_text(j, "effect", str_of(words[e->word]));
	json_key_real(j, "ratio", e->ratio);
	json_key_real(j, "low", e->low);
	json_key_real(j, "high", e->high);
	if (e->word == MODEL_SERIES_TOO_EARLY)
		json_key_time(j, "again_at", again_us);
	else
		json_key_null(j, "again_at");
	json_key(j, "weeks");
	json_open_list(j);
	for (size_t i = 0; i < e->course.periods; i++) {
		json_open(j);
		json_key_time(j, "begin", begin_us + (int64_t)i * WEEK_US);
		json_key_real(j, "expected", e->course.expected[i]);
		json_key_real(j, "low", e->course.low[i]);
		json_key_real(j, "high", e->course.high[i]);
		json_close(j);
	}
	json_close_list(j);
	json_close(j);
}

static enum err write_dones(struct req *r, struct thermometer *t)
{
	int64_t budget_us = US_PER_S, group = req_int(r, "group");
	struct insight_fit fit;
	struct insight_course course = { 0 };
	struct insight_act acts[INSIGHT_ACTS_MAX];
	size_t n;
	enum err e = thermometer_fit(t, r->arena, group, r->now_us, true, &budget_us, &fit);
	if (e == ERR_OK)
		e = api_course_of(r->arena, fit.report, &course);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	TRY(insight_acts(t->reader, r->arena, group, acts, &n));
	json_open(&r->json);
	json_key(&r->json, "done");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		const struct insight_remedy *m = insight_remedy_named(acts[i].remedy);
		struct model_series_effect effect;
		int64_t again_us;
		if (acts[i].later || m == NULL)
			continue;
		TRY(insight_act_effect(&course, acts[i].at_us, &effect, &again_us));
		write_done(r, &acts[i], &effect, again_us, m);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

static enum err dones_handle(struct req *r) { return thermometer_reading(r, write_dones); }
static enum err dones_load(struct req *r) { return may_owner(r); }

static const struct field dones_path_fields[] = { PATH_GROUP, QUERY_LANG, { 0 } };
const struct entry remedy_done_entry = { .name = "remedy.done", .method = "GET", .path = "/api/v1/groups/:group/remedies",
	.what = "What was done about a group, the newest first, and what came of it", .tx = TX_NONE, .rate = RATE_READ,
	.fields = dones_path_fields, .answer = &dones_shape, .may = may_signed_in, .load = dones_load, .handle = dones_handle };
