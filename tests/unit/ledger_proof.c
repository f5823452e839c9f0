/* ledger/seal: what is hashed and signed is what seal.h says, byte by byte; proofs hold, and nothing like them does; on both databases. */
#include "ledger_help.h"

/* ---- bytes, written here a second time ---- */

static void put(struct buf *b, const int64_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_add_char(b, (char)(uint8_t)((uint64_t)numbers[i] >> shift));
}
#define PUT(b, ...) put((b), (const int64_t[]){ __VA_ARGS__ }, COUNT_OF(((const int64_t[]){ __VA_ARGS__ })))

static void put_text(struct buf *b, const char *z)
{
	PUT(b, (int64_t)strlen(z));
	buf_add(b, str_of(z));
}

static void put_first_leaf(struct buf *b, const struct books *k, int64_t t)
{
	buf_add(b, STR("hearth ledger entry 1\n"));
	PUT(b, 1);
	put_text(b, "grant/11/1");
	PUT(b, 1, 2, 7, 3, 0, 0, t, 2, k->site);
	put_text(b, "site");
	PUT(b, 0);
	put_text(b, "points");
	PUT(b, -500, 0, -500, 0, k->member[1]);
	put_text(b, "member");
	PUT(b, 11);
	put_text(b, "points");
	PUT(b, 500, 0, 500, 0);
}

static struct hash chain_by_hand(const struct hash *first, const struct hash *second)
{
	CLEANUP(buf_free) struct buf b = BUF(4096);
	struct hash zero = { { 0 } };
	buf_add(&b, STR("hearth ledger seal 1\n"));
	buf_add(&b, hash_str(&zero));
	PUT(&b, 1, FIRST_DAY);
	buf_add(&b, hash_str(first));
	buf_add(&b, hash_str(second));
	return hash_sha256(buf_str(&b));
}

static void signed_as_said(const struct ledger_proof *got, const struct books *k, const struct hash *root, const struct hash *chain)
{
	CLEANUP(buf_free) struct buf b = BUF(4096);
	buf_add(&b, STR("hearth ledger root 1\n"));
	PUT(&b, FIRST_DAY, 2);
	buf_add(&b, hash_str(root));
	buf_add(&b, hash_str(chain));
	assert_memory_equal(&got->root.root, root, sizeof *root);
	assert_memory_equal(&got->root.chain, chain, sizeof *chain);
	assert_true(sign_verify((struct str){ (const char *)k->key.public_key, 32 }, buf_str(&b),
		(struct str){ (const char *)got->root.signature.bytes, 64 }));
}

static void bytes_are_as_said(const struct place *p)
{
	struct books b;
	struct ledger_proof got;
	struct ledger_whole e;
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	CLEANUP(buf_free) struct buf leaf = BUF(4096);
	books_open(&b, p);
	int64_t t = FIRST_DAY * DAY_US;
	books_move(&b, "grant/11/1", b.site, b.member[1], 500, t);
	books_hold(&b, "hold/1", b.member[1], 200, t + 5, t + 99);
	assert_int_equal(ledger_proof(b.c, a, 1, &got), ERR_OK);
	assert_int_equal(got.state, LEDGER_NOT_SEALED);
	assert_int_equal(ledger_proof(b.c, a, 3, &got), ERR_NOT_FOUND);
	put_first_leaf(&leaf, &b, t);
	assert_int_equal(got.leaf.n, leaf.n);
	assert_memory_equal(got.leaf.p, leaf.p, leaf.n);
	struct hash first = merkle_leaf(buf_str(&leaf));
	assert_int_equal(ledger_proof(b.c, a, 2, &got), ERR_OK);
	struct hash second = merkle_leaf(got.leaf), root = merkle_node(&first, &second), chain = chain_by_hand(&first, &second);
	assert_int_equal(ledger_leaf_read(got.leaf, &e), ERR_OK);
	assert_true(e.kind == LEDGER_HOLD && e.expires_us == t + 99 && e.leg_count == 1 && e.legs[0].held == 200 && e.legs[0].owner == 11);

	books_seal(&b, t + DAY_US - 1, 2);
	assert_false(books_root(&b, t + DAY_US - 1)); /* the day is not over */
	assert_int_equal(ledger_proof(b.c, a, 1, &got), ERR_OK);
	assert_true(got.state == LEDGER_SEALED && got.seal == 1 && got.day == FIRST_DAY);
	assert_true(books_root(&b, t + DAY_US));
	assert_false(books_root(&b, t + 5 * DAY_US)); /* once */
	assert_int_equal(ledger_proof(b.c, a, 2, &got), ERR_OK);
	assert_true(got.state == LEDGER_SIGNED && got.index == 1 && got.root.entries == 2 && got.path_count == 1);
	signed_as_said(&got, &b, &root, &chain);
	books_sound(&b);
	books_close(&b);
}
static void test_bytes_are_as_said(void **state) { on_both(bytes_are_as_said); }

/* ---- proofs ---- */

/* One bit of anything, and it does not hold. */
static void nothing_like_it(const struct ledger_proof *got)
{
	struct ledger_proof back = *got;
	const char *why;
	for (size_t at = 0; at < got->leaf.n; at += 3) {
		((char *)(uintptr_t)back.leaf.p)[at] ^= 1;
		assert_false(ledger_proof_holds(&back, &why));
		((char *)(uintptr_t)back.leaf.p)[at] ^= 1;
	}
	assert_true(ledger_proof_holds(&back, &why));
	for (int what = 0; what < 8; what++) {
		back = *got;
		back.index += what == 0;
		back.day += what == 1 || what == 2;
		back.root.day += what == 2;
		back.root.entries += what == 3;
		back.path[0].bytes[3] ^= what == 4 ? 4 : 0;
		back.root.signature.bytes[3] ^= what == 5 ? 4 : 0;
		back.root.chain.bytes[3] ^= what == 6 ? 4 : 0;
		back.position += what == 7;
		assert_false(ledger_proof_holds(&back, &why));
	}
}

static void proofs(const struct place *p)
{
	struct books b;
	struct ledger_proof got, back;
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	CLEANUP(buf_free) struct buf text = BUF(1u << 20);
	const char *why;
	struct json *tree;
	books_open(&b, p);
	books_fill(&b);
	for (int64_t position = 1; position <= 12; position++) {
		assert_int_equal(ledger_proof(b.c, a, position, &got), ERR_OK);
		assert_int_equal(got.state, LEDGER_SIGNED);
		assert_true(ledger_proof_holds(&got, &why));
		assert_memory_equal(got.root.public_key, b.key.public_key, sizeof b.key.public_key);
		buf_clear(&text);
		struct json_out j = JSON_OUT(&text);
		json_open(&j);
		ledger_proof_write(&j, &got);
		json_close(&j);
		assert_int_equal(json_read(a, buf_str(&text), 4, &tree, NULL), ERR_OK);
		assert_int_equal(ledger_proof_read(a, tree, &back), ERR_OK);
		assert_true(ledger_proof_holds(&back, &why) && back.position == position && str_eq(back.leaf, got.leaf));
		nothing_like_it(&got);
	}
	static const char *const bad[] = { "{}", "[]", "7", "{\"leaf\":\"zz\"}", "{\"leaf\":\"00\",\"format\":\"hearth ledger proof 1\",\"state\":\"signed\"}" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(json_read(a, str_of(bad[i]), 4, &tree, NULL), ERR_OK);
		assert_int_equal(ledger_proof_read(a, tree, &back), ERR_INPUT);
	}
	assert_int_equal(ledger_proof(b.c, a, 14, &got), ERR_OK);
	assert_int_equal(got.state, LEDGER_SEALED);
	books_close(&b);
	hand_frees(p);
	hand(p, "UPDATE ledger_entry SET actor = 99 WHERE position = 4");
	books_open(&b, p);
	assert_int_equal(ledger_proof(b.c, a, 4, &got), ERR_DAMAGED);
	books_close(&b);
}
static void test_proofs_hold_and_nothing_like_them(void **state) { on_both(proofs); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_are_as_said),
		cmocka_unit_test(test_proofs_hold_and_nothing_like_them),
	};
	log_level_set(LOG_SILENT);
	if (proof_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests_name("ledger_proof", tests, NULL, NULL);
}
