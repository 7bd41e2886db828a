/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mdb_foreign.h - permanent entries of bridges' multicast databases that are not ours: an operator's. A port has
 * one entry for a group, so a wish for the same one is refused as long as his is there, and it stays his.
 */
#ifndef EVPND_MDB_FOREIGN_H
#define EVPND_MDB_FOREIGN_H

#include "contract/mdb.h"
#include "system/reconcile.h"

struct nl_mdb;

/**
 * struct foreign - such an entry
 * @key: with the segment and the tag of the wish that was refused because of it
 * @refused: there is one
 * @there: found at a look
 */
struct foreign {
	struct wished w;
	struct mdb_key key;
	bool refused;
	bool there;
};

/** mdb_key_cmp() - by port first: esi and tag follow from it */
int mdb_key_cmp(const void *a, const void *b);

struct reconcile mdb_foreign_init(void);

/** mdb_foreign_find() - NULL: nobody but us, or the bridge itself, has an entry there */
struct foreign *mdb_foreign_find(const struct reconcile *r, const struct mdb_key *key);

/** mdb_foreign_see() - an entry was seen: note it, if it is such a one. NULL: it is not, or there is no memory */
struct foreign *mdb_foreign_see(struct reconcile *r, const struct nl_mdb *entry);

#endif
