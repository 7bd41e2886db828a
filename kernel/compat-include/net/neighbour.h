/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.13 a table's lock was one for readers and writers. */
#ifndef EVPN_COMPAT_NET_NEIGHBOUR_H
#define EVPN_COMPAT_NET_NEIGHBOUR_H

#include_next <net/neighbour.h>

#ifdef EVPN_HAVE_NEIGH_TABLE_SPINLOCK
#define neigh_table_lock_bh(tbl) spin_lock_bh(&(tbl)->lock)
#define neigh_table_unlock_bh(tbl) spin_unlock_bh(&(tbl)->lock)
#else
#define neigh_table_lock_bh(tbl) write_lock_bh(&(tbl)->lock)
#define neigh_table_unlock_bh(tbl) write_unlock_bh(&(tbl)->lock)
#endif

#endif
