/*
 * A second model of money: wallets, red packets and who may have them; in memory, written from docs/packets.md and not from the
 * code. It is told what was asked, in the order in which it takes effect, and says what must be answered.
 *
 * A struct purse is one way that things may stand. Where a loss of power left a request unanswered there are several, and each
 * later answer leaves only those that it fits; so whatever was answered once holds for ever.
 * Used by: money.c. Not here: what else groups are (model.h), sums over the tables (money_laws.c), which shares a packet has:
 * they come from purse_splits, which whoever drives it fills from the tables and holds against the promise.
 */
#ifndef HEARTH_TEST_PURSE_H
#define HEARTH_TEST_PURSE_H

#include <assert.h>

#include "base/base.h"
#include "proof/proof.h"

#define PURSE_PEOPLE 7  /* the first is the site's owner */
#define PURSE_GROUPS 3  /* each is owned by the person of its number */
#define PURSE_PACKETS 40
#define PURSE_SHARES 7
#define PURSE_GRANTS 40
#define PURSE_VALUES 6

enum purse_kind { ASK_WALLET, ASK_TERMS, ASK_SEND, ASK_GRAB, ASK_READ, ASK_GRANT, ASK_LEAVE, ASK_REMOVE, ASK_JOIN, ASK_DELETE, ASK_DISSOLVE,
	ASK_MUTE, ASK_RULE, ASK_TILL, ASK_KINDS };
enum purse_place { OUTSIDE, IN, LEFT, BARRED };
enum purse_end { OPEN, TAKEN, EXPIRED, DISSOLVED };
enum purse_outcome { GOT, GONE, OVER, NOT_FOR_YOU };

struct purse_rule {
	int64_t shares_max, share_min, share_max, keep_s, welcome;
};

struct ask {
	enum purse_kind kind;
	int who, group, whom, id;   /* id: the client's */
	int64_t packet, sum, shares, nonce;
	bool lucky, bar;
	unsigned named;             /* a bit for each person; 0: everybody */
	struct hash promise;
	struct purse_rule rule;
	int64_t now_us;             /* when it came in */
};

struct answer {
	int status;
	char slug[48];
	int64_t values[PURSE_VALUES];
	bool promised;              /* a promise belongs to it … */
	bool any_promise;           /* … one that was never told: predicted so, then learnt */
	struct hash promise;
};

/* Shares of one transaction are told under one number. When something else in it is undone meanwhile, the next may get another one:
 * which, the tables say. */
enum hearing { NOT_TOLD, TOLD_NOW, TOLD_AND_UNDONE };

struct purse_packet { /* without gaps: purses are compared byte by byte */
	int group, sender, id;
	unsigned named;
	int64_t sum, shares, nonce, number, at_us, expires_us, taken, taken_sum;
	int takers[PURSE_SHARES], lucky, told; /* told: enum hearing */
	enum purse_end end;
	struct hash promise;
};
static_assert(sizeof(struct purse_packet) == 4 * 4 + 8 * 8 + 4 * (PURSE_SHARES + 3) + sizeof(struct hash), "a gap");

struct purse {
	struct purse_person {
		bool gone, wallet, promised, promise_known;
		int64_t posted, held;
		struct hash promise;
	} people[PURSE_PEOPLE];
	struct purse_group {
		int64_t number;
		bool dissolved, steward; /* steward: the first person, who founded it and handed it on, until he goes */
		enum purse_place places[PURSE_PEOPLE];
		int64_t last_seen[PURSE_PEOPLE];
	} groups[PURSE_GROUPS];
	struct purse_rule rule;
	int64_t entries, packet_count, grant_count, site;
	struct purse_packet packets[PURSE_PACKETS + 1]; /* by their id */
	struct purse_grant {
		int id, whom;
		int64_t amount, entry;
	} grants[PURSE_GRANTS];
};

/* Of the packets that are in the tables now, by id. */
struct purse_split {
	bool there;
	int sender, id;
	int64_t number, at_us, expires_us, shares[PURSE_SHARES], numbers[PURSE_SHARES]; /* numbers: of the shares taken */
};
extern struct purse_split purse_splits[PURSE_PACKETS + 1];

/* What a is answered; changes w accordingly. as_of: how things stood when the batch of a began, for what is looked up before. */
void purse_do(struct purse *w, const struct purse *as_of, const struct ask *a, struct answer *out);
/* Whether that may be what was predicted; what only the answer could say is learnt. */
bool purse_hear(struct purse *w, const struct ask *a, const struct answer *predicted, const struct answer *heard);
/* Something in the transaction was undone. */
void purse_undone(struct purse *w);
/* The transaction is over. */
void purse_committed(struct purse *w);
/* false: the tables do not hold the packets that w has. */
bool purse_has_packets(const struct purse *w);
/* What two of them differ in, for who looks for a mistake. Static. */
const char *purse_difference(const struct purse *a, const struct purse *b);
/* Reads take effect before the batch's writes, a deletion after them. */
int purse_rank(enum purse_kind kind);

#endif
