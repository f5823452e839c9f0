/* One event as clients see it. Rows hold ids and kinds; words are fetched as they stand now. */
#include <stdio.h>

#include "chat/chat.h"
#include "group/group.h"
#include "live/live_private.h"
#include "people/people.h"

static void picture(struct json_out *j, const struct chat_picture *p)
{
	json_key(j, "picture");
	json_open(j);
	json_key_int(j, "id", p->id);
	json_key_int(j, "width", p->width);
	json_key_int(j, "height", p->height);
	json_key_int(j, "bytes", p->bytes);
	json_key_text(j, "type", p->type);
	char url[64];
	int n = snprintf(url, sizeof url, "/api/v1/pictures/%lld/thumb", (long long)p->id);
	json_key_text(j, "thumb", (struct str){ url, (size_t)n });
	n = snprintf(url, sizeof url, "/api/v1/pictures/%lld/original", (long long)p->id);
	json_key_text(j, "original", (struct str){ url, (size_t)n });
	json_close(j);
}

/* A plain text is a string; anything more is an object. */
static enum err message(struct db_conn *c, struct arena *a, const struct event *e, struct json_out *j)
{
	struct message m;
	TRY(chat_get(c, a, e->owner, e->number, &m));
	if (m.state == MESSAGE_STANDS && !m.reply_to && !m.calls_all && !m.mention_count && !m.picture.id) {
		json_text(j, m.text);
		return ERR_OK;
	}
	json_open(j);
	if (m.state != MESSAGE_STANDS) {
		json_key_bool(j, m.state == MESSAGE_RECALLED ? "was_recalled" : "was_removed", true);
		json_close(j);
		return ERR_OK;
	}
	json_key_text(j, "text", m.text);
	if (m.reply_to)
		json_key_int(j, "reply", m.reply_to);
	if (m.calls_all)
		json_key_bool(j, "all", true);
	if (m.mention_count) {
		json_key(j, "mentions");
		json_open_list(j);
		for (size_t i = 0; i < m.mention_count; i++)
			json_int(j, m.mentions[i]);
		json_close_list(j);
	}
	if (m.picture.id)
		picture(j, &m.picture);
	json_close(j);
	return ERR_OK;
}

static enum err named(struct db_conn *c, struct arena *a, const struct event *e, struct json_out *j)
{
	struct str name = STR("");
	enum err err = group_name_of(c, a, e->owner, e->subject, &name);
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (e->kind == EVENT_JOINED) {
		json_key_int(j, "joined", e->subject);
		json_key_text(j, "name", name);
		return ERR_OK;
	}
	json_key(j, "named");
	json_open_list(j);
	json_int(j, e->subject);
	json_text(j, name);
	json_close_list(j);
	return ERR_OK;
}

static enum err role(struct db_conn *c, const struct event *e, struct json_out *j)
{
	struct membership m;
	TRY(group_membership(c, e->owner, e->subject, &m));
	json_key(j, "role");
	json_open_list(j);
	json_int(j, e->subject);
	json_text(j, str_of(role_word(m.role)));
	json_close_list(j);
	return ERR_OK;
}

static enum err changed(struct db_conn *c, struct arena *a, const struct event *e, struct json_out *j)
{
	struct group g;
	TRY(group_get(c, a, e->owner, &g));
	json_key(j, "changed");
	json_open(j);
	json_key_text(j, "name", g.name);
	json_key_text(j, "common_ground", g.common_ground);
	json_key_text(j, "rules", g.rules);
	json_key_int(j, "capacity", g.capacity);
	json_close(j);
	return ERR_OK;
}

static enum err own_read(struct db_conn *c, const struct event *e, struct json_out *j)
{
	struct membership m;
	TRY(group_membership(c, e->subject, e->owner, &m));
	json_key(j, "read");
	json_open_list(j);
	json_int(j, e->subject);
	json_int(j, m.read_number);
	json_close_list(j);
	return ERR_OK;
}

/* The member of an object that says what happened. */
static enum err member(struct db_conn *c, struct arena *a, const struct event *e, struct json_out *j)
{
	switch (e->kind) {
	case EVENT_RECALLED: json_key_int(j, "recalled", e->subject); break;
	case EVENT_REMOVED: json_key_int(j, "removed", e->subject); break;
	case EVENT_JOINED:
	case EVENT_NAMED: return named(c, a, e, j);
	case EVENT_GONE: json_key_int(j, "gone", e->subject); break;
	case EVENT_BARRED: json_key_int(j, "barred", e->subject); break;
	case EVENT_ROLE: return role(c, e, j);
	case EVENT_CHANGED: return changed(c, a, e, j);
	case EVENT_HISTORY: json_key_bool(j, "history", true); break;
	case EVENT_LINK: json_key_int(j, "link_for", e->subject); break;
	case EVENT_PACKET:
	case EVENT_GRABBED:
	case EVENT_RETURNED: return live_packet_member(c, a, e, j);
	case EVENT_DISSOLVED: json_key_bool(j, "dissolved", true); break;
	case EVENT_READ: return own_read(c, e, j);
	case EVENT_IN: json_key_int(j, "in", e->subject); break;
	case EVENT_OUT: json_key_int(j, "out", e->subject); break;
	case EVENT_MUTED: json_key_int(j, "muted", e->subject); break;
	case EVENT_WAITING: json_key_int(j, "waiting", e->subject); break;
	case EVENT_DEVICE: json_key_int(j, "device", e->subject); break;
	case EVENT_ENDED: json_key_int(j, "ended", e->subject); break;
	case EVENT_NOT_IN: json_key_int(j, "not_in", e->subject); break;
	case EVENT_CLAIM: json_key_int(j, "claim", e->subject); break;
	case EVENT_ME: json_key_bool(j, "me", true); break;
	case EVENT_ASKED: json_key_int(j, "asked", e->subject); break;
	case EVENT_SETTLED: json_key_int(j, "settled", e->subject); break;
	case EVENT_LEFT:
	case EVENT_MESSAGE: break;
	}
	return ERR_OK;
}

enum err live_encode_body(struct db_conn *c, struct arena *a, const struct event *e, struct buf *out)
{
	struct json_out j = JSON_OUT(out);
	if (e->kind == EVENT_MESSAGE)
		return message(c, a, e, &j);
	json_open(&j);
	TRY(member(c, a, e, &j));
	json_close(&j);
	return buf_end(out);
}

enum err live_encode(struct db_conn *c, struct arena *a, const struct event *e, struct buf *out)
{
	buf_add_char(out, '[');
	buf_add_int(out, e->owner);
	buf_add_char(out, ',');
	buf_add_int(out, e->number);
	buf_add_char(out, ',');
	buf_add_int(out, e->actor);
	buf_add_char(out, ',');
	buf_add_int(out, e->at_us / US_PER_MS);
	buf_add_char(out, ',');
	TRY(live_encode_body(c, a, e, out));
	buf_add_char(out, ']');
	return buf_end(out);
}
