// SPDX-License-Identifier: GPL-2.0
/*
 * prefix_source.c - where the next hop of another PE's routes is from here: the router behind the segment that
 * the neighbours of this PE have in step with the other's. All routes by one PE through one router are decided
 * together, so that a router that comes or goes is one look-up, whatever it has behind it.
 *
 * RFC 9136 (3.2, 4.1, 4.2), draft-ietf-bess-evpn-l3mh-proto (3.8.1, 3.8.2)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/prefix/prefix.h"

static struct psource **bucket_of(struct prefixes *ps, const struct ip_addr *gw)
{
	u32 h = ip_low32(gw) * 0x9e3779b1u;

	return &ps->sources[(h ^ h >> 16) % PREFIX_HASH];
}

static bool same(const struct psource *a, const struct psource *b)
{
	return a->tag == b->tag && !rd_cmp(&a->rd, &b->rd) && !esi_cmp(&a->esi, &b->esi) &&
	       ip_equal(&a->gw, &b->gw) && ip_equal(&a->nh, &b->nh) && a->vrf == b->vrf &&
	       a->verdict == b->verdict && a->family == b->family &&
	       !mac_cmp(&a->router, &b->router) && a->has_import == b->has_import &&
	       !mac_cmp(&a->import, &b->import);
}

/* ---- the router behind the segment ---- */

static bool may_be_on(const struct psource *s, const struct pcircuit *c)
{
	if (c->tag != s->tag || c->vrf != s->vrf || !c->seg->known)
		return false;
	if (!esi_is_zero(&s->esi) && esi_cmp(&s->esi, &c->seg->esi))
		return false;
	return !s->has_import || !mac_cmp(&s->import, &c->seg->import);
}

static bool find_host(struct prefixes *ps, const struct psource *s, const struct pcircuit *c,
		      struct host *h)
{
	struct host_query q = {.esi = c->seg->esi, .tag = c->tag, .address = s->gw};

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
	const struct device *d = device_by_index(speaker_devices(ps->speaker), ifindex);

	return d ? d->fact.ifname : "?";
}

static void why_not(struct prefixes *ps, struct psource *s, const struct pcircuit *c,
		    const struct host *h)
{
	char ip[IP_STRLEN], mac[MAC_STRLEN], tag[32];

	if (!c) {
		say_tag(s->tag, tag);
		snprintf(s->why, sizeof(s->why),
			 "this PE has no device for %s of the segment in VRF %s", tag,
			 s->vrf->conf.name);
	} else if (!c->up) {
		snprintf(s->why, sizeof(s->why), "%s is down", name_of(ps, c->ifindex));
	} else if (!ip_is_none(&s->gw)) {
		snprintf(s->why, sizeof(s->why), "its next hop %s is no neighbour on %s%s",
			 ip_format(&s->gw, ip), name_of(ps, c->ifindex), h->known ? " yet" : "");
	} else if (!mac_is_zero(&s->router)) {
		snprintf(s->why, sizeof(s->why), "no neighbour on %s has the router's MAC %s",
			 name_of(ps, c->ifindex), mac_format(&s->router, mac));
	} else {
		snprintf(s->why, sizeof(s->why),
			 "it names the segment only, and %s has %s neighbour that is a router",
			 name_of(ps, c->ifindex), h->many ? "more than one" : "no");
	}
}

static void resolve(struct prefixes *ps, struct psource *s)
{
	const struct pcircuit *best = NULL;
	struct pcircuit *c;
	struct prefix_hop hop = {0};
	struct host h = {0}, best_host = {0};

	RB_FOREACH(c, pcircuits, &ps->circuits) {
		if (!may_be_on(s, c))
			continue;
		if (!best)
			best = c;
		if (!c->up || !find_host(ps, s, c, &h)) {
			if (best == c)
				best_host = h;
			continue;
		}
		hop.ifindex = c->ifindex;
		hop.gateway = h.address;
		break;
	}
	s->why[0] = '\0';
	if (!hop.ifindex)
		why_not(ps, s, best, &best_host);
	s->dirty = false;
	if (hop.ifindex == s->hop.ifindex && ip_equal(&hop.gateway, &s->hop.gateway))
		return;
	s->hop = hop;
	s->changed = true;
}

/* ---- life ---- */

struct psource *prefix_source(struct prefixes *ps, const struct psource *like)
{
	struct psource **bucket = bucket_of(ps, &like->gw), *s;

	for (s = *bucket; s; s = s->next) {
		if (!same(s, like))
			continue;
		s->refs++;
		return s;
	}
	s = malloc(sizeof(*s));
	if (!s) {
		log_error("prefixes: no memory for a route");
		return NULL;
	}
	*s = *like;
	s->refs = 1;
	s->next = *bucket;
	*bucket = s;
	ps->n_esi_sources += ip_is_none(&s->gw);
	resolve(ps, s);
	s->changed = false;
	return s;
}

void prefix_source_put(struct prefixes *ps, struct psource *s)
{
	struct psource **p;

	if (--s->refs)
		return;
	if (ps->judged.source == s)
		ps->judged.valid = false;
	for (p = bucket_of(ps, &s->gw); *p != s; p = &(*p)->next)
		;
	*p = s->next;
	ps->n_esi_sources -= ip_is_none(&s->gw);
	free(s);
}

static void touch(struct prefixes *ps, struct psource *s, const struct ip_addr *addr)
{
	for (; s; s = s->next) {
		if (addr && !ip_is_none(&s->gw) && !ip_equal(&s->gw, addr))
			continue;
		s->dirty = true;
		ps->sources_due = true;
		prefix_wake(ps);
	}
}

void prefix_source_touch(struct prefixes *ps, const struct ip_addr *addr)
{
	static const struct ip_addr none;

	if (addr) {
		touch(ps, *bucket_of(ps, addr), addr);
		if (ps->n_esi_sources)
			touch(ps, *bucket_of(ps, &none), addr);
		return;
	}
	for (u32 i = 0; i < PREFIX_HASH; i++)
		touch(ps, ps->sources[i], NULL);
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
	for (u32 i = 0; i < PREFIX_HASH; i++) {
		for (s = ps->sources[i]; s; s = s->next) {
			if (s->dirty)
				resolve(ps, s);
			any |= s->changed;
		}
	}
	if (!any)
		return;
	prefix_walk(ps, queue_changed, NULL);
	for (u32 i = 0; i < PREFIX_HASH; i++)
		for (s = ps->sources[i]; s; s = s->next)
			s->changed = false;
}
