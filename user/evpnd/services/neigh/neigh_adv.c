// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_adv.c - a host that this PE has learned on a segment, as an RT-2: ESI, tag, MAC and IP address,
 * a label of 0, no second one, no encapsulation; to the segment's other PEs by ES-Import and one
 * EVI-RT, or to those of the VRF by its route targets. Never a MAC address alone.
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.2, 3.3, 3.5, 3.6.1), RFC 7432 (7.2, 7.7, 15), RFC 9047
 */
#include <stdio.h>

#include "log.h"
#include "services/neigh/neigh.h"

#define EC_MAX (PLACE_TARGETS_MAX + 2)

bool neigh_may_advertise(const struct nhost *h, char why[NEIGH_WHY_MAX])
{
	const struct circuit *c = h->circuit;

	why[0] = '\0';
	if (!(h->flags & NHOST_LOCAL))
		snprintf(why, NEIGH_WHY_MAX, "it is not learned here");
	else if (neigh_is_stand_in(h))
		snprintf(why, NEIGH_WHY_MAX,
			 "it stands for an IPv6 router in FRR's routes, and nobody answers to it");
	else if (!c->es->conf)
		snprintf(why, NEIGH_WHY_MAX, "its segment is not configured");
	else if (!c->vrf)
		snprintf(why, NEIGH_WHY_MAX, "no VRF of the configuration has its device");
	else if (place_sync(h->circuit) == CONF_SYNC_OFF)
		snprintf(why, NEIGH_WHY_MAX, "sync-targets is off");
	else if (!c->vrf->conf.n_export)
		snprintf(why, NEIGH_WHY_MAX, "VRF %s has no export route target",
			 c->vrf->conf.name);
	else if (neigh_advertised_full(h))
		snprintf(why, NEIGH_WHY_MAX,
			 "segment %s has as many hosts advertised as host-limit allows (%u)",
			 c->es->conf->name, c->es->conf->host_limit);
	else if (h->flags & NHOST_HELD)
		snprintf(why, NEIGH_WHY_MAX, "another segment has it as a host that does not move");
	return !why[0];
}

static struct evpn_nlri nlri_of(struct neighs *ns, const struct nhost *h, const struct mac *mac,
				u16 id)
{
	return (struct evpn_nlri){
		.type = EVPN_MACIP,
		.rd = rd_make_ip(ns->router_id, id),
		.esi = h->circuit->es->esi,
		.etag = h->circuit->tag,
		.mac = *mac,
		.ip = h->addr,
		.labels = 1,
	};
}

static void originate(struct neighs *ns, struct nhost *h)
{
	const struct place_vrf *v = h->circuit->vrf;
	struct evpn_nlri n = nlri_of(ns, h, &h->mac, v->id);
	struct bgp_attrs attrs;
	struct ecomm ec[EC_MAX];
	size_t n_ec = place_targets(h->circuit, ec);

	if (place_sync(h->circuit) == CONF_SYNC_VRF && v->conf.l3vni) {
		n.labels = 2;
		n.label[1] = v->conf.l3vni;
	}
	if (h->seq || h->flags & NHOST_STICKY)
		ec[n_ec++] = ecomm_mac_mobility(h->flags & NHOST_STICKY, h->seq);
	if (h->addr.len == 16 && h->flags & NHOST_ROUTER)
		ec[n_ec++] = ecomm_arp_nd(ARP_ND_ROUTER | ARP_ND_OVERRIDE);
	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	attrs.ext = ecomm_slice(ec, ecomm_sort(ec, n_ec));
	if (speaker_originate(ns->speaker, &n, &attrs, false)) {
		log_error("neighbour %s was not advertised",
			  ip_format(&h->addr, (char[IP_STRLEN]){0}));
		return;
	}
	if (!(h->flags & NHOST_ADVERTISED))
		h->circuit->es->advertised++;
	h->flags |= NHOST_ADVERTISED;
	h->adv_mac = h->mac;
	h->adv_id = v->id;
}

/* Another host with the same route key: the same address on two segments, in one VRF, with one tag. */
static struct nhost *twin_of(struct neighs *ns, const struct nhost *h)
{
	struct nhost *t;

	for (t = neigh_first(ns, &h->addr); t; t = neigh_next(t))
		if (t != h && t->flags & NHOST_LOCAL && t->circuit->tag == h->circuit->tag &&
		    t->flags & NHOST_ADVERTISED && t->adv_id == h->adv_id &&
		    !mac_cmp(&t->adv_mac, &h->adv_mac))
			return t;
	return NULL;
}

static void say_collision(struct neighs *ns, const struct nhost *h, const struct nhost *twin)
{
	char ip[IP_STRLEN], mac[MAC_STRLEN];

	ns->counts.collisions++;
	log_warning(
		"neighbour %s, %s is on segments %s and %s with the same tag %u: only one of them can be advertised",
		ip_format(&h->addr, ip), mac_format(&h->mac, mac), twin->circuit->es->conf->name,
		h->circuit->es->conf->name, h->circuit->tag);
}

static void say_full(struct neighs *ns, struct place_es *es)
{
	ns->counts.too_many++;
	if (es->advertised_full)
		return;
	es->advertised_full = true;
	log_warning(
		"segment %s: more hosts are known here than host-limit allows to advertise (%u)",
		es->conf->name, es->conf->host_limit);
}

/* Say what is true now: a new route, another one, or none. */
void neigh_advertise(struct neighs *ns, struct nhost *h)
{
	bool was = h->flags & NHOST_ADVERTISED;
	char why[NEIGH_WHY_MAX];
	struct nhost *twin;

	if (!neigh_may_advertise(h, why)) {
		if (neigh_advertised_full(h))
			say_full(ns, h->circuit->es);
		neigh_withdraw(ns, h);
		return;
	}
	if (was && (mac_cmp(&h->adv_mac, &h->mac) || h->adv_id != h->circuit->vrf->id))
		neigh_withdraw(ns, h);
	originate(ns, h);
	twin = twin_of(ns, h);
	if (twin && !was)
		say_collision(ns, h, twin);
	if (!was && neigh_watched(ns))
		neigh_tell(ns, h, "advertised", NULL);
}

void neigh_withdraw(struct neighs *ns, struct nhost *h)
{
	struct evpn_nlri n;
	struct nhost *twin;

	if (!(h->flags & NHOST_ADVERTISED))
		return;
	n = nlri_of(ns, h, &h->adv_mac, h->adv_id);
	twin = twin_of(ns, h);
	h->flags &= ~NHOST_ADVERTISED;
	h->circuit->es->advertised--;
	neigh_room(ns, h->circuit->es);
	if (twin)
		originate(ns, twin);
	else
		speaker_withdraw(ns->speaker, &n, false);
	if (neigh_watched(ns))
		neigh_tell(ns, h, "withdrawn", NULL);
}

static void raise_to(struct nhost *h, u32 seq, bool *any)
{
	if (!*any || (int32_t)(seq - h->seq) > 0)
		h->seq = seq;
	*any = true;
}

/* Another segment of the VRF has it as a host that does not move (RFC 7432 section 15.2). */
static bool is_held(struct neighs *ns, const struct nhost *h)
{
	const struct nremote *r;
	struct nhost *o;

	if (h->flags & NHOST_STICKY || !h->circuit->vrf)
		return false;
	for (o = neigh_first(ns, &h->addr); o; o = neigh_next(o)) {
		if (o->circuit->es == h->circuit->es)
			continue;
		for (r = o->remotes; r; r = r->next)
			if (r->vrf == h->circuit->vrf && r->sticky)
				return true;
	}
	return false;
}

static void hold(struct neighs *ns, struct nhost *h)
{
	h->flags &= ~NHOST_HELD;
	if (!is_held(ns, h))
		return;
	h->flags |= NHOST_HELD;
	log_warning(
		"neighbour %s has been learned here, but another segment has it as one that does not move",
		ip_format(&h->addr, (char[IP_STRLEN]){0}));
}

/*
 * Known on another segment of the VRF: it has moved, and the sequence is one higher. Known on this one:
 * the other PE's is taken over. Else it is 0 (RFC 7432 section 15).
 */
void neigh_sequence(struct neighs *ns, struct nhost *h)
{
	const struct place_vrf *v = h->circuit->vrf;
	const struct nremote *r;
	bool any = false;
	struct nhost *o;

	h->seq = 0;
	hold(ns, h);
	for (o = neigh_first(ns, &h->addr); v && o; o = neigh_next(o)) {
		bool same = o->circuit->es == h->circuit->es;

		if (same && o != h)
			continue;
		for (r = o->remotes; r; r = r->next) {
			if (r->vrf != v || (same && mac_cmp(&r->mac, &h->mac)))
				continue;
			raise_to(h, same ? r->seq : r->seq + 1, &any);
			ns->counts.moves += !same;
		}
		if (!same && o->flags & NHOST_ADVERTISED && o->circuit->vrf == v) {
			raise_to(h, o->seq + 1, &any);
			ns->counts.moves++;
		}
	}
}

/*
 * A route of another segment came, went or says something else: a host that is held back because of it is
 * so only as long as the route says that it does not move, whichever of the two was there first.
 */
void neigh_hold_again(struct neighs *ns, const struct ip_addr *addr)
{
	struct nhost *h;

	for (h = neigh_first(ns, addr); h; h = neigh_next(h)) {
		bool was = h->flags & NHOST_HELD;

		if (!(h->flags & NHOST_LOCAL) || was == is_held(ns, h))
			continue;
		if (was)
			neigh_sequence(ns, h);
		else
			hold(ns, h);
		neigh_advertise(ns, h);
		neigh_say(ns, h);
	}
}
