/* What is left of every hold, from its entries. */
#include "ledger/seal_private.h"

#define PAGE_ROWS 8192

/* A row an entry of the hold; one row with nothing of an entry for a hold that nothing was taken from. */
DB_SQL(sql_check_holds, "SELECT h.entry, h.account, h.amount, h.left_minor, h.expires_us, h.ended, b.kind, b.expires_us, bl.held, "
	"x.position, x.kind, x.at_us, xl.held FROM ledger_hold h LEFT JOIN ledger_entry b ON b.position = h.entry "
	"LEFT JOIN ledger_leg bl ON bl.entry = h.entry AND bl.account = h.account LEFT JOIN ledger_entry x ON x.hold = h.entry "
	"LEFT JOIN ledger_leg xl ON xl.entry = x.position AND xl.account = h.account "
	"WHERE h.entry >= $1 AND h.entry <= $3 AND (h.entry > $1 OR COALESCE(x.position, 0) > $2) ORDER BY h.entry, x.position LIMIT $4")
DB_SQL(sql_check_hold_end, "SELECT COALESCE(MAX(position), 0) FROM ledger_entry WHERE hold = $1")

struct hold {
	bool open, damaged; /* one is being looked at; an entry of it was named */
	int64_t entry, amount, left_told, expires_us, ended_told;
	int64_t left, ended;
};

static void begin_hold(struct findings *f, struct hold *h, const struct db_rows *r)
{
	*h = (struct hold){ .open = true, .entry = db_int(r, 0), .amount = db_int(r, 2), .left_told = db_int(r, 3), .expires_us = db_int(r, 4),
		.ended_told = db_int(r, 5), .left = db_int(r, 2) };
	if (!db_is_null(r, 7) && !db_is_null(r, 8)) { /* what the entry says goes before what is kept beside it */
		h->left = db_int(r, 8);
		h->expires_us = db_int(r, 7);
	}
	if (db_is_null(r, 6) || db_int(r, 6) != LEDGER_HOLD)
		finding_beside(f, h->entry, "something is held for it, and it is no hold");
	else if (db_is_null(r, 8))
		finding_beside(f, h->entry, "it is a hold of another account than account %lld", (long long)db_int(r, 1));
	else if (db_int(r, 8) != h->amount || db_int(r, 7) != db_int(r, 4))
		finding_beside(f, h->entry, "its hold says %lld until %lld, it says %lld until %lld", (long long)h->amount,
			(long long)db_int(r, 4), (long long)db_int(r, 8), (long long)db_int(r, 7));
}

static void add_entry(struct findings *f, struct hold *h, const struct db_rows *r)
{
	int64_t position = db_int(r, 9), kind = db_int(r, 10), at_us = db_int(r, 11), taken = db_int(r, 12);
	bool fits = !db_is_null(r, 12) && taken <= 0 && taken >= -h->left;
	if (h->ended)
		finding_add(f, position, "it comes after the end of its hold, entry %lld", (long long)h->entry);
	else if (!fits)
		finding_add(f, position, "it takes %lld of its hold, entry %lld, of which %lld is left", (long long)-taken, (long long)h->entry,
			(long long)h->left);
	else if (kind != LEDGER_POST && taken != -h->left)
		finding_add(f, position, "it ends its hold, entry %lld, with %lld of %lld", (long long)h->entry, (long long)-taken, (long long)h->left);
	if ((kind == LEDGER_POST && at_us >= h->expires_us) || (kind == LEDGER_EXPIRE && at_us < h->expires_us))
		finding_add(f, position, "it comes %s the time of its hold, entry %lld, was over", kind == LEDGER_POST ? "after" : "before", (long long)h->entry);
	h->damaged = h->damaged || h->ended || !fits || kind < LEDGER_POST || kind > LEDGER_EXPIRE;
	if (fits)
		h->left += taken;
	if (kind != LEDGER_POST || h->left == 0)
		h->ended = kind;
}

static void end_hold(struct findings *f, struct hold *h)
{
	if (h->open && !h->damaged && (h->left_told != h->left || h->ended_told != h->ended))
		finding_beside(f, h->entry, "its hold says %lld is left (ended: %lld); its entries say %lld (%lld)", (long long)h->left_told,
			(long long)h->ended_told, (long long)h->left, (long long)h->ended);
	h->open = false;
}

enum err check_holds(struct db_conn *c, struct findings *f, int64_t first, int64_t last)
{
	struct hold h = { 0 };
	int64_t place = -1;
	for (size_t n = PAGE_ROWS; n == PAGE_ROWS;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		TRY(db_query(c, &sql_check_holds, &rows, DB_I(first), DB_I(place), DB_I(last), DB_I(PAGE_ROWS)));
		for (n = 0; db_next(&rows); n++) {
			if (!h.open || h.entry != db_int(&rows, 0)) {
				end_hold(f, &h);
				begin_hold(f, &h, &rows);
			}
			first = h.entry;
			place = db_int(&rows, 9);
			if (!db_is_null(&rows, 9))
				add_entry(f, &h, &rows);
		}
		TRY(db_rows_end(&rows));
	}
	end_hold(f, &h);
	return ERR_OK;
}

enum err check_hold_end(struct db_conn *c, int64_t hold, int64_t *out_last)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_check_hold_end, &rows, DB_I(hold)));
	*out_last = db_int(&rows, 0);
	return ERR_OK;
}
