/*
 * fuzz_parse: any bytes as a file of one format. Built once per format with -DFUZZ_FORMAT='"telegram"', or once for all
 * with the format found by content (no definition). Corpora: tests/fixtures/parse/.
 *
 * What must hold whatever comes in: no crash, an answer, valid UTF-8 and indexes in every event.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parse/parse.h"

#ifndef FUZZ_FORMAT
#define FUZZ_FORMAT "auto"
#endif

static enum err check(void *arg, const struct parse_event *e)
{
	struct parse *const *p = arg;
	if (!utf8_ok(e->text) || !utf8_ok(e->id) || !utf8_ok(e->topic) || e->text.n > PARSE_TEXT_MAX)
		abort();
	if (e->group < 0 || (size_t)e->group >= parse_groups(*p) || e->kind >= PARSE_KINDS)
		abort();
	if (e->author < PARSE_NOBODY || e->author >= (int32_t)parse_people(*p) ||
		e->target >= (int32_t)parse_people(*p))
		abort();
	return ERR_OK;
}

static void check_end(const struct parse *p)
{
	for (size_t i = 0; i < parse_people(p); i++)
		if (!utf8_ok(parse_person_name(p, i)) || !utf8_ok(parse_person_key(p, i)))
			abort();
	for (size_t i = 0; i < parse_groups(p); i++)
		if (!utf8_ok(parse_group_name(p, i)) || !utf8_ok(parse_group_key(p, i)))
			abort();
	for (size_t i = 0; i < parse_skipped_shown(p); i++)
		if (!utf8_ok(parse_skipped_at(p, i).text))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	if (fd < 0) {
		fd = memfd_create("fuzz", 0);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	struct parse *p = NULL;
	const struct parse_options options = { .format = FUZZ_FORMAT, .year = 2024, .self_name = STR("Ann") };
	const struct parse_sink sink = { .event = check, .arg = &p };
	p = parse_new(&options, &sink);
	if (p == NULL)
		abort();
	if (parse_file(p, path) != ERR_OK && parse_why(p)[0] == '\0')
		abort();
	check_end(p);
	parse_free(p);
	return 0;
}
