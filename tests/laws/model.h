/*
 * A second model of groups and talk: small, in memory, written from what the API promises and not from its code. It is asked
 * before the server is, and says what the server must answer.
 * Used by: rehearsal.c. Not here: names, texts of refusals, what comes live.
 */
#ifndef HEARTH_TEST_MODEL_H
#define HEARTH_TEST_MODEL_H

#include "base/base.h"

#define MODEL_PEOPLE 10
#define MODEL_GROUPS 3
#define MODEL_INVITATIONS 24
#define MODEL_MESSAGES 160
#define MODEL_MENTIONS 3

enum model_state { OUTSIDE, IN, WAITING, DECLINED, LEFT, REMOVED, BARRED };
enum model_role { MEMBER, STEWARD, OWNER };

/* What must be answered. numbers: what else the answer holds, as far as it is not -1. */
struct expected {
	int status;
	const char *slug; /* "" for none */
	int64_t number, unread, mentions, members, read;
	const char *state;
};

struct model_place {
	enum model_state state;
	enum model_role role;
	bool was_in;
	int64_t read, last_seen;
};
struct model_group {
	int64_t capacity, members, number;
	struct model_place places[MODEL_PEOPLE];
	size_t count;
	struct model_message {
		int64_t number, at_us, reply;
		int author, id, state; /* id: of the client; state: 0 stands, 1 recalled, 2 removed */
		int text;
		bool all, mentioned[MODEL_PEOPLE];
	} messages[MODEL_MESSAGES];
};
struct model {
	int64_t now_us;
	int people, groups, invitations;
	struct model_group group[MODEL_GROUPS];
	struct model_invitation {
		int group;
		bool approval, stopped;
		int64_t expires_us, uses_max, used;
		char code[32];
	} invitation[MODEL_INVITATIONS];
};

struct model_post {
	int group, who, id, text, mention_count, mentions[MODEL_MENTIONS];
	int64_t reply; /* 0: none */
	bool all;
};

/* People, groups and invitations by their place in the model, 0 the first; who -1: a newcomer. */
struct expected model_found(struct model *m, int who, int64_t capacity);
struct expected model_invite(struct model *m, int group, int who, bool approval, int64_t expires_s, int64_t uses_max);
struct expected model_stop(struct model *m, int invitation, int who);
struct expected model_join(struct model *m, int invitation, int who);
struct expected model_settle(struct model *m, int group, int who, int whom, bool let_in);
struct expected model_post(struct model *m, const struct model_post *p);
struct expected model_recall(struct model *m, int group, int who, int64_t number);
struct expected model_remove(struct model *m, int group, int who, int64_t number);
struct expected model_read(struct model *m, int group, int who, int64_t number);
struct expected model_leave(struct model *m, int group, int who);
struct expected model_send_away(struct model *m, int group, int who, int whom, bool bar);
struct expected model_role(struct model *m, int group, int who, int whom, bool steward);
struct expected model_look(struct model *m, int group, int who);
/* The last number who may see, or -1: nothing of this group. */
int64_t model_horizon(const struct model *m, int group, int who);

#endif
