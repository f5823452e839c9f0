/* See disk.h. A file has two contents: what is seen, and what is on the disk; and a list of what lies between. */
#include "disk.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512
#define FILES_MAX 8
#define PATH_CHARS 200
#define FILE_BYTES_MAX (64 << 20)
#define REGIONS_MAX 16
#define LOCKS SQLITE_SHM_NLOCK

struct bytes {
	char *p;
	int64_t size, room;
};

struct change { /* not synced: a write, or a truncation to `at` when n is -1 */
	int64_t at, n;
	size_t data; /* its place in the pool */
};

struct there { /* a file under its name; stays in the table when it is removed */
	char path[PATH_CHARS];
	bool exists, kept_exists;
	struct bytes seen, disk, kept, pool;
	struct change *changes;
	size_t count, room;
	int shared, reserved, exclusive;           /* locks: how many */
	char *regions[REGIONS_MAX];                /* of the log's index */
	int region_bytes, shm_shared[LOCKS];
	bool shm_exclusive[LOCKS];
};

struct handle { /* what SQLite holds */
	sqlite3_file base;
	struct there *file;
	struct bytes own; /* a temporary file */
	int level;
	unsigned shm_shared, shm_exclusive;
};

static struct there files[FILES_MAX];
static size_t file_count;
static struct disk_plan plan;
static uint64_t events, chances, state;
static bool dark, went_wrong, pads;
const bool *const disk_dark = &dark;

static uint64_t chance(uint64_t below) /* splitmix64 */
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

/* ---- bytes ---- */

static int grow(struct bytes *b, int64_t size)
{
	if (size > FILE_BYTES_MAX)
		return SQLITE_FULL;
	if (size > b->room) {
		int64_t room = b->room * 2 > size ? b->room * 2 : size;
		char *p = realloc(b->p, (size_t)room);
		if (p == NULL)
			return SQLITE_NOMEM;
		b->p = p;
		b->room = room;
	}
	if (size > b->size)
		memset(b->p + b->size, 0, (size_t)(size - b->size));
	b->size = size > b->size ? size : b->size;
	return SQLITE_OK;
}

static int put(struct bytes *b, int64_t at, const void *from, int64_t n)
{
	int rc = grow(b, at + n);
	if (rc == SQLITE_OK && n)
		memcpy(b->p + at, from, (size_t)n);
	return rc;
}

static void become(struct bytes *b, const struct bytes *other)
{
	b->size = 0;
	if (put(b, 0, other->p, other->size) != SQLITE_OK)
		abort();
}

static int note(struct there *f, int64_t at, const void *from, int64_t n)
{
	if (f->count == f->room) {
		size_t room = f->room ? f->room * 2 : 64;
		struct change *list = realloc(f->changes, room * sizeof *list);
		if (list == NULL)
			return SQLITE_NOMEM;
		f->changes = list;
		f->room = room;
	}
	f->changes[f->count++] = (struct change){ at, n, (size_t)f->pool.size };
	return n > 0 ? put(&f->pool, f->pool.size, from, n) : SQLITE_OK;
}

/* ---- what gets to the disk ---- */

static void land(struct there *f, const struct change *c, int64_t from, int64_t n)
{
	if (c->n < 0) {
		if (grow(&f->disk, c->at) != SQLITE_OK)
			abort();
		f->disk.size = c->at;
	} else if (put(&f->disk, c->at + from, f->pool.p + c->data + from, n) != SQLITE_OK) {
		abort();
	}
}

static void settled(struct there *f) { f->count = 0, f->pool.size = 0; }

static void land_all(struct there *f)
{
	for (size_t i = 0; i < f->count; i++)
		land(f, &f->changes[i], 0, f->changes[i].n);
	settled(f);
}

/* Sectors by chance, `of` in eight of them. */
static void land_some(struct there *f, uint64_t of)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct change *c = &f->changes[i];
		for (int64_t at = 0; at < c->n; at += SECTOR)
			if (chance(8) < of)
				land(f, c, at, c->n - at < SECTOR ? c->n - at : SECTOR);
		if (c->n < 0 && chance(8) < of)
			land(f, c, 0, 0);
	}
	settled(f);
}

/* In order, up to some byte of some change. */
static void land_beginning(struct there *f)
{
	size_t whole = f->count ? chance(f->count) : 0;
	for (size_t i = 0; i < whole; i++)
		land(f, &f->changes[i], 0, f->changes[i].n);
	if (whole < f->count && f->changes[whole].n > 0)
		land(f, &f->changes[whole], 0, (int64_t)chance((uint64_t)f->changes[whole].n));
	settled(f);
}

void disk_dark_now(void)
{
	uint64_t how = chance(5);
	for (size_t i = 0; i < file_count && !dark; i++) {
		if (how == 0)
			settled(&files[i]);
		else if (how == 1)
			land_all(&files[i]);
		else if (how == 2)
			land_beginning(&files[i]);
		else
			land_some(&files[i], how == 3 ? 4 : 7);
	}
	dark = true;
}

static void forget_indexes(void)
{
	for (size_t i = 0; i < file_count; i++)
		for (int k = 0; k < REGIONS_MAX && files[i].regions[k]; k++)
			memset(files[i].regions[k], 0, (size_t)files[i].region_bytes);
}

void disk_light(void)
{
	for (size_t i = 0; i < file_count; i++)
		become(&files[i].seen, &files[i].disk);
	forget_indexes();
	dark = false;
	plan = (struct disk_plan){ 0 };
}

void disk_keep(void)
{
	for (size_t i = 0; i < file_count; i++) {
		files[i].kept_exists = files[i].exists;
		become(&files[i].kept, &files[i].seen);
	}
}

void disk_begin(uint64_t seed)
{
	for (size_t i = 0; i < file_count; i++) {
		files[i].exists = files[i].kept_exists;
		settled(&files[i]);
		become(&files[i].disk, &files[i].kept);
	}
	state = seed;
	disk_light();
}

/* ---- what goes wrong ---- */

void disk_plan(const struct disk_plan *p)
{
	plan = *p;
	events = chances = 0;
	went_wrong = false;
}

bool disk_went_wrong(void) { return went_wrong; }

/* false: the power has gone. */
static bool event(void)
{
	if (!dark && ++events == plan.dark_at)
		disk_dark_now();
	return !dark;
}

static bool breaks(bool sync)
{
	if (plan.fault == DISK_SOUND || (plan.fault == DISK_SYNC_BREAKS) != sync)
		return false;
	uint64_t n = ++chances;
	bool now = n >= plan.fault_at && n - plan.fault_at < plan.faults;
	went_wrong = went_wrong || now;
	return now;
}

/* ---- a file's methods ---- */

static struct handle *handle_of(sqlite3_file *f) { return (struct handle *)(void *)f; }
static struct bytes *seen_of(sqlite3_file *f) { return handle_of(f)->file ? &handle_of(f)->file->seen : &handle_of(f)->own; }

static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	const struct bytes *b = seen_of(f);
	if (dark)
		return SQLITE_IOERR_READ;
	int64_t there = at < b->size ? b->size - at : 0;
	there = there < n ? there : n;
	if (there)
		memcpy(to, b->p + at, (size_t)there);
	memset((char *)to + there, 0, (size_t)(n - there));
	return there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	struct there *file = handle_of(f)->file;
	if (file == NULL)
		return put(&handle_of(f)->own, at, from, n);
	if (dark)
		return SQLITE_IOERR_WRITE;
	bool broken = breaks(false);
	int64_t part = broken ? (int64_t)chance((uint64_t)n) : n;
	int rc = put(&file->seen, at, from, part);
	if (rc == SQLITE_OK)
		rc = note(file, at, from, part);
	if (rc != SQLITE_OK || !event())
		return SQLITE_IOERR_WRITE;
	return !broken ? SQLITE_OK : plan.fault == DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct there *file = handle_of(f)->file;
	struct bytes *b = seen_of(f);
	if (file && dark)
		return SQLITE_IOERR_TRUNCATE;
	int rc = grow(b, size);
	b->size = rc == SQLITE_OK ? size : b->size;
	if (rc == SQLITE_OK && file)
		rc = note(file, size, NULL, -1);
	return rc == SQLITE_OK && (file == NULL || event()) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int on_sync(sqlite3_file *f, int flags)
{
	struct there *file = handle_of(f)->file;
	if (file == NULL)
		return SQLITE_OK;
	if (dark || !event())
		return SQLITE_IOERR_FSYNC;
	if (breaks(true)) {
		if (!pads)
			land_some(file, chance(9));
		return SQLITE_IOERR_FSYNC;
	}
	land_all(file);
	return SQLITE_OK;
}

static int on_size(sqlite3_file *f, sqlite3_int64 *out)
{
	*out = seen_of(f)->size;
	return dark ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int level_to(struct handle *h, int level)
{
	struct there *f = h->file;
	f->shared += (level >= SQLITE_LOCK_SHARED) - (h->level >= SQLITE_LOCK_SHARED);
	f->reserved += (level >= SQLITE_LOCK_RESERVED) - (h->level >= SQLITE_LOCK_RESERVED);
	f->exclusive += (level >= SQLITE_LOCK_EXCLUSIVE) - (h->level >= SQLITE_LOCK_EXCLUSIVE);
	h->level = level;
	return SQLITE_OK;
}

static int on_lock(sqlite3_file *f, int level)
{
	struct handle *h = handle_of(f);
	if (h->file == NULL || h->level >= level)
		return SQLITE_OK;
	bool others_write = h->file->reserved > (h->level >= SQLITE_LOCK_RESERVED);
	if (h->file->exclusive || (level >= SQLITE_LOCK_RESERVED && others_write) || (level == SQLITE_LOCK_EXCLUSIVE && h->file->shared > 1))
		return SQLITE_BUSY;
	return level_to(h, level);
}

static int on_unlock(sqlite3_file *f, int level)
{
	struct handle *h = handle_of(f);
	return h->file == NULL || h->level <= level ? SQLITE_OK : level_to(h, level);
}

static int on_reserved(sqlite3_file *f, int *out)
{
	*out = handle_of(f)->file && handle_of(f)->file->reserved > 0;
	return SQLITE_OK;
}

static int on_control(sqlite3_file *f, int op, void *arg) { return SQLITE_NOTFOUND; }
static int on_sector(sqlite3_file *f) { return SECTOR; }
static int on_traits(sqlite3_file *f) { return pads ? 0 : SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

/* ---- the log's index ---- */

static int on_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
	struct there *file = handle_of(f)->file;
	if (region >= REGIONS_MAX)
		return SQLITE_IOERR_SHMMAP;
	if (file->regions[region] == NULL && extend) {
		file->regions[region] = calloc(1, (size_t)size);
		file->region_bytes = size;
	}
	*out = file->regions[region];
	return SQLITE_OK;
}

static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	struct handle *h = handle_of(f);
	struct there *file = h->file;
	for (int i = offset; i < offset + n; i++) {
		bool mine = h->shm_shared >> i & 1;
		if (flags & SQLITE_SHM_LOCK && (file->shm_exclusive[i] || (flags & SQLITE_SHM_EXCLUSIVE && file->shm_shared[i] > mine)))
			return SQLITE_BUSY;
	}
	for (int i = offset; i < offset + n; i++) {
		bool lock = flags & SQLITE_SHM_LOCK;
		unsigned bit = 1u << i, *mask = flags & SQLITE_SHM_SHARED ? &h->shm_shared : &h->shm_exclusive;
		bool had = *mask & bit;
		*mask = lock ? *mask | bit : *mask & ~bit;
		if (flags & SQLITE_SHM_SHARED)
			file->shm_shared[i] += lock - had;
		else
			file->shm_exclusive[i] = lock;
	}
	return SQLITE_OK;
}

static void on_shm_barrier(sqlite3_file *f) { (void)f; }

static int on_shm_unmap(sqlite3_file *f, int remove)
{
	struct handle *h = handle_of(f);
	on_shm_lock(f, 0, LOCKS, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
	for (int i = 0; i < LOCKS; i++)
		if (h->shm_shared >> i & 1)
			on_shm_lock(f, i, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
	if (h->file->shared <= 1) /* the last one: as with a file of it, the next opens an empty one */
		for (int k = 0; k < REGIONS_MAX && h->file->regions[k]; k++)
			memset(h->file->regions[k], 0, (size_t)h->file->region_bytes);
	return SQLITE_OK;
}

static int on_close(sqlite3_file *f)
{
	struct handle *h = handle_of(f);
	free(h->own.p);
	if (h->file)
		level_to(h, SQLITE_LOCK_NONE);
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = { 2, on_close, on_read, on_write, on_truncate, on_sync, on_size, on_lock, on_unlock,
	on_reserved, on_control, on_sector, on_traits, on_shm_map, on_shm_lock, on_shm_barrier, on_shm_unmap, NULL, NULL };

/* ---- the layer ---- */

static struct there *find(const char *path, bool make)
{
	for (size_t i = 0; i < file_count; i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	if (!make || file_count == FILES_MAX || strlen(path) >= PATH_CHARS)
		return NULL;
	strcpy(files[file_count].path, path);
	return &files[file_count++];
}

static int on_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out_flags)
{
	struct handle *h = handle_of(f);
	*h = (struct handle){ 0 };
	if (name && (dark || (h->file = find(name, flags & SQLITE_OPEN_CREATE)) == NULL))
		return SQLITE_CANTOPEN;
	if (h->file && !h->file->exists && !(flags & SQLITE_OPEN_CREATE))
		return SQLITE_CANTOPEN;
	if (h->file && !h->file->exists) {
		h->file->exists = true;
		h->file->seen.size = h->file->disk.size = 0;
		settled(h->file);
	}
	if (out_flags)
		*out_flags = flags;
	h->base.pMethods = &methods;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
	struct there *f = find(name, false);
	if (f == NULL || !f->exists)
		return SQLITE_IOERR_DELETE_NOENT;
	if (dark || !event())
		return SQLITE_IOERR_DELETE;
	f->exists = false;
	return SQLITE_OK;
}

static int on_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	struct there *f = find(name, false);
	*out = f && f->exists && (flags != SQLITE_ACCESS_EXISTS || f->seen.size > 0);
	return SQLITE_OK;
}

static int on_full(sqlite3_vfs *v, const char *name, int n, char *out)
{
	if (strlen(name) >= (size_t)n)
		return SQLITE_CANTOPEN;
	strcpy(out, name);
	return SQLITE_OK;
}

static int on_random(sqlite3_vfs *v, int n, char *out)
{
	for (int i = 0; i < n; i++)
		out[i] = (char)chance(256);
	return n;
}

static int on_sleep(sqlite3_vfs *v, int us) { return us; }
static int on_last(sqlite3_vfs *v, int n, char *out) { return 0; }

static int on_time(sqlite3_vfs *v, sqlite3_int64 *out)
{
	*out = 0;
	return SQLITE_OK;
}

int disk_register(bool padded)
{
	pads = padded;
	static sqlite3_vfs layer = { .iVersion = 2, .szOsFile = sizeof(struct handle), .mxPathname = PATH_CHARS, .zName = DISK_NAME,
		.xOpen = on_open, .xDelete = on_delete, .xAccess = on_access, .xFullPathname = on_full, .xRandomness = on_random,
		.xSleep = on_sleep, .xGetLastError = on_last, .xCurrentTimeInt64 = on_time };
	return sqlite3_vfs_register(&layer, 0);
}
