/* From what WeChat's database says of a message to events. See wechat.h. */
#include "parse/scan.h"
#include "parse/wechat.h"

#define TITLE_MAX (64u << 10)
#define ID_MAX 64u /* bytes of a WeChat id */

enum err wechat_begin(struct wechat *w, struct parse *p, struct source *in)
{
	*w = (struct wechat){ .p = p,
		.in = in,
		.self = PARSE_NOBODY,
		.names = map_new(PARSE_PEOPLE_MAX),
		.key = BUF(PARSE_NAME_MAX + 32),
		.sentence = BUF(4 * PARSE_LINE_MAX),
		.text = BUF(TITLE_MAX),
		.id = BUF(PARSE_NAME_MAX + 32) };
	return w->names ? ERR_OK : ERR_MEMORY;
}

void wechat_end(struct wechat *w)
{
	map_free(w->names);
	buf_free(&w->key);
	buf_free(&w->sentence);
	buf_free(&w->text);
	buf_free(&w->id);
}

/* ---- people ---- */

static struct str name_key(struct wechat *w, int32_t group, struct str name)
{
	buf_clear(&w->key);
	buf_print(&w->key, "%ld/", (long)group);
	buf_add(&w->key, utf8_first(name, PARSE_NAME_MAX));
	return buf_str(&w->key);
}

/* Who is meant by a name in a sentence: the last who went by it here, else somebody of whom only the name is known. */
static int32_t by_name(struct wechat *w, int32_t group, struct str name)
{
	bool is_new = false;
	name = text_trim(name);
	if (name.n == 0)
		return PARSE_NOBODY;
	const uint64_t *known = map_get(w->names, name_key(w, group, name));
	if (known != NULL)
		return (int32_t)*known;
	int32_t person = parse_person_of(w->p, name, name);
	if (person < 0 || map_put(w->names, name_key(w, group, name), (uint64_t)person, &is_new) == NULL)
		return -1;
	return person;
}

int32_t wechat_find(struct wechat *w, int32_t group, struct str name)
{
	const uint64_t *known = name.n > 0 ? map_get(w->names, name_key(w, group, name)) : NULL;
	return known != NULL ? (int32_t)*known : PARSE_NOBODY;
}

enum err wechat_person(
	struct wechat *w, const struct wechat_place *at, struct str key, struct str name, int32_t *out_person)
{
	int32_t group = at->group;
	bool is_new = false;
	int32_t person = parse_person_find(w->p, key);
	uint64_t *named = name.n ? map_put(w->names, name_key(w, group, name), UINT32_MAX, &is_new) : NULL;
	if (name.n && named == NULL)
		return ERR_LIMIT;
	int32_t before = named != NULL && *named != UINT32_MAX ? (int32_t)*named : PARSE_NOBODY;
	bool only_named = before >= 0 && before != person && str_eq(parse_person_key(w->p, (size_t)before), name);
	if (only_named && person < 0) {
		if (!parse_person_rekey(w->p, before, key))
			return ERR_LIMIT;
		person = before;
	} else {
		person = parse_person_of(w->p, key, name);
		if (person < 0)
			return ERR_LIMIT;
		if (only_named && before != person) {
			struct parse_event e = { .at_us = at->at_us, .group = group, .author = before, .target = person,
				.kind = PARSE_RENAME, .line = at->line };
			*named = (uint64_t)person;
			TRY(parse_tell(w->p, &e));
		}
	}
	if (named != NULL)
		*named = (uint64_t)person;
	*out_person = person;
	return ERR_OK;
}

static enum err myself(struct wechat *w, struct str key, struct str name, int32_t *out_person)
{
	struct str wanted = parse_options_of(w->p)->self_name;
	if (key.n == 0 || str_eq(key, STR("我")))
		key = STR(WECHAT_SELF);
	name = wanted.n ? wanted : name.n ? name : STR("我");
	bool unnamed = str_eq(key, STR(WECHAT_SELF));
	if (w->self >= 0 && !unnamed && str_eq(parse_person_key(w->p, (size_t)w->self), STR(WECHAT_SELF)) &&
	    !parse_person_rekey(w->p, w->self, key))
		return ERR_LIMIT;
	int32_t person = unnamed && w->self >= 0 ? w->self : parse_person_of(w->p, key, name);
	if (person < 0)
		return ERR_LIMIT;
	parse_person_set_self(w->p, person);
	*out_person = w->self = person;
	return ERR_OK;
}

static enum err author_of(struct wechat *w, int32_t group, const struct wechat_said *said, int32_t *out_person)
{
	struct str key = text_trim(said->sender), name = text_trim(said->name);
	if (said->self)
		return myself(w, key, name, out_person);
	if (key.n == 0)
		key = name;
	if (key.n == 0)
		key = name = text_trim(said->else_sender);
	if (key.n == 0) {
		*out_person = PARSE_NOBODY;
		return ERR_OK;
	}
	struct wechat_place at = { said->at_us, said->line, group };
	return wechat_person(w, &at, key, name, out_person);
}

/* ---- sentences ---- */

/* A sentence about several people is several events: from the second on its id has a number behind it. */
static enum err numbered_id(struct wechat *w, struct str id, unsigned number, struct str *out_id)
{
	*out_id = id;
	if (number == 0 || id.n == 0)
		return ERR_OK;
	buf_clear(&w->id);
	buf_add(&w->id, utf8_first(id, PARSE_NAME_MAX));
	buf_print(&w->id, ".%u", number);
	*out_id = buf_str(&w->id);
	return buf_end(&w->id);
}

static enum err tell_notice(struct wechat *w, int32_t group, const struct wechat_said *said, struct str text)
{
	struct wechat_notice n;
	wechat_read_notice(text, &n);
	struct parse_event e = { .at_us = said->at_us, .group = group, .author = PARSE_NOBODY, .target = PARSE_NOBODY,
		.kind = n.kind, .text = text, .id = said->id, .line = said->line };
	if (n.kind == PARSE_JOIN)
		parse_add_known(w->p, group, PARSE_KNOWS_JOINS);
	if (n.kind == PARSE_LEAVE)
		parse_add_known(w->p, group, PARSE_KNOWS_LEAVES);
	struct str name;
	if (n.by_is_me)
		TRY(myself(w, (struct str){ NULL, 0 }, (struct str){ NULL, 0 }, &e.target));
	else if (n.by.n > 0 && (e.target = by_name(w, group, n.by)) < 0)
		return ERR_LIMIT;
	if (n.who_is_me || n.me_too) {
		TRY(myself(w, (struct str){ NULL, 0 }, (struct str){ NULL, 0 }, &e.author));
		TRY(parse_tell(w->p, &e));
		if (n.who_is_me)
			return ERR_OK;
	}
	if (n.kind != PARSE_JOIN && n.kind != PARSE_REMOVED) {
		if (n.who.n > 0 && (e.author = by_name(w, group, n.who)) < 0)
			return ERR_LIMIT;
		if (e.author < 0 && said->sender.n > 0) /* somebody who is known set it off */
			e.author = parse_person_find(w->p, said->sender);
		return parse_tell(w->p, &e);
	}
	unsigned told = n.me_too;
	for (unsigned i = 0; i < WECHAT_NAMES_MAX && wechat_next_name(&n.who, &name); i++, told++) {
		e.author = by_name(w, group, name);
		if (e.author < 0)
			return ERR_LIMIT;
		TRY(numbered_id(w, said->id, told, &e.id));
		TRY(parse_tell(w->p, &e));
	}
	if (told > 0)
		return ERR_OK;
	e.kind = PARSE_SYSTEM; /* nobody was named after all */
	return parse_tell(w->p, &e);
}

static enum err tell_system(struct wechat *w, int32_t group, const struct wechat_said *said)
{
	struct str text = str_trim(said->text);
	buf_clear(&w->sentence);
	if (text.n > 0 && memchr(text.p, '<', text.n) != NULL && wechat_sentence_of_xml(text, &w->sentence)) {
		if (str_find(text, STR("delchatroommember")) >= 0 && w->sentence.n == 0)
			buf_add(&w->sentence, text);
		TRY(buf_end(&w->sentence));
		text = buf_str(&w->sentence);
	}
	return tell_notice(w, group, said, text);
}

/* ---- talk ---- */

/* Group lines carry "wxid:\n" before the text: it says who spoke where nothing else does. */
static void split_sender(struct wechat_said *said)
{
	size_t n = 0;
	struct str s = said->text;
	while (n < s.n && n < ID_MAX && (scan_is_alnum(s.p[n]) || strchr("_-@", s.p[n])))
		n++;
	if (n < 5 || n + 1 >= s.n || s.p[n] != ':' || s.p[n + 1] != '\n')
		return;
	if (said->sender.n == 0 || str_ends(said->sender, STR("@chatroom")))
		said->sender = str_first(s, n);
	said->text = str_from(s, n + 2);
}

static enum err plain(struct wechat *w, struct str xml, struct str *out_text)
{
	static const struct {
		const char *name, *text;
	} entities[] = { { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" }, { "&#39;", "'" },
		{ "&#x0A;", "\n" }, { "&amp;", "&" } };
	buf_clear(&w->text);
	xml = utf8_first(xml, TITLE_MAX - 16);
	while (xml.n > 0) {
		size_t i = 0;
		for (; i < COUNT_OF(entities) && !scan_text(&xml, str_of(entities[i].name)); i++)
			;
		if (i < COUNT_OF(entities)) {
			buf_add(&w->text, str_of(entities[i].text));
			continue;
		}
		buf_add_char(&w->text, xml.p[0]);
		scan_drop(&xml, 1);
	}
	TRY(buf_end(&w->text));
	*out_text = buf_str(&w->text);
	return ERR_OK;
}

static bool is_xml(struct str s)
{
	s = str_trim(s);
	return s.n > 1 && s.p[0] == '<' &&
	       (str_starts(s, STR("<msg")) || str_starts(s, STR("<?xml")) || str_starts(s, STR("<appmsg")) ||
		       str_starts(s, STR("<voipmsg")) || str_starts(s, STR("<gameext")));
}

/* A quote's XML: what is said, and who is answered. */
static enum err read_quote(struct wechat *w, int32_t group, struct parse_event *e)
{
	struct str xml = e->text, refer, id, who;
	if (!is_xml(xml))
		return ERR_OK;
	if (wechat_element(xml, "refermsg", &refer)) {
		if (wechat_element(refer, "svrid", &id))
			e->target = parse_author_of(w->p, group, id);
		if (e->target < 0 &&
			(wechat_element(refer, "chatusr", &who) || wechat_element(refer, "fromusr", &who)) &&
			who.n > 0 && !str_ends(who, STR("@chatroom")))
			e->target = parse_person_find(w->p, who);
	}
	struct str title = { NULL, 0 };
	(void)wechat_element(xml, "title", &title);
	return plain(w, title, &e->text);
}

/* Who is answered, where the file says so outside the text. */
static int32_t answered(const struct wechat *w, int32_t group, const struct wechat_said *said)
{
	int32_t person = parse_author_of(w->p, group, said->answers);
	if (person < 0 && str_eq(said->answers_who, STR("我")))
		return w->self;
	return person < 0 && said->answers_who.n > 0 ? parse_person_find(w->p, said->answers_who) : person;
}

static enum parse_kind kind_of(const struct wechat_said *said)
{
	switch (said->type) {
	case WECHAT_TEXT:
		return PARSE_TEXT;
	case WECHAT_APP:
		switch (said->subtype) {
		case WECHAT_APP_QUOTE:
			return PARSE_TEXT;
		case WECHAT_APP_PAT:
		case WECHAT_APP_NOTICE:
			return PARSE_SYSTEM;
		case WECHAT_APP_TRANSFER:
		case WECHAT_APP_PACKET:
			return PARSE_PACKET;
		default:
			return PARSE_MEDIA;
		}
	case WECHAT_IMAGE:
	case WECHAT_VOICE:
	case WECHAT_CARD:
	case WECHAT_VIDEO:
	case WECHAT_STICKER:
	case WECHAT_PLACE:
		return PARSE_MEDIA;
	default:
		return PARSE_SYSTEM;
	}
}

enum err wechat_tell(struct wechat *w, int32_t group, const struct wechat_said *given)
{
	struct wechat_said said = *given;
	if (said.type > UINT32_MAX) { /* version 4 keeps both in one number */
		said.subtype = said.type >> 32;
		said.type &= UINT32_MAX;
	}
	if (said.type == WECHAT_SYSTEM || said.type == WECHAT_SYSMSG)
		return tell_system(w, group, &said);
	split_sender(&said);
	struct parse_event e = { .at_us = said.at_us, .group = group, .target = PARSE_NOBODY, .kind = kind_of(&said),
		.text = said.text, .id = said.id, .line = said.line };
	TRY(author_of(w, group, &said, &e.author));
	if (e.author < 0) {
		e.kind = PARSE_SYSTEM;
	} else if (said.type == WECHAT_APP && said.subtype == WECHAT_APP_QUOTE) {
		TRY(read_quote(w, group, &e));
	} else if (e.kind == PARSE_MEDIA || (e.kind == PARSE_PACKET && is_xml(e.text))) {
		struct str title = { NULL, 0 };
		if (said.type == WECHAT_APP && is_xml(e.text))
			(void)wechat_element(e.text, "title", &title);
		else if (said.type == WECHAT_APP && !(e.text.n > 0 && e.text.p[0] == '['))
			title = e.text;
		TRY(plain(w, title, &e.text)); /* "[图片]" and a picture's XML are no captions */
	}
	if (e.kind == PARSE_TEXT && e.target < 0)
		e.target = answered(w, group, &said);
	if (e.author >= 0 && said.id.n > 0)
		parse_remember(w->p, group, said.id, e.author);
	return parse_tell(w->p, &e);
}

/* ---- words and times ---- */

bool wechat_type_of_word(struct str word, int64_t *out_type, int64_t *out_subtype)
{
	static const struct {
		const char *word;
		int type, subtype;
	} words[] = {
		{ "文本", 1, 0 }, { "文本消息", 1, 0 }, { "文字", 1, 0 }, { "text", 1, 0 }, { "图片", 3, 0 }, { "图片消息", 3, 0 },
		{ "image", 3, 0 }, { "picture", 3, 0 }, { "语音", 34, 0 }, { "语音消息", 34, 0 }, { "voice", 34, 0 },
		{ "名片", 42, 0 }, { "名片消息", 42, 0 }, { "公众号名片", 42, 0 }, { "视频", 43, 0 }, { "视频消息", 43, 0 },
		{ "video", 43, 0 }, { "动画表情", 47, 0 }, { "表情包", 47, 0 }, { "表情", 47, 0 }, { "动态表情", 47, 0 },
		{ "自定义表情", 47, 0 }, { "sticker", 47, 0 }, { "位置", 48, 0 }, { "位置消息", 48, 0 }, { "地图", 48, 0 },
		{ "实时位置共享", 49, 17 }, { "文件", 49, 6 }, { "文件消息", 49, 6 }, { "链接", 49, 5 }, { "分享链接", 49, 5 },
		{ "(分享)链接", 49, 5 }, { "(分享)卡片式链接", 49, 5 }, { "卡片式链接", 49, 5 }, { "图文消息", 49, 5 },
		{ "音乐", 49, 3 }, { "(分享)音乐", 49, 3 }, { "音乐与音频", 49, 3 }, { "(分享)视频", 49, 4 },
		{ "类似文字消息而不一样的消息", 49, 1 }, { "卡片式链接(音频)", 49, 5 },
		{ "合并转发的聊天记录", 49, 19 }, { "聊天记录合并转发", 49, 19 }, { "聊天记录", 49, 19 }, { "(分享)笔记", 49, 24 },
		{ "小程序", 49, 33 }, { "(分享)小程序", 49, 33 }, { "小程序分享", 49, 33 }, { "视频号", 49, 51 }, { "(分享)视频号", 49, 51 },
		{ "视频号名片", 49, 50 }, { "视频号直播或直播回放等", 49, 63 }, { "微信团队信息", 49, 5 },
		{ "引用", 49, 57 }, { "引用回复", 49, 57 }, { "引用消息", 49, 57 }, { "回复", 49, 57 },
		{ "拍一拍", 49, 62 }, { "群公告", 49, 87 }, { "(分享)群公告", 49, 87 }, { "接龙", 49, 53 },
		{ "转账", 49, 2000 }, { "转账卡片", 49, 2000 }, { "收款", 49, 2000 }, { "红包", 49, 2001 }, { "红包卡片", 49, 2001 },
		{ "微信红包", 49, 2001 }, { "红包封面", 49, 2001 }, { "语音通话", 50, 0 }, { "视频通话", 50, 0 }, { "音视频通话", 50, 0 },
		{ "通话", 50, 0 }, { "系统通知", 10000, 0 }, { "系统消息", 10000, 0 }, { "系统", 10000, 0 }, { "撤回消息", 10000, 0 },
		{ "撤回", 10000, 0 }, { "系统通知(撤回)", 10000, 0 },
		{ "photo", 3, 0 }, { "audio", 34, 0 }, { "contact card", 42, 0 }, { "个人名片", 42, 0 }, { "emoji", 47, 0 },
		{ "location", 48, 0 }, { "real-time location", 49, 17 }, { "file", 49, 6 }, { "link", 49, 5 }, { "分享", 49, 5 },
		{ "gif表情", 49, 8 }, { "合并转发", 49, 19 }, { "channel card", 49, 50 }, { "transfer", 49, 2000 },
		{ "red packet", 49, 2001 }, { "视频/语音通话", 50, 0 }, { "video/audio call", 50, 0 },
	};
	word = text_trim(word);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (scan_same(word, str_of(words[i].word))) {
			*out_type = words[i].type;
			*out_subtype = words[i].subtype;
			return true;
		}
	return false;
}

bool wechat_time(struct parse *p, struct str s, int64_t *out_at_us)
{
	struct date d = { 0 };
	int64_t number;
	s = text_trim(s);
	if (str_int(s, 1, INT64_C(9999999999999), &number) == ERR_OK) {
		if (number < 100000000) /* before 1973: no time at all */
			return false;
		*out_at_us = number > INT64_C(99999999999) ? number * US_PER_MS : number * US_PER_S;
		return true;
	}
	if (!scan_ymd(&s, &d) || (!scan_char(&s, 'T') && scan_blanks(&s) == 0) || !scan_clock(&s, &d) || s.n > 0)
		return false;
	*out_at_us = parse_local(p, d);
	return true;
}
