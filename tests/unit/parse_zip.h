/* parse_zip: an archive written by a test, for formats that come as folders. */
#ifndef HEARTH_TESTS_PARSE_ZIP_H
#define HEARTH_TESTS_PARSE_ZIP_H

#include <zip.h>

#include "parse_formats.h"

struct zip_member {
	const char *name;
	struct str text; /* must live until the archive is written */
};

/* Read an archive of these members under this name; the lines stay in s. Ends the test when it does not read. */
static inline void read_zip(struct see *s, const char *name, const struct zip_member *members, size_t count)
{
	char path[512];
	int code;
	snprintf(path, sizeof path, "/tmp/%s-%d.zip", name, (int)getpid());
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	assert_non_null(z);
	for (size_t i = 0; i < count; i++) {
		zip_source_t *source = zip_source_buffer(z, members[i].text.p, members[i].text.n, 0);
		assert_true(zip_file_add(z, members[i].name, source, ZIP_FL_ENC_UTF_8) >= 0);
	}
	assert_int_equal(zip_close(z), 0);
	*s = (struct see){ .quiet = false };
	assert_true(see_new(s, NULL));
	enum err e = parse_file(s->parse, path);
	unlink(path);
	if (e != ERR_OK)
		fail_msg("%s: %s", err_name(e), parse_why(s->parse));
	see_end(s);
}

#endif
