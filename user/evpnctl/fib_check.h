/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fib_check.h - customers' prefixes that are in step, and that the kernel reaches by another route. Pure: the
 * kernel's tables are read by somebody else.
 */
#ifndef EVPNCTL_FIB_CHECK_H
#define EVPNCTL_FIB_CHECK_H

#include <jansson.h>
#include <stddef.h>

#include "addr.h"
#include "nl_rt.h"

/** struct fib_route - a route of the kernel's; @ifindex: of its first hop, 0: it has none */
struct fib_route {
	struct ip_prefix prefix;
	u32 table;
	u32 metric;
	u32 ifindex;
	u8 protocol;
};

/** struct fib_view - @ours: of evpnd's protocol; @others: of the same tables all others */
struct fib_view {
	struct fib_route *ours, *others;
	size_t n_ours, n_others;
	const struct nl_link *links;
	size_t n_links;
};

/**
 * fib_check() - where the kernel prefers another route to evpnd's
 * @view: its routes of evpnd's are put in order
 *
 * A route by a device that evpnd's routes use, too, is one of the customer's own routing protocol, and shall be
 * preferred. Any other one takes what is for the customer round by the core.
 *
 * Return: [{"interface", "what", "message"}], a new reference: one for each table and protocol, "prefix-not-used".
 */
json_t *fib_check(struct fib_view *view);

#endif
