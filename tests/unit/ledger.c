/*
 * ledger: what is refused and what is not, and under thousands of seeded operations what a second, simpler ledger says; on both
 * databases. Every id is used more than once, now and then with other content; every so often a transaction is undone.
 */
#include "db_help.h"
#include "ledger/ledger.h"

enum { ACCOUNTS = 6, STEPS = 3000, HOLDS = 400, NAMES = 900 };

struct known { /* what an id stood for */
	bool used;
	int kind;
	int64_t a, b, amount, entry, freed;
};
struct second { /* the ledger again, without entries */
	int64_t posted[ACCOUNTS], held[ACCOUNTS];
	struct {
		int64_t name;
		int account;
		int64_t left, expires_us;
		bool over;
	} holds[HOLDS];
	size_t hold_count;
	struct known known[NAMES];
};

struct run {
	struct db *db;
	struct db_conn *c;
	int64_t accounts[ACCOUNTS], now_us;
	uint64_t chance;
	struct second m, before;
};

static uint64_t some(struct run *r, uint64_t below)
{
	r->chance = r->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (r->chance >> 33) % below;
}

static void open_run(struct run *r, const char *url)
{
	assert_int_equal(db_open(&(struct db_options){ .url = url, .sync_off = true }, &r->db), ERR_OK);
	assert_int_equal(db_connect(r->db, false, &r->c), ERR_OK);
	assert_int_equal(db_begin(r->c, true), ERR_OK);
	for (int i = 0; i < ACCOUNTS; i++) /* the first is the site, which may owe */
		assert_int_equal(ledger_account_open(r->c, i ? LEDGER_MEMBER : LEDGER_SITE, i, STR(LEDGER_POINTS), i ? 0 : LEDGER_NO_FLOOR, 1,
			&r->accounts[i]), ERR_OK);
	assert_int_equal(db_commit(r->c), ERR_OK);
}

static void close_run(struct run *r)
{
	db_disconnect(r->c);
	db_close(r->db);
}

static struct ledger_act act_of(struct run *r, char id[40], uint64_t name)
{
	snprintf(id, 40, "test/%llu", (unsigned long long)name);
	return (struct ledger_act){ .caller_id = str_of(id), .purpose = LEDGER_GRANT, .subject = 7, .actor = 3, .at_us = r->now_us };
}

static void same(struct run *r)
{
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 16);
	assert_int_equal(db_begin(r->c, false), ERR_OK);
	for (int i = 0; i < ACCOUNTS; i++) {
		struct ledger_account got;
		assert_int_equal(ledger_account_get(r->c, a, i ? LEDGER_MEMBER : LEDGER_SITE, i, STR(LEDGER_POINTS), &got), ERR_OK);
		assert_int_equal(got.posted, r->m.posted[i]);
		assert_int_equal(got.held, r->m.held[i]);
		assert_true(i == 0 || got.posted - got.held >= 0);
	}
	db_rollback(r->c);
}

static bool may(const struct second *m, int account, int64_t amount, int64_t held)
{
	return account == 0 || m->posted[account] + amount - m->held[account] - held >= 0;
}

/* What an id that was used before answers. */
static bool repeated(struct run *r, uint64_t name, int kind, int64_t a, int64_t b, int64_t amount, enum err got, int64_t entry, bool repeat)
{
	const struct known *k = &r->m.known[name];
	if (!k->used)
		return false;
	if (k->kind == kind && k->a == a && k->b == b && k->amount == amount) {
		assert_int_equal(got, ERR_OK);
		assert_true(repeat && entry == k->entry);
	} else {
		assert_int_equal(got, ERR_CONFLICT);
	}
	return true;
}

static enum err move(struct run *r, uint64_t name, struct ledger_act *act)
{
	int from = some(r, 2) ? 0 : (int)some(r, ACCOUNTS), to = (int)some(r, ACCOUNTS);
	int64_t amount = 1 + (int64_t)some(r, from ? 400 : 3000), entry = 0;
	bool repeat = false;
	const struct ledger_leg legs[] = { { r->accounts[from], -amount }, { r->accounts[to], amount } };
	enum err e = ledger_transfer(r->c, act, legs, 2, &entry, &repeat);
	if (from == to) {
		assert_int_equal(e, ERR_INPUT);
		return e;
	}
	if (repeated(r, name, 1, from, to, amount, e, entry, repeat))
		return e;
	if (!may(&r->m, from, -amount, 0)) {
		assert_int_equal(e, ERR_REFUSED);
		return e;
	}
	assert_int_equal(e, ERR_OK);
	r->m.posted[from] -= amount;
	r->m.posted[to] += amount;
	r->m.known[name] = (struct known){ true, 1, from, to, amount, entry, 0 };
	return e;
}

static enum err reserve(struct run *r, uint64_t name, struct ledger_act *act)
{
	int of = 1 + (int)some(r, ACCOUNTS - 1);
	int64_t amount = 1 + (int64_t)some(r, 500), hold = 0, until = r->now_us + 5 * US_PER_S;
	bool repeat = false;
	enum err e = ledger_hold(r->c, act, r->accounts[of], amount, until, &hold, &repeat);
	if (repeated(r, name, 2, of, until, amount, e, hold, repeat))
		return e;
	if (!may(&r->m, of, 0, amount)) {
		assert_int_equal(e, ERR_REFUSED);
		return e;
	}
	assert_int_equal(e, ERR_OK);
	r->m.held[of] += amount;
	r->m.known[name] = (struct known){ true, 2, of, until, amount, hold, 0 };
	if (r->m.hold_count < HOLDS) {
		size_t h = r->m.hold_count++;
		r->m.holds[h].name = hold;
		r->m.holds[h].account = of;
		r->m.holds[h].left = amount;
		r->m.holds[h].expires_us = until;
		r->m.holds[h].over = false;
	}
	return e;
}

static enum err give(struct run *r, uint64_t name, struct ledger_act *act, size_t h)
{
	int to = (int)some(r, ACCOUNTS);
	int64_t amount = 1 + (int64_t)some(r, 200), entry = 0, hold = r->m.holds[h].name;
	int from = r->m.holds[h].account;
	bool repeat = false;
	enum err e = ledger_post(r->c, act, hold, r->accounts[to], amount, &entry, &repeat);
	if (repeated(r, name, 3, hold, to, amount, e, entry, repeat))
		return e;
	if (r->m.holds[h].over || r->now_us >= r->m.holds[h].expires_us || r->m.holds[h].left < amount) {
		assert_int_equal(e, ERR_REFUSED);
		return e;
	}
	assert_int_equal(e, ERR_OK);
	r->m.posted[from] -= amount;
	r->m.posted[to] += amount;
	r->m.held[from] -= amount;
	r->m.holds[h].left -= amount;
	r->m.holds[h].over = r->m.holds[h].left == 0;
	r->m.known[name] = (struct known){ true, 3, hold, to, amount, entry, 0 };
	return e;
}

static enum err release(struct run *r, uint64_t name, struct ledger_act *act, size_t h, enum ledger_kind how)
{
	int64_t returned = -1, hold = r->m.holds[h].name;
	bool repeat = false;
	enum err e = ledger_release(r->c, act, hold, how, &returned, &repeat);
	const struct known *k = &r->m.known[name];
	if (k->used) {
		bool is_same = k->kind == (int)how && k->a == hold;
		assert_int_equal(e, is_same ? ERR_OK : ERR_CONFLICT);
		assert_true(!is_same || (repeat && returned == k->freed));
		return e;
	}
	if (r->m.holds[h].over || (how == LEDGER_EXPIRE && r->now_us < r->m.holds[h].expires_us)) {
		assert_int_equal(e, ERR_REFUSED);
		return e;
	}
	assert_int_equal(e, ERR_OK);
	assert_int_equal(returned, r->m.holds[h].left);
	r->m.held[r->m.holds[h].account] -= returned;
	r->m.holds[h].left = 0;
	r->m.holds[h].over = true;
	r->m.known[name] = (struct known){ true, (int)how, hold, 0, 0, 0, returned };
	return e;
}

static void step(struct run *r)
{
	char id[40];
	uint64_t name = some(r, NAMES), what = some(r, 10);
	r->now_us += (int64_t)some(r, 900) * US_PER_MS;
	struct ledger_act act = act_of(r, id, name);
	size_t h = r->m.hold_count ? (size_t)some(r, r->m.hold_count) : 0;
	r->before = r->m;
	assert_int_equal(db_begin(r->c, true), ERR_OK);
	enum err e = what < 3 ? move(r, name, &act) : what < 5 || r->m.hold_count == 0 ? reserve(r, name, &act) : what < 8 ? give(r, name, &act, h) :
		release(r, name, &act, h, what == 8 ? LEDGER_VOID : LEDGER_EXPIRE);
	if (e == ERR_OK && some(r, 8)) {
		assert_int_equal(db_commit(r->c), ERR_OK);
		return;
	}
	r->m = r->before; /* refused, or undone: as if it had never been */
	db_rollback(r->c);
}

static void follows_a_second_ledger(const struct place *p)
{
	static struct run r;
	r = (struct run){ .chance = 11, .now_us = US_PER_S };
	open_run(&r, p->url);
	for (int i = 0; i < STEPS; i++) {
		step(&r);
		if (i % 50 == 0)
			same(&r);
	}
	same(&r);
	int64_t sum = 0, used = 0;
	for (int i = 0; i < ACCOUNTS; i++)
		sum += r.m.posted[i];
	for (int i = 0; i < NAMES; i++)
		used += r.m.known[i].used;
	assert_int_equal(sum, 0);
	print_message("# %d names, %d holds\n", (int)used, (int)r.m.hold_count);
	assert_true(used > NAMES / 4 && r.m.hold_count > 30); /* something did happen */
	close_run(&r);
}

/* Rows of the ledger itself cannot be changed, by anybody who comes through the database. */
static void rows_stay(const struct place *p)
{
	static const char *const attempts[] = { "UPDATE ledger_entry SET subject = 8", "DELETE FROM ledger_entry", "UPDATE ledger_leg SET amount = 1",
		"DELETE FROM ledger_leg" };
	static struct run r;
	char id[40];
	int64_t entry;
	r = (struct run){ .now_us = US_PER_S };
	open_run(&r, p->url);
	struct ledger_act act = act_of(&r, id, 1);
	const struct ledger_leg legs[] = { { r.accounts[0], -5 }, { r.accounts[1], 5 } };
	assert_int_equal(db_begin(r.c, true), ERR_OK);
	assert_int_equal(ledger_transfer(r.c, &act, legs, 2, &entry, NULL), ERR_OK);
	assert_int_equal(db_commit(r.c), ERR_OK);
	close_run(&r);
	for (size_t i = 0; i < COUNT_OF(attempts); i++)
		assert_true(place_refuses(p, attempts[i]));
}

static void refuses_bad_legs(void **state)
{
	struct place p;
	static struct run r;
	char id[40];
	int64_t entry, euros;
	assert_true(place_new(&p, false));
	r = (struct run){ .now_us = US_PER_S };
	open_run(&r, p.url);
	struct ledger_act act = act_of(&r, id, 1);
	assert_int_equal(db_begin(r.c, true), ERR_OK);
	assert_int_equal(ledger_account_open(r.c, LEDGER_MEMBER, 1, STR("EUR"), 0, 1, &euros), ERR_OK);
	assert_int_equal(db_commit(r.c), ERR_OK);
	const struct ledger_leg unbalanced[] = { { r.accounts[0], -5 }, { r.accounts[1], 6 } }, zero[] = { { r.accounts[0], 0 }, { r.accounts[1], 0 } },
		large[] = { { r.accounts[0], -LEDGER_AMOUNT_MAX - 1 }, { r.accounts[1], LEDGER_AMOUNT_MAX + 1 } },
		two[] = { { r.accounts[0], -5 }, { euros, 5 } }, nobody[] = { { r.accounts[0], -5 }, { 999, 5 } };
	const struct {
		const struct ledger_leg *legs;
		enum err wanted;
	} tries[] = { { unbalanced, ERR_INPUT }, { zero, ERR_INPUT }, { large, ERR_INPUT }, { two, ERR_INPUT }, { nobody, ERR_NOT_FOUND } };
	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		assert_int_equal(db_begin(r.c, true), ERR_OK);
		assert_int_equal(ledger_transfer(r.c, &act, tries[i].legs, 2, &entry, NULL), tries[i].wanted);
		db_rollback(r.c);
	}
	close_run(&r);
	place_end(&p);
}

static void follows_a_second_ledger_on_both(void **state) { on_both(follows_a_second_ledger); }
static void rows_stay_on_both(void **state) { on_both(rows_stay); }

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(follows_a_second_ledger_on_both), cmocka_unit_test(rows_stay_on_both),
		cmocka_unit_test(refuses_bad_legs) };
	log_level_set(LOG_SILENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
