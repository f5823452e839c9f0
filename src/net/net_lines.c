/*
 * net: the line ends of a head and of a body's trailers, before llhttp sees them. Promises: a line ends in CR LF and
 * nothing else, none begins with a space or a tab (obs-fold, RFC 9112 5.2) or with the colon of no name, none holds a CR
 * of its own, all together keep their limit: llhttp, even in its strict mode, takes the first two, and has no limit.
 * Used by: net_http.c. Owns: nothing. Not here: what stands in the lines (llhttp).
 */
#include "net/net_private.h"

enum { LINE_BEGIN, LINE_INSIDE, LINE_CR, LINE_LAST_CR };

int lines_feed(struct lines *l, const char *p, size_t n, size_t *out_used)
{
	for (size_t i = 0; i < n && !l->done; i++) {
		char c = p[i];
		bool after_cr = l->at == LINE_CR || l->at == LINE_LAST_CR;
		int status = 0;
		if (after_cr != (c == '\n') || (l->at == LINE_BEGIN && (c == ' ' || c == '\t' || c == ':')))
			status = 400;
		else if (++l->n > NET_HEAD_BYTES_MAX)
			status = 431;
		if (status) {
			*out_used = i;
			return status;
		}
		if (c == '\n') {
			l->done = l->at == LINE_LAST_CR;
			l->at = LINE_BEGIN;
			if (l->done) {
				*out_used = i + 1;
				return 0;
			}
		} else if (c == '\r') {
			l->at = l->at == LINE_BEGIN ? LINE_LAST_CR : LINE_CR;
		} else {
			l->at = LINE_INSIDE;
		}
	}
	*out_used = n;
	return 0;
}
