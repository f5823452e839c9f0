/*
 * The fan-out bench's client: N members of one group on N connections, one sender, any server.
 * A protocol is a driver: how to come in, how a message is wrapped, what keeps a connection alive. What arrives is not
 * parsed: every message carries "~" + 16 hex digits (the time it was sent, ns) + "~", and those are counted in the bytes.
 */
#ifndef BENCH_FANOUT_H
#define BENCH_FANOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUT_BYTES_MAX 65536

struct out {
	char p[OUT_BYTES_MAX];
	size_t n;
};
void out_add(struct out *o, const void *p, size_t n);
void out_print(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct member {
	int fd;
	unsigned index;
	int step;       /* the driver's own, 0 at first */
	bool joined;
	char carry[64]; /* the end of what came last: a mark may lie across two reads */
	size_t carry_n;
	uint64_t received;
	char join[4096]; /* what came while joining and is not used up */
	size_t join_n;
};

struct options {
	const char *host, *path, *hello, *wrap, *tokens; /* see usage() */
	int port;
	char **token; /* lines of the file tokens, or NULL */
	size_t token_count;
};

struct driver {
	const char *name;
	bool no_echo; /* the sender does not get its own messages */
	/* The first bytes of member m. */
	void (*open)(const struct options *o, struct member *m, struct out *out);
	/* m->join holds what came: use up what is understood (join_used), answer into out, set m->joined when in. */
	void (*joining)(const struct options *o, struct member *m, struct out *out);
	/* One message. */
	void (*message)(const struct options *o, struct out *out, const char *text, size_t n);
	/* Bytes that came later: answer the server's questions whether we are alive. May be NULL. */
	void (*alive)(struct member *m, const char *p, size_t n, struct out *out);
};

void join_used(struct member *m, size_t n);
/* template with {i} (member), {token} and {text} put in. */
void out_template(struct out *o, const char *form, const struct options *opt, const struct member *m, const char *text,
		  size_t text_n);

extern const struct driver ws_driver, irc_driver, mqtt_driver;

#endif
