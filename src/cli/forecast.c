/*
 * hearth forecast: read exports of chat groups and say, for a row of dates, how likely each group was to halve and to fall, from
 * what lay before that date only; for the dates that are over, what then came stands beside it.
 * Called by: main.c. Owns: one study. Not here: formats (parse), the forecast (warmth), how good it is (docs/backtest.md).
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "insight/insight.h"

#define GROUP_BYTES_MAX (4ull << 30) /* the most one group's forecast may take; each gives it back before the next */

struct asked {
	const char *step, *language;
	bool tsv, features, chinese;
	uint32_t step_days;
};

struct words {
	const char *about, *young, *head, *yes, *no, *open, *few, *fallen, *past_halve, *past_fall;
};
static const struct words english = {
	.about = "Halve: the next 84 days hold less than half of the last 84. Fall: 84 days on, the two quarters that follow are\n"
		 "below half of the group's usual. In brackets, what the model is not sure of. Then: what came of it.\n",
	.young = "  no forecast: less than 252 days of talk\n",
	.head = "  date        halve          then  fall           then\n",
	.yes = "yes ",
	.no = "no  ",
	.open = "    ",
	.few = "fewer than 100 messages in 84 days",
	.fallen = "already below three quarters of its usual",
	.past_halve = "  Of %zu forecasts of halving that are over, %.1f were expected to come true; %zu did.\n",
	.past_fall = "  Of %zu forecasts of a fall that are over, %.1f were expected to come true; %zu did.\n",
};
static const struct words chinese = {
	.about = "减半：往后 84 天的消息不到过去 84 天的一半。\n跌落：84 天以后的两个季度，平均不到本群平常的一半。"
		 "括号里是模型拿不准的范围。后来：事后看到的结果。\n",
	.young = "  还不能预测：说话的日子不满 252 天\n",
	.head = "  日期        减半           后来  跌落           后来\n",
	.yes = "是  ",
	.no = "否  ",
	.open = "    ",
	.few = "84 天里不到 100 条消息",
	.fallen = "已经低于平常的四分之三",
	.past_halve = "  减半：已见分晓的 %zu 次预测里，预计应验 %.1f 次，实际 %zu 次。\n",
	.past_fall = "  跌落：已见分晓的 %zu 次预测里，预计应验 %.1f 次，实际 %zu 次。\n",
};

static int complain(const char *what, const char *value)
{
	fprintf(stderr, "hearth forecast: %s%s%s\nhearth forecast --help shows how it is used.\n", what, value ? ": " : "",
		value ? value : "");
	return CLI_USAGE;
}

/* A name must not break a line of the table. */
static void print_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		putchar((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f ? ' ' : name.p[i]);
}

static const char *reason(const struct words *w, const struct warmth_forecast_row *r)
{
	return r->halve.why == WARMTH_FORECAST_FEW ? w->few : r->fall.why == WARMTH_FORECAST_FALLEN ? w->fallen : "";
}

/* ---- for programs ---- */

static void print_header(const struct asked *a)
{
	printf("group\tat\tp_halve\tp_halve_low\tp_halve_high\tp_fall\tp_fall_low\tp_fall_high\treason");
	if (a->features) {
		printf("\tday\tmessages\tlast28\tbefore\tusual\tnext84\tlater168");
		for (size_t i = 0; i < WARMTH_FEATURES; i++)
			printf("\t%s", warmth_feature_name((enum warmth_feature)i));
	}
	putchar('\n');
}

static void print_chance(const struct warmth_chance *c)
{
	if (c->why == WARMTH_FORECAST_SAID)
		printf("\t%.4f\t%.4f\t%.4f", c->p, c->low, c->high);
	else
		printf("\t\t\t");
}

static void print_features(const struct warmth_forecast_row *r)
{
	printf("\t%lld\t%llu\t%llu\t%llu\t%.1f\t%llu\t%llu", (long long)(r->at_us / US_PER_DAY),
		(unsigned long long)r->messages, (unsigned long long)r->last28, (unsigned long long)r->before, r->usual,
		(unsigned long long)r->next84, (unsigned long long)r->later168);
	for (size_t i = 0; i < WARMTH_FEATURES; i++)
		if (isnan(r->x[i]))
			putchar('\t');
		else
			printf("\t%.9g", r->x[i]);
}

static void print_rows(const struct asked *a, const struct insight_forecast *f)
{
	char at[21];
	for (size_t i = 0; i < f->forecast.count; i++) {
		const struct warmth_forecast_row *r = &f->forecast.rows[i];
		date_print(r->at_us, at);
		print_name(f->key);
		printf("\t%s", at);
		print_chance(&r->halve);
		print_chance(&r->fall);
		printf("\t%s", reason(&english, r));
		if (a->features)
			print_features(r);
		putchar('\n');
	}
}

/* ---- for people ---- */

static void print_percent(const struct words *w, const struct warmth_chance *c)
{
	char text[32] = "";
	if (c->why == WARMTH_FORECAST_SAID)
		snprintf(text, sizeof text, "%.0f%% (%.0f-%.0f)", 100 * c->p, 100 * c->low, 100 * c->high);
	printf("  %-14s %s", text, c->came == WARMTH_CAME ? w->yes : c->came == WARMTH_CAME_NOT ? w->no : w->open);
}

static void print_table(const struct asked *a, const struct insight_forecast *f)
{
	const struct words *w = a->chinese ? &chinese : &english;
	char at[21];
	bool few = false;
	print_name(f->name);
	putchar('\n');
	printf("%s", f->forecast.count == 0 ? w->young : w->head);
	for (size_t i = 0; i < f->forecast.count; i++) {
		const struct warmth_forecast_row *r = &f->forecast.rows[i];
		bool again = few;
		few = r->halve.why == WARMTH_FORECAST_FEW;
		if (few && again)
			continue; /* a long silence is one line */
		date_print(r->at_us, at);
		printf("  %.10s", at);
		if (!few) {
			print_percent(w, &r->halve);
			print_percent(w, &r->fall);
		}
		printf("  %s%s\n", reason(w, r), few ? " …" : "");
	}
	const struct warmth_forecast_past *halve = &f->forecast.halve, *fall = &f->forecast.fall;
	if (halve->due)
		printf(w->past_halve, halve->due, halve->expected, halve->came);
	if (fall->due)
		printf(w->past_fall, fall->due, fall->expected, fall->came);
	putchar('\n');
}

/* ---- the command ---- */

static int could_not(const char *what, const char *why)
{
	fprintf(stderr, "hearth forecast: %s: %s\n", what, why);
	return CLI_COULD_NOT;
}

static int answer(const struct asked *a, const struct insight_study *study)
{
	struct arena *memory CLEANUP(arena_drop) = arena_new(GROUP_BYTES_MAX);
	if (memory == NULL)
		return could_not("the answer", "no memory");
	if (a->tsv)
		print_header(a);
	else
		printf("%s\n", a->chinese ? chinese.about : english.about);
	for (size_t i = 0; i < insight_study_groups(study); i++) {
		struct insight_forecast f;
		arena_reset(memory);
		enum err e = insight_study_forecast(study, i, a->step_days, memory, &f);
		if (e != ERR_OK)
			return could_not("the answer", err_name(e));
		(a->tsv ? print_rows : print_table)(a, &f);
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? CLI_DONE : could_not("standard output", strerror(errno));
}

static int forecast(const struct asked *a, char **paths, int path_count)
{
	struct insight_options options = { 0 };
	struct insight_study *study CLEANUP(insight_study_drop) = insight_study_new(&options);
	if (study == NULL)
		return could_not("the study", "no memory");
	enum err e = insight_study_files(study, paths, (size_t)path_count);
	const char *why = insight_study_why(study);
	if (e != ERR_OK)
		return could_not(insight_study_path(study), *why ? why : err_name(e));
	return answer(a, study);
}

static int ask_step(struct asked *a)
{
	int64_t days = WARMTH_FORECAST_STEP_DAYS;
	if (a->step && str_int(str_of(a->step), 1, WARMTH_FORECAST_STEP_DAYS_MAX, &days) != ERR_OK)
		return complain("--step-days is a number of days from 1 to 3650, not", a->step);
	a->step_days = (uint32_t)days;
	return CLI_DONE;
}

static int ask_language(struct asked *a)
{
	const char *said = a->language;
	if (said && strcmp(said, "zh") != 0 && strcmp(said, "en") != 0)
		return complain("--lang is zh or en, not", said);
	const char *names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	for (size_t i = 0; i < COUNT_OF(names) && (said == NULL || *said == '\0'); i++)
		said = getenv(names[i]);
	a->chinese = said && strncmp(said, "zh", 2) == 0;
	return CLI_DONE;
}

int cli_forecast(int argc, char **argv)
{
	struct asked a = { .step = NULL };
	const struct cli_option options[] = { { "step-days", &a.step, NULL }, { "lang", &a.language, NULL }, { "tsv", NULL, &a.tsv },
		{ "features", NULL, &a.features } };
	if (!cli_options(&argc, argv, options, COUNT_OF(options)))
		return CLI_USAGE;
	int status = ask_step(&a);
	if (status == CLI_DONE)
		status = ask_language(&a);
	if (status == CLI_DONE && argc < 2)
		status = complain("which file is to be read", NULL);
	a.tsv |= a.features;
	return status == CLI_DONE ? forecast(&a, argv + 1, argc - 1) : status;
}

const struct cli_command cli_forecast_command = {
	.name = "forecast",
	.usage = "hearth forecast FILE... [--step-days 28] [--tsv] [--features] [--lang zh|en]\n"
		 "  Reads exports of chat groups and says, for each group and every 28 days, how likely it was to halve within\n"
		 "  84 days and to fall for good, from what lay before that day only; and what then came.\n"
		 "  --step-days N  the days from one date to the next\n"
		 "  --tsv          one line for each group and date, for programs\n"
		 "  --features     the same, with what the forecast looked at and what was counted afterwards",
	.run = cli_forecast,
};
