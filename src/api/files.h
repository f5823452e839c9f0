/*
 * The web app inside the binary: every file of web/dist as the build found it, plain and pressed.
 *
 * Promises: rows are sorted by path, bytes live as long as the process; br and gz are NULL where pressing would not have
 * made the file smaller. With the web app not built the table is empty (web_file_count 0).
 * Called by: the entries that serve files. Written by: tools/embed.py, at build time.
 * Not here: which path falls back to /index.html, cache headers, choosing by Accept-Encoding.
 */
#ifndef HEARTH_API_FILES_H
#define HEARTH_API_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct web_file {
	const char *path;         /* as in a URL, "/index.html" */
	const char *content_type;
	const char *etag;         /* with its quotes; of the plain bytes */
	const unsigned char *plain, *br, *gz;
	size_t plain_n, br_n, gz_n;
	bool immutable;           /* the name carries a hash of the bytes: may be kept for ever */
};

extern const struct web_file web_files[];
extern const size_t web_file_count;

#endif
