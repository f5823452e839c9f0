/*
 * packet/fair: how a red packet is split, so that anybody can work it out again. Pure: no database, no clock, no chance.
 *
 * Promises: every share lies within its limits and they sum to the whole; a share's place says nothing about its size (lucky
 * shares are exchangeable); the same seed and terms give the same shares on any machine and in the web app (web/src/packet/fair.ts).
 * Used by: packet, cli (hearth packet verify). Not here: keeping the secret (packet), the order of arrival, which nothing proves.
 *
 * The random words: block i = SHA-256("hearth packet draw 1\n" || seed || i as 8 bytes, most significant first), i = 0, 1, …; each
 * block gives four words of 8 bytes, most significant first. They are used up in order through all that is drawn for a packet.
 * below(n), n >= 1: words at or above the largest multiple of n that 2^64 holds are passed over, the next one's remainder by n is
 * taken. below(1) uses up a word like any other.
 * parts(rest, n): with n - 1 places chosen out of 0 … rest + n - 2 by Floyd's algorithm (for j from rest to rest + n - 2:
 * t = below(j + 1); take t, or j when t is taken already), sorted, the n parts are how many unchosen places lie before the first
 * chosen one, between one and the next, and behind the last. n = 1 draws nothing. Every composition is equally likely.
 * lucky: parts(sum - shares × min, shares), each plus min. While a share is above max: what is above is cut off, from all of them,
 * and parts(what was cut off, how many are below max) is added to those below max, in their order. If anything was cut off, the
 * shares are shuffled at the end (for i from shares - 1 down to 1: swap i and below(i + 1)).
 * equal: sum / shares each; nothing is drawn.
 */
#ifndef HEARTH_PACKET_FAIR_H
#define HEARTH_PACKET_FAIR_H

#include "base/base.h"
#include "proof/proof.h"

#define PACKET_SHARES_LIMIT 1000u /* no site may allow more */
#define PACKET_SECRET_BYTES 32u
#define PACKET_NONCE_BYTES 32u
#define PACKET_SEED_ID_BYTES_MAX 256u /* 64 characters of UTF-8 */

enum packet_kind { PACKET_LUCKY, PACKET_EQUAL };
struct packet_terms {
	enum packet_kind kind;
	int64_t sum, shares, share_min, share_max; /* minor units */
};
/* What is told before anything else: SHA-256("hearth packet promise 1\n" || secret). secret: PACKET_SECRET_BYTES. */
struct hash packet_promise_of(struct str secret);
/* SHA-256("hearth packet seed 1\n" || secret || nonce || id): the secret is the server's, promised before; nonce
 * (PACKET_NONCE_BYTES) and id (UTF-8, at most PACKET_SEED_ID_BYTES_MAX) are the sender's. Other lengths are our own mistake. */
struct hash packet_seed(struct str secret, struct str nonce, struct str id);
/* The shares in the order of arrival, terms->shares of them. ERR_INPUT: the terms cannot be met (shares 1 … PACKET_SHARES_LIMIT,
 * 1 <= share_min <= share_max, shares × min <= sum <= shares × max, equal: sum divisible by shares). Any terms may come in. */
enum err packet_split(const struct hash *seed, const struct packet_terms *terms, int64_t out_shares[]) MUST_USE;
/* The place (from 0) of the largest share among the first taken (at least one); of equals the earliest: where shares tie
 * (many at max), the name of luckiest, not the money, favours who came first. */
size_t packet_luckiest(const int64_t shares[], size_t taken);

#endif
