// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said about a neighbour: the same attributes in an answer, a dump and a notification.
 * Notifications wait on a list, so that what happens to one neighbour in quick succession is
 * told once, and many neighbours share a message.
 */
#include <linux/in6.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "neigh.h"
#include "netlink.h"
#include "netlink_gen.h"

/* Long enough for a sentence with a device, two VRFs and an address. */
#define WHY_LEN 160

static void why_vrf(const struct evpn_neigh *n, const struct evpn_neigh_dev *nd, struct net *net,
		    char *buf)
{
	struct net_device *is, *wish;

	rcu_read_lock();
	is = nd->vrf ? dev_get_by_index_rcu(net, nd->vrf) : NULL;
	wish = n->wish.vrf ? dev_get_by_index_rcu(net, n->wish.vrf) : NULL;
	snprintf(buf, WHY_LEN, "%s is in %s%s, not in %s%s", nd->dev->name, is ? "VRF " : "no VRF",
		 is ? is->name : "", n->wish.vrf ? "VRF " : "none",
		 wish	     ? wish->name :
		 n->wish.vrf ? "?" :
			       "");
	rcu_read_unlock();
}

static const char *why_host(const struct evpn_neigh *n, char addr[48])
{
	if (n->key.family == 4)
		snprintf(addr, 48, "%pI4", n->key.addr);
	else
		snprintf(addr, 48, "%pI6c", n->key.addr);
	return addr;
}

static void why_address(const struct evpn_neigh *n, const char *name, char *buf)
{
	char host[48];
	const char *addr = why_host(n, host);

	if (n->why == EVPN_NEIGH_WHY_OWN_ADDRESS)
		snprintf(buf, WHY_LEN, "%s is this host's own address where %s is", addr, name);
	else
		snprintf(buf, WHY_LEN, "%s is the address of a network of %s, and no host's", addr,
			 name);
}

/* The sentence why a wish is not in force. */
static void why_format(struct evpn_neigh_net *nn, const struct evpn_neigh *n, char *buf)
{
	const struct evpn_neigh_dev *nd = evpn_neigh_dev_of(nn, n);
	const char *name = nd ? nd->dev->name : "a device that has gone";
	u32 tag = evpn_neigh_key_tag(&n->key);
	char addr[48];

	switch (n->why) {
	case EVPN_NEIGH_WHY_NO_DEVICE:
		if (tag > 4095)
			snprintf(buf, WHY_LEN, "the segment has no VLAN device %u on %u",
				 tag & 4095, tag >> 12);
		else if (tag)
			snprintf(buf, WHY_LEN, "the segment has no VLAN device %u", tag);
		else
			snprintf(buf, WHY_LEN, "the segment has no device");
		break;
	case EVPN_NEIGH_WHY_SEVERAL:
		snprintf(
			buf, WHY_LEN,
			"several devices of the segment have tag %u, and not just one a network with %s",
			tag, why_host(n, addr));
		break;
	case EVPN_NEIGH_WHY_DOWN:
		snprintf(buf, WHY_LEN, "%s is down", name);
		break;
	case EVPN_NEIGH_WHY_VRF:
		if (nd)
			why_vrf(n, nd, nn->en->net, buf);
		break;
	case EVPN_NEIGH_WHY_OWN_LLADDR:
		snprintf(buf, WHY_LEN, "%pM is this host's own MAC address where %s is",
			 n->wish.lladdr, name);
		break;
	case EVPN_NEIGH_WHY_OWN_ADDRESS:
	case EVPN_NEIGH_WHY_NETWORK:
		why_address(n, name, buf);
		break;
	case EVPN_NEIGH_WHY_LEARNED:
		snprintf(buf, WHY_LEN, "%s has learned %pM itself", name, n->lladdr);
		break;
	case EVPN_NEIGH_WHY_FOREIGN:
		snprintf(buf, WHY_LEN, "somebody else has put the address on %s", name);
		break;
	case EVPN_NEIGH_WHY_TABLE_FULL:
		snprintf(buf, WHY_LEN,
			 "the neighbour table is full: net.%s.neigh.default.gc_thresh3 is %d",
			 n->key.family == 4 ? "ipv4" : "ipv6",
			 READ_ONCE(evpn_neigh_table(n->key.family)->gc_thresh3));
		break;
	case EVPN_NEIGH_WHY_FAILED:
		snprintf(buf, WHY_LEN, "the neighbour table of %s does not take the address", name);
		break;
	}
}

static int fill_why(struct sk_buff *msg, struct evpn_neigh_net *nn, const struct evpn_neigh *n)
{
	char buf[WHY_LEN] = "";

	if (!n->why)
		return 0;
	why_format(nn, n, buf);
	if (nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_ERROR, n->error) ||
	    nla_put_string(msg, EVPN_A_NEIGH_ENTRY_WHY, buf))
		return -EMSGSIZE;
	return 0;
}

static int fill_key(struct sk_buff *msg, const struct evpn_neigh *n)
{
	if (nla_put(msg, EVPN_A_NEIGH_ENTRY_ESI, EVPN_ESI_LEN, n->key.esi) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_TAG, evpn_neigh_key_tag(&n->key)) ||
	    nla_put(msg, EVPN_A_NEIGH_ENTRY_ADDRESS, n->key.family, n->key.addr))
		return -EMSGSIZE;
	return 0;
}

static int fill_wish(struct sk_buff *msg, const struct evpn_neigh *n)
{
	if (nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_PROTOCOL, n->wish.protocol) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_GENERATION, n->wish.generation) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_ORIGIN, n->wish.origin))
		return -EMSGSIZE;
	return 0;
}

static int fill_now(struct sk_buff *msg, struct evpn_neigh_net *nn, const struct evpn_neigh *n)
{
	const struct evpn_neigh_dev *nd = evpn_neigh_dev_of(nn, n);
	bool local = n->state == EVPN_NEIGH_STATE_LOCAL;
	bool was_local = n->state == EVPN_NEIGH_STATE_GONE && n->events & EVPN_NEIGH_EVENT_LOST;
	const u8 *lladdr = local || was_local ? n->lladdr : n->wish.lladdr;
	u32 vrf = local || !n->wish.check_vrf ? (nd ? nd->vrf : 0) : n->wish.vrf;

	if (nla_put(msg, EVPN_A_NEIGH_ENTRY_LLADDR, ETH_ALEN, lladdr) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_VRF, vrf) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_FLAGS, local ? n->flags : n->wish.flags) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_STATE, n->state) ||
	    (nd && nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_IFINDEX, nd->dev->ifindex)) ||
	    (local && n->wished &&
	     nla_put(msg, EVPN_A_NEIGH_ENTRY_WISH_LLADDR, ETH_ALEN, n->wish.lladdr)) ||
	    nla_put_u64_64bit(msg, EVPN_A_NEIGH_ENTRY_SINCE, n->since, EVPN_A_NEIGH_ENTRY_PAD) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_PROBES, n->probes))
		return -EMSGSIZE;
	return 0;
}

static int fill_retained(struct sk_buff *msg, const struct evpn_neigh *n)
{
	u64 now = ktime_get_ns();
	u64 left = n->expires > now ? div_u64(n->expires - now, NSEC_PER_MSEC) : 0;

	return nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_RETAIN_REMAINING, left);
}

/**
 * evpn_neigh_fill() - all about a neighbour, as one entry of a message
 * @msg: the message, its header already in it
 * @nn: neighbours of the namespace
 * @n: the neighbour
 * @index: its number in the request this answers, or negative
 *
 * Context: under evpn_neigh_net.lock.
 * Return: 0, or -EMSGSIZE, and then @msg is as before.
 */
int evpn_neigh_fill(struct sk_buff *msg, struct evpn_neigh_net *nn, const struct evpn_neigh *n,
		    int index)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_NEIGH_ENTRY);

	lockdep_assert_held(&nn->lock);
	if (!nest)
		return -EMSGSIZE;
	if (fill_key(msg, n) || fill_now(msg, nn, n) ||
	    ((n->wished || n->retained) && fill_wish(msg, n)) || fill_why(msg, nn, n) ||
	    (n->state == EVPN_NEIGH_STATE_RETAINED && fill_retained(msg, n)) ||
	    (n->events && nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_EVENT, n->events)) ||
	    (index >= 0 && nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_INDEX, index))) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/** evpn_neigh_news() - the listeners are to hear of @events; under evpn_neigh_net.lock */
void evpn_neigh_news(struct evpn_neigh_net *nn, struct evpn_neigh *n, u8 events)
{
	lockdep_assert_held(&nn->lock);
	if (!events)
		return;
	n->events |= events;
	if (list_empty(&n->tell))
		list_add_tail(&n->tell, &nn->tell);
}

static int fill(struct sk_buff *msg, const void *n, void *nn)
{
	return evpn_neigh_fill(msg, nn, n, -1);
}

static void tell_one(struct evpn_netlink_batch *batch, struct evpn_neigh *n, bool listeners)
{
	struct evpn_neigh_net *nn = batch->data;

	if (listeners)
		evpn_netlink_batch_add(batch, n);
	nn->counters.notified += listeners;
	n->events = 0;
	n->told = jiffies;
	list_del_init(&n->tell);
	if (n->state == EVPN_NEIGH_STATE_GONE)
		evpn_neigh_free(nn, n);
}

/**
 * evpn_neigh_tell() - send the notifications that are due
 * @nn: neighbours of the namespace
 *
 * Context: under evpn_neigh_net.lock.
 * Return: jiffies until more are, or MAX_JIFFY_OFFSET.
 */
unsigned long evpn_neigh_tell(struct evpn_neigh_net *nn)
{
	bool listeners = evpn_netlink_listeners(nn->en, EVPN_NLGRP_NEIGH);
	unsigned long delay = MAX_JIFFY_OFFSET, due;
	struct evpn_netlink_batch batch = {
		.en = nn->en,
		.group = EVPN_NLGRP_NEIGH,
		.cmd = EVPN_CMD_NEIGH_NTF,
		.fill = fill,
		.data = nn,
	};
	struct evpn_neigh *n, *next;
	unsigned int done = 0;

	lockdep_assert_held(&nn->lock);
	list_for_each_entry_safe(n, next, &nn->tell, tell) {
		due = n->told + msecs_to_jiffies(EVPN_NEIGH_TELL_MS);
		if (time_before(jiffies, due)) {
			delay = min(delay, due - jiffies);
			continue;
		}
		/* Others are to get the lock between two slices; the rest has to wait for that. */
		if (done++ == EVPN_NEIGH_SLICE) {
			delay = 0;
			break;
		}
		tell_one(&batch, n, listeners);
	}
	evpn_netlink_batch_send(&batch);
	return delay;
}
