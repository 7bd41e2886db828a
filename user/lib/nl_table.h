/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nl_table.h - the kernel's forwarding and neighbour tables, read.
 */
#ifndef EVPN_NL_TABLE_H
#define EVPN_NL_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "nl.h"
#include "types.h"

/**
 * struct nl_entry - one entry
 * @mac: zero: none
 * @address: of a neighbour; none in a forwarding table
 * @tunnel: of a forwarding table: it leads to another machine, by address or nexthop group
 */
struct nl_entry {
	uint32_t ifindex;
	struct mac mac;
	struct ip_addr address;
	bool tunnel;
};

typedef void (*nl_table_fn)(void *data, const struct nl_entry *entry);

/** nl_table_dump() - @family: PF_BRIDGE: forwarding tables; AF_UNSPEC: neighbours. Return as nl_dump() */
int nl_table_dump(struct nl *nl, int family, nl_table_fn fn, void *data, struct nl_err *err);

#endif
