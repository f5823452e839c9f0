/* The daily counts' statements (counts.c). */
#include "insight/counts.h"

DB_SQL(sql_count_author, "SELECT author, at_us FROM message WHERE group_id = $1 AND number = $2")
DB_SQL(sql_count_member, "INSERT INTO member_day (group_id, day, account, messages) "
	"SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM account WHERE id = $3 AND left_out = 0 "
	"ON CONFLICT (group_id, day, account) DO UPDATE SET messages = member_day.messages + excluded.messages")
DB_SQL(sql_count_less, "UPDATE member_day SET messages = messages - $4 WHERE group_id = $1 AND day = $2 AND account = $3 AND messages >= $4")
DB_SQL(sql_count_group, "INSERT INTO group_day (group_id, day, messages, joins, leaves) VALUES ($1, $2, $3, $4, $5) "
	"ON CONFLICT (group_id, day) DO UPDATE SET messages = group_day.messages + excluded.messages, "
	"joins = group_day.joins + excluded.joins, leaves = group_day.leaves + excluded.leaves")
DB_SQL(sql_count_without, "UPDATE group_day SET messages = messages - (SELECT d.messages FROM member_day d "
	"WHERE d.group_id = group_day.group_id AND d.day = group_day.day AND d.account = $1) "
	"WHERE (group_id, day) IN (SELECT d.group_id, d.day FROM member_day d WHERE d.account = $1)")
DB_SQL(sql_count_forget, "DELETE FROM member_day WHERE account = $1")
DB_SQL(sql_count_days, "SELECT day, messages FROM group_day WHERE group_id = $1 AND day >= $2 AND day < $3 ORDER BY day LIMIT $4")

enum err counts_author(struct db_conn *c, int64_t group, int64_t number, int64_t *out_author, int64_t *out_at_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_count_author, &rows, DB_I(group), DB_I(number)));
	*out_author = db_int(&rows, 0);
	*out_at_us = db_int(&rows, 1);
	return ERR_OK;
}

enum err counts_member(struct db_conn *c, const struct count *n, bool *out_counted)
{
	int64_t changed = 0;
	if (n->messages >= 0)
		TRY(db_run(c, &sql_count_member, &changed, DB_I(n->group), DB_I(n->day), DB_I(n->account), DB_I(n->messages)));
	else
		TRY(db_run(c, &sql_count_less, &changed, DB_I(n->group), DB_I(n->day), DB_I(n->account), DB_I(-n->messages)));
	*out_counted = changed > 0;
	return ERR_OK;
}

enum err counts_group(struct db_conn *c, int64_t group, int64_t day, int64_t messages, int64_t joins, int64_t leaves)
{
	return db_run(c, &sql_count_group, NULL, DB_I(group), DB_I(day), DB_I(messages), DB_I(joins), DB_I(leaves));
}

enum err insight_leave_out(struct db_conn *c, int64_t account)
{
	TRY(db_run(c, &sql_count_without, NULL, DB_I(account)));
	TRY(db_run(c, &sql_count_forget, NULL, DB_I(account)));
	return insight_anew(c, account);
}

enum err insight_counts_days(struct db_conn *c, int64_t group, int64_t from_day, size_t days, uint32_t *out_messages)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	memset(out_messages, 0, days * sizeof *out_messages);
	TRY(db_query(c, &sql_count_days, &rows, DB_I(group), DB_I(from_day), DB_I(from_day + (int64_t)days), DB_I((int64_t)days)));
	while (db_next(&rows))
		out_messages[db_int(&rows, 0) - from_day] = (uint32_t)db_int(&rows, 1);
	return db_rows_end(&rows);
}
