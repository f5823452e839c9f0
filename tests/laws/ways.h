/*
 * All the ways that money may stand, as far as the answers so far say (struct purse is one of them).
 *
 * Promises: as long as everything is answered and nothing goes wrong there is one. A batch whose commit was refused may have been
 * taken whole or one by one. After a loss of power each batch that was not answered happened whole, or not at all (one by one, where
 * the disk had made trouble: any of them); and so may have the last one that was refused because the disk made trouble, when nothing
 * was written over it since: its bytes may have got there all the same. Nothing else.
 * Used by: money.c.
 */
#ifndef HEARTH_TEST_WAYS_H
#define HEARTH_TEST_WAYS_H

#include "purse.h"

#define HANDFUL_MAX 10u
#define HANDFUL_TORN_MAX 4u /* of those whose every part has to be thought of */

struct handful {
	struct ask asks[HANDFUL_MAX];
	struct answer heard[HANDFUL_MAX]; /* status 0: nothing was heard */
	size_t n;
	bool disk_broke, statement_failed;
};

void ways_begin(const struct purse *p);
size_t ways_count(void);
const struct purse *ways_at(size_t i);
/* What the first two of several differ in, for who looks for a mistake. Static. */
const char *ways_difference(void);
/* Every ask of the batch was answered. false: in no way can that be; why says what the first way would have answered. */
bool ways_answered(const struct handful *b, char why[200]);
/* The power went while the batch waited for its answers (n 0: none did), and purse_splits are those that are there now. */
bool ways_dark(const struct handful *b);
/* Only what the tables themselves say of what nobody may be able to ask for any more. */
struct counted {
	int64_t entries, numbers[PURSE_GROUPS];              /* of the ledger; each group's last */
	int64_t last_seen[PURSE_GROUPS][PURSE_PEOPLE];       /* of who is out */
	bool in[PURSE_GROUPS][PURSE_PEOPLE], barred[PURSE_GROUPS][PURSE_PEOPLE], wallet[PURSE_PEOPLE];
	int64_t posted[PURSE_PEOPLE];
};
bool ways_counted(const struct counted *c);

#endif
