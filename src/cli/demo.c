/* hearth serve --demo: is there a village already, may one be made here, and its owner's way in. */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/demo.h"
#include "people/people.h"

#define PLAN_BYTES_MAX (256u << 20)
#define CHINA_US (8 * 3600 * US_PER_S)

static size_t said_percent = SIZE_MAX;

void demo_say_progress(size_t done, size_t all)
{
	size_t percent = all ? done * 100 / all : 100, step = isatty(STDOUT_FILENO) ? 1 : 25;
	if (percent / step == said_percent / step && said_percent != SIZE_MAX)
		return;
	said_percent = percent;
	bool here = isatty(STDOUT_FILENO);
	printf("%s正在编一个示范村 / making up a village  %zu %%%s", here ? "\r" : "", percent, here ? "" : "\n");
	fflush(stdout);
}

/* Of this machine; where it keeps no zone of its own, the village's. */
static int64_t zone_us(int64_t now_us)
{
	time_t t = (time_t)(now_us / US_PER_S);
	struct tm local;
	return localtime_r(&t, &local) && local.tm_gmtoff ? local.tm_gmtoff * US_PER_S : CHINA_US;
}

static enum err make(struct db_conn *c, const char *data, int size_percent)
{
	CLEANUP(arena_drop) struct arena *a = arena_new(PLAN_BYTES_MAX);
	struct demo_plan plan;
	int64_t now_us = clock_wall_us();
	if (a == NULL)
		return ERR_MEMORY;
	demo_say_progress(0, 100);
	TRY(people_site_ready(c, now_us));
	TRY(demo_plan_make(a, now_us, zone_us(now_us), size_percent, &plan));
	TRY(demo_do(c, data, &plan));
	demo_say_progress(100, 100);
	printf(isatty(STDOUT_FILENO) ? "\n" : "");
	return ERR_OK;
}

static enum err make_or_leave(struct db *d, const char *data, int size_percent)
{
	char marker[PATH_MAX];
	struct stat there;
	struct db_conn *c = NULL;
	int64_t people;
	if (snprintf(marker, sizeof marker, "%s/" DEMO_MARKER, data) >= (int)sizeof marker)
		return ERR_LIMIT;
	TRY(db_connect(d, false, &c));
	enum err e = db_begin(c, true);
	if (e == ERR_OK)
		e = people_count(c, &people);
	bool made = false;
	if (e == ERR_OK && people > 0 && stat(marker, &there) != 0)
		e = ERR_REFUSED;
	else if (e == ERR_OK && people == 0) {
		made = true;
		e = make(c, data, size_percent);
		/* before the commit: without it the next start would take the village for somebody's own */
		if (e == ERR_OK)
			e = file_write(marker, STR("made-up data of hearth serve --demo\n"), 0600);
	}
	if (e == ERR_OK)
		e = db_commit(c);
	if (e != ERR_OK) {
		db_rollback(c);
		if (made)
			unlink(marker);
	}
	db_disconnect(c);
	return e;
}

enum err demo_ready(struct db *d, const char *data, int size_percent)
{
	enum err e = make_or_leave(d, data, size_percent);
	if (e == ERR_REFUSED)
		fprintf(stderr, "hearth: %s holds groups of somebody's own; give --demo a folder (and database) for itself\n", data);
	return e;
}

enum err demo_link(struct db *d, struct token *out_code)
{
	struct db_conn *c = NULL;
	int64_t owner, link, expires_us;
	TRY(db_connect(d, false, &c));
	enum err e = db_begin(c, true);
	if (e == ERR_OK)
		e = people_site_owner(c, &owner);
	if (e == ERR_OK)
		e = people_link_add(c, LINK_RECOVERY, owner, owner, clock_wall_us(), out_code, &link, &expires_us);
	if (e == ERR_OK)
		e = db_commit(c);
	if (e != ERR_OK)
		db_rollback(c);
	db_disconnect(c);
	return e;
}
