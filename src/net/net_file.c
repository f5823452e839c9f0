/*
 * net: answers that are files, whole or a range of bytes (RFC 9110 §14: one range; several are answered with the whole).
 * Used by: net_answer.c. Owns: nothing; the descriptor is the answer's.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/net_private.h"

enum range { RANGE_NONE, RANGE_ONE, RANGE_OUTSIDE };

/* bytes=a-b, bytes=a-, bytes=-n. What is not of this form is as if it were not there. */
static enum range read_range(struct str s, uint64_t size, uint64_t *out_begin, uint64_t *out_end)
{
	struct str from, to;
	int64_t a, b;
	if (!str_starts(s, STR("bytes=")))
		return RANGE_NONE;
	s = str_from(s, 6);
	if (str_find(s, STR(",")) >= 0 || str_find(s, STR("-")) < 0 || !str_cut(&s, '-', &from))
		return RANGE_NONE;
	to = str_trim(s);
	from = str_trim(from);
	if (from.n == 0) {
		if (str_int(to, 0, INT64_MAX, &b) != ERR_OK)
			return RANGE_NONE;
		if (b == 0 || size == 0)
			return RANGE_OUTSIDE;
		*out_begin = (uint64_t)b < size ? size - (uint64_t)b : 0;
		*out_end = size;
		return RANGE_ONE;
	}
	if (str_int(from, 0, INT64_MAX, &a) != ERR_OK || (to.n && str_int(to, a, INT64_MAX, &b) != ERR_OK))
		return RANGE_NONE;
	if ((uint64_t)a >= size)
		return RANGE_OUTSIDE;
	*out_begin = (uint64_t)a;
	*out_end = to.n && (uint64_t)b < size ? (uint64_t)b + 1 : size;
	return RANGE_ONE;
}

void answer_open_file(struct request *rq, struct answer *a, struct buf *out_lines)
{
	struct stat st;
	int fd = open(a->file_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		log_line(LOG_WARN, "net: a file to send: %s", strerror(fd < 0 ? errno : EINVAL));
		if (fd >= 0)
			close(fd);
		a->status = 404;
		a->content_type = a->headers = a->body = (struct str){ 0 };
		return;
	}
	uint64_t size = (uint64_t)st.st_size;
	a->body = (struct str){ 0 };
	a->fd = fd;
	a->file_at = 0;
	a->file_end = size;
	buf_add(out_lines, STR("Accept-Ranges: bytes\r\n"));
	if (a->status != 200 || rq->if_range.n || (rq->parser.method != HTTP_GET && rq->parser.method != HTTP_HEAD))
		return; /* a part under If-Range would need to know what the caller's ETag means: the whole is always right */
	enum range r = read_range(rq->pub.range, size, &a->file_at, &a->file_end);
	if (r == RANGE_OUTSIDE) {
		a->status = 416;
		a->file_end = 0;
		buf_print(out_lines, "Content-Range: bytes */%llu\r\n", (unsigned long long)size);
	} else if (r == RANGE_ONE) {
		a->status = 206;
		buf_print(out_lines, "Content-Range: bytes %llu-%llu/%llu\r\n", (unsigned long long)a->file_at,
			  (unsigned long long)a->file_end - 1, (unsigned long long)size);
	}
}

static ssize_t send_by_copy(struct conn *c, struct answer *a, size_t n)
{
	char part[NET_TLS_STAGE_BYTES];
	ssize_t got = pread(a->fd, part, n < sizeof part ? n : sizeof part, (off_t)a->file_at);
	if (got <= 0)
		return -1;
	struct iovec v = { part, (size_t)got };
	return conn_send(c, &v, 1);
}

int answer_send_file(struct conn *c, struct answer *a)
{
	/* A bounded piece a turn: a fast reader of a large file must not keep others waiting. */
	for (size_t budget = NET_FILE_BYTES_PER_TURN; budget > 0 && a->file_at < a->file_end;) {
		size_t n = a->file_end - a->file_at < budget ? (size_t)(a->file_end - a->file_at) : budget;
		ssize_t sent;
		if (c->ssl) {
			sent = send_by_copy(c, a, n);
		} else {
			off_t at = (off_t)a->file_at;
			sent = sendfile(c->fd, a->fd, &at, n);
			if (sent == 0)
				return -1; /* it became shorter while it was sent: only the end of the connection can say so */
			if (sent < 0)
				sent = errno == EAGAIN || errno == EINTR ? 0 : -1;
		}
		if (sent < 0)
			return -1;
		if (sent == 0)
			return 0;
		a->file_at += (uint64_t)sent;
		budget -= (size_t)sent;
		net_timer(c, TIMER_SEND);
	}
	return a->file_at == a->file_end;
}
