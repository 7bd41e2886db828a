// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_core.c - customers' prefixes, told to the core: an RT-5 that names no router and no segment
 * (interface-less), with the VRF's L3VNI as label and the MAC address of this PE's router. Every PE that has a
 * way through a leg of its own tells it, whoever has learned it, so that a remote PE that knows nothing of
 * multihoming has a path by each. It goes with the route of the kernel that it stands for. A PE that does not
 * forward to the customer at the moment tells it as a path that is only good when there is no other one.
 *
 * Where the core knows IP aliasing (by_esi), it names the segment instead, and the PE that has learned it tells it
 * for all of them: by which PEs the segment is reached is told apart (prefix_alias.c). While that PE is gone, those
 * that keep its prefixes tell them.
 *
 * RFC 9136 (4.4.1), draft-ietf-bess-evpn-l3mh-proto (3.8.1, 3.8.2)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/place/place_l3vni.h"
#include "services/prefix/prefix.h"

const struct pcore *prefix_core_of(const struct prefixes *ps, u32 vrf)
{
	for (size_t i = 0; i < ps->n_cores; i++)
		if (ps->cores[i].vrf == vrf)
			return &ps->cores[i];
	return NULL;
}

struct evpn_nlri prefix_core_nlri(const struct prefixes *ps, const struct pfx *x,
				  const struct pcore *c)
{
	struct ip_prefix p = prefix_of(x);

	return (struct evpn_nlri){
		.type = EVPN_PREFIX,
		.rd = rd_make_ip(ps->router_id, c->id),
		.ip = p.addr,
		.plen = p.plen,
		.gw.len = p.addr.len,
		.label = {c->l3vni},
		.labels = 1,
	};
}

static void withdraw(struct prefixes *ps, struct pfx *x, const struct pcore *c)
{
	struct evpn_nlri n = prefix_core_nlri(ps, x, c);

	speaker_withdraw(ps->speaker, &n, false);
	x->flags &= ~PFX_CORE;
}

static enum place_way best_way(struct prefixes *ps, const struct pset *s)
{
	enum place_way best = PLACE_STANDS_BY;

	for (u32 i = 0; s && i < s->n; i++) {
		const struct place_device *on = place_device(&ps->at, s->hops[i].ifindex);
		enum place_way way = on ? place_way(on) : PLACE_FORWARDS;

		if (way > best)
			best = way;
	}
	return best;
}

/* LOCAL_PREF is for neighbours in the AS alone, the metric is for others. */
static void prefer(struct bgp_attrs *a, enum place_way way)
{
	static const u32 prefs[] = {[PLACE_STANDS_BY] = 50, [PLACE_LEAVES] = 75};

	if (way == PLACE_FORWARDS)
		return;
	a->present |= BGP_BIT(BGP_ATTR_LOCAL_PREF) | BGP_BIT(BGP_ATTR_MED);
	a->local_pref = prefs[way];
	a->med = 100 - prefs[way];
}

/* The set by which the kernel reaches the customer: of a routing daemon's route, or of one of ours. */
static const struct pset *set_in_use(const struct pfx *x)
{
	const struct plocal *l = prefix_local(x);

	return l && l->set && !(x->flags & PFX_TOO_MANY) ? l->set : x->there;
}

/* The segment that all of them are on, in the VRF whose circuits the core is told of; or NULL. */
static const struct esi *one_segment(struct prefixes *ps, const struct pset *s)
{
	const struct esi *esi = NULL;

	for (u32 i = 0; s && i < s->n; i++) {
		const struct place_device *on = place_device(&ps->at, s->hops[i].ifindex);

		if (!on || !on->es || on->vrf->ifindex != s->vrf ||
		    (esi && esi_cmp(esi, &on->es->esi)))
			return NULL;
		esi = &on->es->esi;
	}
	return esi;
}

static bool is_retained(const struct pfx *x)
{
	const struct premote *r;

	for (r = x->remotes; r; r = r->next)
		if (!r->lost)
			return false;
	return x->remotes;
}

/* By whom the core hears of it, where it hears of the segment: another PE, which has it still */
static bool is_others(const struct pfx *x, const struct pset *in_use)
{
	const struct plocal *l = x->flags & PFX_TOO_MANY ? NULL : prefix_local(x);

	if (l && l->set == in_use)
		return l->how == NEIGHBOUR_SYNCED;
	return !is_retained(x);
}

const char *prefix_core_silent(struct prefixes *ps, const struct pfx *x, const struct pcore *c)
{
	const struct pset *s = set_in_use(x);

	if (c->why[0])
		return c->why;
	if (!s)
		return "the kernel has no route by a leg of this PE";
	if (c->by_esi && is_others(x, s) && one_segment(ps, s))
		return "the PE that has learned it tells it, with the segment's ESI";
	return NULL;
}

static void originate(struct prefixes *ps, struct pfx *x, const struct pcore *c)
{
	const struct esi *esi = c->by_esi ? one_segment(ps, set_in_use(x)) : NULL;
	struct evpn_nlri n = prefix_core_nlri(ps, x, c);
	struct bgp_attrs attrs;

	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	attrs.ext = ecomm_slice(c->ext, c->n_ext);
	if (esi)
		n.esi = *esi;
	else
		prefer(&attrs, best_way(ps, set_in_use(x)));
	if (speaker_originate(ps->speaker, &n, &attrs, false))
		log_error("a prefix was not advertised to the core: no memory");
	else
		x->flags |= PFX_CORE;
}

void prefix_core(struct prefixes *ps, struct pfx *x)
{
	const struct pcore *c = prefix_core_of(ps, x->vrf);

	if (!c)
		return;
	if (!prefix_core_silent(ps, x, c))
		originate(ps, x, c);
	else if (x->flags & PFX_CORE)
		withdraw(ps, x, c);
}

void prefix_core_withdraw(struct prefixes *ps, struct pfx *x)
{
	const struct pcore *c = prefix_core_of(ps, x->vrf);

	if (c && x->flags & PFX_CORE)
		withdraw(ps, x, c);
}

/* ---- which VRFs, and the router's MAC address ---- */

static void find_router(struct prefixes *ps, const struct place_vrf *v, struct pcore *c)
{
	struct place_l3vni l3vni;

	if (!place_l3vni(speaker_devices(ps->speaker), c->l3vni, c->vrf, v->conf.name, &l3vni,
			 c->why, sizeof(c->why)))
		return;
	c->ext[c->n_ext++] = ecomm_router_mac(&l3vni.router->fact.address);
	c->n_ext = (u32)ecomm_sort(c->ext, c->n_ext);
}

/* @c: the next one of @ps, not counted yet */
static void make_core(struct prefixes *ps, const struct place_vrf *v, struct pcore *c)
{
	*c = (struct pcore){
		.vrf = v->ifindex,
		.l3vni = v->conf.l3vni,
		.by_esi = v->conf.prefixes.core == CONF_CORE_ESI,
		.id = prefix_further_id(v, 0),
	};
	for (; c->n_ext < v->conf.n_export; c->n_ext++)
		c->ext[c->n_ext] = v->conf.export[c->n_ext];
	c->ext[c->n_ext++] = ecomm_encap(TUNNEL_VXLAN);
	if (!c->id)
		snprintf(c->why, sizeof(c->why), "no distinguisher is left for those of VRF %s",
			 v->conf.name);
	else if (!v->conf.n_export)
		snprintf(c->why, sizeof(c->why), "VRF %s has no export route target", v->conf.name);
	else
		find_router(ps, v, c);
}

static void withdraw_of(struct prefixes *ps, struct pfx *x, void *data)
{
	const struct pcore *c = data;

	if (x->vrf == c->vrf && x->flags & PFX_CORE)
		withdraw(ps, x, c);
}

/* What was told of a table that is not there any more, or with another distinguisher. */
static void withdraw_old(struct prefixes *ps, struct pcore *old, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct pcore *now = prefix_core_of(ps, old[i].vrf);

		if (!now || now->id != old[i].id)
			prefix_walk(ps, withdraw_of, &old[i]);
	}
}

static void queue_told(struct prefixes *ps, struct pfx *x, void *data)
{
	if (x->flags & PFX_CORE)
		prefix_queue(ps, x);
}

void prefix_cores_renew(struct prefixes *ps)
{
	if (ps->n_cores)
		prefix_walk(ps, queue_told, NULL);
	prefix_aliases(ps);
}

static void queue_any(struct prefixes *ps, struct pfx *x, void *data)
{
	prefix_queue(ps, x);
}

void prefix_cores_resolve(struct prefixes *ps)
{
	size_t n_old = ps->n_cores, cap = 0;
	struct pcore *old = ps->cores;
	struct place_vrf *v;

	TAILQ_FOREACH(v, &ps->at.vrfs, entry)
		cap++;
	ps->cores = calloc(cap ? cap : 1, sizeof(*ps->cores));
	ps->n_cores = 0;
	if (!ps->cores)
		log_error("prefixes: no memory for what is told to the core");
	TAILQ_FOREACH(v, &ps->at.vrfs, entry)
		if (ps->cores && v->known && v->conf.prefixes.core != CONF_CORE_OFF) {
			make_core(ps, v, &ps->cores[ps->n_cores]);
			ps->n_cores++;
		}
	withdraw_old(ps, old, n_old);
	if (ps->n_cores != n_old || (n_old && memcmp(old, ps->cores, n_old * sizeof(*old)) != 0))
		prefix_walk(ps, queue_any, NULL);
	free(old);
	prefix_aliases(ps);
}
