/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_vlan.h - the VLANs of bridge ports, as RTM_NEWVLAN and RTM_DELVLAN show them.
 */
#ifndef EVPN_NL_VLAN_H
#define EVPN_NL_VLAN_H

#include "nl.h"
#include "types.h"

enum { NL_VLAN_BYTES = 512 };

/**
 * struct nl_vlans - what one message says of a port
 * @ifindex: of the port, or of the bridge for its own
 * @gone: these VLANs are not let through any more; else they are from now on, beside others
 * @map: bit v % 8 of octet v / 8 is VLAN v
 */
struct nl_vlans {
	uint32_t ifindex;
	bool gone;
	u8 map[NL_VLAN_BYTES];
};

/** nl_vlans_parse() - false for messages of another kind */
bool nl_vlans_parse(const struct nlmsghdr *nlh, struct nl_vlans *vlans);

/** nl_vlans_dump() - of all ports, in one or several messages each. Return as nl_dump() */
int nl_vlans_dump(struct nl *nl, nl_fn fn, void *data, struct nl_err *err);

#endif
