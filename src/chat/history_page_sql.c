/* History read in pages, from the newest line back. */
#include "chat/chat.h"

/* Of enum parse_kind: talk, who came, was removed, took back, packets, renames, the system. Who left is told to nobody. */
DB_SQL(sql_history_page, "SELECT h.at_us, h.place, h.id, h.kind, COALESCE(h.author, 0), COALESCE(a.account, 0), h.chars, "
	"COALESCE(ac.name, a.name, ''), COALESCE(tc.name, t.name, ''), h.text FROM history h "
	"LEFT JOIN history_author a ON a.id = h.author LEFT JOIN account ac ON ac.id = a.account "
	"LEFT JOIN history_author t ON t.id = h.target LEFT JOIN account tc ON tc.id = t.account "
	"WHERE h.group_id = $1 AND (h.at_us, h.place, h.id) < ($2, $3, $4) AND h.kind IN (0, 1, 2, 3, 5, 7, 8, 9, 10) "
	"ORDER BY h.at_us DESC, h.place DESC, h.id DESC LIMIT $5")

static enum err line_of(const struct db_rows *rows, struct arena *a, struct history_shown *out)
{
	struct history_shown l = { .place = { db_int(rows, 0), db_int(rows, 1), db_int(rows, 2) }, .kind = (int)db_int(rows, 3),
		.author = db_int(rows, 4), .account = db_int(rows, 5), .chars = (uint32_t)db_int(rows, 6) };
	TRY(db_str_copy(rows, 7, a, &l.author_name));
	TRY(db_str_copy(rows, 8, a, &l.target_name));
	TRY(db_str_copy(rows, 9, a, &l.text));
	*out = l;
	return ERR_OK;
}

enum err chat_history_page(struct db_conn *c, struct arena *a, int64_t group, struct history_place before, size_t limit,
	struct history_shown **out, size_t *out_count, bool *out_more)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < HISTORY_PAGE_MAX ? limit : HISTORY_PAGE_MAX;
	struct history_shown *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0, bytes = 0;
	bool more = false;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_history_page, &rows, DB_I(group), DB_I(before.at_us), DB_I(before.place), DB_I(before.id), DB_I((int64_t)limit + 1)));
	while (db_next(&rows)) {
		bytes += db_str(&rows, 9).n;
		more = n == limit || (n > 0 && bytes > HISTORY_PAGE_BYTES_MAX);
		if (more)
			break;
		TRY(line_of(&rows, a, &list[n++]));
	}
	TRY(db_rows_end(&rows));
	for (size_t i = 0; i < n / 2; i++) {
		struct history_shown swap = list[i];
		list[i] = list[n - 1 - i];
		list[n - 1 - i] = swap;
	}
	*out = list;
	*out_count = n;
	*out_more = more;
	return ERR_OK;
}
