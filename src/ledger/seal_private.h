/* Shared by what seals, proves and checks. */
#ifndef HEARTH_LEDGER_SEAL_PRIVATE_H
#define HEARTH_LEDGER_SEAL_PRIVATE_H

#include "ledger/seal.h"

enum err seal_chain(const struct hash *before, int64_t number, int64_t day, struct str leaves, struct hash *out) MUST_USE;
enum err root_sign(const struct sign_key *key, struct ledger_root *r) MUST_USE;

/* A seal as it is stored, which need not be as it was. */
struct stored_seal {
	int64_t number, day, last_xid, last_position, entries;
	struct buf leaves;
	bool chain_fits_size;
	struct hash chain;
};
#define STORED_SEAL ((struct stored_seal){ .leaves = BUF(64u << 20) })
static inline void stored_seal_drop(struct stored_seal *s) { buf_free(&s->leaves); }
static inline size_t stored_seal_count(const struct stored_seal *s) { return s->leaves.n / HASH_BYTES; }
static inline const struct hash *stored_seal_leaf(const struct stored_seal *s, size_t i) { return (const struct hash *)s->leaves.p + i; }
static_assert(sizeof(struct hash) == HASH_BYTES && _Alignof(struct hash) == 1, "leaves are read where they lie");
/* The seal behind a number, and the last one; ERR_NOT_FOUND. */
enum err seal_after(struct db_conn *c, int64_t number, struct stored_seal *s) MUST_USE;
enum err seal_last(struct db_conn *c, struct stored_seal *s) MUST_USE;
/* The seal that covers a place: the first whose last entry is not before it. ERR_NOT_FOUND: it is not sealed yet. */
enum err seal_covering(struct db_conn *c, struct ledger_place place, struct stored_seal *s) MUST_USE;
/* The day's leaves into a tree. *out_last: the chain of its last seal. */
enum err seal_day_tree(struct db_conn *c, int64_t day, struct merkle *tree, struct hash *out_last) MUST_USE;
/* How many leaves the day's seals before number have. */
enum err seal_day_before(struct db_conn *c, int64_t day, int64_t number, int64_t *out_leaves) MUST_USE;
/* A stored root; ERR_NOT_FOUND. ERR_DAMAGED: its columns are not of the right sizes. */
enum err root_get(struct db_conn *c, int64_t day, struct ledger_root *out) MUST_USE;
/* How many roots there are; the first day and the last. */
enum err root_span(struct db_conn *c, int64_t *out_count, int64_t *out_first, int64_t *out_last) MUST_USE;

/* ---- findings of a check ---- */
#define FINDING_CHARS 240
#define FINDINGS_NOWHERE INT64_MAX
struct finding {
	bool beside;      /* it is about what is kept beside the entries, and told behind what is wrong with entries */
	int64_t position; /* of the entry; FINDINGS_NOWHERE: of none */
	char what[FINDING_CHARS];
};
struct findings { /* the first ones by position; the rest is counted */
	struct finding list[LEDGER_FINDINGS_MAX];
	size_t kept;
	int64_t all;
};
/* About an entry; about what is kept beside entries, and the entry at which it is looked for. */
void finding_add(struct findings *f, int64_t position, const char *format, ...) PRINTF(3, 4);
void finding_beside(struct findings *f, int64_t position, const char *format, ...) PRINTF(3, 4);
enum err findings_say(struct db_conn *c, const struct findings *f, void (*say)(void *arg, const char *finding), void *arg) MUST_USE;

/* ---- the parts of a check ---- */
/* An entry in itself: its kind's shape, its sums, its currency. */
void check_shape(struct findings *f, const struct ledger_whole *e);
/* Entries and leaves, chain, roots. */
enum err check_sealed(struct db_conn *c, const uint8_t *public_key, struct findings *f) MUST_USE;
void check_root(struct findings *f, const struct ledger_root *r, const uint8_t *public_key, int64_t position);
/* Accounts from all their legs. */
enum err check_accounts(struct db_conn *c, struct findings *f) MUST_USE;
/* A leg against the leg before it of its account and, if it is the last, against the account. */
enum err check_leg_here(struct db_conn *c, struct findings *f, int64_t position, const struct ledger_whole_leg *l) MUST_USE;
/* The holds from first to last, by their entries. */
enum err check_holds(struct db_conn *c, struct findings *f, int64_t first, int64_t last) MUST_USE;
/* The last entry of a hold. */
enum err check_hold_end(struct db_conn *c, int64_t hold, int64_t *out_last) MUST_USE;
/* Legs without an entry, entries without their hold. */
enum err check_orphans(struct db_conn *c, struct findings *f) MUST_USE;

#endif
