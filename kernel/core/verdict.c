// SPDX-License-Identifier: GPL-2.0-only
/*
 * May this frame pass?
 *
 * Port-active (RFC 9786): a non-DF drops everything, in both directions, at the
 * segment's device and again at the members of a bond, so that neither a packet socket nor a tc
 * redirection gets around it. Single-active (RFC 7432 section 14.1.1): a VLAN that this PE is not
 * DF for is dropped in both directions, at the segment's device only.
 *
 * All-active (RFC 7432 section 8.5, RFC 8365 section 8.3.1): what is flooded from the core leaves on
 * the DF of its VLAN only, and not at all when the PE it comes from shares the segment, because that
 * PE has sent it there itself (local bias). What is not flooded always passes.
 *
 * What keeps the link itself alive passes a blocked port: slow protocols where the wire is, and
 * what the allow-list names. Such a frame must be untagged and sent to the group address of its
 * protocol; the EtherType alone would let anybody tunnel through.
 */
#include "verdict.h"

/* The group addresses that no bridge forwards, whichever of them a protocol likes best. */
static bool link_group(enum evpn_group group)
{
	return group == EVPN_GROUP_LINK || group == EVPN_GROUP_BRIDGE;
}

static bool allow_listed(u32 flags, const struct evpn_frame *frame)
{
	u32 allow = (flags & EVPN_PF_ALLOW) >> EVPN_PF_ALLOW_SHIFT;

	switch (frame->proto) {
	case EVPN_P_LLDP:
		return (allow & EVPN_ALLOW_LLDP) && link_group(frame->group);
	case EVPN_P_EAPOL:
		return (allow & EVPN_ALLOW_EAPOL) && link_group(frame->group);
	case EVPN_P_PTP:
		return (allow & EVPN_ALLOW_PTP) && frame->group == EVPN_GROUP_LINK;
	case EVPN_P_CFM:
		return (allow & EVPN_ALLOW_CFM) && frame->group == EVPN_GROUP_CFM;
	}
	if (frame->packet == EVPN_PACKET_STP)
		return (allow & EVPN_ALLOW_STP) && frame->group == EVPN_GROUP_BRIDGE;
	if (frame->packet == EVPN_PACKET_MICRO_BFD)
		return (allow & EVPN_ALLOW_MICRO_BFD) && frame->group == EVPN_GROUP_MICRO_BFD;
	return false;
}

static bool passes_blocked(u32 flags, enum evpn_place place, bool monitor,
			   const struct evpn_frame *frame)
{
	/* What keeps the link alive has no tag. */
	if (place == EVPN_PLACE_VLAN)
		return false;
	/* The link monitor's target may be in any VLAN. */
	if (frame->packet == EVPN_PACKET_ARP || frame->packet == EVPN_PACKET_ND)
		return monitor && place == EVPN_PLACE_MEMBER;
	if (frame->vid)
		return false;
	/* A slow protocol ends at the member; on the bond itself it would be somebody's tunnel. */
	if (frame->proto == EVPN_P_SLOW)
		return frame->group == EVPN_GROUP_SLOW && place != EVPN_PLACE_LAG;
	return allow_listed(flags, frame);
}

static bool vlan_passes(const struct evpn_policy *policy, const struct evpn_frame *frame)
{
	u16 vid = evpn_policy_vid(policy, frame);

	if (policy->flags & EVPN_PF_FAIL)
		return false;
	if (!policy->vlan_df)
		return policy->flags & EVPN_PF_DF;
	return policy->vlan_df[vid / 8] & BIT(vid % 8);
}

static unsigned int drop_reason(u32 flags, enum evpn_place place)
{
	if (flags & EVPN_PF_FAIL)
		return EVPN_DROP + EVPN_DROP_REASON_OWNER_LOST;
	if (flags & EVPN_PF_VLANS)
		return EVPN_DROP + EVPN_DROP_REASON_VLAN_STANDBY;
	if (place == EVPN_PLACE_MEMBER)
		return EVPN_DROP + EVPN_DROP_REASON_STANDBY_MEMBER;
	return EVPN_DROP + EVPN_DROP_REASON_STANDBY;
}

/**
 * evpn_verdict() - judge a frame
 * @policy: what is in force
 * @place: where the frame was seen
 * @monitor: ARP and ND pass a blocked member, because bonding may be probing the link with them
 *	(an answer ends at the bond, which does not let it pass)
 * @frame: the frame, or NULL when it could not be decoded; direction does not matter. It may be asked
 *	about first without what it carries (EVPN_PACKET_OTHER); if it passes then, it passes
 *
 * Return: EVPN_PASS, EVPN_ALLOW, or EVPN_DROP plus the reason.
 */
unsigned int evpn_verdict(const struct evpn_policy *policy, enum evpn_place place, bool monitor,
			  const struct evpn_frame *frame)
{
	u32 flags = policy->flags;

	if (!evpn_policy_active(flags))
		return EVPN_PASS;
	/* VLANs are told apart on the segment's device; its members carry all of them. */
	if (!(flags & EVPN_PF_BLOCK) && place == EVPN_PLACE_MEMBER)
		return EVPN_PASS;
	if (!frame)
		return EVPN_DROP + EVPN_DROP_REASON_MALFORMED;
	if (!(flags & EVPN_PF_BLOCK) && vlan_passes(policy, frame))
		return EVPN_PASS;
	if (passes_blocked(flags, place, monitor, frame))
		return EVPN_ALLOW;
	return drop_reason(flags, place);
}

/**
 * evpn_flood_verdict() - judge a frame that leaves an all-active segment, given that it was flooded
 * @policy: what is in force; has EVPN_PF_FLOOD
 * @frame: the frame
 * @origin: where it comes from
 * @shared: the PE it comes from shares the segment
 *
 * For a unicast frame the caller still has to find out whether it was flooded, if the answer is to
 * drop it; an answer to pass it holds either way. And what passes from the core passes from anywhere but the
 * segment itself.
 *
 * Return: EVPN_PASS, or EVPN_DROP plus the reason.
 */
unsigned int evpn_flood_verdict(const struct evpn_policy *policy, const struct evpn_frame *frame,
				enum evpn_origin origin, bool shared)
{
	if (origin == EVPN_ORIGIN_LOCAL)
		return EVPN_PASS;
	/* What is routed to one host is for that host, on whichever PE. */
	if (!frame->multicast && (origin == EVPN_ORIGIN_ROUTED || policy->flags & EVPN_PF_UNICAST))
		return EVPN_PASS;
	/* It is on that segment already, as what another of its PEs has sent would be. */
	if (origin == EVPN_ORIGIN_SEGMENT)
		return EVPN_DROP + EVPN_DROP_REASON_SPLIT_HORIZON;
	if (shared && origin == EVPN_ORIGIN_CORE)
		return EVPN_DROP + EVPN_DROP_REASON_SPLIT_HORIZON;
	if (vlan_passes(policy, frame))
		return EVPN_PASS;
	if (policy->flags & EVPN_PF_FAIL)
		return EVPN_DROP + EVPN_DROP_REASON_OWNER_LOST;
	return EVPN_DROP + EVPN_DROP_REASON_NON_DF;
}
