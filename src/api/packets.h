/* Shared by the subjects about money: packets.c, packets_read.c, wallet.c, till.c. */
#ifndef HEARTH_API_PACKETS_H
#define HEARTH_API_PACKETS_H

#include "api/api_private.h"
#include "packet/packet.h"

#define PATH_PACKET { "packet", FIELD_INT, FIELD_PATH, 1, INT64_MAX }
#define HEX_CHARS 64 /* of 32 bytes */

/* The wallet's points that may be spent; 0 where it was never opened. */
enum err api_points_available(struct req *r, int64_t *out_available) MUST_USE;
/* A hash, or 32 bytes, as hexadecimal digits. */
void api_write_hex(struct json_out *j, const char *key, struct str bytes);

/* ---- till.c ---- */
struct till; /* what is done once a second: packets whose time is over, later the seals */
enum err till_start(struct serve *s, struct till **out_till) MUST_USE;
void till_stop(struct till *t);
void till_free(struct till *t);
/* One round's write, for whoever has no thread (a rehearsal). */
extern const struct entry till_entry;

#endif
