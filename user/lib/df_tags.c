// SPDX-License-Identifier: GPL-2.0-only
/*
 * df_tags.c - sets of Ethernet Tags: a bitmap for VLANs, a sorted array for wider tags.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "df.h"

#define VLANS (DF_VLAN_BYTES * 8)

/* Where @tag is in the sorted array, or belongs. */
static size_t wide_find(const struct df_tags *t, u32 tag)
{
	size_t lo = 0, hi = t->n_wide;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->wide[mid] < tag)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool df_tags_has(const struct df_tags *t, u32 tag)
{
	size_t at;

	if (tag < VLANS)
		return t->vlan[tag / 8] >> tag % 8 & 1;
	at = wide_find(t, tag);
	return at < t->n_wide && t->wide[at] == tag;
}

int df_tags_add(struct df_tags *t, u32 tag)
{
	size_t at;
	u32 *wide;

	if (tag < VLANS) {
		t->vlan[tag / 8] |= 1u << tag % 8;
		return 0;
	}
	if (df_tags_has(t, tag))
		return 0;
	wide = reallocarray(t->wide, t->n_wide + 1, sizeof(*wide));
	if (!wide)
		return -ENOMEM;
	t->wide = wide;
	at = wide_find(t, tag);
	memmove(wide + at + 1, wide + at, (t->n_wide - at) * sizeof(*wide));
	wide[at] = tag;
	t->n_wide++;
	return 0;
}

void df_tags_fini(struct df_tags *t)
{
	free(t->wide);
	memset(t, 0, sizeof(*t));
}
