/*
 * discord_json: DiscordChatExporter's JSON, one channel a file. A channel exported in parts is one group, by its id.
 *
 * Who leaves a server leaves no trace; who joins one does so only in its welcome channel: a group knows of joins once
 * one was seen. Called through formats.c. Not here: CSV and text (discord_text.c), bridges (bridge.c).
 */
#include "parse/discord.h"
#include "parse/json_file.h"
#include "parse/scan.h"

struct reader {
	struct parse *p;
	struct source *in;
	int32_t group;          /* -1 until the first message */
	struct buf id, name, guild, type;
};

static enum err on_scalar(void *arg, struct str path, const struct parse_node *value)
{
	struct reader *r = arg;
	const struct {
		const char *path;
		struct buf *into;
	} wanted[] = { { "channel.id", &r->id }, { "channel.name", &r->name }, { "guild.name", &r->guild },
		{ "channel.type", &r->type } };
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		if (!str_eq(path, str_of(wanted[i].path)))
			continue;
		buf_clear(wanted[i].into);
		buf_add(wanted[i].into, utf8_first(value->text, PARSE_NAME_MAX / 3));
	}
	return ERR_OK;
}

static enum err open_group(struct reader *r)
{
	struct buf name = BUF(PARSE_NAME_MAX);
	bool direct = str_starts(buf_str(&r->type), STR("Direct"));
	if (!direct && r->guild.n > 0) {
		buf_add(&name, buf_str(&r->guild));
		buf_add(&name, STR(" / "));
	}
	buf_add(&name, buf_str(&r->name));
	struct str key = buf_str(&r->id), by_file, ignored;
	if (key.n == 0)
		key = discord_channel_of_name(source_head(r->in)->file_name, &by_file, &ignored) ? by_file
												 : STR("discord");
	r->group = parse_group_of(r->p, key, buf_str(&name));
	if (r->group >= 0 && str_eq(buf_str(&r->type), STR("DirectGroupTextChat")))
		parse_add_known(r->p, r->group, PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES);
	buf_free(&name);
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

/* The person an "author" or a mention names, or -1. */
static int32_t person_of(struct reader *r, const struct parse_node *who)
{
	struct str id = parse_node_text(who, "id"), name = parse_node_text(who, "nickname");
	if (name.n == 0)
		name = parse_node_text(who, "name");
	if (id.n == 0)
		id = name;
	int32_t person = parse_person_of(r->p, id, name);
	if (person >= 0 && parse_node_true(who, "isBot"))
		parse_person_set_bot(r->p, person);
	return person;
}

/* Whom the message answers or first mentions; PARSE_NOBODY. */
static enum err target_of(struct reader *r, const struct parse_node *m, int32_t *out_target)
{
	struct str id = parse_node_text(parse_node_get(m, "reference"), "messageId");
	int32_t target = id.n ? parse_author_of(r->p, r->group, id) : PARSE_NOBODY;
	const struct parse_node *first = parse_node_at(parse_node_get(m, "mentions"), 0);
	if (target < 0 && first != NULL && first->kind == JSON_OBJECT) {
		target = person_of(r, first);
		if (target < 0)
			return ERR_LIMIT;
	}
	*out_target = target;
	return ERR_OK;
}

enum what { TALK, JOIN, ADD, REMOVE, NOTICE };

static enum what what_of(struct str type)
{
	static const struct {
		const char *type;
		enum what what;
	} types[] = {
		{ "Default", TALK },
		{ "0", TALK },
		{ "Reply", TALK },
		{ "19", TALK },
		{ "ChatInputCommand", TALK },
		{ "20", TALK },
		{ "ThreadStarterMessage", TALK },
		{ "21", TALK },
		{ "ContextMenuCommand", TALK },
		{ "23", TALK },
		{ "GuildMemberJoin", JOIN },
		{ "7", JOIN },
		{ "RecipientAdd", ADD },
		{ "1", ADD },
		{ "RecipientRemove", REMOVE },
		{ "2", REMOVE },
	};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(type, str_of(types[i].type)))
			return types[i].what;
	return NOTICE;
}

static enum err tell_notice(struct reader *r, const struct parse_node *m, int64_t at_us, enum what what)
{
	struct parse_event e = { .at_us = at_us,
		.group = r->group,
		.target = PARSE_NOBODY,
		.id = parse_node_text(m, "id"),
		.text = parse_node_text(m, "content"),
		.kind = PARSE_SYSTEM };
	const struct parse_node *whom = parse_node_at(parse_node_get(m, "mentions"), 0);
	int32_t by = person_of(r, parse_node_get(m, "author"));
	if (by < 0)
		return ERR_LIMIT;
	e.author = by;
	if (what == JOIN) {
		e.kind = PARSE_JOIN;
		parse_add_known(r->p, r->group, PARSE_KNOWS_JOINS);
	} else if (what == ADD || what == REMOVE) {
		int32_t person = whom && whom->kind == JSON_OBJECT ? person_of(r, whom) : by;
		if (person < 0)
			return ERR_LIMIT;
		if (what == ADD)
			e.kind = PARSE_JOIN;
		else
			e.kind = person == by ? PARSE_LEAVE : PARSE_REMOVED;
		e.author = person;
		e.target = person == by ? PARSE_NOBODY : by;
	}
	return parse_tell(r->p, &e);
}

static bool has_items(const struct parse_node *m, const char *key)
{
	const struct parse_node *list = parse_node_get(m, key);
	return list != NULL && list->kind == JSON_LIST && list->count > 0;
}

static enum err tell_talk(struct reader *r, const struct parse_node *m, int64_t at_us)
{
	const struct parse_node *author = parse_node_get(m, "author");
	struct discord_said said = {
		.at_us = at_us, .id = parse_node_text(m, "id"), .text = parse_node_text(m, "content")
	};
	said.author_key = parse_node_text(author, "id");
	said.author_name = parse_node_text(author, "nickname");
	if (said.author_name.n == 0)
		said.author_name = parse_node_text(author, "name");
	if (said.author_key.n == 0)
		said.author_key = said.author_name;
	said.bot = parse_node_true(author, "isBot");
	if (said.text.n == 0)
		said.text = parse_node_text(parse_node_get(m, "forwardedMessage"), "content");
	said.media =
		has_items(m, "attachments") || has_items(m, "stickers") || (said.text.n == 0 && has_items(m, "embeds"));
	TRY(target_of(r, m, &said.target));
	return discord_tell(r->p, r->group, &said);
}

static enum err on_message(void *arg, size_t pattern, const struct parse_node *m)
{
	struct reader *r = arg;
	int64_t at_us;
	if (r->group < 0)
		TRY(open_group(r));
	const struct parse_node *author = parse_node_get(m, "author");
	bool named = parse_node_text(author, "id").n > 0 || parse_node_text(author, "name").n > 0;
	if (!named || date_parse(parse_node_text(m, "timestamp"), &at_us) != ERR_OK) {
		struct str shown = parse_node_text(m, "content");
		parse_skip(r->p, r->in, shown.n ? shown : STR("(a message without author or time)"));
		return ERR_OK;
	}
	enum what what = what_of(parse_node_text(m, "type"));
	return what == TALK ? tell_talk(r, m, at_us) : tell_notice(r, m, at_us, what);
}

static enum err discord_json_read(struct parse *p, struct source *in)
{
	static const char *const elements[] = { "messages[]", NULL };
	static const char *const ignored[] = { "reactions", "roles", "inlineEmojis", NULL };
	struct reader r = { .p = p, .in = in, .group = -1, .id = BUF(PARSE_NAME_MAX), .name = BUF(PARSE_NAME_MAX),
		.guild = BUF(PARSE_NAME_MAX), .type = BUF(PARSE_NAME_MAX) };
	struct parse_json walk = {
		.elements = elements, .ignored = ignored, .element = on_message, .scalar = on_scalar, .arg = &r
	};
	enum err e = parse_json_file(p, in, &walk);
	if (e == ERR_OK && r.group < 0)
		e = open_group(&r); /* an empty channel is one all the same */
	buf_free(&r.id);
	buf_free(&r.name);
	buf_free(&r.guild);
	buf_free(&r.type);
	return e;
}

static int discord_json_sniff(const struct parse_head *head)
{
	return parse_head_is_json(head) && parse_head_has_key(head, "guild") && parse_head_has_key(head, "channel") &&
	       parse_head_has_key(head, "messages") ? 95 : 0;
}

const struct parse_format parse_discord_json = {
	.name = "discord",
	.title = "Discord (DiscordChatExporter, JSON)",
	.title_zh = "Discord（DiscordChatExporter 导出的 JSON）",
	.knows = PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT | PARSE_KNOWS_REPLIES,
	.sniff = discord_json_sniff,
	.read = discord_json_read,
};
