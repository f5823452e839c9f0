/*
 * matrix: a room as Element exports it (export.json, plain or in a zip): raw events of the client-server API.
 *
 * Who came, was thrown out or went is told by m.room.member: its state_key is whom it is about, its sender who did it,
 * and what was before decides (a "join" after a "join" is a new name, a "leave" after an "invite" a refusal). Edits
 * (m.replace) are events of their own and no new messages. A redacted event has lost its content and is told as a
 * recall at the time it was sent. Called through formats.c. Not here: JSON (json_file.c).
 */
#include "parse/json_file.h"
#include "parse/scan.h"

struct reader {
	struct parse *p;
	struct source *in;
	int32_t group; /* -1 until the first event */
	struct buf room, exporter;
};

static const struct str nothing = { NULL, 0 };

/* ---- the room and its people ---- */

static enum err on_scalar(void *arg, struct str path, const struct parse_node *value)
{
	struct reader *r = arg;
	struct buf *into = str_eq(path, STR("room_name")) ? &r->room : str_eq(path, STR("exported_by")) ? &r->exporter : NULL;
	if (into == NULL)
		return ERR_OK;
	buf_clear(into);
	buf_add(into, utf8_first(value->text, PARSE_NAME_MAX));
	return buf_end(into);
}

static enum err open_group(struct reader *r, struct str id)
{
	struct str name = buf_str(&r->room);
	if (id.n == 0)
		id = name.n > 0 ? name : utf8_first(source_head(r->in)->file_name, PARSE_NAME_MAX);
	r->group = parse_group_of(r->p, id, name);
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

static enum err person_of(struct reader *r, struct str id, struct str name, int32_t *out_person)
{
	int32_t person = parse_person_of(r->p, id, text_trim(name));
	if (person < 0)
		return ERR_LIMIT;
	*out_person = person;
	return ERR_OK;
}

/* ---- who came and went ---- */

static struct str member_text(const struct parse_node *m, const char *key)
{
	struct str now = parse_node_text(parse_node_get(m, "content"), key);
	if (now.n > 0)
		return now;
	const struct parse_node *before = parse_node_get(parse_node_get(m, "unsigned"), "prev_content");
	return parse_node_text(before, key);
}

/* What a change of membership was. by_himself: the sender is whom it is about. */
static enum parse_kind kind_of_change(struct str now, struct str before, bool by_himself)
{
	bool was_in = before.n == 0 || str_eq(before, STR("join"));
	if (str_eq(now, STR("join")))
		return str_eq(before, STR("join")) ? PARSE_SYSTEM : PARSE_JOIN;
	if (str_eq(now, STR("leave")) && was_in)
		return by_himself ? PARSE_LEAVE : PARSE_REMOVED;
	if (str_eq(now, STR("ban")) && was_in)
		return PARSE_REMOVED;
	return PARSE_SYSTEM; /* invited, refused, knocked, forgiven */
}

static enum err tell_member(struct reader *r, const struct parse_node *m, struct parse_event *e)
{
	struct str sender = parse_node_text(m, "sender"), whom = parse_node_text(m, "state_key");
	struct str now = parse_node_text(parse_node_get(m, "content"), "membership");
	const struct parse_node *former = parse_node_get(parse_node_get(m, "unsigned"), "prev_content");
	struct str before = parse_node_text(former != NULL ? former : parse_node_get(m, "prev_content"), "membership");
	if (whom.n == 0)
		whom = sender;
	int32_t by = PARSE_NOBODY;
	bool himself = str_eq(sender, whom);
	e->kind = kind_of_change(now, before, himself);
	TRY(person_of(r, whom, member_text(m, "displayname"), &e->author));
	if (!himself)
		TRY(person_of(r, sender, nothing, &by));
	if (str_eq(now, STR("invite"))) {
		parse_remember(r->p, r->group, whom, by); /* who invited him, for when he comes: events' ids begin with '$' */
		e->author = by >= 0 ? by : e->author;
	} else if (e->kind == PARSE_JOIN) {
		int32_t inviter = parse_author_of(r->p, r->group, whom);
		e->target = str_eq(before, STR("invite")) && inviter != e->author ? inviter : PARSE_NOBODY;
	} else if (e->kind == PARSE_REMOVED) {
		e->target = by;
	} else if (by >= 0) {
		e->author = by;
	}
	e->text = parse_node_text(parse_node_get(m, "content"), "reason");
	return parse_tell(r->p, e);
}

/* ---- talk ---- */

/* "> <@alice:example.org> hi", more lines with ">", a blank one: what an answer repeats for old clients. */
static struct str without_fallback(struct str body, struct str *out_quoted_id)
{
	struct str rest = body, line, before, id;
	bool first = true;
	while (str_starts(rest, STR("> ")) && str_cut(&rest, '\n', &line)) {
		struct str quoted = line;
		if (first && scan_until(&quoted, STR("<@"), &before) && scan_until(&quoted, STR(">"), &id))
			*out_quoted_id = (struct str){ id.p - 1, id.n + 1 };
		first = false;
	}
	if (first)
		return body;
	(void)scan_char(&rest, '\n');
	return rest;
}

/* Whom it answers or first mentions, and the thread it stands in. */
static enum err read_relation(struct reader *r, const struct parse_node *content, struct parse_event *e)
{
	const struct parse_node *relation = parse_node_get(content, "m.relates_to");
	struct str answered = parse_node_text(parse_node_get(relation, "m.in_reply_to"), "event_id"), quoted = nothing;
	if (str_eq(parse_node_text(relation, "rel_type"), STR("m.thread"))) {
		e->topic = parse_node_text(relation, "event_id");
		if (parse_node_true(relation, "is_falling_back"))
			answered = nothing; /* the last message of the thread, for clients that know no threads */
	}
	if (answered.n > 0) {
		e->text = without_fallback(e->text, &quoted);
		e->target = parse_author_of(r->p, r->group, answered);
		if (e->target < 0 && quoted.n > 0)
			TRY(person_of(r, quoted, nothing, &e->target));
	}
	const struct parse_node *first = parse_node_at(parse_node_get(parse_node_get(content, "m.mentions"), "user_ids"), 0);
	if (e->target < 0 && first != NULL && first->text.n > 0)
		TRY(person_of(r, first->text, nothing, &e->target));
	return ERR_OK;
}

static enum err tell_message(struct reader *r, const struct parse_node *m, struct parse_event *e)
{
	const struct parse_node *content = parse_node_get(m, "content");
	struct str type = parse_node_text(content, "msgtype"), file = parse_node_text(content, "filename");
	e->text = parse_node_text(content, "body");
	e->kind = PARSE_TEXT;
	if (str_eq(type, STR("m.emote")))
		e->kind = PARSE_ACT;
	else if (str_eq(type, STR("m.notice")))
		e->flags |= PARSE_BOT; /* the kind that bots send; whoever sends it once need not be one */
	else if (str_eq(type, STR("m.bad.encrypted")) || type.n == 0)
		e->text = nothing; /* something was said, nobody can read what */
	else if (!str_eq(type, STR("m.text")))
		e->kind = str_starts(type, STR("m.key.")) ? PARSE_SYSTEM : PARSE_MEDIA;
	if (e->kind == PARSE_MEDIA && (file.n == 0 || str_eq(file, e->text)))
		e->text = nothing; /* a file's name is no caption */
	TRY(read_relation(r, content, e));
	parse_remember(r->p, r->group, e->id, e->author);
	return parse_tell(r->p, e);
}

/* ---- events ---- */

static bool is_one_of(struct str s, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(s, str_of(words[i])))
			return true;
	return false;
}

static bool is_edit(const struct parse_node *content)
{
	const struct parse_node *relation = parse_node_get(content, "m.relates_to");
	return str_eq(parse_node_text(relation, "rel_type"), STR("m.replace")) ||
		parse_node_get(content, "m.new_content") != NULL;
}

static enum err tell_event(struct reader *r, const struct parse_node *m, struct str type, struct parse_event *e)
{
	static const char *const spoken[] = { "m.room.message", "m.room.encrypted" };
	static const char *const sent[] = { "m.sticker", "m.poll.start", "org.matrix.msc3381.poll.start" };
	const struct parse_node *content = parse_node_get(m, "content");
	if (str_eq(type, STR("m.room.member")))
		return tell_member(r, m, e);
	TRY(person_of(r, parse_node_text(m, "sender"), nothing, &e->author));
	bool talk = is_one_of(type, spoken, COUNT_OF(spoken)), media = is_one_of(type, sent, COUNT_OF(sent));
	bool emptied = content == NULL || content->kind != JSON_OBJECT || content->count == 0;
	if ((talk || media) &&
		(emptied || parse_node_get(parse_node_get(m, "unsigned"), "redacted_because") != NULL)) {
		e->kind = PARSE_RECALL;
		return parse_tell(r->p, e);
	}
	e->kind = PARSE_SYSTEM; /* the room's name, topic and rights, pins, calls, reactions, edits … */
	if (talk && !is_edit(content))
		return tell_message(r, m, e);
	if (media) {
		e->kind = PARSE_MEDIA;
		TRY(read_relation(r, content, e));
		parse_remember(r->p, r->group, e->id, e->author);
	} else if (str_eq(type, STR("m.room.name")) || str_eq(type, STR("m.room.topic"))) {
		e->text = parse_node_text(content, str_eq(type, STR("m.room.name")) ? "name" : "topic");
	}
	return parse_tell(r->p, e);
}

static enum err on_event(void *arg, size_t pattern, const struct parse_node *m)
{
	struct reader *r = arg;
	int64_t at_ms;
	struct str type = parse_node_text(m, "type");
	struct parse_event e = { .author = PARSE_NOBODY, .target = PARSE_NOBODY, .id = parse_node_text(m, "event_id") };
	if (type.n == 0 || parse_node_text(m, "sender").n == 0 || !parse_node_int(m, "origin_server_ts", &at_ms) ||
		at_ms < 0 || at_ms > INT64_C(99999999999999)) {
		struct str shown = parse_node_text(parse_node_get(m, "content"), "body");
		parse_skip(r->p, r->in, shown.n > 0 ? shown : STR("(an event without type, sender or time)"));
		return ERR_OK;
	}
	if (r->group < 0)
		TRY(open_group(r, parse_node_text(m, "room_id")));
	e.group = r->group;
	e.at_us = at_ms * US_PER_MS;
	return tell_event(r, m, type, &e);
}

static enum err read_all(struct reader *r)
{
	static const char *const elements[] = { "messages[]", NULL };
	static const char *const ignored[] = { "formatted_body", "ciphertext", "info", "file", NULL };
	const struct parse_json walk = {
		.elements = elements, .ignored = ignored, .element = on_event, .scalar = on_scalar, .arg = r
	};
	TRY(parse_json_file(r->p, r->in, &walk));
	if (r->group < 0)
		TRY(open_group(r, nothing)); /* an empty room is one all the same */
	parse_group_set(r->p, r->group, nothing, buf_str(&r->room)); /* its name may stand behind the events */
	int32_t exporter = r->exporter.n > 0 ? parse_person_find(r->p, buf_str(&r->exporter)) : PARSE_NOBODY;
	if (exporter >= 0)
		parse_person_set_self(r->p, exporter);
	return ERR_OK;
}

static enum err matrix_read(struct parse *p, struct source *in)
{
	struct reader r = {
		.p = p, .in = in, .group = -1, .room = BUF(PARSE_NAME_MAX), .exporter = BUF(PARSE_NAME_MAX)
	};
	enum err e = read_all(&r);
	buf_free(&r.room);
	buf_free(&r.exporter);
	return e;
}

static int matrix_sniff(const struct parse_head *head)
{
	if (!parse_head_is_json(head) || !parse_head_has_key(head, "room_name"))
		return 0;
	return parse_head_has_key(head, "exported_by") || parse_head_has_key(head, "export_date") ||
			parse_head_has_key(head, "origin_server_ts") ?
		95 :
		0;
}

const struct parse_format parse_matrix = {
	.name = "matrix",
	.title = "Matrix (Element, JSON)",
	.title_zh = "Matrix（Element 导出的 JSON）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES | PARSE_KNOWS_RECALLS | PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE |
		PARSE_KNOWS_TEXT | PARSE_KNOWS_REPLIES,
	.sniff = matrix_sniff,
	.read = matrix_read,
};
