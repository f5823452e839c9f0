/*
 * A file layer for SQLite under which writing fails when a test says so: a full disk, a broken one. Everything else goes
 * through to the real one. For batch.c.
 */
#ifndef HEARTH_TEST_FAULTY_H
#define HEARTH_TEST_FAULTY_H

#include <stdint.h>

#define FAULTY_NAME "faulty"

int faulty_register(void);
/* From the nth write or sync on (1: the next), count of them answer code; nth 0: none. */
void faulty_fail(uint64_t nth, uint64_t count, int code);
/* Writes and syncs since the last call of faulty_fail. */
uint64_t faulty_writes(void);

#endif
