// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_mdb.c - wishes for groups in a bridge, at a port that is a device of a segment of ours.
 */
#include <linux/evpn.h>
#include <stdio.h>

#include "parent/wish_kind.h"

enum { DEVICES_MAX = 3 }; /* a port is a bond's VLAN of a VLAN at most */

static bool mdb_wish_ok(const void *wish, const char **why)
{
	return mdb_ok(wish, why);
}

static bool mdb_gone_ok(const void *key, const char **why)
{
	return mdb_key_ok(key, why);
}

/* The port is the segment, or a VLAN of it; and a segment may be a VLAN itself. */
static bool mdb_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct mdb_key *key = wish;
	const struct fact_link *l = links_by_index(p->links, key->port);

	snprintf(why, PARENT_WHY_LEN, "groups at a port of a bridge that is no segment of its own");
	for (unsigned int n = 0; l && n < DEVICES_MAX; n++, l = links_lower(p->links, l))
		if (guard_es(&p->guard, p->conf->conf, &key->esi, l->ifname, false) ||
		    kern_has_es_on(p->kern, &key->esi, l->ifname))
			return true;
	return false;
}

/* One of ours may be taken back whose port is none any more. */
static bool mdb_may_remove(const struct parent *p, const void *key, char why[PARENT_WHY_LEN])
{
	return mdb_has(p->mdb, key) || mdb_may(p, key, why);
}

static void mdb_apply(struct parent *p, const struct batch *wishes)
{
	mdb_wish(p->mdb, wishes);
}

static void mdb_remove(struct parent *p, const struct batch *keys)
{
	mdb_wish_gone(p->mdb, keys);
}

static void mdb_all(struct parent *p)
{
	mdb_sweep(p->mdb);
}

static void mdb_anew(struct parent *p)
{
	mdb_replay(p->mdb);
}

WISH_KIND(MDB) = {
	.turn = WISHES_LAST,
	.retain_max = EVPN_NEIGH_RETAIN_MAX,
	.ok = mdb_wish_ok,
	.key_ok = mdb_gone_ok,
	.may = mdb_may,
	.may_remove = mdb_may_remove,
	.apply = mdb_apply,
	.remove = mdb_remove,
	.sweep = mdb_all,
	.replay = mdb_anew,
};
