/*
 * hearth export: any file that can be read, as ChatLab's interchange format 0.0.2 (JSONL, or JSON by the name of
 * --out), for other programs.
 *
 * The files are read twice: once to learn who is there, since members stand before messages, and once to write (and
 * once more between, where they hold several groups); memory does not grow with the messages. What the format has no
 * type for (an action, a quit, a new name) is written as what comes nearest: text, or a sentence of the system. Who
 * came and went is such a sentence, in words that Hearth and ChatLab read. Whom a message answers is lost: the format
 * wants that message's id, and not every system has one. Called by: main.c. Owns: the file it writes until it is whole.
 * Not here: formats (parse).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "parse/parse.h"

#define CHATLAB_VERSION "0.0.2"
#define RECORD_MAX (8u * PARSE_TEXT_MAX) /* bytes of one line: each byte of a text may become six */
#define GROUPS_TOLD 20u
#define YEAR_MIN 1970
#define YEAR_MAX 2106

enum { TEXT = 0, RED_PACKET = 20, SYSTEM = 80, RECALL = 81, OTHER = 99 }; /* ChatLab's types */

struct asked {
	const char *format, *out, *from, *zone, *date_order, *year, *self;
	char **files;
	int file_count;
	struct parse_options options;
	struct zone *zone_open;
};

struct export {
	struct asked a;
	struct parse *known;      /* the first reading: names and ids as they are at the end */
	size_t group;             /* which is written */
	uint8_t *members;         /* of the people of the first reading: is he in that group? */
	size_t members_room;
	bool whole;               /* one JSON object, not lines */
	FILE *to;
	char part[PATH_MAX];      /* what is written until it is whole, or "" */
	struct buf line, sentence;
	uint64_t written;
};

static int complain(const char *what, const char *value)
{
	fprintf(stderr, "hearth export: %s%s%s\n", what, value ? ": " : "", value ? value : "");
	return CLI_COULD_NOT;
}

/* ---- one record ---- */

static enum err put(struct export *x)
{
	TRY(buf_end(&x->line));
	if (fwrite(x->line.p, 1, x->line.n, x->to) != x->line.n)
		return ERR_IO;
	buf_clear(&x->line);
	return ERR_OK;
}

static void begin_record(struct export *x, struct json_out *j, const char *type, bool first)
{
	if (x->whole && !first)
		buf_add(&x->line, STR(",\n"));
	json_open(j);
	if (!x->whole)
		json_key_text(j, "_type", str_of(type));
}

static enum err end_record(struct export *x, struct json_out *j)
{
	json_close(j);
	if (!x->whole)
		buf_add_char(&x->line, '\n');
	return put(x);
}

/* "wechat-memotrace" → "wechat"; a file of ChatLab's own does not tell Hearth. */
static struct str platform_of(const char *format)
{
	struct str name = str_of(format), part;
	if (format == NULL || strcmp(format, "chatlab") == 0)
		return STR("unknown");
	(void)str_cut(&name, '-', &part);
	name = part;
	(void)str_cut(&name, '_', &part);
	return part;
}

static enum err put_header(struct export *x)
{
	struct json_out j = JSON_OUT(&x->line);
	begin_record(x, &j, "header", true);
	json_key(&j, "chatlab");
	json_open(&j);
	json_key_text(&j, "version", STR(CHATLAB_VERSION));
	json_key_int(&j, "exportedAt", clock_wall_us() / US_PER_S);
	json_key_text(&j, "generator", STR("Hearth " HEARTH_VERSION));
	json_close(&j);
	json_key(&j, "meta");
	json_open(&j);
	json_key_text(&j, "name", parse_group_name(x->known, x->group));
	json_key_text(&j, "platform", platform_of(parse_format(x->known)));
	json_key_text(&j, "type", STR("group"));
	json_key_text(&j, "groupId", parse_group_key(x->known, x->group));
	for (size_t i = 0; i < parse_people(x->known); i++)
		if (parse_person_is_self(x->known, i)) {
			json_key_text(&j, "ownerId", parse_person_key(x->known, i));
			break;
		}
	json_close(&j);
	if (!x->whole)
		return end_record(x, &j);
	buf_add(&x->line, STR(",\n\"members\":["));
	return put(x);
}

static bool is_member(const struct export *x, size_t person) { return person < x->members_room && x->members[person]; }

static enum err put_members(struct export *x)
{
	bool first = true;
	for (size_t i = 0; i < parse_people(x->known); i++) {
		struct json_out j = JSON_OUT(&x->line);
		if (!is_member(x, i))
			continue;
		begin_record(x, &j, "member", first);
		json_key_text(&j, "platformId", parse_person_key(x->known, i));
		json_key_text(&j, "accountName", parse_person_name(x->known, i));
		if (parse_person_is_bot(x->known, i)) {
			json_key(&j, "roles");
			json_open_list(&j);
			json_open(&j);
			json_key_text(&j, "id", STR("bot"));
			json_key_text(&j, "name", STR("机器人"));
			json_close(&j);
			json_close_list(&j);
		}
		TRY(end_record(x, &j));
		first = false;
	}
	if (x->whole)
		buf_add(&x->line, STR("],\n\"messages\":["));
	return put(x);
}

/* ---- messages ---- */

static struct str name_of(const struct export *x, int32_t person)
{
	return person >= 0 && (size_t)person < parse_people(x->known) ? parse_person_name(x->known, (size_t)person) :
									STR("系统");
}

static struct str key_of(const struct export *x, int32_t person)
{
	return person >= 0 && (size_t)person < parse_people(x->known) ? parse_person_key(x->known, (size_t)person) :
									STR("system");
}

/* A name in quotes that do not stand in it. */
static void add_quoted(struct export *x, int32_t person)
{
	static const char *const quotes[][2] = { { "\"", "\"" }, { "“", "”" }, { "「", "」" } };
	struct str name = name_of(x, person);
	size_t i = 0;
	while (i + 1 < COUNT_OF(quotes) && str_find(name, str_of(quotes[i][1])) >= 0)
		i++;
	buf_add(&x->sentence, str_of(quotes[i][0]));
	buf_add(&x->sentence, name);
	buf_add(&x->sentence, str_of(quotes[i][1]));
}

/* What the system would have said. */
static struct str sentence_of(struct export *x, const struct parse_event *e)
{
	buf_clear(&x->sentence);
	bool by = e->target >= 0;
	if ((e->kind == PARSE_JOIN || e->kind == PARSE_REMOVED) && by) {
		add_quoted(x, e->target);
		buf_add(&x->sentence, e->kind == PARSE_JOIN ? STR("邀请") : STR("将"));
	}
	if (e->author >= 0)
		add_quoted(x, e->author);
	switch (e->kind) {
	case PARSE_JOIN:
		buf_add(&x->sentence, STR("加入了群聊"));
		break;
	case PARSE_LEAVE:
		buf_add(&x->sentence, STR("退出了群聊"));
		break;
	case PARSE_REMOVED:
		buf_add(&x->sentence, by ? STR("移出了群聊") : STR("被移出了群聊"));
		break;
	case PARSE_QUIT:
		buf_add(&x->sentence, STR("离线了"));
		break;
	case PARSE_RENAME:
		buf_add(&x->sentence, STR("改名为"));
		add_quoted(x, e->target);
		break;
	case PARSE_GAP:
		buf_add(&x->sentence, STR("记录中断"));
		break;
	default:
		buf_add(&x->sentence, STR("记录继续"));
	}
	return buf_str(&x->sentence);
}

static int type_of(const struct parse_event *e)
{
	switch (e->kind) {
	case PARSE_TEXT:
	case PARSE_ACT:
		return TEXT;
	case PARSE_MEDIA: /* which of picture, voice, file … is not known here */
		return OTHER;
	case PARSE_PACKET:
		return e->author >= 0 ? RED_PACKET : SYSTEM;
	case PARSE_RECALL:
		return e->author >= 0 ? RECALL : SYSTEM;
	default:
		return SYSTEM;
	}
}

static enum err on_event(void *arg, const struct parse_event *e)
{
	struct export *x = arg;
	struct json_out j = JSON_OUT(&x->line);
	if ((size_t)e->group != x->group)
		return ERR_OK;
	int type = type_of(e);
	bool told = type == SYSTEM && e->kind != PARSE_SYSTEM && e->kind != PARSE_PACKET && e->kind != PARSE_RECALL;
	struct str text = told ? sentence_of(x, e) : e->text;
	begin_record(x, &j, "message", x->written == 0);
	json_key_text(&j, "sender", key_of(x, e->author));
	json_key_text(&j, "accountName", name_of(x, e->author));
	json_key_int(&j, "timestamp", e->at_us / US_PER_S - (e->at_us % US_PER_S < 0));
	json_key_int(&j, "type", type);
	if (text.n > 0 || type == TEXT)
		json_key_text(&j, "content", text);
	else
		json_key_null(&j, "content");
	if (e->id.n > 0)
		json_key_text(&j, "platformMessageId", e->id);
	x->written++;
	return end_record(x, &j);
}

/* ---- reading ---- */

static enum err note_member(struct export *x, int32_t person)
{
	if (person < 0)
		return ERR_OK;
	if ((size_t)person >= x->members_room) {
		size_t room = x->members_room == 0 ? 1024 : x->members_room;
		while (room <= (size_t)person)
			room *= 2;
		uint8_t *more = realloc(x->members, room);
		if (more == NULL)
			return ERR_MEMORY;
		memset(more + x->members_room, 0, room - x->members_room);
		x->members = more;
		x->members_room = room;
	}
	x->members[person] = 1;
	return ERR_OK;
}

/* The first reading, which does not know yet which group is wanted: right where there is only one. */
static enum err on_any(void *arg, const struct parse_event *e)
{
	TRY(note_member(arg, e->author));
	return note_member(arg, e->target);
}

static enum err on_member(void *arg, const struct parse_event *e)
{
	const struct export *x = arg;
	return (size_t)e->group == x->group ? on_any(arg, e) : ERR_OK;
}

static int read_files(struct export *x, struct parse *p)
{
	for (int i = 0; i < x->a.file_count; i++) {
		enum err e = parse_file(p, x->a.files[i]);
		if (e == ERR_OK)
			continue;
		return x->to != NULL && ferror(x->to) ? complain("it cannot be written", strerror(errno)) :
						       complain(x->a.files[i], parse_why(p));
	}
	return CLI_DONE;
}

static int choose_group(struct export *x)
{
	size_t count = parse_groups(x->known), fits = 0;
	for (size_t i = 0; i < count; i++)
		if (x->a.from == NULL ? count == 1 :
					str_eq(parse_group_name(x->known, i), str_of(x->a.from)) ||
					str_eq(parse_group_key(x->known, i), str_of(x->a.from))) {
			x->group = i;
			fits++;
		}
	if (fits == 1)
		return CLI_DONE;
	fprintf(stderr, "hearth export: there are %zu groups, and one goes into a file; name it with --from:\n", count);
	for (size_t i = 0; i < count && i < GROUPS_TOLD; i++)
		fprintf(stderr, "  " STR_FMT " (" STR_FMT ")\n", STR_ARG(parse_group_name(x->known, i)),
			STR_ARG(parse_group_key(x->known, i)));
	return CLI_COULD_NOT;
}

/* One more reading, for which nothing is known but what it is told. */
static int read_again(struct export *x, enum err (*event)(void *arg, const struct parse_event *e))
{
	const struct parse_sink sink = { .event = event, .arg = x };
	struct parse *p CLEANUP(parse_drop) = parse_new(&x->a.options, &sink);
	return p != NULL ? read_files(x, p) : complain("no memory", NULL);
}

static int learn(struct export *x)
{
	const struct parse_sink sink = { .event = on_any, .arg = x };
	x->known = parse_new(&x->a.options, &sink);
	if (x->known == NULL)
		return complain("no memory", NULL);
	int status = read_files(x, x->known);
	if (status == CLI_DONE && parse_asks_zone(x->known) && x->a.zone == NULL)
		fprintf(stderr, "hearth export: the times have no zone and are taken as UTC; --tz ZONE says otherwise\n");
	if (status == CLI_DONE && parse_asks_date_order(x->known) && x->a.date_order == NULL)
		fprintf(stderr, "hearth export: every date can be read in two ways, day first was taken; "
			"--date-order says otherwise\n");
	if (status == CLI_DONE && parse_skipped_count(x->known) > 0)
		fprintf(stderr, "hearth export: lines not understood, so left out: %llu\n",
			(unsigned long long)parse_skipped_count(x->known));
	if (status == CLI_DONE)
		status = choose_group(x);
	if (status != CLI_DONE || parse_groups(x->known) == 1)
		return status;
	if (x->members_room > 0)
		memset(x->members, 0, x->members_room);
	return read_again(x, on_member);
}

/* ---- writing ---- */

static bool is_same_file(const char *a, const char *b)
{
	struct stat one, two;
	return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static int open_out(struct export *x)
{
	if (x->a.out == NULL) {
		x->to = stdout;
		return CLI_DONE;
	}
	for (int i = 0; i < x->a.file_count; i++)
		if (is_same_file(x->a.out, x->a.files[i]))
			return complain("--out is a file that is read", x->a.out);
	int n = snprintf(x->part, sizeof x->part, "%s.part", x->a.out);
	int fd = n > 0 && (size_t)n < sizeof x->part ? open(x->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	x->to = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (x->to != NULL)
		return CLI_DONE;
	x->part[0] = '\0';
	return complain(x->a.out,
		errno == EEXIST ? "its .part is there already, from a run that did not end" : strerror(errno));
}

static int write_all(struct export *x)
{
	enum err e = put_header(x);
	if (e == ERR_OK)
		e = put_members(x);
	if (e != ERR_OK)
		return complain("it cannot be written", e == ERR_IO ? strerror(errno) : err_name(e));
	int status = read_again(x, on_event);
	if (status == CLI_DONE && x->whole)
		fputs("]}\n", x->to);
	if (status == CLI_DONE && (fflush(x->to) != 0 || ferror(x->to)))
		status = complain("it cannot be written", strerror(errno));
	return status;
}

/* All or nothing: the name appears when the file is whole. */
static int close_out(struct export *x, int status)
{
	if (x->part[0] == '\0')
		return status;
	if (fclose(x->to) != 0 && status == CLI_DONE)
		status = complain(x->a.out, strerror(errno));
	if (status == CLI_DONE && rename(x->part, x->a.out) != 0)
		status = complain(x->a.out, strerror(errno));
	if (status != CLI_DONE)
		unlink(x->part);
	return status;
}

static int export_files(struct export *x)
{
	x->whole = x->a.out != NULL && str_ends(str_of(x->a.out), STR(".json"));
	int status = learn(x);
	if (status == CLI_DONE)
		status = open_out(x);
	return status == CLI_DONE ? close_out(x, write_all(x)) : status;
}

/* ---- the command line ---- */

static int understand(struct asked *a)
{
	static const struct {
		const char *name;
		enum parse_date_order order;
	} orders[] = { { "dmy", PARSE_DAY_FIRST }, { "mdy", PARSE_MONTH_FIRST }, { "ymd", PARSE_YEAR_FIRST } };
	int64_t year = 0;
	if (strcmp(a->format, "chatlab") != 0)
		return complain("--format is chatlab, not", a->format);
	if (a->year && str_int(str_of(a->year), YEAR_MIN, YEAR_MAX, &year) != ERR_OK)
		return complain("--year is a year like 2024, not", a->year);
	for (size_t i = 0; a->date_order && i < COUNT_OF(orders); i++)
		if (strcmp(a->date_order, orders[i].name) == 0)
			a->options.date_order = orders[i].order;
	if (a->date_order && a->options.date_order == PARSE_ORDER_UNKNOWN)
		return complain("--date-order is dmy, mdy or ymd, not", a->date_order);
	if (a->zone && zone_open(a->zone, &a->zone_open) != ERR_OK)
		return complain("--tz is a zone like Asia/Shanghai or +08:00, not", a->zone);
	a->options.year = (int)year;
	a->options.zone = a->zone_open;
	a->options.self_name = str_of(a->self);
	return utf8_ok(a->options.self_name) ? CLI_DONE : complain("--self is a name in UTF-8", NULL);
}

static int export_run(int argc, char **argv)
{
	struct export x = { .a = { .format = "chatlab" }, .line = BUF(RECORD_MAX), .sentence = BUF(4 * PARSE_NAME_MAX) };
	struct asked *a = &x.a;
	const struct cli_option options[] = { { "format", &a->format, NULL }, { "out", &a->out, NULL },
		{ "from", &a->from, NULL }, { "tz", &a->zone, NULL }, { "date-order", &a->date_order, NULL },
		{ "year", &a->year, NULL }, { "self", &a->self, NULL } };
	if (!cli_options(&argc, argv, options, COUNT_OF(options)) || argc < 2) {
		fprintf(stderr, "%s\n", cli_export_command.usage);
		return CLI_USAGE;
	}
	a->files = argv + 1;
	a->file_count = argc - 1;
	int status = understand(a) == CLI_DONE ? export_files(&x) : CLI_USAGE;
	parse_free(x.known);
	zone_free(a->zone_open);
	free(x.members);
	buf_free(&x.line);
	buf_free(&x.sentence);
	return status;
}

const struct cli_command cli_export_command = { "export",
	"hearth export FILE... [--format chatlab] [--out OUT] [--from NAME] [--tz ZONE] [--date-order dmy|mdy|ymd]\n"
	"                     [--year YEAR] [--self NAME]\n"
	"  Writes one group of exports that Hearth reads in ChatLab's interchange format, for other programs.\n"
	"  --out OUT      a file; .json is one object, any other name a record a line; without it standard output\n"
	"  --from NAME    which group, where the files have several\n"
	"  --tz ZONE      where the exporting device was, for files whose times have no zone",
	export_run };
