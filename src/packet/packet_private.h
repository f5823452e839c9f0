/* Shared inside packet. */
#ifndef HEARTH_PACKET_PRIVATE_H
#define HEARTH_PACKET_PRIVATE_H

#include "event/event.h"
#include "packet/packet.h"

#define PACKET_ID_BYTES 96 /* of a caller's id in the ledger */

struct ledger_act packet_act(char id[PACKET_ID_BYTES], int64_t packet, int64_t actor, int64_t now_us);
#define PACKET_GRAB_ID "grab/%lld/%lld" /* packet, account */

struct packet_place { /* in a group's journal: where a packet's newest shares are told */
	int64_t group, packet, account, now_us, told_number, told_batch;
};
/* Set told_number to the number under which the group hears of a share taken now by account: one for all shares of a packet in one
 * commit. */
enum err packet_tell(struct db_conn *c, struct packet_place *at) MUST_USE;
/* The secret under the promise that was told, used up by this: the next one takes its place. ERR_NOT_FOUND: it is not the account's
 * next; then nothing was written. */
enum err packet_promise_take(struct db_conn *c, int64_t account, const struct hash *promise, int64_t now_us,
	char out_secret[PACKET_SECRET_BYTES]) MUST_USE;

#endif
