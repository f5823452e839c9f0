/*
 * What the models do by themselves: the daily counts follow the journal, and each group's answer is worked out anew and kept.
 *
 * Promises: nothing here holds the chat up: it reads on a connection of its own and writes small rows through the server's
 * writer. A group's answer is at most a minute behind, or 300 times what it takes; a dear one (FIT_DEAR_US) is worked out at night.
 * Each says of when it is; whoever has none yet gets one at once.
 * Used by: drops.c (start and end), drop_bring.c (wakes it), thermometer.c (makes one on the spot). Owns: one thread.
 * Not here: the formulas (warmth), what is kept where (insight).
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "api/drops.h"
#include "report/report.h"

#define ROUND_S 1
#define LOOK_EVERY 20u              /* rounds between two looks for what is due */
#define FRESH_US (60 * US_PER_S)    /* a busy group's answer is not made anew more often */
#define OLD_US (24 * 3600 * US_PER_S)
#define VERY_OLD_US (2 * OLD_US)    /* then by day, too */
#define NIGHT_FROM_H 2
#define NIGHT_TO_H 6
#define FIT_DEAR_US (10 * US_PER_S)  /* worked out at night only */
#define FIT_REST 300                 /* else after so many times what it took: a third of a hundredth of one core */
#define PAGE 200u
#define COUNT_ROUNDS_MAX 1000u
#define FIT_GREETINGS 3u
#define MONDAY_US (4 * US_PER_DAY) /* the first one after 1970-01-01 */
#define WEEK_US (7 * US_PER_DAY)

struct fits {
	struct serve *serve;
	struct db_conn *reader;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t something;
	bool started, woken;
	_Atomic bool stopping;
};

/* ---- one answer ---- */

void fit_free(struct fit *f)
{
	buf_free(&f->summary);
	buf_free(&f->report);
}

/* The last whole weeks before the reading looked, oldest first. */
static void weeks_of(const struct warmth_reading *r, uint32_t out[FIT_WEEKS])
{
	int64_t monday = r->at_us - (r->at_us - MONDAY_US) % WEEK_US;
	for (size_t i = 0; i < r->week_count; i++) {
		int64_t back = (monday - r->weeks[i].begin_us) / WEEK_US;
		if (r->weeks[i].begin_us < monday && back >= 1 && back <= FIT_WEEKS)
			out[FIT_WEEKS - back] = r->weeks[i].messages;
	}
}

/* How much a group asks for its owner: how likely its talk fades (the forecast's chance to halve; without one, a guess by its
 * stage), weighed by how many it would be lost for. In thousandths. */
static int64_t need_of(const struct insight_group *g)
{
	static const double guess[] = { .2, .1, .15, .6, .4 }; /* unknown, warming, steady, cooling, quiet */
	const struct warmth_forecast *f = &g->forecast;
	double p = f->count ? f->rows[f->count - 1].halve.p : NAN;
	if (isnan(p))
		p = guess[g->reading.level.stage];
	return (int64_t)(1000 * p * log2(2 + (double)g->reading.members));
}

/* For the day's act. A member is kept by his number alone: whether he may be named is asked again when it is shown. */
static void write_greetings(struct json_out *j, const struct insight_group *g)
{
	size_t people[REPORT_GREETED], n = report_greeted(g, people);
	json_key(j, "greet");
	json_open_list(j);
	for (size_t i = 0; i < n && i < FIT_GREETINGS; i++) {
		const struct warmth_person *p = &g->reading.people[people[i]];
		json_open(j);
		json_key_int(j, "account", g->accounts ? g->accounts[people[i]] : 0);
		json_key_text(j, "name", g->accounts ? STR("") : g->names[people[i]]);
		json_key_int(j, "quiet_days", p->quiet_days);
		json_key_real(j, "usual_gap_days", p->usual_gap_days);
		json_close(j);
	}
	json_close_list(j);
}

/* The failing with the strongest sign, for the day's act; empty where there is none. */
static void write_failing(struct json_out *j, const struct insight_group *g)
{
	const struct warmth_failing *worst = NULL;
	const char *key = "";
	for (size_t i = 0; g->owner != INSIGHT_NOT_THERE && i < WARMTH_FAILINGS; i++) {
		const struct warmth_failing *f = &g->reading.failings.of[i];
		if (f->sign >= WARMTH_SIGN_SOME && (worst == NULL || f->level > worst->level)) {
			worst = f;
			key = failing_key_of((enum warmth_failing_kind)i);
		}
	}
	json_key_text(j, "failing", str_of(key));
}

static void write_summary(struct json_out *j, const struct insight_group *g)
{
	const struct warmth_reading *r = &g->reading;
	static const char *const stages[] = { "unknown", "warming", "steady", "cooling", "quiet" };
	uint32_t weeks[FIT_WEEKS] = { 0 };
	if (r->talked)
		weeks_of(r, weeks);
	json_open(j);
	json_key(j, "weeks");
	json_open_list(j);
	for (size_t i = 0; i < FIT_WEEKS; i++)
		json_int(j, weeks[i]);
	json_close_list(j);
	json_key_int(j, "messages", (int64_t)r->messages);
	json_key_int(j, "spoke", (int64_t)r->members);
	if (r->talked)
		json_key_time(j, "last_at", r->last_us);
	else
		json_key_null(j, "last_at");
	json_key_text(j, "stage", str_of(stages[r->level.stage]));
	json_key_real(j, "percent", r->level.percent);
	json_key_real(j, "p_halve", g->forecast.count ? g->forecast.rows[g->forecast.count - 1].halve.p : NAN);
	json_key_int(j, "need", need_of(g));
	write_greetings(j, g);
	write_failing(j, g);
	json_close(j);
}

enum err fit_make(struct db_conn *c, int64_t group, int64_t now_us, const _Atomic bool *stop, struct fit *f)
{
	CLEANUP(insight_group_reading_drop) struct insight_group_reading *reading = NULL;
	int64_t number, wishes, began_us = clock_mono_us();
	TRY(insight_wishes(c, &wishes));
	TRY(event_last(c, STREAM_GROUP, group, &number));
	TRY(insight_group_read(c, group, now_us, stop, &reading));
	struct json_out summary = JSON_OUT(&f->summary);
	write_summary(&summary, insight_group_of(reading));
	TRY(report_json_group(insight_group_of(reading), &f->report));
	TRY(buf_end(&f->summary));
	f->kept = (struct insight_fit){ .group = group, .made_us = now_us, .number = number, .cost_us = clock_mono_us() - began_us, .wishes = wishes,
		.summary = buf_str(&f->summary), .report = buf_str(&f->report) };
	return ERR_OK;
}

/* ---- by itself ---- */

static enum err put_handle(struct req *r)
{
	const struct fit *f = r->state;
	enum err e = insight_fit_put(r->db, &f->kept);
	return e == ERR_CONFLICT ? ERR_OK : e; /* worked out anew by and by */
}

static const struct entry put_entry = { .name = "own.fit", .tx = TX_WRITE, .open_to_all = true, .may = may_anyone, .handle = put_handle };

static bool is_stopping(const struct fits *f) { return f->stopping; }

static enum err make_and_keep(struct fits *f, int64_t group, int64_t now_us)
{
	CLEANUP(fit_free) struct fit made = FIT;
	enum err e = db_begin(f->reader, false);
	if (e == ERR_OK)
		e = fit_make(f->reader, group, now_us, &f->stopping, &made);
	db_rollback(f->reader);
	return e == ERR_OK ? serve_own(f->serve, &put_entry, 0, &made) : e;
}

static bool is_night(int64_t now_us)
{
	struct tm tm;
	time_t t = (time_t)(now_us / US_PER_S);
	return localtime_r(&t, &tm) && tm.tm_hour >= NIGHT_FROM_H && tm.tm_hour < NIGHT_TO_H;
}

static bool is_time(const struct insight_due *d, int64_t now_us)
{
	int64_t age_us = now_us - d->made_us;
	if (d->made_us == 0)
		return true;
	if (d->cost_us < FIT_DEAR_US)
		return age_us >= FRESH_US && age_us >= d->cost_us * FIT_REST;
	return age_us >= VERY_OLD_US || (age_us >= OLD_US / 2 && is_night(now_us));
}

static void look(struct fits *f)
{
	struct insight_due due[PAGE];
	size_t n = PAGE;
	for (int64_t after = 0; n == PAGE && !is_stopping(f);) {
		int64_t now_us = clock_wall_us();
		enum err e = db_begin(f->reader, false);
		if (e == ERR_OK)
			e = insight_fits_due(f->reader, after, now_us - OLD_US, due, PAGE, &n);
		db_rollback(f->reader);
		if (e != ERR_OK)
			return;
		for (size_t i = 0; i < n && !is_stopping(f); i++) {
			after = due[i].group;
			if (is_time(&due[i], now_us))
				e = make_and_keep(f, after, now_us);
			if (e != ERR_OK && e != ERR_BUSY && e != ERR_CLOSED && e != ERR_NOT_FOUND)
				log_line(LOG_WARN, "thermometer: group %lld: %s", (long long)after, err_name(e));
		}
	}
}

static void count(struct fits *f)
{
	bool more = true;
	for (unsigned i = 0; i < COUNT_ROUNDS_MAX && more && !is_stopping(f); i++) {
		enum err e = insight_counts_round(f->serve, f->reader, &more);
		if (e == ERR_OK)
			continue;
		if (e != ERR_BUSY && e != ERR_CLOSED)
			log_line(LOG_WARN, "daily counts: %s; trying again", err_name(e));
		more = false;
	}
}

/* Sleep for a round; true: something was brought in. */
static bool pause_round(struct fits *f)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ROUND_S;
	pthread_mutex_lock(&f->lock);
	while (!f->woken && !f->stopping && pthread_cond_timedwait(&f->something, &f->lock, &until) == 0)
		continue;
	bool woken = f->woken;
	f->woken = false;
	pthread_mutex_unlock(&f->lock);
	return woken;
}

static void *run(void *arg)
{
	struct fits *f = arg;
	for (unsigned round = 0; !is_stopping(f); round++) {
		count(f);
		if (round % LOOK_EVERY == 0)
			look(f);
		if (pause_round(f))
			look(f);
	}
	return NULL;
}

enum err fits_start(struct serve *serve, struct fits **out)
{
	struct fits *f = calloc(1, sizeof *f);
	pthread_condattr_t attr;
	if (f == NULL)
		return ERR_MEMORY;
	f->serve = serve;
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->something, &attr);
	pthread_condattr_destroy(&attr);
	*out = f;
	TRY(db_connect(serve_db(serve), true, &f->reader));
	TRY(thread_start(&f->thread, "insight", run, f));
	f->started = true;
	return ERR_OK;
}

static void signal_to(struct fits *f, bool stop)
{
	pthread_mutex_lock(&f->lock);
	f->woken = true;
	f->stopping = f->stopping || stop;
	pthread_cond_signal(&f->something);
	pthread_mutex_unlock(&f->lock);
}

void fits_soon(struct fits *f)
{
	if (f)
		signal_to(f, false);
}

void fits_stop(struct fits *f)
{
	if (f == NULL || !f->started)
		return;
	signal_to(f, true);
	pthread_join(f->thread, NULL);
	f->started = false;
}

void fits_free(struct fits *f)
{
	if (f == NULL)
		return;
	db_disconnect(f->reader);
	pthread_cond_destroy(&f->something);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
