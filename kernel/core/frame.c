// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes the outermost header of an Ethernet frame: where it goes, its VLAN, its EtherType.
 *
 * Only the outer tag counts (802.1ad: the service tag), because that is what a segment's VLANs are
 * numbered by. The tag is either in the metadata of the packet or still in its bytes. A priority tag
 * (VLAN 0) is in no VLAN: the kernel takes it off and looks at the next tag, and so does this.
 *
 * IEEE 802.3-2022 clause 3, IEEE 802.1Q-2022 clause 9 and tables 8-1 and 8-13.
 */
#include "frame.h"

enum {
	OFFSET_ETHERTYPE = 12,
	/* Relative to the EtherType of a tag. */
	OFFSET_TCI = 2,
	OFFSET_TAGGED_ETHERTYPE = 4,
	VID_MASK = 0xfff,
	TAG_OUTER_SHIFT = 12,
	OFFSET_DADDR4 = 16,
	LEN_IP4 = 20,
	OFFSET_DADDR6 = 24,
	LEN_IP6 = 40,

	IP4_FRAGMENT = 6,
	IP4_OFFSET_MASK = 0x1fff,
	IP4_PROTOCOL = 9,
	IP6_NEXT_HEADER = 6,
	IP6_HOP_LIMIT = 7,
	IP_UDP = 17,
	IP_ICMP6 = 58,
	UDP_DPORT = 2,
	UDP_DPORT_LEN = 4,
	PORT_MICRO_BFD = 6784,
	ICMP6_NS = 135,
	ICMP6_NA = 136,
	LLC_STP = 0x42,
};

static enum evpn_group frame_group(const u8 *dst)
{
	if (dst[0] == 0x01 && !dst[1] && dst[2] == 0x5e && dst[3] == 0x90 && !dst[4] && dst[5] == 1)
		return EVPN_GROUP_MICRO_BFD;
	if (dst[0] != 0x01 || dst[1] != 0x80 || dst[2] != 0xc2 || dst[3] || dst[4])
		return EVPN_GROUP_NONE;
	if (!dst[5])
		return EVPN_GROUP_BRIDGE;
	if (dst[5] == 0x02)
		return EVPN_GROUP_SLOW;
	if (dst[5] <= 0x0f)
		return EVPN_GROUP_LINK;
	if ((dst[5] & 0xf0) == 0x30)
		return EVPN_GROUP_CFM;
	return EVPN_GROUP_NONE;
}

static bool frame_tagged(u16 proto)
{
	return proto == EVPN_P_8021Q || proto == EVPN_P_8021AD;
}

/* The tags from the EtherType at @offset on, @tags of them seen already, until one names a VLAN. */
static int frame_tags(const u8 *data, u32 len, u32 offset, unsigned int tags,
		      struct evpn_frame *frame)
{
	for (; !frame->vid && frame_tagged(frame->proto); tags++) {
		if (tags == EVPN_FRAME_TAGS || len < offset + EVPN_FRAME_TAG_LEN + sizeof(u16))
			return -EINVAL;
		frame->behind_priority = tags;
		frame->vid = evpn_be16(data + offset + OFFSET_TCI) & VID_MASK;
		frame->proto = evpn_be16(data + offset + OFFSET_TAGGED_ETHERTYPE);
		offset += EVPN_FRAME_TAG_LEN;
	}
	frame->offset = offset + sizeof(u16);
	return 0;
}

/**
 * evpn_frame_parse() - decode the start of a frame
 * @data: the frame from its destination address on
 * @len: octets at @data, at least EVPN_FRAME_LOOK_LEN of a frame that is as long
 * @accel: the outer tag is not in @data but in @tci
 * @tci: tag control information when @accel
 * @frame: result
 *
 * Return: 0, or -EINVAL when the frame ends before its EtherType, or hides its VLAN behind more
 * priority tags than EVPN_FRAME_TAGS.
 */
int evpn_frame_parse(const u8 *data, u32 len, bool accel, u16 tci, struct evpn_frame *frame)
{
	if (len < EVPN_FRAME_HDR_LEN)
		return -EINVAL;

	frame->group = frame_group(data);
	frame->proto = evpn_be16(data + OFFSET_ETHERTYPE);
	frame->vid = accel ? tci & VID_MASK : 0;
	frame->behind_priority = false;
	frame->multicast = data[0] & 1;
	frame->packet = EVPN_PACKET_OTHER;
	return frame_tags(data, len, OFFSET_ETHERTYPE, accel, frame);
}

/**
 * evpn_frame_inside() - the same frame as the VLAN device of its tag sees it
 * @data: as before
 * @len: as before
 * @frame: what evpn_frame_parse() has made of it; its VLAN is now that of the next tag, if there is one
 *
 * Return: 0, or -EINVAL when that tag ends before its EtherType, or hides behind too many others.
 */
int evpn_frame_inside(const u8 *data, u32 len, struct evpn_frame *frame)
{
	frame->vid = 0;
	frame->behind_priority = false;
	return frame_tags(data, len, frame->offset - (u32)sizeof(u16), 0, frame);
}

static bool udp_to(const u8 *udp, u32 len, u16 port)
{
	return len >= UDP_DPORT_LEN && evpn_be16(udp + UDP_DPORT) == port;
}

static enum evpn_packet parse_ip4(const u8 *packet, u32 len)
{
	u32 header = len ? (packet[0] & 0xf) * 4 : 0;

	if (header < LEN_IP4 || len < header || packet[IP4_PROTOCOL] != IP_UDP ||
	    evpn_be16(packet + IP4_FRAGMENT) & IP4_OFFSET_MASK)
		return EVPN_PACKET_OTHER;
	return udp_to(packet + header, len - header, PORT_MICRO_BFD) ? EVPN_PACKET_MICRO_BFD :
								       EVPN_PACKET_OTHER;
}

static enum evpn_packet parse_ip6(const u8 *packet, u32 len)
{
	const u8 *payload = packet + LEN_IP6;

	if (len <= LEN_IP6)
		return EVPN_PACKET_OTHER;
	if (packet[IP6_NEXT_HEADER] == IP_UDP && udp_to(payload, len - LEN_IP6, PORT_MICRO_BFD))
		return EVPN_PACKET_MICRO_BFD;
	if (packet[IP6_NEXT_HEADER] == IP_ICMP6 && packet[IP6_HOP_LIMIT] == 255 &&
	    (payload[0] == ICMP6_NS || payload[0] == ICMP6_NA))
		return EVPN_PACKET_ND;
	return EVPN_PACKET_OTHER;
}

/**
 * evpn_packet_parse() - does a frame carry what may keep a link alive?
 * @packet: what follows the EtherType of the outer tag
 * @len: octets at @packet, at least EVPN_PACKET_LOOK_LEN of a frame that is as long
 * @proto: that EtherType, host byte order
 *
 * RFC 826, RFC 4861 section 7.1, RFC 7130, IEEE 802.1Q-2022 clause 14.
 */
enum evpn_packet evpn_packet_parse(const u8 *packet, u32 len, u16 proto)
{
	/* The monitor's target may be behind two VLAN devices. */
	if (frame_tagged(proto) && len >= EVPN_FRAME_TAG_LEN) {
		proto = evpn_be16(packet + sizeof(u16));
		packet += EVPN_FRAME_TAG_LEN;
		len -= EVPN_FRAME_TAG_LEN;
	}
	switch (proto) {
	case EVPN_P_ARP:
		return EVPN_PACKET_ARP;
	case EVPN_P_IP:
		return parse_ip4(packet, len);
	case EVPN_P_IPV6:
		return parse_ip6(packet, len);
	}
	if (proto < EVPN_P_MIN && len >= 2 && packet[0] == LLC_STP && packet[1] == LLC_STP)
		return EVPN_PACKET_STP;
	return EVPN_PACKET_OTHER;
}

/**
 * evpn_ip_multicast() - is a packet for a group, whatever its frame's destination?
 * @packet: from the IP header on
 * @len: octets at @packet
 * @proto: EtherType, host byte order
 *
 * A bridge that turns multicast into unicast changes only the frame (multicast_to_unicast).
 */
bool evpn_ip_multicast(const u8 *packet, u32 len, u16 proto)
{
	if (proto == EVPN_P_IP)
		return len >= LEN_IP4 && (packet[OFFSET_DADDR4] & 0xf0) == 0xe0;
	return proto == EVPN_P_IPV6 && len >= LEN_IP6 && packet[OFFSET_DADDR6] == 0xff;
}

/**
 * evpn_frame_untag() - take off priority tags and an inner tag
 * @proto: EtherType in front of @data, host byte order; result: the one behind the tags
 * @data: what follows it; result: what follows the tags
 * @len: octets at @data; result: what is left of them
 * @tag: VLAN identifier of the outer tag, 0 for none or a priority tag; result: the Ethernet tag,
 *	(outer << 12) | inner of two
 *
 * A tag of VLAN 0 adds nothing. A third VLAN has no place in an Ethernet tag: there @proto still is one of
 * a tag.
 *
 * Return: 0, or -EINVAL when a tag is cut off.
 */
int evpn_frame_untag(u16 *proto, const u8 **data, u32 *len, u32 *tag)
{
	while (frame_tagged(*proto) && *tag <= VID_MASK) {
		u16 vid;

		if (*len < EVPN_FRAME_TAG_LEN)
			return -EINVAL;
		vid = evpn_be16(*data) & VID_MASK;
		if (vid)
			*tag = *tag << TAG_OUTER_SHIFT | vid;
		*proto = evpn_be16(*data + OFFSET_TCI);
		*data += EVPN_FRAME_TAG_LEN;
		*len -= EVPN_FRAME_TAG_LEN;
	}
	return 0;
}
