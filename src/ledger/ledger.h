/*
 * ledger: double entry that loses nothing.
 *
 * Promises: an entry and its legs are written once and never changed; the legs of an entry sum to zero in its currency;
 * what an account may not do (its floor, with holds counted) is refused when money is held or moved, not later; the same
 * caller's id with the same content is the same entry for ever, with other content it is refused; of post, void and expire
 * that end a hold exactly one wins. Amounts are int64_t minor units of one currency.
 * Used by: packet, api, later pay and shop. Owns: tables ledger_account, ledger_entry, ledger_leg, ledger_hold, ledger_seal,
 * ledger_root. All calls run inside the caller's transaction.
 * A call that answers anything but ERR_OK may have begun to write: the caller ends its request, whose savepoint is undone.
 * Not here: why money moves (packet), who may (api), the hash chain (ledger/seal.h).
 */
#ifndef HEARTH_LEDGER_H
#define HEARTH_LEDGER_H

#include "base/base.h"
#include "db/db.h"

#define LEDGER_LEGS_MAX 16u
#define LEDGER_CALLER_ID_MAX 120u
#define LEDGER_CURRENCY_MAX 8u
#define LEDGER_AMOUNT_MAX INT64_C(1000000000000) /* of one leg: sums stay far from 2^63 */
#define LEDGER_POINTS "points"                    /* what nobody buys; two decimals like most money */
#define LEDGER_PAGE_MAX 200u

/* Stored: never renumber. */
enum ledger_kind { LEDGER_TRANSFER = 1, LEDGER_HOLD = 2, LEDGER_POST = 3, LEDGER_VOID = 4, LEDGER_EXPIRE = 5 };
enum ledger_purpose { /* subject is what the comment says */
	LEDGER_WELCOME = 1, /* the member */
	LEDGER_GRANT = 2,   /* the member */
	LEDGER_PACKET = 3,  /* the packet */
	LEDGER_CLOSING = 4  /* the member who deleted his account */
};
enum ledger_owner_kind { LEDGER_SITE, LEDGER_MEMBER, LEDGER_GROUP, LEDGER_OWNER, LEDGER_CLEARING };

#define LEDGER_NO_FLOOR INT64_MIN
struct ledger_account {
	int64_t id, owner, floor_minor, posted, held; /* posted - held is what may be spent, down to the floor */
	enum ledger_owner_kind kind;
	struct str currency;
};
/* The account of an owner in a currency, opened if it is not there yet with this floor (LEDGER_NO_FLOOR: none). Only the id
 * is answered: no lock is taken on PostgreSQL. */
enum err ledger_account_open(struct db_conn *c, enum ledger_owner_kind kind, int64_t owner, struct str currency, int64_t floor_minor,
	int64_t now_us, int64_t *out_account) MUST_USE;
/* Only its id. ERR_NOT_FOUND: never opened. */
enum err ledger_account_find(struct db_conn *c, enum ledger_owner_kind kind, int64_t owner, struct str currency, int64_t *out_account) MUST_USE;
/* ERR_NOT_FOUND: never opened. */
enum err ledger_account_get(struct db_conn *c, struct arena *a, enum ledger_owner_kind kind, int64_t owner, struct str currency,
	struct ledger_account *out) MUST_USE;

struct ledger_leg {
	int64_t account, amount; /* amount > 0: the account gains */
};
struct ledger_act { /* what every entry says */
	struct str caller_id;
	enum ledger_purpose purpose;
	int64_t subject, actor, at_us;
};
/* ERR_INPUT: no legs, an amount of zero or beyond the limit, one account twice, a sum that is not zero, two currencies.
 * ERR_REFUSED: an account would fall below its floor. ERR_CONFLICT: the caller's id stands for something else. ERR_NOT_FOUND:
 * no such account. *out_entry: its position; of a repeat the first one's, with *out_repeat (may be NULL) true. */
enum err ledger_transfer(struct db_conn *c, const struct ledger_act *act, const struct ledger_leg *legs, size_t count,
	int64_t *out_entry, bool *out_repeat) MUST_USE;

/* Reserve amount of an account until expires_us. Errors as above. *out_hold: the entry's position, the hold's name. */
enum err ledger_hold(struct db_conn *c, const struct ledger_act *act, int64_t account, int64_t amount, int64_t expires_us,
	int64_t *out_hold, bool *out_repeat) MUST_USE;
/* Give amount of what is held to another account; the rest stays held until it is posted, voided or expires. When nothing is
 * left the hold has ended. ERR_REFUSED: it ended, its time is over (act->at_us >= expires_us), or less is left. */
enum err ledger_post(struct db_conn *c, const struct ledger_act *act, int64_t hold, int64_t to, int64_t amount, int64_t *out_entry,
	bool *out_repeat) MUST_USE;
/* Many posts from one hold at once, to accounts that differ: the same entries, legs and after-values as one after the other. An
 * error as above, also ERR_CONFLICT for any caller's id that was there before: nothing may be kept, the caller undoes it and posts
 * each alone. */
#define LEDGER_POSTS_MAX 256u
struct ledger_post {
	struct str caller_id;
	int64_t actor, to, amount;
};
enum err ledger_post_many(struct db_conn *c, const struct ledger_act *act, int64_t hold, const struct ledger_post posts[], size_t n) MUST_USE;
/* End a hold: what is left is free again. how: LEDGER_VOID at any time, LEDGER_EXPIRE only when its time is over. ERR_REFUSED:
 * it ended before, or it is too early. *out_returned: what was left. A repeat answers what the first did. */
enum err ledger_release(struct db_conn *c, const struct ledger_act *act, int64_t hold, enum ledger_kind how, int64_t *out_returned,
	bool *out_repeat) MUST_USE;
struct ledger_hold_state {
	int64_t account, amount, left, expires_us;
	enum ledger_kind ended; /* 0: open */
};
enum err ledger_hold_get(struct db_conn *c, int64_t hold, struct ledger_hold_state *out) MUST_USE;

/* Whether an entry has a leg of this account. */
enum err ledger_moves(struct db_conn *c, int64_t entry, int64_t account, bool *out_moves) MUST_USE;

/* ---- an account's journal ---- */
struct ledger_line {
	int64_t position, amount, held, posted_after, held_after, subject, actor, at_us;
	enum ledger_kind kind;
	enum ledger_purpose purpose;
};
/* The newest first, before a position (INT64_MAX: from the newest), at most limit. */
enum err ledger_lines(struct db_conn *c, struct arena *a, int64_t account, int64_t before, size_t limit, struct ledger_line **out,
	size_t *out_count) MUST_USE;

#endif
