/*
 * What must hold of the tables of money at any time, asked of the tables themselves on a connection of their own.
 * Used by: money.c. Not here: what was answered (purse.h).
 */
#ifndef HEARTH_TEST_MONEY_LAWS_H
#define HEARTH_TEST_MONEY_LAWS_H

#include "ways.h"

struct money_laws;
struct money_laws *money_laws_open(const char *path, const char *vfs);
void money_laws_close(struct money_laws *l);
/* What does not hold, or NULL. Static. whole: also that the file itself is sound. */
const char *money_laws_broken(struct money_laws *l, bool whole);
/* Those that came since into purse_splits; after a loss of power all anew: forget first. Each holds what its secret, nonce and id make of its terms, or it is said what does not. */
void money_splits_forget(struct money_laws *l);
const char *money_splits_read(struct money_laws *l);
void money_count(struct money_laws *l, struct counted *out);

#endif
