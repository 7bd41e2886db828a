/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nl_fdb.h - what bridges have learned at their ports.
 */
#ifndef EVPN_NL_FDB_H
#define EVPN_NL_FDB_H

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

#endif
