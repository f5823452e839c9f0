/*
 * Telegram Desktop's result.json: one chat, or a whole account with its chats and those that were left.
 *
 * Ids are "user123" or "channel123" today and plain integers, which were users, in 2020; both become the former.
 * Service messages name people by name only: such a person gets his id when somebody of that name speaks.
 * A message that stands before its chat's name and id (nobody writes that, but JSON allows it) is still counted there.
 * Not here: what one message says (telegram_message.c), JSON (json_file.c).
 */
#include "parse/scan.h"
#include "parse/telegram.h"

#define NAMES_MAX PARSE_PEOPLE_MAX

static const char *const elements[] = { "messages[]", "chats.list[].messages[]", "left_chats.list[].messages[]", NULL };
/* text_entities says the text once more; the rest describes files that nobody here opens. */
static const char *const ignored[] = { "text_entities", "thumbnail", "mime_type", NULL };

static bool is_number(struct str s)
{
	size_t at = s.n > 0 && s.p[0] == '-';
	for (size_t i = at; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > at;
}

struct str telegram_id(struct telegram *t, struct str id)
{
	if (!is_number(id))
		return id;
	buf_clear(&t->id);
	buf_add(&t->id, STR("user"));
	buf_add(&t->id, id);
	return buf_str(&t->id);
}

static enum err note_name(struct telegram *t, struct str name, int32_t person)
{
	bool is_new;
	uint64_t *at = map_put(t->names, name, (uint64_t)person, &is_new);
	if (at == NULL)
		return ERR_LIMIT;
	*at = (uint64_t)person;
	if (scan_is_bot_name(name)) /* bots carry no mark in this file */
		parse_person_set_bot(t->parse, person);
	return ERR_OK;
}

/* Somebody who was only named so far, and has no id yet. */
static int32_t named_only(struct telegram *t, struct str name)
{
	const uint64_t *at = name.n > 0 ? map_get(t->names, name) : NULL;
	return at != NULL && str_eq(parse_person_key(t->parse, *at), name) ? (int32_t)*at : PARSE_NOBODY;
}

enum err telegram_person(struct telegram *t, struct str id, struct str name, int32_t *out_person)
{
	name = utf8_first(name, PARSE_NAME_MAX);
	if (id.n == 0)
		return telegram_named(t, name, out_person);
	id = telegram_id(t, id);
	int32_t person = parse_person_find(t->parse, id);
	if (person >= 0) {
		if (name.n > 0 && !str_eq(name, parse_person_name(t->parse, (size_t)person))) {
			if (!parse_person_call(t->parse, person, name))
				return ERR_MEMORY;
			TRY(note_name(t, name, person));
		}
		*out_person = person;
		return ERR_OK;
	}
	person = named_only(t, name);
	if (person >= 0 && !parse_person_rekey(t->parse, person, id))
		return ERR_MEMORY;
	if (person < 0)
		person = parse_person_of(t->parse, id, name);
	if (person < 0)
		return ERR_LIMIT;
	if (str_eq(id, buf_str(&t->self)))
		parse_person_set_self(t->parse, person);
	if (name.n > 0)
		TRY(note_name(t, name, person));
	*out_person = person;
	return ERR_OK;
}

enum err telegram_named(struct telegram *t, struct str name, int32_t *out_person)
{
	name = utf8_first(name, PARSE_NAME_MAX);
	const uint64_t *at = name.n > 0 ? map_get(t->names, name) : NULL;
	int32_t person = at != NULL ? (int32_t)*at :
				      parse_person_of(t->parse, name.n > 0 ? name : STR("deleted"), name);
	if (person < 0)
		return ERR_LIMIT;
	if (at == NULL && name.n > 0)
		TRY(note_name(t, name, person));
	*out_person = person;
	return ERR_OK;
}

/* ---- chats ---- */

/* The kind of chat goes before its id, since users and channels are numbered apart. */
static enum err make_key(struct telegram *t)
{
	struct str type = buf_str(&t->chat_type);
	const char *kind = str_ends(type, STR("supergroup")) || str_ends(type, STR("channel")) ? "channel" :
		str_ends(type, STR("group")) ? "chat" : type.n > 0 ? "user" : "";
	buf_clear(&t->chat_key);
	if (t->chat_id.n > 0)
		buf_print(&t->chat_key, "%s" STR_FMT, kind, STR_ARG(buf_str(&t->chat_id)));
	else
		buf_add(&t->chat_key, buf_str(&t->chat_name));
	return t->chat_key.failed ? ERR_LIMIT : ERR_OK;
}

enum err telegram_group(struct telegram *t, int32_t *out_group)
{
	if (t->group < 0) {
		TRY(make_key(t));
		struct str key = buf_str(&t->chat_key), file = source_head(t->in)->file_name;
		t->group = parse_group_of(t->parse, key.n > 0 ? key : file, buf_str(&t->chat_name));
		if (t->group < 0)
			return ERR_LIMIT;
	}
	*out_group = t->group;
	return ERR_OK;
}

/* What came behind the messages. */
static enum err chat_end(struct telegram *t)
{
	if (t->group >= 0) {
		TRY(make_key(t));
		parse_group_set(t->parse, t->group, buf_str(&t->chat_key), buf_str(&t->chat_name));
	}
	t->group = PARSE_NOBODY;
	buf_clear(&t->chat_name);
	buf_clear(&t->chat_type);
	buf_clear(&t->chat_id);
	return ERR_OK;
}

static bool is_chat(struct str path)
{
	return str_eq(path, STR("chats.list[]")) || str_eq(path, STR("left_chats.list[]"));
}

static enum err on_edge(void *arg, struct str path) { return is_chat(path) ? chat_end(arg) : ERR_OK; }

static enum err on_scalar(void *arg, struct str path, const struct parse_node *value)
{
	struct telegram *t = arg;
	struct buf *to = NULL;
	if (str_eq(path, STR("personal_information.user_id"))) {
		buf_clear(&t->self);
		buf_add(&t->self, telegram_id(t, utf8_first(value->text, PARSE_NAME_MAX)));
		return buf_end(&t->self);
	}
	if (str_starts(path, STR("left_chats.")))
		path = str_from(path, 5);
	if (str_starts(path, STR("chats.list[].")))
		path = str_from(path, 13);
	if (str_eq(path, STR("name")))
		to = &t->chat_name;
	else if (str_eq(path, STR("type")))
		to = &t->chat_type;
	else if (str_eq(path, STR("id")))
		to = &t->chat_id;
	if (to == NULL)
		return ERR_OK;
	buf_clear(to);
	buf_add(to, utf8_first(value->text, PARSE_NAME_MAX));
	return buf_end(to);
}

static enum err on_element(void *arg, size_t pattern, const struct parse_node *element)
{
	return telegram_message(arg, element);
}

static enum err telegram_read(struct parse *p, struct source *in)
{
	struct telegram t = {
		.parse = p, .in = in, .group = PARSE_NOBODY, .text = BUF(2 * (size_t)PARSE_JSON_ELEMENT_MAX)
	};
	struct buf *small[] = { &t.chat_name, &t.chat_type, &t.chat_id, &t.chat_key, &t.self, &t.id };
	for (size_t i = 0; i < COUNT_OF(small); i++)
		*small[i] = BUF(4 * PARSE_NAME_MAX);
	const struct parse_json walk = { .elements = elements,
		.ignored = ignored,
		.element = on_element,
		.scalar = on_scalar,
		.open = on_edge,
		.close = on_edge,
		.arg = &t };
	t.names = map_new(NAMES_MAX);
	t.topics = map_new(PARSE_GROUPS_MAX);
	enum err e = t.names != NULL && t.topics != NULL ? parse_json_file(p, in, &walk) : ERR_MEMORY;
	if (e == ERR_OK)
		e = chat_end(&t);
	map_free(t.names);
	map_free(t.topics);
	buf_free(&t.text);
	for (size_t i = 0; i < COUNT_OF(small); i++)
		buf_free(small[i]);
	return e;
}

static bool head_says(const struct parse_head *head, const char *quoted)
{
	return str_find(head->text, str_of(quoted)) >= 0;
}

static int telegram_sniff(const struct parse_head *head)
{
	static const char *const types[] = { "\"private_group\"", "\"private_supergroup\"", "\"public_supergroup\"",
		"\"private_channel\"", "\"public_channel\"", "\"personal_chat\"", "\"bot_chat\"",
		"\"saved_messages\"" };
	if (!parse_head_is_json(head) || parse_head_has_key(head, "chatlab"))
		return 0;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (head_says(head, types[i]) && parse_head_has_key(head, "messages"))
			return 95;
	if (parse_head_has_key(head, "personal_information") &&
		(parse_head_has_key(head, "contacts") || parse_head_has_key(head, "chats")))
		return 90;
	bool dated = parse_head_has_key(head, "date_unixtime") || parse_head_has_key(head, "from_id");
	return parse_head_has_key(head, "messages") && dated &&
			(head_says(head, "\"message\"") || head_says(head, "\"service\"")) ?
		80 :
		0;
}

const struct parse_format parse_telegram = {
	.name = "telegram",
	.title = "Telegram Desktop (result.json)",
	.title_zh = "Telegram 桌面版（result.json）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES | PARSE_KNOWS_IDS | PARSE_KNOWS_TEXT | PARSE_KNOWS_REPLIES,
	.sniff = telegram_sniff,
	.read = telegram_read,
};
