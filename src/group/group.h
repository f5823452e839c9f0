/*
 * group: groups, who is in them, and how one gets in.
 *
 * Promises: nobody is in a group without having said yes; leaving is silent; capacity holds under any number of people
 * joining at once; what members may see of it goes into the journal, who left does not.
 * Used by: chat, api. Owns: tables chat_group, group_tag, member, invitation. Inside the caller's transaction.
 * Not here: what is said (chat), words of refusals (api).
 */
#ifndef HEARTH_GROUP_H
#define HEARTH_GROUP_H

#include "base/base.h"
#include "db/db.h"
#include "event/event.h"

#define GROUP_NAME_CHARS_MAX 40
#define GROUP_GROUND_CHARS_MAX 200
#define GROUP_RULES_CHARS_MAX 2000
#define GROUP_TAGS_MAX 10
#define GROUP_TAG_CHARS_MAX 20
#define GROUP_CAPACITY_DEFAULT 100
#define GROUP_CAPACITY_MAX 50000
#define GROUP_MEMBERS_PAGE_MAX 200
#define GROUP_OF_ONE_MAX 2000          /* groups of one account */
#define GROUP_CODE_CHARS 22            /* of an invitation: 132 bits */
#define GROUP_INVITATIONS_MAX 200      /* shown of a group */
#define GROUP_FOREVER_US INT64_MAX

enum role { ROLE_NONE, ROLE_MEMBER, ROLE_STEWARD, ROLE_OWNER };
enum member_state { MEMBER_NONE, MEMBER_IN, MEMBER_WAITING, MEMBER_DECLINED, MEMBER_LEFT, MEMBER_REMOVED, MEMBER_BARRED };
const char *role_word(enum role r);
const char *member_state_word(enum member_state s);

struct group {
	int64_t id, owner, capacity, members, sister, made_us;
	struct str name, kind, common_ground, rules, owner_name, sister_name;
	int64_t dissolved_us; /* 0: it stands */
	bool members_invite, sister_found, external, packet_board;
};
struct membership {
	enum role role;
	enum member_state state;
	int64_t account, joined_us, invited_by, read_number, last_seen, muted_until_us;
	bool pinned;
	struct str name; /* in lists */
};

enum err group_add(struct db_conn *c, const struct group *g, const struct str *tags, size_t tag_count, int64_t now_us,
	int64_t *out_group) MUST_USE; /* the owner is in it at once */
enum err group_get(struct db_conn *c, struct arena *a, int64_t group, struct group *out) MUST_USE;
enum err group_tags(struct db_conn *c, struct arena *a, int64_t group, struct str out_tags[GROUP_TAGS_MAX], size_t *out_count) MUST_USE;
enum err group_set(struct db_conn *c, const struct group *g, int64_t actor, int64_t now_us) MUST_USE;
enum err group_set_tags(struct db_conn *c, int64_t group, const struct str *tags, size_t count) MUST_USE;
enum err group_count(struct db_conn *c, int64_t *out_count) MUST_USE;

/* MEMBER_NONE when there is no row; never ERR_NOT_FOUND. */
enum err group_membership(struct db_conn *c, int64_t group, int64_t account, struct membership *out) MUST_USE;

/* One line of an account's list of groups. */
struct group_line {
	struct group group;
	struct membership me;
	int64_t number; /* the group's last */
};
enum err group_list(struct db_conn *c, struct arena *a, int64_t account, struct group_line **out, size_t *out_count) MUST_USE;
/* The groups that account owns, by id: id, name, kind and members only. */
enum err group_owned(struct db_conn *c, struct arena *a, int64_t account, size_t limit, struct group **out, size_t *out_count) MUST_USE;
/* Members by name; after: the account the page follows (0: the beginning); search: part of a name, or empty. */
enum err group_members(struct db_conn *c, struct arena *a, int64_t group, struct str search, int64_t after, size_t limit,
	struct membership **out, size_t *out_count) MUST_USE;
enum err group_waiting(struct db_conn *c, struct arena *a, int64_t group, size_t limit, struct membership **out,
	size_t *out_count) MUST_USE;
enum err group_waiting_count(struct db_conn *c, int64_t group, int64_t *out_count) MUST_USE;
/* Names of people who are or were in the group; unknown ids are left out. */
enum err group_name_of(struct db_conn *c, struct arena *a, int64_t group, int64_t account, struct str *out_name) MUST_USE;

/* ---- getting in ---- */
enum join_outcome { JOIN_IN, JOIN_WAITING, JOIN_FULL, JOIN_EXPIRED, JOIN_USED, JOIN_NOT_IN };
struct invitation {
	int64_t id, group, made_by, expires_us, uses_max, used, made_us;
	bool approval, stopped;
	struct str code, made_by_name;
};
enum err group_invite(struct db_conn *c, struct arena *a, int64_t group, int64_t by, bool approval, int64_t expires_us, int64_t uses_max,
	int64_t now_us, struct invitation *out) MUST_USE;
enum err group_invitation_by_code(struct db_conn *c, struct arena *a, struct str code, struct invitation *out) MUST_USE;
enum err group_invitation_get(struct db_conn *c, struct arena *a, int64_t group, int64_t id, struct invitation *out) MUST_USE;
enum err group_invitations(struct db_conn *c, struct arena *a, int64_t group, int64_t by, struct invitation **out,
	size_t *out_count) MUST_USE; /* by 0: everybody's */
enum err group_invitation_set(struct db_conn *c, int64_t group, int64_t id, bool stopped, bool approval) MUST_USE;
/* What would happen if account (0: a newcomer) used it now; changes nothing. */
enum err group_join_try(struct db_conn *c, const struct invitation *i, int64_t account, int64_t now_us, enum join_outcome *out,
	struct membership *out_me) MUST_USE;
/* Do it. Anything but JOIN_IN and JOIN_WAITING changes nothing. */
enum err group_join(struct db_conn *c, const struct invitation *i, int64_t account, int64_t now_us, enum join_outcome *out) MUST_USE;
/* Where to go instead of a full group: the code of an invitation to the next sister with room, made when needed; a new
 * sister is founded when the owner said so. ERR_NOT_FOUND: none. Writes. */
enum err group_sister_invitation(struct db_conn *c, struct arena *a, const struct group *full, int64_t now_us, struct invitation *out,
	struct str *out_name) MUST_USE;
/* The owner's or a steward's answer; ERR_NOT_FOUND: nobody waits by this number; ERR_LIMIT: full. */
enum err group_settle(struct db_conn *c, int64_t group, int64_t account, bool let_in, int64_t actor, int64_t now_us) MUST_USE;

/* ---- being in, and going ---- */
enum err group_leave(struct db_conn *c, int64_t group, int64_t account, int64_t now_us) MUST_USE;
enum err group_remove(struct db_conn *c, int64_t group, int64_t account, bool bar, int64_t actor, int64_t now_us) MUST_USE;
enum err group_set_role(struct db_conn *c, int64_t group, int64_t account, enum role role, int64_t actor, int64_t now_us) MUST_USE;
/* The owner gives the group to a member and stays as a steward. ERR_NOT_FOUND: the other is not in it. */
enum err group_hand_on(struct db_conn *c, int64_t group, int64_t owner, int64_t account, int64_t now_us) MUST_USE;
/* Everybody goes, in pieces: the first call marks the group, stops its invitations and tells it; *out_more: call again, with
 * actor 0, until it is false. Its history stays readable to whoever was in it. */
#define GROUP_DISSOLVE_PIECE 200u
enum err group_dissolve(struct db_conn *c, int64_t group, int64_t actor, int64_t now_us, bool *out_more) MUST_USE;
enum err group_is_dissolved(struct db_conn *c, int64_t group, bool *out_dissolved) MUST_USE;
/* One that is dissolved and still has members; ERR_NOT_FOUND. */
enum err group_to_empty(struct db_conn *c, int64_t *out_group) MUST_USE;
/* Of the groups that account owns and others are in: the first, or 0. */
enum err group_owned_with_others(struct db_conn *c, int64_t account, int64_t *out_group) MUST_USE;
/* Out of everything, silently: groups left, asked for, invitations stopped. */
enum err group_leave_all(struct db_conn *c, struct arena *a, int64_t account, int64_t now_us) MUST_USE;
/* The groups that account is or was in, by id, after one: at most limit. */
enum err group_all_of(struct db_conn *c, struct arena *a, int64_t account, int64_t after, size_t limit, int64_t **out_groups,
	size_t *out_count) MUST_USE;
enum err group_mute(struct db_conn *c, int64_t group, int64_t account, int64_t until_us, int64_t now_us) MUST_USE;
enum err group_pin(struct db_conn *c, int64_t group, int64_t account, bool pinned, int64_t now_us) MUST_USE;
/* Read up to number; never goes back. *out_number: what stands now. */
enum err group_read(struct db_conn *c, int64_t group, int64_t account, int64_t number, int64_t now_us, int64_t *out_number) MUST_USE;
/* How many others have read up to number. */
enum err group_readers(struct db_conn *c, int64_t group, int64_t number, int64_t but, int64_t *out_count) MUST_USE;
/* Tell the groups of an account that its name changed. */
enum err group_tell_name(struct db_conn *c, struct arena *a, int64_t account, int64_t now_us) MUST_USE;

#endif
