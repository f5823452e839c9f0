/*
 * A group that lives here: its history, what was said, who came and went, from the tables into the thermometer.
 *
 * Promises: a member and the names he claimed in the history are one person; whoever wished to be left out of models is not
 * in it; only who agreed to it may be named; how many left is only told from INSIGHT_LEAVES_TOLD on, who left never.
 * Called by: api. Owns: the counts and the answer. Not here: the statements (tables_sql.c), the formulas (warmth).
 */
#include <stdlib.h>

#include "group/group.h"
#include "insight/insight_private.h"
#include "insight/roster.h"

#define SEED 20240101u /* as of hearth diagnose: the same group gives the same answer */
#define TEXTS_READ_US (364 * US_PER_DAY) /* the failings look at 48 weeks */
#define PEOPLE_BYTES_MAX (1u << 30)

struct somebody {
	int32_t index;
	bool bot, left_out;
	size_t listed; /* in rosters, or ROSTER_NOT_LISTED */
};

struct named { /* by index */
	struct str name;
	int64_t account; /* 0: a name of the history */
	bool greetable;
};

struct insight_group_reading {
	struct arena *memory;
	struct warmth *warmth;
	struct texts *texts;
	struct idmap *accounts, *authors; /* id -> struct somebody */
	struct roster_look *rosters;      /* NULL: none */
	struct idmap *listed;             /* of rosters, + 1 -> struct somebody */
	uint64_t inferred_came, inferred_went;
	struct named *names;              /* by index */
	size_t people, people_room;
	int64_t now_us;
	const _Atomic bool *stop;
	uint64_t later;
	struct insight_group group;
};

void insight_group_reading_free(struct insight_group_reading *r)
{
	if (r == NULL)
		return;
	idmap_free(r->accounts);
	idmap_free(r->authors);
	idmap_free(r->listed);
	roster_look_free(r->rosters);
	warmth_free(r->warmth);
	texts_free(r->texts);
	arena_free(r->memory);
	free(r->names);
	free(r);
}

void insight_group_reading_drop(struct insight_group_reading **r)
{
	insight_group_reading_free(*r);
	*r = NULL;
}

const struct insight_group *insight_group_of(const struct insight_group_reading *r) { return &r->group; }

static enum err meet(struct insight_group_reading *r, struct idmap *ids, int64_t id, struct str name, struct somebody **out)
{
	struct somebody *s = ARENA_NEW(r->memory, struct somebody);
	if (s == NULL)
		return ERR_MEMORY;
	if (r->people == r->people_room) {
		size_t room = r->people_room ? r->people_room * 2 : 64;
		struct named *names = realloc(r->names, room * sizeof *names);
		if (names == NULL)
			return ERR_MEMORY;
		r->names = names;
		r->people_room = room;
	}
	s->index = (int32_t)r->people;
	s->listed = ROSTER_NOT_LISTED;
	r->names[r->people] = (struct named){ 0 };
	TRY(arena_copy(r->memory, name, &r->names[r->people++].name));
	*out = s;
	return idmap_put(ids, (uint64_t)id, s);
}

static enum err read_members(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	int64_t after = 0;
	for (bool more = true; more;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t n = 0;
		TRY(tables_members(c, group, after, &rows));
		for (; db_next(&rows); n++) {
			struct somebody *s;
			after = db_int(&rows, 0);
			TRY(meet(r, r->accounts, after, db_str(&rows, 2), &s));
			s->left_out = db_int(&rows, 1) != 0;
			r->names[s->index].account = after;
			r->names[s->index].greetable = db_int(&rows, 3) != 0;
		}
		TRY(db_rows_end(&rows));
		more = n == TABLES_PAGE;
	}
	return ERR_OK;
}

/* An author's name on the member lists. Whoever claimed several names goes by the first of them that is there. */
static enum err find_on_lists(struct insight_group_reading *r, struct somebody *s, struct str name)
{
	struct str folded;
	if (r->rosters == NULL)
		return ERR_OK;
	TRY(text_fold(r->memory, name, &folded));
	size_t listed = roster_look_person(r->rosters, folded);
	if (listed == ROSTER_NOT_LISTED)
		return ERR_OK;
	if (s->listed == ROSTER_NOT_LISTED)
		s->listed = listed;
	return idmap_get(r->listed, listed + 1) ? ERR_OK : idmap_put(r->listed, listed + 1, s);
}

static enum err read_authors(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	int64_t after = 0;
	for (bool more = true; more;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t n = 0;
		TRY(tables_authors(c, group, after, &rows));
		for (; db_next(&rows); n++) {
			after = db_int(&rows, 0);
			int64_t account = db_int(&rows, 1);
			struct somebody *s = account ? idmap_get(r->accounts, (uint64_t)account) : NULL;
			if (s)
				TRY(idmap_put(r->authors, (uint64_t)after, s));
			else
				TRY(meet(r, r->authors, after, db_str(&rows, 3), &s));
			s->bot = s->bot || db_int(&rows, 2) != 0;
			TRY(find_on_lists(r, s, db_str(&rows, 3)));
		}
		TRY(db_rows_end(&rows));
		more = n == TABLES_PAGE;
	}
	return ERR_OK;
}

static int32_t index_of(const struct somebody *s) { return s && !s->left_out ? s->index : WARMTH_NOBODY; }

static enum err add(struct insight_group_reading *r, struct warmth_event *e, struct str text)
{
	if (r->stop && *r->stop)
		return ERR_CLOSED;
	if (e->at_us > r->now_us) {
		r->later++;
		return ERR_OK;
	}
	if (e->kind == WARMTH_TALK && e->person == WARMTH_NOBODY)
		e->kind = WARMTH_OTHER;
	if (e->kind == WARMTH_RENAME && (e->person == WARMTH_NOBODY || e->target == WARMTH_NOBODY))
		e->kind = WARMTH_OTHER;
	bool read = e->kind == WARMTH_TALK && text.n && !(e->flags & WARMTH_BOT) && r->now_us - e->at_us < TEXTS_READ_US;
	if (read) {
		unsigned said;
		TRY(texts_read(r->texts, (uint32_t)e->person, text, &said));
		e->flags |= said;
	}
	TRY(warmth_add(r->warmth, e));
	return read ? texts_add_words(r->texts, r->warmth, e->person, e->at_us) : ERR_OK;
}

static enum err read_lines(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	struct history_place after = { INT64_MIN, 0, 0 };
	for (bool more = true; more;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t n = 0;
		TRY(tables_lines(c, group, after, &rows));
		for (; db_next(&rows); n++) {
			after = (struct history_place){ db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2) };
			const struct somebody *author = idmap_get(r->authors, (uint64_t)db_int(&rows, 4));
			const struct somebody *target = idmap_get(r->authors, (uint64_t)db_int(&rows, 5));
			unsigned flags = (unsigned)db_int(&rows, 6);
			struct warmth_event e = { .at_us = after.at_us, .person = index_of(author), .target = index_of(target),
				.kind = feed_kind((enum parse_kind)db_int(&rows, 3)), .ref = -after.id };
			e.flags = (flags & PARSE_BOT || (author && author->bot) ? WARMTH_BOT : 0) |
				(flags & PARSE_DELETED ? WARMTH_COLLECTIVE : 0);
			TRY(add(r, &e, db_str(&rows, 7)));
			if (author && r->rosters && e.kind == WARMTH_TALK)
				TRY(roster_look_spoke(r->rosters, author->listed, e.at_us));
		}
		TRY(db_rows_end(&rows));
		more = n == TABLES_PAGE;
	}
	return ERR_OK;
}

static enum err read_said(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	int64_t after = 0;
	for (bool more = true; more;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t n = 0;
		TRY(tables_said(c, group, after, &rows));
		for (; db_next(&rows); n++) {
			after = db_int(&rows, 0);
			struct warmth_event e = { .at_us = db_int(&rows, 1),
				.person = index_of(idmap_get(r->accounts, (uint64_t)db_int(&rows, 2))),
				.target = index_of(idmap_get(r->accounts, (uint64_t)db_int(&rows, 4))),
				.kind = db_int(&rows, 3) == MESSAGE_STANDS ? WARMTH_TALK : WARMTH_OTHER,
				.flags = db_int(&rows, 6) ? WARMTH_CALL : 0, .ref = after };
			TRY(add(r, &e, db_str(&rows, 5)));
		}
		TRY(db_rows_end(&rows));
		more = n == TABLES_PAGE;
	}
	return ERR_OK;
}

/* Members and messages that somebody else took away; after all talk, because only those count who took part. */
static enum err read_taken(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	int64_t after = 0;
	for (bool more = true; more;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t n = 0;
		TRY(tables_taken(c, group, after, &rows));
		for (; db_next(&rows); n++) {
			after = db_int(&rows, 0);
			struct warmth_event e = { .at_us = db_int(&rows, 1), .kind = WARMTH_OTHER, .flags = WARMTH_REMOVED,
				.target = index_of(idmap_get(r->accounts, (uint64_t)db_int(&rows, 2))),
				.person = index_of(idmap_get(r->accounts, (uint64_t)db_int(&rows, 3))) };
			if (e.person != WARMTH_NOBODY && e.target != WARMTH_NOBODY && e.person != e.target)
				TRY(add(r, &e, STR("")));
		}
		TRY(db_rows_end(&rows));
		more = n == TABLES_PAGE;
	}
	return ERR_OK;
}

/* Red packets given and opened: what the failings weigh. No talk: how warm a group is knows nothing of them. */
static enum err read_packets(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	int64_t packet = 0, place = -2;
	for (bool more = true; more;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t n = 0;
		TRY(tables_packets(c, group, packet, place, &rows));
		for (; db_next(&rows); n++) {
			packet = db_int(&rows, 0);
			place = db_int(&rows, 1);
			struct warmth_event e = { .at_us = db_int(&rows, 2), .kind = WARMTH_OTHER, .target = WARMTH_NOBODY,
				.flags = place < 0 ? WARMTH_PACKET_GIVEN : WARMTH_PACKET_OPENED,
				.person = index_of(idmap_get(r->accounts, (uint64_t)db_int(&rows, 3))) };
			if (e.person != WARMTH_NOBODY)
				TRY(add(r, &e, STR("")));
		}
		TRY(db_rows_end(&rows));
		more = n == TABLES_PAGE;
	}
	return ERR_OK;
}

/* What lies behind the last line is counted but not fed: an external group is looked at from its last line. */
static enum err infer_one(struct insight_group_reading *r, const struct roster_event *e, int64_t last_us)
{
	size_t listed = roster_look_person(r->rosters, e->name);
	struct somebody *s = idmap_get(r->listed, listed + 1);
	if (s == NULL)
		TRY(meet(r, r->listed, (int64_t)listed + 1, e->name, &s));
	if (s->left_out)
		return ERR_OK;
	r->inferred_came += !e->left;
	r->inferred_went += e->left;
	struct warmth_event event = { .at_us = e->at_us, .person = s->index, .target = WARMTH_NOBODY, .kind = e->left ? WARMTH_LEAVE : WARMTH_JOIN };
	return e->at_us <= last_us ? warmth_add(r->warmth, &event) : ERR_OK;
}

/* Joins and leaves that no record knows, from member lists. */
static enum err infer_came_went(struct insight_group_reading *r, unsigned known)
{
	struct insight_group *g = &r->group;
	struct roster_event *events;
	size_t n;
	if (r->rosters == NULL || !roster_look_span(r->rosters, &g->inferred_from_us, &g->inferred_to_us))
		return ERR_OK;
	g->inferred_joins = !(known & PARSE_KNOWS_JOINS);
	g->inferred_leaves = !(known & PARSE_KNOWS_LEAVES);
	int64_t last_us = warmth_last_us(r->warmth);
	TRY(roster_look_events(r->rosters, r->memory, &events, &n));
	for (size_t i = 0; i < n; i++)
		if (events[i].left ? g->inferred_leaves : g->inferred_joins)
			TRY(infer_one(r, &events[i], last_us));
	return ERR_OK;
}

/* Joins and leaves can be told where every part of the group's life knows them. */
static enum err read_came_went(struct insight_group_reading *r, struct db_conn *c, int64_t group, bool external, struct tables_files files)
{
	struct insight_group *g = &r->group;
	uint64_t came, went;
	TRY(tables_came_went(c, group, &came, &went));
	g->format = external ? files.format : "hearth";
	g->skipped_lines = files.skipped;
	g->known = files.count ? files.known : 0;
	if (g->inferred_joins)
		g->reading.joins = r->inferred_came;
	if (g->inferred_leaves)
		g->reading.leaves = r->inferred_went;
	if (external)
		return ERR_OK;
	if (files.count == 0)
		g->known = PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES;
	g->reading.joins += came;
	g->reading.leaves += went;
	g->leaves_few = went < INSIGHT_LEAVES_TOLD;
	if (g->leaves_few)
		g->known &= ~(unsigned)PARSE_KNOWS_LEAVES;
	return ERR_OK;
}

static enum err answer(struct insight_group_reading *r, const struct group *g)
{
	const struct somebody *owner = idmap_get(r->accounts, (uint64_t)g->owner);
	struct insight_group *to = &r->group;
	to->owner = INSIGHT_NOT_THERE;
	to->later = r->later;
	TRY(arena_copy(r->memory, g->name, &to->name));
	to->key = to->name;
	int32_t owners[] = { owner ? owner->index : WARMTH_NOBODY };
	struct reading_ask ask = { .has_at = !g->external, .at_us = r->now_us, .seed = SEED, .owners = owners, .owner_count = owner != NULL };
	TRY(reading_of(r->warmth, &ask, r->memory, to));
	struct str *names = arena_take_many(r->memory, to->reading.people_count + 1, sizeof *names);
	bool *nameable = arena_take_many(r->memory, to->reading.people_count + 1, sizeof *nameable);
	int64_t *accounts = arena_take_many(r->memory, to->reading.people_count + 1, sizeof *accounts);
	if (names == NULL || nameable == NULL || accounts == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < to->reading.people_count; i++) {
		int32_t person = to->reading.people[i].person;
		names[i] = r->names[person].name;
		nameable[i] = r->names[person].greetable;
		accounts[i] = r->names[person].account;
		if (owner && owner->index == person)
			to->owner = i;
	}
	to->names = names;
	to->nameable = g->external ? NULL : nameable;
	to->accounts = g->external ? NULL : accounts;
	return ERR_OK;
}

/* The words behind an external group's evidence. A message of a group that lives here is not copied: it may be taken back. */
static enum err read_evidence(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	struct insight_said *said;
	if (!said_wanted(&r->group))
		return ERR_OK;
	TRY(said_room(r->memory, &r->group, &said));
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		for (size_t k = 0; k < r->group.reading.failings.of[i].evidence_count; k++) {
			CLEANUP(db_rows_close) struct db_rows rows = { 0 };
			struct insight_said *to = &said[i * WARMTH_FAILING_EVIDENCE + k];
			int64_t ref = r->group.reading.failings.of[i].evidence[k].ref;
			if (ref >= 0)
				continue;
			TRY(tables_line(c, group, -ref, &rows));
			const struct somebody *author = idmap_get(r->authors, (uint64_t)db_int(&rows, 1));
			to->found = true;
			to->at_us = db_int(&rows, 0);
			to->author = author ? r->names[author->index].name : STR("");
			TRY(said_first_words(r->memory, db_str(&rows, 2), &to->text));
		}
	return ERR_OK;
}

static enum err read_all(struct insight_group_reading *r, struct db_conn *c, int64_t group)
{
	struct group g;
	struct tables_files files;
	TRY(group_get(c, r->memory, group, &g));
	TRY(tables_files(c, group, r->memory, &files));
	if (g.external)
		TRY(roster_look_of(c, group, &r->rosters));
	TRY(read_members(r, c, group));
	TRY(read_authors(r, c, group));
	TRY(read_lines(r, c, group));
	TRY(read_said(r, c, group));
	TRY(read_taken(r, c, group));
	TRY(read_packets(r, c, group));
	TRY(infer_came_went(r, files.known));
	TRY(answer(r, &g));
	if (g.external)
		TRY(read_evidence(r, c, group));
	return read_came_went(r, c, group, g.external, files);
}

enum err insight_group_read(struct db_conn *c, int64_t group, int64_t now_us, const _Atomic bool *stop, struct insight_group_reading **out)
{
	struct insight_group_reading *r CLEANUP(insight_group_reading_drop) = calloc(1, sizeof *r);
	if (r == NULL)
		return ERR_MEMORY;
	r->now_us = now_us;
	r->stop = stop;
	r->memory = arena_new(PEOPLE_BYTES_MAX);
	r->warmth = warmth_new();
	r->accounts = idmap_new();
	r->authors = idmap_new();
	r->listed = idmap_new();
	TRY(texts_new(&r->texts));
	if (!r->memory || !r->warmth || !r->accounts || !r->authors || !r->listed)
		return ERR_MEMORY;
	TRY(read_all(r, c, group));
	*out = r;
	r = NULL;
	return ERR_OK;
}
