/* SPDX-License-Identifier: GPL-2.0-only */
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

#include "addr.h"
#include "nl.h"
#include "types.h"

enum { NL_ES_MEMBERS_MAX = 32, NL_ES_WHY_LEN = 128, NL_NEIGH_WHY_LEN = 160, NL_NEIGH_MAX = 256 };

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
	uint32_t group_neigh;
	uint32_t group_mcast;
};

/**
 * struct nl_es_conf - what user space decides about a segment; all of it is sent
 * @ifname: the device; of a set of devices, the first
 * @ports, @n_ports: the devices of a set; none where @ifname is the only device
 * @vlan_map: @vlan_df replaces the role (single-active); else the map is taken away
 * @has_peers: @peers, @n_peers of them, replace what was there before; else they are let alone
 */
struct nl_es_conf {
	struct esi esi;
	char ifname[IFNAMSIZ];
	unsigned int n_ports;
	char ports[EVPN_ES_PORTS_MAX][IFNAMSIZ];
	uint32_t mode;
	uint32_t standby;
	uint32_t role;
	bool vlan_map;
	uint8_t vlan_df[EVPN_VLAN_MAP_LEN];
	uint32_t owner_hold_ms;
	uint32_t loss_policy;
	uint32_t allow;
	uint32_t generation;
	uint32_t untagged_vid;
	uint32_t unknown_unicast;
	uint32_t host_timeout_ms;
	uint32_t host_limit;
	bool has_peers;
	unsigned int n_peers;
	struct ip_addr peers[EVPN_PEERS_MAX];
};

/**
 * struct nl_es_member - a member of a segment's bond
 * @lacpdu_age_ms, @actor_state: of what the host last sent, valid if @has_lacpdu_age
 * @partner: enum evpn_partner; what follows is valid unless it is EVPN_PARTNER_UNKNOWN
 */
struct nl_es_member {
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	bool lacp_rewriting;
	bool has_lacpdu_age;
	uint32_t lacpdu_age_ms;
	uint32_t actor_state;
	uint32_t partner;
	uint32_t partner_age_ms;
	uint32_t partner_timeout_ms;
	uint32_t partner_state;
	uint32_t partner_priority;
	struct mac partner_system;
	uint32_t partner_key;
	uint32_t partner_port;
};

/**
 * struct nl_es_port - what has become of a device of a set
 * @ifindex: 0: there is none; @device: what it is called now
 * @why: of one that is rejected
 */
struct nl_es_port {
	uint32_t state;
	uint32_t ifindex;
	char device[IFNAMSIZ];
	char why[NL_ES_WHY_LEN];
};

/**
 * struct nl_es - a segment as the kernel reports it
 * @ports: of a set, what has become of each of @conf.ports
 * @changed_ns: CLOCK_MONOTONIC
 * @hold_remaining_ms: valid while @oper has EVPN_OPER_HOLD_RUNNING
 * @incarnation: higher in each life of the segment; 0: of a module that does not tell
 * @hosts: that it has learned; @hosts_forgotten: that were too many
 * @members: the first NL_ES_MEMBERS_MAX of them
 */
struct nl_es {
	struct nl_es_conf conf;
	uint32_t ifindex;
	char device[IFNAMSIZ];
	struct nl_es_port ports[EVPN_ES_PORTS_MAX];
	uint32_t state;
	char why[NL_ES_WHY_LEN];
	uint32_t oper;
	uint32_t hold_remaining_ms;
	uint64_t changed_ns;
	uint32_t transitions;
	uint32_t incarnation;
	uint32_t hosts;
	uint64_t hosts_forgotten;
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

/** struct nl_vlan_stats - what was dropped in one VLAN of a segment */
struct nl_vlan_stats {
	struct esi esi;
	uint32_t vlan;
	struct nl_es_drops drops[EVPN_DIRECTION_MAX + 1][EVPN_DROP_REASON_MAX + 1];
};

/**
 * struct nl_core - how the PE that a VXLAN frame comes from is told apart
 * @mark_mask: bits of the mark, or 0
 * @ports: UDP ports of VXLAN, @n_ports of them
 * @peers_used, @marked: in answers only
 */
struct nl_core {
	uint32_t mark_mask;
	unsigned int n_ports;
	uint16_t ports[EVPN_PORTS_MAX];
	uint32_t peers_used;
	uint64_t marked;
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
	char program[EVPN_OWNER_PROGRAM_MAX + 1];
};

/**
 * struct nl_neigh - a neighbour: of a wish the first group counts, of an answer or a notification all
 * @check_vrf: @vrf is sent, and the module compares it
 * @event: EVPN_NEIGH_EVENT_*, of notifications
 * @error, @why: why the wish is not in force; 0 and "" when it is
 * @index: in an answer to a wish: which one of the request; -1 otherwise
 */
struct nl_neigh {
	struct esi esi;
	uint32_t tag;
	struct ip_addr address;
	struct mac mac;
	bool check_vrf;
	uint32_t vrf;
	uint32_t flags;
	uint32_t generation;
	uint32_t origin;

	uint32_t state;
	uint32_t event;
	uint32_t ifindex;
	struct mac wish_mac;
	uint32_t error;
	char why[NL_NEIGH_WHY_LEN];
	uint64_t since_ns;
	uint32_t probes;
	uint32_t retain_remaining_ms;
	int index;
};

/** struct nl_neigh_counts - what became of the wishes of one request */
struct nl_neigh_counts {
	uint32_t accepted;
	uint32_t pending;
	uint32_t refused;
};

typedef void (*nl_neigh_fn)(void *data, const struct nl_neigh *neigh);
typedef void (*nl_es_fn)(void *data, const struct nl_es *es);
typedef void (*nl_es_stats_fn)(void *data, const struct nl_es_stats *stats);
typedef void (*nl_vlan_stats_fn)(void *data, const struct nl_vlan_stats *stats);

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

/** struct nl_host - a host behind a segment; @vlan: 0: no tag; @ifindex: of the segment's device, 0: the first */
struct nl_host {
	struct mac mac;
	uint16_t vlan;
	uint32_t ifindex;
};

/**
 * nl_evpn_es_speak() - let bridges and tunnels learn that hosts are behind a segment here
 * @list: @n of them, at most EVPN_HOSTS_MAX
 */
int nl_evpn_es_speak(struct nl_evpn *e, const struct esi *esi, const struct nl_host *list,
		     unsigned int n, struct nl_err *err);

/** nl_evpn_es_dump() - all segments; starts again by itself when the table changed meanwhile */
int nl_evpn_es_dump(struct nl_evpn *e, nl_es_fn fn, void *data, struct nl_err *err);

/** nl_evpn_es_sweep() - delete every segment that is not of @generation */
int nl_evpn_es_sweep(struct nl_evpn *e, uint32_t generation, struct nl_err *err);

/** nl_evpn_stats_dump() - the statistics of all segments */
int nl_evpn_stats_dump(struct nl_evpn *e, nl_es_stats_fn fn, void *data, struct nl_err *err);

/** nl_evpn_vlan_stats_dump() - the VLANs of one segment in which something was dropped */
int nl_evpn_vlan_stats_dump(struct nl_evpn *e, const struct esi *esi, nl_vlan_stats_fn fn,
			    void *data, struct nl_err *err);

/** nl_evpn_neigh_set() - most neighbours that are learned on all segments; 0 or a negative errno */
int nl_evpn_neigh_set(struct nl_evpn *e, uint32_t host_limit, struct nl_err *err);

/** nl_evpn_core_set() - the mask and the ports of @core; 0 or a negative errno with a sentence */
int nl_evpn_core_set(struct nl_evpn *e, const struct nl_core *core, struct nl_err *err);
int nl_evpn_core_get(struct nl_evpn *e, struct nl_core *core, struct nl_err *err);

/**
 * nl_evpn_owner_set() - @e's socket is the owner from now on, until it is closed
 * @program: what the module is to tell of who that is; NULL: nothing
 * @replace: take the ownership away from another socket
 */
int nl_evpn_owner_set(struct nl_evpn *e, uint32_t generation, const char *program, bool replace,
		      struct nl_err *err);
int nl_evpn_owner_get(struct nl_evpn *e, struct nl_owner *owner, struct nl_err *err);

/**
 * nl_evpn_neigh_new() - wish for neighbours
 * @list: @n of them, at most NL_NEIGH_MAX
 * @fn: for those that are pending or refused; nl_neigh.index says which
 * @counts: of all, may be NULL
 *
 * Return: 0, or a negative errno with the kernel's sentence: then none of them was taken.
 */
int nl_evpn_neigh_new(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      nl_neigh_fn fn, void *data, struct nl_neigh_counts *counts,
		      struct nl_err *err);

/** nl_evpn_neigh_del() - take wishes back, by their keys; retained and probed for @retain_ms */
int nl_evpn_neigh_del(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      uint32_t retain_ms, struct nl_err *err);

/** nl_evpn_neigh_ask() - have @n hosts asked that were learned here, by their keys; at most NL_NEIGH_MAX */
int nl_evpn_neigh_ask(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      struct nl_err *err);

/** nl_evpn_neigh_sweep() - take back every wish that is not of @generation */
int nl_evpn_neigh_sweep(struct nl_evpn *e, uint32_t generation, uint32_t retain_ms,
			struct nl_err *err);

/** nl_evpn_neigh_dump() - all neighbours; starts again by itself when the table changed meanwhile */
int nl_evpn_neigh_dump(struct nl_evpn *e, nl_neigh_fn fn, void *data, struct nl_err *err);

/** nl_evpn_neigh_each() - the neighbours in a message; @data is passed on to @fn */
void nl_evpn_neigh_each(const struct nlmsghdr *nlh, nl_neigh_fn fn, void *data);

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
