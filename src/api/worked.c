/*
 * What worked in my groups: what came of every remedy that was done in groups I own, taken together. Of nobody else's groups.
 * Not here: what came of one act (today.c), how it is taken together (insight/worked.h).
 */
#include "api/drops.h"
#include "insight/remedies.h"
#include "insight/worked.h"

#define WORKED_ACTS_MAX 500u /* each is a model of its own */
#define WORKED_BUDGET_US (300 * US_PER_MS) /* for answers made on the spot; else what is kept */

static const struct field one_fields[] = {
	{ "remedy", FIELD_TEXT, FIELD_REQUIRED, .what = "its id" },
	{ "done", FIELD_INT, FIELD_REQUIRED, .what = "the sum of the next five" },
	{ "helped", FIELD_INT, FIELD_REQUIRED }, { "no_sign", FIELD_INT, FIELD_REQUIRED }, { "harmed", FIELD_INT, FIELD_REQUIRED },
	{ "too_early", FIELD_INT, FIELD_REQUIRED }, { "too_little", FIELD_INT, FIELD_REQUIRED },
	{ "ratio", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL, .what = "geometric mean of talk after it, over what was to be expected" },
	{ "low", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL },
	{ "high", FIELD_REAL, FIELD_REQUIRED | FIELD_NULL, .what = "95 of 100; from two groups on" },
	{ 0 },
};
static const struct shape one_shape = { "RemedyWorked", one_fields };
static const struct field worked_fields[] = {
	{ "worked", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &one_shape,
		.what = "remedies done in my groups; at most 500 acts are looked at" },
	{ 0 },
};
static const struct shape worked_shape = { "RemediesWorked", worked_fields };

/* As kept, when nothing happened since; with_report would have it made anew. */
static enum err report_of(struct req *r, struct thermometer *t, struct arena *a, int64_t group, int64_t *budget_us, struct str *out)
{
	struct insight_fit fit;
	TRY(thermometer_fit(t, a, group, r->now_us, false, budget_us, &fit));
	if (fit.report.n == 0)
		TRY(insight_fit_get(t->reader, a, group, true, &fit));
	*out = fit.report;
	return ERR_OK;
}

static enum err look_at_group(struct req *r, struct thermometer *t, struct arena *a, int64_t group, int64_t *budget_us, size_t *left,
	struct insight_worked *sums)
{
	struct insight_act acts[INSIGHT_ACTS_MAX];
	struct insight_course course;
	struct str report;
	size_t n, done = 0;
	TRY(insight_acts(t->reader, a, group, acts, &n));
	for (size_t i = 0; i < n; i++)
		if (!acts[i].later)
			acts[done++] = acts[i];
	if (done == 0)
		return ERR_OK;
	enum err e = report_of(r, t, a, group, budget_us, &report);
	if (e == ERR_OK)
		e = api_course_of(a, report, &course);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	for (size_t i = 0; i < done && *left; i++) {
		const struct insight_remedy *m = insight_remedy_named(acts[i].remedy);
		struct model_series_effect effect = { .word = MODEL_SERIES_TOO_EARLY };
		int64_t again_us;
		if (m == NULL)
			continue;
		if (e == ERR_OK) /* else the group was not looked at yet */
			TRY(insight_act_effect(&course, acts[i].at_us, &effect, &again_us));
		insight_worked_add(&sums[m - insight_remedies], &effect);
		--*left;
	}
	for (size_t i = 0; i < insight_remedy_count; i++)
		insight_worked_group_end(&sums[i]);
	return ERR_OK;
}

static void write_one(struct json_out *j, const char *id, const struct insight_worked *w)
{
	struct insight_worked_ratio ratio = insight_worked_ratio(w);
	json_open(j);
	json_key_text(j, "remedy", str_of(id));
	json_key_int(j, "done", w->done);
	json_key_int(j, "helped", w->helped);
	json_key_int(j, "no_sign", w->no_sign);
	json_key_int(j, "harmed", w->harmed);
	json_key_int(j, "too_early", w->too_early);
	json_key_int(j, "too_little", w->too_little);
	json_key_real(j, "ratio", ratio.ratio);
	json_key_real(j, "low", ratio.low);
	json_key_real(j, "high", ratio.high);
	json_close(j);
}

static enum err write_worked(struct req *r, struct thermometer *t)
{
	const struct mine *m = r->state;
	CLEANUP(arena_drop) struct arena *a = arena_new(SERVE_REQUEST_ARENA_MAX); /* a group's at a time: there may be a thousand */
	struct insight_worked *sums = arena_take_many(r->arena, insight_remedy_count, sizeof *sums);
	int64_t budget_us = WORKED_BUDGET_US;
	size_t left = WORKED_ACTS_MAX;
	if (a == NULL || sums == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < m->count && left; i++) {
		TRY(look_at_group(r, t, a, m->groups[i].id, &budget_us, &left, sums));
		arena_reset(a);
	}
	json_open(&r->json);
	json_key(&r->json, "worked");
	json_open_list(&r->json);
	for (size_t i = 0; i < insight_remedy_count; i++)
		if (sums[i].done)
			write_one(&r->json, insight_remedies[i].id, &sums[i]);
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

static enum err worked_handle(struct req *r) { return thermometer_reading(r, write_worked); }

const struct entry remedy_worked_entry = { .name = "remedy.worked", .method = "GET", .path = "/api/v1/remedies/worked",
	.what = "What came of the remedies done in my groups, taken together", .tx = TX_NONE, .rate = RATE_READ, .answer = &worked_shape,
	.may = may_signed_in, .load = thermometer_mine, .handle = worked_handle };
