/*
 * wechat_system: what WeChat's grey lines say, in Chinese and English, plain or as XML. Pure; called by wechat.c.
 */
#include "parse/scan.h"
#include "parse/wechat.h"

#define LINKS_MAX 16u /* placeholders of one template */

/* Quotes come straight, curly or as 「」, and are left out around 你. */
static const char *const opens[] = { "\"", "“", "「", "&quot;" };
static const char *const closes[] = { "\"", "”", "」", "&quot;" };

/* "X" or 你 off the front; is_me says which. */
static bool scan_name(struct str *s, struct str *out_name, bool *out_me)
{
	struct str rest = *s;
	*out_me = false;
	scan_blanks(&rest);
	for (size_t i = 0; i < COUNT_OF(opens); i++) {
		struct str try = rest;
		if (!scan_text(&try, str_of(opens[i])) || !scan_until(&try, str_of(closes[i]), out_name))
			continue;
		scan_blanks(&try);
		*s = try;
		return true;
	}
	if (scan_text(&rest, STR("你")) || scan_text(&rest, STR("You "))) {
		*out_me = true;
		*out_name = (struct str){ NULL, 0 };
		scan_blanks(&rest);
		*s = rest;
		return true;
	}
	return false;
}

/* What stands before the first of ends, of quotes freed on the outside. */
static bool scan_names_until(struct str *s, struct str end, struct str *out_names)
{
	if (!scan_until(s, end, out_names))
		return false;
	*out_names = str_trim(*out_names);
	return out_names->n > 0;
}

bool wechat_next_name(struct str *who, struct str *out_name)
{
	bool me;
	while (scan_text(who, STR("、")) || scan_text(who, STR(",")) || scan_text(who, STR("，")) || scan_blanks(who) > 0)
		continue;
	if (who->n == 0)
		return false;
	struct str rest = *who;
	for (size_t i = 0; i < COUNT_OF(opens); i++)
		if (str_starts(rest, str_of(opens[i])) && scan_name(&rest, out_name, &me)) {
			*who = rest;
			/* "Y、Z" in one pair of quotes */
			if (str_find(*out_name, STR("、")) >= 0) {
				struct str inside = *out_name;
				(void)scan_until(&inside, STR("、"), out_name);
				*who = inside; /* what follows the quotes is lost only where quoting is mixed, which is
						  not seen */
			}
			return out_name->n > 0;
		}
	for (size_t i = 0; i < COUNT_OF(closes); i++)
		if (str_ends(rest, str_of(closes[i])))
			rest.n -= strlen(closes[i]);
	if (!scan_until(&rest, STR("、"), out_name)) {
		*out_name = rest;
		rest = (struct str){ NULL, 0 };
	}
	*who = rest;
	return out_name->n > 0;
}

/* 邀请 … 加入了群聊 */
static bool read_invite(struct str rest, struct wechat_notice *n)
{
	if (!scan_text(&rest, STR("邀请")) && !scan_text(&rest, STR("invited ")))
		return false;
	struct str me = rest;
	if (scan_text(&me, STR("你和")) || scan_text(&me, STR("你、"))) {
		n->me_too = true;
		rest = me;
	} else if (scan_text(&me, STR("你加入了群聊")) || scan_text(&me, STR("you to "))) {
		n->who_is_me = true;
		n->kind = PARSE_JOIN;
		return true;
	}
	if (!scan_names_until(&rest, STR("加入了群聊"), &n->who) && !scan_names_until(&rest, STR("加入群聊"), &n->who) &&
	    !scan_names_until(&rest, STR(" to the group chat"), &n->who))
		return false;
	n->kind = PARSE_JOIN;
	return true;
}

/* 通过扫描"Y"分享的二维码加入群聊, 通过…的群二维码加入群聊 */
static bool read_scan(struct str rest, struct wechat_notice *n)
{
	bool me;
	if (!scan_text(&rest, STR("通过扫描")) &&
		!scan_text(&rest, STR("joined the group chat via the QR Code shared by ")))
		return false;
	if (scan_name(&rest, &n->by, &me))
		n->by_is_me = me;
	n->kind = PARSE_JOIN;
	return true;
}

static bool is_packet(struct str text)
{
	return str_find(text, STR("领取了")) >= 0 || str_find(text, STR("收到红包")) >= 0 ||
	       str_find(text, STR("红包已被领完")) >= 0 || str_find(text, STR("red packet")) >= 0 ||
	       str_find(text, STR("Red Packet")) >= 0;
}

/* 将"Y"移出了群聊 */
static bool read_removal(struct str rest, struct wechat_notice *n)
{
	if (!scan_text(&rest, STR("将")) && !scan_text(&rest, STR("removed ")))
		return false;
	n->kind = PARSE_REMOVED;
	return scan_names_until(&rest, STR("移出了群聊"), &n->who) || scan_names_until(&rest, STR("移出群聊"), &n->who) ||
	       scan_names_until(&rest, STR(" from the group chat"), &n->who);
}

/* QQ: A邀请B加入了本群。 管理员A撤回了成员B的一条消息 */
static bool read_qq(struct str text, struct wechat_notice *n)
{
	struct str rest = text, by, who;
	if (scan_until(&rest, STR("邀请"), &by) && by.n > 0 &&
	    (scan_names_until(&rest, STR("加入了本群"), &who) || scan_names_until(&rest, STR("加入本群"), &who) ||
	     scan_names_until(&rest, STR("加入了群聊"), &who))) {
		*n = (struct wechat_notice){
			.kind = PARSE_JOIN, .who = who, .by = str_trim(by), .by_is_me = str_eq(str_trim(by), STR("你"))
		};
		return true;
	}
	rest = text;
	if (scan_until(&rest, STR("撤回了 "), &by) && scan_until(&rest, STR(" 的消息"), &who)) {
		*n = (struct wechat_notice){ .kind = PARSE_RECALL, .who = str_trim(who), .by = str_trim(by) };
		return true;
	}
	rest = text;
	if (scan_until(&rest, STR("撤回了成员"), &by) && scan_until(&rest, STR("的一条消息"), &who)) {
		*n = (struct wechat_notice){ .kind = PARSE_RECALL, .who = str_trim(who), .by = str_trim(by) };
		return true;
	}
	return false;
}

/* A sentence that quotes nobody: X撤回了一条消息, X领取了你的红包 */
static void read_unquoted(struct str text, struct wechat_notice *n)
{
	if (read_qq(text, n))
		return;
	static const struct {
		const char *verb;
		enum parse_kind kind;
	} verbs[] = { { "撤回了一条", PARSE_RECALL }, { "recalled a message", PARSE_RECALL }, { "领取了", PARSE_PACKET },
		{ "加入了群聊", PARSE_JOIN }, { "加入群聊", PARSE_JOIN }, { "加入本群", PARSE_JOIN }, { "加入了本群", PARSE_JOIN },
		{ "退出了群聊", PARSE_LEAVE }, { "退出了本群", PARSE_LEAVE }, { "退出群聊", PARSE_LEAVE },
		{ "退出本群", PARSE_LEAVE } };
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		struct str rest = text, before;
		if (!scan_until(&rest, str_of(verbs[i].verb), &before) || before.n > PARSE_NAME_MAX)
			continue;
		n->who = str_trim(before);
		n->kind = verbs[i].kind;
		if (n->kind == PARSE_LEAVE && str_ends(n->who, STR("已")))
			n->who.n -= strlen("已");
		return;
	}
	if (is_packet(text))
		n->kind = PARSE_PACKET;
}

void wechat_read_notice(struct str text, struct wechat_notice *out_notice)
{
	struct wechat_notice n = { .kind = PARSE_SYSTEM };
	struct str rest = text_trim(text), first;
	bool me;
	if (!scan_name(&rest, &first, &me)) {
		read_unquoted(rest, &n);
		*out_notice = n;
		return;
	}
	/* invitations and removals: the first name is who did it */
	n.by = first;
	n.by_is_me = me;
	if (read_invite(rest, &n) || read_removal(rest, &n)) {
		*out_notice = n;
		return;
	}
	/* the rest: the first name is whom it is about */
	n = (struct wechat_notice){ .kind = PARSE_SYSTEM, .who = first, .who_is_me = me };
	struct str after = rest;
	if (read_scan(rest, &n))
		;
	else if (str_starts(rest, STR("加入了群聊")) || str_starts(rest, STR("加入群聊")) ||
		 str_starts(rest, STR("joined the group chat")))
		n.kind = PARSE_JOIN;
	else if (str_starts(rest, STR("退出了群聊")) || str_starts(rest, STR("退出群聊")))
		n.kind = PARSE_LEAVE;
	else if (str_starts(rest, STR("撤回了")) || str_starts(rest, STR("recalled ")) ||
		 str_starts(rest, STR("has recalled ")))
		n.kind = PARSE_RECALL;
	else if (scan_text(&after, STR("被")) && (str_starts(after, STR("移出")) ||
		(scan_name(&after, &n.by, &n.by_is_me) && str_starts(after, STR("移出")))))
		n.kind = PARSE_REMOVED;
	else if (is_packet(text))
		n.kind = PARSE_PACKET;
	*out_notice = n;
}

/* ---- XML ---- */

bool wechat_element(struct str xml, const char *tag, struct str *out_inside)
{
	char open[48], close[48];
	size_t n = strlen(tag);
	if (n > 40)
		return false;
	open[0] = '<';
	memcpy(open + 1, tag, n);
	memcpy(close + 2, tag, n);
	close[0] = '<';
	close[1] = '/';
	close[n + 2] = '>';
	struct str head, inside;
	while (scan_until(&xml, (struct str){ open, n + 1 }, &head)) {
		if (xml.n == 0 || (xml.p[0] != '>' && xml.p[0] != ' '))
			continue;
		if (!scan_until(&xml, STR(">"), &head) || !scan_until(&xml, (struct str){ close, n + 3 }, &inside))
			return false;
		inside = str_trim(inside);
		if (scan_text(&inside, STR("<![CDATA[")) && str_ends(inside, STR("]]>")))
			inside.n -= 3;
		*out_inside = inside;
		return true;
	}
	return false;
}

/* The nicknames of <link name="names" …>, between 、 */
static void add_link(struct str xml, struct str name, struct buf *out)
{
	struct str before, link, member, nickname;
	for (unsigned i = 0; i < LINKS_MAX && scan_until(&xml, STR("<link "), &before); i++) {
		if (!scan_until(&xml, STR("</link>"), &link))
			return;
		struct str head = link, value;
		if (!scan_until(&head, STR("name=\""), &before) || !scan_until(&head, STR("\""), &value) ||
			!str_eq(value, name))
			continue;
		bool first = true;
		for (unsigned k = 0; k < WECHAT_NAMES_MAX && scan_until(&head, STR("<member>"), &before); k++) {
			if (!scan_until(&head, STR("</member>"), &member) ||
				!wechat_element(member, "nickname", &nickname))
				break;
			if (!first)
				buf_add(out, STR("、"));
			buf_add(out, nickname);
			first = false;
		}
		struct str plain;
		if (first && wechat_element(link, "plain", &plain))
			buf_add(out, plain);
		return;
	}
}

bool wechat_sentence_of_xml(struct str xml, struct buf *out)
{
	struct str sentence, before, name;
	if (str_find(xml, STR("<sysmsg")) < 0 && str_find(xml, STR("<revokemsg")) < 0)
		return false;
	if (wechat_element(xml, "replacemsg", &sentence) ||
		(str_find(xml, STR("<revokemsg")) >= 0 && wechat_element(xml, "content", &sentence))) {
		buf_add(out, sentence);
		return true;
	}
	if (!wechat_element(xml, "template", &sentence)) {
		if (wechat_element(xml, "plain", &sentence) || wechat_element(xml, "content", &sentence)) {
			buf_add(out, sentence);
			return true;
		}
		return false;
	}
	for (unsigned i = 0; i < LINKS_MAX && scan_until(&sentence, STR("$"), &before); i++) {
		buf_add(out, before);
		if (!scan_until(&sentence, STR("$"), &name))
			break;
		add_link(xml, name, out);
	}
	buf_add(out, sentence);
	return true;
}

bool wechat_is_sent(struct str text)
{
	static const char *const marks[] = { "[图片]", "[表情]", "[语音]", "[视频]", "[文件]", "[动画表情]", "[闪照]", "[位置]",
		"[名片]", "[大表情]", "[合并转发]", "[聊天记录]" };
	size_t before;
	bool any = false;
	do {
		text = text_trim(text);
		before = text.n;
		for (size_t i = 0; i < COUNT_OF(marks); i++)
			any = scan_text(&text, str_of(marks[i])) || any;
	} while (text.n < before && text.n > 0);
	return any && text.n == 0;
}
