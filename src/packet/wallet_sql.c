/* The site's rule, wallets, promises: what there is before a packet. */
#include <stdio.h>

#include "packet/packet_private.h"

#define RULE_KEEP_MIN_S 1
#define RULE_KEEP_MAX_S (30 * 86400)

DB_SQL(sql_rule_get, "SELECT shares_max, share_min, share_max, keep_s, welcome FROM packet_rule WHERE one = 1")
DB_SQL(sql_rule_set, "UPDATE packet_rule SET shares_max = $1, share_min = $2, share_max = $3, keep_s = $4, welcome = $5 WHERE one = 1")
DB_SQL(sql_promise_get, "SELECT secret FROM packet_promise WHERE account = $1")
DB_SQL(sql_promise_add, "INSERT INTO packet_promise (account, secret, made_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
DB_SQL(sql_promise_next, "UPDATE packet_promise SET secret = $3, made_us = $4 WHERE account = $1 AND secret = $2")

enum err packet_rule_get(struct db_conn *c, struct packet_rule *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_rule_get, &rows));
	*out = (struct packet_rule){ .shares_max = db_int(&rows, 0), .share_min = db_int(&rows, 1), .share_max = db_int(&rows, 2),
		.keep_s = db_int(&rows, 3), .welcome = db_int(&rows, 4) };
	return ERR_OK;
}

enum err packet_rule_set(struct db_conn *c, const struct packet_rule *r)
{
	bool is_fit = r->shares_max >= 1 && r->shares_max <= PACKET_SHARES_LIMIT && r->share_min >= 1 && r->share_min <= r->share_max &&
		r->share_max <= LEDGER_AMOUNT_MAX / PACKET_SHARES_LIMIT && r->keep_s >= RULE_KEEP_MIN_S && r->keep_s <= RULE_KEEP_MAX_S &&
		r->welcome >= 0 && r->welcome <= LEDGER_AMOUNT_MAX;
	if (!is_fit)
		return ERR_INPUT;
	return db_run(c, &sql_rule_set, NULL, DB_I(r->shares_max), DB_I(r->share_min), DB_I(r->share_max), DB_I(r->keep_s), DB_I(r->welcome));
}

/* ---- wallets ---- */

enum err packet_site_account(struct db_conn *c, int64_t now_us, int64_t *out_account)
{
	return ledger_account_open(c, LEDGER_SITE, 0, STR(LEDGER_POINTS), LEDGER_NO_FLOOR, now_us, out_account);
}

static enum err welcome(struct db_conn *c, int64_t account, int64_t wallet, int64_t now_us)
{
	struct packet_rule rule;
	int64_t site, entry;
	char id[PACKET_ID_BYTES];
	TRY(packet_rule_get(c, &rule));
	if (rule.welcome == 0)
		return ERR_OK;
	TRY(packet_site_account(c, now_us, &site));
	snprintf(id, sizeof id, "welcome/%lld", (long long)account);
	const struct ledger_act act = { .caller_id = str_of(id), .purpose = LEDGER_WELCOME, .subject = account, .at_us = now_us };
	const struct ledger_leg legs[] = { { site, -rule.welcome }, { wallet, rule.welcome } };
	return ledger_transfer(c, &act, legs, COUNT_OF(legs), &entry, NULL);
}

enum err packet_wallet(struct db_conn *c, int64_t account, int64_t now_us, int64_t *out_ledger_account)
{
	int64_t wallet;
	enum err e = ledger_account_find(c, LEDGER_MEMBER, account, STR(LEDGER_POINTS), &wallet);
	if (e == ERR_NOT_FOUND) {
		e = ledger_account_open(c, LEDGER_MEMBER, account, STR(LEDGER_POINTS), 0, now_us, &wallet);
		if (e == ERR_OK)
			e = welcome(c, account, wallet, now_us);
	}
	TRY(e);
	*out_ledger_account = wallet;
	return ERR_OK;
}

enum err packet_close_wallet(struct db_conn *c, struct arena *a, int64_t account, int64_t packet, int64_t now_us)
{
	struct ledger_account wallet;
	int64_t site, entry;
	char id[PACKET_ID_BYTES];
	enum err e = ledger_account_get(c, a, LEDGER_MEMBER, account, STR(LEDGER_POINTS), &wallet);
	int64_t rest = e == ERR_OK ? wallet.posted - wallet.held : 0;
	if (e == ERR_NOT_FOUND || (e == ERR_OK && rest == 0))
		return ERR_OK;
	TRY(e);
	TRY(packet_site_account(c, now_us, &site));
	snprintf(id, sizeof id, "closing/%lld/%lld", (long long)account, (long long)packet);
	const struct ledger_act act = { .caller_id = str_of(id), .purpose = LEDGER_CLOSING, .subject = account, .at_us = now_us };
	const struct ledger_leg legs[] = { { site, rest }, { wallet.id, -rest } };
	return ledger_transfer(c, &act, legs, COUNT_OF(legs), &entry, NULL);
}

/* ---- promises ---- */

static enum err secret_of(struct db_rows *rows, char out[PACKET_SECRET_BYTES])
{
	struct str s = db_str(rows, 0);
	if (s.n != PACKET_SECRET_BYTES)
		return ERR_DAMAGED;
	memcpy(out, s.p, s.n);
	return ERR_OK;
}

enum err packet_promise_told(struct db_conn *c, int64_t account, struct hash *out_promise)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	char secret[PACKET_SECRET_BYTES];
	TRY(db_one(c, &sql_promise_get, &rows, DB_I(account)));
	TRY(secret_of(&rows, secret));
	*out_promise = packet_promise_of((struct str){ secret, sizeof secret });
	return ERR_OK;
}

enum err packet_promise(struct db_conn *c, int64_t account, int64_t now_us, struct hash *out_promise)
{
	char secret[PACKET_SECRET_BYTES];
	enum err e = packet_promise_told(c, account, out_promise);
	if (e != ERR_NOT_FOUND)
		return e;
	random_bytes(secret, sizeof secret);
	TRY(db_run(c, &sql_promise_add, NULL, DB_I(account), DB_B(((struct str){ secret, sizeof secret })), DB_I(now_us)));
	return packet_promise_told(c, account, out_promise); /* PostgreSQL: perhaps another's */
}

enum err packet_promise_take(struct db_conn *c, int64_t account, const struct hash *promise, int64_t now_us, char out_secret[PACKET_SECRET_BYTES])
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	char secret[PACKET_SECRET_BYTES], next[PACKET_SECRET_BYTES];
	int64_t changed = 0;
	TRY(db_one(c, &sql_promise_get, &rows, DB_I(account)));
	TRY(secret_of(&rows, secret));
	db_rows_close(&rows);
	struct hash kept = packet_promise_of((struct str){ secret, sizeof secret });
	if (!proof_equal(hash_str(&kept), hash_str(promise)))
		return ERR_NOT_FOUND;
	random_bytes(next, sizeof next);
	TRY(db_run(c, &sql_promise_next, &changed, DB_I(account), DB_B(((struct str){ secret, sizeof secret })),
		DB_B(((struct str){ next, sizeof next })), DB_I(now_us)));
	if (changed == 0) /* PostgreSQL: used by another packet of his meanwhile */
		return ERR_NOT_FOUND;
	memcpy(out_secret, secret, sizeof secret);
	return ERR_OK;
}
