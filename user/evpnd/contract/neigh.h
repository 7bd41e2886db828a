/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * neigh.h - neighbours: learned by the module, and wished by the speaker because another PE has.
 */
#ifndef EVPND_CONTRACT_NEIGH_H
#define EVPND_CONTRACT_NEIGH_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "contract/wish.h"
#include "types.h"

/* What a neighbour is to the module; the meaning is in the netlink specification, neigh-state. */
enum neigh_state {
	NEIGH_GONE,
	NEIGH_LOCAL,
	NEIGH_SYNCED,
	NEIGH_PENDING,
	NEIGH_REFUSED,
	NEIGH_RETAINED,
	NEIGH_STATES
};

enum {
	NEIGH_ROUTER = 1,     /* IPv6: the R flag of RFC 4861 */
	NEIGH_STICKY = 2,     /* configured, does not move */
	NEIGH_PROBED = 4,     /* facts: asked by the module, so that it answers or goes */
	NEIGH_UNANSWERED = 8, /* facts: the kernel has probed it here, and no answer has come */
};

/** struct neigh_key - a neighbour: segment, Ethernet tag, address */
struct neigh_key {
	uint32_t tag;
	struct esi esi;
	struct ip_addr address;
};

/**
 * struct fact_neigh - what the module says of a neighbour
 * @ifindex: the sub-interface, 0 while there is none
 * @vrf: ifindex of its VRF, 0 for none
 * @mac: learned if @state is NEIGH_LOCAL, else wished
 * @error: errno why a wish is not in force, or 0
 * @since: when the state began, CLOCK_MONOTONIC
 */
struct fact_neigh {
	struct neigh_key key;
	struct mac mac;
	uint8_t state;
	uint8_t flags;
	uint32_t ifindex;
	uint32_t vrf;
	uint32_t error;
	int64_t since;
};

struct fact_neigh_text {
	struct neigh_key key;
	char text[160];
};

/**
 * struct wish_neigh - a neighbour that another PE has learned
 * @check_vrf: the sub-interface has to be in @vrf (ifindex, 0: in none)
 * @origin: for people who look at the module: the PE's address, its last four octets in host order
 */
struct wish_neigh {
	struct neigh_key key;
	struct mac mac;
	uint8_t flags;
	bool check_vrf;
	uint32_t vrf;
	uint32_t origin;
};

/** struct neigh_result - @status: enum wish_status */
struct neigh_result {
	struct neigh_key key;
	uint8_t status;
	uint32_t error;
};

/**
 * struct neigh_out - a batch while it is filled: the head with room for the items
 */
struct neigh_out {
	struct batch head;
	_Alignas(8) uint8_t items[BATCH_MAX * sizeof(struct fact_neigh_text)];
};

#endif
