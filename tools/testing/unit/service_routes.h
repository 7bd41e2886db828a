/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * service_routes.h - routes of other PEs, as a RIB has them, for programs that test a service. A unit program
 * includes it once, after service_rig.h.
 */
#ifndef SERVICE_ROUTES_H
#define SERVICE_ROUTES_H

#include "bgp_extcomm.h"
#include "speaker/service.h"

/** struct route - @gone: the RIB has it no more */
struct route {
	struct evpn_nlri n;
	struct ecomm ec[8];
	struct bgp_attrs a;
	struct ip_addr nh;
	bool gone;
};

static struct route routes[96];
static size_t n_routes;
static unsigned int walks; /* through the RIB */

static inline struct rib_path path_of(struct route *r)
{
	return (struct rib_path){
		.peer = (void *)r, .attrs = &r->a, .next_hop = &r->nh, .nlri = &r->n, .since = 1};
}

void rib_walk(const struct rib *rib, unsigned int type, rib_walk_fn fn, void *data)
{
	walks++;
	for (size_t i = 0; i < n_routes; i++) {
		struct rib_path p = path_of(&routes[i]);

		if (!routes[i].gone && routes[i].n.type == type &&
		    !fn(data, &routes[i].n, &p, 1, 0))
			return;
	}
}

const struct ip_addr *rib_peer_address(const struct rib_peer *peer)
{
	return &((const struct route *)(const void *)peer)->nh;
}

static inline struct ecomm rt_of(const char *s)
{
	struct ecomm rt;

	assert_int_equal(rt_parse(&rt, s), 0);
	return rt;
}

static inline struct ecomm evi_rt(const char *s)
{
	struct ecomm rt = rt_of(s);

	return ecomm_evi_rt(&rt);
}

/* NULL: none */
static inline struct ip_addr ip_of(const char *s)
{
	struct ip_addr a = {};

	if (s)
		assert_int_equal(ip_parse(&a, s), 0);
	return a;
}

#endif
