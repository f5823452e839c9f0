/*
 * hearth diagnose: read exports of chat groups and say how warm they are. Called by: main.c. Owns: one study.
 * Not here: formats (parse), formulas (warmth), words of the answer (report).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "report/report.h"

#define SEED 20240101u            /* fixed: the same file gives the same answer */
#define PROGRESS_AFTER_US US_PER_S
#define PROGRESS_EVERY_US (US_PER_S / 5)
#define YEAR_MIN 1970
#define YEAR_MAX 2106

struct asked {
	struct insight_options study;
	struct zone *zone;
	const char *html_path;
	bool json, chinese;
};

struct progress {
	int64_t begun_us, shown_us;
	const struct insight_study *study;
	bool shown;
};

static int complain(const char *what, const char *value)
{
	fprintf(stderr, "hearth diagnose: %s%s%s\nhearth diagnose --help shows how it is used.\n", what,
		value ? ": " : "", value ? value : "");
	return CLI_USAGE;
}

static bool show_progress(void *arg, uint64_t done_bytes, uint64_t all_bytes)
{
	struct progress *p = arg;
	int64_t now_us = clock_mono_us();
	if (now_us - p->begun_us < PROGRESS_AFTER_US || now_us - p->shown_us < PROGRESS_EVERY_US)
		return false;
	p->shown_us = now_us;
	p->shown = true;
	const char *file = insight_study_path(p->study);
	if (all_bytes > 0)
		fprintf(stderr, "\r%s: %.0f%% of %.0f MB  ", file, 100.0 * (double)done_bytes / (double)all_bytes,
			(double)all_bytes / 1e6);
	else
		fprintf(stderr, "\r%s: %.0f MB  ", file, (double)done_bytes / 1e6);
	return false;
}

static void end_progress(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r\033[K");
	p->shown = false;
}

static bool system_is_chinese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return strncmp(value, "zh", 2) == 0;
	}
	return false;
}

static bool format_there_is(const char *name)
{
	bool found = strcmp(name, "auto") == 0;
	const char *at;
	for (size_t i = 0; !found && (at = parse_format_at(i)) != NULL; i++)
		found = strcmp(at, name) == 0;
	return found;
}

static int ask_format(struct asked *a, const char *value)
{
	if (!format_there_is(value)) {
		fprintf(stderr, "hearth diagnose: no format is called %s. There are: auto", value);
		const char *at;
		for (size_t i = 0; (at = parse_format_at(i)) != NULL; i++)
			fprintf(stderr, ", %s", at);
		fprintf(stderr, "\n");
		return CLI_USAGE;
	}
	a->study.parse.format = value;
	return CLI_DONE;
}

static int ask_date_order(struct asked *a, const char *value)
{
	static const struct { const char *name; enum parse_date_order order; } orders[] = { { "dmy", PARSE_DAY_FIRST },
		{ "mdy", PARSE_MONTH_FIRST }, { "ymd", PARSE_YEAR_FIRST } };
	for (size_t i = 0; i < COUNT_OF(orders); i++)
		if (strcmp(orders[i].name, value) == 0) {
			a->study.parse.date_order = orders[i].order;
			return CLI_DONE;
		}
	return complain("--date-order is dmy, mdy or ymd, not", value);
}

static int ask_language(struct asked *a, const char *value)
{
	if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
		return complain("--lang is zh or en, not", value);
	a->chinese = value[0] == 'z';
	return CLI_DONE;
}

static int ask_zone(struct asked *a, const char *value)
{
	zone_free(a->zone);
	a->zone = NULL;
	if (zone_open(value, &a->zone) != ERR_OK)
		return complain("--tz is a zone like Asia/Shanghai or +08:00, not", value);
	a->study.parse.zone = a->zone;
	return CLI_DONE;
}

static int ask_at(struct asked *a, const char *value)
{
	if (date_parse(str_of(value), &a->study.at_us) != ERR_OK)
		return complain("--at is a date like 2024-05-01, not", value);
	a->study.has_at = true;
	return CLI_DONE;
}

static int ask_year(struct asked *a, const char *value)
{
	int64_t year;
	if (str_int(str_of(value), YEAR_MIN, YEAR_MAX, &year) != ERR_OK)
		return complain("--year is a year like 2024, not", value);
	a->study.parse.year = (int)year;
	return CLI_DONE;
}

static const struct option long_options[] = { { "format", required_argument, NULL, 'f' },
	{ "lang", required_argument, NULL, 'l' }, { "owner", required_argument, NULL, 'o' },
	{ "tz", required_argument, NULL, 'z' }, { "date-order", required_argument, NULL, 'd' },
	{ "at", required_argument, NULL, 'a' }, { "year", required_argument, NULL, 'y' },
	{ "json", no_argument, NULL, 'j' }, { "html", required_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

static int ask(struct asked *a, int option, const char *value)
{
	switch (option) {
	case 'f':
		return ask_format(a, value);
	case 'l':
		return ask_language(a, value);
	case 'o':
		a->study.owner = a->study.parse.self_name = str_of(value);
		return utf8_ok(str_of(value)) ? CLI_DONE : complain("--owner is a name in UTF-8", NULL);
	case 'z':
		return ask_zone(a, value);
	case 'd':
		return ask_date_order(a, value);
	case 'a':
		return ask_at(a, value);
	case 'y':
		return ask_year(a, value);
	case 'j':
		a->json = true;
		return CLI_DONE;
	case 'w':
		a->html_path = value;
		return CLI_DONE;
	default:
		return CLI_USAGE;
	}
}

static void explain(const char *path, enum err e, const char *why)
{
	const char *format;
	fprintf(stderr, "hearth diagnose: %s: %s\n", path, why && *why ? why : err_name(e));
	if (e != ERR_INPUT || parse_recognise(path, &format) == ERR_OK)
		return;
	fprintf(stderr, "These can be read:\n");
	const char *name;
	for (size_t i = 0; (name = parse_format_at(i)) != NULL; i++)
		fprintf(stderr, "  %-16s %s\n", name, parse_format_title(i, false));
}

static int write_out(const struct asked *a, const struct insight_diagnosis *d)
{
	struct buf text CLEANUP(buf_free) = BUF(REPORT_BYTES_MAX);
	if (a->html_path) {
		enum err e = report_html(d, a->chinese, &text);
		if (e == ERR_OK && strcmp(a->html_path, "-") != 0) {
			e = file_write(a->html_path, buf_str(&text), 0600);
			buf_clear(&text);
		}
		if (e != ERR_OK) {
			fprintf(stderr, "hearth diagnose: %s could not be written (%s)\n", a->html_path, err_name(e));
			return CLI_COULD_NOT;
		}
	}
	enum err e = a->json ? report_json(d, &text) : a->html_path ? ERR_OK : report_plain(d, a->chinese, &text);
	if (e != ERR_OK) {
		fprintf(stderr, "hearth diagnose: the answer does not fit (%s)\n", err_name(e));
		return CLI_COULD_NOT;
	}
	if (fwrite(text.p ? text.p : "", 1, text.n, stdout) != text.n || fflush(stdout) != 0) {
		fprintf(stderr, "hearth diagnose: standard output: %s\n", strerror(errno));
		return CLI_COULD_NOT;
	}
	return CLI_DONE;
}

static int diagnose(struct asked *a, char **paths, int path_count)
{
	struct progress progress = { .begun_us = clock_mono_us() };
	a->study.seed = SEED;
	a->study.progress = isatty(STDERR_FILENO) ? show_progress : NULL;
	a->study.arg = &progress;
	struct insight_study *study CLEANUP(insight_study_drop) = insight_study_new(&a->study);
	if (study == NULL) {
		fprintf(stderr, "hearth diagnose: no memory\n");
		return CLI_COULD_NOT;
	}
	progress.study = study;
	enum err e = insight_study_files(study, paths, (size_t)path_count);
	end_progress(&progress);
	if (e != ERR_OK) {
		explain(insight_study_path(study), e, insight_study_why(study));
		return CLI_COULD_NOT;
	}
	const struct insight_diagnosis *d;
	if (insight_study_end(study, &d) != ERR_OK) {
		fprintf(stderr, "hearth diagnose: no memory\n");
		return CLI_COULD_NOT;
	}
	if (a->study.owner.n && !d->owner_found)
		fprintf(stderr, "hearth diagnose: nobody in the files is called " STR_FMT "\n",
			STR_ARG(a->study.owner));
	return write_out(a, d);
}

int cli_diagnose(int argc, char **argv)
{
	struct asked a = { .chinese = system_is_chinese() };
	int status = CLI_DONE, option;
	optind = 1;
	while (status == CLI_DONE && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'h') {
			printf("usage: %s\n", cli_diagnose_command.usage);
			zone_free(a.zone);
			return CLI_DONE;
		}
		status = ask(&a, option, optarg);
	}
	if (status == CLI_DONE && optind == argc)
		status = complain("which file is to be read", NULL);
	if (status == CLI_DONE && a.json && a.html_path && strcmp(a.html_path, "-") == 0)
		status = complain("only one of --json and --html - can go to standard output", NULL);
	if (status == CLI_DONE)
		status = diagnose(&a, argv + optind, argc - optind);
	zone_free(a.zone);
	return status;
}

const struct cli_command cli_diagnose_command = {
	.name = "diagnose",
	.usage = "hearth diagnose FILE... [--json] [--html OUT] [--lang zh|en] [--owner NAME] [--at DATE]\n"
		 "                       [--tz ZONE] [--date-order dmy|mdy|ymd] [--year YEAR] [--format auto|NAME]\n"
		 "  Reads exports of chat groups and says how warm each group is, who carries it and who fell silent "
		 "when.\n"
		 "  --json         one object for programs\n"
		 "  --html OUT     one page that needs nothing else (- is standard output)\n"
		 "  --owner NAME   the group's owner, as he is called in the file\n"
		 "  --at DATE      look from this day back; what happened later is left out\n"
		 "  --tz ZONE      where the exporting device was, for files whose times have no zone",
	.run = cli_diagnose,
};
