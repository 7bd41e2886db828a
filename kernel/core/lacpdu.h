/* SPDX-License-Identifier: GPL-2.0-only */
/* The LACPDU on the wire (IEEE 802.1AX-2020 section 6.4.2), and what two of them say of a link. */
#ifndef EVPN_CORE_LACPDU_H
#define EVPN_CORE_LACPDU_H

#include <linux/evpn.h>

#include "frame.h"

/* An untagged LACPDU from its destination address to its last padding octet. */
#define EVPN_LACPDU_LEN 124

/* Bits of the actor and partner state (802.1AX-2020 section 6.4.2.3). */
#define EVPN_LACP_SHORT_TIMEOUT BIT(1)
#define EVPN_LACP_SYNC BIT(3)
#define EVPN_LACP_COLLECTING BIT(4)
#define EVPN_LACP_DISTRIBUTING BIT(5)
#define EVPN_LACP_DEFAULTED BIT(6)
#define EVPN_LACP_EXPIRED BIT(7)
#define EVPN_LACP_IN_SYNC (EVPN_LACP_SYNC | EVPN_LACP_COLLECTING | EVPN_LACP_DISTRIBUTING)

/**
 * struct evpn_lacp_info - one end of a link, as a LACPDU describes it
 * @system: priority before address
 * @state: EVPN_LACP_*
 */
struct evpn_lacp_info {
	u16 priority;
	u8 system[6];
	u16 key;
	u16 port_priority;
	u16 port;
	u8 state;
};

/**
 * struct evpn_lacp_view - what is known of a link when it is judged
 * @link: the device is up and has carrier
 * @heard: a LACPDU was received since
 * @late: and none that counts, for longer than the timeout
 * @sent: a LACPDU was sent, and @own_state was this host's state in it
 * @partner_state: the partner's own state in what was received last
 */
struct evpn_lacp_view {
	bool link;
	bool heard;
	bool late;
	bool sent;
	u8 own_state;
	u8 partner_state;
};

bool evpn_lacpdu_valid(const u8 *data, u32 len);
u8 evpn_lacpdu_actor_state(const u8 *data);
u8 evpn_lacpdu_partner_state(const u8 *data);
u32 evpn_lacpdu_period_ms(const u8 *data);
u32 evpn_lacp_timeout_ms(u8 own_state);
void evpn_lacpdu_actor(const u8 *data, struct evpn_lacp_info *info);
bool evpn_lacp_same_end(const struct evpn_lacp_info *a, const struct evpn_lacp_info *b);
u32 evpn_lacp_judge(const struct evpn_lacp_view *view);
void evpn_lacpdu_ask(u8 *data);
void evpn_lacpdu_answer(const u8 *heard, const u8 *address, u8 *data);
bool evpn_lacpdu_set_oos(u8 *data);
bool evpn_lacpdu_echo_differs(const u8 *data, const u8 *sent);
void evpn_lacpdu_fix_echo(u8 *data, const u8 *sent);

#endif /* EVPN_CORE_LACPDU_H */
