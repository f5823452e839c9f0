/*
 * Grabbing, and the ends of packets.
 *
 * A packet's course is changed only from where it stood when it was looked at, and before the ledger is: so of a grab and an
 * end, or of two grabs, that meet on PostgreSQL one finds it moved and begins anew (ERR_BUSY). On SQLite there is one writer.
 */
#include <stdio.h>

#include "packet/packet_private.h"
#include "people/people.h"

/* The amount at the next place is read with the rest; behind the last place it is empty. */
DB_SQL(sql_grab_look, "SELECT p.shares, p.named, p.hold, substr(p.split, CAST(8 * c.taken + 1 AS INTEGER), 8), c.taken, c.ended, c.expires_us, "
	"c.told_number, c.told_batch, COALESCE(s.amount, 0), COALESCE(s.place, 0), COALESCE(f.account, 0) "
	"FROM packet p JOIN packet_course c ON c.packet = p.id LEFT JOIN packet_share s ON s.packet = p.id AND s.account = $2 "
	"LEFT JOIN packet_for f ON f.packet = p.id AND f.account = $2 WHERE p.id = $1 AND p.group_id = $3")
DB_SQL(sql_course_take, "UPDATE packet_course SET taken = taken + 1, taken_minor = taken_minor + $3, ended = $4, ended_us = $5, told_number = $6, "
	"told_batch = $7 WHERE packet = $1 AND taken = $2 AND ended = ''")
DB_SQL(sql_share_add, "INSERT INTO packet_share (packet, account, place, amount, number, at_us) VALUES ($1, $2, $3, $4, $5, $6)")
DB_SQL(sql_course_end, "UPDATE packet_course SET ended = $2, ended_us = $3 WHERE packet = $1 AND ended = ''")
DB_SQL(sql_due, "SELECT c.packet, p.group_id, p.hold, p.sender FROM packet_course c JOIN packet p ON p.id = c.packet "
	"WHERE c.ended = '' AND c.expires_us <= $1 ORDER BY c.expires_us LIMIT $2")
DB_SQL(sql_open_of_group, "SELECT c.packet, p.group_id, p.hold, p.sender FROM packet_course c JOIN packet p ON p.id = c.packet "
	"WHERE c.ended = '' AND p.group_id = $1 LIMIT $2")

static const char *const outcome_words[] = { "got", "gone", "over", "not_for_you" };
const char *packet_outcome_word(enum packet_outcome o) { return outcome_words[o]; }

struct look { /* a packet as a grab finds it */
	int64_t packet, group, account, shares, hold, next, taken, expires_us, told_number, told_batch, amount, place, now_us;
	bool named, for_me, is_over;
};

static enum err look(struct db_conn *c, int64_t group, int64_t packet, int64_t account, struct look *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_grab_look, &rows, DB_I(packet), DB_I(account), DB_I(group)));
	*out = (struct look){ .packet = packet, .group = group, .account = account, .shares = db_int(&rows, 0), .named = db_int(&rows, 1) != 0,
		.hold = db_int(&rows, 2), .taken = db_int(&rows, 4), .is_over = db_str(&rows, 5).n > 0, .expires_us = db_int(&rows, 6),
		.told_number = db_int(&rows, 7), .told_batch = db_int(&rows, 8), .amount = db_int(&rows, 9), .place = db_int(&rows, 10),
		.for_me = db_int(&rows, 11) != 0 };
	struct str next = db_str(&rows, 3);
	out->next = next.n == 8 ? packet_split_at(next, 0) : 0;
	return ERR_OK;
}

enum err packet_tell(struct db_conn *c, struct packet_place *at)
{
	if (at->told_batch != 0 && at->told_batch == db_batch(c))
		return ERR_OK;
	const struct event e = { .stream = STREAM_GROUP, .owner = at->group, .kind = EVENT_GRABBED, .actor = at->account, .subject = at->packet,
		.at_us = at->now_us };
	return event_append(c, &e, &at->told_number);
}

static enum err take(struct db_conn *c, const struct look *l)
{
	bool last = l->taken + 1 == l->shares;
	struct packet_place at = { l->group, l->packet, l->account, l->now_us, l->told_number, l->told_batch };
	int64_t wallet, changed = 0, entry;
	char id[PACKET_ID_BYTES];
	if (l->next < 1)
		return ERR_DAMAGED;
	TRY(packet_wallet(c, l->account, l->now_us, &wallet));
	TRY(packet_tell(c, &at));
	TRY(db_run(c, &sql_course_take, &changed, DB_I(l->packet), DB_I(l->taken), DB_I(l->next), DB_T(last ? STR("taken") : STR("")),
		DB_I(last ? l->now_us : 0), DB_I(at.told_number), DB_I(db_batch(c))));
	if (changed == 0)
		return ERR_BUSY;
	TRY(db_run(c, &sql_share_add, NULL, DB_I(l->packet), DB_I(l->account), DB_I(l->taken), DB_I(l->next), DB_I(at.told_number), DB_I(l->now_us)));
	snprintf(id, sizeof id, PACKET_GRAB_ID, (long long)l->packet, (long long)l->account);
	const struct ledger_act act = packet_act(id, l->packet, l->account, l->now_us);
	return ledger_post(c, &act, l->hold, wallet, l->next, &entry, NULL);
}

enum err packet_grab(struct db_conn *c, int64_t group, int64_t packet, int64_t account, int64_t now_us, struct packet_grab *out)
{
	struct look l;
	TRY(look(c, group, packet, account, &l));
	l.now_us = now_us;
	if (l.amount > 0) {
		*out = (struct packet_grab){ .outcome = PACKET_GOT, .amount = l.amount, .place = l.place };
		return ERR_OK;
	}
	if (l.named && !l.for_me)
		*out = (struct packet_grab){ .outcome = PACKET_NOT_FOR_YOU };
	else if (l.taken >= l.shares)
		*out = (struct packet_grab){ .outcome = PACKET_GONE, .closed = !l.named };
	else if (l.is_over || now_us >= l.expires_us)
		*out = (struct packet_grab){ .outcome = PACKET_OVER };
	else {
		TRY(take(c, &l));
		*out = (struct packet_grab){ .outcome = PACKET_GOT, .amount = l.next, .place = l.taken,
			.closed = !l.named && l.taken + 1 == l.shares };
	}
	return ERR_OK;
}

/* ---- ends ---- */

struct ending {
	int64_t packet, group, hold, sender;
};

static enum err take_endings(struct db_rows *rows, struct ending list[], size_t most, size_t *out_count)
{
	size_t n = 0;
	for (; n < most && db_next(rows); n++)
		list[n] = (struct ending){ db_int(rows, 0), db_int(rows, 1), db_int(rows, 2), db_int(rows, 3) };
	*out_count = n;
	return db_rows_end(rows);
}

/* The account of a sender who has gone keeps nothing. */
static enum err follow_sender(struct db_conn *c, struct arena *a, int64_t sender, int64_t packet, int64_t now_us)
{
	struct account found;
	enum err e = people_get(c, a, sender, &found);
	return e == ERR_NOT_FOUND ? packet_close_wallet(c, a, sender, packet, now_us) : e;
}

static enum err end_one(struct db_conn *c, struct arena *a, const struct ending *x, struct str how, int64_t actor, int64_t now_us)
{
	int64_t changed = 0, returned;
	char id[PACKET_ID_BYTES];
	TRY(db_run(c, &sql_course_end, &changed, DB_I(x->packet), DB_T(how), DB_I(now_us)));
	if (changed == 0)
		return ERR_BUSY;
	snprintf(id, sizeof id, "packet-end/%lld", (long long)x->packet);
	const struct ledger_act act = packet_act(id, x->packet, actor, now_us);
	TRY(ledger_release(c, &act, x->hold, str_eq(how, STR("expired")) ? LEDGER_EXPIRE : LEDGER_VOID, &returned, NULL));
	TRY(follow_sender(c, a, x->sender, x->packet, now_us));
	const struct event e = { .stream = STREAM_GROUP, .owner = x->group, .kind = EVENT_RETURNED, .actor = x->sender, .subject = x->packet,
		.at_us = now_us };
	return event_append(c, &e, NULL);
}

enum err packet_expire_due(struct db_conn *c, struct arena *a, int64_t now_us, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct ending list[PACKET_DUE_MAX];
	size_t n;
	TRY(db_query(c, &sql_due, &rows, DB_I(now_us), DB_I(PACKET_DUE_MAX)));
	TRY(take_endings(&rows, list, PACKET_DUE_MAX, &n));
	db_rows_close(&rows);
	for (size_t i = 0; i < n; i++)
		TRY(end_one(c, a, &list[i], STR("expired"), 0, now_us));
	*out_count = n;
	return ERR_OK;
}

enum err packet_dissolve(struct db_conn *c, struct arena *a, int64_t group, int64_t actor, int64_t now_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct ending list[PACKET_OPEN_MAX];
	size_t n;
	TRY(db_query(c, &sql_open_of_group, &rows, DB_I(group), DB_I(PACKET_OPEN_MAX)));
	TRY(take_endings(&rows, list, PACKET_OPEN_MAX, &n));
	db_rows_close(&rows);
	for (size_t i = 0; i < n; i++)
		TRY(end_one(c, a, &list[i], STR("dissolved"), actor, now_us));
	return ERR_OK;
}
