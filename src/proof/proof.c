/* Hashes and passwords by libsodium. */
#include <errno.h>
#include <sodium.h>

#include "proof/proof.h"

#define PASSWORD_OPS crypto_pwhash_OPSLIMIT_INTERACTIVE
#define PASSWORD_MEMORY_BYTES crypto_pwhash_MEMLIMIT_INTERACTIVE
/* A stored hash that asks for more than this did not come from us. */
#define STORED_MEMORY_KB_MOST (4 * PASSWORD_MEMORY_BYTES / 1024)
#define STORED_OPS_MOST 16

static_assert(HASH_BYTES == crypto_hash_sha256_BYTES && HASH_BYTES == crypto_generichash_BYTES, "one size of hash");
static_assert(PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES, "libsodium's own size");

static const char *chance_name(void) { return "hearth"; }
static void chance_bytes(void *out, const size_t n) { random_bytes(out, n); }

static uint32_t chance_word(void)
{
	uint32_t word;
	random_bytes(&word, sizeof word);
	return word;
}

enum err proof_init(void)
{
	static randombytes_implementation chance = { .implementation_name = chance_name,
						     .random = chance_word,
						     .buf = chance_bytes };
	randombytes_set_implementation(&chance);
	return sodium_init() < 0 ? ERR_IO : ERR_OK;
}

static const unsigned char *bytes_of(struct str s) { return (const unsigned char *)(s.p ? s.p : ""); }

struct hash hash_sha256(struct str s)
{
	struct hash h;
	crypto_hash_sha256(h.bytes, bytes_of(s), s.n);
	return h;
}

struct hash hash_blake2b(struct str s)
{
	struct hash h;
	crypto_generichash(h.bytes, sizeof h.bytes, bytes_of(s), s.n, NULL, 0);
	return h;
}

struct hash hash_keyed(struct str key, struct str s)
{
	struct hash h;
	assert(key.n >= crypto_generichash_KEYBYTES_MIN && key.n <= crypto_generichash_KEYBYTES_MAX);
	crypto_generichash(h.bytes, sizeof h.bytes, bytes_of(s), s.n, bytes_of(key), key.n);
	return h;
}

void hash_print(const struct hash *h, char out[HASH_HEX_CHARS + 1])
{
	sodium_bin2hex(out, HASH_HEX_CHARS + 1, h->bytes, sizeof h->bytes);
}

enum err hash_parse(struct str hex, struct hash *out_hash)
{
	struct hash h;
	size_t n = 0;
	if (hex.n != HASH_HEX_CHARS || sodium_hex2bin(h.bytes, sizeof h.bytes, hex.p, hex.n, NULL, &n, NULL) != 0 ||
	    n != HASH_BYTES)
		return ERR_INPUT;
	*out_hash = h;
	return ERR_OK;
}

bool proof_equal(struct str a, struct str b) { return a.n == b.n && sodium_memcmp(bytes_of(a), bytes_of(b), a.n) == 0; }

void proof_wipe(void *p, size_t n) { sodium_memzero(p, n); }

enum err password_hash(struct str password, struct password_hash *out_hash)
{
	struct password_hash made;
	if (password.n == 0)
		return ERR_INPUT;
	if (password.n > PASSWORD_BYTES_MAX)
		return ERR_LIMIT;
	if (crypto_pwhash_str_alg(made.z, password.p, password.n, PASSWORD_OPS, PASSWORD_MEMORY_BYTES,
				  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return ERR_MEMORY;
	*out_hash = made;
	return ERR_OK;
}

/* The number behind name, which is taken off *s. */
static bool number_after(struct str *s, struct str name, int64_t most, int64_t *out)
{
	if (!str_starts(*s, name))
		return false;
	size_t n = name.n;
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (str_int((struct str){ s->p + name.n, n - name.n }, 1, most, out) != ERR_OK)
		return false;
	*s = str_from(*s, n);
	return true;
}

/* "$argon2id$v=19$m=65536,t=2,p=1$salt$hash", with limits we are willing to spend. */
static bool stored_is_ours(struct str s)
{
	int64_t v;
	return number_after(&s, STR("$argon2id$v="), 19, &v) &&
	       number_after(&s, STR("$m="), STORED_MEMORY_KB_MOST, &v) &&
	       number_after(&s, STR(",t="), STORED_OPS_MOST, &v) && number_after(&s, STR(",p="), 1, &v);
}

enum err password_check(struct str stored, struct str password, bool *out_again)
{
	struct password_hash h = { 0 };
	if (stored.n >= sizeof h.z || !stored_is_ours(stored))
		return ERR_DAMAGED;
	if (password.n == 0 || password.n > PASSWORD_BYTES_MAX)
		return ERR_REFUSED;
	memcpy(h.z, stored.p, stored.n);
	/* libsodium tells damage only here: -1 is a hash it cannot read */
	int again = crypto_pwhash_str_needs_rehash(h.z, PASSWORD_OPS, PASSWORD_MEMORY_BYTES);
	if (again < 0)
		return ERR_DAMAGED;
	errno = 0;
	if (crypto_pwhash_str_verify(h.z, password.p, password.n) != 0)
		return errno == ENOMEM ? ERR_MEMORY : ERR_REFUSED;
	if (out_again)
		*out_again = again > 0;
	return ERR_OK;
}
