// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a segment's neighbours are: its device, the VLAN devices on that, and the VLAN devices on
 * those. Each has an Ethernet tag, and is in a VRF or in none. Of the devices of a set, those that are VLAN
 * devices have the tag of their VLAN. Several may have the same tag: what is heard on one of them is there,
 * and what user space wishes for is where a network has its address.
 *
 * draft-ietf-bess-evpn-l3mh-proto section 3.5 (tags).
 */
#include <linux/hash.h>
#include <linux/if_vlan.h>
#include <linux/jhash.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/l3mdev.h>

#include "neigh.h"

static u32 esi_hash(const u8 *esi)
{
	return jhash(esi, EVPN_ESI_LEN, 0);
}

static u32 key_hash(const struct evpn_neigh_key *key)
{
	return jhash(key, EVPN_NEIGH_PREFIX_DEV, 0);
}

/** evpn_neigh_es_find() - a segment, or NULL; under evpn_neigh_net.lock */
struct evpn_neigh_es *evpn_neigh_es_find(struct evpn_neigh_net *nn, const u8 *esi)
{
	struct evpn_neigh_es *nes;

	lockdep_assert_held(&nn->lock);
	hash_for_each_possible(nn->segments, nes, hash, esi_hash(esi)) {
		if (!memcmp(nes->esi.octet, esi, EVPN_ESI_LEN))
			return nes;
	}
	return NULL;
}

static bool dev_has_key(const struct evpn_neigh_dev *nd, const struct evpn_neigh_key *key)
{
	return !memcmp(&nd->key, key, EVPN_NEIGH_PREFIX_DEV);
}

#define for_each_tagged(nd, nn, of)                                        \
	hash_for_each_possible_rcu((nn)->by_tag, nd, by_tag, key_hash(of), \
				   lockdep_is_held(&(nn)->lock))           \
		if (dev_has_key(nd, of))

/* The only one of several with a network that has the address, or NULL. */
static struct evpn_neigh_dev *dev_of_network(struct evpn_neigh_net *nn,
					     const struct evpn_neigh_key *key)
{
	struct evpn_neigh_dev *nd, *found = NULL;

	for_each_tagged(nd, nn, key) {
		if (nd->leaving || !evpn_neigh_own_network(nd, key))
			continue;
		if (found)
			return NULL;
		found = nd;
	}
	return found;
}

/* Is a device of the set not there that may have this tag as well? None that has a VLAN. */
static bool dev_may_come(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key)
{
	const struct evpn_neigh_es *nes =
		evpn_neigh_key_tag(key) ? NULL : evpn_neigh_es_find(nn, key->esi);

	return nes && nes->missing;
}

/**
 * evpn_neigh_dev_of() - the place of a neighbour
 * @nn: neighbours of the namespace
 * @n: the neighbour; stays where it is as long as that has its tag
 *
 * Context: under evpn_neigh_net.lock.
 * Return: the device, or NULL: there is none, or several of which none is the right one.
 */
struct evpn_neigh_dev *evpn_neigh_dev_of(struct evpn_neigh_net *nn, const struct evpn_neigh *n)
{
	struct evpn_neigh_dev *nd, *found = NULL;

	lockdep_assert_held(&nn->lock);
	for_each_tagged(nd, nn, &n->key) {
		if (nd->root == n->root)
			return nd;
		found = nd;
	}
	return evpn_neigh_dev_several(nn, &n->key) ? dev_of_network(nn, &n->key) : found;
}

/**
 * evpn_neigh_dev_several() - have several devices of a segment the tag in @key?
 * @nn: neighbours of the namespace
 * @key: whose segment and tag
 *
 * Or may they have it: what was behind one that has gone is not behind another one for that.
 *
 * Context: under evpn_neigh_net.lock.
 */
bool evpn_neigh_dev_several(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key)
{
	struct evpn_neigh_dev *nd;
	unsigned int n = 0;

	lockdep_assert_held(&nn->lock);
	for_each_tagged(nd, nn, key)
		n++;
	return n > 1 || (n && dev_may_come(nn, key));
}

/** evpn_neigh_dev_find_rcu() - what @dev is to a segment, or NULL; under RCU or the lock */
struct evpn_neigh_dev *evpn_neigh_dev_find_rcu(struct evpn_neigh_net *nn,
					       const struct net_device *dev)
{
	struct evpn_neigh_dev *nd;

	hash_for_each_possible_rcu(nn->by_dev, nd, by_dev, (unsigned long)dev,
				   lockdep_is_held(&nn->lock)) {
		if (nd->dev == dev)
			return nd;
	}
	return NULL;
}

/** evpn_neigh_dev_is_of() - is @dev a device of this segment, or a VLAN device on one? Under RCU */
bool evpn_neigh_dev_is_of(const struct evpn_es *es, const struct net_device *dev)
{
	const struct evpn_neigh_dev *nd = evpn_neigh_dev_find_rcu(es->net->neigh, dev);

	return nd && !memcmp(nd->key.esi, es->esi.octet, EVPN_ESI_LEN);
}

/**
 * evpn_neigh_dev_tagged_rcu() - the device with a tag, if there is just one
 * @nn: neighbours of the namespace
 * @key: segment and tag; the rest does not count
 *
 * Context: under RCU, or the lock.
 */
struct evpn_neigh_dev *evpn_neigh_dev_tagged_rcu(struct evpn_neigh_net *nn,
						 const struct evpn_neigh_key *key)
{
	struct evpn_neigh_dev *nd, *found = NULL;

	for_each_tagged(nd, nn, key) {
		if (found)
			return NULL;
		found = nd;
	}
	return found;
}

/* What is it now? True when that is news. */
static bool dev_update(struct evpn_neigh_dev *nd)
{
	bool up = netif_running(nd->dev) && netif_carrier_ok(nd->dev);
	u32 vrf = l3mdev_master_ifindex(nd->dev);
	bool news = up != nd->up || vrf != nd->vrf;

	if (nd->up && !up)
		WRITE_ONCE(nd->downs, nd->downs + 1);
	nd->up = up;
	nd->vrf = vrf;
	return news;
}

/* Is there another VLAN device with that tag on the same device of the segment? */
static bool dev_is_second(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key, u32 root)
{
	const struct evpn_neigh_dev *nd;

	for_each_tagged(nd, nn, key) {
		if (nd->root == root)
			return true;
	}
	return false;
}

static void dev_add(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key, u32 root,
		    struct net_device *dev)
{
	struct evpn_neigh_dev *nd;

	if (dev_is_second(nn, key, root) || evpn_neigh_dev_find_rcu(nn, dev))
		return;
	nd = kzalloc(sizeof(*nd), GFP_KERNEL_ACCOUNT);
	if (!nd) {
		pr_warn("evpn: no memory for the neighbours on %s\n", dev->name);
		return;
	}
	nd->dev = dev;
	nd->key = *key;
	nd->root = root;
	netdev_hold(dev, &nd->dev_tracker, GFP_KERNEL);
	dev_update(nd);
	hash_add_rcu(nn->by_tag, &nd->by_tag, key_hash(key));
	hash_add_rcu(nn->by_dev, &nd->by_dev, (unsigned long)dev);
	pr_debug("neigh dev %s created\n", dev->name);
	evpn_mcast_recheck(nn->en);
	/* Pairs with evpn_neigh_rescan(): the entries that were there before us. */
	WRITE_ONCE(nn->rescan, true);
	evpn_neigh_walk_later(nn, key, EVPN_NEIGH_PREFIX_DEV);
}

static void dev_del(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd)
{
	hash_del_rcu(&nd->by_tag);
	hash_del_rcu(&nd->by_dev);
	evpn_neigh_walk_later(nn, &nd->key, EVPN_NEIGH_PREFIX_DEV);
	evpn_mcast_recheck(nn->en);
	pr_debug("neigh dev %s destroyed\n", nd->dev->name);
	netdev_put(nd->dev, &nd->dev_tracker);
	kfree_rcu(nd, rcu);
}

/*
 * A VLAN device: on a segment's device, or on a VLAN device on that. A third tag has no place in
 * an Ethernet tag.
 */
static void dev_add_vlan(struct evpn_neigh_net *nn, struct net_device *dev)
{
	const struct evpn_neigh_dev *lower;
	u32 vid = vlan_dev_vlan_id(dev), outer;
	struct evpn_neigh_key key;

	lower = evpn_neigh_dev_find_rcu(nn, vlan_dev_priv(dev)->real_dev);
	if (!lower || !vid)
		return;
	outer = evpn_neigh_key_tag(&lower->key);
	if (outer >= VLAN_N_VID)
		return;
	evpn_neigh_key_dev(&key, lower->key.esi, outer << 12 | vid);
	dev_add(nn, &key, lower->root, dev);
}

/* VLAN devices on VLAN devices need those to be there first. */
static void dev_add_vlans(struct evpn_neigh_net *nn)
{
	struct net_device *dev;
	unsigned int pass;

	for (pass = 0; pass < 2; pass++) {
		for_each_netdev(nn->en->net, dev) {
			if (is_vlan_dev(dev))
				dev_add_vlan(nn, dev);
		}
	}
}

/*
 * The device stays, and what we have put there is to go, now: nobody will know of it later. For
 * 100,000 entries this keeps RTNL for some 100 ms.
 */
static void dev_clear(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd)
{
	struct evpn_neigh_key key = nd->key;
	unsigned int done = 0;
	struct evpn_neigh *n;

	nd->leaving = true;
	while ((n = evpn_neigh_from(nn, &key, true)) &&
	       !memcmp(&n->key, &nd->key, EVPN_NEIGH_PREFIX_DEV)) {
		key = n->key;
		/* May be the end of @n. */
		evpn_neigh_look(nn, &key, NULL);
		if (!(++done % EVPN_NEIGH_SLICE))
			cond_resched();
	}
}

static void dev_del_root(struct evpn_neigh_net *nn, const u8 *esi, u32 root)
{
	struct evpn_neigh_dev *nd;
	struct hlist_node *next;
	int bucket;

	hash_for_each_safe(nn->by_tag, bucket, next, nd, by_tag) {
		if (nd->root != root || memcmp(nd->key.esi, esi, EVPN_ESI_LEN))
			continue;
		/* Of a device that is being unregistered the kernel has taken all away already. */
		if (nd->dev->reg_state == NETREG_REGISTERED)
			dev_clear(nn, nd);
		dev_del(nn, nd);
	}
}

/**
 * evpn_neigh_es_add() - a segment begins
 * @es: the segment
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: 0 or -ENOMEM.
 */
int evpn_neigh_es_add(struct evpn_es *es)
{
	struct evpn_neigh_net *nn = es->net->neigh;
	struct evpn_neigh_es *nes = kzalloc(sizeof(*nes), GFP_KERNEL_ACCOUNT);

	if (!nes)
		return -ENOMEM;
	nes->esi = es->esi;
	nes->host_ms = es->conf.host_ms;
	evpn_neigh_limit_init(nes, es->conf.host_limit);
	evpn_neigh_ask_es_init(nes);
	mutex_lock(&nn->lock);
	nes->incarnation = ++nn->incarnations ?: ++nn->incarnations;
	hash_add(nn->segments, &nes->hash, esi_hash(es->esi.octet));
	mutex_unlock(&nn->lock);
	es->neigh = nes;
	return 0;
}

/** evpn_neigh_es_del() - a segment ends, and all wishes for it with it; context as above */
void evpn_neigh_es_del(struct evpn_es *es)
{
	struct evpn_neigh_net *nn = es->net->neigh;
	struct evpn_neigh_key key;

	mutex_lock(&nn->lock);
	hash_del(&es->neigh->hash);
	evpn_neigh_ask_es_del(es->neigh);
	kfree(es->neigh);
	es->neigh = NULL;
	evpn_neigh_key_dev(&key, es->esi.octet, 0);
	evpn_neigh_walk_later(nn, &key, EVPN_NEIGH_PREFIX_ES);
	mutex_unlock(&nn->lock);
}

/** evpn_neigh_incarnation() - which life of a segment this is, never 0; under evpn_net.lock */
u32 evpn_neigh_incarnation(const struct evpn_es *es)
{
	return es->neigh->incarnation;
}

/** evpn_neigh_es_changed() - hosts are believed otherwise, or so many others; under evpn_net.lock */
void evpn_neigh_es_changed(struct evpn_es *es)
{
	struct evpn_neigh_net *nn = es->net->neigh;
	struct evpn_neigh_key key;

	mutex_lock(&nn->lock);
	es->neigh->host_ms = es->conf.host_ms;
	evpn_neigh_limit_set(es->neigh, es->conf.host_limit);
	evpn_neigh_key_dev(&key, es->esi.octet, 0);
	evpn_neigh_walk_later(nn, &key, EVPN_NEIGH_PREFIX_ES);
	mutex_unlock(&nn->lock);
}

/** evpn_neigh_es_missing() - so many devices of a set are not there; under evpn_net.lock */
void evpn_neigh_es_missing(struct evpn_es *es, u32 missing)
{
	struct evpn_neigh_net *nn = es->net->neigh;
	struct evpn_neigh_key key;

	mutex_lock(&nn->lock);
	if (es->neigh->missing != missing) {
		es->neigh->missing = missing;
		evpn_neigh_key_dev(&key, es->esi.octet, 0);
		evpn_neigh_walk_later(nn, &key, EVPN_NEIGH_PREFIX_DEV);
	}
	mutex_unlock(&nn->lock);
}

/** evpn_neigh_bind() - a segment has a device, for hosts with @tag; context as above */
void evpn_neigh_bind(struct evpn_es *es, struct net_device *dev, u32 tag)
{
	struct evpn_neigh_net *nn = es->net->neigh;
	struct evpn_neigh_key key;

	ASSERT_RTNL();
	evpn_neigh_key_dev(&key, es->esi.octet, tag);
	mutex_lock(&nn->lock);
	dev_add(nn, &key, dev->ifindex, dev);
	dev_add_vlans(nn);
	mutex_unlock(&nn->lock);
}

/** evpn_neigh_unbind() - a segment has a device no more; context as above */
void evpn_neigh_unbind(struct evpn_es *es, const struct net_device *dev)
{
	struct evpn_neigh_net *nn = es->net->neigh;

	ASSERT_RTNL();
	mutex_lock(&nn->lock);
	dev_del_root(nn, es->esi.octet, dev->ifindex);
	mutex_unlock(&nn->lock);
}

static void dev_changed(struct evpn_neigh_net *nn, struct net_device *dev, bool flushed)
{
	struct evpn_neigh_dev *nd = evpn_neigh_dev_find_rcu(nn, dev);

	if (!nd)
		return;
	if (dev_update(nd) || flushed)
		evpn_neigh_walk_later(nn, &nd->key, EVPN_NEIGH_PREFIX_DEV);
	evpn_mcast_recheck(nn->en);
}

static void dev_gone(struct evpn_neigh_net *nn, struct net_device *dev)
{
	struct evpn_neigh_dev *nd = evpn_neigh_dev_find_rcu(nn, dev);

	if (!nd)
		return;
	dev_del(nn, nd);
	/* Another VLAN device may have the same tag by another way. */
	dev_add_vlans(nn);
}

/**
 * evpn_neigh_netdev_event() - something happened to a device
 * @en: the namespace
 * @event: NETDEV_*
 * @dev: the device
 *
 * Context: under RTNL, and not under evpn_net.lock.
 */
void evpn_neigh_netdev_event(struct evpn_net *en, unsigned long event, struct net_device *dev)
{
	struct evpn_neigh_net *nn = en->neigh;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEUPPER:
		break;
	default:
		return;
	}
	mutex_lock(&nn->lock);
	if (event == NETDEV_UNREGISTER)
		dev_gone(nn, dev);
	else if (event == NETDEV_REGISTER && is_vlan_dev(dev))
		dev_add_vlan(nn, dev);
	else
		dev_changed(nn, dev, event == NETDEV_CHANGEADDR || event == NETDEV_UP);
	mutex_unlock(&nn->lock);
}
