/*
 * History brought in from elsewhere: lines into the tables, piece by piece. Every statement may run again: a piece whose
 * transaction was undone leaves no trace in the batch.
 */
#include "chat/chat.h"

#define CLOCK_EVERY 8u /* lines between two looks at the clock */

DB_SQL(sql_has_history, "SELECT 1 FROM history WHERE group_id = $1 LIMIT 1")
DB_SQL(sql_author_put, "INSERT INTO history_author (group_id, author_key, name, bot) VALUES ($1, $2, $3, $4) "
	"ON CONFLICT (group_id, author_key) DO UPDATE SET author_key = excluded.author_key RETURNING id")
DB_SQL(sql_author_counts, "UPDATE history_author SET messages = messages + $2, "
	"first_us = CASE WHEN first_us < $3 THEN first_us ELSE $3 END, last_us = CASE WHEN last_us > $4 THEN last_us ELSE $4 END "
	"WHERE id = $1")
DB_SQL(sql_author_name, "UPDATE history_author SET name = $2 WHERE id = $1 AND name <> $2")
DB_SQL(sql_line_add, "INSERT INTO history (group_id, at_us, place, kind, author, target, flags, chars, text, fingerprint) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (group_id, fingerprint) DO NOTHING RETURNING id")
DB_SQL(sql_lines_behind, "UPDATE history SET place = place + $4 WHERE group_id = $1 AND at_us = $2 AND id <= $3")
DB_SQL(sql_lines_end, "SELECT COALESCE(MAX(place), -1) FROM history WHERE group_id = $1 AND at_us = $2 AND id <= $3")
DB_SQL(sql_line_place, "UPDATE history SET place = $3 WHERE group_id = $1 AND fingerprint = $2")
DB_SQL(sql_newest_row, "SELECT COALESCE(MAX(id), 0) FROM history")
DB_SQL(sql_newest_line, "SELECT at_us FROM history WHERE group_id = $1 ORDER BY at_us DESC LIMIT 1")

#define FILE_COLUMNS "id, group_id, account, known, lines, added, doubled, skipped, COALESCE(first_us, 0), COALESCE(last_us, 0), " \
	"date_order, made_us, name, format, zone, self_name"
DB_SQL(sql_file_add, "INSERT INTO history_file (group_id, account, known, lines, added, doubled, skipped, first_us, last_us, "
	"date_order, made_us, name, format, zone, self_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
	"RETURNING id")
DB_SQL(sql_file_last, "SELECT " FILE_COLUMNS " FROM history_file WHERE group_id = $1 ORDER BY id DESC LIMIT 1")

enum err chat_has_history(struct db_conn *c, int64_t group, bool *out_has)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_has_history, &rows, DB_I(group));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_has = e == ERR_OK;
	return ERR_OK;
}

/* ---- people ---- */

static enum err person_id(struct db_conn *c, struct history_batch *b, int32_t index, int64_t *out_id)
{
	if (index < 0) {
		*out_id = 0;
		return ERR_OK;
	}
	struct history_person *p = &b->people[index];
	if (p->attempt != b->attempt) {
		p->attempt = b->attempt;
		p->fresh_id = p->id;
		p->fresh_messages = 0;
	}
	if (p->fresh_id == 0) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		TRY(db_one(c, &sql_author_put, &rows, DB_I(b->group), DB_T(p->key), DB_T(p->name), DB_I(p->bot)));
		p->fresh_id = db_int(&rows, 0);
	}
	*out_id = p->fresh_id;
	return ERR_OK;
}

static void count_talk(struct history_person *p, int64_t at_us)
{
	p->fresh_first_us = p->fresh_messages == 0 || at_us < p->fresh_first_us ? at_us : p->fresh_first_us;
	p->fresh_last_us = p->fresh_messages == 0 || at_us > p->fresh_last_us ? at_us : p->fresh_last_us;
	p->fresh_messages++;
}

static enum err put_counts(struct db_conn *c, struct history_batch *b)
{
	for (size_t i = b->from; i < b->next.from; i++) {
		struct history_person *p = b->lines[i].author < 0 ? NULL : &b->people[b->lines[i].author];
		if (p == NULL || p->attempt != b->attempt || p->fresh_messages == 0)
			continue;
		TRY(db_run(c, &sql_author_counts, NULL, DB_I(p->fresh_id), DB_I(p->fresh_messages), DB_I(p->fresh_first_us),
			DB_I(p->fresh_last_us)));
		p->fresh_messages = 0;
	}
	return ERR_OK;
}

/* ---- lines ---- */

/*
 * A run, that is all lines of one time, is over. Where the file brought new lines between such that were there, its order is
 * the right one: it has the whole time, or (first_at_us) begins within it, behind the lines that it does not have.
 */
static enum err end_run(struct db_conn *c, struct history_batch *b, size_t to)
{
	const struct history_run *run = &b->next.run;
	int64_t base = 0;
	if (run->added == 0 || run->doubled == 0)
		return ERR_OK;
	int64_t at_us = b->lines[run->from].at_us;
	if (at_us == b->first_at_us) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		TRY(db_one(c, &sql_lines_end, &rows, DB_I(b->group), DB_I(at_us), DB_I(b->newest_before)));
		base = db_int(&rows, 0) + 1;
	} else {
		TRY(db_run(c, &sql_lines_behind, NULL, DB_I(b->group), DB_I(at_us), DB_I(b->newest_before), DB_I(HISTORY_LINES_MAX)));
	}
	for (size_t i = run->from; i < to; i++)
		if (!b->lines[i].mark.numbered)
			TRY(db_run(c, &sql_line_place, NULL, DB_I(b->group), DB_B(hash_str(&b->lines[i].mark.fingerprint)),
				DB_I(base + b->lines[i].mark.place)));
	return ERR_OK;
}

static enum err put_line(struct db_conn *c, struct history_batch *b, const struct history_line *l)
{
	int64_t author, target;
	TRY(person_id(c, b, l->author, &author));
	TRY(person_id(c, b, l->target, &target));
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_line_add, &rows, DB_I(b->group), DB_I(l->at_us), DB_I(l->mark.place), DB_I(l->kind), DB_N(author),
		DB_N(target), DB_I(l->flags), DB_I(l->chars), DB_T(l->text), DB_B(hash_str(&l->mark.fingerprint)));
	db_rows_close(&rows);
	if (e == ERR_NOT_FOUND) {
		b->next.doubled++;
		b->next.run.doubled += !l->mark.numbered;
		return ERR_OK;
	}
	TRY(e);
	b->next.added++;
	b->next.run.added += !l->mark.numbered;
	if (l->talk && l->author >= 0)
		count_talk(&b->people[l->author], l->at_us);
	return ERR_OK;
}

static enum err put_name(struct db_conn *c, const struct history_person *p)
{
	return p->id ? db_run(c, &sql_author_name, NULL, DB_I(p->id), DB_T(p->name)) : ERR_OK;
}

/* The next line; the run before it ends where its time does. */
static enum err put_next(struct db_conn *c, struct history_batch *b)
{
	size_t at = b->next.from;
	if (at == 0 || b->lines[at].at_us != b->lines[at - 1].at_us) {
		if (at > 0)
			TRY(end_run(c, b, at));
		b->next.run = (struct history_run){ .from = at };
	}
	TRY(put_line(c, b, &b->lines[at]));
	return at + 1 == b->count ? end_run(c, b, b->count) : ERR_OK;
}

enum err chat_history_put(struct db_conn *c, struct history_batch *b, int64_t budget_us)
{
	int64_t began_us = clock_mono_us();
	size_t end = b->naming ? b->people_count : b->count, done = 0;
	b->attempt++;
	b->next.from = b->from;
	b->next.run = b->run;
	b->next.added = b->next.doubled = 0;
	while (b->next.from < end && (done == 0 || done % CLOCK_EVERY || clock_mono_us() - began_us < budget_us)) {
		TRY(b->naming ? put_name(c, &b->people[b->next.from]) : put_next(c, b));
		b->next.from++;
		done++;
	}
	return b->naming ? ERR_OK : put_counts(c, b);
}

void chat_history_settle(struct history_batch *b, bool happened)
{
	if (!happened)
		return;
	for (size_t i = b->from; i < b->next.from && !b->naming; i++) {
		const int32_t who[] = { b->lines[i].author, b->lines[i].target };
		for (size_t k = 0; k < COUNT_OF(who); k++)
			if (who[k] >= 0)
				b->people[who[k]].id = b->people[who[k]].fresh_id;
	}
	b->from = b->next.from;
	b->run = b->next.run;
	b->added += b->next.added;
	b->doubled += b->next.doubled;
}

/* ---- files ---- */

static enum err has_file(struct db_conn *c, int64_t group, bool *out_has)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_file_last, &rows, DB_I(group));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_has = e == ERR_OK;
	return ERR_OK;
}

enum err chat_history_file_add(struct db_conn *c, const struct history_file *f, int64_t *out_file)
{
	bool has;
	int64_t file;
	TRY(has_file(c, f->group, &has));
	if (f->added == 0 && has) {
		*out_file = 0;
		return ERR_OK;
	}
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_file_add, &rows, DB_I(f->group), DB_I(f->account), DB_I(f->known), DB_I(f->lines), DB_I(f->added), DB_I(f->doubled),
		DB_I(f->skipped), DB_N(f->first_us), DB_N(f->last_us), DB_I(f->date_order), DB_I(f->made_us), DB_T(f->name), DB_T(f->format),
		DB_T(f->zone), DB_T(f->self_name)));
	file = db_int(&rows, 0);
	db_rows_close(&rows);
	struct event told = { .stream = STREAM_GROUP, .owner = f->group, .kind = EVENT_HISTORY, .actor = f->account, .subject = file,
		.at_us = f->made_us };
	TRY(event_append(c, &told, NULL));
	*out_file = file;
	return ERR_OK;
}

enum err chat_history_file_last(struct db_conn *c, struct arena *a, int64_t group, struct history_file *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_file_last, &rows, DB_I(group)));
	struct history_file f = { .id = db_int(&rows, 0), .group = db_int(&rows, 1), .account = db_int(&rows, 2), .known = db_int(&rows, 3),
		.lines = db_int(&rows, 4), .added = db_int(&rows, 5), .doubled = db_int(&rows, 6), .skipped = db_int(&rows, 7),
		.first_us = db_int(&rows, 8), .last_us = db_int(&rows, 9), .date_order = db_int(&rows, 10), .made_us = db_int(&rows, 11) };
	TRY(db_str_copy(&rows, 12, a, &f.name));
	TRY(db_str_copy(&rows, 13, a, &f.format));
	TRY(db_str_copy(&rows, 14, a, &f.zone));
	TRY(db_str_copy(&rows, 15, a, &f.self_name));
	*out = f;
	return ERR_OK;
}

enum err chat_history_newest(struct db_conn *c, int64_t group, int64_t *out_id, int64_t *out_at_us)
{
	CLEANUP(db_rows_close) struct db_rows row = { 0 }, line = { 0 };
	TRY(db_one(c, &sql_newest_row, &row));
	int64_t id = db_int(&row, 0);
	enum err e = db_one(c, &sql_newest_line, &line, DB_I(group));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_id = id;
	*out_at_us = e == ERR_OK ? db_int(&line, 0) : 0;
	return ERR_OK;
}
