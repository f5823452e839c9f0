/*
 * scan: taking a line apart from its front; for formats of this room only.
 *
 * Promises: every function takes what it names off the front of *s and says true, or leaves *s alone and says false.
 * Used by: the text formats. Owns: nothing. Not here: what the pieces mean (the formats).
 */
#ifndef HEARTH_PARSE_SCAN_H
#define HEARTH_PARSE_SCAN_H

#include "base/base.h"

static inline void scan_drop(struct str *s, size_t n)
{
	n = n < s->n ? n : s->n;
	s->p = s->p ? s->p + n : NULL;
	s->n -= n;
}

bool scan_char(struct str *s, char c);
bool scan_text(struct str *s, struct str what);
/* Spaces and tabs; how many. */
size_t scan_blanks(struct str *s);
/* least to most decimal digits, and not one more of them; most <= 9. */
bool scan_digits(struct str *s, unsigned least, unsigned most, int *out_value);
/* What stands before the first `end`, which is taken too. */
bool scan_until(struct str *s, struct str end, struct str *out_part);
/* What stands before the last `end` that ends s: "x (reason)" is scan_off_end(s, "(", ")"). */
bool scan_off_end(struct str *s, struct str open, struct str close, struct str *out_inside);
/* Up to the next space, tab or end. False when there is nothing. */
bool scan_word(struct str *s, struct str *out_word);
/* YYYY-MM-DD, YYYY/M/D or YYYY.M.D, the same mark twice; a day that exists. Sets year, month, day. */
bool scan_ymd(struct str *s, struct date *out_date);
/* [H]H:MM or [H]H:MM:SS, seconds 0 when absent; a fraction is passed over. Sets hour, minute, second. */
bool scan_clock(struct str *s, struct date *out_date);
/* AM, PM, A.M., 上午, 下午, 오전, 午後 … before or behind a time, and turn d's hour accordingly. */
bool scan_half(struct str *s, bool *out_afternoon);
void scan_apply_half(struct date *d, bool afternoon);
/* Jan, January, jan … 1–12. */
bool scan_month(struct str *s, int *out_month);

/* A name as bots mostly have it: "Rose Bot", "GroupHelpBot", "save_bot". */
bool scan_is_bot_name(struct str name);

bool scan_is_alnum(char c);
static inline bool scan_is_digit(char c) { return c >= '0' && c <= '9'; }
/* Same letters, ASCII case aside. */
bool scan_same(struct str a, struct str b);
/* Where what stands in s, ASCII case aside, or -1. */
ptrdiff_t scan_find_fold(struct str s, struct str what);

#endif
