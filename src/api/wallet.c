/* Wallets: what is in mine and how it came there; points that the site's owner gives; the site's rule for packets. */
#include "api/packets.h"

#include <stdio.h>

static const struct field wallet_fields[] = {
	{ "currency", FIELD_TEXT, FIELD_REQUIRED }, { "posted", FIELD_INT, FIELD_REQUIRED, .what = "minor units" },
	{ "held", FIELD_INT, FIELD_REQUIRED, .what = "of it in open red packets" }, { "available", FIELD_INT, FIELD_REQUIRED }, { 0 },
};
static const struct shape wallet_shape = { "Wallet", wallet_fields };
static const struct field wallets_fields[] = { { "wallets", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &wallet_shape }, { 0 } };
static const struct shape wallets_shape = { "Wallets", wallets_fields };

static enum err wallet_get_handle(struct req *r)
{
	struct ledger_account a;
	int64_t wallet;
	TRY(packet_wallet(r->db, r->account, r->now_us, &wallet));
	TRY(ledger_account_get(r->db, r->arena, LEDGER_MEMBER, r->account, STR(LEDGER_POINTS), &a));
	json_open(&r->json);
	json_key(&r->json, "wallets");
	json_open_list(&r->json);
	json_open(&r->json);
	json_key_text(&r->json, "currency", a.currency);
	json_key_int(&r->json, "posted", a.posted);
	json_key_int(&r->json, "held", a.held);
	json_key_int(&r->json, "available", a.posted - a.held);
	json_close(&r->json);
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

/* A GET that writes once: whoever looks first gets the site's welcome. */
const struct entry wallet_get_entry = { .name = "wallet.get", .method = "GET", .path = "/api/v1/wallet", .what = "What I have", .tx = TX_WRITE,
	.lock = LOCK_ACCOUNT, .rate = RATE_READ, .answer = &wallets_shape, .may = may_signed_in, .handle = wallet_get_handle };

/* ---- its journal ---- */

static const struct field lines_fields[] = { { "before", FIELD_INT, FIELD_QUERY, 1, INT64_MAX }, QUERY_LIMIT(LEDGER_PAGE_MAX), { 0 } };
static const struct field line_fields[] = {
	{ "position", FIELD_INT, FIELD_REQUIRED }, { "at", FIELD_TIME, FIELD_REQUIRED },
	{ "what", FIELD_TEXT, FIELD_REQUIRED, .one_of = "welcome|granted|packet_sent|packet_share|packet_back|closed" },
	{ "amount", FIELD_INT, FIELD_REQUIRED, .what = "what the balance changed by" },
	{ "held", FIELD_INT, FIELD_REQUIRED, .what = "what is reserved more, or less" }, { "posted_after", FIELD_INT, FIELD_REQUIRED },
	{ "held_after", FIELD_INT, FIELD_REQUIRED }, { "packet", FIELD_INT, FIELD_REQUIRED | FIELD_NULL },
	{ "group", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "the packet's" }, { 0 },
};
static const struct shape line_shape = { "WalletEntry", line_fields };
static const struct field lines_answer_fields[] = {
	{ "entries", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &line_shape }, { "more", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape lines_shape = { "WalletEntries", lines_answer_fields };

static struct str what_of(const struct ledger_line *l)
{
	switch (l->purpose) {
	case LEDGER_WELCOME: return STR("welcome");
	case LEDGER_GRANT: return STR("granted");
	case LEDGER_CLOSING: return STR("closed");
	case LEDGER_PACKET: break;
	}
	return l->kind == LEDGER_HOLD ? STR("packet_sent") : l->kind == LEDGER_POST ? STR("packet_share") : STR("packet_back");
}

static enum err write_line(struct req *r, const struct ledger_line *l)
{
	struct packet p = { 0 };
	if (l->purpose == LEDGER_PACKET)
		TRY(packet_get(r->db, r->arena, l->subject, r->account, &p));
	json_open(&r->json);
	json_key_int(&r->json, "position", l->position);
	json_key_time(&r->json, "at", l->at_us);
	json_key_text(&r->json, "what", what_of(l));
	json_key_int(&r->json, "amount", l->amount);
	json_key_int(&r->json, "held", l->held);
	json_key_int(&r->json, "posted_after", l->posted_after);
	json_key_int(&r->json, "held_after", l->held_after);
	if (p.id) {
		json_key_int(&r->json, "packet", p.id);
		json_key_int(&r->json, "group", p.group);
	} else {
		json_key_null(&r->json, "packet");
		json_key_null(&r->json, "group");
	}
	json_close(&r->json);
	return ERR_OK;
}

static enum err wallet_lines_handle(struct req *r)
{
	struct ledger_line *lines;
	int64_t wallet;
	size_t n = 0, limit = (size_t)req_int_or(r, "limit", 50);
	enum err e = ledger_account_find(r->db, LEDGER_MEMBER, r->account, STR(LEDGER_POINTS), &wallet);
	if (e == ERR_OK)
		e = ledger_lines(r->db, r->arena, wallet, req_int_or(r, "before", INT64_MAX), limit, &lines, &n);
	if (e != ERR_NOT_FOUND)
		TRY(e);
	json_open(&r->json);
	json_key(&r->json, "entries");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++)
		TRY(write_line(r, &lines[i]));
	json_close_list(&r->json);
	json_key_bool(&r->json, "more", n == limit);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry wallet_lines_entry = { .name = "wallet.entries", .method = "GET", .path = "/api/v1/wallet/entries", .what = "How it came there, the newest first",
	.tx = TX_READ, .rate = RATE_READ, .fields = lines_fields, .answer = &lines_shape, .may = may_signed_in, .handle = wallet_lines_handle };

/* ---- points given ---- */

static const struct field grant_fields[] = {
	{ "id", FIELD_TEXT, FIELD_REQUIRED, 1, PACKET_CLIENT_ID_MAX, .what = "the giver's own; a repeat has one effect" },
	{ "account", FIELD_INT, FIELD_REQUIRED, 1, INT64_MAX }, { "amount", FIELD_INT, FIELD_REQUIRED, 1, LEDGER_AMOUNT_MAX }, { 0 },
};
static const struct field granted_fields[] = { { "entry", FIELD_INT, FIELD_REQUIRED }, { 0 } };
static const struct shape granted_shape = { "Granted", granted_fields };

/* ERR_NOT_FOUND: he has gone, and never had one. */
static enum err wallet_of_grant(struct req *r, int64_t account, bool *out_gone, int64_t *out_wallet)
{
	struct account to;
	enum err e = people_get(r->db, r->arena, account, &to);
	*out_gone = e == ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return ledger_account_find(r->db, LEDGER_MEMBER, account, STR(LEDGER_POINTS), out_wallet);
	TRY(e);
	return packet_wallet(r->db, account, r->now_us, out_wallet);
}

static enum err grant_handle(struct req *r)
{
	struct str id;
	bool gone, repeat;
	int64_t site, wallet, entry, account = req_int(r, "account");
	enum err e = wallet_of_grant(r, account, &gone, &wallet);
	if (e == ERR_NOT_FOUND)
		return refuse(r, "not-found", "account");
	TRY(e);
	TRY(packet_site_account(r->db, r->now_us, &site));
	TRY(arena_print(r->arena, &id, "grant/%lld/" STR_FMT, (long long)r->account, STR_ARG(req_text(r, "id"))));
	const struct ledger_act act = { .caller_id = id, .purpose = LEDGER_GRANT, .subject = account, .actor = r->account, .at_us = r->now_us };
	const struct ledger_leg legs[] = { { site, -req_int(r, "amount") }, { wallet, req_int(r, "amount") } };
	e = ledger_transfer(r->db, &act, legs, COUNT_OF(legs), &entry, &repeat);
	if (e == ERR_CONFLICT && db_failed(r->db) == ERR_OK)
		return refuse(r, "conflict", "id");
	TRY(e);
	if (gone && !repeat) /* what he got before he went is answered as it was */
		return refuse(r, "not-found", "account");
	json_open(&r->json);
	json_key_int(&r->json, "entry", entry);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry grant_entry = { .name = "site.grant", .method = "POST", .path = "/api/v1/site/grants", .what = "Give points to somebody", .tx = TX_WRITE,
	.lock = LOCK_SITE, .rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = grant_fields, .answer = &granted_shape, .may = may_site_owner,
	.handle = grant_handle };

/* ---- the site's rule ---- */

#define RULE_FIELDS(flags)                                                                                                  \
	{ "shares_max", FIELD_INT, flags, 1, PACKET_SHARES_LIMIT }, { "share_min", FIELD_INT, flags, 1, LEDGER_AMOUNT_MAX }, \
	{ "share_max", FIELD_INT, flags, 1, LEDGER_AMOUNT_MAX },                                                             \
	{ "keep_s", FIELD_INT, flags, 1, 30 * 86400, .what = "after so many seconds the rest goes back" },                 \
	{ "welcome", FIELD_INT, flags, 0, LEDGER_AMOUNT_MAX, .what = "points that a new wallet begins with" }, { 0 }
static const struct field rule_fields[] = { RULE_FIELDS(FIELD_REQUIRED) };
static const struct field rule_set_fields[] = { RULE_FIELDS(0) };
static const struct shape rule_shape = { "PacketRule", rule_fields };

static enum err rule_get_handle(struct req *r)
{
	struct packet_rule rule;
	TRY(packet_rule_get(r->db, &rule));
	json_open(&r->json);
	json_key_int(&r->json, "shares_max", rule.shares_max);
	json_key_int(&r->json, "share_min", rule.share_min);
	json_key_int(&r->json, "share_max", rule.share_max);
	json_key_int(&r->json, "keep_s", rule.keep_s);
	json_key_int(&r->json, "welcome", rule.welcome);
	json_close(&r->json);
	return ERR_OK;
}

static enum err rule_set_handle(struct req *r)
{
	struct packet_rule rule;
	TRY(packet_rule_get(r->db, &rule));
	rule = (struct packet_rule){ .shares_max = req_int_or(r, "shares_max", rule.shares_max), .share_min = req_int_or(r, "share_min", rule.share_min),
		.share_max = req_int_or(r, "share_max", rule.share_max), .keep_s = req_int_or(r, "keep_s", rule.keep_s),
		.welcome = req_int_or(r, "welcome", rule.welcome) };
	enum err e = packet_rule_set(r->db, &rule);
	if (e == ERR_INPUT)
		return refuse(r, "out-of-range", rule.share_min > rule.share_max ? "share_min" : "share_max");
	TRY(e);
	return rule_get_handle(r);
}

const struct entry packet_rule_get_entry = { .name = "site.packets", .method = "GET", .path = "/api/v1/site/packets", .what = "The site's rule for red packets",
	.tx = TX_READ, .rate = RATE_READ, .answer = &rule_shape, .may = may_signed_in, .handle = rule_get_handle };
const struct entry packet_rule_set_entry = { .name = "site.packets_set", .method = "PATCH", .path = "/api/v1/site/packets", .what = "Change it",
	.tx = TX_WRITE, .lock = LOCK_SITE, .rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = rule_set_fields, .answer = &rule_shape,
	.may = may_site_owner, .handle = rule_set_handle };
