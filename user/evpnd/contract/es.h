/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * es.h - segments: what the speaker wishes of the module, and what the module says of them.
 */
#ifndef EVPND_CONTRACT_ES_H
#define EVPND_CONTRACT_ES_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "conf/conf.h"
#include "contract/wish.h"
#include "types.h"

#define IPC_PEERS_MAX 64 /* other PEs of a segment; as many as the module takes */

/*
 * What LACP means for a member of a segment's bond, or for the best one of them; in ascending order.
 * The meaning is in the netlink specification, partner. From LACP_READY on the customer can be
 * reached as soon as this PE tells it that it is in sync.
 */
enum lacp_state {
	LACP_UNKNOWN,
	LACP_EXPIRED,
	LACP_DEAF,
	LACP_OUT_OF_SYNC,
	LACP_DETACHED,
	LACP_READY,
	LACP_ACTIVE,
	LACP_STATES
};

/**
 * struct fact_lacp - the LACP partner at the members of a segment's device, as the module sees it
 * @state: enum lacp_state of the best member; LACP_UNKNOWN when there is none
 * @members: members
 * @ready: those in LACP_READY or better
 * @active: those in LACP_ACTIVE
 * @differ: a member has another partner than the best one
 * @partner, @key: system and key of the best one's partner; zero while unknown
 * @timeout_ms: how long it may be silent
 */
struct fact_lacp {
	uint8_t state;
	bool differ;
	uint16_t members;
	uint16_t ready;
	uint16_t active;
	uint16_t key;
	struct mac partner;
	uint32_t timeout_ms;
};

/* What is in force on a segment, bits; the meaning is in the netlink specification, oper. */
enum es_force { ES_BLOCKED = 1, ES_LACP_OOS = 2, ES_DORMANT = 4, ES_FAIL_APPLIED = 16 };

/* The role that the module has. */
enum es_role { ES_NON_DF, ES_DF, ES_DRAINING };

/** struct fact_maintenance - an operator has drained this segment, perhaps long ago */
struct fact_maintenance {
	struct esi esi;
};

/* What has become of a device of a segment; the meaning is in the netlink specification, es-state. */
enum es_port_state { ES_PORT_UNBOUND, ES_PORT_BOUND, ES_PORT_REJECTED };

/**
 * struct fact_es_port - a device of a segment that is a set
 * @ifindex: 0: it does not exist
 * @state: enum es_port_state
 * @why: of one that is rejected, the module's sentence
 */
struct fact_es_port {
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	uint8_t state;
	char why[80];
};

/**
 * struct fact_es - what the module says of a segment it has
 * @ifname: of the segment's device; of a set, the first
 * @ifindex: 0: it does not exist; of a set, the first that does
 * @ports, @n_ports: of a set, all of them; else there are none
 * @lacp: the customer's LACP; means nothing where the device is no 802.3ad bond
 * @peers: the other PEs that are in force, in the order of ip_cmp()
 * @df, @vlan_df: the roles in force; after a restart the speaker adopts them until it has elected,
 *	so all segments of the first dump are sent before IPC_FACT_LINKS_DONE
 * @role: enum es_role; @force: enum es_force, what follows from it; to be shown
 * @fail_applied: a loss policy is in force
 * @hosts_forgotten: how many were one too many since the module has it
 * @gone: the module has it no more; only @esi holds
 */
struct fact_es {
	struct esi esi;
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	uint8_t n_ports;
	struct fact_es_port ports[CONF_SET_MAX];
	uint64_t hosts_forgotten;
	uint8_t role;
	uint8_t force;
	bool df;
	bool fail_applied;
	bool gone;
	struct fact_lacp lacp;
	uint8_t vlan_df[CONF_VLAN_BYTES];
	uint8_t n_peers;
	struct ip_addr peers[IPC_PEERS_MAX];
};

/**
 * struct wish_es - what a segment shall be in the kernel, key @esi
 * @set: its devices, where they are a set; @ifname is the first of them
 * @host_limit: most neighbours that are learned; 0: of a segment whose configuration is not known yet
 * @df: the role, of the port in port-active mode
 * @draining: still forwards (@df holds), but already tells the CE by LACP to leave
 * @maintenance: an operator has drained it; nothing to the kernel, but the next speaker is to know
 * @vlan_df: VLANs for which this PE is DF, in the other modes
 * @peers: all-active: VTEP addresses of the other PEs, in the order of ip_cmp()
 */
struct wish_es {
	struct esi esi;
	char ifname[IFNAMSIZ];
	struct conf_set set;
	enum conf_mode mode;
	enum conf_standby standby; /* never CONF_STANDBY_AUTO */
	enum conf_loss_policy loss_policy;
	uint32_t owner_hold_ms;
	uint32_t host_timeout_ms;
	uint32_t host_limit;
	uint32_t allow;
	bool df;
	bool draining;
	bool maintenance;
	uint8_t vlan_df[CONF_VLAN_BYTES];
	uint16_t untagged_vid;
	enum conf_unknown_unicast unknown_unicast;
	uint8_t n_peers;
	struct ip_addr peers[IPC_PEERS_MAX];
};

/* @text: the kernel's own sentence, verbatim, when not installed */
struct es_result {
	struct esi esi;
	enum wish_status status;
	int error; /* errno, 0 when installed */
	char text[256];
};

#endif
