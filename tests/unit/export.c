/*
 * hearth export: every fixture of the room parse, written in ChatLab's format and read back, says the same: who, what
 * kind as far as the format has it, the second, the text. As JSONL and as JSON; and what the command refuses.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "parse/parse.h"

#define EVENTS_MAX 4096u
#define ARENA_BYTES (64u << 20)

struct told {
	enum parse_kind kind;
	int64_t at_s;
	int32_t group, author, target;
	struct str text, id;
};

struct reading {
	struct parse *p;
	struct arena *a;
	struct told told[EVENTS_MAX];
	size_t count;
};

static enum err keep(void *arg, const struct parse_event *e)
{
	struct reading *r = arg;
	assert_true(r->count < EVENTS_MAX);
	struct told *t = &r->told[r->count++];
	*t = (struct told){ .kind = e->kind, .at_s = e->at_us / US_PER_S - (e->at_us % US_PER_S < 0), .group = e->group,
		.author = e->author, .target = e->target };
	TRY(arena_copy(r->a, e->text, &t->text));
	return arena_copy(r->a, e->id, &t->id);
}

static struct reading *read_path(const char *path)
{
	const struct parse_options o = { .year = 2024 };
	struct reading *r = calloc(1, sizeof *r);
	const struct parse_sink sink = { .event = keep, .arg = r };
	r->a = arena_new(ARENA_BYTES);
	r->p = parse_new(&o, &sink);
	if (parse_file(r->p, path) != ERR_OK)
		fail_msg("%s: %s", path, parse_why(r->p));
	return r;
}

static void reading_free(struct reading *r)
{
	parse_free(r->p);
	arena_free(r->a);
	free(r);
}

static const char *fixtures(void)
{
	const char *root = getenv("HEARTH_FIXTURES");
	return root != NULL ? root : "tests/fixtures";
}

static int run(const char *file, const char *out, const char *from)
{
	char *argv[] = { "export", (char *)(uintptr_t)file, "--out", (char *)(uintptr_t)out, "--year", "2024", "--tz", "UTC",
		from ? "--from" : NULL, (char *)(uintptr_t)from, NULL };
	return cli_export_command.run(from ? 10 : 8, argv);
}

/* ---- the same again? ---- */

static struct str key(const struct reading *r, int32_t person)
{
	return person < 0 ? STR("-") : parse_person_key(r->p, (size_t)person);
}

/* What the format makes of a kind. */
static enum parse_kind as_chatlab(const struct told *t)
{
	switch (t->kind) {
	case PARSE_ACT:
		return PARSE_TEXT;
	case PARSE_QUIT:
	case PARSE_RENAME:
	case PARSE_GAP:
	case PARSE_UNGAP:
		return PARSE_SYSTEM;
	default:
		return t->kind;
	}
}

/* "[…]" alone is no caption when it is read: exporters write it for a picture. */
static bool is_mark(struct str text)
{
	text = text_trim(text);
	return text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']';
}

static void expect_same(
	const char *path, const struct reading *a, const struct told *x, const struct reading *b, const struct told *y)
{
	enum parse_kind kind = as_chatlab(x);
	bool talk = kind == PARSE_TEXT || kind == PARSE_MEDIA;
	bool moved = kind == PARSE_JOIN || kind == PARSE_LEAVE || kind == PARSE_REMOVED;
	bool same = kind == y->kind && x->at_s == y->at_s && str_eq(x->id, y->id);
	if (talk || moved || kind == PARSE_PACKET || kind == PARSE_RECALL)
		same = same && str_eq(key(a, x->author), key(b, y->author));
	if (moved)
		same = same && str_eq(key(a, x->target), key(b, y->target));
	else if (kind == x->kind && !(kind == PARSE_MEDIA && is_mark(x->text)))
		same = same && str_eq(x->text, y->text);
	if (!same)
		fail_msg("%s:\n kind %d at %lld " STR_FMT " > " STR_FMT " #" STR_FMT " | " STR_FMT "\n kind %d at %lld " STR_FMT
			" > " STR_FMT " #" STR_FMT " | " STR_FMT, path, (int)kind, (long long)x->at_s, STR_ARG(key(a, x->author)),
			STR_ARG(key(a, x->target)), STR_ARG(x->id), STR_ARG(x->text), (int)y->kind, (long long)y->at_s,
			STR_ARG(key(b, y->author)), STR_ARG(key(b, y->target)), STR_ARG(y->id), STR_ARG(y->text));
}

/* Everybody who is in the group has kept key, name and nature. */
static void expect_people(const char *path, const struct reading *a, size_t group, const struct reading *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct told *t = &a->told[i];
		if ((size_t)t->group != group || t->author < 0)
			continue;
		struct str wanted = key(a, t->author);
		bool found = false;
		for (size_t k = 0; k < parse_people(b->p) && !found; k++)
			found = str_eq(parse_person_key(b->p, k), wanted) &&
				str_eq(parse_person_name(b->p, k), parse_person_name(a->p, (size_t)t->author)) &&
				parse_person_is_bot(b->p, k) == parse_person_is_bot(a->p, (size_t)t->author);
		if (!found)
			fail_msg("%s: " STR_FMT " is not there, or is another", path, STR_ARG(wanted));
	}
}

static void there_and_back(const char *path, size_t group, const char *suffix)
{
	char out[128], from[600] = "";
	struct reading *a = read_path(path);
	snprintf(out, sizeof out, "/tmp/hearth-export-%d%s", (int)getpid(), suffix);
	if (parse_groups(a->p) > 1)
		snprintf(from, sizeof from, STR_FMT, STR_ARG(parse_group_key(a->p, group)));
	if (run(path, out, from[0] ? from : NULL) != CLI_DONE)
		fail_msg("%s is not exported", path);
	struct reading *b = read_path(out);
	assert_string_equal(parse_format(b->p), "chatlab");
	assert_int_equal(parse_skipped_count(b->p), 0);
	assert_int_equal(parse_groups(b->p), 1);
	assert_true(str_eq(parse_group_key(b->p, 0), parse_group_key(a->p, group)));
	assert_true(str_eq(parse_group_name(b->p, 0), parse_group_name(a->p, group)));
	size_t k = 0;
	for (size_t i = 0; i < a->count; i++) {
		if ((size_t)a->told[i].group != group)
			continue;
		if (k == b->count)
			fail_msg("%s: only %zu events came back", path, b->count);
		expect_same(path, a, &a->told[i], b, &b->told[k++]);
	}
	assert_int_equal(k, b->count);
	expect_people(path, a, group, b);
	unlink(out);
	reading_free(a);
	reading_free(b);
}

static void test_fixtures(void **state)
{
	char folder[400], path[900];
	unsigned count = 0;
	snprintf(folder, sizeof folder, "%s/parse", fixtures());
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		struct str name = str_of(d->d_name);
		if (!str_ends(name, STR(".events")))
			continue;
		snprintf(path, sizeof path, "%s/%.*s", folder, (int)name.n - 7, d->d_name);
		struct reading *r = read_path(path);
		size_t groups = parse_groups(r->p);
		reading_free(r);
		for (size_t g = 0; g < groups; g++) {
			there_and_back(path, g, ".jsonl");
			there_and_back(path, g, ".json");
		}
		count++;
	}
	closedir(dir);
	assert_true(count > 40);
}

/* ---- what is refused ---- */

static void test_refusals(void **state)
{
	char path[512], out[128];
	struct stat st;
	snprintf(path, sizeof path, "%s/parse/telegram_account.json", fixtures());
	snprintf(out, sizeof out, "/tmp/hearth-export-%d.json", (int)getpid());
	assert_int_equal(run(path, out, NULL), CLI_COULD_NOT); /* several groups, none is named */
	assert_int_equal(run(path, out, "no such group"), CLI_COULD_NOT);
	assert_int_equal(run("/nonexistent", out, NULL), CLI_COULD_NOT);
	assert_int_not_equal(stat(out, &st), 0);
	snprintf(path, sizeof path, "%s/parse/chatlab.json", fixtures());
	assert_int_equal(run(path, path, NULL), CLI_COULD_NOT); /* into itself */
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 1000);
	assert_int_equal(run(path, "/nonexistent/x.json", NULL), CLI_COULD_NOT);
	char *wrong[][6] = { { "export", NULL }, { "export", "--format", "xml", path, NULL },
		{ "export", "--year", "never", path, NULL }, { "export", "--tz", "Nowhere/Land", path, NULL },
		{ "export", "--date-order", "ydm", path, NULL }, { "export", "--nonsense", path, NULL } };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		int n = 0;
		while (wrong[i][n] != NULL)
			n++;
		assert_int_equal(cli_export_command.run(n, wrong[i]), CLI_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
