/* See money_wishes.h. */
#include "money_wishes.h"

#include "ways.h"

#define SENDS_MAX 30      /* in one seed, with different ids */

void wish_begin(struct wishes *w, uint64_t seed)
{
	memset(w, 0, sizeof *w);
	w->chance = seed;
}

uint64_t wish_some(struct wishes *w, uint64_t below) /* splitmix64 */
{
	uint64_t z = w->chance += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

static bool one_in(struct wishes *w, uint64_t n) { return wish_some(w, n) == 0; }

void wish_promised(struct wishes *w, int who, const struct hash *promise)
{
	if (memcmp(promise, &w->promises[who], sizeof *promise) == 0)
		return;
	w->old_promises[who] = w->promises[who];
	w->promises[who] = *promise;
}

static int known_packets(void) { return (int)ways_at(0)->packet_count; }

static bool was_told_a_promise(const struct wishes *w, int who)
{
	static const struct hash none;
	return memcmp(&w->promises[who], &none, sizeof none) != 0;
}

static struct ask a_send(struct wishes *w)
{
	struct ask a = { .kind = ASK_SEND, .who = (int)wish_some(w, PURSE_PEOPLE), .group = (int)wish_some(w, PURSE_GROUPS), .id = (int)wish_some(w, 5), .lucky = !one_in(w, 3),
		.shares = 1 + (int64_t)wish_some(w, one_in(w, 2) ? 3 : PURSE_SHARES), .nonce = 1 + (int64_t)wish_some(w, 3) };
	for (int i = 0; i < 3 && !was_told_a_promise(w, a.who); i++)
		a.who = (int)wish_some(w, PURSE_PEOPLE);
	a.sum = one_in(w, ways_at(0)->rule.share_max == RICH ? 2 : 16) ? a.shares * (RICH / 2 + (int64_t)wish_some(w, RICH / 2)) : one_in(w, 8) ? (int64_t)wish_some(w, 30000) + 1 : one_in(w, 6) ? a.shares : a.shares * (1 + (int64_t)wish_some(w, 900));
	if (one_in(w, 4))
		a.named = 1 + (unsigned)wish_some(w, (1u << PURSE_PEOPLE) - 1);
	a.promise = one_in(w, 12) ? w->old_promises[a.who] : one_in(w, 12) ? w->promises[wish_some(w, PURSE_PEOPLE)] : w->promises[a.who];
	return a;
}

/* An earlier one under its id with one thing changed, however little; the first of them stands. */
static struct ask a_twist(struct wishes *w)
{
	struct ask a = { .kind = ASK_KINDS };
	for (int i = 0; i < 20 && a.kind != ASK_SEND; i++)
		a = w->asks[wish_some(w, w->count)];
	if (a.kind != ASK_SEND)
		return a_send(w);
	switch (wish_some(w, 5)) {
	case 0: a.sum += a.shares; break;
	case 1: a.nonce++; break;
	case 2: a.group = (a.group + 1) % PURSE_GROUPS; break;
	case 3: a.lucky = !a.lucky; break;
	default: a.named = a.named & (a.named - 1) ? a.named & (a.named - 1) : a.named ^ 2; break; /* one fewer, where there are two */
	}
	return a;
}

static struct ask a_rule(struct wishes *w)
{
	struct ask a = { .kind = ASK_RULE, .who = one_in(w, 6) ? 1 : 0 };
	a.rule = (struct purse_rule){ 3 + (int64_t)wish_some(w, 98), 1 + (int64_t)wish_some(w, one_in(w, 2) ? 1 : 300), one_in(w, 3) ? RICH : 200 + (int64_t)wish_some(w, 20000),
		1 + (int64_t)wish_some(w, one_in(w, 2) ? 90000 : 10), (int64_t)wish_some(w, 3) * 5000 };
	return a;
}

struct ask wish_any(struct wishes *w)
{
	struct ask a = { .who = (int)wish_some(w, PURSE_PEOPLE), .group = (int)wish_some(w, PURSE_GROUPS), .whom = (int)wish_some(w, PURSE_PEOPLE), .bar = one_in(w, 3) };
	uint64_t what = wish_some(w, 100);
	int last = known_packets();
	a.packet = 1 + (int64_t)wish_some(w, (uint64_t)last + 2);
	a.packet = a.packet > PURSE_PACKETS ? PURSE_PACKETS : a.packet;
	if (a.packet <= last && !one_in(w, 12))
		a.group = ways_at(0)->packets[a.packet].group;
	if (what >= 24 && what < 44 && w->sends < SENDS_MAX) {
		w->sends++;
		return w->count && one_in(w, 5) ? a_twist(w) : a_send(w);
	}
	if (what >= 97)
		return a_rule(w);
	a.kind = what < 8 ? ASK_WALLET : what < 24 ? ASK_TERMS : what < 72 ? ASK_GRAB : what < 76 ? ASK_READ : what < 81 ? ASK_GRANT :
		what < 83 ? ASK_LEAVE : what < 86 ? ASK_REMOVE : what < 90 ? ASK_JOIN : what < 91 ? ASK_DELETE : what < 92 ? ASK_DISSOLVE :
		what < 93 ? ASK_MUTE : ASK_TILL;
	if (a.kind == ASK_REMOVE || a.kind == ASK_DISSOLVE)
		a.who = one_in(w, 5) ? a.who : a.group;
	if (a.kind == ASK_GRANT) {
		a.id = (int)wish_some(w, 8);
		a.who = one_in(w, 8) ? a.who : 0;
		a.sum = one_in(w, 2) ? 500 : one_in(w, 2) ? 1 + (int64_t)wish_some(w, 100000) : 9 * RICH + (int64_t)wish_some(w, RICH);
	}
	return a;
}

struct ask wish_crowd(struct wishes *w)
{
	const struct purse *p = ways_at(0);
	struct ask a = { .kind = ASK_GRAB };
	for (int64_t i = p->packet_count; i > 0 && a.packet == 0; i--)
		if (p->packets[i].end == OPEN && !one_in(w, 3)) {
			a.packet = i;
			a.group = p->packets[i].group;
		}
	return a;
}

size_t wish_keep(struct wishes *w, const struct ask *a)
{
	size_t at = w->count < ASKS_MAX ? w->count++ : wish_some(w, ASKS_MAX);
	w->asks[at] = *a;
	return at;
}

size_t wish_earlier(struct wishes *w)
{
	size_t at = wish_some(w, w->count);
	for (size_t i = 0; i < w->count && one_in(w, 2); i++)
		if (w->open[(at + i) % w->count])
			return (at + i) % w->count;
	return at;
}
