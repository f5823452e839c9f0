/*
 * A disk in memory, under SQLite, whose power a test holds in its hand.
 *
 * Promises: what is written is seen by all connections at once, and is on the disk only after xSync of that file. The power can go
 * at any write, sync, truncation or removal; then of what was not synced any part is there afterwards: nothing, all, some sectors in
 * any order, or the beginning up to some byte. While it is dark every call answers an error and nothing more gets there. A write can
 * find the disk full or broken (part of it is written then), a sync can fail: then some of what it should have written is lost
 * though it is still seen, and no later sync writes it. All of it by chance from one seed. Reads are never short.
 * Connections may stay open over a loss of power: SQLite's index of the log is gone with it, so each finds everything changed and
 * recovers from the files, as one that is opened anew does.
 * Used by: money.c. One thread. Not here: names (made and removed at once), temporary files' faults.
 */
#ifndef HEARTH_TEST_DISK_H
#define HEARTH_TEST_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_NAME "disk in memory"

/* 0, or SQLite's word for what went wrong. padded: SQLite is told that a torn write may harm its neighbours in the sector, so it fills
 * sectors up behind each commit; on Linux it is told the contrary. What it fills up with is synced only with the next commit: when
 * that sync fails and forgets, the log has a hole, and what is committed behind it does not survive a loss of power. That is SQLite's,
 * and nothing that we are built on; so on a padded disk a sync that fails forgets nothing, and the next one writes it. */
int disk_register(bool padded);
/* What all files hold now is what disk_begin begins with. */
void disk_keep(void);
/* Back to that, all of it synced, power on, no plan. */
void disk_begin(uint64_t seed);

enum disk_fault { DISK_SOUND, DISK_FULL, DISK_WRITE_BREAKS, DISK_SYNC_BREAKS };
/* Counted from here: the nth write, sync, truncation or removal at which the power goes (0: never); from the fault_at-th write (or
 * sync, by its kind) on, faults of them go wrong. */
struct disk_plan {
	uint64_t dark_at, fault_at, faults;
	enum disk_fault fault;
};
void disk_plan(const struct disk_plan *p);
bool disk_went_wrong(void);  /* a fault of the plan happened */
void disk_dark_now(void);
extern const bool *const disk_dark;
/* The files are what survived. */
void disk_light(void);

#endif
