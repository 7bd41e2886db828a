/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two processes say to each other over one SOCK_SEQPACKET pair: facts go up (parent to
 * speaker), wishes go down (speaker to parent). Every message is one header and one fixed structure,
 * a batch of them, or a piece of text. Both ends check type and size of every message; a wrong one from the speaker
 * is dropped with a sentence, because the speaker is the process that reads from the network.
 */
#ifndef EVPND_IPC_H
#define EVPND_IPC_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "addr.h"
#include "conf/conf.h"
#include "contract/bfd.h"
#include "contract/core.h"
#include "contract/es.h"
#include "contract/flood.h"
#include "contract/frr.h"
#include "contract/mdb.h"
#include "contract/member.h"
#include "contract/neigh.h"
#include "contract/prefix.h"
#include "contract/wish.h"
#include "types.h"

#define IPC_MSG_MAX 65536

/*
 * One row for each kind of wish: its name, what is wished, by which key it is taken back, and what is told of
 * what became of it. Four messages follow from a row, all but the sweep batches: IPC_WISH_name,
 * IPC_WISH_name_GONE, IPC_WISH_name_SWEEP (all wishes were sent: what is not among them goes), and
 * IPC_WISH_name_RESULT.
 */
#define WISH_KINDS(KIND)                                                                          \
	KIND(ES, struct wish_es, struct esi, struct es_result)                                    \
	KIND(NEIGH, struct wish_neigh, struct neigh_key, struct neigh_result)                     \
	KIND(MEMBER, struct wish_member, struct member_key, struct member_result)                 \
	KIND(MEMBER_LEAVE, struct member_leave, struct member_key, struct member_result)          \
	KIND(MDB, struct wish_mdb, struct mdb_key, struct mdb_result)                             \
	KIND(FLOOD, struct flood_key, struct flood_key, struct flood_result)                      \
	KIND(BFD, struct bfd_key, struct bfd_key, struct fact_bfd)                                \
	KIND(PREFIX, struct wish_prefix, struct prefix_key, struct prefix_result)                 \
	KIND(CORE_PE, struct wish_core_pe, struct core_pe_key, struct core_pe_result)             \
	KIND(CORE_GROUP, struct wish_core_group, struct core_group_key, struct core_group_result) \
	KIND(CORE_ROUTE, struct wish_core_route, struct prefix_key, struct prefix_result)

/* One row for each other message: FIXED(name, structure), BATCH(name, item), EMPTY(name), TEXT(name). */
#define IPC_MESSAGES(FIXED, BATCH, EMPTY, TEXT)                                                              \
	/* configuration: BEGIN, items, COMMIT; the speaker applies at COMMIT the difference only */         \
	EMPTY(CONF_BEGIN)                                                                                    \
	FIXED(CONF_GLOBAL, struct conf_global)                                                               \
	FIXED(CONF_PEER, struct conf_peer)                                                                   \
	FIXED(CONF_VRF, struct conf_vrf)                                                                     \
	FIXED(CONF_SEGMENT, struct conf_segment)                                                             \
	FIXED(CONF_BRIDGE, struct conf_bridge)                                                               \
	EMPTY(CONF_COMMIT)                                                                                   \
	FIXED(FACT_LINK, struct fact_link)                                                                   \
	/* only ifindex and ifname hold */                                                                   \
	FIXED(FACT_LINK_GONE, struct fact_link)                                                              \
	/* after the link that it is of */                                                                   \
	FIXED(FACT_PORT, struct fact_port)                                                                   \
	/* the first dumps of links and of the module's segments are complete */                             \
	EMPTY(FACT_LINKS_DONE)                                                                               \
	FIXED(FACT_CORE, struct fact_core)                                                                   \
	FIXED(FACT_KERNEL, struct fact_kernel)                                                               \
	/* before the configuration; until it is undone */                                                   \
	FIXED(FACT_MAINTENANCE, struct fact_maintenance)                                                     \
	/* the module said something about a segment */                                                      \
	FIXED(FACT_ES, struct fact_es)                                                                       \
	/* all neighbours the module knows follow, among others ... */                                       \
	EMPTY(FACT_NEIGHS_BEGIN)                                                                             \
	BATCH(FACT_NEIGHS, struct fact_neigh)                                                                \
	/* why a wish of the same key is not in force */                                                     \
	BATCH(FACT_NEIGH_TEXTS, struct fact_neigh_text)                                                      \
	/* ... and of which there was no word since BEGIN is no more */                                      \
	EMPTY(FACT_NEIGHS_DONE)                                                                              \
	/* memberships likewise */                                                                           \
	EMPTY(FACT_MEMBERS_BEGIN)                                                                            \
	BATCH(FACT_MEMBERS, struct fact_member)                                                              \
	EMPTY(FACT_MEMBERS_DONE)                                                                             \
	/* limits of a bridge may be other ones: what it has refused may be wished again */                  \
	EMPTY(FACT_MDB_ROOM)                                                                                 \
	/* the same of customer routes */                                                                    \
	EMPTY(FACT_PREFIXES_BEGIN)                                                                           \
	BATCH(FACT_PREFIXES, struct fact_prefix)                                                             \
	BATCH(FACT_CORE_ROUTES, struct fact_core_route)                                                      \
	EMPTY(FACT_PREFIXES_DONE)                                                                            \
	/* before the first result that says so */                                                           \
	FIXED(FACT_PREFIX_TEXT, struct fact_prefix_text)                                                     \
	FIXED(FACT_FRR_ES, struct fact_frr_es)                                                               \
	/* after its segments, so that it ends a look at FRR */                                              \
	FIXED(FACT_FRR, struct fact_frr)                                                                     \
	/* FRR has something new: it is to be asked now */                                                   \
	EMPTY(WISH_FRR_LOOK)                                                                                 \
	/* an order: these hosts, learned here, are to be asked whether they are still there */              \
	BATCH(NEIGH_ASK, struct neigh_key)                                                                   \
	/* an order: routers of customers, on devices of segments, that the kernel is to ask for */          \
	BATCH(PREFIX_ASK, struct prefix_hop)                                                                 \
	/* an order: what was learned of these tunnels is to be forgotten */                                 \
	BATCH(FORGET, struct flood_key)                                                                      \
	/* sockets, passed with SCM_RIGHTS: a listening one; replaces all at the first after LISTEN_BEGIN */ \
	FIXED(LISTEN, struct ipc_socket)                                                                     \
	EMPTY(LISTEN_BEGIN)                                                                                  \
	/* the speaker wants to connect to @peer */                                                          \
	FIXED(SOCKET_REQUEST, struct ipc_socket)                                                             \
	/* bound, keyed, not yet connected; error != 0: no descriptor */                                     \
	FIXED(SOCKET, struct ipc_socket)                                                                     \
	/* the speaker's connection with @peer, to get the keys of now */                                    \
	FIXED(SOCKET_KEYS, struct ipc_socket)                                                                \
	/* sockets to talk with the other PEs of segments: replace all at the first after ICC_BEGIN */       \
	EMPTY(ICC_BEGIN)                                                                                     \
	FIXED(ICC_SOCKET, struct ipc_icc)                                                                    \
	/* parent and BFD process: a socket comes with LISTEN, and with the ORDER for a new session */       \
	FIXED(BFD_LISTEN, struct bfd_listen)                                                                 \
	FIXED(BFD_ORDER, struct bfd_order)                                                                   \
	FIXED(BFD_ORDER_GONE, struct bfd_key)                                                                \
	FIXED(BFD_STATE, struct fact_bfd)                                                                    \
	/* the control socket is the parent's; JSON: {"method": ..., "params": ...}, {"result": ...} */      \
	/* or {"error": ...} in pieces, and one event for monitors */                                        \
	TEXT(QUERY)                                                                                          \
	TEXT(ANSWER)                                                                                         \
	TEXT(EVENT)                                                                                          \
	/* speaker: started, sandboxed, all segments wished for that are known */                            \
	EMPTY(READY)                                                                                         \
	/* parent: withdraw, send Cease, then exit */                                                        \
	EMPTY(SHUTDOWN)

#define IPC_TYPES_OF_WISH(name, wish, key, result) \
	IPC_WISH_##name, IPC_WISH_##name##_GONE, IPC_WISH_##name##_SWEEP, IPC_WISH_##name##_RESULT,
#define IPC_TYPE(name, ...) IPC_##name,

enum ipc_type {
	IPC_NONE,
	IPC_MESSAGES(IPC_TYPE, IPC_TYPE, IPC_TYPE, IPC_TYPE) WISH_KINDS(IPC_TYPES_OF_WISH)
		IPC_TYPE_MAX
};

struct ipc_hdr {
	uint16_t type;
	uint16_t flags;
	uint32_t len; /* of what follows the header */
};

/**
 * struct fact_link - a network device as rtnetlink shows it
 * @flags: IFF_*
 * @operstate: IF_OPER_*
 * @master: ifindex of the upper device, 0 for none
 * @link: ifindex of the lower device of a VLAN device, else 0
 * @kind: "bond", "vlan", "bridge", "vrf", "vxlan", … or ""
 * @vlan_id: of a VLAN device, else 0
 * @mcast_snooping: of a bridge that looks who wants which group; of so many, @mcast_hash_max
 * @bond_mode: of a bond (4 is 802.3ad), else 255
 * @ad_partner: partner system MAC of the bond's active aggregator
 * @ad_partner_key: its port key
 * @ad_ports: ports of the active aggregator
 * @vrf_table: of a VRF device, else 0
 * @vxlan_vni, @vxlan_external, @vxlan_local, @vxlan_learning, @vxlan_port: of a VXLAN device, as in struct nl_link
 * @members: members of a bond; @members_up: those with carrier and not held back by the bond
 */
struct fact_link {
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	uint32_t flags;
	uint8_t operstate;
	bool carrier;
	uint32_t master;
	char master_kind[16];
	uint32_t link;
	char kind[16];
	uint16_t vlan_id;
	bool vlan_filtering;
	bool mcast_snooping;
	uint32_t mcast_hash_max;
	uint8_t bond_mode;
	struct mac address;
	struct mac ad_partner;
	uint16_t ad_partner_key;
	uint16_t ad_ports;
	uint32_t vrf_table;
	uint32_t vxlan_vni;
	bool vxlan_external;
	bool vxlan_learning;
	struct ip_addr vxlan_local;
	uint16_t vxlan_port;
	uint16_t members;
	uint16_t members_up;
};

/**
 * struct fact_port - what the port of a bridge lets through, if the bridge filters
 * @vlans: none: it is no port any more
 */
struct fact_port {
	uint32_t ifindex;
	uint8_t vlans[CONF_VLAN_BYTES];
};

/* @lost: no way to the core is left; @text: a piece of a sentence, what there is or is not */
struct fact_core {
	bool lost;
	char text[128];
};

/* @present: the module's family answers in this namespace; @version its genl version */
struct fact_kernel {
	bool present;
	uint32_t version;
	char text[128];
};

struct ipc_socket {
	struct ip_addr peer;
	uint16_t port;
	int error;
};

struct ipc_icc {
	bool v6;
};

/* @more: another piece with the same @id follows */
struct ipc_text {
	uint32_t id;
	uint8_t more;
	uint8_t pad[3];
};

/** ipc_is_bool() - does a member that came from the other process hold what a bool can hold? */
static inline bool ipc_is_bool(const bool *member)
{
	return *(const uint8_t *)member <= 1;
}

struct ipc;

/**
 * typedef ipc_fn - one message arrived
 * @body: aligned for every message; may be written to
 * @fd: the passed descriptor, or -1; the callee owns it
 */
typedef void (*ipc_fn)(void *data, const struct ipc_hdr *hdr, void *body, int fd);

/* ipc.c */
struct ipc *ipc_new(sd_event *event, int fd, ipc_fn fn, void (*closed)(void *data), void *data);
void ipc_free(struct ipc *ipc);
int ipc_send(struct ipc *ipc, enum ipc_type type, const void *body, uint32_t len);
int ipc_send_fd(struct ipc *ipc, enum ipc_type type, const void *body, uint32_t len, int fd);
int ipc_send_text(struct ipc *ipc, enum ipc_type type, uint32_t id, const char *text);
size_t ipc_waiting(const struct ipc *ipc);
void ipc_on_drained(struct ipc *ipc, void (*fn)(void *data));
void ipc_on_malformed(struct ipc *ipc, void (*fn)(void *data));
void ipc_limit(struct ipc *ipc, size_t bytes);
int ipc_flush(struct ipc *ipc); /* blocks; for the last words before an exit */
bool ipc_size_ok(enum ipc_type type, uint32_t len);
int ipc_send_batch(struct ipc *ipc, enum ipc_type type, const void *items, uint32_t n,
		   uint32_t retain_ms);
/* octets of an item of a batch; 0: messages of this type are none */
uint32_t ipc_item_size(enum ipc_type type);
/* has a batch of @len octets as many items as its head says? */
bool ipc_batch_ok(enum ipc_type type, const struct batch *batch, uint32_t len);
const char *ipc_type_name(enum ipc_type type);

#endif
