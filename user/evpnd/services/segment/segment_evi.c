// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_evi.c - RT-1 per EVI for the attachment circuits of a segment, one for each VLAN that is up.
 *
 * There may be 4,094 of them, and all go down and come up together when somebody restarts a script. So
 * they are looked at once for all devices that changed in a round of the loop, only differences are said,
 * and these in slices, so that timers and other sessions have their turn in between.
 *
 * RFC 7432 (8.4), RFC 8214 (3.1: P and B), RFC 8584 (4: AC-DF)
 */
#include "services/segment/segment.h"

#define EC_MAX (CONF_RT_MAX + 4)
#define RD_PER_EVI 1 /* one distinguisher for all of them; those of RT-1 per ES begin above it */
#define VLANS 4095   /* 4095 is reserved */
#define SLICE 512    /* routes in one turn of the loop */

static bool has(const u8 map[DF_VLAN_BYTES], unsigned int v)
{
	return map[v / 8] & 1u << v % 8;
}

static void put(u8 map[DF_VLAN_BYTES], unsigned int v, bool on)
{
	if (on)
		map[v / 8] |= (u8)(1u << v % 8);
	else
		map[v / 8] &= (u8) ~(1u << v % 8);
}

/* What a bridge that filters drops at its port. The VLAN of a sub-interface is that device's affair. */
static bool is_filtered(const struct segment *s, const struct device *l,
			const struct device *bridge, unsigned int vlan)
{
	unsigned int vid = vlan ? vlan : s->conf.untagged_vid;

	return bridge->fact.vlan_filtering && segment_has_port(s, l->fact.ifindex) &&
	       !segment_is_vlan_port(s, l) && vid && !(l->port && has(l->port->vlans, vid));
}

/*
 * A circuit that is a bridge port goes as far as the bridge does, and where the bridge domain is one of
 * ours, as its VXLAN device. One that has been a bridge port and is not any more leads nowhere.
 */
static bool is_carried(struct segment *s, const struct device *l, unsigned int vlan)
{
	const struct device *m = segment_link_by_index(s->owner, l->fact.master);

	if (!l->fact.master || !m || strcmp(m->fact.kind, "bridge"))
		return !has(s->bridged, vlan);
	put(s->bridged, vlan, true);
	return m->fact.flags & IFF_UP && !is_filtered(s, l, m, vlan) &&
	       segment_bridge_carries(s->owner, m->fact.ifname, vlan ? vlan : s->conf.untagged_vid);
}

/* Is it one with a device of its own: on a device of the segment, or in a set one of these? */
static bool is_vlan_circuit(const struct segment *s, const struct device *l)
{
	const struct device *lower = segment_link_by_index(s->owner, l->fact.link);

	if (!l->fact.vlan_id || strcmp(l->fact.kind, "vlan"))
		return false;
	if (segment_is_vlan_port(s, l))
		return true;
	return segment_has_port(s, l->fact.link) && !(lower && segment_is_vlan_port(s, lower));
}

/* Those with a device of their own; @present: which these are. One VLAN on several devices is up with one of them. */
static void vlan_circuits(struct segment *s, u8 up[DF_VLAN_BYTES], u8 present[DF_VLAN_BYTES])
{
	u8 works[DF_VLAN_BYTES] = {0};
	const struct device *l;

	DEVICE_FOREACH(l, speaker_devices(s->owner->speaker)) {
		unsigned int v = l->fact.vlan_id;

		if (!is_vlan_circuit(s, l))
			continue;
		put(present, v, true);
		put(s->had_device, v, true);
		if (l->fact.flags & IFF_UP && l->fact.carrier && is_carried(s, l, v))
			put(works, v, true);
	}
	for (unsigned int v = 0; v < VLANS; v++)
		if (has(present, v) && !has(works, v))
			put(up, v, false);
}

static bool port_carries(struct segment *s, const struct device *port, unsigned int v)
{
	bool bridged = !strcmp(port->fact.master_kind, "bridge");

	return (!v || bridged || !has(s->had_device, v)) && is_carried(s, port, v);
}

static bool any_port_carries(struct segment *s, unsigned int v)
{
	const struct device *port;

	for (u8 i = 0; i < s->n_ports; i++) {
		port = segment_link_by_index(s->owner, s->ports[i]);
		if (port && !segment_is_vlan_port(s, port) && port_carries(s, port, v))
			return true;
	}
	return false;
}

/* The others are the port's own: of a bridge, or without a bridge the frames without a tag. */
static void port_circuits(struct segment *s, u8 up[DF_VLAN_BYTES], const u8 present[DF_VLAN_BYTES])
{
	unsigned int v;

	for (v = 0; s->n_ports && v < VLANS; v++)
		if (has(up, v) && !has(present, v) && !any_port_carries(s, v))
			put(up, v, false);
}

/*
 * Which attachment circuits are up: a VLAN is one through its sub-interface if it has one, and
 * through the port if it has none and never had (a bridge port). Return: true when that changed.
 */
bool segment_update_circuits(struct segment *s)
{
	u8 up[DF_VLAN_BYTES] = {0}, present[DF_VLAN_BYTES] = {0};

	s->circuits_due = false;
	if (s->port_up && s->conf.ad_per_evi) {
		memcpy(up, s->conf.vlans, sizeof(up));
		vlan_circuits(s, up, present);
		port_circuits(s, up, present);
	}
	if (!memcmp(up, s->evi_up, sizeof(up)))
		return false;
	memcpy(s->evi_up, up, sizeof(up));
	return true;
}

void segment_circuits_later(struct segment *s)
{
	s->circuits_due = true;
	if (s->owner->later)
		sd_event_source_set_enabled(s->owner->later, SD_EVENT_ONESHOT);
}

static struct evpn_nlri nlri_of(const struct segment *s, unsigned int vlan)
{
	return (struct evpn_nlri){
		.type = EVPN_AD,
		.rd = rd_make_ip(s->owner->router_id, RD_PER_EVI),
		.esi = s->esi,
		.etag = vlan,
		.labels = 1,
	};
}

static u16 flags_of(const struct segment *s, unsigned int vlan)
{
	if (s->conf.mode == CONF_ALL_ACTIVE)
		return L2_ATTR_P;
	if (s->force.port)
		return segment_primary_backup(s);
	return segment_vlan_flags(s, vlan);
}

u16 segment_vlan_flags(const struct segment *s, unsigned int vlan)
{
	if (has(s->force.vlan, vlan))
		return L2_ATTR_P;
	if (segment_is_ready(s) && (has(s->target.vlan, vlan) || has(s->backup, vlan)))
		return L2_ATTR_B;
	return 0;
}

static void withdraw(struct segment *s, unsigned int vlan, bool urgent)
{
	struct evpn_nlri n = nlri_of(s, vlan);

	put(s->evi_said.out, vlan, false);
	speaker_withdraw(s->owner->speaker, &n, urgent);
}

/* Return: whether anything had to be said. */
static bool say(struct segment *s, unsigned int vlan)
{
	bool up = s->conf.ad_per_evi && has(s->evi_up, vlan) && !segment_drain_holds_ad(s);
	bool out = has(s->evi_said.out, vlan);
	u16 flags = up ? flags_of(s, vlan) : 0;
	struct evpn_nlri n = nlri_of(s, vlan);
	struct ecomm ec[EC_MAX];
	size_t n_ec;

	if (!up && out)
		withdraw(s, vlan, true);
	if (!up)
		return out;
	if (out && has(s->evi_said.primary, vlan) == !!(flags & L2_ATTR_P) &&
	    has(s->evi_said.backup, vlan) == !!(flags & L2_ATTR_B))
		return false;
	put(s->evi_said.out, vlan, true);
	put(s->evi_said.primary, vlan, flags & L2_ATTR_P);
	put(s->evi_said.backup, vlan, flags & L2_ATTR_B);
	n_ec = segment_ad_targets(s, ec);
	ec[n_ec++] = ecomm_l2_attr(flags, 0);
	segment_route_send(s, &n, ec, n_ec, false);
	return true;
}

bool segment_evi_run(struct segment *s)
{
	unsigned int said = 0;

	if (!s->evi_due || !s->advertised)
		return false;
	for (; s->evi_next < VLANS && said < SLICE; s->evi_next++)
		said += say(s, s->evi_next);
	if (s->evi_next < VLANS)
		return true;
	s->evi_due = s->evi_again;
	s->evi_again = false;
	s->evi_next = 0;
	return s->evi_due;
}

/* A P that is neither set nor clear: the route differs from whatever it will be. */
static void forget_flags(struct segment *s)
{
	unsigned int v;

	for (v = 0; v < DF_VLAN_BYTES; v++) {
		s->evi_said.primary[v] = 0xff;
		s->evi_said.backup[v] = 0xff;
	}
}

void segment_evi_originate(struct segment *s, bool all)
{
	if (all)
		forget_flags(s);
	if (s->evi_due) {
		s->evi_again = true;
		return;
	}
	s->evi_due = true;
	s->evi_next = 0;
	if (segment_evi_run(s) && s->owner->later)
		sd_event_source_set_enabled(s->owner->later, SD_EVENT_ONESHOT);
}

void segment_evi_withdraw(struct segment *s)
{
	unsigned int v;

	s->evi_due = false;
	s->evi_again = false;
	for (v = 0; v < VLANS; v++)
		if (has(s->evi_said.out, v))
			withdraw(s, v, false);
}
