/* What was done about it: the statements. */
#include "insight/remedies.h"

DB_SQL(sql_act_add, "INSERT INTO remedy_act (group_id, remedy, person, state, by_account, at_us) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id")
DB_SQL(sql_act_undo, "UPDATE remedy_act SET undone_us = $3 WHERE group_id = $1 AND id = $2 AND undone_us IS NULL")
DB_SQL(sql_acts, "SELECT id, remedy, COALESCE(person, 0), state, by_account, at_us FROM remedy_act "
	"WHERE group_id = $1 AND undone_us IS NULL ORDER BY at_us DESC, id DESC LIMIT $2")

enum err insight_act_add(struct db_conn *c, const struct insight_act *act, int64_t *out_id)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_act_add, &rows, DB_I(act->group), DB_T(act->remedy), DB_N(act->person), DB_T(act->later ? STR("later") : STR("done")),
		DB_I(act->by), DB_I(act->at_us)));
	*out_id = db_int(&rows, 0);
	return ERR_OK;
}

enum err insight_act_undo(struct db_conn *c, int64_t group, int64_t id, int64_t now_us)
{
	int64_t changed = 0;
	TRY(db_run(c, &sql_act_undo, &changed, DB_I(group), DB_I(id), DB_I(now_us)));
	return changed ? ERR_OK : ERR_NOT_FOUND;
}

enum err insight_acts(struct db_conn *c, struct arena *a, int64_t group, struct insight_act out[INSIGHT_ACTS_MAX], size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	size_t n = 0;
	TRY(db_query(c, &sql_acts, &rows, DB_I(group), DB_I(INSIGHT_ACTS_MAX)));
	for (; n < INSIGHT_ACTS_MAX && db_next(&rows); n++) {
		out[n] = (struct insight_act){ .id = db_int(&rows, 0), .group = group, .person = db_int(&rows, 2),
			.later = str_eq(db_str(&rows, 3), STR("later")), .by = db_int(&rows, 4), .at_us = db_int(&rows, 5) };
		TRY(db_str_copy(&rows, 1, a, &out[n].remedy));
	}
	TRY(db_rows_end(&rows));
	*out_count = n;
	return ERR_OK;
}
