/* whatsapp: between whatsapp.c (the file), whatsapp_date.c (stamps and their order) and whatsapp_words.c only. */
#ifndef HEARTH_PARSE_WHATSAPP_H
#define HEARTH_PARSE_WHATSAPP_H

#include "parse/parse_private.h"
#include "parse/phrase.h"

/* ---- the stamp before each message ---- */
struct whatsapp_stamp {
	int part[3];        /* of the date, as written */
	int digits[3];
	int hour, minute, second;
	unsigned shape;     /* brackets, separators, digits of the year, seconds, half-day: one phone's way to write */
};

/* "6/30/23, 16:14 - " or "[30/06/23, 4:14:05 PM] " in any of their ways; out_rest is what stands behind. */
bool whatsapp_stamp(struct str line, struct whatsapp_stamp *out, struct str *out_rest);

/* Which part is the day: found out for each shape from what the file shows. */
#define WHATSAPP_SHAPES_MAX 8u
#define WHATSAPP_ORDERS 3u /* day first, month first, year first */

struct whatsapp_shape {
	unsigned shape;
	bool can[WHATSAPP_ORDERS];
	bool differs; /* some date would be another day in another order */
	bool fixed;
	size_t order;
	int64_t first[WHATSAPP_ORDERS], last[WHATSAPP_ORDERS];
	uint64_t back[WHATSAPP_ORDERS], count;
};

struct whatsapp_dates {
	struct whatsapp_shape shapes[WHATSAPP_SHAPES_MAX];
	size_t count;
	enum parse_date_order wanted;
	int64_t last; /* local µs of the last stamp told, or INT64_MIN */
};

/* Take a stamp as evidence. true: the order of all shapes seen is certain. */
bool whatsapp_observe(struct whatsapp_dates *d, const struct whatsapp_stamp *s);
/* No more evidence will come: choose. true: the choice was a guess the owner should know of. */
bool whatsapp_settle(struct whatsapp_dates *d);
/* The local time; false: no such date in any order. */
bool whatsapp_local(struct whatsapp_dates *d, const struct whatsapp_stamp *s, struct date *out);

/* ---- words ---- */
/* What a line of the system says. */
bool whatsapp_system(struct str text, struct phrase_said *out);
bool whatsapp_is_recall(struct str text);
/* Is it a picture, a file …? out_caption: what is left as text. */
bool whatsapp_is_media(struct str text, struct str *out_caption);
bool whatsapp_is_you(struct str name);
/* The chat's name from the file's. */
struct str whatsapp_file_title(struct str file_name);

#endif
