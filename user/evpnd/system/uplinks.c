// SPDX-License-Identifier: GPL-2.0-only
/*
 * uplinks.c - is there a way from this PE to the core? By the uplinks that the configuration names, one
 * of which has to have carrier; or else by the routes to the BGP neighbours, one of which has to lead out
 * of a device that has. A PE without such a way is isolated for sure, and knows it long before a hold
 * time is over.
 *
 * A device that goes down is heard of by rtnetlink and judged at once. A route may be away for a moment
 * while a routing daemon computes, with all devices up: that has to last for the isolation delay. Routes
 * are asked for once a second and whenever a device has changed; a full table that churns is no business
 * of ours, so route notifications are not listened to.
 *
 * A neighbour that is an address of this machine (a bgpd beside evpnd) says nothing. A default route
 * through a management port is a route: where there is one, the uplinks have to be named.
 */
#include "system/uplinks.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "nl_route.h"
#include "timer.h"

enum {
	LOOK_MS = 1000,
	PEERS_MAX = 64, /* so many of them are asked about, the others are left out */
};

/**
 * struct peer - one to whom a route is looked for
 * @ifname: of a link-local address, the device; else ""
 */
struct peer {
	struct ip_addr address;
	char ifname[IFNAMSIZ];
};

/**
 * struct uplinks - the watch
 * @way: devices that led to neighbours when they were last seen to, @n_way of them
 * @without_us: since when there has been no route although a device of @way is up, 0: not so
 */
struct uplinks {
	const struct links *links;
	struct nl *nl;
	uplinks_fn fn;
	void *data;
	bool tracking;
	u64 delay_us;
	char named[CONF_UPLINKS_MAX][IFNAMSIZ];
	unsigned int n_named;
	struct peer peers[PEERS_MAX];
	unsigned int n_peers;
	uint32_t way[NL_ROUTE_HOPS_MAX];
	unsigned int n_way;
	u64 without_us;
	struct timer again;
	struct fact_core fact;
};

static bool link_works(const struct fact_link *l)
{
	return l && l->flags & IFF_UP && l->carrier;
}

static const char *link_state(const struct fact_link *l)
{
	if (!l)
		return "does not exist";
	return l->flags & IFF_UP ? "has no carrier" : "is down";
}

static void say(struct uplinks *u, bool lost, const char *text)
{
	struct fact_core now;

	memset(&now, 0, sizeof(now));
	now.lost = lost;
	snprintf(now.text, sizeof(now.text), "%s", text);
	if (now.lost == u->fact.lost && (!now.lost || !strcmp(now.text, u->fact.text)))
		return;
	u->fact = now;
	u->fn(u->data, &u->fact);
}

static void judge_named(struct uplinks *u)
{
	const struct fact_link *l = NULL;
	char text[sizeof(u->fact.text)];
	unsigned int i;

	for (i = 0; i < u->n_named; i++) {
		l = links_by_name(u->links, u->named[i]);
		if (link_works(l)) {
			snprintf(text, sizeof(text), "uplink %s is up", u->named[i]);
			say(u, false, text);
			return;
		}
	}
	snprintf(text, sizeof(text), "no uplink is up: %s %s%s", u->named[0],
		 link_state(links_by_name(u->links, u->named[0])),
		 u->n_named > 1 ? ", nor are the others" : "");
	say(u, true, text);
}

enum way { WAY_NONE, WAY_LOCAL, WAY_DEAD, WAY_WORKS };

static enum way by_device(struct uplinks *u, const struct peer *n)
{
	const struct fact_link *l = links_by_name(u->links, n->ifname);

	if (!link_works(l))
		return WAY_DEAD;
	u->way[0] = l->ifindex;
	u->n_way = 1;
	return WAY_WORKS;
}

static enum way by_route(struct uplinks *u, const struct peer *n)
{
	struct nl_route route;
	struct nl_err err;
	unsigned int i;

	if (n->ifname[0])
		return by_device(u, n);
	if (nl_route_get(u->nl, &n->address, &route, &err))
		return WAY_NONE;
	if (route.local)
		return WAY_LOCAL;
	for (i = 0; i < route.n_hops; i++)
		if (link_works(links_by_index(u->links, route.hop[i])))
			break;
	if (route.n_hops && i == route.n_hops)
		return WAY_DEAD;
	memcpy(u->way, route.hop, sizeof(u->way));
	u->n_way = route.n_hops;
	return WAY_WORKS;
}

/* Did the devices go through which there was a way, or only the routes? */
static bool devices_work(const struct uplinks *u)
{
	unsigned int i;

	for (i = 0; i < u->n_way; i++)
		if (link_works(links_by_index(u->links, u->way[i])))
			return true;
	return false;
}

static void judge_lost(struct uplinks *u, bool dead)
{
	const struct fact_link *l = u->n_way ? links_by_index(u->links, u->way[0]) : NULL;
	char text[sizeof(u->fact.text)];
	u64 now = timer_now_us();

	if (!u->n_way || (!dead && devices_work(u))) {
		if (!u->without_us)
			u->without_us = now;
		if (!u->fact.lost && now - u->without_us < u->delay_us) {
			timer_start_at(&u->again, u->without_us + u->delay_us);
			return;
		}
	}
	if (l && !link_works(l))
		snprintf(text, sizeof(text), "no way to the core: %s %s", l->ifname, link_state(l));
	else
		snprintf(text, sizeof(text),
			 "no way to the core: no route to any BGP peer by a device that is up");
	say(u, true, text);
}

static void judge_routes(struct uplinks *u)
{
	bool dead = false, local = true;
	unsigned int i;

	for (i = 0; i < u->n_peers; i++) {
		enum way way = by_route(u, &u->peers[i]);

		if (way == WAY_WORKS) {
			u->without_us = 0;
			say(u, false, "there is a way to the core");
			return;
		}
		dead |= way == WAY_DEAD;
		local &= way == WAY_LOCAL;
	}
	if (local)
		say(u, false, "not watched: the only peer is on this machine");
	else
		judge_lost(u, dead);
}

void uplinks_look(struct uplinks *u)
{
	if (!u)
		return;
	timer_stop(&u->again);
	if (!u->tracking || (!u->n_named && !u->n_peers)) {
		say(u, false, "not watched");
		return;
	}
	if (u->n_named) {
		judge_named(u);
		return;
	}
	timer_start(&u->again, LOOK_MS);
	judge_routes(u);
}

static void on_again(void *data)
{
	uplinks_look(data);
}

static void take_peer(struct uplinks *u, const struct conf_peer *n)
{
	struct peer *to = &u->peers[u->n_peers];

	if (n->shutdown || u->n_peers == PEERS_MAX)
		return;
	memset(to, 0, sizeof(*to));
	to->address = n->address;
	if (n->address.len == 16 && n->address.b[0] == 0xfe && (n->address.b[1] & 0xc0) == 0x80)
		memcpy(to->ifname, n->interface, sizeof(to->ifname));
	u->n_peers++;
}

void uplinks_configure(struct uplinks *u, const struct conf *conf)
{
	const struct conf_global *g = &conf->global;
	size_t i;

	if (!u)
		return;
	u->tracking = g->uplink_tracking;
	u->delay_us = g->isolation_delay_ms * 1000ULL;
	memcpy(u->named, g->uplinks, sizeof(u->named));
	u->n_named = g->n_uplinks;
	u->n_peers = 0;
	for (i = 0; i < conf->n_peers; i++)
		take_peer(u, &conf->peers[i]);
	u->n_way = 0;
	u->without_us = 0;
	uplinks_look(u);
}

void uplinks_replay(const struct uplinks *u)
{
	u->fn(u->data, &u->fact);
}

struct uplinks *uplinks_new(sd_event *event, const struct links *links, uplinks_fn fn, void *data)
{
	struct uplinks *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->links = links;
	u->fn = fn;
	u->data = data;
	timer_init(&u->again, event, 10000, on_again, u);
	u->nl = nl_open(NETLINK_ROUTE);
	if (!u->nl) {
		int e = errno;

		uplinks_free(u);
		errno = e;
		return NULL;
	}
	return u;
}

void uplinks_free(struct uplinks *u)
{
	if (!u)
		return;
	timer_done(&u->again);
	nl_close(u->nl);
	free(u);
}
