/* Opening, connecting, checking and copying a database. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/db_private.h"

#define ASK_BYTES_MAX (1u << 20)

static const char restore_advice[] =
	"the database is damaged and was not touched; put the newest backup back with: hearth restore --data FOLDER BACKUP";

enum err db_ask(struct db_conn *c, const char *text, struct buf *out) { return c->driver->ask(c, text, out); }

enum err db_ask_int(struct db_conn *c, const char *text, int64_t *out)
{
	CLEANUP(buf_free) struct buf answer = BUF(ASK_BYTES_MAX);
	TRY(db_ask(c, text, &answer));
	struct str rest = buf_str(&answer), line;
	if (!str_cut(&rest, '\n', &line))
		return ERR_NOT_FOUND;
	return str_int(line, INT64_MIN, INT64_MAX, out);
}

enum err db_connect_bare(struct db *d, bool read_only, struct db_conn **out_conn)
{
	struct db_conn *c = calloc(1, sizeof *c);
	if (c == NULL)
		return ERR_MEMORY;
	*c = (struct db_conn){ .db = d, .driver = d->driver, .read_only = read_only };
	enum err e = d->driver->connect(d, c);
	if (e != ERR_OK) {
		db_disconnect(c);
		return e;
	}
	*out_conn = c;
	return ERR_OK;
}

static enum err prepare_all(struct db_conn *c)
{
	for (struct db_sql *q = db_sql_first(); q; q = q->next)
		TRY(c->driver->prepare(c, q));
	return ERR_OK;
}

enum err db_connect(struct db *d, bool read_only, struct db_conn **out_conn)
{
	struct db_conn *c = NULL;
	TRY(db_connect_bare(d, read_only, &c));
	c->prepared = calloc(db_sql_count() + 1, sizeof *c->prepared);
	enum err e = c->prepared ? prepare_all(c) : ERR_MEMORY;
	if (e != ERR_OK) {
		db_disconnect(c);
		return e;
	}
	*out_conn = c;
	return ERR_OK;
}

enum err db_reconnect(struct db_conn *c)
{
	c->driver->disconnect(c);
	enum err e = c->driver->connect(c->db, c);
	if (e == ERR_OK)
		e = prepare_all(c);
	if (e != ERR_OK) { /* half prepared is not connected */
		c->driver->disconnect(c);
		c->handle = NULL;
		return e;
	}
	log_line(LOG_INFO, "database: connected again");
	return ERR_OK;
}

void db_disconnect(struct db_conn *c)
{
	if (c == NULL)
		return;
	c->driver->disconnect(c);
	free(c->prepared);
	free(c);
}

/* One process a folder: the lock goes with the process, however it ends. */
static enum err lock_folder(struct db *d)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof path, "%s/hearth.lock", d->url) >= (int)sizeof path)
		return ERR_LIMIT;
	d->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock_fd >= 0 && flock(d->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	bool taken = d->lock_fd >= 0 && errno == EWOULDBLOCK;
	log_line(LOG_ERROR, taken ? "database: another Hearth runs on %s; stop it first" : "database: cannot lock %s", d->url);
	return taken ? ERR_BUSY : ERR_IO;
}

static enum err check_file(struct db_conn *c, struct buf *out)
{
	enum err e = db_ask(c, "PRAGMA quick_check(20)", out);
	if (e == ERR_OK && !str_eq(buf_str(out), STR("ok\n")))
		e = ERR_DAMAGED;
	return e;
}

static enum err open_first(struct db *d)
{
	struct db_conn *c = NULL;
	enum err e = db_connect_bare(d, false, &c);
	CLEANUP(buf_free) struct buf found = BUF(ASK_BYTES_MAX);
	if (e == ERR_OK && d->kind == DB_SQLITE)
		e = check_file(c, &found);
	if (e == ERR_OK && d->kind == DB_POSTGRES)
		e = c->driver->script(c, "SELECT pg_advisory_lock(4856121)"); /* one node migrates; ends with the connection */
	if (e == ERR_OK)
		e = db_migrate(c, &d->schema_number);
	d->damaged = e == ERR_DAMAGED;
	db_disconnect(c);
	if (e == ERR_DAMAGED)
		log_line(LOG_ERROR, "%s", restore_advice);
	return e;
}

static enum err open_beside(struct db *d)
{
	struct db_conn *c = NULL;
	if (d->kind == DB_SQLITE && access(d->path, F_OK) != 0) {
		log_line(LOG_ERROR, "database: there is none in %s", d->url);
		return ERR_NOT_FOUND;
	}
	TRY(db_connect_bare(d, false, &c));
	enum err e = db_ask_int(c, "SELECT COALESCE(MAX(number), 0) FROM migration", &d->schema_number);
	d->damaged = e == ERR_DAMAGED;
	db_disconnect(c);
	return e;
}

enum err db_open(const struct db_options *o, struct db **out_db)
{
	struct db *d = calloc(1, sizeof *d);
	if (d == NULL)
		return ERR_MEMORY;
	*d = (struct db){ .lock_fd = -1, .sync_off = o->sync_off, .batches = clock_wall_us() };
	struct str url = str_of(o->url);
	bool pg = str_starts(url, STR("postgres://")) || str_starts(url, STR("postgresql://"));
	d->kind = pg ? DB_POSTGRES : DB_SQLITE;
	d->driver = pg ? &db_driver_postgres : &db_driver_sqlite;
	snprintf(d->vfs, sizeof d->vfs, "%s", o->sqlite_vfs ? o->sqlite_vfs : "");
	enum err e = snprintf(d->url, sizeof d->url, "%s", o->url) < (int)sizeof d->url &&
			snprintf(d->path, sizeof d->path, "%s/hearth.db", o->url) < (int)sizeof d->path ? ERR_OK : ERR_LIMIT;
	if (e == ERR_OK && !pg && !o->beside)
		e = dir_make(d->url, 0700);
	if (e == ERR_OK && !pg && !o->beside)
		e = lock_folder(d);
	if (e == ERR_OK)
		e = o->beside ? open_beside(d) : open_first(d);
	if (e != ERR_OK) {
		db_close(d);
		return e;
	}
	*out_db = d;
	return ERR_OK;
}

void db_close(struct db *d)
{
	if (d && d->lock_fd >= 0)
		close(d->lock_fd);
	free(d);
}

enum db_kind db_kind_of(const struct db *d) { return d->kind; }
enum db_kind db_conn_kind(const struct db_conn *c) { return c->db->kind; }
int64_t db_schema_number(const struct db *d) { return d->schema_number; }

enum err db_check(struct db *d, void (*say)(void *arg, const char *finding), void *arg)
{
	struct db_conn *c = NULL;
	TRY(db_connect_bare(d, true, &c));
	d->damaged = true; /* until the contrary is shown: looking changes nothing */
	CLEANUP(buf_free) struct buf found = BUF(ASK_BYTES_MAX);
	/* PostgreSQL checks its own pages; what can be asked is that every table can be read to its end */
	enum err e = d->kind == DB_SQLITE ? db_ask(c, "PRAGMA integrity_check(100)", &found) : ERR_OK;
	if (e == ERR_OK && d->kind == DB_SQLITE && !str_eq(buf_str(&found), STR("ok\n")))
		e = ERR_DAMAGED;
	if (e == ERR_DAMAGED) {
		buf_add_char(&found, '\0');
		say(arg, found.n > 1 ? found.p : "the file is not a database any more");
	}
	db_disconnect(c);
	d->damaged = e == ERR_DAMAGED;
	return e;
}

enum err db_backup(struct db *d, const char *path)
{
	if (d->kind != DB_SQLITE || strchr(path, '\''))
		return ERR_REFUSED;
	struct db_conn *c = NULL;
	TRY(db_connect_bare(d, false, &c));
	CLEANUP(buf_free) struct buf text = BUF(PATH_MAX + 64);
	buf_print(&text, "VACUUM INTO '%s'", path);
	enum err e = text.failed ? ERR_LIMIT : c->driver->script(c, text.p);
	db_disconnect(c);
	return e;
}

enum err db_checkpoint(struct db_conn *c)
{
	return c->db->kind == DB_SQLITE ? c->driver->script(c, "PRAGMA wal_checkpoint(PASSIVE)") : ERR_OK;
}

enum err db_seal(struct db *d)
{
	struct db_conn *c = NULL;
	TRY(db_connect_bare(d, false, &c));
	enum err e = d->kind == DB_SQLITE ? c->driver->script(c, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE") : ERR_REFUSED;
	db_disconnect(c);
	return e;
}

enum err db_lock_folder(const char *folder, struct db **out_db)
{
	struct db *d = calloc(1, sizeof *d);
	if (d == NULL)
		return ERR_MEMORY;
	d->lock_fd = -1;
	snprintf(d->url, sizeof d->url, "%s", folder);
	enum err e = lock_folder(d);
	if (e != ERR_OK) {
		db_close(d);
		return e;
	}
	*out_db = d;
	return ERR_OK;
}

int64_t db_bytes(struct db *d)
{
	struct stat st;
	return d->kind == DB_SQLITE && stat(d->path, &st) == 0 ? (int64_t)st.st_size : 0;
}
