/* Entries with their legs, in pages of rows; an entry that a page's end cut off is read again whole. */
#include "ledger/walk.h"

#define PAGE_ROWS 4096
#define WALK_TEXT_MAX (16u << 20) /* of one entry's texts: more than any that were not stored by somebody else */
static_assert(PAGE_ROWS > 2 * LEDGER_LEGS_MAX, "an entry fits a page");

#define COLUMNS "e.position, e.xid, e.caller_id, e.kind, e.purpose, e.subject, e.actor, e.hold, e.expires_us, e.at_us, " \
	"l.account, l.amount, l.held, l.posted_after, l.held_after, a.kind, a.owner, a.currency"
#define TABLES "ledger_entry e LEFT JOIN ledger_leg l ON l.entry = e.position LEFT JOIN ledger_account a ON a.id = l.account"
DB_SQL_2(sql_walk_as_sealed, "SELECT " COLUMNS " FROM " TABLES " WHERE e.position > $2 AND $1 >= 0 AND $3 > 0 "
	"ORDER BY e.position, l.account LIMIT $4",
	"SELECT " COLUMNS " FROM " TABLES " WHERE (e.xid, e.position) > ($1, $2) AND e.xid < $3 ORDER BY e.xid, e.position, l.account LIMIT $4")
DB_SQL(sql_walk_as_posted, "SELECT " COLUMNS " FROM " TABLES " WHERE e.position > $1 ORDER BY e.position, l.account LIMIT $2")
#define ACCOUNT "id, owner, posted, held, floor_minor, made_us, kind, currency"
DB_SQL(sql_accounts_page, "SELECT " ACCOUNT " FROM ledger_account WHERE id > $1 ORDER BY id LIMIT $2")
DB_SQL(sql_accounts_by_owner, "SELECT " ACCOUNT " FROM ledger_account WHERE (kind, owner, currency) > ($1, $2, $3) "
	"ORDER BY kind, owner, currency LIMIT $4")
DB_SQL(sql_span, "SELECT COALESCE(MIN(at_us), 0), COALESCE(MAX(at_us), 0) FROM ledger_entry")

void ledger_walk_begin(struct ledger_walk *w, struct db_conn *c, enum ledger_order order, struct ledger_place after, int64_t horizon)
{
	*w = (struct ledger_walk){ .conn = c, .order = order, .place = after, .horizon = horizon, .text = BUF(WALK_TEXT_MAX) };
}

void ledger_walk_end(struct ledger_walk *w)
{
	db_rows_close(&w->rows);
	buf_free(&w->text);
}

static bool step(struct ledger_walk *w)
{
	w->at_row = db_next(&w->rows);
	w->seen += w->at_row;
	return w->at_row;
}

static enum err open_page(struct ledger_walk *w)
{
	if (w->order == LEDGER_AS_POSTED)
		TRY(db_query(w->conn, &sql_walk_as_posted, &w->rows, DB_I(w->place.position), DB_I(PAGE_ROWS)));
	else
		TRY(db_query(w->conn, &sql_walk_as_sealed, &w->rows, DB_I(w->place.xid), DB_I(w->place.position), DB_I(w->horizon), DB_I(PAGE_ROWS)));
	w->open = true;
	w->seen = 0;
	(void)step(w);
	return db_rows_end(&w->rows);
}

static void close_page(struct ledger_walk *w)
{
	db_rows_close(&w->rows);
	w->open = false;
}

/* Texts move while the buffer grows, so they are kept as places in it until the entry is whole. */
static struct str keep(struct ledger_walk *w, struct str s)
{
	struct str at = { NULL, s.n };
	buf_add(&w->text, s);
	return at;
}

static void take_entry(struct ledger_walk *w)
{
	const struct db_rows *r = &w->rows;
	buf_clear(&w->text);
	w->entry.position = db_int(r, 0);
	w->entry.xid = db_int(r, 1);
	w->entry.caller_id = keep(w, db_str(r, 2));
	w->entry.kind = db_int(r, 3);
	w->entry.purpose = db_int(r, 4);
	w->entry.subject = db_int(r, 5);
	w->entry.actor = db_int(r, 6);
	w->entry.has_hold = !db_is_null(r, 7);
	w->entry.hold = db_int(r, 7);
	w->entry.has_expires = !db_is_null(r, 8);
	w->entry.expires_us = db_int(r, 8);
	w->entry.at_us = db_int(r, 9);
	w->entry.leg_count = 0;
}

static void take_leg(struct ledger_walk *w)
{
	const struct db_rows *r = &w->rows;
	if (db_is_null(r, 10) || w->entry.leg_count++ >= LEDGER_LEGS_MAX)
		return;
	w->entry.legs[w->entry.leg_count - 1] = (struct ledger_whole_leg){ .account = db_int(r, 10), .amount = db_int(r, 11), .held = db_int(r, 12),
		.posted_after = db_int(r, 13), .held_after = db_int(r, 14), .known = !db_is_null(r, 15), .owner_kind = keep(w, db_str(r, 15)),
		.owner = db_int(r, 16), .currency = keep(w, db_str(r, 17)) };
}

static void settle(struct ledger_walk *w)
{
	const char *at = w->text.p;
	w->entry.caller_id.p = at;
	at += w->entry.caller_id.n;
	for (size_t i = 0; i < w->entry.leg_count && i < LEDGER_LEGS_MAX; i++) {
		struct ledger_whole_leg *l = &w->entry.legs[i];
		l->owner_kind.p = at;
		l->currency.p = at + l->owner_kind.n;
		at = l->currency.p + l->currency.n;
	}
}

enum err ledger_walk_next(struct ledger_walk *w, const struct ledger_whole **out)
{
	for (;;) {
		if (!w->open)
			TRY(open_page(w));
		if (!w->at_row) {
			if (w->seen < PAGE_ROWS) {
				*out = NULL;
				return ERR_OK;
			}
			close_page(w);
			continue;
		}
		size_t first = w->seen;
		take_entry(w);
		do
			take_leg(w);
		while (step(w) && db_int(&w->rows, 0) == w->entry.position);
		TRY(db_rows_end(&w->rows));
		if (!w->at_row && w->seen == PAGE_ROWS && first > 1) {
			close_page(w);
			continue;
		}
		TRY(buf_end(&w->text));
		settle(w);
		w->place = (struct ledger_place){ w->entry.xid, w->entry.position };
		*out = &w->entry;
		return ERR_OK;
	}
}

/* ---- accounts ---- */

static void fill(struct str s, char *out, size_t room)
{
	size_t n = s.n < room - 1 ? s.n : room - 1;
	memcpy(out, s.n ? s.p : "", n);
	out[n] = '\0';
}

static enum err take_accounts(struct db_rows *rows, struct ledger_account_row *out, size_t limit, size_t *out_count)
{
	size_t n = 0;
	for (; n < limit && db_next(rows); n++) {
		out[n] = (struct ledger_account_row){ .id = db_int(rows, 0), .owner = db_int(rows, 1), .posted = db_int(rows, 2), .held = db_int(rows, 3),
			.floor_minor = db_is_null(rows, 4) ? LEDGER_NO_FLOOR : db_int(rows, 4), .made_us = db_int(rows, 5) };
		fill(db_str(rows, 6), out[n].kind, sizeof out[n].kind);
		fill(db_str(rows, 7), out[n].currency, sizeof out[n].currency);
	}
	*out_count = n;
	return db_rows_end(rows);
}

static size_t page_of(size_t limit) { return limit < LEDGER_ACCOUNTS_PAGE ? limit : LEDGER_ACCOUNTS_PAGE; }

enum err ledger_accounts_page(struct db_conn *c, int64_t after, struct ledger_account_row *out, size_t limit, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_accounts_page, &rows, DB_I(after), DB_I((int64_t)page_of(limit))));
	return take_accounts(&rows, out, page_of(limit), out_count);
}

enum err ledger_accounts_by_owner(struct db_conn *c, const struct ledger_account_row *after, struct ledger_account_row *out, size_t limit,
	size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_query(c, &sql_accounts_by_owner, &rows, DB_T(str_of(after ? after->kind : "")), DB_I(after ? after->owner : 0),
		DB_T(str_of(after ? after->currency : "")), DB_I((int64_t)page_of(limit))));
	return take_accounts(&rows, out, page_of(limit), out_count);
}

enum err ledger_span(struct db_conn *c, int64_t *out_first_us, int64_t *out_last_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_span, &rows));
	*out_first_us = db_int(&rows, 0);
	*out_last_us = db_int(&rows, 1);
	return ERR_OK;
}
