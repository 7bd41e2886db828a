/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/evpn.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: make generate */

#ifndef _LINUX_EVPN_GEN_H
#define _LINUX_EVPN_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/evpn.h>

/* Common nested types */
extern const struct nla_policy evpn_host_nl_policy[EVPN_A_HOST_IFINDEX + 1];
extern const struct nla_policy evpn_mcast_entry_nl_policy[EVPN_A_MCAST_ENTRY_WISH + 1];
extern const struct nla_policy evpn_mcast_source_nl_policy[EVPN_A_MCAST_SOURCE_LEAVING + 1];
extern const struct nla_policy evpn_neigh_entry_nl_policy[EVPN_A_NEIGH_ENTRY_INDEX + 1];
extern const struct nla_policy evpn_peer_list_nl_policy[EVPN_A_PEER_LIST_ADDRESS + 1];
extern const struct nla_policy evpn_port_nl_policy[EVPN_A_PORT_WHY + 1];

extern const struct nla_policy evpn_es_new_nl_policy[EVPN_A_ES_PORT + 1];

extern const struct nla_policy evpn_es_set_nl_policy[EVPN_A_ES_PORT + 1];

extern const struct nla_policy evpn_es_get_nl_policy[EVPN_A_ES_ESI + 1];

extern const struct nla_policy evpn_es_del_nl_policy[EVPN_A_ES_ESI + 1];

extern const struct nla_policy evpn_es_sweep_nl_policy[EVPN_A_ES_GENERATION + 1];

extern const struct nla_policy evpn_stats_get_nl_policy[EVPN_A_STATS_RESET + 1];

extern const struct nla_policy evpn_owner_set_nl_policy[EVPN_A_OWNER_PROGRAM + 1];

extern const struct nla_policy evpn_owner_get_nl_policy[EVPN_A_OWNER_PAD + 1];

extern const struct nla_policy evpn_neigh_new_nl_policy[EVPN_A_NEIGH_ENTRY + 1];

extern const struct nla_policy evpn_neigh_get_nl_policy[EVPN_A_NEIGH_ENTRY + 1];

extern const struct nla_policy evpn_neigh_del_nl_policy[EVPN_A_NEIGH_RETAIN + 1];

extern const struct nla_policy evpn_neigh_sweep_nl_policy[EVPN_A_NEIGH_GENERATION + 1];

extern const struct nla_policy evpn_neigh_stats_get_nl_policy[EVPN_A_NEIGH_STATS_PAD + 1];

extern const struct nla_policy evpn_vlan_stats_get_nl_policy[EVPN_A_VLAN_STATS_VLAN + 1];

extern const struct nla_policy evpn_core_set_nl_policy[EVPN_A_CORE_PORT + 1];

extern const struct nla_policy evpn_core_get_nl_policy[EVPN_A_CORE_PAD + 1];

extern const struct nla_policy evpn_es_speak_nl_policy[EVPN_A_ES_HOST + 1];

extern const struct nla_policy evpn_mcast_get_nl_policy[EVPN_A_MCAST_ENTRY + 1];

extern const struct nla_policy evpn_mcast_stats_get_nl_policy[EVPN_A_MCAST_STATS_PAD + 1];

extern const struct nla_policy evpn_neigh_set_nl_policy[EVPN_A_NEIGH_HOST_LIMIT + 1];

extern const struct nla_policy evpn_mcast_wish_new_nl_policy[EVPN_A_MCAST_ENTRY + 1];

extern const struct nla_policy evpn_mcast_wish_del_nl_policy[EVPN_A_MCAST_RETAIN + 1];

extern const struct nla_policy evpn_mcast_wish_sweep_nl_policy[EVPN_A_MCAST_RETAIN + 1];

extern const struct nla_policy evpn_mcast_wish_get_nl_policy[EVPN_A_MCAST_ENTRY + 1];

extern const struct nla_policy evpn_mcast_leave_nl_policy[EVPN_A_MCAST_RESPONSE + 1];

extern const struct nla_policy evpn_neigh_ask_nl_policy[EVPN_A_NEIGH_ENTRY + 1];

/* Ops table for evpn */
extern const struct genl_ops evpn_nl_ops[26];
extern const struct genl_multicast_group evpn_nl_mcgrps[4];

int evpn_nl_es_new_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_es_set_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_es_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_es_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int evpn_nl_es_del_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_es_sweep_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int evpn_nl_owner_set_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_owner_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_neigh_new_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_neigh_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_neigh_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int evpn_nl_neigh_del_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_neigh_sweep_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_neigh_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_vlan_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_vlan_stats_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int evpn_nl_core_set_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_core_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_es_speak_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_mcast_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_mcast_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int evpn_nl_mcast_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_neigh_set_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_mcast_wish_new_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_mcast_wish_del_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_mcast_wish_sweep_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_mcast_wish_get_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_mcast_wish_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int evpn_nl_mcast_leave_doit(struct sk_buff *skb, struct genl_info *info);
int evpn_nl_neigh_ask_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	EVPN_NLGRP_CONFIG,
	EVPN_NLGRP_ALARM,
	EVPN_NLGRP_NEIGH,
	EVPN_NLGRP_MCAST,
};

#endif /* _LINUX_EVPN_GEN_H */
