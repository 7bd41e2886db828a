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
#include "conf.h"
#include "types.h"

#define IPC_MSG_MAX 65536

enum ipc_type {
	/* configuration: BEGIN, items, COMMIT; the speaker applies at COMMIT the difference only */
	IPC_CONF_BEGIN = 1,
	IPC_CONF_GLOBAL,   /* struct conf_global */
	IPC_CONF_NEIGHBOR, /* struct conf_neighbor */
	IPC_CONF_VRF,	   /* struct conf_vrf */
	IPC_CONF_SEGMENT,  /* struct conf_segment */
	IPC_CONF_COMMIT,

	/* facts */
	IPC_FACT_LINK,	     /* struct fact_link */
	IPC_FACT_LINK_GONE,  /* struct fact_link, only ifindex and ifname hold */
	IPC_FACT_LINKS_DONE, /* the first dumps of links and of the module's segments are complete */
	IPC_FACT_KERNEL,     /* struct fact_kernel */
	IPC_FACT_ES,	     /* struct fact_es: the module said something about a segment */

	/* sockets: passed with SCM_RIGHTS */
	IPC_LISTEN, /* struct ipc_socket: a listening socket; replaces all at the first after LISTEN_BEGIN */
	IPC_LISTEN_BEGIN,
	IPC_SOCKET_REQUEST, /* struct ipc_socket: speaker wants to connect to @neighbor */
	IPC_SOCKET, /* struct ipc_socket: bound, keyed, not yet connected; error != 0: no descriptor */

	/* wishes and their answers */
	IPC_WISH_ES,	  /* struct wish_es */
	IPC_WISH_ES_GONE, /* struct wish_es, only esi holds */
	IPC_WISH_SWEEP,	  /* struct wish_sweep: all wishes of this generation were sent */
	IPC_WISH_RESULT,  /* struct wish_result */

	/* the control socket: the parent owns it, the speaker answers for what it owns */
	IPC_QUERY,  /* struct ipc_text + JSON {"method": …, "params": …} */
	IPC_ANSWER, /* struct ipc_text + JSON {"result": …} or {"error": …}, in pieces */
	IPC_EVENT,  /* struct ipc_text + one JSON event for monitors */

	IPC_READY,    /* speaker: started, sandboxed, configuration applied once */
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
	uint16_t members;
	uint16_t members_up;
};

/* @present: the module's family answers in this namespace; @version its genl version */
struct fact_kernel {
	bool present;
	uint32_t version;
	char text[128];
};

/**
 * struct fact_es - what the module says of a segment it has
 * @ifindex: 0: the segment's device does not exist
 * @df, @vlan_df: the roles in force; after a restart the speaker adopts them until it has elected,
 *	so all segments of the first dump are sent before IPC_FACT_LINKS_DONE
 * @fail_applied: a loss policy is in force
 * @gone: the module has it no more; only @esi holds
 */
struct fact_es {
	struct esi esi;
	uint32_t ifindex;
	bool df;
	bool fail_applied;
	bool gone;
	uint8_t vlan_df[CONF_VLAN_BYTES];
};

/**
 * struct wish_es - what a segment shall be in the kernel, key @esi
 * @generation: of the resynchronisation it belongs to
 * @df: the role, of the port in port-active mode
 * @draining: still forwards (@df holds), but already tells the CE by LACP to leave
 * @vlan_df: VLANs for which this PE is DF, in the other modes
 */
struct wish_es {
	uint32_t generation;
	struct esi esi;
	char ifname[IFNAMSIZ];
	enum conf_mode mode;
	enum conf_standby standby; /* never CONF_STANDBY_AUTO */
	enum conf_loss_policy loss_policy;
	uint32_t owner_hold_ms;
	uint32_t allow;
	bool df;
	bool draining;
	uint8_t vlan_df[CONF_VLAN_BYTES];
};

struct wish_sweep {
	uint32_t generation;
};

enum wish_status { WISH_INSTALLED, WISH_PENDING, WISH_REFUSED };

/* @text: the kernel's own sentence, verbatim, when not installed */
struct wish_result {
	struct esi esi;
	uint32_t generation;
	enum wish_status status;
	int error; /* errno, 0 when installed */
	char text[256];
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

struct ipc;

/**
 * typedef ipc_fn - one message arrived
 * @fd: the passed descriptor, or -1; the callee owns it
 */
typedef void (*ipc_fn)(void *data, const struct ipc_hdr *hdr, const void *body, int fd);

/* ipc.c */
struct ipc *ipc_new(sd_event *event, int fd, ipc_fn fn, void (*closed)(void *data), void *data);
void ipc_free(struct ipc *ipc);
int ipc_send(struct ipc *ipc, enum ipc_type type, const void *body, uint32_t len);
int ipc_send_fd(struct ipc *ipc, enum ipc_type type, const void *body, uint32_t len, int fd);
int ipc_send_text(struct ipc *ipc, enum ipc_type type, uint32_t id, const char *text);
int ipc_flush(struct ipc *ipc); /* blocks; for the last words before an exit */
bool ipc_size_ok(enum ipc_type type, uint32_t len);
const char *ipc_type_name(enum ipc_type type);

#endif
