// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_import.c - RT-5 of the core: with a route target that a VRF imports, a label, and no gateway; with the ESI of a
 * segment, or without. How good they are is kept as BGP compares it, so that PEs with equal ones share the load,
 * whatever their distinguishers.
 *
 * RFC 9136 (3.2, 4.4.1), RFC 4271 (9.1.2.2)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "order.h"
#include "services/core/core.h"

#define LOCAL_PREF 100 /* of a route that carries none */

static int source_cmp(const struct core_source *a, const struct core_source *b)
{
	int r = rd_cmp(&a->rd, &b->rd);

	r = r ? r : ORDER(a->vrf, b->vrf);
	r = r ? r : ORDER(a->family, b->family);
	r = r ? r : ORDER(a->tag, b->tag);
	r = r ? r : esi_cmp(&a->esi, &b->esi);
	r = r ? r : ip_cmp(&a->nh, &b->nh);
	r = r ? r : mac_cmp(&a->mac, &b->mac);
	r = r ? r : ORDER(a->vni, b->vni);
	r = r ? r : ORDER(a->tunnel, b->tunnel);
	r = r ? r : ORDER(a->pref, b->pref);
	r = r ? r : ORDER(a->as_path, b->as_path);
	r = r ? r : ORDER(a->origin, b->origin);
	return r ? r : ORDER(a->med, b->med);
}

RB_PROTOTYPE_INTERNAL(core_sources, core_source, node, source_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(core_sources, core_source, node, source_cmp, static __attribute__((unused)))

/* What this PE has told somebody, and is told again by him. */
bool core_is_own(const struct core *c, const struct rd *rd)
{
	struct ip_addr id = ip_v4(c->router_id);

	return rd_type(rd) == RD_IPV4 && !memcmp(rd->b + 2, id.b, 4);
}

/* The VRF that it is for, or NULL: it is no route of the core, or none for us */
static struct core_vrf *vrf_for(struct core *c, const struct evpn_nlri *n,
				const struct bgp_attrs *a)
{
	struct ip_prefix p = prefix_make(&n->ip, n->plen);

	if (!c->n_vrfs || !n->label[0] || !ip_is_zero(&n->gw) || core_is_own(c, &n->rd) ||
	    !prefix_is_routable(&p))
		return NULL;
	return core_vrf_match(c, &a->ext);
}

/* ---- room ---- */

static struct core_path *path_of(const struct core_prefix *x, const struct evpn_nlri *n)
{
	struct core_path *p;

	for (p = x->paths; p; p = p->next)
		if (p->source->tag == n->etag && !rd_cmp(&p->source->rd, &n->rd))
			return p;
	return NULL;
}

void core_say_full(struct core *c, const struct core_vrf *v, bool *full, const char *what)
{
	c->counts.too_many++;
	if (!*full)
		log_warning("VRF %s: the core has more %s than are taken", v->conf.name, what);
	*full = true;
}

/* It is said if there is none. */
static bool has_room(struct core *c, struct core_vrf *v, const struct evpn_nlri *n)
{
	struct ip_prefix p = prefix_make(&n->ip, n->plen);
	const struct core_prefix *x = core_prefix(c, v->ifindex, &p, false);

	if (x && x->paths && !path_of(x, n) && core_count_paths(x) >= CORE_PATHS_MAX)
		core_say_full(c, v, &v->paths_full, "paths of a prefix");
	else if (!(x && x->paths) && v->taken >= v->conf.prefixes.limit)
		core_say_full(c, v, &v->full, "prefixes");
	else
		return true;
	return false;
}

bool core_import_wanted(struct core *c, const struct evpn_nlri *n, const struct bgp_attrs *a)
{
	struct core_vrf *v = vrf_for(c, n, a);

	return v && has_room(c, v, n);
}

/* ---- what routes have in common ---- */

static void judge(struct core *c, struct core_source *s)
{
	const struct core_vrf *v = core_vrf(c, s->vrf);

	s->why[0] = '\0';
	if (!v)
		return;
	if (v->why[0])
		memcpy(s->why, v->why, sizeof(s->why));
	else if (!s->tunnel)
		snprintf(s->why, sizeof(s->why), "its encapsulation is not VXLAN");
	else if (s->vni != v->conf.l3vni)
		snprintf(s->why, sizeof(s->why), "its VNI is %u, and that of VRF %s is %u", s->vni,
			 v->conf.name, v->conf.l3vni);
}

void core_sources_judge(struct core *c)
{
	struct core_source *s;

	RB_FOREACH(s, core_sources, &c->sources)
		judge(c, s);
	core_queue_all(c);
}

static void describe(struct core_source *s, const struct evpn_nlri *n, const struct rib_path *now,
		     const struct core_vrf *v)
{
	const struct bgp_attrs *a = now->attrs;
	u16 tunnel;

	*s = (struct core_source){
		.vrf = v->ifindex,
		.rd = n->rd,
		.tag = n->etag,
		.esi = n->esi,
		.nh = *now->next_hop,
		.vni = n->label[0],
		.pref = BGP_HAS(a, BGP_ATTR_LOCAL_PREF) ? a->local_pref : LOCAL_PREF,
		.as_path = bgp_as_path_length(a),
		.origin = a->origin,
		.med = BGP_HAS(a, BGP_ATTR_MED) ? a->med : 0,
		.family = n->ip.len,
		.tunnel = !ecomm_get_encap(&a->ext, &tunnel) ||
			  ecomm_has_encap(&a->ext, TUNNEL_VXLAN),
	};
	ecomm_get_router_mac(&a->ext, &s->mac);
}

/* By what the PE's router takes frames of this VRF; with another's VNI it is that of another one's router. */
static struct mac router_of(struct core *c, const struct core_source *s)
{
	const struct core_vrf *v = core_vrf(c, s->vrf);

	return v && s->vni == v->conf.l3vni ? s->mac : (struct mac){{0}};
}

/* A reference for the caller, or NULL: no memory */
static struct core_source *source(struct core *c, const struct core_source *like)
{
	struct core_source *s = RB_FIND(core_sources, &c->sources, (struct core_source *)like);
	struct mac mac;

	if (s) {
		s->refs++;
		return s;
	}
	s = malloc(sizeof(*s));
	if (!s) {
		log_error("routes of the core: no memory");
		return NULL;
	}
	*s = *like;
	s->refs = 1;
	mac = router_of(c, s);
	s->pe = core_pe_get(c, s->vrf, &s->nh, &mac);
	if (!esi_is_zero(&s->esi))
		s->alias = core_group_of_esi(c, s->vrf, s->family, &s->esi);
	if (!s->pe || (!esi_is_zero(&s->esi) && !s->alias)) {
		if (s->pe)
			core_pe_put(c, s->pe);
		free(s);
		return NULL;
	}
	RB_INSERT(core_sources, &c->sources, s);
	judge(c, s);
	return s;
}

void core_source_put(struct core *c, struct core_source *s)
{
	if (--s->refs)
		return;
	RB_REMOVE(core_sources, &c->sources, s);
	if (s->alias)
		core_group_put(c, s->alias);
	core_pe_put(c, s->pe);
	free(s);
}

/* ---- routes ---- */

/* Whatever this route was taken for before; @except: not there. */
static void forget(struct core *c, const struct evpn_nlri *n, const struct ip_prefix *p,
		   const struct core_prefix *except)
{
	struct core_prefix *x, *next;

	for (x = core_prefix_first(c, p); x; x = next) {
		struct core_path *path = x != except ? path_of(x, n) : NULL;

		next = core_prefix_next(x);
		if (path)
			core_path_del(c, x, path);
	}
}

static struct core_path *add_path(struct core *c, struct core_prefix *x)
{
	struct core_path *p = calloc(1, sizeof(*p));
	struct core_vrf *v = core_vrf(c, x->vrf);

	if (!p)
		return NULL;
	if (v && !x->paths)
		v->taken++;
	p->next = x->paths;
	x->paths = p;
	return p;
}

static void take(struct core *c, struct core_prefix *x, const struct evpn_nlri *n,
		 struct core_source *s)
{
	struct core_path *p = path_of(x, n);

	if (p && p->source == s) {
		core_source_put(c, s);
		return;
	}
	if (p)
		core_source_put(c, p->source);
	else
		p = add_path(c, x);
	if (!p) {
		log_error("routes of the core: no memory");
		core_source_put(c, s);
		return;
	}
	p->source = s;
	core_prefix_queue(c, x);
}

void core_import_route(struct core *c, const struct evpn_nlri *n, const struct rib_path *now)
{
	const struct evpn_nlri *full = now && now->nlri ? now->nlri : n;
	struct ip_prefix p = prefix_make(&full->ip, full->plen);
	struct core_vrf *v = now && now->peer ? vrf_for(c, full, now->attrs) : NULL;
	struct core_prefix *x = NULL;
	struct core_source like, *s;

	if (v) {
		c->counts.received++;
		if (has_room(c, v, full))
			x = core_prefix(c, v->ifindex, &p, true);
		else
			c->left_out = true;
	}
	forget(c, n, &p, x);
	if (!x)
		return;
	describe(&like, full, now, v);
	s = source(c, &like);
	if (s)
		take(c, x, full, s);
}
