// SPDX-License-Identifier: GPL-2.0-only
/*
 * A segment's devices: which device may carry a segment, and where hooks are put in and taken out.
 *
 * A link aggregate (bond, team) has hooks on itself and on each member. A VLAN device has those of the
 * port that it is on (trunk.c). Any other Ethernet device has them on itself. The netfilter core neither
 * holds the device nor removes a hook when the device goes, so each port holds a reference and
 * NETDEV_UNREGISTER takes the hooks out; should that ever be forgotten, the device would be seen waiting
 * for us.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/vxlan.h>

#include "evpn.h"
#include "trace.h"

/*
 * Before everything else at ingress, so that nothing takes a blocked frame on a fast path; after
 * everything else at egress, so that nothing changes a frame that was judged.
 */
enum hook_priority {
	PRIORITY_INGRESS = INT_MIN + 100,
	PRIORITY_EGRESS = INT_MAX - 100,
};

/* Why @dev cannot carry a segment: a sentence that goes on after its name, or NULL. */
static const char *port_unfit(const struct net_device *dev)
{
	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK)
		return "is not an Ethernet device";
	if (netif_is_bridge_master(dev))
		return "is a bridge; a segment is one of its ports";
	if (netif_is_l3_master(dev))
		return "is a VRF; a segment is a device in it";
	if (netif_is_macvlan(dev))
		return "is a macvlan device; name the device below it";
	if (netif_is_vxlan(dev))
		return "is a VXLAN device; a segment faces the customer";
	return NULL;
}

static int port_key_cmp(const void *key, const struct rb_node *node)
{
	const struct net_device *dev = rb_entry(node, struct evpn_port, node)->dev;

	return key < (const void *)dev ? -1 : key > (const void *)dev;
}

static int port_node_cmp(struct rb_node *new, const struct rb_node *node)
{
	return port_key_cmp(rb_entry(new, struct evpn_port, node)->dev, node);
}

/** evpn_port_find() - what a device is to a segment, or NULL; under evpn_net.lock */
struct evpn_port *evpn_port_find(struct evpn_net *en, const struct net_device *dev)
{
	lockdep_assert_held(&en->lock);
	return rb_entry_safe(rb_find(dev, &en->ports, port_key_cmp), struct evpn_port, node);
}

/** evpn_port_es() - the segment bound to @dev, or NULL; under evpn_net.lock */
struct evpn_es *evpn_port_es(struct evpn_net *en, const struct net_device *dev)
{
	const struct evpn_port *port = evpn_port_find(en, dev);

	return port && port->place != EVPN_PLACE_MEMBER ? port->es : NULL;
}

static int port_check(const struct evpn_es *es, struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);
	struct evpn_es *other = evpn_port_es(es->net, dev);
	const char *unfit = port_unfit(dev);

	if (unfit) {
		NL_SET_ERR_MSG_FMT(extack, "%s %s", dev->name, unfit);
		return -EOPNOTSUPP;
	}
	if (evpn_trunk_find(es->net, dev)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is shared by segments on its VLAN devices",
				   dev->name);
		return -EBUSY;
	}
	if (master && netif_is_lag_master(master)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is a member of %s; name that", dev->name,
				   master->name);
		return -EBUSY;
	}
	if (other) {
		NL_SET_ERR_MSG_FMT(extack, "%s already belongs to segment " EVPN_ESI_FMT, dev->name,
				   EVPN_ESI_ARG(&other->esi));
		return -EBUSY;
	}
	return 0;
}

static enum evpn_place port_place(const struct net_device *dev, const struct evpn_port *lag)
{
	if (lag)
		return EVPN_PLACE_MEMBER;
	if (is_vlan_dev(dev))
		return EVPN_PLACE_VLAN;
	return netif_is_lag_master(dev) ? EVPN_PLACE_LAG : EVPN_PLACE_DEVICE;
}

/** evpn_port_init_hooks() - fill in the two hooks of a device, by direction */
void evpn_port_init_hooks(struct nf_hook_ops *ops, struct net_device *dev, void *priv,
			  nf_hookfn *ingress, nf_hookfn *egress)
{
	ops[EVPN_DIRECTION_INGRESS] = (struct nf_hook_ops){
		.hook = ingress,
		.dev = dev,
		.priv = priv,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = PRIORITY_INGRESS,
	};
	ops[EVPN_DIRECTION_EGRESS] = (struct nf_hook_ops){
		.hook = egress,
		.dev = dev,
		.priv = priv,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = PRIORITY_EGRESS,
	};
}

static int port_hook(struct evpn_port *port, struct netlink_ext_ack *extack)
{
	int err;

	if (is_vlan_dev(port->dev) && !port->lag)
		return evpn_trunk_join(port, extack);
	evpn_port_init_hooks(port->ops, port->dev, port, evpn_filter_ingress,
			     port->lag ? evpn_filter_member_egress : evpn_filter_egress);
	err = nf_register_net_hooks(port->es->net->net, port->ops, ARRAY_SIZE(port->ops));
	if (err)
		NL_SET_ERR_MSG_FMT(extack, "%s has no room for netfilter hooks", port->dev->name);
	return err;
}

static void port_unhook(struct evpn_port *port)
{
	struct net *net = port->es->net->net;

	if (port->trunk) {
		evpn_trunk_leave(port);
		return;
	}
	nf_unregister_net_hook(net, &port->ops[EVPN_DIRECTION_INGRESS]);
	if (port->hooked)
		nf_unregister_net_hook(net, &port->ops[EVPN_DIRECTION_EGRESS]);
}

/* @lag: of a member, the port of the segment's device; else NULL. */
static struct evpn_port *port_create_one(struct evpn_es *es, struct net_device *dev,
					 struct evpn_port *lag, struct netlink_ext_ack *extack)
{
	struct evpn_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	int err;

	if (!port)
		return ERR_PTR(-ENOMEM);
	port->es = es;
	port->dev = dev;
	port->lag = lag;
	port->place = port_place(dev, lag);
	port->judges = true;
	port->hooked = true;
	INIT_LIST_HEAD(&port->opened);
	spin_lock_init(&port->lacp_lock);
	strscpy(port->name, dev->name, sizeof(port->name));
	err = port_hook(port, extack);
	if (err) {
		/* The first hook may have been in for a moment. */
		kfree_rcu(port, rcu);
		return ERR_PTR(err);
	}
	netdev_hold(dev, &port->dev_tracker, GFP_KERNEL);
	WARN_ON_ONCE(rb_find_add(&port->node, &es->net->ports, port_node_cmp));
	pr_debug("port %s created\n", port->name);
	return port;
}

/*
 * A hook that is running keeps the port until its RCU read-side section ends, and so does a
 * reader of the list of hooks. The device is not needed that long: what runs on its hooks was
 * given the device by a caller that keeps it through the same section.
 */
static void port_destroy_one(struct evpn_port *port)
{
	evpn_port_set_dormant(port, false);
	list_del(&port->opened);
	rb_erase(&port->node, &port->es->net->ports);
	port_unhook(port);
	netdev_put(port->dev, &port->dev_tracker);
	pr_debug("port %s destroyed\n", port->name);
	kfree_rcu(port, rcu);
}

/** evpn_port_member_del() - a member goes; under RTNL and evpn_net.lock */
void evpn_port_member_del(struct evpn_port *port)
{
	ASSERT_RTNL();
	lockdep_assert_held(&port->es->net->lock);
	list_del(&port->list);
	port_destroy_one(port);
}

/* Is the device enslaved to that of @lag, and not about to go? */
static bool port_is_member(const struct evpn_port *lag, struct net_device *dev)
{
	return netdev_master_upper_dev_get(dev) == lag->dev && dev->reg_state == NETREG_REGISTERED;
}

/*
 * What a device is to a segment, or NULL. As a member it is only known from having been told that it
 * joins; where it is not enslaved to that segment's device, it never came, and that ends here.
 */
static struct evpn_port *port_renew(struct evpn_es *es, const struct net_device *dev)
{
	struct evpn_port *port = evpn_port_find(es->net, dev);
	struct evpn_es *before;

	if (!port || port->place != EVPN_PLACE_MEMBER || port_is_member(port->lag, port->dev))
		return port;
	before = port->es;
	evpn_port_member_del(port);
	es->net->seq++;
	evpn_notify_es(before, EVPN_CMD_ES_NTF);
	return NULL;
}

static int port_create_member(struct evpn_port *lag, struct net_device *dev,
			      struct netlink_ext_ack *extack)
{
	struct evpn_port *port = port_create_one(lag->es, dev, lag, extack);

	if (IS_ERR(port))
		return PTR_ERR(port);
	list_add_tail(&port->list, &lag->es->members);
	return 0;
}

static int port_create_members(struct evpn_port *lag, struct netlink_ext_ack *extack)
{
	struct net_device *lower;
	struct list_head *iter;
	int err;

	netdev_for_each_lower_dev(lag->dev, lower, iter) {
		port_renew(lag->es, lower);
		err = port_create_member(lag, lower, extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * evpn_port_create() - hook a device, and its members if it is an aggregate
 * @es: the segment that is to have it
 * @dev: the device
 * @extack: why not
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: the port, or an error pointer, and then nothing has changed.
 */
struct evpn_port *evpn_port_create(struct evpn_es *es, struct net_device *dev,
				   struct netlink_ext_ack *extack)
{
	struct evpn_port *port;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&es->net->lock);
	port_renew(es, dev);
	err = port_check(es, dev, extack);
	if (err)
		return ERR_PTR(err);
	port = port_create_one(es, dev, NULL, extack);
	if (IS_ERR(port) || port->place != EVPN_PLACE_LAG)
		return port;
	err = port_create_members(port, extack);
	if (!err)
		return port;
	evpn_port_destroy(port);
	return ERR_PTR(err);
}

/** evpn_port_destroy() - unhook a segment's device and its members; under RTNL and evpn_net.lock */
void evpn_port_destroy(struct evpn_port *port)
{
	struct evpn_port *member, *next;

	ASSERT_RTNL();
	lockdep_assert_held(&port->es->net->lock);
	list_for_each_entry_safe(member, next, &port->es->members, list) {
		if (member->lag == port)
			evpn_port_member_del(member);
	}
	port_destroy_one(port);
}

/**
 * evpn_port_set_dormant() - hold the device operationally down (RFC 2863), or stop doing so
 * @port: the port
 * @dormant: which
 *
 * A device that somebody else has made dormant is left to them.
 *
 * Context: under evpn_net.lock.
 */
void evpn_port_set_dormant(struct evpn_port *port, bool dormant)
{
	if (dormant == port->dormant)
		return;
	if (dormant && netif_dormant(port->dev))
		return;
	port->dormant = dormant;
	if (dormant)
		netif_dormant_on(port->dev);
	else
		netif_dormant_off(port->dev);
}

/* Members that have left, or never came: who was told that they join was not told of a refusal. */
static bool port_drop_strangers(struct evpn_port *lag)
{
	struct evpn_port *port, *next;
	bool any = false;

	list_for_each_entry_safe(port, next, &lag->es->members, list) {
		if (port_is_member(lag, port->dev))
			continue;
		evpn_port_member_del(port);
		any = true;
	}
	return any;
}

/**
 * evpn_port_members() - hook the members that an aggregate has, and no others
 * @lag: the port of the aggregate
 * @changed: set when that was not so before
 * @extack: why not
 *
 * Context: under RTNL and evpn_net.lock. A new member carries no traffic yet.
 * Return: 0 or an error.
 */
int evpn_port_members(struct evpn_port *lag, bool *changed, struct netlink_ext_ack *extack)
{
	struct net_device *lower;
	struct list_head *iter;
	int err;

	*changed |= port_drop_strangers(lag);
	netdev_for_each_lower_dev(lag->dev, lower, iter) {
		if (!port_is_member(lag, lower) || port_renew(lag->es, lower))
			continue;
		err = port_create_member(lag, lower, extack);
		if (err)
			return err;
		*changed = true;
	}
	return 0;
}
