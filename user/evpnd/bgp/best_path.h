/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * best_path.h - which of several paths of one route is best.
 *
 * RFC 4271 section 9.1.2.2 in its order, by elimination, so that the answer does not depend on the
 * order of arrival; RFC 4456 section 9 (ORIGINATOR_ID, CLUSTER_LIST), RFC 9494 section 4.3 (stale last).
 * There is no IGP metric: step (e) treats all next hops as equally far. Pure.
 */
#ifndef EVPND_BEST_PATH_H
#define EVPND_BEST_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "bgp_attr.h"

#define DECIDE_LOCAL_PREF 100 /* of a path that carries none */

/**
 * struct decide_path - what the decision looks at
 * @local: originated here
 * @ebgp: from an external peer: LOCAL_PREF is not looked at
 * @router_id: BGP identifier of the peer, host order
 * @address: of the peer, NULL when @local
 */
struct decide_path {
	bool local;
	bool ebgp;
	uint32_t router_id;
	const struct ip_addr *address;
	const struct bgp_attrs *attrs;
};

/* Which comparison left only one path. */
enum decide_step {
	DECIDE_ONLY, /* there was but one */
	DECIDE_ORIGINATED,
	DECIDE_STALE,
	DECIDE_PREF,
	DECIDE_AS_PATH,
	DECIDE_ORIGIN,
	DECIDE_MED,
	DECIDE_EBGP,
	DECIDE_ROUTER_ID,
	DECIDE_CLUSTER,
	DECIDE_ADDRESS,
	DECIDE_STEPS
};

/**
 * decide_best() - the index of the best path
 * @n: at least 1
 * @step: what decided, may be NULL
 */
size_t decide_best(const struct decide_path *paths, size_t n, enum decide_step *step);

/** decide_stale() - the path carries the community LLGR_STALE */
bool decide_stale(const struct bgp_attrs *attrs);

#endif
