/*
 * What the server does by itself now and then, in pieces and through its own writer: pictures that no message took are
 * forgotten, files that are nobody's leave the disk, what somebody said who deleted his account is emptied, and whoever is still
 * in a dissolved group goes.
 *
 * Used by: drops.c (start and end), going.c (wakes it). Owns: one thread. Not here: what makes a file nobody's (chat).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "api/drops.h"

#define SWEEP_EVERY_S 3600
#define SWEEP_PIECE 200u        /* pictures, files or messages in one go of the writer */
#define SWEEP_PIECES_MAX 20000u /* of one round */
#define FILE_NAME_MAX 80u

struct sweep {
	struct serve *serve;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t something;
	bool started, woken, stopping;
};

struct files { /* one piece: at most so many */
	size_t removed_count, found_count;
	char removed[SWEEP_PIECE][FILE_NAME_MAX + 1], found[SWEEP_PIECE][FILE_NAME_MAX + 1];
	bool more;
};

/* Forget what the last piece removed from the disk, and find what is to be removed next. */
static enum err files_handle(struct req *r)
{
	struct files *f = r->state;
	struct str *files;
	size_t count, forgotten;
	for (size_t i = 0; i < f->removed_count; i++)
		TRY(chat_file_gone_forget(r->db, str_of(f->removed[i])));
	TRY(chat_pictures_sweep(r->db, r->arena, r->now_us - CHAT_PICTURES_WAITING_US, SWEEP_PIECE, &forgotten));
	TRY(chat_files_gone(r->db, r->arena, SWEEP_PIECE, &files, &count));
	for (size_t i = 0; i < count; i++)
		snprintf(f->found[i], sizeof f->found[i], STR_FMT, STR_ARG(files[i]));
	f->found_count = count;
	f->more = count > 0 || forgotten > 0;
	return ERR_OK;
}

/* Only what is certainly nobody's leaves the disk. */
static void files_done(struct req *r, bool happened)
{
	struct files *f = r->state;
	for (size_t i = 0; happened && i < f->found_count; i++)
		api_picture_remove(r->serve, str_of(f->found[i]));
	if (happened) {
		memcpy(f->removed, f->found, sizeof f->removed);
		f->removed_count = f->found_count;
	}
}

static const struct entry files_entry = { .name = "sweep.files", .tx = TX_WRITE, .open_to_all = true, .may = may_anyone,
	.handle = files_handle, .done = files_done };

struct place { /* whose messages are being emptied, and how far */
	int64_t account, group, group_before;
	char after[CHAT_CLIENT_ID_MAX * 4 + 1];
};
struct emptying { /* now moves to next only when a piece happened */
	struct place now, next;
};

static enum err emptying_handle(struct req *r)
{
	struct emptying *e = r->state;
	struct place at = e->now;
	int64_t *groups;
	size_t count;
	struct str last;
	if (at.account == 0) {
		enum err err = people_to_empty(r->db, &at.account);
		if (err != ERR_OK && err != ERR_NOT_FOUND)
			return err;
	} else if (at.group == 0) {
		TRY(group_all_of(r->db, r->arena, at.account, at.group_before, 1, &groups, &count));
		if (count == 0)
			TRY(people_emptied(r->db, at.account));
		at = count ? (struct place){ .account = at.account, .group = groups[0] } : (struct place){ 0 };
	} else {
		TRY(chat_empty_said(r->db, r->arena, at.group, at.account, str_of(at.after), SWEEP_PIECE, &last));
		if (last.n == 0)
			at = (struct place){ .account = at.account, .group_before = at.group };
		else
			snprintf(at.after, sizeof at.after, STR_FMT, STR_ARG(last));
	}
	e->next = at;
	return ERR_OK;
}

static void emptying_done(struct req *r, bool happened)
{
	struct emptying *e = r->state;
	if (happened)
		e->now = e->next;
}

static const struct entry emptying_entry = { .name = "sweep.emptying", .tx = TX_WRITE, .open_to_all = true, .may = may_anyone,
	.handle = emptying_handle, .done = emptying_done };

/* A large group that was dissolved: its members go piece by piece. */
static enum err dissolving_handle(struct req *r)
{
	bool *more = r->state;
	int64_t group;
	enum err e = group_to_empty(r->db, &group);
	*more = e == ERR_OK;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	bool rest;
	return group_dissolve(r->db, group, 0, r->now_us, &rest);
}

static const struct entry dissolving_entry = { .name = "sweep.dissolving", .tx = TX_WRITE, .open_to_all = true, .may = may_anyone,
	.handle = dissolving_handle };

static bool is_stopping(struct sweep *s)
{
	pthread_mutex_lock(&s->lock);
	bool stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

/* Whatever is not done in this round, because the server is busy or stops, is done in the next. */
static void round_of(struct sweep *s, struct files *f)
{
	struct emptying e = { 0 };
	bool more = true;
	for (size_t i = 0; i < SWEEP_PIECES_MAX && more && !is_stopping(s); i++)
		more = serve_own(s->serve, &emptying_entry, 0, &e) == ERR_OK && e.now.account != 0;
	more = true;
	for (size_t i = 0; i < SWEEP_PIECES_MAX && more && !is_stopping(s); i++)
		if (serve_own(s->serve, &dissolving_entry, 0, &more) != ERR_OK)
			break;
	*f = (struct files){ .more = true };
	for (size_t i = 0; i < SWEEP_PIECES_MAX && f->more && !is_stopping(s); i++)
		if (serve_own(s->serve, &files_entry, 0, f) != ERR_OK)
			break;
}

static void *sweep_run(void *arg)
{
	struct sweep *s = arg;
	struct files *f = calloc(1, sizeof *f);
	while (f && !is_stopping(s)) {
		round_of(s, f);
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += SWEEP_EVERY_S;
		pthread_mutex_lock(&s->lock);
		while (!s->woken && !s->stopping && pthread_cond_timedwait(&s->something, &s->lock, &until) == 0)
			continue;
		s->woken = false;
		pthread_mutex_unlock(&s->lock);
	}
	free(f);
	return NULL;
}

enum err sweep_start(struct serve *serve, struct sweep **out_sweep)
{
	struct sweep *s = calloc(1, sizeof *s);
	pthread_condattr_t attr;
	if (s == NULL)
		return ERR_MEMORY;
	s->serve = serve;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->something, &attr);
	pthread_condattr_destroy(&attr);
	*out_sweep = s;
	TRY(thread_start(&s->thread, "sweep", sweep_run, s));
	s->started = true;
	return ERR_OK;
}

static void signal_to(struct sweep *s, bool stop)
{
	pthread_mutex_lock(&s->lock);
	s->woken = true;
	s->stopping = s->stopping || stop;
	pthread_cond_signal(&s->something);
	pthread_mutex_unlock(&s->lock);
}

void sweep_soon(struct sweep *s) { signal_to(s, false); }

void sweep_stop(struct sweep *s)
{
	if (s == NULL || !s->started)
		return;
	signal_to(s, true);
	pthread_join(s->thread, NULL);
	s->started = false;
}

void sweep_free(struct sweep *s)
{
	if (s == NULL)
		return;
	pthread_cond_destroy(&s->something);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
