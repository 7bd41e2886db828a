/* SPDX-License-Identifier: GPL-2.0 */
/* What the verdict needs to know about an Ethernet frame (IEEE 802.3, 802.1Q, 802.1ad). */
#ifndef EVPN_CORE_FRAME_H
#define EVPN_CORE_FRAME_H

#include "types.h"

enum evpn_frame_size {
	EVPN_FRAME_HDR_LEN = 14,
	EVPN_FRAME_TAG_LEN = 4,
	/* Tags looked at, the one that names the VLAN included. */
	EVPN_FRAME_TAGS = 4,
	/* As much of a frame as evpn_frame_parse() ever looks at. */
	EVPN_FRAME_LOOK_LEN = EVPN_FRAME_HDR_LEN + EVPN_FRAME_TAGS * EVPN_FRAME_TAG_LEN,
	/* As much of a packet as evpn_ip_multicast() ever looks at. */
	EVPN_IP_LOOK_LEN = 40,
};

/* EtherTypes, host byte order. */
enum evpn_ethertype {
	EVPN_P_IP = 0x0800,
	EVPN_P_ARP = 0x0806,
	EVPN_P_8021Q = 0x8100,
	EVPN_P_IPV6 = 0x86dd,
	EVPN_P_SLOW = 0x8809,
	EVPN_P_EAPOL = 0x888e,
	EVPN_P_8021AD = 0x88a8,
	EVPN_P_LLDP = 0x88cc,
	EVPN_P_CFM = 0x8902,
};

/**
 * enum evpn_group - the reserved group addresses, which no 802.1D bridge forwards
 * @EVPN_GROUP_NONE: any other destination
 * @EVPN_GROUP_SLOW: 01:80:c2:00:00:02, slow protocols (802.3 annex 57A)
 * @EVPN_GROUP_LINK: the rest of 01:80:c2:00:00:00 to :0f (802.1Q table 8-1)
 * @EVPN_GROUP_CFM: 01:80:c2:00:00:30 to :3f (802.1Q table 8-13)
 */
enum evpn_group {
	EVPN_GROUP_NONE,
	EVPN_GROUP_SLOW,
	EVPN_GROUP_LINK,
	EVPN_GROUP_CFM,
};

/**
 * struct evpn_frame - a decoded frame
 * @group: which reserved group address it is sent to
 * @vid: VLAN identifier of the outer tag that has one, 0 when there is none
 * @proto: EtherType behind that tag, host byte order
 * @multicast: it is sent to a group address, broadcast included
 * @behind_priority: a priority tag is in front of that tag
 */
struct evpn_frame {
	enum evpn_group group;
	u16 vid;
	u16 proto;
	bool multicast;
	bool behind_priority;
};

bool evpn_ip_multicast(const u8 *packet, u32 len, u16 proto);
int evpn_frame_parse(const u8 *data, u32 len, bool accel, u16 tci, struct evpn_frame *frame);

#endif /* EVPN_CORE_FRAME_H */
