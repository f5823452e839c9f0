/* Shapes and writers that several subjects use. */
#include <stdio.h>

#include "api/api_private.h"
#include "media/media.h"

static const struct field empty_fields[] = { { 0 } };
const struct shape api_empty_shape = { "Empty", empty_fields };

static const struct field number_at_fields[] = {
	{ "number", FIELD_INT, FIELD_REQUIRED },
	{ "at", FIELD_TIME, 0 },
	{ 0 },
};
const struct shape api_number_at_shape = { "NumberAt", number_at_fields };

static const struct field picture_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "width", FIELD_INT, FIELD_REQUIRED }, { "height", FIELD_INT, FIELD_REQUIRED },
	{ "bytes", FIELD_INT, FIELD_REQUIRED }, { "type", FIELD_TEXT, FIELD_REQUIRED }, { "thumb", FIELD_TEXT, FIELD_REQUIRED },
	{ "original", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
const struct shape api_picture_shape = { "Picture", picture_fields };

void api_write_empty(struct req *r)
{
	json_open(&r->json);
	json_close(&r->json);
}

void api_write_time_or_null(struct json_out *j, const char *key, int64_t us)
{
	if (us)
		json_key_time(j, key, us);
	else
		json_key_null(j, key);
}

void api_write_person_or_null(struct json_out *j, const char *key, int64_t id, struct str name)
{
	json_key(j, key);
	if (id == 0) {
		json_null(j);
		return;
	}
	json_open(j);
	json_key_int(j, "id", id);
	json_key_text(j, "name", name);
	json_close(j);
}

void api_write_picture(struct json_out *j, const struct chat_picture *p)
{
	char url[64];
	json_open(j);
	json_key_int(j, "id", p->id);
	json_key_int(j, "width", p->width);
	json_key_int(j, "height", p->height);
	json_key_int(j, "bytes", p->bytes);
	json_key_text(j, "type", p->type);
	snprintf(url, sizeof url, "/api/v1/pictures/%lld/thumb", (long long)p->id);
	json_key_text(j, "thumb", str_of(url));
	snprintf(url, sizeof url, "/api/v1/pictures/%lld/original", (long long)p->id);
	json_key_text(j, "original", str_of(url));
	json_close(j);
}

enum err api_url(struct req *r, const char *path, struct str code, struct str *out_url)
{
	return arena_print(r->arena, out_url, "%s%s" STR_FMT, serve_public_url(r->serve), path, STR_ARG(code));
}

enum err api_write_qr(struct req *r, struct json_out *j, struct str url)
{
	CLEANUP(buf_free) struct buf svg = BUF(256u << 10);
	TRY(media_qr_svg(url, &svg));
	json_key_text(j, "qr", buf_str(&svg));
	return ERR_OK;
}

enum err api_sign_in(struct req *r, int64_t account)
{
	struct token token;
	int64_t session;
	TRY(people_session_add(r->db, account, r->agent, r->now_us, &token, &session));
	req_header(r, "Set-Cookie", "hearth_session=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000%s", token.z,
		r->secure ? "; Secure" : "");
	json_key_text(&r->json, "token", (struct str){ token.z, TOKEN_CHARS });
	return ERR_OK;
}

enum err api_texts(const struct req *r, const char *field, size_t most, struct str out[], size_t *out_count)
{
	const struct value *v = req_value(r, field);
	size_t n = v->given ? v->json->count : 0;
	for (size_t i = 0; i < n && i < most; i++)
		out[i] = v->json->items[i].text;
	*out_count = n < most ? n : most;
	return ERR_OK;
}
