/*
 * roster: who joined and who left, inferred from member lists of several days.
 *
 * Promises: nothing is inferred but what follows from two neighbouring lists and from talk between them; an event says between
 * which times it lies; one list infers nothing, and lists of one time are parts of one. Names are those of text_fold. Whoever
 * changed his name looks like one who left and another who joined: callers say so to people.
 * Used by: insight (group_reading), api (the lists). Not here: what is inferred about groups that live here (nothing is).
 */
#ifndef HEARTH_INSIGHT_ROSTER_H
#define HEARTH_INSIGHT_ROSTER_H

#include "base/base.h"
#include "db/db.h"

#define ROSTER_LISTS_MAX 200u         /* of a group */
#define ROSTER_NAMES_MAX 50000u       /* of a list */
#define ROSTER_GROUP_NAMES_MAX 500000u /* of all lists of a group together */
#define ROSTER_NAME_CHARS_MAX 40u

/* ---- the inference: pure ---- */
struct roster_look;
#define ROSTER_NOT_LISTED SIZE_MAX
/* Of lists of these times, in any order, equal ones as one. ERR_LIMIT: more than ROSTER_LISTS_MAX; ERR_MEMORY. */
enum err roster_look_new(const int64_t *at_us, size_t count, struct roster_look **out) MUST_USE;
void roster_look_free(struct roster_look *l);
void roster_look_drop(struct roster_look **l);
/* name stands on a list of at_us, one of those given. All names come before the first talk. ERR_INPUT: no such time; ERR_LIMIT. */
enum err roster_look_name(struct roster_look *l, int64_t at_us, struct str name) MUST_USE;
/* Its number for what follows, or ROSTER_NOT_LISTED. */
size_t roster_look_person(const struct roster_look *l, struct str name);
/* He spoke, so he was there. person may be ROSTER_NOT_LISTED: ignored. */
enum err roster_look_spoke(struct roster_look *l, size_t person, int64_t at_us) MUST_USE;

struct roster_event {
	struct str name;         /* lives as long as the look */
	bool left;               /* else: joined */
	int64_t from_us, to_us;  /* it lies between: two lists' times, or narrower where he spoke */
	int64_t at_us;           /* the middle */
};
/*
 * On the later of two neighbouring lists but not on the earlier: joined between the earlier list and the first he said after
 * it, or the later list. The other way round: left between the last he said before the later list, or the earlier list, and
 * the later list. On neither, but he spoke between them: both. A list is of a day: talk in the 24 hours from its time on may be
 * older than the list, and says nothing. In the arena, by person and then by time. ERR_MEMORY.
 */
enum err roster_look_events(const struct roster_look *l, struct arena *a, struct roster_event **out, size_t *out_count) MUST_USE;
/* The times that the lists span; false: fewer than two of different times, and nothing can be inferred. */
bool roster_look_span(const struct roster_look *l, int64_t *out_from_us, int64_t *out_to_us);

/* ---- the lists as they are kept ---- */
struct roster {
	int64_t id, group, at_us, made_us, by, names;
};
/* names_json: a JSON list of distinct folded names. */
enum err roster_add(struct db_conn *c, const struct roster *r, struct str names_json, int64_t *out_id) MUST_USE;
/* By time, the newest first; in the arena; at most ROSTER_LISTS_MAX. */
enum err roster_list(struct db_conn *c, struct arena *a, int64_t group, struct roster **out, size_t *out_count) MUST_USE;
/* ERR_NOT_FOUND: the group has no such list. */
enum err roster_get(struct db_conn *c, int64_t group, int64_t id, struct roster *out) MUST_USE;
enum err roster_names(struct db_conn *c, int64_t id, struct db_rows *out) MUST_USE; /* name; the caller closes them */
enum err roster_remove(struct db_conn *c, int64_t group, int64_t id) MUST_USE;      /* of the group: see roster_get */
/* All of them into a look; NULL when the group has no lists. */
enum err roster_look_of(struct db_conn *c, int64_t group, struct roster_look **out) MUST_USE;

#endif
