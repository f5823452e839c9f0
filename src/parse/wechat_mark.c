/*
 * wechat_mark: what exporters write in the stead of what was sent, "[图片]" and the like; and a chat's name by its
 * file's. See wechat.h. Not here: the words themselves (wechat.c).
 */
#include "parse/scan.h"
#include "parse/wechat.h"

#define WORD_MAX 64u /* bytes of a word in brackets */

/* The word or words in the front of what stands in brackets that name a type: "文件|a.pdf" and "Audio 5\"" do. */
static bool type_of_inside(struct str inside, int64_t *out_type, int64_t *out_subtype, struct str *out_title)
{
	static const char *const ends[] = { "", "|", ":", " " };
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		struct str rest = inside, word = inside;
		if (i > 0 && !scan_until(&rest, str_of(ends[i]), &word))
			continue;
		int64_t type, subtype;
		if (word.n > WORD_MAX || !wechat_type_of_word(word, &type, &subtype) || type == WECHAT_TEXT ||
			type >= WECHAT_SYSTEM)
			continue;
		*out_type = type;
		*out_subtype = subtype;
		*out_title = i == 0 || type != WECHAT_APP ? (struct str){ NULL, 0 } : text_trim(rest);
		return true;
	}
	return false;
}

bool wechat_type_of_mark(struct str text, int64_t *out_type, int64_t *out_subtype, struct str *out_title)
{
	struct str rest = text_trim(text), inside, title;
	int64_t type, subtype;
	if (scan_text(&rest, STR("微信转账")) || scan_text(&rest, STR("Weixin Transfer"))) {
		*out_type = WECHAT_APP;
		*out_subtype = WECHAT_APP_TRANSFER;
		*out_title = text_trim(rest);
		return true;
	}
	(void)scan_char(&rest, '!');
	if (!scan_char(&rest, '[') || !scan_until(&rest, STR("]"), &inside) ||
		!type_of_inside(inside, &type, &subtype, &title))
		return false;
	/* "[图片]真好看" was typed; "[图片](http://…)", "[名片] 某人" and "[红包]大吉大利" were not */
	bool money = type == WECHAT_APP && (subtype == WECHAT_APP_PACKET || subtype == WECHAT_APP_TRANSFER);
	if (rest.n > 0 && rest.p[0] != '(' && rest.p[0] != ' ' && rest.p[0] != '\n' && !money)
		return false;
	if (title.n == 0 && rest.n > 0 && rest.p[0] != '(')
		title = text_trim(rest);
	*out_type = type;
	*out_subtype = subtype;
	*out_title = title;
	return true;
}

struct str wechat_chat_of_file(const struct source *in)
{
	struct str name = utf8_first(source_head(in)->file_name, PARSE_NAME_MAX); /* a file system promises no encoding */
	const char *dot = name.n > 0 ? memrchr(name.p, '.', name.n) : NULL;
	if (dot != NULL && dot > name.p)
		name.n = (size_t)(dot - name.p);
	return name.n > 0 ? name : STR("微信");
}
