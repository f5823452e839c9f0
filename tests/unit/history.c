/*
 * Laws of bringing in history, on a real SQLite database: the same file twice changes nothing; two files that overlap make the
 * whole, in either order, also where times are whole minutes and lines are equal; a piece that was undone leaves no trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "group/group.h"
#include "insight/insight.h"
#include "people/people.h"

#define LINES 400u
#define AT_US (1700000000 * US_PER_S)

struct house {
	char folder[64], file[96];
	struct db *db;
	struct db_conn *c;
	int64_t owner;
	/* how pieces are stored */
	int64_t budget_us;
	unsigned pieces, undo_every, stop_after;
};

static int setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);
	assert_non_null(h);
	snprintf(h->folder, sizeof h->folder, "/tmp/hearth-history.XXXXXX");
	assert_non_null(mkdtemp(h->folder));
	snprintf(h->file, sizeof h->file, "%s/export.txt", h->folder);
	assert_int_equal(proof_init(), ERR_OK);
	assert_int_equal(db_open(&(struct db_options){ .url = h->folder, .sync_off = true }, &h->db), ERR_OK);
	assert_int_equal(db_connect(h->db, false, &h->c), ERR_OK);
	assert_int_equal(db_begin(h->c, true), ERR_OK);
	assert_int_equal(people_site_ready(h->c, AT_US), ERR_OK);
	assert_int_equal(people_add(h->c, STR("甲"), true, true, AT_US, &h->owner), ERR_OK);
	assert_int_equal(db_commit(h->c), ERR_OK);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	struct house *h = *state;
	static const char *const names[] = { "hearth.db", "hearth.db-wal", "hearth.db-shm", "hearth.lock", "export.txt" };
	char path[128];
	db_disconnect(h->c);
	db_close(h->db);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof path, "%s/%s", h->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(h->folder), 0);
	free(h);
	return 0;
}

static int64_t found(struct house *h)
{
	int64_t group;
	struct group g = { .owner = h->owner, .name = STR("群"), .common_ground = STR("x"), .capacity = 10, .external = true };
	assert_int_equal(db_begin(h->c, true), ERR_OK);
	assert_int_equal(group_add(h->c, &g, NULL, 0, AT_US, &group), ERR_OK);
	assert_int_equal(db_commit(h->c), ERR_OK);
	return group;
}

/* ---- an export of WhatsApp's form: several lines a minute, many of them equal ---- */

struct said {
	int minute; /* from the first */
	const char *who;
	char text[32];
};

static uint32_t chance(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static void make(struct said *list, uint64_t seed)
{
	static const char *const who[] = { "Ann", "Bo", "甲乙" };
	int minute = 0;
	for (size_t i = 0; i < LINES; i++) {
		minute += chance(&seed) % 4 == 0 ? (int)(1 + chance(&seed) % 400) : 0;
		list[i] = (struct said){ .minute = minute, .who = who[chance(&seed) % 3] };
		if (chance(&seed) % 3 == 0)
			snprintf(list[i].text, sizeof list[i].text, "哈哈");
		else
			snprintf(list[i].text, sizeof list[i].text, "line %zu", i);
	}
}

static void write_export(struct house *h, const struct said *list, size_t from, size_t to)
{
	FILE *f = fopen(h->file, "w");
	assert_non_null(f);
	for (size_t i = from; i < to; i++) {
		struct date d = date_from_us(AT_US + (int64_t)list[i].minute * 60 * US_PER_S);
		fprintf(f, "%02d/%02d/%04d, %02d:%02d - %s: %s\n", d.day, d.month, d.year, d.hour, d.minute, list[i].who, list[i].text);
	}
	assert_int_equal(fclose(f), 0);
}

/* ---- bringing ---- */

static enum err put(void *arg, struct history_batch *b)
{
	struct house *h = arg;
	h->pieces++;
	if (h->stop_after && h->pieces > h->stop_after)
		return ERR_CLOSED;
	assert_int_equal(db_begin(h->c, true), ERR_OK);
	assert_int_equal(chat_history_put(h->c, b, h->budget_us), ERR_OK);
	if (h->undo_every && h->pieces % h->undo_every == 0) { /* as when a batch of the writer was undone: it runs again */
		db_rollback(h->c);
		chat_history_settle(b, false);
		assert_int_equal(db_begin(h->c, true), ERR_OK);
		assert_int_equal(chat_history_put(h->c, b, h->budget_us), ERR_OK);
	}
	assert_int_equal(db_commit(h->c), ERR_OK);
	chat_history_settle(b, true);
	return ERR_OK;
}

static struct insight_brought bring(struct house *h, int64_t group, enum err wanted)
{
	struct insight_brought out = { 0 };
	struct insight_bring ask = { .parse = { .date_order = PARSE_DAY_FIRST }, .into = group, .put = put, .arg = h };
	h->pieces = 0;
	assert_int_equal(db_begin(h->c, false), ERR_OK);
	assert_int_equal(chat_history_newest(h->c, group, &ask.newest_before, &ask.last_before_us), ERR_OK);
	db_rollback(h->c);
	assert_int_equal(insight_bring_file(&ask, h->file, &out), wanted);
	return out;
}

/* All lines of a group, through its pages, oldest first. */
static struct buf read_all(struct house *h, int64_t group, size_t limit, size_t *out_count)
{
	struct arena *a = arena_new(64u << 20);
	struct buf all = BUF(1u << 22), page = BUF(1u << 22);
	struct history_place before = HISTORY_END;
	size_t total = 0;
	assert_int_equal(db_begin(h->c, false), ERR_OK);
	for (bool more = true; more;) {
		struct history_shown *lines;
		size_t n;
		assert_int_equal(chat_history_page(h->c, a, group, before, limit, &lines, &n, &more), ERR_OK);
		buf_clear(&page);
		for (size_t i = 0; i < n; i++)
			buf_print(&page, "%lld " STR_FMT ": " STR_FMT "\n", (long long)(lines[i].place.at_us / US_PER_S), STR_ARG(lines[i].author_name),
				STR_ARG(lines[i].text));
		buf_add(&page, buf_str(&all));
		struct buf swap = all;
		all = page;
		page = swap;
		total += n;
		if (n)
			before = lines[0].place;
	}
	db_rollback(h->c);
	assert_int_equal(buf_end(&all), ERR_OK);
	buf_free(&page);
	arena_free(a);
	*out_count = total;
	return all;
}

static struct buf wanted_of(const struct said *list)
{
	struct buf all = BUF(1u << 22);
	for (size_t i = 0; i < LINES; i++)
		buf_print(&all, "%lld %s: %s\n", (long long)((AT_US / US_PER_S / 60 + list[i].minute) * 60), list[i].who, list[i].text);
	return all;
}

static void assert_whole(struct house *h, int64_t group, const struct said *list)
{
	size_t n;
	CLEANUP(buf_free) struct buf wanted = wanted_of(list);
	CLEANUP(buf_free) struct buf got = read_all(h, group, 7, &n);
	buf_add_char(&wanted, '\0');
	buf_add_char(&got, '\0');
	assert_int_equal(n, LINES);
	size_t at = 0, line = 0;
	while (at < wanted.n && wanted.p[at] == got.p[at])
		line = wanted.p[at++] == '\n' ? at : line;
	if (at < wanted.n)
		fail_msg("wanted from byte %zu on:\n%.300s\ngot:\n%.300s", line, wanted.p + line, got.p + line);
}

static void test_twice_is_once(void **state)
{
	struct house *h = *state;
	struct said list[LINES];
	make(list, 1);
	write_export(h, list, 0, LINES);
	h->budget_us = INT64_MAX;
	int64_t group = found(h);
	struct insight_brought first = bring(h, group, ERR_OK), again = bring(h, group, ERR_OK);
	assert_int_equal(first.added, LINES);
	assert_int_equal(first.doubled, 0);
	assert_int_equal(again.added, 0);
	assert_int_equal(again.doubled, LINES);
	assert_whole(h, group, list);
}

static void test_two_files_in_any_order(void **state)
{
	struct house *h = *state;
	struct said list[LINES];
	uint64_t seed = 99;
	h->budget_us = INT64_MAX;
	for (unsigned round = 0; round < 24; round++) {
		make(list, round);
		size_t overlap = 12 + chance(&seed) % 60, cut = overlap + chance(&seed) % (LINES - 2 * overlap);
		size_t parts[2][2] = { { 0, cut + overlap }, { cut, LINES } }, first = round & 1;
		/* equal lines of one minute through which both files are cut cannot be told apart: see chat.h */
		while (parts[0][1] < LINES && list[parts[0][1] - 1].minute == list[cut].minute)
			parts[0][1]++;
		int64_t group = found(h);
		write_export(h, list, parts[first][0], parts[first][1]);
		struct insight_brought one = bring(h, group, ERR_OK);
		write_export(h, list, parts[!first][0], parts[!first][1]);
		struct insight_brought two = bring(h, group, ERR_OK), again = bring(h, group, ERR_OK);
		assert_int_equal(one.added + two.added, LINES);
		assert_int_equal(again.added, 0);
		assert_whole(h, group, list);
	}
}

static void test_pieces_undone_and_stopped(void **state)
{
	struct house *h = *state;
	struct said list[LINES];
	make(list, 5);
	write_export(h, list, 0, LINES);
	int64_t group = found(h);
	h->budget_us = 0; /* the smallest pieces there are */
	h->undo_every = 3;
	h->stop_after = 20;
	bring(h, group, ERR_CLOSED);
	size_t n;
	CLEANUP(buf_free) struct buf some = read_all(h, group, 200, &n);
	assert_true(some.n > 0 && n > 0 && n < LINES);
	h->stop_after = 0;
	struct insight_brought rest = bring(h, group, ERR_OK);
	assert_int_equal(rest.added, LINES - n);
	assert_int_equal(rest.doubled, n);
	assert_true(h->pieces > 20);
	assert_whole(h, group, list);
	struct arena *a = arena_new(1u << 20);
	struct history_author *authors;
	size_t count;
	int64_t messages = 0;
	assert_int_equal(db_begin(h->c, false), ERR_OK);
	assert_int_equal(chat_history_authors(h->c, a, group, 0, 10, &authors, &count), ERR_OK);
	db_rollback(h->c);
	for (size_t i = 0; i < count; i++)
		messages += authors[i].messages;
	assert_int_equal(count, 3);
	assert_int_equal(messages, LINES); /* counted once, in spite of undone pieces */
	arena_free(a);
	h->undo_every = 0;
}

static void test_the_groups_reading_is_the_files(void **state)
{
	struct house *h = *state;
	struct said list[LINES];
	make(list, 8);
	write_export(h, list, 0, LINES);
	h->budget_us = INT64_MAX;
	int64_t group = found(h);
	bring(h, group, ERR_OK);
	struct insight_options o = { .parse = { .date_order = PARSE_DAY_FIRST }, .seed = 20240101u };
	struct insight_study *study = insight_study_new(&o);
	const struct insight_diagnosis *d;
	assert_int_equal(insight_study_file(study, h->file), ERR_OK);
	assert_int_equal(insight_study_end(study, &d), ERR_OK);
	struct insight_group_reading *r;
	assert_int_equal(db_begin(h->c, false), ERR_OK);
	assert_int_equal(insight_group_read(h->c, group, AT_US + 400 * US_PER_DAY, NULL, &r), ERR_OK);
	db_rollback(h->c);
	const struct warmth_reading *a = &d->groups[0].reading, *b = &insight_group_of(r)->reading;
	assert_int_equal(a->messages, LINES);
	assert_int_equal(a->messages, b->messages);
	assert_int_equal(a->members, b->members);
	assert_int_equal(a->week_count, b->week_count);
	assert_int_equal(a->people_count, b->people_count);
	for (size_t i = 0; i < a->week_count; i++)
		assert_int_equal(a->weeks[i].messages, b->weeks[i].messages);
	for (size_t i = 0; i < a->people_count; i++) {
		assert_true(str_eq(d->groups[0].names[i], insight_group_of(r)->names[i]));
		assert_int_equal(a->people[i].messages, b->people[i].messages);
		assert_true(a->people[i].importance == b->people[i].importance);
		assert_int_equal(a->people[i].silence, b->people[i].silence);
	}
	insight_group_reading_free(r);
	insight_study_free(study);
}

/* The owner claimed a name of the history: what his failings rest on are lines of it, with their words. */
static void test_the_evidence_has_words(void **state)
{
	struct house *h = *state;
	struct said list[LINES];
	struct history_author *authors;
	struct arena *a CLEANUP(arena_drop) = arena_new(1u << 20);
	size_t n, rows = 0, owners = 0;
	make(list, 9);
	for (size_t i = 0; i < LINES; i++)
		list[i].minute = (int)i * 720;
	write_export(h, list, 0, LINES);
	h->budget_us = INT64_MAX;
	int64_t group = found(h);
	bring(h, group, ERR_OK);
	assert_int_equal(db_begin(h->c, true), ERR_OK);
	assert_int_equal(chat_history_authors(h->c, a, group, 0, 10, &authors, &n), ERR_OK);
	assert_int_equal(chat_history_claim(h->c, group, authors[0].id, h->owner), ERR_OK);
	assert_int_equal(chat_history_claim_answer(h->c, group, authors[0].id, true), ERR_OK);
	assert_int_equal(db_commit(h->c), ERR_OK);
	CLEANUP(insight_group_reading_drop) struct insight_group_reading *r = NULL;
	assert_int_equal(db_begin(h->c, false), ERR_OK);
	assert_int_equal(insight_group_read(h->c, group, AT_US + 300 * US_PER_DAY, NULL, &r), ERR_OK);
	db_rollback(h->c);
	const struct insight_group *g = insight_group_of(r);
	assert_non_null(g->said);
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		for (size_t k = 0; k < g->reading.failings.of[i].evidence_count; k++, rows++) {
			const struct insight_said *s = &g->said[i * WARMTH_FAILING_EVIDENCE + k];
			size_t line = (size_t)((s->at_us / US_PER_S / 60 - AT_US / US_PER_S / 60) / 720);
			assert_true(s->found && s->line == 0 && s->file.n == 0 && line < LINES);
			assert_true(str_eq(s->text, str_of(list[line].text)));
			bool his = str_eq(str_of(list[line].who), authors[0].name);
			assert_true(str_eq(s->author, his ? STR("甲") : str_of(list[line].who)));
			owners += his;
		}
	assert_true(rows > 0 && owners > 0);
}

static void test_marks(void **state)
{
	struct history_marks *m = history_marks_new(), *other = history_marks_new();
	struct history_mark a, b, c, d;
	assert_int_equal(history_mark(m, 60, STR("Ann"), STR("哈哈"), STR(""), false, &a), ERR_OK);
	assert_int_equal(history_mark(m, 60, STR("Ann"), STR("哈哈"), STR(""), false, &b), ERR_OK);
	assert_int_equal(history_mark(m, 60, STR("An"), STR("n哈哈"), STR(""), false, &c), ERR_OK);
	assert_memory_not_equal(&a.fingerprint, &b.fingerprint, sizeof a.fingerprint);
	assert_memory_not_equal(&a.fingerprint, &c.fingerprint, sizeof a.fingerprint); /* where a name ends is part of it */
	assert_true(a.place == 0 && b.place == 1 && c.place == 2);
	assert_int_equal(history_mark(other, 60, STR("Ann"), STR("哈哈"), STR(""), false, &d), ERR_OK);
	assert_memory_equal(&a.fingerprint, &d.fingerprint, sizeof a.fingerprint);
	assert_int_equal(history_mark(other, 60, STR("Ann"), STR("哈哈"), STR(""), false, &d), ERR_OK);
	assert_memory_equal(&b.fingerprint, &d.fingerprint, sizeof a.fingerprint);
	/* an id says it all: the text may have been edited meanwhile */
	assert_int_equal(history_mark(m, 60, STR("Ann"), STR("before"), STR("17.2"), true, &a), ERR_OK);
	assert_int_equal(history_mark(other, 60, STR("Ann"), STR("after"), STR("17.2"), true, &b), ERR_OK);
	assert_memory_equal(&a.fingerprint, &b.fingerprint, sizeof a.fingerprint);
	assert_true(a.numbered && a.place == 17);
	assert_int_equal(history_mark(m, 60, STR("Ann"), STR("x"), STR("-17"), true, &a), ERR_OK);
	assert_false(a.numbered);
	history_marks_free(m);
	history_marks_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_twice_is_once),
		cmocka_unit_test(test_two_files_in_any_order),
		cmocka_unit_test(test_pieces_undone_and_stopped),
		cmocka_unit_test(test_the_groups_reading_is_the_files),
		cmocka_unit_test(test_the_evidence_has_words),
	};
	return cmocka_run_group_tests_name("history", tests, setup, teardown);
}
