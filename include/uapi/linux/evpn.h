/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/evpn.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: make generate */

#ifndef _UAPI_LINUX_EVPN_H
#define _UAPI_LINUX_EVPN_H

#define EVPN_FAMILY_NAME	"evpn"
#define EVPN_FAMILY_VERSION	1

#define EVPN_ESI_LEN		10
#define EVPN_VLAN_MAP_LEN	512
#define EVPN_HOLD_TIME_MAX	86400000

/**
 * enum evpn_mode - Redundancy mode of a segment.
 * @EVPN_MODE_ALL_ACTIVE: All PEs forward. The role and the VLAN map are stored
 *   and reported; nothing is dropped in this version of the module.
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
 * enum evpn_allow - Link-local protocols that pass a blocked port, besides
 *   slow protocols (0x8809), which always pass.
 * @EVPN_ALLOW_LLDP: EtherType 0x88cc.
 * @EVPN_ALLOW_EAPOL: EtherType 0x888e.
 * @EVPN_ALLOW_CFM: EtherType 0x8902.
 */
enum evpn_allow {
	EVPN_ALLOW_LLDP = 1,
	EVPN_ALLOW_EAPOL = 2,
	EVPN_ALLOW_CFM = 4,
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
 */
enum evpn_drop_reason {
	EVPN_DROP_REASON_STANDBY,
	EVPN_DROP_REASON_STANDBY_MEMBER,
	EVPN_DROP_REASON_VLAN_STANDBY,
	EVPN_DROP_REASON_OWNER_LOST,
	EVPN_DROP_REASON_MALFORMED,

	/* private: */
	__EVPN_DROP_REASON_MAX,
	EVPN_DROP_REASON_MAX = (__EVPN_DROP_REASON_MAX - 1)
};

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

enum {
	EVPN_A_MEMBER_IFINDEX = 1,
	EVPN_A_MEMBER_IFNAME,
	EVPN_A_MEMBER_LACP_REWRITING,
	EVPN_A_MEMBER_LACPDU_AGE,

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

	__EVPN_A_ES_MAX,
	EVPN_A_ES_MAX = (__EVPN_A_ES_MAX - 1)
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

	__EVPN_A_OWNER_MAX,
	EVPN_A_OWNER_MAX = (__EVPN_A_OWNER_MAX - 1)
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

	__EVPN_CMD_MAX,
	EVPN_CMD_MAX = (__EVPN_CMD_MAX - 1)
};

#define EVPN_MCGRP_CONFIG	"config"
#define EVPN_MCGRP_ALARM	"alarm"

#endif /* _UAPI_LINUX_EVPN_H */
