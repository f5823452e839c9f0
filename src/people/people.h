/*
 * people: accounts, their sign-ins and one-time links.
 *
 * Promises: tokens and codes are 256 random bits and stored as hashes only; a link works once; opening it changes nothing.
 * Used by: api, group (names), main (first link). Owns: tables site, account, session, enter_link.
 * Not here: membership of groups (group). All calls run inside the caller's transaction.
 */
#ifndef HEARTH_PEOPLE_H
#define HEARTH_PEOPLE_H

#include "base/base.h"
#include "db/db.h"
#include "proof/proof.h"

#define PEOPLE_NAME_CHARS_MAX 40
#define PEOPLE_LOGIN_CHARS_MAX 32
#define PEOPLE_PASSWORD_CHARS_MIN 8
#define PEOPLE_PASSWORD_CHARS_MAX 200
#define PEOPLE_SESSIONS_MAX 50                     /* of one account */
#define PEOPLE_SESSION_LIFE_US (400 * US_PER_DAY)  /* without being seen */
#define PEOPLE_SEEN_STEP_US (3600 * US_PER_S)      /* how exactly "last seen" is kept: a read is not a write */
#define PEOPLE_DEVICE_LINK_US (120 * US_PER_S)
#define PEOPLE_RECOVERY_LINK_US (3 * US_PER_DAY)
#define PEOPLE_FIRST_LINK_US (30 * US_PER_DAY)

struct account {
	int64_t id, made_us;
	struct str name, locale, login; /* login empty: no password */
	bool site_owner;
	bool left_out;  /* in no model */
	bool greetable; /* an owner may be told that a greeting would be nice */
};

/* The site's row, made at the first start: may everybody found groups? */
enum err people_site_ready(struct db_conn *c, int64_t now_us) MUST_USE;
/* What no request ever sees; for keys that are made from it. Wipe it. ERR_NOT_FOUND: the site was never started. */
enum err people_site_secret(struct db_conn *c, struct hash *out_secret) MUST_USE;
enum err people_may_all_found(struct db_conn *c, bool *out_all) MUST_USE;
enum err people_may_all_found_set(struct db_conn *c, bool all) MUST_USE;

enum err people_add(struct db_conn *c, struct str name, bool chinese, bool site_owner, int64_t now_us, int64_t *out_account) MUST_USE;
enum err people_get(struct db_conn *c, struct arena *a, int64_t account, struct account *out) MUST_USE; /* ERR_NOT_FOUND */
enum err people_site_owner(struct db_conn *c, int64_t *out_account) MUST_USE; /* ERR_NOT_FOUND: nobody came in yet */
enum err people_count(struct db_conn *c, int64_t *out_count) MUST_USE;
enum err people_set(struct db_conn *c, const struct account *a) MUST_USE; /* name, locale, left_out, greetable */
/* The account ends: its name becomes name, its way in and its sign-ins go. empties: what it said is to be emptied too. */
enum err people_delete(struct db_conn *c, int64_t account, struct str name, bool empties, int64_t now_us) MUST_USE;
/* Somebody deleted whose messages are not all emptied yet; ERR_NOT_FOUND. */
enum err people_to_empty(struct db_conn *c, int64_t *out_account) MUST_USE;
enum err people_emptied(struct db_conn *c, int64_t account) MUST_USE;
/* ERR_CONFLICT: somebody has this login. hash: of proof_password_hash. */
enum err people_set_password(struct db_conn *c, int64_t account, struct str login, struct str hash) MUST_USE;
/* ERR_NOT_FOUND: nobody has this login. */
enum err people_by_login(struct db_conn *c, struct arena *a, struct str login, int64_t *out_account, struct str *out_hash) MUST_USE;
enum err people_password_hash(struct db_conn *c, struct arena *a, int64_t account, struct str *out_hash) MUST_USE; /* empty: none */

/* ---- sign-ins ---- */
struct session {
	int64_t id, made_us, seen_us;
	struct str agent;
};
/* A new sign-in; the oldest beyond PEOPLE_SESSIONS_MAX ends. */
enum err people_session_add(struct db_conn *c, int64_t account, struct str agent, int64_t now_us, struct token *out_token,
	int64_t *out_session) MUST_USE;
/* ERR_NOT_FOUND: no such token, or ended. Marks it seen when the connection may write. */
enum err people_session_find(struct db_conn *c, struct str token, int64_t now_us, int64_t *out_account, int64_t *out_session,
	bool *out_chinese) MUST_USE;
enum err people_sessions(struct db_conn *c, struct arena *a, int64_t account, struct session **out, size_t *out_count) MUST_USE;
enum err people_session_end(struct db_conn *c, int64_t account, int64_t session, int64_t now_us) MUST_USE; /* ERR_NOT_FOUND */

/* ---- one-time links ---- */
enum link_kind { LINK_FIRST, LINK_DEVICE, LINK_RECOVERY };
enum link_state { LINK_OPEN, LINK_ASKING, LINK_ALLOWED, LINK_DENIED, LINK_USED, LINK_EXPIRED };
struct link {
	int64_t id, account, made_by, expires_us;
	enum link_kind kind;
	enum link_state state;
	struct str agent;
	struct str ticket_hash;
};
/* account 0: LINK_FIRST. The code is shown once, here. */
enum err people_link_add(struct db_conn *c, enum link_kind kind, int64_t account, int64_t made_by, int64_t now_us,
	struct token *out_code, int64_t *out_link, int64_t *out_expires_us) MUST_USE;
enum err people_link_by_code(struct db_conn *c, struct arena *a, struct str code, int64_t now_us, struct link *out) MUST_USE;
enum err people_link_get(struct db_conn *c, struct arena *a, int64_t link, int64_t now_us, struct link *out) MUST_USE;
/* A device asks; it gets a ticket with which it asks again. */
enum err people_link_ask(struct db_conn *c, int64_t link, struct str agent, struct token *out_ticket) MUST_USE;
bool people_ticket_fits(const struct link *l, struct str ticket);
enum err people_link_answer(struct db_conn *c, int64_t link, bool allowed) MUST_USE;
/* ERR_CONFLICT: it was used meanwhile. */
enum err people_link_use(struct db_conn *c, int64_t link, int64_t now_us) MUST_USE;
enum err people_first_links_end(struct db_conn *c, int64_t now_us) MUST_USE; /* older first links stop working */

#endif
