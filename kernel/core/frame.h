/* SPDX-License-Identifier: GPL-2.0-only */
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
	/* As much behind an EtherType as evpn_packet_parse() ever looks at: IPv4 with all its options. */
	EVPN_PACKET_LOOK_LEN = EVPN_FRAME_TAG_LEN + 64,
};

/* EtherTypes, host byte order. Below EVPN_P_MIN it is the length of an 802.2 frame. */
enum evpn_ethertype {
	EVPN_P_MIN = 0x0600,
	EVPN_P_IP = 0x0800,
	EVPN_P_ARP = 0x0806,
	EVPN_P_8021Q = 0x8100,
	EVPN_P_IPV6 = 0x86dd,
	EVPN_P_SLOW = 0x8809,
	EVPN_P_EAPOL = 0x888e,
	EVPN_P_8021AD = 0x88a8,
	EVPN_P_LLDP = 0x88cc,
	EVPN_P_PTP = 0x88f7,
	EVPN_P_CFM = 0x8902,
};

/**
 * enum evpn_group - the group addresses of protocols between the ends of a link
 * @EVPN_GROUP_NONE: any other destination
 * @EVPN_GROUP_BRIDGE: 01:80:c2:00:00:00, the nearest customer bridge (802.1Q table 8-1)
 * @EVPN_GROUP_SLOW: 01:80:c2:00:00:02, slow protocols (802.3 annex 57A)
 * @EVPN_GROUP_LINK: the rest of 01:80:c2:00:00:00 to :0f (802.1Q table 8-1)
 * @EVPN_GROUP_CFM: 01:80:c2:00:00:30 to :3f (802.1Q table 8-13)
 * @EVPN_GROUP_MICRO_BFD: 01:00:5e:90:00:01 (RFC 7130 section 2.3), which a bridge does forward
 */
enum evpn_group {
	EVPN_GROUP_NONE,
	EVPN_GROUP_BRIDGE,
	EVPN_GROUP_SLOW,
	EVPN_GROUP_LINK,
	EVPN_GROUP_CFM,
	EVPN_GROUP_MICRO_BFD,
};

/**
 * enum evpn_packet - what a frame carries, as far as that may keep a link alive
 * @EVPN_PACKET_OTHER: anything else, or it has not been looked into
 * @EVPN_PACKET_ARP: ARP
 * @EVPN_PACKET_ND: a Neighbour Solicitation or Advertisement
 * @EVPN_PACKET_STP: a bridge protocol data unit
 * @EVPN_PACKET_MICRO_BFD: BFD on a member of a LAG
 */
enum evpn_packet {
	EVPN_PACKET_OTHER,
	EVPN_PACKET_ARP,
	EVPN_PACKET_ND,
	EVPN_PACKET_STP,
	EVPN_PACKET_MICRO_BFD,
};

/**
 * struct evpn_frame - a decoded frame
 * @group: which of those group addresses it is sent to
 * @vid: VLAN identifier of the outer tag that has one, 0 when there is none
 * @proto: EtherType behind that tag, host byte order
 * @multicast: it is sent to a group address, broadcast included
 * @behind_priority: a priority tag is in front of that tag
 * @offset: of what is behind that EtherType, from the destination address on
 * @packet: what that is, once evpn_packet_parse() was asked
 */
struct evpn_frame {
	enum evpn_group group;
	u16 vid;
	u16 proto;
	bool multicast;
	bool behind_priority;
	u8 offset;
	enum evpn_packet packet;
};

enum evpn_packet evpn_packet_parse(const u8 *packet, u32 len, u16 proto);
bool evpn_ip_multicast(const u8 *packet, u32 len, u16 proto);
int evpn_frame_parse(const u8 *data, u32 len, bool accel, u16 tci, struct evpn_frame *frame);
int evpn_frame_inside(const u8 *data, u32 len, struct evpn_frame *frame);
int evpn_frame_untag(u16 *proto, const u8 **data, u32 *len, u32 *tag);

#endif /* EVPN_CORE_FRAME_H */
