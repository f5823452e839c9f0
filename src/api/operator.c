/*
 * The operator: whoever can read DATA/operator-token (mode 0600, of the user that runs the server, new at each start) runs
 * this machine, so programs there (hearth import) are let in as the site's owner. The token is not a sign-in by itself: it
 * buys one, which shows in the owner's list of devices and which the program ends when it is done. It is in this file and in
 * the server's memory, not in the database. Not here: who uses it (cli).
 */
#include <stdio.h>

#include "api/drops.h"
#include "proof/proof.h"

static struct str operator_token(const struct thermometer *t) { return (struct str){ t->operator_token.z, TOKEN_CHARS }; }

enum err operator_token_write(struct thermometer *t)
{
	char path[PATH_MAX];
	t->operator_token = token_new();
	if (snprintf(path, sizeof path, "%s/" API_OPERATOR_TOKEN, serve_data_dir(t->serve)) >= (int)sizeof path)
		return ERR_LIMIT;
	return file_write(path, operator_token(t), 0600);
}

static const struct field enter_fields[] = {
	{ "token", FIELD_TEXT, FIELD_REQUIRED | FIELD_SECRET, 1, TOKEN_CHARS, .what = "of the file operator-token in the data folder" }, { 0 },
};
static const struct field entered_fields[] = { { "token", FIELD_TEXT, FIELD_REQUIRED }, { 0 } };
static const struct shape entered_shape = { "OperatorSignIn", entered_fields };

static enum err enter_handle(struct req *r)
{
	const struct thermometer *t = thermometer_of(r);
	struct token token;
	int64_t owner, session;
	if (t == NULL || !proof_equal(req_text(r, "token"), operator_token(t)))
		return refuse(r, "not-signed-in", NULL);
	TRY(people_site_owner(r->db, &owner));
	TRY(people_session_add(r->db, owner, r->agent, r->now_us, &token, &session));
	json_open(&r->json);
	json_key_text(&r->json, "token", (struct str){ token.z, TOKEN_CHARS });
	json_close(&r->json);
	return ERR_OK;
}

const struct entry operator_enter_entry = { .name = "session.operator", .method = "POST", .path = "/api/v1/sessions/operator",
	.what = "Sign in as the site's owner from the machine that runs the server", .tx = TX_WRITE, .lock = LOCK_SITE, .rate = RATE_SIGN_IN,
	.body_bytes_max = 1024, .open_to_all = true, .fields = enter_fields, .answer = &entered_shape, .may = may_anyone, .handle = enter_handle };
