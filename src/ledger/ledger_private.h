/* Shared inside ledger. */
#ifndef HEARTH_LEDGER_PRIVATE_H
#define HEARTH_LEDGER_PRIVATE_H

#include "ledger/ledger.h"

#define LEDGER_BALANCE_MAX INT64_C(4000000000000000000) /* of any account, either way */

/* What a leg changes: posted by amount, held by held. */
struct change {
	int64_t account, amount, held;
	int64_t posted_after, held_after; /* set by ledger_account_change */
};
struct entry_row {
	const struct ledger_act *act;
	enum ledger_kind kind;
	int64_t hold, expires_us;
	struct change *changes;
	size_t count;
};
/* Is the caller's id there already? Then ledger_entry_same says whether it is the same. ERR_INPUT: it is none. */
enum err ledger_entry_known(struct db_conn *c, const struct ledger_act *act, bool *out_known) MUST_USE;
/* Change the accounts, in the order of their numbers, so that two writers lock in one order; then take a position; then the legs.
 * So positions are in the order in which each account (and, locked by the caller before, each hold) was changed: a position that was
 * taken before the locks could be overtaken on PostgreSQL. ERR_REFUSED: an account may not change so. ERR_BUSY: somebody wrote the
 * same id meanwhile (PostgreSQL); begin anew. */
enum err ledger_entry_write(struct db_conn *c, struct entry_row *row, int64_t *out_entry) MUST_USE;
/* The steps of it. currency: empty at first; all accounts must have the same. */
enum err ledger_account_change(struct db_conn *c, const struct ledger_act *act, struct change *ch, char currency[LEDGER_CURRENCY_MAX + 1]) MUST_USE;
enum err ledger_entry_take(struct db_conn *c, const struct entry_row *row, int64_t *out_entry) MUST_USE;
enum err ledger_leg_add(struct db_conn *c, int64_t entry, const struct change *ch) MUST_USE;
/* ERR_REFUSED; but ERR_BUSY, to begin anew, if the same id was written meanwhile: then what refuses may be that very entry. */
enum err ledger_entry_refused(struct db_conn *c, const struct ledger_act *act) MUST_USE;
/* Take amount off a hold that is open at act's time; *out_from: whose it is. ERR_REFUSED, ERR_BUSY: as ledger_entry_refused. */
enum err ledger_hold_take(struct db_conn *c, const struct ledger_act *act, int64_t hold, int64_t amount, int64_t *out_from) MUST_USE;
/* The position of what stands under the caller's id; ERR_CONFLICT: it is something else. Of a release what it freed is not
 * compared: that was not the caller's to say. */
enum err ledger_entry_same(struct db_conn *c, struct entry_row *row, int64_t *out_entry) MUST_USE;

#endif
