// SPDX-License-Identifier: GPL-2.0
/*
 * Flooded frames of an all-active segment: where a frame comes from, and whether the bridge knows
 * the host it goes to. What follows from that is core/verdict.c's.
 *
 * A frame that was received has the device it came in through in skb_iif; the kernel sets it in
 * the receive path only, and the decapsulation of a tunnel clears it before the tunnel's device
 * sets it anew. What this host sends itself has none.
 *
 * RFC 7432 section 8.5, RFC 8365 section 8.3.1.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <net/geneve.h>
#include <net/vxlan.h>

#include "evpn.h"

/*
 * A message without room, shared by everybody who asks a bridge: nothing is ever written to it.
 */
static struct sk_buff *flood_no_room __ro_after_init;

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

static enum evpn_origin flood_origin(struct evpn_port *port, const struct sk_buff *skb)
{
	const struct net_device *in;
	int iif = skb->skb_iif;

	if (!iif)
		return EVPN_ORIGIN_LOCAL;
	/* A tunnel is one for as long as it is a device. */
	if (iif == READ_ONCE(port->tunnel))
		return EVPN_ORIGIN_CORE;
	in = dev_get_by_index_rcu(dev_net(port->dev), iif);
	/* Without its device nobody can tell, and a frame lost is better than one too many. */
	if (!in)
		return EVPN_ORIGIN_CORE;
	if (netif_is_vxlan(in) || netif_is_geneve(in)) {
		WRITE_ONCE(port->tunnel, iif);
		return EVPN_ORIGIN_CORE;
	}
	return netif_is_bridge_port(in) ? EVPN_ORIGIN_LOCAL : EVPN_ORIGIN_ROUTED;
}

/**
 * evpn_flood_forget() - a device is going, and its number may be another's soon
 * @es: a segment
 * @dev: the device
 *
 * The data path cannot find the device any more: NETDEV_UNREGISTER is said a grace period after it
 * was taken from the list of devices.
 *
 * Context: under RTNL and evpn_net.lock, at NETDEV_UNREGISTER.
 */
void evpn_flood_forget(struct evpn_es *es, const struct net_device *dev)
{
	if (es->port && es->port->tunnel == dev->ifindex)
		WRITE_ONCE(es->port->tunnel, 0);
}

/* The device on @dev for the tag that the frame has at @offset in its payload, or NULL. */
static struct net_device *flood_inner_device(struct net_device *dev, const struct sk_buff *skb,
					     int offset)
{
	struct vlan_hdr buf;
	const struct vlan_hdr *tag;
	__be16 proto_buf;
	const __be16 *proto;

	proto = skb_header_pointer(skb, offset - sizeof(proto_buf), sizeof(proto_buf), &proto_buf);
	tag = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!proto || !tag || !eth_type_vlan(*proto))
		return NULL;
	return __vlan_find_dev_deep_rcu(dev, *proto, ntohs(tag->h_vlan_TCI) & VLAN_VID_MASK);
}

/*
 * The bridge that the frame went through, or NULL. The bridge's port is the segment's device, or a
 * VLAN device on it, or one on that.
 */
static struct net_device *flood_bridge(struct net_device *dev, const struct sk_buff *skb)
{
	int offset = ETH_HLEN;
	unsigned int depth;

	for (depth = 0; dev && depth < 3; depth++) {
		if (netif_is_bridge_port(dev))
			return netdev_master_upper_dev_get_rcu(dev);
		if (!depth && skb_vlan_tag_present(skb)) {
			dev = __vlan_find_dev_deep_rcu(dev, skb->vlan_proto,
						       skb_vlan_tag_get_id(skb));
			continue;
		}
		dev = flood_inner_device(dev, skb, offset);
		offset += VLAN_HLEN;
	}
	return NULL;
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

/* Is the unicast frame for a host that the bridge knows, so that it was not flooded? */
static bool flood_known(const struct evpn_port *port, const struct sk_buff *skb, u16 vid)
{
	struct net_device *bridge = flood_bridge(port->dev, skb);
	u8 buf[ETH_ALEN];
	const u8 *addr;

	addr = skb_header_pointer(skb, 0, ETH_ALEN, buf);
	if (!bridge || !addr)
		return false;
	/* A bridge that does not look at VLANs has everything in VLAN 0. */
	return flood_bridge_knows(bridge, addr, vid) || flood_bridge_knows(bridge, addr, 0);
}

/* A bridge may have turned multicast into unicast, one copy for each member. */
static bool flood_hidden_multicast(const struct sk_buff *skb, u16 proto)
{
	int offset = ETH_HLEN;
	u8 buf[EVPN_IP_LOOK_LEN];
	const u8 *packet;
	u32 len;

	if (!skb_vlan_tag_present(skb) && eth_type_vlan(eth_hdr(skb)->h_proto))
		offset += VLAN_HLEN;
	len = min_t(int, (int)skb->len - offset, sizeof(buf));
	packet = (int)len > 0 ? skb_header_pointer(skb, offset, len, buf) : NULL;
	return packet && evpn_ip_multicast(packet, len, proto);
}

/**
 * evpn_flood_judge() - judge a frame that leaves an all-active segment
 * @port: of the segment's device
 * @policy: what is in force; has EVPN_PF_FLOOD
 * @skb: the packet at netdev egress, its data at the destination address
 * @frame: what was decoded of it
 *
 * What passes when it comes from the core passes wherever it comes from, so that is asked first.
 * The bridge is asked last, and only about a unicast frame that would be dropped.
 *
 * Context: a netfilter hook, hence within an RCU read-side section.
 * Return: EVPN_PASS, or EVPN_DROP plus the reason.
 */
unsigned int evpn_flood_judge(struct evpn_port *port, const struct evpn_policy *policy,
			      const struct sk_buff *skb, const struct evpn_frame *frame)
{
	bool shared = evpn_vtep_shared(port->es, skb);
	enum evpn_origin origin;
	unsigned int verdict;

	verdict = evpn_flood_verdict(policy, frame, EVPN_ORIGIN_CORE, shared);
	if (verdict == EVPN_PASS)
		return verdict;
	origin = flood_origin(port, skb);
	if (origin != EVPN_ORIGIN_CORE)
		verdict = evpn_flood_verdict(policy, frame, origin, shared);
	if (verdict == EVPN_PASS || frame->multicast)
		return verdict;
	if (flood_hidden_multicast(skb, frame->proto))
		return verdict;
	return flood_known(port, skb, evpn_policy_vid(policy, frame)) ? EVPN_PASS : verdict;
}
