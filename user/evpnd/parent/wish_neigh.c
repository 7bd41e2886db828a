// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_neigh.c - wishes for neighbours on a segment of ours. A wish begins with its key.
 */
#include <linux/evpn.h>
#include <stdio.h>

#include "parent/wish_kind.h"

static bool neigh_ok(const void *wish, const char **why)
{
	return kern_neigh_ok(wish, why);
}

static bool neigh_key_ok(const void *key, const char **why)
{
	return kern_neigh_key_ok(key, why);
}

static bool neigh_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct neigh_key *key = wish;

	snprintf(why, PARENT_WHY_LEN, "neighbours on a segment that is not its own");
	return guard_esi(&p->guard, p->conf->conf, &key->esi) || kern_has_es(p->kern, &key->esi);
}

static bool neigh_same_owner(const void *a, const void *b)
{
	const struct neigh_key *x = a, *y = b;

	return !esi_cmp(&x->esi, &y->esi);
}

static void neigh_apply(struct parent *p, const struct batch *wishes)
{
	kern_neigh_wish(p->kern, wishes);
}

static void neigh_remove(struct parent *p, const struct batch *keys)
{
	kern_neigh_wish_gone(p->kern, keys);
}

static void neigh_sweep(struct parent *p)
{
	kern_neigh_sweep(p->kern);
}

static void neigh_replay(struct parent *p)
{
	kern_replay_neighs(p->kern);
}

WISH_KIND(NEIGH) = {
	.turn = WISHES_LAST,
	.retain_max = EVPN_NEIGH_RETAIN_MAX,
	.ok = neigh_ok,
	.key_ok = neigh_key_ok,
	.may = neigh_may,
	.may_remove = neigh_may,
	.same_owner = neigh_same_owner,
	.apply = neigh_apply,
	.remove = neigh_remove,
	.sweep = neigh_sweep,
	.replay = neigh_replay,
};
