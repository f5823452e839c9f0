/* Pictures: what is known of each; the files lie in the media folder. */
#include "chat/chat.h"

DB_SQL(sql_picture_add, "INSERT INTO picture (group_id, account, file, type, width, height, bytes, made_us) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id")
DB_SQL(sql_picture_get, "SELECT id, group_id, account, width, height, bytes, COALESCE(number, 0), file, type FROM picture WHERE id = $1")
DB_SQL(sql_picture_sweep, "DELETE FROM picture WHERE id IN (SELECT id FROM picture WHERE number IS NULL AND made_us < $1 LIMIT $2) "
	"RETURNING file")
DB_SQL(sql_file_gone_add, "INSERT INTO file_gone (file) VALUES ($1) ON CONFLICT DO NOTHING")
DB_SQL(sql_files_gone, "SELECT file FROM file_gone ORDER BY file LIMIT $1")
DB_SQL(sql_file_gone_forget, "DELETE FROM file_gone WHERE file = $1")

enum err chat_picture_add(struct db_conn *c, const struct chat_picture *p, int64_t now_us, int64_t *out_picture)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_picture_add, &rows, DB_I(p->group), DB_I(p->account), DB_T(p->file), DB_T(p->type), DB_I(p->width),
		DB_I(p->height), DB_I(p->bytes), DB_I(now_us)));
	*out_picture = db_int(&rows, 0);
	return ERR_OK;
}

enum err chat_picture_get(struct db_conn *c, struct arena *a, int64_t picture, struct chat_picture *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_picture_get, &rows, DB_I(picture)));
	struct chat_picture p = { .id = db_int(&rows, 0), .group = db_int(&rows, 1), .account = db_int(&rows, 2), .width = db_int(&rows, 3),
		.height = db_int(&rows, 4), .bytes = db_int(&rows, 5), .number = db_int(&rows, 6) };
	TRY(db_str_copy(&rows, 7, a, &p.file));
	TRY(db_str_copy(&rows, 8, a, &p.type));
	*out = p;
	return ERR_OK;
}

static enum err take_files(struct db_rows *rows, struct arena *a, size_t limit, struct str **out_files, size_t *out_count)
{
	struct str *files = arena_take_many(a, limit + 1, sizeof *files);
	size_t n = 0;
	if (files == NULL)
		return ERR_MEMORY;
	while (n < limit && db_next(rows))
		TRY(db_str_copy(rows, 0, a, &files[n++]));
	TRY(db_rows_end(rows));
	*out_files = files;
	*out_count = n;
	return ERR_OK;
}

enum err chat_pictures_sweep(struct db_conn *c, struct arena *a, int64_t before_us, size_t limit, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct str *files;
	size_t count;
	TRY(db_query(c, &sql_picture_sweep, &rows, DB_I(before_us), DB_I((int64_t)limit)));
	TRY(take_files(&rows, a, limit, &files, &count));
	db_rows_close(&rows);
	for (size_t i = 0; i < count; i++)
		TRY(chat_file_gone(c, files[i]));
	*out_count = count;
	return ERR_OK;
}

enum err chat_file_gone(struct db_conn *c, struct str file) { return db_run(c, &sql_file_gone_add, NULL, DB_T(file)); }

enum err chat_files_gone(struct db_conn *c, struct arena *a, size_t limit, struct str **out_files, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_files_gone, &rows, DB_I((int64_t)limit)));
	return take_files(&rows, a, limit, out_files, out_count);
}

enum err chat_file_gone_forget(struct db_conn *c, struct str file) { return db_run(c, &sql_file_gone_forget, NULL, DB_T(file)); }
