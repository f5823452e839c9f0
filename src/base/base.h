/*
 * base: what every room stands on.
 *
 * Promises: errors that cannot be overlooked, memory by lifetime with a limit, strings with a length, growing buffers,
 * two hash maps, a clock and randomness that a test can replace, ids, the log, hand-off between threads, small files.
 * Used by: every room. Owns: nothing but what its callers make.
 * Not here: text encodings (text), hashes and signatures (proof), sockets (net), SQL (db).
 */
#ifndef HEARTH_BASE_H
#define HEARTH_BASE_H

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_USE __attribute__((warn_unused_result))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- errors ---------------------------------------------------------------------------------------------------- */

/* What went wrong, as far as a caller can act on it. A function that fails leaves its outputs as they were. */
enum err {
	ERR_OK = 0,
	ERR_MEMORY,    /* an arena's or the machine's memory is used up */
	ERR_LIMIT,     /* the input is larger than a named limit */
	ERR_INPUT,     /* the input is not what the format says */
	ERR_REFUSED,   /* a rule says no; who said it has said why (see serve.h: refuse) */
	ERR_NOT_FOUND, /* there is no such thing */
	ERR_CONFLICT,  /* it is already there, or was changed meanwhile */
	ERR_BUSY,      /* try again: a lock, a full queue */
	ERR_CLOSED,    /* the other end, or we ourselves, are gone or going */
	ERR_IO,        /* the operating system said no; logged where it happened */
	ERR_DB,        /* the database said no; logged where it happened */
	ERR_FULL,      /* the disk is full; logged where it happened */
	ERR_DAMAGED    /* what was stored is not what was stored */
};

/* A name for logs, static. */
const char *err_name(enum err e);

/* Leave the function with the error of call, if it has one. */
#define TRY(call)                            \
	do {                                 \
		enum err try_err_ = (call);  \
		if (try_err_ != ERR_OK)      \
			return try_err_;     \
	} while (0)

/* ---- strings --------------------------------------------------------------------------------------------------- */

/* n bytes at p, not ended by NUL, owned by somebody else; p may be NULL when n is 0. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)((s).n > INT_MAX ? INT_MAX : (s).n), ((s).p ? (s).p : "")

static inline struct str str_of(const char *z) { return (struct str){ z, z ? strlen(z) : 0 }; }
static inline bool str_eq(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline struct str str_from(struct str s, size_t at)
{
	return at >= s.n ? (struct str){ NULL, 0 } : (struct str){ s.p + at, s.n - at };
}
static inline struct str str_first(struct str s, size_t n) { return (struct str){ s.p, n < s.n ? n : s.n }; }

bool str_starts(struct str s, struct str with);
bool str_ends(struct str s, struct str with);
/* Byte offset of the first what in s, or -1. */
ptrdiff_t str_find(struct str s, struct str what);
/* s without the ASCII blanks (space, tab, CR, LF) at both ends; points into s. */
struct str str_trim(struct str s);
/* Take what stands before the first sep off *s (all of it when there is none); false when *s was used up (p is NULL). */
bool str_cut(struct str *s, char sep, struct str *out_part);
/* A decimal number with an optional sign and nothing else; ERR_INPUT, or ERR_LIMIT outside min..max. */
enum err str_int(struct str s, int64_t min, int64_t max, int64_t *out_value) MUST_USE;
/* Order by bytes, shorter first: -1, 0, 1. */
int str_order(struct str a, struct str b);

/* ---- arenas ---------------------------------------------------------------------------------------------------- */

/* Memory with one lifetime: taken piece by piece, given back all at once. One thread at a time. */
struct arena;

/* limit_bytes: the most it will ever hold. NULL when the machine has no memory. */
struct arena *arena_new(size_t limit_bytes);
/* Give everything back; a NULL is ignored. arena_drop is for CLEANUP. */
void arena_free(struct arena *a);
void arena_drop(struct arena **a);
/* Forget what was taken, keep one block for the next use. */
void arena_reset(struct arena *a);
/* size bytes of zeroes, aligned for any type; NULL when the limit or the machine's memory is reached. */
void *arena_take(struct arena *a, size_t size) MUST_USE;
/* The same for count objects of size bytes; a product that overflows is NULL too. */
void *arena_take_many(struct arena *a, size_t count, size_t size) MUST_USE;
/* A copy with a NUL behind it. */
enum err arena_copy(struct arena *a, struct str s, struct str *out_copy) MUST_USE;
/* printf into the arena, with a NUL behind it. */
enum err arena_print(struct arena *a, struct str *out_text, const char *format, ...) MUST_USE PRINTF(3, 4);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(arena, type) ((type *)arena_take((arena), sizeof(type)))

/* A test's hook: the nth allocation from now on (1 = the next) of any arena, buffer or map in this thread fails, once;
 * 0 switches it off. base_alloc_count tells how many there were since the last call of base_alloc_fail. */
void base_alloc_fail(uint64_t nth);
uint64_t base_alloc_count(void);

/* ---- buffers --------------------------------------------------------------------------------------------------- */

/* Bytes that grow, from malloc, up to limit. An append that fails sets failed and changes nothing; so a whole row of
 * appends may be checked once at its end with buf_end. */
struct buf {
	char *p;
	size_t n, room, limit;
	bool failed;
};

#define BUF(limit_bytes) ((struct buf){ .limit = (limit_bytes) })

void buf_free(struct buf *b); /* fit for CLEANUP */
void buf_clear(struct buf *b);
void buf_add(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_add_int(struct buf *b, int64_t value);
void buf_print(struct buf *b, const char *format, ...) PRINTF(2, 3);
/* Room for n more bytes behind what is there; NULL when there is none. The caller then raises b->n. */
char *buf_reserve(struct buf *b, size_t n) MUST_USE;
/* Take the first n bytes away. */
void buf_shift(struct buf *b, size_t n);
/* ERR_OK, or ERR_LIMIT when an append failed since the last clear. */
enum err buf_end(const struct buf *b) MUST_USE;
static inline struct str buf_str(const struct buf *b) { return (struct str){ b->p, b->n }; }

/* ---- maps ------------------------------------------------------------------------------------------------------ */

/* From bytes to a 64-bit value. Keys are copied. Order of walking is the order of first insertion. */
struct map;
struct map *map_new(size_t keys_max);
void map_free(struct map *m);
void map_drop(struct map **m);
/* Where the value of key stands, or NULL. Valid until the next map_put. */
uint64_t *map_get(const struct map *m, struct str key);
/* The place of key's value, made with first_value if it was not there; NULL: keys_max or memory. */
uint64_t *map_put(struct map *m, struct str key, uint64_t first_value, bool *out_new) MUST_USE;
size_t map_count(const struct map *m);
/* The index-th key put in, and its value. index < map_count. */
struct str map_key_at(const struct map *m, size_t index);
uint64_t *map_at(const struct map *m, size_t index);

/* From a 64-bit key to a pointer; keys can be taken out again. */
struct idmap;
struct idmap *idmap_new(void);
void idmap_free(struct idmap *m);
void *idmap_get(const struct idmap *m, uint64_t key);
enum err idmap_put(struct idmap *m, uint64_t key, void *value) MUST_USE; /* value is not NULL */
void *idmap_remove(struct idmap *m, uint64_t key);                       /* what was there, or NULL */
size_t idmap_count(const struct idmap *m);
/* Walk: start with *pos = 0; false at the end. Nothing may be put or removed meanwhile. */
bool idmap_next(const struct idmap *m, size_t *pos, uint64_t *out_key, void **out_value);

/* ---- time, chance, ids ----------------------------------------------------------------------------------------- */

/* What a rehearsal replaces: time and chance. Both functions may be called from any thread. */
struct world {
	int64_t (*wall_us)(void *state); /* µs since 1970-01-01T00:00Z */
	int64_t (*mono_us)(void *state); /* µs since some fixed point; never goes back */
	void (*random)(void *state, void *out_bytes, size_t n);
	void *state;
};
/* Before any thread is started; NULL brings the real one back. */
void world_set(const struct world *w);

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

int64_t clock_wall_us(void);
int64_t clock_mono_us(void);
void random_bytes(void *out, size_t n); /* fit for secrets */

/* 256 random bits in base64url, 43 characters: sessions, one-time links. */
#define TOKEN_CHARS 43
struct token {
	char z[TOKEN_CHARS + 1];
};
struct token token_new(void);

/* A calendar day and time of day in UTC. month 1–12, day 1–31, hour 0–23. */
struct date {
	int year, month, day, hour, minute, second;
};
/* Days since 1970-01-01 of a proleptic Gregorian date, and back (Hinnant, "chrono-compatible low-level date algorithms"). */
int64_t days_from_date(int year, int month, int day);
struct date date_from_us(int64_t wall_us);
int64_t us_from_date(struct date d);
bool date_is_real(struct date d);
/* RFC 3339 in UTC with seconds, 20 characters and a NUL. Years 0–9999. */
void date_print(int64_t wall_us, char out[21]);
/* RFC 3339 with any offset or 'Z', 'T' or a space, optional fraction; or a date alone (midnight UTC). */
enum err date_parse(struct str s, int64_t *out_wall_us) MUST_USE;

/* ---- log ------------------------------------------------------------------------------------------------------- */

enum log_level { LOG_SILENT = -1, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
void log_level_set(enum log_level most);
/* One line to standard error: time, level, text. Never message text, names, tokens or addresses. */
void log_line(enum log_level level, const char *format, ...) PRINTF(2, 3);

/* ---- threads --------------------------------------------------------------------------------------------------- */

/* The link in everything that is handed from one thread to another. */
struct job_link {
	struct job_link *next;
};

/* Many put, one or more take, in order of arrival. Bounded: a full queue says ERR_BUSY. In a rehearsal nothing waits:
 * the one thread takes with queue_take_all until all queues are empty. */
struct queue;
struct queue *queue_new(size_t most);
void queue_free(struct queue *q);
enum err queue_put(struct queue *q, struct job_link *job) MUST_USE;
/* All that is there as a list, first come first; NULL when there is nothing. Never waits. */
struct job_link *queue_take_all(struct queue *q);
/* Wait until there is something, then take at most n (0: all). NULL: the queue was closed and is empty. */
struct job_link *queue_wait(struct queue *q, size_t n);
/* Nobody puts any more; who waits is woken. */
void queue_close(struct queue *q);
/* Called after a put that found the queue empty, in the putter's thread: to wake an event loop. */
void queue_on_put(struct queue *q, void (*wake)(void *arg), void *arg);

enum err thread_start(pthread_t *out_thread, const char *name, void *(*run)(void *), void *arg) MUST_USE;

/* ---- files ----------------------------------------------------------------------------------------------------- */

/* The whole file, with a NUL behind it, from malloc (the caller frees out->p); ERR_LIMIT when larger than limit. */
enum err file_read(const char *path, size_t limit_bytes, struct str *out_text) MUST_USE;
/* All or nothing, and on disk when this returns: a new file beside it, fsync, rename, fsync of the folder. mode as of
 * open(2). */
enum err file_write(const char *path, struct str text, unsigned mode) MUST_USE;
enum err dir_make(const char *path, unsigned mode) MUST_USE; /* with its parents; there already is fine */

#endif
