/* Small files, whole: read within a limit, written so that either the old or the new one is there. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/base_private.h"

#define READ_PIECE 65536u

static enum err io_failed(const char *what, const char *path)
{
	if (errno == ENOENT)
		return ERR_NOT_FOUND;
	log_line(LOG_ERROR, "%s %s: %s", what, path, strerror(errno));
	return ERR_IO;
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

enum err file_read(const char *path, size_t limit_bytes, struct str *out_text)
{
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return io_failed("open", path);
	CLEANUP(buf_free) struct buf b = BUF(limit_bytes < SIZE_MAX - READ_PIECE - 1 ? limit_bytes + READ_PIECE + 1 : SIZE_MAX);
	for (;;) {
		char *to = buf_reserve(&b, READ_PIECE);
		if (to == NULL)
			return b.n >= limit_bytes ? ERR_LIMIT : ERR_MEMORY;
		ssize_t got = read(fd, to, READ_PIECE);
		if (got < 0 && errno != EINTR)
			return io_failed("read", path);
		b.n += got > 0 ? (size_t)got : 0;
		if (b.n > limit_bytes)
			return ERR_LIMIT;
		if (got == 0)
			break;
	}
	buf_add_char(&b, '\0');
	if (b.failed)
		return ERR_MEMORY;
	*out_text = (struct str){ b.p, b.n - 1 };
	b.p = NULL;
	return ERR_OK;
}

static enum err write_all(int fd, struct str text, const char *path)
{
	while (text.n) {
		ssize_t put = write(fd, text.p, text.n);
		if (put < 0 && errno != EINTR)
			return io_failed("write", path);
		text = str_from(text, put > 0 ? (size_t)put : 0);
	}
	return fsync(fd) == 0 ? ERR_OK : io_failed("fsync", path);
}

static enum err sync_folder_of(const char *path)
{
	char copy[PATH_MAX];
	snprintf(copy, sizeof copy, "%s", path);
	const char *folder = dirname(copy);
	CLEANUP(fd_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? ERR_OK : io_failed("fsync", folder);
}

enum err file_write(const char *path, struct str text, unsigned mode)
{
	char beside[PATH_MAX];
	if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
		return ERR_LIMIT;
	CLEANUP(fd_close) int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
	if (fd < 0)
		return io_failed("open", beside);
	enum err e = write_all(fd, text, beside);
	if (e == ERR_OK && rename(beside, path) != 0)
		e = io_failed("rename", beside);
	if (e != ERR_OK) {
		unlink(beside);
		return e;
	}
	return sync_folder_of(path);
}

enum err dir_make(const char *path, unsigned mode)
{
	char part[PATH_MAX];
	size_t n = strlen(path);
	if (n == 0 || n >= sizeof part)
		return ERR_INPUT;
	for (size_t i = 1; i <= n; i++)
		if (path[i] == '/' || path[i] == '\0') {
			memcpy(part, path, i);
			part[i] = '\0';
			if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST)
				return io_failed("mkdir", part);
		}
	return ERR_OK;
}
