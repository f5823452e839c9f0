/* merkle and signatures: the vectors of Certificate Transparency and RFC 8032, and every tree of up to 70 leaves against the definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proof/merkle.h"

enum { LEAVES_MAX = 70 };

static size_t unhex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	for (; hex[0]; hex += 2) {
		char two[3] = { hex[0], hex[1], 0 };
		out[n++] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static const char *const leaves[] = { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
static const char *const roots[] = { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" };

static struct hash leaf_at(size_t i)
{
	uint8_t bytes[64];
	size_t n = unhex(leaves[i], bytes);
	return merkle_leaf((struct str){ (const char *)bytes, n });
}

static void trees_are_the_standards(void **state)
{
	struct merkle m;
	merkle_begin(&m, MERKLE_NONE);
	for (size_t n = 0; n <= COUNT_OF(leaves); n++) {
		char hex[HASH_HEX_CHARS + 1];
		struct hash root = merkle_root(&m);
		hash_print(&root, hex);
		assert_string_equal(hex, roots[n]);
		if (n < COUNT_OF(leaves)) {
			struct hash leaf = leaf_at(n);
			merkle_add(&m, &leaf);
		}
	}
}

/* Paths of the same set that others publish: (leaf, of so many) and its neighbours. */
static void paths_are_the_standards(void **state)
{
	static const struct {
		uint64_t index, count;
		const char *path[4];
	} known[] = {
		{ 0, 1, { NULL } },
		{ 0, 8, { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4", NULL } },
		{ 5, 8, { "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
			"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", NULL } },
		{ 2, 3, { "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", NULL } },
		{ 1, 5, { "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", NULL } },
	};
	for (size_t k = 0; k < COUNT_OF(known); k++) {
		struct merkle m;
		struct hash path[MERKLE_LEVELS];
		size_t want = 0;
		merkle_begin(&m, known[k].index);
		for (size_t i = 0; i < known[k].count; i++) {
			struct hash leaf = leaf_at(i);
			merkle_add(&m, &leaf);
		}
		size_t n = merkle_path(&m, path);
		for (; known[k].path[want]; want++) {
			char hex[HASH_HEX_CHARS + 1];
			assert_true(want < n);
			hash_print(&path[want], hex);
			assert_string_equal(hex, known[k].path[want]);
		}
		assert_int_equal(n, want);
	}
}

/* ---- the definition (RFC 9162, 2.1.1 and 2.1.3.1), as it is written ---- */

static struct hash numbered(size_t i)
{
	char text[32];
	return merkle_leaf((struct str){ text, (size_t)snprintf(text, sizeof text, "leaf %zu", i) });
}

static size_t split_of(size_t n)
{
	size_t k = 1;
	while (k * 2 < n)
		k *= 2;
	return k;
}

static struct hash plain_root(size_t from, size_t n)
{
	if (n == 0)
		return hash_sha256(STR(""));
	if (n == 1)
		return numbered(from);
	size_t k = split_of(n);
	struct hash left = plain_root(from, k), right = plain_root(from + k, n - k);
	return merkle_node(&left, &right);
}

static size_t plain_path(size_t m, size_t from, size_t n, struct hash *out)
{
	if (n == 1)
		return 0;
	size_t k = split_of(n), got;
	if (m < k) {
		got = plain_path(m, from, k, out);
		out[got] = plain_root(from + k, n - k);
	} else {
		got = plain_path(m - k, from + k, n - k, out);
		out[got] = plain_root(from, k);
	}
	return got + 1;
}

static void every_small_tree_is_as_defined(void **state)
{
	for (size_t n = 1; n <= LEAVES_MAX; n++)
		for (size_t m = 0; m < n; m++) {
			struct merkle tree;
			struct hash path[MERKLE_LEVELS], plain[MERKLE_LEVELS], root = plain_root(0, n), leaf = numbered(m), other = numbered(n);
			merkle_begin(&tree, m);
			for (size_t i = 0; i < n; i++) {
				struct hash h = numbered(i);
				merkle_add(&tree, &h);
			}
			struct hash got = merkle_root(&tree);
			assert_memory_equal(&got, &root, sizeof root);
			size_t count = merkle_path(&tree, path);
			assert_int_equal(count, plain_path(m, 0, n, plain));
			assert_memory_equal(path, plain, count * sizeof *path);
			assert_true(merkle_verify(m, n, &leaf, path, count, &root));
			/* nothing else passes */
			assert_false(merkle_verify(m, n, &other, path, count, &root));
			assert_false(merkle_verify(m + n, n, &leaf, path, count, &root));
			assert_false(n > 1 && merkle_verify(m == 0 ? 1 : m - 1, n, &leaf, path, count, &root));
			assert_false(count && merkle_verify(m, n, &leaf, path, count - 1, &root));
			path[count] = other;
			assert_false(merkle_verify(m, n, &leaf, path, count + 1, &root));
			for (size_t i = 0; i < count; i++) {
				path[i].bytes[i % HASH_BYTES] ^= 1;
				assert_false(merkle_verify(m, n, &leaf, path, count, &root));
				path[i].bytes[i % HASH_BYTES] ^= 1;
			}
		}
}

/* RFC 8032, 7.1, tests 1 to 3 */
static void signatures_are_the_standards(void **state)
{
	static const char *const known[][4] = {
		{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
		{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
		{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
			"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	};
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		struct hash seed;
		struct sign_key key;
		uint8_t public_key[32], message[8], want[64];
		unhex(known[i][0], seed.bytes);
		unhex(known[i][1], public_key);
		size_t n = unhex(known[i][2], message);
		unhex(known[i][3], want);
		sign_key_from_seed(&seed, &key);
		assert_memory_equal(key.public_key, public_key, 32);
		struct str text = { (const char *)message, n }, who = { (const char *)public_key, 32 };
		struct signature s = sign(&key, text);
		assert_memory_equal(s.bytes, want, 64);
		assert_true(sign_verify(who, text, (struct str){ (const char *)want, 64 }));
		assert_false(sign_verify(who, STR("another"), (struct str){ (const char *)want, 64 }));
		assert_false(sign_verify(who, text, (struct str){ (const char *)want, 63 }));
		want[i] ^= 1;
		assert_false(sign_verify(who, text, (struct str){ (const char *)want, 64 }));
		want[i] ^= 1;
		public_key[1] ^= 1;
		assert_false(sign_verify(who, text, (struct str){ (const char *)want, 64 }));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees_are_the_standards),
		cmocka_unit_test(paths_are_the_standards),
		cmocka_unit_test(every_small_tree_is_as_defined),
		cmocka_unit_test(signatures_are_the_standards),
	};
	if (proof_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
