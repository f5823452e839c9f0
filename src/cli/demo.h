/*
 * demo: a made-up village of groups with a year behind them, for `hearth serve --demo`.
 *
 * Promises: the same seed on the same day (and in the same zone) gives the same people, talk and times; nothing is made where
 * somebody's own groups are; a village is there whole or not at all. Tokens, codes and the site's secret are as random as ever.
 * Used by: serve.c. Owns: in the data folder the marker DEMO_MARKER, the pictures it drew and DEMO_EXPORT.
 * Not here: anything that a server without --demo runs.
 */
#ifndef HEARTH_CLI_DEMO_H
#define HEARTH_CLI_DEMO_H

#include "base/base.h"
#include "db/db.h"

#define DEMO_SEED 20240214u
#define DEMO_DAYS 365                   /* today is the last of them */
#define DEMO_MARKER "made-up"           /* in the data folder: what lives here is a demo */
#define DEMO_EXPORT "result.json"       /* in the data folder: the export from which the outside group was read */
#define DEMO_SIZE_WHOLE 100             /* per cent of the talk */

/* The village on this database, made now if there is nobody yet; progress on standard output. ERR_REFUSED: somebody's own
 * groups are there (said on standard error). */
enum err demo_ready(struct db *d, const char *data, int size_percent) MUST_USE;
/* A fresh sign-in link for its owner. */
enum err demo_link(struct db *d, struct token *out_code) MUST_USE;

/* ---- chance (splitmix64, Steele et al. 2014) ---- */
struct demo_chance {
	uint64_t state;
};
uint64_t demo_roll(struct demo_chance *c);
double demo_share(struct demo_chance *c);              /* 0 <= share < 1 */
size_t demo_below(struct demo_chance *c, size_t n);    /* 0 for n 0 */
double demo_wait(struct demo_chance *c, double mean);  /* exponential */
unsigned demo_count(struct demo_chance *c, double mean); /* Poisson; mean up to some hundred */

/* ---- who and where (demo_people.c, demo_groups.c) ---- */
enum demo_tongue { DEMO_CHINESE, DEMO_ENGLISH, DEMO_ELDER, DEMO_KIN };
struct demo_person {
	struct str name;
	enum demo_tongue tongue;
	int64_t account;    /* 0: not made yet */
};
/* The first is the owner, then the DEMO_KIN, then the others in no order. */
enum err demo_people(struct arena *a, struct demo_chance *c, struct demo_person **out, size_t *out_count) MUST_USE;
#define DEMO_OWNER 0u

/* What becomes of a group. See demo_member_fate. */
enum demo_fate { FATE_LIVELY, FATE_SEASONS, FATE_CORE_FIRST, FATE_EDGE_FIRST, FATE_DEAD, FATE_YOUNG, FATE_ONE_MAN };
struct demo_theme;
struct demo_kind {
	const char *name, *ground, *rules;
	const char *tags[4];
	const struct demo_theme *theme, *owner_theme; /* owner_theme: NULL, or what the owner says */
	enum demo_fate fate;
	int members, age_days, capacity, per_day;     /* per_day: messages when it is well */
	int english_percent, elder_percent, muted_percent;
	double steepness;                             /* of talkativeness: 1/rank^steepness */
	bool external, kin, early, members_invite;    /* early: people who rise early */
	int pictures, scene;                          /* how many, and what is on them: enum demo_scene */
	int unread;                                   /* the owner has not read about so many */
	int waiting;                                  /* people who asked to come in */
};
extern const struct demo_kind demo_kinds[];
extern const size_t demo_kind_count;

/* ---- what happens (demo_plan.c): pure ---- */
struct demo_member {
	size_t person;
	int join_day, silent_day, leave_day; /* leave_day: DEMO_DAYS or later: never */
	double weight; /* how much he talks */
	double pull;   /* 0–1: how gladly others answer him; who pulls more than all others is the core */
	bool muted, steward, waiting;
};
struct demo_group {
	const struct demo_kind *kind;
	struct demo_member *members; /* [0] is the owner; then the most talkative first */
	size_t member_count;
	int first_day;
	int64_t id, invitation, asking; /* made when the plan is carried out */
};
enum demo_what { ACT_FOUND, ACT_JOIN, ACT_STEWARD, ACT_SAY, ACT_MUTE, ACT_READ, ACT_LEAVE, ACT_ASK };
struct demo_act {
	int64_t at_us;
	enum demo_what what;
	size_t group, member, id;    /* member: index in the group; id: place of this act in the order of planning */
	size_t reply_to, mentioned;  /* an act's id, a member's index, or DEMO_NONE */
	struct str text;
	int scene;                   /* a picture of it, or 0 */
	bool calls_all;
	int64_t back;                /* READ: how many of the last are left unread */
};
#define DEMO_NONE SIZE_MAX
#define DEMO_ACTS_MAX 200000u
struct demo_plan {
	struct arena *a;
	struct demo_chance chance;
	int64_t now_us, first_us;    /* first_us: midnight of the first day */
	int size_percent;
	struct demo_person *people;
	size_t person_count;
	struct demo_group *groups;
	size_t group_count;
	struct demo_act *acts;       /* in order of time */
	size_t act_count, act_room;
};
enum err demo_plan_make(struct arena *a, int64_t now_us, int64_t zone_us, int size_percent, struct demo_plan *out) MUST_USE;
enum err demo_plan_add(struct demo_plan *p, const struct demo_act *act, size_t *out_id) MUST_USE;
/* Who is in a group, since when, until when: demo_members.c. */
enum err demo_members(struct demo_plan *p, struct demo_group *g) MUST_USE;
/* What is said in it: demo_talk.c. */
enum err demo_talk(struct demo_plan *p, size_t group) MUST_USE;

/* ---- carrying it out (demo_do.c, demo_outside.c), inside the caller's transaction ---- */
enum err demo_do(struct db_conn *c, const char *data, struct demo_plan *p) MUST_USE;
/* The group that lives elsewhere: its export written, and read like any other. */
enum err demo_outside(struct db_conn *c, const char *data, struct demo_plan *p, size_t group) MUST_USE;
void demo_say_progress(size_t done, size_t all);

/* ---- pictures (demo_draw.c) ---- */
enum demo_scene { SCENE_NONE, SCENE_HILLS, SCENE_SEA, SCENE_GARDEN, SCENE_BOOKS, SCENE_STREET };
/* A PNG. */
enum err demo_draw(enum demo_scene scene, struct demo_chance *c, struct buf *out) MUST_USE;

#endif
