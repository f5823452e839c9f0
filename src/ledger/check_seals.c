/*
 * Entries against the seals: both are walked side by side, in the order in which entries were sealed. One entry that is gone, or
 * that somebody put in, is named once, and the walk finds its place again among the seal's leaves.
 */
#include "ledger/seal_private.h"

struct sealed {
	struct db_conn *conn;
	struct findings *f;
	const uint8_t *public_key;
	struct stored_seal seal;
	bool has_seal;
	size_t at;             /* leaves of the seal that are done */
	struct hash before;    /* chain of the seal before */
	int64_t first;         /* the first entry that this seal covers; 0: none yet */
	int64_t day, last_day; /* of the tree; of the last day with a root */
	bool has_day;
	struct merkle tree;
	struct hash day_chain;
	int64_t roots;
	struct ledger_place place;
};

/* ---- days ---- */

static enum err end_day(struct sealed *s)
{
	struct ledger_root root;
	int64_t position = s->place.position ? s->place.position : FINDINGS_NOWHERE;
	if (!s->has_day)
		return ERR_OK;
	s->has_day = false;
	enum err e = root_get(s->conn, s->day, &root);
	if (e == ERR_NOT_FOUND) {
		if (s->day < s->last_day)
			finding_beside(s->f, position, "day %lld has no root, though a later day has", (long long)s->day);
		return ERR_OK;
	}
	if (e != ERR_OK && e != ERR_DAMAGED)
		return e;
	s->roots++;
	struct hash tree = merkle_root(&s->tree);
	if (e == ERR_DAMAGED)
		finding_beside(s->f, position, "the root of day %lld cannot be read", (long long)s->day);
	else if (root.entries != (int64_t)s->tree.count || !proof_equal(hash_str(&tree), hash_str(&root.root)) ||
		!proof_equal(hash_str(&s->day_chain), hash_str(&root.chain)))
		finding_beside(s->f, position, "the root of day %lld is not that of its seals", (long long)s->day);
	else
		check_root(s->f, &root, s->public_key, position);
	return ERR_OK;
}

static enum err add_to_day(struct sealed *s)
{
	if (s->has_day && s->seal.day != s->day)
		TRY(end_day(s));
	if (!s->has_day)
		merkle_begin(&s->tree, MERKLE_NONE);
	s->has_day = true;
	s->day = s->seal.day;
	s->day_chain = s->seal.chain;
	for (size_t i = 0; i < stored_seal_count(&s->seal); i++)
		merkle_add(&s->tree, stored_seal_leaf(&s->seal, i));
	return ERR_OK;
}

/* ---- seals ---- */

/* position: of the first entry that is there for it. What is wrong with all of a seal is told at its last entry, behind what is
 * wrong with one of its leaves. */
static enum err check_seal(struct sealed *s, int64_t position, int64_t number_before, int64_t day_before)
{
	const struct stored_seal *seal = &s->seal;
	struct hash chain;
	TRY(seal_chain(&s->before, seal->number, seal->day, buf_str(&seal->leaves), &chain));
	if (seal->number != number_before + 1)
		finding_add(s->f, position, "seal %lld is not there", (long long)number_before + 1);
	else if (!seal->chain_fits_size || !proof_equal(hash_str(&chain), hash_str(&seal->chain)))
		finding_beside(s->f, seal->last_position, "seal %lld does not hang on the chain", (long long)seal->number);
	if (seal->leaves.n % HASH_BYTES || seal->entries != (int64_t)stored_seal_count(seal) || seal->entries == 0)
		finding_beside(s->f, seal->last_position, "seal %lld says it covers %lld entries and has %zu", (long long)seal->number,
			(long long)seal->entries, stored_seal_count(seal));
	if (seal->day < day_before)
		finding_beside(s->f, seal->last_position, "seal %lld is of an earlier day than the one before it", (long long)seal->number);
	s->before = seal->chain;
	return ERR_OK;
}

/* position: the entry that stands next; or the last one there is. */
static enum err next_seal(struct sealed *s, int64_t position)
{
	int64_t number = s->seal.number, day = s->seal.day;
	enum err e = seal_after(s->conn, number, &s->seal);
	s->has_seal = e == ERR_OK;
	s->at = 0;
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	TRY(e);
	TRY(check_seal(s, position, number, number ? day : INT64_MIN));
	return add_to_day(s);
}

static void end_seal(struct sealed *s)
{
	size_t count = stored_seal_count(&s->seal);
	int64_t position = s->place.position ? s->place.position : FINDINGS_NOWHERE;
	if (s->at < count)
		finding_add(s->f, position, "seal %lld covers %zu more entries up to %lld, which are gone", (long long)s->seal.number, count - s->at,
			(long long)s->seal.last_position);
	s->at = count;
}

static bool is_behind(const struct ledger_whole *e, const struct stored_seal *seal)
{
	return e->xid > seal->last_xid || (e->xid == seal->last_xid && e->position > seal->last_position);
}

static void check_leaf(struct sealed *s, const struct ledger_whole *e, const struct hash *leaf)
{
	size_t count = stored_seal_count(&s->seal), found = 0;
	if (s->at < count && memcmp(stored_seal_leaf(&s->seal, s->at), leaf, HASH_BYTES) == 0) {
		s->at++;
		return;
	}
	while (found < count && memcmp(stored_seal_leaf(&s->seal, found), leaf, HASH_BYTES) != 0)
		found++;
	if (found == count) {
		finding_add(s->f, e->position, "it is not what seal %lld covers", (long long)s->seal.number);
		s->at += s->at < count;
		return;
	}
	if (found > s->at)
		finding_add(s->f, e->position, "%zu entries that seal %lld covers before it are gone", found - s->at, (long long)s->seal.number);
	s->at = found + 1; /* found before: what was put in took its place, and was named */
}

static enum err check_entry(struct sealed *s, const struct ledger_whole *e, struct buf *leaf)
{
	check_shape(s->f, e);
	if (s->seal.number == 0 && !s->has_seal && s->place.position == 0)
		TRY(next_seal(s, e->position));
	while (s->has_seal && is_behind(e, &s->seal)) {
		end_seal(s);
		TRY(next_seal(s, e->position));
	}
	s->place = (struct ledger_place){ e->xid, e->position };
	if (!s->has_seal)
		return ERR_OK;
	buf_clear(leaf);
	ledger_leaf_add(leaf, e);
	struct hash h = { { 0 } };
	if (buf_end(leaf) == ERR_OK)
		h = merkle_leaf(buf_str(leaf));
	check_leaf(s, e, &h);
	return ERR_OK;
}

static enum err walk_all(struct sealed *s)
{
	CLEANUP(ledger_walk_end) struct ledger_walk walk;
	CLEANUP(buf_free) struct buf leaf = BUF(LEDGER_LEAF_MAX);
	const struct ledger_whole *e;
	ledger_walk_begin(&walk, s->conn, LEDGER_AS_SEALED, (struct ledger_place){ 0, 0 }, INT64_MAX);
	for (;;) {
		TRY(ledger_walk_next(&walk, &e));
		if (e == NULL)
			break;
		TRY(check_entry(s, e, &leaf));
	}
	int64_t position = s->place.position ? s->place.position : FINDINGS_NOWHERE;
	if (s->seal.number == 0)
		TRY(next_seal(s, position));
	while (s->has_seal) {
		end_seal(s);
		TRY(next_seal(s, position));
	}
	return end_day(s);
}

enum err check_sealed(struct db_conn *c, const uint8_t *public_key, struct findings *f)
{
	struct sealed s = { .conn = c, .f = f, .public_key = public_key, .seal = STORED_SEAL };
	int64_t count, first;
	TRY(root_span(c, &count, &first, &s.last_day));
	enum err e = walk_all(&s);
	stored_seal_drop(&s.seal);
	TRY(e);
	if (count > s.roots)
		finding_beside(f, FINDINGS_NOWHERE, "there are roots of %lld days without seals", (long long)(count - s.roots));
	return ERR_OK;
}
