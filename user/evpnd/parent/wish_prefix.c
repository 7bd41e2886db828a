// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_prefix.c - wishes for customers' routes. They may be taken back when their VRF is not configured any more.
 */
#include <stdio.h>
#include <string.h>

#include "parent/wish_kind.h"

static bool prefix_ok(const void *wish, const char **why)
{
	return routes_wish_ok(wish, why);
}

static bool prefix_key_ok(const void *key, const char **why)
{
	return routes_key_ok(key, why);
}

static bool prefix_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	snprintf(why, PARENT_WHY_LEN, "routes through devices that are on no segment");
	return routes_may(p->routes, wish);
}

static void prefix_forbidden(struct parent *p, const void *wish)
{
	routes_forbidden(p->routes, wish);
}

static bool prefix_same_owner(const void *a, const void *b)
{
	const struct wish_prefix *x = a, *y = b;

	return x->n_hops == y->n_hops && !memcmp(x->hops, y->hops, x->n_hops * sizeof(x->hops[0]));
}

static void prefix_apply(struct parent *p, const struct batch *wishes)
{
	routes_wish(p->routes, wishes);
}

static void prefix_remove(struct parent *p, const struct batch *keys)
{
	routes_wish_gone(p->routes, keys);
}

static void prefix_sweep(struct parent *p)
{
	routes_sweep(p->routes);
}

static void prefix_replay(struct parent *p)
{
	routes_replay(p->routes);
}

WISH_KIND(PREFIX) = {
	.turn = WISHES_LAST,
	.ok = prefix_ok,
	.key_ok = prefix_key_ok,
	.may = prefix_may,
	.forbidden = prefix_forbidden,
	.same_owner = prefix_same_owner,
	.apply = prefix_apply,
	.remove = prefix_remove,
	.sweep = prefix_sweep,
	.replay = prefix_replay,
};
