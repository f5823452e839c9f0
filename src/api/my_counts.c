/*
 * What is counted of me, for me to see: the daily counts of my messages, which are all that is kept per member, and what I
 * wished about it. Not here: the wishes themselves (me.c), all that I said (going.c).
 */
#include "api/api_private.h"
#include "insight/hosted.h"

static const struct field group_fields[] = {
	{ "group", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { "messages", FIELD_INT, FIELD_REQUIRED },
	{ "days", FIELD_INT, FIELD_REQUIRED, .what = "on so many I said something" },
	{ "weeks", FIELD_INT, FIELD_REQUIRED | FIELD_LIST, .max_items = INSIGHT_MINE_WEEKS,
		.what = "messages, oldest first; the last one ends today" },
	{ 0 },
};
static const struct shape group_shape = { "OwnGroupCounts", group_fields };
static const struct field counts_fields[] = {
	{ "left_out", FIELD_BOOL, FIELD_REQUIRED, .what = "not counted: groups is empty" },
	{ "greetable", FIELD_BOOL, FIELD_REQUIRED },
	{ "groups", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &group_shape,
		.what = "in which I was counted in the last twelve weeks" },
	{ 0 },
};
const struct shape api_my_counts_shape = { "OwnCounts", counts_fields };

enum err api_write_my_counts(struct req *r)
{
	struct account me;
	struct insight_mine *list;
	size_t n;
	TRY(people_get(r->db, r->arena, r->account, &me));
	TRY(insight_mine(r->db, r->arena, r->account, r->now_us, &list, &n));
	json_open(&r->json);
	json_key_bool(&r->json, "left_out", me.left_out);
	json_key_bool(&r->json, "greetable", me.greetable);
	json_key(&r->json, "groups");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		json_key_int(&r->json, "group", list[i].group);
		json_key_text(&r->json, "name", list[i].name);
		json_key_int(&r->json, "messages", list[i].messages);
		json_key_int(&r->json, "days", list[i].days);
		json_key(&r->json, "weeks");
		json_open_list(&r->json);
		for (size_t w = 0; w < INSIGHT_MINE_WEEKS; w++)
			json_int(&r->json, list[i].weeks[w]);
		json_close_list(&r->json);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry me_counts_entry = { .name = "me.counts", .method = "GET", .path = "/api/v1/me/counts",
	.what = "What is counted of me, in the last twelve weeks", .tx = TX_READ, .rate = RATE_READ, .answer = &api_my_counts_shape,
	.may = may_signed_in, .handle = api_write_my_counts };
