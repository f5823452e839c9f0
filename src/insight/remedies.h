/*
 * remedies: what an owner can do about it, what he did, and what came of it.
 *
 * The catalogue is content/remedies/, two languages each, built in. What was done is kept per group; its effect is what came
 * over what was to be expected (model/series.h), in whole weeks.
 * Used by: api. Not here: which group needs one (api/today.c), the failings (warmth).
 */
#ifndef HEARTH_INSIGHT_REMEDIES_H
#define HEARTH_INSIGHT_REMEDIES_H

#include "model/series.h"
#include "db/db.h"

enum insight_for { INSIGHT_FOR_NONE, INSIGHT_FOR_GREET, INSIGHT_FOR_NEWCOMER };
struct insight_remedy_words {
	const char *title, *when, *what, *expect, *source;
};
struct insight_remedy {
	const char *id;
	const char *failing;  /* "no_persistence" …, or "any" */
	unsigned stages;      /* 1 << enum warmth_stage */
	const char *act;      /* where it is done: "chat", "members", "about", "manage", "packet", "none" */
	enum insight_for person;
	int rest_days;        /* not proposed again so soon */
	struct insight_remedy_words words[2]; /* English, Chinese */
};
extern const struct insight_remedy insight_remedies[];
extern const size_t insight_remedy_count;
/* NULL: there is none of this name. */
const struct insight_remedy *insight_remedy_named(struct str id);

/* ---- what was done ---- */
#define INSIGHT_ACTS_MAX 200u /* of a group that are looked at: the latest */
struct insight_act {
	int64_t id, group, person, by, at_us; /* person 0: nobody in particular */
	struct str remedy;                    /* its id */
	bool later;                           /* put off, not done */
};
enum err insight_act_add(struct db_conn *c, const struct insight_act *act, int64_t *out_id) MUST_USE;
/* ERR_NOT_FOUND: no such act of the group, or undone already. */
enum err insight_act_undo(struct db_conn *c, int64_t group, int64_t id, int64_t now_us) MUST_USE;
/* The newest first, undone ones left out; their remedies' ids are in the arena. */
enum err insight_acts(struct db_conn *c, struct arena *a, int64_t group, struct insight_act out[INSIGHT_ACTS_MAX], size_t *out_count) MUST_USE;

/* Whole weeks before and after the act; neither the week of the act nor the first one with talk belongs to them.
 * *out_again_us: when to look again, where it is too early. ERR_MEMORY. */
struct insight_course {
	int64_t first_us, until_us; /* the first week's begin; how far the group was looked at */
	const uint32_t *weeks;      /* messages, from the first week to the last with talk */
	size_t count;
};
enum err insight_act_effect(const struct insight_course *c, int64_t at_us, struct model_series_effect *out, int64_t *out_again_us) MUST_USE;

#endif
