/* ledger_check: a ledger that nobody touched is sound; whatever a hand changes past the rooms is named at the right entry. */
#include "ledger_help.h"

struct tampering {
	const char *sql;    /* {x}: the byte string xx… of the database; see below */
	int64_t position;   /* of the first finding; 0: of no entry */
	const char *words;  /* in what was told */
	bool seen_at_start; /* also by the check at a start */
};

static const struct tampering tamperings[] = {
	{ "UPDATE ledger_leg SET amount = 101 WHERE entry = 4 AND amount = 100", 4, "", false },
	{ "UPDATE ledger_leg SET amount = 1001 WHERE entry = 1 AND amount = 1000", 1, "", false },
	{ "UPDATE ledger_leg SET posted_after = posted_after + 1 WHERE entry = 11 AND amount = 20", 11, "", false },
	{ "UPDATE ledger_leg SET held_after = held_after + 1 WHERE entry = 12", 12, "", true },
	{ "UPDATE ledger_leg SET held = 31 WHERE entry = 12", 12, "", true },
	{ "DELETE FROM ledger_leg WHERE entry = 13 AND amount > 0", 13, "", false },
	{ "DELETE FROM ledger_leg WHERE entry = 10", 10, "", false },
	/* two entries change places, their legs with them or not */
	{ "UPDATE ledger_entry SET position = 99 WHERE position = 13; UPDATE ledger_entry SET position = 13 WHERE position = 14; "
	  "UPDATE ledger_entry SET position = 14 WHERE position = 99", 13, "not what seal 3 covers", false },
	{ "UPDATE ledger_entry SET position = 99 WHERE position = 13; UPDATE ledger_entry SET position = 13 WHERE position = 14; "
	  "UPDATE ledger_entry SET position = 14 WHERE position = 99; UPDATE ledger_leg SET entry = 99 WHERE entry = 13; "
	  "UPDATE ledger_leg SET entry = 13 WHERE entry = 14; UPDATE ledger_leg SET entry = 14 WHERE entry = 99", 13, "", true },
	/* what says who, when, why */
	{ "UPDATE ledger_entry SET caller_id = 'm2x' WHERE position = 2", 2, "not what seal 1 covers", false },
	{ "UPDATE ledger_entry SET actor = 4 WHERE position = 2", 2, "not what seal 1 covers", false },
	{ "UPDATE ledger_entry SET subject = 4 WHERE position = 14", 14, "not what seal 3 covers", false },
	{ "UPDATE ledger_entry SET at_us = at_us - 1 WHERE position = 8", 8, "not what seal 2 covers", false },
	{ "UPDATE ledger_entry SET purpose = 2 + 1 WHERE position = 8", 8, "not what seal 2 covers", false },
	{ "UPDATE ledger_entry SET kind = 9 WHERE position = 8", 8, "", false },
	{ "UPDATE ledger_account SET owner = 15 WHERE owner = 13", 5, "not what seal 1 covers", false },
	/* rows that are gone, or too many */
	{ "DELETE FROM ledger_entry WHERE position = 11; DELETE FROM ledger_leg WHERE entry = 11", 12, "", false },
	{ "DELETE FROM ledger_entry WHERE position = 14; DELETE FROM ledger_leg WHERE entry = 14", 13, "1 more entries up to 14, which are gone", true },
	{ "DELETE FROM ledger_entry WHERE position = 15", 15, "the entry is gone", false },
	{ "INSERT INTO ledger_entry (position, caller_id, kind, purpose, subject, actor, at_us) VALUES (17, 'new', 1, 2, 1, 1, 1)", 17, "0 legs", true },
	{ "INSERT INTO ledger_leg (entry, account, amount, held, posted_after, held_after) VALUES (14, 4, 0, 0, 0, 0)", 14, "", true },
	{ "INSERT INTO ledger_leg (entry, account, amount, held, posted_after, held_after) VALUES (16, 77, 0, 0, 0, 0)", 16, "account 77, which is not there", true },
	/* what is kept beside the legs */
	{ "UPDATE ledger_account SET posted = posted + 1 WHERE owner = 12", 15, "account", true },
	{ "UPDATE ledger_account SET held = held + 1 WHERE owner = 13", 16, "account", true },
	{ "UPDATE ledger_account SET posted = posted - 1 WHERE kind = 'site'", 2, "account", false },
	{ "UPDATE ledger_account SET posted = 5 WHERE owner = 14", 0, "account", false }, /* of no entry at all */
	{ "UPDATE ledger_hold SET left_minor = left_minor + 1 WHERE entry = 12", 12, "its hold says 20 is left", true },
	{ "UPDATE ledger_hold SET ended = 4 WHERE entry = 7", 7, "its hold says", false },
	{ "UPDATE ledger_hold SET ended = 0, left_minor = 150 WHERE entry = 3", 3, "its hold says", false },
	{ "UPDATE ledger_hold SET amount = 400 WHERE entry = 3", 3, "", false },
	{ "UPDATE ledger_hold SET expires_us = expires_us + 1 WHERE entry = 9", 9, "", false },
	{ "DELETE FROM ledger_hold WHERE entry = 9", 9, "kept nowhere", false },
	{ "INSERT INTO ledger_hold (entry, account, amount, left_minor, expires_us) VALUES (15, 2, 1, 1, 1)", 15, "it is no hold", false },
	{ "UPDATE ledger_hold SET account = 2 WHERE entry = 12", 12, "a hold of another account", true },
	{ "UPDATE ledger_leg SET held = -31 WHERE entry = 16 AND held < 0", 16, "it takes 31 of its hold, entry 12", true },
	{ "UPDATE ledger_leg SET held = -149 WHERE entry = 6", 6, "it ends its hold, entry 3, with 149 of 150", false },
	{ "UPDATE ledger_entry SET at_us = at_us + 864000000000 WHERE position = 16", 16, "it comes after the time of its hold", true },
	/* not sealed yet */
	{ "UPDATE ledger_leg SET amount = amount * 2 WHERE entry = 15", 15, "", true },
	{ "UPDATE ledger_leg SET posted_after = posted_after - 1 WHERE entry = 16 AND amount = 11", 16, "", true },
	{ "UPDATE ledger_entry SET hold = 7 WHERE position = 16", 16, "after the end of its hold", true },
	{ "DELETE FROM ledger_leg WHERE entry = 16 AND amount = 11", 16, "", true },
	/* what an entry cannot be in itself */
	{ "UPDATE ledger_account SET currency = 'EUR' WHERE owner = 12", 2, "its legs are of two currencies", true },
	{ "UPDATE ledger_leg SET amount = 0 WHERE entry = 15", 15, "it moves nothing on account", true },
	{ "UPDATE ledger_leg SET held = 1 WHERE entry = 15 AND amount > 0", 15, "which its kind does not", true },
	{ "UPDATE ledger_leg SET held = 11 WHERE entry = 16 AND held < 0", 16, "which its kind cannot", true },
	{ "UPDATE ledger_leg SET held_after = -1 WHERE entry = 15 AND amount > 0", 15, "it leaves -1 held", true },
	{ "UPDATE ledger_entry SET kind = 9 WHERE position = 15", 15, "which does not exist", true },
	{ "UPDATE ledger_entry SET hold = NULL WHERE position = 16", 16, "cannot be one of its kind's", true },
	{ "UPDATE ledger_entry SET hold = 16 WHERE position = 16", 16, "cannot be one of its kind's", true },
	{ "UPDATE ledger_entry SET expires_us = 5 WHERE position = 15", 15, "has a time to end", true },
	{ "UPDATE ledger_entry SET expires_us = NULL WHERE position = 12", 12, "lacks a time to end", true },
	/* seals and roots; a leaf of seal 1 is 32 bytes, the fourth stands at byte 97 */
	{ "{leaf}", 4, "not what seal 1 covers", false },
	{ "{chain 2}", 12, "seal 2 does not hang on the chain", true },
	{ "{chain 3}", 14, "seal 3", true },
	{ "UPDATE ledger_seal SET day = day - 1 WHERE number = 3", 14, "seal 3", true },
	{ "DELETE FROM ledger_seal WHERE number = 2", 7, "", true },
	{ "UPDATE ledger_seal SET entries = 5 WHERE number = 2", 12, "seal 2 says", false },
	{ "UPDATE ledger_root SET entries = 11", 12, "not that of its seals", true }, /* at a start its signature does not fit */
	{ "UPDATE ledger_root SET chain = root", 12, "not that of its seals", true },
	{ "UPDATE ledger_root SET signature = root", 12, "cannot be read", true },
	{ "UPDATE ledger_root SET day = day + 7", 12, "day 20000 has no root", true },
};

/* The same bytes, with one of them changed, in either database's words. */
static const char *words_of(const struct place *p, const char *sql)
{
	static const char *const pg[] = { "UPDATE ledger_seal SET leaves = set_byte(leaves, 96, get_byte(leaves, 96) # 1) WHERE number = 1",
		"UPDATE ledger_seal SET chain = set_byte(chain, 5, get_byte(chain, 5) # 1) WHERE number = 2",
		"UPDATE ledger_seal SET chain = set_byte(chain, 5, get_byte(chain, 5) # 1) WHERE number = 3" };
	static const char *const lite[] = {
		"UPDATE ledger_seal SET leaves = CAST(substr(leaves, 1, 96) || substr(leaves, 98, 1) || substr(leaves, 98) AS BLOB) WHERE number = 1",
		"UPDATE ledger_seal SET chain = (SELECT chain FROM ledger_seal WHERE number = 1) WHERE number = 2",
		"UPDATE ledger_seal SET chain = (SELECT chain FROM ledger_seal WHERE number = 1) WHERE number = 3" };
	static const char *const names[] = { "{leaf}", "{chain 2}", "{chain 3}" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(sql, names[i]) == 0)
			return p->postgres ? pg[i] : lite[i];
	return sql;
}

static bool is_named(struct books *b, const struct tampering *t)
{
	bool fine = true;
	struct said s;
	char wanted[60];
	snprintf(wanted, sizeof wanted, t->position ? "ledger: entry %lld" : "ledger: ", (long long)t->position);
	enum err e = books_check(b, LEDGER_WHOLE, &s);
	const char *end = s.first + strlen(wanted);
	if (e != ERR_DAMAGED || strncmp(s.first, wanted, strlen(wanted)) != 0 || (t->position && *end != ' ' && *end != ':') ||
		(t->position == 0 && strncmp(s.first, "ledger: entry", 13) == 0) || !strstr(s.all, t->words)) {
		print_error("%s\nwas told (%s) as:\n%swanted: %s … %s\n", t->sql, err_name(e), s.all, wanted, t->words);
		fine = false;
	}
	e = books_check(b, LEDGER_SINCE_LAST_SEAL, &s);
	if ((e == ERR_DAMAGED) != t->seen_at_start || (e != ERR_OK && e != ERR_DAMAGED)) {
		print_error("%s\nwas told at a start (%s) as:\n%s", t->sql, err_name(e), s.all);
		fine = false;
	}
	return fine;
}

/* The ledger as it was, for the next tampering. */
static void put_back(const struct place *p, bool keep)
{
	static const char *const tables[] = { "account", "entry", "leg", "hold", "seal", "root" };
	char sql[300];
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		const char *t = tables[i];
		if (keep)
			snprintf(sql, sizeof sql, "CREATE TABLE kept_%s AS SELECT * FROM ledger_%s", t, t);
		else
			snprintf(sql, sizeof sql, "DELETE FROM ledger_%s; INSERT INTO ledger_%s SELECT * FROM kept_%s", t, t, t);
		hand(p, sql);
	}
}

static void tamper(const struct place *p)
{
	struct books b;
	size_t wrong = 0;
	books_open(&b, p);
	books_fill(&b);
	hand_frees(p);
	put_back(p, true);
	for (size_t i = 0; i < COUNT_OF(tamperings); i++) {
		books_sound(&b);
		hand(p, words_of(p, tamperings[i].sql));
		wrong += !is_named(&b, &tamperings[i]);
		put_back(p, false);
	}
	books_sound(&b);
	books_close(&b);
	assert_int_equal(wrong, 0);
}
static void test_what_a_hand_changed_is_named(void **state) { on_both(tamper); }

/* Whoever has the database but not the site's secret can sign, but not with the site's key. */
static void forged(const struct place *p)
{
	struct books b;
	struct sign_key other;
	struct said s;
	struct ledger_root r;
	books_open(&b, p);
	books_fill(&b);
	books_sound(&b);
	books_close(&b);
	hand_frees(p);
	hand(p, "DELETE FROM ledger_root");
	books_open(&b, p);
	ledger_key(STR("another secret of so many bytes"), &other);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_root_make(b.c, &other, (FIRST_DAY + 1) * DAY_US, &r), ERR_OK);
	assert_int_equal(ledger_root_keep(b.c, &r, 1), ERR_OK);
	assert_int_equal(db_commit(b.c), ERR_OK);
	for (int of = LEDGER_WHOLE; of <= LEDGER_SINCE_LAST_SEAL; of++) {
		assert_int_equal(books_check(&b, (enum ledger_check_of)of, &s), ERR_DAMAGED);
		assert_non_null(strstr(s.first, "another key"));
		assert_int_equal(s.count, 1);
	}
	assert_int_equal(ledger_check(b.c, LEDGER_WHOLE, NULL, hear, &s), ERR_OK); /* by itself it holds */
	/* the site's own key under a tree that is not that of the seals */
	books_close(&b);
	hand(p, "DELETE FROM ledger_root");
	books_open(&b, p);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	struct hash root = r.root;
	assert_int_equal(ledger_root_make(b.c, &b.key, (FIRST_DAY + 1) * DAY_US, &r), ERR_OK);
	assert_memory_equal(&root, &r.root, sizeof root);
	r.signature.bytes[7] ^= 1;
	assert_int_equal(ledger_root_keep(b.c, &r, 1), ERR_OK);
	assert_int_equal(db_commit(b.c), ERR_OK);
	for (int of = LEDGER_WHOLE; of <= LEDGER_SINCE_LAST_SEAL; of++) {
		assert_int_equal(books_check(&b, (enum ledger_check_of)of, &s), ERR_DAMAGED);
		assert_non_null(strstr(s.first, "a signature that does not fit"));
	}
	books_close(&b);
}
static void test_a_forged_root_is_found(void **state) { on_both(forged); }

/* Who lifts a floor, takes, gives back and puts the floor where it was leaves all sums as they should be. */
static void below_the_floor(const struct place *p)
{
	struct books b;
	struct said s;
	books_open(&b, p);
	int64_t t = FIRST_DAY * DAY_US;
	books_move(&b, "1", b.site, b.member[1], 10, t);
	hand(p, "UPDATE ledger_account SET floor_minor = -100 WHERE owner = 11");
	books_move(&b, "2", b.member[1], b.member[2], 60, t);
	books_move(&b, "3", b.member[2], b.member[1], 60, t);
	hand(p, "UPDATE ledger_account SET floor_minor = 0 WHERE owner = 11");
	assert_int_equal(books_check(&b, LEDGER_WHOLE, &s), ERR_DAMAGED);
	assert_string_equal(s.all, "ledger: entry 2 (caller's id 2): it leaves account 2 below its floor\n");
	books_close(&b);
}
static void test_below_the_floor(void **state) { on_both(below_the_floor); }

/* Damage everywhere: the first are told, the others counted, and it ends. */
static void all_of_it(const struct place *p)
{
	struct books b;
	struct said s;
	char id[20];
	books_open(&b, p);
	for (int i = 0; i < 200; i++) {
		snprintf(id, sizeof id, "%d", i);
		books_move(&b, id, b.site, b.member[1 + i % 3], 2, 1);
	}
	books_seal(&b, DAY_US, 200);
	books_close(&b);
	hand_frees(p);
	hand(p, "UPDATE ledger_entry SET subject = subject + position");
	books_open(&b, p);
	assert_int_equal(books_check(&b, LEDGER_WHOLE, &s), ERR_DAMAGED);
	assert_int_equal(s.count, LEDGER_FINDINGS_MAX + 1);
	assert_int_equal(strncmp(s.first, "ledger: entry 1 ", 16), 0);
	assert_non_null(strstr(s.all, "ledger: and 180 more"));
	books_close(&b);
}
static void test_damage_everywhere(void **state) { on_both(all_of_it); }

/* A start with more behind the last seal than it can look up leg by leg looks at everything. */
static void much_to_look_at(const struct place *p)
{
	struct books b;
	struct said s;
	char id[20];
	int64_t entry;
	books_open(&b, p);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	for (int64_t i = 0; i <= LEDGER_RECENT_MAX; i++) {
		const struct ledger_leg legs[] = { { b.site, -1 }, { b.member[1], 1 } };
		snprintf(id, sizeof id, "%d", (int)i);
		const struct ledger_act act = books_act(id, i);
		assert_int_equal(ledger_transfer(b.c, &act, legs, 2, &entry, NULL), ERR_OK);
	}
	assert_int_equal(db_commit(b.c), ERR_OK);
	books_sound(&b);
	hand(p, "UPDATE ledger_account SET posted = 5 WHERE owner = 14"); /* what no leg touches is not looked at leg by leg */
	assert_int_equal(books_check(&b, LEDGER_SINCE_LAST_SEAL, &s), ERR_DAMAGED);
	assert_int_equal(s.count, 1);
	assert_non_null(strstr(s.first, "account 5 says"));
	books_close(&b);
}
static void test_much_to_look_at_at_a_start(void **state) { on_both(much_to_look_at); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_hand_changed_is_named),
		cmocka_unit_test(test_a_forged_root_is_found),
		cmocka_unit_test(test_below_the_floor),
		cmocka_unit_test(test_damage_everywhere),
		cmocka_unit_test(test_much_to_look_at_at_a_start),
	};
	log_level_set(LOG_SILENT);
	if (proof_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests_name("ledger_check", tests, NULL, NULL);
}
