// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said about a multicast group: the same attributes in an answer, a dump and a notification.
 * Notifications wait on a list, so that what happens to one group in quick succession is told once, and
 * many groups share a message.
 */
#include <linux/ktime.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "mcast.h"
#include "netlink.h"
#include "netlink_gen.h"

static int fill_source(struct sk_buff *msg, const struct evpn_mcast_source *s, u8 family)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_MCAST_ENTRY_SOURCE);

	if (!nest || nla_put(msg, EVPN_A_MCAST_SOURCE_ADDRESS, family, s->addr) ||
	    (s->state == EVPN_MCAST_SOURCE_BLOCKED &&
	     nla_put_flag(msg, EVPN_A_MCAST_SOURCE_BLOCKED)) ||
	    (s->leaving && nla_put_flag(msg, EVPN_A_MCAST_SOURCE_LEAVING)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_sources(struct sk_buff *msg, const struct evpn_mcast_group *g)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < g->n_sources && !err; i++)
		err = fill_source(msg, &g->sources[i], g->key.family);
	return err;
}

static int fill_key(struct sk_buff *msg, const struct evpn_neigh_key *key)
{
	if (nla_put(msg, EVPN_A_MCAST_ENTRY_ESI, EVPN_ESI_LEN, key->esi) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_TAG, evpn_neigh_key_tag(key)) ||
	    nla_put(msg, EVPN_A_MCAST_ENTRY_GROUP, key->family, key->addr))
		return -EMSGSIZE;
	return 0;
}

static int fill_now(struct sk_buff *msg, const struct evpn_mcast_group *g)
{
	u64 now = ktime_get_ns();
	u64 left = g->due > now ? div_u64(g->due - now, NSEC_PER_MSEC) : 0;

	if (nla_put_u32(msg, EVPN_A_MCAST_ENTRY_MODE, g->mode) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_VERSIONS, g->versions) ||
	    (g->leaving && nla_put_flag(msg, EVPN_A_MCAST_ENTRY_LEAVING)) ||
	    (g->due && nla_put_u32(msg, EVPN_A_MCAST_ENTRY_REMAINING, min_t(u64, left, U32_MAX))) ||
	    nla_put_u64_64bit(msg, EVPN_A_MCAST_ENTRY_SINCE, g->since, EVPN_A_MCAST_ENTRY_PAD) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_IFINDEX, g->sub->ifindex))
		return -EMSGSIZE;
	return 0;
}

static int fill_events(struct sk_buff *msg, const struct evpn_mcast_group *g)
{
	if (!g->events)
		return 0;
	if (nla_put_u32(msg, EVPN_A_MCAST_ENTRY_EVENT, g->events) ||
	    (g->ended && nla_put_u32(msg, EVPN_A_MCAST_ENTRY_REASON, g->reason)))
		return -EMSGSIZE;
	return 0;
}

/**
 * evpn_mcast_fill() - all about a group, as one entry of a message
 * @msg: the message, its header already in it
 * @g: the group
 *
 * Context: under evpn_mcast_net.lock.
 * Return: 0, or -EMSGSIZE, and then @msg is as before.
 */
int evpn_mcast_fill(struct sk_buff *msg, const struct evpn_mcast_group *g)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_MCAST_ENTRY);

	if (!nest)
		return -EMSGSIZE;
	if (fill_key(msg, &g->key) || fill_now(msg, g) || fill_sources(msg, g) ||
	    fill_events(msg, g)) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_filter(struct sk_buff *msg, const struct evpn_mcast_filter *f, u8 family)
{
	unsigned int i;
	int err = 0;

	for (i = 0; f && i < f->n && !err; i++) {
		struct evpn_mcast_source s = {};

		memcpy(s.addr, f->source[i], sizeof(s.addr));
		s.state = f->mode == EVPN_MCAST_MODE_EXCLUDE ? EVPN_MCAST_SOURCE_BLOCKED :
							       EVPN_MCAST_SOURCE_WANTED;
		err = fill_source(msg, &s, family);
	}
	return err;
}

static int fill_wish(struct sk_buff *msg, struct evpn_mcast_net *mn,
		     const struct evpn_mcast_host *h)
{
	const struct evpn_mcast_filter *f = h->want;
	u64 now = ktime_get_ns();
	u64 left = h->due > now ? div_u64(h->due - now, NSEC_PER_MSEC) : 0;

	if (nla_put_u32(msg, EVPN_A_MCAST_ENTRY_MODE, f ? f->mode : EVPN_MCAST_MODE_INCLUDE) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_VERSIONS, h->versions) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_IFINDEX, h->place.ifindex) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_GENERATION, h->generation) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_ORIGIN, h->origin) ||
	    (h->due && nla_put_u32(msg, EVPN_A_MCAST_ENTRY_REMAINING, min_t(u64, left, U32_MAX))) ||
	    nla_put_u32(msg, EVPN_A_MCAST_ENTRY_WISH, evpn_mcast_host_state(mn, h)))
		return -EMSGSIZE;
	return 0;
}

/** evpn_mcast_fill_host() - the same about a wish */
int evpn_mcast_fill_host(struct sk_buff *msg, struct evpn_mcast_net *mn,
			 const struct evpn_mcast_host *h)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_MCAST_ENTRY);

	if (!nest)
		return -EMSGSIZE;
	if (fill_key(msg, &h->key) || fill_wish(msg, mn, h) ||
	    fill_filter(msg, h->want, h->key.family)) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/** evpn_mcast_news() - the listeners are to hear of @events; under evpn_mcast_net.lock */
void evpn_mcast_news(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u8 events)
{
	lockdep_assert_held(&mn->lock);
	if (!events)
		return;
	g->events |= events;
	/* One that was told just now is on a list, too, and waits there. */
	if (list_empty(&g->tell))
		list_add_tail(&g->tell, &mn->tell);
}

static int fill(struct sk_buff *msg, const void *g, void *mn)
{
	return evpn_mcast_fill(msg, g);
}

static void tell_one(struct evpn_netlink_batch *batch, struct evpn_mcast_group *g, bool listeners)
{
	struct evpn_mcast_net *mn = batch->data;

	if (listeners)
		evpn_netlink_batch_add(batch, g);
	mn->counters.notified += listeners;
	g->events = 0;
	list_del_init(&g->tell);
	if (g->ended) {
		evpn_mcast_free(mn, g);
	} else if (listeners) {
		g->told = jiffies;
		list_add_tail(&g->tell, &mn->quiet);
	}
}

/* Those that were told long enough ago: their news are due. How long until the next one's are. */
static unsigned long tell_quiet(struct evpn_mcast_net *mn)
{
	struct evpn_mcast_group *g;
	unsigned long due;

	while ((g = list_first_entry_or_null(&mn->quiet, struct evpn_mcast_group, tell))) {
		due = g->told + msecs_to_jiffies(EVPN_MCAST_TELL_MS);
		if (time_before(jiffies, due))
			return due - jiffies;
		if (g->events)
			list_move_tail(&g->tell, &mn->tell);
		else
			list_del_init(&g->tell);
	}
	return MAX_JIFFY_OFFSET;
}

/**
 * evpn_mcast_tell() - send the notifications that are due
 * @mn: groups of the namespace
 *
 * Context: under evpn_mcast_net.lock.
 * Return: jiffies until more are, or MAX_JIFFY_OFFSET.
 */
unsigned long evpn_mcast_tell(struct evpn_mcast_net *mn)
{
	bool listeners = evpn_netlink_listeners(mn->en, EVPN_NLGRP_MCAST);
	unsigned long delay = tell_quiet(mn);
	struct evpn_netlink_batch batch = {
		.en = mn->en,
		.group = EVPN_NLGRP_MCAST,
		.cmd = EVPN_CMD_MCAST_NTF,
		.fill = fill,
		.data = mn,
	};
	unsigned int done = 0;

	lockdep_assert_held(&mn->lock);
	/* Others are to get the lock between two slices; the rest has to wait for that. */
	while (!list_empty(&mn->tell) && done++ < EVPN_MCAST_SLICE)
		tell_one(&batch, list_first_entry(&mn->tell, struct evpn_mcast_group, tell),
			 listeners);
	evpn_netlink_batch_send(&batch);
	return list_empty(&mn->tell) ? delay : 0;
}
