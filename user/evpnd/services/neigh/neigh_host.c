// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_host.c - what other services ask: is a router behind a segment in the kernel of this PE, learned here,
 * in step with another PE, or kept while it is probed?
 */
#include "services/neigh/neigh.h"

u32 neigh_ifindex(const struct nhost *h)
{
	return h->circuit->several ? h->ifindex : h->circuit->ifindex;
}

static bool is_on(const struct nhost *h, u32 ifindex)
{
	return !h->circuit->several || h->ifindex == ifindex;
}

static bool is_here(const struct nhost *h)
{
	return h->flags & NHOST_LOCAL || h->state == NEIGH_SYNCED || h->state == NEIGH_RETAINED;
}

static const struct mac *mac_of(const struct nhost *h)
{
	return h->flags & NHOST_LOCAL ? &h->mac : &h->wish_mac;
}

static void found(const struct nhost *h, struct host *host)
{
	host->known = true;
	host->address = h->addr;
	host->mac = *mac_of(h);
}

struct search {
	const struct host_query *q;
	const struct circuit *circuit;
	const struct nhost *host;
	bool many;
};

static bool is_link_local(const struct ip_addr *a)
{
	return a->len == 16 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* IPv4 does not say who is a router; of one MAC address a global address is preferred. */
static void consider(struct neighs *ns, struct nhost *h, void *data)
{
	struct search *s = data;
	bool by_mac = !mac_is_zero(&s->q->mac);

	if (h->circuit != s->circuit || h->addr.len != s->q->family || !is_here(h) ||
	    !is_on(h, s->q->ifindex))
		return;
	if (by_mac && mac_cmp(mac_of(h), &s->q->mac))
		return;
	if (!by_mac && h->addr.len == 16 && !(h->flags & NHOST_ROUTER))
		return;
	if (s->host && mac_cmp(mac_of(s->host), mac_of(h)))
		s->many = true;
	if (!s->host || is_link_local(&s->host->addr))
		s->host = h;
}

bool neigh_host(void *state, const struct host_query *q, struct host *host)
{
	struct neighs *ns = state;
	struct circuit *c = place_circuit(&ns->at, &q->esi, q->tag, false);
	struct search s = {.q = q, .circuit = c};

	if (!c)
		return false;
	if (!ip_is_none(&q->address)) {
		const struct nhost *h = neigh_find(ns, c, &q->address);

		if (!h || !is_on(h, q->ifindex))
			return false;
		found(h, host);
		return is_here(h);
	}
	neigh_walk(ns, consider, &s);
	host->many = s.many;
	if (s.host)
		found(s.host, host);
	return s.host && !s.many;
}
