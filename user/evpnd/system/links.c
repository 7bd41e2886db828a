// SPDX-License-Identifier: GPL-2.0-only
/*
 * links.c - dump and monitor of network devices; a fact goes up only when something in it changed.
 *
 * What a bond is good for is known from its members: the carrier of a member falls at once, that of
 * the bond at the next tick of miimon. So every message about a member makes its bond's fact anew.
 *
 * The bonding driver says nothing when the partner of an aggregator becomes another one: it notifies
 * when a port becomes active or ceases to be (bond_slave_state_notify), and a partner may change while
 * all ports stay what they are (seen on Linux 6.1: no message at all). Therefore a bond in 802.3ad mode
 * is read again a few times after each sign of change, with growing pauses; and where somebody needs
 * the partner, because a segment's ESI is made of it, it is read at a slow pace for ever.
 */
#include "system/links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/tree.h>

#include "log.h"
#include "nl_rt.h"
#include "timer.h"

enum {
	LINKS_RCVBUF = 4 * 1024 * 1024,
	REREADS = 6, /* after 0.5, 1, 2, 4, 8, 16 s */
	REREAD_FIRST_MS = 500,
	FOLLOW_MS = 5000,
	DUMP_RETRY_MS = 1000,
	DUMP_TRIES = 8,
};

/**
 * struct entry - a device
 * @told: @fact went up
 * @seen: by the dump that is running
 * @rereads: how often a bond has been read again since the last sign of change
 * @reread_us: when it is read next, 0 never
 */
struct entry {
	RB_ENTRY(entry) node;
	struct nl_link link;
	struct fact_link fact;
	bool told;
	bool seen;
	unsigned int rereads;
	u64 reread_us;
};

RB_HEAD(entries, entry);

struct links {
	sd_event *event;
	sd_event_source *source;
	struct nl *listener;
	struct nl *requests;
	const struct links_ops *ops;
	void *data;
	struct entries entries;
	struct timer reread;
	struct timer redump;
	bool dumping;
};

static int entry_cmp(struct entry *a, struct entry *b)
{
	return a->link.ifindex < b->link.ifindex ? -1 : a->link.ifindex > b->link.ifindex;
}

RB_PROTOTYPE_INTERNAL(entries, entry, node, entry_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(entries, entry, node, entry_cmp, static __attribute__((unused)))

static struct entry *find(const struct links *links, uint32_t ifindex)
{
	struct entry key;

	key.link.ifindex = ifindex;
	return RB_FIND(entries, (struct entries *)&links->entries, &key);
}

/* Carrier, the bond's own link monitor, and in LACP the selection: all must agree. */
static bool member_is_up(const struct nl_link *bond, const struct nl_link *member)
{
	if (!member->carrier || !member->mii_up)
		return false;
	return bond->bond_mode != NL_BOND_MODE_8023AD || member->active;
}

static void count_members(const struct links *links, const struct nl_link *bond,
			  struct fact_link *fact)
{
	struct entry *e;

	RB_FOREACH(e, entries, (struct entries *)&links->entries) {
		if (e->link.master != bond->ifindex || !e->link.bond_member)
			continue;
		fact->members++;
		fact->members_up += member_is_up(bond, &e->link);
	}
}

static void make_fact(const struct links *links, const struct nl_link *l, struct fact_link *fact)
{
	const struct entry *master = l->master ? find(links, l->master) : NULL;

	memset(fact, 0, sizeof(*fact)); /* padding too: facts are compared as memory */
	fact->ifindex = l->ifindex;
	memcpy(fact->ifname, l->ifname, sizeof(fact->ifname));
	fact->flags = l->flags;
	fact->operstate = l->operstate;
	fact->carrier = l->carrier;
	fact->master = l->master;
	if (master)
		memcpy(fact->master_kind, master->link.kind, sizeof(fact->master_kind));
	fact->link = l->link;
	memcpy(fact->kind, l->kind, sizeof(fact->kind));
	fact->vlan_id = l->vlan_id;
	fact->vlan_filtering = l->vlan_filtering;
	fact->mcast_snooping = l->mcast_snooping;
	fact->mcast_hash_max = l->mcast_hash_max;
	fact->bond_mode = l->bond_mode;
	fact->address = l->address;
	fact->ad_partner = l->ad_partner;
	fact->ad_partner_key = l->ad_partner_key;
	fact->ad_ports = l->ad_ports;
	fact->vrf_table = l->vrf_table;
	fact->vxlan_vni = l->vxlan_vni;
	fact->vxlan_external = l->vxlan_external;
	fact->vxlan_learning = l->vxlan_learning;
	fact->vxlan_local = l->vxlan_local;
	fact->vxlan_port = l->vxlan_port;
	if (l->bond_mode != NL_BOND_MODE_NONE)
		count_members(links, l, fact);
}

/* Tell, if there is something to tell. Return: there was */
static bool tell(struct links *links, struct entry *e)
{
	struct fact_link before = e->fact;
	bool told = e->told;
	struct fact_link now;

	make_fact(links, &e->link, &now);
	if (told && !memcmp(&now, &before, sizeof(now)))
		return false;
	e->fact = now;
	e->told = true;
	links->ops->changed(links->data, &e->fact, told ? &before : NULL);
	return true;
}

static void arm_reread(struct links *links)
{
	u64 first = 0;
	struct entry *e;

	RB_FOREACH(e, entries, &links->entries)
		if (e->reread_us && (!first || e->reread_us < first))
			first = e->reread_us;
	if (first)
		timer_start_at(&links->reread, first);
	else
		timer_stop(&links->reread);
}

static void watch_partner(struct links *links, struct entry *bond)
{
	if (bond->link.bond_mode != NL_BOND_MODE_8023AD)
		return;
	bond->rereads = 0;
	bond->reread_us = timer_now_us() + REREAD_FIRST_MS * 1000ULL;
	arm_reread(links);
}

static void tell_bond(struct links *links, uint32_t ifindex)
{
	struct entry *bond = ifindex ? find(links, ifindex) : NULL;

	if (!bond || bond->link.bond_mode == NL_BOND_MODE_NONE)
		return;
	tell(links, bond);
	watch_partner(links, bond);
}

/* Members and ports carry the kind of their master in their facts. */
static void tell_lowers(struct links *links, uint32_t master)
{
	struct entry *e;

	RB_FOREACH(e, entries, &links->entries)
		if (e->link.master == master && e->told)
			tell(links, e);
}

static struct entry *insert(struct links *links, uint32_t ifindex)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (!e) {
		log_error("link %u: out of memory", ifindex);
		return NULL;
	}
	e->link.ifindex = ifindex;
	RB_INSERT(entries, &links->entries, e);
	return e;
}

static void on_new(struct links *links, const struct nl_link *l)
{
	struct entry *e = find(links, l->ifindex);
	uint32_t old_master = e ? e->link.master : 0;
	bool fresh = !e;
	bool changed;

	if (!e)
		e = insert(links, l->ifindex);
	if (!e)
		return;
	changed = fresh || memcmp(&e->link, l, sizeof(*l));
	e->link = *l;
	e->seen = true;
	if (links->dumping || !changed)
		return;
	/* The bond's fact goes first: it is the one a failover waits for. */
	if (l->bond_member || old_master != l->master) {
		tell_bond(links, l->master);
		if (old_master != l->master)
			tell_bond(links, old_master);
	}
	if (tell(links, e))
		watch_partner(links, e);
	if (fresh)
		tell_lowers(links, l->ifindex);
}

static void forget(struct links *links, struct entry *e)
{
	uint32_t master = e->link.master;
	struct fact_link last = e->fact;
	bool told = e->told;

	RB_REMOVE(entries, &links->entries, e);
	free(e);
	if (told)
		links->ops->gone(links->data, &last);
	if (!links->dumping)
		tell_bond(links, master);
}

void links_message(struct links *links, const struct nlmsghdr *nlh)
{
	struct nl_link link;
	struct entry *e;

	if (!nl_link_parse(nlh, &link))
		return;
	if (!nl_link_is_del(nlh)) {
		on_new(links, &link);
		return;
	}
	e = find(links, link.ifindex);
	if (e)
		forget(links, e);
}

static int take(void *data, const struct nlmsghdr *nlh)
{
	links_message(data, nlh);
	return 0;
}

static int dump(struct links *links)
{
	struct entry *e, *next;
	struct nl_err err;
	int r, tries = 0;

	links->dumping = true;
	do {
		RB_FOREACH(e, entries, &links->entries)
			e->seen = false;
		r = nl_link_dump(links->requests, take, links, &err);
	} while (r == -EINTR && ++tries < DUMP_TRIES);
	if (!r)
		RB_FOREACH_SAFE(e, entries, &links->entries, next)
			if (!e->seen)
				forget(links, e);
	links->dumping = false;
	if (r) {
		log_error("reading the network devices: %s; trying again", err.text);
		timer_start(&links->redump, DUMP_RETRY_MS);
	}
	RB_FOREACH(e, entries, &links->entries)
		if (tell(links, e))
			watch_partner(links, e);
	return r;
}

static void on_redump(void *data)
{
	dump(data);
}

static u64 pause_us(const struct links *links, const struct entry *e)
{
	u64 ms = e->rereads < REREADS ? (u64)REREAD_FIRST_MS << e->rereads : 0;

	if (links->ops->follow(links->data, e->link.ifname) && (!ms || ms > FOLLOW_MS))
		ms = FOLLOW_MS;
	return ms * 1000;
}

static void reread(struct links *links, struct entry *e)
{
	uint32_t ifindex = e->link.ifindex;
	struct nl_err err;
	u64 pause;

	if (e->rereads < REREADS)
		e->rereads++;
	pause = pause_us(links, e);
	e->reread_us = pause ? timer_now_us() + pause : 0;
	if (nl_link_get(links->requests, ifindex, take, links, &err))
		log_debug("link %u: %s", ifindex, err.text);
}

static void on_reread(void *data)
{
	struct links *links = data;
	u64 now = timer_now_us();
	struct entry *e, *next;

	RB_FOREACH_SAFE(e, entries, &links->entries, next)
		if (e->reread_us && e->reread_us <= now)
			reread(links, e);
	arm_reread(links);
}

void links_follow(struct links *links)
{
	struct entry *e;

	RB_FOREACH(e, entries, &links->entries)
		watch_partner(links, e);
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct links *links = data;
	int r = nl_receive(links->listener, take, links);

	if (r == -ENOBUFS) {
		log_info("more device notifications than could be read; reading all devices again");
		dump(links);
		if (links->ops->missed)
			links->ops->missed(links->data);
	} else if (r) {
		log_error("device notifications: %s", strerror(-r));
	}
	return 0;
}

static int open_sockets(struct links *links)
{
	int r;

	links->requests = nl_open(NETLINK_ROUTE);
	links->listener = nl_open_listener(NETLINK_ROUTE, LINKS_RCVBUF);
	if (!links->requests || !links->listener)
		return -errno;
	r = nl_join(links->listener, RTNLGRP_LINK);
	if (r)
		return r;
	r = sd_event_add_io(links->event, &links->source, nl_fd(links->listener), EPOLLIN,
			    on_readable, links);
	if (r < 0)
		return r;
	return sd_event_source_set_priority(links->source, SD_EVENT_PRIORITY_IMPORTANT - 1);
}

struct links *links_new(sd_event *event, const struct links_ops *ops, void *data)
{
	struct links *links = calloc(1, sizeof(*links));
	int r;

	if (!links)
		return NULL;
	links->event = event;
	links->ops = ops;
	links->data = data;
	RB_INIT(&links->entries);
	timer_init(&links->reread, event, 100000, on_reread, links);
	timer_init(&links->redump, event, 100000, on_redump, links);
	/* Listening begins before the dump, so that no change falls between the two. */
	r = open_sockets(links);
	if (r < 0) {
		links_free(links);
		errno = -r;
		return NULL;
	}
	dump(links);
	return links;
}

void links_free(struct links *links)
{
	struct entry *e, *next;

	if (!links)
		return;
	RB_FOREACH_SAFE(e, entries, &links->entries, next) {
		RB_REMOVE(entries, &links->entries, e);
		free(e);
	}
	timer_done(&links->reread);
	timer_done(&links->redump);
	sd_event_source_disable_unref(links->source);
	nl_close(links->listener);
	nl_close(links->requests);
	free(links);
}

void links_each(const struct links *links, void (*fn)(void *data, const struct fact_link *fact),
		void *data)
{
	struct entry *e;

	RB_FOREACH(e, entries, (struct entries *)&links->entries)
		if (e->told)
			fn(data, &e->fact);
}

const struct fact_link *links_by_name(const struct links *links, const char *ifname)
{
	struct entry *e;

	RB_FOREACH(e, entries, (struct entries *)&links->entries)
		if (e->told && !strcmp(e->fact.ifname, ifname))
			return &e->fact;
	return NULL;
}

const struct fact_link *links_by_index(const struct links *links, uint32_t ifindex)
{
	struct entry *e = find(links, ifindex);

	return e && e->told ? &e->fact : NULL;
}

const struct fact_link *links_lower(const struct links *links, const struct fact_link *vlan)
{
	return !strcmp(vlan->kind, "vlan") && vlan->link ? links_by_index(links, vlan->link) : NULL;
}
