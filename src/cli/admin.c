/*
 * hearth openapi, link, check, backup, restore: what whoever runs the machine does beside the server. link, check and
 * backup work while it runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "cli/cli.h"
#include "cli/ledger.h"
#include "cli/options.h"
#include "people/people.h"
#include "proof/proof.h"

static int openapi_run(int argc, char **argv)
{
	CLEANUP(buf_free) struct buf text = BUF(16u << 20);
	if (!cli_options(&argc, argv, NULL, 0) || argc > 1) {
		fprintf(stderr, "%s\n", cli_openapi_command.usage);
		return CLI_USAGE;
	}
	if (serve_openapi(api_entries, "http://localhost:8080", &text) != ERR_OK)
		return CLI_COULD_NOT;
	fwrite(text.p, 1, text.n, stdout);
	putchar('\n');
	return CLI_DONE;
}
const struct cli_command cli_openapi_command = { "openapi", "hearth openapi                prints the OpenAPI 3.1 document", openapi_run };

static int say_usage(const struct cli_command *c)
{
	fprintf(stderr, "%s\n", c->usage);
	return CLI_USAGE;
}

/* ---- check ---- */

static void say_finding(void *arg, const char *finding) { printf("%s\n", finding); }

static int check_run(int argc, char **argv)
{
	const char *data = "data", *url = NULL;
	const struct cli_option options[] = { { "data", &data, NULL }, { "db", &url, NULL } };
	if (!cli_options(&argc, argv, options, COUNT_OF(options)) || argc > 1)
		return say_usage(&cli_check_command);
	struct db *d = NULL;
	enum err e = db_open(&(struct db_options){ .url = url ? url : data, .beside = true }, &d);
	if (e == ERR_OK)
		e = db_check(d, say_finding, NULL);
	if (e == ERR_OK)
		e = proof_init();
	if (e == ERR_OK)
		e = cli_ledger_check(d, LEDGER_WHOLE, say_finding, NULL);
	db_close(d);
	printf(e == ERR_OK ? "the database is sound\n" : "the database is not sound (%s); hearth restore puts a backup back\n", err_name(e));
	return e == ERR_OK ? CLI_DONE : CLI_COULD_NOT;
}
const struct cli_command cli_check_command = { "check", "hearth check [--data FOLDER] [--db postgres://…]", check_run };

/* ---- backup and restore ---- */

static int backup_run(int argc, char **argv)
{
	const char *data = "data";
	const struct cli_option options[] = { { "data", &data, NULL } };
	if (!cli_options(&argc, argv, options, COUNT_OF(options)) || argc != 2)
		return say_usage(&cli_backup_command);
	if (access(argv[1], F_OK) == 0) {
		fprintf(stderr, "hearth backup: %s is there already; name a new file\n", argv[1]);
		return CLI_COULD_NOT;
	}
	struct db *d = NULL;
	enum err e = db_open(&(struct db_options){ .url = data, .beside = true }, &d);
	if (e == ERR_OK)
		e = db_backup(d, argv[1]);
	db_close(d);
	if (e == ERR_OK)
		printf("%s holds everything but the pictures; those lie in %s/media\n", argv[1], data);
	else
		fprintf(stderr, "hearth backup: nothing was written (%s)\n", err_name(e));
	return e == ERR_OK ? CLI_DONE : CLI_COULD_NOT;
}
const struct cli_command cli_backup_command = { "backup", "hearth backup [--data FOLDER] FILE", backup_run };

static enum err copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	static char piece[1 << 16];
	ssize_t n = 0;
	enum err e = in < 0 || out < 0 ? ERR_IO : ERR_OK;
	while (e == ERR_OK && (n = read(in, piece, sizeof piece)) > 0)
		if (write(out, piece, (size_t)n) != n)
			e = ERR_IO;
	if (n < 0 || (e == ERR_OK && fsync(out) != 0))
		e = ERR_IO;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return e;
}

/* Nothing of a restore stays lying about. */
static void restore_tidy(const char *folder, const char *file)
{
	static const char *const names[] = { "hearth.lock", "hearth.db-wal", "hearth.db-shm" };
	char path[PATH_MAX];
	unlink(file);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (snprintf(path, sizeof path, "%s/%s", folder, names[i]) < PATH_MAX)
			unlink(path);
	rmdir(folder);
}

/* The backup is copied beside the old database, checked there, and only then takes its place; the old one is kept. */
static enum err restore(const char *data, const char *backup)
{
	char beside[PATH_MAX], now[PATH_MAX], old[PATH_MAX], side[PATH_MAX];
	snprintf(beside, sizeof beside, "%s/restore", data);
	snprintf(now, sizeof now, "%s/hearth.db", data);
	snprintf(old, sizeof old, "%s/hearth.db.before-%lld", data, (long long)(clock_wall_us() / US_PER_S));
	TRY(dir_make(beside, 0700));
	if (snprintf(side, sizeof side, "%s/hearth.db", beside) >= (int)sizeof side)
		return ERR_LIMIT;
	unlink(side);
	enum err e = copy_file(backup, side);
	if (e != ERR_OK) {
		restore_tidy(beside, side);
		return e;
	}
	/* first as it is: an empty file, or another program's database, would only be made into one of ours */
	struct db *d = NULL;
	e = db_open(&(struct db_options){ .url = beside, .beside = true }, &d);
	if (e == ERR_OK) {
		db_close(d);
		d = NULL;
		e = db_open(&(struct db_options){ .url = beside }, &d);
	}
	if (e == ERR_OK)
		e = db_check(d, say_finding, NULL);
	if (e == ERR_OK)
		e = db_seal(d); /* one file, nothing beside it */
	db_close(d);
	if (e != ERR_OK) {
		restore_tidy(beside, side);
		return e;
	}
	/* the lock says that no server runs on the folder */
	e = db_lock_folder(data, &d);
	if (e != ERR_OK) {
		restore_tidy(beside, side);
		return e;
	}
	if (rename(now, old) != 0 && errno != ENOENT)
		e = ERR_IO;
	static const char *const endings[] = { "-wal", "-shm" };
	for (size_t i = 0; i < COUNT_OF(endings) && e == ERR_OK; i++) {
		char from[PATH_MAX], to[PATH_MAX];
		if (snprintf(from, sizeof from, "%s%s", now, endings[i]) < PATH_MAX && snprintf(to, sizeof to, "%s%s", old, endings[i]) < PATH_MAX)
			rename(from, to);
	}
	if (e == ERR_OK && rename(side, now) != 0)
		e = ERR_IO;
	db_close(d);
	restore_tidy(beside, side);
	if (e == ERR_OK)
		printf("restored; what was there before is kept as %s\n", old);
	return e;
}

static int restore_run(int argc, char **argv)
{
	const char *data = "data";
	const struct cli_option options[] = { { "data", &data, NULL } };
	if (!cli_options(&argc, argv, options, COUNT_OF(options)) || argc != 2)
		return say_usage(&cli_restore_command);
	enum err e = restore(data, argv[1]);
	if (e == ERR_BUSY)
		fprintf(stderr, "hearth restore: a server runs on %s; stop it first\n", data);
	else if (e != ERR_OK)
		fprintf(stderr, "hearth restore: nothing was changed (%s)\n", err_name(e));
	return e == ERR_OK ? CLI_DONE : CLI_COULD_NOT;
}
const struct cli_command cli_restore_command = { "restore", "hearth restore [--data FOLDER] FILE   (with the server stopped)", restore_run };

/* ---- a sign-in link for the site's owner ---- */

static enum err make_link(struct db *d, struct token *out_code)
{
	struct db_conn *c = NULL;
	int64_t owner = 0, link, expires_us, now_us = clock_wall_us();
	TRY(db_connect(d, false, &c));
	enum err e = db_begin(c, true);
	if (e == ERR_OK)
		e = people_site_ready(c, now_us);
	if (e == ERR_OK)
		e = people_site_owner(c, &owner);
	if (e == ERR_NOT_FOUND)
		e = people_first_links_end(c, now_us);
	if (e == ERR_OK)
		e = people_link_add(c, owner ? LINK_RECOVERY : LINK_FIRST, owner, 0, now_us, out_code, &link, &expires_us);
	if (e == ERR_OK)
		e = db_commit(c);
	if (e != ERR_OK)
		db_rollback(c);
	db_disconnect(c);
	return e;
}

/* Where the server is, or was last: it says so in its folder. */
static void last_address(const char *data, char out[600])
{
	char path[PATH_MAX];
	struct str text;
	if (snprintf(path, sizeof path, "%s/" CLI_ADDRESS_FILE, data) >= (int)sizeof path || access(path, R_OK) != 0 ||
		file_read(path, 599, &text) != ERR_OK)
		return;
	struct str line = str_trim(text);
	snprintf(out, 600, STR_FMT, STR_ARG(line));
	free((char *)text.p);
}

static int link_run(int argc, char **argv)
{
	const char *data = "data", *url = NULL, *public_url = NULL;
	const struct cli_option options[] = { { "data", &data, NULL }, { "db", &url, NULL }, { "public-url", &public_url, NULL } };
	struct token code;
	if (!cli_options(&argc, argv, options, COUNT_OF(options)) || argc > 1)
		return say_usage(&cli_link_command);
	struct db *d = NULL;
	enum err e = proof_init();
	if (e == ERR_OK)
		e = db_open(&(struct db_options){ .url = url ? url : data, .beside = true }, &d);
	if (e == ERR_OK)
		e = make_link(d, &code);
	db_close(d);
	char address[600] = "http://127.0.0.1:8080";
	if (public_url == NULL)
		last_address(data, address);
	if (e == ERR_OK)
		printf("%s/enter/%s\n", public_url ? public_url : address, code.z);
	else
		fprintf(stderr, "hearth link: could not (%s)\n", err_name(e));
	return e == ERR_OK ? CLI_DONE : CLI_COULD_NOT;
}
const struct cli_command cli_link_command = { "link", "hearth link [--data FOLDER] [--public-url URL]   a one-time sign-in link for the site's owner", link_run };
