/*
 * zulip: the public archive (zulip-archive): a folder per stream ("141825-kbb"), a file per topic ("PRing.json"), which
 * is a list of messages in HTML. A zip of the folders is read file by file.
 *
 * A group is a stream. People are names only; nobody knows who came or went. A message stands in the files of both
 * topics where it was moved: the second is passed over as long as the first is among those remembered. The
 * "Notification Bot" announces such moves: what it says is the system's. Messages are in order within a topic only.
 * Called through formats.c. Not here: HTML (html.c).
 */
#include "parse/html.h"
#include "parse/json_file.h"
#include "parse/scan.h"

#define REALM INT32_MAX  /* the "group" under which ids are remembered: they are unique in all streams */
#define TAGS_MAX 4096u   /* looked at in one message */

struct reader {
	struct parse *p;
	struct source *in;
	int32_t group;
	struct buf topic, text;
};

/* ---- streams and topics ---- */

static int hex(char c)
{
	return scan_is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "new.20members" → "new members": file names carry ".XX" for what a URL cannot; a dot that is none of these means that
 * the name was not written so. */
static enum err spell_out(struct str name, struct buf *out)
{
	buf_clear(out);
	bool escaped = true;
	for (size_t i = 0; i < name.n; i++)
		escaped = escaped && (name.p[i] != '.' || (i + 2 < name.n && hex(name.p[i + 1]) >= 0 && hex(name.p[i + 2]) >= 0));
	for (size_t i = 0; i < name.n; i++)
		if (escaped && name.p[i] == '.') {
			buf_add_char(out, (char)(hex(name.p[i + 1]) * 16 + hex(name.p[i + 2])));
			i += 2;
		} else {
			buf_add_char(out, name.p[i]);
		}
	TRY(buf_end(out));
	if (utf8_ok(buf_str(out)))
		return ERR_OK;
	buf_clear(out);
	buf_add(out, utf8_first(name, PARSE_NAME_MAX));
	return buf_end(out);
}

/* The innermost folder, if it is a stream's: "141825-kbb" → 141825 and kbb. */
static bool stream_of(struct str folder, struct str *out_id, struct str *out_name)
{
	const char *slash = folder.n > 0 ? memrchr(folder.p, '/', folder.n) : NULL;
	struct str name = slash != NULL ? str_from(folder, (size_t)(slash - folder.p) + 1) : folder, id = name;
	while (name.n > 0 && scan_is_digit(name.p[0]))
		scan_drop(&name, 1);
	id.n -= name.n;
	if (id.n == 0 || !scan_char(&name, '-') || name.n == 0)
		return false;
	*out_id = id;
	*out_name = name;
	return true;
}

static enum err open_group(struct reader *r)
{
	const struct parse_head *head = source_head(r->in);
	struct str topic = head->file_name, id, stream;
	struct buf name CLEANUP(buf_free) = BUF(PARSE_LINE_MAX);
	topic.n -= str_ends(topic, STR(".json")) ? strlen(".json") : 0;
	TRY(spell_out(topic, &r->topic));
	topic = buf_str(&r->topic);
	if (stream_of(head->folders, &id, &stream)) {
		TRY(spell_out(stream, &name));
	} else {
		id = topic.n > 0 ? topic : STR("zulip");
		buf_add(&name, id);
	}
	r->group = parse_group_of(r->p, id, buf_str(&name));
	return r->group < 0 ? ERR_LIMIT : ERR_OK;
}

/* ---- what a message says ---- */

struct content {
	bool media;
	struct str near;      /* the id of the message that is quoted */
	struct str mentioned; /* a name, perhaps with '@' */
	struct str answer;    /* the HTML behind what is quoted */
};

/* ".../near/134090561" */
static struct str near_of(struct str link)
{
	struct str before, id = link;
	if (!scan_until(&id, STR("/near/"), &before))
		return (struct str){ NULL, 0 };
	size_t n = 0;
	while (n < id.n && scan_is_digit(id.p[n]))
		n++;
	return str_first(id, n);
}

/* What the tags tell: pictures, who is mentioned first, which message is quoted. */
static void read_tags(struct str html, struct content *c)
{
	struct str before, attributes, value, rest = html;
	c->answer = html;
	for (unsigned i = 0; i < TAGS_MAX && scan_until(&rest, STR("<"), &before); i++) {
		struct str tag = { rest.p - 1, rest.n + 1 };
		if (html_tag(&tag, "img", &attributes) || html_tag(&tag, "video", &attributes) ||
			html_tag(&tag, "audio", &attributes)) {
			c->media = c->media ||
				!(html_attribute(attributes, "class", &value) && str_find(value, STR("emoji")) >= 0);
		} else if (html_tag(&tag, "a", &attributes) && html_attribute(attributes, "href", &value)) {
			c->media = c->media || str_find(value, STR("/user_uploads/")) >= 0;
			if (c->near.n == 0)
				c->near = near_of(value);
		} else if (c->mentioned.n == 0 && html_tag(&tag, "span", &attributes) &&
			html_attribute(attributes, "class", &value) && str_starts(value, STR("user-mention")) &&
			!(html_attribute(attributes, "data-user-id", &value) && str_eq(value, STR("*")))) {
			(void)scan_until(&tag, STR("<"), &c->mentioned);
		} else if (c->near.n > 0 && html_tag(&tag, "blockquote", &attributes)) {
			struct str quote;
			if (scan_until(&tag, STR("</blockquote>"), &quote))
				c->answer = rest = tag;
		}
	}
}

static enum err target_of(struct reader *r, const struct content *c, int32_t *out_target)
{
	struct str name = text_trim(c->mentioned);
	*out_target = parse_author_of(r->p, REALM, c->near);
	(void)scan_char(&name, '@');
	if (*out_target >= 0 || name.n == 0 || name.n > PARSE_NAME_MAX)
		return ERR_OK;
	struct buf spelled CLEANUP(buf_free) = BUF(PARSE_NAME_MAX);
	html_text(name, &spelled);
	*out_target = parse_person_of(r->p, buf_str(&spelled), buf_str(&spelled));
	return *out_target < 0 ? ERR_LIMIT : ERR_OK;
}

static enum err tell(struct reader *r, struct parse_event *e, struct str name, struct str html)
{
	struct content c = { .media = false };
	read_tags(html, &c);
	buf_clear(&r->text);
	html_text(c.answer, &r->text);
	TRY(buf_end(&r->text));
	e->text = str_trim(buf_str(&r->text));
	if (str_eq(name, STR("Notification Bot"))) {
		e->kind = PARSE_SYSTEM;
		return parse_tell(r->p, e);
	}
	TRY(target_of(r, &c, &e->target));
	e->kind = c.media ? PARSE_MEDIA : PARSE_TEXT;
	if (scan_text(&e->text, STR("/me ")))
		e->kind = PARSE_ACT;
	return parse_tell(r->p, e);
}

static enum err on_message(void *arg, size_t pattern, const struct parse_node *m)
{
	struct reader *r = arg;
	int64_t at_s;
	struct str name = text_trim(parse_node_text(m, "sender_full_name")), html = parse_node_text(m, "content");
	struct parse_event e = { .target = PARSE_NOBODY, .id = parse_node_text(m, "id"), .topic = buf_str(&r->topic) };
	if (name.n == 0 || !parse_node_int(m, "timestamp", &at_s) || at_s <= 0 || at_s > INT64_C(99999999999)) {
		parse_skip(r->p, r->in, html.n > 0 ? html : STR("(a message without sender or time)"));
		return ERR_OK;
	}
	if (parse_author_of(r->p, REALM, e.id) >= 0)
		return ERR_OK; /* its topic was moved */
	e.at_us = at_s * US_PER_S;
	e.group = r->group;
	e.author = parse_person_of(r->p, name, name);
	if (e.author < 0)
		return ERR_LIMIT;
	if (scan_is_bot_name(name))
		parse_person_set_bot(r->p, e.author);
	parse_remember(r->p, REALM, e.id, e.author);
	return tell(r, &e, name, html);
}

static enum err zulip_read(struct parse *p, struct source *in)
{
	static const char *const elements[] = { "[]", NULL };
	struct reader r = { .p = p, .in = in, .topic = BUF(PARSE_LINE_MAX), .text = BUF(2 * (size_t)PARSE_JSON_ELEMENT_MAX) };
	const struct parse_json walk = { .elements = elements, .element = on_message, .arg = &r };
	enum err e = open_group(&r);
	if (e == ERR_OK)
		e = parse_json_file(p, in, &walk);
	buf_free(&r.topic);
	buf_free(&r.text);
	return e;
}

static int zulip_sniff(const struct parse_head *head)
{
	struct str text = str_trim(head->text);
	return text.n > 0 && text.p[0] == '[' && parse_head_has_key(head, "sender_full_name") &&
			parse_head_has_key(head, "timestamp") && parse_head_has_key(head, "content") ?
		92 :
		0;
}

const struct parse_format parse_zulip = {
	.name = "zulip",
	.title = "Zulip (public archive, JSON by topic)",
	.title_zh = "Zulip（公开存档，每个话题一个 JSON）",
	.knows = PARSE_KNOWS_IDS | PARSE_KNOWS_ZONE | PARSE_KNOWS_TEXT | PARSE_KNOWS_REPLIES,
	.sniff = zulip_sniff,
	.read = zulip_read,
};
