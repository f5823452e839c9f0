/*
 * The fan-out bench's client: N members of one group on N connections, one sender, any server.
 * A protocol is a driver: how to come in, how a message is wrapped, what keeps a connection alive. What arrives is not
 * parsed: every message carries "~" + 16 hex digits (the time it was sent, ns) + "~", and those are counted in the bytes.
 * The lower half, fanout_shared.c, is grab_client.c's too.
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

/* ---- fanout_shared.c ---- */
uint64_t now_ns(void);
/* Says what and errno, and ends the program. */
void die(const char *what) __attribute__((noreturn));
void join_used(struct member *m, size_t n);
/* template with {i} (member), {token} and {text} put in. */
void out_template(struct out *o, const char *form, const struct options *opt, const struct member *m, const char *text,
		  size_t text_n);

/* A non-blocking connection to the server; i spreads many over the addresses of loopback. */
int connect_to(const struct options *o, unsigned i);
/* All of o, whatever it takes; empties it. */
void send_all(int fd, struct out *o);
/* The server's processes are root and all that descend from it when this is called. */
void processes_find(int root);
double processes_cpu_s(void);
double processes_resident_bytes(void);
/* arg is "name=value". */
bool argument_is(const char *arg, const char *name, const char **out_value);
void options_read_tokens(struct options *o);
void sort_us(uint32_t *us, size_t n);
/* Of sorted times. */
double percentile_ms(const uint32_t *us, size_t n, double q);

/* A WebSocket frame of a client. */
void ws_frame(struct out *out, int opcode, const char *p, size_t n);

extern const struct driver ws_driver, irc_driver, mqtt_driver;

#endif
