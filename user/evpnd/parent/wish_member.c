// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_member.c - wishes for memberships on a segment of ours, and leaves of them. Either begins with its key.
 */
#include <linux/evpn.h>
#include <stdio.h>

#include "parent/wish_kind.h"

static bool member_ok(const void *wish, const char **why)
{
	return kern_member_ok(wish, why);
}

static bool member_key_ok(const void *key, const char **why)
{
	return kern_member_key_ok(key, why);
}

static bool member_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct member_key *key = wish;

	snprintf(why, PARENT_WHY_LEN, "memberships on a segment that is not its own");
	return guard_esi(&p->guard, p->conf->conf, &key->esi) || kern_has_es(p->kern, &key->esi);
}

static bool member_same_owner(const void *a, const void *b)
{
	const struct member_key *x = a, *y = b;

	return !esi_cmp(&x->esi, &y->esi);
}

static void member_apply(struct parent *p, const struct batch *wishes)
{
	kern_member_wish(p->kern, wishes);
}

static void member_remove(struct parent *p, const struct batch *keys)
{
	kern_member_wish_gone(p->kern, keys);
}

static void member_sweep(struct parent *p)
{
	kern_member_sweep(p->kern);
}

static void member_replay(struct parent *p)
{
	kern_replay_members(p->kern);
}

static bool member_leave_ok(const void *wish, const char **why)
{
	return kern_member_leave_ok(wish, why);
}

static void member_leave_apply(struct parent *p, const struct batch *wishes)
{
	const struct member_leave *leave = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++)
		kern_member_leave(p->kern, &leave[i]);
}

WISH_KIND(MEMBER) = {
	.turn = WISHES_LAST,
	.retain_max = EVPN_NEIGH_RETAIN_MAX,
	.ok = member_ok,
	.key_ok = member_key_ok,
	.may = member_may,
	.may_remove = member_may,
	.same_owner = member_same_owner,
	.apply = member_apply,
	.remove = member_remove,
	.sweep = member_sweep,
	.replay = member_replay,
};

/* done at once, and forgotten */
WISH_KIND(MEMBER_LEAVE) = {
	.turn = WISHES_LAST,
	.ok = member_leave_ok,
	.key_ok = member_key_ok,
	.may = member_may,
	.same_owner = member_same_owner,
	.apply = member_leave_apply,
};
