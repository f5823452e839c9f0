/*
 * qq_exporter: JSON of QQChatExporter (shuakami), versions 4 and 5: one file, or manifest.json with
 * chunks/c000001.jsonl and so on, each by itself or all in a zip. A chunk does not say of which chat it is: it is known by the folder or
 * archive both lie in. Called through formats.c. Not here: what the system's sentences say (wechat_system.c), QQ's own
 * text (qq.c).
 *
 * A message that was taken back is told as a recall at the time it was sent, without its text; the file does not say
 * when. Leaving is told to those only who run a group: a group knows of leaves once one was seen.
 */
#include "parse/json_file.h"
#include "parse/scan.h"
#include "parse/wechat.h"

#define ANONYMOUS "80000000"
#define KEEPER "2854196310" /* Q群管家, QQ's own bot */
#define ELEMENTS_MAX 4096u  /* of one message */

enum { WALLET = 10, GREY_TIP = 5 }; /* "type_10": QQ's numbers of what a message is */

struct reader {
	struct wechat names;
	struct parse *p;
	struct source *in;
	int32_t group; /* -1 until the first message */
	struct buf name, self_uid, self_uin, self_name, text;
	bool manifest; /* this file is one, and the messages lie in others */
};

/* ---- the chat and its people ---- */

/* "c000001.jsonl" */
static bool is_chunk_name(struct str name)
{
	int number;
	return scan_char(&name, 'c') && scan_digits(&name, 6, 9, &number) && str_eq(name, STR(".jsonl"));
}

static bool in_chunks(struct str folder) { return str_eq(folder, STR("chunks")) || str_ends(folder, STR("/chunks")); }

/* The folder that holds manifest.json and chunks/, or the archive. */
static struct str export_folder(const struct parse_head *head)
{
	struct str folder = head->folders;
	if (in_chunks(folder))
		folder.n -= folder.n > strlen("chunks") ? strlen("/chunks") : folder.n;
	const char *slash = folder.n > 0 ? memrchr(folder.p, '/', folder.n) : NULL;
	if (slash != NULL)
		folder = str_from(folder, (size_t)(slash - folder.p) + 1);
	if (folder.n == 0) {
		folder = head->archive;
		folder.n -= str_ends(folder, STR(".zip")) ? strlen(".zip") : 0;
	}
	folder = utf8_first(folder, PARSE_NAME_MAX);
	return folder.n > 0 ? folder : STR("QQ");
}

static enum err open_group(struct reader *r)
{
	struct str name = buf_str(&r->name);
	const struct parse_head *head = source_head(r->in);
	bool in_pieces = r->manifest || in_chunks(head->folders) || (head->archive.n > 0 && is_chunk_name(head->file_name));
	struct str key = in_pieces ? export_folder(head) : name.n > 0 ? name : wechat_chat_of_file(r->in);
	r->group = parse_group_of(r->p, key, name);
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

static enum err on_scalar(void *arg, struct str path, const struct parse_node *value)
{
	struct reader *r = arg;
	const struct {
		const char *path;
		struct buf *into;
	} wanted[] = { { "chatInfo.name", &r->name }, { "chatInfo.selfUid", &r->self_uid },
		{ "chatInfo.selfUin", &r->self_uin }, { "chatInfo.selfName", &r->self_name } };
	r->manifest = r->manifest || str_starts(path, STR("chunked."));
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (str_eq(path, str_of(wanted[i].path)) && value->text.n > 0) {
			buf_clear(wanted[i].into);
			buf_add(wanted[i].into, utf8_first(value->text, PARSE_NAME_MAX));
			TRY(buf_end(wanted[i].into));
		}
	return ERR_OK;
}

/* His number is his key, as in QQ's own text; he is found by his uid too, which is all that a mention says. */
static enum err person_of(
	struct reader *r, struct str uid, struct str uin, struct str name, int64_t at_us, int32_t *out_person)
{
	struct wechat_place at = { at_us, source_line_number(r->in), r->group };
	bool numbered = uin.n > 0 && !str_eq(uin, STR("0"));
	struct str key = uid.n > 0 ? uid : uin.n > 0 ? uin : name;
	if (numbered && (uid.n == 0 || (parse_person_find(r->p, uin) >= 0 && parse_person_find(r->p, uid) < 0)))
		key = uin;
	int32_t person;
	TRY(wechat_person(&r->names, &at, key, text_trim(name), &person));
	if (numbered && uid.n > 0 && parse_person_find(r->p, uin) < 0 && !parse_person_rekey(r->p, person, uin))
		return ERR_LIMIT;
	if ((uid.n > 0 && str_eq(uid, buf_str(&r->self_uid))) || (numbered && str_eq(uin, buf_str(&r->self_uin))))
		parse_person_set_self(r->p, person);
	if (str_eq(uin, STR(KEEPER)))
		parse_person_set_bot(r->p, person);
	*out_person = person;
	return ERR_OK;
}

/* The name on a group's card before the person's own. */
static struct str name_of(const struct parse_node *m)
{
	static const char *const sender_keys[] = { "groupCard", "name", "nickname" };
	static const char *const raw_keys[] = { "sendMemberName", "sendNickName" };
	const struct parse_node *sender = parse_node_get(m, "sender"), *raw = parse_node_get(m, "rawMessage");
	struct str name = { NULL, 0 };
	for (size_t i = 0; i < COUNT_OF(sender_keys) && text_trim(name).n == 0; i++)
		name = parse_node_text(sender, sender_keys[i]);
	bool number = name.n > 0; /* version 4 has the QQ number there, and the name only in the raw record */
	for (size_t i = 0; i < name.n; i++)
		number = number && scan_is_digit(name.p[i]);
	for (size_t i = 0; i < COUNT_OF(raw_keys) && (number || text_trim(name).n == 0); i++) {
		struct str better = parse_node_text(raw, raw_keys[i]);
		if (text_trim(better).n > 0) {
			name = better;
			number = false;
		}
	}
	return name;
}

/* ---- what a message says ---- */

struct content {
	bool media, words;
	struct str answered_id, answered_uin;
	struct str mentioned_uid, mentioned_name;
};

static bool is_one_of(struct str s, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(s, str_of(words[i])))
			return true;
	return false;
}

/* Its elements: words are put together in r->text, the rest is noted. */
static void read_elements(struct reader *r, const struct parse_node *elements, struct content *c)
{
	static const char *const sent[] = { "image", "video", "audio", "file", "face", "market_face", "forward", "json",
		"location", "markdown" };
	unsigned count = 0;
	const struct parse_node *e = parse_node_first(elements);
	for (; e != NULL && count < ELEMENTS_MAX; e = parse_node_next(elements, e), count++) {
		struct str type = parse_node_text(e, "type");
		const struct parse_node *data = parse_node_get(e, "data");
		struct str text = parse_node_text(data, "text");
		if (str_eq(type, STR("text"))) {
			c->words = c->words || text_trim(text).n > 0;
			buf_add(&r->text, text);
		} else if (str_eq(type, STR("at"))) {
			struct str name = parse_node_text(data, "name");
			buf_add(&r->text, text.n > 0 || str_starts(name, STR("@")) ? text : STR("@"));
			buf_add(&r->text, text.n > 0 ? (struct str){ NULL, 0 } : name);
			if (c->mentioned_uid.n == 0) {
				c->mentioned_uid = parse_node_text(data, "uid");
				c->mentioned_name = name;
			}
		} else if (str_eq(type, STR("reply"))) {
			c->answered_id = parse_node_text(data, "referencedMessageId");
			if (c->answered_id.n == 0)
				c->answered_id = parse_node_text(data, "messageId");
			c->answered_uin = parse_node_text(data, "senderUin");
		}
		c->media = c->media || is_one_of(type, sent, COUNT_OF(sent));
	}
}

static void read_content(struct reader *r, const struct parse_node *m, struct content *c)
{
	const struct parse_node *content = parse_node_get(m, "content");
	const struct parse_node *elements = parse_node_get(content, "elements");
	buf_clear(&r->text);
	if (elements != NULL && elements->kind == JSON_LIST && elements->count > 0) {
		read_elements(r, elements, c);
	} else {
		struct str text = parse_node_text(content, "text");
		(void)scan_text(&text, STR("[回复消息]"));
		int64_t type, subtype;
		struct str title;
		c->media = wechat_type_of_mark(text, &type, &subtype, &title);
		c->words = !c->media && text_trim(text).n > 0;
		buf_add(&r->text, c->media ? title : text);
	}
	struct str answered = parse_node_text(parse_node_get(content, "reply"), "referencedMessageId");
	if (answered.n > 0)
		c->answered_id = answered;
	const struct parse_node *mention = parse_node_at(parse_node_get(content, "mentions"), 0);
	if (mention != NULL && mention->kind == JSON_OBJECT && !str_eq(parse_node_text(mention, "type"), STR("all"))) {
		c->mentioned_uid = parse_node_text(mention, "uid");
		c->mentioned_name = parse_node_text(mention, "name");
	}
}

static enum err target_of(struct reader *r, const struct content *c, int64_t at_us, int32_t *out_target)
{
	int32_t target = parse_author_of(r->p, r->group, c->answered_id);
	if (target < 0 && c->answered_uin.n > 0 && !str_eq(c->answered_uin, STR("0")))
		target = parse_person_find(r->p, c->answered_uin);
	struct str name = text_trim(c->mentioned_name), none = { NULL, 0 };
	(void)scan_char(&name, '@');
	if (target < 0 && c->mentioned_uid.n > 0 && !str_eq(c->mentioned_uid, STR("all")))
		TRY(person_of(r, c->mentioned_uid, none, name, at_us, &target));
	*out_target = target;
	return ERR_OK;
}

static bool is_money(const struct parse_node *m, int64_t type)
{
	struct str text = text_trim(parse_node_text(parse_node_get(m, "content"), "text"));
	return type == WALLET || str_starts(text, STR("[QQ红包]")) || str_starts(text, STR("[红包")) ||
		str_starts(text, STR("[转账"));
}

/* ---- messages ---- */

static bool time_of(struct parse *p, const struct parse_node *m, int64_t *out_at_us)
{
	struct str stamp = parse_node_text(m, "timestamp");
	if ((memchr(stamp.p ? stamp.p : "", '-', stamp.n) != NULL && date_parse(stamp, out_at_us) == ERR_OK) ||
		wechat_time(p, stamp, out_at_us))
		return true;
	return wechat_time(p, parse_node_text(m, "time"), out_at_us);
}

/* "type_3" → 3; a word ("text", "reply") → -1 */
static int64_t type_of(const struct parse_node *m)
{
	struct str type = parse_node_text(m, "type");
	int64_t number = -1;
	if (type.n == 0)
		type = parse_node_text(m, "messageType");
	(void)scan_text(&type, STR("type_"));
	if (str_eq(type, STR("system")))
		return GREY_TIP;
	return str_int(type, 0, INT32_MAX, &number) == ERR_OK ? number : -1;
}

static enum err tell_talk(struct reader *r, const struct parse_node *m, struct parse_event *e, bool recalled)
{
	const struct parse_node *sender = parse_node_get(m, "sender");
	struct str uin = parse_node_text(sender, "uin");
	struct content c = { .media = false };
	TRY(person_of(r, parse_node_text(sender, "uid"), uin, name_of(m), e->at_us, &e->author));
	if (str_eq(uin, STR(ANONYMOUS)))
		e->flags |= PARSE_DELETED; /* many people behind one number */
	if (recalled) {
		e->kind = PARSE_RECALL;
		return parse_tell(r->p, e);
	}
	read_content(r, m, &c);
	TRY(buf_end(&r->text));
	TRY(target_of(r, &c, e->at_us, &e->target));
	e->text = str_trim(buf_str(&r->text));
	e->kind = is_money(m, type_of(m)) ? PARSE_PACKET : c.media ? PARSE_MEDIA : PARSE_TEXT;
	if (e->id.n > 0)
		parse_remember(r->p, r->group, e->id, e->author);
	return parse_tell(r->p, e);
}

static enum err on_message(void *arg, size_t pattern, const struct parse_node *m)
{
	struct reader *r = arg;
	struct str text = parse_node_text(parse_node_get(m, "content"), "text");
	const struct parse_node *sender = parse_node_get(m, "sender");
	struct parse_event e = { .target = PARSE_NOBODY, .id = parse_node_text(m, "id") };
	if (r->group < 0)
		TRY(open_group(r));
	e.group = r->group;
	bool system = parse_node_true(m, "system") || type_of(m) == GREY_TIP;
	bool named = parse_node_text(sender, "uid").n > 0 || parse_node_text(sender, "uin").n > 0 || name_of(m).n > 0;
	if ((!system && !named) || !time_of(r->p, m, &e.at_us)) {
		parse_skip(r->p, r->in, text.n > 0 ? text : STR("(a message without sender or time)"));
		return ERR_OK;
	}
	if (!system)
		return tell_talk(r, m, &e, parse_node_true(m, "recalled"));
	struct wechat_said said = { .at_us = e.at_us, .type = WECHAT_SYSTEM, .text = text, .id = e.id,
		.line = source_line_number(r->in) };
	return wechat_tell(&r->names, r->group, &said);
}

/* ---- files ---- */

static enum err read_lines(struct reader *r)
{
	CLEANUP(parse_doc_drop) struct parse_doc *doc = parse_doc_new();
	struct str line;
	if (doc == NULL)
		return ERR_MEMORY;
	while (source_line(r->in, &line)) {
		const struct parse_node *root;
		line = text_trim(line);
		if (line.n == 0)
			continue;
		enum err e = parse_json_text(doc, line, &root);
		if (e == ERR_INPUT || e == ERR_LIMIT)
			parse_skip(r->p, r->in, line);
		else if (e != ERR_OK)
			return e;
		else
			TRY(on_message(r, 0, root));
	}
	return source_error(r->in);
}

static bool is_lines(const struct parse_head *head)
{
	struct str rest = head->text, line;
	if (!str_cut(&rest, '\n', &line) || !parse_head_is_json(head))
		return false;
	struct parse_head first = { .text = line };
	bool sender = str_find(line, STR("\"sender\":{")) >= 0 || str_find(line, STR("\"sender\": {")) >= 0;
	return sender && parse_head_has_key(&first, "uid") && parse_head_has_key(&first, "content") &&
		parse_head_has_key(&first, "timestamp") && !parse_head_has_key(&first, "chatInfo");
}

static enum err read_whole(struct reader *r)
{
	static const char *const elements[] = { "messages[]", "chunks[].messages[]", NULL };
	static const char *const ignored[] = { "html", "resources", "avatarBase64", "originalData", NULL };
	const struct parse_json walk = {
		.elements = elements, .ignored = ignored, .element = on_message, .scalar = on_scalar, .arg = r
	};
	TRY(parse_json_file(r->p, r->in, &walk));
	if (r->group >= 0) {
		parse_group_set(r->p, r->group, (struct str){ NULL, 0 }, buf_str(&r->name));
		return ERR_OK;
	}
	TRY(open_group(r)); /* an empty chat, or the manifest of chunks, which alone says who exported them */
	int32_t self;
	return r->manifest && r->self_uid.n > 0 ?
		person_of(r, buf_str(&r->self_uid), buf_str(&r->self_uin), buf_str(&r->self_name), 0, &self) :
		ERR_OK;
}

static enum err exporter_read(struct parse *p, struct source *in)
{
	struct reader r = { .p = p, .in = in, .group = -1, .text = BUF(2 * (size_t)PARSE_JSON_ELEMENT_MAX) };
	struct buf *small[] = { &r.name, &r.self_uid, &r.self_uin, &r.self_name };
	for (size_t i = 0; i < COUNT_OF(small); i++)
		*small[i] = BUF(PARSE_NAME_MAX);
	bool lines = is_lines(source_head(in));
	enum err e = wechat_begin(&r.names, p, in);
	if (e == ERR_OK)
		e = lines ? read_lines(&r) : read_whole(&r);
	wechat_end(&r.names);
	buf_free(&r.text);
	for (size_t i = 0; i < COUNT_OF(small); i++)
		buf_free(small[i]);
	return e;
}

static int exporter_sniff(const struct parse_head *head)
{
	if (!parse_head_is_json(head))
		return 0;
	if (is_lines(head))
		return 90;
	/* a long list of senders may stand before the messages, and before "chunked" */
	bool full = parse_head_has_key(head, "metadata") || parse_head_has_key(head, "statistics") ||
		parse_head_has_key(head, "chunked") || parse_head_has_key(head, "messages");
	return parse_head_has_key(head, "chatInfo") && full ? 93 : 0;
}

const struct parse_format parse_qq_exporter = {
	.name = "qq-exporter",
	.title = "QQ (QQChatExporter: JSON, chunks)",
	.title_zh = "QQ（QQChatExporter 导出的 JSON 或分块）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_RECALLS | PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT |
		PARSE_KNOWS_REPLIES,
	.sniff = exporter_sniff,
	.read = exporter_read,
};
