// SPDX-License-Identifier: GPL-2.0-only
/*
 * speak.c - bridges and VXLAN tunnels that learn from what they receive go on sending to the PE that
 * forwarded before, and a host that only listens does not tell them better. So the PE that begins to
 * forward on a segment speaks for what it knows to be behind it: what the bridge has learned at the
 * segment's port, the hosts that the module knows as its neighbours, and the customer's LACP system,
 * which is the address of a server with a bond. The PE that ceases to forward lets its bridge forget
 * what it has learned there.
 *
 * One look at the bridges serves all segments that changed together. What is to be said waits in a queue
 * of bounded length, and is said in portions.
 */
#include "system/speak.h"

#include <errno.h>
#include <linux/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "log.h"
#include "nl_evpn.h"
#include "nl_fdb.h"
#include "system/links.h"
#include "timer.h"

enum {
	LOOK_MS = 20, /* other segments may have their roles changed by the same event */
	PORTION_MS = 10,
	PORTION = 64, /* hosts in one request: 6,400 a second */
	HOSTS_MAX = 65536,
	FORGET_MAX = 16384,
	VLANS = 4096,
};

/*
 * A device of a segment whose roles have changed. @vlan: the VLAN that it is to a set of devices, else 0;
 * @opened, @closed: for which VLANs; of a whole port all
 */
struct change {
	STAILQ_ENTRY(change) entry;
	struct esi esi;
	uint32_t ifindex;
	uint16_t vlan;
	uint16_t untagged_vid;
	uint8_t opened[CONF_VLAN_BYTES];
	uint8_t closed[CONF_VLAN_BYTES];
};

struct host {
	struct esi esi;
	struct nl_host host;
};

/**
 * struct speak
 * @changes: segments to be looked at
 * @hosts: to be spoken for, from @next on, @n of them in room for @room
 * @forget: entries that a bridge is to forget
 */
struct speak {
	const struct links *links;
	STAILQ_HEAD(, change) changes;
	struct timer look;
	struct timer portion;
	struct host *hosts;
	size_t n, next, room;
	struct nl_fdb *forget;
	size_t n_forget, room_forget;
};

static bool has(const uint8_t map[CONF_VLAN_BYTES], unsigned int v)
{
	return v < VLANS && map[v / 8] & 1u << v % 8;
}

static bool any(const uint8_t map[CONF_VLAN_BYTES])
{
	static const uint8_t none[CONF_VLAN_BYTES];

	return memcmp(map, none, CONF_VLAN_BYTES);
}

static void add_host(struct speak *k, const struct change *c, const struct mac *mac, uint16_t vlan)
{
	struct host *more;
	size_t room;

	if (mac_is_zero(mac) || mac_is_multicast(mac) || k->n - k->next >= HOSTS_MAX)
		return;
	if (k->n == k->room) {
		room = k->room ? 2 * k->room : PORTION;
		more = reallocarray(k->hosts, room, sizeof(*more));
		if (!more)
			return;
		k->hosts = more;
		k->room = room;
	}
	k->hosts[k->n++] = (struct host){c->esi, {*mac, vlan, c->ifindex}};
}

static void add_forget(struct speak *k, const struct nl_fdb *e)
{
	struct nl_fdb *more;
	size_t room;

	if (k->n_forget == FORGET_MAX)
		return;
	if (k->n_forget == k->room_forget) {
		room = k->room_forget ? 2 * k->room_forget : PORTION;
		more = reallocarray(k->forget, room, sizeof(*more));
		if (!more)
			return;
		k->forget = more;
		k->room_forget = room;
	}
	k->forget[k->n_forget++] = *e;
}

/* The VLAN with which frames of an entry pass the segment's device; -1: it is of another device. */
static int vlan_on(const struct speak *k, const struct change *c, const struct nl_fdb *e)
{
	const struct fact_link *l;

	if (e->ifindex == c->ifindex)
		return e->vlan == c->untagged_vid ? 0 : e->vlan;
	l = links_by_index(k->links, e->ifindex);
	return l && l->link == c->ifindex && l->vlan_id ? l->vlan_id : -1;
}

/* What the roles of a segment call the VLAN of frames, 0 for those without a tag, on its device. */
static unsigned int role_vlan(const struct change *c, unsigned int vlan)
{
	if (c->vlan)
		return c->vlan;
	return vlan ? vlan : c->untagged_vid;
}

static void take_entry(void *data, const struct nl_fdb *e)
{
	struct speak *k = data;
	struct change *c;
	int vlan;

	STAILQ_FOREACH(c, &k->changes, entry)
	{
		vlan = vlan_on(k, c, e);
		if (vlan < 0)
			continue;
		if (has(c->opened, role_vlan(c, (unsigned int)vlan)))
			add_host(k, c, &e->mac, (uint16_t)vlan);
		else if (has(c->closed, role_vlan(c, (unsigned int)vlan)))
			add_forget(k, e);
	}
}

static bool is_on(const struct speak *k, const struct change *c, uint32_t ifindex)
{
	const struct fact_link *l = links_by_index(k->links, ifindex);

	return ifindex == c->ifindex || (l && l->link == c->ifindex && !c->vlan);
}

static void take_neigh(void *data, const struct nl_neigh *neigh)
{
	const struct mac *mac =
		neigh->state == EVPN_NEIGH_STATE_LOCAL ? &neigh->mac : &neigh->wish_mac;
	struct speak *k = data;
	struct change *c;

	if (neigh->tag >= VLANS)
		return;
	STAILQ_FOREACH(c, &k->changes, entry)
	if (!esi_cmp(&c->esi, &neigh->esi) && is_on(k, c, neigh->ifindex) &&
	    has(c->opened, role_vlan(c, neigh->tag)))
		add_host(k, c, mac, c->vlan ? 0 : (uint16_t)neigh->tag);
}

struct vlan_devices {
	struct speak *speak;
	const struct change *change;
	const struct mac *mac;
};

static void take_vlan_device(void *data, const struct fact_link *l)
{
	const struct vlan_devices *d = data;

	if (l->link == d->change->ifindex && l->vlan_id && l->flags & IFF_UP &&
	    has(d->change->opened, l->vlan_id))
		add_host(d->speak, d->change, d->mac, l->vlan_id);
}

static void take_partner(struct speak *k, const struct change *c, const struct mac *mac)
{
	struct vlan_devices d = {k, c, mac};

	if (has(c->opened, role_vlan(c, 0)))
		add_host(k, c, mac, 0);
	links_each(k->links, take_vlan_device, &d);
}

/* The customer's LACP systems, which are one as a rule. */
static void take_partners(struct speak *k, struct nl_evpn *evpn, const struct change *c)
{
	const struct nl_es_member *m;
	struct nl_err err;
	struct nl_es es;
	unsigned int i;

	if (nl_evpn_es_get(evpn, &c->esi, &es, &err))
		return;
	for (i = 0; i < es.n_members; i++) {
		m = &es.members[i];
		if (i && !mac_cmp(&m->partner_system, &m[-1].partner_system))
			continue;
		if (m->partner >= EVPN_PARTNER_OUT_OF_SYNC)
			take_partner(k, c, &m->partner_system);
	}
}

static void forget_all(struct speak *k, struct nl *nl)
{
	struct nl_err err;
	size_t i;

	for (i = 0; i < k->n_forget; i++)
		nl_fdb_del(nl, &k->forget[i], &err);
	k->n_forget = 0;
}

static void look_at_bridges(struct speak *k)
{
	struct nl *nl = nl_open(NETLINK_ROUTE);
	struct nl_err err;

	if (!nl)
		return;
	if (nl_fdb_dump(nl, take_entry, k, &err))
		log_warning("speaking for hosts: what bridges have learned: %s", err.text);
	forget_all(k, nl);
	nl_close(nl);
}

static void look_at_module(struct speak *k)
{
	struct change *c;
	struct nl_evpn evpn;
	struct nl_err err;

	if (nl_evpn_open(&evpn, &err))
		return;
	STAILQ_FOREACH(c, &k->changes, entry)
	if (any(c->opened))
		take_partners(k, &evpn, c);
	nl_evpn_neigh_dump(&evpn, take_neigh, k, &err);
	nl_evpn_close(&evpn);
}

static void on_look(void *data)
{
	struct speak *k = data;
	struct change *c;

	look_at_module(k);
	look_at_bridges(k);
	while ((c = STAILQ_FIRST(&k->changes))) {
		STAILQ_REMOVE_HEAD(&k->changes, entry);
		free(c);
	}
	if (k->n > k->next && !timer_running(&k->portion))
		timer_start(&k->portion, 0);
}

/* Hosts of one segment that follow each other go into one request. */
static size_t say_portion(struct speak *k, struct nl_evpn *evpn)
{
	struct nl_host list[PORTION];
	struct nl_err err;
	size_t n = 0;
	int r;

	while (n < PORTION && k->next + n < k->n &&
	       !esi_cmp(&k->hosts[k->next].esi, &k->hosts[k->next + n].esi)) {
		list[n] = k->hosts[k->next + n].host;
		n++;
	}
	r = nl_evpn_es_speak(evpn, &k->hosts[k->next].esi, list, (unsigned int)n, &err);
	if (r && r != -ENOENT)
		log_warning("speaking for hosts: %s", err.text);
	return n;
}

static void on_portion(void *data)
{
	struct speak *k = data;
	struct nl_evpn evpn;
	struct nl_err err;

	if (nl_evpn_open(&evpn, &err)) {
		k->next =
			k->n; /* the module is gone, and nothing is enforced that could be spoken for */
	} else {
		k->next += say_portion(k, &evpn);
		nl_evpn_close(&evpn);
	}
	if (k->next < k->n)
		timer_start(&k->portion, PORTION_MS);
	else
		k->n = k->next = 0;
}

static struct change *change_of(struct speak *k, const struct wish_es *w, const char *ifname)
{
	const struct fact_link *l = links_by_name(k->links, ifname);
	struct change *c;

	if (!l)
		return NULL;
	STAILQ_FOREACH(c, &k->changes, entry)
	if (!esi_cmp(&c->esi, &w->esi) && c->ifindex == l->ifindex)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->esi = w->esi;
	c->ifindex = l->ifindex;
	c->vlan = w->set.n ? l->vlan_id : 0;
	c->untagged_vid = w->untagged_vid;
	STAILQ_INSERT_TAIL(&k->changes, c, entry);
	return c;
}

/* The VLANs that pass: all or none of a port, or those of which the PE is DF. */
static void passing(bool port, bool df, const uint8_t map[CONF_VLAN_BYTES],
		    uint8_t out[CONF_VLAN_BYTES])
{
	if (port)
		memset(out, df ? 0xff : 0, CONF_VLAN_BYTES);
	else
		memcpy(out, map, CONF_VLAN_BYTES);
}

/* All pass always; but what a PE was sent that is no more, is for those that are left to ask for. */
static void all_active(const struct fact_es *before, const struct wish_es *w,
		       uint8_t was[CONF_VLAN_BYTES], uint8_t is[CONF_VLAN_BYTES])
{
	bool lost = before && w->n_peers < before->n_peers;

	memset(was, 0, CONF_VLAN_BYTES);
	memset(is, lost ? 0xff : 0, CONF_VLAN_BYTES);
}

/* What opened and closed again before anybody looked has not opened. */
static void note_change(struct change *c, const uint8_t was[CONF_VLAN_BYTES],
			const uint8_t is[CONF_VLAN_BYTES])
{
	for (size_t i = 0; i < CONF_VLAN_BYTES; i++) {
		c->opened[i] = (uint8_t)(is[i] & (~was[i] | c->opened[i]));
		c->closed[i] = (uint8_t)((c->closed[i] | was[i]) & ~is[i]);
	}
}

void speak_roles(struct speak *k, const struct fact_es *before, const struct wish_es *w)
{
	static const uint8_t none[CONF_VLAN_BYTES];
	bool port = w->mode == CONF_PORT_ACTIVE;
	uint8_t was[CONF_VLAN_BYTES], is[CONF_VLAN_BYTES];
	struct change *c;
	uint8_t i = 0;

	passing(port, before && before->df, before ? before->vlan_df : none, was);
	passing(port, w->df, w->vlan_df, is);
	if (w->mode == CONF_ALL_ACTIVE)
		all_active(before, w, was, is);
	if (!memcmp(was, is, sizeof(was)))
		return;
	do {
		c = change_of(k, w, w->set.n ? w->set.name[i] : w->ifname);
		if (c)
			note_change(c, was, is);
	} while (++i < w->set.n);
	if (!STAILQ_EMPTY(&k->changes) && !timer_running(&k->look))
		timer_start(&k->look, LOOK_MS);
}

struct speak *speak_new(sd_event *event, const struct links *links)
{
	struct speak *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->links = links;
	STAILQ_INIT(&k->changes);
	timer_init(&k->look, event, 1000, on_look, k);
	timer_init(&k->portion, event, 1000, on_portion, k);
	return k;
}

void speak_free(struct speak *k)
{
	struct change *c;

	if (!k)
		return;
	while ((c = STAILQ_FIRST(&k->changes))) {
		STAILQ_REMOVE_HEAD(&k->changes, entry);
		free(c);
	}
	timer_done(&k->look);
	timer_done(&k->portion);
	free(k->hosts);
	free(k->forget);
	free(k);
}
