/* Entries and their legs: the one way in which anything is written into the ledger. */
#include "ledger/ledger_private.h"

DB_SQL(sql_entry_add, "INSERT INTO ledger_entry (caller_id, kind, purpose, subject, actor, hold, expires_us, at_us) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (caller_id) DO NOTHING RETURNING position")
DB_SQL(sql_entry_known, "SELECT position FROM ledger_entry WHERE caller_id = $1")
DB_SQL(sql_entry_same, "SELECT position, kind, purpose, subject, actor, COALESCE(hold, 0), COALESCE(expires_us, 0) FROM ledger_entry "
	"WHERE caller_id = $1")
DB_SQL(sql_legs_of, "SELECT account, amount, held FROM ledger_leg WHERE entry = $1 ORDER BY account")
DB_SQL(sql_leg_add, "INSERT INTO ledger_leg (entry, account, amount, held, posted_after, held_after) VALUES ($1, $2, $3, $4, $5, $6)")
DB_SQL(sql_account_change, "UPDATE ledger_account SET posted = posted + $2, held = held + $3 WHERE id = $1 "
	"AND (floor_minor IS NULL OR posted + $2 - held - $3 >= floor_minor) AND posted + $2 BETWEEN $4 AND $5 AND held + $3 BETWEEN 0 AND $5 "
	"RETURNING posted, held, currency")
DB_SQL(sql_account_there, "SELECT 1 FROM ledger_account WHERE id = $1")

static void sort_by_account(struct change *list, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && list[k].account < list[k - 1].account; k--) {
			struct change swap = list[k];
			list[k] = list[k - 1];
			list[k - 1] = swap;
		}
}

static enum err same_legs(struct db_conn *c, int64_t entry, struct entry_row *row, bool *out_same)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	size_t n = 0;
	bool same = true;
	sort_by_account(row->changes, row->count);
	TRY(db_query(c, &sql_legs_of, &rows, DB_I(entry)));
	for (; db_next(&rows); n++)
		same = same && n < row->count && row->changes[n].account == db_int(&rows, 0) && row->changes[n].amount == db_int(&rows, 1) &&
			row->changes[n].held == db_int(&rows, 2);
	TRY(db_rows_end(&rows));
	*out_same = same && n == row->count;
	return ERR_OK;
}

enum err ledger_entry_same(struct db_conn *c, struct entry_row *row, int64_t *out_entry)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	const struct ledger_act *a = row->act;
	TRY(db_one(c, &sql_entry_same, &rows, DB_T(a->caller_id)));
	int64_t entry = db_int(&rows, 0);
	bool same = db_int(&rows, 1) == row->kind && db_int(&rows, 2) == a->purpose && db_int(&rows, 3) == a->subject &&
		db_int(&rows, 4) == a->actor && db_int(&rows, 5) == row->hold && db_int(&rows, 6) == row->expires_us;
	db_rows_close(&rows);
	if (same && row->kind != LEDGER_VOID && row->kind != LEDGER_EXPIRE)
		TRY(same_legs(c, entry, row, &same));
	if (!same)
		return ERR_CONFLICT;
	*out_entry = entry;
	return ERR_OK;
}

enum err ledger_entry_known(struct db_conn *c, const struct ledger_act *act, bool *out_known)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	if (act->caller_id.n == 0 || act->caller_id.n > LEDGER_CALLER_ID_MAX)
		return ERR_INPUT;
	enum err e = db_one(c, &sql_entry_known, &rows, DB_T(act->caller_id));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_known = e == ERR_OK;
	return ERR_OK;
}

enum err ledger_entry_refused(struct db_conn *c, const struct ledger_act *act)
{
	bool known = false;
	TRY(ledger_entry_known(c, act, &known));
	return known ? ERR_BUSY : ERR_REFUSED;
}

enum err ledger_account_change(struct db_conn *c, const struct ledger_act *act, struct change *ch, char currency[LEDGER_CURRENCY_MAX + 1])
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_account_change, &rows, DB_I(ch->account), DB_I(ch->amount), DB_I(ch->held), DB_I(-LEDGER_BALANCE_MAX),
		DB_I(LEDGER_BALANCE_MAX));
	if (e == ERR_NOT_FOUND) {
		db_rows_close(&rows);
		TRY(db_one(c, &sql_account_there, &rows, DB_I(ch->account)));
		return ledger_entry_refused(c, act);
	}
	TRY(e);
	struct str own = db_str(&rows, 2);
	if (own.n == 0 || own.n > LEDGER_CURRENCY_MAX || (currency[0] && !str_eq(own, str_of(currency))))
		return ERR_INPUT;
	memcpy(currency, own.p, own.n);
	ch->posted_after = db_int(&rows, 0);
	ch->held_after = db_int(&rows, 1);
	return ERR_OK;
}

enum err ledger_entry_take(struct db_conn *c, const struct entry_row *row, int64_t *out_entry)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	const struct ledger_act *a = row->act;
	if (a->caller_id.n == 0 || a->caller_id.n > LEDGER_CALLER_ID_MAX)
		return ERR_INPUT;
	enum err e = db_one(c, &sql_entry_add, &rows, DB_T(a->caller_id), DB_I(row->kind), DB_I(a->purpose), DB_I(a->subject), DB_I(a->actor),
		DB_N(row->hold), DB_N(row->expires_us), DB_I(a->at_us));
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_BUSY : e;
	*out_entry = db_int(&rows, 0);
	return ERR_OK;
}

enum err ledger_leg_add(struct db_conn *c, int64_t entry, const struct change *ch)
{
	return db_run(c, &sql_leg_add, NULL, DB_I(entry), DB_I(ch->account), DB_I(ch->amount), DB_I(ch->held), DB_I(ch->posted_after),
		DB_I(ch->held_after));
}

enum err ledger_entry_write(struct db_conn *c, struct entry_row *row, int64_t *out_entry)
{
	char currency[LEDGER_CURRENCY_MAX + 1] = "";
	int64_t entry;
	sort_by_account(row->changes, row->count);
	for (size_t i = 0; i < row->count; i++)
		TRY(ledger_account_change(c, row->act, &row->changes[i], currency));
	TRY(ledger_entry_take(c, row, &entry));
	for (size_t i = 0; i < row->count; i++)
		TRY(ledger_leg_add(c, entry, &row->changes[i]));
	*out_entry = entry;
	return ERR_OK;
}
