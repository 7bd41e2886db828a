// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes_ask.c - a customer's router is found by other PEs when it is a neighbour of this one's, which it may not
 * be before the first packet for it: the next hop of an IPv6 route is a link-local address, with which the
 * routing daemon does not speak. So the kernel is made to ask for it when there is a route by it.
 *
 * A customer chooses his next hops: a hundred of them in a second are asked for, and one in half a minute once.
 */
#include <errno.h>

#include "log.h"
#include "nl_table.h"
#include "system/routes_priv.h"

enum { ASKS = 100, AGAIN_S = 30, ASKED = 16 };

static bool is_recent(const struct gateways *g, const struct prefix_hop *hop, u32 now)
{
	for (u32 i = 0; i < ASKED; i++)
		if (g->seconds[i] && now - g->seconds[i] < AGAIN_S &&
		    g->asked[i].ifindex == hop->ifindex &&
		    ip_equal(&g->asked[i].gateway, &hop->gateway))
			return true;
	return false;
}

/* Return: one more is within what may be in this second */
static bool may_ask(struct gateways *g, u32 now)
{
	if (g->second != now) {
		g->second = now;
		g->n = 0;
	}
	return g->n++ < ASKS;
}

void gateways_ask(struct routes *r, const struct prefix_hop *hop)
{
	struct nl_entry e = {.ifindex = hop->ifindex, .address = hop->gateway};
	u32 now = (u32)(timer_turn_us(r->event) / 1000000);
	struct gateways *g = &r->gateways;
	struct nl_err err;
	int ret;

	if (ip_is_none(&hop->gateway) || is_recent(g, hop, now) || !may_ask(g, now))
		return;
	g->asked[g->next] = *hop;
	g->seconds[g->next] = now;
	g->next = (g->next + 1) % ASKED;
	ret = nl_host_ask(r->requests, &e, &err);
	if (ret && ret != -EEXIST)
		log_debug("routes: asking for a next hop: %s", err.text);
}
