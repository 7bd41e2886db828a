// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gateways that this host is for what is behind a segment: when the segment has opened here they say
 * where they are, so that the switches of the customer and of an access network send to this PE.
 *
 * They say it more than once. The PE that forwarded before may go on for a moment, and what it sends then
 * under the gateway's address takes the switches back to it; and a switch whose link has just come up does
 * not hear what comes first. A customer that only sends would wait until its entries have aged.
 *
 * On the port and the VLAN devices on it that is a gratuitous ARP and an unsolicited neighbour
 * advertisement for each address (RFC 5227 section 2.6, RFC 4861 section 7.2.6). The gateways on a bridge
 * must not say it to all ports of the bridge and to the core: for these a RARP request leaves by the
 * segment's port, which tells a switch as much.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>

#include "evpn.h"

enum {
	/* Gateways that speak within a pause: 6,400 a second. */
	GATEWAY_PORTION = 64,
	GATEWAY_PAUSE_MS = 10,
};

/* Before each time that a port's gateways speak, in milliseconds */
static const unsigned int gateway_wait_ms[EVPN_GATEWAY_ROUNDS] = {0, 100, 900, 4000};

/**
 * struct gateway_walk - the gateways of a port, a portion of them
 * @port: whose; RTNL keeps it
 * @told: how many have spoken before
 * @passed: how many were seen on this walk
 * @left: how many may still speak
 * @more: there are some whose turn has not come
 */
struct gateway_walk {
	struct evpn_port *port;
	unsigned int told;
	unsigned int passed;
	unsigned int left;
	bool more;
};

/* Is it the turn of the next gateway? */
static bool gateway_turn(struct gateway_walk *walk)
{
	if (walk->passed++ < walk->told)
		return false;
	if (!walk->left) {
		walk->more = true;
		return false;
	}
	walk->left--;
	walk->told++;
	return true;
}

#if IS_ENABLED(CONFIG_IPV6)
static bool gateway_has_address6(const struct net_device *dev)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifp;

	if (!idev)
		return false;
	list_for_each_entry_rcu(ifp, &idev->addr_list, if_list) {
		if (!(ipv6_addr_type(&ifp->addr) & IPV6_ADDR_LINKLOCAL))
			return true;
	}
	return false;
}
#else
static bool gateway_has_address6(const struct net_device *dev)
{
	return false;
}
#endif

/* Does anybody route by way of this device? A bridge that only bridges has a link-local address as well. */
static bool gateway_is(const struct net_device *dev)
{
	const struct in_device *in_dev;
	bool is = false;

	if (!netif_running(dev))
		return false;
	rcu_read_lock();
	in_dev = __in_dev_get_rcu(dev);
	if (netif_is_l3_slave(dev) || (in_dev && rcu_access_pointer(in_dev->ifa_list)))
		is = true;
	else
		is = gateway_has_address6(dev);
	rcu_read_unlock();
	return is;
}

/* Nothing is sent that the hooks would drop, and count. */
static void gateway_rarp(struct gateway_walk *walk, const struct net_device *gateway,
			 struct net_device *out, __be16 proto, u16 vid)
{
	struct sk_buff *skb;

	if (!gateway_is(gateway) ||
	    !evpn_rarp_passes(walk->port, out == walk->port->dev ? vid : vlan_dev_vlan_id(out)) ||
	    !gateway_turn(walk))
		return;
	skb = evpn_rarp(out, gateway->dev_addr);
	if (!skb)
		return;
	if (vid)
		__vlan_hwaccel_put_tag(skb, proto, vid);
	dev_queue_xmit(skb);
}

/* What is on the port itself: 8021q tells the VLAN devices, all at once, what the port is told. */
static void gateway_of_port(struct gateway_walk *walk)
{
	struct net_device *dev = walk->port->dev, *upper;
	struct list_head *iter;
	unsigned int vlans = 0;

	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		vlans += is_vlan_dev(upper);
	if (vlans < GATEWAY_PORTION) {
		if (gateway_turn(walk)) {
			__netdev_notify_peers(dev);
			walk->left -= min(walk->left, vlans);
		}
		return;
	}
	gateway_rarp(walk, dev, dev, 0, 0);
	netdev_for_each_upper_dev_rcu(dev, upper, iter) {
		if (is_vlan_dev(upper) && gateway_turn(walk))
			__netdev_notify_peers(upper);
	}
}

/* How a VLAN of a bridge leaves it by the port @out: whether it does, and whether with a tag. */
static bool gateway_leaves(const struct net_device *bridge, const struct net_device *out, u16 *vid)
{
	struct bridge_vlan_info info;
	bool leaves = true;

	if (!br_vlan_enabled(bridge))
		return true;
	rcu_read_lock();
	if (!*vid && br_vlan_get_pvid_rcu(bridge, vid))
		leaves = false;
	else if (br_vlan_get_info_rcu(out, *vid, &info))
		leaves = false;
	else if (info.flags & BRIDGE_VLAN_INFO_UNTAGGED)
		*vid = 0;
	rcu_read_unlock();
	return leaves;
}

/* A device with a VLAN of the bridge, and the virtual routers on it, which have addresses of their own */
static void gateway_of_vlan(struct gateway_walk *walk, struct net_device *dev,
			    struct net_device *out, __be16 proto, u16 vid)
{
	struct net_device *upper;
	struct list_head *iter;

	gateway_rarp(walk, dev, out, proto, vid);
	netdev_for_each_upper_dev_rcu(dev, upper, iter) {
		if (netif_is_macvlan(upper))
			gateway_rarp(walk, upper, out, proto, vid);
	}
}

/* The bridge that @out is a port of, if it is */
static void gateway_of_bridge(struct gateway_walk *walk, struct net_device *out)
{
	struct net_device *bridge = netdev_master_upper_dev_get(out), *upper;
	struct list_head *iter;
	u16 vid = 0;

	if (!bridge || !netif_is_bridge_master(bridge))
		return;
	if (gateway_leaves(bridge, out, &vid))
		gateway_of_vlan(walk, bridge, out, htons(ETH_P_8021Q), vid);
	netdev_for_each_upper_dev_rcu(bridge, upper, iter) {
		if (!is_vlan_dev(upper))
			continue;
		vid = vlan_dev_vlan_id(upper);
		if (gateway_leaves(bridge, out, &vid))
			gateway_of_vlan(walk, upper, out, vlan_dev_vlan_proto(upper), vid);
	}
}

static void gateway_tell(struct gateway_walk *walk)
{
	struct net_device *dev = walk->port->dev, *upper;
	struct list_head *iter;

	ASSERT_RTNL();
	gateway_of_port(walk);
	gateway_of_bridge(walk, dev);
	netdev_for_each_upper_dev_rcu(dev, upper, iter) {
		if (is_vlan_dev(upper))
			gateway_of_bridge(walk, upper);
	}
}

static void gateway_queue(struct evpn_port *port, unsigned int round)
{
	port->round = round;
	port->told = 0;
	port->due = jiffies + msecs_to_jiffies(gateway_wait_ms[round]);
	list_move_tail(&port->opened, &port->es->net->opened[round]);
}

/* The next port whose time has come, no longer in a list; those that have closed again are let go. */
static struct evpn_port *gateway_next(struct evpn_net *en)
{
	struct evpn_port *port, *next;
	unsigned int round;

	for (round = 0; round < EVPN_GATEWAY_ROUNDS; round++) {
		list_for_each_entry_safe(port, next, &en->opened[round], opened) {
			if (time_before(jiffies, port->due))
				break;
			list_del_init(&port->opened);
			if (!(port->es->flags & EVPN_PF_BLOCK))
				return port;
		}
	}
	return NULL;
}

/* After a portion: the rest of this time, or the next time; unless the port has opened anew meanwhile. */
static void gateway_told(const struct gateway_walk *walk)
{
	struct evpn_port *port = walk->port;
	struct evpn_net *en = port->es->net;

	if (!list_empty(&port->opened))
		return;
	port->told = walk->told;
	if (walk->more)
		list_add(&port->opened, &en->opened[port->round]);
	else if (port->round + 1 < EVPN_GATEWAY_ROUNDS)
		gateway_queue(port, port->round + 1);
}

/* Work when the next port is due, but not before more may speak. */
static void gateway_arm(struct evpn_net *en)
{
	unsigned long now = jiffies, wait = ULONG_MAX, until;
	const struct evpn_port *port;
	unsigned int round;

	for (round = 0; round < EVPN_GATEWAY_ROUNDS; round++) {
		port = list_first_entry_or_null(&en->opened[round], struct evpn_port, opened);
		if (port)
			wait = min(wait, time_after(port->due, now) ? port->due - now : 0);
	}
	if (wait == ULONG_MAX)
		return;
	until = en->gateway_pause;
	if (!en->gateway_left && time_after(until, now))
		wait = max(wait, until - now);
	mod_delayed_work(evpn_wq, &en->gateway_work, wait);
}

/* How many may speak now: so many in each pause, however often there is work */
static unsigned int gateway_portion(struct evpn_net *en)
{
	if (time_after_eq(jiffies, en->gateway_pause)) {
		en->gateway_pause = jiffies + msecs_to_jiffies(GATEWAY_PAUSE_MS);
		en->gateway_left = GATEWAY_PORTION;
	}
	return en->gateway_left;
}

/**
 * evpn_gateway_work() - let the gateways speak where a segment has opened
 * @work: gateway_work of the namespace
 *
 * A port that fails over takes all segments on its VLANs with it. They speak a portion at a time, so that
 * switches can follow, and RTNL is free in between.
 */
void evpn_gateway_work(struct work_struct *work)
{
	struct evpn_net *en = container_of(to_delayed_work(work), struct evpn_net, gateway_work);
	struct gateway_walk walk;

	rtnl_lock();
	mutex_lock(&en->lock);
	walk.left = gateway_portion(en);
	while (walk.left) {
		walk.port = gateway_next(en);
		if (!walk.port)
			break;
		walk.told = walk.port->told;
		walk.passed = 0;
		walk.more = false;
		/* Our own notifier takes this lock. RTNL keeps the port. */
		mutex_unlock(&en->lock);
		gateway_tell(&walk);
		mutex_lock(&en->lock);
		gateway_told(&walk);
	}
	en->gateway_left = walk.left;
	gateway_arm(en);
	mutex_unlock(&en->lock);
	rtnl_unlock();
}

/** evpn_gateway_opened() - a segment forwards more than before; under evpn_net.lock */
void evpn_gateway_opened(struct evpn_es *es)
{
	const struct evpn_device *d;

	lockdep_assert_held(&es->net->lock);
	evpn_for_each_device(d, es) {
		if (d->port)
			gateway_queue(d->port, 0);
	}
	gateway_arm(es->net);
}
