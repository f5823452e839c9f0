/*
 * Hearth's own TSV: ts group author type len|text reply_to flags topic, tab-separated, one event a line.
 *
 * A header line may name the columns in any order; unknown ones are ignored, missing ones allowed but for ts. Without a
 * header the columns are these, in this order. ts: Unix seconds, with a fraction if need be, or RFC 3339. "-" is
 * nothing.
 */
#include "parse/parse_private.h"

#define COLUMNS_MAX 64u

enum column { TS, GROUP, AUTHOR, TYPE, LEN, REPLY_TO, FLAGS, TOPIC, TEXT, ID, COLUMNS };

static const char *const column_names[COLUMNS] = { "ts", "group", "author", "type", "len", "reply_to", "flags", "topic",
	"text", "id" };

static const struct {
	const char *name;
	enum parse_kind kind;
	unsigned knows;
} types[] = {
	{ "msg", PARSE_TEXT, 0 },
	{ "join", PARSE_JOIN, PARSE_KNOWS_JOINS },
	{ "quit", PARSE_QUIT, 0 },
	{ "nick", PARSE_RENAME, 0 },
	{ "act", PARSE_ACT, 0 },
	{ "part", PARSE_LEAVE, PARSE_KNOWS_LEAVES },
	{ "leave", PARSE_LEAVE, PARSE_KNOWS_LEAVES },
	{ "media", PARSE_MEDIA, 0 },
	{ "recall", PARSE_RECALL, PARSE_KNOWS_RECALLS },
	{ "kick", PARSE_REMOVED, 0 },
	{ "packet", PARSE_PACKET, 0 },
	{ "mode", PARSE_SYSTEM, 0 },
	{ "topic", PARSE_SYSTEM, 0 },
	{ "notice", PARSE_SYSTEM, 0 },
	{ "system", PARSE_SYSTEM, 0 },
	{ "gap", PARSE_GAP, 0 },
	{ "ungap", PARSE_UNGAP, 0 },
};

struct layout {
	uint8_t meaning[COLUMNS_MAX]; /* of the nth field: enum column, or COLUMNS for ignored */
	size_t count;
};

struct reading {
	struct parse *parse;
	struct source *in;
	struct layout layout;
	struct buf group_key; /* of the last line */
	int32_t group;
};

static const struct layout plain_layout = { .meaning = { TS, GROUP, AUTHOR, TYPE, LEN, REPLY_TO, FLAGS, TOPIC },
	.count = 8 };

static ptrdiff_t type_of(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(name, str_of(types[i].name)))
			return (ptrdiff_t)i;
	return -1;
}

/* Is this line a header? It is when a field of it is "ts". */
static bool header_of(struct str line, struct layout *out)
{
	struct layout l = { .count = 0 };
	struct str field;
	bool has_ts = false;
	while (l.count < COLUMNS_MAX && str_cut(&line, '\t', &field)) {
		uint8_t m = 0;
		while (m < COLUMNS && !str_eq(str_trim(field), str_of(column_names[m])))
			m++;
		has_ts |= m == TS;
		l.meaning[l.count++] = m;
	}
	if (has_ts)
		*out = l;
	return has_ts;
}

static bool time_of(struct str s, int64_t *out_us)
{
	int64_t seconds = 0, part = 0, unit = US_PER_S;
	size_t at = s.n > 0 && s.p[0] == '-', from = at;
	for (; at < s.n && at < from + 12 && s.p[at] >= '0' && s.p[at] <= '9'; at++)
		seconds = seconds * 10 + (s.p[at] - '0');
	if (at == from)
		return false;
	if (at < s.n && s.p[at] == '.')
		for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++) {
			unit /= 10;
			part += (s.p[at] - '0') * unit;
		}
	if (at < s.n)
		return date_parse(s, out_us) == ERR_OK;
	int64_t us = seconds * US_PER_S + part;
	*out_us = from == 1 ? -us : us;
	return true;
}

static unsigned flags_of(struct str s)
{
	unsigned flags = 0;
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case 'q': flags |= PARSE_QUESTION; break;
		case 'u': flags |= PARSE_URL; break;
		case 'b': flags |= PARSE_BOT; break;
		case 'g': flags |= PARSE_BRIDGE; break;
		case 'd': flags |= PARSE_DELETED; break;
		case 'n': flags |= PARSE_NETSPLIT; break;
		default: break;
		}
	return flags;
}

static bool is_none(struct str s) { return s.n == 0 || (s.n == 1 && s.p[0] == '-'); }

static enum err find_group(struct reading *r, struct str key)
{
	if (r->group >= 0 && str_eq(key, buf_str(&r->group_key)))
		return ERR_OK;
	r->group = parse_group_of(r->parse, key, key);
	buf_clear(&r->group_key);
	buf_add(&r->group_key, key);
	return r->group < 0 || r->group_key.failed ? ERR_LIMIT : ERR_OK;
}

static enum err find_person(struct reading *r, struct str key, int32_t *out_person)
{
	if (is_none(key))
		return ERR_OK;
	int32_t person = parse_person_of(r->parse, key, (struct str){ NULL, 0 });
	if (person < 0)
		return ERR_LIMIT;
	*out_person = person;
	return ERR_OK;
}

static enum err tell_line(struct reading *r, const struct str field[COLUMNS], size_t type, int64_t at_us)
{
	struct parse_event e = {
		.at_us = at_us, .author = PARSE_NOBODY, .target = PARSE_NOBODY, .kind = types[type].kind
	};
	int64_t chars = 0;
	TRY(find_group(r, field[GROUP]));
	TRY(find_person(r, field[AUTHOR], &e.author));
	TRY(find_person(r, field[REPLY_TO], &e.target));
	if (types[type].knows != 0)
		parse_add_known(r->parse, r->group, types[type].knows);
	e.group = r->group;
	e.flags = flags_of(field[FLAGS]); /* of this line: whoever is a bot here may be a person there */
	if (field[LEN].n > 0 && str_int(field[LEN], 0, UINT32_MAX, &chars) == ERR_OK)
		e.chars = (uint32_t)chars;
	if (field[TEXT].p != NULL) {
		parse_add_known(r->parse, r->group, PARSE_KNOWS_TEXT);
		e.text = field[TEXT];
	}
	if (!is_none(field[TOPIC]))
		e.topic = field[TOPIC];
	if (!is_none(field[ID])) {
		parse_add_known(r->parse, r->group, PARSE_KNOWS_IDS);
		e.id = field[ID];
	}
	return parse_tell(r->parse, &e);
}

static enum err take_line(struct reading *r, struct str line)
{
	struct str field[COLUMNS + 1] = { { NULL, 0 } }, rest = line, part;
	for (size_t i = 0; i < r->layout.count && str_cut(&rest, '\t', &part); i++)
		field[r->layout.meaning[i]] = part;
	ptrdiff_t type = field[TYPE].n == 0 ? 0 : type_of(field[TYPE]);
	int64_t at_us;
	if (type < 0 || !time_of(field[TS], &at_us)) {
		parse_skip(r->parse, r->in, line);
		return ERR_OK;
	}
	return tell_line(r, field, (size_t)type, at_us);
}

static enum err hearth_tsv_read(struct parse *p, struct source *in)
{
	struct reading r = {
		.parse = p, .in = in, .layout = plain_layout, .group_key = BUF(PARSE_LINE_MAX), .group = -1
	};
	struct str line;
	enum err e = ERR_OK;
	while (e == ERR_OK && source_line(in, &line))
		if (line.n > 0 && !(source_line_number(in) == 1 && header_of(line, &r.layout)))
			e = take_line(&r, line);
	buf_free(&r.group_key);
	return e != ERR_OK ? e : source_error(in);
}

static int hearth_tsv_sniff(const struct parse_head *head)
{
	struct str rest = head->text, line, field[4];
	struct layout layout;
	int64_t at_us;
	if (!str_cut(&rest, '\n', &line) || (rest.n == 0 && !head->whole))
		return 0;
	if (header_of(line, &layout) && layout.count > 1)
		return 95;
	for (size_t i = 0; i < COUNT_OF(field); i++)
		if (!str_cut(&line, '\t', &field[i]))
			return 0;
	return time_of(field[TS], &at_us) && type_of(str_trim(field[TYPE])) >= 0 ? 95 : 0;
}

const struct parse_format parse_hearth_tsv = {
	.name = "hearth_tsv",
	.title = "Hearth TSV",
	.title_zh = "围炉 TSV",
	.knows = PARSE_KNOWS_ZONE | PARSE_KNOWS_REPLIES,
	.sniff = hearth_tsv_sniff,
	.read = hearth_tsv_read,
};
