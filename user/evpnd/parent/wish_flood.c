// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_flood.c - wishes for entries of flooding lists. One may be taken back when its device is not configured any more.
 */
#include <stdio.h>

#include "parent/wish_kind.h"

static bool flood_ok(const void *key, const char **why)
{
	*why = "an impossible entry of a flooding list";
	return fdb_flood_key_ok(key);
}

static bool flood_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct flood_key *key = wish;

	snprintf(why, PARENT_WHY_LEN, "the flooding list of %s, VNI %u, is not its own",
		 key->ifname, key->vni);
	return parent_conf_floods(p, key);
}

static void flood_apply(struct parent *p, const struct batch *wishes)
{
	const struct flood_key *key = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++)
		fdb_flood_wish(p->flood, &key[i]);
}

static void flood_remove(struct parent *p, const struct batch *keys)
{
	const struct flood_key *key = batch_items(keys);

	for (uint32_t i = 0; i < keys->n; i++)
		fdb_flood_wish_gone(p->flood, &key[i]);
}

static void flood_sweep(struct parent *p)
{
	fdb_flood_sweep(p->flood);
}

static void flood_replay(struct parent *p)
{
	fdb_flood_replay(p->flood);
}

WISH_KIND(FLOOD) = {
	.turn = WISHES_FIRST,
	.ok = flood_ok,
	.key_ok = flood_ok,
	.may = flood_may,
	.apply = flood_apply,
	.remove = flood_remove,
	.sweep = flood_sweep,
	.replay = flood_replay,
};
