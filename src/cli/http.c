/* A client of a running server. Called by: import.c. Owns: libcurl, which nobody else sees. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/http.h"

#define API "/api/v1"
#define USER_AGENT "hearth import"
#define LOW_SPEED_BYTES 1L

enum err cli_http_open(struct cli_http *h, const char *server)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ERR_MEMORY;
	h->curl = curl_easy_init();
	h->server = server;
	h->arena = arena_new(CLI_ANSWER_MAX * 4ul);
	if (h->curl && h->arena)
		return ERR_OK;
	cli_http_close(h);
	return ERR_MEMORY;
}

void cli_http_close(struct cli_http *h)
{
	if (h->curl)
		curl_easy_cleanup(h->curl);
	arena_free(h->arena);
	h->curl = NULL;
	h->arena = NULL;
	curl_global_cleanup();
}

static size_t take(char *bytes, size_t size, size_t n, void *to)
{
	struct buf *b = to;
	buf_add(b, (struct str){ bytes, size * n });
	return b->failed ? 0 : size * n;
}

static int tell(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	const struct cli_http *h = arg;
	if (h->sent && up_all > 0)
		h->sent(h->arg, (uint64_t)up, (uint64_t)up_all);
	return 0;
}

static struct curl_slist *headers_of(const struct cli_http *h, const char *type)
{
	char bearer[sizeof h->token + 32];
	struct curl_slist *list = curl_slist_append(NULL, h->chinese ? "Accept-Language: zh-CN" : "Accept-Language: en");
	list = list ? curl_slist_append(list, "Expect:") : NULL; /* nobody asks first: the server says no at once */
	list = list ? curl_slist_append(list, type) : NULL;
	if (list && h->token[0]) {
		snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", h->token);
		list = curl_slist_append(list, bearer);
	}
	return list;
}

/* The refusal's own words, which the server says in the language asked for. */
static void say_why(struct cli_http *h)
{
	const struct json *title = json_get(h->body, "title"), *detail = json_get(h->body, "detail");
	if (title && detail && title->kind == JSON_TEXT && detail->kind == JSON_TEXT)
		snprintf(h->why, sizeof h->why, STR_FMT ". " STR_FMT, STR_ARG(title->text), STR_ARG(detail->text));
	else
		snprintf(h->why, sizeof h->why, "the server answered %ld", h->status);
}

static enum err perform(struct cli_http *h, const char *path, struct curl_slist *headers)
{
	CLEANUP(buf_free) struct buf got = BUF(CLI_ANSWER_MAX);
	char url[2048], broken[CURL_ERROR_SIZE] = "";
	struct json *tree = NULL;
	size_t at;
	h->body = NULL;
	h->status = 0;
	arena_reset(h->arena);
	if (headers == NULL)
		return ERR_MEMORY;
	if (snprintf(url, sizeof url, "%s" API "%s", h->server, path) >= (int)sizeof url)
		return ERR_LIMIT;
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h->curl, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT, CLI_CONNECT_TIMEOUT_S);
	curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
	curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_TIME, CLI_ANSWER_TIMEOUT_S);
	curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, &got);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, broken);
	CURLcode code = curl_easy_perform(h->curl);
	if (code != CURLE_OK) {
		snprintf(h->why, sizeof h->why, "%s: %s", h->server, broken[0] ? broken : curl_easy_strerror(code));
		return ERR_CLOSED;
	}
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &h->status);
	struct str text;
	TRY(arena_copy(h->arena, buf_str(&got), &text));
	if (json_read(h->arena, text, 16, &tree, &at) == ERR_OK)
		h->body = tree;
	if (h->status >= 200 && h->status < 300 && h->body)
		return ERR_OK;
	say_why(h);
	return ERR_REFUSED;
}

enum err cli_http_ask(struct cli_http *h, const char *method, const char *path, const char *json)
{
	curl_easy_reset(h->curl);
	struct curl_slist *headers = headers_of(h, "Content-Type: application/json");
	curl_easy_setopt(h->curl, CURLOPT_CUSTOMREQUEST, method);
	if (json)
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, json);
	enum err e = perform(h, path, headers);
	curl_slist_free_all(headers);
	return e;
}

enum err cli_http_send(struct cli_http *h, const char *path, const char *file)
{
	FILE *in = fopen(file, "rb");
	if (in == NULL || fseeko(in, 0, SEEK_END) != 0) {
		if (in)
			fclose(in);
		return ERR_IO;
	}
	curl_off_t bytes = (curl_off_t)ftello(in);
	rewind(in);
	curl_easy_reset(h->curl);
	struct curl_slist *headers = headers_of(h, "Content-Type: application/octet-stream");
	curl_easy_setopt(h->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(h->curl, CURLOPT_READDATA, in);
	curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, bytes);
	curl_easy_setopt(h->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFOFUNCTION, tell);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFODATA, h);
	enum err e = perform(h, path, headers);
	curl_slist_free_all(headers);
	fclose(in);
	return e;
}

enum err cli_http_escape(struct cli_http *h, struct str text, struct buf *out)
{
	char *escaped = text.n > INT_MAX ? NULL : curl_easy_escape(h->curl, text.p, (int)text.n);
	if (escaped == NULL)
		return ERR_MEMORY;
	buf_add(out, str_of(escaped));
	curl_free(escaped);
	return buf_end(out);
}
