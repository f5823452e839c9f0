/*
 * Merkle trees in one pass. After n leaves the stack holds the root of one full subtree for each bit of n; the tree of all is
 * these, folded from the smallest. The path of the target grows whenever the subtree it is in is joined to another.
 */
#include <sodium.h>

#include "proof/merkle.h"

static struct hash hash_two(uint8_t mark, struct str a, struct str b)
{
	struct hash h;
	crypto_hash_sha256_state s;
	crypto_hash_sha256_init(&s);
	crypto_hash_sha256_update(&s, &mark, 1);
	crypto_hash_sha256_update(&s, (const unsigned char *)(a.p ? a.p : ""), a.n);
	crypto_hash_sha256_update(&s, (const unsigned char *)(b.p ? b.p : ""), b.n);
	crypto_hash_sha256_final(&s, h.bytes);
	return h;
}

struct hash merkle_leaf(struct str leaf) { return hash_two(0, leaf, STR("")); }
struct hash merkle_node(const struct hash *left, const struct hash *right) { return hash_two(1, hash_str(left), hash_str(right)); }

void merkle_begin(struct merkle *m, uint64_t target)
{
	m->count = 0;
	m->target = target;
	m->path_count = 0;
	m->target_level = MERKLE_LEVELS;
}

void merkle_add(struct merkle *m, const struct hash *leaf)
{
	struct hash carry = *leaf;
	bool has_target = m->count == m->target;
	unsigned level = 0;
	assert(m->count < UINT64_C(1) << 63);
	for (; m->count >> level & 1; level++) {
		if (has_target) {
			m->path[m->path_count++] = m->level[level];
		} else if (m->target_level == level) {
			m->path[m->path_count++] = carry;
			has_target = true;
		}
		carry = merkle_node(&m->level[level], &carry);
	}
	m->level[level] = carry;
	if (has_target)
		m->target_level = level;
	m->count++;
}

/* The stack folded; what the target meets on the way goes to path, if there is one. */
static struct hash fold(const struct merkle *m, struct hash *path, size_t *path_count)
{
	struct hash right = { { 0 } };
	bool any = false, has_target = false;
	for (unsigned level = 0; level < MERKLE_LEVELS && m->count >> level; level++) {
		if (!(m->count >> level & 1))
			continue;
		bool target_here = m->target_level == level;
		if (path && any && (target_here || has_target))
			path[(*path_count)++] = target_here ? right : m->level[level];
		has_target = has_target || target_here;
		right = any ? merkle_node(&m->level[level], &right) : m->level[level];
		any = true;
	}
	return any ? right : hash_sha256(STR(""));
}

struct hash merkle_root(const struct merkle *m) { return fold(m, NULL, NULL); }

size_t merkle_path(const struct merkle *m, struct hash out_path[MERKLE_LEVELS])
{
	size_t n = m->path_count;
	assert(m->target_level < MERKLE_LEVELS);
	memcpy(out_path, m->path, n * sizeof *out_path);
	(void)fold(m, out_path, &n);
	return n;
}

/* RFC 9162, 2.1.3.2 */
bool merkle_verify(uint64_t index, uint64_t count, const struct hash *leaf, const struct hash *path, size_t path_count,
	const struct hash *root)
{
	if (index >= count)
		return false;
	uint64_t fn = index, sn = count - 1;
	struct hash r = *leaf;
	for (size_t i = 0; i < path_count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			r = merkle_node(&path[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &path[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && proof_equal(hash_str(&r), hash_str(root));
}
