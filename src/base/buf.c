/* Buffers that grow by half again, up to their limit. */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "base/base_private.h"

#define BUF_ROOM_MIN 256u

void buf_free(struct buf *b)
{
	free(b->p);
	*b = BUF(b->limit);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (b->failed || n > b->limit || b->n > b->limit - n) {
		b->failed = true;
		return NULL;
	}
	if (b->room - b->n < n) {
		size_t room = b->room + b->room / 2;
		room = room < BUF_ROOM_MIN ? BUF_ROOM_MIN : room;
		room = room > b->limit ? b->limit : room;
		room = room < b->n + n ? b->n + n : room;
		char *p = base_alloc_fails() ? NULL : realloc(b->p, room);
		if (p == NULL) {
			b->failed = true;
			return NULL;
		}
		b->p = p;
		b->room = room;
	}
	return b->p + b->n;
}

void buf_add(struct buf *b, struct str s)
{
	if (s.n == 0)
		return;
	char *to = buf_reserve(b, s.n);
	if (to) {
		memcpy(to, s.p, s.n);
		b->n += s.n;
	}
}

void buf_add_char(struct buf *b, char c)
{
	char *to = buf_reserve(b, 1);
	if (to) {
		*to = c;
		b->n++;
	}
}

void buf_add_int(struct buf *b, int64_t value)
{
	char digits[24], *at = digits + sizeof digits;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--at = '-';
	buf_add(b, (struct str){ at, (size_t)(digits + sizeof digits - at) });
}

void buf_print(struct buf *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n + 1);
	if (to) {
		vsnprintf(to, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_shift(struct buf *b, size_t n)
{
	assert(n <= b->n);
	if (n && b->n - n)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

enum err buf_end(const struct buf *b) { return b->failed ? ERR_LIMIT : ERR_OK; }
