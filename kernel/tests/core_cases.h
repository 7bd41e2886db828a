/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases for core/, shared by the KUnit suite (core_kunit.c) and the programs in user space
 * (tools/testing/unit/test_core_*.c): the same tables in both worlds.
 */
#ifndef EVPN_TESTS_CORE_CASES_H
#define EVPN_TESTS_CORE_CASES_H

/* Tables: a case to a line or two. */
/* clang-format off */
#include "../core/lacpdu.h"
#include "../core/neigh.h"
#include "../core/verdict.h"

#define CASE_DST_HOST 0x02, 0x00, 0x00, 0x00, 0x00, 0x01
#define CASE_DST_SLOW 0x01, 0x80, 0xc2, 0x00, 0x00, 0x02
#define CASE_DST_LLDP 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e
#define CASE_DST_CFM 0x01, 0x80, 0xc2, 0x00, 0x00, 0x35
#define CASE_DST_STP_GARP 0x01, 0x80, 0xc2, 0x00, 0x00, 0x21
#define CASE_SRC 0x02, 0x00, 0x00, 0x00, 0x00, 0x02

#define CASE_FRAME(g, v, p, m, more...) \
	{ .group = EVPN_GROUP_##g, .vid = (v), .proto = (p), .multicast = (m), ##more }

struct frame_case {
	const char *name;
	u8 data[EVPN_FRAME_LOOK_LEN];
	u32 len;
	bool accel;
	u16 tci;
	int err;
	struct evpn_frame want;
};

static const struct frame_case frame_cases[] = {
	{ "untagged IPv4", { CASE_DST_HOST, CASE_SRC, 0x08, 0x00, 0x45, 0, 0, 0 }, 18, false, 0, 0,
	  CASE_FRAME(NONE, 0, 0x0800, false) },
	{ "shortest frame with an EtherType", { CASE_DST_HOST, CASE_SRC, 0x86, 0xdd }, 14, false, 0, 0,
	  CASE_FRAME(NONE, 0, 0x86dd, false) },
	{ "no EtherType", { CASE_DST_HOST, CASE_SRC, 0x08 }, 13, false, 0, -EINVAL, {} },
	{ "nothing at all", {}, 0, false, 0, -EINVAL, {} },
	{ "VLAN in the payload", { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0xe0, 0x0a, 0x08, 0x06 }, 18,
	  false, 0, 0, CASE_FRAME(NONE, 10, 0x0806, false) },
	{ "QinQ: the outer tag counts",
	  { CASE_DST_HOST, CASE_SRC, 0x88, 0xa8, 0x0f, 0xff, 0x81, 0x00 }, 18, false, 0, 0,
	  CASE_FRAME(NONE, 4095, 0x8100, false) },
	{ "the tag is cut off", { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0x00, 0x0a, 0x08 }, 17, false, 0,
	  -EINVAL, {} },
	{ "VLAN in the metadata", { CASE_DST_HOST, CASE_SRC, 0x08, 0x00 }, 14, true, 0x7001, 0,
	  CASE_FRAME(NONE, 1, 0x0800, false) },
	{ "outer tag in the metadata, inner in the payload",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0x00, 0x14, 0x08, 0x00 }, 18, true, 30, 0,
	  CASE_FRAME(NONE, 30, 0x8100, false) },
	{ "priority tag", { CASE_DST_LLDP, CASE_SRC, 0x81, 0x00, 0xe0, 0x00, 0x88, 0xcc }, 18, false, 0,
	  0, CASE_FRAME(LINK, 0, 0x88cc, true) },
	{ "a VLAN behind a priority tag",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0xe0, 0x00, 0x81, 0x00, 0x00, 0x64, 0x08, 0x00 }, 22,
	  false, 0, 0, CASE_FRAME(NONE, 100, 0x0800, false, .behind_priority = true) },
	{ "a VLAN behind a priority tag in the metadata",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0x00, 0x64, 0x08, 0x06 }, 18, true, 0xe000, 0,
	  CASE_FRAME(NONE, 100, 0x0806, false, .behind_priority = true) },
	{ "two VLANs behind two priority tags",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 0, 0x88, 0xa8, 0, 0, 0x81, 0x00, 0, 10, 0x81, 0x00 },
	  26, false, 0, 0, CASE_FRAME(NONE, 10, 0x8100, false, .behind_priority = true) },
	{ "the VLAN behind a priority tag is cut off",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 0, 0x81, 0x00, 0, 100, 0x08 }, 21, false, 0, -EINVAL,
	  {} },
	{ "more priority tags than are looked at",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 0, 0x81, 0x00, 0, 0, 0x81, 0x00, 0, 0, 0x81, 0x00, 0, 0,
	    0x81, 0x00 }, 30, false, 0, -EINVAL, {} },
	{ "nor is one of them in the metadata",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 0, 0x81, 0x00, 0, 0, 0x81, 0x00, 0, 0, 0x81, 0x00 }, 26,
	  true, 0, -EINVAL, {} },
	{ "slow protocol", { CASE_DST_SLOW, CASE_SRC, 0x88, 0x09, 0x01, 0x01, 0, 0 }, 18, false, 0, 0,
	  CASE_FRAME(SLOW, 0, 0x8809, true) },
	{ "CFM group", { CASE_DST_CFM, CASE_SRC, 0x89, 0x02, 0, 0, 0, 0 }, 18, false, 0, 0,
	  CASE_FRAME(CFM, 0, 0x8902, true) },
	{ "a group that bridges do forward", { CASE_DST_STP_GARP, CASE_SRC, 0x88, 0xf5 }, 14, false, 0,
	  0, CASE_FRAME(NONE, 0, 0x88f5, true) },
};

/* What the VLAN device of a frame's tag sees of it. */
static const struct frame_case inside_cases[] = {
	{ "nothing behind the tag", { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0xe0, 0x0a, 0x08, 0x06 }, 18,
	  false, 0, 0, CASE_FRAME(NONE, 0, 0x0806, false) },
	{ "a tag in the metadata", { CASE_DST_LLDP, CASE_SRC, 0x88, 0xcc }, 14, true, 10, 0,
	  CASE_FRAME(LINK, 0, 0x88cc, true) },
	{ "a customer's tag behind it",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 10, 0x81, 0x00, 0, 5, 0x08, 0x00 }, 22, false, 0, 0,
	  CASE_FRAME(NONE, 5, 0x0800, false) },
	{ "a customer's tag behind one in the metadata",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 5, 0x08, 0x00 }, 18, true, 10, 0,
	  CASE_FRAME(NONE, 5, 0x0800, false) },
	{ "a priority tag in front, and one between",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 0, 0x81, 0x00, 0, 10, 0x81, 0x00, 0xe0, 0, 0x81, 0x00,
	    0, 5, 0x08, 0x00 }, 30, false, 0, 0,
	  CASE_FRAME(NONE, 5, 0x0800, false, .behind_priority = true) },
	{ "the customer's tag is cut off",
	  { CASE_DST_HOST, CASE_SRC, 0x81, 0x00, 0, 10, 0x81, 0x00, 0, 5, 0x08 }, 21, false, 0, -EINVAL,
	  {} },
};

/* The VLAN map of the verdict cases: DF for VLANs 0, 10 and 4095. */
static const u8 case_map[EVPN_VLAN_MAP_LEN] = { [0] = 0x01, [1] = 0x04, [511] = 0x80 };

#define CASE_ALLOW(bits) ((bits) << EVPN_PF_ALLOW_SHIFT)
#define CASE_DROP(reason) (EVPN_DROP + EVPN_DROP_REASON_##reason)

struct verdict_case {
	const char *name;
	u32 flags;
	bool map;
	enum evpn_place place;
	bool arp_monitor;
	bool malformed;
	struct evpn_frame frame;
	unsigned int want;
};

static const struct verdict_case verdict_cases[] = {
	{ "A11: a DF passes", 0, false, EVPN_PLACE_LAG, false, false, CASE_FRAME(NONE, 0, 0x0800, false),
	  EVPN_PASS },
	{ "a DF passes what cannot be decoded", 0, false, EVPN_PLACE_LAG, false, true, {}, EVPN_PASS },
	{ "A12: a non-DF blocks untagged", EVPN_PF_BLOCK, false, EVPN_PLACE_LAG, false, false,
	  CASE_FRAME(NONE, 0, 0x0800, false), CASE_DROP(STANDBY) },
	{ "A12: a non-DF blocks every VLAN", EVPN_PF_BLOCK, true, EVPN_PLACE_DEVICE, false, false,
	  CASE_FRAME(NONE, 10, 0x86dd, false), CASE_DROP(STANDBY) },
	{ "A12: and at the members", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, false, false,
	  CASE_FRAME(NONE, 4095, 0x8100, false), CASE_DROP(STANDBY_MEMBER) },
	{ "blocked and cannot be decoded", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, false, true, {},
	  CASE_DROP(MALFORMED) },
	{ "the loss policy has its own reason", EVPN_PF_BLOCK | EVPN_PF_FAIL, false, EVPN_PLACE_LAG,
	  false, false, CASE_FRAME(NONE, 0, 0x0800, false), CASE_DROP(OWNER_LOST) },

	{ "A14: LACP passes a blocked member", EVPN_PF_BLOCK | EVPN_PF_OOS, false, EVPN_PLACE_MEMBER,
	  false, false, CASE_FRAME(SLOW, 0, 0x8809, true), EVPN_ALLOW },
	{ "slow protocols pass a plain device", EVPN_PF_BLOCK, false, EVPN_PLACE_DEVICE, false, false,
	  CASE_FRAME(SLOW, 0, 0x8809, true), EVPN_ALLOW },
	{ "none has business on the bond itself", EVPN_PF_BLOCK, false, EVPN_PLACE_LAG, false, false,
	  CASE_FRAME(SLOW, 0, 0x8809, true), CASE_DROP(STANDBY) },
	{ "the EtherType alone is not enough", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, false, false,
	  CASE_FRAME(NONE, 0, 0x8809, false), CASE_DROP(STANDBY_MEMBER) },
	{ "nor is it with a tag", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, false, false,
	  CASE_FRAME(SLOW, 7, 0x8809, true), CASE_DROP(STANDBY_MEMBER) },

	{ "LLDP, allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_MEMBER, false,
	  false, CASE_FRAME(LINK, 0, 0x88cc, true), EVPN_ALLOW },
	{ "LLDP, not allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_EAPOL | EVPN_ALLOW_CFM), false,
	  EVPN_PLACE_MEMBER, false, false, CASE_FRAME(LINK, 0, 0x88cc, true),
	  CASE_DROP(STANDBY_MEMBER) },
	{ "LLDP to a host", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_MEMBER, false,
	  false, CASE_FRAME(NONE, 0, 0x88cc, false), CASE_DROP(STANDBY_MEMBER) },
	{ "LLDP in a VLAN", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_MEMBER, false,
	  false, CASE_FRAME(LINK, 10, 0x88cc, true), CASE_DROP(STANDBY_MEMBER) },
	{ "EAPOL, allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_EAPOL), false, EVPN_PLACE_DEVICE,
	  false, false, CASE_FRAME(LINK, 0, 0x888e, true), EVPN_ALLOW },
	{ "EAPOL, not allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_DEVICE,
	  false, false, CASE_FRAME(LINK, 0, 0x888e, true), CASE_DROP(STANDBY) },
	{ "CFM, allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_CFM), false, EVPN_PLACE_MEMBER, false,
	  false, CASE_FRAME(CFM, 0, 0x8902, true), EVPN_ALLOW },
	{ "CFM to another group", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_CFM), false, EVPN_PLACE_MEMBER,
	  false, false, CASE_FRAME(LINK, 0, 0x8902, true), CASE_DROP(STANDBY_MEMBER) },

	{ "PTP peer delay, allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_PTP), false, EVPN_PLACE_MEMBER,
	  false, false, CASE_FRAME(LINK, 0, 0x88f7, true), EVPN_ALLOW },
	{ "PTP peer delay, not allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false,
	  EVPN_PLACE_MEMBER, false, false, CASE_FRAME(LINK, 0, 0x88f7, true), CASE_DROP(STANDBY_MEMBER) },
	{ "PTP to a group that bridges forward", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_PTP), false,
	  EVPN_PLACE_MEMBER, false, false, CASE_FRAME(NONE, 0, 0x88f7, true), CASE_DROP(STANDBY_MEMBER) },
	{ "STP, allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_STP), false, EVPN_PLACE_LAG, false, false,
	  CASE_FRAME(BRIDGE, 0, 38, true, .packet = EVPN_PACKET_STP), EVPN_ALLOW },
	{ "STP, not allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_LAG, false,
	  false, CASE_FRAME(BRIDGE, 0, 38, true, .packet = EVPN_PACKET_STP), CASE_DROP(STANDBY) },
	{ "another 802.2 protocol", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_STP), false, EVPN_PLACE_LAG,
	  false, false, CASE_FRAME(BRIDGE, 0, 38, true), CASE_DROP(STANDBY) },
	{ "micro-BFD, allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_MICRO_BFD), false, EVPN_PLACE_MEMBER,
	  false, false, CASE_FRAME(MICRO_BFD, 0, 0x0800, true, .packet = EVPN_PACKET_MICRO_BFD),
	  EVPN_ALLOW },
	{ "micro-BFD, not allowed", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_MEMBER,
	  false, false, CASE_FRAME(MICRO_BFD, 0, 0x0800, true, .packet = EVPN_PACKET_MICRO_BFD),
	  CASE_DROP(STANDBY_MEMBER) },
	{ "micro-BFD's port to a host", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_MICRO_BFD), false,
	  EVPN_PLACE_MEMBER, false, false,
	  CASE_FRAME(NONE, 0, 0x0800, false, .packet = EVPN_PACKET_MICRO_BFD), CASE_DROP(STANDBY_MEMBER) },
	{ "something else to micro-BFD's group", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_MICRO_BFD), false,
	  EVPN_PLACE_MEMBER, false, false, CASE_FRAME(MICRO_BFD, 0, 0x0800, true),
	  CASE_DROP(STANDBY_MEMBER) },
	{ "LLDP to the nearest customer bridge", EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false,
	  EVPN_PLACE_MEMBER, false, false, CASE_FRAME(BRIDGE, 0, 0x88cc, true), EVPN_ALLOW },

	{ "ARP at a member without LACP", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, true, false,
	  CASE_FRAME(NONE, 0, 0x0806, false, .packet = EVPN_PACKET_ARP), EVPN_ALLOW },
	{ "ARP at a member with LACP", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, false, false,
	  CASE_FRAME(NONE, 0, 0x0806, false, .packet = EVPN_PACKET_ARP), CASE_DROP(STANDBY_MEMBER) },
	{ "ARP ends at the bond", EVPN_PF_BLOCK, false, EVPN_PLACE_LAG, true, false,
	  CASE_FRAME(NONE, 0, 0x0806, false, .packet = EVPN_PACKET_ARP), CASE_DROP(STANDBY) },
	{ "the monitor's target may be in a VLAN", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, true, false,
	  CASE_FRAME(NONE, 10, 0x0806, false, .packet = EVPN_PACKET_ARP), EVPN_ALLOW },
	{ "and have an IPv6 address", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, true, false,
	  CASE_FRAME(NONE, 10, 0x86dd, true, .packet = EVPN_PACKET_ND), EVPN_ALLOW },
	{ "ND ends at the bond", EVPN_PF_BLOCK, false, EVPN_PLACE_LAG, true, false,
	  CASE_FRAME(NONE, 0, 0x86dd, true, .packet = EVPN_PACKET_ND), CASE_DROP(STANDBY) },
	{ "ND at a member with LACP", EVPN_PF_BLOCK, false, EVPN_PLACE_MEMBER, false, false,
	  CASE_FRAME(NONE, 0, 0x86dd, true, .packet = EVPN_PACKET_ND), CASE_DROP(STANDBY_MEMBER) },

	{ "single-active, DF for the VLAN", EVPN_PF_VLANS, true, EVPN_PLACE_LAG, false, false,
	  CASE_FRAME(NONE, 10, 0x0800, false), EVPN_PASS },
	{ "single-active, not DF for the VLAN", EVPN_PF_VLANS | EVPN_PF_DF, true, EVPN_PLACE_LAG, false,
	  false, CASE_FRAME(NONE, 11, 0x0800, false), CASE_DROP(VLAN_STANDBY) },
	{ "the last VLAN of the map", EVPN_PF_VLANS, true, EVPN_PLACE_LAG, false, false,
	  CASE_FRAME(NONE, 4095, 0x0800, false), EVPN_PASS },
	{ "untagged is VLAN 0", EVPN_PF_VLANS, true, EVPN_PLACE_DEVICE, false, false,
	  CASE_FRAME(NONE, 0, 0x0800, false), EVPN_PASS },
	{ "without a map the role counts: DF", EVPN_PF_VLANS | EVPN_PF_DF, false, EVPN_PLACE_LAG, false,
	  false, CASE_FRAME(NONE, 11, 0x0800, false), EVPN_PASS },
	{ "without a map the role counts: non-DF", EVPN_PF_VLANS, false, EVPN_PLACE_LAG, false, false,
	  CASE_FRAME(NONE, 0, 0x0800, false), CASE_DROP(VLAN_STANDBY) },
	{ "a blocked VLAN 0 still lets LLDP by", EVPN_PF_VLANS | CASE_ALLOW(EVPN_ALLOW_LLDP), false,
	  EVPN_PLACE_LAG, false, false, CASE_FRAME(LINK, 0, 0x88cc, true), EVPN_ALLOW },
	{ "members carry all VLANs", EVPN_PF_VLANS, true, EVPN_PLACE_MEMBER, false, false,
	  CASE_FRAME(NONE, 11, 0x0800, false), EVPN_PASS },
	{ "the loss policy takes every VLAN", EVPN_PF_VLANS | EVPN_PF_FAIL, true, EVPN_PLACE_LAG, false,
	  false, CASE_FRAME(NONE, 10, 0x0800, false), CASE_DROP(OWNER_LOST) },
	{ "a VLAN device of a shared port blocks what belongs to a link",
	  EVPN_PF_BLOCK | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_VLAN, true, false,
	  CASE_FRAME(LINK, 0, 0x88cc, true), CASE_DROP(STANDBY) },
	{ "and slow protocols", EVPN_PF_BLOCK, false, EVPN_PLACE_VLAN, true, false,
	  CASE_FRAME(SLOW, 0, 0x8809, true), CASE_DROP(STANDBY) },
	{ "single-active on one, DF for a customer's VLAN", EVPN_PF_VLANS, true, EVPN_PLACE_VLAN, false, false,
	  CASE_FRAME(NONE, 10, 0x0800, false), EVPN_PASS },
	{ "single-active on one, not DF", EVPN_PF_VLANS | CASE_ALLOW(EVPN_ALLOW_LLDP), false, EVPN_PLACE_VLAN,
	  false, false, CASE_FRAME(LINK, 0, 0x88cc, true), CASE_DROP(VLAN_STANDBY) },
	{ "single-active and cannot be decoded", EVPN_PF_VLANS, true, EVPN_PLACE_LAG, false, true, {},
	  CASE_DROP(MALFORMED) },
};

struct flood_case {
	const char *name;
	u32 flags;
	bool map;
	enum evpn_origin origin;
	bool shared;
	struct evpn_frame frame;
	unsigned int want;
};

#define CASE_FLOOD(bits) (EVPN_PF_FLOOD | (bits))
#define CASE_UNTAGGED(vid) ((vid) << EVPN_PF_UNTAGGED_SHIFT)
#define CASE_BUM(vid) CASE_FRAME(NONE, vid, 0x0800, true)
#define CASE_UNICAST(vid) CASE_FRAME(NONE, vid, 0x0800, false)

static const struct flood_case flood_cases[] = {
	{ "B7: a DF passes what the core floods", CASE_FLOOD(EVPN_PF_DF), false, EVPN_ORIGIN_CORE, false,
	  CASE_BUM(10), EVPN_PASS },
	{ "B7: a non-DF does not", CASE_FLOOD(0), false, EVPN_ORIGIN_CORE, false, CASE_BUM(10),
	  CASE_DROP(NON_DF) },
	{ "nor unicast, given that it was flooded", CASE_FLOOD(0), false, EVPN_ORIGIN_CORE, false,
	  CASE_UNICAST(10), CASE_DROP(NON_DF) },
	{ "unless unicast is never to be dropped", CASE_FLOOD(EVPN_PF_UNICAST), false, EVPN_ORIGIN_CORE,
	  true, CASE_UNICAST(10), EVPN_PASS },
	{ "multicast is, even then", CASE_FLOOD(EVPN_PF_UNICAST), false, EVPN_ORIGIN_CORE, false,
	  CASE_BUM(10), CASE_DROP(NON_DF) },
	{ "E37: local bias, whatever the role", CASE_FLOOD(0), false, EVPN_ORIGIN_LOCAL, true,
	  CASE_BUM(10), EVPN_PASS },
	{ "E37: split horizon on a DF", CASE_FLOOD(EVPN_PF_DF), false, EVPN_ORIGIN_CORE, true,
	  CASE_BUM(10), CASE_DROP(SPLIT_HORIZON) },
	{ "E37: split horizon on a non-DF", CASE_FLOOD(0), false, EVPN_ORIGIN_CORE, true, CASE_BUM(10),
	  CASE_DROP(SPLIT_HORIZON) },
	{ "E37: of unicast that was flooded, too", CASE_FLOOD(EVPN_PF_DF), false, EVPN_ORIGIN_CORE, true,
	  CASE_UNICAST(10), CASE_DROP(SPLIT_HORIZON) },
	{ "E34: DF for this VLAN", CASE_FLOOD(0), true, EVPN_ORIGIN_CORE, false, CASE_BUM(10),
	  EVPN_PASS },
	{ "E34: not for that", CASE_FLOOD(EVPN_PF_DF), true, EVPN_ORIGIN_CORE, false, CASE_BUM(11),
	  CASE_DROP(NON_DF) },
	{ "untagged is what the operator says", CASE_FLOOD(CASE_UNTAGGED(11)), true, EVPN_ORIGIN_CORE,
	  false, CASE_BUM(0), CASE_DROP(NON_DF) },
	{ "and is VLAN 0 otherwise", CASE_FLOOD(0), true, EVPN_ORIGIN_CORE, false, CASE_BUM(0),
	  EVPN_PASS },
	{ "D5: nothing flooded goes from one device of a segment to another", CASE_FLOOD(EVPN_PF_DF), false,
	  EVPN_ORIGIN_SEGMENT, false, CASE_BUM(10), CASE_DROP(SPLIT_HORIZON) },
	{ "nor unicast that was flooded", CASE_FLOOD(EVPN_PF_DF), false, EVPN_ORIGIN_SEGMENT, false,
	  CASE_UNICAST(10), CASE_DROP(SPLIT_HORIZON) },
	{ "unless unicast is never to be dropped there", CASE_FLOOD(EVPN_PF_UNICAST), false,
	  EVPN_ORIGIN_SEGMENT, false, CASE_UNICAST(10), EVPN_PASS },
	{ "routed multicast leaves on the DF", CASE_FLOOD(EVPN_PF_DF), false, EVPN_ORIGIN_ROUTED, false,
	  CASE_BUM(10), EVPN_PASS },
	{ "and on no other PE", CASE_FLOOD(0), false, EVPN_ORIGIN_ROUTED, false, CASE_BUM(10),
	  CASE_DROP(NON_DF) },
	{ "routed unicast always leaves", CASE_FLOOD(0), false, EVPN_ORIGIN_ROUTED, true,
	  CASE_UNICAST(10), EVPN_PASS },
	{ "the loss policy has its own reason", CASE_FLOOD(EVPN_PF_DF | EVPN_PF_FAIL), false,
	  EVPN_ORIGIN_CORE, false, CASE_BUM(10), CASE_DROP(OWNER_LOST) },
	{ "and takes no unicast of the router's", CASE_FLOOD(EVPN_PF_FAIL), false, EVPN_ORIGIN_ROUTED,
	  false, CASE_UNICAST(10), EVPN_PASS },
};

struct packet_case {
	const char *name;
	u8 packet[EVPN_PACKET_LOOK_LEN];
	u32 len;
	u16 proto;
	enum evpn_packet want;
};

#define CASE_NEXT6(next, hops) 0x60, [6] = next, hops

static const struct packet_case packet_cases[] = {
	{ "ARP", { 0, 1 }, 28, 0x0806, EVPN_PACKET_ARP },
	{ "ARP behind a second tag", { 0, 50, 0x08, 0x06 }, 32, 0x8100, EVPN_PACKET_ARP },
	{ "nothing behind the EtherType of a tag", { 0 }, 0, 0x8100, EVPN_PACKET_OTHER },
	{ "a third tag", { 0, 50, 0x81, 0x00, 0, 7, 0x08, 0x06 }, 36, 0x88a8, EVPN_PACKET_OTHER },
	{ "Neighbour Solicitation", { CASE_NEXT6(58, 255), [40] = 135 }, 64, 0x86dd, EVPN_PACKET_ND },
	{ "Neighbour Advertisement", { CASE_NEXT6(58, 255), [40] = 136 }, 41, 0x86dd, EVPN_PACKET_ND },
	{ "Router Advertisement", { CASE_NEXT6(58, 255), [40] = 134 }, 64, 0x86dd, EVPN_PACKET_OTHER },
	{ "one from beyond a router", { CASE_NEXT6(58, 254), [40] = 135 }, 64, 0x86dd, EVPN_PACKET_OTHER },
	{ "ND cut off", { CASE_NEXT6(58, 255) }, 40, 0x86dd, EVPN_PACKET_OTHER },
	{ "micro-BFD", { 0x45, [9] = 17, [22] = 0x1a, 0x80 }, 28, 0x0800, EVPN_PACKET_MICRO_BFD },
	{ "micro-BFD behind options", { 0x46, [9] = 17, [26] = 0x1a, 0x80 }, 32, 0x0800,
	  EVPN_PACKET_MICRO_BFD },
	{ "micro-BFD over IPv6", { CASE_NEXT6(17, 255), [42] = 0x1a, 0x80 }, 48, 0x86dd,
	  EVPN_PACKET_MICRO_BFD },
	{ "single-hop BFD", { 0x45, [9] = 17, [22] = 0x0e, 0xc8 }, 28, 0x0800, EVPN_PACKET_OTHER },
	{ "a later fragment", { 0x45, [6] = 0x00, 0x01, [9] = 17, [22] = 0x1a, 0x80 }, 28, 0x0800,
	  EVPN_PACKET_OTHER },
	{ "TCP", { 0x45, [9] = 6, [22] = 0x1a, 0x80 }, 28, 0x0800, EVPN_PACKET_OTHER },
	{ "UDP cut off", { 0x45, [9] = 17, [22] = 0x1a, 0x80 }, 23, 0x0800, EVPN_PACKET_OTHER },
	{ "a header shorter than IPv4's", { 0x44, [9] = 17, [18] = 0x1a, 0x80 }, 28, 0x0800,
	  EVPN_PACKET_OTHER },
	{ "nothing at all", {}, 0, 0x0800, EVPN_PACKET_OTHER },
	{ "STP", { 0x42, 0x42, 0x03 }, 38, 38, EVPN_PACKET_STP },
	{ "IS-IS", { 0xfe, 0xfe, 0x03 }, 38, 1497, EVPN_PACKET_OTHER },
	{ "STP's octets behind an EtherType", { 0x42, 0x42, 0x03 }, 38, 0x88b5, EVPN_PACKET_OTHER },
};

struct ip_case {
	const char *name;
	u8 packet[EVPN_IP_LOOK_LEN];
	u32 len;
	u16 proto;
	bool want;
};

static const struct ip_case ip_cases[] = {
	{ "IPv4 to a group", { 0x45, [16] = 239, 1, 1, 1 }, 20, 0x0800, true },
	{ "IPv4 to the last group", { 0x45, [16] = 239, 255, 255, 255 }, 20, 0x0800, true },
	{ "IPv4 to a host", { 0x45, [16] = 223, 255, 255, 255 }, 20, 0x0800, false },
	{ "IPv4 to everybody is no group", { 0x45, [16] = 255, 255, 255, 255 }, 20, 0x0800, false },
	{ "IPv4, cut off", { 0x45, [16] = 239, 1, 1 }, 19, 0x0800, false },
	{ "IPv6 to a group", { 0x60, [24] = 0xff, 0x02 }, 40, 0x86dd, true },
	{ "IPv6 to a host", { 0x60, [24] = 0xfe, 0x80 }, 40, 0x86dd, false },
	{ "IPv6, cut off", { 0x60, [24] = 0xff, 0x02 }, 39, 0x86dd, false },
	{ "neither", { [16] = 239, [24] = 0xff }, 40, 0x0806, false },
	{ "nothing at all", {}, 0, 0x0800, false },
};

/* A LACPDU of bonding's, in sync, with slow periods asked for by the partner. */
static const u8 case_lacpdu[EVPN_LACPDU_LEN] = {
	CASE_DST_SLOW, CASE_SRC, 0x88, 0x09, /* Ethernet */
	0x01, 0x01, 0x01, 0x14, /* LACP version 1, actor information */
	0xff, 0xff, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, /* system priority, system */
	0x00, 0x0f, 0x00, 0xff, 0x00, 0x01, /* key, port priority, port */
	0x3f, 0x00, 0x00, 0x00, /* state: all but defaulted and expired */
	0x02, 0x14, /* partner information */
	0x80, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x00,
	0x00, 0x11, 0x00, 0x80, 0x00, 0x02,
	0x3d, 0x00, 0x00, 0x00, /* state: long timeout */
	0x03, 0x10, /* collector information; the rest is zero */
};

enum {
	CASE_ACTOR_STATE = 32,
	CASE_PARTNER_INFO = 38,
	CASE_PARTNER_STATE = 52,
	CASE_INFO_LEN = 14,
	CASE_ACTOR_INFO = 18,
};

/* Changes of one octet after which it is no LACPDU any more, or still one. */
struct lacpdu_case {
	const char *name;
	u32 offset;
	u8 value;
	u32 len;
	bool want;
};

static const struct lacpdu_case lacpdu_cases[] = {
	{ "as it is", 0, 0x01, EVPN_LACPDU_LEN, true },
	{ "version 2", 15, 0x02, EVPN_LACPDU_LEN, true },
	{ "one octet short", 0, 0x01, EVPN_LACPDU_LEN - 1, false },
	{ "empty", 0, 0x01, 0, false },
	{ "to another group", 5, 0x03, EVPN_LACPDU_LEN, false },
	{ "another EtherType", 13, 0x08, EVPN_LACPDU_LEN, false },
	{ "a marker", 14, 0x02, EVPN_LACPDU_LEN, false },
	{ "OAM", 14, 0x03, EVPN_LACPDU_LEN, false },
	{ "version 0", 15, 0x00, EVPN_LACPDU_LEN, false },
	{ "no actor", 16, 0x02, EVPN_LACPDU_LEN, false },
	{ "actor of another length", 17, 0x13, EVPN_LACPDU_LEN, false },
	{ "no partner", 36, 0x01, EVPN_LACPDU_LEN, false },
	{ "partner of another length", 37, 0x15, EVPN_LACPDU_LEN, false },
};

/* The answer of the partner to @sent: its information about us is what we sent. */
static inline void case_answer(u8 *answer, const u8 *sent)
{
	memcpy(answer, case_lacpdu, EVPN_LACPDU_LEN);
	memcpy(answer + CASE_PARTNER_INFO, sent + CASE_ACTOR_INFO, CASE_INFO_LEN);
	answer[CASE_PARTNER_STATE] = sent[CASE_ACTOR_STATE];
}

/* What a link is good for (802.1AX-2020 section 6.4.2.3 has the bits of a state). */
struct judge_case {
	const char *name;
	struct evpn_lacp_view view; /* link, heard, late, sent, own, partner's */
	u32 want;
};

static const struct judge_case judge_cases[] = {
	{ "no carrier, whatever was heard", { false, true, false, true, 0x3f, 0x3f }, EVPN_PARTNER_UNKNOWN },
	{ "nothing heard", { true, false, false, true, 0x47, 0 }, EVPN_PARTNER_UNKNOWN },
	{ "silent", { true, true, true, true, 0x3f, 0x3f }, EVPN_PARTNER_EXPIRED },
	{ "silent, and out of sync before", { true, true, true, true, 0x3f, 0x07 }, EVPN_PARTNER_EXPIRED },
	{ "has expired a moment ago: no verdict yet", { true, true, false, true, 0x3f, 0xbf },
	  EVPN_PARTNER_ACTIVE },
	{ "has expired", { true, true, true, true, 0x3f, 0x8f }, EVPN_PARTNER_DEAF },
	{ "does not know us", { true, true, false, true, 0x3f, 0x4f }, EVPN_PARTNER_DEAF },
	{ "has not put the link in", { true, true, false, true, 0x3f, 0x07 }, EVPN_PARTNER_OUT_OF_SYNC },
	{ "collects and distributes without sync", { true, true, false, true, 0x3f, 0x37 },
	  EVPN_PARTNER_OUT_OF_SYNC },
	{ "this host attaches the member", { true, true, false, true, 0x07, 0x0f }, EVPN_PARTNER_DETACHED },
	{ "this host does not distribute", { true, true, false, true, 0x1f, 0x3f }, EVPN_PARTNER_DETACHED },
	{ "nothing sent yet: the benefit of the doubt", { true, true, false, false, 0, 0x0f },
	  EVPN_PARTNER_READY },
	{ "a standby's partner", { true, true, false, true, 0x3f, 0x0f }, EVPN_PARTNER_READY },
	{ "it only collects", { true, true, false, true, 0x3f, 0x1f }, EVPN_PARTNER_READY },
	{ "all is well, at the slow rate", { true, true, false, true, 0x3d, 0x3d }, EVPN_PARTNER_ACTIVE },
};

/* What ARP and Neighbour Discovery say: octets behind the EtherType. */
struct heard_case {
	const char *name;
	u16 proto;
	u16 vid;
	u32 len;
	u8 data[80];
	int err;
	u32 tag;
	u8 family;
	bool override;
};

#define CASE_HOST_MAC 0x02, 0x00, 0x00, 0x00, 0x0a, 0x01
#define CASE_HOST_IP 10, 0, 0, 1
#define CASE_ZERO_MAC 0, 0, 0, 0, 0, 0
#define CASE_ARP(op) 0, 1, 8, 0, 6, 4, 0, op
#define CASE_HOST_IP6 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define CASE_ZERO_IP6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define CASE_LOOP_IP6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define CASE_MAPPED_IP6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 9
#define CASE_GROUP_IP6 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define CASE_IP6(next, hops) 0x60, 0, 0, 0, 0, 32, next, hops

static const struct heard_case heard_cases[] = {
	{ "ARP request", EVPN_P_ARP, 0, 28,
	  { CASE_ARP(1), CASE_HOST_MAC, CASE_HOST_IP, CASE_ZERO_MAC, 10, 0, 0, 254 }, 0, 0, 4, true },
	{ "ARP reply on a VLAN", EVPN_P_ARP, 10, 28,
	  { CASE_ARP(2), CASE_HOST_MAC, CASE_HOST_IP, CASE_ZERO_MAC, 10, 0, 0, 254 }, 0, 10, 4, true },
	{ "ARP under two tags", EVPN_P_8021Q, 100, 32,
	  { 0xe0, 50, 0x08, 0x06, CASE_ARP(1), CASE_HOST_MAC, CASE_HOST_IP, CASE_ZERO_MAC, 10, 0, 0, 254 },
	  0, 100 << 12 | 50, 4, true },
	{ "a tag that is cut off", EVPN_P_8021AD, 100, 3, { 0, 50, 8 }, -EINVAL, 0, 0, false },
	{ "ARP behind a priority tag and a tag", EVPN_P_8021Q, 0, 32,
	  { 0, 50, 0x08, 0x06, CASE_ARP(1), CASE_HOST_MAC, CASE_HOST_IP, CASE_ZERO_MAC, 10, 0, 0, 254 },
	  0, 50, 4, true },
	{ "ARP behind a tag and a priority tag", EVPN_P_8021Q, 50, 32,
	  { 0xe0, 0, 0x08, 0x06, CASE_ARP(1), CASE_HOST_MAC, CASE_HOST_IP, CASE_ZERO_MAC, 10, 0, 0, 254 },
	  0, 50, 4, true },
	{ "ARP behind a priority tag and two tags", EVPN_P_8021Q, 0, 36,
	  { 0, 100, 0x81, 0x00, 0, 50, 0x08, 0x06, CASE_ARP(1), CASE_HOST_MAC, CASE_HOST_IP, CASE_ZERO_MAC,
	    10, 0, 0, 254 }, 0, 100 << 12 | 50, 4, true },
	{ "three tags", EVPN_P_8021Q, 100, 36, { 0, 50, 0x81, 0x00, 0, 7, 0x08, 0x06, CASE_ARP(1) },
	  -EINVAL, 0, 0, false },
	{ "ARP cut off", EVPN_P_ARP, 0, 27, { CASE_ARP(1), CASE_HOST_MAC, CASE_HOST_IP }, -EINVAL, 0, 0,
	  false },
	{ "reverse ARP", EVPN_P_ARP, 0, 28, { CASE_ARP(3), CASE_HOST_MAC, CASE_HOST_IP }, -EINVAL, 0, 0,
	  false },
	{ "probe for a duplicate (RFC 5227)", EVPN_P_ARP, 0, 28,
	  { CASE_ARP(1), CASE_HOST_MAC, 0, 0, 0, 0, CASE_ZERO_MAC, CASE_HOST_IP }, -EINVAL, 0, 0, false },
	{ "ARP of a group address", EVPN_P_ARP, 0, 28, { CASE_ARP(1), CASE_HOST_MAC, 224, 0, 0, 1 },
	  -EINVAL, 0, 0, false },
	{ "ARP of 240.0.0.0/4", EVPN_P_ARP, 0, 28, { CASE_ARP(2), CASE_HOST_MAC, 240, 0, 0, 1 },
	  -EINVAL, 0, 0, false },
	{ "ARP of everybody", EVPN_P_ARP, 0, 28, { CASE_ARP(2), CASE_HOST_MAC, 255, 255, 255, 255 },
	  -EINVAL, 0, 0, false },
	{ "ARP of 127.0.0.0/8", EVPN_P_ARP, 0, 28, { CASE_ARP(2), CASE_HOST_MAC, 127, 0, 0, 9 },
	  -EINVAL, 0, 0, false },
	{ "ARP of 0.0.0.0/8", EVPN_P_ARP, 0, 28, { CASE_ARP(2), CASE_HOST_MAC, 0, 0, 0, 9 },
	  -EINVAL, 0, 0, false },
	{ "ARP of a group MAC address", EVPN_P_ARP, 0, 28,
	  { CASE_ARP(1), 0x03, 0, 0, 0, 0, 1, CASE_HOST_IP }, -EINVAL, 0, 0, false },
	{ "ARP of no MAC address", EVPN_P_ARP, 0, 28, { CASE_ARP(1), CASE_ZERO_MAC, CASE_HOST_IP },
	  -EINVAL, 0, 0, false },
	{ "ARP for another hardware", EVPN_P_ARP, 0, 28,
	  { 0, 6, 8, 0, 6, 4, 0, 1, CASE_HOST_MAC, CASE_HOST_IP }, -EINVAL, 0, 0, false },
	{ "Neighbour Solicitation", 0x86dd, 7, 72,
	  { CASE_IP6(58, 255), CASE_HOST_IP6, CASE_GROUP_IP6, 135, 0, 0, 0, 0, 0, 0, 0, CASE_ZERO_IP6,
	    1, 1, CASE_HOST_MAC }, 0, 7, 16, true },
	{ "Neighbour Solicitation without the option", 0x86dd, 7, 64,
	  { CASE_IP6(58, 255), CASE_HOST_IP6, CASE_GROUP_IP6, 135, 0, 0, 0, 0, 0, 0, 0, CASE_ZERO_IP6 },
	  -EINVAL, 0, 0, false },
	{ "the option behind another one", 0x86dd, 7, 80,
	  { CASE_IP6(58, 255), CASE_HOST_IP6, CASE_GROUP_IP6, 135, 0, 0, 0, 0, 0, 0, 0, CASE_ZERO_IP6,
	    14, 1, 1, 2, 3, 4, 5, 6, 1, 1, CASE_HOST_MAC }, 0, 7, 16, true },
	{ "an option of no length", 0x86dd, 7, 80,
	  { CASE_IP6(58, 255), CASE_HOST_IP6, CASE_GROUP_IP6, 135, 0, 0, 0, 0, 0, 0, 0, CASE_ZERO_IP6,
	    14, 0, 1, 2, 3, 4, 5, 6, 1, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "an option that is longer than the message", 0x86dd, 7, 72,
	  { CASE_IP6(58, 255), CASE_HOST_IP6, CASE_GROUP_IP6, 135, 0, 0, 0, 0, 0, 0, 0, CASE_ZERO_IP6,
	    1, 2, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "duplicate address detection", 0x86dd, 7, 72,
	  { CASE_IP6(58, 255), CASE_ZERO_IP6, CASE_GROUP_IP6, 135, 0, 0, 0, 0, 0, 0, 0, CASE_HOST_IP6,
	    1, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "Neighbour Advertisement that overrides", 0x86dd, 0, 72,
	  { CASE_IP6(58, 255), CASE_ZERO_IP6, CASE_GROUP_IP6, 136, 0, 0, 0, 0x20, 0, 0, 0, CASE_HOST_IP6,
	    2, 1, CASE_HOST_MAC }, 0, 0, 16, true },
	{ "Neighbour Advertisement that does not", 0x86dd, 0, 72,
	  { CASE_IP6(58, 255), CASE_ZERO_IP6, CASE_GROUP_IP6, 136, 0, 0, 0, 0xc0, 0, 0, 0, CASE_HOST_IP6,
	    2, 1, CASE_HOST_MAC }, 0, 0, 16, false },
	{ "from beyond a router", 0x86dd, 0, 72,
	  { CASE_IP6(58, 254), CASE_ZERO_IP6, CASE_GROUP_IP6, 136, 0, 0, 0, 0x20, 0, 0, 0, CASE_HOST_IP6,
	    2, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "a group's Advertisement", 0x86dd, 0, 72,
	  { CASE_IP6(58, 255), CASE_ZERO_IP6, CASE_GROUP_IP6, 136, 0, 0, 0, 0x20, 0, 0, 0, CASE_GROUP_IP6,
	    2, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "an Advertisement of IPv4 in IPv6", 0x86dd, 0, 72,
	  { CASE_IP6(58, 255), CASE_ZERO_IP6, CASE_GROUP_IP6, 136, 0, 0, 0, 0x20, 0, 0, 0, CASE_MAPPED_IP6,
	    2, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "an Advertisement of ::1", 0x86dd, 0, 72,
	  { CASE_IP6(58, 255), CASE_ZERO_IP6, CASE_GROUP_IP6, 136, 0, 0, 0, 0x20, 0, 0, 0, CASE_LOOP_IP6,
	    2, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "a Solicitation from IPv4 in IPv6", 0x86dd, 7, 72,
	  { CASE_IP6(58, 255), CASE_MAPPED_IP6, CASE_GROUP_IP6, 135, 0, 0, 0, 0, 0, 0, 0, CASE_ZERO_IP6,
	    1, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "Router Solicitation", 0x86dd, 0, 72,
	  { CASE_IP6(58, 255), CASE_HOST_IP6, CASE_GROUP_IP6, 133, 0, 0, 0, 0, 0, 0, 0, CASE_ZERO_IP6,
	    1, 1, CASE_HOST_MAC }, -EINVAL, 0, 0, false },
	{ "IPv6 that is no ICMP", 0x86dd, 0, 72, { CASE_IP6(17, 255), CASE_HOST_IP6 }, -EINVAL, 0, 0,
	  false },
	{ "IPv4", 0x0800, 0, 28, { 0x45 }, -EINVAL, 0, 0, false },
};

/* C45 and what else follows for an entry; see also the rules that always hold, in user space. */
struct decide_case {
	const char *name;
	struct evpn_neigh_facts facts;
	enum evpn_neigh_state state;
	enum evpn_neigh_act act;
};

#define FACTS(...) { __VA_ARGS__ }
#define PLACE(what) .place = EVPN_NEIGH_PLACE_##what
#define ENTRY(what) .entry = EVPN_NEIGH_ENTRY_##what

static const struct decide_case decide_cases[] = {
	{ "wished, and nothing there", FACTS(PLACE(OK), ENTRY(ABSENT), .wished = true),
	  EVPN_NEIGH_STATE_SYNCED, EVPN_NEIGH_ACT_INSTALL },
	{ "wished, and a failed entry there", FACTS(PLACE(OK), ENTRY(FAILED), .wished = true),
	  EVPN_NEIGH_STATE_SYNCED, EVPN_NEIGH_ACT_INSTALL },
	{ "C45: wished, and learned", FACTS(PLACE(OK), ENTRY(VALID), .wished = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_NONE },
	{ "learned", FACTS(PLACE(OK), ENTRY(VALID)), EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_NONE },
	{ "installed", FACTS(PLACE(OK), ENTRY(OURS), .wished = true), EVPN_NEIGH_STATE_SYNCED,
	  EVPN_NEIGH_ACT_NONE },
	{ "installed, and being probed", FACTS(PLACE(OK), ENTRY(OURS), .wished = true, .probing = true),
	  EVPN_NEIGH_STATE_SYNCED, EVPN_NEIGH_ACT_REFRESH },
	{ "installed, and wished otherwise", FACTS(PLACE(OK), ENTRY(OURS), .wished = true, .outdated = true),
	  EVPN_NEIGH_STATE_SYNCED, EVPN_NEIGH_ACT_REPLACE },
	{ "installed, and the host has spoken", FACTS(PLACE(OK), ENTRY(OURS), .wished = true, .heard = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_ADOPT },
	{ "installed, and learned since", FACTS(PLACE(OK), ENTRY(CHANGED), .wished = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_ADOPT },
	{ "C46: not wished any more", FACTS(PLACE(OK), ENTRY(OURS)), EVPN_NEIGH_STATE_GONE,
	  EVPN_NEIGH_ACT_RELEASE },
	{ "C61: retained", FACTS(PLACE(OK), ENTRY(OURS), .retained = true), EVPN_NEIGH_STATE_RETAINED,
	  EVPN_NEIGH_ACT_NONE },
	{ "retained, and lost", FACTS(PLACE(OK), ENTRY(ABSENT), .retained = true),
	  EVPN_NEIGH_STATE_RETAINED, EVPN_NEIGH_ACT_INSTALL },
	{ "retained, and the host has spoken", FACTS(PLACE(OK), ENTRY(OURS), .retained = true, .heard = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_ADOPT },
	{ "local, failed, and wished", FACTS(PLACE(OK), ENTRY(FAILED), .local = true, .failed = true,
	  .wished = true), EVPN_NEIGH_STATE_SYNCED, EVPN_NEIGH_ACT_INSTALL },
	{ "local, and failed", FACTS(PLACE(OK), ENTRY(FAILED), .local = true, .failed = true),
	  EVPN_NEIGH_STATE_GONE, EVPN_NEIGH_ACT_NONE },
	{ "local, and forgotten", FACTS(PLACE(OK), ENTRY(ABSENT), .local = true), EVPN_NEIGH_STATE_LOCAL,
	  EVPN_NEIGH_ACT_VERIFY },
	{ "local, and deleted", FACTS(PLACE(OK), ENTRY(ABSENT), .local = true, .failed = true),
	  EVPN_NEIGH_STATE_GONE, EVPN_NEIGH_ACT_NONE },
	{ "C29: no sub-interface", FACTS(PLACE(NONE), ENTRY(ABSENT), .wished = true),
	  EVPN_NEIGH_STATE_PENDING, EVPN_NEIGH_ACT_NONE },
	{ "the device leaves the segment", FACTS(PLACE(NONE), ENTRY(OURS), .wished = true),
	  EVPN_NEIGH_STATE_PENDING, EVPN_NEIGH_ACT_RELEASE },
	{ "the device is down", FACTS(PLACE(DOWN), ENTRY(OURS), .wished = true),
	  EVPN_NEIGH_STATE_PENDING, EVPN_NEIGH_ACT_NONE },
	{ "down, and not wished any more", FACTS(PLACE(DOWN), ENTRY(OURS)), EVPN_NEIGH_STATE_GONE,
	  EVPN_NEIGH_ACT_RELEASE },
	{ "down, and local", FACTS(PLACE(DOWN), ENTRY(VALID), .local = true), EVPN_NEIGH_STATE_GONE,
	  EVPN_NEIGH_ACT_NONE },
	{ "down, and retained", FACTS(PLACE(DOWN), ENTRY(ABSENT), .retained = true),
	  EVPN_NEIGH_STATE_RETAINED, EVPN_NEIGH_ACT_NONE },
	{ "C41: another VRF", FACTS(PLACE(VRF), ENTRY(ABSENT), .wished = true), EVPN_NEIGH_STATE_REFUSED,
	  EVPN_NEIGH_ACT_NONE },
	{ "another VRF since", FACTS(PLACE(VRF), ENTRY(OURS), .wished = true), EVPN_NEIGH_STATE_REFUSED,
	  EVPN_NEIGH_ACT_RELEASE },
	{ "another VRF, and local there", FACTS(PLACE(VRF), ENTRY(VALID), .wished = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_NONE },
	{ "wished with this host's own MAC address", FACTS(PLACE(LLADDR), ENTRY(ABSENT), .wished = true),
	  EVPN_NEIGH_STATE_REFUSED, EVPN_NEIGH_ACT_NONE },
	{ "that, and local", FACTS(PLACE(LLADDR), ENTRY(VALID), .wished = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_NONE },
	{ "this host's own address, wished", FACTS(PLACE(OWN), ENTRY(ABSENT), .wished = true),
	  EVPN_NEIGH_STATE_REFUSED, EVPN_NEIGH_ACT_NONE },
	{ "that, and claimed by a host", FACTS(PLACE(OWN), ENTRY(VALID), .wished = true, .heard = true),
	  EVPN_NEIGH_STATE_REFUSED, EVPN_NEIGH_ACT_NONE },
	{ "claimed, and not wished", FACTS(PLACE(OWN), ENTRY(VALID), .heard = true),
	  EVPN_NEIGH_STATE_GONE, EVPN_NEIGH_ACT_NONE },
	{ "this host's own address since", FACTS(PLACE(OWN), ENTRY(OURS), .wished = true, .heard = true),
	  EVPN_NEIGH_STATE_REFUSED, EVPN_NEIGH_ACT_RELEASE },
	{ "that, and learned since", FACTS(PLACE(OWN), ENTRY(CHANGED), .retained = true),
	  EVPN_NEIGH_STATE_GONE, EVPN_NEIGH_ACT_RELEASE },
	{ "somebody else's, and wished", FACTS(PLACE(OK), ENTRY(FOREIGN), .wished = true),
	  EVPN_NEIGH_STATE_REFUSED, EVPN_NEIGH_ACT_NONE },
	{ "somebody else's", FACTS(PLACE(OK), ENTRY(FOREIGN), .local = true), EVPN_NEIGH_STATE_GONE,
	  EVPN_NEIGH_ACT_NONE },
	{ "learned, and one too many", FACTS(PLACE(OK), ENTRY(VALID), .full = true), EVPN_NEIGH_STATE_GONE,
	  EVPN_NEIGH_ACT_FORGET },
	{ "too many, and another PE has it too", FACTS(PLACE(OK), ENTRY(VALID), .full = true, .wished = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_NONE },
	{ "too many, and it was kept for another PE", FACTS(PLACE(OK), ENTRY(OURS), .full = true,
	  .retained = true, .heard = true), EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_ADOPT },
	{ "too many of them, and this one local", FACTS(PLACE(OK), ENTRY(VALID), .full = true, .local = true),
	  EVPN_NEIGH_STATE_GONE, EVPN_NEIGH_ACT_FORGET },
	{ "learned, being probed, and unattended", FACTS(PLACE(OK), ENTRY(VALID), .local = true,
	  .probing = true, .unattended = true), EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_REFRESH },
	{ "that, and one too many", FACTS(PLACE(OK), ENTRY(VALID), .full = true, .probing = true,
	  .unattended = true), EVPN_NEIGH_STATE_GONE, EVPN_NEIGH_ACT_FORGET },
	{ "learned, and being probed", FACTS(PLACE(OK), ENTRY(VALID), .local = true, .probing = true),
	  EVPN_NEIGH_STATE_LOCAL, EVPN_NEIGH_ACT_NONE },
	{ "nothing", FACTS(PLACE(OK), ENTRY(ABSENT)), EVPN_NEIGH_STATE_GONE, EVPN_NEIGH_ACT_NONE },
};

#undef FACTS
#undef PLACE
#undef ENTRY

#endif /* EVPN_TESTS_CORE_CASES_H */
