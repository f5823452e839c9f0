/*
 * net: how many connections each address has. Promises: one address cannot take them all; who comes from this machine is
 * not counted. An IPv6 address counts as its /64, which is what one line is given.
 * Used by: the loop (whoever connects), net_request.c (whom a trusted proxy speaks for: then a connection counts while it
 * has a request of that address, or is its WebSocket). Owns: net->peers. Not here: what one address may ask (serve).
 */
#include "net/net_private.h"

#define SAY_EVERY_US (60 * US_PER_S)

/* No IPv6 address in use begins with 32 zero bits, so both kinds fit one key. */
static uint64_t key_of(const struct in6_addr *a)
{
	bool four = IN6_IS_ADDR_V4MAPPED(a);
	uint64_t key = 0;
	for (size_t i = four ? 12 : 0; i < (four ? 16 : 8); i++)
		key = key << 8 | a->s6_addr[i];
	return key;
}

static bool is_here(const struct in6_addr *a)
{
	return IN6_IS_ADDR_V4MAPPED(a) ? a->s6_addr[12] == 127 : IN6_IS_ADDR_LOOPBACK(a);
}

bool peers_take(struct conn *c, const struct in6_addr *a)
{
	struct net *n = c->net;
	peers_drop(c);
	if (is_here(a))
		return true;
	uint64_t key = key_of(a);
	uintptr_t count = (uintptr_t)idmap_get(n->peers, key);
	if (count >= n->per_address_max) {
		int64_t now_us = clock_mono_us();
		if (now_us >= n->peers_say_us) {
			log_line(LOG_WARN, "net: one address holds %zu connections; more of it are turned away", n->per_address_max);
			n->peers_say_us = now_us + SAY_EVERY_US;
		}
		return false;
	}
	if (idmap_put(n->peers, key, (void *)(count + 1)) != ERR_OK)
		return false;
	c->peer_key = key;
	c->peer_counted = true;
	return true;
}

void peers_drop(struct conn *c)
{
	if (!c->peer_counted)
		return;
	c->peer_counted = false;
	uintptr_t count = (uintptr_t)idmap_remove(c->net->peers, c->peer_key);
	/* Just removed, so there is room. */
	if (count > 1 && idmap_put(c->net->peers, c->peer_key, (void *)(count - 1)) != ERR_OK)
		log_line(LOG_ERROR, "net: the count of an address is lost");
}
