/* JSON written straight into a buffer: no tree, no allocation but the buffer's own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/text.h"
#include "text/text_private.h"

static_assert(JSON_WRITE_DEPTH < 64, "one bit of has_items per depth");

/* Before every value: the comma it needs. Values at depth 0 stand alone. */
static void value_begin(struct json_out *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	uint64_t bit = UINT64_C(1) << j->depth;
	if (j->depth > 0 && (j->has_items & bit))
		buf_add_char(j->b, ',');
	j->has_items |= bit;
}

static void open_with(struct json_out *j, char c)
{
	value_begin(j);
	assert(j->depth < JSON_WRITE_DEPTH);
	buf_add_char(j->b, c);
	j->depth++;
	j->has_items &= ~(UINT64_C(1) << j->depth);
}

static void close_with(struct json_out *j, char c)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_add_char(j->b, c);
}

void json_open(struct json_out *j) { open_with(j, '{'); }
void json_close(struct json_out *j) { close_with(j, '}'); }
void json_open_list(struct json_out *j) { open_with(j, '['); }
void json_close_list(struct json_out *j) { close_with(j, ']'); }

void json_key(struct json_out *j, const char *key)
{
	assert(j->depth > 0 && !j->after_key);
	size_t n = strlen(key);
	value_begin(j);
	char *to = buf_reserve(j->b, n + 3);
	if (to) {
		to[0] = '"';
		memcpy(to + 1, key, n);
		to[n + 1] = '"';
		to[n + 2] = ':';
		j->b->n += n + 3;
	}
	j->after_key = true;
}

/* What stands behind the backslash; 'u': four digits; 1: the beginning of more than one byte. */
static const unsigned char escapes[256] = {
	[0x00 ... 0x07] = 'u', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', [0x0B] = 'u', ['\f'] = 'f', ['\r'] = 'r',
	[0x0E ... 0x1F] = 'u', ['"'] = '"', ['\\'] = '\\', [0x7F] = 'u', [0x80 ... 0xFF] = 1,
};

/* None of the eight bytes needs a look: all in 0x20..0x7E, no quote, no backslash. */
static bool bytes_need_nothing(uint64_t v)
{
	uint64_t quote = v ^ BYTES_ONE * '"', slash = v ^ BYTES_ONE * '\\', del = v ^ BYTES_ONE * 0x7F;
	uint64_t low = v - BYTES_ONE * 0x20;
	return ((v | low | (quote - BYTES_ONE) | (slash - BYTES_ONE) | (del - BYTES_ONE)) & BYTES_HIGH) == 0;
}

static void escape(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	if (c == 0)
		buf_add(b, MENDED);
	else if (escapes[c] == 'u')
		buf_add(b, (struct str){ (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6 });
	else
		buf_add(b, (struct str){ (char[]){ '\\', (char)escapes[c] }, 2 });
}

void json_text(struct json_out *j, struct str s)
{
	struct buf *b = j->b;
	value_begin(j);
	buf_add_char(b, '"');
	size_t from = 0, i = 0; /* from..i is as it should be and not yet written */
	while (i < s.n) {
		if (s.n - i >= 8 && bytes_need_nothing(bytes_load(s.p + i))) {
			i += 8;
			continue;
		}
		unsigned char c = (unsigned char)s.p[i];
		uint32_t cp;
		int step = escapes[c] == 1 ? utf8_step(str_from(s, i), &cp) : 1;
		if (step > 0 && escapes[c] <= 1) {
			i += (size_t)step;
			continue;
		}
		buf_add(b, (struct str){ s.p + from, i - from });
		if (step < 0)
			buf_add(b, MENDED);
		else
			escape(b, c);
		i += (size_t)abs(step);
		from = i;
	}
	if (from < s.n)
		buf_add(b, str_from(s, from));
	buf_add_char(b, '"');
}

void json_int(struct json_out *j, int64_t v)
{
	value_begin(j);
	buf_add_int(j->b, v);
}

/* The fewest digits that read back as the same number. */
void json_real(struct json_out *j, double v)
{
	if (!isfinite(v)) {
		json_null(j);
		return;
	}
	char z[40];
	int n = 0;
	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(z, sizeof z, "%.*g", digits, v);
		if (strtod(z, NULL) == v)
			break;
	}
	/* a library may have set a locale with a comma */
	for (char *c = z; *c; c++)
		if (*c == ',')
			*c = '.';
	json_raw(j, (struct str){ z, (size_t)n });
}

void json_bool(struct json_out *j, bool v) { json_raw(j, v ? STR("true") : STR("false")); }
void json_null(struct json_out *j) { json_raw(j, STR("null")); }

#define TIME_YEAR_0 INT64_C(-62167219200)   /* 0000-01-01T00:00:00Z in seconds */
#define TIME_YEAR_9999 INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* With a fraction only where there is one; null outside the years that RFC 3339 can write. */
void json_time(struct json_out *j, int64_t wall_us)
{
	int64_t micro = wall_us % US_PER_S, second = wall_us / US_PER_S;
	if (micro < 0) {
		micro += US_PER_S;
		second--;
	}
	if (second < TIME_YEAR_0 || second > TIME_YEAR_9999) {
		json_null(j);
		return;
	}
	char z[32] = "\"", date[21];
	date_print(second * US_PER_S, date);
	memcpy(z + 1, date, 19);
	size_t n = 20;
	if (micro) {
		z[n++] = '.';
		for (int64_t unit = US_PER_S / 10; unit > 0; unit /= 10)
			z[n++] = (char)('0' + micro / unit % 10);
	}
	z[n++] = 'Z';
	z[n++] = '"';
	json_raw(j, (struct str){ z, n });
}

void json_raw(struct json_out *j, struct str ready)
{
	value_begin(j);
	buf_add(j->b, ready);
}

void json_key_text(struct json_out *j, const char *key, struct str s)
{
	json_key(j, key);
	json_text(j, s);
}

void json_key_int(struct json_out *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

void json_key_real(struct json_out *j, const char *key, double v)
{
	json_key(j, key);
	json_real(j, v);
}

void json_key_bool(struct json_out *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

void json_key_null(struct json_out *j, const char *key)
{
	json_key(j, key);
	json_null(j);
}

void json_key_time(struct json_out *j, const char *key, int64_t wall_us)
{
	json_key(j, key);
	json_time(j, wall_us);
}
