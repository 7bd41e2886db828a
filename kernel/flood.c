// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flooded frames of an all-active segment: where a frame comes from, and whether the bridge knows
 * the host it goes to. What follows from that is core/verdict.c's.
 *
 * A frame that was received has the device it came in through in skb_iif; the kernel sets it in
 * the receive path only, and the decapsulation of a tunnel clears it before the tunnel's device
 * sets it anew. What this host sends itself has none. A tunnel's frames are flooded by a bridge
 * when the tunnel, or a VLAN device on it, is the bridge's port.
 *
 * RFC 7432 section 8.5, RFC 8365 section 8.3.1.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <net/geneve.h>
#include <net/vxlan.h>

#include "evpn.h"

/* Devices that are looked at, one below the other. */
#define FLOOD_DEPTH 4

/*
 * A message without room, shared by everybody who asks a bridge: nothing is ever written to it.
 * (Not __ro_after_init: kmemleak does not look there, and would call it lost.)
 */
static struct sk_buff *flood_no_room;

/** evpn_flood_init() - before the first segment */
int __init evpn_flood_init(void)
{
	flood_no_room = alloc_skb(0, GFP_KERNEL);
	if (!flood_no_room)
		return -ENOMEM;
	skb_put(flood_no_room, skb_tailroom(flood_no_room));
	return 0;
}

/** evpn_flood_exit() - after the last hook has ended */
void evpn_flood_exit(void)
{
	kfree_skb(flood_no_room);
}

static bool flood_is_tunnel(const struct net_device *dev)
{
	return netif_is_vxlan(dev) || netif_is_geneve(dev);
}

/*
 * Is the device a tunnel, or a VLAN device or the like on one? Behind a bridge there are other ports
 * as well, so that is for the packet's mark to say.
 */
static bool flood_over_tunnel(struct net_device *dev)
{
	unsigned int depth;

	for (depth = 0; dev && depth < FLOOD_DEPTH; depth++) {
		struct list_head *iter = &dev->adj_list.lower;

		if (flood_is_tunnel(dev))
			return true;
		if (netif_is_bridge_master(dev))
			return false;
		dev = netdev_next_lower_dev_rcu(dev, &iter);
	}
	return false;
}

/*
 * Where does a frame come from that came in through @in? What is received by a device that is no
 * port of a bridge has been routed. A port that is no tunnel may lead to one all the same: it may be
 * one end of a veth pair between two bridges, and then the mark tells.
 */
static enum evpn_origin flood_origin(const struct evpn_port *port, const struct sk_buff *skb,
				     struct net_device *in)
{
	if (!skb->skb_iif)
		return EVPN_ORIGIN_LOCAL;
	/* Without its device nobody can tell, and a frame lost is better than one too many. */
	if (!in)
		return EVPN_ORIGIN_CORE;
	if (!netif_is_bridge_port(in) && !netif_is_ovs_port(in))
		return EVPN_ORIGIN_ROUTED;
	if (flood_over_tunnel(in) || evpn_vtep_marked_by_us(port->es, skb))
		return EVPN_ORIGIN_CORE;
	return EVPN_ORIGIN_LOCAL;
}

/* Was it bridged here from another device of the segment, or a VLAN device on one? */
static bool flood_from_segment(const struct evpn_port *port, const struct sk_buff *skb)
{
	const struct net_device *in;

	if (!READ_ONCE(port->es->set))
		return false;
	in = dev_get_by_index_rcu(dev_net(port->dev), skb->skb_iif);
	return in && netif_is_bridge_port(in) && evpn_neigh_dev_is_of(port->es, in);
}

/* A tag in the payload: what it is, and what it says. */
struct flood_tag {
	__be16 proto;
	__be16 tci;
};

/**
 * struct flood_tags - the tags of a frame, as they are gone through from the outside
 * @skb: the frame
 * @offset: behind the EtherType of the next one in the payload
 * @accel: the next one is in the metadata
 */
struct flood_tags {
	const struct sk_buff *skb;
	int offset;
	bool accel;
};

static void flood_tags_begin(struct flood_tags *tags, const struct sk_buff *skb)
{
	*tags = (struct flood_tags){
		.skb = skb,
		.offset = ETH_HLEN,
		.accel = skb_vlan_tag_present(skb),
	};
}

/* The next tag. False when there is none. */
static bool flood_tags_next(struct flood_tags *tags, __be16 *proto, u16 *vid)
{
	const struct flood_tag *tag;
	u8 buf[sizeof(*tag)];

	if (tags->accel) {
		tags->accel = false;
		*proto = tags->skb->vlan_proto;
		*vid = skb_vlan_tag_get_id(tags->skb);
		return true;
	}
	tag = skb_header_pointer(tags->skb, tags->offset - (int)sizeof(*proto), sizeof(buf), buf);
	if (!tag || !eth_type_vlan(tag->proto))
		return false;
	*proto = tag->proto;
	*vid = ntohs(tag->tci) & VLAN_VID_MASK;
	tags->offset += VLAN_HLEN;
	return true;
}

/* The tag of the VLAN device that the segment has, and priority tags in front of it. */
static void flood_tags_skip(struct flood_tags *tags)
{
	__be16 proto;
	u16 vid;

	while (flood_tags_next(tags, &proto, &vid) && !vid)
		;
}

/*
 * Does @bridge know @addr in VLAN @vid? Its look-up needs no more than RCU, finds the entry, and
 * only then asks for room to write it down: without any, "no room" means that it is there. The
 * documented caller holds RTNL, which is why this is done in one place only.
 */
static bool flood_bridge_knows(struct net_device *bridge, const u8 *addr, u16 vid)
{
	const struct net_device_ops *ops = bridge->netdev_ops;

	if (!ops->ndo_fdb_get)
		return false;
	return ops->ndo_fdb_get(flood_no_room, NULL, bridge, addr, vid, 0, 0, NULL) == -EMSGSIZE;
}

/* Does VLAN @vid leave the bridge's port @port without a tag? */
static bool flood_untagged(const struct net_device *port, u16 vid)
{
	struct bridge_vlan_info info;

	return vid && !br_vlan_get_info_rcu(port, vid, &info) &&
	       info.flags & BRIDGE_VLAN_INFO_UNTAGGED;
}

static u16 flood_pvid(const struct net_device *port)
{
	u16 vid;

	return br_vlan_get_pvid_rcu(port, &vid) ? 0 : vid;
}

/**
 * struct flood_query - who is asked for
 * @net: the namespace
 * @iif: the device that the frame came in through, which may be gone
 * @addr: its destination
 * @untagged_vid: VLAN of frames without a tag as the operator says it
 */
struct flood_query {
	struct net *net;
	int iif;
	const u8 *addr;
	u16 untagged_vid;
};

/*
 * A frame that has left @port untagged does not tell its VLAN. It is that of the port it came in
 * through, which a tunnel of one VNI has; or the port's own; or the one the operator names.
 */
static bool flood_knows_untagged(struct net_device *bridge, const struct net_device *port,
				 const struct flood_query *query)
{
	const struct net_device *in = dev_get_by_index_rcu(query->net, query->iif);
	const u16 vids[] = {in ? flood_pvid(in) : 0, flood_pvid(port), query->untagged_vid};
	unsigned int i;

	for (i = 0; in && i < ARRAY_SIZE(vids); i++) {
		if (flood_untagged(port, vids[i]))
			return flood_bridge_knows(bridge, query->addr, vids[i]);
	}
	return false;
}

/* Does the bridge that @port belongs to know the host? @tags are those behind the port. */
static bool flood_port_knows(struct net_device *port, struct flood_tags tags,
			     const struct flood_query *query)
{
	struct net_device *bridge = netdev_master_upper_dev_get_rcu(port);
	u16 bridge_proto, vid;
	__be16 proto;

	if (!bridge || !netif_is_bridge_master(bridge))
		return false;
	/* A bridge that does not look at VLANs has everything in VLAN 0. */
	if (!br_vlan_enabled(bridge))
		return flood_bridge_knows(bridge, query->addr, 0);
	if (flood_tags_next(&tags, &proto, &vid) && vid &&
	    !br_vlan_get_proto(bridge, &bridge_proto) && ntohs(proto) == bridge_proto)
		return flood_bridge_knows(bridge, query->addr, vid);
	return flood_knows_untagged(bridge, port, query);
}

/*
 * Does a bridge on the segment's device know the host, so that the frame was not flooded? The bridge's
 * port is that device, or a VLAN device on it, or one on that.
 */
static bool flood_bridged(const struct evpn_port *port, const struct sk_buff *skb,
			  const struct flood_query *query)
{
	struct net_device *dev = port->dev;
	struct flood_tags tags;
	unsigned int depth;
	__be16 proto;
	u16 vid;

	flood_tags_begin(&tags, skb);
	if (port->place == EVPN_PLACE_VLAN)
		flood_tags_skip(&tags);
	for (depth = 0; dev && depth < FLOOD_DEPTH; depth++) {
		if (netif_is_bridge_port(dev) && flood_port_knows(dev, tags, query))
			return true;
		if (!flood_tags_next(&tags, &proto, &vid))
			return false;
		dev = __vlan_find_dev_deep_rcu(dev, proto, vid);
	}
	return false;
}

/*
 * Is the unicast frame for a host that is known? Open vSwitch has no table that could be asked: what
 * it sends to one host counts as known.
 */
static bool flood_known(const struct evpn_port *port, const struct evpn_policy *policy,
			const struct sk_buff *skb)
{
	struct flood_query query = {
		.net = dev_net(port->dev),
		.iif = skb->skb_iif,
		.untagged_vid = evpn_policy_untagged(policy),
	};
	const struct net_device *in;
	u8 buf[ETH_ALEN];

	query.addr = skb_header_pointer(skb, 0, ETH_ALEN, buf);
	if (!query.addr)
		return false;
	if (flood_bridged(port, skb, &query))
		return true;
	in = dev_get_by_index_rcu(query.net, query.iif);
	return in && netif_is_ovs_port(in);
}

/*
 * A bridge may have turned multicast into unicast, one copy for each member.
 * @offset: of the packet behind the EtherType @proto
 */
static bool flood_hidden_multicast(const struct sk_buff *skb, u16 proto, int offset)
{
	u8 buf[EVPN_IP_LOOK_LEN];
	const u8 *packet;
	u32 len;

	if (proto != EVPN_P_IP && proto != EVPN_P_IPV6)
		return false;
	len = min_t(int, (int)skb->len - offset, sizeof(buf));
	packet = (int)len > 0 ? skb_header_pointer(skb, offset, len, buf) : NULL;
	return packet && evpn_ip_multicast(packet, len, proto);
}

/* Is it for one host, in spite of what a bridge may have done to it, and for one that is known? */
static bool flood_to_known_host(const struct evpn_port *port, const struct evpn_policy *policy,
				const struct sk_buff *skb, const struct evpn_frame *frame)
{
	return !frame->multicast && !flood_hidden_multicast(skb, frame->proto, frame->offset) &&
	       flood_known(port, policy, skb);
}

/**
 * evpn_flood_judge() - judge a frame that leaves an all-active segment
 * @port: of the segment's device
 * @policy: what is in force; has EVPN_PF_FLOOD
 * @skb: the packet at netdev egress, its data at the destination address
 * @frame: what was decoded of it
 *
 * What passes when it comes from the core passes wherever it comes from, so that is asked first. What
 * is for a group and has our mark was not bridged from another port, and if it was routed, the answer is
 * the same, unless its PE shares the segment. A unicast frame passes when it was not flooded, wherever it
 * comes from: of one that has our mark this is asked before its origin, of others, which are mostly
 * local, after it.
 *
 * Context: a netfilter hook, hence within an RCU read-side section.
 * Return: EVPN_PASS, or EVPN_DROP plus the reason.
 */
unsigned int evpn_flood_judge(struct evpn_port *port, const struct evpn_policy *policy,
			      const struct sk_buff *skb, const struct evpn_frame *frame)
{
	bool shared = evpn_vtep_shared(port->es, skb);
	bool marked = evpn_vtep_marked_by_us(port->es, skb);
	enum evpn_origin origin;
	unsigned int verdict;

	if (flood_from_segment(port, skb)) {
		verdict = evpn_flood_verdict(policy, frame, EVPN_ORIGIN_SEGMENT, shared);
		return flood_to_known_host(port, policy, skb, frame) ? EVPN_PASS : verdict;
	}
	verdict = evpn_flood_verdict(policy, frame, EVPN_ORIGIN_CORE, shared);
	if (verdict == EVPN_PASS || (frame->multicast && !shared && marked))
		return verdict;
	if (marked && flood_to_known_host(port, policy, skb, frame))
		return EVPN_PASS;
	origin = flood_origin(port, skb, dev_get_by_index_rcu(dev_net(port->dev), skb->skb_iif));
	if (origin != EVPN_ORIGIN_CORE)
		verdict = evpn_flood_verdict(policy, frame, origin, shared);
	if (verdict == EVPN_PASS || marked)
		return verdict;
	return flood_to_known_host(port, policy, skb, frame) ? EVPN_PASS : verdict;
}

/**
 * evpn_flood_to_known() - is that a frame for one host that a bridge knows? The short way to the answer
 * @port: of the segment's device
 * @skb: the packet at netdev egress, with an Ethernet header in its linear part
 * @flags: in force; have EVPN_PF_FLOOD
 *
 * It is taken where evpn_flood_judge() would have to ask the bridge for certain, and a bridge that does not
 * look at VLANs can be asked at once.
 *
 * Context: as above.
 * Return: true when it passes; false says nothing.
 */
bool evpn_flood_to_known(const struct evpn_port *port, const struct sk_buff *skb, u32 flags)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	struct net_device *bridge;

	if (is_multicast_ether_addr(eth->h_dest) || flags & (EVPN_PF_DF | EVPN_PF_UNICAST) ||
	    rcu_access_pointer(port->es->map) || !evpn_vtep_marked_by_us(port->es, skb))
		return false;
	if (!netif_is_bridge_port(port->dev) || eth_type_vlan(eth->h_proto) ||
	    flood_hidden_multicast(skb, ntohs(eth->h_proto), ETH_HLEN))
		return false;
	bridge = netdev_master_upper_dev_get_rcu(port->dev);
	return bridge && netif_is_bridge_master(bridge) && !br_vlan_enabled(bridge) &&
	       flood_bridge_knows(bridge, eth->h_dest, 0);
}
