/* Arenas: blocks that double, one kept over a reset. Also counts allocations for tests that make each of them fail. */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "base/base_private.h"

#define BLOCK_MIN 4096u
#define BLOCK_MAX (1u << 20)

struct block {
	struct block *before;
	size_t room, used;
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *top;
	size_t limit, taken; /* taken: room of all blocks */
	size_t used;
};

static _Thread_local uint64_t fail_at, alloc_count;

void base_alloc_fail(uint64_t nth)
{
	fail_at = nth;
	alloc_count = 0;
}

uint64_t base_alloc_count(void) { return alloc_count; }

bool base_alloc_fails(void) { return ++alloc_count == fail_at; }

struct arena *arena_new(size_t limit_bytes)
{
	struct arena *a = base_alloc_fails() ? NULL : calloc(1, sizeof *a);
	if (a)
		a->limit = limit_bytes;
	return a;
}

static void blocks_free(struct block *b)
{
	while (b) {
		struct block *before = b->before;
		free(b);
		b = before;
	}
}

void arena_free(struct arena *a)
{
	if (a)
		blocks_free(a->top);
	free(a);
}

void arena_drop(struct arena **a) { arena_free(*a); }

void arena_reset(struct arena *a)
{
	if (a->top) {
		blocks_free(a->top->before);
		a->top->before = NULL;
		a->top->used = 0;
		a->taken = a->top->room;
	}
	a->used = 0;
}

static struct block *block_new(struct arena *a, size_t size)
{
	size_t room = a->top ? a->top->room * 2 : BLOCK_MIN;
	room = room > BLOCK_MAX ? BLOCK_MAX : room;
	room = room < size ? size : room;
	if (room > a->limit - a->taken)
		room = size;
	if (room > a->limit - a->taken)
		return NULL;
	struct block *b = malloc(sizeof *b + room);
	if (b == NULL)
		return NULL;
	*b = (struct block){ .before = a->top, .room = room };
	a->top = b;
	a->taken += room;
	return b;
}

void *arena_take(struct arena *a, size_t size)
{
	size_t align = _Alignof(max_align_t);
	if (base_alloc_fails() || size > SIZE_MAX - align || size > a->limit)
		return NULL;
	size = (size + align - 1) / align * align;
	struct block *b = a->top;
	if (b == NULL || b->room - b->used < size)
		b = block_new(a, size);
	if (b == NULL)
		return NULL;
	void *p = b->bytes + b->used;
	b->used += size;
	a->used += size;
	return memset(p, 0, size);
}

void *arena_take_many(struct arena *a, size_t count, size_t size)
{
	size_t all;
	return __builtin_mul_overflow(count, size, &all) ? NULL : arena_take(a, all);
}

enum err arena_copy(struct arena *a, struct str s, struct str *out_copy)
{
	char *p = arena_take(a, s.n + 1);
	if (p == NULL)
		return ERR_MEMORY;
	if (s.n)
		memcpy(p, s.p, s.n);
	*out_copy = (struct str){ p, s.n };
	return ERR_OK;
}

enum err arena_print(struct arena *a, struct str *out_text, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *p = n < 0 ? NULL : arena_take(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	if (p == NULL)
		return ERR_MEMORY;
	*out_text = (struct str){ p, (size_t)n };
	return ERR_OK;
}

size_t arena_used(const struct arena *a) { return a->used; }
