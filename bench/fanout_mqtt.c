/* MQTT 3.1.1 over TCP for the fan-out bench: everybody subscribes to f with QoS 0, the first one publishes. */
#include <stdio.h>
#include <string.h>

#include "fanout.h"

static void mqtt_open(const struct options *o, struct member *m, struct out *out)
{
	char id[16];
	int n = snprintf(id, sizeof id, "f%u", m->index);
	unsigned char head[] = { 0x10, (unsigned char)(12 + n), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, (unsigned char)n };
	out_add(out, head, sizeof head);
	out_add(out, id, (size_t)n);
}

static void mqtt_joining(const struct options *o, struct member *m, struct out *out)
{
	static const unsigned char subscribe[] = { 0x82, 6, 0, 1, 0, 1, 'f', 0 };
	while (m->join_n >= 2 && m->join_n >= 2u + (unsigned char)m->join[1]) {
		unsigned char kind = (unsigned char)m->join[0] >> 4;
		if (kind == 2)
			out_add(out, subscribe, sizeof subscribe);
		if (kind == 9)
			m->joined = true;
		join_used(m, 2u + (unsigned char)m->join[1]);
	}
}

static void mqtt_message(const struct options *o, struct out *out, const char *text, size_t n)
{
	size_t left = n + 3;
	unsigned char head[] = { 0x30, (unsigned char)(left & 127), (unsigned char)(left >> 7), 0, 1, 'f' };
	if (left < 128) {
		out_add(out, head, 2);
	} else {
		head[1] |= 128;
		out_add(out, head, 3);
	}
	out_add(out, head + 3, 3);
	out_add(out, text, n);
}

const struct driver mqtt_driver = { "mqtt", false, mqtt_open, mqtt_joining, mqtt_message, NULL };
