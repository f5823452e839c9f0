/* Shared inside ledger. */
#ifndef HEARTH_LEDGER_PRIVATE_H
#define HEARTH_LEDGER_PRIVATE_H

#include "ledger/ledger.h"

#define LEDGER_BALANCE_MAX INT64_C(4000000000000000000) /* of any account, either way */

/* What a leg changes: posted by amount, held by held. */
struct change {
	int64_t account, amount, held;
};
struct entry_row {
	const struct ledger_act *act;
	enum ledger_kind kind;
	int64_t hold, expires_us;
	struct change *changes;
	size_t count;
};
/* Take a position for the entry. *out_repeat: its caller's id was there before; then ledger_entry_same says whether it is the
 * same. */
enum err ledger_entry_begin(struct db_conn *c, const struct entry_row *row, int64_t *out_entry, bool *out_repeat) MUST_USE;
/* One account's change, without a leg; *out_posted and *out_held as they are then. currency: empty at first; all must have the same. */
enum err ledger_account_change(struct db_conn *c, const struct change *ch, char currency[LEDGER_CURRENCY_MAX + 1], int64_t *out_posted,
	int64_t *out_held) MUST_USE;
enum err ledger_leg_add(struct db_conn *c, int64_t entry, const struct change *ch, int64_t posted_after, int64_t held_after) MUST_USE;
/* Its legs, in the order of their accounts, so that two writers lock in one order. ERR_REFUSED: an account may not change so. */
enum err ledger_entry_legs(struct db_conn *c, struct entry_row *row, int64_t entry) MUST_USE;
/* The position of what stands under the caller's id; ERR_CONFLICT: it is something else. Of a release what it freed is not
 * compared: that was not the caller's to say. */
enum err ledger_entry_same(struct db_conn *c, struct entry_row *row, int64_t *out_entry) MUST_USE;

#endif
