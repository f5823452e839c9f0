/* What counts.c and its statements share; nobody outside the room includes it. */
#ifndef HEARTH_INSIGHT_COUNTS_H
#define HEARTH_INSIGHT_COUNTS_H

#include "insight/insight.h"

/* What a piece of the journal changes, for one member and day; account 0: who came and went. */
struct count {
	int64_t group, day, account;
	int64_t messages, joins, leaves;
};

/* ERR_NOT_FOUND: there is no such message. */
enum err counts_author(struct db_conn *c, int64_t group, int64_t number, int64_t *out_author, int64_t *out_at_us) MUST_USE;
/* *out_counted: false for somebody who is left out, and for less than there is. */
enum err counts_member(struct db_conn *c, const struct count *n, bool *out_counted) MUST_USE;
enum err counts_group(struct db_conn *c, int64_t group, int64_t day, int64_t messages, int64_t joins, int64_t leaves) MUST_USE;

#endif
