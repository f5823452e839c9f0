/*
 * Accounts from their legs. One sweep over all legs in the order in which they were written, with a seat in memory for every
 * account; where there are more accounts than seats, a sweep for each so many.
 */
#include <stdlib.h>

#include "ledger/seal_private.h"

#define SEATS 400000u /* of 80 bytes */
#define PAGE_LEGS 8192

DB_SQL(sql_check_legs, "SELECT entry, account, amount, held, posted_after, held_after FROM ledger_leg WHERE (entry, account) > ($1, $2) "
	"ORDER BY entry, account LIMIT $3")
DB_SQL(sql_check_leg_before, "SELECT posted_after, held_after FROM ledger_leg WHERE account = $1 AND entry < $2 ORDER BY entry DESC LIMIT 1")
DB_SQL(sql_check_last_leg, "SELECT posted, held, COALESCE(floor_minor, $3) FROM ledger_account WHERE id = $1 "
	"AND NOT EXISTS (SELECT 1 FROM ledger_leg WHERE account = $1 AND entry > $2)")
DB_SQL(sql_check_caller, "SELECT caller_id FROM ledger_entry WHERE position = $1")
DB_SQL(sql_check_loose_legs, "SELECT entry, account FROM ledger_leg WHERE NOT EXISTS (SELECT 1 FROM ledger_entry WHERE position = ledger_leg.entry) "
	"ORDER BY entry, account LIMIT $1")
DB_SQL(sql_check_loose_holds, "SELECT position, kind FROM ledger_entry WHERE (kind = $1 OR hold IS NOT NULL) "
	"AND NOT EXISTS (SELECT 1 FROM ledger_hold WHERE entry = COALESCE(ledger_entry.hold, ledger_entry.position)) ORDER BY position LIMIT $2")

struct seat {
	int64_t id, posted, held, floor_minor;
	int64_t sum_posted, sum_held, last_posted, last_held, last_entry;
	bool damaged; /* a leg of it was named */
};
struct hall {
	struct seat *seats;
	size_t count;
	int64_t to; /* the last account that was seated */
};

static int64_t plus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

static struct seat *seat_of(const struct hall *h, int64_t account)
{
	if (h->count == 0 || account < h->seats[0].id)
		return NULL;
	/* ids mostly follow each other */
	uint64_t guess = (uint64_t)account - (uint64_t)h->seats[0].id;
	if (guess < h->count && h->seats[guess].id == account)
		return &h->seats[guess];
	size_t low = 0, high = h->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (h->seats[mid].id < account)
			low = mid + 1;
		else
			high = mid;
	}
	return low < h->count && h->seats[low].id == account ? &h->seats[low] : NULL;
}

static void check_after(struct findings *f, int64_t position, int64_t account, int64_t posted, int64_t held, int64_t floor_minor, int64_t change)
{
	if (held < 0)
		finding_add(f, position, "it leaves %lld held on account %lld", (long long)held, (long long)account);
	if (floor_minor != LEDGER_NO_FLOOR && change < 0 && plus(posted, -held) < floor_minor)
		finding_add(f, position, "it leaves account %lld below its floor", (long long)account);
}

static void add_leg(struct findings *f, struct seat *s, const struct db_rows *r)
{
	int64_t entry = db_int(r, 0), amount = db_int(r, 2), held = db_int(r, 3), posted_after = db_int(r, 4), held_after = db_int(r, 5);
	s->sum_posted = plus(s->sum_posted, amount);
	s->sum_held = plus(s->sum_held, held);
	bool follows = posted_after == plus(s->last_posted, amount) && held_after == plus(s->last_held, held);
	/* after a value that was changed the next leg fits the sum; after an amount that was changed, the leg before it */
	if (!follows && (posted_after != s->sum_posted || held_after != s->sum_held)) {
		finding_add(f, entry, "after it account %lld stands at %lld, %lld held; it stood at %lld, %lld held before", (long long)s->id,
			(long long)posted_after, (long long)held_after, (long long)s->last_posted, (long long)s->last_held);
		s->damaged = true;
	}
	check_after(f, entry, s->id, posted_after, held_after, s->floor_minor, plus(amount, -held));
	s->last_posted = posted_after;
	s->last_held = held_after;
	s->last_entry = entry;
}

static void end_seat(struct findings *f, const struct seat *s)
{
	bool sums = s->posted == s->sum_posted && s->held == s->sum_held, last = s->posted == s->last_posted && s->held == s->last_held;
	if ((sums && last) || (s->damaged && (sums || last)))
		return;
	finding_beside(f, s->last_entry ? s->last_entry : FINDINGS_NOWHERE, "account %lld says it stands at %lld, %lld held; its legs say %lld, %lld held",
		(long long)s->id, (long long)s->posted, (long long)s->held, (long long)s->sum_posted, (long long)s->sum_held);
}

static enum err sweep(struct db_conn *c, struct findings *f, const struct hall *h)
{
	int64_t entry = INT64_MIN, account = INT64_MIN;
	for (size_t n = PAGE_LEGS; n == PAGE_LEGS;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		TRY(db_query(c, &sql_check_legs, &rows, DB_I(entry), DB_I(account), DB_I(PAGE_LEGS)));
		for (n = 0; db_next(&rows); n++) {
			entry = db_int(&rows, 0);
			account = db_int(&rows, 1);
			struct seat *s = seat_of(h, account);
			if (s)
				add_leg(f, s, &rows);
		}
		TRY(db_rows_end(&rows));
	}
	return ERR_OK;
}

/* The next accounts behind h->to take their seats. */
static enum err seat_accounts(struct db_conn *c, struct hall *h, struct ledger_account_row *page, bool *out_more)
{
	h->count = 0;
	*out_more = true;
	while (h->count + LEDGER_ACCOUNTS_PAGE <= SEATS) {
		size_t n;
		TRY(ledger_accounts_page(c, h->to, page, LEDGER_ACCOUNTS_PAGE, &n));
		for (size_t i = 0; i < n; i++)
			h->seats[h->count++] = (struct seat){ .id = page[i].id, .posted = page[i].posted, .held = page[i].held,
				.floor_minor = page[i].floor_minor };
		if (n)
			h->to = page[n - 1].id;
		if (n < LEDGER_ACCOUNTS_PAGE) {
			*out_more = false;
			return ERR_OK;
		}
	}
	return ERR_OK;
}

static enum err check_all(struct db_conn *c, struct findings *f, struct hall *h, struct ledger_account_row *page)
{
	for (bool more = true; more;) {
		TRY(seat_accounts(c, h, page, &more));
		TRY(sweep(c, f, h));
		for (size_t i = 0; i < h->count; i++)
			end_seat(f, &h->seats[i]);
	}
	return ERR_OK;
}

enum err check_accounts(struct db_conn *c, struct findings *f)
{
	struct hall h = { .seats = malloc(SEATS * sizeof *h.seats), .to = INT64_MIN };
	struct ledger_account_row *page = malloc(LEDGER_ACCOUNTS_PAGE * sizeof *page);
	enum err e = h.seats && page ? check_all(c, f, &h, page) : ERR_MEMORY;
	free(h.seats);
	free(page);
	return e;
}

/* ---- one leg ---- */

static enum err leg_before(struct db_conn *c, int64_t account, int64_t position, int64_t *out_posted, int64_t *out_held)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_check_leg_before, &rows, DB_I(account), DB_I(position));
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_posted = e == ERR_OK ? db_int(&rows, 0) : 0;
	*out_held = e == ERR_OK ? db_int(&rows, 1) : 0;
	return ERR_OK;
}

enum err check_leg_here(struct db_conn *c, struct findings *f, int64_t position, const struct ledger_whole_leg *l)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	int64_t posted, held;
	TRY(leg_before(c, l->account, position, &posted, &held));
	if (plus(posted, l->amount) != l->posted_after || plus(held, l->held) != l->held_after)
		finding_add(f, position, "after it account %lld stands at %lld, %lld held; it stood at %lld, %lld held before", (long long)l->account,
			(long long)l->posted_after, (long long)l->held_after, (long long)posted, (long long)held);
	enum err e = db_one(c, &sql_check_last_leg, &rows, DB_I(l->account), DB_I(position), DB_I(LEDGER_NO_FLOOR));
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	TRY(e);
	check_after(f, position, l->account, l->posted_after, l->held_after, db_int(&rows, 2), plus(l->amount, -l->held));
	if (db_int(&rows, 0) != l->posted_after || db_int(&rows, 1) != l->held_after)
		finding_beside(f, position, "account %lld says it stands at %lld, %lld held; its legs say %lld, %lld held", (long long)l->account,
			(long long)db_int(&rows, 0), (long long)db_int(&rows, 1), (long long)l->posted_after, (long long)l->held_after);
	return ERR_OK;
}

/* ---- what belongs to nothing ---- */

enum err check_orphans(struct db_conn *c, struct findings *f)
{
	CLEANUP(db_rows_close) struct db_rows legs = { 0 }, holds = { 0 };
	TRY(db_query(c, &sql_check_loose_legs, &legs, DB_I(LEDGER_FINDINGS_MAX)));
	while (db_next(&legs))
		finding_add(f, db_int(&legs, 0), "the entry is gone and its leg on account %lld is there", (long long)db_int(&legs, 1));
	TRY(db_rows_end(&legs));
	TRY(db_query(c, &sql_check_loose_holds, &holds, DB_I(LEDGER_HOLD), DB_I(LEDGER_FINDINGS_MAX)));
	while (db_next(&holds))
		finding_beside(f, db_int(&holds, 0), "what is left of its hold is kept nowhere");
	return db_rows_end(&holds);
}

/* ---- telling ---- */

/* What somebody wrote in does not begin a line of its own. */
static void add_plain(struct buf *line, const char *before, struct str s)
{
	buf_add(line, str_of(before));
	for (size_t i = 0; i < s.n; i++)
		buf_add_char(line, (unsigned char)s.p[i] < 32 || s.p[i] == 127 ? '?' : s.p[i]);
	buf_add_char(line, ')');
}

static enum err say_one(struct db_conn *c, const struct finding *g, void (*say)(void *arg, const char *finding), void *arg)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	CLEANUP(buf_free) struct buf line = BUF(4096);
	if (g->position == FINDINGS_NOWHERE) {
		buf_print(&line, "ledger: %s", g->what);
	} else {
		enum err e = db_one(c, &sql_check_caller, &rows, DB_I(g->position));
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		struct str caller = e == ERR_OK ? db_str(&rows, 0) : STR("");
		buf_print(&line, "ledger: entry %lld", (long long)g->position);
		if (e == ERR_OK)
			add_plain(&line, " (caller's id ", str_first(caller, 4 * LEDGER_CALLER_ID_MAX));
		buf_print(&line, ": %s", g->what);
	}
	buf_add_char(&line, '\0');
	TRY(buf_end(&line));
	say(arg, line.p);
	return ERR_OK;
}

enum err findings_say(struct db_conn *c, const struct findings *f, void (*say)(void *arg, const char *finding), void *arg)
{
	for (size_t i = 0; i < f->kept; i++)
		TRY(say_one(c, &f->list[i], say, arg));
	if (f->all > (int64_t)f->kept) {
		CLEANUP(buf_free) struct buf line = BUF(200);
		buf_print(&line, "ledger: and %lld more that do not fit", (long long)(f->all - (int64_t)f->kept));
		buf_add_char(&line, '\0');
		TRY(buf_end(&line));
		say(arg, line.p);
	}
	return ERR_OK;
}
