// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any frame under any policy: nothing is read out of bounds, a decoded VLAN is one, and what
 * passes a blocked port is on the allow-list. The first eight octets choose the circumstances.
 */
#include <stdlib.h>

#include "verdict.h"

/* libFuzzer's entry; it has no header */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static void check_blocked(const struct evpn_frame *frame, enum evpn_place place, bool arp_monitor)
{
	check(place != EVPN_PLACE_VLAN);
	if (frame->packet == EVPN_PACKET_ARP || frame->packet == EVPN_PACKET_ND) {
		check(arp_monitor && place == EVPN_PLACE_MEMBER);
		return;
	}
	check(!frame->vid && frame->group != EVPN_GROUP_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static u8 map[EVPN_VLAN_MAP_LEN];
	struct evpn_policy policy = {};
	struct evpn_frame frame;
	enum evpn_place place;
	bool decoded, arp;
	unsigned int got;

	if (size < 8)
		return 0;
	policy.flags = evpn_be16(data);
	policy.vlan_df = data[2] & 1 ? map : NULL;
	arp = data[2] & 2;
	place = data[3] % 4;
	decoded = !evpn_frame_parse(data + 8, size - 8, data[4] & 1, evpn_be16(data + 6), &frame);
	if (decoded && place == EVPN_PLACE_VLAN)
		decoded = !evpn_frame_inside(data + 8, size - 8, &frame);
	if (decoded) {
		check(frame.vid < 4096);
		map[frame.vid / 8] ^= data[5];
		check(frame.offset <= size - 8);
		if (data[2] & 4)
			frame.packet = evpn_packet_parse(data + 8 + frame.offset,
							 size - 8 - frame.offset, frame.proto);
	}
	got = evpn_verdict(&policy, place, arp, decoded ? &frame : NULL);
	check(got < EVPN_DROP + __EVPN_DROP_REASON_MAX);
	if ((policy.flags & EVPN_PF_BLOCK) && got < EVPN_DROP) {
		check(decoded && got == EVPN_ALLOW);
		check_blocked(&frame, place, arp);
	}
	return 0;
}
