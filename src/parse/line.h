/* line: between line.c (the file), line_date.c (days and times) and line_words.c (what each language says) only. */
#ifndef HEARTH_PARSE_LINE_H
#define HEARTH_PARSE_LINE_H

#include "parse/parse_private.h"
#include "parse/phrase.h"

/* ---- days and times ---- */
/* Which part of "1/2/2026" is the day. */
struct line_days {
	enum parse_date_order order; /* as the owner or a day of the file said; UNKNOWN: not yet */
	bool doubt;                  /* some day could have been another */
	bool worded;                 /* the file's days have a weekday: a date without one is somebody's text */
};

/* A line that is a day and nothing else: "2024.01.02 Tuesday", "2022/03/31（四）", "2026/1/30周五", "Fri, 1/30/2026",
 * "2024年1月2日 火曜日", "2024년 1월 2일 화요일". Sets year, month, day. */
bool line_day(struct line_days *days, struct str line, struct date *out_day);
/* Take a time off the front: "03:04", "上午09:46", "9:46AM", "오후 3:04", and the tab or blank behind it. */
bool line_time(struct str *s, struct date *io_at, bool *out_tab);

/* ---- words ---- */
bool line_system(struct str text, struct phrase_said *out);
bool line_is_recall(struct str text); /* that names nobody */
/* "[Photo]", "スタンプ" … and nothing else. */
bool line_is_media(struct str text);
bool line_is_call(struct str text);
/* The chat's name in "[LINE] Chat history in G" or a file's name; false: it is no such title. */
bool line_title(struct str line, struct str *out_name);

#endif
