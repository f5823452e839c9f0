/* See purse.h. */
#include "purse.h"

#include <stdio.h>

struct purse_split purse_splits[PURSE_PACKETS + 1];

static void refuse(struct answer *o, int status, const char *slug)
{
	o->status = status;
	snprintf(o->slug, sizeof o->slug, "%s", slug);
}

static int64_t available(const struct purse *w, int who)
{
	return w->people[who].wallet ? w->people[who].posted - w->people[who].held : w->rule.welcome;
}

static void open_wallet(struct purse *w, int who)
{
	struct purse_person *p = &w->people[who];
	if (p->wallet)
		return;
	p->wallet = true;
	p->posted = w->rule.welcome;
	w->site -= w->rule.welcome;
	w->entries += w->rule.welcome > 0;
}

static bool signed_in(const struct purse *w, int who, struct answer *o)
{
	if (w->people[who].gone)
		refuse(o, 401, "not-signed-in");
	return !w->people[who].gone;
}

static bool was_member(const struct purse *w, const struct ask *a, struct answer *o)
{
	if (!signed_in(w, a->who, o))
		return false;
	if (w->groups[a->group].places[a->who] == OUTSIDE)
		refuse(o, 404, "not-found");
	return o->status == 200;
}

static bool member(const struct purse *w, const struct ask *a, struct answer *o)
{
	if (was_member(w, a, o) && w->groups[a->group].places[a->who] != IN)
		refuse(o, 403, "left-group");
	return o->status == 200;
}

static bool owns(const struct ask *a) { return a->who == a->group; }

static void go(struct purse *w, int group, int who, enum purse_place place)
{
	w->groups[group].places[who] = place;
	w->groups[group].steward = w->groups[group].steward && who != 0;
	w->groups[group].last_seen[who] = w->groups[group].number;
}

/* ---- what is told of promises ---- */

static void tell_promise(const struct purse *w, int who, struct answer *o)
{
	o->promised = true;
	o->any_promise = !w->people[who].promise_known;
	o->promise = w->people[who].promise;
}

static bool same_hash(const struct hash *a, const struct hash *b) { return memcmp(a, b, sizeof *a) == 0; }

static bool promise_was_used(const struct purse *w, int who, const struct hash *promise)
{
	for (int64_t i = 1; i <= w->packet_count; i++)
		if (w->packets[i].sender == who && same_hash(&w->packets[i].promise, promise))
			return true;
	return false;
}

/* ---- packets ---- */

static void wallet(struct purse *w, const struct ask *a, struct answer *o)
{
	const struct purse_person *p = &w->people[a->who];
	if (!signed_in(w, a->who, o))
		return;
	open_wallet(w, a->who);
	o->values[0] = p->posted;
	o->values[1] = p->held;
	o->values[2] = p->posted - p->held;
}

static void tell_rule(const struct purse *w, struct answer *o)
{
	o->values[0] = w->rule.shares_max;
	o->values[1] = w->rule.share_min;
	o->values[2] = w->rule.share_max;
	o->values[3] = w->rule.keep_s;
}

static void terms(struct purse *w, const struct ask *a, struct answer *o)
{
	if (!member(w, a, o))
		return;
	open_wallet(w, a->who);
	w->people[a->who].promised = true;
	tell_rule(w, o);
	o->values[4] = available(w, a->who);
	tell_promise(w, a->who, o);
}

static bool same_packet(const struct purse_packet *p, const struct ask *a)
{
	return p->group == a->group && p->sum == a->sum && p->shares == a->shares && p->nonce == a->nonce && p->lucky == a->lucky &&
		p->named == a->named;
}

static void sent(const struct purse *w, int64_t packet, struct answer *o)
{
	o->values[0] = packet;
	o->values[1] = w->packets[packet].number;
	o->values[2] = w->packets[packet].at_us;
}

static bool may_send(const struct purse *w, const struct ask *a, struct answer *o)
{
	const struct purse_person *p = &w->people[a->who];
	const struct purse_rule *r = &w->rule;
	bool named_in = true;
	for (int i = 0; i < PURSE_PEOPLE; i++)
		named_in = named_in && (!(a->named >> i & 1) || w->groups[a->group].places[i] == IN);
	if (a->shares > r->shares_max) {
		refuse(o, 400, "packet-terms");
	} else if (!named_in) {
		refuse(o, 409, "not-a-member");
	} else if (!p->promised || !p->promise_known || !same_hash(&p->promise, &a->promise)) {
		refuse(o, 409, "promise-changed");
		if (p->promised)
			tell_promise(w, a->who, o);
	} else if (a->sum < a->shares * r->share_min || a->sum > a->shares * r->share_max || (!a->lucky && a->sum % a->shares)) {
		refuse(o, 400, "packet-terms");
	} else if (available(w, a->who) < a->sum) {
		refuse(o, 409, "no-funds");
		o->values[0] = available(w, a->who);
	}
	return o->status == 200;
}

static void send(struct purse *w, const struct ask *a, struct answer *o)
{
	struct purse_person *me = &w->people[a->who];
	if (!member(w, a, o))
		return;
	for (int64_t i = 1; i <= w->packet_count; i++)
		if (w->packets[i].sender == a->who && w->packets[i].id == a->id) {
			if (same_packet(&w->packets[i], a))
				sent(w, i, o);
			else
				refuse(o, 409, "conflict");
			return;
		}
	if (!may_send(w, a, o))
		return;
	open_wallet(w, a->who);
	assert(w->packet_count < PURSE_PACKETS);
	const struct purse_packet p = { .group = a->group, .sender = a->who, .id = a->id, .sum = a->sum, .shares = a->shares,
		.nonce = a->nonce, .named = a->named, .lucky = a->lucky, .number = ++w->groups[a->group].number, .at_us = a->now_us,
		.expires_us = a->now_us + w->rule.keep_s * US_PER_S, .promise = a->promise };
	w->packets[++w->packet_count] = p;
	w->entries++;
	me->held += a->sum;
	me->promise_known = false;
	memset(&me->promise, 0, sizeof me->promise);
	sent(w, w->packet_count, o);
}

static void take(struct purse *w, const struct ask *a, struct purse_packet *p, struct answer *o)
{
	int64_t amount = purse_splits[a->packet].shares[p->taken];
	struct purse_person *from = &w->people[p->sender], *to = &w->people[a->who];
	open_wallet(w, a->who);
	const int64_t *number = &purse_splits[a->packet].numbers[p->taken];
	bool anew = p->told == NOT_TOLD || (p->told == TOLD_AND_UNDONE && number[0] != number[-1]);
	w->groups[p->group].number += anew;
	p->told = TOLD_NOW;
	w->entries++;
	from->held -= amount;
	from->posted -= amount;
	to->posted += amount;
	o->values[0] = GOT;
	o->values[1] = amount;
	o->values[2] = p->taken;
	p->takers[p->taken++] = a->who;
	p->taken_sum += amount;
	p->end = p->taken == p->shares ? TAKEN : OPEN;
}

static int64_t place_of(const struct purse_packet *p, int who)
{
	int64_t i = 0;
	while (i < p->taken && p->takers[i] != who)
		i++;
	return i < p->taken ? i : -1;
}

static void grab(struct purse *w, const struct ask *a, struct answer *o)
{
	if (!member(w, a, o))
		return;
	struct purse_packet *p = &w->packets[a->packet];
	if (a->packet > w->packet_count || p->group != a->group) {
		refuse(o, 404, "not-found");
		return;
	}
	int64_t mine = place_of(p, a->who);
	if (mine >= 0) {
		o->values[1] = purse_splits[a->packet].shares[mine];
		o->values[2] = mine;
	} else if (p->named && !(p->named >> a->who & 1)) {
		o->values[0] = NOT_FOR_YOU;
	} else if (p->taken == p->shares) {
		o->values[0] = GONE;
	} else if (p->end != OPEN || a->now_us >= p->expires_us) {
		o->values[0] = OVER;
	} else {
		take(w, a, p, o);
	}
}

static void look(const struct purse *w, const struct ask *a, struct answer *o)
{
	const struct purse_packet *p = &w->packets[a->packet];
	const struct purse_group *g = &w->groups[a->group];
	if (!was_member(w, a, o))
		return;
	if (a->packet > w->packet_count || p->group != a->group || (g->places[a->who] != IN && p->number > g->last_seen[a->who])) {
		refuse(o, 404, "not-found");
		return;
	}
	int64_t mine = place_of(p, a->who);
	o->values[0] = p->end;
	o->values[1] = p->taken;
	o->values[2] = p->taken_sum;
	o->values[3] = p->end == EXPIRED || p->end == DISSOLVED ? p->sum - p->taken_sum : -1;
	o->values[4] = mine < 0 ? 0 : purse_splits[a->packet].shares[mine];
	o->values[5] = mine;
}

static void close_wallet(struct purse *w, int who)
{
	struct purse_person *p = &w->people[who];
	int64_t rest = p->wallet ? p->posted - p->held : 0;
	p->posted -= rest;
	w->site += rest;
	w->entries += rest != 0;
}

static void end(struct purse *w, struct purse_packet *p, enum purse_end how)
{
	p->end = how;
	w->people[p->sender].held -= p->sum - p->taken_sum;
	w->entries++;
	w->groups[p->group].number++;
	if (w->people[p->sender].gone)
		close_wallet(w, p->sender);
}

static void till(struct purse *w, const struct ask *a)
{
	for (int64_t i = 1; i <= w->packet_count; i++)
		if (w->packets[i].end == OPEN && w->packets[i].expires_us <= a->now_us)
			end(w, &w->packets[i], EXPIRED);
}

/* ---- the site's owner ---- */

static bool site_owner(const struct purse *w, const struct ask *a, struct answer *o)
{
	if (signed_in(w, a->who, o) && a->who != 0)
		refuse(o, 403, "forbidden");
	return o->status == 200;
}

static void grant(struct purse *w, const struct ask *a, struct answer *o)
{
	if (!site_owner(w, a, o))
		return;
	for (int64_t i = 0; i < w->grant_count; i++)
		if (w->grants[i].id == a->id) {
			bool nobody = w->people[a->whom].gone && !w->people[a->whom].wallet;
			if (w->grants[i].whom != a->whom || w->grants[i].amount != a->sum)
				refuse(o, nobody ? 404 : 409, nobody ? "not-found" : "conflict");
			return;
		}
	if (w->people[a->whom].gone) {
		refuse(o, 404, "not-found");
		return;
	}
	open_wallet(w, a->whom);
	assert(w->grant_count < PURSE_GRANTS);
	w->people[a->whom].posted += a->sum;
	w->site -= a->sum;
	int64_t at = w->grant_count++;
	for (; at > 0 && w->grants[at - 1].id > a->id; at--) /* in the order of their ids: who came first is not to be seen */
		w->grants[at] = w->grants[at - 1];
	w->grants[at] = (struct purse_grant){ a->id, a->whom, a->sum, 0 };
	w->entries++;
}

static void rule(struct purse *w, const struct ask *a, struct answer *o)
{
	if (!site_owner(w, a, o))
		return;
	if (a->rule.share_min > a->rule.share_max) {
		refuse(o, 400, "out-of-range");
		return;
	}
	w->rule = a->rule;
	tell_rule(w, o);
	o->values[4] = w->rule.welcome;
}

/* ---- who is in ---- */

static void leave(struct purse *w, const struct ask *a, struct answer *o)
{
	if (!member(w, a, o))
		return;
	if (owns(a))
		refuse(o, 403, "owner-stays");
	else
		go(w, a->group, a->who, LEFT);
}

static void send_away(struct purse *w, const struct ask *a, struct answer *o)
{
	struct purse_group *g = &w->groups[a->group];
	if (!member(w, a, o))
		return;
	bool steward = a->who == 0 && g->steward;
	if (!owns(a) && !steward) {
		refuse(o, 403, "forbidden");
	} else if (g->places[a->whom] == IN && (a->whom == a->group || (steward && a->whom == 0))) {
		refuse(o, 403, "only-owner");
	} else if (g->places[a->whom] == IN) {
		go(w, a->group, a->whom, a->bar ? BARRED : LEFT);
		g->number++;
	} else if (g->places[a->whom] == OUTSIDE || !a->bar) {
		refuse(o, 404, "not-found");
	} else {
		g->places[a->whom] = BARRED;
	}
}

static void join(struct purse *w, const struct ask *a, struct answer *o)
{
	struct purse_group *g = &w->groups[a->group];
	enum purse_place place = w->people[a->who].gone ? OUTSIDE : g->places[a->who];
	if (place == IN)
		return;
	if (place == BARRED)
		refuse(o, 403, "not-in");
	else if (g->dissolved)
		refuse(o, 410, "gone-invitation");
	else if (w->people[a->who].gone) /* nobody, then: a newcomer without a name */
		refuse(o, 400, "required");
	else
		g->number++, g->places[a->who] = IN, g->last_seen[a->who] = 0;
}

static void erase(struct purse *w, const struct purse *as_of, const struct ask *a, struct answer *o)
{
	if (!signed_in(as_of, a->who, o))
		return;
	if (w->people[a->who].gone) { /* another of the same batch came before */
		refuse(o, 404, "not-found");
		return;
	}
	if (a->who == 0) {
		refuse(o, 403, "site-owner-stays");
		return;
	}
	for (int g = 0; g < PURSE_GROUPS; g++)
		for (int i = 0; i < PURSE_PEOPLE; i++)
			if (g == a->who && !w->groups[g].dissolved && i != a->who && w->groups[g].places[i] == IN) {
				refuse(o, 409, "hand-on-first");
				return;
			}
	for (int g = 0; g < PURSE_GROUPS; g++)
		if (w->groups[g].places[a->who] == IN)
			go(w, g, a->who, LEFT);
	close_wallet(w, a->who);
	w->people[a->who].gone = true;
}

static void dissolve(struct purse *w, const struct ask *a, struct answer *o)
{
	struct purse_group *g = &w->groups[a->group];
	if (!member(w, a, o))
		return;
	if (!owns(a)) {
		refuse(o, 403, "only-owner");
		return;
	}
	for (int64_t i = 1; i <= w->packet_count; i++)
		if (w->packets[i].group == a->group && w->packets[i].end == OPEN)
			end(w, &w->packets[i], DISSOLVED);
	g->number++;
	g->dissolved = true;
	for (int i = 0; i < PURSE_PEOPLE; i++)
		if (g->places[i] == IN)
			go(w, a->group, i, LEFT);
}

/* ---- from outside ---- */

void purse_do(struct purse *w, const struct purse *as_of, const struct ask *a, struct answer *o)
{
	*o = (struct answer){ .status = 200 };
	switch (a->kind) {
	case ASK_WALLET: wallet(w, a, o); break;
	case ASK_TERMS: terms(w, a, o); break;
	case ASK_SEND: send(w, a, o); break;
	case ASK_GRAB: grab(w, a, o); break;
	case ASK_READ: look(as_of, a, o); break;
	case ASK_GRANT: grant(w, a, o); break;
	case ASK_LEAVE: leave(w, a, o); break;
	case ASK_REMOVE: send_away(w, a, o); break;
	case ASK_JOIN: join(w, a, o); break;
	case ASK_DELETE: erase(w, as_of, a, o); break;
	case ASK_DISSOLVE: dissolve(w, a, o); break;
	case ASK_MUTE: (void)member(w, a, o); break;
	case ASK_RULE: rule(w, a, o); break;
	case ASK_TILL: till(w, a); break;
	case ASK_KINDS: break;
	}
	/* a crowd at a packet for some is begun together, undone, and then served one by one */
	bool for_some = a->kind == ASK_GRAB && a->packet <= w->packet_count && w->packets[a->packet].named;
	if (o->status >= 400 || for_some)
		purse_undone(w);
}

void purse_undone(struct purse *w)
{
	for (int64_t i = 1; i <= w->packet_count; i++)
		if (w->packets[i].told == TOLD_NOW)
			w->packets[i].told = TOLD_AND_UNDONE;
}

/* Positions grow, but not always by one: what a repeat finds in its place has used one up. */
static bool hear_entry(struct purse *w, const struct ask *a, int64_t entry)
{
	struct purse_grant *mine = NULL;
	bool fresh = entry > 0;
	for (int64_t i = 0; i < w->grant_count; i++) {
		mine = w->grants[i].id == a->id ? &w->grants[i] : mine;
		fresh = fresh && w->grants[i].entry != entry;
	}
	if (mine == NULL || (mine->entry == 0 && !fresh))
		return false;
	mine->entry = mine->entry ? mine->entry : entry;
	return mine->entry == entry;
}

bool purse_hear(struct purse *w, const struct ask *a, const struct answer *predicted, const struct answer *heard)
{
	struct purse_person *me = &w->people[a->who];
	if (a->kind == ASK_GRANT && predicted->status == 200 && heard->status == 200)
		return hear_entry(w, a, heard->values[0]);
	if (predicted->status != heard->status || strcmp(predicted->slug, heard->slug) != 0 || predicted->promised != heard->promised ||
		memcmp(predicted->values, heard->values, sizeof heard->values) != 0)
		return false;
	if (!heard->promised)
		return true;
	if (me->promise_known)
		return same_hash(&me->promise, &heard->promise);
	if (promise_was_used(w, a->who, &heard->promise))
		return false;
	me->promise = heard->promise;
	me->promise_known = true;
	return true;
}

void purse_committed(struct purse *w)
{
	for (int64_t i = 1; i <= w->packet_count; i++)
		w->packets[i].told = NOT_TOLD;
}

int purse_rank(enum purse_kind kind) { return kind == ASK_READ ? 0 : kind == ASK_DELETE ? 2 : 1; }
