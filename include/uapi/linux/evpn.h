/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/evpn.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: make generate */

#ifndef _UAPI_LINUX_EVPN_H
#define _UAPI_LINUX_EVPN_H

#define EVPN_FAMILY_NAME	"evpn"
#define EVPN_FAMILY_VERSION	1

#define EVPN_ESI_LEN			10
#define EVPN_VLAN_MAP_LEN		512
#define EVPN_HOLD_TIME_MAX		86400000
#define EVPN_OWNER_PROGRAM_MAX		63
#define EVPN_HOSTS_MAX			256
#define EVPN_HOST_TIMEOUT_MAX		86400000
#define EVPN_HOST_LIMIT_DEFAULT		16384
#define EVPN_HOST_LIMIT_ALL_DEFAULT	131072
#define EVPN_HOST_LIMIT_MAX		4194304

/**
 * enum evpn_mode - Redundancy mode of a segment.
 * @EVPN_MODE_ALL_ACTIVE: All PEs forward. Flooded frames from the core
 *   (broadcast, multicast, unknown unicast) leave on the DF of their VLAN
 *   only, and never when they come from a PE that shares the segment. Known
 *   unicast always passes, and so does what comes from another port of this
 *   host.
 * @EVPN_MODE_SINGLE_ACTIVE: One PE forwards for each VLAN. A VLAN that this PE
 *   is not DF for is blocked in both directions.
 * @EVPN_MODE_PORT_ACTIVE: One PE forwards for the whole port (RFC 9786). A
 *   non-DF blocks all VLANs in both directions.
 */
enum evpn_mode {
	EVPN_MODE_ALL_ACTIVE,
	EVPN_MODE_SINGLE_ACTIVE,
	EVPN_MODE_PORT_ACTIVE,
};

/**
 * enum evpn_standby - What a port-active non-DF does besides dropping.
 * @EVPN_STANDBY_BLOCK: Nothing; LACP stays in sync.
 * @EVPN_STANDBY_LACP_OOS: LACPDUs leave the members with SYNCHRONIZATION,
 *   COLLECTING and DISTRIBUTING clear.
 * @EVPN_STANDBY_DOWN: lacp-oos, and the device is held dormant (RFC 2863).
 */
enum evpn_standby {
	EVPN_STANDBY_BLOCK,
	EVPN_STANDBY_LACP_OOS,
	EVPN_STANDBY_DOWN,
};

/**
 * enum evpn_role - Result of the Designated Forwarder election.
 * @EVPN_ROLE_NON_DF: Another PE forwards.
 * @EVPN_ROLE_DF: This PE forwards.
 * @EVPN_ROLE_DRAINING: This PE still forwards, and its partners are told to
 *   leave it: as df, but LACP is out of sync unless the standby policy is
 *   block. The step between df and non-df that loses no frame.
 */
enum evpn_role {
	EVPN_ROLE_NON_DF,
	EVPN_ROLE_DF,
	EVPN_ROLE_DRAINING,
};

/**
 * enum evpn_loss_policy - What happens to a segment when its owner has been
 *   away too long.
 * @EVPN_LOSS_POLICY_HOLD: Nothing changes.
 * @EVPN_LOSS_POLICY_BLOCK: The segment is treated as non-DF.
 */
enum evpn_loss_policy {
	EVPN_LOSS_POLICY_HOLD,
	EVPN_LOSS_POLICY_BLOCK,
};

/**
 * enum evpn_es_state - Relation between a segment and the device it asks for.
 * @EVPN_ES_STATE_UNBOUND: There is no device of that name.
 * @EVPN_ES_STATE_BOUND: The device is there and hooked.
 * @EVPN_ES_STATE_REJECTED: A device of that name is there and cannot carry a
 *   segment.
 */
enum evpn_es_state {
	EVPN_ES_STATE_UNBOUND,
	EVPN_ES_STATE_BOUND,
	EVPN_ES_STATE_REJECTED,
};

/**
 * enum evpn_oper - What is in force on a segment now.
 * @EVPN_OPER_BLOCKED: The whole port drops (port-active non-DF, or loss
 *   policy).
 * @EVPN_OPER_LACP_OOS: LACPDUs that leave the members are rewritten.
 * @EVPN_OPER_DORMANT: The module holds the device dormant.
 * @EVPN_OPER_HOLD_RUNNING: The owner is gone and the hold time is running.
 * @EVPN_OPER_FAIL_APPLIED: The loss policy is in force. It ends when a request
 *   names the role.
 */
enum evpn_oper {
	EVPN_OPER_BLOCKED = 1,
	EVPN_OPER_LACP_OOS = 2,
	EVPN_OPER_DORMANT = 4,
	EVPN_OPER_HOLD_RUNNING = 8,
	EVPN_OPER_FAIL_APPLIED = 16,
};

/**
 * enum evpn_partner - What LACP means for a member, from the LACPDUs that pass
 *   it in both directions. In ascending order; from ready on the customer can
 *   be reached through the member, as soon as this PE says so.
 * @EVPN_PARTNER_UNKNOWN: No LACPDU was received since the link came up.
 * @EVPN_PARTNER_EXPIRED: The partner was heard, and not again within the LACP
 *   timeout, three periods of what it was told, and half a second.
 * @EVPN_PARTNER_DEAF: The partner is heard, and says that it does not hear
 *   this host.
 * @EVPN_PARTNER_OUT_OF_SYNC: The partner is heard, and has not put the link
 *   into its aggregate.
 * @EVPN_PARTNER_DETACHED: The partner is ready, and this host's own aggregate
 *   does not use the member: it belongs to another partner, or is being added.
 * @EVPN_PARTNER_READY: Both ends have put the link into their aggregates; the
 *   partner does not send through it, because it was told that it is out of
 *   sync.
 * @EVPN_PARTNER_ACTIVE: The partner collects and distributes.
 */
enum evpn_partner {
	EVPN_PARTNER_UNKNOWN,
	EVPN_PARTNER_EXPIRED,
	EVPN_PARTNER_DEAF,
	EVPN_PARTNER_OUT_OF_SYNC,
	EVPN_PARTNER_DETACHED,
	EVPN_PARTNER_READY,
	EVPN_PARTNER_ACTIVE,

	/* private: */
	__EVPN_PARTNER_MAX,
	EVPN_PARTNER_MAX = (__EVPN_PARTNER_MAX - 1)
};

/**
 * enum evpn_allow - Link-local protocols that pass a blocked port, besides
 *   slow protocols (0x8809), which always pass.
 * @EVPN_ALLOW_LLDP: EtherType 0x88cc.
 * @EVPN_ALLOW_EAPOL: EtherType 0x888e.
 * @EVPN_ALLOW_CFM: EtherType 0x8902.
 * @EVPN_ALLOW_PTP: EtherType 0x88f7 to a group address that bridges do not
 *   forward: the peer delay mechanism of IEEE 1588.
 * @EVPN_ALLOW_STP: Bridge protocol data units to 01:80:c2:00:00:00.
 * @EVPN_ALLOW_MICRO_BFD: BFD on the members of a LAG (RFC 7130): UDP port 6784
 *   to 01:00:5e:90:00:01. A session that sends to another address once it is
 *   up needs to be told to stay with this one.
 */
enum evpn_allow {
	EVPN_ALLOW_LLDP = 1,
	EVPN_ALLOW_EAPOL = 2,
	EVPN_ALLOW_CFM = 4,
	EVPN_ALLOW_PTP = 8,
	EVPN_ALLOW_STP = 16,
	EVPN_ALLOW_MICRO_BFD = 32,
};

/*
 * Seen from this host.
 */
enum evpn_direction {
	EVPN_DIRECTION_INGRESS,
	EVPN_DIRECTION_EGRESS,

	/* private: */
	__EVPN_DIRECTION_MAX,
	EVPN_DIRECTION_MAX = (__EVPN_DIRECTION_MAX - 1)
};

/**
 * enum evpn_drop_reason - Why a frame was dropped.
 * @EVPN_DROP_REASON_STANDBY: Port-active non-DF, dropped at the segment's
 *   device.
 * @EVPN_DROP_REASON_STANDBY_MEMBER: Port-active non-DF, dropped at a member of
 *   the segment's bond.
 * @EVPN_DROP_REASON_VLAN_STANDBY: Single-active, not DF for the VLAN of the
 *   frame.
 * @EVPN_DROP_REASON_OWNER_LOST: The loss policy is in force.
 * @EVPN_DROP_REASON_MALFORMED: Blocked segment, and the frame is too short to
 *   tell its VLAN.
 * @EVPN_DROP_REASON_NON_DF: All-active, not DF for the VLAN: a flooded frame
 *   from the core, or multicast that was routed.
 * @EVPN_DROP_REASON_SPLIT_HORIZON: All-active, a flooded frame from a PE that
 *   shares the segment.
 */
enum evpn_drop_reason {
	EVPN_DROP_REASON_STANDBY,
	EVPN_DROP_REASON_STANDBY_MEMBER,
	EVPN_DROP_REASON_VLAN_STANDBY,
	EVPN_DROP_REASON_OWNER_LOST,
	EVPN_DROP_REASON_MALFORMED,
	EVPN_DROP_REASON_NON_DF,
	EVPN_DROP_REASON_SPLIT_HORIZON,

	/* private: */
	__EVPN_DROP_REASON_MAX,
	EVPN_DROP_REASON_MAX = (__EVPN_DROP_REASON_MAX - 1)
};

/**
 * enum evpn_unknown_unicast - All-active: unicast from the core whose
 *   destination the bridge does not know. It is looked up in the bridge only
 *   where the answer matters.
 * @EVPN_UNKNOWN_UNICAST_FILTER: It is flooded, and treated so.
 * @EVPN_UNKNOWN_UNICAST_PASS: Unicast is never dropped, and never looked up.
 */
enum evpn_unknown_unicast {
	EVPN_UNKNOWN_UNICAST_FILTER,
	EVPN_UNKNOWN_UNICAST_PASS,
};

#define EVPN_PEERS_MAX		64
#define EVPN_ES_PORTS_MAX	32
#define EVPN_PORTS_MAX		16

/**
 * enum evpn_owner_state - Is there somebody who decides?
 * @EVPN_OWNER_STATE_NONE: Nobody has claimed the namespace yet.
 * @EVPN_OWNER_STATE_PRESENT: The socket that claimed the namespace is open.
 * @EVPN_OWNER_STATE_LOST: That socket has been closed.
 */
enum evpn_owner_state {
	EVPN_OWNER_STATE_NONE,
	EVPN_OWNER_STATE_PRESENT,
	EVPN_OWNER_STATE_LOST,
};

#define EVPN_NEIGH_TAG_MAX	16777215
#define EVPN_NEIGH_RETAIN_MAX	86400000

/**
 * enum evpn_neigh_state - A neighbour of a segment: what this host has learned
 *   of it itself, and what was wished with neigh-new. What the host learns
 *   itself goes first.
 * @EVPN_NEIGH_STATE_GONE: Neither learned nor wished. Only in notifications,
 *   where it is the last word about a neighbour.
 * @EVPN_NEIGH_STATE_LOCAL: Learned here: the host has answered or spoken on
 *   this segment. This is what is to be advertised. A wish, if there is one,
 *   is held in readiness.
 * @EVPN_NEIGH_STATE_SYNCED: Wished, installed by the module, not heard here.
 * @EVPN_NEIGH_STATE_PENDING: Wished, and cannot be installed now: there is no
 *   sub-interface for the tag, or it is down, or the neighbour table is full.
 *   It is installed as soon as that changes.
 * @EVPN_NEIGH_STATE_REFUSED: Wished, and not installed because of what was
 *   found: the device is in another VRF, or somebody else has set the entry by
 *   hand, or the address is this host's own or its network's, or the MAC
 *   address is this host's own. It is looked at again when the device, the
 *   entry or an address of this host changes.
 * @EVPN_NEIGH_STATE_RETAINED: Was wished, is not any more, and is kept and
 *   probed until the retention time ends or the host answers.
 */
enum evpn_neigh_state {
	EVPN_NEIGH_STATE_GONE,
	EVPN_NEIGH_STATE_LOCAL,
	EVPN_NEIGH_STATE_SYNCED,
	EVPN_NEIGH_STATE_PENDING,
	EVPN_NEIGH_STATE_REFUSED,
	EVPN_NEIGH_STATE_RETAINED,
};

/**
 * enum evpn_neigh_flag
 * @EVPN_NEIGH_FLAG_ROUTER: The neighbour is a router (RFC 4861 R flag); IPv6
 *   only.
 * @EVPN_NEIGH_FLAG_STICKY: A configured neighbour that does not move (RFC 7432
 *   section 15.2). Of a local one: the entry is permanent. Of a wished one:
 *   stored and reported, and installed as any other.
 */
enum evpn_neigh_flag {
	EVPN_NEIGH_FLAG_ROUTER = 1,
	EVPN_NEIGH_FLAG_STICKY = 2,
};

/**
 * enum evpn_neigh_event - What has happened since the last notification about
 *   the neighbour. More than one thing may have; its state is the one of now.
 * @EVPN_NEIGH_EVENT_LEARNED: It has become local, and was unknown or not
 *   wished before.
 * @EVPN_NEIGH_EVENT_CONFIRMED: It has become local, and was synced or
 *   retained.
 * @EVPN_NEIGH_EVENT_MOVED: It is local, and its link-layer address has
 *   changed.
 * @EVPN_NEIGH_EVENT_LOST: It is not local any more: it did not answer its
 *   probes, or was deleted, or its device has gone down.
 * @EVPN_NEIGH_EVENT_WISH: What has become of the wish has changed, or, where
 *   several devices of the segment have the tag, on which of them it is.
 * @EVPN_NEIGH_EVENT_EXPIRED: Its retention time has ended.
 * @EVPN_NEIGH_EVENT_UNANSWERED: It is synced, traffic for it has made the
 *   kernel probe it twice or more since it was said last, and no answer has
 *   come here. It may have gone to the PE that has learned it, or there is
 *   none.
 */
enum evpn_neigh_event {
	EVPN_NEIGH_EVENT_LEARNED = 1,
	EVPN_NEIGH_EVENT_CONFIRMED = 2,
	EVPN_NEIGH_EVENT_MOVED = 4,
	EVPN_NEIGH_EVENT_LOST = 8,
	EVPN_NEIGH_EVENT_WISH = 16,
	EVPN_NEIGH_EVENT_EXPIRED = 32,
	EVPN_NEIGH_EVENT_UNANSWERED = 64,
};

#define EVPN_MCAST_GROUPS_MAX		16384
#define EVPN_MCAST_ES_GROUPS_MAX	65536
#define EVPN_MCAST_SOURCES_MAX		64
#define EVPN_MCAST_ES_SOURCES_MAX	65536
#define EVPN_MCAST_WISHES_MAX		262144
#define EVPN_MCAST_RESPONSE_MAX		25500

/**
 * enum evpn_mcast_mode - Filter mode of a group (RFC 3376 section 3.2).
 * @EVPN_MCAST_MODE_INCLUDE: Its sources are wanted, and no other.
 * @EVPN_MCAST_MODE_EXCLUDE: All sources are wanted but the blocked ones.
 */
enum evpn_mcast_mode {
	EVPN_MCAST_MODE_INCLUDE,
	EVPN_MCAST_MODE_EXCLUDE,
};

/*
 * Versions of IGMP that hosts of a group speak; of an IPv6 group, v1 is MLDv1
 * and v2 is MLDv2.
 */
enum evpn_mcast_version {
	EVPN_MCAST_VERSION_V1 = 1,
	EVPN_MCAST_VERSION_V2 = 2,
	EVPN_MCAST_VERSION_V3 = 4,
};

/**
 * enum evpn_mcast_event - What has happened since the last notification about
 *   a group. More than one thing may have; the entry is the one of now.
 * @EVPN_MCAST_EVENT_JOINED: A host wants it, and none did before.
 * @EVPN_MCAST_EVENT_CHANGED: Its mode, its versions or its sources have
 *   changed.
 * @EVPN_MCAST_EVENT_LEAVING: A host has left it, or a source of it. Unless
 *   another one speaks when it is asked, that ends.
 * @EVPN_MCAST_EVENT_RENEWED: After that, another one has spoken.
 * @EVPN_MCAST_EVENT_ENDED: Nobody wants it any more; the last word about it.
 */
enum evpn_mcast_event {
	EVPN_MCAST_EVENT_JOINED = 1,
	EVPN_MCAST_EVENT_CHANGED = 2,
	EVPN_MCAST_EVENT_LEAVING = 4,
	EVPN_MCAST_EVENT_RENEWED = 8,
	EVPN_MCAST_EVENT_ENDED = 16,
};

/**
 * enum evpn_mcast_reason - Why a group has ended.
 * @EVPN_MCAST_REASON_NONE: It has not.
 * @EVPN_MCAST_REASON_LEFT: Its last host has left it.
 * @EVPN_MCAST_REASON_SILENT: No host has spoken for the group membership
 *   interval.
 * @EVPN_MCAST_REASON_DOWN: Its sub-interface is down, or does not belong to
 *   the segment.
 */
enum evpn_mcast_reason {
	EVPN_MCAST_REASON_NONE,
	EVPN_MCAST_REASON_LEFT,
	EVPN_MCAST_REASON_SILENT,
	EVPN_MCAST_REASON_DOWN,
};

/**
 * enum evpn_mcast_wish - What has become of a wish.
 * @EVPN_MCAST_WISH_PENDING: There is no sub-interface that is up; it will be
 *   spoken for.
 * @EVPN_MCAST_WISH_SPOKEN: The local stack was told, and its queries are
 *   answered.
 * @EVPN_MCAST_WISH_RETAINED: Taken back, and spoken for until its time is
 *   over.
 * @EVPN_MCAST_WISH_BRIDGED: The segment is a port of a bridge, where nobody is
 *   spoken for.
 */
enum evpn_mcast_wish {
	EVPN_MCAST_WISH_PENDING,
	EVPN_MCAST_WISH_SPOKEN,
	EVPN_MCAST_WISH_RETAINED,
	EVPN_MCAST_WISH_BRIDGED,
};

enum {
	EVPN_A_MEMBER_IFINDEX = 1,
	EVPN_A_MEMBER_IFNAME,
	EVPN_A_MEMBER_LACP_REWRITING,
	EVPN_A_MEMBER_LACPDU_AGE,
	EVPN_A_MEMBER_ACTOR_STATE,
	EVPN_A_MEMBER_PARTNER,
	EVPN_A_MEMBER_PARTNER_AGE,
	EVPN_A_MEMBER_PARTNER_TIMEOUT,
	EVPN_A_MEMBER_PARTNER_STATE,
	EVPN_A_MEMBER_PARTNER_PRIORITY,
	EVPN_A_MEMBER_PARTNER_SYSTEM,
	EVPN_A_MEMBER_PARTNER_KEY,
	EVPN_A_MEMBER_PARTNER_PORT,

	__EVPN_A_MEMBER_MAX,
	EVPN_A_MEMBER_MAX = (__EVPN_A_MEMBER_MAX - 1)
};

enum {
	EVPN_A_ES_PAD = 1,
	EVPN_A_ES_ESI,
	EVPN_A_ES_IFNAME,
	EVPN_A_ES_IFINDEX,
	EVPN_A_ES_DEVICE,
	EVPN_A_ES_MODE,
	EVPN_A_ES_STANDBY,
	EVPN_A_ES_ROLE,
	EVPN_A_ES_VLAN_DF,
	EVPN_A_ES_OWNER_HOLD_TIME,
	EVPN_A_ES_LOSS_POLICY,
	EVPN_A_ES_ALLOW,
	EVPN_A_ES_GENERATION,
	EVPN_A_ES_EXCLUSIVE,
	EVPN_A_ES_STATE,
	EVPN_A_ES_WHY,
	EVPN_A_ES_OPER,
	EVPN_A_ES_HOLD_REMAINING,
	EVPN_A_ES_CHANGED,
	EVPN_A_ES_TRANSITIONS,
	EVPN_A_ES_MEMBER,
	EVPN_A_ES_UNTAGGED_VID,
	EVPN_A_ES_UNKNOWN_UNICAST,
	EVPN_A_ES_PEERS,
	EVPN_A_ES_HOST_TIMEOUT,
	EVPN_A_ES_HOST,
	EVPN_A_ES_HOST_LIMIT,
	EVPN_A_ES_HOSTS,
	EVPN_A_ES_HOSTS_FORGOTTEN,
	EVPN_A_ES_PORT,
	EVPN_A_ES_INCARNATION,

	__EVPN_A_ES_MAX,
	EVPN_A_ES_MAX = (__EVPN_A_ES_MAX - 1)
};

enum {
	EVPN_A_PORT_IFNAME = 1,
	EVPN_A_PORT_IFINDEX,
	EVPN_A_PORT_DEVICE,
	EVPN_A_PORT_STATE,
	EVPN_A_PORT_WHY,

	__EVPN_A_PORT_MAX,
	EVPN_A_PORT_MAX = (__EVPN_A_PORT_MAX - 1)
};

enum {
	EVPN_A_HOST_MAC = 1,
	EVPN_A_HOST_VLAN,
	EVPN_A_HOST_IFINDEX,

	__EVPN_A_HOST_MAX,
	EVPN_A_HOST_MAX = (__EVPN_A_HOST_MAX - 1)
};

enum {
	EVPN_A_PEER_LIST_ADDRESS = 1,

	__EVPN_A_PEER_LIST_MAX,
	EVPN_A_PEER_LIST_MAX = (__EVPN_A_PEER_LIST_MAX - 1)
};

enum {
	EVPN_A_CORE_PAD = 1,
	EVPN_A_CORE_MARK_MASK,
	EVPN_A_CORE_PORT,
	EVPN_A_CORE_PEERS_USED,
	EVPN_A_CORE_MARKED,

	__EVPN_A_CORE_MAX,
	EVPN_A_CORE_MAX = (__EVPN_A_CORE_MAX - 1)
};

enum {
	EVPN_A_VLAN_STATS_PAD = 1,
	EVPN_A_VLAN_STATS_ESI,
	EVPN_A_VLAN_STATS_VLAN,
	EVPN_A_VLAN_STATS_COUNTER,

	__EVPN_A_VLAN_STATS_MAX,
	EVPN_A_VLAN_STATS_MAX = (__EVPN_A_VLAN_STATS_MAX - 1)
};

enum {
	EVPN_A_COUNTER_PAD = 1,
	EVPN_A_COUNTER_DIRECTION,
	EVPN_A_COUNTER_REASON,
	EVPN_A_COUNTER_PACKETS,
	EVPN_A_COUNTER_BYTES,

	__EVPN_A_COUNTER_MAX,
	EVPN_A_COUNTER_MAX = (__EVPN_A_COUNTER_MAX - 1)
};

enum {
	EVPN_A_STATS_PAD = 1,
	EVPN_A_STATS_ESI,
	EVPN_A_STATS_COUNTER,
	EVPN_A_STATS_ALLOWED_INGRESS,
	EVPN_A_STATS_ALLOWED_EGRESS,
	EVPN_A_STATS_LACP_REWRITTEN,
	EVPN_A_STATS_LACP_ECHO,
	EVPN_A_STATS_LACP_SENT,
	EVPN_A_STATS_LACP_STALE,
	EVPN_A_STATS_RESET,

	__EVPN_A_STATS_MAX,
	EVPN_A_STATS_MAX = (__EVPN_A_STATS_MAX - 1)
};

enum {
	EVPN_A_OWNER_PAD = 1,
	EVPN_A_OWNER_STATE,
	EVPN_A_OWNER_PORTID,
	EVPN_A_OWNER_PID,
	EVPN_A_OWNER_GENERATION,
	EVPN_A_OWNER_REPLACE,
	EVPN_A_OWNER_SINCE,
	EVPN_A_OWNER_HOLDING,
	EVPN_A_OWNER_HOLD_REMAINING,
	EVPN_A_OWNER_FAILED,
	EVPN_A_OWNER_PROGRAM,

	__EVPN_A_OWNER_MAX,
	EVPN_A_OWNER_MAX = (__EVPN_A_OWNER_MAX - 1)
};

enum {
	EVPN_A_NEIGH_ENTRY_PAD = 1,
	EVPN_A_NEIGH_ENTRY_ESI,
	EVPN_A_NEIGH_ENTRY_TAG,
	EVPN_A_NEIGH_ENTRY_ADDRESS,
	EVPN_A_NEIGH_ENTRY_LLADDR,
	EVPN_A_NEIGH_ENTRY_VRF,
	EVPN_A_NEIGH_ENTRY_FLAGS,
	EVPN_A_NEIGH_ENTRY_PROTOCOL,
	EVPN_A_NEIGH_ENTRY_GENERATION,
	EVPN_A_NEIGH_ENTRY_ORIGIN,
	EVPN_A_NEIGH_ENTRY_STATE,
	EVPN_A_NEIGH_ENTRY_EVENT,
	EVPN_A_NEIGH_ENTRY_IFINDEX,
	EVPN_A_NEIGH_ENTRY_WISH_LLADDR,
	EVPN_A_NEIGH_ENTRY_ERROR,
	EVPN_A_NEIGH_ENTRY_WHY,
	EVPN_A_NEIGH_ENTRY_SINCE,
	EVPN_A_NEIGH_ENTRY_PROBES,
	EVPN_A_NEIGH_ENTRY_RETAIN_REMAINING,
	EVPN_A_NEIGH_ENTRY_INDEX,

	__EVPN_A_NEIGH_ENTRY_MAX,
	EVPN_A_NEIGH_ENTRY_MAX = (__EVPN_A_NEIGH_ENTRY_MAX - 1)
};

enum {
	EVPN_A_NEIGH_ENTRY = 1,
	EVPN_A_NEIGH_RETAIN,
	EVPN_A_NEIGH_GENERATION,
	EVPN_A_NEIGH_ACCEPTED,
	EVPN_A_NEIGH_PENDING,
	EVPN_A_NEIGH_REFUSED,
	EVPN_A_NEIGH_HOST_LIMIT,

	__EVPN_A_NEIGH_MAX,
	EVPN_A_NEIGH_MAX = (__EVPN_A_NEIGH_MAX - 1)
};

enum {
	EVPN_A_NEIGH_STATS_PAD = 1,
	EVPN_A_NEIGH_STATS_LOCAL,
	EVPN_A_NEIGH_STATS_SYNCED,
	EVPN_A_NEIGH_STATS_PENDING,
	EVPN_A_NEIGH_STATS_REFUSED,
	EVPN_A_NEIGH_STATS_RETAINED,
	EVPN_A_NEIGH_STATS_EVENTS,
	EVPN_A_NEIGH_STATS_COALESCED,
	EVPN_A_NEIGH_STATS_OVERRUNS,
	EVPN_A_NEIGH_STATS_INSTALLED,
	EVPN_A_NEIGH_STATS_REMOVED,
	EVPN_A_NEIGH_STATS_CONFLICTS,
	EVPN_A_NEIGH_STATS_TABLE_FULL,
	EVPN_A_NEIGH_STATS_PROBES,
	EVPN_A_NEIGH_STATS_NOTIFIED,
	EVPN_A_NEIGH_STATS_HOST_LIMIT,
	EVPN_A_NEIGH_STATS_FORGOTTEN,
	EVPN_A_NEIGH_STATS_KEPT,

	__EVPN_A_NEIGH_STATS_MAX,
	EVPN_A_NEIGH_STATS_MAX = (__EVPN_A_NEIGH_STATS_MAX - 1)
};

enum {
	EVPN_A_MCAST_SOURCE_ADDRESS = 1,
	EVPN_A_MCAST_SOURCE_BLOCKED,
	EVPN_A_MCAST_SOURCE_LEAVING,

	__EVPN_A_MCAST_SOURCE_MAX,
	EVPN_A_MCAST_SOURCE_MAX = (__EVPN_A_MCAST_SOURCE_MAX - 1)
};

enum {
	EVPN_A_MCAST_ENTRY_PAD = 1,
	EVPN_A_MCAST_ENTRY_ESI,
	EVPN_A_MCAST_ENTRY_TAG,
	EVPN_A_MCAST_ENTRY_GROUP,
	EVPN_A_MCAST_ENTRY_MODE,
	EVPN_A_MCAST_ENTRY_VERSIONS,
	EVPN_A_MCAST_ENTRY_SOURCE,
	EVPN_A_MCAST_ENTRY_LEAVING,
	EVPN_A_MCAST_ENTRY_REMAINING,
	EVPN_A_MCAST_ENTRY_SINCE,
	EVPN_A_MCAST_ENTRY_IFINDEX,
	EVPN_A_MCAST_ENTRY_EVENT,
	EVPN_A_MCAST_ENTRY_REASON,
	EVPN_A_MCAST_ENTRY_GENERATION,
	EVPN_A_MCAST_ENTRY_ORIGIN,
	EVPN_A_MCAST_ENTRY_WISH,

	__EVPN_A_MCAST_ENTRY_MAX,
	EVPN_A_MCAST_ENTRY_MAX = (__EVPN_A_MCAST_ENTRY_MAX - 1)
};

enum {
	EVPN_A_MCAST_ENTRY = 1,
	EVPN_A_MCAST_GENERATION,
	EVPN_A_MCAST_RETAIN,
	EVPN_A_MCAST_RESPONSE,

	__EVPN_A_MCAST_MAX,
	EVPN_A_MCAST_MAX = (__EVPN_A_MCAST_MAX - 1)
};

enum {
	EVPN_A_MCAST_STATS_PAD = 1,
	EVPN_A_MCAST_STATS_GROUPS,
	EVPN_A_MCAST_STATS_SOURCES,
	EVPN_A_MCAST_STATS_REPORTS,
	EVPN_A_MCAST_STATS_QUERIES,
	EVPN_A_MCAST_STATS_MALFORMED,
	EVPN_A_MCAST_STATS_NO_PLACE,
	EVPN_A_MCAST_STATS_FLOODED,
	EVPN_A_MCAST_STATS_GROUP_LIMIT,
	EVPN_A_MCAST_STATS_SOURCE_LIMIT,
	EVPN_A_MCAST_STATS_NOTIFIED,
	EVPN_A_MCAST_STATS_WISHES,
	EVPN_A_MCAST_STATS_SPOKEN,
	EVPN_A_MCAST_STATS_ASKED,

	__EVPN_A_MCAST_STATS_MAX,
	EVPN_A_MCAST_STATS_MAX = (__EVPN_A_MCAST_STATS_MAX - 1)
};

enum {
	EVPN_CMD_ES_NEW = 1,
	EVPN_CMD_ES_SET,
	EVPN_CMD_ES_GET,
	EVPN_CMD_ES_DEL,
	EVPN_CMD_ES_SWEEP,
	EVPN_CMD_STATS_GET,
	EVPN_CMD_OWNER_SET,
	EVPN_CMD_OWNER_GET,
	EVPN_CMD_ES_NTF,
	EVPN_CMD_ES_DEL_NTF,
	EVPN_CMD_ES_FAIL_NTF,
	EVPN_CMD_OWNER_NTF,
	EVPN_CMD_NEIGH_NEW,
	EVPN_CMD_NEIGH_GET,
	EVPN_CMD_NEIGH_DEL,
	EVPN_CMD_NEIGH_SWEEP,
	EVPN_CMD_NEIGH_STATS_GET,
	EVPN_CMD_NEIGH_NTF,
	EVPN_CMD_VLAN_STATS_GET,
	EVPN_CMD_CORE_SET,
	EVPN_CMD_CORE_GET,
	EVPN_CMD_ES_SPEAK,
	EVPN_CMD_MCAST_GET,
	EVPN_CMD_MCAST_STATS_GET,
	EVPN_CMD_MCAST_NTF,
	EVPN_CMD_NEIGH_SET,
	EVPN_CMD_MCAST_WISH_NEW,
	EVPN_CMD_MCAST_WISH_DEL,
	EVPN_CMD_MCAST_WISH_SWEEP,
	EVPN_CMD_MCAST_WISH_GET,
	EVPN_CMD_MCAST_LEAVE,
	EVPN_CMD_NEIGH_ASK,

	__EVPN_CMD_MAX,
	EVPN_CMD_MAX = (__EVPN_CMD_MAX - 1)
};

#define EVPN_MCGRP_CONFIG	"config"
#define EVPN_MCGRP_ALARM	"alarm"
#define EVPN_MCGRP_NEIGH	"neigh"
#define EVPN_MCGRP_MCAST	"mcast"

#endif /* _UAPI_LINUX_EVPN_H */
