/* Sealing: the chain once a second, the signed root once a day. */
#include "ledger/seal_private.h"

#define SEAL_LOCK 40 /* of db_lock; serve's own kinds are below */

#define SEAL_COLUMNS "number, day, last_xid, last_position, entries, leaves, chain"
DB_SQL(sql_seal_after, "SELECT " SEAL_COLUMNS " FROM ledger_seal WHERE number > $1 ORDER BY number LIMIT 1")
DB_SQL(sql_seal_last, "SELECT " SEAL_COLUMNS " FROM ledger_seal ORDER BY number DESC LIMIT 1")
DB_SQL(sql_seal_covering, "SELECT " SEAL_COLUMNS " FROM ledger_seal WHERE (last_xid, last_position) >= ($1, $2) "
	"ORDER BY last_xid, last_position LIMIT 1")
DB_SQL(sql_seal_of_day, "SELECT " SEAL_COLUMNS " FROM ledger_seal WHERE day = $1 AND number > $2 ORDER BY number LIMIT 1")
DB_SQL(sql_seal_before, "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM ledger_seal WHERE day = $1 AND number < $2")
/* What the next seal stands on, without its leaves. */
DB_SQL(sql_seal_end, "SELECT number, day, last_xid, last_position, chain FROM ledger_seal ORDER BY number DESC LIMIT 1")
DB_SQL(sql_seal_end_of_day, "SELECT chain FROM ledger_seal WHERE day = $1 ORDER BY number DESC LIMIT 1")
DB_SQL(sql_seal_add, "INSERT INTO ledger_seal (number, day, last_xid, last_position, entries, leaves, chain, at_us) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
DB_SQL(sql_root_span, "SELECT COUNT(*), COALESCE(MIN(day), -1), COALESCE(MAX(day), -1) FROM ledger_root")
DB_SQL(sql_root_due, "SELECT MIN(day) FROM ledger_seal WHERE day > COALESCE((SELECT MAX(day) FROM ledger_root), -1) AND day < $1")
DB_SQL(sql_root_add, "INSERT INTO ledger_root (day, entries, root, chain, public_key, signature, made_us) VALUES ($1, $2, $3, $4, $5, $6, $7)")
#define ROOT_COLUMNS "entries, root, chain, public_key, signature, day"
DB_SQL(sql_root_get, "SELECT " ROOT_COLUMNS " FROM ledger_root WHERE day = $1")
DB_SQL(sql_roots, "SELECT " ROOT_COLUMNS " FROM ledger_root WHERE day < $1 ORDER BY day DESC LIMIT $2")

static bool take_hash(struct str s, struct hash *out)
{
	if (s.n != HASH_BYTES)
		return false;
	memcpy(out->bytes, s.p, HASH_BYTES);
	return true;
}

static enum err take_seal(const struct db_rows *rows, struct stored_seal *s)
{
	s->number = db_int(rows, 0);
	s->day = db_int(rows, 1);
	s->last_xid = db_int(rows, 2);
	s->last_position = db_int(rows, 3);
	s->entries = db_int(rows, 4);
	buf_clear(&s->leaves);
	buf_add(&s->leaves, db_str(rows, 5));
	s->chain_fits_size = take_hash(db_str(rows, 6), &s->chain);
	return buf_end(&s->leaves);
}

enum err seal_after(struct db_conn *c, int64_t number, struct stored_seal *s)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_seal_after, &rows, DB_I(number)));
	return take_seal(&rows, s);
}

enum err seal_last(struct db_conn *c, struct stored_seal *s)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_seal_last, &rows));
	return take_seal(&rows, s);
}

enum err seal_covering(struct db_conn *c, struct ledger_place place, struct stored_seal *s)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_seal_covering, &rows, DB_I(place.xid), DB_I(place.position)));
	return take_seal(&rows, s);
}

enum err seal_day_before(struct db_conn *c, int64_t day, int64_t number, int64_t *out_leaves)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_seal_before, &rows, DB_I(day), DB_I(number)));
	*out_leaves = db_int(&rows, 0);
	return ERR_OK;
}

enum err seal_day_tree(struct db_conn *c, int64_t day, struct merkle *tree, struct hash *out_last)
{
	CLEANUP(stored_seal_drop) struct stored_seal s = STORED_SEAL;
	for (;;) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		enum err e = db_one(c, &sql_seal_of_day, &rows, DB_I(day), DB_I(s.number));
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		TRY(e);
		TRY(take_seal(&rows, &s));
		for (size_t i = 0; i < stored_seal_count(&s); i++)
			merkle_add(tree, stored_seal_leaf(&s, i));
		*out_last = s.chain;
	}
}

/* ---- seals ---- */

void ledger_seal_drop(struct ledger_seal *s) { buf_free(&s->leaves); }

struct seal_end {
	int64_t number, day, root_day;
	struct ledger_place place;
	struct hash chain;
};

static enum err end_of_seals(struct db_conn *c, struct seal_end *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct seal_end end = { .day = -1 };
	int64_t count, first;
	enum err e = db_one(c, &sql_seal_end, &rows);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_OK) {
		end.number = db_int(&rows, 0);
		end.day = db_int(&rows, 1);
		end.place = (struct ledger_place){ db_int(&rows, 2), db_int(&rows, 3) };
		if (!take_hash(db_str(&rows, 4), &end.chain))
			return ERR_DAMAGED;
	}
	TRY(root_span(c, &count, &first, &end.root_day));
	*out = end;
	return ERR_OK;
}

static int64_t day_of(int64_t now_us) { return now_us / US_PER_DAY; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static enum err add_leaves(struct db_conn *c, struct ledger_place after, int64_t horizon, struct ledger_seal *s)
{
	CLEANUP(ledger_walk_end) struct ledger_walk walk;
	CLEANUP(buf_free) struct buf leaf = BUF(LEDGER_LEAF_MAX);
	const struct ledger_whole *e;
	ledger_walk_begin(&walk, c, LEDGER_AS_SEALED, after, horizon);
	for (;;) {
		TRY(ledger_walk_next(&walk, &e));
		if (e == NULL)
			return ERR_OK;
		if (s->entries == (int64_t)LEDGER_SEAL_MAX) {
			s->more = true;
			return ERR_OK;
		}
		buf_clear(&leaf);
		ledger_leaf_add(&leaf, e);
		TRY(buf_end(&leaf));
		struct hash h = merkle_leaf(buf_str(&leaf));
		buf_add(&s->leaves, hash_str(&h));
		s->entries++;
		s->last_xid = e->xid;
		s->last_position = e->position;
	}
}

enum err ledger_seal_make(struct db_conn *c, int64_t now_us, struct ledger_seal *s)
{
	struct seal_end end;
	int64_t horizon;
	buf_clear(&s->leaves);
	s->entries = 0;
	s->more = false;
	TRY(db_horizon(c, &horizon));
	TRY(end_of_seals(c, &end));
	if (horizon <= end.place.xid) {
		log_line(LOG_ERROR, "ledger: this PostgreSQL counts transactions from %lld, the ledger was sealed up to %lld on another one; "
			"move the counter on with pg_resetwal --next-transaction-id and --epoch, as the old server's were",
			(long long)horizon, (long long)end.place.xid);
		return ERR_DAMAGED;
	}
	TRY(add_leaves(c, end.place, horizon, s));
	TRY(buf_end(&s->leaves));
	if (s->entries == 0)
		return ERR_OK;
	s->number = end.number + 1;
	/* a clock that was set back opens no day again */
	s->day = larger(day_of(now_us), larger(end.day, end.root_day + 1));
	s->at_us = now_us;
	return seal_chain(&end.chain, s->number, s->day, buf_str(&s->leaves), &s->chain);
}

enum err ledger_seal_keep(struct db_conn *c, const struct ledger_seal *s)
{
	struct seal_end end;
	if (s->entries == 0)
		return ERR_OK;
	TRY(db_lock(c, SEAL_LOCK, 0));
	TRY(end_of_seals(c, &end));
	if (end.number + 1 != s->number || end.root_day >= s->day)
		return ERR_CONFLICT;
	return db_run(c, &sql_seal_add, NULL, DB_I(s->number), DB_I(s->day), DB_I(s->last_xid), DB_I(s->last_position), DB_I(s->entries),
		DB_B(buf_str(&s->leaves)), DB_B(hash_str(&s->chain)), DB_I(s->at_us));
}

enum err ledger_seal_round(struct db_conn *c, int64_t now_us, bool *out_more)
{
	CLEANUP(ledger_seal_drop) struct ledger_seal s = LEDGER_SEAL;
	TRY(db_lock(c, SEAL_LOCK, 0));
	TRY(ledger_seal_make(c, now_us, &s));
	TRY(ledger_seal_keep(c, &s));
	*out_more = s.more;
	return ERR_OK;
}

/* ---- roots ---- */

enum err root_span(struct db_conn *c, int64_t *out_count, int64_t *out_first, int64_t *out_last)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_root_span, &rows));
	*out_count = db_int(&rows, 0);
	*out_first = db_int(&rows, 1);
	*out_last = db_int(&rows, 2);
	return ERR_OK;
}

static enum err take_root(struct db_rows *rows, struct ledger_root *out)
{
	struct ledger_root r = { .day = db_int(rows, 5), .entries = db_int(rows, 0) };
	struct str key = db_str(rows, 3), signature = db_str(rows, 4);
	if (!take_hash(db_str(rows, 1), &r.root) || !take_hash(db_str(rows, 2), &r.chain) || key.n != SIGN_PUBLIC_BYTES ||
		signature.n != SIGNATURE_BYTES)
		return ERR_DAMAGED;
	memcpy(r.public_key, key.p, key.n);
	memcpy(r.signature.bytes, signature.p, signature.n);
	*out = r;
	return ERR_OK;
}

enum err root_get(struct db_conn *c, int64_t day, struct ledger_root *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_root_get, &rows, DB_I(day)));
	return take_root(&rows, out);
}

enum err ledger_roots(struct db_conn *c, struct arena *a, int64_t before, size_t limit, struct ledger_root **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	limit = limit < LEDGER_ROOTS_MAX ? limit : LEDGER_ROOTS_MAX;
	struct ledger_root *list = arena_take_many(a, limit + 1, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_roots, &rows, DB_I(before), DB_I((int64_t)limit)));
	for (; n < limit && db_next(&rows); n++)
		TRY(take_root(&rows, &list[n]));
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

static enum err due_day(struct db_conn *c, int64_t now_us, int64_t *out_day)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_root_due, &rows, DB_I(day_of(now_us))));
	if (db_is_null(&rows, 0))
		return ERR_NOT_FOUND;
	*out_day = db_int(&rows, 0);
	return ERR_OK;
}

enum err ledger_root_make(struct db_conn *c, const struct sign_key *key, int64_t now_us, struct ledger_root *out)
{
	struct ledger_root r = { 0 };
	struct merkle tree;
	TRY(due_day(c, now_us, &r.day));
	merkle_begin(&tree, MERKLE_NONE);
	TRY(seal_day_tree(c, r.day, &tree, &r.chain));
	r.entries = (int64_t)tree.count;
	r.root = merkle_root(&tree);
	TRY(root_sign(key, &r));
	*out = r;
	return ERR_OK;
}

enum err ledger_root_keep(struct db_conn *c, const struct ledger_root *r, int64_t now_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	int64_t count, first, last;
	struct hash chain;
	TRY(db_lock(c, SEAL_LOCK, 0));
	TRY(root_span(c, &count, &first, &last));
	TRY(db_one(c, &sql_seal_end_of_day, &rows, DB_I(r->day)));
	if (last >= r->day || !take_hash(db_str(&rows, 0), &chain) || !proof_equal(hash_str(&chain), hash_str(&r->chain)))
		return ERR_CONFLICT;
	return db_run(c, &sql_root_add, NULL, DB_I(r->day), DB_I(r->entries), DB_B(hash_str(&r->root)), DB_B(hash_str(&r->chain)),
		DB_B(((struct str){ (const char *)r->public_key, SIGN_PUBLIC_BYTES })),
		DB_B(((struct str){ (const char *)r->signature.bytes, SIGNATURE_BYTES })), DB_I(now_us));
}

enum err ledger_root_round(struct db_conn *c, const struct sign_key *key, int64_t now_us, bool *out_made)
{
	struct ledger_root r;
	TRY(db_lock(c, SEAL_LOCK, 0));
	enum err e = ledger_root_make(c, key, now_us, &r);
	if (e == ERR_OK)
		e = ledger_root_keep(c, &r, now_us);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_made = e == ERR_OK;
	return ERR_OK;
}
