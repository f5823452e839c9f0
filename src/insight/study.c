/*
 * A study: files in, a diagnosis out.
 * Called by: cli, api. Owns: the parse reading, the thermometers of its groups, the answers. Not here: events (feed.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "insight/insight_private.h"

#define STUDY_BYTES_MAX (1u << 20)
#define OWNER_NAMES_MAX 16u /* people of one name or id: the same one, in several groups or under several keys */

/* Everything that a reading fills, as before its first file. */
static enum err begin(struct insight_study *s)
{
	for (size_t i = 0; i < s->group_count; i++)
		warmth_free(s->groups[i].warmth);
	free(s->groups);
	parse_free(s->parse);
	texts_free(s->texts);
	arena_reset(s->memory);
	*s = (struct insight_study){ .options = s->options, .owner = s->owner, .memory = s->memory, .answers = s->answers, .overlap = s->overlap,
		.only_path = s->only_path, .paths = s->paths, .path_count = s->path_count, .last_group = INSIGHT_NOT_THERE };
	struct parse_sink sink = { .event = feed_event, .progress = s->options.progress ? feed_progress : NULL, .arg = s };
	s->parse = parse_new(&s->options.parse, &sink);
	if (s->parse == NULL)
		return ERR_MEMORY;
	return s->options.owner.n ? texts_new(&s->texts) : ERR_OK;
}

struct insight_study *insight_study_new(const struct insight_options *o)
{
	struct insight_study *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->options = *o;
	s->owner = malloc(o->owner.n + 1);
	s->memory = arena_new(STUDY_BYTES_MAX);
	s->answers = arena_new(INSIGHT_BYTES_MAX);
	if (s->owner && o->owner.n)
		memcpy(s->owner, o->owner.p, o->owner.n);
	s->options.owner.p = s->owner;
	if (!s->owner || !s->memory || !s->answers || begin(s) != ERR_OK) {
		insight_study_free(s);
		return NULL;
	}
	return s;
}

void insight_study_free(struct insight_study *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->group_count; i++)
		warmth_free(s->groups[i].warmth);
	free(s->groups);
	texts_free(s->texts);
	free(s->owner);
	parse_free(s->parse);
	overlap_free(s->overlap);
	arena_free(s->memory);
	arena_free(s->answers);
	free(s);
}

void insight_study_drop(struct insight_study **s)
{
	insight_study_free(*s);
	*s = NULL;
}

const char *insight_study_why(const struct insight_study *s) { return parse_why(s->parse); }

const char *insight_study_path(const struct insight_study *s) { return s->path; }

static enum err read_file(struct insight_study *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	s->path = path;
	TRY(arena_copy(s->memory, str_of(slash ? slash + 1 : path), &s->file_name));
	s->last_group = INSIGHT_NOT_THERE;
	s->files++;
	s->file_end_us = 0;
	if (s->overlap)
		TRY(overlap_next_file(s->overlap));
	TRY(parse_file(s->parse, path));
	if (s->shared)
		return ERR_OK;
	feed_skipped(s, INSIGHT_NOT_THERE);
	feed_end_file(s);
	for (size_t i = 0; i < s->group_count; i++)
		if (s->groups[i].format == NULL)
			s->groups[i].format = parse_format(s->parse);
	return ERR_OK;
}

/* A pipe gives what it holds once: then there is no first reading, and every event is remembered. */
bool study_can_read_again(const char *path)
{
	struct stat st;
	return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

enum err insight_study_files(struct insight_study *s, char *const *paths, size_t count)
{
	s->paths = paths;
	s->path_count = count;
	if (count > 1 && (s->overlap = overlap_new()) == NULL)
		return ERR_MEMORY;
	s->noting = count > 1;
	for (size_t i = 0; i < count; i++)
		s->noting &= study_can_read_again(paths[i]);
	for (size_t i = 0; i < count; i++)
		TRY(read_file(s, paths[i]));
	if (!s->shared)
		return ERR_OK;
	TRY(begin(s));
	overlap_settle(s->overlap);
	for (size_t i = 0; i < count; i++)
		TRY(read_file(s, paths[i]));
	return ERR_OK;
}

enum err insight_study_file(struct insight_study *s, const char *path)
{
	s->only_path = (char *)(uintptr_t)path;
	return insight_study_files(s, &s->only_path, 1);
}

static enum err names_of(struct insight_study *s, struct insight_group *g)
{
	struct str *names = arena_take_many(s->answers, g->reading.people_count + 1, sizeof *names), folded_owner;
	if (names == NULL)
		return ERR_MEMORY;
	TRY(text_fold(s->answers, s->options.owner, &folded_owner));
	for (size_t i = 0; i < g->reading.people_count; i++) {
		size_t person = (size_t)g->reading.people[i].person;
		struct str key = parse_person_key(s->parse, person), folded;
		names[i] = parse_person_name(s->parse, person);
		names[i] = names[i].n ? names[i] : key;
		bool owner = s->options.owner.n == 0 && parse_person_is_self(s->parse, person);
		if (s->options.owner.n) {
			TRY(text_fold(s->answers, names[i], &folded));
			owner = str_eq(key, s->options.owner) || str_eq(folded, folded_owner);
		}
		if (owner && g->owner == INSIGHT_NOT_THERE)
			g->owner = i;
	}
	g->names = names;
	return ERR_OK;
}

/* The examples that belong to a group, or, for INSIGHT_NOT_THERE, to none. */
static enum err skipped_of(struct insight_study *s, size_t group, const struct parse_skipped **out_list, size_t *out_shown)
{
	size_t shown = 0;
	struct parse_skipped *list = arena_take_many(s->answers, PARSE_SKIPPED_SHOWN + INSIGHT_UNTIMED_SHOWN, sizeof *list);
	if (list == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < parse_skipped_shown(s->parse); i++)
		if (s->example_group[i] == group)
			list[shown++] = parse_skipped_at(s->parse, i);
	for (size_t i = 0; i < s->untimed_shown && shown < PARSE_SKIPPED_SHOWN; i++)
		if (s->untimed[i].group == group)
			list[shown++] = s->untimed[i].what;
	*out_list = list;
	*out_shown = shown;
	return ERR_OK;
}

/* The people of the files whom the owner's name or id fits. */
static enum err owners_of(struct insight_study *s, int32_t *out, size_t *out_count)
{
	struct str folded_owner, folded;
	size_t n = 0;
	TRY(text_fold(s->answers, s->options.owner, &folded_owner));
	for (size_t i = 0; s->options.owner.n && i < parse_people(s->parse) && n < OWNER_NAMES_MAX; i++) {
		TRY(text_fold(s->answers, parse_person_name(s->parse, i), &folded));
		if (str_eq(parse_person_key(s->parse, i), s->options.owner) || str_eq(folded, folded_owner))
			out[n++] = (int32_t)i;
	}
	*out_count = n;
	return ERR_OK;
}

static enum err group_of(struct insight_study *s, size_t group, struct insight_group *out)
{
	const struct study_group *from = &s->groups[group];
	struct insight_group g = { .key = parse_group_key(s->parse, group), .name = parse_group_name(s->parse, group),
		.format = from->format ? from->format : parse_format(s->parse), .known = parse_known(s->parse, group),
		.owner = INSIGHT_NOT_THERE, .later = from->later, .skipped_lines = from->skipped_lines };
	g.name = g.name.n ? g.name : g.key;
	int32_t owners[OWNER_NAMES_MAX];
	struct reading_ask ask = { .has_at = s->options.has_at, .at_us = s->options.at_us, .seed = s->options.seed + group, .owners = owners };
	TRY(owners_of(s, owners, &ask.owner_count));
	TRY(reading_of(from->warmth, &ask, s->answers, &g));
	TRY(names_of(s, &g));
	TRY(skipped_of(s, group, &g.skipped, &g.skipped_shown));
	*out = g;
	return ERR_OK;
}

static void first_lines_of(const struct insight_study *s, struct insight_diagnosis *d)
{
	for (size_t i = 0; i < s->first_line_count; i++) {
		d->first_lines[i] = s->first_lines[i];
		if (s->first_authors[i] < 0)
			continue;
		size_t person = (size_t)s->first_authors[i];
		struct str name = parse_person_name(s->parse, person);
		d->first_lines[i].author = name.n ? name : parse_person_key(s->parse, person);
	}
	d->first_line_count = s->first_line_count;
}

void insight_study_seen(const struct insight_study *s, uint64_t *out_lines, uint64_t *out_events, uint64_t *out_skipped)
{
	*out_lines = parse_lines(s->parse);
	*out_events = s->events;
	*out_skipped = parse_skipped_count(s->parse) + s->untimed_lines;
}

enum err insight_study_end(struct insight_study *s, const struct insight_diagnosis **out)
{
	arena_reset(s->answers);
	struct insight_diagnosis d = { .lines = parse_lines(s->parse), .skipped_lines = parse_skipped_count(s->parse) + s->untimed_lines,
		.doubled = s->doubled, .asks_zone = parse_asks_zone(s->parse), .asks_date_order = parse_asks_date_order(s->parse),
		.asks_year = parse_asks_year(s->parse) };
	if (parse_groups(s->parse) > 0) /* also those in which nothing happened */
		TRY(feed_group(s, parse_groups(s->parse) - 1));
	struct insight_group *groups = arena_take_many(s->answers, s->group_count + 1, sizeof *groups);
	if (groups == NULL)
		return ERR_MEMORY;
	for (; d.group_count < s->group_count; d.group_count++) {
		TRY(group_of(s, d.group_count, &groups[d.group_count]));
		d.owner_found |= groups[d.group_count].owner != INSIGHT_NOT_THERE;
	}
	TRY(said_find(s, groups, d.group_count));
	TRY(skipped_of(s, INSIGHT_NOT_THERE, &d.stray, &d.stray_shown));
	d.groups = groups;
	first_lines_of(s, &d);
	s->diagnosis = d;
	*out = &s->diagnosis;
	return ERR_OK;
}
