/* Sending: the split is drawn, the sum is held, then the group is told. */
#include <stdio.h>

#include "group/group.h"
#include "packet/packet_private.h"

DB_SQL(sql_packet_repeat, "SELECT id, number, at_us, kind, sum_minor, shares, message, named, nonce, group_id FROM packet WHERE sender = $1 AND client_id = $2")
DB_SQL(sql_packet_add, "INSERT INTO packet (group_id, number, sender, client_id, kind, currency, sum_minor, shares, share_min, share_max, named, "
	"message, hold, secret, nonce, split, expires_us, at_us) "
	"VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14, $15, $16) RETURNING id")
DB_SQL(sql_packet_place, "UPDATE packet SET number = $2, hold = $3 WHERE id = $1")
DB_SQL(sql_course_add, "INSERT INTO packet_course (packet, expires_us) VALUES ($1, $2)")
DB_SQL(sql_for_add, "INSERT INTO packet_for (packet, account) VALUES ($1, $2) ON CONFLICT DO NOTHING")
DB_SQL(sql_for_there, "SELECT 1 FROM packet_for WHERE packet = $1 AND account = $2")
DB_SQL(sql_for_count, "SELECT COUNT(*) FROM packet_for WHERE packet = $1")
DB_SQL(sql_open_count, "SELECT COUNT(*) FROM packet_course c JOIN packet p ON p.id = c.packet WHERE c.ended = '' AND p.group_id = $1")

static struct str kind_word(enum packet_kind k) { return k == PACKET_LUCKY ? STR("lucky") : STR("equal"); }

/* All who are named now were named then, and nobody else; a name said twice is said once. */
static enum err same_named(struct db_conn *c, const struct packet_send *s, int64_t packet, bool *out_same)
{
	CLEANUP(db_rows_close) struct db_rows count = { 0 };
	int64_t different = 0;
	for (size_t i = 0; i < s->named_count; i++) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		size_t k = 0;
		while (k < i && s->named[k] != s->named[i])
			k++;
		different += k == i;
		enum err e = db_one(c, &sql_for_there, &rows, DB_I(packet), DB_I(s->named[i]));
		if (e == ERR_NOT_FOUND)
			*out_same = false;
		else
			TRY(e);
	}
	TRY(db_one(c, &sql_for_count, &count, DB_I(packet)));
	*out_same = *out_same && db_int(&count, 0) == different;
	return ERR_OK;
}

/* ERR_NOT_FOUND: this client id is new. */
static enum err repeat_of(struct db_conn *c, const struct packet_send *s, int64_t *out_packet, int64_t *out_number, int64_t *out_at_us)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_packet_repeat, &rows, DB_I(s->sender), DB_T(s->client_id)));
	int64_t packet = db_int(&rows, 0), number = db_int(&rows, 1), at_us = db_int(&rows, 2);
	bool same = str_eq(db_str(&rows, 3), kind_word(s->kind)) && db_int(&rows, 4) == s->sum && db_int(&rows, 5) == s->shares &&
		str_eq(db_str(&rows, 6), s->message) && (db_int(&rows, 7) != 0) == (s->named_count > 0) && str_eq(db_str(&rows, 8), s->nonce) &&
		db_int(&rows, 9) == s->group;
	db_rows_close(&rows);
	TRY(same_named(c, s, packet, &same));
	if (!same)
		return ERR_CONFLICT;
	*out_packet = packet;
	*out_number = number;
	*out_at_us = at_us;
	return ERR_OK;
}

static enum err may_send(struct db_conn *c, const struct packet_send *s, enum packet_sent *out_sent)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	bool dissolved = false;
	TRY(db_one(c, &sql_open_count, &rows, DB_I(s->group)));
	if (db_int(&rows, 0) >= PACKET_OPEN_MAX)
		*out_sent = PACKET_TOO_MANY;
	db_rows_close(&rows);
	TRY(group_is_dissolved(c, s->group, &dissolved)); /* its members go in pieces, some may still be in it */
	if (dissolved)
		*out_sent = PACKET_DISSOLVED;
	for (size_t i = 0; i < s->named_count && *out_sent == PACKET_SENT; i++) {
		struct membership m;
		TRY(group_membership(c, s->group, s->named[i], &m));
		if (m.state != MEMBER_IN)
			*out_sent = PACKET_NOT_MEMBERS;
	}
	return ERR_OK;
}

/* The amounts, 8 bytes each, least significant first. */
static void pack(const int64_t shares[], size_t n, char out[])
{
	for (size_t i = 0; i < n; i++)
		for (int b = 0; b < 8; b++)
			out[i * 8 + (size_t)b] = (char)((uint64_t)shares[i] >> (8 * b));
}

int64_t packet_split_at(struct str split, size_t place)
{
	uint64_t n = 0;
	assert(split.n >= (place + 1) * 8);
	for (int b = 7; b >= 0; b--)
		n = n << 8 | (uint8_t)split.p[place * 8 + (size_t)b];
	return (int64_t)n;
}

static enum err add(struct db_conn *c, const struct packet_send *s, const struct packet_rule *rule, int64_t *out_packet)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	const struct packet_terms terms = { .kind = s->kind, .sum = s->sum, .shares = s->shares, .share_min = rule->share_min,
		.share_max = rule->share_max };
	int64_t shares[PACKET_SHARES_LIMIT], expires_us = s->now_us + rule->keep_s * US_PER_S;
	char secret[PACKET_SECRET_BYTES], split[PACKET_SHARES_LIMIT * 8];
	TRY(packet_promise_take(c, s->sender, &s->promise, s->now_us, secret));
	struct str secret_str = { secret, sizeof secret };
	struct hash seed = packet_seed(secret_str, s->nonce, s->client_id);
	TRY(packet_split(&seed, &terms, shares));
	pack(shares, (size_t)s->shares, split);
	TRY(db_one(c, &sql_packet_add, &rows, DB_I(s->group), DB_I(s->sender), DB_T(s->client_id), DB_T(kind_word(s->kind)),
		DB_T(STR(LEDGER_POINTS)), DB_I(s->sum), DB_I(s->shares), DB_I(rule->share_min), DB_I(rule->share_max), DB_I(s->named_count > 0),
		DB_T(s->message), DB_B(secret_str), DB_B(s->nonce), DB_B(((struct str){ split, (size_t)s->shares * 8 })), DB_I(expires_us),
		DB_I(s->now_us)));
	int64_t packet = db_int(&rows, 0);
	db_rows_close(&rows);
	TRY(db_run(c, &sql_course_add, NULL, DB_I(packet), DB_I(expires_us)));
	for (size_t i = 0; i < s->named_count; i++)
		TRY(db_run(c, &sql_for_add, NULL, DB_I(packet), DB_I(s->named[i])));
	*out_packet = packet;
	return ERR_OK;
}

struct ledger_act packet_act(char id[PACKET_ID_BYTES], int64_t packet, int64_t actor, int64_t now_us)
{
	return (struct ledger_act){ .caller_id = str_of(id), .purpose = LEDGER_PACKET, .subject = packet, .actor = actor, .at_us = now_us };
}

/* Hold the sum and tell the group; the number comes last. */
static enum err hold_and_tell(struct db_conn *c, const struct packet_send *s, const struct packet_rule *rule, int64_t packet, int64_t wallet,
	int64_t *out_number)
{
	char id[PACKET_ID_BYTES];
	int64_t hold, number;
	snprintf(id, sizeof id, "packet/%lld", (long long)packet);
	const struct ledger_act act = packet_act(id, packet, s->sender, s->now_us);
	TRY(ledger_hold(c, &act, wallet, s->sum, s->now_us + rule->keep_s * US_PER_S, &hold, NULL));
	const struct event e = { .stream = STREAM_GROUP, .owner = s->group, .kind = EVENT_PACKET, .actor = s->sender, .subject = packet,
		.at_us = s->now_us };
	TRY(event_append(c, &e, &number));
	TRY(db_run(c, &sql_packet_place, NULL, DB_I(packet), DB_I(number), DB_I(hold)));
	*out_number = number;
	return ERR_OK;
}

enum err packet_send(struct db_conn *c, const struct packet_send *s, enum packet_sent *out_sent, int64_t *out_packet, int64_t *out_number,
	int64_t *out_at_us)
{
	struct packet_rule rule;
	int64_t wallet;
	enum err e = repeat_of(c, s, out_packet, out_number, out_at_us);
	if (e != ERR_NOT_FOUND) {
		*out_sent = PACKET_SENT;
		return e;
	}
	TRY(packet_rule_get(c, &rule));
	if (s->nonce.n != PACKET_NONCE_BYTES || s->shares > rule.shares_max || s->named_count > PACKET_NAMED_MAX)
		return ERR_INPUT;
	TRY(packet_wallet(c, s->sender, s->now_us, &wallet));
	enum packet_sent sent = PACKET_SENT;
	TRY(may_send(c, s, &sent));
	int64_t packet = 0, number = 0;
	if (sent == PACKET_SENT) {
		e = add(c, s, &rule, &packet);
		if (e == ERR_OK)
			e = hold_and_tell(c, s, &rule, packet, wallet, &number);
		if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_REFUSED)
			return e;
		sent = e == ERR_NOT_FOUND ? PACKET_NO_PROMISE : e == ERR_REFUSED ? PACKET_NO_FUNDS : PACKET_SENT;
	}
	*out_sent = sent;
	*out_packet = packet;
	*out_number = number;
	*out_at_us = s->now_us;
	return ERR_OK;
}
