/*
 * live: the hub of a group, over a net of this file's own that delivers at once: who follows from a number gets everything
 * after it, in order, once, or is told to fetch. Sockets and threads are the stories' matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "live/live_private.h"

#define FRAME_MAX 100u /* bytes a log of this net takes in one frame */
enum { SOCKETS = 5, GOT_MAX = 60000, FRAMES_MAX = 60000 };

/* ---- a net of our own ---- */

struct net_log {
	struct net_ws *followers[SOCKETS];
	size_t count, frames;
};
struct net_ws {
	int64_t got[GOT_MAX], told_behind;
	size_t count, frames;
	struct net_log *log;
};

static void receive(struct net_ws *ws, struct str frame)
{
	struct str one;
	assert_true(frame.n >= 2 && frame.p[0] == '[' && frame.p[frame.n - 1] == ']');
	frame = (struct str){ frame.p + 1, frame.n - 2 };
	ws->frames++;
	while (str_cut(&frame, ',', &one)) {
		assert_true(ws->count < GOT_MAX);
		assert_int_equal(str_int(one, 1, INT64_MAX, &ws->got[ws->count++]), ERR_OK);
	}
}

struct net_log *net_log_new(struct net *n, size_t bytes_max) { return calloc(1, sizeof(struct net_log)); }
void net_log_free(struct net_log *log)
{
	for (size_t i = 0; log && i < log->count; i++)
		log->followers[i]->log = NULL;
	free(log);
}
enum err net_log_append(struct net_log *log, struct str text, uint64_t *out_offset)
{
	if (text.n > FRAME_MAX)
		return ERR_LIMIT;
	*out_offset = 10 * log->frames++;
	for (size_t i = 0; i < log->count; i++)
		receive(log->followers[i], text);
	return ERR_OK;
}
enum err net_log_append_bytes(struct net_log *log, struct str bytes, uint64_t *out_offset) { return ERR_LIMIT; }
uint64_t net_log_begin(const struct net_log *log) { return 0; }
uint64_t net_log_end(const struct net_log *log) { return 10 * log->frames; }
size_t net_log_followers(const struct net_log *log) { return log->count; }
enum err net_ws_follow(struct net_ws *ws, struct net_log *log, uint64_t offset)
{
	if (ws->log)
		return ERR_CONFLICT;
	assert_int_equal(offset, net_log_end(log));
	log->followers[log->count++] = ws;
	ws->log = log;
	return ERR_OK;
}
bool net_ws_follows(const struct net_ws *ws, const struct net_log *log) { return ws->log == log; }
void net_ws_unfollow(struct net_ws *ws, struct net_log *log)
{
	for (size_t i = 0; ws->log == log && i < log->count; i++)
		if (log->followers[i] == ws) {
			log->followers[i] = log->followers[--log->count];
			ws->log = NULL;
			return;
		}
}
void net_ws_send(struct net_ws *ws, struct str text) { receive(ws, text); }

/* What the hub asks of its neighbours in the room. */
void live_tell_account(struct live *l, const struct news *n) { fail(); }
void news_free(struct news *n) { arena_free(n->arena); }
void sock_send(struct sock *s, const char *format, ...)
{
	va_list args;
	char text[200];
	long long group, number;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert_int_equal(sscanf(text, "{\"behind\":[[%lld,%lld]]}", &group, &number), 2);
	assert_int_equal(group, 1);
	s->ws->told_behind = number;
}

/* ---- a house with one group ---- */

static struct live house;
static struct sock socks[SOCKETS];
static struct net_ws wires[SOCKETS];

static int begin(void **state)
{
	house = (struct live){ .groups = idmap_new() };
	for (size_t i = 0; i < SOCKETS; i++) {
		wires[i] = (struct net_ws){ .told_behind = -1 };
		socks[i] = (struct sock){ .live = &house, .ws = &wires[i] };
	}
	return 0;
}
static int end(void **state)
{
	live_hubs_free(&house);
	return 0;
}

static void tell(int64_t from, int64_t to)
{
	struct arena *a = arena_new(1u << 20);
	struct news *n = ARENA_NEW(a, struct news);
	*n = (struct news){ .stream = STREAM_GROUP, .owner = 1, .count = (size_t)(to - from + 1), .arena = a };
	n->numbers = arena_take_many(a, n->count, sizeof *n->numbers);
	n->texts = arena_take_many(a, n->count, sizeof *n->texts);
	for (size_t i = 0; i < n->count; i++) {
		n->numbers[i] = from + (int64_t)i;
		assert_int_equal(arena_print(a, &n->texts[i], "%lld", (long long)n->numbers[i]), ERR_OK);
	}
	live_tell(&house, n);
}

static enum hub_place follow(size_t who, int64_t number, int64_t newest) { return live_hub_follow(&house, &socks[who], 1, number, newest); }

static void got(size_t who, int64_t from, int64_t to)
{
	const struct net_ws *w = &wires[who];
	assert_int_equal(w->count, to - from + 1);
	for (size_t i = 0; i < w->count; i++)
		assert_int_equal(w->got[i], from + (int64_t)i);
}

static void test_who_follows_gets_what_comes_in_order_once(void **state)
{
	assert_int_equal(follow(0, 10, 10), HUB_FOLLOWS);
	tell(11, 13);
	tell(12, 14); /* the follower began again where it had been: nothing is told twice */
	tell(14, 14);
	got(0, 11, 14);
	assert_int_equal(wires[0].frames, 2); /* one frame a round */
	live_hub_unfollow(&house, &socks[0], 1);
	tell(15, 16);
	got(0, 11, 14);
}

static void test_who_comes_back_within_moments_is_caught_up(void **state)
{
	assert_int_equal(follow(0, 10, 10), HUB_FOLLOWS);
	tell(11, 20);
	assert_int_equal(follow(1, 15, 20), HUB_FOLLOWS);
	got(1, 16, 20);
	tell(21, 22);
	got(1, 16, 22);
	assert_int_equal(follow(2, 20, 20), HUB_FOLLOWS); /* looked up before 21 and 22 were told */
	got(2, 21, 22);
	assert_int_equal(follow(3, 9, 22), HUB_BEHIND); /* 10 is not among the recent ones */
	got(3, 1, 0);
	assert_int_equal(follow(3, 10, 22), HUB_FOLLOWS);
	got(3, 11, 22);
}

static void test_following_twice_gives_nothing_twice(void **state)
{
	assert_int_equal(follow(0, 10, 10), HUB_FOLLOWS);
	tell(11, 15);
	assert_int_equal(follow(0, 12, 15), HUB_FOLLOWS);
	tell(16, 17);
	got(0, 11, 17);
}

static void test_who_has_read_more_than_was_told(void **state)
{
	/* nobody follows: he sets the mark, and what the follower tells later he has */
	assert_int_equal(follow(0, 12, 12), HUB_FOLLOWS);
	tell(11, 12);
	tell(13, 13);
	got(0, 13, 13);
	/* somebody follows and would miss what is jumped over: he waits */
	assert_int_equal(follow(1, 15, 15), HUB_BEHIND);
	tell(14, 15);
	assert_int_equal(follow(1, 15, 15), HUB_FOLLOWS);
	tell(16, 16);
	got(0, 13, 16);
	got(1, 16, 16);
}

static void test_a_group_that_nobody_follows_keeps_its_number_only(void **state)
{
	tell(1, 5); /* seen first by its news */
	assert_int_equal(follow(0, 5, 5), HUB_FOLLOWS);
	tell(6, 6);
	live_hub_unfollow(&house, &socks[0], 1);
	tell(7, 8);
	assert_int_equal(follow(1, 6, 8), HUB_BEHIND);
	assert_int_equal(follow(1, 8, 8), HUB_FOLLOWS);
	tell(9, 9);
	got(1, 9, 9);
	got(0, 6, 6);
}

static void test_a_round_too_large_for_a_frame_goes_in_several(void **state)
{
	assert_int_equal(follow(0, 0, 0), HUB_FOLLOWS);
	tell(1, 200);
	got(0, 1, 200);
	assert_true(wires[0].frames > 200 * 4 / FRAME_MAX);
}

static void test_who_is_cut_is_told_the_last_number_he_has(void **state)
{
	assert_int_equal(follow(0, 10, 10), HUB_FOLLOWS);
	tell(11, 13); /* at 0 */
	tell(14, 14); /* at 10 */
	tell(15, 19); /* at 20 */
	static const struct {
		uint64_t offset;
		int64_t has;
	} cuts[] = { { 0, 10 }, { 10, 13 }, { 20, 14 }, { 30, 19 } };
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		live_hub_cut(&house, &socks[0], wires[0].log, cuts[i].offset);
		assert_int_equal(wires[0].told_behind, cuts[i].has);
	}
}

/* Sockets come, go, come back with what they have, while news come in rounds; whoever follows never misses or doubles one. */
static void test_any_order_of_things(void **state)
{
	int64_t newest = 0, has[SOCKETS] = { 0 };
	uint64_t chance = 99;
	size_t behind = 0, caught_up = 0;
	for (int i = 0; i < 40000 && newest < FRAMES_MAX / 2; i++) {
		chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		size_t who = (chance >> 33) % SOCKETS;
		uint64_t what = (chance >> 40) % 10;
		struct net_ws *w = &wires[who];
		if (what < 4) {
			int64_t more = 1 + (int64_t)((chance >> 50) % 4);
			tell(newest + 1, newest + more);
			newest += more;
		} else if (what < 6) {
			live_hub_unfollow(&house, &socks[who], 1);
		} else {
			size_t before = w->count;
			enum hub_place p = follow(who, has[who], newest);
			if (p == HUB_BEHIND) { /* he fetches what he misses */
				assert_null(w->log);
				has[who] = newest;
				behind++;
			}
			caught_up += w->count > before;
		}
		for (size_t s = 0; s < SOCKETS; s++) {
			for (size_t k = 0; k < wires[s].count; k++)
				assert_int_equal(wires[s].got[k], ++has[s]);
			wires[s].count = 0;
			if (wires[s].log)
				assert_int_equal(has[s], newest);
		}
	}
	assert_true(behind > 100 && caught_up > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_who_follows_gets_what_comes_in_order_once, begin, end),
		cmocka_unit_test_setup_teardown(test_who_comes_back_within_moments_is_caught_up, begin, end),
		cmocka_unit_test_setup_teardown(test_following_twice_gives_nothing_twice, begin, end),
		cmocka_unit_test_setup_teardown(test_who_has_read_more_than_was_told, begin, end),
		cmocka_unit_test_setup_teardown(test_a_group_that_nobody_follows_keeps_its_number_only, begin, end),
		cmocka_unit_test_setup_teardown(test_a_round_too_large_for_a_frame_goes_in_several, begin, end),
		cmocka_unit_test_setup_teardown(test_who_is_cut_is_told_the_last_number_he_has, begin, end),
		cmocka_unit_test_setup_teardown(test_any_order_of_things, begin, end),
	};
	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
