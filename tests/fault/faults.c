/*
 * Every allocation, statement and commit of a request fails once, the first, the second … until none is left to fail.
 *
 * Each time the answer is the right one, or says busy or that something broke; a refusal has changed no row of any table;
 * what must hold of the tables holds; and the same request, asked again, succeeds. Requests: acts below.
 * Not here: the disk (batch.c), pictures and imports.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "house.h"

#define FAULTS_MAX 3000 /* of one request */
#define ROWS_MAX (16u << 20)

struct scene {
	struct house house;
	struct told told, aside;
	struct arena *arena;
	char friend[TOKEN_CHARS + 1]; /* account 2, a member of group 1 */
	char code[64];                /* whatever the preparation made: an invitation, a link, a ticket */
	char target[200], body[600];
	int64_t number;               /* of what was made last */
	int tries;
};

/* One request: prepare brings about what it needs and writes target and body. */
struct act {
	const char *name, *method;
	int status;
	void (*prepare)(struct scene *s);
	bool by_friend, by_nobody;
};

/* ---- bringing things about ---- */

static void text_of(struct scene *s, const char *key, char *out, size_t room)
{
	struct json *answer;
	size_t at;
	arena_reset(s->arena);
	assert_int_equal(json_read(s->arena, buf_str(&s->aside.body), SERVE_JSON_DEPTH_MAX, &answer, &at), ERR_OK);
	const struct json *j = json_get(answer, key);
	assert_true(j && j->kind == JSON_TEXT && j->text.n < room);
	memcpy(out, j->text.p, j->text.n);
	out[j->text.n] = '\0';
}

static int64_t int_of(struct scene *s, const char *key)
{
	struct json *answer;
	size_t at;
	arena_reset(s->arena);
	assert_int_equal(json_read(s->arena, buf_str(&s->aside.body), SERVE_JSON_DEPTH_MAX, &answer, &at), ERR_OK);
	const struct json *j = json_get(answer, key);
	assert_true(j && j->kind == JSON_INT);
	return j->integer;
}

static void done(struct scene *s, const char *token, const char *method, const char *target, const char *body)
{
	house_ask(&s->house, token, method, target, body, &s->aside);
	if (s->aside.status >= 300)
		fail_msg("%s %s: %d %s", method, target, s->aside.status, s->aside.slug);
}

static const char *owner(struct scene *s) { return s->house.owner_token.z; }

static void invitation(struct scene *s, int group, const char *body)
{
	char target[100];
	snprintf(target, sizeof target, "/api/v1/groups/%d/invitations", group);
	done(s, owner(s), "POST", target, body);
	text_of(s, "code", s->code, sizeof s->code);
}

static void newcomer(struct scene *s, int group, const char *how, char token[TOKEN_CHARS + 1])
{
	char target[150];
	invitation(s, group, how);
	snprintf(target, sizeof target, "/api/v1/invitations/%s", s->code);
	done(s, NULL, "POST", target, "{\"name\":\"乙\"}");
	text_of(s, "token", token, TOKEN_CHARS + 1);
}

static int64_t newest_account(struct scene *s, const char *token)
{
	done(s, token, "GET", "/api/v1/me", NULL);
	return int_of(s, "id");
}

static void said(struct scene *s, const char *token)
{
	char body[100];
	snprintf(body, sizeof body, "{\"id\":\"p%d\",\"text\":\"先说一句\"}", s->tries);
	done(s, token, "POST", "/api/v1/groups/1/messages", body);
	s->number = int_of(s, "number");
}

#define AT(...) snprintf(s->target, sizeof s->target, __VA_ARGS__)
#define SAY(...) snprintf(s->body, sizeof s->body, __VA_ARGS__)

/* ---- the acts ---- */

static void found(struct scene *s) { AT("/api/v1/groups"); SAY("{\"name\":\"群\",\"common_ground\":\"散步\",\"tags\":[\"早\",\"晚\"]}"); }
static void invite(struct scene *s) { AT("/api/v1/groups/1/invitations"); SAY("{\"uses_max\":3,\"expires_s\":600}"); }
static void join_new(struct scene *s)
{
	invitation(s, 1, "{\"uses_max\":1}");
	AT("/api/v1/invitations/%s", s->code);
	SAY("{\"name\":\"丙\",\"locale\":\"en\"}");
}
static void join_again(struct scene *s)
{
	done(s, s->friend, "POST", "/api/v1/groups/1/leave", "{}");
	invitation(s, 1, "{}");
	AT("/api/v1/invitations/%s", s->code);
	SAY("{}");
}
static void join_sister(struct scene *s)
{
	char target[100], token[TOKEN_CHARS + 1];
	done(s, owner(s), "POST", "/api/v1/groups", "{\"name\":\"满群\",\"common_ground\":\"挤\",\"capacity\":2}");
	int64_t group = int_of(s, "id");
	snprintf(target, sizeof target, "/api/v1/groups/%lld", (long long)group);
	done(s, owner(s), "PATCH", target, "{\"sister_found\":true}");
	newcomer(s, (int)group, "{}", token);
	AT("/api/v1/invitations/%s", s->code);
	SAY("{\"name\":\"丁\",\"sister\":true}");
}
static void ask_in(struct scene *s)
{
	invitation(s, 1, "{\"approval\":true}");
	AT("/api/v1/invitations/%s", s->code);
	SAY("{\"name\":\"戊\"}");
}
static void settle(struct scene *s)
{
	char token[TOKEN_CHARS + 1];
	newcomer(s, 1, "{\"approval\":true}", token);
	AT("/api/v1/groups/1/requests/%lld", (long long)newest_account(s, token));
	SAY("{\"let_in\":%s}", s->tries % 2 ? "true" : "false");
}
static void post(struct scene *s)
{
	said(s, s->friend);
	AT("/api/v1/groups/1/messages");
	SAY("{\"id\":\"f%d\",\"text\":\"大家好\\n明早见\",\"reply\":%lld,\"mentions\":[1,2,3],\"all\":true}", s->tries, (long long)s->number);
}
static void recall(struct scene *s)
{
	said(s, s->friend);
	AT("/api/v1/groups/1/messages/%lld/recall", (long long)s->number);
	SAY("{}");
}
static void take_away(struct scene *s)
{
	recall(s);
	AT("/api/v1/groups/1/messages/%lld/remove", (long long)s->number);
}
static void read_up(struct scene *s)
{
	said(s, owner(s));
	AT("/api/v1/groups/1/read");
	SAY("{\"number\":%lld}", (long long)s->number);
}
static void leave(struct scene *s)
{
	char target[150];
	invitation(s, 1, "{}");
	snprintf(target, sizeof target, "/api/v1/invitations/%s", s->code);
	done(s, s->friend, "POST", target, "{}");
	AT("/api/v1/groups/1/leave");
	SAY("{}");
}
static void send_away(struct scene *s)
{
	char token[TOKEN_CHARS + 1];
	newcomer(s, 1, "{}", token);
	AT("/api/v1/groups/1/members/%lld/remove", (long long)newest_account(s, token));
	SAY("{\"ban\":%s}", s->tries % 2 ? "true" : "false");
}
static void role(struct scene *s) { AT("/api/v1/groups/1/members/2"); SAY("{\"role\":\"%s\"}", s->tries % 2 ? "steward" : "member"); }
static void mute(struct scene *s) { AT("/api/v1/groups/1/mute"); SAY("{\"for\":\"day\"}"); }
static void pin(struct scene *s) { AT("/api/v1/groups/1/pin"); SAY("{\"pinned\":true}"); }
static void change(struct scene *s) { AT("/api/v1/groups/1"); SAY("{\"name\":\"新名\",\"tags\":[\"山\",\"水\"],\"rules\":\"早睡\",\"members_invite\":true}"); }
static void name(struct scene *s) { AT("/api/v1/me"); SAY("{\"name\":\"改名%d\"}", s->tries); }
static void stop(struct scene *s)
{
	invitation(s, 1, "{}");
	AT("/api/v1/groups/1/invitations/%lld", (long long)int_of(s, "id"));
	SAY("{\"stopped\":true}");
}
static void recovery(struct scene *s) { AT("/api/v1/groups/1/members/2/link"); SAY("{}"); }
static void enter(struct scene *s)
{
	char url[300];
	done(s, owner(s), "POST", "/api/v1/groups/1/members/2/link", "{}");
	text_of(s, "url", url, sizeof url);
	AT("/api/v1/enter/%s", strrchr(url, '/') + 1);
	SAY("{}");
}
static void device(struct scene *s) { AT("/api/v1/me/device-links"); SAY("{}"); }
static void device_asks(struct scene *s)
{
	done(s, owner(s), "POST", "/api/v1/me/device-links", "{}");
	text_of(s, "code", s->code, sizeof s->code);
	AT("/api/v1/enter/%s", s->code);
	SAY("{}");
}
static void device_answer(struct scene *s)
{
	char target[150];
	done(s, owner(s), "POST", "/api/v1/me/device-links", "{}");
	int64_t link = int_of(s, "link");
	text_of(s, "code", s->code, sizeof s->code);
	snprintf(target, sizeof target, "/api/v1/enter/%s", s->code);
	done(s, NULL, "POST", target, "{}");
	AT("/api/v1/me/device-links/%lld", (long long)link);
	SAY("{\"let_in\":true}");
}
static void sign_out(struct scene *s)
{
	char url[300], target[150];
	done(s, owner(s), "POST", "/api/v1/groups/1/members/2/link", "{}");
	text_of(s, "url", url, sizeof url);
	snprintf(target, sizeof target, "/api/v1/enter/%s", strrchr(url, '/') + 1);
	done(s, NULL, "POST", target, "{}");
	text_of(s, "token", s->friend, sizeof s->friend);
	AT("/api/v1/sessions/current");
	s->body[0] = '\0';
}
static void site(struct scene *s) { AT("/api/v1/site"); SAY("{\"may_found\":\"all\"}"); }

#define READS(id, path) \
	static void id(struct scene *s) { AT(path); s->body[0] = '\0'; }
READS(see_me, "/api/v1/me")
READS(see_groups, "/api/v1/groups")
READS(see_group, "/api/v1/groups/1")
READS(see_page, "/api/v1/groups/1/messages?before=9999&limit=20")
READS(see_around, "/api/v1/groups/1/messages?around=3&limit=4")
READS(see_events, "/api/v1/groups/1/events?after=0")
READS(see_members, "/api/v1/groups/1/members?limit=2")
READS(see_member, "/api/v1/groups/1/members/2")
READS(see_names, "/api/v1/groups/1/names?ids=1,2,77")
READS(see_log, "/api/v1/groups/1/log")
READS(see_invitations, "/api/v1/groups/1/invitations")
READS(see_requests, "/api/v1/groups/1/requests")
READS(see_sessions, "/api/v1/sessions")
static void see_invitation(struct scene *s)
{
	invitation(s, 1, "{}");
	AT("/api/v1/invitations/%s", s->code);
	s->body[0] = '\0';
}

static const struct act acts[] = {
	{ "group.add", "POST", 201, found }, { "invitation.add", "POST", 201, invite }, { "join, a newcomer", "POST", 200, join_new, .by_nobody = true },
	{ "join, again", "POST", 200, join_again, .by_friend = true }, { "join, the sister", "POST", 200, join_sister, .by_nobody = true },
	{ "join, asking", "POST", 200, ask_in, .by_nobody = true }, { "request.settle", "POST", 200, settle }, { "chat.post", "POST", 200, post },
	{ "chat.recall", "POST", 200, recall, .by_friend = true }, { "chat.remove", "POST", 200, take_away },
	{ "chat.read", "PUT", 200, read_up, .by_friend = true }, { "group.leave", "POST", 200, leave, .by_friend = true },
	{ "member.remove", "POST", 200, send_away }, { "member.role", "PATCH", 200, role }, { "group.mute", "PUT", 200, mute },
	{ "group.pin", "PUT", 200, pin, .by_friend = true }, { "group.set", "PATCH", 200, change }, { "me.set", "PATCH", 200, name },
	{ "invitation.set", "PATCH", 200, stop }, { "member.link", "POST", 201, recovery }, { "enter", "POST", 200, enter, .by_nobody = true },
	{ "device_link.add", "POST", 201, device }, { "enter, a device", "POST", 202, device_asks, .by_nobody = true },
	{ "device_link.answer", "POST", 200, device_answer }, { "site.set", "PATCH", 200, site },
	{ "session.end_current", "DELETE", 200, sign_out, .by_friend = true },
	{ "me.get", "GET", 200, see_me }, { "group.list", "GET", 200, see_groups }, { "group.get", "GET", 200, see_group },
	{ "chat.page", "GET", 200, see_page }, { "chat.page, around", "GET", 200, see_around }, { "chat.events", "GET", 200, see_events },
	{ "member.list", "GET", 200, see_members }, { "member.get", "GET", 200, see_member }, { "group.names", "GET", 200, see_names },
	{ "group.log", "GET", 200, see_log }, { "invitation.list", "GET", 200, see_invitations }, { "request.list", "GET", 200, see_requests },
	{ "sessions.list", "GET", 200, see_sessions }, { "join.look", "GET", 200, see_invitation, .by_nobody = true },
};

/* ---- failing ---- */

struct kind {
	const char *name;
	void (*arm)(uint64_t nth);
};
static const struct kind allocation = { "allocation", base_alloc_fail }, statement = { "statement", db_fail };

static struct str in_words(struct scene *s, const struct act *a, const struct kind *k, uint64_t nth, char out[500])
{
	int n = snprintf(out, 500, "%s, %s %llu: %d %s %.300s", a->name, k->name, (unsigned long long)nth, s->told.status, s->told.slug,
		s->told.body.p ? s->told.body.p : "");
	return (struct str){ out, (size_t)n };
}

/* The body is whole: JSON, of the kind that goes with the status. */
static bool body_is_whole(struct scene *s)
{
	struct json *answer;
	size_t at;
	arena_reset(s->arena);
	if (json_read(s->arena, buf_str(&s->told.body), 32, &answer, &at) != ERR_OK || answer->kind != JSON_OBJECT)
		return s->told.answers == 1 && s->told.body.n == 0; /* refused before there was a request */
	return s->told.status < 400 || s->told.body.n == 2 || json_get(answer, "type") != NULL;
}

static void once(struct scene *s, const struct act *a, const struct kind *k, uint64_t nth, bool *out_failed)
{
	CLEANUP(buf_free) struct buf before = BUF(ROWS_MAX);
	CLEANUP(buf_free) struct buf after = BUF(ROWS_MAX);
	char words[500];
	s->tries++;
	s->house.now_us += US_PER_S;
	a->prepare(s);
	const char *token = a->by_nobody ? NULL : a->by_friend ? s->friend : owner(s);
	house_rows(&s->house, &before);
	buf_clear(&s->told.body);
	s->told.allocations = 0;
	k->arm(nth);
	house_ask(&s->house, token, a->method, s->target, s->body, &s->told);
	uint64_t seen = k == &statement ? db_statement_count() : s->told.allocations ? s->told.allocations : base_alloc_count();
	k->arm(0);
	*out_failed = seen >= nth;
	house_rows(&s->house, &after);
	buf_add_char(&s->told.body, '\0');
	s->told.body.n--;
	in_words(s, a, k, nth, words);
	const char *unsound = house_unsound(&s->house);
	if (unsound)
		fail_msg("%s: %s", words, unsound);
	if (!body_is_whole(s))
		fail_msg("%s: the answer is torn", words);
	if (s->told.status == a->status) {
		if (a->by_nobody && strcmp(a->method, "POST") == 0 && a->status == 200 && strncmp(a->name, "join", 4) == 0 &&
			(str_find(buf_str(&s->told.body), STR("\"token\":")) < 0 || str_find(buf_str(&s->told.headers), STR("hearth_session=")) < 0))
			fail_msg("%s: came in without a way back", words);
		return;
	}
	if (s->told.status != 500 && s->told.status != 503)
		fail_msg("%s: neither done nor refused clearly", words);
	if (!*out_failed)
		fail_msg("%s: refused, and nothing had failed", words);
	if (!str_eq(buf_str(&before), buf_str(&after)))
		fail_msg("%s: refused, and half done", words);
	house_ask(&s->house, token, a->method, s->target, s->body, &s->told);
	if (s->told.status != a->status)
		fail_msg("%s: refused again: %d %s", words, s->told.status, s->told.slug);
}

static void try_all(const struct act *a, const struct kind *k)
{
	struct scene s = { .told = TOLD, .aside = TOLD, .arena = arena_new(32u << 20) };
	bool failed = true;
	house_open(&s.house, 7, NULL);
	done(&s, owner(&s), "POST", "/api/v1/groups", "{\"name\":\"群\",\"common_ground\":\"散步\",\"capacity\":50000}");
	newcomer(&s, 1, "{}", s.friend);
	for (int i = 0; i < 3; i++, s.tries++)
		said(&s, i % 2 ? s.friend : owner(&s));
	uint64_t nth = 1;
	for (; failed && nth < FAULTS_MAX; nth++)
		once(&s, a, k, nth, &failed);
	assert_false(failed);
	assert_true(nth > 2); /* something was there to fail */
	print_message("# %s: %llu %ss\n", a->name, (unsigned long long)nth - 2, k->name);
	house_close(&s.house);
	told_free(&s.told);
	told_free(&s.aside);
	arena_free(s.arena);
}

static void test_every_allocation_fails_once(void **state)
{
	for (size_t i = 0; i < COUNT_OF(acts); i++)
		try_all(&acts[i], &allocation);
}

static void test_every_statement_and_commit_fails_once(void **state)
{
	for (size_t i = 0; i < COUNT_OF(acts); i++)
		try_all(&acts[i], &statement);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allocation_fails_once),
		cmocka_unit_test(test_every_statement_and_commit_fails_once),
	};
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
