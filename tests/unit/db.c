/* db: parameters and answers, transactions and their poison, migrations, what is refused at the door; on both databases. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "db_help.h"

DB_SQL(sql_test_turned, "SELECT CAST($3 AS TEXT), CAST($1 AS BIGINT), CAST($2 AS DOUBLE PRECISION), CAST($1 AS BIGINT) + 1")
DB_SQL_2(sql_test_bytes, "SELECT CAST($1 AS BLOB)", "SELECT $1::bytea")
DB_SQL(sql_test_add, "INSERT INTO account (name, login, made_us) VALUES ($1, $2, $3) RETURNING id")
DB_SQL(sql_test_add_quietly, "INSERT INTO account (name, login, made_us) VALUES ($1, $2, $3) ON CONFLICT (login) DO NOTHING RETURNING id")
DB_SQL(sql_test_rename, "UPDATE account SET name = $2 WHERE login = $1")
DB_SQL(sql_test_count, "SELECT COUNT(*) FROM account WHERE name = $1")
DB_SQL(sql_test_list, "SELECT name FROM account ORDER BY id")

static int64_t count_of(struct db_conn *c, const char *name)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	assert_int_equal(db_one(c, &sql_test_count, &rows, DB_T(str_of(name))), ERR_OK);
	return db_int(&rows, 0);
}

static enum err add(struct db_conn *c, const char *name, const char *login)
{
	return db_run(c, &sql_test_add, NULL, DB_T(str_of(name)), login ? DB_T(str_of(login)) : DB_NULL, DB_I(1));
}

struct opened {
	struct db *d;
	struct db_conn *c;
};
static struct opened opened(const struct place *p)
{
	struct opened o = { place_open(p), NULL };
	assert_int_equal(db_connect(o.d, false, &o.c), ERR_OK);
	return o;
}
static void closed(struct opened *o)
{
	db_disconnect(o->c);
	db_close(o->d);
}

/* ---- parameters and answers ---- */

static void values(const struct place *p)
{
	CLEANUP(closed) struct opened o = opened(p);
	static const int64_t ints[] = { 0, -1, INT64_MAX - 1, INT64_MIN };
	static const double reals[] = { 0.1, -1e300, 5e-324, 3 };
	for (size_t i = 0; i < COUNT_OF(ints); i++) {
		CLEANUP(db_rows_close) struct db_rows rows = { 0 };
		assert_int_equal(db_one(o.c, &sql_test_turned, &rows, DB_I(ints[i]), DB_R(reals[i]), DB_T(STR("围炉'\"\\%"))), ERR_OK);
		assert_true(str_eq(db_str(&rows, 0), STR("围炉'\"\\%")));
		assert_true(db_int(&rows, 1) == ints[i] && db_int(&rows, 3) == ints[i] + 1);
		assert_true(db_real(&rows, 2) == reals[i]);
		assert_false(db_next(&rows));
		assert_int_equal(db_rows_end(&rows), ERR_OK);
	}
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	assert_int_equal(db_one(o.c, &sql_test_turned, &rows, DB_N(0), DB_NULL, DB_T(((struct str){ NULL, 0 }))), ERR_OK);
	assert_true(db_is_null(&rows, 1) && db_is_null(&rows, 2) && db_is_null(&rows, 3));
	assert_true(!db_is_null(&rows, 0) && db_str(&rows, 0).n == 0); /* an empty text is a text */
	assert_true(db_int(&rows, 1) == 0 && db_real(&rows, 2) == 0);
	db_rows_close(&rows);
	static const char zeroes[] = { 0, 1, 0, (char)0xff, 0 };
	assert_int_equal(db_one(o.c, &sql_test_bytes, &rows, DB_B(((struct str){ zeroes, sizeof zeroes }))), ERR_OK);
	assert_true(str_eq(db_str(&rows, 0), (struct str){ zeroes, sizeof zeroes }));
	db_rows_close(&rows);
	assert_int_equal(db_one(o.c, &sql_test_bytes, &rows, DB_NULL), ERR_OK);
	assert_true(db_is_null(&rows, 0) && db_str(&rows, 0).n == 0);
}
static void test_values_of_every_kind_and_none(void **state) { on_both(values); }

/* ---- transactions ---- */

static void poison(const struct place *p)
{
	CLEANUP(closed) struct opened o = opened(p);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	assert_true(db_is_writing(o.c));
	assert_int_equal(add(o.c, "一", "same"), ERR_OK);
	assert_int_equal(add(o.c, "二", "same"), ERR_CONFLICT);
	assert_int_equal(db_failed(o.c), ERR_CONFLICT);
	assert_int_equal(add(o.c, "三", "other"), ERR_CONFLICT); /* not tried any more */
	assert_int_equal(db_commit(o.c), ERR_CONFLICT);
	db_rollback(o.c);
	assert_false(db_in_transaction(o.c));
	assert_int_equal(db_failed(o.c), ERR_OK);
	assert_int_equal(count_of(o.c, "一"), 0);

	assert_int_equal(db_begin(o.c, true), ERR_OK);
	assert_int_equal(add(o.c, "一", "same"), ERR_OK);
	/* an expected duplicate is none of that */
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	assert_int_equal(db_one(o.c, &sql_test_add_quietly, &rows, DB_T(STR("二")), DB_T(STR("same")), DB_I(1)), ERR_NOT_FOUND);
	int64_t changed = 7;
	assert_int_equal(db_run(o.c, &sql_test_rename, &changed, DB_T(STR("nobody")), DB_T(STR("x"))), ERR_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(db_run(o.c, &sql_test_rename, &changed, DB_T(STR("same")), DB_T(STR("改"))), ERR_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(db_failed(o.c), ERR_OK);
	assert_int_equal(db_commit(o.c), ERR_OK);
	assert_int_equal(count_of(o.c, "改"), 1);
}
static void test_an_error_poisons_its_transaction_and_nothing_more(void **state) { on_both(poison); }

static void failing(const struct place *p)
{
	CLEANUP(closed) struct opened o = opened(p);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	db_fail(2);
	assert_int_equal(add(o.c, "一", NULL), ERR_OK);
	assert_int_equal(add(o.c, "二", NULL), ERR_DB);
	db_fail(0);
	assert_int_equal(db_commit(o.c), ERR_DB);
	db_rollback(o.c);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	assert_int_equal(add(o.c, "一", NULL), ERR_OK);
	db_fail(1);
	assert_int_equal(db_commit(o.c), ERR_DB);
	db_fail(0);
	db_rollback(o.c);
	assert_int_equal(count_of(o.c, "一"), 0);
}
static void test_statements_and_commits_made_to_fail(void **state) { on_both(failing); }

static void test_a_part_is_undone_alone(void **state)
{
	struct place p;
	assert_true(place_new(&p, false));
	struct opened o = opened(&p);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	for (int i = 0; i < 3; i++) {
		db_save(o.c);
		assert_int_equal(add(o.c, "留", i == 0 ? "same" : NULL), ERR_OK);
		if (i == 1) {
			assert_int_equal(add(o.c, "重", "same"), ERR_CONFLICT);
			db_save_undo(o.c);
			assert_int_equal(db_failed(o.c), ERR_OK);
		} else {
			assert_int_equal(db_save_release(o.c), ERR_OK);
		}
	}
	assert_int_equal(db_commit(o.c), ERR_OK);
	assert_int_equal(count_of(o.c, "留"), 2);
	closed(&o);
	place_end(&p);
}

static void reading_only(const struct place *p)
{
	CLEANUP(closed) struct opened o = opened(p);
	struct db_conn *reader = NULL;
	assert_int_equal(db_connect(o.d, true, &reader), ERR_OK);
	assert_int_equal(db_begin(reader, false), ERR_OK);
	assert_false(db_is_writing(reader));
	assert_int_equal(count_of(reader, "一"), 0);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	assert_int_equal(add(o.c, "一", NULL), ERR_OK);
	assert_int_equal(db_commit(o.c), ERR_OK);
	assert_int_equal(count_of(reader, "一"), 0); /* one reading sees one state */
	assert_int_not_equal(add(reader, "二", NULL), ERR_OK);
	db_rollback(reader);
	assert_int_equal(count_of(reader, "一"), 1);
	db_disconnect(reader);
}
static void test_who_reads_sees_one_state_and_cannot_write(void **state) { on_both(reading_only); }

/* ---- the door ---- */

static void twice(const struct place *p)
{
	struct db *d = place_open(p);
	int64_t number = db_schema_number(d);
	assert_true(number >= 4);
	db_close(d);
	struct opened o = opened(p);
	assert_true(db_schema_number(o.d) == number);
	assert_int_equal(add(o.c, "还在", NULL), ERR_OK);
	closed(&o);
	o = opened(p);
	assert_int_equal(count_of(o.c, "还在"), 1);
	closed(&o);
}
static void test_migrations_apply_once(void **state) { on_both(twice); }

static void script(const struct place *p, const char *sql)
{
	if (p->postgres) {
		help_pg(p->url, sql);
		return;
	}
	char path[420];
	sqlite3 *s = NULL;
	place_file(p, "db", path);
	assert_int_equal(sqlite3_open(path, &s), SQLITE_OK);
	assert_int_equal(sqlite3_exec(s, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(s);
}

static void newer(const struct place *p)
{
	struct db *d = place_open(p);
	db_close(d);
	script(p, "INSERT INTO migration (number, name, at_us) VALUES (9999, 'from the future', 1)");
	d = NULL;
	assert_int_equal(db_open(&(struct db_options){ .url = p->url }, &d), ERR_REFUSED);
	assert_null(d);
}
static void test_a_database_of_a_newer_hearth_is_refused(void **state) { on_both(newer); }

static void harm(const struct place *p, off_t at, const char *with, size_t n)
{
	char path[420];
	place_file(p, "db", path);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0 && pwrite(fd, with, n, at) == (ssize_t)n && close(fd) == 0);
}

static void test_a_damaged_file_is_refused_and_left_alone(void **state)
{
	char noise[4096], path[420];
	memset(noise, 0x5a, sizeof noise);
	for (int how = 0; how < 3; how++) {
		struct place p;
		assert_true(place_new(&p, false));
		struct opened o = opened(&p);
		assert_int_equal(db_begin(o.c, true), ERR_OK);
		for (int i = 0; i < 300; i++)
			assert_int_equal(add(o.c, "有很多人的一张表，好让它占几页", NULL), ERR_OK);
		assert_int_equal(db_commit(o.c), ERR_OK);
		closed(&o);
		struct stat before, after;
		struct str text, now;
		place_file(&p, "db", path);
		assert_int_equal(stat(path, &before), 0);
		if (how == 0)
			harm(&p, 0, noise, 100); /* no database at all */
		else if (how == 1)
			harm(&p, 4096, noise, 4096);
		else
			assert_int_equal(truncate(path, before.st_size / 2), 0);
		assert_int_equal(file_read(path, 64u << 20, &text), ERR_OK);
		struct db *d = NULL;
		if (db_open(&(struct db_options){ .url = p.url }, &d) != ERR_DAMAGED)
			fail_msg("damage %d was not noticed", how);
		assert_null(d);
		assert_int_equal(file_read(path, 64u << 20, &now), ERR_OK);
		assert_true(str_eq(text, now));
		assert_int_equal(stat(path, &after), 0);
		free((char *)text.p);
		free((char *)now.p);
		place_end(&p);
	}
}

static void test_a_folder_has_one_server(void **state)
{
	struct place p;
	assert_true(place_new(&p, false));
	struct db *d = place_open(&p), *second = NULL;
	assert_int_equal(db_open(&(struct db_options){ .url = p.url }, &second), ERR_BUSY);
	assert_int_equal(db_open(&(struct db_options){ .url = p.url, .beside = true }, &second), ERR_OK);
	db_close(second);
	db_close(d);
	d = place_open(&p); /* the lock went with it */
	db_close(d);
	place_end(&p);
}

static void say(void *arg, const char *finding) { print_message("# %s\n", finding); }

static void test_a_backup_holds_what_was_committed(void **state)
{
	struct place p, copy;
	char file[420], there[420];
	assert_true(place_new(&p, false) && place_new(&copy, false));
	struct opened o = opened(&p);
	assert_int_equal(add(o.c, "早", NULL), ERR_OK);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	assert_int_equal(add(o.c, "未定", NULL), ERR_OK); /* not committed yet */
	place_file(&copy, "db", file);
	assert_int_equal(db_backup(o.d, file), ERR_OK);
	assert_int_equal(db_commit(o.c), ERR_OK);
	assert_int_not_equal(db_backup(o.d, file), ERR_OK); /* never over something */
	snprintf(there, sizeof there, "%s/it's.db", p.url);
	assert_int_equal(db_backup(o.d, there), ERR_REFUSED);
	closed(&o);
	o = opened(&copy);
	assert_int_equal(db_check(o.d, say, NULL), ERR_OK);
	assert_int_equal(count_of(o.c, "早"), 1);
	assert_int_equal(count_of(o.c, "未定"), 0);
	closed(&o);
	place_end(&p);
	place_end(&copy);
}

/* ---- PostgreSQL: locks ---- */

struct holder {
	struct db *d;
	_Atomic int inside, most;
};

static void *hold(void *arg)
{
	struct holder *h = arg;
	struct db_conn *c = NULL;
	if (db_connect(h->d, false, &c) != ERR_OK)
		abort();
	for (int i = 0; i < 20; i++) {
		if (db_begin(c, true) != ERR_OK || db_lock(c, 1, 77) != ERR_OK)
			abort();
		int now = ++h->inside;
		if (now > h->most)
			h->most = now;
		usleep(500);
		h->inside--;
		if (db_commit(c) != ERR_OK)
			abort();
	}
	db_disconnect(c);
	return NULL;
}

static void test_a_lock_lets_one_in_at_a_time(void **state)
{
	struct place p;
	pthread_t threads[4];
	if (!place_new(&p, true))
		skip();
	struct holder h = { .d = place_open(&p) };
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(thread_start(&threads[i], "holder", hold, &h), ERR_OK);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(h.most, 1);
	db_close(h.d);
	place_end(&p);
}

/* The server's other end restarts, or an idle connection is cut: the next transaction finds a new one. */
static void test_a_cut_connection_is_made_anew(void **state)
{
	struct place p;
	char cut[200];
	if (!place_new(&p, true))
		skip();
	struct opened o = opened(&p);
	snprintf(cut, sizeof cut, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'", p.name);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	assert_int_equal(add(o.c, "一", "before"), ERR_OK);
	assert_int_equal(db_commit(o.c), ERR_OK);
	help_pg(getenv("HEARTH_PG"), cut);
	assert_int_equal(db_begin(o.c, true), ERR_OK);
	assert_int_equal(add(o.c, "二", "half"), ERR_OK);
	help_pg(getenv("HEARTH_PG"), cut);
	assert_int_equal(db_commit(o.c), ERR_CLOSED); /* cut in the middle: undone, and said so */
	db_rollback(o.c);
	assert_false(db_in_transaction(o.c));
	assert_int_equal(db_begin(o.c, false), ERR_OK);
	assert_int_equal(count_of(o.c, "二"), 0);
	assert_int_equal(count_of(o.c, "一"), 1);
	db_rollback(o.c);
	closed(&o);
	place_end(&p);
}

static void rows_are_bounded(const struct place *p)
{
	CLEANUP(closed) struct opened o = opened(p);
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	assert_int_equal(add(o.c, "一", NULL), ERR_OK);
	assert_int_equal(add(o.c, "二", NULL), ERR_OK);
	assert_int_equal(db_query(o.c, &sql_test_list, &rows), ERR_OK);
	assert_true(db_next(&rows) && str_eq(db_str(&rows, 0), STR("一")));
	assert_true(db_next(&rows) && str_eq(db_str(&rows, 0), STR("二")));
	assert_false(db_next(&rows));
	assert_false(db_next(&rows)); /* the end stays the end */
	assert_int_equal(db_rows_end(&rows), ERR_OK);
}
static void test_rows_come_one_by_one_and_end(void **state) { on_both(rows_are_bounded); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_of_every_kind_and_none),
		cmocka_unit_test(test_rows_come_one_by_one_and_end),
		cmocka_unit_test(test_an_error_poisons_its_transaction_and_nothing_more),
		cmocka_unit_test(test_statements_and_commits_made_to_fail),
		cmocka_unit_test(test_a_cut_connection_is_made_anew),
		cmocka_unit_test(test_a_part_is_undone_alone),
		cmocka_unit_test(test_who_reads_sees_one_state_and_cannot_write),
		cmocka_unit_test(test_migrations_apply_once),
		cmocka_unit_test(test_a_database_of_a_newer_hearth_is_refused),
		cmocka_unit_test(test_a_damaged_file_is_refused_and_left_alone),
		cmocka_unit_test(test_a_folder_has_one_server),
		cmocka_unit_test(test_a_backup_holds_what_was_committed),
		cmocka_unit_test(test_a_lock_lets_one_in_at_a_time),
	};
	log_level_set(LOG_SILENT);
	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
