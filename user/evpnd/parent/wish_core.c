// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_core.c - wishes for prefixes of the core: PEs, groups of them, and routes by these. They may be taken back when
 * their VRF is not configured any more.
 */
#include <stdio.h>

#include "parent/wish_kind.h"
#include "system/l3vni.h"

/* ---- PEs ---- */

static bool pe_ok(const void *wish, const char **why)
{
	*why = "an impossible PE of the core";
	return remote_pes_wish_ok(wish);
}

static bool pe_key_ok(const void *key, const char **why)
{
	*why = "an impossible PE of the core";
	return remote_pes_key_ok(key);
}

/* The VRF that device @svi is in, if it takes routes of the core; or NULL */
static const struct conf_vrf *vrf_of(const struct parent *p, const struct fact_link *svi)
{
	const struct fact_link *vrf = svi->master ? links_by_index(p->links, svi->master) : NULL;
	const struct conf_vrf *v;

	if (svi->master && !vrf)
		return NULL;
	v = conf_vrf(p->conf->conf, vrf ? vrf->ifname : CONF_VRF_GLOBAL);
	return v && v->prefixes.from_core ? v : NULL;
}

/* A device that has just gone is no malice: the answer says so. */
static bool pe_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct wish_core_pe *w = wish;
	const struct fact_link *svi = links_by_name(p->links, w->key.svi);
	const struct fact_link *vxlan = links_by_name(p->links, w->key.vxlan);
	const struct conf_vrf *v;

	snprintf(why, PARENT_WHY_LEN, "%s and %s are not of the L3VNI of a VRF with from-core",
		 w->key.svi, w->key.vxlan);
	if (!svi || !vxlan)
		return true;
	v = vrf_of(p, svi);
	return v && l3vni_vxlan(p->links, svi, v->l3vni) == vxlan;
}

static void pe_apply(struct parent *p, const struct batch *wishes)
{
	remote_pes_wish(p->remote_pes, wishes);
}

static void pe_remove(struct parent *p, const struct batch *keys)
{
	remote_pes_wish_gone(p->remote_pes, keys);
}

static void pe_sweep(struct parent *p)
{
	remote_pes_sweep(p->remote_pes);
}

static void pe_replay(struct parent *p)
{
	remote_pes_replay(p->remote_pes);
}

WISH_KIND(CORE_PE) = {
	.turn = WISHES_FIRST,
	.ok = pe_ok,
	.key_ok = pe_key_ok,
	.may = pe_may,
	.apply = pe_apply,
	.remove = pe_remove,
	.sweep = pe_sweep,
	.replay = pe_replay,
};

/* ---- groups of PEs ---- */

static bool group_ok(const void *wish, const char **why)
{
	return routes_core_group_ok(wish, why);
}

static bool group_key_ok(const void *key, const char **why)
{
	return routes_core_group_key_ok(key, why);
}

static bool group_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	snprintf(why, PARENT_WHY_LEN, "PEs by a device that is of no VRF with from-core");
	return routes_core_may_group(p->routes, wish);
}

static void group_apply(struct parent *p, const struct batch *wishes)
{
	routes_core_groups(p->routes, wishes);
}

static void group_remove(struct parent *p, const struct batch *keys)
{
	routes_core_groups_gone(p->routes, keys);
}

static void group_sweep(struct parent *p)
{
	routes_core_sweep(p->routes);
}

static void group_replay(struct parent *p)
{
	routes_core_replay(p->routes);
}

WISH_KIND(CORE_GROUP) = {
	.turn = WISHES_FIRST,
	.ok = group_ok,
	.key_ok = group_key_ok,
	.may = group_may,
	.apply = group_apply,
	.remove = group_remove,
	.sweep = group_sweep,
	.replay = group_replay,
};

/* ---- routes by them; what a fresh speaker is told of them comes with other routes (wish_prefix.c) ---- */

static bool route_ok(const void *wish, const char **why)
{
	return routes_core_route_ok(wish, why);
}

static bool route_key_ok(const void *key, const char **why)
{
	return routes_key_ok(key, why);
}

static bool route_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	snprintf(why, PARENT_WHY_LEN, "routes of the core in a VRF that takes none");
	return routes_core_may_route(p->routes, wish);
}

static void route_forbidden(struct parent *p, const void *wish)
{
	routes_core_forbidden(p->routes, wish);
}

static bool route_same_owner(const void *a, const void *b)
{
	const struct wish_core_route *x = a, *y = b;

	return x->key.vrf == y->key.vrf;
}

static void route_apply(struct parent *p, const struct batch *wishes)
{
	routes_core_wish(p->routes, wishes);
}

static void route_remove(struct parent *p, const struct batch *keys)
{
	routes_wish_gone(p->routes, keys);
}

WISH_KIND(CORE_ROUTE) = {
	.turn = WISHES_LAST,
	.ok = route_ok,
	.key_ok = route_key_ok,
	.may = route_may,
	.forbidden = route_forbidden,
	.same_owner = route_same_owner,
	.apply = route_apply,
	.remove = route_remove,
};
