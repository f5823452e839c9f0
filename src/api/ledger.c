/* The ledger shows itself: the signed roots of its days to anybody, the proof of an entry to whom it concerns. */
#include "api/packets.h"
#include "ledger/seal.h"


static const struct field roots_fields[] = {
	{ "before", FIELD_INT, FIELD_QUERY, 0, INT64_MAX, .what = "a day" }, QUERY_LIMIT(LEDGER_ROOTS_MAX), { 0 },
};
static const struct field root_fields[] = {
	{ "day", FIELD_INT, FIELD_REQUIRED, .what = "since 1970-01-01, UTC" }, { "entries", FIELD_INT, FIELD_REQUIRED },
	{ "root", FIELD_TEXT, FIELD_REQUIRED }, { "chain", FIELD_TEXT, FIELD_REQUIRED }, { "public_key", FIELD_TEXT, FIELD_REQUIRED },
	{ "signature", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape root_shape = { "LedgerRoot", root_fields };
static const struct field roots_answer_fields[] = {
	{ "roots", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &root_shape }, { "more", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape roots_shape = { "LedgerRoots", roots_answer_fields };

static enum err roots_handle(struct req *r)
{
	struct ledger_root *roots;
	size_t n, limit = (size_t)req_int_or(r, "limit", 50);
	TRY(ledger_roots(r->db, r->arena, req_int_or(r, "before", INT64_MAX), limit, &roots, &n));
	json_open(&r->json);
	json_key(&r->json, "roots");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		ledger_root_write(&r->json, &roots[i]);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_key_bool(&r->json, "more", n == limit);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry ledger_roots_entry = { .name = "ledger.roots", .method = "GET", .path = "/api/v1/ledger/roots",
	.what = "The signed roots of the ledger's days, the newest first", .tx = TX_READ, .rate = RATE_READ, .open_to_all = true, .fields = roots_fields,
	.answer = &roots_shape, .may = may_anyone, .handle = roots_handle };

static const struct field proof_fields[] = { { "position", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };
static const struct field proof_answer_fields[] = {
	{ "format", FIELD_TEXT, FIELD_REQUIRED }, { "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "not_sealed|sealed|signed" },
	{ "position", FIELD_INT, FIELD_REQUIRED }, { "leaf", FIELD_TEXT, FIELD_REQUIRED, .what = "the entry's bytes as they are hashed" },
	{ "leaf_hash", FIELD_TEXT, FIELD_REQUIRED }, { "seal", FIELD_INT, 0 }, { "day", FIELD_INT, 0 }, { "index", FIELD_INT, 0 },
	{ "entries", FIELD_INT, 0 }, { "path", FIELD_TEXT, FIELD_LIST }, { "root", FIELD_TEXT, 0 }, { "chain", FIELD_TEXT, 0 },
	{ "public_key", FIELD_TEXT, 0 }, { "signature", FIELD_TEXT, 0 }, { 0 },
};
static const struct shape proof_shape = { "LedgerProof", proof_answer_fields };

/* Only an entry that moved something of one's own: a leaf names the accounts of all whom it moved. */
static enum err proof_handle(struct req *r)
{
	struct ledger_proof p;
	int64_t wallet, position = req_int(r, "position");
	bool mine = false;
	enum err e = ledger_account_find(r->db, LEDGER_MEMBER, r->account, STR(LEDGER_POINTS), &wallet);
	if (e == ERR_OK)
		e = ledger_moves(r->db, position, wallet, &mine);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && !mine))
		return refuse(r, "not-found", "position");
	TRY(e);
	TRY(ledger_proof(r->db, r->arena, position, &p));
	json_open(&r->json);
	ledger_proof_write(&r->json, &p);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry wallet_proof_entry = { .name = "wallet.proof", .method = "GET", .path = "/api/v1/wallet/entries/:position/proof",
	.what = "That an entry of mine is in the signed ledger", .tx = TX_READ, .rate = RATE_CHANGE, .fields = proof_fields, .answer = &proof_shape,
	.may = may_signed_in, .handle = proof_handle };
