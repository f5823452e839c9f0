/*
 * The adapter between two neighbours: what parse tells goes into warmth.
 * Called by: parse, for each event of a study. Owns: nothing of its own. Not here: the diagnosis (study.c).
 */
#include <stdlib.h>

#include "insight/insight_private.h"

#define GROUPS_ROOM_MIN 8u

enum warmth_kind feed_kind(enum parse_kind kind)
{
	switch (kind) {
	case PARSE_TEXT:
	case PARSE_MEDIA:
	case PARSE_ACT:
		return WARMTH_TALK;
	case PARSE_JOIN:
		return WARMTH_JOIN;
	case PARSE_LEAVE:
	case PARSE_REMOVED:
		return WARMTH_LEAVE;
	case PARSE_RENAME:
		return WARMTH_RENAME;
	default:
		return WARMTH_OTHER;
	}
}

enum err feed_group(struct insight_study *s, size_t group)
{
	if (group < s->group_count)
		return ERR_OK;
	if (group >= s->group_room) {
		size_t room = s->group_room ? s->group_room * 2 : GROUPS_ROOM_MIN;
		room = room > group ? room : group + 1;
		struct study_group *groups = realloc(s->groups, room * sizeof *groups);
		if (groups == NULL)
			return ERR_MEMORY;
		s->groups = groups;
		s->group_room = room;
	}
	for (; s->group_count <= group; s->group_count++) {
		struct warmth *w = warmth_new();
		if (w == NULL)
			return ERR_MEMORY;
		if (s->texts == NULL)
			warmth_without_failings(w);
		s->groups[s->group_count] = (struct study_group){ .warmth = w };
	}
	return ERR_OK;
}

void feed_skipped(struct insight_study *s, size_t next_group)
{
	uint64_t count = parse_skipped_count(s->parse);
	size_t group = s->last_group != INSIGHT_NOT_THERE ? s->last_group : next_group;
	if (group != INSIGHT_NOT_THERE)
		s->groups[group].skipped_lines += count - s->skipped_seen;
	for (; s->shown_group_known < parse_skipped_shown(s->parse); s->shown_group_known++)
		s->example_group[s->shown_group_known] = group;
	s->skipped_seen = count;
}

/* A time that cannot be: the line was understood and still not counted, which must be seen like any other skipped one.
 */
static enum err untimed(struct insight_study *s, const struct parse_event *e, size_t group)
{
	s->untimed_lines++;
	s->groups[group].skipped_lines++;
	if (s->untimed_shown == INSIGHT_UNTIMED_SHOWN)
		return ERR_OK;
	struct study_example x = { .what = { .line = e->line, .file = s->file_name }, .group = group };
	TRY(arena_copy(s->memory, utf8_first(e->text, 200), &x.what.text));
	s->untimed[s->untimed_shown++] = x;
	return ERR_OK;
}

static enum err first_line(struct insight_study *s, const struct parse_event *e)
{
	bool talk = e->kind == PARSE_TEXT || e->kind == PARSE_ACT;
	if (s->first_line_count == INSIGHT_FIRST_LINES || !talk || e->text.n == 0)
		return ERR_OK;
	struct insight_first_line l = { .group = (size_t)e->group, .at_us = e->at_us };
	TRY(arena_copy(s->memory, utf8_first(e->text, 300), &l.text));
	s->first_authors[s->first_line_count] = e->author;
	s->first_lines[s->first_line_count++] = l;
	return ERR_OK;
}

static bool time_is_real(int64_t at_us)
{
	return at_us >= WARMTH_DAY_MIN * US_PER_DAY && at_us < (WARMTH_DAY_MAX + 1) * US_PER_DAY;
}

void feed_end_file(struct insight_study *s)
{
	for (size_t i = 0; i < s->group_count; i++)
		if (s->groups[i].file == s->files && s->groups[i].end_us < s->file_end_us)
			s->groups[i].end_us = s->file_end_us;
}

enum err feed_event(void *study, const struct parse_event *e)
{
	struct insight_study *s = study;
	size_t group = (size_t)e->group;
	if (s->noting) {
		bool shared;
		TRY(overlap_note(s->overlap, e, &shared));
		s->shared |= shared;
		if (s->shared)
			return ERR_OK; /* all of it will be told again */
	}
	TRY(feed_group(s, group));
	if (parse_skipped_count(s->parse) != s->skipped_seen)
		feed_skipped(s, group);
	s->last_group = group;
	s->events++;
	s->groups[group].file = s->files;
	if (e->at_us > s->file_end_us && time_is_real(e->at_us))
		s->file_end_us = e->at_us;
	TRY(first_line(s, e));
	bool seen = false;
	if (s->overlap && !s->noting)
		TRY(overlap_seen(s->overlap, e, &seen));
	if (seen) {
		s->doubled++;
		return ERR_OK;
	}
	if (s->options.has_at && e->at_us >= s->options.at_us) {
		s->groups[group].later++;
		return ERR_OK;
	}
	struct warmth_event w = {
		.at_us = e->at_us, .person = e->author, .target = e->target, .kind = feed_kind(e->kind)
	};
	/* Talk by nobody (an author whom the format does not name) shows only that somebody was recording. */
	if (w.kind == WARMTH_TALK && e->author == PARSE_NOBODY)
		w.kind = WARMTH_OTHER;
	w.flags = (e->flags & PARSE_BOT ? WARMTH_BOT : 0) | (e->flags & PARSE_DELETED ? WARMTH_COLLECTIVE : 0);
	w.ref = (int64_t)s->events;
	w.flags |= e->kind == PARSE_REMOVED && e->target != PARSE_NOBODY ? WARMTH_REMOVED : 0;
	bool read = s->texts && w.kind == WARMTH_TALK && e->text.n && !(w.flags & WARMTH_BOT);
	if (read) {
		unsigned said;
		TRY(texts_read(s->texts, (uint64_t)group << 32 | (uint32_t)e->author, e->text, &said));
		w.flags |= said;
	}
	enum err err = warmth_add(s->groups[group].warmth, &w);
	if (err == ERR_OK && read)
		err = texts_add_words(s->texts, s->groups[group].warmth, e->author, e->at_us);
	return err == ERR_INPUT ? untimed(s, e, group) : err;
}

bool feed_progress(void *study, uint64_t done_bytes, uint64_t all_bytes)
{
	struct insight_study *s = study;
	s->done_bytes = done_bytes;
	s->all_bytes = all_bytes;
	return s->options.progress(s->options.arg, done_bytes, all_bytes);
}
