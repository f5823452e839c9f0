/* A small ledger of known entries for tests of seals, proofs and checks, and a hand that comes past the rooms. */
#ifndef HEARTH_TEST_LEDGER_HELP_H
#define HEARTH_TEST_LEDGER_HELP_H

#include "db_help.h"
#include "ledger/seal.h"

#define DAY_US US_PER_DAY
#define FIRST_DAY INT64_C(20000)

struct books {
	struct db *db;
	struct db_conn *c;
	struct sign_key key;
	int64_t site, member[5]; /* member[1] … */
};

static inline void books_open(struct books *b, const struct place *p)
{
	b->db = place_open(p);
	assert_int_equal(db_connect(b->db, false, &b->c), ERR_OK);
	ledger_key(STR("a secret of thirty-two bytes …"), &b->key);
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	assert_int_equal(ledger_account_open(b->c, LEDGER_SITE, 0, STR(LEDGER_POINTS), LEDGER_NO_FLOOR, 1, &b->site), ERR_OK);
	for (int i = 1; i < (int)COUNT_OF(b->member); i++)
		assert_int_equal(ledger_account_open(b->c, LEDGER_MEMBER, 10 + i, STR(LEDGER_POINTS), 0, 1, &b->member[i]), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
}

static inline void books_close(struct books *b)
{
	db_disconnect(b->c);
	db_close(b->db);
}

static inline struct ledger_act books_act(const char *id, int64_t at_us)
{
	return (struct ledger_act){ .caller_id = str_of(id), .purpose = LEDGER_GRANT, .subject = 7, .actor = 3, .at_us = at_us };
}

static inline int64_t books_move(struct books *b, const char *id, int64_t from, int64_t to, int64_t amount, int64_t at_us)
{
	const struct ledger_leg legs[] = { { from, -amount }, { to, amount } };
	const struct ledger_act act = books_act(id, at_us);
	int64_t entry;
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	assert_int_equal(ledger_transfer(b->c, &act, legs, 2, &entry, NULL), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
	return entry;
}

static inline int64_t books_hold(struct books *b, const char *id, int64_t of, int64_t amount, int64_t at_us, int64_t until_us)
{
	const struct ledger_act act = books_act(id, at_us);
	int64_t entry;
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	assert_int_equal(ledger_hold(b->c, &act, of, amount, until_us, &entry, NULL), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
	return entry;
}

static inline int64_t books_post(struct books *b, const char *id, int64_t hold, int64_t to, int64_t amount, int64_t at_us)
{
	const struct ledger_act act = books_act(id, at_us);
	int64_t entry;
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	assert_int_equal(ledger_post(b->c, &act, hold, to, amount, &entry, NULL), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
	return entry;
}

static inline void books_release(struct books *b, const char *id, int64_t hold, enum ledger_kind how, int64_t at_us)
{
	const struct ledger_act act = books_act(id, at_us);
	int64_t returned;
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	assert_int_equal(ledger_release(b->c, &act, hold, how, &returned, NULL), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
}

/* Seal all there is. PostgreSQL's horizon is one for the whole server, so what else runs there may hold it back a while. */
static inline void books_seal(struct books *b, int64_t now_us, int64_t last)
{
	for (int tries = 0; tries < 3000; tries++) {
		bool more = true;
		while (more) {
			assert_int_equal(db_begin(b->c, true), ERR_OK);
			assert_int_equal(ledger_seal_round(b->c, now_us, &more), ERR_OK);
			assert_int_equal(db_commit(b->c), ERR_OK);
		}
		CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
		struct ledger_proof p;
		assert_int_equal(ledger_proof(b->c, a, last, &p), ERR_OK);
		if (p.state != LEDGER_NOT_SEALED)
			return;
		usleep(10000);
	}
	fail_msg("entry %lld was never sealed", (long long)last);
}

static inline bool books_root(struct books *b, int64_t now_us)
{
	bool made;
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	assert_int_equal(ledger_root_round(b->c, &b->key, now_us, &made), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
	return made;
}

/* Sixteen entries: 1 to 6 in seal 1, 7 to 12 in seal 2, of FIRST_DAY, which has its root; 13 and 14 in seal 3, of the day after; 15 and
 * 16 are not sealed. Hold 3 was voided, 7 posted to its end, 9 expired, 12 is open. */
static inline void books_fill(struct books *b)
{
	int64_t t = FIRST_DAY * DAY_US;
	const struct ledger_act three = books_act("three", t + 11);
	int64_t entry;
	assert_int_equal(books_move(b, "m1", b->site, b->member[1], 1000, t + 1), 1);
	assert_int_equal(books_move(b, "m2", b->site, b->member[2], 1000, t + 2), 2);
	assert_int_equal(books_hold(b, "h3", b->member[1], 300, t + 3, t + DAY_US), 3);
	assert_int_equal(books_post(b, "p4", 3, b->member[2], 100, t + 4), 4);
	assert_int_equal(books_post(b, "p5", 3, b->member[3], 50, t + 5), 5);
	books_release(b, "v6", 3, LEDGER_VOID, t + 6);
	books_seal(b, t + 6, 6);
	assert_int_equal(books_hold(b, "h7", b->member[2], 200, t + 7, t + DAY_US), 7);
	assert_int_equal(books_post(b, "p8", 7, b->member[1], 200, t + 8), 8);
	assert_int_equal(books_hold(b, "h9", b->member[2], 100, t + 9, t + 10), 9);
	books_release(b, "e10", 9, LEDGER_EXPIRE, t + 10);
	const struct ledger_leg legs[] = { { b->member[1], -60 }, { b->member[3], 40 }, { b->member[2], 20 } };
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	assert_int_equal(ledger_transfer(b->c, &three, legs, 3, &entry, NULL), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
	assert_int_equal(entry, 11);
	assert_int_equal(books_hold(b, "h12", b->member[3], 30, t + 12, t + 9 * DAY_US), 12);
	books_seal(b, t + 12, 12);
	assert_int_equal(books_move(b, "m13", b->member[1], b->member[2], 5, t + DAY_US + 1), 13);
	assert_int_equal(books_move(b, "m14", b->member[2], b->member[1], 6, t + DAY_US + 2), 14);
	books_seal(b, t + DAY_US + 2, 14);
	assert_true(books_root(b, t + DAY_US + 3));
	assert_int_equal(books_move(b, "m15", b->member[1], b->member[2], 7, t + DAY_US + 4), 15);
	assert_int_equal(books_post(b, "p16", 12, b->member[1], 11, t + DAY_US + 5), 16);
}

/* ---- the hand ---- */

static inline void hand(const struct place *p, const char *sql)
{
	if (p->postgres) {
		help_pg(p->url, sql);
		return;
	}
	char path[420], *wrong = NULL;
	sqlite3 *db = NULL;
	place_file(p, "db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	if (sqlite3_exec(db, sql, NULL, NULL, &wrong) != SQLITE_OK)
		fail_msg("%s: %s", sql, wrong);
	sqlite3_close(db);
}

/* Whoever tampers takes away first what keeps rows as they are. */
static inline void hand_frees(const struct place *p)
{
	static const char *const tables[] = { "entry", "leg", "seal", "root" };
	char sql[200];
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		if (p->postgres)
			snprintf(sql, sizeof sql, "ALTER TABLE ledger_%s DISABLE TRIGGER ALL", tables[i]);
		else
			snprintf(sql, sizeof sql, "DROP TRIGGER ledger_%s_update; DROP TRIGGER ledger_%s_delete", tables[i], tables[i]);
		hand(p, sql);
	}
}

/* ---- what a check says ---- */

struct said {
	size_t count;
	char first[400], all[8000];
};

static inline void hear(void *arg, const char *finding)
{
	struct said *s = arg;
	if (s->count++ == 0)
		snprintf(s->first, sizeof s->first, "%s", finding);
	size_t n = strlen(s->all);
	snprintf(s->all + n, sizeof s->all - n, "%s\n", finding);
}

static inline enum err books_check(struct books *b, enum ledger_check_of of, struct said *s)
{
	*s = (struct said){ 0 };
	assert_int_equal(db_begin(b->c, false), ERR_OK);
	enum err e = ledger_check(b->c, of, b->key.public_key, hear, s);
	db_rollback(b->c);
	return e;
}

static inline void books_sound(struct books *b)
{
	struct said s;
	if (books_check(b, LEDGER_WHOLE, &s) != ERR_OK || books_check(b, LEDGER_SINCE_LAST_SEAL, &s) != ERR_OK)
		fail_msg("%s", s.all);
}

#endif
