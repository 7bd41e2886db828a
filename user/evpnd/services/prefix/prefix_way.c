// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_way.c - where the router is from here that routes of other PEs name: the one behind the segment that the
 * neighbours of this PE have in step with the other's. All routes by one router are decided together, so that a router
 * that comes or goes is one look-up, whatever it has behind it; and who is none of these costs them nothing.
 *
 * RFC 9136 (3.2, 4.1, 4.2), draft-ietf-bess-evpn-l3mh-proto (3.8.1, 3.8.2), draft-ietf-bess-evpn-ip-aliasing (4.2)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "order.h"
#include "services/prefix/prefix.h"

/* By what a neighbour is, or may be: those that it may be meant by stand together. */
static int near_cmp(const struct pway *a, const struct pway *b)
{
	int c = ip_cmp(&a->gw, &b->gw);

	c = c ? c : mac_cmp(&a->router, &b->router);
	c = c ? c : ORDER((uintptr_t)a->vrf, (uintptr_t)b->vrf);
	c = c ? c : ORDER(a->tag, b->tag);
	return c ? c : esi_cmp(&a->esi, &b->esi);
}

static int pway_cmp(const struct pway *a, const struct pway *b)
{
	int c = near_cmp(a, b);

	c = c ? c : ORDER(a->family, b->family);
	c = c ? c : ORDER(a->has_import, b->has_import);
	c = c ? c : ORDER(a->any_tag, b->any_tag);
	return c ? c : mac_cmp(&a->import, &b->import);
}

static int by_hop_cmp(const struct pway *a, const struct pway *b)
{
	int c = prefix_hop_cmp(&a->hop, &b->hop);

	return c ? c : pway_cmp(a, b);
}

RB_PROTOTYPE_INTERNAL(pways, pway, node, pway_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(pways, pway, node, pway_cmp, static __attribute__((unused)))
RB_PROTOTYPE_INTERNAL(pways_by_hop, pway, by_hop, by_hop_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(pways_by_hop, pway, by_hop, by_hop_cmp, static __attribute__((unused)))

static bool by_esi(const struct pway *w)
{
	return ip_is_none(&w->gw);
}

/* ---- the router behind the segment ---- */

/* Is it the circuit that the routes name, in whatever VRF? */
static bool may_be_on(const struct pway *w, const struct place_device *on)
{
	if ((on->tag != w->tag && !w->any_tag) || !on->es)
		return false;
	if (!esi_is_zero(&w->esi) && esi_cmp(&w->esi, &on->es->esi))
		return false;
	return !w->has_import || !mac_cmp(&w->import, &on->es->import);
}

static const struct place_device *that_may_be(const struct pway *w, const struct place_device *on)
{
	while (on && (on->tag == w->tag || w->any_tag) && !may_be_on(w, on))
		on = place_next_in(on);
	return on && may_be_on(w, on) ? on : NULL;
}

/* Of its VRF those circuits, mostly one. */
#define EACH_THAT_MAY_BE(on, ps, w)                                                  \
	for (on = that_may_be(w, place_first_in(&(ps)->at, (w)->vrf, (w)->tag)); on; \
	     on = that_may_be(w, place_next_in(on)))

static bool find_host(struct prefixes *ps, const struct pway *w, const struct place_device *on,
		      struct host *h)
{
	struct host_query q = {
		.esi = on->es->esi, .tag = on->tag, .ifindex = on->ifindex, .address = w->gw};

	if (by_esi(w)) {
		q.mac = w->router;
		q.family = w->family;
	}
	return speaker_host(ps->speaker, &q, h);
}

static struct prefix_hop hop_of(struct prefixes *ps, const struct pway *w)
{
	struct prefix_hop hop = {0};
	const struct place_device *on;
	struct host h;

	EACH_THAT_MAY_BE(on, ps, w)
	{
		if (!on->up || !find_host(ps, w, on, &h))
			continue;
		hop.ifindex = on->ifindex;
		hop.gateway = h.address;
		break;
	}
	return hop;
}

/*
 * Nobody has the MAC address that the routes name, but who had it is there with another one: it is he who has changed it,
 * and the PE that has learned the routes sends to that address, too. So nothing changes in the kernel, however many routes
 * there are that will be told with the new one; these lead to the same next hop then.
 */
static bool goes_on(struct prefixes *ps, const struct pway *w)
{
	const struct place_device *on = place_device(&ps->at, w->hop.ifindex);
	struct host_query q = {.ifindex = w->hop.ifindex, .address = w->hop.gateway};
	struct host h;

	if (!by_esi(w) || mac_is_zero(&w->router) || !on || on->vrf != w->vrf || !on->up ||
	    !may_be_on(w, on))
		return false;
	q.esi = on->es->esi;
	q.tag = on->tag;
	return speaker_host(ps->speaker, &q, &h);
}

static void set_hop(struct prefixes *ps, struct pway *w, const struct prefix_hop *hop)
{
	if (w->hop.ifindex && by_esi(w))
		RB_REMOVE(pways_by_hop, &ps->ways_by_hop, w);
	w->hop = *hop;
	if (w->hop.ifindex && by_esi(w))
		RB_INSERT(pways_by_hop, &ps->ways_by_hop, w);
}

static void resolve(struct prefixes *ps, struct pway *w)
{
	struct prefix_hop hop = hop_of(ps, w);

	w->why[0] = '\0';
	if (!prefix_hop_cmp(&hop, &w->hop) || (!hop.ifindex && goes_on(ps, w)))
		return;
	set_hop(ps, w, &hop);
	w->changed = true;
}

/* ---- why it leads nowhere ---- */

static void say_tag(u32 tag, char buf[32])
{
	if (tag >> 12)
		snprintf(buf, 32, "VLAN %u in %u", tag & 0xfff, tag >> 12);
	else if (tag)
		snprintf(buf, 32, "VLAN %u", tag);
	else
		snprintf(buf, 32, "untagged frames");
}

static const char *name_of(struct prefixes *ps, u32 ifindex)
{
	const char *name = device_name(ps->at.devices, ifindex);

	return name ? name : "?";
}

/* The circuit is in another VRF here, or there is none. */
static void no_device(struct prefixes *ps, struct pway *w)
{
	const struct place_device *elsewhere = NULL;
	struct place_device *on;
	char tag[32];

	RB_FOREACH(on, place_devices, &ps->at.on)
		if (may_be_on(w, on))
			elsewhere = on;
	say_tag(w->tag, tag);
	if (w->any_tag)
		snprintf(w->why, sizeof(w->why), "this PE has no device of the segment in VRF %s",
			 w->vrf->conf.name);
	else if (elsewhere)
		snprintf(w->why, sizeof(w->why),
			 "%s is in VRF %s here, and what is leaked is not installed in VRF %s",
			 name_of(ps, elsewhere->ifindex), elsewhere->vrf->conf.name,
			 w->vrf->conf.name);
	else
		snprintf(w->why, sizeof(w->why),
			 "this PE has no device for %s of the segment in VRF %s", tag,
			 w->vrf->conf.name);
}

static void no_router(struct prefixes *ps, struct pway *w, const struct place_device *on,
		      const struct host *h)
{
	char ip[IP_STRLEN], mac[MAC_STRLEN];

	if (!on->up)
		snprintf(w->why, sizeof(w->why), "%s is down", name_of(ps, on->ifindex));
	else if (!by_esi(w))
		snprintf(w->why, sizeof(w->why), "its next hop %s is no neighbour on %s%s",
			 ip_format(&w->gw, ip), name_of(ps, on->ifindex), h->known ? " yet" : "");
	else if (!mac_is_zero(&w->router))
		snprintf(w->why, sizeof(w->why), "no neighbour on %s has the router's MAC %s",
			 name_of(ps, on->ifindex), mac_format(&w->router, mac));
	else
		snprintf(w->why, sizeof(w->why),
			 "it names the segment only, and %s has %s neighbour that is a router",
			 name_of(ps, on->ifindex), h->many ? "more than one" : "no");
}

/* There may be many that lead nowhere, and few that somebody asks about. */
const char *prefix_way_why(struct prefixes *ps, struct pway *w)
{
	const struct place_device *on, *best = NULL;
	struct host h, best_host = {0};

	if (w->hop.ifindex)
		return NULL;
	if (w->why[0])
		return w->why;
	EACH_THAT_MAY_BE(on, ps, w)
	{
		find_host(ps, w, on, &h);
		if (best && !h.known)
			continue;
		best = on;
		best_host = h;
	}
	if (best)
		no_router(ps, w, best, &best_host);
	else
		no_device(ps, w);
	return w->why;
}

/* ---- life ---- */

struct pway *prefix_way(struct prefixes *ps, const struct pway *like)
{
	struct pway *w = RB_FIND(pways, &ps->ways, (struct pway *)like);

	if (w) {
		w->refs++;
		return w;
	}
	w = malloc(sizeof(*w));
	if (!w) {
		log_error("prefixes: no memory for a router");
		return NULL;
	}
	*w = *like;
	w->refs = 1;
	RB_INSERT(pways, &ps->ways, w);
	resolve(ps, w);
	w->changed = false;
	if (!w->hop.ifindex)
		prefix_ask_look(ps);
	return w;
}

void prefix_way_put(struct prefixes *ps, struct pway *w)
{
	static const struct prefix_hop none;

	if (--w->refs)
		return;
	set_hop(ps, w, &none);
	RB_REMOVE(pways, &ps->ways, w);
	if (w->is_due)
		LIST_REMOVE(w, due);
	free(w);
}

static void touch(struct prefixes *ps, struct pway *w)
{
	if (!w->is_due)
		LIST_INSERT_HEAD(&ps->ways_due, w, due);
	w->is_due = true;
	prefix_wake(ps);
}

void prefix_ways_touch_all(struct prefixes *ps)
{
	struct pway *w;

	RB_FOREACH(w, pways, &ps->ways)
		touch(ps, w);
}

static void touch_near(struct prefixes *ps, const struct pway *key)
{
	struct pway *w;

	for (w = RB_NFIND(pways, &ps->ways, (struct pway *)key); w && !near_cmp(w, key);
	     w = RB_NEXT(pways, &ps->ways, w))
		touch(ps, w);
}

/* Those of the ESI form that have led to it, whatever MAC address it has now. */
static void touch_hop(struct prefixes *ps, const struct prefix_hop *hop)
{
	struct pway key = {.hop = *hop}, *w;

	for (w = RB_NFIND(pways_by_hop, &ps->ways_by_hop, &key); w && !prefix_hop_cmp(&w->hop, hop);
	     w = RB_NEXT(pways_by_hop, &ps->ways_by_hop, w))
		touch(ps, w);
}

void prefix_ways_touch(struct prefixes *ps, const struct place_device *on,
		       const struct ip_addr *addr)
{
	struct pway key = {.vrf = on->vrf, .tag = on->tag, .gw = *addr};
	struct prefix_hop hop = {.ifindex = on->ifindex, .gateway = *addr};
	struct host_query q = {
		.esi = on->es->esi, .tag = on->tag, .ifindex = on->ifindex, .address = *addr};
	struct host h;

	if (RB_EMPTY(&ps->ways))
		return;
	touch_near(ps, &key);
	touch_hop(ps, &hop);
	key.gw = (struct ip_addr){};
	key.esi = on->es->esi;
	speaker_host(ps->speaker, &q, &h);
	if (h.known) {
		key.router = h.mac;
		touch_near(ps, &key);
		key.router = (struct mac){};
	}
	touch_near(ps, &key); /* it may be the only one that can be the router */
	key.tag = 0;
	touch_near(ps, &key);
}

static void queue_changed(struct prefixes *ps, struct pfx *x, void *data)
{
	const struct premote *r;

	for (r = x->remotes; r; r = r->next) {
		if (!r->source->way->changed)
			continue;
		prefix_queue(ps, x);
		return;
	}
}

void prefix_ways_look(struct prefixes *ps)
{
	bool any = false;
	struct pway *w;

	LIST_FOREACH(w, &ps->ways_due, due) {
		resolve(ps, w);
		any |= w->changed;
	}
	if (any)
		prefix_walk(ps, queue_changed, NULL);
	while ((w = LIST_FIRST(&ps->ways_due))) {
		LIST_REMOVE(w, due);
		w->is_due = false;
		w->changed = false;
	}
}

void prefix_ways_missing(struct prefixes *ps)
{
	const struct place_device *on;
	struct pway *w;

	RB_FOREACH(w, pways, &ps->ways) {
		if (w->hop.ifindex || by_esi(w))
			continue;
		EACH_THAT_MAY_BE(on, ps, w)
		prefix_ask_hop(ps, on, &w->gw);
	}
}
