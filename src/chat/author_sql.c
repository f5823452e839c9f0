/* What one author said: to take it along, or to empty it when he deletes his account. */
#include "chat/chat.h"

/* "+ 0" keeps both databases on the index by author: the others' messages of a large group are not read. */
DB_SQL(sql_said, "SELECT number, at_us, text, COALESCE(reply_to, 0), COALESCE(picture, 0) FROM message "
	"WHERE group_id = $1 AND author = $2 AND number + 0 > $3 AND state = 0 ORDER BY number + 0 LIMIT $4")
DB_SQL(sql_said_ids, "SELECT number, client_id FROM message WHERE group_id = $1 AND author = $2 AND client_id > $3 "
	"ORDER BY client_id LIMIT $4")
DB_SQL(sql_said_empty, "UPDATE message SET state = 1, text = '', picture = NULL WHERE group_id = $1 AND number = $2 AND state = 0")
DB_SQL(sql_said_mentions, "DELETE FROM mention WHERE group_id = $1 AND number = $2")
DB_SQL(sql_said_picture, "DELETE FROM picture WHERE group_id = $1 AND number = $2 RETURNING file")
DB_SQL(sql_unclaim, "UPDATE history_author SET account = CASE WHEN account = $1 THEN NULL ELSE account END, "
	"claim_by = CASE WHEN claim_by = $1 THEN NULL ELSE claim_by END WHERE account = $1 OR claim_by = $1")

enum err chat_said(struct db_conn *c, struct arena *a, int64_t group, int64_t account, int64_t after, size_t limit, struct message **out,
	size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct message *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_said, &rows, DB_I(group), DB_I(account), DB_I(after), DB_I((int64_t)limit)));
	for (; n < limit && db_next(&rows); n++) {
		list[n] = (struct message){ .number = db_int(&rows, 0), .author = account, .at_us = db_int(&rows, 1),
			.reply_to = db_int(&rows, 3), .picture = { .id = db_int(&rows, 4) } };
		TRY(db_str_copy(&rows, 2, a, &list[n].text));
	}
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

static enum err empty_one(struct db_conn *c, struct arena *a, int64_t group, int64_t number)
{
	int64_t changed = 0;
	struct str file = STR("");
	TRY(db_run(c, &sql_said_empty, &changed, DB_I(group), DB_I(number)));
	if (changed == 0)
		return ERR_OK;
	TRY(db_run(c, &sql_said_mentions, NULL, DB_I(group), DB_I(number)));
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_said_picture, &rows, DB_I(group), DB_I(number));
	if (e == ERR_OK)
		e = db_str_copy(&rows, 0, a, &file);
	db_rows_close(&rows);
	return e == ERR_OK ? chat_file_gone(c, file) : e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err chat_empty_said(struct db_conn *c, struct arena *a, int64_t group, int64_t account, struct str after, size_t limit,
	struct str *out_last)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	int64_t *numbers = arena_take_many(a, limit + 1, sizeof *numbers);
	struct str last = STR("");
	size_t n = 0;
	if (numbers == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_said_ids, &rows, DB_I(group), DB_I(account), DB_T(after), DB_I((int64_t)limit)));
	for (; n < limit && db_next(&rows); n++) {
		numbers[n] = db_int(&rows, 0);
		if (n + 1 == limit)
			TRY(db_str_copy(&rows, 1, a, &last));
	}
	TRY(db_rows_end(&rows));
	db_rows_close(&rows);
	for (size_t i = 0; i < n; i++)
		TRY(empty_one(c, a, group, numbers[i]));
	*out_last = last;
	return ERR_OK;
}

enum err chat_unclaim(struct db_conn *c, int64_t account) { return db_run(c, &sql_unclaim, NULL, DB_I(account)); }
