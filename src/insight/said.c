/*
 * The words behind a failing's evidence: the files are read once more for those few messages alone.
 *
 * Promises: nothing is kept while a file is read the first time; of each message in the evidence its first words are, at most
 * INSIGHT_SAID_CHARS. What cannot be had (a pipe, a file that went away) is left out, never an error.
 * Called by: study.c, once the answers are there; group_reading.c uses the parts for a history. Owns: nothing. Not here: which messages they are (warmth).
 */
#include <stdlib.h>

#include "insight/insight_private.h"

struct wanted {
	int64_t ref; /* the running number of the event in the reading */
	struct insight_said *to;
};

struct look {
	const struct insight_study *study;
	struct parse *parse;
	const struct wanted *list; /* in order */
	size_t count, next;
	int64_t events;
	struct str file;
};

static int by_ref(const void *left, const void *right)
{
	const struct wanted *a = left, *b = right;
	return (a->ref > b->ref) - (a->ref < b->ref);
}

enum err said_first_words(struct arena *a, struct str text, struct str *out)
{
	struct str first = text;
	size_t chars = 0;
	for (first.n = 0; first.n < text.n && chars < INSIGHT_SAID_CHARS; chars++)
		do
			first.n++;
		while (first.n < text.n && ((unsigned char)text.p[first.n] & 0xc0) == 0x80);
	if (first.n == text.n)
		return arena_copy(a, text, out);
	char *cut = arena_take(a, first.n + sizeof "…" - 1);
	if (cut == NULL)
		return ERR_MEMORY;
	memcpy(cut, first.p, first.n);
	memcpy(cut + first.n, "…", sizeof "…" - 1);
	*out = (struct str){ cut, first.n + sizeof "…" - 1 };
	return ERR_OK;
}

static enum err pick(void *arg, const struct parse_event *e)
{
	struct look *l = arg;
	l->events++;
	for (; l->next < l->count && l->list[l->next].ref == l->events; l->next++) {
		struct insight_said *to = l->list[l->next].to;
		to->line = e->line;
		to->file = l->file;
		to->at_us = e->at_us;
		to->found = true;
		TRY(said_first_words(l->study->answers, e->text, &to->text));
		struct str name = e->author < 0 ? STR("") : parse_person_name(l->parse, (size_t)e->author);
		if (name.n == 0 && e->author >= 0)
			name = parse_person_key(l->parse, (size_t)e->author);
		TRY(arena_copy(l->study->answers, name, &to->author));
	}
	return l->next == l->count ? ERR_CLOSED : ERR_OK;
}

/* Whoever watches sees the place where the reading ended, and can stop this one too. */
static bool look_progress(void *arg, uint64_t done_bytes, uint64_t all_bytes)
{
	const struct insight_study *s = ((struct look *)arg)->study;
	return s->options.progress(s->options.arg, s->done_bytes, s->all_bytes);
}

static enum err look_up(const struct insight_study *s, const struct wanted *list, size_t count)
{
	struct look l = { .study = s, .list = list, .count = count };
	struct parse_sink sink = { .event = pick, .progress = s->options.progress ? look_progress : NULL, .arg = &l };
	struct parse *parse CLEANUP(parse_drop) = parse_new(&s->options.parse, &sink);
	if (parse == NULL)
		return ERR_MEMORY;
	l.parse = parse;
	for (size_t i = 0; i < s->path_count && l.next < count; i++) {
		const char *slash = strrchr(s->paths[i], '/');
		if (!study_can_read_again(s->paths[i]))
			return ERR_OK;
		TRY(arena_copy(s->answers, str_of(slash ? slash + 1 : s->paths[i]), &l.file));
		enum err e = parse_file(parse, s->paths[i]);
		if (e != ERR_OK)
			return e == ERR_MEMORY ? e : ERR_OK;
	}
	return ERR_OK;
}

bool said_wanted(const struct insight_group *g)
{
	size_t n = 0;
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		n += g->reading.failings.of[i].evidence_count;
	return g->owner != INSIGHT_NOT_THERE && n > 0;
}

enum err said_room(struct arena *a, struct insight_group *g, struct insight_said **out)
{
	struct insight_said *said = arena_take_many(a, WARMTH_FAILINGS * WARMTH_FAILING_EVIDENCE, sizeof *said);
	if (said == NULL)
		return ERR_MEMORY;
	memset(said, 0, WARMTH_FAILINGS * WARMTH_FAILING_EVIDENCE * sizeof *said);
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		for (size_t k = 0; k < g->reading.failings.of[i].evidence_count; k++)
			said[i * WARMTH_FAILING_EVIDENCE + k].at_us = g->reading.failings.of[i].evidence[k].at_us;
	g->said = said;
	*out = said;
	return ERR_OK;
}

static enum err want(struct insight_study *s, struct insight_group *g, struct wanted *list, size_t *count)
{
	struct insight_said *said;
	TRY(said_room(s->answers, g, &said));
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		for (size_t k = 0; k < g->reading.failings.of[i].evidence_count; k++)
			list[(*count)++] = (struct wanted){ g->reading.failings.of[i].evidence[k].ref, &said[i * WARMTH_FAILING_EVIDENCE + k] };
	return ERR_OK;
}

enum err said_find(struct insight_study *s, struct insight_group *groups, size_t group_count)
{
	size_t with = 0, count = 0;
	for (size_t i = 0; i < group_count; i++)
		with += said_wanted(&groups[i]);
	if (with == 0)
		return ERR_OK;
	struct wanted *list = calloc(with, WARMTH_FAILINGS * WARMTH_FAILING_EVIDENCE * sizeof *list);
	enum err e = list ? ERR_OK : ERR_MEMORY;
	for (size_t i = 0; i < group_count && e == ERR_OK; i++)
		if (said_wanted(&groups[i]))
			e = want(s, &groups[i], list, &count);
	if (e == ERR_OK) {
		qsort(list, count, sizeof *list, by_ref);
		e = look_up(s, list, count);
	}
	free(list);
	return e;
}
