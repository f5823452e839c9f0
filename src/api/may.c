/* Who may do what in a group. Each rule runs inside the transaction of what it guards. */
#include "api/api_private.h"

struct found {
	struct membership me;
};

static enum err look(struct req *r)
{
	struct found *f = ARENA_NEW(r->arena, struct found);
	if (f == NULL)
		return ERR_MEMORY;
	TRY(may_signed_in(r));
	TRY(group_membership(r->db, req_int(r, "group"), r->account, &f->me));
	r->granted = f;
	return ERR_OK;
}

struct membership api_membership(const struct req *r) { return ((const struct found *)r->granted)->me; }

enum err may_have_been(struct req *r)
{
	TRY(look(r));
	struct membership me = api_membership(r);
	bool gone = me.state == MEMBER_LEFT || me.state == MEMBER_REMOVED || me.state == MEMBER_BARRED;
	/* barred while he waited: never in, so there is nothing that he may go on reading */
	return me.state == MEMBER_IN || (gone && me.last_seen > 0) ? ERR_OK : refuse(r, "not-found", NULL);
}

enum err may_member(struct req *r)
{
	TRY(may_have_been(r));
	return api_membership(r).state == MEMBER_IN ? ERR_OK : refuse(r, "left-group", NULL);
}

enum err may_steward(struct req *r)
{
	TRY(may_member(r));
	return api_membership(r).role >= ROLE_STEWARD ? ERR_OK : refuse(r, "forbidden", NULL);
}

enum err may_owner(struct req *r)
{
	TRY(may_member(r));
	return api_membership(r).role == ROLE_OWNER ? ERR_OK : refuse(r, "only-owner", NULL);
}

enum err may_invite(struct req *r)
{
	struct group g;
	TRY(may_member(r));
	TRY(group_get(r->db, r->arena, req_int(r, "group"), &g));
	return api_membership(r).role >= ROLE_STEWARD || g.members_invite ? ERR_OK : refuse(r, "forbidden", NULL);
}

enum err may_site_owner(struct req *r)
{
	struct account me;
	TRY(may_signed_in(r));
	TRY(people_get(r->db, r->arena, r->account, &me));
	return me.site_owner ? ERR_OK : refuse(r, "forbidden", NULL);
}

enum err may_found(struct req *r)
{
	struct account me;
	bool all;
	TRY(may_signed_in(r));
	TRY(people_get(r->db, r->arena, r->account, &me));
	TRY(people_may_all_found(r->db, &all));
	return me.site_owner || all ? ERR_OK : refuse(r, "forbidden", NULL);
}
