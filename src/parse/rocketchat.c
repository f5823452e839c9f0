/*
 * Rocket.Chat's rocketchat_message as mongoexport writes it: a record a line, a list (--jsonArray), or spread over
 * lines (--pretty); relaxed or canonical. Records of rocketchat_room and users, in the same file or one read before it, give
 * rooms their names and say who is a bot.
 *
 * A record's t says what the system tells; without it somebody talks. Old versions of edited messages (_hidden) are no
 * events: the message itself is there with its last text. Messages name people by _id, and system lines by username:
 * both find the same person. Called through formats.c. Not here: JSON (json_file.c), BSON.
 */
#include "parse/json_file.h"
#include "parse/scan.h"

#define MS_MAX INT64_C(253402300799999) /* the end of year 9999 */

struct rocketchat {
	struct parse *p;
	struct source *in;
};

static void shown(struct rocketchat *r, const struct parse_node *x)
{
	struct str text = parse_node_text(x, "msg");
	parse_skip(r->p, r->in, text.n ? text : STR("(a record without room, author or time)"));
}

/* ---- people and rooms ---- */

/* Known by his username alone until his _id is seen. A username that somebody with another _id had before stays his. */
static enum err person_of(struct rocketchat *r, const struct parse_node *u, int32_t *out_person)
{
	struct str id = parse_node_text(u, "_id"), username = parse_node_text(u, "username");
	struct str name = text_trim(parse_node_text(u, "name")), none = { NULL, 0 };
	int32_t person = id.n > 0 ? parse_person_find(r->p, id) : PARSE_NOBODY;
	if (person < 0) {
		person = parse_person_of(r->p, username.n > 0 ? username : id, none);
		if (person < 0)
			return ERR_LIMIT;
		struct str key = parse_person_key(r->p, (size_t)person);
		if (id.n > 0 && str_eq(key, username) && !parse_person_rekey(r->p, person, id))
			return ERR_LIMIT;
		if (id.n > 0 && !str_eq(key, username) && (person = parse_person_of(r->p, id, none)) < 0)
			return ERR_LIMIT;
	}
	if (!parse_person_call(r->p, person, name.n > 0 ? name : username))
		return ERR_LIMIT;
	if (str_eq(id, STR("rocket.cat")) || str_eq(parse_node_text(u, "type"), STR("bot")))
		parse_person_set_bot(r->p, person);
	*out_person = person;
	return ERR_OK;
}

static enum err on_user(struct rocketchat *r, const struct parse_node *u)
{
	int32_t person;
	return person_of(r, u, &person);
}

static enum err on_room(struct rocketchat *r, const struct parse_node *room)
{
	struct str name = parse_node_text(room, "fname");
	if (name.n == 0)
		name = parse_node_text(room, "name");
	return parse_group_of(r->p, parse_node_text(room, "_id"), name) < 0 ? ERR_LIMIT : ERR_OK;
}

/* ---- messages ---- */

/* {"$date":"2024-01-05T02:00:00.000Z"}, {"$date":{"$numberLong":"1704420000000"}}, or bare. */
static bool time_of(const struct parse_node *ts, int64_t *out_at_us)
{
	int64_t ms;
	const struct parse_node *date = parse_node_get(ts, "$date");
	ts = date != NULL ? date : ts;
	const struct parse_node *number = parse_node_get(ts, "$numberLong");
	ts = number != NULL ? number : ts;
	if (ts == NULL)
		return false;
	if (ts->kind == JSON_TEXT && date_parse(ts->text, out_at_us) == ERR_OK)
		return true;
	if (str_int(ts->text, 1, MS_MAX, &ms) != ERR_OK)
		return false;
	*out_at_us = ms * US_PER_MS;
	return true;
}

struct type {
	const char *t;
	enum parse_kind kind;
	bool of_another; /* msg is the username of him whom it concerns, u did it */
};

static struct type type_of(struct str t)
{
	static const struct type types[] = { { "uj", PARSE_JOIN, false }, { "ujt", PARSE_JOIN, false },
		{ "ut", PARSE_JOIN, false }, { "ul", PARSE_LEAVE, false }, { "ult", PARSE_LEAVE, false },
		{ "au", PARSE_JOIN, true }, { "added-user-to-team", PARSE_JOIN, true },
		{ "ru", PARSE_REMOVED, true }, { "removed-user-from-team", PARSE_REMOVED, true },
		{ "rm", PARSE_RECALL, false }, { "e2e", PARSE_TEXT, false } };
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(t, str_of(types[i].t)))
			return types[i];
	return (struct type){ "", t.n == 0 ? PARSE_TEXT : PARSE_SYSTEM, false };
}

/* "[ ](https://chat.example/channel/kiln?msg=abc) yes": what is quoted goes before what is said. */
static struct str take_quote(struct str *text)
{
	struct str link, before, id = { NULL, 0 }, rest = *text;
	while (scan_text(&rest, STR("[ ](")) && scan_until(&rest, STR(")"), &link)) {
		if (id.n == 0 && scan_until(&link, STR("msg="), &before))
			id = link;
		*text = rest = text_trim(rest);
	}
	return id;
}

/* Whom talk answers or first mentions. */
static enum err target_of(struct rocketchat *r, const struct parse_node *m, struct parse_event *e)
{
	const struct parse_node *mention = parse_node_at(parse_node_get(m, "mentions"), 0);
	struct str whom = parse_node_text(mention, "_id"), quoted = take_quote(&e->text);
	e->topic = parse_node_text(m, "tmid");
	if (e->topic.n > 0)
		e->target = parse_author_of(r->p, e->group, e->topic);
	else if (parse_node_get(m, "tcount") != NULL)
		e->topic = e->id;
	if (e->target < 0)
		e->target = parse_author_of(r->p, e->group, quoted);
	if (e->target < 0 && whom.n > 0 && !str_eq(whom, STR("all")) && !str_eq(whom, STR("here")))
		TRY(person_of(r, mention, &e->target));
	return ERR_OK;
}

static enum err tell_talk(struct rocketchat *r, const struct parse_node *m, struct parse_event *e)
{
	const struct parse_node *bot = parse_node_get(m, "bot"), *file = parse_node_get(m, "file");
	if (bot != NULL && (bot->kind == JSON_OBJECT || parse_node_true(m, "bot")))
		e->flags |= PARSE_BOT;
	TRY(target_of(r, m, e));
	if (file != NULL && file->kind == JSON_OBJECT) {
		e->kind = PARSE_MEDIA;
		if (e->text.n == 0)
			e->text = parse_node_text(parse_node_at(parse_node_get(m, "attachments"), 0), "description");
	}
	if (str_eq(parse_node_text(m, "t"), STR("e2e"))) /* a cipher is no text */
		e->text = (struct str){ NULL, 0 };
	parse_remember(r->p, e->group, e->id, e->author);
	return parse_tell(r->p, e);
}

static enum err on_message(struct rocketchat *r, const struct parse_node *m)
{
	const struct parse_node *u = parse_node_get(m, "u");
	struct parse_event e = {
		.target = PARSE_NOBODY, .id = parse_node_text(m, "_id"), .text = parse_node_text(m, "msg")
	};
	if (parse_node_true(m, "_hidden"))
		return ERR_OK;
	if ((parse_node_text(u, "_id").n == 0 && parse_node_text(u, "username").n == 0) ||
		!time_of(parse_node_get(m, "ts"), &e.at_us)) {
		shown(r, m);
		return ERR_OK;
	}
	if ((e.group = parse_group_of(r->p, parse_node_text(m, "rid"), (struct str){ NULL, 0 })) < 0)
		return ERR_LIMIT;
	TRY(person_of(r, u, &e.author));
	struct type type = type_of(parse_node_text(m, "t"));
	e.kind = type.kind;
	if (type.kind == PARSE_TEXT)
		return tell_talk(r, m, &e);
	if (type.kind == PARSE_RECALL)
		parse_add_known(r->p, e.group, PARSE_KNOWS_RECALLS); /* a server may be set to keep no trace */
	if (type.of_another && e.text.n > 0) {
		e.target = e.author;
		if ((e.author = parse_person_of(r->p, text_trim(e.text), (struct str){ NULL, 0 })) < 0)
			return ERR_LIMIT;
	}
	if (type.kind != PARSE_SYSTEM)
		e.text = (struct str){ NULL, 0 };
	return parse_tell(r->p, &e);
}

/* ---- the format ---- */

static enum err on_element(void *arg, size_t pattern, const struct parse_node *x)
{
	struct rocketchat *r = arg;
	if (parse_node_text(x, "rid").n > 0)
		return on_message(r, x);
	bool has_id = parse_node_text(x, "_id").n > 0;
	if (has_id && parse_node_text(x, "username").n > 0)
		return on_user(r, x);
	if (has_id && parse_node_text(x, "t").n == 1)
		return on_room(r, x);
	shown(r, x);
	return ERR_OK;
}

static enum err rocketchat_read(struct parse *p, struct source *in)
{
	static const char *const elements[] = { "", "[]", NULL };
	static const char *const ignored[] = { "md", "urls", "reactions", "blocks", "services", "customFields", NULL };
	struct rocketchat r = { .p = p, .in = in };
	struct parse_json walk = {
		.elements = elements, .ignored = ignored, .element = on_element, .arg = &r, .rows = true
	};
	return parse_json_file(p, in, &walk);
}

static int rocketchat_sniff(const struct parse_head *head)
{
	if (!parse_head_is_json(head) || !parse_head_has_key(head, "_id"))
		return 0;
	if (parse_head_has_key(head, "rid") && parse_head_has_key(head, "u") && parse_head_has_key(head, "ts"))
		return 88;
	bool room = parse_head_has_key(head, "usersCount") && parse_head_has_key(head, "msgs");
	bool user = parse_head_has_key(head, "username") && parse_head_has_key(head, "roles") &&
		parse_head_has_key(head, "active");
	return room || user ? 60 : 0;
}

const struct parse_format parse_rocketchat = {
	.name = "rocketchat",
	.title = "Rocket.Chat (mongoexport)",
	.title_zh = "Rocket.Chat（mongoexport 导出的 JSON）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES | PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT |
		PARSE_KNOWS_REPLIES,
	.sniff = rocketchat_sniff,
	.read = rocketchat_read,
};
