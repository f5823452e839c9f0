/*
 * Rehearsal: the whole server below net, single-threaded under a seed, does what a second model says, answer by answer.
 *
 * Seeded random people found, join, post, repeat, recall, remove, read, leave, are sent away and barred; time passes. Every
 * status, refusal, number, count of unread and membership is predicted. The same seed gives the same transcript, byte for
 * byte. REHEARSAL_SEEDS says how many seeds, REHEARSAL_FIRST which is the first.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "event/event.h"
#include "house.h"
#include "model.h"

#define SEEDS 300
#define STEPS 140
#define TRANSCRIPT_MAX (64u << 20)
#define TWICE_ONE_IN 4 /* seeds that are run again and compared */

struct run {
	struct house house;
	struct model model;
	struct told told;
	struct buf script;    /* everything that was answered */
	struct arena *arena;  /* of one answer */
	struct json *answer;
	uint64_t seed;
	int step;
	char asked[400];
	char tokens[MODEL_PEOPLE][TOKEN_CHARS + 1];
};

static int64_t account_of(int who) { return who + 1; } /* ids are given one after the other, also after joins refused */
static int64_t group_of(int group) { return group + 1; }

static uint64_t some(struct run *r, uint64_t below) { return house_chance(&r->house, below); }

static void differ(struct run *r, const char *what, long long wanted, long long got)
{
	fail_msg("seed %llu, step %d, %s: %s should be %lld and is %lld\n%s", (unsigned long long)r->seed, r->step, r->asked, what, wanted,
		got, r->told.body.n ? r->told.body.p : "");
}

static void same(struct run *r, const char *key, int64_t wanted)
{
	const struct json *got = json_get(r->answer, key);
	if (wanted >= 0 && (got == NULL || got->kind != JSON_INT || got->integer != wanted))
		differ(r, key, wanted, got ? got->integer : -1);
}

/* Ask, and hold the answer against what was predicted. */
static void ask(struct run *r, int who, const char *method, const char *target, const char *body, struct expected e)
{
	size_t at = 0;
	snprintf(r->asked, sizeof r->asked, "%d: %s %s %s", who, method, target, body ? body : "");
	house_ask(&r->house, who < 0 ? NULL : r->tokens[who], method, target, body, &r->told);
	buf_print(&r->script, "%s\n%d ", r->asked, r->told.status);
	buf_add(&r->script, buf_str(&r->told.body));
	buf_add_char(&r->script, '\n');
	buf_add_char(&r->told.body, '\0');
	r->told.body.n--;
	if (r->told.status != e.status)
		differ(r, "status", e.status, r->told.status);
	if (strcmp(r->told.slug, e.slug) != 0)
		fail_msg("seed %llu, step %d, %s: %s instead of %s", (unsigned long long)r->seed, r->step, r->asked, r->told.slug, e.slug);
	arena_reset(r->arena);
	assert_int_equal(json_read(r->arena, buf_str(&r->told.body), SERVE_JSON_DEPTH_MAX, &r->answer, &at), ERR_OK);
	if (e.status >= 400)
		return;
	same(r, "number", e.number);
	same(r, "unread", e.unread);
	same(r, "mentions", e.mentions);
	same(r, "members", e.members);
	same(r, "read_number", e.read);
	const struct json *state = json_get(r->answer, "state");
	if (e.state && (state == NULL || !str_eq(state->text, str_of(e.state))))
		fail_msg("seed %llu, step %d, %s: should be %s", (unsigned long long)r->seed, r->step, r->asked, e.state);
}

static void keep(struct run *r, const char *key, char *out, size_t room)
{
	const struct json *j = json_get(r->answer, key);
	assert_true(j && j->kind == JSON_TEXT && j->text.n < room);
	memcpy(out, j->text.p, j->text.n);
	out[j->text.n] = '\0';
}

/* ---- what people do ---- */

static void found(struct run *r, int who)
{
	char body[200];
	if (r->model.groups == MODEL_GROUPS)
		return;
	int64_t capacity = 2 + (int64_t)some(r, MODEL_PEOPLE - 2);
	snprintf(body, sizeof body, "{\"name\":\"群%d\",\"common_ground\":\"都爱走路\",\"capacity\":%d}", r->model.groups, (int)capacity);
	ask(r, who, "POST", "/api/v1/groups", body, model_found(&r->model, who, capacity));
}

static void invite(struct run *r, int group, int who)
{
	char target[100], body[200];
	bool approval = some(r, 3) == 0;
	int64_t uses = some(r, 3) ? 0 : 1 + (int64_t)some(r, 3), expires = some(r, 3) ? 0 : 60 + (int64_t)some(r, 600);
	int before = r->model.invitations;
	if (before == MODEL_INVITATIONS)
		return;
	snprintf(target, sizeof target, "/api/v1/groups/%lld/invitations", (long long)group_of(group));
	int n = snprintf(body, sizeof body, "{\"approval\":%s", approval ? "true" : "false");
	if (uses)
		n += snprintf(body + n, sizeof body - (size_t)n, ",\"uses_max\":%lld", (long long)uses);
	if (expires)
		n += snprintf(body + n, sizeof body - (size_t)n, ",\"expires_s\":%lld", (long long)expires);
	snprintf(body + n, sizeof body - (size_t)n, "}");
	ask(r, who, "POST", target, body, model_invite(&r->model, group, who, approval, expires, uses));
	if (r->model.invitations > before)
		keep(r, "code", r->model.invitation[before].code, sizeof r->model.invitation[before].code);
}

static void stop(struct run *r, int who)
{
	char target[100];
	if (r->model.invitations == 0)
		return;
	int i = (int)some(r, (uint64_t)r->model.invitations);
	snprintf(target, sizeof target, "/api/v1/groups/%lld/invitations/%d", (long long)group_of(r->model.invitation[i].group), i + 1);
	ask(r, who, "PATCH", target, "{\"stopped\":true}", model_stop(&r->model, i, who));
}

static void join(struct run *r, int who)
{
	char target[100];
	if (r->model.invitations == 0 || (who < 0 && r->model.people == MODEL_PEOPLE))
		return;
	int i = (int)some(r, (uint64_t)r->model.invitations), people = r->model.people;
	snprintf(target, sizeof target, "/api/v1/invitations/%s", r->model.invitation[i].code);
	ask(r, who, "POST", target, who < 0 ? "{\"name\":\"新来的\"}" : "{}", model_join(&r->model, i, who));
	if (r->model.people > people)
		keep(r, "token", r->tokens[people], sizeof r->tokens[people]);
}

static void settle(struct run *r, int group, int who, int whom)
{
	char target[100];
	bool let_in = some(r, 3) > 0;
	snprintf(target, sizeof target, "/api/v1/groups/%lld/requests/%lld", (long long)group_of(group), (long long)account_of(whom));
	ask(r, who, "POST", target, let_in ? "{\"let_in\":true}" : "{\"let_in\":false}", model_settle(&r->model, group, who, whom, let_in));
}

static void post(struct run *r, int group, int who)
{
	char target[100], body[400];
	const struct model_group *g = &r->model.group[group];
	/* few ids and few texts: repeats, with the same and with other words, come by themselves */
	struct model_post p = { .group = group, .who = who, .id = (int)some(r, 24), .text = (int)some(r, 2), .all = some(r, 10) == 0 };
	if (g->count == MODEL_MESSAGES)
		return;
	p.reply = some(r, 4) ? 0 : 1 + (int64_t)some(r, (uint64_t)g->number + 2);
	p.mention_count = some(r, 3) ? 0 : (int)some(r, MODEL_MENTIONS + 1);
	snprintf(target, sizeof target, "/api/v1/groups/%lld/messages", (long long)group_of(group));
	int n = snprintf(body, sizeof body, "{\"id\":\"第%d个\",\"text\":\"话%d\"%s,\"mentions\":[", p.id, p.text, p.all ? ",\"all\":true" : "");
	for (int i = 0; i < p.mention_count; i++) {
		p.mentions[i] = (int)some(r, MODEL_PEOPLE);
		n += snprintf(body + n, sizeof body - (size_t)n, "%s%lld", i ? "," : "", (long long)account_of(p.mentions[i]));
	}
	n += snprintf(body + n, sizeof body - (size_t)n, "]");
	if (p.reply)
		n += snprintf(body + n, sizeof body - (size_t)n, ",\"reply\":%lld", (long long)p.reply);
	snprintf(body + n, sizeof body - (size_t)n, "}");
	ask(r, who, "POST", target, body, model_post(&r->model, &p));
}

static void take_back(struct run *r, int group, int who, bool recall)
{
	char target[100];
	const struct model_group *g = &r->model.group[group];
	int64_t number = g->count && some(r, 5) ? g->messages[some(r, g->count)].number : 1 + (int64_t)some(r, (uint64_t)g->number + 2);
	snprintf(target, sizeof target, "/api/v1/groups/%lld/messages/%lld/%s", (long long)group_of(group), (long long)number,
		recall ? "recall" : "remove");
	ask(r, who, "POST", target, "{}", recall ? model_recall(&r->model, group, who, number) : model_remove(&r->model, group, who, number));
}

static void read_up_to(struct run *r, int group, int who)
{
	char target[100], body[60];
	int64_t number = (int64_t)some(r, (uint64_t)r->model.group[group].number + 3);
	snprintf(target, sizeof target, "/api/v1/groups/%lld/read", (long long)group_of(group));
	snprintf(body, sizeof body, "{\"number\":%lld}", (long long)number);
	ask(r, who, "PUT", target, body, model_read(&r->model, group, who, number));
}

static void leave(struct run *r, int group, int who)
{
	char target[100];
	snprintf(target, sizeof target, "/api/v1/groups/%lld/leave", (long long)group_of(group));
	ask(r, who, "POST", target, "{}", model_leave(&r->model, group, who));
}

static void send_away(struct run *r, int group, int who, int whom)
{
	char target[100];
	bool bar = some(r, 2);
	snprintf(target, sizeof target, "/api/v1/groups/%lld/members/%lld/remove", (long long)group_of(group), (long long)account_of(whom));
	ask(r, who, "POST", target, bar ? "{\"ban\":true}" : "{}", model_send_away(&r->model, group, who, whom, bar));
}

static void give_role(struct run *r, int group, int who, int whom)
{
	char target[100];
	bool steward = some(r, 3) > 0;
	snprintf(target, sizeof target, "/api/v1/groups/%lld/members/%lld", (long long)group_of(group), (long long)account_of(whom));
	ask(r, who, "PATCH", target, steward ? "{\"role\":\"steward\"}" : "{\"role\":\"member\"}", model_role(&r->model, group, who, whom, steward));
}

static void look(struct run *r, int group, int who)
{
	char target[100];
	snprintf(target, sizeof target, "/api/v1/groups/%lld", (long long)group_of(group));
	ask(r, who, "GET", target, NULL, model_look(&r->model, group, who));
}

/* A page: exactly those messages after a number that he may see, as they stand. */
static void page(struct run *r, int group, int who)
{
	char target[100];
	const struct model_group *g = &r->model.group[group];
	int64_t horizon = model_horizon(&r->model, group, who), after = (int64_t)some(r, (uint64_t)g->number + 1);
	size_t limit = 1 + some(r, 20), n = 0;
	struct expected e = model_look(&r->model, group, who);
	snprintf(target, sizeof target, "/api/v1/groups/%lld/messages?after=%lld&limit=%zu", (long long)group_of(group), (long long)after, limit);
	ask(r, who, "GET", target, NULL, (struct expected){ e.status, e.slug, -1, -1, -1, -1, -1, NULL });
	const struct json *list = json_get(r->answer, "messages");
	for (size_t i = 0; horizon >= 0 && i < g->count; i++) {
		const struct model_message *said = &g->messages[i];
		if (said->number <= after || said->number > horizon || n == limit)
			continue;
		if (n >= list->count || json_get(&list->items[n], "number")->integer != said->number)
			differ(r, "a message's number", said->number, n < list->count ? json_get(&list->items[n], "number")->integer : -1);
		char text[30] = "";
		if (said->state == 0)
			snprintf(text, sizeof text, "话%d", said->text);
		assert_true(str_eq(json_get(&list->items[n], "text")->text, str_of(text)));
		assert_int_equal(json_get(&list->items[n], "author")->integer, account_of(said->author));
		n++;
	}
	if (horizon >= 0 && list->count != n)
		differ(r, "messages in the page", (long long)n, (long long)list->count);
}

/* Who was away: every number after his, up to what he may see, once. */
static void catch_up(struct run *r, int group, int who)
{
	char target[100];
	const struct model_group *g = &r->model.group[group];
	int64_t horizon = model_horizon(&r->model, group, who), after = (int64_t)some(r, (uint64_t)g->number + 1);
	struct expected e = model_look(&r->model, group, who);
	snprintf(target, sizeof target, "/api/v1/groups/%lld/events?after=%lld", (long long)group_of(group), (long long)after);
	ask(r, who, "GET", target, NULL, (struct expected){ e.status, e.slug, -1, -1, -1, -1, -1, NULL });
	if (horizon < 0)
		return;
	const struct json *list = json_get(r->answer, "events");
	int64_t wanted = horizon > after ? horizon - after : 0;
	if ((int64_t)list->count != wanted)
		differ(r, "events", wanted, (long long)list->count);
	for (size_t i = 0; i < list->count; i++)
		assert_int_equal(list->items[i].items[1].integer, after + 1 + (int64_t)i);
}

static void step(struct run *r)
{
	struct model *m = &r->model;
	int who = (int)some(r, (uint64_t)m->people), whom = (int)some(r, (uint64_t)m->people);
	int group = m->groups ? (int)some(r, (uint64_t)m->groups) : 0;
	uint64_t what = m->groups ? some(r, 100) : 0;
	r->house.now_us += (int64_t)some(r, some(r, 10) ? 2000 : 100000) * US_PER_MS;
	m->now_us = r->house.now_us;
	if (what < 2) found(r, some(r, 4) ? 0 : who);
	else if (what < 9) invite(r, group, some(r, 2) ? 0 : who);
	else if (what < 10) stop(r, some(r, 2) ? 0 : who);
	else if (what < 22) join(r, some(r, 2) ? -1 : who);
	else if (what < 28) settle(r, group, some(r, 2) ? 0 : who, whom);
	else if (what < 56) post(r, group, who);
	else if (what < 64) take_back(r, group, who, true);
	else if (what < 68) take_back(r, group, who, false);
	else if (what < 75) read_up_to(r, group, who);
	else if (what < 78) leave(r, group, who);
	else if (what < 81) send_away(r, group, some(r, 2) ? 0 : who, whom);
	else if (what < 84) give_role(r, group, some(r, 2) ? 0 : who, whom);
	else if (what < 91) look(r, group, who);
	else if (what < 96) page(r, group, who);
	else catch_up(r, group, who);
}

/* Whoever follows the journal sees everything once, every stream in its order. */
static void follow(struct run *r)
{
	struct db_conn *c = NULL;
	struct event_cursor cursor = { 0 };
	struct map *last = map_new(1000);
	struct event *events;
	size_t count;
	int64_t position = 0;
	assert_int_equal(db_connect(r->house.db, true, &c), ERR_OK);
	do {
		arena_reset(r->arena);
		assert_int_equal(event_follow(c, r->arena, &cursor, 7, &events, &count), ERR_OK);
		for (size_t i = 0; i < count; i++) {
			char key[60];
			int n = snprintf(key, sizeof key, "%d %lld", (int)events[i].stream, (long long)events[i].owner);
			uint64_t *number = map_put(last, (struct str){ key, (size_t)n }, 0, NULL);
			assert_true(number && events[i].number == (int64_t)++*number && events[i].position > position);
			position = events[i].position;
		}
	} while (count);
	db_disconnect(c);
	for (int g = 0; g < r->model.groups; g++) {
		char key[60];
		int n = snprintf(key, sizeof key, "1 %lld", (long long)group_of(g));
		const uint64_t *number = map_get(last, (struct str){ key, (size_t)n });
		assert_int_equal(number ? *number : 0, r->model.group[g].number);
	}
	map_free(last);
}

/* The transcript; the caller frees it. */
static struct buf rehearse(uint64_t seed)
{
	static struct run r; /* the model is large */
	r = (struct run){ .seed = seed, .told = TOLD, .script = BUF(TRANSCRIPT_MAX), .arena = arena_new(32u << 20) };
	house_open(&r.house, seed, NULL);
	r.model = (struct model){ .people = 1, .now_us = r.house.now_us };
	memcpy(r.tokens[0], r.house.owner_token.z, sizeof r.tokens[0]);
	assert_int_equal(r.house.owner, account_of(0));
	for (r.step = 0; r.step < STEPS; r.step++)
		step(&r);
	for (int g = 0; g < r.model.groups; g++)
		for (int who = 0; who < r.model.people; who++)
			look(&r, g, who);
	follow(&r);
	const char *unsound = house_unsound(&r.house);
	if (unsound)
		fail_msg("seed %llu: %s", (unsigned long long)seed, unsound);
	house_rows(&r.house, &r.script);
	house_close(&r.house);
	told_free(&r.told);
	arena_free(r.arena);
	return r.script;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void tell_apart(uint64_t seed, struct str one, struct str two)
{
	size_t at = 0;
	while (at < one.n && at < two.n && one.p[at] == two.p[at])
		at++;
	if (at < one.n || at < two.n)
		fail_msg("seed %llu told two stories; from byte %zu on: " STR_FMT "\nand: " STR_FMT, (unsigned long long)seed, at,
			STR_ARG(str_first(str_from(one, at > 80 ? at - 80 : 0), 200)), STR_ARG(str_first(str_from(two, at > 80 ? at - 80 : 0), 200)));
}

static void test_every_answer_is_predicted_and_a_seed_says_it_all(void **state)
{
	uint64_t first = from_environment("REHEARSAL_FIRST", 1), seeds = from_environment("REHEARSAL_SEEDS", SEEDS);
	uint64_t differing = 0;
	struct buf before = BUF(TRANSCRIPT_MAX);
	for (uint64_t seed = first; seed < first + seeds; seed++) {
		struct buf script = rehearse(seed);
		if (seed % TWICE_ONE_IN == 0) {
			struct buf again = rehearse(seed);
			tell_apart(seed, buf_str(&script), buf_str(&again));
			buf_free(&again);
		}
		differing += !str_eq(buf_str(&script), buf_str(&before));
		buf_free(&before);
		before = script;
	}
	buf_free(&before);
	assert_int_equal(differing, seeds); /* another seed, another story */
}

/* One's own data in pages, also for who is in more groups than a request has memory for pages of. The fuzzer found it. */
static void test_own_data_of_who_is_in_many_groups(void **state)
{
	enum { GROUPS = 300 };
	struct house h;
	struct told t = TOLD;
	struct arena *a = arena_new(32u << 20);
	struct json *answer;
	char target[100] = "/api/v1/me/data";
	size_t at, pages = 0, said = 0;
	house_open(&h, 3, NULL);
	for (int i = 1; i <= GROUPS; i++) {
		char to[100];
		house_ask(&h, h.owner_token.z, "POST", "/api/v1/groups", "{\"name\":\"群\",\"common_ground\":\"走\"}", &t);
		assert_int_equal(t.status, 201);
		snprintf(to, sizeof to, "/api/v1/groups/%d/messages", i);
		if (i % 7 == 0)
			house_ask(&h, h.owner_token.z, "POST", to, "{\"id\":\"1\",\"text\":\"早\"}", &t);
	}
	for (const struct json *more = NULL; pages == 0 || (more && more->kind == JSON_OBJECT); pages++) {
		house_ask(&h, h.owner_token.z, "GET", target, NULL, &t);
		assert_int_equal(t.status, 200);
		arena_reset(a);
		assert_int_equal(json_read(a, buf_str(&t.body), 32, &answer, &at), ERR_OK);
		said += json_get(answer, "messages")->count;
		more = json_get(answer, "next");
		if (more->kind == JSON_OBJECT)
			snprintf(target, sizeof target, "/api/v1/me/data?group=%lld&after=%lld", (long long)json_get(more, "group")->integer,
				(long long)json_get(more, "after")->integer);
		assert_true(pages < GROUPS);
	}
	assert_int_equal(said, GROUPS / 7);
	house_close(&h);
	told_free(&t);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_answer_is_predicted_and_a_seed_says_it_all),
		cmocka_unit_test(test_own_data_of_who_is_in_many_groups),
	};
	return cmocka_run_group_tests_name("rehearsal", tests, NULL, NULL);
}
