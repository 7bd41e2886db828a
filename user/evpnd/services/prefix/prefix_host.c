// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_host.c - customers' hosts as prefixes, for the core: the neighbours that this PE has on a device of a segment,
 * in a subnet of that device. Where a subnet is at several sites, or not every PE of it has a leg to every host, a
 * remote PE knows by them where to send.
 *
 * Who knows of neighbours is another service, which tells of each that changes. Here is no table of them: what is true of an
 * address is asked for, and kept as a local route of its prefix, behind those of routing daemons. Those that another
 * PE has learned count, too, as its prefixes do (prefix_core.c): the remote PE has a second path beforehand. The
 * segment's other PEs are told nothing by this, as they know the neighbour.
 *
 * RFC 9136 (4.4.1), draft-ietf-bess-evpn-l3mh-proto (3.8.1, 3.8.2)
 */
#include "services/prefix/prefix.h"

bool prefix_is_host(const struct pfx *x)
{
	return x->plen == 8 * prefix_addr_len(x);
}

/* No router forwards to it: fe80::/10, and 169.254.0.0/16 (RFC 3927), in which is what stands for an IPv6 router, too. */
static bool is_of_link(const struct ip_addr *a)
{
	return ip_is_link_local(a) || (a->len == 4 && a->b[0] == 169 && a->b[1] == 254);
}

/** struct phost - an address in a table, and all devices on which it is there; @how: of the best of them, 0: on none */
struct phost {
	struct prefixes *ps;
	u32 vrf;
	u32 n;
	u8 how;
	struct prefix_hop hops[PREFIX_HOPS_MAX];
};

static void add_device(void *data, const struct neighbour *n)
{
	struct phost *h = data;
	const struct place_device *on = place_device(&h->ps->at, n->ifindex);

	if (!on || on->table != h->vrf || is_of_link(&n->address) ||
	    !prefix_on_link(h->ps, h->vrf, n->ifindex, &n->address))
		return;
	if (!h->how || n->how < h->how)
		h->how = (u8)n->how;
	if (h->n < PREFIX_HOPS_MAX)
		h->hops[h->n++] = (struct prefix_hop){.ifindex = n->ifindex};
}

static struct phost find(struct prefixes *ps, u32 vrf, const struct ip_addr *a)
{
	struct phost h = {.ps = ps, .vrf = vrf};

	speaker_neighbours(ps->speaker, a, add_device, &h);
	return h;
}

static bool learns(const struct place_vrf *v)
{
	return v && v->conf.prefixes.learn & CONF_LEARN_NEIGHBOURS && v->conf.prefixes.core;
}

/* Of the table that a device is in, which mostly is its own VRF's. */
static const struct place_vrf *vrf_of(struct prefixes *ps, const struct place_device *on)
{
	return on->vrf->known && on->vrf->ifindex == on->table ? on->vrf :
								 place_vrf(&ps->at, on->table);
}

static const struct plocal *host_of(const struct pfx *x)
{
	const struct plocal *l;

	for (l = x->locals; l && !l->how; l = l->next)
		;
	return l;
}

static void forget(struct prefixes *ps, struct pfx *x)
{
	if (!x || !host_of(x))
		return;
	prefix_local_del(ps, x, PREFIX_HOST_METRIC);
	prefix_queue(ps, x);
}

static void learn(struct prefixes *ps, const struct ip_prefix *p, struct phost *h)
{
	struct pfx *x = prefix_get(ps, h->vrf, p);
	struct plocal now = {.metric = PREFIX_HOST_METRIC, .how = h->how};
	const struct plocal *was = x ? host_of(x) : NULL;

	now.set = x ? prefix_set(ps, h->vrf, p->addr.len, h->hops, h->n) : NULL;
	if (x && !now.set)
		prefix_drop(ps, x);
	if (!now.set)
		return;
	if (was && was->set == now.set && was->how == now.how) {
		prefix_set_put(ps, now.set);
		return;
	}
	prefix_local_set(ps, x, &now);
	prefix_queue(ps, x);
}

/* What is true of an address in a table now */
static void look(struct prefixes *ps, u32 vrf, const struct ip_addr *a)
{
	struct ip_prefix p = prefix_make(a, ip_bits(a));
	struct phost h = {.ps = ps};

	if (learns(place_vrf(&ps->at, vrf)))
		h = find(ps, vrf, a);
	if (h.n)
		learn(ps, &p, &h);
	else
		forget(ps, prefix_find(ps, vrf, &p));
}

static void look_at_neighbour(void *data, const struct neighbour *n)
{
	struct prefixes *ps = data;
	const struct place_device *on = place_device(&ps->at, n->ifindex);

	if (on && learns(vrf_of(ps, on)))
		look(ps, on->table, &n->address);
}

/* It may be none any more. */
static void look_again(struct prefixes *ps, struct pfx *x, void *data)
{
	struct ip_prefix p = prefix_of(x);

	if (host_of(x))
		look(ps, x->vrf, &p.addr);
}

void prefix_hosts_look(struct prefixes *ps)
{
	const struct place_vrf *v;
	bool any = false;

	TAILQ_FOREACH(v, &ps->at.vrfs, entry)
		any |= learns(v);
	if (any)
		speaker_neighbours(ps->speaker, NULL, look_at_neighbour, ps);
	if (any || ps->hosts)
		prefix_walk(ps, look_again, NULL);
	ps->hosts = any;
}

void prefix_host_changed(void *state, const struct ip_addr *address, u32 ifindex)
{
	struct prefixes *ps = state;
	const struct place_device *on;

	if (!address) {
		ps->hosts_due = true;
		prefix_wake(ps);
		return;
	}
	on = place_device(&ps->at, ifindex);
	if (on && learns(vrf_of(ps, on)))
		look(ps, on->table, address);
}

bool prefix_reaches(void *state, u32 vrf, const struct ip_addr *address)
{
	struct phost h = find(state, vrf, address);

	return h.n;
}
