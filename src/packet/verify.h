/*
 * packet/verify: is what a server tells of a red packet what fair.h makes of it? Pure, for files from anybody.
 *
 * Promises: any bytes get an answer; nothing that was told is believed where it can be worked out. Read is what GET
 * /api/v1/groups/G/packets/P answers: {"packet": {kind, sum, shares, share_min, share_max, key, commitment, nonce, secret, split,
 * state, …}, "grabs": [{account, name, place (from 0), amount, …}, …]}; whatever else stands there is passed over.
 * Used by: cli (hearth packet verify); the web app says the same (web/src/packet/fair.ts), both after tests/fixtures/packet/fair.json.
 * Not here, since no file can prove it: who came before whom, and that the promise was told before the packet was sent.
 */
#ifndef HEARTH_PACKET_VERIFY_H
#define HEARTH_PACKET_VERIFY_H

#include "packet/fair.h"
#include "text/text.h"

#define PACKET_VERIFY_BYTES_MAX (1u << 20)
#define PACKET_VERIFY_MEMORY_MAX (256u << 20) /* a good arena: whatever that many bytes may hold */

enum packet_grab_fault {
	PACKET_GRAB_FINE,
	PACKET_GRAB_AMOUNT,       /* not the share of its place; while that is unknown: outside the limits */
	PACKET_GRAB_PLACE,        /* there is no such place */
	PACKET_GRAB_PLACE_TWICE,  /* an earlier line has it */
	PACKET_GRAB_ACCOUNT_TWICE
};
struct packet_verdict_grab {
	struct str name; /* empty: not told any more */
	int64_t account, place, amount;
	enum packet_grab_fault fault; /* the first there is */
};
struct packet_verdict {
	struct packet_terms terms;
	struct str state;
	struct hash promise; /* as told */
	bool terms_met;    /* if not, nothing below was looked at */
	bool secret_told;  /* if not, only grabs that contradict themselves can be seen */
	bool promise_kept; /* secret_told: it is the one that was promised */
	bool drawn;        /* shares are known: the secret was told, or all are equal */
	bool split_told;
	int64_t split_count;
	int64_t split_differs; /* the first place where the told split is not the drawn one, or -1 */
	int64_t split_said;    /* what is told of that place; -1: nothing */
	int64_t shares[PACKET_SHARES_LIMIT]; /* terms.shares of them */
	struct packet_verdict_grab *grabs;   /* as told */
	size_t grab_count;
	int64_t skipped;  /* the first place that nobody grabbed though a later one was, or all are said to be taken; or -1 */
	int64_t luckiest; /* which of grabs has the largest amount, of equals the earliest place; -1: none */
};
/* ERR_INPUT: not such an answer; *out_wrong, static, names what is missing or not understood. ERR_LIMIT: over
 * PACKET_VERIFY_BYTES_MAX. The verdict's texts live in the arena. */
enum err packet_verify_json(struct arena *a, struct str text, struct packet_verdict **out, const char **out_wrong) MUST_USE;
/* The same for what was read already, which must outlive the verdict. */
enum err packet_verify(struct arena *a, const struct json *told, struct packet_verdict **out, const char **out_wrong) MUST_USE;
/* "" when all holds, or the first of what does not: "terms", "promise", "split", "grab", "untold" (nothing is wrong, but without
 * the secret nothing is proven either). */
const char *packet_verdict_why(const struct packet_verdict *v);

#endif
