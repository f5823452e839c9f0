/*
 * Two hash maps with open addressing. map: bytes -> 64 bits, entries in order of insertion, keys in their own blocks.
 * idmap: 64 bits -> pointer, linear probing with backward shift on removal. SipHash-2-4 is not needed for idmap (its
 * keys are ours); map's keys come from files and peers, so it hashes under a random key.
 */
#include <stdlib.h>

#include "base/base.h"
#include "base/base_private.h"

#define SLOTS_MIN 16u

struct entry {
	uint64_t hash;
	struct str key;
	uint64_t value;
};

struct map {
	struct arena *keys;
	struct entry *entries;
	uint32_t *slots; /* index + 1 into entries, 0: free */
	size_t count, room, slot_count, most;
	uint64_t seed[2];
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* After wyhash's folded multiply, keyed per map. */
static uint64_t hash_of(const struct map *m, struct str key)
{
	uint64_t h = m->seed[0] ^ key.n;
	size_t at = 0;
	for (; at + 8 <= key.n; at += 8) {
		uint64_t word;
		memcpy(&word, key.p + at, 8);
		h = mix(h ^ word, m->seed[1]);
	}
	uint64_t rest = 0;
	if (key.n > at)
		memcpy(&rest, key.p + at, key.n - at);
	return mix(h ^ rest, m->seed[1] ^ UINT64_C(0x9e3779b97f4a7c15));
}

struct map *map_new(size_t keys_max)
{
	struct map *m = base_alloc_fails() ? NULL : calloc(1, sizeof *m);
	if (m == NULL)
		return NULL;
	m->most = keys_max < UINT32_MAX - 1 ? keys_max : UINT32_MAX - 1;
	m->keys = arena_new(SIZE_MAX / 2);
	m->slots = base_alloc_fails() ? NULL : calloc(SLOTS_MIN, sizeof *m->slots);
	m->slot_count = SLOTS_MIN;
	random_bytes(m->seed, sizeof m->seed);
	m->seed[1] |= 1;
	if (m->keys == NULL || m->slots == NULL) {
		map_free(m);
		return NULL;
	}
	return m;
}

void map_free(struct map *m)
{
	if (m == NULL)
		return;
	arena_free(m->keys);
	free(m->entries);
	free(m->slots);
	free(m);
}

void map_drop(struct map **m) { map_free(*m); }

/* The slot of key, or the free one where it would go. */
static size_t slot_of(const struct map *m, struct str key, uint64_t hash)
{
	size_t at = hash & (m->slot_count - 1);
	while (m->slots[at]) {
		const struct entry *e = &m->entries[m->slots[at] - 1];
		if (e->hash == hash && str_eq(e->key, key))
			break;
		at = (at + 1) & (m->slot_count - 1);
	}
	return at;
}

uint64_t *map_get(const struct map *m, struct str key)
{
	size_t slot = slot_of(m, key, hash_of(m, key));
	return m->slots[slot] ? &m->entries[m->slots[slot] - 1].value : NULL;
}

static enum err map_grow(struct map *m)
{
	if (m->count == m->room) {
		size_t room = m->room ? m->room * 2 : SLOTS_MIN / 2;
		struct entry *entries = base_alloc_fails() ? NULL : realloc(m->entries, room * sizeof *entries);
		if (entries == NULL)
			return ERR_MEMORY;
		m->entries = entries;
		m->room = room;
	}
	if ((m->count + 1) * 2 <= m->slot_count)
		return ERR_OK;
	size_t slot_count = m->slot_count * 2;
	uint32_t *slots = base_alloc_fails() ? NULL : calloc(slot_count, sizeof *slots);
	if (slots == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < m->count; i++) {
		size_t at = m->entries[i].hash & (slot_count - 1);
		while (slots[at])
			at = (at + 1) & (slot_count - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(m->slots);
	m->slots = slots;
	m->slot_count = slot_count;
	return ERR_OK;
}

uint64_t *map_put(struct map *m, struct str key, uint64_t first_value, bool *out_new)
{
	uint64_t hash = hash_of(m, key);
	size_t slot = slot_of(m, key, hash);
	bool is_new = m->slots[slot] == 0;
	if (is_new) {
		struct str copy;
		if (m->count >= m->most || map_grow(m) != ERR_OK || arena_copy(m->keys, key, &copy) != ERR_OK)
			return NULL;
		slot = slot_of(m, key, hash);
		m->entries[m->count] = (struct entry){ hash, copy, first_value };
		m->slots[slot] = (uint32_t)++m->count;
	}
	if (out_new)
		*out_new = is_new;
	return &m->entries[m->slots[slot] - 1].value;
}

size_t map_count(const struct map *m) { return m->count; }

struct str map_key_at(const struct map *m, size_t index)
{
	assert(index < m->count);
	return m->entries[index].key;
}

uint64_t *map_at(const struct map *m, size_t index)
{
	assert(index < m->count);
	return &m->entries[index].value;
}

struct pair {
	uint64_t key;
	void *value; /* NULL: free */
};

struct idmap {
	struct pair *pairs;
	size_t count, room;
};

static size_t pair_home(const struct idmap *m, uint64_t key)
{
	return mix(key ^ UINT64_C(0x2d358dccaa6c78a5), UINT64_C(0x8bb84b93962eacc9)) & (m->room - 1);
}

static size_t pair_of(const struct idmap *m, uint64_t key)
{
	size_t at = pair_home(m, key);
	while (m->pairs[at].value && m->pairs[at].key != key)
		at = (at + 1) & (m->room - 1);
	return at;
}

struct idmap *idmap_new(void)
{
	struct idmap *m = base_alloc_fails() ? NULL : calloc(1, sizeof *m);
	struct pair *pairs = base_alloc_fails() ? NULL : calloc(SLOTS_MIN, sizeof *pairs);
	if (m == NULL || pairs == NULL) {
		free(m);
		free(pairs);
		return NULL;
	}
	*m = (struct idmap){ .pairs = pairs, .room = SLOTS_MIN };
	return m;
}

void idmap_free(struct idmap *m)
{
	if (m)
		free(m->pairs);
	free(m);
}

void *idmap_get(const struct idmap *m, uint64_t key) { return m->pairs[pair_of(m, key)].value; }

enum err idmap_put(struct idmap *m, uint64_t key, void *value)
{
	assert(value != NULL);
	if ((m->count + 1) * 2 > m->room) {
		struct idmap bigger = { .room = m->room * 2, .count = m->count };
		bigger.pairs = base_alloc_fails() ? NULL : calloc(bigger.room, sizeof *bigger.pairs);
		if (bigger.pairs == NULL)
			return ERR_MEMORY;
		for (size_t i = 0; i < m->room; i++)
			if (m->pairs[i].value)
				bigger.pairs[pair_of(&bigger, m->pairs[i].key)] = m->pairs[i];
		free(m->pairs);
		*m = bigger;
	}
	size_t at = pair_of(m, key);
	m->count += m->pairs[at].value == NULL;
	m->pairs[at] = (struct pair){ key, value };
	return ERR_OK;
}

void *idmap_remove(struct idmap *m, uint64_t key)
{
	size_t hole = pair_of(m, key);
	void *value = m->pairs[hole].value;
	if (value == NULL)
		return NULL;
	for (size_t at = (hole + 1) & (m->room - 1); m->pairs[at].value; at = (at + 1) & (m->room - 1)) {
		size_t home = pair_home(m, m->pairs[at].key);
		if (((at - home) & (m->room - 1)) >= ((at - hole) & (m->room - 1))) {
			m->pairs[hole] = m->pairs[at];
			hole = at;
		}
	}
	m->pairs[hole].value = NULL;
	m->count--;
	return value;
}

size_t idmap_count(const struct idmap *m) { return m->count; }

bool idmap_next(const struct idmap *m, size_t *pos, uint64_t *out_key, void **out_value)
{
	for (; *pos < m->room; ++*pos)
		if (m->pairs[*pos].value) {
			*out_key = m->pairs[*pos].key;
			*out_value = m->pairs[*pos].value;
			++*pos;
			return true;
		}
	return false;
}
