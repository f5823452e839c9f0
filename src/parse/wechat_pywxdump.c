/*
 * wechat_pywxdump: CSV of PyWxDump and of what grew from it (WeClone): one chat a file, the text either in a JSON cell
 * {"src","msg"} or in columns of its own, the time local or in seconds. Private chats may name no room: then the other
 * side is the room. Called through formats.c. Not here: what a message is (wechat.c).
 */
#include "parse/csv.h"
#include "parse/json_file.h"
#include "parse/scan.h"
#include "parse/wechat.h"

static const char *const names[] = { "id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name" };

struct columns {
	int id, server_id, type, mine, talker, room, content, msg, time;
};

/* The file of a chat: "wxid_abc_0_5000.csv", "群名.csv". */
static struct str room_of_name(struct str name)
{
	name = utf8_first(name, PARSE_NAME_MAX); /* a file system promises no encoding */
	const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
	if (dot != NULL && dot > name.p)
		name.n = (size_t)(dot - name.p);
	for (int i = 0; i < 2; i++) {
		size_t n = name.n;
		while (n > 0 && scan_is_digit(name.p[n - 1]))
			n--;
		if (n > 1 && n < name.n && name.p[n - 1] == '_')
			name.n = n - 1;
	}
	return name.n ? name : STR("微信");
}

/* The text of the JSON cell; as it stands where it is none. False: the cell is torn. */
static bool text_of(struct parse_doc *doc, struct str cell, struct str *out_text)
{
	const struct parse_node *root = NULL;
	if (cell.n > 0 && cell.p[0] == '{' && parse_json_text(doc, cell, &root) != ERR_OK)
		return false;
	*out_text = root != NULL && parse_node_get(root, "msg") != NULL ? parse_node_text(root, "msg") : cell;
	return true;
}

static bool read_record(struct wechat *w, const struct csv *c, const struct columns *at, struct parse_doc *doc,
                        struct wechat_said *said)
{
	int64_t mine;
	struct str word = text_trim(csv_field(c, at->type)), talker = text_trim(csv_field(c, at->talker));
	size_t least = (size_t)(at->content >= 0 ? at->content : at->msg);
	if (c->fields <= least || word.n == 0 || str_int(text_trim(csv_field(c, at->mine)), 0, 1, &mine) != ERR_OK ||
	    !wechat_time(w->p, csv_field(c, at->time), &said->at_us))
		return false;
	if (!wechat_type_of_word(word, &said->type, &said->subtype) &&
		str_int(word, 0, INT64_MAX, &said->type) != ERR_OK)
		said->type = WECHAT_APP; /* a word that is not known is something that was sent */
	said->self = mine == 1;
	said->sender = talker;
	said->name = said->self ? (struct str){ NULL, 0 } : talker;
	said->id = text_trim(csv_field(c, at->server_id));
	if (said->id.n == 0)
		said->id = text_trim(csv_field(c, at->id));
	said->text = csv_field(c, at->msg);
	if (at->content >= 0 && !text_of(doc, csv_field(c, at->content), &said->text))
		return false;
	return said->self || talker.n > 0 || said->type == WECHAT_SYSTEM;
}

static enum err record(struct wechat *w, struct csv *c, const struct columns *at, struct parse_doc *doc)
{
	struct wechat_said said = { .line = c->line };
	if (!read_record(w, c, at, doc, &said)) {
		csv_skip(c);
		return ERR_OK;
	}
	struct str room = text_trim(csv_field(c, at->room));
	if (room.n == 0)
		room = room_of_name(source_head(w->in)->file_name);
	int32_t group = parse_group_of(w->p, room, room);
	return group < 0 ? ERR_LIMIT : wechat_tell(w, group, &said);
}

static enum err records(struct wechat *w, struct csv *c, struct parse_doc *doc)
{
	bool more;
	TRY(csv_next(c, &more));
	if (!more)
		return parse_fail(w->p, ERR_INPUT, "the file holds no header of columns");
	struct columns at = { .id = csv_column(c, "id"),
		.server_id = csv_column(c, "MsgSvrID"),
		.type = csv_column(c, "type_name"),
		.mine = csv_column(c, "is_sender"),
		.talker = csv_column(c, "talker"),
		.room = csv_column(c, "room_name"),
		.content = csv_column(c, "content"),
		.msg = csv_column(c, "msg"),
		.time = csv_column(c, "CreateTime") };
	if (at.type < 0 || at.mine < 0 || at.talker < 0 || at.time < 0 || (at.content < 0 && at.msg < 0))
		return parse_fail(w->p, ERR_INPUT, "the columns of PyWxDump are not all there");
	for (;;) {
		TRY(csv_next(c, &more));
		if (!more)
			return ERR_OK;
		TRY(record(w, c, &at, doc));
	}
}

static enum err pywxdump_read(struct parse *p, struct source *in)
{
	CLEANUP(parse_doc_drop) struct parse_doc *doc = parse_doc_new();
	struct wechat w;
	struct csv c;
	csv_begin(&c, p, in, ',');
	enum err e = wechat_begin(&w, p, in);
	if (e == ERR_OK)
		e = doc != NULL ? records(&w, &c, doc) : ERR_MEMORY;
	wechat_end(&w);
	csv_end(&c);
	return e;
}

static int pywxdump_sniff(const struct parse_head *head)
{
	return csv_head_is(head, ',', names, COUNT_OF(names)) ? 95 : 0;
}

const struct parse_format parse_wechat_pywxdump = {
	.name = "wechat-pywxdump",
	.title = "WeChat (PyWxDump, CSV)",
	.title_zh = "微信（PyWxDump 导出的 CSV）",
	.knows = PARSE_KNOWS_IDS | PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS,
	.sniff = pywxdump_sniff,
	.read = pywxdump_read,
};
