/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flood.h - flooding lists of VXLAN devices: the entries that the speaker wishes.
 */
#ifndef EVPND_CONTRACT_FLOOD_H
#define EVPND_CONTRACT_FLOOD_H

#include <net/if.h>
#include <stdint.h>

#include "addr.h"
#include "contract/wish.h"

/**
 * struct flood_key - a tunnel in the flooding list of a VXLAN device
 * @vni: of the frames that are flooded
 * @remote_vni: the one the other PE wants to see
 */
struct flood_key {
	char ifname[IFNAMSIZ];
	uint32_t vni;
	uint32_t remote_vni;
	struct ip_addr address;
};

/** struct flood_result - @status: enum wish_status; @text: why not, a sentence */
struct flood_result {
	struct flood_key key;
	uint32_t status;
	char text[160];
};

#endif
