// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_bridge.c - RT-1 per EVI for the bridge domains that a segment has a port in: other PEs learn
 * that the segment can be reached here in this VNI (aliasing, backup path). Tag 0, the bridge domain's
 * own route distinguisher and targets, label VNI. Those for each VLAN (segment_route.c) are apart: they
 * are about attachment circuits, and have no VNI.
 *
 * RFC 7432 (8.4), RFC 8365 (5.1.3, 8.2, 8.4)
 */
#include <stdlib.h>

#include "log.h"
#include "services/segment/segment.h"

#define EC_MAX (CONF_RT_MAX + 2)

static bool is_master(const struct segments *ss, const struct device *l, const char *bridge)
{
	const struct device *m = l->fact.master ? segment_link_by_index(ss, l->fact.master) : NULL;

	return m && !strcmp(m->fact.ifname, bridge);
}

bool segment_bridges_concern(const struct segments *ss, const char *ifname)
{
	const struct conf *conf = speaker_conf(ss->speaker);
	size_t i;

	for (i = 0; conf && i < conf->n_bridges; i++)
		if (!strcmp(conf->bridges[i].bridge, ifname) ||
		    !strcmp(conf->bridges[i].vxlan, ifname))
			return true;
	return false;
}

/*
 * What comes in for the VNI reaches the bridge: whoever sends by this route, for one that is down or
 * that the VXLAN device has left, sends into nothing.
 */
static bool is_reachable(const struct segments *ss, const struct conf_bridge *b)
{
	const struct device *br = segment_link(ss, b->bridge), *vx = segment_link(ss, b->vxlan);

	return br && vx && br->fact.flags & IFF_UP && vx->fact.flags & IFF_UP &&
	       vx->fact.master == br->fact.ifindex;
}

bool segment_bridge_carries(const struct segments *ss, const char *bridge, unsigned int vlan)
{
	const struct conf *conf = speaker_conf(ss->speaker);
	size_t i;

	for (i = 0; conf && i < conf->n_bridges; i++) {
		const struct conf_bridge *b = &conf->bridges[i];

		if (!strcmp(b->bridge, bridge) && (!b->vlan || b->vlan == vlan) &&
		    !is_reachable(ss, b))
			return false;
	}
	return true;
}

/* The segment's device or one of its sub-interfaces is a port of the bridge, and up. */
static bool is_port(const struct segment *s, const struct conf_bridge *b)
{
	const struct device *l;

	DEVICE_FOREACH(l, speaker_devices(s->owner->speaker)) {
		if (!segment_has_port(s, l->fact.ifindex) && !segment_has_port(s, l->fact.link))
			continue;
		if (l->fact.flags & IFF_UP && is_master(s->owner, l, b->bridge))
			return true;
	}
	return false;
}

static bool is_wanted(const struct segment *s, const struct conf_bridge *b)
{
	return s->ifindex && s->port_up && is_reachable(s->owner, b) && is_port(s, b);
}

/* The VLAN of a bridge that has but one: that of the segment's port in it. */
static void add_port_vlans(const struct segment *s, const struct conf_bridge *b,
			   u8 vlans[DF_VLAN_BYTES])
{
	const struct device *l;
	unsigned int v;

	DEVICE_FOREACH(l, speaker_devices(s->owner->speaker)) {
		bool port = segment_has_port(s, l->fact.ifindex) && !segment_is_vlan_port(s, l);

		if ((!port && !segment_is_vlan_port(s, l) && !segment_has_port(s, l->fact.link)) ||
		    !is_master(s->owner, l, b->bridge))
			continue;
		v = port ? s->conf.untagged_vid : l->fact.vlan_id;
		vlans[v / 8] |= (u8)(1u << v % 8);
	}
}

bool segment_bridge_vlans(const struct segment *s, const struct slice *targets,
			  u8 vlans[DF_VLAN_BYTES])
{
	const struct conf *conf = speaker_conf(s->owner->speaker);
	struct ecomm rts[CONF_RT_MAX];
	bool found = false;
	size_t i;

	for (i = 0; conf && i < conf->n_bridges; i++) {
		const struct conf_bridge *b = &conf->bridges[i];

		if (!ecomm_rt_match(targets, rts, conf_bridge_import(conf, b, rts)))
			continue;
		found = true;
		if (b->vlan)
			vlans[b->vlan / 8] |= (u8)(1u << b->vlan % 8);
		else
			add_port_vlans(s, b, vlans);
	}
	return found;
}

/* Which of the configured bridge domains, as a number that changes when they do. */
u32 segment_bridges_mark(const struct segment *s)
{
	const struct conf *conf = speaker_conf(s->owner->speaker);
	u32 mark = 2166136261u; /* FNV-1a */
	size_t i;

	for (i = 0; conf && i < conf->n_bridges; i++)
		if (is_wanted(s, &conf->bridges[i]))
			mark = (mark ^ (u32)(i + 1)) * 16777619u;
	return mark;
}

size_t segment_bridge_targets(const struct segment *s, struct ecomm *ec, size_t max)
{
	const struct conf *conf = speaker_conf(s->owner->speaker);
	struct ecomm rts[CONF_RT_MAX];
	size_t i, k, n = 0, n_rts;

	for (i = 0; conf && i < conf->n_bridges; i++) {
		if (!is_wanted(s, &conf->bridges[i]))
			continue;
		n_rts = conf_bridge_export(conf, &conf->bridges[i], rts);
		for (k = 0; k < n_rts && n < max; k++)
			ec[n++] = rts[k];
	}
	return n;
}

static struct evpn_nlri nlri_of(const struct segment *s, const struct rd *rd)
{
	return (struct evpn_nlri){.type = EVPN_AD, .rd = *rd, .esi = s->esi, .labels = 1};
}

/* Who forwards: everybody, or who is DF for the VLAN of the bridge domain. */
static u16 role_flags(const struct segment *s, const struct conf_bridge *b)
{
	if (s->conf.mode == CONF_ALL_ACTIVE)
		return L2_ATTR_P;
	return s->force.port ? segment_primary_backup(s) : segment_vlan_flags(s, b->vlan);
}

static void originate(struct segment *s, const struct conf *conf, const struct conf_bridge *b,
		      const struct rd *rd)
{
	struct evpn_nlri n = nlri_of(s, rd);
	struct bgp_attrs attrs;
	struct ecomm ec[EC_MAX];
	size_t n_ec = conf_bridge_export(conf, b, ec);

	n.label[0] = b->vni;
	ec[n_ec++] = ecomm_encap(TUNNEL_VXLAN);
	ec[n_ec++] = ecomm_l2_attr(role_flags(s, b), 0);
	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	attrs.ext = ecomm_slice(ec, ecomm_sort(ec, n_ec));
	if (speaker_originate(s->owner->speaker, &n, &attrs, false))
		log_error("segment %s: route type 1 of VNI %u was not originated", s->conf.name,
			  b->vni);
}

static bool kept(const struct rd *rds, size_t n, const struct rd *rd)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!rd_cmp(&rds[i], rd))
			return true;
	return false;
}

/* Withdraw what was sent and is not among @now. Takes @now. */
static void replace_sent(struct segment *s, struct rd *now, size_t n)
{
	struct evpn_nlri nlri;
	size_t i;

	for (i = 0; i < s->n_bridge_rds; i++) {
		if (kept(now, n, &s->bridge_rds[i]))
			continue;
		nlri = nlri_of(s, &s->bridge_rds[i]);
		speaker_withdraw(s->owner->speaker, &nlri, false);
	}
	free(s->bridge_rds);
	s->bridge_rds = now;
	s->n_bridge_rds = n;
}

void segment_bridges_originate(struct segment *s)
{
	const struct conf *conf = speaker_conf(s->owner->speaker);
	struct rd *now = NULL;
	size_t i, n = 0;

	s->bridges_mark = segment_bridges_mark(s);
	if (conf && conf->n_bridges && s->conf.ad_per_evi)
		now = calloc(conf->n_bridges, sizeof(*now));
	for (i = 0; now && i < conf->n_bridges; i++) {
		if (!is_wanted(s, &conf->bridges[i]))
			continue;
		now[n] = conf_bridge_rd(conf, &conf->bridges[i]);
		originate(s, conf, &conf->bridges[i], &now[n++]);
	}
	replace_sent(s, now, n);
}

void segment_bridges_withdraw(struct segment *s)
{
	replace_sent(s, NULL, 0);
}
