/* Who said what was brought in: names, until somebody claims one with the owner's yes. */
#include "chat/chat.h"

#define COLUMNS "a.id, COALESCE(a.account, 0), COALESCE(a.claim_by, 0), a.messages, COALESCE(a.first_us, 0), COALESCE(a.last_us, 0), " \
	"a.bot, a.name, COALESCE(ac.name, ''), COALESCE(cl.name, '')"
#define FROM " FROM history_author a LEFT JOIN account ac ON ac.id = a.account LEFT JOIN account cl ON cl.id = a.claim_by "
DB_SQL(sql_authors, "SELECT " COLUMNS FROM "WHERE a.group_id = $1 "
	"ORDER BY CASE WHEN a.claim_by IS NULL THEN 1 ELSE 0 END, a.messages DESC, a.id LIMIT $3 OFFSET $2")
DB_SQL(sql_author_get, "SELECT " COLUMNS FROM "WHERE a.group_id = $1 AND a.id = $2")
DB_SQL(sql_claim, "UPDATE history_author SET claim_by = $3 WHERE group_id = $1 AND id = $2 AND account IS NULL "
	"AND (claim_by IS NULL OR claim_by = $3)")
DB_SQL(sql_claim_yes, "UPDATE history_author SET account = claim_by, claim_by = NULL WHERE group_id = $1 AND id = $2 "
	"AND claim_by IS NOT NULL")
DB_SQL(sql_claim_no, "UPDATE history_author SET claim_by = NULL WHERE group_id = $1 AND id = $2 AND claim_by IS NOT NULL")
DB_SQL(sql_claims, "SELECT COUNT(*) FROM history_author WHERE group_id = $1 AND claim_by IS NOT NULL")

static enum err author_of(const struct db_rows *rows, struct arena *a, struct history_author *out)
{
	struct history_author x = { .id = db_int(rows, 0), .account = db_int(rows, 1), .claim_by = db_int(rows, 2), .messages = db_int(rows, 3),
		.first_us = db_int(rows, 4), .last_us = db_int(rows, 5), .bot = db_int(rows, 6) != 0 };
	TRY(db_str_copy(rows, 7, a, &x.name));
	TRY(db_str_copy(rows, 8, a, &x.account_name));
	TRY(db_str_copy(rows, 9, a, &x.claim_name));
	*out = x;
	return ERR_OK;
}

enum err chat_history_authors(struct db_conn *c, struct arena *a, int64_t group, size_t offset, size_t limit, struct history_author **out,
	size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < HISTORY_AUTHORS_PAGE_MAX ? limit : HISTORY_AUTHORS_PAGE_MAX;
	struct history_author *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_authors, &rows, DB_I(group), DB_I((int64_t)offset), DB_I((int64_t)limit)));
	while (n < limit && db_next(&rows))
		TRY(author_of(&rows, a, &list[n++]));
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err chat_history_author_get(struct db_conn *c, struct arena *a, int64_t group, int64_t author, struct history_author *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_author_get, &rows, DB_I(group), DB_I(author)));
	return author_of(&rows, a, out);
}

enum err chat_history_claim(struct db_conn *c, int64_t group, int64_t author, int64_t account)
{
	int64_t changed = 0;
	TRY(db_run(c, &sql_claim, &changed, DB_I(group), DB_I(author), DB_I(account)));
	return changed ? ERR_OK : ERR_CONFLICT;
}

enum err chat_history_claim_answer(struct db_conn *c, int64_t group, int64_t author, bool yes)
{
	int64_t changed = 0;
	TRY(db_run(c, yes ? &sql_claim_yes : &sql_claim_no, &changed, DB_I(group), DB_I(author)));
	return changed ? ERR_OK : ERR_NOT_FOUND;
}

enum err chat_history_claim_tell(struct db_conn *c, int64_t group, int64_t account, int64_t actor, int64_t now_us)
{
	struct event e = { .stream = STREAM_ACCOUNT, .owner = account, .kind = EVENT_CLAIM, .actor = actor, .subject = group, .at_us = now_us };
	return event_append(c, &e, NULL);
}

enum err chat_history_claims_count(struct db_conn *c, int64_t group, int64_t *out_waiting)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_claims, &rows, DB_I(group)));
	*out_waiting = db_int(&rows, 0);
	return ERR_OK;
}
