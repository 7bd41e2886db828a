/* SPDX-License-Identifier: GPL-2.0-only */
/* May this frame pass? The whole forwarding policy of a segment, without any packet machinery. */
#ifndef EVPN_CORE_VERDICT_H
#define EVPN_CORE_VERDICT_H

#include <linux/evpn.h>

#include "frame.h"

/**
 * enum evpn_place - where a frame was seen
 * @EVPN_PLACE_DEVICE: the segment's device, which is no link aggregate
 * @EVPN_PLACE_LAG: the segment's device, a bond or a team
 * @EVPN_PLACE_MEMBER: a member of that aggregate
 * @EVPN_PLACE_VLAN: the segment's device, a VLAN device: the link is that of the port below
 */
enum evpn_place {
	EVPN_PLACE_DEVICE,
	EVPN_PLACE_LAG,
	EVPN_PLACE_MEMBER,
	EVPN_PLACE_VLAN,
};

/*
 * The flags of a policy, one word so that the data path reads them in one piece.
 *
 * BLOCK	the whole port drops
 * VLANS	each frame is judged by its VLAN
 * DF		with VLANS and no map: this PE is DF for all of them
 * FAIL		BLOCK, VLANS or no DF stand because the owner was lost
 * OOS		LACPDUs leave the members out of sync
 * FLOOD	all-active: flooded frames are judged by where they come from
 * UNICAST	with FLOOD: unicast is never flooded
 * ALL		this PE is DF for every VLAN, by map or without one
 * ALLOW	enum evpn_allow, shifted
 * UNTAGGED	the VLAN of frames without a tag, shifted
 */
#define EVPN_PF_BLOCK BIT(0)
#define EVPN_PF_VLANS BIT(1)
#define EVPN_PF_DF BIT(2)
#define EVPN_PF_FAIL BIT(3)
#define EVPN_PF_OOS BIT(4)
#define EVPN_PF_FLOOD BIT(5)
#define EVPN_PF_UNICAST BIT(6)
#define EVPN_PF_ALL BIT(7)
#define EVPN_PF_ALLOW_SHIFT 8
#define EVPN_PF_ALLOW GENMASK(13, 8)
#define EVPN_PF_UNTAGGED_SHIFT 16
#define EVPN_PF_UNTAGGED GENMASK(27, 16)

/**
 * struct evpn_policy - what is in force on a segment
 * @flags: EVPN_PF_*
 * @vlan_df: EVPN_VLAN_MAP_LEN octets as in the netlink attribute, or NULL
 */
struct evpn_policy {
	u32 flags;
	const u8 *vlan_df;
};

/**
 * enum evpn_verdict - what to do with a frame
 * @EVPN_PASS: nothing forbids it
 * @EVPN_ALLOW: it passes a blocked port by the allow-list
 * @EVPN_DROP: drop; the reason (enum evpn_drop_reason) is added to this value
 */
enum evpn_verdict {
	EVPN_PASS,
	EVPN_ALLOW,
	EVPN_DROP,
};

/**
 * enum evpn_origin - where a frame comes from that leaves through a segment's device
 * @EVPN_ORIGIN_LOCAL: from this host, or bridged from another of its ports
 * @EVPN_ORIGIN_ROUTED: forwarded by IP, from a tunnel too
 * @EVPN_ORIGIN_CORE: bridged from a tunnel
 * @EVPN_ORIGIN_SEGMENT: bridged from another device of the same segment
 */
enum evpn_origin {
	EVPN_ORIGIN_LOCAL,
	EVPN_ORIGIN_ROUTED,
	EVPN_ORIGIN_CORE,
	EVPN_ORIGIN_SEGMENT,
};

/* Can a frame be dropped at all under these flags? (FLOOD is another matter.) */
static inline bool evpn_policy_active(u32 flags)
{
	return flags & (EVPN_PF_BLOCK | EVPN_PF_VLANS);
}

/** evpn_policy_untagged() - the VLAN of frames without a tag, as the operator says it */
static inline u16 evpn_policy_untagged(const struct evpn_policy *policy)
{
	return (policy->flags & EVPN_PF_UNTAGGED) >> EVPN_PF_UNTAGGED_SHIFT;
}

/** evpn_policy_vid() - the VLAN of a frame: an untagged one's is what the operator says it is */
static inline u16 evpn_policy_vid(const struct evpn_policy *policy, const struct evpn_frame *frame)
{
	return frame->vid ?: evpn_policy_untagged(policy);
}

unsigned int evpn_flood_verdict(const struct evpn_policy *policy, const struct evpn_frame *frame,
				enum evpn_origin origin, bool shared);
unsigned int evpn_verdict(const struct evpn_policy *policy, enum evpn_place place, bool monitor,
			  const struct evpn_frame *frame);

#endif /* EVPN_CORE_VERDICT_H */
