/*
 * proof/merkle: trees of hashes by which one leaf can be shown to be among many (RFC 9162, section 2.1, with SHA-256).
 *
 * Promises: a tree takes its leaves one by one and keeps one hash a level, never the leaves; the path of one leaf is gathered on
 * the way. A leaf's hash is SHA-256(0x00 || leaf), a node's SHA-256(0x01 || left || right), no leaf at all SHA-256 of nothing.
 * Used by: ledger. Owns: nothing. Not here: what a leaf says (ledger), who signs a root (proof.h, ledger).
 */
#ifndef HEARTH_PROOF_MERKLE_H
#define HEARTH_PROOF_MERKLE_H

#include "proof/proof.h"

#define MERKLE_LEVELS 64u        /* 2^63 leaves are more than there will ever be */
#define MERKLE_NONE UINT64_MAX   /* no path is wanted */

struct merkle { /* a value: copy it to go on from here twice */
	uint64_t count, target;
	size_t path_count;
	unsigned target_level; /* of the stack, when target was seen */
	struct hash level[MERKLE_LEVELS], path[MERKLE_LEVELS];
};

struct hash merkle_leaf(struct str leaf);
struct hash merkle_node(const struct hash *left, const struct hash *right);

/* target: the leaf, from 0, whose path is wanted; or MERKLE_NONE. */
void merkle_begin(struct merkle *m, uint64_t target);
/* leaf: its hash, by merkle_leaf. */
void merkle_add(struct merkle *m, const struct hash *leaf);
struct hash merkle_root(const struct merkle *m);
/* The neighbours on the way from the target up to the root, the lowest first; how many. The target must have been added. */
size_t merkle_path(const struct merkle *m, struct hash out_path[MERKLE_LEVELS]);
/* Does leaf stand at index of the count leaves that root covers? */
bool merkle_verify(uint64_t index, uint64_t count, const struct hash *leaf, const struct hash *path, size_t path_count,
	const struct hash *root);

#endif
