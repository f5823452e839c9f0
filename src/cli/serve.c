/*
 * hearth serve: the server itself. Opens the database, wires the rooms, prints where it is and, on a new site, the owner's
 * one-time sign-in link with its QR code; runs until SIGINT or SIGTERM.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/api.h"
#include "cli/cli.h"
#include "cli/demo.h"
#include "cli/ledger.h"
#include "cli/options.h"
#include "live/live.h"
#include "media/media.h"
#include "people/people.h"
#include "proof/proof.h"

#define STOP_GRACE_MS 1000

struct cli_serve_rehearsal cli_serve_rehearsal;

struct settings {
	const char *data, *listen, *public_url, *db, *tls_cert, *tls_key;
	const char *demo_size; /* tests: less talk, in per cent */
	bool trust_proxy, no_rates, demo;
	bool no_counts; /* benches */
	char host[256], url[512], spool[PATH_MAX];
	int port;
	int64_t demo_percent;
};

struct house { /* everything that runs */
	struct db *db;
	struct serve *serve;
	struct live *live;
	struct net *net;
};

/* For the signal handler; a signal may come before there is anything to stop. */
static struct net *_Atomic stopping;
static _Atomic bool stop_asked;

static void on_signal(int signal)
{
	struct net *n = stopping;
	stop_asked = true;
	if (n)
		net_stop(n, STOP_GRACE_MS);
}

static void take_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* The address by which others in the house reach this machine; empty when there is none. */
static void house_address(char out[64])
{
	struct ifaddrs *all = NULL;
	out[0] = '\0';
	if (getifaddrs(&all) != 0)
		return;
	for (const struct ifaddrs *i = all; i && out[0] == '\0'; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET && !(i->ifa_flags & IFF_LOOPBACK) && (i->ifa_flags & IFF_UP))
			inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr, out, 64);
	freeifaddrs(all);
}

static bool is_everywhere(const char *host) { return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0; }
static bool is_here_only(const char *host) { return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0; }

static bool split_listen(struct settings *s)
{
	const char *colon = strrchr(s->listen, ':');
	int64_t port;
	if (colon == NULL || str_int(str_of(colon + 1), 0, 65535, &port) != ERR_OK)
		return false;
	size_t n = (size_t)(colon - s->listen);
	if (n >= 2 && s->listen[0] == '[' && s->listen[n - 1] == ']')
		snprintf(s->host, sizeof s->host, "%.*s", (int)n - 2, s->listen + 1);
	else
		snprintf(s->host, sizeof s->host, "%.*s", (int)n, s->listen);
	s->port = (int)port;
	return n > 0;
}

static void settle_url(struct settings *s, int port)
{
	char address[64] = "";
	if (s->public_url) {
		size_t n = strlen(s->public_url);
		while (n && s->public_url[n - 1] == '/')
			n--;
		snprintf(s->url, sizeof s->url, "%.*s", (int)n, s->public_url);
		return;
	}
	if (is_everywhere(s->host))
		house_address(address);
	const char *host = address[0] ? address : is_everywhere(s->host) ? "127.0.0.1" : s->host;
	bool v6 = strchr(host, ':') != NULL;
	snprintf(s->url, sizeof s->url, "http%s://%s%s%s:%d", s->tls_cert ? "s" : "", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

/* ---- the first owner ---- */

static enum err first_link(struct db *d, struct token *out_code, bool *out_made)
{
	struct db_conn *c = NULL;
	int64_t people, link, expires_us, now_us = clock_wall_us();
	TRY(db_connect(d, false, &c));
	enum err e = db_begin(c, true);
	if (e == ERR_OK)
		e = people_site_ready(c, now_us);
	if (e == ERR_OK)
		e = people_count(c, &people);
	if (e == ERR_OK && people == 0) {
		e = people_first_links_end(c, now_us);
		if (e == ERR_OK)
			e = people_link_add(c, LINK_FIRST, 0, 0, now_us, out_code, &link, &expires_us);
	}
	if (e == ERR_OK)
		e = db_commit(c);
	if (e != ERR_OK)
		db_rollback(c);
	*out_made = e == ERR_OK && people == 0;
	db_disconnect(c);
	return e;
}

static void say_demo(void)
{
	printf("\n这个村子是编出来的：人、话、图都是假的，随便看、随便改。不要了，删掉这个文件夹就好。\n"
	       "This village is made up: nobody in it exists, nothing was ever said. Look around, change what you like, delete the\n"
	       "folder when you are done.\n\n从这里进来，您是群主陈望山 / come in here, as its owner 陈望山:\n");
}

static void say_where(const struct settings *s, const struct token *code, bool first)
{
	printf("Hearth 围炉  %s\n", s->url);
	if (first) {
		CLEANUP(buf_free) struct buf qr = BUF(65536);
		char link[600];
		snprintf(link, sizeof link, "%s/enter/%s", s->url, code->z);
		if (s->demo)
			say_demo();
		else
			printf("\n第一位群主从这里进来 / the first owner comes in here:\n");
		printf("  %s\n\n", link);
		if (media_qr_terminal(str_of(link), isatty(STDOUT_FILENO), &qr) == ERR_OK)
			fwrite(qr.p, 1, qr.n, stdout);
	}
	if (is_here_only(s->host) && s->public_url == NULL)
		printf("\n这个地址只有这台电脑打得开。想让家里的手机也进来，这样启动：\n"
		       "Only this computer can open this address. For phones in the house start it so:\n  ./run --listen 0.0.0.0:%d\n", s->port);
	fflush(stdout);
}

/* ---- building and running the house ---- */

static void log_finding(void *arg, const char *finding) { log_line(LOG_ERROR, "%s", finding); }

/* Whoever moves money on a ledger that does not fit makes it worse. */
static enum err ledger_sound(struct db *d)
{
	enum err e = cli_ledger_check(d, LEDGER_SINCE_LAST_SEAL, log_finding, NULL);
	if (e == ERR_DAMAGED)
		log_line(LOG_ERROR, "the ledger does not fit since its last seal: hearth check looks at all of it and says where; "
			"hearth restore puts a backup back");
	return e;
}

static enum err build(struct settings *s, struct house *h)
{
	struct db_options db = { .url = s->db ? s->db : s->data, .sqlite_vfs = cli_serve_rehearsal.sqlite_vfs,
		.sync_off = cli_serve_rehearsal.sync_off };
	TRY(dir_make(s->data, 0700));
	if (snprintf(s->spool, sizeof s->spool, "%s/spool", s->data) >= (int)sizeof s->spool)
		return ERR_LIMIT;
	TRY(dir_make(s->spool, 0700));
	TRY(db_open(&db, &h->db));
	TRY(ledger_sound(h->db));
	if (s->demo)
		TRY(demo_ready(h->db, s->data, (int)s->demo_percent));
	struct serve_options serve = { .db = h->db, .public_url = s->url, .data_dir = s->data, .no_rates = s->no_rates, .entries = api_entries,
		.hooks = { .session = people_session_find, .other = api_files, .committed = live_committed } };
	struct live **live = &h->live;
	/* the port is known only when net listens, and the address goes into links: so net first */
	struct net_options net = { .host = s->host, .port = s->port, .tls_cert = s->tls_cert, .tls_key = s->tls_key,
		.trust_proxy = s->trust_proxy, .spool_dir = s->spool };
	settle_url(s, s->port);
	TRY(serve_new(&serve, &h->serve));
	TRY(live_new(h->serve, live));
	serve_set_hook_arg(h->serve, h->live);
	net.hooks = serve_net_hooks(h->serve);
	live_net_hooks(h->live, &net.hooks);
	TRY(net_new(&net, &h->net));
	settle_url(s, net_port(h->net));
	serve_bind(h->serve, h->net, s->url);
	live_bind(h->live, h->net);
	return ERR_OK;
}

/* For hearth link, which then knows what its link begins with. */
static enum err note_address(const struct settings *s)
{
	char path[PATH_MAX], line[600];
	int n = snprintf(line, sizeof line, "%s\n", s->url);
	if (snprintf(path, sizeof path, "%s/" CLI_ADDRESS_FILE, s->data) >= (int)sizeof path)
		return ERR_LIMIT;
	return file_write(path, (struct str){ line, (size_t)n }, 0600);
}

static enum err run(const struct settings *s, struct house *h)
{
	struct token code = { 0 };
	bool first = false;
	TRY(first_link(h->db, &code, &first));
	if (s->demo) {
		TRY(demo_link(h->db, &code));
		first = true;
	}
	TRY(live_start(h->live));
	TRY(serve_start(h->serve));
	TRY(api_start(h->serve, s->no_counts));
	TRY(note_address(s));
	say_where(s, &code, first);
	stopping = h->net;
	if (stop_asked)
		net_stop(h->net, STOP_GRACE_MS);
	return net_run(h->net);
}

static void tear_down(struct house *h)
{
	stopping = NULL;
	if (h->serve) {
		api_stop(h->serve);
		serve_stop(h->serve);
	}
	if (h->live)
		live_stop(h->live);
	if (h->net)
		net_free(h->net);
	api_end(h->serve);
	live_free(h->live);
	serve_free(h->serve);
	db_close(h->db);
}

/* OpenSSL says that a file is not there in words that nobody understands. */
static bool can_read(const char *file)
{
	if (file == NULL || access(file, R_OK) == 0)
		return true;
	fprintf(stderr, "hearth serve: cannot read %s\n", file);
	return false;
}

static int serve_command_run(int argc, char **argv)
{
	struct settings s = { .data = "data", .listen = "127.0.0.1:8080", .demo_size = "100" };
	struct house h = { 0 };
	const struct cli_option options[] = { { "data", &s.data, NULL }, { "listen", &s.listen, NULL }, { "public-url", &s.public_url, NULL },
		{ "db", &s.db, NULL }, { "tls-cert", &s.tls_cert, NULL }, { "tls-key", &s.tls_key, NULL }, { "trust-proxy", NULL, &s.trust_proxy },
		{ "no-rates", NULL, &s.no_rates }, { "no-counts", NULL, &s.no_counts }, { "demo", NULL, &s.demo }, { "demo-size", &s.demo_size, NULL } };
	bool asked = cli_options(&argc, argv, options, COUNT_OF(options)) && argc == 1 && split_listen(&s) && !s.tls_cert == !s.tls_key;
	if (!asked || str_int(str_of(s.demo_size), 1, DEMO_SIZE_WHOLE, &s.demo_percent) != ERR_OK) {
		fprintf(stderr, "%s\n", cli_serve_command.usage);
		return CLI_USAGE;
	}
	if (!can_read(s.tls_cert) || !can_read(s.tls_key))
		return CLI_COULD_NOT;
	take_signals();
	enum err e = proof_init();
	if (e == ERR_OK)
		e = media_init();
	if (e == ERR_OK)
		e = build(&s, &h);
	if (e == ERR_OK)
		e = run(&s, &h);
	tear_down(&h);
	media_end();
	if (e == ERR_BUSY)
		fprintf(stderr, "hearth: the port %d, or the folder %s, is in use by another program\n", s.port, s.data);
	else if (e != ERR_OK)
		fprintf(stderr, "hearth: could not start (%s); the log above says why\n", err_name(e));
	return e == ERR_OK ? CLI_DONE : CLI_COULD_NOT;
}

const struct cli_command cli_serve_command = {
	"serve",
	"hearth serve [--data FOLDER] [--listen ADDRESS:PORT] [--public-url URL] [--trust-proxy]\n"
	"             [--tls-cert FILE --tls-key FILE] [--db postgres://…]",
	serve_command_run,
};
