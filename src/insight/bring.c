/*
 * From a file to history: reads one group of an export and hands its lines on in pieces small enough for the one writer.
 *
 * Promises: nothing is stored here; what was handed on before a stop or an error stays, and doing it again is harmless.
 * Called by: api (keeping a dropped file). Owns: the people and marks of one reading. Not here: SQL (chat).
 */
#include <stdlib.h>

#include "insight/insight.h"

#define PIECE_LINES 1024u
#define PIECE_LINES_ENOUGH 384u /* from here on a piece ends where a time does: see struct history_batch */
#define PIECE_TEXT_BYTES (1u << 20)
#define PIECE_ARENA_BYTES (16u << 20)
#define PEOPLE_ARENA_BYTES (1u << 30)
#define PEOPLE_ROOM_MIN 256u

struct bring {
	const struct insight_bring *ask;
	struct parse *parse;
	struct history_marks *marks;
	struct arena *names, *piece;
	struct history_line *lines;
	size_t text_bytes, people_room;
	struct history_batch batch;
	bool counts_up, format_known;
	struct insight_brought sums;
};

static bool is_talk(enum parse_kind k) { return k == PARSE_TEXT || k == PARSE_MEDIA || k == PARSE_ACT; }

/* Formats whose ids are numbers that grow within a group. */
static bool ids_count_up(const char *format)
{
	return format && (strncmp(format, "telegram", 8) == 0 || strncmp(format, "discord", 7) == 0);
}

static enum err hand_on(struct bring *b)
{
	size_t end = b->batch.naming ? b->batch.people_count : b->batch.count;
	b->batch.from = 0;
	while (b->batch.from < end) {
		size_t before = b->batch.from;
		TRY(b->ask->put(b->ask->arg, &b->batch));
		if (b->batch.from == before)
			return ERR_BUSY; /* whoever stores it must get on */
	}
	b->batch.count = 0;
	b->text_bytes = 0;
	arena_reset(b->piece);
	return ERR_OK;
}

static enum err person_ready(struct bring *b, int32_t index)
{
	if (index < 0)
		return ERR_OK;
	size_t at = (size_t)index;
	if (at >= b->people_room) {
		size_t room = b->people_room ? b->people_room * 2 : PEOPLE_ROOM_MIN;
		room = room > at ? room : at + 1;
		struct history_person *more = realloc(b->batch.people, room * sizeof *more);
		if (more == NULL)
			return ERR_MEMORY;
		memset(more + b->people_room, 0, (room - b->people_room) * sizeof *more);
		b->batch.people = more;
		b->people_room = room;
	}
	b->batch.people_count = b->batch.people_count > at ? b->batch.people_count : at + 1;
	struct history_person *p = &b->batch.people[at];
	if (p->key.p)
		return ERR_OK;
	struct str key = parse_person_key(b->parse, at), name = parse_person_name(b->parse, at);
	TRY(utf8_mend(b->names, name.n ? name : key, &p->name));
	p->bot = parse_person_is_bot(b->parse, at);
	return utf8_mend(b->names, key, &p->key);
}

static enum err take_line(struct bring *b, const struct parse_event *e)
{
	struct history_line *l = &b->lines[b->batch.count];
	TRY(person_ready(b, e->author));
	TRY(person_ready(b, e->target));
	*l = (struct history_line){ .at_us = e->at_us, .author = e->author, .target = e->target, .kind = (int)e->kind, .flags = e->flags,
		.chars = e->chars, .talk = is_talk(e->kind) };
	TRY(utf8_ok(e->text) ? arena_copy(b->piece, e->text, &l->text) : utf8_mend(b->piece, e->text, &l->text));
	struct str key = e->author < 0 ? STR("") : b->batch.people[e->author].key;
	TRY(history_mark(b->marks, e->at_us, key, l->text, e->id, b->counts_up, &l->mark));
	if (b->sums.lines == 0)
		b->batch.first_at_us = e->at_us;
	b->batch.count++;
	b->text_bytes += l->text.n;
	b->sums.first_us = b->sums.lines == 0 || e->at_us < b->sums.first_us ? e->at_us : b->sums.first_us;
	b->sums.last_us = b->sums.lines == 0 || e->at_us > b->sums.last_us ? e->at_us : b->sums.last_us;
	b->sums.lines++;
	return ERR_OK;
}

static bool is_believed(int64_t at_us)
{
	return at_us >= WARMTH_DAY_MIN * US_PER_DAY && at_us < (WARMTH_DAY_MAX + INT64_C(1)) * US_PER_DAY;
}

static enum err on_event(void *arg, const struct parse_event *e)
{
	struct bring *b = arg;
	if ((size_t)e->group != b->ask->group)
		return ERR_OK;
	if (!b->format_known) {
		b->counts_up = ids_count_up(parse_format(b->parse));
		b->format_known = true;
	}
	if (!is_believed(e->at_us)) {
		b->sums.skipped++;
		return ERR_OK;
	}
	bool full = b->batch.count == PIECE_LINES || b->text_bytes >= PIECE_TEXT_BYTES;
	if (full || (b->batch.count >= PIECE_LINES_ENOUGH && b->lines[b->batch.count - 1].at_us != e->at_us))
		TRY(hand_on(b));
	return take_line(b, e);
}

static bool on_progress(void *arg, uint64_t done_bytes, uint64_t all_bytes)
{
	const struct bring *b = arg;
	return b->ask->progress && b->ask->progress(b->ask->arg, done_bytes, all_bytes);
}

/* Names change; those of the newest file stand. */
static enum err hand_on_names(struct bring *b)
{
	for (size_t i = 0; i < b->batch.people_count; i++) {
		struct str name = parse_person_name(b->parse, i);
		if (b->batch.people[i].key.p && name.n)
			TRY(utf8_mend(b->names, name, &b->batch.people[i].name));
	}
	b->batch.naming = true;
	return hand_on(b);
}

static enum err bring(struct bring *b, const char *path)
{
	TRY(parse_file(b->parse, path));
	TRY(hand_on(b));
	b->sums.added = b->batch.added;
	b->sums.doubled = b->batch.doubled;
	b->sums.skipped += parse_skipped_count(b->parse);
	b->sums.format = parse_format(b->parse);
	b->sums.known = b->ask->group < parse_groups(b->parse) ? parse_known(b->parse, b->ask->group) : 0;
	return b->sums.last_us >= b->ask->last_before_us ? hand_on_names(b) : ERR_OK;
}

enum err insight_bring_file(const struct insight_bring *ask, const char *path, struct insight_brought *out)
{
	struct bring b = { .ask = ask, .marks = history_marks_new(), .names = arena_new(PEOPLE_ARENA_BYTES), .piece = arena_new(PIECE_ARENA_BYTES),
		.lines = calloc(PIECE_LINES, sizeof *b.lines) };
	struct parse_sink sink = { .event = on_event, .progress = on_progress, .arg = &b };
	b.parse = parse_new(&ask->parse, &sink);
	b.batch = (struct history_batch){ .group = ask->into, .newest_before = ask->newest_before, .lines = b.lines };
	enum err e = b.marks && b.names && b.piece && b.lines && b.parse ? bring(&b, path) : ERR_MEMORY;
	if (e == ERR_OK)
		*out = b.sums;
	parse_free(b.parse);
	history_marks_free(b.marks);
	arena_free(b.names);
	arena_free(b.piece);
	free(b.batch.people);
	free(b.lines);
	return e;
}
