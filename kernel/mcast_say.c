// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speaking for hosts behind other PEs: reports, answers and leaves that the local stack receives on a
 * sub-interface as if a host there had sent them. Nothing of it is sent.
 *
 * A multicast router keeps a host's membership as long as its queries are answered, and asks no more of
 * it than a source address that it believes. For MLD that is a link-local one, here made of the ESI. For
 * IGMP RFC 3376 section 4.2.13 allows none, but FRR's pimd believes only those of the sub-interface's own
 * subnet, until 8.5 at least: the first one that is not this host's. No timer of the router has to be known. Its queries tell which version it speaks; hosts that only
 * know an older one are spoken for in that.
 *
 * RFC 2236 section 3; RFC 3376 sections 5, 7.2 and 4.2.13; RFC 3810 sections 5.2.13, 6 and 8.2; RFC 3590.
 */
#include <linux/etherdevice.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/route.h>

#include "mcast.h"

/**
 * struct say - a report being filled for one sub-interface and family
 * @mn: groups of the namespace
 * @ifindex: the device, 0: nothing is being filled
 * @key: of a host on it
 * @report: the report
 * @packets: that were received so far
 */
struct say {
	struct evpn_mcast_net *mn;
	int ifindex;
	struct evpn_neigh_key key;
	struct evpn_igmp_say report;
	unsigned int packets;
};

/** evpn_mcast_say_from6() - who says it by MLD: link-local, of the ESI, and of no manufacturer */
void evpn_mcast_say_from6(const struct evpn_neigh_key *key, u8 *from)
{
	from[0] = 0xfe;
	from[1] = 0x80;
	memcpy(from + 8, key->esi + EVPN_ESI_LEN - 8, 8);
	from[8] &= ~0x02;
	if (!memchr_inv(from + 8, 0, 8))
		from[15] = 1;
}

/* One of those that are on the link with @ifa, and not of this host; or 0. */
static __be32 say_neighbour(struct net *net, const struct net_device *dev,
			    const struct in_ifaddr *ifa)
{
	u32 first = ntohl(ifa->ifa_address & ifa->ifa_mask), mask = ntohl(ifa->ifa_mask), i;
	u32 last = first | ~mask;
	__be32 addr;

	if (ifa->ifa_address != ifa->ifa_local)
		return ifa->ifa_address;
	/* There is no network's own address, and no broadcast, where there are but two. */
	for (i = first + (last - first > 1); i <= last && i < first + EVPN_MCAST_SAY_TRIES; i++) {
		addr = htonl(i);
		if (inet_addr_type_dev_table(net, dev, addr) == RTN_UNICAST)
			return addr;
	}
	return 0;
}

static void say_from4(struct net *net, int ifindex, u8 *from)
{
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	struct net_device *dev;
	__be32 addr = 0;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	in_dev = dev ? __in_dev_get_rcu(dev) : NULL;
	if (in_dev) {
		in_dev_for_each_ifa_rcu(ifa, in_dev) {
			if (ifa->ifa_scope < RT_SCOPE_LINK && !addr)
				addr = say_neighbour(net, dev, ifa);
		}
	}
	rcu_read_unlock();
	memcpy(from, &addr, sizeof(addr));
}

/* Who says it on a sub-interface. */
static void say_from(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key, int ifindex,
		     u8 from[EVPN_IGMP_ADDR_LEN])
{
	memset(from, 0, EVPN_IGMP_ADDR_LEN);
	if (key->family == 4)
		say_from4(mn->en->net, ifindex, from);
	else
		evpn_mcast_say_from6(key, from);
}

/**
 * evpn_mcast_say_skb() - a packet in an Ethernet frame
 * @key: whose family the packet is of
 * @packet: from its IP header on
 * @len: octets of it
 * @source: MAC address
 *
 * Context: may sleep.
 * Return: the frame, skb->data at its Ethernet header; or NULL without memory.
 */
struct sk_buff *evpn_mcast_say_skb(const struct evpn_neigh_key *key, const u8 *packet, u32 len,
				   const u8 *source)
{
	struct sk_buff *skb = alloc_skb(NET_IP_ALIGN + LL_MAX_HEADER + ETH_HLEN + len, GFP_KERNEL);
	struct ethhdr *eth;

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_IP_ALIGN + LL_MAX_HEADER);
	eth = skb_put(skb, ETH_HLEN);
	evpn_igmp_say_mac(packet, key->family, eth->h_dest);
	ether_addr_copy(eth->h_source, source);
	eth->h_proto = key->family == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	skb_put_data(skb, packet, len);
	return skb;
}

/* The local stack receives it. */
static void say_receive(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key, int ifindex,
			const u8 *packet, u32 len)
{
	struct sk_buff *skb = evpn_mcast_say_skb(key, packet, len, mn->mac);
	struct net_device *dev;

	if (!skb)
		return;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(mn->en->net, ifindex);
	if (dev && netif_running(dev)) {
		skb->protocol = eth_type_trans(skb, dev);
		netif_rx(skb);
		mn->counters.spoken++;
	} else {
		kfree_skb(skb);
	}
	rcu_read_unlock();
}

static void say_flush(struct say *s)
{
	u8 from[EVPN_IGMP_ADDR_LEN];
	u32 len;

	if (!s->ifindex)
		return;
	say_from(s->mn, &s->key, s->ifindex, from);
	len = evpn_igmp_say_end(&s->report, from);
	say_receive(s->mn, &s->key, s->ifindex, s->report.data, len);
	s->packets++;
	s->ifindex = 0;
}

static void say_begin(struct say *s, const struct evpn_mcast_host *h)
{
	s->ifindex = h->place.ifindex;
	s->key = h->key;
	evpn_igmp_say_begin(&s->report, h->key.family, s->mn->packet, sizeof(s->mn->packet));
}

static void say_record(struct say *s, const struct evpn_mcast_host *h,
		       enum evpn_igmp_record_type type, const u8 (*sources)[EVPN_IGMP_ADDR_LEN],
		       u16 n)
{
	if (s->ifindex != h->place.ifindex || s->key.family != h->key.family)
		say_flush(s);
	if (!s->ifindex)
		say_begin(s, h);
	if (evpn_igmp_say_record(&s->report, type, h->key.addr, (const u8 *)sources, n))
		return;
	say_flush(s);
	say_begin(s, h);
	evpn_igmp_say_record(&s->report, type, h->key.addr, (const u8 *)sources, n);
}

static bool filter_has(const struct evpn_mcast_filter *f, const u8 *source)
{
	unsigned int i;

	for (i = 0; i < f->n; i++) {
		if (!memcmp(f->source[i], source, sizeof(f->source[i])))
			return true;
	}
	return false;
}

/* A record of the sources of @of that @without has not, if there are any. */
static void say_without(struct say *s, const struct evpn_mcast_host *h,
			enum evpn_igmp_record_type type, const struct evpn_mcast_filter *of,
			const struct evpn_mcast_filter *without)
{
	u8(*rest)[EVPN_IGMP_ADDR_LEN] = s->mn->scratch;
	unsigned int i, n = 0;

	for (i = 0; i < of->n; i++) {
		if (!filter_has(without, of->source[i]))
			memcpy(rest[n++], of->source[i], sizeof(rest[0]));
	}
	if (n)
		say_record(s, h, type, rest, n);
}

static void say_all(struct say *s, const struct evpn_mcast_host *h, enum evpn_igmp_record_type type,
		    const struct evpn_mcast_filter *f)
{
	say_record(s, h, type, f->source, f->n);
}

/* From one filter to another: RFC 3376 section 5.1. */
static void say_change(struct say *s, const struct evpn_mcast_host *h)
{
	const struct evpn_mcast_filter *want = h->want, *said = h->said;

	if (want->mode != said->mode) {
		say_all(s, h,
			want->mode == EVPN_MCAST_MODE_EXCLUDE ? EVPN_IGMP_TO_EX : EVPN_IGMP_TO_IN,
			want);
	} else if (want->mode == EVPN_MCAST_MODE_INCLUDE) {
		say_without(s, h, EVPN_IGMP_ALLOW, want, said);
		say_without(s, h, EVPN_IGMP_BLOCK, said, want);
	} else {
		say_without(s, h, EVPN_IGMP_ALLOW, said, want);
		say_without(s, h, EVPN_IGMP_BLOCK, want, said);
	}
}

static void say_new(struct say *s, const struct evpn_mcast_host *h)
{
	const struct evpn_mcast_filter *want = h->want, *said = h->said;
	bool exclude = (want ?: said)->mode == EVPN_MCAST_MODE_EXCLUDE;

	if (want && said && want != said)
		say_change(s, h);
	else if (want && !said)
		say_all(s, h, exclude ? EVPN_IGMP_TO_EX : EVPN_IGMP_ALLOW, want);
	else if (said && !want && exclude)
		say_record(s, h, EVPN_IGMP_TO_IN, NULL, 0);
	else if (said && !want)
		say_all(s, h, EVPN_IGMP_BLOCK, said);
	if (want && h->asked)
		say_all(s, h, exclude ? EVPN_IGMP_IS_EX : EVPN_IGMP_IS_IN, want);
}

/* There are no sources in this version, and only the last host of a group says that it leaves. */
static void say_old(struct say *s, const struct evpn_mcast_host *h, u8 version)
{
	u8 from[EVPN_IGMP_ADDR_LEN], packet[EVPN_IGMP_SAY_OLD_MAX];
	bool leave = !h->want;
	u32 len;

	if (h->want && h->said && !h->asked)
		return;
	say_from(s->mn, &h->key, h->place.ifindex, from);
	len = evpn_igmp_say_old(packet, h->key.family, version, leave, h->key.addr, from);
	say_receive(s->mn, &h->key, h->place.ifindex, packet, len);
	s->packets++;
}

/* What it is to be spoken for in: what the querier speaks, or less, if its own is older. */
static u8 host_version(struct evpn_mcast_net *mn, const struct evpn_mcast_host *h)
{
	const struct evpn_mcast_sub *sub = evpn_mcast_sub_find(mn, &h->key);
	u8 querier = sub ? sub->querier[h->key.family == EVPN_IGMP_ADDR_LEN].version : 0;
	u8 before = evpn_mcast_version_before(h->key.family), own = before + 1;
	const struct evpn_mcast_filter *f = h->want ?: h->said;

	/* Only hosts that know no sources, and so none is named. */
	if (h->versions && !(h->versions & BIT(before)) && !f->n)
		own = fls(h->versions);
	return querier && querier < own ? querier : own;
}

/*
 * A host that was heard here wants the same: there is nobody to leave. If that one is about to leave, the local
 * stack may have asked who else is there, and this host has answered: the end of the group is to be said then.
 */
static bool host_is_covered(struct evpn_mcast_net *mn, const struct evpn_mcast_host *h)
{
	struct evpn_mcast_group *g = evpn_mcast_find(mn, &h->key);

	if (!g || g->ended || g->mode != EVPN_MCAST_MODE_EXCLUDE)
		return false;
	g->elsewhere |= g->leaving;
	return true;
}

static void say_host(struct say *s, struct evpn_mcast_host *h)
{
	struct evpn_mcast_net *mn = s->mn;
	u8 version;

	if (h->place.ifindex && (h->want || (h->said && !host_is_covered(mn, h)))) {
		version = host_version(mn, h);
		if (version > evpn_mcast_version_before(h->key.family))
			say_new(s, h);
		else
			say_old(s, h, version);
	}
	h->asked = false;
	evpn_mcast_host_said(h, h->place.ifindex && h->want);
	if (!h->want)
		evpn_mcast_host_free(mn, h);
}

/**
 * evpn_mcast_say() - speak for those for whom there is something to be said, as many as is good at a time
 * @mn: groups of the namespace
 *
 * The backlog of the processor takes some hundred packets at a time, and drops what is more.
 *
 * Context: under evpn_mcast_net.lock, in the work.
 * Return: jiffies until it is to go on, or MAX_JIFFY_OFFSET.
 */
unsigned long evpn_mcast_say(struct evpn_mcast_net *mn)
{
	struct say s = {.mn = mn};
	struct evpn_mcast_host *h;

	lockdep_assert_held(&mn->lock);
	while (s.packets < EVPN_MCAST_SAY_BURST &&
	       (h = list_first_entry_or_null(&mn->say, struct evpn_mcast_host, say))) {
		list_del_init(&h->say);
		say_host(&s, h);
	}
	say_flush(&s);
	return list_empty(&mn->say) ? MAX_JIFFY_OFFSET : msecs_to_jiffies(EVPN_MCAST_SAY_PAUSE_MS);
}
