/* See house.h. The first house migrates; the others begin with a copy of what it made. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/api.h"
#include "event/event.h"
#include "house.h"
#include "live/live_private.h"
#include "people/people.h"
#include "proof/proof.h"

#define ROUNDS_MAX 10000

static void must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "# house: %s\n", what);
		abort();
	}
}

/* ---- time and chance ---- */

static int64_t house_us(void *state) { return ((struct house *)state)->now_us; }
static int64_t house_mono_us(void *state) { return ((struct house *)state)->now_us + ((struct house *)state)->back_us; }

static uint64_t next(struct house *h) /* splitmix64 */
{
	uint64_t z = h->chance += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void house_random(void *state, void *out, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		uint64_t v = next(state);
		memcpy((char *)out + i, &v, n - i < 8 ? n - i : 8);
	}
}

uint64_t house_chance(struct house *h, uint64_t below) { return next(h) % below; }

/* ---- opening and closing ---- */

static struct str migrated; /* the bytes of a database that was just made */

static void database_path(const struct house *h, const char *ending, char out[128])
{
	snprintf(out, 128, "%s/hearth.db%s", h->folder, ending);
}

static void begin_with_copy(const struct house *h)
{
	char path[128];
	database_path(h, "", path);
	FILE *f = fopen(path, "wb");
	must(f && fwrite(migrated.p, 1, migrated.n, f) == migrated.n && fclose(f) == 0, "copying the first database");
}

static void keep_copy(struct house *h)
{
	char path[128];
	database_path(h, "", path);
	must(db_seal(h->db) == ERR_OK && file_read(path, 64u << 20, &migrated) == ERR_OK, "keeping the first database");
}

void house_first_owner(struct house *h)
{
	struct db_conn *c = NULL;
	int64_t session;
	must(db_connect(h->db, false, &c) == ERR_OK && db_begin(c, true) == ERR_OK, "connecting");
	must(people_site_ready(c, h->now_us) == ERR_OK && people_add(c, STR("甲"), true, true, h->now_us, &h->owner) == ERR_OK &&
		people_session_add(c, h->owner, STR("a test"), h->now_us, &h->owner_token, &session) == ERR_OK, "the first owner");
	must(db_commit(c) == ERR_OK, "the first commit");
	db_disconnect(c);
}

void house_world(struct house *h, uint64_t seed)
{
	*h = (struct house){ .now_us = HOUSE_BEGIN_US, .chance = seed };
	world_set(&(struct world){ house_us, house_mono_us, house_random, h });
	log_level_set(getenv("HOUSE_LOG") ? LOG_DEBUG : LOG_SILENT);
	snprintf(h->folder, sizeof h->folder, "/tmp/hearth-house.XXXXXX");
	must(proof_init() == ERR_OK && mkdtemp(h->folder) != NULL, "a folder");
}

static void open_database(struct house *h, const char *vfs, bool synced)
{
	must(db_open(&(struct db_options){ .url = h->folder, .sync_off = !synced, .sqlite_vfs = vfs }, &h->db) == ERR_OK,
		"opening the database");
}

static void serve_it(struct house *h)
{
	struct serve_options o = { .db = h->db, .public_url = "http://house", .data_dir = h->folder, .no_rates = true, .stepped = true,
		.entries = api_entries, .hooks = { .session = people_session_find } };
	must(serve_new(&o, &h->serve) == ERR_OK, "serve");
}

void house_start(struct house *h, const char *vfs, bool synced)
{
	open_database(h, vfs, synced);
	serve_it(h);
}

void house_stop(struct house *h)
{
	serve_free(h->serve);
	db_close(h->db);
}

void house_leave(struct house *h)
{
	char path[128];
	snprintf(path, sizeof path, "%s/hearth.lock", h->folder);
	unlink(path);
	must(rmdir(h->folder) == 0, "the folder holds something strange");
	world_set(NULL);
}

void house_open(struct house *h, uint64_t seed, const char *vfs)
{
	house_world(h, seed);
	if (migrated.n)
		begin_with_copy(h);
	open_database(h, NULL, false);
	if (migrated.n == 0)
		keep_copy(h);
	db_close(h->db); /* the layer comes in when the file is whole */
	open_database(h, vfs, false);
	h->chance = seed; /* libsodium took some, the first time */
	house_first_owner(h);
	serve_it(h);
}

void house_close(struct house *h)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char path[128];
	house_stop(h);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		database_path(h, endings[i], path);
		unlink(path);
	}
	house_leave(h);
}

/* ---- asking ---- */

void told_free(struct told *t)
{
	buf_free(&t->body);
	buf_free(&t->headers);
}

static void on_answer(struct req *r)
{
	struct told *t = r->answer_to;
	t->allocations = base_alloc_count();
	base_alloc_fail(0); /* what follows is the test's own */
	if (r->problem == NULL)
		live_placement_free(live_placement_of(r));
	if (t->dark && *t->dark)
		return;
	t->answers++;
	t->status = r->status;
	buf_clear(&t->body);
	buf_clear(&t->headers);
	req_answer_json(r, &t->body);
	buf_add(&t->headers, buf_str(&r->headers));
	snprintf(t->slug, sizeof t->slug, "%s", r->problem ? r->problem->slug : "");
}

static void answer_now(struct req *r, enum err e)
{
	req_settle(r, e);
	on_answer(r);
	req_free(r);
}

bool house_put(struct house *h, const char *token, int64_t account, const char *method, const char *target, struct str body,
	struct told *out)
{
	struct str params[ROUTE_PARAMS_MAX] = { 0 }, rest = str_of(target), path, kept_path = { 0 };
	bool other_method;
	(void)str_cut(&rest, '?', &path);
	const struct entry *e = router_find(h->serve->router, str_of(method), path, params, &other_method);
	if (e == NULL || e->raw_body)
		return false;
	out->status = 0;
	struct req *r = req_new(h->serve, e);
	if (r == NULL) {
		out->status = 503; /* as http.c answers it */
		out->answers++;
		snprintf(out->slug, sizeof out->slug, "busy");
		return true;
	}
	r->answer = on_answer;
	r->answer_to = out;
	r->account = account;
	r->chinese = true;
	r->peer = STR("127.0.0.1");
	enum err filled = token ? arena_copy(r->arena, str_of(token), &r->token) : ERR_OK;
	/* net keeps the request until it is answered; here the arena does */
	if (filled == ERR_OK)
		filled = arena_copy(r->arena, path, &kept_path);
	for (size_t i = 0; i < ROUTE_PARAMS_MAX && kept_path.p; i++)
		if (params[i].p)
			params[i].p = kept_path.p + (params[i].p - path.p);
	if (filled == ERR_OK)
		filled = req_fill_path(r, params);
	if (filled == ERR_OK)
		filled = req_fill_query(r, rest);
	if (filled == ERR_OK)
		filled = req_fill_body(r, body);
	if (filled == ERR_OK)
		serve_dispatch(h->serve, r);
	else
		answer_now(r, filled);
	return true;
}

bool house_command(struct house *h, int64_t account, struct str name, struct str text, struct told *out)
{
	struct serve_command c = { .name = name, .json = text, .account = account, .chinese = true, .peer = STR("127.0.0.1"),
		.answer = on_answer, .answer_to = out };
	out->status = 0;
	enum err e = serve_command(h->serve, &c);
	if (e == ERR_MEMORY) {
		out->status = 503; /* as live answers it */
		out->answers++;
		snprintf(out->slug, sizeof out->slug, "busy");
	}
	return e != ERR_NOT_FOUND;
}

void house_put_own(struct house *h, const struct entry *e, struct told *out)
{
	out->status = 0;
	struct req *r = req_new(h->serve, e);
	must(r != NULL, "a request of its own");
	r->answer = on_answer;
	r->answer_to = out;
	serve_dispatch(h->serve, r);
}

void house_run(struct house *h)
{
	int rounds = 0;
	while (serve_step(h->serve))
		must(++rounds < ROUNDS_MAX, "the queues do not become empty");
}

void house_ask(struct house *h, const char *token, const char *method, const char *target, const char *body, struct told *out)
{
	out->answers = 0;
	must(house_put(h, token, 0, method, target, str_of(body ? body : ""), out), target);
	house_run(h);
	must(out->answers == 1 && out->status != 0, "not answered exactly once");
}

/* ---- looking at the tables ---- */

static sqlite3 *look(struct house *h)
{
	char path[128];
	sqlite3 *db = NULL;
	database_path(h, "", path);
	must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK, "looking at the tables");
	return db;
}

void house_rows(struct house *h, struct buf *out)
{
	sqlite3 *db = look(h);
	sqlite3_stmt *tables = NULL, *rows = NULL;
	sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'migration' ORDER BY name", -1, &tables, NULL);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		char text[200];
		snprintf(text, sizeof text, "SELECT * FROM \"%s\" ORDER BY 1", (const char *)sqlite3_column_text(tables, 0));
		buf_print(out, "%s\n", (const char *)sqlite3_column_text(tables, 0));
		must(sqlite3_prepare_v2(db, text, -1, &rows, NULL) == SQLITE_OK, text);
		while (sqlite3_step(rows) == SQLITE_ROW) {
			for (int i = 0; i < sqlite3_column_count(rows); i++) {
				int n = sqlite3_column_bytes(rows, i);
				buf_add(out, (struct str){ sqlite3_column_blob(rows, i), (size_t)n });
				buf_add_char(out, '|');
			}
			buf_add_char(out, '\n');
		}
		sqlite3_finalize(rows);
	}
	sqlite3_finalize(tables);
	sqlite3_close(db);
	must(!out->failed, "a table too large to copy");
}

const char *house_unsound(struct house *h)
{
	static const struct {
		const char *what, *sql; /* a statement that must find nothing */
	} laws[] = {
		{ "a group's count of members is not its members", "SELECT 1 FROM chat_group g WHERE g.members <> "
			"(SELECT COUNT(*) FROM member m WHERE m.group_id = g.id AND m.state = 'in')" },
		{ "a group holds more than its capacity", "SELECT 1 FROM chat_group WHERE members > capacity" },
		{ "a stream's numbers have gaps", "SELECT 1 FROM event GROUP BY stream, owner HAVING MIN(number) <> 1 OR COUNT(*) <> MAX(number)" },
		{ "a stream's last number is not its last event's", "SELECT 1 FROM stream s WHERE s.last_number <> "
			"(SELECT COALESCE(MAX(number), 0) FROM event e WHERE e.stream = s.stream AND e.owner = s.owner)" },
		{ "a message without its event", "SELECT 1 FROM message m WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = 1 "
			"AND e.owner = m.group_id AND e.number = m.number AND e.kind = 1)" },
		{ "an event without its message", "SELECT 1 FROM event e WHERE e.stream = 1 AND e.kind = 1 AND NOT EXISTS "
			"(SELECT 1 FROM message m WHERE m.group_id = e.owner AND m.number = e.number)" },
		{ "somebody is in a group who is nobody", "SELECT 1 FROM member m WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = m.account)" },
		{ "a sign-in of nobody", "SELECT 1 FROM session s WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = s.account)" },
		{ "an invitation was used too often", "SELECT 1 FROM invitation WHERE uses_max IS NOT NULL AND used > uses_max" },
		{ "a group without its owner", "SELECT 1 FROM chat_group g WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.group_id = g.id "
			"AND m.account = g.owner AND m.role = 'owner' AND m.state = 'in')" },
		{ "somebody read what was not said", "SELECT 1 FROM member m WHERE m.read_number > COALESCE((SELECT last_number FROM stream s "
			"WHERE s.stream = 1 AND s.owner = m.group_id), 0)" },
	};
	const char *found = NULL;
	sqlite3 *db = look(h);
	for (size_t i = 0; i < COUNT_OF(laws) && found == NULL; i++) {
		sqlite3_stmt *s = NULL;
		must(sqlite3_prepare_v2(db, laws[i].sql, -1, &s, NULL) == SQLITE_OK, laws[i].what);
		if (sqlite3_step(s) == SQLITE_ROW)
			found = laws[i].what;
		sqlite3_finalize(s);
	}
	sqlite3_close(db);
	return found;
}
