/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.7 the permission to listen to a group was one of those of operations. */
#ifndef EVPN_COMPAT_NET_GENETLINK_H
#define EVPN_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

#endif
