/* See model.h. */
#include "model.h"

#define RECALL_US (120 * US_PER_S)

static struct expected ok(int status)
{
	return (struct expected){ .status = status, .slug = "", .number = -1, .unread = -1, .mentions = -1, .members = -1, .read = -1 };
}

static struct expected no(int status, const char *slug)
{
	struct expected e = ok(status);
	e.slug = slug;
	return e;
}

static struct model_place *place(struct model *m, int group, int who) { return &m->group[group].places[who]; }

int64_t model_horizon(const struct model *m, int group, int who)
{
	const struct model_place *p = &m->group[group].places[who];
	if (p->state == IN)
		return m->group[group].number;
	bool gone = p->state == LEFT || p->state == REMOVED || p->state == BARRED;
	return gone && p->was_in ? p->last_seen : -1;
}

/* A group is hidden from who never was in; who was is told that he is out; who is in may lack the role. status 0: go on. */
static struct expected gate(struct model *m, int group, int who, enum model_role least, const char *slug)
{
	struct model_place *p = place(m, group, who);
	if (model_horizon(m, group, who) < 0)
		return no(404, "not-found");
	if (p->state != IN)
		return no(403, "left-group");
	return p->role < least ? no(403, slug) : ok(0);
}

#define GATE(...)                                    \
	do {                                         \
		struct expected gate_ = gate(__VA_ARGS__); \
		if (gate_.status)                    \
			return gate_;                \
	} while (0)

struct expected model_found(struct model *m, int who, int64_t capacity)
{
	if (who != 0)
		return no(403, "forbidden");
	struct model_group *g = &m->group[m->groups++];
	*g = (struct model_group){ .capacity = capacity, .members = 1 };
	g->places[who] = (struct model_place){ .state = IN, .role = OWNER, .was_in = true };
	struct expected e = ok(201);
	e.number = e.unread = e.mentions = e.read = 0;
	e.members = 1;
	e.state = "in";
	return e;
}

struct expected model_invite(struct model *m, int group, int who, bool approval, int64_t expires_s, int64_t uses_max)
{
	GATE(m, group, who, STEWARD, "forbidden");
	m->invitation[m->invitations++] = (struct model_invitation){ .group = group, .approval = approval,
		.expires_us = expires_s ? m->now_us + expires_s * US_PER_S : 0, .uses_max = uses_max };
	return ok(201);
}

struct expected model_stop(struct model *m, int invitation, int who)
{
	GATE(m, m->invitation[invitation].group, who, STEWARD, "forbidden");
	m->invitation[invitation].stopped = true;
	return ok(200);
}

static void come_in(struct model_group *g, struct model_place *p)
{
	p->state = IN;
	p->was_in = true;
	p->read = g->number++;
	g->members++;
}

struct expected model_join(struct model *m, int invitation, int who)
{
	struct model_invitation *i = &m->invitation[invitation];
	struct model_group *g = &m->group[i->group];
	int target = who < 0 ? m->people : who;
	struct model_place *p = &g->places[target];
	struct expected e = ok(200);
	e.state = p->state == IN ? "in" : p->state == WAITING ? "waiting" : NULL;
	if (e.state)
		return e;
	if (p->state == BARRED || p->state == DECLINED)
		return no(403, "not-in");
	if (i->stopped || (i->expires_us && m->now_us > i->expires_us) || (i->uses_max && i->used >= i->uses_max))
		return no(410, "gone-invitation");
	if (g->members >= g->capacity)
		return no(409, "group-full");
	i->used++;
	m->people += who < 0;
	*p = (struct model_place){ .read = g->number };
	e.state = i->approval ? "waiting" : "in";
	if (i->approval)
		p->state = WAITING;
	else
		come_in(g, p);
	return e;
}

struct expected model_settle(struct model *m, int group, int who, int whom, bool let_in)
{
	struct model_group *g = &m->group[group];
	GATE(m, group, who, STEWARD, "forbidden");
	if (let_in && g->members >= g->capacity)
		return no(409, "group-full");
	struct model_place *p = place(m, group, whom);
	if (p->state != WAITING)
		return no(404, "not-found");
	if (let_in)
		come_in(g, p);
	else
		p->state = DECLINED;
	return ok(200);
}

static struct model_message *message(struct model_group *g, int64_t number)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->messages[i].number == number)
			return &g->messages[i];
	return NULL;
}

static struct model_message *message_by_id(struct model_group *g, int author, int id)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->messages[i].author == author && g->messages[i].id == id)
			return &g->messages[i];
	return NULL;
}

struct expected model_post(struct model *m, const struct model_post *p)
{
	struct model_group *g = &m->group[p->group];
	struct expected e = ok(200);
	GATE(m, p->group, p->who, MEMBER, NULL);
	if (p->all && place(m, p->group, p->who)->role < STEWARD)
		return no(403, "forbidden");
	struct model_message *before = message_by_id(g, p->who, p->id);
	if (before) {
		if (before->state == 0 && (before->text != p->text || before->reply != p->reply))
			return no(409, "conflict");
		e.number = before->number;
		return e;
	}
	if (p->reply && message(g, p->reply) == NULL)
		return no(404, "no-such-message");
	struct model_message *said = &g->messages[g->count++];
	*said = (struct model_message){ .number = ++g->number, .at_us = m->now_us, .reply = p->reply, .author = p->who, .id = p->id,
		.text = p->text, .all = p->all };
	for (int i = 0; i < p->mention_count; i++)
		said->mentioned[p->mentions[i]] = place(m, p->group, p->mentions[i])->state == IN;
	e.number = said->number;
	return e;
}

static struct expected take_back(struct model_group *g, struct model_message *said, int how)
{
	struct expected e = ok(200);
	e.number = said->state == 0 ? ++g->number : 0;
	said->state = said->state == 0 ? how : said->state;
	return e;
}

struct expected model_recall(struct model *m, int group, int who, int64_t number)
{
	GATE(m, group, who, MEMBER, NULL);
	struct model_message *said = message(&m->group[group], number);
	if (said == NULL)
		return no(404, "no-such-message");
	if (said->author != who)
		return no(403, "not-yours");
	if (said->state == 0 && m->now_us - said->at_us > RECALL_US)
		return no(403, "too-late");
	return take_back(&m->group[group], said, 1);
}

struct expected model_remove(struct model *m, int group, int who, int64_t number)
{
	GATE(m, group, who, STEWARD, "forbidden");
	struct model_message *said = message(&m->group[group], number);
	return said ? take_back(&m->group[group], said, 2) : no(404, "no-such-message");
}

static void count(struct model *m, int group, int who, struct expected *e)
{
	const struct model_group *g = &m->group[group];
	e->read = g->places[who].read;
	e->unread = e->mentions = 0;
	for (size_t i = 0; i < g->count; i++) {
		const struct model_message *said = &g->messages[i];
		if (said->number <= e->read || said->state != 0)
			continue;
		e->unread += said->author != who;
		e->mentions += said->mentioned[who] + (said->all && said->author != who);
	}
}

struct expected model_read(struct model *m, int group, int who, int64_t number)
{
	struct model_group *g = &m->group[group];
	struct expected e = ok(200);
	GATE(m, group, who, MEMBER, NULL);
	number = number < g->number ? number : g->number;
	struct model_place *p = place(m, group, who);
	p->read = p->read > number ? p->read : number;
	count(m, group, who, &e);
	return e;
}

static void go(struct model_group *g, struct model_place *p, enum model_state how)
{
	p->state = how;
	p->role = MEMBER;
	p->last_seen = g->number;
	g->members--;
}

struct expected model_leave(struct model *m, int group, int who)
{
	GATE(m, group, who, MEMBER, NULL);
	if (place(m, group, who)->role == OWNER)
		return no(403, "owner-stays");
	go(&m->group[group], place(m, group, who), LEFT);
	return ok(200);
}

struct expected model_send_away(struct model *m, int group, int who, int whom, bool bar)
{
	struct model_place *p = place(m, group, whom);
	GATE(m, group, who, STEWARD, "forbidden");
	if (p->state == IN && p->role >= place(m, group, who)->role)
		return no(403, "only-owner");
	if (p->state == IN) {
		go(&m->group[group], p, bar ? BARRED : REMOVED);
		m->group[group].number++; /* all see it; leaving is silent */
		return ok(200);
	}
	if (!bar || p->state == OUTSIDE)
		return no(404, "not-found");
	p->state = BARRED;
	return ok(200);
}

struct expected model_role(struct model *m, int group, int who, int whom, bool steward)
{
	struct model_place *p = place(m, group, whom);
	GATE(m, group, who, OWNER, "only-owner");
	if (p->state != IN || p->role == OWNER)
		return no(404, "not-found");
	p->role = steward ? STEWARD : MEMBER;
	m->group[group].number++;
	return ok(200);
}

struct expected model_look(struct model *m, int group, int who)
{
	struct model_group *g = &m->group[group];
	struct model_place *p = place(m, group, who);
	struct expected e = ok(200);
	e.number = model_horizon(m, group, who);
	if (e.number < 0)
		return no(404, "not-found");
	e.members = g->members;
	e.unread = e.mentions = 0;
	e.state = p->state == IN ? "in" : p->state == LEFT ? "left" : "removed";
	e.read = p->read;
	if (p->state == IN)
		count(m, group, who, &e);
	return e;
}
