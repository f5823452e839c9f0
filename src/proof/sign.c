/* Ed25519 by libsodium. */
#include <sodium.h>

#include "proof/proof.h"

static_assert(HASH_BYTES == crypto_sign_SEEDBYTES && SIGN_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES &&
		      SIGN_SECRET_BYTES == crypto_sign_SECRETKEYBYTES && SIGNATURE_BYTES == crypto_sign_BYTES,
	      "libsodium's own sizes");

static const unsigned char *bytes_of(struct str s) { return (const unsigned char *)(s.p ? s.p : ""); }

void sign_key_from_seed(const struct hash *seed, struct sign_key *out_key)
{
	crypto_sign_seed_keypair(out_key->public_key, out_key->secret, seed->bytes);
}

struct signature sign(const struct sign_key *key, struct str message)
{
	struct signature s;
	crypto_sign_detached(s.bytes, NULL, bytes_of(message), message.n, key->secret);
	return s;
}

bool sign_verify(struct str public_key, struct str message, struct str signature)
{
	return public_key.n == SIGN_PUBLIC_BYTES && signature.n == SIGNATURE_BYTES &&
	       crypto_sign_verify_detached(bytes_of(signature), bytes_of(message), message.n, bytes_of(public_key)) == 0;
}
