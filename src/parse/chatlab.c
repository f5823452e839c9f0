/*
 * chatlab: the interchange format of ChatLab (0.0.1 and 0.0.2), which several exporters write: JSON, or JSONL with
 * header, member and message lines. One chat a file. Called through formats.c. Not here: JSON (json_file.c).
 *
 * A system message (80) names people in the words of the platform it came from: those of WeChat and QQ are understood.
 */
#include "parse/json_file.h"
#include "parse/scan.h"
#include "parse/wechat.h"

enum {
	TEXT = 0,
	POKE = 22,
	RED_PACKET = 20,
	TRANSFER = 21,
	CALL = 23,
	REPLY = 25,
	SYSTEM = 80,
	RECALL = 81,
	OTHER = 99
};

struct reader {
	struct parse *p;
	struct source *in;
	struct wechat names;   /* who is meant in a system's sentence */
	int32_t group;         /* -1 until the first message */
	struct buf id, name, owner;
};

/* ---- the chat and its people ---- */

static void keep(struct buf *b, struct str s)
{
	buf_clear(b);
	buf_add(b, utf8_first(s, PARSE_NAME_MAX));
}

static enum err on_scalar(void *arg, struct str path, const struct parse_node *value)
{
	struct reader *r = arg;
	const struct {
		const char *path;
		struct buf *into;
	} wanted[] = { { "meta.groupId", &r->id }, { "meta.name", &r->name }, { "meta.ownerId", &r->owner } };
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (str_eq(path, str_of(wanted[i].path)) && value->text.n > 0)
			keep(wanted[i].into, value->text);
	if (r->group >= 0) /* meta may stand behind the messages */
		parse_group_set(r->p, r->group, buf_str(&r->id), buf_str(&r->name));
	return ERR_OK;
}

static enum err open_group(struct reader *r)
{
	struct str key = r->id.n     ? buf_str(&r->id)
			 : r->name.n ? buf_str(&r->name)
				     : utf8_first(source_head(r->in)->file_name, PARSE_NAME_MAX);
	r->group = parse_group_of(r->p, key, buf_str(&r->name));
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

static enum err person_of(
	struct reader *r, struct str id, const struct parse_node *said, int64_t at_us, int32_t *out_person)
{
	struct wechat_place at = { at_us, source_line_number(r->in), r->group };
	int32_t person;
	struct str name = parse_node_text(said, "groupNickname");
	/* a message without the name in the group does not take it away */
	if (text_trim(name).n == 0 && parse_person_find(r->p, id) < 0)
		name = parse_node_text(said, "accountName");
	TRY(wechat_person(&r->names, &at, id, text_trim(name), &person));
	if (r->owner.n > 0 && str_eq(id, buf_str(&r->owner)))
		parse_person_set_self(r->p, person);
	*out_person = person;
	return ERR_OK;
}

static void shown(struct reader *r, const struct parse_node *m)
{
	struct str text = parse_node_text(m, "content");
	parse_skip(r->p, r->in, text.n ? text : STR("(a record without sender or time)"));
}

static bool is_bot(const struct parse_node *member)
{
	const struct parse_node *roles = parse_node_get(member, "roles"), *role = parse_node_first(roles);
	for (; role != NULL; role = parse_node_next(roles, role))
		if (str_eq(parse_node_text(role, "id"), STR("bot")))
			return true;
	return false;
}

static enum err on_member(struct reader *r, const struct parse_node *m)
{
	struct str id = parse_node_text(m, "platformId");
	int32_t person;
	if (r->group < 0)
		TRY(open_group(r));
	if (id.n == 0) {
		shown(r, m);
		return ERR_OK;
	}
	TRY(person_of(r, id, m, 0, &person));
	if (is_bot(m)) /* a role of its own that Hearth writes */
		parse_person_set_bot(r->p, person);
	return ERR_OK;
}

/* ---- messages ---- */

static enum parse_kind kind_of(int64_t type)
{
	switch (type) {
	case TEXT:
	case REPLY:
		return PARSE_TEXT;
	case RED_PACKET:
	case TRANSFER:
		return PARSE_PACKET;
	case POKE:
	case CALL:
	case SYSTEM:
		return PARSE_SYSTEM;
	case RECALL:
		return PARSE_RECALL;
	default: /* pictures, voice, files, links, cards, forwards, and what the exporter knew no number for */
		return PARSE_MEDIA;
	}
}

/* Captions are kept, the exporter's "[图片]" is none. */
static struct str caption(struct str text)
{
	struct str t = text_trim(text);
	return t.n > 2 && t.p[0] == '[' && t.p[t.n - 1] == ']' && memchr(t.p, '\n', t.n) == NULL
		       ? (struct str){ NULL, 0 }
		       : text;
}

static enum err on_message(struct reader *r, const struct parse_node *m)
{
	int64_t type, at_s;
	struct str sender = parse_node_text(m, "sender");
	if (r->group < 0)
		TRY(open_group(r));
	if (!parse_node_int(m, "type", &type) || !parse_node_int(m, "timestamp", &at_s) || at_s <= 0 ||
		at_s > INT64_C(9999999999999) || (sender.n == 0 && type != SYSTEM && type != RECALL)) {
		shown(r, m);
		return ERR_OK;
	}
	/* seconds, says the format; some writers use milliseconds all the same */
	int64_t at_us = at_s > INT64_C(99999999999) ? at_s * US_PER_MS : at_s * US_PER_S;
	struct str text = parse_node_text(m, "content");
	struct str id = parse_node_text(m, "platformMessageId");
	if (id.n == 0)
		id = parse_node_text(m, "id");
	if (type == SYSTEM || (type == RECALL && sender.n == 0)) {
		int32_t person;
		if (parse_person_find(r->p, sender) >= 0) /* of two who have his name it is he who is meant */
			TRY(person_of(r, sender, m, at_us, &person));
		struct wechat_said said = { .at_us = at_us, .type = WECHAT_SYSTEM, .sender = sender, .text = text,
			.id = id, .line = source_line_number(r->in) };
		return wechat_tell(&r->names, r->group, &said);
	}
	struct parse_event e = {
		.at_us = at_us, .group = r->group, .target = PARSE_NOBODY, .kind = kind_of(type), .id = id
	};
	e.text = e.kind == PARSE_MEDIA ? caption(text) : text;
	TRY(person_of(r, sender, m, at_us, &e.author));
	struct str answered = parse_node_text(m, "replyToMessageId");
	if (answered.n > 0)
		e.target = parse_author_of(r->p, r->group, answered);
	if (id.n > 0)
		parse_remember(r->p, r->group, id, e.author);
	return parse_tell(r->p, &e);
}

/* ---- JSON ---- */

static enum err on_element(void *arg, size_t pattern, const struct parse_node *element)
{
	return pattern == 0 ? on_message(arg, element) : on_member(arg, element);
}

static enum err read_json(struct reader *r)
{
	static const char *const elements[] = { "messages[]", "members[]", NULL };
	static const char *const ignored[] = { "avatar", "aliases", NULL };
	struct parse_json walk = {
		.elements = elements, .ignored = ignored, .element = on_element, .scalar = on_scalar, .arg = r
	};
	return parse_json_file(r->p, r->in, &walk);
}

/* ---- JSONL ---- */

static void read_header(struct reader *r, const struct parse_node *root)
{
	const struct parse_node *meta = parse_node_get(root, "meta");
	keep(&r->id, parse_node_text(meta, "groupId"));
	keep(&r->name, parse_node_text(meta, "name"));
	keep(&r->owner, parse_node_text(meta, "ownerId"));
}

static enum err read_jsonl(struct reader *r)
{
	CLEANUP(parse_doc_drop) struct parse_doc *doc = parse_doc_new();
	struct str line;
	if (doc == NULL)
		return ERR_MEMORY;
	while (source_line(r->in, &line)) {
		const struct parse_node *root;
		line = text_trim(line);
		if (line.n == 0 || line.p[0] == '#') /* comments are part of the format */
			continue;
		enum err e = parse_json_text(doc, line, &root);
		if (e == ERR_INPUT) {
			parse_skip(r->p, r->in, line);
			continue;
		}
		TRY(e);
		struct str type = parse_node_text(root, "_type");
		if (str_eq(type, STR("message")))
			TRY(on_message(r, root));
		else if (str_eq(type, STR("member")))
			TRY(on_member(r, root));
		else if (str_eq(type, STR("header")))
			read_header(r, root);
		else
			parse_skip(r->p, r->in, line);
	}
	return source_error(r->in);
}

/* ---- the format ---- */

static bool is_jsonl(const struct parse_head *head)
{
	struct str text = head->text, line;
	for (unsigned i = 0; i < 16 && str_cut(&text, '\n', &line); i++) {
		line = text_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		struct parse_head first = { .text = line };
		return line.p[0] == '{' && line.p[line.n - 1] == '}' && parse_head_has_key(&first, "_type") &&
		       str_find(line, STR("header")) >= 0;
	}
	return false;
}

static enum err chatlab_read(struct parse *p, struct source *in)
{
	struct reader r = { .p = p, .in = in, .group = -1, .id = BUF(PARSE_NAME_MAX), .name = BUF(PARSE_NAME_MAX),
		.owner = BUF(PARSE_NAME_MAX) };
	enum err e = wechat_begin(&r.names, p, in);
	if (e == ERR_OK)
		e = is_jsonl(source_head(in)) ? read_jsonl(&r) : read_json(&r);
	if (e == ERR_OK && r.group < 0)
		e = open_group(&r); /* an empty chat is one all the same */
	wechat_end(&r.names);
	buf_free(&r.id);
	buf_free(&r.name);
	buf_free(&r.owner);
	return e;
}

static int chatlab_sniff(const struct parse_head *head)
{
	if (is_jsonl(head) && parse_head_has_key(head, "chatlab"))
		return 95;
	return parse_head_is_json(head) && parse_head_has_key(head, "chatlab") && parse_head_has_key(head, "meta") ? 95
														   : 0;
}

const struct parse_format parse_chatlab = {
	.name = "chatlab",
	.title = "ChatLab (JSON or JSONL)",
	.title_zh = "ChatLab 交换格式（JSON 或 JSONL）",
	.knows = PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS | PARSE_KNOWS_REPLIES,
	.sniff = chatlab_sniff,
	.read = chatlab_read,
};
