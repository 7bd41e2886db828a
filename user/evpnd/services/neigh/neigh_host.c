// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_host.c - what other services ask: is a router behind a segment in the kernel of this PE, learned here,
 * in step with another PE, or kept while it is probed? And which hosts are there?
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

static void found(const struct nhost *h, struct host *host)
{
	host->known = true;
	host->address = h->addr;
	host->mac = *neigh_mac(h);
}

/** struct search - @rank: of @host; @many: another one of its family has another MAC address */
struct search {
	const struct host_query *q;
	const struct nhost *host;
	u32 rank;
	bool many;
};

enum { RANK_OTHER_FAMILY = 2, RANK_NONE = 4 };

/*
 * Of one router's addresses that of the lowest rank is taken, and of several such the lowest: one of the family asked
 * for, of IPv6 a global one before a link-local one; for IPv4 also one of IPv6 (RFC 8950), and there first the
 * link-local one, which is the next hop that a routing daemon has.
 */
static u32 rank_of(const struct search *s, const struct ip_addr *a)
{
	if (a->len == s->q->family)
		return ip_is_link_local(a);
	return a->len == 16 ? RANK_OTHER_FAMILY + !ip_is_link_local(a) : RANK_NONE;
}

bool neigh_is_stand_in(const struct nhost *h)
{
	bool sticky =
		h->flags & NHOST_LOCAL ? h->flags & NHOST_STICKY : h->wish_flags & NEIGH_STICKY;

	return sticky && ip_is_stand_in(&h->addr);
}

bool neigh_is_router(const struct nhost *h)
{
	return h->flags & NHOST_LOCAL ? h->flags & NHOST_ROUTER : h->wish_flags & NEIGH_ROUTER;
}

/* IPv4 does not say who is a router. */
static bool may_be(const struct search *s, const struct nhost *h)
{
	if (!is_here(h) || !is_on(h, s->q->ifindex) || neigh_is_stand_in(h))
		return false;
	return !mac_is_zero(&s->q->mac) || h->addr.len == 4 || neigh_is_router(h);
}

static void consider(struct search *s, const struct nhost *h)
{
	u32 rank = rank_of(s, &h->addr);

	if (rank == RANK_NONE || !may_be(s, h))
		return;
	if (s->host && h->addr.len == s->host->addr.len)
		s->many |= mac_cmp(neigh_mac(s->host), neigh_mac(h)) != 0;
	else if (rank < s->rank)
		s->many = false;
	if (rank > s->rank || (rank == s->rank && ip_cmp(&h->addr, &s->host->addr) > 0))
		return;
	s->host = h;
	s->rank = rank;
}

/* Those of @c that have the MAC address that is asked for, or all: whoever may be the only one. */
static void search(struct neighs *ns, struct circuit *c, struct search *s)
{
	bool any = mac_is_zero(&s->q->mac);
	struct nhost key = {.circuit = c, .at_mac = s->q->mac}, *h;

	for (h = RB_NFIND(nhosts, &ns->by_mac, &key); h && h->circuit == c;
	     h = RB_NEXT(nhosts, &ns->by_mac, h)) {
		if (!any && mac_cmp(&h->at_mac, &s->q->mac))
			break;
		consider(s, h);
	}
}

/*
 * A PE tells the new MAC address of a router, and then the routes by it: who asks because of these hears of what the
 * kernel is asked for by the end of this turn.
 */
static void be_up_to_date(struct neighs *ns)
{
	if (ns->n_queue && !ns->resolve_due && !ns->at.rejudge)
		neigh_flush(ns);
}

bool neigh_host(void *state, const struct host_query *q, struct host *host)
{
	struct neighs *ns = state;
	struct circuit *c = place_circuit(&ns->at, &q->esi, q->tag, false);
	struct search s = {.q = q, .rank = RANK_NONE};

	if (!c)
		return false;
	if (!ip_is_none(&q->address)) {
		const struct nhost *h = neigh_find(ns, c, &q->address);

		if (!h || !is_on(h, q->ifindex))
			return false;
		found(h, host);
		return is_here(h);
	}
	be_up_to_date(ns);
	search(ns, c, &s);
	host->many = s.many;
	if (s.host)
		found(s.host, host);
	return s.host && !s.many;
}

/* ---- all of them, for services that tell them to others ---- */

/* How it is known, as far as it may be believed; 0: it is not */
static u8 known_by(const struct nhost *h)
{
	if (neigh_is_stand_in(h) || h->flags & NHOST_HELD)
		return 0;
	if (h->flags & NHOST_LOCAL)
		return NEIGHBOUR_LEARNED;
	return h->state == NEIGH_SYNCED	  ? NEIGHBOUR_SYNCED :
	       h->state == NEIGH_RETAINED ? NEIGHBOUR_RETAINED :
					    0;
}

static void hand_out(const struct nhost *h, neighbour_fn fn, void *data)
{
	struct neighbour n = {.address = h->addr, .ifindex = neigh_ifindex(h), .how = known_by(h)};

	if (n.how && n.ifindex)
		fn(data, &n);
}

/** struct handing - what neigh_neighbours() was asked to do */
struct handing {
	neighbour_fn fn;
	void *data;
};

static void hand_out_one(struct neighs *ns, struct nhost *h, void *data)
{
	const struct handing *to = data;

	hand_out(h, to->fn, to->data);
}

void neigh_neighbours(void *state, const struct ip_addr *address, neighbour_fn fn, void *data)
{
	struct handing to = {fn, data};
	struct neighs *ns = state;
	struct nhost *h;

	if (!address) {
		neigh_walk(ns, hand_out_one, &to);
		return;
	}
	for (h = neigh_first(ns, address); h; h = neigh_next(h))
		hand_out(h, fn, data);
}

void neigh_say(struct neighs *ns, struct nhost *h)
{
	u8 now = known_by(h);

	if (now == h->said)
		return;
	h->said = now;
	speaker_neighbour_changed(ns->speaker, &h->addr, neigh_ifindex(h));
}
