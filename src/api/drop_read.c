/* Reading a dropped file: what is in it, what it asks. In a thread of drops.c; the lock is taken only to put the answer in. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/drops.h"

#define SEED 20240101u /* as of hearth diagnose: the same file gives the same answer */
#define FACTS_BYTES_MAX (64u << 20)

struct job {
	struct thermometer *t;
	struct drop *d;
	struct insight_study *study;
};

static bool on_progress(void *arg, uint64_t done_bytes, uint64_t all_bytes)
{
	struct job *j = arg;
	uint64_t lines, events, skipped;
	insight_study_seen(j->study, &lines, &events, &skipped);
	j->d->seen_bytes = done_bytes;
	j->d->seen_all = all_bytes;
	j->d->seen_lines = lines;
	j->d->seen_messages = events;
	j->d->seen_skipped = skipped;
	return j->d->stop || j->t->stopping;
}

/* ---- facts: what GET tells, out of the diagnosis, since that may be forgotten ---- */

static int more_first(const void *left, const void *right)
{
	const struct drop_person *a = left, *b = right;
	return a->messages < b->messages ? 1 : a->messages > b->messages ? -1 : str_order(a->name, b->name);
}

/* The most talkative of all groups together; a person's number is the same in every group. */
static enum err people_of(const struct insight_diagnosis *x, struct arena *a, struct drop_facts *f)
{
	size_t most = 0;
	for (size_t g = 0; g < x->group_count; g++)
		for (size_t i = 0; i < x->groups[g].reading.people_count; i++)
			if ((size_t)x->groups[g].reading.people[i].person + 1 > most)
				most = (size_t)x->groups[g].reading.people[i].person + 1;
	struct drop_person *all = calloc(most + 1, sizeof *all);
	if (all == NULL)
		return ERR_MEMORY;
	for (size_t g = 0; g < x->group_count; g++)
		for (size_t i = 0; i < x->groups[g].reading.people_count; i++) {
			struct drop_person *p = &all[x->groups[g].reading.people[i].person];
			p->name = x->groups[g].names[i];
			p->messages += x->groups[g].reading.people[i].messages;
		}
	qsort(all, most, sizeof *all, more_first);
	f->people = arena_take_many(a, DROP_PEOPLE_SHOWN, sizeof *f->people);
	enum err e = f->people ? ERR_OK : ERR_MEMORY;
	for (; e == ERR_OK && f->people_count < DROP_PEOPLE_SHOWN && f->people_count < most && all[f->people_count].messages; f->people_count++) {
		f->people[f->people_count].messages = all[f->people_count].messages;
		e = arena_copy(a, all[f->people_count].name, &f->people[f->people_count].name);
	}
	free(all);
	return e;
}

static enum err groups_of(const struct insight_diagnosis *x, struct arena *a, struct drop_facts *f)
{
	f->groups_in_all = x->group_count;
	f->group_count = x->group_count < DROP_GROUPS_SHOWN ? x->group_count : DROP_GROUPS_SHOWN;
	f->groups = arena_take_many(a, f->group_count + 1, sizeof *f->groups);
	if (f->groups == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < x->group_count; i++)
		f->messages += x->groups[i].reading.messages;
	for (size_t i = 0; i < f->group_count; i++) {
		const struct insight_group *g = &x->groups[i];
		f->groups[i] = (struct drop_group){ .format = g->format, .messages = g->reading.messages, .members = g->reading.members };
		if (g->reading.talked) {
			f->groups[i].first_us = g->reading.first_us;
			f->groups[i].last_us = g->reading.last_us;
		}
		TRY(arena_copy(a, g->name, &f->groups[i].name));
	}
	f->format = x->group_count ? x->groups[0].format : NULL;
	return ERR_OK;
}

static enum err take_examples(const struct parse_skipped *from, size_t n, struct arena *a, struct drop_facts *f)
{
	for (size_t i = 0; i < n && f->example_count < PARSE_SKIPPED_SHOWN; i++) {
		struct parse_skipped *to = &f->examples[f->example_count++];
		to->line = from[i].line;
		TRY(arena_copy(a, from[i].file, &to->file));
		TRY(arena_copy(a, from[i].text, &to->text));
	}
	return ERR_OK;
}

static enum err facts_of(const struct insight_diagnosis *x, struct arena *a, struct drop_facts *out)
{
	struct drop_facts f = { .lines = x->lines, .skipped = x->skipped_lines, .asks_zone = x->asks_zone,
		.asks_date_order = x->asks_date_order, .asks_year = x->asks_year };
	f.first_lines = arena_take_many(a, INSIGHT_FIRST_LINES, sizeof *f.first_lines);
	f.examples = arena_take_many(a, PARSE_SKIPPED_SHOWN, sizeof *f.examples);
	if (f.first_lines == NULL || f.examples == NULL)
		return ERR_MEMORY;
	TRY(groups_of(x, a, &f));
	TRY(people_of(x, a, &f));
	for (; f.first_line_count < x->first_line_count; f.first_line_count++) {
		struct insight_first_line *to = &f.first_lines[f.first_line_count];
		*to = x->first_lines[f.first_line_count];
		TRY(arena_copy(a, to->author, &to->author));
		TRY(arena_copy(a, to->text, &to->text));
	}
	for (size_t g = 0; g < x->group_count; g++)
		TRY(take_examples(x->groups[g].skipped, x->groups[g].skipped_shown, a, &f));
	TRY(take_examples(x->stray, x->stray_shown, a, &f));
	*out = f;
	return ERR_OK;
}

/* ---- the reading ---- */

static bool has_questions(const struct drop_answers *a, const struct drop_facts *f)
{
	return (f->asks_zone && a->zone[0] == '\0') || (f->asks_date_order && a->order == PARSE_ORDER_UNKNOWN) || (f->asks_year && a->year == 0);
}

static void settle(struct job *j, const struct drop_answers *answers, enum err read, struct drop_facts *f, struct arena *memory,
	struct drop_reading *reading)
{
	struct drop *d = j->d;
	drop_facts_forget(d);
	d->facts = *f;
	d->memory = memory;
	d->reading = reading;
	d->why[0] = '\0';
	if (read == ERR_CLOSED)
		d->state = DROP_STOPPED;
	else if (f->asks_year && answers->year == 0)
		d->state = DROP_ASKS;
	else if (read != ERR_OK || f->groups_in_all == 0)
		d->state = DROP_STRANGE;
	else
		d->state = has_questions(answers, f) ? DROP_ASKS : DROP_DONE;
	if (d->again)
		d->state = DROP_READING;
	const char *why = insight_study_why(j->study);
	if (d->state == DROP_STRANGE)
		snprintf(d->why, sizeof d->why, "%s", why[0] ? why : read == ERR_OK ? "there is no group in it" : err_name(read));
}

static enum err study(struct job *j, const struct drop_answers *answers, const char *path)
{
	struct zone *zone = NULL;
	struct insight_options o = { .parse = { .date_order = answers->order, .year = answers->year, .self_name = str_of(answers->self_name) },
		.seed = SEED, .owner = str_of(answers->self_name), .progress = on_progress, .arg = j };
	struct drop_facts facts = { 0 };
	const struct insight_diagnosis *x = NULL;
	if (answers->zone[0])
		TRY(zone_open(answers->zone, &zone));
	o.parse.zone = zone;
	j->study = insight_study_new(&o);
	struct arena *memory = arena_new(FACTS_BYTES_MAX);
	struct drop_reading *reading = calloc(1, sizeof *reading);
	enum err made = j->study && memory && reading ? ERR_OK : ERR_MEMORY;
	enum err read = made == ERR_OK ? insight_study_file(j->study, path) : made;
	if (made == ERR_OK)
		made = insight_study_end(j->study, &x);
	if (made == ERR_OK)
		made = facts_of(x, memory, &facts);
	zone_free(zone);
	if (made != ERR_OK) {
		insight_study_free(j->study);
		arena_free(memory);
		free(reading);
		return made;
	}
	*reading = (struct drop_reading){ .study = j->study, .diagnosis = x };
	pthread_mutex_lock(&j->t->lock);
	settle(j, answers, read, &facts, memory, reading);
	pthread_mutex_unlock(&j->t->lock);
	return ERR_OK;
}

void drop_read(struct thermometer *t, struct drop *d)
{
	struct job j = { .t = t, .d = d };
	pthread_mutex_lock(&t->lock);
	struct drop_answers answers = d->answers;
	d->seen_all = d->bytes;
	pthread_mutex_unlock(&t->lock);
	enum err e = study(&j, &answers, d->path);
	if (e == ERR_OK)
		return;
	log_line(LOG_WARN, "drops: a file could not be read (%s)", err_name(e));
	pthread_mutex_lock(&t->lock);
	drop_facts_forget(d);
	d->state = DROP_STRANGE;
	snprintf(d->why, sizeof d->why, "%s", e == ERR_MEMORY || e == ERR_LIMIT ? "it needs more memory than there is" : err_name(e));
	pthread_mutex_unlock(&t->lock);
}
