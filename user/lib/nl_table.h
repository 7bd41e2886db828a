/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_table.h - the kernel's forwarding and neighbour tables: read, and single entries of them made and
 * removed.
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
 * @state: NUD_*
 * @validated: of a neighbour: the kernel probes it, and keeps it when it does not answer (Linux 6.17)
 * @tunnel: of a forwarding table: it leads to another machine, by @dst or the nexthop group @group
 * @src_vni: VNI of the frames it is for, of an external device; else 0
 * @vlan: of a bridge's entry; 0: of a bridge without VLANs, or for all of the port's
 */
struct nl_entry {
	uint32_t ifindex;
	struct mac mac;
	struct ip_addr address;
	uint16_t state;
	bool validated;
	bool tunnel;
	struct ip_addr dst;
	uint32_t group;
	uint32_t src_vni;
	uint16_t vlan;
};

typedef void (*nl_table_fn)(void *data, const struct nl_entry *entry);

/** nl_table_dump() - @family: PF_BRIDGE: forwarding tables; AF_UNSPEC: neighbours. Return as nl_dump() */
int nl_table_dump(struct nl *nl, int family, nl_table_fn fn, void *data, struct nl_err *err);

/**
 * nl_tunnel_add() - make an entry of a VXLAN device's forwarding table that does not age
 * @replace: in place of what is there; else it is -EEXIST when there is something
 */
int nl_tunnel_add(struct nl *nl, const struct nl_entry *entry, bool replace, struct nl_err *err);
int nl_tunnel_del(struct nl *nl, const struct nl_entry *entry, struct nl_err *err);
/** nl_tunnel_get() - what @entry->ifindex has for @entry->mac. Return: 0; -ENOENT: nothing */
int nl_tunnel_get(struct nl *nl, const struct nl_entry *entry, struct nl_entry *found,
		  struct nl_err *err);

/** nl_port_put() - let a bridge know that @entry->mac is at port @entry->ifindex; it does not age */
int nl_port_put(struct nl *nl, const struct nl_entry *entry, struct nl_err *err);
int nl_port_del(struct nl *nl, const struct nl_entry *entry, struct nl_err *err);
/** nl_port_get() - where the bridge of port @entry->ifindex has @entry->mac; Return: as nl_tunnel_get() */
int nl_port_get(struct nl *nl, const struct nl_entry *entry, struct nl_entry *found,
		struct nl_err *err);

/** nl_host_put() - make or change a neighbour; -EINVAL where the kernel does not know @validated */
int nl_host_put(struct nl *nl, const struct nl_entry *entry, struct nl_err *err);
/**
 * nl_host_ask() - let the kernel ask for a neighbour that it does not have, as if there were a packet for it
 *
 * Only @ifindex and @address hold. One that it has is left alone, unless it has not answered: -EEXIST.
 */
int nl_host_ask(struct nl *nl, const struct nl_entry *entry, struct nl_err *err);
int nl_host_del(struct nl *nl, const struct nl_entry *entry, struct nl_err *err);
/** nl_host_get() - the neighbour @entry->address of device @entry->ifindex; Return: as nl_tunnel_get() */
int nl_host_get(struct nl *nl, const struct nl_entry *entry, struct nl_entry *found,
		struct nl_err *err);

#endif
