/*
 * The thermometer of groups that live here: all of mine at a glance, and one at length. For their owner only.
 *
 * What is shown is what is kept (fits.c), with its time; a group whose answer is cheap is worked out on the spot, by serve's
 * slow threads, one at a time, over a read connection of this room's own: chat's readers are not held up.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/drops.h"
#include "report/report.h"

#define LIST_BUDGET_US (300 * US_PER_MS) /* for answers made on the spot; the other groups wait for their own */
#define SUMMARY_DEPTH 3u

/* ---- reading; with reader_lock held ---- */

static enum err begin(struct thermometer *t)
{
	if (t->reader == NULL)
		TRY(db_connect(serve_db(t->serve), true, &t->reader));
	enum err e = db_begin(t->reader, false);
	if (e != ERR_OK) { /* the connection may be gone; the next request gets another */
		db_disconnect(t->reader);
		t->reader = NULL;
	}
	return e;
}

enum err thermometer_fit(struct thermometer *t, struct arena *a, int64_t group, int64_t now_us, bool with_report, int64_t *budget_us,
	struct insight_fit *out)
{
	CLEANUP(fit_free) struct fit made = FIT;
	int64_t number;
	enum err e = insight_fit_get(t->reader, a, group, with_report, out);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	bool kept = e == ERR_OK;
	TRY(event_last(t->reader, STREAM_GROUP, group, &number));
	/* a report shows what members decided a moment ago about being counted, which is no event of the group */
	bool fresh = kept && !with_report && out->number == number && now_us - out->made_us < US_PER_DAY;
	if (fresh || *budget_us <= 0 || (kept && out->cost_us >= FIT_CHEAP_US))
		return e;
	if (!kept) {
		int64_t lines;
		TRY(insight_group_size(t->reader, group, FIT_SPOT_LINES + 1, &lines));
		if (lines > FIT_SPOT_LINES)
			return ERR_NOT_FOUND;
	}
	TRY(fit_make(t->reader, group, now_us, NULL, &made));
	*budget_us -= made.kept.cost_us;
	*out = made.kept;
	TRY(arena_copy(a, made.kept.summary, &out->summary));
	return arena_copy(a, made.kept.report, &out->report);
}

static enum err read_group(struct thermometer *t, int64_t group, int64_t now_us, struct insight_group_reading **out)
{
	pthread_mutex_lock(&t->reader_lock);
	enum err e = begin(t);
	if (e == ERR_OK) {
		e = insight_group_read(t->reader, group, now_us, NULL, out);
		db_rollback(t->reader);
	}
	pthread_mutex_unlock(&t->reader_lock);
	return e;
}

/* ---- all of mine ---- */

static const struct field greet_fields[] = {
	{ "account", FIELD_INT, FIELD_REQUIRED, .what = "0: a name of the file" }, { "name", FIELD_TEXT, FIELD_REQUIRED, .what = "of a file only" },
	{ "quiet_days", FIELD_INT, FIELD_REQUIRED }, { "usual_gap_days", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL }, { 0 },
};
static const struct shape greet_shape = { "Greeting", greet_fields };
static const struct field line_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },
	{ "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "hosted|external" },
	{ "today", FIELD_INT, FIELD_REQUIRED, .what = "messages since midnight UTC" },
	{ "as_of", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL, .what = "when the other figures were worked out; null: not yet" },
	{ "weeks", FIELD_INT, FIELD_REQUIRED | FIELD_LIST, .what = "messages in the last twelve whole weeks, oldest first", .max_items = FIT_WEEKS },
	{ "messages", FIELD_INT, FIELD_REQUIRED }, { "members", FIELD_INT, FIELD_REQUIRED, .what = "in it; of an external group: who ever spoke" },
	{ "last_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL },
	{ "stage", FIELD_TEXT, FIELD_REQUIRED, .one_of = "warming|steady|cooling|quiet|unknown" },
	{ "percent", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL, .what = "of the group's usual, over the last twelve weeks" },
	{ "p_halve", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL, .what = "how likely its talk halves within twelve weeks" },
	{ "spoke", FIELD_INT, FIELD_REQUIRED, .what = "who ever spoke" },
	{ "need", FIELD_INT, FIELD_REQUIRED, .what = "how much it asks for its owner; the list is in this order" },
	{ "greet", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &greet_shape, .max_items = 3 },
	{ "failing", FIELD_TEXT, FIELD_REQUIRED, .what = "the one of the six with the strongest sign, or empty" }, { 0 },
};
static const struct shape line_shape = { "GroupWarmth", line_fields };
static const struct field list_fields[] = { { "groups", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &line_shape }, { 0 } };
static const struct shape list_shape = { "GroupWarmths", list_fields };


enum err thermometer_mine(struct req *r)
{
	struct mine *m = ARENA_NEW(r->arena, struct mine);
	if (m == NULL)
		return ERR_MEMORY;
	r->state = m;
	return group_owned(r->db, r->arena, r->account, GROUP_OF_ONE_MAX, &m->groups, &m->count);
}

static enum err line_of(struct req *r, struct thermometer *t, const struct group *g, int64_t *budget_us, struct thermometer_line *out)
{
	struct json *summary;
	size_t at;
	uint32_t today;
	*out = (struct thermometer_line){ .group = g };
	TRY(insight_counts_days(t->reader, g->id, r->now_us / US_PER_DAY, 1, &today));
	out->today = today;
	enum err e = thermometer_fit(t, r->arena, g->id, r->now_us, false, budget_us, &out->fit);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	TRY(e);
	TRY(json_read(r->arena, out->fit.summary, SUMMARY_DEPTH, &summary, &at));
	out->summary = summary;
	out->need = json_get(summary, "need")->integer;
	out->spoke = json_get(summary, "spoke")->integer;
	return ERR_OK;
}

static int by_need(const void *a, const void *b)
{
	const struct thermometer_line *x = a, *y = b;
	if (x->need != y->need)
		return x->need < y->need ? 1 : -1;
	return (x->group->id > y->group->id) - (x->group->id < y->group->id);
}

enum err thermometer_lines(struct req *r, struct thermometer *t, struct thermometer_line **out, size_t *out_count)
{
	const struct mine *m = r->state;
	int64_t budget_us = LIST_BUDGET_US;
	struct thermometer_line *lines = arena_take_many(r->arena, m->count + 1, sizeof *lines);
	if (lines == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < m->count; i++)
		TRY(line_of(r, t, &m->groups[i], &budget_us, &lines[i]));
	qsort(lines, m->count, sizeof *lines, by_need);
	*out = lines;
	*out_count = m->count;
	return ERR_OK;
}

static void write_line(struct json_out *j, const struct thermometer_line *l)
{
	static const struct str unknown = STR("{\"weeks\":[0,0,0,0,0,0,0,0,0,0,0,0],\"messages\":0,\"spoke\":0,\"last_at\":null,"
		"\"stage\":\"unknown\",\"percent\":null,\"p_halve\":null,\"need\":0,\"greet\":[],\"failing\":\"\"}");
	struct str summary = l->fit.summary.n ? l->fit.summary : unknown;
	json_open(j);
	json_key_int(j, "id", l->group->id);
	json_key_text(j, "name", l->group->name);
	json_key_text(j, "kind", l->group->kind);
	json_key_int(j, "members", l->group->external ? l->spoke : l->group->members);
	json_key_int(j, "today", l->today);
	api_write_time_or_null(j, "as_of", l->fit.made_us);
	json_raw(j, (struct str){ summary.p + 1, summary.n - 2 }); /* its members, among ours */
	json_close(j);
}

static enum err write_all(struct req *r, struct thermometer *t)
{
	struct thermometer_line *lines;
	size_t count;
	TRY(thermometer_lines(r, t, &lines, &count));
	json_open(&r->json);
	json_key(&r->json, "groups");
	json_open_list(&r->json);
	for (size_t i = 0; i < count; i++)
		write_line(&r->json, &lines[i]);
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

enum err thermometer_reading(struct req *r, enum err (*what)(struct req *r, struct thermometer *t))
{
	struct thermometer *t = thermometer_of(r);
	if (t == NULL)
		return ERR_BUSY;
	pthread_mutex_lock(&t->reader_lock);
	enum err e = begin(t);
	if (e == ERR_OK) {
		e = what(r, t);
		db_rollback(t->reader);
	}
	pthread_mutex_unlock(&t->reader_lock);
	return e;
}

static enum err list_handle(struct req *r) { return thermometer_reading(r, write_all); }

const struct entry thermometer_list_entry = { .name = "thermometer.list", .method = "GET", .path = "/api/v1/thermometer",
	.what = "How warm my groups are", .tx = TX_NONE, .rate = RATE_READ, .answer = &list_shape, .may = may_signed_in, .load = thermometer_mine,
	.handle = list_handle };

/* ---- one group ---- */

static const struct field group_fields[] = { PATH_GROUP, { "lang", FIELD_TEXT, FIELD_QUERY, .one_of = "zh|en" }, { 0 } };

static enum err group_load(struct req *r) { return may_owner(r); }

static enum err write_group(struct req *r, struct thermometer *t)
{
	struct insight_fit fit;
	int64_t budget_us = LIST_BUDGET_US, group = req_int(r, "group");
	enum err e = thermometer_fit(t, r->arena, group, r->now_us, true, &budget_us, &fit);
	if (e == ERR_NOT_FOUND)
		return refuse(r, "working-on-it", NULL);
	TRY(e);
	pthread_mutex_lock(&t->lock);
	bool brought = drop_group_is_brought(t, group);
	pthread_mutex_unlock(&t->lock);
	json_open(&r->json);
	json_key_bool(&r->json, "bringing", brought); /* more is on its way */
	json_key_time(&r->json, "as_of", fit.made_us);
	json_raw(&r->json, (struct str){ fit.report.p + 1, fit.report.n - 2 });
	json_close(&r->json);
	return ERR_OK;
}

static enum err group_handle(struct req *r) { return thermometer_reading(r, write_group); }

enum err api_report_page(struct req *r, const struct insight_diagnosis *one)
{
	bool chinese = req_has(r, "lang") ? str_eq(req_text(r, "lang"), STR("zh")) : r->chinese;
	r->content_type = "text/html; charset=utf-8";
	req_header(r, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox");
	return report_html(one, chinese, &r->out);
}

static enum err page_handle(struct req *r)
{
	struct thermometer *t = thermometer_of(r);
	CLEANUP(insight_group_reading_drop) struct insight_group_reading *reading = NULL;
	if (t == NULL)
		return ERR_BUSY;
	TRY(read_group(t, req_int(r, "group"), r->now_us, &reading));
	struct insight_diagnosis one = { .groups = insight_group_of(reading), .group_count = 1 };
	return api_report_page(r, &one);
}

const struct entry thermometer_group_entry = { .name = "thermometer.group", .method = "GET", .path = "/api/v1/thermometer/groups/:group",
	.what = "The thermometer of one group of mine, as of a file; leaves are counted from five up", .tx = TX_NONE, .rate = RATE_READ,
	.fields = group_fields, .may = may_signed_in, .load = group_load, .handle = group_handle };
const struct entry thermometer_page_entry = { .name = "thermometer.page", .method = "GET",
	.path = "/api/v1/thermometer/groups/:group/report.html", .what = "The same as a page that needs nothing else", .tx = TX_NONE,
	.rate = RATE_READ, .fields = group_fields, .answer_type = "text/html; charset=utf-8", .may = may_signed_in, .load = group_load,
	.handle = page_handle };
