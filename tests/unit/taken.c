/*
 * What the owner of a group that lives here takes away, others' messages and members, reaches the failings from the journal; what
 * others take away, and what somebody takes back himself, does not; and who gave and opened red packets. On a real SQLite database.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "group/group.h"
#include "insight/insight.h"
#include "packet/packet.h"
#include "people/people.h"

#define AT_US (1700000000 * US_PER_S)
#define MEMBERS 6
#define DAYS 140

struct house {
	char folder[64];
	struct db *db;
	struct db_conn *c;
	struct arena *memory;
	int64_t owner, group, who[MEMBERS], said[DAYS][MEMBERS]; /* numbers of messages */
};

static int64_t day_us(int day) { return AT_US - (DAYS - day) * US_PER_DAY; }

static int64_t say(struct house *h, int64_t author, int64_t at_us)
{
	char id[32], text[32];
	int64_t number, us;
	snprintf(id, sizeof id, "%lld", (long long)at_us);
	snprintf(text, sizeof text, "words %lld", (long long)(at_us / US_PER_S % 977));
	struct post p = { .group = h->group, .author = author, .client_id = str_of(id), .text = str_of(text), .now_us = at_us };
	assert_int_equal(chat_post(h->c, &p, &number, &us), ERR_OK);
	return number;
}

static void join(struct house *h, int64_t account)
{
	struct invitation i;
	enum join_outcome outcome;
	assert_int_equal(group_invite(h->c, h->memory, h->group, h->owner, false, 0, 0, day_us(0), &i), ERR_OK);
	assert_int_equal(group_join(h->c, &i, account, day_us(0), &outcome), ERR_OK);
	assert_int_equal(outcome, JOIN_IN);
}

/* The owner and six members, each a word a day for twenty weeks. */
static int setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);
	assert_non_null(h);
	snprintf(h->folder, sizeof h->folder, "/tmp/hearth-taken.XXXXXX");
	assert_non_null(mkdtemp(h->folder));
	h->memory = arena_new(1u << 26);
	assert_int_equal(proof_init(), ERR_OK);
	assert_int_equal(db_open(&(struct db_options){ .url = h->folder, .sync_off = true }, &h->db), ERR_OK);
	assert_int_equal(db_connect(h->db, false, &h->c), ERR_OK);
	assert_int_equal(db_begin(h->c, true), ERR_OK);
	assert_int_equal(people_site_ready(h->c, day_us(0)), ERR_OK);
	assert_int_equal(people_add(h->c, STR("甲"), true, true, day_us(0), &h->owner), ERR_OK);
	struct group g = { .owner = h->owner, .name = STR("群"), .common_ground = STR("x"), .capacity = 10 };
	assert_int_equal(group_add(h->c, &g, NULL, 0, day_us(0), &h->group), ERR_OK);
	for (int i = 0; i < MEMBERS; i++) {
		assert_int_equal(people_add(h->c, STR("乙"), true, false, day_us(0), &h->who[i]), ERR_OK);
		join(h, h->who[i]);
	}
	for (int day = 0; day < DAYS; day++) {
		for (int i = 0; i < MEMBERS; i++)
			h->said[day][i] = say(h, h->who[i], day_us(day) + i * 600 * US_PER_S);
		say(h, h->owner, day_us(day) + 3600 * US_PER_S);
	}
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	struct house *h = *state;
	static const char *const names[] = { "hearth.db", "hearth.db-wal", "hearth.db-shm", "hearth.lock" };
	char path[128];
	db_rollback(h->c);
	db_disconnect(h->c);
	db_close(h->db);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof path, "%s/%s", h->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(h->folder), 0);
	arena_free(h->memory);
	free(h);
	return 0;
}

static void take(struct house *h, int day, int member, enum message_state how, int64_t actor)
{
	int64_t number;
	struct str file;
	assert_int_equal(chat_take_back(h->c, h->memory, h->group, h->said[day][member], how, actor, day_us(day) + 7200 * US_PER_S, &number, &file),
		ERR_OK);
	assert_true(number > 0);
}

/* Taken away by the owner in the latest twelve weeks, over those who spoke. */
static double removed_now(struct house *h)
{
	CLEANUP(insight_group_reading_drop) struct insight_group_reading *r = NULL;
	assert_int_equal(insight_group_read(h->c, h->group, AT_US, NULL, &r), ERR_OK);
	const struct insight_group *g = insight_group_of(r);
	assert_true(g->owner != INSIGHT_NOT_THERE);
	const struct warmth_failings *f = &g->reading.failings;
	assert_int_equal(f->speakers, MEMBERS + 1);
	return f->part[WARMTH_PART_REMOVED].now * (double)f->speakers;
}

static void test_taken_away(void **state)
{
	struct house *h = *state;
	assert_true(fabs(removed_now(h)) < 1e-9);
	take(h, 100, 0, MESSAGE_RECALLED, h->who[0]); /* took it back himself … */
	take(h, 100, 1, MESSAGE_REMOVED, h->who[1]);
	take(h, 101, 0, MESSAGE_REMOVED, h->who[2]);  /* … a steward … */
	assert_true(fabs(removed_now(h)) < 1e-9);
	take(h, 102, 0, MESSAGE_REMOVED, h->owner);
	take(h, 110, 3, MESSAGE_REMOVED, h->owner);
	assert_true(fabs(removed_now(h) - 2) < 1e-9);
	take(h, 5, 3, MESSAGE_REMOVED, h->owner); /* long ago */
	assert_true(fabs(removed_now(h) - 2) < 1e-9);
	assert_int_equal(group_remove(h->c, h->group, h->who[4], false, h->owner, day_us(120)), ERR_OK);
	assert_int_equal(group_remove(h->c, h->group, h->who[5], true, h->owner, day_us(121)), ERR_OK);
	assert_true(fabs(removed_now(h) - 4) < 1e-9);
	assert_int_equal(group_leave(h->c, h->group, h->who[3], day_us(122)), ERR_OK);
	assert_true(fabs(removed_now(h) - 4) < 1e-9);
}

/* A packet of two shares from one member, of which another takes one. */
static void give(struct house *h, int64_t from, int64_t to, int day)
{
	struct packet_send s = { .group = h->group, .sender = from, .sum = 10, .shares = 2, .now_us = day_us(day), .kind = PACKET_LUCKY };
	char id[30], nonce[PACKET_NONCE_BYTES] = "nonce";
	enum packet_sent sent;
	struct packet_grab g;
	int64_t packet, number, at_us;
	snprintf(id, sizeof id, "%lld-%d", (long long)from, day);
	s.client_id = str_of(id);
	s.nonce = (struct str){ nonce, sizeof nonce };
	assert_int_equal(packet_promise(h->c, from, day_us(day), &s.promise), ERR_OK);
	assert_int_equal(packet_send(h->c, &s, &sent, &packet, &number, &at_us), ERR_OK);
	assert_int_equal(sent, PACKET_SENT);
	assert_int_equal(packet_grab(h->c, h->group, packet, to, day_us(day), &g), ERR_OK);
	assert_int_equal(g.outcome, PACKET_GOT);
}

static double opens_now(struct house *h, bool *out_known)
{
	CLEANUP(insight_group_reading_drop) struct insight_group_reading *r = NULL;
	assert_int_equal(insight_group_read(h->c, h->group, AT_US, NULL, &r), ERR_OK);
	const struct insight_group *g = insight_group_of(r);
	assert_int_equal(g->reading.messages, DAYS * (MEMBERS + 1)); /* packets are no talk */
	*out_known = isfinite(g->reading.failings.part[WARMTH_PART_OPENS].now);
	return g->reading.failings.part[WARMTH_PART_OPENS].now;
}

static void test_packets(void **state)
{
	struct house *h = *state;
	bool known;
	opens_now(h, &known);
	assert_false(known);
	give(h, h->owner, h->who[0], 100);
	give(h, h->owner, h->owner, 101); /* one's own share is neither */
	for (int i = 0; i < 3; i++)
		give(h, h->who[i], h->owner, 110 + i);
	give(h, h->who[4], h->who[5], 113); /* not his */
	assert_true(fabs(opens_now(h, &known) - 0.75) < 1e-9);
	assert_true(known);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_packets, setup, teardown), cmocka_unit_test_setup_teardown(test_taken_away, setup, teardown) };
	return cmocka_run_group_tests_name("taken", tests, NULL, NULL);
}
