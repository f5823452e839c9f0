/*
 * The formats there are, in the order they are tried; a new one is its file and its line in FORMATS.
 */
#include "parse/source.h"

#define FORMATS(X) \
	X(hearth_tsv) \
	X(telegram) \
	X(whatsapp) \
	X(discord_json) \
	X(discord_csv) \
	X(discord_txt) \
	X(chatlab) \
	X(slack) \
	X(rocketchat) \
	X(mattermost) \
	X(line) \
	X(welink) \
	X(wechat_memotrace) \
	X(wechat_pywxdump) \
	X(wechat_itchat) \
	X(wechat_weflow) \
	X(wechat_chatlog) \
	X(wechat_chatlog_csv) \
	X(wechat_chatlog_txt) \
	X(wechat_exporter) \
	X(qq_exporter) \
	X(zulip) \
	X(matrix) \
	X(qq) \
	X(irc) \
	X(irc_epoch) \
	X(irc_html)

#define DECLARE(name) extern const struct parse_format parse_##name;
#define LIST(name) &parse_##name,

FORMATS(DECLARE)

static const struct parse_format *const formats[] = { FORMATS(LIST) };


const char *parse_format_at(size_t index) { return index < COUNT_OF(formats) ? formats[index]->name : NULL; }

const char *parse_format_title(size_t index, bool chinese)
{
	if (index >= COUNT_OF(formats))
		return NULL;
	return chinese ? formats[index]->title_zh : formats[index]->title;
}

const struct parse_format *parse_format_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

const struct parse_format *parse_format_guess(const struct parse_head *head)
{
	const struct parse_format *best = NULL;
	int most = 0;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		int sure = formats[i]->sniff(head);
		if (sure > most) {
			most = sure;
			best = formats[i];
		}
	}
	return best;
}
