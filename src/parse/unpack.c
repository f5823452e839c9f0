/*
 * Unpack: the bytes of a file, out of .zst or .zip if it is one, recognised by its first bytes.
 *
 * Promises: what comes out is counted while it comes out, never believed from a header, and ends with ERR_LIMIT at
 * PARSE_UNPACKED_MAX or PARSE_UNPACK_RATIO_MAX. Used by: source.c. Owns: the open file, zstd's and libzip's handles.
 * Not here: what the bytes mean.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zip.h>
#include <zstd.h>

#include "parse/source.h"

#define ZSTD_WINDOW_LOG_MAX 27 /* 128 MiB, what --long=27 writes */
#define MAGIC_BYTES 4u
#define PATH_BYTES 4096u

enum packing { PLAIN, ZST, ZIP };

struct unpack {
	struct parse *parse;
	enum packing packing;
	int fd;
	char magic[MAGIC_BYTES]; /* read ahead to see what it is */
	size_t magic_n, magic_at;
	uint64_t packed, done; /* bytes of the file, 0: not known; read of it */
	uint64_t out, out_max;
	struct buf name, folders;
	/* zst */
	ZSTD_DStream *zstd;
	char *in;
	ZSTD_inBuffer piece;
	bool frame_open, end;
	/* zip */
	zip_t *zip;
	zip_file_t *file;
	struct member *list;
	size_t members, next; /* next: of the list, the one to be opened */
	uint64_t sizes;       /* of all in the list, as their headers say, for progress only */
	struct buf folder, archive;
};

/* A file of an archive that holds a chat, or belongs to one. */
struct member {
	struct str path; /* libzip's */
	size_t depth;    /* folders around it */
	zip_uint64_t index;
};

void unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	if (u->file != NULL)
		(void)zip_fclose(u->file);
	if (u->zip != NULL)
		zip_discard(u->zip);
	(void)ZSTD_freeDStream(u->zstd);
	if (u->fd >= 0)
		(void)close(u->fd);
	free(u->in);
	free(u->list);
	buf_free(&u->folder);
	buf_free(&u->folders);
	buf_free(&u->archive);
	buf_free(&u->name);
	free(u);
}

static void unpack_drop(struct unpack **u) { unpack_free(*u); }

uint64_t unpack_done(const struct unpack *u) { return u->packing == ZIP ? u->out : u->done; }
uint64_t unpack_all(const struct unpack *u)
{
	return u->packing != ZIP ? u->packed : u->out <= u->sizes ? u->sizes : 0; /* headers may lie */
}
size_t unpack_members(const struct unpack *u) { return u->members; }
struct str unpack_name(const struct unpack *u) { return buf_str(&u->name); }
struct str unpack_folder(const struct unpack *u) { return buf_str(&u->folder); }
struct str unpack_folders(const struct unpack *u) { return buf_str(&u->folders); }
struct str unpack_archive(const struct unpack *u) { return buf_str(&u->archive); }

static enum err read_file(struct unpack *u, char *into, size_t room, size_t *out_n)
{
	if (u->magic_at < u->magic_n) {
		size_t n = u->magic_n - u->magic_at < room ? u->magic_n - u->magic_at : room;
		memcpy(into, u->magic + u->magic_at, n);
		u->magic_at += n;
		*out_n = n;
		return ERR_OK;
	}
	ssize_t n;
	do
		n = read(u->fd, into, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return parse_fail(u->parse, ERR_IO, "cannot read the file: %s", strerror(errno));
	u->done += (uint64_t)n;
	*out_n = (size_t)n;
	return ERR_OK;
}

static enum err read_zst(struct unpack *u, char *into, size_t room, size_t *out_n)
{
	ZSTD_outBuffer out = { .dst = into, .size = room };
	while (out.pos == 0) {
		if (u->piece.pos == u->piece.size && !u->end) {
			size_t n = 0;
			TRY(read_file(u, u->in, PARSE_CHUNK, &n));
			u->piece = (ZSTD_inBuffer){ .src = u->in, .size = n };
			u->end = n == 0;
		}
		if (u->end && !u->frame_open)
			break;
		size_t was = u->piece.pos;
		size_t left = ZSTD_decompressStream(u->zstd, &out, &u->piece);
		if (ZSTD_isError(left))
			return parse_fail(u->parse, ERR_INPUT, "the .zst is damaged: %s", ZSTD_getErrorName(left));
		u->frame_open = left != 0;
		if (u->end && out.pos == 0 && u->piece.pos == was && u->frame_open)
			return parse_fail(u->parse, ERR_INPUT, "the .zst ends in the middle");
	}
	*out_n = out.pos;
	return ERR_OK;
}

static enum err read_zip(struct unpack *u, char *into, size_t room, size_t *out_n)
{
	zip_int64_t n = zip_fread(u->file, into, room);
	if (n < 0)
		return parse_fail(u->parse, ERR_INPUT, "the .zip is damaged: %s",
			zip_error_strerror(zip_file_get_error(u->file)));
	*out_n = (size_t)n;
	return ERR_OK;
}

enum err unpack_read(struct unpack *u, char *into, size_t room, size_t *out_n)
{
	if (u->packing == PLAIN)
		return read_file(u, into, room, out_n);
	size_t n = 0;
	TRY(u->packing == ZST ? read_zst(u, into, room, &n) : read_zip(u, into, room, &n));
	u->out += n;
	if (u->out > u->out_max)
		return parse_fail(u->parse, ERR_LIMIT, "unpacks to more than %u times its size or 16 GiB",
			PARSE_UNPACK_RATIO_MAX);
	*out_n = n;
	return ERR_OK;
}

static bool has_word(struct str name, const char *word)
{
	size_t n = strlen(word);
	for (size_t at = 0; at + n <= name.n; at++)
		if (strncasecmp(name.p + at, word, n) == 0)
			return true;
	return false;
}

static bool ends(struct str name, const char *with)
{
	size_t n = strlen(with);
	return name.n >= n && strncasecmp(name.p + name.n - n, with, n) == 0;
}

static struct str base_name(struct str path)
{
	size_t at = path.n;
	while (at > 0 && path.p[at - 1] != '/' && path.p[at - 1] != '\\')
		at--;
	return str_from(path, at);
}

/* What stands before a path's last part; of more than PATH_BYTES the end, which is all that says something of a chat. */
static enum err set_folders(struct unpack *u, struct str path)
{
	path.n -= base_name(path).n;
	path.n -= path.n > 0;
	buf_clear(&u->folders);
	buf_add(&u->folders, str_from(path, path.n > PATH_BYTES ? path.n - PATH_BYTES : 0));
	return buf_end(&u->folders);
}

/* How likely a file of an archive is the chat itself, by its name; 0: not. Beside WhatsApp's chat lie documents that
 * people sent each other, and they may be texts too. */
static int member_rank(struct str path)
{
	struct str name = base_name(path);
	if (name.n == 0 || has_word(path, "__MACOSX/") || name.p[0] == '.')
		return 0;
	if (str_eq(name, STR("_chat.txt")))
		return 6;
	if (has_word(name, "whatsapp") && ends(name, ".txt"))
		return 5;
	if (str_eq(name, STR("result.json")))
		return 4;
	if (ends(name, ".json") || ends(name, ".jsonl"))
		return 3;
	if (ends(name, ".csv") || ends(name, ".tsv"))
		return 2;
	return ends(name, ".txt") || ends(name, ".log") || ends(name, ".weechatlog");
}

/* Tables that say what lies in the folders stand above them; days and parts are named so that their order is that of
 * time. */
static int order_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	return x->depth != y->depth ? (x->depth < y->depth ? -1 : 1) : str_order(x->path, y->path);
}

/* The files that rank highest. */
static enum err list_members(struct unpack *u)
{
	zip_int64_t count = zip_get_num_entries(u->zip, 0);
	if (count > (zip_int64_t)PARSE_MEMBERS_MAX)
		return parse_fail(u->parse, ERR_LIMIT, "the .zip holds more than %u files", PARSE_MEMBERS_MAX);
	u->list = calloc(count > 0 ? (size_t)count : 1, sizeof *u->list);
	if (u->list == NULL)
		return ERR_MEMORY;
	int best = 1;
	for (zip_uint64_t i = 0; i < (zip_uint64_t)count; i++) {
		struct member m = { .path = str_of(zip_get_name(u->zip, i, ZIP_FL_ENC_GUESS)), .index = i };
		int rank = member_rank(m.path);
		if (rank < best)
			continue;
		if (rank > best) {
			best = rank;
			u->members = 0;
		}
		for (size_t at = 0; at < m.path.n; at++)
			m.depth += m.path.p[at] == '/';
		u->list[u->members++] = m;
	}
	if (u->members == 0)
		return parse_fail(u->parse, ERR_INPUT, "the .zip holds no chat (no .txt, .json, .csv, .tsv or .log)");
	qsort(u->list, u->members, sizeof *u->list, order_members);
	for (size_t i = 0; i < u->members; i++) {
		zip_stat_t stat;
		if (zip_stat_index(u->zip, u->list[i].index, 0, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE) != 0 &&
			stat.size <= PARSE_UNPACKED_MAX)
			u->sizes += stat.size;
	}
	return ERR_OK;
}

static enum err open_member(struct unpack *u)
{
	const struct member *m = &u->list[u->next++];
	struct str name = base_name(m->path), folder = str_first(m->path, m->path.n - name.n);
	folder = base_name(str_first(folder, folder.n > 0 ? folder.n - 1 : 0));
	if (u->file != NULL)
		(void)zip_fclose(u->file);
	u->file = zip_fopen_index(u->zip, m->index, 0);
	if (u->file == NULL)
		return parse_fail(u->parse, ERR_INPUT, "the .zip cannot be read: %s", zip_strerror(u->zip));
	buf_clear(&u->folder);
	buf_add(&u->folder, folder);
	TRY(buf_end(&u->folder));
	TRY(set_folders(u, m->path));
	/* An iPhone calls every chat _chat.txt; only the archive has its name. */
	if (str_eq(name, STR("_chat.txt")))
		return ERR_OK;
	buf_clear(&u->name);
	buf_add(&u->name, name);
	return buf_end(&u->name);
}

static enum err open_zip(struct unpack *u, const char *path)
{
	int code = 0;
	u->zip = zip_open(path, ZIP_RDONLY, &code);
	if (u->zip == NULL) {
		zip_error_t why;
		zip_error_init_with_code(&why, code);
		enum err e = code == ZIP_ER_MEMORY ? ERR_MEMORY : ERR_INPUT;
		(void)parse_fail(u->parse, e, "the .zip cannot be opened: %s", zip_error_strerror(&why));
		zip_error_fini(&why);
		return e;
	}
	buf_add(&u->archive, buf_str(&u->name));
	TRY(buf_end(&u->archive));
	TRY(list_members(u));
	return open_member(u);
}

enum err unpack_next(struct unpack *u, bool *out_more)
{
	bool more = u->packing == ZIP && u->next < u->members;
	if (more)
		TRY(open_member(u));
	*out_more = more;
	return ERR_OK;
}

static enum err open_zst(struct unpack *u)
{
	u->zstd = ZSTD_createDStream();
	u->in = malloc(PARSE_CHUNK);
	if (u->zstd == NULL || u->in == NULL)
		return ERR_MEMORY;
	size_t set = ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
	if (ZSTD_isError(set))
		return parse_fail(u->parse, ERR_INPUT, "the .zst cannot be read: %s", ZSTD_getErrorName(set));
	return ERR_OK;
}

static enum err open_any(struct unpack *u, const char *path)
{
	u->fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (u->fd < 0 || fstat(u->fd, &st) != 0)
		return parse_fail(u->parse, ERR_IO, "cannot open the file: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return parse_fail(u->parse, ERR_INPUT, "this is a folder, not a file");
	u->packed = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	u->out_max = PARSE_UNPACKED_MAX;
	if (S_ISREG(st.st_mode) && u->packed < PARSE_UNPACKED_MAX / PARSE_UNPACK_RATIO_MAX)
		u->out_max = u->packed * PARSE_UNPACK_RATIO_MAX;
	buf_add(&u->name, base_name(str_of(path)));
	TRY(buf_end(&u->name));
	TRY(set_folders(u, str_of(path)));
	while (u->magic_n < MAGIC_BYTES) {
		size_t n = 0;
		u->magic_at = u->magic_n;
		TRY(read_file(u, u->magic + u->magic_n, MAGIC_BYTES - u->magic_n, &n));
		if (n == 0)
			break;
		u->magic_n += n;
	}
	u->magic_at = 0;
	struct str magic = { u->magic, u->magic_n };
	u->packing = str_eq(magic, STR("\x28\xb5\x2f\xfd")) ? ZST :
		str_eq(magic, STR("PK\x03\x04")) || str_eq(magic, STR("PK\x05\x06")) ? ZIP : PLAIN;
	if (u->packing == ZST)
		return open_zst(u);
	return u->packing == ZIP ? open_zip(u, path) : ERR_OK;
}

enum err unpack_open(struct parse *p, const char *path, struct unpack **out)
{
	struct unpack *u CLEANUP(unpack_drop) = calloc(1, sizeof *u);
	if (u == NULL)
		return ERR_MEMORY;
	u->parse = p;
	u->fd = -1;
	u->members = 1;
	u->name = u->folder = u->folders = u->archive = BUF(PATH_BYTES);
	TRY(open_any(u, path));
	*out = u;
	u = NULL;
	return ERR_OK;
}
