/* See faulty.h. A file is the real one, behind a table of methods of our own. */
#include <sqlite3.h>
#include <string.h>

#include "faulty.h"

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* follows in the same memory */
};

static sqlite3_vfs *under;
static uint64_t fail_from, fail_count, writes;
static int fail_code;

void faulty_fail(uint64_t nth, uint64_t count, int code)
{
	fail_from = nth;
	fail_count = count;
	fail_code = code;
	writes = 0;
}

uint64_t faulty_writes(void) { return writes; }

static int fault(void)
{
	uint64_t n = ++writes;
	return fail_from && n >= fail_from && n - fail_from < fail_count ? fail_code : SQLITE_OK;
}

static sqlite3_file *real(sqlite3_file *f) { return ((struct file *)(void *)f)->real; }

static int on_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	int rc = fault();
	return rc != SQLITE_OK ? rc : real(f)->pMethods->xWrite(real(f), p, n, at);
}
static int on_sync(sqlite3_file *f, int flags)
{
	int rc = fault();
	return rc == SQLITE_OK ? real(f)->pMethods->xSync(real(f), flags) : rc == SQLITE_FULL ? SQLITE_IOERR_FSYNC : rc;
}
static int on_close(sqlite3_file *f) { return real(f)->pMethods->xClose(real(f)); }
static int on_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), p, n, at); }
static int on_truncate(sqlite3_file *f, sqlite3_int64 n) { return real(f)->pMethods->xTruncate(real(f), n); }
static int on_size(sqlite3_file *f, sqlite3_int64 *out) { return real(f)->pMethods->xFileSize(real(f), out); }
static int on_lock(sqlite3_file *f, int level) { return real(f)->pMethods->xLock(real(f), level); }
static int on_unlock(sqlite3_file *f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
static int on_reserved(sqlite3_file *f, int *out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
static int on_control(sqlite3_file *f, int op, void *arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
static int on_sector(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
static int on_traits(sqlite3_file *f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
static int on_shm_lock(sqlite3_file *f, int at, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); }
static void on_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int on_shm_unmap(sqlite3_file *f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

static const sqlite3_io_methods methods = { 2, on_close, on_read, on_write, on_truncate, on_sync, on_size, on_lock, on_unlock,
	on_reserved, on_control, on_sector, on_traits, on_shm_map, on_shm_lock, on_shm_barrier, on_shm_unmap, NULL, NULL };

static int on_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out_flags)
{
	struct file *mine = (struct file *)(void *)f;
	memset(mine, 0, (size_t)v->szOsFile);
	mine->real = (sqlite3_file *)(void *)(mine + 1);
	int rc = under->xOpen(under, name, mine->real, flags, out_flags);
	mine->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
	return rc;
}

int faulty_register(void)
{
	static sqlite3_vfs layer;
	under = sqlite3_vfs_find(NULL);
	layer = *under;
	layer.pNext = NULL;
	layer.zName = FAULTY_NAME;
	layer.szOsFile = (int)sizeof(struct file) + under->szOsFile;
	layer.xOpen = on_open;
	return sqlite3_vfs_register(&layer, 0);
}
