/*
 * The whole server below net in one thread, under one seed: a clock that only moves when told, chance from a seed, SQLite in
 * a folder of its own that goes with it. For rehearsal.c, money.c, tests/fault and tests/fuzz.
 *
 * A request enters as from net (method, path, query, JSON) or as a command of a socket, and is answered into a struct told
 * once house_run found nothing left to do. What goes wrong in the house itself aborts.
 */
#ifndef HEARTH_TEST_HOUSE_H
#define HEARTH_TEST_HOUSE_H

#include "serve/serve_private.h"

#define HOUSE_BEGIN_US INT64_C(1772323200000000) /* 2026-03-01 */
#define HOUSE_BODY_MAX (16u << 20)

struct house {
	char folder[64];
	struct db *db;
	struct serve *serve;
	int64_t now_us;
	int64_t back_us;        /* how far the wall clock was put back in all; the other one never goes back */
	uint64_t chance;
	int64_t owner;          /* the site's, signed in already */
	struct token owner_token;
};

struct told {
	int status;             /* 0: not answered yet */
	char slug[48];          /* of a problem, or empty */
	struct buf body, headers;
	unsigned answers;       /* more than one is a fault of the server */
	uint64_t allocations;   /* there were until the answer; base_alloc_fail ends with it */
	const bool *dark;       /* not NULL: an answer that comes while it is true is not heard */
};
#define TOLD ((struct told){ .body = BUF(HOUSE_BODY_MAX), .headers = BUF(65536) })
void told_free(struct told *t);

/* vfs: a file layer that is registered, or NULL. */
void house_open(struct house *h, uint64_t seed, const char *vfs);
void house_close(struct house *h);
uint64_t house_chance(struct house *h, uint64_t below);
/* In pieces, for who opens it more than once: the clock, the seed and a folder; what runs in it; that no more, whatever state the
 * disk is in. synced: what is acknowledged has been synced. */
void house_world(struct house *h, uint64_t seed);
void house_start(struct house *h, const char *vfs, bool synced);
void house_stop(struct house *h);
void house_leave(struct house *h);
/* The site's owner, in a house that has nobody yet. */
void house_first_owner(struct house *h);

/* Hand a request in: signed in by token, or by account when token is NULL and account is not 0. target: path and query.
 * false: there is no such route. */
bool house_put(struct house *h, const char *token, int64_t account, const char *method, const char *target, struct str body,
	struct told *out);
/* As a command of a socket of account's: the whole text. */
bool house_command(struct house *h, int64_t account, struct str name, struct str text, struct told *out);
/* One of the server's own, which no address leads to. */
void house_put_own(struct house *h, const struct entry *e, struct told *out);
/* Until nothing is left to do. */
void house_run(struct house *h);
/* Both. Forgets what *out held before. */
void house_ask(struct house *h, const char *token, const char *method, const char *target, const char *body, struct told *out);

/* A copy of every row of every table, for before and after. */
void house_rows(struct house *h, struct buf *out);
/* What must hold of the tables at any time; a text for the first thing that does not, or NULL. Static. */
const char *house_unsound(struct house *h);

#endif
