/*
 * serve: from a request to its answer, one way for all.
 *
 * Promises: every request has an entry; an entry without .may stops the start; size, rate, session, fields and permission
 * are checked in this order before a handler runs; a write is answered when it is on disk, or not at all; a handler never
 * sees a socket and never opens or ends a transaction.
 * Used by: api (entries and handlers), live (commands), main (wiring). Owns: the threads that touch the database.
 * Not here: what requests do (api), who people are (people), sockets (net).
 */
#ifndef HEARTH_SERVE_H
#define HEARTH_SERVE_H

#include "base/base.h"
#include "db/db.h"
#include "net/net.h"
#include "text/text.h"

#define SERVE_ENTRIES_MAX 512u
#define SERVE_FIELDS_MAX 24u                /* of one entry: path, query and body together */
#define SERVE_JSON_DEPTH_MAX 8u
#define SERVE_REQUEST_ARENA_MAX (8u << 20)  /* memory of one request */
#define SERVE_ANSWER_MAX (16u << 20)
#define SERVE_QUEUE_MAX 20000u              /* requests waiting; more are answered 503 */
#define SERVE_BATCH_MAX 2000u               /* requests in one commit … */
#define SERVE_BATCH_US_MAX 20000            /* … and time they may hold the writer together */
#define SERVE_MANY_MAX 256u
#define SERVE_READERS 2u
#define SERVE_WORKERS 2u                    /* for slow work without the database */
#define SERVE_POOL 8u                       /* PostgreSQL: threads that do it all */
#define SERVE_RETRIES 5u                    /* PostgreSQL: of a transaction that met another */

/* ---- shapes: what goes in and comes out; OpenAPI is printed from them, requests are checked by them ---- */
enum field_kind { FIELD_INT, FIELD_TEXT, FIELD_BOOL, FIELD_REAL, FIELD_TIME, FIELD_OBJECT, FIELD_ANY };
enum field_flag {
	FIELD_REQUIRED = 1,
	FIELD_NULL = 2,   /* may be null */
	FIELD_LIST = 4,   /* a list of them; max_items */
	FIELD_QUERY = 8,  /* in the query; without this and FIELD_PATH: in the body */
	FIELD_PATH = 16,
	FIELD_LINES = 32, /* text may hold line ends and tabs; without it control characters are refused */
	FIELD_SECRET = 64,/* a password: never trimmed, never logged */
	FIELD_MAP = 128   /* an object from any key to values of this kind */
};
struct shape;
struct field {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	int64_t min, max;          /* INT: value; TEXT: characters; both 0: any int, text up to 200 characters */
	const char *one_of;        /* TEXT: "a|b|c" */
	const struct shape *of;    /* OBJECT */
	unsigned max_items;        /* LIST */
	const char *what;          /* a sentence for the document */
};
struct shape {
	const char *name;          /* of the schema in the document */
	const struct field *fields;/* ended by a NULL name */
};

/* ---- entries ---- */
struct req;
enum tx_kind { TX_NONE, TX_READ, TX_WRITE };
enum lock_kind { LOCK_NONE, LOCK_GROUP, LOCK_ACCOUNT, LOCK_SITE }; /* GROUP: by the path's "group" */
/* Each has a bucket per person (or address, when nobody is signed in); see guard.c for how much. */
enum rate_kind { RATE_READ, RATE_TALK, RATE_CHANGE, RATE_FOUND, RATE_SIGN_IN, RATE_JOIN, RATE_UPLOAD, RATE_KINDS };

struct entry {
	const char *name, *method, *path, *what; /* path: "/api/v1/groups/:group"; a sentence for the document */
	enum tx_kind tx;
	enum lock_kind lock;
	enum rate_kind rate;
	uint64_t body_bytes_max;       /* 0: no body */
	bool open_to_all;              /* without it somebody must be signed in */
	bool raw_body;                 /* the body is bytes, not JSON; path in net's file or memory */
	bool socket;                   /* also a WebSocket command */
	const struct field *fields;    /* ended by a NULL name */
	const struct shape *answer;    /* NULL: the handler says its own type, or nothing */
	const char *answer_type;       /* of an answer that is not JSON */
	int status;                    /* of success; 0: 200 */
	/* Whether this person may do it; refuses with a reason. Runs inside the transaction. Must be there. */
	enum err (*may)(struct req *r);
	/* May answer a socket's command where it came, from memory alone: no database, no waiting, no .may. member: r->account is known
	 * to be in the path's "group". true: r holds the answer, as after .handle. */
	bool (*glance)(struct req *r, bool member);
	enum err (*load)(struct req *r);    /* a read before; in a read transaction */
	enum err (*prepare)(struct req *r); /* slow work; no transaction */
	enum err (*handle)(struct req *r);  /* inside the transaction; TX_NONE: none */
	/* Many of this entry for one path that wait for the writer together, each permitted by .may (SQLite); at most SERVE_MANY_MAX.
	 * Does what .handle would do for each, one after the other. An error: nothing happened, and each is handled alone. NULL: never. */
	enum err (*handle_many)(struct req *const rs[], size_t n);
	void (*done)(struct req *r, bool happened); /* after commit, or after it did not happen: files to remove, …; may be NULL */
};

/* ---- one request, as a handler sees it ---- */
struct value { /* of a field */
	bool given;
	const struct json *json; /* LIST, OBJECT, ANY, MAP */
	int64_t integer;         /* INT, BOOL, TIME (µs) */
	double real;
	struct str text;
};
struct req {
	struct job_link link;
	const struct entry *entry;
	struct serve *serve;
	struct arena *arena;          /* everything of this request */
	struct db_conn *db;           /* inside a transaction only */
	int64_t account, session;     /* 0: nobody is signed in */
	int64_t came_account, came_session; /* as it came into its transaction: what a second run of it begins with */
	bool came, counted;           /* counted: against the person's rate */
	bool chinese;                 /* language of answers and refusals */
	bool secure;
	int64_t now_us;               /* one time for the whole request */
	struct str peer, agent, token, if_none_match, accept_language;
	struct value values[SERVE_FIELDS_MAX]; /* beside entry->fields */
	struct str body;              /* raw_body */
	const char *body_path;        /* raw_body in a file; or NULL */
	uint64_t body_bytes;
	void *state;                  /* the handler's own, from load to handle */
	void *granted;                /* what .may found, for .handle */
	/* the answer */
	int status;
	struct buf out;
	struct json_out json;         /* writes to out */
	const char *content_type;     /* NULL: JSON */
	const char *file_path;        /* send this file */
	struct buf headers;           /* ready lines */
	const struct problem *problem;
	struct str problem_field, problem_detail;
	struct buf problem_extra;     /* ready JSON members, each with a comma before */
	int64_t retry_after_s;
	int64_t private_cache_s;      /* the browser may keep the answer so long; 0: not at all */
	/* who is waiting for it */
	void (*answer)(struct req *r);
	void *answer_to;
	struct net_request *http;
};

/* The value of a field by its name; asserts that the entry has it. */
const struct value *req_value(const struct req *r, const char *field);
static inline int64_t req_int(const struct req *r, const char *field) { return req_value(r, field)->integer; }
static inline bool req_bool(const struct req *r, const char *field) { return req_value(r, field)->integer != 0; }
static inline struct str req_text(const struct req *r, const char *field) { return req_value(r, field)->text; }
static inline bool req_has(const struct req *r, const char *field) { return req_value(r, field)->given; }
int64_t req_int_or(const struct req *r, const char *field, int64_t otherwise);

/* Refuse: slug is one of problem.c's; field names the culprit or is NULL. Answers ERR_REFUSED: `return refuse(r, …)`. */
enum err refuse(struct req *r, const char *slug, const char *field);
/* A further member of the problem. */
void refuse_with_text(struct req *r, const char *key, struct str value);
void refuse_with_int(struct req *r, const char *key, int64_t value);
/* A header of the answer; value is printed as it is, and must hold no control characters. */
void req_header(struct req *r, const char *name, const char *format, ...) PRINTF(3, 4);

/* Rules that need no room of their own. */
enum err may_anyone(struct req *r);
enum err may_signed_in(struct req *r);

/* ---- the server ---- */
struct serve;
struct serve_hooks {
	/* Who holds this token: ERR_NOT_FOUND when nobody does. Inside a transaction. */
	enum err (*session)(struct db_conn *c, struct str token, int64_t now_us, int64_t *out_account, int64_t *out_session,
		bool *out_chinese);
	/* Whatever no entry answers: the web app's files. r is net's. true: it was answered. */
	bool (*other)(void *arg, struct net *n, struct net_request *r);
	/* After each commit that may have brought events, in the thread that committed. */
	void (*committed)(void *arg);
	void *arg;
};
struct serve_options {
	struct db *db;
	const char *public_url;   /* "https://chat.example" without a slash at its end: links, origin checks, cookies */
	const char *data_dir;
	bool no_rates;            /* for benches and stories */
	bool stepped;             /* a rehearsal: no threads, serve_step does the work */
	const struct entry *const *entries; /* ended by NULL */
	struct serve_hooks hooks;
};
enum err serve_new(const struct serve_options *o, struct serve **out_serve) MUST_USE;
/* Before net_run: where answers go, and the address that links carry. */
void serve_bind(struct serve *s, struct net *n, const char *public_url);
/* The hooks' arg, when what it points to was made after serve. Before serve_start. */
void serve_set_hook_arg(struct serve *s, void *arg);
enum err serve_start(struct serve *s) MUST_USE;
void serve_stop(struct serve *s);                /* all that was accepted is answered first */
void serve_free(struct serve *s);
/* Stepped: one round over all queues in this thread; true while anything was done. */
bool serve_step(struct serve *s);

const char *serve_public_url(const struct serve *s);
const char *serve_data_dir(const struct serve *s);
struct db *serve_db(const struct serve *s);
const struct entry *const *serve_entries(const struct serve *s);

/* net's hooks for HTTP (body_limit, request, refusal). */
struct net_hooks serve_net_hooks(struct serve *s);

/* Who asks to open a WebSocket: 101, or the status of the refusal (no session, a foreign origin). On the net thread, over a
 * read connection of its own: one indexed look-up. */
int serve_who(struct serve *s, const struct net_request *r, int64_t *out_account, int64_t *out_session, bool *out_chinese);

/* A command that did not come as HTTP: entry by name, fields from a JSON object (members "do" and "as" are not fields). answer is
 * called once, from any thread, with r finished; r ends when it returns. Instead answer_here, before serve_command returns, where
 * the entry's .glance answers it. */
struct serve_command {
	struct str name;
	struct str json;          /* or, where it was read already: */
	const struct json *tree;
	struct arena *arena;      /* holds tree (SERVE_REQUEST_ARENA_MAX); the request's own from here on; freed also on errors */
	bool (*is_member)(void *who, int64_t group); /* or NULL */
	void *who;
	void (*answer_here)(struct req *r);
	int64_t account, session;
	bool chinese, secure;
	struct str peer;
	void (*answer)(struct req *r);
	void *answer_to;
};
enum err serve_command(struct serve *s, const struct serve_command *c) MUST_USE;

/* The finished answer as one JSON value (the body, or the problem), appended to out. */
void req_answer_json(struct req *r, struct buf *out);
/* A refusal that met no request: the problem document, appended to out. Its HTTP status. */
int serve_problem(const char *slug, bool chinese, struct buf *out);

/* A request of the server's own, through the same writer and its batches: entry stands in no list, is open_to_all and has no
 * fields; its handler finds state in r->state, and .done runs before this returns. Waits until it happened or did not:
 * ERR_BUSY, ERR_CLOSED (stopping), ERR_NOT_FOUND, ERR_REFUSED, ERR_DB. From a thread of the caller's own, never from one of
 * serve's, and not in a rehearsal's only thread. */
enum err serve_own(struct serve *s, const struct entry *e, int64_t account, void *state) MUST_USE;
/* What a room of entries keeps in memory beside the database; one room (api). */
void serve_keep(struct serve *s, void *kept);
void *serve_kept(const struct serve *s);

/* The OpenAPI 3.1 document of all entries. */
enum err serve_openapi(const struct entry *const *entries, const char *public_url, struct buf *out) MUST_USE;

#endif
