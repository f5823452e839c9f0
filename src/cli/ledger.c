/*
 * hearth ledger: the books for other programs, the proof of an entry, and the check of a proof. export and proof read a transaction of
 * their own, beside a running server; verify-proof needs neither server nor database.
 * Called by: main.c; hearth check and hearth serve (the check). Owns: the file it writes until it is whole.
 * Not here: what a proof is (ledger/seal.h), the formats (ledger_export.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/ledger.h"
#include "cli/options.h"
#include "people/people.h"

#define PROOF_FILE_MAX (1u << 20)
#define PROOF_DEPTH_MAX 8u

struct asked {
	const char *format, *out, *data, *db, *key;
};

static int complain(const char *what, const char *value)
{
	fprintf(stderr, "hearth ledger: %s%s%s\n", what, value ? ": " : "", value ? value : "");
	return CLI_COULD_NOT;
}

/* ---- the check, for others ---- */

static enum err site_key(struct db_conn *c, struct sign_key *out)
{
	struct hash secret;
	TRY(people_site_secret(c, &secret));
	ledger_key(hash_str(&secret), out);
	proof_wipe(&secret, sizeof secret);
	return ERR_OK;
}

enum err cli_ledger_check(struct db *d, enum ledger_check_of of, void (*say)(void *arg, const char *finding), void *arg)
{
	struct db_conn *c = NULL;
	struct sign_key key;
	TRY(db_connect(d, true, &c));
	enum err e = db_begin(c, false), secret = ERR_NOT_FOUND;
	if (e == ERR_OK) {
		secret = site_key(c, &key);
		e = secret == ERR_NOT_FOUND ? ERR_OK : secret; /* never started: no key, and nothing signed with it */
	}
	if (e == ERR_OK)
		e = ledger_check(c, of, secret == ERR_OK ? key.public_key : NULL, say, arg);
	proof_wipe(&key, sizeof key);
	db_rollback(c);
	db_disconnect(c);
	return e;
}

/* ---- export ---- */

static enum err write_whole(struct db_conn *c, enum ledger_format format, FILE *to)
{
	enum err e = db_begin(c, false);
	if (e == ERR_OK)
		e = cli_ledger_export(c, format, to);
	db_rollback(c);
	if (fflush(to) != 0 && e == ERR_OK)
		e = ERR_IO;
	return e;
}

/* All or nothing: beside the file, then in its place. */
static enum err write_file(struct db_conn *c, enum ledger_format format, const char *path)
{
	char part[PATH_MAX];
	if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
		return ERR_LIMIT;
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
	if (to == NULL) {
		fprintf(stderr, "hearth ledger: cannot write %s: %s\n", part, strerror(errno));
		return ERR_IO;
	}
	enum err e = write_whole(c, format, to);
	if (e == ERR_OK && fsync(fd) != 0)
		e = ERR_IO;
	if (fclose(to) != 0 && e == ERR_OK)
		e = ERR_IO;
	if (e == ERR_OK && rename(part, path) != 0)
		e = ERR_IO;
	if (e != ERR_OK)
		unlink(part);
	return e;
}

static enum err open_beside(const struct asked *a, struct db **out_db, struct db_conn **out_conn)
{
	TRY(proof_init());
	TRY(db_open(&(struct db_options){ .url = a->db ? a->db : a->data, .beside = true }, out_db));
	return db_connect(*out_db, true, out_conn);
}

static int export_ledger(const struct asked *a)
{
	static const char *const formats[] = { "hledger", "beancount", "csv" };
	size_t format = 0;
	while (format < COUNT_OF(formats) && (a->format == NULL || strcmp(a->format, formats[format]) != 0))
		format++;
	if (format == COUNT_OF(formats)) {
		complain("--format is hledger, beancount or csv, not", a->format ? a->format : "nothing");
		return CLI_USAGE;
	}
	struct db *d = NULL;
	struct db_conn *c = NULL;
	enum err e = open_beside(a, &d, &c);
	if (e == ERR_OK)
		e = a->out ? write_file(c, (enum ledger_format)format, a->out) : write_whole(c, (enum ledger_format)format, stdout);
	db_disconnect(c);
	db_close(d);
	return e == ERR_OK ? CLI_DONE : complain("nothing was written", err_name(e));
}

/* ---- proof ---- */

static enum err print_proof(struct db_conn *c, int64_t position)
{
	CLEANUP(arena_drop) struct arena *arena = arena_new(1u << 20);
	CLEANUP(buf_free) struct buf text = BUF(PROOF_FILE_MAX);
	struct ledger_proof p;
	if (arena == NULL)
		return ERR_MEMORY;
	TRY(ledger_proof(c, arena, position, &p));
	struct json_out j = JSON_OUT(&text);
	json_open(&j);
	ledger_proof_write(&j, &p);
	json_close(&j);
	buf_add_char(&text, '\n');
	TRY(buf_end(&text));
	return fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0 ? ERR_OK : ERR_IO;
}

static int prove(const struct asked *a, const char *which)
{
	int64_t position;
	struct db *d = NULL;
	struct db_conn *c = NULL;
	if (str_int(str_of(which), 1, INT64_MAX, &position) != ERR_OK) {
		complain("an entry is named by its position, a number, not", which);
		return CLI_USAGE;
	}
	enum err e = open_beside(a, &d, &c);
	if (e == ERR_OK)
		e = db_begin(c, false);
	if (e == ERR_OK) {
		e = print_proof(c, position);
		db_rollback(c);
	}
	db_disconnect(c);
	db_close(d);
	return e == ERR_OK ? CLI_DONE : e == ERR_NOT_FOUND ? complain("there is no such entry", which) : complain("no proof", err_name(e));
}

/* ---- the key ---- */

static void say_hex(const char *word, const uint8_t *bytes, size_t n)
{
	printf("%s", word);
	for (size_t i = 0; i < n; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

static int print_key(const struct asked *a)
{
	struct db *d = NULL;
	struct db_conn *c = NULL;
	struct sign_key key;
	enum err e = open_beside(a, &d, &c);
	if (e == ERR_OK)
		e = site_key(c, &key);
	if (e == ERR_OK)
		say_hex("", key.public_key, SIGN_PUBLIC_BYTES);
	proof_wipe(&key, sizeof key);
	db_disconnect(c);
	db_close(d);
	return e == ERR_OK ? CLI_DONE : complain("no key", err_name(e));
}

/* ---- verify-proof ---- */

/* A file of somebody else's does not move the terminal's cursor. */
static void say_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i], next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		bool control = c < 32 || c == 127 || (c == 0xc2 && next < 0xa0);
		putchar(control ? '?' : c);
		i += c == 0xc2 && control;
	}
}

static void say_entry(const struct ledger_proof *p)
{
	struct ledger_whole e;
	char at[21];
	if (ledger_leaf_read(p->leaf, &e) != ERR_OK)
		return;
	date_print(e.at_us, at);
	printf("entry %lld of %s, id ", (long long)e.position, at);
	say_plain(e.caller_id);
	for (size_t i = 0; i < e.leg_count; i++) {
		printf("\n  ");
		say_plain(e.legs[i].owner_kind);
		printf(" %lld: %+lld, held %+lld, in minor units of ", (long long)e.legs[i].owner, (long long)e.legs[i].amount, (long long)e.legs[i].held);
		say_plain(e.legs[i].currency);
		printf("; then %lld, held %lld", (long long)e.legs[i].posted_after, (long long)e.legs[i].held_after);
	}
	printf("\n");
	date_print(p->day * US_PER_DAY, at);
	printf("leaf %lld of the %lld of %.10s\n", (long long)p->index + 1, (long long)p->root.entries, at);
	say_hex("root       ", p->root.root.bytes, HASH_BYTES);
	say_hex("signed by  ", p->root.public_key, SIGN_PUBLIC_BYTES);
}

static int judge(const struct ledger_proof *p, const char *key)
{
	const char *why;
	struct hash wanted;
	if (!ledger_proof_holds(p, &why))
		return complain("the proof does not hold", why);
	if (key && hash_parse(str_of(key), &wanted) != ERR_OK) {
		complain("--key is 64 hexadecimal digits, not", key);
		return CLI_USAGE;
	}
	if (key && memcmp(wanted.bytes, p->root.public_key, SIGN_PUBLIC_BYTES) != 0)
		return complain("the proof holds, but for another key than", key);
	say_entry(p);
	printf(key ? "the proof holds, and the key is the one you named\n" :
		     "the proof holds for whoever has this key; --key KEY says whether it is the site's, which you have from elsewhere\n");
	return CLI_DONE;
}

static int verify(const struct asked *a, const char *path)
{
	CLEANUP(arena_drop) struct arena *arena = arena_new(4 * PROOF_FILE_MAX);
	struct str text;
	struct json *tree;
	struct ledger_proof p;
	if (arena == NULL || proof_init() != ERR_OK)
		return complain("no memory", NULL);
	if (file_read(path, PROOF_FILE_MAX, &text) != ERR_OK)
		return complain("cannot read", path);
	enum err e = json_read(arena, text, PROOF_DEPTH_MAX, &tree, NULL);
	if (e == ERR_OK)
		e = ledger_proof_read(arena, tree, &p);
	int status = e == ERR_OK ? judge(&p, a->key) : complain("this is no proof of a signed day", path);
	free((char *)(uintptr_t)text.p);
	return status;
}

static int ledger_run(int argc, char **argv)
{
	struct asked a = { .data = "data" };
	const struct cli_option options[] = { { "format", &a.format, NULL }, { "out", &a.out, NULL }, { "data", &a.data, NULL }, { "db", &a.db, NULL },
		{ "key", &a.key, NULL } };
	if (cli_options(&argc, argv, options, COUNT_OF(options)) && argc >= 2) {
		if (strcmp(argv[1], "export") == 0 && argc == 2)
			return export_ledger(&a);
		if (strcmp(argv[1], "key") == 0 && argc == 2)
			return print_key(&a);
		if (strcmp(argv[1], "proof") == 0 && argc == 3)
			return prove(&a, argv[2]);
		if (strcmp(argv[1], "verify-proof") == 0 && argc == 3)
			return verify(&a, argv[2]);
	}
	fprintf(stderr, "%s\n", cli_ledger_command.usage);
	return CLI_USAGE;
}

const struct cli_command cli_ledger_command = { "ledger",
	"hearth ledger export --format hledger|beancount|csv [--out FILE] [--data FOLDER] [--db postgres://…]\n"
	"hearth ledger proof POSITION [--data FOLDER] [--db postgres://…]   that the entry is in its day's signed tree\n"
	"hearth ledger key [--data FOLDER] [--db postgres://…]   the site's public key, for whoever wants to check proofs\n"
	"hearth ledger verify-proof FILE [--key KEY]   without the server; KEY: its public key, as you know it",
	ledger_run };
