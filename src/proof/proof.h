/*
 * proof: hashes, signatures, passwords, comparing in constant time. Merkle trees are in proof/merkle.h.
 *
 * Promises: secrets are stored only as hashes; comparing them tells nothing by its time; libsodium's chance is base's,
 * so a rehearsal repeats itself.
 * Used by: people (tokens, passwords), chat (names of stored pictures), ledger (seals, roots), whoever needs a fingerprint.
 * Owns: libsodium, which nobody above sees.
 * Not here: making tokens (base: token_new), TLS (net), who may do what (serve).
 */
#ifndef HEARTH_PROOF_H
#define HEARTH_PROOF_H

#include "base/base.h"

/* Once, before any thread is started and before anything else here. ERR_IO: the machine gives no randomness. */
enum err proof_init(void) MUST_USE;

/* ---- hashes: any thread, never fail ---- */
#define HASH_BYTES 32
#define HASH_HEX_CHARS 64
struct hash {
	uint8_t bytes[HASH_BYTES];
};
/* For what others check too (FIPS 180-4). */
struct hash hash_sha256(struct str s);
/* BLAKE2b of 256 bits (RFC 7693), for ourselves: faster. */
struct hash hash_blake2b(struct str s);
/* BLAKE2b with a key of 16..64 bytes (anything else is our own mistake): only who has the key can make it. */
struct hash hash_keyed(struct str key, struct str s);
/* Its bytes, for a column; points into h. */
static inline struct str hash_str(const struct hash *h) { return (struct str){ (const char *)h->bytes, HASH_BYTES }; }
/* Lower case and a NUL. */
void hash_print(const struct hash *h, char out[HASH_HEX_CHARS + 1]);
/* 64 hexadecimal digits of either case and nothing else; ERR_INPUT. */
enum err hash_parse(struct str hex, struct hash *out_hash) MUST_USE;

/* In a time that depends on the lengths alone. */
bool proof_equal(struct str a, struct str b);
/* Overwrite a secret in a way the compiler keeps. */
void proof_wipe(void *p, size_t n);

/* ---- signatures: Ed25519 (RFC 8032) ---- */
#define SIGN_PUBLIC_BYTES 32
#define SIGN_SECRET_BYTES 64
#define SIGNATURE_BYTES 64
struct sign_key {
	uint8_t secret[SIGN_SECRET_BYTES], public_key[SIGN_PUBLIC_BYTES];
};
struct signature {
	uint8_t bytes[SIGNATURE_BYTES];
};
/* The same seed is the same key for ever. Wipe the key (proof_wipe) when it is not needed any more. */
void sign_key_from_seed(const struct hash *seed, struct sign_key *out_key);
struct signature sign(const struct sign_key *key, struct str message);
/* public_key and signature of any other length are no signature. */
bool sign_verify(struct str public_key, struct str message, struct str signature);

/* ---- passwords (argon2id, libsodium's interactive limits: 64 MB and some 0.1 s of one thread each time) ---- */
#define PASSWORD_BYTES_MAX 1024
#define PASSWORD_HASH_BYTES 128 /* with the NUL */
struct password_hash {
	char z[PASSWORD_HASH_BYTES]; /* carries its salt and limits */
};
/* ERR_INPUT: empty. ERR_LIMIT: too long. ERR_MEMORY: no 64 MB. */
enum err password_hash(struct str password, struct password_hash *out_hash) MUST_USE;
/* ERR_OK: it is this one. ERR_REFUSED: it is not. ERR_MEMORY: cannot tell now. ERR_DAMAGED: stored is no such hash, or
 * one whose limits are far above ours. An out_again of true says that it was made with limits of another time: hash it
 * anew while the password is at hand. out_again may be NULL. */
enum err password_check(struct str stored, struct str password, bool *out_again) MUST_USE;

#endif
