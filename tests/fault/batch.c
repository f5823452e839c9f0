/*
 * A batch that the database rolls back by itself (a full disk, a broken one): nobody of it was answered, and each request
 * runs again alone.
 *
 * Every write and sync of a batch fails once; and from some write on all fail, until there is room again. Each request is
 * answered once; done or refused clearly; who was told that it is done finds it, under the number he was told.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "faulty.h"
#include "house.h"

#define FEW 12
#define MANY 1400           /* more than SQLite's page cache holds, so that it writes before the commit */
#define MANY_CHARS 5000
#define WRITES_MAX 4000
#define ROWS_MAX (64u << 20)
#define FOR_EVER UINT64_MAX

struct batch {
	struct house house;
	struct told told[MANY + 3];
	struct arena *arena;
	char code[64];
	int round;
};

static const struct json *answer_of(struct batch *b, struct told *t)
{
	struct json *answer;
	size_t at;
	if (json_read(b->arena, buf_str(&t->body), 32, &answer, &at) != ERR_OK)
		fail_msg("torn: " STR_FMT, STR_ARG(buf_str(&t->body)));
	return answer;
}

static void begin(struct batch *b)
{
	*b = (struct batch){ .arena = arena_new(64u << 20) };
	for (size_t i = 0; i < COUNT_OF(b->told); i++)
		b->told[i] = TOLD;
	faulty_fail(0, 0, 0);
	house_open(&b->house, 11, FAULTY_NAME);
	const char *token = b->house.owner_token.z;
	house_ask(&b->house, token, "POST", "/api/v1/groups", "{\"name\":\"群\",\"common_ground\":\"散步\",\"capacity\":50000}", &b->told[0]);
	assert_int_equal(b->told[0].status, 201);
	house_ask(&b->house, token, "POST", "/api/v1/groups/1/invitations", "{}", &b->told[0]);
	struct str code = json_get(answer_of(b, &b->told[0]), "code")->text;
	memcpy(b->code, code.p, code.n);
}

static void end(struct batch *b)
{
	faulty_fail(0, 0, 0);
	house_close(&b->house);
	for (size_t i = 0; i < COUNT_OF(b->told); i++)
		told_free(&b->told[i]);
	arena_free(b->arena);
}

/* posts, then somebody who comes in, somebody who posts nothing (refused), somebody who comes in. */
static void hand_in(struct batch *b, size_t posts, const char *text)
{
	char target[150];
	CLEANUP(buf_free) struct buf body = BUF(1u << 20);
	for (size_t i = 0; i < posts + 3; i++)
		b->told[i].answers = 0;
	for (size_t i = 0; i < posts; i++) {
		buf_clear(&body);
		buf_print(&body, "{\"id\":\"%d-%zu\",\"text\":\"%s\"}", b->round, i, text);
		assert_true(house_put(&b->house, NULL, b->house.owner, "POST", "/api/v1/groups/1/messages", buf_str(&body), &b->told[i]));
	}
	snprintf(target, sizeof target, "/api/v1/invitations/%s", b->code);
	assert_true(house_put(&b->house, NULL, 0, "POST", target, STR("{\"name\":\"乙\"}"), &b->told[posts]));
	assert_true(house_put(&b->house, NULL, b->house.owner, "POST", "/api/v1/groups/1/messages", STR("{\"id\":\"x\",\"text\":\" \"}"),
		&b->told[posts + 1]));
	assert_true(house_put(&b->house, NULL, 0, "POST", target, STR("{\"name\":\"丙\"}"), &b->told[posts + 2]));
}

static bool refused(const struct told *t) { return t->status == 500 || t->status == 503 || t->status == 507; }

static void way_back(struct batch *b, struct told *newcomer)
{
	char token[TOKEN_CHARS + 1];
	struct told me = TOLD;
	const struct json *j = json_get(answer_of(b, newcomer), "token");
	if (j == NULL)
		fail_msg("came in without a way back: " STR_FMT, STR_ARG(buf_str(&newcomer->body)));
	memcpy(token, j->text.p, TOKEN_CHARS);
	token[TOKEN_CHARS] = '\0';
	house_ask(&b->house, token, "GET", "/api/v1/groups/1", NULL, &me);
	assert_int_equal(me.status, 200);
	told_free(&me);
}

/* What was answered is what is there. */
static size_t hold_against_tables(struct batch *b, size_t posts)
{
	size_t there = 0;
	int64_t last = 0;
	const char *unsound = house_unsound(&b->house);
	if (unsound)
		fail_msg("%s", unsound);
	for (size_t i = 0; i < posts + 3; i++)
		assert_int_equal(b->told[i].answers, 1);
	for (size_t i = 0; i < posts; i++) {
		char target[100];
		struct told found = TOLD;
		if (refused(&b->told[i]))
			continue;
		arena_reset(b->arena);
		assert_int_equal(b->told[i].status, 200);
		int64_t number = json_get(answer_of(b, &b->told[i]), "number")->integer;
		assert_true(number > last); /* in the order in which they came */
		last = number;
		there++;
		if (i % 50)
			continue;
		snprintf(target, sizeof target, "/api/v1/groups/1/messages?after=%lld&limit=1", (long long)number - 1);
		house_ask(&b->house, b->house.owner_token.z, "GET", target, NULL, &found);
		const struct json *list = json_get(answer_of(b, &found), "messages");
		assert_true(list && list->count == 1 && json_get(&list->items[0], "number")->integer == number);
		char id[40];
		snprintf(id, sizeof id, "%d-%zu", b->round, i);
		assert_true(str_eq(json_get(&list->items[0], "id")->text, str_of(id)));
		told_free(&found);
	}
	assert_true(refused(&b->told[posts + 1]) || b->told[posts + 1].status == 400);
	for (size_t i = posts; i < posts + 3; i += 2)
		if (!refused(&b->told[i]))
			way_back(b, &b->told[i]);
	return there;
}

/* One write of a batch fails: then everybody is answered as if it had not. */
static void one_write_fails(int code)
{
	static struct batch b;
	uint64_t nth = 0;
	begin(&b);
	do {
		b.round++;
		hand_in(&b, FEW, "一句话");
		faulty_fail(++nth, 1, code);
		house_run(&b.house);
		assert_true(nth < WRITES_MAX);
		bool failed = faulty_writes() >= nth;
		faulty_fail(0, 0, 0);
		assert_int_equal(hold_against_tables(&b, FEW), FEW);
		assert_int_equal(b.told[FEW].status, 200);
		assert_int_equal(b.told[FEW + 1].status, 400);
		if (!failed)
			break;
	} while (true);
	assert_true(nth > 3);
	end(&b);
}

static void test_a_write_fails_once(void **state) { one_write_fails(SQLITE_IOERR_WRITE); }
static void test_the_disk_is_full_once(void **state) { one_write_fails(SQLITE_FULL); }

/* The cache overflows in the middle of the batch, so it is a statement that meets the full disk, not the commit. */
static void test_the_disk_is_full_in_the_middle_of_a_batch(void **state)
{
	static struct batch b;
	static char text[MANY_CHARS * 3 + 1];
	for (size_t i = 0; i + 3 < sizeof text; i += 3)
		memcpy(text + i, "话", 3);
	begin(&b);
	b.round++;
	hand_in(&b, MANY, text);
	faulty_fail(1, 1, SQLITE_FULL);
	house_run(&b.house);
	assert_true(faulty_writes() > MANY); /* they ran alone, each with its own commit */
	faulty_fail(0, 0, 0);
	assert_int_equal(hold_against_tables(&b, MANY), MANY);
	end(&b);
}

/* It stays full: all are refused and nothing changed; then there is room again, and the same requests succeed. */
static void test_the_disk_stays_full(void **state)
{
	static struct batch b;
	CLEANUP(buf_free) struct buf before = BUF(ROWS_MAX);
	CLEANUP(buf_free) struct buf after = BUF(ROWS_MAX);
	begin(&b);
	for (uint64_t nth = 1; nth < 6; nth++) {
		b.round++;
		buf_clear(&before);
		buf_clear(&after);
		house_rows(&b.house, &before);
		hand_in(&b, FEW, "一句话");
		faulty_fail(nth, FOR_EVER, SQLITE_FULL);
		house_run(&b.house);
		faulty_fail(0, 0, 0);
		size_t there = hold_against_tables(&b, FEW);
		house_rows(&b.house, &after);
		if (there == 0 && refused(&b.told[FEW]) && refused(&b.told[FEW + 2]))
			assert_true(str_eq(buf_str(&before), buf_str(&after)));
		assert_true(nth > 1 || there == 0);
		assert_true(nth > 1 || b.told[0].status == 507); /* and it is said why */
		hand_in(&b, FEW, "一句话");
		house_run(&b.house);
		for (size_t i = 0; i < FEW; i++)
			assert_int_equal(b.told[i].status, 200);
		assert_null(house_unsound(&b.house));
	}
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_write_fails_once),
		cmocka_unit_test(test_the_disk_is_full_once),
		cmocka_unit_test(test_the_disk_is_full_in_the_middle_of_a_batch),
		cmocka_unit_test(test_the_disk_stays_full),
	};
	return faulty_register() == SQLITE_OK ? cmocka_run_group_tests_name("batch", tests, NULL, NULL) : 1;
}
