/* Packets as somebody sees them; the board of who grabbed most. */
#include "packet/packet_private.h"

#define UNREAD_MAX 1000 /* counted no further, like messages */

#define COLUMNS "p.id, p.group_id, p.number, p.sender, p.sum_minor, p.shares, p.share_min, p.share_max, p.expires_us, p.at_us, " \
	"c.taken, c.taken_minor, c.ended_us, p.named, p.kind, p.currency, p.message, p.client_id, COALESCE(a.name, ''), c.ended, p.secret, " \
	"p.nonce, p.split, COALESCE(s.amount, 0), COALESCE(s.place, -1), COALESCE(f.account, 0)"
#define FROM " FROM packet p JOIN packet_course c ON c.packet = p.id LEFT JOIN account a ON a.id = p.sender " \
	"LEFT JOIN packet_share s ON s.packet = p.id AND s.account = $1 LEFT JOIN packet_for f ON f.packet = p.id AND f.account = $1 "
DB_SQL(sql_packet_get, "SELECT " COLUMNS FROM "WHERE p.id = $2")
DB_SQL(sql_packet_list, "SELECT " COLUMNS FROM "WHERE p.group_id = $2 AND p.id < $3 AND p.number <= $4 "
	"ORDER BY p.number DESC LIMIT $5")
DB_SQL(sql_packet_open_for, "SELECT " COLUMNS FROM "JOIN member m ON m.group_id = p.group_id AND m.account = $1 AND m.state = 'in' "
	"WHERE c.ended = '' AND c.expires_us > $2 AND s.account IS NULL AND (p.named = 0 OR f.account IS NOT NULL) ORDER BY c.expires_us LIMIT $3")
DB_SQL(sql_shares, "SELECT s.account, s.place, s.amount, s.at_us, COALESCE(a.name, '') FROM packet_share s LEFT JOIN account a ON a.id = s.account "
	"WHERE s.packet = $1 AND (s.number = $2 OR $2 = 0) ORDER BY s.place LIMIT $3")
DB_SQL(sql_named, "SELECT account FROM packet_for WHERE packet = $1 ORDER BY account LIMIT $2")
DB_SQL(sql_board, "SELECT s.account, CAST(SUM(s.amount) AS BIGINT), COUNT(*), COALESCE(MAX(a.name), '') FROM packet p "
	"JOIN packet_share s ON s.packet = p.id AND s.at_us >= $2 LEFT JOIN account a ON a.id = s.account WHERE p.group_id = $1 AND p.expires_us > $2 "
	"GROUP BY s.account ORDER BY 2 DESC, 1 LIMIT $3")
DB_SQL(sql_packet_unread, "SELECT COUNT(*) FROM (SELECT 1 FROM packet WHERE group_id = $1 AND number > $2 AND sender <> $3 LIMIT $4) AS few")

static enum err packet_of(struct db_rows *rows, struct arena *a, int64_t viewer, struct packet *out)
{
	struct packet p = { .id = db_int(rows, 0), .group = db_int(rows, 1), .number = db_int(rows, 2), .sender = db_int(rows, 3),
		.sum = db_int(rows, 4), .shares = db_int(rows, 5), .share_min = db_int(rows, 6), .share_max = db_int(rows, 7),
		.expires_us = db_int(rows, 8), .at_us = db_int(rows, 9), .taken = db_int(rows, 10), .taken_sum = db_int(rows, 11),
		.ended_us = db_int(rows, 12), .named = db_int(rows, 13) != 0, .mine = db_int(rows, 23), .my_place = db_int(rows, 24),
		.for_me = db_int(rows, 13) == 0 || db_int(rows, 25) != 0 };
	p.kind = str_eq(db_str(rows, 14), STR("lucky")) ? PACKET_LUCKY : PACKET_EQUAL;
	struct str *texts[] = { &p.currency, &p.message, &p.client_id, &p.sender_name, &p.ended, &p.secret, &p.nonce, &p.split };
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		TRY(db_str_copy(rows, 15 + (int)i, a, texts[i]));
	if (p.split.n != (size_t)p.shares * 8 || p.secret.n != PACKET_SECRET_BYTES || p.nonce.n != PACKET_NONCE_BYTES)
		return ERR_DAMAGED;
	p.over = p.ended.n > 0;
	*out = p;
	return ERR_OK;
}

enum err packet_get(struct db_conn *c, struct arena *a, int64_t packet, int64_t viewer, struct packet *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_packet_get, &rows, DB_I(viewer), DB_I(packet)));
	return packet_of(&rows, a, viewer, out);
}

static enum err packets_of(struct db_rows *rows, struct arena *a, int64_t viewer, size_t limit, struct packet **out, size_t *out_count)
{
	struct packet *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	for (; n < limit && db_next(rows); n++)
		TRY(packet_of(rows, a, viewer, &list[n]));
	TRY(db_rows_end(rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err packet_list(struct db_conn *c, struct arena *a, int64_t group, int64_t viewer, int64_t before, int64_t up_to, size_t limit,
	struct packet **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < PACKET_PAGE_MAX ? limit : PACKET_PAGE_MAX;
	TRY(db_query(c, &sql_packet_list, &rows, DB_I(viewer), DB_I(group), DB_I(before), DB_I(up_to), DB_I((int64_t)limit)));
	return packets_of(&rows, a, viewer, limit, out, out_count);
}

enum err packet_open_for(struct db_conn *c, struct arena *a, int64_t viewer, int64_t now_us, size_t limit, struct packet **out,
	size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < PACKET_PAGE_MAX ? limit : PACKET_PAGE_MAX;
	TRY(db_query(c, &sql_packet_open_for, &rows, DB_I(viewer), DB_I(now_us), DB_I((int64_t)limit)));
	return packets_of(&rows, a, viewer, limit, out, out_count);
}

enum err packet_last(struct db_conn *c, struct arena *a, int64_t group, int64_t viewer, struct packet *out)
{
	struct packet *list;
	size_t n;
	TRY(packet_list(c, a, group, viewer, INT64_MAX, INT64_MAX, 1, &list, &n));
	if (n == 0)
		return ERR_NOT_FOUND;
	*out = list[0];
	return ERR_OK;
}

enum err packet_shares(struct db_conn *c, struct arena *a, int64_t packet, int64_t number, struct packet_share **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct packet_share *list = arena_take_many(a, PACKET_SHARES_LIMIT, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_shares, &rows, DB_I(packet), DB_I(number), DB_I(PACKET_SHARES_LIMIT)));
	for (; n < PACKET_SHARES_LIMIT && db_next(&rows); n++) {
		list[n] = (struct packet_share){ .account = db_int(&rows, 0), .place = db_int(&rows, 1), .amount = db_int(&rows, 2),
			.at_us = db_int(&rows, 3) };
		TRY(db_str_copy(&rows, 4, a, &list[n].name));
	}
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err packet_named(struct db_conn *c, struct arena *a, int64_t packet, int64_t **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	int64_t *list = arena_take_many(a, PACKET_NAMED_MAX, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_named, &rows, DB_I(packet), DB_I(PACKET_NAMED_MAX)));
	while (n < PACKET_NAMED_MAX && db_next(&rows))
		list[n++] = db_int(&rows, 0);
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err packet_board(struct db_conn *c, struct arena *a, int64_t group, int64_t from_us, struct packet_board_line **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct packet_board_line *list = arena_take_many(a, PACKET_BOARD_MAX, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_board, &rows, DB_I(group), DB_I(from_us), DB_I(PACKET_BOARD_MAX)));
	for (; n < PACKET_BOARD_MAX && db_next(&rows); n++) {
		list[n] = (struct packet_board_line){ .account = db_int(&rows, 0), .sum = db_int(&rows, 1), .shares = db_int(&rows, 2) };
		TRY(db_str_copy(&rows, 3, a, &list[n].name));
	}
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err packet_unread(struct db_conn *c, int64_t group, int64_t account, int64_t after, int64_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_packet_unread, &rows, DB_I(group), DB_I(after), DB_I(account), DB_I(UNREAD_MAX)));
	*out_count = db_int(&rows, 0);
	return ERR_OK;
}
