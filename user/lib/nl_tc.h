/* SPDX-License-Identifier: GPL-2.0-only */
/* nl_tc.h - tc actions that send packets to another device. */
#ifndef EVPN_NL_TC_H
#define EVPN_NL_TC_H

#include "nl.h"

/**
 * struct nl_mirred - an action "mirred"
 * @index: its number, as in `tc actions get action mirred index N`
 * @ifindex: the device it sends to
 * @egress: it sends out of the device; otherwise as if the device had received
 * @copies: it sends a copy (mirror); otherwise the packet itself (redirect)
 */
struct nl_mirred {
	uint32_t index;
	uint32_t ifindex;
	bool egress;
	bool copies;
};

/**
 * nl_tc_mirred() - all actions "mirred" of this namespace, whichever filters use them
 * @nl: a socket of NETLINK_ROUTE
 * @fn: called for each
 *
 * Return: 0, also where the kernel has no such actions, or a negative errno.
 */
int nl_tc_mirred(struct nl *nl, void (*fn)(void *data, const struct nl_mirred *m), void *data,
		 struct nl_err *err);

#endif
