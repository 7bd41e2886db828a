// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking the hosts of a sub-interface who is there, by general queries, while memberships that were heard
 * elsewhere are retained.
 *
 * Once is not enough. When the PE that heard the hosts has died, the customer's LAG may still send to it what
 * its hosts answer, this PE's port may open or come up a moment later, and a query or an answer may be lost.
 * So they are asked again after one second, two, four and so on until the retention is over, and from the
 * start when the segment has opened here or its device is another one or has come up.
 *
 * RFC 3376 section 4.1; RFC 3810 section 5.1; draft-ietf-bess-evpn-l3mh-proto section 3.7.2;
 * RFC 4541 section 2.1.1 (a query without a source address makes nobody the querier).
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "mcast.h"

#define node_ask(n) rb_entry_safe(n, struct evpn_mcast_ask, node)
#define timer_ask(n) rb_entry(n, struct evpn_mcast_ask, timer)

/**
 * struct evpn_mcast_ask - hosts of one address family in a sub-interface that are asked
 * @node: in evpn_mcast_net.asks
 * @timer: in evpn_mcast_net.ask_timers
 * @key: segment, tag and family, the address zero
 * @place: where they are
 * @opened: how often the segment had opened
 * @asked: when they were in the last place, CLOCK_MONOTONIC in nanoseconds; 0: not yet
 * @due: when they are next
 * @until: nobody waits for an answer after that
 * @gap_ms: from the next time to the one after that
 *
 * All under evpn_mcast_net.lock.
 */
struct evpn_mcast_ask {
	struct rb_node node;
	struct rb_node timer;
	struct evpn_neigh_key key;
	struct evpn_mcast_place place;
	u32 opened;
	u64 asked;
	u64 due;
	u64 until;
	u32 gap_ms;
};

static int ask_key_cmp(const void *key, const struct rb_node *node)
{
	return memcmp(key, &node_ask(node)->key, sizeof(struct evpn_neigh_key));
}

static int ask_node_cmp(struct rb_node *new, const struct rb_node *node)
{
	return ask_key_cmp(&node_ask(new)->key, node);
}

static bool ask_less(struct rb_node *a, const struct rb_node *b)
{
	return timer_ask(a)->due < timer_ask(b)->due;
}

static struct evpn_mcast_ask *ask_after(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key)
{
	return node_ask(evpn_neigh_key_from(key, &mn->asks, true, ask_key_cmp));
}

static void ask_set_due(struct evpn_mcast_net *mn, struct evpn_mcast_ask *a, u64 due)
{
	if (a->due)
		rb_erase_cached(&a->timer, &mn->ask_timers);
	a->due = due;
	rb_add_cached(&a->timer, &mn->ask_timers, ask_less);
}

/* From the start, as soon as hosts had the time between two queries. */
static void ask_restart(struct evpn_mcast_net *mn, struct evpn_mcast_ask *a)
{
	u64 now = ktime_get_ns(), gap = evpn_neigh_ns(EVPN_MCAST_ASK_MS);

	a->gap_ms = EVPN_MCAST_ASK_MS;
	ask_set_due(mn, a, a->asked ? max(now, a->asked + gap) : now);
}

static void ask_free(struct evpn_mcast_net *mn, struct evpn_mcast_ask *a)
{
	rb_erase_cached(&a->timer, &mn->ask_timers);
	rb_erase(&a->node, &mn->asks);
	kfree(a);
}

/* How often a segment has opened. */
static u32 *ask_opened(struct evpn_mcast_net *mn, const u8 *esi)
{
	return &mn->opened[evpn_mcast_share(esi)];
}

static struct evpn_mcast_ask *ask_new(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key)
{
	struct evpn_mcast_ask *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);

	if (!a)
		return NULL;
	a->key = *key;
	a->place = evpn_mcast_place(mn, key);
	a->opened = READ_ONCE(*ask_opened(mn, key->esi));
	rb_find_add(&a->node, &mn->asks, ask_node_cmp);
	return a;
}

/**
 * evpn_mcast_ask() - somebody waits to hear whether hosts are there
 * @mn: groups of the namespace
 * @of: segment, tag and address family of theirs
 * @until: when it waits no more, CLOCK_MONOTONIC in nanoseconds
 *
 * Without memory they are not asked.
 *
 * Context: under evpn_mcast_net.lock. The caller kicks the work.
 */
void evpn_mcast_ask(struct evpn_mcast_net *mn, const struct evpn_neigh_key *of, u64 until)
{
	struct evpn_neigh_key key = *of;
	struct evpn_mcast_ask *a;

	lockdep_assert_held(&mn->lock);
	memset(key.addr, 0, sizeof(key.addr));
	a = node_ask(rb_find(&key, &mn->asks, ask_key_cmp)) ?: ask_new(mn, &key);
	if (!a)
		return;
	a->until = max(a->until, until);
	ask_restart(mn, a);
}

/**
 * evpn_mcast_opened() - a segment forwards more than before
 * @es: the segment
 *
 * This is on the way of a takeover, which waits for no group: the work sees to it.
 *
 * Context: under evpn_net.lock.
 */
void evpn_mcast_opened(struct evpn_es *es)
{
	struct evpn_mcast_net *mn = es->net->mcast;
	u32 *opened = ask_opened(mn, es->esi.octet);

	lockdep_assert_held(&es->net->lock);
	WRITE_ONCE(*opened, *opened + 1);
	WRITE_ONCE(mn->reopened, true);
	evpn_mcast_kick(mn);
}

/** evpn_mcast_asks_end() - a segment ends; under evpn_mcast_net.lock */
void evpn_mcast_asks_end(struct evpn_mcast_net *mn, const struct evpn_esi *esi)
{
	struct evpn_neigh_key key;
	struct evpn_mcast_ask *a;

	lockdep_assert_held(&mn->lock);
	evpn_neigh_key_dev(&key, esi->octet, 0);
	while ((a = ask_after(mn, &key)) && !memcmp(&a->key, &key, EVPN_NEIGH_PREFIX_ES))
		ask_free(mn, a);
}

/* Has it another device, or has that been down, or the segment opened? */
static void ask_check(struct evpn_mcast_net *mn, struct evpn_mcast_ask *a)
{
	struct evpn_mcast_place place = evpn_mcast_place(mn, &a->key);
	u32 opened = READ_ONCE(*ask_opened(mn, a->key.esi));

	if (evpn_mcast_place_same(&a->place, &place) && a->opened == opened)
		return;
	a->place = place;
	a->opened = opened;
	ask_restart(mn, a);
}

/**
 * evpn_mcast_asks_check() - devices have changed, or segments opened: are there hosts that were not asked since?
 * @mn: groups of the namespace
 *
 * Context: under evpn_mcast_net.lock, which it may let go of.
 */
void evpn_mcast_asks_check(struct evpn_mcast_net *mn)
{
	struct evpn_neigh_key pos = {};
	struct evpn_mcast_ask *a;
	unsigned int done = 0;

	lockdep_assert_held(&mn->lock);
	while ((a = ask_after(mn, &pos))) {
		pos = a->key;
		ask_check(mn, a);
		if (++done % EVPN_MCAST_SLICE)
			continue;
		mutex_unlock(&mn->lock);
		cond_resched();
		mutex_lock(&mn->lock);
	}
}

/* The query, of the version that hosts hear here. */
static struct sk_buff *ask_query(struct evpn_mcast_net *mn, const struct evpn_mcast_ask *a,
				 const u8 *source)
{
	const struct evpn_mcast_sub *sub = evpn_mcast_sub_find(mn, &a->key);
	u8 family = a->key.family, from[EVPN_IGMP_ADDR_LEN] = {}, packet[EVPN_IGMP_SAY_OLD_MAX];
	bool six = family == EVPN_IGMP_ADDR_LEN;
	u8 version = sub ? sub->querier[six].version : 0;
	u32 len;

	/* No address of IPv4: nobody else is to take us for the querier. */
	if (six)
		evpn_mcast_say_from6(&a->key, from);
	len = evpn_igmp_say_query(packet, family, version ?: evpn_mcast_version_before(family) + 1,
				  EVPN_MCAST_ASK_RESPONSE_MS, from);
	return evpn_mcast_say_skb(&a->key, packet, len, source);
}

static void ask_send(struct evpn_mcast_net *mn, struct evpn_mcast_ask *a)
{
	struct net_device *dev;
	struct sk_buff *skb;

	dev = dev_get_by_index(mn->en->net, a->place.port ?: a->place.ifindex);
	if (!dev)
		return;
	skb = ask_query(mn, a, dev->dev_addr);
	if (skb) {
		skb_reset_mac_header(skb);
		skb_set_network_header(skb, ETH_HLEN);
		skb->protocol = eth_hdr(skb)->h_proto;
		skb->dev = dev;
		if (a->place.vid)
			__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), a->place.vid);
		/* What leaves by this very thread is ours, and not the local querier's. */
		WRITE_ONCE(mn->asking, current);
		dev_queue_xmit(skb);
		WRITE_ONCE(mn->asking, NULL);
		mn->counters.asked++;
		a->asked = ktime_get_ns();
	}
	dev_put(dev);
}

/* Does anybody still wait? What a bridge has is retained by user space, and not known here. */
static bool ask_is_wanted(struct evpn_mcast_net *mn, const struct evpn_mcast_ask *a)
{
	return a->place.bridged || evpn_mcast_retains(mn, &a->key);
}

static void ask_one(struct evpn_mcast_net *mn, struct evpn_mcast_ask *a, u64 now)
{
	if (now >= a->until || !ask_is_wanted(mn, a)) {
		ask_free(mn, a);
		return;
	}
	ask_send(mn, a);
	ask_set_due(mn, a, now + evpn_neigh_ns(a->gap_ms));
	a->gap_ms *= 2;
}

/**
 * evpn_mcast_asks() - ask the hosts whose turn it is, of as many sub-interfaces as is good at a time
 * @mn: groups of the namespace
 *
 * Context: under evpn_mcast_net.lock, in the work.
 * Return: jiffies until it is to go on, or MAX_JIFFY_OFFSET.
 */
unsigned long evpn_mcast_asks(struct evpn_mcast_net *mn)
{
	unsigned int done = 0;
	struct rb_node *first;

	lockdep_assert_held(&mn->lock);
	while ((first = rb_first_cached(&mn->ask_timers))) {
		struct evpn_mcast_ask *a = timer_ask(first);
		u64 now = ktime_get_ns();

		if (a->due > now)
			return nsecs_to_jiffies(a->due - now) + 1;
		if (done++ == EVPN_MCAST_SAY_BURST)
			return msecs_to_jiffies(EVPN_MCAST_SAY_PAUSE_MS);
		ask_one(mn, a, now);
	}
	return MAX_JIFFY_OFFSET;
}

/** evpn_mcast_asks_free() - all of them; under evpn_mcast_net.lock */
void evpn_mcast_asks_free(struct evpn_mcast_net *mn)
{
	struct rb_node *node;

	while ((node = rb_first(&mn->asks)))
		ask_free(mn, node_ask(node));
}
