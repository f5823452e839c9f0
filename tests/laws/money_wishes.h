/*
 * What people come to want of money, by chance: new things, the same again, the same with one thing changed.
 * Used by: money.c. Not here: when, and what goes wrong meanwhile.
 */
#ifndef HEARTH_TEST_MONEY_WISHES_H
#define HEARTH_TEST_MONEY_WISHES_H

#include "purse.h"

#define RICH INT64_C(1000000000) /* sums that no float holds to the last unit */
#define ASKS_MAX 200

struct wishes {
	struct ask asks[ASKS_MAX]; /* all there were, to be repeated */
	bool open[ASKS_MAX];       /* not answered: the power went, or the house refused */
	size_t count;
	struct hash promises[PURSE_PEOPLE], old_promises[PURSE_PEOPLE]; /* that each was told last, and before */
	int sends;
	uint64_t chance;
};

void wish_begin(struct wishes *w, uint64_t seed);
uint64_t wish_some(struct wishes *w, uint64_t below);
void wish_promised(struct wishes *w, int who, const struct hash *promise);
struct ask wish_any(struct wishes *w);
/* A grab at a packet that is open; packet 0: there is none. */
struct ask wish_crowd(struct wishes *w);
/* Its place, to be wished again. */
size_t wish_keep(struct wishes *w, const struct ask *a);
/* The place of an earlier one: as likely as not one that is open. */
size_t wish_earlier(struct wishes *w);

#endif
