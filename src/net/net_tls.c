/*
 * net: TLS 1.2 and later by OpenSSL, with certificate files, offering http/1.1 only.
 * Used by: net_conn.c. Owns: nothing; the context belongs to struct net, the session to its connection.
 */
#include <openssl/err.h>
#include <stdlib.h>

#include "net/net_private.h"

static int choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n, const unsigned char *in, unsigned in_n,
		       void *arg)
{
	static const unsigned char ours[] = { 8, 'h', 't', 't', 'p', '/', '1', '.', '1' };
	unsigned char *chosen;
	if (SSL_select_next_proto(&chosen, out_n, ours, sizeof ours, in, in_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

enum err tls_new(const char *cert, const char *key, SSL_CTX **out_ctx)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL)
		return ERR_MEMORY;
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); /* tickets do without */
	SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, NULL);
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 || key == NULL ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
		log_line(LOG_ERROR, "net: certificate or key: %s", ERR_error_string(ERR_peek_last_error(), NULL));
		ERR_clear_error();
		SSL_CTX_free(ctx);
		return ERR_INPUT;
	}
	*out_ctx = ctx;
	return ERR_OK;
}

/* 0: later, -1: over. Clears OpenSSL's queue of errors, which belongs to the thread and not to the connection. */
static int verdict(struct conn *c, int result)
{
	int e = SSL_get_error(c->ssl, result);
	ERR_clear_error();
	return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

int tls_handshake(struct conn *c)
{
	int done = SSL_accept(c->ssl);
	if (done == 1)
		return 1;
	int want = SSL_get_error(c->ssl, done);
	int v = verdict(c, done);
	if (v == 0)
		net_arm(c, true, want == SSL_ERROR_WANT_WRITE);
	return v;
}

ssize_t tls_recv(struct conn *c, char *p, size_t n)
{
	int got = SSL_read(c->ssl, p, (int)n);
	return got > 0 ? got : verdict(c, got);
}

/* 1: the stage is empty, 0: the socket is full, -1: broken. */
static int flush_stage(struct conn *c)
{
	while (waiting_left(&c->stage) > 0) {
		int sent = SSL_write(c->ssl, c->stage.p + c->stage.at, (int)waiting_left(&c->stage));
		if (sent <= 0)
			return verdict(c, sent);
		waiting_take(&c->stage, (size_t)sent);
	}
	return 1;
}

/* OpenSSL must be given the same bytes again after a full socket; so they are copied, a record at a time, and whoever
 * gave them may forget them. */
ssize_t tls_send(struct conn *c, const struct iovec *iov, int count)
{
	ssize_t taken = 0;
	int i = 0;
	size_t at = 0;
	for (;;) {
		int clear = flush_stage(c);
		if (clear < 0)
			return -1;
		if (clear == 0 || i >= count)
			return taken;
		while (i < count && c->stage.n < NET_TLS_STAGE_BYTES) {
			size_t n = iov[i].iov_len - at, room = NET_TLS_STAGE_BYTES - c->stage.n;
			n = n < room ? n : room;
			if (!waiting_add(&c->stage, (const char *)iov[i].iov_base + at, n))
				return -1;
			taken += (ssize_t)n;
			at += n;
			if (at == iov[i].iov_len) {
				at = 0;
				i++;
			}
		}
	}
}
