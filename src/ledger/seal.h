/*
 * ledger/seal: what makes the ledger provable: a chain over its entries, a signed tree a day, proofs, and the check of it all.
 *
 * Promises: an entry that is sealed cannot be changed, left out, put in or moved without ledger_check naming it; who keeps a proof
 * can show, with the site's public key alone, that his entry was in that day's tree. Whoever has the machine and the site's secret
 * can make a whole new history; the proofs and roots that others keep are what tells.
 * Used by: api (sealer, proofs), cli (check, serve, ledger). Owns: with ledger.h the tables ledger_seal and ledger_root.
 * Calls run inside the caller's transaction. Not here: moving money (ledger.h), when to seal (api).
 *
 * What is hashed. Numbers are 8 bytes, two's complement, most significant first; a text is its length as such a number and its
 * UTF-8; a hash is its 32 bytes.
 *   leaf    "hearth ledger entry 1\n" position caller_id kind purpose subject actor hold expires_us at_us (0: none) how many legs, and
 *           for each leg, in the order of the accounts' numbers: account, owner_kind ("member" …), owner, currency, amount, held,
 *           posted_after, held_after
 *   a leaf's hash is that of RFC 9162: SHA-256(0x00 || leaf)
 *   chain   SHA-256("hearth ledger seal 1\n" chain-before number day leaves): leaves are the hashes of the seal's leaves, one behind
 *           the other; before the first seal stand 32 zero bytes
 *   root    what Ed25519 signs: "hearth ledger root 1\n" day entries root chain, where root is the RFC 9162 tree over all the leaves of
 *           the day's seals in order, entries how many they are, chain that of the day's last seal
 */
#ifndef HEARTH_LEDGER_SEAL_H
#define HEARTH_LEDGER_SEAL_H

#include "ledger/ledger.h"
#include "ledger/walk.h"
#include "proof/merkle.h"
#include "text/text.h"

#define LEDGER_SEAL_MAX 4096u   /* entries of one seal */
#define LEDGER_LEAF_MAX 8192u   /* bytes of one leaf */

/* The key that signs the days' roots, from the site's secret. Wipe it when it is not needed any more. */
void ledger_key(struct str site_secret, struct sign_key *out_key);

/* ---- sealing: in two steps, so that the writer is held for one row only ---- */
struct ledger_seal {
	int64_t number, day, last_xid, last_position, entries, at_us;
	struct buf leaves;
	struct hash chain;
	bool more; /* there is more to seal */
};
#define LEDGER_SEAL ((struct ledger_seal){ .leaves = BUF(LEDGER_SEAL_MAX * HASH_BYTES) })
void ledger_seal_drop(struct ledger_seal *s); /* fit for CLEANUP */
/* The next seal, from what is there; a reading transaction will do. entries 0: there is nothing to seal. ERR_DAMAGED: PostgreSQL's
 * transaction numbers lie behind those that were sealed (a database moved to another server without them); said in the log. */
enum err ledger_seal_make(struct db_conn *c, int64_t now_us, struct ledger_seal *s) MUST_USE;
/* ERR_CONFLICT: somebody else sealed meanwhile, or the day has a root; make it anew. */
enum err ledger_seal_keep(struct db_conn *c, const struct ledger_seal *s) MUST_USE;
/* Both at once. *out_more: call again. */
enum err ledger_seal_round(struct db_conn *c, int64_t now_us, bool *out_more) MUST_USE;

/* ---- the day's root ---- */
struct ledger_root {
	int64_t day, entries;
	struct hash root, chain;
	uint8_t public_key[SIGN_PUBLIC_BYTES];
	struct signature signature;
};
/* For the first day that is over and has no root; reads. ERR_NOT_FOUND: there is none. */
enum err ledger_root_make(struct db_conn *c, const struct sign_key *key, int64_t now_us, struct ledger_root *out) MUST_USE;
/* ERR_CONFLICT: it has one, or was sealed on meanwhile. */
enum err ledger_root_keep(struct db_conn *c, const struct ledger_root *r, int64_t now_us) MUST_USE;
/* Both at once. *out_made: there was one to make; call again. */
enum err ledger_root_round(struct db_conn *c, const struct sign_key *key, int64_t now_us, bool *out_made) MUST_USE;
bool ledger_root_signed(const struct ledger_root *r);
#define LEDGER_ROOTS_MAX 400u
/* The newest first, before a day. */
enum err ledger_roots(struct db_conn *c, struct arena *a, int64_t before, size_t limit, struct ledger_root **out, size_t *out_count) MUST_USE;
/* As members of an object that is open. */
void ledger_root_write(struct json_out *j, const struct ledger_root *r);

/* ---- the proof of one entry ---- */
enum ledger_proof_state { LEDGER_NOT_SEALED, LEDGER_SEALED, LEDGER_SIGNED };
struct ledger_proof {
	enum ledger_proof_state state; /* SEALED: the day's root is not made yet; what follows is known from … */
	int64_t position;              /* NOT_SEALED on */
	struct str leaf;
	struct hash leaf_hash;
	int64_t seal, day;             /* SEALED on */
	int64_t index;                 /* of the day's leaves; SIGNED on, as all that follows */
	struct ledger_root root;
	size_t path_count;
	struct hash path[MERKLE_LEVELS];
};
/* Reads and hashes the day's leaves: measured in docs/ledger.md. ERR_NOT_FOUND: no such entry. ERR_DAMAGED: it is not what was sealed. */
enum err ledger_proof(struct db_conn *c, struct arena *a, int64_t position, struct ledger_proof *out) MUST_USE;
/* Does it hold by itself: leaf, path, root, signature? Not whose key it is. *out_why: static, what does not. */
bool ledger_proof_holds(const struct ledger_proof *p, const char **out_why);
/* As members of an object that is open. */
void ledger_proof_write(struct json_out *j, const struct ledger_proof *p);
/* ERR_INPUT: it is no such object, or of no signed proof. The leaf's text is the arena's. */
enum err ledger_proof_read(struct arena *a, const struct json *j, struct ledger_proof *out) MUST_USE;

/* ---- leaves ---- */
/* The leaf of an entry, behind what b holds. */
void ledger_leaf_add(struct buf *b, const struct ledger_whole *e);
/* What a leaf says; texts point into it. ERR_INPUT: these are not a leaf's bytes. */
enum err ledger_leaf_read(struct str leaf, struct ledger_whole *out) MUST_USE;

/* ---- the check ---- */
enum ledger_check_of { LEDGER_WHOLE, LEDGER_SINCE_LAST_SEAL };
#define LEDGER_FINDINGS_MAX 20u /* told; further ones are counted */
#define LEDGER_RECENT_MAX 5000  /* entries behind the last seal that a start looks up one by one; with more it checks the whole */
/* Everything, in a time that grows with the ledger: each leg's and entry's sums, every account's and hold's state from their legs,
 * floors, every leaf against the seals, the chain, the roots and their signatures. Or, for a start: the last seal's chain, and
 * what came after it with the accounts and holds it moved.
 * public_key: the site's; NULL: roots may be signed by any. say is called once a finding, the first entry (by position) that does
 * not fit first. ERR_DAMAGED when there was one. Memory: some 100 bytes an account up to a limit, nothing an entry. */
enum err ledger_check(struct db_conn *c, enum ledger_check_of what, const uint8_t *public_key, void (*say)(void *arg, const char *finding),
	void *arg) MUST_USE;

#endif
