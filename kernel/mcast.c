// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast groups that the hosts of segments want: where they are kept, and what they belong to.
 *
 * The groups are in a tree ordered by segment, tag and address, so that all of a sub-interface follow
 * one another and a dump can go on where it ended.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "mcast.h"

#define node_group(n) rb_entry_safe(n, struct evpn_mcast_group, node)
#define timer_group(n) rb_entry(n, struct evpn_mcast_group, timer)

static int mcast_key_cmp(const void *key, const struct rb_node *node)
{
	return memcmp(key, &node_group(node)->key, sizeof(struct evpn_neigh_key));
}

static int mcast_node_cmp(struct rb_node *new, const struct rb_node *node)
{
	return mcast_key_cmp(&node_group(new)->key, node);
}

/** evpn_mcast_find() - the group of a key, or NULL; under evpn_mcast_net.lock */
struct evpn_mcast_group *evpn_mcast_find(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key)
{
	lockdep_assert_held(&mn->lock);
	return node_group(rb_find(key, &mn->groups, mcast_key_cmp));
}

/**
 * evpn_mcast_from() - the first group from a key on
 * @mn: groups of the namespace
 * @key: any key
 * @after: not the one of this key itself
 *
 * Context: under evpn_mcast_net.lock.
 */
struct evpn_mcast_group *evpn_mcast_from(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key, bool after)
{
	lockdep_assert_held(&mn->lock);
	return node_group(evpn_neigh_key_from(key, &mn->groups, after, mcast_key_cmp));
}

/**
 * evpn_mcast_add() - a group that nobody has wanted so far
 * @mn: groups of the namespace
 * @sub: where it is wanted
 * @group: its address, network order
 * @family: octets of that
 *
 * Context: under evpn_mcast_net.lock. The caller makes it wanted.
 * Return: the group, in include mode and without sources; or NULL: there are too many, or no memory.
 */
struct evpn_mcast_group *evpn_mcast_add(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
					const u8 *group, u8 family)
{
	struct evpn_mcast_group *g;

	lockdep_assert_held(&mn->lock);
	if (sub->groups >= EVPN_MCAST_GROUPS_MAX || sub->es->groups >= EVPN_MCAST_ES_GROUPS_MAX)
		return NULL;
	g = kzalloc(sizeof(*g), GFP_KERNEL_ACCOUNT);
	if (!g)
		return NULL;
	g->key = sub->key;
	g->key.family = family;
	memcpy(g->key.addr, group, family);
	g->sub = sub;
	g->mode = EVPN_MCAST_MODE_INCLUDE;
	g->since = ktime_get_ns();
	INIT_LIST_HEAD(&g->tell);
	sub->groups++;
	sub->es->groups++;
	mn->count++;
	mn->seq++;
	rb_find_add(&g->node, &mn->groups, mcast_node_cmp);
	return g;
}

/** evpn_mcast_free() - a group that is of no use any more; under evpn_mcast_net.lock */
void evpn_mcast_free(struct evpn_mcast_net *mn, struct evpn_mcast_group *g)
{
	lockdep_assert_held(&mn->lock);
	evpn_mcast_set_due(mn, g, 0);
	list_del(&g->tell);
	rb_erase(&g->node, &mn->groups);
	/* Whether its device still is there shows when the work comes by again. */
	if (!--g->sub->groups)
		WRITE_ONCE(mn->recheck, true);
	g->sub->es->groups--;
	g->sub->es->sources -= g->n_sources;
	mn->sources -= g->n_sources;
	if (!g->ended)
		mn->count--;
	mn->seq++;
	kfree(g->sources);
	kfree(g);
}

static bool timer_less(struct rb_node *a, const struct rb_node *b)
{
	return timer_group(a)->due < timer_group(b)->due;
}

/**
 * evpn_mcast_set_due() - when something is to be done about a group
 * @mn: groups of the namespace
 * @g: the group
 * @due: CLOCK_MONOTONIC in nanoseconds, 0 for never
 *
 * Context: under evpn_mcast_net.lock, in the work.
 */
void evpn_mcast_set_due(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u64 due)
{
	lockdep_assert_held(&mn->lock);
	if (g->due)
		rb_erase_cached(&g->timer, &mn->timers);
	g->due = due;
	if (due)
		rb_add_cached(&g->timer, &mn->timers, timer_less);
}

/* The master, and not the flag of a port: the flag outlives the event that tells of its end. */
static bool mcast_bridged(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get_rcu(dev);

	return master && netif_is_bridge_master(master);
}

static bool mcast_up(const struct evpn_neigh_dev *nd)
{
	return netif_running(nd->dev) && netif_carrier_ok(nd->dev);
}

/* The device a key belongs to. A bridge needs none for a VLAN: it is a port then, which has tag 0. */
static const struct evpn_neigh_dev *mcast_dev_rcu(struct evpn_mcast_net *mn,
						  const struct evpn_neigh_key *key)
{
	struct evpn_neigh_net *nn = mn->en->neigh;
	const struct evpn_neigh_dev *nd;
	struct evpn_neigh_key port;

	nd = evpn_neigh_dev_tagged_rcu(nn, key);
	if (nd || evpn_neigh_key_tag(key) >= VLAN_N_VID)
		return nd;
	evpn_neigh_key_dev(&port, key->esi, 0);
	nd = evpn_neigh_dev_tagged_rcu(nn, &port);
	return nd && mcast_bridged(nd->dev) ? nd : NULL;
}

/* The index of that device, or 0 without one that is up. */
static int mcast_place(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key, bool *there)
{
	const struct evpn_neigh_dev *nd;
	int ifindex;

	rcu_read_lock();
	nd = mcast_dev_rcu(mn, key);
	*there = nd;
	ifindex = nd && mcast_up(nd) ? nd->dev->ifindex : 0;
	rcu_read_unlock();
	return ifindex;
}

/** evpn_mcast_place() - where hosts of segment and tag in @key are spoken for */
struct evpn_mcast_place evpn_mcast_place(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key)
{
	struct evpn_mcast_place place = {};
	const struct evpn_neigh_dev *nd;

	rcu_read_lock();
	nd = mcast_dev_rcu(mn, key);
	if (nd) {
		place.bridged = mcast_bridged(nd->dev);
		place.downs = READ_ONCE(nd->downs);
	}
	if (nd && mcast_up(nd))
		*(place.bridged ? &place.port : &place.ifindex) = nd->dev->ifindex;
	if (place.port && evpn_neigh_key_tag(key) != evpn_neigh_key_tag(&nd->key))
		place.vid = evpn_neigh_key_tag(key);
	rcu_read_unlock();
	return place;
}

static u32 sub_hash(const struct evpn_neigh_key *key)
{
	return jhash(key, EVPN_NEIGH_PREFIX_DEV, 0);
}

/** evpn_mcast_sub_find() - what was heard of a sub-interface, or NULL; under evpn_mcast_net.lock */
struct evpn_mcast_sub *evpn_mcast_sub_find(struct evpn_mcast_net *mn,
					   const struct evpn_neigh_key *key)
{
	struct evpn_mcast_sub *sub;

	hash_for_each_possible(mn->subs, sub, hash, sub_hash(key)) {
		if (!memcmp(&sub->key, key, EVPN_NEIGH_PREFIX_DEV))
			return sub;
	}
	return NULL;
}

static u32 es_hash(const u8 *esi)
{
	return jhash(esi, EVPN_ESI_LEN, 0);
}

static struct evpn_mcast_es *es_get(struct evpn_mcast_net *mn, const u8 *esi)
{
	struct evpn_mcast_es *es;

	hash_for_each_possible(mn->segments, es, hash, es_hash(esi)) {
		if (!memcmp(es->esi.octet, esi, EVPN_ESI_LEN)) {
			es->subs++;
			return es;
		}
	}
	es = kzalloc(sizeof(*es), GFP_KERNEL_ACCOUNT);
	if (!es)
		return NULL;
	memcpy(es->esi.octet, esi, EVPN_ESI_LEN);
	es->subs = 1;
	hash_add(mn->segments, &es->hash, es_hash(esi));
	return es;
}

static void es_put(struct evpn_mcast_es *es)
{
	if (--es->subs)
		return;
	hash_del(&es->hash);
	kfree(es);
}

static struct evpn_mcast_sub *sub_create(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key, int ifindex)
{
	static const struct evpn_mcast_querier usual = {
		.robustness = EVPN_MCAST_ROBUSTNESS,
		.interval_ms = EVPN_MCAST_INTERVAL_MS,
		.response_ms = EVPN_MCAST_RESPONSE_MS,
	};
	struct evpn_mcast_sub *sub = kzalloc(sizeof(*sub), GFP_KERNEL_ACCOUNT);

	if (!sub)
		return NULL;
	sub->es = es_get(mn, key->esi);
	if (!sub->es) {
		kfree(sub);
		return NULL;
	}
	memcpy(&sub->key, key, EVPN_NEIGH_PREFIX_DEV);
	sub->ifindex = ifindex;
	sub->querier[0] = usual;
	sub->querier[1] = usual;
	hash_add(mn->subs, &sub->hash, sub_hash(key));
	return sub;
}

static void sub_free(struct evpn_mcast_sub *sub)
{
	hash_del(&sub->hash);
	es_put(sub->es);
	kfree(sub);
}

/**
 * evpn_mcast_sub_at() - the sub-interface that a message has come by
 * @mn: groups of the namespace
 * @key: segment and tag
 *
 * Context: under evpn_mcast_net.lock.
 * Return: it, or NULL: there is none that is up; or no memory.
 */
struct evpn_mcast_sub *evpn_mcast_sub_at(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key)
{
	struct evpn_mcast_sub *sub = evpn_mcast_sub_find(mn, key);
	bool there;
	int ifindex;

	lockdep_assert_held(&mn->lock);
	ifindex = mcast_place(mn, key, &there);
	if (!ifindex)
		return NULL;
	if (!sub)
		return sub_create(mn, key, ifindex);
	/* Another device has taken its place: the work has been told, and ends what is of the former. */
	return sub->ifindex == ifindex ? sub : NULL;
}

/* All groups of a sub-interface that is down or gone; may let go of the lock. */
static void sub_end(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key)
{
	struct evpn_neigh_key pos = *key;
	struct evpn_mcast_group *g;
	unsigned int done = 0;

	while ((g = evpn_mcast_from(mn, &pos, true)) &&
	       !memcmp(&g->key, key, EVPN_NEIGH_PREFIX_DEV)) {
		pos = g->key;
		evpn_mcast_end(mn, g, EVPN_MCAST_REASON_DOWN);
		if (++done % EVPN_MCAST_SLICE)
			continue;
		mutex_unlock(&mn->lock);
		cond_resched();
		mutex_lock(&mn->lock);
	}
}

/* Is it where it was? If not, its groups end; without any it is forgotten, unless it is only down. */
static void sub_check(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub)
{
	struct evpn_neigh_key key = sub->key;
	bool there;
	int ifindex = mcast_place(mn, &key, &there);

	if (ifindex == sub->ifindex)
		return;
	if (sub->groups)
		sub_end(mn, &key);
	else if (ifindex || !there)
		sub_free(sub);
}

/**
 * evpn_mcast_subs_check() - a device has changed: end what was heard on one that is not there any more
 * @mn: groups of the namespace
 *
 * Only the work makes and frees sub-interfaces, so the walk of the table may let go of the lock. The
 * groups that end keep their sub-interface until they were told; it is looked at again then.
 *
 * Context: under evpn_mcast_net.lock, in the work.
 */
void evpn_mcast_subs_check(struct evpn_mcast_net *mn)
{
	struct evpn_mcast_sub *sub;
	struct hlist_node *next;
	int bucket;

	lockdep_assert_held(&mn->lock);
	hash_for_each_safe(mn->subs, bucket, next, sub, hash)
		sub_check(mn, sub);
}

/** evpn_mcast_recheck() - a device of a segment has changed, or is none any more; any context */
void evpn_mcast_recheck(struct evpn_net *en)
{
	WRITE_ONCE(en->mcast->recheck, true);
	evpn_mcast_kick(en->mcast);
}

/** evpn_mcast_net_init() - a namespace begins */
int evpn_mcast_net_init(struct evpn_net *en)
{
	struct evpn_mcast_net *mn = kvzalloc(sizeof(*mn), GFP_KERNEL_ACCOUNT);

	if (!mn)
		return -ENOMEM;
	mn->en = en;
	mutex_init(&mn->lock);
	mn->groups = RB_ROOT;
	mn->timers = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&mn->tell);
	INIT_LIST_HEAD(&mn->quiet);
	mn->hosts = RB_ROOT;
	INIT_LIST_HEAD(&mn->say);
	mn->retained = RB_ROOT_CACHED;
	mn->asks = RB_ROOT;
	mn->ask_timers = RB_ROOT_CACHED;
	eth_random_addr(mn->mac);
	hash_init(mn->subs);
	hash_init(mn->segments);
	init_llist_head(&mn->notes);
	INIT_DELAYED_WORK(&mn->work, evpn_mcast_work);
	en->mcast = mn;
	return 0;
}

/** evpn_mcast_net_close() - no work any more; the hooks may still leave notes */
void evpn_mcast_net_close(struct evpn_net *en)
{
	WRITE_ONCE(en->mcast->closing, true);
	cancel_delayed_work_sync(&en->mcast->work);
}

/** evpn_mcast_net_exit() - a namespace ends, after a grace period since its last hook was taken out */
void evpn_mcast_net_exit(struct evpn_net *en)
{
	struct evpn_mcast_net *mn = en->mcast;
	struct evpn_mcast_note *note, *next;
	struct evpn_mcast_sub *sub;
	struct hlist_node *following;
	struct rb_node *node;
	int bucket;

	cancel_delayed_work_sync(&mn->work);
	llist_for_each_entry_safe(note, next, evpn_mcast_notes_take(mn), llist)
		evpn_mcast_note_free(mn, note);
	mutex_lock(&mn->lock);
	while ((node = rb_first(&mn->groups)))
		evpn_mcast_free(mn, node_group(node));
	while ((node = rb_first(&mn->hosts)))
		evpn_mcast_host_free(mn, rb_entry(node, struct evpn_mcast_host, node));
	evpn_mcast_asks_free(mn);
	hash_for_each_safe(mn->subs, bucket, following, sub, hash)
		sub_free(sub);
	mutex_unlock(&mn->lock);
	mutex_destroy(&mn->lock);
	kvfree(mn);
}
