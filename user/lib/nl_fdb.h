/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_fdb.h - what bridges have learned at their ports, and VXLAN devices of their tunnels.
 */
#ifndef EVPN_NL_FDB_H
#define EVPN_NL_FDB_H

#include "addr.h"
#include "nl.h"
#include "types.h"

/**
 * struct nl_fdb - an entry that a bridge has learned
 * @ifindex: the port
 * @vlan: 0: of a bridge without VLANs
 */
struct nl_fdb {
	uint32_t ifindex;
	struct mac mac;
	uint16_t vlan;
};

typedef void (*nl_fdb_fn)(void *data, const struct nl_fdb *entry);

/** nl_fdb_dump() - everything that all bridges have learned; Return as nl_dump() */
int nl_fdb_dump(struct nl *nl, nl_fdb_fn fn, void *data, struct nl_err *err);

/** nl_fdb_del() - let a bridge forget an entry; Return: 0, -ENOENT: it is gone already, or an error */
int nl_fdb_del(struct nl *nl, const struct nl_fdb *entry, struct nl_err *err);

/**
 * struct nl_tunnel_host - an entry that a VXLAN device has learned
 * @dst: the tunnel's other end; @port, @vni, @dst_ifindex: if they are not the device's own, else 0
 * @src_vni: VNI of the frames it is for, of an external device; else 0
 */
struct nl_tunnel_host {
	uint32_t ifindex;
	struct mac mac;
	struct ip_addr dst;
	uint16_t port; /* network order */
	uint32_t vni;
	uint32_t dst_ifindex;
	uint32_t src_vni;
};

typedef void (*nl_tunnel_host_fn)(void *data, const struct nl_tunnel_host *entry);

/**
 * nl_fdb_port_dump() - what was learned at one port of a bridge that is a VXLAN device
 * @port: called with what its bridge has; @tunnel: with what it has itself
 *
 * Return: as nl_dump().
 */
int nl_fdb_port_dump(struct nl *nl, uint32_t ifindex, nl_fdb_fn port, nl_tunnel_host_fn tunnel,
		     void *data, struct nl_err *err);

/** nl_tunnel_host_del() - only if it is still where @entry says. Return: as nl_fdb_del() */
int nl_tunnel_host_del(struct nl *nl, const struct nl_tunnel_host *entry, struct nl_err *err);

#endif
