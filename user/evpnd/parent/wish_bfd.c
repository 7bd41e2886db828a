// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_bfd.c - wishes for BFD sessions. One may be taken back that is not configured any more.
 */
#include <stdio.h>

#include "parent/wish_kind.h"

static bool bfd_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const char *text = "";
	bool may = parent_bfd_ok(p->conf->conf, wish, &text);

	snprintf(why, PARENT_WHY_LEN, "%s", text);
	return may;
}

static void bfd_apply(struct parent *p, const struct batch *wishes)
{
	const struct bfd_key *key = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++)
		parent_bfd_wish(p->bfd, p->conf->conf, &key[i]);
}

static void bfd_remove(struct parent *p, const struct batch *keys)
{
	const struct bfd_key *key = batch_items(keys);

	for (uint32_t i = 0; i < keys->n; i++)
		parent_bfd_wish_gone(p->bfd, &key[i]);
}

static void bfd_sweep(struct parent *p)
{
	parent_bfd_sweep(p->bfd);
}

static void bfd_replay(struct parent *p)
{
	parent_bfd_replay(p->bfd);
}

WISH_KIND(BFD) = {
	.turn = WISHES_LAST,
	.may = bfd_may,
	.apply = bfd_apply,
	.remove = bfd_remove,
	.sweep = bfd_sweep,
	.replay = bfd_replay,
};
