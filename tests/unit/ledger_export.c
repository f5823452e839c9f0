/*
 * hearth ledger export: hundreds of random transfers, holds, posts, voids and expiries in four currencies, exported from both databases;
 * hledger (strict) and beancount accept the files, and hledger's balances are what the accounts say they have.
 */
#include "cli/ledger.h"
#include "ledger_help.h"

enum { OWNERS = 5, STEPS = 400 };
static const char *const currencies[] = { "points", "EUR", "JPY", "KWD" };
static const int64_t units[] = { 100, 100, 1, 1000 };
enum { CURRENCIES = COUNT_OF(currencies) };

static uint64_t chance;
static uint64_t some(uint64_t below)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (chance >> 33) % below;
}

struct random_books {
	struct db *db;
	struct db_conn *c;
	int64_t accounts[CURRENCIES][OWNERS], holds[STEPS], until[STEPS], of[STEPS];
	size_t hold_count;
	int done[6];
};

static const enum ledger_owner_kind kinds[OWNERS] = { LEDGER_SITE, LEDGER_MEMBER, LEDGER_MEMBER, LEDGER_GROUP, LEDGER_CLEARING };

/* Ids that would end a comment, a text or a field. */
static void id_of(int i, char out[80])
{
	static const char *const nasty[] = { "plain", "with \"quotes\" and \\", "comma, colon: semi; colon", "两行\n两行", "=1+1", "tab\there" };
	snprintf(out, 80, "%d %s", i, nasty[some(COUNT_OF(nasty))]);
}

static enum err one(struct random_books *b, int i, int64_t now_us)
{
	char id[80];
	id_of(i, id);
	const struct ledger_act act = { .caller_id = str_of(id), .purpose = (enum ledger_purpose)(1 + some(4)), .subject = (int64_t)some(50),
		.actor = (int64_t)some(9), .at_us = now_us };
	size_t k = (size_t)some(CURRENCIES), from = (size_t)some(OWNERS), to = (size_t)some(OWNERS), third = (size_t)some(OWNERS);
	int64_t amount = 1 + (int64_t)some(90000), entry, returned;
	size_t h = b->hold_count ? (size_t)some(b->hold_count) : 0;
	switch (b->hold_count ? some(7) : some(4)) {
	case 0:
	case 1: {
		const struct ledger_leg legs[] = { { b->accounts[k][from], -amount }, { b->accounts[k][to], amount } };
		b->done[LEDGER_TRANSFER]++;
		return ledger_transfer(b->c, &act, legs, 2, &entry, NULL);
	}
	case 2: {
		const struct ledger_leg legs[] = { { b->accounts[k][from], -amount - 7 }, { b->accounts[k][to], amount }, { b->accounts[k][third], 7 } };
		return ledger_transfer(b->c, &act, legs, 3, &entry, NULL);
	}
	case 3: {
		int64_t until_us = now_us + (int64_t)some(40) * DAY_US / 8;
		enum err e = ledger_hold(b->c, &act, b->accounts[k][from], amount, until_us + 1, &entry, NULL);
		if (e == ERR_OK) {
			b->until[b->hold_count] = until_us + 1;
			b->of[b->hold_count] = (int64_t)k;
			b->holds[b->hold_count++] = entry;
			b->done[LEDGER_HOLD]++;
		}
		return e;
	}
	case 4:
	case 5:
		b->done[LEDGER_POST]++;
		return ledger_post(b->c, &act, b->holds[h], b->accounts[b->of[h]][to], 1 + (int64_t)some(20000), &entry, NULL);
	default: {
		enum ledger_kind how = now_us >= b->until[h] ? LEDGER_EXPIRE : LEDGER_VOID;
		b->done[how]++;
		return ledger_release(b->c, &act, b->holds[h], how, &returned, NULL);
	}
	}
}

static void fill(struct random_books *b, const struct place *p)
{
	int64_t now_us = us_from_date((struct date){ 2023, 12, 20, 5, 0, 0 });
	int kept = 0;
	b->db = place_open(p);
	chance = 5;
	assert_int_equal(db_connect(b->db, false, &b->c), ERR_OK);
	assert_int_equal(db_begin(b->c, true), ERR_OK);
	for (size_t k = 0; k < CURRENCIES; k++)
		for (int o = 0; o < OWNERS; o++)
			assert_int_equal(ledger_account_open(b->c, kinds[o], o, str_of(currencies[k]), kinds[o] == LEDGER_MEMBER ? -100000 : LEDGER_NO_FLOOR,
				now_us + (int64_t)k * DAY_US, &b->accounts[k][o]), ERR_OK);
	assert_int_equal(db_commit(b->c), ERR_OK);
	for (int i = 0; i < STEPS * 2 && kept < STEPS; i++) {
		now_us += (int64_t)some(9 * 3600) * US_PER_S - 3600 * US_PER_S; /* the clock goes back now and then */
		assert_int_equal(db_begin(b->c, true), ERR_OK);
		enum err e = one(b, i, now_us);
		if (e == ERR_OK)
			assert_int_equal(db_commit(b->c), ERR_OK);
		kept += e == ERR_OK;
		db_rollback(b->c);
	}
	assert_true(kept > 200 && b->done[LEDGER_POST] > 20 && b->done[LEDGER_VOID] > 5 && b->done[LEDGER_EXPIRE] > 5 && b->hold_count > 20);
}

static void write_to(struct random_books *b, enum ledger_format format, const char *path)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(db_begin(b->c, false), ERR_OK);
	assert_int_equal(cli_ledger_export(b->c, format, f), ERR_OK);
	db_rollback(b->c);
	assert_int_equal(fclose(f), 0);
}

static void accepted(const char *tool, const char *path)
{
	char command[300];
	snprintf(command, sizeof command, "%s %s 2>&1", tool, path);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	char said[4000];
	size_t n = fread(said, 1, sizeof said - 1, f);
	said[n] = '\0';
	if (pclose(f) != 0)
		fail_msg("%s:\n%s", command, said);
}

/* "-12.34 POINTS" in minor units. */
static int64_t minor_of(const char *text, int64_t unit)
{
	bool minus = *text == '-';
	int64_t whole = 0, part = 0, scale = 1;
	text += minus;
	for (; *text >= '0' && *text <= '9'; text++)
		whole = whole * 10 + (*text - '0');
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++, scale *= 10)
			part = part * 10 + (*text - '0');
	assert_true(scale == unit || part == 0);
	return (minus ? -1 : 1) * (whole * unit + part * unit / scale);
}

/* What hledger counts for one account in one currency; 0 when it lists none. */
static int64_t counted(const char *path, const char *account, const char *commodity, int64_t unit)
{
	char command[400], line[400], wanted[100];
	int64_t found = 0;
	snprintf(command, sizeof command, "hledger -f %s balance --flat --no-total -E --output-format csv 'acct:^%s$' cur:%s", path, account, commodity);
	snprintf(wanted, sizeof wanted, "\"%s\",\"", account);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, wanted, strlen(wanted)) == 0)
			found = minor_of(line + strlen(wanted), unit);
	assert_int_equal(pclose(f), 0);
	return found;
}

static void compare_balances(struct random_books *b, const char *path)
{
	static const char *const names[OWNERS] = { "equity:site", "liabilities:member:1", "liabilities:member:2", "liabilities:group:3",
		"assets:clearing:4" };
	static const char *const commodities[] = { "POINTS", "EUR", "JPY", "KWD" };
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	int moved = 0;
	for (size_t k = 0; k < CURRENCIES; k++)
		for (int o = 0; o < OWNERS; o++) {
			struct ledger_account got;
			assert_int_equal(ledger_account_get(b->c, a, kinds[o], o, str_of(currencies[k]), &got), ERR_OK);
			assert_true(counted(path, names[o], commodities[k], units[k]) == -got.posted);
			moved += got.posted != 0;
		}
	assert_true(moved > 15);
}

static size_t lines_of(const char *path, const char *with)
{
	struct str text;
	size_t n = 0;
	assert_int_equal(file_read(path, 16u << 20, &text), ERR_OK);
	struct str rest = text, line;
	while (str_cut(&rest, '\n', &line))
		n += str_find(line, str_of(with)) >= 0;
	free((char *)text.p);
	return n;
}

/* An amount that somebody changed in the file is not accepted: the tools do look. */
static void not_accepted(const char *tool, const char *path, const char *swap)
{
	char command[700];
	snprintf(command, sizeof command, "sed '0,/%s/s//99999.99 POINTS/' %s >%s.bad && ! %s %s.bad >/dev/null 2>&1 && rm %s.bad", swap, path, path, tool,
		path, path);
	assert_int_equal(system(command), 0);
}

static void books_are_accepted(const struct place *p)
{
	static struct random_books b;
	char folder[] = "/tmp/hearth-books.XXXXXX", path[3][80];
	b = (struct random_books){ 0 };
	assert_non_null(mkdtemp(folder));
	snprintf(path[0], 80, "%s/a.journal", folder);
	snprintf(path[1], 80, "%s/a.beancount", folder);
	snprintf(path[2], 80, "%s/a.csv", folder);
	/* an empty ledger first */
	struct db *d = place_open(p);
	b.db = d;
	assert_int_equal(db_connect(d, false, &b.c), ERR_OK);
	for (int i = 0; i < 3; i++)
		write_to(&b, (enum ledger_format)i, path[i]);
	db_disconnect(b.c);
	db_close(d);
	accepted("hledger check -s -f", path[0]);
	accepted("bean-check", path[1]);
	assert_int_equal(lines_of(path[2], ","), 1);

	fill(&b, p);
	for (int i = 0; i < 3; i++)
		write_to(&b, (enum ledger_format)i, path[i]);
	accepted("hledger check -s -f", path[0]);
	accepted("bean-check", path[1]);
	not_accepted("hledger check -s -f", path[0], "-[0-9.]* POINTS$");
	not_accepted("bean-check", path[1], "-[0-9.]* POINTS$");
	compare_balances(&b, path[0]);
	assert_int_equal(lines_of(path[0], ") hold "), b.hold_count);
	assert_int_equal(lines_of(path[1], " custom \"hold\""), b.hold_count);
	assert_int_equal(lines_of(path[2], ",hold,"), b.hold_count + 1); /* the head has the word, too */
	db_disconnect(b.c);
	db_close(b.db);
	for (int i = 0; i < 3; i++)
		unlink(path[i]);
	assert_int_equal(rmdir(folder), 0);
}
static void test_books_are_accepted(void **state) { on_both(books_are_accepted); }

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_books_are_accepted) };
	log_level_set(LOG_SILENT);
	setenv("LC_ALL", "C.UTF-8", 1); /* hledger reads its files in the locale's encoding */
	return cmocka_run_group_tests_name("ledger_export", tests, NULL, NULL);
}
