/*
 * fuzz_http: any bytes as a request to the API, from who founded the site and a group, through the whole server below net.
 *
 * The first line is method, path and query ("POST /api/v1/groups"), the rest is the body. What must hold whatever comes in:
 * one answer; never one that says the server broke; JSON that is whole; tables of which all laws hold.
 */
#include <stdio.h>
#include <stdlib.h>

#include "house.h"

#define INPUTS_PER_HOUSE 3000
#define INPUTS_PER_LOOK 200
#define TARGET_MAX 4096 /* as net has it */

static struct house house;
static struct told told;
static unsigned inputs;
static bool is_open;

static void must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "%s: %d %s " STR_FMT "\n", what, told.status, told.slug, STR_ARG(str_first(buf_str(&told.body), 2000)));
		abort();
	}
}

static void open_house(void)
{
	told = TOLD;
	is_open = true;
	inputs = 0;
	house_open(&house, 5, NULL);
	house_ask(&house, house.owner_token.z, "POST", "/api/v1/groups", "{\"name\":\"群\",\"common_ground\":\"散步\"}", &told);
	must(told.status == 201, "founding");
	house_ask(&house, house.owner_token.z, "POST", "/api/v1/groups/1/messages", "{\"id\":\"1\",\"text\":\"早\"}", &told);
	must(told.status == 200, "saying");
}

static void close_house(void)
{
	if (!is_open)
		return;
	house_close(&house);
	told_free(&told);
	is_open = false;
}

/* What is slow by design (passwords), ends the one who asks, or needs threads of its own. */
static bool is_left_out(struct str method, struct str path)
{
	static const char *const names[] = { "me.password", "session.add", "me.delete", "openapi" };
	struct str params[ROUTE_PARAMS_MAX];
	bool other;
	const struct entry *e = router_find(house.serve->router, method, path, params, &other);
	for (size_t i = 0; e && i < COUNT_OF(names); i++)
		if (strcmp(e->name, names[i]) == 0)
			return true;
	return e == NULL || str_starts(str_of(e->name), STR("thermometer."));
}

static void look_at_answer(void)
{
	CLEANUP(arena_drop) struct arena *a = arena_new(256u << 20);
	struct json *answer;
	size_t at;
	must(told.answers == 1, "answered not once");
	must(told.status >= 200 && told.status < 500, "the server broke");
	must(json_read(a, buf_str(&told.body), 32, &answer, &at) == ERR_OK && answer->kind == JSON_OBJECT, "torn");
	must(told.status < 400 || json_get(answer, "type") != NULL, "a refusal without its type");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size }, line, method;
	char target[TARGET_MAX], verb[16];
	static bool registered;
	if (!registered)
		registered = atexit(close_house) == 0;
	if (!is_open)
		open_house();
	if (size == 0 || !str_cut(&rest, '\n', &line) || !str_cut(&line, ' ', &method) || line.n >= sizeof target || method.n >= sizeof verb ||
		memchr(data, 0, size - rest.n))
		return 0;
	snprintf(target, sizeof target, STR_FMT, STR_ARG(line));
	snprintf(verb, sizeof verb, STR_FMT, STR_ARG(method));
	struct str query = line, path;
	if (!str_cut(&query, '?', &path) || !utf8_ok(path) || is_left_out(method, path))
		return 0;
	told.answers = 0;
	house.now_us += US_PER_MS;
	if (!house_put(&house, NULL, house.owner, verb, target, rest, &told))
		return 0;
	house_run(&house);
	look_at_answer();
	if (++inputs % INPUTS_PER_LOOK == 0) {
		const char *unsound = house_unsound(&house);
		must(unsound == NULL, unsound);
	}
	if (inputs >= INPUTS_PER_HOUSE)
		close_house();
	return 0;
}
