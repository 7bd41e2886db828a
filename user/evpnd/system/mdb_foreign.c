// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdb_foreign.c - see mdb_foreign.h. There are as many as root has made, and as a bridge has room for.
 */
#include "system/mdb_foreign.h"

#include "nl_mdb.h"

int mdb_key_cmp(const void *x, const void *y)
{
	const struct mdb_key *a = x, *b = y;
	int r = a->port < b->port ? -1 : a->port > b->port;

	if (!r)
		r = a->vid < b->vid ? -1 : a->vid > b->vid;
	return r ? r : ip_cmp(&a->group, &b->group);
}

struct reconcile mdb_foreign_init(void)
{
	return RECONCILE_INIT(struct foreign, key, mdb_key_cmp);
}

struct foreign *mdb_foreign_find(const struct reconcile *r, const struct mdb_key *key)
{
	return (struct foreign *)reconcile_find(r, key);
}

struct foreign *mdb_foreign_see(struct reconcile *r, const struct nl_mdb *e)
{
	const struct mdb_key key = {.port = e->port, .vid = e->vid, .group = e->group};
	struct foreign *f;

	if (!e->permanent || e->protocol == NL_MDB_PROTOCOL || !ip_is_none(&e->source))
		return NULL;
	f = (struct foreign *)reconcile_get(r, &key);
	if (f)
		f->there = true;
	return f;
}
