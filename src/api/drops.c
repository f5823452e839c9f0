/* Dropped files: their list, their queue, the threads that read them, their end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/drops.h"
#include "api/packets.h"

#define LOOK_EVERY_S 5
#define DROPS_DEPTH 2 /* DATA/drops/ID/file */

struct thermometer *thermometer_of(const struct req *r) { return serve_kept(r->serve); }

/* ---- files ---- */

static void remove_folder(const char *path, int depth)
{
	char inner[PATH_MAX];
	DIR *dir = opendir(path);
	struct dirent *entry;
	while (dir && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
			continue;
		if (unlink(inner) != 0 && depth > 0)
			remove_folder(inner, depth - 1);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static bool has_room(const char *folder, uint64_t bytes)
{
	struct statvfs v;
	return statvfs(folder, &v) != 0 || (uint64_t)v.f_bavail * v.f_frsize > bytes + DROP_DISK_LEFT_BYTES;
}

/* The name a file gets here: the last part of what it was called, since formats read years and channels from it. */
static void file_name(struct str name, char out[DROP_NAME_BYTES_MAX + 1])
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
			name = str_from(name, i);
			break;
		}
	name = utf8_first(text_trim(name), DROP_NAME_BYTES_MAX);
	if (name.n == 0 || name.p[0] == '.')
		name = STR("export");
	memcpy(out, name.p, name.n);
	out[name.n] = '\0';
}

static enum err copy(const char *from, const char *to)
{
	static const size_t piece_bytes = 1u << 20;
	char *piece = malloc(piece_bytes);
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum err e = piece && in >= 0 && out >= 0 ? ERR_OK : ERR_IO;
	ssize_t n = 0;
	while (e == ERR_OK && (n = read(in, piece, piece_bytes)) > 0)
		e = write(out, piece, (size_t)n) == n ? ERR_OK : ERR_IO;
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) != 0)
		e = ERR_IO;
	free(piece);
	return n < 0 ? ERR_IO : e;
}

static enum err put_file(struct drop *d, const char *body_path, struct str body)
{
	TRY(dir_make(d->folder, 0700));
	if (body_path == NULL)
		return file_write(d->path, body, 0600);
	if (rename(body_path, d->path) == 0)
		return ERR_OK;
	return errno == EXDEV ? copy(body_path, d->path) : ERR_IO;
}

/* ---- the list ---- */

struct drop *drop_find(struct thermometer *t, int64_t id, int64_t account)
{
	struct drop *d = t->first;
	while (d && (d->id != id || d->account != account || d->gone))
		d = d->next;
	if (d)
		d->used = ++t->order;
	return d;
}

static size_t drops_of(const struct thermometer *t, int64_t account)
{
	size_t n = 0;
	for (const struct drop *d = t->first; d; d = d->next)
		n += d->account == account && !d->gone;
	return n;
}

bool drop_group_is_brought(const struct thermometer *t, int64_t group)
{
	for (const struct drop *d = t->first; d; d = d->next)
		if (d->kept == group && (d->bring == BRING_WAITS || d->bring == BRING_GOES))
			return true;
	return false;
}

static void reading_free(struct drop_reading *r)
{
	insight_study_free(r->study);
	free(r);
}

void drop_reading_leave(struct thermometer *t, struct drop_reading *r)
{
	pthread_mutex_lock(&t->lock);
	bool last = --r->uses == 0 && r->dropped;
	pthread_mutex_unlock(&t->lock);
	if (last)
		reading_free(r);
}

static void reading_drop(struct drop *d)
{
	if (d->reading == NULL)
		return;
	d->reading->dropped = true;
	if (d->reading->uses == 0)
		reading_free(d->reading);
	d->reading = NULL;
}

void drop_facts_forget(struct drop *d)
{
	reading_drop(d);
	d->facts = (struct drop_facts){ 0 };
	arena_free(d->memory);
	d->memory = NULL;
}

static void unlist(struct thermometer *t, struct drop *d)
{
	struct drop **at = &t->first;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	t->count--;
	remove_folder(d->folder, 0);
	drop_facts_forget(d);
	free(d);
}

void drop_take_away(struct thermometer *t, struct drop *d)
{
	d->gone = true;
	d->stop = true;
	if (!d->running)
		unlist(t, d);
}

void drop_enqueue(struct thermometer *t, struct drop *d, enum drop_work work)
{
	d->work = work;
	d->stop = false;
	d->order = ++t->order;
	d->seen_bytes = d->seen_lines = d->seen_messages = d->seen_skipped = 0;
	if (work == WORK_READ)
		d->state = DROP_READING;
	pthread_cond_broadcast(&t->something);
}

static enum err list_it(struct thermometer *t, struct drop *d)
{
	enum err e = t->count >= DROPS_MAX || t->stopping ? ERR_BUSY : drops_of(t, d->account) >= DROPS_OF_ONE_MAX ? ERR_LIMIT : ERR_OK;
	if (e != ERR_OK)
		return e;
	d->next = t->first;
	t->first = d;
	t->count++;
	drop_enqueue(t, d, WORK_READ);
	return ERR_OK;
}

enum err drop_add(struct thermometer *t, int64_t account, struct str name, const char *body_path, struct str body, uint64_t bytes,
	int64_t now_us, int64_t *out_id)
{
	uint64_t chance;
	struct drop *d = calloc(1, sizeof *d);
	if (d == NULL)
		return ERR_MEMORY;
	random_bytes(&chance, sizeof chance);
	*d = (struct drop){ .id = (int64_t)(chance >> 12) + 1, .account = account, .made_us = now_us, .bytes = bytes };
	file_name(name, d->name);
	snprintf(d->folder, sizeof d->folder, "%s/%lld", t->folder, (long long)d->id);
	snprintf(d->path, sizeof d->path, "%s/%s", d->folder, d->name);
	pthread_mutex_lock(&t->lock);
	enum err e = drops_of(t, account) >= DROPS_OF_ONE_MAX ? ERR_LIMIT : ERR_OK;
	pthread_mutex_unlock(&t->lock);
	if (e == ERR_OK)
		e = has_room(t->folder, body_path ? 0 : bytes) ? put_file(d, body_path, body) : ERR_IO;
	int64_t id = d->id;
	if (e == ERR_OK) {
		pthread_mutex_lock(&t->lock);
		e = list_it(t, d);
		pthread_mutex_unlock(&t->lock);
	}
	if (e != ERR_OK) {
		remove_folder(d->folder, 0);
		free(d);
		return e;
	}
	*out_id = id;
	return ERR_OK;
}

/* ---- the queue ---- */

static bool person_is_served(const struct thermometer *t, int64_t account)
{
	for (const struct drop *d = t->first; d; d = d->next)
		if (d->running && d->account == account)
			return true;
	return false;
}

static struct drop *next_of(const struct thermometer *t)
{
	struct drop *best = NULL;
	for (struct drop *d = t->first; d; d = d->next)
		if (d->work != WORK_NONE && !d->running && !person_is_served(t, d->account) && (best == NULL || d->order < best->order))
			best = d;
	return best;
}

size_t drop_ahead(const struct thermometer *t, const struct drop *d)
{
	size_t n = 0;
	if (d->work == WORK_NONE || d->running)
		return 0;
	for (const struct drop *o = t->first; o; o = o->next)
		n += o != d && (o->running || (o->work != WORK_NONE && o->order < d->order));
	return n;
}

/* Answers are large: the ones not looked at for longest go, and are made again when somebody asks. */
static void forget_readings(struct thermometer *t)
{
	for (;;) {
		struct drop *oldest = NULL;
		size_t n = 0;
		for (struct drop *d = t->first; d; d = d->next) {
			n += d->reading != NULL;
			if (d->reading && d->reading->uses == 0 && (oldest == NULL || d->used < oldest->used))
				oldest = d;
		}
		if (n <= DROP_READINGS_MAX || oldest == NULL)
			return;
		reading_drop(oldest);
	}
}

static void work_on(struct thermometer *t, struct drop *d)
{
	enum drop_work work = d->work;
	d->running = true;
	d->work = WORK_NONE;
	pthread_mutex_unlock(&t->lock);
	if (work == WORK_READ)
		drop_read(t, d);
	else
		drop_bring(t, d);
	pthread_mutex_lock(&t->lock);
	d->running = false;
	if (d->again && !d->gone)
		drop_enqueue(t, d, WORK_READ);
	d->again = false;
	if (d->gone)
		unlist(t, d);
	forget_readings(t);
	pthread_cond_broadcast(&t->something);
}

static void expire(struct thermometer *t)
{
	int64_t now_us = clock_wall_us();
	for (struct drop *d = t->first, *next; d; d = next) {
		next = d->next;
		if (!d->running && now_us - d->made_us > DROP_LIFE_US)
			drop_take_away(t, d);
	}
}

static void *reader_run(void *arg)
{
	struct thermometer *t = arg;
	pthread_mutex_lock(&t->lock);
	while (!t->stopping) {
		struct drop *d = next_of(t);
		if (d) {
			work_on(t, d);
			continue;
		}
		expire(t);
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += LOOK_EVERY_S;
		if (!t->stopping && next_of(t) == NULL)
			pthread_cond_timedwait(&t->something, &t->lock, &until);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

/* ---- beginning and end ---- */

enum err api_start(struct serve *s, bool without_counts)
{
	struct thermometer *t = calloc(1, sizeof *t);
	pthread_condattr_t attr;
	if (t == NULL)
		return ERR_MEMORY;
	t->serve = s;
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->reader_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->something, &attr);
	pthread_condattr_destroy(&attr);
	serve_keep(s, t);
	if (snprintf(t->folder, sizeof t->folder, "%s/drops", serve_data_dir(s)) >= (int)sizeof t->folder)
		return ERR_LIMIT;
	remove_folder(t->folder, DROPS_DEPTH); /* of a server that did not end as it should */
	TRY(dir_make(t->folder, 0700));
	TRY(operator_token_write(t));
	for (unsigned i = 0; i < DROP_READERS; i++) {
		TRY(thread_start(&t->threads[i], "drops", reader_run, t));
		t->thread_count++;
	}
	t->packets = packet_memory_new();
	if (t->packets == NULL)
		return ERR_MEMORY;
	TRY(sweep_start(s, &t->sweep));
	TRY(till_start(s, &t->till));
	return without_counts ? ERR_OK : fits_start(s, &t->fits);
}

void api_stop(struct serve *s)
{
	struct thermometer *t = serve_kept(s);
	if (t == NULL)
		return;
	till_stop(t->till);
	sweep_stop(t->sweep);
	fits_stop(t->fits);
	pthread_mutex_lock(&t->lock);
	t->stopping = true;
	for (struct drop *d = t->first; d; d = d->next)
		d->stop = true;
	pthread_cond_broadcast(&t->something);
	pthread_mutex_unlock(&t->lock);
	for (size_t i = 0; i < t->thread_count; i++)
		pthread_join(t->threads[i], NULL);
	t->thread_count = 0;
}

void api_end(struct serve *s)
{
	struct thermometer *t = s ? serve_kept(s) : NULL;
	if (t == NULL)
		return;
	serve_keep(s, NULL);
	while (t->first)
		unlist(t, t->first);
	db_disconnect(t->reader);
	till_free(t->till);
	packet_memory_free(t->packets);
	sweep_free(t->sweep);
	fits_free(t->fits);
	pthread_cond_destroy(&t->something);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->reader_lock);
	free(t);
}
