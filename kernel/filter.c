// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path: netfilter hooks at netdev ingress and egress of a segment's device and of each
 * of its members. They find the segment by the pointer given at registration, ask core/ for a
 * verdict, count, and drop or pass. Nothing is decided here.
 *
 * Ingress runs after the packet taps and tc, and before VLAN devices, bonding and bridging, with
 * the outer tag always in the metadata. Egress runs before tc and the queueing discipline.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>

#include "evpn.h"
#include "trace.h"

/*
 * Decode without changing the packet: it may be shared with a packet tap. On a VLAN device of a shared port
 * the VLAN is the one behind the tag that has led here, but of a set, whose VLANs are those of its devices.
 * @offset: of the destination address, relative to skb->data
 */
static bool filter_parse(const struct evpn_port *port, const struct sk_buff *skb, int offset,
			 struct evpn_frame *frame)
{
	u8 buf[EVPN_FRAME_LOOK_LEN];
	u32 len = min_t(int, (int)skb->len - offset, sizeof(buf));
	const u8 *data = skb_header_pointer(skb, offset, len, buf);

	if (!data ||
	    evpn_frame_parse(data, len, skb_vlan_tag_present(skb), skb_vlan_tag_get(skb), frame))
		return false;
	return port->place != EVPN_PLACE_VLAN || READ_ONCE(port->tag) ||
	       !evpn_frame_inside(data, len, frame);
}

/* What does a frame carry that would be dropped? */
static void filter_look_into(const struct sk_buff *skb, int offset, struct evpn_frame *frame)
{
	u8 buf[EVPN_PACKET_LOOK_LEN];
	const u8 *packet;
	int len;

	offset += frame->offset;
	len = min_t(int, (int)skb->len - offset, sizeof(buf));
	packet = len > 0 ? skb_header_pointer(skb, offset, len, buf) : NULL;
	if (packet)
		frame->packet = evpn_packet_parse(packet, len, frame->proto);
}

static unsigned int filter_verdict(const struct evpn_port *port, const struct evpn_policy *policy,
				   const struct sk_buff *skb, int offset, struct evpn_frame *frame)
{
	bool monitor = !evpn_lacp_seen(port);
	unsigned int verdict = evpn_verdict(policy, port->place, monitor, frame);

	if (verdict < EVPN_DROP || !frame)
		return verdict;
	filter_look_into(skb, offset, frame);
	if (frame->packet == EVPN_PACKET_OTHER)
		return verdict;
	return evpn_verdict(policy, port->place, monitor, frame);
}

/*
 * A bridge that looks at VLANs takes a priority tag for what it is, and for a part of the payload what
 * is behind it; VLAN devices, and bridges that do not, take the tag behind it.
 */
static void filter_hide_tag(const struct evpn_port *port, struct evpn_frame *frame)
{
	const struct net_device *bridge;

	if (!frame->behind_priority || READ_ONCE(port->tag) || !netif_is_bridge_port(port->dev))
		return;
	bridge = netdev_master_upper_dev_get_rcu(port->dev);
	if (bridge && br_vlan_enabled(bridge))
		frame->vid = 0;
}

/* @at: where the frame is; @port: of the segment's device, or the same */
static unsigned int filter_judge(const struct evpn_port *at, struct evpn_port *port,
				 struct sk_buff *skb, enum evpn_direction direction, u32 flags)
{
	int offset = direction == EVPN_DIRECTION_INGRESS ? skb_mac_offset(skb) : 0;
	struct evpn_es *es = port->es;
	struct evpn_vlan_map *map = rcu_dereference(es->map);
	struct evpn_policy policy = {.flags = flags, .vlan_df = map ? map->octet : NULL};
	unsigned int verdict, reason, vid = EVPN_VID_NONE;
	/* What cannot be decoded is flooded to all, as far as anybody can tell. */
	struct evpn_frame frame = {.multicast = true};
	bool decoded;

	decoded = filter_parse(port, skb, offset, &frame);
	if (direction == EVPN_DIRECTION_INGRESS)
		filter_hide_tag(port, &frame);
	if (evpn_policy_active(flags))
		verdict = filter_verdict(port, &policy, skb, offset, decoded ? &frame : NULL);
	else
		verdict = evpn_flood_judge(port, &policy, skb, &frame);
	if (verdict == EVPN_PASS)
		return NF_ACCEPT;
	if (verdict == EVPN_ALLOW) {
		evpn_stats_allow(es, direction);
		return NF_ACCEPT;
	}
	reason = verdict - EVPN_DROP;
	if (decoded && !(flags & EVPN_PF_BLOCK))
		vid = evpn_policy_vid(&policy, &frame);
	evpn_stats_drop(port, direction, reason, vid, skb->len - offset);
	trace_evpn_drop(es, at, direction, reason, decoded ? &frame : NULL, skb->len - offset);
	return NF_DROP;
}

/** evpn_filter_ingress() - nf_hookfn for frames that enter through a port */
unsigned int evpn_filter_ingress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct evpn_port *port = priv;
	/* Pairs with es_publish(): who sees the flags sees the map that belongs to them. */
	u32 flags = smp_load_acquire(&port->es->flags);
	unsigned int verdict = NF_ACCEPT;

	if (port->place == EVPN_PLACE_MEMBER)
		evpn_lacp_ingress(port, skb, flags);
	if (evpn_policy_active(flags) && !evpn_mcast_ours(port, skb))
		verdict = filter_judge(port, port, skb, EVPN_DIRECTION_INGRESS, flags);
	if (verdict == NF_ACCEPT && port->place != EVPN_PLACE_MEMBER) {
		evpn_neigh_heard(port, skb);
		evpn_mcast_heard(port, skb);
	}
	return verdict;
}

/*
 * May this frame be dropped as a flooded one? What this host sends itself is told at once; and where
 * this PE is DF for every VLAN, all that comes from PEs that do not share the segment.
 */
static bool filter_floods(const struct evpn_es *es, const struct sk_buff *skb, u32 flags)
{
	if (!(flags & EVPN_PF_FLOOD) || !skb->skb_iif)
		return false;
	return !(flags & EVPN_PF_ALL) || (evpn_vtep_listed(es, skb) && evpn_vtep_shared(es, skb));
}

/*
 * Can it be a LACPDU, or a query of IGMP or MLD? Those go to groups whose addresses begin so; all other
 * frames, broadcasts among them, cost no more than this look at their first octet.
 */
static bool filter_maybe_protocol(const struct sk_buff *skb)
{
	return skb_headlen(skb) < ETH_HLEN || skb->data[0] == 0x01 || skb->data[0] == 0x33;
}

/* One of those, or not: may it be dropped, and who else has to hear of it? */
static unsigned int filter_sent(const struct evpn_port *at, struct evpn_port *port,
				struct sk_buff *skb, u32 flags)
{
	unsigned int verdict = NF_ACCEPT;

	if (evpn_policy_active(flags) || filter_floods(port->es, skb, flags))
		verdict = filter_judge(at, port, skb, EVPN_DIRECTION_EGRESS, flags);
	if (verdict == NF_ACCEPT && filter_maybe_protocol(skb))
		evpn_mcast_sent(port, skb);
	return verdict;
}

/* Is this PE DF for every VLAN, and the frame neither one of those nor from a PE in some list? */
static __always_inline bool filter_df(const struct evpn_es *es, const struct sk_buff *skb,
				      u32 flags)
{
	return (flags & (EVPN_PF_FLOOD | EVPN_PF_ALL)) == (EVPN_PF_FLOOD | EVPN_PF_ALL) &&
	       !evpn_vtep_listed(es, skb) && !filter_maybe_protocol(skb);
}

/* May all frames pass, or at least this one, as far as that can be told at once? */
static bool filter_passes(const struct evpn_port *port, const struct sk_buff *skb, u32 flags)
{
	if (filter_maybe_protocol(skb) || evpn_policy_active(flags))
		return false;
	return !(flags & EVPN_PF_FLOOD) || evpn_flood_to_known(port, skb, flags);
}

/** evpn_filter_egress() - nf_hookfn for frames that leave through a segment's device */
unsigned int evpn_filter_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct evpn_port *port = priv;
	/* as in evpn_filter_ingress() */
	u32 flags = smp_load_acquire(&port->es->flags);

	if (filter_df(port->es, skb, flags) || filter_passes(port, skb, flags))
		return NF_ACCEPT;
	return filter_sent(port, port, skb, flags);
}

/* The rest of what a member does with a frame. */
static noinline unsigned int filter_member_sent(struct evpn_port *port, struct sk_buff *skb,
						u32 flags)
{
	struct evpn_port *lag = port->lag;

	if (filter_maybe_protocol(skb) && !evpn_lacp_egress(port, skb, flags))
		return NF_DROP;
	if (flags & EVPN_PF_BLOCK)
		return filter_judge(port, port, skb, EVPN_DIRECTION_EGRESS, flags);
	/* see egress.c */
	if (!(flags & EVPN_PF_FLOOD) || READ_ONCE(lag->judges) || filter_passes(lag, skb, flags))
		return NF_ACCEPT;
	return filter_sent(port, lag, skb, flags);
}

/** evpn_filter_member_egress() - nf_hookfn for frames that leave through a member */
unsigned int evpn_filter_member_egress(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	struct evpn_port *port = priv;
	/* as in evpn_filter_ingress() */
	u32 flags = smp_load_acquire(&port->es->flags);

	if (filter_df(port->es, skb, flags))
		return NF_ACCEPT;
	return filter_member_sent(port, skb, flags);
}
