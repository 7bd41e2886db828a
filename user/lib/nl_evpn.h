/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nl_evpn.h - the module's generic-netlink family as C calls. What the objects mean is said in
 * Documentation/netlink/specs/evpn.yaml; the enumerations are those of <linux/evpn.h>.
 */
#ifndef EVPN_NL_EVPN_H
#define EVPN_NL_EVPN_H

#include <linux/evpn.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "nl.h"
#include "types.h"

enum { NL_ES_MEMBERS_MAX = 32, NL_ES_WHY_LEN = 128 };

/**
 * struct nl_evpn - the family as the kernel numbered it; 0 groups: it has none
 * @nl: the request socket; owned by nl_evpn_open() and nl_evpn_close()
 */
struct nl_evpn {
	struct nl *nl;
	uint16_t family;
	uint32_t version;
	uint32_t group_config;
	uint32_t group_alarm;
};

/**
 * struct nl_es_conf - what user space decides about a segment; all of it is sent
 * @vlan_map: @vlan_df replaces the role (single-active); else the map is taken away
 */
struct nl_es_conf {
	struct esi esi;
	char ifname[IFNAMSIZ];
	uint32_t mode;
	uint32_t standby;
	uint32_t role;
	bool vlan_map;
	uint8_t vlan_df[EVPN_VLAN_MAP_LEN];
	uint32_t owner_hold_ms;
	uint32_t loss_policy;
	uint32_t allow;
	uint32_t generation;
};

struct nl_es_member {
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	bool lacp_rewriting;
	bool has_lacpdu_age;
	uint32_t lacpdu_age_ms;
};

/**
 * struct nl_es - a segment as the kernel reports it
 * @changed_ns: CLOCK_MONOTONIC
 * @hold_remaining_ms: valid while @oper has EVPN_OPER_HOLD_RUNNING
 * @members: the first NL_ES_MEMBERS_MAX of them
 */
struct nl_es {
	struct nl_es_conf conf;
	uint32_t ifindex;
	char device[IFNAMSIZ];
	uint32_t state;
	char why[NL_ES_WHY_LEN];
	uint32_t oper;
	uint32_t hold_remaining_ms;
	uint64_t changed_ns;
	uint32_t transitions;
	unsigned int n_members;
	struct nl_es_member members[NL_ES_MEMBERS_MAX];
};

struct nl_es_drops {
	uint64_t packets;
	uint64_t bytes;
};

struct nl_es_stats {
	struct esi esi;
	struct nl_es_drops drops[EVPN_DIRECTION_MAX + 1][EVPN_DROP_REASON_MAX + 1];
	uint64_t allowed_ingress;
	uint64_t allowed_egress;
	uint64_t lacp_rewritten;
	uint64_t lacp_echo;
	uint64_t lacp_sent;
	uint64_t lacp_stale;
};

struct nl_owner {
	uint32_t state;
	uint32_t portid;
	uint32_t pid;
	uint32_t generation;
	uint64_t since_ns;
	uint32_t holding;
	uint32_t hold_remaining_ms;
	uint32_t failed;
};

typedef void (*nl_es_fn)(void *data, const struct nl_es *es);
typedef void (*nl_es_stats_fn)(void *data, const struct nl_es_stats *stats);

/**
 * nl_evpn_open() - open a request socket and find the family
 *
 * Return: 0, or a negative errno with a sentence in @err: -ENOENT: the module is not loaded.
 */
int nl_evpn_open(struct nl_evpn *e, struct nl_err *err);
void nl_evpn_close(struct nl_evpn *e);

/**
 * nl_evpn_es_new() - create a segment, or change the one of this ESI
 *
 * Doing it again changes nothing. Return: 0 or a negative errno with the kernel's sentence.
 */
int nl_evpn_es_new(struct nl_evpn *e, const struct nl_es_conf *conf, struct nl_err *err);
int nl_evpn_es_get(struct nl_evpn *e, const struct esi *esi, struct nl_es *es, struct nl_err *err);
int nl_evpn_es_del(struct nl_evpn *e, const struct esi *esi, struct nl_err *err);

/** nl_evpn_es_dump() - all segments; starts again by itself when the table changed meanwhile */
int nl_evpn_es_dump(struct nl_evpn *e, nl_es_fn fn, void *data, struct nl_err *err);

/** nl_evpn_es_sweep() - delete every segment that is not of @generation */
int nl_evpn_es_sweep(struct nl_evpn *e, uint32_t generation, struct nl_err *err);

/** nl_evpn_stats_dump() - the statistics of all segments */
int nl_evpn_stats_dump(struct nl_evpn *e, nl_es_stats_fn fn, void *data, struct nl_err *err);

/**
 * nl_evpn_owner_set() - @e's socket is the owner from now on, until it is closed
 * @replace: take the ownership away from another socket
 */
int nl_evpn_owner_set(struct nl_evpn *e, uint32_t generation, bool replace, struct nl_err *err);
int nl_evpn_owner_get(struct nl_evpn *e, struct nl_owner *owner, struct nl_err *err);

/* For listeners: what command a message carries, and its object. */
uint8_t nl_evpn_cmd(const struct nlmsghdr *nlh);
void nl_evpn_parse_es(const struct nlmsghdr *nlh, struct nl_es *es);
void nl_evpn_parse_owner(const struct nlmsghdr *nlh, struct nl_owner *owner);

/** nl_genl_is_newfamily() - is @nlh nlctrl's message that a family of @name has appeared? */
bool nl_genl_is_newfamily(const struct nlmsghdr *nlh, const char *name);

/** nl_genl_is_delfamily() - is @nlh nlctrl's message that the family of this number has gone? */
bool nl_genl_is_delfamily(const struct nlmsghdr *nlh, uint16_t family);

/** nl_genl_ctrl_group() - number of nlctrl's group "notify" */
uint32_t nl_genl_ctrl_group(void);

#endif
