/* The bytes that are hashed and signed, written and read: seal.h says what they are. */
#include "ledger/seal_private.h"

#define LEAF_WORD STR("hearth ledger entry 1\n")
#define SEAL_WORD STR("hearth ledger seal 1\n")
#define ROOT_WORD STR("hearth ledger root 1\n")
#define KEY_WORD STR("hearth ledger signing key 1\n")

void ledger_key(struct str site_secret, struct sign_key *out_key)
{
	struct hash seed = hash_keyed(site_secret, KEY_WORD);
	sign_key_from_seed(&seed, out_key);
	proof_wipe(&seed, sizeof seed);
}

static void add_number(struct buf *b, int64_t v)
{
	char bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (char)((uint64_t)v >> (56 - 8 * i));
	buf_add(b, (struct str){ bytes, 8 });
}

static void add_text(struct buf *b, struct str s)
{
	add_number(b, (int64_t)s.n);
	buf_add(b, s);
}

void ledger_leaf_add(struct buf *b, const struct ledger_whole *e)
{
	buf_add(b, LEAF_WORD);
	add_number(b, e->position);
	add_text(b, e->caller_id);
	add_number(b, e->kind);
	add_number(b, e->purpose);
	add_number(b, e->subject);
	add_number(b, e->actor);
	add_number(b, e->hold);
	add_number(b, e->expires_us);
	add_number(b, e->at_us);
	add_number(b, (int64_t)e->leg_count);
	for (size_t i = 0; i < e->leg_count && i < LEDGER_LEGS_MAX; i++) {
		const struct ledger_whole_leg *l = &e->legs[i];
		add_number(b, l->account);
		add_text(b, l->owner_kind);
		add_number(b, l->owner);
		add_text(b, l->currency);
		add_number(b, l->amount);
		add_number(b, l->held);
		add_number(b, l->posted_after);
		add_number(b, l->held_after);
	}
}

/* ---- back ---- */

static bool take_number(struct str *s, int64_t *out)
{
	uint64_t v = 0;
	if (s->n < 8)
		return false;
	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (uint8_t)s->p[i];
	*s = str_from(*s, 8);
	*out = (int64_t)v;
	return true;
}

static bool take_text(struct str *s, struct str *out)
{
	int64_t n;
	if (!take_number(s, &n) || n < 0 || (uint64_t)n > s->n)
		return false;
	*out = str_first(*s, (size_t)n);
	*s = str_from(*s, (size_t)n);
	return utf8_ok(*out);
}

static bool take_leg(struct str *s, struct ledger_whole_leg *l)
{
	l->known = true;
	return take_number(s, &l->account) && take_text(s, &l->owner_kind) && take_number(s, &l->owner) && take_text(s, &l->currency) &&
		take_number(s, &l->amount) && take_number(s, &l->held) && take_number(s, &l->posted_after) && take_number(s, &l->held_after);
}

enum err ledger_leaf_read(struct str leaf, struct ledger_whole *out)
{
	struct ledger_whole e = { 0 };
	int64_t legs = 0;
	if (!str_starts(leaf, LEAF_WORD))
		return ERR_INPUT;
	struct str s = str_from(leaf, LEAF_WORD.n);
	bool fine = take_number(&s, &e.position) && take_text(&s, &e.caller_id) && take_number(&s, &e.kind) && take_number(&s, &e.purpose) &&
		take_number(&s, &e.subject) && take_number(&s, &e.actor) && take_number(&s, &e.hold) && take_number(&s, &e.expires_us) &&
		take_number(&s, &e.at_us) && take_number(&s, &legs) && legs >= 0 && legs <= (int64_t)LEDGER_LEGS_MAX;
	for (; fine && e.leg_count < (size_t)legs; e.leg_count++)
		fine = take_leg(&s, &e.legs[e.leg_count]);
	if (!fine || s.n > 0)
		return ERR_INPUT;
	e.has_hold = e.hold != 0;
	e.has_expires = e.expires_us != 0;
	*out = e;
	return ERR_OK;
}

/* ---- chain and root ---- */

enum err seal_chain(const struct hash *before, int64_t number, int64_t day, struct str leaves, struct hash *out)
{
	CLEANUP(buf_free) struct buf b = BUF(leaves.n + 256);
	buf_add(&b, SEAL_WORD);
	buf_add(&b, hash_str(before));
	add_number(&b, number);
	add_number(&b, day);
	buf_add(&b, leaves);
	TRY(buf_end(&b));
	*out = hash_sha256(buf_str(&b));
	return ERR_OK;
}

static enum err root_message(struct buf *b, const struct ledger_root *r)
{
	buf_add(b, ROOT_WORD);
	add_number(b, r->day);
	add_number(b, r->entries);
	buf_add(b, hash_str(&r->root));
	buf_add(b, hash_str(&r->chain));
	return buf_end(b);
}

enum err root_sign(const struct sign_key *key, struct ledger_root *r)
{
	CLEANUP(buf_free) struct buf b = BUF(256);
	TRY(root_message(&b, r));
	memcpy(r->public_key, key->public_key, sizeof r->public_key);
	r->signature = sign(key, buf_str(&b));
	return ERR_OK;
}

bool ledger_root_signed(const struct ledger_root *r)
{
	CLEANUP(buf_free) struct buf b = BUF(256);
	return root_message(&b, r) == ERR_OK && sign_verify((struct str){ (const char *)r->public_key, SIGN_PUBLIC_BYTES }, buf_str(&b),
		(struct str){ (const char *)r->signature.bytes, SIGNATURE_BYTES });
}
