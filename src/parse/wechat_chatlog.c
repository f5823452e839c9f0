/*
 * wechat_chatlog: what chatlog answers as JSON (one list of messages) and as CSV (Time,SenderName,Sender,TalkerName,
 * Talker,Content). Both may hold several chats. CSV names no types: they are told by the marks that stand in the stead
 * of pictures and the like. Called through formats.c. Not here: its text (wechat_chatlog_text.c), what a message is
 * (wechat.c).
 */
#include "parse/csv.h"
#include "parse/json_file.h"
#include "parse/scan.h"
#include "parse/wechat_chatlog.h"

/* ---- JSON ---- */

static struct str title_of(const struct parse_node *m, const struct wechat_said *said)
{
	struct str title = parse_node_text(parse_node_get(m, "contents"), "title");
	return said->type == WECHAT_APP && said->text.n == 0 ? title : said->text;
}

static bool read_message(struct wechat *w, const struct parse_node *m, struct wechat_said *said)
{
	struct str time = parse_node_text(m, "time");
	if (!parse_node_int(m, "type", &said->type) ||
		(date_parse(time, &said->at_us) != ERR_OK && !wechat_time(w->p, time, &said->at_us)))
		return false;
	(void)parse_node_int(m, "subType", &said->subtype);
	said->sender = parse_node_text(m, "sender");
	said->name = parse_node_text(m, "senderName");
	said->self = parse_node_true(m, "isSelf");
	said->id = parse_node_text(m, "seq");
	said->text = parse_node_text(m, "content");
	said->text = title_of(m, said);
	const struct parse_node *answered = parse_node_get(parse_node_get(m, "contents"), "refer");
	if (said->type == WECHAT_APP && said->subtype == WECHAT_APP_QUOTE)
		said->answers_who = parse_node_text(answered, "sender");
	if (str_eq(said->sender, STR(CHATLOG_SYSTEM)))
		said->type = WECHAT_SYSTEM;
	return said->self || said->sender.n > 0 || said->type == WECHAT_SYSTEM;
}

static enum err on_message(void *arg, size_t pattern, const struct parse_node *m)
{
	struct wechat *w = arg;
	struct wechat_said said = { .line = source_line_number(w->in) };
	struct str talker = parse_node_text(m, "talker");
	if (talker.n == 0 || !read_message(w, m, &said)) {
		struct str shown = parse_node_text(m, "content");
		parse_skip(w->p, w->in, shown.n > 0 ? shown : STR("(a record without talker, time, type or sender)"));
		return ERR_OK;
	}
	int32_t group = parse_group_of(w->p, talker, parse_node_text(m, "talkerName"));
	return group < 0 ? ERR_LIMIT : wechat_tell(w, group, &said);
}

static enum err chatlog_read(struct parse *p, struct source *in)
{
	static const char *const elements[] = { "[]", NULL };
	static const char *const ignored[] = { "mediaMsg", "sysMsg", "recordInfo", NULL };
	struct wechat w;
	const struct parse_json walk = { .elements = elements, .ignored = ignored, .element = on_message, .arg = &w };
	enum err e = wechat_begin(&w, p, in);
	if (e == ERR_OK)
		e = parse_json_file(p, in, &walk);
	wechat_end(&w);
	return e;
}

static int chatlog_sniff(const struct parse_head *head)
{
	return parse_head_is_json(head) && parse_head_has_key(head, "talker") && parse_head_has_key(head, "isChatRoom") &&
			parse_head_has_key(head, "isSelf") ?
		95 :
		0;
}

const struct parse_format parse_wechat_chatlog = {
	.name = "wechat-chatlog",
	.title = "WeChat (chatlog, JSON)",
	.title_zh = "微信（chatlog 导出的 JSON）",
	.knows = PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS | PARSE_KNOWS_REPLIES,
	.sniff = chatlog_sniff,
	.read = chatlog_read,
};

/* ---- CSV ---- */

static const char *const plain_names[] = { "Time", "SenderName", "Sender", "TalkerName", "Talker", "Content" };
static const char *const numbered_names[] = { "MessageID", "Time", "SenderName", "Sender", "TalkerName", "Talker",
	"Content" };

struct columns {
	int id, time, name, sender, group_name, group, content;
};

static enum err record(struct wechat *w, struct csv *c, const struct columns *at)
{
	struct wechat_said said = { .line = c->line, .id = text_trim(csv_field(c, at->id)) };
	struct str talker = text_trim(csv_field(c, at->group)), sender = text_trim(csv_field(c, at->sender));
	if (c->fields <= (size_t)at->content || talker.n == 0 || sender.n == 0 ||
		!wechat_time(w->p, csv_field(c, at->time), &said.at_us)) {
		csv_skip(c);
		return ERR_OK;
	}
	chatlog_read_person(w, sender, text_trim(csv_field(c, at->name)), &said);
	chatlog_read_content(csv_field(c, at->content), &said);
	int32_t group = parse_group_of(w->p, talker, text_trim(csv_field(c, at->group_name)));
	return group < 0 ? ERR_LIMIT : wechat_tell(w, group, &said);
}

static enum err records(struct wechat *w, struct csv *c)
{
	bool more;
	TRY(csv_next(c, &more));
	if (!more)
		return parse_fail(w->p, ERR_INPUT, "the file holds no header of columns");
	const struct columns at = { .id = csv_column(c, "MessageID"),
		.time = csv_column(c, "Time"),
		.name = csv_column(c, "SenderName"),
		.sender = csv_column(c, "Sender"),
		.group_name = csv_column(c, "TalkerName"),
		.group = csv_column(c, "Talker"),
		.content = csv_column(c, "Content") };
	if (at.time < 0 || at.sender < 0 || at.group < 0 || at.content < 0)
		return parse_fail(w->p, ERR_INPUT, "the columns of chatlog are not all there");
	for (;;) {
		TRY(csv_next(c, &more));
		if (!more)
			return ERR_OK;
		TRY(record(w, c, &at));
	}
}

static enum err csv_read(struct parse *p, struct source *in)
{
	struct wechat w;
	struct csv c;
	csv_begin(&c, p, in, ',');
	enum err e = wechat_begin(&w, p, in);
	if (e == ERR_OK)
		e = records(&w, &c);
	wechat_end(&w);
	csv_end(&c);
	return e;
}

static int csv_sniff(const struct parse_head *head)
{
	return csv_head_is(head, ',', plain_names, COUNT_OF(plain_names)) ||
			csv_head_is(head, ',', numbered_names, COUNT_OF(numbered_names)) ?
		95 :
		0;
}

const struct parse_format parse_wechat_chatlog_csv = {
	.name = "wechat-chatlog-csv",
	.title = "WeChat (chatlog, CSV)",
	.title_zh = "微信（chatlog 导出的 CSV）",
	.knows = PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS,
	.sniff = csv_sniff,
	.read = csv_read,
};
