/*
 * Pictures: uploaded (made anew without metadata, with a small one beside it, before the database hears of them), and shown
 * to members of the group. Files lie in DATA/media/xx/NAME and NAME.webp; NAME is the hash of the bytes and a random part.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/api_private.h"
#include "media/media.h"
#include "proof/proof.h"

static const struct field add_fields[] = { PATH_GROUP, { 0 } };

struct upload {
	struct chat_picture row;
	char path[PATH_MAX], thumb_path[PATH_MAX];
	bool on_disk;
};

static bool path_of(struct serve *s, struct str file, const char *ending, char out[PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s/media/" STR_FMT "/" STR_FMT "%s", serve_data_dir(s), STR_ARG(str_first(file, 2)), STR_ARG(file),
		ending) < PATH_MAX;
}

void api_picture_remove(struct serve *s, struct str file)
{
	char path[PATH_MAX];
	if (path_of(s, file, "", path))
		unlink(path);
	if (path_of(s, file, ".webp", path))
		unlink(path);
}

static enum err read_upload(struct req *r, struct str *out_bytes)
{
	if (r->body_path == NULL) {
		*out_bytes = r->body;
		return ERR_OK;
	}
	return file_read(r->body_path, PICTURE_BYTES_MAX, out_bytes);
}

static enum err keep(struct req *r, struct upload *u, const struct picture *p)
{
	char name[HASH_HEX_CHARS + 1], folder[PATH_MAX];
	struct token salt = token_new();
	struct str file;
	struct hash h = hash_keyed((struct str){ salt.z, 32 }, p->clean);
	hash_print(&h, name);
	TRY(arena_copy(r->arena, (struct str){ name, 40 }, &file));
	if (!path_of(r->serve, file, "", u->path) || !path_of(r->serve, file, ".webp", u->thumb_path) ||
		snprintf(folder, sizeof folder, "%s/media/%.2s", serve_data_dir(r->serve), name) >= (int)sizeof folder)
		return ERR_LIMIT;
	TRY(dir_make(folder, 0700));
	u->on_disk = true;
	TRY(file_write(u->thumb_path, p->thumb, 0600));
	TRY(file_write(u->path, p->clean, 0600));
	u->row = (struct chat_picture){ .group = req_int(r, "group"), .account = r->account, .width = p->width, .height = p->height,
		.bytes = (int64_t)p->clean.n, .file = file, .type = str_of(picture_mime(p->type)) };
	return ERR_OK;
}

/* Before the slow work: is this somebody who may? */
static enum err picture_load(struct req *r) { return may_member(r); }

static enum err picture_prepare(struct req *r)
{
	struct upload *u = ARENA_NEW(r->arena, struct upload);
	struct str bytes = { 0 };
	struct picture p = { 0 };
	if (u == NULL)
		return ERR_MEMORY;
	r->state = u;
	enum err e = read_upload(r, &bytes);
	if (e == ERR_OK)
		e = picture_read(bytes, &p);
	if (r->body_path)
		free((char *)bytes.p);
	if (e == ERR_INPUT)
		return refuse(r, "not-a-picture", NULL);
	if (e == ERR_LIMIT)
		return refuse(r, "picture-too-big", NULL);
	if (e == ERR_OK)
		e = keep(r, u, &p);
	picture_free(&p);
	return e == ERR_IO ? refuse(r, "storage-full", NULL) : e;
}

static enum err picture_add_handle(struct req *r)
{
	struct upload *u = r->state;
	TRY(chat_picture_add(r->db, &u->row, r->now_us, &u->row.id));
	api_write_picture(&r->json, &u->row);
	return ERR_OK;
}

static void picture_done(struct req *r, bool happened)
{
	const struct upload *u = r->state;
	if (!happened && u && u->on_disk) {
		unlink(u->path);
		unlink(u->thumb_path);
	}
}

const struct entry picture_add_entry = { .name = "picture.add", .method = "POST", .path = "/api/v1/groups/:group/pictures",
	.what = "Upload a picture for a message: JPEG, PNG, WebP or GIF", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_UPLOAD,
	.body_bytes_max = PICTURE_BYTES_MAX, .raw_body = true, .fields = add_fields, .answer = &api_picture_shape, .status = 201, .may = may_member,
	.load = picture_load, .prepare = picture_prepare, .handle = picture_add_handle, .done = picture_done };

/* ---- showing ---- */

static const struct field show_fields[] = { { "picture", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };

/* In the group whose picture it is (or once in it, for what was there then); one's own also before it was sent. */
static enum err may_see(struct req *r)
{
	struct chat_picture *p = ARENA_NEW(r->arena, struct chat_picture);
	struct membership m;
	if (p == NULL)
		return ERR_MEMORY;
	TRY(may_signed_in(r));
	TRY(chat_picture_get(r->db, r->arena, req_int(r, "picture"), p));
	TRY(group_membership(r->db, p->group, r->account, &m));
	bool was_in = m.state == MEMBER_LEFT || m.state == MEMBER_REMOVED || m.state == MEMBER_BARRED;
	bool sees = m.state == MEMBER_IN ? p->number || p->account == r->account : was_in && p->number && p->number <= m.last_seen;
	r->granted = p;
	return sees ? ERR_OK : refuse(r, "not-found", NULL);
}

/* A picture never changes under its number. */
static enum err show(struct req *r, bool thumb)
{
	const struct chat_picture *p = r->granted;
	char path[PATH_MAX], tag[48];
	struct str kept;
	int n = snprintf(tag, sizeof tag, "\"%s%lld\"", thumb ? "s" : "w", (long long)p->id);
	req_header(r, "ETag", "%s", tag);
	r->private_cache_s = 365 * 86400;
	if (!path_of(r->serve, p->file, thumb ? ".webp" : "", path))
		return ERR_LIMIT;
	TRY(arena_copy(r->arena, str_of(path), &kept));
	if (access(path, R_OK) != 0)
		return refuse(r, "not-found", NULL);
	if (str_find(r->if_none_match, (struct str){ tag, (size_t)n }) >= 0)
		r->status = 304;
	else
		r->file_path = kept.p;
	if (thumb) {
		r->content_type = THUMB_MIME;
	} else {
		struct str type;
		TRY(arena_copy(r->arena, p->type, &type));
		r->content_type = type.p;
	}
	req_header(r, "Content-Security-Policy", "default-src 'none'; sandbox");
	return ERR_OK;
}

static enum err picture_thumb_handle(struct req *r) { return show(r, true); }
static enum err picture_original_handle(struct req *r) { return show(r, false); }

const struct entry picture_thumb_entry = { .name = "picture.thumb", .method = "GET", .path = "/api/v1/pictures/:picture/thumb", .what = "A picture, small",
	.tx = TX_READ, .rate = RATE_READ, .fields = show_fields, .answer_type = "image/webp", .may = may_see, .handle = picture_thumb_handle };
const struct entry picture_original_entry = { .name = "picture.original", .method = "GET", .path = "/api/v1/pictures/:picture/original",
	.what = "A picture, whole", .tx = TX_READ, .rate = RATE_READ, .fields = show_fields, .answer_type = "image/*", .may = may_see,
	.handle = picture_original_handle };
