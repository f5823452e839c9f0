/* What the files of this room share; nobody outside includes it. */
#ifndef HEARTH_INSIGHT_PRIVATE_H
#define HEARTH_INSIGHT_PRIVATE_H

#include "insight/insight.h"
#include "insight/texts.h"

/* ---- what files have in common (overlap.c) ---- */
struct overlap;
struct overlap *overlap_new(void); /* NULL: memory */
void overlap_free(struct overlap *o);
enum err overlap_next_file(struct overlap *o) MUST_USE; /* ERR_LIMIT: too many files */
/* First reading: does an earlier file have anything of this group on this day? Said at least once for each such day. */
enum err overlap_note(struct overlap *o, const struct parse_event *e, bool *out_shared) MUST_USE; /* ERR_MEMORY, ERR_LIMIT */
void overlap_settle(struct overlap *o); /* all files are noted; they are read again, in the same order */
/* Second reading: was it in an earlier file? The nth of equal events in one file equals the nth in another. ERR_MEMORY, ERR_LIMIT. */
enum err overlap_seen(struct overlap *o, const struct parse_event *e, bool *out_seen) MUST_USE;
size_t overlap_kept(const struct overlap *o); /* events remembered */

/* ---- one reading (feed.c) ---- */
struct study_group {
	struct warmth *warmth;
	const char *format;
	uint64_t later, skipped_lines;
	size_t file;      /* the last one that told of the group, counted from 1 */
	int64_t end_us;   /* the latest line of the files that told of it */
};

struct study_example {
	struct parse_skipped what; /* text and file are copies in the study's memory */
	size_t group;
};

struct insight_study {
	struct insight_options options;
	char *owner;
	const char *path;                 /* the file being read; the caller's, like paths */
	char *only_path;
	char *const *paths;
	size_t path_count;
	uint64_t done_bytes, all_bytes;   /* as progress was told last */
	struct parse *parse;
	struct arena *memory;             /* lives as long as the study */
	struct arena *answers;            /* of the last insight_study_end */
	struct overlap *overlap;          /* NULL: one file only */
	bool noting;                      /* the first reading of several files … */
	bool shared;                      /* … and they have a day of a group in common, so there will be a second */
	struct texts *texts;              /* NULL: nobody said who the owner is, so the failings are not asked about */
	struct study_group *groups;
	size_t group_count, group_room;
	size_t last_group;                /* of this file, or INSIGHT_NOT_THERE */
	uint64_t skipped_seen;
	uint8_t shown_group_known;        /* how many of parse's examples have a group in example_group */
	size_t example_group[PARSE_SKIPPED_SHOWN];
	struct study_example untimed[INSIGHT_UNTIMED_SHOWN];
	size_t untimed_shown;
	uint64_t untimed_lines, doubled, events;
	struct insight_first_line first_lines[INSIGHT_FIRST_LINES]; /* author: not yet */
	int32_t first_authors[INSIGHT_FIRST_LINES];
	size_t first_line_count;
	struct str file_name;
	size_t files;
	int64_t file_end_us; /* the latest line of this file that has a time to believe */
	struct insight_diagnosis diagnosis;
};

enum err feed_event(void *study, const struct parse_event *e) MUST_USE;
bool feed_progress(void *study, uint64_t done_bytes, uint64_t all_bytes);
/* Make the counts of groups up to this index. */
enum err feed_group(struct insight_study *s, size_t group) MUST_USE;
/* Lines skipped since the last event belong to the group of the lines before them, else to that of the next event. */
void feed_skipped(struct insight_study *s, size_t next_group);

/* The file is read: its groups were watched until its last line. */
void feed_end_file(struct insight_study *s);

/* ---- the words behind the evidence (said.c) ---- */
enum err said_find(struct insight_study *s, struct insight_group *groups, size_t group_count) MUST_USE; /* ERR_MEMORY */
bool said_wanted(const struct insight_group *g);
/* Room for what one group's evidence says, with its times. */
enum err said_room(struct arena *a, struct insight_group *g, struct insight_said **out) MUST_USE;
enum err said_first_words(struct arena *a, struct str text, struct str *out) MUST_USE;
bool study_can_read_again(const char *path); /* false: a pipe */

/* Everything that is asked about a group: answer, forecast. The names are the caller's. */
struct reading_ask {
	bool has_at;
	int64_t at_us;
	uint64_t seed;
	const int32_t *owners; /* whom the failings are about */
	size_t owner_count;
};
enum err reading_of(const struct warmth *w, const struct reading_ask *ask, struct arena *a, struct insight_group *g) MUST_USE;

enum warmth_kind feed_kind(enum parse_kind kind);

/* ---- what the tables know of a group (tables_sql.c); rows of at most TABLES_PAGE, the caller closes them ---- */
#define TABLES_PAGE 20000
enum err tables_members(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out) MUST_USE;  /* account, left_out, name, greetable */
enum err tables_authors(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out) MUST_USE;  /* id, account, bot, name */
/* at, place, id, kind, author, target, flags, text */
enum err tables_lines(struct db_conn *c, int64_t group, struct history_place after, struct db_rows *out) MUST_USE;
/* One of them: at, author, text; ERR_NOT_FOUND. */
enum err tables_line(struct db_conn *c, int64_t group, int64_t id, struct db_rows *out) MUST_USE;
/* number, at, author, state, who was answered, text, whether it calls everybody */
enum err tables_said(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out) MUST_USE;
/* position, at, who took away, whom or whose message: by owner or stewards */
enum err tables_taken(struct db_conn *c, int64_t group, int64_t after, struct db_rows *out) MUST_USE;
/* packet, place (-1: it was given), at, who gave or opened: after (packet, place) */
enum err tables_packets(struct db_conn *c, int64_t group, int64_t packet, int64_t place, struct db_rows *out) MUST_USE;
enum err tables_came_went(struct db_conn *c, int64_t group, uint64_t *out_came, uint64_t *out_went) MUST_USE;
struct tables_files {
	size_t count;
	unsigned known;     /* what all of them know */
	uint64_t skipped;
	const char *format; /* of the last, or NULL */
};
enum err tables_files(struct db_conn *c, int64_t group, struct arena *a, struct tables_files *out) MUST_USE;

#endif
