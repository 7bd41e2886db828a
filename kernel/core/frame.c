// SPDX-License-Identifier: GPL-2.0
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
	OFFSET_DADDR4 = 16,
	LEN_IP4 = 20,
	OFFSET_DADDR6 = 24,
	LEN_IP6 = 40,
};

static enum evpn_group frame_group(const u8 *dst)
{
	if (dst[0] != 0x01 || dst[1] != 0x80 || dst[2] != 0xc2 || dst[3] || dst[4])
		return EVPN_GROUP_NONE;
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
	u32 offset = OFFSET_ETHERTYPE;
	unsigned int tags;

	if (len < EVPN_FRAME_HDR_LEN)
		return -EINVAL;

	frame->group = frame_group(data);
	frame->proto = evpn_be16(data + offset);
	frame->vid = accel ? tci & VID_MASK : 0;
	frame->behind_priority = false;
	frame->multicast = data[0] & 1;
	for (tags = accel; !frame->vid && frame_tagged(frame->proto); tags++) {
		if (tags == EVPN_FRAME_TAGS || len < offset + EVPN_FRAME_TAG_LEN + sizeof(u16))
			return -EINVAL;
		frame->behind_priority = tags;
		frame->vid = evpn_be16(data + offset + OFFSET_TCI) & VID_MASK;
		frame->proto = evpn_be16(data + offset + OFFSET_TAGGED_ETHERTYPE);
		offset += EVPN_FRAME_TAG_LEN;
	}
	return 0;
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
