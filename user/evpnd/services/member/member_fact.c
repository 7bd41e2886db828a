// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_fact.c - what this PE has heard of a group, as entries: any source, for hosts that want all of
 * them; a source, for hosts that want it, or do not want it among all others.
 *
 * RFC 9251 (4.1.1, 9.2.1), RFC 3376 (6.2)
 */
#include <string.h>

#include "services/member/member.h"

static const struct ip_addr any_source;

static u8 newest(const struct mgroup *g)
{
	return g->len == 16 ? EVPN_MC_IGMP2 : EVPN_MC_IGMP3;
}

/*
 * Hosts of any version ask for any source; those of the newest by excluding none. An IGMPv1 host is one
 * of v2 that does not say when it leaves (RFC 9251 section 4.1.1).
 */
static u8 any_flags(const struct mgroup *g)
{
	u8 flags = g->versions ? g->versions : newest(g);

	if (flags & newest(g))
		flags |= EVPN_MC_EXCLUDE;
	if (g->len == 4 && flags & EVPN_MC_IGMP1)
		flags |= EVPN_MC_IGMP2;
	return flags;
}

static struct ip_addr address_of(const struct fact_member *f, u16 i)
{
	return ip_from_bytes(f->sources[i].addr, f->key.group.len);
}

static void set_local(struct members *ms, struct mgroup *g, const struct ip_addr *source, u8 flags)
{
	struct mentry *e = member_entry(g, source, true);

	if (!e)
		return;
	e->seen = true;
	if (!e->local && member_watched(ms))
		member_tell(ms, e, "heard", NULL);
	if (!g->left && e->leave)
		e->leave->left_us = 0;
	if (e->local == flags && e->advertised)
		return;
	e->local = flags;
	member_advertise(ms, e);
}

static void unset_local(struct members *ms, struct mentry *e)
{
	if (e->local && member_watched(ms))
		member_tell(ms, e, "gone", NULL);
	e->local = 0;
	member_withdraw(ms, e);
}

/* Of the sources, those that are of concern in the mode of the group. */
static void take_entries(struct members *ms, struct mgroup *g, const struct fact_member *f)
{
	bool exclude = f->mode == MEMBER_EXCLUDE;
	struct ip_addr source;
	struct mentry *e;
	u16 i;

	mgroup_each(e, g)
		e->seen = false;
	if (exclude)
		set_local(ms, g, &any_source, any_flags(g));
	for (i = 0; i < f->n_sources && f->mode != MEMBER_NONE; i++) {
		if (exclude != !!(f->sources[i].flags & MEMBER_BLOCKED))
			continue;
		source = address_of(f, i);
		set_local(ms, g, &source, newest(g) | (exclude ? EVPN_MC_EXCLUDE : 0));
	}
	mgroup_each(e, g)
		if (!e->seen)
			unset_local(ms, e);
}

/* One that excludes has asked for any source, and leaves that. */
static bool is_left(const struct mgroup *g, const struct mentry *e)
{
	return e->any || g->mode != MEMBER_EXCLUDE;
}

/* Known from another PE only, or here: a host that leaves may be the last one on either. */
static void take_leave(struct members *ms, struct mgroup *g, const struct fact_member *f)
{
	struct ip_addr source;
	struct mentry *e;
	u16 i;

	mgroup_each(e, g)
		if (f->flags & MEMBER_LEAVING && is_left(g, e))
			member_leave(ms, e);
	for (i = 0; i < f->n_sources; i++) {
		source = address_of(f, i);
		e = f->sources[i].flags & MEMBER_LEAVING ? member_entry(g, &source, false) : NULL;
		if (e)
			member_leave(ms, e);
	}
}

void member_fact(struct members *ms, const struct fact_member *f)
{
	struct circuit *c = place_circuit(&ms->at, &f->key.esi, f->key.tag, f->mode != MEMBER_NONE);
	struct ip_addr source = any_source;
	struct mgroup *g;

	if (!c)
		return;
	if (f->mode == MEMBER_INCLUDE && f->n_sources)
		source = address_of(f, 0);
	g = f->mode == MEMBER_NONE ? member_find(ms, c, &f->key.group) :
				     member_make(ms, c, &f->key.group, &source);
	if (!g)
		return;
	/* before its entries go: they are what is left */
	take_leave(ms, g, f);
	g->mode = f->mode;
	g->versions = f->versions;
	g->since = f->since;
	g->left = f->flags & MEMBER_LEAVING;
	g->epoch = ms->epoch;
	take_entries(ms, g, f);
	if (member_bridged(g))
		member_queue(ms, g);
	member_drop(ms, g);
}

void member_lose(struct members *ms, struct mgroup *g)
{
	struct mentry *e;

	g->mode = MEMBER_NONE;
	g->left = false;
	mgroup_each(e, g)
		unset_local(ms, e);
	if (member_bridged(g))
		member_queue(ms, g);
	member_drop(ms, g);
}
