/*
 * What a group that lives here tells its owner beyond an export: counts, never a name, and none under five (insight/hosted.h).
 * Not here: the thermometer itself (thermometer.c); groups read from files, of which none of this is known.
 */
#include "api/api_private.h"
#include "insight/hosted.h"

static const struct field left_fields[] = {
	{ "under_day", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { "under_week", FIELD_INT, FIELD_REQUIRED | FIELD_NULL },
	{ "under_month", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "28 days" },
	{ "longer", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { 0 },
};
static const struct shape left_shape = { "HostedLeft", left_fields };
static const struct field inviters_fields[] = {
	{ "none", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { "one", FIELD_INT, FIELD_REQUIRED | FIELD_NULL },
	{ "some", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "two to four" },
	{ "many", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "five or more" }, { 0 },
};
static const struct shape inviters_shape = { "HostedInviters", inviters_fields };
static const struct field hosted_fields[] = {
	{ "members", FIELD_INT, FIELD_REQUIRED },
	{ "muted", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "who muted it; null, here and below: fewer than five" },
	{ "read", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "who has read the first of the latest messages, or later ones" },
	{ "read_latest", FIELD_INT, FIELD_REQUIRED, .what = "so many latest messages" },
	{ "left", FIELD_OBJECT, FIELD_REQUIRED, .of = &left_shape, .what = "who left, by how long they had been in it" },
	{ "inviters", FIELD_OBJECT, FIELD_REQUIRED, .of = &inviters_shape,
		.what = "how many inviters brought none, one, … who stayed 28 days" },
	{ 0 },
};
static const struct shape hosted_shape = { "HostedFigures", hosted_fields };

static void write_count(struct json_out *j, const char *key, int64_t count)
{
	if (count == INSIGHT_FEW)
		json_key_null(j, key);
	else
		json_key_int(j, key, count);
}

static void write_counts(struct json_out *j, const char *key, const struct field *names, const int64_t *counts, size_t n)
{
	json_key(j, key);
	json_open(j);
	for (size_t i = 0; i < n; i++)
		write_count(j, names[i].name, counts[i]);
	json_close(j);
}

static enum err hosted_handle(struct req *r)
{
	struct insight_hosted h;
	enum err e = insight_hosted(r->db, req_int(r, "group"), r->now_us, &h);
	if (e == ERR_NOT_FOUND)
		return refuse(r, "not-found", NULL);
	TRY(e);
	static_assert(COUNT_OF(left_fields) == INSIGHT_STAYS + 1 && COUNT_OF(inviters_fields) == INSIGHT_BROUGHT + 1, "a name each");
	json_open(&r->json);
	json_key_int(&r->json, "members", h.members);
	write_count(&r->json, "muted", h.muted);
	write_count(&r->json, "read", h.read);
	json_key_int(&r->json, "read_latest", INSIGHT_READ_LATEST);
	write_counts(&r->json, "left", left_fields, h.left, INSIGHT_STAYS);
	write_counts(&r->json, "inviters", inviters_fields, h.inviters, INSIGHT_BROUGHT);
	json_close(&r->json);
	return ERR_OK;
}

static const struct field path_fields[] = { PATH_GROUP, { 0 } };
const struct entry thermometer_hosted_entry = { .name = "thermometer.hosted", .method = "GET",
	.path = "/api/v1/thermometer/groups/:group/hosted",
	.what = "Reads, mutes, leavings and invitations of a group of mine that lives here, as counts from five up", .tx = TX_READ,
	.rate = RATE_READ, .fields = path_fields, .answer = &hosted_shape, .may = may_owner, .handle = hosted_handle };
