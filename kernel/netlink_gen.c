// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/evpn.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: make generate */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/evpn.h>

/* Common nested types */
const struct nla_policy evpn_host_nl_policy[EVPN_A_HOST_IFINDEX + 1] = {
	[EVPN_A_HOST_MAC] = NLA_POLICY_EXACT_LEN(6),
	[EVPN_A_HOST_VLAN] = NLA_POLICY_MAX(NLA_U32, 4094),
	[EVPN_A_HOST_IFINDEX] = { .type = NLA_U32, },
};

const struct nla_policy evpn_mcast_entry_nl_policy[EVPN_A_MCAST_ENTRY_WISH + 1] = {
	[EVPN_A_MCAST_ENTRY_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
	[EVPN_A_MCAST_ENTRY_TAG] = { .type = NLA_U32, },
	[EVPN_A_MCAST_ENTRY_GROUP] = { .type = NLA_BINARY, },
	[EVPN_A_MCAST_ENTRY_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[EVPN_A_MCAST_ENTRY_VERSIONS] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[EVPN_A_MCAST_ENTRY_SOURCE] = NLA_POLICY_NESTED(evpn_mcast_source_nl_policy),
	[EVPN_A_MCAST_ENTRY_LEAVING] = { .type = NLA_FLAG, },
	[EVPN_A_MCAST_ENTRY_REMAINING] = { .type = NLA_U32, },
	[EVPN_A_MCAST_ENTRY_SINCE] = { .type = NLA_U64, },
	[EVPN_A_MCAST_ENTRY_IFINDEX] = { .type = NLA_U32, },
	[EVPN_A_MCAST_ENTRY_EVENT] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[EVPN_A_MCAST_ENTRY_REASON] = NLA_POLICY_MAX(NLA_U32, 3),
	[EVPN_A_MCAST_ENTRY_GENERATION] = { .type = NLA_U32, },
	[EVPN_A_MCAST_ENTRY_ORIGIN] = { .type = NLA_U32, },
	[EVPN_A_MCAST_ENTRY_WISH] = NLA_POLICY_MAX(NLA_U32, 3),
};

const struct nla_policy evpn_mcast_source_nl_policy[EVPN_A_MCAST_SOURCE_LEAVING + 1] = {
	[EVPN_A_MCAST_SOURCE_ADDRESS] = { .type = NLA_BINARY, },
	[EVPN_A_MCAST_SOURCE_BLOCKED] = { .type = NLA_FLAG, },
	[EVPN_A_MCAST_SOURCE_LEAVING] = { .type = NLA_FLAG, },
};

const struct nla_policy evpn_neigh_entry_nl_policy[EVPN_A_NEIGH_ENTRY_INDEX + 1] = {
	[EVPN_A_NEIGH_ENTRY_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
	[EVPN_A_NEIGH_ENTRY_TAG] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_ADDRESS] = { .type = NLA_BINARY, },
	[EVPN_A_NEIGH_ENTRY_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[EVPN_A_NEIGH_ENTRY_VRF] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[EVPN_A_NEIGH_ENTRY_PROTOCOL] = NLA_POLICY_MAX(NLA_U32, 255),
	[EVPN_A_NEIGH_ENTRY_GENERATION] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_ORIGIN] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_STATE] = NLA_POLICY_MAX(NLA_U32, 5),
	[EVPN_A_NEIGH_ENTRY_EVENT] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[EVPN_A_NEIGH_ENTRY_IFINDEX] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_WISH_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[EVPN_A_NEIGH_ENTRY_ERROR] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_WHY] = { .type = NLA_NUL_STRING, },
	[EVPN_A_NEIGH_ENTRY_SINCE] = { .type = NLA_U64, },
	[EVPN_A_NEIGH_ENTRY_PROBES] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_RETAIN_REMAINING] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_ENTRY_INDEX] = { .type = NLA_U32, },
};

const struct nla_policy evpn_peer_list_nl_policy[EVPN_A_PEER_LIST_ADDRESS + 1] = {
	[EVPN_A_PEER_LIST_ADDRESS] = { .type = NLA_BINARY, },
};

const struct nla_policy evpn_port_nl_policy[EVPN_A_PORT_WHY + 1] = {
	[EVPN_A_PORT_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[EVPN_A_PORT_IFINDEX] = { .type = NLA_U32, },
	[EVPN_A_PORT_DEVICE] = { .type = NLA_NUL_STRING, },
	[EVPN_A_PORT_STATE] = NLA_POLICY_MAX(NLA_U32, 2),
	[EVPN_A_PORT_WHY] = { .type = NLA_NUL_STRING, },
};

/* EVPN_CMD_ES_NEW - do */
const struct nla_policy evpn_es_new_nl_policy[EVPN_A_ES_PORT + 1] = {
	[EVPN_A_ES_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
	[EVPN_A_ES_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[EVPN_A_ES_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[EVPN_A_ES_STANDBY] = NLA_POLICY_MAX(NLA_U32, 2),
	[EVPN_A_ES_ROLE] = NLA_POLICY_MAX(NLA_U32, 2),
	[EVPN_A_ES_VLAN_DF] = NLA_POLICY_EXACT_LEN(EVPN_VLAN_MAP_LEN),
	[EVPN_A_ES_OWNER_HOLD_TIME] = { .type = NLA_U32, },
	[EVPN_A_ES_LOSS_POLICY] = NLA_POLICY_MAX(NLA_U32, 1),
	[EVPN_A_ES_ALLOW] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[EVPN_A_ES_GENERATION] = { .type = NLA_U32, },
	[EVPN_A_ES_UNTAGGED_VID] = NLA_POLICY_MAX(NLA_U32, 4094),
	[EVPN_A_ES_UNKNOWN_UNICAST] = NLA_POLICY_MAX(NLA_U32, 1),
	[EVPN_A_ES_PEERS] = NLA_POLICY_NESTED(evpn_peer_list_nl_policy),
	[EVPN_A_ES_HOST_TIMEOUT] = { .type = NLA_U32, },
	[EVPN_A_ES_HOST_LIMIT] = { .type = NLA_U32, },
	[EVPN_A_ES_PORT] = NLA_POLICY_NESTED(evpn_port_nl_policy),
	[EVPN_A_ES_EXCLUSIVE] = { .type = NLA_FLAG, },
};

/* EVPN_CMD_ES_SET - do */
const struct nla_policy evpn_es_set_nl_policy[EVPN_A_ES_PORT + 1] = {
	[EVPN_A_ES_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
	[EVPN_A_ES_IFNAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[EVPN_A_ES_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[EVPN_A_ES_STANDBY] = NLA_POLICY_MAX(NLA_U32, 2),
	[EVPN_A_ES_ROLE] = NLA_POLICY_MAX(NLA_U32, 2),
	[EVPN_A_ES_VLAN_DF] = NLA_POLICY_EXACT_LEN(EVPN_VLAN_MAP_LEN),
	[EVPN_A_ES_OWNER_HOLD_TIME] = { .type = NLA_U32, },
	[EVPN_A_ES_LOSS_POLICY] = NLA_POLICY_MAX(NLA_U32, 1),
	[EVPN_A_ES_ALLOW] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[EVPN_A_ES_GENERATION] = { .type = NLA_U32, },
	[EVPN_A_ES_UNTAGGED_VID] = NLA_POLICY_MAX(NLA_U32, 4094),
	[EVPN_A_ES_UNKNOWN_UNICAST] = NLA_POLICY_MAX(NLA_U32, 1),
	[EVPN_A_ES_PEERS] = NLA_POLICY_NESTED(evpn_peer_list_nl_policy),
	[EVPN_A_ES_HOST_TIMEOUT] = { .type = NLA_U32, },
	[EVPN_A_ES_HOST_LIMIT] = { .type = NLA_U32, },
	[EVPN_A_ES_PORT] = NLA_POLICY_NESTED(evpn_port_nl_policy),
};

/* EVPN_CMD_ES_GET - do */
const struct nla_policy evpn_es_get_nl_policy[EVPN_A_ES_ESI + 1] = {
	[EVPN_A_ES_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
};

/* EVPN_CMD_ES_DEL - do */
const struct nla_policy evpn_es_del_nl_policy[EVPN_A_ES_ESI + 1] = {
	[EVPN_A_ES_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
};

/* EVPN_CMD_ES_SWEEP - do */
const struct nla_policy evpn_es_sweep_nl_policy[EVPN_A_ES_GENERATION + 1] = {
	[EVPN_A_ES_GENERATION] = { .type = NLA_U32, },
};

/* EVPN_CMD_STATS_GET - do */
const struct nla_policy evpn_stats_get_nl_policy[EVPN_A_STATS_RESET + 1] = {
	[EVPN_A_STATS_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
	[EVPN_A_STATS_RESET] = { .type = NLA_FLAG, },
};

/* EVPN_CMD_OWNER_SET - do */
const struct nla_policy evpn_owner_set_nl_policy[EVPN_A_OWNER_PROGRAM + 1] = {
	[EVPN_A_OWNER_GENERATION] = { .type = NLA_U32, },
	[EVPN_A_OWNER_REPLACE] = { .type = NLA_FLAG, },
	[EVPN_A_OWNER_PROGRAM] = { .type = NLA_NUL_STRING, .len = EVPN_OWNER_PROGRAM_MAX, },
};

/* EVPN_CMD_OWNER_GET - do */
const struct nla_policy evpn_owner_get_nl_policy[EVPN_A_OWNER_PAD + 1] = {
};

/* EVPN_CMD_NEIGH_NEW - do */
const struct nla_policy evpn_neigh_new_nl_policy[EVPN_A_NEIGH_ENTRY + 1] = {
	[EVPN_A_NEIGH_ENTRY] = NLA_POLICY_NESTED(evpn_neigh_entry_nl_policy),
};

/* EVPN_CMD_NEIGH_GET - do */
const struct nla_policy evpn_neigh_get_nl_policy[EVPN_A_NEIGH_ENTRY + 1] = {
	[EVPN_A_NEIGH_ENTRY] = NLA_POLICY_NESTED(evpn_neigh_entry_nl_policy),
};

/* EVPN_CMD_NEIGH_DEL - do */
const struct nla_policy evpn_neigh_del_nl_policy[EVPN_A_NEIGH_RETAIN + 1] = {
	[EVPN_A_NEIGH_ENTRY] = NLA_POLICY_NESTED(evpn_neigh_entry_nl_policy),
	[EVPN_A_NEIGH_RETAIN] = { .type = NLA_U32, },
};

/* EVPN_CMD_NEIGH_SWEEP - do */
const struct nla_policy evpn_neigh_sweep_nl_policy[EVPN_A_NEIGH_GENERATION + 1] = {
	[EVPN_A_NEIGH_GENERATION] = { .type = NLA_U32, },
	[EVPN_A_NEIGH_RETAIN] = { .type = NLA_U32, },
};

/* EVPN_CMD_NEIGH_STATS_GET - do */
const struct nla_policy evpn_neigh_stats_get_nl_policy[EVPN_A_NEIGH_STATS_PAD + 1] = {
};

/* EVPN_CMD_VLAN_STATS_GET - do */
const struct nla_policy evpn_vlan_stats_get_nl_policy[EVPN_A_VLAN_STATS_VLAN + 1] = {
	[EVPN_A_VLAN_STATS_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
	[EVPN_A_VLAN_STATS_VLAN] = NLA_POLICY_MAX(NLA_U32, 4095),
};

/* EVPN_CMD_CORE_SET - do */
const struct nla_policy evpn_core_set_nl_policy[EVPN_A_CORE_PORT + 1] = {
	[EVPN_A_CORE_MARK_MASK] = { .type = NLA_U32, },
	[EVPN_A_CORE_PORT] = { .type = NLA_U32, },
};

/* EVPN_CMD_CORE_GET - do */
const struct nla_policy evpn_core_get_nl_policy[EVPN_A_CORE_PAD + 1] = {
};

/* EVPN_CMD_ES_SPEAK - do */
const struct nla_policy evpn_es_speak_nl_policy[EVPN_A_ES_HOST + 1] = {
	[EVPN_A_ES_ESI] = NLA_POLICY_EXACT_LEN(EVPN_ESI_LEN),
	[EVPN_A_ES_HOST] = NLA_POLICY_NESTED(evpn_host_nl_policy),
};

/* EVPN_CMD_MCAST_GET - do */
const struct nla_policy evpn_mcast_get_nl_policy[EVPN_A_MCAST_ENTRY + 1] = {
	[EVPN_A_MCAST_ENTRY] = NLA_POLICY_NESTED(evpn_mcast_entry_nl_policy),
};

/* EVPN_CMD_MCAST_STATS_GET - do */
const struct nla_policy evpn_mcast_stats_get_nl_policy[EVPN_A_MCAST_STATS_PAD + 1] = {
};

/* EVPN_CMD_NEIGH_SET - do */
const struct nla_policy evpn_neigh_set_nl_policy[EVPN_A_NEIGH_HOST_LIMIT + 1] = {
	[EVPN_A_NEIGH_HOST_LIMIT] = { .type = NLA_U32, },
};

/* EVPN_CMD_MCAST_WISH_NEW - do */
const struct nla_policy evpn_mcast_wish_new_nl_policy[EVPN_A_MCAST_ENTRY + 1] = {
	[EVPN_A_MCAST_ENTRY] = NLA_POLICY_NESTED(evpn_mcast_entry_nl_policy),
};

/* EVPN_CMD_MCAST_WISH_DEL - do */
const struct nla_policy evpn_mcast_wish_del_nl_policy[EVPN_A_MCAST_RETAIN + 1] = {
	[EVPN_A_MCAST_ENTRY] = NLA_POLICY_NESTED(evpn_mcast_entry_nl_policy),
	[EVPN_A_MCAST_RETAIN] = { .type = NLA_U32, },
};

/* EVPN_CMD_MCAST_WISH_SWEEP - do */
const struct nla_policy evpn_mcast_wish_sweep_nl_policy[EVPN_A_MCAST_RETAIN + 1] = {
	[EVPN_A_MCAST_GENERATION] = { .type = NLA_U32, },
	[EVPN_A_MCAST_RETAIN] = { .type = NLA_U32, },
};

/* EVPN_CMD_MCAST_WISH_GET - do */
const struct nla_policy evpn_mcast_wish_get_nl_policy[EVPN_A_MCAST_ENTRY + 1] = {
	[EVPN_A_MCAST_ENTRY] = NLA_POLICY_NESTED(evpn_mcast_entry_nl_policy),
};

/* EVPN_CMD_MCAST_LEAVE - do */
const struct nla_policy evpn_mcast_leave_nl_policy[EVPN_A_MCAST_RESPONSE + 1] = {
	[EVPN_A_MCAST_ENTRY] = NLA_POLICY_NESTED(evpn_mcast_entry_nl_policy),
	[EVPN_A_MCAST_RESPONSE] = { .type = NLA_U32, },
};

/* EVPN_CMD_NEIGH_ASK - do */
const struct nla_policy evpn_neigh_ask_nl_policy[EVPN_A_NEIGH_ENTRY + 1] = {
	[EVPN_A_NEIGH_ENTRY] = NLA_POLICY_NESTED(evpn_neigh_entry_nl_policy),
};

/* Ops table for evpn */
const struct genl_ops evpn_nl_ops[26] = {
	{
		.cmd		= EVPN_CMD_ES_NEW,
		.doit		= evpn_nl_es_new_doit,
		.policy		= evpn_es_new_nl_policy,
		.maxattr	= EVPN_A_ES_PORT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_ES_SET,
		.doit		= evpn_nl_es_set_doit,
		.policy		= evpn_es_set_nl_policy,
		.maxattr	= EVPN_A_ES_PORT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_ES_GET,
		.doit		= evpn_nl_es_get_doit,
		.dumpit		= evpn_nl_es_get_dumpit,
		.policy		= evpn_es_get_nl_policy,
		.maxattr	= EVPN_A_ES_ESI,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_ES_DEL,
		.doit		= evpn_nl_es_del_doit,
		.policy		= evpn_es_del_nl_policy,
		.maxattr	= EVPN_A_ES_ESI,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_ES_SWEEP,
		.doit		= evpn_nl_es_sweep_doit,
		.policy		= evpn_es_sweep_nl_policy,
		.maxattr	= EVPN_A_ES_GENERATION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_STATS_GET,
		.doit		= evpn_nl_stats_get_doit,
		.dumpit		= evpn_nl_stats_get_dumpit,
		.policy		= evpn_stats_get_nl_policy,
		.maxattr	= EVPN_A_STATS_RESET,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_OWNER_SET,
		.doit		= evpn_nl_owner_set_doit,
		.policy		= evpn_owner_set_nl_policy,
		.maxattr	= EVPN_A_OWNER_PROGRAM,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_OWNER_GET,
		.doit		= evpn_nl_owner_get_doit,
		.policy		= evpn_owner_get_nl_policy,
		.maxattr	= EVPN_A_OWNER_PAD,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_NEIGH_NEW,
		.doit		= evpn_nl_neigh_new_doit,
		.policy		= evpn_neigh_new_nl_policy,
		.maxattr	= EVPN_A_NEIGH_ENTRY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_NEIGH_GET,
		.doit		= evpn_nl_neigh_get_doit,
		.dumpit		= evpn_nl_neigh_get_dumpit,
		.policy		= evpn_neigh_get_nl_policy,
		.maxattr	= EVPN_A_NEIGH_ENTRY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_NEIGH_DEL,
		.doit		= evpn_nl_neigh_del_doit,
		.policy		= evpn_neigh_del_nl_policy,
		.maxattr	= EVPN_A_NEIGH_RETAIN,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_NEIGH_SWEEP,
		.doit		= evpn_nl_neigh_sweep_doit,
		.policy		= evpn_neigh_sweep_nl_policy,
		.maxattr	= EVPN_A_NEIGH_GENERATION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_NEIGH_STATS_GET,
		.doit		= evpn_nl_neigh_stats_get_doit,
		.policy		= evpn_neigh_stats_get_nl_policy,
		.maxattr	= EVPN_A_NEIGH_STATS_PAD,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_VLAN_STATS_GET,
		.doit		= evpn_nl_vlan_stats_get_doit,
		.dumpit		= evpn_nl_vlan_stats_get_dumpit,
		.policy		= evpn_vlan_stats_get_nl_policy,
		.maxattr	= EVPN_A_VLAN_STATS_VLAN,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_CORE_SET,
		.doit		= evpn_nl_core_set_doit,
		.policy		= evpn_core_set_nl_policy,
		.maxattr	= EVPN_A_CORE_PORT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_CORE_GET,
		.doit		= evpn_nl_core_get_doit,
		.policy		= evpn_core_get_nl_policy,
		.maxattr	= EVPN_A_CORE_PAD,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_ES_SPEAK,
		.doit		= evpn_nl_es_speak_doit,
		.policy		= evpn_es_speak_nl_policy,
		.maxattr	= EVPN_A_ES_HOST,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_MCAST_GET,
		.doit		= evpn_nl_mcast_get_doit,
		.dumpit		= evpn_nl_mcast_get_dumpit,
		.policy		= evpn_mcast_get_nl_policy,
		.maxattr	= EVPN_A_MCAST_ENTRY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_MCAST_STATS_GET,
		.doit		= evpn_nl_mcast_stats_get_doit,
		.policy		= evpn_mcast_stats_get_nl_policy,
		.maxattr	= EVPN_A_MCAST_STATS_PAD,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_NEIGH_SET,
		.doit		= evpn_nl_neigh_set_doit,
		.policy		= evpn_neigh_set_nl_policy,
		.maxattr	= EVPN_A_NEIGH_HOST_LIMIT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_MCAST_WISH_NEW,
		.doit		= evpn_nl_mcast_wish_new_doit,
		.policy		= evpn_mcast_wish_new_nl_policy,
		.maxattr	= EVPN_A_MCAST_ENTRY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_MCAST_WISH_DEL,
		.doit		= evpn_nl_mcast_wish_del_doit,
		.policy		= evpn_mcast_wish_del_nl_policy,
		.maxattr	= EVPN_A_MCAST_RETAIN,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_MCAST_WISH_SWEEP,
		.doit		= evpn_nl_mcast_wish_sweep_doit,
		.policy		= evpn_mcast_wish_sweep_nl_policy,
		.maxattr	= EVPN_A_MCAST_RETAIN,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_MCAST_WISH_GET,
		.doit		= evpn_nl_mcast_wish_get_doit,
		.dumpit		= evpn_nl_mcast_wish_get_dumpit,
		.policy		= evpn_mcast_wish_get_nl_policy,
		.maxattr	= EVPN_A_MCAST_ENTRY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_MCAST_LEAVE,
		.doit		= evpn_nl_mcast_leave_doit,
		.policy		= evpn_mcast_leave_nl_policy,
		.maxattr	= EVPN_A_MCAST_RESPONSE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= EVPN_CMD_NEIGH_ASK,
		.doit		= evpn_nl_neigh_ask_doit,
		.policy		= evpn_neigh_ask_nl_policy,
		.maxattr	= EVPN_A_NEIGH_ENTRY,
		.flags		= GENL_ADMIN_PERM,
	},
};

const struct genl_multicast_group evpn_nl_mcgrps[4] = {
	[EVPN_NLGRP_CONFIG] = { "config", .flags = GENL_MCAST_CAP_NET_ADMIN },
	[EVPN_NLGRP_ALARM] = { "alarm", .flags = GENL_MCAST_CAP_NET_ADMIN },
	[EVPN_NLGRP_NEIGH] = { "neigh", .flags = GENL_MCAST_CAP_NET_ADMIN },
	[EVPN_NLGRP_MCAST] = { "mcast", .flags = GENL_MCAST_CAP_NET_ADMIN },
};
