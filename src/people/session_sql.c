/* Sign-ins and one-time links. What is stored of a token or code is its SHA-256. */
#include "people/people.h"
#include "proof/proof.h"

DB_SQL(sql_session_add, "INSERT INTO session (account, token_hash, agent, made_us, seen_us) VALUES ($1, $2, $3, $4, $4) RETURNING id")
DB_SQL(sql_session_trim, "UPDATE session SET ended_us = $2 WHERE account = $1 AND ended_us IS NULL AND id NOT IN "
	"(SELECT id FROM session WHERE account = $1 AND ended_us IS NULL ORDER BY seen_us DESC, id DESC LIMIT $3)")
DB_SQL(sql_session_find, "SELECT s.id, s.account, s.seen_us, a.locale FROM session s JOIN account a ON a.id = s.account "
	"WHERE s.token_hash = $1 AND s.ended_us IS NULL AND a.deleted_us IS NULL")
DB_SQL(sql_session_list, "SELECT id, agent, made_us, seen_us FROM session WHERE account = $1 AND ended_us IS NULL "
	"ORDER BY seen_us DESC, id DESC LIMIT 100")
DB_SQL(sql_session_end, "UPDATE session SET ended_us = $3 WHERE id = $2 AND account = $1 AND ended_us IS NULL")
DB_SQL(sql_session_seen, "UPDATE session SET seen_us = $2 WHERE id = $1")

DB_SQL(sql_link_add, "INSERT INTO enter_link (code_hash, kind, account, made_by, made_us, expires_us) "
	"VALUES ($1, $2, $3, $4, $5, $6) RETURNING id")
#define LINK_COLUMNS "id, kind, account, made_by, expires_us, agent, ticket_hash, allowed, used_us"
DB_SQL(sql_link_by_code, "SELECT " LINK_COLUMNS " FROM enter_link WHERE code_hash = $1")
DB_SQL(sql_link_get, "SELECT " LINK_COLUMNS " FROM enter_link WHERE id = $1")
DB_SQL(sql_link_ask, "UPDATE enter_link SET agent = $2, ticket_hash = $3, allowed = NULL WHERE id = $1")
DB_SQL(sql_link_answer, "UPDATE enter_link SET allowed = $2 WHERE id = $1")
DB_SQL(sql_link_use, "UPDATE enter_link SET used_us = $2 WHERE id = $1 AND used_us IS NULL")
DB_SQL(sql_first_links_end, "UPDATE enter_link SET used_us = $1 WHERE kind = 'first' AND used_us IS NULL")

static struct str token_str(const struct token *t) { return (struct str){ t->z, TOKEN_CHARS }; }

enum err people_session_add(struct db_conn *c, int64_t account, struct str agent, int64_t now_us, struct token *out_token,
	int64_t *out_session)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct token t = token_new();
	struct hash h = hash_sha256(token_str(&t));
	TRY(db_one(c, &sql_session_add, &rows, DB_I(account), DB_B(hash_str(&h)), DB_T(agent), DB_I(now_us)));
	int64_t session = db_int(&rows, 0);
	TRY(db_run(c, &sql_session_trim, NULL, DB_I(account), DB_I(now_us), DB_I(PEOPLE_SESSIONS_MAX)));
	*out_token = t;
	*out_session = session;
	return ERR_OK;
}

enum err people_session_find(struct db_conn *c, struct str token, int64_t now_us, int64_t *out_account, int64_t *out_session,
	bool *out_chinese)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	if (token.n != TOKEN_CHARS)
		return ERR_NOT_FOUND;
	struct hash h = hash_sha256(token);
	TRY(db_one(c, &sql_session_find, &rows, DB_B(hash_str(&h))));
	int64_t session = db_int(&rows, 0), seen_us = db_int(&rows, 2);
	if (now_us - seen_us > PEOPLE_SESSION_LIFE_US)
		return ERR_NOT_FOUND;
	*out_account = db_int(&rows, 1);
	*out_session = session;
	*out_chinese = str_eq(db_str(&rows, 3), STR("zh"));
	db_rows_close(&rows);
	if (now_us - seen_us > PEOPLE_SEEN_STEP_US && db_is_writing(c))
		return db_run(c, &sql_session_seen, NULL, DB_I(session), DB_I(now_us));
	return ERR_OK;
}

enum err people_sessions(struct db_conn *c, struct arena *a, int64_t account, struct session **out, size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct session *list = arena_take_many(a, 100, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_session_list, &rows, DB_I(account)));
	for (; n < 100 && db_next(&rows); n++) {
		list[n] = (struct session){ .id = db_int(&rows, 0), .made_us = db_int(&rows, 2), .seen_us = db_int(&rows, 3) };
		TRY(db_str_copy(&rows, 1, a, &list[n].agent));
	}
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}

enum err people_session_end(struct db_conn *c, int64_t account, int64_t session, int64_t now_us)
{
	int64_t changed = 0;
	TRY(db_run(c, &sql_session_end, &changed, DB_I(account), DB_I(session), DB_I(now_us)));
	return changed ? ERR_OK : ERR_NOT_FOUND;
}

/* ---- links ---- */

static const char *const kind_words[] = { [LINK_FIRST] = "first", [LINK_DEVICE] = "device", [LINK_RECOVERY] = "recovery" };

enum err people_link_add(struct db_conn *c, enum link_kind kind, int64_t account, int64_t made_by, int64_t now_us,
	struct token *out_code, int64_t *out_link, int64_t *out_expires_us)
{
	static const int64_t life_us[] = { [LINK_FIRST] = PEOPLE_FIRST_LINK_US, [LINK_DEVICE] = PEOPLE_DEVICE_LINK_US,
		[LINK_RECOVERY] = PEOPLE_RECOVERY_LINK_US };
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct token code = token_new();
	struct hash h = hash_sha256(token_str(&code));
	int64_t expires_us = now_us + life_us[kind];
	TRY(db_one(c, &sql_link_add, &rows, DB_B(hash_str(&h)), DB_T(str_of(kind_words[kind])), DB_N(account), DB_N(made_by),
		DB_I(now_us), DB_I(expires_us)));
	*out_code = code;
	*out_link = db_int(&rows, 0);
	*out_expires_us = expires_us;
	return ERR_OK;
}

static enum err link_of(struct db_rows *rows, struct arena *a, int64_t now_us, struct link *out)
{
	struct link l = { .id = db_int(rows, 0), .account = db_int(rows, 2), .made_by = db_int(rows, 3), .expires_us = db_int(rows, 4) };
	for (size_t i = 0; i < COUNT_OF(kind_words); i++)
		if (str_eq(db_str(rows, 1), str_of(kind_words[i])))
			l.kind = (enum link_kind)i;
	TRY(db_str_copy(rows, 5, a, &l.agent));
	TRY(db_str_copy(rows, 6, a, &l.ticket_hash));
	l.state = !db_is_null(rows, 8) ? LINK_USED : now_us > l.expires_us ? LINK_EXPIRED :
		!db_is_null(rows, 7) ? (db_int(rows, 7) ? LINK_ALLOWED : LINK_DENIED) : l.ticket_hash.n ? LINK_ASKING : LINK_OPEN;
	*out = l;
	return ERR_OK;
}

enum err people_link_by_code(struct db_conn *c, struct arena *a, struct str code, int64_t now_us, struct link *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct hash h = hash_sha256(code);
	TRY(db_one(c, &sql_link_by_code, &rows, DB_B(hash_str(&h))));
	return link_of(&rows, a, now_us, out);
}

enum err people_link_get(struct db_conn *c, struct arena *a, int64_t link, int64_t now_us, struct link *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_link_get, &rows, DB_I(link)));
	return link_of(&rows, a, now_us, out);
}

enum err people_link_ask(struct db_conn *c, int64_t link, struct str agent, struct token *out_ticket)
{
	struct token t = token_new();
	struct hash h = hash_sha256(token_str(&t));
	TRY(db_run(c, &sql_link_ask, NULL, DB_I(link), DB_T(agent), DB_B(hash_str(&h))));
	*out_ticket = t;
	return ERR_OK;
}

bool people_ticket_fits(const struct link *l, struct str ticket)
{
	struct hash h = hash_sha256(ticket);
	return l->ticket_hash.n == HASH_BYTES && proof_equal(l->ticket_hash, hash_str(&h));
}

enum err people_link_answer(struct db_conn *c, int64_t link, bool allowed)
{
	return db_run(c, &sql_link_answer, NULL, DB_I(link), DB_I(allowed));
}

enum err people_link_use(struct db_conn *c, int64_t link, int64_t now_us)
{
	int64_t changed = 0;
	TRY(db_run(c, &sql_link_use, &changed, DB_I(link), DB_I(now_us)));
	return changed ? ERR_OK : ERR_CONFLICT;
}

enum err people_first_links_end(struct db_conn *c, int64_t now_us) { return db_run(c, &sql_first_links_end, NULL, DB_I(now_us)); }
