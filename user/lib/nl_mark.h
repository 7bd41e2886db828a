/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_mark.h - who else uses the bits of the packet's mark by which the module tells PEs apart, and
 * through which VXLAN devices the mark does not come.
 */
#ifndef EVPN_NL_MARK_H
#define EVPN_NL_MARK_H

#include "nl.h"

/**
 * nl_mark_conflicts() - look at routing rules and VXLAN devices of this namespace
 * @nl: a socket of NETLINK_ROUTE
 * @mask: the bits of the mark that the module uses; 0: nothing is looked at
 * @fn: called with a sentence for each conflict
 *
 * Return: 0 or a negative errno; what was found until then has been told.
 */
int nl_mark_conflicts(struct nl *nl, uint32_t mask, void (*fn)(void *data, const char *text),
		      void *data, struct nl_err *err);

#endif
