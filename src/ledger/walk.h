/*
 * ledger/walk: every entry with its legs, one after the other, for who seals, checks or exports.
 *
 * Promises: memory does not grow with the ledger; what is there is told as it is there, also when it could not be (an entry without
 * legs, an account that is gone). Runs inside the caller's transaction, which it only reads; two walks of one order at once on
 * one connection are not possible.
 * Used by: ledger (seals, checks), cli (export). Owns: nothing. Not here: whether what is told is right (seal.h: ledger_check).
 */
#ifndef HEARTH_LEDGER_WALK_H
#define HEARTH_LEDGER_WALK_H

#include "ledger/ledger.h"

struct ledger_whole_leg {
	int64_t account, amount, held, posted_after, held_after;
	bool known;                        /* the account is there, and the rest means something */
	int64_t owner;
	struct str owner_kind, currency;   /* as stored; valid until the next step */
};
struct ledger_whole {
	int64_t position, xid, subject, actor, hold, expires_us, at_us, kind, purpose;
	bool has_hold, has_expires;
	struct str caller_id;              /* valid until the next step */
	size_t leg_count;                  /* in the order of their accounts … */
	struct ledger_whole_leg legs[LEDGER_LEGS_MAX]; /* … these, at most */
};

struct ledger_place { /* (0, 0): before everything */
	int64_t xid, position;
};
enum ledger_order {
	LEDGER_AS_SEALED,  /* by (xid, position): nothing appears behind who has walked up to a horizon (see event.h) */
	LEDGER_AS_POSTED   /* by position: the order of each account's lines */
};

struct ledger_walk {
	struct db_conn *conn;
	enum ledger_order order;
	struct ledger_place place; /* of the last entry told */
	int64_t horizon;
	struct db_rows rows;
	struct buf text;
	size_t seen;
	bool open, at_row;
	struct ledger_whole entry;
};
/* From behind after, and only what stands below the horizon (INT64_MAX: all that the transaction sees). */
void ledger_walk_begin(struct ledger_walk *w, struct db_conn *c, enum ledger_order order, struct ledger_place after, int64_t horizon);
/* NULL at the end. What is told is valid until the next step. */
enum err ledger_walk_next(struct ledger_walk *w, const struct ledger_whole **out) MUST_USE;
void ledger_walk_end(struct ledger_walk *w); /* fit for CLEANUP */

/* ---- accounts ---- */
#define LEDGER_ACCOUNTS_PAGE 1000u
struct ledger_account_row {
	int64_t id, owner, posted, held, floor_minor, made_us; /* floor_minor: LEDGER_NO_FLOOR if there is none */
	char kind[16], currency[LEDGER_CURRENCY_MAX + 1];      /* cut off if longer, which this server never stores */
};
/* The accounts behind an id, in order, at most limit (LEDGER_ACCOUNTS_PAGE). */
enum err ledger_accounts_page(struct db_conn *c, int64_t after, struct ledger_account_row *out, size_t limit, size_t *out_count) MUST_USE;
/* The same in the order of (kind, owner, currency), behind a row; NULL: from the first. */
enum err ledger_accounts_by_owner(struct db_conn *c, const struct ledger_account_row *after, struct ledger_account_row *out, size_t limit,
	size_t *out_count) MUST_USE;
/* When the first entry was and the last; 0 when there is none. */
enum err ledger_span(struct db_conn *c, int64_t *out_first_us, int64_t *out_last_us) MUST_USE;

#endif
