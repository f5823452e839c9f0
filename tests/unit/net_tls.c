/* net over TLS: the same promises through OpenSSL, with a certificate made here. */
#include "net_help.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#define BIG (3u << 20)

static struct server server;
static char cert_path[64], key_path[64], *big;
static struct net_log *feed;
static _Atomic int cuts;

static uint64_t body_limit(void *arg, const struct net_request *r)
{
	return BIG;
}

static void request(void *arg, struct net_request *r)
{
	struct net_answer a = { .status = 200, .body = r->body_path ? STR("file") : r->body };
	if (str_eq(r->path, STR("/big"))) {
		a.body = (struct str){ big, BIG };
		a.static_body = true;
	}
	if (str_eq(r->path, STR("/cert")))
		a.file_path = cert_path;
	if (str_eq(r->path, STR("/secure")))
		a.body = r->secure ? STR("yes") : STR("no");
	net_answer(server.net, r, &a);
}

static int ws_open(void *arg, struct net_ws *ws, const struct net_request *r, void **out_user)
{
	return net_ws_follow(ws, feed, net_log_end(feed)) == ERR_OK ? 101 : 503;
}

static void ws_text(void *arg, struct net_ws *ws, void *user, struct str text)
{
	net_ws_send(ws, text);
}

static void ws_cut(void *arg, struct net_ws *ws, void *user, struct net_log *log, uint64_t offset)
{
	atomic_fetch_add(&cuts, 1);
}

static void make_certificate(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	FILE *f = fopen(cert_path, "w");
	PEM_write_X509(f, x);
	fclose(f);
	f = fopen(key_path, "w");
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}

static int setup(void **state)
{
	world_set(NULL);
	snprintf(cert_path, sizeof cert_path, "/tmp/net-test-cert-%d", getpid());
	snprintf(key_path, sizeof key_path, "/tmp/net-test-key-%d", getpid());
	make_certificate();
	big = malloc(BIG);
	for (size_t i = 0; i < BIG; i++)
		big[i] = (char)(i * 2654435761u >> 13);
	atomic_store(&cuts, 0);
	server_start(&server, (struct net_options){ .tls_cert = cert_path, .tls_key = key_path,
				      .hooks = { .body_limit = body_limit, .request = request, .ws_open = ws_open,
						 .ws_text = ws_text, .ws_cut = ws_cut } });
	feed = net_log_new(server.net, 8u << 20);
	return 0;
}

static int teardown(void **state)
{
	server_join(&server);
	net_log_free(feed);
	server_end(&server);
	unlink(cert_path);
	unlink(key_path);
	free(big);
	return 0;
}

struct client {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
};

static int client_open(struct client *c, int rcvbuf, int version_max)
{
	c->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(c->ctx, 0);
	SSL_CTX_set_max_proto_version(c->ctx, version_max);
	SSL_CTX_set_alpn_protos(c->ctx, (const unsigned char *)"\x02h2\x08http/1.1", 12);
	c->fd = dial(&server, rcvbuf);
	c->ssl = SSL_new(c->ctx);
	SSL_set_fd(c->ssl, c->fd);
	return SSL_connect(c->ssl);
}

static void client_close(struct client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
	close(c->fd);
	ERR_clear_error();
}

static void take(struct client *c, void *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		int got = SSL_read(c->ssl, (char *)p + at, (int)(n - at));
		assert_true(got > 0);
		at += (size_t)got;
	}
}

static void put(struct client *c, const void *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		int got = SSL_write(c->ssl, (const char *)p + at, (int)(n - at));
		assert_true(got > 0);
		at += (size_t)got;
	}
}

static void put_text(struct client *c, const char *z)
{
	put(c, z, strlen(z));
}

/* The head of an answer: its length. */
static size_t take_head(struct client *c, int status)
{
	char head[2048];
	size_t n = 0;
	int got = 0;
	while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0) {
		assert_true(n < sizeof head - 1);
		take(c, head + n++, 1);
	}
	head[n] = '\0';
	sscanf(head, "HTTP/1.1 %d", &got);
	assert_int_equal(got, status);
	const char *length = strstr(head, "Content-Length: ");
	return length ? strtoul(length + 16, NULL, 10) : 0;
}

static void test_versions(void **state)
{
	struct client c;
	static const int versions[] = { TLS1_3_VERSION, TLS1_2_VERSION };
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		const unsigned char *alpn;
		unsigned alpn_n;
		char body[3];
		assert_int_equal(client_open(&c, 0, versions[i]), 1);
		SSL_get0_alpn_selected(c.ssl, &alpn, &alpn_n);
		assert_int_equal(alpn_n, 8);
		assert_memory_equal(alpn, "http/1.1", 8);
		put_text(&c, "GET /secure HTTP/1.1\r\nHost: h\r\n\r\n");
		assert_int_equal(take_head(&c, 200), 3);
		take(&c, body, 3);
		assert_memory_equal(body, "yes", 3);
		client_close(&c);
	}
	assert_int_not_equal(client_open(&c, 0, TLS1_1_VERSION), 1);
	client_close(&c);
	struct reply r;
	int fd = dial(&server, 0);
	say(fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	hear_reply(fd, &r, false);
	assert_int_equal(r.status, 400);
	close(fd);
	fd = dial(&server, 0);
	say(fd, "\x16\x03\x01nonsense that is no handshake at all, of some length");
	char rest[256];
	while (hear_some(fd, rest, sizeof rest) > 0)
		continue;
	close(fd);
}

static void test_bodies_both_ways(void **state)
{
	struct client c;
	char *got = malloc(BIG);
	assert_int_equal(client_open(&c, 4096, TLS1_3_VERSION), 1);
	for (int i = 0; i < 2; i++) {
		put_text(&c, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
		usleep(50000);
		assert_int_equal(take_head(&c, 200), BIG);
		take(&c, got, BIG);
		assert_memory_equal(got, big, BIG);
	}
	put_text(&c, "GET /cert HTTP/1.1\r\nHost: h\r\n\r\n");
	size_t n = take_head(&c, 200);
	take(&c, got, n);
	assert_memory_equal(got, "-----BEGIN CERTIFICATE-----", 27);
	put_text(&c, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3145728\r\n\r\n");
	put(&c, big, BIG);
	assert_int_equal(take_head(&c, 200), 4);
	take(&c, got, 4);
	assert_memory_equal(got, "file", 4);
	/* Many requests in one record: OpenSSL holds what epoll does not see. */
	struct buf b CLEANUP(buf_free) = BUF(1u << 20);
	for (int i = 0; i < 300; i++)
		buf_print(&b, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n%04d", i);
	put(&c, b.p, b.n);
	for (int i = 0; i < 300; i++) {
		char number[5] = { 0 };
		assert_int_equal(take_head(&c, 200), 4);
		take(&c, number, 4);
		assert_int_equal(atoi(number), i);
	}
	free(got);
	client_close(&c);
}

static void append_many(void *arg)
{
	static int next;
	char text[700];
	uint64_t offset;
	memset(text, '.', sizeof text);
	for (int i = 0; i < 100; i++, next++) {
		memcpy(text, (char[4]){ (char)('0' + next / 1000), (char)('0' + next / 100 % 10), (char)('0' + next / 10 % 10),
					(char)('0' + next % 10) }, 4);
		assert_int_equal(net_log_append(feed, (struct str){ text, 100 + (size_t)next % 600 }, &offset), ERR_OK);
	}
}

/* A log of 2 MB to a reader who starts late, private messages in between. */
static void test_log(void **state)
{
	struct client c;
	char head[4], text[70000];
	assert_int_equal(client_open(&c, 4096, TLS1_3_VERSION), 1);
	put_text(&c, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
	take_head(&c, 101);
	for (int i = 0; i < 50; i++) {
		on_net(&server, append_many, NULL);
		put(&c, "\x81\x82\0\0\0\0me", 8);
	}
	for (int numbers = 0, privates = 0; numbers < 5000 || privates < 50;) {
		take(&c, head, 2);
		size_t n = (unsigned char)head[1];
		assert_int_equal((unsigned char)head[0], 0x81);
		if (n == 126) {
			take(&c, head + 2, 2);
			n = (size_t)(unsigned char)head[2] << 8 | (unsigned char)head[3];
		}
		take(&c, text, n);
		text[n] = '\0';
		if (n == 2) {
			assert_string_equal(text, "me");
			privates++;
			continue;
		}
		assert_int_equal(n, 100 + numbers % 600);
		text[4] = '\0';
		assert_int_equal(atoi(text), numbers++);
	}
	assert_int_equal(atomic_load(&cuts), 0);
	client_close(&c);
}

static void test_bad_certificate(void **state)
{
	struct net *n = NULL;
	struct net_options o = { .host = "127.0.0.1", .tls_cert = key_path, .tls_key = cert_path };
	assert_int_equal(net_new(&o, &n), ERR_INPUT);
	o.tls_cert = "/nowhere";
	assert_int_equal(net_new(&o, &n), ERR_INPUT);
	assert_null(n);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = { T(test_versions), T(test_bodies_both_ways), T(test_log), T(test_bad_certificate) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
