/*
 * ledger/seal: days do not go back; of two who seal one does; writers at once, and a process that is killed, leave a ledger that is
 * sound; on both databases.
 */
#include <signal.h>
#include <sys/wait.h>

#include "ledger_help.h"

enum { WRITERS = 6, MOVES = 60, KILLS = 4 };

/* ---- days, sizes, two who seal ---- */

static void days(const struct place *p)
{
	struct books b;
	struct ledger_proof got;
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	int64_t t = FIRST_DAY * DAY_US;
	bool more = true;
	books_open(&b, p);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_seal_round(b.c, t, &more), ERR_OK); /* nothing to seal, nothing written */
	assert_false(more);
	assert_int_equal(db_commit(b.c), ERR_OK);
	assert_false(books_root(&b, t + DAY_US));
	books_move(&b, "1", b.site, b.member[1], 1, t);
	books_seal(&b, t, 1);
	books_move(&b, "2", b.site, b.member[1], 1, t);
	books_seal(&b, t - 3 * DAY_US, 2); /* the clock went back */
	assert_int_equal(ledger_proof(b.c, a, 2, &got), ERR_OK);
	assert_true(got.day == FIRST_DAY && got.seal == 2);
	assert_true(books_root(&b, t + DAY_US));
	books_move(&b, "3", b.site, b.member[1], 1, t);
	books_seal(&b, t, 3); /* it went back behind a day that has its root: that one stays as it is */
	assert_int_equal(ledger_proof(b.c, a, 3, &got), ERR_OK);
	assert_true(got.day == FIRST_DAY + 1 && got.seal == 3);
	books_sound(&b);
	/* several days are due at once: in order */
	books_move(&b, "4", b.site, b.member[1], 1, t);
	books_seal(&b, t + 4 * DAY_US, 4);
	assert_true(books_root(&b, t + 9 * DAY_US));
	assert_true(books_root(&b, t + 9 * DAY_US));
	assert_false(books_root(&b, t + 9 * DAY_US));
	books_sound(&b);
	books_close(&b);
}
static void test_days_do_not_go_back(void **state) { on_both(days); }

static void two_seal(const struct place *p)
{
	struct books b;
	CLEANUP(ledger_seal_drop) struct ledger_seal one = LEDGER_SEAL, two = LEDGER_SEAL;
	struct ledger_root r, other;
	int64_t t = FIRST_DAY * DAY_US;
	books_open(&b, p);
	books_move(&b, "1", b.site, b.member[1], 1, t);
	for (int tries = 0; tries < 3000 && one.entries == 0; tries++, usleep(10000)) {
		assert_int_equal(db_begin(b.c, false), ERR_OK);
		assert_int_equal(ledger_seal_make(b.c, t, &one), ERR_OK);
		assert_int_equal(ledger_seal_make(b.c, t, &two), ERR_OK);
		db_rollback(b.c);
	}
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_seal_keep(b.c, &one), ERR_OK);
	assert_int_equal(ledger_seal_keep(b.c, &two), ERR_CONFLICT);
	assert_int_equal(db_commit(b.c), ERR_OK);
	assert_int_equal(ledger_root_make(b.c, &b.key, t + DAY_US, &r), ERR_OK);
	assert_int_equal(ledger_root_make(b.c, &b.key, t + DAY_US, &other), ERR_OK);
	/* sealed on after the root was worked out: it is worked out again */
	books_move(&b, "2", b.site, b.member[1], 1, t);
	books_seal(&b, t, 2);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_root_keep(b.c, &r, t), ERR_CONFLICT);
	assert_int_equal(ledger_root_make(b.c, &b.key, t + DAY_US, &r), ERR_OK);
	assert_int_equal(ledger_root_keep(b.c, &r, t), ERR_OK);
	assert_int_equal(ledger_root_keep(b.c, &other, t), ERR_CONFLICT);
	assert_int_equal(db_commit(b.c), ERR_OK);
	books_sound(&b);
	books_close(&b);
}
static void test_of_two_who_seal_one_does(void **state) { on_both(two_seal); }

/* More than one seal holds. */
static void many(const struct place *p)
{
	struct books b;
	struct ledger_proof got;
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 22);
	int64_t n = LEDGER_SEAL_MAX + 77, entry;
	char id[20];
	const char *why;
	books_open(&b, p);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	for (int64_t i = 0; i < n; i++) {
		snprintf(id, sizeof id, "%d", (int)i);
		const struct ledger_leg legs[] = { { b.site, -1 - i }, { b.member[1 + i % 4], 1 + i } };
		const struct ledger_act act = books_act(id, i);
		assert_int_equal(ledger_transfer(b.c, &act, legs, 2, &entry, NULL), ERR_OK);
	}
	assert_int_equal(db_commit(b.c), ERR_OK);
	books_seal(&b, FIRST_DAY * DAY_US, n);
	assert_true(books_root(&b, (FIRST_DAY + 1) * DAY_US));
	const int64_t some[] = { 1, 2, LEDGER_SEAL_MAX, LEDGER_SEAL_MAX + 1, n };
	for (size_t i = 0; i < COUNT_OF(some); i++) {
		assert_int_equal(ledger_proof(b.c, a, some[i], &got), ERR_OK);
		assert_true(got.state == LEDGER_SIGNED && got.index == some[i] - 1 && got.root.entries == n);
		assert_int_equal(got.seal, some[i] <= LEDGER_SEAL_MAX ? 1 : 2);
		assert_true(ledger_proof_holds(&got, &why));
	}
	books_sound(&b);
	books_close(&b);
}
static void test_more_than_one_seal_holds(void **state) { on_both(many); }

/* Many posts in one go are the entries that they would be one by one; the sender's own share is among them. */
static void many_posts(const struct place *p)
{
	struct books b;
	books_open(&b, p);
	books_move(&b, "give", b.site, b.member[1], 100, 1);
	int64_t hold = books_hold(&b, "hold", b.member[1], 60, 2, 1000);
	const struct ledger_post posts[] = { { STR("a"), 11, b.member[2], 10 }, { STR("b"), 12, b.member[1], 20 }, { STR("c"), 13, b.member[3], 30 } },
		again[] = { { STR("c"), 13, b.member[3], 1 } };
	const struct ledger_act act = { .purpose = LEDGER_PACKET, .subject = 1, .at_us = 5 };
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_post_many(b.c, &act, hold, posts, COUNT_OF(posts)), ERR_OK);
	assert_int_equal(db_commit(b.c), ERR_OK);
	books_sound(&b);
	hold = books_hold(&b, "next", b.member[1], 5, 6, 1000);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_post_many(b.c, &act, hold, again, 1), ERR_CONFLICT);
	db_rollback(b.c);
	books_sound(&b);
	books_close(&b);
}
static void test_many_posts_in_one_go(void **state) { on_both(many_posts); }

/* ---- writers at once ---- */

static struct db *shared;
static struct books all;
static _Atomic int writing;

/* Moves among few accounts, holds, posts and releases of them: everybody wants the same rows. */
static enum err one_act(struct db_conn *c, uint64_t me, int i, int64_t *hold)
{
	char id[40];
	int64_t entry, returned;
	snprintf(id, sizeof id, "w%d/%d", (int)me, i);
	const struct ledger_act act = books_act(id, 100 + i);
	const struct ledger_leg legs[] = { { i % 3 ? all.site : all.member[1], -2 }, { all.member[2 + (me + (uint64_t)i) % 2], 2 } };
	if (i % 5 == 1)
		return ledger_hold(c, &act, all.member[1], 7, 1000, hold, NULL);
	if (i % 5 == 2 && *hold)
		return ledger_post(c, &act, *hold, all.member[2], 3, &entry, NULL);
	if (i % 5 == 4 && *hold)
		return ledger_release(c, &act, *hold, LEDGER_VOID, &returned, NULL);
	return ledger_transfer(c, &act, legs, 2, &entry, NULL);
}

static void *writer(void *arg)
{
	struct db_conn *c = NULL;
	uint64_t me = (uint64_t)(uintptr_t)arg;
	int64_t hold = 0;
	if (db_connect(shared, false, &c) != ERR_OK)
		abort();
	for (int i = 0; i < MOVES; i++) {
		enum err e = ERR_BUSY;
		for (int tries = 0; tries < 2000 && e == ERR_BUSY; tries++) {
			int64_t mine = hold;
			e = db_begin(c, true);
			if (e == ERR_OK)
				e = one_act(c, me, i, &mine);
			if (e == ERR_OK && me % 2)
				usleep(300);
			if (e == ERR_OK)
				e = db_commit(c);
			if (e == ERR_OK)
				hold = mine;
			db_rollback(c);
		}
		if (e != ERR_OK)
			abort();
	}
	db_disconnect(c);
	writing--;
	return NULL;
}

static void at_once(const struct place *p)
{
	pthread_t threads[WRITERS];
	struct said s;
	books_open(&all, p);
	shared = all.db;
	writing = WRITERS;
	books_move(&all, "begin", all.site, all.member[1], 100000, 1);
	for (uintptr_t i = 0; i < WRITERS; i++)
		assert_int_equal(thread_start(&threads[i], "writer", writer, (void *)(i + 1)), ERR_OK);
	int rounds = 0;
	for (bool more; writing > 0; rounds++, usleep(2000)) {
		assert_int_equal(db_begin(all.c, true), ERR_OK);
		assert_int_equal(ledger_seal_round(all.c, FIRST_DAY * DAY_US + rounds, &more), ERR_OK);
		assert_int_equal(db_commit(all.c), ERR_OK);
		if (rounds % 16 == 0 && books_check(&all, rounds % 32 ? LEDGER_WHOLE : LEDGER_SINCE_LAST_SEAL, &s) != ERR_OK)
			fail_msg("while others write: %s", s.all);
	}
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	struct ledger_line *lines;
	size_t n;
	assert_int_equal(ledger_lines(all.c, a, all.site, INT64_MAX, 1, &lines, &n), ERR_OK);
	books_seal(&all, FIRST_DAY * DAY_US + rounds, lines[0].position);
	assert_true(books_root(&all, (FIRST_DAY + 1) * DAY_US));
	books_sound(&all);
	books_close(&all);
}
static void test_writers_at_once_leave_it_sound(void **state) { on_both(at_once); }

/* The same id from all of them at once: it happens once, and each hears so. */
static void *repeater(void *arg)
{
	struct db_conn *c = NULL;
	int64_t entry, *out = arg;
	if (db_connect(shared, false, &c) != ERR_OK)
		abort();
	for (int i = 0; i < 20; i++) {
		char id[20];
		snprintf(id, sizeof id, "same/%d", i);
		const struct ledger_act act = books_act(id, 5);
		const struct ledger_leg legs[] = { { all.member[1], -10 }, { all.member[2], 10 } };
		enum err e = ERR_BUSY;
		for (int tries = 0; tries < 2000 && e == ERR_BUSY; tries++) {
			e = db_begin(c, true);
			if (e == ERR_OK)
				e = ledger_transfer(c, &act, legs, 2, &entry, NULL);
			if (e == ERR_OK)
				e = db_commit(c);
			db_rollback(c);
		}
		if (e != ERR_OK)
			abort(); /* member[1] has just enough for each id once: a second time would be refused */
		*out += entry;
	}
	db_disconnect(c);
	return NULL;
}

static void repeats_at_once(const struct place *p)
{
	pthread_t threads[WRITERS];
	int64_t sums[WRITERS] = { 0 };
	books_open(&all, p);
	shared = all.db;
	books_move(&all, "begin", all.site, all.member[1], 200, 1);
	for (size_t i = 0; i < WRITERS; i++)
		assert_int_equal(thread_start(&threads[i], "repeater", repeater, &sums[i]), ERR_OK);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 1; i < WRITERS; i++)
		assert_int_equal(sums[i], sums[0]);
	books_sound(&all);
	books_close(&all);
}
static void test_the_same_id_at_once(void **state) { on_both(repeats_at_once); }

/* An older transaction that is still going on: what came after it is not sealed before it. */
static void test_sealing_waits_for_the_older(void **state)
{
	struct place p;
	struct books b;
	struct db_conn *old = NULL;
	struct ledger_proof got;
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	bool more;
	int64_t entry;
	if (!place_new(&p, true))
		skip();
	books_open(&b, &p);
	assert_int_equal(db_connect(b.db, false, &old), ERR_OK);
	const struct ledger_leg legs[] = { { b.site, -5 }, { b.member[1], 5 } }, others[] = { { b.member[2], 5 }, { b.member[3], -5 } };
	const struct ledger_act act = books_act("old", 1), young = books_act("young", 2);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(db_commit(b.c), ERR_OK);
	books_move(&b, "begin", b.site, b.member[3], 50, 1);
	assert_int_equal(db_begin(old, true), ERR_OK);
	assert_int_equal(ledger_transfer(old, &act, legs, 2, &entry, NULL), ERR_OK);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_transfer(b.c, &young, others, 2, &entry, NULL), ERR_OK);
	assert_int_equal(db_commit(b.c), ERR_OK);
	assert_int_equal(db_begin(b.c, true), ERR_OK);
	assert_int_equal(ledger_seal_round(b.c, 1, &more), ERR_OK);
	assert_int_equal(db_commit(b.c), ERR_OK);
	assert_int_equal(ledger_proof(b.c, a, entry, &got), ERR_OK);
	assert_int_equal(got.state, LEDGER_NOT_SEALED);
	books_sound(&b);
	assert_int_equal(db_commit(old), ERR_OK);
	books_seal(&b, 1, entry);
	assert_int_equal(ledger_proof(b.c, a, entry - 1, &got), ERR_OK);
	assert_int_equal(got.state, LEDGER_SEALED);
	books_sound(&b);
	db_disconnect(old);
	books_close(&b);
	place_end(&p);
}

/* Whose transaction numbers begin anew would seal nothing that comes, and say nothing. */
static void test_a_database_that_was_moved(void **state)
{
	struct place p;
	struct books b;
	CLEANUP(ledger_seal_drop) struct ledger_seal s = LEDGER_SEAL;
	if (!place_new(&p, true))
		skip();
	books_open(&b, &p);
	books_move(&b, "1", b.site, b.member[1], 1, 1);
	books_seal(&b, 1, 1);
	assert_int_equal(ledger_seal_make(b.c, 1, &s), ERR_OK);
	books_close(&b);
	hand_frees(&p);
	hand(&p, "UPDATE ledger_seal SET last_xid = last_xid + 1000000");
	books_open(&b, &p);
	assert_int_equal(ledger_seal_make(b.c, 1, &s), ERR_DAMAGED);
	books_close(&b);
	place_end(&p);
}

/* ---- killed ---- */

static void work_until_killed(const struct place *p, int life)
{
	struct books b;
	char id[40];
	bool more;
	books_open(&b, p);
	for (int i = 0;; i++) {
		snprintf(id, sizeof id, "life %d/%d", life, i);
		books_move(&b, id, b.site, b.member[1 + i % 4], 3, FIRST_DAY * DAY_US);
		if (i % 3)
			continue;
		assert_int_equal(db_begin(b.c, true), ERR_OK);
		assert_int_equal(ledger_seal_round(b.c, (FIRST_DAY + life) * DAY_US, &more), ERR_OK);
		assert_int_equal(db_commit(b.c), ERR_OK);
	}
}

static void killed(const struct place *p)
{
	struct books b;
	for (int life = 0; life < KILLS; life++) {
		pid_t child = fork();
		if (child == 0) {
			work_until_killed(p, life);
			_exit(1);
		}
		usleep(p->postgres ? 400000 : 250000);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		books_open(&b, p);
		books_sound(&b);
		if (life % 2)
			books_move(&b, life == 1 ? "between 1" : "between 3", b.site, b.member[1], 1, 1);
		books_close(&b);
	}
	books_open(&b, p);
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	struct ledger_line *lines;
	size_t n;
	assert_int_equal(ledger_lines(b.c, a, b.site, INT64_MAX, 1, &lines, &n), ERR_OK);
	assert_true(n == 1 && lines[0].position > 10);
	books_seal(&b, (FIRST_DAY + KILLS) * DAY_US, lines[0].position);
	while (books_root(&b, (FIRST_DAY + KILLS + 1) * DAY_US))
		continue;
	books_sound(&b);
	books_close(&b);
}
static void test_killed_between_commit_and_seal(void **state) { on_both(killed); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days_do_not_go_back),
		cmocka_unit_test(test_of_two_who_seal_one_does),
		cmocka_unit_test(test_more_than_one_seal_holds),
		cmocka_unit_test(test_many_posts_in_one_go),
		cmocka_unit_test(test_a_database_that_was_moved),
		cmocka_unit_test(test_writers_at_once_leave_it_sound),
		cmocka_unit_test(test_the_same_id_at_once),
		cmocka_unit_test(test_sealing_waits_for_the_older),
		cmocka_unit_test(test_killed_between_commit_and_seal),
	};
	log_level_set(LOG_SILENT);
	if (proof_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests_name("ledger_seal", tests, NULL, NULL);
}
