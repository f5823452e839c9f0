/*
 * The thermometer of groups that live here: all of mine at a glance, and one at length. For their owner only.
 *
 * Reading a group's tables may take a moment, so it is done by serve's slow threads, one at a time, over a read connection of
 * this room's own: chat's readers are not held up. What the list needs is kept until something new happens in the group.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/drops.h"
#include "report/report.h"

#define WEEKS 12u
#define WEEK_US (7 * US_PER_DAY)
#define MONDAY_US (4 * US_PER_DAY) /* the first one after 1970-01-01 */
#define FRESH_US (60 * US_PER_S)   /* a busy group's figures are not made anew more often */
#define STALE_US (3600 * US_PER_S) /* and not less, since weeks go by by themselves */

struct group_warmth { /* kept between requests */
	int64_t number, made_us, last_us;
	uint32_t weeks[WEEKS];
	uint64_t messages;
	size_t members;
	enum warmth_stage stage;
};

void thermometer_warmths_free(struct thermometer *t)
{
	size_t pos = 0;
	uint64_t key;
	void *value;
	while (t->warmths && idmap_next(t->warmths, &pos, &key, &value))
		free(value);
	idmap_free(t->warmths);
	t->warmths = NULL;
}

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

static enum err read_group(struct thermometer *t, int64_t group, int64_t now_us, struct insight_group_reading **out)
{
	pthread_mutex_lock(&t->reader_lock);
	enum err e = begin(t);
	if (e == ERR_OK) {
		e = insight_group_read(t->reader, group, now_us, out);
		db_rollback(t->reader);
	}
	pthread_mutex_unlock(&t->reader_lock);
	return e;
}

/* The last whole weeks before the reading looked, oldest first. */
static void weeks_of(const struct warmth_reading *r, uint32_t out[WEEKS])
{
	int64_t monday = r->at_us - (r->at_us - MONDAY_US) % WEEK_US;
	for (size_t i = 0; i < r->week_count; i++) {
		int64_t back = (monday - r->weeks[i].begin_us) / WEEK_US;
		if (r->weeks[i].begin_us < monday && back >= 1 && back <= WEEKS)
			out[WEEKS - back] = r->weeks[i].messages;
	}
}

static enum err make(struct thermometer *t, int64_t group, int64_t now_us, struct group_warmth *w)
{
	CLEANUP(insight_group_reading_drop) struct insight_group_reading *reading = NULL;
	TRY(insight_group_read(t->reader, group, now_us, &reading));
	const struct warmth_reading *r = &insight_group_of(reading)->reading;
	struct group_warmth made = { .number = w->number, .made_us = now_us, .last_us = r->talked ? r->last_us : 0, .messages = r->messages,
		.members = r->members, .stage = r->level.stage };
	if (r->talked)
		weeks_of(r, made.weeks);
	*w = made;
	return ERR_OK;
}

/* As kept, or anew. */
static enum err warmth_of(struct thermometer *t, int64_t group, int64_t now_us, struct group_warmth **out)
{
	struct group_warmth *w = idmap_get(t->warmths, (uint64_t)group);
	int64_t number;
	if (w == NULL) {
		w = calloc(1, sizeof *w);
		if (w == NULL || idmap_put(t->warmths, (uint64_t)group, w) != ERR_OK) {
			free(w);
			return ERR_MEMORY;
		}
	}
	TRY(event_last(t->reader, STREAM_GROUP, group, &number));
	int64_t age_us = now_us - w->made_us;
	if (w->made_us == 0 || age_us > STALE_US || (number != w->number && age_us > FRESH_US)) {
		w->number = number;
		TRY(make(t, group, now_us, w));
	}
	*out = w;
	return ERR_OK;
}

/* ---- all of mine ---- */

static const struct field line_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },
	{ "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "hosted|external" },
	{ "weeks", FIELD_INT, FIELD_REQUIRED | FIELD_LIST, .what = "messages in the last twelve whole weeks, oldest first", .max_items = WEEKS },
	{ "messages", FIELD_INT, FIELD_REQUIRED }, { "members", FIELD_INT, FIELD_REQUIRED, .what = "in it; of an external group: who ever spoke" },
	{ "last_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL },
	{ "stage", FIELD_TEXT, FIELD_REQUIRED, .one_of = "warming|steady|cooling|quiet|unknown" }, { 0 },
};
static const struct shape line_shape = { "GroupWarmth", line_fields };
static const struct field list_fields[] = { { "groups", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &line_shape }, { 0 } };
static const struct shape list_shape = { "GroupWarmths", list_fields };

struct mine {
	struct group *groups;
	size_t count;
};

static enum err list_load(struct req *r)
{
	struct mine *m = ARENA_NEW(r->arena, struct mine);
	if (m == NULL)
		return ERR_MEMORY;
	r->state = m;
	return group_owned(r->db, r->arena, r->account, GROUP_OF_ONE_MAX, &m->groups, &m->count);
}

static void write_warmth(struct json_out *j, const struct group *g, const struct group_warmth *w)
{
	static const char *const stages[] = { "unknown", "warming", "steady", "cooling", "quiet" };
	json_open(j);
	json_key_int(j, "id", g->id);
	json_key_text(j, "name", g->name);
	json_key_text(j, "kind", g->kind);
	json_key(j, "weeks");
	json_open_list(j);
	for (size_t i = 0; i < WEEKS; i++)
		json_int(j, w->weeks[i]);
	json_close_list(j);
	json_key_int(j, "messages", (int64_t)w->messages);
	json_key_int(j, "members", g->external ? (int64_t)w->members : g->members);
	api_write_time_or_null(j, "last_at", w->last_us);
	json_key_text(j, "stage", str_of(stages[w->stage]));
	json_close(j);
}

static enum err write_all(struct req *r, struct thermometer *t, const struct mine *m)
{
	json_open(&r->json);
	json_key(&r->json, "groups");
	json_open_list(&r->json);
	for (size_t i = 0; i < m->count; i++) {
		struct group_warmth *w;
		TRY(warmth_of(t, m->groups[i].id, r->now_us, &w));
		write_warmth(&r->json, &m->groups[i], w);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

static enum err list_handle(struct req *r)
{
	struct thermometer *t = thermometer_of(r);
	if (t == NULL)
		return ERR_BUSY;
	pthread_mutex_lock(&t->reader_lock);
	enum err e = begin(t);
	if (e == ERR_OK) {
		e = write_all(r, t, r->state);
		db_rollback(t->reader);
	}
	pthread_mutex_unlock(&t->reader_lock);
	return e;
}

const struct entry thermometer_list_entry = { .name = "thermometer.list", .method = "GET", .path = "/api/v1/thermometer",
	.what = "How warm my groups are", .tx = TX_NONE, .rate = RATE_READ, .answer = &list_shape, .may = may_signed_in, .load = list_load,
	.handle = list_handle };

/* ---- one group ---- */

static const struct field group_fields[] = { PATH_GROUP, { "lang", FIELD_TEXT, FIELD_QUERY, .one_of = "zh|en" }, { 0 } };

static enum err group_load(struct req *r) { return may_owner(r); }

static enum err group_handle(struct req *r)
{
	struct thermometer *t = thermometer_of(r);
	CLEANUP(insight_group_reading_drop) struct insight_group_reading *reading = NULL;
	if (t == NULL)
		return ERR_BUSY;
	TRY(read_group(t, req_int(r, "group"), r->now_us, &reading));
	TRY(report_json_group(insight_group_of(reading), &r->out));
	pthread_mutex_lock(&t->lock);
	bool brought = drop_group_is_brought(t, req_int(r, "group"));
	pthread_mutex_unlock(&t->lock);
	if (r->out.n && brought) { /* more is on its way: one member more in the object */
		r->out.n--;
		buf_add(&r->out, STR(",\"bringing\":true}"));
	}
	return ERR_OK;
}

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
