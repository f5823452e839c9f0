/*
 * Dropped files: exports that lie here for a day, are read in the background, and may be kept as a group's history.
 *
 * Promises: nothing of a file outlives it (a day, DELETE, or the server's end: what was dropped is not in the database, so a
 * restart forgets it and removes the files); at most DROP_READERS are read at once, one of a person's at a time; keeping goes
 * through the server's own writer in pieces, may be stopped, and may be done again.
 * Used by: drop_entries.c, thermometer.c. Owns: the folder DATA/drops and the threads that read.
 */
#ifndef HEARTH_API_DROPS_H
#define HEARTH_API_DROPS_H

#include "api/api_private.h"
#include "insight/insight.h"

#define DROPS_MAX 400u
#define DROPS_OF_ONE_MAX 20u
#define DROP_LIFE_US US_PER_DAY
#define DROP_BYTES_MAX (4ull << 30)
#define DROP_READERS 2u
#define DROP_READINGS_MAX 8u                /* answers kept ready; the others are read again when asked for */
#define DROP_DISK_LEFT_BYTES (512ull << 20) /* never filled */
#define DROP_GROUPS_SHOWN 5000u
#define DROP_PEOPLE_SHOWN 50u
#define DROP_NAME_BYTES_MAX 200u
#define BRING_BUDGET_US 8000                /* of the one writer, for a piece; much less than SERVE_BATCH_US_MAX */
#define BRING_BUSY_TRIES 200u               /* … with a pause of BRING_BUSY_PAUSE_MS, when the queue is full */
#define BRING_BUSY_PAUSE_MS 50

enum drop_state { DROP_READING, DROP_ASKS, DROP_DONE, DROP_STRANGE, DROP_STOPPED };
enum drop_work { WORK_NONE, WORK_READ, WORK_BRING };
enum bring_state { BRING_NONE, BRING_WAITS, BRING_GOES, BRING_DONE, BRING_STOPPED, BRING_STRANGE };

struct drop_answers { /* what its owner said about it */
	char zone[64], self_name[PARSE_NAME_MAX + 1];
	enum parse_date_order order;
	int year;
};

/* What a reading found; in an arena of its own. */
struct drop_group {
	struct str name;
	const char *format;
	uint64_t messages;
	size_t members;
	int64_t first_us, last_us; /* 0: nobody spoke */
};
struct drop_person {
	struct str name;
	uint64_t messages;
};
struct drop_facts {
	struct drop_group *groups;
	size_t group_count, groups_in_all;
	struct drop_person *people;
	size_t people_count;
	struct insight_first_line *first_lines;
	size_t first_line_count;
	struct parse_skipped *examples;
	size_t example_count;
	const char *format;
	uint64_t lines, messages, skipped;
	bool asks_zone, asks_date_order, asks_year;
};

struct drop_reading { /* the whole answer, for reports; counted by its users */
	struct insight_study *study;
	const struct insight_diagnosis *diagnosis;
	unsigned uses;
	bool dropped;
};

struct drop {
	struct drop *next;
	int64_t id, account, made_us;
	uint64_t order, used; /* when it was put last into the queue; when it was looked at last */
	char name[DROP_NAME_BYTES_MAX + 1], folder[PATH_MAX - 256], path[PATH_MAX];
	uint64_t bytes;
	enum drop_state state;
	enum drop_work work;
	bool running, again, gone;
	_Atomic bool stop;
	_Atomic uint64_t seen_bytes, seen_all, seen_lines, seen_messages, seen_skipped;
	struct drop_answers answers;
	struct arena *memory;
	struct drop_facts facts;
	struct drop_reading *reading;
	char why[256];
	/* keeping */
	const struct req *keep_asked; /* a request that is about to keep it */
	enum bring_state bring;
	int64_t kept;                 /* the group, 0: none */
	size_t kept_index;
	bool kept_new;                /* it was founded for it */
	struct insight_brought brought;
};

struct sweep; /* sweep.c */
struct fits;  /* fits.c */
struct till;  /* till.c */
struct packet_memory;

struct thermometer {
	struct serve *serve;
	char folder[PATH_MAX - 320];
	pthread_mutex_t lock;
	pthread_cond_t something;
	struct drop *first;
	size_t count;
	uint64_t order;
	pthread_t threads[DROP_READERS];
	size_t thread_count;
	_Atomic bool stopping;
	struct token operator_token;
	struct sweep *sweep;
	struct fits *fits;
	struct till *till;
	struct packet_memory *packets;
	/* thermometer.c */
	pthread_mutex_t reader_lock;
	struct db_conn *reader;
};

struct thermometer *thermometer_of(const struct req *r); /* NULL: not started */

/* ---- drops.c; all with t->lock held unless they say so ---- */
struct drop *drop_find(struct thermometer *t, int64_t id, int64_t account); /* NULL: none, or not his */
void drop_enqueue(struct thermometer *t, struct drop *d, enum drop_work work);
size_t drop_ahead(const struct thermometer *t, const struct drop *d); /* files read before this one */
void drop_take_away(struct thermometer *t, struct drop *d);           /* at once, or when its work has stopped */
bool drop_group_is_brought(const struct thermometer *t, int64_t group);
void drop_reading_leave(struct thermometer *t, struct drop_reading *r); /* takes the lock itself */
void drop_facts_forget(struct drop *d);
/* Without the lock. ERR_LIMIT: too many of his; ERR_BUSY: too many of all; ERR_IO: no room on disk. */
enum err drop_add(struct thermometer *t, int64_t account, struct str name, const char *body_path, struct str body, uint64_t bytes,
	int64_t now_us, int64_t *out_id) MUST_USE;

/* ---- drop_read.c, drop_bring.c; in a reading thread, without the lock ---- */
void drop_read(struct thermometer *t, struct drop *d);
void drop_bring(struct thermometer *t, struct drop *d);

/* A diagnosis of one group as a page, in the language asked for by "lang", else the request's. */
enum err api_report_page(struct req *r, const struct insight_diagnosis *one) MUST_USE; /* thermometer.c */

/* ---- operator.c ---- */
/* DATA/operator-token: what programs on this machine sign in with. */
enum err operator_token_write(struct thermometer *t) MUST_USE;

/* ---- sweep.c ---- */
enum err sweep_start(struct serve *s, struct sweep **out_sweep) MUST_USE;
void sweep_soon(struct sweep *s); /* there is something to do; any thread */
void sweep_stop(struct sweep *s);
void sweep_free(struct sweep *s);

/* ---- thermometer.c ---- */
struct mine { /* the groups that one owns: what thermometer_mine loads into r->state */
	struct group *groups;
	size_t count;
};
struct thermometer_line { /* one of them, as a list shows it */
	const struct group *group;
	struct insight_fit fit;
	const struct json *summary; /* NULL: nothing is known yet */
	int64_t need, spoke, today;
};
enum err thermometer_mine(struct req *r) MUST_USE;
/* Do what in a read transaction of t->reader, one at a time. ERR_BUSY: the server is starting or ending. */
enum err thermometer_reading(struct req *r, enum err (*what)(struct req *r, struct thermometer *t)) MUST_USE;
/* Those of mine, the one that needs most first. Within thermometer_reading. */
enum err thermometer_lines(struct req *r, struct thermometer *t, struct thermometer_line **out, size_t *out_count) MUST_USE;
/* A group's answer: as kept; made anew when that is cheap and something happened since, or when nothing is kept and
 * *budget_us lasts. ERR_NOT_FOUND: nothing is known yet. Within thermometer_reading. */
enum err thermometer_fit(struct thermometer *t, struct arena *a, int64_t group, int64_t now_us, bool with_report, int64_t *budget_us,
	struct insight_fit *out) MUST_USE;

/* ---- today.c ---- */
struct insight_course;
/* The weeks that a kept report shows; in the arena. */
enum err api_course_of(struct arena *a, struct str report, struct insight_course *out) MUST_USE;

/* ---- fits.c ---- */
#define FIT_WEEKS 12u
#define FIT_SPOT_LINES 20000           /* a group with more waits for its first answer */
#define FIT_CHEAP_US (300 * US_PER_MS) /* worked out whenever somebody looks */
struct fit {
	struct buf summary, report;
	struct insight_fit kept; /* points into them */
};
#define FIT { .summary = BUF(64u << 10), .report = BUF(REPORT_BYTES_MAX) }
void fit_free(struct fit *f);
/* A group's answer as of now, in a read transaction of c. */
enum err fit_make(struct db_conn *c, int64_t group, int64_t now_us, const _Atomic bool *stop, struct fit *f) MUST_USE;
enum err fits_start(struct serve *s, struct fits **out) MUST_USE;
void fits_soon(struct fits *f); /* there is something new; any thread */
void fits_stop(struct fits *f);
void fits_free(struct fits *f);

#endif
