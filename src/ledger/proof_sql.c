/* The proof that an entry is in its day's signed tree. */
#include "ledger/seal_private.h"

DB_SQL(sql_proof_place, "SELECT xid, position FROM ledger_entry WHERE position = $1")

static enum err place_of(struct db_conn *c, int64_t position, struct ledger_place *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_proof_place, &rows, DB_I(position)));
	*out = (struct ledger_place){ db_int(&rows, 0), db_int(&rows, 1) };
	return ERR_OK;
}

static enum err leaf_of(struct db_conn *c, struct arena *a, int64_t position, struct str *out)
{
	CLEANUP(ledger_walk_end) struct ledger_walk walk;
	CLEANUP(buf_free) struct buf leaf = BUF(LEDGER_LEAF_MAX);
	const struct ledger_whole *e;
	ledger_walk_begin(&walk, c, LEDGER_AS_POSTED, (struct ledger_place){ 0, position - 1 }, INT64_MAX);
	TRY(ledger_walk_next(&walk, &e));
	if (e == NULL || e->position != position)
		return ERR_NOT_FOUND;
	ledger_leaf_add(&leaf, e);
	TRY(buf_end(&leaf));
	return arena_copy(a, buf_str(&leaf), out);
}

static enum err find_leaf(const struct stored_seal *s, const struct hash *leaf, int64_t *out_index)
{
	for (size_t i = 0; i < stored_seal_count(s); i++)
		if (memcmp(stored_seal_leaf(s, i), leaf, HASH_BYTES) == 0) {
			*out_index = (int64_t)i;
			return ERR_OK;
		}
	return ERR_DAMAGED;
}

static enum err add_path(struct db_conn *c, int64_t in_seal, struct ledger_proof *p)
{
	struct merkle tree;
	struct hash chain;
	int64_t before;
	enum err e = root_get(c, p->day, &p->root);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	TRY(e);
	TRY(seal_day_before(c, p->day, p->seal, &before));
	p->index = before + in_seal;
	merkle_begin(&tree, (uint64_t)p->index);
	TRY(seal_day_tree(c, p->day, &tree, &chain));
	if ((uint64_t)p->index >= tree.count)
		return ERR_DAMAGED;
	struct hash root = merkle_root(&tree);
	if (!proof_equal(hash_str(&root), hash_str(&p->root.root)) || (int64_t)tree.count != p->root.entries)
		return ERR_DAMAGED;
	p->path_count = merkle_path(&tree, p->path);
	p->state = LEDGER_SIGNED;
	return ERR_OK;
}

enum err ledger_proof(struct db_conn *c, struct arena *a, int64_t position, struct ledger_proof *out)
{
	CLEANUP(stored_seal_drop) struct stored_seal s = STORED_SEAL;
	struct ledger_proof p = { .state = LEDGER_NOT_SEALED, .position = position };
	struct ledger_place place;
	int64_t in_seal;
	TRY(place_of(c, position, &place));
	TRY(leaf_of(c, a, position, &p.leaf));
	p.leaf_hash = merkle_leaf(p.leaf);
	enum err e = seal_covering(c, place, &s);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_OK) {
		TRY(find_leaf(&s, &p.leaf_hash, &in_seal));
		p.state = LEDGER_SEALED;
		p.seal = s.number;
		p.day = s.day;
		TRY(add_path(c, in_seal, &p));
	}
	*out = p;
	return ERR_OK;
}
