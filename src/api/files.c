/*
 * The web app's files, out of the binary: pressed as the browser can take them, under names that never change their bytes.
 * Every address of the app itself (a path without a dot in its last part) answers the one page.
 */
#include "api/api.h"
#include "api/files.h"

/* style-src: Vue and Vant set styles through the CSSOM, which needs nothing; blob: is for pictures drawn before sending. */
#define PAGE_HEADERS                                                                                                     \
	"Content-Security-Policy: default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; "   \
	"form-action 'self'; object-src 'none'\r\n"                                                                      \
	"X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n" \
	"Vary: Accept-Encoding\r\n"

static const struct web_file *find(struct str path)
{
	size_t low = 0, high = web_file_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_order(str_of(web_files[middle].path), path);
		if (order == 0)
			return &web_files[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool takes(struct str accept_encoding, const char *coding)
{
	struct str one;
	while (str_cut(&accept_encoding, ',', &one)) {
		struct str name;
		one = str_trim(one);
		str_cut(&one, ';', &name);
		if (str_eq(str_trim(name), str_of(coding)))
			return str_find(one, STR("q=0")) < 0 || str_find(one, STR("q=0.")) >= 0;
	}
	return false;
}

static bool is_route(struct str path)
{
	for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
		if (path.p[i - 1] == '.')
			return false;
	return true;
}

static void answer(struct net *n, struct net_request *r, const struct web_file *f)
{
	CLEANUP(buf_free) struct buf headers = BUF(4096);
	struct net_answer a = { .status = 200, .content_type = str_of(f->content_type), .static_body = true };
	a.body = (struct str){ (const char *)f->plain, f->plain_n };
	if (f->br && takes(r->accept_encoding, "br")) {
		a.body = (struct str){ (const char *)f->br, f->br_n };
		buf_add(&headers, STR("Content-Encoding: br\r\n"));
	} else if (f->gz && takes(r->accept_encoding, "gzip")) {
		a.body = (struct str){ (const char *)f->gz, f->gz_n };
		buf_add(&headers, STR("Content-Encoding: gzip\r\n"));
	}
	buf_print(&headers, "ETag: %s\r\nCache-Control: %s\r\n" PAGE_HEADERS, f->etag,
		f->immutable ? "public, max-age=31536000, immutable" : "no-cache");
	a.headers = buf_str(&headers);
	if (r->if_none_match.n && str_find(r->if_none_match, str_of(f->etag)) >= 0) {
		a.status = 304;
		a.body = (struct str){ NULL, 0 };
	}
	net_answer(n, r, &a);
}

bool api_files(void *arg, struct net *n, struct net_request *r)
{
	bool reads = str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD"));
	const struct web_file *f = reads ? find(r->path) : NULL;
	if (reads && f == NULL && is_route(r->path))
		f = find(STR("/index.html"));
	if (f)
		answer(n, r, f);
	return f != NULL;
}
