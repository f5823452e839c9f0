/*
 * One message of Telegram's result.json: talk, or something the system says about who came and went.
 */
#include <string.h>

#include "parse/telegram.h"

enum key {
	/* of every message */
	ID, TYPE, DATE, UNIXTIME, TEXT,
	/* of talk */
	FROM, FROM_ID, REPLY, REPLY_PEER, VIA_BOT, FORWARDED, BUTTONS, MEDIA,
	/* of what the system says */
	ACTOR, ACTOR_ID, ACTION, MEMBERS, INVITER, TITLE,
	KEYS, OTHER = KEYS
};

#define KEY(name, key) { { name, sizeof(name) - 1 }, key }
static const struct {
	struct str name;
	enum key key;
} keys[] = {
	KEY("id", ID), KEY("type", TYPE), KEY("date", DATE), KEY("from", FROM), KEY("text", TEXT),
	KEY("date_unixtime", UNIXTIME), KEY("from_id", FROM_ID), KEY("reply_to_message_id", REPLY),
	KEY("reply_to_peer_id", REPLY_PEER), KEY("actor", ACTOR), KEY("actor_id", ACTOR_ID), KEY("action", ACTION),
	KEY("members", MEMBERS), KEY("inviter", INVITER), KEY("title", TITLE), KEY("via_bot", VIA_BOT),
	KEY("forwarded_from", FORWARDED), KEY("inline_bot_buttons", BUTTONS), KEY("media_type", MEDIA),
	KEY("photo", MEDIA), KEY("file", MEDIA), KEY("poll", MEDIA), KEY("location_information", MEDIA),
	KEY("contact_information", MEDIA), KEY("game_title", MEDIA), KEY("invoice_information", MEDIA),
	KEY("venue_information", MEDIA), KEY("place_name", MEDIA), KEY("giveaway_information", MEDIA),
	KEY("giveaway_results", MEDIA), KEY("paid_media", MEDIA), KEY("todo_list", MEDIA), KEY("dice", MEDIA),
};
#undef KEY

struct fields {
	const struct parse_node *at[KEYS + 1];
};

/* The keys of a message come in much the same order each time: guess says what stood at this place before. */
static enum key key_of(struct str name, uint8_t *guess)
{
	if (*guess < COUNT_OF(keys) && str_eq(keys[*guess].name, name))
		return keys[*guess].key;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (str_eq(keys[i].name, name)) {
			*guess = (uint8_t)i;
			return keys[i].key;
		}
	return OTHER;
}

static void sort_fields(struct telegram *t, const struct parse_node *m, struct fields *f)
{
	size_t place = 0;
	memset(f, 0, sizeof *f);
	for (const struct parse_node *c = parse_node_first(m); c != NULL; c = parse_node_next(m, c)) {
		f->at[key_of(c->key, &t->guess[place])] = c;
		place = (place + 1) % COUNT_OF(t->guess);
	}
}

static struct str text_of(const struct fields *f, enum key key)
{
	return f->at[key] != NULL ? f->at[key]->text : (struct str){ NULL, 0 };
}

static int number_at(const char *p, size_t n)
{
	int v = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

/* "2016-11-09T00:26:24", the local time of whoever exported it. */
static bool local_date(struct str s, struct date *out)
{
	if (s.n != 19 || s.p[4] != '-' || s.p[7] != '-' || s.p[13] != ':' || s.p[16] != ':')
		return false;
	struct date d = { number_at(s.p, 4), number_at(s.p + 5, 2), number_at(s.p + 8, 2), number_at(s.p + 11, 2),
		number_at(s.p + 14, 2), number_at(s.p + 17, 2) };
	if (!date_is_real(d))
		return false;
	*out = d;
	return true;
}

static bool time_of(struct telegram *t, const struct fields *f, int64_t *out_us)
{
	int64_t seconds;
	struct date local;
	if (f->at[UNIXTIME] != NULL && str_int(f->at[UNIXTIME]->text, 0, INT64_C(1) << 36, &seconds) == ERR_OK) {
		*out_us = seconds * US_PER_S;
		return true;
	}
	if (!local_date(text_of(f, DATE), &local))
		return false;
	*out_us = parse_local(t->parse, local);
	return true;
}

/* The text, which is a string or a list of strings and marked pieces, and the first person mentioned by id in it. */
static enum err read_text(struct telegram *t, const struct parse_node *text, struct str *out_text, int32_t *io_target)
{
	if (text == NULL || text->kind != JSON_LIST) {
		*out_text = text != NULL ? text->text : (struct str){ NULL, 0 };
		return ERR_OK;
	}
	buf_clear(&t->text);
	for (const struct parse_node *c = parse_node_first(text); c != NULL; c = parse_node_next(text, c)) {
		buf_add(&t->text, c->kind == JSON_OBJECT ? parse_node_text(c, "text") : c->text);
		struct str id = parse_node_text(c, "user_id");
		if (*io_target == PARSE_NOBODY && id.n > 0 && str_eq(parse_node_text(c, "type"), STR("mention_name")))
			TRY(telegram_person(t, id, (struct str){ NULL, 0 }, io_target));
	}
	*out_text = buf_str(&t->text);
	return t->text.failed ? ERR_MEMORY : ERR_OK;
}

static struct str topic_key(struct telegram *t, struct str id)
{
	buf_clear(&t->id);
	buf_print(&t->id, "%d ", (int)t->group);
	buf_add(&t->id, id);
	return buf_str(&t->id);
}

/* Whom it answers. A message whose "answer" is the opening of a topic merely stands in that topic. */
static void read_reply(struct telegram *t, const struct fields *f, struct parse_event *e)
{
	struct str id = text_of(f, REPLY);
	if (id.n == 0 || f->at[REPLY_PEER] != NULL)
		return;
	if (map_count(t->topics) > 0 && map_get(t->topics, topic_key(t, id)) != NULL)
		e->topic = id;
	else
		e->target = parse_author_of(t->parse, e->group, id);
}

static enum err tell_talk(struct telegram *t, const struct fields *f, struct parse_event *e)
{
	struct str from = text_of(f, FROM), from_id = text_of(f, FROM_ID);
	e->kind = f->at[MEDIA] != NULL ? PARSE_MEDIA : PARSE_TEXT;
	if (from.n == 0 && from_id.n == 0)
		e->flags |= PARSE_DELETED;
	TRY(telegram_person(t, from_id, from, &e->author));
	/* Only bots can put buttons under a message; one sent by means of a bot, or carried on, is somebody's. */
	if (f->at[BUTTONS] != NULL && f->at[VIA_BOT] == NULL && f->at[FORWARDED] == NULL &&
		str_starts(from_id, STR("user")))
		parse_person_set_bot(t->parse, e->author);
	read_reply(t, f, e);
	TRY(read_text(t, f->at[TEXT], &e->text, &e->target));
	parse_remember(t->parse, e->group, e->id, e->author);
	return parse_tell(t->parse, e);
}

/* One of the members a service message is about: its id gets a number behind it from the second on, to stay unique. */
static enum err tell_member(struct telegram *t, const struct parse_event *as, struct str name, size_t index)
{
	struct parse_event e = *as;
	char id[64];
	TRY(telegram_named(t, name, &e.author));
	if (name.n == 0)
		e.flags |= PARSE_DELETED;
	if (e.author == as->author) {
		e.kind = as->kind == PARSE_REMOVED ? PARSE_LEAVE : as->kind;
		e.target = PARSE_NOBODY;
	} else {
		e.target = as->author;
	}
	if (index > 0 && as->id.n > 0 && as->id.n < 40) {
		memcpy(id, as->id.p, as->id.n);
		size_t n = as->id.n;
		id[n++] = '.';
		struct buf digits CLEANUP(buf_free) = BUF(32);
		buf_add_int(&digits, (int64_t)index);
		TRY(buf_end(&digits));
		memcpy(id + n, digits.p, digits.n);
		e.id = (struct str){ id, n + digits.n };
	}
	return parse_tell(t->parse, &e);
}

static enum err tell_members(struct telegram *t, const struct fields *f, struct parse_event *e, enum parse_kind kind)
{
	const struct parse_node *members = f->at[MEMBERS];
	size_t index = 0;
	e->kind = kind;
	for (const struct parse_node *c = parse_node_first(members); c != NULL; c = parse_node_next(members, c))
		TRY(tell_member(t, e, c->text, index++));
	return ERR_OK;
}

static enum err tell_service(struct telegram *t, const struct fields *f, struct parse_event *e)
{
	struct str action = text_of(f, ACTION), inviter = text_of(f, INVITER);
	TRY(telegram_person(t, text_of(f, ACTOR_ID), text_of(f, ACTOR), &e->author));
	if (f->at[MEMBERS] != NULL && f->at[MEMBERS]->count > 0) {
		if (str_eq(action, STR("invite_members")) || str_eq(action, STR("create_group")))
			return tell_members(t, f, e, PARSE_JOIN);
		if (str_eq(action, STR("remove_members")))
			return tell_members(t, f, e, PARSE_REMOVED);
	}
	e->kind = PARSE_SYSTEM;
	e->text = text_of(f, TITLE);
	if (str_eq(action, STR("join_group_by_link")) || str_eq(action, STR("join_group_by_request"))) {
		e->kind = PARSE_JOIN;
		const uint64_t *known = inviter.n > 0 ? map_get(t->names, utf8_first(inviter, PARSE_NAME_MAX)) : NULL;
		e->target = known != NULL ? (int32_t)*known : PARSE_NOBODY;
	} else if (str_eq(action, STR("topic_created")) && e->id.n > 0) {
		/* A full table only means that answers there count as answers to who opened it. */
		(void)!map_put(t->topics, topic_key(t, e->id), 0, &(bool){ false });
		e->topic = e->id;
	}
	return parse_tell(t->parse, e);
}

enum err telegram_message(struct telegram *t, const struct parse_node *message)
{
	struct fields f;
	sort_fields(t, message, &f);
	struct str type = text_of(&f, TYPE);
	struct parse_event e = { .author = PARSE_NOBODY, .target = PARSE_NOBODY, .id = text_of(&f, ID) };
	bool service = str_eq(type, STR("service"));
	if ((!service && type.n > 0 && !str_eq(type, STR("message"))) || !time_of(t, &f, &e.at_us)) {
		struct str shown = text_of(&f, TEXT);
		parse_skip(t->parse, t->in, shown.n > 0 ? shown : type);
		return ERR_OK;
	}
	TRY(telegram_group(t, &e.group));
	if (f.at[UNIXTIME] != NULL)
		parse_add_known(t->parse, e.group, PARSE_KNOWS_ZONE);
	return service ? tell_service(t, &f, &e) : tell_talk(t, &f, &e);
}
