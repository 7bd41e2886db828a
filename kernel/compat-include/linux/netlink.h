/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.2 an error sentence could not be formatted. */
#ifndef EVPN_COMPAT_LINUX_NETLINK_H
#define EVPN_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#ifndef NL_SET_ERR_MSG_FMT
#define EVPN_COMPAT_EXTACK_FMT 1

char *evpn_compat_extack_buffer(void);

#define NETLINK_MAX_FMTMSG_LEN 80
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...)                                                   \
	do {                                                                                       \
		struct netlink_ext_ack *__extack = (extack);                                       \
		char *__buf;                                                                       \
												   \
		if (!__extack)                                                                     \
			break;                                                                     \
		__buf = evpn_compat_extack_buffer();                                               \
		snprintf(__buf, NETLINK_MAX_FMTMSG_LEN, fmt, ##args);                              \
		__extack->_msg = __buf;                                                            \
	} while (0)
#endif

#endif /* EVPN_COMPAT_LINUX_NETLINK_H */
