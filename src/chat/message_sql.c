/* Messages: said, repeated, taken back, read in pages. */
#include "chat/chat.h"

DB_SQL(sql_message_repeat, "SELECT number, at_us, text, COALESCE(reply_to, 0), state, COALESCE(picture, 0) FROM message "
	"WHERE group_id = $1 AND author = $2 AND client_id = $3")
DB_SQL(sql_message_add, "INSERT INTO message (group_id, number, author, client_id, text, reply_to, calls_all, picture, at_us) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
DB_SQL(sql_message_there, "SELECT state FROM message WHERE group_id = $1 AND number = $2")
DB_SQL(sql_mention_add, "INSERT INTO mention (account, group_id, number) SELECT m.account, m.group_id, $3 FROM member m "
	"WHERE m.group_id = $2 AND m.account = $1 AND m.state = 'in' ON CONFLICT DO NOTHING")
DB_SQL(sql_picture_take, "UPDATE picture SET number = $3 WHERE id = $1 AND group_id = $2 AND account = $4 AND number IS NULL")
DB_SQL(sql_message_empty, "UPDATE message SET state = $3, text = '', picture = NULL WHERE group_id = $1 AND number = $2 AND state = 0")
DB_SQL(sql_mentions_clear, "DELETE FROM mention WHERE group_id = $1 AND number = $2")
DB_SQL(sql_picture_drop, "DELETE FROM picture WHERE group_id = $1 AND number = $2 RETURNING file")
DB_SQL(sql_mentions_of, "SELECT account FROM mention WHERE group_id = $1 AND number = $2 LIMIT $3")

#define COLUMNS "m.number, m.author, COALESCE(m.reply_to, 0), m.at_us, m.state, m.calls_all, m.client_id, m.text, COALESCE(a.name, ''), " \
	"COALESCE(m.picture, 0), COALESCE(p.width, 0), COALESCE(p.height, 0), COALESCE(p.bytes, 0), COALESCE(p.type, ''), " \
	"COALESCE(r.author, 0), COALESCE(ra.name, ''), COALESCE(r.text, ''), " \
	"EXISTS (SELECT 1 FROM mention n WHERE n.group_id = m.group_id AND n.number = m.number)"
#define FROM " FROM message m LEFT JOIN account a ON a.id = m.author LEFT JOIN picture p ON p.id = m.picture " \
	"LEFT JOIN message r ON r.group_id = m.group_id AND r.number = m.reply_to LEFT JOIN account ra ON ra.id = r.author "
DB_SQL(sql_message_get, "SELECT " COLUMNS FROM "WHERE m.group_id = $1 AND m.number = $2")
DB_SQL(sql_message_up, "SELECT " COLUMNS FROM "WHERE m.group_id = $1 AND m.number >= $2 AND m.number <= $3 ORDER BY m.number LIMIT $4")
DB_SQL(sql_message_down, "SELECT " COLUMNS FROM "WHERE m.group_id = $1 AND m.number >= $2 AND m.number <= $3 "
	"ORDER BY m.number DESC LIMIT $4")
DB_SQL(sql_unread, "SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE group_id = $1 AND number > $2 AND author <> $3 AND state = 0 "
	"LIMIT $4) AS few")
DB_SQL(sql_unread_mentions, "SELECT COUNT(*) FROM (SELECT 1 FROM mention WHERE account = $3 AND group_id = $1 AND number > $2 LIMIT $4) "
	"AS few")
DB_SQL(sql_calls_all, "SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE group_id = $1 AND number > $2 AND author <> $3 "
	"AND calls_all = 1 AND state = 0 LIMIT $4) AS few")
DB_SQL(sql_message_count, "SELECT COUNT(*) FROM message")

static enum err repeat_of(struct db_conn *c, const struct post *p, int64_t *out_number, int64_t *out_at_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_message_repeat, &rows, DB_I(p->group), DB_I(p->author), DB_T(p->client_id)));
	/* a message taken back meanwhile has no content left to compare */
	bool same = str_eq(db_str(&rows, 2), p->text) && db_int(&rows, 3) == p->reply_to && db_int(&rows, 5) == p->picture;
	if (db_int(&rows, 4) == MESSAGE_STANDS && !same)
		return ERR_CONFLICT;
	*out_number = db_int(&rows, 0);
	*out_at_us = db_int(&rows, 1);
	return ERR_OK;
}

static enum err is_there(struct db_conn *c, int64_t group, int64_t number)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	return db_one(c, &sql_message_there, &rows, DB_I(group), DB_I(number));
}

enum err chat_post(struct db_conn *c, const struct post *p, int64_t *out_number, int64_t *out_at_us)
{
	enum err e = repeat_of(c, p, out_number, out_at_us);
	if (e != ERR_NOT_FOUND)
		return e;
	if (p->reply_to)
		TRY(is_there(c, p->group, p->reply_to));
	struct event event = { .stream = STREAM_GROUP, .owner = p->group, .kind = EVENT_MESSAGE, .actor = p->author, .at_us = p->now_us };
	int64_t number, changed = 0;
	TRY(event_append(c, &event, &number));
	if (p->picture) {
		TRY(db_run(c, &sql_picture_take, &changed, DB_I(p->picture), DB_I(p->group), DB_I(number), DB_I(p->author)));
		if (changed == 0)
			return ERR_NOT_FOUND;
	}
	TRY(db_run(c, &sql_message_add, NULL, DB_I(p->group), DB_I(number), DB_I(p->author), DB_T(p->client_id), DB_T(p->text),
		DB_N(p->reply_to), DB_I(p->calls_all), DB_N(p->picture), DB_I(p->now_us)));
	for (size_t i = 0; i < p->mention_count && i < CHAT_MENTIONS_MAX; i++)
		TRY(db_run(c, &sql_mention_add, NULL, DB_I(p->mentions[i]), DB_I(p->group), DB_I(number)));
	*out_number = number;
	*out_at_us = p->now_us;
	return ERR_OK;
}

static enum err mentions_of(struct db_conn *c, int64_t group, struct message *m)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_mentions_of, &rows, DB_I(group), DB_I(m->number), DB_I(CHAT_MENTIONS_MAX)));
	while (m->mention_count < CHAT_MENTIONS_MAX && db_next(&rows))
		m->mentions[m->mention_count++] = db_int(&rows, 0);
	return db_rows_end(&rows);
}

static enum err message_of(struct db_rows *rows, struct arena *a, struct message *out, bool *out_mentions)
{
	struct message m = { .number = db_int(rows, 0), .author = db_int(rows, 1), .reply_to = db_int(rows, 2), .at_us = db_int(rows, 3),
		.state = (enum message_state)db_int(rows, 4), .calls_all = db_int(rows, 5) != 0,
		.picture = { .id = db_int(rows, 9), .width = db_int(rows, 10), .height = db_int(rows, 11), .bytes = db_int(rows, 12) },
		.reply_author = db_int(rows, 14) };
	TRY(db_str_copy(rows, 6, a, &m.client_id));
	TRY(db_str_copy(rows, 7, a, &m.text));
	TRY(db_str_copy(rows, 8, a, &m.author_name));
	TRY(db_str_copy(rows, 13, a, &m.picture.type));
	TRY(db_str_copy(rows, 15, a, &m.reply_name));
	TRY(db_str_copy(rows, 16, a, &m.reply_text));
	*out_mentions = db_int(rows, 17) != 0;
	*out = m;
	return ERR_OK;
}

enum err chat_get(struct db_conn *c, struct arena *a, int64_t group, int64_t number, struct message *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct message m;
	bool mentions;
	TRY(db_one(c, &sql_message_get, &rows, DB_I(group), DB_I(number)));
	TRY(message_of(&rows, a, &m, &mentions));
	db_rows_close(&rows);
	if (mentions)
		TRY(mentions_of(c, group, &m));
	*out = m;
	return ERR_OK;
}

enum err chat_take_back(struct db_conn *c, struct arena *a, int64_t group, int64_t number, enum message_state how, int64_t actor,
	int64_t now_us, int64_t *out_number, struct str *out_file)
{
	int64_t changed = 0;
	*out_number = 0;
	*out_file = STR("");
	TRY(db_run(c, &sql_message_empty, &changed, DB_I(group), DB_I(number), DB_I(how)));
	if (changed == 0)
		return is_there(c, group, number);
	TRY(db_run(c, &sql_mentions_clear, NULL, DB_I(group), DB_I(number)));
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_picture_drop, &rows, DB_I(group), DB_I(number));
	if (e == ERR_OK)
		e = db_str_copy(&rows, 0, a, out_file);
	db_rows_close(&rows);
	if (e == ERR_OK)
		TRY(chat_file_gone(c, *out_file));
	else if (e != ERR_NOT_FOUND)
		return e;
	struct event event = { .stream = STREAM_GROUP, .owner = group, .kind = how == MESSAGE_RECALLED ? EVENT_RECALLED : EVENT_REMOVED,
		.actor = actor, .subject = number, .at_us = now_us };
	return event_append(c, &event, out_number);
}

enum err chat_page(struct db_conn *c, struct arena *a, int64_t group, int64_t from, int64_t to, bool from_end, size_t limit,
	struct message **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < CHAT_PAGE_MAX ? limit : CHAT_PAGE_MAX;
	struct message *list = arena_take_many(a, limit + 1, sizeof *list);
	bool *mentions = arena_take_many(a, limit + 1, sizeof *mentions);
	size_t n = 0;
	if (list == NULL || mentions == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, from_end ? &sql_message_down : &sql_message_up, &rows, DB_I(group), DB_I(from), DB_I(to), DB_I((int64_t)limit)));
	for (; n < limit && db_next(&rows); n++)
		TRY(message_of(&rows, a, &list[n], &mentions[n]));
	TRY(db_rows_end(&rows));
	db_rows_close(&rows);
	for (size_t i = 0; i < n; i++)
		if (mentions[i])
			TRY(mentions_of(c, group, &list[i]));
	for (size_t i = 0; from_end && i < n / 2; i++) {
		struct message swap = list[i];
		list[i] = list[n - 1 - i];
		list[n - 1 - i] = swap;
	}
	*out = list;
	*out_count = n;
	return ERR_OK;
}

static enum err count(struct db_conn *c, const struct db_sql *q, int64_t group, int64_t after, int64_t account, int64_t *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, q, &rows, DB_I(group), DB_I(after), DB_I(account), DB_I(CHAT_UNREAD_MAX)));
	*out = db_int(&rows, 0);
	return ERR_OK;
}

enum err chat_unread(struct db_conn *c, int64_t group, int64_t account, int64_t after, int64_t *out_unread, int64_t *out_mentions)
{
	int64_t unread, named, all;
	TRY(count(c, &sql_unread, group, after, account, &unread));
	TRY(count(c, &sql_unread_mentions, group, after, account, &named));
	TRY(count(c, &sql_calls_all, group, after, account, &all));
	*out_unread = unread;
	*out_mentions = named + all;
	return ERR_OK;
}

enum err chat_last(struct db_conn *c, struct arena *a, int64_t group, struct message *out)
{
	struct message *list;
	size_t n;
	TRY(chat_page(c, a, group, 1, INT64_MAX, true, 1, &list, &n));
	if (n == 0)
		return ERR_NOT_FOUND;
	*out = list[0];
	return ERR_OK;
}

enum err chat_count(struct db_conn *c, int64_t *out_messages)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_message_count, &rows));
	*out_messages = db_int(&rows, 0);
	return ERR_OK;
}
