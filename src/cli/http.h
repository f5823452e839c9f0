/* A client of a running server, for commands: JSON over HTTP by libcurl. Private to cli. */
#ifndef HEARTH_CLI_HTTP_H
#define HEARTH_CLI_HTTP_H

#include "base/base.h"
#include "text/text.h"

#define CLI_ANSWER_MAX (64u << 20)
#define CLI_CONNECT_TIMEOUT_S 10L
#define CLI_ANSWER_TIMEOUT_S 120L /* without a byte either way */

struct cli_http {
	void *curl;
	const char *server;  /* "http://127.0.0.1:8080" */
	char token[128];     /* bearer; empty: none */
	bool chinese;
	struct arena *arena; /* of the last answer */
	/* the last answer */
	long status;
	const struct json *body; /* NULL: no JSON */
	char why[512];           /* of a refusal or a broken connection, for people */
	/* while a file is sent; may be NULL */
	void (*sent)(void *arg, uint64_t done_bytes, uint64_t all_bytes);
	void *arg;
};

enum err cli_http_open(struct cli_http *h, const char *server) MUST_USE;
void cli_http_close(struct cli_http *h);
/* method and path ("/groups") with a JSON text as body, or NULL. ERR_REFUSED: the server said no (status, why); ERR_CLOSED:
 * no server there. */
enum err cli_http_ask(struct cli_http *h, const char *method, const char *path, const char *json) MUST_USE;
/* POST a file as it is. ERR_IO: the file cannot be read. */
enum err cli_http_send(struct cli_http *h, const char *path, const char *file) MUST_USE;
/* Percent-encode into out. */
enum err cli_http_escape(struct cli_http *h, struct str text, struct buf *out) MUST_USE;

#endif
