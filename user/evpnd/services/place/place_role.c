// SPDX-License-Identifier: GPL-2.0-only
/*
 * place_role.c - does this PE forward to the customer? What the module has in force decides, not what was
 * elected: between the two is a hand-over.
 *
 * RFC 7432 (8.4, 8.5, 14.1.1), RFC 9786 (3)
 */
#include <string.h>

#include "services/place/place.h"
#include "timer.h"

bool place_role_fact(struct place_es *es, const struct fact_es *f)
{
	struct place_role now = {.role = f->role, .force = f->force};

	if (f->gone)
		memset(&now, 0, sizeof(now));
	else
		memcpy(now.vlan_df, f->vlan_df, sizeof(now.vlan_df));
	if (!memcmp(&now, &es->now, sizeof(now)))
		return false;
	es->now = now;
	es->changed_us = timer_now_us();
	return true;
}

static bool bit(const u8 *map, u32 n)
{
	return map[n / 8] >> n % 8 & 1;
}

/* Candidates of a port-active segment that do not agree elect for each VLAN, as in single-active mode. */
static bool is_per_vlan(const struct place_es *es)
{
	static const u8 none[CONF_VLAN_BYTES];

	return es->conf->mode == CONF_SINGLE_ACTIVE ||
	       memcmp(es->now.vlan_df, none, sizeof(none)) != 0;
}

static bool stands_by(const struct place_es *es, u32 tag)
{
	u32 vid = tag >> 12 ? tag >> 12 : tag;

	if (es->now.force & ES_BLOCKED)
		return true;
	if (es->conf->mode == CONF_ALL_ACTIVE)
		return false;
	if (es->now.role == ES_NON_DF)
		return true;
	return is_per_vlan(es) && !bit(es->now.vlan_df, vid ? vid : es->conf->untagged_vid);
}

enum place_way place_way(const struct place_device *on)
{
	const struct place_es *es = on->es;

	if (!es || !es->conf || !es->in_kernel)
		return PLACE_FORWARDS;
	if (stands_by(es, on->tag))
		return PLACE_STANDS_BY;
	return es->now.role == ES_DRAINING ? PLACE_LEAVES : PLACE_FORWARDS;
}
