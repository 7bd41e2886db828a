// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_id.c - a VRF's number is in the distinguisher of its routes. Two routes of one prefix need two: for a
 * second next hop with the same tag, and for the core. These come from the upper quarter of the numbers, so
 * many of them in a row for a VRF; no two VRFs have one in common, or the same prefix in both were one route,
 * and one customer's were withdrawn with the other's.
 *
 * RFC 4364 (4.2), RFC 7432 (7.9)
 */
#include "log.h"
#include "services/prefix/prefix.h"

#define FURTHER_FIRST 0xc000

enum { BLOCKS = 0x7ff };

static void take(bool taken[BLOCKS], u16 id)
{
	u32 block = (u32)(id - FURTHER_FIRST) / PREFIX_HOPS_MAX;

	if (id >= FURTHER_FIRST && block < BLOCKS)
		taken[block] = true;
}

static bool needs_more(const struct place_vrf *v)
{
	return v->conf.prefixes.learn || v->conf.prefixes.core != CONF_CORE_OFF;
}

/* From the number, so that a VRF has the same ones after a restart, unless there are too many. */
static void choose(struct place_vrf *v, bool taken[BLOCKS])
{
	for (u32 i = 0; i < BLOCKS; i++) {
		u32 block = (v->id + i) % BLOCKS;

		if (taken[block])
			continue;
		taken[block] = true;
		v->more_ids = (u16)(FURTHER_FIRST + block * PREFIX_HOPS_MAX);
		return;
	}
	log_warning(
		"VRF %s: %d others have further distinguishers, which is all: one route of a prefix "
		"and tag is advertised, and none to the core",
		v->conf.name, BLOCKS);
}

void prefix_ids(struct prefixes *ps)
{
	bool taken[BLOCKS] = {false};
	struct place_vrf *v;

	TAILQ_FOREACH(v, &ps->at.vrfs, entry)
		take(taken, v->id);
	TAILQ_FOREACH(v, &ps->at.vrfs, entry) {
		u16 was = v->more_ids;

		v->more_ids = 0;
		if (needs_more(v))
			choose(v, taken);
		if (was && was != v->more_ids)
			prefix_withdraw_vrf(ps, v);
	}
}

u16 prefix_further_id(const struct place_vrf *v, u16 nth)
{
	return v->more_ids ? (u16)(v->more_ids + nth) : 0;
}
