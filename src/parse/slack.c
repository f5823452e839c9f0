/*
 * Slack's export: a .zip of channels.json, users.json and a folder per channel with a file per day; or one day's file.
 *
 * Every file is a list, and each element says by its keys what it is: a message, a person, a channel, or a note about
 * an integration, which is none of our events. The tables lie above the folders, so they are read first (source.h); a
 * folder is named after its channel, or after a direct chat's id. A message's ts is its id, and counts microseconds.
 * Edits in full exports (message_changed) are events of the system: the message itself is there with its last text.
 * Not here: markup (slack_text.c).
 */
#include "parse/json_file.h"
#include "parse/scan.h"
#include "parse/slack.h"

#define SLACKBOT "USLACKBOT"
#define SECONDS_MAX INT64_C(9999999999)

struct slack {
	struct parse *p;
	struct source *in;
	int32_t group; /* -1 until the first message of a file */
	struct buf text;
};

static void shown(struct slack *s, const struct parse_node *m)
{
	struct str text = parse_node_text(m, "text");
	parse_skip(s->p, s->in, text.n ? text : STR("(a record that is no message, person or channel)"));
}

/* The first of these members that says something. */
static struct str first_text(const struct parse_node *n, const char *const *keys)
{
	struct str text = { NULL, 0 };
	for (; *keys != NULL && text.n == 0; keys++)
		text = text_trim(parse_node_text(n, *keys));
	return text;
}

/* ---- tables ---- */

static enum err on_user(struct slack *s, const struct parse_node *u)
{
	static const char *const shown_names[] = { "display_name", "display_name_normalized", "real_name", NULL };
	static const char *const names[] = { "real_name", "name", NULL };
	struct str id = parse_node_text(u, "id"), name = first_text(parse_node_get(u, "profile"), shown_names);
	int32_t person = parse_person_of(s->p, id, name.n > 0 ? name : first_text(u, names));
	if (person < 0)
		return ERR_LIMIT;
	if (parse_node_true(u, "is_bot") || str_eq(id, STR(SLACKBOT)))
		parse_person_set_bot(s->p, person);
	return ERR_OK;
}

/* Direct chats have no name, and their folders are called by their id. */
static enum err on_channel(struct slack *s, const struct parse_node *c)
{
	struct str name = parse_node_text(c, "name");
	if (name.n == 0)
		return ERR_OK;
	int32_t group = parse_group_of(s->p, parse_node_text(c, "id"), name);
	return group >= 0 && parse_group_alias(s->p, name, group) ? ERR_OK : ERR_LIMIT;
}

static enum err open_group(struct slack *s)
{
	const struct parse_head *head = source_head(s->in);
	struct str folder = utf8_first(head->folder, PARSE_NAME_MAX);
	struct str file = utf8_first(head->file_name, PARSE_NAME_MAX);
	if (str_ends(file, STR(".json")))
		file.n -= 5;
	s->group = parse_group_by_alias(s->p, folder);
	if (s->group < 0)
		s->group = parse_group_of(s->p, folder.n > 0 ? folder : file, folder);
	return s->group < 0 ? ERR_LIMIT : ERR_OK;
}

/* ---- messages ---- */

static bool time_of(struct str ts, int64_t *out_at_us)
{
	struct str seconds = { NULL, 0 };
	int64_t s, us = 0;
	if (!str_cut(&ts, '.', &seconds) || ts.p == NULL || str_int(seconds, 1, SECONDS_MAX, &s) != ERR_OK)
		return false;
	for (size_t i = 0; i < 6; i++)
		us = us * 10 + (i < ts.n && scan_is_digit(ts.p[i]) ? ts.p[i] - '0' : 0);
	*out_at_us = s * US_PER_S + us;
	return true;
}

static enum parse_kind kind_of(struct str subtype)
{
	static const struct {
		const char *subtype;
		enum parse_kind kind;
	} kinds[] = { { "bot_message", PARSE_TEXT }, { "thread_broadcast", PARSE_TEXT }, { "file_comment", PARSE_TEXT },
		{ "slackbot_response", PARSE_TEXT }, { "file_share", PARSE_MEDIA }, { "file_mention", PARSE_MEDIA },
		{ "me_message", PARSE_ACT }, { "channel_join", PARSE_JOIN }, { "group_join", PARSE_JOIN },
		{ "channel_leave", PARSE_LEAVE }, { "group_leave", PARSE_LEAVE }, { "tombstone", PARSE_RECALL },
		{ "message_deleted", PARSE_RECALL } };
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(subtype, str_of(kinds[i].subtype)))
			return kinds[i].kind;
	return subtype.n == 0 ? PARSE_TEXT : PARSE_SYSTEM;
}

/* Who did it: a person by his id, or a bot that has none. */
static enum err author_of(struct slack *s, const struct parse_node *m, struct parse_event *e)
{
	static const char *const names[] = { "display_name", "real_name", "name", NULL };
	struct str user = parse_node_text(m, "user"), bot = parse_node_text(m, "bot_id"), name = { NULL, 0 };
	if (user.n == 0)
		user = parse_node_text(parse_node_get(m, "comment"), "user");
	if (user.n == 0 || str_eq(user, STR(SLACKBOT))) {
		struct str meant = parse_node_text(parse_node_get(m, "previous_message"), "user");
		user = meant.n > 0 ? meant : user;
	}
	if (user.n > 0) {
		if (parse_person_find(s->p, user) < 0)
			name = first_text(parse_node_get(m, "user_profile"), names);
		e->author = parse_person_of(s->p, user, name);
		/* his word, spoken by an app; that he is a bot himself only users.json can say */
		if (bot.n > 0)
			e->flags |= PARSE_BOT;
	} else {
		name = parse_node_text(m, "username");
		if (name.n == 0)
			name = parse_node_text(parse_node_get(m, "bot_profile"), "name");
		bot = bot.n > 0 ? bot : name;
		if (bot.n == 0)
			return ERR_OK;
		e->author = parse_person_of(s->p, bot, name);
	}
	if (e->author < 0)
		return ERR_LIMIT;
	if (user.n == 0 || str_eq(user, STR(SLACKBOT)))
		parse_person_set_bot(s->p, e->author);
	return ERR_OK;
}

/* What somebody wrote; beside files of old there is only a sentence of Slack's around it. */
static struct str markup_of(const struct parse_node *m, enum parse_kind kind)
{
	const struct parse_node *file = parse_node_get(m, "file"); /* of old; today they are files */
	struct str comment = parse_node_text(parse_node_get(m, "comment"), "comment");
	if (comment.n > 0)
		return comment;
	if (kind == PARSE_MEDIA && file != NULL) /* "<@U1> uploaded a file: <…> and commented: …" */
		return parse_node_text(parse_node_get(file, "initial_comment"), "comment");
	return parse_node_text(m, "text");
}

/* That as a reader sees it, or, of bots who wrote nothing, the plain form of what they attached. */
static void text_of(struct slack *s, const struct parse_node *m, struct str text, struct parse_event *e)
{
	const struct parse_node *attached = parse_node_get(m, "attachments"), *files = parse_node_get(m, "files");
	if (e->kind == PARSE_TEXT && files != NULL && files->kind == JSON_LIST && files->count > 0)
		e->kind = PARSE_MEDIA;
	buf_clear(&s->text);
	slack_text(s->p, text, &s->text);
	if (attached != NULL && attached->kind == JSON_LIST && text.n == 0)
		for (const struct parse_node *a = parse_node_first(attached); a != NULL && s->text.n <= PARSE_TEXT_MAX;
			a = parse_node_next(attached, a)) {
			struct str plain = parse_node_text(a, "fallback");
			if (plain.n > 0 && s->text.n > 0)
				buf_add_char(&s->text, '\n');
			slack_text(s->p, plain, &s->text);
		}
	e->text = buf_str(&s->text);
}

/* Whom talk answers or first mentions. Slackbot stands in the place of those whose message is gone. */
static enum err target_of(struct slack *s, const struct parse_node *m, struct str text, struct parse_event *e)
{
	struct str thread = parse_node_text(m, "thread_ts"), id = { NULL, 0 };
	e->topic = thread;
	if (thread.n > 0 && !str_eq(thread, e->id)) {
		e->target = parse_author_of(s->p, e->group, thread);
		id = parse_node_text(m, "parent_user_id");
	}
	if (e->target < 0 && (id.n == 0 || str_eq(id, STR(SLACKBOT))))
		id = slack_mentioned(text);
	if (e->target < 0 && id.n > 0 && (e->target = parse_person_of(s->p, id, (struct str){ NULL, 0 })) < 0)
		return ERR_LIMIT;
	return ERR_OK;
}

static enum err on_message(struct slack *s, const struct parse_node *m)
{
	struct parse_event e = { .author = PARSE_NOBODY, .target = PARSE_NOBODY, .id = parse_node_text(m, "ts") };
	struct str inviter = parse_node_text(m, "inviter");
	if (!time_of(e.id, &e.at_us)) {
		shown(s, m);
		return ERR_OK;
	}
	if (s->group < 0)
		TRY(open_group(s));
	e.group = s->group;
	e.kind = kind_of(parse_node_text(m, "subtype"));
	TRY(author_of(s, m, &e));
	if (e.author < 0 && e.kind != PARSE_SYSTEM) {
		shown(s, m);
		return ERR_OK;
	}
	bool talk = e.kind == PARSE_TEXT || e.kind == PARSE_MEDIA || e.kind == PARSE_ACT;
	struct str text = markup_of(m, e.kind);
	if (talk)
		TRY(target_of(s, m, text, &e));
	if (talk || e.kind == PARSE_SYSTEM)
		text_of(s, m, text, &e);
	if (e.kind == PARSE_JOIN && inviter.n > 0 &&
		(e.target = parse_person_of(s->p, inviter, (struct str){ NULL, 0 })) < 0)
		return ERR_LIMIT;
	if (talk)
		parse_remember(s->p, e.group, e.id, e.author);
	return parse_tell(s->p, &e);
}

/* ---- files ---- */

static enum err on_element(void *arg, size_t pattern, const struct parse_node *x)
{
	struct slack *s = arg;
	if (parse_node_get(x, "ts") != NULL)
		return on_message(s, x);
	bool has_id = parse_node_text(x, "id").n > 0;
	if (has_id && parse_node_get(x, "profile") != NULL)
		return on_user(s, x);
	if (has_id && (parse_node_get(x, "members") != NULL || parse_node_get(x, "creator") != NULL))
		return on_channel(s, x);
	if (parse_node_get(x, "change_type") == NULL)
		shown(s, x);
	return ERR_OK;
}

static enum err slack_read(struct parse *p, struct source *in)
{
	static const char *const elements[] = { "[]", NULL };
	static const char *const ignored[] = { "blocks", "reactions", "replies", "reply_users", NULL };
	struct slack s = { .p = p, .in = in, .group = -1, .text = BUF(8 * (size_t)PARSE_TEXT_MAX) };
	struct parse_json walk = { .elements = elements, .ignored = ignored, .element = on_element, .arg = &s };
	enum err e = parse_json_file(p, in, &walk);
	buf_free(&s.text);
	return e;
}

/* "ts": "1516454398.000069" */
static bool has_stamp(struct str text)
{
	struct str before;
	int64_t at_us;
	while (scan_until(&text, STR("\"ts\""), &before)) {
		struct str value = str_trim(text), ts;
		if (!scan_char(&value, ':'))
			continue;
		value = str_trim(value);
		if (scan_char(&value, '"') && scan_until(&value, STR("\""), &ts) && ts.n >= 16 && ts.n <= 17 &&
			ts.p[ts.n - 7] == '.' && time_of(ts, &at_us))
			return true;
	}
	return false;
}

/* Tables and days that are empty have nothing but their name. */
static bool is_empty_list(const struct parse_head *head)
{
	static const char *const tables[] = { "channels.json", "groups.json", "dms.json", "mpims.json", "users.json",
		"integration_logs.json" };
	struct str list = str_trim(head->text), day = head->file_name;
	struct date d;
	if (!head->whole || !scan_char(&list, '[') || !str_eq(str_trim(list), STR("]")))
		return false;
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		if (str_eq(head->file_name, str_of(tables[i])))
			return true;
	return scan_ymd(&day, &d) && str_eq(day, STR(".json"));
}

static bool has_keys(const struct parse_head *head, const char *const *keys)
{
	while (*keys != NULL && parse_head_has_key(head, *keys))
		keys++;
	return *keys == NULL;
}

static int slack_sniff(const struct parse_head *head)
{
	static const char *const user[] = { "id", "team_id", "profile", NULL };
	static const char *const channel[] = { "id", "created", "members", NULL };
	static const char *const integration[] = { "user_id", "change_type", "date", NULL };
	struct str text = str_trim(head->text);
	if (text.n == 0 || text.p[0] != '[')
		return 0;
	if (parse_head_has_key(head, "type") && str_find(text, STR("\"message\"")) >= 0 && has_stamp(text))
		return 92;
	if (has_keys(head, user) || has_keys(head, channel) || has_keys(head, integration))
		return 75;
	return is_empty_list(head) ? 50 : 0;
}

const struct parse_format parse_slack = {
	.name = "slack",
	.title = "Slack (export, .zip or one day's .json)",
	.title_zh = "Slack（导出的 .zip，或其中一天的 .json）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES | PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT |
		PARSE_KNOWS_REPLIES,
	.sniff = slack_sniff,
	.read = slack_read,
};
