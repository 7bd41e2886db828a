// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_want.c - what all other PEs together want of a group, as one wish, and why a route of one of them does not
 * count here.
 *
 * RFC 9251 (4.2, 6.3), RFC 3376 (3.2, 6.2), draft-ietf-bess-evpn-l3mh-proto (3.7.2)
 */
#include <stdio.h>
#include <string.h>

#include "services/member/member.h"

const char *member_held_back(const struct mgroup *g, const struct mremote *r,
			     char why[MEMBER_WHY_MAX])
{
	const struct circuit *c = g->circuit;

	why[0] = '\0';
	if (!c->es->conf)
		snprintf(why, MEMBER_WHY_MAX, "its segment is not here");
	else if (!c->es->in_kernel)
		snprintf(why, MEMBER_WHY_MAX, "the kernel does not have segment %s yet",
			 c->es->conf->name);
	else if (!c->ifindex && c->several)
		snprintf(why, MEMBER_WHY_MAX, "several devices of segment %s have tag %u",
			 c->es->conf->name, c->tag);
	else if (!c->ifindex)
		snprintf(why, MEMBER_WHY_MAX, "%s has no sub-interface for it",
			 c->es->conf->interface);
	else if (c->vrf != r->origin->vrf)
		snprintf(why, MEMBER_WHY_MAX,
			 "the sub-interface belongs to VRF %s, the route to %s",
			 c->vrf ? c->vrf->conf.name : "(none)", r->origin->vrf->conf.name);
	return why;
}

static bool is_usable(const struct mgroup *g, const struct mremote *r)
{
	char why[MEMBER_WHY_MAX];

	return !member_held_back(g, r, why)[0];
}

struct member_key member_key_of(const struct mgroup *g)
{
	return (struct member_key){
		.tag = g->circuit->tag, .esi = g->circuit->es->esi, .group = mgroup_addr(g)};
}

static bool excludes(const struct mentry *e, const struct mremote *r)
{
	return e->any || r->flags & EVPN_MC_EXCLUDE;
}

/** struct excluders - PEs that exclude, by their distinguishers; @n above the bound: more than block one source */
struct excluders {
	u32 n;
	struct rd rds[MEMBER_PATHS_MAX];
};

static bool is_excluder(const struct excluders *x, const struct rd *rd)
{
	for (u32 i = 0; i < x->n; i++)
		if (!rd_cmp(&x->rds[i], rd))
			return true;
	return false;
}

static void add_excluder(struct excluders *x, const struct rd *rd)
{
	if (x->n > MEMBER_PATHS_MAX || is_excluder(x, rd))
		return;
	if (x->n < MEMBER_PATHS_MAX)
		x->rds[x->n] = *rd;
	x->n++;
}

/* One is blocked if every PE that excludes blocks it, and no other one wants it. */
static bool is_blocked(const struct mgroup *g, const struct excluders *x, const struct mentry *s)
{
	const struct mremote *r;
	u32 blocking = 0;

	if (x->n > MEMBER_PATHS_MAX)
		return false;
	for (r = s->remotes; r; r = r->next) {
		if (r->flags & EVPN_MC_EXCLUDE)
			blocking += is_excluder(x, &r->origin->rd);
		else if (is_usable(g, r))
			return false;
	}
	return blocking == x->n;
}

static void add_source(struct wish_member *w, const struct mentry *e)
{
	struct ip_addr source = mentry_source(e);

	if (w->n_sources < MEMBER_SOURCES_MAX)
		memcpy(w->sources[w->n_sources++].addr, source.b, sizeof(source.b));
}

static bool is_included(const struct mgroup *g, const struct mentry *e)
{
	const struct mremote *r;

	for (r = e->remotes; r; r = r->next)
		if (is_usable(g, r) && !excludes(e, r))
			return true;
	return false;
}

bool member_combined(const struct mgroup *g, struct wish_member *w)
{
	struct excluders x = {.n = 0};
	const struct mentry *e;
	const struct mremote *r;

	memset(w, 0, sizeof(*w));
	w->key = member_key_of(g);
	mgroup_each(e, g)
		for (r = e->remotes; r; r = r->next) {
			if (!is_usable(g, r))
				continue;
			w->origin = ip_low32(&r->origin->nh);
			w->versions |= r->flags & MEMBER_VERSIONS;
			if (excludes(e, r)) {
				w->mode = MEMBER_EXCLUDE;
				add_excluder(&x, &r->origin->rd);
			} else if (w->mode == MEMBER_NONE) {
				w->mode = MEMBER_INCLUDE;
			}
		}
	mgroup_each(e, g)
		if (e->remotes && !e->any &&
		    (w->mode == MEMBER_EXCLUDE ? is_blocked(g, &x, e) : is_included(g, e)))
			add_source(w, e);
	return w->mode != MEMBER_NONE;
}
