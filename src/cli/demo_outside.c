/*
 * The demo village's group that lives elsewhere: its year is written as Telegram Desktop would export it and read by the same
 * reader that every export takes. The file stays in the data folder, to be dropped on the page by hand, too.
 */
#include <stdio.h>

#include "cli/demo.h"
#include "insight/insight.h"
#include "text/text.h"

#define EXPORT_BYTES_MAX (64u << 20)
#define TELEGRAM_GROUP 1700424242
#define TELEGRAM_USER 5200000

static void key_date(struct json_out *j, int64_t at_us)
{
	char date[21], seconds[24];
	date_print(at_us, date);
	date[19] = '\0'; /* without the Z */
	json_key_text(j, "date", str_of(date));
	snprintf(seconds, sizeof seconds, "%lld", (long long)(at_us / US_PER_S));
	json_key_text(j, "date_unixtime", str_of(seconds));
}

static void key_person(struct json_out *j, const char *name_key, const char *id_key, const struct demo_plan *p,
	const struct demo_act *act)
{
	size_t person = p->groups[act->group].members[act->member].person;
	char id[32];
	snprintf(id, sizeof id, "user%zu", TELEGRAM_USER + person);
	json_key_text(j, name_key, p->people[person].name);
	json_key_text(j, id_key, str_of(id));
}

static void write_act(struct json_out *j, const struct demo_plan *p, const struct demo_act *act, const int64_t *ids)
{
	json_open(j);
	json_key_int(j, "id", ids[act->id]);
	json_key_text(j, "type", act->what == ACT_SAY ? STR("message") : STR("service"));
	key_date(j, act->at_us);
	if (act->what == ACT_SAY) {
		key_person(j, "from", "from_id", p, act);
		if (act->reply_to != DEMO_NONE)
			json_key_int(j, "reply_to_message_id", ids[act->reply_to]);
		json_key_text(j, "text", act->text);
	} else {
		key_person(j, "actor", "actor_id", p, act);
		json_key_text(j, "action", STR("join_group_by_link"));
		json_key_text(j, "inviter", STR("Group"));
		json_key_text(j, "text", STR(""));
	}
	json_close(j);
}

static enum err write_export(const struct demo_plan *p, size_t group, const char *path)
{
	CLEANUP(buf_free) struct buf text = BUF(EXPORT_BYTES_MAX);
	struct json_out j = JSON_OUT(&text);
	int64_t *ids = arena_take_many(p->a, DEMO_ACTS_MAX, sizeof *ids), last = 0;
	if (ids == NULL)
		return ERR_MEMORY;
	json_open(&j);
	json_key_text(&j, "name", str_of(p->groups[group].kind->name));
	json_key_text(&j, "type", STR("private_supergroup"));
	json_key_int(&j, "id", TELEGRAM_GROUP);
	json_key(&j, "messages");
	json_open_list(&j);
	for (size_t i = 0; i < p->act_count; i++) {
		const struct demo_act *act = &p->acts[i];
		if (act->group != group || (act->what != ACT_SAY && act->what != ACT_JOIN))
			continue;
		ids[act->id] = ++last;
		write_act(&j, p, act, ids);
	}
	json_close_list(&j);
	json_close(&j);
	TRY(buf_end(&text));
	return file_write(path, buf_str(&text), 0600);
}

static enum err put(void *arg, struct history_batch *b)
{
	enum err e = chat_history_put(arg, b, INT64_MAX);
	/* all in one transaction: if it is undone, so is the village */
	chat_history_settle(b, e == ERR_OK);
	return e;
}

enum err demo_outside(struct db_conn *c, const char *data, struct demo_plan *p, size_t group)
{
	const struct demo_group *g = &p->groups[group];
	struct insight_bring ask = { .into = g->id, .put = put, .arg = c };
	struct insight_brought brought;
	char path[PATH_MAX];
	int64_t file;
	if (snprintf(path, sizeof path, "%s/" DEMO_EXPORT, data) >= (int)sizeof path)
		return ERR_LIMIT;
	TRY(write_export(p, group, path));
	TRY(chat_history_newest(c, g->id, &ask.newest_before, &ask.last_before_us));
	TRY(insight_bring_file(&ask, path, &brought));
	struct history_file row = { .group = g->id, .account = p->people[DEMO_OWNER].account, .known = brought.known,
		.lines = (int64_t)brought.lines, .added = (int64_t)brought.added, .doubled = (int64_t)brought.doubled,
		.skipped = (int64_t)brought.skipped, .first_us = brought.first_us, .last_us = brought.last_us, .made_us = p->now_us,
		.name = STR(DEMO_EXPORT), .format = str_of(brought.format) };
	return chat_history_file_add(c, &row, &file);
}
