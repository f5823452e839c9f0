/*
 * hearth import: an export's lines into a group of a running server, through its HTTP API like everybody: the file is sent,
 * read there, its questions are answered from the command line, and its history is kept in the group.
 *
 * Who asks: --token (or HEARTH_TOKEN), the bearer token of somebody's sign-in; else, for a server on this machine, the
 * operator's token in the data folder (see api/operator.c), which buys a sign-in that ends with the command.
 * Called by: main.c. Owns: the file on the server until it ends. Not here: HTTP (http.c), formats (parse).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/api.h"
#include "cli/cli.h"
#include "cli/http.h"
#include "cli/options.h"

#define LOOK_MS 250
#define LOOK_BUSY_TRIES 600u /* of keeping, while another file goes into the same group */
#define GROUPS_TOLD 20u
#define PATH_CHARS 1024

struct asked {
	const char *file, *group, *server, *token, *zone, *data, *date_order, *year, *self, *from;
	bool found_new;
};

struct import {
	struct asked a;
	struct cli_http http;
	int64_t file, into;
	size_t index;
	bool signed_in, shows; /* shows: a terminal, so progress is one line that changes */
	char said[64];
};

static int complain(struct import *m, const char *what)
{
	fprintf(stderr, "%shearth import: %s\n", m->said[0] && m->shows ? "\r\033[K" : "", what);
	m->said[0] = '\0';
	return CLI_COULD_NOT;
}

static void progress(struct import *m, const char *what, double done, double all)
{
	char now[64];
	snprintf(now, sizeof now, "%s %.0f%%", what, all > 0 ? 100 * done / all : 0);
	if (!m->shows || strcmp(now, m->said) == 0)
		return;
	memcpy(m->said, now, sizeof now);
	fprintf(stderr, "\r\033[K%s", now);
}

static void end_progress(struct import *m)
{
	if (m->said[0])
		fprintf(stderr, "\r\033[K");
	m->said[0] = '\0';
}

static void on_sent(void *arg, uint64_t done_bytes, uint64_t all_bytes) { progress(arg, "sending", (double)done_bytes, (double)all_bytes); }

static int64_t int_of(const struct json *object, const char *key)
{
	const struct json *j = json_get(object, key);
	return j && j->kind == JSON_INT ? j->integer : 0;
}

static struct str text_of(const struct json *object, const char *key)
{
	const struct json *j = json_get(object, key);
	return j && j->kind == JSON_TEXT ? j->text : STR("");
}

static bool bool_of(const struct json *object, const char *key)
{
	const struct json *j = json_get(object, key);
	return j && j->kind == JSON_BOOL && j->integer;
}

/* ---- signing in ---- */

static bool is_this_machine(const char *server)
{
	static const char *const here[] = { "http://127.0.0.1", "http://localhost", "http://[::1]", "https://127.0.0.1", "https://localhost" };
	for (size_t i = 0; i < COUNT_OF(here); i++) {
		size_t n = strlen(here[i]);
		if (strncmp(server, here[i], n) == 0 && (server[n] == '\0' || server[n] == ':' || server[n] == '/'))
			return true;
	}
	return false;
}

static int sign_in(struct import *m)
{
	char path[PATH_MAX], json[256];
	struct str text = { 0 };
	const char *token = m->a.token ? m->a.token : getenv("HEARTH_TOKEN");
	if (token && token[0]) {
		snprintf(m->http.token, sizeof m->http.token, "%s", token);
		return CLI_DONE;
	}
	if (!is_this_machine(m->a.server))
		return complain(m, "for a server elsewhere a sign-in is needed: --token TOKEN, or HEARTH_TOKEN in the environment");
	snprintf(path, sizeof path, "%s/" API_OPERATOR_TOKEN, m->a.data);
	if (file_read(path, 128, &text) != ERR_OK) {
		fprintf(stderr, "hearth import: %s cannot be read; is the server running on this folder, and by this user?\n"
			"(--data FOLDER, or --token TOKEN)\n", path);
		return CLI_COULD_NOT;
	}
	snprintf(json, sizeof json, "{\"token\":\"" STR_FMT "\"}", STR_ARG(str_trim(text)));
	free((char *)text.p);
	if (cli_http_ask(&m->http, "POST", "/sessions/operator", json) != ERR_OK)
		return complain(m, m->http.why);
	snprintf(m->http.token, sizeof m->http.token, STR_FMT, STR_ARG(text_of(m->http.body, "token")));
	m->signed_in = true;
	return CLI_DONE;
}

/* ---- the group it goes into ---- */

static bool named(struct import *m, struct str name)
{
	struct str wanted, folded;
	return text_fold(m->http.arena, str_of(m->a.group), &wanted) == ERR_OK && text_fold(m->http.arena, name, &folded) == ERR_OK &&
		str_eq(wanted, folded);
}

static bool is_mine(const struct json *group)
{
	return str_eq(text_of(group, "role"), STR("owner")) && str_eq(text_of(group, "state"), STR("in"));
}

static int found_group(struct import *m)
{
	CLEANUP(buf_free) struct buf text = BUF(4096);
	struct json_out j = JSON_OUT(&text);
	json_open(&j);
	json_key_text(&j, "name", str_of(m->a.group));
	json_key_text(&j, "common_ground", m->http.chinese ? STR("从导出文件读来") : STR("Read from its exports"));
	json_key_text(&j, "kind", STR("external"));
	json_close(&j);
	buf_add_char(&text, '\0');
	if (buf_end(&text) != ERR_OK || cli_http_ask(&m->http, "POST", "/groups", text.p) != ERR_OK)
		return complain(m, m->http.why[0] ? m->http.why : "the name is too long");
	m->into = int_of(m->http.body, "id");
	return CLI_DONE;
}

static int find_group(struct import *m)
{
	if (cli_http_ask(&m->http, "GET", "/groups", NULL) != ERR_OK)
		return complain(m, m->http.why);
	const struct json *groups = json_get(m->http.body, "groups");
	size_t count = groups && groups->kind == JSON_LIST ? groups->count : 0, fits = 0;
	for (size_t i = 0; i < count; i++)
		if (is_mine(&groups->items[i]) && named(m, text_of(&groups->items[i], "name"))) {
			m->into = int_of(&groups->items[i], "id");
			fits++;
		}
	if (fits == 1)
		return CLI_DONE;
	if (fits > 1)
		return complain(m, "several groups of yours have this name; rename one of them first");
	if (m->a.found_new)
		return CLI_DONE; /* founded once the file is understood */
	fprintf(stderr, "hearth import: no group of yours is called %s (--new founds it). There are:\n", m->a.group);
	for (size_t i = 0, told = 0; i < count && told < GROUPS_TOLD; i++)
		if (is_mine(&groups->items[i])) {
			fprintf(stderr, "  " STR_FMT "\n", STR_ARG(text_of(&groups->items[i], "name")));
			told++;
		}
	return CLI_COULD_NOT;
}

/* ---- the file ---- */

static int send_file(struct import *m)
{
	CLEANUP(buf_free) struct buf path = BUF(PATH_CHARS * 4);
	const char *slash = strrchr(m->a.file, '/');
	buf_add(&path, STR("/thermometer/files?name="));
	if (cli_http_escape(&m->http, utf8_first(str_of(slash ? slash + 1 : m->a.file), 200), &path) != ERR_OK)
		return complain(m, "the file's name is too long");
	buf_add_char(&path, '\0');
	m->http.sent = on_sent;
	m->http.arg = m;
	enum err e = cli_http_send(&m->http, path.p, m->a.file);
	end_progress(m);
	if (e == ERR_IO) {
		fprintf(stderr, "hearth import: %s: %s\n", m->a.file, strerror(errno));
		return CLI_COULD_NOT;
	}
	if (e != ERR_OK)
		return complain(m, m->http.why);
	m->file = int_of(m->http.body, "id");
	return CLI_DONE;
}

static int ask_file(struct import *m, const char *method, const char *more, const char *json)
{
	char path[128];
	snprintf(path, sizeof path, "/thermometer/files/%lld%s", (long long)m->file, more);
	return cli_http_ask(&m->http, method, path, json) == ERR_OK ? CLI_DONE : CLI_COULD_NOT;
}

static void pause_a_little(void)
{
	const struct timespec t = { .tv_nsec = LOOK_MS * 1000000L };
	nanosleep(&t, NULL);
}

/* Until the server has read it; the last answer is the file then. */
static int wait_read(struct import *m)
{
	for (;;) {
		if (ask_file(m, "GET", "", NULL) != CLI_DONE)
			return complain(m, m->http.why);
		if (!str_eq(text_of(m->http.body, "state"), STR("reading")))
			break;
		progress(m, int_of(m->http.body, "ahead") ? "waiting" : "reading", (double)int_of(m->http.body, "bytes_read"),
			(double)int_of(m->http.body, "bytes"));
		pause_a_little();
	}
	end_progress(m);
	struct str state = text_of(m->http.body, "state");
	if (str_eq(state, STR("done")) || str_eq(state, STR("asks")))
		return CLI_DONE;
	fprintf(stderr, "hearth import: %s was not recognised: " STR_FMT "\n", m->a.file, STR_ARG(text_of(m->http.body, "why")));
	return CLI_COULD_NOT;
}

static int answer_questions(struct import *m)
{
	CLEANUP(buf_free) struct buf text = BUF(4096);
	struct json_out j = JSON_OUT(&text);
	int64_t year = 0;
	if (m->a.year && str_int(str_of(m->a.year), 1970, 2106, &year) != ERR_OK)
		return complain(m, "--year is a year like 2024");
	json_open(&j);
	if (m->a.zone)
		json_key_text(&j, "zone", str_of(m->a.zone));
	if (m->a.date_order)
		json_key_text(&j, "date_order", str_of(m->a.date_order));
	if (year)
		json_key_int(&j, "year", year);
	if (m->a.self)
		json_key_text(&j, "self_name", str_of(m->a.self));
	json_close(&j);
	if (str_eq(buf_str(&text), STR("{}")))
		return CLI_DONE;
	buf_add_char(&text, '\0');
	if (buf_end(&text) != ERR_OK || ask_file(m, "PATCH", "", text.p) != CLI_DONE)
		return complain(m, m->http.why);
	return wait_read(m);
}

/* Which of the file's groups: the only one, or the one called so. */
static int choose_group(struct import *m)
{
	const struct json *groups = json_get(m->http.body, "groups");
	size_t count = groups && groups->kind == JSON_LIST ? groups->count : 0, fits = 0;
	for (size_t i = 0; i < count; i++) {
		struct str name = text_of(&groups->items[i], "name");
		if (count == 1 || str_eq(name, str_of(m->a.from ? m->a.from : m->a.group))) {
			m->index = (size_t)int_of(&groups->items[i], "index");
			fits++;
		}
	}
	if (fits == 1)
		return CLI_DONE;
	fprintf(stderr, "hearth import: the file has %zu groups; name one with --from:\n", count);
	for (size_t i = 0; i < count && i < GROUPS_TOLD; i++)
		fprintf(stderr, "  " STR_FMT "\n", STR_ARG(text_of(&groups->items[i], "name")));
	return CLI_COULD_NOT;
}

/* ---- keeping ---- */

static int refused_keep(struct import *m)
{
	if (!str_ends(text_of(m->http.body, "type"), STR("/asks-first")) || ask_file(m, "GET", "", NULL) != CLI_DONE)
		return complain(m, m->http.why);
	const struct json *asks = json_get(m->http.body, "asks");
	fprintf(stderr, "hearth import: the file leaves something open:\n");
	if (bool_of(asks, "zone"))
		fprintf(stderr, "  --tz ZONE              where the exporting device was, like Asia/Shanghai or +08:00\n");
	if (bool_of(asks, "date_order"))
		fprintf(stderr, "  --date-order dmy|mdy|ymd   every date in it can be read in more than one way\n");
	if (bool_of(asks, "year"))
		fprintf(stderr, "  --year YEAR            its dates have none\n");
	return CLI_COULD_NOT;
}

static int keep(struct import *m)
{
	char json[128];
	if (m->into == 0 && found_group(m) != CLI_DONE)
		return CLI_COULD_NOT;
	snprintf(json, sizeof json, "{\"group\":%zu,\"into\":%lld}", m->index, (long long)m->into);
	for (unsigned tries = 0; ask_file(m, "POST", "/keep", json) != CLI_DONE; tries++) {
		if (tries == LOOK_BUSY_TRIES || !str_ends(text_of(m->http.body, "type"), STR("/not-ready")))
			return refused_keep(m);
		pause_a_little();
	}
	for (;;) {
		if (ask_file(m, "GET", "", NULL) != CLI_DONE)
			return complain(m, m->http.why);
		const struct json *k = json_get(m->http.body, "keeping");
		struct str state = text_of(k, "state");
		if (str_eq(state, STR("waiting")) || str_eq(state, STR("bringing"))) {
			progress(m, "bringing in", (double)int_of(m->http.body, "bytes_read"), (double)int_of(m->http.body, "bytes"));
			pause_a_little();
			continue;
		}
		end_progress(m);
		if (!str_eq(state, STR("done")))
			return complain(m, "it was stopped on the way; what is there stays, and the same command adds the rest");
		printf("%s: %lld new, %lld there already, %lld lines not understood\n", m->a.group, (long long)int_of(k, "added"),
			(long long)int_of(k, "doubled"), (long long)int_of(k, "skipped"));
		return CLI_DONE;
	}
}

static int import(struct import *m)
{
	int status = sign_in(m);
	if (status == CLI_DONE)
		status = find_group(m);
	if (status == CLI_DONE)
		status = send_file(m);
	if (status == CLI_DONE)
		status = wait_read(m);
	if (status == CLI_DONE)
		status = answer_questions(m);
	if (status == CLI_DONE)
		status = choose_group(m);
	if (status == CLI_DONE)
		status = keep(m);
	if (m->file)
		(void)ask_file(m, "DELETE", "", NULL);
	if (m->signed_in)
		(void)!cli_http_ask(&m->http, "DELETE", "/sessions/current", NULL);
	return status;
}

static bool system_is_chinese(void)
{
	const char *lang = getenv("LC_ALL");
	lang = lang && *lang ? lang : getenv("LANG");
	return lang && strncmp(lang, "zh", 2) == 0;
}

static int import_run(int argc, char **argv)
{
	struct import m = { .a = { .server = "http://127.0.0.1:8080", .data = "data" }, .shows = isatty(STDERR_FILENO) };
	struct asked *a = &m.a;
	const struct cli_option options[] = { { "group", &a->group, NULL }, { "server", &a->server, NULL }, { "token", &a->token, NULL },
		{ "tz", &a->zone, NULL }, { "data", &a->data, NULL }, { "date-order", &a->date_order, NULL }, { "year", &a->year, NULL },
		{ "self", &a->self, NULL }, { "from", &a->from, NULL }, { "new", NULL, &a->found_new } };
	if (!cli_options(&argc, argv, options, COUNT_OF(options)) || argc != 2 || a->group == NULL || !utf8_ok(str_of(a->group))) {
		fprintf(stderr, "%s\n", cli_import_command.usage);
		return CLI_USAGE;
	}
	a->file = argv[1];
	m.http.chinese = system_is_chinese();
	if (access(a->file, R_OK) != 0) {
		fprintf(stderr, "hearth import: %s: %s\n", a->file, strerror(errno));
		return CLI_COULD_NOT;
	}
	if (cli_http_open(&m.http, a->server) != ERR_OK)
		return complain(&m, "no memory");
	int status = import(&m);
	cli_http_close(&m.http);
	return status;
}

const struct cli_command cli_import_command = { "import",
	"hearth import FILE --group NAME [--new] [--server URL] [--token TOKEN | --data FOLDER] [--tz ZONE]\n"
	"              [--date-order dmy|mdy|ymd] [--year YEAR] [--self NAME] [--from NAME]\n"
	"  Brings an export into a group of a running server, before its first message. The same file, or a later one that\n"
	"  overlaps, adds only what is new.\n"
	"  --new          found the group (as one that lives elsewhere) when there is none of this name\n"
	"  --token TOKEN  a sign-in; without it the operator-token in --data FOLDER, on the machine of the server\n"
	"  --tz ZONE      where the exporting device was, for files whose times have no zone\n"
	"  --from NAME    which group of the file, where it has several",
	import_run };
