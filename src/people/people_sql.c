/* Accounts and the site's own row. */
#include "people/people.h"

DB_SQL(sql_site_add, "INSERT INTO site (one, secret, made_us) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING")
DB_SQL(sql_site_get, "SELECT may_found FROM site WHERE one = 1")
DB_SQL(sql_site_secret, "SELECT secret FROM site WHERE one = 1")
DB_SQL(sql_site_set, "UPDATE site SET may_found = $1 WHERE one = 1")
DB_SQL(sql_account_add, "INSERT INTO account (name, locale, site_owner, made_us) VALUES ($1, $2, $3, $4) RETURNING id")
DB_SQL(sql_account_get, "SELECT id, name, locale, login, site_owner, left_out, made_us, greetable FROM account WHERE id = $1 AND deleted_us IS NULL")
DB_SQL(sql_account_count, "SELECT COUNT(*) FROM account WHERE deleted_us IS NULL")
DB_SQL(sql_site_owner, "SELECT id FROM account WHERE site_owner = 1 AND deleted_us IS NULL ORDER BY id LIMIT 1")
DB_SQL(sql_account_set, "UPDATE account SET name = $2, locale = $3, left_out = $4, greetable = $5 WHERE id = $1")
DB_SQL(sql_login_owner, "SELECT id FROM account WHERE login = $1")
DB_SQL(sql_account_password, "UPDATE account SET login = $2, password_hash = $3 WHERE id = $1")
DB_SQL(sql_account_by_login, "SELECT id, password_hash FROM account WHERE login = $1 AND deleted_us IS NULL")
DB_SQL(sql_account_hash, "SELECT password_hash FROM account WHERE id = $1")
DB_SQL(sql_account_end, "UPDATE account SET name = $2, login = NULL, password_hash = NULL, left_out = 1, greetable = 0, deleted_us = $3, empties = $4 "
	"WHERE id = $1")
DB_SQL(sql_account_sessions_end, "UPDATE session SET ended_us = COALESCE(ended_us, $2), agent = '' WHERE account = $1")
DB_SQL(sql_account_links_end, "UPDATE enter_link SET used_us = COALESCE(used_us, $2), agent = NULL WHERE account = $1")
DB_SQL(sql_account_to_empty, "SELECT id FROM account WHERE empties = 1 ORDER BY id LIMIT 1")
DB_SQL(sql_account_emptied, "UPDATE account SET empties = 0 WHERE id = $1")

enum err people_site_ready(struct db_conn *c, int64_t now_us)
{
	char secret[32];
	random_bytes(secret, sizeof secret);
	return db_run(c, &sql_site_add, NULL, DB_B(((struct str){ secret, sizeof secret })), DB_I(now_us));
}

enum err people_site_secret(struct db_conn *c, struct hash *out_secret)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_site_secret, &rows));
	struct str secret = db_str(&rows, 0);
	if (secret.n != HASH_BYTES)
		return ERR_DAMAGED;
	memcpy(out_secret->bytes, secret.p, HASH_BYTES);
	return ERR_OK;
}

enum err people_may_all_found(struct db_conn *c, bool *out_all)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_site_get, &rows));
	*out_all = str_eq(db_str(&rows, 0), STR("all"));
	return ERR_OK;
}

enum err people_may_all_found_set(struct db_conn *c, bool all)
{
	return db_run(c, &sql_site_set, NULL, DB_T(all ? STR("all") : STR("owner")));
}

static struct str locale_of(bool chinese) { return chinese ? STR("zh") : STR("en"); }

enum err people_add(struct db_conn *c, struct str name, bool chinese, bool site_owner, int64_t now_us, int64_t *out_account)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_account_add, &rows, DB_T(name), DB_T(locale_of(chinese)), DB_I(site_owner), DB_I(now_us)));
	*out_account = db_int(&rows, 0);
	return ERR_OK;
}

enum err people_get(struct db_conn *c, struct arena *a, int64_t account, struct account *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct account got = { 0 };
	TRY(db_one(c, &sql_account_get, &rows, DB_I(account)));
	got.id = db_int(&rows, 0);
	TRY(db_str_copy(&rows, 1, a, &got.name));
	TRY(db_str_copy(&rows, 2, a, &got.locale));
	TRY(db_str_copy(&rows, 3, a, &got.login));
	got.site_owner = db_int(&rows, 4) != 0;
	got.left_out = db_int(&rows, 5) != 0;
	got.made_us = db_int(&rows, 6);
	got.greetable = db_int(&rows, 7) != 0;
	*out = got;
	return ERR_OK;
}

enum err people_site_owner(struct db_conn *c, int64_t *out_account)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_site_owner, &rows));
	*out_account = db_int(&rows, 0);
	return ERR_OK;
}

enum err people_count(struct db_conn *c, int64_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_account_count, &rows));
	*out_count = db_int(&rows, 0);
	return ERR_OK;
}

enum err people_set(struct db_conn *c, const struct account *a)
{
	return db_run(c, &sql_account_set, NULL, DB_I(a->id), DB_T(a->name), DB_T(a->locale), DB_I(a->left_out), DB_I(a->greetable));
}

enum err people_delete(struct db_conn *c, int64_t account, struct str name, bool empties, int64_t now_us)
{
	TRY(db_run(c, &sql_account_end, NULL, DB_I(account), DB_T(name), DB_I(now_us), DB_I(empties)));
	TRY(db_run(c, &sql_account_sessions_end, NULL, DB_I(account), DB_I(now_us)));
	return db_run(c, &sql_account_links_end, NULL, DB_I(account), DB_I(now_us));
}

enum err people_to_empty(struct db_conn *c, int64_t *out_account)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_account_to_empty, &rows));
	*out_account = db_int(&rows, 0);
	return ERR_OK;
}

enum err people_emptied(struct db_conn *c, int64_t account) { return db_run(c, &sql_account_emptied, NULL, DB_I(account)); }

enum err people_set_password(struct db_conn *c, int64_t account, struct str login, struct str hash)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	enum err e = db_one(c, &sql_login_owner, &rows, DB_T(login));
	if (e == ERR_OK && db_int(&rows, 0) != account)
		return ERR_CONFLICT;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	db_rows_close(&rows);
	return db_run(c, &sql_account_password, NULL, DB_I(account), DB_T(login), DB_T(hash));
}

enum err people_by_login(struct db_conn *c, struct arena *a, struct str login, int64_t *out_account, struct str *out_hash)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_account_by_login, &rows, DB_T(login)));
	TRY(db_str_copy(&rows, 1, a, out_hash));
	*out_account = db_int(&rows, 0);
	return ERR_OK;
}

enum err people_password_hash(struct db_conn *c, struct arena *a, int64_t account, struct str *out_hash)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_account_hash, &rows, DB_I(account)));
	return db_str_copy(&rows, 0, a, out_hash);
}
