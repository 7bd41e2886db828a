// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speaking for what is behind a segment that has opened here. Bridges and VXLAN tunnels that learn
 * from what they receive go on sending to the PE that forwarded before, until a host says something;
 * a host that only listens would get nothing for as long as their entries last.
 *
 * Which hosts these are is user space's to know.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>

#include "evpn.h"

/* A RARP request of a host for its own address, which nobody answers (RFC 903). */
struct speak_frame {
	struct ethhdr eth;
	struct arphdr arp;
	u8 sender[ETH_ALEN];
	__be32 sender_ip;
	u8 target[ETH_ALEN];
	__be32 target_ip;
} __packed;

/**
 * evpn_rarp() - a frame that says no more than that a host is there
 * @dev: by which it comes or goes
 * @mac: the host
 *
 * Return: the frame, without a tag, or NULL.
 */
struct sk_buff *evpn_rarp(struct net_device *dev, const u8 *mac)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(dev, ETH_ZLEN);
	struct speak_frame *f;

	if (!skb)
		return NULL;
	f = skb_put_zero(skb, ETH_ZLEN);
	eth_broadcast_addr(f->eth.h_dest);
	ether_addr_copy(f->eth.h_source, mac);
	f->eth.h_proto = htons(ETH_P_RARP);
	f->arp.ar_hrd = htons(ARPHRD_ETHER);
	f->arp.ar_pro = htons(ETH_P_IP);
	f->arp.ar_hln = ETH_ALEN;
	f->arp.ar_pln = sizeof(f->sender_ip);
	f->arp.ar_op = htons(ARPOP_RREQUEST);
	memcpy(f->sender, mac, ETH_ALEN);
	memcpy(f->target, mac, ETH_ALEN);
	skb->protocol = f->eth.h_proto;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	return skb;
}

/**
 * evpn_rarp_passes() - would the hooks of a port let such a frame pass?
 * @port: the port
 * @vid: VLAN of the frame, 0 for no tag
 *
 * Context: any.
 */
bool evpn_rarp_passes(const struct evpn_port *port, u16 vid)
{
	struct evpn_frame frame = {
		.vid = port->tag ?: vid,
		.proto = ETH_P_RARP,
		.multicast = true,
	};
	const struct evpn_vlan_map *map;
	struct evpn_policy policy;
	bool passes;

	rcu_read_lock();
	policy.flags = smp_load_acquire(&port->es->flags); /* as in filter.c */
	map = rcu_dereference(port->es->map);
	policy.vlan_df = map ? map->octet : NULL;
	passes = evpn_verdict(&policy, port->place, false, &frame) < EVPN_DROP;
	rcu_read_unlock();
	return passes;
}

/* On a VLAN device of a shared port the hooks are below what is received here, so they do not see it. */
static bool speak_passes(const struct evpn_port *port, u16 vid)
{
	return port->place != EVPN_PLACE_VLAN || evpn_rarp_passes(port, vid);
}

static struct evpn_port *speak_port(const struct evpn_es *es, int ifindex)
{
	const struct evpn_device *d;

	evpn_for_each_device(d, es) {
		if (d->port && (!ifindex || d->port->dev->ifindex == ifindex))
			return d->port;
	}
	return NULL;
}

/**
 * evpn_speak() - let bridges and tunnels learn that a host is behind a segment here
 * @es: the segment; without the device nothing happens
 * @mac: the host
 * @vid: VLAN of its frames, 0 for no tag
 * @ifindex: of that one of the segment's devices which it is behind, 0 for the first
 *
 * Context: process context, under evpn_net.lock, which keeps the device.
 * Return: 0 or -ENOMEM.
 */
int evpn_speak(struct evpn_es *es, const u8 *mac, u16 vid, int ifindex)
{
	struct evpn_port *port = speak_port(es, ifindex);
	struct sk_buff *skb;

	lockdep_assert_held(&es->net->lock);
	if (!port || !netif_running(port->dev) || !speak_passes(port, vid))
		return 0;
	skb = evpn_rarp(port->dev, mac);
	if (!skb)
		return -ENOMEM;
	skb->protocol = eth_type_trans(skb, port->dev);
	if (vid)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), vid);
	netif_rx(skb);
	return 0;
}
