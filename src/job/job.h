/*
 * job: what is due. Followers of the journal, each with a place of its own that is kept in the database.
 *
 * Promises: what a follower does with a piece of the journal and how far it has come stand in one transaction, so each
 * event is dealt with exactly once, whatever is cut off when.
 * Used by: insight. Owns: table follower. Not here: what is done with the events; the threads.
 */
#ifndef HEARTH_JOB_H
#define HEARTH_JOB_H

#include "event/event.h"

/* Where the follower of this name stands; the beginning of the journal when it never was anywhere. */
enum err job_cursor(struct db_conn *c, struct str name, struct event_cursor *out_cursor) MUST_USE;

/* Inside the transaction that deals with the events between the two places. ERR_CONFLICT: the follower does not stand at
 * from any more (another node was here); roll back. */
enum err job_cursor_move(struct db_conn *c, struct str name, struct event_cursor from, struct event_cursor to) MUST_USE;

#endif
