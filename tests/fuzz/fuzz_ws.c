/*
 * fuzz_ws: any bytes as what a WebSocket sends: a command as JSON, from the owner of a group, through the whole server below
 * net and live. What must hold: as in fuzz_http.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "house.h"

#define INPUTS_PER_HOUSE 3000
#define INPUTS_PER_LOOK 200

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
}

static void close_house(void)
{
	if (!is_open)
		return;
	house_close(&house);
	told_free(&told);
	is_open = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool registered;
	if (!registered)
		registered = atexit(close_house) == 0;
	if (!is_open)
		open_house();
	CLEANUP(arena_drop) struct arena *a = arena_new(64u << 20);
	struct str text = { (const char *)data, size };
	struct json *tree, *answer;
	size_t at;
	inputs++;
	if (size > NET_WS_IN_BYTES_MAX || json_read(a, text, SERVE_JSON_DEPTH_MAX, &tree, &at) != ERR_OK)
		return 0;
	const struct json *name = json_get(tree, "do");
	told.answers = 0;
	house.now_us += US_PER_MS;
	if (name == NULL || name->kind != JSON_TEXT || !house_command(&house, house.owner, name->text, text, &told))
		return 0;
	house_run(&house);
	must(told.answers == 1, "answered not once");
	must(told.status >= 200 && told.status < 500, "the server broke");
	must(json_read(a, buf_str(&told.body), 32, &answer, &at) == ERR_OK && answer->kind == JSON_OBJECT, "torn");
	if (inputs % INPUTS_PER_LOOK == 0) {
		const char *unsound = house_unsound(&house);
		must(unsound == NULL, unsound);
	}
	if (inputs >= INPUTS_PER_HOUSE)
		close_house();
	return 0;
}
