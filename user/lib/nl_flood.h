/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_flood.h - the flooding list of a VXLAN device: the forwarding entries of the address of zeros, one
 * for each tunnel that flooded frames are copied to.
 */
#ifndef EVPN_NL_FLOOD_H
#define EVPN_NL_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "nl.h"

/**
 * struct nl_flood - one entry
 * @src_vni: VNI of the frames it is for, of an external device; else 0
 * @vni: VNI to send with, 0: the frame's own
 */
struct nl_flood {
	uint32_t ifindex;
	struct ip_addr dst;
	uint32_t src_vni;
	uint32_t vni;
};

typedef void (*nl_flood_fn)(void *data, const struct nl_flood *entry);

/** nl_flood_add() - no error when it is there already */
int nl_flood_add(struct nl *nl, const struct nl_flood *entry, struct nl_err *err);
int nl_flood_del(struct nl *nl, const struct nl_flood *entry, struct nl_err *err);

/** nl_flood_dump() - the entries of one device. Return as nl_dump() */
int nl_flood_dump(struct nl *nl, uint32_t ifindex, nl_flood_fn fn, void *data, struct nl_err *err);

#endif
