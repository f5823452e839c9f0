/* Accounts, transfers, holds. */
#include "ledger/ledger_private.h"

DB_SQL(sql_account_open, "INSERT INTO ledger_account (kind, owner, currency, floor_minor, made_us) VALUES ($1, $2, $3, $4, $5) "
	"ON CONFLICT (kind, owner, currency) DO NOTHING RETURNING id")
DB_SQL(sql_ledger_account, "SELECT id, owner, floor_minor, posted, held, currency FROM ledger_account "
	"WHERE kind = $1 AND owner = $2 AND currency = $3")
DB_SQL(sql_hold_add, "INSERT INTO ledger_hold (entry, account, amount, left_minor, expires_us) VALUES ($1, $2, $3, $3, $4)")
DB_SQL(sql_hold_get, "SELECT account, amount, left_minor, expires_us, ended FROM ledger_hold WHERE entry = $1")
DB_SQL(sql_hold_take, "UPDATE ledger_hold SET left_minor = left_minor - $2, ended = CASE WHEN left_minor = $2 THEN $4 ELSE 0 END "
	"WHERE entry = $1 AND ended = 0 AND left_minor >= $2 AND expires_us > $3 RETURNING account")
/* In two steps, because what was left is only to be had before it is emptied. */
DB_SQL(sql_hold_end, "UPDATE ledger_hold SET ended = $2 WHERE entry = $1 AND ended = 0 RETURNING account, left_minor, expires_us")
DB_SQL(sql_hold_empty, "UPDATE ledger_hold SET left_minor = 0 WHERE entry = $1")
DB_SQL(sql_entry_freed, "SELECT -held FROM ledger_leg WHERE entry = $1")
DB_SQL(sql_lines, "SELECT e.position, l.amount, l.held, l.posted_after, l.held_after, e.subject, e.actor, e.at_us, e.kind, e.purpose "
	"FROM ledger_leg l JOIN ledger_entry e ON e.position = l.entry WHERE l.account = $1 AND l.entry < $2 ORDER BY l.entry DESC LIMIT $3")

DB_SQL(sql_moves, "SELECT 1 FROM ledger_leg WHERE entry = $1 AND account = $2")

static const char *const kind_words[] = { "site", "member", "group", "owner", "clearing" };

static struct db_arg kind_arg(enum ledger_owner_kind k) { return DB_T(str_of(kind_words[k])); }

enum err ledger_account_find(struct db_conn *c, enum ledger_owner_kind kind, int64_t owner, struct str currency, int64_t *out_account)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_ledger_account, &rows, kind_arg(kind), DB_I(owner), DB_T(currency)));
	*out_account = db_int(&rows, 0);
	return ERR_OK;
}

enum err ledger_account_open(struct db_conn *c, enum ledger_owner_kind kind, int64_t owner, struct str currency, int64_t floor_minor,
	int64_t now_us, int64_t *out_account)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	if (currency.n == 0 || currency.n > LEDGER_CURRENCY_MAX)
		return ERR_INPUT;
	enum err e = ledger_account_find(c, kind, owner, currency, out_account);
	if (e != ERR_NOT_FOUND)
		return e;
	e = db_one(c, &sql_account_open, &rows, kind_arg(kind), DB_I(owner), DB_T(currency),
		floor_minor == LEDGER_NO_FLOOR ? DB_NULL : DB_I(floor_minor), DB_I(now_us));
	if (e == ERR_NOT_FOUND) /* PostgreSQL: somebody opened it meanwhile */
		return ledger_account_find(c, kind, owner, currency, out_account);
	TRY(e);
	*out_account = db_int(&rows, 0);
	return ERR_OK;
}

enum err ledger_account_get(struct db_conn *c, struct arena *a, enum ledger_owner_kind kind, int64_t owner, struct str currency,
	struct ledger_account *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_ledger_account, &rows, kind_arg(kind), DB_I(owner), DB_T(currency)));
	struct ledger_account found = { .id = db_int(&rows, 0), .owner = db_int(&rows, 1),
		.floor_minor = db_is_null(&rows, 2) ? LEDGER_NO_FLOOR : db_int(&rows, 2), .posted = db_int(&rows, 3), .held = db_int(&rows, 4), .kind = kind };
	TRY(db_str_copy(&rows, 5, a, &found.currency));
	*out = found;
	return ERR_OK;
}

static bool is_amount(int64_t n) { return n != 0 && n >= -LEDGER_AMOUNT_MAX && n <= LEDGER_AMOUNT_MAX; }

enum err ledger_transfer(struct db_conn *c, const struct ledger_act *act, const struct ledger_leg *legs, size_t count, int64_t *out_entry,
	bool *out_repeat)
{
	struct change changes[LEDGER_LEGS_MAX];
	int64_t sum = 0;
	if (count < 2 || count > LEDGER_LEGS_MAX)
		return ERR_INPUT;
	for (size_t i = 0; i < count; i++) {
		if (!is_amount(legs[i].amount))
			return ERR_INPUT;
		for (size_t k = 0; k < i; k++)
			if (legs[k].account == legs[i].account)
				return ERR_INPUT;
		changes[i] = (struct change){ .account = legs[i].account, .amount = legs[i].amount };
		sum += legs[i].amount;
	}
	if (sum != 0)
		return ERR_INPUT;
	struct entry_row row = { .act = act, .kind = LEDGER_TRANSFER, .changes = changes, .count = count };
	int64_t entry;
	bool repeat;
	TRY(ledger_entry_known(c, act, &repeat));
	TRY(repeat ? ledger_entry_same(c, &row, &entry) : ledger_entry_write(c, &row, &entry));
	*out_entry = entry;
	if (out_repeat)
		*out_repeat = repeat;
	return ERR_OK;
}

enum err ledger_hold(struct db_conn *c, const struct ledger_act *act, int64_t account, int64_t amount, int64_t expires_us, int64_t *out_hold,
	bool *out_repeat)
{
	struct change change = { .account = account, .held = amount };
	struct entry_row row = { .act = act, .kind = LEDGER_HOLD, .expires_us = expires_us, .changes = &change, .count = 1 };
	int64_t hold;
	bool repeat;
	if (amount <= 0 || !is_amount(amount) || expires_us <= 0)
		return ERR_INPUT;
	TRY(ledger_entry_known(c, act, &repeat));
	TRY(repeat ? ledger_entry_same(c, &row, &hold) : ledger_entry_write(c, &row, &hold));
	if (!repeat)
		TRY(db_run(c, &sql_hold_add, NULL, DB_I(hold), DB_I(account), DB_I(amount), DB_I(expires_us)));
	*out_hold = hold;
	if (out_repeat)
		*out_repeat = repeat;
	return ERR_OK;
}

enum err ledger_hold_get(struct db_conn *c, int64_t hold, struct ledger_hold_state *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_hold_get, &rows, DB_I(hold)));
	*out = (struct ledger_hold_state){ .account = db_int(&rows, 0), .amount = db_int(&rows, 1), .left = db_int(&rows, 2),
		.expires_us = db_int(&rows, 3), .ended = (enum ledger_kind)db_int(&rows, 4) };
	return ERR_OK;
}

enum err ledger_hold_take(struct db_conn *c, const struct ledger_act *act, int64_t hold, int64_t amount, int64_t *out_from)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_hold_take, &rows, DB_I(hold), DB_I(amount), DB_I(act->at_us), DB_I(LEDGER_POST));
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ledger_entry_refused(c, act) : e;
	*out_from = db_int(&rows, 0);
	return ERR_OK;
}

/* The legs of a post. A share of one's own packet moves nothing: what was held is free again. */
static size_t post_changes(int64_t from, int64_t to, int64_t amount, struct change out[2])
{
	out[0] = (struct change){ .account = from, .amount = from == to ? 0 : -amount, .held = -amount };
	out[1] = (struct change){ .account = to, .amount = amount };
	return from == to ? 1 : 2;
}

enum err ledger_post(struct db_conn *c, const struct ledger_act *act, int64_t hold, int64_t to, int64_t amount, int64_t *out_entry,
	bool *out_repeat)
{
	struct change changes[2];
	struct entry_row row = { .act = act, .kind = LEDGER_POST, .hold = hold, .changes = changes };
	struct ledger_hold_state state;
	int64_t entry, from;
	bool repeat;
	if (amount <= 0 || !is_amount(amount))
		return ERR_INPUT;
	TRY(ledger_entry_known(c, act, &repeat));
	if (repeat) {
		TRY(ledger_hold_get(c, hold, &state));
		row.count = post_changes(state.account, to, amount, changes);
		TRY(ledger_entry_same(c, &row, &entry));
	} else {
		TRY(ledger_hold_take(c, act, hold, amount, &from));
		row.count = post_changes(from, to, amount, changes);
		TRY(ledger_entry_write(c, &row, &entry));
	}
	*out_entry = entry;
	if (out_repeat)
		*out_repeat = repeat;
	return ERR_OK;
}

static enum err freed_by(struct db_conn *c, int64_t entry, int64_t *out_freed)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_entry_freed, &rows, DB_I(entry)));
	*out_freed = db_int(&rows, 0);
	return ERR_OK;
}

static enum err end_hold(struct db_conn *c, int64_t hold, enum ledger_kind how, const struct ledger_act *act, struct change *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_hold_end, &rows, DB_I(hold), DB_I(how));
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ledger_entry_refused(c, act) : e;
	if (how == LEDGER_EXPIRE && act->at_us < db_int(&rows, 2))
		return ERR_REFUSED;
	*out = (struct change){ .account = db_int(&rows, 0), .held = -db_int(&rows, 1) };
	db_rows_close(&rows);
	return db_run(c, &sql_hold_empty, NULL, DB_I(hold));
}

enum err ledger_release(struct db_conn *c, const struct ledger_act *act, int64_t hold, enum ledger_kind how, int64_t *out_returned,
	bool *out_repeat)
{
	struct change change = { 0 };
	struct entry_row row = { .act = act, .kind = how, .hold = hold, .changes = &change, .count = 1 };
	int64_t entry, freed;
	bool repeat;
	if (how != LEDGER_VOID && how != LEDGER_EXPIRE)
		return ERR_INPUT;
	TRY(ledger_entry_known(c, act, &repeat));
	if (repeat) {
		TRY(ledger_entry_same(c, &row, &entry));
		TRY(freed_by(c, entry, &freed));
	} else {
		TRY(end_hold(c, hold, how, act, &change));
		freed = -change.held;
		TRY(ledger_entry_write(c, &row, &entry));
	}
	*out_returned = freed;
	if (out_repeat)
		*out_repeat = repeat;
	return ERR_OK;
}

enum err ledger_moves(struct db_conn *c, int64_t entry, int64_t account, bool *out_moves)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_moves, &rows, DB_I(entry), DB_I(account));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_moves = e == ERR_OK;
	return ERR_OK;
}

enum err ledger_lines(struct db_conn *c, struct arena *a, int64_t account, int64_t before, size_t limit, struct ledger_line **out,
	size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < LEDGER_PAGE_MAX ? limit : LEDGER_PAGE_MAX;
	struct ledger_line *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_lines, &rows, DB_I(account), DB_I(before), DB_I((int64_t)limit)));
	for (; n < limit && db_next(&rows); n++)
		list[n] = (struct ledger_line){ .position = db_int(&rows, 0), .amount = db_int(&rows, 1), .held = db_int(&rows, 2),
			.posted_after = db_int(&rows, 3), .held_after = db_int(&rows, 4), .subject = db_int(&rows, 5), .actor = db_int(&rows, 6),
			.at_us = db_int(&rows, 7), .kind = (enum ledger_kind)db_int(&rows, 8), .purpose = (enum ledger_purpose)db_int(&rows, 9) };
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}
