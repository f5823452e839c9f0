/* IRC for the fan-out bench: everybody joins #f, the first one talks. */
#include <stdio.h>
#include <string.h>

#include "fanout.h"

static void irc_open(const struct options *o, struct member *m, struct out *out)
{
	out_print(out, "NICK f%u\r\nUSER f%u 0 * :f\r\n", m->index, m->index);
}

static void irc_joining(const struct options *o, struct member *m, struct out *out)
{
	for (char *end; (end = memmem(m->join, m->join_n, "\r\n", 2));) {
		*end = '\0';
		if (strncmp(m->join, "PING ", 5) == 0)
			out_print(out, "PONG %s\r\n", m->join + 5);
		if (m->step == 0 && strstr(m->join, " 001 ")) {
			out_print(out, "JOIN #f\r\n");
			m->step = 1;
		}
		if (strstr(m->join, " 366 "))
			m->joined = true;
		join_used(m, (size_t)(end - m->join) + 2);
	}
}

static void irc_message(const struct options *o, struct out *out, const char *text, size_t n)
{
	out_print(out, "PRIVMSG #f :%.*s\r\n", (int)n, text);
}

static void irc_alive(struct member *m, const char *p, size_t n, struct out *out)
{
	if (n > 5 && memcmp(p, "PING ", 5) == 0)
		out_print(out, "PONG %.*s\r\n", (int)strcspn(p + 5, "\r\n"), p + 5);
}

const struct driver irc_driver = { "irc", true, irc_open, irc_joining, irc_message, irc_alive };
