/*
 * A crowd at one packet, in one go. Each gets what packet_grab would have given him after those before him; the packet's course, its
 * hold and its sender's account change once for all of them. SQLite only: there is one writer, so nothing moves meanwhile.
 */
#include <stdio.h>

#include "packet/packet_private.h"

DB_SQL(sql_many_look, "SELECT p.shares, p.named, p.hold, p.split, c.taken, c.ended, c.expires_us, c.told_number, c.told_batch "
	"FROM packet p JOIN packet_course c ON c.packet = p.id WHERE p.id = $1 AND p.group_id = $2")
DB_SQL(sql_many_share, "SELECT amount, place FROM packet_share WHERE packet = $1 AND account = $2")
DB_SQL(sql_many_share_add, "INSERT INTO packet_share (packet, account, place, amount, number, at_us) VALUES ($1, $2, $3, $4, $5, $6) "
	"ON CONFLICT (packet, account) DO NOTHING")
DB_SQL(sql_many_course, "UPDATE packet_course SET taken = taken + $3, taken_minor = taken_minor + $4, ended = $5, ended_us = $6, told_number = $7, "
	"told_batch = $8 WHERE packet = $1 AND taken = $2 AND ended = ''")

struct crowd {
	struct packet_place at;
	const struct packet_grabber *grabbers;
	struct packet_grab *outs;
	int64_t split[PACKET_SHARES_LIMIT], shares, hold, taken, expires_us, last_us, sum;
	bool is_over;
	struct ledger_post posts[PACKET_GRABBERS_MAX];
	char ids[PACKET_GRABBERS_MAX][PACKET_ID_BYTES];
	size_t won;
};

static enum err look(struct db_conn *c, struct crowd *x)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_many_look, &rows, DB_I(x->at.packet), DB_I(x->at.group)));
	if (db_int(&rows, 1)) /* for some only: each alone */
		return ERR_REFUSED;
	x->shares = db_int(&rows, 0);
	x->hold = db_int(&rows, 2);
	x->taken = db_int(&rows, 4);
	x->is_over = db_str(&rows, 5).n > 0;
	x->expires_us = db_int(&rows, 6);
	x->at.told_number = db_int(&rows, 7);
	x->at.told_batch = db_int(&rows, 8);
	struct str split = db_str(&rows, 3);
	if (x->shares < 1 || x->shares > (int64_t)PACKET_SHARES_LIMIT || split.n != (size_t)x->shares * 8)
		return ERR_DAMAGED;
	for (int64_t i = x->taken; i < x->shares; i++)
		x->split[i] = packet_split_at(split, (size_t)i);
	return ERR_OK;
}

/* ERR_NOT_FOUND: he has none yet. */
static enum err has_before(struct db_conn *c, const struct crowd *x, int64_t account, struct packet_grab *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_many_share, &rows, DB_I(x->at.packet), DB_I(account)));
	*out = (struct packet_grab){ .outcome = PACKET_GOT, .amount = db_int(&rows, 0), .place = db_int(&rows, 1) };
	return ERR_OK;
}

/* The next share for him; *out_new false: he has one already. */
static enum err give(struct db_conn *c, struct crowd *x, const struct packet_grabber *g, bool *out_new)
{
	int64_t place = x->taken + (int64_t)x->won, amount = x->split[place], changed = 0;
	struct ledger_post *p = &x->posts[x->won];
	struct packet_grab before;
	if (amount < 1)
		return ERR_DAMAGED;
	if (x->won == 0) { /* nothing is told for who only asks again */
		enum err e = has_before(c, x, g->account, &before);
		*out_new = false;
		if (e != ERR_NOT_FOUND)
			return e;
		x->at.account = g->account;
		x->at.now_us = g->now_us;
		TRY(packet_tell(c, &x->at));
	}
	TRY(db_run(c, &sql_many_share_add, &changed, DB_I(x->at.packet), DB_I(g->account), DB_I(place), DB_I(amount), DB_I(x->at.told_number),
		DB_I(g->now_us)));
	*out_new = changed > 0;
	if (changed == 0)
		return ERR_OK;
	snprintf(x->ids[x->won], PACKET_ID_BYTES, PACKET_GRAB_ID, (long long)x->at.packet, (long long)g->account);
	*p = (struct ledger_post){ .caller_id = str_of(x->ids[x->won]), .actor = g->account, .amount = amount };
	TRY(packet_wallet(c, g->account, g->now_us, &p->to));
	x->last_us = g->now_us > x->last_us ? g->now_us : x->last_us;
	x->sum += amount;
	x->won++;
	return ERR_OK;
}

static enum err grab_one(struct db_conn *c, struct crowd *x, const struct packet_grabber *g, struct packet_grab *out)
{
	int64_t place = x->taken + (int64_t)x->won;
	bool full = place >= x->shares, over = x->is_over || g->now_us >= x->expires_us, is_new = false;
	if (!full && !over)
		TRY(give(c, x, g, &is_new));
	if (is_new) {
		*out = (struct packet_grab){ .outcome = PACKET_GOT, .amount = x->split[place], .place = place, .closed = place + 1 == x->shares };
		return ERR_OK;
	}
	enum err e = has_before(c, x, g->account, out);
	if (e != ERR_NOT_FOUND)
		return e;
	*out = (struct packet_grab){ .outcome = full ? PACKET_GONE : PACKET_OVER, .closed = full };
	return ERR_OK;
}

/* What changes once for all who won. */
static enum err settle(struct db_conn *c, struct crowd *x)
{
	bool last = x->taken + (int64_t)x->won == x->shares;
	int64_t changed = 0;
	TRY(db_run(c, &sql_many_course, &changed, DB_I(x->at.packet), DB_I(x->taken), DB_I((int64_t)x->won), DB_I(x->sum),
		DB_T(last ? STR("taken") : STR("")), DB_I(last ? x->last_us : 0), DB_I(x->at.told_number), DB_I(db_batch(c))));
	if (changed == 0)
		return ERR_BUSY;
	const struct ledger_act act = { .purpose = LEDGER_PACKET, .subject = x->at.packet, .at_us = x->last_us };
	return ledger_post_many(c, &act, x->hold, x->posts, x->won);
}

enum err packet_grab_many(struct db_conn *c, struct arena *a, int64_t group, int64_t packet, const struct packet_grabber grabbers[], size_t n,
	struct packet_grab outs[])
{
	struct crowd *x = ARENA_NEW(a, struct crowd);
	if (x == NULL)
		return ERR_MEMORY;
	if (n > PACKET_GRABBERS_MAX)
		return ERR_LIMIT;
	x->at = (struct packet_place){ .group = group, .packet = packet };
	TRY(look(c, x));
	for (size_t i = 0; i < n; i++)
		TRY(grab_one(c, x, &grabbers[i], &outs[i]));
	return x->won ? settle(c, x) : ERR_OK;
}
