/*
 * wechat_weflow: JSON of WeFlow, echotrace and CipherTalk: one chat a file, its session first, then perhaps pictures of
 * everybody, then the messages. A message's type is a Chinese word; the number beside it (localType) is not to be
 * trusted. Called through formats.c. Not here: what a message is (wechat.c), JSON (json_file.c).
 */
#include "parse/json_file.h"
#include "parse/scan.h"
#include "parse/wechat.h"

struct reader {
	struct wechat w;
	int32_t group; /* -1 until the first message */
	struct buf id, name, shown_name;
};

static enum err on_scalar(void *arg, struct str path, const struct parse_node *value)
{
	struct reader *r = arg;
	const struct {
		const char *path;
		struct buf *into;
	} wanted[] = { { "session.wxid", &r->id }, { "session.nickname", &r->name },
		{ "session.displayName", &r->shown_name } };
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (str_eq(path, str_of(wanted[i].path)) && value->text.n > 0) {
			buf_clear(wanted[i].into);
			buf_add(wanted[i].into, utf8_first(value->text, PARSE_NAME_MAX));
			TRY(buf_end(wanted[i].into));
		}
	return ERR_OK;
}

/* A group's own name; displayName would be what its exporter calls it, but echotrace writes only that. */
static struct str chat_name(const struct reader *r)
{
	return r->name.n > 0 ? buf_str(&r->name) : buf_str(&r->shown_name);
}

static enum err open_group(struct reader *r)
{
	struct str name = chat_name(r);
	struct str key = r->id.n > 0 ? buf_str(&r->id) : name.n > 0 ? name : wechat_chat_of_file(r->w.in);
	r->group = parse_group_of(r->w.p, key, name);
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

/* "[文件] 名单.xlsx" → the name; anything else as it stands. */
static struct str title_of(const struct wechat_said *said)
{
	int64_t type, subtype;
	struct str title;
	bool titled = said->type == WECHAT_APP && said->subtype != WECHAT_APP_QUOTE &&
		said->subtype != WECHAT_APP_TRANSFER && said->subtype != WECHAT_APP_PACKET &&
		wechat_type_of_mark(said->text, &type, &subtype, &title) && title.n > 0;
	return titled ? title : said->text;
}

static bool read_message(struct reader *r, const struct parse_node *m, struct wechat_said *said)
{
	struct str word = parse_node_text(m, "type");
	if (word.n == 0 || (!wechat_time(r->w.p, parse_node_text(m, "createTime"), &said->at_us) &&
				   !wechat_time(r->w.p, parse_node_text(m, "formattedTime"), &said->at_us)))
		return false;
	if (!wechat_type_of_word(word, &said->type, &said->subtype))
		said->type = WECHAT_APP; /* a word that is not known is something that was sent */
	said->sender = parse_node_text(m, "senderUsername");
	said->name = parse_node_text(m, "groupNickname");
	/* a message without the name in the group does not take it away */
	if (text_trim(said->name).n == 0 && parse_person_find(r->w.p, text_trim(said->sender)) < 0)
		said->name = parse_node_text(m, "senderDisplayName");
	said->self = str_eq(parse_node_text(m, "isSend"), STR("1"));
	said->id = parse_node_text(m, "platformMessageId");
	if (said->id.n == 0)
		said->id = parse_node_text(m, "localId");
	said->answers = parse_node_text(m, "replyToMessageId");
	said->text = parse_node_text(m, "content");
	said->text = title_of(said);
	return said->self || said->sender.n > 0 || said->name.n > 0 || said->type == WECHAT_SYSTEM;
}

static enum err on_message(void *arg, size_t pattern, const struct parse_node *m)
{
	struct reader *r = arg;
	struct wechat_said said = { .line = source_line_number(r->w.in) };
	if (r->group < 0)
		TRY(open_group(r));
	if (read_message(r, m, &said))
		return wechat_tell(&r->w, r->group, &said);
	struct str shown = parse_node_text(m, "content");
	parse_skip(r->w.p, r->w.in, shown.n > 0 ? shown : STR("(a record without time, type or sender)"));
	return ERR_OK;
}

static enum err read_all(struct reader *r)
{
	static const char *const elements[] = { "messages[]", NULL };
	static const char *const ignored[] = { "source", "rawContent", "chatRecords", "senderAvatar", NULL };
	const struct parse_json walk = {
		.elements = elements, .ignored = ignored, .element = on_message, .scalar = on_scalar, .arg = r
	};
	TRY(parse_json_file(r->w.p, r->w.in, &walk));
	if (r->group < 0)
		return open_group(r); /* an empty chat is one all the same */
	parse_group_set(r->w.p, r->group, buf_str(&r->id), chat_name(r)); /* the session may stand behind the messages */
	return ERR_OK;
}

static enum err weflow_read(struct parse *p, struct source *in)
{
	struct reader r = {
		.group = -1, .id = BUF(PARSE_NAME_MAX), .name = BUF(PARSE_NAME_MAX), .shown_name = BUF(PARSE_NAME_MAX)
	};
	enum err e = wechat_begin(&r.w, p, in);
	if (e == ERR_OK)
		e = read_all(&r);
	wechat_end(&r.w);
	buf_free(&r.id);
	buf_free(&r.name);
	buf_free(&r.shown_name);
	return e;
}

static int weflow_sniff(const struct parse_head *head)
{
	if (!parse_head_is_json(head))
		return 0;
	bool chat = parse_head_has_key(head, "session") && parse_head_has_key(head, "wxid");
	/* pictures before the session may fill the whole head */
	if (parse_head_has_key(head, "weflow") && (chat || parse_head_has_key(head, "avatars")))
		return 95;
	if (!chat)
		return 0;
	/* echotrace and CipherTalk have no mark of their own at the front */
	return str_find(head->text, STR("\"群聊\"")) >= 0 || str_find(head->text, STR("\"私聊\"")) >= 0 ||
			parse_head_has_key(head, "senderUsername") ?
		90 :
		0;
}

const struct parse_format parse_wechat_weflow = {
	.name = "wechat-weflow",
	.title = "WeChat (WeFlow, echotrace, CipherTalk: JSON)",
	.title_zh = "微信（WeFlow、EchoTrace、密语 CipherTalk 导出的 JSON）",
	.knows = PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS | PARSE_KNOWS_REPLIES,
	.sniff = weflow_sniff,
	.read = weflow_read,
};
