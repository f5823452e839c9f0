/*
 * insight: feeds the thermometer and keeps what it answers.
 *
 * Promises: one pass over the files (a second only where two have days of one group in common), in memory that grows with
 * people and their days; what was left out is counted and can be shown; groups stay apart, files of one group come together,
 * and what two files both have is counted once.
 * Used by: cli (diagnose), api (dropped files, hosted groups), report (which shows a diagnosis). Owns: one study at a time
 * per caller.
 * Not here: the formulas (warmth), the formats (parse), words for people (report).
 */
#ifndef HEARTH_INSIGHT_H
#define HEARTH_INSIGHT_H

#include "base/base.h"
#include "chat/chat.h"
#include "parse/parse.h"
#include "warmth/forecast.h"
#include "warmth/warmth.h"

#define INSIGHT_BYTES_MAX (8ull << 30)       /* the most one study's answers may take */
#define INSIGHT_OVERLAP_MAX (1u << 27)       /* events remembered to find doubles; only of days that two files have differently */
#define INSIGHT_OVERLAP_DAYS_MAX (1u << 25)  /* days of a group in a file, only with several files */
#define INSIGHT_UNTIMED_SHOWN PARSE_SKIPPED_SHOWN

struct insight_options {
	struct parse_options parse;
	bool has_at;       /* look back from at_us: what happened then and later is left out */
	int64_t at_us;
	uint64_t seed;     /* of the thermometer's resamplings */
	struct str owner;  /* the group owner's name or id in the files; empty: the exporter, where the format says who that is */
	/* As parse_sink.progress; may be NULL. */
	bool (*progress)(void *arg, uint64_t done_bytes, uint64_t all_bytes);
	void *arg;
};

#define INSIGHT_NOT_THERE SIZE_MAX

/* What a failing rests on, in a file or in a history that was brought in: one message. */
#define INSIGHT_SAID_CHARS 120u
struct insight_said {
	int64_t at_us;
	struct str author, text; /* the first words, with … where there are more; empty: a picture, or a format without words */
	struct str file;         /* base name; empty: of a history */
	uint64_t line;           /* of the file, as parse_event's */
	bool found;              /* false: the file could not be read a second time, so only at_us is known */
};

struct insight_group {
	struct str key, name;
	const char *format;              /* static; of the first file that had the group */
	unsigned known;                  /* enum parse_known */
	struct warmth_reading reading;
	const struct str *names;         /* of reading.people, by the same index */
	const int64_t *accounts;         /* hosted: of reading.people, 0: nobody's yet; NULL: of a file */
	const bool *nameable;            /* hosted: who agreed to be named as worth a greeting; NULL: a file's holder sees all */
	struct warmth_forecast forecast; /* at reading.at, and every 28 days back from it */
	size_t owner;                    /* index in reading.people, or INSIGHT_NOT_THERE */
	/* Of a file or an external group whose owner is known: what is behind reading.failings.of[i].evidence[k], at
	 * i * WARMTH_FAILING_EVIDENCE + k. NULL: there is none; or the group lives here, where evidence is a message's number (what is
	 * below 0 is none: a line of its history). */
	const struct insight_said *said;
	uint64_t later;                  /* events left out because of at_us */
	/* Lines not understood. A line says no group when it cannot be read: it is counted where the lines around it belong. */
	uint64_t skipped_lines;
	const struct parse_skipped *skipped;
	size_t skipped_shown;
	bool leaves_few;                 /* hosted: fewer left than may be told (INSIGHT_LEAVES_TOLD); known says so too */
	/* External, and no record knows them: inferred from member lists (roster.h), of the time between two of them. */
	bool inferred_joins, inferred_leaves;
	int64_t inferred_from_us, inferred_to_us;
};

/* The first talk of a file, for its owner to see that it was read as it should be. */
#define INSIGHT_FIRST_LINES 5u
struct insight_first_line {
	size_t group;
	int64_t at_us;
	struct str author, text; /* text: at most 300 bytes */
};

struct insight_diagnosis {
	const struct insight_group *groups; /* in order of appearance */
	size_t group_count;
	uint64_t lines, skipped_lines;      /* of all files */
	/* Of the skipped ones, those of files in which no group was found. */
	const struct parse_skipped *stray;
	size_t stray_shown;
	uint64_t doubled;                   /* events that an earlier file had already */
	bool owner_found;
	bool asks_zone, asks_date_order, asks_year;
	struct insight_first_line first_lines[INSIGHT_FIRST_LINES];
	size_t first_line_count;
};

/* A study: files in, a diagnosis out. */
struct insight_study;
struct insight_study *insight_study_new(const struct insight_options *o); /* o is copied, but not what o->parse points to; NULL: memory */
void insight_study_free(struct insight_study *s);
void insight_study_drop(struct insight_study **s);
/* Read all that there is, once in a study's life. The paths are the caller's until insight_study_end. Errors as of parse_file; the sentence is in insight_study_why. */
enum err insight_study_files(struct insight_study *s, char *const *paths, size_t count) MUST_USE;
enum err insight_study_file(struct insight_study *s, const char *path) MUST_USE;
const char *insight_study_path(const struct insight_study *s); /* the file that is being read, or was last; one of the caller's */
const char *insight_study_why(const struct insight_study *s);
/* out lives as long as the study, until the next call. ERR_MEMORY. */
enum err insight_study_end(struct insight_study *s, const struct insight_diagnosis **out) MUST_USE;

/* ---- the forecast of a study's groups (warmth/forecast.h) ---- */
struct insight_forecast {
	struct str key, name; /* of the group; live as long as the study */
	struct warmth_forecast forecast;
};
size_t insight_study_groups(const struct insight_study *s);
/* Of one group, by the order of appearance, at first talk day + 252, + step_days … until the day of the last line of the files it
 * is in: the recording went on until then, so silence before it is silence. Lives in the arena. ERR_INPUT: step_days; ERR_MEMORY. */
enum err insight_study_forecast(const struct insight_study *s, size_t group, uint32_t step_days, struct arena *a,
	struct insight_forecast *out) MUST_USE;

/* While a file is being read, from its progress call: what was seen so far. */
void insight_study_seen(const struct insight_study *s, uint64_t *out_lines, uint64_t *out_events, uint64_t *out_skipped);

/* ---- a file into a group's history (chat) ---- */
struct insight_bring {
	struct parse_options parse;
	size_t group;            /* which of the file's, as the study counted them */
	int64_t into;            /* a group here */
	int64_t newest_before;   /* see struct history_batch */
	int64_t last_before_us;  /* the newest line the group has: an older file does not rename anybody */
	/* Store some of the piece in one transaction and settle it; called until the piece is stored. An error ends all. */
	enum err (*put)(void *arg, struct history_batch *b);
	bool (*progress)(void *arg, uint64_t done_bytes, uint64_t all_bytes); /* as parse_sink.progress; may be NULL */
	void *arg;
};
struct insight_brought {
	uint64_t lines, added, doubled, skipped;
	int64_t first_us, last_us;
	unsigned known;          /* enum parse_known */
	const char *format;      /* static */
};
/* Errors as of parse_file and put. What was put stays: doing it again adds only the rest. */
enum err insight_bring_file(const struct insight_bring *ask, const char *path, struct insight_brought *out) MUST_USE;

/* ---- a group that lives here: from the tables ---- */
#define INSIGHT_LEAVES_TOLD 5 /* fewer who left could be recognised, so they are not counted */
/* One group's history, messages, joins and leaves, read in one read transaction of c. Whoever wished to be left out is. Live
 * groups are looked at from now, external ones from their last line. ERR_NOT_FOUND: no such group. */
struct insight_group_reading;
/* ERR_CLOSED: *stop (which may be NULL) became true. */
enum err insight_group_read(struct db_conn *c, int64_t group, int64_t now_us, const _Atomic bool *stop, struct insight_group_reading **out) MUST_USE;
/* How many lines such a reading would go through, counted up to most. */
enum err insight_group_size(struct db_conn *c, int64_t group, int64_t most, int64_t *out_lines) MUST_USE;
const struct insight_group *insight_group_of(const struct insight_group_reading *r); /* lives as long as r */
void insight_group_reading_free(struct insight_group_reading *r);
void insight_group_reading_drop(struct insight_group_reading **r);

/* ---- daily counts of the groups that live here ---- */
struct serve;
/* Go on behind the journal from where the counts stand, through the server's writer; *out_more: there was something.
 * reader: a read connection of the caller's, outside a transaction. From a thread of its own (see serve_own). */
enum err insight_counts_round(struct serve *s, struct db_conn *reader, bool *out_more) MUST_USE;
/* Inside a write transaction, when a person's wish changes: forget what was counted of him, and the kept answers that he is
 * part of; or only those, because they name him or should. They are worked out anew. */
enum err insight_leave_out(struct db_conn *c, int64_t account) MUST_USE;
enum err insight_anew(struct db_conn *c, int64_t account) MUST_USE;
/* The same where something about one group itself changed: its kept answer. */
enum err insight_group_anew(struct db_conn *c, int64_t group) MUST_USE;
/* Messages of a group on each of days days from from_day (since 1970-01-01, UTC). */
enum err insight_counts_days(struct db_conn *c, int64_t group, int64_t from_day, size_t days, uint32_t *out_messages) MUST_USE;

/* ---- the newest answer about each group, kept ---- */
struct insight_fit {
	int64_t group, made_us;
	int64_t number;           /* the group's newest number then */
	int64_t cost_us;          /* what it took: what is dear is worked out at night */
	int64_t wishes;           /* insight_wishes when it was begun */
	struct str summary, report; /* JSON objects: what a list shows; all of it */
};
/* A number that grows with every change of a wish. */
enum err insight_wishes(struct db_conn *c, int64_t *out_number) MUST_USE;
/* ERR_NOT_FOUND: nothing is kept yet. report is left empty unless it is wanted. */
enum err insight_fit_get(struct db_conn *c, struct arena *a, int64_t group, bool with_report, struct insight_fit *out) MUST_USE;
/* ERR_CONFLICT: somebody changed his wish since it was begun; it is not kept. */
enum err insight_fit_put(struct db_conn *c, const struct insight_fit *fit) MUST_USE;
/* Groups after a group's id whose answer is missing, older than before_us, or behind the journal; by id, at most limit. */
struct insight_due {
	int64_t group, made_us, cost_us; /* made_us 0: never */
};
enum err insight_fits_due(struct db_conn *c, int64_t after, int64_t before_us, struct insight_due *out, size_t limit, size_t *out_count) MUST_USE;

#endif
