/* The site as a whole: figures for its owner, health, the API's own description. */
#include "api/api_private.h"

static const struct field site_fields[] = {
	{ "people", FIELD_INT, FIELD_REQUIRED }, { "groups", FIELD_INT, FIELD_REQUIRED }, { "messages", FIELD_INT, FIELD_REQUIRED },
	{ "storage_bytes", FIELD_INT, FIELD_REQUIRED }, { "version", FIELD_TEXT, FIELD_REQUIRED },
	{ "may_found", FIELD_TEXT, FIELD_REQUIRED, .one_of = "owner|all" }, { "backup_hint", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape site_shape = { "Site", site_fields };

static enum err site_get_handle(struct req *r)
{
	int64_t people, groups, messages;
	bool all;
	TRY(people_count(r->db, &people));
	TRY(group_count(r->db, &groups));
	TRY(chat_count(r->db, &messages));
	TRY(people_may_all_found(r->db, &all));
	json_open(&r->json);
	json_key_int(&r->json, "people", people);
	json_key_int(&r->json, "groups", groups);
	json_key_int(&r->json, "messages", messages);
	json_key_int(&r->json, "storage_bytes", db_bytes(serve_db(r->serve)));
	json_key_text(&r->json, "version", STR(HEARTH_VERSION));
	json_key_text(&r->json, "may_found", all ? STR("all") : STR("owner"));
	json_key_text(&r->json, "backup_hint", STR("hearth backup --data FOLDER FILE"));
	json_close(&r->json);
	return ERR_OK;
}

const struct entry site_get_entry = { .name = "site.get", .method = "GET", .path = "/api/v1/site", .what = "The site's figures", .tx = TX_READ,
	.rate = RATE_READ, .answer = &site_shape, .may = may_site_owner, .handle = site_get_handle };

static const struct field site_set_fields[] = { { "may_found", FIELD_TEXT, FIELD_REQUIRED, .one_of = "owner|all" }, { 0 } };

static enum err site_set_handle(struct req *r)
{
	TRY(people_may_all_found_set(r->db, str_eq(req_text(r, "may_found"), STR("all"))));
	return site_get_handle(r);
}

const struct entry site_set_entry = { .name = "site.set", .method = "PATCH", .path = "/api/v1/site", .what = "Who may found groups", .tx = TX_WRITE,
	.lock = LOCK_SITE, .rate = RATE_CHANGE, .body_bytes_max = 1024, .fields = site_set_fields, .answer = &site_shape, .may = may_site_owner,
	.handle = site_set_handle };

static const struct field health_fields[] = { { "ok", FIELD_BOOL, FIELD_REQUIRED }, { 0 } };
static const struct shape health_shape = { "Health", health_fields };

static enum err health_handle(struct req *r)
{
	bool all;
	TRY(people_may_all_found(r->db, &all)); /* the database answers */
	json_open(&r->json);
	json_key_bool(&r->json, "ok", true);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry health_entry = { .name = "health", .method = "GET", .path = "/api/v1/health", .what = "Whether the server and its database answer",
	.tx = TX_READ, .rate = RATE_READ, .open_to_all = true, .answer = &health_shape, .may = may_anyone, .handle = health_handle };

static enum err openapi_handle(struct req *r) { return serve_openapi(serve_entries(r->serve), serve_public_url(r->serve), &r->out); }

const struct entry openapi_entry = { .name = "openapi", .method = "GET", .path = "/api/v1/openapi.json", .what = "This document", .tx = TX_NONE,
	.rate = RATE_READ, .open_to_all = true, .may = may_anyone, .handle = openapi_handle };
