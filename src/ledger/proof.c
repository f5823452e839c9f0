/* A proof by itself: does it hold, as JSON, and back. No database. */
#include <stdlib.h>

#include "ledger/seal_private.h"

#define WORD STR("hearth ledger proof 1")

bool ledger_proof_holds(const struct ledger_proof *p, const char **out_why)
{
	struct ledger_whole e;
	struct hash leaf = merkle_leaf(p->leaf);
	*out_why = NULL;
	if (p->state != LEDGER_SIGNED)
		*out_why = "the day is not signed yet";
	else if (ledger_leaf_read(p->leaf, &e) != ERR_OK || e.position != p->position)
		*out_why = "the entry's bytes are not those of this entry";
	else if (!proof_equal(hash_str(&leaf), hash_str(&p->leaf_hash)))
		*out_why = "the entry's hash is not that of its bytes";
	else if (p->index < 0 || p->root.entries < 0 || p->day != p->root.day ||
		!merkle_verify((uint64_t)p->index, (uint64_t)p->root.entries, &leaf, p->path, p->path_count, &p->root.root))
		*out_why = "the entry is not in the day's tree";
	else if (!ledger_root_signed(&p->root))
		*out_why = "the day's root is not signed by this key";
	return *out_why == NULL;
}

/* ---- JSON ---- */

static void put_hex(struct json_out *j, const char *key, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	CLEANUP(buf_free) struct buf hex = BUF(2 * LEDGER_LEAF_MAX);
	for (size_t i = 0; i < bytes.n; i++) {
		buf_add_char(&hex, digits[(uint8_t)bytes.p[i] >> 4]);
		buf_add_char(&hex, digits[(uint8_t)bytes.p[i] & 15]);
	}
	if (key)
		json_key(j, key);
	json_text(j, buf_str(&hex));
}

static void put_signed(struct json_out *j, const struct ledger_root *r)
{
	put_hex(j, "root", hash_str(&r->root));
	put_hex(j, "chain", hash_str(&r->chain));
	put_hex(j, "public_key", (struct str){ (const char *)r->public_key, SIGN_PUBLIC_BYTES });
	put_hex(j, "signature", (struct str){ (const char *)r->signature.bytes, SIGNATURE_BYTES });
}

void ledger_proof_write(struct json_out *j, const struct ledger_proof *p)
{
	static const char *const states[] = { "not_sealed", "sealed", "signed" };
	json_key_text(j, "format", WORD);
	json_key_text(j, "state", str_of(states[p->state]));
	json_key_int(j, "position", p->position);
	put_hex(j, "leaf", p->leaf);
	put_hex(j, "leaf_hash", hash_str(&p->leaf_hash));
	if (p->state >= LEDGER_SEALED) {
		json_key_int(j, "seal", p->seal);
		json_key_int(j, "day", p->day);
	}
	if (p->state < LEDGER_SIGNED)
		return;
	json_key_int(j, "index", p->index);
	json_key_int(j, "entries", p->root.entries);
	json_key(j, "path");
	json_open_list(j);
	for (size_t i = 0; i < p->path_count; i++)
		put_hex(j, NULL, hash_str(&p->path[i]));
	json_close_list(j);
	put_signed(j, &p->root);
}

void ledger_root_write(struct json_out *j, const struct ledger_root *r)
{
	json_key_int(j, "day", r->day);
	json_key_int(j, "entries", r->entries);
	put_signed(j, r);
}

static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Exactly n bytes. */
static bool get_bytes(const struct json *j, void *out, size_t n)
{
	if (j == NULL || j->kind != JSON_TEXT || j->text.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = digit_of(j->text.p[2 * i]), low = digit_of(j->text.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		((uint8_t *)out)[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool get_int(const struct json *j, const char *key, int64_t *out)
{
	const struct json *v = json_get(j, key);
	if (v == NULL || v->kind != JSON_INT)
		return false;
	*out = v->integer;
	return true;
}

static bool get_path(const struct json *j, struct ledger_proof *p)
{
	if (j == NULL || j->kind != JSON_LIST || j->count > MERKLE_LEVELS)
		return false;
	for (; p->path_count < j->count; p->path_count++)
		if (!get_bytes(&j->items[p->path_count], p->path[p->path_count].bytes, HASH_BYTES))
			return false;
	return true;
}

static bool get_rest(const struct json *j, struct ledger_proof *p)
{
	const struct json *format = json_get(j, "format"), *state = json_get(j, "state");
	return format && format->kind == JSON_TEXT && str_eq(format->text, WORD) && state && state->kind == JSON_TEXT &&
		str_eq(state->text, STR("signed")) && get_int(j, "position", &p->position) &&
		get_bytes(json_get(j, "leaf_hash"), p->leaf_hash.bytes, HASH_BYTES) && get_int(j, "seal", &p->seal) && get_int(j, "day", &p->day) &&
		get_int(j, "index", &p->index) && get_int(j, "entries", &p->root.entries) && get_path(json_get(j, "path"), p) &&
		get_bytes(json_get(j, "root"), p->root.root.bytes, HASH_BYTES) && get_bytes(json_get(j, "chain"), p->root.chain.bytes, HASH_BYTES) &&
		get_bytes(json_get(j, "public_key"), p->root.public_key, SIGN_PUBLIC_BYTES) &&
		get_bytes(json_get(j, "signature"), p->root.signature.bytes, SIGNATURE_BYTES);
}

enum err ledger_proof_read(struct arena *a, const struct json *j, struct ledger_proof *out)
{
	struct ledger_proof p = { .state = LEDGER_SIGNED };
	const struct json *leaf = json_get(j, "leaf");
	if (leaf == NULL || leaf->kind != JSON_TEXT || leaf->text.n / 2 > LEDGER_LEAF_MAX)
		return ERR_INPUT;
	size_t n = leaf->text.n / 2;
	char *bytes = arena_take(a, n + 1);
	if (bytes == NULL)
		return ERR_MEMORY;
	if (!get_bytes(leaf, bytes, n) || !get_rest(j, &p))
		return ERR_INPUT;
	p.leaf = (struct str){ bytes, n };
	p.root.day = p.day;
	*out = p;
	return ERR_OK;
}
