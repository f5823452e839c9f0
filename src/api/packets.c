/* Red packets: what holds for the next one, sending it, taking a share; dissolving a group, which ends them. */
#include "api/packets.h"

#include <stdio.h>

#include "api/drops.h"
#include "insight/remedies.h"

enum err api_points_available(struct req *r, int64_t *out_available)
{
	struct ledger_account wallet;
	enum err e = ledger_account_get(r->db, r->arena, LEDGER_MEMBER, r->account, STR(LEDGER_POINTS), &wallet);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_available = e == ERR_OK ? wallet.posted - wallet.held : 0;
	return ERR_OK;
}

void api_write_hex(struct json_out *j, const char *key, struct str bytes)
{
	struct hash h = { { 0 } };
	char text[HASH_HEX_CHARS + 1];
	assert(bytes.n == HASH_BYTES);
	memcpy(h.bytes, bytes.p, HASH_BYTES);
	hash_print(&h, text);
	json_key_text(j, key, (struct str){ text, HASH_HEX_CHARS });
}

/* ---- what holds for the next one ---- */

static const struct field group_path[] = { PATH_GROUP, { 0 } };
static const struct field terms_fields[] = {
	{ "currency", FIELD_TEXT, FIELD_REQUIRED }, { "available", FIELD_INT, FIELD_REQUIRED, .what = "what may be spent, in minor units" },
	{ "shares_max", FIELD_INT, FIELD_REQUIRED }, { "share_min", FIELD_INT, FIELD_REQUIRED }, { "share_max", FIELD_INT, FIELD_REQUIRED },
	{ "keep_s", FIELD_INT, FIELD_REQUIRED, .what = "after so many seconds the rest goes back" },
	{ "commitment", FIELD_TEXT, FIELD_REQUIRED, .what = "the hash of the secret that my next packet will use" }, { 0 },
};
static const struct shape terms_shape = { "PacketTerms", terms_fields };

static enum err terms_handle(struct req *r)
{
	struct packet_rule rule;
	struct hash promise;
	int64_t wallet, available;
	TRY(packet_rule_get(r->db, &rule));
	TRY(packet_wallet(r->db, r->account, r->now_us, &wallet));
	TRY(api_points_available(r, &available));
	TRY(packet_promise(r->db, r->account, r->now_us, &promise));
	json_open(&r->json);
	json_key_text(&r->json, "currency", STR(LEDGER_POINTS));
	json_key_int(&r->json, "available", available);
	json_key_int(&r->json, "shares_max", rule.shares_max);
	json_key_int(&r->json, "share_min", rule.share_min);
	json_key_int(&r->json, "share_max", rule.share_max);
	json_key_int(&r->json, "keep_s", rule.keep_s);
	api_write_hex(&r->json, "commitment", hash_str(&promise));
	json_close(&r->json);
	return ERR_OK;
}

/* A GET that may write: the wallet is opened, the secret is made, by whoever looks first. */
const struct entry packet_terms_entry = { .name = "packet.terms", .method = "GET", .path = "/api/v1/groups/:group/packets/terms",
	.what = "What holds for my next red packet", .tx = TX_WRITE, .lock = LOCK_ACCOUNT, .rate = RATE_READ, .fields = group_path,
	.answer = &terms_shape, .may = may_member, .handle = terms_handle };

/* ---- sending ---- */

static const struct field send_fields[] = {
	PATH_GROUP, { "id", FIELD_TEXT, FIELD_REQUIRED, 1, PACKET_CLIENT_ID_MAX, .what = "the sender's own; a repeat has one effect" },
	{ "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "lucky|equal" }, { "sum", FIELD_INT, FIELD_REQUIRED, 1, LEDGER_AMOUNT_MAX },
	{ "shares", FIELD_INT, FIELD_REQUIRED, 1, PACKET_SHARES_LIMIT }, { "message", FIELD_TEXT, 0, 0, PACKET_MESSAGE_CHARS_MAX },
	{ "for", FIELD_INT, FIELD_LIST, 1, INT64_MAX, .max_items = PACKET_NAMED_MAX, .what = "accounts of members; none: everybody" },
	{ "commitment", FIELD_TEXT, FIELD_REQUIRED, HEX_CHARS, HEX_CHARS }, { "nonce", FIELD_TEXT, FIELD_REQUIRED, HEX_CHARS, HEX_CHARS }, { 0 },
};
static const struct field sent_fields[] = {
	{ "packet", FIELD_INT, FIELD_REQUIRED }, { "number", FIELD_INT, FIELD_REQUIRED }, { "at", FIELD_TIME, FIELD_REQUIRED }, { 0 },
};
static const struct shape sent_shape = { "PacketSent", sent_fields };

static enum err refuse_promise(struct req *r)
{
	struct hash fresh;
	char hex[HASH_HEX_CHARS + 1];
	enum err e = packet_promise_told(r->db, r->account, &fresh);
	if (e != ERR_NOT_FOUND) {
		TRY(e);
		hash_print(&fresh, hex);
		refuse_with_text(r, "commitment", str_of(hex));
	}
	return refuse(r, "promise-changed", "commitment");
}

static enum err refuse_terms(struct req *r, const struct packet_send *s)
{
	struct packet_rule rule;
	TRY(packet_rule_get(r->db, &rule));
	refuse_with_int(r, "shares_max", rule.shares_max);
	refuse_with_int(r, "share_min", rule.share_min);
	refuse_with_int(r, "share_max", rule.share_max);
	return refuse(r, "packet-terms", s->shares > rule.shares_max ? "shares" : "sum");
}

static enum err refuse_sent(struct req *r, const struct packet_send *s, enum packet_sent sent)
{
	int64_t available;
	switch (sent) {
	case PACKET_NO_FUNDS:
		TRY(api_points_available(r, &available));
		refuse_with_int(r, "available", available);
		return refuse(r, "no-funds", "sum");
	case PACKET_NO_PROMISE: return refuse_promise(r);
	case PACKET_TOO_MANY: return refuse(r, "too-many-packets", NULL);
	case PACKET_NOT_MEMBERS: return refuse(r, "not-a-member", "for");
	case PACKET_DISSOLVED: return refuse(r, "left-group", NULL);
	case PACKET_SENT: break;
	}
	return ERR_OK;
}

/* When the owner himself gives to his group, that is a remedy done: whether it warmed the group will be looked at. */
static enum err note_remedy(struct req *r, bool repeat)
{
	struct insight_act acts[INSIGHT_ACTS_MAX];
	size_t n;
	if (repeat || api_membership(r).role != ROLE_OWNER)
		return ERR_OK;
	TRY(insight_acts(r->db, r->arena, req_int(r, "group"), acts, &n));
	for (size_t i = 0; i < n; i++) /* a week of packets is one act */
		if (!acts[i].later && str_eq(acts[i].remedy, STR("red-packet")) && r->now_us - acts[i].at_us < 7 * US_PER_DAY)
			return ERR_OK;
	const struct insight_act act = { .group = req_int(r, "group"), .by = r->account, .at_us = r->now_us, .remedy = STR("red-packet") };
	int64_t id;
	return insight_act_add(r->db, &act, &id);
}

static enum err packet_send_handle(struct req *r)
{
	int64_t named[PACKET_NAMED_MAX], packet, number, at_us;
	struct hash nonce;
	enum packet_sent sent;
	const struct value *list = req_value(r, "for");
	struct packet_send s = { .group = req_int(r, "group"), .sender = r->account, .sum = req_int(r, "sum"), .shares = req_int(r, "shares"),
		.now_us = r->now_us, .kind = str_eq(req_text(r, "kind"), STR("lucky")) ? PACKET_LUCKY : PACKET_EQUAL, .client_id = req_text(r, "id"),
		.message = req_text(r, "message"), .named = named };
	if (hash_parse(req_text(r, "commitment"), &s.promise) != ERR_OK)
		return refuse(r, "wrong-type", "commitment");
	if (hash_parse(req_text(r, "nonce"), &nonce) != ERR_OK)
		return refuse(r, "wrong-type", "nonce");
	s.nonce = hash_str(&nonce);
	for (; list->given && s.named_count < list->json->count && s.named_count < PACKET_NAMED_MAX; s.named_count++)
		named[s.named_count] = list->json->items[s.named_count].integer;
	enum err e = packet_send(r->db, &s, &sent, &packet, &number, &at_us);
	if (e == ERR_INPUT)
		return refuse_terms(r, &s);
	if (e == ERR_CONFLICT && db_failed(r->db) == ERR_OK)
		return refuse(r, "conflict", "id");
	TRY(e);
	if (sent != PACKET_SENT)
		return refuse_sent(r, &s, sent);
	TRY(note_remedy(r, at_us != r->now_us));
	json_open(&r->json);
	json_key_int(&r->json, "packet", packet);
	json_key_int(&r->json, "number", number);
	json_key_time(&r->json, "at", at_us);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry packet_send_entry = { .name = "packet.send", .method = "POST", .path = "/api/v1/groups/:group/packets",
	.what = "Send a red packet", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_TALK, .body_bytes_max = 8192, .socket = true,
	.fields = send_fields, .answer = &sent_shape, .may = may_member, .handle = packet_send_handle };

/* ---- taking a share ---- */

static const struct field packet_path[] = { PATH_GROUP, PATH_PACKET, { 0 } };
static const struct field grab_fields[] = {
	{ "outcome", FIELD_TEXT, FIELD_REQUIRED, .one_of = "got|gone|over|not_for_you" }, { "amount", FIELD_INT, 0 },
	{ "place", FIELD_INT, 0, .what = "0: came first" }, { 0 },
};
static const struct shape grab_shape = { "PacketGrab", grab_fields };

static enum err write_grab(struct req *r, const struct packet_grab *g)
{
	json_open(&r->json);
	json_key_text(&r->json, "outcome", str_of(packet_outcome_word(g->outcome)));
	if (g->outcome == PACKET_GOT) {
		json_key_int(&r->json, "amount", g->amount);
		json_key_int(&r->json, "place", g->place);
	}
	json_close(&r->json);
	return ERR_OK;
}

static struct packet_memory *memory_of(const struct req *r)
{
	const struct thermometer *t = thermometer_of(r);
	return t ? t->packets : NULL;
}

/* The first who finds a packet closed looks up who has what, for all who come after. */
static enum err remember(struct req *r, struct packet_memory *m)
{
	struct packet_share *shares;
	size_t n;
	int64_t batch = db_batch(r->db);
	TRY(packet_shares(r->db, r->arena, req_int(r, "packet"), 0, &shares, &n));
	packet_memory_put(m, batch ? batch : PACKET_MEMORY_NONE, req_int(r, "group"), req_int(r, "packet"), shares, n);
	r->state = m;
	return ERR_OK;
}

static void grab_done(struct req *r, bool happened)
{
	if (r->state)
		packet_memory_settle(r->state, req_int(r, "packet"), happened);
}

/* Before a run: what an earlier one saw was undone. */
static void grab_anew(struct req *r)
{
	grab_done(r, false);
	r->state = NULL;
}

static enum err tell_grab(struct req *r, struct packet_memory *m, const struct packet_grab *g)
{
	if (m && g->closed && packet_memory_wants(m, req_int(r, "packet")))
		TRY(remember(r, m));
	return write_grab(r, g);
}

static enum err packet_grab_handle(struct req *r)
{
	struct packet_memory *m = memory_of(r);
	int64_t group = req_int(r, "group"), packet = req_int(r, "packet");
	struct packet_grab g;
	grab_anew(r);
	if (m && packet_memory_grab(m, db_batch(r->db), group, packet, r->account, &g))
		return write_grab(r, &g);
	enum err e = packet_grab(r->db, group, packet, r->account, r->now_us, &g);
	if (e == ERR_NOT_FOUND)
		return refuse(r, "not-found", "packet");
	TRY(e);
	return tell_grab(r, m, &g);
}

/* A crowd: who comes late is answered from memory, the others together. */
static enum err packet_grab_handle_many(struct req *const rs[], size_t n)
{
	struct packet_grabber grabbers[SERVE_MANY_MAX];
	struct packet_grab outs[SERVE_MANY_MAX];
	struct req *asking[SERVE_MANY_MAX];
	struct packet_memory *m = memory_of(rs[0]);
	int64_t group = req_int(rs[0], "group"), packet = req_int(rs[0], "packet");
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		struct packet_grab g;
		grab_anew(rs[i]);
		if (m && packet_memory_grab(m, db_batch(rs[i]->db), group, packet, rs[i]->account, &g)) {
			TRY(write_grab(rs[i], &g));
			continue;
		}
		asking[count] = rs[i];
		grabbers[count++] = (struct packet_grabber){ rs[i]->account, rs[i]->now_us };
	}
	if (count)
		TRY(packet_grab_many(asking[0]->db, asking[0]->arena, group, packet, grabbers, count, outs));
	for (size_t i = 0; i < count; i++)
		TRY(tell_grab(asking[i], m, &outs[i]));
	return ERR_OK;
}

static bool packet_grab_glance(struct req *r, bool member)
{
	struct packet_memory *m = memory_of(r);
	struct packet_grab g;
	return member && m && packet_memory_grab(m, 0, req_int(r, "group"), req_int(r, "packet"), r->account, &g) && write_grab(r, &g) == ERR_OK;
}

const struct entry packet_grab_entry = { .name = "packet.grab", .method = "POST", .path = "/api/v1/groups/:group/packets/:packet/grab",
	.what = "Take a share; a repeat answers the same", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_TALK, .body_bytes_max = 1024,
	.socket = true, .fields = packet_path, .answer = &grab_shape, .may = may_member, .glance = packet_grab_glance,
	.handle = packet_grab_handle, .handle_many = packet_grab_handle_many, .done = grab_done };

/* ---- the end of a group ---- */

static enum err dissolve_handle(struct req *r)
{
	bool *more = ARENA_NEW(r->arena, bool);
	if (more == NULL)
		return ERR_MEMORY;
	TRY(packet_dissolve(r->db, r->arena, req_int(r, "group"), r->account, r->now_us));
	TRY(group_dissolve(r->db, req_int(r, "group"), r->account, r->now_us, more));
	r->state = more;
	api_write_empty(r);
	return ERR_OK;
}

static void dissolve_done(struct req *r, bool happened)
{
	const struct thermometer *t = thermometer_of(r);
	const bool *more = r->state;
	if (happened && more && *more && t && t->sweep)
		sweep_soon(t->sweep);
}

const struct entry group_dissolve_entry = { .name = "group.dissolve", .method = "POST", .path = "/api/v1/groups/:group/dissolve",
	.what = "End a group: everybody goes, open red packets go back, its history stays readable", .tx = TX_WRITE, .lock = LOCK_GROUP,
	.rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = group_path, .answer = &api_empty_shape, .may = may_owner, .handle = dissolve_handle,
	.done = dissolve_done };
