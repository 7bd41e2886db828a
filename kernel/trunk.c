// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port that several segments share: each of them has a VLAN device on it (RFC 9784, virtual Ethernet
 * Segments). The port has one pair of hooks, however many they are, and a table by VLAN that leads to the
 * segment. Frames of all other VLANs, and those without a tag, pass.
 *
 * What enters is seen before its tag is taken off, what leaves after it was put on: by VLAN devices, by a
 * bridge, and by whoever sends tagged frames to the port itself.
 */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "evpn.h"

/* Priority tags that are gone through before the tag that names the VLAN. */
#define TRUNK_TAGS EVPN_FRAME_TAGS

/**
 * struct evpn_trunk - the port
 * @list: in evpn_net.trunks
 * @net: the namespace's
 * @dev: the device; held
 * @dev_tracker: of that reference
 * @users: segments; evpn_net.lock
 * @ops: the hooks, by direction
 * @rcu: for kvfree_rcu()
 * @vlan: the port of the segment of each VLAN; written under evpn_net.lock
 */
struct evpn_trunk {
	struct list_head list;
	struct net *net;
	struct net_device *dev;
	netdevice_tracker dev_tracker;
	unsigned int users;
	struct nf_hook_ops ops[EVPN_DIRECTIONS];
	struct rcu_head rcu;
	struct evpn_port __rcu *vlan[VLAN_N_VID];
};

/* A tag in the payload: what it is, and what it says. */
struct trunk_tag {
	__be16 proto;
	__be16 tci;
};

/*
 * The tag of a frame that names a VLAN; the kernel takes priority tags in front of it for nothing.
 * @offset: of the destination address
 * Return: its VLAN, 0 for none.
 */
static u16 trunk_vid(const struct sk_buff *skb, int offset, __be16 *proto)
{
	const struct trunk_tag *tag;
	struct trunk_tag buf;
	unsigned int i;

	if (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb)) {
		*proto = skb->vlan_proto;
		return skb_vlan_tag_get_id(skb);
	}
	offset += offsetof(struct ethhdr, h_proto);
	for (i = 0; i < TRUNK_TAGS; i++, offset += VLAN_HLEN) {
		tag = skb_header_pointer(skb, offset, sizeof(buf), &buf);
		if (!tag || !eth_type_vlan(tag->proto))
			return 0;
		*proto = tag->proto;
		if (ntohs(tag->tci) & VLAN_VID_MASK)
			return ntohs(tag->tci) & VLAN_VID_MASK;
	}
	return 0;
}

/* The port of the segment that a frame is of, or NULL. */
static struct evpn_port *trunk_port(const struct evpn_trunk *trunk, const struct sk_buff *skb,
				    int offset)
{
	struct evpn_port *port;
	__be16 proto;
	u16 vid = trunk_vid(skb, offset, &proto);

	port = vid ? rcu_dereference(trunk->vlan[vid]) : NULL;
	return port && port->vlan_proto == proto ? port : NULL;
}

static unsigned int trunk_ingress(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct evpn_port *port = trunk_port(priv, skb, skb_mac_offset(skb));

	return port ? evpn_filter_ingress(port, skb, state) : NF_ACCEPT;
}

static unsigned int trunk_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct evpn_port *port = trunk_port(priv, skb, 0);

	return port ? evpn_filter_egress(port, skb, state) : NF_ACCEPT;
}

/** evpn_trunk_find() - the shared port that a device is, or NULL; under evpn_net.lock */
struct evpn_trunk *evpn_trunk_find(struct evpn_net *en, const struct net_device *dev)
{
	struct evpn_trunk *trunk;

	lockdep_assert_held(&en->lock);
	list_for_each_entry(trunk, &en->trunks, list) {
		if (trunk->dev == dev)
			return trunk;
	}
	return NULL;
}

static struct evpn_trunk *trunk_create(struct evpn_net *en, struct net_device *dev,
				       struct netlink_ext_ack *extack)
{
	struct evpn_trunk *trunk = kvzalloc(sizeof(*trunk), GFP_KERNEL_ACCOUNT);
	int err;

	if (!trunk)
		return ERR_PTR(-ENOMEM);
	trunk->net = en->net;
	trunk->dev = dev;
	evpn_port_init_hooks(trunk->ops, dev, trunk, trunk_ingress, trunk_egress);
	err = nf_register_net_hooks(en->net, trunk->ops, ARRAY_SIZE(trunk->ops));
	if (err) {
		NL_SET_ERR_MSG_FMT(extack, "%s has no room for netfilter hooks", dev->name);
		/* The first hook may have been in for a moment. */
		kvfree_rcu(trunk, rcu);
		return ERR_PTR(err);
	}
	netdev_hold(dev, &trunk->dev_tracker, GFP_KERNEL);
	list_add(&trunk->list, &en->trunks);
	return trunk;
}

/* A hook that is running keeps it, as it keeps ports. */
static void trunk_destroy(struct evpn_trunk *trunk)
{
	list_del(&trunk->list);
	nf_unregister_net_hooks(trunk->net, trunk->ops, ARRAY_SIZE(trunk->ops));
	netdev_put(trunk->dev, &trunk->dev_tracker);
	kvfree_rcu(trunk, rcu);
}

/* Frames of a member are those of its aggregate, whose VLAN devices have them. */
static bool trunk_is_member(struct net_device *lower, const struct net_device *dev,
			    struct netlink_ext_ack *extack)
{
	const struct net_device *master = netdev_master_upper_dev_get(lower);

	if (!master || !netif_is_lag_master(master))
		return false;
	NL_SET_ERR_MSG_FMT(extack, "%s, below %s, is a member of %s", lower->name, dev->name,
			   master->name);
	return true;
}

/* The port that a VLAN device is on, or NULL with the reason why it cannot be shared. */
static struct net_device *trunk_lower(struct evpn_net *en, struct net_device *dev,
				      struct netlink_ext_ack *extack)
{
	struct net_device *lower = __dev_get_by_index(en->net, dev_get_iflink(dev));
	const struct evpn_port *port;

	if (lower && is_vlan_dev(lower)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is on another VLAN device, %s", dev->name,
				   lower->name);
		return NULL;
	}
	if (!lower || lower != vlan_dev_real_dev(dev) || lower->reg_state != NETREG_REGISTERED) {
		NL_SET_ERR_MSG_FMT(extack, "%s is on no port of this namespace that stays",
				   dev->name);
		return NULL;
	}
	port = evpn_port_find(en, lower);
	if (!port)
		return trunk_is_member(lower, dev, extack) ? NULL : lower;
	NL_SET_ERR_MSG_FMT(extack, "%s, below %s, belongs to segment " EVPN_ESI_FMT, lower->name,
			   dev->name, EVPN_ESI_ARG(&port->es->esi));
	return NULL;
}

/**
 * evpn_trunk_join() - a segment's port takes its VLAN of the port that its VLAN device is on
 * @port: of the segment, its device a VLAN device
 * @extack: why not
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: 0 or an error.
 */
int evpn_trunk_join(struct evpn_port *port, struct netlink_ext_ack *extack)
{
	struct evpn_net *en = port->es->net;
	struct net_device *lower = trunk_lower(en, port->dev, extack);
	struct evpn_trunk *trunk;

	ASSERT_RTNL();
	if (!lower)
		return -EOPNOTSUPP;
	trunk = evpn_trunk_find(en, lower) ?: trunk_create(en, lower, extack);
	if (IS_ERR(trunk))
		return PTR_ERR(trunk);
	port->vid = vlan_dev_vlan_id(port->dev);
	port->vlan_proto = vlan_dev_vlan_proto(port->dev);
	if (rcu_access_pointer(trunk->vlan[port->vid])) {
		/* by that of another protocol; so the trunk was not made just now */
		NL_SET_ERR_MSG_FMT(extack, "VLAN %u of %s already belongs to a segment", port->vid,
				   lower->name);
		return -EBUSY;
	}
	trunk->users++;
	port->trunk = trunk;
	rcu_assign_pointer(trunk->vlan[port->vid], port);
	return 0;
}

/** evpn_trunk_leave() - and gives it back; under evpn_net.lock */
void evpn_trunk_leave(struct evpn_port *port)
{
	struct evpn_trunk *trunk = port->trunk;

	lockdep_assert_held(&port->es->net->lock);
	RCU_INIT_POINTER(trunk->vlan[port->vid], NULL);
	if (!--trunk->users)
		trunk_destroy(trunk);
}

static void trunk_leave_all(const struct evpn_trunk *trunk, struct evpn_es *es)
{
	struct evpn_device *d;
	bool any = false;

	evpn_for_each_device(d, es) {
		if (!d->port || d->port->trunk != trunk)
			continue;
		evpn_device_gone(d);
		any = true;
	}
	if (!any)
		return;
	es->net->seq++;
	evpn_notify_es(es, EVPN_CMD_ES_NTF);
}

/** evpn_trunk_gone() - the device goes: who has a VLAN of it lets go; under RTNL and evpn_net.lock */
void evpn_trunk_gone(struct evpn_net *en, const struct net_device *dev)
{
	struct evpn_trunk *trunk = evpn_trunk_find(en, dev);
	struct evpn_es *es;

	if (!trunk)
		return;
	evpn_for_each_es(es, en)
		trunk_leave_all(trunk, es);
}
