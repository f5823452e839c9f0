/* event: numbers without gaps whoever commits when; who follows sees everything once; on both databases, with real threads. */
#include "db_help.h"
#include "event/event.h"

/* The horizon is one for all databases of a PostgreSQL server: what another one is about holds it back. */
#define HORIZON_WAITS 1000

enum { WRITERS = 4, TRANSACTIONS = 60, OWNERS = 3, AT_ONCE = 7 };

static struct db *shared;
static _Atomic int writing;
static _Atomic int64_t committed;

static uint64_t mixed(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return x ^ (x >> 27);
}

/* Transactions of one to three events, of owners in one order (or they would lock each other out), some undone. */
static void *writer(void *arg)
{
	struct db_conn *c = NULL;
	uint64_t me = (uint64_t)(uintptr_t)arg;
	if (db_connect(shared, false, &c) != ERR_OK)
		abort();
	for (uint64_t i = 0; i < TRANSACTIONS; i++) {
		uint64_t r = mixed(me * 1000 + i);
		enum err e = ERR_BUSY;
		for (int tries = 0; tries < 200 && e == ERR_BUSY; tries++) {
			int64_t some = 0;
			e = db_begin(c, true);
			for (uint64_t k = 0; k <= r % (OWNERS - (r >> 8) % OWNERS) && e == ERR_OK; k++, some++) {
				struct event ev = { .stream = STREAM_GROUP, .owner = (int64_t)((r >> 8) % OWNERS + k) % OWNERS + 1, .kind = EVENT_JOINED,
					.actor = (int64_t)me, .subject = (int64_t)i, .at_us = 1 };
				e = event_append(c, &ev, NULL);
				if (r >> 40 & 1)
					usleep(200);
			}
			if (e == ERR_OK && r % 7 == 0) {
				db_rollback(c);
				break;
			}
			if (e == ERR_OK)
				e = db_commit(c);
			if (e == ERR_OK)
				committed += some;
			db_rollback(c);
		}
		if (e != ERR_OK)
			abort();
	}
	db_disconnect(c);
	writing--;
	return NULL;
}

struct seen {
	int64_t last[OWNERS + 1], total, numbers[OWNERS + 1][WRITERS * TRANSACTIONS * 3 + 1], before_elders;
};

static void follow(struct db_conn *c, struct arena *a, struct event_cursor *cursor, struct seen *s)
{
	struct event *events;
	size_t n;
	do {
		arena_reset(a);
		assert_int_equal(event_follow(c, a, cursor, AT_ONCE, &events, &n), ERR_OK);
		for (size_t i = 0; i < n; i++) {
			int64_t o = events[i].owner;
			assert_true(o >= 1 && o <= OWNERS && events[i].number > 0 && events[i].number < (int64_t)COUNT_OF(s->numbers[o]));
			assert_int_equal(s->numbers[o][events[i].number]++, 0); /* never twice */
			s->before_elders += events[i].number < s->last[o];
			s->last[o] = events[i].number > s->last[o] ? events[i].number : s->last[o];
			s->total++;
		}
	} while (n);
}

static void follow_while_others_write(const struct place *p)
{
	static struct seen s;
	pthread_t threads[WRITERS];
	struct db_conn *c = NULL;
	struct event_cursor cursor = { 0 };
	struct arena *a = arena_new(1u << 20);
	s = (struct seen){ 0 };
	shared = place_open(p);
	committed = 0;
	writing = WRITERS;
	assert_int_equal(db_connect(shared, true, &c), ERR_OK);
	for (uintptr_t i = 0; i < WRITERS; i++)
		assert_int_equal(thread_start(&threads[i], "writer", writer, (void *)(i + 1)), ERR_OK);
	while (writing > 0)
		follow(c, a, &cursor, &s);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	for (int waits = 0; waits < HORIZON_WAITS && s.total < committed; waits++, usleep(10000))
		follow(c, a, &cursor, &s);
	assert_true(s.total == committed);
	for (int64_t o = 1; o <= OWNERS; o++) {
		int64_t last;
		assert_int_equal(event_last(c, STREAM_GROUP, o, &last), ERR_OK);
		assert_true(last == s.last[o]);
		for (int64_t number = 1; number <= last; number++)
			assert_int_equal(s.numbers[o][number], 1); /* and none left out */
	}
	/* SQLite has one writer; on PostgreSQL an elder may come behind, which is why live reads the whole stretch */
	assert_true(p->postgres || s.before_elders == 0);
	print_message("# %lld events, %lld of them before their elders\n", (long long)s.total, (long long)s.before_elders);
	db_disconnect(c);
	db_close(shared);
	arena_free(a);
}
static void test_who_follows_sees_everything_once(void **state) { on_both(follow_while_others_write); }

/* The transaction that began to write first takes its number last. What event.h says of it. */
static void test_an_older_transaction_with_a_younger_number(void **state)
{
	struct place p;
	struct db_conn *old = NULL, *young = NULL, *reader = NULL;
	struct event_cursor cursor = { 0 };
	struct event *events, e = { .stream = STREAM_GROUP, .owner = 1, .kind = EVENT_JOINED, .at_us = 1 }, other = e;
	size_t n;
	int64_t number;
	if (!place_new(&p, true))
		skip();
	struct db *d = place_open(&p);
	struct arena *a = arena_new(1u << 20);
	other.owner = 2;
	assert_int_equal(db_connect(d, false, &old), ERR_OK);
	assert_int_equal(db_connect(d, false, &young), ERR_OK);
	assert_int_equal(db_connect(d, true, &reader), ERR_OK);
	assert_int_equal(db_begin(old, true), ERR_OK);
	assert_int_equal(event_append(old, &other, NULL), ERR_OK);
	assert_int_equal(db_begin(young, true), ERR_OK);
	assert_int_equal(event_append(young, &e, &number), ERR_OK);
	assert_int_equal(number, 1);
	assert_int_equal(db_commit(young), ERR_OK);
	assert_int_equal(event_follow(reader, a, &cursor, 10, &events, &n), ERR_OK);
	assert_int_equal(n, 0); /* the older one is still going on: nothing behind it is told yet */
	assert_int_equal(event_append(old, &e, &number), ERR_OK);
	assert_int_equal(number, 2);
	assert_int_equal(db_commit(old), ERR_OK);
	int64_t came[3] = { 0 };
	size_t all = 0;
	for (int waits = 0; waits < HORIZON_WAITS && all < COUNT_OF(came); waits++, usleep(10000)) {
		assert_int_equal(event_follow(reader, a, &cursor, COUNT_OF(came) - all, &events, &n), ERR_OK);
		for (size_t i = 0; i < n; i++)
			came[all++] = events[i].owner == 1 ? events[i].number : 0;
	}
	assert_int_equal(all, COUNT_OF(came));
	assert_true(came[0] == 0 && came[1] == 2 && came[2] == 1); /* before its elder … */
	assert_int_equal(event_read(reader, a, STREAM_GROUP, 1, 0, 10, &events, &n), ERR_OK);
	assert_int_equal(n, 2); /* … which is there already for who reads the stream */
	assert_true(events[0].number == 1 && events[1].number == 2);
	db_disconnect(old);
	db_disconnect(young);
	db_disconnect(reader);
	db_close(d);
	arena_free(a);
	place_end(&p);
}

static void undone(const struct place *p)
{
	struct db *d = place_open(p);
	struct db_conn *c = NULL;
	struct arena *a = arena_new(1u << 20);
	struct event *events, e = { .stream = STREAM_ACCOUNT, .owner = 9, .kind = EVENT_IN, .actor = 9, .subject = 3, .at_us = 5 };
	struct event_cursor end = { 7, 7 };
	int64_t number = 77;
	size_t n;
	assert_int_equal(db_connect(d, false, &c), ERR_OK);
	assert_int_equal(event_cursor_end(c, &end), ERR_OK);
	assert_true(end.position == 0);
	assert_int_equal(event_last(c, STREAM_ACCOUNT, 9, &number), ERR_OK);
	assert_int_equal(number, 0);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(db_begin(c, true), ERR_OK);
		assert_int_equal(event_append(c, &e, &number), ERR_OK);
		assert_int_equal(number, 1 + i / 2); /* the number of one undone is given again */
		if (i % 2)
			assert_int_equal(db_commit(c), ERR_OK);
		else
			db_rollback(c);
	}
	assert_int_equal(event_read(c, a, STREAM_ACCOUNT, 9, 1, 10, &events, &n), ERR_OK);
	assert_true(n == 2 && events[0].number == 2 && events[1].number == 3 && events[1].subject == 3 && events[1].at_us == 5);
	assert_int_equal(event_read_back(c, a, STREAM_ACCOUNT, 9, 3, 1, &events, &n), ERR_OK);
	assert_true(n == 1 && events[0].number == 2);
	assert_int_equal(event_read(c, a, STREAM_GROUP, 9, 0, 10, &events, &n), ERR_OK);
	assert_int_equal(n, 0); /* another stream of the same number */
	assert_int_equal(event_cursor_end(c, &end), ERR_OK);
	assert_int_equal(event_follow(c, a, &end, 10, &events, &n), ERR_OK);
	assert_int_equal(n, 0);
	db_disconnect(c);
	db_close(d);
	arena_free(a);
}
static void test_what_was_undone_leaves_no_gap(void **state) { on_both(undone); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_undone_leaves_no_gap),
		cmocka_unit_test(test_an_older_transaction_with_a_younger_number),
		cmocka_unit_test(test_who_follows_sees_everything_once),
	};
	log_level_set(LOG_SILENT);
	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
