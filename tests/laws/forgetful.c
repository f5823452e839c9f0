/* See forgetful.h. One shadow per file, whole in memory; the real file underneath keeps the locks and the shared memory. */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forgetful.h"

#define SECTOR 512
#define EARLY_ONE_IN 16     /* a write that reaches the disk before anybody asked */
#define PAUSE_ONE_IN 64     /* sectors after which a sync dawdles, so that kills fall into it */
#define PAUSE_US 300
#define SHADOW_BYTES_MAX (1u << 30)

struct piece {
	int64_t from, to;
};

struct shadow { /* a file as its writers see it */
	struct shadow *next;
	char path[PATH_MAX];
	pthread_mutex_t lock;
	int users, fd;
	char *bytes;
	int64_t size, room;
	struct piece *pieces; /* written since the last sync */
	size_t count, pieces_room;
	bool cut;  /* made shorter since the last sync */
	bool gone; /* removed; who has it open keeps it */
};

struct file { /* what SQLite holds */
	sqlite3_file base;
	struct shadow *shadow; /* NULL: temporary, passed through */
	sqlite3_file *real;
};

static sqlite3_vfs *under;
static struct shadow *shadows;
static pthread_mutex_t shadows_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t chance(void)
{
	static _Thread_local uint64_t state;
	if (state == 0)
		sqlite3_randomness(sizeof state, &state);
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static int grow(struct shadow *s, int64_t size)
{
	if (size > SHADOW_BYTES_MAX)
		return SQLITE_FULL;
	if (size > s->room) {
		int64_t room = s->room * 2 > size ? s->room * 2 : size;
		char *bytes = realloc(s->bytes, (size_t)room);
		if (bytes == NULL)
			return SQLITE_NOMEM;
		s->bytes = bytes;
		s->room = room;
	}
	if (size > s->size) {
		memset(s->bytes + s->size, 0, (size_t)(size - s->size));
		s->size = size;
	}
	return SQLITE_OK;
}

/* ---- to the real file ---- */

static int put(struct shadow *s, int64_t from, int64_t to)
{
	to = to < s->size ? to : s->size;
	while (from < to) {
		ssize_t n = pwrite(s->fd, s->bytes + from, (size_t)(to - from), from);
		if (n <= 0)
			return SQLITE_IOERR_WRITE;
		from += n;
	}
	return SQLITE_OK;
}

/* The sectors that the pieces touch, in any order. */
static int put_pieces(struct shadow *s)
{
	for (size_t left = s->count; left > 0; left--) {
		size_t at = chance() % left;
		struct piece p = s->pieces[at];
		s->pieces[at] = s->pieces[left - 1];
		for (int64_t sector = p.from - p.from % SECTOR; sector < p.to; sector += SECTOR) {
			if (put(s, sector, sector + SECTOR) != SQLITE_OK)
				return SQLITE_IOERR_WRITE;
			if (chance() % PAUSE_ONE_IN == 0)
				usleep(PAUSE_US);
		}
	}
	return SQLITE_OK;
}

static int sync_now(struct shadow *s)
{
	if (s->cut && ftruncate(s->fd, s->size) != 0)
		return SQLITE_IOERR_TRUNCATE;
	s->cut = false;
	int rc = put_pieces(s);
	s->count = 0;
	return rc;
}

/* ---- shadows ---- */

static int load(struct shadow *s)
{
	off_t end = lseek(s->fd, 0, SEEK_END);
	if (end < 0 || grow(s, end) != SQLITE_OK)
		return SQLITE_IOERR_READ;
	for (int64_t at = 0; at < end;) {
		ssize_t n = pread(s->fd, s->bytes + at, (size_t)(end - at), at);
		if (n <= 0)
			return SQLITE_IOERR_READ;
		at += n;
	}
	return SQLITE_OK;
}

static void forget(struct shadow *s)
{
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s->bytes);
	free(s->pieces);
	free(s);
}

static struct shadow *shadow_of(const char *path)
{
	pthread_mutex_lock(&shadows_lock);
	struct shadow *s = shadows;
	while (s && strcmp(s->path, path) != 0)
		s = s->next;
	if (s == NULL && (s = calloc(1, sizeof *s)) != NULL) {
		strncpy(s->path, path, sizeof s->path - 1);
		pthread_mutex_init(&s->lock, NULL);
		s->fd = open(path, O_RDWR | O_CLOEXEC);
		if (s->fd < 0 || load(s) != SQLITE_OK) {
			forget(s);
			s = NULL;
		} else {
			s->next = shadows;
			shadows = s;
		}
	}
	if (s)
		s->users++;
	pthread_mutex_unlock(&shadows_lock);
	return s;
}

static void unlist(struct shadow *s)
{
	for (struct shadow **at = &shadows; *at; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			return;
		}
}

/* What was not synced when the last user closes it is as lost as at a kill, if power goes then; a later opener still sees it,
 * as the kernel's memory would show it. So the shadow stays until the file is removed. */
static void leave(struct shadow *s)
{
	pthread_mutex_lock(&shadows_lock);
	if (--s->users == 0 && s->gone)
		forget(s);
	pthread_mutex_unlock(&shadows_lock);
}

/* ---- a file's methods ---- */

static struct file *file_of(sqlite3_file *f) { return (struct file *)(void *)f; }
static sqlite3_file *real_of(sqlite3_file *f) { return file_of(f)->real; }

static int on_close(sqlite3_file *f)
{
	struct file *mine = file_of(f);
	if (mine->shadow)
		leave(mine->shadow);
	int rc = mine->real->pMethods ? mine->real->pMethods->xClose(mine->real) : SQLITE_OK;
	sqlite3_free(mine->real);
	return rc;
}

static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	struct shadow *s = file_of(f)->shadow;
	pthread_mutex_lock(&s->lock);
	int64_t there = at < s->size ? s->size - at : 0;
	there = there < n ? there : n;
	if (there)
		memcpy(to, s->bytes + at, (size_t)there);
	pthread_mutex_unlock(&s->lock);
	memset((char *)to + there, 0, (size_t)(n - there));
	return there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int note(struct shadow *s, int64_t from, int64_t to)
{
	if (s->count == s->pieces_room) {
		size_t room = s->pieces_room ? s->pieces_room * 2 : 64;
		struct piece *pieces = realloc(s->pieces, room * sizeof *pieces);
		if (pieces == NULL)
			return SQLITE_NOMEM;
		s->pieces = pieces;
		s->pieces_room = room;
	}
	s->pieces[s->count++] = (struct piece){ from, to };
	return SQLITE_OK;
}

static int on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	struct shadow *s = file_of(f)->shadow;
	pthread_mutex_lock(&s->lock);
	int rc = grow(s, at + n);
	if (rc == SQLITE_OK)
		rc = note(s, at, at + n);
	if (rc == SQLITE_OK) {
		memcpy(s->bytes + at, from, (size_t)n);
		if (chance() % EARLY_ONE_IN == 0)
			rc = put(s, at, at + n);
	}
	pthread_mutex_unlock(&s->lock);
	return rc;
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct shadow *s = file_of(f)->shadow;
	pthread_mutex_lock(&s->lock);
	int rc = grow(s, size);
	s->cut = s->cut || size < s->size;
	if (rc == SQLITE_OK)
		s->size = size;
	pthread_mutex_unlock(&s->lock);
	return rc;
}

static int on_sync(sqlite3_file *f, int flags)
{
	struct shadow *s = file_of(f)->shadow;
	pthread_mutex_lock(&s->lock);
	int rc = sync_now(s);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

static int on_size(sqlite3_file *f, sqlite3_int64 *out)
{
	struct shadow *s = file_of(f)->shadow;
	pthread_mutex_lock(&s->lock);
	*out = s->size;
	pthread_mutex_unlock(&s->lock);
	return SQLITE_OK;
}

/* The real file grows only by syncs, so what SQLite tells it about sizes is not for it. */
static int on_control(sqlite3_file *f, int op, void *arg)
{
	if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE || op == SQLITE_FCNTL_MMAP_SIZE)
		return SQLITE_NOTFOUND;
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int on_lock(sqlite3_file *f, int level) { return real_of(f)->pMethods->xLock(real_of(f), level); }
static int on_unlock(sqlite3_file *f, int level) { return real_of(f)->pMethods->xUnlock(real_of(f), level); }
static int on_reserved(sqlite3_file *f, int *out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); }
static int on_sector(sqlite3_file *f) { return SECTOR; }
static int on_traits(sqlite3_file *f) { return 0; } /* a disk of which nothing good is known */
static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}
static void on_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int on_shm_unmap(sqlite3_file *f, int remove) { return real_of(f)->pMethods->xShmUnmap(real_of(f), remove); }

static const sqlite3_io_methods methods = { 2, on_close, on_read, on_write, on_truncate, on_sync, on_size, on_lock, on_unlock,
	on_reserved, on_control, on_sector, on_traits, on_shm_map, on_shm_lock, on_shm_barrier, on_shm_unmap, NULL, NULL };

/* ---- the layer ---- */

static int on_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out_flags)
{
	struct file *mine = file_of(f);
	*mine = (struct file){ 0 };
	if (name == NULL || flags & SQLITE_OPEN_DELETEONCLOSE)
		return SQLITE_CANTOPEN; /* temporary files: Hearth keeps those in memory */
	mine->real = sqlite3_malloc(under->szOsFile);
	if (mine->real == NULL)
		return SQLITE_NOMEM;
	memset(mine->real, 0, (size_t)under->szOsFile);
	int rc = under->xOpen(under, name, mine->real, flags, out_flags);
	if (rc == SQLITE_OK && (mine->shadow = shadow_of(name)) == NULL)
		rc = SQLITE_CANTOPEN;
	if (rc != SQLITE_OK) {
		if (mine->real->pMethods)
			mine->real->pMethods->xClose(mine->real);
		sqlite3_free(mine->real);
		return rc;
	}
	mine->base.pMethods = &methods;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
	pthread_mutex_lock(&shadows_lock);
	for (struct shadow *s = shadows; s; s = s->next)
		if (strcmp(s->path, name) == 0) {
			unlist(s);
			s->gone = true;
			if (s->users == 0)
				forget(s);
			break;
		}
	pthread_mutex_unlock(&shadows_lock);
	return under->xDelete(under, name, sync_folder);
}

static int on_access(sqlite3_vfs *v, const char *name, int flags, int *out) { return under->xAccess(under, name, flags, out); }
static int on_full(sqlite3_vfs *v, const char *name, int n, char *out) { return under->xFullPathname(under, name, n, out); }
static int on_random(sqlite3_vfs *v, int n, char *out) { return under->xRandomness(under, n, out); }
static int on_sleep(sqlite3_vfs *v, int us) { return under->xSleep(under, us); }
static int on_last(sqlite3_vfs *v, int n, char *out) { return under->xGetLastError(under, n, out); }
static int on_time(sqlite3_vfs *v, sqlite3_int64 *out) { return under->xCurrentTimeInt64(under, out); }

int forgetful_register(void)
{
	static sqlite3_vfs layer;
	under = sqlite3_vfs_find(NULL);
	if (under == NULL)
		return SQLITE_ERROR;
	layer = (sqlite3_vfs){ .iVersion = 2, .szOsFile = sizeof(struct file), .mxPathname = under->mxPathname, .zName = FORGETFUL_NAME,
		.xOpen = on_open, .xDelete = on_delete, .xAccess = on_access, .xFullPathname = on_full, .xRandomness = on_random,
		.xSleep = on_sleep, .xGetLastError = on_last, .xCurrentTimeInt64 = on_time };
	return sqlite3_vfs_register(&layer, 0);
}
