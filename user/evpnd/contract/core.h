/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core.h - prefixes of the core, reached by other PEs over the VRF's L3VNI. Three kinds of wishes, of which one
 * leads to the next: a PE (its address has a MAC address, and that a tunnel), a group of PEs, which is one nexthop
 * object whatever is behind it, and a route by a group.
 */
#ifndef EVPND_CONTRACT_CORE_H
#define EVPND_CONTRACT_CORE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "contract/prefix.h"
#include "contract/wish.h"
#include "types.h"

/* A group's number is that of its nexthop object. FRR does not see routes by those from 200,000,000 on. */
enum { CORE_GROUP_FIRST = 151000000, CORE_GROUP_LAST = 199999999 };

/**
 * struct core_pe_key - a PE that a VRF sends to
 * @svi: the device of the VRF by which it routes into the L3VNI; @vxlan: that VNI's tunnels
 * @address: of the PE's end of the tunnel
 */
struct core_pe_key {
	char svi[IFNAMSIZ];
	char vxlan[IFNAMSIZ];
	struct ip_addr address;
};

/** struct wish_core_pe - @mac: of its router, as the PE says (RFC 9136 section 4.4.1: Router's MAC) */
struct wish_core_pe {
	struct core_pe_key key;
	struct mac mac;
};

/** struct core_pe_result - @status: enum wish_status; @text: why not, a sentence */
struct core_pe_result {
	struct core_pe_key key;
	uint32_t status;
	char text[160];
};

struct core_group_key {
	uint32_t id;
};

/** struct wish_core_group - @hops: to PEs, in order, all of one family */
struct wish_core_group {
	struct core_group_key key;
	uint8_t n_hops;
	struct prefix_hop hops[PREFIX_HOPS_MAX];
};

/** struct core_group_result - as struct core_pe_result */
struct core_group_result {
	struct core_group_key key;
	uint32_t status;
	char text[160];
};

/**
 * struct wish_core_route - a route by a group, which was wished for before
 * @replace: the kernel has one of evpnd's with this key, by another group
 */
struct wish_core_route {
	struct prefix_key key;
	uint32_t group;
	bool replace;
};

/** struct fact_core_route - a route of the kernel's, of this kind; @group: its nexthop object */
struct fact_core_route {
	struct prefix_key key;
	uint32_t group;
	bool gone;
};

#endif
