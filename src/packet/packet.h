/*
 * packet: red packets (抢红包).
 *
 * Promises: what a packet holds is held in the ledger before anybody sees it; hold = shares taken + what is left + what went
 * back, at all times; one share for a member, at least one minor unit, never more shares than there are; shares are drawn
 * when it is sent (packet/fair.h); what nobody took goes back exactly once. Outcomes, not errors: gone, over, not for you.
 * Who leaves or is removed grabs no more and keeps what he has; muting a group changes nothing; when the sender deletes his
 * account his packets go on; a dissolved group's packets end at once and the rest goes back.
 * Used by: api, live (encoding), cli. Owns: tables packet*. Inside the caller's transaction (see ledger.h about refusals).
 * Not here: membership (group; the caller's rule asks it), sockets and JSON (live, api), the clock's thread (api/till.c).
 */
#ifndef HEARTH_PACKET_H
#define HEARTH_PACKET_H

#include "base/base.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "packet/fair.h"

#define PACKET_CLIENT_ID_MAX 64
#define PACKET_MESSAGE_CHARS_MAX 40
#define PACKET_NAMED_MAX 100u      /* people that a packet can be for */
#define PACKET_OPEN_MAX 200u       /* of one group's at once; more are refused until some are over */
#define PACKET_PAGE_MAX 100u
#define PACKET_BOARD_MAX 50u
#define PACKET_DUE_MAX 50u         /* packets ended in one go of the writer */

/* ---- the site's rule ---- */
struct packet_rule {
	int64_t shares_max, share_min, share_max, keep_s, welcome;
};
enum err packet_rule_get(struct db_conn *c, struct packet_rule *out) MUST_USE;
/* ERR_INPUT: shares_max 1 … PACKET_SHARES_LIMIT, 1 <= share_min <= share_max <= LEDGER_AMOUNT_MAX / PACKET_SHARES_LIMIT, keep_s 1 …
 * 30 days, welcome >= 0. */
enum err packet_rule_set(struct db_conn *c, const struct packet_rule *rule) MUST_USE;

/* ---- wallets ---- */
/* The account's wallet in points, opened with the site's welcome when it is not there yet. */
enum err packet_wallet(struct db_conn *c, int64_t account, int64_t now_us, int64_t *out_ledger_account) MUST_USE;
/* The site's account in points, which may owe: what is given out comes from it. */
enum err packet_site_account(struct db_conn *c, int64_t now_us, int64_t *out_account) MUST_USE;

/* ---- sending ---- */
/* The hash of the secret that the account's next packet will use; the secret is made when there is none. */
enum err packet_promise(struct db_conn *c, int64_t account, int64_t now_us, struct hash *out_promise) MUST_USE;
/* The same for who refuses, and so can make none that stays. ERR_NOT_FOUND: none was ever made. */
enum err packet_promise_told(struct db_conn *c, int64_t account, struct hash *out_promise) MUST_USE;
struct packet_send {
	int64_t group, sender, sum, shares, now_us;
	enum packet_kind kind;
	struct str client_id, message, nonce; /* nonce: PACKET_NONCE_BYTES */
	struct hash promise;                  /* the one that was told */
	const int64_t *named;                 /* accounts it is for; or none */
	size_t named_count;
};
enum packet_sent {
	PACKET_SENT,
	PACKET_NO_FUNDS,    /* the wallet holds less */
	PACKET_NO_PROMISE,  /* the promise told is not the account's next: ask for it again */
	PACKET_TOO_MANY,    /* PACKET_OPEN_MAX */
	PACKET_NOT_MEMBERS, /* a named account is not in the group */
	PACKET_DISSOLVED    /* the group is being dissolved */
};
/* Anything but PACKET_SENT: refuse the request. ERR_INPUT: the terms break the site's rule. ERR_CONFLICT: the client id was used for
 * other content. A repeat answers the first one's. *out_number: of the group's journal. */
enum err packet_send(struct db_conn *c, const struct packet_send *s, enum packet_sent *out_sent, int64_t *out_packet, int64_t *out_number,
	int64_t *out_at_us) MUST_USE;

/* ---- grabbing ---- */
enum packet_outcome {
	PACKET_GOT,        /* now, or before: amount and place are his */
	PACKET_GONE,       /* every share is taken */
	PACKET_OVER,       /* its time is over, or its group dissolved */
	PACKET_NOT_FOR_YOU
};
const char *packet_outcome_word(enum packet_outcome o);
struct packet_grab {
	enum packet_outcome outcome;
	int64_t amount, place;
	bool closed; /* every share is taken, and it was for everybody: no answer about it changes any more */
};
/* account is a member of group (the caller's rule). ERR_NOT_FOUND: no such packet in it. The answer to a repeat is the same. */
enum err packet_grab(struct db_conn *c, int64_t group, int64_t packet, int64_t account, int64_t now_us, struct packet_grab *out) MUST_USE;
/* The same for many, one after the other, in a tenth of the work; SQLite only. An error: the caller undoes it and asks for each alone
 * (as for a packet that is for some only). */
#define PACKET_GRABBERS_MAX LEDGER_POSTS_MAX
struct packet_grabber {
	int64_t account, now_us;
};
enum err packet_grab_many(struct db_conn *c, struct arena *a, int64_t group, int64_t packet, const struct packet_grabber grabbers[], size_t n,
	struct packet_grab outs[]) MUST_USE;

struct packet_share {
	int64_t account, place, amount, at_us;
	struct str name;
};

/* ---- what is over, in memory; any thread ---- */
struct packet_memory;
#define PACKET_MEMORY_NONE INT64_C(-1)
struct packet_memory *packet_memory_new(void); /* NULL: no memory */
void packet_memory_free(struct packet_memory *m);
/* Whether nothing is known of a packet that is closed; true once: who asked looks its shares up, puts them and settles. */
bool packet_memory_wants(struct packet_memory *m, int64_t packet);
/* batch: db_batch of the transaction that saw them, which may use them at once; PACKET_MEMORY_NONE where there are no batches. */
void packet_memory_put(struct packet_memory *m, int64_t batch, int64_t group, int64_t packet, const struct packet_share shares[], size_t n);
/* Whether that transaction was committed: then everybody knows it. */
void packet_memory_settle(struct packet_memory *m, int64_t packet, bool happened);
/* false: not known; ask packet_grab. batch: the asker's own, or 0. account is a member of group, as with packet_grab. */
bool packet_memory_grab(struct packet_memory *m, int64_t batch, int64_t group, int64_t packet, int64_t account, struct packet_grab *out);

/* ---- ends ---- */
/* End packets whose time is over, at most PACKET_DUE_MAX; *out_count of them. */
enum err packet_expire_due(struct db_conn *c, struct arena *a, int64_t now_us, size_t *out_count) MUST_USE;
/* End the open packets of a group that is being dissolved. */
enum err packet_dissolve(struct db_conn *c, struct arena *a, int64_t group, int64_t actor, int64_t now_us) MUST_USE;
/* The wallet of an account that is being deleted (packet 0), or was: what it may spend goes to the site, also what came back to it
 * later from a packet. */
enum err packet_close_wallet(struct db_conn *c, struct arena *a, int64_t account, int64_t packet, int64_t now_us) MUST_USE;

/* ---- reading ---- */
struct packet {
	int64_t id, group, number, sender, sum, shares, share_min, share_max, expires_us, at_us;
	int64_t taken, taken_sum, ended_us;
	enum packet_kind kind;
	bool named, for_me, over;             /* over: nobody can grab any more; secret may be seen */
	struct str currency, message, client_id, sender_name, ended; /* ended: "", taken, expired, dissolved */
	struct str secret, nonce, split;      /* bytes; see packet_split_at */
	int64_t mine, my_place;               /* of the one who looks; my_place -1: none */
};
/* ERR_NOT_FOUND. viewer: whose share is looked up, and whether it is for him. */
enum err packet_get(struct db_conn *c, struct arena *a, int64_t packet, int64_t viewer, struct packet *out) MUST_USE;
int64_t packet_split_at(struct str split, size_t place);
/* In order of place, at most PACKET_SHARES_LIMIT. number: only those told by that event; 0: all. */
enum err packet_shares(struct db_conn *c, struct arena *a, int64_t packet, int64_t number, struct packet_share **out, size_t *out_count) MUST_USE;
enum err packet_named(struct db_conn *c, struct arena *a, int64_t packet, int64_t **out, size_t *out_count) MUST_USE;
/* A group's, the newest first: before a packet (INT64_MAX: from the newest), and with numbers up to up_to. */
enum err packet_list(struct db_conn *c, struct arena *a, int64_t group, int64_t viewer, int64_t before, int64_t up_to, size_t limit,
	struct packet **out, size_t *out_count) MUST_USE;
/* Of all groups that viewer is in: those he can still grab, the one that ends first at the front. */
enum err packet_open_for(struct db_conn *c, struct arena *a, int64_t viewer, int64_t now_us, size_t limit, struct packet **out,
	size_t *out_count) MUST_USE;
struct packet_board_line {
	int64_t account, sum, shares;
	struct str name;
};
/* Who grabbed most in a group since from_us, at most PACKET_BOARD_MAX. */
enum err packet_board(struct db_conn *c, struct arena *a, int64_t group, int64_t from_us, struct packet_board_line **out, size_t *out_count) MUST_USE;
/* Packets of others after a number of the group's journal: they count as unread. And the newest of the group, or ERR_NOT_FOUND. */
enum err packet_unread(struct db_conn *c, int64_t group, int64_t account, int64_t after, int64_t *out_count) MUST_USE;
enum err packet_last(struct db_conn *c, struct arena *a, int64_t group, int64_t viewer, struct packet *out) MUST_USE;

#endif
