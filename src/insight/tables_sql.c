/* What the tables know of one group, in pages: the feeder's statements (group_reading.c). */
#include "insight/insight_private.h"

DB_SQL(sql_feed_members, "SELECT m.account, a.left_out, a.name, a.greetable FROM member m JOIN account a ON a.id = m.account "
	"WHERE m.group_id = $1 AND m.account > $2 AND m.state IN ('in', 'left', 'removed', 'barred') ORDER BY m.account LIMIT $3")
DB_SQL(sql_feed_authors, "SELECT id, COALESCE(account, 0), bot, name FROM history_author WHERE group_id = $1 AND id > $2 ORDER BY id LIMIT $3")
DB_SQL(sql_feed_lines, "SELECT at_us, place, id, kind, COALESCE(author, 0), COALESCE(target, 0), flags, text FROM history "
	"WHERE group_id = $1 AND (at_us, place, id) > ($2, $3, $4) ORDER BY at_us, place, id LIMIT $5")
DB_SQL(sql_feed_line, "SELECT at_us, COALESCE(author, 0), text FROM history WHERE group_id = $1 AND id = $2")
DB_SQL(sql_feed_said, "SELECT m.number, m.at_us, m.author, m.state, COALESCE(r.author, 0), m.text, m.calls_all FROM message m "
	"LEFT JOIN message r ON r.group_id = m.group_id AND r.number = m.reply_to "
	"WHERE m.group_id = $1 AND m.number > $2 ORDER BY m.number LIMIT $3")
DB_SQL(sql_feed_taken, "SELECT e.position, e.at_us, e.actor, CASE WHEN e.kind = 3 THEN COALESCE(m.author, 0) ELSE e.subject END FROM event e "
	"LEFT JOIN message m ON e.kind = 3 AND m.group_id = e.owner AND m.number = e.subject "
	"WHERE e.stream = 1 AND e.owner = $1 AND e.kind IN (3, 5, 6) AND e.position > $2 ORDER BY e.position LIMIT $3")
/* What others took of a packet counts as given; what one took of others' as opened. place -1: the packet itself. */
DB_SQL(sql_feed_packets, "SELECT id, place, at_us, account FROM (SELECT p.id, -1 AS place, p.at_us, p.sender AS account FROM packet p "
	"WHERE p.group_id = $1 AND EXISTS (SELECT 1 FROM packet_share o WHERE o.packet = p.id AND o.account <> p.sender) "
	"UNION ALL SELECT p.id, s.place, s.at_us, s.account FROM packet p JOIN packet_share s ON s.packet = p.id AND s.account <> p.sender "
	"WHERE p.group_id = $1) AS moves WHERE (id, place) > ($2, $3) ORDER BY id, place LIMIT $4")
DB_SQL(sql_feed_came_went, "SELECT stream, kind, COUNT(*) FROM event WHERE owner = $1 AND ((stream = 1 AND kind IN (4, 5, 6)) "
	"OR (stream = 4 AND kind = 90)) GROUP BY stream, kind")
DB_SQL(sql_feed_size, "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM history WHERE group_id = $1 LIMIT $2) AS h), "
	"(SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE group_id = $1 LIMIT $2) AS m)")
DB_SQL(sql_feed_files, "SELECT known, skipped, format FROM history_file WHERE group_id = $1 ORDER BY id LIMIT $2")

enum err tables_members(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out)
{
	return db_query(c, &sql_feed_members, out, DB_I(group), DB_I(after), DB_I(TABLES_PAGE));
}

enum err tables_authors(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out)
{
	return db_query(c, &sql_feed_authors, out, DB_I(group), DB_I(after), DB_I(TABLES_PAGE));
}

enum err tables_lines(struct db_conn *c, int64_t group, struct history_place after, struct db_rows *out)
{
	return db_query(c, &sql_feed_lines, out, DB_I(group), DB_I(after.at_us), DB_I(after.place), DB_I(after.id), DB_I(TABLES_PAGE));
}

enum err tables_line(struct db_conn *c, int64_t group, int64_t id, struct db_rows *out)
{
	return db_one(c, &sql_feed_line, out, DB_I(group), DB_I(id));
}

enum err tables_said(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out)
{
	return db_query(c, &sql_feed_said, out, DB_I(group), DB_I(after), DB_I(TABLES_PAGE));
}

enum err tables_taken(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out)
{
	return db_query(c, &sql_feed_taken, out, DB_I(group), DB_I(after), DB_I(TABLES_PAGE));
}

enum err tables_packets(struct db_conn *c, int64_t group, int64_t packet, int64_t place, struct db_rows *out)
{
	return db_query(c, &sql_feed_packets, out, DB_I(group), DB_I(packet), DB_I(place), DB_I(TABLES_PAGE));
}

enum err tables_came_went(struct db_conn *c, int64_t group, uint64_t *out_came, uint64_t *out_went)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	uint64_t came = 0, went = 0;
	TRY(db_query(c, &sql_feed_came_went, &rows, DB_I(group)));
	while (db_next(&rows)) {
		if (db_int(&rows, 1) == EVENT_JOINED)
			came += (uint64_t)db_int(&rows, 2);
		else
			went += (uint64_t)db_int(&rows, 2);
	}
	TRY(db_rows_end(&rows));
	*out_came = came;
	*out_went = went;
	return ERR_OK;
}

enum err insight_group_size(struct db_conn *c, int64_t group, int64_t most, int64_t *out_lines)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_feed_size, &rows, DB_I(group), DB_I(most)));
	*out_lines = db_int(&rows, 0) + db_int(&rows, 1);
	return ERR_OK;
}

enum err tables_files(struct db_conn *c, int64_t group, struct arena *a, struct tables_files *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct tables_files f = { .known = ~0u };
	struct str format = STR("");
	TRY(db_query(c, &sql_feed_files, &rows, DB_I(group), DB_I(TABLES_PAGE)));
	for (; db_next(&rows); f.count++) {
		f.known &= (unsigned)db_int(&rows, 0);
		f.skipped += (uint64_t)db_int(&rows, 1);
		TRY(db_str_copy(&rows, 2, a, &format));
	}
	TRY(db_rows_end(&rows));
	f.format = f.count ? format.p : NULL;
	f.known = f.count ? f.known : 0;
	*out = f;
	return ERR_OK;
}
