/*
 * What the server does with money by itself, on a connection of its own: the log moved into the database, entries sealed, days
 * signed; and the ledger's own check. Used by: money.c.
 */
#ifndef HEARTH_TEST_MONEY_KEEPER_H
#define HEARTH_TEST_MONEY_KEEPER_H

#include "db/db.h"

struct keeper;
struct keeper *keeper_open(struct db *db);
void keeper_close(struct keeper *k);
/* Whatever becomes of it: the disk may be in trouble. */
void keeper_checkpoint(struct keeper *k);
void keeper_seal(struct keeper *k);
/* Everything in the one file, for who copies it. Aborts when that does not go. */
void keeper_empty_log(struct keeper *k);
/* What ledger_check finds, or NULL. Static. whole: of everything, or as a start does. */
const char *keeper_finds(struct keeper *k, bool whole);

#endif
