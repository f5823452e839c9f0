/*
 * Keeping: a dropped file's group into the history of a group here, in pieces through the server's own writer. In a thread of
 * drops.c. A piece holds the writer for BRING_BUDGET_US at most, between other people's requests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "api/drops.h"

struct bring {
	struct thermometer *t;
	struct drop *d;
	int64_t group, account, newest_id, last_us;
	struct history_batch *batch;
	struct history_file file;
	char zone[64], self_name[PARSE_NAME_MAX + 1];
	enum parse_date_order order;
	bool has_file;
};

/* ---- the server's own requests ---- */

/* How the group's last file was read: the next one is read the same way, unless its owner says otherwise. */
static enum err begin_handle(struct req *r)
{
	struct bring *b = r->state;
	struct history_file last;
	TRY(chat_history_newest(r->db, b->group, &b->newest_id, &b->last_us));
	enum err e = chat_history_file_last(r->db, r->arena, b->group, &last);
	b->has_file = e == ERR_OK;
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	TRY(e);
	snprintf(b->zone, sizeof b->zone, STR_FMT, STR_ARG(last.zone));
	snprintf(b->self_name, sizeof b->self_name, STR_FMT, STR_ARG(last.self_name));
	b->order = (enum parse_date_order)last.date_order;
	return ERR_OK;
}

static enum err piece_handle(struct req *r)
{
	struct bring *b = r->state;
	return chat_history_put(r->db, b->batch, BRING_BUDGET_US);
}

static void piece_done(struct req *r, bool happened)
{
	struct bring *b = r->state;
	chat_history_settle(b->batch, happened);
}

static enum err end_handle(struct req *r)
{
	struct bring *b = r->state;
	int64_t file;
	TRY(db_lock(r->db, LOCK_GROUP, b->group));
	return chat_history_file_add(r->db, &b->file, &file);
}

#define OWN .tx = TX_WRITE, .open_to_all = true, .may = may_anyone
static const struct entry begin_entry = { .name = "own.history-begin", OWN, .handle = begin_handle };
static const struct entry piece_entry = { .name = "own.history-piece", OWN, .handle = piece_handle, .done = piece_done };
static const struct entry end_entry = { .name = "own.history-end", OWN, .handle = end_handle };

static bool is_stopping(const struct bring *b) { return b->d->stop || b->t->stopping; }

static enum err ask_writer(struct bring *b, const struct entry *e)
{
	enum err result = ERR_BUSY;
	const struct timespec pause = { .tv_nsec = BRING_BUSY_PAUSE_MS * 1000000L };
	for (unsigned i = 0; i < BRING_BUSY_TRIES && result == ERR_BUSY; i++) {
		if (is_stopping(b))
			return ERR_CLOSED;
		result = serve_own(b->t->serve, e, b->account, b);
		if (result == ERR_BUSY)
			nanosleep(&pause, NULL);
	}
	return result;
}

/* ---- the reading ---- */

static enum err put(void *arg, struct history_batch *batch)
{
	struct bring *b = arg;
	b->batch = batch;
	TRY(ask_writer(b, &piece_entry));
	pthread_mutex_lock(&b->t->lock);
	b->d->brought.added = batch->added;
	b->d->brought.doubled = batch->doubled;
	pthread_mutex_unlock(&b->t->lock);
	return ERR_OK;
}

static bool on_progress(void *arg, uint64_t done_bytes, uint64_t all_bytes)
{
	const struct bring *b = arg;
	b->d->seen_bytes = done_bytes;
	b->d->seen_all = all_bytes;
	return is_stopping(b);
}

static enum err bring_file(struct bring *b, const struct drop_answers *answers, size_t index, struct insight_brought *out)
{
	struct zone *zone = NULL;
	const char *zone_name = answers->zone[0] ? answers->zone : b->zone;
	const char *self = answers->self_name[0] ? answers->self_name : b->self_name;
	struct insight_bring ask = { .group = index, .into = b->group, .newest_before = b->newest_id, .last_before_us = b->last_us, .put = put,
		.progress = on_progress, .arg = b };
	if (zone_name[0])
		TRY(zone_open(zone_name, &zone));
	ask.parse = (struct parse_options){ .zone = zone, .year = answers->year, .self_name = str_of(self),
		.date_order = answers->order != PARSE_ORDER_UNKNOWN ? answers->order : b->order };
	enum err e = insight_bring_file(&ask, b->d->path, out);
	zone_free(zone);
	if (e != ERR_OK)
		return e;
	b->file = (struct history_file){ .group = b->group, .account = b->account, .known = out->known, .lines = (int64_t)out->lines,
		.added = (int64_t)out->added, .doubled = (int64_t)out->doubled, .skipped = (int64_t)out->skipped, .first_us = out->first_us,
		.last_us = out->last_us, .date_order = (int64_t)ask.parse.date_order, .made_us = clock_wall_us(), .name = str_of(b->d->name),
		.format = str_of(out->format ? out->format : ""), .zone = str_of(zone_name), .self_name = str_of(self) };
	return ask_writer(b, &end_entry);
}

void drop_bring(struct thermometer *t, struct drop *d)
{
	struct bring b = { .t = t, .d = d };
	struct insight_brought brought = { 0 };
	pthread_mutex_lock(&t->lock);
	struct drop_answers answers = d->answers;
	size_t index = d->kept_index;
	b.group = d->kept;
	b.account = d->account;
	d->bring = BRING_GOES;
	d->seen_all = d->bytes;
	pthread_mutex_unlock(&t->lock);
	enum err e = ask_writer(&b, &begin_entry);
	if (e == ERR_OK)
		e = bring_file(&b, &answers, index, &brought);
	pthread_mutex_lock(&t->lock);
	if (e == ERR_OK)
		d->brought = brought;
	d->bring = e == ERR_OK ? BRING_DONE : e == ERR_CLOSED ? BRING_STOPPED : BRING_STRANGE;
	pthread_mutex_unlock(&t->lock);
	fits_soon(t->fits);
	if (e != ERR_OK && e != ERR_CLOSED)
		log_line(LOG_WARN, "drops: keeping a file ended early (%s); doing it again adds the rest", err_name(e));
}
