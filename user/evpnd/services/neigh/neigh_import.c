// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_import.c - RT-2 of other PEs: which of them are ours, and what they say of a host.
 *
 * A route is ours when its ES-Import is that of the segment its ESI names and its EVI-RT is an import
 * target of one of our VRFs, or when one of its route targets is (the form FRR sends). Labels and the
 * encapsulation are of no interest. A route that is not ours is kept in mind when its host is in one
 * of our VRFs: from it a move between segments is seen.
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.2, 3.6.2), RFC 7432 (15), RFC 9047, RFC 9251 (9.5)
 */
#include <stdlib.h>

#include "log.h"
#include "pool.h"
#include "services/neigh/neigh.h"

const char *neigh_verdict_name(enum nverdict v)
{
	switch (v) {
	case NV_TOO_MANY:
		return "not imported: its segment has as many hosts as host-limit allows";
	case NV_MAC_ONLY:
		return "not for us: it has no IP address";
	case NV_IMPOSSIBLE:
		return "not imported: no host can have this address";
	default:
		return place_verdict_name((enum place_verdict)v);
	}
}

bool neigh_is_host(const struct ip_addr *ip, const struct mac *mac)
{
	return ip_is_host(ip) && !mac_is_zero(mac) && !mac_is_multicast(mac);
}

static bool is_too_many(struct neighs *ns, const struct place_es *es, const struct evpn_nlri *n)
{
	const struct circuit *c = place_circuit(&ns->at, &n->esi, n->etag, false);

	return !ip_is_none(&n->ip) && neigh_taken_full(es, c ? neigh_find(ns, c, &n->ip) : NULL);
}

enum nverdict neigh_judge(struct neighs *ns, const struct evpn_nlri *n, const struct bgp_attrs *a,
			  struct place_vrf **vrf)
{
	enum place_verdict v = place_judge(&ns->at, &n->esi, n->etag, &a->ext, vrf);

	if (ip_is_none(&n->ip))
		return NV_MAC_ONLY;
	if (v == PLACE_RESERVED_ESI || v == PLACE_NO_ESI)
		return (enum nverdict)v;
	if (!neigh_is_host(&n->ip, &n->mac) || n->etag > 0xffffff)
		return NV_IMPOSSIBLE;
	if (place_is_import(v) && is_too_many(ns, place_es(&ns->at, &n->esi, false), n))
		return NV_TOO_MANY;
	return (enum nverdict)v;
}

/* One more than the segment may have: it is said, and asked for again when there is room. */
static void say_too_many(struct neighs *ns, struct place_es *es)
{
	ns->counts.too_many++;
	if (es->taken_full)
		return;
	es->taken_full = true;
	log_warning("segment %s: other PEs have more hosts on it than host-limit allows (%u)",
		    es->conf->name, es->conf->host_limit);
}

/*
 * One of a segment that is here, or of a VRF that is: from the latter a move between segments is seen. The
 * former is of use even if it is not imported, because people ask why.
 */
bool neigh_wanted(struct neighs *ns, const struct evpn_nlri *n, const struct bgp_attrs *a)
{
	struct place_es *es = place_es(&ns->at, &n->esi, false);

	if (es && es->conf) {
		if (!is_too_many(ns, es, n))
			return true;
		say_too_many(ns, es);
		return false;
	}
	return !ip_is_none(&n->ip) && (place_match(&ns->at, &a->ext, NULL, ecomm_evi_rt_match) ||
				       place_match(&ns->at, &a->ext, NULL, ecomm_rt_match));
}

/* Another PE's sequence number is the higher one, also when they have wrapped around. */
static bool is_newer(u32 a, u32 b)
{
	return (int32_t)(a - b) > 0;
}

const struct nremote *neigh_best(const struct nhost *h)
{
	const struct nremote *r, *best = NULL;

	for (r = h->remotes; r; r = r->next) {
		if (!r->usable)
			continue;
		if (!best || is_newer(r->seq, best->seq) ||
		    (r->seq == best->seq && ip_cmp(&r->nh, &best->nh) < 0))
			best = r;
	}
	return best;
}

static struct nremote *remote_of(struct nhost *h, const struct rd *rd, const struct mac *mac)
{
	struct nremote *r;

	for (r = h->remotes; r; r = r->next)
		if (!rd_cmp(&r->rd, rd) && !mac_cmp(&r->mac, mac))
			return r;
	return NULL;
}

/* The host that this very route spoke of before: the ESI is no part of a route's key. */
static struct nhost *known_by(struct neighs *ns, const struct evpn_nlri *n)
{
	struct nhost *h;

	for (h = neigh_first(ns, &n->ip); h; h = neigh_next(h))
		if (h->circuit->tag == n->etag && remote_of(h, &n->rd, &n->mac))
			return h;
	return NULL;
}

static void forget(struct neighs *ns, const struct evpn_nlri *n, const struct nhost *except)
{
	struct nhost *h = known_by(ns, n);

	if (!h || h == except)
		return;
	neigh_remote_del(h, &n->rd, &n->mac);
	neigh_room(ns, h->circuit->es);
	if (neigh_watched(ns))
		neigh_tell(ns, h, "route-gone", NULL);
	neigh_queue(ns, h);
}

static u8 nd_flags(const struct slice *ext, const struct ip_addr *ip)
{
	const struct ecomm *ec = ecomm_find(ext, EC_ARP_ND);

	if (ip->len != 16 || !ec)
		return 0;
	return ec->b[2] & ARP_ND_ROUTER ? NEIGH_ROUTER : 0;
}

/* A peer of the segment that has a higher sequence for a host that we advertise too: all show the same. */
static void follow_sequence(struct neighs *ns, struct nhost *h, const struct nremote *r)
{
	if (!(h->flags & NHOST_LOCAL) || mac_cmp(&h->mac, &r->mac) || !is_newer(r->seq, h->seq))
		return;
	h->seq = r->seq;
	neigh_advertise(ns, h);
}

static void take(struct neighs *ns, struct nhost *h, const struct evpn_nlri *n,
		 const struct rib_path *now, struct place_vrf *vrf, bool usable)
{
	struct nremote *r = remote_of(h, &n->rd, &n->mac);
	struct mac_mobility m;

	if (!r) {
		r = pool_alloc(sizeof(*r));
		if (!r) {
			log_error("neighbours: no memory for a route");
			return;
		}
		r->rd = n->rd;
		r->mac = n->mac;
		if (!h->remotes)
			h->circuit->es->taken++;
		r->next = h->remotes;
		h->remotes = r;
	}
	if (!ecomm_get_mobility(&now->attrs->ext, &m))
		m = (struct mac_mobility){0};
	r->seq = m.seq;
	r->sticky = m.flags & MAC_MOBILITY_STICKY;
	r->vrf = vrf;
	r->usable = usable;
	r->nh = *now->next_hop;
	r->flags = nd_flags(&now->attrs->ext, &n->ip);
	if (r->sticky)
		r->flags |= NEIGH_STICKY;
	if (usable)
		follow_sequence(ns, h, r);
	if (neigh_watched(ns))
		neigh_tell(ns, h, usable ? "route" : "elsewhere", NULL);
	neigh_queue(ns, h);
}

void neigh_route(struct neighs *ns, const struct evpn_nlri *n, const struct rib_path *now)
{
	const struct evpn_nlri *full = now && now->nlri ? now->nlri : n;
	struct nhost *h = NULL;
	struct place_vrf *vrf = NULL;
	struct circuit *c;
	enum nverdict v;

	if (ip_is_none(&n->ip) || (now && !now->peer))
		return;
	if (!now) {
		forget(ns, n, NULL);
		neigh_hold_again(ns, &n->ip);
		return;
	}
	ns->counts.received++;
	v = neigh_judge(ns, full, now->attrs, &vrf);
	ns->counts.refused += place_is_refusal((enum place_verdict)v);
	if (v == NV_TOO_MANY)
		say_too_many(ns, place_es(&ns->at, &full->esi, false));
	else if (vrf && v != NV_IMPOSSIBLE && v != NV_NO_ESI && v != NV_RESERVED_ESI) {
		c = place_circuit(&ns->at, &full->esi, full->etag, true);
		h = c ? neigh_make(ns, c, &full->ip) : NULL;
	}
	forget(ns, full, h);
	if (h)
		take(ns, h, full, now, vrf, place_is_import((enum place_verdict)v));
	neigh_hold_again(ns, &full->ip);
}

/* ---- once more, after what is ours has changed ---- */

static void forget_all(struct neighs *ns, struct nhost *h, void *data)
{
	neigh_remotes_free(h);
	neigh_queue(ns, h);
}

static bool route_again(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
			size_t n_paths, size_t best)
{
	if (n_paths)
		neigh_route(data, n, &paths[best]);
	return true;
}

/* Its route did not come again. */
static void held_no_more(struct neighs *ns, struct nhost *h, void *data)
{
	if (h->flags & NHOST_HELD)
		neigh_hold_again(ns, &h->addr);
}

void neigh_forget_routes(struct neighs *ns)
{
	neigh_walk(ns, forget_all, NULL);
}

void neigh_reimport(struct neighs *ns)
{
	struct rib *rib = speaker_rib(ns->speaker);

	neigh_forget_routes(ns);
	if (rib)
		rib_walk(rib, EVPN_MACIP, route_again, ns);
	neigh_walk(ns, held_no_more, NULL);
}
