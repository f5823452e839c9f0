/* The kept answers' statements. */
#include "insight/insight.h"

DB_SQL(sql_fit_summary, "SELECT made_us, number, cost_us, summary, '' FROM group_fit WHERE group_id = $1")
DB_SQL(sql_fit_report, "SELECT made_us, number, cost_us, summary, report FROM group_fit WHERE group_id = $1")
DB_SQL(sql_fit_put, "INSERT INTO group_fit (group_id, made_us, number, cost_us, summary, report) VALUES ($1, $2, $3, $4, $5, $6) "
	"ON CONFLICT (group_id) DO UPDATE SET made_us = excluded.made_us, number = excluded.number, cost_us = excluded.cost_us, "
	"summary = excluded.summary, report = excluded.report")
DB_SQL(sql_fits_forget, "DELETE FROM group_fit WHERE group_id IN (SELECT m.group_id FROM member m WHERE m.account = $1)")
DB_SQL(sql_fit_forget, "DELETE FROM group_fit WHERE group_id = $1")
DB_SQL(sql_wish, "UPDATE wish SET number = number + 1")
DB_SQL(sql_wishes, "SELECT number FROM wish")
DB_SQL_2(sql_wishes_held, "SELECT number FROM wish", "SELECT number FROM wish FOR SHARE") /* who changes one waits for us */
DB_SQL(sql_fits_due, "SELECT g.id, COALESCE(f.made_us, 0), COALESCE(f.cost_us, 0) FROM chat_group g "
	"LEFT JOIN group_fit f ON f.group_id = g.id LEFT JOIN stream s ON s.stream = 1 AND s.owner = g.id "
	"WHERE g.id > $1 AND (f.group_id IS NULL OR f.made_us < $2 OR f.number <> COALESCE(s.last_number, 0)) ORDER BY g.id LIMIT $3")

enum err insight_anew(struct db_conn *c, int64_t account)
{
	TRY(db_run(c, &sql_wish, NULL));
	return db_run(c, &sql_fits_forget, NULL, DB_I(account));
}

enum err insight_group_anew(struct db_conn *c, int64_t group)
{
	TRY(db_run(c, &sql_wish, NULL));
	return db_run(c, &sql_fit_forget, NULL, DB_I(group));
}

enum err insight_wishes(struct db_conn *c, int64_t *out_number)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_wishes, &rows));
	*out_number = db_int(&rows, 0);
	return ERR_OK;
}

enum err insight_fit_get(struct db_conn *c, struct arena *a, int64_t group, bool with_report, struct insight_fit *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, with_report ? &sql_fit_report : &sql_fit_summary, &rows, DB_I(group)));
	struct insight_fit f = { .group = group, .made_us = db_int(&rows, 0), .number = db_int(&rows, 1), .cost_us = db_int(&rows, 2) };
	TRY(db_str_copy(&rows, 3, a, &f.summary));
	TRY(db_str_copy(&rows, 4, a, &f.report));
	*out = f;
	return ERR_OK;
}

enum err insight_fit_put(struct db_conn *c, const struct insight_fit *f)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_wishes_held, &rows));
	if (db_int(&rows, 0) != f->wishes)
		return ERR_CONFLICT;
	db_rows_close(&rows);
	return db_run(c, &sql_fit_put, NULL, DB_I(f->group), DB_I(f->made_us), DB_I(f->number), DB_I(f->cost_us), DB_T(f->summary),
		DB_T(f->report));
}

enum err insight_fits_due(struct db_conn *c, int64_t after, int64_t before_us, struct insight_due *out, size_t limit, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	size_t n = 0;
	TRY(db_query(c, &sql_fits_due, &rows, DB_I(after), DB_I(before_us), DB_I((int64_t)limit)));
	while (n < limit && db_next(&rows))
		out[n++] = (struct insight_due){ .group = db_int(&rows, 0), .made_us = db_int(&rows, 1), .cost_us = db_int(&rows, 2) };
	TRY(db_rows_end(&rows));
	*out_count = n;
	return ERR_OK;
}
