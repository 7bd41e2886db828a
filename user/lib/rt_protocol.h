/* SPDX-License-Identifier: GPL-2.0-only */
/* rt_protocol.h - who has made a route of the kernel's */
#ifndef EVPN_RT_PROTOCOL_H
#define EVPN_RT_PROTOCOL_H

#include <stdint.h>

/** rt_protocol_name() - of a rtm_protocol, in the words of the configuration; "other": it has no name here */
const char *rt_protocol_name(uint8_t protocol);

#endif
