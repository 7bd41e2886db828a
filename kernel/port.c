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

/** evpn_port_set_state() - what has become of a segment's wish for a device; under evpn_net.lock */
void evpn_port_set_state(struct evpn_es *es, enum evpn_es_state state)
{
	lockdep_assert_held(&es->net->lock);
	es->state = state;
	if (state != EVPN_ES_STATE_REJECTED)
		list_del_init(&es->unfit);
	else if (list_empty(&es->unfit))
		list_add_tail(&es->unfit, &es->net->unfit);
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
static struct evpn_port *port_create(struct evpn_es *es, struct net_device *dev,
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
static void port_destroy(struct evpn_port *port)
{
	evpn_port_set_dormant(port, false);
	rb_erase(&port->node, &port->es->net->ports);
	port_unhook(port);
	netdev_put(port->dev, &port->dev_tracker);
	pr_debug("port %s destroyed\n", port->name);
	kfree_rcu(port, rcu);
}

static void port_destroy_list(struct list_head *ports)
{
	struct evpn_port *port, *next;

	list_for_each_entry_safe(port, next, ports, list) {
		list_del(&port->list);
		port_destroy(port);
	}
}

/** evpn_port_member_del() - a member goes; under RTNL and evpn_net.lock */
void evpn_port_member_del(struct evpn_port *port)
{
	ASSERT_RTNL();
	lockdep_assert_held(&port->es->net->lock);
	list_del(&port->list);
	port_destroy(port);
}

/* Is the device enslaved to the segment's, and not about to go? */
static bool port_is_member(const struct evpn_es *es, struct net_device *dev)
{
	return netdev_master_upper_dev_get(dev) == es->port->dev &&
	       dev->reg_state == NETREG_REGISTERED;
}

/*
 * What a device is to a segment, or NULL. As a member it is only known from having been told that it
 * joins; where it is not enslaved to that segment's device, it never came, and that ends here.
 */
static struct evpn_port *port_renew(struct evpn_es *es, const struct net_device *dev)
{
	struct evpn_port *port = evpn_port_find(es->net, dev);
	struct evpn_es *before;

	if (!port || port->place != EVPN_PLACE_MEMBER || port_is_member(port->es, port->dev))
		return port;
	before = port->es;
	evpn_port_member_del(port);
	es->net->seq++;
	evpn_notify_es(before, EVPN_CMD_ES_NTF);
	return NULL;
}

static int port_create_members(struct evpn_es *es, struct evpn_port *lag, struct list_head *ports,
			       struct netlink_ext_ack *extack)
{
	struct net_device *lower;
	struct evpn_port *port;
	struct list_head *iter;

	netdev_for_each_lower_dev(lag->dev, lower, iter) {
		port_renew(es, lower);
		port = port_create(es, lower, lag, extack);
		if (IS_ERR(port)) {
			port_destroy_list(ports);
			return PTR_ERR(port);
		}
		list_add_tail(&port->list, ports);
	}
	return 0;
}

/**
 * evpn_port_bind() - bind a segment to a device, and to its members if it is an aggregate
 * @es: the segment; a device it was bound to is let go, after the new one is hooked
 * @dev: the device
 * @extack: why not
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: 0, or an error, and then nothing has changed.
 */
int evpn_port_bind(struct evpn_es *es, struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct evpn_port *port;
	LIST_HEAD(members);
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&es->net->lock);
	port_renew(es, dev);
	err = port_check(es, dev, extack);
	if (err)
		return err;
	port = port_create(es, dev, NULL, extack);
	if (IS_ERR(port))
		return PTR_ERR(port);
	if (port->place == EVPN_PLACE_LAG) {
		err = port_create_members(es, port, &members, extack);
		if (err) {
			port_destroy(port);
			return err;
		}
	}
	evpn_port_unbind(es);
	es->port = port;
	list_splice(&members, &es->members);
	evpn_port_set_state(es, EVPN_ES_STATE_BOUND);
	evpn_neigh_bind(es, dev);
	trace_evpn_es(es, EVPN_ES_BOUND);
	return 0;
}

/**
 * evpn_port_unbind() - let go of the device; the caller says what state the segment is in then
 * @es: the segment, bound or not
 *
 * Context: under RTNL and evpn_net.lock.
 */
void evpn_port_unbind(struct evpn_es *es)
{
	struct evpn_port *port = es->port;

	ASSERT_RTNL();
	lockdep_assert_held(&es->net->lock);
	es->why[0] = '\0';
	if (!port)
		return;
	trace_evpn_es(es, EVPN_ES_UNBOUND);
	evpn_neigh_unbind(es);
	es->port = NULL;
	port_destroy_list(&es->members);
	port_destroy(port);
}

static bool port_reject(struct evpn_es *es, const char *why)
{
	if (es->state == EVPN_ES_STATE_REJECTED && !strcmp(es->why, why))
		return false;
	evpn_port_set_state(es, EVPN_ES_STATE_REJECTED);
	strscpy(es->why, why, sizeof(es->why));
	trace_evpn_es(es, EVPN_ES_REJECTED);
	return true;
}

/**
 * evpn_port_resolve() - look again for the device that a segment without one wishes for
 * @es: the segment, not bound
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: whether the segment's state has changed.
 */
bool evpn_port_resolve(struct evpn_es *es)
{
	struct net_device *dev = __dev_get_by_name(es->net->net, es->conf.ifname);
	struct netlink_ext_ack extack = {};
	u32 before = es->state;

	if (!dev) {
		evpn_port_set_state(es, EVPN_ES_STATE_UNBOUND);
		es->why[0] = '\0';
		return before != es->state;
	}
	if (evpn_port_bind(es, dev, &extack))
		return port_reject(es, extack._msg ? extack._msg : "out of memory");
	evpn_es_apply(es);
	return true;
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
static bool port_drop_strangers(struct evpn_es *es)
{
	struct evpn_port *port, *next;
	bool any = false;

	list_for_each_entry_safe(port, next, &es->members, list) {
		if (port_is_member(es, port->dev))
			continue;
		evpn_port_member_del(port);
		any = true;
	}
	return any;
}

/**
 * evpn_port_members() - hook the members that the segment's aggregate has, and no others
 * @es: the segment, bound to an aggregate
 * @changed: set when that was not so before
 * @extack: why not
 *
 * Context: under RTNL and evpn_net.lock. A new member carries no traffic yet.
 * Return: 0 or an error.
 */
int evpn_port_members(struct evpn_es *es, bool *changed, struct netlink_ext_ack *extack)
{
	struct net_device *lower;
	struct evpn_port *port;
	struct list_head *iter;

	*changed |= port_drop_strangers(es);
	netdev_for_each_lower_dev(es->port->dev, lower, iter) {
		if (!port_is_member(es, lower) || port_renew(es, lower))
			continue;
		port = port_create(es, lower, es->port, extack);
		if (IS_ERR(port))
			return PTR_ERR(port);
		list_add_tail(&port->list, &es->members);
		*changed = true;
	}
	return 0;
}
