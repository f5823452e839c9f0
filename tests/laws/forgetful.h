/*
 * A file layer for SQLite that forgets what was not synced: so that SIGKILL is a loss of power.
 *
 * Promises: what is written stays in this process's memory, seen by all its connections, until xSync of that file puts it into
 * the real one. As on a real disk, a piece may get there earlier, by itself; and pieces of one sync arrive in any order, so a
 * kill in the middle of one leaves any part of them, down to single sectors.
 * Used by: powerloss_serve.c. Not here: names of files (made and removed at once), the WAL's index (shared memory that SQLite
 * builds anew), other processes (they see what was synced).
 */
#ifndef HEARTH_TEST_FORGETFUL_H
#define HEARTH_TEST_FORGETFUL_H

#define FORGETFUL_NAME "forgetful"

/* Registers it under its name. 0, or SQLite's word for what went wrong. */
int forgetful_register(void);

#endif
