/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two processes say to each other over one SOCK_SEQPACKET pair: facts go up (parent to
 * speaker), wishes go down (speaker to parent). Every message is one header and one fixed structure,
 * or a piece of text. Both ends check type and size of every message; a wrong one from the speaker
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
#include "types.h"

#define IPC_MSG_MAX 65536
#define IPC_PEERS_MAX 64 /* other PEs of a segment; as many as the module takes */

enum ipc_type {
	/* configuration: BEGIN, items, COMMIT; the speaker applies at COMMIT the difference only */
	IPC_CONF_BEGIN = 1,
	IPC_CONF_GLOBAL,   /* struct conf_global */
	IPC_CONF_NEIGHBOR, /* struct conf_neighbor */
	IPC_CONF_VRF,	   /* struct conf_vrf */
	IPC_CONF_SEGMENT,  /* struct conf_segment */
	IPC_CONF_BRIDGE,   /* struct conf_bridge */
	IPC_CONF_COMMIT,

	/* facts */
	IPC_FACT_LINK,	     /* struct fact_link */
	IPC_FACT_LINK_GONE,  /* struct fact_link, only ifindex and ifname hold */
	IPC_FACT_LINKS_DONE, /* the first dumps of links and of the module's segments are complete */
	IPC_FACT_CORE,	     /* struct fact_core */
	IPC_FACT_KERNEL,     /* struct fact_kernel */
	IPC_FACT_MAINTENANCE, /* struct fact_maintenance: before the configuration; until it is undone */
	IPC_FACT_ES,	      /* struct fact_es: the module said something about a segment */
	IPC_FACT_NEIGHS_BEGIN, /* all neighbours the module knows follow, among others … */
	IPC_FACT_NEIGHS,       /* struct neigh_batch, facts */
	IPC_FACT_NEIGH_TEXTS, /* struct neigh_batch, texts: why a wish of the same key is not in force */
	IPC_FACT_NEIGHS_DONE, /* … and of which there was no word since BEGIN is no more */

	IPC_FACT_FRR_ES, /* struct fact_frr_es */
	IPC_FACT_FRR,	 /* struct fact_frr: after its segments, so that it ends a look at FRR */

	/* sockets: passed with SCM_RIGHTS */
	IPC_LISTEN, /* struct ipc_socket: a listening socket; replaces all at the first after LISTEN_BEGIN */
	IPC_LISTEN_BEGIN,
	IPC_SOCKET_REQUEST, /* struct ipc_socket: speaker wants to connect to @neighbor */
	IPC_SOCKET, /* struct ipc_socket: bound, keyed, not yet connected; error != 0: no descriptor */
	IPC_SOCKET_KEYS, /* struct ipc_socket: the speaker's connection with @neighbor, to get the keys of now */

	/* wishes and their answers */
	IPC_WISH_ES,		/* struct wish_es */
	IPC_WISH_ES_GONE,	/* struct wish_es, only esi holds */
	IPC_WISH_SWEEP,		/* all wishes were sent: what is not among them goes */
	IPC_WISH_RESULT,	/* struct wish_result */
	IPC_WISH_NEIGHS,	/* struct neigh_batch, wishes */
	IPC_WISH_NEIGHS_GONE,	/* struct neigh_batch, keys, and for how long they are retained */
	IPC_WISH_NEIGHS_SWEEP,	/* all wishes were sent: what is not among them goes */
	IPC_WISH_NEIGH_RESULTS, /* struct neigh_batch, results: of every wish, in its order */
	IPC_WISH_FLOOD,		/* struct flood_key */
	IPC_WISH_FLOOD_GONE,	/* struct flood_key */
	IPC_WISH_FLOOD_SWEEP,	/* all wishes were sent: what is not among them goes */
	IPC_WISH_FRR_LOOK,	/* FRR has something new: it is to be asked now */
	IPC_WISH_FLOOD_RESULT,	/* struct flood_result: when it is another one than before */

	/* BFD: speaker to parent, and facts back; parent to the BFD process */
	IPC_WISH_BFD,	    /* struct bfd_key */
	IPC_WISH_BFD_GONE,  /* struct bfd_key */
	IPC_WISH_BFD_SWEEP, /* all wishes were sent: what is not among them goes */
	IPC_FACT_BFD,	    /* struct fact_bfd */
	IPC_BFD_LISTEN,	    /* struct bfd_listen and a socket */
	IPC_BFD_ORDER, /* struct bfd_order and a socket; of a session that is there: other timing */
	IPC_BFD_ORDER_GONE, /* struct bfd_key */

	/* the control socket: the parent owns it, the speaker answers for what it owns */
	IPC_QUERY,  /* struct ipc_text + JSON {"method": …, "params": …} */
	IPC_ANSWER, /* struct ipc_text + JSON {"result": …} or {"error": …}, in pieces */
	IPC_EVENT,  /* struct ipc_text + one JSON event for monitors */

	IPC_READY,    /* speaker: started, sandboxed, all segments wished for that are known */
	IPC_SHUTDOWN, /* parent: withdraw, send Cease, then exit */
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
 * @bond_mode: of a bond (4 is 802.3ad), else 255
 * @ad_partner: partner system MAC of the bond's active aggregator
 * @ad_partner_key: its port key
 * @ad_ports: ports of the active aggregator
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
	uint8_t bond_mode;
	struct mac address;
	struct mac ad_partner;
	uint16_t ad_partner_key;
	uint16_t ad_ports;
	uint32_t vxlan_vni;
	bool vxlan_external;
	bool vxlan_learning;
	struct ip_addr vxlan_local;
	uint16_t vxlan_port;
	uint16_t members;
	uint16_t members_up;
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

/** struct fact_maintenance - an operator has drained this segment, perhaps long ago */
struct fact_maintenance {
	struct esi esi;
};

/**
 * struct fact_es - what the module says of a segment it has
 * @ifname: of the segment's device
 * @ifindex: 0: it does not exist
 * @lacp: the customer's LACP; means nothing where the device is no 802.3ad bond
 * @peers: the other PEs that are in force, in the order of ip_cmp()
 * @df, @vlan_df: the roles in force; after a restart the speaker adopts them until it has elected,
 *	so all segments of the first dump are sent before IPC_FACT_LINKS_DONE
 * @fail_applied: a loss policy is in force
 * @gone: the module has it no more; only @esi holds
 */
struct fact_es {
	struct esi esi;
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
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
 * @df: the role, of the port in port-active mode
 * @draining: still forwards (@df holds), but already tells the CE by LACP to leave
 * @maintenance: an operator has drained it; nothing to the kernel, but the next speaker is to know
 * @vlan_df: VLANs for which this PE is DF, in the other modes
 * @peers: all-active: VTEP addresses of the other PEs, in the order of ip_cmp()
 */
struct wish_es {
	struct esi esi;
	char ifname[IFNAMSIZ];
	enum conf_mode mode;
	enum conf_standby standby; /* never CONF_STANDBY_AUTO */
	enum conf_loss_policy loss_policy;
	uint32_t owner_hold_ms;
	uint32_t host_timeout_ms;
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

enum wish_status { WISH_INSTALLED, WISH_PENDING, WISH_REFUSED };

/* @text: the kernel's own sentence, verbatim, when not installed */
struct wish_result {
	struct esi esi;
	enum wish_status status;
	int error; /* errno, 0 when installed */
	char text[256];
};

/**
 * struct fact_frr - what zebra says of itself
 * @present: it answers; else @text says why not, and its segments are as they were
 * @numeric: it compares addresses as numbers (since 10.6), and not as they lie in memory
 * @vtep: its VTEP; none while it has no VNI
 * @hold_until: it has just been started and may be without its configuration until then,
 *	CLOCK_MONOTONIC microseconds; 0: what it does not have, it shall not have
 */
struct fact_frr {
	bool present;
	bool numeric;
	struct ip_addr vtep;
	uint64_t hold_until;
	char text[160];
};

/**
 * struct fact_frr_es - a local segment of zebra's
 * @bypass: LACP bypass is on
 * @delay: it was made less than 3 s ago
 * @held: zebra does not have it, but stays a segment: because zebra was started anew, or its device has
 *	another name, @renamed, and FRR knows devices by their names
 * @gone: zebra has it no more; only @esi holds
 */
struct fact_frr_es {
	struct esi esi;
	char ifname[IFNAMSIZ];
	bool bypass;
	bool delay;
	bool held;
	char renamed[IFNAMSIZ];
	bool gone;
};

/* What a neighbour is to the module; the meaning is in the netlink specification, neigh-state. */
enum neigh_state {
	NEIGH_GONE,
	NEIGH_LOCAL,
	NEIGH_SYNCED,
	NEIGH_PENDING,
	NEIGH_REFUSED,
	NEIGH_RETAINED,
	NEIGH_STATES
};

enum {
	NEIGH_ROUTER = 1, /* IPv6: the R flag of RFC 4861 */
	NEIGH_STICKY = 2, /* configured, does not move */
	NEIGH_PROBED = 4, /* facts: asked by the module, so that it answers or goes */
};

/** struct neigh_key - a neighbour: segment, Ethernet tag, address */
struct neigh_key {
	uint32_t tag;
	struct esi esi;
	struct ip_addr address;
};

/**
 * struct fact_neigh - what the module says of a neighbour
 * @ifindex: the sub-interface, 0 while there is none
 * @vrf: ifindex of its VRF, 0 for none
 * @mac: learned if @state is NEIGH_LOCAL, else wished
 * @error: errno why a wish is not in force, or 0
 * @since: when the state began, CLOCK_MONOTONIC
 */
struct fact_neigh {
	struct neigh_key key;
	struct mac mac;
	uint8_t state;
	uint8_t flags;
	uint32_t ifindex;
	uint32_t vrf;
	uint32_t error;
	int64_t since;
};

struct fact_neigh_text {
	struct neigh_key key;
	char text[160];
};

/**
 * struct wish_neigh - a neighbour that another PE has learned
 * @check_vrf: the sub-interface has to be in @vrf (ifindex, 0: in none)
 * @origin: for people who look at the module: the PE's address, its last four octets in host order
 */
struct wish_neigh {
	struct neigh_key key;
	struct mac mac;
	uint8_t flags;
	bool check_vrf;
	uint32_t vrf;
	uint32_t origin;
};

/** struct neigh_result - @status: enum wish_status */
struct neigh_result {
	struct neigh_key key;
	uint8_t status;
	uint32_t error;
};

/**
 * struct flood_key - a tunnel in the flooding list of a VXLAN device
 * @vni: of the frames that are flooded
 * @remote_vni: the one the other PE wants to see
 */
struct flood_key {
	char ifname[IFNAMSIZ];
	uint32_t vni;
	uint32_t remote_vni;
	struct ip_addr address;
};

/** struct flood_result - @status: enum wish_status; @text: why not, a sentence */
struct flood_result {
	struct flood_key key;
	uint32_t status;
	char text[160];
};

/**
 * struct neigh_batch - many of one kind in one message; @n of what the message type says follow
 * @retain_ms: of keys
 */
struct neigh_batch {
	_Alignas(8) uint32_t n;
	uint32_t retain_ms;
};

/** neigh_batch_items() - what follows the head */
static inline const void *neigh_batch_items(const struct neigh_batch *batch)
{
	return batch + 1;
}

enum { NEIGH_BATCH_MAX = 256 };

/* Octets of a message of @n items of @type; what a message of this type may have is checked by ipc.c. */
#define NEIGH_BATCH_LEN(type, n) ((uint32_t)(sizeof(struct neigh_batch) + (n) * sizeof(type)))

/**
 * struct neigh_out - a batch while it is filled: the head with room for the items
 */
struct neigh_out {
	struct neigh_batch head;
	_Alignas(8) uint8_t items[NEIGH_BATCH_MAX * sizeof(struct fact_neigh_text)];
};

struct ipc_socket {
	struct ip_addr neighbor;
	uint16_t port;
	int error;
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
/* of a message with a struct neigh_batch: does it hold as many items as it says? */
bool ipc_batch_ok(enum ipc_type type, const struct neigh_batch *batch, uint32_t len);
const char *ipc_type_name(enum ipc_type type);

#endif
