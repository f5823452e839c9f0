/*
 * Many posts from one hold in one go: what a red packet that a crowd grabs needs. The hold and its account change once; every post
 * has its own entry and legs, with the values that they would have had one after the other.
 */
#include "ledger/ledger_private.h"

/* What the holder's account loses in all. */
static enum err take(struct db_conn *c, const struct ledger_act *act, int64_t hold, const struct ledger_post posts[], size_t n,
	struct change *out_from)
{
	int64_t sum = 0, kept = 0, from;
	for (size_t i = 0; i < n; i++) {
		if (posts[i].amount <= 0 || posts[i].amount > LEDGER_AMOUNT_MAX)
			return ERR_INPUT;
		sum += posts[i].amount;
	}
	TRY(ledger_hold_take(c, act, hold, sum, &from));
	for (size_t i = 0; i < n; i++) /* a share of one's own packet moves nothing */
		kept += posts[i].to == from ? posts[i].amount : 0;
	*out_from = (struct change){ .account = from, .amount = kept - sum, .held = -sum };
	return ERR_OK;
}

/* One entry; from: the holder's account as it was before it, moved on. Its position is taken when the accounts are locked. */
static enum err post_one(struct db_conn *c, const struct entry_row *row, const struct ledger_post *p, struct change *from,
	char currency[LEDGER_CURRENCY_MAX + 1])
{
	bool own = p->to == from->account;
	struct change gets = { .account = p->to, .amount = p->amount };
	int64_t entry;
	if (!own)
		TRY(ledger_account_change(c, row->act, &gets, currency));
	enum err e = ledger_entry_take(c, row, &entry);
	if (e != ERR_OK)
		return e == ERR_BUSY ? ERR_CONFLICT : e;
	from->amount = own ? 0 : -p->amount;
	from->held = -p->amount;
	from->posted_after += from->amount;
	from->held_after += from->held;
	TRY(ledger_leg_add(c, entry, from));
	return own ? ERR_OK : ledger_leg_add(c, entry, &gets);
}

enum err ledger_post_many(struct db_conn *c, const struct ledger_act *act, int64_t hold, const struct ledger_post posts[], size_t n)
{
	char currency[LEDGER_CURRENCY_MAX + 1] = "";
	struct change from;
	if (n == 0 || n > LEDGER_POSTS_MAX)
		return ERR_INPUT;
	struct ledger_act one = *act;
	one.caller_id = posts[0].caller_id;
	TRY(take(c, &one, hold, posts, n, &from));
	TRY(ledger_account_change(c, &one, &from, currency));
	from.posted_after -= from.amount;
	from.held_after -= from.held;
	for (size_t i = 0; i < n; i++) {
		one.caller_id = posts[i].caller_id;
		one.actor = posts[i].actor;
		const struct entry_row row = { .act = &one, .kind = LEDGER_POST, .hold = hold };
		TRY(post_one(c, &row, &posts[i], &from, currency));
	}
	return ERR_OK;
}
