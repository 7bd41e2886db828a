// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes_guard.c - the global table is also that by which this PE reaches its own peers. Who may put prefixes into it,
 * a customer or another PE, could draw the BGP sessions to himself, and the tunnels with them, by a prefix that has the
 * address of a peer and is longer than the route to it: no metric helps against that. Such a prefix is refused.
 *
 * One that is not longer does no harm, and a customer may have the default route, or a subnet that the peers'
 * loopbacks are in: the kernel is asked by what a peer is reached now. A peer's address alone is nobody's but its own.
 */
#include <errno.h>
#include <stdio.h>

#include "log.h"
#include "system/routes_priv.h"

/** struct match - @plen: of the route by which an address is reached, 0: there may be none; @own: it is evpnd's */
struct match {
	uint8_t plen;
	bool own;
};

static int on_match(void *data, const struct nlmsghdr *nlh)
{
	struct match *m = data;
	struct nl_fib_route route;

	if (!nl_fib_route_parse(nlh, &route))
		return 0;
	m->plen = route.prefix.plen;
	m->own = route.protocol == NL_FIB_PROTOCOL;
	return 0;
}

static struct match match(struct routes *r, const struct ip_addr *peer)
{
	char buf[NL_FIB_REQUEST_MAX];
	struct match m = {0};
	struct nl_err err;

	nl_request(r->requests, nl_fib_match_request(buf, peer), on_match, &m, &err);
	return m;
}

static bool draws(struct routes *r, const struct ip_prefix *p, const struct ip_addr *peer)
{
	/* one that is there already may itself be what is found: it is not longer than that */
	return p->plen == ip_bits(peer) || p->plen > match(r, peer).plen;
}

bool routes_guard(struct routes *r, const struct prefix_key *key, char text[160])
{
	char ip[IP_STRLEN];

	if (key->vrf)
		return false;
	for (size_t i = 0; i < r->conf->n_peers; i++) {
		const struct ip_addr *peer = &r->conf->peers[i].address;

		if (!prefix_contains(&key->prefix, peer) || !draws(r, &key->prefix, peer))
			continue;
		snprintf(text, 160, "it would lead to BGP peer %s, which is reached by another way",
			 ip_format(peer, ip));
		return true;
	}
	return false;
}

/* It is there, from before that was a peer, and one of ours that is not shorter is by what the peer is reached. */
static bool is_drawing(struct routes *r, const struct ip_prefix *p)
{
	for (size_t i = 0; i < r->conf->n_peers; i++) {
		const struct ip_addr *peer = &r->conf->peers[i].address;
		struct match m;

		if (!p->plen || !prefix_contains(p, peer))
			continue;
		m = match(r, peer);
		if (p->plen == ip_bits(peer) || (m.own && m.plen >= p->plen))
			return true;
	}
	return false;
}

bool routes_guard_heard(struct routes *r, const struct nl_fib_route *route)
{
	char buf[NL_FIB_REQUEST_MAX];
	struct nl_err err;

	if (!r->guard_due || route->gone || route->table != NL_FIB_TABLE_MAIN ||
	    !is_drawing(r, &route->prefix))
		return false;
	if (nl_request(r->requests, nl_fib_route_del(buf, route), NULL, NULL, &err) &&
	    err.error != ESRCH) {
		log_error("removing a route that leads to a BGP peer: %s", err.text);
		return false;
	}
	return true;
}

bool routes_guard_differs(const struct conf *a, const struct conf *b)
{
	if (!a || !b || a->n_peers != b->n_peers)
		return true;
	for (size_t i = 0; i < a->n_peers; i++)
		if (!ip_equal(&a->peers[i].address, &b->peers[i].address))
			return true;
	return false;
}
