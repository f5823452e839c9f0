/* Shared inside serve. */
#ifndef HEARTH_SERVE_PRIVATE_H
#define HEARTH_SERVE_PRIVATE_H

#include "serve/serve.h"

/* A refusal's words. status is the HTTP status; {…} in the texts is nothing special. */
struct problem {
	const char *slug;
	int status;
	const char *title_en, *title_zh, *detail_en, *detail_zh;
};
const struct problem *problem_find(const char *slug); /* asserts that there is one */
/* The problem document of r, or of a bare problem. */
void problem_print(const struct problem *p, bool chinese, struct str field, struct str detail, struct str extra, struct buf *out);

/* router.c */
struct router;
enum err router_new(const struct entry *const *entries, struct router **out) MUST_USE;
void router_free(struct router *r);
/* The entry for method and path, and the path's parameters (in order of their ":name"); NULL: none. *out_other_method: the
 * path is known, the method is not. */
#define ROUTE_PARAMS_MAX 4
const struct entry *router_find(const struct router *r, struct str method, struct str path, struct str params[ROUTE_PARAMS_MAX],
	bool *out_other_method);
const struct entry *router_by_name(const struct router *r, struct str name);
/* A static segment list of the entry's path for documents. */

/* guard.c */
struct guard;
struct guard *guard_new(void);
void guard_free(struct guard *g);
/* Take one from the bucket of who for kind; false: empty, *out_wait_s until there is one again. */
bool guard_take(struct guard *g, enum rate_kind kind, struct str who, int64_t now_us, int64_t *out_wait_s);

/* request.c */
struct req *req_new(struct serve *s, const struct entry *e);
/* In an arena that has something in it already; it is the request's, and freed when this is NULL. */
struct req *req_new_in(struct arena *a, struct serve *s, const struct entry *e);
void req_free(struct req *r);
enum err req_fill_path(struct req *r, const struct str params[ROUTE_PARAMS_MAX]) MUST_USE;
enum err req_fill_query(struct req *r, struct str query) MUST_USE;
enum err req_fill_body(struct req *r, struct str body) MUST_USE;
/* As a command: everything from one object; names in skip are no fields. */
enum err req_fill_object(struct req *r, const struct json *object, const char *const *skip) MUST_USE;
/* What a handler's end means for the answer: turns e into a problem unless it is ERR_OK. */
void req_settle(struct req *r, enum err e);
bool chinese_wanted(struct str accept_language);

/* batch.c */
struct commit_batch {
	struct req *reqs[SERVE_BATCH_MAX];
	enum err results[SERVE_BATCH_MAX];
	size_t count;
};
/* Take requests off *list into one transaction until it is empty or has held the writer long enough; commit; answer. */
void batch_run(struct serve *s, struct db_conn *c, struct commit_batch *b, struct job_link **list);

/* workers.c: the stages of one request */
static inline struct req *req_of(struct job_link *l) { return (struct req *)((char *)l - offsetof(struct req, link)); }
/* Who asks, and whether he may; inside the transaction. */
enum err req_permit(struct db_conn *c, struct req *r) MUST_USE;
/* The same, and what he asked for. */
enum err req_write(struct db_conn *c, struct req *r) MUST_USE;
/* In a transaction of its own; met another one: again. */
enum err req_write_alone(struct db_conn *c, struct req *r) MUST_USE;
void req_forget_answer(struct req *r); /* before it runs again */
void req_finish(struct req *r, enum err e); /* answer it; r is gone */
void req_committed(struct serve *s);

/* workers.c */
struct workers;
enum err workers_new(struct serve *s, struct workers **out) MUST_USE;
enum err workers_start(struct workers *w) MUST_USE;
void workers_stop(struct workers *w);
void workers_free(struct workers *w);
/* Hand a filled request on; answers ERR_BUSY (and leaves r with the caller) when the queue is full. */
enum err workers_put(struct workers *w, struct req *r) MUST_USE;
bool workers_step(struct workers *w);

struct serve {
	struct serve_options o;
	char public_url[512], data_dir[PATH_MAX];
	struct router *router;
	struct guard *guard;
	struct workers *workers;
	struct net *net;
	struct db_conn *who; /* the net thread's, for serve_who */
	bool chinese_by_default;
	void *kept; /* serve_keep */
};

/* dispatch.c: rates, then the workers; or at once a refusal. r is filled. */
void serve_dispatch(struct serve *s, struct req *r);

#endif
