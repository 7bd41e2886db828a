/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_route.h - where a packet to an address would leave.
 */
#ifndef EVPN_NL_ROUTE_H
#define EVPN_NL_ROUTE_H

#include "addr.h"
#include "nl.h"

enum { NL_ROUTE_HOPS_MAX = 16 };

/**
 * struct nl_route - the route that the kernel would take
 * @local: the address is one of this machine
 * @hop: ifindexes of the devices of its next hops, @n_hops of them
 */
struct nl_route {
	bool local;
	uint32_t hop[NL_ROUTE_HOPS_MAX];
	unsigned int n_hops;
};

/**
 * nl_route_get() - ask for it
 *
 * Next hops beyond NL_ROUTE_HOPS_MAX are left out. A route whose next hops the kernel names by number
 * only (net.ipv4.nexthop_compat_mode 0) has none here.
 *
 * Return: 0, or a negative errno: -ENETUNREACH, -EHOSTUNREACH and others of the kind mean that there is
 * no route or one that forbids the way.
 */
int nl_route_get(struct nl *nl, const struct ip_addr *to, struct nl_route *route,
		 struct nl_err *err);

/** nl_route_get_by() - the same, of a socket that is bound to device @bound, for example that of a VRF; 0: to none */
int nl_route_get_by(struct nl *nl, const struct ip_addr *to, uint32_t bound, struct nl_route *route,
		    struct nl_err *err);

#endif
