/*
 * wechat_itchat: the CSV an itchat bot keeps:
 * time(ZONE),group_id,group_name,from_id,from_nickname,content_type,content. The zone stands in the header. Talk only:
 * a bot is told of nothing else. Called through formats.c. Not here: wechat.c.
 */
#include "parse/csv.h"
#include "parse/scan.h"

struct itchat {
	struct parse *p;
	struct csv c;
	struct zone *zone; /* of the header; NULL: it names none that is known */
};

static bool time_of(struct itchat *r, struct str s, int64_t *out_at_us)
{
	struct date d = { 0 };
	s = text_trim(s);
	if (!scan_ymd(&s, &d) || scan_blanks(&s) == 0 || !scan_clock(&s, &d) || s.n > 0)
		return false;
	*out_at_us = r->zone ? zone_to_utc(r->zone, us_from_date(d)) : parse_local(r->p, d);
	return true;
}

static enum err record(struct itchat *r)
{
	struct csv *c = &r->c;
	struct parse_event e = { .target = PARSE_NOBODY, .line = c->line, .text = csv_field(c, 6) };
	struct str group = text_trim(csv_field(c, 1)), from = text_trim(csv_field(c, 3)),
		   type = text_trim(csv_field(c, 5));
	if (c->fields < 6 || group.n == 0 || from.n == 0 || !time_of(r, csv_field(c, 0), &e.at_us)) {
		csv_skip(c);
		return ERR_OK;
	}
	e.group = parse_group_of(r->p, group, text_trim(csv_field(c, 2)));
	e.author = e.group < 0 ? -1 : parse_person_of(r->p, from, text_trim(csv_field(c, 4)));
	if (e.author < 0)
		return ERR_LIMIT;
	static const char *const sent[] = { "Picture", "Recording", "Video", "Attachment", "Sharing", "Map", "Card" };
	e.kind = scan_same(type, STR("Note")) || scan_same(type, STR("System")) ? PARSE_SYSTEM : PARSE_TEXT;
	for (size_t i = 0; i < COUNT_OF(sent); i++)
		if (scan_same(type, str_of(sent[i])))
			e.kind = PARSE_MEDIA;
	return parse_tell(r->p, &e);
}

static enum err records(struct itchat *r)
{
	bool more;
	TRY(csv_next(&r->c, &more));
	struct str head = more ? csv_field(&r->c, 0) : (struct str){ NULL, 0 }, zone;
	char name[64];
	head = text_trim(head);
	if (scan_text(&head, STR("time(")) && scan_until(&head, STR(")"), &zone) && zone.n < sizeof name) {
		memcpy(name, zone.p, zone.n);
		name[zone.n] = '\0';
		if (zone_open(name, &r->zone) != ERR_OK)
			r->zone = NULL;
	}
	for (;;) {
		TRY(csv_next(&r->c, &more));
		if (!more)
			return ERR_OK;
		TRY(record(r));
	}
}

static enum err itchat_read(struct parse *p, struct source *in)
{
	struct itchat r = { .p = p };
	csv_begin(&r.c, p, in, ',');
	enum err e = records(&r);
	csv_end(&r.c);
	zone_free(r.zone);
	return e;
}

static int itchat_sniff(const struct parse_head *head)
{
	struct str text = head->text, line;
	if (!str_cut(&text, '\n', &line))
		return 0;
	line = text_trim(line);
	return str_starts(line, STR("time(")) &&
	       str_ends(line, STR("),group_id,group_name,from_id,from_nickname,content_type,content")) ? 95 : 0;
}

const struct parse_format parse_wechat_itchat = {
	.name = "wechat-itchat",
	.title = "WeChat (itchat bot, CSV)",
	.title_zh = "微信（itchat 机器人记录的 CSV）",
	.knows = PARSE_KNOWS_TEXT | PARSE_KNOWS_ZONE,
	.sniff = itchat_sniff,
	.read = itchat_read,
};
