/*
 * What people ask of money, as requests; and their answers, as far as the model predicts them.
 * Used by: money.c. Not here: who asks what when.
 */
#ifndef HEARTH_TEST_MONEY_ASKS_H
#define HEARTH_TEST_MONEY_ASKS_H

#include "house.h"
#include "purse.h"

struct crowd { /* the people, and the groups that money.c founds for them */
	char tokens[PURSE_PEOPLE][TOKEN_CHARS + 1];
	char codes[PURSE_GROUPS][64]; /* of an invitation without end to each group */
};

/* Seven people and three groups in a house that has nobody, with its wallets not opened. Aborts when that does not go. */
void crowd_gather(struct house *h, struct crowd *c, struct purse *out);
struct ask_text {
	const char *method;
	char target[120], body[600];
};
void ask_write(const struct ask *a, const struct crowd *c, struct ask_text *out);
/* Into the queue; a->now_us is when. */
void ask_put(struct house *h, const struct crowd *c, struct ask *a, struct told *out);
/* status 0: not answered. false: what was answered cannot be read. */
bool ask_heard(const struct ask *a, const struct told *t, struct arena *arena, struct answer *out);

#endif
