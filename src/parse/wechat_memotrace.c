/*
 * wechat_memotrace: CSV of MemoTrace (WeChatMsg, 留痕): its table as it was from 0.2.7, before (rows one field longer
 * than the header, which lacks the message's server id), and the newer one in Chinese words.
 *
 * One file may hold all chats: TalkerId tells them apart. The names in a row are those of the other side, so one's own
 * rows are nobody's but the exporter's. Called through formats.c. Not here: what a message is (wechat.c).
 */
#include "parse/csv.h"
#include "parse/scan.h"
#include "parse/wechat.h"

static const char *const old_names[] = { "localId", "TalkerId", "Type", "SubType", "IsSender", "CreateTime", "Status",
	"StrContent", "StrTime" };
static const char *const new_names[] = { "消息ID", "类型", "发送人", "时间", "内容" };

struct columns {
	int id, talker, type, subtype, mine, created, content, shown_time, remark, nick, sender;
	bool in_words; /* the newer table */
};

static bool number_of(const struct csv *c, int column, int64_t *out_value)
{
	return str_int(text_trim(csv_field(c, column)), INT64_MIN, INT64_MAX, out_value) == ERR_OK;
}

static struct columns columns_of(const struct csv *header)
{
	struct columns at = { .in_words = csv_column(header, "发送人") >= 0 };
	bool words = at.in_words;
	at.id = csv_column(header, words ? "消息ID" : "localId");
	at.talker = csv_column(header, "TalkerId");
	at.type = csv_column(header, words ? "类型" : "Type");
	at.subtype = csv_column(header, "SubType");
	at.mine = csv_column(header, "IsSender");
	at.created = csv_column(header, words ? "时间" : "CreateTime");
	at.content = csv_column(header, words ? "内容" : "StrContent");
	at.shown_time = csv_column(header, "StrTime");
	at.remark = csv_column(header, words ? "备注" : "Remark");
	at.nick = csv_column(header, words ? "昵称" : "NickName");
	at.sender = csv_column(header, words ? "发送人" : "Sender");
	return at;
}

static bool old_record(struct wechat *w, const struct csv *c, const struct columns *at, struct wechat_said *said)
{
	int64_t mine;
	if (!number_of(c, at->type, &said->type) || !number_of(c, at->mine, &mine))
		return false;
	(void)number_of(c, at->subtype, &said->subtype);
	/* StrTime is what a person would have seen, but in a zone the file does not name; and before 0.2.7 the two
	 * differ */
	if (!wechat_time(w->p, csv_field(c, at->created), &said->at_us) &&
	    !wechat_time(w->p, csv_field(c, at->shown_time), &said->at_us))
		return false;
	said->self = mine == 1;
	if (!said->self) {
		said->sender = csv_field(c, at->sender);
		said->name = csv_field(c, at->remark);
		if (text_trim(said->name).n == 0)
			said->name = csv_field(c, at->nick);
		/* before 0.2.7 nothing says who: all but the exporter are one, which is right in a private chat only */
		said->else_sender = csv_field(c, at->talker);
	}
	return true;
}

static bool new_record(struct wechat *w, const struct csv *c, const struct columns *at, struct wechat_said *said)
{
	struct str word = text_trim(csv_field(c, at->type));
	if (word.n == 0 || !wechat_time(w->p, csv_field(c, at->created), &said->at_us))
		return false;
	if (!wechat_type_of_word(word, &said->type, &said->subtype) &&
	    str_int(word, 0, INT64_MAX, &said->type) != ERR_OK) {
		said->type =
			WECHAT_APP; /* a word that is not known is something that was sent, but not talk in words */
		said->subtype = 0;
	}
	said->sender = said->name = text_trim(csv_field(c, at->sender));
	struct str mine = parse_options_of(w->p)->self_name;
	said->self = str_eq(said->sender, STR("我")) || (mine.n > 0 && str_eq(said->sender, mine));
	if (said->self)
		said->sender = said->name = (struct str){ NULL, 0 };
	return true;
}

static enum err record(struct wechat *w, struct csv *c, const struct columns *at)
{
	struct wechat_said said = {
		.line = c->line, .id = text_trim(csv_field(c, at->id)), .text = csv_field(c, at->content)
	};
	struct str chat =
		at->in_words ? wechat_chat_of_file(w->in) : text_trim(csv_field(c, at->talker));
	bool good = c->fields > (size_t)at->content && chat.n > 0 && said.id.n > 0 &&
	            (at->in_words ? new_record(w, c, at, &said) : old_record(w, c, at, &said));
	if (!good) {
		csv_skip(c);
		return ERR_OK;
	}
	int32_t group = parse_group_of(w->p, chat, chat);
	return group < 0 ? ERR_LIMIT : wechat_tell(w, group, &said);
}

static enum err records(struct wechat *w, struct csv *c)
{
	bool more;
	TRY(csv_next(c, &more));
	if (!more)
		return parse_fail(w->p, ERR_INPUT, "the file holds no header of columns");
	struct columns at = columns_of(c);
	if (at.id < 0 || at.type < 0 || at.content < 0 || at.created < 0 ||
		(!at.in_words && (at.talker < 0 || at.mine < 0)))
		return parse_fail(w->p, ERR_INPUT, "the columns of MemoTrace are not all there");
	for (;;) {
		TRY(csv_next(c, &more));
		if (!more)
			return ERR_OK;
		TRY(record(w, c, &at));
	}
}

static enum err memotrace_read(struct parse *p, struct source *in)
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

static int memotrace_sniff(const struct parse_head *head)
{
	return csv_head_is(head, ',', old_names, COUNT_OF(old_names)) ||
			       csv_head_is(head, ',', new_names, COUNT_OF(new_names))
		       ? 95
		       : 0;
}

const struct parse_format parse_wechat_memotrace = {
	.name = "wechat-memotrace",
	.title = "WeChat (MemoTrace / WeChatMsg, CSV)",
	.title_zh = "微信（留痕 MemoTrace / WeChatMsg 导出的 CSV）",
	.knows = PARSE_KNOWS_IDS | PARSE_KNOWS_TEXT | PARSE_KNOWS_RECALLS,
	.sniff = memotrace_sniff,
	.read = memotrace_read,
};
