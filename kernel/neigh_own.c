// SPDX-License-Identifier: GPL-2.0-only
/*
 * What no neighbour can have, because it is this host's own: its addresses where the sub-interface is,
 * the addresses of the sub-interface's networks themselves, and its MAC addresses there. It depends on
 * what is configured now, so it is asked whenever an entry is looked at, and a change of an address has
 * all of them looked at again.
 *
 * A customer that claims such an address would have it advertised to the other PEs as a host of its own.
 */
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "neigh.h"

/* In a network of @ifa: the network's address, or the one for all in it (RFC 1122 section 3.2.1.3)? */
static bool own_is_network4(const struct in_ifaddr *ifa, __be32 ip)
{
	__be32 host = ip & ~ifa->ifa_mask;

	return ifa->ifa_prefixlen < 31 && inet_ifa_match(ip, ifa) &&
	       (!host || host == ~ifa->ifa_mask);
}

static enum evpn_neigh_own own_address4(const struct net_device *dev, __be32 ip)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	switch (inet_addr_type_dev_table(dev_net(dev), dev, ip)) {
	case RTN_LOCAL:
		return EVPN_NEIGH_OWN_ADDRESS;
	case RTN_BROADCAST:
		return EVPN_NEIGH_OWN_NETWORK;
	}
	if (!in_dev)
		return EVPN_NEIGH_OWN_NOT;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (own_is_network4(ifa, ip))
			return EVPN_NEIGH_OWN_NETWORK;
	}
	return EVPN_NEIGH_OWN_NOT;
}

#if IS_ENABLED(CONFIG_IPV6)
/* The Subnet-Router anycast address (RFC 4291 section 2.6.1). */
static bool own_is_network6(const struct inet6_ifaddr *ifp, const struct in6_addr *ip)
{
	struct in6_addr prefix;

	if (ifp->prefix_len >= 127)
		return false;
	ipv6_addr_prefix(&prefix, &ifp->addr, ifp->prefix_len);
	return ipv6_addr_equal(&prefix, ip);
}

static enum evpn_neigh_own own_address6(const struct net_device *dev, const struct in6_addr *ip)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifp;

	/* One of which DAD has found that somebody else has it is that host's. */
	if (ipv6_chk_addr_and_flags(dev_net(dev), ip, dev, false, 0, IFA_F_DADFAILED))
		return EVPN_NEIGH_OWN_ADDRESS;
	if (!idev)
		return EVPN_NEIGH_OWN_NOT;
	list_for_each_entry_rcu(ifp, &idev->addr_list, if_list) {
		if (own_is_network6(ifp, ip))
			return EVPN_NEIGH_OWN_NETWORK;
	}
	return EVPN_NEIGH_OWN_NOT;
}
#endif

/**
 * evpn_neigh_own_address() - is an address this host's own, or that of a network?
 * @nd: the sub-interface
 * @key: the address
 *
 * Counted are the addresses of all devices of the VRF that the sub-interface is in, but link-local ones
 * of others.
 *
 * Context: any.
 */
enum evpn_neigh_own evpn_neigh_own_address(const struct evpn_neigh_dev *nd,
					   const struct evpn_neigh_key *key)
{
	enum evpn_neigh_own own;
	struct in6_addr ip6;
	__be32 ip;

	rcu_read_lock();
	if (key->family == 4) {
		memcpy(&ip, key->addr, sizeof(ip));
		own = own_address4(nd->dev, ip);
	} else {
		memcpy(&ip6, key->addr, sizeof(ip6));
#if IS_ENABLED(CONFIG_IPV6)
		own = own_address6(nd->dev, &ip6);
#else
		own = EVPN_NEIGH_OWN_NOT;
#endif
	}
	rcu_read_unlock();
	return own;
}

static bool own_has_network4(const struct net_device *dev, __be32 ip)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (inet_ifa_match(ip, ifa))
			return true;
	}
	return false;
}

/**
 * evpn_neigh_own_network() - is an address in a network of a sub-interface's?
 * @nd: the sub-interface
 * @key: the address
 *
 * Context: any.
 */
bool evpn_neigh_own_network(const struct evpn_neigh_dev *nd, const struct evpn_neigh_key *key)
{
	struct in6_addr ip6;
	bool has = false;
	__be32 ip;

	rcu_read_lock();
	if (key->family == 4) {
		memcpy(&ip, key->addr, sizeof(ip));
		has = own_has_network4(nd->dev, ip);
	} else {
		memcpy(&ip6, key->addr, sizeof(ip6));
#if IS_ENABLED(CONFIG_IPV6)
		has = ipv6_chk_prefix(&ip6, nd->dev);
#endif
	}
	rcu_read_unlock();
	return has;
}

/* Addresses of what stands on the device: macvlans, as gateways that several PEs share have them. */
static bool own_is_upper_lladdr(struct net_device *dev, const u8 *lladdr)
{
	struct netdev_hw_addr *ha;
	bool found = false;

	if (netdev_uc_empty(dev))
		return false;
	netif_addr_lock_bh(dev);
	netdev_for_each_uc_addr(ha, dev)
		found |= ether_addr_equal_unaligned(ha->addr, lladdr);
	netif_addr_unlock_bh(dev);
	return found;
}

/**
 * evpn_neigh_own_lladdr() - is a MAC address this host's own where a sub-interface is?
 * @nd: the sub-interface
 * @lladdr: the MAC address
 *
 * Context: process.
 */
bool evpn_neigh_own_lladdr(const struct evpn_neigh_dev *nd, const u8 *lladdr)
{
	struct net_device *dev = nd->dev;

	if (own_is_upper_lladdr(dev, lladdr))
		return true;
	while (!ether_addr_equal_unaligned(dev->dev_addr, lladdr)) {
		if (!is_vlan_dev(dev))
			return false;
		dev = vlan_dev_priv(dev)->real_dev;
	}
	return true;
}

static int own_changed(struct net *net)
{
	struct evpn_neigh_net *nn = evpn_net(net)->neigh;

	if (!hash_empty(nn->by_dev)) {
		WRITE_ONCE(nn->rescan, true);
		evpn_neigh_kick(nn);
	}
	return NOTIFY_DONE;
}

/** evpn_neigh_inetaddr() - notifier: an IPv4 address has come or goes; under RTNL */
int evpn_neigh_inetaddr(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct in_ifaddr *ifa = ptr;

	return own_changed(dev_net(ifa->ifa_dev->dev));
}

/** evpn_neigh_inet6addr() - notifier: an IPv6 address has come or goes; any context */
int evpn_neigh_inet6addr(struct notifier_block *nb, unsigned long event, void *ptr)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct inet6_ifaddr *ifp = ptr;

	return own_changed(dev_net(ifp->idev->dev));
#else
	return NOTIFY_DONE;
#endif
}
