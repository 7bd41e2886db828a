// SPDX-License-Identifier: GPL-2.0
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
#include "services/neigh/neigh.h"

const char *neigh_verdict_name(enum nverdict v)
{
	static const char *const names[] = {
		[NV_ES_IMPORT] = "imported: ES-Import and EVI-RT are ours",
		[NV_VRF] = "imported: a route target of the VRF is ours",
		[NV_TOO_MANY] = "not imported: its segment has as many hosts as host-limit allows",
		[NV_MAC_ONLY] = "not for us: it has no IP address",
		[NV_IMPOSSIBLE] = "not imported: no host can have this address",
		[NV_NO_ESI] = "not for us: it names no segment",
		[NV_RESERVED_ESI] = "treated as withdrawn: a reserved ESI",
		[NV_FOREIGN_ES_IMPORT] =
			"treated as withdrawn: its ES-Import is not that of a segment here",
		[NV_FOREIGN_ESI] = "not for us: its segment is not here",
		[NV_FOREIGN_EVI_RT] =
			"treated as withdrawn: its EVI-RT is an import target of no VRF here",
		[NV_NO_TARGET] = "not for us: no target of it is an import target of a VRF here",
	};

	return names[v];
}

typedef bool (*match_fn)(const struct slice *s, const struct ecomm *rts, size_t n);

/* The VRF that imports it; of several the one that the circuit is in. */
static struct nvrf *match(struct neighs *ns, const struct slice *ext, const struct ncircuit *c,
			  match_fn fn)
{
	struct nvrf *v, *found = NULL;

	TAILQ_FOREACH(v, &ns->vrfs, entry) {
		if (v->conf.sync == CONF_SYNC_OFF || !fn(ext, v->conf.import, v->conf.n_import))
			continue;
		if (c && c->vrf == v)
			return v;
		if (!found)
			found = v;
	}
	return found;
}

static bool is_host(const struct evpn_nlri *n)
{
	return !mac_is_zero(&n->mac) && !mac_is_multicast(&n->mac) && ip_is_host(&n->ip) &&
	       n->etag <= 0xffffff;
}

static bool es_import_is_ours(const struct nes *es, const struct slice *ext)
{
	struct ecomm ours = ecomm_es_import_mac(&es->import);

	return es->conf && ecomm_has(ext, &ours);
}

static bool is_too_many(struct neighs *ns, const struct nes *es, const struct evpn_nlri *n)
{
	const struct ncircuit *c = neigh_circuit(ns, &n->esi, n->etag, false);

	return !ip_is_none(&n->ip) && neigh_taken_full(es, c ? neigh_find(ns, c, &n->ip) : NULL);
}

/*
 * Order: what is treated as withdrawn comes before what would be imported, so that a foreign ES-Import
 * is not outweighed by a route target.
 */
enum nverdict neigh_judge(struct neighs *ns, const struct evpn_nlri *n, const struct bgp_attrs *a,
			  struct nvrf **vrf)
{
	bool has_import = ecomm_find(&a->ext, EC_ES_IMPORT);
	bool has_evi = ecomm_find(&a->ext, EC_EVI_RT) || ecomm_find(&a->ext, EC_EVI_RT6);
	const struct nes *es = neigh_es(ns, &n->esi, false);
	const struct ncircuit *c = neigh_circuit(ns, &n->esi, n->etag, false);
	struct nvrf *by_evi = match(ns, &a->ext, c, ecomm_evi_rt_match);
	struct nvrf *by_rt = match(ns, &a->ext, c, ecomm_rt_match);

	*vrf = by_evi ? by_evi : by_rt;
	if (ip_is_none(&n->ip))
		return NV_MAC_ONLY;
	if (esi_is_reserved(&n->esi))
		return has_import || has_evi || esi_is_max(&n->esi) ? NV_RESERVED_ESI : NV_NO_ESI;
	if (!is_host(n))
		return NV_IMPOSSIBLE;
	if (has_import && !(es && es_import_is_ours(es, &a->ext)))
		return NV_FOREIGN_ES_IMPORT;
	if (!es || !es->conf || es->conf->sync == CONF_SYNC_OFF)
		return NV_FOREIGN_ESI;
	if (has_evi && !by_evi)
		return NV_FOREIGN_EVI_RT;
	*vrf = has_import && by_evi ? by_evi : by_rt;
	if (!*vrf)
		return NV_NO_TARGET;
	if (is_too_many(ns, es, n))
		return NV_TOO_MANY;
	return has_import && by_evi ? NV_ES_IMPORT : NV_VRF;
}

/*
 * One of a segment that is here, or of a VRF that is: from the latter a move between segments is seen. The
 * former is of use even if it is not imported, because people ask why.
 */
/* One more than the segment may have: it is said, and asked for again when there is room. */
static void say_too_many(struct neighs *ns, struct nes *es)
{
	ns->counts.too_many++;
	if (es->taken_full)
		return;
	es->taken_full = true;
	log_warning("segment %s: other PEs have more hosts on it than host-limit allows (%u)",
		    es->conf->name, es->conf->host_limit);
}

bool neigh_wanted(struct neighs *ns, const struct evpn_nlri *n, const struct bgp_attrs *a)
{
	struct nes *es = neigh_es(ns, &n->esi, false);

	if (es && es->conf) {
		if (!is_too_many(ns, es, n))
			return true;
		say_too_many(ns, es);
		return false;
	}
	return !ip_is_none(&n->ip) && (match(ns, &a->ext, NULL, ecomm_evi_rt_match) ||
				       match(ns, &a->ext, NULL, ecomm_rt_match));
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
		 const struct rib_path *now, struct nvrf *vrf, bool usable)
{
	struct nremote *r = remote_of(h, &n->rd, &n->mac);
	struct mac_mobility m;

	if (!r) {
		r = calloc(1, sizeof(*r));
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

static bool is_refusal(enum nverdict v)
{
	return v == NV_RESERVED_ESI || v == NV_FOREIGN_ES_IMPORT || v == NV_FOREIGN_EVI_RT;
}

void neigh_route(struct neighs *ns, const struct evpn_nlri *n, const struct rib_path *now)
{
	const struct evpn_nlri *full = now && now->nlri ? now->nlri : n;
	struct nhost *h = NULL;
	struct nvrf *vrf = NULL;
	struct ncircuit *c;
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
	ns->counts.refused += is_refusal(v);
	if (v == NV_TOO_MANY)
		say_too_many(ns, neigh_es(ns, &full->esi, false));
	else if (vrf && v != NV_IMPOSSIBLE && v != NV_NO_ESI && v != NV_RESERVED_ESI) {
		c = neigh_circuit(ns, &full->esi, full->etag, true);
		h = c ? neigh_make(ns, c, &full->ip) : NULL;
	}
	forget(ns, full, h);
	if (h)
		take(ns, h, full, now, vrf, v == NV_ES_IMPORT || v == NV_VRF);
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
