/* SPDX-License-Identifier: GPL-2.0 */
/* The LACPDU on the wire (IEEE 802.1AX-2020 section 6.4.2), as far as out of sync needs it. */
#ifndef EVPN_CORE_LACPDU_H
#define EVPN_CORE_LACPDU_H

#include "frame.h"

/* An untagged LACPDU from its destination address to its last padding octet. */
#define EVPN_LACPDU_LEN 124

/* Bits of the actor and partner state (802.1AX-2020 section 6.4.2.3). */
#define EVPN_LACP_SHORT_TIMEOUT BIT(1)
#define EVPN_LACP_SYNC BIT(3)
#define EVPN_LACP_COLLECTING BIT(4)
#define EVPN_LACP_DISTRIBUTING BIT(5)
#define EVPN_LACP_IN_SYNC (EVPN_LACP_SYNC | EVPN_LACP_COLLECTING | EVPN_LACP_DISTRIBUTING)

bool evpn_lacpdu_valid(const u8 *data, u32 len);
u8 evpn_lacpdu_actor_state(const u8 *data);
u8 evpn_lacpdu_partner_state(const u8 *data);
u32 evpn_lacpdu_period_ms(const u8 *data);
bool evpn_lacpdu_set_oos(u8 *data);
bool evpn_lacpdu_echo_differs(const u8 *data, const u8 *sent);
void evpn_lacpdu_fix_echo(u8 *data, const u8 *sent);

#endif /* EVPN_CORE_LACPDU_H */
