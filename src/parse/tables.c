/*
 * Tables: the groups and people a reading has met, and who wrote the messages that may be answered.
 *
 * Promises: an index never changes; names and ids are cut at PARSE_NAME_MAX; a table that is full says so.
 * Used by: formats (parse_private.h) and whoever reads (parse.h). Owns: the tables of struct parse.
 */
#include <stdlib.h>

#include "parse/core.h"

#define SLOTS (4 * PARSE_REMEMBERED)

struct slot {
	uint64_t hash; /* 0: free */
	int32_t author;
};

/* A ring of the last ids' hashes, and an open table from hash to author. */
struct parse_memory {
	uint64_t ring[PARSE_REMEMBERED];
	size_t next;
	struct slot slots[SLOTS];
};

void parse_tables_free(struct parse *p)
{
	for (size_t i = 0; p->group_ids != NULL && i < map_count(p->group_ids) && i < p->groups_room; i++) {
		buf_free(&p->groups[i].key);
		buf_free(&p->groups[i].name);
	}
	for (size_t i = 0; i < p->people_count; i++)
		buf_free(&p->people[i].name);
	free(p->groups);
	free(p->people);
	map_free(p->aliases);
	map_free(p->group_ids);
	map_free(p->person_ids);
	free(p->memory);
}

/* At most PARSE_NAME_MAX, and no half of a character at the end, where a format has cut at some limit of its own. */
static struct str cut(struct str s)
{
	size_t back = 0;
	s = str_first(s, PARSE_NAME_MAX);
	if (s.n == 0 || (unsigned char)s.p[s.n - 1] < 0x80)
		return s;
	while (back < 3 && back + 1 < s.n && ((unsigned char)s.p[s.n - 1 - back] & 0xc0) == 0x80)
		back++;
	return encoding_is_cut(str_from(s, s.n - 1 - back)) ? str_first(s, s.n - 1 - back) : s;
}

/* The name a buffer holds from now on; nothing changes when there is no memory. */
static bool keep(struct buf *b, struct str name)
{
	name = cut(name);
	if (name.n == 0 || str_eq(buf_str(b), name))
		return true;
	buf_clear(b);
	buf_add(b, name);
	return !b->failed;
}

/* Make room in a table for one more; false: memory. New room is zeroed. */
static bool grow(void **table, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t more = *room == 0 ? 64 : *room * 2;
	char *bigger = realloc(*table, more * size);
	if (bigger == NULL)
		return false;
	memset(bigger + *room * size, 0, (more - *room) * size);
	*table = bigger;
	*room = more;
	return true;
}

int32_t parse_group_of(struct parse *p, struct str key, struct str name)
{
	size_t count = map_count(p->group_ids);
	if (!grow((void **)&p->groups, &p->groups_room, count, sizeof *p->groups))
		return -1;
	bool is_new = false;
	uint64_t *known = map_put(p->group_ids, cut(key), count, &is_new);
	if (known == NULL)
		return -1;
	int32_t index = (int32_t)*known;
	struct parse_group *g = &p->groups[index];
	if (is_new) {
		g->key = g->name = BUF(PARSE_NAME_MAX);
		if (!keep(&g->key, key))
			return -1;
	}
	if (p->format != NULL)
		g->known |= p->format->knows;
	return keep(&g->name, name) ? index : -1;
}

void parse_group_set(struct parse *p, int32_t group, struct str key, struct str name)
{
	struct parse_group *g = &p->groups[group];
	if (key.n > 0 && map_get(p->group_ids, cut(key)) == NULL)
		(void)keep(&g->key, key);
	(void)keep(&g->name, name);
}

bool parse_group_alias(struct parse *p, struct str alias, int32_t group)
{
	bool is_new;
	if (p->aliases == NULL && (p->aliases = map_new(PARSE_GROUPS_MAX)) == NULL)
		return false;
	uint64_t *at = map_put(p->aliases, cut(alias), (uint64_t)group, &is_new);
	if (at != NULL)
		*at = (uint64_t)group;
	return at != NULL;
}

int32_t parse_group_by_alias(const struct parse *p, struct str alias)
{
	const uint64_t *at = p->aliases != NULL ? map_get(p->aliases, cut(alias)) : NULL;
	return at != NULL ? (int32_t)*at : -1;
}

int32_t parse_person_find(const struct parse *p, struct str key)
{
	const uint64_t *index = map_get(p->person_ids, cut(key));
	return index != NULL ? (int32_t)*index : PARSE_NOBODY;
}

int32_t parse_person_of(struct parse *p, struct str key, struct str name)
{
	int32_t index = parse_person_find(p, key);
	if (index < 0) {
		bool is_new;
		if (p->people_count == PARSE_PEOPLE_MAX ||
		    !grow((void **)&p->people, &p->people_room, p->people_count, sizeof *p->people))
			return -1;
		size_t key_at = map_count(p->person_ids);
		if (map_put(p->person_ids, cut(key), p->people_count, &is_new) == NULL)
			return -1;
		index = (int32_t)p->people_count++;
		p->people[index] = (struct parse_person){ .name = BUF(PARSE_NAME_MAX), .key_at = (uint32_t)key_at };
	}
	return keep(&p->people[index].name, name) ? index : -1;
}

bool parse_person_call(struct parse *p, int32_t person, struct str name) { return keep(&p->people[person].name, name); }

bool parse_person_rekey(struct parse *p, int32_t person, struct str key)
{
	bool is_new;
	size_t key_at = map_count(p->person_ids);
	uint64_t *index = map_put(p->person_ids, cut(key), (uint64_t)person, &is_new);
	if (index != NULL && is_new)
		p->people[person].key_at = (uint32_t)key_at;
	return index != NULL;
}

void parse_person_set_bot(struct parse *p, int32_t person) { p->people[person].bot = true; }
void parse_person_set_self(struct parse *p, int32_t person) { p->people[person].self = true; }
void parse_add_known(struct parse *p, int32_t group, unsigned known) { p->groups[group].known |= known; }

size_t parse_groups(const struct parse *p) { return map_count(p->group_ids); }
size_t parse_people(const struct parse *p) { return p->people_count; }
struct str parse_group_key(const struct parse *p, size_t group) { return buf_str(&p->groups[group].key); }

struct str parse_group_name(const struct parse *p, size_t group)
{
	const struct parse_group *g = &p->groups[group];
	return g->name.n > 0 ? buf_str(&g->name) : buf_str(&g->key);
}

unsigned parse_known(const struct parse *p, size_t group) { return p->groups[group].known; }
struct str parse_person_key(const struct parse *p, size_t person) 
{
	return map_key_at(p->person_ids, p->people[person].key_at);
}

struct str parse_person_name(const struct parse *p, size_t person)
{
	struct str name = buf_str(&p->people[person].name);
	return name.n > 0 ? name : parse_person_key(p, person);
}

bool parse_person_is_bot(const struct parse *p, size_t person) { return p->people[person].bot; }
bool parse_person_is_self(const struct parse *p, size_t person) { return p->people[person].self; }

/* ---- who wrote what ---- */

/* FNV-1a with a last mix. Two ids that meet would name a wrong author of one answer: 64 bits are enough. */
static uint64_t hash_of(int32_t group, struct str id)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uint32_t)group;
	for (size_t i = 0; i < id.n; i++)
		h = (h ^ (unsigned char)id.p[i]) * UINT64_C(0x100000001b3);
	h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	h ^= h >> 32;
	return h == 0 ? 1 : h;
}

static size_t slot_of(const struct parse_memory *m, uint64_t hash)
{
	size_t at = hash % SLOTS;
	while (m->slots[at].hash != 0 && m->slots[at].hash != hash)
		at = (at + 1) % SLOTS;
	return at;
}

/* Take a hash out and close the row behind it. */
static void forget(struct parse_memory *m, uint64_t hash)
{
	size_t hole = slot_of(m, hash);
	if (m->slots[hole].hash == 0)
		return;
	for (size_t at = (hole + 1) % SLOTS; m->slots[at].hash != 0; at = (at + 1) % SLOTS) {
		size_t home = m->slots[at].hash % SLOTS;
		if ((at - home + SLOTS) % SLOTS >= (at - hole + SLOTS) % SLOTS) {
			m->slots[hole] = m->slots[at];
			hole = at;
		}
	}
	m->slots[hole].hash = 0;
}

void parse_remember(struct parse *p, int32_t group, struct str id, int32_t author)
{
	if (id.n == 0 || author < 0)
		return;
	if (p->memory == NULL && (p->memory = calloc(1, sizeof *p->memory)) == NULL)
		return;
	struct parse_memory *m = p->memory;
	uint64_t hash = hash_of(group, id);
	size_t at = slot_of(m, hash);
	if (m->slots[at].hash == 0) {
		if (m->ring[m->next] != 0)
			forget(m, m->ring[m->next]);
		m->ring[m->next] = hash;
		m->next = (m->next + 1) % PARSE_REMEMBERED;
		at = slot_of(m, hash);
	}
	m->slots[at] = (struct slot){ hash, author };
}

int32_t parse_author_of(const struct parse *p, int32_t group, struct str id)
{
	if (p->memory == NULL || id.n == 0)
		return PARSE_NOBODY;
	const struct slot *s = &p->memory->slots[slot_of(p->memory, hash_of(group, id))];
	return s->hash != 0 ? s->author : PARSE_NOBODY;
}
