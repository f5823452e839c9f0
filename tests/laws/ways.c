/* See ways.h. */
#include "ways.h"

#include <stdio.h>
#include <stdlib.h>

#define WAYS_MAX 512u
#define LIMBO_MAX 512u

enum how { WHOLE, ONE_BY_ONE };

struct limbo { /* refused, and perhaps on the disk */
	struct purse base;
	struct handful batch;
};

static struct purse ways[WAYS_MAX], next[WAYS_MAX];
static size_t count, next_count;
static struct limbo limbo[LIMBO_MAX];
static size_t limbo_count;

void ways_begin(const struct purse *p)
{
	ways[0] = *p;
	count = 1;
	limbo_count = 0;
}

size_t ways_count(void) { return count; }
const struct purse *ways_at(size_t i) { return &ways[i]; }

/* Whether the tables hold the packets that it has, and no others. */
static bool is_in_tables(const struct purse *w)
{
	for (int64_t i = 1; i <= PURSE_PACKETS; i++) {
		const struct purse_split *s = &purse_splits[i];
		const struct purse_packet *p = &w->packets[i];
		if (s->there != (i <= w->packet_count))
			return false;
		if (s->there && (s->sender != p->sender || s->id != p->id || s->number != p->number || s->at_us != p->at_us ||
			s->expires_us != p->expires_us))
			return false;
	}
	return true;
}

static void add(const struct purse *p)
{
	if (!is_in_tables(p))
		return;
	for (size_t i = 0; i < next_count; i++)
		if (memcmp(&next[i], p, sizeof *p) == 0)
			return;
	if (next_count == WAYS_MAX) {
		fprintf(stderr, "# ways: too many\n");
		abort();
	}
	next[next_count++] = *p;
}

static bool turn(void)
{
	bool any = next_count > 0;
	if (any) {
		memcpy(ways, next, next_count * sizeof *next);
		count = next_count;
	}
	next_count = 0;
	return any;
}

static bool refused_by_house(const struct answer *a) { return a->status >= 500; }

static void differs(const struct ask *a, const struct answer *p, const struct answer *h, char why[200])
{
	snprintf(why, 200, "kind %d by %d: predicted %d %s %lld %lld %lld, heard %d %s %lld %lld %lld", (int)a->kind, a->who, p->status, p->slug,
		(long long)p->values[0], (long long)p->values[1], (long long)p->values[2], h->status, h->slug, (long long)h->values[0],
		(long long)h->values[1], (long long)h->values[2]);
}

/* w becomes what the batch makes of it; false: it is not what was heard. */
static bool answered_so(struct purse *w, const struct handful *b, enum how how, char why[200])
{
	const struct purse before = *w;
	for (int rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < b->n; i++) {
			struct answer predicted;
			if (purse_rank(b->asks[i].kind) != rank)
				continue;
			if (b->statement_failed)
				purse_undone(w);
			if (refused_by_house(&b->heard[i]) && (b->disk_broke || b->statement_failed))
				continue;
			purse_do(w, &before, &b->asks[i], &predicted);
			if (!purse_hear(w, &b->asks[i], &predicted, &b->heard[i])) {
				differs(&b->asks[i], &predicted, &b->heard[i], why);
				return false;
			}
			if (how == ONE_BY_ONE)
				purse_committed(w);
		}
	purse_committed(w);
	return true;
}

/* Those of mask, nobody having heard an answer. */
static void happened(struct purse *w, const struct handful *b, unsigned mask, enum how how)
{
	const struct purse before = *w;
	struct answer unheard;
	for (int rank = 1; rank < 3; rank++)
		for (size_t i = 0; i < b->n; i++)
			if (purse_rank(b->asks[i].kind) == rank && mask >> i & 1) {
				purse_do(w, &before, &b->asks[i], &unheard);
				if (how == ONE_BY_ONE)
					purse_committed(w);
			}
	purse_committed(w);
}

/* ---- refused, and perhaps there ---- */

static void into_limbo(const struct purse *base, const struct handful *b, unsigned mask)
{
	if (limbo_count == LIMBO_MAX) {
		fprintf(stderr, "# ways: too many refused\n");
		abort();
	}
	struct limbo *l = &limbo[limbo_count++];
	l->base = *base;
	l->batch = (struct handful){ 0 };
	for (size_t i = 0; i < b->n; i++)
		if (mask >> i & 1)
			l->batch.asks[l->batch.n++] = b->asks[i];
}

/* The batch as a whole, while none of the others has changed anything (or it is not known whether); and each alone. */
static void remember_refused(const struct purse *before, const struct purse *after, const struct handful *b)
{
	unsigned refused = 0, writes = 0;
	for (size_t i = 0; i < b->n; i++) {
		unsigned writing = (unsigned)(purse_rank(b->asks[i].kind) > 0) << i;
		writes |= writing;
		refused |= refused_by_house(&b->heard[i]) ? writing : 0;
	}
	if (refused)
		into_limbo(refused == writes ? before : after, b, refused);
	for (size_t i = 0; i < b->n; i++)
		if (refused >> i & 1)
			into_limbo(after, b, 1u << i);
}

static void forget_limbo_where_all_went_on(void)
{
	bool all = true;
	for (size_t i = 0; i < next_count; i++)
		for (size_t k = 0; k < count; k++)
			all = all && memcmp(&next[i], &ways[k], sizeof ways[k]) != 0;
	limbo_count = all ? 0 : limbo_count;
}

bool ways_answered(const struct handful *b, char why[200])
{
	static struct purse after[WAYS_MAX];
	size_t from[WAYS_MAX], n = 0;
	for (size_t i = count; i-- > 0;) /* the first way has the last word in why */
		for (enum how how = WHOLE; how <= (b->disk_broke || b->statement_failed ? ONE_BY_ONE : WHOLE); how++) {
			struct purse w = ways[i];
			if (!answered_so(&w, b, how, why))
				continue;
			add(&w);
			if (n < WAYS_MAX) {
				after[n] = w;
				from[n++] = i;
			}
		}
	forget_limbo_where_all_went_on();
	for (size_t i = 0; i < n && b->disk_broke; i++)
		remember_refused(&ways[from[i]], &after[i], b);
	if (n && next_count == 0)
		snprintf(why, 200, "a packet is not in the tables, or one is there that nobody sent");
	return turn();
}

static bool reads_fit(const struct purse *w, const struct handful *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct purse same = *w;
		struct answer predicted;
		if (purse_rank(b->asks[i].kind) != 0 || b->heard[i].status == 0 || refused_by_house(&b->heard[i]))
			continue;
		purse_do(&same, w, &b->asks[i], &predicted);
		if (!purse_hear(&same, &b->asks[i], &predicted, &b->heard[i]))
			return false;
	}
	return true;
}

bool ways_dark(const struct handful *b)
{
	unsigned all = (1u << b->n) - 1;
	for (size_t i = 0; i < count; i++) {
		if (!reads_fit(&ways[i], b))
			continue;
		struct purse w = ways[i];
		add(&w);
		happened(&w, b, all, WHOLE);
		add(&w);
		for (unsigned mask = 1; mask <= all && b->disk_broke; mask++) {
			w = ways[i];
			happened(&w, b, mask, ONE_BY_ONE);
			add(&w);
		}
	}
	for (size_t i = 0; i < limbo_count; i++) {
		struct purse w = limbo[i].base;
		happened(&w, &limbo[i].batch, ~0u, WHOLE);
		add(&w);
	}
	limbo_count = 0;
	return turn();
}

static bool counts(const struct purse *w, const struct counted *c)
{
	bool fits = w->entries == c->entries;
	for (int i = 0; i < PURSE_PEOPLE; i++)
		fits = fits && w->people[i].wallet == c->wallet[i] && w->people[i].posted == c->posted[i];
	for (int g = 0; g < PURSE_GROUPS; g++) {
		fits = fits && w->groups[g].number == c->numbers[g];
		for (int i = 0; i < PURSE_PEOPLE; i++) {
			enum purse_place place = w->groups[g].places[i];
			fits = fits && (place == IN || place == OUTSIDE || w->groups[g].last_seen[i] == c->last_seen[g][i]) &&
				(place == BARRED) == c->barred[g][i] && (place == IN) == c->in[g][i];
		}
	}
	return fits;
}

/* Who is in no group cannot ask for the promise that he has. */
static void forget_promises_out_of_reach(struct purse *w)
{
	for (int i = 0; i < PURSE_PEOPLE; i++) {
		bool in = false;
		for (int g = 0; g < PURSE_GROUPS; g++)
			in = in || w->groups[g].places[i] == IN;
		if (in)
			continue;
		w->people[i].promised = w->people[i].promise_known = false;
		memset(&w->people[i].promise, 0, sizeof w->people[i].promise);
	}
}

bool ways_counted(const struct counted *c)
{
	for (size_t i = 0; i < count; i++) {
		struct purse w = ways[i];
		forget_promises_out_of_reach(&w);
		if (counts(&w, c))
			add(&w);
	}
	return turn();
}

static void differ_in_group(int group, char *text, size_t room)
{
	const struct purse_group *a = &ways[0].groups[group], *b = &ways[1].groups[group];
	int n = snprintf(text, room, "group %d: number %lld %lld, steward %d %d, dissolved %d %d", group, (long long)a->number, (long long)b->number,
		a->steward, b->steward, a->dissolved, b->dissolved);
	for (int i = 0; i < PURSE_PEOPLE; i++)
		if (a->places[i] != b->places[i] || a->last_seen[i] != b->last_seen[i])
			n += snprintf(text + n, room - (size_t)n, "; %d: %d %d, seen %lld %lld", i, (int)a->places[i], (int)b->places[i],
				(long long)a->last_seen[i], (long long)b->last_seen[i]);
}

const char *ways_difference(void)
{
	const struct purse *a = &ways[0], *b = &ways[1];
	static char text[600];
	for (int i = 0; i < PURSE_PEOPLE; i++)
		if (memcmp(&a->people[i], &b->people[i], sizeof a->people[i]) != 0)
			snprintf(text, sizeof text, "person %d", i);
	for (int i = 0; i < PURSE_GROUPS; i++)
		if (memcmp(&a->groups[i], &b->groups[i], sizeof a->groups[i]) != 0)
			differ_in_group(i, text, sizeof text);
	for (int i = 1; i <= PURSE_PACKETS; i++)
		if (memcmp(&a->packets[i], &b->packets[i], sizeof a->packets[i]) != 0)
			snprintf(text, sizeof text, "packet %d: sum %lld %lld, taken %lld %lld, end %d %d, nonce %lld %lld", i, (long long)a->packets[i].sum,
				(long long)b->packets[i].sum, (long long)a->packets[i].taken, (long long)b->packets[i].taken, (int)a->packets[i].end,
				(int)b->packets[i].end, (long long)a->packets[i].nonce, (long long)b->packets[i].nonce);
	if (memcmp(a->grants, b->grants, sizeof a->grants) != 0)
		snprintf(text, sizeof text, "grants");
	return text;
}
