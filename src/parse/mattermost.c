/*
 * Mattermost's bulk export: JSON values, a line each: version, teams, channels, users, bots, then posts with the
 * replies inside them; the same of direct chats.
 *
 * Posts have no ids; a thread is called by its root's time. Replies stand with their root, so their times run ahead of
 * the file. Newer servers write what the system tells as a type, older ones only as a sentence, which is believed when
 * it names him who posted it, or somebody who is known was removed. Called through formats.c. Not here: JSON (json_file.c).
 */
#include <stdio.h>

#include "parse/json_file.h"
#include "parse/scan.h"

#define MS_MAX INT64_C(253402300799999) /* the end of year 9999 */

struct mattermost {
	struct parse *p;
	struct source *in;
	struct buf key, text;
};

static void shown(struct mattermost *m, const struct parse_node *x)
{
	struct str text = parse_node_text(x, "message");
	parse_skip(m->p, m->in, text.n ? text : STR("(a record without channel, author or time)"));
}

/* ---- tables ---- */

/* Channels are told apart by their team; direct chats by who is in them. False: the record names none. */
static bool make_key(struct mattermost *m, const struct parse_node *x, const char *channel)
{
	const struct parse_node *members = parse_node_get(x, "channel_members");
	struct str team = parse_node_text(x, "team"), name = parse_node_text(x, channel);
	members = members != NULL ? members : parse_node_get(x, "members");
	buf_clear(&m->key);
	if (name.n > 0) {
		buf_add(&m->key, utf8_first(team, PARSE_NAME_MAX / 2));
		buf_add_char(&m->key, '/');
		buf_add(&m->key, utf8_first(name, PARSE_NAME_MAX / 2));
	} else if (members != NULL && members->kind == JSON_LIST) {
		for (const struct parse_node *c = parse_node_first(members); c != NULL && m->key.n < PARSE_NAME_MAX;
			c = parse_node_next(members, c)) {
			buf_add(&m->key, m->key.n > 0 ? STR(", ") : STR("@"));
			buf_add(&m->key, utf8_first(c->text, PARSE_NAME_MAX));
		}
	}
	return m->key.n > 1 && !m->key.failed;
}

static enum err on_channel(struct mattermost *m, const struct parse_node *c)
{
	if (!make_key(m, c, "name"))
		shown(m, c);
	else if (parse_group_of(m->p, buf_str(&m->key), parse_node_text(c, "display_name")) < 0)
		return ERR_LIMIT;
	return ERR_OK;
}

static enum err on_person(struct mattermost *m, const struct parse_node *u, bool bot)
{
	struct str username = parse_node_text(u, "username"), name = text_trim(parse_node_text(u, "nickname"));
	struct str first = parse_node_text(u, "first_name"), last = parse_node_text(u, "last_name");
	if (username.n == 0) {
		shown(m, u);
		return ERR_OK;
	}
	if (name.n == 0)
		name = text_trim(parse_node_text(u, "display_name"));
	if (name.n == 0) {
		buf_clear(&m->text);
		buf_print(&m->text, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(last));
		name = text_trim(buf_str(&m->text));
	}
	int32_t person = parse_person_of(m->p, username, name.n > 0 ? name : username);
	if (person < 0)
		return ERR_LIMIT;
	if (bot)
		parse_person_set_bot(m->p, person);
	return ERR_OK;
}

/* ---- posts ---- */

struct told {
	enum parse_kind kind;
	struct str who;  /* whom it concerns, where that is another than he who posted it */
	bool of_another; /* … which it is, whether named or not */
};

static bool told_by_type(struct str type, const struct parse_node *props, struct told *out)
{
	static const struct {
		const char *type, *whom;
		enum parse_kind kind;
	} types[] = { { "system_join_channel", NULL, PARSE_JOIN }, { "system_join_team", NULL, PARSE_JOIN },
		{ "system_guest_join_channel", NULL, PARSE_JOIN }, { "system_leave_channel", NULL, PARSE_LEAVE },
		{ "system_leave_team", NULL, PARSE_LEAVE },
		{ "system_add_to_channel", "addedUsername", PARSE_JOIN },
		{ "system_add_guest_to_chan", "addedUsername", PARSE_JOIN },
		{ "system_add_to_team", "addedUsername", PARSE_JOIN },
		{ "system_remove_from_channel", "removedUsername", PARSE_REMOVED },
		{ "system_remove_from_team", "removedUsername", PARSE_REMOVED }, { "me", NULL, PARSE_ACT } };
	*out = (struct told){ .kind = PARSE_SYSTEM };
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(type, str_of(types[i].type))) {
			out->kind = types[i].kind;
			out->of_another = types[i].whom != NULL;
			if (out->of_another)
				out->who = parse_node_text(props, types[i].whom);
			return true;
		}
	return str_starts(type, STR("system_"));
}

/* "ann joined the channel.", "bo added to the channel by ann.", as servers of old wrote them, and not a word more. */
static bool told_by_sentence(const struct mattermost *m, struct str text, struct str user, struct told *out)
{
	static const struct {
		const char *words;
		enum parse_kind kind;
		bool of_another;
	} sentences[] = {
		{ " joined the channel.", PARSE_JOIN, false },
		{ " has joined the channel.", PARSE_JOIN, false },
		{ " joined the team.", PARSE_JOIN, false },
		{ " left the channel.", PARSE_LEAVE, false },
		{ " has left the channel.", PARSE_LEAVE, false },
		{ " left the team.", PARSE_LEAVE, false },
		{ " added to the channel by ", PARSE_JOIN, true },
		{ " was added to the channel by ", PARSE_JOIN, true },
		{ " added to the team by ", PARSE_JOIN, true },
		{ " was removed from the channel.", PARSE_REMOVED, true },
		{ " removed from the channel.", PARSE_REMOVED, true },
		{ " was removed from the team.", PARSE_REMOVED, true },
	};
	for (size_t i = 0; i < COUNT_OF(sentences); i++) {
		struct str by = text, who = { NULL, 0 };
		if (!scan_until(&by, str_of(sentences[i].words), &who) || parse_person_find(m->p, who) < 0)
			continue;
		bool named = by.n == 0 ? sentences[i].kind == PARSE_REMOVED || str_eq(who, user) :
			scan_text(&by, user) && str_eq(by, STR("."));
		if (!named)
			continue;
		*out = (struct told){ sentences[i].kind, who, sentences[i].of_another };
		return true;
	}
	return false;
}

/* The first @name of somebody who is known. */
static int32_t mentioned(const struct mattermost *m, struct str text)
{
	struct str before;
	while (scan_until(&text, STR("@"), &before)) {
		size_t n = 0;
		while (n < text.n && (scan_is_alnum(text.p[n]) || memchr("._-", text.p[n], 3) != NULL))
			n++;
		while (n > 0 && text.p[n - 1] == '.')
			n--;
		int32_t person = n > 0 ? parse_person_find(m->p, str_first(text, n)) : PARSE_NOBODY;
		if (person >= 0)
			return person;
	}
	return PARSE_NOBODY;
}

static void look_at_talk(const struct mattermost *m, const struct parse_node *post, struct parse_event *e)
{
	const struct parse_node *files = parse_node_get(post, "attachments"), *props = parse_node_get(post, "props");
	if (str_eq(parse_node_text(props, "from_bot"), STR("true")) ||
		str_eq(parse_node_text(props, "from_webhook"), STR("true")))
		e->flags |= PARSE_BOT;
	if (e->kind == PARSE_TEXT && files != NULL && files->kind == JSON_LIST && files->count > 0)
		e->kind = PARSE_MEDIA;
	if (e->kind == PARSE_ACT && e->text.n > 2 && e->text.p[0] == '*' && str_ends(e->text, STR("*")))
		e->text = (struct str){ e->text.p + 1, e->text.n - 2 };
	if (e->target < 0)
		e->target = mentioned(m, e->text);
}

/* He whom it concerns did not post it: his name stands in the record, or in the sentence. */
static enum err swap(struct mattermost *m, const struct told *told, struct str user, struct parse_event *e)
{
	struct told said = *told;
	if (said.who.n == 0 && !told_by_sentence(m, e->text, user, &said)) {
		e->kind = PARSE_SYSTEM;
		return ERR_OK;
	}
	e->target = e->author;
	e->author = parse_person_of(m->p, said.who, (struct str){ NULL, 0 });
	return e->author < 0 ? ERR_LIMIT : ERR_OK;
}

/* io: group, topic and target (the root's author) as they are for this post; then also its author. */
static enum err tell_post(struct mattermost *m, const struct parse_node *post, struct parse_event *io)
{
	struct str user = parse_node_text(post, "user"), type = parse_node_text(post, "type");
	struct told told;
	int64_t ms;
	if (user.n == 0 || !parse_node_int(post, "create_at", &ms) || ms <= 0 || ms > MS_MAX) {
		shown(m, post);
		io->author = PARSE_NOBODY;
		return ERR_OK;
	}
	if ((io->author = parse_person_of(m->p, user, (struct str){ NULL, 0 })) < 0)
		return ERR_LIMIT;
	struct parse_event e = *io;
	e.at_us = ms * US_PER_MS;
	e.text = parse_node_text(post, "message");
	e.kind = PARSE_TEXT;
	if (told_by_type(type, parse_node_get(post, "props"), &told) ||
		(type.n == 0 && told_by_sentence(m, e.text, user, &told))) {
		e.kind = told.kind;
		if (told.of_another)
			TRY(swap(m, &told, user, &e));
	}
	if (e.kind == PARSE_TEXT || e.kind == PARSE_ACT)
		look_at_talk(m, post, &e);
	else if (e.kind != PARSE_SYSTEM)
		e.text = (struct str){ NULL, 0 };
	return parse_tell(m->p, &e);
}

static enum err on_post(struct mattermost *m, const struct parse_node *post)
{
	struct parse_event e = { .target = PARSE_NOBODY };
	const struct parse_node *replies = parse_node_get(post, "replies");
	if (!make_key(m, post, "channel")) {
		shown(m, post);
		return ERR_OK;
	}
	if ((e.group = parse_group_of(m->p, buf_str(&m->key), (struct str){ NULL, 0 })) < 0)
		return ERR_LIMIT;
	bool thread = replies != NULL && replies->kind == JSON_LIST && replies->count > 0;
	if (thread)
		e.topic = parse_node_text(post, "create_at");
	TRY(tell_post(m, post, &e));
	e.target = e.author;
	const struct parse_node *c = thread ? parse_node_first(replies) : NULL;
	for (; c != NULL; c = parse_node_next(replies, c)) {
		struct parse_event reply = e;
		TRY(tell_post(m, c, &reply));
	}
	return ERR_OK;
}

/* ---- the format ---- */

static const char *const passed_over[] = { "version", "info", "role", "scheme", "team", "emoji" };

static enum err on_element(void *arg, size_t pattern, const struct parse_node *x)
{
	struct mattermost *m = arg;
	struct str type = parse_node_text(x, "type");
	char key[16];
	snprintf(key, sizeof key, STR_FMT, STR_ARG(type));
	const struct parse_node *what = parse_node_get(x, key);
	if (str_eq(type, STR("post")) || str_eq(type, STR("direct_post")))
		return on_post(m, what);
	if (str_eq(type, STR("channel")) || str_eq(type, STR("direct_channel")))
		return on_channel(m, what);
	if (str_eq(type, STR("user")) || str_eq(type, STR("bot")))
		return on_person(m, what, str_eq(type, STR("bot")));
	for (size_t i = 0; i < COUNT_OF(passed_over); i++)
		if (str_eq(type, str_of(passed_over[i])))
			return ERR_OK;
	parse_skip(m->p, m->in, type.n > 0 ? type : STR("(a record without type)"));
	return ERR_OK;
}

static enum err mattermost_read(struct parse *p, struct source *in)
{
	static const char *const elements[] = { "", NULL };
	static const char *const ignored[] = { "reactions", "notify_props", "teams", "flagged_by", NULL };
	struct mattermost m = {
		.p = p, .in = in, .key = BUF(4 * PARSE_NAME_MAX), .text = BUF(4 * (size_t)PARSE_JSON_ELEMENT_MAX)
	};
	struct parse_json walk = {
		.elements = elements, .ignored = ignored, .element = on_element, .arg = &m, .rows = true
	};
	enum err e = parse_json_file(p, in, &walk);
	buf_free(&m.key);
	buf_free(&m.text);
	return e;
}

/* {"type":"X","X":… where X is one of ours: the file, or a part of it. */
static int mattermost_sniff(const struct parse_head *head)
{
	static const char *const types[] = { "version", "team", "channel", "user", "bot", "post", "direct_channel",
		"direct_post", "role", "scheme", "emoji" };
	struct str s = str_trim(head->text), before, type;
	if (!scan_char(&s, '{') || !scan_until(&s, STR("\"type\""), &before) || str_trim(before).n > 0)
		return 0;
	s = str_trim(s);
	if (!scan_char(&s, ':') || !scan_until(&s, STR("\""), &before) || !scan_until(&s, STR("\""), &type))
		return 0;
	s = str_trim(s);
	if (!scan_char(&s, ',') || !scan_until(&s, STR("\""), &before) || !scan_text(&s, type) || !scan_char(&s, '"'))
		return 0;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(type, str_of(types[i])))
			return 90;
	return 0;
}

const struct parse_format parse_mattermost = {
	.name = "mattermost",
	.title = "Mattermost (bulk export, JSONL)",
	.title_zh = "Mattermost（批量导出的 JSONL）",
	.knows = PARSE_KNOWS_JOINS | PARSE_KNOWS_LEAVES | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT | PARSE_KNOWS_REPLIES,
	.sniff = mattermost_sniff,
	.read = mattermost_read,
};
