// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_source.c - where the next hop of another PE's routes is from here: the router behind the segment that
 * the neighbours of this PE have in step with the other's. All routes by one PE through one router are decided
 * together, so that a router that comes or goes is one look-up, whatever it has behind it.
 *
 * RFC 9136 (3.2, 4.1, 4.2), draft-ietf-bess-evpn-l3mh-proto (3.8.1, 3.8.2), draft-ietf-bess-evpn-ip-aliasing (4.2)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "order.h"
#include "services/prefix/prefix.h"

/* By router first: those of one stand together. Many have one router, each under another distinguisher. */
static int psource_cmp(const struct psource *a, const struct psource *b)
{
	int c = ip_cmp(&a->gw, &b->gw);

	c = c ? c : rd_cmp(&a->rd, &b->rd);
	c = c ? c : ORDER(a->tag, b->tag);
	c = c ? c : esi_cmp(&a->esi, &b->esi);
	c = c ? c : ip_cmp(&a->nh, &b->nh);
	c = c ? c : ORDER((uintptr_t)a->vrf, (uintptr_t)b->vrf);
	c = c ? c : ORDER(a->verdict, b->verdict);
	c = c ? c : ORDER(a->family, b->family);
	c = c ? c : mac_cmp(&a->router, &b->router);
	c = c ? c : ORDER(a->has_import, b->has_import);
	c = c ? c : ORDER(a->any_tag, b->any_tag);
	return c ? c : mac_cmp(&a->import, &b->import);
}

RB_PROTOTYPE_INTERNAL(psources, psource, node, psource_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(psources, psource, node, psource_cmp, static __attribute__((unused)))

/* ---- the router behind the segment ---- */

/* Is it the circuit that the route names, in whatever VRF? */
static bool may_be_on(const struct psource *s, const struct place_device *on)
{
	if ((on->tag != s->tag && !s->any_tag) || !on->es)
		return false;
	if (!esi_is_zero(&s->esi) && esi_cmp(&s->esi, &on->es->esi))
		return false;
	return !s->has_import || !mac_cmp(&s->import, &on->es->import);
}

static bool find_host(struct prefixes *ps, const struct psource *s, const struct place_device *on,
		      struct host *h)
{
	struct host_query q = {
		.esi = on->es->esi, .tag = on->tag, .ifindex = on->ifindex, .address = s->gw};

	if (ip_is_none(&s->gw)) {
		q.mac = s->router;
		q.family = s->family;
	}
	return speaker_host(ps->speaker, &q, h);
}

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

/* @on: the circuit in its VRF, or NULL, and then @elsewhere is one in another VRF, or NULL */
static void why_not(struct prefixes *ps, struct psource *s, const struct place_device *on,
		    const struct place_device *elsewhere, const struct host *h)
{
	char ip[IP_STRLEN], mac[MAC_STRLEN], tag[32];

	if (!on && s->any_tag) {
		snprintf(s->why, sizeof(s->why), "this PE has no device of the segment in VRF %s",
			 s->vrf->conf.name);
	} else if (!on && elsewhere) {
		snprintf(s->why, sizeof(s->why),
			 "%s is in VRF %s here, and what is leaked is not installed in VRF %s",
			 name_of(ps, elsewhere->ifindex), elsewhere->vrf->conf.name,
			 s->vrf->conf.name);
	} else if (!on) {
		say_tag(s->tag, tag);
		snprintf(s->why, sizeof(s->why),
			 "this PE has no device for %s of the segment in VRF %s", tag,
			 s->vrf->conf.name);
	} else if (!on->up) {
		snprintf(s->why, sizeof(s->why), "%s is down", name_of(ps, on->ifindex));
	} else if (!ip_is_none(&s->gw)) {
		snprintf(s->why, sizeof(s->why), "its next hop %s is no neighbour on %s%s",
			 ip_format(&s->gw, ip), name_of(ps, on->ifindex), h->known ? " yet" : "");
	} else if (!mac_is_zero(&s->router)) {
		snprintf(s->why, sizeof(s->why), "no neighbour on %s has the router's MAC %s",
			 name_of(ps, on->ifindex), mac_format(&s->router, mac));
	} else {
		snprintf(s->why, sizeof(s->why),
			 "it names the segment only, and %s has %s neighbour that is a router",
			 name_of(ps, on->ifindex), h->many ? "more than one" : "no");
	}
}

static void resolve(struct prefixes *ps, struct psource *s)
{
	const struct place_device *best = NULL, *elsewhere = NULL;
	struct place_device *on;
	struct prefix_hop hop = {0};
	struct host h, best_host = {0};

	RB_FOREACH(on, place_devices, &ps->at.on) {
		if (!may_be_on(s, on))
			continue;
		if (on->vrf != s->vrf) {
			elsewhere = on;
			continue;
		}
		memset(&h, 0, sizeof(h));
		if (find_host(ps, s, on, &h) && on->up) {
			hop.ifindex = on->ifindex;
			hop.gateway = h.address;
			break;
		}
		if (best && !h.known)
			continue;
		best = on;
		best_host = h;
	}
	s->why[0] = '\0';
	if (!hop.ifindex)
		why_not(ps, s, best, elsewhere, &best_host);
	s->dirty = false;
	if (hop.ifindex == s->hop.ifindex && ip_equal(&hop.gateway, &s->hop.gateway))
		return;
	s->hop = hop;
	s->changed = true;
}

/* ---- life ---- */

struct psource *prefix_source(struct prefixes *ps, const struct psource *like)
{
	struct psource *s = RB_FIND(psources, &ps->sources, (struct psource *)like);

	if (s)
		return prefix_source_ref(s);
	s = malloc(sizeof(*s));
	if (!s) {
		log_error("prefixes: no memory for a route");
		return NULL;
	}
	*s = *like;
	s->refs = 1;
	RB_INSERT(psources, &ps->sources, s);
	resolve(ps, s);
	s->changed = false;
	if (!s->hop.ifindex)
		prefix_ask_look(ps);
	return s;
}

struct psource *prefix_source_ref(struct psource *s)
{
	s->refs++;
	return s;
}

void prefix_source_put(struct prefixes *ps, struct psource *s)
{
	if (--s->refs)
		return;
	if (ps->judged.source == s)
		ps->judged.valid = false;
	RB_REMOVE(psources, &ps->sources, s);
	free(s);
}

static void touch(struct prefixes *ps, struct psource *s)
{
	s->dirty = true;
	ps->sources_due = true;
	prefix_wake(ps);
}

/* Those with this router, or without one. */
static void touch_router(struct prefixes *ps, const struct ip_addr *gw)
{
	struct psource key = {.gw = *gw}, *s;

	for (s = RB_NFIND(psources, &ps->sources, &key); s && ip_equal(&s->gw, gw);
	     s = RB_NEXT(psources, &ps->sources, s))
		touch(ps, s);
}

void prefix_source_touch(struct prefixes *ps, const struct ip_addr *addr)
{
	static const struct ip_addr none;
	struct psource *s;

	if (addr) {
		touch_router(ps, addr);
		touch_router(ps, &none);
		return;
	}
	RB_FOREACH(s, psources, &ps->sources)
		touch(ps, s);
}

static void queue_changed(struct prefixes *ps, struct pfx *x, void *data)
{
	const struct premote *r;

	for (r = x->remotes; r; r = r->next) {
		if (!r->source->changed)
			continue;
		prefix_queue(ps, x);
		return;
	}
}

void prefix_sources_look(struct prefixes *ps)
{
	bool any = false;
	struct psource *s;

	ps->sources_due = false;
	RB_FOREACH(s, psources, &ps->sources) {
		if (s->dirty)
			resolve(ps, s);
		any |= s->changed;
	}
	if (!any)
		return;
	prefix_walk(ps, queue_changed, NULL);
	RB_FOREACH(s, psources, &ps->sources)
		s->changed = false;
}

void prefix_sources_missing(struct prefixes *ps)
{
	struct place_device *on;
	struct psource *s;

	RB_FOREACH(s, psources, &ps->sources) {
		if (s->hop.ifindex || ip_is_none(&s->gw))
			continue;
		RB_FOREACH(on, place_devices, &ps->at.on)
			if (may_be_on(s, on) && on->vrf == s->vrf)
				prefix_ask_hop(ps, on, &s->gw);
	}
}
