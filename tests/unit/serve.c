/* serve: entries that refuse to start, the router, fields in every shape, rates; and requests through a stepped server. */
#include "db_help.h"
#include "serve/serve_private.h"

static enum err nothing(struct req *r) { return ERR_OK; }
static enum err echo(struct req *r)
{
	json_open(&r->json);
	json_key_text(&r->json, "text", req_text(r, "text"));
	json_close(&r->json);
	return ERR_OK;
}

#define SOUND(n, m, p) .name = n, .method = m, .path = p, .tx = TX_READ, .open_to_all = true, .may = may_anyone, .handle = nothing

/* ---- the start ---- */

static const struct field group_field[] = { { "group", FIELD_INT, FIELD_PATH, 1, 9 }, { 0 } };

static void test_an_unsound_entry_refuses_to_start(void **state)
{
	static const struct entry sound = { SOUND("a", "GET", "/a") }, same_name = { SOUND("a", "GET", "/b") };
	static const struct entry no_may = { .name = "b", .method = "GET", .path = "/b", .handle = nothing };
	static const struct entry no_handle = { .name = "b", .method = "GET", .path = "/b", .may = may_anyone };
	static const struct entry no_field = { SOUND("b", "GET", "/b/:group") }, no_colon = { SOUND("b", "GET", "/b"), .fields = group_field };
	static const struct entry no_group = { SOUND("b", "GET", "/b"), .lock = LOCK_GROUP };
	static const struct entry no_slash = { SOUND("b", "GET", "b") };
	static const struct {
		const struct entry *one;
		enum err e;
	} cases[] = { { &sound, ERR_CONFLICT }, { &same_name, ERR_CONFLICT }, { &no_may, ERR_INPUT }, { &no_handle, ERR_INPUT },
		{ &no_field, ERR_INPUT }, { &no_colon, ERR_INPUT }, { &no_group, ERR_INPUT }, { &no_slash, ERR_INPUT } };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct entry *const entries[] = { &sound, cases[i].one, NULL };
		struct router *r = NULL;
		if (router_new(entries, &r) != cases[i].e)
			fail_msg("case %zu", i);
		assert_null(r);
	}
	const struct entry *const entries[] = { &sound, NULL };
	struct router *r = NULL;
	assert_int_equal(router_new(entries, &r), ERR_OK);
	router_free(r);
}

/* ---- the router ---- */

static const struct field session_field[] = { { "session", FIELD_INT, FIELD_PATH, 1, 9 }, { 0 } };
static const struct field two_fields[] = { { "group", FIELD_INT, FIELD_PATH, 1, 9 }, { "number", FIELD_INT, FIELD_PATH, 1, 9 }, { 0 } };
static const struct entry any_session = { SOUND("session", "DELETE", "/s/:session"), .fields = session_field };
static const struct entry current = { SOUND("current", "DELETE", "/s/current") }, look = { SOUND("look", "GET", "/s/current") };
static const struct entry message = { SOUND("message", "GET", "/g/:group/m/:number"), .fields = two_fields };
static const struct entry *const routes[] = { &any_session, &current, &look, &message, NULL };

static void test_the_router_prefers_words_to_parameters(void **state)
{
	static const struct {
		const char *method, *path, *name, *first, *second;
		bool other;
	} cases[] = {
		{ "DELETE", "/s/current", "current", NULL, NULL, false }, { "DELETE", "/s/12", "session", "12", NULL, false },
		{ "GET", "/s/current", "look", NULL, NULL, false }, { "HEAD", "/s/current", "look", NULL, NULL, false },
		{ "GET", "/s/12", NULL, NULL, NULL, true }, { "PUT", "/s/current", NULL, NULL, NULL, true }, { "GET", "/s", NULL, NULL, NULL, false },
		{ "DELETE", "/s/", NULL, NULL, NULL, false }, { "DELETE", "/s/12/", NULL, NULL, NULL, false }, { "GET", "", NULL, NULL, NULL, false },
		{ "GET", "s/current", NULL, NULL, NULL, false }, { "GET", "/g/1/m/2", "message", "1", "2", false },
		{ "GET", "/g/1/x/2", NULL, NULL, NULL, false }, { "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14", NULL, NULL, NULL, false },
		{ "get", "/s/current", NULL, NULL, NULL, true },
	};
	struct router *r = NULL;
	assert_int_equal(router_new(routes, &r), ERR_OK);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str params[ROUTE_PARAMS_MAX] = { 0 };
		bool other = !cases[i].other;
		const struct entry *e = router_find(r, str_of(cases[i].method), str_of(cases[i].path), params, &other);
		if ((e ? strcmp(e->name, cases[i].name ? cases[i].name : "") != 0 : cases[i].name != NULL) || (e == NULL && other != cases[i].other))
			fail_msg("%s %s: %s", cases[i].method, cases[i].path, e ? e->name : "nothing");
		assert_true(cases[i].first == NULL || str_eq(params[0], str_of(cases[i].first)));
		assert_true(cases[i].second == NULL || str_eq(params[1], str_of(cases[i].second)));
	}
	assert_ptr_equal(router_by_name(r, STR("message")), &message);
	assert_null(router_by_name(r, STR("messag")));
	router_free(r);
}

/* ---- fields ---- */

static const struct field inner_fields[] = { { "n", FIELD_INT, 0, 1, 3 }, { 0 } };
static const struct shape inner_shape = { "Inner", inner_fields };
static const struct field all_fields[] = {
	{ "group", FIELD_INT, FIELD_PATH, 1, 9 },
	{ "q", FIELD_TEXT, FIELD_QUERY, 0, 4 }, { "limit", FIELD_INT, FIELD_QUERY, 1, 10 }, { "yes", FIELD_BOOL, FIELD_QUERY },
	{ "text", FIELD_TEXT, FIELD_REQUIRED, 1, 5 }, { "lines", FIELD_TEXT, FIELD_LINES, 0, 9 }, { "secret", FIELD_TEXT, FIELD_SECRET, 2, 9 },
	{ "int", FIELD_INT, 0, -2, 2 }, { "any_int", FIELD_INT, 0 }, { "maybe", FIELD_INT, FIELD_NULL, 1, 9 }, { "bool", FIELD_BOOL, 0 },
	{ "real", FIELD_REAL, 0 }, { "time", FIELD_TIME, 0 }, { "choice", FIELD_TEXT, 0, .one_of = "a|b" },
	{ "list", FIELD_TEXT, FIELD_LIST, 1, 3, .max_items = 2 }, { "map", FIELD_INT, FIELD_MAP, 0, 9, .max_items = 2 },
	{ "object", FIELD_OBJECT, 0, .of = &inner_shape }, { "anything", FIELD_ANY, 0 }, { 0 },
};
static const struct entry all_entry = { .name = "all", .method = "POST", .path = "/all/:group", .tx = TX_WRITE, .open_to_all = true,
	.body_bytes_max = 1000, .socket = true, .fields = all_fields, .may = may_anyone, .handle = echo };

struct checked {
	const char *query, *body, *slug, *field; /* slug NULL: fine */
};
static const struct checked bodies[] = {
	{ "", "{\"text\":\"五个字以内\"}" }, { "", "{\"text\":\" a \"}" }, { "", "{\"text\":\"六个字就太长\"}", "too-long", "text" },
	{ "", "{\"text\":\"\"}", "required", "text" }, { "", "{\"text\":\"  \"}", "required", "text" }, { "", "{}", "required", "text" },
	{ "", "", "required", "text" }, { "", "{\"text\":null}", "required", "text" }, { "", "{\"text\":1}", "wrong-type", "text" },
	{ "", "{\"text\":\"a\\tb\"}", "control-characters", "text" }, { "", "{\"text\":\"a\\u007fb\"}", "control-characters", "text" },
	{ "", "{\"text\":\"a\",\"lines\":\"a\\tb\\nc\"}" }, { "", "{\"text\":\"a\",\"lines\":\"\\u0001\"}", "control-characters", "lines" },
	{ "", "{\"text\":\"a\",\"secret\":\"  \"}" }, { "", "{\"text\":\"a\",\"secret\":\"x\"}", "too-short", "secret" },
	{ "", "{\"text\":\"a\",\"int\":3}", "out-of-range", "int" }, { "", "{\"text\":\"a\",\"int\":-2}" },
	{ "", "{\"text\":\"a\",\"int\":1.5}", "wrong-type", "int" }, { "", "{\"text\":\"a\",\"int\":\"1\"}", "wrong-type", "int" },
	{ "", "{\"text\":\"a\",\"any_int\":-9223372036854775808}" }, { "", "{\"text\":\"a\",\"any_int\":9223372036854775808}", "wrong-type", "any_int" },
	{ "", "{\"text\":\"a\",\"maybe\":null}" }, { "", "{\"text\":\"a\",\"int\":null}" }, { "", "{\"text\":\"a\",\"bool\":1}", "wrong-type", "bool" },
	{ "", "{\"text\":\"a\",\"real\":1}" }, { "", "{\"text\":\"a\",\"real\":\"x\"}", "wrong-type", "real" },
	{ "", "{\"text\":\"a\",\"time\":\"2026-03-01T00:00:00Z\"}" }, { "", "{\"text\":\"a\",\"time\":\"yesterday\"}", "wrong-type", "time" },
	{ "", "{\"text\":\"a\",\"choice\":\"b\"}" }, { "", "{\"text\":\"a\",\"choice\":\"a|b\"}", "not-one-of", "choice" },
	{ "", "{\"text\":\"a\",\"choice\":\"\"}", "not-one-of", "choice" }, { "", "{\"text\":\"a\",\"list\":[\"x\",\"y\"]}" },
	{ "", "{\"text\":\"a\",\"list\":[\"x\",\"y\",\"z\"]}", "too-many", "list" }, { "", "{\"text\":\"a\",\"list\":\"x\"}", "wrong-type", "list" },
	{ "", "{\"text\":\"a\",\"list\":[\"x\",null]}", "wrong-type", "list" }, { "", "{\"text\":\"a\",\"list\":[\"wxyz\"]}", "too-long", "list" },
	{ "", "{\"text\":\"a\",\"map\":{\"k\":9}}" }, { "", "{\"text\":\"a\",\"map\":{\"k\":10}}", "out-of-range", "map" },
	{ "", "{\"text\":\"a\",\"map\":[]}", "wrong-type", "map" }, { "", "{\"text\":\"a\",\"object\":{\"n\":1}}" },
	{ "", "{\"text\":\"a\",\"object\":{\"m\":1}}", "unknown-field", "object" }, { "", "{\"text\":\"a\",\"object\":{\"n\":4}}", "out-of-range", "n" },
	{ "", "{\"text\":\"a\",\"anything\":[{},1,\"x\"]}" }, { "", "{\"text\":\"a\",\"nobody\":1}", "unknown-field" },
	{ "", "{\"text\":\"a\",\"group\":1}", "unknown-field" }, { "", "{\"text\":\"a\",\"q\":\"x\"}", "unknown-field" },
	{ "", "{\"text\":\"a\",\"text\":\"b\"}", "bad-json" }, { "", "[]", "bad-json" }, { "", "{\"text\":\"a\"", "bad-json" },
	{ "", "{\"text\":\"a\"} x", "bad-json" }, { "", "{\"text\":\"\xff\"}", "not-utf8" }, { "", "{\"text\":\"\\u0000\"}", "bad-json" },
	{ "", "{\"anything\":[[[[[[[[[[1]]]]]]]]]]}", "bad-json" }, { "q=abc&limit=10", "{\"text\":\"a\"}" },
	{ "q=%E5%9B%B4+%2B", "{\"text\":\"a\"}" }, { "q=abcde", "{\"text\":\"a\"}", "too-long", "q" }, { "q=%ff", "{\"text\":\"a\"}", "not-utf8", "q" },
	{ "q=%00", "{\"text\":\"a\"}", NULL, "q" }, { "limit=0", "{\"text\":\"a\"}", "out-of-range", "limit" },
	{ "limit=1x", "{\"text\":\"a\"}", "wrong-type", "limit" }, { "limit", "{\"text\":\"a\"}", "wrong-type", "limit" },
	{ "nobody=1", "{\"text\":\"a\"}", "unknown-field" }, { "text=a", "{\"text\":\"a\"}", "unknown-field" }, { "&&q=a&", "{\"text\":\"a\"}" },
	{ "yes=1&yes=0", "{\"text\":\"a\"}" }, { "q=%4", "{\"text\":\"a\"}" }, { "q=%", "{\"text\":\"a\"}" },
};

static void check_one(struct serve *s, const struct checked *c)
{
	struct req *r = req_new(s, &all_entry);
	struct str params[ROUTE_PARAMS_MAX] = { STR("7") };
	enum err e = req_fill_path(r, params);
	if (e == ERR_OK)
		e = req_fill_query(r, str_of(c->query));
	if (e == ERR_OK)
		e = req_fill_body(r, str_of(c->body));
	const char *slug = r->problem ? r->problem->slug : "fine";
	bool zero = strcmp(c->query, "q=%00") == 0; /* U+0000 is refused, under whichever name */
	const char *wanted = c->slug ? c->slug : "fine";
	if (zero ? e != ERR_REFUSED : (strcmp(slug, wanted) != 0 || (e == ERR_OK) != (c->slug == NULL)))
		fail_msg("%s %s: %s instead of %s", c->query, c->body, slug, wanted);
	if (c->slug && c->field && !str_eq(r->problem_field, str_of(c->field)))
		fail_msg("%s %s: " STR_FMT " instead of %s", c->query, c->body, STR_ARG(r->problem_field), c->field);
	if (e == ERR_OK)
		assert_int_equal(req_int(r, "group"), 7);
	req_free(r);
}

static const struct entry *const all_entries[] = { &all_entry, NULL };

static struct serve *stepped(const struct place *p, struct db **d, bool no_rates)
{
	struct serve *s = NULL;
	*d = place_open(p);
	struct serve_options o = { .db = *d, .public_url = "http://x", .data_dir = p->url, .stepped = true, .no_rates = no_rates,
		.entries = all_entries };
	assert_int_equal(serve_new(&o, &s), ERR_OK);
	return s;
}

static void test_fields_are_checked_by_the_entry(void **state)
{
	struct place p;
	struct db *d;
	assert_true(place_new(&p, false));
	struct serve *s = stepped(&p, &d, true);
	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		check_one(s, &bodies[i]);
	static const char *const paths[] = { "0", "10", "x", "", "1x", "9223372036854775808" };
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct req *r = req_new(s, &all_entry);
		struct str params[ROUTE_PARAMS_MAX] = { str_of(paths[i]) };
		assert_int_equal(req_fill_path(r, params), ERR_REFUSED);
		req_free(r);
	}
	serve_free(s);
	db_close(d);
	place_end(&p);
}

/* ---- commands through a stepped server, on both databases ---- */

struct answered {
	int count, status;
	char slug[40], text[200];
};
static void on_answer(struct req *r)
{
	struct answered *a = r->answer_to;
	CLEANUP(buf_free) struct buf body = BUF(10000);
	a->count++;
	a->status = r->status;
	snprintf(a->slug, sizeof a->slug, "%s", r->problem ? r->problem->slug : "");
	req_answer_json(r, &body);
	snprintf(a->text, sizeof a->text, STR_FMT, STR_ARG(buf_str(&body)));
}

static struct answered command(struct serve *s, const char *name, const char *json, int64_t account)
{
	struct answered a = { 0 };
	struct serve_command c = { .name = str_of(name), .json = str_of(json), .account = account, .peer = STR("127.0.0.1"),
		.answer = on_answer, .answer_to = &a };
	enum err e = serve_command(s, &c);
	assert_true(e == ERR_OK || (e == ERR_NOT_FOUND && a.count == 0));
	while (serve_step(s))
		continue;
	return a;
}

static void commands(const struct place *p)
{
	struct db *d;
	struct serve *s = stepped(p, &d, true);
	struct answered a = command(s, "all", "{\"do\":\"all\",\"as\":1,\"group\":3,\"text\":\"好\"}", 5);
	assert_true(a.count == 1 && a.status == 200);
	assert_string_equal(a.text, "{\"text\":\"好\"}");
	a = command(s, "all", "{\"do\":\"all\",\"text\":\"好\"}", 5);
	assert_true(a.count == 1 && a.status == 400 && strcmp(a.slug, "required") == 0);
	a = command(s, "all", "nonsense", 5);
	assert_true(a.count == 1 && a.status == 400 && strcmp(a.slug, "bad-json") == 0);
	assert_int_equal(command(s, "nobody", "{}", 5).count, 0);
	serve_free(s);
	db_close(d);
}
static void test_commands_are_answered_once(void **state) { on_both(commands); }

/* ---- rates ---- */

static void test_a_bucket_empties_and_fills_again(void **state)
{
	struct guard *g = guard_new();
	int64_t now_us = INT64_C(1772323200000000), wait_s = 0;
	int taken = 0;
	while (guard_take(g, RATE_TALK, STR("a1"), now_us, &wait_s))
		assert_true(++taken < 10000);
	assert_in_range(taken, 10, 1000);
	assert_in_range(wait_s, 1, 60);
	assert_true(guard_take(g, RATE_TALK, STR("a2"), now_us, &wait_s));   /* another person */
	assert_true(guard_take(g, RATE_CHANGE, STR("a1"), now_us, &wait_s)); /* another kind of act */
	now_us -= US_PER_DAY;
	assert_false(guard_take(g, RATE_TALK, STR("a1"), now_us, &wait_s)); /* a clock put back gives nothing, and locks nobody out */
	assert_true(guard_take(g, RATE_TALK, STR("a1"), now_us + wait_s * US_PER_S, &wait_s)); /* as long as it was told to wait */
	int again = 0;
	while (guard_take(g, RATE_TALK, STR("a1"), now_us + US_PER_DAY, &wait_s))
		again++;
	assert_int_equal(again, taken); /* full, and no fuller */
	guard_free(g);
}

static void test_a_flood_of_addresses_keeps_its_bounds(void **state)
{
	struct guard *g = guard_new();
	int64_t wait_s = 0;
	char who[32];
	while (guard_take(g, RATE_TALK, STR("patient"), 1, &wait_s))
		continue;
	for (int i = 0; i < 150000; i++) { /* one and a half generations */
		snprintf(who, sizeof who, "p%d", i);
		assert_true(guard_take(g, RATE_READ, str_of(who), 1, &wait_s));
	}
	assert_false(guard_take(g, RATE_TALK, STR("patient"), 1, &wait_s)); /* still known in the older one */
	guard_free(g);
}

static void test_too_fast_is_told_when_to_come_again(void **state)
{
	struct place p;
	struct db *d;
	struct answered a = { .status = 200 };
	assert_true(place_new(&p, false));
	struct serve *s = stepped(&p, &d, false);
	for (int i = 0; i < 10000 && a.status == 200; i++)
		a = command(s, "all", "{\"do\":\"all\",\"group\":3,\"text\":\"x\"}", 5);
	assert_int_equal(a.status, 429);
	assert_non_null(strstr(a.text, "\"retry_after_s\":"));
	assert_int_equal(command(s, "all", "{\"do\":\"all\",\"group\":3,\"text\":\"x\"}", 6).status, 200);
	serve_free(s);
	db_close(d);
	place_end(&p);
}

static void test_languages(void **state)
{
	static const struct {
		const char *accept;
		bool chinese;
	} cases[] = { { "zh-CN,zh;q=0.9,en;q=0.8", true }, { "en-GB,en;q=0.9,zh;q=0.8", false }, { "", true }, { "fr, en", false }, { "fr", true } };
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(chinese_wanted(str_of(cases[i].accept)) == cases[i].chinese);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_unsound_entry_refuses_to_start),
		cmocka_unit_test(test_the_router_prefers_words_to_parameters),
		cmocka_unit_test(test_fields_are_checked_by_the_entry),
		cmocka_unit_test(test_commands_are_answered_once),
		cmocka_unit_test(test_a_bucket_empties_and_fills_again),
		cmocka_unit_test(test_a_flood_of_addresses_keeps_its_bounds),
		cmocka_unit_test(test_too_fast_is_told_when_to_come_again),
		cmocka_unit_test(test_languages),
	};
	log_level_set(LOG_SILENT);
	return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
